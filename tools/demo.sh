#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Show it: guests on real KVM take their interrupts through virqchip.
set -eu

cd "$(dirname "$0")/.."
# shellcheck source=tools/vm/lib.sh
. tools/vm/lib.sh

steps=8
build=build/demo
results=$build/results
device=/dev/virqchip
debugfs=/sys/kernel/debug/virqchip
# Whom a failure is blamed on.
step_name='the start'

usage()
{
	cat <<-EOF
	Usage: tools/demo.sh

	Installs what it needs, builds the module for Debian's 6.1 kernel, boots
	that kernel in an emulated machine with KVM, loads the module, runs the
	lab's guests and a Linux guest through $device, and shows how their
	interrupts flowed. To be run as root on Debian 12. Nothing is loaded into
	the kernel of this machine. All that is built and recorded stays in
	$build/.

	Exit status: 0 when all went well, 1 when a step failed.
	EOF
}

elapsed()
{
	echo $(($(date +%s) - started))
}

step()
{
	step_name="step $1, $2"
	printf '\n[%3d s] Step %d of %d: %s\n' "$(elapsed)" "$1" $steps "$2"
}

tell()
{
	printf '[%3d s]   %s\n' "$(elapsed)" "$*"
}

# Text that belongs to what was told last.
indent()
{
	sed 's/^/          /'
}

give_up()
{
	printf '\n[%3d s] FAILED: %s' "$(elapsed)" "$step_name" >&2
	printf '\n  %s' "$@" >&2
	echo >&2
	exit 1
}

# Without our own paths and the marks of the guest.
vm_show_progress()
{
	local words

	words=$(grep -v '^[[:blank:]]*$' "$1" | tail -n 1 | cut -c 1-99)
	tell "... $(sed "s,$PWD/,,g; s,^VIRQCHIP-GUEST-,,; s,^ *,," <<<"${words:-it is quiet so far}")"
}
vm_progress_seconds=5

# ---- inside the L1; what is printed here ends up on the caller's terminal ----

load_modules()
{
	tell 'modprobe kvm-amd; modprobe virqchip flows=1'
	# The guest "pic" has some 40,000 changes of its lines recorded.
	modprobe virqchip flows=1 trace_size=65536 || give_up 'modprobe virqchip failed'
	[ -c $device ] || give_up "there is no $device"
	tell "$device is there, beside /dev/kvm; flows=1 records every interrupt."
}

# What guest $1 does, and has checked.
describe()
{
	case $1 in
	pic)	cat <<-'EOF'
		The two 8259s of the first PCs, set to vectors 0x20 and 0x28: IRQ 10
		comes as vector 0x2a. Edges, levels, priorities, spurious interrupts.
		EOF
		;;
	ioapic)	cat <<-'EOF'
		The I/O APIC's 24 pins: edge and level, masks, remote IRR; a level
		line that is still high after its EOI fires again.
		EOF
		;;
	lapic)	cat <<-'EOF'
		The CPU's local APIC: interrupts to itself, priorities nested by TPR
		and ISR, the timer in three modes, the error register.
		EOF
		;;
	pit)	cat <<-'EOF'
		The 8254 timer: counters, latches, port 0x61, and its output, IRQ 0.
		EOF
		;;
	msi)	cat <<-'EOF'
		Interrupts that are messages: written to the APIC, or routed to it.
		EOF
		;;
	async)	cat <<-'EOF'
		10,000 requests to a device that answers later, from another thread;
		the CPU sleeps in HLT until the interrupt wakes it. None was lost.
		EOF
		;;
	esac
}

# total WORD: a sum in the counters of the guest in $saved.
total()
{
	sed -n "s/^total .*\<$1=\([0-9]*\).*/\1/p" "$saved/counters"
}

run_lab_guest()
{
	local guest=$1 saved=$VQC_RESULTS/$1 log=$VQC_RESULTS/$1.log status=0

	# debugfs shows a VM as long as it exists.
	vm_run_logged "$log" $build/lab/vmm --device $device --at-end \
		"mkdir -p '$saved' && cp $debugfs/*/* '$saved'" "$guest" || status=$?
	if [ $status != 0 ]; then
		grep -A 1 -B 1 '^not ok' "$log" >&2 || true
		give_up "the guest $guest failed (status $status); its log is $results/$guest.log"
	fi
	tell "$guest: all $(grep -c '^ok ' "$log") checks passed, $(total injected) interrupts taken."
	describe "$guest" | indent
}

