// SPDX-License-Identifier: GPL-2.0-only
/* The local APIC: modes, reset, INIT, software disable, and its invariants. */
#include "lapic_fixture.h"

#define LVT_MODE(mode)		((u32)(mode) << 8)

#define B_OFF	0ull
#define B_X	VQC_APICBASE_ENABLE
#define B_X2	(VQC_APICBASE_ENABLE | VQC_APICBASE_EXTD)
#define B_BAD	VQC_APICBASE_EXTD

struct base_case {
	u64 from;
	u64 to;
	bool guest_ok;
	bool host_ok;
};

static const struct base_case base_cases[] = {
	{ B_OFF, B_OFF, true, true },	{ B_OFF, B_X, true, true },
	{ B_OFF, B_X2, false, true },	{ B_OFF, B_BAD, false, false },
	{ B_X, B_OFF, true, true },	{ B_X, B_X, true, true },
	{ B_X, B_X2, true, true },	{ B_X, B_BAD, false, false },
	{ B_X2, B_OFF, true, true },	{ B_X2, B_X, false, true },
	{ B_X2, B_X2, true, true },	{ B_X2, B_BAD, false, false },
};

static const char *base_name(u64 base)
{
	if (base == B_BAD)
		return "extended but off";
	return base == B_OFF ? "off" : base == B_X ? "xAPIC" : "x2APIC";
}

static void base_case_desc(const struct base_case *c, char *desc)
{
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s to %s", base_name(c->from),
		  base_name(c->to));
}

KUNIT_ARRAY_PARAM(base, base_cases, base_case_desc);

static void mode_transitions(struct kunit *test)
{
	const struct base_case *c = test->param_value;
	struct vqc_lapic *l = &lf(test)->l, before;
	unsigned int host;

	for (host = 0; host < 2; host++) {
		bool ok = host ? c->host_ok : c->guest_ok;

		KUNIT_ASSERT_EQ(test, lf_set_base(test, c->from, true), 0);
		before = *l;
		KUNIT_EXPECT_EQ(test, lf_set_base(test, c->to, host),
				ok ? 0 : -EINVAL);
		KUNIT_EXPECT_EQ(test, l->base, VQC_APICBASE_DEFAULT |
				(ok ? c->to : c->from));
		KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_DEST),
				(uint)(ok && c->from != c->to));
		if (!ok)
			KUNIT_EXPECT_EQ(test, memcmp(l, &before, sizeof(before)), 0);
	}
}

static void base_refuses_reserved_bits(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	unsigned int bit;

	for (bit = 0; bit < 64; bit++) {
		bool ok = bit == 8 || bit == 10 || bit == 11 ||
			  (bit >= 12 && bit < 36);
		u64 val = VQC_APICBASE_ENABLE | BIT_ULL(bit);

		lf_reset(test, LF_ID, LF_CFG_ALL);
		KUNIT_EXPECT_EQ(test, vqc_lapic_set_base(&f->l, val, 36, false, &f->fx),
				ok ? 0 : -EINVAL);
	}
}

static void base_address_ends_at_maxphyaddr(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	u64 val = VQC_APICBASE_ENABLE | BIT_ULL(45);

	KUNIT_EXPECT_EQ(test, vqc_lapic_set_base(&f->l, val, 45, false, &f->fx), -EINVAL);
	KUNIT_EXPECT_EQ(test, vqc_lapic_set_base(&f->l, val, 46, false, &f->fx), 0);
	KUNIT_EXPECT_EQ(test, f->l.base, val);
}

static void relocation_disturbs_nothing(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	struct vqc_lapic before;

	lf_edge(test, 0x40);
	before = f->l;
	vqc_fx_init(&f->fx);
	KUNIT_EXPECT_EQ(test, vqc_lapic_set_base(&f->l, 0xd0000000ull |
						 VQC_APICBASE_ENABLE, 36, false,
						 &f->fx), 0);
	before.base = 0xd0000000ull | VQC_APICBASE_ENABLE;
	KUNIT_EXPECT_EQ(test, memcmp(&f->l, &before, sizeof(before)), 0);
	KUNIT_EXPECT_EQ(test, f->fx.nr, 0u);
}

