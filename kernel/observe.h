/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The observer: every arrow of an interrupt's way, under one flow id.
 *
 * With nobody looking each hook is a NOP behind one static key.
 */
#ifndef VQC_OBSERVE_H
#define VQC_OBSERVE_H

#include <linux/jump_label.h>

#include "fabric.h"

DECLARE_STATIC_KEY_FALSE(vqc_observe_key);

#define vqc_observing()	static_branch_unlikely(&vqc_observe_key)

/* What a fault on purpose has to do with a flow, a set */
#define VQC_FLOW_LATE	BIT(0)	/* its line or message came later */
#define VQC_FLOW_MADE	BIT(1)	/* there was no cause but the fault */

/* What the hooks do when somebody looks; see the inline ones below. */
u64 __vqc_obs_line(struct vqc_fabric *f, u32 gsi, unsigned int source_id,
		   bool level);
u64 __vqc_obs_start(struct vqc_fabric *f);
void __vqc_obs_pin(struct vqc_fabric *f, u64 seq, u32 gsi, enum vqc_chip chip,
		   unsigned int pin, bool level, enum vqc_why why);
void __vqc_obs_msg(struct vqc_fabric *f, u64 seq, unsigned int pin,
		   const struct vqc_msg *msg, unsigned int src);
void __vqc_obs_offer(struct vqc_cpu *cpu, u64 seq, const struct vqc_msg *msg);
void __vqc_obs_accept(struct vqc_cpu *cpu, u64 seq, const struct vqc_msg *msg,
		      enum vqc_why why);
void __vqc_obs_sent(struct vqc_fabric *f, u64 seq, unsigned int pin,
		    enum vqc_why why);
void __vqc_obs_ack(struct vqc_cpu *cpu, unsigned int pin);
void __vqc_obs_inject(struct vqc_cpu *cpu, enum vqc_chip chip,
		      unsigned int pin, u32 intr_info);
void __vqc_obs_hold(struct vqc_cpu *cpu, enum vqc_why why);
void __vqc_obs_fault(struct vqc_fabric *f, u64 seq, unsigned int cpu,
		     u8 faults);
void __vqc_obs_late(struct vqc_cpu *cpu, u64 seq, const struct vqc_msg *msg);
void __vqc_obs_glitch(struct vqc_cpu *cpu, unsigned int pin);
void __vqc_obs_eoi(struct vqc_fabric *f, struct vqc_cpu *cpu,
		   enum vqc_chip chip, unsigned int pin, u8 vector);
void __vqc_obs_tell_eoi(struct vqc_cpu *cpu, u8 vector);
void __vqc_obs_extint(struct vqc_cpu *cpu, u8 vector);
void __vqc_obs_note(struct vqc_fabric *f, enum vqc_chip chip, unsigned int pin,
		    u8 vector, enum vqc_why why);
void __vqc_obs_timer(struct vqc_fabric *f, struct vqc_cpu *cpu, bool expired,
		     u64 deadline_ns, enum vqc_why why);
void __vqc_obs_kick(struct vqc_cpu *cpu);
void __vqc_obs_access(struct vqc_fabric *f, struct vqc_cpu *cpu,
		      enum vqc_chip chip, u64 addr, unsigned int len,
		      bool write, u64 val);

/**
 * vqc_obs_line - a source drives a GSI; starts a flow if it rises
 * @f: the fabric
 * @gsi: the GSI
 * @source_id: who
 * @level: to what
 *
 * Context: any. Return: the flow id, 0 if nobody looks or the line falls.
 */
static __always_inline u64 vqc_obs_line(struct vqc_fabric *f, u32 gsi,
					unsigned int source_id, bool level)
{
	return vqc_observing() ? __vqc_obs_line(f, gsi, source_id, level) : 0;
}

/**
 * vqc_obs_start - a flow without a line begins: MSI, IPI, timer
 * @f: the fabric
 *
 * Context: any.
 * Return: a flow id that @f gives to nothing else; 0 if nobody looks.
 */
static __always_inline u64 vqc_obs_start(struct vqc_fabric *f)
{
	return vqc_observing() ? __vqc_obs_start(f) : 0;
}

