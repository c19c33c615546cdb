/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: there is no speculation to guard against here. */
#ifndef SHIM_LINUX_NOSPEC_H
#define SHIM_LINUX_NOSPEC_H

#include <linux/types.h>

#define array_index_nospec(index, size) ({				\
	typeof(index) __i = (index);					\
									\
	__i < (size) ? __i : (typeof(index))0;				\
})

#endif /* SHIM_LINUX_NOSPEC_H */
