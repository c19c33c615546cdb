// SPDX-License-Identifier: GPL-2.0-only
/* The local APIC: acceptance, priorities, EOI, LINT inputs, errors and modes. */
#include "lapic_fixture.h"

#define LVT_MODE(mode)		((u32)(mode) << 8)

static void edge_enters_irr_with_tmr_clear(struct kunit *test)
{
	LF_EXPECT_WHY(test, lf_edge(test, 0x61), DELIVERED);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(&lf(test)->l), 0x61);
	KUNIT_EXPECT_FALSE(test, test_bit(0x61, lf(test)->l.tmr));
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_isr(&lf(test)->l), -1);
}

static void level_enters_irr_with_tmr_set(struct kunit *test)
{
	LF_EXPECT_WHY(test, lf_level(test, 0x61), DELIVERED);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(&lf(test)->l), 0x61);
	KUNIT_EXPECT_TRUE(test, test_bit(0x61, lf(test)->l.tmr));
}

static void second_request_of_a_vector_is_coalesced(struct kunit *test)
{
	lf_edge(test, 0x61);
	LF_EXPECT_WHY(test, lf_edge(test, 0x61), COALESCED);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ack(&lf(test)->l), 0x61);
	lf_eoi(test);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(&lf(test)->l), -1);
}

static void request_during_service_comes_again_after_eoi(struct kunit *test)
{
	lf_edge(test, 0x61);
	vqc_lapic_ack(&lf(test)->l);
	LF_EXPECT_WHY(test, lf_edge(test, 0x61), DELIVERED);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(&lf(test)->l), -1);
	lf_eoi(test);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(&lf(test)->l), 0x61);
}

static void tmr_changes_on_acceptance_only(struct kunit *test)
{
	lf_level(test, 0x60);
	vqc_lapic_ack(&lf(test)->l);
	lf_eoi(test);
	KUNIT_EXPECT_TRUE(test, test_bit(0x60, lf(test)->l.tmr));
	lf_edge(test, 0x60);
	KUNIT_EXPECT_FALSE(test, test_bit(0x60, lf(test)->l.tmr));
	vqc_lapic_ack(&lf(test)->l);
	lf_eoi(test);
	KUNIT_EXPECT_EQ(test, lf(test)->fx.nr, 0u);
}

static void lowest_priority_message_is_accepted_as_fixed(struct kunit *test)
{
	LF_EXPECT_WHY(test, lf_accept(test, VQC_DM_LOWEST, 0x44, VQC_MSG_ASSERT),
		      DELIVERED);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(&lf(test)->l), 0x44);
}

static void each_vector_below_16_is_an_error_on_reception(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;
	unsigned int vector;

	for (vector = 0; vector < 16; vector++) {
		l->errors = 0;
		LF_EXPECT_WHY(test, lf_edge(test, vector), ILLEGAL_VECTOR);
		KUNIT_EXPECT_EQ(test, l->errors, (ulong)VQC_ESR_RECV_ILLEGAL);
		KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(l), -1);
	}
	LF_EXPECT_WHY(test, lf_edge(test, 16), DELIVERED);
}

struct accept_case {
	const char *desc;
	u8 mode;
	u8 flags;
	u8 vector;
	enum vqc_why on;
	enum vqc_why sw_off;
};

