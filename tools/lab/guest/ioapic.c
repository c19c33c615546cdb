// SPDX-License-Identifier: GPL-2.0-only
/*
 * The I/O APIC, from the guest's side.
 *
 * Sources: Intel 82093AA datasheet (290566), sections 3.1 and 3.2; SDM vol. 3,
 * "Interrupt Acceptance for Fixed Interrupts" and "Signaling Interrupt Servicing
 * Completion" for what the local APIC does with the messages. Each test starts
 * from ioapic_fresh(): all pins edge and masked, all lines low, CPU 0 the
 * destination, nothing in service.
 */
#include "lib.h"

#include <linux/kvm.h>

#define IOAPIC_PLAN		77

#define REG_ID			0x00
#define REG_VERSION		0x01
#define REG_ARB			0x02

#define RTE_LOWEST		0x00000100u
#define RTE_NMI			0x00000400u
#define RTE_LOGICAL		0x00000800u
#define RTE_DELIVERY_STATUS	0x00001000u
#define RTE_ACTIVE_LOW		0x00002000u
#define RTE_REMOTE_IRR		0x00004000u
#define RTE_LEVEL		0x00008000u
#define RTE_MASKED		0x00010000u
#define RTE_WRITABLE		(0x0001ffffu & ~(RTE_REMOTE_IRR | RTE_DELIVERY_STATUS))

#define VECTOR_NMI		2
#define ABSENT_CPU		5
#define STORM_ROUNDS		200
#define PIN			11

static u32 storm_count;

static u32 rte_read(u32 pin)
{
	return ioapic_read(0x10 + 2 * pin);
}

static void rte_write(u32 pin, u32 low)
{
	ioapic_write(0x10 + 2 * pin, low);
}

static void rte_dest(u32 pin, u32 destination)
{
	ioapic_write(0x11 + 2 * pin, destination << 24);
}

static bool rte_remote_irr(u32 pin)
{
	return rte_read(pin) & RTE_REMOTE_IRR;
}

static void ioapic_fresh(void)
{
	u32 gsi;

	irq_hook = NULL;
	for (gsi = 0; gsi < 24; gsi++)
		line_set(gsi, 0);
	ioapic_mask_all();
	apic_enable();
}

/* 82093AA 3.1, 3.2.1 to 3.2.4: what reads, what writes. */
static void test_registers(void)
{
	u32 pin, masked = 0;

	for (pin = 0; pin < 24; pin++)
		masked += rte_read(pin) >> 16 & 1;
	check_eq(masked, 24, "after reset all 24 pins are masked");
	check_eq(ioapic_read(REG_VERSION) & 0xff00ffff, 0x11, "version 0x11, reserved bits zero");
	check_eq(ioapic_read(REG_VERSION) >> 16 & 0xff, 23, "the highest entry is 23");
	ioapic_write(REG_VERSION, 0xffffffff);
	check_eq(ioapic_read(REG_VERSION), 0x00170011, "the version register is read-only");
	ioapic_write(REG_ID, 0xffffffff);
	check_eq(ioapic_read(REG_ID), 0x0f000000, "only bits 27:24 of the ID can be written");
	check_eq(ioapic_read(REG_ARB), 0x0f000000, "writing the ID loads the arbitration ID");
	ioapic_write(REG_ARB, 0);
	check_eq(ioapic_read(REG_ARB), 0x0f000000, "the arbitration ID is read-only");
	ioapic_write(REG_ID, 0);
	mmio_write(IOAPIC_BASE, 0x12);
	check_eq(mmio_read(IOAPIC_BASE) & 0xff, 0x12, "the index register reads back");
}

static void test_rte_bits(void)
{
	ioapic_fresh();
	rte_write(PIN, RTE_MASKED | RTE_REMOTE_IRR | RTE_DELIVERY_STATUS | RTE_LEVEL);
	check_eq(rte_read(PIN), RTE_MASKED | RTE_LEVEL,
		 "remote IRR and delivery status cannot be written");
	rte_write(PIN, RTE_WRITABLE);
	check_eq(rte_read(PIN) & 0x1ffff, RTE_WRITABLE,
		 "all other fields of an RTE's low half read back");
	rte_write(PIN, RTE_MASKED);
	rte_dest(PIN, 0xa5);
	check_eq(ioapic_read(0x11 + 2 * PIN), 0xa5000000, "the destination reads back");
	check_eq(rte_read(PIN), RTE_MASKED, "writing the destination keeps the low half");
	rte_dest(PIN, 0);
	rte_write(PIN + 1, RTE_MASKED | 0x99);
	check_eq(rte_read(PIN), RTE_MASKED, "writing one pin's RTE keeps its neighbour");
}

