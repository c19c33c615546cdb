// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSRs: x2APIC registers and IA32_TSC_DEADLINE.
 *
 * Without a LAPIC of its own KVM fails every access to an x2APIC register, and
 * that failure can be had as an exit (KVM_MSR_EXIT_REASON_INVAL); those MSRs
 * cannot be filtered. A write of IA32_TSC_DEADLINE on the other hand would be
 * lost without a word, so it is filtered. What the VMM asked for itself stays
 * in force beside this, and accesses it did not ask for end as they would have:
 * in #GP.
 */
#include <linux/kvm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/kvm_para.h>
#include <asm/msr-index.h>

#include "front.h"
#include "record.h"

/* KVM takes fewer. */
#define VQC_MAX_MSRS		256u

/* KVM's limit of a range's bitmap; the header keeps it for itself. */
#define VQC_FILTER_BITMAP	0x600u

/**
 * struct vqc_msr_filter - a filter as the VMM set it, with copies of its bitmaps
 * @filter: flags and ranges; the bitmap pointers are not used
 * @bitmap: the bitmap of each range
 */
struct vqc_msr_filter {
	struct kvm_msr_filter filter;
	u8 bitmap[KVM_MSR_FILTER_MAX_RANGES][VQC_FILTER_BITMAP];
};

static size_t vqc_filter_bitmap_bytes(const struct kvm_msr_filter_range *range)
{
	return BITS_TO_LONGS(range->nmsrs) * sizeof(long);
}

/* ---- the filter ---- */

/* Place a range and its bitmap into the scratch pages that KVM reads. */
static void vqc_filter_put_range(struct vqc_vm *vm, unsigned int slot,
				 const struct kvm_msr_filter_range *range,
				 const void *bitmap, size_t *offset)
{
	struct kvm_msr_filter *out = vm->scratch.kernel;
	size_t bytes = vqc_filter_bitmap_bytes(range);

	out->ranges[slot] = *range;
	out->ranges[slot].bitmap = (__u8 *)(vm->scratch.user + *offset);
	memcpy(vm->scratch.kernel + *offset, bitmap, bytes);
	*offset += bytes;
}

/*
 * Ours comes first, because the first range that holds an MSR decides. A clear
 * bit denies.
 */
static int vqc_vm_write_filter(struct vqc_vm *vm)
{
	static const struct kvm_msr_filter_range ours = {
		.flags = KVM_MSR_FILTER_READ | KVM_MSR_FILTER_WRITE,
		.base = MSR_IA32_TSC_DEADLINE,
		.nmsrs = 1,
	};
	struct kvm_msr_filter *out = vm->scratch.kernel;
	size_t offset = ALIGN(sizeof(*out), sizeof(long));
	unsigned int i, slot = 0;
	const long deny = 0;

	memset(out, 0, sizeof(*out));
	vqc_filter_put_range(vm, slot++, &ours, &deny, &offset);
	if (!vm->filter)
		return 0;

	out->flags = vm->filter->filter.flags;
	for (i = 0; i < KVM_MSR_FILTER_MAX_RANGES; i++) {
		const struct kvm_msr_filter_range *range =
			&vm->filter->filter.ranges[i];

		if (!range->nmsrs)
			continue;
		if (slot == KVM_MSR_FILTER_MAX_RANGES)
			return -ENOSPC;
		vqc_filter_put_range(vm, slot++, range, vm->filter->bitmap[i],
				     &offset);
	}
	return 0;
}

static int vqc_vm_apply_filter(struct vqc_vm *vm)
{
	int ret;

	if (!vm->tsc_deadline)
		return 0;
	ret = vqc_vm_write_filter(vm);
	if (ret)
		return ret;
	return vqc_real_ioctl(vm->real, KVM_X86_SET_MSR_FILTER,
			      vm->scratch.user);
}

int vqc_vm_apply_msr_settings(struct vqc_vm *vm)
{
	u64 reasons = vm->user_msr_mask | KVM_MSR_EXIT_REASON_INVAL |
		      (vm->tsc_deadline ? KVM_MSR_EXIT_REASON_FILTER : 0);
	int ret = vqc_scratch_enable_cap(&vm->scratch, vm->real,
					 KVM_CAP_X86_USER_SPACE_MSR, reasons);

	if (ret)
		return ret;
	return vqc_vm_apply_filter(vm);
}

int vqc_vm_switch_pmu_off(struct vqc_vm *vm)
{
	int ret = vqc_scratch_enable_cap(&vm->scratch, vm->real,
					 KVM_CAP_PMU_CAPABILITY,
					 KVM_PMU_CAP_DISABLE);

	/* So KVM says when it has none. */
	return ret == -EINVAL ? 0 : ret;
}

