/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Userspace stand-in: fields of registers.  The kernel refuses a bad mask at
 * compile time; here it, and a value that does not fit, end the harness.
 */
#ifndef SHIM_LINUX_BITFIELD_H
#define SHIM_LINUX_BITFIELD_H

#include <linux/bug.h>
#include <linux/types.h>

#define __bf_shf(mask)		(__builtin_ffsll(mask) - 1)
#define __bf_mask_ok(mask) \
	((mask) && !((((unsigned long long)(mask) >> __bf_shf(mask)) + 1) & \
		     ((unsigned long long)(mask) >> __bf_shf(mask))))

#define FIELD_MAX(mask)		((typeof(mask))((mask) >> __bf_shf(mask)))
#define FIELD_FIT(mask, val)	(!(((typeof(mask))(val) << __bf_shf(mask)) & ~(mask)))

#define FIELD_PREP(mask, val) ({					\
	unsigned long long __val = (val);				\
									\
	WARN_ON(!__bf_mask_ok(mask));					\
	WARN_ON(__builtin_constant_p(val) &&				\
		__val > (unsigned long long)FIELD_MAX(mask));		\
	(typeof(mask))(((typeof(mask))(val) << __bf_shf(mask)) & (mask)); \
})

#define FIELD_GET(mask, reg) ({						\
	WARN_ON(!__bf_mask_ok(mask));					\
	(typeof(mask))(((reg) & (mask)) >> __bf_shf(mask));		\
})

#define __SHIM_FIELD_OPS(type)						\
static inline type type##_get_bits(type reg, type mask)			\
{									\
	return (reg & mask) >> __bf_shf(mask);				\
}									\
									\
static inline type type##_encode_bits(type val, type mask)		\
{									\
	WARN_ON(val > (type)(mask >> __bf_shf(mask)));			\
	return (val << __bf_shf(mask)) & mask;				\
}									\
									\
static inline type type##_replace_bits(type old, type val, type mask)	\
{									\
	return (old & ~mask) | type##_encode_bits(val, mask);		\
}									\
									\
static inline void type##p_replace_bits(type *reg, type val, type mask)	\
{									\
	*reg = type##_replace_bits(*reg, val, mask);			\
}

__SHIM_FIELD_OPS(u8)
__SHIM_FIELD_OPS(u16)
__SHIM_FIELD_OPS(u32)
__SHIM_FIELD_OPS(u64)

#endif /* SHIM_LINUX_BITFIELD_H */
