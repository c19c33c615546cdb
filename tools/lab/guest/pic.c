// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 8259 pair, from the guest's side.
 *
 * Sources: Intel 8259A datasheet (231468), sections named in the tests; the
 * edge/level control registers (ELCR) of the PIIX and ICH datasheets. Each test
 * starts from pic_fresh(): bases 0x20/0x28, all lines low and edge-triggered,
 * nothing in service, IRQ 0 masked.
 */
#include "lib.h"

#include <linux/kvm.h>

#define PIC_PLAN		113

#define ICW1			0x11
#define ICW1_SNGL		0x02
#define ICW1_LTIM		0x08
#define ICW1_NO_ICW4		0x10
#define ICW4_8086		0x01
#define ICW4_AEOI		0x02
#define ICW4_SFNM		0x10
#define OCW2_SPECIFIC_EOI	0x60
#define OCW2_ROTATE_EOI		0xa0
#define OCW2_ROTATE_AEOI_ON	0x80
#define OCW2_ROTATE_AEOI_OFF	0x00
#define OCW2_SET_LOWEST		0xc0
#define OCW2_ROTATE_SPECIFIC	0xe0
#define OCW3_POLL		0x0c
#define OCW3_SMM_ON		0x68
#define OCW3_SMM_OFF		0x48

#define STORM_ROUNDS		100
#define TOGGLES			20000
/* Windows between two looks at whether the worker is done. */
#define TOGGLE_WINDOWS		256

static u32 storm_count;
static u32 toggle_real, toggle_spurious, toggle_bad, toggle_last;

static void pic_program(u16 port, u8 icw1, u8 base, u8 icw4)
{
	out8(port, icw1);
	out8(port + 1, base);
	if (!(icw1 & ICW1_SNGL))
		out8(port + 1, port == PIC_MASTER ? 0x04 : 0x02);
	if (icw1 & 1)
		out8(port + 1, icw4);
}

static void pic_program_both(u8 icw1, u8 master_base, u8 slave_base, u8 icw4)
{
	pic_program(PIC_MASTER, icw1, master_base, icw4);
	pic_program(PIC_SLAVE, icw1, slave_base, icw4 & ~ICW4_SFNM);
}

static u8 pic_isr(u16 port)
{
	out8(port, PIC_READ_ISR);
	return in8(port);
}

static u8 pic_irr(u16 port)
{
	out8(port, PIC_READ_IRR);
	return in8(port);
}

static void pic_eoi(u32 irq)
{
	if (irq >= 8)
		out8(PIC_SLAVE, PIC_EOI);
	out8(PIC_MASTER, PIC_EOI);
}

static void pic_eoi_hook(u8 vector)
{
	pic_eoi(vector - 0x20);
}

static void pic_fresh_chip(u16 port)
{
	u32 i;

	in8(port);
	out8(port, OCW3_SMM_OFF);
	out8(port, OCW2_ROTATE_AEOI_OFF);
	for (i = 0; i < 8; i++)
		out8(port, OCW2_SPECIFIC_EOI | i);
}

static void pic_fresh(void)
{
	u32 gsi;

	irq_hook = NULL;
	for (gsi = 0; gsi < 16; gsi++)
		if (gsi != 2)
			line_set(gsi, 0);
	out8(PIC_ELCR_LOW, 0);
	out8(PIC_ELCR_HIGH, 0);
	pic_program_both(ICW1, 0x20, 0x28, ICW4_8086);
	pic_fresh_chip(PIC_MASTER);
	pic_fresh_chip(PIC_SLAVE);
	out8(PIC_MASTER + 1, 0x01);
	out8(PIC_SLAVE + 1, 0x00);
}

