// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the 8259 pair.  Each operation of a case goes through a helper that
 * checks the model's invariants after it.
 */
#include <kunit/test.h>

#include "model/pic.h"
#include "oracle_pic.h"

#define M_CMD	VQC_PIC_PORT_CMD_MASTER
#define M_DATA	VQC_PIC_PORT_DATA_MASTER
#define S_CMD	VQC_PIC_PORT_CMD_SLAVE
#define S_DATA	VQC_PIC_PORT_DATA_SLAVE
#define M_ELCR	VQC_PIC_PORT_ELCR_MASTER
#define S_ELCR	VQC_PIC_PORT_ELCR_SLAVE

/* OCW2 */
#define ROTATE_AEOI_CLEAR	0x00
#define EOI			0x20
#define NOP			0x40
#define SPECIFIC_EOI		0x60
#define ROTATE_AEOI_SET		0x80
#define ROTATE_EOI		0xa0
#define SET_PRIORITY		0xc0
#define ROTATE_SPECIFIC_EOI	0xe0
/* OCW3 */
#define READ_IRR		0x0a
#define READ_ISR		0x0b
#define POLL			0x0c
#define SMM_SET			0x68
#define SMM_CLEAR		0x48

#define BASE_MASTER		0x20
#define BASE_SLAVE		0x28

/*
 * What the cases work on: a pair, the effects of the last operation decoded,
 * and room for a second pair and its oracle.
 */
struct pic_bench {
	struct kunit *test;
	struct vqc_pic pic;
	struct vqc_fx fx;
	struct vqc_pic other;
	struct vqc_fx other_fx;
	struct oracle_pic oracle;
	unsigned int pin;
	u16 acked;
	bool output_told;
	int noted;
	u8 noted_pin;
	u8 noted_vector;
};

/* Sort the effects of the last operation. */
static void sort_fx(struct pic_bench *b)
{
	unsigned int i;

	b->acked = 0;
	b->output_told = false;
	b->noted = -1;
	for (i = 0; i < b->fx.nr; i++) {
		const struct vqc_fx_item *item = &b->fx.item[i];

		if (item->kind == VQC_FX_OUTPUT)
			b->output_told = true;
		if (item->kind == VQC_FX_ACKED)
			b->acked |= BIT(item->pin);
		if (item->kind != VQC_FX_NOTE)
			continue;
		b->noted = item->why;
		b->noted_pin = item->pin;
		b->noted_vector = item->vector;
	}
}

static void after_op(struct pic_bench *b)
{
	const char *wrong = vqc_pic_check(&b->pic);

	KUNIT_ASSERT_STREQ(b->test, wrong ?: "", "");
	KUNIT_ASSERT_FALSE(b->test, b->fx.overflow);
	sort_fx(b);
}

static void out(struct pic_bench *b, enum vqc_pic_port port, u8 val)
{
	vqc_fx_init(&b->fx);
	vqc_pic_write(&b->pic, port, val, &b->fx);
	after_op(b);
}

static u8 in(struct pic_bench *b, enum vqc_pic_port port)
{
	u8 val;

	vqc_fx_init(&b->fx);
	val = vqc_pic_read(&b->pic, port, &b->fx);
	after_op(b);
	return val;
}

static enum vqc_why line(struct pic_bench *b, unsigned int pin, bool level)
{
	enum vqc_why why;

	vqc_fx_init(&b->fx);
	why = vqc_pic_set_line(&b->pic, pin, level, &b->fx);
	after_op(b);
	return why;
}

static void pulse(struct pic_bench *b, unsigned int pin)
{
	line(b, pin, true);
	line(b, pin, false);
}

static u8 ack(struct pic_bench *b)
{
	u8 vector;

	vqc_fx_init(&b->fx);
	vector = vqc_pic_ack(&b->pic, &b->pin, &b->fx);
	after_op(b);
	return vector;
}

static bool intr(struct pic_bench *b)
{
	return vqc_pic_output(&b->pic);
}

static u8 isr(struct pic_bench *b, unsigned int chip)
{
	enum vqc_pic_port port = chip ? S_CMD : M_CMD;

	out(b, port, READ_ISR);
	return in(b, port);
}

static u8 irr(struct pic_bench *b, unsigned int chip)
{
	enum vqc_pic_port port = chip ? S_CMD : M_CMD;

	out(b, port, READ_IRR);
	return in(b, port);
}

