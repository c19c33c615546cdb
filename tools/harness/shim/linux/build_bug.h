/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: assertions at compile time. */
#ifndef SHIM_LINUX_BUILD_BUG_H
#define SHIM_LINUX_BUILD_BUG_H

#include <assert.h>

#undef static_assert
#define __static_assert(expr, msg, ...)	_Static_assert(expr, msg)
#define static_assert(expr, ...)	__static_assert(expr, ##__VA_ARGS__, #expr)
#define BUILD_BUG_ON(cond)		_Static_assert(!(cond), #cond)
#define BUILD_BUG_ON_MSG(cond, msg)	_Static_assert(!(cond), msg)
#define BUILD_BUG_ON_ZERO(cond)		((int)sizeof(struct { int: (-!!(cond)); }))

#endif /* SHIM_LINUX_BUILD_BUG_H */
