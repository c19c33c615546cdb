// SPDX-License-Identifier: GPL-2.0-only
/* The 8254: waveforms, new counts, the gate and port 0x61. */
#include "pit_fixture.h"

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

static struct kunit_case pit_cases[] = {
	KUNIT_CASE(power_on_counts_nothing),
	KUNIT_CASE_PARAM(waveform_is_that_of_the_datasheet, wave_gen_params),
	KUNIT_CASE(bcd_counts_in_decimal),
	KUNIT_CASE(bcd_period_is_decimal),
	KUNIT_CASE(count_zero_is_the_largest),
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
	{}
};

static struct kunit_suite pit_suite = {
	.name = "virqchip_pit",
	.init = pit_bench_init,
	.test_cases = pit_cases,
};

kunit_test_suite(pit_suite);
