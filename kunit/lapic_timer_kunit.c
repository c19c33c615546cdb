// SPDX-License-Identifier: GPL-2.0-only
/* The local APIC timer: one-shot, periodic, TSC-deadline. */
#include <linux/limits.h>

#include "lapic_fixture.h"

#define ONESHOT		((u32)VQC_TIMER_ONESHOT << 17)
#define PERIODIC	((u32)VQC_TIMER_PERIODIC << 17)
#define TSC_DEADLINE	((u32)VQC_TIMER_TSC << 17)
#define RESERVED_MODE	((u32)3 << 17)
#define VECTOR		0xecu
#define DIVIDE_BY_1	0xbu
#define DIVIDE_BY_16	0x3u
#define COUNT		1000000u

/* The timer in @mode, dividing by 1. */
static void timer_set_mode(struct kunit *test, u32 mode)
{
	lf_write(test, VQC_LAPIC_TDCR, DIVIDE_BY_1);
	lf_write(test, VQC_LAPIC_LVT_TIMER, mode | VECTOR);
}

static void timer_run(struct kunit *test, u32 mode, u32 count)
{
	timer_set_mode(test, mode);
	lf_write(test, VQC_LAPIC_TMICT, count);
}

static u64 now_ns(struct kunit *test)
{
	return lf(test)->clock.now_ns;
}

static void write_deadline(struct kunit *test, u64 tsc)
{
	struct lapic_fixture *f = lf(test);

	vqc_fx_init(&f->fx);
	vqc_lapic_tsc_deadline_write(&f->l, tsc, &f->clock, &f->fx);
	lf_check(test);
}

static u64 read_deadline(struct kunit *test)
{
	return vqc_lapic_tsc_deadline_read(&lf(test)->l);
}

/* The interrupt came, once; take it. */
static void expect_tick(struct kunit *test)
{
	LF_EXPECT_WHY(test, lf_expire(test), DELIVERED);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ack(&lf(test)->l), (u8)VECTOR);
	vqc_lapic_eoi(&lf(test)->l, &lf(test)->fx);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(&lf(test)->l), -1);
}

/* One-shot */

static void oneshot_fires_once_at_the_end_of_count(struct kunit *test)
{
	timer_run(test, ONESHOT, COUNT);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + COUNT);
	lf_pass(test, COUNT - 1);
	LF_EXPECT_WHY(test, lf_expire(test), NO_CHANGE);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + 1);
	lf_pass(test, 1);
	expect_tick(test);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
	lf_pass(test, COUNT);
	LF_EXPECT_WHY(test, lf_expire(test), TIMER_OFF);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
}

static void current_count_falls_to_zero_and_stays(struct kunit *test)
{
	timer_run(test, ONESHOT, 1000);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), 1000u);
	lf_pass(test, 400);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), 600u);
	lf_pass(test, 599);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), 1u);
	lf_pass(test, 1);
	lf_expire(test);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), 0u);
	lf_pass(test, 5000);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), 0u);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMICT), 1000u);
}

static void expect_end_after_interrupt(struct kunit *test, u32 mode)
{
	const struct vqc_lapic *l = &lf(test)->l;

	timer_run(test, mode, COUNT);
	lf_pass(test, COUNT + COUNT / 4);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), 1u);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(l), -1);
	LF_EXPECT_WHY(test, lf_expire(test), DELIVERED);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(l), VECTOR);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT),
			mode == PERIODIC ? COUNT / 4 * 3 : 0u);
}

/* Nobody has looked at the time since the count ended: a callback is late. */
static void current_count_ends_with_the_interrupt(struct kunit *test)
{
	expect_end_after_interrupt(test, ONESHOT);
}

static void current_count_wraps_with_the_interrupt(struct kunit *test)
{
	expect_end_after_interrupt(test, PERIODIC);
}

