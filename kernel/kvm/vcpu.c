// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vCPU fd: creation, and the ioctls that concern the local APIC.
 */
#include <linux/anon_inodes.h>
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "front.h"
#include "record.h"

#define VQC_RUN_PAGES		2
#define VQC_DEFAULT_MAXPHYADDR	36

/* ---- ioctls ---- */

static long vqc_vcpu_ioctl_run(void *object, unsigned int cmd,
			       unsigned long arg)
{
	if (arg)
		return -EINVAL;
	return vqc_vcpu_run(object);
}

static long vqc_vcpu_get_mp_state(void *object, unsigned int cmd,
				  unsigned long arg)
{
	struct vqc_vcpu *v = object;
	struct kvm_mp_state state;
	int ret;

	/*
	 * INIT and SIPI have no place in what a VMM saves: they take effect.
	 * Not amid an instruction, whose end only KVM_RUN can bring.
	 */
	ret = v->unfinished ? 0 : vqc_vcpu_take_events(v);
	if (ret)
		return ret;
	state.mp_state = v->mp_state;
	if (copy_to_user((void __user *)arg, &state, sizeof(state)))
		return -EFAULT;
	return 0;
}

static long vqc_vcpu_set_mp_state(void *object, unsigned int cmd,
				  unsigned long arg)
{
	struct vqc_vcpu *v = object;
	struct kvm_mp_state state;
	struct vqc_rec_hold hold;

	if (copy_from_user(&state, (void __user *)arg, sizeof(state)))
		return -EFAULT;

	switch (state.mp_state) {
	case KVM_MP_STATE_SIPI_RECEIVED:
		if (vqc_vcpu_init_blocked(v))
			return -EINVAL;
		vqc_vcpu_set_state(v, KVM_MP_STATE_INIT_RECEIVED);
		hold = vqc_rec_lapic_hold(&v->cpu);
		set_bit(VQC_EV_SIPI, &v->cpu.lapic.events);
		vqc_rec_lapic_loaded(&v->cpu, hold);
		return 0;
	case KVM_MP_STATE_INIT_RECEIVED:
		if (vqc_vcpu_init_blocked(v))
			return -EINVAL;
		fallthrough;
	case KVM_MP_STATE_RUNNABLE:
	case KVM_MP_STATE_UNINITIALIZED:
	case KVM_MP_STATE_HALTED:
		vqc_vcpu_set_state(v, state.mp_state);
		return 0;
	default:
		return -EINVAL;
	}
}

static long vqc_vcpu_interrupt_ioctl(void *object, unsigned int cmd,
				     unsigned long arg)
{
	struct vqc_vcpu *v = object;
	struct kvm_interrupt irq;

	if (copy_from_user(&irq, (void __user *)arg, sizeof(irq)))
		return -EFAULT;
	if (irq.irq >= VQC_NR_VECTORS)
		return -EINVAL;
	/* KVM's answer when the PIC is not the VMM's. */
	if (!v->vm->user_chips)
		return -ENXIO;
	return vqc_user_extint(v, irq.irq);
}

static long vqc_vcpu_set_signal_mask(void *object, unsigned int cmd,
				     unsigned long arg)
{
	struct kvm_signal_mask __user *user = (void __user *)arg;
	struct kvm_signal_mask head;
	struct vqc_vcpu *v = object;
	sigset_t mask;
	long ret;

	ret = vqc_real_ioctl(v->real, cmd, arg);
	if (ret)
		return ret;
	if (!user) {
		v->has_sigmask = false;
		return 0;
	}
	if (copy_from_user(&head, user, sizeof(head)) ||
	    copy_from_user(&mask, user->sigset, sizeof(mask)))
		return -EFAULT;
	sigdelsetmask(&mask, sigmask(SIGKILL) | sigmask(SIGSTOP));
	v->sigmask = mask;
	v->has_sigmask = true;
	return 0;
}

/*
 * The start of struct kvm_sregs2 and struct kvm_sregs is the same up to and
 * including apic_base.
 */
