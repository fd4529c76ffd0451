#!/bin/bash
# Installs what the other scripts need on a fresh Debian or Ubuntu: the Debian packages named as
# arguments and the npm packages of the lock file. Starts no service. Needs root, node and npm.
# Usage: scripts/prepare.sh PACKAGE...
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  echo "prepare: root is needed, for Debian packages and network namespaces" >&2
  exit 1
fi

missing=()
for package in "$@"; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
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
  apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}" >/dev/null
fi

# A folder that is as new as the lock file is complete: npm writes its own copy of the lock last.
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
  echo "prepare: installing the npm packages"
  npm ci --no-audit --no-fund --loglevel=error
fi
