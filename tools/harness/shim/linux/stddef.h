/* SPDX-License-Identifier: GPL-2.0-only */
/* Userspace stand-in: offsets and sizes of members. */
#ifndef SHIM_LINUX_STDDEF_H
#define SHIM_LINUX_STDDEF_H

#include_next <linux/stddef.h>
#include <stddef.h>

#define sizeof_field(type, member)	sizeof(((type *)0)->member)
#define offsetofend(type, member)	(offsetof(type, member) + sizeof_field(type, member))

#ifndef struct_group
#define struct_group(name, members...) \
	union { struct { members }; struct { members } name; }
#endif

#endif /* SHIM_LINUX_STDDEF_H */
