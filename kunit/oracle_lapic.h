/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An oracle for the local APIC: the same chip told another way, slow and plain.
 *
 * Vectors are arrays of bool searched by counting, registers are decoded into
 * plain facts, access rules are written out per register, and the timer counts
 * its time down instead of keeping a deadline.
 */
#ifndef VQC_ORACLE_LAPIC_H
#define VQC_ORACLE_LAPIC_H

#include "model/lapic.h"

/**
 * struct oracle_lapic_event - what the oracle expects in the effect list
 * @kind: enum vqc_fx_kind
 * @why: for a note
 * @vector: vector, 0 if none is meant
 * @msg: for a message
 */
struct oracle_lapic_event {
	u8 kind;
	u8 why;
	u8 vector;
	struct vqc_msg msg;
};

/**
 * struct oracle_lapic_lvt - the facts about an LVT entry
 * @vector: field
 * @mode: delivery mode field
 * @timer: timer mode field
 * @masked: field
 * @level: trigger mode field
 * @low: polarity field
 * @in_flight: remote IRR
 */
struct oracle_lapic_lvt {
	u8 vector;
	u8 mode;
	u8 timer;
	bool masked;
	bool level;
	bool low;
	bool in_flight;
};

/**
 * struct oracle_lapic - the chip
 * @requested: IRR
 * @serving: ISR
 * @by_level: TMR
 * @event: pending events by enum vqc_lapic_event
 * @error: errors not latched, by bit of ESR
 * @lvt: by enum vqc_lvt
 * @pin: LINT0 and LINT1
 * @hw_on: IA32_APIC_BASE bit 11
 * @x2: IA32_APIC_BASE bit 10
 * @bsp: IA32_APIC_BASE bit 8
 * @sw_on: SVR bit 8
 * @focus: SVR bit 9
 * @no_broadcast: SVR bit 12
 * @wait_sipi: waits for SIPI
 * @spurious: SVR vector
 * @tpr: task priority
 * @sipi: start page
 * @esr: as read
 * @divide_code: TDCR
 * @cfg: VQC_LAPIC_CFG_*
 * @id: APIC ID
 * @first_id: initial APIC ID
 * @logical_id: xAPIC logical ID
 * @dfr_model: DFR bits 31:28
 * @icr_low: ICR bits 31:0
 * @icr_high: ICR bits 63:32
 * @initial: initial count
 * @left_ns: time until the count ends; 0: stopped
 * @deadline: TSC deadline, 0 if none
 * @now_ns: the time
 * @nr: number of events of the last operation
 * @timer_said: the last operation said when the timer is due
 * @expect: the events
 */
struct oracle_lapic {
	bool requested[256];
	bool serving[256];
	bool by_level[256];
	bool event[5];
	bool error[8];
	struct oracle_lapic_lvt lvt[VQC_NR_LVTS];
	bool pin[2];
	bool hw_on;
	bool x2;
	bool bsp;
	bool sw_on;
	bool focus;
	bool no_broadcast;
	bool wait_sipi;
	u8 spurious;
	u8 tpr;
	u8 sipi;
	u8 esr;
	u8 divide_code;
	u8 cfg;
	u32 id;
	u32 first_id;
	u8 logical_id;
	u8 dfr_model;
	u32 icr_low;
	u32 icr_high;
	u32 initial;
	u64 left_ns;
	u64 deadline;
	u64 now_ns;
	unsigned int nr;
	bool timer_said;
	struct oracle_lapic_event expect[16];
};

/* The TSC of the oracle's machine runs at 2 GHz. */
#define ORACLE_LAPIC_TSC_KHZ	2000000u

static inline u64 oracle_lapic_tsc(u64 now_ns)
{
	return now_ns * 2;
}

/* The model's operations; each starts a new list of events. */
void oracle_lapic_reset(struct oracle_lapic *o, u32 apic_id, u8 cfg, u64 now_ns);
void oracle_lapic_init(struct oracle_lapic *o);
enum vqc_why oracle_lapic_accept(struct oracle_lapic *o,
				 const struct vqc_msg *msg);
int oracle_lapic_next(const struct oracle_lapic *o);
u8 oracle_lapic_ppr(const struct oracle_lapic *o);
u8 oracle_lapic_ack(struct oracle_lapic *o);
int oracle_lapic_eoi(struct oracle_lapic *o);
enum vqc_why oracle_lapic_raise(struct oracle_lapic *o, enum vqc_lvt idx);
enum vqc_why oracle_lapic_set_lint(struct oracle_lapic *o, unsigned int lint,
				   bool level);
enum vqc_why oracle_lapic_read(struct oracle_lapic *o, unsigned int offset,
			       u32 *val);
enum vqc_why oracle_lapic_write(struct oracle_lapic *o, unsigned int offset,
				u32 val);
enum vqc_why oracle_lapic_rdmsr(struct oracle_lapic *o, u32 msr, u64 *val);
enum vqc_why oracle_lapic_wrmsr(struct oracle_lapic *o, u32 msr, u64 val);
int oracle_lapic_set_base(struct oracle_lapic *o, u64 val, bool host);
void oracle_lapic_set_deadline(struct oracle_lapic *o, u64 deadline);

/**
 * oracle_lapic_reload - saved and loaded
 * @o: the oracle
 *
 * What the page cannot hold is lost: errors not latched, parts of a tick.
 * Context: any.
 */
void oracle_lapic_reload(struct oracle_lapic *o);

/**
 * oracle_lapic_msr_bits - the bits that may be 1 in a WRMSR, used or ignored
 * @o: the oracle
 * @offset: in the page
 *
 * Context: any. Return: the bits.
 */
u64 oracle_lapic_msr_bits(const struct oracle_lapic *o, unsigned int offset);

/**
 * oracle_lapic_word - a register of both views, or APR, without its access rules
 * @o: the oracle
 * @offset: in the page
 *
 * Context: any. Return: what the register would read as.
 */
u32 oracle_lapic_word(const struct oracle_lapic *o, unsigned int offset);

/**
 * oracle_lapic_pass - time goes by, then the owner looks at the timer
 * @o: the oracle
 * @delta_ns: how much
 *
 * Context: any. Return: as vqc_lapic_timer_expire().
 */
enum vqc_why oracle_lapic_pass(struct oracle_lapic *o, u64 delta_ns);

/**
 * oracle_lapic_differs - compare the model with the oracle
 * @o: the oracle
 * @l: the model
 * @fx: what the model's last operation caused
 *
 * Context: any. Return: NULL, or where they differ.
 */
const char *oracle_lapic_differs(const struct oracle_lapic *o,
				 const struct vqc_lapic *l,
				 const struct vqc_fx *fx);

#endif /* VQC_ORACLE_LAPIC_H */
