// SPDX-License-Identifier: GPL-2.0-only
/*
 * What single operations cost the guest, in TSC ticks.
 *
 * Each row is measured as a loop of the operation and an empty loop, some repeats
 * of both; the VMM passes the figures on as they are. Under -icount one tick is
 * one instruction of the machine below (tools/bench).
 *
 * No PAUSE in the waiting loops: QEMU 7.2 under -icount hangs on it in a nested
 * guest. But where two CPUs wait for each other it has QEMU go on with the other
 * one at once, so that what is counted is no waiting.
 */
#include "bench.h"

#define TIMER_BY_1		0xb
#define ICR_SELF		0x44000

static void do_nothing(void)
{
	asm volatile("" : : : "memory");
}

static void do_pic_eoi(void)
{
	out8(PIC_MASTER, PIC_EOI);
}

static void do_apic_eoi(void)
{
	mmio_write(APIC_BASE + APIC_EOI, 0);
}

static void do_tpr_read(void)
{
	mmio_read(APIC_BASE + APIC_TPR);
}

static void do_self_ipi(void)
{
	u32 goal = irq_total[VECTOR_IPI] + 1;

	mmio_write(APIC_BASE + APIC_ICR, ICR_SELF | VECTOR_IPI);
	while (irq_total[VECTOR_IPI] != goal)
		asm volatile("" : : : "memory");
}

/* The shortest count there is: what is left is the way of the interrupt. */
static void do_timer(void)
{
	u32 goal = irq_total[VECTOR_TIMER] + 1;

	mmio_write(APIC_BASE + APIC_TMICT, 1);
	while (irq_total[VECTOR_TIMER] != goal)
		asm volatile("" : : : "memory");
}

/* HLT stands in the shadow of STI: the interrupt finds the CPU halted, or halting. */
static void do_timer_halted(void)
{
	u32 goal = irq_total[VECTOR_TIMER] + 1;

	while (irq_total[VECTOR_TIMER] != goal)
		asm volatile("cli; movl %0, (%1); sti; hlt"
			     : : "r" (1), "r" (APIC_BASE + APIC_TMICT) : "memory");
}

/* Where the second CPU is when an IPI comes, and how many it has taken. */
static bool second_halts;
static u32 second_taken;
static u8 second_stack[4096];

/* Not too often: QEMU's other threads have to have their turn, too. */
static void let_other_run(void)
{
	static const u32 looks = 8;
	u32 i;

	for (i = 0; i < looks; i++)
		asm volatile("" : : : "memory");
	asm volatile("pause" : : : "memory");
}

static void second_main(void)
{
	mmio_write(APIC_BASE + APIC_SVR, APIC_SVR_ENABLE | 0xff);
	second_taken = 1;
	for (;;) {
		asm volatile("sti" : : : "memory");
		let_other_run();
		asm volatile("cli" : : : "memory");
		if (second_halts)
			irq_halt();
	}
}

/* ICR's upper half has the second CPU's ID all the time. */
static void do_ipi(void)
{
	u32 goal = second_taken + 1;

	mmio_write(APIC_BASE + APIC_ICR, VECTOR_OTHER);
	while (second_taken != goal)
		let_other_run();
}

static const struct bench chip_rows[] = {
	{ "PIC EOI", "PIC EOI (empty)", do_pic_eoi },
	{ "LAPIC EOI", "LAPIC EOI (empty)", do_apic_eoi },
	{ "TPR read", "TPR read (empty)", do_tpr_read },
	{ "self-IPI, handler and EOI", "self-IPI, handler and EOI (empty)",
	  do_self_ipi },
};

static const struct bench timer_rows[] = {
	{ "timer, handler and EOI", "timer, handler and EOI (empty)", do_timer },
	{ "timer, CPU halted", "timer, CPU halted (empty)", do_timer_halted },
};

static const struct bench ipi_rows[] = {
	{ "IPI to a running CPU", "IPI to a running CPU (empty)", do_ipi },
	{ "IPI to a halted CPU", "IPI to a halted CPU (empty)", do_ipi },
};

/* The handlers' cost is the same everywhere: the least a handler can do. */
static void bench_hook(u8 vector)
{
	if (vector == VECTOR_LINE)
		do_pic_eoi();
	else
		do_apic_eoi();
	if (vector == VECTOR_OTHER)
		second_taken++;
}

static u64 time_loop(void (*operation)(void), u32 loops)
{
	u64 start = tsc_read();
	u32 i;

	for (i = 0; i < loops; i++)
		operation();
	return tsc_read() - start;
}

static void run_row(const struct bench *row, u32 loops)
{
	u32 repeat;

	time_loop(row->operation, loops / 10 + 1);
	for (repeat = 0; repeat < BENCH_REPEATS; repeat++) {
		lab_request(LAB_OP_BENCH, (u64)row->name,
			    time_loop(row->operation, loops), loops);
		lab_request(LAB_OP_BENCH, (u64)row->empty_name,
			    time_loop(do_nothing, loops), loops);
	}
}

/**
 * bench_run() - measure some rows
 * @rows: these
 * @count: how many
 * @loops: operations per figure
 */
void bench_run(const struct bench *rows, u32 count, u32 loops)
{
	u32 i;

	for (i = 0; i < count; i++)
		run_row(&rows[i], loops);
}

/**
 * bench_chips() - measure the rows of the chips' registers; interrupts are on
 * @loops: operations per figure
 */
void bench_chips(u32 loops)
{
	bench_run(chip_rows, ARRAY_SIZE(chip_rows), loops);
}

/**
 * bench_timer() - measure the rows of the APIC's timer; interrupts are on
 * @loops: operations per figure
 */
void bench_timer(u32 loops)
{
	bench_run(timer_rows, ARRAY_SIZE(timer_rows), loops);
}

/**
 * bench_ipis() - start the second CPU and measure the rows of IPIs to it
 * @loops: operations per figure
 */
void bench_ipis(u32 loops)
{
	lab_request(LAB_OP_SECOND, (u64)second_main,
		    ((u64)second_stack + sizeof(second_stack)) & ~15ULL, 0);
	while (!second_taken)
		let_other_run();
	apic_write(APIC_ICR_HIGH, 1 << 24);
	run_row(&ipi_rows[0], loops);
	second_halts = true;
	run_row(&ipi_rows[1], loops);
}

/**
 * bench_clock() - report how many TSC ticks one ns of the VMM's clock is
 *
 * Under -icount it is 1.
 */
void bench_clock(void)
{
	u64 start_ns = time_ns(), start = tsc_read(), ticks, ns;

	do
		ns = time_ns() - start_ns;
	while (ns < 20000000);
	ticks = tsc_read() - start;
	lab_request(LAB_OP_BENCH, (u64)"clock", ticks, ns);
}

/**
 * bench_set_up() - all lines closed but BENCH_GSI, by the PIC
 * @irqchip: whether there is more than a PIC and a local APIC's EOI
 */
void bench_set_up(bool irqchip)
{
	pic_mask_all();
	if (irqchip) {
		apic_enable();
		ioapic_mask_all();
		out8(0x43, 0x30);
	}
	apic_write(APIC_LVT_LINT0, APIC_LVT_EXTINT);
	apic_write(APIC_TDCR, TIMER_BY_1);
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
	out8(PIC_MASTER, 0x11);
	out8(PIC_MASTER + 1, 0x20);
	out8(PIC_MASTER + 1, 0x04);
	out8(PIC_MASTER + 1, 0x01);
	out8(PIC_MASTER + 1, 0xff & ~(1 << BENCH_GSI));
	irq_hook = bench_hook;
}
