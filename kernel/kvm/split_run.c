// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_RUN in split mode: the local APIC is KVM's, and so are halting, IPIs,
 * INIT, SIPI and NMI. What is left to the loop is an access to one of our chips,
 * the EOI of an interrupt that our IOAPIC has sent, and the PIC's INTR.
 *
 * KVM knows by LINT0 of its local APIC whether INTR gets through, and opens no
 * window where it does not. It says so of a vCPU when that leaves the guest, so
 * INTR makes all of them leave.
 */
#include <linux/kernel.h>
#include <linux/sched/signal.h>

#include "front.h"
#include "../observe.h"

/* ---- the injection back end ---- */

/*
 * What KVM was given is lost to whoever saves the state before it is injected:
 * nothing is given to a thread that is about to return.
 */
static enum vqc_why vqc_split_ready(struct vqc_cpu *cpu)
{
	struct vqc_vcpu *v = vqc_to_vcpu(cpu);

	if (signal_pending(current) ||
	    READ_ONCE(v->run->immediate_exit__unsafe))
		return VQC_WHY_CPU_BUSY;
	if (likely(v->ready))
		return VQC_WHY_DELIVERED;
	return READ_ONCE(v->run->if_flag) ? VQC_WHY_CPU_BUSY : VQC_WHY_CPU_IF;
}

static void vqc_split_request_window(struct vqc_cpu *cpu)
{
	WRITE_ONCE(vqc_to_vcpu(cpu)->run->request_interrupt_window, 1);
}

static void vqc_split_kick(struct vqc_cpu *cpu)
{
	struct vqc_vcpu *v = vqc_to_vcpu(cpu);

	if (vqc_vcpu_kicked_mode(v) != VQC_RUN_OUT)
		vqc_vcpu_interrupt(v);
}

const struct vqc_inject_ops vqc_split_inject_ops = {
	.ready = vqc_split_ready,
	.inject_irq = vqc_vcpu_inject_irq,
	.request_window = vqc_split_request_window,
	.kick = vqc_split_kick,
	.look = vqc_vcpu_look,
};

/* ---- exits ---- */

static void vqc_split_eoi(struct vqc_vcpu *v)
{
	struct vqc_fabric *f = v->vm->fabric;
	u8 vector = READ_ONCE(v->run->eoi.vector);

	vqc_obs_eoi(f, &v->cpu, VQC_CHIP_LAPIC, VQC_NO_PIN, vector);
	vqc_pit_eoi(f, vector);
	vqc_edge_eoi(f, vector);
	vqc_ioapic_broadcast_eoi(f, vector);
	/* A level whose vector was pending for another may be taken now. */
	vqc_ioapic_offer_again(f);
}

static bool vqc_split_mmio_exit(struct vqc_vcpu *v)
{
	if (!vqc_vcpu_mmio_exit(v))
		return false;
	vqc_split_sync(v->vm->split);
	return true;
}

/* Return: true if the exit was handled and the loop goes on. */
static bool vqc_split_handle_exit(struct vqc_vcpu *v)
{
	switch (READ_ONCE(v->run->exit_reason)) {
	case KVM_EXIT_MMIO:
		return vqc_split_mmio_exit(v);
	case KVM_EXIT_IO:
		return vqc_vcpu_pio_exit(v);
	case KVM_EXIT_IOAPIC_EOI:
		vqc_split_eoi(v);
		return true;
	case KVM_EXIT_IRQ_WINDOW_OPEN:
		return true;
	default:
		return false;
	}
}

/* ---- the loop ---- */

static long vqc_split_enter(struct vqc_vcpu *v)
{
	struct kvm_run *run = v->run;
	long ret = 0;

	WRITE_ONCE(run->request_interrupt_window, 0);
	vqc_vcpu_set_mode(v, VQC_RUN_IN_KVM);
	if (!vqc_cpu_quiet(&v->cpu))
		ret = vqc_inject_pending(&v->cpu);
	/* Halted, KVM would sleep on what only we know of. */
	if (v->unasked && READ_ONCE(run->request_interrupt_window))
		vqc_vcpu_interrupt(v);
	v->unasked = false;
	/* KVM opens no window while it has one: let it look a second time. */
	if (ret > 0 && READ_ONCE(run->request_interrupt_window))
		set_thread_flag(TIF_NOTIFY_RESUME);
	if (likely(ret >= 0))
		ret = v->real_ioctl(v->real, KVM_RUN, 0);
	vqc_vcpu_leave_kvm(v);
	v->ready = READ_ONCE(run->ready_for_interrupt_injection);
	return ret;
}

static long vqc_split_loop(struct vqc_vcpu *v)
{
	struct vqc_split *section;
	bool handled;
	long ret;

	for (;;) {
		ret = vqc_split_enter(v);
		if (unlikely(ret)) {
			if (ret == -EINTR && vqc_vcpu_was_kicked(v))
				continue;
			return ret;
		}
		section = vqc_split_begin(v->vm);
		handled = vqc_split_handle_exit(v);
		vqc_split_end(section);
		if (!handled)
			return 0;
	}
}

long vqc_split_run(void *object, unsigned int cmd, unsigned long arg)
{
	struct vqc_vcpu *v = object;
	long ret;

	if (arg)
		return -EINVAL;
	vqc_vcpu_set_task(v);
	/* The VMM may have changed anything since. */
	v->ready = false;
	v->unasked = true;
	vqc_vcpu_set_in_run(v, true);
	ret = vqc_split_loop(v);
	vqc_vcpu_set_in_run(v, false);
	v->run->ready_for_interrupt_injection = 1;
	v->run->request_interrupt_window = 0;
	return ret;
}
