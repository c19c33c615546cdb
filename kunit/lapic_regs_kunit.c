// SPDX-License-Identifier: GPL-2.0-only
/* The local APIC's registers in both views, IPIs, and the error status register. */
#include "lapic_fixture.h"

/*
 * What each view offers, written down apart from the table: one character per
 * register for the page and for the MSRs. R, W, B(oth) or nothing.
 */
struct view_case {
	const char *name;
	u16 offset;
	char page;
	char msr;
	u64 reset;
	u64 rsvd;
};

#define RSVD(used)	(~(u64)(used))

/* Reset values of an enabled chip with all options; bits not to be written. */
static const struct view_case views[] = {
	{ "ID", 0x020, 'B', 'R', (u64)LF_ID << 24 },
	{ "VERSION", 0x030, 'R', 'R', 0x01060014 },
	{ "TPR", 0x080, 'B', 'B', 0, RSVD(0xff) },
	{ "APR", 0x090, 'R', ' ', 0 },
	{ "PPR", 0x0a0, 'R', 'R', 0 },
	{ "EOI", 0x0b0, 'W', 'W', 0, RSVD(0) },
	{ "RRD", 0x0c0, 'R', ' ', 0 },
	{ "LDR", 0x0d0, 'B', 'R', 0 },
	{ "DFR", 0x0e0, 'B', ' ', 0xffffffff },
	{ "SVR", 0x0f0, 'B', 'B', 0x0ff, RSVD(0x13ff) },
	{ "ISR", 0x100, 'R', 'R', 0 }, { "ISR", 0x110, 'R', 'R', 0 },
	{ "ISR", 0x120, 'R', 'R', 0 }, { "ISR", 0x130, 'R', 'R', 0 },
	{ "ISR", 0x140, 'R', 'R', 0 }, { "ISR", 0x150, 'R', 'R', 0 },
	{ "ISR", 0x160, 'R', 'R', 0 }, { "ISR", 0x170, 'R', 'R', 0 },
	{ "TMR", 0x180, 'R', 'R', 0 }, { "TMR", 0x190, 'R', 'R', 0 },
	{ "TMR", 0x1a0, 'R', 'R', 0 }, { "TMR", 0x1b0, 'R', 'R', 0 },
	{ "TMR", 0x1c0, 'R', 'R', 0 }, { "TMR", 0x1d0, 'R', 'R', 0 },
	{ "TMR", 0x1e0, 'R', 'R', 0 }, { "TMR", 0x1f0, 'R', 'R', 0 },
	{ "IRR", 0x200, 'R', 'R', 0 }, { "IRR", 0x210, 'R', 'R', 0 },
	{ "IRR", 0x220, 'R', 'R', 0 }, { "IRR", 0x230, 'R', 'R', 0 },
	{ "IRR", 0x240, 'R', 'R', 0 }, { "IRR", 0x250, 'R', 'R', 0 },
	{ "IRR", 0x260, 'R', 'R', 0 }, { "IRR", 0x270, 'R', 'R', 0 },
	{ "ESR", 0x280, 'B', 'B', 0, RSVD(0) },
	{ "LVT_CMCI", 0x2f0, 'B', 'B', 0x10000, RSVD(0x117ff) },
	{ "ICR", 0x300, 'B', 'B', 0, RSVD(0xffffffff000cdfff) },
	{ "ICR2", 0x310, 'B', ' ', 0 },
	{ "LVT_TIMER", 0x320, 'B', 'B', 0x10000, RSVD(0x710ff) },
	{ "LVT_THERMAL", 0x330, 'B', 'B', 0x10000, RSVD(0x117ff) },
	{ "LVT_PMC", 0x340, 'B', 'B', 0x10000, RSVD(0x117ff) },
	{ "LVT_LINT0", 0x350, 'B', 'B', 0x10000, RSVD(0x1f7ff) },
	{ "LVT_LINT1", 0x360, 'B', 'B', 0x10000, RSVD(0x1f7ff) },
	{ "LVT_ERROR", 0x370, 'B', 'B', 0x10000, RSVD(0x110ff) },
	{ "TMICT", 0x380, 'B', 'B', 0, RSVD(0xffffffff) },
	{ "TMCCT", 0x390, 'R', 'R', 0 },
	{ "TDCR", 0x3e0, 'B', 'B', 0, RSVD(0xb) },
	{ "SELF_IPI", 0x3f0, ' ', 'W', 0, RSVD(0xff) },
};

