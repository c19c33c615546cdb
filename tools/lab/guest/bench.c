// SPDX-License-Identifier: GPL-2.0-only
/*
 * What single operations cost the guest (bench_rows.c), those too for which there
 * are devices in the lab's VMM.
 */
#include "bench.h"

/* A line pulsed by another thread of the VMM, while the guest runs. */
static void do_device(void)
{
	u32 goal = irq_total[VECTOR_LINE] + 1;

	mmio_write(LAB_DEV_DOORBELL, LAB_DEV_WHEN_PULSE << 8 | BENCH_GSI);
	while (irq_total[VECTOR_LINE] != goal)
		asm volatile("" : : : "memory");
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

static const struct bench device_rows[] = {
	{ "device pulse, handler and EOI", "device pulse, handler and EOI (empty)",
	  do_device },
	{ "virtio: ioeventfd, irqfd, EOI", "virtio: ioeventfd, irqfd, EOI (empty)",
	  do_queue },
	{ "exit to the VMM, irqfd, EOI", "exit to the VMM, irqfd, EOI (empty)",
	  do_request },
};

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

static void run_one_cpu(u32 loops, bool irqchip)
{
	lab_request(LAB_OP_QUEUE, VECTOR_QUEUE, 0, 0);
	asm volatile("sti" : : : "memory");
	bench_chips(loops);
	bench_run(device_rows, ARRAY_SIZE(device_rows), loops);
	/* The least VMM has no timer. */
	if (irqchip)
		bench_timer(loops);
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
	bench_set_up(irqchip);
	if (lab_option(LAB_OPTION_CPUS) > 1)
		bench_ipis(loops);
	else
		run_one_cpu(loops, irqchip);
	bench_clock();
	check(irq_total[VECTOR_IPI] == irq_total[VECTOR_LINE],
	      "as many self-IPIs as device interrupts were taken");
}
