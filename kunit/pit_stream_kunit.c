// SPDX-License-Identifier: GPL-2.0-only
/* The 8254: states, random streams against the oracle, and the checker. */
#include "pit_fixture.h"

/* States */

static void set_state(struct pit_bench *b, const struct vqc_pit *state)
{
	vqc_fx_init(&b->fx);
	vqc_pit_set_state(&b->pit, state, b->now_ns, &b->fx);
	after_op(b);
	KUNIT_ASSERT_EQ(b->test, b->fx.nr, 1u);
	KUNIT_ASSERT_EQ(b->test, b->fx.item[0].deadline_ns,
			vqc_pit_next_ns(&b->pit));
}

/* A count of 0 that came past the ports divided by zero once. */
static void set_state_with_count_zero_divides_by_nothing(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int mode, ch;

	for (mode = 0; mode < 8; mode++) {
		b->now_ns += VQC_NSEC_PER_SEC;
		memset(&b->other, 0, sizeof(b->other));
		for (ch = 0; ch < VQC_NR_PIT_CHANNELS; ch++) {
			b->other.ch[ch].mode = mode;
			b->other.ch[ch].gate = 1;
			b->other.ch[ch].armed = 1;
		}
		set_state(b, &b->other);
		for (ch = 0; ch < VQC_NR_PIT_CHANNELS; ch++) {
			in(b, ch);
			level(b, ch);
			KUNIT_EXPECT_EQ(test, b->pit.ch[ch].count, 0x10000u);
			KUNIT_EXPECT_EQ(test, b->pit.ch[ch].run, 0x10000u);
		}
		vqc_pit_speaker_read(&b->pit, b->now_ns);
		expire(b);
	}
}

static void set_state_makes_out_of_range_fields_valid(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	struct vqc_pit_channel *ch = &b->other.ch[2];

	b->other = b->pit;
	ch->mode = 0xff;
	ch->gate = 0xff;
	ch->access = 9;
	ch->read_msb = 9;
	ch->status_latched = 7;
	ch->count_latched = 200;
	ch->count = 0xffffffff;
	b->other.ch[0].gate = 0;
	b->other.speaker = 0xfe;
	set_state(b, &b->other);
	ch = &b->pit.ch[2];
	KUNIT_EXPECT_EQ(test, ch->mode, 3);
	KUNIT_EXPECT_EQ(test, ch->access, WORD);
	KUNIT_EXPECT_EQ(test, ch->count, 0x10000u);
	KUNIT_EXPECT_EQ(test, ch->count_latched, 2);
	KUNIT_EXPECT_EQ(test, b->pit.ch[0].gate, 1);
	/* The gate shows in port 0x61 as one bit. */
	KUNIT_EXPECT_EQ(test, vqc_pit_speaker_read(&b->pit, b->now_ns) & 0xcf,
			0x03);
}

static void set_state_rebuilds_a_control_word_that_does_not_fit(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 6, 1000);
	set_state(b, &b->pit);
	KUNIT_EXPECT_EQ(test, read_status(b, 0) & 0x3f, CW(0, WORD, 6));
	b->other = b->pit;
	b->other.ch[0].control = 0;
	set_state(b, &b->other);
	KUNIT_EXPECT_EQ(test, read_status(b, 0) & 0x3f, CW(0, WORD, 2));
}

/* A format with one count, and a start in the future of this machine. */
static void set_state_from_a_poorer_format_counts_on(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	memset(&b->other, 0, sizeof(b->other));
	b->other.ch[0].mode = 2;
	b->other.ch[0].access = WORD;
	b->other.ch[0].count = 1000;
	b->other.ch[0].armed = 1;
	b->other.ch[0].start_ns = EPOCH_NS + 5 * VQC_NSEC_PER_SEC;
	b->other.ch[0].ticks = 12345;
	set_state(b, &b->other);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
			EPOCH_NS + clocks_ns(1000));
	KUNIT_EXPECT_EQ(test, read_status(b, 0), ST_OUT | CW(0, WORD, 2));
}