/* As every PC does it, but with the last words to choose. */
static void init_pair(struct pic_bench *b, u8 icw1, u8 icw4_master,
		      u8 icw4_slave)
{
	out(b, M_CMD, icw1);
	out(b, M_DATA, BASE_MASTER);
	if (!(icw1 & VQC_PIC_ICW1_SNGL))
		out(b, M_DATA, 0x04);
	if (icw1 & VQC_PIC_ICW1_IC4)
		out(b, M_DATA, icw4_master);
	out(b, S_CMD, icw1);
	out(b, S_DATA, BASE_SLAVE);
	if (!(icw1 & VQC_PIC_ICW1_SNGL))
		out(b, S_DATA, 0x02);
	if (icw1 & VQC_PIC_ICW1_IC4)
		out(b, S_DATA, icw4_slave);
}

static int pic_test_init(struct kunit *test)
{
	struct pic_bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	if (!b)
		return -ENOMEM;
	b->test = test;
	vqc_pic_reset(&b->pic);
	init_pair(b, 0x11, 0x01, 0x01);
	test->priv = b;
	return 0;
}

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

/* States */

static void set_state(struct pic_bench *b, const struct vqc_pic *state)
{
	vqc_fx_init(&b->fx);
	vqc_pic_set_state(&b->pic, state, &b->fx);
	after_op(b);
}

/* KVM's SET_IRQCHIP takes these unchecked; base + 7 would pass 255. */
static void set_state_makes_out_of_range_fields_valid(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	b->other = b->pic;
	b->other.chip[0].irq_base = 0xff;
	b->other.chip[0].elcr = 0xff;
	b->other.chip[1].elcr = 0xff;
	b->other.chip[0].step = 9;
	b->other.chip[0].lowest = 0xff;
	b->other.chip[0].smm = 0x80;
	b->other.strict_edge = 7;
	set_state(b, &b->other);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].irq_base, 0xf8);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].elcr, 0xf8);
	KUNIT_EXPECT_EQ(test, b->pic.chip[1].elcr, 0xde);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].step, VQC_PIC_READY);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].lowest, 7);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].smm, 1);
	KUNIT_EXPECT_EQ(test, b->pic.strict_edge, 1);
	pulse(b, 7);
	KUNIT_EXPECT_EQ(test, ack(b), 0xff);
}

static void set_state_derives_the_output_anew(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	b->other = b->pic;
	b->other.chip[1].irr = BIT(6);
	b->other.chip[0].lines = 0;
	set_state(b, &b->other);
	KUNIT_EXPECT_TRUE(test, b->output_told);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 6);

	/* A request of the cascade that no slave makes is not believed. */
	b->other.chip[1].irr = 0;
	b->other.chip[0].irr = BIT(2);
	b->other.chip[0].lines = BIT(2);
	set_state(b, &b->other);
	KUNIT_EXPECT_FALSE(test, intr(b));
}

static void set_state_takes_level_requests_from_the_wires(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	b->other = b->pic;
	b->other.chip[0].elcr = 0x30;
	b->other.chip[0].irr = BIT(4);
	b->other.chip[0].lines = BIT(5);
	set_state(b, &b->other);
	KUNIT_EXPECT_EQ(test, irr(b, 0), BIT(5));
}

/* Formats without ICW1: step and ICW4 must be enough. */
static void set_state_without_icw1_works(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	b->other = b->pic;
	b->other.chip[0].icw1 = 0;
	b->other.chip[0].icw4 = 0x13;
	b->other.chip[1].icw1 = 0;
	b->other.chip[1].icw4 = 0;
	b->other.chip[1].step = VQC_PIC_WANT_ICW4;
	set_state(b, &b->other);
	KUNIT_EXPECT_EQ(test, b->pic.chip[0].icw4, 0x13);
	out(b, S_DATA, 0x03);
	KUNIT_EXPECT_EQ(test, b->pic.chip[1].icw4, 0x03);
	pulse(b, 9);
	KUNIT_EXPECT_EQ(test, ack(b), BASE_SLAVE + 1);
	KUNIT_EXPECT_EQ(test, b->acked, BIT(9));
}

/* A small generator of our own: the same numbers in every build. */
static u32 next_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 16;
}

