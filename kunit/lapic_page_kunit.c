// SPDX-License-Identifier: GPL-2.0-only
/* The local APIC's register page saved and loaded. */
#include "lapic_fixture.h"

#define PERIODIC	((u32)VQC_TIMER_PERIODIC << 17)
#define TSC_DEADLINE	((u32)VQC_TIMER_TSC << 17)
#define VECTOR		0xecu

/* A page as stock KVM saves it from a running Linux guest in xAPIC mode. */
static void fill_linux_page(struct kunit *test)
{
	memset(lf(test)->page, 0, VQC_LAPIC_SIZE);
	*lf_word(test, VQC_LAPIC_ID) = 0x03000000;
	*lf_word(test, VQC_LAPIC_VERSION) = 0x00050014;
	*lf_word(test, VQC_LAPIC_TPR) = 0x10;
	*lf_word(test, VQC_LAPIC_PPR) = 0x10;
	*lf_word(test, VQC_LAPIC_LDR) = 0x08000000;
	*lf_word(test, VQC_LAPIC_DFR) = 0xffffffff;
	*lf_word(test, VQC_LAPIC_SVR) = 0x1ff;
	*lf_word(test, VQC_LAPIC_IRR + 0x70) = BIT(12);
	*lf_word(test, VQC_LAPIC_ICR) = 0x000008fd;
	*lf_word(test, VQC_LAPIC_ICR2) = 0x04000000;
	*lf_word(test, VQC_LAPIC_LVT_TIMER) = 0x000200ec;
	*lf_word(test, VQC_LAPIC_LVT_THERMAL) = 0x00010000;
	*lf_word(test, VQC_LAPIC_LVT_PMC) = 0x00000400;
	*lf_word(test, VQC_LAPIC_LVT_LINT0) = 0x00010700;
	*lf_word(test, VQC_LAPIC_LVT_LINT1) = 0x00000400;
	*lf_word(test, VQC_LAPIC_LVT_ERROR) = 0x000000fe;
	*lf_word(test, VQC_LAPIC_TMICT) = 0x0003d090;
	*lf_word(test, VQC_LAPIC_TMCCT) = 0x00010000;
	*lf_word(test, VQC_LAPIC_TDCR) = 0x3;
}

static void page_of_stock_kvm_is_taken_whole(struct kunit *test)
{
	u32 want[LF_PAGE_WORDS];

	lf_reset(test, 3, LF_CFG_ALL & ~(VQC_LAPIC_CFG_CMCI |
					 VQC_LAPIC_CFG_SUPPRESS_EOI));
	fill_linux_page(test);
	memcpy(want, lf(test)->page, sizeof(want));
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, lf_armed(test), lf(test)->clock.now_ns + 0x10000 * 16);
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_DEST), 1u);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(&lf(test)->l), 0xec);
	lf_get_page(test);
	KUNIT_EXPECT_EQ(test, memcmp(lf(test)->page, want, sizeof(want)), 0);
}

static void page_has_each_register_in_its_place(struct kunit *test)
{
	unsigned int offset;
	u32 val;

	lf_write(test, VQC_LAPIC_ICR2, 0x12000000);
	lf_write(test, VQC_LAPIC_TPR, 0x33);
	lf_level(test, 0x61);
	vqc_lapic_ack(&lf(test)->l);
	lf_edge(test, 0x42);
	lf_get_page(test);
	for (offset = 0; offset < VQC_LAPIC_SIZE; offset += 4) {
		if (offset == VQC_LAPIC_APR)
			continue;
		vqc_lapic_read(&lf(test)->l, offset, &val, &lf(test)->clock,
			       &lf(test)->fx);
		KUNIT_EXPECT_EQ_MSG(test, *lf_word(test, offset), val, "at %#x", offset);
	}
}

static void saving_changes_nothing(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l, before;

	lf_write(test, VQC_LAPIC_LVT_TIMER, VECTOR);
	lf_write(test, VQC_LAPIC_TMICT, 1000);
	lf_edge(test, 0x0f);
	lf_pass(test, 100000);
	before = *l;
	lf_get_page(test);
	KUNIT_EXPECT_EQ(test, memcmp(l, &before, sizeof(before)), 0);
	LF_EXPECT_WHY(test, lf_expire(test), DELIVERED);
}