static const struct accept_case accept_cases[] = {
	{ "fixed", VQC_DM_FIXED, VQC_MSG_ASSERT, 0x40,
	  VQC_WHY_DELIVERED, VQC_WHY_APIC_SW_OFF },
	{ "lowest", VQC_DM_LOWEST, VQC_MSG_ASSERT, 0x40,
	  VQC_WHY_DELIVERED, VQC_WHY_APIC_SW_OFF },
	{ "fixed, illegal vector", VQC_DM_FIXED, VQC_MSG_ASSERT, 0x0f,
	  VQC_WHY_ILLEGAL_VECTOR, VQC_WHY_APIC_SW_OFF },
	{ "SMI", VQC_DM_SMI, VQC_MSG_ASSERT, 0, VQC_WHY_DELIVERED, VQC_WHY_DELIVERED },
	{ "NMI, vector ignored", VQC_DM_NMI, VQC_MSG_ASSERT, 2,
	  VQC_WHY_DELIVERED, VQC_WHY_DELIVERED },
	{ "INIT", VQC_DM_INIT, VQC_MSG_ASSERT, 0, VQC_WHY_DELIVERED, VQC_WHY_DELIVERED },
	{ "INIT, edge", VQC_DM_INIT, 0, 0, VQC_WHY_DELIVERED, VQC_WHY_DELIVERED },
	{ "INIT, level assert", VQC_DM_INIT, VQC_MSG_LEVEL | VQC_MSG_ASSERT, 0,
	  VQC_WHY_DELIVERED, VQC_WHY_DELIVERED },
	{ "INIT, level de-assert", VQC_DM_INIT, VQC_MSG_LEVEL, 0,
	  VQC_WHY_INIT_DEASSERT, VQC_WHY_INIT_DEASSERT },
	{ "SIPI", VQC_DM_SIPI, VQC_MSG_ASSERT, 0x9a,
	  VQC_WHY_DELIVERED, VQC_WHY_DELIVERED },
	{ "ExtINT", VQC_DM_EXTINT, VQC_MSG_ASSERT, 0,
	  VQC_WHY_DELIVERED, VQC_WHY_DELIVERED },
	{ "reserved", VQC_DM_RESERVED, VQC_MSG_ASSERT, 0x40,
	  VQC_WHY_BAD_MODE, VQC_WHY_BAD_MODE },
};

static void accept_case_desc(const struct accept_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(accept, accept_cases, accept_case_desc);

static void acceptance_by_mode_and_enable(struct kunit *test)
{
	const struct accept_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, (int)lf_accept(test, c->mode, c->vector, c->flags),
			(int)c->on);
	lf_reset(test, LF_ID, LF_CFG_ALL);
	KUNIT_EXPECT_EQ(test, (int)lf_accept(test, c->mode, c->vector, c->flags),
			(int)c->sw_off);
	lf_reset(test, LF_ID, LF_CFG_ALL);
	lf_set_base(test, 0, false);
	LF_EXPECT_WHY(test, lf_accept(test, c->mode, c->vector, c->flags),
		      APIC_HW_OFF);
	KUNIT_EXPECT_EQ(test, lf(test)->l.events, 0ul);
	KUNIT_EXPECT_EQ(test, lf(test)->l.errors, 0ul);
}

static void pending_event_is_coalesced(struct kunit *test)
{
	static const u8 mode[] = { VQC_DM_SMI, VQC_DM_NMI, VQC_DM_INIT,
				   VQC_DM_SIPI, VQC_DM_EXTINT };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mode); i++) {
		lf_reset(test, LF_ID, LF_CFG_ALL);
		LF_EXPECT_WHY(test, lf_accept(test, mode[i], 0x10, VQC_MSG_ASSERT),
			      DELIVERED);
		LF_EXPECT_WHY(test, lf_accept(test, mode[i], 0x10, VQC_MSG_ASSERT),
			      COALESCED);
		KUNIT_EXPECT_EQ(test, hweight_long(lf(test)->l.events), 1ul);
	}
}

static void latest_sipi_vector_counts(struct kunit *test)
{
	lf_accept(test, VQC_DM_SIPI, 0x10, VQC_MSG_ASSERT);
	lf_accept(test, VQC_DM_SIPI, 0x9f, VQC_MSG_ASSERT);
	KUNIT_EXPECT_EQ(test, lf(test)->l.sipi_vector, 0x9f);
	KUNIT_EXPECT_EQ(test, lf(test)->l.events, BIT(VQC_EV_SIPI));
}

static void init_drops_an_earlier_sipi(struct kunit *test)
{
	lf_accept(test, VQC_DM_SIPI, 0x10, VQC_MSG_ASSERT);
	lf_accept(test, VQC_DM_INIT, 0, VQC_MSG_ASSERT);
	KUNIT_EXPECT_EQ(test, lf(test)->l.events, BIT(VQC_EV_INIT));
}

static void sipi_behind_an_init_survives_the_init(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);

	lf_accept(test, VQC_DM_INIT, 0, VQC_MSG_ASSERT);
	lf_accept(test, VQC_DM_SIPI, 0x10, VQC_MSG_ASSERT);
	clear_bit(VQC_EV_INIT, &f->l.events);
	vqc_lapic_init(&f->l, &f->fx);
	KUNIT_EXPECT_EQ(test, f->l.events, BIT(VQC_EV_SIPI));
	KUNIT_EXPECT_EQ(test, f->l.sipi_vector, 0x10);
	KUNIT_EXPECT_TRUE(test, f->l.wait_sipi);
}

