// SPDX-License-Identifier: GPL-2.0-only
/*
 * The observer: flow ids, tracepoints, and who listens.
 *
 * A flow id waits where its interrupt waits: with the pin of the chip that
 * latched it, with the vector in a local APIC's IRR, then in its ISR. It is
 * moved by exchanges, so that CPUs that race lose no id, and 0 stands for an
 * interrupt that began when nobody looked.
 *
 * The hooks are switched on by one static key, which counts the enabled
 * tracepoints and the parameter "flows".
 */
#include <linux/err.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "debugfs.h"
#include "fabric.h"
#include "fault.h"
#include "flow.h"
#include "inject.h"
#include "observe.h"
#include "observer.h"
#include "record.h"
#include "recording.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

DEFINE_STATIC_KEY_FALSE(vqc_observe_key);

/* All observers, and whether flows are recorded; see vqc_flows_set(). */
static LIST_HEAD(vqc_observers);
static DEFINE_MUTEX(vqc_observers_lock);
static bool vqc_flows;
static bool vqc_flows_applied;
static bool vqc_observe_ready;

static unsigned int trace_size = 4096;
module_param(trace_size, uint, 0444);
MODULE_PARM_DESC(trace_size,
		 "finished interrupts kept for debugfs virqchip/<vm>/trace (16..65536, default 4096)");

/* ---- switching on and off ---- */

int vqc_trace_reg(void)
{
	static_branch_inc(&vqc_observe_key);
	return 0;
}

void vqc_trace_unreg(void)
{
	static_branch_dec(&vqc_observe_key);
}

/* A flow has left the table. */
static void vqc_obs_ended(void *owner, const struct vqc_flow *flow)
{
	struct vqc_fabric *f = owner;

	vqc_latency_add(f->observer->latency, flow);
	if (vqc_recording())
		vqc_rec_flow(f, flow);
	trace_virqchip_flow(f, flow);
}

/* A recorder, once there, stays until its fabric goes: hooks take no lock. */
static int vqc_observer_record(struct vqc_fabric *f)
{
	struct vqc_observer *obs = f->observer;
	struct vqc_recorder *r;

	lockdep_assert_held(&vqc_observers_lock);
	if (obs->recorder)
		return 0;

	if (!obs->latency)
		obs->latency = vqc_latency_create();
	if (!obs->latency)
		return -ENOMEM;
	r = vqc_recorder_create(&obs->ring, vqc_flow_step(), vqc_obs_ended, f);
	if (IS_ERR(r))
		return PTR_ERR(r);
	/* Set up whole before a hook sees it, see vqc_recorder_of(). */
	smp_store_release(&obs->recorder, r);
	return 0;
}

static int vqc_flows_apply(bool on)
{
	struct vqc_observer *obs;
	int ret;

	lockdep_assert_held(&vqc_observers_lock);
	if (on == vqc_flows_applied)
		return 0;

	if (on) {
		list_for_each_entry(obs, &vqc_observers, list) {
			ret = vqc_observer_record(obs->fabric);
			if (ret)
				return ret;
		}
		static_branch_inc(&vqc_observe_key);
	} else {
		static_branch_dec(&vqc_observe_key);
	}
	vqc_flows_applied = on;
	return 0;
}

int vqc_flows_switch(bool on)
{
	int ret = 0;

	mutex_lock(&vqc_observers_lock);
	if (vqc_observe_ready)
		ret = vqc_flows_apply(on);
	if (!ret)
		WRITE_ONCE(vqc_flows, on);
	mutex_unlock(&vqc_observers_lock);
	return ret;
}

int vqc_observer_set_ring(struct vqc_fabric *f,
			  const struct vqc_ring_config *config)
{
	struct vqc_observer *obs = f->observer;
	int ret = 0;

	if (config->nr_flows < VQC_MIN_TRACE_SIZE ||
	    config->nr_flows > VQC_MAX_TRACE_SIZE)
		return -EINVAL;
	mutex_lock(&vqc_observers_lock);
	if (obs->recorder)
		ret = vqc_recorder_configure(obs->recorder, config);
	if (!ret)
		obs->ring = *config;
	mutex_unlock(&vqc_observers_lock);
	return ret;
}

