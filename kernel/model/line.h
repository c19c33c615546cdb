/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One wire into a chip: the wired-OR of its sources.
 */
#ifndef VQC_MODEL_LINE_H
#define VQC_MODEL_LINE_H

#include <linux/compiler.h>

#include "types.h"

#define VQC_NR_SOURCES		BITS_PER_LONG

/**
 * struct vqc_line - a wire
 * @sources: a bit per source that asserts it; changed atomically
 */
struct vqc_line {
	unsigned long sources;
};

/**
 * vqc_line_set - one source asserts or releases the wire
 * @line: the wire
 * @source_id: 0..VQC_NR_SOURCES - 1; others are ignored
 * @level: assert or release
 *
 * Context: any; sources need not serialise against each other.
 * Return: the wire's level after it.
 */
bool vqc_line_set(struct vqc_line *line, unsigned int source_id, bool level);

/**
 * vqc_line_level - the wire's level now
 * @line: the wire
 *
 * A chip samples this under its own lock, so that two sources that change at
 * the same time cannot leave it with the older level.
 *
 * Context: any.
 * Return: true if any source asserts it.
 */
static inline bool vqc_line_level(const struct vqc_line *line)
{
	return READ_ONCE(line->sources);
}

#endif /* VQC_MODEL_LINE_H */
