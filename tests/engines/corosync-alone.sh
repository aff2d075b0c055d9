#!/bin/sh
# Starts the real Corosync with a given corosync.conf, alone, where nothing outside can notice: the caller has put us
# into namespaces of our own (mount, network, IPC, processes), and they end with us.
# Usage: unshare … sh corosync-alone.sh COROSYNC_CONF CLUSTER_NAME ADDRESS…
set -eu
config=$1
name=$2
shift 2
for directory in /etc/corosync /run /var/lib/corosync /dev/shm; do mount -t tmpfs tmpfs "$directory"; done
cp "$config" /etc/corosync/corosync.conf
head -c 256 /dev/urandom >/etc/corosync/authkey
chmod 400 /etc/corosync/authkey
ip link set lo up
for address; do ip address add "$address/24" dev lo; done
corosync -t
corosync -f &
tries=0
until corosync-cmapctl -g totem.cluster_name 2>/dev/null | grep -q "= $name\$"; do
  tries=$((tries + 1))
  if [ "$tries" -gt 50 ]; then
    echo "Corosync did not answer within ten seconds" >&2
    exit 1
  fi
  sleep 0.2
done
corosync-cfgtool -s
corosync-quorumtool -s || true