static void saved_count_is_that_of_the_time(struct kunit *test)
{
	timer_run(test, ONESHOT, COUNT);
	lf_pass(test, COUNT);
	lf_get_page(test);
	/* With the interrupt in IRR: a count of 1 would give another. */
	KUNIT_EXPECT_EQ(test, *lf_word(test, VQC_LAPIC_TMCCT), 0u);
	KUNIT_EXPECT_EQ(test, *lf_word(test, VQC_LAPIC_IRR + VECTOR / 32 * 16),
			BIT(VECTOR % 32));
}

struct divide_case {
	u8 code;
	u8 divisor;
};

static const struct divide_case divide_cases[] = {
	{ 0x0, 2 }, { 0x1, 4 }, { 0x2, 8 }, { 0x3, 16 },
	{ 0x8, 32 }, { 0x9, 64 }, { 0xa, 128 }, { 0xb, 1 },
};

static void divide_case_desc(const struct divide_case *c, char *desc)
{
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "code %#x, by %u", c->code, c->divisor);
}

KUNIT_ARRAY_PARAM(divide, divide_cases, divide_case_desc);

static void divider_stretches_each_tick(struct kunit *test)
{
	const struct divide_case *c = test->param_value;

	lf_write(test, VQC_LAPIC_TDCR, c->code | 4);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TDCR), (u32)c->code);
	lf_write(test, VQC_LAPIC_TMICT, 1000);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + 1000 * c->divisor);
	lf_pass(test, 10 * c->divisor - 1);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT),
			991u);
	lf_pass(test, 1);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), 990u);
}

static void longest_count_does_not_overflow(struct kunit *test)
{
	timer_set_mode(test, ONESHOT);
	lf_write(test, VQC_LAPIC_TDCR, 0xa);
	lf_write(test, VQC_LAPIC_TMICT, U32_MAX);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + ((u64)U32_MAX << 7));
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), U32_MAX);
	lf_write(test, VQC_LAPIC_TDCR, DIVIDE_BY_1);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + U32_MAX);
	lf_write(test, VQC_LAPIC_TDCR, 0xa);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + ((u64)U32_MAX << 7));
}

static void end_of_time_saturates(struct kunit *test)
{
	timer_set_mode(test, PERIODIC);
	lf(test)->clock.now_ns = U64_MAX - 10;
	lf_write(test, VQC_LAPIC_TMICT, COUNT);
	KUNIT_EXPECT_EQ(test, lf_armed(test), U64_MAX);
	lf(test)->clock.now_ns = U64_MAX;
	LF_EXPECT_WHY(test, lf_expire(test), DELIVERED);
	KUNIT_EXPECT_EQ(test, lf_armed(test), U64_MAX);
}

static void zero_count_stops(struct kunit *test)
{
	timer_run(test, ONESHOT, COUNT);
	lf_write(test, VQC_LAPIC_TMICT, 0);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), 0u);
	lf_pass(test, COUNT);
	LF_EXPECT_WHY(test, lf_expire(test), TIMER_OFF);
}

static void cancelled_count_gives_no_late_interrupt(struct kunit *test)
{
	timer_run(test, ONESHOT, COUNT);
	lf_pass(test, 2 * COUNT);
	lf_write(test, VQC_LAPIC_TMICT, 0);
	LF_EXPECT_WHY(test, lf_expire(test), TIMER_OFF);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(&lf(test)->l), -1);
}

static void new_count_starts_anew(struct kunit *test)
{
	timer_run(test, ONESHOT, COUNT);
	lf_pass(test, COUNT / 2);
	lf_write(test, VQC_LAPIC_TMICT, COUNT);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + COUNT);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), COUNT);
}

static void masked_timer_counts_without_interrupt(struct kunit *test)
{
	timer_run(test, ONESHOT | VQC_LVT_MASKED, COUNT);
	lf_pass(test, COUNT / 2);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), COUNT / 2);
	lf_pass(test, COUNT);
	LF_EXPECT_WHY(test, lf_expire(test), LVT_MASKED);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(&lf(test)->l), -1);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
}

