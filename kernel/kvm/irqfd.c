// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_IRQFD: an eventfd drives a GSI, without a system call.
 *
 * Who signals the eventfd runs our entry in its wait queue, with the queue's
 * lock held and perhaps in a hard interrupt; the line is driven right there,
 * by the routes of that moment. An irqfd is found by its wait queue entry, so
 * no list is searched and nothing is locked on that way.
 *
 * Plain irqfds pulse their line: an edge. Resample irqfds are levels: the line
 * stays asserted until a chip says that the guest has ended the interrupt. It
 * is then released at once, and whoever waits on a resample eventfd is told
 * to look whether the device still wants service. All of a GSI are one source
 * of its wire and share that one assertion, represented by a resampler.
 *
 * Nothing signals an eventfd from a chip's effects or from a wait queue entry:
 * a work item does, so an eventfd whose signal leads to its own signal goes
 * round by way of the guest and recurses nowhere.
 *
 * Locking
 * =======
 *
 * vqc_irqfds.lock (mutex)
 *	The lists of a VM and everything that changes them: one irqfd is set up
 *	or taken down at a time, and never both at once.
 * resamplers, and the irqfds of one (RCU)
 *	Walked where a pin is acked and where the eventfds are signalled.
 * vqc_irqfd.flags
 *	GOING is taken once, by whoever is to take the irqfd down: an ioctl, the
 *	VM's end, or the end of the eventfd, which is noticed with the wait
 *	queue locked and so leaves it to a work item.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "front.h"

#define VQC_IRQFD_GOING		0	/* bit of vqc_irqfd.flags */
#define VQC_IRQFD_FLAGS		(KVM_IRQFD_FLAG_DEASSIGN | \
				 KVM_IRQFD_FLAG_RESAMPLE)

/**
 * struct vqc_resampler - what the resample irqfds of one GSI share
 * @node: in vqc_irqfds.resamplers; RCU
 * @irqfds: its irqfds; RCU
 * @gsi: the GSI
 * @signal: signals their resample eventfds
 */
struct vqc_resampler {
	struct list_head node;
	struct list_head irqfds;
	u32 gsi;
	struct work_struct signal;
};

/**
 * struct vqc_irqfd - an eventfd bound to a GSI
 * @vm: the VM
 * @node: in vqc_irqfds.items
 * @flags: VQC_IRQFD_GOING
 * @gsi: the GSI
 * @eventfd: what drives it
 * @wait: our entry in the eventfd's wait queue
 * @shutdown: takes the irqfd down when the eventfd goes
 * @passed: KVM has it too, and delivers it whenever the GSI is a message
 * @fd: by which the VMM named it to KVM
 * @resampler: NULL if the irqfd is a plain one
 * @resampler_node: in vqc_resampler.irqfds; RCU
 * @resamplefd: signalled when the guest has ended the interrupt
 */
struct vqc_irqfd {
	struct vqc_vm *vm;
	struct list_head node;
	unsigned long flags;
	u32 gsi;
	struct eventfd_ctx *eventfd;
	wait_queue_entry_t wait;
	struct work_struct shutdown;
	bool passed;
	int fd;
	struct vqc_resampler *resampler;
	struct list_head resampler_node;
	struct eventfd_ctx *resamplefd;
};

/* Separate from the kernel's own queues, so that it can be waited for. */
static struct workqueue_struct *vqc_irqfd_wq;

int vqc_irqfd_init(void)
{
	vqc_irqfd_wq = alloc_workqueue("virqchip-irqfd", WQ_UNBOUND, 0);
	return vqc_irqfd_wq ? 0 : -ENOMEM;
}

void vqc_irqfd_exit(void)
{
	destroy_workqueue(vqc_irqfd_wq);
}

void vqc_irqfds_init(struct vqc_irqfds *irqfds)
{
	mutex_init(&irqfds->lock);
	INIT_LIST_HEAD(&irqfds->items);
	INIT_LIST_HEAD(&irqfds->resamplers);
}

