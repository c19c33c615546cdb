// SPDX-License-Identifier: GPL-2.0-only
/* The IOAPIC's pins: what an edge and a level do, one case per behaviour. */
#include "ioapic_case.h"

/* ---- edge ---- */

static void edge_sends_one_message_per_rise(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 4, EDGE | DEST(3) | 0x41);
	KUNIT_EXPECT_EQ(test, drive(c, 4, true), VQC_WHY_DELIVERED);
	KUNIT_ASSERT_EQ(test, c->fx.nr, 1);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].kind, VQC_FX_MSG);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].pin, 4);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].msg.vector, 0x41);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].msg.dest, 3);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].msg.flags, VQC_MSG_ASSERT);
	vqc_ioapic_sent(&c->io, 4, VQC_WHY_DELIVERED);
	KUNIT_EXPECT_EQ(test, drive(c, 4, true), VQC_WHY_NO_CHANGE);
	KUNIT_EXPECT_EQ(test, drive(c, 4, false), VQC_WHY_LINE_LOW);
	KUNIT_EXPECT_EQ(test, drive(c, 4, false), VQC_WHY_NO_CHANGE);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
	KUNIT_EXPECT_EQ(test, drive(c, 4, true), VQC_WHY_DELIVERED);
	KUNIT_EXPECT_FALSE(test, remote_irr(c, 4));
}

static void edge_on_masked_pin_is_ignored(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 5, EDGE | MASKED | 0x50);
	KUNIT_EXPECT_EQ(test, drive(c, 5, true), VQC_WHY_IOAPIC_MASKED);
	KUNIT_EXPECT_EQ(test, vqc_ioapic_hold(&c->io, 5),
			VQC_WHY_IOAPIC_MASKED);
	drive(c, 5, false);
	put_low(c, 5, EDGE | 0x50);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
	KUNIT_EXPECT_EQ(test, drive(c, 5, true), VQC_WHY_DELIVERED);
}

static void edge_line_held_high_does_not_fire_at_unmask(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 5, EDGE | MASKED | 0x50);
	drive(c, 5, true);
	put_low(c, 5, EDGE | 0x50);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
	KUNIT_EXPECT_EQ(test, vqc_ioapic_hold(&c->io, 5), VQC_WHY_DELIVERED);
}

static void edge_nobody_takes_is_kept_and_sent_at_retry(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 2, EDGE | 0x60);
	drive(c, 2, true);
	KUNIT_EXPECT_TRUE(test, deliv_status(c, 2));
	KUNIT_EXPECT_FALSE(test, vqc_ioapic_sent(&c->io, 2, VQC_WHY_NO_DEST));
	KUNIT_EXPECT_TRUE(test, deliv_status(c, 2));
	KUNIT_EXPECT_EQ(test, vqc_ioapic_hold(&c->io, 2), VQC_WHY_NO_DEST);
	drive(c, 2, false);
	KUNIT_EXPECT_EQ(test, vqc_ioapic_hold(&c->io, 2), VQC_WHY_NO_DEST);

	retry(c, ~(u32)BIT(2));
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
	retry(c, BIT(2));
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
	vqc_ioapic_sent(&c->io, 2, VQC_WHY_COALESCED);
	KUNIT_EXPECT_FALSE(test, deliv_status(c, 2));
	KUNIT_EXPECT_EQ(test, vqc_ioapic_hold(&c->io, 2), VQC_WHY_LINE_LOW);
	retry(c, BIT(2));
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
}

static void edge_under_way_is_not_sent_twice(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 2, EDGE | 0x60);
	drive(c, 2, true);
	retry(c, BIT(2));
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
	put_rte(c, 2, EDGE | DEST(1) | 0x60);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
}

static void edge_pending_is_sent_when_the_rte_is_written(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 2, EDGE | DEST(9) | 0x60);
	drive(c, 2, true);
	vqc_ioapic_sent(&c->io, 2, VQC_WHY_NO_DEST);
	put_reg(c, VQC_IOAPIC_REG_RTE0 + 5, DEST(1) >> 32);
	KUNIT_ASSERT_EQ(test, count(c, VQC_FX_MSG), 1);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].msg.dest, 1);
}

static void edge_pending_is_merged_with_the_next_edge(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 2, EDGE | 0x60);
	drive(c, 2, true);
	vqc_ioapic_sent(&c->io, 2, VQC_WHY_APIC_SW_OFF);
	drive(c, 2, false);
	KUNIT_EXPECT_EQ(test, drive(c, 2, true), VQC_WHY_DELIVERED);
	vqc_ioapic_sent(&c->io, 2, VQC_WHY_DELIVERED);
	retry(c, BIT(2));
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
}

