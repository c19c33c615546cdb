// SPDX-License-Identifier: GPL-2.0-only
/*
 * The IOAPIC against its oracle: long random streams with reports that come
 * late and out of order, and states saved, loaded and made up.
 */
#include "ioapic_case.h"
#include "oracle_ioapic.h"

#define STREAM_STEPS	20000u
#define STREAM_PINS	6u
#define STREAM_VECTORS	4u
#define STREAM_REPORTS	48u

/**
 * struct stream - a run of the model beside its oracle
 * @c: the model
 * @oracle: the oracle
 * @rng: state of the random numbers
 * @report: pins whose message's fate was not reported yet
 * @nr_reports: how many of them
 * @same: the last operation returned the same from both
 * @op: its name
 */
struct stream {
	struct ioapic_case c;
	struct oracle_ioapic oracle;
	u64 rng;
	u8 report[STREAM_REPORTS];
	unsigned int nr_reports;
	bool same;
	const char *op;
};

/* xorshift64: small, and the same on every machine. */
static u32 rnd(u64 *rng)
{
	*rng ^= *rng << 13;
	*rng ^= *rng >> 7;
	*rng ^= *rng << 17;
	return *rng >> 16;
}

/* Mostly few pins, so that they meet; sometimes any. */
static unsigned int rnd_pin(struct stream *s)
{
	u32 r = rnd(&s->rng);

	return r % 8 ? (r >> 3) % STREAM_PINS : (r >> 3) % VQC_NR_IOAPIC_PINS;
}

static u8 rnd_vector(struct stream *s)
{
	return 0x30 + rnd(&s->rng) % STREAM_VECTORS;
}

static u32 rnd_rte_low(struct stream *s)
{
	u32 r = rnd(&s->rng);
	u32 low = rnd_vector(s);

	low |= r & (VQC_RTE_LOGICAL | VQC_RTE_DELIV_STATUS |
		    VQC_RTE_ACTIVE_LOW | VQC_RTE_REMOTE_IRR);
	if (r & BIT(20))
		low |= r & VQC_RTE_MODE & ((r & BIT(21)) ? ~0u : 0u);
	if (r & (BIT(22) | BIT(23)))
		low |= VQC_RTE_LEVEL;
	if (!(r & (BIT(24) | BIT(25))))
		low |= VQC_RTE_MASKED;
	return low;
}

static void both_write(struct stream *s, unsigned int offset, u32 val)
{
	put(&s->c, offset, val);
	oracle_ioapic_write(&s->oracle, offset, val);
}

static void op_line(struct stream *s)
{
	unsigned int pin = rnd_pin(s);
	bool level = rnd(&s->rng) & 1;

	s->op = "line";
	s->same = drive(&s->c, pin, level) ==
		  oracle_ioapic_set_line(&s->oracle, pin, level);
}

static void op_report(struct stream *s)
{
	bool taken = rnd(&s->rng) % 8 < 5;
	unsigned int i, pin;

	if (!s->nr_reports)
		return op_line(s);

	s->op = "report";
	i = rnd(&s->rng) % s->nr_reports;
	pin = s->report[i];
	s->report[i] = s->report[--s->nr_reports];
	vqc_fx_init(&s->c.fx);
	s->same = vqc_ioapic_sent(&s->c.io, pin, taken ? VQC_WHY_DELIVERED :
				  VQC_WHY_NO_DEST) ==
		  oracle_ioapic_sent(&s->oracle, pin, taken);
}

static void op_eoi(struct stream *s)
{
	u8 vector = rnd_vector(s);

	s->op = "eoi";
	end(&s->c, vector);
	oracle_ioapic_eoi(&s->oracle, vector);
}

static void op_write_rte(struct stream *s)
{
	unsigned int half = !(rnd(&s->rng) % 4);
	unsigned int index = 0x10 + 2 * rnd_pin(s) + half;

	s->op = "RTE write";
	both_write(s, VQC_IOAPIC_REGSEL, index);
	both_write(s, VQC_IOAPIC_WINDOW,
		   half ? rnd(&s->rng) : rnd_rte_low(s));
}

