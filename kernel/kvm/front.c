// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM's device on /dev/virqchip: where the real one is found, and what of its
 * answers changes when the irqchip is ours.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>
#include <linux/virqchip.h>

#include "front.h"

#define VQC_KVM_PATH	"/dev/kvm"

/* ---- the mode of new VMs ---- */

static const char *const vqc_mode_names[] = {
	[VIRQCHIP_MODE_FULL] = "full",
	[VIRQCHIP_MODE_SPLIT] = "split",
};

static unsigned int vqc_mode;

static int vqc_mode_set(const char *val, const struct kernel_param *kp)
{
	int mode = sysfs_match_string(vqc_mode_names, val);

	if (mode < 0)
		return mode;
	WRITE_ONCE(vqc_mode, mode);
	return 0;
}

static int vqc_mode_get(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%s\n", vqc_mode_names[READ_ONCE(vqc_mode)]);
}

static const struct kernel_param_ops vqc_mode_ops = {
	.set = vqc_mode_set,
	.get = vqc_mode_get,
};

module_param_cb(mode, &vqc_mode_ops, NULL, 0644);
MODULE_PARM_DESC(mode, "of new VMs: full: all controllers are virqchip's; split: KVM keeps the local APICs");

bool vqc_kvm_split_default(void)
{
	return READ_ONCE(vqc_mode) == VIRQCHIP_MODE_SPLIT;
}

/* ---- the real device ---- */

/*
 * The real device, found once: later the path may lead back to us, when a VMM
 * with a hard-coded path is given our node by a bind mount.
 */
static struct path vqc_kvm_path;
static bool vqc_kvm_found;
static DEFINE_MUTEX(vqc_kvm_path_lock);

static bool vqc_kvm_is_real(const struct path *path)
{
	const struct inode *inode = d_backing_inode(path->dentry);

	return S_ISCHR(inode->i_mode) &&
	       inode->i_rdev == MKDEV(MISC_MAJOR, KVM_MINOR);
}

static int vqc_kvm_find(void)
{
	struct path path;
	int ret = 0;

	mutex_lock(&vqc_kvm_path_lock);
	if (vqc_kvm_found)
		goto unlock;
	ret = kern_path(VQC_KVM_PATH, LOOKUP_FOLLOW, &path);
	if (ret) {
		ret = -ENODEV;
		goto unlock;
	}
	if (!vqc_kvm_is_real(&path)) {
		path_put(&path);
		ret = -ENODEV;
		goto unlock;
	}
	vqc_kvm_path = path;
	vqc_kvm_found = true;
unlock:
	mutex_unlock(&vqc_kvm_path_lock);
	return ret;
}

int vqc_kvm_init(void)
{
	int ret = vqc_irqfd_init();

	if (ret)
		return ret;
	ret = vqc_split_init();
	if (ret) {
		vqc_irqfd_exit();
		return ret;
	}
	/* KVM may come later; then the first user finds it. */
	vqc_kvm_find();
	return 0;
}

void vqc_kvm_exit(void)
{
	vqc_split_exit();
	vqc_irqfd_exit();
	if (vqc_kvm_found)
		path_put(&vqc_kvm_path);
}

/* By the rights of who opened our device, who may have passed it on. */
static struct file *vqc_kvm_open_real(const struct cred *cred)
{
	const struct cred *old;
	int ret = vqc_kvm_find();

	if (ret)
		return ERR_PTR(ret);
	old = override_creds(cred);
	ret = path_permission(&vqc_kvm_path, MAY_READ | MAY_WRITE);
	revert_creds(old);
	if (ret)
		return ERR_PTR(ret);
	return dentry_open(&vqc_kvm_path, O_RDWR | O_CLOEXEC, cred);
}

void vqc_kvm_release(struct file *file)
{
	struct file *real = file->private_data;

	if (real)
		fput(real);
}

/* Opened when it is first needed: fabrics need no KVM. */
static struct file *vqc_kvm_real(struct file *file)
{
	struct file *real = READ_ONCE(file->private_data);
	void *old;

	if (real)
		return real;
	real = vqc_kvm_open_real(file->f_cred);
	if (IS_ERR(real))
		return real;
	old = cmpxchg(&file->private_data, NULL, real);
	if (old) {
		fput(real);
		real = old;
	}
	return real;
}

/*
 * Of the files without a directory only KVM's have these names; anybody can
 * give them to a file on a disk. The owner of their operations would tell as
 * well, had KVM set it before 6.6.
 */
static bool vqc_kvm_is_file(const struct file *file, const char *name)
{
	return file_inode(file)->i_sb->s_magic == ANON_INODE_FS_MAGIC &&
	       !strncmp(file->f_path.dentry->d_name.name, name,
			strlen(name)) && file->f_op->unlocked_ioctl;
}

struct file *vqc_kvm_take_fd(int fd, const char *name)
{
	struct file *file = fget(fd);

	if (!file)
		return ERR_PTR(-EBADF);
	if (!vqc_kvm_is_file(file, name)) {
		fput(file);
		return ERR_PTR(-EBADF);
	}
	close_fd(fd);
	return file;
}

const struct vqc_kvm_call *vqc_kvm_find_call(const struct vqc_kvm_call *calls,
					     unsigned int nr, unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (calls[i].cmd == cmd)
			return &calls[i];
	return NULL;
}

/*
 * Capabilities whose answer is ours. What KVM can do only with a LAPIC of its
 * own is not offered, rather than offered and broken.
 */
