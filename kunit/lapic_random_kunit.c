// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC under long random streams of operations, in step with its
 * oracle. A failure names the seed and the step; a stream depends on its seed
 * alone.
 */
#include <kunit/test.h>

#include "oracle_lapic.h"

#define STEPS		20000u
#define STREAM_CFG_MASK	0x3fu

/**
 * struct stream - a random stream on both chips
 * @test: the case
 * @l: the model
 * @o: the oracle
 * @fx: what the model's last operation caused
 * @clock: the model's time
 * @page: scratch
 * @seed: the state of the generator
 * @last: name of the last operation
 * @left: the oracle's answer to it
 * @right: the model's
 */
struct stream {
	struct kunit *test;
	struct vqc_lapic l;
	struct oracle_lapic o;
	struct vqc_fx fx;
	struct vqc_clock clock;
	u32 page[VQC_LAPIC_SIZE / sizeof(u32)];
	u64 seed;
	const char *last;
	u64 left;
	u64 right;
};

static u64 draw(struct stream *s)
{
	s->seed ^= s->seed << 13;
	s->seed ^= s->seed >> 7;
	s->seed ^= s->seed << 17;
	return s->seed;
}

static u32 pick(struct stream *s, u32 nr)
{
	return (draw(s) >> 20) % nr;
}

static void stream_set_time(struct stream *s)
{
	s->clock.now_ns = s->o.now_ns;
	s->clock.tsc = oracle_lapic_tsc(s->o.now_ns);
	s->clock.tsc_khz = ORACLE_LAPIC_TSC_KHZ;
}

/* Few vectors, so that they meet. */
static u8 pick_vector(struct stream *s)
{
	static const u8 vectors[] = { 0x00, 0x0f, 0x10, 0x1f, 0x31, 0x3f, 0x40,
				      0x41, 0x5f, 0x60, 0x80, 0xef, 0xfe, 0xff };

	return pick(s, 4) ? vectors[pick(s, ARRAY_SIZE(vectors))] : draw(s);
}

static void do_accept(struct stream *s)
{
	const struct vqc_msg msg = {
		.vector = pick_vector(s),
		.mode = pick(s, 3) ? VQC_DM_FIXED : pick(s, 8),
		.flags = pick(s, 16),
	};

	s->last = "accept";
	s->left = oracle_lapic_accept(&s->o, &msg);
	s->right = vqc_lapic_accept(&s->l, &msg);
}

static void do_ack(struct stream *s)
{
	s->last = "ack";
	s->left = oracle_lapic_ack(&s->o);
	s->right = vqc_lapic_ack(&s->l);
}

static void do_eoi(struct stream *s)
{
	s->last = "eoi";
	s->left = oracle_lapic_eoi(&s->o);
	s->right = vqc_lapic_eoi(&s->l, &s->fx);
}

static void do_lint(struct stream *s)
{
	unsigned int lint = pick(s, 2);
	bool level = pick(s, 2);

	s->last = "lint";
	s->left = oracle_lapic_set_lint(&s->o, lint, level);
	s->right = vqc_lapic_set_lint(&s->l, lint, level);
}

static void do_raise(struct stream *s)
{
	static const u8 idx[] = { VQC_LVT_IDX_THERMAL, VQC_LVT_IDX_PMC,
				  VQC_LVT_IDX_CMCI };
	unsigned int i = pick(s, ARRAY_SIZE(idx));

	s->last = "raise";
	s->left = oracle_lapic_raise(&s->o, idx[i]);
	s->right = vqc_lapic_raise_lvt(&s->l, idx[i]);
}

static void do_pass(struct stream *s)
{
	u64 delta_ns = pick(s, 8) ? pick(s, 600) : pick(s, 120000);

	s->last = "pass";
	s->left = oracle_lapic_pass(&s->o, delta_ns);
	stream_set_time(s);
	s->right = vqc_lapic_timer_expire(&s->l, &s->clock, &s->fx);
}

static void do_deadline(struct stream *s)
{
	u64 deadline = s->clock.tsc + pick(s, 4000);

	if (!pick(s, 8))
		deadline = pick(s, 2);
	s->last = "deadline";
	oracle_lapic_set_deadline(&s->o, deadline);
	vqc_lapic_tsc_deadline_write(&s->l, deadline, &s->clock, &s->fx);
	s->left = s->o.deadline;
	s->right = vqc_lapic_tsc_deadline_read(&s->l);
}