static long vqc_vcpu_get_sregs(void *object, unsigned int cmd,
			       unsigned long arg)
{
	struct kvm_sregs __user *user = (void __user *)arg;
	struct vqc_vcpu *v = object;
	long ret = vqc_real_ioctl(v->real, cmd, arg);

	if (ret)
		return ret;
	return put_user((u64)v->cpu.lapic.tpr >> 4, &user->cr8);
}

static long vqc_vcpu_set_sregs(void *object, unsigned int cmd,
			       unsigned long arg)
{
	struct kvm_sregs __user *user = (void __user *)arg;
	struct vqc_vcpu *v = object;
	u64 cr8, base;
	long ret;

	ret = vqc_real_ioctl(v->real, cmd, arg);
	if (ret)
		return ret;
	v->ready = false;
	if (get_user(cr8, &user->cr8) || get_user(base, &user->apic_base))
		return -EFAULT;
	vqc_rec_lapic_set_tpr(&v->cpu, (cr8 & 0xf) << 4);
	vqc_vcpu_sync_base(v, base);
	return 0;
}

/* What KVM last said of the interrupt window may not be true after these. */
static long vqc_vcpu_set_regs(void *object, unsigned int cmd,
			      unsigned long arg)
{
	struct vqc_vcpu *v = object;

	v->ready = false;
	return vqc_real_ioctl(v->real, cmd, arg);
}

/* NMI and SMI end a halt that KVM knows nothing of. */
static long vqc_vcpu_nmi(void *object, unsigned int cmd, unsigned long arg)
{
	struct vqc_vcpu *v = object;
	long ret = vqc_real_ioctl(v->real, cmd, arg);

	if (!ret && v->mp_state == KVM_MP_STATE_HALTED)
		v->mp_state = KVM_MP_STATE_RUNNABLE;
	return ret;
}

static void vqc_vcpu_note_tsc_khz(struct vqc_vcpu *v)
{
	v->cpu.tsc_khz = max(0l, vqc_real_ioctl(v->real, KVM_GET_TSC_KHZ, 0));
}

static long vqc_vcpu_set_tsc_khz(void *object, unsigned int cmd,
				 unsigned long arg)
{
	struct vqc_vcpu *v = object;
	long ret = vqc_real_ioctl(v->real, cmd, arg);

	if (!ret)
		vqc_vcpu_note_tsc_khz(v);
	return ret;
}

/* Accepted for the VMM's sake; the guest's option ROM is never patched. */
static long vqc_vcpu_tpr_reporting(void *object, unsigned int cmd,
				   unsigned long arg)
{
	struct kvm_tpr_access_ctl ctl;

	if (copy_from_user(&ctl, (void __user *)arg, sizeof(ctl)))
		return -EFAULT;
	return ctl.flags ? -EINVAL : 0;
}

static long vqc_vcpu_set_vapic_addr(void *object, unsigned int cmd,
				    unsigned long arg)
{
	struct kvm_vapic_addr addr;

	if (copy_from_user(&addr, (void __user *)arg, sizeof(addr)))
		return -EFAULT;
	return 0;
}