struct ppr_case {
	u8 tpr;
	u8 isr;
	u8 ppr;
};

static const struct ppr_case ppr_cases[] = {
	{ 0x00, 0x00, 0x00 }, { 0x0f, 0x00, 0x0f }, { 0x50, 0x00, 0x50 },
	{ 0x5a, 0x00, 0x5a }, { 0xff, 0x00, 0xff }, { 0x00, 0x10, 0x10 },
	{ 0x00, 0x51, 0x50 }, { 0x0f, 0x51, 0x50 }, { 0x4f, 0x51, 0x50 },
	{ 0x50, 0x51, 0x50 }, { 0x5c, 0x51, 0x5c }, { 0x60, 0x51, 0x60 },
	{ 0xe0, 0xff, 0xf0 }, { 0xf7, 0xff, 0xf7 },
};

static void ppr_case_desc(const struct ppr_case *c, char *desc)
{
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "TPR %#x, ISR %#x", c->tpr, c->isr);
}

KUNIT_ARRAY_PARAM(ppr, ppr_cases, ppr_case_desc);

static void ppr_follows_tpr_and_isr(struct kunit *test)
{
	const struct ppr_case *c = test->param_value;
	struct vqc_lapic *l = &lf(test)->l;

	if (c->isr)
		__set_bit(c->isr, l->isr);
	vqc_lapic_set_tpr(l, c->tpr);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ppr(l), c->ppr);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_PPR), (u32)c->ppr);
}

struct apr_case {
	u8 tpr;
	u8 isr;
	u8 irr;
	u8 apr;
};

static const struct apr_case apr_cases[] = {
	{ 0x00, 0x00, 0x00, 0x00 }, { 0x35, 0x00, 0x00, 0x35 },
	{ 0x35, 0x00, 0x31, 0x35 }, { 0x35, 0x31, 0x00, 0x30 },
	{ 0x35, 0x00, 0x41, 0x40 }, { 0x35, 0x51, 0x41, 0x50 },
	{ 0x35, 0x41, 0x51, 0x50 }, { 0x65, 0x41, 0x51, 0x65 },
};

static void apr_case_desc(const struct apr_case *c, char *desc)
{
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "TPR %#x, ISR %#x, IRR %#x",
		  c->tpr, c->isr, c->irr);
}

KUNIT_ARRAY_PARAM(apr, apr_cases, apr_case_desc);

static void apr_follows_tpr_isr_and_irr(struct kunit *test)
{
	const struct apr_case *c = test->param_value;
	struct vqc_lapic *l = &lf(test)->l;

	if (c->isr)
		__set_bit(c->isr, l->isr);
	if (c->irr)
		set_bit(c->irr, l->irr);
	vqc_lapic_set_tpr(l, c->tpr);
	KUNIT_EXPECT_EQ(test, vqc_lapic_apr(l), c->apr);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_APR), (u32)c->apr);
}

static void only_a_class_above_tpr_is_injected(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;
	unsigned int tpr, vector;

	for (tpr = 0; tpr < 256; tpr += 5) {
		vqc_lapic_set_tpr(l, tpr);
		for (vector = 16; vector < 256; vector++) {
			set_bit(vector, l->irr);
			KUNIT_EXPECT_EQ(test, vqc_lapic_next(l),
					vector / 16 > tpr / 16 ? (int)vector : -1);
			clear_bit(vector, l->irr);
		}
	}
}

static void raised_tpr_holds_a_request_until_lowered(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_edge(test, 0x41);
	lf_write(test, VQC_LAPIC_TPR, 0x50);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(l), -1);
	lf_write(test, VQC_LAPIC_TPR, 0x4f);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(l), -1);
	lf_write(test, VQC_LAPIC_TPR, 0x3f);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(l), 0x41);
}

static void higher_request_passes_a_held_one(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_TPR, 0x50);
	lf_edge(test, 0x31);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(&lf(test)->l), -1);
	lf_edge(test, 0x61);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(&lf(test)->l), 0x61);
}

static void same_class_does_not_nest(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_edge(test, 0x41);
	vqc_lapic_ack(l);
	lf_edge(test, 0x4f);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(l), -1);
	KUNIT_EXPECT_EQ(test, lf_eoi(test), 0x41);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(l), 0x4f);
}

