/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording as a file has it.
 */
#ifndef TAPE_H
#define TAPE_H

#include <stddef.h>
#include <stdint.h>

#include <linux/virqchip_record.h>

/**
 * struct tape - a recording in memory
 * @name: of its file
 * @data: all of it
 * @size: bytes of @data
 * @head: its start
 * @rec: its records, each as long as its type needs, in the order of the file
 * @nr: how many
 */
struct tape {
	const char *name;
	uint8_t *data;
	size_t size;
	const struct virqchip_rec_file *head;
	const struct virqchip_rec **rec;
	size_t nr;
};

/*
 * Read a file, which may be compressed by gzip. Ends the program, with a message,
 * if it cannot be read or is no whole recording. Texts in it can be printed.
 */
void tape_load(struct tape *r, const char *name);
void tape_free(struct tape *r);

#endif /* TAPE_H */
