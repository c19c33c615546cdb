/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of "virqctl replay" share.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tape.h"

/* ---- replay_model.c ---- */

struct machine;

/**
 * struct step - what came of one record
 * @done: the model did what the record says
 * @wrong: what differs, in words; NULL if nothing does
 * @op: for an operation: what the model says to it, in the numbers of the
 *	recording
 */
struct step {
	bool done;
	const char *wrong;
	struct virqchip_rec_op op;
};

struct machine *machine_create(const struct tape *r);
void machine_free(struct machine *m);

/* Do what a record says. Ends the program if no machine can do it. */
struct step machine_step(struct machine *m, const struct virqchip_rec *rec);

/*
 * Copy the state of the chip that a record is about into *@state, as after
 * struct virqchip_rec_state. Returns its bytes, 0 if it is not known or the
 * record is about no chip.
 */
size_t machine_state(const struct machine *m, const struct virqchip_rec *rec,
		     void *state);

/* Bytes of a chip's state in a recording; 0: it has none. */
size_t machine_state_bytes(unsigned int chip);

/* The longest state of a chip. */
#define STATE_ROOM	512

/* ---- replay_text.c ---- */

/* What a record says, in one line without its end. */
void text_record(FILE *to, const struct tape *r,
		 const struct virqchip_rec *rec);

/* Where a record stands: number, time since the start, and its chip. */
void text_place(FILE *to, const struct tape *r,
		const struct virqchip_rec *rec);

/* What was answered to an operation: " -> ANSWER", or nothing. */
void text_answer(FILE *to, const struct tape *r,
		 const struct virqchip_rec_op *op);

/* The state of a chip, indented; @chip is enum virqchip_chip. */
void text_state(FILE *to, unsigned int chip, const void *state);

/* Name of a reason in this recording. */
const char *text_why(const struct tape *r, unsigned int why);

#endif /* REPLAY_H */
