#!/bin/bash
# Passes the tests of the project on a fresh Debian or Ubuntu; `scripts/test.sh --help` says what and how.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

all=(types style build packages repositories unit host differential e2e package selinux fresh)
usage() {
  cat <<'HELP'
usage: scripts/test.sh [--quick] [PART ...]

Sets the machine up, builds and tests. Needs Debian or Ubuntu, root, node and npm; takes about half an hour on
two cores. Installs Debian packages that are missing (their services are not started) and the npm packages.
The last lines are the time of each part and "N passed, N failed".

  --quick   without the packages of every system and the fresh machine, which is half of the time;
            each part left out counts as one skipped
  --help    this text

Without a PART all of them run, in this order; fresh beside the parts up to differential, e2e and package side
by side:
  types, style        the compiler, the linter, the formatter, the spelling of the documentation
  build               the program
  packages            its deb and rpm packages
  repositories        the signed repositories of them
  unit                tests that need Node alone
  host                tests that need programs of the host besides: openssl, ssh-keygen, unshare
  differential        our rules against openssl's
  e2e                 the compiled program under a real sshd, in namespaces and booted machines
  package             the packages in real roots, booted and emulated systems
  selinux             logins on an emulated machine on which SELinux is enforcing
  fresh               scripts/demo.sh and scripts/test.sh in a machine with nothing but nodejs, npm, git and
                      ca-certificates, of another Debian release; tests what is committed

EIC_ROOTS   where roots are kept between runs (default /var/cache/eic-test-roots)
EIC_MIRROR  a Debian mirror (default: that of this machine's apt)
EIC_SEED    the seed of the properties; each run prints its own

Exit status: 0 when everything passed, 1 when something failed, 2 for bad usage.
HELP
}

quick=no
parts=()
for argument in "$@"; do
  case $argument in
    --quick) quick=yes ;;
    -h | --help) usage && exit 0 ;;
    *)
      if [[ " ${all[*]} " != *" $argument "* ]]; then
        echo "test: unknown argument $argument; see scripts/test.sh --help" >&2
        exit 2
      fi
      parts+=("$argument")
      ;;
  esac
