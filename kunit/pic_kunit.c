// SPDX-License-Identifier: GPL-2.0-only
/* The 8259 pair: lines, masks, priority, the cascade, spurious interrupts. */
#include "pic_fixture.h"

/* Lines */

static void edge_line_held_high_requests_once(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	KUNIT_EXPECT_EQ(test, line(b, 4, true), VQC_WHY_DELIVERED);
	KUNIT_EXPECT_TRUE(test, b->output_told);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 4);
	KUNIT_EXPECT_EQ(test, irr(b, 0), 0);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_FALSE(test, intr(b));
	KUNIT_EXPECT_EQ(test, line(b, 4, true), VQC_WHY_NO_CHANGE);
	KUNIT_EXPECT_FALSE(test, intr(b));
}

static void edge_request_outlives_its_line(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	line(b, 10, true);
	KUNIT_EXPECT_EQ(test, line(b, 10, false), VQC_WHY_LINE_LOW);
	KUNIT_EXPECT_TRUE(test, intr(b));
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 2);
	KUNIT_EXPECT_EQ(test, b->pin, 10u);
}

static void strict_edge_request_dies_with_its_line(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	b->pic.strict_edge = 1;
	line(b, 4, true);
	line(b, 4, false);
	KUNIT_EXPECT_TRUE(test, b->output_told);
	KUNIT_EXPECT_FALSE(test, intr(b));
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 7);
	KUNIT_EXPECT_EQ(test, b->pin, VQC_NO_PIN);
	line(b, 4, true);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 4);
}

static void second_edge_before_ack_is_coalesced(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 3);
	KUNIT_EXPECT_EQ(test, line(b, 3, true), VQC_WHY_COALESCED);
	KUNIT_EXPECT_FALSE(test, b->output_told);
	ack(b);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_FALSE(test, intr(b));
}

static void edge_while_in_service_fires_after_eoi(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 3);
	ack(b);
	KUNIT_EXPECT_EQ(test, line(b, 3, true), VQC_WHY_DELIVERED);
	KUNIT_EXPECT_EQ(test, vqc_pic_hold(&b->pic, 3), VQC_WHY_PIC_IN_SERVICE);
	KUNIT_EXPECT_FALSE(test, intr(b));
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_TRUE(test, b->output_told);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 3);
}

static void level_line_left_high_fires_again_after_eoi(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	unsigned int i;

	out(b, S_ELCR, 0x04);
	line(b, 10, true);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 2);
		KUNIT_EXPECT_EQ(test, irr(b, 1), BIT(2));
		KUNIT_EXPECT_FALSE(test, intr(b));
		out(b, S_CMD, EOI);
		KUNIT_EXPECT_EQ(test, b->acked, BIT(10));
		out(b, M_CMD, EOI);
		KUNIT_EXPECT_TRUE(test, intr(b));
	}
	line(b, 10, false);
	KUNIT_EXPECT_FALSE(test, intr(b));
}

static void level_line_lowered_in_service_does_not_fire_again(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, M_ELCR, 0x20);
	line(b, 5, true);
	ack(b);
	line(b, 5, false);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_FALSE(test, intr(b));
	KUNIT_EXPECT_EQ(test, vqc_pic_hold(&b->pic, 5), VQC_WHY_LINE_LOW);
}

static void level_line_lowered_before_ack_withdraws(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, M_ELCR, 0x20);
	line(b, 5, true);
	KUNIT_EXPECT_EQ(test, line(b, 5, false), VQC_WHY_LINE_LOW);
	KUNIT_EXPECT_TRUE(test, b->output_told);
	KUNIT_EXPECT_FALSE(test, intr(b));
	KUNIT_EXPECT_EQ(test, irr(b, 0), 0);
}

