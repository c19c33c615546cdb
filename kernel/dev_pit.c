// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 8254 on the port bus, and its channel 0 on line 0.
 *
 * Ticks that a guest misses because it has not acknowledged the last one are
 * owed to it and made up at its EOI (reinjection), so that a guest that counts
 * ticks keeps the time; a VMM can switch that off (KVM_REINJECT_CONTROL).
 */
#include "fabric.h"
#include "observe.h"
#include "record.h"

#define VQC_PIT_GSI		0
#define VQC_PIT_PORTS		4
/*
 * A guest that owes so many acknowledges has lost track; it starts afresh, so
 * that a missed one cannot stop the clock for ever.
 */
#define VQC_PIT_MAX_OWED	1000u

/* ---- ticks ---- */

static void vqc_pit_rearm_locked(struct vqc_fabric *f)
{
	u64 next_ns = f->pit.irq_disabled ? 0 : vqc_pit_next_ns(&f->pit);

	lockdep_assert_held(&f->pit_lock);
	if (next_ns)
		hrtimer_start(&f->pit_timer, ns_to_ktime(next_ns),
			      HRTIMER_MODE_ABS_HARD);
	else
		hrtimer_try_to_cancel(&f->pit_timer);
}

void vqc_pit_rearm(struct vqc_fabric *f)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&f->pit_lock, flags);
	vqc_pit_rearm_locked(f);
	raw_spin_unlock_irqrestore(&f->pit_lock, flags);
}

void vqc_pit_set_reinject(struct vqc_fabric *f, bool reinject)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&f->pit_lock, flags);
	f->pit_reinject = reinject;
	f->pit_owed = 0;
	f->pit_unacked = false;
	raw_spin_unlock_irqrestore(&f->pit_lock, flags);
}

/* A tick nobody took (masked, no route) is nobody's debt. */
static void vqc_pit_tick(struct vqc_fabric *f)
{
	unsigned long flags;

	if (vqc_pulse_irq(f, VQC_SOURCE_PIT, VQC_PIT_GSI) < 0) {
		raw_spin_lock_irqsave(&f->pit_lock, flags);
		f->pit_unacked = false;
		f->pit_owed = 0;
		raw_spin_unlock_irqrestore(&f->pit_lock, flags);
	}
}

/* Decides under the lock whether a tick goes out now. */
static bool vqc_pit_due_locked(struct vqc_fabric *f, u64 edges)
{
	lockdep_assert_held(&f->pit_lock);
	if (f->pit.irq_disabled)
		return false;
	if (!f->pit_reinject)
		return edges;

	f->pit_owed = min_t(u64, f->pit_owed + edges, VQC_PIT_MAX_OWED);
	if (!f->pit_owed)
		return false;
	if (f->pit_unacked && f->pit_owed < VQC_PIT_MAX_OWED)
		return false;
	f->pit_owed--;
	f->pit_unacked = true;
	return true;
}

enum hrtimer_restart vqc_pit_timer_fn(struct hrtimer *timer)
{
	struct vqc_fabric *f = container_of(timer, struct vqc_fabric,
					    pit_timer);
	unsigned long flags;
	u64 edges;
	bool due;
	VQC_DEFINE_FX(fx);

	raw_spin_lock_irqsave(&f->pit_lock, flags);
	edges = vqc_rec_pit_expire(f, ktime_get_ns(), &fx);
	due = vqc_pit_due_locked(f, edges);
	vqc_pit_rearm_locked(f);
	raw_spin_unlock_irqrestore(&f->pit_lock, flags);

	if (due)
		vqc_pit_tick(f);
	else if (edges)
		vqc_count(f, VQC_WHY_PIT_COALESCED);
	return HRTIMER_NORESTART;
}

/*
 * The guest has ended the last tick: the next one it is owed follows at once.
 * It is sent by the timer, because an EOI may not recurse into a new interrupt.
 */
void vqc_pit_acked(struct vqc_fabric *f)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&f->pit_lock, flags);
	f->pit_unacked = false;
	if (f->pit_owed)
		hrtimer_start(&f->pit_timer, 0, HRTIMER_MODE_REL_HARD);
	raw_spin_unlock_irqrestore(&f->pit_lock, flags);
}

void __vqc_pit_eoi(struct vqc_fabric *f, u8 vector)
{
	const struct vqc_route_table *table;
	const struct vqc_route *route;
	unsigned int i, nr;
	bool mine = false;

	rcu_read_lock();
	table = rcu_dereference(f->routes);
	route = vqc_route_lookup(table, VQC_PIT_GSI, &nr);
	for (i = 0; i < nr; i++)
		if (route[i].kind == VQC_ROUTE_IOAPIC)
			mine |= vector == (u8)READ_ONCE(f->ioapic.rte[route[i].pin]);
	rcu_read_unlock();
	if (mine)
		vqc_pit_acked(f);
}

