// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the 8254 and port 0x61.  Each operation of a case goes through a
 * helper that checks the model's invariants after it.  The time is an input:
 * no case waits for anything.
 */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/math64.h>

#include "model/pit.h"
#include "oracle_pit.h"

#define CTRL		VQC_PIT_PORT_CTRL
/* Control words */
#define CW(ch, access, mode)	((ch) << 6 | (access) << 4 | (mode) << 1)
#define LATCH_COUNT(ch)		((ch) << 6)
#define READ_BACK		0xc0
#define RB_COUNT_ONLY		0x10
#define RB_STATUS_ONLY		0x20
#define RB_CH(ch)		(2 << (ch))
/* The status byte */
#define ST_OUT			0x80
#define ST_NULL			0x40

#define LSB	VQC_PIT_LSB
#define MSB	VQC_PIT_MSB
#define WORD	VQC_PIT_WORD

/* A guest does not start at 0. */
#define EPOCH_NS		(1000 * VQC_NSEC_PER_SEC)

/*
 * What the cases work on: a timer, the time, and room for a second timer and
 * its oracle.
 */
struct pit_bench {
	struct kunit *test;
	struct vqc_pit pit;
	struct vqc_pit other;
	struct vqc_fx fx;
	struct vqc_fx other_fx;
	struct oracle_pit oracle;
	u64 now_ns;
};

/* The first nanosecond at which @clocks whole clocks have passed. */
static u64 clocks_ns(u64 clocks)
{
	u32 rest;
	u64 sec = div_u64_rem(clocks, VQC_PIT_HZ, &rest);

	return sec * VQC_NSEC_PER_SEC +
	       div_u64(rest * VQC_NSEC_PER_SEC + VQC_PIT_HZ - 1, VQC_PIT_HZ);
}

static void after_op(struct pit_bench *b)
{
	const char *wrong = vqc_pit_check(&b->pit);

	KUNIT_ASSERT_STREQ(b->test, wrong ?: "", "");
	KUNIT_ASSERT_FALSE(b->test, b->fx.overflow);
}

static void out(struct pit_bench *b, unsigned int port, u8 val)
{
	vqc_fx_init(&b->fx);
	vqc_pit_write(&b->pit, port, val, b->now_ns, &b->fx);
	after_op(b);
}

static u8 in(struct pit_bench *b, unsigned int port)
{
	u8 val = vqc_pit_read(&b->pit, port, b->now_ns);

	after_op(b);
	return val;
}

static void speaker(struct pit_bench *b, u8 val)
{
	vqc_pit_speaker_write(&b->pit, val, b->now_ns);
	after_op(b);
}

static bool level(struct pit_bench *b, unsigned int ch)
{
	return vqc_pit_out(&b->pit, ch, b->now_ns);
}

static u64 expire(struct pit_bench *b)
{
	u64 edges;

	vqc_fx_init(&b->fx);
	edges = vqc_pit_expire(&b->pit, b->now_ns, &b->fx);
	after_op(b);
	return edges;
}

/* Program a channel with word access and load it. */
static void program(struct pit_bench *b, unsigned int ch, u8 mode, u16 count)
{
	out(b, CTRL, CW(ch, WORD, mode));
	out(b, ch, count);
	out(b, ch, count >> 8);
}

static void load(struct pit_bench *b, unsigned int ch, u16 count)
{
	out(b, ch, count);
	out(b, ch, count >> 8);
}

static u16 read_count(struct pit_bench *b, unsigned int ch)
{
	u8 low;

	out(b, CTRL, LATCH_COUNT(ch));
	low = in(b, ch);
	return in(b, ch) << 8 | low;
}

static u8 read_status(struct pit_bench *b, unsigned int ch)
{
	out(b, CTRL, READ_BACK | RB_STATUS_ONLY | RB_CH(ch));
	return in(b, ch);
}

static int pit_test_init(struct kunit *test)
{
	struct pit_bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	if (!b)
		return -ENOMEM;
	b->test = test;
	b->now_ns = EPOCH_NS;
	vqc_pit_reset(&b->pit);
	test->priv = b;
	return 0;
}

static void power_on_counts_nothing(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int ch;

	for (ch = 0; ch < VQC_NR_PIT_CHANNELS; ch++) {
		KUNIT_EXPECT_TRUE(test, level(b, ch));
		KUNIT_EXPECT_EQ(test, vqc_pit_hold(&b->pit, ch), VQC_WHY_TIMER_OFF);
		KUNIT_EXPECT_EQ(test, read_status(b, ch), ST_OUT | ST_NULL | 0x36);
	}
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit), 0ull);
	b->now_ns += VQC_NSEC_PER_SEC;
	KUNIT_EXPECT_EQ(test, expire(b), 0ull);
}

/*
 * The timing diagrams of the datasheet, figures 15 to 20: output ("-" high)
 * and counting element, clock by clock.  The clock that loads the CE comes
 * with the write or the trigger.
 */
struct wave {
	const char *desc;
	u8 mode;
	u16 count;
	const char *out;
	u16 ce[12];
};

