// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device with a queue: what a virtio device is to KVM. Its request comes by an
 * ioeventfd, without an exit to the VMM, and its interrupt goes by an irqfd. Without
 * an irqchip there is no irqfd, and the VMM injects.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vmm.h"

#define QUEUE_GSI		40
#define QUEUE_MSI_ADDRESS	0xfee00000UL

/**
 * queue_answer() - the device with a queue sends its interrupt
 * @queue: the device
 *
 * Context: the thread of the queue or, on a request that came out, the vCPU's.
 */
void queue_answer(struct queue *queue)
{
	const u64 one = 1;

	if (!queue->vm->opts->irqchip)
		floor_raise(queue->vm, queue->vector);
	else if (write(queue->irq, &one, sizeof(one)) != sizeof(one))
		die("cannot signal the irqfd: %s", strerror(errno));
}

static void *queue_main(void *arg)
{
	struct queue *queue = arg;
	u64 count;

	worker_go_first(queue->vm);
	while (read(queue->kick, &count, sizeof(count)) == sizeof(count))
		queue_answer(queue);
	return NULL;
}

static void queue_connect(struct queue *queue)
{
	struct kvm_ioeventfd kick = {
		.addr = LAB_DEV_KICK, .len = 4, .fd = queue->kick,
	};
	struct kvm_irqfd irq = { .fd = queue->irq, .gsi = QUEUE_GSI };
	int ret;

	if (ioctl(queue->vm->vm_fd, KVM_IOEVENTFD, &kick) < 0)
		die("KVM_IOEVENTFD: %s", strerror(errno));
	if (!queue->vm->opts->irqchip)
		return;
	ret = vm_route(queue->vm, QUEUE_GSI, QUEUE_MSI_ADDRESS, queue->vector,
		       false);
	if (ret)
		die("KVM_SET_GSI_ROUTING: %s", strerror(-ret));
	if (ioctl(queue->vm->vm_fd, KVM_IRQFD, &irq) < 0)
		die("KVM_IRQFD: %s", strerror(errno));
}

/**
 * queue_start() - make the device with a queue, which ends with the program
 * @vm: the VM
 * @vector: what it sends
 */
void queue_start(struct vm *vm, u8 vector)
{
	struct queue *queue = &vm->queue;

	queue->vm = vm;
	queue->vector = vector;
	queue->kick = eventfd(0, EFD_CLOEXEC);
	queue->irq = eventfd(0, EFD_CLOEXEC);
	if (queue->kick < 0 || queue->irq < 0)
		die("eventfd: %s", strerror(errno));
	queue_connect(queue);
	if (pthread_create(&queue->thread, NULL, queue_main, queue))
		die("cannot start the queue's thread");
}
