// SPDX-License-Identifier: GPL-2.0-only
/*
 * INIT and SIPI: what KVM does for its own LAPIC only.
 *
 * The register state after INIT is that of SDM vol. 3, table 9-1 (INIT column);
 * SIPI starts the CPU in real mode at page vector * 4 KiB (SDM vol. 3, 8.4.4).
 */
#include <linux/kernel.h>
#include <linux/kvm.h>
#include <linux/string.h>
#include <asm/processor-flags.h>

#include "front.h"
#include "record.h"

#define VQC_REAL_LIMIT		0xffffu
#define VQC_SEG_DATA		0x3	/* read/write, accessed */
#define VQC_SEG_CODE		0xb	/* execute/read, accessed */
#define VQC_SEG_LDT		0x2
#define VQC_SEG_BUSY_TSS	0xb
#define VQC_RESET_CS		0xf000
#define VQC_RESET_CS_BASE	0xffff0000u
#define VQC_RESET_IP		0xfff0
#define VQC_DR6_RESET		0xffff0ff0u
#define VQC_DR7_RESET		0x400u

static struct kvm_segment vqc_real_segment(u8 type, bool system)
{
	return (struct kvm_segment){
		.limit = VQC_REAL_LIMIT,
		.type = type,
		.present = 1,
		.s = !system,
	};
}

/* CR0.CD and NW survive INIT; KVM's other registers are read to keep them. */
static int vqc_vcpu_reset_sregs(struct vqc_vcpu *v, u16 cs, u64 cs_base)
{
	struct kvm_sregs *s = v->scratch.kernel;
	u64 kept;
	int ret;

	ret = vqc_real_ioctl(v->real, KVM_GET_SREGS, v->scratch.user);
	if (ret)
		return ret;

	kept = s->cr0 & (X86_CR0_CD | X86_CR0_NW);
	s->cr0 = X86_CR0_ET | kept;
	s->cr2 = 0;
	s->cr3 = 0;
	s->cr4 = 0;
	s->cr8 = 0;
	s->efer = 0;
	s->cs = vqc_real_segment(VQC_SEG_CODE, false);
	s->cs.selector = cs;
	s->cs.base = cs_base;
	s->ds = vqc_real_segment(VQC_SEG_DATA, false);
	s->es = s->ds;
	s->fs = s->ds;
	s->gs = s->ds;
	s->ss = s->ds;
	s->tr = vqc_real_segment(VQC_SEG_BUSY_TSS, true);
	s->ldt = vqc_real_segment(VQC_SEG_LDT, true);
	s->gdt = (struct kvm_dtable){ .limit = VQC_REAL_LIMIT };
	s->idt = s->gdt;
	s->apic_base = v->cpu.lapic.base;
	memset(s->interrupt_bitmap, 0, sizeof(s->interrupt_bitmap));
	return vqc_real_ioctl(v->real, KVM_SET_SREGS, v->scratch.user);
}

static int vqc_vcpu_reset_regs(struct vqc_vcpu *v, u64 rip)
{
	struct kvm_regs *r = v->scratch.kernel;

	memset(r, 0, sizeof(*r));
	r->rflags = X86_EFLAGS_FIXED;
	r->rip = rip;
	r->rdx = v->signature;
	return vqc_real_ioctl(v->real, KVM_SET_REGS, v->scratch.user);
}

static int vqc_vcpu_reset_debugregs(struct vqc_vcpu *v)
{
	struct kvm_debugregs *d = v->scratch.kernel;

	memset(d, 0, sizeof(*d));
	d->dr6 = VQC_DR6_RESET;
	d->dr7 = VQC_DR7_RESET;
	return vqc_real_ioctl(v->real, KVM_SET_DEBUGREGS, v->scratch.user);
}

static int vqc_vcpu_reset_events(struct vqc_vcpu *v)
{
	struct kvm_vcpu_events *e = v->scratch.kernel;

	memset(e, 0, sizeof(*e));
	e->flags = KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SHADOW;
	return vqc_real_ioctl(v->real, KVM_SET_VCPU_EVENTS, v->scratch.user);
}

static int vqc_vcpu_reset(struct vqc_vcpu *v, u16 cs, u64 cs_base, u64 rip)
{
	int ret = vqc_vcpu_reset_sregs(v, cs, cs_base);

	if (!ret)
		ret = vqc_vcpu_reset_regs(v, rip);
	if (!ret)
		ret = vqc_vcpu_reset_debugregs(v);
	if (!ret)
		ret = vqc_vcpu_reset_events(v);
	v->ready = false;
	return ret;
}

void vqc_vcpu_set_state(struct vqc_vcpu *v, u32 mp_state)
{
	struct vqc_rec_hold hold = vqc_rec_lapic_hold(&v->cpu);

	v->mp_state = mp_state;
	v->cpu.lapic.wait_sipi = mp_state == KVM_MP_STATE_UNINITIALIZED ||
				 mp_state == KVM_MP_STATE_INIT_RECEIVED;
	vqc_rec_lapic_loaded(&v->cpu, hold);
}

static int vqc_vcpu_take_init(struct vqc_vcpu *v)
{
	unsigned long flags;
	int ret;
	VQC_DEFINE_FX(fx);

	raw_spin_lock_irqsave(&v->cpu.lock, flags);
	vqc_rec_lapic_init(&v->cpu, &fx);
	raw_spin_unlock_irqrestore(&v->cpu.lock, flags);
	vqc_drain_lapic(&v->cpu, &fx);

	ret = vqc_vcpu_reset(v, VQC_RESET_CS, VQC_RESET_CS_BASE, VQC_RESET_IP);
	/* The boot processor starts at the reset vector at once. */
	v->mp_state = v->cpu.lapic.wait_sipi ?
			KVM_MP_STATE_INIT_RECEIVED : KVM_MP_STATE_RUNNABLE;
	return ret;
}

static int vqc_vcpu_take_sipi(struct vqc_vcpu *v)
{
	u8 page = READ_ONCE(v->cpu.lapic.sipi_vector);
	int ret;

	if (v->mp_state != KVM_MP_STATE_INIT_RECEIVED) {
		vqc_count(v->cpu.fabric, VQC_WHY_SIPI_IGNORED);
		return 0;
	}
	ret = vqc_vcpu_reset(v, page << 8, (u64)page << 12, 0);
	vqc_vcpu_set_state(v, KVM_MP_STATE_RUNNABLE);
	return ret;
}

int vqc_vcpu_take_events(struct vqc_vcpu *v)
{
	int ret = 0;

	/* SDM vol. 3, 32.3.1: INIT is latched until RSM; nobody waits for SIPI. */
	if (unlikely(v->smm)) {
		if (vqc_rec_lapic_take(&v->cpu, VQC_EV_SIPI))
			vqc_count(v->cpu.fabric, VQC_WHY_SIPI_IGNORED);
		return 0;
	}
	if (vqc_rec_lapic_take(&v->cpu, VQC_EV_INIT))
		ret = vqc_vcpu_take_init(v);
	if (!ret && vqc_rec_lapic_take(&v->cpu, VQC_EV_SIPI))
		ret = vqc_vcpu_take_sipi(v);
	return ret;
}