done
[ ${#parts[@]} -gt 0 ] || parts=("${all[@]}")
if [ "$(id -u)" -ne 0 ]; then
  echo "test: root is needed, for namespaces and Debian packages; try it with sudo" >&2
  exit 1
fi

SECONDS=0
# Every service of a booted machine is a session, and gets as much of the processors as all the tests in this one
# together (sched(7), autogroup): so this one counts for more, until it ends.
autogroup=$(sed 's/.* //' "/proc/$$/autogroup" 2>/dev/null)
session_nice() {
  [ -z "$autogroup" ] || { echo "$1" >"/proc/$$/autogroup"; } 2>/dev/null || :
}
trap 'session_nice "$autogroup"' EXIT
session_nice -10
scripts/prepare.sh scripts/package-packages.txt scripts/test-packages.txt || exit 1
PATH=$(scripts/run.sh printenv PATH) || exit 1
EIC_SEED=${EIC_SEED:-$RANDOM$RANDOM}
netns=$(stat -f -c %T /run/netns 2>/dev/null || echo none)
# Whatever a part forgets lies in this folder, is named at the end, and goes.
TMPDIR=$(mktemp -d /tmp/eic-test.XXXXXX)
# Tools that cache their own code would do it in that folder.
export NODE_DISABLE_COMPILE_CACHE=1
export PATH EIC_SEED TMPDIR
results=$TMPDIR.results
mkdir "$results"
times=("set-up ${SECONDS}s")

passed=0
failed=0
skipped=0
# Runs a part and keeps "PASSED FAILED SKIPPED", its name and its seconds. A step is one check.
step() {
  local part=$1 start=$SECONDS counts="1 0 0"
  shift
  echo "== $part"
  "$@" || {
    counts="0 1 0"
    echo "FAILED: $part"
  }
  echo "$counts $((SECONDS - start))" >"$results/$part"
}
# A run of vitest that counted nothing has failed, and so has one that was not content.
tests() {
  local part=$1 start=$SECONDS status=0 p=0 f=0 s=0 ahead=()
  # The programs in these have a second for each answer: they go before the part that runs beside them.
  [ "$part" != e2e ] || ahead=(nice -n -5)
  echo "== tests: $part"
  EIC_COUNTS=$results/$part.counts "${ahead[@]}" vitest run --project "$part" --reporter=default \
    --reporter=./scripts/test/counts.ts || status=1
  [ ! -s "$results/$part.counts" ] || read -r p f s <"$results/$part.counts"
  [ "$f" -gt 0 ] || f=$status
  echo "$p $f $s $((SECONDS - start))" >"$results/$part"
}
skip() {
  echo "== $1 (skipped: --quick)"
  echo "0 0 1 0" >"$results/$1"
}
# The linter, the formatter, and the spelling of what people read.
style() {
  npm run --silent lint || return
  codespell ./*.md docs packaging/man packaging/fleet/*.md
}
run_part() {
  local part=$1
  case $part:$quick in
    types:*) step types tsc --noEmit ;;
    style:*) step style style ;;
    build:*) step build npm run --silent build ;;
    # How well a package is compressed makes no difference to its tests. The end-to-end tests need one too.
    packages:yes) step packages npm run --silent package -- --only "$(node -p process.arch)" --level 0 ;;
    packages:no) step packages npm run --silent package -- --level 1 ;;
    repositories:no) step repositories npm run --silent repo ;;
    unit:* | host:* | differential:* | e2e:* | package:no | selinux:no | fresh:no) tests "$part" ;;
    *) skip "$part" ;;
  esac
}
declare -A beside
# Runs a part in the background, if it is wanted.
start() {
  [ $quick = no ] && [[ " ${parts[*]} " = *" $1 "* ]] || return 0
  run_part "$1" >"$results/$1.log" 2>&1 &
  beside[$1]=$!
}
# Waits for a part in the background and shows what it said.
finish() {
  [ -n "${beside[$1]-}" ] || return 0
  wait "${beside[$1]}"
  cat "$results/$1.log"
  unset "beside[$1]"
}
# The fresh machine mostly waits, for mirrors and for a key to die: it runs beside the parts that do not
# watch the clock. Booted machines and logins leave half of two cores idle, so their two parts go side by side;
# the emulated machine has none to spare.
start fresh
for part in "${parts[@]}"; do
  case $part in
    e2e) finish fresh ;;
    package) finish fresh && start e2e ;;
    selinux | fresh) finish e2e && finish fresh ;;
  esac
  case $part in
    e2e) [[ $quick = no && " ${parts[*]} " = *" package "* ]] || run_part e2e ;;
    *) [ -e "$results/$part" ] || run_part "$part" ;;
  esac
done
finish e2e
finish fresh

# What a run may leave: Debian packages, node_modules, dist and the caches that docs/building.md names.
left=$(find "$TMPDIR" -mindepth 1 -maxdepth 1 -printf '%f ')
agents=$(pgrep -a gpg-agent | grep -F -e "$TMPDIR" -e "$PWD/dist") || agents=
rm -rf "$TMPDIR"
# The first "ip netns add" mounts a tmpfs for the names of namespaces, and nobody takes it away.
if [ "$netns" != tmpfs ] && [ "$(stat -f -c %T /run/netns 2>/dev/null)" = tmpfs ] &&
  [ -z "$(ls /run/netns)" ]; then
  umount /run/netns && rmdir /run/netns
fi
for part in "${parts[@]}"; do
  read -r p f s seconds <"$results/$part" || continue
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  times+=("$part ${seconds}s")
done
rm -rf "$results"
if [ -n "$left$agents" ]; then
  echo "FAILED: left behind: $left$agents"
  failed=$((failed + 1))
fi
echo "seed $EIC_SEED; time by part: $(printf '%s, ' "${times[@]}")whole ${SECONDS}s"
echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
