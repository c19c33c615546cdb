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

/* Initialisation command word 1 (8259A, figure 7) */
#define VQC_PIC_ICW1_IC4	BIT(0)	/* ICW4 follows */
#define VQC_PIC_ICW1_SNGL	BIT(1)	/* single: no cascade, no ICW3 */
#define VQC_PIC_ICW1_LTIM	BIT(3)	/* all inputs are level triggered */
#define VQC_PIC_ICW1_MASK	(VQC_PIC_ICW1_IC4 | VQC_PIC_ICW1_SNGL | \
				 VQC_PIC_ICW1_LTIM)
/* Initialisation command word 4 (8259A, figure 7) */
#define VQC_PIC_ICW4_UPM	BIT(0)	/* 8086 mode */
#define VQC_PIC_ICW4_AEOI	BIT(1)	/* automatic end of interrupt */
#define VQC_PIC_ICW4_MS		BIT(2)	/* buffered: master */
#define VQC_PIC_ICW4_BUF	BIT(3)	/* buffered mode */
#define VQC_PIC_ICW4_SFNM	BIT(4)	/* special fully nested mode */
#define VQC_PIC_ICW4_MASK	0x1f

/**
 * enum vqc_pic_step - which initialisation word port A0=1 takes next
 * @VQC_PIC_READY: initialised: A0=1 is OCW1, the IMR
 * @VQC_PIC_WANT_ICW2: ICW1 was written
 * @VQC_PIC_WANT_ICW3: ICW2 was written and SNGL was 0
 * @VQC_PIC_WANT_ICW4: the word before was written and IC4 was 1
 * @VQC_PIC_UNINIT: never initialised: A0=1 is the IMR, INT stays low.  A
 *	format without this step (KVM's init_state) shows it as READY.
 * @VQC_NR_PIC_STEPS: how many there are
 */
enum vqc_pic_step {
	VQC_PIC_READY,
	VQC_PIC_WANT_ICW2,
	VQC_PIC_WANT_ICW3,
	VQC_PIC_WANT_ICW4,
	VQC_PIC_UNINIT,
	VQC_NR_PIC_STEPS
};

/**
 * struct vqc_8259 - one chip
 * @irr: requests: latched edges, and level inputs that are high
 * @imr: interrupt mask register
 * @isr: in service
 * @irq_base: vector of IR0; the low three bits are 0
 * @elcr: edge/level control, a 1 is level
 * @lowest: the input with the lowest priority, 0..7 (7 after ICW1)
 * @icw1: VQC_PIC_ICW1_* as written
 * @icw3: as written; it has no effect on a PC's fixed wiring
 * @icw4: VQC_PIC_ICW4_* as written; 0 if IC4 was 0, and until it is written
 * @step: enum vqc_pic_step
 * @read_isr: OCW3: command port reads ISR rather than IRR
 * @poll: OCW3: the next read is a poll
 * @smm: special mask mode
 * @rotate_aeoi: rotate in automatic EOI mode
 * @lines: level of each input wire now; the master's bit 2 is the slave's INT
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
 * The 8259A's registers are undefined at power-on; here they are 0, and INT
 * stays low until the chip is initialised.  Requests and what was in service
 * are gone without an effect: the caller samples the output, and resamples
 * sources that wait for an end of interrupt.
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
 * it was pending already; PIC_MASKED (by the IMR of its chip or of the
 * cascade) and PIC_INIT if it is latched but held; LINE_LOW; NO_CHANGE.
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
 * vqc_pic_ack_begin - the first INTA pulse
 * @pic: the pair
 *
 * The master picks its highest request and puts it in service.
 * (8259A, "Interrupt Sequence", steps 3 and 4)
 *
 * Context: any; caller serialises, and calls vqc_pic_ack_finish() next; only
 * input wires may change in between.
 * Return: the master's input, 0..7; VQC_NO_PIN if it had no request.
 */
