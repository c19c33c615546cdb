// SPDX-License-Identifier: GPL-2.0-only
/* The 8259 pair: its initialisation and its trigger modes (ICW1..ICW4, ELCR). */
#include "pic_fixture.h"

/* Initialisation */

static void power_on_registers_are_zero_and_intr_is_low(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	memset(&b->pic, 0, sizeof(b->pic));
	vqc_pic_reset(&b->pic);
	KUNIT_EXPECT_EQ(test, in(b, M_DATA), 0);
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), 0);
	KUNIT_EXPECT_EQ(test, in(b, S_ELCR), 0);
	KUNIT_EXPECT_EQ(test, line(b, 1, true), VQC_WHY_PIC_INIT);
	KUNIT_EXPECT_EQ(test, line(b, 9, true), VQC_WHY_PIC_INIT);
	KUNIT_EXPECT_EQ(test, vqc_pic_hold(&b->pic, 1), VQC_WHY_PIC_INIT);
	KUNIT_EXPECT_FALSE(test, intr(b));
}

static void imr_can_be_written_before_initialisation(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	vqc_pic_reset(&b->pic);
	out(b, M_DATA, 0xff);
	KUNIT_EXPECT_EQ(test, in(b, M_DATA), 0xff);
}

static void reset_keeps_wires_and_strict_edge(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	b->pic.strict_edge = 1;
	line(b, 3, true);
	ack(b);
	vqc_pic_reset(&b->pic);
	KUNIT_EXPECT_STREQ(test, vqc_pic_check(&b->pic) ?: "", "");
	KUNIT_EXPECT_EQ(test, b->pic.strict_edge, 1);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].lines, BIT(3));
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].isr, 0);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].irr, 0);
}

/* Which words follow ICW1 by SNGL and IC4 (8259A, figure 6). */
struct icw_sequence {
	const char *desc;
	u8 icw1;
	u8 steps[4];
};

static const struct icw_sequence icw_sequences[] = {
	{ "cascade, ICW4", 0x11, { VQC_PIC_WANT_ICW2, VQC_PIC_WANT_ICW3,
				   VQC_PIC_WANT_ICW4, VQC_PIC_READY } },
	{ "cascade, no ICW4", 0x10, { VQC_PIC_WANT_ICW2, VQC_PIC_WANT_ICW3,
				      VQC_PIC_READY, VQC_PIC_READY } },
	{ "single, ICW4", 0x13, { VQC_PIC_WANT_ICW2, VQC_PIC_WANT_ICW4,
				  VQC_PIC_READY, VQC_PIC_READY } },
	{ "single, no ICW4", 0x12, { VQC_PIC_WANT_ICW2, VQC_PIC_READY,
				     VQC_PIC_READY, VQC_PIC_READY } },
};

