#!/bin/sh
# Runs a command in a throw-away copy of a root; every change vanishes when the command ends.
#
#   test/roots/throwaway.sh ROOT command [argument ...]
#   test/roots/throwaway.sh --merged ROOT command [argument ...]
#
# The first form changes root into the copy. The second stays outside and gives the command the
# copy's folder as its last argument (for rpm --root, dnf --installroot). The copy is an overlay on a
# tmpfs in a mount namespace of its own, with /dev, /proc, an empty /run and, where names can be
# resolved, this machine's resolv.conf. No systemd runs in it: boot.sh is for that. The network is
# the caller's: put `ip netns exec NETNS` in front. Needs root.
set -eu

merged=
if [ "${1:-}" = --merged ]; then merged=yes && shift; fi
[ $# -ge 2 ] || { echo "usage: throwaway.sh [--merged] ROOT command [argument ...]" >&2; exit 2; }
root=$1
shift

# shellcheck disable=SC2016
exec unshare --mount --propagation private sh -euc '
  merged=$1 lower=$2
  shift 2
  t=$(mktemp -d "${TMPDIR:-/tmp}/eic-throwaway.XXXXXX")
  trap "umount -l $t; rmdir $t" EXIT
  mount -t tmpfs -o size=4g tmpfs "$t"
  mkdir "$t/upper" "$t/work" "$t/root"
  chmod 755 "$t" "$t/upper"
  mount -t overlay overlay -o "lowerdir=$lower,upperdir=$t/upper,workdir=$t/work" "$t/root"
  mount --rbind /dev "$t/root/dev"
  mount -t proc proc "$t/root/proc"
  mount -t tmpfs -o mode=755 tmpfs "$t/root/run"
  mkdir -p "$t/root/run/lock"
  [ ! -s /etc/resolv.conf ] || cat /etc/resolv.conf >"$t/root/etc/resolv.conf"
  rc=0
  if [ -n "$merged" ]; then "$@" "$t/root" || rc=$?; else env -u TMPDIR chroot "$t/root" "$@" || rc=$?; fi
  exit $rc' sh "$merged" "$root" "$@"
