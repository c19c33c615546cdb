// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the interrupts of a recording are to be drawn.
 *
 * An interrupt is in the lane of its line until a chip has seen it, in the lane
 * of its pin until a local APIC or the CPU has it, and in the lane of the CPU
 * until it ends.
 */
#include <stdlib.h>

#include "timeline.h"

#define NONE	0xffffffffu
#define NO_PIN	0xff

/* Lanes of what no line began stand behind those of all GSIs. */
#define NO_LINE	0x80000000u

const char * const outcome_names[NR_OUTCOMES] = {
	[OUTCOME_EOI]		= "ended by EOI",
	[OUTCOME_TAKEN]		= "taken, no EOI follows",
	[OUTCOME_HANDED]	= "handed over",
	[OUTCOME_MERGED]	= "merged",
	[OUTCOME_WAITED]	= "ended by EOI, had to wait",
	[OUTCOME_EVICTED]	= "not followed to its end",
	[OUTCOME_SPURIOUS]	= "spurious",
	[OUTCOME_OPEN]		= "not ended",
	[OUTCOME_DROPPED]	= "dropped",
};

const char * const group_names[NR_GROUPS] = {
	[GROUP_LINE]	= "Lines",
	[GROUP_PIN]	= "Pins of the chips",
	[GROUP_CPU]	= "CPUs",
};

enum outcome outcome_of(const struct virqchip_flow *flow)
{
	static const enum outcome outcomes[] = {
		[VIRQCHIP_END_OPEN]	= OUTCOME_OPEN,
		[VIRQCHIP_END_EOI]	= OUTCOME_EOI,
		[VIRQCHIP_END_DROPPED]	= OUTCOME_DROPPED,
		[VIRQCHIP_END_MERGED]	= OUTCOME_MERGED,
		[VIRQCHIP_END_TAKEN]	= OUTCOME_TAKEN,
		[VIRQCHIP_END_SPURIOUS]	= OUTCOME_SPURIOUS,
		[VIRQCHIP_END_HANDED]	= OUTCOME_HANDED,
		[VIRQCHIP_END_EVICTED]	= OUTCOME_EVICTED,
	};

	if (flow->end >= ARRAY_SIZE(outcomes))
		return OUTCOME_EVICTED;
	return flow_waited(flow) ? OUTCOME_WAITED : outcomes[flow->end];
}

int64_t timeline_since(const struct timeline *timeline, uint64_t ns)
{
	return (int64_t)(ns - timeline->recording->file.start_ns);
}

/* ---- spans ---- */

static void add_span(struct timeline *t, uint32_t flow, enum lane_group group,
		     uint32_t key, uint64_t start, uint64_t end, uint64_t split)
{
	/* Clocks of a file need not be in order. */
	if (end < start)
		end = start;
	if (split < start)
		split = start;
	t->span = grow_array(t->span, t->nr_spans, &t->room, sizeof(*t->span));
	t->span[t->nr_spans++] = (struct span){
		.key = key, .flow = flow, .group = group,
		.start = start, .end = end, .split = split < end ? split : end,
	};
}

static uint64_t or_else(uint64_t ns, uint64_t otherwise)
{
	return ns ? ns : otherwise;
}

static void add_flow(struct timeline *t, uint32_t nr)
{
	const struct virqchip_flow *flow = &t->flow[nr];
	const __u64 *ns = flow->ns;
	uint64_t begin = flow_begin_ns(flow);
	uint64_t done, at_cpu, accepted, at_chip;
	bool pin, cpu;

	if (!begin)
		return;
	done = or_else(ns[VIRQCHIP_FLOW_DONE], t->recording->last_ns);
	at_cpu = or_else(ns[VIRQCHIP_FLOW_CPU], done);
	accepted = or_else(ns[VIRQCHIP_FLOW_IRR], at_cpu);
	at_chip = or_else(ns[VIRQCHIP_FLOW_CHIP], accepted);
	pin = flow->pin != NO_PIN && flow->chip <= VIRQCHIP_FLOW_IOAPIC;
	cpu = flow->cpu != VIRQCHIP_REC_NO_CPU &&
	      (ns[VIRQCHIP_FLOW_IRR] || ns[VIRQCHIP_FLOW_CPU]);

	if (flow->gsi != NONE)
		add_span(t, nr, GROUP_LINE, flow->gsi & ~NO_LINE,
			 or_else(ns[VIRQCHIP_FLOW_START], begin), at_chip,
			 at_chip);
	else if (!pin && !cpu)
		add_span(t, nr, GROUP_LINE, NO_LINE | flow->origin, begin,
			 done, done);
	if (pin)
		add_span(t, nr, GROUP_PIN, flow->chip << 8 | flow->pin,
			 or_else(ns[VIRQCHIP_FLOW_CHIP], begin), accepted,
			 accepted);
	if (cpu)
		add_span(t, nr, GROUP_CPU, flow->cpu, accepted, done, at_cpu);
}

