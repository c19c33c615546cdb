// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine of a replay: the module's own chip models, one for each chip of the
 * recording, that are given what the recorded ones were given.
 *
 * Compiled with the harness' stand-ins for the kernel's headers, like the models.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "recfmt.h"
#include "replay.h"

/* As in virqctl.h, which has names of the kernel's. */
#define FAILED		1
#define MAX_ACKS	64u
#define NO_VECTOR	0x100u

/* Of a reason that the recording, or the model, does not know. */
#define WHY_UNKNOWN	0xffu

/**
 * struct cpu - a CPU of the machine
 * @lapic: its local APIC
 * @known: its state is that of the recording
 * @fresh: it has taken nothing since: what it takes first may have been
 *	acknowledged before
 * @acked: vector that it was last given and that was not seen injected, or
 *	NO_VECTOR
 * @extint: the same, of a PIC that is the VMM's
 */
struct cpu {
	struct vqc_lapic lapic;
	bool known;
	bool fresh;
	unsigned int acked;
	unsigned int extint;
};

/**
 * struct machine - the chips
 * @pic: the 8259 pair
 * @ioapic: the IOAPIC
 * @pit: the 8254
 * @known: of these, by VIRQCHIP_CHIP_*: the state is that of the recording
 * @cpu: by index, NULL if it was not seen yet
 * @acks: what the PIC gave and that was not seen injected, as in
 *	VIRQCHIP_OP_PIC_ACK
 * @nr_acks: how many; more than have room if records are missing
 * @to_model: a reason of the recording as the model has it
 * @to_recording: the other way
 */
struct machine {
	struct vqc_pic pic;
	struct vqc_ioapic ioapic;
	struct vqc_pit pit;
	bool known[VIRQCHIP_CHIP_PIT + 1];
	struct cpu *cpu[VQC_MAX_CPUS];
	u64 acks[MAX_ACKS];
	unsigned int nr_acks;
	u8 to_model[256];
	u8 to_recording[256];
};

static void *get_zeroed(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		errx(FAILED, "out of memory");
	return memory;
}

static void learn_why(struct machine *m, const struct virqchip_rec_why *why)
{
	unsigned int n;

	if (why->why >= WHY_UNKNOWN)
		return;
	for (n = 0; n < VQC_NR_WHY; n++) {
		if (strcmp(why->name, vqc_why_name(n)))
			continue;
		m->to_model[why->why] = n;
		m->to_recording[n] = why->why;
	}
}

struct machine *machine_create(const struct tape *r)
{
	struct machine *m = get_zeroed(sizeof(*m));
	size_t i;

	memset(m->to_model, WHY_UNKNOWN, sizeof(m->to_model));
	memset(m->to_recording, WHY_UNKNOWN, sizeof(m->to_recording));
	for (i = 0; i < r->nr; i++)
		if (r->rec[i]->type == VIRQCHIP_REC_WHY)
			learn_why(m, (const void *)r->rec[i]);
	return m;
}

void machine_free(struct machine *m)
{
	unsigned int i;

	for (i = 0; i < VQC_MAX_CPUS; i++)
		free(m->cpu[i]);
	free(m);
}

static _Noreturn void cannot(const struct virqchip_rec *rec, const char *what)
{
	errx(FAILED, "record %llu is damaged: %s",
	     (unsigned long long)rec->order, what);
}

static struct cpu *find_cpu(struct machine *m, const struct virqchip_rec *rec)
{
	struct cpu *cpu;

	if (rec->cpu >= VQC_MAX_CPUS)
		cannot(rec, "no such CPU");
	cpu = m->cpu[rec->cpu];
	if (!cpu) {
		cpu = get_zeroed(sizeof(*cpu));
		cpu->acked = NO_VECTOR;
		cpu->extint = NO_VECTOR;
		m->cpu[rec->cpu] = cpu;
	}
	return cpu;
}

