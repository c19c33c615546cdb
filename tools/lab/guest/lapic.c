// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC, from the guest's side, in xAPIC or x2APIC mode.
 *
 * Sources: Intel SDM vol. 3, chapter "Advanced Programmable Interrupt
 * Controller"; sections named in the tests. Each test starts from apic_fresh():
 * enabled, TPR 0, LVTs masked, timer stopped, nothing in service. The other half
 * of the guest, timer and errors, is lapic_timer.c.
 */
#include "lapic.h"

#define LAPIC_PLAN		(61 + LAPIC_TIMER_CHECKS + LAPIC_ERROR_CHECKS)
#define LAPIC_PLAN_XAPIC	21
#define LAPIC_PLAN_X2APIC	(28 + LAPIC_ERROR_X2APIC_CHECKS)

#define ICR_FIXED		0x04000
#define ICR_NMI			0x04400
#define ICR_LOGICAL		0x00800
#define ICR_SELF		0x40000
#define ICR_ALL			0x80000
#define ICR_OTHERS		0xc0000
#define ICR_PENDING		0x01000

#define VECTOR_NMI		2
#define ABSENT_CPU		5

/**
 * apic_fresh() - the state every test starts from
 */
void apic_fresh(void)
{
	irq_hook = NULL;
	apic_enable();
	apic_write(APIC_ESR, 0);
	apic_write(APIC_ESR, 0);
}

/* "Issuing Interprocessor Interrupts"; "Interrupt Acceptance". */
static void test_self_ipi(void)
{
	u32 vector, good = 0;

	apic_fresh();
	apic_self(0x51);
	check(apic_bit(APIC_IRR, 0x51), "a self-IPI waits in IRR while interrupts are off");
	check_int(irq_take(), 0x51, "a self-IPI by shorthand arrives");
	check(!apic_bit(APIC_IRR, 0x51), "the acknowledge clears its IRR bit");
	check(apic_bit(APIC_ISR, 0x51), "the acknowledge sets its ISR bit");
	check(!apic_bit(APIC_TMR, 0x51), "TMR is clear for an IPI");
	apic_eoi();
	check(!apic_bit(APIC_ISR, 0x51), "EOI clears its ISR bit");
	for (vector = 0x20; vector < 0xff; vector++) {
		apic_self(vector);
		good += irq_take() == (int)vector;
		apic_eoi();
	}
	check_eq(good, 0xff - 0x20, "every vector from 0x20 to 0xfe arrives");
	apic_self(0x51);
	apic_self(0x51);
	check_int(irq_take(), 0x51, "two IPIs of one vector before the acknowledge are one");
	apic_self(0x51);
	check_int(irq_take(), IRQ_NONE, "one more, with the vector in service, waits");
	check(apic_bit(APIC_IRR, 0x51) && apic_bit(APIC_ISR, 0x51),
	      "a vector can be in service and requested together");
	apic_eoi();
	check_int(irq_take(), 0x51, "it is taken after EOI");
	apic_eoi();
	check_int(irq_take(), IRQ_NONE, "nothing is left");
	check_eq(apic_read(APIC_ICR) & ICR_PENDING, 0, "ICR's delivery status is idle");
}

static void test_destinations(void)
{
	u32 self = x2apic ? apic_read(APIC_ID) : apic_read(APIC_ID) >> 24;

	apic_fresh();
	apic_icr(0, ICR_ALL | ICR_FIXED | 0x52);
	check_int(irq_take(), 0x52, "all including self: arrives");
	apic_eoi();
	apic_icr(0, ICR_OTHERS | ICR_FIXED | 0x52);
	check_int(irq_take(), IRQ_NONE, "all excluding self: does not arrive");
	apic_icr(self, ICR_FIXED | 0x53);
	check_int(irq_take(), 0x53, "physical destination: the own ID arrives");
	apic_eoi();
	apic_icr(ABSENT_CPU, ICR_FIXED | 0x53);
	check_int(irq_take(), IRQ_NONE, "physical destination: an absent ID does not");
	apic_icr(x2apic ? 0xffffffff : 0xff, ICR_FIXED | 0x54);
	check_int(irq_take(), 0x54, "physical destination: broadcast arrives");
	apic_eoi();
	irq_clear();
	apic_icr(self, ICR_NMI | 0x55);
	check_eq(irq_log.count, 1, "an NMI to the own ID is delivered with interrupts off");
	check_eq(irq_log.vector[0], VECTOR_NMI, "it arrives as vector 2");
	check(!apic_bit(APIC_IRR, 0x55), "it leaves nothing in IRR");
}

