// SPDX-License-Identifier: GPL-2.0-only
/*
 * Split mode: KVM keeps the local APICs, PIC, IOAPIC, PIT and routing are ours,
 * and the VMM still believes in one in-kernel irqchip.
 *
 * For KVM we are what a VMM with KVM_CAP_SPLIT_IRQCHIP is (KVM's API document,
 * 7.5). Messages go to it by KVM_SIGNAL_MSI. The first routes of its table are
 * reserved for an IOAPIC: they say at the EOI of which vectors KVM_RUN has to
 * end, and send nothing. Behind them stand the VMM's own messages, so that an
 * irqfd of a message is KVM's own, at KVM's own speed.
 *
 * KVM's ioctls need a process that has the VMM's address space, and messages are
 * made in any context: they wait in a queue. Whoever runs in the VMM and may
 * make some brackets that by vqc_split_begin() and vqc_split_end(), which sends
 * what is in the queue; what was queued outside of any such section is sent by a
 * work item, which borrows the address space.
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/kvm.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "front.h"
#include "../observe.h"

/* Equal ones are merged, so these are as many different ones. */
#define VQC_SPLIT_QUEUE		128u

/* KVM's GSIs: each pin as it is, each pin as it was, the VMM's. */
#define VQC_SPLIT_NOW		0u
#define VQC_SPLIT_BEFORE	VQC_NR_IOAPIC_PINS
#define VQC_SPLIT_RESERVED	(2 * VQC_NR_IOAPIC_PINS)
#define VQC_SPLIT_GSIS		(VQC_NR_GSIS - VQC_SPLIT_RESERVED)

#define VQC_SPLIT_SCRATCH	PAGE_ALIGN(sizeof(struct kvm_irq_routing) + \
					   VQC_MAX_ROUTES *		    \
					   sizeof(struct kvm_irq_routing_entry))

/* What of an RTE its EOI depends on. */
#define VQC_RTE_EOI		(VQC_RTE_VECTOR | VQC_RTE_MODE | \
				 VQC_RTE_LOGICAL | VQC_RTE_LEVEL | VQC_RTE_DEST)
#define VQC_FIRST_LEGAL		16

/**
 * struct vqc_split_msg - a message on its way to KVM
 * @seq: flow id, 0 if none
 * @address: message address
 * @data: message data
 * @pin: the IOAPIC's that it comes from, or VQC_NO_PIN
 */
struct vqc_split_msg {
	u64 seq;
	u64 address;
	u32 data;
	u8 pin;
};

/**
 * struct vqc_split - what split mode needs of a VM
 * @vm: the VM
 * @queue_lock: protects @nr and @queue; a leaf
 * @nr: how many wait
 * @queue: the oldest first
 * @refused: one has found no place
 * @sections: how many vqc_split_begin() without their vqc_split_end()
 * @work: sends what was queued outside of all sections
 * @lock: sending, and KVM's routing table; protects what follows
 * @scratch: for the ioctls of both
 * @told: RTEs by which KVM tells of EOIs, 0 if it does not for this pin
 * @before: the same, for pins that were rewritten with an EOI outstanding
 */
struct vqc_split {
	struct vqc_vm *vm;
	raw_spinlock_t queue_lock;	/* the queue */
	unsigned int nr;
	struct vqc_split_msg queue[VQC_SPLIT_QUEUE];
	bool refused;
	atomic_t sections;
	struct work_struct work;
	struct mutex lock;		/* sending, and KVM's routing table */
	struct vqc_scratch scratch;
	u64 told[VQC_NR_IOAPIC_PINS];
	u64 before[VQC_NR_IOAPIC_PINS];
};

static struct workqueue_struct *vqc_split_wq;

int vqc_split_init(void)
{
	vqc_split_wq = alloc_workqueue("virqchip-split",
				       WQ_UNBOUND | WQ_HIGHPRI, 0);
	return vqc_split_wq ? 0 : -ENOMEM;
}