static void illegal_timer_vector_is_an_error(struct kunit *test)
{
	timer_run(test, ONESHOT, 100);
	lf_write(test, VQC_LAPIC_LVT_TIMER, 0x0f);
	lf_pass(test, 100);
	LF_EXPECT_WHY(test, lf_expire(test), ILLEGAL_VECTOR);
	KUNIT_EXPECT_EQ(test, lf(test)->l.errors, (ulong)VQC_ESR_RECV_ILLEGAL);
}

static void pending_tick_coalesces(struct kunit *test)
{
	timer_run(test, PERIODIC, COUNT);
	lf_pass(test, COUNT);
	LF_EXPECT_WHY(test, lf_expire(test), DELIVERED);
	lf_pass(test, COUNT);
	LF_EXPECT_WHY(test, lf_expire(test), COALESCED);
}

static void software_disable_silences_the_timer(struct kunit *test)
{
	timer_run(test, PERIODIC, COUNT);
	lf_write(test, VQC_LAPIC_SVR, 0xff);
	lf_pass(test, COUNT);
	LF_EXPECT_WHY(test, lf_expire(test), LVT_MASKED);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + COUNT);
}

/* Periodic */

static void periodic_fires_each_period(struct kunit *test)
{
	unsigned int i;

	timer_run(test, PERIODIC, COUNT);
	for (i = 0; i < 5; i++) {
		lf_pass(test, COUNT - 1);
		LF_EXPECT_WHY(test, lf_expire(test), NO_CHANGE);
		lf_pass(test, 1);
		expect_tick(test);
		KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + COUNT);
	}
}

static void late_periodic_fires_once_and_stays_in_phase(struct kunit *test)
{
	timer_run(test, PERIODIC, COUNT);
	lf_pass(test, 7ull * COUNT + 300);
	expect_tick(test);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + COUNT - 300);
	LF_EXPECT_WHY(test, lf_expire(test), NO_CHANGE);
	lf_pass(test, COUNT - 300);
	expect_tick(test);
}

static void periodic_after_years_fires_once(struct kunit *test)
{
	timer_run(test, PERIODIC, 50000);
	lf_pass(test, 1ull << 60);
	expect_tick(test);
	KUNIT_EXPECT_LE(test, lf_armed(test), now_ns(test) + 50000);
	KUNIT_EXPECT_GT(test, lf_armed(test), now_ns(test));
}

static void exactly_late_periodic_waits_a_whole_period(struct kunit *test)
{
	timer_run(test, PERIODIC, COUNT);
	lf_pass(test, 3ull * COUNT);
	expect_tick(test);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + COUNT);
}

static void current_count_wraps_in_periodic_mode(struct kunit *test)
{
	timer_run(test, PERIODIC, COUNT);
	lf_pass(test, COUNT / 4);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), COUNT / 4 * 3);
	lf_pass(test, COUNT);
	lf_expire(test);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), COUNT / 4 * 3);
	lf_pass(test, 5ull * COUNT);
	lf_expire(test);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), COUNT / 4 * 3);
}

static void short_period_is_stretched(struct kunit *test)
{
	timer_run(test, PERIODIC, 1);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + VQC_LAPIC_MIN_PERIOD_NS);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), 1u);
	lf_pass(test, VQC_LAPIC_MIN_PERIOD_NS);
	expect_tick(test);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + VQC_LAPIC_MIN_PERIOD_NS);
}

static void short_oneshot_is_not_stretched(struct kunit *test)
{
	timer_run(test, ONESHOT, 1);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + 1);
}

/* Changes while running */

static void mode_switch_keeps_counting(struct kunit *test)
{
	timer_run(test, ONESHOT, COUNT);
	lf_pass(test, COUNT / 2);
	lf_write(test, VQC_LAPIC_LVT_TIMER, PERIODIC | VECTOR);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + COUNT / 2);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), COUNT / 2);
	lf_pass(test, COUNT / 2);
	expect_tick(test);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + COUNT);
	lf_pass(test, COUNT / 4);
	lf_write(test, VQC_LAPIC_LVT_TIMER, ONESHOT | VECTOR);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), COUNT / 4 * 3);
	lf_pass(test, COUNT);
	expect_tick(test);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
}

