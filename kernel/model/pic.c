// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pair of Intel 8259A interrupt controllers of a PC, with the ELCR.
 *
 * Section names are those of the 8259A datasheet (Intel order 231468).  The
 * ELCR, one bit per input for level triggering, is that of the EISA/PIIX
 * chipsets.
 *
 * A write to a port is decoded to a command first; each command is one short
 * function.  Every mutator ends in vqc_pic_settle() or its part that can matter,
 * which derives the level requests and the cascade wire again, so no function
 * has to know what else depends on the bits it changes.
 *
 * Not modelled: MCS-80/85 mode (uPM = 0 and ADI are accepted, the CPU is an
 * x86 all the same), the buffer enable pin, and ICW3, whose only right values
 * are those of a PC's wiring.
 */
#include "pic.h"

#define VQC_PIC_NR_CHIPS	2u
#define VQC_PIC_MASTER		0u
#define VQC_PIC_SLAVE		1u
#define VQC_8259_NR_IR		8u
#define VQC_8259_NO_IR		VQC_NO_PIN
#define VQC_8259_SPURIOUS_IR	7u

#define VQC_PIC_CASCADE_BIT	BIT(VQC_PIC_CASCADE_PIN)

/* Command port writes are told apart by bits 4 and 3 (figures 7 and 8). */
#define VQC_8259_CMD_ICW1	BIT(4)
#define VQC_8259_CMD_OCW3	BIT(3)
#define VQC_8259_OCW2_CMD	GENMASK(7, 5)	/* R, SL, EOI */
#define VQC_8259_OCW2_LEVEL	GENMASK(2, 0)
#define VQC_8259_OCW3_ESMM	BIT(6)
#define VQC_8259_OCW3_SMM	BIT(5)
#define VQC_8259_OCW3_POLL	BIT(2)
#define VQC_8259_OCW3_RR	BIT(1)
#define VQC_8259_OCW3_RIS	BIT(0)
#define VQC_8259_POLL_REQUEST	BIT(7)

/* What a write to a port means once the chip's step is taken into account. */
enum vqc_8259_cmd {
	VQC_8259_ICW1,
	VQC_8259_ICW2,
	VQC_8259_ICW3,
	VQC_8259_ICW4,
	VQC_8259_OCW1,
	VQC_8259_OCW2,
	VQC_8259_OCW3,
	VQC_8259_ELCR,
	VQC_8259_NR_CMDS
};

static bool vqc_8259_is_ocw(enum vqc_8259_cmd cmd)
{
	return cmd == VQC_8259_OCW1 || cmd == VQC_8259_OCW2 ||
	       cmd == VQC_8259_OCW3;
}

static const u8 vqc_pic_elcr_mask[VQC_PIC_NR_CHIPS] = {
	VQC_PIC_ELCR_MASK_MASTER, VQC_PIC_ELCR_MASK_SLAVE
};

static bool vqc_8259_is_cascade(unsigned int n, unsigned int ir)
{
	return n == VQC_PIC_MASTER && ir == VQC_PIC_CASCADE_PIN;
}

/* In single mode the master answers for IR2 itself ("Cascade Mode", SNGL). */
static bool vqc_pic_asks_slave(const struct vqc_pic *pic, unsigned int n,
			       unsigned int ir)
{
	return vqc_8259_is_cascade(n, ir) &&
	       !(pic->chip[VQC_PIC_MASTER].icw1 & VQC_PIC_ICW1_SNGL);
}

/* Inputs whose request is their level.  The cascade is always one of them. */
static u8 vqc_8259_level_mask(const struct vqc_pic *pic, unsigned int n)
{
	const struct vqc_8259 *chip = &pic->chip[n];
	u8 mask = chip->icw1 & VQC_PIC_ICW1_LTIM ? 0xff : chip->elcr;

	return n == VQC_PIC_MASTER ? mask | VQC_PIC_CASCADE_BIT : mask;
}

/* Priority rank of an input, 0 is the highest ("Priority Resolver"). */
static unsigned int vqc_8259_rank(const struct vqc_8259 *chip, unsigned int ir)
{
	return (ir - chip->lowest - 1) % VQC_8259_NR_IR;
}

