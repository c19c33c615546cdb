// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records and states of chips in words.
 *
 * Compiled with the harness' stand-ins for the kernel's headers, like the models.
 */
#include <linux/kernel.h>
#include <string.h>

#include "recfmt.h"
#include "replay.h"

const char *text_why(const struct tape *r, unsigned int why)
{
	size_t i;

	for (i = 0; i < r->nr && r->rec[i]->type == VIRQCHIP_REC_WHY; i++) {
		const struct virqchip_rec_why *w = (const void *)r->rec[i];

		if (w->why == why)
			return w->name;
	}
	return "?";
}

/* ---- names ---- */

static const char *chip_name(unsigned int chip)
{
	static const char *const names[] = {
		[VIRQCHIP_CHIP_PIC] = "PIC",
		[VIRQCHIP_CHIP_IOAPIC] = "IOAPIC",
		[VIRQCHIP_CHIP_LAPIC] = "LAPIC",
		[VIRQCHIP_CHIP_PIT] = "PIT",
	};

	return chip < ARRAY_SIZE(names) ? names[chip] : "?";
}

static const char *row_name(const struct vqc_reg *table, unsigned int nr,
			    unsigned int index, unsigned int *n)
{
	const struct vqc_reg *row = vqc_reg_find(table, nr, index);

	if (!row)
		return NULL;
	*n = index - row->first;
	return row->name;
}

/* A register of the local APIC, by its offset in the page. */
static void put_lapic_register(FILE *to, unsigned int offset)
{
	unsigned int nr, n = 0;
	const struct vqc_reg *table = vqc_lapic_reg_table(&nr);
	const char *name = row_name(table, nr, offset >> 4, &n);

	if (!name)
		fprintf(to, "offset 0x%x", offset);
	else if (n)
		fprintf(to, "%s[%u]", name, n);
	else
		fputs(name, to);
}

static void put_ioapic_register(FILE *to, unsigned int offset)
{
	switch (offset) {
	case VQC_IOAPIC_REGSEL:
		fputs("IOREGSEL", to);
		break;
	case VQC_IOAPIC_WINDOW:
		fputs("IOWIN", to);
		break;
	case VQC_IOAPIC_EOI:
		fputs("EOIR", to);
		break;
	default:
		fprintf(to, "offset 0x%x", offset);
	}
}

static unsigned int pic_port(unsigned int port)
{
	static const u16 ports[VQC_NR_PIC_PORTS] = {
		[VQC_PIC_PORT_CMD_MASTER] = 0x20,
		[VQC_PIC_PORT_DATA_MASTER] = 0x21,
		[VQC_PIC_PORT_CMD_SLAVE] = 0xa0,
		[VQC_PIC_PORT_DATA_SLAVE] = 0xa1,
		[VQC_PIC_PORT_ELCR_MASTER] = 0x4d0,
		[VQC_PIC_PORT_ELCR_SLAVE] = 0x4d1,
	};

	return port < VQC_NR_PIC_PORTS ? ports[port] : 0xffff;
}

static void put_message(FILE *to, const struct virqchip_rec_op *op)
{
	static const char *const modes[] = {
		"fixed", "lowest", "SMI", "reserved",
		"NMI", "INIT", "SIPI", "ExtINT",
	};
	unsigned int flags = op->arg >> 16 & 0xff;

	fprintf(to, "message %s vector 0x%02x to %s 0x%x%s",
		modes[op->arg >> 8 & 7], (unsigned int)(op->arg & 0xff),
		flags & VQC_MSG_LOGICAL ? "logical" : "ID", op->addr,
		flags & VQC_MSG_LEVEL ? ", level" : "");
}

static const char *event_name(unsigned int event)
{
	static const char *const names[] = {
		[VQC_EV_NMI] = "NMI",
		[VQC_EV_SMI] = "SMI",
		[VQC_EV_INIT] = "INIT",
		[VQC_EV_SIPI] = "start-up IPI",
		[VQC_EV_EXTINT] = "ExtINT message",
	};

	return event < ARRAY_SIZE(names) ? names[event] : "?";
}

/* ---- operations ---- */

#define ARG(op)	((unsigned long long)(op)->arg)

