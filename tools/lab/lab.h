/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the lab's VMM and its guests agree on: one I/O port, one MMIO device
 * and a memory map. Nothing here knows which irqchip is behind the VM.
 *
 * The lab port. A guest fills a struct lab_call in its memory and writes the
 * (32-bit) address of it to LAB_PORT. The VMM carries the operation out before
 * the OUT instruction ends, so a guest raises and lowers its own interrupt
 * lines synchronously, and what follows the OUT sees the line as set.
 *
 * The device with a queue. A write of LAB_DEV_KICK is an ioeventfd, and a thread of
 * the VMM answers it by an irqfd, as virtio devices do; a write of LAB_DEV_REQUEST
 * comes out to the VMM, and the vCPU's own thread answers it by the same irqfd.
 *
 * The answering device. A guest writes a request to LAB_DEV_DOORBELL; the VMM's
 * worker thread raises an interrupt later and keeps it raised until the guest
 * writes LAB_DEV_ACK.
 */
#ifndef LAB_H
#define LAB_H

#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define BIT(n)			(1u << (n))
#define BIT_ULL(n)		(1ULL << (n))

/* Guest memory: 8 MiB at 0, identity mapped below 4 GiB. */
#define LAB_MEM_BYTES		0x800000UL
#define LAB_GDT_ADDR		0x1000UL
#define LAB_PML4_ADDR		0x2000UL
#define LAB_PDPT_ADDR		0x3000UL
#define LAB_PD_ADDR		0x4000UL
#define LAB_IMAGE_ADDR		0x100000UL

#define LAB_SEL_CODE		0x08
#define LAB_SEL_DATA		0x10
#define LAB_SEL_TSS		0x18

/* 32-bit OUT of the address of a struct lab_call. */
#define LAB_PORT		0x5600

/**
 * enum lab_op - what a guest asks of the VMM
 * @LAB_OP_PLAN: a0 = number of verdicts the guest will give
 * @LAB_OP_CHECK: a0 = address of the sentence, a1 = value seen, a2 = value
 *	expected; the check passes if they are equal
 * @LAB_OP_SKIP: a0 = address of the sentence, a1 = address of the reason
 * @LAB_OP_PRINT: a0 = address of a text, a1 = a number printed after it
 * @LAB_OP_END: a0 = verdicts given, a1 = of these failed; ends the run
 * @LAB_OP_LINE: a0 = GSI, a1 = level; returns KVM_IRQ_LINE_STATUS's status
 * @LAB_OP_PULSE: a0 = GSI; raises the line, then lowers it
 * @LAB_OP_MSI: a0 = MSI address, a1 = data; returns KVM_SIGNAL_MSI's result
 * @LAB_OP_ROUTE: a0 = GSI, a1 = MSI address, a2 = data: the default routes
 *	plus this one
 * @LAB_OP_UNROUTE: a0 = GSI: the default routes without the legacy ones of
 *	this GSI and without any MSI
 * @LAB_OP_TIME: returns CLOCK_MONOTONIC in ns in a0
 * @LAB_OP_OPTION: a0 = enum lab_option; returns its value in a0
 * @LAB_OP_LAPIC: a0 = register offset; returns KVM_GET_LAPIC's value in a0
 * @LAB_OP_IRQCHIP: a0 = chip id, a1 = address for a struct kvm_irqchip
 * @LAB_OP_TOGGLE: a0 = GSI, a1 = times: the worker raises and lowers the line
 *	that often while the guest runs
 * @LAB_OP_BENCH: a0 = address of the row's name, a1 = TSC ticks, a2 = loops
 * @LAB_OP_PULSES: a0 = GSI, a1 = times: pulse the line in a loop; returns the
 *	CLOCK_MONOTONIC ns it took in a0
 * @LAB_OP_QUEUE: a0 = vector: from now on there is the device with a queue, which
 *	sends that
 * @LAB_OP_SIGNALS: a0 = times: the device with a queue signals its irqfd in a
 *	loop; returns the CLOCK_MONOTONIC ns it took in a0
 * @LAB_OP_SECOND: a0 = address, a1 = stack: start the second CPU there, with the
 *	tables of the first
 * @LAB_OP_LOOK: a0 = address of a word that is 1 once the guest is in trouble, or 0
 *	if it is now: let the VMM's --look look, and end the run
 * @LAB_OP_COUNT: how many there are
 */
