// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VM fd: the irqchip's ioctls are answered here, all others by KVM.
 */
#include <linux/anon_inodes.h>
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "../chardev.h"
#include "front.h"

/* ---- life ---- */

static void vqc_vm_free(struct kref *ref)
{
	struct vqc_vm *vm = container_of(ref, struct vqc_vm, ref);
	struct vqc_vcpu *v, *next;

	/* No timer and no line may reach a CPU whose memory goes. */
	if (vm->fabric) {
		vqc_fabric_quiesce(vm->fabric);
		list_for_each_entry_safe(v, next, &vm->vcpus, node)
			vqc_vcpu_free(v);
		/* A message may still be on its way to KVM. */
		vqc_split_destroy(vm->split);
		vqc_fabric_put(vm->fabric);
	}
	vqc_scratch_unmap(&vm->scratch, vm->mm);
	kvfree(vm->filter);
	fput(vm->real);
	mmdrop(vm->mm);
	kfree(vm);
}

void vqc_vm_put(struct vqc_vm *vm)
{
	kref_put(&vm->ref, vqc_vm_free);
}

static int vqc_vm_release(struct inode *inode, struct file *file)
{
	struct vqc_vm *vm = file->private_data;

	vqc_irqfds_release(&vm->irqfds);
	vqc_vm_put(vm);
	return 0;
}

/* ---- creating the irqchip ---- */

static const struct vqc_fabric_ops vqc_vm_fabric_ops = {
	.pin_acked = vqc_irqfd_pin_acked,
};

static const struct vqc_fabric_ops *vqc_vm_ops(const struct vqc_vm *vm)
{
	if (vm->split_wanted)
		return vqc_split_ops();
	return vm->user_chips ? &vqc_user_fabric_ops : &vqc_vm_fabric_ops;
}

static struct vqc_fabric *vqc_vm_new_fabric(struct vqc_vm *vm, u32 reserved)
{
	struct vqc_fabric_config config = {
		.ops = vqc_vm_ops(vm),
		.owner = vm,
		.lapics_only = vm->user_chips,
		.chips_only = vm->split_wanted,
		.tell_eoi_gsis = reserved,
		.msi_starts_cpus = true,
		.lapic_cfg = VQC_LAPIC_CFG_X2APIC | VQC_LAPIC_CFG_LINT0_EXTINT |
			     (vm->tsc_deadline ? VQC_LAPIC_CFG_TSC_DEADLINE : 0),
		.ioapic_version = VQC_IOAPIC_VER_82093AA,
	};

	snprintf(config.name, sizeof(config.name), "vm-%d",
		 task_tgid_nr(current));
	return vqc_fabric_create(&config);
}

static void vqc_vm_apply_x2apic_api(const struct vqc_vm *vm,
				    struct vqc_fabric *fabric)
{
	fabric->x2apic_format = vm->x2_id;
	fabric->broadcast_x2 = !vm->no_broadcast_x2;
}

/* @reserved: routes that are the pins of the VMM's IOAPIC */
static long vqc_vm_add_fabric(struct vqc_vm *vm, u32 reserved)
{
	struct vqc_fabric *fabric;
	int ret;

	if (!vm->scratch.file) {
		ret = vqc_scratch_map(&vm->scratch, VQC_SCRATCH_SIZE);
		if (ret)
			return ret;
	}
	ret = vqc_vm_switch_pmu_off(vm);
	if (ret)
		return ret;
	vm->tsc_deadline = vqc_kvm_tsc_deadline_traps();
	fabric = vqc_vm_new_fabric(vm, reserved);
	if (IS_ERR(fabric))
		return PTR_ERR(fabric);
	/* Last of what can fail: a VM without our irqchip keeps KVM's ways. */
	ret = vqc_vm_apply_msr_settings(vm);
	if (ret) {
		vqc_fabric_put(fabric);
		return ret;
	}
	vqc_vm_apply_x2apic_api(vm, fabric);
	/* Who sees it sees it whole: line ioctls take no lock. */
	smp_store_release(&vm->fabric, fabric);
	return 0;
}