static void mode_switch_of_a_finished_oneshot_starts_nothing(struct kunit *test)
{
	timer_run(test, ONESHOT, COUNT);
	lf_pass(test, COUNT);
	expect_tick(test);
	lf_write(test, VQC_LAPIC_LVT_TIMER, PERIODIC | VECTOR);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), 0u);
}

static void tick_due_before_a_mode_switch_comes(struct kunit *test)
{
	timer_run(test, PERIODIC, COUNT);
	lf_pass(test, COUNT + 100);
	lf_write(test, VQC_LAPIC_LVT_TIMER, ONESHOT | VECTOR);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(&lf(test)->l), (int)VECTOR);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + COUNT - 100);
}

static void vector_change_does_not_touch_the_count(struct kunit *test)
{
	timer_run(test, ONESHOT, COUNT);
	lf_pass(test, COUNT / 2);
	lf_write(test, VQC_LAPIC_LVT_TIMER, ONESHOT | 0x51);
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_TIMER), 0u);
	lf_pass(test, COUNT / 2);
	LF_EXPECT_WHY(test, lf_expire(test), DELIVERED);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(&lf(test)->l), 0x51);
}

static void divider_change_keeps_the_count_at_a_new_rate(struct kunit *test)
{
	timer_run(test, ONESHOT, COUNT);
	lf_pass(test, COUNT / 2);
	lf_write(test, VQC_LAPIC_TDCR, DIVIDE_BY_16);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + COUNT / 2 * 16);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), COUNT / 2);
	lf_pass(test, 16);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), COUNT / 2 - 1);
}

static void divider_change_of_a_stopped_timer_starts_nothing(struct kunit *test)
{
	timer_run(test, ONESHOT, COUNT);
	lf_pass(test, COUNT);
	expect_tick(test);
	lf_write(test, VQC_LAPIC_TDCR, DIVIDE_BY_16);
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_TIMER), 0u);
	KUNIT_EXPECT_EQ(test, lf(test)->l.timer_deadline_ns, 0ull);
}

static void tick_due_before_a_divider_change_comes(struct kunit *test)
{
	timer_run(test, ONESHOT, COUNT);
	lf_pass(test, COUNT + 5);
	lf_write(test, VQC_LAPIC_TDCR, DIVIDE_BY_16);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(&lf(test)->l), (int)VECTOR);
	KUNIT_EXPECT_EQ(test, lf(test)->l.timer_deadline_ns, 0ull);
}

static void divider_change_cuts_to_the_period(struct kunit *test)
{
	timer_set_mode(test, PERIODIC);
	lf_write(test, VQC_LAPIC_TDCR, DIVIDE_BY_16);
	lf_write(test, VQC_LAPIC_TMICT, 1000);
	lf_write(test, VQC_LAPIC_TDCR, 0xa);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + 1000 * 128);
}

static void divider_change_at_the_last_moment_still_fires(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_TDCR, 0xa);
	lf_write(test, VQC_LAPIC_LVT_TIMER, VECTOR);
	lf_write(test, VQC_LAPIC_TMICT, 1);
	lf_pass(test, 127);
	lf_write(test, VQC_LAPIC_TDCR, DIVIDE_BY_1);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + 1);
	lf_pass(test, 1);
	expect_tick(test);
}

/* TSC-deadline */

static void deadline_fires_when_the_tsc_gets_there(struct kunit *test)
{
	timer_set_mode(test, TSC_DEADLINE);
	write_deadline(test, lf(test)->clock.tsc + 2500000);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + 1000000);
	KUNIT_EXPECT_EQ(test, read_deadline(test), lf(test)->clock.tsc + 2500000);
	lf_pass(test, 999999);
	LF_EXPECT_WHY(test, lf_expire(test), NO_CHANGE);
	lf_pass(test, 1);
	expect_tick(test);
	KUNIT_EXPECT_EQ(test, read_deadline(test), 0ull);
	LF_EXPECT_WHY(test, lf_expire(test), TIMER_OFF);
}

