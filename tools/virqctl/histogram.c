// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histograms with buckets that double.
 */
#include <stdlib.h>
#include <string.h>

#include "histogram.h"
#include "kv.h"

static void parse_buckets(struct histogram *h, const char *text)
{
	char *end;

	while (h->nr_buckets < BUCKETS) {
		h->bucket[h->nr_buckets] = strtoull(text, &end, 10);
		if (end == text)
			return;
		h->nr_buckets++;
		if (*end != ',')
			return;
		text = end + 1;
	}
}

static bool parse_histogram(const struct kv *kv, struct histogram *h)
{
	const char *by = kv_get(kv, "by"), *stage = kv_get(kv, "stage");
	const char *buckets = kv_get(kv, "buckets");

	*h = (struct histogram){};
	if (!by || !stage || !buckets || !kv_u64(kv, "id", &h->id) ||
	    !kv_u64(kv, "count", &h->count) ||
	    !kv_u64(kv, "sum_ns", &h->sum_ns) ||
	    !kv_u64(kv, "max_ns", &h->max_ns))
		return false;
	snprintf(h->by, sizeof(h->by), "%s", by);
	snprintf(h->stage, sizeof(h->stage), "%s", stage);
	parse_buckets(h, buckets);
	return true;
}

bool histograms_read(struct histograms *histograms, const char *vm)
{
	char *text = vm_try_read(vm, "latency");
	char *rest = text;
	struct histogram h;
	struct kv kv;

	*histograms = (struct histograms){};
	if (!text)
		return false;
	while (kv_next(&rest, &kv)) {
		if (!parse_histogram(&kv, &h))
			continue;
		histograms->all = grow_array(histograms->all, histograms->nr,
					     &histograms->room, sizeof(h));
		histograms->all[histograms->nr++] = h;
	}
	free(text);
	return true;
}

void histograms_free(struct histograms *histograms)
{
	free(histograms->all);
	*histograms = (struct histograms){};
}

const struct histogram *histogram_find(const struct histograms *in,
				       const struct histogram *like)
{
	size_t i;

	for (i = 0; i < in->nr; i++)
		if (in->all[i].id == like->id &&
		    !strcmp(in->all[i].by, like->by) &&
		    !strcmp(in->all[i].stage, like->stage))
			return &in->all[i];
	return NULL;
}

void histogram_subtract(struct histogram *histogram,
			const struct histogram *before)
{
	unsigned int i;

	histogram->count -= before->count;
	histogram->sum_ns -= before->sum_ns;
	for (i = 0; i < histogram->nr_buckets; i++)
		histogram->bucket[i] -= before->bucket[i];
}

uint64_t histogram_quantile(const struct histogram *histogram, double part)
{
	uint64_t seen = 0, bound;
	unsigned int i;

	for (i = 0; i < histogram->nr_buckets; i++) {
		seen += histogram->bucket[i];
		if (!seen || seen < part * histogram->count)
			continue;
		bound = i == histogram->nr_buckets - 1 ? UINT64_MAX : 1ull << i;
		return bound < histogram->max_ns ? bound : histogram->max_ns;
	}
	return 0;
}

uint64_t histogram_mean(const struct histogram *histogram)
{
	return histogram->count ? histogram->sum_ns / histogram->count : 0;
}
