/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts as lines of text.
 */
#ifndef VIRQCTL_TRACE_H
#define VIRQCTL_TRACE_H

#include <linux/virqchip_record.h>

#include "virqctl.h"

/* Bytes of the longest line, with the zero */
#define FLOW_LINE	768

/**
 * struct trace_filter - which lines are wanted
 * @gsi: this line alone; -1: all
 * @vector: this vector alone; -1: all
 * @cpu: this APIC ID alone; -1: all
 * @end: how the text of its end begins; NULL: anyhow
 * @dropped: only what was dropped
 * @slow_us: only what took so many microseconds
 */
struct trace_filter {
	long gsi, vector, cpu;
	const char *end;
	bool dropped;
	double slow_us;
};

/* Whether @line, which flow_format() or the module made, is wanted. */
bool trace_wants(const struct trace_filter *filter, const char *line);

/* Print the interrupts of @vm as they end. Returns an exit status. */
int trace_follow(const char *vm, const struct trace_filter *filter);

/**
 * struct whys - what the numbers of reasons mean
 * @name: of each its symbol, or NULL
 * @words: of each what it says to people, or NULL
 */
struct whys {
	char *name[256];
	char *words[256];
};

/* The best text for a reason. */
const char *why_words(const struct whys *whys, unsigned int why);

/* When the flow began, as far as it was seen; 0 if it was not. */
uint64_t flow_begin_ns(const struct virqchip_flow *flow);

/* Whether the guest took it late, or not at all yet; false if it went smoothly. */
bool flow_waited(const struct virqchip_flow *flow);

/* Names of what the numbers of a flow stand for, "?" of unknown ones. */
const char *flow_chip_name(const struct virqchip_flow *flow);
const char *flow_from(const struct virqchip_flow *flow);
const char *flow_mode_name(const struct virqchip_flow *flow);

/* How it ended, in words. Returns @buf. */
const char *flow_end(const struct virqchip_flow *flow, const struct whys *whys,
		     char *buf, size_t size);

/* A flow as a line of debugfs' "trace". Returns @buf. */
const char *flow_format(const struct virqchip_flow *flow,
			const struct whys *whys, char buf[FLOW_LINE]);

/* The line that heads them. */
void flow_header(FILE *out);

#endif /* VIRQCTL_TRACE_H */
