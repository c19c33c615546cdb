/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where finished flows wait to be read: the kernel's ring buffer, one ring for
 * each CPU, so that no two write to the same memory.
 */
#ifndef VQC_FLOW_RING_H
#define VQC_FLOW_RING_H

#include "flow.h"

struct trace_buffer;

/**
 * vqc_ring_create - make a ring
 * @config: for how many flows on each CPU, and which of them stay
 *
 * Context: may sleep.
 * Return: the ring; ERR_PTR(-ENOMEM); ERR_PTR(-EOPNOTSUPP): the kernel was built
 * without ring buffers.
 */
struct trace_buffer *vqc_ring_create(const struct vqc_ring_config *config);

/**
 * vqc_ring_destroy - undo vqc_ring_create()
 * @ring: the ring
 *
 * Context: may sleep.
 */
void vqc_ring_destroy(struct trace_buffer *ring);

/**
 * vqc_ring_configure - change how many flows it has room for, and which stay
 * @ring: the ring
 * @config: how; what does not fit any more is lost, and not counted
 *
 * Context: may sleep. Return: 0; -ENOMEM: nothing has changed.
 */
int vqc_ring_configure(struct trace_buffer *ring,
		       const struct vqc_ring_config *config);

/**
 * vqc_ring_clear - forget all flows, and how many found no room
 * @ring: the ring
 *
 * Context: may sleep.
 */
void vqc_ring_clear(struct trace_buffer *ring);

/**
 * vqc_ring_count - count what is there, and what found no room
 * @ring: the ring
 * @state: its @kept and @refused grow by that
 *
 * Context: any.
 */
void vqc_ring_count(struct trace_buffer *ring, struct vqc_ring_state *state);

/**
 * vqc_ring_add - put a flow into the ring of this CPU
 * @ring: the ring
 * @flow: the flow, which is copied
 *
 * Context: any.
 */
void vqc_ring_add(struct trace_buffer *ring, struct vqc_flow *flow);

/**
 * vqc_ring_peek - look at the oldest flow of a CPU
 * @ring: the ring; one reader at a time
 * @cpu: the CPU
 *
 * Context: any.
 * Return: the flow, good until the next call for this CPU; NULL if there is none.
 */
const struct vqc_flow *vqc_ring_peek(struct trace_buffer *ring, int cpu);

/**
 * vqc_ring_take - take the oldest flow of a CPU
 * @ring: the ring; one reader at a time
 * @cpu: the CPU
 * @flow: filled in
 * @lost: grows by how many were overwritten before it
 *
 * Context: any. Return: false if there is none.
 */
bool vqc_ring_take(struct trace_buffer *ring, int cpu, struct vqc_flow *flow,
		   unsigned long *lost);

#endif /* VQC_FLOW_RING_H */