/* Lowering an idle line again and again must not kick a CPU. */
static void lowering_an_idle_line_is_no_event(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	unsigned int pin, i;

	for (pin = 0; pin < VQC_NR_PIC_PINS; pin++)
		for (i = 0; i < 2; i++) {
			KUNIT_EXPECT_EQ(test, line(b, pin, false),
					VQC_WHY_NO_CHANGE);
			KUNIT_EXPECT_EQ(test, b->fx.nr, 0u);
		}
	pulse(b, 4);
	ack(b);
	out(b, M_CMD, EOI);
	line(b, 4, true);
	ack(b);
	line(b, 4, false);
	KUNIT_EXPECT_EQ(test, b->fx.nr, 0u);
}

static void pins_out_of_range_and_the_cascade_are_ignored(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	static const unsigned int pins[] = { 2, 16, 17, 24, 255, ~0u };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pins); i++) {
		KUNIT_EXPECT_EQ(test, line(b, pins[i], true),
				VQC_WHY_NO_CHANGE);
		KUNIT_EXPECT_EQ(test, b->fx.nr, 0u);
		KUNIT_EXPECT_FALSE(test, intr(b));
		KUNIT_EXPECT_EQ(test, vqc_pic_hold(&b->pic, pins[i]),
				VQC_WHY_LINE_LOW);
	}
}

static void ports_out_of_range_are_ignored(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	b->other = b->pic;
	KUNIT_EXPECT_EQ(test, in(b, VQC_NR_PIC_PORTS), 0xff);
	KUNIT_EXPECT_EQ(test, in(b, (enum vqc_pic_port)-1), 0xff);
	out(b, VQC_NR_PIC_PORTS, 0x11);
	out(b, (enum vqc_pic_port)-1, 0x11);
	KUNIT_EXPECT_EQ(test, memcmp(&b->other, &b->pic, sizeof(b->pic)), 0);
}

/* The mask */

static void masked_request_waits_and_fires_when_unmasked(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, M_DATA, BIT(4));
	KUNIT_EXPECT_EQ(test, line(b, 4, true), VQC_WHY_PIC_MASKED);
	KUNIT_EXPECT_FALSE(test, b->output_told);
	line(b, 4, false);
	KUNIT_EXPECT_EQ(test, irr(b, 0), BIT(4));
	KUNIT_EXPECT_EQ(test, vqc_pic_hold(&b->pic, 4), VQC_WHY_PIC_MASKED);
	out(b, M_DATA, 0);
	KUNIT_EXPECT_TRUE(test, b->output_told);
	KUNIT_EXPECT_EQ(test, vqc_pic_hold(&b->pic, 4), VQC_WHY_DELIVERED);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 4);
}

static void masking_a_pending_request_drops_intr(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	line(b, 4, true);
	out(b, M_DATA, BIT(4));
	KUNIT_EXPECT_TRUE(test, b->output_told);
	KUNIT_EXPECT_FALSE(test, intr(b));
}

static void masked_cascade_holds_the_slave(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, M_DATA, BIT(2));
	KUNIT_EXPECT_EQ(test, line(b, 14, true), VQC_WHY_PIC_MASKED);
	KUNIT_EXPECT_EQ(test, vqc_pic_hold(&b->pic, 14), VQC_WHY_PIC_MASKED);
	KUNIT_EXPECT_FALSE(test, intr(b));
	out(b, M_DATA, 0);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 6);
}

static void mask_of_one_input_leaves_the_others(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	unsigned int masked, pin;

	for (masked = 0; masked < VQC_NR_PIC_PINS; masked++) {
		out(b, M_DATA, masked < 8 ? BIT(masked) : 0);
		out(b, S_DATA, masked < 8 ? 0 : BIT(masked - 8));
		for (pin = 0; pin < VQC_NR_PIC_PINS; pin++) {
			bool held = pin == masked || (masked == 2 && pin > 7);

			init_pair(b, 0x11, 0x03, 0x03);
			out(b, M_DATA, masked < 8 ? BIT(masked) : 0);
			out(b, S_DATA, masked < 8 ? 0 : BIT(masked - 8));
			pulse(b, pin);
			KUNIT_EXPECT_EQ(test, intr(b), pin != 2 && !held);
		}
	}
}