static const struct vqc_kvm_call vqc_vcpu_calls[] = {
	{ KVM_RUN, vqc_vcpu_ioctl_run },
	{ KVM_SET_REGS, vqc_vcpu_set_regs },
	{ KVM_GET_VCPU_EVENTS, vqc_vcpu_get_events },
	{ KVM_SET_VCPU_EVENTS, vqc_vcpu_set_events },
	{ KVM_SET_GUEST_DEBUG, vqc_vcpu_set_guest_debug },
	{ KVM_X86_SET_MCE, vqc_vcpu_set_regs },
	{ KVM_GET_SREGS, vqc_vcpu_get_sregs },
	{ KVM_SET_SREGS, vqc_vcpu_set_sregs },
	{ KVM_GET_SREGS2, vqc_vcpu_get_sregs },
	{ KVM_SET_SREGS2, vqc_vcpu_set_sregs },
	{ KVM_GET_MSRS, vqc_vcpu_msrs },
	{ KVM_SET_MSRS, vqc_vcpu_msrs },
	{ KVM_GET_LAPIC, vqc_vcpu_get_lapic },
	{ KVM_SET_LAPIC, vqc_vcpu_set_lapic },
	{ KVM_GET_MP_STATE, vqc_vcpu_get_mp_state },
	{ KVM_SET_MP_STATE, vqc_vcpu_set_mp_state },
	{ KVM_SET_CPUID, vqc_vcpu_set_cpuid },
	{ KVM_SET_CPUID2, vqc_vcpu_set_cpuid2 },
	{ KVM_GET_SUPPORTED_HV_CPUID, vqc_vcpu_get_supported_hv_cpuid },
	{ KVM_INTERRUPT, vqc_vcpu_interrupt_ioctl },
	{ KVM_NMI, vqc_vcpu_nmi },
	{ KVM_SMI, vqc_vcpu_nmi },
	{ KVM_SET_TSC_KHZ, vqc_vcpu_set_tsc_khz },
	{ KVM_SET_SIGNAL_MASK, vqc_vcpu_set_signal_mask },
	{ KVM_TPR_ACCESS_REPORTING, vqc_vcpu_tpr_reporting },
	{ KVM_SET_VAPIC_ADDR, vqc_vcpu_set_vapic_addr },
};

/* All else of a vCPU is KVM's own in split mode. */
static const struct vqc_kvm_call vqc_split_vcpu_calls[] = {
	{ KVM_RUN, vqc_split_run },
	{ KVM_INTERRUPT, vqc_vcpu_interrupt_ioctl },
};

static const struct vqc_kvm_call *vqc_vcpu_find_call(const struct vqc_vcpu *v,
						     unsigned int cmd)
{
	if (v->vm->split)
		return vqc_kvm_find_call(vqc_split_vcpu_calls,
					 ARRAY_SIZE(vqc_split_vcpu_calls), cmd);
	return vqc_kvm_find_call(vqc_vcpu_calls, ARRAY_SIZE(vqc_vcpu_calls),
				 cmd);
}

static long vqc_vcpu_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	const struct vqc_kvm_call *call;
	struct vqc_vcpu *v = file->private_data;
	long ret;

	if (v->vm->mm != current->mm)
		return -EIO;
	if (mutex_lock_killable(&v->mutex))
		return -EINTR;
	call = vqc_vcpu_find_call(v, cmd);
	if (call)
		ret = call->fn(v, cmd, arg);
	else
		ret = vqc_real_ioctl(v->real, cmd, arg);
	mutex_unlock(&v->mutex);
	return ret;
}

#ifdef CONFIG_COMPAT
static long vqc_vcpu_compat_ioctl(struct file *file, unsigned int cmd,
				  unsigned long arg)
{
	struct vqc_vcpu *v = file->private_data;

	if (vqc_vcpu_find_call(v, cmd))
		return vqc_vcpu_ioctl(file, cmd,
				      (unsigned long)compat_ptr(arg));
	if (v->vm->mm != current->mm)
		return -EIO;
	return v->real->f_op->compat_ioctl(v->real, cmd, arg);
}
#endif

/* The VMM sees KVM's own pages: run page, port data, coalesced and dirty rings. */
static int vqc_vcpu_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct vqc_vcpu *v = file->private_data;

	vma_set_file(vma, v->real);
	return v->real->f_op->mmap(v->real, vma);
}

static int vqc_vcpu_release(struct inode *inode, struct file *file)
{
	struct vqc_vcpu *v = file->private_data;
	struct vqc_vm *vm = v->vm;

	vqc_scratch_unmap(&v->scratch, vm->mm);
	vqc_vm_put(vm);
	return 0;
}

static const struct file_operations vqc_vcpu_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = vqc_vcpu_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = vqc_vcpu_compat_ioctl,
#endif
	.mmap = vqc_vcpu_mmap,
	.release = vqc_vcpu_release,
	.llseek = noop_llseek,
};

/* ---- life ---- */

/*
 * KVM maps its pages only into user space. They are mapped for a moment, to
 * get hold of them, and stay as long as we keep them.
 */
