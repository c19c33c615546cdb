# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # variables for those who source this
# Shared by the scripts that build and boot virtual machines. To be sourced.
#
# The kernel of the L1, and of the Linux guest inside it, is Debian's own, 6.1 or,
# for the L1, another of those in kernels.sh, or that of debug-kernel.sh. Its package
# is downloaded once and unpacked into the cache, never installed:
#
#   $vm_cache/kernel-VERSION/boot/vmlinuz-RELEASE
#   $vm_cache/kernel-VERSION/boot/vmlinux-RELEASE   uncompressed, boots faster
#   $vm_cache/kernel-VERSION/lib/modules/RELEASE    with modules.dep
#   $vm_cache/kernel-VERSION/l1-*.cpio, guest-*.cpio
#
# RELEASE is what uname -r says (6.1.0-56-amd64), VERSION is the package's.

vm_tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
vm_cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/virqchip
# shellcheck source=tools/vm/logged.sh
. "$vm_tools/logged.sh"
# shellcheck source=tools/vm/packages.sh
. "$vm_tools/packages.sh"
# shellcheck source=tools/vm/kernels.sh
. "$vm_tools/kernels.sh"
# shellcheck source=tools/vm/debug-kernel.sh
. "$vm_tools/debug-kernel.sh"

vm_die()
{
	vm_say "error: $*"
	exit 125
}

# Print the directory of the newest installed headers of Debian's 6.1 kernel.
vm_headers_dir()
{
	local dir

	dir=$(printf '%s\n' /usr/src/linux-headers-6.1.0-*-amd64 |
		grep -E '/linux-headers-6\.1\.0-[0-9]+-amd64$' |
		sort -V | tail -n 1) || true
	[ -d "$dir" ] || return 1
	echo "$dir"
}

# Write the ELF vmlinux that is packed in bzImage $1 to $2. QEMU enters it
# directly (PVH): no decompression in emulated code, which costs seconds.
vm_extract_vmlinux()
{
	local sects offset length unpack=(xz -dc)

	sects=$(od -An -tu1 -j $((0x1f1)) -N 1 "$1" | tr -d ' ')
	offset=$(od -An -tu4 -j $((0x248)) -N 4 "$1" | tr -d ' ')
	length=$(od -An -tu4 -j $((0x24c)) -N 4 "$1" | tr -d ' ')
	offset=$(((sects + 1) * 512 + offset))
	[ "$(od -An -tx4 -j $offset -N 4 "$1" | tr -d ' ')" != fd2fb528 ] ||
		unpack=(zstd -dc)
	# The last four bytes of the payload are its unpacked size.
	tail -c +$((offset + 1)) "$1" | head -c $((length - 4)) | "${unpack[@]}" >"$2"
}

# Print the sources of the module, relative to this project's directory.
vm_module_sources()
{
	(cd "$vm_tools/../.." &&
		find Kbuild kernel kunit -type f \
			\( -name Kbuild -o -name '*.[chS]' \) -not -name '*.mod.c')
}

# vm_build_module_for NUMBER DIR [MAKE-ARGUMENT...]: build virqchip.ko for Debian's
# kernel NUMBER in DIR, from copies of the sources that keep their times, so that
# nobody's build is in the way of another's and only what has changed is built.
vm_build_module_for()
{
	local number=$1 dir=$2
	shift 2

	(
		vm_get_kernel "$number"
		mkdir -p "$dir"
		dir=$(cd "$dir" && pwd)
		vm_module_sources | (cd "$vm_tools/../.." && cpio -pdmu --quiet "$dir") &&
			vm_make_module "$number" "$dir" "$@"
	)
}

# vm_build_module DIR [MAKE-ARGUMENT...]: the same for 6.1.
vm_build_module()
{
	vm_build_module_for 6.1 "$@"
}

# Put the files of kernel $2, unpacked in directory $1, where we want them.
vm_arrange_kernel()
{
	local dir=$1 release=$2

	[ ! -d "$dir/usr/lib/modules" ] ||
		{ mkdir -p "$dir/lib" && mv "$dir/usr/lib/modules" "$dir/lib/"; }
	mkdir -p "$dir/boot"
	[ -e "$dir/boot/vmlinuz-$release" ] ||
		mv "$dir/lib/modules/$release/vmlinuz" "$dir/boot/vmlinuz-$release"
	depmod -b "$dir" "$release" &&
		vm_extract_vmlinux "$dir/boot/vmlinuz-$release" "$dir/boot/vmlinux-$release"
}

