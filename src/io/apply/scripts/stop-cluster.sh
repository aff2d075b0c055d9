say 'stopping Pacemaker and Corosync'
systemctl stop pacemaker corosync >&2
