# On the witness's machine. Argument: the cluster's name. Standard input: a request in Base64. Prints the certificate in
# Base64. One at a time: all certificates of a cluster pass through the same file.
work=$(mktemp -d /run/holdfast/witness.XXXXXXXX)
trap 'rm -rf -- "$work"' EXIT
base64 -d >"$work/request"
exec 8>/run/holdfast/witness-sign
flock -w 60 8 || refuse step-failed 'another certificate is being signed for a minute'
certificate=/etc/corosync/qnetd/nssdb/cluster-$1.crt
rm -f -- "$certificate"
corosync-qnetd-certutil -s -n "$1" -c "$work/request" >&2 </dev/null
base64 -w0 "$certificate"
