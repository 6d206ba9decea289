#!/bin/busybox sh
# First process of the guest: modules, the host's file system (read-only, over 9p), then the program in it.
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci netfs fscache 9pnet 9pnet_virtio 9p hid hid-generic uhid; do
  [ -f /modules/$module.ko ] && insmod /modules/$module.ko
done
mkdir -p /host
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144,cache=loose host /host || poweroff -f
mount -t tmpfs tmp /host/tmp
mount --bind /proc /host/proc
mount --bind /sys /host/sys
mount --bind /dev /host/dev
ip link set lo up
. /program
echo "guest: $(uname -r)"
chroot /host /usr/bin/env -i PATH=/usr/bin:/bin LANG=C.UTF-8 HOME=/tmp "$NODE" --conditions=onelock-source "$SCRIPT"
echo "guest: ended with $?"
poweroff -f
