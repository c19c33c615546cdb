// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fabric: wiring, routing and the life of one VM's interrupt hardware.
 *
 * Locking
 * =======
 *
 * fabric->cfg (mutex)
 *	Creation, CPUs, routes, snapshots. Taken first of all.
 * fabric->dest_lock (mutex)
 *	Rebuilding the destination map. May be taken under cfg; takes chip locks.
 * routes, dest (RCU)
 *	Published whole. Who drives a line or sends a message reads them under
 *	rcu_read_lock() and takes nothing.
 * pic_lock, ioapic_lock, pit_lock, cpu->lock (raw spinlocks)
 *	One per chip, because lines rise in hard interrupt context. Each is a
 *	leaf: never two at once, and never held across effects, wake-ups, user
 *	memory or the injection back end; only the chip's own hrtimer is set
 *	under it. The work done under one is bounded by
 *	the number of pins.
 * the owner of a CPU
 *	Whoever runs it: one thread at a time, by a mutex of the back end. ISR,
 *	TPR, ID and ICR of its LAPIC are the owner's alone. The LVT, the timer
 *	and the mode are shared with the timer's callback and need cpu->lock
 *	too. IRR, TMR, events and errors are changed by anyone, atomically.
 *
 * A chip's operation appends effects to a list on the stack; the list is
 * carried out (deliver.c) after the chip's lock has been released. An effect
 * never carries a level: the wire or the output is sampled again under the
 * lock of who looks at it, so that two CPUs cannot leave the older level
 * behind.
 *
 * Contexts: vqc_set_irq() and vqc_send_msi() run anywhere, hard interrupts
 * included. Accesses to the LAPIC run in the owner's context and may sleep.
 */
#include <linux/err.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "fabric.h"
#include "fault.h"
#include "inject.h"
#include "observe.h"
#include "record.h"

/* Enough for where IA32_APIC_BASE points to after reset. */
#define VQC_CPU_MAXPHYADDR	36

static LIST_HEAD(vqc_fabrics);
static DEFINE_MUTEX(vqc_fabrics_lock);
static atomic_t vqc_fabric_last_id;

/* ---- life ---- */

static enum hrtimer_restart vqc_ioapic_timer_fn(struct hrtimer *timer)
{
	struct vqc_fabric *f = container_of(timer, struct vqc_fabric,
					    ioapic_timer);
	unsigned long flags;
	VQC_DEFINE_FX(fx);

	raw_spin_lock_irqsave(&f->ioapic_lock, flags);
	vqc_rec_ioapic_retry(f, GENMASK(VQC_NR_IOAPIC_PINS - 1, 0), &fx);
	raw_spin_unlock_irqrestore(&f->ioapic_lock, flags);
	vqc_drain_ioapic(f, &fx);
	return HRTIMER_NORESTART;
}

static int vqc_fabric_default_routes(struct vqc_fabric *f)
{
	struct vqc_route *entries;
	u32 nr;
	int ret;

	entries = kcalloc(VQC_NR_PIC_PINS + VQC_NR_IOAPIC_PINS,
			  sizeof(*entries), GFP_KERNEL);
	if (!entries)
		return -ENOMEM;

	nr = vqc_route_default(entries);
	ret = vqc_fabric_set_routes(f, entries, nr);
	kfree(entries);
	return ret;
}

static void vqc_fabric_init_chips(struct vqc_fabric *f)
{
	raw_spin_lock_init(&f->pic_lock);
	f->pic.strict_edge = f->config.strict_edge;
	vqc_pic_reset(&f->pic);

	raw_spin_lock_init(&f->ioapic_lock);
	f->ioapic.version = f->config.ioapic_version;
	f->ioapic.electrical = f->config.electrical;
	vqc_ioapic_reset(&f->ioapic);
	hrtimer_setup(&f->ioapic_timer, vqc_ioapic_timer_fn, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_HARD);

	raw_spin_lock_init(&f->pit_lock);
	vqc_pit_reset(&f->pit);
	hrtimer_setup(&f->pit_timer, vqc_pit_timer_fn, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_HARD);
}