static void x2apic_mode_needs_the_option(struct kunit *test)
{
	lf_reset(test, LF_ID, LF_CFG_ALL & ~VQC_LAPIC_CFG_X2APIC);
	KUNIT_EXPECT_EQ(test, lf_set_base(test, B_X2, false), -EINVAL);
	KUNIT_EXPECT_EQ(test, lf_set_base(test, B_X2, true), -EINVAL);
}

static void x2apic_ids_follow_from_the_initial_id(struct kunit *test)
{
	static const u32 id[] = { 0, 1, 15, 16, 0x25, 0xff, 0x100, 0x123, 0xfff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(id); i++) {
		lf_reset(test, id[i], LF_CFG_ALL);
		lf_write(test, VQC_LAPIC_ID, 0x77000000);
		lf_enter_x2apic(test);
		KUNIT_EXPECT_EQ(test, lf_rdmsr(test, VQC_LAPIC_ID), (u64)id[i]);
		KUNIT_EXPECT_EQ(test, lf_rdmsr(test, VQC_LAPIC_LDR),
				((u64)id[i] >> 4) << 16 | 1 << (id[i] & 15));
	}
}

static void entering_x2apic_keeps_all_but_destinations(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l, before;

	lf_edge(test, 0x40);
	lf_write(test, VQC_LAPIC_ICR2, 0x12000000);
	lf_write(test, VQC_LAPIC_DFR, 0);
	lf_write(test, VQC_LAPIC_TPR, 0x33);
	lf_write(test, VQC_LAPIC_TMICT, 100000);
	before = *l;
	lf_enter_x2apic(test);
	before.base |= VQC_APICBASE_EXTD;
	before.ldr = vqc_dest_x2_ldr(LF_ID);
	before.icr = 0;
	before.dfr = ~0u;
	KUNIT_EXPECT_EQ(test, memcmp(l, &before, sizeof(before)), 0);
}

static void turning_off_forgets_all_and_stops_the_timer(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l, fresh;

	lf_level(test, 0x40);
	vqc_lapic_ack(l);
	lf_edge(test, 0x50);
	lf_write(test, VQC_LAPIC_TMICT, 100000);
	KUNIT_EXPECT_EQ(test, lf_set_base(test, 0, false), 0);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(l), -1);
	KUNIT_EXPECT_EQ(test, lf_set_base(test, VQC_APICBASE_ENABLE, false), 0);
	vqc_lapic_reset(&fresh, LF_ID, LF_CFG_ALL);
	KUNIT_EXPECT_EQ(test, memcmp(l, &fresh, sizeof(fresh)), 0);
}

static void late_acceptance_is_not_injected_while_off(struct kunit *test)
{
	lf_set_base(test, 0, false);
	set_bit(0x40, lf(test)->l.irr);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(&lf(test)->l), -1);
}

static void enabled_means_by_base_and_by_svr(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	KUNIT_EXPECT_TRUE(test, vqc_lapic_enabled(l));
	lf_write(test, VQC_LAPIC_SVR, 0xff);
	KUNIT_EXPECT_FALSE(test, vqc_lapic_enabled(l));
	lf_enable(test);
	lf_set_base(test, 0, false);
	KUNIT_EXPECT_FALSE(test, vqc_lapic_enabled(l));
}

static void destination_follows_the_registers(struct kunit *test)
{
	struct vqc_dest_cpu cpu;

	lf_reset(test, 0x123, LF_CFG_ALL);
	lf_write(test, VQC_LAPIC_LDR, 0x04ffffff);
	lf_write(test, VQC_LAPIC_DFR, 0x0fffffff);
	vqc_lapic_dest(&lf(test)->l, &cpu);
	KUNIT_EXPECT_EQ(test, cpu.apic_id, 0x23u);
	KUNIT_EXPECT_EQ(test, cpu.x2_id, 0x123u);
	KUNIT_EXPECT_EQ(test, cpu.ldr, 0x04000000u);
	KUNIT_EXPECT_EQ(test, cpu.dfr, 0x0fffffffu);
	KUNIT_EXPECT_EQ(test, cpu.mode, VQC_APIC_XAPIC);
	lf_enter_x2apic(test);
	vqc_lapic_dest(&lf(test)->l, &cpu);
	KUNIT_EXPECT_EQ(test, cpu.apic_id, 0x123u);
	KUNIT_EXPECT_EQ(test, cpu.ldr, 0x120008u);
	KUNIT_EXPECT_EQ(test, cpu.mode, VQC_APIC_X2APIC);
}

/* Reset, INIT and software disable */

