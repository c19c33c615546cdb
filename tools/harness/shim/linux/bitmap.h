/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Userspace stand-in: sets of bits.  Bits past the end of a map, in its last
 * word, are never looked at.
 */
#ifndef SHIM_LINUX_BITMAP_H
#define SHIM_LINUX_BITMAP_H

#include <linux/bitops.h>
#include <linux/string.h>

#define BITMAP_LAST_WORD_MASK(nbits)	(~0UL >> (-(nbits) & (BITS_PER_LONG - 1)))

static inline unsigned long __shim_bitmap_mask(unsigned int word,
					       unsigned int nbits)
{
	return word == BITS_TO_LONGS(nbits) - 1 ? BITMAP_LAST_WORD_MASK(nbits) : ~0UL;
}

#define __shim_for_each_word(i, nbits) \
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)

static inline void bitmap_zero(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0, BITS_TO_LONGS(nbits) * sizeof(long));
}

static inline void bitmap_fill(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0xff, BITS_TO_LONGS(nbits) * sizeof(long));
}

static inline void bitmap_copy(unsigned long *dst, const unsigned long *src,
			       unsigned int nbits)
{
	memcpy(dst, src, BITS_TO_LONGS(nbits) * sizeof(long));
}

static inline bool bitmap_and(unsigned long *dst, const unsigned long *a,
			      const unsigned long *b, unsigned int nbits)
{
	unsigned long any = 0;

	__shim_for_each_word(i, nbits) {
		dst[i] = a[i] & b[i];
		any |= dst[i] & __shim_bitmap_mask(i, nbits);
	}
	return any;
}

static inline bool bitmap_andnot(unsigned long *dst, const unsigned long *a,
				 const unsigned long *b, unsigned int nbits)
{
	unsigned long any = 0;

	__shim_for_each_word(i, nbits) {
		dst[i] = a[i] & ~b[i];
		any |= dst[i] & __shim_bitmap_mask(i, nbits);
	}
	return any;
}

static inline void bitmap_or(unsigned long *dst, const unsigned long *a,
			     const unsigned long *b, unsigned int nbits)
{
	__shim_for_each_word(i, nbits)
		dst[i] = a[i] | b[i];
}

static inline void bitmap_xor(unsigned long *dst, const unsigned long *a,
			      const unsigned long *b, unsigned int nbits)
{
	__shim_for_each_word(i, nbits)
		dst[i] = a[i] ^ b[i];
}

static inline bool bitmap_equal(const unsigned long *a, const unsigned long *b,
				unsigned int nbits)
{
	unsigned long differ = 0;

	__shim_for_each_word(i, nbits)
		differ |= (a[i] ^ b[i]) & __shim_bitmap_mask(i, nbits);
	return !differ;
}

static inline bool bitmap_intersects(const unsigned long *a,
				     const unsigned long *b, unsigned int nbits)
{
	return find_next_and_bit(a, b, nbits, 0) < nbits;
}

static inline bool bitmap_subset(const unsigned long *a, const unsigned long *b,
				 unsigned int nbits)
{
	unsigned long extra = 0;

	__shim_for_each_word(i, nbits)
		extra |= a[i] & ~b[i] & __shim_bitmap_mask(i, nbits);
	return !extra;
}

static inline bool bitmap_empty(const unsigned long *src, unsigned int nbits)
{
	return find_first_bit(src, nbits) == nbits;
}

static inline bool bitmap_full(const unsigned long *src, unsigned int nbits)
{
	return find_first_zero_bit(src, nbits) == nbits;
}

static inline unsigned int bitmap_weight(const unsigned long *src,
					 unsigned int nbits)
{
	unsigned int weight = 0;

	__shim_for_each_word(i, nbits)
		weight += hweight_long(src[i] & __shim_bitmap_mask(i, nbits));
	return weight;
}

static inline void bitmap_set(unsigned long *map, unsigned int start,
			      unsigned int nbits)
{
	while (nbits--)
		__set_bit(start++, map);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start,
				unsigned int nbits)
{
	while (nbits--)
		__clear_bit(start++, map);
}

static inline void bitmap_from_arr32(unsigned long *map, const u32 *buf,
				     unsigned int nbits)
{
	bitmap_zero(map, nbits);
	for (unsigned int bit = 0; bit < nbits; bit++)
		if (buf[bit / 32] & (1u << (bit % 32)))
			__set_bit(bit, map);
}

static inline void bitmap_to_arr32(u32 *buf, const unsigned long *map,
				   unsigned int nbits)
{
	memset(buf, 0, (nbits + 31) / 32 * sizeof(u32));
	for (unsigned int bit = 0; bit < nbits; bit++)
		if (test_bit(bit, map))
			buf[bit / 32] |= 1u << (bit % 32);
}

#endif /* SHIM_LINUX_BITMAP_H */
