// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqwork: the driver of a device that answers later. For a Linux guest in QEMU,
 * whose device "edu" has a thread of its own that computes factorials and then
 * interrupts (QEMU, docs/specs/edu).
 *
 * A write to /dev/virqwork is one request for each byte, and returns when the last
 * one is answered: it asks the device, sleeps, and the interrupt wakes it.
 *
 * Parameters:
 *   msi       interrupt by a message; otherwise by the device's line
 *   late      do not go to sleep before the interrupt has been
 *   answered  interrupts that were answers (read only)
 *   slept     requests whose answer came after the writer had gone to sleep, or
 *             on its way to there (read only)
 */
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/wait.h>

#define EDU_VENDOR		0x1234
#define EDU_DEVICE		0x11e8
#define EDU_FACTORIAL		0x08
#define EDU_STATUS		0x20
#define EDU_STATUS_IRQ		0x80
#define EDU_IRQ_STATUS		0x24
#define EDU_IRQ_ACK		0x64
/* Not of one name in all kernels. */
#define EDU_INTX		(PCI_IRQ_ALL_TYPES & ~(PCI_IRQ_MSI | PCI_IRQ_MSIX))
/* The greatest number whose factorial has 32 bits. */
#define EDU_MOST		12
#define EDU_PATIENCE		(60 * HZ)

static bool msi;
module_param(msi, bool, 0444);
MODULE_PARM_DESC(msi, "interrupt by a message");

static bool late;
module_param(late, bool, 0644);
MODULE_PARM_DESC(late, "sleep only after the interrupt");

static unsigned int answered;
module_param(answered, uint, 0444);
MODULE_PARM_DESC(answered, "interrupts that were answers");

static unsigned int slept;
module_param(slept, uint, 0444);
MODULE_PARM_DESC(slept, "requests that were not answered before the sleep");

static void __iomem *edu;
static DECLARE_WAIT_QUEUE_HEAD(virqwork_wait);
/* One request at a time. */
static DEFINE_MUTEX(virqwork_lock);

static irqreturn_t virqwork_interrupt(int line, void *cookie)
{
	u32 status = ioread32(edu + EDU_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	iowrite32(status, edu + EDU_IRQ_ACK);
	WRITE_ONCE(answered, answered + 1);
	wake_up(&virqwork_wait);
	return IRQ_HANDLED;
}

static bool virqwork_is_answered(unsigned int goal)
{
	return READ_ONCE(answered) == goal;
}

/* The writer is late: the interrupt has been when it goes to sleep. */
static int virqwork_be_late(unsigned int goal)
{
	unsigned long end = jiffies + EDU_PATIENCE;

	while (!virqwork_is_answered(goal)) {
		if (time_after(jiffies, end))
			return -ETIMEDOUT;
		cpu_relax();
		cond_resched();
	}
	return 0;
}

static int virqwork_ask(unsigned int number)
{
	unsigned int goal = READ_ONCE(answered) + 1;
	u32 factorial = 1, factor;
	int ret = 0;

	for (factor = 2; factor <= number; factor++)
		factorial *= factor;
	iowrite32(number, edu + EDU_FACTORIAL);
	if (late)
		ret = virqwork_be_late(goal);
	else if (!virqwork_is_answered(goal))
		slept++;
	if (ret)
		return ret;
	if (!wait_event_timeout(virqwork_wait, virqwork_is_answered(goal), EDU_PATIENCE))
		return -ETIMEDOUT;
	return ioread32(edu + EDU_FACTORIAL) == factorial ? 0 : -EIO;
}

static ssize_t virqwork_write(struct file *file, const char __user *user, size_t len,
			      loff_t *pos)
{
	size_t done;
	int ret = 0;

	mutex_lock(&virqwork_lock);
	for (done = 0; done < len && !ret; done += !ret)
		ret = signal_pending(current) ? -EINTR : virqwork_ask(done % (EDU_MOST + 1));
	mutex_unlock(&virqwork_lock);
	return done ?: ret;
}

static const struct file_operations virqwork_fops = {
	.owner = THIS_MODULE,
	.write = virqwork_write,
};

static struct miscdevice virqwork_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "virqwork",
	.fops = &virqwork_fops,
};

static int virqwork_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret = pcim_enable_device(pdev);

	if (ret)
		return ret;
	pci_set_master(pdev);
	edu = pcim_iomap(pdev, 0, 0);
	if (!edu)
		return -ENOMEM;
	ret = pci_alloc_irq_vectors(pdev, 1, 1, msi ? PCI_IRQ_MSI : EDU_INTX);
	if (ret < 0)
		return ret;
	ret = request_irq(pci_irq_vector(pdev, 0), virqwork_interrupt, IRQF_SHARED,
			  "virqwork", pdev);
	if (ret)
		goto free_vectors;
	iowrite32(EDU_STATUS_IRQ, edu + EDU_STATUS);
	ret = misc_register(&virqwork_device);
	if (!ret)
		return 0;
	free_irq(pci_irq_vector(pdev, 0), pdev);
free_vectors:
	pci_free_irq_vectors(pdev);
	return ret;
}

static void virqwork_remove(struct pci_dev *pdev)
{
	misc_deregister(&virqwork_device);
	iowrite32(0, edu + EDU_STATUS);
	free_irq(pci_irq_vector(pdev, 0), pdev);
	pci_free_irq_vectors(pdev);
}

static const struct pci_device_id virqwork_ids[] = {
	{ PCI_DEVICE(EDU_VENDOR, EDU_DEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, virqwork_ids);

static struct pci_driver virqwork_driver = {
	.name = "virqwork",
	.id_table = virqwork_ids,
	.probe = virqwork_probe,
	.remove = virqwork_remove,
};

module_pci_driver(virqwork_driver);
MODULE_DESCRIPTION("Asks a device that answers by an interrupt");
MODULE_LICENSE("GPL");