/* The input of @set with the highest priority. */
static unsigned int vqc_8259_highest(const struct vqc_8259 *chip, u8 set)
{
	unsigned int first = (chip->lowest + 1) % VQC_8259_NR_IR;

	if (!set)
		return VQC_8259_NO_IR;
	return (__ffs((set | set << 8) >> first) + first) % VQC_8259_NR_IR;
}

/*
 * The interrupts in service that take part in priority: in special mask mode
 * a masked one does not ("Special Mask Mode").
 */
static u8 vqc_8259_in_service(const struct vqc_8259 *chip)
{
	return chip->smm ? chip->isr & ~chip->imr : chip->isr;
}

/*
 * Does an interrupt in service keep @ir out?  One of the same level does too
 * ("Fully Nested Mode"), unless it is the slave's in special fully nested
 * mode, where the slave itself knows what may interrupt what.
 */
static bool vqc_8259_blocked(const struct vqc_pic *pic, unsigned int n,
			     unsigned int ir)
{
	const struct vqc_8259 *chip = &pic->chip[n];
	unsigned int top = vqc_8259_highest(chip, vqc_8259_in_service(chip));

	if (top == VQC_8259_NO_IR)
		return false;
	if (top == ir)
		return !(vqc_pic_asks_slave(pic, n, ir) &&
			 chip->icw4 & VQC_PIC_ICW4_SFNM);
	return vqc_8259_rank(chip, ir) > vqc_8259_rank(chip, top);
}

/* Of the requests in @open, the one that comes out, or VQC_8259_NO_IR. */
static unsigned int vqc_8259_resolve(const struct vqc_pic *pic, unsigned int n,
				     u8 open)
{
	unsigned int ir = vqc_8259_highest(&pic->chip[n], open);

	return vqc_8259_blocked(pic, n, ir) ? VQC_8259_NO_IR : ir;
}

/*
 * The input for which a chip raises INT now, or VQC_8259_NO_IR. Most of the
 * time there is none.
 */
static inline unsigned int vqc_8259_request(const struct vqc_pic *pic,
					    unsigned int n)
{
	const struct vqc_8259 *chip = &pic->chip[n];
	u8 open = chip->irr & ~chip->imr;

	if (!open || chip->step != VQC_PIC_READY)
		return VQC_8259_NO_IR;
	return vqc_8259_resolve(pic, n, open);
}

bool vqc_pic_output(const struct vqc_pic *pic)
{
	return vqc_8259_request(pic, VQC_PIC_MASTER) != VQC_8259_NO_IR;
}

static void vqc_8259_settle(struct vqc_pic *pic, unsigned int n)
{
	struct vqc_8259 *chip = &pic->chip[n];
	u8 level = vqc_8259_level_mask(pic, n);

	chip->irr = (chip->irr & ~level) | (chip->lines & level);
	if (pic->strict_edge)
		chip->irr &= chip->lines;
}

/* The slave's INT is the level of the master's IR2. */
static void vqc_pic_settle_cascade(struct vqc_pic *pic)
{
	struct vqc_8259 *master = &pic->chip[VQC_PIC_MASTER];

	master->lines &= ~VQC_PIC_CASCADE_BIT;
	if (vqc_8259_request(pic, VQC_PIC_SLAVE) != VQC_8259_NO_IR)
		master->lines |= VQC_PIC_CASCADE_BIT;
	vqc_8259_settle(pic, VQC_PIC_MASTER);
}

/* Derive what follows from the rest; the slave first, it drives the master. */
static void vqc_pic_settle(struct vqc_pic *pic)
{
	vqc_8259_settle(pic, VQC_PIC_SLAVE);
	vqc_pic_settle_cascade(pic);
}

static void vqc_pic_notify(const struct vqc_pic *pic, bool was_high,
			   struct vqc_fx *fx)
{
	if (vqc_pic_output(pic) != was_high)
		vqc_fx_add(fx, VQC_FX_OUTPUT, VQC_NO_PIN);
}

static void vqc_pic_settle_notify(struct vqc_pic *pic, bool was_high,
				  struct vqc_fx *fx)
{
	vqc_pic_settle(pic);
	vqc_pic_notify(pic, was_high, fx);
}

