// SPDX-License-Identifier: GPL-2.0-only
/* An oracle for the IOAPIC, see oracle_ioapic.h. */
#include "oracle_ioapic.h"

static bool by_level(const struct oracle_ioapic_pin *p)
{
	switch (p->mode) {
	case VQC_DM_SMI:
	case VQC_DM_NMI:
	case VQC_DM_INIT:
	case VQC_DM_EXTINT:
		return false;
	default:
		return p->level;
	}
}

static bool reserved_mode(const struct oracle_ioapic_pin *p)
{
	return p->mode == 3 || p->mode == 6;
}

static bool can_leave(const struct oracle_ioapic_pin *p)
{
	return !p->masked && !reserved_mode(p);
}

static bool asserted(const struct oracle_ioapic *o, const struct oracle_ioapic_pin *p)
{
	return o->electrical ? p->wire != p->active_low : p->wire;
}

static struct oracle_ioapic_event *expect(struct oracle_ioapic *o, u8 kind,
					  unsigned int pin, u8 vector)
{
	struct oracle_ioapic_event *e = &o->event[o->nr++];

	memset(e, 0, sizeof(*e));
	e->kind = kind;
	e->pin = pin;
	e->vector = vector;
	return e;
}

static void expect_note(struct oracle_ioapic *o, enum vqc_why why,
			unsigned int pin, u8 vector)
{
	expect(o, VQC_FX_NOTE, pin, vector)->why = why;
}

/* What must be true of a pin whenever nobody is in the chip. */
static void apply_laws(struct oracle_ioapic *o, struct oracle_ioapic_pin *p)
{
	bool wants = by_level(p) ? asserted(o, p) : true;

	if (!by_level(p)) {
		p->in_service = false;
		p->paused = false;
		p->eois = 0;
	} else {
		p->resend = false;
		if (!asserted(o, p)) {
			p->paused = false;
			p->eois = 0;
		}
		if (p->in_service)
			p->paused = false;
	}
	if (!can_leave(p))
		p->resend = false;
	if (!p->in_service && !(wants && can_leave(p)))
		p->waiting = false;
}

static void let_out(struct oracle_ioapic *o, unsigned int pin)
{
	struct oracle_ioapic_pin *p = &o->pin[pin];
	struct oracle_ioapic_event *e = expect(o, VQC_FX_MSG, pin, p->vector);

	e->dest = p->dest;
	e->mode = p->mode;
	e->logical = p->logical;
	e->level = by_level(p);
	p->waiting = true;
	p->resend = false;
	p->rewritten = false;
	if (by_level(p)) {
		p->in_service = true;
		p->last_vector = p->vector;
	}
}

static void count_end(struct oracle_ioapic *o, unsigned int pin)
{
	struct oracle_ioapic_pin *p = &o->pin[pin];

	if (!asserted(o, p) || !can_leave(p))
		return;
	if (++p->eois < VQC_IOAPIC_STORM_EOIS)
		return;
	p->eois = 0;
	p->paused = true;
	expect_note(o, VQC_WHY_IOAPIC_STORM, pin, p->last_vector);
	expect(o, VQC_FX_DEFER, pin, 0);
}

static bool due(const struct oracle_ioapic *o, const struct oracle_ioapic_pin *p)
{
	if (p->fire)
		return true;
	if (!p->look)
		return false;
	if (!by_level(p))
		return p->resend;
	return asserted(o, p) && can_leave(p) && !p->in_service && !p->paused;
}

/* Laws for all pins, then messages, then forget the operation. */
static void settle(struct oracle_ioapic *o)
{
	unsigned int pin;

	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++)
		apply_laws(o, &o->pin[pin]);
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		struct oracle_ioapic_pin *p = &o->pin[pin];

		if (p->ended)
			count_end(o, pin);
		if (due(o, p))
			let_out(o, pin);
		p->look = false;
		p->fire = false;
		p->ended = false;
	}
}

void oracle_ioapic_reset(struct oracle_ioapic *o)
{
	unsigned int pin;

	o->nr = 0;
	o->id = 0;
	o->index = 0;
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		bool wire = o->pin[pin].wire;

		memset(&o->pin[pin], 0, sizeof(o->pin[pin]));
		o->pin[pin].wire = wire;
		o->pin[pin].masked = true;
	}
}

enum vqc_why oracle_ioapic_set_line(struct oracle_ioapic *o, unsigned int pin,
				    bool level)
{
	struct oracle_ioapic_pin *p = &o->pin[pin];
	bool before = asserted(o, p), busy = p->in_service, after;

	o->nr = 0;
	p->wire = level;
	after = asserted(o, p);
	p->look = by_level(p);
	p->fire = !by_level(p) && after && !before && can_leave(p);
	settle(o);

	if (o->nr)
		return VQC_WHY_DELIVERED;
	if (before == after && !(by_level(p) && after))
		return VQC_WHY_NO_CHANGE;
	if (!after)
		return VQC_WHY_LINE_LOW;
	if (p->masked)
		return by_level(p) ? VQC_WHY_IOAPIC_HELD : VQC_WHY_IOAPIC_MASKED;
	if (reserved_mode(p))
		return VQC_WHY_IOAPIC_MODE;
	return busy ? VQC_WHY_IOAPIC_REMOTE_IRR : VQC_WHY_IOAPIC_STORM;
}

