/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Intel 82093AA I/O APIC: 24 pins, a redirection table entry (RTE) each,
 * and, as version 0x20, the EOI register of later chipsets.
 */
#ifndef VQC_MODEL_IOAPIC_H
#define VQC_MODEL_IOAPIC_H

#include "fx.h"
#include "reg.h"
#include "types.h"

/* Memory window, 82093AA 3.1: offsets in bytes */
#define VQC_IOAPIC_REGSEL	0x00
#define VQC_IOAPIC_WINDOW	0x10
#define VQC_IOAPIC_EOI		0x40	/* version 0x20 */

/* Indirect registers, 82093AA 3.2 */
#define VQC_IOAPIC_REG_ID	0x00
#define VQC_IOAPIC_REG_VER	0x01
#define VQC_IOAPIC_REG_ARB	0x02
#define VQC_IOAPIC_REG_RTE0	0x10

/* Redirection table entry, 82093AA 3.2.4 */
#define VQC_RTE_VECTOR		GENMASK_ULL(7, 0)
#define VQC_RTE_MODE		GENMASK_ULL(10, 8)
#define VQC_RTE_LOGICAL		BIT_ULL(11)
#define VQC_RTE_DELIV_STATUS	BIT_ULL(12)
#define VQC_RTE_ACTIVE_LOW	BIT_ULL(13)
#define VQC_RTE_REMOTE_IRR	BIT_ULL(14)
#define VQC_RTE_LEVEL		BIT_ULL(15)
#define VQC_RTE_MASKED		BIT_ULL(16)
#define VQC_RTE_DEST		GENMASK_ULL(63, 56)

#define VQC_IOAPIC_VER_82093AA	0x11
#define VQC_IOAPIC_VER_EOIR	0x20

/*
 * So many EOIs in a row that find the line still asserted, and the pin is
 * served again only after a pause: the guest gets the time to look after
 * its device.
 */
#define VQC_IOAPIC_STORM_EOIS		10000u
#define VQC_IOAPIC_STORM_PAUSE_NS	10000000ull

/**
 * struct vqc_ioapic - the chip
 * @rte: redirection table; RTE_DELIV_STATUS is set while a message of the pin
 *	was made and no local APIC has taken it
 * @id: APIC ID, 4 bits
 * @regsel: index register
 * @version: VQC_IOAPIC_VER_*; a configuration, not guest-writable
 * @electrical: 1: @lines are voltages, and the RTE's polarity bit says which of
 *	them asserts; 0: @lines are assertions, as virtual machine monitors
 *	report them, and the polarity bit is only stored
 * @lines: level of each pin's wire
 * @pending: edge pins whose message no local APIC took: to be sent again
 * @inflight: vector of the pin's last level message; the EOI is matched
 *	against it, so that rewriting the RTE in service loses nothing
 * @storm: EOIs in a row that found the line still asserted, per pin
 * @deferred: pins waiting for the end of a storm pause
 * @rewritten: pins whose RTE was written since their last message was made
 */
struct vqc_ioapic {
	u64 rte[VQC_NR_IOAPIC_PINS];
	u8 id;
	u8 regsel;
	u8 version;
	u8 electrical;
	u32 lines;
	u32 pending;
	u8 inflight[VQC_NR_IOAPIC_PINS];
	u16 storm[VQC_NR_IOAPIC_PINS];
	u32 deferred;
	u32 rewritten;
};

/**
 * vqc_ioapic_reg_table - the registers behind the index (82093AA 3.2)
 * @nr: where to put the number of rows
 *
 * Register n of the IOREDTBL bank is the low half of pin n / 2 if n is even,
 * else its high half; the row's write mask is that of both halves together.
 *
 * Context: any.
 * Return: the rows.
 */
const struct vqc_reg *vqc_ioapic_reg_table(unsigned int *nr);

/**
 * vqc_ioapic_reset - power-on state: all pins masked
 * @io: the chip; @version, @electrical and the wires are kept
 *
 * Context: any; caller serialises.
 */
void vqc_ioapic_reset(struct vqc_ioapic *io);

/**
 * vqc_ioapic_set_line - drive a pin
 * @io: the chip
 * @pin: 0..23
 * @level: level of the wire now, see vqc_ioapic.electrical
 * @fx: MSG
 *
 * An edge pin sends a message per rise of its wire, also when no local APIC
 * took the last one, which is then merged with it.  A level pin is looked at
 * whenever it is driven, so a second source of a shared line is answered by
 * the line's state and not by NO_CHANGE.
 *
 * Context: any; caller serialises.
 * Return: DELIVERED when a message was made (the sender reports what became of
 * it by vqc_ioapic_sent()), else
 * * NO_CHANGE: the wire had this level, and no level interrupt is asserted
 * * LINE_LOW: the wire was released
 * * IOAPIC_MASKED: edge on a masked pin, ignored
 * * IOAPIC_HELD: level on a masked pin
 * * IOAPIC_MODE: reserved delivery mode
 * * IOAPIC_REMOTE_IRR: level, its message is not ended yet
 * * IOAPIC_STORM: level, waits for the end of a pause
 * * NOT_ROUTED: no such pin
 */
