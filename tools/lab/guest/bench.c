// SPDX-License-Identifier: GPL-2.0-only
/*
 * What single operations cost the guest, in TSC ticks.
 *
 * Each row is measured as a loop of the operation and an empty loop, some repeats
 * of both; the VMM passes the figures on as they are. Under -icount one tick is
 * one instruction of the machine below (tools/bench).
 *
 * No PAUSE in the waiting loops: QEMU 7.2 under -icount hangs on it in a nested
 * guest.
 */
#include "lib.h"

#define BENCH_REPEATS		5
#define BENCH_GSI		5
#define VECTOR_IPI		0x51
#define VECTOR_LINE		(0x20 + BENCH_GSI)
#define VECTOR_TIMER		0x61
#define TIMER_BY_1		0xb
#define ICR_SELF		0x44000

struct bench {
	const char *name;
	const char *empty_name;
	void (*operation)(void);
	void (*empty)(void);
};

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

/* A line pulsed by another thread of the VMM, while the guest runs. */
static void do_device(void)
{
	u32 goal = irq_total[VECTOR_LINE] + 1;

	mmio_write(LAB_DEV_DOORBELL, LAB_DEV_WHEN_PULSE << 8 | BENCH_GSI);
	while (irq_total[VECTOR_LINE] != goal)
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

/* What the least VMM does not answer. */
static const struct bench timer_benches[] = {
	{ "timer, handler and EOI", "timer, handler and EOI (empty)", do_timer,
	  do_nothing },
	{ "timer, CPU halted", "timer, CPU halted (empty)", do_timer_halted,
	  do_nothing },
};

static const struct bench benches[] = {
	{ "PIC EOI", "PIC EOI (empty)", do_pic_eoi, do_nothing },
	{ "LAPIC EOI", "LAPIC EOI (empty)", do_apic_eoi, do_nothing },
	{ "TPR read", "TPR read (empty)", do_tpr_read, do_nothing },
	{ "self-IPI, handler and EOI", "self-IPI, handler and EOI (empty)",
	  do_self_ipi, do_nothing },
	{ "device pulse, handler and EOI",
	  "device pulse, handler and EOI (empty)", do_device, do_nothing },
};

/* The handlers' cost is the same everywhere: the least a handler can do. */
static void bench_hook(u8 vector)
{
	if (vector == VECTOR_IPI || vector == VECTOR_TIMER)
		do_apic_eoi();
	else if (vector == VECTOR_LINE)
		do_pic_eoi();
}

static u64 time_loop(void (*operation)(void), u32 loops)
{
	u64 start = tsc_read();
	u32 i;

	for (i = 0; i < loops; i++)
		operation();
	return tsc_read() - start;
}

static void run_bench(const struct bench *bench, u32 loops)
{
	u32 repeat;

	time_loop(bench->operation, loops / 10 + 1);
	for (repeat = 0; repeat < BENCH_REPEATS; repeat++) {
		lab_request(LAB_OP_BENCH, (u64)bench->name,
			    time_loop(bench->operation, loops), loops);
		lab_request(LAB_OP_BENCH, (u64)bench->empty_name,
			    time_loop(bench->empty, loops), loops);
	}
}

/* The VMM's own thread, line masked everywhere: two ioctls and a latch. */
static void run_ioctl_pair(u32 loops)
{
	u32 repeat;

	out8(PIC_MASTER + 1, 0xff);
	for (repeat = 0; repeat < BENCH_REPEATS; repeat++) {
		lab_request(LAB_OP_PULSES, BENCH_GSI, loops, 0);
		lab_request(LAB_OP_BENCH, (u64)"KVM_IRQ_LINE pulse (two ioctls)",
			    lab_result(), loops);
	}
}

/* How many TSC ticks one ns of the VMM's clock is: 1 under -icount. */
static void run_clock(void)
{
	u64 start_ns = time_ns(), start = tsc_read(), ticks, ns;

	do
		ns = time_ns() - start_ns;
	while (ns < 20000000);
	ticks = tsc_read() - start;
	lab_request(LAB_OP_BENCH, (u64)"clock", ticks, ns);
}

static void set_up(bool irqchip)
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

/**
 * guest_main() - run the rows
 */
void guest_main(void)
{
	u32 loops = lab_option(LAB_OPTION_ROUNDS);
	bool irqchip = lab_option(LAB_OPTION_IRQCHIP);
	u32 i;

	lab_plan(1);
	set_up(irqchip);
	asm volatile("sti" : : : "memory");
	for (i = 0; i < ARRAY_SIZE(benches); i++)
		run_bench(&benches[i], loops);
	for (i = 0; irqchip && i < ARRAY_SIZE(timer_benches); i++)
		run_bench(&timer_benches[i], loops);
	asm volatile("cli" : : : "memory");
	if (irqchip)
		run_ioctl_pair(loops);
	run_clock();
	check(irq_total[VECTOR_IPI] == irq_total[VECTOR_LINE],
	      "as many self-IPIs as device interrupts were taken");
}
