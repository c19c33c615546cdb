// SPDX-License-Identifier: GPL-2.0-only
/* The 8259 pair: the operation command words, and automatic EOI. */
#include "pic_fixture.h"

/* OCW2 */

static void ocw2_nonspecific_eoi_clears_highest_isr(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 5);
	ack(b);
	pulse(b, 3);
	ack(b);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(3));
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(5));
}

static void ocw2_nonspecific_eoi_follows_the_rotation(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 5);
	ack(b);
	pulse(b, 3);
	ack(b);
	out(b, M_CMD, SET_PRIORITY | 4);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(5));
}

static void ocw2_specific_eoi_clears_the_named_isr(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 5);
	ack(b);
	pulse(b, 3);
	ack(b);
	out(b, M_CMD, SPECIFIC_EOI | 5);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(5));
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(3));
}

static void ocw2_eoi_with_nothing_in_service_is_noted(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, S_CMD, EOI);
	KUNIT_EXPECT_EQ(test, b->noted, VQC_WHY_PIC_EOI_NONE);
	KUNIT_EXPECT_EQ(test, b->noted_pin, VQC_NO_PIN);
	KUNIT_EXPECT_EQ(test, b->acked, 0);
	out(b, S_CMD, SPECIFIC_EOI | 3);
	KUNIT_EXPECT_EQ(test, b->noted, VQC_WHY_PIC_EOI_NONE);
	KUNIT_EXPECT_EQ(test, b->noted_pin, 11);
	KUNIT_EXPECT_EQ(test, b->noted_vector, BASE_SLAVE + 3);
	KUNIT_EXPECT_EQ(test, b->acked, 0);
}

static void ocw2_rotate_on_eoi_makes_it_the_lowest(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 4);
	ack(b);
	out(b, M_CMD, ROTATE_EOI);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(4));
	pulse(b, 4);
	pulse(b, 5);
	pulse(b, 3);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 5);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 3);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 4);
}

static void ocw2_rotate_on_eoi_of_nothing_does_not_rotate(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, M_CMD, SET_PRIORITY | 3);
	out(b, M_CMD, ROTATE_EOI);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].lowest, 3);
	KUNIT_EXPECT_EQ(test, b->noted, VQC_WHY_PIC_EOI_NONE);
}

static void ocw2_rotate_on_specific_eoi_makes_the_named_lowest(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 5);
	ack(b);
	pulse(b, 3);
	ack(b);
	out(b, M_CMD, ROTATE_SPECIFIC_EOI | 5);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(5));
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].lowest, 5);
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(3));
	pulse(b, 6);
	KUNIT_EXPECT_TRUE(test, intr(b));
}

static void ocw2_set_priority_ends_nothing(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 0);
	ack(b);
	out(b, M_CMD, SET_PRIORITY | 4);
	KUNIT_EXPECT_EQ(test, b->fx.nr, 0u);
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(0));
	pulse(b, 3);
	KUNIT_EXPECT_FALSE(test, intr(b));
	pulse(b, 5);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 5);
}

static void ocw2_nop_does_nothing(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 3);
	ack(b);
	b->other = b->pic;
	out(b, M_CMD, NOP | 3);
	KUNIT_EXPECT_EQ(test, b->fx.nr, 0u);
	KUNIT_EXPECT_EQ(test, memcmp(&b->other, &b->pic, sizeof(b->pic)), 0);
}

static void aeoi_ends_with_the_acknowledge(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	init_pair(b, 0x11, 0x03, 0x03);
	pulse(b, 4);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 4);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(4));
	KUNIT_EXPECT_EQ(test, isr(b, 0), 0);
	pulse(b, 14);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 6);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(14));
	KUNIT_EXPECT_EQ(test, isr(b, 0), 0);
	KUNIT_EXPECT_EQ(test, isr(b, 1), 0);
}

static void aeoi_keeps_priorities_unless_told_to_rotate(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	init_pair(b, 0x11, 0x03, 0x03);
	pulse(b, 4);
	ack(b);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].lowest, 7);
	out(b, M_CMD, ROTATE_AEOI_SET);
	pulse(b, 4);
	ack(b);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].lowest, 4);
	out(b, M_CMD, ROTATE_AEOI_CLEAR);
	pulse(b, 6);
	ack(b);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].lowest, 4);
}

static void aeoi_level_line_left_high_requests_at_once(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	init_pair(b, 0x11, 0x03, 0x03);
	out(b, M_ELCR, 0x20);
	line(b, 5, true);
	ack(b);
	KUNIT_EXPECT_TRUE(test, intr(b));
	/* INTA had taken INTR down: this is a new interrupt to the CPU. */
	KUNIT_EXPECT_TRUE(test, b->output_told);
}