/* The model of a chip, and whether its state is known. */
static void *find_model(struct machine *m, const struct virqchip_rec *rec,
			unsigned int chip, bool **known)
{
	struct cpu *cpu;

	if (!vqc_rec_state_bytes(chip))
		cannot(rec, "no such chip");
	*known = &m->known[chip];
	switch (chip) {
	case VIRQCHIP_CHIP_PIC:
		return &m->pic;
	case VIRQCHIP_CHIP_IOAPIC:
		return &m->ioapic;
	case VIRQCHIP_CHIP_PIT:
		return &m->pit;
	default:
		cpu = find_cpu(m, rec);
		*known = &cpu->known;
		return &cpu->lapic;
	}
}

/* ---- operations ---- */

/**
 * struct run - an operation under way
 * @m: the machine
 * @was: as recorded
 * @op: where the model's answers go
 * @fx: the effects
 * @clock: the time
 */
struct run {
	struct machine *m;
	const struct virqchip_rec_op *was;
	struct virqchip_rec_op *op;
	struct vqc_fx fx;
	struct vqc_clock clock;
};

static void need(struct run *r, bool valid)
{
	if (!valid)
		cannot(&r->was->rec, "an operand is out of range");
}

static enum vqc_why model_why(const struct run *r, u64 why)
{
	u8 ours = why < WHY_UNKNOWN ? r->m->to_model[why] : WHY_UNKNOWN;

	if (ours == WHY_UNKNOWN)
		cannot(&r->was->rec, "a reason that this virqctl does not know");
	return ours;
}

static void answer_why(struct run *r, enum vqc_why why)
{
	r->op->why = r->m->to_recording[why];
}

static void run_pic(struct run *r)
{
	const struct virqchip_rec_op *was = r->was;
	struct vqc_pic *pic = &r->m->pic;
	unsigned int pin;
	u8 vector;

	switch (was->op) {
	case VIRQCHIP_OP_PIC_LINE:
		need(r, was->addr < VQC_NR_PIC_PINS);
		answer_why(r, vqc_pic_set_line(pic, was->addr, was->arg,
					       &r->fx));
		break;
	case VIRQCHIP_OP_PIC_ACK:
		vector = vqc_pic_ack_as(pic, was->arg, &pin, &r->fx);
		r->op->result = vector | pin << 8;
		break;
	case VIRQCHIP_OP_PIC_READ:
		need(r, was->addr < VQC_NR_PIC_PORTS);
		r->op->result = vqc_pic_read(pic, was->addr, &r->fx);
		break;
	case VIRQCHIP_OP_PIC_WRITE:
		need(r, was->addr < VQC_NR_PIC_PORTS);
		vqc_pic_write(pic, was->addr, was->arg, &r->fx);
		break;
	default:
		need(r, false);
	}
}

static void run_ioapic(struct run *r)
{
	const struct virqchip_rec_op *was = r->was;
	struct vqc_ioapic *io = &r->m->ioapic;

	switch (was->op) {
	case VIRQCHIP_OP_IOAPIC_LINE:
		answer_why(r, vqc_ioapic_set_line(io, was->addr, was->arg,
						  &r->fx));
		break;
	case VIRQCHIP_OP_IOAPIC_SENT:
		r->op->result = vqc_ioapic_sent(io, was->addr,
						model_why(r, was->arg));
		break;
	case VIRQCHIP_OP_IOAPIC_RETRY:
		vqc_ioapic_retry(io, was->arg, &r->fx);
		break;
	case VIRQCHIP_OP_IOAPIC_EOI:
		vqc_ioapic_eoi(io, was->arg, &r->fx);
		break;
	case VIRQCHIP_OP_IOAPIC_READ:
		r->op->result = vqc_ioapic_read(io, was->addr, &r->fx);
		break;
	case VIRQCHIP_OP_IOAPIC_WRITE:
		vqc_ioapic_write(io, was->addr, was->arg, &r->fx);
		break;
	default:
		need(r, false);
	}
}

static void run_pit(struct run *r)
{
	const struct virqchip_rec_op *was = r->was;
	struct vqc_pit *pit = &r->m->pit;
	u64 now_ns = r->clock.now_ns;

	switch (was->op) {
	case VIRQCHIP_OP_PIT_READ:
		r->op->result = vqc_pit_read(pit, was->addr, now_ns);
		break;
	case VIRQCHIP_OP_PIT_WRITE:
		vqc_pit_write(pit, was->addr, was->arg, now_ns, &r->fx);
		break;
	case VIRQCHIP_OP_PIT_SPEAKER_READ:
		r->op->result = vqc_pit_speaker_read(pit, now_ns);
		break;
	case VIRQCHIP_OP_PIT_SPEAKER_WRITE:
		vqc_pit_speaker_write(pit, was->arg, now_ns);
		break;
	case VIRQCHIP_OP_PIT_EXPIRE:
		r->op->result = vqc_pit_expire(pit, now_ns, &r->fx);
		break;
	default:
		need(r, false);
	}
}