static void put_pic_op(FILE *to, const struct tape *r,
		       const struct virqchip_rec_op *op)
{
	switch (op->op) {
	case VIRQCHIP_OP_PIC_LINE:
		fprintf(to, "pin %u is %s", op->addr, op->arg ? "high" : "low");
		break;
	case VIRQCHIP_OP_PIC_ACK:
		fputs(op->arg ? "acknowledge, edges forgotten on purpose" :
				"acknowledge", to);
		break;
	case VIRQCHIP_OP_PIC_READ:
		fprintf(to, "read port 0x%x", pic_port(op->addr));
		break;
	case VIRQCHIP_OP_PIC_WRITE:
		fprintf(to, "write port 0x%x: 0x%02llx", pic_port(op->addr),
			ARG(op));
		break;
	default:
		fprintf(to, "operation %u", op->op);
	}
}

static void put_ioapic_op(FILE *to, const struct tape *r,
			  const struct virqchip_rec_op *op)
{
	switch (op->op) {
	case VIRQCHIP_OP_IOAPIC_LINE:
		fprintf(to, "pin %u is %s", op->addr, op->arg ? "high" : "low");
		break;
	case VIRQCHIP_OP_IOAPIC_SENT:
		fprintf(to, "message of pin %u: %s", op->addr,
			text_why(r, op->arg));
		break;
	case VIRQCHIP_OP_IOAPIC_RETRY:
		fprintf(to, "try pins 0x%06llx again", ARG(op));
		break;
	case VIRQCHIP_OP_IOAPIC_EOI:
		fprintf(to, "EOI of vector 0x%02llx", ARG(op));
		break;
	case VIRQCHIP_OP_IOAPIC_READ:
		fputs("read ", to);
		put_ioapic_register(to, op->addr);
		break;
	case VIRQCHIP_OP_IOAPIC_WRITE:
		fputs("write ", to);
		put_ioapic_register(to, op->addr);
		fprintf(to, ": 0x%llx", ARG(op));
		break;
	default:
		fprintf(to, "operation %u", op->op);
	}
}

static void put_pit_op(FILE *to, const struct tape *r,
		       const struct virqchip_rec_op *op)
{
	switch (op->op) {
	case VIRQCHIP_OP_PIT_READ:
		fprintf(to, "read port 0x%x", 0x40 + op->addr);
		break;
	case VIRQCHIP_OP_PIT_WRITE:
		fprintf(to, "write port 0x%x: 0x%02llx", 0x40 + op->addr,
			ARG(op));
		break;
	case VIRQCHIP_OP_PIT_SPEAKER_READ:
		fputs("read port 0x61", to);
		break;
	case VIRQCHIP_OP_PIT_SPEAKER_WRITE:
		fprintf(to, "write port 0x61: 0x%02llx", ARG(op));
		break;
	case VIRQCHIP_OP_PIT_EXPIRE:
		fputs("timer", to);
		break;
	default:
		fprintf(to, "operation %u", op->op);
	}
}

static void put_lapic_access(FILE *to, const struct virqchip_rec_op *op)
{
	bool msr = op->op == VIRQCHIP_OP_LAPIC_MSR_READ ||
		   op->op == VIRQCHIP_OP_LAPIC_MSR_WRITE;
	bool write = op->op == VIRQCHIP_OP_LAPIC_WRITE ||
		     op->op == VIRQCHIP_OP_LAPIC_MSR_WRITE;

	if (msr)
		fprintf(to, "%s 0x%x ", write ? "WRMSR" : "RDMSR", op->addr);
	else
		fputs(write ? "write " : "read ", to);
	put_lapic_register(to, msr ? (op->addr - VQC_X2APIC_MSR_FIRST) << 4 :
				     op->addr);
	if (write)
		fprintf(to, ": 0x%llx", ARG(op));
}