static void op_retry(struct stream *s)
{
	u32 pins = rnd(&s->rng);

	s->op = "retry";
	retry(&s->c, pins);
	oracle_ioapic_retry(&s->oracle, pins);
}

/* Any access at all; a window write goes only where it is harmless. */
static void op_access(struct stream *s)
{
	static const u8 offsets[] = { 0, 0, 0x10, 0x10, 0x40, 0x20, 0x11, 0xf0 };
	u32 r = rnd(&s->rng), val = rnd(&s->rng);
	unsigned int offset = offsets[r % ARRAY_SIZE(offsets)];

	s->op = "access";
	if (offset == VQC_IOAPIC_EOI)
		val = rnd_vector(s);
	if (r & BIT(8))
		both_write(s, offset, val);
	else
		s->same = get(&s->c, offset) ==
			  oracle_ioapic_read(&s->oracle, offset);
}

/* Load the present state with a pin made strange: near a storm, or untrue. */
static void op_state(struct stream *s)
{
	unsigned int pin = rnd_pin(s);
	struct vqc_ioapic *state = &s->c.other;

	s->op = "state";
	*state = s->c.io;
	state->storm[pin] = VQC_IOAPIC_STORM_EOIS - rnd(&s->rng) % 4;
	if (rnd(&s->rng) & 1)
		state->rte[pin] ^= rnd(&s->rng);
	if (rnd(&s->rng) & 1)
		state->pending ^= rnd(&s->rng);
	if (rnd(&s->rng) & 1)
		state->deferred ^= BIT(pin);
	vqc_fx_init(&s->c.fx);
	vqc_ioapic_set_state(&s->c.io, state, &s->c.fx);
	oracle_ioapic_set_state(&s->oracle, state);
}

static void op_reset(struct stream *s)
{
	s->op = "reset";
	vqc_fx_init(&s->c.fx);
	vqc_ioapic_reset(&s->c.io);
	oracle_ioapic_reset(&s->oracle);
}

static void (* const stream_ops[])(struct stream *) = {
	op_line, op_line, op_line, op_line, op_line, op_line, op_line,
	op_report, op_report, op_report, op_report, op_report, op_report,
	op_eoi, op_eoi, op_eoi, op_eoi, op_eoi,
	op_write_rte, op_write_rte, op_write_rte, op_write_rte,
	op_retry, op_access, op_access, op_state,
};

/* One operation on both. Return: NULL, or what is wrong. */
static const char *stream_step(struct stream *s)
{
	u32 r = rnd(&s->rng);
	const char *wrong;
	unsigned int i;

	s->same = true;
	if (s->nr_reports > STREAM_REPORTS - VQC_NR_IOAPIC_PINS)
		op_report(s);
	else if (r % 2048 == 0)
		op_reset(s);
	else
		stream_ops[r % ARRAY_SIZE(stream_ops)](s);

	if (!s->same)
		return "return value";
	wrong = oracle_ioapic_differs(&s->oracle, &s->c.io, &s->c.fx);
	if (!wrong)
		wrong = vqc_ioapic_check(&s->c.io);
	for (i = 0; !wrong && i < s->c.fx.nr; i++)
		if (s->c.fx.item[i].kind == VQC_FX_MSG)
			s->report[s->nr_reports++] = s->c.fx.item[i].pin;
	return wrong;
}

struct stream_case {
	const char *desc;
	u64 seed;
	u8 version;
	u8 electrical;
};

static const struct stream_case stream_cases[] = {
	{ "seed 1, version 0x11", 1, VQC_IOAPIC_VER_82093AA, 0 },
	{ "seed 2, version 0x20", 2, VQC_IOAPIC_VER_EOIR, 0 },
	{ "seed 3, version 0x20, electrical", 3, VQC_IOAPIC_VER_EOIR, 1 },
	{ "seed 4, version 0x11, electrical", 4, VQC_IOAPIC_VER_82093AA, 1 },
	{ "seed 0xdeadbeef, version 0x20", 0xdeadbeef, VQC_IOAPIC_VER_EOIR, 0 },
	{ "seed 0x82093, version 0x20", 0x82093, VQC_IOAPIC_VER_EOIR, 0 },
};