static unsigned int pick_offset(struct stream *s)
{
	static const u16 offsets[] = {
		VQC_LAPIC_ID, VQC_LAPIC_TPR, VQC_LAPIC_TPR, VQC_LAPIC_EOI,
		VQC_LAPIC_LDR, VQC_LAPIC_DFR, VQC_LAPIC_SVR, VQC_LAPIC_ESR,
		VQC_LAPIC_LVT_CMCI, VQC_LAPIC_ICR, VQC_LAPIC_ICR,
		VQC_LAPIC_ICR2, VQC_LAPIC_LVT_TIMER, VQC_LAPIC_LVT_TIMER,
		VQC_LAPIC_LVT_THERMAL, VQC_LAPIC_LVT_PMC, VQC_LAPIC_LVT_LINT0,
		VQC_LAPIC_LVT_LINT0, VQC_LAPIC_LVT_LINT1, VQC_LAPIC_LVT_ERROR,
		VQC_LAPIC_TMICT, VQC_LAPIC_TMICT, VQC_LAPIC_TDCR,
		VQC_LAPIC_SELF_IPI, VQC_LAPIC_TMCCT,
	};

	return pick(s, 6) ? offsets[pick(s, ARRAY_SIZE(offsets))] :
			    pick(s, 0x80) * 0x10;
}

/* Values that do something at that register, often enough. */
static u32 pick_value(struct stream *s, unsigned int offset)
{
	u32 val = draw(s) >> 16;

	switch (offset) {
	case VQC_LAPIC_SVR:
		return (val & 0x1200) | 0xff | (pick(s, 8) ? VQC_SVR_ENABLE : 0);
	case VQC_LAPIC_TPR:
		return pick(s, 2) ? 0 : val & 0xff;
	case VQC_LAPIC_EOI:
	case VQC_LAPIC_ESR:
		return pick(s, 4) ? 0 : val;
	case VQC_LAPIC_TMICT:
		return pick(s, 3000);
	case VQC_LAPIC_TDCR:
		return val & 0xb;
	case VQC_LAPIC_ICR:
		return (val & 0xcff00) | pick_vector(s);
	case VQC_LAPIC_SELF_IPI:
		return pick_vector(s);
	default:
		if (pick(s, 8) == 0)
			return val;
		/* For the LVT entries: a mode and a vector, seldom masked. */
		return (val & (pick(s, 2) ? 0x6f700 : 0xe000)) |
		       (pick(s, 6) ? 0 : VQC_LVT_MASKED) | pick_vector(s);
	}
}

static void do_mmio_write(struct stream *s)
{
	unsigned int offset = pick_offset(s) + (pick(s, 50) ? 0 : 4);
	u32 val = pick_value(s, offset);

	s->last = "write";
	s->left = oracle_lapic_write(&s->o, offset, val);
	s->right = vqc_lapic_write(&s->l, offset, val, &s->clock, &s->fx);
}

static void do_mmio_read(struct stream *s)
{
	unsigned int offset = pick_offset(s);
	u32 left, right;

	s->last = "read";
	s->left = oracle_lapic_read(&s->o, offset, &left);
	s->right = vqc_lapic_read(&s->l, offset, &right, &s->clock, &s->fx);
	s->left |= (u64)left << 32;
	s->right |= (u64)right << 32;
}

static void do_wrmsr(struct stream *s)
{
	unsigned int offset = pick_offset(s);
	u32 msr = VQC_X2APIC_MSR_FIRST + offset / 16;
	u64 val = pick_value(s, offset) & oracle_lapic_msr_bits(&s->o, offset);

	if (!pick(s, 8))
		val ^= BIT_ULL(pick(s, 64));
	if (offset == VQC_LAPIC_ICR)
		val ^= (u64)draw(s) << 32;
	s->last = "wrmsr";
	s->left = oracle_lapic_wrmsr(&s->o, msr, val);
	s->right = vqc_lapic_msr_write(&s->l, msr, val, &s->clock, &s->fx);
}

static void do_rdmsr(struct stream *s)
{
	u32 msr = VQC_X2APIC_MSR_FIRST + pick_offset(s) / 16;
	u64 left, right;

	s->last = "rdmsr";
	s->left = oracle_lapic_rdmsr(&s->o, msr, &left);
	s->right = vqc_lapic_msr_read(&s->l, msr, &right, &s->clock);
	if (left != right)
		s->left = ~s->right;
}

static void do_write(struct stream *s)
{
	if (s->o.x2 ? pick(s, 20) : !pick(s, 20))
		do_wrmsr(s);
	else
		do_mmio_write(s);
}

static void do_read(struct stream *s)
{
	if (s->o.x2 ? pick(s, 20) : !pick(s, 20))
		do_rdmsr(s);
	else
		do_mmio_read(s);
}

