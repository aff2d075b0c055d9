corosync-cfgtool -R >&2
rm -f -- "$pending/corosync-reload"