static void id_is_shifted_in_xapic_mode(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);

	vqc_lapic_get_page(&f->l, f->page, true, &f->clock);
	KUNIT_EXPECT_EQ(test, *lf_word(test, VQC_LAPIC_ID), LF_ID << 24);
	vqc_lapic_get_page(&f->l, f->page, false, &f->clock);
	KUNIT_EXPECT_EQ(test, *lf_word(test, VQC_LAPIC_ID), LF_ID << 24);
}

static void id_is_whole_in_x2apic_mode_if_asked_for(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);

	lf_reset(test, 0x123, LF_CFG_ALL);
	lf_enter_x2apic(test);
	vqc_lapic_get_page(&f->l, f->page, true, &f->clock);
	KUNIT_EXPECT_EQ(test, *lf_word(test, VQC_LAPIC_ID), 0x123u);
	vqc_lapic_get_page(&f->l, f->page, false, &f->clock);
	KUNIT_EXPECT_EQ(test, *lf_word(test, VQC_LAPIC_ID), 0x23000000u);
}

static void wrong_x2apic_id_is_refused_before_anything_changes(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	struct vqc_lapic before;

	lf_enter_x2apic(test);
	vqc_lapic_get_page(&f->l, f->page, true, &f->clock);
	*lf_word(test, VQC_LAPIC_ID) = LF_ID + 1;
	*lf_word(test, VQC_LAPIC_SVR) ^= VQC_SVR_ENABLE;
	before = f->l;
	vqc_fx_init(&f->fx);
	KUNIT_EXPECT_EQ(test, vqc_lapic_set_page(&f->l, f->page, true, &f->clock,
						 &f->fx), -EINVAL);
	KUNIT_EXPECT_EQ(test, memcmp(&f->l, &before, sizeof(before)), 0);
	KUNIT_EXPECT_EQ(test, f->fx.nr, 0u);
}

static void x2apic_id_and_ldr_cannot_be_loaded(struct kunit *test)
{
	lf_enter_x2apic(test);
	lf_get_page(test);
	*lf_word(test, VQC_LAPIC_ID) = 0x77000000;
	*lf_word(test, VQC_LAPIC_LDR) = 0x12345678;
	*lf_word(test, VQC_LAPIC_DFR) = 0;
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, lf_rdmsr(test, VQC_LAPIC_ID), (u64)LF_ID);
	KUNIT_EXPECT_EQ(test, lf_rdmsr(test, VQC_LAPIC_LDR),
			(u64)vqc_dest_x2_ldr(LF_ID));
	KUNIT_EXPECT_EQ(test, lf(test)->l.dfr, 0xffffffffu);
}

static void x2apic_icr_keeps_its_32_bit_destination(struct kunit *test)
{
	lf_enter_x2apic(test);
	lf_wrmsr(test, VQC_LAPIC_ICR, 0x123456780000084full);
	lf_get_page(test);
	KUNIT_EXPECT_EQ(test, *lf_word(test, VQC_LAPIC_ICR), 0x84fu);
	KUNIT_EXPECT_EQ(test, *lf_word(test, VQC_LAPIC_ICR2), 0x12345678u);
	lf(test)->l.icr = 0;
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, lf_rdmsr(test, VQC_LAPIC_ICR), 0x123456780000084full);
	KUNIT_EXPECT_EQ(test, lf_count(test, VQC_FX_MSG), 0u);
}

/* A page of nothing but ones: each field clipped to what it can be. */
static void hostile_ones_are_clipped(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	memset(lf(test)->page, 0xff, VQC_LAPIC_SIZE);
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(l), 255);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ppr(l), 0xff);
	KUNIT_EXPECT_EQ(test, l->id, 0xffu);
	KUNIT_EXPECT_EQ(test, l->tmict, 0u);
	KUNIT_EXPECT_EQ(test, l->timer_deadline_ns, 0ull);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_ISR), 0xffff0000u);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_ESR), 0xe0u);
	KUNIT_EXPECT_FALSE(test, lf_read(test, VQC_LAPIC_ICR) & VQC_ICR_BUSY);
}

static void all_vectors_in_service_end_one_by_one(struct kunit *test)
{
	int vector;

	lf_get_page(test);
	memset(lf_word(test, VQC_LAPIC_ISR), 0xff, 0x80);
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ppr(&lf(test)->l), 0xf0);
	for (vector = 255; vector >= 16; vector--)
		KUNIT_EXPECT_EQ(test, lf_eoi(test), vector);
	KUNIT_EXPECT_EQ(test, lf_eoi(test), -1);
}