/* Interrupt Sequence; End of Interrupt; Cascade Mode. */
static void test_first_interrupt(void)
{
	pic_fresh();
	line_set(10, 1);
	check_eq(pic_irr(PIC_SLAVE), 0x04, "IRQ 10 raised shows in the slave's IRR");
	check_eq(pic_irr(PIC_MASTER) & 0x04, 0x04, "the slave's request shows on the master's IR2");
	check_int(irq_take(), 0x2a, "IRQ 10 arrives as vector 0x2a");
	check_eq(pic_isr(PIC_SLAVE), 0x04, "IRQ 10 is in service on the slave");
	check_eq(pic_isr(PIC_MASTER), 0x04, "the cascade is in service on the master");
	check_eq(pic_irr(PIC_SLAVE), 0x00, "the acknowledge resets the edge request");
	out8(PIC_SLAVE, PIC_EOI);
	check_eq(pic_isr(PIC_SLAVE), 0x00, "EOI to the slave ends IRQ 10 there");
	check_eq(pic_isr(PIC_MASTER), 0x04,
		 "EOI to the slave leaves the master's cascade in service");
	out8(PIC_MASTER, PIC_EOI);
	check_eq(pic_isr(PIC_MASTER), 0x00, "EOI to the master ends the cascade");
	check_int(irq_take(), IRQ_NONE, "an edge line held high does not fire again");
	line_set(10, 0);
	check_int(irq_take(), IRQ_NONE, "a falling edge does not fire");
	line_set(10, 1);
	check_int(irq_take(), 0x2a, "the next rising edge fires");
	pic_eoi(10);
}

/* Edge and Level Triggered Modes; Fully Nested Mode. */
static void test_edge(void)
{
	pic_fresh();
	line_pulse(5);
	check_int(irq_take(), 0x25,
		  "a pulse on an edge line is remembered until interrupts are on");
	line_pulse(5);
	check_eq(pic_irr(PIC_MASTER), 0x20, "a second edge in service waits in IRR");
	check_int(irq_take(), IRQ_NONE, "the second edge does not nest in its own handler");
	pic_eoi(5);
	check_int(irq_take(), 0x25, "the second edge is taken after EOI");
	pic_eoi(5);
	line_pulse(5);
	line_pulse(5);
	check_int(irq_take(), 0x25, "two pulses before the acknowledge are one interrupt");
	pic_eoi(5);
	check_int(irq_take(), IRQ_NONE, "nothing is left of the two pulses");
}

static void test_nesting(void)
{
	pic_fresh();
	line_pulse(5);
	check_int(irq_take(), 0x25, "IRQ 5 is taken");
	line_pulse(6);
	check_int(irq_take(), IRQ_NONE, "IRQ 6 waits while IRQ 5 is in service");
	line_pulse(1);
	check_int(irq_take(), 0x21, "IRQ 1 nests over IRQ 5");
	check_eq(pic_isr(PIC_MASTER), 0x22, "IRQ 1 and IRQ 5 are in service together");
	out8(PIC_MASTER, PIC_EOI);
	check_eq(pic_isr(PIC_MASTER), 0x20, "non-specific EOI ends the highest, IRQ 1");
	check_int(irq_take(), IRQ_NONE, "IRQ 6 still waits for IRQ 5");
	out8(PIC_MASTER, PIC_EOI);
	check_int(irq_take(), 0x26, "IRQ 6 is taken after IRQ 5's EOI");
	pic_eoi(6);
	line_pulse(5);
	irq_window();
	line_pulse(1);
	irq_window();
	out8(PIC_MASTER, OCW2_SPECIFIC_EOI | 5);
	check_eq(pic_isr(PIC_MASTER), 0x02, "specific EOI ends IRQ 5 and leaves IRQ 1");
	out8(PIC_MASTER, OCW2_SPECIFIC_EOI | 1);
	out8(PIC_MASTER, PIC_EOI);
	check_eq(pic_isr(PIC_MASTER), 0x00, "EOI with nothing in service does nothing");
}

static void test_priority_order(void)
{
	static const u8 order[] = {
		0x20, 0x21, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f,
		0x23, 0x24, 0x25, 0x26, 0x27,
	};
	u32 gsi, i;

	pic_fresh();
	out8(PIC_MASTER + 1, 0x00);
	for (gsi = 0; gsi < 16; gsi++)
		if (gsi != 2)
			line_set(gsi, 1);
	irq_hook = pic_eoi_hook;
	irq_clear();
	for (i = 0; i < ARRAY_SIZE(order) + 2; i++)
		irq_window();
	check_eq(irq_log.count, 15, "fifteen lines raised together are fifteen interrupts");
	check(irq_log_is(order, ARRAY_SIZE(order)),
	      "they come by priority, the slave's in IR2's place");
	irq_hook = NULL;
}

