#!/bin/sh
# Adds the repository and installs the package, on any system of the apt or the yum family. Idempotent.
# The server alone cannot get anything installed: what is trusted is the key that was told, and nothing
# that the server sends is written down before it has been checked.
set -eu
NAME=ec2-instance-connect

usage() {
	cat <<'END'
usage: install.sh [--allow-http] URL FINGERPRINT...

Adds the package repository at URL and installs ec2-instance-connect from it.
Run it as root.

  URL           https://..., where the repository's folders apt and yum are
  FINGERPRINT   of the key that signs the repository: 40 hexadecimal digits,
                not told to you by that server. While the key is
                being replaced: of both keys.
  --allow-http  take a URL without https. Packages are verified all the same,
                but whoever is on the way can hold newer ones back.
END
}

fail() {
	printf 'install: %s\n' "$1" >&2
	exit "${2-1}"
}

misused() {
	usage >&2
	echo >&2
	fail "$1" 2
}

# Sets url and fingerprints.
read_arguments() {
	schemes='https://'
	while :; do
		case ${1-} in
		-h | --help) usage && exit 0 ;;
		--allow-http) schemes='https:// http://' && shift ;;
		-*) misused "unknown option $1" ;;
		*) break ;;
		esac
	done
	[ $# -ge 2 ] || misused 'expected a URL and a fingerprint'
	url=${1%/}
	shift
	rest=
	for scheme in $schemes; do
		case $url in "$scheme"?*) rest=${url#"$scheme"} ;; esac
	done
	[ -n "$rest" ] || misused "expected a URL that begins with $schemes, got $url"
	# It is written into files that have a syntax of their own.
	case $rest in *[!A-Za-z0-9./_:%~+-]*) misused "expected letters, digits and ./_:%~+- in the URL, got $url" ;; esac
	# As people paste them: in groups, with colons, no-break spaces or 0x, in lower case.
	digits=$(printf '%s ' "$@" | LC_ALL=C tr 'a-fx' 'A-FX' | sed 's/0X//g' | LC_ALL=C tr -d ' \t\n:,\302\240')
	case $digits in *[!0-9A-F]*) misused "expected hexadecimal digits as the fingerprint, got $*" ;; esac
	[ ${#digits} -gt 0 ] && [ $((${#digits} % 40)) -eq 0 ] ||
		misused "expected 40 hexadecimal digits as the fingerprint, got ${#digits}"
	fingerprints=$(printf '%s' "$digits" | fold -w 40)
}

fetch() {
	if command -v curl >/dev/null; then
		curl --fail --silent --show-error --location --retry 5 --output "$2" "$1"
	else
		wget --quiet --tries=5 --output-document="$2" "$1"
	fi || fail "cannot fetch $1"
}

gpg_in() {
	folder=$1
	shift
	gpg --homedir "$folder" --batch --quiet "$@" 2>/dev/null
}

# The fingerprints of the keys in a file, one a line. GnuPG 1.4 and 2.0 cannot show a key that they have not
# imported. The file stays imported in the folder.
keys_of() {
	mkdir -m 700 "$2"
	gpg_in "$2" --import "$1" || :
	gpg_in "$2" --with-colons --fingerprint --list-keys |
		awk -F: '$1 == "pub" { primary = 1 } $1 == "fpr" && primary { print $10; primary = 0 }'
}

# Writes the told keys that are in the served file to $work/key, and no other. A served file is never used
# itself: it can hold keys that GnuPG passes over and others do not. Each key is exported by its fingerprint, and
# looked at again, for a foreign key that has the told one as a subkey is exported with it.
take_keys() {
	served=$1
	form=$2
	found=$(keys_of "$served" "$work/served")
	: >"$work/key"
	for fingerprint in $fingerprints; do
		gpg_in "$work/served" $form --export-options export-minimal --export "$fingerprint" >"$work/$fingerprint" || :
		case $(keys_of "$work/$fingerprint" "$work/$fingerprint.d") in
		"$fingerprint") cat "$work/$fingerprint" >>"$work/key" ;;
		'') echo "install: the key $fingerprint is not at $url" >&2 ;;
		*) fail "the key $fingerprint is at $url as a part of another" ;;
		esac
	done
	[ -s "$work/key" ] || fail "expected the key $(echo $fingerprints) at $url, found $(echo ${found:-none})"
}

