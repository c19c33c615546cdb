// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 8254 timer and port 0x61, from the guest's side.
 *
 * Sources: Intel 8254 datasheet (231164), sections named in the tests; port 0x61
 * of the PIIX and ICH datasheets ("NMI Status and Control"): bit 0 is the gate
 * of counter 2, bit 1 the speaker, bit 5 the output of counter 2. Counter 2 is
 * the one to test with: its gate and output are in the guest's hands. Counter 0
 * drives line 0.
 */
#include "lib.h"

#define PIT_PLAN		33

#define PIT_CONTROL		0x43
#define PORT_61			0x61
#define PORT_61_GATE		0x01
#define PORT_61_SPEAKER		0x02
#define PORT_61_OUT		0x20

/* Control word: counter, both bytes, mode, binary. */
#define CONTROL(counter, mode)	((counter) << 6 | 0x30 | (mode) << 1)
#define LATCH(counter)		((counter) << 6)
#define READ_BACK_COUNT		0xd0
#define READ_BACK_STATUS	0xe0
#define READ_BACK_BOTH		0xc0
#define SELECT(counter)		(2 << (counter))
#define STATUS_OUT		0x80
#define STATUS_NULL		0x40

#define VECTOR_PIT		0x20
#define BCD_SAMPLES		200
#define WAIT_NS			5000000000ULL
#define QUIET_NS		200000000ULL
#define HOLD_NS			20000000ULL
#define PIT_TICK_NS		839
#define PIT_1MS			1193
#define PIT_LONG		0xffff

static void pit_write(u32 counter, u32 count)
{
	out8(0x40 + counter, count);
	out8(0x40 + counter, count >> 8);
}

static u32 pit_read(u32 counter)
{
	u32 low = in8(0x40 + counter);

	return low | in8(0x40 + counter) << 8;
}

static u32 pit_latch(u32 counter)
{
	out8(PIT_CONTROL, LATCH(counter));
	return pit_read(counter);
}

static u8 pit_status(u32 counter)
{
	out8(PIT_CONTROL, READ_BACK_STATUS | SELECT(counter));
	return in8(0x40 + counter);
}

static void gate_set(bool on)
{
	out8(PORT_61, on ? PORT_61_GATE : 0);
}

static bool out_is(bool level)
{
	return !!(in8(PORT_61) & PORT_61_OUT) == level;
}

static bool out_becomes(bool level)
{
	u64 end = time_ns() + WAIT_NS;

	while (!out_is(level))
		if (time_ns() > end)
			return false;
	return true;
}

/* OUT does not leave its level for as long as a running counter would need. */
static bool out_stays(bool level)
{
	u64 end = time_ns() + HOLD_NS;

	while (out_is(level))
		if (time_ns() > end)
			return true;
	return false;
}

static bool count_falls(u32 counter, u32 from)
{
	u64 end = time_ns() + WAIT_NS;

	while (pit_latch(counter) >= from)
		if (time_ns() > end)
			return false;
	return true;
}

static void wait_ns(u64 span_ns)
{
	u64 end = time_ns() + span_ns;

	while (time_ns() < end)
		;
}

/* "Mode 0: Interrupt on Terminal Count"; gate. */
static void test_mode_0(void)
{
	u32 held;

	gate_set(true);
	out8(PIT_CONTROL, CONTROL(2, 0));
	pit_write(2, PIT_1MS);
	check(out_becomes(true), "mode 0: OUT rises at the terminal count");
	out8(PIT_CONTROL, CONTROL(2, 0));
	check(out_is(false), "mode 0: the control word takes OUT low");
	pit_write(2, PIT_LONG);
	check(out_is(false), "mode 0: a new count takes OUT low");
	check(count_falls(2, PIT_LONG), "mode 0: the count falls");
	gate_set(false);
	held = pit_latch(2);
	check_eq(pit_latch(2), held, "mode 0: a low gate holds the count");
	gate_set(true);
	check(count_falls(2, held), "mode 0: a high gate lets it go on");
}

/* "Mode 1: Hardware Retriggerable One-Shot". */
static void test_mode_1(void)
{
	gate_set(false);
	out8(PIT_CONTROL, CONTROL(2, 1));
	pit_write(2, PIT_LONG);
	check(out_is(true), "mode 1: OUT is high until the trigger");
	gate_set(true);
	check(out_is(false), "mode 1: a rising gate takes OUT low");
	out8(PIT_CONTROL, CONTROL(2, 1));
	pit_write(2, PIT_1MS);
	gate_set(false);
	gate_set(true);
	check(out_becomes(true), "mode 1: OUT rises at the end of the pulse");
}

/* "Mode 3: Square Wave Mode"; "Mode 2: Rate Generator". */
static void test_periodic(void)
{
	gate_set(true);
	out8(PIT_CONTROL, CONTROL(2, 3));
	pit_write(2, PIT_1MS);
	check(out_becomes(false) && out_becomes(true) && out_becomes(false),
	      "mode 3: OUT is a square wave");
	gate_set(false);
	check(out_stays(true), "mode 3: a low gate takes OUT high and keeps it there");
	gate_set(true);
	out8(PIT_CONTROL, CONTROL(2, 2));
	pit_write(2, PIT_1MS);
	check(pit_latch(2) <= PIT_1MS, "mode 2: the count stays within its reload value");
	gate_set(false);
	check(out_stays(true), "mode 2: a low gate takes OUT high and keeps it there");
	check_eq(pit_status(2) & 0x3f, 0x34, "mode 2: the status shows mode and access");
}