/*
 * KVM comes last, for it does not let itself be talked out of it again. Until the
 * end nothing is sent by the fabric: its pins are masked, and nobody finds it to
 * change that.
 */
static long vqc_vm_add_split_fabric(struct vqc_vm *vm)
{
	struct vqc_fabric *fabric;
	struct vqc_split *split;
	int ret;

	split = vqc_split_create(vm);
	if (IS_ERR(split))
		return PTR_ERR(split);
	fabric = vqc_vm_new_fabric(vm, 0);
	if (IS_ERR(fabric)) {
		vqc_split_destroy(split);
		return PTR_ERR(fabric);
	}
	ret = vqc_split_enable(split);
	if (ret) {
		vqc_fabric_quiesce(fabric);
		vqc_split_destroy(split);
		vqc_fabric_put(fabric);
		return ret;
	}
	vqc_vm_apply_x2apic_api(vm, fabric);
	/* Who sees it sees it whole: not all ioctls take the lock. */
	smp_store_release(&vm->split, split);
	/* And who sees this sees that, too. */
	smp_store_release(&vm->fabric, fabric);
	return 0;
}

static long vqc_vm_create_irqchip(void *object, unsigned int cmd,
				  unsigned long arg)
{
	struct vqc_vm *vm = object;
	long ret;

	mutex_lock(&vm->lock);
	if (vm->fabric)
		ret = -EEXIST;
	else if (vm->nr_vcpus)
		ret = -EINVAL;
	else if (vm->split_wanted)
		ret = vqc_vm_add_split_fabric(vm);
	else
		ret = vqc_vm_add_fabric(vm, 0);
	mutex_unlock(&vm->lock);
	return ret;
}

/* The VMM keeps PIC, IOAPIC and PIT. */
static long vqc_vm_enable_split(struct vqc_vm *vm,
				const struct kvm_enable_cap *cap,
				unsigned int cmd, unsigned long arg)
{
	long ret;

	/* If KVM keeps the rest nothing is left to us. */
	if (vm->split_wanted && !vm->fabric) {
		ret = vqc_real_ioctl(vm->real, cmd, arg);
		if (!ret)
			WRITE_ONCE(vm->kvm_alone, true);
		return ret;
	}
	if (cap->flags || cap->args[0] > VQC_MAX_ROUTES)
		return -EINVAL;
	/* KVM says so of vCPUs, too. */
	if (vm->fabric || vm->nr_vcpus)
		return -EEXIST;
	vm->user_chips = true;
	ret = vqc_vm_add_fabric(vm, cap->args[0]);
	if (ret)
		vm->user_chips = false;
	return ret;
}

static long vqc_vm_create_pit(void *object, unsigned int cmd,
			      unsigned long arg)
{
	struct kvm_pit_config config = { .flags = KVM_PIT_SPEAKER_DUMMY };
	struct vqc_vm *vm = object;
	int ret;

	if (cmd == KVM_CREATE_PIT2 &&
	    copy_from_user(&config, (void __user *)arg, sizeof(config)))
		return -EFAULT;
	if (!vm->fabric || vm->user_chips)
		return -ENOENT;
	ret = vqc_fabric_add_pit(vm->fabric,
				 config.flags & KVM_PIT_SPEAKER_DUMMY);
	vqc_split_sync(vm->split);
	return ret;
}

/* ---- lines, routes, messages ---- */

static long vqc_vm_irq_line(void *object, unsigned int cmd, unsigned long arg)
{
	struct vqc_split *section;
	struct vqc_vm *vm = object;
	struct kvm_irq_level level;

	if (copy_from_user(&level, (void __user *)arg, sizeof(level)))
		return -EFAULT;
	if (!vm->fabric)
		return -ENXIO;

	section = vqc_split_begin(vm);
	level.status = vqc_set_irq(vm->fabric, VQC_SOURCE_USER, level.irq,
				   level.level, cmd == KVM_IRQ_LINE_STATUS);
	vqc_split_end(section);
	if (cmd == KVM_IRQ_LINE_STATUS &&
	    copy_to_user((void __user *)arg, &level, sizeof(level)))
		return -EFAULT;
	return 0;
}