static void stream_case_desc(const struct stream_case *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(stream, stream_cases, stream_case_desc);

static void random_stream_agrees_with_the_oracle(struct kunit *test)
{
	const struct stream_case *param = test->param_value;
	struct stream *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	const char *wrong = NULL;
	unsigned int step;

	KUNIT_ASSERT_NOT_NULL(test, s);
	s->rng = param->seed;
	s->c.io.version = param->version;
	s->c.io.electrical = param->electrical;
	s->oracle.eoi_register = param->version == VQC_IOAPIC_VER_EOIR;
	s->oracle.electrical = param->electrical;
	op_reset(s);

	for (step = 0; !wrong && step < STREAM_STEPS; step++)
		wrong = stream_step(s);
	if (wrong)
		KUNIT_FAIL(test, "seed %#llx, step %u, %s: %s",
			   (unsigned long long)param->seed, step - 1, s->op,
			   wrong);
}

/* ---- states ---- */

enum script_op { DO_WRITE, DO_LINE, DO_EOI, DO_RETRY };

/* Messages to this destination find nobody. */
#define NOBODY		0x99

static const struct script_step {
	enum script_op op;
	unsigned int pin;
	u64 arg;
} script[] = {
	{ DO_WRITE, 9, LEVEL | 0x50 },	{ DO_LINE, 9, 1 },
	{ DO_WRITE, 3, EDGE | 0x41 },	{ DO_LINE, 3, 1 },
	{ DO_WRITE, 10, LEVEL | 0x50 },	{ DO_LINE, 10, 1 },
	{ DO_WRITE, 9, LEVEL | 0x99 },	{ DO_LINE, 3, 0 },
	{ DO_EOI, 0, 0x50 },		{ DO_LINE, 10, 0 },
	{ DO_WRITE, 5, LEVEL | MASKED | 0x60 }, { DO_LINE, 5, 1 },
	{ DO_EOI, 0, 0x50 },		{ DO_EOI, 0, 0x99 },
	{ DO_WRITE, 6, LEVEL | DEST(NOBODY) | 0x61 }, { DO_LINE, 6, 1 },
	{ DO_WRITE, 7, EDGE | DEST(NOBODY) | 0x62 }, { DO_LINE, 7, 1 },
	{ DO_WRITE, 5, LEVEL | 0x60 },	{ DO_RETRY, 0, 0 },
	{ DO_WRITE, 6, LEVEL | 0x61 },	{ DO_WRITE, 7, EDGE | 0x62 },
	{ DO_WRITE, 9, EDGE | MASKED },	{ DO_EOI, 0, 0x61 },
};

/* Report the messages of the last operation. Return: how many were taken. */
static unsigned int report_all(struct ioapic_case *c)
{
	unsigned int i, taken = 0;

	for (i = 0; i < c->fx.nr; i++) {
		const struct vqc_fx_item *item = &c->fx.item[i];
		bool nobody = item->msg.dest == NOBODY;

		if (item->kind != VQC_FX_MSG)
			continue;
		taken += !nobody;
		vqc_ioapic_sent(&c->io, item->pin,
				nobody ? VQC_WHY_NO_DEST : VQC_WHY_DELIVERED);
	}
	return taken;
}

static unsigned int script_run(struct ioapic_case *c, unsigned int from,
			       unsigned int to)
{
	unsigned int i, taken = 0;

	for (i = from; i < to; i++) {
		const struct script_step *step = &script[i];

		switch (step->op) {
		case DO_WRITE:
			put_reg(c, 0x11 + 2 * step->pin, step->arg >> 32);
			taken += report_all(c);
			put_low(c, step->pin, step->arg);
			break;
		case DO_LINE:
			drive(c, step->pin, step->arg);
			break;
		case DO_EOI:
			end(c, step->arg);
			break;
		case DO_RETRY:
			retry(c, ~0u);
			break;
		}
		taken += report_all(c);
	}
	return taken;
}

static void state_moved_at_any_step_changes_nothing(struct kunit *test)
{
	struct ioapic_case *c = test->priv;
	unsigned int n = ARRAY_SIZE(script), step, taken, want;
	struct vqc_ioapic at_end;

	want = script_run(c, 0, n);
	KUNIT_EXPECT_GT(test, want, 8);
	at_end = c->io;
	for (step = 0; step <= n; step++) {
		c->io.lines = 0;
		vqc_ioapic_reset(&c->io);
		taken = script_run(c, 0, step);
		c->other = c->io;
		memset(c->io.rte, 0xff, sizeof(c->io.rte));
		c->io.lines = 0x555555;
		vqc_fx_init(&c->fx);
		vqc_ioapic_set_state(&c->io, &c->other, &c->fx);
		taken += report_all(c);
		taken += script_run(c, step, n);
		KUNIT_EXPECT_EQ_MSG(test, taken, want, "step %u", step);
		at_end.rewritten = c->io.rewritten;
		KUNIT_EXPECT_MEMEQ(test, &c->io, &at_end, sizeof(at_end));
	}
}

static void state_without_messages_loads_unchanged(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	script_run(c, 0, 16);
	put_rte(c, 6, MASKED);
	c->other = c->io;
	vqc_fx_init(&c->fx);
	vqc_ioapic_set_state(&c->io, &c->other, &c->fx);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
	KUNIT_EXPECT_MEMEQ(test, &c->io, &c->other, sizeof(c->io));
}

static void state_with_a_line_due_sends(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	c->other = c->io;
	c->other.rte[9] = LEVEL | 0x70;
	c->other.lines = BIT(9);
	vqc_fx_init(&c->fx);
	vqc_ioapic_set_state(&c->io, &c->other, &c->fx);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
	KUNIT_EXPECT_TRUE(test, remote_irr(c, 9));
}

static void state_in_a_storm_pause_keeps_pausing(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	c->other = c->io;
	c->other.rte[9] = LEVEL | 0x70;
	c->other.lines = BIT(9);
	c->other.deferred = BIT(9);
	vqc_fx_init(&c->fx);
	vqc_ioapic_set_state(&c->io, &c->other, &c->fx);
	KUNIT_ASSERT_EQ(test, c->fx.nr, 1);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].kind, VQC_FX_DEFER);
	retry(c, BIT(9));
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
}

