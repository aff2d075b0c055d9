#!/bin/sh
# A machine for the witness's test, in namespaces that the caller has made: folders of its own, and in place of systemd a few
# lines that start the daemons which apply asks for. It ends when the caller ends it, and its daemons with it.
set -eu
for directory in /etc/corosync /run /var/lib/corosync /var/lib/holdfast /dev/shm; do
  mkdir -p "$directory"
  mount -t tmpfs tmpfs "$directory"
done
ip link set lo up
mkdir -p /run/programs
cat >/run/programs/systemctl <<'END'
#!/bin/sh
for unit; do :; done
program=${unit%.service}
case " $* " in *' start '* | *' restart '*) ;; *) exit 0 ;; esac
[ ! -e "/run/$program.id" ] || { kill "$(cat "/run/$program.id")"; while kill -0 "$(cat "/run/$program.id")"; do sleep 0.1; done; } 2>/dev/null
as=
mkdir -p "/run/$program"
if [ "$program" = corosync-qnetd ]; then
  chown coroqnetd "/run/$program"
  as='setpriv --reuid coroqnetd --regid coroqnetd --clear-groups'
fi
setsid $as "$program" -f </dev/null >"/run/$program.log" 2>&1 9>&- 8>&- &
echo $! >"/run/$program.id"
END
chmod 755 /run/programs/systemctl
echo ready
# As the first process it has to take leave of those that end; a bare `sleep` would not.
while sleep 1; do :; done