static void put_lapic_op(FILE *to, const struct tape *r,
			 const struct virqchip_rec_op *op)
{
	switch (op->op) {
	case VIRQCHIP_OP_LAPIC_ACCEPT:
		put_message(to, op);
		break;
	case VIRQCHIP_OP_LAPIC_LINT:
		fprintf(to, "LINT%u is %s", op->addr,
			op->arg ? "high" : "low");
		break;
	case VIRQCHIP_OP_LAPIC_ACK:
		fputs("acknowledge", to);
		break;
	case VIRQCHIP_OP_LAPIC_EOI:
		fputs("EOI", to);
		break;
	case VIRQCHIP_OP_LAPIC_READ:
	case VIRQCHIP_OP_LAPIC_WRITE:
	case VIRQCHIP_OP_LAPIC_MSR_READ:
	case VIRQCHIP_OP_LAPIC_MSR_WRITE:
		put_lapic_access(to, op);
		break;
	case VIRQCHIP_OP_LAPIC_TSC_DEADLINE:
		fprintf(to, "WRMSR TSC_DEADLINE: 0x%llx", ARG(op));
		break;
	case VIRQCHIP_OP_LAPIC_BASE:
		fprintf(to, "%s APIC_BASE: 0x%llx",
			op->addr & 0x100 ? "VMM sets" : "WRMSR", ARG(op));
		break;
	case VIRQCHIP_OP_LAPIC_TPR:
		fprintf(to, "CR8: TPR 0x%02llx", ARG(op));
		break;
	case VIRQCHIP_OP_LAPIC_EXPIRE:
		fputs("timer", to);
		break;
	case VIRQCHIP_OP_LAPIC_INIT:
		fputs("INIT resets it", to);
		break;
	case VIRQCHIP_OP_LAPIC_TAKE:
		fprintf(to, "CPU takes %s", event_name(op->addr));
		break;
	case VIRQCHIP_OP_LAPIC_EXTINT:
		fprintf(to, "the VMM's PIC gives vector 0x%02llx", ARG(op));
		break;
	default:
		fprintf(to, "operation %u", op->op);
	}
}

static void put_op(FILE *to, const struct tape *r,
		   const struct virqchip_rec_op *op)
{
	switch (op->chip) {
	case VIRQCHIP_CHIP_PIC:
		put_pic_op(to, r, op);
		break;
	case VIRQCHIP_CHIP_IOAPIC:
		put_ioapic_op(to, r, op);
		break;
	case VIRQCHIP_CHIP_PIT:
		put_pit_op(to, r, op);
		break;
	case VIRQCHIP_CHIP_LAPIC:
		put_lapic_op(to, r, op);
		break;
	}
	text_answer(to, r, op);
}

static void put_result(FILE *to, const struct virqchip_rec_op *op)
{
	switch (op->op) {
	case VIRQCHIP_OP_PIC_READ:
	case VIRQCHIP_OP_IOAPIC_READ:
	case VIRQCHIP_OP_PIT_READ:
	case VIRQCHIP_OP_PIT_SPEAKER_READ:
	case VIRQCHIP_OP_LAPIC_READ:
	case VIRQCHIP_OP_LAPIC_MSR_READ:
		fprintf(to, " -> 0x%llx", (unsigned long long)op->result);
		break;
	case VIRQCHIP_OP_PIC_ACK:
		fprintf(to, " -> vector 0x%02x",
			(unsigned int)(op->result & 0xff));
		if (op->result >> 8 == VQC_NO_PIN)
			fputs(", spurious", to);
		else
			fprintf(to, " of pin %u",
				(unsigned int)(op->result >> 8));
		break;
	case VIRQCHIP_OP_LAPIC_ACK:
		fprintf(to, " -> vector 0x%02llx",
			(unsigned long long)op->result);
		break;
	case VIRQCHIP_OP_LAPIC_EOI:
		if ((s64)op->result < 0)
			fputs(" -> nothing in service", to);
		else
			fprintf(to, " -> ends vector 0x%02llx",
				(unsigned long long)op->result);
		break;
	case VIRQCHIP_OP_PIT_EXPIRE:
		fprintf(to, " -> %llu edges", (unsigned long long)op->result);
		break;
	case VIRQCHIP_OP_LAPIC_BASE:
		if (op->result)
			fputs(" -> refused", to);
		break;
	case VIRQCHIP_OP_IOAPIC_SENT:
		if (op->result)
			fputs(" -> to be tried again", to);
		break;
	}
}

void text_answer(FILE *to, const struct tape *r,
		 const struct virqchip_rec_op *op)
{
	put_result(to, op);
	switch (op->op) {
	case VIRQCHIP_OP_PIC_LINE:
	case VIRQCHIP_OP_IOAPIC_LINE:
	case VIRQCHIP_OP_LAPIC_ACCEPT:
	case VIRQCHIP_OP_LAPIC_LINT:
	case VIRQCHIP_OP_LAPIC_EXPIRE:
		fprintf(to, " -> %s", text_why(r, op->why));
		break;
	case VIRQCHIP_OP_LAPIC_READ:
	case VIRQCHIP_OP_LAPIC_WRITE:
	case VIRQCHIP_OP_LAPIC_MSR_READ:
	case VIRQCHIP_OP_LAPIC_MSR_WRITE:
		if (strcmp(text_why(r, op->why), "DELIVERED"))
			fprintf(to, " (%s)", text_why(r, op->why));
		break;
	}
}

