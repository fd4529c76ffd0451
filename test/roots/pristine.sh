#!/bin/sh
# A pristine machine in a box: a Debian with nodejs, npm, git and ca-certificates and nothing else.
#
#   test/roots/pristine.sh build bookworm|trixie         makes the root where it is missing, prints its folder
#   test/roots/pristine.sh run ROOT command [argument ...]
#
# `run` runs a command as root in a copy of the root that vanishes with it. The box has mounts,
# processes, host name and IPC of its own, an empty /run and /tmp, a bare environment, and its / is a
# real one (pivot_root), so that what runs inside can make namespaces itself. The network is the
# caller's. How this machine reaches the npm registry and resolves names is handed over when it
# runs: npm's registry and CA file, NODE_EXTRA_CA_CERTS, the proxy variables, resolv.conf.
#
#   EIC_ROOTS    where roots are kept between runs (default /var/cache/eic-test-roots)
#   EIC_MIRROR   Debian mirror (default: the one in this machine's own apt configuration)
#   EIC_SHARE    a folder that the box sees, read-only, as /mnt
#
# Needs root and mmdebstrap; 40 s and 500 MB a root.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
roots=${EIC_ROOTS:-/var/cache/eic-test-roots}/pristine-$(sha256sum "$0" | cut -c1-12)

build() {
  name=$1 root=$roots/$1
  mkdir -p "$roots"
  exec 9>"$roots/.$name.lock"
  flock 9
  if [ ! -e "$root" ]; then
    rm -rf "$root.partial"
    mirror=$("$here/../../scripts/debian-mirror.sh")
    # shellcheck disable=SC2016
    nice -n 5 mmdebstrap --quiet --mode=root --variant=minbase --include=nodejs,npm,git,ca-certificates \
      --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
      --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='force-unsafe-io' \
      --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
      --customize-hook='rm -f "$1"/etc/dpkg/dpkg.cfg.d/99mmdebstrap "$1"/etc/resolv.conf' \
      --customize-hook=': >"$1"/etc/machine-id; echo pristine >"$1"/etc/hostname' \
      --customize-hook='echo "127.0.0.1 localhost pristine" >"$1"/etc/hosts' \
      "$name" "$root.partial" "$mirror" >"$roots/$name.log" 2>&1 9>&- ||
      { echo "cannot build $name:" >&2; tail -n 20 "$roots/$name.log" >&2; exit 1; }
    mv "$root.partial" "$root"
  fi
  echo "$root"
}

# What the box is told of this machine's way to the npm registry, as arguments of env.
handed_over() {
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    eval "value=\${$name-}"
    [ -z "$value" ] || echo "$name=$value"
  done
  registry=$(npm config get registry)
  echo "npm_config_registry=$registry"
  ca=${NODE_EXTRA_CA_CERTS:-$(npm config get cafile)}
  case $ca in '' | null | undefined) return ;; esac
  cat "$ca" >"$1"
  echo "npm_config_cafile=/etc/caller-ca.crt"
  echo "NODE_EXTRA_CA_CERTS=/etc/caller-ca.crt"
}

run() {
  root=$1
  shift
  work=$(mktemp -d "${TMPDIR:-/tmp}/eic-pristine.XXXXXX")
  trap 'rmdir "$work/box"; rm -f "$work/ca" "$work/env"; rmdir "$work"' EXIT
  mkdir "$work/box"
  handed_over "$work/ca" >"$work/env"
  # However this shell ends, the box ends with it.
  # shellcheck disable=SC2016
  setpriv --pdeathsig TERM \
    unshare --mount --pid --uts --ipc --fork --kill-child --propagation private sh -euc '
    root=$1 work=$2
    shift 2
    t=$work/box
    mount -t tmpfs -o size=6g,mode=755 tmpfs "$t"
    mkdir "$t/upper" "$t/work" "$t/root"
    mount -t overlay overlay -o "lowerdir=$root,upperdir=$t/upper,workdir=$t/work" "$t/root"
    [ ! -e "$work/ca" ] || cp "$work/ca" "$t/root/etc/caller-ca.crt"
    [ ! -s /etc/resolv.conf ] || cat /etc/resolv.conf >"$t/root/etc/resolv.conf"
    [ -z "${EIC_SHARE-}" ] || mount --bind -o ro "$EIC_SHARE" "$t/root/mnt"
    set -- $(tr "\n" " " <"$work/env") "$@"
    cd "$t/root"
    mount --rbind /dev dev
    mount -t sysfs sysfs sys
    mount --rbind /sys/fs/cgroup sys/fs/cgroup
    mount -t proc proc proc
    mount -t tmpfs -o mode=755 tmpfs run
    mount -t tmpfs -o mode=1777 tmpfs tmp
    mkdir run/lock
    mkdir -p .old
    pivot_root . .old
    cd /root
    umount -l /.old
    rmdir /.old
    hostname pristine
    exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      LANG=C.UTF-8 TERM=dumb "$@"' sh "$root" "$work" "$@"
}

case "${1-}:$#" in
build:2)
  case $2 in
  bookworm | trixie) build "$2" ;;
  *) echo "unknown release '$2', expected bookworm or trixie" >&2; exit 2 ;;
  esac
  ;;
run:[0-2]) set -- ;;
run:*) shift && run "$@" ;;
*) set -- ;;
esac
[ $# -gt 0 ] || { sed -n '2,5p' "$0" | sed 's/^# \{0,1\}//' >&2; exit 2; }