static void nested_service_ends_innermost_first(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_edge(test, 0x40);
	vqc_lapic_ack(l);
	lf_edge(test, 0x80);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ack(l), 0x80);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ppr(l), 0x80);
	KUNIT_EXPECT_EQ(test, lf_eoi(test), 0x80);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ppr(l), 0x40);
	KUNIT_EXPECT_EQ(test, lf_eoi(test), 0x40);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ppr(l), 0);
}

static void all_vectors_come_in_descending_order(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;
	unsigned int vector;

	for (vector = 16; vector < 256; vector++)
		lf_edge(test, vector);
	for (vector = 255; vector >= 16; vector--) {
		KUNIT_EXPECT_EQ(test, vqc_lapic_ack(l), (u8)vector);
		KUNIT_EXPECT_EQ(test, vqc_lapic_highest_isr(l), (int)vector);
		KUNIT_EXPECT_EQ(test, lf_eoi(test), (int)vector);
	}
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(l), -1);
}

static void ack_of_nothing_gives_the_spurious_vector(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_write(test, VQC_LAPIC_SVR, VQC_SVR_ENABLE | 0xef);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ack(l), 0xef);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_isr(l), -1);
	lf_edge(test, 0x41);
	vqc_lapic_set_tpr(l, 0x40);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ack(l), 0xef);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(l), 0x41);
}

static void eoi_of_an_edge_is_not_broadcast(struct kunit *test)
{
	lf_edge(test, 0x61);
	vqc_lapic_ack(&lf(test)->l);
	KUNIT_EXPECT_EQ(test, lf_eoi(test), 0x61);
	KUNIT_EXPECT_EQ(test, lf(test)->fx.nr, 0u);
}

static void eoi_of_a_level_is_broadcast(struct kunit *test)
{
	lf_level(test, 0x61);
	vqc_lapic_ack(&lf(test)->l);
	KUNIT_EXPECT_EQ(test, lf_eoi(test), 0x61);
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_EOI), 1u);
	KUNIT_EXPECT_EQ(test, lf_find(test, VQC_FX_EOI)->vector, 0x61);
}

static void svr_bit_12_suppresses_the_broadcast(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_SVR, VQC_SVR_SUPPRESS_EOI | VQC_SVR_ENABLE | 0xff);
	lf_level(test, 0x61);
	vqc_lapic_ack(&lf(test)->l);
	KUNIT_EXPECT_EQ(test, lf_eoi(test), 0x61);
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_EOI), 0u);
	KUNIT_EXPECT_TRUE(test, lf_noted(test, VQC_WHY_EOI_SUPPRESSED));
}

static void svr_bit_12_does_not_exist_without_the_option(struct kunit *test)
{
	lf_reset(test, LF_ID, LF_CFG_ALL & ~VQC_LAPIC_CFG_SUPPRESS_EOI);
	lf_write(test, VQC_LAPIC_SVR, VQC_SVR_SUPPRESS_EOI | VQC_SVR_ENABLE | 0xff);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_SVR), 0x1ffu);
	lf_level(test, 0x61);
	vqc_lapic_ack(&lf(test)->l);
	lf_eoi(test);
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_EOI), 1u);
}

static void eoi_of_nothing_is_only_noted(struct kunit *test)
{
	set_bit(0x61, lf(test)->l.tmr);
	KUNIT_EXPECT_EQ(test, lf_eoi(test), -1);
	KUNIT_EXPECT_EQ(test, lf(test)->fx.nr, 1u);
	KUNIT_EXPECT_TRUE(test, lf_noted(test, VQC_WHY_EOI_NONE));
}

/* Local sources */

static void thermal_lvt_delivers_its_vector(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_THERMAL, 0xf9);
	LF_EXPECT_WHY(test, vqc_lapic_raise_lvt(&lf(test)->l, VQC_LVT_IDX_THERMAL),
		      DELIVERED);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(&lf(test)->l), 0xf9);
}

static void masked_lvt_delivers_nothing(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < VQC_NR_LVTS; i++)
		LF_EXPECT_WHY(test, vqc_lapic_raise_lvt(&lf(test)->l, i),
			      LVT_MASKED);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(&lf(test)->l), -1);
}