static const struct view_case *find_view(unsigned int offset)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(views); i++)
		if (views[i].offset == offset)
			return &views[i];
	return NULL;
}

static enum vqc_why want_read(char access)
{
	if (access == ' ')
		return VQC_WHY_NO_REG;
	return access == 'W' ? VQC_WHY_WRITE_ONLY : VQC_WHY_DELIVERED;
}

static enum vqc_why want_write(char access)
{
	if (access == ' ')
		return VQC_WHY_NO_REG;
	return access == 'R' ? VQC_WHY_READ_ONLY : VQC_WHY_DELIVERED;
}

static void table_is_well_formed(struct kunit *test)
{
	unsigned int nr;
	const struct vqc_reg *table = vqc_lapic_reg_table(&nr);

	KUNIT_EXPECT_NULL(test, vqc_reg_table_check(table, nr));
	KUNIT_EXPECT_EQ(test, table[nr - 1].first + table[nr - 1].count, 0x40);
}

static void table_names_each_register(struct kunit *test)
{
	unsigned int nr, i, n = 0;
	const struct vqc_reg *table = vqc_lapic_reg_table(&nr);

	for (i = 0; i < nr; n += table[i++].count) {
		const struct view_case *v = find_view(table[i].first * 16);

		KUNIT_ASSERT_NOT_NULL(test, v);
		KUNIT_EXPECT_STREQ(test, table[i].name, v->name);
	}
	KUNIT_EXPECT_EQ(test, n, (uint)ARRAY_SIZE(views));
}

static void page_answers_each_offset(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	unsigned int offset;
	u32 val;

	for (offset = 0; offset < 0x1000; offset += 16) {
		const struct view_case *v = find_view(offset);
		char access = v ? v->page : ' ';

		val = 0x5a5a5a5a;
		KUNIT_EXPECT_EQ_MSG(test, (int)want_read(access),
				    (int)vqc_lapic_read(&f->l, offset, &val,
							&f->clock, &f->fx),
				    "read of %#x", offset);
		if (access == ' ' || access == 'W')
			KUNIT_EXPECT_EQ_MSG(test, val, 0u, "offset %#x", offset);
		KUNIT_EXPECT_EQ_MSG(test, (int)want_write(access),
				    (int)lf_write(test, offset, 0),
				    "write to %#x", offset);
	}
}

static void msrs_answer_each_number(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	u32 msr;
	u64 val;

	lf_enter_x2apic(test);
	for (msr = 0x7ff; msr <= 0x900; msr++) {
		unsigned int offset = (msr - 0x800) * 16;
		const struct view_case *v = find_view(offset);
		char access = v ? v->msr : ' ';

		KUNIT_EXPECT_EQ_MSG(test, (int)want_read(access),
				    (int)vqc_lapic_msr_read(&f->l, msr, &val, &f->clock),
				    "read of %#x", msr);
		KUNIT_EXPECT_EQ_MSG(test, (int)want_write(access),
				    (int)vqc_lapic_msr_write(&f->l, msr, 0, &f->clock,
							     &f->fx),
				    "write to %#x", msr);
	}
}

static void registers_have_their_reset_values(struct kunit *test)
{
	unsigned int i;

	lf_reset(test, LF_ID, LF_CFG_ALL);
	for (i = 0; i < ARRAY_SIZE(views); i++)
		if (views[i].page == 'R' || views[i].page == 'B')
			KUNIT_EXPECT_EQ_MSG(test, lf_read(test, views[i].offset),
					    (u32)views[i].reset, "%s", views[i].name);
}

static void version_tells_the_options(struct kunit *test)
{
	lf_reset(test, LF_ID, 0);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_VERSION), 0x00050014u);
	lf_reset(test, LF_ID, VQC_LAPIC_CFG_CMCI);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_VERSION), 0x00060014u);
	lf_reset(test, LF_ID, VQC_LAPIC_CFG_SUPPRESS_EOI);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_VERSION), 0x01050014u);
}