void vqc_observer_get_ring(struct vqc_fabric *f, struct vqc_ring_state *state)
{
	struct vqc_observer *obs = f->observer;

	mutex_lock(&vqc_observers_lock);
	*state = (struct vqc_ring_state){ .config = obs->ring };
	if (obs->recorder)
		vqc_recorder_state(obs->recorder, state);
	mutex_unlock(&vqc_observers_lock);
}

bool vqc_flows_on(void)
{
	return READ_ONCE(vqc_flows);
}

static int vqc_flows_set(const char *val, const struct kernel_param *kp)
{
	bool on = false;
	int ret;

	ret = val ? kstrtobool(val, &on) : -EINVAL;
	return ret ? ret : vqc_flows_switch(on);
}

static const struct kernel_param_ops vqc_flows_ops = {
	.set = vqc_flows_set,
	.get = param_get_bool,
};

module_param_cb(flows, &vqc_flows_ops, &vqc_flows, 0644);
MODULE_PARM_DESC(flows,
		 "record each interrupt from its line to its EOI for debugfs virqchip/<vm>/trace (bool, default N)");

static struct vqc_recorder *vqc_recorder_of(struct vqc_fabric *f)
{
	if (!READ_ONCE(vqc_flows))
		return NULL;
	/* Pairs with vqc_observer_record(). */
	return smp_load_acquire(&f->observer->recorder);
}

/* ---- flow ids ---- */

/* From a start of its own each CPU counts in steps, so two never give the same. */
u64 __vqc_obs_start(struct vqc_fabric *f)
{
	return this_cpu_add_return(*f->observer->next_seq, vqc_flow_step());
}

static u64 vqc_seq_take(u64 *place)
{
	return READ_ONCE(*place) ? xchg(place, 0) : 0;
}

/* Put @seq there unless one is there already. Return: the one that was. */
static u64 vqc_seq_put(u64 *place, u64 seq)
{
	return seq ? cmpxchg(place, 0, seq) : READ_ONCE(*place);
}

static u64 *vqc_seq_of_pin(struct vqc_fabric *f, enum vqc_chip chip,
			   unsigned int pin)
{
	if (chip == VQC_CHIP_PIC && pin < VQC_NR_PIC_PINS)
		return &f->pic_seq[pin];
	if (chip == VQC_CHIP_IOAPIC && pin < VQC_NR_IOAPIC_PINS)
		return &f->ioapic_seq[pin];
	return NULL;
}

/* ---- line and pin ---- */

u64 __vqc_obs_line(struct vqc_fabric *f, u32 gsi, unsigned int source_id,
		   bool level)
{
	struct vqc_recorder *r = vqc_recorder_of(f);
	u64 seq = level ? __vqc_obs_start(f) : 0;

	trace_virqchip_line(f, seq, gsi, source_id, level);
	if (r && seq)
		vqc_flow_start(r, seq, VQC_ORIGIN_LINE, gsi, source_id,
			       vqc_fabric_count_routes(f, gsi));
	return seq;
}

/* Does the chip, whose lock is held, still have a request of this pin? */
static bool vqc_pin_requested(struct vqc_fabric *f, enum vqc_chip chip,
			      unsigned int pin)
{
	if (chip == VQC_CHIP_PIC)
		return f->pic.chip[pin / 8].irr & BIT(pin % 8);
	return (f->ioapic.pending & BIT(pin)) ||
	       (f->ioapic.rte[pin] & VQC_RTE_DELIV_STATUS);
}

/* The chip forgot the request before it went anywhere. */
static void vqc_pin_withdrawn(struct vqc_fabric *f, enum vqc_chip chip,
			      unsigned int pin, enum vqc_why why)
{
	struct vqc_recorder *r = vqc_recorder_of(f);
	u64 seq = vqc_seq_take(vqc_seq_of_pin(f, chip, pin));

	if (r && seq)
		vqc_flow_pin(r, seq, chip, pin, why, 0);
}