/* "Determining IPI Destination", flat and cluster model: xAPIC only. */
static void test_logical(void)
{
	apic_fresh();
	apic_write(APIC_DFR, 0xffffffff);
	apic_write(APIC_LDR, 0x04000000);
	apic_icr(0x0c, ICR_LOGICAL | ICR_FIXED | 0x56);
	check_int(irq_take(), 0x56, "logical flat: a set with the own bit arrives");
	apic_eoi();
	apic_icr(0x0b, ICR_LOGICAL | ICR_FIXED | 0x56);
	check_int(irq_take(), IRQ_NONE, "logical flat: a set without it does not");
	apic_write(APIC_DFR, 0x0fffffff);
	apic_write(APIC_LDR, 0x22000000);
	apic_icr(0x23, ICR_LOGICAL | ICR_FIXED | 0x57);
	check_int(irq_take(), 0x57, "logical cluster: own cluster and bit arrive");
	apic_eoi();
	apic_icr(0x21, ICR_LOGICAL | ICR_FIXED | 0x57);
	check_int(irq_take(), IRQ_NONE, "logical cluster: another bit does not");
	apic_icr(0x12, ICR_LOGICAL | ICR_FIXED | 0x57);
	check_int(irq_take(), IRQ_NONE, "logical cluster: another cluster does not");
	apic_write(APIC_DFR, 0xffffffff);
	apic_write(APIC_LDR, 0x01000000);
}

/* "Task and Processor Priorities". */
static void test_nesting(void)
{
	apic_fresh();
	apic_self(0x45);
	irq_window();
	check_eq(apic_read(APIC_PPR), 0x40, "PPR is the class in service");
	apic_self(0x4f);
	check_int(irq_take(), IRQ_NONE, "the same class does not nest");
	apic_self(0x31);
	check_int(irq_take(), IRQ_NONE, "a lower class does not nest");
	apic_self(0x51);
	check_int(irq_take(), 0x51, "a higher class nests");
	check_eq(apic_read(APIC_PPR), 0x50, "PPR follows the nested class");
	apic_eoi();
	check(!apic_bit(APIC_ISR, 0x51) && apic_bit(APIC_ISR, 0x45),
	      "EOI ends the highest in service");
	check_eq(apic_read(APIC_PPR), 0x40, "PPR falls back to the class below");
	check_int(irq_take(), IRQ_NONE, "the same class still waits");
	apic_eoi();
	check_int(irq_take(), 0x4f, "the highest waiting one comes after the last EOI");
	apic_eoi();
	check_int(irq_take(), 0x31, "then the lower one");
	apic_eoi();
	check_eq(apic_read(APIC_PPR), 0x00, "PPR rests at 0");
}

static void eoi_hook(u8 vector)
{
	(void)vector;
	apic_eoi();
}

static void test_order(void)
{
	static const u8 order[] = { 0xe1, 0x91, 0x61, 0x52, 0x51, 0x31, 0x21 };
	static const u8 sent[] = { 0x51, 0x21, 0xe1, 0x52, 0x31, 0x91, 0x61 };
	u32 i;

	apic_fresh();
	for (i = 0; i < ARRAY_SIZE(sent); i++)
		apic_self(sent[i]);
	irq_hook = eoi_hook;
	irq_clear();
	for (i = 0; i < ARRAY_SIZE(sent) + 2; i++)
		irq_window();
	check(irq_log_is(order, ARRAY_SIZE(order)),
	      "waiting vectors come from the highest to the lowest");
	irq_hook = NULL;
}