static void vqc_fabric_free(struct vqc_fabric *f)
{
	vqc_observer_destroy(f);
	vqc_fault_free(f);
	vqc_bus_destroy(&f->pio);
	vqc_bus_destroy(&f->mmio);
	kvfree(rcu_dereference_protected(f->routes, true));
	kvfree(rcu_dereference_protected(f->dest, true));
	free_percpu(f->stats);
	kfree(f);
}

static int vqc_fabric_alloc(struct vqc_fabric *f)
{
	f->stats = alloc_percpu_gfp(struct vqc_stats, GFP_KERNEL_ACCOUNT);
	if (!f->stats)
		return -ENOMEM;
	if (vqc_bus_init(&f->pio))
		goto free_stats;
	if (vqc_bus_init(&f->mmio))
		goto destroy_pio;
	return 0;

destroy_pio:
	vqc_bus_destroy(&f->pio);
free_stats:
	free_percpu(f->stats);
	return -ENOMEM;
}

static int vqc_fabric_setup(struct vqc_fabric *f)
{
	bool lapics_only = f->config.lapics_only;
	int ret;

	ret = lapics_only ? vqc_fabric_set_routes(f, NULL, 0) :
			    vqc_fabric_default_routes(f);
	if (ret)
		return ret;
	ret = vqc_fabric_update_dest(f);
	if (ret || lapics_only)
		return ret;
	ret = vqc_dev_pic_register(f);
	if (ret)
		return ret;
	return vqc_dev_ioapic_register(f);
}

static void vqc_fabric_publish(struct vqc_fabric *f)
{
	mutex_lock(&vqc_fabrics_lock);
	list_add_tail(&f->list, &vqc_fabrics);
	mutex_unlock(&vqc_fabrics_lock);
}

struct vqc_fabric *vqc_fabric_create(const struct vqc_fabric_config *config)
{
	struct vqc_fabric *f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!f)
		return ERR_PTR(-ENOMEM);

	kref_init(&f->ref);
	f->config = *config;
	mutex_init(&f->cfg);
	mutex_init(&f->dest_lock);
	f->broadcast_x2 = true;
	f->pit_reinject = true;
	vqc_fabric_init_chips(f);

	ret = vqc_fabric_alloc(f);
	if (ret) {
		kfree(f);
		return ERR_PTR(ret);
	}
	f->id = atomic_inc_return(&vqc_fabric_last_id);
	ret = vqc_fabric_setup(f);
	if (!ret)
		ret = vqc_observer_create(f);
	if (ret) {
		vqc_fabric_free(f);
		return ERR_PTR(ret);
	}

	vqc_fabric_publish(f);
	return f;
}

void vqc_fabric_get(struct vqc_fabric *f)
{
	kref_get(&f->ref);
}

static void vqc_fabric_remove_cpus(struct vqc_fabric *f)
{
	struct vqc_dest_pub *pub;
	unsigned int i, nr = f->nr_cpus;

	mutex_lock(&f->dest_lock);
	WRITE_ONCE(f->nr_cpus, 0);
	pub = rcu_replace_pointer(f->dest, NULL,
				  lockdep_is_held(&f->dest_lock));
	mutex_unlock(&f->dest_lock);
	synchronize_rcu_expedited();
	kvfree(pub);

	for (i = 0; i < nr; i++) {
		hrtimer_cancel(&f->cpu[i]->timer);
		f->cpu[i] = NULL;
	}
}

void vqc_fabric_quiesce(struct vqc_fabric *f)
{
	mutex_lock(&vqc_fabrics_lock);
	list_del_init(&f->list);
	mutex_unlock(&vqc_fabrics_lock);

	vqc_record_forbid(f);
	vqc_observer_hide(f);
	vqc_fault_quiesce(f);
	hrtimer_cancel(&f->pit_timer);
	vqc_fabric_remove_cpus(f);
	hrtimer_cancel(&f->ioapic_timer);
}

static void vqc_fabric_release(struct kref *ref)
{
	struct vqc_fabric *f = container_of(ref, struct vqc_fabric, ref);

	/* With the lock held nobody can find it and take a new reference. */
	list_del_init(&f->list);
	mutex_unlock(&vqc_fabrics_lock);

	vqc_fabric_quiesce(f);
	vqc_fabric_free(f);
}