static long vqc_vm_signal_msi(void *object, unsigned int cmd,
			      unsigned long arg)
{
	struct vqc_vm *vm = object;
	struct kvm_msi msi;
	int ret;

	if (copy_from_user(&msi, (void __user *)arg, sizeof(msi)))
		return -EFAULT;
	if (!vm->fabric || (msi.flags & ~KVM_MSI_VALID_DEVID))
		return -EINVAL;
	if (vm->split)
		return vqc_split_signal_msi(vm, &msi, arg);
	ret = vqc_send_msi(vm->fabric,
			   (u64)msi.address_hi << 32 | msi.address_lo,
			   msi.data);
	/* A message that nobody takes is the guest's business, no error. */
	return ret == -1 ? 0 : ret;
}

static int vqc_vm_convert_irqchip_route(struct vqc_route *route,
					const struct kvm_irq_routing_irqchip *r)
{
	switch (r->irqchip) {
	case KVM_IRQCHIP_PIC_MASTER:
	case KVM_IRQCHIP_PIC_SLAVE:
		if (r->pin >= VQC_NR_PIC_PINS / 2)
			return -EINVAL;
		route->kind = VQC_ROUTE_PIC;
		route->pin = r->pin;
		if (r->irqchip == KVM_IRQCHIP_PIC_SLAVE)
			route->pin += VQC_NR_PIC_PINS / 2;
		return 0;
	case KVM_IRQCHIP_IOAPIC:
		if (r->pin >= VQC_NR_IOAPIC_PINS)
			return -EINVAL;
		route->kind = VQC_ROUTE_IOAPIC;
		route->pin = r->pin;
		return 0;
	default:
		return -EINVAL;
	}
}

static int vqc_vm_convert_route(const struct vqc_vm *vm,
				struct vqc_route *route,
				const struct kvm_irq_routing_entry *e)
{
	/* A device's ID says nothing on x86, and KVM ignores it. */
	if (e->flags && (e->flags != KVM_MSI_VALID_DEVID ||
			 e->type != KVM_IRQ_ROUTING_MSI))
		return -EINVAL;
	route->gsi = e->gsi;
	switch (e->type) {
	case KVM_IRQ_ROUTING_IRQCHIP:
		if (vm->user_chips)
			return -EINVAL;
		return vqc_vm_convert_irqchip_route(route, &e->u.irqchip);
	case KVM_IRQ_ROUTING_MSI:
		route->kind = VQC_ROUTE_MSI;
		route->msi_address = (u64)e->u.msi.address_hi << 32 |
				     e->u.msi.address_lo;
		route->msi_data = e->u.msi.data;
		return vqc_msg_msi_valid(route->msi_address,
					 vm->fabric->x2apic_format) ? 0 :
								      -EINVAL;
	default:
		return -EINVAL;
	}
}

static int vqc_vm_install_routes(struct vqc_vm *vm,
				 const struct kvm_irq_routing_entry *entries,
				 u32 nr)
{
	struct vqc_route *routes;
	int ret = 0;
	u32 i;

	routes = kvcalloc(nr + 1, sizeof(*routes), GFP_KERNEL_ACCOUNT);
	if (!routes)
		return -ENOMEM;
	for (i = 0; i < nr && !ret; i++)
		ret = vqc_vm_convert_route(vm, &routes[i], &entries[i]);
	if (!ret)
		ret = vm->split ? vqc_split_set_routes(vm, routes, nr) :
				  vqc_fabric_set_routes(vm->fabric, routes, nr);
	kvfree(routes);
	return ret;
}

