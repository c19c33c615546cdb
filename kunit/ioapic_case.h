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
static inline enum vqc_why drive(struct ioapic_case *c, unsigned int pin,
				 bool level)
{
	vqc_fx_init(&c->fx);
	return vqc_ioapic_set_line(&c->io, pin, level, &c->fx);
}

static inline void end(struct ioapic_case *c, u8 vector)
{
	vqc_fx_init(&c->fx);
	vqc_ioapic_eoi(&c->io, vector, &c->fx);
}

static inline void retry(struct ioapic_case *c, u32 pins)
{
	vqc_fx_init(&c->fx);
	vqc_ioapic_retry(&c->io, pins, &c->fx);
}

static inline void put(struct ioapic_case *c, unsigned int offset, u32 val)
{
	vqc_fx_init(&c->fx);
	vqc_ioapic_write(&c->io, offset, val, &c->fx);
}

static inline u32 get(struct ioapic_case *c, unsigned int offset)
{
	vqc_fx_init(&c->fx);
	return vqc_ioapic_read(&c->io, offset, &c->fx);
}

static inline void put_reg(struct ioapic_case *c, u8 index, u32 val)
{
	put(c, VQC_IOAPIC_REGSEL, index);
	put(c, VQC_IOAPIC_WINDOW, val);
}

static inline u32 get_reg(struct ioapic_case *c, u8 index)
{
	put(c, VQC_IOAPIC_REGSEL, index);
	return get(c, VQC_IOAPIC_WINDOW);
}

static inline void put_low(struct ioapic_case *c, unsigned int pin, u64 rte)
{
	put_reg(c, VQC_IOAPIC_REG_RTE0 + 2 * pin, lower_32_bits(rte));
}

static inline void put_rte(struct ioapic_case *c, unsigned int pin, u64 rte)
{
	put_reg(c, VQC_IOAPIC_REG_RTE0 + 2 * pin + 1, rte >> 32);
	put_low(c, pin, rte);
}

static inline bool remote_irr(const struct ioapic_case *c, unsigned int pin)
{
	return c->io.rte[pin] & VQC_RTE_REMOTE_IRR;
}

static inline bool deliv_status(const struct ioapic_case *c, unsigned int pin)
{
	return c->io.rte[pin] & VQC_RTE_DELIV_STATUS;
}

static inline unsigned int count(const struct ioapic_case *c, enum vqc_fx_kind kind)
{
	unsigned int i, nr = 0;

	for (i = 0; i < c->fx.nr; i++)
		nr += c->fx.item[i].kind == kind;
	return nr;
}

static inline bool noted(const struct ioapic_case *c, enum vqc_why why)
{
	unsigned int i;

	for (i = 0; i < c->fx.nr; i++)
		if (c->fx.item[i].kind == VQC_FX_NOTE &&
		    c->fx.item[i].why == why)
			return true;
	return false;
}

/* A pin whose level message a local APIC has taken. */
static inline void in_service(struct kunit *test, unsigned int pin, u8 vector)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, pin, LEVEL | vector);
	KUNIT_ASSERT_EQ(test, drive(c, pin, true), VQC_WHY_DELIVERED);
	vqc_ioapic_sent(&c->io, pin, VQC_WHY_DELIVERED);
	KUNIT_ASSERT_TRUE(test, remote_irr(c, pin));
}

#endif /* VQC_IOAPIC_CASE_H */