void vqc_fabric_put(struct vqc_fabric *f)
{
	kref_put_mutex(&f->ref, vqc_fabric_release, &vqc_fabrics_lock);
}

struct vqc_fabric *vqc_fabric_find(u32 id)
{
	struct vqc_fabric *f, *found = NULL;

	mutex_lock(&vqc_fabrics_lock);
	list_for_each_entry(f, &vqc_fabrics, list) {
		if (f->id == id) {
			vqc_fabric_get(f);
			found = f;
			break;
		}
	}
	mutex_unlock(&vqc_fabrics_lock);
	return found;
}

struct vqc_fabric *vqc_fabric_find_name(const char *name)
{
	struct vqc_fabric *f, *found = NULL;

	mutex_lock(&vqc_fabrics_lock);
	list_for_each_entry(f, &vqc_fabrics, list) {
		if (!strncmp(f->config.name, name, VQC_FABRIC_NAME_LEN)) {
			vqc_fabric_get(f);
			found = f;
			break;
		}
	}
	mutex_unlock(&vqc_fabrics_lock);
	return found;
}

/* ---- CPUs and destinations ---- */

void vqc_cpu_clock(struct vqc_cpu *cpu, struct vqc_clock *clock)
{
	clock->now_ns = ktime_get_ns();
	clock->tsc_khz = cpu->tsc_khz;
	clock->tsc = 0;
	/* Asking for it is not cheap, and only one mode counts in it. */
	if (cpu->tsc_khz && cpu->ops->read_tsc &&
	    FIELD_GET(VQC_LVT_TIMER_MODE,
		      cpu->lapic.lvt[VQC_LVT_IDX_TIMER]) == VQC_TIMER_TSC)
		clock->tsc = cpu->ops->read_tsc(cpu);
}

/*
 * The deadline is sampled and the timer set under one lock: of an owner and a
 * callback that race, the later one has the last word.
 */
static void vqc_cpu_rearm_locked(struct vqc_cpu *cpu)
{
	u64 deadline_ns = cpu->lapic.timer_deadline_ns;

	lockdep_assert_held(&cpu->lock);
	if (deadline_ns)
		hrtimer_start(&cpu->timer, ns_to_ktime(deadline_ns),
			      HRTIMER_MODE_ABS_HARD);
	else
		hrtimer_try_to_cancel(&cpu->timer);
}

void vqc_cpu_rearm(struct vqc_cpu *cpu)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&cpu->lock, flags);
	vqc_cpu_rearm_locked(cpu);
	raw_spin_unlock_irqrestore(&cpu->lock, flags);
	vqc_obs_timer(cpu->fabric, cpu, false, cpu->lapic.timer_deadline_ns,
		      VQC_WHY_DELIVERED);
}

/*
 * Hard interrupt context. A callback that races with a new deadline finds
 * itself too early and sets the timer to what the LAPIC says.
 */
static enum hrtimer_restart vqc_cpu_timer_fn(struct hrtimer *timer)
{
	struct vqc_cpu *cpu = container_of(timer, struct vqc_cpu, timer);
	struct vqc_clock clock = { .now_ns = ktime_get_ns() };
	struct vqc_msg msg = { .mode = VQC_DM_FIXED };
	unsigned long flags;
	enum vqc_why why;
	u64 seq;
	VQC_DEFINE_FX(fx);

	seq = vqc_obs_start(cpu->fabric);
	raw_spin_lock_irqsave(&cpu->lock, flags);
	msg.vector = cpu->lapic.lvt[VQC_LVT_IDX_TIMER] & VQC_LVT_VECTOR;
	msg.dest = cpu->lapic.id;
	vqc_obs_offer(cpu, seq, &msg);
	why = vqc_rec_lapic_timer_expire(cpu, &clock, &fx);
	vqc_cpu_rearm_locked(cpu);
	raw_spin_unlock_irqrestore(&cpu->lock, flags);