/* Return: the flow that waits there and takes this one up, 0 if it waits itself. */
static u64 vqc_pin_keep(struct vqc_fabric *f, u64 seq, enum vqc_chip chip,
			unsigned int pin, enum vqc_why why)
{
	struct vqc_recorder *r = vqc_recorder_of(f);
	u64 *place = vqc_seq_of_pin(f, chip, pin);
	u64 old;

	switch (why) {
	case VQC_WHY_COALESCED:
		return vqc_seq_put(place, seq);
	case VQC_WHY_DELIVERED:
	case VQC_WHY_PIC_MASKED:
	case VQC_WHY_PIC_IN_SERVICE:
	case VQC_WHY_IOAPIC_HELD:
	case VQC_WHY_IOAPIC_REMOTE_IRR:
	case VQC_WHY_IOAPIC_STORM:
		/* What waited there, masked, goes on as part of this one. */
		old = xchg(place, seq);
		if (r && old)
			vqc_flow_pin(r, old, chip, pin, VQC_WHY_COALESCED, seq);
		return 0;
	default:
		return 0;
	}
}

void __vqc_obs_pin(struct vqc_fabric *f, u64 seq, u32 gsi, enum vqc_chip chip,
		   unsigned int pin, bool level, enum vqc_why why)
{
	struct vqc_recorder *r = vqc_recorder_of(f);
	u64 into = 0;

	if (seq)
		into = vqc_pin_keep(f, seq, chip, pin, why);
	else if (!level && !vqc_pin_requested(f, chip, pin))
		vqc_pin_withdrawn(f, chip, pin, VQC_WHY_LINE_LOW);

	trace_virqchip_pin(f, seq, gsi, chip, pin, level, why, into);
	if (!r || !seq)
		return;
	/* The pending one had no id: this one stands for it from now on. */
	if (why == VQC_WHY_COALESCED && !into)
		why = VQC_WHY_DELIVERED;
	vqc_flow_pin(r, seq, chip, pin, why, into);
}

/* ---- message and acceptance ---- */

static u32 vqc_apic_of_index(struct vqc_fabric *f, unsigned int index)
{
	u32 apic_id;

	rcu_read_lock();
	apic_id = vqc_trace_apic(vqc_fabric_cpu(f, index));
	rcu_read_unlock();
	return apic_id;
}

void __vqc_obs_msg(struct vqc_fabric *f, u64 seq, unsigned int pin,
		   const struct vqc_msg *msg, unsigned int src)
{
	struct vqc_recorder *r = vqc_recorder_of(f);
	bool ipi = src != VQC_NO_CPU;

	/* On its way: the pin is free for the next. */
	if (seq && pin < VQC_NR_IOAPIC_PINS) {
		cmpxchg(&f->ioapic_seq[pin], seq, 0);
		if (msg->flags & VQC_MSG_LEVEL)
			xchg(&f->observer->ioapic_isr_seq[pin], seq);
	}

	trace_virqchip_msg(f, seq, pin, msg, vqc_apic_of_index(f, src));
	if (r && seq)
		vqc_flow_msg(r, seq, msg,
			     ipi ? VQC_ORIGIN_IPI : VQC_ORIGIN_MSI);
}

static bool vqc_msg_has_vector(const struct vqc_msg *msg)
{
	return msg->mode == VQC_DM_FIXED || msg->mode == VQC_DM_LOWEST;
}

void __vqc_obs_offer(struct vqc_cpu *cpu, u64 seq, const struct vqc_msg *msg)
{
	if (seq && vqc_msg_has_vector(msg))
		vqc_seq_put(&cpu->irr_seq[msg->vector], seq);
}

/*
 * Settle what vqc_obs_offer() began. Return: the flow that is pending at the
 * vector in place of this one, or 0; @stands: this one, for one without an id;
 * @past: the owner has ended this one already.
 */
static u64 vqc_irr_settle(struct vqc_cpu *cpu, u64 seq,
			  const struct vqc_msg *msg, enum vqc_why why,
			  bool *stands, bool *past)
{
	u64 *place = &cpu->irr_seq[msg->vector];
	u64 there = READ_ONCE(*place);

	switch (why) {
	case VQC_WHY_DELIVERED:
		*past = there != seq &&
			READ_ONCE(cpu->isr_seq[msg->vector]) != seq;
		/* The owner may have taken it already; else a stale id gives way. */
		if (there && there != seq)
			xchg(place, seq);
		return 0;
	case VQC_WHY_COALESCED:
		*stands = there == seq;
		return *stands ? 0 : there;
	default:
		cmpxchg(place, seq, 0);
		return 0;
	}
}