/* ---- driving the line; any context ---- */

static void vqc_irqfd_deliver(struct vqc_irqfd *irqfd)
{
	struct vqc_fabric *f = irqfd->vm->fabric;

	if (irqfd->resampler) {
		vqc_set_irq(f, VQC_SOURCE_RESAMPLE, irqfd->gsi, 1, false);
		return;
	}
	if (irqfd->passed && vqc_split_passes(irqfd->vm, irqfd->gsi))
		return;
	vqc_pulse_irq(f, VQC_SOURCE_IRQFD, irqfd->gsi);
}

/*
 * The eventfd's wait queue is locked and interrupts are off. The count is
 * taken so that no other waiter is woken for an event that was served here.
 */
static int vqc_irqfd_wake(wait_queue_entry_t *wait, unsigned int mode,
			  int sync, void *key)
{
	struct vqc_irqfd *irqfd = container_of(wait, struct vqc_irqfd, wait);
	__poll_t events = key_to_poll(key);
	u64 count;

	/* The last file is closed: nobody can signal it any more. */
	if ((events & EPOLLHUP) &&
	    !test_and_set_bit(VQC_IRQFD_GOING, &irqfd->flags))
		queue_work(vqc_irqfd_wq, &irqfd->shutdown);

	if (!(events & EPOLLIN))
		return 0;
	/* KVM comes next in the queue, and takes the count. */
	if (!irqfd->passed)
		eventfd_ctx_do_read(irqfd->eventfd, &count);
	vqc_irqfd_deliver(irqfd);
	return !irqfd->passed;
}

/* ---- resampling ---- */

/* Does @gsi lead to this pin now? */
static bool vqc_gsi_reaches(struct vqc_fabric *f, u32 gsi, enum vqc_chip chip,
			    unsigned int pin)
{
	enum vqc_route_kind kind = chip == VQC_CHIP_PIC ? VQC_ROUTE_PIC :
							  VQC_ROUTE_IOAPIC;
	const struct vqc_route *route;
	unsigned int i, nr;

	route = vqc_route_lookup(rcu_dereference(f->routes), gsi, &nr);
	for (i = 0; i < nr; i++)
		if (route[i].kind == kind && route[i].pin == pin)
			return true;
	return false;
}

/*
 * The line is released before the device is asked: what it answers comes
 * later and stays.
 */
void vqc_irqfd_pin_acked(struct vqc_fabric *f, enum vqc_chip chip,
			 unsigned int pin)
{
	struct vqc_vm *vm = f->config.owner;
	struct vqc_resampler *resampler;

	rcu_read_lock();
	list_for_each_entry_rcu(resampler, &vm->irqfds.resamplers, node) {
		if (!vqc_gsi_reaches(f, resampler->gsi, chip, pin))
			continue;
		vqc_set_irq(f, VQC_SOURCE_RESAMPLE, resampler->gsi, 0, false);
		queue_work(vqc_irqfd_wq, &resampler->signal);
	}
	rcu_read_unlock();
}

static void vqc_resampler_signal(struct work_struct *work)
{
	struct vqc_resampler *resampler =
		container_of(work, struct vqc_resampler, signal);
	struct vqc_irqfd *irqfd;

	rcu_read_lock();
	list_for_each_entry_rcu(irqfd, &resampler->irqfds, resampler_node)
		eventfd_signal(irqfd->resamplefd);
	rcu_read_unlock();
}

static struct vqc_resampler *vqc_resampler_find(struct vqc_irqfds *irqfds,
						u32 gsi)
{
	struct vqc_resampler *resampler;

	lockdep_assert_held(&irqfds->lock);
	list_for_each_entry(resampler, &irqfds->resamplers, node)
		if (resampler->gsi == gsi)
			return resampler;
	return NULL;
}

