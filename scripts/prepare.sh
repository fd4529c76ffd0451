#!/bin/bash
# Installs what the other scripts need on a fresh Debian or Ubuntu: Debian packages and the npm packages
# of the lock file. Starts no service and enables none. Needs node and npm, and root where a package is
# missing.
# Usage: scripts/prepare.sh NAME|FILE...
# A FILE (with a slash in it) lists names, one a line, and comments. A NAME with ? behind it is installed
# where the distribution has such a package.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=()
for argument in "$@"; do
  case $argument in
    */*) mapfile -t -O "${#wanted[@]}" wanted < <(grep -v '^#' "$argument") ;;
    *) wanted+=("$argument") ;;
  esac
done
missing=()
for name in "${wanted[@]}"; do
  dpkg-query -W -f '${db:Status-Status}' "${name%\?}" 2>/dev/null | grep -qx installed || missing+=("$name")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "prepare: root is needed to install ${missing[*]}; try it with sudo" >&2
    exit 1
  fi
  echo "prepare: installing ${missing[*]}"
  # invoke-rc.d asks this file; 101 forbids every start (invoke-rc.d(8)). One that is there stays.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  for index in "${!missing[@]}"; do
    case ${missing[index]} in
      *\?) if apt-cache show "${missing[index]%\?}" >/dev/null 2>&1; then
        missing[index]=${missing[index]%\?}
      else
        echo "prepare: there is no ${missing[index]%\?} here"
        unset "missing[index]"
      fi ;;
    esac
  done
  # Units that a start of the machine would start, by their links.
  enabled() {
    [ ! -d /etc/systemd/system ] ||
      find /etc/systemd/system -type l -path '*.wants/*' -printf '%f\n' | sort -u
  }
  before=$(enabled)
  apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}" >/dev/null
  # What these packages have switched on is switched off again: no sshd listens here after the next start.
  for unit in $(comm -13 <(echo "$before") <(enabled)); do
    dpkg -L "${missing[@]}" | grep "/systemd/system/$unit\$" >/dev/null || continue
    deb-systemd-helper disable "$unit" >/dev/null 2>&1 || :
    find /etc/systemd/system -type l -path "*.wants/$unit" -delete
  done
fi

# A folder that is as new as the lock file is complete: npm writes its own copy of the lock last.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  echo "prepare: installing the npm packages"
  npm ci --no-audit --no-fund --loglevel=error
fi
