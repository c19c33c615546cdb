/* SPDX-License-Identifier: GPL-2.0-only */
/* What the suites of the IOAPIC share: the chip, its list, and short verbs. */
#ifndef VQC_IOAPIC_CASE_H
#define VQC_IOAPIC_CASE_H

#include <kunit/test.h>
#include <linux/kernel.h>

#include "model/ioapic.h"

#define EDGE		0ull
#define LEVEL		VQC_RTE_LEVEL
#define MASKED		VQC_RTE_MASKED
#define MODE(m)		((u64)(m) << 8)
#define DEST(d)		((u64)(d) << 56)

/* What a case works on; not on the stack, which the list would fill. */
struct ioapic_case {
	struct vqc_ioapic io;
	struct vqc_ioapic other;
	struct vqc_fx fx;
};

/**
 * ioapic_case_init - set up a chip of version 0x20 at power-on
 * @test: the case
 *
 * Context: any.
 * Return: 0; -ENOMEM.
 */
static inline int ioapic_case_init(struct kunit *test)
{
	struct ioapic_case *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);

	if (!c)
		return -ENOMEM;
	c->io.version = VQC_IOAPIC_VER_EOIR;
	vqc_ioapic_reset(&c->io);
	test->priv = c;
	return 0;
}

/**
 * ioapic_case_exit - the invariants hold, and no list ran over
 * @test: the case
 *
 * Context: any.
 */
static inline void ioapic_case_exit(struct kunit *test)
{
	struct ioapic_case *c = test->priv;
	const char *wrong;

	if (!c)
		return;
	wrong = vqc_ioapic_check(&c->io);
	if (wrong)
		KUNIT_FAIL(test, "after the case: %s", wrong);
	KUNIT_EXPECT_FALSE(test, c->fx.overflow);
}

/* Each operation below starts a new list of effects. */

/**
 * drive - drive a pin, see vqc_ioapic_set_line()
 * @c: the case
 * @pin: 0..23
 * @level: level of its wire
 *
 * Context: any.
 * Return: what the model returns.
 */
static inline enum vqc_why drive(struct ioapic_case *c, unsigned int pin,
				 bool level)
{
	vqc_fx_init(&c->fx);
	return vqc_ioapic_set_line(&c->io, pin, level, &c->fx);
}

/**
 * end - broadcast an EOI
 * @c: the case
 * @vector: its vector
 *
 * Context: any.
 */
static inline void end(struct ioapic_case *c, u8 vector)
{
	vqc_fx_init(&c->fx);
	vqc_ioapic_eoi(&c->io, vector, &c->fx);
}

/**
 * retry - see vqc_ioapic_retry()
 * @c: the case
 * @pins: mask of pins
 *
 * Context: any.
 */
static inline void retry(struct ioapic_case *c, u32 pins)
{
	vqc_fx_init(&c->fx);
	vqc_ioapic_retry(&c->io, pins, &c->fx);
}

/**
 * put - write to the memory window
 * @c: the case
 * @offset: byte offset
 * @val: the value
 *
 * Context: any.
 */
static inline void put(struct ioapic_case *c, unsigned int offset, u32 val)
{
	vqc_fx_init(&c->fx);
	vqc_ioapic_write(&c->io, offset, val, &c->fx);
}

/**
 * get - read from the memory window
 * @c: the case
 * @offset: byte offset
 *
 * Context: any.
 * Return: the value.
 */
static inline u32 get(struct ioapic_case *c, unsigned int offset)
{
	vqc_fx_init(&c->fx);
	return vqc_ioapic_read(&c->io, offset, &c->fx);
}

/**
 * put_reg - write a register behind the index
 * @c: the case
 * @index: its index
 * @val: the value
 *
 * Context: any.
 */
static inline void put_reg(struct ioapic_case *c, u8 index, u32 val)
{
	put(c, VQC_IOAPIC_REGSEL, index);
	put(c, VQC_IOAPIC_WINDOW, val);
}

/**
 * get_reg - read a register behind the index
 * @c: the case
 * @index: its index
 *
 * Context: any.
 * Return: the value.
 */
static inline u32 get_reg(struct ioapic_case *c, u8 index)
{
	put(c, VQC_IOAPIC_REGSEL, index);
	return get(c, VQC_IOAPIC_WINDOW);
}

/**
 * put_low - write the low half of a pin's RTE
 * @c: the case
 * @pin: 0..23
 * @rte: the entry, of which the low half is written
 *
 * Context: any.
 */
static inline void put_low(struct ioapic_case *c, unsigned int pin, u64 rte)
{
	put_reg(c, VQC_IOAPIC_REG_RTE0 + 2 * pin, lower_32_bits(rte));
}

/**
 * put_rte - write a pin's RTE, the high half first
 * @c: the case
 * @pin: 0..23
 * @rte: the entry
 *
 * Context: any.
 */
static inline void put_rte(struct ioapic_case *c, unsigned int pin, u64 rte)
{
	put_reg(c, VQC_IOAPIC_REG_RTE0 + 2 * pin + 1, rte >> 32);
	put_low(c, pin, rte);
}

/**
 * remote_irr - is a pin's remote IRR set
 * @c: the case
 * @pin: 0..23
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool remote_irr(const struct ioapic_case *c, unsigned int pin)
{
	return c->io.rte[pin] & VQC_RTE_REMOTE_IRR;
}

/**
 * deliv_status - is a pin's delivery status set
 * @c: the case
 * @pin: 0..23
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool deliv_status(const struct ioapic_case *c, unsigned int pin)
{
	return c->io.rte[pin] & VQC_RTE_DELIV_STATUS;
}

/**
 * count - effects of a kind that the last operation had
 * @c: the case
 * @kind: the kind
 *
 * Context: any.
 * Return: their number.
 */
static inline unsigned int count(const struct ioapic_case *c, enum vqc_fx_kind kind)
{
	unsigned int i, nr = 0;

	for (i = 0; i < c->fx.nr; i++)
		nr += c->fx.item[i].kind == kind;
	return nr;
}

/**
 * noted - did the last operation note a reason
 * @c: the case
 * @why: the reason
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool noted(const struct ioapic_case *c, enum vqc_why why)
{
	unsigned int i;

	for (i = 0; i < c->fx.nr; i++)
		if (c->fx.item[i].kind == VQC_FX_NOTE &&
		    c->fx.item[i].why == why)
			return true;
	return false;
}

/**
 * in_service - give a pin a level message that a local APIC has taken
 * @test: the case
 * @pin: 0..23
 * @vector: vector of its RTE
 *
 * Context: any.
 */
static inline void in_service(struct kunit *test, unsigned int pin, u8 vector)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, pin, LEVEL | vector);
	KUNIT_ASSERT_EQ(test, drive(c, pin, true), VQC_WHY_DELIVERED);
	vqc_ioapic_sent(&c->io, pin, VQC_WHY_DELIVERED);
	KUNIT_ASSERT_TRUE(test, remote_irr(c, pin));
}

#endif /* VQC_IOAPIC_CASE_H */
