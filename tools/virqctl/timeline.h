/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts as spans in lanes.
 */
#ifndef VIRQCTL_TIMELINE_H
#define VIRQCTL_TIMELINE_H

#include "recording.h"

/* No lane has more rows; what overlaps further shares the last. */
#define MAX_ROWS	24

/**
 * enum outcome - how an interrupt is to be painted, the worst last
 * @OUTCOME_EOI: taken and ended
 * @OUTCOME_TAKEN: taken, no EOI follows
 * @OUTCOME_HANDED: a local APIC of KVM's took it
 * @OUTCOME_MERGED: became one with another
 * @OUTCOME_WAITED: taken and ended, but not at once
 * @OUTCOME_EVICTED: not followed to its end
 * @OUTCOME_SPURIOUS: no request was left
 * @OUTCOME_OPEN: has not ended
 * @OUTCOME_DROPPED: reached no CPU
 * @NR_OUTCOMES: how many there are
 */
enum outcome {
	OUTCOME_EOI,
	OUTCOME_TAKEN,
	OUTCOME_HANDED,
	OUTCOME_MERGED,
	OUTCOME_WAITED,
	OUTCOME_EVICTED,
	OUTCOME_SPURIOUS,
	OUTCOME_OPEN,
	OUTCOME_DROPPED,
	NR_OUTCOMES,
};

extern const char * const outcome_names[NR_OUTCOMES];

enum outcome outcome_of(const struct virqchip_flow *flow);

/**
 * enum lane_group - what a lane stands for
 * @GROUP_LINE: a GSI, or what begins an interrupt without one
 * @GROUP_PIN: a pin of a chip
 * @GROUP_CPU: a CPU
 * @NR_GROUPS: how many there are
 */
enum lane_group {
	GROUP_LINE,
	GROUP_PIN,
	GROUP_CPU,
	NR_GROUPS,
};

extern const char * const group_names[NR_GROUPS];

/**
 * struct span - an interrupt, while it is in one lane
 * @key: orders the lanes of a group
 * @flow: index of the interrupt
 * @start: when it came there, monotonic nanoseconds
 * @end: when it went on
 * @split: in the lane of a CPU: when it was injected, @end if it was not
 * @group: enum lane_group
 * @lane: index of the lane
 * @row: in the lane, from 0 on
 */
struct span {
	uint32_t key;
	uint32_t flow;
	uint64_t start, end, split;
	uint8_t group;
	uint8_t row;
	uint32_t lane;
};

/**
 * struct lane - a lane
 * @group: enum lane_group
 * @nr_rows: how many rows it has
 * @name: for people
 */
struct lane {
	uint8_t group;
	uint8_t nr_rows;
	char name[24];
};

/**
 * struct timeline - what is to be drawn
 * @recording: where it is from
 * @flow: the interrupts
 * @nr_flows: how many
 * @span: ordered by lane, row and start
 * @nr_spans: how many
 * @room: for how many there is memory
 * @lane: from the top down
 * @nr_lanes: how many
 * @lane_room: for how many there is memory
 * @from: first moment to show, monotonic nanoseconds
 * @to: the last
 */
struct timeline {
	const struct recording *recording;
	const struct virqchip_flow *flow;
	size_t nr_flows;
	struct span *span;
	size_t nr_spans, room;
	struct lane *lane;
	size_t nr_lanes, lane_room;
	uint64_t from, to;
};

/* Lay out @nr flows of @recording. */
void timeline_build(struct timeline *timeline,
		    const struct recording *recording,
		    const struct virqchip_flow *flows, size_t nr);
void timeline_free(struct timeline *timeline);

/* Time since the recording began, in nanoseconds; negative before. */
int64_t timeline_since(const struct timeline *timeline, uint64_t ns);

/* Write it. What cannot be written shows in ferror(). */
void timeline_html(const struct timeline *timeline, FILE *out);
void timeline_svg(const struct timeline *timeline, FILE *out);
void timeline_json(const struct timeline *timeline, FILE *out);

/* End the program if a picture would have too much in it to show anything. */
void timeline_svg_check(const struct timeline *timeline);

/* The files timeline.html, .css and .js; see page.S. */
extern const char page_html[], page_css[], page_js[];

#endif /* VIRQCTL_TIMELINE_H */
