/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recording: every operation on a chip, written down at the chip's edge.
 *
 * Whoever operates a chip does it through a hook of this file, which calls the
 * model. With nobody recording a hook is that call and a NOP behind one static
 * key. A recorded operation and its number are one step under a lock: that of
 * the chip, or for a local APIC, which others operate without one, its rec_lock.
 */
#ifndef VQC_RECORD_H
#define VQC_RECORD_H

#include <linux/jump_label.h>

#include "fabric.h"

DECLARE_STATIC_KEY_FALSE(vqc_record_key);

#define vqc_recording()	static_branch_unlikely(&vqc_record_key)

/* What the hooks do while somebody records; see the inline ones below. */
enum vqc_why __vqc_rec_pic_set_line(struct vqc_fabric *f, unsigned int pin,
				    bool level, struct vqc_fx *fx);
u8 __vqc_rec_pic_ack(struct vqc_fabric *f, bool glitch, unsigned int *pin,
		     struct vqc_fx *fx);
u8 __vqc_rec_pic_read(struct vqc_fabric *f, enum vqc_pic_port port,
		      struct vqc_fx *fx);
void __vqc_rec_pic_write(struct vqc_fabric *f, enum vqc_pic_port port, u8 val,
			 struct vqc_fx *fx);
enum vqc_why __vqc_rec_ioapic_set_line(struct vqc_fabric *f, unsigned int pin,
				       bool level, struct vqc_fx *fx);
bool __vqc_rec_ioapic_sent(struct vqc_fabric *f, unsigned int pin,
			   enum vqc_why why);
void __vqc_rec_ioapic_retry(struct vqc_fabric *f, u32 pins, struct vqc_fx *fx);
void __vqc_rec_ioapic_eoi(struct vqc_fabric *f, u8 vector, struct vqc_fx *fx);
u32 __vqc_rec_ioapic_read(struct vqc_fabric *f, unsigned int offset,
			  struct vqc_fx *fx);
void __vqc_rec_ioapic_write(struct vqc_fabric *f, unsigned int offset, u32 val,
			    struct vqc_fx *fx);
u8 __vqc_rec_pit_read(struct vqc_fabric *f, unsigned int port, u64 now_ns);
void __vqc_rec_pit_write(struct vqc_fabric *f, unsigned int port, u8 val,
			 u64 now_ns, struct vqc_fx *fx);
u8 __vqc_rec_pit_speaker_read(struct vqc_fabric *f, u64 now_ns);
void __vqc_rec_pit_speaker_write(struct vqc_fabric *f, u8 val, u64 now_ns);
u64 __vqc_rec_pit_expire(struct vqc_fabric *f, u64 now_ns, struct vqc_fx *fx);
enum vqc_why __vqc_rec_lapic_accept(struct vqc_cpu *cpu,
				    const struct vqc_msg *msg);
enum vqc_why __vqc_rec_lapic_set_lint(struct vqc_cpu *cpu, unsigned int lint,
				      bool level);
u8 __vqc_rec_lapic_ack(struct vqc_cpu *cpu);
int __vqc_rec_lapic_eoi(struct vqc_cpu *cpu, struct vqc_fx *fx);
enum vqc_why __vqc_rec_lapic_read(struct vqc_cpu *cpu, unsigned int offset,
				  u32 *val, const struct vqc_clock *clock,
				  struct vqc_fx *fx);
u32 __vqc_rec_lapic_tpr(struct vqc_cpu *cpu);
enum vqc_why __vqc_rec_lapic_write(struct vqc_cpu *cpu, unsigned int offset,
				   u32 val, const struct vqc_clock *clock,
				   struct vqc_fx *fx);
enum vqc_why __vqc_rec_lapic_msr_read(struct vqc_cpu *cpu, u32 msr, u64 *val,
				      const struct vqc_clock *clock);
enum vqc_why __vqc_rec_lapic_msr_write(struct vqc_cpu *cpu, u32 msr, u64 val,
				       const struct vqc_clock *clock,
				       struct vqc_fx *fx);