static long vqc_vm_set_gsi_routing(void *object, unsigned int cmd,
				   unsigned long arg)
{
	struct kvm_irq_routing __user *user = (void __user *)arg;
	struct kvm_irq_routing_entry *entries = NULL;
	struct kvm_irq_routing head;
	struct vqc_vm *vm = object;
	int ret;

	if (copy_from_user(&head, user, sizeof(head)))
		return -EFAULT;
	if (!vm->fabric || head.nr > VQC_MAX_ROUTES || head.flags)
		return -EINVAL;
	if (head.nr) {
		entries = vmemdup_user(user->entries,
				       array_size(sizeof(*entries), head.nr));
		if (IS_ERR(entries))
			return PTR_ERR(entries);
	}
	ret = vqc_vm_install_routes(vm, entries, head.nr);
	kvfree(entries);
	return ret;
}

static long vqc_vm_reinject_control(void *object, unsigned int cmd,
				    unsigned long arg)
{
	struct kvm_reinject_control control;
	struct vqc_vm *vm = object;

	if (copy_from_user(&control, (void __user *)arg, sizeof(control)))
		return -EFAULT;
	if (!vm->fabric || !vm->fabric->has_pit)
		return -ENXIO;
	vqc_pit_set_reinject(vm->fabric, control.pit_reinject);
	return 0;
}

/* ---- vCPUs and capabilities ---- */

static long vqc_vm_create_vcpu(void *object, unsigned int cmd,
			       unsigned long arg)
{
	struct vqc_vm *vm = object;
	long ret;

	mutex_lock(&vm->lock);
	/* Without an irqchip of ours the vCPU is KVM's own, untouched. */
	if (vm->fabric)
		ret = vqc_vcpu_create(vm, arg);
	else
		ret = vqc_real_ioctl(vm->real, cmd, arg);
	if (ret >= 0)
		vm->nr_vcpus++;
	mutex_unlock(&vm->lock);
	return ret;
}

static long vqc_vm_set_boot_cpu_id(void *object, unsigned int cmd,
				   unsigned long arg)
{
	struct vqc_vm *vm = object;
	long ret = -EBUSY;

	mutex_lock(&vm->lock);
	if (!vm->nr_vcpus) {
		ret = vqc_real_ioctl(vm->real, cmd, arg);
		if (!ret)
			vm->bsp_id = arg;
	}
	mutex_unlock(&vm->lock);
	return ret;
}

static long vqc_vm_check_extension(void *object, unsigned int cmd,
				   unsigned long arg)
{
	struct vqc_vm *vm = object;
	long ret;

	ret = vqc_kvm_check_extension(vm->real, vm->split_wanted, arg);
	if (arg == KVM_CAP_X2APIC_API && ret > 0 && READ_ONCE(vm->split))
		ret &= ~(long)KVM_X2APIC_ENABLE_SUPPRESS_EOI_BROADCAST;
	return ret;
}

#define VQC_X2APIC_API_FLAGS	(KVM_X2APIC_API_USE_32BIT_IDS | \
				 KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK)

static long vqc_vm_enable_x2apic_api(struct vqc_vm *vm,
				     const struct kvm_enable_cap *cap,
				     unsigned int cmd, unsigned long arg)
{
	long ret = 0;

	/* KVM has it for VMs that it knows as split. Ours would miss EOIs. */
	if (vm->split &&
	    (cap->args[0] & KVM_X2APIC_ENABLE_SUPPRESS_EOI_BROADCAST))
		return -EINVAL;
	if (vm->split_wanted)
		ret = vqc_real_ioctl(vm->real, cmd, arg);
	else if (cap->flags || (cap->args[0] & ~(u64)VQC_X2APIC_API_FLAGS))
		ret = -EINVAL;
	if (ret)
		return ret;
	if (cap->args[0] & KVM_X2APIC_API_USE_32BIT_IDS)
		vm->x2_id = true;
	if (cap->args[0] & KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK)
		vm->no_broadcast_x2 = true;
	if (!vm->fabric)
		return 0;
	vqc_vm_apply_x2apic_api(vm, vm->fabric);
	return vqc_fabric_update_dest(vm->fabric);
}

