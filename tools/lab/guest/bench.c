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
#include "lib.h"

#define BENCH_REPEATS		5
#define BENCH_GSI		5
#define VECTOR_IPI		0x51
#define VECTOR_LINE		(0x20 + BENCH_GSI)
#define VECTOR_TIMER		0x61
#define VECTOR_QUEUE		0x71
#define VECTOR_OTHER		0x81
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

/* The queue's thread answers, as for a virtio device. */
static void do_queue(void)
{
	u32 goal = irq_total[VECTOR_QUEUE] + 1;

	mmio_write(LAB_DEV_KICK, 0);
	while (irq_total[VECTOR_QUEUE] != goal)
		asm volatile("" : : : "memory");
}

/* The vCPU's own thread answers. */
static void do_request(void)
{
	u32 goal = irq_total[VECTOR_QUEUE] + 1;

	mmio_write(LAB_DEV_REQUEST, 0);
	while (irq_total[VECTOR_QUEUE] != goal)
		asm volatile("" : : : "memory");
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

static const struct bench ipi_benches[] = {
	{ "IPI to a running CPU", "IPI to a running CPU (empty)", do_ipi,
	  do_nothing },
	{ "IPI to a halted CPU", "IPI to a halted CPU (empty)", do_ipi,
	  do_nothing },
};

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
	{ "virtio: ioeventfd, irqfd, EOI",
	  "virtio: ioeventfd, irqfd, EOI (empty)", do_queue, do_nothing },
	{ "exit to the VMM, irqfd, EOI",
	  "exit to the VMM, irqfd, EOI (empty)", do_request, do_nothing },
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

/* The same for an irqfd, its vector requested already. */
static void run_signals(u32 loops)
{
	u32 repeat;

	for (repeat = 0; repeat < BENCH_REPEATS; repeat++) {
		lab_request(LAB_OP_SIGNALS, loops, 0, 0);
		lab_request(LAB_OP_BENCH, (u64)"irqfd signal (one write)",
			    lab_result(), loops);
	}
}

static void run_ipis(u32 loops)
{
	lab_request(LAB_OP_SECOND, (u64)second_main,
		    ((u64)second_stack + sizeof(second_stack)) & ~15ULL, 0);
	while (!second_taken)
		let_other_run();
	apic_write(APIC_ICR_HIGH, 1 << 24);
	run_bench(&ipi_benches[0], loops);
	second_halts = true;
	run_bench(&ipi_benches[1], loops);
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

static void run_one_cpu(u32 loops, bool irqchip)
{
	u32 i;

	lab_request(LAB_OP_QUEUE, VECTOR_QUEUE, 0, 0);
	asm volatile("sti" : : : "memory");
	for (i = 0; i < ARRAY_SIZE(benches); i++)
		run_bench(&benches[i], loops);
	for (i = 0; irqchip && i < ARRAY_SIZE(timer_benches); i++)
		run_bench(&timer_benches[i], loops);
	asm volatile("cli" : : : "memory");
	if (irqchip) {
		run_ioctl_pair(loops);
		run_signals(loops);
	}
}

/**
 * guest_main() - run the rows
 */
void guest_main(void)
{
	u32 loops = lab_option(LAB_OPTION_ROUNDS);
	bool irqchip = lab_option(LAB_OPTION_IRQCHIP);

	lab_plan(1);
	set_up(irqchip);
	if (lab_option(LAB_OPTION_CPUS) > 1)
		run_ipis(loops);
	else
		run_one_cpu(loops, irqchip);
	run_clock();
	check(irq_total[VECTOR_IPI] == irq_total[VECTOR_LINE],
	      "as many self-IPIs as device interrupts were taken");
}
