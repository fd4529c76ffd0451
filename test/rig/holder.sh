#!/bin/sh
# PID 1 of a rig's namespaces: `unshare --net --mount --pid --fork --kill-child holder.sh PROGRAM ADDRESS...`.
# Sets up a private view of the machine, says `ready PID`, and holds it until its standard input ends,
# however its owner ended. Then the kernel ends every process inside, and the namespaces, the mounts and
# the files on them are gone: there is nothing to clean up and nothing that can be forgotten.
set -eu
program=$1
shift

ip link set lo up
ip address add 169.254.169.254/32 dev lo
for address; do ip address add "$address/32" dev lo; done
if [ -e /proc/net/if_inet6 ]; then
  echo 0 > /proc/sys/net/ipv6/conf/lo/disable_ipv6
  ip address add fd00:ec2::254/128 dev lo nodad
fi

# Everything that is written lands on this tmpfs.
mount -t tmpfs -o mode=755 rig /run
mkdir -p /run/sshd /run/systemd/journal /run/rig/home /run/rig/keys

# Accounts, hosts and the CA store of this copy can be changed at will.
cp -a /etc /run/rig/etc
mount --bind /run/rig/etc /etc
# sshd writes lastlog and wtmp when somebody logs in on a terminal.
mount -t tmpfs -o mode=755 rig /var/log

# The instance's firmware, and nothing else of /sys but what the C library and Node read.
mkdir /run/rig/sys
mount -t tmpfs -o mode=755 rig /run/rig/sys
mkdir -p /run/rig/sys/fs /run/rig/sys/devices/system /run/rig/sys/devices/virtual/dmi/id
mkdir /run/rig/sys/hypervisor
mount --rbind /sys/fs /run/rig/sys/fs
mount --rbind /sys/devices/system /run/rig/sys/devices/system
mount --rbind /run/rig/sys /sys

# /opt keeps what it holds (the checkout may be there) and gets /opt/aws/bin.
mkdir /run/rig/opt
for entry in /opt/*; do
  [ -d "$entry" ] && [ "$entry" != /opt/aws ] || continue
  mkdir "/run/rig$entry"
  mount --rbind "$entry" "/run/rig$entry"
done
mkdir -p /run/rig/opt/aws/bin
target=/run/rig/opt/aws/bin/ec2-instance-connect
if [ "$(stat -c %u:%a "$program")" = 0:755 ]; then
  : > "$target"
  mount --bind "$program" "$target"
else
  # sshd takes no command that somebody else may write.
  install -o root -g root -m 755 "$program" "$target"
fi
ln -s ec2-instance-connect /run/rig/opt/aws/bin/eic_run_authorized_keys
mount --rbind /run/rig/opt /opt

# Commands that enter the namespaces start where this one is.
cd /

# In the /proc of the outside, so that the outside can find it.
read -r pid _ < /proc/self/stat
echo "ready $pid"
while read -r _; do :; done