static const struct wave waves[] = {
	{ "mode 0, 4", 0, 4, "____------",
	  { 4, 3, 2, 1, 0, 0xffff, 0xfffe, 0xfffd, 0xfffc, 0xfffb } },
	{ "mode 0, 1", 0, 1, "_---", { 1, 0, 0xffff, 0xfffe } },
	{ "mode 1, 3", 1, 3, "___---", { 3, 2, 1, 0, 0xffff, 0xfffe } },
	{ "mode 2, 3", 2, 3, "--_--_--_", { 3, 2, 1, 3, 2, 1, 3, 2, 1 } },
	{ "mode 2, 2", 2, 2, "-_-_", { 2, 1, 2, 1 } },
	{ "mode 2, illegal 1", 2, 1, "-_-_", { 2, 1, 2, 1 } },
	{ "mode 6 is 2", 6, 3, "--_--_", { 3, 2, 1, 3, 2, 1 } },
	{ "mode 3, 4", 3, 4, "--__--__", { 4, 2, 4, 2, 4, 2, 4, 2 } },
	{ "mode 3, 5", 3, 5, "---__---__", { 4, 2, 0, 4, 2, 4, 2, 0, 4, 2 } },
	{ "mode 3, 3", 3, 3, "--_--_", { 2, 0, 2, 2, 0, 2 } },
	{ "mode 3, 2", 3, 2, "-_-_", { 2, 2, 2, 2 } },
	{ "mode 3, illegal 1", 3, 1, "-_-_", { 2, 2, 2, 2 } },
	{ "mode 7 is 3", 7, 4, "--__--__", { 4, 2, 4, 2, 4, 2, 4, 2 } },
	{ "mode 4, 3", 4, 3, "---_----",
	  { 3, 2, 1, 0, 0xffff, 0xfffe, 0xfffd, 0xfffc } },
	{ "mode 5, 3", 5, 3, "---_--", { 3, 2, 1, 0, 0xffff, 0xfffe } },
};

static void describe_wave(const struct wave *w, char *desc)
{
	strscpy(desc, w->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(wave, waves, describe_wave);

static void expect_wave(struct pit_bench *b, const struct wave *w)
{
	u64 start_ns = b->now_ns;
	unsigned int i;

	for (i = 0; w->out[i]; i++) {
		b->now_ns = start_ns + clocks_ns(i);
		KUNIT_EXPECT_EQ_MSG(b->test, level(b, 2), w->out[i] == '-',
				    "OUT, clock %u", i);
		KUNIT_EXPECT_EQ_MSG(b->test, read_count(b, 2), w->ce[i],
				    "CE, clock %u", i);
		/* Nothing moves before the next clock has come. */
		b->now_ns = start_ns + clocks_ns(i + 1) - 1;
		KUNIT_EXPECT_EQ_MSG(b->test, level(b, 2), w->out[i] == '-',
				    "OUT, end of clock %u", i);
		KUNIT_EXPECT_EQ_MSG(b->test, read_count(b, 2), w->ce[i],
				    "CE, end of clock %u", i);
	}
}

static void waveform_is_that_of_the_datasheet(struct kunit *test)
{
	const struct wave *w = test->param_value;
	struct pit_bench *b = test->priv;
	bool triggered = w->mode == 1 || w->mode == 5;

	if (!triggered)
		speaker(b, 1);
	program(b, 2, w->mode, w->count);
	if (triggered) {
		KUNIT_EXPECT_TRUE(test, level(b, 2));
		speaker(b, 1);
	}
	expect_wave(b, w);
}

/* Counting in decimal: the same, seen as digits. */
static void bcd_counts_in_decimal(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	static const u16 ce[] = {
		0x1001, 0x1000, 0x0999, 0x0998, 0x0997
	};
	unsigned int i;

	out(b, CTRL, CW(0, WORD, 0) | 1);
	load(b, 0, 0x1001);
	for (i = 0; i < ARRAY_SIZE(ce); i++) {
		b->now_ns = EPOCH_NS + clocks_ns(i);
		KUNIT_EXPECT_EQ(test, read_count(b, 0), ce[i]);
	}
	b->now_ns = EPOCH_NS + clocks_ns(1000);
	KUNIT_EXPECT_FALSE(test, level(b, 0));
	b->now_ns = EPOCH_NS + clocks_ns(1001);
	KUNIT_EXPECT_TRUE(test, level(b, 0));
	KUNIT_EXPECT_EQ(test, read_count(b, 0), 0);
	b->now_ns = EPOCH_NS + clocks_ns(1002);
	KUNIT_EXPECT_EQ(test, read_count(b, 0), 0x9999);
}

static void bcd_period_is_decimal(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	out(b, CTRL, CW(0, WORD, 2) | 1);
	load(b, 0, 0x9999);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
			EPOCH_NS + clocks_ns(9999));
	KUNIT_EXPECT_EQ(test, read_status(b, 0), ST_OUT | CW(0, WORD, 2) | 1);
}

/* A count of 0 is the largest, in every mode and on every channel. */
static void count_zero_is_the_largest(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int ch, mode, bcd, period, at;

	for (ch = 0; ch < VQC_NR_PIT_CHANNELS; ch++)
		for (mode = 0; mode < 6; mode++)
			for (bcd = 0; bcd < 2; bcd++) {
				period = bcd ? 10000 : 65536;
				b->now_ns = EPOCH_NS;
				speaker(b, 0);
				out(b, CTRL, CW(ch, WORD, mode) | bcd);
				load(b, ch, 0);
				speaker(b, 1);
				KUNIT_EXPECT_EQ(test, read_count(b, ch), 0);
				if (!b->pit.ch[ch].armed)
					continue;
				at = mode == 2 ? period - 1 :
				     mode == 3 ? period / 2 : period;
				b->now_ns = EPOCH_NS + clocks_ns(at) - 1;
				KUNIT_EXPECT_EQ(test, level(b, ch), mode > 1);
				b->now_ns++;
				KUNIT_EXPECT_EQ(test, level(b, ch), mode < 2);
			}
}

/* Access to the count */

static void lsb_access_loads_and_reads_the_low_byte(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	out(b, CTRL, CW(0, LSB, 0));
	out(b, 0, 0x42);
	KUNIT_EXPECT_EQ(test, b->pit.ch[0].count, 0x42u);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x42);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x42);
	out(b, CTRL, LATCH_COUNT(0));
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x42);
	KUNIT_EXPECT_EQ(test, b->pit.ch[0].count_latched, 0);
	out(b, 0, 0);
	KUNIT_EXPECT_EQ(test, b->pit.ch[0].count, 0x10000u);
}