/* 3.2.4, Trigger Mode and Interrupt Mask. */
static void test_edge(void)
{
	ioapic_fresh();
	rte_write(PIN, 0x51);
	line_set(PIN, 1);
	check_int(irq_take(), 0x51, "an edge pin fires on the rising edge");
	check(!rte_remote_irr(PIN), "an edge interrupt sets no remote IRR");
	check(!apic_bit(APIC_TMR, 0x51), "TMR is clear for an edge interrupt");
	apic_eoi();
	check_int(irq_take(), IRQ_NONE, "an edge pin held high does not fire after EOI");
	line_set(PIN, 0);
	check_int(irq_take(), IRQ_NONE, "the falling edge does not fire");
	line_pulse(PIN);
	check_int(irq_take(), 0x51, "a pulse fires");
	line_pulse(PIN);
	check_int(irq_take(), IRQ_NONE, "an edge in service waits for EOI");
	apic_eoi();
	check_int(irq_take(), 0x51, "an edge in service is taken after EOI");
	apic_eoi();
	check_eq(rte_read(PIN) & RTE_DELIVERY_STATUS, 0, "delivery status is idle afterwards");
}

static void test_edge_masked(void)
{
	ioapic_fresh();
	rte_write(PIN, RTE_MASKED | 0x51);
	line_pulse(PIN);
	rte_write(PIN, 0x51);
	check_int(irq_take(), IRQ_NONE, "a pulse on a masked edge pin is ignored for good");
	line_pulse(PIN);
	check_int(irq_take(), 0x51, "the next pulse, unmasked, fires");
	apic_eoi();
	rte_write(PIN, RTE_MASKED | 0x51);
	line_set(PIN, 1);
	rte_write(PIN, 0x51);
	check_int(irq_take(), IRQ_NONE, "unmasking an edge pin that is high does not fire");
	line_set(PIN, 1);
	check_int(irq_take(), IRQ_NONE, "driving it high once more is no edge");
}

/* 3.2.4, Remote IRR. */
static void test_level(void)
{
	ioapic_fresh();
	rte_write(PIN, RTE_LEVEL | 0x52);
	line_set(PIN, 1);
	check(rte_remote_irr(PIN), "a level interrupt accepted sets remote IRR");
	check_int(irq_take(), 0x52, "a level pin fires");
	check(apic_bit(APIC_TMR, 0x52), "TMR is set for a level interrupt");
	check_int(irq_take(), IRQ_NONE, "a level pin does not nest in its own handler");
	apic_eoi();
	check(rte_remote_irr(PIN), "with the line still high EOI fires again: remote IRR is set");
	check_int(irq_take(), 0x52, "with the line still high the interrupt comes again");
	line_set(PIN, 0);
	check(rte_remote_irr(PIN), "lowering the line does not clear remote IRR");
	apic_eoi();
	check(!rte_remote_irr(PIN), "EOI clears remote IRR");
	check_int(irq_take(), IRQ_NONE, "with the line low nothing comes again");
	line_set(PIN, 1);
	line_set(PIN, 0);
	check_int(irq_take(), 0x52,
		  "a level message once sent is delivered although the line fell");
	apic_eoi();
	check(!rte_remote_irr(PIN), "its EOI clears remote IRR");
}

static void test_level_masked(void)
{
	ioapic_fresh();
	rte_write(PIN, RTE_MASKED | RTE_LEVEL | 0x52);
	line_set(PIN, 1);
	check_int(irq_take(), IRQ_NONE, "a masked level pin does not fire");
	check(!rte_remote_irr(PIN), "a masked level pin sets no remote IRR");
	rte_write(PIN, RTE_LEVEL | 0x52);
	check_int(irq_take(), 0x52, "unmasking a level pin that is high fires");
	rte_write(PIN, RTE_MASKED | RTE_LEVEL | 0x52);
	check(rte_remote_irr(PIN), "masking in service keeps remote IRR");
	rte_write(PIN, RTE_LEVEL | 0x52);
	check_int(irq_take(), IRQ_NONE, "unmasking in service does not fire twice");
	rte_write(PIN, RTE_MASKED | RTE_LEVEL | 0x52);
	apic_eoi();
	check(!rte_remote_irr(PIN), "EOI clears remote IRR of a masked pin");
	check_int(irq_take(), IRQ_NONE, "EOI of a masked pin does not fire again");
	rte_write(PIN, RTE_LEVEL | 0x52);
	check_int(irq_take(), 0x52, "unmasked it fires again: the line is high");
	line_set(PIN, 0);
	apic_eoi();
}

