#!/bin/bash
# Passes the tests of the project on a fresh Debian or Ubuntu: sets up, builds, checks types and style,
# makes the packages and repositories, runs the tests. Needs root, node and npm. Takes about 20 minutes
# on two cores. The last line is "N passed, N failed".
# With --quick the packages' own tests are left out, which halves that; they count as one skipped.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

quick=no
case ${1-} in
  '') ;;
  --quick) quick=yes ;;
  *)
    echo "usage: scripts/test.sh [--quick]" >&2
    exit 2
    ;;
esac

scripts/prepare.sh scripts/package-packages.txt scripts/test-packages.txt || exit 1
PATH=$(scripts/run.sh printenv PATH) || exit 1
export PATH

passed=0
failed=0
skipped=0
# A step is one check: its name, then its command.
step() {
  local name=$1
  shift
  echo "== $name"
  if "$@"; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAILED: $name"
  fi
}
# Runs the tests of a vitest project and adds what it counted. A run that counted nothing has failed,
# and so has one that was not content though no test failed (an error outside of every test).
tests() {
  local project=$1 report counts p f s status=0
  echo "== tests: $project"
  report=$(mktemp)
  vitest run --project "$project" --reporter=default --reporter=json --outputFile.json="$report" ||
    status=1
  counts=$(node -e '
    const r = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    const broken = r.testResults.filter((f) => f.status === "failed" && f.assertionResults.length === 0);
    console.log(r.numPassedTests, r.numFailedTests + broken.length + (r.numPassedTests === 0 ? 1 : 0),
      r.numPendingTests + r.numTodoTests)' "$report") || counts="0 1 0"
  rm -f "$report"
  read -r p f s <<<"$counts"
  [ "$f" -gt 0 ] || f=$status
  passed=$((passed + p))
  failed=$((failed + f))
  skipped=$((skipped + s))
}
step "types" tsc --noEmit
step "style" npm run --silent lint
step "build" npm run --silent build
if [ $quick = yes ]; then
  # verify-install is tested where the package has put it; how well that is compressed does not matter.
  step "package" npm run --silent package -- --only "$(node -p process.arch)" --level 0
else
  step "packages" npm run --silent package
  step "repositories" npm run --silent repo
fi
tests unit
tests e2e
if [ $quick = yes ]; then
  echo "== tests: package (skipped: --quick)"
  skipped=$((skipped + 1))
else
  tests package
fi

echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