/* ---- records ---- */

void text_place(FILE *to, const struct tape *r,
		const struct virqchip_rec *rec)
{
	const struct virqchip_rec_state *state = (const void *)rec;
	const struct virqchip_rec_op *op = (const void *)rec;
	long long us = ((s64)rec->ns - (s64)r->head->start_ns) / 1000;
	char chip[16] = "";

	if (rec->type == VIRQCHIP_REC_OP)
		snprintf(chip, sizeof(chip), "%s", chip_name(op->chip));
	else if (rec->type == VIRQCHIP_REC_STATE)
		snprintf(chip, sizeof(chip), "%s", chip_name(state->chip));
	else if (rec->cpu != VIRQCHIP_REC_NO_CPU)
		snprintf(chip, sizeof(chip), "CPU");
	if (*chip && rec->cpu != VIRQCHIP_REC_NO_CPU)
		snprintf(chip + strlen(chip), sizeof(chip) - strlen(chip),
			 "%u", rec->cpu);
	fprintf(to, "%8llu %12.6f %-8s ", (unsigned long long)rec->order,
		us / 1e6, chip);
}

static void put_state_record(FILE *to, const struct virqchip_rec_state *state)
{
	static const char *const causes[] = {
		[VIRQCHIP_STATE_BEGIN] = "state at the beginning",
		[VIRQCHIP_STATE_LOADED] = "state loaded from outside",
		[VIRQCHIP_STATE_END] = "state at the end",
	};

	fputs(state->cause < ARRAY_SIZE(causes) ? causes[state->cause] :
						  "state", to);
}

static const char *source_name(unsigned int source)
{
	static const char *const names[] = {
		"VMM", "irqfd", "PIT", "virqctl", "resample irqfds",
	};

	return source < ARRAY_SIZE(names) ? names[source] : "another source";
}

void text_record(FILE *to, const struct tape *r,
		 const struct virqchip_rec *rec)
{
	const struct virqchip_rec_inject *inject = (const void *)rec;
	const struct virqchip_rec_routes *routes = (const void *)rec;
	const struct virqchip_rec_line *line = (const void *)rec;
	const struct virqchip_rec_lost *lost = (const void *)rec;
	const struct virqchip_rec_flow *flow = (const void *)rec;
	const struct virqchip_rec_msi *msi = (const void *)rec;
	const struct virqchip_rec_cpu *cpu = (const void *)rec;

	switch (rec->type) {
	case VIRQCHIP_REC_OP:
		put_op(to, r, (const void *)rec);
		break;
	case VIRQCHIP_REC_STATE:
		put_state_record(to, (const void *)rec);
		break;
	case VIRQCHIP_REC_LOST:
		fprintf(to, "%llu records were lost",
			(unsigned long long)lost->nr);
		break;
	case VIRQCHIP_REC_LINE:
		fprintf(to, "%s %s GSI %u", source_name(line->source),
			line->level ? "raises" : "lowers", line->gsi);
		break;
	case VIRQCHIP_REC_MSI:
		fprintf(to, "MSI 0x%llx 0x%x",
			(unsigned long long)msi->address, msi->data);
		break;
	case VIRQCHIP_REC_ROUTES:
		fprintf(to, "routes %u to %u of %u", routes->first,
			routes->first + routes->nr, routes->total);
		break;
	case VIRQCHIP_REC_INJECT:
		fprintf(to, "takes vector 0x%02x of the %s",
			inject->word & 0xff, chip_name(inject->chip));
		break;
	case VIRQCHIP_REC_CPU:
		fprintf(to, "is added, APIC ID %u", cpu->apic_id);
		break;
	case VIRQCHIP_REC_FLOW:
		fprintf(to, "interrupt %llu ends, vector 0x%02x%s",
			(unsigned long long)flow->flow.seq, flow->flow.vector,
			flow->flow.faults ? ", by a fault on purpose" : "");
		break;
	default:
		fprintf(to, "record of type %u", rec->type);
	}
}

/* ---- states ---- */

static void put_vectors(FILE *to, const char *name, const u32 *bits)
{
	unsigned int vector;

	fprintf(to, " %s={", name);
	for (vector = 0; vector < VQC_NR_VECTORS; vector++)
		if (bits[vector / 32] >> vector % 32 & 1)
			fprintf(to, " 0x%02x", vector);
	fputs(" }", to);
}