/**
 * vqc_obs_pin - a chip saw its pin
 * @f: the fabric
 * @seq: flow id, 0 if none or if the line falls
 * @gsi: the GSI that led there
 * @chip: PIC or IOAPIC
 * @pin: the chip's pin, 0..15 or 0..23
 * @level: level of the wire, all its sources taken together
 * @why: the chip's answer
 *
 * The flow id is kept with the pin if the chip latched it.
 *
 * Context: any; the chip's lock is held, so that the id is there before anyone
 * looks for it.
 */
static __always_inline void vqc_obs_pin(struct vqc_fabric *f, u64 seq, u32 gsi,
					enum vqc_chip chip, unsigned int pin,
					bool level, enum vqc_why why)
{
	if (vqc_observing())
		__vqc_obs_pin(f, seq, gsi, chip, pin, level, why);
}

/**
 * vqc_obs_msg - a message starts for the CPUs
 * @f: the fabric
 * @seq: flow id, 0 if none
 * @pin: the IOAPIC's that it comes from, or VQC_NO_PIN
 * @msg: the message
 * @src: dense index of the CPU that sends it; VQC_NO_CPU if none does
 *
 * Context: any; no chip's lock held.
 */
static __always_inline void vqc_obs_msg(struct vqc_fabric *f, u64 seq,
					unsigned int pin,
					const struct vqc_msg *msg,
					unsigned int src)
{
	if (vqc_observing())
		__vqc_obs_msg(f, seq, pin, msg, src);
}

/**
 * vqc_obs_offer - a local APIC is about to see a message
 * @cpu: whose
 * @seq: flow id, 0 if none
 * @msg: the message
 *
 * Its owner may take the interrupt the moment IRR is set: the flow id must be
 * there before.
 *
 * Context: any; vqc_cpu.lock may be held.
 */
static __always_inline void vqc_obs_offer(struct vqc_cpu *cpu, u64 seq,
					  const struct vqc_msg *msg)
{
	if (vqc_observing())
		__vqc_obs_offer(cpu, seq, msg);
}

/**
 * vqc_obs_accept - a local APIC took a message, or not
 * @cpu: whose
 * @seq: flow id, as for vqc_obs_offer()
 * @msg: the message, as for vqc_obs_offer()
 * @why: the answer
 *
 * Follows each vqc_obs_offer() that was answered.
 *
 * Context: any; no lock held.
 */
static __always_inline void vqc_obs_accept(struct vqc_cpu *cpu, u64 seq,
					   const struct vqc_msg *msg,
					   enum vqc_why why)
{
	if (vqc_observing())
		__vqc_obs_accept(cpu, seq, msg, why);
}

/**
 * vqc_obs_sent - all local APICs have answered to a message
 * @f: the fabric
 * @seq: flow id, 0 if none
 * @pin: the IOAPIC's that it comes from, or VQC_NO_PIN
 * @why: the sum of the answers
 *
 * If none took it, a message of the IOAPIC's will be sent again: its flow id
 * goes back to the pin.
 *
 * Context: any; no chip's lock held.
 */
static __always_inline void vqc_obs_sent(struct vqc_fabric *f, u64 seq,
					 unsigned int pin, enum vqc_why why)
{
	if (vqc_observing())
		__vqc_obs_sent(f, seq, pin, why);
}

/**
 * vqc_obs_ack - the PIC was acknowledged
 * @cpu: the CPU that did
 * @pin: the PIC's, 0..15; VQC_NO_PIN if it was spurious
 *
 * Context: the owner of @cpu; its fabric's pic_lock is held.
 */
static __always_inline void vqc_obs_ack(struct vqc_cpu *cpu, unsigned int pin)
{
	if (vqc_observing())
		__vqc_obs_ack(cpu, pin);
}

/**
 * vqc_obs_inject - a CPU takes an interrupt
 * @cpu: the CPU
 * @chip: where the vector came from: PIC or LAPIC
 * @pin: the PIC's, 0..15, or VQC_NO_PIN
 * @intr_info: VM-entry interruption-information word, VQC_INTR_*
 *
 * Context: the owner of @cpu; no lock held.
 */
