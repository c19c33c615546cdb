/* SPDX-License-Identifier: GPL-2.0-only */
/* The recorder: an injection back end that writes down what it is given. */
#ifndef VQC_FAKE_CPU_H
#define VQC_FAKE_CPU_H

#include "fabric.h"
#include "inject.h"

#define FAKE_CPU_WORDS	64u

/**
 * struct fake_cpu - a CPU that takes what it is given
 * @cpu: its place in the fabric
 * @busy: what it answers when asked whether it can take an interrupt;
 *	VQC_WHY_DELIVERED for yes
 * @word: the last FAKE_CPU_WORDS interruption-information words it took; the
 *	n-th is at n % FAKE_CPU_WORDS
 * @nr_words: how many it took
 * @nr_nmis: NMIs it took
 * @nr_windows: interrupt windows it was asked for
 * @nr_kicks: times it was kicked
 * @routes: each kick exchanges them for the fabric's; NULL: those stay
 */
struct fake_cpu {
	struct vqc_cpu cpu;
	enum vqc_why busy;
	u32 word[FAKE_CPU_WORDS];
	unsigned int nr_words;
	unsigned int nr_nmis;
	unsigned int nr_windows;
	unsigned int nr_kicks;
	struct vqc_route_table *routes;
};

extern const struct vqc_inject_ops fake_cpu_ops;

/**
 * fake_cpu_take - let a CPU take what is pending, one interrupt at the most
 * @fake: the CPU
 *
 * Context: owner. Return: the vector, -1 if it took none.
 */
int fake_cpu_take(struct fake_cpu *fake);

#endif /* VQC_FAKE_CPU_H */