static void set_state_survives_any_bytes(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	u64 seed = 0x8259a5eed;
	u8 *raw = (u8 *)&b->other;
	unsigned int i, k;

	for (i = 0; i < 5000; i++) {
		for (k = 0; k < sizeof(b->other); k++)
			raw[k] = next_random(&seed);
		set_state(b, &b->other);
		b->other = b->pic;
		set_state(b, &b->other);
		KUNIT_ASSERT_EQ_MSG(test, memcmp(&b->other, &b->pic,
						 sizeof(b->pic)), 0,
				    "not stable, round %u", i);
		ack(b);
		in(b, M_CMD);
		out(b, S_CMD, EOI);
	}
}

/* One operation of a random stream, as text for a failure. */
struct pic_op {
	char kind;
	u8 port;
	u8 val;
};

/* Mostly what guests do; now and then anything at all. */
static u8 random_command(u64 *seed)
{
	static const u8 ocw2[] = {
		EOI, EOI, EOI, SPECIFIC_EOI, ROTATE_EOI, SET_PRIORITY,
		ROTATE_SPECIFIC_EOI, ROTATE_AEOI_SET, ROTATE_AEOI_CLEAR, NOP,
	};
	static const u8 ocw3[] = {
		READ_IRR, READ_ISR, POLL, SMM_SET, SMM_CLEAR,
	};
	u32 r = next_random(seed);

	switch (r % 16) {
	case 0:
		return 0x10 | (r >> 8 & 0x0f);
	case 1:
		return r >> 8;
	case 2:
	case 3:
	case 4:
		return ocw3[(r >> 8) % ARRAY_SIZE(ocw3)];
	default:
		return ocw2[(r >> 8) % ARRAY_SIZE(ocw2)] | (r >> 16 & 7);
	}
}

static struct pic_op random_op(u64 *seed)
{
	u32 r = next_random(seed);
	u8 port = (r >> 8) % VQC_NR_PIC_PORTS;

	if (r % 16 < 7)
		return (struct pic_op){ 'L', (r >> 8) % 16, r >> 12 & 1 };
	if (r % 16 < 10)
		return (struct pic_op){ 'A', 0, 0 };
	if (r % 16 < 12)
		return (struct pic_op){ 'R', port, 0 };
	if (r % 16 == 12 && (r >> 8) % 8 == 0)
		return (struct pic_op){ 'S', 0, 0 };
	if (port == M_CMD || port == S_CMD)
		return (struct pic_op){ 'W', port, random_command(seed) };
	/* Masks with few bits, or little would ever come through. */
	return (struct pic_op){ 'W', port,
				next_random(seed) & next_random(seed) };
}

/* Return: NULL, or what the model and the oracle disagree on. */
static const char *apply_op(struct pic_bench *b, struct pic_op op)
{
	u8 got = 0;
	int want = 0, want_pin = -1;
	bool was_high = vqc_pic_output(&b->pic);
	unsigned int pin = VQC_NO_PIN;
	const char *wrong;

	vqc_fx_init(&b->fx);
	switch (op.kind) {
	case 'L':
		vqc_pic_set_line(&b->pic, op.port, op.val, &b->fx);
		oracle_pic_set_line(&b->oracle, op.port, op.val);
		break;
	case 'A':
		got = vqc_pic_ack(&b->pic, &pin, &b->fx);
		want = oracle_pic_ack(&b->oracle, &want_pin);
		break;
	case 'R':
		got = vqc_pic_read(&b->pic, op.port, &b->fx);
		want = oracle_pic_read(&b->oracle, op.port);
		break;
	case 'W':
		vqc_pic_write(&b->pic, op.port, op.val, &b->fx);
		oracle_pic_write(&b->oracle, op.port, op.val);
		break;
	case 'S':
		/* Go on in a fresh pair that was given this one's state. */
		memset(&b->other, 0xa5, sizeof(b->other));
		vqc_pic_set_state(&b->other, &b->pic, &b->other_fx);
		if (memcmp(&b->other, &b->pic, sizeof(b->pic)))
			return "state changed by a round trip";
		return NULL;
	}
	wrong = vqc_pic_check(&b->pic);
	if (wrong)
		return wrong;
	if (got != want)
		return "value read";
	if (pin != (want_pin < 0 ? VQC_NO_PIN : (unsigned int)want_pin))
		return "pin acknowledged";
	sort_fx(b);
	if (vqc_pic_output(&b->pic) != was_high && !b->output_told)
		return "INTR changed without an effect";
	return oracle_pic_differs(&b->oracle, &b->pic, &b->fx);
}

#define STREAM_STEPS	20000u

