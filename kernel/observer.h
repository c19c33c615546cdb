/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the observer keeps for a fabric; for observe.c, debugfs.c and tests.
 */
#ifndef VQC_OBSERVER_H
#define VQC_OBSERVER_H

#include <linux/list.h>

#include "flow.h"

/**
 * struct vqc_observer - the observer of one fabric
 * @next_seq: the flow id that each CPU gave out last
 * @recorder: NULL until flows were asked for; release-published, stays
 * @pic_isr_seq: flow ids of what is in service at the PIC's pins
 * @ioapic_isr_seq: flow ids of the level messages that set remote IRR
 * @cpu_files: of debugfs.c
 * @list: in the list of all observers
 */
struct vqc_observer {
	u64 __percpu *next_seq;
	struct vqc_recorder *recorder;
	u64 pic_isr_seq[VQC_NR_PIC_PINS];
	u64 ioapic_isr_seq[VQC_NR_IOAPIC_PINS];
	struct list_head cpu_files;
	struct list_head list;
};

/**
 * vqc_flows_switch - switch the recording of flows, in all fabrics
 * @on: on or off
 *
 * Before vqc_observe_init() the value is only remembered. What was recorded can
 * still be read when it is off.
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM; -EOPNOTSUPP: the kernel was built without ring buffers.
 * Nothing has changed then.
 */
int vqc_flows_switch(bool on);

/**
 * vqc_flows_on - are flows recorded
 *
 * Context: any.
 * Return: what vqc_flows_switch() has set last.
 */
bool vqc_flows_on(void);

#endif /* VQC_OBSERVER_H */
