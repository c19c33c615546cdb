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
void __vqc_obs_eoi(struct vqc_fabric *f, struct vqc_cpu *cpu,
		   enum vqc_chip chip, unsigned int pin, u8 vector);
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

/** vqc_obs_start - a flow without a line: MSI, IPI, timer. Context: any. */
static __always_inline u64 vqc_obs_start(struct vqc_fabric *f)
{
	return vqc_observing() ? __vqc_obs_start(f) : 0;
}

/*
 * A chip saw its pin; the flow id is kept with the pin if the chip latched it.
 * The chip's lock is held, so that the id is there before anyone looks for it.
 */
static __always_inline void vqc_obs_pin(struct vqc_fabric *f, u64 seq, u32 gsi,
					enum vqc_chip chip, unsigned int pin,
					bool level, enum vqc_why why)
{
	if (vqc_observing())
		__vqc_obs_pin(f, seq, gsi, chip, pin, level, why);
}

/* A message starts for the CPUs; @pin is the IOAPIC's, or VQC_NO_PIN. */
static __always_inline void vqc_obs_msg(struct vqc_fabric *f, u64 seq,
					unsigned int pin,
					const struct vqc_msg *msg,
					unsigned int src)
{
	if (vqc_observing())
		__vqc_obs_msg(f, seq, pin, msg, src);
}

/*
 * A local APIC is about to see the message. Its owner may take the interrupt
 * the moment IRR is set: the flow id must be there before.
 */
static __always_inline void vqc_obs_offer(struct vqc_cpu *cpu, u64 seq,
					  const struct vqc_msg *msg)
{
	if (vqc_observing())
		__vqc_obs_offer(cpu, seq, msg);
}

/* A local APIC took the message, or not. */
static __always_inline void vqc_obs_accept(struct vqc_cpu *cpu, u64 seq,
					   const struct vqc_msg *msg,
					   enum vqc_why why)
{
	if (vqc_observing())
		__vqc_obs_accept(cpu, seq, msg, why);
}

/* What became of a message in the end; @pin as in vqc_obs_msg(). */
static __always_inline void vqc_obs_sent(struct vqc_fabric *f, u64 seq,
					 unsigned int pin, enum vqc_why why)
{
	if (vqc_observing())
		__vqc_obs_sent(f, seq, pin, why);
}

/* The PIC was acknowledged for @cpu; its lock is still held. */
static __always_inline void vqc_obs_ack(struct vqc_cpu *cpu, unsigned int pin)
{
	if (vqc_observing())
		__vqc_obs_ack(cpu, pin);
}

/* The CPU took the interrupt; @pin is the PIC's for VQC_CHIP_PIC. */
static __always_inline void vqc_obs_inject(struct vqc_cpu *cpu,
					   enum vqc_chip chip, unsigned int pin,
					   u32 intr_info)
{
	if (vqc_observing())
		__vqc_obs_inject(cpu, chip, pin, intr_info);
}

/* The CPU could not take it: a window was asked for. */
static __always_inline void vqc_obs_hold(struct vqc_cpu *cpu, enum vqc_why why)
{
	if (vqc_observing())
		__vqc_obs_hold(cpu, why);
}

/* An interrupt ended: @cpu for LAPIC vectors, @pin for PIC and IOAPIC pins. */
static __always_inline void vqc_obs_eoi(struct vqc_fabric *f,
					struct vqc_cpu *cpu,
					enum vqc_chip chip, unsigned int pin,
					u8 vector)
{
	if (vqc_observing())
		__vqc_obs_eoi(f, cpu, chip, pin, vector);
}

/* A chip ignored or dropped something. */
static __always_inline void vqc_obs_note(struct vqc_fabric *f,
					 enum vqc_chip chip, unsigned int pin,
					 u8 vector, enum vqc_why why)
{
	if (vqc_observing())
		__vqc_obs_note(f, chip, pin, vector, why);
}

/* A timer was armed or expired; @cpu is NULL for the PIT. */
static __always_inline void vqc_obs_timer(struct vqc_fabric *f,
					  struct vqc_cpu *cpu, bool expired,
					  u64 deadline_ns, enum vqc_why why)
{
	if (vqc_observing())
		__vqc_obs_timer(f, cpu, expired, deadline_ns, why);
}

/* A CPU was kicked. */
static __always_inline void vqc_obs_kick(struct vqc_cpu *cpu)
{
	if (vqc_observing())
		__vqc_obs_kick(cpu);
}

/* A register of a chip was accessed; @cpu is NULL if no CPU did. */
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

/** vqc_observe_exit - undo vqc_observe_init(). Context: may sleep. */
void vqc_observe_exit(void);

#endif /* VQC_OBSERVE_H */