void vqc_pic_reset(struct vqc_pic *pic)
{
	unsigned int n;

	for (n = 0; n < VQC_PIC_NR_CHIPS; n++)
		pic->chip[n] = (struct vqc_8259) {
			.lowest = VQC_8259_NR_IR - 1,
			.step = VQC_PIC_UNINIT,
			.lines = pic->chip[n].lines,
		};
	vqc_pic_settle(pic);
}

static enum vqc_why vqc_8259_hold(const struct vqc_pic *pic, unsigned int n,
				  unsigned int ir)
{
	const struct vqc_8259 *chip = &pic->chip[n];

	if (!(chip->irr & BIT(ir)))
		return VQC_WHY_LINE_LOW;
	if (chip->step != VQC_PIC_READY)
		return VQC_WHY_PIC_INIT;
	if (chip->imr & BIT(ir))
		return VQC_WHY_PIC_MASKED;
	if (vqc_8259_blocked(pic, n, ir))
		return VQC_WHY_PIC_IN_SERVICE;
	return VQC_WHY_DELIVERED;
}

enum vqc_why vqc_pic_hold(const struct vqc_pic *pic, unsigned int pin)
{
	enum vqc_why why;

	if (pin >= VQC_NR_PIC_PINS)
		return VQC_WHY_LINE_LOW;
	pin %= VQC_NR_PIC_PINS;
	why = vqc_8259_hold(pic, pin / VQC_8259_NR_IR, pin % VQC_8259_NR_IR);
	if (why != VQC_WHY_DELIVERED || pin < VQC_8259_NR_IR)
		return why;
	return vqc_8259_hold(pic, VQC_PIC_MASTER, VQC_PIC_CASCADE_PIN);
}

enum vqc_why vqc_pic_set_line(struct vqc_pic *pic, unsigned int pin,
			      bool level, struct vqc_fx *fx)
{
	struct vqc_8259 *chip;
	bool was_high, was_pending;
	enum vqc_why why;
	u8 bit;

	if (pin >= VQC_NR_PIC_PINS || pin == VQC_PIC_CASCADE_PIN)
		return VQC_WHY_NO_CHANGE;

	chip = &pic->chip[pin / VQC_8259_NR_IR % VQC_PIC_NR_CHIPS];
	bit = BIT(pin % VQC_8259_NR_IR);
	if (!!(chip->lines & bit) == level)
		return VQC_WHY_NO_CHANGE;

	was_high = vqc_pic_output(pic);
	was_pending = chip->irr & bit;
	chip->lines ^= bit;
	if (level)
		chip->irr |= bit;
	vqc_pic_settle_notify(pic, was_high, fx);
	if (!level)
		return VQC_WHY_LINE_LOW;

	why = vqc_pic_hold(pic, pin);
	if (why == VQC_WHY_PIC_INIT || why == VQC_WHY_PIC_MASKED)
		return why;
	return was_pending ? VQC_WHY_COALESCED : VQC_WHY_DELIVERED;
}

/* Tell the sources of the pins in @ended that nothing of theirs is left. */
static void vqc_8259_acked(unsigned int n, u8 ended, struct vqc_fx *fx)
{
	unsigned int ir;

	for (ir = 0; ended >> ir; ir++)
		if (ended & BIT(ir) && !vqc_8259_is_cascade(n, ir))
			vqc_fx_add(fx, VQC_FX_ACKED, n * VQC_8259_NR_IR + ir);
}

/* The ISR bit is set and the edge latch cleared ("Interrupt Sequence", 3). */
static void vqc_8259_serve(struct vqc_8259 *chip, unsigned int ir)
{
	chip->isr |= BIT(ir);
	chip->irr &= ~BIT(ir);
}

/*
 * "Automatic End of Interrupt (AEOI) Mode": a non-specific EOI at the trailing
 * edge of the last INTA pulse; "Automatic Rotation" with it.
 */