static struct vqc_msg message_of(const struct virqchip_rec_op *op)
{
	return (struct vqc_msg){
		.dest = op->addr,
		.vector = op->arg,
		.mode = op->arg >> 8,
		.flags = op->arg >> 16,
		.shorthand = op->arg >> 24,
	};
}

static bool is_x2apic_msr(u32 msr)
{
	return msr >= VQC_X2APIC_MSR_FIRST && msr <= VQC_X2APIC_MSR_LAST;
}

static void run_lapic_registers(struct run *r, struct vqc_lapic *l)
{
	const struct virqchip_rec_op *was = r->was;
	u64 msr = 0;
	u32 val = 0;
	int ret;

	switch (was->op) {
	case VIRQCHIP_OP_LAPIC_READ:
		need(r, was->addr < 0x1000);
		answer_why(r, vqc_lapic_read(l, was->addr, &val, &r->clock,
					     &r->fx));
		r->op->result = val;
		break;
	case VIRQCHIP_OP_LAPIC_WRITE:
		need(r, was->addr < 0x1000);
		answer_why(r, vqc_lapic_write(l, was->addr, was->arg, &r->clock,
					      &r->fx));
		break;
	case VIRQCHIP_OP_LAPIC_MSR_READ:
		need(r, is_x2apic_msr(was->addr));
		answer_why(r, vqc_lapic_msr_read(l, was->addr, &msr,
						 &r->clock));
		r->op->result = msr;
		break;
	case VIRQCHIP_OP_LAPIC_MSR_WRITE:
		need(r, is_x2apic_msr(was->addr));
		answer_why(r, vqc_lapic_msr_write(l, was->addr, was->arg,
						  &r->clock, &r->fx));
		break;
	case VIRQCHIP_OP_LAPIC_TSC_DEADLINE:
		vqc_lapic_tsc_deadline_write(l, was->arg, &r->clock, &r->fx);
		break;
	case VIRQCHIP_OP_LAPIC_BASE:
		ret = vqc_lapic_set_base(l, was->arg, was->addr & 0xff,
					 was->addr >> 8 & 1, &r->fx);
		r->op->result = (s64)ret;
		break;
	case VIRQCHIP_OP_LAPIC_TPR:
		vqc_lapic_set_tpr(l, was->arg);
		break;
	default:
		need(r, false);
	}
}

static void run_lapic(struct run *r)
{
	const struct virqchip_rec_op *was = r->was;
	struct vqc_lapic *l = &find_cpu(r->m, &was->rec)->lapic;
	struct vqc_msg msg = message_of(was);

	switch (was->op) {
	case VIRQCHIP_OP_LAPIC_ACCEPT:
		answer_why(r, vqc_lapic_accept(l, &msg));
		break;
	case VIRQCHIP_OP_LAPIC_LINT:
		need(r, was->addr < 2);
		answer_why(r, vqc_lapic_set_lint(l, was->addr, was->arg));
		break;
	case VIRQCHIP_OP_LAPIC_ACK:
		r->op->result = vqc_lapic_ack(l);
		break;
	case VIRQCHIP_OP_LAPIC_EOI:
		r->op->result = (s64)vqc_lapic_eoi(l, &r->fx);
		break;
	case VIRQCHIP_OP_LAPIC_EXPIRE:
		answer_why(r, vqc_lapic_timer_expire(l, &r->clock, &r->fx));
		break;
	case VIRQCHIP_OP_LAPIC_INIT:
		vqc_lapic_init(l, &r->fx);
		break;
	case VIRQCHIP_OP_LAPIC_TAKE:
		need(r, was->addr <= VQC_EV_EXTINT);
		r->op->result = test_and_clear_bit(was->addr, &l->events);
		break;
	case VIRQCHIP_OP_LAPIC_EXTINT:
		break;
	default:
		run_lapic_registers(r, l);
	}
}

