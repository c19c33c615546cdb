// SPDX-License-Identifier: GPL-2.0-only
/* The 8259 pair: states, random streams against the oracle, and the checker. */
#include "pic_fixture.h"

/* States */

static void set_state(struct pic_bench *b, const struct vqc_pic *state)
{
	vqc_fx_init(&b->fx);
	vqc_pic_set_state(&b->pic, state, &b->fx);
	after_op(b);
}

/* KVM's SET_IRQCHIP takes these unchecked; base + 7 would pass 255. */
static void set_state_makes_out_of_range_fields_valid(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	b->other = b->pic;
	b->other.chip[0].irq_base = 0xff;
	b->other.chip[0].elcr = 0xff;
	b->other.chip[1].elcr = 0xff;
	b->other.chip[0].step = 9;
	b->other.chip[0].lowest = 0xff;
	b->other.chip[0].smm = 0x80;
	b->other.strict_edge = 7;
	set_state(b, &b->other);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].irq_base, 0xf8);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].elcr, 0xf8);
	KUNIT_EXPECT_EQ(test, b->pic.chip[1].elcr, 0xde);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].step, VQC_PIC_READY);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].lowest, 7);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].smm, 1);
	KUNIT_EXPECT_EQ(test, b->pic.strict_edge, 1);
	pulse(b, 7);
	KUNIT_EXPECT_EQ(test, ack(b), 0xff);
}

static void set_state_derives_the_output_anew(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	b->other = b->pic;
	b->other.chip[1].irr = BIT(6);
	b->other.chip[0].lines = 0;
	set_state(b, &b->other);
	KUNIT_EXPECT_TRUE(test, b->output_told);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 6);

	/* A request of the cascade that no slave makes is not believed. */
	b->other.chip[1].irr = 0;
	b->other.chip[0].irr = BIT(2);
	b->other.chip[0].lines = BIT(2);
	set_state(b, &b->other);
	KUNIT_EXPECT_FALSE(test, intr(b));
}

static void set_state_takes_level_requests_from_the_wires(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	b->other = b->pic;
	b->other.chip[0].elcr = 0x30;
	b->other.chip[0].irr = BIT(4);
	b->other.chip[0].lines = BIT(5);
	set_state(b, &b->other);
	KUNIT_EXPECT_EQ(test, irr(b, 0), BIT(5));
}

/* Formats without ICW1: step and ICW4 must be enough. */
static void set_state_without_icw1_works(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	b->other = b->pic;
	b->other.chip[0].icw1 = 0;
	b->other.chip[0].icw4 = 0x13;
	b->other.chip[1].icw1 = 0;
	b->other.chip[1].icw4 = 0;
	b->other.chip[1].step = VQC_PIC_WANT_ICW4;
	set_state(b, &b->other);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].icw4, 0x13);
	out(b, S_DATA, 0x03);
	KUNIT_EXPECT_EQ(test, b->pic.chip[1].icw4, 0x03);
	pulse(b, 9);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 1);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(9));
}

/* A small generator of our own: the same numbers in every build. */
static u32 next_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 16;
}

static void set_state_survives_any_bytes(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	u64 seed = 0x8259a5eed;
	u8 *raw = (u8 *)&b->other;
	unsigned int i, k;

	for (i = 0; i < 5000; i++) {
		for (k = 0; k < sizeof(b->other); k++)
			raw[k] = next_random(&seed);
		set_state(b, &b->other);
		b->other = b->pic;
		set_state(b, &b->other);
		KUNIT_ASSERT_EQ_MSG(test, memcmp(&b->other, &b->pic,
						 sizeof(b->pic)), 0,
				    "not stable, round %u", i);
		ack(b);
		in(b, M_CMD);
		out(b, S_CMD, EOI);
	}
}

/* One operation of a random stream, as text for a failure. */
struct pic_op {
	char kind;
	u8 port;
	u8 val;
};