static void state_with_untrue_bits_is_made_valid(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	c->other = c->io;
	c->other.id = 0xff;
	c->other.lines = ~0u;
	c->other.pending = ~0u;
	c->other.deferred = ~0u;
	c->other.rte[1] = MASKED | VQC_RTE_REMOTE_IRR;
	c->other.rte[2] = MASKED | GENMASK_ULL(55, 17);
	c->other.storm[3] = 0xffff;
	c->other.version = VQC_IOAPIC_VER_82093AA;
	c->other.electrical = 1;
	vqc_fx_init(&c->fx);
	vqc_ioapic_set_state(&c->io, &c->other, &c->fx);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
	KUNIT_EXPECT_EQ(test, c->io.id, 0xf);
	KUNIT_EXPECT_EQ(test, c->io.lines, 0xffffff);
	KUNIT_EXPECT_EQ(test, c->io.pending, 0);
	KUNIT_EXPECT_EQ(test, c->io.deferred, 0);
	KUNIT_EXPECT_EQ(test, c->io.rte[1], MASKED);
	KUNIT_EXPECT_EQ(test, c->io.rte[2], MASKED);
	KUNIT_EXPECT_EQ(test, c->io.storm[3], 0);
	KUNIT_EXPECT_EQ(test, c->io.version, VQC_IOAPIC_VER_EOIR);
	KUNIT_EXPECT_EQ(test, c->io.electrical, 0);
}

