// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks of record.h, as they are while somebody records.
 *
 * The chip's lock is held, or for a local APIC its rec_lock is taken here, from
 * before the operation until its record has its number.
 */
#include <linux/ktime.h>

#include "flow.h"
#include "inject.h"
#include "record.h"
#include "recording.h"

/* An operation that has nothing to answer leaves @why 0. */
#define VQC_REC_OP(_chip, _op, ...)			\
	{						\
		.chip = VIRQCHIP_CHIP_##_chip,		\
		.op = VIRQCHIP_OP_##_chip##_##_op,	\
		__VA_ARGS__				\
	}

/* ---- the 8259 pair ---- */

enum vqc_why __vqc_rec_pic_set_line(struct vqc_fabric *f, unsigned int pin,
				    bool level, struct vqc_fx *fx)
{
	struct virqchip_rec_op op = VQC_REC_OP(PIC, LINE, .addr = pin,
					       .arg = level);
	unsigned int before = fx->nr;

	op.why = vqc_pic_set_line(&f->pic, pin, level, fx);
	vqc_rec_put_op(f, &op, &f->pic, fx, before);
	return op.why;
}

u8 __vqc_rec_pic_ack(struct vqc_fabric *f, bool glitch, unsigned int *pin,
		     struct vqc_fx *fx)
{
	struct virqchip_rec_op op = VQC_REC_OP(PIC, ACK, .arg = glitch);
	unsigned int before = fx->nr;
	u8 vector = vqc_pic_ack_as(&f->pic, glitch, pin, fx);

	op.result = vector | *pin << 8;
	vqc_rec_put_op(f, &op, &f->pic, fx, before);
	return vector;
}

u8 __vqc_rec_pic_read(struct vqc_fabric *f, enum vqc_pic_port port,
		      struct vqc_fx *fx)
{
	struct virqchip_rec_op op = VQC_REC_OP(PIC, READ, .addr = port);
	unsigned int before = fx->nr;

	op.result = vqc_pic_read(&f->pic, port, fx);
	vqc_rec_put_op(f, &op, &f->pic, fx, before);
	return op.result;
}

void __vqc_rec_pic_write(struct vqc_fabric *f, enum vqc_pic_port port, u8 val,
			 struct vqc_fx *fx)
{
	struct virqchip_rec_op op = VQC_REC_OP(PIC, WRITE, .addr = port,
					       .arg = val);
	unsigned int before = fx->nr;

	vqc_pic_write(&f->pic, port, val, fx);
	vqc_rec_put_op(f, &op, &f->pic, fx, before);
}

/* ---- the IOAPIC ---- */

enum vqc_why __vqc_rec_ioapic_set_line(struct vqc_fabric *f, unsigned int pin,
				       bool level, struct vqc_fx *fx)
{
	struct virqchip_rec_op op = VQC_REC_OP(IOAPIC, LINE, .addr = pin,
					       .arg = level);
	unsigned int before = fx->nr;

	op.why = vqc_ioapic_set_line(&f->ioapic, pin, level, fx);
	vqc_rec_put_op(f, &op, &f->ioapic, fx, before);
	return op.why;
}

bool __vqc_rec_ioapic_sent(struct vqc_fabric *f, unsigned int pin,
			   enum vqc_why why)
{
	struct virqchip_rec_op op = VQC_REC_OP(IOAPIC, SENT, .addr = pin,
					       .arg = why);

	op.result = vqc_ioapic_sent(&f->ioapic, pin, why);
	vqc_rec_put_op(f, &op, &f->ioapic, NULL, 0);
	return op.result;
}

void __vqc_rec_ioapic_retry(struct vqc_fabric *f, u32 pins, struct vqc_fx *fx)
{
	struct virqchip_rec_op op = VQC_REC_OP(IOAPIC, RETRY, .arg = pins);
	unsigned int before = fx->nr;

	vqc_ioapic_retry(&f->ioapic, pins, fx);
	vqc_rec_put_op(f, &op, &f->ioapic, fx, before);
}

