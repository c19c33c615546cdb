/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: random numbers nobody can foretell. */
#ifndef SHIM_LINUX_RANDOM_H
#define SHIM_LINUX_RANDOM_H

#include <linux/prandom.h>
#include <linux/types.h>
#include <sys/random.h>

static inline u32 get_random_u32(void)
{
	u32 word = 0;

	return getrandom(&word, sizeof(word), 0) == sizeof(word) ? word : 0;
}

static inline u64 get_random_u64(void)
{
	return (u64)get_random_u32() << 32 | get_random_u32();
}

#endif /* SHIM_LINUX_RANDOM_H */
