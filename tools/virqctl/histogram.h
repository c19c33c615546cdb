/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What debugfs' "latency" has.
 */
#ifndef VIRQCTL_HISTOGRAM_H
#define VIRQCTL_HISTOGRAM_H

#include "virqctl.h"

#define BUCKETS	64

/**
 * struct histogram - how long one stage took, for one GSI, vector or CPU
 * @by: gsi, vector or cpu
 * @stage: to_irr, to_cpu, to_eoi or total
 * @id: number of the GSI, vector or CPU
 * @count: how many interrupts
 * @sum_ns: of them together, nanoseconds
 * @max_ns: the longest
 * @nr_buckets: how many of @bucket there are
 * @bucket: of index i: how many took less than 2^i nanoseconds and fit into none
 *	before; the last one has all the rest
 */
struct histogram {
	char by[8];
	char stage[16];
	uint64_t id;
	uint64_t count;
	uint64_t sum_ns;
	uint64_t max_ns;
	unsigned int nr_buckets;
	uint64_t bucket[BUCKETS];
};

struct histograms {
	struct histogram *all;
	size_t nr, room;
};

/* Those of a VM. False if it has none: the module is older, or the VM is gone. */
bool histograms_read(struct histograms *histograms, const char *vm);
void histograms_free(struct histograms *histograms);

/* The one with the same name in @in; NULL if there is none. */
const struct histogram *histogram_find(const struct histograms *in,
				       const struct histogram *like);

/* Take off @before what happened before. */
void histogram_subtract(struct histogram *histogram,
			const struct histogram *before);

/* An upper bound of what @part (0 to 1) of all took, nanoseconds; 0 for none. */
uint64_t histogram_quantile(const struct histogram *histogram, double part);

/* The mean; 0 if there is none. */
uint64_t histogram_mean(const struct histogram *histogram);

#endif /* VIRQCTL_HISTOGRAM_H */
