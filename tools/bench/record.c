// SPDX-License-Identifier: GPL-2.0-only
/*
 * What it costs to be recorded.
 *
 * Each line: "# record", what is measured, "off" or "on", nanoseconds, operations;
 * with tabs between. Where instructions are counted a nanosecond is one. Nobody
 * reads meanwhile, and nothing is lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/virqchip.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define DEVICE		"/dev/virqchip"
#define OPERATIONS	2000
#define REPEATS		3
#define BUFFER		(32u << 20)

#define LAPIC		0xfee00000ull
#define LAPIC_EOI	0xb0
#define LAPIC_SVR	0xf0
#define SVR_ON		0x1ff
#define PIC		0x20
#define MSI_TO_CPU_0	0xfee00000u
#define VECTOR		0x41
/* One that no chip has masked off, but no route of the IOAPIC opens. */
#define GSI		20

static void check(const char *what, int ret)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "record: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void bus_write(int fabric, unsigned int space, unsigned long long addr,
		      unsigned int len, unsigned int value)
{
	struct virqchip_bus bus = {
		.size = sizeof(bus), .space = space, .addr = addr, .len = len,
	};

	memcpy(bus.data, &value, sizeof(value));
	check("VIRQCHIP_BUS_WRITE", ioctl(fabric, VIRQCHIP_BUS_WRITE, &bus));
}

static int create(int device, const char *name)
{
	struct virqchip_fabric_create create = { .size = sizeof(create) };
	struct virqchip_add_cpu cpu = {
		.size = sizeof(cpu), .flags = VIRQCHIP_CPU_BSP,
	};
	int fabric;

	strcpy(create.name, name);
	fabric = ioctl(device, VIRQCHIP_FABRIC_CREATE, &create);
	check("VIRQCHIP_FABRIC_CREATE", fabric);
	check("VIRQCHIP_ADD_CPU", ioctl(fabric, VIRQCHIP_ADD_CPU, &cpu));
	bus_write(fabric, VIRQCHIP_SPACE_MMIO, LAPIC + LAPIC_SVR, 4, SVR_ON);
	return fabric;
}

/* ---- what is measured ---- */

/* One operation */
static void pic_eoi(int fabric)
{
	bus_write(fabric, VIRQCHIP_SPACE_PIO, PIC, 1, 0x20);
}

/* One operation */
static void lapic_eoi(int fabric)
{
	bus_write(fabric, VIRQCHIP_SPACE_MMIO, LAPIC + LAPIC_EOI, 4, 0);
}

/* Two records of the line, and an operation for each */
static void pulse(int fabric)
{
	struct virqchip_set_line line = { .size = sizeof(line), .gsi = GSI };

	line.level = 1;
	check("VIRQCHIP_SET_LINE", ioctl(fabric, VIRQCHIP_SET_LINE, &line));
	line.level = 0;
	check("VIRQCHIP_SET_LINE", ioctl(fabric, VIRQCHIP_SET_LINE, &line));
}

/* A message, three operations and an injection */
static void msi(int fabric)
{
	struct virqchip_msi msi = {
		.size = sizeof(msi), .address = MSI_TO_CPU_0, .data = VECTOR,
	};
	struct virqchip_take take = {
		.size = sizeof(take),
		.flags = VIRQCHIP_TAKE_IF | VIRQCHIP_TAKE_NONBLOCK,
	};

	check("VIRQCHIP_MSI", ioctl(fabric, VIRQCHIP_MSI, &msi));
	check("VIRQCHIP_TAKE", ioctl(fabric, VIRQCHIP_TAKE, &take));
	lapic_eoi(fabric);
}

static const struct {
	const char *name;
	void (*once)(int fabric);
} rows[] = {
	{ "PIC EOI", pic_eoi },
	{ "LAPIC EOI", lapic_eoi },
	{ "line, up and down", pulse },
	{ "MSI, taken and ended", msi },
};

static unsigned long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void measure(int fabric, unsigned int row, const char *recording)
{
	unsigned int repeat, i;
	unsigned long long start;

	for (repeat = 0; repeat < REPEATS; repeat++) {
		start = now_ns();
		for (i = 0; i < OPERATIONS; i++)
			rows[row].once(fabric);
		printf("# record\t%s\t%s\t%llu\t%u\n", rows[row].name,
		       recording, now_ns() - start, OPERATIONS);
	}
}

/* Whether anything was lost. */
static bool measure_recorded(int device, int fabric, const char *name,
			     const char *recording)
{
	struct virqchip_record record = {
		.size = sizeof(record), .flags = VIRQCHIP_RECORD_BY_NAME,
		.buffer = BUFFER,
	};
	struct virqchip_record_stop stop = { .size = sizeof(stop) };
	unsigned int row;
	int fd;

	strcpy(record.name, name);
	fd = ioctl(device, VIRQCHIP_RECORD, &record);
	check("VIRQCHIP_RECORD", fd);
	for (row = 0; row < ARRAY_SIZE(rows); row++)
		measure(fabric, row, recording);
	check("VIRQCHIP_RECORD_STOP", ioctl(fd, VIRQCHIP_RECORD_STOP, &stop));
	close(fd);
	return stop.lost;
}

int main(int argc, char **argv)
{
	int device, fabric;
	unsigned int row;
	bool lost;

	if (argc > 1) {
		printf("Usage: record\n"
		       "\n"
		       "Measures what operations of a fabric cost that is recorded, and of one\n"
		       "that is not.\n");
		return strcmp(argv[1], "--help") ? 2 : 0;
	}
	device = open(DEVICE, O_RDWR | O_CLOEXEC);
	check(DEVICE, device);
	fabric = create(device, "recorded");
	create(device, "other");
	for (row = 0; row < ARRAY_SIZE(rows); row++)
		measure(fabric, row, "off");
	lost = measure_recorded(device, fabric, "other", "another is");
	lost |= measure_recorded(device, fabric, "recorded", "on");
	if (lost)
		fprintf(stderr, "record: records were lost\n");
	return lost;
}
