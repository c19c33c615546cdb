/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: what the kernel's string functions have beyond libc. */
#ifndef SHIM_LINUX_STRING_H
#define SHIM_LINUX_STRING_H

#include <linux/errno.h>
#include <linux/types.h>
#include <string.h>

static inline ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size);

	if (!size)
		return -E2BIG;
	if (len == size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dst, src, len + 1);
	return len;
}

static inline void *memchr_inv(const void *start, int c, size_t bytes)
{
	const unsigned char *byte = start;

	for (; bytes; bytes--, byte++)
		if (*byte != (unsigned char)c)
			return (void *)byte;
	return NULL;
}

#endif /* SHIM_LINUX_STRING_H */