static const struct vqc_kvm_cap {
	u32 cap;
	u32 answer;
} vqc_kvm_caps[] = {
	{ KVM_CAP_IRQCHIP, 1 },
	{ KVM_CAP_IRQ_INJECT_STATUS, 1 },
	{ KVM_CAP_IRQ_ROUTING, VQC_MAX_ROUTES },
	{ KVM_CAP_SIGNAL_MSI, 1 },
	{ KVM_CAP_PIT, 1 },
	{ KVM_CAP_PIT2, 1 },
	{ KVM_CAP_PIT_STATE2, 1 },
	{ KVM_CAP_REINJECT_CONTROL, 1 },
	{ KVM_CAP_MP_STATE, 1 },
	{ KVM_CAP_SET_BOOT_CPU_ID, 1 },
	{ KVM_CAP_X2APIC_API, KVM_X2APIC_API_USE_32BIT_IDS |
			      KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK },
	{ KVM_CAP_VAPIC, 0 },
	{ KVM_CAP_IRQFD, 1 },
	{ KVM_CAP_IRQFD_RESAMPLE, 1 },
	{ KVM_CAP_SPLIT_IRQCHIP, 1 },
	{ KVM_CAP_ASYNC_PF, 0 },
	{ KVM_CAP_ASYNC_PF_INT, 0 },
	{ KVM_CAP_HYPERV_SYNIC, 0 },
	{ KVM_CAP_HYPERV_SYNIC2, 0 },
	{ KVM_CAP_HYPERV_SEND_IPI, 0 },
	{ KVM_CAP_NESTED_STATE, 0 },
	{ KVM_CAP_XEN_HVM, 0 },
	{ KVM_CAP_PMU_CAPABILITY, 0 },
	/* Ours counts in ns. */
	{ KVM_CAP_X86_APIC_BUS_CYCLES_NS, 0 },
	/* These name a VM by its fd, which is ours and unknown to KVM. */
	{ KVM_CAP_VM_COPY_ENC_CONTEXT_FROM, 0 },
	{ KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM, 0 },
};

/*
 * In split mode KVM can do what it can do alone, but for what has routes of its
 * own kinds.
 */
static const struct vqc_kvm_cap vqc_split_caps[] = {
	{ KVM_CAP_HYPERV_SYNIC, 0 },
	{ KVM_CAP_HYPERV_SYNIC2, 0 },
	{ KVM_CAP_XEN_HVM, 0 },
	{ KVM_CAP_VM_COPY_ENC_CONTEXT_FROM, 0 },
	{ KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM, 0 },
};

static const struct vqc_kvm_cap *vqc_kvm_find_cap(const struct vqc_kvm_cap *caps,
						  unsigned int nr,
						  unsigned long cap)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (caps[i].cap == cap)
			return &caps[i];
	return NULL;
}

static const struct vqc_kvm_cap *vqc_kvm_own_cap(bool split, unsigned long cap)
{
	return split ? vqc_kvm_find_cap(vqc_split_caps,
					ARRAY_SIZE(vqc_split_caps), cap) :
		       vqc_kvm_find_cap(vqc_kvm_caps,
					ARRAY_SIZE(vqc_kvm_caps), cap);
}

bool vqc_kvm_hides_cap(bool split, unsigned long cap)
{
	const struct vqc_kvm_cap *own = vqc_kvm_own_cap(split, cap);

	return own && !own->answer;
}

long vqc_kvm_check_extension(struct file *real, bool split, unsigned long cap)
{
	const struct vqc_kvm_cap *found;
	long answer;

	if (!split && cap == KVM_CAP_TSC_DEADLINE_TIMER)
		return vqc_kvm_tsc_deadline_traps();
	found = vqc_kvm_own_cap(split, cap);
	if (found)
		return found->answer;
	answer = vqc_real_ioctl(real, KVM_CHECK_EXTENSION, cap);
	/* Newer kernels have more than our fabric. */
	if (cap == KVM_CAP_NR_VCPUS || cap == KVM_CAP_MAX_VCPUS)
		return min_t(long, answer, VQC_MAX_CPUS);
	if (cap == KVM_CAP_MAX_VCPU_ID)
		return min_t(long, answer, VQC_MAX_APIC_IDS);
	if (cap == KVM_CAP_VM_TYPES)
		return answer & BIT(0);
	return answer;
}

static long vqc_kvm_create_vm(struct file *real, unsigned long type)
{
	struct file *vm;
	long fd;

	/* SEV-ES and TDX VMs have registers that we could not reset. */
	if (type)
		return -EINVAL;
	fd = vqc_real_ioctl(real, KVM_CREATE_VM, type);
	if (fd < 0)
		return fd;
	vm = vqc_kvm_take_fd(fd, "kvm-vm");
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	return vqc_vm_create(vm);
}

long vqc_kvm_dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct file *real = vqc_kvm_real(file);

	if (IS_ERR(real))
		return PTR_ERR(real);

	switch (cmd) {
	case KVM_CREATE_VM:
		return vqc_kvm_create_vm(real, arg);
	case KVM_CHECK_EXTENSION:
		return vqc_kvm_check_extension(real, vqc_kvm_split_default(),
					       arg);
	case KVM_GET_SUPPORTED_CPUID:
	case KVM_GET_SUPPORTED_HV_CPUID:
		if (vqc_kvm_split_default())
			return vqc_real_ioctl(real, cmd, arg);
		return vqc_kvm_get_supported_cpuid(real, cmd, arg);
	default:
		return vqc_real_ioctl(real, cmd, arg);
	}
}