unsigned int vqc_pic_ack_begin(struct vqc_pic *pic);

/**
 * vqc_pic_ack_finish - the second INTA pulse
 * @pic: the pair
 * @ir: what vqc_pic_ack_begin() returned
 * @pin: as for vqc_pic_ack()
 * @fx: as for vqc_pic_ack()
 *
 * The chip that the master has addressed gives the vector: a slave whose
 * request went away since the first pulse gives its IR7, with the master's
 * ISR bit 2 set and no ISR bit of its own.
 *
 * Context: any; caller serialises. Return: as for vqc_pic_ack().
 */
u8 vqc_pic_ack_finish(struct vqc_pic *pic, unsigned int ir, unsigned int *pin,
		      struct vqc_fx *fx);

/**
 * vqc_pic_ack - the INTA sequence, both pulses at once
 * @pic: the pair
 * @pin: where to put the pin that was acknowledged, 0..15, or VQC_NO_PIN if
 *	it was spurious; may not be NULL
 * @fx: OUTPUT; in AEOI mode ACKED; NOTE PIC_SPURIOUS with pin 7 or 15
 *
 * Context: any; caller serialises.
 * Return: the vector, irq_base + IR; IR7 of the chip that had no request left.
 */
u8 vqc_pic_ack(struct vqc_pic *pic, unsigned int *pin, struct vqc_fx *fx);

/**
 * vqc_pic_ack_glitch - the INTA sequence, for an edge that was none
 * @pic: the pair
 * @pin: as for vqc_pic_ack()
 * @fx: as for vqc_pic_ack()
 *
 * As if a glitch had been taken for an edge: what has latched edges forgets
 * them, the second chip if it has a request, between the pulses, else the first
 * one, before. A level is there as long as its line is high.
 *
 * Context: any; caller serialises. Return: as for vqc_pic_ack().
 */
u8 vqc_pic_ack_glitch(struct vqc_pic *pic, unsigned int *pin,
		      struct vqc_fx *fx);

/**
 * vqc_pic_ack_as - the INTA sequence, of either kind
 * @pic: the pair
 * @glitch: vqc_pic_ack_glitch(), else vqc_pic_ack()
 * @pin: as there
 * @fx: as there
 *
 * Context: any; caller serialises. Return: as there.
 */
static inline u8 vqc_pic_ack_as(struct vqc_pic *pic, bool glitch,
				unsigned int *pin, struct vqc_fx *fx)
{
	return glitch ? vqc_pic_ack_glitch(pic, pin, fx) :
			vqc_pic_ack(pic, pin, fx);
}

/**
 * vqc_pic_read - read a byte from a port
 * @pic: the pair
 * @port: which; one out of range reads as 0xff
 * @fx: a poll acknowledges: OUTPUT, in AEOI mode ACKED
 *
 * A poll gives 0x80 | IR, or 0x07 without a request: the datasheet leaves the
 * low bits open then, 7 is the level its INTA answers with, and KVM's byte.
 *
 * Context: any; caller serialises. Return: the byte.
 */
u8 vqc_pic_read(struct vqc_pic *pic, enum vqc_pic_port port, struct vqc_fx *fx);

/**
 * vqc_pic_write - write a byte to a port
 * @pic: the pair
 * @port: which; one out of range is ignored
 * @val: the byte
 * @fx: OUTPUT if INTR changed; ACKED for each pin that an EOI or ICW1 ended
 *	and for each request that ICW1 or the ELCR dropped, so that no source
 *	waits for ever (never for the cascade, it has no source); NOTE
 *	PIC_EOI_NONE with the pin, VQC_NO_PIN for a non-specific EOI
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
 *	bits, ELCR fixed bits, step, flags, requests of level inputs) before
 *	use; may be @pic itself.  A step or ICW4 that contradicts ICW1 wins over
 *	it, since formats exist that do not save ICW1.
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