void vqc_split_exit(void)
{
	destroy_workqueue(vqc_split_wq);
}

/* ---- the queue ---- */

static bool vqc_split_is_level(const struct vqc_split_msg *m)
{
	return vqc_msg_from_msi(m->address, m->data, false).flags &
	       VQC_MSG_LEVEL;
}

static bool vqc_split_equal(const struct vqc_split_msg *a,
			    const struct vqc_split_msg *b)
{
	return a->address == b->address && a->data == b->data &&
	       a->pin == b->pin;
}

static enum vqc_why vqc_split_queue(struct vqc_split *s,
				    const struct vqc_split_msg *m)
{
	unsigned int i;

	lockdep_assert_held(&s->queue_lock);
	for (i = 0; i < s->nr; i++)
		if (vqc_split_equal(&s->queue[i], m))
			return VQC_WHY_COALESCED;
	if (s->nr == VQC_SPLIT_QUEUE) {
		WRITE_ONCE(s->refused, true);
		return VQC_WHY_NO_DEST;
	}
	s->queue[s->nr] = *m;
	WRITE_ONCE(s->nr, s->nr + 1);
	return VQC_WHY_DELIVERED;
}

static bool vqc_split_unqueue(struct vqc_split *s, struct vqc_split_msg *m)
{
	unsigned long flags;
	bool any;

	raw_spin_lock_irqsave(&s->queue_lock, flags);
	any = s->nr;
	if (any) {
		*m = s->queue[0];
		WRITE_ONCE(s->nr, s->nr - 1);
		memmove(s->queue, s->queue + 1, s->nr * sizeof(*m));
	}
	raw_spin_unlock_irqrestore(&s->queue_lock, flags);
	return any;
}

/* The CPUs' memory, and this, go only after the last RCU reader. */
static enum vqc_why vqc_split_send(struct vqc_fabric *f,
				   const struct vqc_msg *msg, unsigned int pin,
				   u64 seq)
{
	struct vqc_vm *vm = f->config.owner;
	struct vqc_split_msg m = { .seq = seq, .pin = pin };
	struct vqc_split *s = vm->split;
	unsigned long flags;
	enum vqc_why why;

	vqc_msg_to_msi(msg, &m.address, &m.data);
	raw_spin_lock_irqsave(&s->queue_lock, flags);
	why = vqc_split_queue(s, &m);
	raw_spin_unlock_irqrestore(&s->queue_lock, flags);
	/* Pairs with the one in vqc_split_end(): one of both sees the other. */
	smp_mb();
	if (!atomic_read(&s->sections))
		queue_work(vqc_split_wq, &s->work);
	return why;
}

static const struct vqc_fabric_ops vqc_split_fabric_ops = {
	.pin_acked = vqc_irqfd_pin_acked,
	.send = vqc_split_send,
};

/* ---- KVM's routing table ---- */

static bool vqc_split_hears_edge(const struct vqc_fabric *f, unsigned int pin)
{
	/* Where the PIT's ticks go, which it counts. */
	if (READ_ONCE(f->has_pit) && READ_ONCE(f->pit_reinject) &&
	    (pin == 0 || pin == 2))
		return true;
	return READ_ONCE(f->edge_acks);
}

/*
 * By which RTE does KVM have to tell of the pin's EOIs? The mask bit does not
 * matter, or each masking would change the table.
 */
static u64 vqc_split_wants(const struct vqc_fabric *f, unsigned int pin)
{
	u64 rte = READ_ONCE(f->ioapic.rte[pin]) & VQC_RTE_EOI;
	u64 mode = FIELD_GET(VQC_RTE_MODE, rte);

	if (mode != VQC_DM_FIXED && mode != VQC_DM_LOWEST)
		return 0;
	if (FIELD_GET(VQC_RTE_VECTOR, rte) < VQC_FIRST_LEGAL)
		return 0;
	if (!(rte & VQC_RTE_LEVEL) && !vqc_split_hears_edge(f, pin))
		return 0;
	/* KVM looks at nothing but levels here. */
	return rte | VQC_RTE_LEVEL;
}

