// SPDX-License-Identifier: GPL-2.0-only
/*
 * Effects: from one chip's output to the next chip's input.
 *
 * Every function here runs without a chip's lock. The chains are finite by
 * construction: an EOI reaches the IOAPIC, whose messages reach local APICs,
 * and accepting a message has no effects but a kick.
 */
#include <linux/bitmap.h>
#include <linux/rcupdate.h>

#include "fabric.h"
#include "fault.h"
#include "inject.h"
#include "observe.h"
#include "record.h"

/* ---- messages to local APICs ---- */

/* Who wins when outcomes of several CPUs are summed up: the best news. */
static enum vqc_why vqc_better(enum vqc_why a, enum vqc_why b)
{
	if (a == VQC_WHY_DELIVERED || b == VQC_WHY_DELIVERED)
		return VQC_WHY_DELIVERED;
	if (a == VQC_WHY_COALESCED || b == VQC_WHY_COALESCED)
		return VQC_WHY_COALESCED;
	return b;
}

/*
 * Where PIC and IOAPIC are not ours. What is noted has to be there before IRR is
 * set: the owner may end the interrupt at once.
 */
static enum vqc_why vqc_cpu_accept_foreign(struct vqc_cpu *cpu,
					   const struct vqc_msg *msg)
{
	bool tell = msg->flags & VQC_MSG_TELL_EOI;
	/* No other mode has a vector that an EOI ends. */
	bool ends = msg->mode == VQC_DM_FIXED || msg->mode == VQC_DM_LOWEST;

	/* There is no PIC to fetch a vector from. */
	if (msg->mode == VQC_DM_EXTINT)
		return VQC_WHY_BAD_MODE;
	if (ends && test_bit(msg->vector, cpu->tell_eoi) != tell) {
		if (tell)
			set_bit(msg->vector, cpu->tell_eoi);
		else
			clear_bit(msg->vector, cpu->tell_eoi);
	}
	return vqc_rec_lapic_accept(cpu, msg);
}

void vqc_cpu_kick(struct vqc_cpu *cpu)
{
	if (!vqc_fault_no_kick(cpu))
		cpu->ops->kick(cpu);
}

static enum vqc_why vqc_cpu_accept_now(struct vqc_cpu *cpu,
				       const struct vqc_msg *msg, u64 seq)
{
	enum vqc_why why;

	vqc_obs_offer(cpu, seq, msg);
	why = unlikely(cpu->fabric->config.lapics_only) ?
		vqc_cpu_accept_foreign(cpu, msg) :
		vqc_rec_lapic_accept(cpu, msg);
	vqc_count(cpu->fabric, why);
	vqc_obs_accept(cpu, seq, msg, why);
	/* An illegal vector may have raised the LVT error interrupt. */
	if (why == VQC_WHY_DELIVERED || why == VQC_WHY_ILLEGAL_VECTOR)
		vqc_cpu_kick(cpu);
	return why;
}

static __always_inline enum vqc_why vqc_cpu_accept(struct vqc_cpu *cpu,
						   const struct vqc_msg *msg,
						   u64 seq)
{
	/* Lost on its way: who sent it cannot know. */
	if (vqc_fault_accept(cpu, msg, seq))
		return VQC_WHY_DELIVERED;
	return vqc_cpu_accept_now(cpu, msg, seq);
}

void vqc_deliver_to(struct vqc_cpu *cpu, const struct vqc_msg *msg, u64 seq,
		    u8 faults)
{
	enum vqc_why why;

	seq = seq ? seq : vqc_obs_start(cpu->fabric);
	vqc_obs_msg(cpu->fabric, seq, VQC_NO_PIN, msg, VQC_NO_CPU);
	vqc_obs_fault(cpu->fabric, seq, cpu->index, faults);
	why = vqc_cpu_accept_now(cpu, msg, seq);
	vqc_obs_sent(cpu->fabric, seq, VQC_NO_PIN, why);
}