static void hostile_random_pages_leave_a_sane_chip(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	u64 seed = 0x243f6a8885a308d3ull;
	unsigned int round, i;

	for (round = 0; round < 2000; round++) {
		lf_reset(test, round & 0xfff, round & 0x3f);
		if (round & VQC_LAPIC_CFG_X2APIC && round & 0x40)
			lf_enter_x2apic(test);
		for (i = 0; i < LF_PAGE_WORDS; i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			f->page[i] = seed >> 16;
		}
		KUNIT_ASSERT_EQ_MSG(test, lf_set_page(test), 0, "round %u", round);
		lf_get_page(test);
		lf_pass(test, 1 << 20);
		lf_expire(test);
		lf_eoi(test);
		vqc_lapic_ack(&f->l);
		lf_check(test);
	}
}

static void svr_off_masks_what_the_page_left_unmasked(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_ERROR, 0xfe);
	lf_write(test, VQC_LAPIC_LVT_LINT0, 0x51);
	lf_get_page(test);
	*lf_word(test, VQC_LAPIC_SVR) &= ~VQC_SVR_ENABLE;
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_LVT_ERROR), 0x100feu);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_LVT_LINT0), 0x10051u);
}

static void extint_lint0_of_a_reset_page_stays_open(struct kunit *test)
{
	lf_reset(test, 0, LF_CFG_ALL);
	lf_get_page(test);
	*lf_word(test, VQC_LAPIC_LVT_LINT0) = 0x700;
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_TRUE(test, vqc_lapic_takes_extint(&lf(test)->l));
}

static void options_that_do_not_exist_are_not_loaded(struct kunit *test)
{
	lf_get_page(test);
	*lf_word(test, VQC_LAPIC_SVR) |= VQC_SVR_SUPPRESS_EOI;
	*lf_word(test, VQC_LAPIC_LVT_CMCI) = 0x40;
	*lf_word(test, VQC_LAPIC_LVT_TIMER) = TSC_DEADLINE | 0x40;
	lf_reset(test, LF_ID, 0);
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_SVR), 0x1ffu);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_LVT_TIMER), 0x40u);
	KUNIT_EXPECT_EQ(test, lf(test)->l.lvt[VQC_LVT_IDX_CMCI], (u32)VQC_LVT_MASKED);
}

static void loading_keeps_events_wires_and_base(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_get_page(test);
	lf_accept(test, VQC_DM_NMI, 0, VQC_MSG_ASSERT);
	lf_lint(test, 1, true);
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, l->events, BIT(VQC_EV_NMI));
	KUNIT_EXPECT_EQ(test, l->lint, 2);
	KUNIT_EXPECT_EQ(test, l->base, VQC_APICBASE_DEFAULT | VQC_APICBASE_ENABLE);
}

static void loading_forgets_errors_not_latched(struct kunit *test)
{
	lf_get_page(test);
	*lf_word(test, VQC_LAPIC_ESR) = 0x20;
	lf_edge(test, 0x0f);
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_ESR), 0x20u);
	lf_write(test, VQC_LAPIC_ESR, 0);
	KUNIT_EXPECT_EQ(test, lf_read(test, VQC_LAPIC_ESR), 0u);
}

static void level_lint0_is_sampled_on_loading(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_LINT0, VQC_LVT_LEVEL | 0x51);
	lf_get_page(test);
	lf_reset(test, LF_ID, LF_CFG_ALL);
	lf_lint(test, 0, true);
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(&lf(test)->l), 0x51);
}

static void level_lint0_in_flight_is_not_repeated_on_loading(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l;

	lf_write(test, VQC_LAPIC_LVT_LINT0, VQC_LVT_LEVEL | 0x51);
	lf_lint(test, 0, true);
	vqc_lapic_ack(l);
	lf_get_page(test);
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(l), -1);
	lf_eoi(test);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(l), 0x51);
}

/* The timer */

static void timer_goes_on_from_the_current_count(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_TIMER, VECTOR);
	lf_write(test, VQC_LAPIC_TMICT, 10000);
	lf_pass(test, 12000);
	lf_get_page(test);
	KUNIT_EXPECT_EQ(test, *lf_word(test, VQC_LAPIC_TMCCT), 4000u);
	lf_reset(test, LF_ID, LF_CFG_ALL);
	lf_pass(test, 1000000000);
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, lf_armed(test), lf(test)->clock.now_ns + 8000);
}

