// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the models' operations cost: nanoseconds and instructions each.
 *
 * Instructions are counted by stepping a child through the operation one at a
 * time, so they are exact and need no counters of the CPU's. A string
 * instruction counts once for each of its repetitions.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/kernel.h>

#include "model/dest.h"
#include "model/fx.h"
#include "model/ioapic.h"
#include "model/lapic.h"
#include "model/line.h"
#include "model/pic.h"
#include "model/pit.h"
#include "model/route.h"

#define ROUNDS		7
#define STEPS		64
#define VECTOR		0x31
#define PIN		10u
#define NR_DEST_CPUS		1024u

static struct {
	struct vqc_pic pic;
	struct vqc_ioapic ioapic;
	struct vqc_lapic lapic;
	struct vqc_pit pit;
	struct vqc_line line;
	struct vqc_dest_map *map;
	struct vqc_route_table *routes;
	struct vqc_msg unicast;
	struct vqc_msg flat;
	struct vqc_clock clock;
	struct vqc_fx fx;
} m;

/* What an operation gives is kept here, so that none is optimised away. */
static u64 sink;

void shim_warn(const char *file, int line, const char *what)
{
	fprintf(stderr, "WARNING at %s:%d: %s\n", file, line, what);
	exit(3);
}

static void op_nothing(void)
{
}

static void op_pic_round(void)
{
	unsigned int pin;

	vqc_fx_init(&m.fx);
	vqc_pic_set_line(&m.pic, PIN, true, &m.fx);
	vqc_pic_set_line(&m.pic, PIN, false, &m.fx);
	vqc_pic_set_line(&m.pic, PIN, true, &m.fx);
	sink += vqc_pic_ack(&m.pic, &pin, &m.fx);
	vqc_pic_write(&m.pic, VQC_PIC_PORT_CMD_SLAVE, 0x20, &m.fx);
	vqc_pic_write(&m.pic, VQC_PIC_PORT_CMD_MASTER, 0x20, &m.fx);
	vqc_pic_set_line(&m.pic, PIN, false, &m.fx);
}

static void op_pic_eoi(void)
{
	vqc_fx_init(&m.fx);
	vqc_pic_write(&m.pic, VQC_PIC_PORT_CMD_MASTER, 0x20, &m.fx);
}

static void op_pic_imr_read(void)
{
	vqc_fx_init(&m.fx);
	sink += vqc_pic_read(&m.pic, VQC_PIC_PORT_DATA_MASTER, &m.fx);
}

static void op_ioapic_level_round(void)
{
	vqc_fx_init(&m.fx);
	vqc_ioapic_set_line(&m.ioapic, PIN, true, &m.fx);
	sink += vqc_ioapic_sent(&m.ioapic, PIN, VQC_WHY_DELIVERED);
	vqc_ioapic_set_line(&m.ioapic, PIN, false, &m.fx);
	vqc_ioapic_eoi(&m.ioapic, VECTOR, &m.fx);
}

static void op_lapic_round(void)
{
	vqc_fx_init(&m.fx);
	vqc_lapic_accept(&m.lapic, &m.unicast);
	sink += vqc_lapic_next(&m.lapic);
	sink += vqc_lapic_ack(&m.lapic);
	sink += vqc_lapic_eoi(&m.lapic, &m.fx);
}

static void op_lapic_eoi_write(void)
{
	vqc_fx_init(&m.fx);
	vqc_lapic_write(&m.lapic, VQC_LAPIC_EOI, 0, &m.clock, &m.fx);
}

static void op_lapic_tpr_read(void)
{
	u32 val;

	vqc_fx_init(&m.fx);
	vqc_lapic_read(&m.lapic, VQC_LAPIC_TPR, &val, &m.clock, &m.fx);
	sink += val;
}