void __vqc_rec_ioapic_eoi(struct vqc_fabric *f, u8 vector, struct vqc_fx *fx)
{
	struct virqchip_rec_op op = VQC_REC_OP(IOAPIC, EOI, .arg = vector);
	unsigned int before = fx->nr;

	vqc_ioapic_eoi(&f->ioapic, vector, fx);
	vqc_rec_put_op(f, &op, &f->ioapic, fx, before);
}

u32 __vqc_rec_ioapic_read(struct vqc_fabric *f, unsigned int offset,
			  struct vqc_fx *fx)
{
	struct virqchip_rec_op op = VQC_REC_OP(IOAPIC, READ, .addr = offset);
	unsigned int before = fx->nr;

	op.result = vqc_ioapic_read(&f->ioapic, offset, fx);
	vqc_rec_put_op(f, &op, &f->ioapic, fx, before);
	return op.result;
}

void __vqc_rec_ioapic_write(struct vqc_fabric *f, unsigned int offset, u32 val,
			    struct vqc_fx *fx)
{
	struct virqchip_rec_op op = VQC_REC_OP(IOAPIC, WRITE, .addr = offset,
					       .arg = val);
	unsigned int before = fx->nr;

	vqc_ioapic_write(&f->ioapic, offset, val, fx);
	vqc_rec_put_op(f, &op, &f->ioapic, fx, before);
}

/* ---- the 8254 ---- */

u8 __vqc_rec_pit_read(struct vqc_fabric *f, unsigned int port, u64 now_ns)
{
	struct virqchip_rec_op op = VQC_REC_OP(PIT, READ, .addr = port,
					       .rec.ns = now_ns);

	op.result = vqc_pit_read(&f->pit, port, now_ns);
	vqc_rec_put_op(f, &op, &f->pit, NULL, 0);
	return op.result;
}

void __vqc_rec_pit_write(struct vqc_fabric *f, unsigned int port, u8 val,
			 u64 now_ns, struct vqc_fx *fx)
{
	struct virqchip_rec_op op = VQC_REC_OP(PIT, WRITE, .addr = port,
					       .arg = val, .rec.ns = now_ns);
	unsigned int before = fx->nr;

	vqc_pit_write(&f->pit, port, val, now_ns, fx);
	vqc_rec_put_op(f, &op, &f->pit, fx, before);
}

u8 __vqc_rec_pit_speaker_read(struct vqc_fabric *f, u64 now_ns)
{
	struct virqchip_rec_op op = VQC_REC_OP(PIT, SPEAKER_READ,
					       .rec.ns = now_ns);

	op.result = vqc_pit_speaker_read(&f->pit, now_ns);
	vqc_rec_put_op(f, &op, &f->pit, NULL, 0);
	return op.result;
}

void __vqc_rec_pit_speaker_write(struct vqc_fabric *f, u8 val, u64 now_ns)
{
	struct virqchip_rec_op op = VQC_REC_OP(PIT, SPEAKER_WRITE, .arg = val,
					       .rec.ns = now_ns);

	vqc_pit_speaker_write(&f->pit, val, now_ns);
	vqc_rec_put_op(f, &op, &f->pit, NULL, 0);
}

u64 __vqc_rec_pit_expire(struct vqc_fabric *f, u64 now_ns, struct vqc_fx *fx)
{
	struct virqchip_rec_op op = VQC_REC_OP(PIT, EXPIRE, .rec.ns = now_ns);
	unsigned int before = fx->nr;

	op.result = vqc_pit_expire(&f->pit, now_ns, fx);
	vqc_rec_put_op(f, &op, &f->pit, fx, before);
	return op.result;
}

/* ---- a local APIC ---- */