static void only_the_bsp_runs_after_reset(struct kunit *test)
{
	lf_reset(test, 0, LF_CFG_ALL | VQC_LAPIC_CFG_BSP);
	KUNIT_EXPECT_FALSE(test, lf(test)->l.wait_sipi);
	KUNIT_EXPECT_EQ(test, lf(test)->l.base, VQC_APICBASE_DEFAULT |
			VQC_APICBASE_ENABLE | VQC_APICBASE_BSP);
	lf_reset(test, 1, LF_CFG_ALL);
	KUNIT_EXPECT_TRUE(test, lf(test)->l.wait_sipi);
	KUNIT_EXPECT_EQ(test, lf(test)->l.base, VQC_APICBASE_DEFAULT |
			VQC_APICBASE_ENABLE);
}

static void init_goes_by_the_bsp_bit_of_the_base(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);

	lf_set_base(test, VQC_APICBASE_ENABLE | VQC_APICBASE_BSP, true);
	vqc_lapic_init(&f->l, &f->fx);
	KUNIT_EXPECT_FALSE(test, f->l.wait_sipi);
	lf_set_base(test, VQC_APICBASE_ENABLE, true);
	vqc_lapic_init(&f->l, &f->fx);
	KUNIT_EXPECT_TRUE(test, f->l.wait_sipi);
}

static void init_keeps_id_and_base_and_nothing_else(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	struct vqc_lapic want;

	lf_write(test, VQC_LAPIC_ID, 0x77000000);
	lf_write(test, VQC_LAPIC_LDR, 0x02000000);
	lf_write(test, VQC_LAPIC_DFR, 0);
	lf_write(test, VQC_LAPIC_TMICT, 1000000);
	lf_write(test, VQC_LAPIC_ICR2, 0x01000000);
	lf_level(test, 0x40);
	vqc_lapic_ack(&f->l);
	lf_edge(test, 0x0f);
	vqc_fx_init(&f->fx);
	vqc_lapic_init(&f->l, &f->fx);
	lf_check(test);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_DEST), 1u);
	vqc_lapic_reset(&want, LF_ID, LF_CFG_ALL);
	want.id = 0x77;
	KUNIT_EXPECT_EQ(test, memcmp(&f->l, &want, sizeof(want)), 0);
}

static void init_stays_in_x2apic_mode(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);

	lf_enter_x2apic(test);
	lf_wrmsr(test, VQC_LAPIC_TPR, 0x40);
	vqc_lapic_init(&f->l, &f->fx);
	lf_check(test);
	KUNIT_EXPECT_EQ(test, vqc_lapic_mode(&f->l), VQC_APIC_X2APIC);
	KUNIT_EXPECT_EQ(test, lf_rdmsr(test, VQC_LAPIC_LDR),
			(u64)vqc_dest_x2_ldr(LF_ID));
	KUNIT_EXPECT_EQ(test, lf_rdmsr(test, VQC_LAPIC_TPR), 0ull);
}

static void reset_leaves_no_trace_of_the_past(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	struct vqc_lapic fresh;

	lf_write(test, VQC_LAPIC_LVT_TIMER, FIELD_PREP(VQC_LVT_TIMER_MODE,
						       VQC_TIMER_PERIODIC) | 0x40);
	lf_write(test, VQC_LAPIC_TMICT, 60000);
	lf_accept(test, VQC_DM_NMI, 0, VQC_MSG_ASSERT);
	lf_lint(test, 1, true);
	lf_reset(test, LF_ID, LF_CFG_ALL);
	memset(&fresh, 0xff, sizeof(fresh));
	vqc_lapic_reset(&fresh, LF_ID, LF_CFG_ALL);
	KUNIT_EXPECT_EQ(test, memcmp(&f->l, &fresh, sizeof(fresh)), 0);
	lf_pass(test, 10000000);
	LF_EXPECT_WHY(test, lf_expire(test), TIMER_OFF);
}

static void lint0_resets_to_extint_by_option(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);

	KUNIT_EXPECT_FALSE(test, vqc_lapic_takes_extint(&f->l));
	lf_reset(test, 0, LF_CFG_ALL | VQC_LAPIC_CFG_LINT0_EXTINT);
	KUNIT_EXPECT_TRUE(test, vqc_lapic_takes_extint(&f->l));
	lf_write(test, VQC_LAPIC_LVT_LINT0, LVT_MODE(VQC_DM_EXTINT));
	KUNIT_EXPECT_FALSE(test, vqc_lapic_takes_extint(&f->l));
	vqc_lapic_init(&f->l, &f->fx);
	KUNIT_EXPECT_TRUE(test, vqc_lapic_takes_extint(&f->l));
}