static void op_lapic_self_ipi(void)
{
	vqc_fx_init(&m.fx);
	vqc_lapic_write(&m.lapic, VQC_LAPIC_ICR, 0x44000 | VECTOR, &m.clock, &m.fx);
	if (m.fx.nr)
		vqc_lapic_accept(&m.lapic, &m.fx.item[0].msg);
	sink += vqc_lapic_ack(&m.lapic);
	sink += vqc_lapic_eoi(&m.lapic, &m.fx);
}

static void op_dest_physical(void)
{
	sink += vqc_dest_one(m.map, &m.unicast, VQC_NO_CPU);
}

static void op_dest_logical(void)
{
	sink += vqc_dest_one(m.map, &m.flat, VQC_NO_CPU);
}

static void op_route_lookup(void)
{
	u32 nr;

	sink += (unsigned long)vqc_route_lookup(m.routes, PIN, &nr);
}

static void op_pit_read(void)
{
	sink += vqc_pit_read(&m.pit, 0, m.clock.now_ns += 1000);
}

static void op_line_to_eoi(void)
{
	struct vqc_msg msg;
	u32 nr;

	vqc_fx_init(&m.fx);
	vqc_line_set(&m.line, 0, true);
	sink += (unsigned long)vqc_route_lookup(m.routes, PIN, &nr);
	vqc_ioapic_set_line(&m.ioapic, PIN, true, &m.fx);
	msg = m.unicast;
	sink += vqc_dest_one(m.map, &msg, VQC_NO_CPU);
	vqc_lapic_accept(&m.lapic, &msg);
	sink += vqc_ioapic_sent(&m.ioapic, PIN, VQC_WHY_DELIVERED);
	vqc_line_set(&m.line, 0, false);
	vqc_ioapic_set_line(&m.ioapic, PIN, false, &m.fx);
	sink += vqc_lapic_next(&m.lapic);
	sink += vqc_lapic_ack(&m.lapic);
	sink += vqc_lapic_eoi(&m.lapic, &m.fx);
	vqc_ioapic_eoi(&m.ioapic, VECTOR, &m.fx);
}

static const struct {
	const char *name;
	void (*run)(void);
} ops[] = {
	{ "PIC: line 10 up, ack, two EOIs, down", op_pic_round },
	{ "PIC: EOI command", op_pic_eoi },
	{ "PIC: IMR read", op_pic_imr_read },
	{ "IOAPIC: level up, sent, down, EOI", op_ioapic_level_round },
	{ "LAPIC: accept, next, ack, EOI", op_lapic_round },
	{ "LAPIC: EOI register write", op_lapic_eoi_write },
	{ "LAPIC: TPR read", op_lapic_tpr_read },
	{ "LAPIC: self-IPI, ack, EOI", op_lapic_self_ipi },
	{ "destination: physical, 1 of 1024 CPUs", op_dest_physical },
	{ "destination: logical, 1 of 1024 CPUs", op_dest_logical },
	{ "route: look a GSI up", op_route_lookup },
	{ "PIT: counter read", op_pit_read },
	{ "line to EOI through IOAPIC and LAPIC", op_line_to_eoi },
};

static void setup_pic(void)
{
	static const struct {
		enum vqc_pic_port port;
		u8 val;
	} init[] = {
		{ VQC_PIC_PORT_CMD_MASTER, 0x11 }, { VQC_PIC_PORT_DATA_MASTER, 0x20 },
		{ VQC_PIC_PORT_DATA_MASTER, 0x04 }, { VQC_PIC_PORT_DATA_MASTER, 0x01 },
		{ VQC_PIC_PORT_CMD_SLAVE, 0x11 }, { VQC_PIC_PORT_DATA_SLAVE, 0x28 },
		{ VQC_PIC_PORT_DATA_SLAVE, 0x02 }, { VQC_PIC_PORT_DATA_SLAVE, 0x01 },
		{ VQC_PIC_PORT_DATA_MASTER, 0x00 }, { VQC_PIC_PORT_DATA_SLAVE, 0x00 },
	};

	vqc_pic_reset(&m.pic);
	for (unsigned int i = 0; i < ARRAY_SIZE(init); i++) {
		vqc_fx_init(&m.fx);
		vqc_pic_write(&m.pic, init[i].port, init[i].val, &m.fx);
	}
}