static void describe_icw_sequence(const struct icw_sequence *s, char *desc)
{
	strscpy(desc, s->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(icw_sequence, icw_sequences, describe_icw_sequence);

static void icw1_decides_which_words_follow(struct kunit *test)
{
	const struct icw_sequence *s = test->param_value;
	struct pic_bench *b = test->priv;
	unsigned int i, chip;

	for (chip = 0; chip < 2; chip++) {
		out(b, chip ? S_CMD : M_CMD, s->icw1);
		for (i = 0; i < ARRAY_SIZE(s->steps); i++) {
			KUNIT_EXPECT_EQ(test, b->pic.chip[chip].step,
					s->steps[i]);
			out(b, chip ? S_DATA : M_DATA, 0x00);
		}
	}
}

static void init_words_do_not_change_the_mask(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	init_pair(b, 0x11, 0x1f, 0x1f);
	KUNIT_EXPECT_EQ(test, in(b, M_DATA), 0);
	KUNIT_EXPECT_EQ(test, in(b, S_DATA), 0);
	out(b, M_DATA, 0x5a);
	KUNIT_EXPECT_EQ(test, in(b, M_DATA), 0x5a);
}

static void intr_stays_low_until_initialised(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	static const u8 words[] = { BASE_MASTER, 0x04 };
	unsigned int i;

	out(b, M_ELCR, 0x20);
	line(b, 5, true);
	out(b, M_CMD, 0x11);
	KUNIT_EXPECT_TRUE(test, b->output_told);
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		KUNIT_EXPECT_FALSE(test, intr(b));
		KUNIT_EXPECT_EQ(test, vqc_pic_hold(&b->pic, 5),
				VQC_WHY_PIC_INIT);
		out(b, M_DATA, words[i]);
		KUNIT_EXPECT_FALSE(test, b->output_told);
	}
	out(b, M_DATA, 0x01);
	KUNIT_EXPECT_TRUE(test, intr(b));
	KUNIT_EXPECT_TRUE(test, b->output_told);
}

static void slave_in_initialisation_is_silent(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, S_CMD, 0x11);
	KUNIT_EXPECT_EQ(test, line(b, 12, true), VQC_WHY_PIC_INIT);
	KUNIT_EXPECT_FALSE(test, intr(b));
	out(b, S_DATA, BASE_SLAVE);
	out(b, S_DATA, 0x02);
	out(b, S_DATA, 0x01);
	KUNIT_EXPECT_TRUE(test, intr(b));
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 4);
}

static void icw1_drops_edge_requests_and_acks_them(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 1);
	line(b, 4, true);
	out(b, M_CMD, 0x11);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(1) | BIT(4));
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), 0);
}

static void icw1_edge_line_still_high_needs_a_new_edge(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	line(b, 4, true);
	init_pair(b, 0x11, 0x01, 0x01);
	KUNIT_EXPECT_FALSE(test, intr(b));
	KUNIT_EXPECT_EQ(test, line(b, 4, true), VQC_WHY_NO_CHANGE);
	KUNIT_EXPECT_FALSE(test, intr(b));
	line(b, 4, false);
	KUNIT_EXPECT_EQ(test, line(b, 4, true), VQC_WHY_DELIVERED);
	KUNIT_EXPECT_TRUE(test, intr(b));
}

static void icw1_keeps_requests_of_high_level_lines(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, S_ELCR, 0x04);
	line(b, 10, true);
	init_pair(b, 0x11, 0x01, 0x01);
	KUNIT_EXPECT_EQ(test, b->acked, 0);
	KUNIT_EXPECT_EQ(test, in(b, S_ELCR), 0x04);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 2);
}

static void icw1_ends_what_was_in_service(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 9);
	ack(b);
	pulse(b, 0);
	ack(b);
	out(b, S_CMD, 0x11);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(9));
	out(b, M_CMD, 0x11);
	/* The cascade has no source that could wait for its end. */
	KUNIT_EXPECT_EQ(test, b->acked, BIT(0));
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].isr, 0);
	KUNIT_EXPECT_EQ(test, b->pic.chip[1].isr, 0);
}

static void icw1_clears_mask_modes_and_priority(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, M_DATA, 0xff);
	out(b, M_CMD, SMM_SET);
	out(b, M_CMD, READ_ISR);
	out(b, M_CMD, ROTATE_AEOI_SET);
	out(b, M_CMD, SET_PRIORITY | 3);
	out(b, M_CMD, POLL);
	out(b, M_CMD, 0x11);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].imr, 0);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].smm, 0);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].read_isr, 0);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].rotate_aeoi, 0);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].poll, 0);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].lowest, 7);
}

static void icw1_makes_the_command_port_read_irr(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, M_CMD, READ_ISR);
	init_pair(b, 0x11, 0x01, 0x01);
	line(b, 6, true);
	KUNIT_EXPECT_EQ(test, in(b, M_CMD), BIT(6));
}