static void msb_access_loads_and_reads_the_high_byte(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	out(b, CTRL, CW(0, MSB, 0));
	out(b, 0, 0x42);
	KUNIT_EXPECT_EQ(test, b->pit.ch[0].count, 0x4200u);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x42);
	out(b, CTRL, LATCH_COUNT(0));
	b->now_ns += clocks_ns(0x300);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x42);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x3f);
}

static void word_access_reads_low_then_high(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 0x1234);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x34);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x12);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x34);
}

/* "Read LSB, write new LSB, read MSB, write new MSB" is a valid sequence. */
static void reads_and_writes_of_a_count_can_be_interleaved(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 1, 4, 0x1234);
	KUNIT_EXPECT_EQ(test, in(b, 1), 0x34);
	out(b, 1, 0x78);
	KUNIT_EXPECT_EQ(test, in(b, 1), 0x12);
	KUNIT_EXPECT_EQ(test, b->pit.ch[1].count, 0x1234u);
	out(b, 1, 0x56);
	KUNIT_EXPECT_EQ(test, b->pit.ch[1].count, 0x5678u);
}

/* Half a count written must not disturb the reads of another channel. */
static void channels_keep_their_own_toggles(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 0x1234);
	program(b, 1, 2, 0x5678);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x34);
	out(b, 1, 0xbc);
	KUNIT_EXPECT_EQ(test, in(b, 1), 0x78);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x12);
	KUNIT_EXPECT_EQ(test, in(b, 1), 0x56);
	out(b, 1, 0x9a);
	KUNIT_EXPECT_EQ(test, b->pit.ch[1].count, 0x9abcu);
}

static void control_word_resets_both_toggles(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 4, 0x1234);
	in(b, 0);
	out(b, 0, 0x99);
	program(b, 0, 4, 0x5678);
	KUNIT_EXPECT_EQ(test, b->pit.ch[0].count, 0x5678u);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x78);
}

/* Old state of one kind of access must not index anything of another. */
static void changing_access_with_half_a_count_is_harmless(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	static const u8 words[] = { 0x30, 0x10, 0x20, 0x00, 0xf0, 0xd2, 0x3e };
	unsigned int i, k, port;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		for (k = 0; k < ARRAY_SIZE(words); k++) {
			out(b, CTRL, words[i]);
			out(b, 0, 0x11);
			out(b, CTRL, words[k]);
			for (port = 0; port < 4; port++)
				in(b, port);
			out(b, 0, 0x22);
			in(b, 0);
		}
	KUNIT_EXPECT_EQ(test, b->pit.ch[0].access, WORD);
}

static void control_port_reads_all_ones(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 0x1234);
	b->other = b->pit;
	KUNIT_EXPECT_EQ(test, in(b, CTRL), 0xff);
	KUNIT_EXPECT_EQ(test, in(b, 4), 0xff);
	KUNIT_EXPECT_EQ(test, in(b, ~0u), 0xff);
	out(b, 4, 0x34);
	out(b, ~0u, 0x34);
	KUNIT_EXPECT_EQ(test, b->fx.nr, 0u);
	KUNIT_EXPECT_FALSE(test, vqc_pit_out(&b->pit, 3, b->now_ns));
	KUNIT_EXPECT_EQ(test, vqc_pit_hold(&b->pit, 3), VQC_WHY_TIMER_OFF);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x34);
}

/* Latches */

static void latch_holds_the_count_while_it_runs_on(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 0x1234);
	b->now_ns = EPOCH_NS + clocks_ns(0x35);
	out(b, CTRL, LATCH_COUNT(0));
	b->now_ns += clocks_ns(0x100);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0xff);
	b->now_ns += clocks_ns(0x100);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x11);
	KUNIT_EXPECT_EQ(test, in(b, 0), (u8)(0x34 - 0x35));
}

static void second_latch_is_ignored_until_the_first_is_read(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 0x1234);
	out(b, CTRL, LATCH_COUNT(0));
	b->now_ns += clocks_ns(0x111);
	out(b, CTRL, LATCH_COUNT(0));
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x34);
	out(b, CTRL, LATCH_COUNT(0));
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x12);
	KUNIT_EXPECT_EQ(test, read_count(b, 0), 0x1123);
}

static void latch_of_one_channel_leaves_the_others(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 0x1234);
	program(b, 1, 2, 0x5678);
	out(b, CTRL, LATCH_COUNT(0));
	b->now_ns += clocks_ns(1);
	KUNIT_EXPECT_EQ(test, in(b, 1), 0x77);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x34);
}

static void reprogramming_drops_the_latches(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 0x1234);
	out(b, CTRL, READ_BACK | RB_CH(0));
	program(b, 0, 2, 0x5678);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x78);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x56);
}

static void read_back_gives_status_then_count(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 0x1234);
	out(b, CTRL, READ_BACK | RB_CH(0));
	b->now_ns += clocks_ns(0x10);
	KUNIT_EXPECT_EQ(test, in(b, 0), ST_OUT | CW(0, WORD, 2));
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x34);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x12);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x24);
}

static void read_back_latches_several_channels_at_once(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int ch;

	for (ch = 0; ch < VQC_NR_PIT_CHANNELS; ch++)
		program(b, ch, 4, 0x1000 + ch);
	out(b, CTRL, READ_BACK | RB_COUNT_ONLY | RB_CH(0) | RB_CH(2));
	b->now_ns += clocks_ns(0x100);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x00);
	KUNIT_EXPECT_EQ(test, in(b, 0), 0x10);
	KUNIT_EXPECT_EQ(test, in(b, 2), 0x02);
	KUNIT_EXPECT_EQ(test, in(b, 2), 0x10);
	KUNIT_EXPECT_EQ(test, in(b, 1), 0x01);
	KUNIT_EXPECT_EQ(test, in(b, 1), 0x0f);
}

