#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Inside the L1: test KVM's ioctls on both devices, and unload the module.
set -eu

cd "$(dirname "$0")"

mode=full
devices=(/dev/virqchip /dev/kvm)
while :; do
	case ${1:-} in
	--split)	mode='split' devices=(/dev/virqchip) ;;
	--ours-only)	devices=(/dev/virqchip) ;;
	*)		break ;;
	esac
	shift
done
case ${1:-} in
--help|-h)
	cat <<-EOF2
	Usage: tools/selftests/kvm/run.sh [--split] [--ours-only] [PATTERN...]

	To be run by tools/vm/run --kvm --module virqchip.ko, after
	"make -C tools/selftests/kvm". Loads the module, runs the tests (see
	tools/selftests/kvm/build/kvm-selftests --help) on /dev/virqchip and on
	/dev/kvm, unloads the module, and looks for complaints of the kernel. With
	--ours-only it runs them on /dev/virqchip alone; with --split too, in split
	mode. The last line counts the results.
	EOF2
	exit 0 ;;
-*)
	echo "run.sh: unknown option $1 (try --help)" >&2
	exit 2 ;;
esac

program=build/kvm-selftests
[ -x $program ] ||
	{ echo "run.sh: there is no $program: make -C tools/selftests/kvm" >&2; exit 2; }
modprobe virqchip mode=$mode
for device in "${devices[@]}"; do
	[ -c "$device" ] || { echo "run.sh: there is no $device" >&2; exit 1; }
done

passed=0 failed=0 skipped=0

# add PASSED FAILED SKIPPED
add()
{
	passed=$((passed + $1))
	failed=$((failed + $2))
	skipped=$((skipped + $3))
}

# result WHAT STATUS: a check of this script.
result()
{
	if [ "$2" = 0 ]; then
		echo "ok - $1"
		add 1 0 0
	else
		echo "not ok - $1"
		add 0 1 0
	fi
}

output=$(mktemp)
trap 'rm -f "$output"' EXIT

# run_on DEVICE [PATTERN...]
run_on()
{
	local device=$1 status=0 counts
	shift

	echo "# on $device"
	$program --device "$device" "$@" >"$output" 2>&1 &
	tail -n +1 -f -s 0.2 --pid=$! "$output" | grep --line-buffered -v ' passed, '
	wait $! || status=$?
	counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$output")
	if [ -n "$counts" ]; then
		# shellcheck disable=SC2086 # three words
		add $counts
	else
		result "the tests on $device came to their end" 1
	fi
	return 0
}

kernel_complains()
{
	dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace:|UBSAN:|general protection'
}

run_on /dev/virqchip "$@"
status=0
rmmod virqchip || status=$?
result module_unloads_after_the_tests $status
[ ${#devices[@]} = 1 ] || run_on /dev/kvm "$@"
status=0
! kernel_complains || status=1
result kernel_has_nothing_to_complain_of $status

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