static bool vqc_split_stale(const struct vqc_split *s)
{
	unsigned int pin;

	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++)
		if (vqc_split_wants(s->vm->fabric, pin) !=
		    READ_ONCE(s->told[pin]))
			return true;
	return false;
}

/**
 * struct vqc_split_build - KVM's table as it is made
 * @entries: which the VMM can write to at any time
 * @nr: how many there are; @entries has room for one of each GSI
 */
struct vqc_split_build {
	struct kvm_irq_routing_entry *entries;
	u32 nr;
};

static void vqc_split_add(struct vqc_split_build *build, u32 gsi, u64 address,
			  u32 data)
{
	build->entries[build->nr++] = (struct kvm_irq_routing_entry){
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_MSI,
		.u.msi.address_lo = lower_32_bits(address),
		.u.msi.address_hi = upper_32_bits(address),
		.u.msi.data = data,
	};
}

static void vqc_split_add_pin(struct vqc_split_build *build, u32 gsi, u64 rte)
{
	struct vqc_msg msg = vqc_msg_from_rte(rte);
	struct vqc_split_msg m;

	if (!rte)
		return;
	vqc_msg_to_msi(&msg, &m.address, &m.data);
	vqc_split_add(build, gsi, m.address, m.data);
}

/* Those whose GSI has one already are left out. Return: how many were added. */
static u32 vqc_split_add_messages(struct vqc_split_build *build,
				  unsigned long *gsis,
				  const struct vqc_route_table *routes)
{
	u32 i, before = build->nr;

	for (i = 0; i < routes->nr; i++) {
		const struct vqc_route *r = &routes->route[i];

		if (r->kind == VQC_ROUTE_MSI && r->gsi < VQC_SPLIT_GSIS &&
		    !__test_and_set_bit(r->gsi, gsis))
			vqc_split_add(build, r->gsi + VQC_SPLIT_RESERVED,
				      r->msi_address, r->msi_data);
	}
	return build->nr - before;
}

/*
 * An RTE that is rewritten while its EOI is outstanding keeps its old place
 * beside the new one until then, or older kernels would forget to tell.
 */
static void vqc_split_keep(struct vqc_split *s, unsigned int pin, u64 wants)
{
	u64 rte = READ_ONCE(s->vm->fabric->ioapic.rte[pin]);

	if (!(rte & VQC_RTE_REMOTE_IRR))
		s->before[pin] = 0;
	else if (wants != s->told[pin])
		s->before[pin] = s->told[pin];
	WRITE_ONCE(s->told[pin], wants);
}

/* Once there is a vm->fabric its routes change in vqc_split_set_routes() alone. */
static const struct vqc_route_table *vqc_split_routes(const struct vqc_split *s)
{
	return rcu_dereference_protected(s->vm->fabric->routes,
					 lockdep_is_held(&s->lock));
}

/*
 * Replace KVM's table: the pins, the messages of @coming, and those of our own
 * table whose GSIs have none there. If it fails (there is no memory) the next one
 * to come by tries again.
 * Return: how many messages only our own table has, or KVM's errno.
 */
static int vqc_split_route(struct vqc_split *s,
			   const struct vqc_route_table *coming)
{
	struct kvm_irq_routing *table = s->scratch.kernel;
	struct vqc_split_build build = { .entries = table->entries };
	struct vqc_fabric *f = s->vm->fabric;
	DECLARE_BITMAP(gsis, VQC_SPLIT_GSIS);
	unsigned int pin;
	u32 only_ours;
	int ret;

	lockdep_assert_held(&s->lock);
	bitmap_zero(gsis, VQC_SPLIT_GSIS);
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		vqc_split_keep(s, pin, vqc_split_wants(f, pin));
		vqc_split_add_pin(&build, VQC_SPLIT_NOW + pin, s->told[pin]);
		vqc_split_add_pin(&build, VQC_SPLIT_BEFORE + pin,
				  s->before[pin]);
	}
	vqc_split_add_messages(&build, gsis, coming);
	only_ours = vqc_split_add_messages(&build, gsis, vqc_split_routes(s));
	table->nr = build.nr;
	table->flags = 0;
	ret = vqc_real_ioctl(s->vm->real, KVM_SET_GSI_ROUTING, s->scratch.user);
	if (ret)
		memset(s->told, 0, sizeof(s->told));
	return ret ? ret : only_ours;
}