static void read_back_of_nothing_latches_nothing(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 0x1234);
	out(b, CTRL, READ_BACK | RB_COUNT_ONLY | RB_STATUS_ONLY | RB_CH(0));
	out(b, CTRL, READ_BACK);
	KUNIT_EXPECT_EQ(test, b->pit.ch[0].count_latched, 0);
	KUNIT_EXPECT_EQ(test, b->pit.ch[0].status_latched, 0);
}

static void second_status_latch_is_ignored(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	out(b, CTRL, CW(0, LSB, 0));
	out(b, 0, 3);
	out(b, CTRL, READ_BACK | RB_STATUS_ONLY | RB_CH(0));
	b->now_ns += clocks_ns(3);
	out(b, CTRL, READ_BACK | RB_STATUS_ONLY | RB_CH(0));
	KUNIT_EXPECT_EQ(test, in(b, 0), CW(0, LSB, 0));
	KUNIT_EXPECT_EQ(test, read_status(b, 0), ST_OUT | CW(0, LSB, 0));
}

/* "Exactly as written", also for the two names that modes 2 and 3 have. */
static void status_shows_the_control_word_as_written(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int mode, bcd, access;

	for (mode = 0; mode < 8; mode++)
		for (access = LSB; access <= WORD; access++)
			for (bcd = 0; bcd < 2; bcd++) {
				u8 word = CW(1, access, mode) | bcd;

				out(b, CTRL, word);
				KUNIT_EXPECT_EQ(test, read_status(b, 1) & 0x3f,
						word & 0x3f);
			}
}

static void null_count_is_set_until_the_count_is_loaded(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	out(b, CTRL, CW(0, WORD, 2));
	KUNIT_EXPECT_TRUE(test, read_status(b, 0) & ST_NULL);
	out(b, 0, 0x00);
	KUNIT_EXPECT_TRUE(test, read_status(b, 0) & ST_NULL);
	out(b, 0, 0x10);
	KUNIT_EXPECT_FALSE(test, read_status(b, 0) & ST_NULL);
	load(b, 0, 0x2000);
	KUNIT_EXPECT_TRUE(test, read_status(b, 0) & ST_NULL);
	b->now_ns = EPOCH_NS + clocks_ns(0x1000) - 1;
	KUNIT_EXPECT_TRUE(test, read_status(b, 0) & ST_NULL);
	b->now_ns++;
	KUNIT_EXPECT_FALSE(test, read_status(b, 0) & ST_NULL);
}

static void null_count_of_one_shots_waits_for_the_trigger(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 2, 1, 100);
	KUNIT_EXPECT_TRUE(test, read_status(b, 2) & ST_NULL);
	speaker(b, 1);
	KUNIT_EXPECT_FALSE(test, read_status(b, 2) & ST_NULL);
	load(b, 2, 50);
	KUNIT_EXPECT_TRUE(test, read_status(b, 2) & ST_NULL);
}

/* New counts while one runs */

static void mode0_new_count_restarts(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 0, 100);
	b->now_ns = EPOCH_NS + clocks_ns(100);
	KUNIT_EXPECT_TRUE(test, level(b, 0));
	load(b, 0, 50);
	KUNIT_EXPECT_FALSE(test, level(b, 0));
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
			b->now_ns);
	KUNIT_EXPECT_EQ(test, expire(b), 1ull);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
			b->now_ns + clocks_ns(50));
}

static void mode0_first_byte_stops_the_count(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 0, 100);
	b->now_ns = EPOCH_NS + clocks_ns(60);
	out(b, 0, 200);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit), 0ull);
	KUNIT_EXPECT_EQ(test, b->fx.nr, 1u);
	KUNIT_EXPECT_EQ(test, b->fx.item[0].deadline_ns, 0ull);
	b->now_ns += clocks_ns(1000);
	KUNIT_EXPECT_FALSE(test, level(b, 0));
	KUNIT_EXPECT_EQ(test, read_count(b, 0), 40);
	KUNIT_EXPECT_EQ(test, vqc_pit_hold(&b->pit, 0), VQC_WHY_TIMER_OFF);
	out(b, 0, 0);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
			b->now_ns + clocks_ns(200));
}

static void mode2_new_count_begins_with_the_next_cycle(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	u64 end_ns;

	program(b, 0, 2, 1000);
	b->now_ns = EPOCH_NS + clocks_ns(2500);
	load(b, 0, 300);
	KUNIT_EXPECT_EQ(test, read_count(b, 0), 500);
	end_ns = EPOCH_NS + clocks_ns(3000);
	b->now_ns = end_ns;
	KUNIT_EXPECT_EQ(test, expire(b), 3ull);
	KUNIT_EXPECT_EQ(test, read_count(b, 0), 300);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
			end_ns + clocks_ns(300));
}

static void mode2_last_of_several_new_counts_wins(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 1000);
	b->now_ns = EPOCH_NS + clocks_ns(500);
	load(b, 0, 300);
	b->now_ns = EPOCH_NS + clocks_ns(999);
	load(b, 0, 400);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
			EPOCH_NS + clocks_ns(1000));
	b->now_ns = EPOCH_NS + clocks_ns(1000);
	KUNIT_EXPECT_EQ(test, expire(b), 1ull);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
			EPOCH_NS + clocks_ns(1000) + clocks_ns(400));
}