struct stream_case {
	const char *desc;
	u64 seed;
	bool strict_edge;
};

static const struct stream_case stream_cases[] = {
	{ "seed 1", 0x1, false },
	{ "seed 2", 0x123456789abcdef, false },
	{ "seed 3", 0xfeedfacecafebeef, false },
	{ "seed 4", 0x8259, false },
	{ "seed 5", 0x5555aaaa5555aaaa, false },
	{ "seed 6, strict edges", 0x2, true },
	{ "seed 7, strict edges", 0xdeadbeefdeadbeef, true },
	{ "seed 8, strict edges", 0x31415926535, true },
};

static void describe_stream(const struct stream_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(stream, stream_cases, describe_stream);

static void random_stream_agrees_with_the_oracle(struct kunit *test)
{
	const struct stream_case *c = test->param_value;
	struct pic_bench *b = test->priv;
	u64 seed = c->seed;
	unsigned int i;

	memset(&b->pic, 0, sizeof(b->pic));
	b->pic.strict_edge = c->strict_edge;
	vqc_pic_reset(&b->pic);
	oracle_pic_reset(&b->oracle, c->strict_edge);
	for (i = 0; i < STREAM_STEPS; i++) {
		struct pic_op op = random_op(&seed);
		const char *wrong = apply_op(b, op);

		KUNIT_ASSERT_STREQ_MSG(test, wrong ?: "", "",
				       "seed 0x%llx step %u: %c %u 0x%02x",
				       c->seed, i, op.kind, op.port, op.val);
	}
}

/* What a guest and its devices do in one go, for the round trips. */
static const struct pic_op script[] = {
	{ 'W', M_CMD, 0x11 }, { 'W', M_DATA, 0x30 }, { 'L', 1, 1 },
	{ 'W', M_DATA, 0x04 }, { 'W', M_DATA, 0x11 }, { 'W', S_CMD, 0x11 },
	{ 'W', S_DATA, 0x70 }, { 'W', S_DATA, 0x02 }, { 'W', S_DATA, 0x03 },
	{ 'W', S_ELCR, 0x0e }, { 'L', 10, 1 }, { 'L', 14, 1 }, { 'A', 0, 0 },
	{ 'L', 1, 0 }, { 'W', M_CMD, EOI }, { 'A', 0, 0 }, { 'L', 10, 0 },
	{ 'W', M_CMD, ROTATE_EOI }, { 'W', M_CMD, POLL }, { 'R', M_CMD, 0 },
	{ 'W', M_CMD, SMM_SET }, { 'W', M_DATA, 0x04 }, { 'L', 6, 1 },
	{ 'A', 0, 0 }, { 'W', S_CMD, ROTATE_AEOI_SET }, { 'W', S_CMD, POLL },
	{ 'R', S_DATA, 0 }, { 'W', M_CMD, EOI }, { 'W', M_CMD, READ_ISR },
	{ 'R', M_CMD, 0 }, { 'W', M_CMD, 0x18 }, { 'W', M_DATA, 0x08 },
	{ 'R', M_DATA, 0 }, { 'W', M_DATA, 0x04 }, { 'A', 0, 0 },
};

/* Return: all that @op shows to the outside. */
static unsigned int visible(struct vqc_pic *pic, struct pic_op op,
			    struct vqc_fx *fx)
{
	unsigned int pin = 0, seen = 0;

	vqc_fx_init(fx);
	if (op.kind == 'L')
		seen = vqc_pic_set_line(pic, op.port, op.val, fx);
	else if (op.kind == 'A')
		seen = vqc_pic_ack(pic, &pin, fx);
	else if (op.kind == 'R')
		seen = vqc_pic_read(pic, op.port, fx);
	else
		vqc_pic_write(pic, op.port, op.val, fx);
	return seen << 16 | pin << 8 | fx->nr << 1 | vqc_pic_output(pic);
}

static void state_copied_at_any_step_continues_alike(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	unsigned int cut, i;

	for (cut = 0; cut <= ARRAY_SIZE(script); cut++) {
		vqc_pic_reset(&b->pic);
		for (i = 0; i < cut; i++)
			visible(&b->pic, script[i], &b->fx);
		memset(&b->other, 0, sizeof(b->other));
		vqc_pic_reset(&b->other);
		vqc_fx_init(&b->other_fx);
		vqc_pic_set_state(&b->other, &b->pic, &b->other_fx);
		for (; i < ARRAY_SIZE(script); i++)
			KUNIT_ASSERT_EQ_MSG(test,
					    visible(&b->other, script[i],
						    &b->other_fx),
					    visible(&b->pic, script[i],
						    &b->fx),
					    "cut at %u, step %u", cut, i);
		KUNIT_EXPECT_EQ(test, memcmp(&b->pic, &b->other,
					     sizeof(b->pic)), 0);
	}
}

/* The checker itself: each invariant, broken by hand, is seen. */
static void check_sees_each_broken_invariant(struct kunit *test)
{
	struct pic_bench *b = test->priv;
	static const struct {
		u8 offset;
		u8 val;
	} breaks[] = {
		{ offsetof(struct vqc_8259, irq_base), 0x21 },
		{ offsetof(struct vqc_8259, elcr), 0x01 },
		{ offsetof(struct vqc_8259, lowest), 8 },
		{ offsetof(struct vqc_8259, step), VQC_NR_PIC_STEPS },
		{ offsetof(struct vqc_8259, icw1), 0x00 },
		{ offsetof(struct vqc_8259, smm), 2 },
		{ offsetof(struct vqc_8259, poll), 2 },
		{ offsetof(struct vqc_8259, read_isr), 2 },
		{ offsetof(struct vqc_8259, rotate_aeoi), 2 },
		{ offsetof(struct vqc_8259, irr), 0x04 },
		{ offsetof(struct vqc_8259, lines), 0x04 },
	};
	unsigned int i;

	KUNIT_EXPECT_NULL(test, vqc_pic_check(&b->pic));
	for (i = 0; i < ARRAY_SIZE(breaks); i++) {
		b->other = b->pic;
		((u8 *)&b->other.chip[0])[breaks[i].offset] = breaks[i].val;
		KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pic_check(&b->other));
	}
	b->other = b->pic;
	b->other.strict_edge = 1;
	b->other.chip[1].irr = 0x01;
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pic_check(&b->other));
	b->other = b->pic;
	b->other.strict_edge = 2;
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pic_check(&b->other));
	b->other = b->pic;
	b->other.chip[0].irr = BIT(VQC_PIC_CASCADE_PIN);
	b->other.chip[0].lines = BIT(VQC_PIC_CASCADE_PIN);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pic_check(&b->other));
}

