# On a node. Restarted, because it reads its certificate only when it starts.
systemctl restart corosync-qdevice.service >&2
