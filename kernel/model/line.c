// SPDX-License-Identifier: GPL-2.0-only
/*
 * One wire into a chip: the wired-OR of its sources.
 *
 * Sources change it from any context and on any CPU at once.  A source that
 * releases the wire must not release it for the others, and a chip that looks
 * must see what is true now, not what some source reported last.
 */
#include <linux/nospec.h>

#include "line.h"

bool vqc_line_set(struct vqc_line *line, unsigned int source_id, bool level)
{
	if (source_id < VQC_NR_SOURCES) {
		source_id = array_index_nospec(source_id, VQC_NR_SOURCES);
		if (level)
			set_bit(source_id, &line->sources);
		else
			clear_bit(source_id, &line->sources);
	}
	return vqc_line_level(line);
}