static void state_of_noise_is_made_valid(struct kunit *test)
{
	struct ioapic_case *c = test->priv;
	unsigned int round, i;
	const char *wrong;
	u64 rng = 0x1234567;

	for (round = 0; round < 500; round++) {
		u8 *byte = (u8 *)&c->other;

		for (i = 0; i < sizeof(c->other); i++)
			byte[i] = rnd(&rng);
		vqc_fx_init(&c->fx);
		vqc_ioapic_set_state(&c->io, &c->other, &c->fx);
		wrong = vqc_ioapic_check(&c->io);
		KUNIT_ASSERT_TRUE_MSG(test, !wrong, "round %u: %s", round,
				      wrong ?: "");
		KUNIT_ASSERT_FALSE(test, c->fx.overflow);
		get(c, VQC_IOAPIC_WINDOW);
	}
}

/* The invariants see each way in which a state can be wrong. */
struct wrong_case {
	const char *desc;
	u64 rte;
	u32 lines;
	u32 pending;
	u32 deferred;
	u16 storm;
	u8 id;
};

static const struct wrong_case wrong_cases[] = {
	{ "wide ID", .rte = MASKED, .id = 0x10 },
	{ "pin 24 high", .rte = MASKED, .lines = BIT(24) },
	{ "reserved RTE bit", .rte = MASKED | BIT_ULL(17) },
	{ "storm over its limit", .rte = LEVEL | MASKED, .lines = BIT(0),
	  .storm = VQC_IOAPIC_STORM_EOIS },
	{ "edge pending on a level pin", .rte = LEVEL, .pending = BIT(0) },
	{ "deferred in service", .rte = LEVEL | VQC_RTE_REMOTE_IRR,
	  .lines = BIT(0), .deferred = BIT(0) },
	{ "storm on a low line", .rte = LEVEL, .storm = 1 },
	{ "message nobody asks for", .rte = LEVEL | VQC_RTE_DELIV_STATUS },
	{ "level not sent", .rte = LEVEL, .lines = BIT(0) },
	{ "remote IRR on an edge pin", .rte = VQC_RTE_REMOTE_IRR },
	{ "remote IRR on an NMI", .rte = LEVEL | MODE(VQC_DM_NMI) |
	  VQC_RTE_REMOTE_IRR },
	{ "storm on an edge pin", .storm = 1 },
	{ "pending without status", .pending = BIT(0) },
	{ "status on a masked edge", .rte = MASKED | VQC_RTE_DELIV_STATUS },
};

static void wrong_case_desc(const struct wrong_case *w, char *desc)
{
	strscpy(desc, w->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(wrong, wrong_cases, wrong_case_desc);

static void check_finds(struct kunit *test)
{
	const struct wrong_case *w = test->param_value;
	struct ioapic_case *c = test->priv;

	c->other = c->io;
	c->other.rte[0] = w->rte;
	c->other.lines = w->lines;
	c->other.pending = w->pending;
	c->other.deferred = w->deferred;
	c->other.storm[0] = w->storm;
	c->other.id = w->id;
	KUNIT_EXPECT_NOT_NULL(test, vqc_ioapic_check(&c->other));
}

static struct kunit_case ioapic_stream_cases[] = {
	KUNIT_CASE_PARAM(random_stream_agrees_with_the_oracle,
			 stream_gen_params),
	KUNIT_CASE(state_moved_at_any_step_changes_nothing),
	KUNIT_CASE(state_without_messages_loads_unchanged),
	KUNIT_CASE(state_with_a_line_due_sends),
	KUNIT_CASE(state_in_a_storm_pause_keeps_pausing),
	KUNIT_CASE(state_with_untrue_bits_is_made_valid),
	KUNIT_CASE(state_of_noise_is_made_valid),
	KUNIT_CASE_PARAM(check_finds, wrong_gen_params),
	{}
};

static struct kunit_suite ioapic_stream_suite = {
	.name = "virqchip_ioapic_stream",
	.init = ioapic_case_init,
	.exit = ioapic_case_exit,
	.test_cases = ioapic_stream_cases,
};

kunit_test_suite(ioapic_stream_suite);