/* Operation Command Word 1. */
static void test_masks(void)
{
	pic_fresh();
	out8(PIC_MASTER + 1, 0xa5);
	out8(PIC_SLAVE + 1, 0x5a);
	check_eq(in8(PIC_MASTER + 1), 0xa5, "the master's IMR reads back");
	check_eq(in8(PIC_SLAVE + 1), 0x5a, "the slave's IMR reads back");
	out8(PIC_MASTER + 1, 0x20);
	out8(PIC_SLAVE + 1, 0x00);
	line_set(5, 1);
	check_int(irq_take(), IRQ_NONE, "a masked line does not interrupt");
	check_eq(pic_irr(PIC_MASTER) & 0x20, 0x20, "a masked request shows in IRR");
	out8(PIC_MASTER + 1, 0x00);
	check_int(irq_take(), 0x25, "it is taken when unmasked");
	pic_eoi(5);
	out8(PIC_MASTER + 1, 0x04);
	line_set(12, 1);
	check_int(irq_take(), IRQ_NONE, "masking IR2 holds back the whole slave");
	out8(PIC_MASTER + 1, 0x00);
	check_int(irq_take(), 0x2c, "unmasking IR2 lets the slave's request in");
	pic_eoi(12);
}

/* Cascade Mode: the slave's INT output is a wire to the master's IR2. */
static void test_cascade_wire(void)
{
	pic_fresh();
	line_set(12, 1);
	out8(PIC_SLAVE + 1, 0x10);
	check_eq(pic_irr(PIC_MASTER) & 0x04, 0x00,
		 "the cascade falls when the slave's only request is masked");
	check_int(irq_take(), IRQ_NONE, "a cascade that fell does not interrupt");
	pic_fresh();
	line_pulse(10);
	irq_window();
	line_pulse(8);
	check_int(irq_take(), IRQ_NONE, "IRQ 8 does not nest over IRQ 10 in fully nested mode");
	out8(PIC_SLAVE, OCW2_SPECIFIC_EOI | 2);
	out8(PIC_MASTER, PIC_EOI);
	check_int(irq_take(), 0x28, "IRQ 8 is taken after IRQ 10's EOIs");
	pic_eoi(8);
}

/* Special Fully Nested Mode. */
static void test_sfnm(void)
{
	pic_fresh();
	pic_program(PIC_MASTER, ICW1, 0x20, ICW4_8086 | ICW4_SFNM);
	line_pulse(10);
	irq_window();
	line_pulse(8);
	check_int(irq_take(), 0x28, "IRQ 8 nests over IRQ 10 in special fully nested mode");
	out8(PIC_SLAVE, PIC_EOI);
	check_eq(pic_isr(PIC_SLAVE), 0x04, "IRQ 10 stays in service below it");
	out8(PIC_SLAVE, PIC_EOI);
	out8(PIC_MASTER, PIC_EOI);
	pic_program(PIC_MASTER, ICW1, 0x20, ICW4_8086);
	line_pulse(10);
	irq_window();
	line_pulse(8);
	check_int(irq_take(), IRQ_NONE, "ICW4 without SFNM ends special fully nested mode");
}

/* ELCR; Edge and Level Triggered Modes. */
static void test_level(void)
{
	pic_fresh();
	out8(PIC_ELCR_LOW, 0xff);
	out8(PIC_ELCR_HIGH, 0xff);
	check_eq(in8(PIC_ELCR_LOW), 0xf8, "ELCR: IRQ 0 to 2 stay edge");
	check_eq(in8(PIC_ELCR_HIGH), 0xde, "ELCR: IRQ 8 and 13 stay edge");
	out8(PIC_ELCR_LOW, 0x00);
	out8(PIC_ELCR_HIGH, 0x04);
	line_set(10, 1);
	check_int(irq_take(), 0x2a, "a level line fires");
	check_eq(pic_irr(PIC_SLAVE) & 0x04, 0x04, "a level request follows its line in IRR");
	check_int(irq_take(), IRQ_NONE, "a level line does not nest in its own handler");
	pic_eoi(10);
	check_int(irq_take(), 0x2a, "a level line still high fires again after EOI");
	line_set(10, 0);
	pic_eoi(10);
	check_int(irq_take(), IRQ_NONE, "a level line lowered before EOI does not fire again");
	line_set(10, 1);
	line_set(10, 0);
	check_eq(pic_irr(PIC_SLAVE) & 0x04, 0x00, "a level request goes with its line");
	check_int(irq_take(), IRQ_NONE,
		  "a level line lowered before the acknowledge does not fire");
}