/* Mostly what guests do; now and then anything at all. */
static u8 random_command(u64 *seed)
{
	static const u8 ocw2[] = {
		EOI, EOI, EOI, SPECIFIC_EOI, ROTATE_EOI, SET_PRIORITY,
		ROTATE_SPECIFIC_EOI, ROTATE_AEOI_SET, ROTATE_AEOI_CLEAR, NOP,
	};
	static const u8 ocw3[] = {
		READ_IRR, READ_ISR, POLL, SMM_SET, SMM_CLEAR,
	};
	u32 r = next_random(seed);

	switch (r % 16) {
	case 0:
		return 0x10 | (r >> 8 & 0x0f);
	case 1:
		return r >> 8;
	case 2:
	case 3:
	case 4:
		return ocw3[(r >> 8) % ARRAY_SIZE(ocw3)];
	default:
		return ocw2[(r >> 8) % ARRAY_SIZE(ocw2)] | (r >> 16 & 7);
	}
}

static struct pic_op random_op(u64 *seed)
{
	u32 r = next_random(seed);
	u8 port = (r >> 8) % VQC_NR_PIC_PORTS;

	if (r % 16 < 7)
		return (struct pic_op){ 'L', (r >> 8) % 16, r >> 12 & 1 };
	if (r % 16 < 10)
		return (struct pic_op){ 'A', 0, 0 };
	if (r % 16 < 12)
		return (struct pic_op){ 'R', port, 0 };
	if (r % 16 == 12 && (r >> 8) % 8 == 0)
		return (struct pic_op){ 'S', 0, 0 };
	if (port == M_CMD || port == S_CMD)
		return (struct pic_op){ 'W', port, random_command(seed) };
	/* Masks with few bits, or little would ever come through. */
	return (struct pic_op){ 'W', port,
				next_random(seed) & next_random(seed) };
}

/* Return: NULL, or what the model and the oracle disagree on. */
static const char *apply_op(struct pic_bench *b, struct pic_op op)
{
	u8 got = 0;
	int want = 0, want_pin = -1;
	bool was_high = vqc_pic_output(&b->pic);
	unsigned int pin = VQC_NO_PIN;
	const char *wrong;

	vqc_fx_init(&b->fx);
	switch (op.kind) {
	case 'L':
		vqc_pic_set_line(&b->pic, op.port, op.val, &b->fx);
		oracle_pic_set_line(&b->oracle, op.port, op.val);
		break;
	case 'A':
		got = vqc_pic_ack(&b->pic, &pin, &b->fx);
		want = oracle_pic_ack(&b->oracle, &want_pin);
		break;
	case 'R':
		got = vqc_pic_read(&b->pic, op.port, &b->fx);
		want = oracle_pic_read(&b->oracle, op.port);
		break;
	case 'W':
		vqc_pic_write(&b->pic, op.port, op.val, &b->fx);
		oracle_pic_write(&b->oracle, op.port, op.val);
		break;
	case 'S':
		/* Go on in a fresh pair that was given this one's state. */
		memset(&b->other, 0xa5, sizeof(b->other));
		vqc_pic_set_state(&b->other, &b->pic, &b->other_fx);
		if (memcmp(&b->other, &b->pic, sizeof(b->pic)))
			return "state changed by a round trip";
		return NULL;
	}
	wrong = vqc_pic_check(&b->pic);
	if (wrong)
		return wrong;
	if (got != want)
		return "value read";
	if (pin != (want_pin < 0 ? VQC_NO_PIN : (unsigned int)want_pin))
		return "pin acknowledged";
	sort_fx(b);
	if (vqc_pic_output(&b->pic) != was_high && !b->output_told)
		return "INTR changed without an effect";
	return oracle_pic_differs(&b->oracle, &b->pic, &b->fx);
}

#define STREAM_STEPS	20000u

struct stream_case {
	const char *desc;
	u64 seed;
	bool strict_edge;
};