/* "Task and Processor Priorities"; "CR8". */
static void test_tpr(void)
{
	apic_fresh();
	apic_write(APIC_TPR, 0x5c);
	check_eq(apic_read(APIC_TPR), 0x5c, "TPR reads back");
	check_eq(apic_read(APIC_PPR), 0x5c, "PPR is TPR when nothing is in service");
	apic_self(0x5f);
	check_int(irq_take(), IRQ_NONE, "TPR holds back its own class");
	apic_self(0x61);
	check_int(irq_take(), 0x61, "TPR lets a higher class in");
	check_eq(apic_read(APIC_PPR), 0x60, "PPR is the higher of TPR and service");
	apic_eoi();
	apic_write(APIC_TPR, 0x4f);
	check_int(irq_take(), 0x5f, "lowering TPR lets the waiting vector in");
	apic_eoi();
	write_cr8(7);
	check_eq(apic_read(APIC_TPR), 0x70, "CR8 writes TPR 7:4 and clears TPR 3:0");
	apic_self(0x71);
	check_int(irq_take(), IRQ_NONE, "CR8 holds back its own class");
	apic_write(APIC_TPR, 0x35);
	check_eq(read_cr8(), 3, "CR8 reads TPR 7:4");
	check_int(irq_take(), 0x71, "the vector CR8 held back comes");
	apic_eoi();
	write_cr8(15);
	apic_self(0xfe);
	check_int(irq_take(), IRQ_NONE, "CR8 15 holds back everything");
	write_cr8(0);
	check_int(irq_take(), 0xfe, "CR8 0 lets it in");
	apic_eoi();
}

static void test_eoi_idle(void)
{
	apic_fresh();
	apic_self(0x51);
	apic_eoi();
	check(apic_bit(APIC_IRR, 0x51), "EOI with nothing in service leaves IRR alone");
	check_int(irq_take(), 0x51, "and the waiting vector still comes");
	apic_eoi();
	apic_eoi();
	check_eq(apic_read(APIC_PPR), 0, "EOI with nothing in service leaves PPR alone");
}

/* "Local APIC State After It Has Been Software Disabled". */
static void test_disable(void)
{
	apic_fresh();
	apic_write(APIC_LVT_TIMER, 0x71);
	apic_write(APIC_LVT_ERROR, 0x72);
	apic_self(0x51);
	irq_window();
	apic_self(0x41);
	apic_write(APIC_SVR, 0xff);
	check_eq(apic_read(APIC_LVT_TIMER), APIC_LVT_MASKED | 0x71,
		 "software disable masks LVT timer");
	check_eq(apic_read(APIC_LVT_ERROR), APIC_LVT_MASKED | 0x72,
		 "software disable masks LVT error");
	check_eq(apic_read(APIC_LVT_LINT1) & APIC_LVT_MASKED, APIC_LVT_MASKED,
		 "software disable masks LINT1");
	apic_write(APIC_LVT_TIMER, 0x73);
	check_eq(apic_read(APIC_LVT_TIMER), APIC_LVT_MASKED | 0x73,
		 "disabled, an LVT's mask cannot be cleared");
	apic_self(0x61);
	check(!apic_bit(APIC_IRR, 0x61), "disabled, an IPI is not accepted");
	check(apic_bit(APIC_ISR, 0x51), "disabled, ISR is held");
	check(apic_bit(APIC_IRR, 0x41), "disabled, IRR is held");
	apic_write(APIC_SVR, APIC_SVR_ENABLE | 0xff);
	check_eq(apic_read(APIC_LVT_TIMER), APIC_LVT_MASKED | 0x73,
		 "enabled again, LVTs stay masked");
	apic_eoi();
	check_int(irq_take(), 0x41, "enabled again, what waited in IRR comes");
	apic_eoi();
}