/* The recording has its own numbers of reasons, in the effects' digest, too. */
static void renumber_notes(struct run *r)
{
	unsigned int i;

	for (i = 0; i < r->fx.nr; i++)
		if (r->fx.item[i].kind == VQC_FX_NOTE)
			r->fx.item[i].why =
				r->m->to_recording[r->fx.item[i].why];
}

static void run_op(struct run *r)
{
	switch (r->was->chip) {
	case VIRQCHIP_CHIP_PIC:
		run_pic(r);
		break;
	case VIRQCHIP_CHIP_IOAPIC:
		run_ioapic(r);
		break;
	case VIRQCHIP_CHIP_PIT:
		run_pit(r);
		break;
	default:
		run_lapic(r);
	}
}

static bool has_why(const struct virqchip_rec_op *op)
{
	switch (op->op) {
	case VIRQCHIP_OP_PIC_LINE:
	case VIRQCHIP_OP_IOAPIC_LINE:
	case VIRQCHIP_OP_LAPIC_ACCEPT:
	case VIRQCHIP_OP_LAPIC_LINT:
	case VIRQCHIP_OP_LAPIC_READ:
	case VIRQCHIP_OP_LAPIC_WRITE:
	case VIRQCHIP_OP_LAPIC_MSR_READ:
	case VIRQCHIP_OP_LAPIC_MSR_WRITE:
	case VIRQCHIP_OP_LAPIC_EXPIRE:
		return true;
	default:
		return false;
	}
}

static const char *compare_op(const struct virqchip_rec_op *was,
			      const struct virqchip_rec_op *is)
{
	if (has_why(was) && was->why != is->why)
		return "another answer";
	if (was->result != is->result)
		return "another result";
	if (was->effects != is->effects)
		return "another number of effects";
	if (was->digest != is->digest)
		return "another state, or other effects";
	return NULL;
}

/* What the CPU was given is to be seen in a record of its injection. */
static void remember_ack(struct machine *m, const struct virqchip_rec_op *op)
{
	switch (op->op) {
	case VIRQCHIP_OP_PIC_ACK:
		m->acks[m->nr_acks++ % MAX_ACKS] = op->result;
		break;
	case VIRQCHIP_OP_LAPIC_ACK:
		find_cpu(m, &op->rec)->acked = op->result;
		find_cpu(m, &op->rec)->fresh = false;
		break;
	case VIRQCHIP_OP_LAPIC_EXTINT:
		find_cpu(m, &op->rec)->extint = op->arg & 0xff;
		break;
	}
}

static struct step step_op(struct machine *m, const struct virqchip_rec_op *was)
{
	struct step step = { .op = *was };
	union vqc_rec_chip state;
	struct run r = {
		.m = m,
		.was = was,
		.op = &step.op,
		.clock = {
			.now_ns = was->rec.ns,
			.tsc = was->tsc,
			.tsc_khz = was->tsc_khz,
		},
	};
	const void *model;
	bool *known;

	model = find_model(m, &was->rec, was->chip, &known);
	if (!*known)
		return step;
	step.done = true;
	step.op.why = 0;
	step.op.result = 0;
	run_op(&r);
	renumber_notes(&r);
	step.op.effects = r.fx.nr;
	vqc_rec_save(was->chip, model, &state);
	step.op.digest = vqc_rec_digest(was->chip, &state, &r.fx, 0);
	step.wrong = compare_op(was, &step.op);
	remember_ack(m, &step.op);
	return step;
}

/* ---- states and injections ---- */

static const char *check_model(unsigned int chip, const void *model)
{
	switch (chip) {
	case VIRQCHIP_CHIP_PIC:
		return vqc_pic_check(model);
	case VIRQCHIP_CHIP_IOAPIC:
		return vqc_ioapic_check(model);
	case VIRQCHIP_CHIP_PIT:
		return vqc_pit_check(model);
	default:
		return vqc_lapic_check(model);
	}
}

