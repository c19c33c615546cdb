/* SPDX-License-Identifier: GPL-2.0-only */
/* What the suites of the local APIC share: one chip, its effects, the time. */
#ifndef VQC_LAPIC_FIXTURE_H
#define VQC_LAPIC_FIXTURE_H

#include <kunit/test.h>

#include "model/lapic.h"

#define LF_CFG_ALL \
	(VQC_LAPIC_CFG_X2APIC | VQC_LAPIC_CFG_TSC_DEADLINE | \
	 VQC_LAPIC_CFG_SUPPRESS_EOI | VQC_LAPIC_CFG_CMCI)
#define LF_ID		0x25u
#define LF_PAGE_WORDS	(VQC_LAPIC_SIZE / sizeof(u32))
#define LF_NOW_NS	1000000000ull
#define LF_TSC_KHZ	2500000u
#define LF_ICR_SELF	(VQC_SH_SELF << 18)

/**
 * struct lapic_fixture - the chip under test and its surroundings
 * @l: the chip: enabled by SVR, in xAPIC mode, all options
 * @fx: what the last operation caused
 * @clock: the time
 * @page: scratch
 */
struct lapic_fixture {
	struct vqc_lapic l;
	struct vqc_fx fx;
	struct vqc_clock clock;
	u32 page[LF_PAGE_WORDS];
};

static inline struct lapic_fixture *lf(struct kunit *test)
{
	return test->priv;
}

/* The invariants hold, and no effect was lost. */
static inline void lf_check(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, vqc_lapic_check(&lf(test)->l) ?: "", "");
	KUNIT_EXPECT_FALSE(test, lf(test)->fx.overflow);
}

static inline enum vqc_why lf_write(struct kunit *test, unsigned int offset,
				    u32 val)
{
	struct lapic_fixture *f = lf(test);
	enum vqc_why why;

	vqc_fx_init(&f->fx);
	why = vqc_lapic_write(&f->l, offset, val, &f->clock, &f->fx);
	lf_check(test);
	return why;
}

static inline u32 lf_read(struct kunit *test, unsigned int offset)
{
	struct lapic_fixture *f = lf(test);
	u32 val;

	vqc_fx_init(&f->fx);
	KUNIT_EXPECT_EQ(test, (int)vqc_lapic_read(&f->l, offset, &val, &f->clock,
						  &f->fx), (int)VQC_WHY_DELIVERED);
	return val;
}

static inline enum vqc_why lf_wrmsr(struct kunit *test, unsigned int offset,
				    u64 val)
{
	struct lapic_fixture *f = lf(test);
	enum vqc_why why;

	vqc_fx_init(&f->fx);
	why = vqc_lapic_msr_write(&f->l, VQC_X2APIC_MSR_FIRST + offset / 16, val,
				  &f->clock, &f->fx);
	lf_check(test);
	return why;
}

static inline u64 lf_rdmsr(struct kunit *test, unsigned int offset)
{
	struct lapic_fixture *f = lf(test);
	u64 val;

	KUNIT_EXPECT_EQ(test, (int)vqc_lapic_msr_read(&f->l, VQC_X2APIC_MSR_FIRST +
						      offset / 16, &val, &f->clock),
			(int)VQC_WHY_DELIVERED);
	return val;
}

static inline enum vqc_why lf_accept(struct kunit *test, u8 mode, u8 vector,
				     u8 flags)
{
	struct lapic_fixture *f = lf(test);
	const struct vqc_msg msg = { .vector = vector, .mode = mode, .flags = flags };
	enum vqc_why why = vqc_lapic_accept(&f->l, &msg);

	lf_check(test);
	return why;
}

static inline enum vqc_why lf_edge(struct kunit *test, u8 vector)
{
	return lf_accept(test, VQC_DM_FIXED, vector, VQC_MSG_ASSERT);
}

static inline enum vqc_why lf_level(struct kunit *test, u8 vector)
{
	return lf_accept(test, VQC_DM_FIXED, vector,
			 VQC_MSG_ASSERT | VQC_MSG_LEVEL);
}

static inline int lf_eoi(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	int vector;

	vqc_fx_init(&f->fx);
	vector = vqc_lapic_eoi(&f->l, &f->fx);
	lf_check(test);
	return vector;
}

