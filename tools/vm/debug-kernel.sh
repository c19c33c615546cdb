# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables shared with lib.sh
# A kernel for the L1 that looks for mistakes: Debian's source of Linux 6.1, built
# as debug.config says. Sourced by lib.sh. It is kept in the cache:
#
#   $vm_cache/kernel-VERSION-debug-HASH   as lib.sh describes a kernel, and
#   $vm_cache/kernel-VERSION-debug-HASH/build   what make left: modules are built
#                                               against it
#
# VERSION is the source package's, HASH is of debug.config. A build that was
# interrupted goes on where it stopped.

# Print the options of debug.config that kernel configuration $1 does not have.
vm_debug_options_lost()
{
	grep '^CONFIG_' "$vm_tools/debug.config" | grep -vxF -f "$1"
}

# Make debug.config, and what it needs, the configuration of build directory $2
# for source $1. Fails when an option did not stick.
vm_configure_debug_kernel()
{
	make -s -C "$1" O="$2" KCONFIG_ALLCONFIG="$vm_tools/debug.config" \
		allnoconfig || return
	! vm_debug_options_lost "$2/.config" ||
		{ vm_say "this kernel does not take the options above"; return 1; }
}

# Build the debug kernel in directory $1.
vm_build_debug_kernel()
{
	local dir=$1 source build=$1/build release

	"$vm_tools/../deps.sh" kunit >&2 || return
	source=$("$vm_tools/../linux-source.sh") || return
	vm_say "building the debug kernel (some minutes, once)"
	mkdir -p "$build" "$dir/boot"
	vm_configure_debug_kernel "$source" "$build" >&2 || return
	vm_run_logged "$dir/build.log" \
		nice make -C "$source" O="$build" -j2 bzImage modules || return
	vm_run_logged "$dir/install.log" make -C "$source" O="$build" \
		INSTALL_MOD_PATH="$dir" modules_install || return
	release=$(cat "$build/include/config/kernel.release")
	# Entered as an ELF file (PVH), KASAN's kernel runs code that wants its shadow
	# memory before there is one. So what stands for vmlinux unpacks itself.
	cp "$build/arch/x86/boot/bzImage" "$dir/boot/vmlinuz-$release"
	ln -f "$dir/boot/vmlinuz-$release" "$dir/boot/vmlinux-$release"
	echo "$release" >"$dir/release"
}

# vm_get_kernel for the debug kernel.
vm_get_debug_kernel()
{
	local version hash

	version=$(dpkg-query -W -f '${Version}' linux-source-6.1 2>/dev/null) ||
		{ "$vm_tools/../deps.sh" kunit >&2 &&
		  version=$(dpkg-query -W -f '${Version}' linux-source-6.1); } ||
		vm_die "no source of Linux 6.1; run tools/deps.sh kunit"
	hash=$(sha256sum <"$vm_tools/debug.config" | cut -c 1-12)
	vm_kernel_dir=$vm_cache/kernel-$version-debug-$hash
	(
		flock 9
		[ -s "$vm_kernel_dir/release" ] || vm_build_debug_kernel "$vm_kernel_dir"
	) 9>"$vm_cache/debug-kernel.lock" || vm_die "cannot build the debug kernel"
	vm_release=$(cat "$vm_kernel_dir/release")
}
