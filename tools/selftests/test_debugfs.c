// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: how finished interrupts are kept, how long they took, who took them.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib.h"

#define FLOWS	"/sys/module/virqchip/parameters/flows"
#define GSI	10
#define VECTOR	0x39

static void flows_switch(const char *on)
{
	int fd = open(FLOWS, O_WRONLY | O_CLOEXEC);

	ASSERT_OK(fd);
	ASSERT_EQ(write(fd, on, 1), 1);
	close(fd);
}

/* Take @nr edges of GSI. */
static void take_some(int fabric, unsigned int nr)
{
	rte_write(fabric, GSI, VECTOR);
	while (nr--) {
		line_set(fabric, GSI, 1);
		line_set(fabric, GSI, 0);
		ASSERT_EQ(take_now(fabric), INTR_VALID | VECTOR);
		lapic_write(fabric, LAPIC_EOI, 0);
	}
}

TEST(ring_says_how_finished_interrupts_are_kept)
{
	int fabric = fabric_with_cpu(0), ring = debugfs_open(fabric, "ring");

	text_expect(debugfs_read(ring), "mode=overwrite kept=0 lost=0 refused=0\n");
	debugfs_write(ring, "size=32\n");
	debugfs_write(ring, "mode=stop\n");
	text_expect(debugfs_read(ring), "size=32 mode=stop ");
	flows_switch("Y");
	take_some(fabric, 32);
	text_expect(debugfs_read(ring), "size=32 mode=stop kept=32 lost=0 refused=0\n");
	debugfs_write(ring, "size=16");
	text_expect(debugfs_read(ring), "size=16 mode=stop kept=16 lost=16 ");
	debugfs_write(ring, "clear");
	text_expect(debugfs_read(ring), "kept=0 lost=0 ");
	flows_switch("N");
}

TEST(ring_refuses_what_it_cannot_be)
{
	static const char * const bad[] = {
		"size=15", "size=65537", "size=-1", "size=", "size", "size=16x",
		"mode=", "mode=other", "mode", "clear all", "x",
		"size=                                16", NULL
	};
	int fabric = fabric_with_cpu(0), ring = debugfs_open(fabric, "ring");
	unsigned int i;

	for (i = 0; bad[i]; i++)
		ASSERT_ERRNO(write(ring, bad[i], strlen(bad[i])), EINVAL);
	text_expect(debugfs_read(ring), "mode=overwrite ");
}

TEST(latency_counts_each_interrupt)
{
	int fabric = fabric_with_cpu(0);
	int latency = debugfs_open(fabric, "latency");

	ASSERT(!*debugfs_read(latency));
	flows_switch("Y");
	take_some(fabric, 7);
	text_expect(debugfs_read(latency), "by=gsi id=10 stage=to_irr count=7 sum_ns=");
	text_expect(debugfs_read(latency), "by=vector id=57 stage=total count=7 sum_ns=");
	flows_switch("N");
}

TEST(counters_say_which_cpu_took_how_many)
{
	int fabric = fabric_with_cpu(0);

	take_some(fabric, 5);
	text_expect(debugfs_read(debugfs_open(fabric, "counters")),
		    "cpu=0 injected=5 waits=0 eois=5\n");
}
