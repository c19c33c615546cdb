// SPDX-License-Identifier: GPL-2.0-only
/* The oracle for the 8259 pair, see oracle_pic.h. */
#include "oracle_pic.h"

#define CASCADE 2

static int winner(const struct oracle_pic *o, bool is_slave);

static bool is_level(const struct oracle_8259 *c, int ir)
{
	return c->all_level || c->level_bit[ir];
}

static bool requests(const struct oracle_pic *o, bool is_slave, int ir)
{
	const struct oracle_8259 *c = is_slave ? &o->slave : &o->master;

	if (!is_slave && ir == CASCADE)
		return winner(o, true) >= 0;
	if (is_level(c, ir))
		return c->wire[ir];
	if (o->strict_edge && !c->wire[ir])
		return false;
	return c->edge_seen[ir];
}

/* From the highest input down, until one wins or one in service stops it. */
static int winner(const struct oracle_pic *o, bool is_slave)
{
	const struct oracle_8259 *c = is_slave ? &o->slave : &o->master;
	int step;

	if (c->next_word != 0)
		return -1;
	for (step = 1; step <= 8; step++) {
		int ir = (c->bottom + step) % 8;
		bool stops = c->serving[ir];
		bool lets_slave = !is_slave && ir == CASCADE &&
				  c->special_nested && !c->single;

		if (c->special_mask && c->masked[ir])
			stops = false;
		if (requests(o, is_slave, ir) && !c->masked[ir] &&
		    (!stops || lets_slave))
			return ir;
		if (stops)
			return -1;
	}
	return -1;
}

static void forget(struct oracle_pic *o)
{
	memset(o->ended, 0, sizeof(o->ended));
	o->no_eoi = false;
	o->spurious = false;
}

static void end_pin(struct oracle_pic *o, bool is_slave, int ir)
{
	if (is_slave || ir != CASCADE)
		o->ended[is_slave ? 8 + ir : ir] = true;
}

void oracle_pic_reset(struct oracle_pic *o, bool strict_edge)
{
	memset(o, 0, sizeof(*o));
	o->strict_edge = strict_edge;
	o->master.next_word = 1;
	o->slave.next_word = 1;
	o->master.bottom = 7;
	o->slave.bottom = 7;
}

void oracle_pic_set_line(struct oracle_pic *o, int pin, bool level)
{
	struct oracle_8259 *c = pin < 8 ? &o->master : &o->slave;
	int ir = pin % 8;

	forget(o);
	if (pin == CASCADE)
		return;
	if (level && !c->wire[ir] && !is_level(c, ir))
		c->edge_seen[ir] = true;
	if (!level && o->strict_edge)
		c->edge_seen[ir] = false;
	c->wire[ir] = level;
}

bool oracle_pic_output(const struct oracle_pic *o)
{
	return winner(o, false) >= 0;
}

static int serve(struct oracle_pic *o, bool is_slave)
{
	struct oracle_8259 *c = is_slave ? &o->slave : &o->master;
	int ir = winner(o, is_slave);

	if (ir < 0)
		return -1;
	c->edge_seen[ir] = false;
	if (!c->auto_eoi) {
		c->serving[ir] = true;
		return ir;
	}
	/* Set by the first pulse and cleared by the last one. */
	c->serving[ir] = false;
	end_pin(o, is_slave, ir);
	if (c->auto_rotate)
		c->bottom = ir;
	return ir;
}

int oracle_pic_ack(struct oracle_pic *o, int *pin)
{
	int ir;

	forget(o);
	/* What the master ends by itself must not hide the slave's request. */
	if (winner(o, false) == CASCADE && !o->master.single) {
		ir = serve(o, true);
		o->master.serving[CASCADE] = !o->master.auto_eoi;
		if (o->master.auto_eoi && o->master.auto_rotate)
			o->master.bottom = CASCADE;
		*pin = 8 + ir;
		return o->slave.base + ir;
	}
	ir = serve(o, false);
	*pin = ir;
	if (ir >= 0)
		return o->master.base + ir;
	o->spurious = true;
	return o->master.base + 7;
}