void __vqc_rec_lapic_tsc_deadline(struct vqc_cpu *cpu, u64 val,
				  const struct vqc_clock *clock,
				  struct vqc_fx *fx);
int __vqc_rec_lapic_set_base(struct vqc_cpu *cpu, u64 val,
			     unsigned int maxphyaddr, bool host,
			     struct vqc_fx *fx);
void __vqc_rec_lapic_set_tpr(struct vqc_cpu *cpu, u8 tpr);
enum vqc_why __vqc_rec_lapic_timer_expire(struct vqc_cpu *cpu,
					  const struct vqc_clock *clock,
					  struct vqc_fx *fx);
void __vqc_rec_lapic_init(struct vqc_cpu *cpu, struct vqc_fx *fx);
bool __vqc_rec_lapic_take(struct vqc_cpu *cpu, enum vqc_lapic_event event);
void __vqc_rec_lapic_extint(struct vqc_cpu *cpu, u8 vector);
unsigned long __vqc_rec_lapic_hold(struct vqc_cpu *cpu);
void __vqc_rec_lapic_loaded(struct vqc_cpu *cpu, unsigned long flags);
void __vqc_rec_loaded(struct vqc_fabric *f, unsigned int chip);
void __vqc_rec_line(struct vqc_fabric *f, unsigned int source_id, u32 gsi,
		    bool level);
void __vqc_rec_msi(struct vqc_fabric *f, u64 address, u32 data);
void __vqc_rec_inject(struct vqc_cpu *cpu, enum vqc_chip chip,
		      unsigned int pin, u32 intr_info);
void __vqc_rec_routes(struct vqc_fabric *f,
		      const struct vqc_route_table *table);
void __vqc_rec_cpu(struct vqc_cpu *cpu);

/* ---- the 8259 pair; @pic_lock is held ---- */

/**
 * vqc_rec_pic_set_line - vqc_pic_set_line() of a fabric's PIC
 * @f: the fabric
 * @pin: as there
 * @level: as there
 * @fx: as there
 *
 * Context: any; @f->pic_lock is held. Return: as vqc_pic_set_line().
 */
static __always_inline enum vqc_why
vqc_rec_pic_set_line(struct vqc_fabric *f, unsigned int pin, bool level,
		     struct vqc_fx *fx)
{
	return vqc_recording() ? __vqc_rec_pic_set_line(f, pin, level, fx) :
				 vqc_pic_set_line(&f->pic, pin, level, fx);
}

/**
 * vqc_rec_pic_ack - vqc_pic_ack_as() of a fabric's PIC
 * @f: the fabric
 * @glitch: as there
 * @pin: as there
 * @fx: as there
 *
 * Context: any; @f->pic_lock is held. Return: as vqc_pic_ack_as().
 */
static __always_inline u8 vqc_rec_pic_ack(struct vqc_fabric *f, bool glitch,
					  unsigned int *pin, struct vqc_fx *fx)
{
	return vqc_recording() ? __vqc_rec_pic_ack(f, glitch, pin, fx) :
				 vqc_pic_ack_as(&f->pic, glitch, pin, fx);
}

/**
 * vqc_rec_pic_read - vqc_pic_read() of a fabric's PIC
 * @f: the fabric
 * @port: as there
 * @fx: as there
 *
 * Context: any; @f->pic_lock is held. Return: as vqc_pic_read().
 */
static __always_inline u8 vqc_rec_pic_read(struct vqc_fabric *f,
					   enum vqc_pic_port port,
					   struct vqc_fx *fx)
{
	return vqc_recording() ? __vqc_rec_pic_read(f, port, fx) :
				 vqc_pic_read(&f->pic, port, fx);
}

/**
 * vqc_rec_pic_write - vqc_pic_write() of a fabric's PIC
 * @f: the fabric
 * @port: as there
 * @val: as there
 * @fx: as there
 *
 * Context: any; @f->pic_lock is held.
 */
static __always_inline void vqc_rec_pic_write(struct vqc_fabric *f,
					      enum vqc_pic_port port, u8 val,
					      struct vqc_fx *fx)
{
	if (vqc_recording())
		__vqc_rec_pic_write(f, port, val, fx);
	else
		vqc_pic_write(&f->pic, port, val, fx);
}

