// SPDX-License-Identifier: GPL-2.0-only
/*
 * What delivery costs a fabric with few CPUs and one with many.
 *
 * Each line: "# scale", what is measured, number of CPUs, nanoseconds, operations;
 * with tabs between. Where instructions are counted a nanosecond is one.
 */
#include <errno.h>
#include <fcntl.h>
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
#define REPEATS		5

#define MSR_APIC_BASE	0x1b
#define APIC_BASE_X2APIC	0xfee00d00ull	/* enabled, x2APIC, boot processor */
#define X2APIC_EOI	0x80b
#define X2APIC_SVR	0x80f
#define X2APIC_ICR	0x830
#define SVR_ON		0x1ff
#define VECTOR		0x41
#define MSI_TO_CPU_0	0xfee00000u

static const unsigned int cpus[] = { 1, 2, 16, 64, 256 };

static void check(const char *what, int ret)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "scale: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void msr_write(int fabric, unsigned int cpu, unsigned int msr,
		      unsigned long long value)
{
	struct virqchip_msr args = {
		.size = sizeof(args), .cpu = cpu, .msr = msr, .value = value,
	};

	check("VIRQCHIP_MSR_WRITE", ioctl(fabric, VIRQCHIP_MSR_WRITE, &args));
}

static void take(int fabric, unsigned int cpu)
{
	struct virqchip_take args = {
		.size = sizeof(args), .cpu = cpu,
		.flags = VIRQCHIP_TAKE_IF | VIRQCHIP_TAKE_NONBLOCK,
	};

	check("VIRQCHIP_TAKE", ioctl(fabric, VIRQCHIP_TAKE, &args));
	if (args.source != VIRQCHIP_TAKE_LAPIC) {
		fprintf(stderr, "scale: nothing came\n");
		exit(1);
	}
	msr_write(fabric, cpu, X2APIC_EOI, 0);
}

static int fabric_with(int device, unsigned int nr)
{
	struct virqchip_fabric_create create = {
		.size = sizeof(create), .name = "scale",
	};
	int fabric = ioctl(device, VIRQCHIP_FABRIC_CREATE, &create);
	unsigned int i;

	check("VIRQCHIP_FABRIC_CREATE", fabric);
	for (i = 0; i < nr; i++) {
		struct virqchip_add_cpu cpu = {
			.size = sizeof(cpu), .flags = VIRQCHIP_CPU_BSP,
			.apic_id = i,
		};

		check("VIRQCHIP_ADD_CPU", ioctl(fabric, VIRQCHIP_ADD_CPU, &cpu));
		msr_write(fabric, i, MSR_APIC_BASE, APIC_BASE_X2APIC);
		msr_write(fabric, i, X2APIC_SVR, SVR_ON);
	}
	return fabric;
}

/* From CPU 0 to the last one. */
static void ipi(int fabric, unsigned int nr)
{
	msr_write(fabric, 0, X2APIC_ICR, (nr - 1ull) << 32 | VECTOR);
	take(fabric, nr - 1);
}

static void msi(int fabric, unsigned int nr)
{
	struct virqchip_msi args = {
		.size = sizeof(args), .address = MSI_TO_CPU_0, .data = VECTOR,
	};

	(void)nr;
	check("VIRQCHIP_MSI", ioctl(fabric, VIRQCHIP_MSI, &args));
	take(fabric, 0);
}

static const struct {
	const char *name;
	void (*once)(int fabric, unsigned int nr);
} rows[] = {
	{ "IPI, taken and ended", ipi },
	{ "MSI, taken and ended", msi },
};

static unsigned long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void measure(int fabric, unsigned int row, unsigned int nr)
{
	unsigned int repeat, i;
	unsigned long long start;

	for (repeat = 0; repeat < REPEATS; repeat++) {
		start = now_ns();
		for (i = 0; i < OPERATIONS; i++)
			rows[row].once(fabric, nr);
		printf("# scale\t%s\t%u\t%llu\t%u\n", rows[row].name, nr,
		       now_ns() - start, OPERATIONS);
	}
}

int main(int argc, char **argv)
{
	int device, fabric;
	unsigned int i, row;

	if (argc > 1) {
		printf("Usage: scale\n"
		       "\n"
		       "Measures what delivery costs fabrics of several numbers of CPUs.\n");
		return strcmp(argv[1], "--help") ? 2 : 0;
	}
	device = open(DEVICE, O_RDWR | O_CLOEXEC);
	check(DEVICE, device);
	for (i = 0; i < ARRAY_SIZE(cpus); i++) {
		fabric = fabric_with(device, cpus[i]);
		for (row = 0; row < ARRAY_SIZE(rows); row++)
			measure(fabric, row, cpus[i]);
		close(fabric);
	}
	return 0;
}