/* Remote IRR has a meaning for level-triggered entries only (3.2.4). */
static void test_level_to_edge(void)
{
	ioapic_fresh();
	rte_write(PIN, RTE_LEVEL | 0x52);
	line_set(PIN, 1);
	irq_window();
	line_set(PIN, 0);
	rte_write(PIN, RTE_MASKED | 0x52);
	check(!rte_remote_irr(PIN), "rewriting the pin as edge clears remote IRR");
	rte_write(PIN, RTE_LEVEL | 0x52);
	check(!rte_remote_irr(PIN), "and it stays clear when the pin is level again");
	line_set(PIN, 1);
	apic_eoi();
	check_int(irq_take(), 0x52, "the pin fires again after the EOI");
	line_set(PIN, 0);
	apic_eoi();
}

/* SDM: the EOI message goes to the I/O APIC with the vector. */
static void test_eoi_vectors(void)
{
	ioapic_fresh();
	rte_write(PIN, RTE_LEVEL | 0x52);
	line_set(PIN, 1);
	irq_window();
	line_set(PIN, 0);
	apic_self(0x61);
	irq_window();
	apic_eoi();
	check(rte_remote_irr(PIN), "EOI of another vector keeps remote IRR");
	apic_eoi();
	check(!rte_remote_irr(PIN), "EOI of its own vector clears it");
	rte_write(PIN, RTE_LEVEL | 0x53);
	rte_write(PIN + 1, RTE_LEVEL | 0x53);
	line_set(PIN, 1);
	line_set(PIN + 1, 1);
	check_int(irq_take(), 0x53, "two level pins of one vector are one interrupt");
	line_set(PIN, 0);
	line_set(PIN + 1, 0);
	apic_eoi();
	check(!rte_remote_irr(PIN) && !rte_remote_irr(PIN + 1),
	      "one EOI clears remote IRR of both");
	check_int(irq_take(), IRQ_NONE, "and nothing is left");
}

/* 3.2.4, Interrupt Vector: the entry as it is when the message is sent. */
static void test_rewrite(void)
{
	ioapic_fresh();
	rte_write(PIN, 0x51);
	line_pulse(PIN);
	rte_write(PIN, 0x61);
	check_int(irq_take(), 0x51, "a message sent keeps its vector when the RTE is rewritten");
	apic_eoi();
	line_pulse(PIN);
	check_int(irq_take(), 0x61, "the next message has the new vector");
	apic_eoi();
	rte_write(PIN, RTE_LEVEL | 0x52);
	line_set(PIN, 1);
	irq_window();
	rte_dest(PIN, ABSENT_CPU);
	line_set(PIN, 0);
	apic_eoi();
	check(!rte_remote_irr(PIN), "EOI clears remote IRR of a pin redirected in service");
}

static void storm_hook(u8 vector)
{
	(void)vector;
	storm_count++;
	if (storm_count == STORM_ROUNDS)
		line_set(PIN, 0);
	apic_eoi();
}

static void test_storm(void)
{
	u32 windows;

	ioapic_fresh();
	rte_write(PIN, RTE_LEVEL | 0x52);
	irq_hook = storm_hook;
	line_set(PIN, 1);
	for (windows = 0; windows < 2 * STORM_ROUNDS; windows++)
		irq_window();
	irq_hook = NULL;
	check_eq(storm_count, STORM_ROUNDS,
		 "a level pin left high interrupts after each EOI until it is lowered");
	check(!rte_remote_irr(PIN), "the storm leaves no remote IRR");
}

/*
 * 3.2.4, Interrupt Input Pin Polarity. KVM's API defines the level of
 * KVM_IRQ_LINE as "1 means asserted", whatever the polarity of the pin.
 */
static void test_polarity(void)
{
	ioapic_fresh();
	rte_write(PIN, RTE_LEVEL | RTE_ACTIVE_LOW | 0x52);
	check_eq(rte_read(PIN) & RTE_ACTIVE_LOW, RTE_ACTIVE_LOW, "the polarity reads back");
	check_int(irq_take(), IRQ_NONE,
		  "an active-low pin does not fire while KVM_IRQ_LINE says 0");
	line_set(PIN, 1);
	check_int(irq_take(), 0x52, "an active-low pin fires when KVM_IRQ_LINE says 1");
	line_set(PIN, 0);
	apic_eoi();
	check(!rte_remote_irr(PIN), "an active-low pin rests when KVM_IRQ_LINE says 0");
}