static void storm_hook(u8 vector)
{
	(void)vector;
	storm_count++;
	if (storm_count == STORM_ROUNDS)
		line_set(10, 0);
	pic_eoi(10);
}

/* A level line nobody lowers: an interrupt after each EOI, without end. */
static void test_storm(void)
{
	u32 windows;

	pic_fresh();
	out8(PIC_ELCR_HIGH, 0x04);
	irq_hook = storm_hook;
	line_set(10, 1);
	for (windows = 0; windows < 2 * STORM_ROUNDS; windows++)
		irq_window();
	irq_hook = NULL;
	check_eq(storm_count, STORM_ROUNDS,
		 "a level line left high interrupts after each EOI until it is lowered");
	check_eq(pic_isr(PIC_SLAVE) | pic_isr(PIC_MASTER), 0,
		 "the storm leaves nothing in service");
}

static u32 pic_lines_at(u8 master_base, u8 slave_base)
{
	u32 gsi, good = 0;
	u8 want;

	pic_fresh();
	pic_program_both(ICW1, master_base, slave_base, ICW4_8086);
	for (gsi = 0; gsi < 16; gsi++) {
		if (gsi == 2)
			continue;
		want = gsi < 8 ? (master_base & 0xf8) + gsi :
				 (slave_base & 0xf8) + gsi - 8;
		line_pulse(gsi);
		if (irq_take() == want)
			good |= 1u << gsi;
		pic_eoi(gsi);
	}
	return good;
}

/* Initialization Command Word 2: T7-T3 of the vector. */
static void test_bases(void)
{
	check_eq(pic_lines_at(0x20, 0x28), 0xfffb,
		 "bases 0x20 and 0x28: each line gives base + line");
	check_eq(pic_lines_at(0x70, 0x50), 0xfffb,
		 "bases 0x70 and 0x50: each line gives base + line");
	check_eq(pic_lines_at(0xf0, 0xf8), 0xfffb,
		 "bases 0xf0 and 0xf8: each line gives base + line");
	check_eq(pic_lines_at(0x37, 0x45), 0xfffb, "the low three bits of a base are ignored");
}

/* Automatic Rotation; Specific Rotation. */
static void test_rotation(void)
{
	pic_fresh();
	line_pulse(3);
	irq_window();
	out8(PIC_MASTER, OCW2_ROTATE_EOI);
	check_eq(pic_isr(PIC_MASTER), 0x00, "rotate on non-specific EOI ends the interrupt");
	line_pulse(3);
	line_pulse(4);
	check_int(irq_take(), 0x24, "after it IRQ 4 goes before IRQ 3");
	line_pulse(1);
	check_int(irq_take(), IRQ_NONE, "and IRQ 1 is below IRQ 4");
	out8(PIC_MASTER, PIC_EOI);
	check_int(irq_take(), 0x21, "then IRQ 1");
	out8(PIC_MASTER, PIC_EOI);
	check_int(irq_take(), 0x23, "then IRQ 3, now the lowest");
	out8(PIC_MASTER, PIC_EOI);
	out8(PIC_MASTER, OCW2_SET_LOWEST | 5);
	line_pulse(5);
	line_pulse(6);
	line_pulse(1);
	check_int(irq_take(), 0x26, "set priority: with IRQ 5 lowest IRQ 6 is highest");
	out8(PIC_MASTER, OCW2_ROTATE_SPECIFIC | 6);
	check_eq(pic_isr(PIC_MASTER), 0x00, "rotate on specific EOI ends the interrupt");
	line_pulse(6);
	check_int(irq_take(), 0x21, "after it IRQ 1 goes before IRQ 5");
	out8(PIC_MASTER, PIC_EOI);
	check_int(irq_take(), 0x25, "then IRQ 5");
	out8(PIC_MASTER, PIC_EOI);
	check_int(irq_take(), 0x26, "then IRQ 6, the lowest");
	out8(PIC_MASTER, PIC_EOI);
}