static const unsigned int lvt_offsets[] = {
	VQC_LAPIC_LVT_CMCI, VQC_LAPIC_LVT_TIMER, VQC_LAPIC_LVT_THERMAL,
	VQC_LAPIC_LVT_PMC, VQC_LAPIC_LVT_LINT0, VQC_LAPIC_LVT_LINT1,
	VQC_LAPIC_LVT_ERROR,
};

static void software_disable_masks_each_lvt_for_good(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lvt_offsets); i++)
		lf_write(test, lvt_offsets[i], 0x40 + i);
	lf_write(test, VQC_LAPIC_SVR, 0xff);
	for (i = 0; i < ARRAY_SIZE(lvt_offsets); i++)
		KUNIT_EXPECT_EQ(test, lf_read(test, lvt_offsets[i]),
				(u32)VQC_LVT_MASKED | (0x40 + i));
	lf_enable(test);
	for (i = 0; i < ARRAY_SIZE(lvt_offsets); i++)
		KUNIT_EXPECT_TRUE(test, lf_read(test, lvt_offsets[i]) &
				  VQC_LVT_MASKED);
}

static void software_disable_forces_the_mask_of_writes(struct kunit *test)
{
	unsigned int i;

	lf_write(test, VQC_LAPIC_SVR, 0xff);
	for (i = 0; i < ARRAY_SIZE(lvt_offsets); i++) {
		lf_write(test, lvt_offsets[i], 0x40);
		KUNIT_EXPECT_EQ(test, lf_read(test, lvt_offsets[i]),
				(u32)VQC_LVT_MASKED | 0x40);
	}
}

static void software_disable_keeps_what_is_pending(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_edge(test, 0x40);
	vqc_lapic_ack(l);
	lf_edge(test, 0x50);
	lf_write(test, VQC_LAPIC_SVR, 0xff);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ack(l), 0x50);
	KUNIT_EXPECT_EQ(test, lf_eoi(test), 0x50);
	KUNIT_EXPECT_EQ(test, lf_eoi(test), 0x40);
}

static void turning_svr_on_or_off_tells_the_senders(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_SVR, 0xff);
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_DEST), 1u);
	lf_write(test, VQC_LAPIC_SVR, 0xef);
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_DEST), 0u);
	lf_enable(test);
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_DEST), 1u);
}

/* The invariants themselves */

struct broken_case {
	const char *desc;
	void (*breaks)(struct vqc_lapic *l);
};

#define BREAKS(name, code) \
	static void breaks_##name(struct vqc_lapic *l) { code; }

BREAKS(irr, set_bit(15, l->irr))
BREAKS(isr, __set_bit(0, l->isr))
BREAKS(tmr, set_bit(3, l->tmr))
BREAKS(events, set_bit(VQC_EV_EXTINT + 1, &l->events))
BREAKS(errors, set_bit(0, &l->errors))
BREAKS(esr, l->esr = BIT(4))
BREAKS(base, l->base = VQC_APICBASE_EXTD)
BREAKS(cfg_x2, l->base |= VQC_APICBASE_EXTD; l->cfg = 0)
BREAKS(x2_id, l->base |= VQC_APICBASE_EXTD; l->id++; l->ldr = vqc_dest_x2_ldr(l->id))
BREAKS(x2_ldr, l->base |= VQC_APICBASE_EXTD; l->ldr = 0)
BREAKS(id, l->id = 0x100)
BREAKS(ldr, l->ldr = 1)
BREAKS(tpr, l->tpr = 0x100)
BREAKS(dfr, l->dfr = 0xf0000000)
BREAKS(svr, l->svr |= BIT(10))
BREAKS(svr_cfg, l->svr |= VQC_SVR_SUPPRESS_EOI; l->cfg = 0)
BREAKS(icr, l->icr |= VQC_ICR_BUSY)
BREAKS(tdcr, l->tdcr = 4)
BREAKS(lint, l->lint = 4)
BREAKS(lvt, l->lvt[VQC_LVT_IDX_ERROR] |= BIT(8))
BREAKS(remote_irr, l->lvt[VQC_LVT_IDX_LINT0] |= VQC_LVT_REMOTE_IRR)
BREAKS(unmasked, l->svr = 0xff; l->lvt[VQC_LVT_IDX_PMC] = 0x40)
BREAKS(unmasked_lint0, l->svr = 0xff; l->lvt[VQC_LVT_IDX_LINT0] = 0x40)
BREAKS(timer_cfg, l->cfg = 0; l->lvt[0] = VQC_LVT_MASKED | BIT(18))
BREAKS(timer_mode, l->lvt[0] = VQC_LVT_MASKED | BIT(18); l->tmict = 1)
BREAKS(timer_tsc, l->tsc_deadline = 1)
BREAKS(timer_tsc_idle, l->lvt[0] = VQC_LVT_MASKED | BIT(18); l->tsc_deadline = 1)
BREAKS(timer_runs, l->timer_deadline_ns = 1)
BREAKS(timer_off, l->base = 0; l->tmict = 1; l->timer_deadline_ns = 1)