void __vqc_obs_accept(struct vqc_cpu *cpu, u64 seq, const struct vqc_msg *msg,
		      enum vqc_why why)
{
	struct vqc_recorder *r = vqc_recorder_of(cpu->fabric);
	bool stands = false, past = false;
	u64 into = 0;

	if (seq && vqc_msg_has_vector(msg))
		into = vqc_irr_settle(cpu, seq, msg, why, &stands, &past);

	trace_virqchip_accept(cpu, seq, msg, why, into);
	if (!r || !seq)
		return;
	/* As in __vqc_obs_pin(). Looked at once: the owner may take it now. */
	if (stands)
		why = VQC_WHY_DELIVERED;
	vqc_flow_accept(r, seq, cpu, msg, why, into, past);
}

void __vqc_obs_sent(struct vqc_fabric *f, u64 seq, unsigned int pin,
		    enum vqc_why why)
{
	struct vqc_recorder *r = vqc_recorder_of(f);
	bool taken = why == VQC_WHY_DELIVERED || why == VQC_WHY_COALESCED ||
		     why == VQC_WHY_HANDED_OVER;
	bool open = false;

	if (seq && pin < VQC_NR_IOAPIC_PINS) {
		open = !taken || (why == VQC_WHY_HANDED_OVER &&
		       READ_ONCE(f->observer->ioapic_isr_seq[pin]) == seq);
		/* The IOAPIC will send it again: back to its pin. */
		if (!taken) {
			cmpxchg(&f->observer->ioapic_isr_seq[pin], seq, 0);
			vqc_seq_put(&f->ioapic_seq[pin], seq);
		}
	}
	/* Of what was delivered the CPU has told, unless a fault took it there. */
	if (r && seq && (why != VQC_WHY_DELIVERED || vqc_faulty()))
		vqc_flow_sent(r, seq, why, open);
}

void __vqc_obs_kick(struct vqc_cpu *cpu)
{
	trace_virqchip_kick(cpu);
}

/* ---- injection ---- */

void __vqc_obs_ack(struct vqc_cpu *cpu, unsigned int pin)
{
	struct vqc_recorder *r = vqc_recorder_of(cpu->fabric);
	struct vqc_fabric *f = cpu->fabric;
	u64 seq = 0;

	if (pin < VQC_NR_PIC_PINS) {
		seq = vqc_seq_take(&f->pic_seq[pin]);
		/* It may have come to its end by the IOAPIC: this is one more. */
		if (!seq || (r && !vqc_flow_is_open(r, seq)))
			seq = __vqc_obs_start(f);
		xchg(&f->observer->pic_isr_seq[pin], seq);
	}
	WRITE_ONCE(cpu->pic_seq, seq);
}

/* Read without the lock: a guest that changes it right now gets either. */
static bool vqc_pic_aeoi(struct vqc_fabric *f, unsigned int pin)
{
	return READ_ONCE(f->pic.chip[pin / 8].icw4) & VQC_PIC_ICW4_AEOI;
}

void __vqc_obs_inject(struct vqc_cpu *cpu, enum vqc_chip chip,
		      unsigned int pin, u32 intr_info)
{
	struct vqc_recorder *r = vqc_recorder_of(cpu->fabric);
	u8 vector = FIELD_GET(VQC_INTR_VECTOR, intr_info);
	u64 seq;

	seq = vqc_seq_take(chip == VQC_CHIP_PIC ? &cpu->pic_seq :
						  &cpu->irr_seq[vector]);
	if (!seq)
		seq = __vqc_obs_start(cpu->fabric);
	if (chip == VQC_CHIP_LAPIC)
		WRITE_ONCE(cpu->isr_seq[vector], seq);

	trace_virqchip_inject(cpu, seq, chip, pin, intr_info);
	if (!r)
		return;
	vqc_flow_inject(r, seq, cpu, chip, pin, intr_info);
	/* The automatic EOI was part of the acknowledge. */
	if (chip == VQC_CHIP_PIC && pin < VQC_NR_PIC_PINS &&
	    vqc_pic_aeoi(cpu->fabric, pin))
		vqc_flow_eoi(r, seq, cpu);
}

/*
 * The PIC asks for the CPU: tell all flows that only the CPU holds back.
 * Return: one of them, or 0.
 */