static int vqc_vcpu_pin_run(struct vqc_vcpu *v)
{
	unsigned long user;
	int nr;

	user = vm_mmap(v->real, 0, VQC_RUN_PAGES * PAGE_SIZE,
		       PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	if (IS_ERR_VALUE(user))
		return user;
	nr = get_user_pages_fast(user, VQC_RUN_PAGES, FOLL_WRITE, v->pages);
	vm_munmap(user, VQC_RUN_PAGES * PAGE_SIZE);
	if (nr != VQC_RUN_PAGES) {
		if (nr == 1)
			put_page(v->pages[0]);
		v->pages[0] = NULL;
		return nr < 0 ? nr : -EFAULT;
	}
	v->run = page_address(v->pages[0]);
	v->pio = page_address(v->pages[1]);
	return 0;
}

void vqc_vcpu_free(struct vqc_vcpu *v)
{
	struct task_struct *task = rcu_dereference_protected(v->task, true);
	unsigned int i;

	for (i = 0; i < VQC_RUN_PAGES && v->pages[0]; i++)
		put_page(v->pages[i]);
	vqc_scratch_unmap(&v->scratch, v->vm->mm);
	if (v->real)
		fput(v->real);
	if (task)
		put_task_struct(task);
	kvfree(v);
}

static struct vqc_vcpu *vqc_vcpu_alloc(struct vqc_vm *vm, u32 id)
{
	struct vqc_vcpu *v = kvzalloc(sizeof(*v), GFP_KERNEL_ACCOUNT);

	if (!v)
		return NULL;
	v->vm = vm;
	v->id = id;
	v->maxphyaddr = VQC_DEFAULT_MAXPHYADDR;
	v->mp_state = id == vm->bsp_id ? KVM_MP_STATE_RUNNABLE :
					 KVM_MP_STATE_UNINITIALIZED;
	mutex_init(&v->mutex);
	raw_spin_lock_init(&v->kick_lock);
	rcuwait_init(&v->wait);
	v->since = jiffies;
	return v;
}

/* KVM's vCPU cannot be undone: if what follows it fails, its id stays used. */
static int vqc_vcpu_setup(struct vqc_vcpu *v)
{
	struct file *real;
	long fd;
	int ret;

	ret = vqc_scratch_map(&v->scratch, VQC_SCRATCH_SIZE);
	if (ret)
		return ret;
	fd = vqc_real_ioctl(v->vm->real, KVM_CREATE_VCPU, v->id);
	if (fd < 0)
		return fd;
	real = vqc_kvm_take_fd(fd, "kvm-vcpu:");
	if (IS_ERR(real))
		return PTR_ERR(real);
	v->real = real;
	v->real_ioctl = real->f_op->unlocked_ioctl;
	ret = vqc_vcpu_pin_run(v);
	if (ret)
		return ret;
	return vqc_fabric_add_cpu(v->vm->fabric, &v->cpu, v->id,
				  v->id == v->vm->bsp_id,
				  v->vm->split ? &vqc_split_inject_ops :
						 &vqc_vcpu_inject_ops);
}

long vqc_vcpu_create(struct vqc_vm *vm, u32 id)
{
	struct vqc_vcpu *v = vqc_vcpu_alloc(vm, id);
	struct file *file;
	int fd, ret;

	if (!v)
		return -ENOMEM;
	fd = get_unused_fd_flags(O_CLOEXEC);
	ret = fd < 0 ? fd : vqc_vcpu_setup(v);
	if (ret) {
		if (fd >= 0)
			put_unused_fd(fd);
		vqc_vcpu_free(v);
		return ret;
	}

	/* It is in the fabric now, and stays as long as that, file or not. */
	vqc_vcpu_note_tsc_khz(v);
	list_add_tail(&v->node, &vm->vcpus);
	file = anon_inode_getfile("virqchip-vcpu", &vqc_vcpu_fops, v, O_RDWR);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	/* The file's release drops this. */
	kref_get(&vm->ref);
	fd_install(fd, file);
	return fd;
}
