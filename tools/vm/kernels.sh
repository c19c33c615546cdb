# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables shared with lib.sh
# Debian's kernels that the module is tested with: where their packages come
# from, and how to build a module for each. Sourced by lib.sh.
#
# Linux 6.1 is of the release that this machine runs: its headers are installed.
# The others are of releases that this machine does not run. Of those nothing is
# installed (see packages.sh):
#
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

# Succeeds when there is a kernel $1 for the L1.
vm_kernel_known()
{
	[ "$1" = debug ] || vm_kernel_suite "$1" >/dev/null
}

# Print RELEASE of the newest kernel $1 in the lists of release $2.
vm_newest_release()
{
	vm_apt "$2" apt-cache pkgnames "linux-headers-$1" |
		sed -n -E "s/^linux-headers-(${1//./\\.}\.[^-]*-amd64)\$/\1/p" |
		sort -V | tail -n 1
}

# Succeeds, and says so, when kernel $1 is neither in the cache nor in Debian.
vm_kernel_gone()
{
	local suite

	suite=$(vm_kernel_suite "$1")
	[ -n "$suite" ] && [ ! -s "$vm_cache/linux-$1" ] && vm_apt_update "$suite" &&
		[ -z "$(vm_newest_release "$1" "$suite")" ] &&
		vm_say "Debian's $suite has no Linux $1 any more"
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
	packages=("linux-image-$release" "linux-binary-$release" "linux-modules-$release"
		  "linux-base-$release")
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
	debug)
		make -C "$vm_kernel_dir/build" M="$dir" -j2 "$@" modules ;;
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