static long vqc_vm_enable_user_msr(struct vqc_vm *vm,
				   const struct kvm_enable_cap *cap,
				   unsigned int cmd, unsigned long arg)
{
	u64 old = vm->user_msr_mask;
	long ret;

	if (!vm->fabric || vm->split) {
		/* KVM checks it; ours is added when the irqchip comes. */
		ret = vqc_real_ioctl(vm->real, cmd, arg);
		if (!ret)
			vm->user_msr_mask = cap->args[0];
		return ret;
	}
	vm->user_msr_mask = cap->args[0];
	ret = vqc_vm_apply_msr_settings(vm);
	if (ret)
		vm->user_msr_mask = old;
	return ret;
}

static long vqc_vm_enable_cap(void *object, unsigned int cmd,
			      unsigned long arg)
{
	struct vqc_vm *vm = object;
	struct kvm_enable_cap cap;
	long ret;

	if (copy_from_user(&cap, (void __user *)arg, sizeof(cap)))
		return -EFAULT;

	mutex_lock(&vm->lock);
	switch (cap.cap) {
	case KVM_CAP_X2APIC_API:
		ret = vqc_vm_enable_x2apic_api(vm, &cap, cmd, arg);
		break;
	case KVM_CAP_X86_USER_SPACE_MSR:
		ret = vqc_vm_enable_user_msr(vm, &cap, cmd, arg);
		break;
	case KVM_CAP_SPLIT_IRQCHIP:
		ret = vqc_vm_enable_split(vm, &cap, cmd, arg);
		break;
	default:
		ret = vqc_kvm_hides_cap(vm->split_wanted, cap.cap) ?
			      -EINVAL : vqc_real_ioctl(vm->real, cmd, arg);
	}
	mutex_unlock(&vm->lock);
	return ret;
}

/* An SEV-ES guest starts its CPUs by itself, and we could not reset registers. */
static long vqc_vm_memory_encrypt(void *object, unsigned int cmd,
				  unsigned long arg)
{
	struct vqc_vm *vm = object;
	u32 id;

	if (get_user(id, (u32 __user *)arg))
		return -EFAULT;
	if (id == KVM_SEV_ES_INIT && !vm->split_wanted)
		return -ENOTTY;
	return vqc_real_ioctl(vm->real, cmd, arg);
}

static long vqc_vm_msr_filter(void *object, unsigned int cmd,
			      unsigned long arg)
{
	struct vqc_vm *vm = object;
	long ret;

	mutex_lock(&vm->lock);
	ret = vqc_vm_set_msr_filter(vm, arg);
	mutex_unlock(&vm->lock);
	return ret;
}

static long vqc_vm_set_mode(void *ctx, void *arg)
{
	const struct virqchip_vm_mode *mode = arg;
	struct vqc_vm *vm = ctx;
	long ret = 0;

	if (mode->mode > VIRQCHIP_MODE_SPLIT)
		return -EINVAL;
	mutex_lock(&vm->lock);
	if (vm->fabric || vm->nr_vcpus)
		ret = -EBUSY;
	else
		vm->split_wanted = mode->mode == VIRQCHIP_MODE_SPLIT;
	mutex_unlock(&vm->lock);
	return ret;
}

/* ---- dispatch ---- */

static const struct vqc_ioctl vqc_vm_own_ioctls[] = {
	VQC_IOCTL(VIRQCHIP_VM_MODE, virqchip_vm_mode, __reserved,
		  vqc_vm_set_mode,
		  .reserved = offsetof(struct virqchip_vm_mode, __reserved)),
};