static void mode3_new_count_begins_with_the_next_half_cycle(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	u64 half_ns = EPOCH_NS + clocks_ns(500);

	program(b, 0, 3, 1000);
	b->now_ns = EPOCH_NS + clocks_ns(100);
	load(b, 0, 601);
	b->now_ns = half_ns - 1;
	KUNIT_EXPECT_TRUE(test, level(b, 0));
	/* The low half of 601 is 300 clocks long, the high half 301. */
	b->now_ns = half_ns;
	KUNIT_EXPECT_FALSE(test, level(b, 0));
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
			half_ns + clocks_ns(300));
	b->now_ns = half_ns + clocks_ns(300);
	KUNIT_EXPECT_TRUE(test, level(b, 0));
	KUNIT_EXPECT_EQ(test, expire(b), 1ull);
	b->now_ns = half_ns + clocks_ns(300 + 301);
	KUNIT_EXPECT_FALSE(test, level(b, 0));
}

static void mode3_new_count_in_the_low_half_begins_high(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 3, 1000);
	b->now_ns = EPOCH_NS + clocks_ns(700);
	load(b, 0, 400);
	b->now_ns = EPOCH_NS + clocks_ns(1000);
	KUNIT_EXPECT_TRUE(test, level(b, 0));
	b->now_ns += clocks_ns(200);
	KUNIT_EXPECT_FALSE(test, level(b, 0));
}

static void mode4_new_count_restarts(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 4, 100);
	b->now_ns = EPOCH_NS + clocks_ns(90);
	out(b, 0, 50);
	KUNIT_EXPECT_EQ(test, read_count(b, 0), 10);
	out(b, 0, 0);
	KUNIT_EXPECT_EQ(test, read_count(b, 0), 50);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
			b->now_ns + clocks_ns(51));
}

/* The gate, port 0x61 */

static void gate_stops_and_resumes_modes_0_and_4(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int mode;

	for (mode = 0; mode <= 4; mode += 4) {
		speaker(b, 1);
		program(b, 2, mode, 1000);
		b->now_ns += clocks_ns(300);
		speaker(b, 0);
		KUNIT_EXPECT_EQ(test, vqc_pit_hold(&b->pit, 2),
				VQC_WHY_PIT_GATED);
		b->now_ns += clocks_ns(5000);
		KUNIT_EXPECT_EQ(test, read_count(b, 2), 700);
		KUNIT_EXPECT_EQ(test, level(b, 2), mode == 4);
		speaker(b, 1);
		KUNIT_EXPECT_EQ(test, vqc_pit_hold(&b->pit, 2),
				VQC_WHY_DELIVERED);
		b->now_ns += clocks_ns(100);
		KUNIT_EXPECT_EQ(test, read_count(b, 2), 600);
		b->now_ns += clocks_ns(600);
		KUNIT_EXPECT_EQ(test, level(b, 2), mode == 0);
	}
}

static void gate_low_makes_modes_2_and_3_high_and_still(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int mode;

	for (mode = 2; mode <= 3; mode++) {
		speaker(b, 1);
		program(b, 2, mode, 1000);
		b->now_ns += clocks_ns(999);
		KUNIT_EXPECT_FALSE(test, level(b, 2));
		speaker(b, 0);
		KUNIT_EXPECT_TRUE(test, level(b, 2));
		KUNIT_EXPECT_EQ(test, vqc_pit_hold(&b->pit, 2),
				VQC_WHY_PIT_GATED);
		b->now_ns += clocks_ns(12345);
		KUNIT_EXPECT_TRUE(test, level(b, 2));
		KUNIT_EXPECT_EQ(test, read_count(b, 2), mode == 2 ? 1 : 2);
		speaker(b, 1);
		KUNIT_EXPECT_EQ(test, read_count(b, 2), 1000);
	}
}

/* A counter with its gate low counted on once; it must stand still. */
static void gate_low_reads_the_same_count_twice(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int mode;
	u16 first;

	for (mode = 0; mode < 6; mode++) {
		speaker(b, 0);
		program(b, 2, mode, 0x4000);
		first = read_count(b, 2);
		b->now_ns += clocks_ns(777);
		KUNIT_EXPECT_EQ(test, read_count(b, 2), first);
		speaker(b, 1);
		KUNIT_EXPECT_EQ(test, read_count(b, 2), 0x4000);
		b->now_ns += clocks_ns(2);
		KUNIT_EXPECT_EQ(test, read_count(b, 2),
				mode == 3 ? 0x3ffc : 0x3ffe);
	}
}

static void mode1_trigger_starts_again(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 2, 1, 100);
	KUNIT_EXPECT_EQ(test, vqc_pit_hold(&b->pit, 2), VQC_WHY_PIT_GATED);
	speaker(b, 1);
	KUNIT_EXPECT_EQ(test, vqc_pit_hold(&b->pit, 2), VQC_WHY_DELIVERED);
	b->now_ns += clocks_ns(60);
	KUNIT_EXPECT_FALSE(test, level(b, 2));
	/* The level of the gate does not matter, its edge does. */
	speaker(b, 0);
	b->now_ns += clocks_ns(20);
	KUNIT_EXPECT_EQ(test, read_count(b, 2), 20);
	speaker(b, 1);
	b->now_ns += clocks_ns(99);
	KUNIT_EXPECT_FALSE(test, level(b, 2));
	b->now_ns += clocks_ns(1) + 1;
	KUNIT_EXPECT_TRUE(test, level(b, 2));
}

static void mode1_new_count_waits_for_the_trigger(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 2, 1, 100);
	speaker(b, 1);
	b->now_ns += clocks_ns(10);
	load(b, 2, 500);
	KUNIT_EXPECT_EQ(test, read_count(b, 2), 90);
	b->now_ns += clocks_ns(91);
	KUNIT_EXPECT_TRUE(test, level(b, 2));
	speaker(b, 0);
	speaker(b, 1);
	KUNIT_EXPECT_FALSE(test, level(b, 2));
	KUNIT_EXPECT_EQ(test, read_count(b, 2), 500);
}

