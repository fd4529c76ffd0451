#!/bin/sh
# Builds a root with AWS's clients for people as a newer Debian has them, and prints its folder.
#
#   test/roots/aws-cli.sh [SUITE]        trixie without an argument: the newest stable release
#
# The root is a minimal Debian with awscli (2.23 in trixie, which has `ec2-instance-connect ssh`),
# boto3 and openssh-client. It is never changed afterwards: throwaway.sh puts a writable layer over
# it that vanishes.
#
#   EIC_ROOTS    where roots are kept between runs (default /var/cache/eic-test-roots)
#   EIC_MIRROR   Debian mirror (default: the one in this machine's own apt configuration)
#
# Needs root and mmdebstrap; 35 s and 420 MB.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
suite=${1:-trixie}
roots=${EIC_ROOTS:-/var/cache/eic-test-roots}/aws-cli-$(sha256sum "$0" | cut -c1-12)
root=$roots/$suite

mkdir -p "$roots"
exec 9>"$roots/.$suite.lock"
flock 9 # a second caller waits for the first and then finds the root ready
if [ ! -e "$root" ]; then
  rm -rf "$root.partial"
  mirror=$("$here/../../scripts/debian-mirror.sh")
  # "$1" in the hook is mmdebstrap's: the root's folder.
  # shellcheck disable=SC2016
  nice -n 5 mmdebstrap --quiet --mode=root --variant=minbase \
    --include=awscli,python3-boto3,openssh-client \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='force-unsafe-io' \
    --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
    --customize-hook='rm -f "$1"/etc/machine-id "$1"/etc/resolv.conf && : >"$1"/etc/machine-id' \
    "$suite" "$root.partial" "$mirror" >"$roots/$suite.log" 2>&1 9>&- ||
    { echo "cannot build $suite:" >&2; tail -n 20 "$roots/$suite.log" >&2; exit 1; }
  mv "$root.partial" "$root"
fi
echo "$root"