bool oracle_ioapic_sent(struct oracle_ioapic *o, unsigned int pin, bool taken)
{
	struct oracle_ioapic_pin *p = &o->pin[pin];

	o->nr = 0;
	if (taken) {
		if (!by_level(p) || p->in_service)
			p->waiting = false;
		p->resend = false;
	} else if (!by_level(p)) {
		p->waiting = true;
		p->resend = true;
	} else if (p->in_service) {
		p->in_service = false;
		p->waiting = true;
	}
	settle(o);
	return !taken && p->rewritten;
}

void oracle_ioapic_retry(struct oracle_ioapic *o, u32 pins)
{
	unsigned int pin;

	o->nr = 0;
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		if (!(pins >> pin & 1))
			continue;
		o->pin[pin].paused = false;
		o->pin[pin].look = true;
	}
	settle(o);
}

/* An EOI, as part of an operation whose events have begun. */
static void end_vector(struct oracle_ioapic *o, u8 vector)
{
	unsigned int pin;
	bool none = true;

	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		struct oracle_ioapic_pin *p = &o->pin[pin];

		if (!by_level(p) || p->last_vector != vector)
			continue;
		p->look = true;
		if (!p->in_service)
			continue;
		p->in_service = false;
		p->waiting = false;
		p->ended = true;
		expect(o, VQC_FX_ACKED, pin, vector);
		none = false;
	}
	if (none)
		expect_note(o, VQC_WHY_IOAPIC_EOI_NONE, VQC_NO_PIN, vector);
	settle(o);
}

void oracle_ioapic_eoi(struct oracle_ioapic *o, u8 vector)
{
	o->nr = 0;
	end_vector(o, vector);
}

static u32 pin_low(const struct oracle_ioapic_pin *p)
{
	return p->vector | p->mode << 8 | p->logical << 11 | p->waiting << 12 |
	       p->active_low << 13 | p->in_service << 14 | p->level << 15 |
	       p->masked << 16;
}

static u32 read_index(struct oracle_ioapic *o)
{
	unsigned int rte = o->index - 0x10;

	if (o->index == 0 || o->index == 2)
		return (u32)o->id << 24;
	if (o->index == 1)
		return 0x00170000 | (o->eoi_register ? 0x20 : 0x11);
	if (o->index >= 0x10 && o->index < 0x40) {
		const struct oracle_ioapic_pin *p = &o->pin[rte / 2];

		return rte % 2 ? (u32)p->dest << 24 : pin_low(p);
	}
	expect_note(o, VQC_WHY_NO_REG, VQC_NO_PIN, 0);
	return 0xffffffff;
}

u32 oracle_ioapic_read(struct oracle_ioapic *o, unsigned int offset)
{
	o->nr = 0;
	if (offset == 0x00)
		return o->index;
	if (offset == 0x10)
		return read_index(o);
	if (offset == 0x40 && o->eoi_register)
		expect_note(o, VQC_WHY_WRITE_ONLY, VQC_NO_PIN, 0);
	else if (offset & 15)
		expect_note(o, VQC_WHY_BAD_ACCESS, VQC_NO_PIN, 0);
	else
		expect_note(o, VQC_WHY_NO_REG, VQC_NO_PIN, 0);
	return 0;
}

static void decode_low(struct oracle_ioapic_pin *p, u32 val)
{
	p->vector = val & 0xff;
	p->mode = val >> 8 & 7;
	p->logical = val >> 11 & 1;
	p->active_low = val >> 13 & 1;
	p->level = val >> 15 & 1;
	p->masked = val >> 16 & 1;
}

static void write_rte(struct oracle_ioapic *o, unsigned int rte, u32 val)
{
	struct oracle_ioapic_pin *p = &o->pin[rte / 2];
	bool was_level = by_level(p);

	if (rte % 2)
		p->dest = val >> 24;
	else
		decode_low(p, val);
	p->rewritten = true;
	p->look = true;

	if (was_level && !by_level(p)) {
		p->waiting = false;
		if (p->in_service)
			expect(o, VQC_FX_ACKED, rte / 2, p->last_vector);
		p->in_service = false;
	}
	settle(o);
}