static void read_only_registers_stay_so(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	struct vqc_lapic before;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(views); i++) {
		if (views[i].page != 'R')
			continue;
		before = f->l;
		LF_EXPECT_WHY(test, lf_write(test, views[i].offset, ~0u), READ_ONLY);
		KUNIT_EXPECT_EQ(test, memcmp(&f->l, &before, sizeof(before)), 0);
		KUNIT_EXPECT_EQ(test, f->fx.nr, 0u);
	}
	lf_enter_x2apic(test);
	for (i = 0; i < ARRAY_SIZE(views); i++) {
		if (views[i].msr != 'R')
			continue;
		before = f->l;
		LF_EXPECT_WHY(test, lf_wrmsr(test, views[i].offset, ~0ull), READ_ONLY);
		KUNIT_EXPECT_EQ(test, memcmp(&f->l, &before, sizeof(before)), 0);
	}
}

struct ones_case {
	u16 offset;
	u32 ones;
	u32 zeros;
};

/* What reads back after all ones and after all zeros were written. */
static const struct ones_case page_ones[] = {
	{ VQC_LAPIC_ID, 0xff000000, 0 }, { VQC_LAPIC_TPR, 0xff, 0 },
	{ VQC_LAPIC_LDR, 0xff000000, 0 },
	{ VQC_LAPIC_DFR, 0xffffffff, 0x0fffffff },
	{ VQC_LAPIC_SVR, 0x13ff, 0 }, { VQC_LAPIC_ESR, 0, 0 },
	{ VQC_LAPIC_LVT_CMCI, 0x107ff, 0 }, { VQC_LAPIC_ICR, 0xccfff, 0 },
	{ VQC_LAPIC_ICR2, 0xff000000, 0 }, { VQC_LAPIC_LVT_TIMER, 0x700ff, 0 },
	{ VQC_LAPIC_LVT_THERMAL, 0x107ff, 0 }, { VQC_LAPIC_LVT_PMC, 0x107ff, 0 },
	{ VQC_LAPIC_LVT_LINT0, 0x1a7ff, 0 }, { VQC_LAPIC_LVT_LINT1, 0x1a7ff, 0 },
	{ VQC_LAPIC_LVT_ERROR, 0x100ff, 0 }, { VQC_LAPIC_TDCR, 0xb, 0 },
	{ VQC_LAPIC_TMICT, 0xffffffff, 0 },
};

static void ones_case_desc(const struct ones_case *c, char *desc)
{
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s", find_view(c->offset)->name);
}

KUNIT_ARRAY_PARAM(ones, page_ones, ones_case_desc);

static void page_writes_change_writable_bits_only(struct kunit *test)
{
	const struct ones_case *c = test->param_value;

	LF_EXPECT_WHY(test, lf_write(test, c->offset, ~0u), DELIVERED);
	KUNIT_EXPECT_EQ(test, lf_read(test, c->offset), c->ones);
	/* SVR: off masks the LVT entries, so let it be on for them. */
	LF_EXPECT_WHY(test, lf_write(test, c->offset, 0), DELIVERED);
	KUNIT_EXPECT_EQ(test, lf_read(test, c->offset), c->zeros);
}

static void view_case_desc(const struct view_case *v, char *desc)
{
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s %#x", v->name, v->offset);
}

KUNIT_ARRAY_PARAM(view, views, view_case_desc);

static void msr_writes_check_each_reserved_bit(struct kunit *test)
{
	const struct view_case *v = test->param_value;
	struct lapic_fixture *f = lf(test);
	struct vqc_lapic before;
	unsigned int bit;

	if (v->msr != 'W' && v->msr != 'B')
		return;
	lf_enter_x2apic(test);
	for (bit = 0; bit < 64; bit++) {
		bool bad = v->rsvd & BIT_ULL(bit);

		before = f->l;
		KUNIT_EXPECT_EQ_MSG(test, (int)lf_wrmsr(test, v->offset, BIT_ULL(bit)),
				    (int)(bad ? VQC_WHY_RESERVED_BITS :
						VQC_WHY_DELIVERED), "bit %u", bit);
		if (bad)
			KUNIT_EXPECT_EQ(test, memcmp(&f->l, &before, sizeof(before)), 0);
		f->l = before;
	}
}

static void options_reserve_their_bits(struct kunit *test)
{
	lf_reset(test, LF_ID, VQC_LAPIC_CFG_X2APIC);
	lf_write(test, VQC_LAPIC_LVT_TIMER, 0x40000);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_LVT_TIMER), 0x10000u);
	LF_EXPECT_WHY(test, lf_write(test, VQC_LAPIC_LVT_CMCI, 0), NO_REG);
	lf_enter_x2apic(test);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_LVT_TIMER, 0x40000),
		      RESERVED_BITS);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_SVR, 0x1100), RESERVED_BITS);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_LVT_CMCI, 0), NO_REG);
}