/*
 * Ours cannot fail any more when KVM has taken its own. In between KVM has the
 * messages of both: a signal of that moment may be delivered by it and drive a
 * pin here, too, but it is not lost.
 */
int vqc_split_set_routes(struct vqc_vm *vm, const struct vqc_route *routes,
			 u32 nr)
{
	struct vqc_route_table *table = vqc_fabric_new_routes(routes, nr);
	struct vqc_split *s = vm->split;
	int gone;

	if (IS_ERR(table))
		return PTR_ERR(table);
	mutex_lock(&s->lock);
	gone = vqc_split_route(s, table);
	if (gone >= 0)
		vqc_fabric_use_routes(vm->fabric, table);
	if (gone > 0)
		vqc_split_route(s, table);
	mutex_unlock(&s->lock);
	if (gone < 0)
		kvfree(table);
	return min(gone, 0);
}

/* ---- sending ---- */

static enum vqc_why vqc_split_deliver(struct vqc_split *s,
				      const struct vqc_split_msg *m)
{
	struct kvm_msi *msi = s->scratch.kernel;
	long taken;

	memset(msi, 0, sizeof(*msi));
	msi->address_lo = lower_32_bits(m->address);
	msi->address_hi = upper_32_bits(m->address);
	msi->data = m->data;
	taken = vqc_real_ioctl(s->vm->real, KVM_SIGNAL_MSI, s->scratch.user);
	if (taken > 0)
		return VQC_WHY_DELIVERED;
	/* Pending there already, or not accepted: a level is sent once more. */
	return taken || vqc_split_is_level(m) ? VQC_WHY_NO_DEST :
						    VQC_WHY_COALESCED;
}

/*
 * KVM hears which EOIs it has to tell of before it gets the message that one
 * will end. No more than a queue full, or others could keep this one busy.
 */
static void vqc_split_flush(struct vqc_split *s)
{
	struct vqc_fabric *f = s->vm->fabric;
	struct vqc_split_msg m;
	unsigned int n;

	mutex_lock(&s->lock);
	if (vqc_split_stale(s))
		vqc_split_route(s, vqc_split_routes(s));
	for (n = 0; n < VQC_SPLIT_QUEUE && vqc_split_unqueue(s, &m); n++)
		vqc_msg_handed(f, m.pin, m.seq, m.data,
			       vqc_split_deliver(s, &m));
	mutex_unlock(&s->lock);

	if (READ_ONCE(s->nr))
		queue_work(vqc_split_wq, &s->work);
	if (unlikely(xchg(&s->refused, false)))
		vqc_ioapic_offer_again(f);
}

/* A process that has ended hears nothing any more. */
static void vqc_split_work(struct work_struct *work)
{
	struct vqc_split *s = container_of(work, struct vqc_split, work);
	struct mm_struct *mm = s->vm->mm;

	if (!mmget_not_zero(mm))
		return;
	kthread_use_mm(mm);
	vqc_split_flush(s);
	kthread_unuse_mm(mm);
	mmput(mm);
}

struct vqc_split *vqc_split_begin(const struct vqc_vm *vm)
{
	struct vqc_split *s = READ_ONCE(vm->split);

	if (s)
		atomic_inc(&s->sections);
	return s;
}

void vqc_split_end(struct vqc_split *s)
{
	if (!s)
		return;
	atomic_dec(&s->sections);
	/* Pairs with the one in vqc_split_send(). */
	smp_mb__after_atomic();
	if (READ_ONCE(s->nr))
		vqc_split_flush(s);
}