	if (why == VQC_WHY_NO_CHANGE || why == VQC_WHY_TIMER_OFF)
		return HRTIMER_NORESTART;
	vqc_count(cpu->fabric, why);
	vqc_obs_timer(cpu->fabric, cpu, true, clock.now_ns, why);
	vqc_obs_accept(cpu, seq, &msg, why);
	if (why == VQC_WHY_DELIVERED)
		vqc_cpu_kick(cpu);
	return HRTIMER_NORESTART;
}

static u32 vqc_fabric_collect_dest(struct vqc_fabric *f,
				   struct vqc_dest_cpu *cpus, u32 nr)
{
	u32 i, max_id = 0;

	for (i = 0; i < nr; i++) {
		struct vqc_lapic *l = &f->cpu[i]->lapic;
		unsigned long flags;

		raw_spin_lock_irqsave(&f->cpu[i]->lock, flags);
		vqc_lapic_dest(l, &cpus[i]);
		raw_spin_unlock_irqrestore(&f->cpu[i]->lock, flags);
		max_id = max(max_id, cpus[i].apic_id);
	}
	return min(max_id, VQC_MAX_APIC_IDS - 1);
}

/* @gfp: __GFP_NOFAIL for who cannot do without the new map, else 0 */
static int vqc_fabric_update_dest_locked(struct vqc_fabric *f, gfp_t gfp)
{
	struct vqc_dest_pub *pub, *old;
	struct vqc_dest_cpu *cpus;
	unsigned int nr;
	u32 max_id;

	lockdep_assert_held(&f->dest_lock);
	gfp |= GFP_KERNEL_ACCOUNT;
	nr = vqc_fabric_nr_cpus(f);
	cpus = kvcalloc(nr + 1, sizeof(*cpus), gfp);
	max_id = cpus ? vqc_fabric_collect_dest(f, cpus, nr) : 0;
	pub = cpus ? kvzalloc(offsetof(struct vqc_dest_pub, map) +
			      vqc_dest_map_bytes(nr, max_id), gfp) : NULL;
	if (!pub) {
		kvfree(cpus);
		return -ENOMEM;
	}

	vqc_dest_map_build(&pub->map, cpus, nr, max_id, f->broadcast_x2);
	old = rcu_replace_pointer(f->dest, pub,
				  lockdep_is_held(&f->dest_lock));
	kvfree(cpus);
	if (old)
		kvfree_rcu(old, rcu);
	return 0;
}

int vqc_fabric_update_dest(struct vqc_fabric *f)
{
	int ret;

	mutex_lock(&f->dest_lock);
	ret = vqc_fabric_update_dest_locked(f, 0);
	mutex_unlock(&f->dest_lock);
	return ret;
}

void vqc_fabric_follow_dest(struct vqc_fabric *f)
{
	mutex_lock(&f->dest_lock);
	vqc_fabric_update_dest_locked(f, __GFP_NOFAIL);
	mutex_unlock(&f->dest_lock);
}

struct vqc_cpu *vqc_cpu_by_id(struct vqc_fabric *f, u32 apic_id)
{
	unsigned int i, nr = vqc_fabric_nr_cpus(f);

	for (i = 0; i < nr; i++)
		if (f->cpu[i]->lapic.initial_id == apic_id)
			return f->cpu[i];
	return NULL;
}

/*
 * As if it were turned off for good: INTR goes to the CPU then, and nothing else
 * is taken (SDM vol. 3, 11.4.3).
 */
static void vqc_cpu_drop_lapic(struct vqc_cpu *cpu)
{
	VQC_DEFINE_FX(fx);

	vqc_lapic_set_base(&cpu->lapic,
			   cpu->lapic.base & ~VQC_APICBASE_ENABLE,
			   VQC_CPU_MAXPHYADDR, true, &fx);
}

