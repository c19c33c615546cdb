// SPDX-License-Identifier: GPL-2.0-only
/* An oracle for the local APIC, see oracle_lapic.h. */
#include "oracle_lapic_priv.h"

int oracle_lapic_top(const bool *set)
{
	int vector, found = -1;

	for (vector = 0; vector < 256; vector++)
		if (set[vector])
			found = vector;
	return found;
}

int oracle_lapic_class_of(int vector)
{
	return vector < 0 ? 0 : vector / 16;
}

u8 oracle_lapic_ppr(const struct oracle_lapic *o)
{
	int serving = oracle_lapic_class_of(oracle_lapic_top(o->serving));

	if (o->tpr / 16 >= serving)
		return o->tpr;
	return serving * 16;
}

int oracle_lapic_next(const struct oracle_lapic *o)
{
	int vector = oracle_lapic_top(o->requested);

	if (!o->hw_on || oracle_lapic_class_of(vector) <= oracle_lapic_ppr(o) / 16)
		return -1;
	return vector;
}

u8 oracle_lapic_ack(struct oracle_lapic *o)
{
	int vector = oracle_lapic_next(o);

	begin(o);
	if (vector == -1)
		return o->spurious;
	o->requested[vector] = false;
	o->serving[vector] = true;
	return vector;
}

static enum vqc_why request(struct oracle_lapic *o, u8 vector, bool level)
{
	bool was = o->requested[vector];

	o->requested[vector] = true;
	o->by_level[vector] = level;
	return was ? VQC_WHY_COALESCED : VQC_WHY_DELIVERED;
}

static enum vqc_why fail(struct oracle_lapic *o, unsigned int bit)
{
	const struct oracle_lapic_lvt *e = &o->lvt[VQC_LVT_IDX_ERROR];

	if (o->error[bit])
		return VQC_WHY_NO_CHANGE;
	o->error[bit] = true;
	if (e->masked)
		return VQC_WHY_LVT_MASKED;
	if (e->vector <= 15) {
		o->error[ERR_RECV] = true;
		return VQC_WHY_ILLEGAL_VECTOR;
	}
	return request(o, e->vector, false);
}

void oracle_lapic_fail_noted(struct oracle_lapic *o, unsigned int bit)
{
	enum vqc_why why = fail(o, bit);

	if (why != VQC_WHY_NO_CHANGE)
		expect_note(o, why, o->lvt[VQC_LVT_IDX_ERROR].vector);
}

static enum vqc_why happen(struct oracle_lapic *o, enum vqc_lapic_event event)
{
	bool was = o->event[event];

	o->event[event] = true;
	return was ? VQC_WHY_COALESCED : VQC_WHY_DELIVERED;
}

static enum vqc_why take(struct oracle_lapic *o, u8 mode, u8 vector, bool level,
			 bool asserted)
{
	if (!o->hw_on)
		return VQC_WHY_APIC_HW_OFF;
	if (mode == 0 || mode == 1) {
		if (!o->sw_on)
			return VQC_WHY_APIC_SW_OFF;
		if (vector > 15)
			return request(o, vector, level);
		fail(o, ERR_RECV);
		return VQC_WHY_ILLEGAL_VECTOR;
	}
	if (mode == 2)
		return happen(o, VQC_EV_SMI);
	if (mode == 4)
		return happen(o, VQC_EV_NMI);
	if (mode == 5) {
		if (level && !asserted)
			return VQC_WHY_INIT_DEASSERT;
		o->event[VQC_EV_SIPI] = false;
		return happen(o, VQC_EV_INIT);
	}
	if (mode == 6) {
		o->sipi = vector;
		return happen(o, VQC_EV_SIPI);
	}
	if (mode == 7)
		return happen(o, VQC_EV_EXTINT);
	return VQC_WHY_BAD_MODE;
}

enum vqc_why oracle_lapic_accept(struct oracle_lapic *o,
				 const struct vqc_msg *msg)
{
	begin(o);
	return take(o, msg->mode, msg->vector, msg->flags & VQC_MSG_LEVEL,
		    msg->flags & VQC_MSG_ASSERT);
}

bool oracle_lapic_lint0_is_level(const struct oracle_lapic *o)
{
	return o->lvt[VQC_LVT_IDX_LINT0].mode == 0 &&
	       o->lvt[VQC_LVT_IDX_LINT0].level;
}