static void finished_oneshot_stays_finished(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_TIMER, VECTOR);
	lf_write(test, VQC_LAPIC_TMICT, 1000);
	lf_pass(test, 2000);
	lf_expire(test);
	lf_get_page(test);
	lf_reset(test, LF_ID, LF_CFG_ALL);
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
	KUNIT_EXPECT_EQ(test, vqc_lapic_ack(&lf(test)->l), (u8)VECTOR);
	LF_EXPECT_WHY(test, lf_expire(test), TIMER_OFF);
}

static void expiry_nobody_saw_is_saved_in_irr(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_TIMER, VECTOR);
	lf_write(test, VQC_LAPIC_TMICT, 1000);
	lf_pass(test, 2000);
	lf_get_page(test);
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_irr(&lf(test)->l), -1);
	lf_reset(test, LF_ID, LF_CFG_ALL);
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, vqc_lapic_next(&lf(test)->l), (int)VECTOR);
	LF_EXPECT_WHY(test, lf_expire(test), TIMER_OFF);
}

static void masked_expiry_nobody_saw_is_not_saved(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_TIMER, VQC_LVT_MASKED | VECTOR);
	lf_write(test, VQC_LAPIC_TMICT, 1000);
	lf_pass(test, 2000);
	lf_get_page(test);
	KUNIT_EXPECT_EQ(test, *lf_word(test, VQC_LAPIC_IRR + 0x70), 0u);
}

static void expiry_with_an_illegal_vector_is_not_saved(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_TIMER, 0x0f);
	lf_write(test, VQC_LAPIC_TMICT, 1000);
	lf_pass(test, 2000);
	lf_get_page(test);
	KUNIT_EXPECT_EQ(test, *lf_word(test, VQC_LAPIC_IRR), 0u);
}

static void loading_cancels_the_timer_of_before(struct kunit *test)
{
	lf_get_page(test);
	lf_write(test, VQC_LAPIC_LVT_TIMER, PERIODIC | VECTOR);
	lf_write(test, VQC_LAPIC_TMICT, 100000);
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
	lf_pass(test, 1000000);
	LF_EXPECT_WHY(test, lf_expire(test), TIMER_OFF);
}

static void current_count_is_cut_to_the_initial_count(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_TIMER, PERIODIC | VECTOR);
	lf_write(test, VQC_LAPIC_TDCR, 0xb);
	lf_write(test, VQC_LAPIC_TMICT, 100000);
	lf_get_page(test);
	*lf_word(test, VQC_LAPIC_TMCCT) = 0xffffffff;
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, lf_armed(test), lf(test)->clock.now_ns + 100000);
}

static void tsc_deadline_is_kept_across_loading(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);

	lf_write(test, VQC_LAPIC_LVT_TIMER, TSC_DEADLINE | VECTOR);
	vqc_lapic_tsc_deadline_write(&f->l, f->clock.tsc + 2500, &f->clock, &f->fx);
	lf_get_page(test);
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, lf_armed(test), f->clock.now_ns + 1000);
	*lf_word(test, VQC_LAPIC_LVT_TIMER) = VECTOR;
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
	KUNIT_EXPECT_EQ(test, vqc_lapic_tsc_deadline_read(&f->l), 0ull);
}

static void tsc_deadline_is_dropped_where_the_tsc_is_unknown(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);

	lf_write(test, VQC_LAPIC_LVT_TIMER, TSC_DEADLINE | VECTOR);
	vqc_lapic_tsc_deadline_write(&f->l, f->clock.tsc + 2500, &f->clock, &f->fx);
	lf_get_page(test);
	f->clock.tsc_khz = 0;
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
	KUNIT_EXPECT_EQ(test, vqc_lapic_tsc_deadline_read(&f->l), 0ull);
}

static void disabled_apic_loads_no_timer(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_LVT_TIMER, VECTOR);
	lf_write(test, VQC_LAPIC_TMICT, 100000);
	lf_get_page(test);
	lf_set_base(test, 0, true);
	KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
	KUNIT_EXPECT_EQ(test, lf_armed(test), 0ull);
}

/* Each step of a life, saved and loaded into a chip that knows nothing */