static void trigger_without_a_count_starts_nothing(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int mode;

	for (mode = 0; mode < 6; mode++) {
		speaker(b, 0);
		out(b, CTRL, CW(2, WORD, mode));
		speaker(b, 1);
		b->now_ns += clocks_ns(10);
		KUNIT_EXPECT_EQ(test, level(b, 2), mode != 0);
		KUNIT_EXPECT_EQ(test, vqc_pit_hold(&b->pit, 2),
				VQC_WHY_TIMER_OFF);
	}
}

static void port_61_shows_gate_data_refresh_and_out2(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	speaker(b, 0xff);
	KUNIT_EXPECT_EQ(test, b->pit.speaker, 0x03);
	program(b, 2, 0, 1000);
	KUNIT_EXPECT_EQ(test, vqc_pit_speaker_read(&b->pit, b->now_ns) & 0x2f,
			0x03);
	b->now_ns += clocks_ns(1000);
	KUNIT_EXPECT_EQ(test, vqc_pit_speaker_read(&b->pit, b->now_ns) & 0x2f,
			0x23);
	speaker(b, 0x02);
	KUNIT_EXPECT_EQ(test, vqc_pit_speaker_read(&b->pit, b->now_ns) & 0x2f,
			0x22);
	/* Bits 7, 6, 3 and 2 are never set. */
	KUNIT_EXPECT_EQ(test, vqc_pit_speaker_read(&b->pit, b->now_ns) & 0xcc,
			0);
}

static void refresh_bit_toggles_every_18_clocks(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int i;

	for (i = 0; i < 100; i++) {
		u8 now = vqc_pit_speaker_read(&b->pit, clocks_ns(18 * i));
		u8 end = vqc_pit_speaker_read(&b->pit,
					      clocks_ns(18 * i + 18) - 1);

		KUNIT_EXPECT_EQ(test, now & 0x10, i % 2 ? 0x10 : 0);
		KUNIT_EXPECT_EQ(test, end & 0x10, now & 0x10);
	}
}

/* The edges of channel 0 */

static void mode0_makes_one_edge(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	u64 due_ns = EPOCH_NS + clocks_ns(1000);

	program(b, 0, 0, 1000);
	KUNIT_EXPECT_EQ(test, b->fx.nr, 1u);
	KUNIT_EXPECT_EQ(test, b->fx.item[0].kind, (u8)VQC_FX_TIMER);
	KUNIT_EXPECT_EQ(test, b->fx.item[0].deadline_ns, due_ns);
	b->now_ns = due_ns - 1;
	KUNIT_EXPECT_EQ(test, expire(b), 0ull);
	KUNIT_EXPECT_EQ(test, b->fx.item[0].deadline_ns, due_ns);
	b->now_ns = due_ns;
	KUNIT_EXPECT_EQ(test, expire(b), 1ull);
	KUNIT_EXPECT_EQ(test, b->fx.item[0].deadline_ns, 0ull);
	b->now_ns += clocks_ns(200000);
	KUNIT_EXPECT_EQ(test, expire(b), 0ull);
}

static void mode4_strobe_rises_one_clock_later(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 4, 1000);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
			EPOCH_NS + clocks_ns(1001));
	b->now_ns = EPOCH_NS + clocks_ns(1001);
	KUNIT_EXPECT_EQ(test, expire(b), 1ull);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit), 0ull);
}

static void periodic_modes_make_an_edge_per_period_without_drift(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int mode, i;

	for (mode = 2; mode <= 3; mode++) {
		b->now_ns = EPOCH_NS;
		program(b, 0, mode, 11932);
		for (i = 1; i <= 1000; i++) {
			u64 due_ns = EPOCH_NS + clocks_ns(11932ull * i);

			KUNIT_ASSERT_EQ(test, vqc_pit_next_ns(&b->pit), due_ns);
			b->now_ns = due_ns;
			KUNIT_ASSERT_EQ(test, expire(b), 1ull);
			KUNIT_ASSERT_EQ(test, expire(b), 0ull);
		}
	}
}

static void late_expire_tells_all_edges(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 1193);
	b->now_ns = EPOCH_NS + clocks_ns(1193 * 7 + 1192);
	KUNIT_EXPECT_EQ(test, expire(b), 7ull);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
			EPOCH_NS + clocks_ns(1193 * 8));
}

/* Counts that would have the host do nothing else. */
static void short_periods_are_stretched(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int mode, count;
	u64 edges;

	for (mode = 2; mode <= 3; mode++)
		for (count = 1; count < 130; count++) {
			b->now_ns = EPOCH_NS;
			program(b, 0, mode, count);
			expire(b);
			KUNIT_EXPECT_GE(test, vqc_pit_next_ns(&b->pit) - EPOCH_NS,
					VQC_PIT_MIN_PERIOD_NS);
			b->now_ns += 100 * VQC_PIT_MIN_PERIOD_NS;
			edges = expire(b);
			KUNIT_EXPECT_LE(test, edges, 100ull);
			KUNIT_EXPECT_GE(test, edges, 90ull);
			KUNIT_EXPECT_GT(test, vqc_pit_next_ns(&b->pit),
					b->now_ns);
		}
}

static void stretching_does_not_show_in_the_output(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 3);
	b->now_ns = EPOCH_NS + clocks_ns(302);
	KUNIT_EXPECT_FALSE(test, level(b, 0));
	KUNIT_EXPECT_EQ(test, read_count(b, 0), 1);
}

static void control_word_stops_the_ticks(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 1193);
	out(b, CTRL, CW(0, WORD, 2));
	KUNIT_EXPECT_EQ(test, b->fx.nr, 1u);
	KUNIT_EXPECT_EQ(test, b->fx.item[0].deadline_ns, 0ull);
	b->now_ns += VQC_NSEC_PER_SEC;
	KUNIT_EXPECT_EQ(test, expire(b), 0ull);
	KUNIT_EXPECT_EQ(test, vqc_pit_hold(&b->pit, 0), VQC_WHY_TIMER_OFF);
}