void oracle_ioapic_write(struct oracle_ioapic *o, unsigned int offset, u32 val)
{
	o->nr = 0;
	if (offset == 0x00)
		o->index = val;
	else if (offset == 0x40 && o->eoi_register)
		end_vector(o, val);
	else if (offset != 0x10)
		expect_note(o, offset & 15 ? VQC_WHY_BAD_ACCESS :
			    VQC_WHY_NO_REG, VQC_NO_PIN, 0);
	else if (o->index == 0)
		o->id = val >> 24 & 15;
	else if (o->index == 1 || o->index == 2)
		expect_note(o, VQC_WHY_READ_ONLY, VQC_NO_PIN, 0);
	else if (o->index >= 0x10 && o->index < 0x40)
		write_rte(o, o->index - 0x10, val);
	else
		expect_note(o, VQC_WHY_NO_REG, VQC_NO_PIN, 0);
}

static void load_pin(struct oracle_ioapic_pin *p, const struct vqc_ioapic *state, unsigned int pin)
{
	u32 low = state->rte[pin];

	decode_low(p, low);
	p->dest = state->rte[pin] >> 56;
	p->wire = state->lines >> pin & 1;
	p->waiting = low >> 12 & 1;
	p->resend = p->waiting || (state->pending >> pin & 1);
	p->in_service = (low >> 14 & 1) && !p->waiting;
	p->waiting = p->resend;
	p->paused = state->deferred >> pin & 1;
	p->rewritten = state->rewritten >> pin & 1;
	p->last_vector = state->inflight[pin];
	p->eois = state->storm[pin];
	if (p->eois >= VQC_IOAPIC_STORM_EOIS)
		p->eois = VQC_IOAPIC_STORM_EOIS - 1;
	p->look = true;
}

void oracle_ioapic_set_state(struct oracle_ioapic *o,
			     const struct vqc_ioapic *state)
{
	unsigned int pin;

	o->nr = 0;
	o->id = state->id % 16;
	o->index = state->regsel;
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		load_pin(&o->pin[pin], state, pin);
		apply_laws(o, &o->pin[pin]);
	}
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		struct oracle_ioapic_pin *p = &o->pin[pin];

		if (p->paused)
			expect(o, VQC_FX_DEFER, pin, 0);
		if (due(o, p))
			let_out(o, pin);
		p->look = false;
	}
}

static const char *pin_differs(const struct oracle_ioapic_pin *p, const struct vqc_ioapic *io,
			       unsigned int pin)
{
	if ((u32)io->rte[pin] != pin_low(p))
		return "low half of an RTE";
	if (io->rte[pin] >> 32 != (u32)p->dest << 24)
		return "high half of an RTE";
	if ((io->lines >> pin & 1) != p->wire)
		return "lines";
	if ((io->pending >> pin & 1) != p->resend)
		return "pending";
	if ((io->deferred >> pin & 1) != p->paused)
		return "deferred";
	if ((io->rewritten >> pin & 1) != p->rewritten)
		return "rewritten";
	if (io->storm[pin] != p->eois)
		return "storm";
	if (io->inflight[pin] != p->last_vector)
		return "inflight";
	return NULL;
}

static bool msg_same(const struct oracle_ioapic_event *e,
		     const struct vqc_msg *msg)
{
	u8 flags = VQC_MSG_ASSERT;

	if (e->logical)
		flags |= VQC_MSG_LOGICAL;
	if (e->level)
		flags |= VQC_MSG_LEVEL;
	return msg->dest == e->dest && msg->vector == e->vector &&
	       msg->mode == e->mode && msg->flags == flags &&
	       msg->shorthand == VQC_SH_NONE;
}

static const char *event_differs(const struct oracle_ioapic_event *e,
				 const struct vqc_fx_item *item)
{
	if (item->kind != e->kind)
		return "kind of an effect";
	if (item->pin != e->pin)
		return "pin of an effect";
	if (item->vector != e->vector)
		return "vector of an effect";
	if (e->kind == VQC_FX_NOTE && item->why != e->why)
		return "why of a note";
	if (e->kind == VQC_FX_MSG && !msg_same(e, &item->msg))
		return "a message";
	if (e->kind == VQC_FX_DEFER &&
	    item->deadline_ns != VQC_IOAPIC_STORM_PAUSE_NS)
		return "length of a pause";
	return NULL;
}

const char *oracle_ioapic_differs(const struct oracle_ioapic *o,
				  const struct vqc_ioapic *io,
				  const struct vqc_fx *fx)
{
	const char *what = NULL;
	unsigned int i;

	if (io->id != o->id)
		return "id";
	if (io->regsel != o->index)
		return "regsel";
	for (i = 0; !what && i < VQC_NR_IOAPIC_PINS; i++)
		what = pin_differs(&o->pin[i], io, i);
	if (!what && (fx->nr != o->nr || fx->overflow))
		what = "number of effects";
	for (i = 0; !what && i < o->nr; i++)
		what = event_differs(&o->event[i], &fx->item[i]);
	return what;
}
