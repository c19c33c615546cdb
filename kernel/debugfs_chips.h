/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The chips' registers, decoded for people: key=value.
 *
 * All of them print a copy that the caller has taken under the chip's lock, so
 * that nothing is formatted while an interrupt waits.
 */
#ifndef VQC_DEBUGFS_CHIPS_H
#define VQC_DEBUGFS_CHIPS_H

#include "model/ioapic.h"
#include "model/lapic.h"
#include "model/line.h"
#include "model/pic.h"
#include "model/pit.h"
#include "model/route.h"

struct seq_file;

/**
 * vqc_dump_pic - print the 8259 pair: both chips, then each pin
 * @m: where to
 * @pic: the pair, a copy
 *
 * Context: any.
 */
void vqc_dump_pic(struct seq_file *m, const struct vqc_pic *pic);

/**
 * vqc_dump_ioapic - print the IOAPIC: its registers, then each pin
 * @m: where to
 * @io: the chip, a copy
 *
 * Context: any.
 */
void vqc_dump_ioapic(struct seq_file *m, const struct vqc_ioapic *io);

/**
 * vqc_dump_lapic - print a local APIC
 * @m: where to
 * @l: the chip
 * @clock: the time, for the timer's count
 *
 * Context: any.
 */
void vqc_dump_lapic(struct seq_file *m, const struct vqc_lapic *l,
		    const struct vqc_clock *clock);

/**
 * vqc_dump_pit - print the 8254: each channel
 * @m: where to
 * @pit: the chip, a copy
 * @now_ns: monotonic time, for the outputs
 *
 * Context: any.
 */
void vqc_dump_pit(struct seq_file *m, const struct vqc_pit *pit, u64 now_ns);

/**
 * vqc_dump_route - print one route
 * @m: where to
 * @route: the route, a copy
 *
 * Context: any.
 */
void vqc_dump_route(struct seq_file *m, const struct vqc_route *route);

/**
 * vqc_dump_line - print one wire
 * @m: where to
 * @chip: name of the chip
 * @pin: its pin
 * @line: the wire
 * @hold: why its interrupt does not leave the chip, or DELIVERED
 *
 * Context: any.
 */
void vqc_dump_line(struct seq_file *m, const char *chip, unsigned int pin,
		   const struct vqc_line *line, enum vqc_why hold);

#endif /* VQC_DEBUGFS_CHIPS_H */