/*
 * Lowest priority (SDM vol. 3, 11.6.2.4): of the CPUs that can accept it the
 * one with the lowest arbitration priority; among equals the turn goes round.
 */
static struct vqc_cpu *vqc_arbitrate(struct vqc_fabric *f,
				     const unsigned long *cpus)
{
	/* Once: it drops to 0 when the fabric goes out of use. */
	unsigned int nr = vqc_fabric_nr_cpus(f);
	unsigned int i, n, start = READ_ONCE(f->next_lowest);
	struct vqc_cpu *best = NULL;
	unsigned int best_apr = 0;

	start = start < nr ? start : 0;
	for (n = 0; n < nr; n++) {
		unsigned int apr;

		i = start + n < nr ? start + n : start + n - nr;
		if (!test_bit(i, cpus) || !vqc_lapic_enabled(&f->cpu[i]->lapic))
			continue;
		apr = vqc_lapic_apr(&f->cpu[i]->lapic);
		if (best && apr >= best_apr)
			continue;
		best = f->cpu[i];
		best_apr = apr;
	}
	if (best)
		WRITE_ONCE(f->next_lowest, best->index + 1);
	return best;
}

static enum vqc_why vqc_deliver_set(struct vqc_fabric *f,
				    const struct vqc_dest_map *map,
				    const struct vqc_msg *msg, unsigned int src,
				    u64 seq, unsigned int *nr)
{
	DECLARE_BITMAP(cpus, VQC_MAX_CPUS);
	enum vqc_why one, why = VQC_WHY_NO_DEST;
	struct vqc_cpu *cpu;
	unsigned int i;

	if (!vqc_dest_set(map, msg, src, cpus))
		return VQC_WHY_NO_DEST;

	if (msg->mode == VQC_DM_LOWEST) {
		cpu = vqc_arbitrate(f, cpus);
		/* Nobody can take it: let one say why, and count it. */
		if (!cpu)
			cpu = f->cpu[find_first_bit(cpus, map->nr_cpus)];
		why = vqc_cpu_accept(cpu, msg, seq);
		*nr = why == VQC_WHY_DELIVERED;
		return why;
	}

	for_each_set_bit(i, cpus, map->nr_cpus) {
		one = vqc_cpu_accept(f->cpu[i], msg, seq);
		*nr += one == VQC_WHY_DELIVERED;
		why = vqc_better(why, one);
	}
	return why;
}

unsigned int vqc_deliver_msg(struct vqc_fabric *f, const struct vqc_msg *msg,
			     unsigned int src, u64 seq, enum vqc_why *why)
{
	const struct vqc_dest_pub *pub;
	unsigned int nr = 0;
	int one;

	rcu_read_lock();
	pub = rcu_dereference(f->dest);
	one = pub ? vqc_dest_one(&pub->map, msg, src) : VQC_DEST_NONE;
	if (one >= 0) {
		*why = vqc_cpu_accept(f->cpu[one], msg, seq);
		nr = *why == VQC_WHY_DELIVERED;
	} else if (one == VQC_DEST_MANY) {
		*why = vqc_deliver_set(f, &pub->map, msg, src, seq, &nr);
	} else {
		*why = VQC_WHY_NO_DEST;
	}
	rcu_read_unlock();

	if (*why == VQC_WHY_NO_DEST) {
		vqc_count(f, VQC_WHY_NO_DEST);
		vqc_obs_note(f, VQC_CHIP_LAPIC, VQC_NO_PIN, msg->vector,
			     VQC_WHY_NO_DEST);
	}
	return nr;
}

/* ---- the PIC ---- */

/*
 * INTR is wired to LINT0 of every CPU. Where that is an ExtINT it is the CPU's
 * turn to acknowledge; where it is anything else (the NMI of a watchdog, a
 * fixed vector) the local APIC sees its input change.
 */
