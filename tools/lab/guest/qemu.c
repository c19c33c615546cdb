// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the lab's VMM does for a guest, in QEMU: the guest answers its requests
 * itself, by devices of QEMU's. What it says goes to isa-debugcon, and it ends by
 * isa-debug-exit. On its command line are the loops and the number of CPUs.
 */
#include "qemu.h"

#define DEBUGCON		0xe9
#define DEBUG_EXIT		0x501
#define PM_TIMER		0x608
#define PM_TIMER_HZ		3579545
#define PM_TIMER_MASK		0xffffff
/* QEMU's exit status is 33 or 35. */
#define EXIT_PASS		0x10
#define EXIT_FAIL		0x11
#define ICR_INIT		0x4500
#define ICR_STARTUP		0x4600
#define TRAMPOLINE		0x8000UL
#define EINVAL			22

/* The first words of what the loader says. */
struct start_info {
	u32 magic, version, flags, nr_modules;
	u64 modules, command_line;
};

static u64 result;
static u32 nr_verdicts;

static void put_text(const char *text)
{
	while (*text)
		out8(DEBUGCON, *text++);
}

static void put_number(u64 number)
{
	char digits[24];
	u32 first = sizeof(digits) - 1;

	digits[first] = '\0';
	do
		digits[--first] = '0' + number % 10;
	while (number /= 10);
	put_text(&digits[first]);
}

static void put_line(const char *text, u64 number)
{
	put_text(text);
	put_number(number);
	put_text("\n");
}

/* The command line's word @index, a number; 0 if there is none. */
static u64 command_line_number(u32 index)
{
	const struct start_info *info = (void *)(u64)pvh_start_info;
	const char *text = (void *)info->command_line;
	u64 number = 0;

	for (; index && *text; text++)
		index -= *text == ' ';
	for (; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + *text - '0';
	return number;
}

static void put_check(const char *sentence, bool ok)
{
	put_text(ok ? "ok " : "not ok ");
	put_number(++nr_verdicts);
	put_text(" ");
	put_text(sentence);
	put_text("\n");
}

static void put_bench(const char *name, u64 ticks, u64 loops)
{
	put_text("# bench\t");
	put_text(name);
	put_text("\t");
	put_number(ticks);
	put_text("\t");
	put_number(loops);
	put_text("\n");
}

/* QEMU's clock; 24 bits of it go round in 4.7 s, and nobody waits so long. */
static u64 clock_ns(void)
{
	static u64 ticks;

	ticks += (in32(PM_TIMER) - (u32)ticks) & PM_TIMER_MASK;
	return ticks * 1000000000 / PM_TIMER_HZ;
}

static u64 option(u64 which)
{
	switch (which) {
	case LAB_OPTION_ROUNDS:
		return command_line_number(0);
	case LAB_OPTION_CPUS:
		return command_line_number(1);
	case LAB_OPTION_IRQCHIP:
		return 1;
	default:
		return 0;
	}
}

/* A C function finds a return address on its stack: what pvh.S has calls it. */
static void start_second(u64 entry, u64 stack)
{
	const char *from = second_trampoline;
	char *to = (char *)TRAMPOLINE;

	while (from < second_trampoline_end)
		*to++ = *from++;
	second_entry = entry;
	second_stack_end = stack;
	asm volatile("sidt %0" : "=m" (second_idtr) : : "memory");
	apic_icr(1, ICR_INIT);
	apic_icr(1, ICR_STARTUP | TRAMPOLINE >> 12);
}

/**
 * lab_request() - one request, of those that a bench makes
 * @op: enum lab_op
 * @a0: first argument
 * @a1: second argument
 * @a2: third argument
 *
 * Return: 0, or a negative errno.
 */
int lab_request(u32 op, u64 a0, u64 a1, u64 a2)
{
	switch (op) {
	case LAB_OP_PLAN:
		put_line("KTAP version 1\n1..", a0);
		return 0;
	case LAB_OP_CHECK:
		put_check((const char *)a0, a1 == a2);
		return 0;
	case LAB_OP_PRINT:
		put_text("# ");
		put_line((const char *)a0, a1);
		return 0;
	case LAB_OP_END:
		out8(DEBUG_EXIT, a0 && !a1 ? EXIT_PASS : EXIT_FAIL);
		return 0;
	case LAB_OP_TIME:
		result = clock_ns();
		return 0;
	case LAB_OP_OPTION:
		result = option(a0);
		return 0;
	case LAB_OP_BENCH:
		put_bench((const char *)a0, a1, a2);
		return 0;
	case LAB_OP_SECOND:
		start_second(a0, a1);
		return 0;
	default:
		return -EINVAL;
	}
}

/**
 * lab_result() - the number the last request gave back
 *
 * Return: its a0.
 */
u64 lab_result(void)
{
	return result;
}