static void do_base(struct stream *s)
{
	u64 val = VQC_APICBASE_DEFAULT | (u64)pick(s, 16) << 8;
	bool host = pick(s, 2);

	if (pick(s, 4))
		val |= VQC_APICBASE_ENABLE;
	s->last = "base";
	s->left = oracle_lapic_set_base(&s->o, val, host);
	s->right = vqc_lapic_set_base(&s->l, val, 36, host, &s->fx);
}

static void do_init(struct stream *s)
{
	s->last = "init";
	oracle_lapic_init(&s->o);
	vqc_lapic_init(&s->l, &s->fx);
}

/* Saved, wiped and loaded the chip is what it was, less unlatched errors. */
static void do_save_and_load(struct stream *s)
{
	bool x2_id = pick(s, 2);
	struct vqc_lapic *l = &s->l, old = *l;
	struct vqc_fx fx;

	s->last = "save and load";
	oracle_lapic_reload(&s->o);
	vqc_lapic_get_page(l, s->page, x2_id, &s->clock);
	vqc_lapic_reset(l, s->o.first_id, s->o.cfg);
	l->base = old.base;
	l->id = old.initial_id & (s->o.x2 ? ~0u : 0xff);
	l->ldr = old.ldr;
	l->tsc_deadline = old.tsc_deadline;
	l->events = old.events;
	l->sipi_vector = old.sipi_vector;
	l->wait_sipi = old.wait_sipi;
	l->lint = old.lint;
	s->left = 0;
	vqc_fx_init(&fx);
	s->right = vqc_lapic_set_page(l, s->page, x2_id, &s->clock, &fx);
}

static const struct {
	void (*run)(struct stream *s);
	unsigned int weight;
} ops[] = {
	{ do_accept, 300 },
	{ do_ack, 150 },
	{ do_eoi, 110 },
	{ do_write, 200 },
	{ do_read, 80 },
	{ do_pass, 100 },
	{ do_lint, 60 },
	{ do_raise, 30 },
	{ do_deadline, 30 },
	{ do_save_and_load, 10 },
	{ do_base, 4 },
	{ do_init, 2 },
};

static void stream_step(struct stream *s)
{
	unsigned int i, total = 0, at;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		total += ops[i].weight;
	at = pick(s, total);
	for (i = 0; at >= ops[i].weight; i++)
		at -= ops[i].weight;
	vqc_fx_init(&s->fx);
	ops[i].run(s);
}

static void stream_start(struct stream *s, u64 seed)
{
	u32 id;
	u8 cfg;

	s->seed = seed * 0x9e3779b97f4a7c15ull + 1;
	id = pick(s, 2) ? pick(s, 256) : pick(s, VQC_MAX_APIC_IDS);
	cfg = draw(s) >> 30 & STREAM_CFG_MASK;
	vqc_lapic_reset(&s->l, id, cfg);
	oracle_lapic_reset(&s->o, id, cfg, 1000000);
	stream_set_time(s);
}

static bool stream_agrees(struct stream *s, u64 seed, unsigned int step)
{
	const char *wrong = vqc_lapic_check(&s->l);

	if (!wrong && s->left != s->right)
		wrong = "answer";
	if (!wrong)
		wrong = oracle_lapic_differs(&s->o, &s->l, &s->fx);
	if (!wrong && s->fx.overflow)
		wrong = "effects lost";
	if (!wrong)
		return true;
	KUNIT_FAIL(s->test, "seed %llu, step %u, %s: %s (oracle %#llx, model %#llx)",
		   seed, step, s->last, wrong, s->left, s->right);
	return false;
}

static const u64 seeds[] = { 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377,
			     610, 987, 1597 };

static void seed_desc(const u64 *seed, char *desc)
{
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "seed %llu", *seed);
}

KUNIT_ARRAY_PARAM(seed, seeds, seed_desc);

static void random_stream_agrees_with_the_oracle(struct kunit *test)
{
	const u64 seed = *(const u64 *)test->param_value;
	struct stream *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	unsigned int step;

	KUNIT_ASSERT_NOT_NULL(test, s);
	s->test = test;
	stream_start(s, seed);
	for (step = 0; step < STEPS; step++) {
		stream_step(s);
		if (!stream_agrees(s, seed, step))
			break;
	}
}

static struct kunit_case lapic_random_cases[] = {
	KUNIT_CASE_PARAM(random_stream_agrees_with_the_oracle, seed_gen_params),
	{}
};

static struct kunit_suite lapic_random_suite = {
	.name = "virqchip_lapic_random",
	.test_cases = lapic_random_cases,
};

kunit_test_suite(lapic_random_suite);