static bool vqc_wire_lint0(struct vqc_fabric *f, struct vqc_cpu *cpu, bool intr)
{
	unsigned long flags;
	enum vqc_why why;

	if (vqc_lapic_takes_extint(&cpu->lapic)) {
		if (intr)
			vqc_cpu_kick(cpu);
		return true;
	}
	if (READ_ONCE(cpu->lapic.lvt[VQC_LVT_IDX_LINT0]) & VQC_LVT_MASKED)
		return false;

	raw_spin_lock_irqsave(&cpu->lock, flags);
	why = vqc_rec_lapic_set_lint(cpu, 0, READ_ONCE(f->pic_intr));
	raw_spin_unlock_irqrestore(&cpu->lock, flags);
	vqc_count(f, why);
	if (why == VQC_WHY_DELIVERED)
		vqc_cpu_kick(cpu);
	return true;
}

static void vqc_wire_intr(struct vqc_fabric *f, bool intr)
{
	unsigned int i, nr;
	bool taken = false;

	rcu_read_lock();
	/* CPUs that are counted now stay until this section ends. */
	nr = vqc_fabric_nr_cpus(f);
	for (i = 0; i < nr; i++) {
		struct vqc_cpu *cpu = READ_ONCE(f->cpu[i]);

		if (cpu)
			taken |= vqc_wire_lint0(f, cpu, intr);
	}
	rcu_read_unlock();

	if (intr && !taken)
		vqc_count(f, VQC_WHY_PIC_GATED);
}

static void vqc_pin_acked(struct vqc_fabric *f, enum vqc_chip chip,
			  unsigned int pin)
{
	const struct vqc_fabric_ops *ops = f->config.ops;

	if (READ_ONCE(f->has_pit) && pin == 0 && chip == VQC_CHIP_PIC)
		vqc_pit_acked(f);
	else if (READ_ONCE(f->has_pit) && pin == 2 && chip == VQC_CHIP_IOAPIC)
		vqc_pit_acked(f);
	if (ops && ops->pin_acked)
		ops->pin_acked(f, chip, pin);
}

static void vqc_drain_note(struct vqc_fabric *f, enum vqc_chip chip,
			   const struct vqc_fx_item *item)
{
	vqc_count(f, item->why);
	vqc_obs_note(f, chip, item->pin, item->vector, item->why);
}

void vqc_drain_pic(struct vqc_fabric *f, const struct vqc_fx *fx)
{
	unsigned int i;

	for (i = 0; i < fx->nr; i++) {
		const struct vqc_fx_item *item = &fx->item[i];

		switch (item->kind) {
		case VQC_FX_ACKED:
			vqc_obs_eoi(f, NULL, VQC_CHIP_PIC, item->pin,
				    item->vector);
			vqc_pin_acked(f, VQC_CHIP_PIC, item->pin);
			break;
		case VQC_FX_NOTE:
			vqc_drain_note(f, VQC_CHIP_PIC, item);
			break;
		default:
			break;
		}
	}
}

static bool vqc_fx_has_output(const struct vqc_fx *fx)
{
	unsigned int i;

	for (i = 0; i < fx->nr; i++)
		if (fx->item[i].kind == VQC_FX_OUTPUT)
			return true;
	return false;
}

void vqc_pic_op_end(struct vqc_fabric *f, unsigned long flags,
		    const struct vqc_fx *fx)
	__releases(&f->pic_lock)
{
	bool intr = f->pic_intr, changed = vqc_fx_has_output(fx);

	if (changed) {
		intr = vqc_pic_output(&f->pic);
		changed = intr != f->pic_intr;
		WRITE_ONCE(f->pic_intr, intr);
	}
	raw_spin_unlock_irqrestore(&f->pic_lock, flags);

	if (changed)
		vqc_wire_intr(f, intr);
	if (fx->nr)
		vqc_drain_pic(f, fx);
}

/* ---- the IOAPIC ---- */

