#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Install, by apt, the Debian packages that a group of commands needs.
set -eu

# shellcheck source=tools/vm/logged.sh
. "$(dirname "$0")/vm/logged.sh"
vm_progress_seconds=10

usage()
{
	cat <<-EOF
	Usage: tools/deps.sh [--list] [GROUP...]

	Installs the Debian packages that GROUP needs and that are missing.
	Does nothing, and needs no root, when all of them are installed.

	Groups:
	  build    compiler and kernel headers: the module, the lab, the harness
	  vm       QEMU and what tools/vm/run needs to boot the L1
	  intel    Bochs and what tools/vm/run --intel needs besides
	  kunit    what tools/kunit.sh needs to build Debian's kernel source
	  lint     sparse, shellcheck, ctags and the kernel source's checkers
	  docs     Sphinx, and kernel-doc of the kernel headers
	  trace    trace-cmd, to read the tracepoints
	  virqctl  the libraries of virqctl, and what checks its manual page
	  browser  Chromium, to test the page that virqctl timeline makes; it is
	           large, and not one of all
	  all      all of these but browser (the default)

	Options:
	  --list   print the packages of the groups and exit
	  --help   print this and exit
	EOF
}

group_packages()
{
	case $1 in
	build)	echo gcc libc6-dev make linux-headers-amd64 zlib1g-dev ;;
	vm)	echo gcc libc6-dev qemu-system-x86 busybox-static cpio kmod xz-utils \
			zstd util-linux procps linux-headers-amd64 python3 \
			mmdebstrap debian-archive-keyring ;;
	intel)	echo gcc libc6-dev binutils bochs bochs-term bochsbios vgabios isolinux \
			syslinux-common xorriso bsdutils busybox-static cpio kmod ;;
	kunit)	echo gcc libc6-dev make bc bison flex libelf-dev libssl-dev \
			kmod cpio rsync xz-utils zstd python3 linux-source-6.1 \
			qemu-system-x86 ;;
	lint)	echo gcc libc6-dev make bc bison flex libelf-dev sparse \
			shellcheck universal-ctags perl python3 xz-utils \
			linux-source-6.1 linux-headers-amd64 ;;
	docs)	echo make perl linux-headers-amd64 python3-sphinx python3-docutils ;;
	trace)	echo trace-cmd ;;
	virqctl) echo gcc libc6-dev make pkg-config libjson-c-dev libtracefs-dev \
			libtraceevent-dev libncurses-dev zlib1g-dev mandoc python3 ;;
	browser) echo chromium fonts-dejavu-core python3 ;;
	all)
		for group in build vm intel kunit lint docs trace virqctl; do
			group_packages "$group"
		done ;;
	*)
		echo "deps.sh: no such group: $1 (try --help)" >&2
		return 2 ;;
	esac
}

is_installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

fail()
{
	echo "deps.sh: $*" >&2
	exit 1
}

# Run one apt command with its output in $log, which is kept on failure.
run_apt()
{
	vm_run_logged "$log" env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" ||
		fail "apt-get $1 failed; the lines above are the end of $log"
}

list=false
groups=()
for arg in "$@"; do
	case $arg in
	--help|-h)	usage; exit 0 ;;
	--list)		list=true ;;
	-*)		echo "deps.sh: unknown option $arg (try --help)" >&2; exit 2 ;;
	*)		groups+=("$arg") ;;
	esac
done
[ ${#groups[@]} -gt 0 ] || groups=(all)

wanted=()
for group in "${groups[@]}"; do
	packages=$(group_packages "$group")
	read -r -a words <<<"${packages//$'\n'/ }"
	wanted+=("${words[@]}")
done
mapfile -t wanted < <(printf '%s\n' "${wanted[@]}" | sort -u)

if $list; then
	printf '%s\n' "${wanted[@]}"
	exit 0
fi

command -v dpkg-query >/dev/null ||
	fail "this is no Debian system; install by hand: ${wanted[*]}"

missing=()
for package in "${wanted[@]}"; do
	is_installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

[ "$(id -u)" = 0 ] ||
	fail "run as root, or install first: apt-get install ${missing[*]}"

log=$(mktemp "${TMPDIR:-/tmp}/virqchip-apt.XXXXXX")
echo "deps.sh: installing ${#missing[@]} packages: ${missing[*]}"
SECONDS=0
run_apt update
echo "deps.sh: package lists are up to date (${SECONDS} s)"
run_apt install --no-install-recommends "${missing[@]}"
echo "deps.sh: installed (${SECONDS} s)"
rm -f "$log"
