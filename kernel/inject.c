// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last arrow: from the chips into the CPU.
 *
 * The order is that of the hardware: an NMI does not wait for IF; then the
 * 8259 pair through LINT0 ("virtual wire", SDM vol. 3, 11.5.1; MP spec 3.6.2),
 * whose ExtINT bypasses IRR and PPR; then the local APIC's own highest vector.
 * Nothing is acknowledged before the back end said that the CPU can take it:
 * an acknowledge cannot be taken back.
 */
#include <linux/jiffies.h>

#include "fabric.h"
#include "fault.h"
#include "inject.h"
#include "observe.h"
#include "record.h"

/* An ExtINT is asked for by the wire to LINT0, or by a message. */
static bool vqc_extint_pending(struct vqc_cpu *cpu)
{
	if (test_bit(VQC_EV_EXTINT, &cpu->lapic.events))
		return true;
	return (READ_ONCE(cpu->fabric->pic_intr) || cpu->extint) &&
	       vqc_lapic_takes_extint(&cpu->lapic);
}

bool vqc_cpu_has_interrupt(struct vqc_cpu *cpu)
{
	return vqc_extint_pending(cpu) || vqc_lapic_next(&cpu->lapic) >= 0;
}

static u32 vqc_intr_info(u8 vector)
{
	return VQC_INTR_VALID |
	       FIELD_PREP(VQC_INTR_TYPE, VQC_INTR_TYPE_EXTERNAL) |
	       FIELD_PREP(VQC_INTR_VECTOR, vector);
}

/* The two INTA cycles to the 8259 pair. */
static u8 vqc_fetch_extint(struct vqc_cpu *cpu, unsigned int *pin)
{
	struct vqc_fabric *f = cpu->fabric;
	unsigned long flags;
	bool spurious;
	u8 vector;
	VQC_DEFINE_FX(fx);

	/* Another's PIC has been acknowledged already. */
	if (cpu->extint) {
		vector = cpu->extint;
		cpu->extint = 0;
		return vector;
	}
	vqc_rec_lapic_take(cpu, VQC_EV_EXTINT);
	spurious = vqc_fault_spurious(f);
	raw_spin_lock_irqsave(&f->pic_lock, flags);
	vector = vqc_rec_pic_ack(f, spurious, pin, &fx);
	if (*pin < VQC_NR_PIC_PINS) {
		f->pic_acked[*pin] = jiffies;
		/* What the second chip serves is in service in the first, too. */
		if (*pin >= VQC_NR_PIC_PINS / 2)
			f->pic_acked[VQC_PIC_CASCADE_PIN] = jiffies;
	}
	vqc_obs_ack(cpu, *pin);
	if (unlikely(spurious))
		vqc_obs_glitch(cpu, *pin);
	vqc_pic_op_end(f, flags, &fx);
	return vector;
}

/*
 * Whoever asked when the CPU was found ready may have gone since: a line fell.
 * Then nothing is acknowledged, for the CPU sees no INTR.
 */
static int vqc_inject_one(struct vqc_cpu *cpu)
{
	unsigned int pin = VQC_NO_PIN;
	enum vqc_chip chip;
	u8 vector;
	u32 info;
	int ret;

	if (vqc_extint_pending(cpu)) {
		chip = VQC_CHIP_PIC;
		vector = vqc_fetch_extint(cpu, &pin);
	} else if (vqc_lapic_next(&cpu->lapic) >= 0) {
		chip = VQC_CHIP_LAPIC;
		vector = vqc_rec_lapic_ack(cpu);
		cpu->isr_since[vector] = jiffies;
	} else {
		return 0;
	}

	info = vqc_intr_info(vector);
	this_cpu_inc(cpu->fabric->stats->vector_injected[vector]);
	cpu->nr_injected++;
	vqc_obs_inject(cpu, chip, pin, info);
	vqc_rec_inject(cpu, chip, pin, info);
	ret = cpu->ops->inject_irq(cpu, info);
	return ret ? ret : 1;
}

int vqc_inject_events(struct vqc_cpu *cpu)
{
	int ret = 0;

	if (vqc_rec_lapic_take(cpu, VQC_EV_SMI) && cpu->ops->inject_smi)
		ret = cpu->ops->inject_smi(cpu);
	if (!ret && vqc_rec_lapic_take(cpu, VQC_EV_NMI))
		ret = cpu->ops->inject_nmi(cpu);
	return ret;
}

/* One wait is told once, however often the CPU exits for other things in it. */
static void vqc_note_hold(struct vqc_cpu *cpu, enum vqc_why why)
{
	if (cpu->held == why)
		return;
	cpu->held = why;
	WRITE_ONCE(cpu->held_since, jiffies);
	/* Asking costs a call into KVM: only if somebody looks. */
	if (why == VQC_WHY_CPU_BUSY && vqc_observing() && cpu->ops->busy_cause)
		why = cpu->ops->busy_cause(cpu);
	WRITE_ONCE(cpu->cause, why);
	vqc_count(cpu->fabric, why);
	this_cpu_inc(cpu->fabric->stats->windows);
	cpu->nr_waits++;
	vqc_obs_hold(cpu, why);
}

int vqc_inject_pending(struct vqc_cpu *cpu)
{
	enum vqc_why why;
	int ret;

	if (unlikely(READ_ONCE(cpu->lapic.events) &
		     (BIT(VQC_EV_NMI) | BIT(VQC_EV_SMI)))) {
		ret = vqc_inject_events(cpu);
		if (ret)
			return ret;
	}

	if (!vqc_cpu_has_interrupt(cpu))
		return 0;

	why = cpu->ops->ready(cpu);
	if (why == VQC_WHY_DELIVERED) {
		cpu->held = VQC_WHY_DELIVERED;
		ret = vqc_inject_one(cpu);
		if (ret <= 0)
			return ret;
		/* What is still pending waits for the CPU to take this one. */
		if (vqc_cpu_has_interrupt(cpu))
			cpu->ops->request_window(cpu);
		return 1;
	}

	vqc_note_hold(cpu, why);
	cpu->ops->request_window(cpu);
	return 0;
}