/* The timer serves what is due then: no recursion, however the guest plays. */
static void vqc_ioapic_later(struct vqc_fabric *f, u64 pause_ns)
{
	hrtimer_start(&f->ioapic_timer, ns_to_ktime(pause_ns),
		      HRTIMER_MODE_REL_HARD);
}

static void vqc_ioapic_report(struct vqc_fabric *f, unsigned int pin,
			      enum vqc_why why)
{
	unsigned long flags;
	bool again;

	raw_spin_lock_irqsave(&f->ioapic_lock, flags);
	again = vqc_rec_ioapic_sent(f, pin, why);
	if (why == VQC_WHY_DELIVERED)
		f->ioapic_sent[pin] = jiffies;
	raw_spin_unlock_irqrestore(&f->ioapic_lock, flags);
	if (unlikely(again))
		vqc_ioapic_later(f, 0);
}

void vqc_msg_handed(struct vqc_fabric *f, unsigned int pin, u64 seq, u8 vector,
		    enum vqc_why why)
{
	enum vqc_why seen = why;

	if (why == VQC_WHY_DELIVERED) {
		this_cpu_inc(f->stats->vector_handed[vector]);
		seen = VQC_WHY_HANDED_OVER;
	}
	vqc_count(f, seen);
	vqc_obs_sent(f, seq, pin, seen);
	if (pin < VQC_NR_IOAPIC_PINS)
		vqc_ioapic_report(f, pin, why);
}

unsigned int vqc_hand_over(struct vqc_fabric *f, const struct vqc_msg *msg,
			   unsigned int pin, u64 seq)
{
	enum vqc_why why = VQC_WHY_NO_DEST;

	vqc_obs_msg(f, seq, pin, msg, VQC_NO_CPU);
	rcu_read_lock();
	/* Without CPUs it goes out of use, and so does whoever sends. */
	if (vqc_fabric_nr_cpus(f))
		why = f->config.ops->send(f, msg, pin, seq);
	rcu_read_unlock();
	if (why == VQC_WHY_DELIVERED)
		return 1;
	vqc_msg_handed(f, pin, seq, msg->vector, why);
	return 0;
}

static unsigned int vqc_ioapic_send(struct vqc_fabric *f,
				    const struct vqc_fx_item *item)
{
	u64 seq = vqc_observing() ? READ_ONCE(f->ioapic_seq[item->pin]) : 0;
	enum vqc_why why;
	unsigned int nr;

	if (f->config.chips_only)
		return vqc_hand_over(f, &item->msg, item->pin, seq);
	vqc_obs_msg(f, seq, item->pin, &item->msg, VQC_NO_CPU);
	nr = vqc_deliver_msg(f, &item->msg, VQC_NO_CPU, seq, &why);
	vqc_obs_sent(f, seq, item->pin, why);
	vqc_ioapic_report(f, item->pin, why);
	return nr;
}

/*
 * What waited for the end of an interrupt may have released the line: the level
 * message that was made before that is not sent.
 */
static bool vqc_ioapic_withdraw(struct vqc_fabric *f,
				const struct vqc_fx_item *item)
{
	unsigned long flags;
	bool low;

	if (!(item->msg.flags & VQC_MSG_LEVEL))
		return false;
	raw_spin_lock_irqsave(&f->ioapic_lock, flags);
	low = vqc_ioapic_hold(&f->ioapic, item->pin) == VQC_WHY_LINE_LOW;
	if (low)
		vqc_rec_ioapic_sent(f, item->pin, VQC_WHY_LINE_LOW);
	raw_spin_unlock_irqrestore(&f->ioapic_lock, flags);
	if (low)
		vqc_count(f, VQC_WHY_LINE_LOW);
	return low;
}

