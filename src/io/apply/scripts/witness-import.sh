# On a node. Standard input: its certificate in Base64. The copy of key and certificate that the tool makes for other nodes
# is removed: each node has its own.
database=/etc/corosync/qdevice/net/nssdb
umask 077
work=$(mktemp -d /run/holdfast/witness.XXXXXXXX)
trap 'rm -rf -- "$work"' EXIT
base64 -d >"$work/certificate"
corosync-qdevice-net-certutil -M -c "$work/certificate" >&2 </dev/null
rm -f -- "$database/qdevice-net-node.p12" "$database/qdevice-net-node.crq" "$database/noise.txt"
find "$database" -type f -exec chmod 0600 -- {} +
chmod 0700 -- "$database"
verdict=$(certutil -V -d "sql:$database" -f "$database/pwdfile.txt" -n 'Cluster Cert' -u C 2>&1 </dev/null) ||
  refuse step-failed "the witness's certificate is not valid here: $verdict"
sync
