/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: compiler annotations and single accesses. */
#ifndef SHIM_LINUX_COMPILER_H
#define SHIM_LINUX_COMPILER_H

#include <linux/types.h>

/* libc defines some of these by its own means. */
#undef __always_inline
#undef __attribute_const__
#define __always_inline		inline __attribute__((always_inline))
#define __attribute_const__	__attribute__((const))
#define __aligned(x)		__attribute__((aligned(x)))
#define __always_unused		__attribute__((unused))
#define __cold			__attribute__((cold))
#define __maybe_unused		__attribute__((unused))
#define __must_check		__attribute__((warn_unused_result))
#define __packed		__attribute__((packed))
#define __printf(a, b)		__attribute__((format(printf, a, b)))
#define __pure			__attribute__((pure))
#define __used			__attribute__((used))
#define noinline		__attribute__((noinline))
#define fallthrough		__attribute__((fallthrough))

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		__asm__ __volatile__("" : : : "memory")

#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, val)	__atomic_store_n(&(x), (val), __ATOMIC_RELAXED)

#define __CONCAT_(a, b)		a ## b
#define __CONCAT2_(a, b)	__CONCAT_(a, b)
#define __UNIQUE_ID(prefix)	__CONCAT2_(prefix, __COUNTER__)

#endif /* SHIM_LINUX_COMPILER_H */