/* An operation under way: what vqc_rec_lapic_end() wants to know again. */
struct vqc_rec_lapic_op {
	struct virqchip_rec_op op;
	unsigned long flags;
	unsigned int before;
};

static void vqc_rec_lapic_begin(struct vqc_cpu *cpu, struct vqc_rec_lapic_op *o,
				const struct vqc_fx *fx)
	__acquires(&cpu->rec_lock)
{
	o->before = fx ? fx->nr : 0;
	raw_spin_lock_irqsave(&cpu->rec_lock, o->flags);
}

static void vqc_rec_lapic_end(struct vqc_cpu *cpu, struct vqc_rec_lapic_op *o,
			      const struct vqc_fx *fx)
	__releases(&cpu->rec_lock)
{
	o->op.rec.cpu = cpu->index;
	vqc_rec_put_op(cpu->fabric, &o->op, &cpu->lapic, fx, o->before);
	raw_spin_unlock_irqrestore(&cpu->rec_lock, o->flags);
}

static void vqc_rec_clock(struct vqc_rec_lapic_op *o,
			  const struct vqc_clock *clock)
{
	o->op.rec.ns = clock->now_ns;
	o->op.tsc = clock->tsc;
	o->op.tsc_khz = clock->tsc_khz;
}

/* A register that needs no clock was given none. */
static void vqc_rec_clock_of(struct vqc_rec_lapic_op *o, unsigned int offset,
			     const struct vqc_clock *clock)
{
	if (vqc_lapic_needs_clock(offset))
		vqc_rec_clock(o, clock);
}

enum vqc_why __vqc_rec_lapic_accept(struct vqc_cpu *cpu,
				    const struct vqc_msg *msg)
{
	struct vqc_rec_lapic_op o = {
		.op = VQC_REC_OP(LAPIC, ACCEPT, .addr = msg->dest,
				 .arg = msg->vector | msg->mode << 8 |
					msg->flags << 16 |
					(u32)msg->shorthand << 24),
	};

	vqc_rec_lapic_begin(cpu, &o, NULL);
	o.op.why = vqc_lapic_accept(&cpu->lapic, msg);
	vqc_rec_lapic_end(cpu, &o, NULL);
	return o.op.why;
}

enum vqc_why __vqc_rec_lapic_set_lint(struct vqc_cpu *cpu, unsigned int lint,
				      bool level)
{
	struct vqc_rec_lapic_op o = {
		.op = VQC_REC_OP(LAPIC, LINT, .addr = lint, .arg = level),
	};

	vqc_rec_lapic_begin(cpu, &o, NULL);
	o.op.why = vqc_lapic_set_lint(&cpu->lapic, lint, level);
	vqc_rec_lapic_end(cpu, &o, NULL);
	return o.op.why;
}

u8 __vqc_rec_lapic_ack(struct vqc_cpu *cpu)
{
	struct vqc_rec_lapic_op o = { .op = VQC_REC_OP(LAPIC, ACK) };

	vqc_rec_lapic_begin(cpu, &o, NULL);
	o.op.result = vqc_lapic_ack(&cpu->lapic);
	vqc_rec_lapic_end(cpu, &o, NULL);
	return o.op.result;
}

int __vqc_rec_lapic_eoi(struct vqc_cpu *cpu, struct vqc_fx *fx)
{
	struct vqc_rec_lapic_op o = { .op = VQC_REC_OP(LAPIC, EOI) };
	int vector;

	vqc_rec_lapic_begin(cpu, &o, fx);
	vector = vqc_lapic_eoi(&cpu->lapic, fx);
	o.op.result = (s64)vector;
	vqc_rec_lapic_end(cpu, &o, fx);
	return vector;
}

enum vqc_why __vqc_rec_lapic_read(struct vqc_cpu *cpu, unsigned int offset,
				  u32 *val, const struct vqc_clock *clock,
				  struct vqc_fx *fx)
{
	struct vqc_rec_lapic_op o = {
		.op = VQC_REC_OP(LAPIC, READ, .addr = offset),
	};