static void edge_pending_is_dropped_by_masking(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 2, EDGE | 0x60);
	drive(c, 2, true);
	vqc_ioapic_sent(&c->io, 2, VQC_WHY_NO_DEST);
	put_low(c, 2, EDGE | MASKED | 0x60);
	KUNIT_EXPECT_FALSE(test, deliv_status(c, 2));
	put_low(c, 2, EDGE | 0x60);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
	retry(c, BIT(2));
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
}

static void edge_eoi_finds_no_pin(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 2, EDGE | 0x60);
	drive(c, 2, true);
	vqc_ioapic_sent(&c->io, 2, VQC_WHY_DELIVERED);
	end(c, 0x60);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 1);
	KUNIT_EXPECT_TRUE(test, noted(c, VQC_WHY_IOAPIC_EOI_NONE));
}

/* ---- level ---- */

static void level_sets_remote_irr_until_eoi(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	in_service(test, 9, 0x70);
	KUNIT_EXPECT_EQ(test, drive(c, 9, true), VQC_WHY_IOAPIC_REMOTE_IRR);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
	drive(c, 9, false);
	KUNIT_EXPECT_TRUE(test, remote_irr(c, 9));
	end(c, 0x70);
	KUNIT_EXPECT_FALSE(test, remote_irr(c, 9));
	KUNIT_ASSERT_EQ(test, c->fx.nr, 1);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].kind, VQC_FX_ACKED);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].pin, 9);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].vector, 0x70);
}

static void level_message_says_level(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 9, LEVEL | VQC_RTE_LOGICAL | DEST(0xff) | 0x70);
	drive(c, 9, true);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].msg.flags,
			VQC_MSG_ASSERT | VQC_MSG_LEVEL | VQC_MSG_LOGICAL);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].msg.dest, 0xff);
}

static void level_still_high_fires_again_after_eoi(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	in_service(test, 9, 0x70);
	end(c, 0x70);
	KUNIT_ASSERT_EQ(test, c->fx.nr, 2);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].kind, VQC_FX_ACKED);
	KUNIT_EXPECT_EQ(test, c->fx.item[1].kind, VQC_FX_MSG);
	KUNIT_EXPECT_TRUE(test, remote_irr(c, 9));
}

static void level_asserted_again_before_eoi_fires_after_it(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	in_service(test, 9, 0x70);
	drive(c, 9, false);
	KUNIT_EXPECT_EQ(test, drive(c, 9, true), VQC_WHY_IOAPIC_REMOTE_IRR);
	end(c, 0x70);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
}

static void level_masked_is_held_and_fires_at_unmask(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 9, LEVEL | MASKED | 0x70);
	KUNIT_EXPECT_EQ(test, drive(c, 9, true), VQC_WHY_IOAPIC_HELD);
	KUNIT_EXPECT_EQ(test, vqc_ioapic_hold(&c->io, 9), VQC_WHY_IOAPIC_HELD);
	put_low(c, 9, LEVEL | 0x70);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
}

static void level_masked_withdrawn_does_not_fire(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 9, LEVEL | MASKED | 0x70);
	drive(c, 9, true);
	KUNIT_EXPECT_EQ(test, drive(c, 9, false), VQC_WHY_LINE_LOW);
	KUNIT_EXPECT_EQ(test, drive(c, 9, false), VQC_WHY_NO_CHANGE);
	put_low(c, 9, LEVEL | 0x70);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
}

static void level_mask_and_unmask_in_service_does_not_repeat(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	in_service(test, 9, 0x70);
	put_low(c, 9, LEVEL | MASKED | 0x70);
	put_low(c, 9, LEVEL | 0x70);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
	put_low(c, 9, LEVEL | MASKED | 0x70);
	end(c, 0x70);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_ACKED), 1);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 0);
	put_low(c, 9, LEVEL | 0x70);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
}

static void level_vector_rewritten_in_service_ends_by_the_old(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	in_service(test, 9, 0x70);
	put_rte(c, 9, LEVEL | VQC_RTE_LOGICAL | DEST(7) | 0x99);
	end(c, 0x99);
	KUNIT_EXPECT_TRUE(test, noted(c, VQC_WHY_IOAPIC_EOI_NONE));
	KUNIT_EXPECT_TRUE(test, remote_irr(c, 9));
	end(c, 0x70);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_ACKED), 1);
	KUNIT_ASSERT_EQ(test, count(c, VQC_FX_MSG), 1);
	KUNIT_EXPECT_EQ(test, c->fx.item[1].msg.vector, 0x99);
	KUNIT_EXPECT_EQ(test, c->fx.item[1].msg.dest, 7);
}

