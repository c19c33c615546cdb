// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/virqchip: one device node for two kinds of users.
 *
 * Commands of KVM's type go to the KVM front, whose file this is then; commands
 * of our own are answered here, and need nothing that the file keeps. A
 * character device of its own rather than a misc device, because the misc
 * core's lock is held while a misc device is opened, and the KVM front opens
 * /dev/kvm, which is one.
 */
#include <linux/capability.h>
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/string.h>

#include "chardev.h"
#include "fabric.h"

#define VQC_CHARDEV_NAME	"virqchip"
#define VQC_CHARDEV_MODE	0660
/* The type of KVM's ioctls, KVMIO */
#define VQC_KVM_IOCTL_TYPE	0xae

/* ---- our own commands ---- */

static long vqc_get_info(void *ctx, void *arg)
{
	struct virqchip_get_info *info = arg;

	info->abi_version = VIRQCHIP_ABI_VERSION;
	info->features = IS_ENABLED(CONFIG_VIRQCHIP_KVM) ? VIRQCHIP_INFO_KVM : 0;
	info->max_cpus = VQC_MAX_CPUS;
	info->max_apic_ids = VQC_MAX_APIC_IDS;
	info->nr_gsis = VQC_NR_GSIS;
	info->max_routes = VQC_MAX_ROUTES;
	info->nr_sources = VQC_NR_SOURCES;
	info->nr_pic_pins = VQC_NR_PIC_PINS;
	info->nr_ioapic_pins = VQC_NR_IOAPIC_PINS;
	return 0;
}

static long vqc_fabric_create_ioctl(void *ctx, void *arg)
{
	return vqc_fabric_fd_create(arg);
}

struct vqc_fabric *vqc_find_fabric(bool by_name, u32 id, const char *name)
{
	size_t len = strnlen(name, VIRQCHIP_NAME_LEN);
	struct vqc_fabric *f;

	if (by_name) {
		if (len == VIRQCHIP_NAME_LEN || id)
			return ERR_PTR(-EINVAL);
		f = vqc_fabric_find_name(name);
	} else {
		if (len)
			return ERR_PTR(-EINVAL);
		f = vqc_fabric_find(id);
	}
	return f ?: ERR_PTR(-ENOENT);
}

static long vqc_pulse_ioctl(void *ctx, void *arg)
{
	struct virqchip_pulse *pulse = arg;
	struct vqc_pulses pulses = {
		.gsi = pulse->gsi,
		.count = pulse->count,
	};
	struct vqc_fabric *f;
	int ret;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	f = vqc_find_fabric(pulse->flags & VIRQCHIP_PULSE_BY_NAME,
			    pulse->fabric_id, pulse->name);
	if (IS_ERR(f))
		return PTR_ERR(f);
	ret = vqc_pulse_line(f, &pulses);
	vqc_fabric_put(f);

	pulse->delivered = pulses.delivered;
	pulse->coalesced = pulses.coalesced;
	pulse->ignored = pulses.ignored;
	return ret;
}

static long vqc_record_ioctl(void *ctx, void *arg)
{
	return vqc_record_fd_create(arg);
}

static const struct vqc_ioctl vqc_chardev_ioctls[] = {
	VQC_IOCTL(VIRQCHIP_GET_INFO, virqchip_get_info, __reserved,
		  vqc_get_info, .out = true,
		  .reserved = offsetof(struct virqchip_get_info, __reserved)),
	VQC_IOCTL(VIRQCHIP_FABRIC_CREATE, virqchip_fabric_create, name,
		  vqc_fabric_create_ioctl,
		  .flags = VIRQCHIP_FABRIC_IOAPIC_EOIR |
			   VIRQCHIP_FABRIC_ELECTRICAL |
			   VIRQCHIP_FABRIC_STRICT_EDGE |
			   VIRQCHIP_FABRIC_PIT |
			   VIRQCHIP_FABRIC_VIRTUAL_WIRE),
	VQC_IOCTL(VIRQCHIP_PULSE, virqchip_pulse, name, vqc_pulse_ioctl,
		  .out = true, .flags = VIRQCHIP_PULSE_BY_NAME),
	VQC_IOCTL(VIRQCHIP_RECORD, virqchip_record, name, vqc_record_ioctl,
		  .flags = VIRQCHIP_RECORD_BY_NAME),
};

/* ---- the device ---- */

static int vqc_chardev_release(struct inode *inode, struct file *file)
{
	vqc_kvm_release(file);
	return 0;
}

static long vqc_chardev_ioctl(struct file *file, unsigned int cmd,
			      unsigned long arg)
{
	if (_IOC_TYPE(cmd) == VQC_KVM_IOCTL_TYPE)
		return vqc_kvm_dev_ioctl(file, cmd, arg);
	return vqc_ioctl_dispatch(vqc_chardev_ioctls,
				  ARRAY_SIZE(vqc_chardev_ioctls), NULL, cmd,
				  arg);
}

static const struct file_operations vqc_chardev_fops = {
	.owner = THIS_MODULE,
	.release = vqc_chardev_release,
	.unlocked_ioctl = vqc_chardev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static char *vqc_chardev_devnode(VQC_CONST_DEVICE *dev, umode_t *mode)
{
	if (mode)
		*mode = VQC_CHARDEV_MODE;
	return NULL;
}

static dev_t vqc_chardev_number;
static struct class *vqc_chardev_class;
static struct cdev vqc_chardev;

int vqc_chardev_init(void)
{
	struct device *device;
	int ret;

	ret = alloc_chrdev_region(&vqc_chardev_number, 0, 1, VQC_CHARDEV_NAME);
	if (ret)
		return ret;

	vqc_chardev_class = class_create(VQC_CHARDEV_NAME);
	if (IS_ERR(vqc_chardev_class)) {
		ret = PTR_ERR(vqc_chardev_class);
		goto err_region;
	}
	vqc_chardev_class->devnode = vqc_chardev_devnode;

	cdev_init(&vqc_chardev, &vqc_chardev_fops);
	ret = cdev_add(&vqc_chardev, vqc_chardev_number, 1);
	if (ret)
		goto err_class;

	device = device_create(vqc_chardev_class, NULL, vqc_chardev_number,
			       NULL, VQC_CHARDEV_NAME);
	if (IS_ERR(device)) {
		ret = PTR_ERR(device);
		goto err_cdev;
	}
	return 0;

err_cdev:
	cdev_del(&vqc_chardev);
err_class:
	class_destroy(vqc_chardev_class);
err_region:
	unregister_chrdev_region(vqc_chardev_number, 1);
	return ret;
}

void vqc_chardev_exit(void)
{
	device_destroy(vqc_chardev_class, vqc_chardev_number);
	cdev_del(&vqc_chardev);
	class_destroy(vqc_chardev_class);
	unregister_chrdev_region(vqc_chardev_number, 1);
}
