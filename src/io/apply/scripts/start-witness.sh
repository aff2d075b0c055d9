# On the witness's machine. The authority's certificate is the last file that its making writes, so a database without it was
# left half made; it is kept aside. Where qnetd is not root it must be able to read, and nothing more, what is made here.
database=/etc/corosync/qnetd/nssdb
authority=$database/qnetd-cacert.crt
verb=start
if [ ! -e "$authority" ]; then
  [ ! -e "$database" ] || mv -T -- "$database" "$database.half-made-$(date +%s)"
  group=root
  if getent group coroqnetd >/dev/null; then group=coroqnetd; fi
  install -d -o root -g "$group" -m 0750 "${database%/*}"
  say 'making the certificate authority of the witness'
  corosync-qnetd-certutil -i -G >&2 </dev/null
  sync
  verb=restart
fi
systemctl --quiet enable corosync-qnetd.service >&2
# Other clusters may have their votes from it: it is not restarted without need.
systemctl "$verb" corosync-qnetd.service >&2