static void eoi_ends_every_pin_of_the_vector(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 5, LEVEL | MASKED | 0x50);
	in_service(test, 9, 0x50);
	in_service(test, 20, 0x50);
	in_service(test, 21, 0x51);
	drive(c, 9, false);
	drive(c, 20, false);
	end(c, 0x50);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_ACKED), 2);
	KUNIT_EXPECT_FALSE(test, remote_irr(c, 9));
	KUNIT_EXPECT_FALSE(test, remote_irr(c, 20));
	KUNIT_EXPECT_TRUE(test, remote_irr(c, 21));
}

static void eoi_clears_all_pins_before_it_serves_one(struct kunit *test)
{
	struct ioapic_case *c = test->priv;
	unsigned int i;

	in_service(test, 9, 0x50);
	in_service(test, 20, 0x50);
	end(c, 0x50);
	KUNIT_ASSERT_EQ(test, c->fx.nr, 4);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, c->fx.item[i].kind,
				i < 2 ? VQC_FX_ACKED : VQC_FX_MSG);
}

static void eoi_of_all_pins_fits_the_effect_list(struct kunit *test)
{
	struct ioapic_case *c = test->priv;
	unsigned int pin;

	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		in_service(test, pin, 0x50);
		c->io.storm[pin] = VQC_IOAPIC_STORM_EOIS - 1;
	}
	end(c, 0x50);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 3 * VQC_NR_IOAPIC_PINS);
	KUNIT_EXPECT_FALSE(test, c->fx.overflow);
}

/* ---- a message nobody takes ---- */

static void level_nobody_takes_leaves_no_remote_irr(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 9, LEVEL | DEST(9) | 0x70);
	drive(c, 9, true);
	vqc_ioapic_sent(&c->io, 9, VQC_WHY_NO_DEST);
	KUNIT_EXPECT_FALSE(test, remote_irr(c, 9));
	KUNIT_EXPECT_TRUE(test, deliv_status(c, 9));
	KUNIT_EXPECT_EQ(test, vqc_ioapic_hold(&c->io, 9), VQC_WHY_NO_DEST);
	put_rte(c, 9, LEVEL | DEST(1) | 0x70);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 0);
	KUNIT_EXPECT_TRUE(test, remote_irr(c, 9));
}

static void level_nobody_takes_is_tried_again(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 9, LEVEL | 0x70);
	drive(c, 9, true);
	vqc_ioapic_sent(&c->io, 9, VQC_WHY_NO_DEST);
	retry(c, BIT(9));
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
	vqc_ioapic_sent(&c->io, 9, VQC_WHY_NO_DEST);
	KUNIT_EXPECT_EQ(test, drive(c, 9, true), VQC_WHY_DELIVERED);
	vqc_ioapic_sent(&c->io, 9, VQC_WHY_NO_DEST);
	drive(c, 9, false);
	KUNIT_EXPECT_FALSE(test, deliv_status(c, 9));
	retry(c, BIT(9));
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
}

static void sent_asks_for_a_retry_if_the_rte_was_written(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 9, LEVEL | DEST(9) | 0x70);
	drive(c, 9, true);
	put_rte(c, 9, LEVEL | DEST(1) | 0x70);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
	KUNIT_EXPECT_TRUE(test, vqc_ioapic_sent(&c->io, 9, VQC_WHY_NO_DEST));
	retry(c, BIT(9));
	KUNIT_EXPECT_EQ(test, c->fx.item[0].msg.dest, 1);
	KUNIT_EXPECT_FALSE(test, vqc_ioapic_sent(&c->io, 9, VQC_WHY_NO_DEST));
}

static void eoi_before_the_report_is_safe(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 9, LEVEL | 0x70);
	drive(c, 9, true);
	drive(c, 9, false);
	end(c, 0x70);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_ACKED), 1);
	vqc_ioapic_sent(&c->io, 9, VQC_WHY_DELIVERED);
	KUNIT_EXPECT_EQ(test, c->io.rte[9], LEVEL | 0x70);
}