/* Bad values are left for KVM to refuse; only what is used here is checked. */
static struct vqc_msr_filter *vqc_filter_copy(unsigned long arg)
{
	struct vqc_msr_filter *copy = kvzalloc(sizeof(*copy),
					       GFP_KERNEL_ACCOUNT);
	unsigned int i;

	if (!copy)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(&copy->filter, (void __user *)arg,
			   sizeof(copy->filter)))
		goto fault;
	for (i = 0; i < KVM_MSR_FILTER_MAX_RANGES; i++) {
		struct kvm_msr_filter_range *range = &copy->filter.ranges[i];
		size_t bytes = vqc_filter_bitmap_bytes(range);

		if (bytes > VQC_FILTER_BITMAP) {
			kvfree(copy);
			return ERR_PTR(-EINVAL);
		}
		if (copy_from_user(copy->bitmap[i],
				   (void __user *)range->bitmap, bytes))
			goto fault;
	}
	return copy;

fault:
	kvfree(copy);
	return ERR_PTR(-EFAULT);
}

long vqc_vm_set_msr_filter(struct vqc_vm *vm, unsigned long arg)
{
	struct vqc_msr_filter *new = vqc_filter_copy(arg), *old = vm->filter;
	long ret;

	if (IS_ERR(new))
		return PTR_ERR(new);
	vm->filter = new;
	if (vm->fabric && vm->tsc_deadline)
		ret = vqc_vm_apply_filter(vm);
	else
		ret = vqc_real_ioctl(vm->real, KVM_X86_SET_MSR_FILTER, arg);
	if (ret)
		swap(vm->filter, old);
	kvfree(ret ? new : old);
	return ret;
}

/* ---- exits ---- */

u64 vqc_vcpu_read_tsc(struct vqc_cpu *cpu)
{
	struct vqc_vcpu *v = container_of(cpu, struct vqc_vcpu, cpu);
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} *msrs = v->scratch.kernel;

	memset(msrs, 0, sizeof(*msrs));
	msrs->head.nmsrs = 1;
	msrs->entry.index = MSR_IA32_TSC;
	if (vqc_real_ioctl(v->real, KVM_GET_MSRS, v->scratch.user) != 1)
		return 0;
	return READ_ONCE(msrs->entry.data);
}

static void vqc_vcpu_write_tsc_deadline(struct vqc_vcpu *v, u64 val)
{
	struct vqc_clock clock;
	unsigned long flags;
	VQC_DEFINE_FX(fx);

	vqc_cpu_clock(&v->cpu, &clock);
	raw_spin_lock_irqsave(&v->cpu.lock, flags);
	vqc_rec_lapic_tsc_deadline(&v->cpu, val, &clock, &fx);
	raw_spin_unlock_irqrestore(&v->cpu.lock, flags);
	vqc_drain_lapic(&v->cpu, &fx);
}

static bool vqc_is_x2apic_msr(u32 msr)
{
	return msr >= VQC_X2APIC_MSR_FIRST && msr <= VQC_X2APIC_MSR_LAST;
}

bool vqc_vcpu_msr_exit(struct vqc_vcpu *v, bool write)
{
	struct kvm_run *run = v->run;
	u32 reason = READ_ONCE(run->msr.reason);
	u32 msr = READ_ONCE(run->msr.index);
	u64 data = write ? READ_ONCE(run->msr.data) : 0;
	int ret = -EINVAL;

	if (vqc_is_x2apic_msr(msr) && reason == KVM_MSR_EXIT_REASON_INVAL) {
		ret = write ? vqc_cpu_msr_write(&v->cpu, msr, data) :
			      vqc_cpu_msr_read(&v->cpu, msr, &data);
	} else if (msr == MSR_IA32_TSC_DEADLINE && v->vm->tsc_deadline) {
		if (write)
			vqc_vcpu_write_tsc_deadline(v, data);
		else
			data = vqc_lapic_tsc_deadline_read(&v->cpu.lapic);
		ret = 0;
	} else if (READ_ONCE(v->vm->user_msr_mask) & reason) {
		return false;
	}

	if (!write && !ret)
		run->msr.data = data;
	run->msr.error = !!ret;
	return true;
}

/* ---- the VMM's accesses ---- */

static bool vqc_msr_is_ours(u32 msr)
{
	return vqc_is_x2apic_msr(msr) || msr == MSR_KVM_ASYNC_PF_INT;
}

