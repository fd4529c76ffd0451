#!/bin/sh
# Prints the address of a Debian mirror: EIC_MIRROR, else the one that this machine's own apt uses.
#   scripts/debian-mirror.sh             the main archive
#   scripts/debian-mirror.sh security    that of the security updates
set -eu
case ${1-} in
'') name=debian given=${EIC_MIRROR-} ;;
security) name=debian-security given=${EIC_MIRROR:+$EIC_MIRROR-security} ;;
*) echo "usage: scripts/debian-mirror.sh [security]" >&2; exit 2 ;;
esac
# deb822 files first, then one-line files; the first line that is not a comment counts.
found=$given
[ -n "$found" ] || found=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null |
  sed -n "s,^URIs: *\([^ ]*/$name\)/\{0\,1\}\( .*\)\{0\,1\}\$,\1,p" | head -n 1)
[ -n "$found" ] || found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
  sed -n "s,^deb \(\[[^]]*\] *\)\{0\,1\}\([a-z+]*:[^ ]*/$name\)/\{0\,1\} .*,\2,p" | head -n 1)
# Mirrors keep the two side by side.
[ -n "$found" ] || [ "$name" = debian ] || found=$("$0")-security
if [ -z "$found" ]; then
  echo "apt names no Debian mirror here; give one, for example EIC_MIRROR=http://MIRROR/debian" >&2
  exit 1
fi
echo "$found"