/* A pin may be programmed as edge all the same: the guest decides. */
static void vqc_resamplers_changed(struct vqc_vm *vm)
{
	lockdep_assert_held(&vm->irqfds.lock);
	WRITE_ONCE(vm->fabric->edge_acks,
		   !list_empty(&vm->irqfds.resamplers));
}

static int vqc_resampler_attach(struct vqc_irqfd *irqfd)
{
	struct vqc_irqfds *irqfds = &irqfd->vm->irqfds;
	struct vqc_resampler *resampler = vqc_resampler_find(irqfds,
							     irqfd->gsi);

	if (!resampler) {
		resampler = kzalloc(sizeof(*resampler), GFP_KERNEL_ACCOUNT);
		if (!resampler)
			return -ENOMEM;
		INIT_LIST_HEAD(&resampler->irqfds);
		INIT_WORK(&resampler->signal, vqc_resampler_signal);
		resampler->gsi = irqfd->gsi;
		list_add_tail_rcu(&resampler->node, &irqfds->resamplers);
		vqc_resamplers_changed(irqfd->vm);
	}
	irqfd->resampler = resampler;
	list_add_tail_rcu(&irqfd->resampler_node, &resampler->irqfds);
	return 0;
}

/* When it returns nobody signals @irqfd's resample eventfd. */
static void vqc_resampler_detach(struct vqc_irqfd *irqfd)
{
	struct vqc_resampler *resampler = irqfd->resampler;
	bool last;

	list_del_rcu(&irqfd->resampler_node);
	last = list_empty(&resampler->irqfds);
	if (last) {
		list_del_rcu(&resampler->node);
		vqc_resamplers_changed(irqfd->vm);
	}
	synchronize_rcu_expedited();
	if (!last)
		return;

	cancel_work_sync(&resampler->signal);
	vqc_set_irq(irqfd->vm->fabric, VQC_SOURCE_RESAMPLE, resampler->gsi, 0,
		    false);
	kfree(resampler);
}

/* ---- taking down ---- */

static void vqc_irqfd_free(struct vqc_irqfd *irqfd)
{
	if (irqfd->resamplefd)
		eventfd_ctx_put(irqfd->resamplefd);
	if (irqfd->eventfd)
		eventfd_ctx_put(irqfd->eventfd);
	kfree(irqfd);
}

/* Who has taken GOING calls this; no delivery is under way when it returns. */
static void vqc_irqfd_remove(struct vqc_irqfd *irqfd)
{
	u64 count;

	lockdep_assert_held(&irqfd->vm->irqfds.lock);
	list_del(&irqfd->node);
	/* Takes the lock that a delivery holds from its begin to its end. */
	eventfd_ctx_remove_wait_queue(irqfd->eventfd, &irqfd->wait, &count);
	if (irqfd->resampler)
		vqc_resampler_detach(irqfd);
	vqc_irqfd_free(irqfd);
}

static void vqc_irqfd_shutdown(struct work_struct *work)
{
	struct vqc_irqfd *irqfd = container_of(work, struct vqc_irqfd,
					       shutdown);
	struct vqc_irqfds *irqfds = &irqfd->vm->irqfds;

	mutex_lock(&irqfds->lock);
	vqc_irqfd_remove(irqfd);
	mutex_unlock(&irqfds->lock);
}

/* Take down those of @eventfd and @gsi, or all if @eventfd is NULL. */
static void vqc_irqfds_remove(struct vqc_irqfds *irqfds,
			      const struct eventfd_ctx *eventfd, u32 gsi)
{
	struct vqc_irqfd *irqfd, *next;
	bool ending = false;

	mutex_lock(&irqfds->lock);
	list_for_each_entry_safe(irqfd, next, &irqfds->items, node) {
		if (eventfd && (irqfd->eventfd != eventfd ||
				irqfd->gsi != gsi))
			continue;
		if (test_and_set_bit(VQC_IRQFD_GOING, &irqfd->flags))
			ending = true;
		else
			vqc_irqfd_remove(irqfd);
	}
	mutex_unlock(&irqfds->lock);
	/*
	 * Those whose eventfd was closed meanwhile. Who saw that may be about
	 * to queue the work, with the wait queue locked: an RCU reader.
	 */
	if (ending)
		synchronize_rcu_expedited();
	flush_workqueue(vqc_irqfd_wq);
}