static void check_sees_a_step_that_contradicts_icw1(struct kunit *test)
{
	struct pic_bench *b = test->priv;

	b->other = b->pic;
	b->other.chip[1].icw4 = 0;
	b->other.chip[1].step = VQC_PIC_WANT_ICW3;
	KUNIT_EXPECT_NULL(test, vqc_pic_check(&b->other));
	b->other.chip[1].icw1 |= VQC_PIC_ICW1_SNGL;
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pic_check(&b->other));
	b->other.chip[1].icw1 = 0;
	b->other.chip[1].step = VQC_PIC_WANT_ICW4;
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pic_check(&b->other));
	b->other.chip[1].step = VQC_PIC_WANT_ICW2;
	b->other.chip[1].isr = 1;
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, vqc_pic_check(&b->other));
}

static struct kunit_case pic_cases[] = {
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
	KUNIT_CASE(elcr_bits_of_fixed_lines_stay_zero),
	KUNIT_CASE(elcr_chooses_the_trigger_of_each_line),
	KUNIT_CASE(elcr_to_level_takes_the_line_as_it_is),
	KUNIT_CASE(elcr_drops_and_acks_a_request_that_loses_its_ground),
	KUNIT_CASE(elcr_under_ltim_changes_nothing_now),
	KUNIT_CASE(set_state_makes_out_of_range_fields_valid),
	KUNIT_CASE(set_state_derives_the_output_anew),
	KUNIT_CASE(set_state_takes_level_requests_from_the_wires),
	KUNIT_CASE(set_state_without_icw1_works),
	KUNIT_CASE(set_state_survives_any_bytes),
	KUNIT_CASE_PARAM(random_stream_agrees_with_the_oracle,
			 stream_gen_params),
	KUNIT_CASE(state_copied_at_any_step_continues_alike),
	KUNIT_CASE(check_sees_each_broken_invariant),
	KUNIT_CASE(check_sees_a_step_that_contradicts_icw1),
	{}
};

static struct kunit_suite pic_suite = {
	.name = "virqchip_pic",
	.init = pic_test_init,
	.test_cases = pic_cases,
};

kunit_test_suite(pic_suite);