static const struct stream_case stream_cases[] = {
	{ "seed 1", 0x1, false },
	{ "seed 2", 0x123456789abcdef, false },
	{ "seed 3", 0xfeedfacecafebeef, false },
	{ "seed 4", 0x8259, false },
	{ "seed 5", 0x5555aaaa5555aaaa, false },
	{ "seed 6, strict edges", 0x2, true },
	{ "seed 7, strict edges", 0xdeadbeefdeadbeef, true },
	{ "seed 8, strict edges", 0x31415926535, true },
};

static void describe_stream(const struct stream_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(stream, stream_cases, describe_stream);

static void random_stream_agrees_with_the_oracle(struct kunit *test)
{
	const struct stream_case *c = test->param_value;
	struct pic_bench *b = test->priv;
	u64 seed = c->seed;
	unsigned int i;

	memset(&b->pic, 0, sizeof(b->pic));
	b->pic.strict_edge = c->strict_edge;
	vqc_pic_reset(&b->pic);
	oracle_pic_reset(&b->oracle, c->strict_edge);
	for (i = 0; i < STREAM_STEPS; i++) {
		struct pic_op op = random_op(&seed);
		const char *wrong = apply_op(b, op);

		KUNIT_ASSERT_STREQ_MSG(test, wrong ?: "", "",
				       "seed 0x%llx step %u: %c %u 0x%02x",
				       c->seed, i, op.kind, op.port, op.val);
	}
}

/* What a guest and its devices do in one go, for the round trips. */
static const struct pic_op script[] = {
	{ 'W', M_CMD, 0x11 }, { 'W', M_DATA, 0x30 }, { 'L', 1, 1 },
	{ 'W', M_DATA, 0x04 }, { 'W', M_DATA, 0x11 }, { 'W', S_CMD, 0x11 },
	{ 'W', S_DATA, 0x70 }, { 'W', S_DATA, 0x02 }, { 'W', S_DATA, 0x03 },
	{ 'W', S_ELCR, 0x0e }, { 'L', 10, 1 }, { 'L', 14, 1 }, { 'A', 0, 0 },
	{ 'L', 1, 0 }, { 'W', M_CMD, EOI }, { 'A', 0, 0 }, { 'L', 10, 0 },
	{ 'W', M_CMD, ROTATE_EOI }, { 'W', M_CMD, POLL }, { 'R', M_CMD, 0 },
	{ 'W', M_CMD, SMM_SET }, { 'W', M_DATA, 0x04 }, { 'L', 6, 1 },
	{ 'A', 0, 0 }, { 'W', S_CMD, ROTATE_AEOI_SET }, { 'W', S_CMD, POLL },
	{ 'R', S_DATA, 0 }, { 'W', M_CMD, EOI }, { 'W', M_CMD, READ_ISR },
	{ 'R', M_CMD, 0 }, { 'W', M_CMD, 0x18 }, { 'W', M_DATA, 0x08 },
	{ 'R', M_DATA, 0 }, { 'W', M_DATA, 0x04 }, { 'A', 0, 0 },
};

/* Return: all that @op shows to the outside. */
static unsigned int visible(struct vqc_pic *pic, struct pic_op op,
			    struct vqc_fx *fx)
{
	unsigned int pin = 0, seen = 0;

	vqc_fx_init(fx);
	if (op.kind == 'L')
		seen = vqc_pic_set_line(pic, op.port, op.val, fx);
	else if (op.kind == 'A')
		seen = vqc_pic_ack(pic, &pin, fx);
	else if (op.kind == 'R')
		seen = vqc_pic_read(pic, op.port, fx);
	else
		vqc_pic_write(pic, op.port, op.val, fx);
	return seen << 16 | pin << 8 | fx->nr << 1 | vqc_pic_output(pic);
}

static void state_copied_at_any_step_continues_alike(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	unsigned int cut, i;

	for (cut = 0; cut <= ARRAY_SIZE(script); cut++) {
		vqc_pic_reset(&b->pic);
		for (i = 0; i < cut; i++)
			visible(&b->pic, script[i], &b->fx);
		memset(&b->other, 0, sizeof(b->other));
		vqc_pic_reset(&b->other);
		vqc_fx_init(&b->other_fx);
		vqc_pic_set_state(&b->other, &b->pic, &b->other_fx);
		for (; i < ARRAY_SIZE(script); i++)
			KUNIT_ASSERT_EQ_MSG(test,
					    visible(&b->other, script[i],
						    &b->other_fx),
					    visible(&b->pic, script[i],
						    &b->fx),
					    "cut at %u, step %u", cut, i);
		KUNIT_EXPECT_EQ(test, memcmp(&b->pic, &b->other,
					     sizeof(b->pic)), 0);
	}
}

/* The checker itself: each invariant, broken by hand, is seen. */
static void check_sees_each_broken_invariant(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	static const struct {
		u8 offset;
		u8 val;
	} breaks[] = {
		{ offsetof(struct vqc_8259, irq_base), 0x21 },
		{ offsetof(struct vqc_8259, elcr), 0x01 },
		{ offsetof(struct vqc_8259, lowest), 8 },
		{ offsetof(struct vqc_8259, step), VQC_NR_PIC_STEPS },
		{ offsetof(struct vqc_8259, icw1), 0x00 },
		{ offsetof(struct vqc_8259, smm), 2 },
		{ offsetof(struct vqc_8259, poll), 2 },
		{ offsetof(struct vqc_8259, read_isr), 2 },
		{ offsetof(struct vqc_8259, rotate_aeoi), 2 },
		{ offsetof(struct vqc_8259, irr), 0x04 },
		{ offsetof(struct vqc_8259, lines), 0x04 },
	};
	unsigned int i;

	KUNIT_EXPECT_NULL(test, vqc_pic_check(&b->pic));
	for (i = 0; i < ARRAY_SIZE(breaks); i++) {
		b->other = b->pic;
		((u8 *)&b->other.chip[0])[breaks[i].offset] = breaks[i].val;
		KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pic_check(&b->other));
	}
	b->other = b->pic;
	b->other.strict_edge = 1;
	b->other.chip[1].irr = 0x01;
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pic_check(&b->other));
	b->other = b->pic;
	b->other.strict_edge = 2;
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pic_check(&b->other));
	b->other = b->pic;
	b->other.chip[0].irr = BIT(VQC_PIC_CASCADE_PIN);
	b->other.chip[0].lines = BIT(VQC_PIC_CASCADE_PIN);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pic_check(&b->other));
}

