#!/bin/busybox sh
# The first program of a lab machine: loads what the root disk needs and hands over to systemd. It replaces the
# distribution's initramfs, which takes several times as long on an emulated processor and does the same here.
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
for module in $(/bin/busybox cat /modules/order); do /bin/busybox insmod "/modules/$module"; done
if /bin/busybox grep -q holdfast.probe /proc/cmdline; then
  echo holdfast-probe-answers
  /bin/busybox poweroff -f
fi
while [ ! -b /dev/vda ]; do /bin/busybox usleep 20000; done
/bin/busybox mount -t ext4 -o noatime /dev/vda /root || exec /bin/busybox sh
/bin/busybox mount --move /dev /root/dev
/bin/busybox umount /sys /proc
exec /bin/busybox switch_root /root /sbin/init