	vqc_rec_clock_of(&o, offset, clock);
	vqc_rec_lapic_begin(cpu, &o, fx);
	o.op.why = vqc_lapic_read(&cpu->lapic, offset, val, clock, fx);
	o.op.result = *val;
	vqc_rec_lapic_end(cpu, &o, fx);
	return o.op.why;
}

u32 __vqc_rec_lapic_tpr(struct vqc_cpu *cpu)
{
	struct vqc_rec_lapic_op o = {
		.op = VQC_REC_OP(LAPIC, READ, .addr = VQC_LAPIC_TPR),
	};

	vqc_rec_lapic_begin(cpu, &o, NULL);
	o.op.result = cpu->lapic.tpr;
	vqc_rec_lapic_end(cpu, &o, NULL);
	return o.op.result;
}

enum vqc_why __vqc_rec_lapic_write(struct vqc_cpu *cpu, unsigned int offset,
				   u32 val, const struct vqc_clock *clock,
				   struct vqc_fx *fx)
{
	struct vqc_rec_lapic_op o = {
		.op = VQC_REC_OP(LAPIC, WRITE, .addr = offset, .arg = val),
	};

	vqc_rec_clock_of(&o, offset, clock);
	vqc_rec_lapic_begin(cpu, &o, fx);
	o.op.why = vqc_lapic_write(&cpu->lapic, offset, val, clock, fx);
	vqc_rec_lapic_end(cpu, &o, fx);
	return o.op.why;
}

static unsigned int vqc_rec_msr_offset(u32 msr)
{
	return (msr - VQC_X2APIC_MSR_FIRST) << 4;
}

enum vqc_why __vqc_rec_lapic_msr_read(struct vqc_cpu *cpu, u32 msr, u64 *val,
				      const struct vqc_clock *clock)
{
	struct vqc_rec_lapic_op o = {
		.op = VQC_REC_OP(LAPIC, MSR_READ, .addr = msr),
	};

	vqc_rec_clock_of(&o, vqc_rec_msr_offset(msr), clock);
	vqc_rec_lapic_begin(cpu, &o, NULL);
	o.op.why = vqc_lapic_msr_read(&cpu->lapic, msr, val, clock);
	o.op.result = *val;
	vqc_rec_lapic_end(cpu, &o, NULL);
	return o.op.why;
}

enum vqc_why __vqc_rec_lapic_msr_write(struct vqc_cpu *cpu, u32 msr, u64 val,
				       const struct vqc_clock *clock,
				       struct vqc_fx *fx)
{
	struct vqc_rec_lapic_op o = {
		.op = VQC_REC_OP(LAPIC, MSR_WRITE, .addr = msr, .arg = val),
	};

	vqc_rec_clock_of(&o, vqc_rec_msr_offset(msr), clock);
	vqc_rec_lapic_begin(cpu, &o, fx);
	o.op.why = vqc_lapic_msr_write(&cpu->lapic, msr, val, clock, fx);
	vqc_rec_lapic_end(cpu, &o, fx);
	return o.op.why;
}

void __vqc_rec_lapic_tsc_deadline(struct vqc_cpu *cpu, u64 val,
				  const struct vqc_clock *clock,
				  struct vqc_fx *fx)
{
	struct vqc_rec_lapic_op o = {
		.op = VQC_REC_OP(LAPIC, TSC_DEADLINE, .arg = val),
	};

	vqc_rec_clock(&o, clock);
	vqc_rec_lapic_begin(cpu, &o, fx);
	vqc_lapic_tsc_deadline_write(&cpu->lapic, val, clock, fx);
	vqc_rec_lapic_end(cpu, &o, fx);
}

int __vqc_rec_lapic_set_base(struct vqc_cpu *cpu, u64 val,
			     unsigned int maxphyaddr, bool host,
			     struct vqc_fx *fx)
{
	struct vqc_rec_lapic_op o = {
		.op = VQC_REC_OP(LAPIC, BASE, .addr = maxphyaddr | host << 8,
				 .arg = val),
	};
	int ret;

