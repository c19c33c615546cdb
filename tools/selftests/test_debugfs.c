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

TEST(fault_drops_what_it_is_told_to)
{
	int fabric = fabric_with_cpu(0), fault = debugfs_open(fabric, "fault");

	ASSERT(!*debugfs_read(fault));
	rte_write(fabric, GSI, VECTOR);
	debugfs_write(fault, "drop gsi=10 times=1\n");
	text_expect(debugfs_read(fault),
		    "kind=drop gsi=10 us=100 count=1 probability=100 interval=1 times=1 seen=0 hits=0\n");
	ASSERT_EQ(line_set(fabric, GSI, 1), -1);
	line_set(fabric, GSI, 0);
	text_expect(debugfs_read(fault), "times=0 seen=1 hits=1\n");
	ASSERT_EQ(line_set(fabric, GSI, 1), 1);
	debugfs_write(fault, "clear");
	ASSERT(!*debugfs_read(fault));
	debugfs_write(fault, "spurious");
	text_expect(debugfs_read(fault), "kind=spurious pic=0 ");
}

TEST(fault_refuses_what_is_no_rule)
{
	static const char * const bad[] = {
		"drop", "drop gsi", "drop gsi=", "drop gsi=x", "drop gsi=4096",
		"drop cpu=0", "lose gsi=1", "drop gsi=1 vector=1", "drop gsi=1 x=1",
		"delay gsi=1 us=0", "storm gsi=1 count=0", "drop gsi=1 times=-2",
		"drop gsi=1 probability=101", "drop gsi=1 interval=0",
		"no-kick gsi=1", "clear all", "x", NULL
	};
	int fabric = fabric_with_cpu(0), fault = debugfs_open(fabric, "fault");
	unsigned int i;

	for (i = 0; bad[i]; i++)
		ASSERT_ERRNO(write(fault, bad[i], strlen(bad[i])), EINVAL);
	ASSERT(!*debugfs_read(fault));
}