static void deadline_rounds_up_to_the_next_ns(struct kunit *test)
{
	timer_set_mode(test, TSC_DEADLINE);
	write_deadline(test, lf(test)->clock.tsc + 1);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + 1);
	write_deadline(test, lf(test)->clock.tsc + 6);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + 3);
}

static void deadline_in_the_past_fires_at_once(struct kunit *test)
{
	timer_set_mode(test, TSC_DEADLINE);
	write_deadline(test, lf(test)->clock.tsc - 1);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test));
	expect_tick(test);
	KUNIT_EXPECT_EQ(test, read_deadline(test), 0ull);
	LF_EXPECT_WHY(test, lf_expire(test), TIMER_OFF);
}

static void deadline_at_the_dawn_of_time_is_still_armed(struct kunit *test)
{
	timer_set_mode(test, TSC_DEADLINE);
	lf(test)->clock.now_ns = 0;
	write_deadline(test, 1);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 1ull);
}

static void deadline_of_zero_disarms(struct kunit *test)
{
	timer_set_mode(test, TSC_DEADLINE);
	write_deadline(test, lf(test)->clock.tsc + 1000);
	write_deadline(test, 0);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
	lf_pass(test, 1000000);
	LF_EXPECT_WHY(test, lf_expire(test), TIMER_OFF);
}

static void farthest_deadline_saturates(struct kunit *test)
{
	timer_set_mode(test, TSC_DEADLINE);
	lf(test)->clock.tsc_khz = 1;
	write_deadline(test, U64_MAX);
	KUNIT_EXPECT_EQ(test, lf_armed(test), U64_MAX);
	lf(test)->clock.tsc_khz = LF_TSC_KHZ;
	write_deadline(test, U64_MAX);
	KUNIT_EXPECT_GT(test, lf_armed(test), 1ull << 62);
	LF_EXPECT_WHY(test, lf_expire(test), NO_CHANGE);
}

static void tsc_set_back_moves_the_deadline(struct kunit *test)
{
	timer_set_mode(test, TSC_DEADLINE);
	write_deadline(test, lf(test)->clock.tsc + 2500);
	lf_pass(test, 1000);
	lf(test)->clock.tsc -= 5000;
	LF_EXPECT_WHY(test, lf_expire(test), NO_CHANGE);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + 2000);
}

static void deadline_is_ignored_in_other_modes(struct kunit *test)
{
	timer_set_mode(test, ONESHOT);
	write_deadline(test, lf(test)->clock.tsc + 1000);
	KUNIT_EXPECT_TRUE(test, lf_noted(test, VQC_WHY_TIMER_OFF));
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_TIMER), 0u);
	KUNIT_EXPECT_EQ(test, read_deadline(test), 0ull);
}

static void deadline_is_ignored_while_the_apic_is_off(struct kunit *test)
{
	timer_set_mode(test, TSC_DEADLINE);
	lf_set_base(test, 0, false);
	write_deadline(test, lf(test)->clock.tsc + 1000);
	KUNIT_EXPECT_TRUE(test, lf_noted(test, VQC_WHY_TIMER_OFF));
	KUNIT_EXPECT_EQ(test, read_deadline(test), 0ull);
}

static void deadline_needs_a_known_tsc(struct kunit *test)
{
	timer_set_mode(test, TSC_DEADLINE);
	lf(test)->clock.tsc_khz = 0;
	write_deadline(test, lf(test)->clock.tsc + 1000);
	KUNIT_EXPECT_TRUE(test, lf_noted(test, VQC_WHY_TIMER_OFF));
	KUNIT_EXPECT_EQ(test, read_deadline(test), 0ull);
}

