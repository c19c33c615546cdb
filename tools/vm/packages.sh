# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables shared with lib.sh
# Packages of releases of Debian that this machine does not run: downloaded and
# unpacked into the cache. Nothing is installed, and apt's own files stay as they
# are. Sourced by lib.sh.
#
#   $vm_cache/apt/SUITE             apt's lists of that release, and its lock

# Print where this machine gets its release of Debian from.
vm_mirror()
{
	local codename

	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	# shellcheck disable=SC2016 # for apt
	apt-get indextargets --no-release-info --format '$(RELEASE) $(REPO_URI)' \
		'Created-By: Packages' |
		awk -v release="$codename" '$1 == release { print $2; exit }'
}

vm_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Print the line of a sources.list for release $1.
vm_source_line()
{
	local mirror

	mirror=$(vm_mirror)
	[ -n "$mirror" ] || {
		vm_say "apt has no source for this machine's own release of Debian"
		return 1
	}
	echo "deb [arch=amd64 signed-by=$vm_keyring] $mirror $1 main"
}

# vm_apt SUITE COMMAND...: an apt command that knows release SUITE and no other,
# and nothing of what is installed. How to connect is this machine's setting.
vm_apt()
{
	local dir=$vm_cache/apt/$1
	local command=$2
	shift 2

	# As root, apt would complain that _apt cannot write into the cache.
	"$command" -q -o APT::Sandbox::User=root -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::SourceList="$dir/sources.list" \
		-o Dir::State::Lists="$dir/lists" -o Dir::State::Status="$dir/status" \
		-o Dir::Cache="$dir" "$@"
}

# Fetch the package lists of release $1, unless that was done within the hour: what
# one needs right after another should not change under it.
vm_apt_update()
{
	local dir=$vm_cache/apt/$1

	mkdir -p "$dir"/{lists,archives}/partial
	(
		flock 8
		[ -z "$(find "$dir" -maxdepth 1 -name updated -mmin -60)" ] || exit 0
		vm_source_line "$1" >"$dir/sources.list" || exit
		: >"$dir/status"
		vm_say "fetching Debian's package lists of $1"
		vm_run_logged "$dir/log" vm_apt "$1" apt-get --error-on=any update || exit
		touch "$dir/updated"
	) 8>"$dir/lock" || {
		vm_say "this machine's mirror does not give $1"
		return 1
	}
}

# vm_unpack DIR DEB...: unpack packages into DIR.
vm_unpack()
{
	local dir=$1 deb
	shift

	vm_say "unpacking"
	for deb in "$@"; do
		dpkg -x "$deb" "$dir" || return
	done
}

# Print the version of package $2 in release $1.
vm_package_version()
{
	vm_apt "$1" apt-cache show "$2" | sed -n '/^Version: /{s///p;q}'
}

# vm_fetch_missing SUITE DIR PACKAGE: unpack PACKAGE into DIR, with what of SUITE it
# needs and this machine has not installed.
vm_fetch_missing()
{
	local suite=$1 dir=$2 package=$3

	mkdir -p "$dir/debs/partial"
	vm_say "downloading $package"
	# The lock is of the installed packages, which are only read.
	vm_run_logged "$dir/log" vm_apt "$suite" apt-get -y --download-only \
		--no-install-recommends -o Dir::State::Status=/var/lib/dpkg/status \
		-o Dir::Cache::Archives="$dir/debs" -o Debug::NoLocking=1 \
		install "$package" || return
	vm_unpack "$dir" "$dir"/debs/*.deb || return
	rm -rf "$dir/debs" "$dir/log"
}

# vm_fetch_packages SUITE DIR PACKAGE...: unpack into DIR. Packages that SUITE
# does not have are left out: newer kernels are split differently.
vm_fetch_packages()
{
	local suite=$1 dir=$2 package known=()
	shift 2

	for package in "$@"; do
		[ -z "$(vm_package_version "$suite" "$package" 2>/dev/null)" ] ||
			known+=("$package")
	done
	[ ${#known[@]} -gt 0 ] || { vm_say "Debian's $suite has no $*"; return 1; }
	mkdir -p "$dir/debs"
	vm_say "downloading ${known[*]}"
	(cd "$dir/debs" && vm_run_logged "$dir/log" \
		vm_apt "$suite" apt-get download "${known[@]}") || return
	vm_unpack "$dir" "$dir"/debs/*.deb || return
	rm -rf "$dir/debs" "$dir/log"
}