/* What each way of ending a pin tells its sources (by chip of the pin). */
struct end_case {
	const char *desc;
	u8 icw4;
	u8 ocw2;
	bool with_level;
};

static const struct end_case end_cases[] = {
	{ "non-specific EOI", 0x01, EOI, false },
	{ "specific EOI", 0x01, SPECIFIC_EOI, true },
	{ "rotate on non-specific EOI", 0x01, ROTATE_EOI, false },
	{ "rotate on specific EOI", 0x01, ROTATE_SPECIFIC_EOI, true },
	{ "automatic EOI", 0x03, 0, false },
};

static void describe_end(const struct end_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(end, end_cases, describe_end);

static void every_kind_of_eoi_acks_every_pin(struct kunit *test)
{
	const struct end_case *c = test->param_value;
	struct pic_bench *b = test->priv;
	unsigned int pin;

	for (pin = 0; pin < VQC_NR_PIC_PINS; pin++) {
		if (pin == VQC_PIC_CASCADE_PIN)
			continue;
		init_pair(b, 0x11, c->icw4, c->icw4);
		pulse(b, pin);
		ack(b);
		if (c->ocw2)
			out(b, pin < 8 ? M_CMD : S_CMD,
			    c->ocw2 | (c->with_level ? pin % 8 : 0));
		KUNIT_EXPECT_EQ(test, b->acked, BIT(pin));
		KUNIT_EXPECT_EQ(test, b->pic.chip[pin / 8].isr, 0);
	}
}

/* OCW3 */

static void ocw3_selects_irr_or_isr_until_changed(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 5);
	ack(b);
	line(b, 1, true);
	out(b, M_CMD, READ_ISR);
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), BIT(5));
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), BIT(5));
	/* RR = 0 changes nothing, whatever RIS is. */
	out(b, M_CMD, 0x08);
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), BIT(5));
	out(b, M_CMD, READ_IRR);
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), BIT(1));
	out(b, M_CMD, 0x09);
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), BIT(1));
	KUNIT_EXPECT_EQ(test, in(b, M_DATA), 0);
}

static void poll_acknowledges_on_either_port(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 3);
	pulse(b, 5);
	out(b, M_CMD, POLL);
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), 0x83);
	KUNIT_EXPECT_TRUE(test, b->output_told);
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(3));
	out(b, M_CMD, EOI);
	out(b, M_CMD, POLL);
	KUNIT_EXPECT_EQ(test, in(b, M_DATA), 0x85);
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(5));
	/* The poll was for one read. */
	KUNIT_EXPECT_EQ(test, in(b, M_DATA), 0);
}

static void poll_without_request_has_bit_7_clear(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, M_CMD, POLL);
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), 0x07);
	KUNIT_EXPECT_EQ(test, b->fx.nr, 0u);
	KUNIT_EXPECT_EQ(test, isr(b, 0), 0);
	out(b, M_DATA, 0xff);
	line(b, 3, true);
	out(b, M_CMD, POLL);
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), 0x07);
}

static void poll_wins_over_a_register_read_command(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 6);
	out(b, M_CMD, POLL | 0x03);
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), 0x86);
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), BIT(6));
}

static void poll_is_taken_back_by_an_ocw3_without_it(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 6);
	out(b, M_CMD, POLL);
	out(b, M_CMD, READ_IRR);
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), BIT(6));
	KUNIT_EXPECT_TRUE(test, intr(b));
}

static void poll_of_the_master_does_not_ask_the_slave(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 13);
	out(b, M_CMD, POLL);
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), 0x82);
	KUNIT_EXPECT_EQ(test, isr(b, 1), 0);
	out(b, S_CMD, POLL);
	KUNIT_EXPECT_EQ(test, in(b, S_CMD), 0x85);
	KUNIT_EXPECT_EQ(test, isr(b, 1), BIT(5));
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(2));
}

static void poll_of_the_slave_drops_the_wire_to_the_master(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 13);
	out(b, S_CMD, POLL);
	KUNIT_EXPECT_EQ(test, in(b, S_DATA), 0x85);
	KUNIT_EXPECT_FALSE(test, intr(b));
	KUNIT_EXPECT_EQ(test, isr(b, 0), 0);
	KUNIT_EXPECT_EQ(test, irr(b, 0), 0);
}

static void poll_in_aeoi_mode_ends_at_once(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	init_pair(b, 0x11, 0x03, 0x03);
	pulse(b, 5);
	out(b, M_CMD, POLL);
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), 0x85);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(5));
	KUNIT_EXPECT_EQ(test, isr(b, 0), 0);
}

