#!/bin/sh
# Runs in a throw-away root without systemd, in a network of its own; see sshd-without-systemd.test.ts.
# Prints what went wrong and ends with 1 at the first surprise.
set -eu
program=/usr/lib/ec2-instance-connect/ec2-instance-connect
surprise() {
  echo "surprise: $1"
  exit 1
}
login() {
  ssh -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
    -o BatchMode=yes -o IdentitiesOnly=yes -o ConnectionAttempts=5 -i /root/key alice@127.0.0.1 true
}

cp /opt/test-lib/libatomic.so.1 /usr/lib/ && ldconfig
mkdir -p /usr/share/ec2-instance-connect
ln -s $program /usr/share/ec2-instance-connect/eic_run_authorized_keys
useradd --system --no-create-home ec2-instance-connect
useradd --create-home --password '*' alice
ssh-keygen -q -t ed25519 -N '' -f /root/key
chain=/etc/ec2-instance-connect/authorized-keys-command.d
mkdir -p $chain
printf '#!/bin/sh\necho "%s"\n' "$(cat /root/key.pub)" >$chain/10-probe
chmod 755 $chain/10-probe

# An image that is being built: no host key, no /run/sshd, nothing runs.
mkdir /root/keys && mv /etc/ssh/ssh_host_* /root/keys/
$program sshd enable | grep -q 'not running' || surprise 'enable in an image'
$program sshd status | head -n 1 | grep -q 'are accepted' || surprise 'status in an image'
ls /etc/ssh/ssh_host_* 2>/dev/null && surprise 'a host key was left'
$program sshd disable >/dev/null

# A container: sshd runs, systemd does not.
mv /root/keys/* /etc/ssh/
ls -d /run/sshd 2>/dev/null && surprise 'a folder was left'
mkdir /run/sshd
/usr/sbin/sshd
trap 'kill "$(cat /run/sshd.pid)"' EXIT
login && surprise 'a login before enable'
$program sshd enable | grep -q 'sshd reloaded' || surprise 'enable with a running sshd'
login || surprise 'no login after enable'
$program sshd disable >/dev/null
login && surprise 'a login after disable'

# Without Include and without units, as with an init script: two lines in the main file.
rm -rf /lib/systemd/system/ssh* /usr/lib/systemd/system/ssh* /etc/systemd/system/ssh*
sed -i '/^Include/d' /etc/ssh/sshd_config
cp -p /etc/ssh/sshd_config /root/before
$program sshd enable | grep -q 'changed /etc/ssh/sshd_config' || surprise 'enable in the main file'
login || surprise 'no login with the main file'
$program sshd disable >/dev/null
cmp /etc/ssh/sshd_config /root/before || surprise 'the main file after disable'
