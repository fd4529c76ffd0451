#!/bin/sh
# Builds the root of the SELinux guest and prints its folder.
#
#   test/vm/build.sh
#
# It is the bookworm root of test/roots/build.sh with a kernel, an initrd that has just the guest's
# disk and file system, Debian's default SELinux policy and the policy tools. It is never changed
# afterwards: guest.ts makes images of throw-away copies. The kernel and the initrd are in its /boot.
#
#   EIC_ROOTS    where roots are kept between runs (default /var/cache/eic-test-roots)
#
# Needs root; a root that exists and was made by this version of the script is kept.
set -eu

here=$(dirname "$(readlink -f "$0")")
roots=${EIC_ROOTS:-/var/cache/eic-test-roots}
version=$(cat "$0" "$here/initramfs.conf" "$here/../roots/build.sh" | sha256sum | cut -c1-12)
root=$roots/bookworm-selinux-$version
packages="linux-image-cloud-amd64 initramfs-tools selinux-policy-default policycoreutils"

base=$("$here/../roots/build.sh" bookworm)
exec 9>"$root.lock"
flock 9 # a second caller waits for the first and then finds the root ready
if [ -d "$root" ]; then
  echo "$root"
  exit 0
fi

rm -rf "$root.partial"
cp -a --reflink=auto "$base" "$root.partial"
install -D -m 644 "$here/initramfs.conf" "$root.partial/etc/initramfs-tools/conf.d/guest"
printf '%s\n' virtio_pci virtio_blk virtio_net virtio_rng ext4 >"$root.partial/modules"
# shellcheck disable=SC2016
nice -n 5 unshare --mount --propagation private sh -euc '
  root=$1
  shift
  mount --rbind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  mount -t tmpfs -o mode=755 tmpfs "$root/run"
  [ ! -s /etc/resolv.conf ] || cat /etc/resolv.conf >"$root/etc/resolv.conf"
  export DEBIAN_FRONTEND=noninteractive
  env -u TMPDIR chroot "$root" apt-get -qq -o Acquire::Retries=3 -o Acquire::Languages=none update
  mkdir -p "$root/etc/initramfs-tools" && mv "$root/modules" "$root/etc/initramfs-tools/modules"
  env -u TMPDIR chroot "$root" apt-get -qq -y --no-install-recommends -o DPkg::Options::=--force-unsafe-io \
    -o DPkg::Options::=--force-confold -o DPkg::Options::=--path-exclude=/usr/share/doc/* \
    -o DPkg::Options::=--path-exclude=/usr/share/man/* install "$@"
  rm -f "$root/etc/resolv.conf"
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb' \
  sh "$root.partial" $packages >"$root.log" 2>&1 9>&- </dev/null ||
  { echo "cannot build bookworm-selinux:" >&2; tail -n 20 "$root.log" >&2; exit 1; }
mv "$root.partial" "$root"
echo "$root"
