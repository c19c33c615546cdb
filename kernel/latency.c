// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histograms of how long interrupts take, see latency.h.
 */
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "latency.h"

/**
 * struct vqc_latency_set - the histograms that one CPU writes
 * @gsi: by GSI
 * @vector: by vector
 */
struct vqc_latency_set {
	struct vqc_histogram gsi[VQC_LATENCY_GSIS][VQC_NR_SPANS];
	struct vqc_histogram vector[VQC_NR_VECTORS][VQC_NR_SPANS];
};

struct vqc_latency {
	unsigned int nr;
	struct vqc_latency_set *set[];
};

void vqc_latency_destroy(struct vqc_latency *lat)
{
	unsigned int i;

	for (i = 0; lat && i < lat->nr; i++)
		kvfree(lat->set[i]);
	kfree(lat);
}

struct vqc_latency *vqc_latency_create(void)
{
	struct vqc_latency *lat = kzalloc(struct_size(lat, set, nr_cpu_ids),
					  GFP_KERNEL);
	int cpu;

	if (!lat)
		return NULL;
	lat->nr = nr_cpu_ids;
	for_each_possible_cpu(cpu) {
		lat->set[cpu] = kvzalloc_node(sizeof(*lat->set[cpu]), GFP_KERNEL,
					      cpu_to_node(cpu));
		if (!lat->set[cpu]) {
			vqc_latency_destroy(lat);
			return NULL;
		}
	}
	return lat;
}

/* ---- counting ---- */

static void vqc_histogram_add(struct vqc_histogram *h, u64 ns)
{
	unsigned int i = min_t(unsigned int, fls64(ns), VQC_LATENCY_BUCKETS - 1);

	WRITE_ONCE(h->bucket[i], h->bucket[i] + 1);
	WRITE_ONCE(h->sum_ns, h->sum_ns + ns);
	if (ns > h->max_ns)
		WRITE_ONCE(h->max_ns, ns);
}

/* A span of a flow, which may not have passed where it begins or ends. */
static __always_inline void vqc_span_add(struct vqc_histogram *gsi,
					 struct vqc_histogram *vector,
					 enum vqc_span span, u64 begin_ns,
					 u64 end_ns)
{
	if (!begin_ns || end_ns < begin_ns)
		return;
	if (gsi)
		vqc_histogram_add(&gsi[span], end_ns - begin_ns);
	if (vector)
		vqc_histogram_add(&vector[span], end_ns - begin_ns);
}

void vqc_latency_add(struct vqc_latency *lat, const struct vqc_flow *flow)
{
	u64 start = flow->ns[VQC_STAGE_START], irr = flow->ns[VQC_STAGE_IRR];
	u64 cpu = flow->ns[VQC_STAGE_CPU], end = 0;
	struct vqc_histogram *gsi = NULL, *vector = NULL;
	struct vqc_latency_set *set;
	unsigned long flags;

	/* Only an EOI tells how long the guest has served it. */
	if (flow->end == VQC_END_EOI)
		end = flow->ns[VQC_STAGE_END];
	/* Nothing has an end: this one is in no histogram. */
	if (!irr && !cpu && !end)
		return;

	/* An interrupt that counts here as well would lose a count. */
	local_irq_save(flags);
	set = lat->set[smp_processor_id()];
	if (flow->gsi < VQC_LATENCY_GSIS)
		gsi = set->gsi[flow->gsi];
	if (flow->vector || flow->word)
		vector = set->vector[flow->vector];
	vqc_span_add(gsi, vector, VQC_SPAN_IRR, start, irr);
	vqc_span_add(gsi, vector, VQC_SPAN_CPU, irr ?: start, cpu);
	vqc_span_add(gsi, vector, VQC_SPAN_EOI, cpu, end);
	vqc_span_add(gsi, vector, VQC_SPAN_TOTAL, start, end);
	local_irq_restore(flags);
}

/* ---- printing ---- */

static const char * const vqc_span_names[VQC_NR_SPANS] = {
	[VQC_SPAN_IRR]		= "to_irr",
	[VQC_SPAN_CPU]		= "to_cpu",
	[VQC_SPAN_EOI]		= "to_eoi",
	[VQC_SPAN_TOTAL]	= "total",
};

static u64 vqc_histogram_sum(struct vqc_histogram *sum,
			     const struct vqc_histogram *h)
{
	u64 count = 0;
	unsigned int i;

	sum->sum_ns += READ_ONCE(h->sum_ns);
	sum->max_ns = max(sum->max_ns, READ_ONCE(h->max_ns));
	for (i = 0; i < VQC_LATENCY_BUCKETS; i++) {
		sum->bucket[i] += READ_ONCE(h->bucket[i]);
		count += sum->bucket[i];
	}
	return count;
}

static void vqc_histogram_show(struct seq_file *m, const char *by,
			       unsigned int id, unsigned int span,
			       const struct vqc_histogram *h, u64 count)
{
	unsigned int i;

	seq_printf(m, "by=%s id=%u stage=%s count=%llu sum_ns=%llu max_ns=%llu buckets=",
		   by, id, vqc_span_names[span], count, h->sum_ns, h->max_ns);
	for (i = 0; i < VQC_LATENCY_BUCKETS; i++)
		seq_printf(m, "%s%u", i ? "," : "", h->bucket[i]);
	seq_putc(m, '\n');
}

/* One row: the same GSI or vector of all CPUs. */
static void vqc_latency_show_row(struct vqc_latency *lat, struct seq_file *m,
				 bool by_gsi, unsigned int id)
{
	unsigned int span;
	int cpu;

	for (span = 0; span < VQC_NR_SPANS; span++) {
		struct vqc_histogram sum = {};
		u64 count = 0;

		for_each_possible_cpu(cpu) {
			struct vqc_latency_set *set = lat->set[cpu];

			count = vqc_histogram_sum(&sum, by_gsi ?
						  &set->gsi[id][span] :
						  &set->vector[id][span]);
		}
		if (count)
			vqc_histogram_show(m, by_gsi ? "gsi" : "vector", id,
					   span, &sum, count);
	}
}

void vqc_latency_show(struct vqc_latency *lat, struct seq_file *m)
{
	unsigned int id;

	for (id = 0; id < VQC_LATENCY_GSIS; id++)
		vqc_latency_show_row(lat, m, true, id);
	for (id = 0; id < VQC_NR_VECTORS; id++)
		vqc_latency_show_row(lat, m, false, id);
}
