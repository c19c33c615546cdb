/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two files of the local APIC's oracle share. */
#ifndef VQC_ORACLE_LAPIC_PRIV_H
#define VQC_ORACLE_LAPIC_PRIV_H

#include "oracle_lapic.h"

enum {
	ERR_SEND = 5,
	ERR_RECV = 6,
	ERR_REG = 7,
};

static inline struct oracle_lapic_event *expect(struct oracle_lapic *o, u8 kind)
{
	struct oracle_lapic_event *e = &o->expect[o->nr++];

	memset(e, 0, sizeof(*e));
	e->kind = kind;
	return e;
}

static inline void expect_note(struct oracle_lapic *o, enum vqc_why why, u8 vector)
{
	struct oracle_lapic_event *e = expect(o, VQC_FX_NOTE);

	e->why = why;
	e->vector = vector;
}

static inline void begin(struct oracle_lapic *o)
{
	o->nr = 0;
	o->timer_said = false;
}

/* Vectors */
int oracle_lapic_top(const bool *set);
int oracle_lapic_class_of(int vector);
void oracle_lapic_fail_noted(struct oracle_lapic *o, unsigned int bit);
bool oracle_lapic_lint0_is_level(const struct oracle_lapic *o);
enum vqc_why oracle_lapic_look_at_lint0(struct oracle_lapic *o);
int oracle_lapic_end(struct oracle_lapic *o);
u64 oracle_lapic_divisor(const struct oracle_lapic *o);
u64 oracle_lapic_full_count_ns(const struct oracle_lapic *o);
u32 oracle_lapic_ticks_left(const struct oracle_lapic *o);

#endif /* VQC_ORACLE_LAPIC_PRIV_H */