static void vqc_8259_auto_eoi(struct vqc_8259 *chip, unsigned int n,
			      unsigned int ir, struct vqc_fx *fx)
{
	if (!(chip->icw4 & VQC_PIC_ICW4_AEOI))
		return;
	chip->isr &= ~BIT(ir);
	if (chip->rotate_aeoi)
		chip->lowest = ir;
	vqc_8259_acked(n, BIT(ir), fx);
}

unsigned int vqc_pic_ack_begin(struct vqc_pic *pic)
{
	unsigned int ir = vqc_8259_request(pic, VQC_PIC_MASTER);

	if (ir == VQC_8259_NO_IR)
		return VQC_NO_PIN;
	vqc_8259_serve(&pic->chip[VQC_PIC_MASTER], ir);
	vqc_pic_settle(pic);
	return ir;
}

/* The slave's part of the second pulse.  Return: its input, or NO_IR. */
static unsigned int vqc_pic_ack_slave(struct vqc_pic *pic, struct vqc_fx *fx)
{
	struct vqc_8259 *slave = &pic->chip[VQC_PIC_SLAVE];
	unsigned int ir = vqc_8259_request(pic, VQC_PIC_SLAVE);

	if (ir == VQC_8259_NO_IR)
		return ir;
	vqc_8259_serve(slave, ir);
	vqc_8259_auto_eoi(slave, VQC_PIC_SLAVE, ir, fx);
	return ir;
}

u8 vqc_pic_ack_finish(struct vqc_pic *pic, unsigned int ir, unsigned int *pin,
		      struct vqc_fx *fx)
{
	struct vqc_8259 *master = &pic->chip[VQC_PIC_MASTER];
	unsigned int n = VQC_PIC_MASTER;
	unsigned int from = ir;
	u8 vector;

	if (vqc_pic_asks_slave(pic, VQC_PIC_MASTER, ir)) {
		n = VQC_PIC_SLAVE;
		from = vqc_pic_ack_slave(pic, fx);
	}
	if (ir < VQC_8259_NR_IR)
		vqc_8259_auto_eoi(master, VQC_PIC_MASTER, ir, fx);

	/*
	 * INTA takes INTR down even if another request raises it again at
	 * once, so the output has changed in any case.
	 */
	vqc_pic_settle(pic);
	vqc_fx_add(fx, VQC_FX_OUTPUT, VQC_NO_PIN);

	if (from < VQC_8259_NR_IR) {
		*pin = n * VQC_8259_NR_IR + from;
		return pic->chip[n].irq_base + from;
	}
	/* "If no interrupt request is present ... an interrupt level 7". */
	*pin = VQC_NO_PIN;
	vector = pic->chip[n].irq_base + VQC_8259_SPURIOUS_IR;
	vqc_fx_note(fx, VQC_WHY_PIC_SPURIOUS,
		    n * VQC_8259_NR_IR + VQC_8259_SPURIOUS_IR, vector);
	return vector;
}

u8 vqc_pic_ack(struct vqc_pic *pic, unsigned int *pin, struct vqc_fx *fx)
{
	return vqc_pic_ack_finish(pic, vqc_pic_ack_begin(pic), pin, fx);
}

static void vqc_8259_forget(struct vqc_pic *pic, unsigned int n)
{
	pic->chip[n].irr &= vqc_8259_level_mask(pic, n);
}

u8 vqc_pic_ack_glitch(struct vqc_pic *pic, unsigned int *pin,
		      struct vqc_fx *fx)
{
	const struct vqc_8259 *slave = &pic->chip[VQC_PIC_SLAVE];
	bool of_slave = slave->irr & ~slave->imr;
	unsigned int ir;

	if (!of_slave)
		vqc_8259_forget(pic, VQC_PIC_MASTER);
	ir = vqc_pic_ack_begin(pic);
	if (of_slave)
		vqc_8259_forget(pic, VQC_PIC_SLAVE);
	return vqc_pic_ack_finish(pic, ir, pin, fx);
}

/*
 * "Poll Command": the read stands for INTA, of this chip alone: a poll of the
 * master does not ask the slave.
 */
