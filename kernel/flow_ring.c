// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finished flows in the kernel's ring buffer, see flow_ring.h.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/ring_buffer.h>
#include <linux/string.h>

#include "flow_ring.h"

#if IS_ENABLED(CONFIG_RING_BUFFER)

/* Events have a header of at most 8 bytes. */
static unsigned long vqc_ring_bytes(unsigned int nr_flows)
{
	return nr_flows * (sizeof(struct vqc_flow) + 8);
}

struct trace_buffer *vqc_ring_create(const struct vqc_ring_config *config)
{
	struct trace_buffer *ring;

	ring = ring_buffer_alloc(vqc_ring_bytes(config->nr_flows),
				 config->overwrite ? RB_FL_OVERWRITE : 0);
	return ring ? ring : ERR_PTR(-ENOMEM);
}

void vqc_ring_destroy(struct trace_buffer *ring)
{
	ring_buffer_free(ring);
}

int vqc_ring_configure(struct trace_buffer *ring,
		       const struct vqc_ring_config *config)
{
	int ret = ring_buffer_resize(ring, vqc_ring_bytes(config->nr_flows),
				     RING_BUFFER_ALL_CPUS);

	if (ret < 0)
		return ret;
	ring_buffer_change_overwrite(ring, config->overwrite);
	return 0;
}

void vqc_ring_clear(struct trace_buffer *ring)
{
	ring_buffer_reset(ring);
}

void vqc_ring_count(struct trace_buffer *ring, struct vqc_ring_state *state)
{
	int cpu;

	state->kept += ring_buffer_entries(ring);
	for_each_possible_cpu(cpu)
		state->refused += ring_buffer_dropped_events_cpu(ring, cpu);
}

void vqc_ring_add(struct trace_buffer *ring, struct vqc_flow *flow)
{
	struct ring_buffer_event *event = ring_buffer_lock_reserve(ring,
								   sizeof(*flow));

	if (!event)
		return;
	*(struct vqc_flow *)ring_buffer_event_data(event) = *flow;
	vqc_ring_commit(ring, event);
}

const struct vqc_flow *vqc_ring_peek(struct trace_buffer *ring, int cpu)
{
	struct ring_buffer_event *event = ring_buffer_peek(ring, cpu, NULL,
							   NULL);

	return event ? ring_buffer_event_data(event) : NULL;
}

bool vqc_ring_take(struct trace_buffer *ring, int cpu, struct vqc_flow *flow,
		   unsigned long *lost)
{
	struct ring_buffer_event *event;
	unsigned long more = 0;

	event = ring_buffer_consume(ring, cpu, NULL, &more);
	*lost += more;
	if (!event)
		return false;
	/* The page is the reader's until the next event is taken. */
	memcpy(flow, ring_buffer_event_data(event), sizeof(*flow));
	return true;
}

#else

struct trace_buffer *vqc_ring_create(const struct vqc_ring_config *config)
{
	return ERR_PTR(-EOPNOTSUPP);
}

void vqc_ring_destroy(struct trace_buffer *ring)
{
}

int vqc_ring_configure(struct trace_buffer *ring,
		       const struct vqc_ring_config *config)
{
	return -EOPNOTSUPP;
}

void vqc_ring_clear(struct trace_buffer *ring)
{
}

void vqc_ring_count(struct trace_buffer *ring, struct vqc_ring_state *state)
{
}

void vqc_ring_add(struct trace_buffer *ring, struct vqc_flow *flow)
{
}

const struct vqc_flow *vqc_ring_peek(struct trace_buffer *ring, int cpu)
{
	return NULL;
}

bool vqc_ring_take(struct trace_buffer *ring, int cpu, struct vqc_flow *flow,
		   unsigned long *lost)
{
	return false;
}

#endif