static struct step step_state(struct machine *m,
			      const struct virqchip_rec_state *state)
{
	const union vqc_rec_chip *was = (const void *)(state + 1);
	struct step step = {};
	union vqc_rec_chip is;
	const char *wrong;
	void *model;
	bool *known;

	model = find_model(m, &state->rec, state->chip, &known);
	if (state->cause == VIRQCHIP_STATE_END) {
		step.done = *known;
		vqc_rec_save(state->chip, model, &is);
		if (*known && memcmp(&is, was, state->bytes))
			step.wrong = "the chip ends in another state";
		return step;
	}
	vqc_rec_load(state->chip, was, model);
	/* The models trust their own state. */
	wrong = check_model(state->chip, model);
	if (wrong)
		cannot(&state->rec, wrong);
	if (state->chip == VIRQCHIP_CHIP_LAPIC &&
	    state->cause == VIRQCHIP_STATE_BEGIN)
		find_cpu(m, &state->rec)->fresh = true;
	*known = true;
	step.done = true;
	return step;
}

static bool take_ack(struct machine *m, unsigned int vector, unsigned int pin)
{
	unsigned int i, nr = min(m->nr_acks, MAX_ACKS);

	for (i = 0; i < nr; i++) {
		if (m->acks[i] != (vector | pin << 8))
			continue;
		m->acks[i] = m->acks[nr - 1];
		m->nr_acks = nr - 1;
		return true;
	}
	return false;
}

static struct step step_inject(struct machine *m,
			       const struct virqchip_rec_inject *inject)
{
	unsigned int vector = inject->word & 0xff;
	struct cpu *cpu = find_cpu(m, &inject->rec);
	struct step step = {};
	bool right;

	if (!cpu->known)
		return step;
	if (inject->chip == VIRQCHIP_CHIP_LAPIC) {
		right = cpu->acked == vector;
		cpu->acked = NO_VECTOR;
	} else if (cpu->extint != NO_VECTOR) {
		right = cpu->extint == vector;
		cpu->extint = NO_VECTOR;
	} else if (m->known[VIRQCHIP_CHIP_PIC]) {
		right = take_ack(m, vector, inject->pin);
	} else {
		return step;
	}
	step.done = right || !cpu->fresh;
	if (!right && !cpu->fresh)
		step.wrong = "the model gave no such vector";
	cpu->fresh = false;
	return step;
}

/* What happened is not known: nothing can be said of any chip. */
static void forget(struct machine *m)
{
	unsigned int i;

	memset(m->known, 0, sizeof(m->known));
	m->nr_acks = 0;
	for (i = 0; i < VQC_MAX_CPUS; i++) {
		if (!m->cpu[i])
			continue;
		m->cpu[i]->known = false;
		m->cpu[i]->acked = NO_VECTOR;
		m->cpu[i]->extint = NO_VECTOR;
	}
}

struct step machine_step(struct machine *m, const struct virqchip_rec *rec)
{
	struct step step = {};

	switch (rec->type) {
	case VIRQCHIP_REC_OP:
		return step_op(m, (const void *)rec);
	case VIRQCHIP_REC_STATE:
		return step_state(m, (const void *)rec);
	case VIRQCHIP_REC_INJECT:
		return step_inject(m, (const void *)rec);
	case VIRQCHIP_REC_LOST:
		forget(m);
		return step;
	default:
		return step;
	}
}

size_t machine_state_bytes(unsigned int chip)
{
	return vqc_rec_state_bytes(chip);
}

size_t machine_state(const struct machine *m, const struct virqchip_rec *rec,
		     void *state)
{
	const struct virqchip_rec_state *s = (const void *)rec;
	const struct virqchip_rec_op *op = (const void *)rec;
	unsigned int chip;
	const void *model;
	bool *known;

	BUILD_BUG_ON(sizeof(union vqc_rec_chip) > STATE_ROOM);
	if (rec->type == VIRQCHIP_REC_OP)
		chip = op->chip;
	else if (rec->type == VIRQCHIP_REC_STATE)
		chip = s->chip;
	else
		return 0;
	model = find_model((struct machine *)m, rec, chip, &known);
	if (!*known)
		return 0;
	vqc_rec_save(chip, model, state);
	return vqc_rec_state_bytes(chip);
}