/* LINT0 by level: whenever it is high, unmasked and not in flight it fires. */
enum vqc_why oracle_lapic_look_at_lint0(struct oracle_lapic *o)
{
	struct oracle_lapic_lvt *e = &o->lvt[VQC_LVT_IDX_LINT0];
	enum vqc_why why;

	if (e->masked)
		return VQC_WHY_LVT_MASKED;
	if (e->in_flight)
		return VQC_WHY_COALESCED;
	why = take(o, 0, e->vector, true, true);
	e->in_flight = why == VQC_WHY_DELIVERED || why == VQC_WHY_COALESCED;
	return why;
}

static enum vqc_why raise(struct oracle_lapic *o, enum vqc_lvt idx)
{
	struct oracle_lapic_lvt *e = &o->lvt[idx];
	enum vqc_why why;

	if (idx == VQC_LVT_IDX_CMCI && !(o->cfg & VQC_LAPIC_CFG_CMCI))
		return VQC_WHY_NO_REG;
	if (e->masked)
		return VQC_WHY_LVT_MASKED;
	if (e->mode == 1 || e->mode == 6)
		return VQC_WHY_BAD_MODE;
	why = take(o, e->mode, e->vector, false, true);
	if (idx == VQC_LVT_IDX_PMC &&
	    (why == VQC_WHY_DELIVERED || why == VQC_WHY_COALESCED))
		e->masked = true;
	return why;
}

enum vqc_why oracle_lapic_raise(struct oracle_lapic *o, enum vqc_lvt idx)
{
	begin(o);
	return raise(o, idx);
}

enum vqc_why oracle_lapic_set_lint(struct oracle_lapic *o, unsigned int lint,
				   bool level)
{
	const struct oracle_lapic_lvt *e = &o->lvt[lint ? VQC_LVT_IDX_LINT1 :
							VQC_LVT_IDX_LINT0];

	begin(o);
	if (o->pin[lint] == level)
		return VQC_WHY_NO_CHANGE;
	o->pin[lint] = level;
	if (!level)
		return VQC_WHY_LINE_LOW;
	if (!o->hw_on && lint == 0)
		return VQC_WHY_DELIVERED;
	if (!o->hw_on)
		return happen(o, VQC_EV_NMI);
	if (lint == 0 && oracle_lapic_lint0_is_level(o))
		return oracle_lapic_look_at_lint0(o);
	if (lint == 0 && e->mode == 7 && !e->masked)
		return VQC_WHY_DELIVERED;
	return raise(o, lint ? VQC_LVT_IDX_LINT1 : VQC_LVT_IDX_LINT0);
}

int oracle_lapic_end(struct oracle_lapic *o)
{
	struct oracle_lapic_lvt *e = &o->lvt[VQC_LVT_IDX_LINT0];
	int vector = oracle_lapic_top(o->serving);

	if (vector == -1) {
		expect_note(o, VQC_WHY_EOI_NONE, 0);
		return -1;
	}
	o->serving[vector] = false;
	if (o->by_level[vector]) {
		if (o->no_broadcast)
			expect_note(o, VQC_WHY_EOI_SUPPRESSED, vector);
		else
			expect(o, VQC_FX_EOI)->vector = vector;
		if (e->in_flight && e->vector == vector) {
			e->in_flight = false;
			if (o->pin[0])
				oracle_lapic_look_at_lint0(o);
		}
	}
	return vector;
}

int oracle_lapic_eoi(struct oracle_lapic *o)
{
	begin(o);
	return oracle_lapic_end(o);
}

u64 oracle_lapic_divisor(const struct oracle_lapic *o)
{
	static const u8 by_code[12] = { 2, 4, 8, 16, [8] = 32, 64, 128, 1 };

	return by_code[o->divide_code];
}

u64 oracle_lapic_full_count_ns(const struct oracle_lapic *o)
{
	u64 ns = o->initial * oracle_lapic_divisor(o);

	if (o->lvt[VQC_LVT_IDX_TIMER].timer == 1 && ns < 50000)
		return 50000;
	return ns;
}

u32 oracle_lapic_ticks_left(const struct oracle_lapic *o)
{
	u32 ticks = 0;

	if (o->lvt[VQC_LVT_IDX_TIMER].timer > 1)
		return 0;
	while (ticks * oracle_lapic_divisor(o) < o->left_ns && ticks < o->initial)
		ticks++;
	return ticks;
}

enum vqc_why oracle_lapic_pass(struct oracle_lapic *o, u64 delta_ns)
{
	bool fired = false, running = o->left_ns;

