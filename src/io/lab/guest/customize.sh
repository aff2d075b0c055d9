#!/bin/sh
# Runs inside the new tree, once, as the last step of the image: what makes a plain Debian a lab machine.
# Services of the cluster stay installed and switched off, as an administrator finds them who asked not to start them.
set -eu
kernel=$(basename /lib/modules/*)

for unit in corosync corosync-qdevice corosync-qnetd pacemaker postgresql haproxy drbd logd; do
  systemctl --quiet disable "$unit.service" 2>/dev/null || true
done
# The package made a certificate authority for a witness: each clone that is one makes its own.
rm -rf /etc/corosync/qnetd/nssdb
# Timers and consoles of a desktop or a long-lived server; on an emulated processor they only disturb measurements.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer xfs_scrub_all.timer \
  fstrim.timer man-db.timer logrotate.timer systemd-pstore.service e2scrub_reap.service getty@.service; do
  systemctl --quiet disable "$unit" 2>/dev/null || true
done
systemctl --quiet mask serial-getty@ttyS0.service systemd-update-utmp.service systemd-hwdb-update.service \
  systemd-journal-catalog-update.service ldconfig.service e2scrub_all.timer getty-static.service sshd-keygen.service \
  modprobe@configfs.service modprobe@drm.service modprobe@fuse.service sys-fs-fuse-connections.mount \
  systemd-binfmt.service proc-sys-fs-binfmt_misc.automount systemd-udev-load-credentials.service lvm2-monitor.service \
  systemd-logind.service systemd-journal-flush.service 2>/dev/null
mkdir -p /etc/systemd/system-generators /etc/systemd/journald.conf.d /etc/systemd/system/systemd-udev-trigger.service.d
ln -s /dev/null /etc/systemd/system-generators/systemd-ssh-generator
printf '[Journal]\nStorage=volatile\n' >/etc/systemd/journald.conf.d/lab.conf
# A lab machine has hundreds of devices that nobody asks about (consoles, memory blocks); udev meets only the others.
cat >/etc/systemd/system/systemd-udev-trigger.service.d/lab.conf <<'END'
[Service]
ExecStart=
ExecStart=/usr/bin/udevadm trigger --type=devices --action=add --subsystem-match=block --subsystem-match=net \
  --subsystem-match=virtio --subsystem-match=virtio-ports --subsystem-match=misc
END
systemctl --quiet enable holdfast-lab-identity.service holdfast-lab-network.service

printf '/dev/vda / ext4 noatime,errors=remount-ro 0 0\n' >/etc/fstab
printf 'debian\n' >/etc/hostname
printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' >/etc/hosts
printf 'link set dev lo up\naddr add 198.18.0.15/24 dev eth0\nlink set dev eth0 up\n' >/etc/holdfast-lab-network
: >/etc/machine-id
rm -f /var/lib/dbus/machine-id /etc/resolv.conf
# Host keys for the golden machine only: each clone gets its own before anybody connects.
ssh-keygen -q -A
mkdir -p /root/.ssh && chmod 700 /root/.ssh
passwd --quiet --lock root

# The kernel and the small initrd, for the direct boot.
modules=/tmp/initrd/modules
mkdir -p /tmp/initrd/bin /tmp/initrd/dev /tmp/initrd/proc /tmp/initrd/sys /tmp/initrd/root $modules
for wanted in virtio_net virtio_rng virtio_pci virtio_mmio virtio_blk ext4; do
  modprobe --set-version "$kernel" --show-depends "$wanted" 2>/dev/null | sed -n 's/^insmod \([^ ]*\).*/\1/p'
done | awk '!seen[$0]++' | while read -r module; do
  name=$(basename "$module" .xz)
  case $module in *.xz) python3 -c 'import lzma, sys; sys.stdout.buffer.write(lzma.open(sys.argv[1]).read())' "$module" >"$modules/$name" ;; *) cp "$module" "$modules/$name" ;; esac
  echo "$name"
done >$modules/order
cp /bin/busybox /tmp/initrd/bin/busybox
cp /usr/lib/holdfast-lab/init.sh /tmp/initrd/init
chmod 755 /tmp/initrd/init
(cd /tmp/initrd && find . | cpio --quiet --create --format=newc) | gzip -1 >/boot/lab-initrd
cp "/boot/vmlinuz-$kernel" /boot/lab-vmlinuz
rm -rf /tmp/initrd
