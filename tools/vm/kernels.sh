# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables shared with lib.sh
# Debian's kernels that the module is tested with: where their packages come
# from, and how to build a module for each. Sourced by lib.sh.
#
# Linux 6.1 is of the release that this machine runs: its headers are installed.
# The others are of releases that this machine does not run. Of those nothing is
# installed, and apt's own files stay as they are:
#
#   $vm_cache/apt/SUITE             apt's lists of that release
#   $vm_cache/linux-NUMBER          which kernel was fetched: "VERSION RELEASE"
#   $vm_cache/kernel-VERSION        the kernel, as lib.sh describes it, and
#   $vm_cache/kernel-VERSION/usr    6.12: its headers
#   $vm_cache/kernel-VERSION/root   7.2: a small system of that release, with its
#                                   compiler and headers, to chroot into
#
# What was fetched once is used until it is removed from the cache.

vm_kernels='6.1 6.12 7.2'

# Print the release of Debian that has kernel $1; nothing for this machine's own.
vm_kernel_suite()
{
	case $1 in
	6.1)	;;
	6.12)	echo bookworm-backports ;;
	7.2)	echo sid ;;
	*)	return 1 ;;
	esac
}

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

# Fetch the package lists of release $1.
vm_apt_update()
{
	local dir=$vm_cache/apt/$1

	mkdir -p "$dir"/{lists,archives}/partial
	vm_source_line "$1" >"$dir/sources.list" || return
	: >"$dir/status"
	vm_say "fetching Debian's package lists of $1"
	vm_run_logged "$dir/log" vm_apt "$1" apt-get --error-on=any update || {
		vm_say "this machine's mirror does not give $1"
		return 1
	}
}

# vm_run_logged LOG COMMAND...: with its output in LOG, of which the last line is
# shown now and then, and the end if the command fails.
vm_run_logged()
{
	local log=$1 status=0 next=$((SECONDS + 15)) job
	shift

	"$@" >"$log" 2>&1 </dev/null &
	job=$!
	while kill -0 $job 2>/dev/null; do
		sleep 0.2
		[ $SECONDS -ge $next ] || continue
		next=$((SECONDS + 15))
		vm_say "($SECONDS s) $(tail -n 1 "$log" | cut -c 1-60)"
	done
	wait $job || status=$?
	[ $status = 0 ] || tail -n 15 "$log" >&2
	return $status
}

# Print RELEASE of the newest kernel $1 in the lists of release $2.
vm_newest_release()
{
	vm_apt "$2" apt-cache pkgnames "linux-headers-$1" |
		sed -n -E "s/^linux-headers-(${1//./\\.}\.[^-]*-amd64)\$/\1/p" |
		sort -V | tail -n 1
}

# Print the version of package $2 in release $1.
vm_package_version()
{
	vm_apt "$1" apt-cache show "$2" | sed -n '/^Version: /{s///p;q}'
}