/* Automatic End of Interrupt (AEOI) Mode; Automatic Rotation. */
static void test_aeoi(void)
{
	static const u8 fixed[] = { 0x23, 0x24 };
	static const u8 rotated[] = { 0x24, 0x23 };

	pic_fresh();
	pic_program_both(ICW1, 0x20, 0x28, ICW4_8086 | ICW4_AEOI);
	line_pulse(10);
	check_int(irq_take(), 0x2a, "AEOI: IRQ 10 is taken");
	check_eq(pic_isr(PIC_MASTER) | pic_isr(PIC_SLAVE), 0, "AEOI: nothing stays in service");
	line_pulse(3);
	line_pulse(4);
	irq_take_all();
	check(irq_log_is(fixed, 2), "AEOI: both requests come without an EOI, by priority");
	out8(PIC_MASTER, OCW2_ROTATE_AEOI_ON);
	line_pulse(3);
	check_int(irq_take(), 0x23, "rotate in AEOI: IRQ 3 is taken");
	line_pulse(3);
	line_pulse(4);
	irq_take_all();
	check(irq_log_is(rotated, 2), "rotate in AEOI: IRQ 3 became the lowest");
	pic_program(PIC_MASTER, ICW1_NO_ICW4, 0x20, 0);
	out8(PIC_MASTER, OCW2_ROTATE_AEOI_OFF);
	line_pulse(3);
	irq_window();
	check_eq(pic_isr(PIC_MASTER), 0x08, "ICW1 without IC4 ends AEOI");
	out8(PIC_MASTER, PIC_EOI);
}

/* Poll Command. */
static void test_poll(void)
{
	pic_fresh();
	out8(PIC_MASTER, OCW3_POLL);
	check_eq(in8(PIC_MASTER) & 0x80, 0x00, "poll without a request has bit 7 clear");
	line_pulse(5);
	out8(PIC_MASTER, OCW3_POLL);
	check_eq(in8(PIC_MASTER) & 0x87, 0x85, "poll names the highest request and sets bit 7");
	check_eq(pic_isr(PIC_MASTER), 0x20, "poll is an acknowledge: IRQ 5 is in service");
	check_eq(pic_irr(PIC_MASTER), 0x00, "poll takes the request out of IRR");
	check_int(irq_take(), IRQ_NONE, "a polled request does not interrupt");
	out8(PIC_MASTER, PIC_EOI);
	line_pulse(11);
	out8(PIC_MASTER, OCW3_POLL);
	check_eq(in8(PIC_MASTER) & 0x07, 0x02, "poll of the master names the cascade");
	out8(PIC_SLAVE, OCW3_POLL);
	check_eq(in8(PIC_SLAVE) & 0x07, 0x03, "poll of the slave names IRQ 11");
	pic_fresh();
	line_pulse(11);
	irq_window();
	out8(PIC_SLAVE, PIC_READ_ISR);
	out8(PIC_SLAVE, OCW3_POLL);
	in8(PIC_SLAVE);
	check_eq(in8(PIC_SLAVE), 0x08, "poll lasts for one read, then ISR reads again");
	pic_eoi(11);
}

/* Special Mask Mode. */
static void test_special_mask(void)
{
	pic_fresh();
	line_pulse(3);
	irq_window();
	line_pulse(6);
	out8(PIC_MASTER + 1, 0x08);
	check_int(irq_take(), IRQ_NONE,
		  "without special mask mode a masked IRQ 3 in service holds IRQ 6 back");
	out8(PIC_MASTER, OCW3_SMM_ON);
	check_int(irq_take(), 0x26, "special mask mode lets IRQ 6 in over a masked IRQ 3");
	check_eq(pic_isr(PIC_MASTER), 0x48, "special mask mode: both are in service");
	out8(PIC_MASTER, PIC_EOI);
	check_eq(pic_isr(PIC_MASTER), 0x08,
		 "special mask mode: non-specific EOI passes over the masked IRQ 3");
	out8(PIC_MASTER, PIC_EOI);
	check_eq(pic_isr(PIC_MASTER), 0x08,
		 "special mask mode: a masked IRQ 3 needs a specific EOI");
	line_pulse(6);
	out8(PIC_MASTER, OCW3_SMM_OFF);
	check_int(irq_take(), IRQ_NONE, "without special mask mode IRQ 3 holds IRQ 6 back again");
	out8(PIC_MASTER, OCW2_SPECIFIC_EOI | 3);
	check_int(irq_take(), 0x26, "specific EOI of IRQ 3 frees IRQ 6");
	out8(PIC_MASTER, PIC_EOI);
}

