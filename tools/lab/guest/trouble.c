// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests whose interrupts do not come, each for another reason: what the VMM's
 * --look looks at while they stand still. Which one is the VMM's --trouble.
 */
#include "lib.h"

#define PIC_PIN			5
#define PIN			10
#define PINS			24
#define ABSENT_CPU		5

#define VECTOR			0x51
#define VECTOR_TIMER		0xec

#define RTE_MODE_RESERVED	0x00000300u
#define RTE_LEVEL		0x00008000u
#define RTE_MASKED		0x00010000u

#define MSR_APIC_BASE_ENABLE	0x800u

#define ICR_INIT		0x4500u

static u8 second_stack[4096];
static bool second_is_up;
/* The VMM looks once this is set. */
static u32 there;

/* ---- what the guests have in common ---- */

static void rte_write(u32 pin, u32 destination, u32 low)
{
	ioapic_write(0x11 + 2 * pin, destination << 24);
	ioapic_write(0x10 + 2 * pin, low);
}

static void pic_set_up(u8 mask)
{
	out8(PIC_MASTER, 0x11);
	out8(PIC_MASTER + 1, 0x20);
	out8(PIC_MASTER + 1, 0x04);
	out8(PIC_MASTER + 1, 0x01);
	out8(PIC_MASTER + 1, mask);
	apic_write(APIC_LVT_LINT0, APIC_LVT_EXTINT);
}

static void msi_send(u8 vector)
{
	lab_request(LAB_OP_MSI, APIC_BASE, vector, 0);
}

/* ---- ways to stand still; none returns ---- */

static void look(void)
{
	lab_request(LAB_OP_LOOK, (u64)&there, 0, 0);
	__atomic_store_n(&there, 1, __ATOMIC_SEQ_CST);
}

static void spin(void)
{
	look();
	for (;;)
		irq_window();
}

static void spin_without_interrupts(void)
{
	look();
	for (;;)
		asm volatile("pause");
}

static void halt_without_interrupts(void)
{
	look();
	for (;;)
		asm volatile("hlt");
}

/* The thread of this CPU is the VMM's as long as it looks. */
static void stay_outside(void)
{
	lab_request(LAB_OP_LOOK, 0, 0, 0);
}

/* ---- the troubles ---- */

static void line_low(void)
{
	rte_write(PIN, 0, VECTOR);
	spin();
}

static void no_route(void)
{
	lab_request(LAB_OP_UNROUTE, PIN, 0, 0);
	line_set(PIN, 1);
	spin();
}

static void pic_not_set_up(void)
{
	line_set(PIC_PIN, 1);
	spin();
}

static void pic_masked(void)
{
	pic_set_up(1 << PIC_PIN);
	line_set(PIC_PIN, 1);
	spin();
}

static void pic_behind(void)
{
	pic_set_up(0);
	line_set(3, 1);
	irq_take();
	line_set(PIC_PIN, 1);
	spin();
}

static void pic_no_eoi(void)
{
	pic_set_up(0);
	line_set(PIC_PIN, 1);
	irq_take();
	line_set(PIC_PIN, 0);
	spin();
}

static void pic_gated(void)
{
	pic_set_up(0);
	apic_write(APIC_LVT_LINT0, APIC_LVT_MASKED | APIC_LVT_EXTINT);
	line_set(PIC_PIN, 1);
	spin();
}

static void edge_taken(void)
{
	rte_write(PIN, 0, VECTOR);
	line_set(PIN, 1);
	irq_take();
	apic_eoi();
	spin();
}

/* As a driver that moves its interrupt, and forgets to unmask it. */
static void rte_masked(void)
{
	rte_write(PIN, 0, VECTOR);
	rte_write(PIN + 1, 0, VECTOR + 1);
	rte_write(PIN, 0, RTE_MASKED | VECTOR);
	line_set(PIN, 1);
	spin();
}

static void level_masked(void)
{
	rte_write(PIN + 1, 0, VECTOR + 1);
	rte_write(PIN, 0, RTE_MASKED | RTE_LEVEL | VECTOR);
	line_set(PIN, 1);
	spin();
}

static void rte_mode(void)
{
	rte_write(PIN, 0, RTE_LEVEL | RTE_MODE_RESERVED | VECTOR);
	line_set(PIN, 1);
	spin();
}

static void no_eoi(void)
{
	rte_write(PIN, 0, RTE_LEVEL | VECTOR);
	line_set(PIN, 1);
	irq_take();
	spin();
}

/* Takes what comes, and ends nothing. */
static void second_main(void)
{
	apic_enable();
	__atomic_store_n(&second_is_up, true, __ATOMIC_SEQ_CST);
	for (;;)
		irq_window();
}

static void second_start(void)
{
	lab_request(LAB_OP_SECOND, (u64)second_main,
		    ((u64)second_stack + sizeof(second_stack)) & ~15ULL, 0);
	while (!__atomic_load_n(&second_is_up, __ATOMIC_SEQ_CST))
		asm volatile("pause");
}

/* The CPU that owes the EOI is reset: nobody will write it. */
static void orphan(void)
{
	second_start();
	rte_write(PIN, 1, RTE_LEVEL | VECTOR);
	line_set(PIN, 1);
	while (!__atomic_load_n(&irq_total[VECTOR], __ATOMIC_SEQ_CST))
		asm volatile("pause");
	apic_icr(1, ICR_INIT);
	spin();
}

static void eoi_at_once(u8 vector)
{
	(void)vector;
	apic_eoi();
}