	begin(o);
	o->timer_said = true;
	o->now_ns += delta_ns;
	while (o->left_ns && delta_ns--) {
		if (--o->left_ns)
			continue;
		fired = true;
		if (o->lvt[VQC_LVT_IDX_TIMER].timer == 1)
			o->left_ns = oracle_lapic_full_count_ns(o);
	}
	if (o->deadline && oracle_lapic_tsc(o->now_ns) >= o->deadline) {
		fired = true;
		o->deadline = 0;
	} else if (o->deadline) {
		running = true;
	}
	if (fired)
		return raise(o, VQC_LVT_IDX_TIMER);
	return running ? VQC_WHY_NO_CHANGE : VQC_WHY_TIMER_OFF;
}

void oracle_lapic_set_deadline(struct oracle_lapic *o, u64 deadline)
{
	begin(o);
	if (!o->hw_on || o->lvt[VQC_LVT_IDX_TIMER].timer != 2) {
		expect_note(o, VQC_WHY_TIMER_OFF, 0);
		return;
	}
	o->deadline = deadline;
	o->timer_said = true;
}

static void forget(struct oracle_lapic *o)
{
	unsigned int i;

	memset(o->requested, 0, sizeof(o->requested));
	memset(o->serving, 0, sizeof(o->serving));
	memset(o->by_level, 0, sizeof(o->by_level));
	memset(o->error, 0, sizeof(o->error));
	memset(o->lvt, 0, sizeof(o->lvt));
	for (i = 0; i < VQC_NR_LVTS; i++)
		o->lvt[i].masked = true;
	if (o->cfg & VQC_LAPIC_CFG_LINT0_EXTINT) {
		o->lvt[VQC_LVT_IDX_LINT0].masked = false;
		o->lvt[VQC_LVT_IDX_LINT0].mode = 7;
	}
	o->sw_on = false;
	o->focus = false;
	o->no_broadcast = false;
	o->spurious = 0xff;
	o->tpr = 0;
	o->esr = 0;
	o->divide_code = 0;
	o->logical_id = 0;
	o->dfr_model = 0xf;
	o->icr_low = 0;
	o->icr_high = 0;
	o->initial = 0;
	o->left_ns = 0;
	o->deadline = 0;
}

void oracle_lapic_reset(struct oracle_lapic *o, u32 apic_id, u8 cfg, u64 now_ns)
{
	memset(o, 0, sizeof(*o));
	o->cfg = cfg;
	o->first_id = apic_id;
	o->id = apic_id % 256;
	o->hw_on = true;
	o->bsp = cfg & VQC_LAPIC_CFG_BSP;
	o->wait_sipi = !o->bsp;
	o->now_ns = now_ns;
	forget(o);
}

void oracle_lapic_init(struct oracle_lapic *o)
{
	begin(o);
	forget(o);
	o->wait_sipi = !o->bsp;
	o->timer_said = true;
	expect(o, VQC_FX_DEST);
}

int oracle_lapic_set_base(struct oracle_lapic *o, u64 val, bool host)
{
	bool on = val & 0x800, x2 = val & 0x400;

	begin(o);
	/* The oracle's machine has 36 physical address bits. */
	if (val >> 36 || (val & 0x2ff))
		return -EINVAL;
	if (x2 && (!on || !(o->cfg & VQC_LAPIC_CFG_X2APIC)))
		return -EINVAL;
	if (!host && on && x2 && !o->hw_on)
		return -EINVAL;
	if (!host && on && !x2 && o->x2)
		return -EINVAL;

	o->bsp = val & 0x100;
	if (o->hw_on == on && o->x2 == x2)
		return 0;
	o->hw_on = on;
	o->x2 = x2;
	if (!on) {
		forget(o);
		o->timer_said = true;
	}
	o->id = x2 ? o->first_id : o->first_id % 256;
	o->logical_id = 0;
	o->icr_high = 0;
	o->dfr_model = 0xf;
	expect(o, VQC_FX_DEST);
	return 0;
}

void oracle_lapic_reload(struct oracle_lapic *o)
{
	begin(o);
	memset(o->error, 0, sizeof(o->error));
	if (o->left_ns)
		o->left_ns = oracle_lapic_ticks_left(o) * oracle_lapic_divisor(o);
	if (oracle_lapic_lint0_is_level(o) && o->pin[0])
		oracle_lapic_look_at_lint0(o);
}