static int to_byte(const bool *bit)
{
	int i, byte = 0;

	for (i = 0; i < 8; i++)
		byte += bit[i] ? 1 << i : 0;
	return byte;
}

static int irr_byte(const struct oracle_pic *o, bool is_slave)
{
	bool bit[8];
	int i;

	for (i = 0; i < 8; i++)
		bit[i] = requests(o, is_slave, i);
	return to_byte(bit);
}

int oracle_pic_read(struct oracle_pic *o, enum vqc_pic_port port)
{
	bool is_slave = port == VQC_PIC_PORT_CMD_SLAVE ||
			port == VQC_PIC_PORT_DATA_SLAVE ||
			port == VQC_PIC_PORT_ELCR_SLAVE;
	struct oracle_8259 *c = is_slave ? &o->slave : &o->master;
	int ir;

	forget(o);
	if (port >= VQC_PIC_PORT_ELCR_MASTER)
		return to_byte(c->level_bit);
	if (c->polled) {
		c->polled = false;
		ir = serve(o, is_slave);
		return ir < 0 ? 7 : 128 + ir;
	}
	if (port == VQC_PIC_PORT_DATA_MASTER || port == VQC_PIC_PORT_DATA_SLAVE)
		return to_byte(c->masked);
	return c->show_isr ? to_byte(c->serving) : irr_byte(o, is_slave);
}

static void write_icw1(struct oracle_pic *o, bool is_slave, int val)
{
	struct oracle_8259 *c = is_slave ? &o->slave : &o->master;
	struct oracle_8259 old = *c;
	bool before[8];
	int i;

	for (i = 0; i < 8; i++)
		before[i] = requests(o, is_slave, i);
	memset(c, 0, sizeof(*c));
	memcpy(c->wire, old.wire, sizeof(c->wire));
	memcpy(c->level_bit, old.level_bit, sizeof(c->level_bit));
	c->base = old.base;
	c->bottom = 7;
	c->want_icw4 = val % 2;
	c->single = val / 2 % 2;
	c->all_level = val / 8 % 2;
	c->next_word = 2;
	for (i = 0; i < 8; i++)
		if (old.serving[i] || (before[i] && !requests(o, is_slave, i)))
			end_pin(o, is_slave, i);
}

static int word_after(const struct oracle_8259 *c, int word)
{
	if (word == 2 && !c->single)
		return 3;
	if (word < 4 && c->want_icw4)
		return 4;
	return 0;
}

static void write_data(struct oracle_8259 *c, int val)
{
	int i;

	if (c->next_word < 2) {
		for (i = 0; i < 8; i++)
			c->masked[i] = val >> i & 1;
		return;
	}
	if (c->next_word == 2)
		c->base = val / 8 * 8;
	if (c->next_word == 4) {
		c->auto_eoi = val & 2;
		c->special_nested = val & 16;
	}
	c->next_word = word_after(c, c->next_word);
}

static int eoi_highest(struct oracle_pic *o, bool is_slave)
{
	struct oracle_8259 *c = is_slave ? &o->slave : &o->master;
	int step;

	for (step = 1; step <= 8; step++) {
		int ir = (c->bottom + step) % 8;

		if (!c->serving[ir] || (c->special_mask && c->masked[ir]))
			continue;
		c->serving[ir] = false;
		end_pin(o, is_slave, ir);
		return ir;
	}
	o->no_eoi = true;
	return -1;
}

static void eoi_one(struct oracle_pic *o, bool is_slave, int ir)
{
	struct oracle_8259 *c = is_slave ? &o->slave : &o->master;

	if (c->serving[ir])
		end_pin(o, is_slave, ir);
	else
		o->no_eoi = true;
	c->serving[ir] = false;
}

static void write_ocw2(struct oracle_pic *o, bool is_slave, int val)
{
	struct oracle_8259 *c = is_slave ? &o->slave : &o->master;
	bool rotate = val & 0x80, specific = val & 0x40, eoi = val & 0x20;
	int ended = specific ? val % 8 : c->bottom;

	if (!specific && !eoi) {
		c->auto_rotate = rotate;
		return;
	}
	if (eoi && specific)
		eoi_one(o, is_slave, val % 8);
	else if (eoi)
		ended = eoi_highest(o, is_slave);
	if (rotate && ended >= 0)
		c->bottom = ended;
}