static void reinitialisation_clears_sfnm_and_aeoi(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	init_pair(b, 0x11, 0x13, 0x03);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].icw4, 0x13);
	init_pair(b, 0x11, 0x01, 0x01);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].icw4, 0x01);
	init_pair(b, 0x11, 0x13, 0x03);
	init_pair(b, 0x10, 0x00, 0x00);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].icw4, 0);
	KUNIT_EXPECT_EQ(test, b->pic.chip[1].icw4, 0);
}

static void edge_during_initialisation_is_kept(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, M_CMD, 0x11);
	KUNIT_EXPECT_EQ(test, line(b, 3, true), VQC_WHY_PIC_INIT);
	line(b, 3, false);
	out(b, M_DATA, BASE_MASTER);
	out(b, M_DATA, 0x04);
	out(b, M_DATA, 0x01);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 3);
}

static void icw3_and_buffered_mode_are_accepted(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	init_pair(b, 0x11, 0x0d, 0x09);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].icw3, 0x04);
	KUNIT_EXPECT_EQ(test, b->pic.chip[1].icw3, 0x02);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].icw4, 0x0d);
	pulse(b, 8);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE);
}

static void ltim_makes_all_inputs_level(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	init_pair(b, 0x19, 0x01, 0x01);
	line(b, 0, true);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER);
	out(b, M_CMD, EOI);
	KUNIT_EXPECT_TRUE(test, intr(b));
	line(b, 0, false);
	KUNIT_EXPECT_FALSE(test, intr(b));
	line(b, 13, true);
	line(b, 13, false);
	KUNIT_EXPECT_FALSE(test, intr(b));
}

static void single_mode_master_answers_for_ir2_itself(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, M_CMD, 0x13);
	out(b, M_DATA, BASE_MASTER);
	out(b, M_DATA, 0x01);
	pulse(b, 10);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 2);
	KUNIT_EXPECT_EQ(test, b->pin, 2u);
	KUNIT_EXPECT_EQ(test, isr(b, 1), 0);
	KUNIT_EXPECT_EQ(test, irr(b, 1), BIT(2));
}

/* vector = irq_base + line, the base's low three bits ignored. */
static void vector_is_base_plus_line_for_all_bases(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	unsigned int icw2, pin;

	for (icw2 = 0; icw2 < 256; icw2++) {
		init_pair(b, 0x11, 0x03, 0x03);
		out(b, M_CMD, 0x11);
		out(b, M_DATA, icw2);
		out(b, M_DATA, 0x04);
		out(b, M_DATA, 0x03);
		out(b, S_CMD, 0x11);
		out(b, S_DATA, 255 - icw2);
		out(b, S_DATA, 0x02);
		out(b, S_DATA, 0x03);
		for (pin = 0; pin < VQC_NR_PIC_PINS; pin++) {
			u8 base = (pin < 8 ? icw2 : 255 - icw2) & 0xf8;

			if (pin == VQC_PIC_CASCADE_PIN)
				continue;
			pulse(b, pin);
			KUNIT_ASSERT_EQ(test, ack(b), base + pin % 8);
			KUNIT_ASSERT_EQ(test, b->pin, pin);
		}
	}
}

/* ELCR */

static void elcr_bits_of_fixed_lines_stay_zero(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	out(b, M_ELCR, 0xff);
	out(b, S_ELCR, 0xff);
	KUNIT_EXPECT_EQ(test, in(b, M_ELCR), 0xf8);
	KUNIT_EXPECT_EQ(test, in(b, S_ELCR), 0xde);
	out(b, M_ELCR, 0x00);
	out(b, S_ELCR, 0x00);
	KUNIT_EXPECT_EQ(test, in(b, M_ELCR), 0);
	KUNIT_EXPECT_EQ(test, in(b, S_ELCR), 0);
}