# vm_fetch_packages SUITE DIR PACKAGE...: unpack into DIR. Packages that SUITE
# does not have are left out: newer kernels are split differently.
vm_fetch_packages()
{
	local suite=$1 dir=$2 package deb known=()
	shift 2

	for package in "$@"; do
		[ -z "$(vm_package_version "$suite" "$package" 2>/dev/null)" ] ||
			known+=("$package")
	done
	mkdir -p "$dir/debs"
	vm_say "downloading ${known[*]}"
	(cd "$dir/debs" && vm_run_logged "$dir/log" \
		vm_apt "$suite" apt-get download "${known[@]}") || return
	vm_say "unpacking"
	for deb in "$dir"/debs/*.deb; do
		dpkg -x "$deb" "$dir" || return
	done
	rm -rf "$dir/debs" "$dir/log"
}

# Make $3, a small system of release $1 that builds modules for kernel $2. The
# headers of a newer release carry programs that want its libc.
vm_make_root()
{
	local suite=$1 release=$2 root=$3 line

	command -v mmdebstrap >/dev/null || {
		vm_say "no mmdebstrap; run tools/deps.sh vm"
		return 1
	}
	[ "$(id -u)" = 0 ] || {
		vm_say "making a system of Debian's $suite needs root"
		return 1
	}
	line=$(vm_source_line "$suite") || return
	apt-config dump | grep '^Acquire::' >"$root.apt" || true
	vm_say "making a system of Debian's $suite to build in (2 minutes, once)"
	vm_run_logged "$root.log" mmdebstrap --variant=essential \
		--include="make,linux-headers-$release" \
		--aptopt="$root.apt" --aptopt='APT::Install-Recommends "false"' \
		--dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		"$suite" "$root" "$line" || return
	rm -f "$root.apt" "$root.log"
}

# vm_prepare_headers SUITE TMP RELEASE DIR: let modules be built for the kernel in
# TMP, which will be DIR.
vm_prepare_headers()
{
	local suite=$1 tmp=$2 release=$3 dir=$4 headers

	if [ "$suite" = sid ]; then
		vm_make_root "$suite" "$release" "$tmp/root"
		return
	fi
	# Debian's headers name each other by absolute paths.
	headers=usr/src/linux-headers-$release
	echo "include $dir/${headers%-amd64}-common/Makefile" >"$tmp/$headers/Makefile"
}

# Fetch kernel $1, of another release than this machine's, into the cache.
vm_fetch_other_kernel()
{
	local number=$1 suite release version dir tmp packages

	suite=$(vm_kernel_suite "$number")
	vm_apt_update "$suite" || return
	release=$(vm_newest_release "$number" "$suite")
	[ -n "$release" ] || {
		vm_say "Debian's $suite has no Linux $number (any more)"
		return 1
	}
	version=$(vm_package_version "$suite" "linux-image-$release")
	dir=$vm_cache/kernel-$version
	tmp=$(mktemp -d "$vm_cache/fetch.XXXXXX")
	vm_say "Linux $number is $release of $suite (120 MB, once)"
	packages=("linux-image-$release" "linux-binary-$release" "linux-modules-$release")
	[ "$suite" = sid ] ||
		packages+=("linux-headers-$release" "linux-headers-${release%-amd64}-common"
			   "linux-kbuild-${release%-amd64}")
	if ! vm_fetch_packages "$suite" "$tmp" "${packages[@]}" ||
	   ! vm_arrange_kernel "$tmp" "$release" ||
	   ! vm_prepare_headers "$suite" "$tmp" "$release" "$dir"; then
		rm -rf "$tmp"
		return 1
	fi
	rm -rf "$dir"
	mv "$tmp" "$dir"
	echo "$version $release" >"$vm_cache/linux-$number"
}

# Build the module in $2 with make's arguments "${@:3}" for kernel $1, which
# vm_get_kernel has made the current one.
vm_make_module()
{
	local number=$1 dir=$2 headers=$vm_kernel_dir/usr/src/linux-headers-$vm_release
	shift 2

	case $number in
	6.1)
		make -C "/usr/src/linux-headers-$vm_release" M="$dir" -j2 "$@" modules ;;
	6.12)
		# Type information (BTF) would want pahole, and without it make
		# removes the module. Nothing that the tests do needs it.
		make -C "$headers" M="$dir" -j2 CONFIG_DEBUG_INFO_BTF_MODULES= "$@" modules ;;
	7.2)
		vm_chroot "$vm_kernel_dir/root" "$dir" \
			make -C "/usr/src/linux-headers-$vm_release" M="$dir" -j2 "$@" modules ;;
	esac
}

# vm_chroot ROOT DIR COMMAND...: run COMMAND in ROOT, where DIR has the path that
# it has here. The mounts are seen by COMMAND alone.
vm_chroot()
{
	local root=$1 dir=$2
	shift 2

	[ "$(id -u)" = 0 ] || {
		vm_say "building for this kernel needs root: it is done in a chroot"
		return 1
	}
	mkdir -p "$root$dir"
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m sh -c 'root=$1 dir=$2; shift 2
		mount --bind "$dir" "$root$dir" && mount -t proc proc "$root/proc" &&
		exec chroot "$root" "$@"' sh "$root" "$dir" "$@"
}
