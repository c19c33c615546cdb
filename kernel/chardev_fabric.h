/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fabric fd: a fabric whose CPUs are run by user space, by ioctls.
 */
#ifndef VQC_CHARDEV_FABRIC_H
#define VQC_CHARDEV_FABRIC_H

#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/wait.h>

#include <linux/virqchip.h>

#include "fabric.h"

/**
 * struct vqc_fd - what a fabric fd owns
 * @fabric: the fabric
 * @create_flags: VIRQCHIP_FABRIC_* it was built with
 * @waiters: who waits for something to take, in poll() or VIRQCHIP_TAKE
 * @wake: wakes @waiters; what a CPU is kicked for happens in hard interrupts
 *	too, where a wait queue may not be touched on every kernel
 * @active: CPUs that may have something to take: a superset of those that do
 * @cpu: CPUs by index; an entry is set once, with release semantics
 */
struct vqc_fd {
	struct vqc_fabric *fabric;
	u32 create_flags;
	wait_queue_head_t waiters;
	struct irq_work wake;
	DECLARE_BITMAP(active, VQC_MAX_CPUS);
	struct vqc_fd_cpu *cpu[VQC_MAX_CPUS];
};

/**
 * vqc_fd_cpu_add - add a CPU to a fabric fd
 * @fd: the fabric fd
 * @apic_id: its APIC ID
 * @bsp: it comes out of reset running
 * @index: where to put its index
 *
 * Context: may sleep. Return: as vqc_fabric_add_cpu().
 */
int vqc_fd_cpu_add(struct vqc_fd *fd, u32 apic_id, bool bsp, u32 *index);

/**
 * vqc_fd_cpu_own - become the owner of a CPU
 * @fd: the fabric fd
 * @index: which, any number
 *
 * Context: may sleep; undone by vqc_fd_cpu_disown().
 * Return: the CPU, or ERR_PTR(-ENOENT).
 */
struct vqc_cpu *vqc_fd_cpu_own(struct vqc_fd *fd, u32 index);

/**
 * vqc_fd_cpu_disown - stop to own a CPU
 * @cpu: from vqc_fd_cpu_own()
 *
 * Whoever waits for something to take is told, for the owner may have made
 * room for it. Context: may sleep.
 */
void vqc_fd_cpu_disown(struct vqc_cpu *cpu);

/**
 * vqc_fd_cpu_take - VIRQCHIP_TAKE
 * @fd: the fabric fd
 * @take: from the user; the results are filled in
 *
 * Context: may sleep. Return: 0, -ENOENT, -ERESTARTSYS.
 */
int vqc_fd_cpu_take(struct vqc_fd *fd, struct virqchip_take *take);

/**
 * vqc_fd_can_take - has any CPU something to take, with interrupts enabled
 * @fd: the fabric fd
 *
 * Context: may sleep. Return: true if so.
 */
bool vqc_fd_can_take(struct vqc_fd *fd);

/**
 * vqc_fd_cpus_free - free the CPUs of a fabric fd that nobody uses any longer
 * @fd: the fabric fd
 *
 * Context: may sleep.
 */
void vqc_fd_cpus_free(struct vqc_fd *fd);

#endif /* VQC_CHARDEV_FABRIC_H */
