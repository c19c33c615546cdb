#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The part of run.sh that runs in the L1: in-l1.sh LOOPS [ipi]
#
# Leaves a file for each column in $VQC_RESULTS: COLUMN, for the lab's VMM, and
# qemu-COLUMN; scale and record. With "ipi", where there are two CPUs, it measures
# IPIs: COLUMN.ipi and qemu-COLUMN.ipi, if they are not there yet.
set -eu

bench=$(cd "$(dirname "$0")" && pwd)
lab=$bench/../lab/build
loops=$1
suffix='' options=() cpus=1
[ "${2:-}" != ipi ] || suffix=.ipi options=(--cpus 2) cpus=2

# measure COLUMN COMMAND...: do that until it ends well, and keep what it writes.
#
# Counting instructions, the guest now and then waits for ever for an interrupt, on
# KVM with its own irqchip too; the same guest does not when they are not counted.
# So a run that does not end is done again.
measure()
{
	local column=$1$suffix tries
	local file=$VQC_RESULTS/$column
	shift

	[ ! -s "$file" ] || return 0
	for tries in {1..12}; do
		echo "in-l1.sh: $column, try $tries"
		! "$@" >"$file.try" 2>&1 || { mv "$file.try" "$file"; return 0; }
	done
	cat "$file.try"
	echo "in-l1.sh: the guest bench failed: $column" >&2
	exit 1
}

# in_lab OPTION...: the lab's guest. A second of the L1 is 10^9 instructions; a row
# of 4,000 operations has a tenth of them. The fewer the likelier it ends.
in_lab()
{
	"$lab/vmm" --rounds "$loops" --timeout $((2 + loops / 4000)) \
		"${options[@]}" "$@" bench
}

# in_qemu DEVICE IRQCHIP: the guest for QEMU, with DEVICE in the place of /dev/kvm.
#
# All columns have the same QEMU, Debian 12's own: newer ones have no local APIC of
# their own for KVM. The firmware is QEMU's least. KVM's paravirtual interfaces are
# off, for some need KVM's irqchip; so is QEMU's care for 32-bit Windows, which
# catches accesses to the TPR.
#
# A guest that spins is ended by the time of the CPU that it takes. One that sleeps
# is ended by that of the L1, which runs on while QEMU waits for its files. That is
# why what the guest says, byte by byte, does not go to a file of the host.
in_qemu()
{
	local status=0

	# shellcheck disable=SC2016 # the inner shell expands it
	timeout -k 5 600 unshare -m sh -c \
		'mount --bind "$0" /dev/kvm && ulimit -t "$1" && shift && exec "$@"' \
		"$1" $((3 + loops / 500)) \
		qemu-system-x86_64 -M pc,accel=kvm,kernel-irqchip="$2",hpet=off \
		-cpu host,kvm=off -global apic-common.vapic=off -smp "$cpus" -m 32 \
		-nodefaults -display none -no-reboot -bios qboot.rom \
		-kernel "$lab/guests/bench_qemu.elf" -append "$loops $cpus" \
		-debugcon stdio -device isa-debug-exit \
		-blockdev driver=null-co,node-name=disk,size=1048576 \
		-device virtio-blk-pci,drive=disk,disable-modern=on </dev/null \
		>/dev/shm/figures 2>&1 || status=$?
	cat /dev/shm/figures
	# See EXIT_PASS of the guest.
	[ $status = 33 ]
}

mode()
{
	echo "$1" >/sys/module/virqchip/parameters/mode
}

# A CPU that has halted is to sleep at once, whatever it has learned before.
[ -z "$suffix" ] || echo 0 >/sys/module/kvm/parameters/halt_poll_ns

measure stock in_lab --device /dev/kvm
measure floor in_lab --device /dev/kvm --irqchip off
if [ "$BENCH_MODULE" = true ]; then
	modprobe virqchip
	measure virqchip in_lab --device /dev/virqchip
	echo 1 >/sys/module/virqchip/parameters/flows
	measure flows in_lab --device /dev/virqchip
	echo 0 >/sys/module/virqchip/parameters/flows
	mode split
	measure split in_lab --device /dev/virqchip
	if [ -z "$suffix" ]; then
		"$bench/build/scale" >"$VQC_RESULTS/scale"
		"$bench/build/record" >"$VQC_RESULTS/record"
	fi
fi
measure qemu-stock in_qemu /dev/kvm on
# With QEMU's own local APICs no run with IPIs has come to its end.
[ -n "$suffix" ] || measure qemu-off in_qemu /dev/kvm off
if [ "$BENCH_MODULE" = true ]; then
	measure qemu-split in_qemu /dev/virqchip on
	mode full
	measure qemu-virqchip in_qemu /dev/virqchip on
	if [ -n "$BENCH_AGAINST" ]; then
		rmmod virqchip
		insmod "$BENCH_AGAINST"
		measure before in_lab --device /dev/virqchip
	fi
fi
