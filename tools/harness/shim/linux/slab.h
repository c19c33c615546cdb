/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: memory. */
#ifndef SHIM_LINUX_SLAB_H
#define SHIM_LINUX_SLAB_H

#include <linux/types.h>
#include <stdlib.h>

#define GFP_KERNEL		0u
#define GFP_ATOMIC		1u
#define GFP_KERNEL_ACCOUNT	GFP_KERNEL
#define __GFP_ZERO		0x100u

#define kmalloc(size, gfp)	malloc(size)
#define kzalloc(size, gfp)	calloc(1, size)
#define kcalloc(n, size, gfp)	calloc(n, size)
#define kvzalloc(size, gfp)	calloc(1, size)
#define kvcalloc(n, size, gfp)	calloc(n, size)
#define kfree(ptr)		free((void *)(ptr))
#define kvfree(ptr)		free((void *)(ptr))

#endif /* SHIM_LINUX_SLAB_H */