static void pmc_lvt_masks_itself_on_delivery(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_write(test, VQC_LAPIC_LVT_PMC, LVT_MODE(VQC_DM_NMI));
	LF_EXPECT_WHY(test, vqc_lapic_raise_lvt(l, VQC_LVT_IDX_PMC), DELIVERED);
	KUNIT_EXPECT_EQ(test, l->events, BIT(VQC_EV_NMI));
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_LVT_PMC),
			LVT_MODE(VQC_DM_NMI) | (u32)VQC_LVT_MASKED);
	LF_EXPECT_WHY(test, vqc_lapic_raise_lvt(l, VQC_LVT_IDX_PMC), LVT_MASKED);
}

static void pmc_lvt_with_an_illegal_vector_is_not_masked(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_write(test, VQC_LAPIC_LVT_PMC, 0x0f);
	LF_EXPECT_WHY(test, vqc_lapic_raise_lvt(l, VQC_LVT_IDX_PMC),
		      ILLEGAL_VECTOR);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_LVT_PMC), 0x0fu);
}

static void cmci_lvt_needs_the_option(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_CMCI, 0xf8);
	LF_EXPECT_WHY(test, vqc_lapic_raise_lvt(&lf(test)->l, VQC_LVT_IDX_CMCI),
		      DELIVERED);
	lf_reset(test, LF_ID, LF_CFG_ALL & ~VQC_LAPIC_CFG_CMCI);
	LF_EXPECT_WHY(test, vqc_lapic_raise_lvt(&lf(test)->l, VQC_LVT_IDX_CMCI),
		      NO_REG);
}

static void lvt_takes_no_mode_meant_for_messages(struct kunit *test)
{
	static const u8 mode[] = { VQC_DM_LOWEST, VQC_DM_RESERVED, VQC_DM_SIPI };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mode); i++) {
		lf_write(test, VQC_LAPIC_LVT_THERMAL, LVT_MODE(mode[i]) | 0x40);
		LF_EXPECT_WHY(test, vqc_lapic_raise_lvt(&lf(test)->l,
							VQC_LVT_IDX_THERMAL),
			      BAD_MODE);
	}
	KUNIT_EXPECT_EQ(test, lf(test)->l.events, 0ul);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(&lf(test)->l), -1);
}

/* LINT inputs */

static void lint_edge_fires_on_each_rise(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_write(test, VQC_LAPIC_LVT_LINT0, 0x51);
	LF_EXPECT_WHY(test, lf_lint(test, 0, true), DELIVERED);
	LF_EXPECT_WHY(test, lf_lint(test, 0, true), NO_CHANGE);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ack(l), 0x51);
	lf_eoi(test);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(l), -1);
	LF_EXPECT_WHY(test, lf_lint(test, 0, false), LINE_LOW);
	LF_EXPECT_WHY(test, lf_lint(test, 0, false), NO_CHANGE);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(l), -1);
	LF_EXPECT_WHY(test, lf_lint(test, 0, true), DELIVERED);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(l), 0x51);
}

static void lint_level_fires_again_while_high(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_write(test, VQC_LAPIC_LVT_LINT0, VQC_LVT_LEVEL | 0x51);
	LF_EXPECT_WHY(test, lf_lint(test, 0, true), DELIVERED);
	KUNIT_EXPECT_TRUE(test, lf_read(test, VQC_LAPIC_LVT_LINT0) &
			  VQC_LVT_REMOTE_IRR);
	KUNIT_EXPECT_TRUE(test, test_bit(0x51, l->tmr));
	vqc_lapic_ack(l);
	KUNIT_EXPECT_EQ(test, lf_eoi(test), 0x51);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ack(l), 0x51);
	LF_EXPECT_WHY(test, lf_lint(test, 0, false), LINE_LOW);
	KUNIT_EXPECT_EQ(test, lf_eoi(test), 0x51);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(l), -1);
	KUNIT_EXPECT_FALSE(test, lf_read(test, VQC_LAPIC_LVT_LINT0) &
			   VQC_LVT_REMOTE_IRR);
}

static void lint_level_rise_before_eoi_is_merged(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_write(test, VQC_LAPIC_LVT_LINT0, VQC_LVT_LEVEL | 0x51);
	lf_lint(test, 0, true);
	vqc_lapic_ack(l);
	lf_lint(test, 0, false);
	LF_EXPECT_WHY(test, lf_lint(test, 0, true), COALESCED);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(l), -1);
	lf_eoi(test);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(l), 0x51);
}