static __always_inline void vqc_obs_inject(struct vqc_cpu *cpu,
					   enum vqc_chip chip, unsigned int pin,
					   u32 intr_info)
{
	if (vqc_observing())
		__vqc_obs_inject(cpu, chip, pin, intr_info);
}

/**
 * vqc_obs_hold - a CPU cannot take what is pending
 * @cpu: the CPU
 * @why: for what reason
 *
 * Told once for each wait; a window is asked for next.
 *
 * Context: the owner of @cpu; no lock held: takes its fabric's pic_lock.
 */
static __always_inline void vqc_obs_hold(struct vqc_cpu *cpu, enum vqc_why why)
{
	if (vqc_observing())
		__vqc_obs_hold(cpu, why);
}

/**
 * vqc_obs_eoi - an interrupt was ended
 * @f: the fabric
 * @cpu: the CPU that did; must be there for LAPIC, else NULL if unknown
 * @chip: whose: PIC, IOAPIC or LAPIC
 * @pin: the PIC's or IOAPIC's, or VQC_NO_PIN
 * @vector: what was ended, 0..255, for LAPIC
 *
 * A level pin that is still asserted begins a new flow here.
 *
 * Context: any, for LAPIC the owner of @cpu; no lock held: takes @f->pic_lock
 * for PIC.
 */
static __always_inline void vqc_obs_eoi(struct vqc_fabric *f,
					struct vqc_cpu *cpu,
					enum vqc_chip chip, unsigned int pin,
					u8 vector)
{
	if (vqc_observing())
		__vqc_obs_eoi(f, cpu, chip, pin, vector);
}

/**
 * vqc_obs_tell_eoi - the EOI of a vector will be told to another's IOAPIC
 * @cpu: the CPU that writes the EOI
 * @vector: what it ends
 *
 * Before vqc_obs_eoi(), which ends the flow.
 *
 * Context: the owner of @cpu; no lock held.
 */
static __always_inline void vqc_obs_tell_eoi(struct vqc_cpu *cpu, u8 vector)
{
	if (vqc_observing())
		__vqc_obs_tell_eoi(cpu, vector);
}

/**
 * vqc_obs_extint - another's PIC hands over a vector; starts a flow
 * @cpu: for which CPU
 * @vector: the vector
 *
 * Context: the owner of @cpu; no lock held.
 */
static __always_inline void vqc_obs_extint(struct vqc_cpu *cpu, u8 vector)
{
	if (vqc_observing())
		__vqc_obs_extint(cpu, vector);
}

/**
 * vqc_obs_fault - a flow is late, or there at all, by a fault on purpose
 * @f: the fabric
 * @seq: flow id, 0 if none
 * @cpu: dense index of the CPU that its message goes to; VQC_NO_CPU: it has
 *	none yet
 * @faults: VQC_FLOW_LATE or VQC_FLOW_MADE
 *
 * Context: any.
 */
static __always_inline void vqc_obs_fault(struct vqc_fabric *f, u64 seq,
					  unsigned int cpu, u8 faults)
{
	if (vqc_observing())
		__vqc_obs_fault(f, seq, cpu, faults);
}

/**
 * vqc_obs_late - a fault on purpose holds a message back
 * @cpu: the CPU that it goes to
 * @seq: flow id, 0 if none
 * @msg: the message
 *
 * Context: any; no chip's lock held.
 */
static __always_inline void vqc_obs_late(struct vqc_cpu *cpu, u64 seq,
					 const struct vqc_msg *msg)
{
	if (vqc_observing())
		__vqc_obs_late(cpu, seq, msg);
}

/**
 * vqc_obs_glitch - the PIC has forgotten edges by a fault on purpose
 * @cpu: the CPU that asked
 * @pin: what the PIC has answered, or VQC_NO_PIN
 *
 * After vqc_obs_ack(). What was forgotten ends here; what was spurious for it
 * starts a flow that vqc_obs_inject() ends.
 *
 * Context: the owner of @cpu; its fabric's pic_lock is held.
 */
