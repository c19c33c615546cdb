#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The part of run.sh that runs in the L1: in-l1.sh LOOPS
set -eu

vmm=$(cd "$(dirname "$0")/../lab" && pwd)/build/vmm
loops=$1

# measure COLUMN VMM-OPTION...
#
# Counting instructions, the guest now and then waits for ever for an interrupt, on
# KVM with its own irqchip too; the same guest does not when they are not counted.
# So a run that does not end is done again. A second of the L1 is 10^9 instructions;
# a row of 4,000 operations has a tenth of them.
measure()
{
	local column=$1 status tries
	shift

	for tries in {1..12}; do
		echo "in-l1.sh: $column, try $tries"
		status=0
		"$vmm" --rounds "$loops" --timeout $((2 + loops / 4000)) "$@" bench \
			>"$VQC_RESULTS/$column" 2>&1 || status=$?
		[ $status != 0 ] || break
	done
	[ $status = 0 ] || {
		cat "$VQC_RESULTS/$column"
		echo "in-l1.sh: the guest bench failed: $column" >&2
		exit 1
	}
}

measure stock --device /dev/kvm
measure floor --device /dev/kvm --irqchip off
if [ "$BENCH_MODULE" = true ]; then
	modprobe virqchip
	measure virqchip --device /dev/virqchip
	echo split >/sys/module/virqchip/parameters/mode
	measure split --device /dev/virqchip
	"$(dirname "$0")/build/scale" >"$VQC_RESULTS/scale"
fi