/* A guest older than the machine it comes to goes on where it was. */
static void set_state_of_a_run_older_than_the_machine(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	u64 age_ns = clocks_ns(123456789);

	program(b, 0, 2, 1000);
	program(b, 1, 0, 1000);
	b->now_ns += age_ns;
	expire(b);
	b->other = b->pit;
	b->now_ns = VQC_NSEC_PER_SEC;
	b->other.ch[0].start_ns = b->now_ns - age_ns;
	b->other.ch[1].start_ns = b->now_ns - age_ns;
	set_state(b, &b->other);
	KUNIT_EXPECT_EQ(test, read_count(b, 0), 1000 - 789);
	KUNIT_EXPECT_TRUE(test, level(b, 1));
	KUNIT_EXPECT_EQ(test, expire(b), 0ull);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
			b->now_ns - age_ns + clocks_ns(123457000));
	/* Edges that were due before time 0 are due now. */
	b->other.ch[0].ticks -= 5;
	b->other.ch[0].start_ns -= VQC_NSEC_PER_SEC;
	set_state(b, &b->other);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit), 1ull);
	KUNIT_EXPECT_EQ(test, expire(b), 5 + 1193ull);
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
	struct pit_bench *b = test->priv;
	u64 seed = 0x8254a5eed;
	u8 *raw = (u8 *)&b->other;
	unsigned int i, k;

	for (i = 0; i < 3000; i++) {
		b->now_ns = (u64)next_random(&seed) << 32 >> i % 40;
		for (k = 0; k < sizeof(b->other); k++)
			raw[k] = next_random(&seed);
		set_state(b, &b->other);
		for (k = 0; k < 4; k++) {
			b->now_ns += next_random(&seed) >> k * 8;
			in(b, k);
			level(b, k);
			vqc_pit_hold(&b->pit, k);
			out(b, k, next_random(&seed));
			expire(b);
		}
		speaker(b, i);
		vqc_pit_speaker_read(&b->pit, b->now_ns);
	}
}

/* One operation of a stream: port 0..3, 4 is port 0x61; write or read. */
struct pit_op {
	u8 port;
	bool write;
	u8 val;
	u32 delay_ns;
};

/* Mostly what guests do; counts of channel 0 too long to be stretched. */
static struct pit_op random_op(u64 *seed, bool *high_byte)
{
	u32 r = next_random(seed);
	struct pit_op op = {
		.port = r % 5,
		.write = r >> 4 & 1,
		.val = next_random(seed),
		.delay_ns = next_random(seed) % (r & 0x100 ? 2000 : 300000),
	};

	if (r % 64 == 0)
		op.delay_ns *= 100;
	if (op.port == CTRL) {
		op.write = true;
		if (op.val >> 6 == 0 && op.val >> 4)
			op.val |= 0x30;
		*high_byte &= op.val >> 6 || !(op.val >> 4);
	}
	/* High bytes are small, or nothing would ever reach its end. */
	if (op.port == 0 && op.write) {
		op.val = *high_byte ? 2 + op.val % 2 : op.val;
		*high_byte = !*high_byte;
	} else if (op.port < 3 && r >> 5 & 1) {
		op.val %= 4;
	}
	return op;
}

/* Return: NULL, or what the model and the oracle disagree on. */
static const char *apply_op(struct pit_bench *b, struct pit_op op)
{
	struct oracle_8254 *first = &b->oracle.ch[0];
	u64 rises;
	unsigned int ch;
	int got = 0, want = 0;

	b->now_ns += op.delay_ns;
	vqc_fx_init(&b->fx);
	if (op.port == 4 && op.write) {
		vqc_pit_speaker_write(&b->pit, op.val, b->now_ns);
		oracle_pit_speaker_write(&b->oracle, op.val, b->now_ns);
	} else if (op.write) {
		vqc_pit_write(&b->pit, op.port, op.val, b->now_ns, &b->fx);
		oracle_pit_write(&b->oracle, op.port, op.val, b->now_ns);
	} else if (op.port == 4) {
		got = vqc_pit_speaker_read(&b->pit, b->now_ns) & 3;
		want = b->oracle.speaker;
	} else {
		got = vqc_pit_read(&b->pit, op.port, b->now_ns);
		want = oracle_pit_read(&b->oracle, op.port, b->now_ns);
	}
	if (got != want)
		return "value read";
	oracle_pit_advance(&b->oracle, b->now_ns);
	for (ch = 0; ch < VQC_NR_PIT_CHANNELS; ch++)
		if (vqc_pit_out(&b->pit, ch, b->now_ns) !=
		    b->oracle.ch[ch].out)
			return ch == 2 ? "OUT2" : ch ? "OUT1" : "OUT0";
	rises = first->rises;
	first->rises = 0;
	if (vqc_pit_expire(&b->pit, b->now_ns, &b->fx) != rises)
		return "edges of channel 0";
	return vqc_pit_check(&b->pit);
}

#define STREAM_STEPS	12000u

static const u64 stream_seeds[] = {
	0x1, 0x8254, 0x123456789abcdef, 0xfeedfacecafebeef, 0x5555aaaa5555aaaa
};

static void describe_seed(const u64 *seed, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "seed 0x%llx", *seed);
}

KUNIT_ARRAY_PARAM(stream, stream_seeds, describe_seed);

