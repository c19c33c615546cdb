// SPDX-License-Identifier: GPL-2.0-only
/*
 * What single operations cost a guest in QEMU (bench_rows.c), and what a request
 * to a real device does.
 */
#include "bench.h"
#include "qemu.h"

static void do_disk(void)
{
	u32 goal = irq_total[VECTOR_QUEUE] + 1;

	virtio_blk_kick();
	while (irq_total[VECTOR_QUEUE] != goal)
		asm volatile("" : : : "memory");
}

static const struct bench disk_rows[] = {
	{ "virtio-blk request", "virtio-blk request (empty)", do_disk },
};

static void run_one_cpu(u32 loops)
{
	bool disk = virtio_blk_start(VECTOR_QUEUE);

	check(disk, "there is a virtio disk");
	asm volatile("sti" : : : "memory");
	bench_chips(loops);
	bench_timer(loops);
	if (disk)
		bench_run(disk_rows, ARRAY_SIZE(disk_rows), loops);
	asm volatile("cli" : : : "memory");
	check(virtio_blk_is_well(bench_operations(loops)), "each request was done");
}

/**
 * guest_main() - run the rows
 */
void guest_main(void)
{
	u32 loops = lab_option(LAB_OPTION_ROUNDS);

	bench_set_up(true);
	if (lab_option(LAB_OPTION_CPUS) > 1) {
		lab_plan(1);
		bench_ipis(loops);
		check_eq(irq_total[VECTOR_OTHER], 2 * bench_operations(loops),
			 "each IPI was taken once");
	} else {
		lab_plan(2);
		run_one_cpu(loops);
	}
	bench_clock();
}
