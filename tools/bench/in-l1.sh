#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The part of run.sh that runs in the L1: in-l1.sh LOOPS
set -eu

vmm=$(cd "$(dirname "$0")/../lab" && pwd)/build/vmm
loops=$1

# measure COLUMN VMM-OPTION...
measure()
{
	local column=$1 status=0
	shift

	echo "in-l1.sh: $column"
	"$vmm" --rounds "$loops" --timeout 600 "$@" bench \
		>"$VQC_RESULTS/$column" 2>&1 || status=$?
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
fi