static const struct vqc_kvm_call vqc_vm_calls[] = {
	{ KVM_IRQ_LINE, vqc_vm_irq_line },
	{ KVM_IRQ_LINE_STATUS, vqc_vm_irq_line },
	{ KVM_SIGNAL_MSI, vqc_vm_signal_msi },
	{ KVM_SET_GSI_ROUTING, vqc_vm_set_gsi_routing },
	{ KVM_IRQFD, vqc_vm_irqfd },
	{ KVM_GET_IRQCHIP, vqc_vm_get_irqchip },
	{ KVM_SET_IRQCHIP, vqc_vm_set_irqchip },
	{ KVM_GET_PIT, vqc_vm_get_pit },
	{ KVM_SET_PIT, vqc_vm_set_pit },
	{ KVM_GET_PIT2, vqc_vm_get_pit },
	{ KVM_SET_PIT2, vqc_vm_set_pit },
	{ KVM_REINJECT_CONTROL, vqc_vm_reinject_control },
	{ KVM_CREATE_IRQCHIP, vqc_vm_create_irqchip },
	{ KVM_CREATE_PIT, vqc_vm_create_pit },
	{ KVM_CREATE_PIT2, vqc_vm_create_pit },
	{ KVM_CREATE_VCPU, vqc_vm_create_vcpu },
	{ KVM_SET_BOOT_CPU_ID, vqc_vm_set_boot_cpu_id },
	{ KVM_CHECK_EXTENSION, vqc_vm_check_extension },
	{ KVM_ENABLE_CAP, vqc_vm_enable_cap },
	{ KVM_X86_SET_MSR_FILTER, vqc_vm_msr_filter },
	{ KVM_MEMORY_ENCRYPT_OP, vqc_vm_memory_encrypt },
};

static const struct vqc_kvm_call *vqc_vm_find_call(const struct vqc_vm *vm,
						   unsigned int cmd)
{
	if (READ_ONCE(vm->kvm_alone))
		return NULL;
	return vqc_kvm_find_call(vqc_vm_calls, ARRAY_SIZE(vqc_vm_calls), cmd);
}

static long vqc_vm_ioctl(struct file *file, unsigned int cmd,
			 unsigned long arg)
{
	const struct vqc_kvm_call *call;
	struct vqc_vm *vm = file->private_data;

	/* KVM's rule: a VM belongs to one address space. */
	if (vm->mm != current->mm)
		return -EIO;
	if (_IOC_TYPE(cmd) == VIRQCHIP_TYPE)
		return vqc_ioctl_dispatch(vqc_vm_own_ioctls,
					  ARRAY_SIZE(vqc_vm_own_ioctls), vm,
					  cmd, arg);

	call = vqc_vm_find_call(vm, cmd);
	if (call)
		return call->fn(vm, cmd, arg);
	return vqc_real_ioctl(vm->real, cmd, arg);
}

#ifdef CONFIG_COMPAT
static long vqc_vm_compat_ioctl(struct file *file, unsigned int cmd,
				unsigned long arg)
{
	struct vqc_vm *vm = file->private_data;

	if (_IOC_TYPE(cmd) == VIRQCHIP_TYPE ||
	    vqc_vm_find_call(vm, cmd))
		return vqc_vm_ioctl(file, cmd,
				    (unsigned long)compat_ptr(arg));
	/* Its 32-bit form would replace our part of the filter. */
	if (_IOC_TYPE(cmd) == KVMIO &&
	    _IOC_NR(cmd) == _IOC_NR(KVM_X86_SET_MSR_FILTER))
		return -EINVAL;
	if (vm->mm != current->mm)
		return -EIO;
	return vm->real->f_op->compat_ioctl(vm->real, cmd, arg);
}
#endif

static const struct file_operations vqc_vm_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = vqc_vm_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = vqc_vm_compat_ioctl,
#endif
	.release = vqc_vm_release,
	.llseek = noop_llseek,
};

long vqc_vm_create(struct file *real)
{
	struct vqc_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	int fd;

	if (!vm) {
		fput(real);
		return -ENOMEM;
	}
	kref_init(&vm->ref);
	mutex_init(&vm->lock);
	INIT_LIST_HEAD(&vm->vcpus);
	vqc_irqfds_init(&vm->irqfds);
	vm->real = real;
	vm->split_wanted = vqc_kvm_split_default();
	vm->mm = current->mm;
	mmgrab(vm->mm);

	fd = anon_inode_getfd("virqchip-vm", &vqc_vm_fops, vm, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		vqc_vm_put(vm);
	return fd;
}
