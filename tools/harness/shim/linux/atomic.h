/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: atomic variables and memory ordering. */
#ifndef SHIM_LINUX_ATOMIC_H
#define SHIM_LINUX_ATOMIC_H

#include <linux/compiler.h>
#include <linux/types.h>

#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_mb__before_atomic()	smp_mb()
#define smp_mb__after_atomic()	smp_mb()
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_store_mb(var, val)	__atomic_store_n(&(var), val, __ATOMIC_SEQ_CST)

#define xchg(ptr, val)		__atomic_exchange_n(ptr, val, __ATOMIC_SEQ_CST)
#define cmpxchg(ptr, old, new) ({					\
	typeof(*(ptr)) __old = (old);					\
									\
	__atomic_compare_exchange_n(ptr, &__old, new, false,		\
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
	__old;								\
})
#define try_cmpxchg(ptr, oldp, new) \
	__atomic_compare_exchange_n(ptr, oldp, new, false, \
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

#define ATOMIC_INIT(i)		{ (i) }
#define ATOMIC64_INIT(i)	{ (i) }

#define __SHIM_ATOMIC_OP(name, type, op)				\
static inline void name##_##op(type i, name##_t *v)			\
{									\
	__atomic_fetch_##op(&v->counter, i, __ATOMIC_RELAXED);		\
}									\
									\
static inline type name##_fetch_##op(type i, name##_t *v)		\
{									\
	return __atomic_fetch_##op(&v->counter, i, __ATOMIC_SEQ_CST);	\
}

#define __SHIM_ATOMIC(name, type)					\
static inline type name##_read(const name##_t *v)			\
{									\
	return READ_ONCE(v->counter);					\
}									\
									\
static inline void name##_set(name##_t *v, type i)			\
{									\
	WRITE_ONCE(v->counter, i);					\
}									\
									\
__SHIM_ATOMIC_OP(name, type, add)					\
__SHIM_ATOMIC_OP(name, type, sub)					\
__SHIM_ATOMIC_OP(name, type, or)					\
__SHIM_ATOMIC_OP(name, type, and)					\
__SHIM_ATOMIC_OP(name, type, xor)					\
									\
static inline void name##_andnot(type i, name##_t *v)			\
{									\
	name##_and(~i, v);						\
}									\
									\
static inline type name##_add_return(type i, name##_t *v)		\
{									\
	return name##_fetch_add(i, v) + i;				\
}									\
									\
static inline type name##_sub_return(type i, name##_t *v)		\
{									\
	return name##_fetch_sub(i, v) - i;				\
}									\
									\
static inline type name##_xchg(name##_t *v, type new)			\
{									\
	return xchg(&v->counter, new);					\
}									\
									\
static inline type name##_cmpxchg(name##_t *v, type old, type new)	\
{									\
	return cmpxchg(&v->counter, old, new);				\
}									\
									\
static inline bool name##_try_cmpxchg(name##_t *v, type *old, type new)	\
{									\
	return try_cmpxchg(&v->counter, old, new);			\
}

__SHIM_ATOMIC(atomic, int)
__SHIM_ATOMIC(atomic64, s64)

#define atomic_inc(v)			atomic_add(1, v)
#define atomic_dec(v)			atomic_sub(1, v)
#define atomic_inc_return(v)		atomic_add_return(1, v)
#define atomic_dec_return(v)		atomic_sub_return(1, v)
#define atomic_fetch_inc(v)		atomic_fetch_add(1, v)
#define atomic_fetch_dec(v)		atomic_fetch_sub(1, v)
#define atomic_dec_and_test(v)		(atomic_dec_return(v) == 0)
#define atomic_inc_and_test(v)		(atomic_inc_return(v) == 0)
#define atomic64_inc(v)			atomic64_add(1, v)
#define atomic64_dec(v)			atomic64_sub(1, v)
#define atomic64_inc_return(v)		atomic64_add_return(1, v)
#define atomic64_fetch_inc(v)		atomic64_fetch_add(1, v)

#endif /* SHIM_LINUX_ATOMIC_H */