/* Priority, in service */

/* Of every set of requests, under every rotation, the right one wins. */
static void highest_request_wins_under_every_rotation(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	unsigned int set, lowest, i;

	for (lowest = 0; lowest < 8; lowest++)
		for (set = 1; set < 256; set++) {
			unsigned int want = lowest;

			for (i = 8; i > 0; i--)
				if (set & BIT((lowest + i) % 8))
					want = (lowest + i) % 8;
			init_pair(b, 0x11, 0x01, 0x01);
			out(b, S_CMD, SET_PRIORITY | lowest);
			for (i = 0; i < 8; i++)
				if (set & BIT(i))
					pulse(b, 8 + i);
			KUNIT_ASSERT_EQ(test, ack(b), BASE_SLAVE + want);
		}
}

/* A request gets past one in service only if it ranks higher. */
static void only_a_higher_request_interrupts_one_in_service(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	unsigned int lowest, serving, ir;

	for (lowest = 0; lowest < 8; lowest++)
		for (serving = 0; serving < 8; serving++)
			for (ir = 0; ir < 8; ir++) {
				bool higher = (ir + 7 - lowest) % 8 <
					      (serving + 7 - lowest) % 8;

				init_pair(b, 0x11, 0x01, 0x01);
				out(b, S_CMD, SET_PRIORITY | lowest);
				pulse(b, 8 + serving);
				ack(b);
				out(b, M_CMD, EOI);
				pulse(b, 8 + ir);
				KUNIT_ASSERT_EQ(test, intr(b), higher);
				KUNIT_ASSERT_EQ(test,
						vqc_pic_hold(&b->pic, 8 + ir),
						higher ? VQC_WHY_DELIVERED :
						VQC_WHY_PIC_IN_SERVICE);
			}
}

static void nested_requests_end_from_the_highest_down(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 6);
	ack(b);
	pulse(b, 4);
	ack(b);
	pulse(b, 1);
	ack(b);
	KUNIT_EXPECT_EQ(test, isr(b, 0), 0x52);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(1));
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(4));
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(6));
	KUNIT_EXPECT_EQ(test, isr(b, 0), 0);
}

static void higher_line_raised_before_ack_is_taken_first(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	line(b, 5, true);
	line(b, 1, true);
	KUNIT_EXPECT_FALSE(test, b->output_told);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 1);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 5);
}

/* The cascade */

static void slave_irq_needs_eoi_on_both_chips(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 10);
	KUNIT_EXPECT_EQ(test, ack(b), 0x2a);
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(2));
	KUNIT_EXPECT_EQ(test, isr(b, 1), BIT(2));
	out(b, S_CMD, EOI);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(10));
	KUNIT_EXPECT_EQ(test, isr(b, 1), 0);
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(2));
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_EQ(test, b->acked, 0);
	KUNIT_EXPECT_EQ(test, isr(b, 0), 0);
}

static void slave_output_is_a_level_wire_to_ir2(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	line(b, 11, true);
	KUNIT_EXPECT_EQ(test, irr(b, 0), BIT(2));
	out(b, S_DATA, BIT(3));
	KUNIT_EXPECT_EQ(test, irr(b, 0), 0);
	KUNIT_EXPECT_FALSE(test, intr(b));
	out(b, S_DATA, 0);
	KUNIT_EXPECT_EQ(test, irr(b, 0), BIT(2));
	KUNIT_EXPECT_TRUE(test, intr(b));
}

static void slave_ranks_between_ir1_and_ir3(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 3);
	pulse(b, 15);
	pulse(b, 1);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 1);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 7);
	KUNIT_EXPECT_EQ(test, vqc_pic_hold(&b->pic, 3), VQC_WHY_PIC_IN_SERVICE);
	out(b, S_CMD, EOI);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 3);
}