static void random_stream_agrees_with_the_oracle(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	u64 seed = *(const u64 *)test->param_value;
	bool high_byte = false;
	unsigned int i;

	oracle_pit_reset(&b->oracle);
	for (i = 0; i < STREAM_STEPS; i++) {
		struct pit_op op = random_op(&seed, &high_byte);
		const char *wrong = apply_op(b, op);

		KUNIT_ASSERT_STREQ_MSG(test, wrong ?: "", "",
				       "seed 0x%llx step %u: +%u ns %s %u 0x%02x",
				       *(const u64 *)test->param_value, i,
				       op.delay_ns, op.write ? "out" : "in",
				       op.port, op.val);
	}
}

/* The timer is armed for each edge: whoever sleeps until then misses none. */
static void sleeping_until_next_ns_misses_no_edge(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	u64 seed = 0x900d, told = 0, next_ns;
	bool high_byte = false;
	unsigned int i;

	oracle_pit_reset(&b->oracle);
	for (i = 0; i < STREAM_STEPS; i++) {
		struct pit_op op = random_op(&seed, &high_byte);
		u64 until_ns = b->now_ns + op.delay_ns;

		while ((next_ns = vqc_pit_next_ns(&b->pit)) &&
		       next_ns <= until_ns) {
			b->now_ns = max(b->now_ns, next_ns);
			told += expire(b);
			KUNIT_ASSERT_GT(test, told, 0ull);
			oracle_pit_advance(&b->oracle, b->now_ns);
			KUNIT_ASSERT_EQ_MSG(test, told, b->oracle.ch[0].rises,
					    "step %u", i);
		}
		b->now_ns = until_ns;
		if (!op.write || op.port == 4)
			continue;
		out(b, op.port, op.val);
		oracle_pit_write(&b->oracle, op.port, op.val, b->now_ns);
	}
	KUNIT_EXPECT_GT(test, told, 1000ull);
}

/* What a guest does in one go, for the round trips. */
static const struct pit_op script[] = {
	{ 3, true, CW(0, WORD, 2), 10 }, { 0, true, 0xa9, 900 },
	{ 0, true, 0x04, 900 }, { 4, true, 1, 5000 },
	{ 3, true, CW(2, WORD, 3), 10 }, { 2, true, 0x33, 10 },
	{ 2, true, 0x05, 2000 }, { 2, false, 0, 90000 },
	{ 0, true, 0x99, 40 }, { 3, true, LATCH_COUNT(2), 700 },
	{ 2, true, 0x77, 3333 }, { 2, false, 0, 100 }, { 0, true, 0x02, 100 },
	{ 2, true, 0x01, 100 }, { 3, true, READ_BACK | 0x0e, 1234567 },
	{ 0, false, 0, 10 }, { 2, false, 0, 10 }, { 1, false, 0, 10 },
	{ 4, true, 2, 100000 }, { 0, false, 0, 10 }, { 2, false, 0, 10 },
	{ 0, false, 0, 999999 }, { 4, true, 1, 77 }, { 2, false, 0, 3000 },
	{ 3, true, CW(2, LSB, 1), 10 }, { 2, true, 0x50, 20 },
	{ 4, true, 0, 30 }, { 4, true, 1, 30 }, { 2, false, 0, 3000 },
	{ 2, true, 0x20, 50 }, { 4, false, 0, 40000 }, { 4, true, 0, 30 },
	{ 4, true, 3, 30 }, { 4, false, 0, 40 }, { 3, true, CW(0, MSB, 0), 50 },
	{ 0, true, 0x03, 60 }, { 0, false, 0, 100000 }, { 4, false, 0, 900000 },
};

/* Return: a digest of all that @op shows to the outside. */
static u64 visible(struct vqc_pit *pit, struct pit_op op, u64 now_ns,
		   struct vqc_fx *fx)
{
	u64 seen = 0;
	unsigned int ch;

	vqc_fx_init(fx);
	if (op.port == 4 && op.write)
		vqc_pit_speaker_write(pit, op.val, now_ns);
	else if (op.write)
		vqc_pit_write(pit, op.port, op.val, now_ns, fx);
	else if (op.port == 4)
		seen = vqc_pit_speaker_read(pit, now_ns);
	else
		seen = vqc_pit_read(pit, op.port, now_ns);
	for (ch = 0; ch < VQC_NR_PIT_CHANNELS; ch++)
		seen = seen << 1 | vqc_pit_out(pit, ch, now_ns);
	seen = seen << 16 | vqc_pit_expire(pit, now_ns, fx);
	return seen * 1000003 + vqc_pit_next_ns(pit);
}