static __always_inline void vqc_obs_glitch(struct vqc_cpu *cpu,
					   unsigned int pin)
{
	if (vqc_observing())
		__vqc_obs_glitch(cpu, pin);
}

/**
 * vqc_obs_note - a chip ignored or dropped something
 * @f: the fabric
 * @chip: which
 * @pin: the chip's, or VQC_NO_PIN
 * @vector: vector, 0 if none is meant
 * @why: what happened
 *
 * Context: any.
 */
static __always_inline void vqc_obs_note(struct vqc_fabric *f,
					 enum vqc_chip chip, unsigned int pin,
					 u8 vector, enum vqc_why why)
{
	if (vqc_observing())
		__vqc_obs_note(f, chip, pin, vector, why);
}

/**
 * vqc_obs_timer - a timer was armed or has expired
 * @f: the fabric
 * @cpu: whose LAPIC timer; NULL for the PIT
 * @expired: true: it has expired
 * @deadline_ns: monotonic time: of the expiry, or what it was armed for, 0 if
 *	it was disarmed
 * @why: what became of the interrupt; DELIVERED when armed
 *
 * Context: any.
 */
static __always_inline void vqc_obs_timer(struct vqc_fabric *f,
					  struct vqc_cpu *cpu, bool expired,
					  u64 deadline_ns, enum vqc_why why)
{
	if (vqc_observing())
		__vqc_obs_timer(f, cpu, expired, deadline_ns, why);
}

/**
 * vqc_obs_kick - a CPU was kicked
 * @cpu: the CPU
 *
 * Context: any, also hard interrupts.
 */
static __always_inline void vqc_obs_kick(struct vqc_cpu *cpu)
{
	if (vqc_observing())
		__vqc_obs_kick(cpu);
}

/**
 * vqc_obs_access - a register of a chip was accessed
 * @f: the fabric
 * @cpu: who did; NULL if no CPU
 * @chip: which
 * @addr: port or guest physical address; for LAPIC the offset in its page, or
 *	the MSR
 * @len: width in bytes
 * @write: true: it was written
 * @val: the value read or written; of PIC and PIT the first byte
 *
 * Context: any; no chip's lock held.
 */
static __always_inline void vqc_obs_access(struct vqc_fabric *f,
					   struct vqc_cpu *cpu,
					   enum vqc_chip chip, u64 addr,
					   unsigned int len, bool write,
					   u64 val)
{
	if (vqc_observing())
		__vqc_obs_access(f, cpu, chip, addr, len, write, val);
}

/**
 * vqc_observer_create - give a fabric its observer and debugfs directory
 * @f: the fabric
 *
 * Context: may sleep. Return: 0 or -ENOMEM. debugfs failing is not an error.
 */
int vqc_observer_create(struct vqc_fabric *f);

/**
 * vqc_observer_add_cpu - show a CPU that was added to a fabric with an observer
 * @cpu: the CPU
 *
 * Context: may sleep. Failing is not an error: only the file is missing then.
 */
void vqc_observer_add_cpu(struct vqc_cpu *cpu);

/**
 * vqc_observer_hide - remove a fabric's debugfs directory
 * @f: the fabric
 *
 * Waits for whoever reads a file of it; hooks may still be called. A second
 * call does nothing. Context: may sleep.
 */
void vqc_observer_hide(struct vqc_fabric *f);

/**
 * vqc_observer_destroy - undo vqc_observer_create()
 * @f: the fabric; nothing of it may still call a hook
 *
 * Does nothing if there is no observer.
 * Context: may sleep.
 */
void vqc_observer_destroy(struct vqc_fabric *f);

/**
 * vqc_observe_init - at module load, before the first fabric
 *
 * Context: may sleep. Return: 0; -ENOMEM.
 */
int vqc_observe_init(void);

/**
 * vqc_observe_exit - undo vqc_observe_init()
 *
 * Nobody calls a hook any longer: the last fabric is gone.
 *
 * Context: may sleep.
 */
void vqc_observe_exit(void);

#endif /* VQC_OBSERVE_H */
