/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An oracle for the 8254: the same counter told another way, slow and plain.
 *
 * Where the model computes a count from the time, the oracle ticks: it has a
 * counting element and an output, and moves them clock by clock as the mode
 * definitions of the datasheet tell it.
 */
#ifndef VQC_ORACLE_PIT_H
#define VQC_ORACLE_PIT_H

#include "model/pit.h"

/**
 * struct oracle_8254 - one counter
 * @mode: 0..5
 * @control: the control word's low six bits as written
 * @access: 1..3
 * @decimal: counts in BCD
 * @gate: level of the gate
 * @out: level of the output
 * @rises: rising edges of @out so far
 * @counting: the clock moves @ce
 * @done: the terminal count was reached
 * @null: @cr was not moved to @ce yet
 * @cr: what was written last, 0 for nothing
 * @n: what @ce is reloaded with
 * @ce: the counting element, in clocks
 * @raw: what the counting element reads as while nothing counts
 * @origin_ns: when the clock that moves @ce began
 * @clocks: clocks since then
 * @stopped_ns: when the gate went low
 * @high_byte_next: a byte was read of two
 * @low_byte: of two to be written, the first; -1 if none was
 * @latched: bytes that are latched and still to be read, in order
 * @nr_latched: how many
 * @status: the latched status, -1 if none
 */
struct oracle_8254 {
	int mode;
	int control;
	int access;
	bool decimal;
	bool gate;
	bool out;
	u64 rises;
	bool counting;
	bool done;
	bool null;
	int cr;
	int n;
	int ce;
	int raw;
	u64 origin_ns;
	u64 clocks;
	u64 stopped_ns;
	bool high_byte_next;
	int low_byte;
	u8 latched[2];
	int nr_latched;
	int status;
};

/**
 * struct oracle_pit - the timer
 * @ch: the counters
 * @speaker: bits 1:0 of port 0x61
 */
struct oracle_pit {
	struct oracle_8254 ch[3];
	int speaker;
};

/* Each does to the oracle what vqc_pit_*() of that name does to the model. */
void oracle_pit_reset(struct oracle_pit *o);
void oracle_pit_advance(struct oracle_pit *o, u64 now_ns);
int oracle_pit_read(struct oracle_pit *o, unsigned int port, u64 now_ns);
void oracle_pit_write(struct oracle_pit *o, unsigned int port, int val,
		      u64 now_ns);
void oracle_pit_speaker_write(struct oracle_pit *o, int val, u64 now_ns);

#endif /* VQC_ORACLE_PIT_H */
