# On a node. Argument: the cluster's name. Standard input: the certificate of the witness's authority. Makes the node's key,
# always a new one, and prints the request for its certificate in Base64; the key stays here.
database=/etc/corosync/qdevice/net/nssdb
umask 077
work=$(mktemp -d /run/holdfast/witness.XXXXXXXX)
trap 'rm -rf -- "$work"' EXIT
cat >"$work/authority"
grep -q 'BEGIN CERTIFICATE' "$work/authority" || refuse step-failed 'the witness has no certificate authority'
mkdir -p -- "${database%/*}"
rm -rf -- "$database"
corosync-qdevice-net-certutil -i -c "$work/authority" >&2 </dev/null
corosync-qdevice-net-certutil -r -n "$1" >&2 </dev/null
base64 -w0 "$database/qdevice-net-node.crq"
