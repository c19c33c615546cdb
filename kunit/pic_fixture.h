/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the suites of the 8259 pair share.  Each operation of a case goes through
 * a helper that checks the model's invariants after it.
 */
#ifndef VQC_PIC_FIXTURE_H
#define VQC_PIC_FIXTURE_H

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

/**
 * struct pic_bench - what a case works on
 * @test: the case
 * @pic: the pair under test
 * @fx: what the last operation caused
 * @other: room for a second pair
 * @other_fx: what that one caused
 * @oracle: what @pic is compared with
 * @pin: the pin that ack() acknowledged
 * @acked: mask of the pins that the last operation acknowledged
 * @output_told: the last operation told of a new output
 * @noted: the reason that it noted last, -1 for none
 * @noted_pin: the pin of that note
 * @noted_vector: the vector of that note
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

/**
 * sort_fx - sort the effects of the last operation
 * @b: the bench
 *
 * Context: any.
 */
static inline void sort_fx(struct pic_bench *b)
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

/**
 * after_op - the invariants hold, and no effect was lost
 * @b: the bench
 *
 * Context: any.
 */
static inline void after_op(struct pic_bench *b)
{
	const char *wrong = vqc_pic_check(&b->pic);

	KUNIT_ASSERT_STREQ(b->test, wrong ?: "", "");
	KUNIT_ASSERT_FALSE(b->test, b->fx.overflow);
	sort_fx(b);
}

/* Each operation below starts a new list of effects and is checked. */

/**
 * out - write to a port
 * @b: the bench
 * @port: the port
 * @val: the value
 *
 * Context: any.
 */
static inline void out(struct pic_bench *b, enum vqc_pic_port port, u8 val)
{
	vqc_fx_init(&b->fx);
	vqc_pic_write(&b->pic, port, val, &b->fx);
	after_op(b);
}

/**
 * in - read from a port
 * @b: the bench
 * @port: the port
 *
 * Context: any.
 * Return: the value.
 */
static inline u8 in(struct pic_bench *b, enum vqc_pic_port port)
{
	u8 val;

	vqc_fx_init(&b->fx);
	val = vqc_pic_read(&b->pic, port, &b->fx);
	after_op(b);
	return val;
}

/**
 * line - drive a pin, see vqc_pic_set_line()
 * @b: the bench
 * @pin: 0..15
 * @level: level of its wire
 *
 * Context: any.
 * Return: what the model returns.
 */
static inline enum vqc_why line(struct pic_bench *b, unsigned int pin,
				bool level)
{
	enum vqc_why why;

	vqc_fx_init(&b->fx);
	why = vqc_pic_set_line(&b->pic, pin, level, &b->fx);
	after_op(b);
	return why;
}

/**
 * pulse - raise and lower a pin
 * @b: the bench
 * @pin: 0..15
 *
 * Context: any.
 */
static inline void pulse(struct pic_bench *b, unsigned int pin)
{
	line(b, pin, true);
	line(b, pin, false);
}

/**
 * ack - acknowledge as the CPU does
 * @b: the bench
 *
 * Context: any.
 * Return: the vector; the pin is in @b.
 */
static inline u8 ack(struct pic_bench *b)
{
	u8 vector;

	vqc_fx_init(&b->fx);
	vector = vqc_pic_ack(&b->pic, &b->pin, &b->fx);
	after_op(b);
	return vector;
}

/**
 * intr - the INTR output of the pair
 * @b: the bench
 *
 * Context: any.
 * Return: its level.
 */
static inline bool intr(struct pic_bench *b)
{
	return vqc_pic_output(&b->pic);
}

/**
 * isr - read the ISR by OCW3
 * @b: the bench
 * @chip: 0 for the master, 1 for the slave
 *
 * Context: any.
 * Return: the register.
 */
static inline u8 isr(struct pic_bench *b, unsigned int chip)
{
	enum vqc_pic_port port = chip ? S_CMD : M_CMD;

	out(b, port, READ_ISR);
	return in(b, port);
}

/**
 * irr - read the IRR by OCW3
 * @b: the bench
 * @chip: 0 for the master, 1 for the slave
 *
 * Context: any.
 * Return: the register.
 */
static inline u8 irr(struct pic_bench *b, unsigned int chip)
{
	enum vqc_pic_port port = chip ? S_CMD : M_CMD;

	out(b, port, READ_IRR);
	return in(b, port);
}

/**
 * init_pair - initialise as every PC does, but with the last words to choose
 * @b: the bench
 * @icw1: ICW1 of both chips
 * @icw4_master: ICW4 of the master, if @icw1 wants one
 * @icw4_slave: ICW4 of the slave, likewise
 *
 * Context: any.
 */
static inline void init_pair(struct pic_bench *b, u8 icw1, u8 icw4_master,
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

/**
 * pic_bench_init - give a case a bench with an initialised pair
 * @test: the case
 *
 * Context: process.
 * Return: 0; -ENOMEM.
 */
static inline int pic_bench_init(struct kunit *test)
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

#endif /* VQC_PIC_FIXTURE_H */