unsigned int vqc_drain_ioapic(struct vqc_fabric *f, const struct vqc_fx *fx)
{
	unsigned int i, nr = 0;
	bool acked = false;

	for (i = 0; i < fx->nr; i++) {
		const struct vqc_fx_item *item = &fx->item[i];

		switch (item->kind) {
		case VQC_FX_MSG:
			if (!acked || !vqc_ioapic_withdraw(f, item))
				nr += vqc_ioapic_send(f, item);
			break;
		case VQC_FX_ACKED:
			vqc_obs_eoi(f, NULL, VQC_CHIP_IOAPIC, item->pin,
				    item->vector);
			vqc_pin_acked(f, VQC_CHIP_IOAPIC, item->pin);
			acked = f->config.ops;
			break;
		case VQC_FX_DEFER:
			vqc_ioapic_later(f, item->deadline_ns);
			break;
		case VQC_FX_NOTE:
			vqc_drain_note(f, VQC_CHIP_IOAPIC, item);
			break;
		default:
			break;
		}
	}
	return nr;
}

void vqc_ioapic_broadcast_eoi(struct vqc_fabric *f, u8 vector)
{
	unsigned long flags;
	VQC_DEFINE_FX(fx);

	raw_spin_lock_irqsave(&f->ioapic_lock, flags);
	vqc_rec_ioapic_eoi(f, vector, &fx);
	raw_spin_unlock_irqrestore(&f->ioapic_lock, flags);
	vqc_drain_ioapic(f, &fx);
}

void __vqc_edge_eoi(struct vqc_fabric *f, u8 vector)
{
	unsigned int pin;

	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		u64 rte = READ_ONCE(f->ioapic.rte[pin]);

		if (!(rte & VQC_RTE_LEVEL) &&
		    FIELD_GET(VQC_RTE_VECTOR, rte) == vector)
			f->config.ops->pin_acked(f, VQC_CHIP_IOAPIC, pin);
	}
}

void vqc_ioapic_offer_again(struct vqc_fabric *f)
{
	unsigned long flags;
	VQC_DEFINE_FX(fx);

	raw_spin_lock_irqsave(&f->ioapic_lock, flags);
	vqc_rec_ioapic_retry(f, GENMASK(VQC_NR_IOAPIC_PINS - 1, 0) &
			     ~f->ioapic.deferred, &fx);
	raw_spin_unlock_irqrestore(&f->ioapic_lock, flags);
	vqc_drain_ioapic(f, &fx);
}

/* ---- the local APIC ---- */

static void vqc_lapic_send(struct vqc_cpu *cpu, const struct vqc_msg *msg)
{
	u64 seq = vqc_obs_start(cpu->fabric);
	enum vqc_why why;

	vqc_obs_msg(cpu->fabric, seq, VQC_NO_PIN, msg, cpu->index);
	vqc_deliver_msg(cpu->fabric, msg, cpu->index, seq, &why);
	vqc_obs_sent(cpu->fabric, seq, VQC_NO_PIN, why);
}

void vqc_drain_lapic(struct vqc_cpu *cpu, const struct vqc_fx *fx)
{
	unsigned int i;

	for (i = 0; i < fx->nr; i++) {
		const struct vqc_fx_item *item = &fx->item[i];

		switch (item->kind) {
		case VQC_FX_MSG:
			vqc_lapic_send(cpu, &item->msg);
			break;
		case VQC_FX_EOI:
			/* Who has the IOAPIC was told by @lapic_eoi. */
			if (!cpu->fabric->config.lapics_only)
				vqc_ioapic_broadcast_eoi(cpu->fabric,
							 item->vector);
			break;
		case VQC_FX_TIMER:
			vqc_cpu_rearm(cpu);
			break;
		case VQC_FX_DEST:
			vqc_fabric_follow_dest(cpu->fabric);
			vqc_ioapic_offer_again(cpu->fabric);
			break;
		case VQC_FX_NOTE:
			vqc_drain_note(cpu->fabric, VQC_CHIP_LAPIC, item);
			break;
		default:
			break;
		}
	}
}
