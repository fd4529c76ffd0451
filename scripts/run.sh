#!/bin/sh
# Runs a command with the Node of the lock file, and the lock file's tools, first in PATH.
#   scripts/run.sh COMMAND [ARGUMENT ...]
# The folder of the Node package itself is what counts: both architectures' packages claim the link
# node_modules/.bin/node, and npm before 11.6 takes it away together with the one that does not fit.
set -eu
project=$(cd "$(dirname "$0")/.." && pwd)
case $(uname -m) in
x86_64) arch=x64 ;;
aarch64) arch=arm64 ;;
*)
  echo "run: there is no Node for $(uname -m), only for x86_64 and aarch64" >&2
  exit 1
  ;;
esac
bin=$project/node_modules/node-linux-$arch/bin
if [ ! -x "$bin/node" ]; then
  echo "run: $bin/node is missing; \"npm ci\" installs it" >&2
  exit 1
fi
PATH=$bin:$project/node_modules/.bin:$PATH
export PATH
exec "$@"