static u8 vqc_8259_poll(struct vqc_pic *pic, unsigned int n, struct vqc_fx *fx)
{
	struct vqc_8259 *chip = &pic->chip[n];
	unsigned int ir = vqc_8259_request(pic, n);

	chip->poll = 0;
	if (ir == VQC_8259_NO_IR)
		return VQC_8259_SPURIOUS_IR;
	vqc_8259_serve(chip, ir);
	vqc_8259_auto_eoi(chip, n, ir, fx);
	vqc_pic_settle(pic);
	vqc_fx_add(fx, VQC_FX_OUTPUT, VQC_NO_PIN);
	return VQC_8259_POLL_REQUEST | ir;
}

static unsigned int vqc_pic_port_chip(enum vqc_pic_port port)
{
	return port == VQC_PIC_PORT_CMD_SLAVE ||
	       port == VQC_PIC_PORT_DATA_SLAVE ||
	       port == VQC_PIC_PORT_ELCR_SLAVE ? VQC_PIC_SLAVE : VQC_PIC_MASTER;
}

static bool vqc_pic_port_is_elcr(enum vqc_pic_port port)
{
	return port == VQC_PIC_PORT_ELCR_MASTER ||
	       port == VQC_PIC_PORT_ELCR_SLAVE;
}

static bool vqc_pic_port_is_cmd(enum vqc_pic_port port)
{
	return port == VQC_PIC_PORT_CMD_MASTER ||
	       port == VQC_PIC_PORT_CMD_SLAVE;
}

u8 vqc_pic_read(struct vqc_pic *pic, enum vqc_pic_port port, struct vqc_fx *fx)
{
	unsigned int n = vqc_pic_port_chip(port);
	const struct vqc_8259 *chip = &pic->chip[n];

	if ((unsigned int)port >= VQC_NR_PIC_PORTS)
		return 0xff;
	if (vqc_pic_port_is_elcr(port))
		return chip->elcr;
	if (chip->poll)
		return vqc_8259_poll(pic, n, fx);
	if (!vqc_pic_port_is_cmd(port))
		return chip->imr;
	return chip->read_isr ? chip->isr : chip->irr;
}

/*
 * The initialisation words.  "Initialization Command Words", a to f, list what
 * ICW1 clears; that a rotation and what was in service end with it follows
 * from the fixed priorities it sets.
 */
static void vqc_8259_icw1(struct vqc_pic *pic, unsigned int n, u8 val,
			  struct vqc_fx *fx)
{
	struct vqc_8259 *chip = &pic->chip[n];
	u8 isr = chip->isr;
	u8 irr = chip->irr;

	*chip = (struct vqc_8259) {
		.irq_base = chip->irq_base,
		.elcr = chip->elcr,
		.lines = chip->lines,
		.lowest = VQC_8259_NR_IR - 1,
		.icw1 = val & VQC_PIC_ICW1_MASK,
		.step = VQC_PIC_WANT_ICW2,
	};
	vqc_pic_settle(pic);
	vqc_8259_acked(n, isr | (irr & ~chip->irr), fx);
}

/* Which word comes after the present one (figure 6). */
static u8 vqc_8259_next_step(const struct vqc_8259 *chip)
{
	if (chip->step == VQC_PIC_WANT_ICW2 &&
	    !(chip->icw1 & VQC_PIC_ICW1_SNGL))
		return VQC_PIC_WANT_ICW3;
	if (chip->step != VQC_PIC_WANT_ICW4 && chip->icw1 & VQC_PIC_ICW1_IC4)
		return VQC_PIC_WANT_ICW4;
	return VQC_PIC_READY;
}

static void vqc_8259_icw2(struct vqc_pic *pic, unsigned int n, u8 val,
			  struct vqc_fx *fx)
{
	struct vqc_8259 *chip = &pic->chip[n];

	/* T7..T3; the chip puts the level in the low three bits itself. */
	chip->irq_base = val & ~(VQC_8259_NR_IR - 1);
	chip->step = vqc_8259_next_step(chip);
}

static void vqc_8259_icw3(struct vqc_pic *pic, unsigned int n, u8 val,
			  struct vqc_fx *fx)
{
	struct vqc_8259 *chip = &pic->chip[n];

	chip->icw3 = val;
	chip->step = vqc_8259_next_step(chip);
}

