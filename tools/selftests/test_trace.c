// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tracepoints say.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lib.h"

#define TRACING		"/sys/kernel/tracing/"
#define ENABLE		TRACING "events/virqchip/virqchip_access/enable"

/* Whatever was in it is gone. */
static void file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	ASSERT_OK(fd);
	ASSERT_EQ(write(fd, text, strlen(text)), strlen(text));
	ASSERT_OK(close(fd));
}

static void expect_trace(const char *what)
{
	FILE *file = fopen(TRACING "trace", "r");
	char line[512];

	ASSERT(file);
	while (fgets(line, sizeof(line), file))
		if (strstr(line, what))
			return;
	test_fail(__FILE__, __LINE__, "no '%s' in the trace", what);
}

/* The rest of the buffer is of no concern to who reads the trace. */
TEST(traced_access_has_no_more_bytes_than_its_width)
{
	struct virqchip_bus bus = {
		.space = VIRQCHIP_SPACE_MMIO, .addr = IOAPIC, .len = 1,
	};
	int fabric = fabric_with_cpu(0);

	mount("tracefs", TRACING, "tracefs", 0, NULL);
	if (access(ENABLE, W_OK))
		test_skip("the kernel has no tracepoints");
	file_write(TRACING "trace", "\n");
	file_write(ENABLE, "1");
	memset(bus.data, 0xee, sizeof(bus.data));
	bus.data[0] = 0x05;
	ASSERT_OK(bus_try(fabric, VIRQCHIP_BUS_WRITE, &bus));
	file_write(ENABLE, "0");
	expect_trace("write addr=0xfec00000 len=1 val=0x5\n");
}