static void late_report_does_not_hide_that_the_next_has_no_taker(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 9, LEVEL | 0x70);
	drive(c, 9, true);
	end(c, 0x70);
	KUNIT_ASSERT_EQ(test, count(c, VQC_FX_MSG), 1);
	vqc_ioapic_sent(&c->io, 9, VQC_WHY_NO_DEST);
	vqc_ioapic_sent(&c->io, 9, VQC_WHY_DELIVERED);
	KUNIT_EXPECT_FALSE(test, remote_irr(c, 9));
	KUNIT_EXPECT_EQ(test, vqc_ioapic_hold(&c->io, 9), VQC_WHY_NO_DEST);
	retry(c, BIT(9));
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
}

static void late_refusal_does_not_lose_the_message_in_service(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 9, LEVEL | 0x70);
	drive(c, 9, true);
	end(c, 0x70);
	vqc_ioapic_sent(&c->io, 9, VQC_WHY_DELIVERED);
	vqc_ioapic_sent(&c->io, 9, VQC_WHY_NO_DEST);
	end(c, 0x70);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
	KUNIT_EXPECT_TRUE(test, remote_irr(c, 9));
}

static void late_refusal_of_an_edge_is_not_lost(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 2, EDGE | 0x60);
	drive(c, 2, true);
	drive(c, 2, false);
	drive(c, 2, true);
	vqc_ioapic_sent(&c->io, 2, VQC_WHY_DELIVERED);
	vqc_ioapic_sent(&c->io, 2, VQC_WHY_NO_DEST);
	retry(c, BIT(2));
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
}

static void sender_withdraws_when_the_line_fell(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	in_service(test, 9, 0x70);
	end(c, 0x70);
	drive(c, 9, false);
	KUNIT_EXPECT_EQ(test, vqc_ioapic_hold(&c->io, 9), VQC_WHY_LINE_LOW);
	vqc_ioapic_sent(&c->io, 9, VQC_WHY_LINE_LOW);
	KUNIT_EXPECT_EQ(test, c->io.rte[9], LEVEL | 0x70);
	KUNIT_EXPECT_EQ(test, drive(c, 9, true), VQC_WHY_DELIVERED);
}

static struct kunit_case ioapic_cases[] = {
	KUNIT_CASE(edge_sends_one_message_per_rise),
	KUNIT_CASE(edge_on_masked_pin_is_ignored),
	KUNIT_CASE(edge_line_held_high_does_not_fire_at_unmask),
	KUNIT_CASE(edge_nobody_takes_is_kept_and_sent_at_retry),
	KUNIT_CASE(edge_under_way_is_not_sent_twice),
	KUNIT_CASE(edge_pending_is_sent_when_the_rte_is_written),
	KUNIT_CASE(edge_pending_is_merged_with_the_next_edge),
	KUNIT_CASE(edge_pending_is_dropped_by_masking),
	KUNIT_CASE(edge_eoi_finds_no_pin),
	KUNIT_CASE(level_sets_remote_irr_until_eoi),
	KUNIT_CASE(level_message_says_level),
	KUNIT_CASE(level_still_high_fires_again_after_eoi),
	KUNIT_CASE(level_asserted_again_before_eoi_fires_after_it),
	KUNIT_CASE(level_masked_is_held_and_fires_at_unmask),
	KUNIT_CASE(level_masked_withdrawn_does_not_fire),
	KUNIT_CASE(level_mask_and_unmask_in_service_does_not_repeat),
	KUNIT_CASE(level_vector_rewritten_in_service_ends_by_the_old),
	KUNIT_CASE(eoi_ends_every_pin_of_the_vector),
	KUNIT_CASE(eoi_clears_all_pins_before_it_serves_one),
	KUNIT_CASE(eoi_of_all_pins_fits_the_effect_list),
	KUNIT_CASE(level_nobody_takes_leaves_no_remote_irr),
	KUNIT_CASE(level_nobody_takes_is_tried_again),
	KUNIT_CASE(sent_asks_for_a_retry_if_the_rte_was_written),
	KUNIT_CASE(eoi_before_the_report_is_safe),
	KUNIT_CASE(late_report_does_not_hide_that_the_next_has_no_taker),
	KUNIT_CASE(late_refusal_does_not_lose_the_message_in_service),
	KUNIT_CASE(late_refusal_of_an_edge_is_not_lost),
	KUNIT_CASE(sender_withdraws_when_the_line_fell),
	{}
};

static struct kunit_suite ioapic_suite = {
	.name = "virqchip_ioapic",
	.init = ioapic_case_init,
	.exit = ioapic_case_exit,
	.test_cases = ioapic_cases,
};

kunit_test_suite(ioapic_suite);
