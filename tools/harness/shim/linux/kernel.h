/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: the odds and ends of <linux/kernel.h>. */
#ifndef SHIM_LINUX_KERNEL_H
#define SHIM_LINUX_KERNEL_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>

#define ARRAY_SIZE(arr)							\
	(sizeof(arr) / sizeof((arr)[0]) +				\
	 BUILD_BUG_ON_ZERO(__builtin_types_compatible_p(typeof(arr), typeof(&(arr)[0]))))

#define __round_mask(x, y)	((typeof(x))((y) - 1))
#define round_up(x, y)		((((x) - 1) | __round_mask(x, y)) + 1)
#define round_down(x, y)	((x) & ~__round_mask(x, y))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d)	DIV_ROUND_UP((unsigned long long)(n), d)
#define DIV_ROUND_CLOSEST_ULL(n, d) \
	(((unsigned long long)(n) + (d) / 2) / (d))
#define ALIGN(x, a)		round_up(x, a)
#define IS_ALIGNED(x, a)	(((x) & ((typeof(x))(a) - 1)) == 0)

#define upper_32_bits(n)	((u32)((u64)(n) >> 32))
#define lower_32_bits(n)	((u32)((n) & 0xffffffff))

/* Like snprintf(), but gives the number of characters really written. */
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

#endif /* SHIM_LINUX_KERNEL_H */