/* "Local Vector Table": fields that exist, and read-only ones. xAPIC only. */
static void test_lvt_fields(void)
{
	apic_fresh();
	apic_write(APIC_LVT_TIMER, 0xfffbffff);
	check_eq(apic_read(APIC_LVT_TIMER), 0x300ff,
		 "LVT timer: vector, mask and mode can be written, nothing else");
	apic_write(APIC_LVT_PERF, 0xffffffff);
	check_eq(apic_read(APIC_LVT_PERF), 0x107ff,
		 "LVT performance counter: vector, mode and mask, nothing else");
	apic_write(APIC_LVT_LINT0, 0xffffffff);
	check_eq(apic_read(APIC_LVT_LINT0), 0x1a7ff,
		 "LINT0: vector, mode, polarity, trigger and mask, nothing else");
	apic_write(APIC_LVT_LINT1, 0xffffffff);
	check_eq(apic_read(APIC_LVT_LINT1), 0x1a7ff,
		 "LINT1: vector, mode, polarity, trigger and mask, nothing else");
	apic_write(APIC_LVT_ERROR, 0xffffffff);
	check_eq(apic_read(APIC_LVT_ERROR), 0x100ff, "LVT error: vector and mask, nothing else");
	apic_write(APIC_TPR, 0xffffffff);
	check_eq(apic_read(APIC_TPR), 0xff, "TPR has eight bits");
	apic_write(APIC_LDR, 0xffffffff);
	check_eq(apic_read(APIC_LDR), 0xff000000, "LDR has bits 31:24");
	apic_write(APIC_DFR, 0x00000000);
	check_eq(apic_read(APIC_DFR), 0x0fffffff, "DFR has bits 31:28, the rest reads one");
	apic_write(APIC_DFR, 0xffffffff);
	apic_write(APIC_LDR, 0x01000000);
	apic_write(APIC_TDCR, 0xffffffff);
	check_eq(apic_read(APIC_TDCR), 0x0b, "the divide register has bits 3, 1 and 0");
}

static void test_read_only(void)
{
	u32 version = apic_read(APIC_VERSION);

	apic_fresh();
	apic_write(APIC_VERSION, 0xffffffff);
	check_eq(apic_read(APIC_VERSION), version, "the version cannot be written");
	apic_write(APIC_PPR, 0xff);
	check_eq(apic_read(APIC_PPR), 0, "PPR cannot be written");
	apic_write(APIC_IRR + 0x20, 0xffffffff);
	apic_write(APIC_ISR + 0x20, 0xffffffff);
	check_eq(apic_read(APIC_IRR + 0x20) | apic_read(APIC_ISR + 0x20), 0,
		 "IRR and ISR cannot be written");
	apic_write(APIC_ICR_HIGH, 0xffffffff);
	check_eq(apic_read(APIC_ICR_HIGH), 0xff000000, "ICR's high half has bits 31:24");
}

static void test_identity(void)
{
	u32 version = apic_read(APIC_VERSION);

	check_eq(version & 0xf0, 0x10, "the version is that of an integrated APIC");
	check(version >> 16 >= 3, "it has four LVT entries or more");
	apic_write(APIC_SVR, APIC_SVR_ENABLE | 0xe7);
	check_eq(apic_read(APIC_SVR) & 0x1ff, 0x1e7, "SVR's vector and enable bit read back");
	apic_fresh();
}

/* The state a VMM reads is the state the guest sees. */
static void test_state(void)
{
	apic_fresh();
	apic_write(APIC_TPR, 0x23);
	apic_self(0x51);
	irq_window();
	lab_request(LAB_OP_LAPIC, APIC_ISR + 0x51 / 32 * 16, 0, 0);
	check_eq(lab_result(), 1u << (0x51 % 32), "KVM_GET_LAPIC shows the vector in service");
	lab_request(LAB_OP_LAPIC, APIC_TPR, 0, 0);
	check_eq(lab_result(), 0x23, "KVM_GET_LAPIC shows TPR");
	apic_eoi();
}

