/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the bench guests share: the rows that need nothing but the chips, and how a
 * row is measured.
 */
#ifndef BENCH_H
#define BENCH_H

#include "lib.h"

/* The line that a device of the guest may have, by the PIC. */
#define BENCH_GSI		5
#define VECTOR_LINE		(0x20 + BENCH_GSI)
#define VECTOR_IPI		0x51
#define VECTOR_TIMER		0x61
#define VECTOR_QUEUE		0x71
#define VECTOR_OTHER		0x81
#define BENCH_REPEATS		5

/**
 * struct bench - a row
 * @name: what is measured
 * @empty_name: the same, for the loop without it
 * @operation: once
 */
struct bench {
	const char *name;
	const char *empty_name;
	void (*operation)(void);
};

/* How often a row's operation is done: first some times that do not count. */
static inline u32 bench_operations(u32 loops)
{
	return loops / 10 + 1 + BENCH_REPEATS * loops;
}

void bench_set_up(bool irqchip);
void bench_run(const struct bench *rows, u32 count, u32 loops);
void bench_chips(u32 loops);
void bench_timer(u32 loops);
void bench_ipis(u32 loops);
void bench_clock(void);

#endif
