# Arguments: resource. `adjust` brings up what is down and changes nothing that is right.
modprobe drbd
drbdadm adjust "$1" >&2 9>&-
rm -f -- "$pending/drbd-adjust"
# The cluster mounts by /dev/drbd/by-res, which udev makes by asking drbdadm for this host's name. A udevd that was started
# before the host got its name keeps the old one (ProtectHostname) and finds nothing: it has to be started anew.
has_links() {
  udevadm settle --timeout=10 || true
  set +f
  set -- "/dev/drbd/by-res/$1"*
  set -f
  [ -e "$1" ]
}
has_links "$1" && exit 0
systemctl restart systemd-udevd.service
for minor in $(drbdadm sh-minor "$1"); do udevadm trigger --action=change "/dev/drbd$minor" || true; done
has_links "$1" || refuse step-failed "udev makes no link /dev/drbd/by-res/$1"
