/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest in QEMU: between pvh.S, qemu.c and virtio_blk.c.
 */
#ifndef QEMU_H
#define QEMU_H

#include "lib.h"

/* What pvh.S leaves: the physical address of what the loader says. */
extern u32 pvh_start_info;

/* Where the second CPU begins in real mode, and with what it goes on. */
extern char second_trampoline[], second_trampoline_end[];
extern u64 second_entry, second_stack_end;
extern u16 second_idtr[5];

bool virtio_blk_start(u8 vector);
void virtio_blk_kick(void);
bool virtio_blk_is_well(u32 requests);

#endif