/* ---- the IOAPIC; @ioapic_lock is held ---- */

/**
 * vqc_rec_ioapic_set_line - vqc_ioapic_set_line() of a fabric's IOAPIC
 * @f: the fabric
 * @pin: as there
 * @level: as there
 * @fx: as there
 *
 * Context: any; @f->ioapic_lock is held. Return: as vqc_ioapic_set_line().
 */
static __always_inline enum vqc_why
vqc_rec_ioapic_set_line(struct vqc_fabric *f, unsigned int pin, bool level,
			struct vqc_fx *fx)
{
	return vqc_recording() ?
		__vqc_rec_ioapic_set_line(f, pin, level, fx) :
		vqc_ioapic_set_line(&f->ioapic, pin, level, fx);
}

/**
 * vqc_rec_ioapic_sent - vqc_ioapic_sent() of a fabric's IOAPIC
 * @f: the fabric
 * @pin: as there
 * @why: as there
 *
 * Context: any; @f->ioapic_lock is held. Return: as vqc_ioapic_sent().
 */
static __always_inline bool vqc_rec_ioapic_sent(struct vqc_fabric *f,
						unsigned int pin,
						enum vqc_why why)
{
	return vqc_recording() ? __vqc_rec_ioapic_sent(f, pin, why) :
				 vqc_ioapic_sent(&f->ioapic, pin, why);
}

/**
 * vqc_rec_ioapic_retry - vqc_ioapic_retry() of a fabric's IOAPIC
 * @f: the fabric
 * @pins: as there
 * @fx: as there
 *
 * Context: any; @f->ioapic_lock is held.
 */
static __always_inline void vqc_rec_ioapic_retry(struct vqc_fabric *f, u32 pins,
						 struct vqc_fx *fx)
{
	if (vqc_recording())
		__vqc_rec_ioapic_retry(f, pins, fx);
	else
		vqc_ioapic_retry(&f->ioapic, pins, fx);
}

/**
 * vqc_rec_ioapic_eoi - vqc_ioapic_eoi() of a fabric's IOAPIC
 * @f: the fabric
 * @vector: as there
 * @fx: as there
 *
 * Context: any; @f->ioapic_lock is held.
 */
static __always_inline void vqc_rec_ioapic_eoi(struct vqc_fabric *f, u8 vector,
					       struct vqc_fx *fx)
{
	if (vqc_recording())
		__vqc_rec_ioapic_eoi(f, vector, fx);
	else
		vqc_ioapic_eoi(&f->ioapic, vector, fx);
}

/**
 * vqc_rec_ioapic_read - vqc_ioapic_read() of a fabric's IOAPIC
 * @f: the fabric
 * @offset: as there
 * @fx: as there
 *
 * Context: any; @f->ioapic_lock is held. Return: as vqc_ioapic_read().
 */
static __always_inline u32 vqc_rec_ioapic_read(struct vqc_fabric *f,
					       unsigned int offset,
					       struct vqc_fx *fx)
{
	return vqc_recording() ? __vqc_rec_ioapic_read(f, offset, fx) :
				 vqc_ioapic_read(&f->ioapic, offset, fx);
}

/**
 * vqc_rec_ioapic_write - vqc_ioapic_write() of a fabric's IOAPIC
 * @f: the fabric
 * @offset: as there
 * @val: as there
 * @fx: as there
 *
 * Context: any; @f->ioapic_lock is held.
 */
static __always_inline void vqc_rec_ioapic_write(struct vqc_fabric *f,
						 unsigned int offset, u32 val,
						 struct vqc_fx *fx)
{
	if (vqc_recording())
		__vqc_rec_ioapic_write(f, offset, val, fx);
	else
		vqc_ioapic_write(&f->ioapic, offset, val, fx);
}

/* ---- the 8254; @pit_lock is held ---- */

/**
 * vqc_rec_pit_read - vqc_pit_read() of a fabric's PIT
 * @f: the fabric
 * @port: as there
 * @now_ns: as there
 *
 * Context: any; @f->pit_lock is held. Return: as vqc_pit_read().
 */
