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

/* Hyper-V's enlightenments that KVM runs on its own LAPIC. */
#define VQC_HYPERV_INTERFACE		0x40000001
#define VQC_HYPERV_SIGNATURE		0x31237648	/* "Hv#1" */
#define VQC_HYPERV_FEATURES		0x40000003
#define VQC_HYPERV_EAX_SYNIC		BIT(2)
#define VQC_HYPERV_EAX_SYNTIMER		BIT(3)
#define VQC_HYPERV_EAX_APIC_MSRS	BIT(4)
#define VQC_HYPERV_EDX_DIRECT_TIMER	BIT(19)
#define VQC_HYPERV_ADVICE		0x40000004
#define VQC_HYPERV_EAX_USE_APIC_MSRS	BIT(3)
#define VQC_HYPERV_EAX_USE_IPI		BIT(10)

/* Several hypervisors can show their leaves at a time, each from another base. */
#define VQC_CPUID_BASE_MASK	0xffff00ff

enum vqc_cpuid_owner {
	VQC_CPUID_OF_CPU,
	VQC_CPUID_OF_KVM,
	VQC_CPUID_OF_HYPERV,
};

/**
 * struct vqc_hypervisors - who shows leaves to the guest
 * @kvm: where KVM's begin; 0: nowhere
 * @hyperv: Hyper-V's are at 0x40000000
 */
struct vqc_hypervisors {
	u32 kvm;
	bool hyperv;
};

/* Bits of a leaf that the guest does not see; KVM's are given at its first base. */
static const struct vqc_cpuid_mask {
	enum vqc_cpuid_owner owner;
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
	{ VQC_CPUID_OF_KVM, KVM_CPUID_FEATURES, .eax = VQC_KVM_FEATURES },
	{ VQC_CPUID_OF_HYPERV, VQC_HYPERV_FEATURES,
	  .eax = VQC_HYPERV_EAX_SYNIC | VQC_HYPERV_EAX_SYNTIMER |
		 VQC_HYPERV_EAX_APIC_MSRS,
	  .edx = VQC_HYPERV_EDX_DIRECT_TIMER },
	{ VQC_CPUID_OF_HYPERV, VQC_HYPERV_ADVICE,
	  .eax = VQC_HYPERV_EAX_USE_APIC_MSRS | VQC_HYPERV_EAX_USE_IPI },
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

static bool vqc_cpuid_is_kvm_base(const struct kvm_cpuid_entry2 *e)
{
	const u32 signature[] = { e->ebx, e->ecx, e->edx };

	return (e->function & VQC_CPUID_BASE_MASK) == KVM_CPUID_SIGNATURE &&
	       !memcmp(signature, KVM_SIGNATURE, sizeof(signature));
}

/* As KVM finds them: itself at the lowest base, Hyper-V at the first alone. */
static struct vqc_hypervisors
vqc_cpuid_hypervisors(const struct kvm_cpuid_entry2 *e, u32 nr)
{
	struct vqc_hypervisors who = {};

	for (; nr; nr--, e++) {
		if (vqc_cpuid_is_kvm_base(e) &&
		    (!who.kvm || e->function < who.kvm))
			who.kvm = e->function;
		if (e->function == VQC_HYPERV_INTERFACE &&
		    e->eax == VQC_HYPERV_SIGNATURE)
			who.hyperv = true;
	}
	return who;
}

/* The leaf that @m is for; 0: @who shows none. */
static u32 vqc_cpuid_masked_leaf(const struct vqc_cpuid_mask *m,
				 const struct vqc_hypervisors *who)
{
	switch (m->owner) {
	case VQC_CPUID_OF_KVM:
		return who->kvm ?
		       m->function - KVM_CPUID_SIGNATURE + who->kvm : 0;
	case VQC_CPUID_OF_HYPERV:
		return who->hyperv ? m->function : 0;
	default:
		return m->function;
	}
}

static void vqc_cpuid_hide(struct kvm_cpuid_entry2 *e,
			   const struct vqc_hypervisors *who)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vqc_cpuid_masks); i++) {
		const struct vqc_cpuid_mask *m = &vqc_cpuid_masks[i];

		if (!e->function ||
		    e->function != vqc_cpuid_masked_leaf(m, who))
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
	/* Whose leaves it gives is in the name of the call. */
	const struct vqc_hypervisors who = {
		.kvm = cmd == KVM_GET_SUPPORTED_CPUID ? KVM_CPUID_SIGNATURE : 0,
		.hyperv = cmd == KVM_GET_SUPPORTED_HV_CPUID,
	};
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
		vqc_cpuid_hide(&e, &who);
		if (copy_to_user(&user->entries[i], &e, sizeof(e)))
			return -EFAULT;
	}
	return 0;
}

long vqc_vcpu_get_supported_hv_cpuid(void *object, unsigned int cmd,
				     unsigned long arg)
{
	struct vqc_vcpu *v = object;

	return vqc_kvm_get_supported_cpuid(v->real, cmd, arg);
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
	const struct vqc_hypervisors who =
		vqc_cpuid_hypervisors(out->entries, nent);
	long ret;
	u32 i;

	BUILD_BUG_ON(struct_size(out, entries, VQC_MAX_CPUID) >
		     VQC_SCRATCH_SIZE);
	out->nent = nent;
	out->padding = 0;
	for (i = 0; i < nent; i++)
		vqc_cpuid_hide(&out->entries[i], &who);
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