/* "Interrupt Priority ... x2APIC": an address per register, #GP for misuse. */
static void test_x2apic_faults(void)
{
	static const struct {
		u32 msr;
		u64 value;
		const char *sentence;
	} writes[] = {
		{ 0x802, 0, "x2APIC: writing the ID faults" },
		{ 0x803, 0, "x2APIC: writing the version faults" },
		{ 0x808, 1ULL << 32, "x2APIC: TPR's reserved bits fault" },
		{ 0x80a, 0, "x2APIC: writing PPR faults" },
		{ 0x80b, 1, "x2APIC: an EOI other than 0 faults" },
		{ 0x80d, 1, "x2APIC: writing LDR faults" },
		{ 0x80f, 1 << 16 | 0x1ff, "x2APIC: SVR's reserved bits fault" },
		{ 0x810, 0, "x2APIC: writing ISR faults" },
		{ 0x820, 0, "x2APIC: writing IRR faults" },
		{ 0x828, 1, "x2APIC: an ESR other than 0 faults" },
		{ 0x830, 1 << 13 | 0x40051, "x2APIC: ICR's reserved bits fault" },
		{ 0x839, 0, "x2APIC: writing the current count faults" },
		{ 0x83f, 0x151, "x2APIC: self-IPI's reserved bits fault" },
	};
	static const struct {
		u32 msr;
		const char *sentence;
	} reads[] = {
		{ 0x800, "x2APIC: a reserved register faults" },
		{ 0x80b, "x2APIC: reading EOI faults" },
		{ 0x80e, "x2APIC: there is no DFR" },
		{ 0x831, "x2APIC: there is no high half of ICR" },
		{ 0x83f, "x2APIC: reading self-IPI faults" },
	};
	u64 value;
	u32 i;

	apic_fresh();
	for (i = 0; i < ARRAY_SIZE(writes); i++)
		check(!msr_write(writes[i].msr, writes[i].value), writes[i].sentence);
	for (i = 0; i < ARRAY_SIZE(reads); i++)
		check(!msr_read(reads[i].msr, &value), reads[i].sentence);
	check_int(irq_take(), IRQ_NONE, "x2APIC: an access that faulted sent nothing");
}

static void test_x2apic(void)
{
	u64 base = 0, icr = 0;

	apic_fresh();
	check_eq(apic_read(APIC_ID), 0, "x2APIC: the ID is 32 bits wide");
	check_eq(apic_read(APIC_LDR), 1, "x2APIC: LDR is cluster 0, bit 0");
	apic_icr(0x00000001, ICR_LOGICAL | ICR_FIXED | 0x56);
	check_int(irq_take(), 0x56, "x2APIC: the logical ID arrives");
	apic_eoi();
	apic_icr(0x00010001, ICR_LOGICAL | ICR_FIXED | 0x56);
	check_int(irq_take(), IRQ_NONE, "x2APIC: another cluster does not");
	apic_icr(ABSENT_CPU, ICR_FIXED | 0x56);
	msr_write(MSR_X2APIC(APIC_SELF_IPI), 0x57);
	check_int(irq_take(), 0x57, "x2APIC: the self-IPI register arrives");
	apic_eoi();
	msr_read(MSR_X2APIC(APIC_ICR), &icr);
	check_eq(icr, (u64)ABSENT_CPU << 32 | ICR_FIXED | 0x56,
		 "x2APIC: self-IPI leaves ICR alone, 64 bits of it");
	msr_read(MSR_APIC_BASE, &base);
	check(!msr_write(MSR_APIC_BASE, base & ~0x400ULL), "x2APIC: going back to xAPIC faults");
	check(!msr_write(MSR_APIC_BASE, base & ~0x800ULL), "x2APIC: EXTD without EN faults");
	check_eq(apic_read(APIC_ID), 0, "x2APIC: still on after that");
}

static void test_xapic(void)
{
	u64 value;

	check(!msr_read(MSR_X2APIC(APIC_ID), &value), "xAPIC: the x2APIC MSRs fault");
	check(!msr_write(MSR_X2APIC(APIC_EOI), 0), "xAPIC: writing an x2APIC MSR faults");
	check_eq(apic_read(APIC_ID), 0, "xAPIC: the ID is in bits 31:24");
}

/**
 * guest_main() - run the tests of the local APIC
 */
void guest_main(void)
{
	lab_plan(LAPIC_PLAN + (x2apic ? LAPIC_PLAN_X2APIC : LAPIC_PLAN_XAPIC));
	pic_mask_all();
	ioapic_mask_all();
	out8(0x43, 0x30);
	apic_fresh();
	test_identity();
	test_self_ipi();
	test_destinations();
	test_nesting();
	test_order();
	test_tpr();
	test_eoi_idle();
	test_disable();
	test_state();
	if (x2apic) {
		test_x2apic();
		test_x2apic_faults();
	} else {
		test_xapic();
		test_logical();
		test_lvt_fields();
		test_read_only();
	}
	test_errors();
	test_timer();
	apic_fresh();
}