/* 3.2.4, Delivery Mode. */
static void test_modes(void)
{
	ioapic_fresh();
	rte_write(PIN, RTE_LOWEST | 0x54);
	line_pulse(PIN);
	check_int(irq_take(), 0x54, "lowest priority: delivered to the only CPU");
	apic_eoi();
	rte_write(PIN, RTE_NMI | 0x55);
	irq_clear();
	line_pulse(PIN);
	check_eq(irq_log.count, 1, "NMI: delivered with interrupts off");
	check_eq(irq_log.vector[0], VECTOR_NMI,
		 "NMI: arrives as vector 2, the RTE's vector is ignored");
	check_int(irq_take(), IRQ_NONE, "NMI: nothing arrives at the RTE's vector");
	check_eq(apic_bit(APIC_IRR, 0x55) | apic_bit(APIC_ISR, 0x55), 0,
		 "NMI: leaves nothing in IRR and ISR");
}

/* 3.2.4, Destination Mode and Destination Field. */
static void test_destinations(void)
{
	ioapic_fresh();
	rte_dest(PIN, 0xff);
	rte_write(PIN, 0x51);
	line_pulse(PIN);
	check_int(irq_take(), 0x51, "physical destination 0xff is every CPU");
	apic_eoi();
	rte_dest(PIN, ABSENT_CPU);
	line_pulse(PIN);
	check_int(irq_take(), IRQ_NONE, "a message to an absent CPU goes nowhere");
	rte_write(PIN, RTE_LEVEL | 0x52);
	line_set(PIN, 1);
	check(!rte_remote_irr(PIN), "a level message nobody accepts sets no remote IRR");
	rte_dest(PIN, 0);
	check_int(irq_take(), 0x52, "the level message comes when the destination exists");
	line_set(PIN, 0);
	apic_eoi();
}

static void test_logical(void)
{
	static const char other[] = "logical flat: the bit of another CPU does not";

	ioapic_fresh();
	if (x2apic) {
		skip("logical flat: the CPU's bit selects it", "x2APIC has no flat model");
		skip(other, "x2APIC has no flat model");
		return;
	}
	apic_write(APIC_DFR, 0xffffffff);
	apic_write(APIC_LDR, 0x04000000);
	rte_dest(PIN, 0x0c);
	rte_write(PIN, RTE_LOGICAL | 0x51);
	line_pulse(PIN);
	check_int(irq_take(), 0x51, "logical flat: the CPU's bit selects it");
	apic_eoi();
	rte_dest(PIN, 0x08);
	line_pulse(PIN);
	check_int(irq_take(), IRQ_NONE, other);
	apic_write(APIC_LDR, 0x01000000);
}

/* Pins above the 8259's lines, and every pin once. */
static void test_all_pins(void)
{
	u32 pin, good = 0;

	ioapic_fresh();
	for (pin = 0; pin < 24; pin++) {
		rte_write(pin, 0x40 + pin);
		line_pulse(pin);
		if (irq_take() == (int)(0x40 + pin))
			good |= 1u << pin;
		apic_eoi();
		rte_write(pin, RTE_MASKED);
	}
	check_eq(good, 0xffffff, "GSI n is pin n, for all 24 pins");
}

/* The state a VMM reads is the state the guest sees. */
static void test_state(void)
{
	static struct kvm_irqchip chip;
	u64 want = RTE_LEVEL | RTE_REMOTE_IRR | 0x52;

	ioapic_fresh();
	rte_write(PIN, RTE_LEVEL | 0x52);
	line_set(PIN, 1);
	check_int(lab_request(LAB_OP_IRQCHIP, KVM_IRQCHIP_IOAPIC, (u64)&chip, 0), 0,
		  "KVM_GET_IRQCHIP gives the state");
	check_eq(chip.chip.ioapic.redirtbl[PIN].bits, want, "it shows the RTE with its remote IRR");
	check_eq(chip.chip.ioapic.base_address, IOAPIC_BASE, "it shows the base address");
	irq_window();
	line_set(PIN, 0);
	apic_eoi();
}

/**
 * guest_main() - run the tests of the I/O APIC
 */
void guest_main(void)
{
	lab_plan(IOAPIC_PLAN);
	pic_mask_all();
	out8(0x43, 0x30);
	test_registers();
	test_rte_bits();
	test_edge();
	test_edge_masked();
	test_level();
	test_level_masked();
	test_level_to_edge();
	test_eoi_vectors();
	test_rewrite();
	test_storm();
	test_polarity();
	test_modes();
	test_destinations();
	test_logical();
	test_all_pins();
	test_state();
	ioapic_fresh();
}