# $1 is what the host has, $2 what the repository has, $3 whether that is older or the same, $4 what shows why.
demand_version() {
	[ -n "$1" ] && [ -n "$2" ] && [ "$3" = yes ] ||
		fail "installed is ${1:-nothing} although the repository has ${2:-nothing}; $4 shows why"
}

install_with_apt() {
	export DEBIAN_FRONTEND=noninteractive
	tools=
	command -v gpg >/dev/null || tools=gnupg
	command -v curl >/dev/null || command -v wget >/dev/null || tools="$tools curl ca-certificates"
	[ -z "$tools" ] || { apt-get update -q && apt-get install -y -q --no-install-recommends $tools; }
	fetch "$url/apt/$NAME.gpg" "$work/served.gpg"
	take_keys "$work/served.gpg" ''
	install -D -m 644 "$work/key" /usr/share/keyrings/$NAME.gpg
	echo "deb [signed-by=/usr/share/keyrings/$NAME.gpg] $url/apt stable main" >/etc/apt/sources.list.d/$NAME.list
	# The distribution has a package of the same name, and APT::Default-Release gives it 990.
	printf '%s\n' "Package: $NAME" "Pin: release o=$NAME" 'Pin-Priority: 991' >/etc/apt/preferences.d/$NAME
	apt-get update -q
	apt-get install -y -q $NAME
	offered=$(apt-cache madison $NAME | awk -F ' *[|] *' -v url="$url/apt " 'index($3, url) == 1 { print $2; exit }')
	installed=$(dpkg-query -W -f '${Version}' $NAME)
	! dpkg --compare-versions "$installed" ge "${offered:-0}" || newest=yes
	demand_version "$installed" "$offered" "${newest-no}" "apt-cache policy $NAME"
}

install_with_yum() {
	manager=$(command -v dnf || command -v yum) || fail 'expected apt-get, dnf or yum on this system'
	keys=/etc/pki/rpm-gpg/RPM-GPG-KEY-$NAME
	fetch "$url/yum/RPM-GPG-KEY-$NAME" "$work/served.asc"
	take_keys "$work/served.asc" --armor
	install -D -m 644 "$work/key" $keys
	rpm --import $keys
	# Amazon Linux has a package of the same name in repositories of priority 10.
	cat >/etc/yum.repos.d/$NAME.repo <<-END
		[$NAME]
		name=EC2 Instance Connect
		baseurl=$url/yum
		enabled=1
		gpgcheck=1
		repo_gpgcheck=1
		gpgkey=file://$keys
		priority=9
	END
	"$manager" install -y $NAME
	# With best=False the above leaves an older package as it is.
	"$manager" upgrade -y $NAME
	offered=$("$manager" -q --disablerepo='*' --enablerepo=$NAME list --showduplicates $NAME |
		awk -v name=$NAME 'index($1, name ".") == 1 && $3 == name { print $2 }' | sort -V | tail -n 1)
	installed=$(rpm -q --qf '%{VERSION}-%{RELEASE}\n' $NAME | sort -V | tail -n 1)
	[ "$(printf '%s\n' "$installed" "$offered" | sort -V | tail -n 1)" != "$installed" ] || newest=yes
	demand_version "$installed" "$offered" "${newest-no}" "$manager list --showduplicates $NAME"
}

# What was promised: sshd asks the program for keys, with all that a login needs.
demand_login() {
	# Where sshd had to be wired in its unit (old releases), it has that after a restart; sessions go on.
	[ ! -d /run/systemd/system ] || $NAME sshd status | sed -n 's/^ *restart needed: //p' | sh
	report=$($NAME verify-install --offline) || {
		printf '%s\n' "$report" >&2
		fail "$NAME is installed, but not ready; see above"
	}
}

main() {
	read_arguments "$@"
	[ "$(id -u)" -eq 0 ] || fail 'run this as root'
	umask 022
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	if command -v apt-get >/dev/null; then install_with_apt; else install_with_yum; fi
	demand_login
}

main "$@"