int vqc_fabric_add_cpu(struct vqc_fabric *f, struct vqc_cpu *cpu, u32 apic_id,
		       bool bsp, const struct vqc_inject_ops *ops)
{
	int ret = 0;
	u8 cfg;

	if (apic_id >= VQC_MAX_APIC_IDS)
		return -EINVAL;

	cpu->fabric = f;
	cpu->ops = ops;
	raw_spin_lock_init(&cpu->lock);
	raw_spin_lock_init(&cpu->rec_lock);
	hrtimer_setup(&cpu->timer, vqc_cpu_timer_fn, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_HARD);
	cfg = f->config.lapic_cfg;
	if (bsp)
		cfg |= VQC_LAPIC_CFG_BSP;
	else
		/* Firmware, or a VMM in its place, wires LINT0 to the BSP. */
		cfg &= ~VQC_LAPIC_CFG_LINT0_EXTINT;
	vqc_lapic_reset(&cpu->lapic, apic_id, cfg);
	if (f->config.chips_only)
		vqc_cpu_drop_lapic(cpu);
	vqc_dev_lapic_init(cpu);

	mutex_lock(&f->cfg);
	if (vqc_cpu_by_id(f, apic_id)) {
		ret = -EEXIST;
	} else if (f->nr_cpus == VQC_MAX_CPUS) {
		ret = -ENOSPC;
	} else {
		cpu->index = f->nr_cpus;
		f->cpu[cpu->index] = cpu;
		/* Nobody else may build a map with a CPU that will not stay. */
		mutex_lock(&f->dest_lock);
		/* Who sees the count sees the CPU: vqc_fabric_nr_cpus(). */
		smp_store_release(&f->nr_cpus, cpu->index + 1);
		ret = vqc_fabric_update_dest_locked(f, 0);
		if (ret)
			WRITE_ONCE(f->nr_cpus, cpu->index);
		mutex_unlock(&f->dest_lock);
		if (!ret)
			vqc_rec_cpu(cpu);
	}
	mutex_unlock(&f->cfg);
	if (ret)
		/* A reader may have seen it for a moment. */
		synchronize_rcu_expedited();
	else
		vqc_observer_add_cpu(cpu);
	return ret;
}

int vqc_fabric_add_pit(struct vqc_fabric *f, bool speaker)
{
	int ret = -EEXIST;

	mutex_lock(&f->cfg);
	if (!f->has_pit) {
		ret = vqc_dev_pit_register(f, speaker);
		if (!ret)
			WRITE_ONCE(f->has_pit, true);
	}
	mutex_unlock(&f->cfg);
	return ret;
}

/* ---- routes ---- */

struct vqc_route_table *vqc_fabric_new_routes(const struct vqc_route *entries,
					      u32 nr)
{
	struct vqc_route_table *table;
	int ret = vqc_route_check(entries, nr);

	if (ret)
		return ERR_PTR(ret);
	table = kvzalloc(vqc_route_table_bytes(entries, nr),
			 GFP_KERNEL_ACCOUNT);
	if (!table)
		return ERR_PTR(-ENOMEM);
	vqc_route_table_build(table, entries, nr);
	return table;
}

void vqc_fabric_use_routes(struct vqc_fabric *f, struct vqc_route_table *table)
{
	struct vqc_route_table *old;

	mutex_lock(&f->cfg);
	old = rcu_replace_pointer(f->routes, table, lockdep_is_held(&f->cfg));
	vqc_rec_routes(f, table);
	mutex_unlock(&f->cfg);
	/* Nobody may go by the old table once the caller was told. */
	if (old) {
		synchronize_rcu_expedited();
		kvfree(old);
	}
}

int vqc_fabric_set_routes(struct vqc_fabric *f, const struct vqc_route *entries,
			  u32 nr)
{
	struct vqc_route_table *table = vqc_fabric_new_routes(entries, nr);

	if (IS_ERR(table))
		return PTR_ERR(table);
	vqc_fabric_use_routes(f, table);
	return 0;
}

/* ---- lines ---- */

/* What KVM_IRQ_LINE_STATUS says of one chip's answer. */
static int vqc_why_to_status(enum vqc_why why, unsigned int delivered)
{
	switch (why) {
	case VQC_WHY_DELIVERED:
		return delivered ? delivered : 1;
	case VQC_WHY_LINE_LOW:
		return 1;
	case VQC_WHY_COALESCED:
	case VQC_WHY_NO_CHANGE:
	case VQC_WHY_PIC_IN_SERVICE:
		return 0;
	default:
		return -1;
	}
}

