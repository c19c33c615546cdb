/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An oracle for the 8259 pair: the same chips told another way, slow and
 * plain.
 *
 * Where the model keeps masks and caches the request register, the oracle
 * keeps one truth value per input, asks each input anew whether it requests,
 * and walks the inputs from the highest to the lowest to find who wins.
 */
#ifndef VQC_ORACLE_PIC_H
#define VQC_ORACLE_PIC_H

#include "model/pic.h"

/**
 * struct oracle_8259 - the facts about one chip
 * @wire: level of each input; the master's IR2 is not here
 * @edge_seen: an edge input rose and was not served since
 * @level_bit: ELCR
 * @masked: IMR
 * @serving: ISR
 * @all_level: LTIM
 * @single: SNGL
 * @want_icw4: IC4
 * @auto_eoi: AEOI
 * @special_nested: SFNM
 * @special_mask: special mask mode
 * @polled: the next read is a poll
 * @show_isr: the command port reads the ISR
 * @auto_rotate: rotate in AEOI mode
 * @next_word: the initialisation word that is due: 2, 3, 4; 0 if operating, 1
 *	if never initialised
 * @bottom: the input of lowest priority
 * @base: the vector of IR0
 */
struct oracle_8259 {
	bool wire[8];
	bool edge_seen[8];
	bool level_bit[8];
	bool masked[8];
	bool serving[8];
	bool all_level;
	bool single;
	bool want_icw4;
	bool auto_eoi;
	bool special_nested;
	bool special_mask;
	bool polled;
	bool show_isr;
	bool auto_rotate;
	int next_word;
	int bottom;
	int base;
};

/**
 * struct oracle_pic - the pair, and what the last operation did
 * @master: inputs 0..7
 * @slave: inputs 8..15
 * @strict_edge: an edge request does not outlive its wire
 * @ended: the pins whose sources must hear of an end
 * @no_eoi: an EOI found nothing in service
 * @spurious: an acknowledge found nothing to acknowledge
 */
struct oracle_pic {
	struct oracle_8259 master;
	struct oracle_8259 slave;
	bool strict_edge;
	bool ended[16];
	bool no_eoi;
	bool spurious;
};

/* Each does to the oracle what vqc_pic_*() of that name does to the model. */
void oracle_pic_reset(struct oracle_pic *o, bool strict_edge);
void oracle_pic_set_line(struct oracle_pic *o, int pin, bool level);
bool oracle_pic_output(const struct oracle_pic *o);
int oracle_pic_ack(struct oracle_pic *o, int *pin);
int oracle_pic_read(struct oracle_pic *o, enum vqc_pic_port port);
void oracle_pic_write(struct oracle_pic *o, enum vqc_pic_port port, int val);

/**
 * oracle_pic_differs - hold the model against the oracle
 * @o: the oracle
 * @pic: the model
 * @fx: the effects of the model's last operation
 *
 * Context: any. Return: NULL, or the name of what differs.
 */
const char *oracle_pic_differs(const struct oracle_pic *o,
			       const struct vqc_pic *pic,
			       const struct vqc_fx *fx);

#endif /* VQC_ORACLE_PIC_H */