linux_guest()
{
	local status=0

	vm_run_logged "$VQC_RESULTS/linux.log" tools/vm/linux-guest \
		--save "$VQC_RESULTS/linux" $device || status=$?
	[ $status = 0 ] ||
		give_up "the Linux guest failed (status $status); its log is $results/linux.log"
	tell 'It came up, read its three disks, slept, and powered off, in its own words:'
	grep -E '^VIRQCHIP-GUEST-(UP|APIC|DISK|TIMER|DOWN)' "$VQC_RESULTS/linux/console" |
		sed 's/^VIRQCHIP-GUEST-//' | indent
}

# What the guest $1 has got wrong.
describe_trouble()
{
	case $1 in
	no-eoi)		cat <<-'EOF'
		The handler of a level-triggered line serves its device, and returns
		without the end-of-interrupt. No interrupt of the line ever comes again.
		EOF
		;;
	rte-masked)	cat <<-'EOF'
		A driver has moved its interrupt to another CPU: it masked the entry of
		the I/O APIC, wrote it anew, and forgot to unmask it.
		EOF
		;;
	if-off)		cat <<-'EOF'
		The guest waits for an interrupt in a loop, with interrupts disabled.
		EOF
		;;
	esac
}

run_trouble()
{
	local name=$1 log=$VQC_RESULTS/trouble-$1.log answer=$VQC_RESULTS/trouble-$1 reason=$2

	tell "The guest $name:"
	describe_trouble "$name" | indent
	# The VMM is the parent of the shell that looks.
	# shellcheck disable=SC2016 # PPID is that shell's
	vm_run_logged "$log" $build/lab/vmm --device $device --trouble "$name" \
		--look 'exec tools/virqctl/build/virqctl why vm-$PPID 10 >"'"$answer"'"' \
		trouble || give_up "the guest $name is in no trouble; its log is $log"
	echo '          $ virqctl why vm-... 10'
	indent <"$answer"
	grep -q "($reason)\$" "$answer" || give_up "the answer should be $reason"
	echo
}

troubled_guests()
{
	tell 'Each raised line 10 and hears nothing. What holds it, and which register'
	tell 'says so? One question each, asked while the guest hangs:'
	echo
	run_trouble no-eoi IOAPIC_REMOTE_IRR
	run_trouble rte-masked IOAPIC_MASKED
	run_trouble if-off CPU_IF
}

inside()
{
	step 4 "load KVM and virqchip (in the emulated machine, Linux $(uname -r))"
	load_modules
	step 5 "run the lab's guests on $device"
	tell 'Each is a small program in a VM of its own that drives one chip and checks'
	tell 'what comes of it.'
	for guest in pic ioapic lapic pit msi async; do
		run_lab_guest $guest
	done
	step 6 "boot Linux on $device, in Debian's QEMU as it is"
	linux_guest
	step 7 'three guests in trouble, and why'
	troubled_guests
	rmmod virqchip || give_up 'virqchip does not unload'
}

# ---- the caller's side again ----