/*
 * KVM's own would live on as long as a vCPU's fd does. It takes them by a number,
 * which may be another file's by now; then the eventfd's own end is theirs.
 */
static void vqc_irqfds_take_back(struct vqc_irqfds *irqfds)
{
	const struct vqc_irqfd *irqfd;
	struct eventfd_ctx *eventfd;

	mutex_lock(&irqfds->lock);
	list_for_each_entry(irqfd, &irqfds->items, node) {
		if (!irqfd->passed || current->mm != irqfd->vm->mm)
			continue;
		eventfd = eventfd_ctx_fdget(irqfd->fd);
		if (IS_ERR(eventfd))
			continue;
		if (eventfd == irqfd->eventfd)
			vqc_split_irqfd(irqfd->vm, irqfd->fd, irqfd->gsi,
					KVM_IRQFD_FLAG_DEASSIGN);
		eventfd_ctx_put(eventfd);
	}
	mutex_unlock(&irqfds->lock);
}

void vqc_irqfds_release(struct vqc_irqfds *irqfds)
{
	vqc_irqfds_take_back(irqfds);
	vqc_irqfds_remove(irqfds, NULL, 0);
}

static int vqc_irqfd_deassign(struct vqc_vm *vm, const struct kvm_irqfd *args)
{
	struct eventfd_ctx *eventfd = eventfd_ctx_fdget(args->fd);

	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);
	vqc_irqfds_remove(&vm->irqfds, eventfd, args->gsi);
	eventfd_ctx_put(eventfd);
	/* If KVM has it not it has nothing to complain of. */
	if (vm->split)
		vqc_split_irqfd(vm, args->fd, args->gsi,
				KVM_IRQFD_FLAG_DEASSIGN);
	return 0;
}

/* ---- setting up ---- */

struct vqc_irqfd_poll {
	poll_table table;
	struct vqc_irqfd *irqfd;
};

/*
 * Before KVM, which ends each wake-up, and with no priority that KVM's own could
 * be refused for.
 */
static void vqc_irqfd_queue_first(struct vqc_irqfd *irqfd,
				  wait_queue_head_t *queue)
{
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	list_add(&irqfd->wait.entry, &queue->head);
	spin_unlock_irqrestore(&queue->lock, flags);
}

static void vqc_irqfd_queue(struct file *file, wait_queue_head_t *queue,
			    poll_table *table)
{
	struct vqc_irqfd_poll *poll = container_of(table, struct vqc_irqfd_poll,
						   table);

	/* Ahead of readers of the eventfd, which then get nothing to read. */
	if (poll->irqfd->passed)
		vqc_irqfd_queue_first(poll->irqfd, queue);
	else
		add_wait_queue_priority(queue, &poll->irqfd->wait);
}

static bool vqc_irqfd_eventfd_used(const struct vqc_irqfds *irqfds,
				   const struct eventfd_ctx *eventfd)
{
	const struct vqc_irqfd *irqfd;

	lockdep_assert_held(&irqfds->lock);
	list_for_each_entry(irqfd, &irqfds->items, node)
		if (irqfd->eventfd == eventfd)
			return true;
	return false;
}

/* Each signal is seen by both: here first, then KVM takes it. */
static int vqc_irqfd_pass(struct vqc_irqfd *irqfd, int fd)
{
	long ret = vqc_split_irqfd(irqfd->vm, fd, irqfd->gsi, 0);

	irqfd->passed = !ret;
	irqfd->fd = fd;
	return ret == -ENOSPC ? 0 : ret;
}