static void check_sees_a_step_that_contradicts_icw1(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	b->other = b->pic;
	b->other.chip[1].icw4 = 0;
	b->other.chip[1].step = VQC_PIC_WANT_ICW3;
	KUNIT_EXPECT_NULL(test, vqc_pic_check(&b->other));
	b->other.chip[1].icw1 |= VQC_PIC_ICW1_SNGL;
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pic_check(&b->other));
	b->other.chip[1].icw1 = 0;
	b->other.chip[1].step = VQC_PIC_WANT_ICW4;
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pic_check(&b->other));
	b->other.chip[1].step = VQC_PIC_WANT_ICW2;
	b->other.chip[1].isr = 1;
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pic_check(&b->other));
}

static struct kunit_case pic_stream_cases[] = {
	KUNIT_CASE(set_state_makes_out_of_range_fields_valid),
	KUNIT_CASE(set_state_derives_the_output_anew),
	KUNIT_CASE(set_state_takes_level_requests_from_the_wires),
	KUNIT_CASE(set_state_without_icw1_works),
	KUNIT_CASE(set_state_survives_any_bytes),
	KUNIT_CASE_PARAM(random_stream_agrees_with_the_oracle,
			 stream_gen_params),
	KUNIT_CASE(state_copied_at_any_step_continues_alike),
	KUNIT_CASE(check_sees_each_broken_invariant),
	KUNIT_CASE(check_sees_a_step_that_contradicts_icw1),
	{}
};

static struct kunit_suite pic_stream_suite = {
	.name = "virqchip_pic_stream",
	.init = pic_bench_init,
	.test_cases = pic_stream_cases,
};

kunit_test_suite(pic_stream_suite);