static void state_copied_at_any_step_continues_alike(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int cut, i;

	for (cut = 0; cut <= ARRAY_SIZE(script); cut++) {
		vqc_pit_reset(&b->pit);
		b->now_ns = EPOCH_NS;
		for (i = 0; i < cut; i++) {
			b->now_ns += script[i].delay_ns;
			visible(&b->pit, script[i], b->now_ns, &b->fx);
		}
		vqc_pit_reset(&b->other);
		vqc_fx_init(&b->other_fx);
		vqc_pit_set_state(&b->other, &b->pit, b->now_ns, &b->other_fx);
		for (; i < ARRAY_SIZE(script); i++) {
			b->now_ns += script[i].delay_ns;
			KUNIT_ASSERT_EQ_MSG(test,
					    visible(&b->other, script[i],
						    b->now_ns, &b->other_fx),
					    visible(&b->pit, script[i],
						    b->now_ns, &b->fx),
					    "cut at %u, step %u", cut, i);
		}
	}
}

/* The checker itself: each invariant, broken by hand, is seen. */
struct broken {
	const char *desc;
	size_t offset;
	unsigned int size;
	u64 val;
};

#define BREAK(field, size, value)					\
	{ #field, offsetof(struct vqc_pit, field), size, value }

static const struct broken broken_fields[] = {
	BREAK(ch[0].mode, 1, 6),
	BREAK(ch[0].access, 1, 0),
	BREAK(ch[0].access, 1, 4),
	BREAK(ch[0].control, 1, 0x3a),
	BREAK(ch[0].count, 4, 0x10001),
	BREAK(ch[0].count, 4, 0),
	BREAK(ch[0].run, 4, 0),
	BREAK(ch[0].run, 4, 0x10001),
	BREAK(ch[0].skip, 4, 1),
	BREAK(ch[0].gate, 1, 0),
	BREAK(ch[1].gate, 1, 0),
	BREAK(ch[1].ticks, 8, 1),
	BREAK(ch[1].null_count, 1, 0),
	BREAK(ch[1].count_latched, 1, 3),
	BREAK(ch[0].owed, 8, 1ull << 32),
	BREAK(ch[0].bcd, 1, 2),
	BREAK(ch[0].armed, 1, 3),
	BREAK(ch[0].null_count, 1, 1),
	BREAK(ch[2].gate, 1, 1),
	BREAK(ch[2].read_msb, 1, 2),
	BREAK(ch[2].write_msb, 1, 2),
	BREAK(ch[2].status_latched, 1, 2),
	BREAK(speaker, 1, 0x04),
	BREAK(speaker, 1, 0x01),
	BREAK(irq_disabled, 1, 2),
};

static void describe_broken(const struct broken *k, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s = %llu", k->desc, k->val);
}

KUNIT_ARRAY_PARAM(broken, broken_fields, describe_broken);

static void check_sees_a_broken_invariant(struct kunit *test)
{
	const struct broken *k = test->param_value;
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 1000);
	KUNIT_EXPECT_NULL(test, vqc_pit_check(&b->pit));
	memcpy((u8 *)&b->pit + k->offset, &k->val, k->size);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pit_check(&b->pit));
}

static void check_sees_what_other_modes_forbid(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 2, 0, 1000);
	out(b, CTRL, CW(1, LSB, 4));
	out(b, 1, 5);
	b->other = b->pit;
	b->other.ch[2].stop_ns = b->other.ch[2].start_ns - 1;
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pit_check(&b->other));
	b->other = b->pit;
	b->other.ch[2].null_count = 1;
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pit_check(&b->other));
	b->other = b->pit;
	b->other.ch[1].read_msb = 1;
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pit_check(&b->other));
	b->other = b->pit;
	b->other.ch[1].count_latched = 2;
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pit_check(&b->other));
	KUNIT_EXPECT_NULL(test, vqc_pit_check(&b->pit));
}

static struct kunit_case pit_stream_cases[] = {
	KUNIT_CASE(set_state_with_count_zero_divides_by_nothing),
	KUNIT_CASE(set_state_makes_out_of_range_fields_valid),
	KUNIT_CASE(set_state_rebuilds_a_control_word_that_does_not_fit),
	KUNIT_CASE(set_state_from_a_poorer_format_counts_on),
	KUNIT_CASE(set_state_of_a_run_older_than_the_machine),
	KUNIT_CASE(set_state_survives_any_bytes),
	KUNIT_CASE_PARAM(random_stream_agrees_with_the_oracle,
			 stream_gen_params),
	KUNIT_CASE(sleeping_until_next_ns_misses_no_edge),
	KUNIT_CASE(state_copied_at_any_step_continues_alike),
	KUNIT_CASE_PARAM(check_sees_a_broken_invariant, broken_gen_params),
	KUNIT_CASE(check_sees_what_other_modes_forbid),
	{}
};

static struct kunit_suite pit_stream_suite = {
	.name = "virqchip_pit_stream",
	.init = pit_bench_init,
	.test_cases = pit_stream_cases,
};

kunit_test_suite(pit_stream_suite);
