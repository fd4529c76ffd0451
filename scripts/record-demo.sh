#!/bin/bash
# Records the demo for the README: docs/demo.txt, of which "npm run docs" draws docs/demo.svg.
# Needs what scripts/demo.sh needs; run it where dist/ is built, or the building is recorded too.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/run.sh env LC_ALL=C.UTF-8 TERM=xterm-256color \
  script --quiet --return --command 'stty cols 80 rows 50; node scripts/demo/demo.ts' /dev/null |
  tr -d '\007' | sed -e 's/\r$//' -e 's/.*\r\x1b\[K//' >docs/demo.txt
npm run --silent docs