static u64 vqc_hold_pic(struct vqc_cpu *cpu, struct vqc_recorder *r,
			enum vqc_why why)
{
	struct vqc_fabric *f = cpu->fabric;
	unsigned long flags;
	unsigned int pin;
	u64 seq, any = 0;

	for (pin = 0; pin < VQC_NR_PIC_PINS; pin++) {
		seq = READ_ONCE(f->pic_seq[pin]);
		if (!seq)
			continue;
		raw_spin_lock_irqsave(&f->pic_lock, flags);
		if (vqc_pic_hold(&f->pic, pin) != VQC_WHY_DELIVERED)
			seq = 0;
		raw_spin_unlock_irqrestore(&f->pic_lock, flags);
		if (r && seq)
			vqc_flow_hold(r, seq, cpu, why);
		any = seq ? seq : any;
	}
	return any;
}

void __vqc_obs_hold(struct vqc_cpu *cpu, enum vqc_why why)
{
	struct vqc_recorder *r = vqc_recorder_of(cpu->fabric);
	int vector = vqc_lapic_next(&cpu->lapic);
	u64 seq = 0;

	if (vector >= 0) {
		seq = READ_ONCE(cpu->irr_seq[vector]);
		if (r && seq)
			vqc_flow_hold(r, seq, cpu, why);
	}
	if (READ_ONCE(cpu->fabric->pic_intr) &&
	    vqc_lapic_takes_extint(&cpu->lapic))
		seq = vqc_hold_pic(cpu, r, why);
	if (cpu->extint && vqc_lapic_takes_extint(&cpu->lapic)) {
		seq = READ_ONCE(cpu->pic_seq);
		if (r && seq)
			vqc_flow_hold(r, seq, cpu, why);
	}
	trace_virqchip_hold(cpu, seq, why);
}

/* ---- the end ---- */

/*
 * A level pin that is still asserted will be served again: a flow of its own.
 * For the IOAPIC the message that serves it follows, for the PIC IRR is set.
 */
static void vqc_pin_again(struct vqc_fabric *f, enum vqc_chip chip,
			  unsigned int pin)
{
	struct vqc_recorder *r = vqc_recorder_of(f);
	u64 *place = vqc_seq_of_pin(f, chip, pin);
	u64 seq;

	if (READ_ONCE(*place))
		return;
	seq = __vqc_obs_start(f);
	if (vqc_seq_put(place, seq) || !r)
		return;
	vqc_flow_start(r, seq, VQC_ORIGIN_AGAIN, VQC_NO_GSI, 0, 1);
	vqc_flow_pin(r, seq, chip, pin, VQC_WHY_DELIVERED, 0);
}

static bool vqc_pic_is_level(const struct vqc_8259 *chip, unsigned int bit)
{
	return (chip->elcr & bit) || (chip->icw1 & VQC_PIC_ICW1_LTIM);
}

/*
 * After an EOI, or when ICW1 or ELCR has dropped the pin's request: what is
 * there now?
 */
static void vqc_pic_settle(struct vqc_fabric *f, unsigned int pin,
			   bool in_service)
{
	const struct vqc_8259 *chip = &f->pic.chip[pin / 8];
	unsigned long flags;

	raw_spin_lock_irqsave(&f->pic_lock, flags);
	if (vqc_pin_requested(f, VQC_CHIP_PIC, pin)) {
		if (vqc_pic_is_level(chip, BIT(pin % 8)))
			vqc_pin_again(f, VQC_CHIP_PIC, pin);
	} else if (!in_service) {
		vqc_pin_withdrawn(f, VQC_CHIP_PIC, pin, VQC_WHY_PIC_INIT);
	}
	raw_spin_unlock_irqrestore(&f->pic_lock, flags);
}

/* Take the id of what is in service, whose EOI it is. */
static u64 vqc_seq_in_service(struct vqc_fabric *f, struct vqc_cpu *cpu,
			      enum vqc_chip chip, unsigned int pin, u8 vector)
{
	if (chip == VQC_CHIP_LAPIC)
		return vqc_seq_take(&cpu->isr_seq[vector]);
	if (chip == VQC_CHIP_PIC && pin < VQC_NR_PIC_PINS)
		return vqc_seq_take(&f->observer->pic_isr_seq[pin]);
	if (chip == VQC_CHIP_IOAPIC && pin < VQC_NR_IOAPIC_PINS)
		return vqc_seq_take(&f->observer->ioapic_isr_seq[pin]);
	return 0;
}

