// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages: KVM_SIGNAL_MSI and MSI routes.
 *
 * Sources: SDM vol. 3, "Message Signalled Interrupts" (address and data);
 * "Error Handling" for vectors 0 to 15; KVM API, KVM_SIGNAL_MSI and
 * KVM_SET_GSI_ROUTING.
 */
#include "lib.h"

#define MSI_PLAN		30

#define MSI_ADDRESS		0xfee00000ULL
#define MSI_DEST(id)		((u64)(id) << 12)
#define MSI_REDIRECT		0x8
#define MSI_LOGICAL		0x4
#define MSI_LOWEST		0x100
#define MSI_NMI			0x400
#define MSI_LEVEL_ASSERT	0xc000

#define VECTOR_NMI		2
#define ABSENT_CPU		5
#define ROUTED_GSI		30

static int msi_send(u64 address, u32 data)
{
	return lab_request(LAB_OP_MSI, address, data, 0);
}

static void test_signal(void)
{
	u32 vector, good = 0;

	check_int(msi_send(MSI_ADDRESS, 0x51), 1, "KVM_SIGNAL_MSI returns 1: delivered to one CPU");
	check_int(irq_take(), 0x51, "a message arrives at its vector");
	check(!apic_bit(APIC_TMR, 0x51), "TMR is clear for an edge message");
	apic_eoi();
	for (vector = 0x20; vector < 0xff; vector++) {
		msi_send(MSI_ADDRESS, vector);
		good += irq_take() == (int)vector;
		apic_eoi();
	}
	check_eq(good, 0xff - 0x20, "every vector from 0x20 to 0xfe arrives");
	msi_send(MSI_ADDRESS, 0x51);
	check(msi_send(MSI_ADDRESS, 0x51) >= 0, "a message whose vector is pending is no error");
	check_int(irq_take(), 0x51, "two messages before the acknowledge are one interrupt");
	check_int(msi_send(MSI_ADDRESS, 0x51), 1,
		  "a message whose vector is in service is delivered");
	apic_eoi();
	check_int(irq_take(), 0x51, "it arrives after EOI");
	apic_eoi();
	check_int(irq_take(), IRQ_NONE, "nothing is left");
}

static void test_illegal(void)
{
	msi_send(MSI_ADDRESS, 0x0f);
	check(!apic_bit(APIC_IRR, 0x0f), "a message with vector 15 sets no IRR bit");
	check_int(irq_take(), IRQ_NONE, "a message with vector 15 does not interrupt");
	apic_write(APIC_ESR, 0);
	check_eq(apic_read(APIC_ESR), 0x40, "ESR records receive illegal vector");
}

static void test_modes(void)
{
	msi_send(MSI_ADDRESS | MSI_REDIRECT, MSI_LOWEST | 0x53);
	check_int(irq_take(), 0x53, "lowest priority: delivered to the only CPU");
	apic_eoi();
	irq_clear();
	msi_send(MSI_ADDRESS, MSI_NMI | 0x53);
	check_eq(irq_log.count, 1, "NMI: delivered with interrupts off");
	check_eq(irq_log.vector[0], VECTOR_NMI, "NMI: arrives as vector 2");
	msi_send(MSI_ADDRESS, MSI_LEVEL_ASSERT | 0x54);
	check_int(irq_take(), 0x54, "a level message arrives");
	check(apic_bit(APIC_TMR, 0x54), "TMR is set for a level message");
	apic_eoi();
}

static void test_destinations(void)
{
	check(msi_send(MSI_ADDRESS | MSI_DEST(ABSENT_CPU), 0x51) <= 0,
	      "a message to an absent CPU is not delivered");
	check_int(irq_take(), IRQ_NONE, "a message to an absent CPU does not interrupt");
	check_int(msi_send(MSI_ADDRESS | MSI_DEST(0xff), 0x51), 1,
		  "a message to 0xff is for every CPU");
	check_int(irq_take(), 0x51, "it arrives");
	apic_eoi();
	if (x2apic) {
		skip("logical flat: the CPU's bit selects it", "x2APIC has no flat model");
		return;
	}
	apic_write(APIC_DFR, 0xffffffff);
	apic_write(APIC_LDR, 0x04000000);
	msi_send(MSI_ADDRESS | MSI_LOGICAL | MSI_DEST(0x0c), 0x52);
	check_int(irq_take(), 0x52, "logical flat: the CPU's bit selects it");
	apic_eoi();
}

static void test_routes(void)
{
	check_int(lab_request(LAB_OP_ROUTE, ROUTED_GSI, MSI_ADDRESS, 0x61), 0,
		  "KVM_SET_GSI_ROUTING takes an MSI route");
	check_int(line_set(ROUTED_GSI, 1), 1, "raising the GSI delivers its message");
	check_int(irq_take(), 0x61, "the routed message arrives");
	apic_eoi();
	line_set(ROUTED_GSI, 0);
	check_int(irq_take(), IRQ_NONE, "lowering the GSI sends nothing");
	lab_request(LAB_OP_ROUTE, ROUTED_GSI, MSI_ADDRESS, 0x62);
	line_pulse(ROUTED_GSI);
	check_int(irq_take(), 0x62, "a replaced table gives the new vector");
	apic_eoi();
	ioapic_write(0x10 + 2 * 11, 0x63);
	line_pulse(11);
	check_int(irq_take(), 0x63, "legacy GSIs in the table still reach the I/O APIC");
	apic_eoi();
	lab_request(LAB_OP_UNROUTE, 11, 0, 0);
	line_pulse(11);
	check_int(irq_take(), IRQ_NONE, "a GSI left out of the table reaches nothing");
	line_pulse(ROUTED_GSI);
	check_int(irq_take(), IRQ_NONE, "an MSI route left out of the table is gone");
}

/**
 * guest_main() - run the tests of messages
 */
void guest_main(void)
{
	lab_plan(MSI_PLAN);
	pic_mask_all();
	out8(0x43, 0x30);
	apic_enable();
	ioapic_mask_all();
	test_signal();
	test_illegal();
	test_modes();
	test_destinations();
	test_routes();
}