static void eoi_of_another_vector_leaves_remote_irr(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_write(test, VQC_LAPIC_LVT_LINT0, VQC_LVT_LEVEL | 0x51);
	lf_lint(test, 0, true);
	vqc_lapic_ack(l);
	lf_level(test, 0x71);
	vqc_lapic_ack(l);
	KUNIT_EXPECT_EQ(test, lf_eoi(test), 0x71);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(l), -1);
	KUNIT_EXPECT_TRUE(test, lf_read(test, VQC_LAPIC_LVT_LINT0) &
			  VQC_LVT_REMOTE_IRR);
}

static void lint_level_fires_when_unmasked_while_high(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_LINT0, VQC_LVT_MASKED | VQC_LVT_LEVEL | 0x51);
	LF_EXPECT_WHY(test, lf_lint(test, 0, true), LVT_MASKED);
	lf_write(test, VQC_LAPIC_LVT_LINT0, VQC_LVT_LEVEL | 0x51);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(&lf(test)->l), 0x51);
}

static void lint_edge_is_not_kept_while_masked(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_LINT0, VQC_LVT_MASKED | 0x51);
	LF_EXPECT_WHY(test, lf_lint(test, 0, true), LVT_MASKED);
	lf_write(test, VQC_LAPIC_LVT_LINT0, 0x51);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(&lf(test)->l), -1);
}

static void remote_irr_goes_when_lint0_becomes_edge(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_LINT0, VQC_LVT_LEVEL | 0x51);
	lf_lint(test, 0, true);
	lf_write(test, VQC_LAPIC_LVT_LINT0, 0x51);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_LVT_LINT0), 0x51u);
}

static void new_lint0_vector_does_not_wait_for_the_old_eoi(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_LINT0, VQC_LVT_LEVEL | 0x51);
	lf_lint(test, 0, true);
	vqc_lapic_ack(&lf(test)->l);
	lf_write(test, VQC_LAPIC_LVT_LINT0, VQC_LVT_LEVEL | 0x61);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(&lf(test)->l), 0x61);
}

static void lint1_is_edge_whatever_its_trigger_bit(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_write(test, VQC_LAPIC_LVT_LINT1, VQC_LVT_LEVEL | 0x52);
	LF_EXPECT_WHY(test, lf_lint(test, 1, true), DELIVERED);
	KUNIT_EXPECT_FALSE(test, test_bit(0x52, l->tmr));
	vqc_lapic_ack(l);
	lf_eoi(test);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(l), -1);
}

static void lint_with_an_illegal_vector_is_an_error(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_LINT0, VQC_LVT_LEVEL | 0x08);
	LF_EXPECT_WHY(test, lf_lint(test, 0, true), ILLEGAL_VECTOR);
	KUNIT_EXPECT_EQ(test, lf(test)->l.errors, (ulong)VQC_ESR_RECV_ILLEGAL);
	KUNIT_EXPECT_FALSE(test, lf_read(test, VQC_LAPIC_LVT_LINT0) &
			   VQC_LVT_REMOTE_IRR);
}

struct lint_case {
	const char *desc;
	u8 lint;
	u8 mode;
	enum vqc_why why;
	ulong events;
};

static const struct lint_case lint_cases[] = {
	{ "LINT0 SMI", 0, VQC_DM_SMI, VQC_WHY_DELIVERED, BIT(VQC_EV_SMI) },
	{ "LINT0 NMI", 0, VQC_DM_NMI, VQC_WHY_DELIVERED, BIT(VQC_EV_NMI) },
	{ "LINT0 INIT", 0, VQC_DM_INIT, VQC_WHY_DELIVERED, BIT(VQC_EV_INIT) },
	{ "LINT0 ExtINT", 0, VQC_DM_EXTINT, VQC_WHY_DELIVERED, 0 },
	{ "LINT0 lowest", 0, VQC_DM_LOWEST, VQC_WHY_BAD_MODE, 0 },
	{ "LINT0 reserved", 0, VQC_DM_RESERVED, VQC_WHY_BAD_MODE, 0 },
	{ "LINT0 SIPI", 0, VQC_DM_SIPI, VQC_WHY_BAD_MODE, 0 },
	{ "LINT1 SMI", 1, VQC_DM_SMI, VQC_WHY_DELIVERED, BIT(VQC_EV_SMI) },
	{ "LINT1 NMI", 1, VQC_DM_NMI, VQC_WHY_DELIVERED, BIT(VQC_EV_NMI) },
	{ "LINT1 INIT", 1, VQC_DM_INIT, VQC_WHY_DELIVERED, BIT(VQC_EV_INIT) },
	{ "LINT1 ExtINT", 1, VQC_DM_EXTINT, VQC_WHY_DELIVERED, BIT(VQC_EV_EXTINT) },
};

