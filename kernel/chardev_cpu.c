// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPUs of a fabric fd: an injection back end that hands to user space what
 * a CPU would take.
 *
 * Who holds a CPU's mutex is its owner, in the words of fabric.c. Whether a CPU
 * has something to take is for its owner to say; anyone else, hard interrupts
 * included, can only say that it may have (kick): a bit in fd->active, and a
 * count that VIRQCHIP_TAKE waits for a change of.
 */
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "chardev_fabric.h"
#include "inject.h"
#include "observe.h"
#include "record.h"

#define VQC_NMI_VECTOR		2u

/**
 * struct vqc_fd_cpu - a CPU of a fabric fd
 * @cpu: the CPU
 * @fd: where it belongs
 * @owner: held by its owner
 * @kicks: goes up when there may be something to take
 * @interruptible: the caller of VIRQCHIP_TAKE says that IF is set
 * @source: enum virqchip_source of what was injected
 * @intr_info: the interruption-information word of what was injected
 */
struct vqc_fd_cpu {
	struct vqc_cpu cpu;
	struct vqc_fd *fd;
	struct mutex owner;	/* makes its holder the CPU's owner */
	atomic_t kicks;
	bool interruptible;
	u32 source;
	u32 intr_info;
};

static struct vqc_fd_cpu *vqc_fd_cpu_of(struct vqc_cpu *cpu)
{
	return container_of(cpu, struct vqc_fd_cpu, cpu);
}

/* ---- the injection back end ---- */

static enum vqc_why vqc_fd_ready(struct vqc_cpu *cpu)
{
	return vqc_fd_cpu_of(cpu)->interruptible ? VQC_WHY_DELIVERED :
						   VQC_WHY_CPU_IF;
}

static int vqc_fd_inject_irq(struct vqc_cpu *cpu, u32 intr_info)
{
	vqc_fd_cpu_of(cpu)->intr_info = intr_info;
	return 0;
}

/*
 * A call of VIRQCHIP_TAKE takes one thing. The error ends the injection at it,
 * and what comes behind it stays pending for the next call.
 */
static int vqc_fd_inject_nmi(struct vqc_cpu *cpu)
{
	struct vqc_fd_cpu *c = vqc_fd_cpu_of(cpu);

	c->source = VIRQCHIP_TAKE_NMI;
	c->intr_info = VQC_INTR_VALID |
		       FIELD_PREP(VQC_INTR_TYPE, VQC_INTR_TYPE_NMI) |
		       FIELD_PREP(VQC_INTR_VECTOR, VQC_NMI_VECTOR);
	return -EBUSY;
}

static int vqc_fd_inject_smi(struct vqc_cpu *cpu)
{
	vqc_fd_cpu_of(cpu)->source = VIRQCHIP_TAKE_SMI;
	return -EBUSY;
}

/* User space sets IF when it wants to, and asks then: nothing to be done. */
static void vqc_fd_request_window(struct vqc_cpu *cpu)
{
}

/* Any context: there may be something to take. */
static void vqc_fd_cpu_tell(struct vqc_fd_cpu *c)
{
	atomic_inc(&c->kicks);
	set_bit(c->cpu.index, c->fd->active);
	if (wq_has_sleeper(&c->fd->waiters))
		irq_work_queue(&c->fd->wake);
}

static void vqc_fd_kick(struct vqc_cpu *cpu)
{
	this_cpu_inc(cpu->fabric->stats->kicks);
	vqc_obs_kick(cpu);
	vqc_fd_cpu_tell(vqc_fd_cpu_of(cpu));
}

static const struct vqc_inject_ops vqc_fd_inject_ops = {
	.ready = vqc_fd_ready,
	.inject_irq = vqc_fd_inject_irq,
	.inject_nmi = vqc_fd_inject_nmi,
	.inject_smi = vqc_fd_inject_smi,
	.request_window = vqc_fd_request_window,
	.kick = vqc_fd_kick,
};

/* ---- life ---- */

int vqc_fd_cpu_add(struct vqc_fd *fd, u32 apic_id, bool bsp, u32 *index)
{
	struct vqc_fd_cpu *c = kvzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!c)
		return -ENOMEM;
	c->fd = fd;
	mutex_init(&c->owner);
	ret = vqc_fabric_add_cpu(fd->fabric, &c->cpu, apic_id, bsp,
				 &vqc_fd_inject_ops);
	if (ret) {
		kvfree(c);
		return ret;
	}

	*index = c->cpu.index;
	/* Who finds it finds all of it. */
	smp_store_release(&fd->cpu[c->cpu.index], c);
	return 0;
}

void vqc_fd_cpus_free(struct vqc_fd *fd)
{
	unsigned int i;

	for (i = 0; i < VQC_MAX_CPUS && fd->cpu[i]; i++)
		kvfree(fd->cpu[i]);
}

static struct vqc_fd_cpu *vqc_fd_cpu_find(struct vqc_fd *fd, u32 index)
{
	if (index >= VQC_MAX_CPUS)
		return NULL;
	index = array_index_nospec(index, VQC_MAX_CPUS);
	/* Pairs with the release in vqc_fd_cpu_add(). */
	return smp_load_acquire(&fd->cpu[index]);
}

/* ---- what there is to take ---- */

static bool vqc_fd_cpu_pending(struct vqc_fd_cpu *c)
{
	unsigned long events = READ_ONCE(c->cpu.lapic.events);

	lockdep_assert_held(&c->owner);
	if (events & BIT(VQC_EV_INIT))
		return true;
	if (c->cpu.lapic.wait_sipi)
		return events & BIT(VQC_EV_SIPI);
	return (events & (BIT(VQC_EV_NMI) | BIT(VQC_EV_SMI))) ||
	       vqc_cpu_has_interrupt(&c->cpu);
}