static __always_inline u8 vqc_rec_pit_read(struct vqc_fabric *f,
					   unsigned int port, u64 now_ns)
{
	return vqc_recording() ? __vqc_rec_pit_read(f, port, now_ns) :
				 vqc_pit_read(&f->pit, port, now_ns);
}

/**
 * vqc_rec_pit_write - vqc_pit_write() of a fabric's PIT
 * @f: the fabric
 * @port: as there
 * @val: as there
 * @now_ns: as there
 * @fx: as there
 *
 * Context: any; @f->pit_lock is held.
 */
static __always_inline void vqc_rec_pit_write(struct vqc_fabric *f,
					      unsigned int port, u8 val,
					      u64 now_ns, struct vqc_fx *fx)
{
	if (vqc_recording())
		__vqc_rec_pit_write(f, port, val, now_ns, fx);
	else
		vqc_pit_write(&f->pit, port, val, now_ns, fx);
}

/**
 * vqc_rec_pit_speaker_read - vqc_pit_speaker_read() of a fabric's PIT
 * @f: the fabric
 * @now_ns: as there
 *
 * Context: any; @f->pit_lock is held. Return: as vqc_pit_speaker_read().
 */
static __always_inline u8 vqc_rec_pit_speaker_read(struct vqc_fabric *f,
						   u64 now_ns)
{
	return vqc_recording() ? __vqc_rec_pit_speaker_read(f, now_ns) :
				 vqc_pit_speaker_read(&f->pit, now_ns);
}

/**
 * vqc_rec_pit_speaker_write - vqc_pit_speaker_write() of a fabric's PIT
 * @f: the fabric
 * @val: as there
 * @now_ns: as there
 *
 * Context: any; @f->pit_lock is held.
 */
static __always_inline void vqc_rec_pit_speaker_write(struct vqc_fabric *f,
						      u8 val, u64 now_ns)
{
	if (vqc_recording())
		__vqc_rec_pit_speaker_write(f, val, now_ns);
	else
		vqc_pit_speaker_write(&f->pit, val, now_ns);
}

/**
 * vqc_rec_pit_expire - vqc_pit_expire() of a fabric's PIT
 * @f: the fabric
 * @now_ns: as there
 * @fx: as there
 *
 * Context: any; @f->pit_lock is held. Return: as vqc_pit_expire().
 */
static __always_inline u64 vqc_rec_pit_expire(struct vqc_fabric *f, u64 now_ns,
					      struct vqc_fx *fx)
{
	return vqc_recording() ? __vqc_rec_pit_expire(f, now_ns, fx) :
				 vqc_pit_expire(&f->pit, now_ns, fx);
}

/* ---- a local APIC ---- */

/**
 * vqc_rec_lapic_accept - vqc_lapic_accept() of a CPU
 * @cpu: the CPU
 * @msg: as there
 *
 * Context: any. Return: as vqc_lapic_accept().
 */
static __always_inline enum vqc_why
vqc_rec_lapic_accept(struct vqc_cpu *cpu, const struct vqc_msg *msg)
{
	return vqc_recording() ? __vqc_rec_lapic_accept(cpu, msg) :
				 vqc_lapic_accept(&cpu->lapic, msg);
}

/**
 * vqc_rec_lapic_set_lint - vqc_lapic_set_lint() of a CPU
 * @cpu: the CPU
 * @lint: as there
 * @level: as there
 *
 * Context: any; @cpu->lock is held. Return: as vqc_lapic_set_lint().
 */
static __always_inline enum vqc_why
vqc_rec_lapic_set_lint(struct vqc_cpu *cpu, unsigned int lint, bool level)
{
	return vqc_recording() ? __vqc_rec_lapic_set_lint(cpu, lint, level) :
				 vqc_lapic_set_lint(&cpu->lapic, lint, level);
}

/**
 * vqc_rec_lapic_ack - vqc_lapic_ack() of a CPU
 * @cpu: the CPU
 *
 * Context: owner. Return: as vqc_lapic_ack().
 */
