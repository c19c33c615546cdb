// SPDX-License-Identifier: GPL-2.0-only
/*
 * What KVM holds for a vCPU beside interrupts: exceptions, NMI, SMI and SMM, and
 * the debugger's wish that nothing be injected.
 *
 * INIT and SIPI are ours. KVM's structure has a place for an INIT that is
 * latched in SMM (SDM vol. 3, 32.3.1); it is filled in and read here.
 */
#include <linux/kvm.h>
#include <linux/uaccess.h>

#include "front.h"
#include "record.h"

/* Of the vCPU; the scratch page holds it until the next ioctl. NULL: none. */
static const struct kvm_vcpu_events *vqc_vcpu_read_events(struct vqc_vcpu *v)
{
	if (v->real_ioctl(v->real, KVM_GET_VCPU_EVENTS, v->scratch.user))
		return NULL;
	return v->scratch.kernel;
}

bool vqc_vcpu_event_pending(struct vqc_vcpu *v)
{
	const struct kvm_vcpu_events *e = vqc_vcpu_read_events(v);

	if (!e)
		return false;
	return e->exception.injected || e->exception.pending ||
	       e->nmi.injected || (e->nmi.pending && !e->nmi.masked) ||
	       (e->smi.pending && !e->smi.smm);
}

enum vqc_why vqc_vcpu_no_window_cause(struct vqc_vcpu *v)
{
	const struct kvm_vcpu_events *e = vqc_vcpu_read_events(v);

	if (!e)
		return VQC_WHY_CPU_BUSY;
	if (e->interrupt.shadow)
		return VQC_WHY_CPU_SHADOW;
	if (e->exception.injected || e->exception.pending || e->nmi.injected ||
	    e->nmi.pending || e->smi.pending || e->interrupt.injected)
		return VQC_WHY_CPU_EVENT;
	return VQC_WHY_CPU_BUSY;
}

bool vqc_vcpu_init_blocked(struct vqc_vcpu *v)
{
	const struct kvm_vcpu_events *e = vqc_vcpu_read_events(v);

	return test_bit(VQC_EV_SMI, &v->cpu.lapic.events) ||
	       (e && (e->smi.smm || e->smi.pending));
}

long vqc_vcpu_get_events(void *object, unsigned int cmd, unsigned long arg)
{
	struct kvm_vcpu_events __user *user = (void __user *)arg;
	struct vqc_vcpu *v = object;
	long ret;

	/* What the local APIC has accepted is KVM's to show. */
	ret = vqc_inject_events(&v->cpu);
	if (!ret)
		ret = vqc_real_ioctl(v->real, cmd, arg);
	if (ret)
		return ret;
	return put_user((u8)test_bit(VQC_EV_INIT, &v->cpu.lapic.events),
			&user->smi.latched_init);
}

static bool vqc_vcpu_events_valid(const struct vqc_vcpu *v,
				  const struct kvm_vcpu_events *e)
{
	/* In SMM INIT would have been latched. */
	return !(e->flags & KVM_VCPUEVENT_VALID_SMM) ||
	       !(e->smi.smm || e->smi.pending) ||
	       v->mp_state != KVM_MP_STATE_INIT_RECEIVED;
}

/* Our part of what KVM has accepted or is about to. */
static void vqc_vcpu_load_events(struct vqc_vcpu *v,
				 const struct kvm_vcpu_events *e)
{
	struct vqc_rec_hold hold = vqc_rec_lapic_hold(&v->cpu);
	struct vqc_lapic *l = &v->cpu.lapic;

	v->ready = false;
	if (e->flags & KVM_VCPUEVENT_VALID_SIPI_VECTOR)
		WRITE_ONCE(l->sipi_vector, e->sipi_vector);
	if (e->flags & KVM_VCPUEVENT_VALID_SMM) {
		v->smm = e->smi.smm;
		if (e->smi.latched_init)
			set_bit(VQC_EV_INIT, &l->events);
		else
			clear_bit(VQC_EV_INIT, &l->events);
	}
	vqc_rec_lapic_loaded(&v->cpu, hold);
}

long vqc_vcpu_set_events(void *object, unsigned int cmd, unsigned long arg)
{
	struct vqc_vcpu *v = object;
	struct kvm_vcpu_events e;
	long ret;

	if (copy_from_user(&e, (void __user *)arg, sizeof(e)))
		return -EFAULT;
	if (!vqc_vcpu_events_valid(v, &e))
		return -EINVAL;
	/* First, so that what is loaded replaces it. */
	ret = vqc_inject_events(&v->cpu);
	if (ret)
		return ret;
	memcpy(v->scratch.kernel, &e, sizeof(e));
	ret = vqc_real_ioctl(v->real, cmd, v->scratch.user);
	if (!ret)
		vqc_vcpu_load_events(v, &e);
	return ret;
}

long vqc_vcpu_set_guest_debug(void *object, unsigned int cmd, unsigned long arg)
{
	struct kvm_guest_debug debug;
	struct vqc_vcpu *v = object;
	long ret;

	if (copy_from_user(&debug, (void __user *)arg, sizeof(debug)))
		return -EFAULT;
	memcpy(v->scratch.kernel, &debug, sizeof(debug));
	ret = vqc_real_ioctl(v->real, cmd, v->scratch.user);
	if (ret)
		return ret;
	/* It may have queued an exception. */
	v->ready = false;
	v->guest_debug = debug.control & KVM_GUESTDBG_ENABLE ?
				debug.control : 0;
	return 0;
}

/*
 * The VMM's registers in kvm_run (KVM_CAP_SYNC_REGS) are loaded by KVM at the
 * begin of KVM_RUN; what of them belongs to our LAPIC is loaded here.
 */
int vqc_vcpu_load_sync_regs(struct vqc_vcpu *v)
{
	struct kvm_sync_regs *regs = &v->run->s.regs;
	u64 dirty = READ_ONCE(v->run->kvm_dirty_regs);
	struct kvm_vcpu_events e;

	/* KVM has to take them before the guest or an INIT comes. */
	v->ready = false;
	v->unfinished = true;
	/* KVM refuses them all. */
	if ((dirty | READ_ONCE(v->run->kvm_valid_regs)) &
	    ~KVM_SYNC_X86_VALID_FIELDS)
		return 0;
	if (dirty & KVM_SYNC_X86_SREGS)
		vqc_rec_lapic_set_tpr(&v->cpu,
				      (READ_ONCE(regs->sregs.cr8) & 0xf) << 4);
	if (dirty & KVM_SYNC_X86_EVENTS) {
		memcpy(&e, &regs->events, sizeof(e));
		if (!vqc_vcpu_events_valid(v, &e))
			return -EINVAL;
		vqc_vcpu_load_events(v, &e);
	}
	return 0;
}

void vqc_vcpu_store_sync_regs(struct vqc_vcpu *v)
{
	struct kvm_sync_regs *regs = &v->run->s.regs;
	u64 valid = READ_ONCE(v->run->kvm_valid_regs);

	if (valid & KVM_SYNC_X86_SREGS)
		regs->sregs.cr8 = v->cpu.lapic.tpr >> 4;
	if (valid & KVM_SYNC_X86_EVENTS)
		regs->events.smi.latched_init =
			test_bit(VQC_EV_INIT, &v->cpu.lapic.events);
}
