/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The injection hook: how an interrupt leaves the fabric for a CPU.
 */
#ifndef VQC_INJECT_H
#define VQC_INJECT_H

#include <linux/types.h>

#include "fabric.h"

/* VM-entry interruption-information, SDM vol. 3, 25.8.3 */
#define VQC_INTR_VECTOR		GENMASK(7, 0)
#define VQC_INTR_TYPE		GENMASK(10, 8)
#define VQC_INTR_VALID		BIT(31)
#define VQC_INTR_TYPE_EXTERNAL	0u
#define VQC_INTR_TYPE_NMI	2u

/** enum vqc_cpu_place - where the owner of a CPU is */
enum vqc_cpu_place {
	VQC_CPU_OUTSIDE,	/* it does not run the CPU now */
	VQC_CPU_HERE,		/* in our code: it looks at what is pending */
	VQC_CPU_IN_GUEST,
	VQC_CPU_SLEEPS,		/* halted, until it is kicked */
};

/**
 * struct vqc_cpu_look - what a CPU does, as somebody else sees it
 * @place: enum vqc_cpu_place
 * @if_flag: IF when it last left the guest
 * @window: an interrupt window is asked for
 * @since: jiffies when it came to @place: OUTSIDE or not OUTSIDE
 */
struct vqc_cpu_look {
	enum vqc_cpu_place place;
	bool if_flag;
	bool window;
	unsigned long since;
};

/**
 * struct vqc_inject_ops - an injection back end
 * @ready: can the CPU take an external interrupt at this moment; DELIVERED,
 *	CPU_IF, CPU_BUSY or CPU_NO_SIPI. Owner's context.
 * @inject_irq: the CPU takes the interrupt: @intr_info is a VM-entry
 *	interruption-information word, external interrupt. 0 or an errno, which
 *	ends the run. Owner's context.
 * @inject_nmi: the CPU takes an NMI. 0 or an errno. Owner's context.
 * @inject_smi: as @inject_nmi
 * @request_window: tell when the CPU can take an interrupt. Owner's context.
 * @read_tsc: the CPU's time stamp counter now; NULL if it has none that can be
 *	read. Owner's context.
 * @kick: something is pending for the CPU: let its owner call
 *	vqc_inject_pending() soon. Any context, also hard interrupts; may be
 *	called for nothing.
 * @busy_cause: CPU_BUSY, told apart: CPU_SHADOW, CPU_EVENT, CPU_INSN, CPU_DEBUG
 *	or still CPU_BUSY. Owner's context; NULL if it cannot tell.
 * @look: what the CPU does now; under RCU, anybody, while it goes on. NULL if
 *	there is nothing to see.
 */
struct vqc_inject_ops {
	enum vqc_why (*ready)(struct vqc_cpu *cpu);
	int (*inject_irq)(struct vqc_cpu *cpu, u32 intr_info);
	int (*inject_nmi)(struct vqc_cpu *cpu);
	int (*inject_smi)(struct vqc_cpu *cpu);
	void (*request_window)(struct vqc_cpu *cpu);
	u64 (*read_tsc)(struct vqc_cpu *cpu);
	void (*kick)(struct vqc_cpu *cpu);
	enum vqc_why (*busy_cause)(struct vqc_cpu *cpu);
	void (*look)(const struct vqc_cpu *cpu, struct vqc_cpu_look *look);
};

/**
 * vqc_cpu_has_interrupt - is there an interrupt that only IF can hold back
 * @cpu: the CPU
 *
 * Context: the CPU's owner.
 * Return: true if an ExtINT is let through or a vector is above PPR.
 */
bool vqc_cpu_has_interrupt(struct vqc_cpu *cpu);

/**
 * vqc_cpu_quiet - is there certainly nothing to hand to the CPU
 * @cpu: the CPU
 *
 * The common case, in a few instructions. Context: the CPU's owner.
 * Return: false if vqc_inject_pending() has to have a look.
 */
static inline bool vqc_cpu_quiet(const struct vqc_cpu *cpu)
{
	const struct vqc_lapic *l = &cpu->lapic;
	unsigned long any = READ_ONCE(l->events) | cpu->extint |
			    READ_ONCE(cpu->fabric->pic_intr);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(l->irr); i++)
		any |= READ_ONCE(l->irr[i]);
	return !any;
}

/**
 * vqc_inject_events - hand the CPU the NMI and SMI that are pending for it
 * @cpu: the CPU
 *
 * Context: the CPU's owner; no lock held; may sleep if the back end does.
 * Return: 0 or the back end's errno.
 */
int vqc_inject_events(struct vqc_cpu *cpu);

/**
 * vqc_inject_pending - hand the CPU what is pending for it
 * @cpu: the CPU
 *
 * NMI and SMI first, then one interrupt: that of the PIC through LINT0, else
 * the LAPIC's highest vector above PPR. It is acknowledged only if the CPU can
 * take it, otherwise a window is asked for.
 *
 * Context: the CPU's owner; no lock held; may sleep if the back end does.
 * Return: 1 if an interrupt was injected, 0 if not, or the back end's errno.
 */
int vqc_inject_pending(struct vqc_cpu *cpu);

#endif /* VQC_INJECT_H */