static __always_inline u8 vqc_rec_lapic_ack(struct vqc_cpu *cpu)
{
	return vqc_recording() ? __vqc_rec_lapic_ack(cpu) :
				 vqc_lapic_ack(&cpu->lapic);
}

/**
 * vqc_rec_lapic_eoi - vqc_lapic_eoi() of a CPU
 * @cpu: the CPU
 * @fx: as there
 *
 * Context: owner. Return: as vqc_lapic_eoi().
 */
static __always_inline int vqc_rec_lapic_eoi(struct vqc_cpu *cpu,
					     struct vqc_fx *fx)
{
	return vqc_recording() ? __vqc_rec_lapic_eoi(cpu, fx) :
				 vqc_lapic_eoi(&cpu->lapic, fx);
}

/**
 * vqc_rec_lapic_read - vqc_lapic_read() of a CPU
 * @cpu: the CPU
 * @offset: as there
 * @val: as there
 * @clock: as there; looked at only if vqc_lapic_needs_clock()
 * @fx: as there
 *
 * Context: owner. Return: as vqc_lapic_read().
 */
static __always_inline enum vqc_why
vqc_rec_lapic_read(struct vqc_cpu *cpu, unsigned int offset, u32 *val,
		   const struct vqc_clock *clock, struct vqc_fx *fx)
{
	return vqc_recording() ?
		__vqc_rec_lapic_read(cpu, offset, val, clock, fx) :
		vqc_lapic_read(&cpu->lapic, offset, val, clock, fx);
}

/**
 * vqc_rec_lapic_tpr - read TPR from the register page
 * @cpu: the CPU
 *
 * Context: owner. Return: the register.
 */
static __always_inline u32 vqc_rec_lapic_tpr(struct vqc_cpu *cpu)
{
	return vqc_recording() ? __vqc_rec_lapic_tpr(cpu) : cpu->lapic.tpr;
}

/**
 * vqc_rec_lapic_write - vqc_lapic_write() of a CPU
 * @cpu: the CPU
 * @offset: as there
 * @val: as there
 * @clock: as there; looked at only if vqc_lapic_needs_clock()
 * @fx: as there
 *
 * Context: owner. Return: as vqc_lapic_write().
 */
static __always_inline enum vqc_why
vqc_rec_lapic_write(struct vqc_cpu *cpu, unsigned int offset, u32 val,
		    const struct vqc_clock *clock, struct vqc_fx *fx)
{
	return vqc_recording() ?
		__vqc_rec_lapic_write(cpu, offset, val, clock, fx) :
		vqc_lapic_write(&cpu->lapic, offset, val, clock, fx);
}

/**
 * vqc_rec_lapic_msr_read - vqc_lapic_msr_read() of a CPU
 * @cpu: the CPU
 * @msr: as there
 * @val: as there
 * @clock: as there; looked at only if vqc_lapic_needs_clock()
 *
 * Context: owner. Return: as vqc_lapic_msr_read().
 */
static __always_inline enum vqc_why
vqc_rec_lapic_msr_read(struct vqc_cpu *cpu, u32 msr, u64 *val,
		       const struct vqc_clock *clock)
{
	return vqc_recording() ?
		__vqc_rec_lapic_msr_read(cpu, msr, val, clock) :
		vqc_lapic_msr_read(&cpu->lapic, msr, val, clock);
}

/**
 * vqc_rec_lapic_msr_write - vqc_lapic_msr_write() of a CPU
 * @cpu: the CPU
 * @msr: as there
 * @val: as there
 * @clock: as there; looked at only if vqc_lapic_needs_clock()
 * @fx: as there
 *
 * Context: owner. Return: as vqc_lapic_msr_write().
 */
static __always_inline enum vqc_why
vqc_rec_lapic_msr_write(struct vqc_cpu *cpu, u32 msr, u64 val,
			const struct vqc_clock *clock, struct vqc_fx *fx)
{
	return vqc_recording() ?
		__vqc_rec_lapic_msr_write(cpu, msr, val, clock, fx) :
		vqc_lapic_msr_write(&cpu->lapic, msr, val, clock, fx);
}