static void unaligned_access_has_no_effect(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	struct vqc_lapic before = f->l;
	unsigned int offset;
	u32 val;

	for (offset = 0; offset < 0x400; offset++) {
		if (offset % 16 == 0)
			continue;
		val = ~0u;
		LF_EXPECT_WHY(test, vqc_lapic_read(&f->l, offset, &val, &f->clock,
						   &f->fx), BAD_ACCESS);
		KUNIT_EXPECT_EQ(test, val, 0u);
		LF_EXPECT_WHY(test, lf_write(test, offset, ~0u), BAD_ACCESS);
	}
	KUNIT_EXPECT_EQ(test, memcmp(&f->l, &before, sizeof(before)), 0);
}

static void page_is_gone_in_x2apic_mode_and_off(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	struct vqc_lapic before;
	u32 val = ~0u;

	lf_enter_x2apic(test);
	before = f->l;
	LF_EXPECT_WHY(test, vqc_lapic_read(&f->l, 0x20, &val, &f->clock, &f->fx), NO_REG);
	KUNIT_EXPECT_EQ(test, val, 0u);
	LF_EXPECT_WHY(test, lf_write(test, VQC_LAPIC_TPR, 0x40), NO_REG);
	KUNIT_EXPECT_EQ(test, memcmp(&f->l, &before, sizeof(before)), 0);
	lf_set_base(test, 0, false);
	before = f->l;
	LF_EXPECT_WHY(test, vqc_lapic_read(&f->l, 0x20, &val, &f->clock, &f->fx),
		      APIC_HW_OFF);
	LF_EXPECT_WHY(test, lf_write(test, VQC_LAPIC_TPR, 0x40), APIC_HW_OFF);
	KUNIT_EXPECT_EQ(test, memcmp(&f->l, &before, sizeof(before)), 0);
}

static void msrs_are_gone_outside_of_x2apic_mode(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	u64 val = ~0ull;

	LF_EXPECT_WHY(test, vqc_lapic_msr_read(&f->l, 0x802, &val, &f->clock), NO_REG);
	KUNIT_EXPECT_EQ(test, val, 0ull);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_TPR, 0), NO_REG);
	lf_set_base(test, 0, false);
	LF_EXPECT_WHY(test, vqc_lapic_msr_read(&f->l, 0x802, &val, &f->clock), NO_REG);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_TPR, 0), NO_REG);
}

static void only_timer_registers_need_the_time(struct kunit *test)
{
	unsigned int offset;

	for (offset = 0; offset < 0x1000; offset += 16)
		KUNIT_EXPECT_EQ(test, vqc_lapic_needs_clock(offset),
				offset == VQC_LAPIC_LVT_TIMER ||
				offset == VQC_LAPIC_TMICT ||
				offset == VQC_LAPIC_TMCCT ||
				offset == VQC_LAPIC_TDCR);
}

static void other_registers_do_without_the_time(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	unsigned int i;
	u32 val;

	for (i = 0; i < ARRAY_SIZE(views); i++) {
		if (vqc_lapic_needs_clock(views[i].offset))
			continue;
		vqc_lapic_read(&f->l, views[i].offset, &val, NULL, &f->fx);
		vqc_lapic_write(&f->l, views[i].offset, 0xff, NULL, &f->fx);
	}
	lf_check(test);
}

static void vectors_show_at_their_bit_in_each_bank(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;
	unsigned int vector;

	for (vector = 16; vector < 256; vector++) {
		unsigned int at = vector / 32 * 16;

		lf_level(test, vector);
		KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_IRR + at),
				(u32)BIT(vector % 32));
		KUNIT_EXPECT_EQ(test, vqc_lapic_ack(l), (u8)vector);
		KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_IRR + at), 0u);
		KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_ISR + at),
				(u32)BIT(vector % 32));
		KUNIT_EXPECT_TRUE(test, lf_read(test, VQC_LAPIC_TMR + at) &
				  BIT(vector % 32));
		lf_write(test, VQC_LAPIC_EOI, 0);
		KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_ISR + at), 0u);
	}
}

static void eoi_register_takes_any_value_in_the_page(struct kunit *test)
{
	lf_level(test, 0x61);
	vqc_lapic_ack(&lf(test)->l);
	LF_EXPECT_WHY(test, lf_write(test, VQC_LAPIC_EOI, 0xdeadbeef), DELIVERED);
	KUNIT_EXPECT_EQ(test, lf_find(test, VQC_FX_EOI)->vector, 0x61);
}