static u32 vqc_msrs_before_ours(const struct kvm_msr_entry *e, u32 nr)
{
	u32 i;

	for (i = 0; i < nr && !vqc_msr_is_ours(e[i].index); i++)
		;
	return i;
}

/*
 * KVM reads their number where the VMM can write to it.
 * Return: how many of them KVM took, at most @nr, or its errno.
 */
static long vqc_vcpu_real_msrs(struct vqc_vcpu *v, unsigned int cmd,
			       struct kvm_msr_entry *e, u32 nr)
{
	struct kvm_msrs *msrs = v->scratch.kernel;
	size_t bytes = array_size(sizeof(*e), nr);
	long done;

	BUILD_BUG_ON(struct_size(msrs, entries, VQC_MAX_MSRS) >
		     VQC_SCRATCH_SIZE);
	msrs->nmsrs = nr;
	msrs->pad = 0;
	memcpy(msrs->entries, e, bytes);
	done = vqc_real_ioctl(v->real, cmd, v->scratch.user);
	if (cmd == KVM_GET_MSRS)
		memcpy(e, msrs->entries, bytes);
	return min_t(long, done, nr);
}

/* What KVM has read or written is ours, too. */
static void vqc_vcpu_follow_msr(struct vqc_vcpu *v, unsigned int cmd,
				struct kvm_msr_entry *e)
{
	if (cmd == KVM_GET_MSRS) {
		if (e->index == MSR_IA32_TSC_DEADLINE)
			e->data = vqc_lapic_tsc_deadline_read(&v->cpu.lapic);
	} else if (e->index == MSR_IA32_TSC_DEADLINE) {
		vqc_vcpu_write_tsc_deadline(v, e->data);
	} else if (e->index == MSR_IA32_APICBASE) {
		vqc_vcpu_sync_base(v, e->data);
	}
}

/*
 * The vector of asynchronous page faults, which the guest is not offered. The
 * MSR is in KVM's list of those to save, and without a LAPIC KVM would not even
 * take back the 0 that it gave.
 */
static int vqc_async_pf_int_msr(unsigned int cmd, struct kvm_msr_entry *e)
{
	if (cmd == KVM_SET_MSRS)
		return e->data ? -EINVAL : 0;
	e->data = 0;
	return 0;
}

static int vqc_vcpu_own_msr(struct vqc_vcpu *v, unsigned int cmd,
			    struct kvm_msr_entry *e)
{
	if (e->index == MSR_KVM_ASYNC_PF_INT)
		return vqc_async_pf_int_msr(cmd, e);
	/* As by the guest: KVM makes no difference for a LAPIC of its own. */
	return cmd == KVM_GET_MSRS ?
	       vqc_cpu_msr_read(&v->cpu, e->index, &e->data) :
	       vqc_cpu_msr_write(&v->cpu, e->index, e->data);
}

/*
 * In their order, as one may depend on another: the mode in IA32_APIC_BASE comes
 * before the registers of that mode. The first that fails is the last.
 */
static long vqc_vcpu_do_msrs(struct vqc_vcpu *v, unsigned int cmd,
			     struct kvm_msr_entry *e, u32 nr)
{
	u32 i, part, done = 0;
	long ret;

	while (done < nr) {
		part = vqc_msrs_before_ours(e + done, nr - done);
		if (!part) {
			if (vqc_vcpu_own_msr(v, cmd, e + done))
				break;
			done++;
			continue;
		}
		ret = vqc_vcpu_real_msrs(v, cmd, e + done, part);
		if (ret < 0)
			return ret;
		for (i = 0; i < ret; i++)
			vqc_vcpu_follow_msr(v, cmd, e + done + i);
		done += ret;
		if (ret < part)
			break;
	}
	return done;
}

long vqc_vcpu_msrs(void *object, unsigned int cmd, unsigned long arg)
{
	struct kvm_msrs __user *user = (void __user *)arg;
	struct kvm_msr_entry *entries;
	u32 nr;
	long ret;

	if (get_user(nr, &user->nmsrs))
		return -EFAULT;
	if (nr >= VQC_MAX_MSRS)
		return -E2BIG;
	entries = memdup_user(user->entries, array_size(sizeof(*entries), nr));
	if (IS_ERR(entries))
		return PTR_ERR(entries);
	ret = vqc_vcpu_do_msrs(object, cmd, entries, nr);
	if (ret >= 0 && cmd == KVM_GET_MSRS &&
	    copy_to_user(user->entries, entries,
			 array_size(sizeof(*entries), nr)))
		ret = -EFAULT;
	kfree(entries);
	return ret;
}