/* @file keeps the eventfd from ending before the irqfd is whole. */
static int vqc_irqfd_activate(struct vqc_irqfd *irqfd, struct file *file,
			      int fd)
{
	struct vqc_irqfds *irqfds = &irqfd->vm->irqfds;
	struct vqc_irqfd_poll poll = { .irqfd = irqfd };
	int ret = 0;

	mutex_lock(&irqfds->lock);
	if (vqc_irqfd_eventfd_used(irqfds, irqfd->eventfd))
		ret = -EBUSY;
	else if (irqfd->resamplefd)
		ret = vqc_resampler_attach(irqfd);
	else if (irqfd->vm->split)
		ret = vqc_irqfd_pass(irqfd, fd);
	if (ret)
		goto unlock;

	list_add_tail(&irqfd->node, &irqfds->items);
	init_poll_funcptr(&poll.table, vqc_irqfd_queue);
	/* What was signalled earlier is not lost. */
	if (vfs_poll(file, &poll.table) & EPOLLIN)
		vqc_irqfd_deliver(irqfd);
unlock:
	mutex_unlock(&irqfds->lock);
	return ret;
}

static struct vqc_irqfd *vqc_irqfd_alloc(struct vqc_vm *vm,
					 const struct kvm_irqfd *args,
					 struct file *file)
{
	struct vqc_irqfd *irqfd = kzalloc(sizeof(*irqfd), GFP_KERNEL_ACCOUNT);
	struct eventfd_ctx *ctx;

	if (!irqfd)
		return ERR_PTR(-ENOMEM);
	irqfd->vm = vm;
	irqfd->gsi = args->gsi;
	INIT_WORK(&irqfd->shutdown, vqc_irqfd_shutdown);
	init_waitqueue_func_entry(&irqfd->wait, vqc_irqfd_wake);

	ctx = eventfd_ctx_fileget(file);
	if (IS_ERR(ctx))
		goto free;
	irqfd->eventfd = ctx;
	if (args->flags & KVM_IRQFD_FLAG_RESAMPLE) {
		ctx = eventfd_ctx_fdget(args->resamplefd);
		if (IS_ERR(ctx))
			goto free;
		irqfd->resamplefd = ctx;
	}
	return irqfd;

free:
	vqc_irqfd_free(irqfd);
	return ERR_CAST(ctx);
}

static int vqc_irqfd_assign(struct vqc_vm *vm, const struct kvm_irqfd *args)
{
	struct vqc_irqfd *irqfd;
	struct file *file;
	int ret;

	/* Pairs with the release that published it: it is seen whole. */
	if (!smp_load_acquire(&vm->fabric) || args->gsi >= VQC_NR_GSIS)
		return -EINVAL;
	/* What a level waits for, the EOI, is the VMM's. */
	if ((args->flags & KVM_IRQFD_FLAG_RESAMPLE) && vm->user_chips)
		return -EINVAL;
	file = fget(args->fd);
	if (!file)
		return -EBADF;

	irqfd = vqc_irqfd_alloc(vm, args, file);
	ret = PTR_ERR_OR_ZERO(irqfd);
	if (!ret) {
		ret = vqc_irqfd_activate(irqfd, file, args->fd);
		if (ret)
			vqc_irqfd_free(irqfd);
	}
	fput(file);
	return ret;
}

long vqc_vm_irqfd(void *object, unsigned int cmd, unsigned long arg)
{
	struct vqc_vm *vm = object;
	struct vqc_split *section;
	struct kvm_irqfd args;
	long ret;

	if (copy_from_user(&args, (void __user *)arg, sizeof(args)))
		return -EFAULT;
	if (args.flags & ~VQC_IRQFD_FLAGS)
		return -EINVAL;
	if (args.flags & KVM_IRQFD_FLAG_DEASSIGN)
		return vqc_irqfd_deassign(vm, &args);
	section = vqc_split_begin(vm);
	ret = vqc_irqfd_assign(vm, &args);
	vqc_split_sync(section);
	vqc_split_end(section);
	return ret;
}