static void deadline_fires_by_time_when_the_tsc_becomes_unknown(struct kunit *test)
{
	timer_set_mode(test, TSC_DEADLINE);
	write_deadline(test, lf(test)->clock.tsc + 2500);
	lf(test)->clock.now_ns += 1000;
	lf(test)->clock.tsc_khz = 0;
	expect_tick(test);
}

static void count_is_nothing_in_deadline_mode(struct kunit *test)
{
	timer_set_mode(test, TSC_DEADLINE);
	write_deadline(test, lf(test)->clock.tsc + 100000);
	lf_write(test, VQC_LAPIC_TMICT, COUNT);
	KUNIT_EXPECT_EQ(test, lf(test)->fx.nr, 0u);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMICT), 0u);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), 0u);
	lf_write(test, VQC_LAPIC_TDCR, DIVIDE_BY_16);
	KUNIT_EXPECT_EQ(test, lf(test)->fx.nr, 0u);
}

struct disarm_case {
	const char *desc;
	u32 from;
	u32 to;
};

static const struct disarm_case disarm_cases[] = {
	{ "one-shot to deadline", ONESHOT, TSC_DEADLINE },
	{ "periodic to deadline", PERIODIC, TSC_DEADLINE },
	{ "periodic to reserved", PERIODIC, RESERVED_MODE },
	{ "deadline to one-shot", TSC_DEADLINE, ONESHOT },
	{ "deadline to periodic", TSC_DEADLINE, PERIODIC },
	{ "deadline to reserved", TSC_DEADLINE, RESERVED_MODE },
};

static void disarm_case_desc(const struct disarm_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(disarm, disarm_cases, disarm_case_desc);

static void switch_of_time_base_disarms(struct kunit *test)
{
	const struct disarm_case *c = test->param_value;

	timer_run(test, c->from, COUNT);
	if (c->from == TSC_DEADLINE)
		write_deadline(test, lf(test)->clock.tsc + 100);
	KUNIT_EXPECT_NE(test, lf(test)->l.timer_deadline_ns, 0ull);
	lf_pass(test, COUNT / 2);
	lf_write(test, VQC_LAPIC_LVT_TIMER, c->to | VECTOR);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMICT), 0u);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), 0u);
	KUNIT_EXPECT_EQ(test, read_deadline(test), 0ull);
	lf_pass(test, COUNT);
	LF_EXPECT_WHY(test, lf_expire(test), TIMER_OFF);
}

static void reserved_mode_runs_nothing(struct kunit *test)
{
	timer_run(test, PERIODIC, 0);
	lf_write(test, VQC_LAPIC_LVT_TIMER, RESERVED_MODE | VECTOR);
	lf_write(test, VQC_LAPIC_TMICT, 1);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_TMCCT), 0u);
	write_deadline(test, lf(test)->clock.tsc + 1);
	KUNIT_EXPECT_TRUE(test, lf_noted(test, VQC_WHY_TIMER_OFF));
	KUNIT_EXPECT_EQ(test, lf(test)->l.timer_deadline_ns, 0ull);
}

static void timer_msrs_work_as_the_page(struct kunit *test)
{
	lf_enter_x2apic(test);
	lf_wrmsr(test, VQC_LAPIC_TDCR, DIVIDE_BY_1);
	lf_wrmsr(test, VQC_LAPIC_LVT_TIMER, VECTOR);
	lf_wrmsr(test, VQC_LAPIC_TMICT, COUNT);
	KUNIT_EXPECT_EQ(test, lf_armed(test), now_ns(test) + COUNT);
	lf_pass(test, COUNT / 2);
	KUNIT_EXPECT_EQ(test, lf_rdmsr(test, VQC_LAPIC_TMCCT), (u64)COUNT / 2);
	lf_pass(test, COUNT / 2);
	expect_tick(test);
}

