/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the observer keeps for a fabric; for observe.c, debugfs.c and tests.
 */
#ifndef VQC_OBSERVER_H
#define VQC_OBSERVER_H

#include <linux/list.h>

#include "flow.h"
#include "latency.h"

/**
 * struct vqc_observer - the observer of one fabric
 * @fabric: which
 * @next_seq: the flow id that each CPU gave out last
 * @recorder: NULL until flows were asked for; release-published, stays
 * @latency: of the flows that @recorder saw end; there before @recorder
 * @ring: how @recorder keeps, or will keep, what has ended
 * @pic_isr_seq: flow ids of what is in service at the PIC's pins
 * @ioapic_isr_seq: flow ids of the level messages that set remote IRR
 * @cpu_files: of debugfs.c
 * @list: in the list of all observers
 */
struct vqc_observer {
	struct vqc_fabric *fabric;
	u64 __percpu *next_seq;
	struct vqc_recorder *recorder;
	struct vqc_latency *latency;
	struct vqc_ring_config ring;
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

/* How many finished flows can be kept */
#define VQC_MIN_TRACE_SIZE	16u
#define VQC_MAX_TRACE_SIZE	65536u

/**
 * vqc_observer_set_ring - choose how a fabric's finished flows are kept
 * @f: the fabric
 * @config: how; @config->nr_flows from VQC_MIN_TRACE_SIZE to VQC_MAX_TRACE_SIZE
 *
 * Context: may sleep. Return: 0; -EINVAL: out of range; -ENOMEM: nothing has
 * changed.
 */
int vqc_observer_set_ring(struct vqc_fabric *f,
			  const struct vqc_ring_config *config);

/**
 * vqc_observer_get_ring - how are a fabric's finished flows kept
 * @f: the fabric
 * @state: filled in
 *
 * Context: may sleep.
 */
void vqc_observer_get_ring(struct vqc_fabric *f, struct vqc_ring_state *state);

/**
 * vqc_flows_on - are flows recorded
 *
 * Context: any.
 * Return: what vqc_flows_switch() has set last.
 */
bool vqc_flows_on(void);

#endif /* VQC_OBSERVER_H */
