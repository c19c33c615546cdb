#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Show it: guests on real KVM take their interrupts through virqchip.
set -eu

cd "$(dirname "$0")/.."
# shellcheck source=tools/vm/lib.sh
. tools/vm/lib.sh

steps=7
device=${VIRQCHIP_DEMO_DEVICE:-/dev/virqchip}
logs=build/demo

usage()
{
	cat <<-EOF
	Usage: tools/demo.sh

	Installs what it needs, builds the module for Debian's 6.1 kernel, boots
	that kernel in an emulated machine with KVM, loads the module, runs the
	lab's guests and a Linux guest through /dev/virqchip, and shows how their
	interrupts flowed. To be run as root on Debian 12. Nothing is loaded into
	the kernel of this machine. The logs stay in $logs/.

	Exit status: 0 when all went well, 1 when a step failed.
	EOF
}

elapsed()
{
	echo $(($(date +%s) - started))
}

step()
{
	step_name=$2
	printf '\n[%4d s] step %d of %d: %s\n' "$(elapsed)" "$1" $steps "$2"
}

tell()
{
	printf '[%4d s]   %s\n' "$(elapsed)" "$*"
}

give_up()
{
	printf '\n[%4d s] FAILED: %s' "$(elapsed)" "$step_name" >&2
	printf '\n  %s' "$@" >&2
	echo >&2
	exit 1
}

# run_logged LOG COMMAND...: say now and then what it is doing.
run_logged()
{
	local log=$1 status=0 job ticks=0
	shift

	"$@" >"$log" 2>&1 </dev/null &
	job=$!
	while kill -0 $job 2>/dev/null; do
		sleep 0.2
		ticks=$((ticks + 1))
		[ $((ticks % 25)) -ne 0 ] || tell "$(tail -n 1 "$log" | cut -c 1-68)"
	done
	wait $job || status=$?
	[ $status = 0 ] || tail -n 20 "$log" >&2
	return $status
}

# Inside the L1, where the output of all this ends up on the caller's terminal.

load_modules()
{
	modprobe virqchip || give_up "modprobe virqchip failed"
	[ -c "$device" ] || give_up "there is no $device"
	tell "loaded: $(lsmod | awk '/^(kvm|virqchip)/ { printf "%s ", $1 }')"
	tell "$(stat -c '%n is device %t:%T' "$device")"
}

run_lab_guests()
{
	local guest failed='' output=/dev/shm/lab

	for guest in pic ioapic lapic async; do
		if tools/lab/build/vmm --device "$device" "$guest" >$output 2>&1; then
			tell "$guest: all $(grep -c '^ok ' $output) verdicts good"
			grep '^ok ' $output | head -n 12 | sed 's/^/             /'
		else
			tell "$guest: FAILED"
			sed 's/^/             /' $output
			failed="$failed $guest"
		fi
	done
	[ -z "$failed" ] || give_up "guests with a bad verdict:$failed"
}

inside()
{
	step 4 'load kvm-amd and virqchip in the L1'
	load_modules
	step 5 "run the lab's guests on $device"
	run_lab_guests
	step 6 "boot a Linux guest on $device, in Debian's QEMU as it is"
	tools/vm/linux-guest --save "$VQC_RESULTS/linux" "$device" 2>&1 |
		grep -vE '^ *[A-Z]{3}: +0 ' | sed 's/^/             /'
	[ "${PIPESTATUS[0]}" = 0 ] || give_up "the Linux guest did not run to its end"
}

# Back on the caller's side.

show_trace()
{
	local trace=$logs/linux/trace lines

	[ -s "$trace" ] || give_up "the module left no trace ($trace)"
	lines=$(grep -E '(^|[[:space:]])gsi=10([[:space:]]|$)' "$trace") ||
		give_up "no flow of IRQ 10 in $trace"
	tell "the last flows of IRQ 10, of $(wc -l <<<"$lines"):"
	tail -n 8 <<<"$lines"
}

show_summary()
{
	tell "interrupts that the Linux guest counted:"
	awk 'NR > 1 && $2 + 0 > 0' "$logs/linux/interrupts"
}

case ${1:-} in
--help|-h)	usage; exit 0 ;;
--inside)	started=$2; inside; exit 0 ;;
?*)		echo "demo.sh: unknown argument $1 (try --help)" >&2; exit 2 ;;
esac

started=$(date +%s)
mkdir -p $logs

step 1 'install what is needed'
tools/deps.sh build vm || give_up "see the messages above"
vm_get_kernel
kdir=$(vm_headers_dir)
tell "Debian's kernel $vm_release is in $vm_kernel_dir"

step 2 "build virqchip.ko for Linux $vm_release"
run_logged $logs/module.log make -j2 KDIR="$kdir" ||
	give_up "the log is $logs/module.log"
tell "$(stat -c '%n, %s bytes' virqchip.ko)"

step 3 'build the lab and boot the L1'
run_logged $logs/lab.log make -j2 -C tools/lab || give_up "the log is $logs/lab.log"
tools/vm/guest-initramfs >/dev/null || give_up "no initramfs for the Linux guest"
status=0
tools/vm/run --module virqchip.ko --kvm --results $logs --timeout 600 \
	--env VIRQCHIP_DEMO_DEVICE="$device" -- \
	tools/demo.sh --inside "$started" || status=$?
step_name='the L1'
case $status in
0)	;;
1)	exit 1 ;;
*)	give_up "it ended with status $status; see $logs/console.log" ;;
esac

step 7 'what happened'
show_trace
show_summary
printf '\n[%4d s] Done. All logs are in %s/.\n' "$(elapsed)" $logs
