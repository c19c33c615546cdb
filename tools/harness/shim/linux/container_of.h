/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: from a member to its structure. */
#ifndef SHIM_LINUX_CONTAINER_OF_H
#define SHIM_LINUX_CONTAINER_OF_H

#include <linux/build_bug.h>
#include <linux/stddef.h>

#define container_of(ptr, type, member) ({				\
	void *__mptr = (void *)(ptr);					\
									\
	static_assert(__builtin_types_compatible_p(typeof(*(ptr)),	\
						   typeof(((type *)0)->member)) || \
		      __builtin_types_compatible_p(typeof(*(ptr)), void), \
		      "pointer type mismatch in container_of()");	\
	(type *)(__mptr - offsetof(type, member));			\
})

#endif /* SHIM_LINUX_CONTAINER_OF_H */