/* ---- ports ---- */

static int vqc_dev_pit_read(struct kvm_vcpu *vcpu, struct kvm_io_device *dev,
			    gpa_t addr, int len, void *val)
{
	struct vqc_fabric *f = container_of(dev, struct vqc_fabric, pit_dev[0]);
	unsigned int port = addr - VQC_PIT_PORT;
	u64 now_ns = ktime_get_ns();
	unsigned long flags;
	u8 *bytes = val;
	int i;

	memset(bytes, 0xff, len);
	raw_spin_lock_irqsave(&f->pit_lock, flags);
	for (i = 0; i < len && port + i < VQC_PIT_PORTS; i++)
		bytes[i] = vqc_rec_pit_read(f, port + i, now_ns);
	raw_spin_unlock_irqrestore(&f->pit_lock, flags);
	vqc_obs_access(f, vqc_cookie_cpu(vcpu), VQC_CHIP_PIT, addr, len, false,
		       bytes[0]);
	return 0;
}

static int vqc_dev_pit_write(struct kvm_vcpu *vcpu, struct kvm_io_device *dev,
			     gpa_t addr, int len, const void *val)
{
	struct vqc_fabric *f = container_of(dev, struct vqc_fabric, pit_dev[0]);
	unsigned int port = addr - VQC_PIT_PORT;
	u64 now_ns = ktime_get_ns();
	const u8 *bytes = val;
	unsigned long flags;
	int i;
	VQC_DEFINE_FX(fx);

	vqc_obs_access(f, vqc_cookie_cpu(vcpu), VQC_CHIP_PIT, addr, len, true,
		       bytes[0]);
	raw_spin_lock_irqsave(&f->pit_lock, flags);
	for (i = 0; i < len && port + i < VQC_PIT_PORTS; i++)
		vqc_rec_pit_write(f, port + i, bytes[i], now_ns, &fx);
	if (fx.nr) {
		/* A new programme: what the old one owed is void. */
		f->pit_owed = 0;
		f->pit_unacked = false;
		vqc_pit_rearm_locked(f);
	}
	raw_spin_unlock_irqrestore(&f->pit_lock, flags);
	return 0;
}

static int vqc_dev_speaker_read(struct kvm_vcpu *vcpu,
				struct kvm_io_device *dev, gpa_t addr, int len,
				void *val)
{
	struct vqc_fabric *f = container_of(dev, struct vqc_fabric, pit_dev[1]);
	unsigned long flags;
	u8 *bytes = val;

	memset(bytes, 0xff, len);
	raw_spin_lock_irqsave(&f->pit_lock, flags);
	bytes[0] = vqc_rec_pit_speaker_read(f, ktime_get_ns());
	raw_spin_unlock_irqrestore(&f->pit_lock, flags);
	return 0;
}

static int vqc_dev_speaker_write(struct kvm_vcpu *vcpu,
				 struct kvm_io_device *dev, gpa_t addr, int len,
				 const void *val)
{
	struct vqc_fabric *f = container_of(dev, struct vqc_fabric, pit_dev[1]);
	unsigned long flags;

	raw_spin_lock_irqsave(&f->pit_lock, flags);
	vqc_rec_pit_speaker_write(f, *(const u8 *)val, ktime_get_ns());
	raw_spin_unlock_irqrestore(&f->pit_lock, flags);
	return 0;
}

static const struct kvm_io_device_ops vqc_dev_pit_ops = {
	.read = vqc_dev_pit_read,
	.write = vqc_dev_pit_write,
};

static const struct kvm_io_device_ops vqc_dev_speaker_ops = {
	.read = vqc_dev_speaker_read,
	.write = vqc_dev_speaker_write,
};

int vqc_dev_pit_register(struct vqc_fabric *f, bool speaker)
{
	int ret;

	kvm_iodevice_init(&f->pit_dev[0], &vqc_dev_pit_ops);
	ret = vqc_bus_register(&f->pio, VQC_PIT_PORT, VQC_PIT_PORTS,
			       &f->pit_dev[0]);
	if (ret || !speaker)
		return ret;

	kvm_iodevice_init(&f->pit_dev[1], &vqc_dev_speaker_ops);
	ret = vqc_bus_register(&f->pio, VQC_SPEAKER_PORT, 1, &f->pit_dev[1]);
	if (ret)
		vqc_bus_unregister(&f->pio, &f->pit_dev[0]);
	return ret;
}
