/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interrupts of a recording.
 */
#ifndef VIRQCTL_RECORDING_H
#define VIRQCTL_RECORDING_H

#include "trace.h"

/**
 * struct recording - what a file has
 * @file: its start
 * @whys: what the numbers of reasons mean
 * @flow: the interrupts, in the order of the file
 * @nr: how many
 * @room: for how many there is memory
 * @lost: records that are missing
 * @first_ns: when the first began; @file.start_ns if that is earlier
 * @last_ns: when the last thing happened
 */
struct recording {
	struct virqchip_rec_file file;
	struct whys whys;
	struct virqchip_flow *flow;
	size_t nr, room;
	uint64_t lost;
	uint64_t first_ns, last_ns;
};

/*
 * Read @path, which may be compressed by gzip. Ends the program with a message
 * if it cannot be read, or is not what it should be.
 */
void recording_read(struct recording *recording, const char *path);
void recording_free(struct recording *recording);

#endif /* VIRQCTL_RECORDING_H */