static void edge_before_a_reprogramming_is_still_told(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 1000);
	b->now_ns = EPOCH_NS + clocks_ns(2001);
	program(b, 0, 4, 1000);
	KUNIT_EXPECT_LE(test, vqc_pit_next_ns(&b->pit), b->now_ns);
	KUNIT_EXPECT_NE(test, vqc_pit_next_ns(&b->pit), 0ull);
	KUNIT_EXPECT_EQ(test, expire(b), 2ull);
	KUNIT_EXPECT_EQ(test, expire(b), 0ull);
}

static void control_word_that_raises_the_output_makes_an_edge(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 0, 1000);
	KUNIT_EXPECT_EQ(test, expire(b), 0ull);
	out(b, CTRL, CW(0, WORD, 2));
	KUNIT_EXPECT_EQ(test, b->fx.nr, 1u);
	KUNIT_EXPECT_EQ(test, expire(b), 1ull);
	out(b, CTRL, CW(0, WORD, 3));
	KUNIT_EXPECT_EQ(test, expire(b), 0ull);
}

static void other_channels_do_not_touch_the_timer(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	u64 next_ns;

	program(b, 0, 2, 1000);
	next_ns = vqc_pit_next_ns(&b->pit);
	speaker(b, 1);
	program(b, 1, 2, 18);
	KUNIT_EXPECT_EQ(test, b->fx.nr, 0u);
	program(b, 2, 0, 18);
	KUNIT_EXPECT_EQ(test, b->fx.nr, 0u);
	out(b, CTRL, READ_BACK | RB_CH(0) | RB_CH(1));
	KUNIT_EXPECT_EQ(test, b->fx.nr, 0u);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit), next_ns);
}

/* Gate 0 is tied high, so nothing can ever trigger channel 0. */
static void triggered_modes_of_channel_0_never_tick(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int mode;

	for (mode = 1; mode <= 5; mode += 4) {
		program(b, 0, mode, 100);
		KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit), 0ull);
		KUNIT_EXPECT_EQ(test, vqc_pit_hold(&b->pit, 0),
				VQC_WHY_PIT_GATED);
		b->now_ns += VQC_NSEC_PER_SEC;
		KUNIT_EXPECT_EQ(test, expire(b), 0ull);
		KUNIT_EXPECT_TRUE(test, level(b, 0));
	}
}

static void set_irq_disabled(struct pit_bench *b, bool disabled)
{
	vqc_fx_init(&b->fx);
	vqc_pit_set_irq_disabled(&b->pit, disabled, b->now_ns, &b->fx);
	after_op(b);
}

/* HPET legacy mode on and off again: mode and phase are kept, no burst. */
static void disabled_interrupts_leave_the_channel_running(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 1000);
	b->now_ns = EPOCH_NS + clocks_ns(500);
	set_irq_disabled(b, true);
	KUNIT_EXPECT_EQ(test, b->fx.item[0].deadline_ns, 0ull);
	KUNIT_EXPECT_EQ(test, vqc_pit_hold(&b->pit, 0), VQC_WHY_TIMER_OFF);
	b->now_ns = EPOCH_NS + clocks_ns(7300);
	KUNIT_EXPECT_EQ(test, expire(b), 0ull);
	KUNIT_EXPECT_EQ(test, read_count(b, 0), 700);
	KUNIT_EXPECT_EQ(test, b->pit.ch[0].mode, 2);
	set_irq_disabled(b, false);
	KUNIT_EXPECT_EQ(test, b->fx.item[0].deadline_ns,
			EPOCH_NS + clocks_ns(8000));
	KUNIT_EXPECT_EQ(test, expire(b), 0ull);
}

static void edges_while_disabled_are_not_made_up(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 1000);
	set_irq_disabled(b, true);
	b->now_ns = EPOCH_NS + clocks_ns(5500);
	set_irq_disabled(b, false);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
			EPOCH_NS + clocks_ns(6000));
	KUNIT_EXPECT_EQ(test, expire(b), 0ull);
	b->now_ns = EPOCH_NS + clocks_ns(6000);
	KUNIT_EXPECT_EQ(test, expire(b), 1ull);
}

static void enabling_enabled_interrupts_loses_no_edge(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 1000);
	b->now_ns = EPOCH_NS + clocks_ns(1000);
	set_irq_disabled(b, false);
	KUNIT_EXPECT_EQ(test, expire(b), 1ull);
}

/* Time */

static void long_uptimes_do_not_overflow(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	static const u64 years[] = { 1, 10, 100, 200, 290 };
	unsigned int i, mode;

	for (mode = 0; mode < 6; mode++)
		for (i = 0; i < ARRAY_SIZE(years); i++) {
			b->now_ns = 0;
			program(b, 0, mode, 0);
			b->now_ns = years[i] * 365 * 86400 * VQC_NSEC_PER_SEC;
			in(b, 0);
			level(b, 0);
			expire(b);
			if (mode == 2 || mode == 3)
				KUNIT_EXPECT_GT(test, vqc_pit_next_ns(&b->pit),
						b->now_ns);
			else
				KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
						0ull);
		}
}

static void count_is_exact_after_a_year(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	u64 clocks = 365ull * 86400 * VQC_PIT_HZ;

	program(b, 1, 2, 50000);
	b->now_ns = EPOCH_NS + clocks_ns(clocks);
	div_u64_rem(clocks, 50000, (u32 *)&clocks);
	KUNIT_EXPECT_EQ(test, read_count(b, 1), 50000 - (u32)clocks);
}