static void lint_case_desc(const struct lint_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(lint, lint_cases, lint_case_desc);

static void lint_delivers_by_mode(struct kunit *test)
{
	const struct lint_case *c = test->param_value;
	unsigned int offset = c->lint ? VQC_LAPIC_LVT_LINT1 : VQC_LAPIC_LVT_LINT0;

	lf_write(test, offset, LVT_MODE(c->mode) | VQC_LVT_LEVEL | 0x40);
	KUNIT_EXPECT_EQ(test, (int)lf_lint(test, c->lint, true), (int)c->why);
	KUNIT_EXPECT_EQ(test, lf(test)->l.events, c->events);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(&lf(test)->l), -1);
	lf_write(test, offset, VQC_LVT_MASKED | LVT_MODE(c->mode));
	lf_lint(test, c->lint, false);
	LF_EXPECT_WHY(test, lf_lint(test, c->lint, true), LVT_MASKED);
}

static void lint_pins_are_intr_and_nmi_without_apic(struct kunit *test)
{
	lf_set_base(test, 0, false);
	LF_EXPECT_WHY(test, lf_lint(test, 0, true), DELIVERED);
	KUNIT_EXPECT_EQ(test, lf(test)->l.events, 0ul);
	LF_EXPECT_WHY(test, lf_lint(test, 1, true), DELIVERED);
	KUNIT_EXPECT_EQ(test, lf(test)->l.events, BIT(VQC_EV_NMI));
}

static void extint_passes_an_unmasked_extint_lint0_only(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;
	unsigned int mode;

	for (mode = 0; mode < 8; mode++) {
		lf_write(test, VQC_LAPIC_LVT_LINT0, LVT_MODE(mode) | 0x40);
		KUNIT_EXPECT_EQ(test, vqc_lapic_takes_extint(l),
				mode == VQC_DM_EXTINT);
		lf_write(test, VQC_LAPIC_LVT_LINT0, VQC_LVT_MASKED | LVT_MODE(mode));
		KUNIT_EXPECT_FALSE(test, vqc_lapic_takes_extint(l));
	}
	lf_set_base(test, 0, false);
	KUNIT_EXPECT_TRUE(test, vqc_lapic_takes_extint(l));
}

/* Errors */

static void new_error_raises_the_error_interrupt(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_ERROR, 0xfe);
	lf_edge(test, 0x0f);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ack(&lf(test)->l), 0xfe);
	lf_eoi(test);
	KUNIT_EXPECT_EQ(test, lf(test)->fx.nr, 0u);
}

static void recorded_error_raises_no_second_interrupt(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_write(test, VQC_LAPIC_LVT_ERROR, 0xfe);
	lf_edge(test, 0x0f);
	vqc_lapic_ack(l);
	lf_edge(test, 0x0f);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(l), -1);
	lf_write(test, VQC_LAPIC_ESR, 0);
	lf_edge(test, 0x0f);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(l), 0xfe);
}

static void masked_error_is_recorded_silently(struct kunit *test)
{
	lf_edge(test, 0x0f);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(&lf(test)->l), -1);
	KUNIT_EXPECT_EQ(test, lf(test)->l.errors, (ulong)VQC_ESR_RECV_ILLEGAL);
}

static void illegal_error_vector_is_one_more_error_and_no_more(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_write(test, VQC_LAPIC_LVT_ERROR, 0x0f);
	LF_EXPECT_WHY(test, lf_write(test, VQC_LAPIC_SELF_IPI, 0), NO_REG);
	KUNIT_EXPECT_EQ(test, l->errors,
			(ulong)(VQC_ESR_ILLEGAL_REG | VQC_ESR_RECV_ILLEGAL));
	KUNIT_EXPECT_TRUE(test, lf_noted(test, VQC_WHY_ILLEGAL_VECTOR));
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(l), -1);
	LF_EXPECT_WHY(test, lf_edge(test, 0x0f), ILLEGAL_VECTOR);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(l), -1);
}