static void script_step(struct kunit *test, unsigned int step)
{
	struct lapic_fixture *f = lf(test);

	switch (step) {
	case 0:
		lf_write(test, VQC_LAPIC_LDR, 0x02000000);
		lf_write(test, VQC_LAPIC_LVT_TIMER, PERIODIC | VECTOR);
		break;
	case 1:
		lf_write(test, VQC_LAPIC_TDCR, 0xb);
		lf_write(test, VQC_LAPIC_TMICT, 60000);
		break;
	case 2:
		lf_write(test, VQC_LAPIC_LVT_LINT0, VQC_LVT_LEVEL | 0x51);
		lf_level(test, 0x41);
		break;
	case 3:
	case 6:
		vqc_lapic_ack(&f->l);
		break;
	case 4:
		lf_lint(test, 0, true);
		lf_pass(test, 70000);
		lf_expire(test);
		break;
	case 5:
		lf_write(test, VQC_LAPIC_TPR, 0x33);
		lf_write(test, VQC_LAPIC_ICR2, 0x01000000);
		lf_write(test, VQC_LAPIC_ICR, 0x4500);
		break;
	default:
		lf_eoi(test);
		break;
	}
}

static void round_trip_at_each_step_is_exact(struct kunit *test)
{
	struct vqc_lapic *l = &lf(test)->l, before;
	unsigned int step;

	for (step = 0; step < 12; step++) {
		script_step(test, step);
		before = *l;
		lf_get_page(test);
		lf_reset(test, LF_ID, LF_CFG_ALL);
		l->lint = before.lint;
		KUNIT_EXPECT_EQ(test, lf_set_page(test), 0);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(l, &before, sizeof(before)), 0,
				    "after step %u", step);
	}
	KUNIT_EXPECT_EQ(test, vqc_lapic_highest_isr(l), -1);
}

static struct kunit_case lapic_page_cases[] = {
	KUNIT_CASE(page_of_stock_kvm_is_taken_whole),
	KUNIT_CASE(page_has_each_register_in_its_place),
	KUNIT_CASE(saving_changes_nothing),
	KUNIT_CASE(id_is_shifted_in_xapic_mode),
	KUNIT_CASE(id_is_whole_in_x2apic_mode_if_asked_for),
	KUNIT_CASE(wrong_x2apic_id_is_refused_before_anything_changes),
	KUNIT_CASE(x2apic_id_and_ldr_cannot_be_loaded),
	KUNIT_CASE(x2apic_icr_keeps_its_32_bit_destination),
	KUNIT_CASE(hostile_ones_are_clipped),
	KUNIT_CASE(all_vectors_in_service_end_one_by_one),
	KUNIT_CASE(hostile_random_pages_leave_a_sane_chip),
	KUNIT_CASE(svr_off_masks_what_the_page_left_unmasked),
	KUNIT_CASE(extint_lint0_of_a_reset_page_stays_open),
	KUNIT_CASE(options_that_do_not_exist_are_not_loaded),
	KUNIT_CASE(loading_keeps_events_wires_and_base),
	KUNIT_CASE(loading_forgets_errors_not_latched),
	KUNIT_CASE(level_lint0_is_sampled_on_loading),
	KUNIT_CASE(level_lint0_in_flight_is_not_repeated_on_loading),
	KUNIT_CASE(timer_goes_on_from_the_current_count),
	KUNIT_CASE(finished_oneshot_stays_finished),
	KUNIT_CASE(expiry_nobody_saw_is_saved_in_irr),
	KUNIT_CASE(masked_expiry_nobody_saw_is_not_saved),
	KUNIT_CASE(expiry_with_an_illegal_vector_is_not_saved),
	KUNIT_CASE(loading_cancels_the_timer_of_before),
	KUNIT_CASE(current_count_is_cut_to_the_initial_count),
	KUNIT_CASE(tsc_deadline_is_kept_across_loading),
	KUNIT_CASE(tsc_deadline_is_dropped_where_the_tsc_is_unknown),
	KUNIT_CASE(disabled_apic_loads_no_timer),
	KUNIT_CASE(round_trip_at_each_step_is_exact),
	{}
};

static struct kunit_suite lapic_page_suite = {
	.name = "virqchip_lapic_page",
	.init = lf_init,
	.test_cases = lapic_page_cases,
};

kunit_test_suite(lapic_page_suite);
