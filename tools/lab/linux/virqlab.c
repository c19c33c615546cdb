// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqlab: the driver of a device that does nothing but interrupt. For a Linux
 * guest; the device is whoever raises the line from outside, such as
 * "virqctl pulse".
 *
 * Parameters:
 *   irq    the line, by Linux's number
 *   limit  how many interrupts in a row to stand; then the line is disabled,
 *          so that one that nobody lowers does not take the guest's CPU for good
 *
 * /dev/virqlab tells how many interrupts came. A read sleeps until there is one
 * that this open file was not told of. It takes the count before it goes to
 * sleep, so an interrupt between the two wakes it, too.
 */
#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

static int irq = 10;
module_param(irq, int, 0444);
MODULE_PARM_DESC(irq, "line of the device");

static int limit = 1000000;
module_param(limit, int, 0444);
MODULE_PARM_DESC(limit, "disable the line after so many interrupts");

static atomic_t virqlab_count;
static DECLARE_WAIT_QUEUE_HEAD(virqlab_wait);

static irqreturn_t virqlab_interrupt(int line, void *cookie)
{
	if (atomic_inc_return(&virqlab_count) == limit) {
		disable_irq_nosync(line);
		pr_info("virqlab: %d interrupts, the line is disabled\n", limit);
	}
	wake_up(&virqlab_wait);
	return IRQ_HANDLED;
}

static int virqlab_open(struct inode *inode, struct file *file)
{
	int *told = kmalloc(sizeof(*told), GFP_KERNEL);

	if (!told)
		return -ENOMEM;
	*told = atomic_read(&virqlab_count);
	file->private_data = told;
	return nonseekable_open(inode, file);
}

static int virqlab_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static ssize_t virqlab_read(struct file *file, char __user *user, size_t len,
			    loff_t *pos)
{
	int *told = file->private_data;
	char text[16];
	int now, ret;
	size_t chars;

	ret = wait_event_interruptible(virqlab_wait,
				       atomic_read(&virqlab_count) != *told);
	if (ret)
		return ret;
	now = atomic_read(&virqlab_count);
	chars = scnprintf(text, sizeof(text), "%d\n", now);
	if (len < chars)
		return -EINVAL;
	if (copy_to_user(user, text, chars))
		return -EFAULT;
	*told = now;
	return chars;
}

static const struct file_operations virqlab_fops = {
	.owner = THIS_MODULE,
	.open = virqlab_open,
	.release = virqlab_release,
	.read = virqlab_read,
};

static struct miscdevice virqlab_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "virqlab",
	.fops = &virqlab_fops,
};

static int __init virqlab_init(void)
{
	int ret = request_irq(irq, virqlab_interrupt, IRQF_SHARED, "virqlab",
			      &virqlab_device);

	if (ret)
		return ret;
	ret = misc_register(&virqlab_device);
	if (ret)
		free_irq(irq, &virqlab_device);
	return ret;
}

static void __exit virqlab_exit(void)
{
	misc_deregister(&virqlab_device);
	free_irq(irq, &virqlab_device);
}

module_init(virqlab_init);
module_exit(virqlab_exit);
MODULE_DESCRIPTION("Counts the interrupts of a line");
MODULE_LICENSE("GPL");
