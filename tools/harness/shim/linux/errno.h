/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Userspace stand-in: error numbers.  libc's <errno.h> reads this header too,
 * so it holds nothing but the numbers.
 */
#ifndef SHIM_LINUX_ERRNO_H
#define SHIM_LINUX_ERRNO_H

#include <asm/errno.h>

#define ENOTSUPP	524

#endif /* SHIM_LINUX_ERRNO_H */