/**
 * vqc_rec_lapic_tsc_deadline - vqc_lapic_tsc_deadline_write() of a CPU
 * @cpu: the CPU
 * @val: as there
 * @clock: as there
 * @fx: as there
 *
 * Context: owner.
 */
static __always_inline void
vqc_rec_lapic_tsc_deadline(struct vqc_cpu *cpu, u64 val,
			   const struct vqc_clock *clock, struct vqc_fx *fx)
{
	if (vqc_recording())
		__vqc_rec_lapic_tsc_deadline(cpu, val, clock, fx);
	else
		vqc_lapic_tsc_deadline_write(&cpu->lapic, val, clock, fx);
}

/**
 * vqc_rec_lapic_set_base - vqc_lapic_set_base() of a CPU
 * @cpu: the CPU
 * @val: as there
 * @maxphyaddr: as there
 * @host: as there
 * @fx: as there
 *
 * Context: owner. Return: as vqc_lapic_set_base().
 */
static __always_inline int
vqc_rec_lapic_set_base(struct vqc_cpu *cpu, u64 val, unsigned int maxphyaddr,
		       bool host, struct vqc_fx *fx)
{
	return vqc_recording() ?
		__vqc_rec_lapic_set_base(cpu, val, maxphyaddr, host, fx) :
		vqc_lapic_set_base(&cpu->lapic, val, maxphyaddr, host, fx);
}

/**
 * vqc_rec_lapic_set_tpr - vqc_lapic_set_tpr() of a CPU
 * @cpu: the CPU
 * @tpr: as there
 *
 * Context: owner.
 */
static __always_inline void vqc_rec_lapic_set_tpr(struct vqc_cpu *cpu, u8 tpr)
{
	if (vqc_recording())
		__vqc_rec_lapic_set_tpr(cpu, tpr);
	else
		vqc_lapic_set_tpr(&cpu->lapic, tpr);
}

/**
 * vqc_rec_lapic_timer_expire - vqc_lapic_timer_expire() of a CPU
 * @cpu: the CPU
 * @clock: as there
 * @fx: as there
 *
 * Context: any; @cpu->lock is held. Return: as vqc_lapic_timer_expire().
 */
static __always_inline enum vqc_why
vqc_rec_lapic_timer_expire(struct vqc_cpu *cpu, const struct vqc_clock *clock,
			   struct vqc_fx *fx)
{
	return vqc_recording() ?
		__vqc_rec_lapic_timer_expire(cpu, clock, fx) :
		vqc_lapic_timer_expire(&cpu->lapic, clock, fx);
}

/**
 * vqc_rec_lapic_init - vqc_lapic_init() of a CPU
 * @cpu: the CPU
 * @fx: as there
 *
 * Context: owner.
 */
static __always_inline void vqc_rec_lapic_init(struct vqc_cpu *cpu,
					       struct vqc_fx *fx)
{
	if (vqc_recording())
		__vqc_rec_lapic_init(cpu, fx);
	else
		vqc_lapic_init(&cpu->lapic, fx);
}

/**
 * vqc_rec_lapic_take - a CPU takes a pending event, if it is pending
 * @cpu: the CPU
 * @event: which
 *
 * Context: owner. Return: true if it was pending.
 */
static __always_inline bool vqc_rec_lapic_take(struct vqc_cpu *cpu,
					       enum vqc_lapic_event event)
{
	return vqc_recording() ?
		__vqc_rec_lapic_take(cpu, event) :
		test_and_clear_bit(event, &cpu->lapic.events);
}

/**
 * vqc_rec_lapic_extint - a PIC that is not ours hands over a vector
 * @cpu: for which CPU
 * @vector: the vector
 *
 * Context: owner.
 */
static __always_inline void vqc_rec_lapic_extint(struct vqc_cpu *cpu, u8 vector)
{
	if (vqc_recording())
		__vqc_rec_lapic_extint(cpu, vector);
}

/* ---- states from outside ---- */

/**
 * struct vqc_rec_hold - a local APIC that is about to be changed as a whole
 * @held: its rec_lock is
 * @flags: of the lock
 */
struct vqc_rec_hold {
	bool held;
	unsigned long flags;
};