/* ---- lanes and rows ---- */

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* The longer one first where two start together: it is below then. */
static int by_lane_and_start(const void *left, const void *right)
{
	const struct span *a = left, *b = right;
	int order = compare(a->group, b->group);

	order = order ? order : compare(a->key, b->key);
	order = order ? order : compare(a->start, b->start);
	order = order ? order : compare(b->end, a->end);
	return order ? order : compare(a->flow, b->flow);
}

static int by_lane_and_row(const void *left, const void *right)
{
	const struct span *a = left, *b = right;
	int order = compare(a->lane, b->lane);

	order = order ? order : compare(a->row, b->row);
	order = order ? order : compare(a->start, b->start);
	order = order ? order : compare(b->end, a->end);
	return order ? order : compare(a->flow, b->flow);
}

static void name_lane(struct lane *lane, const struct timeline *t,
		      const struct span *span)
{
	const struct virqchip_flow *flow = &t->flow[span->flow];

	if (span->group == GROUP_CPU)
		snprintf(lane->name, sizeof(lane->name), "CPU %u", flow->cpu);
	else if (span->group == GROUP_PIN)
		snprintf(lane->name, sizeof(lane->name), "%s %u",
			 flow->chip == VIRQCHIP_FLOW_PIC ? "PIC" : "IOAPIC",
			 flow->pin);
	else if (span->key & NO_LINE)
		snprintf(lane->name, sizeof(lane->name), "no line: %s",
			 flow_from(flow));
	else
		snprintf(lane->name, sizeof(lane->name), "GSI %u", flow->gsi);
}

static bool same_lane(const struct span *a, const struct span *b)
{
	return a->group == b->group && a->key == b->key;
}

static void begin_lane(struct timeline *t, const struct span *span)
{
	t->lane = grow_array(t->lane, t->nr_lanes, &t->lane_room,
			     sizeof(*t->lane));
	t->lane[t->nr_lanes] = (struct lane){ .group = span->group };
	name_lane(&t->lane[t->nr_lanes++], t, span);
}

/* Each goes to the first row that is free. */
static void assign_rows(struct timeline *t)
{
	uint64_t busy_until[MAX_ROWS];
	size_t i;

	for (i = 0; i < t->nr_spans; i++) {
		struct span *span = &t->span[i];
		struct lane *lane;
		unsigned int row;

		if (!i || !same_lane(span, span - 1))
			begin_lane(t, span);
		lane = &t->lane[t->nr_lanes - 1];
		for (row = 0; row < lane->nr_rows; row++)
			if (busy_until[row] <= span->start)
				break;
		if (row == MAX_ROWS)
			row--;
		if (row == lane->nr_rows)
			lane->nr_rows++;
		busy_until[row] = span->end;
		span->lane = t->nr_lanes - 1;
		span->row = row;
	}
}

void timeline_build(struct timeline *timeline,
		    const struct recording *recording,
		    const struct virqchip_flow *flows, size_t nr)
{
	size_t i;

	*timeline = (struct timeline){
		.recording = recording,
		.flow = flows,
		.nr_flows = nr,
		.from = recording->first_ns,
		.to = recording->last_ns,
	};
	for (i = 0; i < nr; i++)
		add_flow(timeline, i);
	if (!timeline->nr_spans)
		return;
	qsort(timeline->span, timeline->nr_spans, sizeof(struct span),
	      by_lane_and_start);
	assign_rows(timeline);
	qsort(timeline->span, timeline->nr_spans, sizeof(struct span),
	      by_lane_and_row);
}

void timeline_free(struct timeline *timeline)
{
	free(timeline->span);
	free(timeline->lane);
}