static void vqc_8259_icw4(struct vqc_pic *pic, unsigned int n, u8 val,
			  struct vqc_fx *fx)
{
	struct vqc_8259 *chip = &pic->chip[n];

	chip->icw4 = val & VQC_PIC_ICW4_MASK;
	chip->step = vqc_8259_next_step(chip);
}

/* The interrupt mask ("Operation Control Word 1"). */
static void vqc_8259_ocw1(struct vqc_pic *pic, unsigned int n, u8 val,
			  struct vqc_fx *fx)
{
	pic->chip[n].imr = val;
}

/*
 * The commands of OCW2, by R, SL and EOI ("Operation Control Word 2", figure
 * 8; "End of Interrupt", "Automatic Rotation", "Specific Rotation").
 */
static void vqc_8259_end(struct vqc_8259 *chip, unsigned int n,
			 unsigned int ir, struct vqc_fx *fx)
{
	if (!(chip->isr & BIT(ir))) {
		vqc_fx_note(fx, VQC_WHY_PIC_EOI_NONE, n * VQC_8259_NR_IR + ir,
			    chip->irq_base + ir);
		return;
	}
	chip->isr &= ~BIT(ir);
	vqc_8259_acked(n, BIT(ir), fx);
}

/* Return: the level that was ended, or VQC_8259_NO_IR. */
static unsigned int vqc_8259_end_highest(struct vqc_8259 *chip, unsigned int n,
					 struct vqc_fx *fx)
{
	/*
	 * "An IS bit that is masked by an IMR bit will not be cleared by a
	 * non-specific EOI if the 8259A is in the Special Mask Mode."
	 */
	unsigned int ir = vqc_8259_highest(chip, vqc_8259_in_service(chip));

	if (ir == VQC_8259_NO_IR)
		vqc_fx_note(fx, VQC_WHY_PIC_EOI_NONE, VQC_NO_PIN, 0);
	else
		vqc_8259_end(chip, n, ir, fx);
	return ir;
}

static void vqc_8259_rotate_aeoi_clear(struct vqc_8259 *chip, unsigned int n,
				       unsigned int ir, struct vqc_fx *fx)
{
	chip->rotate_aeoi = 0;
}

static void vqc_8259_eoi(struct vqc_8259 *chip, unsigned int n,
			 unsigned int ir, struct vqc_fx *fx)
{
	vqc_8259_end_highest(chip, n, fx);
}

static void vqc_8259_rotate_aeoi_set(struct vqc_8259 *chip, unsigned int n,
				     unsigned int ir, struct vqc_fx *fx)
{
	chip->rotate_aeoi = 1;
}

static void vqc_8259_rotate_eoi(struct vqc_8259 *chip, unsigned int n,
				unsigned int ir, struct vqc_fx *fx)
{
	unsigned int ended = vqc_8259_end_highest(chip, n, fx);

	if (ended != VQC_8259_NO_IR)
		chip->lowest = ended;
}

static void vqc_8259_set_priority(struct vqc_8259 *chip, unsigned int n,
				  unsigned int ir, struct vqc_fx *fx)
{
	chip->lowest = ir;
}

static void vqc_8259_rotate_specific_eoi(struct vqc_8259 *chip, unsigned int n,
					 unsigned int ir, struct vqc_fx *fx)
{
	vqc_8259_end(chip, n, ir, fx);
	chip->lowest = ir;
}

typedef void (*vqc_8259_ocw2_fn)(struct vqc_8259 *chip, unsigned int n,
				 unsigned int ir, struct vqc_fx *fx);

static const vqc_8259_ocw2_fn vqc_8259_ocw2_tbl[] = {
	[0] = vqc_8259_rotate_aeoi_clear,
	[1] = vqc_8259_eoi,
	[2] = NULL,			/* "No operation" */
	[3] = vqc_8259_end,
	[4] = vqc_8259_rotate_aeoi_set,
	[5] = vqc_8259_rotate_eoi,
	[6] = vqc_8259_set_priority,
	[7] = vqc_8259_rotate_specific_eoi,
};

static void vqc_8259_ocw2(struct vqc_pic *pic, unsigned int n, u8 val,
			  struct vqc_fx *fx)
{
	vqc_8259_ocw2_fn fn;