# The flows of GSI 10 and, in words, the first.
show_trace()
{
	local trace=$results/pic/trace

	[ -s $trace ] || give_up "the module left no trace ($trace)"
	awk '
	function us(text) {
		return text == "-" ? "-" : sprintf("%.1f", text)
	}
	# The last column: any number of words.
	function ending(    text, i) {
		for (i = 15; i <= NF; i++)
			text = text (i > 15 ? " " : "") $i
		return text
	}
	function explain() {
		printf "The first, seq %s, in words:\n", $1
		printf "  line    The VMM raised GSI 10.\n"
		printf "  pin     %s us later the 8259s had latched it at pin %s, pin %d of the slave.\n", us($10), $6, $6 - 8
		printf "  inject  %s us later the CPU was ready for it. The slave gave the vector:\n", us($12)
		printf "          base 0x28 + pin %d = %s. KVM got the word %s, which says:\n", $6 - 8, $7, $9
		printf "          valid (bit 31), external interrupt (bits 10:8 = 0), vector %s.\n", $7
		printf "  EOI     %s us later the guest ended it; %s us in all.\n\n", us($13), us($14)
	}
	function row(seq, line, pin, vector, word, to_pin, to_cpu, to_eoi, end) {
		printf "%5s %-7s %-6s %-6s %-10s %8s %8s %8s  %s\n", seq, line, pin, vector, word, to_pin, to_cpu, to_eoi, end
	}
	$3 == 10 {
		if (!n++) {
			explain()
			row("seq", "line", "pin", "vector", "word", "to_pin", "to_CPU", "to_EOI", "end")
		}
		row($1, "GSI " $3, $5 " " $6, $7, $9, us($10), us($12), us($13), ending())
		good += $7 == "0x2a" && $9 == "0x8000002a" && $15 ~ /^eoi/
	}
	$4 == "again" && $5 == "pic" && $6 == 10 { again++ }
	END {
		print "\nWhere the vector is another, the guest had given the slave another base."
		if (again)
			printf "%d more followed from the line left high while it was level-triggered.\n", again
		exit !good
	}' $trace >$build/irq10 ||
		give_up "no flow of IRQ 10 went from its line to its EOI; see $trace"
	tell 'The trace of IRQ 10, from the guest pic. One row is one interrupt, from its line'
	tell '(GSI: the number of a line) to its EOI (the guest is done with it), with the'
	tell 'microseconds from stage to stage, in a machine that is emulated, thus slow:'
	echo
	cat $build/irq10
	echo
	tell "The whole trace is $trace; beside it are the chips' registers."
}

show_summary()
{
	local status=0

	tell 'The interrupts of the Linux guest: its /proc/interrupts, and our counters'
	tell 'right before and after it read them (one number: the source was at rest):'
	echo
	tools/vm/interrupts $results/linux || status=$?
	echo
	[ $status = 0 ] || give_up 'Linux counted other interrupts than virqchip injected'
	tell 'Every interrupt that Linux counted is one that virqchip injected.'
}

case ${1:-} in
--help|-h)	usage; exit 0 ;;
--inside)	started=$2; inside; exit 0 ;;
?*)		echo "demo.sh: unknown argument $1 (try --help)" >&2; exit 2 ;;
esac

started=$(date +%s)
rm -rf $results
mkdir -p $results
echo 'virqchip: the interrupt controllers of a PC for KVM guests, in a module that shows'
echo 'what each interrupt does. This demonstration loads nothing into this machine.'

step 1 'install what is needed'
tools/deps.sh build vm virqctl || give_up 'see the messages above'
vm_get_kernel
tell "Debian's kernel $vm_release is in $vm_kernel_dir."

step 2 "build virqchip.ko for Linux $vm_release"
vm_run_logged $build/module.log vm_build_module $build/module ||
	give_up "the log is $build/module.log"
tell "$(stat -c '%n, %s bytes' $build/module/virqchip.ko)"

step 3 'build the lab, and boot an emulated machine with KVM'
vm_run_logged $build/lab.log make -j2 -C tools/lab BUILD="$PWD/$build/lab" ||
	give_up "the log is $build/lab.log"
vm_run_logged $build/virqctl.log make -j2 -C tools/virqctl ||
	give_up "the log is $build/virqctl.log"
tell "The lab's guests and the VMM that runs them are in $build/lab."
tools/vm/guest-initramfs >/dev/null || give_up 'no initramfs for the Linux guest'
tell 'Booting: QEMU emulates every instruction, of AMD SVM too, so KVM works inside.'
status=0
tools/vm/run --quiet --module $build/module/virqchip.ko --kvm --results $results \
	--timeout 1200 -- tools/demo.sh --inside "$started" || status=$?
step_name='the emulated machine'
case $status in
0)	;;
1)	exit 1 ;;
*)	give_up "it ended with status $status; see $results/console.log" ;;
esac

step 8 'what happened'
show_trace
show_summary
printf '\n[%3d s] Done. All that was recorded is in %s/.\n' "$(elapsed)" $results