static void ioapic_write(unsigned int reg, u32 val)
{
	vqc_fx_init(&m.fx);
	vqc_ioapic_write(&m.ioapic, VQC_IOAPIC_REGSEL, reg, &m.fx);
	vqc_ioapic_write(&m.ioapic, VQC_IOAPIC_WINDOW, val, &m.fx);
}

static void setup_apics(void)
{
	vqc_ioapic_reset(&m.ioapic);
	ioapic_write(VQC_IOAPIC_REG_RTE0 + 2 * PIN + 1, 0);
	ioapic_write(VQC_IOAPIC_REG_RTE0 + 2 * PIN, VQC_RTE_LEVEL | VECTOR);

	vqc_lapic_reset(&m.lapic, 0, VQC_LAPIC_CFG_X2APIC | VQC_LAPIC_CFG_BSP);
	vqc_fx_init(&m.fx);
	vqc_lapic_write(&m.lapic, VQC_LAPIC_SVR, VQC_SVR_ENABLE | 0xff, &m.clock, &m.fx);
	m.unicast = vqc_msg_from_rte(VQC_RTE_LEVEL | VECTOR);
}

/* CPUs in x2APIC mode, so that all of them have a logical ID. */
static void setup_map(void)
{
	struct vqc_dest_cpu *cpus = calloc(NR_DEST_CPUS, sizeof(*cpus));
	struct vqc_lapic *one = malloc(sizeof(*one));

	m.map = malloc(vqc_dest_map_bytes(NR_DEST_CPUS, NR_DEST_CPUS - 1));
	if (!cpus || !one || !m.map)
		exit(3);
	for (u32 i = 0; i < NR_DEST_CPUS; i++) {
		vqc_lapic_reset(one, i, VQC_LAPIC_CFG_X2APIC | VQC_LAPIC_CFG_BSP);
		vqc_fx_init(&m.fx);
		vqc_lapic_write(one, VQC_LAPIC_SVR, VQC_SVR_ENABLE | 0xff, &m.clock, &m.fx);
		vqc_lapic_set_base(one, one->base | VQC_APICBASE_EXTD, 40, true, &m.fx);
		vqc_lapic_dest(one, &cpus[i]);
	}
	vqc_dest_map_build(m.map, cpus, NR_DEST_CPUS, NR_DEST_CPUS - 1, false);
	m.flat = m.unicast;
	m.flat.flags |= VQC_MSG_LOGICAL | VQC_MSG_X2DEST;
	m.flat.dest = vqc_dest_x2_ldr(NR_DEST_CPUS / 2 + 3);
	free(one);
	free(cpus);
}

static void setup(void)
{
	struct vqc_route entries[64];
	u32 nr;

	m.clock = (struct vqc_clock){ .now_ns = 1000000, .tsc = 1000000, .tsc_khz = 1000000 };
	setup_pic();
	setup_apics();
	setup_map();
	nr = vqc_route_default(entries);
	m.routes = malloc(vqc_route_table_bytes(entries, nr));
	if (!m.routes)
		exit(3);
	vqc_route_table_build(m.routes, entries, nr);
	vqc_pit_reset(&m.pit);
	vqc_fx_init(&m.fx);
	vqc_pit_write(&m.pit, 3, 0x34, m.clock.now_ns, &m.fx);
	vqc_pit_write(&m.pit, 0, 0xff, m.clock.now_ns, &m.fx);
	vqc_pit_write(&m.pit, 0, 0xff, m.clock.now_ns, &m.fx);
}

static void require(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "bench: %s\n", what);
		exit(3);
	}
}

