/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: operations on single bits and searches for them. */
#ifndef SHIM_LINUX_BITOPS_H
#define SHIM_LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>

/* Atomic; those that return the old bit order memory fully, as in the kernel. */
static inline void set_bit(long nr, unsigned long *addr)
{
	__atomic_fetch_or(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_RELAXED);
}

static inline void clear_bit(long nr, unsigned long *addr)
{
	__atomic_fetch_and(addr + BIT_WORD(nr), ~BIT_MASK(nr), __ATOMIC_RELAXED);
}

static inline void change_bit(long nr, unsigned long *addr)
{
	__atomic_fetch_xor(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_RELAXED);
}

static inline bool test_and_set_bit(long nr, unsigned long *addr)
{
	return __atomic_fetch_or(addr + BIT_WORD(nr), BIT_MASK(nr),
				 __ATOMIC_SEQ_CST) & BIT_MASK(nr);
}

static inline bool test_and_clear_bit(long nr, unsigned long *addr)
{
	return __atomic_fetch_and(addr + BIT_WORD(nr), ~BIT_MASK(nr),
				  __ATOMIC_SEQ_CST) & BIT_MASK(nr);
}

static inline bool test_and_change_bit(long nr, unsigned long *addr)
{
	return __atomic_fetch_xor(addr + BIT_WORD(nr), BIT_MASK(nr),
				  __ATOMIC_SEQ_CST) & BIT_MASK(nr);
}

static inline bool test_bit(long nr, const unsigned long *addr)
{
	return READ_ONCE(addr[BIT_WORD(nr)]) & BIT_MASK(nr);
}

/* Not atomic. */
static inline void __set_bit(long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static inline void __clear_bit(long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

static inline void __change_bit(long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] ^= BIT_MASK(nr);
}

static inline bool __test_and_set_bit(long nr, unsigned long *addr)
{
	bool old = addr[BIT_WORD(nr)] & BIT_MASK(nr);

	__set_bit(nr, addr);
	return old;
}

static inline bool __test_and_clear_bit(long nr, unsigned long *addr)
{
	bool old = addr[BIT_WORD(nr)] & BIT_MASK(nr);

	__clear_bit(nr, addr);
	return old;
}

static inline void assign_bit(long nr, unsigned long *addr, bool value)
{
	if (value)
		set_bit(nr, addr);
	else
		clear_bit(nr, addr);
}

static inline void __assign_bit(long nr, unsigned long *addr, bool value)
{
	if (value)
		__set_bit(nr, addr);
	else
		__clear_bit(nr, addr);
}

/* Positions: ffs() and fls*() count from one, __ffs() and __fls() from zero. */
#define ffs(x)		__builtin_ffs(x)

static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

#define fls_long(x)	fls64(x)

static inline unsigned long __ffs(unsigned long x)
{
	return __builtin_ctzl(x);
}

static inline unsigned long __ffs64(u64 x)
{
	return __builtin_ctzll(x);
}

static inline unsigned long __fls(unsigned long x)
{
	return BITS_PER_LONG - 1 - __builtin_clzl(x);
}

#define ffz(x)		__ffs(~(x))

#define hweight8(x)	((unsigned int)__builtin_popcount((u8)(x)))
#define hweight16(x)	((unsigned int)__builtin_popcount((u16)(x)))
#define hweight32(x)	((unsigned int)__builtin_popcount((u32)(x)))
#define hweight64(x)	((unsigned long)__builtin_popcountll((u64)(x)))
#define hweight_long(x)	hweight64(x)

#define __SHIM_ROTATE(bits)						\
static inline u##bits rol##bits(u##bits word, unsigned int shift)	\
{									\
	return (word << (shift & (bits - 1))) |				\
	       (word >> (-shift & (bits - 1)));				\
}									\
									\
static inline u##bits ror##bits(u##bits word, unsigned int shift)	\
{									\
	return (word >> (shift & (bits - 1))) |				\
	       (word << (-shift & (bits - 1)));				\
}

__SHIM_ROTATE(8)
__SHIM_ROTATE(16)
__SHIM_ROTATE(32)
__SHIM_ROTATE(64)

static inline s32 sign_extend32(u32 value, int index)
{
	return (s32)(value << (31 - index)) >> (31 - index);
}

static inline s64 sign_extend64(u64 value, int index)
{
	return (s64)(value << (63 - index)) >> (63 - index);
}

/*
 * Searches.  Word @i is (addr1[i] & addr2[i]) ^ invert, addr2 optional; each
 * search returns @size if there is no such bit.
 */
static __always_inline unsigned long
__shim_find_next(const unsigned long *addr1, const unsigned long *addr2,
		 unsigned long size, unsigned long start, unsigned long invert)
{
	unsigned long i, word;

	if (start >= size)
		return size;

	for (i = BIT_WORD(start); i * BITS_PER_LONG < size; i++) {
		word = (addr2 ? addr1[i] & addr2[i] : addr1[i]) ^ invert;
		if (i == BIT_WORD(start))
			word &= ~0UL << (start % BITS_PER_LONG);
		if (!word)
			continue;
		start = i * BITS_PER_LONG + __ffs(word);
		return start < size ? start : size;
	}
	return size;
}

static inline unsigned long find_next_bit(const unsigned long *addr,
					  unsigned long size, unsigned long start)
{
	return __shim_find_next(addr, NULL, size, start, 0);
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr,
					       unsigned long size,
					       unsigned long start)
{
	return __shim_find_next(addr, NULL, size, start, ~0UL);
}

static inline unsigned long find_next_and_bit(const unsigned long *addr1,
					      const unsigned long *addr2,
					      unsigned long size,
					      unsigned long start)
{
	return __shim_find_next(addr1, addr2, size, start, 0);
}

static inline unsigned long find_last_bit(const unsigned long *addr,
					  unsigned long size)
{
	unsigned long i = BITS_TO_LONGS(size), word;

	while (i--) {
		word = addr[i];
		if (i == BIT_WORD(size))
			word &= BIT_MASK(size) - 1;
		if (word)
			return i * BITS_PER_LONG + __fls(word);
	}
	return size;
}

#define find_first_bit(addr, size)		find_next_bit(addr, size, 0)
#define find_first_zero_bit(addr, size)		find_next_zero_bit(addr, size, 0)
#define find_first_and_bit(addr1, addr2, size)	find_next_and_bit(addr1, addr2, size, 0)

#define for_each_set_bit(bit, addr, size) \
	for ((bit) = 0; \
	     (bit) = find_next_bit(addr, size, bit), (bit) < (size); (bit)++)
#define for_each_set_bit_from(bit, addr, size) \
	for (; (bit) = find_next_bit(addr, size, bit), (bit) < (size); (bit)++)
#define for_each_clear_bit(bit, addr, size) \
	for ((bit) = 0; \
	     (bit) = find_next_zero_bit(addr, size, bit), (bit) < (size); (bit)++)
#define for_each_and_bit(bit, addr1, addr2, size) \
	for ((bit) = 0; \
	     (bit) = find_next_and_bit(addr1, addr2, size, bit), (bit) < (size); \
	     (bit)++)

#endif /* SHIM_LINUX_BITOPS_H */