static void reset_stops_a_periodic_timer(struct kunit *test)
{
	timer_run(test, PERIODIC, COUNT);
	vqc_fx_init(&lf(test)->fx);
	vqc_lapic_init(&lf(test)->l, &lf(test)->fx);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
	lf_pass(test, 10 * COUNT);
	LF_EXPECT_WHY(test, lf_expire(test), TIMER_OFF);
}

static struct kunit_case lapic_timer_cases[] = {
	KUNIT_CASE(oneshot_fires_once_at_the_end_of_count),
	KUNIT_CASE(current_count_falls_to_zero_and_stays),
	KUNIT_CASE(current_count_ends_with_the_interrupt),
	KUNIT_CASE(current_count_wraps_with_the_interrupt),
	KUNIT_CASE(saved_count_is_that_of_the_time),
	KUNIT_CASE_PARAM(divider_stretches_each_tick, divide_gen_params),
	KUNIT_CASE(longest_count_does_not_overflow),
	KUNIT_CASE(end_of_time_saturates),
	KUNIT_CASE(zero_count_stops),
	KUNIT_CASE(cancelled_count_gives_no_late_interrupt),
	KUNIT_CASE(new_count_starts_anew),
	KUNIT_CASE(masked_timer_counts_without_interrupt),
	KUNIT_CASE(illegal_timer_vector_is_an_error),
	KUNIT_CASE(pending_tick_coalesces),
	KUNIT_CASE(software_disable_silences_the_timer),
	KUNIT_CASE(periodic_fires_each_period),
	KUNIT_CASE(late_periodic_fires_once_and_stays_in_phase),
	KUNIT_CASE(periodic_after_years_fires_once),
	KUNIT_CASE(exactly_late_periodic_waits_a_whole_period),
	KUNIT_CASE(current_count_wraps_in_periodic_mode),
	KUNIT_CASE(short_period_is_stretched),
	KUNIT_CASE(short_oneshot_is_not_stretched),
	KUNIT_CASE(mode_switch_keeps_counting),
	KUNIT_CASE(mode_switch_of_a_finished_oneshot_starts_nothing),
	KUNIT_CASE(tick_due_before_a_mode_switch_comes),
	KUNIT_CASE(vector_change_does_not_touch_the_count),
	KUNIT_CASE(divider_change_keeps_the_count_at_a_new_rate),
	KUNIT_CASE(divider_change_of_a_stopped_timer_starts_nothing),
	KUNIT_CASE(tick_due_before_a_divider_change_comes),
	KUNIT_CASE(divider_change_cuts_to_the_period),
	KUNIT_CASE(divider_change_at_the_last_moment_still_fires),
	KUNIT_CASE(deadline_fires_when_the_tsc_gets_there),
	KUNIT_CASE(deadline_rounds_up_to_the_next_ns),
	KUNIT_CASE(deadline_in_the_past_fires_at_once),
	KUNIT_CASE(deadline_at_the_dawn_of_time_is_still_armed),
	KUNIT_CASE(deadline_of_zero_disarms),
	KUNIT_CASE(farthest_deadline_saturates),
	KUNIT_CASE(tsc_set_back_moves_the_deadline),
	KUNIT_CASE(deadline_is_ignored_in_other_modes),
	KUNIT_CASE(deadline_is_ignored_while_the_apic_is_off),
	KUNIT_CASE(deadline_needs_a_known_tsc),
	KUNIT_CASE(deadline_fires_by_time_when_the_tsc_becomes_unknown),
	KUNIT_CASE(count_is_nothing_in_deadline_mode),
	KUNIT_CASE_PARAM(switch_of_time_base_disarms, disarm_gen_params),
	KUNIT_CASE(reserved_mode_runs_nothing),
	KUNIT_CASE(timer_msrs_work_as_the_page),
	KUNIT_CASE(reset_stops_a_periodic_timer),
	{}
};

static struct kunit_suite lapic_timer_suite = {
	.name = "virqchip_lapic_timer",
	.init = lf_init,
	.test_cases = lapic_timer_cases,
};

kunit_test_suite(lapic_timer_suite);