enum lab_op {
	LAB_OP_PLAN,
	LAB_OP_CHECK,
	LAB_OP_SKIP,
	LAB_OP_PRINT,
	LAB_OP_END,
	LAB_OP_LINE,
	LAB_OP_PULSE,
	LAB_OP_MSI,
	LAB_OP_ROUTE,
	LAB_OP_UNROUTE,
	LAB_OP_TIME,
	LAB_OP_OPTION,
	LAB_OP_LAPIC,
	LAB_OP_IRQCHIP,
	LAB_OP_TOGGLE,
	LAB_OP_BENCH,
	LAB_OP_PULSES,
	LAB_OP_QUEUE,
	LAB_OP_SIGNALS,
	LAB_OP_SECOND,
	LAB_OP_LOOK,
	LAB_OP_COUNT
};

/**
 * enum lab_trouble - the guests of trouble.c; look.c has their names
 */
enum lab_trouble {
	LAB_TROUBLE_LINE_LOW,
	LAB_TROUBLE_NO_ROUTE,
	LAB_TROUBLE_PIC_NOT_SET_UP,
	LAB_TROUBLE_PIC_MASKED,
	LAB_TROUBLE_PIC_BEHIND,
	LAB_TROUBLE_PIC_NO_EOI,
	LAB_TROUBLE_PIC_GATED,
	LAB_TROUBLE_EDGE_TAKEN,
	LAB_TROUBLE_RTE_MASKED,
	LAB_TROUBLE_LEVEL_MASKED,
	LAB_TROUBLE_RTE_MODE,
	LAB_TROUBLE_NO_EOI,
	LAB_TROUBLE_ORPHAN,
	LAB_TROUBLE_STORM,
	LAB_TROUBLE_NO_DEST,
	LAB_TROUBLE_APIC_SW_OFF,
	LAB_TROUBLE_APIC_HW_OFF,
	LAB_TROUBLE_TPR,
	LAB_TROUBLE_BEHIND_ISR,
	LAB_TROUBLE_VECTOR_NO_EOI,
	LAB_TROUBLE_IF_OFF,
	LAB_TROUBLE_IF_OFF_HALTED,
	LAB_TROUBLE_STOPPED,
	LAB_TROUBLE_LVT_MASKED,
	LAB_TROUBLE_TIMER_OFF,
	LAB_TROUBLE_TIMER_ARMED,
	LAB_TROUBLE_PIT_OFF,
	LAB_TROUBLE_NO_SIPI,
	LAB_TROUBLE_NOT_WOKEN,
	LAB_TROUBLES
};

/**
 * enum lab_option - what the VMM was started with
 * @LAB_OPTION_ROUNDS: --rounds
 * @LAB_OPTION_X2APIC: 1 with --x2apic
 * @LAB_OPTION_IRQCHIP: 1 if the VM has an irqchip of its own
 * @LAB_OPTION_CPUS: --cpus
 * @LAB_OPTION_TROUBLE: --trouble, enum lab_trouble
 */
enum lab_option {
	LAB_OPTION_ROUNDS,
	LAB_OPTION_X2APIC,
	LAB_OPTION_IRQCHIP,
	LAB_OPTION_CPUS,
	LAB_OPTION_TROUBLE,
};

/**
 * struct lab_call - one request of a guest
 * @op: enum lab_op
 * @ret: result: 0 or more, or a negative errno
 * @arg: see enum lab_op
 */
struct lab_call {
	u32 op;
	s32 ret;
	u64 arg[4];
};

/* The answering device: 32-bit registers. */
#define LAB_DEV_BASE		0xd0000000UL
#define LAB_DEV_BYTES		0x1000UL
/* Write: a request, made of the fields below. */
#define LAB_DEV_DOORBELL	(LAB_DEV_BASE + 0x00)
/* Write any value: lower the line of the last request. */
#define LAB_DEV_ACK		(LAB_DEV_BASE + 0x04)
/* Read: requests answered so far. */
#define LAB_DEV_ANSWERED	(LAB_DEV_BASE + 0x08)
/* Read: of these, answered with the vCPU's thread seen asleep. */
#define LAB_DEV_ASLEEP		(LAB_DEV_BASE + 0x0c)
/* Write any value: requests to the device with a queue. */
#define LAB_DEV_KICK		(LAB_DEV_BASE + 0x10)
#define LAB_DEV_REQUEST		(LAB_DEV_BASE + 0x14)

/* Doorbell bits 7:0: the GSI, or LAB_DEV_MSI for an MSI of bits 31:24. */
#define LAB_DEV_MSI		0xff
/* Doorbell bits 15:8: when the worker answers. */
#define LAB_DEV_WHEN_FREE	0	/* at once, beside the running guest */
#define LAB_DEV_WHEN_FIRST	1	/* before the doorbell write ends */
#define LAB_DEV_WHEN_ASLEEP	2	/* when the vCPU's thread sleeps */
#define LAB_DEV_WHEN_PULSE	3	/* at once, and lowers the line itself */

#endif