static u32 vqc_fd_cpu_hold(struct vqc_fd_cpu *c)
{
	if (c->cpu.lapic.wait_sipi)
		return VIRQCHIP_HOLD_SIPI;
	if (vqc_cpu_has_interrupt(&c->cpu))
		return VIRQCHIP_HOLD_IF;
	if (vqc_lapic_highest_irr(&c->cpu.lapic) >= 0)
		return VIRQCHIP_HOLD_PPR;
	if (READ_ONCE(c->cpu.fabric->pic_intr))
		return VIRQCHIP_HOLD_LINT0;
	return VIRQCHIP_HOLD_IDLE;
}

static void vqc_fd_cpu_init(struct vqc_fd_cpu *c)
{
	unsigned long flags;
	VQC_DEFINE_FX(fx);

	raw_spin_lock_irqsave(&c->cpu.lock, flags);
	vqc_rec_lapic_init(&c->cpu, &fx);
	raw_spin_unlock_irqrestore(&c->cpu.lock, flags);
	vqc_drain_lapic(&c->cpu, &fx);
	c->source = VIRQCHIP_TAKE_INIT;
}

/* A start-up IPI is for who waits for it, and ignored by others (SDM 9.4.4). */
static void vqc_fd_cpu_sipi(struct vqc_fd_cpu *c)
{
	struct vqc_rec_hold hold;

	if (!c->cpu.lapic.wait_sipi) {
		vqc_count(c->cpu.fabric, VQC_WHY_SIPI_IGNORED);
		return;
	}
	hold = vqc_rec_lapic_hold(&c->cpu);
	c->cpu.lapic.wait_sipi = 0;
	vqc_rec_lapic_loaded(&c->cpu, hold);
	c->source = VIRQCHIP_TAKE_SIPI;
	c->intr_info = c->cpu.lapic.sipi_vector;
}

/*
 * Only the local APIC puts a vector in service in its ISR, and only one above
 * all that are there: so it is known who gave the vector.
 */
static int vqc_fd_cpu_interrupt(struct vqc_fd_cpu *c)
{
	int before = vqc_lapic_highest_isr(&c->cpu.lapic);
	int ret = vqc_inject_pending(&c->cpu);

	if (ret == -EBUSY)
		return 0;
	if (ret > 0)
		c->source = vqc_lapic_highest_isr(&c->cpu.lapic) == before ?
			    VIRQCHIP_TAKE_PIC : VIRQCHIP_TAKE_LAPIC;
	return min(ret, 0);
}

/* One thing, the most urgent one; the caller is the owner. */
static int vqc_fd_cpu_take_one(struct vqc_fd_cpu *c, struct virqchip_take *take)
{
	int ret = 0;

	c->source = VIRQCHIP_TAKE_NONE;
	c->intr_info = 0;
	c->interruptible = take->flags & VIRQCHIP_TAKE_IF;

	if (vqc_rec_lapic_take(&c->cpu, VQC_EV_INIT))
		vqc_fd_cpu_init(c);
	else if (vqc_rec_lapic_take(&c->cpu, VQC_EV_SIPI))
		vqc_fd_cpu_sipi(c);
	if (c->source == VIRQCHIP_TAKE_NONE && !c->cpu.lapic.wait_sipi)
		ret = vqc_fd_cpu_interrupt(c);

	take->source = c->source;
	take->intr_info = c->intr_info;
	take->hold = c->source == VIRQCHIP_TAKE_NONE ? vqc_fd_cpu_hold(c) :
						       VIRQCHIP_HOLD_NOT;
	return ret;
}

int vqc_fd_cpu_take(struct vqc_fd *fd, struct virqchip_take *take)
{
	struct vqc_fd_cpu *c = vqc_fd_cpu_find(fd, take->cpu);
	int kicks, ret;

	if (!c)
		return -ENOENT;

	for (;;) {
		kicks = atomic_read(&c->kicks);
		mutex_lock(&c->owner);
		ret = vqc_fd_cpu_take_one(c, take);
		mutex_unlock(&c->owner);
		if (ret || take->source != VIRQCHIP_TAKE_NONE ||
		    (take->flags & VIRQCHIP_TAKE_NONBLOCK))
			return ret;

		ret = wait_event_interruptible(fd->waiters,
					       atomic_read(&c->kicks) != kicks);
		if (ret)
			return ret;
	}
}

bool vqc_fd_can_take(struct vqc_fd *fd)
{
	struct vqc_fd_cpu *c;
	unsigned int i;
	bool pending;

	for_each_set_bit(i, fd->active, VQC_MAX_CPUS) {
		c = vqc_fd_cpu_find(fd, i);
		if (!c)
			continue;
		mutex_lock(&c->owner);
		clear_bit(i, fd->active);
		/* Before the CPU is asked: a kick from now on sets it again. */
		smp_mb__after_atomic();
		pending = vqc_fd_cpu_pending(c);
		if (pending)
			set_bit(i, fd->active);
		mutex_unlock(&c->owner);
		if (pending)
			return true;
	}
	return false;
}

struct vqc_cpu *vqc_fd_cpu_own(struct vqc_fd *fd, u32 index)
{
	struct vqc_fd_cpu *c = vqc_fd_cpu_find(fd, index);

	if (!c)
		return ERR_PTR(-ENOENT);
	mutex_lock(&c->owner);
	return &c->cpu;
}

void vqc_fd_cpu_disown(struct vqc_cpu *cpu)
{
	struct vqc_fd_cpu *c = vqc_fd_cpu_of(cpu);
	bool pending = vqc_fd_cpu_pending(c);

	mutex_unlock(&c->owner);
	if (pending)
		vqc_fd_cpu_tell(c);
}