static void end_of_time_is_never_reached(struct kunit *test)
{
	struct pit_bench *b = test->priv;
	unsigned int mode;

	for (mode = 0; mode < 6; mode++) {
		b->now_ns = S64_MAX - 1000;
		program(b, 0, mode, 0);
		expire(b);
		if (mode != 1 && mode != 5)
			KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit),
					(u64)S64_MAX);
		b->now_ns = S64_MAX;
		load(b, 0, 0x1234);
		in(b, 0);
		expire(b);
		vqc_pit_speaker_read(&b->pit, U64_MAX);
		vqc_pit_out(&b->pit, 0, U64_MAX);
	}
}

static void next_edge_after_the_end_of_time_is_its_end(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	b->now_ns = 0;
	program(b, 0, 2, 0);
	b->now_ns = S64_MAX;
	KUNIT_EXPECT_GT(test, expire(b), 0ull);
	KUNIT_EXPECT_EQ(test, vqc_pit_next_ns(&b->pit), (u64)S64_MAX);
}

static void time_that_goes_back_stands_still(struct kunit *test)
{
	struct pit_bench *b = test->priv;

	program(b, 0, 2, 1000);
	b->now_ns = EPOCH_NS + clocks_ns(3000);
	KUNIT_EXPECT_EQ(test, expire(b), 3ull);
	b->now_ns = EPOCH_NS - 12345;
	KUNIT_EXPECT_EQ(test, expire(b), 0ull);
	KUNIT_EXPECT_EQ(test, read_count(b, 0), 1000);
	b->now_ns = EPOCH_NS + clocks_ns(3000);
	KUNIT_EXPECT_EQ(test, expire(b), 0ull);
}

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

static struct kunit_case pit_cases[] = {
	KUNIT_CASE(power_on_counts_nothing),
	KUNIT_CASE_PARAM(waveform_is_that_of_the_datasheet, wave_gen_params),
	KUNIT_CASE(bcd_counts_in_decimal),
	KUNIT_CASE(bcd_period_is_decimal),
	KUNIT_CASE(count_zero_is_the_largest),
	KUNIT_CASE(lsb_access_loads_and_reads_the_low_byte),
	KUNIT_CASE(msb_access_loads_and_reads_the_high_byte),
	KUNIT_CASE(word_access_reads_low_then_high),
	KUNIT_CASE(reads_and_writes_of_a_count_can_be_interleaved),
	KUNIT_CASE(channels_keep_their_own_toggles),
	KUNIT_CASE(control_word_resets_both_toggles),
	KUNIT_CASE(changing_access_with_half_a_count_is_harmless),
	KUNIT_CASE(control_port_reads_all_ones),
	KUNIT_CASE(latch_holds_the_count_while_it_runs_on),
	KUNIT_CASE(second_latch_is_ignored_until_the_first_is_read),
	KUNIT_CASE(latch_of_one_channel_leaves_the_others),
	KUNIT_CASE(reprogramming_drops_the_latches),
	KUNIT_CASE(read_back_gives_status_then_count),
	KUNIT_CASE(read_back_latches_several_channels_at_once),
	KUNIT_CASE(read_back_of_nothing_latches_nothing),
	KUNIT_CASE(second_status_latch_is_ignored),
	KUNIT_CASE(status_shows_the_control_word_as_written),
	KUNIT_CASE(null_count_is_set_until_the_count_is_loaded),
	KUNIT_CASE(null_count_of_one_shots_waits_for_the_trigger),
	KUNIT_CASE(mode0_new_count_restarts),
	KUNIT_CASE(mode0_first_byte_stops_the_count),
	KUNIT_CASE(mode2_new_count_begins_with_the_next_cycle),
	KUNIT_CASE(mode2_last_of_several_new_counts_wins),
	KUNIT_CASE(mode3_new_count_begins_with_the_next_half_cycle),
	KUNIT_CASE(mode3_new_count_in_the_low_half_begins_high),
	KUNIT_CASE(mode4_new_count_restarts),
	KUNIT_CASE(gate_stops_and_resumes_modes_0_and_4),
	KUNIT_CASE(gate_low_makes_modes_2_and_3_high_and_still),
	KUNIT_CASE(gate_low_reads_the_same_count_twice),
	KUNIT_CASE(mode1_trigger_starts_again),
	KUNIT_CASE(mode1_new_count_waits_for_the_trigger),
	KUNIT_CASE(trigger_without_a_count_starts_nothing),
	KUNIT_CASE(port_61_shows_gate_data_refresh_and_out2),
	KUNIT_CASE(refresh_bit_toggles_every_18_clocks),
	KUNIT_CASE(mode0_makes_one_edge),
	KUNIT_CASE(mode4_strobe_rises_one_clock_later),
	KUNIT_CASE(periodic_modes_make_an_edge_per_period_without_drift),
	KUNIT_CASE(late_expire_tells_all_edges),
	KUNIT_CASE(short_periods_are_stretched),
	KUNIT_CASE(stretching_does_not_show_in_the_output),
	KUNIT_CASE(control_word_stops_the_ticks),
	KUNIT_CASE(edge_before_a_reprogramming_is_still_told),
	KUNIT_CASE(control_word_that_raises_the_output_makes_an_edge),
	KUNIT_CASE(other_channels_do_not_touch_the_timer),
	KUNIT_CASE(triggered_modes_of_channel_0_never_tick),
	KUNIT_CASE(disabled_interrupts_leave_the_channel_running),
	KUNIT_CASE(edges_while_disabled_are_not_made_up),
	KUNIT_CASE(enabling_enabled_interrupts_loses_no_edge),
	KUNIT_CASE(long_uptimes_do_not_overflow),
	KUNIT_CASE(count_is_exact_after_a_year),
	KUNIT_CASE(end_of_time_is_never_reached),
	KUNIT_CASE(next_edge_after_the_end_of_time_is_its_end),
	KUNIT_CASE(time_that_goes_back_stands_still),
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

static struct kunit_suite pit_suite = {
	.name = "virqchip_pit",
	.init = pit_test_init,
	.test_cases = pit_cases,
};

kunit_test_suite(pit_suite);
