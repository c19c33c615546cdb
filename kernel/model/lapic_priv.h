/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the local APIC share with each other and with nobody else.
 */
#ifndef VQC_MODEL_LAPIC_PRIV_H
#define VQC_MODEL_LAPIC_PRIV_H

#include "lapic.h"

/* Vectors below are reserved for exceptions (SDM vol. 3, 11.5.2). */
#define VQC_FIRST_VECTOR	16u

#define VQC_SVR_FIXED		(VQC_SVR_VECTOR | VQC_SVR_ENABLE | VQC_SVR_FOCUS_OFF)
#define VQC_DFR_ONES		GENMASK(27, 0)
#define VQC_XAPIC_HIGH_BYTE	GENMASK(31, 24)
#define VQC_ICR_LOW		GENMASK_ULL(31, 0)
/* What software can set in the low half of ICR (SDM vol. 3, 11.6.1). */
#define VQC_ICR_WMASK \
	((u32)(VQC_ICR_VECTOR | VQC_ICR_MODE | VQC_ICR_LOGICAL | \
	       VQC_ICR_ASSERT | VQC_ICR_LEVEL | VQC_ICR_SHORTHAND))
/* Divide configuration: bit 2 is always 0 (SDM vol. 3, 11.5.4). */
#define VQC_TDCR_WMASK		(BIT(3) | BIT(1) | BIT(0))
#define VQC_ESR_BITS \
	(VQC_ESR_SEND_ILLEGAL | VQC_ESR_RECV_ILLEGAL | VQC_ESR_ILLEGAL_REG)

/* What software can set in each LVT entry (SDM vol. 3, figure 11-8). */
#define VQC_LVT_WMASK_ERROR	(VQC_LVT_VECTOR | VQC_LVT_MASKED)
#define VQC_LVT_WMASK_TIMER	(VQC_LVT_WMASK_ERROR | VQC_LVT_TIMER_MODE)
#define VQC_LVT_WMASK_MODE	(VQC_LVT_WMASK_ERROR | VQC_LVT_MODE)
#define VQC_LVT_WMASK_LINT \
	(VQC_LVT_WMASK_MODE | VQC_LVT_ACTIVE_LOW | VQC_LVT_LEVEL)

/**
 * vqc_lvt_has - does an LVT entry exist
 * @l: the chip
 * @idx: the entry, below VQC_NR_LVTS
 *
 * Context: any.
 * Return: true; for CMCI only if the chip has VQC_LAPIC_CFG_CMCI.
 */
static inline bool vqc_lvt_has(const struct vqc_lapic *l, enum vqc_lvt idx)
{
	return idx != VQC_LVT_IDX_CMCI || (l->cfg & VQC_LAPIC_CFG_CMCI);
}

/**
 * vqc_lvt_is_level - is an LVT entry level-triggered
 * @idx: the entry
 * @lvt: its value
 *
 * Context: any.
 * Return: true for LINT0 that is fixed and has the trigger mode bit set (SDM
 * vol. 3, 11.5.1), whether it is masked or not.
 */
static inline bool vqc_lvt_is_level(enum vqc_lvt idx, u32 lvt)
{
	/* Only LINT0 can be, and only as fixed (SDM vol. 3, 11.5.1). */
	return idx == VQC_LVT_IDX_LINT0 && (lvt & VQC_LVT_LEVEL) &&
	       FIELD_GET(VQC_LVT_MODE, lvt) == VQC_DM_FIXED;
}

/**
 * vqc_lvt_is_extint - does an LVT value let ExtINT through
 * @lvt: the value
 *
 * Context: any.
 * Return: true if its mode is ExtINT and it is not masked (SDM vol. 3, 11.5.1).
 */
static inline bool vqc_lvt_is_extint(u32 lvt)
{
	return !(lvt & VQC_LVT_MASKED) &&
	       FIELD_GET(VQC_LVT_MODE, lvt) == VQC_DM_EXTINT;
}

/**
 * vqc_lapic_timer_mode - LVT timer bits 18:17 (SDM vol. 3, 11.5.4)
 * @l: the chip
 *
 * Context: owner.
 * Return: VQC_TIMER_*: 0..2; 3 is reserved.
 */
static inline u32 vqc_lapic_timer_mode(const struct vqc_lapic *l)
{
	return FIELD_GET(VQC_LVT_TIMER_MODE, l->lvt[VQC_LVT_IDX_TIMER]);
}

