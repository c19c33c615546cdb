// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make up a recording of a VM with four CPUs, the same one each time.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/virqchip_record.h>

#define CPUS		4
#define START_NS	1000000000000ull
#define GAP_NS		32000		/* mean time between two beginnings */
#define NONE		0xffffffffu
#define NO_PIN		0xff

enum { WHY_NONE, WHY_MASKED, WHY_EDGE, WHY_RIRR, WHY_IF, WHY_PPR, NR_WHYS };

static const struct {
	const char *name;
	const char *words;
} whys[NR_WHYS] = {
	[WHY_NONE]	= { "DELIVERED", "delivered" },
	[WHY_MASKED]	= { "PIC_MASKED", "masked by the PIC's IMR" },
	[WHY_EDGE]	= { "IOAPIC_MASKED", "RTE masked: edge ignored" },
	[WHY_RIRR]	= { "IOAPIC_REMOTE_IRR", "remote IRR set: no EOI yet" },
	[WHY_IF]	= { "CPU_IF", "CPU has interrupts disabled (IF=0)" },
	[WHY_PPR]	= { "BELOW_PPR", "priority class not above PPR" },
};

/**
 * struct kind - interrupts that are alike
 * @share: of 100, how many are such
 * @gsi: their line, or NONE
 * @origin: what begins them
 * @source: who raises the line
 * @pin: of the IOAPIC, or NO_PIN
 * @vector: for CPU 0; the others have the next ones if @spread
 * @spread: each CPU has one
 */
static const struct kind {
	unsigned int share;
	uint32_t gsi;
	uint8_t origin, source, pin, vector;
	bool spread;
} kinds[] = {
	{ 22, 24, VIRQCHIP_ORIGIN_LINE, 1, NO_PIN, 0x29, true },
	{ 14, 25, VIRQCHIP_ORIGIN_LINE, 1, NO_PIN, 0x31, true },
	{ 12, 10, VIRQCHIP_ORIGIN_LINE, 0, 10, 0x28, false },
	{ 5, 14, VIRQCHIP_ORIGIN_LINE, 0, 14, 0x26, false },
	{ 3, 11, VIRQCHIP_ORIGIN_LINE, 3, 11, 0x39, false },
	{ 30, NONE, VIRQCHIP_ORIGIN_TIMER, 0, NO_PIN, 0xec, false },
	{ 14, NONE, VIRQCHIP_ORIGIN_IPI, 0, NO_PIN, 0xfb, false },
};

static uint64_t seed = 1;
static uint64_t order;
static uint64_t cpu_free_at[CPUS];

static uint32_t pick(uint32_t below)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 33) % below;
}

/* Mostly near the mean, sometimes five times it. */
static uint64_t spread(uint64_t mean)
{
	return mean / 2 + pick(mean) + (pick(60) ? 0 : pick(5 * mean));
}

static void put(const void *bytes, size_t nr)
{
	if (fwrite(bytes, 1, nr, stdout) != nr)
		err(1, "cannot write");
}

static void put_start(void)
{
	struct virqchip_rec_file file = {
		.magic = VIRQCHIP_REC_MAGIC,
		.version = VIRQCHIP_REC_VERSION,
		.size = sizeof(file),
		.start_ns = START_NS,
		.start_wall_ns = 1767225600000000000ull,
		.fabric_id = 3,
		.nr_cpus = CPUS,
		.name = "made-up",
	};
	unsigned int i;

	put(&file, sizeof(file));
	for (i = 0; i < NR_WHYS; i++) {
		struct virqchip_rec_why record = {
			.rec = { .len = sizeof(record),
				 .type = VIRQCHIP_REC_WHY,
				 .cpu = VIRQCHIP_REC_NO_CPU, .ns = START_NS },
			.why = i,
		};

		strcpy(record.name, whys[i].name);
		strcpy(record.words, whys[i].words);
		put(&record, sizeof(record));
	}
}

/* One of a type that is not known yet, and one that says that some are lost. */
static void put_others(void)
{
	struct virqchip_rec_lost lost = {
		.rec = { .len = sizeof(lost), .type = VIRQCHIP_REC_LOST,
			 .cpu = VIRQCHIP_REC_NO_CPU, .order = order + 1,
			 .ns = START_NS },
		.nr = 3,
	};
	struct virqchip_rec unknown = {
		.len = sizeof(unknown), .type = 4711,
		.cpu = VIRQCHIP_REC_NO_CPU, .order = order + 4, .ns = START_NS,
	};

	put(&lost, sizeof(lost));
	put(&unknown, sizeof(unknown));
	order += 4;
}

static void put_flow(const struct virqchip_flow *flow)
{
	struct virqchip_rec_flow record = {
		.rec = { .len = sizeof(record), .type = VIRQCHIP_REC_FLOW,
			 .cpu = flow->cpu, .order = ++order,
			 .ns = flow->ns[VIRQCHIP_FLOW_DONE] },
		.flow = *flow,
	};

	put(&record, sizeof(record));
}