static void write_ocw3(struct oracle_8259 *c, int val)
{
	c->polled = val & 4;
	if ((val & 3) == 2)
		c->show_isr = false;
	if ((val & 3) == 3)
		c->show_isr = true;
	if ((val & 0x60) == 0x40)
		c->special_mask = false;
	if ((val & 0x60) == 0x60)
		c->special_mask = true;
}

static void write_elcr(struct oracle_pic *o, bool is_slave, int val)
{
	struct oracle_8259 *c = is_slave ? &o->slave : &o->master;
	bool before, was_level;
	int i;

	for (i = 0; i < 8; i++) {
		bool fixed = is_slave ? i == 0 || i == 5 : i < 3;

		before = requests(o, is_slave, i);
		was_level = is_level(c, i);
		c->level_bit[i] = !fixed && (val >> i & 1);
		if (is_level(c, i) != was_level)
			c->edge_seen[i] = false;
		if (before && !requests(o, is_slave, i))
			end_pin(o, is_slave, i);
	}
}

void oracle_pic_write(struct oracle_pic *o, enum vqc_pic_port port, int val)
{
	bool is_slave = port == VQC_PIC_PORT_CMD_SLAVE ||
			port == VQC_PIC_PORT_DATA_SLAVE ||
			port == VQC_PIC_PORT_ELCR_SLAVE;
	struct oracle_8259 *c = is_slave ? &o->slave : &o->master;

	forget(o);
	if (port >= VQC_PIC_PORT_ELCR_MASTER)
		write_elcr(o, is_slave, val);
	else if (port == VQC_PIC_PORT_DATA_MASTER ||
		 port == VQC_PIC_PORT_DATA_SLAVE)
		write_data(c, val);
	else if (val & 0x10)
		write_icw1(o, is_slave, val);
	else if (val & 0x08)
		write_ocw3(c, val);
	else
		write_ocw2(o, is_slave, val);
}

static const char *chip_differs(const struct oracle_pic *o, bool is_slave,
				const struct vqc_8259 *chip)
{
	const struct oracle_8259 *c = is_slave ? &o->slave : &o->master;

	if (chip->irr != irr_byte(o, is_slave))
		return is_slave ? "slave IRR" : "master IRR";
	if (chip->isr != to_byte(c->serving))
		return is_slave ? "slave ISR" : "master ISR";
	if (chip->imr != to_byte(c->masked))
		return is_slave ? "slave IMR" : "master IMR";
	if (chip->irq_base != c->base)
		return is_slave ? "slave base" : "master base";
	if (chip->lowest != c->bottom)
		return is_slave ? "slave priority" : "master priority";
	return NULL;
}

static const char *fx_differs(const struct oracle_pic *o,
			      const struct vqc_fx *fx)
{
	bool ended[16] = {};
	bool no_eoi = false, spurious = false;
	unsigned int i;

	for (i = 0; i < fx->nr; i++) {
		const struct vqc_fx_item *item = &fx->item[i];

		if (item->kind == VQC_FX_ACKED && item->pin < 16)
			ended[item->pin] = true;
		if (item->kind == VQC_FX_NOTE)
			no_eoi |= item->why == VQC_WHY_PIC_EOI_NONE;
		if (item->kind == VQC_FX_NOTE)
			spurious |= item->why == VQC_WHY_PIC_SPURIOUS;
	}
	if (fx->overflow)
		return "effect list overflow";
	if (memcmp(ended, o->ended, sizeof(ended)))
		return "pins acked";
	if (no_eoi != o->no_eoi)
		return "note of a void EOI";
	return spurious != o->spurious ? "note of a spurious interrupt" : NULL;
}

const char *oracle_pic_differs(const struct oracle_pic *o,
			       const struct vqc_pic *pic,
			       const struct vqc_fx *fx)
{
	const char *what = chip_differs(o, false, &pic->chip[0]);

	if (!what)
		what = chip_differs(o, true, &pic->chip[1]);
	if (!what && vqc_pic_output(pic) != oracle_pic_output(o))
		what = "INTR";
	return what ?: fx_differs(o, fx);
}
