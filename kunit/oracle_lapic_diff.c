// SPDX-License-Identifier: GPL-2.0-only
/* Where the local APIC and its oracle differ, see oracle_lapic.h. */
#include "oracle_lapic.h"

static const char *differs_vectors(const struct oracle_lapic *o,
				   const struct vqc_lapic *l)
{
	unsigned int i;

	for (i = 0; i < 256; i++) {
		if (test_bit(i, l->irr) != o->requested[i])
			return "IRR";
		if (test_bit(i, l->isr) != o->serving[i])
			return "ISR";
		if (test_bit(i, l->tmr) != o->by_level[i])
			return "TMR";
	}
	for (i = 0; i < 5; i++)
		if (test_bit(i, &l->events) != o->event[i])
			return "events";
	for (i = 0; i < 8; i++)
		if (test_bit(i, &l->errors) != o->error[i])
			return "errors";
	if (vqc_lapic_next(l) != oracle_lapic_next(o))
		return "next vector";
	if (vqc_lapic_ppr(l) != oracle_lapic_ppr(o))
		return "PPR";
	return vqc_lapic_apr(l) == oracle_lapic_word(o, VQC_LAPIC_APR) ? NULL : "APR";
}

static const char *differs_regs(const struct oracle_lapic *o,
				const struct vqc_lapic *l)
{
	static const u16 lvt[VQC_NR_LVTS] = {
		0x320, 0x330, 0x340, 0x350, 0x360, 0x370, 0x2f0
	};
	unsigned int i;

	for (i = 0; i < VQC_NR_LVTS; i++) {
		bool has = lvt[i] != 0x2f0 || (o->cfg & VQC_LAPIC_CFG_CMCI);

		if (l->lvt[i] != (has ? oracle_lapic_word(o, lvt[i]) : 0x10000))
			return "LVT";
	}
	if (l->id != o->id || l->ldr != oracle_lapic_word(o, VQC_LAPIC_LDR))
		return "ID or LDR";
	if (l->dfr != o->dfr_model * 0x10000000u + 0xfffffff)
		return "DFR";
	if (l->svr != oracle_lapic_word(o, VQC_LAPIC_SVR) || l->tpr != o->tpr ||
	    l->esr != o->esr)
		return "SVR, TPR or ESR";
	if (l->icr != ((u64)o->icr_high << 32 | o->icr_low))
		return "ICR";
	if (!!(l->base & VQC_APICBASE_ENABLE) != o->hw_on ||
	    !!(l->base & VQC_APICBASE_EXTD) != o->x2 ||
	    !!(l->base & VQC_APICBASE_BSP) != o->bsp)
		return "base";
	if (l->wait_sipi != o->wait_sipi || l->sipi_vector != o->sipi)
		return "SIPI";
	return l->lint == o->pin[0] + o->pin[1] * 2 ? NULL : "LINT";
}

static u64 due_ns(const struct oracle_lapic *o)
{
	u64 tsc = oracle_lapic_tsc(o->now_ns);

	if (o->left_ns)
		return o->now_ns + o->left_ns;
	if (!o->deadline)
		return 0;
	if (o->deadline <= tsc)
		return o->now_ns;
	return o->now_ns + (o->deadline - tsc) / 2 + (o->deadline - tsc) % 2;
}

static const char *differs_timer(const struct oracle_lapic *o,
				 const struct vqc_lapic *l,
				 const struct vqc_fx *fx)
{
	bool said = false;
	unsigned int i;

	for (i = 0; i < fx->nr; i++) {
		if (fx->item[i].kind != VQC_FX_TIMER)
			continue;
		said = true;
		if (fx->item[i].deadline_ns != due_ns(o))
			return "deadline asked for";
	}
	if (said != o->timer_said)
		return "whether the timer was set";
	if (l->timer_deadline_ns != due_ns(o))
		return "deadline";
	if (l->tmict != o->initial || l->tdcr != o->divide_code)
		return "TMICT or TDCR";
	return l->tsc_deadline == o->deadline ? NULL : "TSC deadline";
}

static const char *differs_effects(const struct oracle_lapic *o,
				   const struct vqc_fx *fx)
{
	const struct oracle_lapic_event *e = o->expect;
	unsigned int i;

	for (i = 0; i < fx->nr; i++) {
		const struct vqc_fx_item *item = &fx->item[i];

		if (item->kind == VQC_FX_TIMER)
			continue;
		if (e == o->expect + o->nr)
			return "an effect too many";
		if (item->kind != e->kind || item->vector != e->vector ||
		    item->pin != VQC_NO_PIN)
			return "effect";
		if (item->kind == VQC_FX_NOTE && item->why != e->why)
			return "note";
		if (item->kind == VQC_FX_MSG &&
		    memcmp(&item->msg, &e->msg, sizeof(e->msg)))
			return "message";
		e++;
	}
	return e == o->expect + o->nr ? NULL : "an effect too few";
}

const char *oracle_lapic_differs(const struct oracle_lapic *o,
				 const struct vqc_lapic *l,
				 const struct vqc_fx *fx)
{
	const char *what = differs_vectors(o, l);

	if (!what)
		what = differs_regs(o, l);
	if (!what)
		what = differs_timer(o, l, fx);
	if (!what)
		what = differs_effects(o, fx);
	return what;
}
