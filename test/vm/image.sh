#!/bin/sh
# Makes a guest's disk from a copy of its root; called by guest.ts.
#
#   test/vm/image.sh ROOT STAGE IMAGE
#
# STAGE/root is copied over the root, STAGE/prepare is a shell script that runs in it, STAGE/modules
# holds policy modules. Every file gets the label that the policy says, IMAGE becomes an ext4 file
# system. No rule of the guest's policy hides a denial from the log (semodule -DB).
#
# The copy is a whole one, on a tmpfs that vanishes: in an overlay inode numbers occur twice, and
# setfiles takes two files of one number for one.
set -eu

# shellcheck disable=SC2016
exec unshare --mount --propagation private sh -euc '
  stage=$2 image=$3
  root=$(mktemp -d "${TMPDIR:-/tmp}/eic-image.XXXXXX")
  trap "umount -l $root; rmdir $root" EXIT
  mount -t tmpfs -o mode=755,size=2g tmpfs "$root"
  cp -a "$1/." "$stage/root/." "$root"
  cp -a "$stage" "$root/run/stage"
  env -u TMPDIR chroot "$root" sh -eu /run/stage/prepare
  env -u TMPDIR chroot "$root" sh -euc "cd /run/stage/modules
    set -- --noreload --store=default --disable_dontaudit
    for module in *; do set -- \"\$@\" --install=\"\$module\"; done
    semodule \"\$@\""
  rm -rf "$root/run/stage"
  setfiles -F -m -r "$root" "$root/etc/selinux/default/contexts/files/file_contexts" "$root"
  mke2fs -q -t ext4 -d "$root" -F "$image" 1500M' sh "$@"
