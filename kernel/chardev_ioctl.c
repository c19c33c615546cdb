// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules that all ioctls share: a structure that begins with its size, that
 * may be shorter or longer than ours, and that has flags and reserved fields.
 */
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include "chardev.h"

/* What every structure begins with. */
struct vqc_ioctl_head {
	u32 size;
	u32 flags;
};

int vqc_ioctl_copy_in(void *to, const void __user *from, u32 size,
		      u32 min_size, u32 *user_size)
{
	if (get_user(*user_size, (const u32 __user *)from))
		return -EFAULT;
	if (*user_size < min_size)
		return -EINVAL;
	/* There is no need to look for zeroes for ever. */
	if (*user_size > PAGE_SIZE)
		return -E2BIG;
	return copy_struct_from_user(to, size, from, *user_size);
}

static bool vqc_ioctl_valid(const struct vqc_ioctl *row, const void *arg)
{
	const struct vqc_ioctl_head *head = arg;

	if (head->flags & ~row->flags)
		return false;
	return !row->reserved || !*(const u32 *)(arg + row->reserved);
}

long vqc_ioctl_dispatch(const struct vqc_ioctl *table, unsigned int nr,
			void *ctx, unsigned int cmd, unsigned long arg)
{
	unsigned int i = _IOC_NR(cmd) % VQC_IOCTL_RANGE;
	void __user *user = (void __user *)arg;
	u64 buf[VQC_IOCTL_MAX / sizeof(u64)];
	const struct vqc_ioctl *row;
	u32 user_size;
	long ret;

	if (i >= nr)
		return -ENOTTY;
	row = &table[array_index_nospec(i, nr)];
	if (row->cmd != cmd || !row->fn)
		return -ENOTTY;

	ret = vqc_ioctl_copy_in(buf, user, row->size, row->min_size,
				&user_size);
	if (ret)
		return ret;
	if (!vqc_ioctl_valid(row, buf))
		return -EINVAL;

	ret = row->fn(ctx, buf);
	if (ret >= 0 && row->out &&
	    copy_to_user(user, buf, min_t(u32, user_size, row->size)))
		ret = -EFAULT;
	return ret;
}
