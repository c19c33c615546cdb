#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run the KUnit suites in a kernel: User Mode Linux, or x86_64 in QEMU.
set -eu

usage()
{
	cat <<-EOF
	Usage: tools/kunit.sh [--arch um|x86_64] [--kernel NUMBER | --src LINUX_DIR]
	                      [--kasan] [GLOB]

	Puts the module into Debian's kernel source (tools/in-tree.sh), builds a
	small kernel and runs the suites in it by kunit.py. Prints their KTAP
	results and, as last line, how many passed, failed and were skipped.

	Options:
	  --arch ARCH      um: User Mode Linux, a process of this machine (default)
	                   x86_64: in QEMU, which emulates it
	  --kernel NUMBER  6.1 (default), 6.12 or 7.2 (see tools/linux-source.sh)
	  --src LINUX_DIR  put the module into this source tree and use it, instead
	                   of Debian's
	  --kasan          build the kernel with the address sanitizer
	  --verbose        show what kunit.py says
	  --help           print this and exit
	  GLOB             run only the suites that match, such as virqchip_pic

	The source and the builds are kept in $cache.

	Exit status: 0 when a test passed and none failed, 1 otherwise, 2 for
	wrong usage.
	EOF
}

cache=${XDG_CACHE_HOME:-$HOME/.cache}/virqchip/kunit

fail()
{
	echo "kunit.sh: $*" >&2
	exit 1
}

say()
{
	printf '# [%4d s] %s\n' $SECONDS "$*"
}

# Run "$@" with its output in $log; say every 15 seconds that it still runs.
run_logged()
{
	local what=$1 status=0
	shift

	say "$what"
	"$@" >"$log" 2>&1 </dev/null &
	child=$!
	while sleep 15 && kill -0 $child 2>/dev/null; do
		say "$what: $(tail -n 1 "$log" | cut -c 1-60)"
	done &
	ticker=$!
	wait $child || status=$?
	kill $ticker 2>/dev/null || true
	wait $ticker 2>/dev/null || true
	return $status
}

# The results in what the kernel printed, and nothing else of it.
ktap()
{
	sed -n -E 's/\r$//; s/^\[ *[0-9.]+\] //
		/^ *((KTAP|TAP) version|1\.\.[0-9]|ok [0-9]|not ok [0-9]|#)/p' "$1"
}

# Number before word $1 in the summary of kunit.py, 0 if there is none.
summed()
{
	local nr

	nr=$(sed -n -E "s/.*Testing complete.*[:,] $1: ([0-9]+).*/\1/p" "$log" | tail -n 1)
	echo "${nr:-0}"
}

arch=um kernel=6.1 src='' glob='' verbose=false kasan=''
while [ $# -gt 0 ]; do
	case $1 in
	--help|-h)	usage; exit 0 ;;
	--arch=*)	arch=${1#*=} ;;
	--src=*)	src=${1#*=} ;;
	--kernel=*)	kernel=${1#*=} ;;
	--arch|--kernel|--src)
		[ $# -gt 1 ] || { echo "kunit.sh: $1 wants a value" >&2; exit 2; }
		case $1 in
		--arch)		arch=$2 ;;
		--kernel)	kernel=$2 ;;
		--src)		src=$2 ;;
		esac
		shift ;;
	--kasan)	kasan=-kasan ;;
	--verbose)	verbose=true ;;
	-*)		echo "kunit.sh: unknown option $1 (try --help)" >&2; exit 2 ;;
	*)		glob=$1 ;;
	esac
	shift
done
case $arch in
um|x86_64)	;;
*)		echo "kunit.sh: the architecture is um or x86_64, not $arch" >&2; exit 2 ;;
esac

here=$(cd "$(dirname "$0")/.." && pwd)
for file in "$here"/kunit/*.c; do
	grep -qE "[[:space:]]$(basename "$file" .c)\.o\b" "$here/Kbuild" ||
		fail "kunit/$(basename "$file") would not run: it is not in Kbuild"
done
"$here/tools/deps.sh" kunit
mkdir -p "$cache"
build=$cache/build-$arch$kasan
[ "$kernel" = 6.1 ] || build=$build-$kernel
log=$build.log

child=
trap 'kill $child 2>/dev/null; exit 130' INT TERM

[ -n "$src" ] || src=$("$here/tools/linux-source.sh" --kernel "$kernel")
# One at a time: the builds of both architectures share the source.
exec 8>"$cache/source.lock" 9>"$build.lock"
flock 9
flock 8
"$here/tools/in-tree.sh" "$src"
flock -u 8

config=("--arch=$arch" "--build_dir=$build" --kunitconfig=drivers/virt/virqchip)
# What nothing here needs would only take time to build.
for option in BLOCK INPUT HID IO_URING; do
	config+=("--kconfig_add=CONFIG_$option=n")
done
config+=(--kconfig_add=CONFIG_EXPERT=y)
target=(ARCH=um)
if [ "$arch" = x86_64 ]; then
	# The front on KVM is built too, though nothing here has KVM to run it.
	# Unlike UML, this one can watch the locks.
	config+=(--kconfig_add=CONFIG_ACPI=n --kconfig_add=CONFIG_VT=n)
	for option in SMP HIGH_RES_TIMERS VIRTUALIZATION KVM VIRQCHIP_KVM \
		      DEBUG_KERNEL PROVE_LOCKING DEBUG_ATOMIC_SLEEP; do
		config+=("--kconfig_add=CONFIG_$option=y")
	done
	target=(ARCH=x86_64 bzImage)
fi
[ -z "$kasan" ] || config+=(--kconfig_add=CONFIG_KASAN=y)

kunit()
{
	(cd "$src" && exec ./tools/testing/kunit/kunit.py "$@")
}

# kunit.py says nothing while it builds, so make does that by itself.
build_kernel()
{
	kunit config "${config[@]}" &&
		make -C "$src" "O=$build" -j2 "${target[@]}"
}

run_logged "building the kernel ($arch)" build_kernel || {
	grep -E 'rror|undefined' -A 4 "$log" | head -n 40 >&2
	tail -n 5 "$log" >&2
	fail "the kernel does not build; see $log"
}
# A warning about our sources is one failure; the suites run all the same.
warned=0
if grep -E 'drivers/virt/virqchip.*warning:' "$log"; then
	echo "not ok - the lines above are warnings of the compiler"
	warned=1
fi

exec_args=("--arch=$arch" "--build_dir=$build" --timeout=600)
status=0
run_logged "running the suites" kunit exec "${exec_args[@]}" ${glob:+"$glob"} || status=$?
! $verbose || cat "$log"
[ ! -f "$build/test.log" ] || ktap "$build/test.log"

passed=$(summed passed)
skipped=$(summed skipped)
failed=$(($(summed failed) + $(summed crashed) + $(summed errors) + warned))
if [ $status != 0 ] || [ "$passed" = 0 ]; then
	[ "$failed" != 0 ] || failed=1
	tail -n 25 "$log" >&2
fi
# What the kernel itself complains of is one more failure; but UML warns of a
# virtual PCI bus that kunit.py configures and nobody uses.
if grep -E '(WARNING|BUG|UBSAN|KASAN): |INFO: (possible|trying)' "$build/test.log" |
   grep -v 'arch/um/drivers/virt-pci\.c'; then
	echo "not ok - the kernel complains, see $build/test.log"
	failed=$((failed + 1))
fi
say "took $SECONDS s; kunit.py's words are in $log, the kernel's in $build/test.log"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
