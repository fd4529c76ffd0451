#!/bin/sh
# Boots a root with systemd as its init in a container; nothing that it does reaches the root.
#
#   test/roots/boot.sh [-i INSTANCE_ID] NAME ROOT NETNS [argument of systemd-nspawn ...]
#
# NAME is the machine's name (one word, unique while it runs), ROOT a folder from build.sh, NETNS
# the name of a network namespace that exists (ip netns add). With -i the container's DMI names that
# instance. Runs in the foreground with the console on stdout until the machine powers off or this
# script gets TERM or INT; then it takes away what it made. Needs root and systemd-nspawn.
# machine.ts is the same for tests: it boots, runs commands inside and stops.
#
# --link-journal=no, because for the link nspawn asks for this machine's id, which a container has not.
# A private cgroup2 mount lets it work where PID 1 is not systemd and cgroup v1 is in use; a cgroup
# of its own lets several machines run at once.
set -eu

instance=
if [ "${1:-}" = -i ]; then instance=$2 && shift 2; fi
[ $# -ge 3 ] || { echo "usage: boot.sh [-i INSTANCE_ID] NAME ROOT NETNS [nspawn argument ...]" >&2; exit 2; }
name=$1 root=$2 netns=$3
shift 3

cgroot=/sys/fs/cgroup
[ "$(stat -f -c %T $cgroot)" = cgroup2fs ] || cgroot=/sys/fs/cgroup/unified
cg=$cgroot/eic-test-$name
work=$(mktemp -d "${TMPDIR:-/tmp}/eic-boot.XXXXXX")
pid=

cleanup() {
  trap '' EXIT TERM INT
  if [ -n "$pid" ]; then
    kill -TERM "$pid" 2>/dev/null || :
    wait "$pid" 2>/dev/null || :
  fi
  [ ! -d "$cg" ] || find "$cg" -depth -type d -exec rmdir {} \; 2>/dev/null || :
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

if [ -n "$instance" ]; then
  mkdir -p "$work/virtual/dmi/id"
  echo "$instance" >"$work/virtual/dmi/id/board_asset_tag"
  chmod 444 "$work/virtual/dmi/id/board_asset_tag"
  set -- "--bind-ro=$work/virtual:/sys/devices/virtual" "$@"
fi
# Tests restart a service more often than people do, and on a quick machine more often than systemd allows.
printf '[Manager]\nDefaultStartLimitIntervalSec=0\n' >"$work/limits.conf"
set -- "--bind-ro=$work/limits.conf:/etc/systemd/system.conf.d/limits.conf" "$@"
# Each daemon-reload runs every generator, and these have nothing to say in a container.
mkdir "$work/generators"
for generator in cryptsetup debug fstab getty gpt-auto hibernate-resume integritysetup rc-local run system-update \
  tpm2 veritysetup; do
  ln -s /dev/null "$work/generators/systemd-$generator-generator"
done
set -- "--bind-ro=$work/generators:/etc/systemd/system-generators" "$@"
mkdir -p "$cg"
# shellcheck disable=SC2016
unshare --mount --propagation private sh -c '
  cg=$1 name=$2 root=$3 netns=$4
  shift 4
  echo $$ >"$cg/cgroup.procs" && mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 9
  exec systemd-nspawn --quiet --register=no --keep-unit --machine="$name" --directory="$root" --boot \
    --volatile=overlay --console=pipe --network-namespace-path="/run/netns/$netns" \
    --resolv-conf=off --timezone=off --link-journal=no "$@"' sh "$cg" "$name" "$root" "$netns" "$@" </dev/null &
pid=$!
wait "$pid" && rc=0 || rc=$?
pid=
exit "$rc"
