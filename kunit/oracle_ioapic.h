/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An oracle for the IOAPIC: the same chip told another way, slow and plain.
 *
 * Where the model keeps masks and looks only at the pin an operation touches,
 * the oracle keeps one record of plain facts per pin, applies the laws of a
 * pin to all of them after each operation, and only then lets messages out.
 */
#ifndef VQC_ORACLE_IOAPIC_H
#define VQC_ORACLE_IOAPIC_H

#include "model/ioapic.h"

/**
 * struct oracle_ioapic_event - what the oracle expects in the effect list
 * @kind: enum vqc_fx_kind
 * @pin: the pin, or VQC_NO_PIN
 * @vector: vector, 0 if none is meant
 * @why: for a note
 * @dest: destination of a message
 * @mode: delivery mode of a message
 * @logical: destination mode of a message
 * @level: trigger mode of a message
 */
struct oracle_ioapic_event {
	u8 kind;
	u8 pin;
	u8 vector;
	u8 why;
	u8 dest;
	u8 mode;
	bool logical;
	bool level;
};

/**
 * struct oracle_ioapic_pin - the facts about a pin
 * @vector: RTE field
 * @mode: RTE field
 * @dest: RTE field
 * @logical: RTE field
 * @active_low: RTE field
 * @level: RTE field
 * @masked: RTE field
 * @wire: level of the wire
 * @in_service: remote IRR
 * @waiting: delivery status
 * @resend: an edge that nobody took
 * @paused: in a storm pause
 * @rewritten: RTE written since the last message
 * @last_vector: of the last level message
 * @eois: EOIs in a row that found the line asserted
 * @look: the operation asks to look at the pin
 * @fire: the operation was an edge
 * @ended: the operation was the end of the pin's interrupt
 */
struct oracle_ioapic_pin {
	u8 vector;
	u8 mode;
	u8 dest;
	bool logical;
	bool active_low;
	bool level;
	bool masked;
	bool wire;
	bool in_service;
	bool waiting;
	bool resend;
	bool paused;
	bool rewritten;
	u8 last_vector;
	unsigned int eois;
	bool look;
	bool fire;
	bool ended;
};

/**
 * struct oracle_ioapic - the chip
 * @pin: its pins
 * @id: APIC ID
 * @index: index register
 * @eoi_register: it has one
 * @electrical: see struct vqc_ioapic
 * @nr: number of events of the last operation
 * @event: the events
 */
struct oracle_ioapic {
	struct oracle_ioapic_pin pin[VQC_NR_IOAPIC_PINS];
	u8 id;
	u8 index;
	bool eoi_register;
	bool electrical;
	unsigned int nr;
	struct oracle_ioapic_event event[128];
};

/* The model's operations; each starts a new list of events. */

/**
 * oracle_ioapic_reset - see vqc_ioapic_reset()
 * @o: the oracle
 *
 * Context: any.
 */
void oracle_ioapic_reset(struct oracle_ioapic *o);

/**
 * oracle_ioapic_set_line - see vqc_ioapic_set_line()
 * @o: the oracle
 * @pin: 0..23
 * @level: level of its wire
 *
 * Context: any.
 * Return: what the model shall return.
 */
enum vqc_why oracle_ioapic_set_line(struct oracle_ioapic *o, unsigned int pin,
				    bool level);

/**
 * oracle_ioapic_sent - see vqc_ioapic_sent()
 * @o: the oracle
 * @pin: 0..23
 * @taken: a local APIC took the message
 *
 * Context: any.
 * Return: what the model shall return.
 */
bool oracle_ioapic_sent(struct oracle_ioapic *o, unsigned int pin, bool taken);

/**
 * oracle_ioapic_retry - see vqc_ioapic_retry()
 * @o: the oracle
 * @pins: mask of pins
 *
 * Context: any.
 */
void oracle_ioapic_retry(struct oracle_ioapic *o, u32 pins);

/**
 * oracle_ioapic_eoi - see vqc_ioapic_eoi()
 * @o: the oracle
 * @vector: the vector that was ended
 *
 * Context: any.
 */
void oracle_ioapic_eoi(struct oracle_ioapic *o, u8 vector);

/**
 * oracle_ioapic_read - see vqc_ioapic_read()
 * @o: the oracle
 * @offset: byte offset
 *
 * Context: any.
 * Return: what the model shall return.
 */
u32 oracle_ioapic_read(struct oracle_ioapic *o, unsigned int offset);

/**
 * oracle_ioapic_write - see vqc_ioapic_write()
 * @o: the oracle
 * @offset: byte offset
 * @val: the value
 *
 * Context: any.
 */
void oracle_ioapic_write(struct oracle_ioapic *o, unsigned int offset, u32 val);

/**
 * oracle_ioapic_set_state - see vqc_ioapic_set_state()
 * @o: the oracle
 * @state: the state, as the model gets it
 *
 * Context: any.
 */
void oracle_ioapic_set_state(struct oracle_ioapic *o,
			     const struct vqc_ioapic *state);

/**
 * oracle_ioapic_differs - compare the model with the oracle
 * @o: the oracle
 * @io: the model
 * @fx: what the model's last operation caused
 *
 * Context: any.
 * Return: NULL, or where they differ.
 */
const char *oracle_ioapic_differs(const struct oracle_ioapic *o,
				  const struct vqc_ioapic *io,
				  const struct vqc_fx *fx);

#endif /* VQC_ORACLE_IOAPIC_H */
