#!/bin/sh
# Runs once in the golden machine, before it is frozen: reads into memory what making a cluster will run, so that each
# clone wakes with it, because an emulated disk is slow to ask (fence_redfish: 1.9 s instead of 4.5 s). Kernel modules are
# loaded, as a first boot of the cluster would; otherwise nothing changes: versions and meta-data are asked for, files read.
set -u
quietly() { "$@" </dev/null >/dev/null 2>&1; }

for module in drbd dm_mod libcrc32c sctp ext4; do quietly modprobe "$module"; done
quietly fence_redfish -o metadata
for program in corosync pacemakerd crm_mon crm_verify cibadmin crmadmin crm_attribute crm_node crm_resource \
  stonith_admin corosync-cfgtool corosync-quorumtool corosync-cmapctl drbdadm drbdsetup haproxy chronyc; do
  quietly "$program" --version
done
for daemon in /usr/lib/pacemaker/pacemaker-*d /usr/lib/pacemaker/cibmon; do quietly "$daemon" --version; done
for agent in heartbeat/pgsql heartbeat/Filesystem heartbeat/IPaddr2 linbit/drbd; do
  quietly env OCF_ROOT=/usr/lib/ocf "/usr/lib/ocf/resource.d/$agent" meta-data
done
for folder in /usr/lib/postgresql/*/bin; do
  for program in postgres initdb psql pg_ctl pg_isready; do quietly "$folder/$program" --version; done
  quietly cat "$folder/postgres" "$folder/initdb"
done
quietly cat /usr/share/postgresql/*/postgres.bki /usr/share/postgresql/*/system_*.sql /usr/share/postgresql/*/information_schema.sql
quietly cat /usr/lib/ocf/lib/heartbeat/* /usr/share/pacemaker/pacemaker-[34].*.rng
for program in lvm pvs lvs vgs mkfs.ext4 tune2fs blkid wipefs findmnt lsblk logger runuser awk sed getent; do
  quietly "$program" --version
done
quietly lsblk --json
quietly systemctl list-unit-files 'pacemaker*'
quietly cat /usr/lib/x86_64-linux-gnu/kronosnet/*.so /usr/lib/x86_64-linux-gnu/libnss3.so \
  /usr/lib/x86_64-linux-gnu/libsoftokn3.so /usr/lib/x86_64-linux-gnu/libfreebl3.so
exit 0
