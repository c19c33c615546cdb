// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC timer: one-shot, periodic and TSC-deadline (SDM vol. 3,
 * 11.5.4).
 *
 * Pure arithmetic.  What runs is described by the registers and by one number,
 * the time at which the count ends; the owner keeps a real timer for that time
 * and calls vqc_lapic_timer_expire().  A count is at most 2^32 ticks of 128 ns,
 * so that a period fits into 40 bits; sums with the time of day saturate.
 */
#include <linux/limits.h>
#include <linux/math64.h>

#include "lapic_priv.h"

#define VQC_NSEC_PER_MSEC	1000000u

/* TDCR bits 3, 1, 0: 000 divides by 2 .. 110 by 128, 111 by 1. */
static unsigned int vqc_lapic_timer_shift(u32 tdcr)
{
	return (((tdcr & 3) | (tdcr & 8) >> 1) + 1) & 7;
}

static u64 vqc_lapic_timer_ticks_ns(const struct vqc_lapic *l, u32 ticks)
{
	return ((u64)ticks * VQC_LAPIC_TICK_NS) << vqc_lapic_timer_shift(l->tdcr);
}

/*
 * From load to end of count. A period is stretched, or a guest could keep the
 * host busy with nothing but its timer.
 */
static u64 vqc_lapic_timer_period_ns(const struct vqc_lapic *l)
{
	u64 period_ns = vqc_lapic_timer_ticks_ns(l, l->tmict);

	if (vqc_lapic_timer_mode(l) == VQC_TIMER_PERIODIC)
		period_ns = max(period_ns, VQC_LAPIC_MIN_PERIOD_NS);
	return period_ns;
}

/* @delta_ns from now; never 0, which means that nothing runs. */
static u64 vqc_lapic_timer_at(const struct vqc_clock *clock, u64 delta_ns)
{
	if (delta_ns >= U64_MAX - clock->now_ns)
		return U64_MAX;
	return max(clock->now_ns + delta_ns, 1ull);
}

static bool vqc_lapic_timer_passed(const struct vqc_lapic *l,
				   const struct vqc_clock *clock)
{
	return l->timer_deadline_ns && l->timer_deadline_ns <= clock->now_ns;
}

/* Nanoseconds until the count ends, counting periods that were missed. */
static u64 vqc_lapic_timer_left_ns(const struct vqc_lapic *l,
				   const struct vqc_clock *clock)
{
	u64 period_ns = vqc_lapic_timer_period_ns(l);
	u64 late_ns;

	if (!l->timer_deadline_ns || !vqc_lapic_timer_counts(l))
		return 0;
	if (!vqc_lapic_timer_passed(l, clock))
		return l->timer_deadline_ns - clock->now_ns;
	if (vqc_lapic_timer_mode(l) != VQC_TIMER_PERIODIC)
		return 0;
	div64_u64_rem(clock->now_ns - l->timer_deadline_ns, period_ns, &late_ns);
	return period_ns - late_ns;
}

u32 vqc_lapic_timer_count(const struct vqc_lapic *l,
			  const struct vqc_clock *clock)
{
	u64 tick_ns = vqc_lapic_timer_ticks_ns(l, 1);
	u64 left = vqc_lapic_timer_left_ns(l, clock);

	/* A tick that has begun still counts: 0 is the end and no sooner. */
	left = div64_u64(left + tick_ns - 1, tick_ns);
	/* A stretched period stays at its initial count for a while. */
	return min_t(u64, left, l->tmict);
}

/*
 * The count ends together with its interrupt: until somebody has looked at the
 * time and raised that, the last tick goes on. Who reads 0, or a count that has
 * begun anew, finds the interrupt in IRR.
 */
u32 vqc_lapic_timer_seen(const struct vqc_lapic *l,
			 const struct vqc_clock *clock)
{
	return vqc_lapic_timer_due(l, clock) ? 1 :
					       vqc_lapic_timer_count(l, clock);
}

bool vqc_lapic_timer_due(const struct vqc_lapic *l,
			 const struct vqc_clock *clock)
{
	return vqc_lapic_timer_counts(l) && vqc_lapic_timer_passed(l, clock);
}

static void vqc_lapic_timer_disarm(struct vqc_lapic *l)
{
	l->tsc_deadline = 0;
	l->timer_deadline_ns = 0;
}

void vqc_lapic_timer_set_count(struct vqc_lapic *l, u32 tmict,
			       const struct vqc_clock *clock, struct vqc_fx *fx)
{
	if (!vqc_lapic_timer_counts(l))
		return;
	l->tmict = tmict;
	l->timer_deadline_ns = tmict ?
		vqc_lapic_timer_at(clock, vqc_lapic_timer_period_ns(l)) : 0;
	vqc_fx_timer(fx, l->timer_deadline_ns);
}

/*
 * A count that ended before a register write, but that nobody has looked at
 * since, ended under the old setting.
 */
static void vqc_lapic_timer_catch_up(struct vqc_lapic *l,
				     const struct vqc_clock *clock,
				     struct vqc_fx *fx)
{
	if (vqc_lapic_timer_due(l, clock))
		vqc_lapic_timer_expire(l, clock, fx);
}

void vqc_lapic_timer_set_divide(struct vqc_lapic *l, u32 tdcr,
				const struct vqc_clock *clock, struct vqc_fx *fx)
{
	u64 left_ns;

	vqc_lapic_timer_catch_up(l, clock, fx);
	left_ns = vqc_lapic_timer_left_ns(l, clock);
	/* At most 2^39 ns, and a factor of 128. */
	left_ns = left_ns << vqc_lapic_timer_shift(tdcr) >>
		  vqc_lapic_timer_shift(l->tdcr);
	l->tdcr = tdcr;
	if (!l->timer_deadline_ns || !vqc_lapic_timer_counts(l))
		return;
	left_ns = clamp(left_ns, 1ull, vqc_lapic_timer_period_ns(l));
	l->timer_deadline_ns = vqc_lapic_timer_at(clock, left_ns);
	vqc_fx_timer(fx, l->timer_deadline_ns);
}