	fn = vqc_8259_ocw2_tbl[FIELD_GET(VQC_8259_OCW2_CMD, val)];
	if (fn)
		fn(&pic->chip[n], n, FIELD_GET(VQC_8259_OCW2_LEVEL, val), fx);
}

/* "Operation Control Word 3", figure 8. */
static void vqc_8259_ocw3(struct vqc_pic *pic, unsigned int n, u8 val,
			  struct vqc_fx *fx)
{
	struct vqc_8259 *chip = &pic->chip[n];

	chip->poll = !!(val & VQC_8259_OCW3_POLL);
	if (val & VQC_8259_OCW3_RR)
		chip->read_isr = !!(val & VQC_8259_OCW3_RIS);
	if (val & VQC_8259_OCW3_ESMM)
		chip->smm = !!(val & VQC_8259_OCW3_SMM);
}

static void vqc_8259_elcr(struct vqc_pic *pic, unsigned int n, u8 val,
			  struct vqc_fx *fx)
{
	struct vqc_8259 *chip = &pic->chip[n];
	u8 old = vqc_8259_level_mask(pic, n);
	u8 irr = chip->irr;

	chip->elcr = val & vqc_pic_elcr_mask[n];
	/* An input that becomes edge triggered has seen no edge yet. */
	chip->irr &= ~(old & ~vqc_8259_level_mask(pic, n));
	vqc_pic_settle(pic);
	vqc_8259_acked(n, irr & ~chip->irr, fx);
}

typedef void (*vqc_8259_cmd_fn)(struct vqc_pic *pic, unsigned int n, u8 val,
				struct vqc_fx *fx);

static const vqc_8259_cmd_fn vqc_8259_cmd_tbl[VQC_8259_NR_CMDS] = {
	[VQC_8259_ICW1] = vqc_8259_icw1,
	[VQC_8259_ICW2] = vqc_8259_icw2,
	[VQC_8259_ICW3] = vqc_8259_icw3,
	[VQC_8259_ICW4] = vqc_8259_icw4,
	[VQC_8259_OCW1] = vqc_8259_ocw1,
	[VQC_8259_OCW2] = vqc_8259_ocw2,
	[VQC_8259_OCW3] = vqc_8259_ocw3,
	[VQC_8259_ELCR] = vqc_8259_elcr,
};

static enum vqc_8259_cmd vqc_8259_data_cmd(u8 step)
{
	switch (step) {
	case VQC_PIC_WANT_ICW2:
		return VQC_8259_ICW2;
	case VQC_PIC_WANT_ICW3:
		return VQC_8259_ICW3;
	case VQC_PIC_WANT_ICW4:
		return VQC_8259_ICW4;
	default:
		return VQC_8259_OCW1;
	}
}

static enum vqc_8259_cmd vqc_pic_decode(const struct vqc_8259 *chip,
					enum vqc_pic_port port, u8 val)
{
	if (vqc_pic_port_is_elcr(port))
		return VQC_8259_ELCR;
	if (!vqc_pic_port_is_cmd(port))
		return vqc_8259_data_cmd(chip->step);
	if (val & VQC_8259_CMD_ICW1)
		return VQC_8259_ICW1;
	return val & VQC_8259_CMD_OCW3 ? VQC_8259_OCW3 : VQC_8259_OCW2;
}

void vqc_pic_write(struct vqc_pic *pic, enum vqc_pic_port port, u8 val,
		   struct vqc_fx *fx)
{
	unsigned int n = vqc_pic_port_chip(port);
	enum vqc_8259_cmd cmd;
	bool was_high;

	if ((unsigned int)port >= VQC_NR_PIC_PORTS)
		return;
	was_high = vqc_pic_output(pic);
	cmd = vqc_pic_decode(&pic->chip[n], port, val);
	vqc_8259_cmd_tbl[cmd](pic, n, val, fx);

	/*
	 * An OCW changes no request of its chip, only which of them come out:
	 * of the slave's that shows in the cascade.
	 */
	if (!vqc_8259_is_ocw(cmd))
		vqc_pic_settle(pic);
	else if (n == VQC_PIC_SLAVE)
		vqc_pic_settle_cascade(pic);
	vqc_pic_notify(pic, was_high, fx);
}