static int vqc_drive_pic(struct vqc_fabric *f, unsigned int source_id,
			 const struct vqc_route *route, bool level, u64 seq)
{
	struct vqc_line *line = &f->pic_line[route->pin];
	unsigned long flags;
	enum vqc_why why;
	VQC_DEFINE_FX(fx);

	vqc_line_set(line, source_id, level);
	raw_spin_lock_irqsave(&f->pic_lock, flags);
	level = vqc_line_level(line);
	why = vqc_rec_pic_set_line(f, route->pin, level, &fx);
	if (why != VQC_WHY_NO_CHANGE)
		f->pic_moved[route->pin] = jiffies;
	vqc_obs_pin(f, seq, route->gsi, VQC_CHIP_PIC, route->pin, level, why);
	vqc_pic_op_end(f, flags, &fx);

	vqc_count(f, why);
	return vqc_why_to_status(why, 1);
}

static int vqc_drive_ioapic(struct vqc_fabric *f, unsigned int source_id,
			    const struct vqc_route *route, bool level, u64 seq)
{
	struct vqc_line *line = &f->ioapic_line[route->pin];
	unsigned int delivered;
	unsigned long flags;
	enum vqc_why why;
	VQC_DEFINE_FX(fx);

	vqc_line_set(line, source_id, level);
	raw_spin_lock_irqsave(&f->ioapic_lock, flags);
	level = vqc_line_level(line);
	why = vqc_rec_ioapic_set_line(f, route->pin, level, &fx);
	if (why != VQC_WHY_NO_CHANGE)
		f->ioapic_moved[route->pin] = jiffies;
	vqc_obs_pin(f, seq, route->gsi, VQC_CHIP_IOAPIC, route->pin, level,
		    why);
	raw_spin_unlock_irqrestore(&f->ioapic_lock, flags);

	vqc_count(f, why);
	delivered = vqc_drain_ioapic(f, &fx);
	if (why == VQC_WHY_DELIVERED && !delivered)
		return 0;
	return vqc_why_to_status(why, delivered);
}

struct vqc_msg vqc_fabric_msi(const struct vqc_fabric *f, u64 address,
			      u32 data)
{
	struct vqc_msg msg = vqc_msg_from_msi(address, data, f->ext_dest_id);

	if (!f->x2apic_format && !(msg.flags & VQC_MSG_X2DEST))
		msg.dest &= f->ext_dest_id ? GENMASK(14, 0) : GENMASK(7, 0);
	if (f->config.msi_starts_cpus && vqc_msg_msi_is_sipi(data))
		msg.mode = VQC_DM_SIPI;
	return msg;
}

/* @pin: it is a pin of an IOAPIC that is not ours */
static int vqc_drive_msi(struct vqc_fabric *f, u64 address, u32 data, bool pin,
			 u64 seq)
{
	struct vqc_msg msg;
	unsigned int delivered;
	enum vqc_why why;

	if (!vqc_msg_msi_valid(address, f->x2apic_format))
		return -EINVAL;

	msg = vqc_fabric_msi(f, address, data);
	if (pin && (msg.flags & VQC_MSG_LEVEL))
		msg.flags |= VQC_MSG_TELL_EOI;
	if (f->config.chips_only)
		return vqc_hand_over(f, &msg, VQC_NO_PIN, seq);
	vqc_obs_msg(f, seq, VQC_NO_PIN, &msg, VQC_NO_CPU);
	delivered = vqc_deliver_msg(f, &msg, VQC_NO_CPU, seq, &why);
	vqc_obs_sent(f, seq, VQC_NO_PIN, why);
	return delivered ? delivered : why == VQC_WHY_COALESCED ? 0 : -1;
}

static int vqc_drive_route(struct vqc_fabric *f, unsigned int source_id,
			   const struct vqc_route *route, bool level, u64 seq)
{
	switch (route->kind) {
	case VQC_ROUTE_PIC:
		return vqc_drive_pic(f, source_id, route, level, seq);
	case VQC_ROUTE_IOAPIC:
		return vqc_drive_ioapic(f, source_id, route, level, seq);
	default:
		/* A message has no low level to send. */
		if (!level)
			return -1;
		return vqc_drive_msi(f, route->msi_address, route->msi_data,
				     route->gsi < f->config.tell_eoi_gsis, seq);
	}
}