static void eoi_msr_takes_zero_only(struct kunit *test)
{
	lf_enter_x2apic(test);
	lf_level(test, 0x61);
	vqc_lapic_ack(&lf(test)->l);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_EOI, 1), RESERVED_BITS);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_isr(&lf(test)->l), 0x61);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_EOI, 0), DELIVERED);
	KUNIT_EXPECT_EQ(test, lf_find(test, VQC_FX_EOI)->vector, 0x61);
}

static void destination_registers_tell_the_map(struct kunit *test)
{
	static const u16 offset[] = { VQC_LAPIC_ID, VQC_LAPIC_LDR, VQC_LAPIC_DFR };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(offset); i++) {
		lf_write(test, offset[i], 0x10000000);
		KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_DEST), 1u);
		KUNIT_EXPECT_EQ(test, lf(test)->fx.nr, 1u);
	}
}

/* ICR */

static void icr_low_sends_with_the_destination_of_icr_high(struct kunit *test)
{
	const struct vqc_fx_item *item;

	lf_write(test, VQC_LAPIC_ICR2, 0x7f000000);
	KUNIT_EXPECT_EQ(test, lf(test)->fx.nr, 0u);
	lf_write(test, VQC_LAPIC_ICR, 0x4841);
	KUNIT_EXPECT_EQ(test, lf(test)->fx.nr, 1u);
	item = lf_find(test, VQC_FX_MSG);
	KUNIT_EXPECT_EQ(test, item->pin, (u8)VQC_NO_PIN);
	KUNIT_EXPECT_EQ(test, item->vector, 0x41);
	KUNIT_EXPECT_EQ(test, item->msg.dest, 0x7fu);
	KUNIT_EXPECT_EQ(test, item->msg.vector, 0x41);
	KUNIT_EXPECT_EQ(test, item->msg.mode, VQC_DM_FIXED);
	KUNIT_EXPECT_EQ(test, (ulong)item->msg.flags, VQC_MSG_LOGICAL | VQC_MSG_ASSERT);
	KUNIT_EXPECT_EQ(test, item->msg.shorthand, VQC_SH_NONE);
}

static void icr_msr_sends_to_32_bits_and_reads_back(struct kunit *test)
{
	const u64 icr = 0x1234567800004941ull;
	const struct vqc_fx_item *item;

	lf_enter_x2apic(test);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_ICR, icr), DELIVERED);
	item = lf_find(test, VQC_FX_MSG);
	KUNIT_EXPECT_EQ(test, item->msg.dest, 0x12345678u);
	KUNIT_EXPECT_EQ(test, item->msg.mode, VQC_DM_LOWEST);
	KUNIT_EXPECT_EQ(test, (ulong)item->msg.flags,
			VQC_MSG_LOGICAL | VQC_MSG_ASSERT | VQC_MSG_X2DEST);
	KUNIT_EXPECT_EQ(test, lf_rdmsr(test, VQC_LAPIC_ICR), icr);
}

static void delivery_status_always_reads_idle(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_ICR, 0x1041);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_ICR), 0x41u);
	lf_enter_x2apic(test);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_ICR, 0x1041), DELIVERED);
	KUNIT_EXPECT_EQ(test, lf_rdmsr(test, VQC_LAPIC_ICR), 0x41ull);
}

static void failed_icr_msr_write_changes_nothing(struct kunit *test)
{
	lf_enter_x2apic(test);
	lf_wrmsr(test, VQC_LAPIC_ICR, 0x0000000500000041ull);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_ICR, 0x0000000600002042ull),
		      RESERVED_BITS);
	KUNIT_EXPECT_EQ(test, lf(test)->fx.nr, 0u);
	KUNIT_EXPECT_EQ(test, lf_rdmsr(test, VQC_LAPIC_ICR), 0x0000000500000041ull);
}

struct icr_case {
	const char *desc;
	u32 icr;
	enum vqc_why why;
	u8 mode;
	u8 shorthand;
};