	vqc_rec_lapic_begin(cpu, &o, fx);
	ret = vqc_lapic_set_base(&cpu->lapic, val, maxphyaddr, host, fx);
	o.op.result = (s64)ret;
	vqc_rec_lapic_end(cpu, &o, fx);
	return ret;
}

void __vqc_rec_lapic_set_tpr(struct vqc_cpu *cpu, u8 tpr)
{
	struct vqc_rec_lapic_op o = { .op = VQC_REC_OP(LAPIC, TPR, .arg = tpr) };

	vqc_rec_lapic_begin(cpu, &o, NULL);
	vqc_lapic_set_tpr(&cpu->lapic, tpr);
	vqc_rec_lapic_end(cpu, &o, NULL);
}

enum vqc_why __vqc_rec_lapic_timer_expire(struct vqc_cpu *cpu,
					  const struct vqc_clock *clock,
					  struct vqc_fx *fx)
{
	struct vqc_rec_lapic_op o = { .op = VQC_REC_OP(LAPIC, EXPIRE) };

	vqc_rec_clock(&o, clock);
	vqc_rec_lapic_begin(cpu, &o, fx);
	o.op.why = vqc_lapic_timer_expire(&cpu->lapic, clock, fx);
	vqc_rec_lapic_end(cpu, &o, fx);
	return o.op.why;
}

void __vqc_rec_lapic_init(struct vqc_cpu *cpu, struct vqc_fx *fx)
{
	struct vqc_rec_lapic_op o = { .op = VQC_REC_OP(LAPIC, INIT) };

	vqc_rec_lapic_begin(cpu, &o, fx);
	vqc_lapic_init(&cpu->lapic, fx);
	vqc_rec_lapic_end(cpu, &o, fx);
}

/* Most of those who ask find nothing, and that is no operation. */
bool __vqc_rec_lapic_take(struct vqc_cpu *cpu, enum vqc_lapic_event event)
{
	struct vqc_rec_lapic_op o = {
		.op = VQC_REC_OP(LAPIC, TAKE, .addr = event),
	};

	if (!test_bit(event, &cpu->lapic.events))
		return false;
	vqc_rec_lapic_begin(cpu, &o, NULL);
	o.op.result = test_and_clear_bit(event, &cpu->lapic.events);
	vqc_rec_lapic_end(cpu, &o, NULL);
	return o.op.result;
}

void __vqc_rec_lapic_extint(struct vqc_cpu *cpu, u8 vector)
{
	struct vqc_rec_lapic_op o = {
		.op = VQC_REC_OP(LAPIC, EXTINT, .arg = vector),
	};

	vqc_rec_lapic_begin(cpu, &o, NULL);
	vqc_rec_lapic_end(cpu, &o, NULL);
}

/* ---- states from outside ---- */

unsigned long __vqc_rec_lapic_hold(struct vqc_cpu *cpu)
	__acquires(&cpu->rec_lock)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&cpu->rec_lock, flags);
	return flags;
}

void __vqc_rec_lapic_loaded(struct vqc_cpu *cpu, unsigned long flags)
	__releases(&cpu->rec_lock)
{
	vqc_rec_put_state(cpu->fabric, VIRQCHIP_CHIP_LAPIC, cpu,
			  VIRQCHIP_STATE_LOADED);
	raw_spin_unlock_irqrestore(&cpu->rec_lock, flags);
}

void __vqc_rec_loaded(struct vqc_fabric *f, unsigned int chip)
{
	vqc_rec_put_state(f, chip, NULL, VIRQCHIP_STATE_LOADED);
}

/* ---- what happens outside of the chips ---- */

