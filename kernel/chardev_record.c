// SPDX-License-Identifier: GPL-2.0-only
/*
 * The recording fd: a file to read what happens to a fabric's chips.
 */
#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/uaccess.h>

#include "chardev.h"
#include "recording.h"

#define VQC_RECORD_BUFFER	0x100000u

/* Whole records, as many as there are and have room. */
static ssize_t vqc_record_copy(struct vqc_rec *r, char __user *to, size_t room)
{
	unsigned int len;
	size_t done = 0;

	lockdep_assert_held(&r->lock);
	while ((len = vqc_rec_fetch(r))) {
		if (len > room - done)
			return done ?: -EINVAL;
		if (copy_to_user(to + done, r->buf, len))
			return done ?: -EFAULT;
		WRITE_ONCE(r->have, 0);
		done += len;
		if (signal_pending(current))
			break;
		cond_resched();
	}
	return done;
}

static ssize_t vqc_record_read(struct file *file, char __user *to, size_t room,
			       loff_t *pos)
{
	struct vqc_rec *r = file->private_data;
	ssize_t ret;
	bool ended;

	for (;;) {
		/* Before the look: nothing comes after the end. */
		ended = smp_load_acquire(&r->stopped);
		if (mutex_lock_interruptible(&r->lock))
			return -ERESTARTSYS;
		ret = vqc_record_copy(r, to, room);
		mutex_unlock(&r->lock);
		if (ret || ended)
			return ret;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(r->readers, vqc_rec_readable(r));
		if (ret)
			return ret;
	}
}

static __poll_t vqc_record_poll(struct file *file, poll_table *wait)
{
	struct vqc_rec *r = file->private_data;

	poll_wait(file, &r->readers, wait);
	return vqc_rec_readable(r) ? EPOLLIN | EPOLLRDNORM : 0;
}

static long vqc_record_stop_ioctl(void *ctx, void *arg)
{
	struct virqchip_record_stop *stop = arg;
	struct vqc_rec *r = ctx;

	vqc_rec_stop(r);
	stop->records = atomic64_read(&r->order);
	stop->lost = atomic64_read(&r->lost);
	return 0;
}

static const struct vqc_ioctl vqc_record_ioctls[] = {
	VQC_IOCTL(VIRQCHIP_RECORD_STOP, virqchip_record_stop, lost,
		  vqc_record_stop_ioctl, .out = true),
};

static long vqc_record_ioctl(struct file *file, unsigned int cmd,
			     unsigned long arg)
{
	return vqc_ioctl_dispatch(vqc_record_ioctls,
				  ARRAY_SIZE(vqc_record_ioctls),
				  file->private_data, cmd, arg);
}

static int vqc_record_release(struct inode *inode, struct file *file)
{
	vqc_rec_free(file->private_data);
	return 0;
}

static const struct file_operations vqc_record_fops = {
	.owner = THIS_MODULE,
	.release = vqc_record_release,
	.read = vqc_record_read,
	.poll = vqc_record_poll,
	.unlocked_ioctl = vqc_record_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static int vqc_record_fd_start(struct vqc_fabric *f, u32 buffer)
{
	struct vqc_rec *r = vqc_rec_start(f, buffer);
	int ret;

	if (IS_ERR(r))
		return PTR_ERR(r);
	ret = anon_inode_getfd("[virqchip-recording]", &vqc_record_fops, r,
			       O_RDONLY | O_CLOEXEC);
	if (ret < 0)
		vqc_rec_free(r);
	return ret;
}

int vqc_record_fd_create(const struct virqchip_record *record)
{
	u32 buffer = record->buffer ?: VQC_RECORD_BUFFER;
	struct vqc_fabric *f;
	int ret;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (buffer < VIRQCHIP_RECORD_MIN_BUFFER ||
	    buffer > VIRQCHIP_RECORD_MAX_BUFFER)
		return -EINVAL;
	f = vqc_find_fabric(record->flags & VIRQCHIP_RECORD_BY_NAME,
			    record->fabric_id, record->name);
	if (IS_ERR(f))
		return PTR_ERR(f);
	ret = vqc_record_fd_start(f, buffer);
	vqc_fabric_put(f);
	return ret;
}