/*
 * For an IOAPIC's pin the local APIC has ended the flow already, if it is ours;
 * an automatic EOI comes before the injection, which ends the flow then.
 */
static bool vqc_eoi_ends_flow(struct vqc_fabric *f, enum vqc_chip chip,
			      unsigned int pin)
{
	return chip == VQC_CHIP_LAPIC ||
	       (chip == VQC_CHIP_IOAPIC && f->config.chips_only) ||
	       (chip == VQC_CHIP_PIC && !vqc_pic_aeoi(f, pin));
}

void __vqc_obs_eoi(struct vqc_fabric *f, struct vqc_cpu *cpu,
		   enum vqc_chip chip, unsigned int pin, u8 vector)
{
	struct vqc_recorder *r = vqc_recorder_of(f);
	u64 seq = vqc_seq_in_service(f, cpu, chip, pin, vector);

	trace_virqchip_eoi(f, cpu, seq, chip, pin, vector);
	if (r && seq && vqc_eoi_ends_flow(f, chip, pin))
		vqc_flow_eoi(r, seq, cpu);

	if (chip == VQC_CHIP_PIC && pin < VQC_NR_PIC_PINS)
		vqc_pic_settle(f, pin, seq);
	else if (chip == VQC_CHIP_IOAPIC && pin < VQC_NR_IOAPIC_PINS &&
		 vqc_line_level(&f->ioapic_line[pin]))
		vqc_pin_again(f, VQC_CHIP_IOAPIC, pin);
}

/* ---- faults on purpose ---- */

void __vqc_obs_fault(struct vqc_fabric *f, u64 seq, unsigned int cpu,
		     u8 faults)
{
	struct vqc_recorder *r = vqc_recorder_of(f);

	if (r && seq)
		vqc_flow_fault(r, seq, cpu, faults);
}

void __vqc_obs_late(struct vqc_cpu *cpu, u64 seq, const struct vqc_msg *msg)
{
	struct vqc_recorder *r = vqc_recorder_of(cpu->fabric);

	trace_virqchip_accept(cpu, seq, msg, VQC_WHY_FAULT, 0);
	if (r && seq)
		vqc_flow_hold(r, seq, cpu, VQC_WHY_FAULT);
}

void __vqc_obs_glitch(struct vqc_cpu *cpu, unsigned int pin)
{
	struct vqc_fabric *f = cpu->fabric;
	unsigned int i;
	u64 seq;

	for (i = 0; i < VQC_NR_PIC_PINS; i++)
		if (!vqc_pin_requested(f, VQC_CHIP_PIC, i))
			vqc_pin_withdrawn(f, VQC_CHIP_PIC, i, VQC_WHY_FAULT);
	if (pin < VQC_NR_PIC_PINS)
		return;
	seq = __vqc_obs_start(f);
	WRITE_ONCE(cpu->pic_seq, seq);
	__vqc_obs_fault(f, seq, cpu->index, VQC_FLOW_MADE);
}

/* ---- where PIC and IOAPIC are not ours ---- */

void __vqc_obs_tell_eoi(struct vqc_cpu *cpu, u8 vector)
{
	struct vqc_recorder *r = vqc_recorder_of(cpu->fabric);
	u64 seq = READ_ONCE(cpu->isr_seq[vector]);

	trace_virqchip_note(cpu->fabric, seq, VQC_CHIP_LAPIC, VQC_NO_PIN,
			    vector, VQC_WHY_EOI_TOLD);
	if (r && seq)
		vqc_flow_tell_eoi(r, seq, cpu);
}

void __vqc_obs_extint(struct vqc_cpu *cpu, u8 vector)
{
	const struct vqc_msg msg = { .vector = vector, .mode = VQC_DM_EXTINT };
	struct vqc_recorder *r = vqc_recorder_of(cpu->fabric);
	u64 seq = __vqc_obs_start(cpu->fabric);

	WRITE_ONCE(cpu->pic_seq, seq);
	trace_virqchip_msg(cpu->fabric, seq, VQC_NO_PIN, &msg, U32_MAX);
	if (r)
		vqc_flow_msg(r, seq, &msg, VQC_ORIGIN_VMM);
}