static inline enum vqc_why lf_lint(struct kunit *test, unsigned int lint,
				   bool level)
{
	enum vqc_why why = vqc_lapic_set_lint(&lf(test)->l, lint, level);

	lf_check(test);
	return why;
}

static inline enum vqc_why lf_expire(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	enum vqc_why why;

	vqc_fx_init(&f->fx);
	why = vqc_lapic_timer_expire(&f->l, &f->clock, &f->fx);
	lf_check(test);
	return why;
}

static inline int lf_set_base(struct kunit *test, u64 flags, bool host)
{
	struct lapic_fixture *f = lf(test);
	int err;

	vqc_fx_init(&f->fx);
	err = vqc_lapic_set_base(&f->l, VQC_APICBASE_DEFAULT | flags, 40, host,
				 &f->fx);
	lf_check(test);
	return err;
}

static inline void lf_enter_x2apic(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, lf_set_base(test, VQC_APICBASE_ENABLE |
					     VQC_APICBASE_EXTD, false));
}

static inline void lf_get_page(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);

	vqc_lapic_get_page(&f->l, f->page, false, &f->clock);
}

static inline int lf_set_page(struct kunit *test)
{
	struct lapic_fixture *f = lf(test);
	int err;

	vqc_fx_init(&f->fx);
	err = vqc_lapic_set_page(&f->l, f->page, false, &f->clock, &f->fx);
	lf_check(test);
	return err;
}

static inline u32 *lf_word(struct kunit *test, unsigned int offset)
{
	return &lf(test)->page[offset / sizeof(u32)];
}

/* Time goes by, for the TSC as well. */
static inline void lf_pass(struct kunit *test, u64 delta_ns)
{
	struct vqc_clock *clock = &lf(test)->clock;

	clock->now_ns += delta_ns;
	clock->tsc = clock->now_ns * 5 / 2;
}

static inline unsigned int lf_count(struct kunit *test, enum vqc_fx_kind kind)
{
	const struct vqc_fx *fx = &lf(test)->fx;
	unsigned int i, nr = 0;

	for (i = 0; i < fx->nr; i++)
		nr += fx->item[i].kind == kind;
	return nr;
}

static inline const struct vqc_fx_item *lf_find(struct kunit *test,
						enum vqc_fx_kind kind)
{
	static const struct vqc_fx_item none = { .kind = 0xff };
	const struct vqc_fx *fx = &lf(test)->fx;
	unsigned int i = fx->nr;

	while (i--)
		if (fx->item[i].kind == kind)
			return &fx->item[i];
	return &none;
}

static inline bool lf_noted(struct kunit *test, enum vqc_why why)
{
	const struct vqc_fx *fx = &lf(test)->fx;
	unsigned int i;

	for (i = 0; i < fx->nr; i++)
		if (fx->item[i].kind == VQC_FX_NOTE && fx->item[i].why == why)
			return true;
	return false;
}

/* The TIMER effect of the last operation; ~0 if it has none. */
static inline u64 lf_armed(struct kunit *test)
{
	const struct vqc_fx_item *item = lf_find(test, VQC_FX_TIMER);

	return item->kind == VQC_FX_TIMER ? item->deadline_ns : ~0ull;
}

static inline void lf_reset(struct kunit *test, u32 apic_id, u8 cfg)
{
	vqc_lapic_reset(&lf(test)->l, apic_id, cfg);
	lf_check(test);
}

static inline void lf_enable(struct kunit *test)
{
	lf_write(test, VQC_LAPIC_SVR, VQC_SVR_ENABLE | 0xff);
}

static inline int lf_init(struct kunit *test)
{
	struct lapic_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	test->priv = f;
	f->clock.tsc_khz = LF_TSC_KHZ;
	lf_pass(test, LF_NOW_NS);
	lf_reset(test, LF_ID, LF_CFG_ALL);
	lf_enable(test);
	return 0;
}

#define LF_EXPECT_WHY(test, call, want) \
	KUNIT_EXPECT_STREQ(test, vqc_why_name(call), vqc_why_name(VQC_WHY_##want))

#endif /* VQC_LAPIC_FIXTURE_H */
