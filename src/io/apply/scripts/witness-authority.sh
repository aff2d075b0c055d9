# On the witness's machine: the certificate of its authority, which is no secret.
sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p' /etc/corosync/qnetd/nssdb/qnetd-cacert.crt
