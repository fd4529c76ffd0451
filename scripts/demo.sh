#!/bin/bash
# Shows the whole of EC2 Instance Connect on this machine; `scripts/demo.sh --help` says what and how.
set -euo pipefail
cd "$(dirname "$0")/.."

keep=no
for argument in "$@"; do
  case $argument in
    --keep) keep=yes ;;
    -h | --help)
      cat <<'HELP'
usage: scripts/demo.sh [--keep]

Shows EC2 Instance Connect from end to end: an emulated AWS account, a real sshd that asks the compiled
program for keys, and what gets in and what does not. Takes about a minute and a half, of which one
minute is a key's life.

It runs in a network, mount and process namespace of its own. Outside it installs Debian packages that
are missing (their services are not started) and the npm packages, and builds dist/. Needs Debian or
Ubuntu, root, node and npm. Nothing is sent to AWS.

  --keep   afterwards leave everything running, say how to push keys and log in by hand, until Ctrl-C
  --help   this text

Exit status: 0 when every step behaved as stated, 1 when one did not, 2 for bad usage, 130 when
interrupted. NO_COLOR is respected.
HELP
      exit 0
      ;;
    *)
      echo "demo: unknown argument $argument; see scripts/demo.sh --help" >&2
      exit 2
      ;;
  esac
done

if [ "$(id -u)" -ne 0 ]; then
  echo "demo: root is needed, for network namespaces and Debian packages; try it with sudo" >&2
  exit 1
fi
# Node 26 wants libatomic, which a small system does not have.
scripts/prepare.sh openssh-server openssh-client iproute2 ca-certificates libatomic1
if [ $keep = yes ] && ! [ -x /usr/bin/aws ]; then
  # Not every release has it; the demo then says so.
  scripts/prepare.sh 'awscli?'
fi
echo "demo: building the program"
npm run --silent build
exec scripts/run.sh node scripts/demo/demo.ts "$@"