void __vqc_rec_line(struct vqc_fabric *f, unsigned int source_id, u32 gsi,
		    bool level)
{
	struct virqchip_rec_line line = {
		.rec.type = VIRQCHIP_REC_LINE,
		.rec.len = sizeof(line),
		.rec.cpu = VIRQCHIP_REC_NO_CPU,
		.gsi = gsi,
		.source = source_id,
		.level = level,
	};

	vqc_rec_put(f, &line.rec);
}

void __vqc_rec_msi(struct vqc_fabric *f, u64 address, u32 data)
{
	struct virqchip_rec_msi msi = {
		.rec.type = VIRQCHIP_REC_MSI,
		.rec.len = sizeof(msi),
		.rec.cpu = VIRQCHIP_REC_NO_CPU,
		.address = address,
		.data = data,
	};

	vqc_rec_put(f, &msi.rec);
}

void __vqc_rec_inject(struct vqc_cpu *cpu, enum vqc_chip chip,
		      unsigned int pin, u32 intr_info)
{
	struct virqchip_rec_inject inject = {
		.rec.type = VIRQCHIP_REC_INJECT,
		.rec.len = sizeof(inject),
		.rec.cpu = cpu->index,
		.word = intr_info,
		.chip = chip == VQC_CHIP_PIC ? VIRQCHIP_CHIP_PIC :
					       VIRQCHIP_CHIP_LAPIC,
		.pin = pin,
	};

	vqc_rec_put(cpu->fabric, &inject.rec);
}

void __vqc_rec_cpu(struct vqc_cpu *cpu)
{
	struct virqchip_rec_cpu added = {
		.rec.type = VIRQCHIP_REC_CPU,
		.rec.len = sizeof(added),
		.rec.cpu = cpu->index,
		.apic_id = cpu->lapic.initial_id,
	};

	vqc_rec_put(cpu->fabric, &added.rec);
	vqc_rec_put_lapic(cpu, VIRQCHIP_STATE_BEGIN);
}

void vqc_rec_flow(void *owner, const struct vqc_flow *flow)
{
	struct virqchip_rec_flow rec = {
		.rec.type = VIRQCHIP_REC_FLOW,
		.rec.len = sizeof(rec),
		.rec.cpu = flow->cpu,
		.rec.ns = flow->ns[VQC_STAGE_END],
		.flow = {
			.seq = flow->seq,
			.into = flow->into,
			.gsi = flow->gsi,
			.apic_id = flow->apic_id,
			.word = flow->word,
			.merged = flow->merged,
			.cpu = flow->cpu,
			.origin = flow->origin,
			.source = flow->source,
			.chip = flow->chip,
			.pin = flow->pin,
			.vector = flow->vector,
			.mode = flow->mode,
			.end = flow->end,
			.branches = flow->branches,
			.nr_whys = flow->nr_whys,
			.hold = flow->hold,
			.faults = flow->faults,
		},
	};

	BUILD_BUG_ON((int)VQC_NR_STAGES != (int)VIRQCHIP_FLOW_STAGES);
	BUILD_BUG_ON((int)VQC_ORIGIN_VMM != (int)VIRQCHIP_ORIGIN_VMM);
	BUILD_BUG_ON(VQC_FLOW_LATE != VIRQCHIP_FAULT_LATE);
	BUILD_BUG_ON(VQC_FLOW_MADE != VIRQCHIP_FAULT_MADE);
	BUILD_BUG_ON((int)VQC_END_EVICTED != (int)VIRQCHIP_END_EVICTED);
	BUILD_BUG_ON((int)VIRQCHIP_FLOW_NO_CHIP != (int)VQC_NR_CHIPS);
	BUILD_BUG_ON(sizeof(rec.flow.why) != sizeof(flow->why));
	memcpy(rec.flow.ns, flow->ns, sizeof(rec.flow.ns));
	memcpy(rec.flow.why, flow->why, sizeof(rec.flow.why));
	vqc_rec_put(owner, &rec.rec);
}
