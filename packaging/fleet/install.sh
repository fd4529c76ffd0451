#!/bin/sh
# Adds the repository and installs the package, on any system of the apt or the yum family. Idempotent.
# Usage: install.sh URL KEY_FINGERPRINT
# URL is where the folders apt and yum of the repository are served; KEY_FINGERPRINT is that of its key,
# 40 hexadecimal digits, told to you by another way than that server.
set -eu
url=${1:?usage: install.sh URL KEY_FINGERPRINT}
fingerprint=${2:?usage: install.sh URL KEY_FINGERPRINT}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() {
	if command -v curl >/dev/null; then
		curl --fail --silent --show-error --location --retry 5 --output "$2" "$1"
	else
		wget --quiet --tries=5 --output-document="$2" "$1"
	fi
}

# Exactly one key, and the one that was told; GnuPG 1.4 and 2.0 cannot show a key that they have not imported.
check_key() {
	gpg --homedir "$work" --batch --quiet --import "$1" 2>/dev/null || :
	found=$(gpg --homedir "$work" --batch --with-colons --fingerprint --list-keys 2>/dev/null |
		awk -F: '$1 == "pub" { primary = 1 } $1 == "fpr" && primary { print $10; primary = 0 }')
	if [ "$found" != "$fingerprint" ]; then
		echo "install: expected the key $fingerprint at $url, found ${found:-none}" >&2
		exit 1
	fi
}

if command -v apt-get >/dev/null; then
	export DEBIAN_FRONTEND=noninteractive
	command -v gpg >/dev/null || { apt-get update -q && apt-get install -y -q --no-install-recommends gnupg; }
	fetch "$url/apt/ec2-instance-connect.gpg" "$work/key.gpg"
	check_key "$work/key.gpg"
	install -D -m 644 "$work/key.gpg" /usr/share/keyrings/ec2-instance-connect.gpg
	echo "deb [signed-by=/usr/share/keyrings/ec2-instance-connect.gpg] $url/apt stable main" \
		>/etc/apt/sources.list.d/ec2-instance-connect.list
	apt-get update -q
	apt-get install -y -q ec2-instance-connect
else
	manager=$(command -v dnf || command -v yum)
	fetch "$url/yum/RPM-GPG-KEY-ec2-instance-connect" "$work/key.asc"
	check_key "$work/key.asc"
	rpm --import "$work/key.asc"
	fetch "$url/yum/ec2-instance-connect.repo" "$work/ec2-instance-connect.repo"
	install -m 644 "$work/ec2-instance-connect.repo" /etc/yum.repos.d/ec2-instance-connect.repo
	packages=ec2-instance-connect
	# yum of Amazon Linux 2 knows no recommended packages.
	! rpm --quiet -q selinux-policy-targeted || packages="$packages ec2-instance-connect-selinux"
	"$manager" install -y $packages
fi
# Where sshd had to be wired in its unit (old releases), it has that after a restart; sessions go on.
[ ! -d /run/systemd/system ] || ec2-instance-connect sshd status | sed -n 's/^ *restart needed: //p' | sh