/* A figure for an operation that does not do its work is worth nothing. */
static void prove(void)
{
	require(vqc_dest_one(m.map, &m.flat, VQC_NO_CPU) == NR_DEST_CPUS / 2 + 3,
		"the logical destination does not resolve");
	require(vqc_dest_one(m.map, &m.unicast, VQC_NO_CPU) == 0,
		"the physical destination does not resolve");
	vqc_lapic_accept(&m.lapic, &m.unicast);
	require(vqc_lapic_next(&m.lapic) == VECTOR, "the local APIC does not accept");
	require(vqc_lapic_ack(&m.lapic) == VECTOR, "the local APIC does not acknowledge");
	require(vqc_lapic_eoi(&m.lapic, &m.fx) == VECTOR, "the local APIC takes no EOI");
	vqc_fx_init(&m.fx);
	vqc_ioapic_set_line(&m.ioapic, PIN, true, &m.fx);
	require(m.fx.nr && m.fx.item[0].kind == VQC_FX_MSG, "the IOAPIC sends nothing");
	vqc_ioapic_sent(&m.ioapic, PIN, VQC_WHY_DELIVERED);
	vqc_ioapic_set_line(&m.ioapic, PIN, false, &m.fx);
	vqc_ioapic_eoi(&m.ioapic, VECTOR, &m.fx);
	vqc_pic_set_line(&m.pic, PIN, true, &m.fx);
	require(vqc_pic_output(&m.pic), "the PIC asks for no interrupt");
	vqc_pic_set_line(&m.pic, PIN, false, &m.fx);
	op_pic_round();
}

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static noinline void repeat(void (*run)(void), unsigned int times)
{
	while (times--)
		run();
}

/* The best of a few rounds: what disturbs only ever adds. */
static double time_op(void (*run)(void), unsigned int times)
{
	double best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		u64 start = now_ns();
		double each;

		repeat(run, times);
		each = (double)(now_ns() - start) / times;
		if (!round || each < best)
			best = each;
	}
	return best;
}

static void step_child(void (*run)(void), unsigned int times)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(1);
	repeat(run, 2);
	raise(SIGSTOP);
	repeat(run, times);
	raise(SIGSTOP);
	_exit(0);
}

/* Instructions of the child between its two stops, or -1. */
static long count_steps(void (*run)(void), unsigned int times)
{
	long steps = -1;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (!pid)
		step_child(run, times);
	if (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		steps = 0;
		do {
			steps++;
			if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL))
				break;
		} while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) &&
			 WSTOPSIG(status) == SIGTRAP);
		if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGSTOP)
			steps = -1;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return steps;
}

/* By difference, so that what surrounds the operations does not count. */
static double count_op(void (*run)(void))
{
	long one = count_steps(run, STEPS), two = count_steps(run, 2 * STEPS);

	return one < 0 || two < 0 ? -1 : (double)(two - one) / STEPS;
}

static void usage(FILE *to, const char *self)
{
	fprintf(to,
		"Usage: %s [--times=N]\n"
		"Print what the models' operations cost, in nanoseconds (the best of %d\n"
		"rounds of N, by default 200000) and in instructions (exact).\n", self, ROUNDS);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "times", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	unsigned int times = 200000;
	double base_ns, base_insns;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 't')
			times = strtoul(optarg, NULL, 0);
		if (opt == 'h') {
			usage(stdout, argv[0]);
			return 0;
		}
		if (opt == '?' || !times) {
			usage(stderr, argv[0]);
			return 2;
		}
	}

	setup();
	prove();
	base_ns = time_op(op_nothing, times);
	base_insns = count_op(op_nothing);
	printf("%-40s %10s %14s\n", "operation of the bare models", "ns", "instructions");
	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++) {
		double insns = count_op(ops[i].run);
		double ns = time_op(ops[i].run, times);

		printf("%-40s %10.1f ", ops[i].name, ns > base_ns ? ns - base_ns : 0);
		if (insns < 0 || base_insns < 0)
			printf("%14s\n", "not counted");
		else
			printf("%14.0f\n", insns - base_insns);
	}
	return sink == 0x5eed ? 3 : 0;
}
