// SPDX-License-Identifier: GPL-2.0-only
/* The 8254: access to the counts, latches, the read-back command. */
#include "pit_fixture.h"

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

static struct kunit_case pit_access_cases[] = {
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
	{}
};

static struct kunit_suite pit_access_suite = {
	.name = "virqchip_pit_access",
	.init = pit_bench_init,
	.test_cases = pit_access_cases,
};

kunit_test_suite(pit_access_suite);