static void storm(void)
{
	irq_hook = eoi_at_once;
	rte_write(PIN, 0, RTE_LEVEL | VECTOR);
	line_set(PIN, 1);
	spin();
}

static void no_dest(void)
{
	rte_write(PIN, ABSENT_CPU, RTE_LEVEL | VECTOR);
	line_set(PIN, 1);
	spin();
}

static void apic_sw_off(void)
{
	apic_write(APIC_SVR, 0xff);
	rte_write(PIN, 0, RTE_LEVEL | VECTOR);
	line_set(PIN, 1);
	spin();
}

static void apic_hw_off(void)
{
	u64 base;

	msr_read(MSR_APIC_BASE, &base);
	msr_write(MSR_APIC_BASE, base & ~(u64)MSR_APIC_BASE_ENABLE);
	spin_without_interrupts();
}

static void tpr(void)
{
	apic_write(APIC_TPR, 0xf0);
	rte_write(PIN, 0, RTE_LEVEL | VECTOR);
	line_set(PIN, 1);
	spin();
}

static void behind_isr(void)
{
	msi_send(0x91);
	irq_take();
	msi_send(VECTOR);
	spin();
}

static void vector_no_eoi(void)
{
	msi_send(VECTOR);
	irq_take();
	spin();
}

static void if_off(void)
{
	rte_write(PIN, 0, RTE_LEVEL | VECTOR);
	line_set(PIN, 1);
	spin_without_interrupts();
}

static void if_off_halted(void)
{
	rte_write(PIN, 0, RTE_LEVEL | VECTOR);
	line_set(PIN, 1);
	halt_without_interrupts();
}

static void stopped(void)
{
	rte_write(PIN, 0, RTE_LEVEL | VECTOR);
	line_set(PIN, 1);
	stay_outside();
}

static void lvt_masked(void)
{
	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED | VECTOR_TIMER);
	apic_write(APIC_TMICT, 0xffffffff);
	spin();
}

static void timer_off(void)
{
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
	spin();
}

static void timer_armed(void)
{
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
	apic_write(APIC_TDCR, 0x0a);
	apic_write(APIC_TMICT, 0xffffffff);
	spin();
}

static void pit_off(void)
{
	out8(0x43, 0x34);
	spin();
}

/*
 * Reset, as when the kernel has taken the CPU away, and nobody starts it again.
 * When the reset is done cannot be seen, so the device does not give up.
 */
static void no_sipi(void)
{
	second_start();
	apic_icr(1, ICR_INIT);
	rte_write(PIN, 1, VECTOR);
	look();
	for (;;) {
		line_set(PIN, 0);
		line_set(PIN, 1);
	}
}

/* All is well, until whoever looks has the kick of this CPU withheld. */
static void not_woken(void)
{
	irq_hook = eoi_at_once;
	apic_write(APIC_LVT_TIMER, APIC_LVT_PERIODIC | VECTOR_TIMER);
	apic_write(APIC_TDCR, 0x0a);
	apic_write(APIC_TMICT, 100000);
	look();
	for (;;)
		irq_halt();
}

static void (* const troubles[LAB_TROUBLES])(void) = {
	[LAB_TROUBLE_LINE_LOW] = line_low,
	[LAB_TROUBLE_NO_ROUTE] = no_route,
	[LAB_TROUBLE_PIC_NOT_SET_UP] = pic_not_set_up,
	[LAB_TROUBLE_PIC_MASKED] = pic_masked,
	[LAB_TROUBLE_PIC_BEHIND] = pic_behind,
	[LAB_TROUBLE_PIC_NO_EOI] = pic_no_eoi,
	[LAB_TROUBLE_PIC_GATED] = pic_gated,
	[LAB_TROUBLE_EDGE_TAKEN] = edge_taken,
	[LAB_TROUBLE_RTE_MASKED] = rte_masked,
	[LAB_TROUBLE_LEVEL_MASKED] = level_masked,
	[LAB_TROUBLE_RTE_MODE] = rte_mode,
	[LAB_TROUBLE_NO_EOI] = no_eoi,
	[LAB_TROUBLE_ORPHAN] = orphan,
	[LAB_TROUBLE_STORM] = storm,
	[LAB_TROUBLE_NO_DEST] = no_dest,
	[LAB_TROUBLE_APIC_SW_OFF] = apic_sw_off,
	[LAB_TROUBLE_APIC_HW_OFF] = apic_hw_off,
	[LAB_TROUBLE_TPR] = tpr,
	[LAB_TROUBLE_BEHIND_ISR] = behind_isr,
	[LAB_TROUBLE_VECTOR_NO_EOI] = vector_no_eoi,
	[LAB_TROUBLE_IF_OFF] = if_off,
	[LAB_TROUBLE_IF_OFF_HALTED] = if_off_halted,
	[LAB_TROUBLE_STOPPED] = stopped,
	[LAB_TROUBLE_LVT_MASKED] = lvt_masked,
	[LAB_TROUBLE_TIMER_OFF] = timer_off,
	[LAB_TROUBLE_TIMER_ARMED] = timer_armed,
	[LAB_TROUBLE_PIT_OFF] = pit_off,
	[LAB_TROUBLE_NO_SIPI] = no_sipi,
	[LAB_TROUBLE_NOT_WOKEN] = not_woken,
};

/**
 * guest_main() - get into trouble, and stay there
 */
void guest_main(void)
{
	apic_enable();
	ioapic_mask_all();
	troubles[lab_option(LAB_OPTION_TROUBLE)]();
}