static void elcr_chooses_the_trigger_of_each_line(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	unsigned int pin;

	out(b, M_ELCR, 0xff);
	out(b, S_ELCR, 0xff);
	for (pin = 0; pin < VQC_NR_PIC_PINS; pin++) {
		u8 mask = pin < 8 ? 0xf8 : 0xde;
		bool level = mask & BIT(pin % 8);

		if (pin == VQC_PIC_CASCADE_PIN)
			continue;
		line(b, pin, true);
		ack(b);
		out(b, S_CMD, EOI);
		out(b, M_CMD, EOI);
		KUNIT_EXPECT_EQ(test, intr(b), level);
		line(b, pin, false);
	}
}

static void elcr_to_level_takes_the_line_as_it_is(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 4);
	line(b, 5, true);
	ack(b);
	out(b, M_CMD, EOI);
	out(b, M_ELCR, 0x30);
	/* IR4's edge is dropped with its line low, IR5's line is high. */
	KUNIT_EXPECT_EQ(test, irr(b, 0), BIT(5));
	KUNIT_EXPECT_EQ(test, ack(b), BASE_MASTER + 5);
}

static void elcr_drops_and_acks_a_request_that_loses_its_ground(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	pulse(b, 4);
	out(b, M_ELCR, 0x10);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(4));
	KUNIT_EXPECT_TRUE(test, b->output_told);
	line(b, 4, true);
	out(b, M_ELCR, 0x00);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(4));
	KUNIT_EXPECT_FALSE(test, intr(b));
}

static void elcr_under_ltim_changes_nothing_now(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	init_pair(b, 0x19, 0x01, 0x01);
	line(b, 4, true);
	out(b, M_ELCR, 0x10);
	out(b, M_ELCR, 0x00);
	KUNIT_EXPECT_EQ(test, b->acked, 0);
	KUNIT_EXPECT_TRUE(test, intr(b));
}

static struct kunit_case pic_init_cases[] = {
	KUNIT_CASE(power_on_registers_are_zero_and_intr_is_low),
	KUNIT_CASE(imr_can_be_written_before_initialisation),
	KUNIT_CASE(reset_keeps_wires_and_strict_edge),
	KUNIT_CASE_PARAM(icw1_decides_which_words_follow,
			 icw_sequence_gen_params),
	KUNIT_CASE(init_words_do_not_change_the_mask),
	KUNIT_CASE(intr_stays_low_until_initialised),
	KUNIT_CASE(slave_in_initialisation_is_silent),
	KUNIT_CASE(icw1_drops_edge_requests_and_acks_them),
	KUNIT_CASE(icw1_edge_line_still_high_needs_a_new_edge),
	KUNIT_CASE(icw1_keeps_requests_of_high_level_lines),
	KUNIT_CASE(icw1_ends_what_was_in_service),
	KUNIT_CASE(icw1_clears_mask_modes_and_priority),
	KUNIT_CASE(icw1_makes_the_command_port_read_irr),
	KUNIT_CASE(reinitialisation_clears_sfnm_and_aeoi),
	KUNIT_CASE(edge_during_initialisation_is_kept),
	KUNIT_CASE(icw3_and_buffered_mode_are_accepted),
	KUNIT_CASE(ltim_makes_all_inputs_level),
	KUNIT_CASE(single_mode_master_answers_for_ir2_itself),
	KUNIT_CASE(vector_is_base_plus_line_for_all_bases),
	KUNIT_CASE(elcr_bits_of_fixed_lines_stay_zero),
	KUNIT_CASE(elcr_chooses_the_trigger_of_each_line),
	KUNIT_CASE(elcr_to_level_takes_the_line_as_it_is),
	KUNIT_CASE(elcr_drops_and_acks_a_request_that_loses_its_ground),
	KUNIT_CASE(elcr_under_ltim_changes_nothing_now),
	{}
};

static struct kunit_suite pic_init_suite = {
	.name = "virqchip_pic_init",
	.init = pic_bench_init,
	.test_cases = pic_init_cases,
};

kunit_test_suite(pic_init_suite);
