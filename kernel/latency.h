/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long interrupts take from one stage to the next: histograms of finished
 * flows, by GSI and by vector.
 */
#ifndef VQC_LATENCY_H
#define VQC_LATENCY_H

#include "flow.h"

/** enum vqc_span - from where to where */
enum vqc_span {
	VQC_SPAN_IRR,		/* the line rose .. a local APIC took it */
	VQC_SPAN_CPU,		/* from there (PIC: the line) .. injected */
	VQC_SPAN_EOI,		/* injected .. EOI */
	VQC_SPAN_TOTAL,		/* the line rose .. EOI */
	VQC_NR_SPANS
};

/* Bucket n counts what took less than 2^n nanoseconds, the last one all else. */
#define VQC_LATENCY_BUCKETS	32u

/* GSIs at and above this are not told apart from others: see their vectors. */
#define VQC_LATENCY_GSIS	VQC_NR_STAT_GSIS

/**
 * struct vqc_histogram - one span of one GSI or vector
 * @sum_ns: of all
 * @max_ns: the longest
 * @bucket: how many, by VQC_LATENCY_BUCKETS
 */
struct vqc_histogram {
	u64 sum_ns;
	u64 max_ns;
	u32 bucket[VQC_LATENCY_BUCKETS];
};

struct seq_file;
struct vqc_latency;

/**
 * vqc_latency_create - histograms for one fabric, all empty
 *
 * A set for each possible CPU, so that two never write to the same memory.
 *
 * Context: may sleep. Return: the histograms; NULL without memory.
 */
struct vqc_latency *vqc_latency_create(void);

/**
 * vqc_latency_destroy - undo vqc_latency_create()
 * @lat: the histograms; may be NULL
 *
 * Context: may sleep.
 */
void vqc_latency_destroy(struct vqc_latency *lat);

/**
 * vqc_latency_add - count a flow that has ended
 * @lat: the histograms
 * @flow: the flow
 *
 * A stage that was not seen makes no span.
 *
 * Context: any.
 */
void vqc_latency_add(struct vqc_latency *lat, const struct vqc_flow *flow);

/**
 * vqc_latency_show - print all histograms that are not empty
 * @lat: the histograms
 * @m: where to
 *
 * Context: may sleep.
 */
void vqc_latency_show(struct vqc_latency *lat, struct seq_file *m);

#endif /* VQC_LATENCY_H */