static void smm_ignores_only_masked_interrupts_in_service(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 3);
	ack(b);
	out(b, M_CMD, SMM_SET);
	pulse(b, 6);
	KUNIT_EXPECT_FALSE(test, intr(b));
	out(b, M_DATA, BIT(3));
	KUNIT_EXPECT_TRUE(test, intr(b));
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 6);
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(3) | BIT(6));
	/* IR6 is in service and not masked: it keeps IR7 out. */
	pulse(b, 7);
	KUNIT_EXPECT_FALSE(test, intr(b));
	pulse(b, 5);
	KUNIT_EXPECT_TRUE(test, intr(b));
}

static void without_smm_a_masked_interrupt_in_service_blocks(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 3);
	ack(b);
	out(b, M_DATA, BIT(3));
	pulse(b, 6);
	KUNIT_EXPECT_FALSE(test, intr(b));
	out(b, M_CMD, SMM_SET);
	KUNIT_EXPECT_TRUE(test, intr(b));
	KUNIT_EXPECT_TRUE(test, b->output_told);
	out(b, M_CMD, SMM_CLEAR);
	KUNIT_EXPECT_FALSE(test, intr(b));
}

static void smm_bit_counts_only_with_esmm(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, M_CMD, 0x28);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].smm, 0);
	out(b, M_CMD, SMM_SET);
	out(b, M_CMD, READ_IRR);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].smm, 1);
	out(b, M_CMD, SMM_CLEAR);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].smm, 0);
}

static void smm_nonspecific_eoi_spares_masked_isr_bits(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 3);
	ack(b);
	out(b, M_CMD, SMM_SET);
	out(b, M_DATA, BIT(3));
	pulse(b, 6);
	ack(b);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(6));
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_EQ(test, b->noted, VQC_WHY_PIC_EOI_NONE);
	KUNIT_EXPECT_EQ(test, isr(b, 0), BIT(3));
	out(b, M_CMD, SPECIFIC_EOI | 3);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(3));
}

static void smm_in_the_slave_works_through_the_cascade(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 9);
	ack(b);
	out(b, M_CMD, EOI);
	out(b, S_CMD, SMM_SET);
	out(b, S_DATA, BIT(1));
	pulse(b, 15);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 7);
	KUNIT_EXPECT_EQ(test, isr(b, 1), BIT(1) | BIT(7));
}

static struct kunit_case pic_ocw_cases[] = {
	KUNIT_CASE(ocw2_nonspecific_eoi_clears_highest_isr),
	KUNIT_CASE(ocw2_nonspecific_eoi_follows_the_rotation),
	KUNIT_CASE(ocw2_specific_eoi_clears_the_named_isr),
	KUNIT_CASE(ocw2_eoi_with_nothing_in_service_is_noted),
	KUNIT_CASE(ocw2_rotate_on_eoi_makes_it_the_lowest),
	KUNIT_CASE(ocw2_rotate_on_eoi_of_nothing_does_not_rotate),
	KUNIT_CASE(ocw2_rotate_on_specific_eoi_makes_the_named_lowest),
	KUNIT_CASE(ocw2_set_priority_ends_nothing),
	KUNIT_CASE(ocw2_nop_does_nothing),
	KUNIT_CASE(aeoi_ends_with_the_acknowledge),
	KUNIT_CASE(aeoi_keeps_priorities_unless_told_to_rotate),
	KUNIT_CASE(aeoi_level_line_left_high_requests_at_once),
	KUNIT_CASE_PARAM(every_kind_of_eoi_acks_every_pin, end_gen_params),
	KUNIT_CASE(ocw3_selects_irr_or_isr_until_changed),
	KUNIT_CASE(poll_acknowledges_on_either_port),
	KUNIT_CASE(poll_without_request_has_bit_7_clear),
	KUNIT_CASE(poll_wins_over_a_register_read_command),
	KUNIT_CASE(poll_is_taken_back_by_an_ocw3_without_it),
	KUNIT_CASE(poll_of_the_master_does_not_ask_the_slave),
	KUNIT_CASE(poll_of_the_slave_drops_the_wire_to_the_master),
	KUNIT_CASE(poll_in_aeoi_mode_ends_at_once),
	KUNIT_CASE(smm_ignores_only_masked_interrupts_in_service),
	KUNIT_CASE(without_smm_a_masked_interrupt_in_service_blocks),
	KUNIT_CASE(smm_bit_counts_only_with_esmm),
	KUNIT_CASE(smm_nonspecific_eoi_spares_masked_isr_bits),
	KUNIT_CASE(smm_in_the_slave_works_through_the_cascade),
	{}
};

static struct kunit_suite pic_ocw_suite = {
	.name = "virqchip_pic_ocw",
	.init = pic_bench_init,
	.test_cases = pic_ocw_cases,
};

kunit_test_suite(pic_ocw_suite);