/* "Counter Latch Command"; the access modes of "Control Word Format". */
static void test_latch(void)
{
	u32 first, second;

	gate_set(true);
	out8(PIT_CONTROL, CONTROL(2, 0));
	pit_write(2, PIT_LONG);
	count_falls(2, PIT_LONG - 16);
	first = pit_latch(2);
	out8(PIT_CONTROL, LATCH(2));
	wait_ns(PIT_TICK_NS * 8);
	second = pit_read(2);
	check(second <= first, "a latched count is from the time of the latch command");
	check(pit_latch(2) < second, "the count went on behind the latch");
	/* Mode 2: however late it is read, a count is none above the first. */
	out8(PIT_CONTROL, 0x94);
	out8(0x42, 0x80);
	out8(PIT_CONTROL, LATCH(2));
	check(in8(0x42) <= 0x80, "low-byte access: one write loads, one read reads");
	out8(PIT_CONTROL, 0xa4);
	out8(0x42, 0x80);
	out8(PIT_CONTROL, LATCH(2));
	check(in8(0x42) <= 0x80, "high-byte access: one write loads, one read reads");
}

/* "Read-Back Command". */
static void test_read_back(void)
{
	u32 before, count;
	u8 status;

	gate_set(true);
	out8(PIT_CONTROL, CONTROL(2, 0));
	pit_write(2, PIT_LONG);
	count_falls(2, PIT_LONG);
	status = pit_status(2);
	check_eq(status & STATUS_OUT, 0, "read-back: the status shows OUT low");
	check_eq(status & STATUS_NULL, 0,
		 "read-back: null count is clear once the count is loaded");
	check_eq(status & 0x3f, 0x30, "read-back: the status shows mode 0 and both bytes");
	before = pit_latch(2);
	out8(PIT_CONTROL, READ_BACK_BOTH | SELECT(2));
	check_eq(in8(0x42) & 0x3f, 0x30, "read-back of both: the status comes first");
	count = pit_read(2);
	check(count <= before && count >= pit_latch(2), "read-back of both: then the count");
	out8(PIT_CONTROL, READ_BACK_COUNT | SELECT(2));
	count = pit_read(2);
	check(count >= pit_latch(2), "read-back of the count latches it");
}

/* "Control Word Format": BCD. */
static void test_bcd(void)
{
	u32 sample, count, bad = 0;

	gate_set(true);
	out8(PIT_CONTROL, CONTROL(2, 2) | 1);
	pit_write(2, 0x9999);
	for (sample = 0; sample < BCD_SAMPLES; sample++) {
		count = pit_latch(2);
		bad += (count & 0xf) > 9 || (count >> 4 & 0xf) > 9 ||
		       (count >> 8 & 0xf) > 9 || count >> 12 > 9;
	}
	check_eq(bad, 0, "BCD: every digit of the count is decimal");
}

static void test_port_61(void)
{
	out8(PORT_61, PORT_61_GATE | PORT_61_SPEAKER);
	check_eq(in8(PORT_61) & 3, 3, "port 0x61: gate and speaker read back set");
	out8(PORT_61, 0);
	check_eq(in8(PORT_61) & 3, 0, "port 0x61: gate and speaker read back clear");
}

static void pic_hook(u8 vector)
{
	(void)vector;
	out8(PIC_MASTER, PIC_EOI);
}

/* Counter 0 is line 0: the 8259's IR0. */
static void test_line_0(void)
{
	u32 before = irq_total[VECTOR_PIT];

	irq_hook = pic_hook;
	out8(PIT_CONTROL, CONTROL(0, 0));
	pit_write(0, PIT_1MS);
	check(irq_wait(VECTOR_PIT, 1, WAIT_NS),
	      "counter 0, mode 0: line 0 rises at the terminal count");
	check(!irq_wait(VECTOR_PIT, 1, QUIET_NS), "counter 0, mode 0: once");
	out8(PIT_CONTROL, CONTROL(0, 2));
	pit_write(0, PIT_1MS);
	check(irq_wait(VECTOR_PIT, 5, WAIT_NS), "counter 0, mode 2: line 0 pulses again and again");
	out8(PIT_CONTROL, CONTROL(0, 3));
	pit_write(0, PIT_1MS);
	check(irq_wait(VECTOR_PIT, 5, WAIT_NS), "counter 0, mode 3: line 0 pulses again and again");
	before = irq_total[VECTOR_PIT];
	while (irq_total[VECTOR_PIT] == before)
		irq_halt();
	check(irq_total[VECTOR_PIT] > before, "counter 0 wakes a CPU that sleeps in HLT");
	out8(PIT_CONTROL, CONTROL(0, 0));
	/* What was on its way may still arrive: more than can come, for the time. */
	irq_wait(VECTOR_PIT, 1000, QUIET_NS);
	check(!irq_wait(VECTOR_PIT, 1, QUIET_NS),
	      "counter 0: a control word without a count stops it");
}

/**
 * guest_main() - run the tests of the 8254
 */
void guest_main(void)
{
	lab_plan(PIT_PLAN);
	apic_enable();
	ioapic_mask_all();
	pic_mask_all();
	apic_write(APIC_LVT_LINT0, APIC_LVT_EXTINT);
	out8(PIC_MASTER, 0x11);
	out8(PIC_MASTER + 1, 0x20);
	out8(PIC_MASTER + 1, 0x04);
	out8(PIC_MASTER + 1, 0x01);
	out8(PIC_MASTER + 1, 0xfe);
	out8(PIT_CONTROL, CONTROL(0, 0));
	test_mode_0();
	test_mode_1();
	test_periodic();
	test_latch();
	test_read_back();
	test_bcd();
	test_port_61();
	test_line_0();
}