# Download and unpack package $1=VERSION of release $2 into directory $3.
vm_fetch_kernel()
{
	local version=$1 release=$2 dir=$3 tmp package deb=

	tmp=$(mktemp -d "$vm_cache/fetch.XXXXXX")
	vm_say "downloading Debian's kernel $version (70 MB, once)"
	for package in linux-image-"$release" linux-image-"$release"-unsigned; do
		# As root, apt would complain that _apt cannot write here.
		if (cd "$tmp" && apt-get -q -o APT::Sandbox::User=root \
			download "$package=$version") >"$tmp/log" 2>&1; then
			deb=$(ls "$tmp"/*.deb)
			break
		fi
	done
	if [ -z "$deb" ]; then
		cat "$tmp/log" >&2
		rm -rf "$tmp"
		vm_die "no package linux-image-$release of version $version;" \
			"try: apt-get update && apt-get install linux-headers-amd64"
	fi
	dpkg -x "$deb" "$tmp/unpacked"
	vm_arrange_kernel "$tmp/unpacked" "$release"
	mv "$tmp/unpacked" "$dir"
	rm -rf "$tmp"
}

# vm_get_kernel [NUMBER]: make sure that the kernel (default: 6.1) is in the cache.
# Sets vm_release (RELEASE), vm_kernel_dir, vm_vmlinux, vm_bzimage and
# vm_modules_dir.
vm_get_kernel()
{
	local number=${1:-6.1} headers version

	vm_kernel_known "$number" ||
		vm_die "no Linux $number; there are $vm_kernels and debug"
	mkdir -p "$vm_cache"
	if [ "$number" = debug ]; then
		vm_get_debug_kernel
	elif [ "$number" = 6.1 ]; then
		headers=$(vm_headers_dir) ||
			vm_die "no headers of Debian's 6.1 kernel in /usr/src;" \
				"run tools/deps.sh vm"
		vm_release=${headers##*/linux-headers-}
		version=$(dpkg-query -W -f '${Version}' "linux-headers-$vm_release")
		vm_kernel_dir=$vm_cache/kernel-$version
		(
			flock 9
			[ -d "$vm_kernel_dir" ] ||
				vm_fetch_kernel "$version" "$vm_release" "$vm_kernel_dir"
		) 9>"$vm_cache/fetch.lock" || exit
	else
		(
			flock 9
			[ -s "$vm_cache/linux-$number" ] || vm_fetch_other_kernel "$number"
		) 9>"$vm_cache/fetch-$number.lock" || vm_die "cannot fetch Linux $number"
		read -r version vm_release <"$vm_cache/linux-$number"
		vm_kernel_dir=$vm_cache/kernel-$version
	fi
	vm_vmlinux=$vm_kernel_dir/boot/vmlinux-$vm_release
	vm_bzimage=$vm_kernel_dir/boot/vmlinuz-$vm_release
	vm_modules_dir=$vm_kernel_dir/lib/modules/$vm_release
}

# Sets vm_qemu, the QEMU that boots the L1. Before 8.2 two emulated CPUs cannot be
# trusted: while one patches the kernel's text, another can translate the old
# text and keep it for good. Linux patches itself whenever a static key changes,
# as when the first VM is made, and then ends in endless breakpoints.
vm_get_qemu()
{
	local version dir

	vm_qemu=qemu-system-x86_64
	version=$($vm_qemu --version | sed -n 's/^QEMU emulator version \([0-9.]*\).*/\1/p')
	[ "$(printf '%s\n' 8.2 "$version" | sort -V | head -n 1)" != 8.2 ] || return 0
	if dir=$("$vm_tools/get-qemu"); then
		vm_qemu=$dir/usr/bin/qemu-system-x86_64
	else
		vm_say "using QEMU $version, in which the L1 sometimes hangs"
	fi
}

# vm_module_files ROOT NAME...: print the files of these modules and of all that they
# need, in load order. They are in ROOT/lib/modules.
vm_module_files()
{
	local root=$1 name
	shift

	for name in "$@"; do
		modprobe -C /dev/null -S "$vm_release" -d "$root" --show-depends "$name"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# Put module file $1 into directory $2, unpacked, for busybox does not read every
# packed one. Prints its name there.
vm_unpack_module()
{
	local name=${1##*/}

	name=${name%%.*}.ko
	case $1 in
	*.xz)	xz -dc "$1" ;;
	*.zst)	zstd -dc "$1" ;;
	*)	cat "$1" ;;
	esac >"$2/$name"
	echo "$name"
}

# vm_build_initramfs OUTPUT INIT MODULE...: a newc archive with busybox, the
# script INIT as /init, and the modules, to be loaded in the order of /modules.
# Built once: a change of INIT or of the modules gives another OUTPUT name.
vm_build_initramfs()
{
	local output=$1 init=$2 root files file name
	shift 2

	[ ! -f "$output" ] || return 0
	[ -x /bin/busybox ] || vm_die "no /bin/busybox; run tools/deps.sh vm"
	root=$(mktemp -d "$vm_cache/initramfs.XXXXXX")
	mkdir -p "$root"/{bin,dev,proc,sys,lib,mnt,tmp}
	: >"$root/modules"
	cp /bin/busybox "$root/bin/"
	ln -s busybox "$root/bin/sh"
	install -m 755 "$init" "$root/init"
	: >"$root/modules"
	files=$(vm_module_files "$vm_kernel_dir" "$@") || vm_die "cannot resolve the modules $*"
	for file in $files; do
		name=$(vm_unpack_module "$file" "$root/lib")
		echo "/lib/$name" >>"$root/modules"
	done
	(cd "$root" && find . | sort | cpio -o -H newc --quiet -R 0:0) >"$output.$$"
	mv "$output.$$" "$output"
	rm -rf "$root"
}

# A short name for the content of file $1 and the words that follow.
vm_hash()
{
	local file=$1
	shift

	{ cat "$file" /bin/busybox; echo "$*"; } | sha256sum | cut -c 1-12
}
