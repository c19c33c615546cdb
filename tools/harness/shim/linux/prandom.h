/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Userspace stand-in: seeded streams of random numbers.  The same seed always
 * gives the same stream here, though not the kernel's.
 */
#ifndef SHIM_LINUX_PRANDOM_H
#define SHIM_LINUX_PRANDOM_H

#include <linux/types.h>

struct rnd_state {
	u64 state;
};

static inline void prandom_seed_state(struct rnd_state *rnd, u64 seed)
{
	rnd->state = seed;
}

/* A Weyl sequence, its bits mixed by two multiplications. */
static inline u32 prandom_u32_state(struct rnd_state *rnd)
{
	u64 word;

	rnd->state += 0x9e3779b97f4a7c15ULL;
	word = rnd->state;
	word = (word ^ (word >> 32)) * 0xd6e8feb86659fd93ULL;
	word = (word ^ (word >> 32)) * 0xd6e8feb86659fd93ULL;
	return word >> 32;
}

#endif /* SHIM_LINUX_PRANDOM_H */
