#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Inside the L1: let guests get into trouble, and ask virqchip why.
set -eu

self=$(readlink -f "$0")
cd "$(dirname "$0")"

debugfs=/sys/kernel/debug/virqchip
# Less than the VMM waits for a sign of life. A storm pauses for 10 ms at a time,
# and a kick takes a moment to arrive.
max_seconds=45

usage()
{
	cat <<-EOF2
	Usage: tools/lab/trouble.sh [NAME...]
	       tools/lab/trouble.sh --ask QUESTION REASON [FAULT]

	To be run by tools/vm/run --kvm --module virqchip.ko, after "make lab".
	Runs the lab's guest "trouble" on /dev/virqchip, once for each trouble
	(default: all that vmm --list-troubles names), and checks that "why" of
	debugfs gives the right reason. Prints KTAP; the last line counts.

	With --ask: asks QUESTION of the VM of the VMM above until the answer is
	REASON, and prints the verdict. First does FAULT to it, on purpose, as
	debugfs "fault" takes it. To be called by vmm --look.

	Exit status: 0 when all reasons were right, 1 otherwise, 2 for wrong usage.
	EOF2
}

# Trouble | what is asked | the reason | a fault that is done to it first
troubles()
{
	cat <<-'EOF2'
	line-low       | gsi 10             | LINE_LOW
	no-route       | gsi 10             | NOT_ROUTED
	pic-not-set-up | gsi 5              | PIC_INIT
	pic-masked     | gsi 5              | PIC_MASKED
	pic-behind     | gsi 5              | PIC_IN_SERVICE
	pic-no-eoi     | gsi 5              | IN_SERVICE
	pic-gated      | gsi 5              | PIC_GATED
	edge-taken     | gsi 10             | EDGE_TAKEN
	rte-masked     | gsi 10             | IOAPIC_MASKED
	level-masked   | gsi 10             | IOAPIC_HELD
	rte-mode       | gsi 10             | IOAPIC_MODE
	no-eoi         | gsi 10             | IOAPIC_REMOTE_IRR
	orphan         | gsi 10             | IOAPIC_ORPHAN
	storm          | gsi 10             | IOAPIC_STORM
	no-dest        | gsi 10             | NO_DEST
	apic-sw-off    | gsi 10             | APIC_SW_OFF
	apic-hw-off    | cpu 0 vector 0x51  | APIC_HW_OFF
	tpr            | gsi 10             | BELOW_PPR
	behind-isr     | cpu 0 vector 0x51  | BELOW_PPR
	vector-no-eoi  | cpu 0 vector 0x51  | IN_SERVICE
	if-off         | gsi 10             | CPU_IF
	if-off-halted  | gsi 10             | CPU_IF
	stopped        | gsi 10             | CPU_STOPPED
	lvt-masked     | cpu 0 vector 0xec  | LVT_MASKED
	timer-off      | cpu 0 vector 0xec  | TIMER_OFF
	timer-armed    | cpu 0 vector 0xec  | AT_REST
	pit-off        | gsi 0              | TIMER_OFF
	no-sipi        | gsi 10             | CPU_NO_SIPI
	not-woken      | cpu 0 vector 0xec  | CPU_ASLEEP | no-kick cpu=0
	EOF2
}

# Ask the VM of the process above. Without a fork: some answers come and go.
ask()
{
	local question=$1 reason=$2 fault=${3:-} verdict='verdict="([^"]*)"' answer why

	[ -z "$fault" ] || echo "$fault" >"$debugfs/vm-$PPID/fault"
	while ((SECONDS < max_seconds)); do
		exec 3<>"$debugfs/vm-$PPID/why"
		echo "$question" >&3
		mapfile -t answer <&3
		why=${answer[-1]}
		[[ $why = *" why=$reason "* && $why =~ $verdict ]] || continue
		echo "# verdict: ${BASH_REMATCH[1]}"
		return 0
	done
	echo "# expected $reason, and after $SECONDS s it was:"
	printf '#   %s\n' "${answer[@]}"
	return 1
}

run_trouble()
{
	local name=$1 question=$2 reason=$3 fault=$4 status=0

	build/vmm --device /dev/virqchip --cpus 2 --trouble "$name" \
		--look "exec '$self' --ask '$question' $reason '$fault'" trouble >"$log" 2>&1 ||
		status=$?
	nr=$((nr + 1))
	if [ $status = 0 ]; then
		echo "ok $nr - $name: $reason"
		sed -n 's/^# verdict: /# /p' "$log"
	else
		failed=$((failed + 1))
		echo "not ok $nr - $name: $reason"
		sed 's/^#* */# /' "$log"
	fi
}

case ${1:-} in
--help|-h)	usage; exit 0 ;;
--ask)		[ $# = 3 ] || [ $# = 4 ] || { usage >&2; exit 2; }
		ask "${@:2}"; exit ;;
esac

[ -x build/vmm ] || { echo "trouble.sh: there is no build/vmm: make lab" >&2; exit 2; }
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
missing=$(build/vmm --list-troubles | grep -vxF -f <(troubles | cut -d '|' -f 1 | tr -d ' ') || true)
[ -z "$missing" ] || { echo "trouble.sh: no reason is known for: $missing" >&2; exit 1; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
nr=0 failed=0
echo 'KTAP version 1'
while IFS='|' read -r name question reason fault; do
	name=${name// /}
	[ $# = 0 ] || [[ " $* " = *" $name "* ]] || continue
	question=$(sed 's/^ *//; s/ *$//' <<<"$question")
	run_trouble "$name" "$question" "${reason// /}" "${fault# }"
done < <(troubles)
echo "1..$nr"
echo "$((nr - failed)) passed, $failed failed, 0 skipped"
[ $failed = 0 ] && [ $nr != 0 ]