static void put_lapic_state(FILE *to, const struct virqchip_rec_lapic *s)
{
	static const char *const lvts[] = {
		"timer", "thermal", "pmc", "lint0", "lint1", "error", "cmci",
	};
	unsigned int i;

	fprintf(to, "    base=0x%llx id=0x%x tpr=0x%02x svr=0x%x",
		(unsigned long long)s->base, s->id, s->tpr, s->svr);
	fprintf(to, " ldr=0x%x dfr=0x%x esr=0x%x icr=0x%llx\n   ", s->ldr,
		s->dfr, s->esr, (unsigned long long)s->icr);
	put_vectors(to, "irr", s->irr);
	put_vectors(to, "isr", s->isr);
	put_vectors(to, "tmr", s->tmr);
	fprintf(to, "\n    events=0x%x errors=0x%x sipi_vector=0x%02x",
		s->events, s->errors, s->sipi_vector);
	fprintf(to, " wait_sipi=%u lint=%u cfg=0x%x\n   ", s->wait_sipi,
		s->lint, s->cfg);
	for (i = 0; i < ARRAY_SIZE(lvts); i++)
		fprintf(to, " %s=0x%x", lvts[i], s->lvt[i]);
	fprintf(to, "\n    tmict=0x%x tdcr=0x%x", s->tmict, s->tdcr);
	fprintf(to, " tsc_deadline=0x%llx timer_deadline_ns=%llu\n",
		(unsigned long long)s->tsc_deadline,
		(unsigned long long)s->timer_deadline_ns);
}

static void put_pic_state(FILE *to, const struct virqchip_rec_pic *s)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(s->chip); i++) {
		const struct virqchip_8259_state *c = &s->chip[i];

		fprintf(to, "    %s irr=%02x isr=%02x imr=%02x lines=%02x",
			i ? "slave " : "master", c->irr, c->isr, c->imr,
			c->lines);
		fprintf(to, " elcr=%02x base=%02x lowest=%u", c->elcr,
			c->irq_base, c->lowest);
		fprintf(to, " icw1=%02x icw3=%02x icw4=%02x step=%u", c->icw1,
			c->icw3, c->icw4, c->step);
		fprintf(to, " read_isr=%u poll=%u smm=%u rotate_aeoi=%u\n",
			c->read_isr, c->poll, c->smm, c->rotate_aeoi);
	}
}

static void put_ioapic_state(FILE *to, const struct virqchip_rec_ioapic *s)
{
	unsigned int pin;

	fprintf(to, "    id=%u regsel=0x%02x lines=0x%06x pending=0x%06x",
		s->id, s->regsel, s->lines, s->pending);
	fprintf(to, " deferred=0x%06x rewritten=0x%06x\n", s->deferred,
		s->rewritten);
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++)
		if (s->rte[pin] != VQC_RTE_MASKED || s->storm[pin])
			fprintf(to, "    pin %-2u rte=0x%016llx inflight=0x%02x storm=%u\n",
				pin, (unsigned long long)s->rte[pin],
				s->inflight[pin], s->storm[pin]);
}

static void put_pit_state(FILE *to, const struct virqchip_rec_pit *s)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(s->channel); i++) {
		const struct virqchip_rec_pit_channel *c = &s->channel[i];

		fprintf(to, "    channel %u mode=%u access=%u bcd=%u count=%u",
			i, c->mode, c->access, c->bcd, c->count);
		fprintf(to, " run=%u armed=%u gate=%u null_count=%u", c->run,
			c->armed, c->gate, c->null_count);
		fprintf(to, " ticks=%llu owed=%llu start_ns=%llu\n",
			(unsigned long long)c->ticks,
			(unsigned long long)c->owed,
			(unsigned long long)c->start_ns);
	}
	fprintf(to, "    speaker=%u irq_disabled=%u\n", s->speaker,
		s->irq_disabled);
}

void text_state(FILE *to, unsigned int chip, const void *state)
{
	switch (chip) {
	case VIRQCHIP_CHIP_PIC:
		put_pic_state(to, state);
		break;
	case VIRQCHIP_CHIP_IOAPIC:
		put_ioapic_state(to, state);
		break;
	case VIRQCHIP_CHIP_PIT:
		put_pit_state(to, state);
		break;
	case VIRQCHIP_CHIP_LAPIC:
		put_lapic_state(to, state);
		break;
	}
}