/* Initialization Command Word 1: what it does, (a) to (f). */
static void test_icw1(void)
{
	pic_fresh();
	line_pulse(5);
	out8(PIC_MASTER + 1, 0xff);
	out8(PIC_MASTER, PIC_READ_ISR);
	pic_program(PIC_MASTER, ICW1, 0x20, ICW4_8086);
	check_eq(in8(PIC_MASTER + 1), 0x00, "ICW1 clears the IMR");
	check_int(irq_take(), IRQ_NONE, "ICW1 forgets a latched edge");
	pic_fresh();
	line_set(5, 1);
	irq_window();
	pic_eoi(5);
	pic_program(PIC_MASTER, ICW1, 0x20, ICW4_8086);
	line_set(5, 1);
	check_int(irq_take(), IRQ_NONE, "after ICW1 a line that stays high has made no edge");
	pic_fresh();
	line_pulse(5);
	irq_window();
	line_pulse(6);
	out8(PIC_MASTER, PIC_READ_ISR);
	out8(PIC_MASTER, 0x08);
	check_eq(in8(PIC_MASTER), 0x20, "OCW3 without RR keeps the register to be read");
	out8(PIC_MASTER, PIC_EOI);
	pic_program(PIC_MASTER, ICW1, 0x20, ICW4_8086);
	line_pulse(4);
	check_eq(in8(PIC_MASTER), 0x10, "ICW1 makes the command port read IRR");
	irq_window();
	out8(PIC_MASTER, OCW2_ROTATE_EOI);
	pic_program(PIC_MASTER, ICW1, 0x20, ICW4_8086);
	line_pulse(4);
	line_pulse(7);
	check_int(irq_take(), 0x24, "ICW1 makes IR7 the lowest again");
	out8(PIC_MASTER, PIC_EOI);
}

/* Initialization Command Word 1: LTIM and SNGL. */
static void test_icw1_modes(void)
{
	pic_fresh();
	pic_program(PIC_MASTER, ICW1 | ICW1_LTIM, 0x20, ICW4_8086);
	line_set(5, 1);
	irq_window();
	pic_eoi(5);
	check_int(irq_take(), 0x25, "LTIM makes every line level-triggered");
	line_set(5, 0);
	pic_eoi(5);
	pic_fresh();
	pic_program(PIC_MASTER, ICW1 | ICW1_SNGL, 0x40, ICW4_8086 | ICW4_AEOI);
	out8(PIC_MASTER + 1, 0xdf);
	check_eq(in8(PIC_MASTER + 1), 0xdf, "SNGL: no ICW3 is expected");
	line_pulse(5);
	check_int(irq_take(), 0x45, "SNGL: a single chip interrupts");
	check_eq(pic_isr(PIC_MASTER), 0x00, "SNGL: ICW4 was taken as ICW4");
}

static void toggle_hook(u8 vector)
{
	u8 master = pic_isr(PIC_MASTER);
	u8 slave = pic_isr(PIC_SLAVE);

	if ((vector == 0x25 && master == 0x20) ||
	    (vector == 0x2b && master == 0x04 && slave == 0x08)) {
		toggle_real++;
		pic_eoi(vector - 0x20);
	} else if (vector == 0x2f && master == 0x04 && !slave) {
		toggle_spurious++;
		out8(PIC_MASTER, PIC_EOI);
	} else if (vector == 0x27 && !master) {
		toggle_spurious++;
	} else {
		toggle_bad++;
		toggle_last = vector << 16 | master << 8 | slave;
		out8(PIC_SLAVE, PIC_EOI);
		out8(PIC_MASTER, PIC_EOI);
	}
}

static void toggle_run(u32 gsi)
{
	u32 answered = mmio_read(LAB_DEV_ANSWERED);
	u32 windows;

	toggle_real = 0;
	toggle_spurious = 0;
	toggle_bad = 0;
	pic_fresh();
	out8(PIC_ELCR_LOW, 0x20);
	out8(PIC_ELCR_HIGH, 0x08);
	irq_hook = toggle_hook;
	lab_request(LAB_OP_TOGGLE, gsi, TOGGLES, 0);
	while (mmio_read(LAB_DEV_ANSWERED) == answered)
		for (windows = 0; windows < TOGGLE_WINDOWS; windows++)
			irq_window();
	irq_window();
	irq_hook = NULL;
	lab_print("taken as themselves: ", toggle_real);
	lab_print("spurious: ", toggle_spurious);
	if (toggle_bad)
		lab_print("neither, vector << 16 | ISR of master << 8 | of slave: ",
			  toggle_last);
}