static const struct icr_case icr_cases[] = {
	{ "fixed", 0x4040, VQC_WHY_DELIVERED, VQC_DM_FIXED, VQC_SH_NONE },
	{ "fixed to self", 0x44040, VQC_WHY_DELIVERED, VQC_DM_FIXED, VQC_SH_SELF },
	{ "fixed to all", 0x84040, VQC_WHY_DELIVERED, VQC_DM_FIXED, VQC_SH_ALL },
	{ "fixed to others", 0xc4040, VQC_WHY_DELIVERED, VQC_DM_FIXED, VQC_SH_OTHERS },
	{ "fixed, vector 16", 0x4010, VQC_WHY_DELIVERED, VQC_DM_FIXED, VQC_SH_NONE },
	{ "fixed, vector 15", 0x400f, VQC_WHY_ILLEGAL_VECTOR },
	{ "fixed, vector 0", 0x4000, VQC_WHY_ILLEGAL_VECTOR },
	{ "lowest", 0x4140, VQC_WHY_DELIVERED, VQC_DM_LOWEST, VQC_SH_NONE },
	{ "lowest to others", 0xc4140, VQC_WHY_DELIVERED, VQC_DM_LOWEST, VQC_SH_OTHERS },
	{ "lowest, vector 15", 0x410f, VQC_WHY_ILLEGAL_VECTOR },
	{ "SMI", 0x4200, VQC_WHY_DELIVERED, VQC_DM_SMI, VQC_SH_NONE },
	{ "reserved", 0x4340, VQC_WHY_BAD_MODE },
	{ "NMI", 0x4400, VQC_WHY_DELIVERED, VQC_DM_NMI, VQC_SH_NONE },
	{ "NMI to others", 0xc4400, VQC_WHY_DELIVERED, VQC_DM_NMI, VQC_SH_OTHERS },
	{ "INIT", 0x4500, VQC_WHY_DELIVERED, VQC_DM_INIT, VQC_SH_NONE },
	{ "INIT, edge, level bit clear", 0x0500, VQC_WHY_DELIVERED, VQC_DM_INIT,
	  VQC_SH_NONE },
	{ "INIT, level assert", 0xc500, VQC_WHY_DELIVERED, VQC_DM_INIT, VQC_SH_NONE },
	{ "INIT to others", 0xc4500, VQC_WHY_DELIVERED, VQC_DM_INIT, VQC_SH_OTHERS },
	{ "INIT, level de-assert", 0x8500, VQC_WHY_INIT_DEASSERT },
	{ "INIT, level de-assert to all", 0x88500, VQC_WHY_INIT_DEASSERT },
	{ "SIPI, low page", 0x4601, VQC_WHY_DELIVERED, VQC_DM_SIPI, VQC_SH_NONE },
	{ "SIPI to others", 0xc469a, VQC_WHY_DELIVERED, VQC_DM_SIPI, VQC_SH_OTHERS },
	{ "ExtINT", 0x4740, VQC_WHY_BAD_MODE },
	{ "fixed, level de-assert", 0x8040, VQC_WHY_DELIVERED, VQC_DM_FIXED, VQC_SH_NONE },
};

static void icr_case_desc(const struct icr_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(icr, icr_cases, icr_case_desc);

static void expect_icr_outcome(struct kunit *test, const struct icr_case *c)
{
	const struct vqc_fx_item *item = lf_find(test, VQC_FX_MSG);

	if (c->why != VQC_WHY_DELIVERED) {
		KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_MSG), 0u);
		KUNIT_EXPECT_TRUE(test, lf_noted(test, c->why));
	} else {
		KUNIT_EXPECT_EQ(test, lf(test)->fx.nr, 1u);
		KUNIT_EXPECT_EQ(test, item->msg.mode, c->mode);
		KUNIT_EXPECT_EQ(test, item->msg.shorthand, c->shorthand);
		KUNIT_EXPECT_EQ(test, item->msg.vector, (u8)c->icr);
	}
	KUNIT_EXPECT_EQ(test, lf(test)->l.errors,
			c->why == VQC_WHY_ILLEGAL_VECTOR ? VQC_ESR_SEND_ILLEGAL : 0);
}

static void icr_sends_by_mode_and_shorthand(struct kunit *test)
{
	const struct icr_case *c = test->param_value;

	LF_EXPECT_WHY(test, lf_write(test, VQC_LAPIC_ICR, c->icr), DELIVERED);
	expect_icr_outcome(test, c);
	lf_write(test, VQC_LAPIC_ESR, 0);
	lf_enter_x2apic(test);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_ICR, c->icr), DELIVERED);
	expect_icr_outcome(test, c);
}

