/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: the ranges of the types. */
#ifndef SHIM_LINUX_LIMITS_H
#define SHIM_LINUX_LIMITS_H

/* libc's <limits.h> reads this header too and wants PATH_MAX from it. */
#include_next <linux/limits.h>
#include <stdint.h>

#define U8_MAX		((__u8)~0U)
#define S8_MAX		((__s8)(U8_MAX >> 1))
#define S8_MIN		((__s8)(-S8_MAX - 1))
#define U16_MAX		((__u16)~0U)
#define S16_MAX		((__s16)(U16_MAX >> 1))
#define S16_MIN		((__s16)(-S16_MAX - 1))
#define U32_MAX		((__u32)~0U)
#define S32_MAX		((__s32)(U32_MAX >> 1))
#define S32_MIN		((__s32)(-S32_MAX - 1))
#define U64_MAX		((__u64)~0ULL)
#define S64_MAX		((__s64)(U64_MAX >> 1))
#define S64_MIN		((__s64)(-S64_MAX - 1))

#ifndef INT_MAX
#define INT_MAX		((int)(~0U >> 1))
#define INT_MIN		(-INT_MAX - 1)
#define UINT_MAX	(~0U)
#define LONG_MAX	((long)(~0UL >> 1))
#define LONG_MIN	(-LONG_MAX - 1)
#define ULONG_MAX	(~0UL)
#define LLONG_MAX	((long long)(~0ULL >> 1))
#define LLONG_MIN	(-LLONG_MAX - 1)
#define ULLONG_MAX	(~0ULL)
#endif

#endif /* SHIM_LINUX_LIMITS_H */