static void second_slave_irq_waits_for_the_master_eoi(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 12);
	ack(b);
	pulse(b, 9);
	KUNIT_EXPECT_FALSE(test, intr(b));
	KUNIT_EXPECT_EQ(test, vqc_pic_hold(&b->pic, 9), VQC_WHY_PIC_IN_SERVICE);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_TRUE(test, intr(b));
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 1);
}

static void sfnm_lets_a_higher_slave_request_through(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	init_pair(b, 0x11, 0x11, 0x01);
	pulse(b, 12);
	ack(b);
	pulse(b, 13);
	KUNIT_EXPECT_FALSE(test, intr(b));
	pulse(b, 9);
	KUNIT_EXPECT_TRUE(test, intr(b));
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 1);
	KUNIT_EXPECT_EQ(test, isr(b, 1), BIT(4) | BIT(1));
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(2));
}

static void sfnm_still_holds_lower_master_requests(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	init_pair(b, 0x11, 0x11, 0x01);
	pulse(b, 12);
	ack(b);
	pulse(b, 3);
	KUNIT_EXPECT_FALSE(test, intr(b));
	KUNIT_EXPECT_EQ(test, vqc_pic_hold(&b->pic, 3), VQC_WHY_PIC_IN_SERVICE);
	pulse(b, 1);
	KUNIT_EXPECT_TRUE(test, intr(b));
}

static void sfnm_with_a_higher_master_irq_in_service_holds_the_slave(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	init_pair(b, 0x11, 0x11, 0x01);
	pulse(b, 12);
	ack(b);
	pulse(b, 0);
	ack(b);
	pulse(b, 9);
	KUNIT_EXPECT_FALSE(test, intr(b));
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_TRUE(test, intr(b));
}

/* Spurious interrupts */

static void level_line_dropped_before_inta_gives_ir7(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, M_ELCR, 0x20);
	line(b, 5, true);
	line(b, 5, false);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 7);
	KUNIT_EXPECT_EQ(test, b->pin, VQC_NO_PIN);
	KUNIT_EXPECT_EQ(test, b->noted, VQC_WHY_PIC_SPURIOUS);
	KUNIT_EXPECT_EQ(test, b->noted_pin, 7);
	KUNIT_EXPECT_EQ(test, b->noted_vector, BASE_MASTER + 7);
	KUNIT_EXPECT_EQ(test, isr(b, 0), 0);
}

/* The wire to IR2 drops with the slave's request: the master finds nothing. */
static void slave_line_dropped_before_inta_gives_ir7_of_the_master(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, S_ELCR, 0x04);
	line(b, 10, true);
	line(b, 10, false);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 7);
	KUNIT_EXPECT_EQ(test, isr(b, 0), 0);
	KUNIT_EXPECT_EQ(test, isr(b, 1), 0);
}

static void slave_line_dropped_between_intas_gives_irq15(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	unsigned int ir;
	u8 vector;

	out(b, S_ELCR, 0x04);
	line(b, 10, true);
	ir = vqc_pic_ack_begin(&b->pic);
	line(b, 10, false);
	vector = vqc_pic_ack_finish(&b->pic, ir, &b->pin, &b->fx);
	after_op(b);
	KUNIT_EXPECT_EQ(test, ir, 2u);
	KUNIT_EXPECT_EQ(test, vector, BASE_SLAVE + 7);
	KUNIT_EXPECT_EQ(test, b->pin, VQC_NO_PIN);
	KUNIT_EXPECT_EQ(test, b->noted, VQC_WHY_PIC_SPURIOUS);
	KUNIT_EXPECT_EQ(test, b->noted_pin, 15);
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(2));
	KUNIT_EXPECT_EQ(test, isr(b, 1), 0);
}