static void ipis_other_than_init_are_edge(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_ICR, 0x8040);
	KUNIT_EXPECT_EQ(test, (ulong)lf_find(test, VQC_FX_MSG)->msg.flags, VQC_MSG_ASSERT);
}

static void software_disabled_apic_can_send(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_SVR, 0xff);
	lf_write(test, VQC_LAPIC_ICR, 0xc4500);
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_MSG), 1u);
}

static void self_ipi_goes_to_self_and_leaves_icr(struct kunit *test)
{
	const struct vqc_fx_item *item;

	lf_enter_x2apic(test);
	lf_wrmsr(test, VQC_LAPIC_ICR, 0x0000000700004051ull);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_SELF_IPI, 0x61), DELIVERED);
	item = lf_find(test, VQC_FX_MSG);
	KUNIT_EXPECT_EQ(test, item->msg.shorthand, VQC_SH_SELF);
	KUNIT_EXPECT_EQ(test, item->msg.vector, 0x61);
	KUNIT_EXPECT_EQ(test, item->msg.mode, VQC_DM_FIXED);
	KUNIT_EXPECT_EQ(test, lf_rdmsr(test, VQC_LAPIC_ICR), 0x0000000700004051ull);
}

static void self_ipi_with_an_illegal_vector_is_not_sent(struct kunit *test)
{
	lf_enter_x2apic(test);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_SELF_IPI, 0x0f), DELIVERED);
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_MSG), 0u);
	KUNIT_EXPECT_TRUE(test, lf_noted(test, VQC_WHY_ILLEGAL_VECTOR));
	KUNIT_EXPECT_EQ(test, lf(test)->l.errors,
			(ulong)(VQC_ESR_SEND_ILLEGAL | VQC_ESR_RECV_ILLEGAL));
}

static void illegal_ipi_by_shorthand_self_is_sent_and_received(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_ICR, LF_ICR_SELF | 0x0f);
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_MSG), 0u);
	KUNIT_EXPECT_EQ(test, lf(test)->l.errors,
			(ulong)(VQC_ESR_SEND_ILLEGAL | VQC_ESR_RECV_ILLEGAL));
	lf_write(test, VQC_LAPIC_ESR, 0);
	lf_write(test, VQC_LAPIC_SVR, 0xff);
	lf_write(test, VQC_LAPIC_ICR, LF_ICR_SELF | 0x0f);
	KUNIT_EXPECT_EQ(test, lf(test)->l.errors, (ulong)VQC_ESR_SEND_ILLEGAL);
}

/* ESR */

static void esr_shows_errors_when_written_and_then_forgets(struct kunit *test)
{
	lf_edge(test, 0x0f);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_ESR), 0u);
	lf_write(test, VQC_LAPIC_ESR, 0);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_ESR), 0x40u);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_ESR), 0x40u);
	lf_write(test, VQC_LAPIC_ESR, 0);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_ESR), 0u);
}

static void esr_gathers_each_kind_of_error(struct kunit *test)
{
	u32 val;

	lf_edge(test, 0x0f);
	lf_write(test, VQC_LAPIC_ICR, 0x0f);
	vqc_lapic_read(&lf(test)->l, 0x3f0, &val, NULL, &lf(test)->fx);
	lf_write(test, VQC_LAPIC_ESR, 0xffffffff);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_ESR), 0xe0u);
}

static void esr_msr_takes_zero_only(struct kunit *test)
{
	lf_enter_x2apic(test);
	lf_edge(test, 0x0f);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_ESR, 1), RESERVED_BITS);
	KUNIT_EXPECT_EQ(test, lf_rdmsr(test, VQC_LAPIC_ESR), 0ull);
	LF_EXPECT_WHY(test, lf_wrmsr(test, VQC_LAPIC_ESR, 0), DELIVERED);
	KUNIT_EXPECT_EQ(test, lf_rdmsr(test, VQC_LAPIC_ESR), 0x40ull);
}

static void illegal_register_is_an_error_in_the_page(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	unsigned int offset;
	u32 val;

	for (offset = 0; offset < 0x1000; offset += 16) {
		const struct view_case *v = find_view(offset);
		bool illegal = !v || v->page == ' ';

		f->l.errors = 0;
		vqc_lapic_read(&f->l, offset, &val, &f->clock, &f->fx);
		KUNIT_EXPECT_EQ(test, f->l.errors,
				illegal ? (ulong)VQC_ESR_ILLEGAL_REG : 0ul);
	}
}