/**
 * vqc_rec_lapic_hold - a local APIC's state is about to be set from outside
 * @cpu: whose
 *
 * No other hook may be called for @cpu until vqc_rec_lapic_loaded(), and nothing
 * that sleeps. Whoever holds it and began when nobody recorded has ended it
 * before a recording takes the first states.
 *
 * Context: owner. Return: for vqc_rec_lapic_loaded().
 */
static __always_inline struct vqc_rec_hold
vqc_rec_lapic_hold(struct vqc_cpu *cpu)
{
	struct vqc_rec_hold hold = {};

	if (vqc_recording()) {
		hold.held = true;
		hold.flags = __vqc_rec_lapic_hold(cpu);
	}
	return hold;
}

/**
 * vqc_rec_lapic_loaded - a local APIC's state was set from outside
 * @cpu: whose
 * @hold: of vqc_rec_lapic_hold()
 *
 * Context: owner.
 */
static __always_inline void vqc_rec_lapic_loaded(struct vqc_cpu *cpu,
						 struct vqc_rec_hold hold)
{
	if (unlikely(hold.held))
		__vqc_rec_lapic_loaded(cpu, hold.flags);
}

/**
 * vqc_rec_loaded - a chip's state was set from outside
 * @f: the fabric
 * @chip: VIRQCHIP_CHIP_PIC, VIRQCHIP_CHIP_IOAPIC or VIRQCHIP_CHIP_PIT
 *
 * Context: any; the chip's lock is held.
 */
static __always_inline void vqc_rec_loaded(struct vqc_fabric *f,
					   unsigned int chip)
{
	if (vqc_recording())
		__vqc_rec_loaded(f, chip);
}

/* ---- what happens outside of the chips ---- */

/**
 * vqc_rec_line - somebody drives a GSI
 * @f: the fabric
 * @source_id: who, VQC_SOURCE_*
 * @gsi: the GSI
 * @level: to what
 *
 * Context: any; no lock held.
 */
static __always_inline void vqc_rec_line(struct vqc_fabric *f,
					 unsigned int source_id, u32 gsi,
					 bool level)
{
	if (vqc_recording())
		__vqc_rec_line(f, source_id, gsi, level);
}

/**
 * vqc_rec_msi - a message comes from outside
 * @f: the fabric
 * @address: its address
 * @data: its data
 *
 * Context: any; no lock held.
 */
static __always_inline void vqc_rec_msi(struct vqc_fabric *f, u64 address,
					u32 data)
{
	if (vqc_recording())
		__vqc_rec_msi(f, address, data);
}

/**
 * vqc_rec_inject - a CPU takes an interrupt
 * @cpu: the CPU
 * @chip: where the vector came from: PIC or LAPIC
 * @pin: the PIC's, 0..15, or VQC_NO_PIN
 * @intr_info: VM-entry interruption-information word, VQC_INTR_*
 *
 * Context: owner.
 */
static __always_inline void vqc_rec_inject(struct vqc_cpu *cpu,
					   enum vqc_chip chip, unsigned int pin,
					   u32 intr_info)
{
	if (vqc_recording())
		__vqc_rec_inject(cpu, chip, pin, intr_info);
}

/**
 * vqc_rec_routes - the routes were replaced
 * @f: the fabric
 * @table: the new ones
 *
 * Context: may sleep; @f->cfg is held.
 */
static __always_inline void
vqc_rec_routes(struct vqc_fabric *f, const struct vqc_route_table *table)
{
	if (vqc_recording())
		__vqc_rec_routes(f, table);
}

/**
 * vqc_rec_cpu - a CPU was added
 * @cpu: the CPU
 *
 * Context: may sleep; @cfg of its fabric is held.
 */
static __always_inline void vqc_rec_cpu(struct vqc_cpu *cpu)
{
	if (vqc_recording())
		__vqc_rec_cpu(cpu);
}

/**
 * vqc_record_forbid - end the recording of a fabric, and let no new one begin
 * @f: the fabric, which goes out of use
 *
 * Context: may sleep; takes @f->cfg.
 */
void vqc_record_forbid(struct vqc_fabric *f);

#endif /* VQC_RECORD_H */
