// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID: what KVM can do only with a local APIC of its own is hidden from the
 * guest, where KVM is asked what it supports and where a VMM sets it.
 */
#include <linux/kvm.h>
#include <linux/uaccess.h>
#include <asm/processor.h>
#include <asm/kvm_para.h>

#include "front.h"

/* KVM takes no more. */
#define VQC_MAX_CPUID		256u

#define VQC_CPUID_ECX_VMX		BIT(5)
#define VQC_CPUID_ECX_TSC_DEADLINE	BIT(24)
#define VQC_CPUID_EXT_ECX_SVM		BIT(2)
#define VQC_CPUID_EXT_ECX_PERFCTR	BIT(23)

/* Paravirtual features that KVM runs on its own LAPIC. */
#define VQC_KVM_FEATURES	(BIT(KVM_FEATURE_ASYNC_PF) | \
				 BIT(KVM_FEATURE_PV_EOI) | \
				 BIT(KVM_FEATURE_PV_UNHALT) | \
				 BIT(KVM_FEATURE_ASYNC_PF_VMEXIT) | \
				 BIT(KVM_FEATURE_PV_SEND_IPI) | \
				 BIT(KVM_FEATURE_PV_SCHED_YIELD) | \
				 BIT(KVM_FEATURE_ASYNC_PF_INT))

/* Bits of a leaf that the guest does not see. */
static const struct vqc_cpuid_mask {
	u32 function;
	u32 eax, ebx, ecx, edx;
} vqc_cpuid_masks[] = {
	/* An L2 guest would get interrupts that L1 should intercept. */
	{ .function = 0x1, .ecx = VQC_CPUID_ECX_VMX },
	{ .function = 0x80000001, .ecx = VQC_CPUID_EXT_ECX_SVM |
					 VQC_CPUID_EXT_ECX_PERFCTR },
	{ .function = 0x8000000a, .eax = ~0u, .ebx = ~0u, .edx = ~0u },
	/* KVM drops the interrupts of its virtual PMU. */
	{ .function = 0xa, .eax = ~0u, .ebx = ~0u, .ecx = ~0u, .edx = ~0u },
	{ .function = 0x80000022, .eax = ~0u, .ebx = ~0u, .ecx = ~0u },
	{ .function = KVM_CPUID_FEATURES, .eax = VQC_KVM_FEATURES },
	/* The same leaf where Hyper-V's leaves come first. */
	{ .function = KVM_CPUID_FEATURES + 0x100, .eax = VQC_KVM_FEATURES },
};

/*
 * A write of IA32_TSC_DEADLINE must be trapped. On Intel KVM's fast path takes
 * it before any filter, and without a LAPIC of KVM's own it is lost.
 */
bool vqc_kvm_tsc_deadline_traps(void)
{
	return VQC_KVM_AMD_TRAPS_TSC_DEADLINE &&
	       (boot_cpu_data.x86_vendor == X86_VENDOR_AMD ||
		boot_cpu_data.x86_vendor == X86_VENDOR_HYGON);
}

static void vqc_cpuid_hide(struct kvm_cpuid_entry2 *e)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vqc_cpuid_masks); i++) {
		const struct vqc_cpuid_mask *m = &vqc_cpuid_masks[i];

		if (e->function != m->function)
			continue;
		e->eax &= ~m->eax;
		e->ebx &= ~m->ebx;
		e->ecx &= ~m->ecx;
		e->edx &= ~m->edx;
	}
	if (e->function == 0x1 && !vqc_kvm_tsc_deadline_traps())
		e->ecx &= ~VQC_CPUID_ECX_TSC_DEADLINE;
}

long vqc_kvm_get_supported_cpuid(struct file *real, unsigned int cmd,
				 unsigned long arg)
{
	struct kvm_cpuid2 __user *user = (void __user *)arg;
	struct kvm_cpuid_entry2 e;
	long ret = vqc_real_ioctl(real, cmd, arg);
	u32 i, nr;

	if (ret)
		return ret;
	if (get_user(nr, &user->nent))
		return -EFAULT;
	for (i = 0; i < min(nr, VQC_MAX_CPUID); i++) {
		if (copy_from_user(&e, &user->entries[i], sizeof(e)))
			return -EFAULT;
		vqc_cpuid_hide(&e);
		if (copy_to_user(&user->entries[i], &e, sizeof(e)))
			return -EFAULT;
	}
	return 0;
}

static void vqc_vcpu_note_cpuid(struct vqc_vcpu *v,
				const struct kvm_cpuid_entry2 *e)
{
	u32 bits = e->eax & 0xff;

	if (e->function == 0x1) {
		v->signature = e->eax;
		vqc_user_note_cpuid(v, e->ecx);
	} else if (e->function == 0x80000008 && bits >= 32 && bits <= 52) {
		v->maxphyaddr = bits;
	}
}

/* Hand KVM the entries that are in the scratch pages. */
static long vqc_vcpu_load_cpuid(struct vqc_vcpu *v, u32 nent)
{
	struct kvm_cpuid2 *out = v->scratch.kernel;
	long ret;
	u32 i;

	BUILD_BUG_ON(struct_size(out, entries, VQC_MAX_CPUID) >
		     VQC_SCRATCH_SIZE);
	out->nent = nent;
	out->padding = 0;
	for (i = 0; i < nent; i++)
		vqc_cpuid_hide(&out->entries[i]);
	ret = vqc_real_ioctl(v->real, KVM_SET_CPUID2, v->scratch.user);
	for (i = 0; i < nent && !ret; i++)
		vqc_vcpu_note_cpuid(v, &out->entries[i]);
	return ret;
}

long vqc_vcpu_set_cpuid2(void *object, unsigned int cmd, unsigned long arg)
{
	struct kvm_cpuid2 __user *user = (void __user *)arg;
	struct vqc_vcpu *v = object;
	struct kvm_cpuid2 *out = v->scratch.kernel;
	u32 nent;

	if (get_user(nent, &user->nent))
		return -EFAULT;
	if (nent > VQC_MAX_CPUID)
		return -E2BIG;
	if (copy_from_user(out->entries, user->entries,
			   array_size(sizeof(*out->entries), nent)))
		return -EFAULT;
	return vqc_vcpu_load_cpuid(v, nent);
}

/* The older call: its entries have no index, and KVM takes them as index 0. */
long vqc_vcpu_set_cpuid(void *object, unsigned int cmd, unsigned long arg)
{
	struct kvm_cpuid __user *user = (void __user *)arg;
	struct vqc_vcpu *v = object;
	struct kvm_cpuid2 *out = v->scratch.kernel;
	struct kvm_cpuid_entry e;
	u32 i, nent;

	if (get_user(nent, &user->nent))
		return -EFAULT;
	if (nent > VQC_MAX_CPUID)
		return -E2BIG;
	for (i = 0; i < nent; i++) {
		if (copy_from_user(&e, &user->entries[i], sizeof(e)))
			return -EFAULT;
		out->entries[i] = (struct kvm_cpuid_entry2){
			.function = e.function,
			.eax = e.eax,
			.ebx = e.ebx,
			.ecx = e.ecx,
			.edx = e.edx,
		};
	}
	return vqc_vcpu_load_cpuid(v, nent);
}
