#!/bin/sh
# Links modules into the guest's policy as semodule(8) does on a host, in a throw-away copy of its root.
#
#   test/vm/policy.sh ROOT OUTPUT MODULE...
#
# A .pp or .cil file is installed, a bare name is removed again after all were installed. OUTPUT becomes
# a folder with the kernel's policy (`policy`) and the labels of files (`file_contexts`).
# The policy's neverallow rules are checked (expand-check, semanage.conf(5)).
set -eu
root=$1 output=$2
shift 2

mkdir -p "$output"
# shellcheck disable=SC2016
exec "$(dirname "$0")/../roots/throwaway.sh" --merged "$root" sh -euc '
  output=$1
  shift
  for root; do :; done
  mkdir "$root/run/modules"
  for module; do
    case $module in
    "$root") ;;
    *.pp | *.cil) cp "$module" "$root/run/modules/" ;;
    *) echo "$module" >>"$root/run/removed" ;;
    esac
  done
  sed -i s/^expand-check=0/expand-check=1/ "$root/etc/selinux/semanage.conf"
  semodule="semodule --noreload --store=default"
  env -u TMPDIR chroot "$root" sh -euc "cd /run/modules
    for module in *; do set -- \"\$@\" --install=\"\$module\"; done
    $semodule \"\$@\"
    [ ! -e /run/removed ] || $semodule --remove=\$(cat /run/removed)" sh
  etc=$root/etc/selinux/default
  cp "$etc"/policy/policy.* "$output/policy"
  cp "$etc/contexts/files/file_contexts" "$output/"' sh "$output" "$@"