static const struct kind *pick_kind(void)
{
	unsigned int left = pick(100), i = 0;

	while (left >= kinds[i].share)
		left -= kinds[i++].share;
	return &kinds[i];
}

static struct virqchip_flow begin_flow(uint64_t seq, uint64_t now,
				       const struct kind *kind)
{
	bool pin = kind->pin != NO_PIN;

	return (struct virqchip_flow){
		.seq = seq,
		.ns = { now, pin ? now + spread(3000) : 0 },
		.gsi = kind->gsi,
		.apic_id = NONE,
		.cpu = VIRQCHIP_REC_NO_CPU,
		.origin = kind->origin,
		.source = kind->source,
		.chip = pin ? VIRQCHIP_FLOW_IOAPIC : VIRQCHIP_FLOW_LAPIC,
		.pin = kind->pin,
	};
}

static void drop(struct virqchip_flow *flow)
{
	flow->end = VIRQCHIP_END_DROPPED;
	flow->why[flow->nr_whys++] = WHY_MASKED;
	flow->why[flow->nr_whys++] = pick(2) ? WHY_RIRR : WHY_EDGE;
	flow->ns[VIRQCHIP_FLOW_DONE] =
		flow->ns[VIRQCHIP_FLOW_CHIP] + spread(2000);
}

/* Through a CPU, which takes one after the other. */
static void deliver(struct virqchip_flow *flow, const struct kind *kind)
{
	unsigned int cpu = kind->spread || kind->gsi == NONE ? pick(CPUS) : 0;
	uint64_t irr, at;

	flow->cpu = cpu;
	flow->apic_id = cpu;
	flow->vector = kind->vector + (kind->spread ? cpu : 0);
	flow->word = 0x80000000u | flow->vector;
	irr = (flow->ns[VIRQCHIP_FLOW_CHIP] ? flow->ns[VIRQCHIP_FLOW_CHIP] :
	       flow->ns[VIRQCHIP_FLOW_START]) + spread(2500);
	at = irr + spread(4000);
	if (at < cpu_free_at[cpu]) {
		at = cpu_free_at[cpu] + spread(1500);
		flow->hold = pick(3) ? WHY_IF : WHY_PPR;
	}
	flow->ns[VIRQCHIP_FLOW_IRR] = irr;
	flow->ns[VIRQCHIP_FLOW_CPU] = at;
	flow->ns[VIRQCHIP_FLOW_DONE] = at + spread(22000);
	flow->end = VIRQCHIP_END_EOI;
	cpu_free_at[cpu] = flow->ns[VIRQCHIP_FLOW_DONE];
}

static void merge(struct virqchip_flow *flow, const struct virqchip_flow *into)
{
	uint64_t now = flow->ns[VIRQCHIP_FLOW_START];

	flow->end = VIRQCHIP_END_MERGED;
	flow->into = into->seq;
	flow->vector = into->vector;
	flow->ns[VIRQCHIP_FLOW_DONE] = now + 1500 + pick(1500);
}

/* A few have to do with faults on purpose, whatever becomes of them. */
static uint8_t faults_of(uint64_t seq)
{
	if (seq % 40 == 17)
		return VIRQCHIP_FAULT_LATE;
	return seq % 40 == 23 ? VIRQCHIP_FAULT_MADE : 0;
}

/* The last one is not ended: the guest has forgotten its EOI. */
static void leave_open(struct virqchip_flow *flow)
{
	flow->end = VIRQCHIP_END_OPEN;
	flow->ns[VIRQCHIP_FLOW_DONE] = 0;
}

int main(int argc, char **argv)
{
	unsigned long nr = argc == 2 ? strtoul(argv[1], NULL, 10) : 0, i;
	struct virqchip_flow last = {};
	uint64_t now = START_NS;

	if (!nr)
		errx(2, "Usage: make_recording INTERRUPTS >FILE");
	put_start();
	for (i = 0; i < nr; i++) {
		const struct kind *kind = pick_kind();
		struct virqchip_flow flow;

		/* Now and then the VM is idle. */
		now += pick(3000) ? spread(GAP_NS) : spread(40000000);
		flow = begin_flow(i + 1, now, kind);
		flow.faults = faults_of(flow.seq);
		if (kind->pin != NO_PIN && !pick(kind->source == 3 ? 2 : 30))
			drop(&flow);
		else if (kind->gsi == 24 && last.seq && !pick(8))
			merge(&flow, &last);
		else
			deliver(&flow, kind);
		if (i + 1 == nr && flow.end == VIRQCHIP_END_EOI)
			leave_open(&flow);
		put_flow(&flow);
		if (kind->gsi == 24 && flow.end == VIRQCHIP_END_EOI)
			last = flow;
		if (i == nr / 2)
			put_others();
	}
	if (fflush(stdout))
		err(1, "cannot write");
	return 0;
}