#define BROKEN(name) { #name, breaks_##name }

static const struct broken_case broken_cases[] = {
	BROKEN(irr), BROKEN(isr), BROKEN(tmr), BROKEN(events), BROKEN(errors),
	BROKEN(esr), BROKEN(base), BROKEN(cfg_x2), BROKEN(x2_id), BROKEN(x2_ldr),
	BROKEN(id), BROKEN(ldr), BROKEN(tpr), BROKEN(dfr), BROKEN(svr),
	BROKEN(svr_cfg), BROKEN(icr), BROKEN(tdcr), BROKEN(lint), BROKEN(lvt),
	BROKEN(remote_irr), BROKEN(unmasked), BROKEN(unmasked_lint0), BROKEN(timer_cfg),
	BROKEN(timer_mode), BROKEN(timer_tsc), BROKEN(timer_tsc_idle),
	BROKEN(timer_runs), BROKEN(timer_off),
};

static void broken_case_desc(const struct broken_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(broken, broken_cases, broken_case_desc);

static void check_finds_a_broken_chip(struct kunit *test)
{
	const struct broken_case *c = test->param_value;

	KUNIT_EXPECT_NULL(test, vqc_lapic_check(&lf(test)->l));
	c->breaks(&lf(test)->l);
	KUNIT_EXPECT_NOT_NULL(test, vqc_lapic_check(&lf(test)->l));
}

static struct kunit_case lapic_mode_cases[] = {
	KUNIT_CASE_PARAM(mode_transitions, base_gen_params),
	KUNIT_CASE(base_refuses_reserved_bits),
	KUNIT_CASE(base_address_ends_at_maxphyaddr),
	KUNIT_CASE(relocation_disturbs_nothing),
	KUNIT_CASE(x2apic_mode_needs_the_option),
	KUNIT_CASE(x2apic_ids_follow_from_the_initial_id),
	KUNIT_CASE(entering_x2apic_keeps_all_but_destinations),
	KUNIT_CASE(turning_off_forgets_all_and_stops_the_timer),
	KUNIT_CASE(late_acceptance_is_not_injected_while_off),
	KUNIT_CASE(enabled_means_by_base_and_by_svr),
	KUNIT_CASE(destination_follows_the_registers),
	KUNIT_CASE(only_the_bsp_runs_after_reset),
	KUNIT_CASE(init_goes_by_the_bsp_bit_of_the_base),
	KUNIT_CASE(init_keeps_id_and_base_and_nothing_else),
	KUNIT_CASE(init_stays_in_x2apic_mode),
	KUNIT_CASE(reset_leaves_no_trace_of_the_past),
	KUNIT_CASE(lint0_resets_to_extint_by_option),
	KUNIT_CASE(software_disable_masks_each_lvt_for_good),
	KUNIT_CASE(software_disable_forces_the_mask_of_writes),
	KUNIT_CASE(software_disable_keeps_what_is_pending),
	KUNIT_CASE(turning_svr_on_or_off_tells_the_senders),
	KUNIT_CASE_PARAM(check_finds_a_broken_chip, broken_gen_params),
	{}
};

static struct kunit_suite lapic_mode_suite = {
	.name = "virqchip_lapic_mode",
	.init = lf_init,
	.test_cases = lapic_mode_cases,
};

kunit_test_suite(lapic_mode_suite);
