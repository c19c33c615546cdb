/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/virqchip, and what its two kinds of file descriptors share.
 */
#ifndef VQC_CHARDEV_H
#define VQC_CHARDEV_H

#include <linux/ioctl.h>
#include <linux/types.h>

#include <linux/virqchip.h>

#ifdef CONFIG_VIRQCHIP_KVM
#include "kvm/front.h"
#else
#include <linux/errno.h>

struct file;

/**
 * vqc_kvm_init - there is no KVM front to set up
 *
 * Context: any. Return: 0.
 */
static inline int vqc_kvm_init(void)
{
	return 0;
}

/**
 * vqc_kvm_exit - there is no KVM front to undo
 *
 * Context: any.
 */
static inline void vqc_kvm_exit(void)
{
}

/**
 * vqc_kvm_release - a device was closed, and there is no KVM front
 * @file: the device
 *
 * Context: any.
 */
static inline void vqc_kvm_release(struct file *file)
{
}

/**
 * vqc_kvm_dev_ioctl - KVM's ioctls are not known without the KVM front
 * @file: the device
 * @cmd: the command
 * @arg: its argument
 *
 * Context: any. Return: -ENOTTY.
 */
static inline long vqc_kvm_dev_ioctl(struct file *file, unsigned int cmd,
				     unsigned long arg)
{
	return -ENOTTY;
}
#endif

struct vqc_fabric;

/* No ioctl's structure is longer than this many bytes. */
#define VQC_IOCTL_MAX		64u
/* Each kind of file descriptor has a range of so many command numbers. */
#define VQC_IOCTL_RANGE		0x40u

/**
 * struct vqc_ioctl - a row of an ioctl table
 * @cmd: the command
 * @size: bytes of its structure
 * @min_size: bytes of the first version of its structure
 * @reserved: offset of a __u32 that must be 0; 0: there is none
 * @out: the structure is written back
 * @flags: bits of the structure's flags that the command knows
 * @fn: does it. @ctx is that of vqc_ioctl_dispatch(), @arg the structure, in
 *	kernel memory, its size, flags and @reserved checked. Returns 0 or more,
 *	or an errno.
 */
struct vqc_ioctl {
	unsigned int cmd;
	u16 size;
	u16 min_size;
	u16 reserved;
	bool out;
	u32 flags;
	long (*fn)(void *ctx, void *arg);
};

/*
 * One row: command, structure, last field of its first version, function; then
 * .out, .flags and .reserved by name.
 */
#define VQC_IOCTL(_cmd, _struct, _last, _fn, ...)			\
	[_IOC_NR(_cmd) % VQC_IOCTL_RANGE] = {				\
		.cmd = (_cmd),						\
		.size = sizeof(struct _struct) +			\
			BUILD_BUG_ON_ZERO(sizeof(struct _struct) >	\
					  VQC_IOCTL_MAX),		\
		.min_size = offsetofend(struct _struct, _last),		\
		.fn = (_fn),						\
		__VA_ARGS__						\
	}

/**
 * vqc_ioctl_dispatch - find a command, fetch its structure, do it
 * @table: rows at the command's number modulo VQC_IOCTL_RANGE
 * @nr: length of @table
 * @ctx: for the command's function
 * @cmd: the command
 * @arg: user address of the structure
 *
 * Context: may sleep.
 * Return: what the command's function returns; -ENOTTY, -EFAULT, -EINVAL,
 * -E2BIG as the UAPI header says.
 */
long vqc_ioctl_dispatch(const struct vqc_ioctl *table, unsigned int nr,
			void *ctx, unsigned int cmd, unsigned long arg);

/**
 * vqc_ioctl_copy_in - fetch a structure that begins with its size
 * @to: @size bytes
 * @from: user address
 * @size: bytes that are known of it
 * @min_size: bytes of its first version
 * @user_size: where to put the size that the caller knows
 *
 * Context: may sleep. Return: 0; -EFAULT, -EINVAL, -E2BIG.
 */
int vqc_ioctl_copy_in(void *to, const void __user *from, u32 size,
		      u32 min_size, u32 *user_size);

/**
 * struct vqc_pulses - pulses of a line, and what became of them
 * @gsi: the line, any number
 * @count: how many to make, any number
 * @delivered: those that a chip or a local APIC took
 * @coalesced: those that merged with one already pending
 * @ignored: those that were masked or not routed
 */
struct vqc_pulses {
	u32 gsi;
	u32 count;
	u32 delivered;
	u32 coalesced;
	u32 ignored;
};

/**
 * vqc_pulse_line - raise a line and lower it again
 * @f: the fabric
 * @pulses: line and count; the results are filled in
 *
 * A signal to the caller ends it early. Context: may sleep.
 * Return: 0; -EINVAL: line or count out of range.
 */
int vqc_pulse_line(struct vqc_fabric *f, struct vqc_pulses *pulses);

/**
 * vqc_fabric_fd_create - build a fabric and a file descriptor for it
 * @create: from the user; its size and flags are checked
 *
 * Context: may sleep.
 * Return: the descriptor; -EINVAL: the name; -EEXIST: the name is taken;
 * -ENOMEM, -EMFILE, -ENFILE.
 */
int vqc_fabric_fd_create(const struct virqchip_fabric_create *create);

/**
 * vqc_record_fd_create - begin to record, and make a file descriptor to read it
 * @record: from the user; its size and flags are checked
 *
 * Context: may sleep, for seconds.
 * Return: the descriptor; -EPERM, -EINVAL, -ENOENT, -EBUSY, -EOPNOTSUPP,
 * -ENOMEM, -EMFILE, -ENFILE as the UAPI header says.
 */
int vqc_record_fd_create(const struct virqchip_record *record);

/**
 * vqc_find_fabric - the fabric that an ioctl means
 * @by_name: by its name
 * @id: its number; 0 if @by_name
 * @name: VIRQCHIP_NAME_LEN bytes, all zero unless @by_name
 *
 * Context: may sleep.
 * Return: the fabric with a reference taken; ERR_PTR(-EINVAL), ERR_PTR(-ENOENT).
 */
struct vqc_fabric *vqc_find_fabric(bool by_name, u32 id, const char *name);

/**
 * vqc_chardev_init - make /dev/virqchip
 *
 * The last step of loading the module: it can be opened from then on.
 * Context: may sleep. Return: 0 or an errno of the device core.
 */
int vqc_chardev_init(void);

/**
 * vqc_chardev_exit - remove /dev/virqchip
 *
 * The first step of unloading; nobody has it open. Context: may sleep.
 */
void vqc_chardev_exit(void);

#endif /* VQC_CHARDEV_H */