/* A level line that falls at any moment: itself, or IR7 with no ISR bit. */
static void test_spurious(void)
{
	toggle_run(5);
	check_eq(toggle_bad, 0,
		 "a level line that comes and goes gives IRQ 5 or spurious IRQ 7, nothing else");
	check_eq(pic_isr(PIC_MASTER), 0, "spurious IRQ 7 leaves nothing in service");
	toggle_run(11);
	check_eq(toggle_bad, 0,
		 "on the slave it gives IRQ 11 or spurious IRQ 15 or 7, nothing else");
	check_eq(pic_isr(PIC_MASTER) | pic_isr(PIC_SLAVE), 0,
		 "spurious IRQ 15 needs no EOI to the slave");
}

/* The state a VMM reads is the state the guest sees. */
static void test_state(void)
{
	static struct kvm_irqchip chip;

	pic_fresh();
	pic_program(PIC_MASTER, ICW1, 0x60, ICW4_8086);
	out8(PIC_MASTER + 1, 0x12);
	out8(PIC_ELCR_LOW, 0x40);
	line_pulse(5);
	irq_window();
	check_int(lab_request(LAB_OP_IRQCHIP, KVM_IRQCHIP_PIC_MASTER, (u64)&chip, 0), 0,
		  "KVM_GET_IRQCHIP gives the master's state");
	check_eq(chip.chip.pic.irq_base, 0x60, "its irq_base is what ICW2 said");
	check_eq(chip.chip.pic.imr, 0x12, "its imr is what OCW1 said");
	check_eq(chip.chip.pic.isr, 0x20, "its isr shows IRQ 5");
	check_eq(chip.chip.pic.elcr, 0x40, "its elcr is what the ELCR port said");
	pic_eoi(5);
}

/* A VMM that creates the APICs too: LINT0 is the wire from the 8259. */
static void test_virtual_wire(void)
{
	pic_fresh();
	apic_write(APIC_LVT_LINT0, APIC_LVT_MASKED | APIC_LVT_EXTINT);
	line_pulse(5);
	check_int(irq_take(), IRQ_NONE, "LINT0 masked keeps the 8259 out");
	apic_self(0x51);
	check_int(irq_take(), 0x51, "a waiting 8259 behind a masked LINT0 does not hold up an IPI");
	apic_eoi();
	apic_write(APIC_LVT_LINT0, APIC_LVT_EXTINT);
	check_int(irq_take(), 0x25, "LINT0 unmasked lets it in");
	pic_fresh();
	line_pulse(5);
	check_int(irq_take(), 0x25, "with LINT0 open an 8259 interrupt is taken");
	apic_self(0x51);
	check_int(irq_take(), 0x51,
		  "an 8259 interrupt in service does not raise the APIC's priority");
	apic_eoi();
	pic_eoi(5);
}

/**
 * guest_main() - run the tests of the 8259 pair
 */
void guest_main(void)
{
	lab_plan(PIC_PLAN);
	apic_enable();
	/* Not 0xff: the vector of a -1 that was taken for one is to be seen. */
	apic_write(APIC_SVR, APIC_SVR_ENABLE | 0xef);
	ioapic_mask_all();
	/* Counter 0 in mode 0 without a count: its output, line 0, is low. */
	out8(0x43, 0x30);
	apic_write(APIC_LVT_LINT0, APIC_LVT_EXTINT);
	test_first_interrupt();
	test_edge();
	test_nesting();
	test_priority_order();
	test_masks();
	test_cascade_wire();
	test_sfnm();
	test_level();
	test_storm();
	test_bases();
	test_rotation();
	test_aeoi();
	test_poll();
	test_special_mask();
	test_icw1();
	test_icw1_modes();
	test_spurious();
	test_state();
	test_virtual_wire();
	pic_fresh();
	pic_mask_all();
}