static void illegal_msr_is_no_error_of_the_apic(struct kunit *test)
{
	u64 val;

	lf_enter_x2apic(test);
	vqc_lapic_msr_read(&lf(test)->l, 0x831, &val, &lf(test)->clock);
	lf_wrmsr(test, VQC_LAPIC_DFR, 0);
	KUNIT_EXPECT_EQ(test, lf(test)->l.errors, 0ul);
}

static void error_interrupt_of_an_access_is_noted(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_ERROR, 0xfe);
	lf_write(test, 0x040, 0);
	KUNIT_EXPECT_TRUE(test, lf_noted(test, VQC_WHY_DELIVERED));
	KUNIT_EXPECT_EQ(test, lf_find(test, VQC_FX_NOTE)->vector, 0xfe);
	lf_write(test, 0x040, 0);
	KUNIT_EXPECT_EQ(test, lf(test)->fx.nr, 0u);
	lf_write(test, VQC_LAPIC_ESR, 0);
	lf_write(test, 0x040, 0);
	KUNIT_EXPECT_TRUE(test, lf_noted(test, VQC_WHY_COALESCED));
	lf_write(test, VQC_LAPIC_LVT_ERROR, VQC_LVT_MASKED | 0xfe);
	lf_write(test, VQC_LAPIC_ESR, 0);
	lf_write(test, 0x040, 0);
	KUNIT_EXPECT_TRUE(test, lf_noted(test, VQC_WHY_LVT_MASKED));
}

static struct kunit_case lapic_regs_cases[] = {
	KUNIT_CASE(table_is_well_formed),
	KUNIT_CASE(table_names_each_register),
	KUNIT_CASE(page_answers_each_offset),
	KUNIT_CASE(msrs_answer_each_number),
	KUNIT_CASE(registers_have_their_reset_values),
	KUNIT_CASE(version_tells_the_options),
	KUNIT_CASE(read_only_registers_stay_so),
	KUNIT_CASE_PARAM(page_writes_change_writable_bits_only, ones_gen_params),
	KUNIT_CASE_PARAM(msr_writes_check_each_reserved_bit, view_gen_params),
	KUNIT_CASE(options_reserve_their_bits),
	KUNIT_CASE(unaligned_access_has_no_effect),
	KUNIT_CASE(page_is_gone_in_x2apic_mode_and_off),
	KUNIT_CASE(msrs_are_gone_outside_of_x2apic_mode),
	KUNIT_CASE(only_timer_registers_need_the_time),
	KUNIT_CASE(other_registers_do_without_the_time),
	KUNIT_CASE(vectors_show_at_their_bit_in_each_bank),
	KUNIT_CASE(eoi_register_takes_any_value_in_the_page),
	KUNIT_CASE(eoi_msr_takes_zero_only),
	KUNIT_CASE(destination_registers_tell_the_map),
	KUNIT_CASE(icr_low_sends_with_the_destination_of_icr_high),
	KUNIT_CASE(icr_msr_sends_to_32_bits_and_reads_back),
	KUNIT_CASE(delivery_status_always_reads_idle),
	KUNIT_CASE(failed_icr_msr_write_changes_nothing),
	KUNIT_CASE_PARAM(icr_sends_by_mode_and_shorthand, icr_gen_params),
	KUNIT_CASE(ipis_other_than_init_are_edge),
	KUNIT_CASE(software_disabled_apic_can_send),
	KUNIT_CASE(self_ipi_goes_to_self_and_leaves_icr),
	KUNIT_CASE(self_ipi_with_an_illegal_vector_is_not_sent),
	KUNIT_CASE(illegal_ipi_by_shorthand_self_is_sent_and_received),
	KUNIT_CASE(esr_shows_errors_when_written_and_then_forgets),
	KUNIT_CASE(esr_gathers_each_kind_of_error),
	KUNIT_CASE(esr_msr_takes_zero_only),
	KUNIT_CASE(illegal_register_is_an_error_in_the_page),
	KUNIT_CASE(illegal_msr_is_no_error_of_the_apic),
	KUNIT_CASE(error_interrupt_of_an_access_is_noted),
	{}
};

static struct kunit_suite lapic_regs_suite = {
	.name = "virqchip_lapic_regs",
	.init = lf_init,
	.test_cases = lapic_regs_cases,
};

kunit_test_suite(lapic_regs_suite);