void vqc_lapic_timer_set_lvt(struct vqc_lapic *l, u32 lvt,
			     const struct vqc_clock *clock, struct vqc_fx *fx)
{
	u32 *entry = &l->lvt[VQC_LVT_IDX_TIMER];
	u32 old_mode = vqc_lapic_timer_mode(l);
	u32 new_mode = FIELD_GET(VQC_LVT_TIMER_MODE, lvt);

	if (old_mode == new_mode) {
		*entry = lvt;
		return;
	}
	/* SDM vol. 3, 11.5.4.1: to or from TSC-deadline mode disarms. */
	if (old_mode > VQC_TIMER_PERIODIC || new_mode > VQC_TIMER_PERIODIC) {
		*entry = lvt;
		l->tmict = 0;
		vqc_lapic_timer_disarm(l);
		vqc_fx_timer(fx, 0);
		return;
	}
	vqc_lapic_timer_catch_up(l, clock, fx);
	*entry = lvt;
	vqc_fx_timer(fx, l->timer_deadline_ns);
}

/* When the TSC reaches the deadline, rounded up; a time past is now. */
static u64 vqc_lapic_timer_tsc_to_ns(const struct vqc_lapic *l,
				     const struct vqc_clock *clock)
{
	u64 delta, ms, ns;
	u32 rem;

	if (l->tsc_deadline <= clock->tsc)
		return vqc_lapic_timer_at(clock, 0);
	delta = l->tsc_deadline - clock->tsc;
	ms = div_u64_rem(delta, clock->tsc_khz, &rem);
	if (ms >= U64_MAX / VQC_NSEC_PER_MSEC - 1)
		return U64_MAX;
	ns = div_u64((u64)rem * VQC_NSEC_PER_MSEC + clock->tsc_khz - 1,
		     clock->tsc_khz);
	return vqc_lapic_timer_at(clock, ms * VQC_NSEC_PER_MSEC + ns);
}

void vqc_lapic_tsc_deadline_write(struct vqc_lapic *l, u64 val,
				  const struct vqc_clock *clock,
				  struct vqc_fx *fx)
{
	if (!(l->base & VQC_APICBASE_ENABLE) || !clock->tsc_khz ||
	    vqc_lapic_timer_mode(l) != VQC_TIMER_TSC) {
		vqc_fx_note(fx, VQC_WHY_TIMER_OFF, VQC_NO_PIN, 0);
		return;
	}
	l->tsc_deadline = val;
	l->timer_deadline_ns = val ? vqc_lapic_timer_tsc_to_ns(l, clock) : 0;
	vqc_fx_timer(fx, l->timer_deadline_ns);
}

u64 vqc_lapic_tsc_deadline_read(const struct vqc_lapic *l)
{
	return l->tsc_deadline;
}

/* The TSC may have been set back since the deadline was written. */
static bool vqc_lapic_timer_tsc_early(struct vqc_lapic *l,
				      const struct vqc_clock *clock)
{
	if (!l->tsc_deadline || !clock->tsc_khz ||
	    clock->tsc >= l->tsc_deadline)
		return false;
	l->timer_deadline_ns = vqc_lapic_timer_tsc_to_ns(l, clock);
	return true;
}

static enum vqc_why vqc_lapic_timer_fire(struct vqc_lapic *l,
					 const struct vqc_clock *clock)
{
	u64 left_ns = vqc_lapic_timer_left_ns(l, clock);

	if (vqc_lapic_timer_mode(l) == VQC_TIMER_PERIODIC)
		l->timer_deadline_ns = vqc_lapic_timer_at(clock, left_ns);
	else
		vqc_lapic_timer_disarm(l);
	return vqc_lapic_raise_lvt(l, VQC_LVT_IDX_TIMER);
}

enum vqc_why vqc_lapic_timer_expire(struct vqc_lapic *l,
				    const struct vqc_clock *clock,
				    struct vqc_fx *fx)
{
	enum vqc_why why;

	if (!l->timer_deadline_ns)
		why = VQC_WHY_TIMER_OFF;
	else if (!vqc_lapic_timer_passed(l, clock) ||
		 vqc_lapic_timer_tsc_early(l, clock))
		why = VQC_WHY_NO_CHANGE;
	else
		why = vqc_lapic_timer_fire(l, clock);
	vqc_fx_timer(fx, l->timer_deadline_ns);
	return why;
}

void vqc_lapic_timer_settle(struct vqc_lapic *l, u32 tmcct,
			    const struct vqc_clock *clock, struct vqc_fx *fx)
{
	u64 left_ns = vqc_lapic_timer_ticks_ns(l, min(tmcct, l->tmict));

	l->timer_deadline_ns = 0;
	if (!(l->base & VQC_APICBASE_ENABLE) || !clock->tsc_khz)
		l->tsc_deadline = 0;
	if (l->tsc_deadline)
		l->timer_deadline_ns = vqc_lapic_timer_tsc_to_ns(l, clock);
	else if (left_ns && (l->base & VQC_APICBASE_ENABLE))
		l->timer_deadline_ns = vqc_lapic_timer_at(clock, left_ns);
	vqc_fx_timer(fx, l->timer_deadline_ns);
}