static struct kunit_case lapic_cases[] = {
	KUNIT_CASE(edge_enters_irr_with_tmr_clear),
	KUNIT_CASE(level_enters_irr_with_tmr_set),
	KUNIT_CASE(second_request_of_a_vector_is_coalesced),
	KUNIT_CASE(request_during_service_comes_again_after_eoi),
	KUNIT_CASE(tmr_changes_on_acceptance_only),
	KUNIT_CASE(lowest_priority_message_is_accepted_as_fixed),
	KUNIT_CASE(each_vector_below_16_is_an_error_on_reception),
	KUNIT_CASE_PARAM(acceptance_by_mode_and_enable, accept_gen_params),
	KUNIT_CASE(pending_event_is_coalesced),
	KUNIT_CASE(latest_sipi_vector_counts),
	KUNIT_CASE(init_drops_an_earlier_sipi),
	KUNIT_CASE(sipi_behind_an_init_survives_the_init),
	KUNIT_CASE_PARAM(ppr_follows_tpr_and_isr, ppr_gen_params),
	KUNIT_CASE_PARAM(apr_follows_tpr_isr_and_irr, apr_gen_params),
	KUNIT_CASE(only_a_class_above_tpr_is_injected),
	KUNIT_CASE(raised_tpr_holds_a_request_until_lowered),
	KUNIT_CASE(higher_request_passes_a_held_one),
	KUNIT_CASE(same_class_does_not_nest),
	KUNIT_CASE(nested_service_ends_innermost_first),
	KUNIT_CASE(all_vectors_come_in_descending_order),
	KUNIT_CASE(ack_of_nothing_gives_the_spurious_vector),
	KUNIT_CASE(eoi_of_an_edge_is_not_broadcast),
	KUNIT_CASE(eoi_of_a_level_is_broadcast),
	KUNIT_CASE(svr_bit_12_suppresses_the_broadcast),
	KUNIT_CASE(svr_bit_12_does_not_exist_without_the_option),
	KUNIT_CASE(eoi_of_nothing_is_only_noted),
	KUNIT_CASE(thermal_lvt_delivers_its_vector),
	KUNIT_CASE(masked_lvt_delivers_nothing),
	KUNIT_CASE(pmc_lvt_masks_itself_on_delivery),
	KUNIT_CASE(pmc_lvt_with_an_illegal_vector_is_not_masked),
	KUNIT_CASE(cmci_lvt_needs_the_option),
	KUNIT_CASE(lvt_takes_no_mode_meant_for_messages),
	KUNIT_CASE(lint_edge_fires_on_each_rise),
	KUNIT_CASE(lint_level_fires_again_while_high),
	KUNIT_CASE(lint_level_rise_before_eoi_is_merged),
	KUNIT_CASE(eoi_of_another_vector_leaves_remote_irr),
	KUNIT_CASE(lint_level_fires_when_unmasked_while_high),
	KUNIT_CASE(lint_edge_is_not_kept_while_masked),
	KUNIT_CASE(remote_irr_goes_when_lint0_becomes_edge),
	KUNIT_CASE(new_lint0_vector_does_not_wait_for_the_old_eoi),
	KUNIT_CASE(lint1_is_edge_whatever_its_trigger_bit),
	KUNIT_CASE(lint_with_an_illegal_vector_is_an_error),
	KUNIT_CASE_PARAM(lint_delivers_by_mode, lint_gen_params),
	KUNIT_CASE(lint_pins_are_intr_and_nmi_without_apic),
	KUNIT_CASE(extint_passes_an_unmasked_extint_lint0_only),
	KUNIT_CASE(new_error_raises_the_error_interrupt),
	KUNIT_CASE(recorded_error_raises_no_second_interrupt),
	KUNIT_CASE(masked_error_is_recorded_silently),
	KUNIT_CASE(illegal_error_vector_is_one_more_error_and_no_more),
	{}
};

static struct kunit_suite lapic_suite = {
	.name = "virqchip_lapic",
	.init = lf_init,
	.test_cases = lapic_cases,
};

kunit_test_suite(lapic_suite);
