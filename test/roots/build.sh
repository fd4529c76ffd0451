#!/bin/sh
# Builds the roots that the end-to-end tests boot, and prints the folder of each.
#
#   test/roots/build.sh [bullseye|bookworm|trixie ...]        all three without an argument
#
# A root is a minimal Debian 11, 12 or 13 with systemd as init, D-Bus, logind's PAM module,
# openssh-server (8.4, 9.2, 10.0), ca-certificates, iproute2, procps and adduser. It is never
# changed afterwards: boot.sh and throwaway.sh put a writable layer over it that vanishes at exit.
# /opt/test-lib holds what is not installed: libatomic.so.1, which Node's official build needs and a
# minimal Debian lacks, so that a program which forgets to bring it is caught; and, in Debian 12 and
# 13, userdbctl's package systemd-userdbd.deb.
#
#   EIC_ROOTS    where roots are kept between runs (default /var/cache/eic-test-roots)
#   EIC_MIRROR   Debian mirror (default: the one in this machine's own apt configuration)
#
# Needs root and mmdebstrap; 25 to 40 s and 180 MB a root. Roots are built side by side, at most
# two at a time; a root that this version of the script has made is kept.
set -eu

packages=systemd,systemd-sysv,dbus,libpam-systemd,openssh-server,ca-certificates,iproute2,procps,adduser
# Another version of this script makes other roots, beside these: nobody's machine loses its root.
roots=${EIC_ROOTS:-/var/cache/eic-test-roots}/$(sha256sum "$0" | cut -c1-12)

mirror() {
  [ -n "${EIC_MIRROR:-}" ] && { echo "$EIC_MIRROR"; return; }
  # The first Debian archive that apt itself uses: deb822 files, then one-line files.
  found=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null |
    sed -n 's/^URIs: *\([^ ]*\/debian\)\/\{0,1\}$/\1/p' | head -n 1)
  [ -n "$found" ] || found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
    sed -n 's/^deb .*\(https\{0,1\}:[^ ]*\/debian\)\/\{0,1\} .*/\1/p' | head -n 1)
  echo "${found:-http://deb.debian.org/debian}"
}

build() {
  name=$1 root=$roots/$1
  mkdir -p "$roots"
  exec 9>"$roots/.$name.lock"
  flock 9 # a second caller waits for the first and then finds the root ready
  [ ! -e "$root" ] || return 0
  rm -rf "$root.partial"
  # No manuals or translations while building; the setting is taken out again, because the packages
  # under test bring manuals. "$1" in the hooks is mmdebstrap's: the root's folder.
  # shellcheck disable=SC2016
  nice -n 5 mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='force-unsafe-io' \
    --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
    --customize-hook='rm -f "$1"/etc/dpkg/dpkg.cfg.d/99mmdebstrap' \
    --customize-hook='mkdir -p "$1"/opt/test-lib/deb' \
    --customize-hook='chroot "$1" sh -c "cd /opt/test-lib/deb && apt-get -qq download libatomic1 2>/dev/null && dpkg-deb -x libatomic1_*.deb x && cp -L x/usr/lib/*/libatomic.so.1 .. && cd .. && rm -r deb"' \
    --customize-hook='chroot "$1" sh -c "cd /opt/test-lib && apt-get -qq download systemd-userdbd 2>/dev/null && mv systemd-userdbd_*.deb systemd-userdbd.deb || :"' \
    --customize-hook='rm -f "$1"/etc/machine-id "$1"/etc/resolv.conf && : >"$1"/etc/machine-id' \
    --customize-hook='echo test-root >"$1"/etc/hostname && echo "127.0.0.1 localhost test-root" >"$1"/etc/hosts' \
    "$name" "$root.partial" "$(mirror)" >"$roots/$name.log" 2>&1 9>&- ||
    { echo "cannot build $name:" >&2; tail -n 20 "$roots/$name.log" >&2; return 1; }
  mv "$root.partial" "$root"
}

[ $# -gt 0 ] || set -- bookworm trixie bullseye
for name in "$@"; do
  case $name in
  bullseye | bookworm | trixie) ;;
  *) echo "unknown root '$name', expected bullseye, bookworm or trixie" >&2; exit 2 ;;
  esac
done
if [ "${EIC_ROOTS_CHILD:-}" ]; then
  build "$1"
else
  EIC_ROOTS_CHILD=1 && export EIC_ROOTS_CHILD
  printf '%s\n' "$@" | xargs -P 2 -n 1 "$0" >&2
  for name in "$@"; do echo "$roots/$name"; done
fi
