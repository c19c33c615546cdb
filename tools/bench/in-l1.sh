#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The part of run.sh that runs in the L1: in-l1.sh LOOPS [ipi]
#
# Leaves a file for each column in $VQC_RESULTS: COLUMN, and scale. With "ipi", where
# there are two CPUs, it measures IPIs: COLUMN.ipi, if it is not there yet.
set -eu

vmm=$(cd "$(dirname "$0")/../lab" && pwd)/build/vmm
loops=$1
suffix='' options=()
[ "${2:-}" != ipi ] || suffix=.ipi options=(--cpus 2)

# measure COLUMN VMM-OPTION...
#
# Counting instructions, the guest now and then waits for ever for an interrupt, on
# KVM with its own irqchip too; the same guest does not when they are not counted.
# So a run that does not end is done again. A second of the L1 is 10^9 instructions;
# a row of 4,000 operations has a tenth of them. The fewer the likelier it ends.
measure()
{
	local column=$1$suffix status=1 tries
	local file=$VQC_RESULTS/$column
	shift

	[ ! -s "$file" ] || return 0
	for tries in {1..12}; do
		echo "in-l1.sh: $column, try $tries"
		! "$vmm" --rounds "$loops" --timeout $((2 + loops / 4000)) \
			"${options[@]}" "$@" bench >"$file.try" 2>&1 ||
			{ status=0; break; }
	done
	[ $status = 0 ] || {
		cat "$file.try"
		echo "in-l1.sh: the guest bench failed: $column" >&2
		exit 1
	}
	mv "$file.try" "$file"
}

# A CPU that has halted is to sleep at once, whatever it has learned before.
[ -z "$suffix" ] || echo 0 >/sys/module/kvm/parameters/halt_poll_ns

measure stock --device /dev/kvm
measure floor --device /dev/kvm --irqchip off
if [ "$BENCH_MODULE" = true ]; then
	modprobe virqchip
	measure virqchip --device /dev/virqchip
	echo 1 >/sys/module/virqchip/parameters/flows
	measure flows --device /dev/virqchip
	echo 0 >/sys/module/virqchip/parameters/flows
	echo split >/sys/module/virqchip/parameters/mode
	measure split --device /dev/virqchip
	if [ -z "$suffix" ]; then
		"$(dirname "$0")/build/scale" >"$VQC_RESULTS/scale"
		"$(dirname "$0")/build/record" >"$VQC_RESULTS/record"
	fi
	if [ -n "$BENCH_AGAINST" ]; then
		rmmod virqchip
		insmod "$BENCH_AGAINST"
		measure before --device /dev/virqchip
	fi
fi