static void vqc_8259_sanitise(struct vqc_8259 *chip, unsigned int n)
{
	chip->irq_base &= ~(VQC_8259_NR_IR - 1);
	chip->elcr &= vqc_pic_elcr_mask[n];
	chip->lowest %= VQC_8259_NR_IR;
	chip->icw1 &= VQC_PIC_ICW1_MASK;
	chip->icw4 &= VQC_PIC_ICW4_MASK;
	if (chip->step >= VQC_NR_PIC_STEPS)
		chip->step = VQC_PIC_READY;
	chip->read_isr = !!chip->read_isr;
	chip->poll = !!chip->poll;
	chip->smm = !!chip->smm;
	chip->rotate_aeoi = !!chip->rotate_aeoi;

	if (chip->step != VQC_PIC_READY) {
		chip->isr = 0;
		chip->icw4 = 0;
	}
	if (chip->step == VQC_PIC_WANT_ICW3)
		chip->icw1 &= ~VQC_PIC_ICW1_SNGL;
	if (chip->step == VQC_PIC_WANT_ICW4 || chip->icw4)
		chip->icw1 |= VQC_PIC_ICW1_IC4;
}

void vqc_pic_set_state(struct vqc_pic *pic, const struct vqc_pic *state,
		       struct vqc_fx *fx)
{
	bool was_high = vqc_pic_output(pic);
	unsigned int n;

	*pic = *state;
	pic->strict_edge = !!pic->strict_edge;
	for (n = 0; n < VQC_PIC_NR_CHIPS; n++)
		vqc_8259_sanitise(&pic->chip[n], n);
	vqc_pic_settle_notify(pic, was_high, fx);
}

static const char *vqc_8259_check(const struct vqc_pic *pic, unsigned int n)
{
	const struct vqc_8259 *chip = &pic->chip[n];
	u8 level = vqc_8259_level_mask(pic, n);

	if (chip->irq_base % VQC_8259_NR_IR)
		return "irq_base has low bits";
	if (chip->elcr & ~vqc_pic_elcr_mask[n])
		return "an ELCR bit that is fixed to edge is set";
	if (chip->lowest >= VQC_8259_NR_IR)
		return "lowest is no input";
	if (chip->step >= VQC_NR_PIC_STEPS)
		return "no such initialisation step";
	if (chip->step == VQC_PIC_WANT_ICW3 && chip->icw1 & VQC_PIC_ICW1_SNGL)
		return "waits for ICW3 in single mode";
	if (chip->step == VQC_PIC_WANT_ICW4 &&
	    !(chip->icw1 & VQC_PIC_ICW1_IC4))
		return "waits for an ICW4 that was not announced";
	if (chip->icw4 && (chip->step != VQC_PIC_READY ||
			   !(chip->icw1 & VQC_PIC_ICW1_IC4)))
		return "ICW4 before it was written";
	if (chip->step != VQC_PIC_READY && chip->isr)
		return "in service before initialisation";
	if ((chip->read_isr | chip->poll | chip->smm | chip->rotate_aeoi) > 1)
		return "a flag is neither 0 nor 1";
	if ((chip->irr ^ chip->lines) & level)
		return "a level request differs from its wire";
	if (pic->strict_edge && chip->irr & ~chip->lines)
		return "a strict edge request outlived its wire";
	return NULL;
}

const char *vqc_pic_check(const struct vqc_pic *pic)
{
	bool slave_int = vqc_8259_request(pic, VQC_PIC_SLAVE) != VQC_8259_NO_IR;
	bool wire = pic->chip[VQC_PIC_MASTER].lines & VQC_PIC_CASCADE_BIT;
	const char *wrong = vqc_8259_check(pic, VQC_PIC_MASTER);

	if (!wrong)
		wrong = vqc_8259_check(pic, VQC_PIC_SLAVE);
	if (!wrong && pic->strict_edge > 1)
		wrong = "strict_edge is neither 0 nor 1";
	if (!wrong && slave_int != wire)
		wrong = "the cascade wire is not the slave's output";
	return wrong;
}