unsigned int vqc_fabric_count_routes(struct vqc_fabric *f, u32 gsi)
{
	unsigned int nr;

	rcu_read_lock();
	vqc_route_lookup(rcu_dereference(f->routes), gsi, &nr);
	rcu_read_unlock();
	return nr;
}

/*
 * @seq: of vqc_obs_line(). Inline: a line that nobody watches is driven by some
 * 500 instructions.
 */
static __always_inline int vqc_drive_gsi(struct vqc_fabric *f,
					 const struct vqc_route_table *table,
					 unsigned int source_id, u32 gsi,
					 int level, u64 seq)
{
	const struct vqc_route *route;
	unsigned int i, nr;
	int one, ret = -1;

	vqc_rec_line(f, source_id, gsi, level);
	if (level && gsi < VQC_NR_STAT_GSIS)
		this_cpu_inc(f->stats->gsi_raised[gsi]);

	route = vqc_route_lookup(table, gsi, &nr);
	for (i = 0; i < nr; i++) {
		one = vqc_drive_route(f, source_id, &route[i], level, seq);
		if (one >= 0)
			ret = one + max(ret, 0);
	}

	if (!nr) {
		vqc_count(f, VQC_WHY_NOT_ROUTED);
		vqc_obs_note(f, VQC_CHIP_IOAPIC, VQC_NO_PIN, 0,
			     VQC_WHY_NOT_ROUTED);
	}
	if (level && ret > 0 && gsi < VQC_NR_STAT_GSIS)
		this_cpu_inc(f->stats->gsi_delivered[gsi]);
	return ret;
}

/* Unless a fault on purpose takes it away. */
static noinline int vqc_try_gsi_faulty(struct vqc_fabric *f,
				       const struct vqc_route_table *table,
				       unsigned int source_id, u32 gsi,
				       int level)
{
	int ret;

	if (vqc_fault_line(f, source_id, gsi, level, &ret))
		return ret;
	return vqc_drive_gsi(f, table, source_id, gsi, level,
			     vqc_obs_line(f, gsi, source_id, level));
}

/* Without a rule anywhere it costs nothing more than the drive itself. */
static __always_inline int vqc_try_gsi(struct vqc_fabric *f,
				       const struct vqc_route_table *table,
				       unsigned int source_id, u32 gsi,
				       int level)
{
	if (vqc_faulty())
		return vqc_try_gsi_faulty(f, table, source_id, gsi, level);
	return vqc_drive_gsi(f, table, source_id, gsi, level,
			     vqc_obs_line(f, gsi, source_id, level));
}

int vqc_set_irq(struct vqc_fabric *f, unsigned int source_id, u32 gsi,
		int level, bool line_status)
{
	int ret;

	rcu_read_lock();
	ret = vqc_try_gsi(f, rcu_dereference(f->routes), source_id, gsi, level);
	rcu_read_unlock();
	return ret;
}

int vqc_set_irq_now(struct vqc_fabric *f, unsigned int source_id, u32 gsi,
		    int level, u8 faults)
{
	u64 seq = vqc_obs_line(f, gsi, source_id, level);
	int ret;

	vqc_obs_fault(f, seq, VQC_NO_CPU, faults);
	rcu_read_lock();
	ret = vqc_drive_gsi(f, rcu_dereference(f->routes), source_id, gsi,
			    level, seq);
	rcu_read_unlock();
	return ret;
}

int vqc_pulse_irq(struct vqc_fabric *f, unsigned int source_id, u32 gsi)
{
	const struct vqc_route_table *table;
	int level, ret[2];

	rcu_read_lock();
	table = rcu_dereference(f->routes);
	for (level = 1; level >= 0; level--)
		ret[level] = vqc_try_gsi(f, table, source_id, gsi, level);
	rcu_read_unlock();
	return ret[1];
}

int vqc_send_msi(struct vqc_fabric *f, u64 address, u32 data)
{
	u64 seq = vqc_obs_start(f);
	int ret;

	vqc_rec_msi(f, address, data);
	rcu_read_lock();
	ret = vqc_drive_msi(f, address, data, false, seq);
	rcu_read_unlock();
	return ret;
}