/**
 * vqc_lapic_timer_counts - does the initial count register drive the timer
 * @l: the chip
 *
 * Context: owner. Return: false in TSC-deadline mode and in the reserved mode,
 * in which nothing runs.
 */
static inline bool vqc_lapic_timer_counts(const struct vqc_lapic *l)
{
	return vqc_lapic_timer_mode(l) <= VQC_TIMER_PERIODIC;
}

/**
 * vqc_lapic_error - an error is detected (SDM vol. 3, 11.5.3)
 * @l: the chip
 * @error: one of VQC_ESR_*
 *
 * A new one raises the LVT error interrupt. Context: any, lockless.
 * Return: DELIVERED, COALESCED, LVT_MASKED, ILLEGAL_VECTOR of that interrupt;
 * NO_CHANGE if the error was recorded before.
 */
enum vqc_why vqc_lapic_error(struct vqc_lapic *l, u32 error);

/**
 * vqc_lapic_service_lint0 - deliver a level LINT0 that is high and not in flight
 * @l: the chip
 *
 * Context: owner. Return: as vqc_lapic_set_lint().
 */
enum vqc_why vqc_lapic_service_lint0(struct vqc_lapic *l);

/**
 * vqc_lapic_mask_lvts - what software disable does to the LVT
 * @l: the chip
 *
 * Masks every entry (SDM vol. 3, 11.4.7.2).
 *
 * Context: owner.
 */
void vqc_lapic_mask_lvts(struct vqc_lapic *l);

/**
 * vqc_lapic_timer_count - what is left of the count by the time alone
 * @l: the chip
 * @clock: the time
 *
 * Context: owner. Return: ticks left; 0 if none runs or in TSC-deadline mode.
 */
u32 vqc_lapic_timer_count(const struct vqc_lapic *l,
			  const struct vqc_clock *clock);

/**
 * vqc_lapic_timer_seen - TMCCT as software reads it (SDM vol. 3, 11.5.4)
 * @l: the chip
 * @clock: the time
 *
 * Context: owner.
 * Return: as vqc_lapic_timer_count(), but 1 while vqc_lapic_timer_due(): the
 * interrupt comes first.
 */
u32 vqc_lapic_timer_seen(const struct vqc_lapic *l,
			 const struct vqc_clock *clock);

/**
 * vqc_lapic_timer_due - has a counting timer run out unseen
 * @l: the chip
 * @clock: the time
 *
 * Context: owner. Return: true if vqc_lapic_timer_expire() would fire now.
 */
bool vqc_lapic_timer_due(const struct vqc_lapic *l,
			 const struct vqc_clock *clock);

/**
 * vqc_lapic_timer_set_count - write TMICT: the count starts anew
 * @l: the chip
 * @tmict: the initial count; 0 stops
 * @clock: the time
 * @fx: TIMER
 *
 * Ignored in TSC-deadline mode. Context: owner.
 */
void vqc_lapic_timer_set_count(struct vqc_lapic *l, u32 tmict,
			       const struct vqc_clock *clock, struct vqc_fx *fx);

/**
 * vqc_lapic_timer_set_divide - write TDCR: the count goes on at another rate
 * @l: the chip
 * @tdcr: reserved bits clear
 * @clock: the time
 * @fx: TIMER
 *
 * Context: owner.
 */
void vqc_lapic_timer_set_divide(struct vqc_lapic *l, u32 tdcr,
				const struct vqc_clock *clock,
				struct vqc_fx *fx);

/**
 * vqc_lapic_timer_set_lvt - write the LVT timer entry
 * @l: the chip
 * @lvt: reserved bits clear
 * @clock: the time
 * @fx: TIMER if the mode changes
 *
 * Context: owner.
 */
void vqc_lapic_timer_set_lvt(struct vqc_lapic *l, u32 lvt,
			     const struct vqc_clock *clock, struct vqc_fx *fx);

/**
 * vqc_lapic_timer_settle - derive the deadline from loaded registers
 * @l: the chip: LVT timer, TMICT, TDCR and, in TSC-deadline mode, the deadline
 * @tmcct: ticks left; 0: nothing runs
 * @clock: the time
 * @fx: TIMER
 *
 * Context: owner.
 */
void vqc_lapic_timer_settle(struct vqc_lapic *l, u32 tmcct,
			    const struct vqc_clock *clock, struct vqc_fx *fx);

#endif /* VQC_MODEL_LAPIC_PRIV_H */