enum vqc_why vqc_ioapic_set_line(struct vqc_ioapic *io, unsigned int pin,
				 bool level, struct vqc_fx *fx);

/**
 * vqc_ioapic_sent - what became of a message
 * @io: the chip
 * @pin: the pin whose message it was, 0..23; others are ignored
 * @why: DELIVERED, COALESCED: taken; anything else: no local APIC took it
 *
 * A level message that nobody took does not leave remote IRR behind (only
 * acceptance sets it, 82093AA 3.2.4); the pin is tried again when its RTE is
 * written or by vqc_ioapic_retry().  A sender may withdraw a level message
 * before it sends it by reporting LINE_LOW, when what it did about an ACKED
 * released the line (vqc_ioapic_hold() tells).
 *
 * Reports may come late and out of order: after the EOI, or after another
 * message of the pin.  Nothing is lost then; in the worst case a device's
 * interrupt comes once more.
 *
 * Context: any; caller serialises.
 * Return: true if nobody took the message and the RTE was written after it was
 * made: the caller should try the new RTE by vqc_ioapic_retry().
 */
bool vqc_ioapic_sent(struct vqc_ioapic *io, unsigned int pin, enum vqc_why why);

/**
 * vqc_ioapic_retry - send again what no local APIC took, or what was deferred
 * @io: the chip
 * @pins: mask of pins to look at; their storm pauses end
 * @fx: MSG for each pin that is due
 *
 * A message under way, whose sender has not reported yet, is not due.
 *
 * Context: any; caller serialises.
 */
void vqc_ioapic_retry(struct vqc_ioapic *io, u32 pins, struct vqc_fx *fx);

/**
 * vqc_ioapic_eoi - an EOI broadcast, or a write of the EOI register
 * @io: the chip
 * @vector: the vector that was ended
 * @fx: ACKED for each pin whose remote IRR was cleared, then MSG for those
 *	still asserted, or DEFER and NOTE IOAPIC_STORM; NOTE IOAPIC_EOI_NONE if
 *	no pin matched
 *
 * All matching pins are cleared before any is served again.
 *
 * Context: any; caller serialises.
 */
void vqc_ioapic_eoi(struct vqc_ioapic *io, u8 vector, struct vqc_fx *fx);

/**
 * vqc_ioapic_read - read from the memory window
 * @io: the chip
 * @offset: byte offset from the base, 0..0xff; must be 16-byte aligned
 * @fx: NOTE BAD_ACCESS (misaligned), NO_REG, WRITE_ONLY (EOI register)
 *
 * Context: any; caller serialises.
 * Return: the 32-bit value; all ones for an index no register has, 0 for an
 * offset that cannot be read.
 */
u32 vqc_ioapic_read(struct vqc_ioapic *io, unsigned int offset,
		    struct vqc_fx *fx);

/**
 * vqc_ioapic_write - write to the memory window
 * @io: the chip
 * @offset: byte offset from the base, 0..0xff; must be 16-byte aligned
 * @val: the value; REGSEL takes its low 8 bits
 * @fx: MSG, ACKED, DEFER; NOTE BAD_ACCESS (misaligned), NO_REG, READ_ONLY
 *
 * Context: any; caller serialises.
 */
void vqc_ioapic_write(struct vqc_ioapic *io, unsigned int offset, u32 val,
		      struct vqc_fx *fx);

/**
 * vqc_ioapic_hold - why a pin's interrupt does not leave the chip
 * @io: the chip
 * @pin: 0..23
 *
 * Context: any; caller serialises.
 * Return: DELIVERED if nothing holds it (of an edge pin: the last edge went
 * out), NO_DEST (message made, not taken), LINE_LOW, IOAPIC_HELD (level),
 * IOAPIC_MASKED (edge), IOAPIC_MODE, IOAPIC_REMOTE_IRR, IOAPIC_STORM, NOT_ROUTED
 * (no such pin).
 */
enum vqc_why vqc_ioapic_hold(const struct vqc_ioapic *io, unsigned int pin);

/**
 * vqc_ioapic_set_state - load a state
 * @io: the chip
 * @state: from anywhere, trusted in nothing: it is made valid before use
 *	(reserved RTE bits, remote IRR on edge pins, ID width); its @version and
 *	@electrical are not looked at
 * @fx: MSG for pins that are due, DEFER for those in a storm pause
 *
 * A message that was under way when the state was taken (RTE_DELIV_STATUS) is
 * sent again: a state is best taken when none is.
 *
 * Context: any; caller serialises.
 */
void vqc_ioapic_set_state(struct vqc_ioapic *io, const struct vqc_ioapic *state,
			  struct vqc_fx *fx);

/**
 * vqc_ioapic_check - the invariants
 * @io: the chip
 *
 * Context: any.
 * Return: NULL, or what is wrong, in words.
 */
const char *vqc_ioapic_check(const struct vqc_ioapic *io);

#endif /* VQC_MODEL_IOAPIC_H */