void vqc_split_sync(struct vqc_split *s)
{
	if (s && vqc_split_stale(s))
		vqc_split_flush(s);
}

/* ---- messages that KVM delivers itself ---- */

long vqc_split_signal_msi(struct vqc_vm *vm, const struct kvm_msi *msi,
			  unsigned long arg)
{
	struct vqc_fabric *f = vm->fabric;
	struct vqc_msg msg = vqc_fabric_msi(f, (u64)msi->address_hi << 32 |
					       msi->address_lo, msi->data);
	u64 seq = vqc_obs_start(f);
	enum vqc_why why = VQC_WHY_COALESCED;
	long ret;

	vqc_obs_msg(f, seq, VQC_NO_PIN, &msg, VQC_NO_CPU);
	ret = vqc_real_ioctl(vm->real, KVM_SIGNAL_MSI, arg);
	if (ret)
		why = ret > 0 ? VQC_WHY_DELIVERED : VQC_WHY_NO_DEST;
	vqc_msg_handed(f, VQC_NO_PIN, seq, msg.vector, why);
	return ret;
}

bool vqc_split_passes(struct vqc_vm *vm, u32 gsi)
{
	struct vqc_fabric *f = vm->fabric;
	const struct vqc_route *route;
	struct vqc_msg msg;
	unsigned int nr;
	bool passes;
	u64 seq;

	rcu_read_lock();
	route = vqc_route_lookup(rcu_dereference(f->routes), gsi, &nr);
	passes = nr == 1 && route->kind == VQC_ROUTE_MSI;
	if (passes) {
		msg = vqc_fabric_msi(f, route->msi_address, route->msi_data);
		seq = vqc_obs_line(f, gsi, VQC_SOURCE_IRQFD, true);
		vqc_obs_msg(f, seq, VQC_NO_PIN, &msg, VQC_NO_CPU);
		vqc_msg_handed(f, VQC_NO_PIN, seq, msg.vector,
			       VQC_WHY_DELIVERED);
	}
	rcu_read_unlock();
	return passes;
}

long vqc_split_irqfd(struct vqc_vm *vm, int fd, u32 gsi, u32 flags)
{
	struct vqc_split *s = vm->split;
	struct kvm_irqfd *args;
	long ret;

	if (gsi >= VQC_SPLIT_GSIS)
		return -ENOSPC;
	mutex_lock(&s->lock);
	args = s->scratch.kernel;
	memset(args, 0, sizeof(*args));
	args->fd = fd;
	args->gsi = gsi + VQC_SPLIT_RESERVED;
	args->flags = flags;
	ret = vqc_real_ioctl(vm->real, KVM_IRQFD, s->scratch.user);
	mutex_unlock(&s->lock);
	return ret;
}

/* ---- life ---- */

int vqc_split_enable(struct vqc_split *s)
{
	return vqc_scratch_enable_cap(&s->scratch, s->vm->real,
				      KVM_CAP_SPLIT_IRQCHIP,
				      VQC_SPLIT_RESERVED);
}

struct vqc_split *vqc_split_create(struct vqc_vm *vm)
{
	struct vqc_split *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!s)
		return ERR_PTR(-ENOMEM);
	s->vm = vm;
	raw_spin_lock_init(&s->queue_lock);
	mutex_init(&s->lock);
	INIT_WORK(&s->work, vqc_split_work);
	ret = vqc_scratch_map(&s->scratch, VQC_SPLIT_SCRATCH);
	if (ret) {
		kfree(s);
		return ERR_PTR(ret);
	}
	return s;
}

void vqc_split_destroy(struct vqc_split *s)
{
	if (!s)
		return;
	cancel_work_sync(&s->work);
	vqc_scratch_unmap(&s->scratch, s->vm->mm);
	kfree(s);
}

const struct vqc_fabric_ops *vqc_split_ops(void)
{
	return &vqc_split_fabric_ops;
}
