/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pair of Intel 8259A interrupt controllers of a PC, with the ELCR.
 *
 * Pins 0..7 are the master's IR0..IR7, pins 8..15 the slave's.  The slave's
 * output is a level wire to the master's IR2; pin 2 itself cannot be driven.
 */
#ifndef VQC_MODEL_PIC_H
#define VQC_MODEL_PIC_H

#include "fx.h"
#include "types.h"

#define VQC_PIC_CASCADE_PIN	2u
/* Lines whose trigger mode is fixed to edge: timer, keyboard, cascade; RTC, FPU */
#define VQC_PIC_ELCR_MASK_MASTER	0xf8
#define VQC_PIC_ELCR_MASK_SLAVE		0xde

/** enum vqc_pic_port - the ports of the pair, in the order of their addresses */
enum vqc_pic_port {
	VQC_PIC_PORT_CMD_MASTER,	/* 0x20 */
	VQC_PIC_PORT_DATA_MASTER,	/* 0x21 */
	VQC_PIC_PORT_CMD_SLAVE,		/* 0xa0 */
	VQC_PIC_PORT_DATA_SLAVE,	/* 0xa1 */
	VQC_PIC_PORT_ELCR_MASTER,	/* 0x4d0 */
	VQC_PIC_PORT_ELCR_SLAVE,	/* 0x4d1 */
	VQC_NR_PIC_PORTS
};

/** enum vqc_pic_step - which initialisation word port A0=1 takes next */
enum vqc_pic_step {
	VQC_PIC_READY,		/* initialised: A0=1 is OCW1, the IMR */
	VQC_PIC_WANT_ICW2,
	VQC_PIC_WANT_ICW3,
	VQC_PIC_WANT_ICW4,
};

/**
 * struct vqc_8259 - one chip
 * @irr: requests: latched edges, and level inputs that are high
 * @imr: interrupt mask register
 * @isr: in service
 * @irq_base: vector of IR0; the low three bits are 0
 * @elcr: edge/level control, a 1 is level
 * @lowest: the input with the lowest priority, 0..7 (7 after ICW1)
 * @icw1: as written: LTIM, SNGL, IC4
 * @icw3: as written; it has no effect on a PC's fixed wiring
 * @icw4: as written: SFNM, BUF, M/S, AEOI, uPM; 0 if IC4 was 0
 * @step: enum vqc_pic_step
 * @read_isr: OCW3: command port reads ISR rather than IRR
 * @poll: OCW3: the next read is a poll
 * @smm: special mask mode
 * @rotate_aeoi: rotate in automatic EOI mode
 * @lines: level of each input wire now
 */
struct vqc_8259 {
	u8 irr;
	u8 imr;
	u8 isr;
	u8 irq_base;
	u8 elcr;
	u8 lowest;
	u8 icw1;
	u8 icw3;
	u8 icw4;
	u8 step;
	u8 read_isr;
	u8 poll;
	u8 smm;
	u8 rotate_aeoi;
	u8 lines;
};

/**
 * struct vqc_pic - the pair
 * @chip: master, slave
 * @strict_edge: 1: an edge request is withdrawn when its line drops before the
 *	acknowledge, as the 8259A does, which then reports IR7; 0: it stays
 *	latched, as virtual machine monitors that only pulse a line expect
 */
struct vqc_pic {
	struct vqc_8259 chip[2];
	u8 strict_edge;
};

/**
 * vqc_pic_reset - power-on state
 * @pic: the pair; @strict_edge and the input wires are kept
 *
 * Context: any; caller serialises.
 */
void vqc_pic_reset(struct vqc_pic *pic);

/**
 * vqc_pic_set_line - drive an input
 * @pic: the pair
 * @pin: 0..15; 2 is the cascade and ignored (NO_CHANGE)
 * @level: the wire's level now
 * @fx: gets OUTPUT if INTR may have changed
 *
 * Context: any; caller serialises.
 * Return: DELIVERED if the request is now pending and was not, COALESCED if
 * it was pending already, PIC_MASKED, PIC_INIT, LINE_LOW, NO_CHANGE.
 * (8259A, "Interrupt Request Register", "Edge and Level Triggered Modes")
 */
enum vqc_why vqc_pic_set_line(struct vqc_pic *pic, unsigned int pin,
			      bool level, struct vqc_fx *fx);

/**
 * vqc_pic_output - level of the master's INTR output
 * @pic: the pair
 *
 * Context: any; caller serialises, or accepts a value that is just changing.
 * Return: true if the CPU is asked to acknowledge.
 */
bool vqc_pic_output(const struct vqc_pic *pic);

/**
 * vqc_pic_ack - the INTA sequence
 * @pic: the pair
 * @pin: where to put the pin that was acknowledged, 0..15, or VQC_NO_PIN if
 *	it was spurious; may not be NULL
 * @fx: OUTPUT; in AEOI mode ACKED; NOTE PIC_SPURIOUS
 *
 * Context: any; caller serialises.
 * Return: the vector, irq_base + IR; IR7 of the chip that had no request left.
 */
u8 vqc_pic_ack(struct vqc_pic *pic, unsigned int *pin, struct vqc_fx *fx);

/**
 * vqc_pic_read - read a byte from a port
 * @pic: the pair
 * @port: which
 * @fx: a poll acknowledges: as vqc_pic_ack()
 *
 * Context: any; caller serialises. Return: the byte.
 */
u8 vqc_pic_read(struct vqc_pic *pic, enum vqc_pic_port port, struct vqc_fx *fx);

/**
 * vqc_pic_write - write a byte to a port
 * @pic: the pair
 * @port: which
 * @val: the byte
 * @fx: OUTPUT, ACKED for each pin an EOI or ICW1 ended, NOTE
 *
 * Context: any; caller serialises.
 */
void vqc_pic_write(struct vqc_pic *pic, enum vqc_pic_port port, u8 val,
		   struct vqc_fx *fx);

/**
 * vqc_pic_hold - why a pin's request does not come out of the pair
 * @pic: the pair
 * @pin: 0..15
 *
 * Context: any; caller serialises.
 * Return: DELIVERED if nothing in the pair holds it, else LINE_LOW, PIC_INIT,
 * PIC_MASKED (own or cascade's IMR), PIC_IN_SERVICE.
 */
enum vqc_why vqc_pic_hold(const struct vqc_pic *pic, unsigned int pin);

/**
 * vqc_pic_set_state - load a state, then settle
 * @pic: the pair
 * @state: from anywhere, trusted in nothing: it is made valid (irq_base low
 *	bits, ELCR fixed bits, step, flags) before use
 * @fx: OUTPUT
 *
 * Context: any; caller serialises.
 */
void vqc_pic_set_state(struct vqc_pic *pic, const struct vqc_pic *state,
		       struct vqc_fx *fx);

/**
 * vqc_pic_check - the invariants
 * @pic: the pair
 *
 * Context: any. Return: NULL, or what is wrong, in words.
 */
const char *vqc_pic_check(const struct vqc_pic *pic);

#endif /* VQC_MODEL_PIC_H */