/* ---- what has no flow ---- */

void __vqc_obs_note(struct vqc_fabric *f, enum vqc_chip chip, unsigned int pin,
		    u8 vector, enum vqc_why why)
{
	const u64 *place = vqc_seq_of_pin(f, chip, pin);

	trace_virqchip_note(f, place ? READ_ONCE(*place) : 0, chip, pin, vector,
			    why);
}

void __vqc_obs_timer(struct vqc_fabric *f, struct vqc_cpu *cpu, bool expired,
		     u64 deadline_ns, enum vqc_why why)
{
	trace_virqchip_timer(f, cpu, expired, deadline_ns, why);
}

void __vqc_obs_access(struct vqc_fabric *f, struct vqc_cpu *cpu,
		      enum vqc_chip chip, u64 addr, unsigned int len,
		      bool write, u64 val)
{
	trace_virqchip_access(f, cpu, chip, addr, len, write, val);
}

/* ---- life ---- */

static void vqc_observer_free(struct vqc_observer *obs)
{
	vqc_recorder_destroy(obs->recorder);
	vqc_latency_destroy(obs->latency);
	free_percpu(obs->next_seq);
	kfree(obs);
}

static struct vqc_observer *vqc_observer_alloc(struct vqc_fabric *f)
{
	struct vqc_observer *obs = kzalloc(sizeof(*obs), GFP_KERNEL);
	int cpu;
	u64 *seq;

	if (!obs)
		return NULL;
	obs->next_seq = alloc_percpu(u64);
	if (!obs->next_seq) {
		kfree(obs);
		return NULL;
	}
	obs->fabric = f;
	obs->ring.nr_flows = clamp(trace_size, VQC_MIN_TRACE_SIZE,
				   VQC_MAX_TRACE_SIZE);
	obs->ring.overwrite = true;
	INIT_LIST_HEAD(&obs->cpu_files);
	/* The first id of CPU n is n + 1: see __vqc_obs_start(). */
	for_each_possible_cpu(cpu) {
		seq = per_cpu_ptr(obs->next_seq, cpu);
		*seq = cpu + 1 - (u64)vqc_flow_step();
	}
	return obs;
}

int vqc_observer_create(struct vqc_fabric *f)
{
	struct vqc_observer *obs = vqc_observer_alloc(f);
	int ret = 0;

	if (!obs)
		return -ENOMEM;

	mutex_lock(&vqc_observers_lock);
	f->observer = obs;
	if (vqc_flows_applied)
		ret = vqc_observer_record(f);
	if (!ret)
		list_add_tail(&obs->list, &vqc_observers);
	mutex_unlock(&vqc_observers_lock);

	if (ret) {
		f->observer = NULL;
		vqc_observer_free(obs);
		return ret;
	}
	vqc_debugfs_add_fabric(f);
	return 0;
}

void vqc_observer_add_cpu(struct vqc_cpu *cpu)
{
	vqc_debugfs_add_cpu(cpu);
}

void vqc_observer_hide(struct vqc_fabric *f)
{
	vqc_debugfs_remove_fabric(f);
}

void vqc_observer_destroy(struct vqc_fabric *f)
{
	struct vqc_observer *obs = f->observer;

	if (!obs)
		return;

	vqc_observer_hide(f);
	mutex_lock(&vqc_observers_lock);
	list_del(&obs->list);
	mutex_unlock(&vqc_observers_lock);
	f->observer = NULL;
	vqc_observer_free(obs);
}

int vqc_observe_init(void)
{
	int ret;

	vqc_debugfs_init();
	mutex_lock(&vqc_observers_lock);
	ret = vqc_flows_apply(vqc_flows);
	vqc_observe_ready = !ret;
	mutex_unlock(&vqc_observers_lock);
	if (ret)
		vqc_debugfs_exit();
	return ret;
}

void vqc_observe_exit(void)
{
	mutex_lock(&vqc_observers_lock);
	vqc_observe_ready = false;
	vqc_flows_apply(false);
	mutex_unlock(&vqc_observers_lock);
	vqc_debugfs_exit();
}
