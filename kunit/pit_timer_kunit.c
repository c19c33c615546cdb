// SPDX-License-Identifier: GPL-2.0-only
/* The 8254: the edges of channel 0 and when they come. */
#include <linux/limits.h>

#include "pit_fixture.h"

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

static struct kunit_case pit_timer_cases[] = {
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
	{}
};

static struct kunit_suite pit_timer_suite = {
	.name = "virqchip_pit_timer",
	.init = pit_bench_init,
	.test_cases = pit_timer_cases,
};

kunit_test_suite(pit_timer_suite);