static void master_line_dropped_between_intas_is_still_served(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	unsigned int ir;

	out(b, M_ELCR, 0x20);
	line(b, 5, true);
	ir = vqc_pic_ack_begin(&b->pic);
	line(b, 5, false);
	KUNIT_EXPECT_EQ(test,
			vqc_pic_ack_finish(&b->pic, ir, &b->pin, &b->fx),
			BASE_MASTER + 5);
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(5));
}

static void spurious_irq15_is_ended_by_one_eoi_to_the_master(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	unsigned int ir;

	line(b, 14, true);
	ir = vqc_pic_ack_begin(&b->pic);
	out(b, S_DATA, 0xff);
	vqc_pic_ack_finish(&b->pic, ir, &b->pin, &b->fx);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_EQ(test, b->noted, -1);
	KUNIT_EXPECT_EQ(test, isr(b, 0), 0);
	out(b, S_DATA, 0);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 6);
}

static void real_irq7_sets_its_isr_bit(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 7);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 7);
	KUNIT_EXPECT_EQ(test, b->pin, 7u);
	KUNIT_EXPECT_EQ(test, b->noted, -1);
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(7));
}

static struct kunit_case pic_cases[] = {
	KUNIT_CASE(edge_line_held_high_requests_once),
	KUNIT_CASE(edge_request_outlives_its_line),
	KUNIT_CASE(strict_edge_request_dies_with_its_line),
	KUNIT_CASE(second_edge_before_ack_is_coalesced),
	KUNIT_CASE(edge_while_in_service_fires_after_eoi),
	KUNIT_CASE(level_line_left_high_fires_again_after_eoi),
	KUNIT_CASE(level_line_lowered_in_service_does_not_fire_again),
	KUNIT_CASE(level_line_lowered_before_ack_withdraws),
	KUNIT_CASE(lowering_an_idle_line_is_no_event),
	KUNIT_CASE(pins_out_of_range_and_the_cascade_are_ignored),
	KUNIT_CASE(ports_out_of_range_are_ignored),
	KUNIT_CASE(masked_request_waits_and_fires_when_unmasked),
	KUNIT_CASE(masking_a_pending_request_drops_intr),
	KUNIT_CASE(masked_cascade_holds_the_slave),
	KUNIT_CASE(mask_of_one_input_leaves_the_others),
	KUNIT_CASE(highest_request_wins_under_every_rotation),
	KUNIT_CASE(only_a_higher_request_interrupts_one_in_service),
	KUNIT_CASE(nested_requests_end_from_the_highest_down),
	KUNIT_CASE(higher_line_raised_before_ack_is_taken_first),
	KUNIT_CASE(slave_irq_needs_eoi_on_both_chips),
	KUNIT_CASE(slave_output_is_a_level_wire_to_ir2),
	KUNIT_CASE(slave_ranks_between_ir1_and_ir3),
	KUNIT_CASE(second_slave_irq_waits_for_the_master_eoi),
	KUNIT_CASE(sfnm_lets_a_higher_slave_request_through),
	KUNIT_CASE(sfnm_still_holds_lower_master_requests),
	KUNIT_CASE(sfnm_with_a_higher_master_irq_in_service_holds_the_slave),
	KUNIT_CASE(level_line_dropped_before_inta_gives_ir7),
	KUNIT_CASE(slave_line_dropped_before_inta_gives_ir7_of_the_master),
	KUNIT_CASE(slave_line_dropped_between_intas_gives_irq15),
	KUNIT_CASE(master_line_dropped_between_intas_is_still_served),
	KUNIT_CASE(spurious_irq15_is_ended_by_one_eoi_to_the_master),
	KUNIT_CASE(real_irq7_sets_its_isr_bit),
	{}
};

static struct kunit_suite pic_suite = {
	.name = "virqchip_pic",
	.init = pic_bench_init,
	.test_cases = pic_cases,
};

kunit_test_suite(pic_suite);
