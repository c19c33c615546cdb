/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Effects: what a chip model causes outside itself.
 *
 * A mutator appends to a bounded list that its caller owns and never calls
 * out, so no lock is dropped inside a register write and nothing recurses.
 * The caller drains the list after it has released the chip's lock.
 */
#ifndef VQC_MODEL_FX_H
#define VQC_MODEL_FX_H

#include "msg.h"
#include "types.h"

/*
 * Every reason for which a signal did not go through, or did; one per early
 * return.  X(NAME, "words for people").
 */
#define VQC_WHY_LIST(X) \
	X(DELIVERED,		"delivered") \
	X(COALESCED,		"merged with one already pending") \
	X(NO_CHANGE,		"the wire did not change") \
	X(LINE_LOW,		"the line is low") \
	X(NOT_ROUTED,		"the GSI has no route") \
	X(PIC_MASKED,		"masked by the PIC's IMR") \
	X(PIC_IN_SERVICE,	"a PIC interrupt of same or higher priority is in service") \
	X(PIC_INIT,		"the PIC is not initialised") \
	X(PIC_SPURIOUS,		"spurious: no request left at acknowledge") \
	X(PIC_EOI_NONE,		"PIC EOI with nothing in service") \
	X(PIC_GATED,		"PIC output gated: LINT0 is masked or not ExtINT") \
	X(IOAPIC_MASKED,	"RTE masked: edge ignored") \
	X(IOAPIC_HELD,		"RTE masked: level held") \
	X(IOAPIC_REMOTE_IRR,	"remote IRR set: no EOI yet") \
	X(IOAPIC_MODE,		"reserved delivery mode in RTE") \
	X(IOAPIC_STORM,		"EOI storm on a stuck level line: delayed") \
	X(IOAPIC_EOI_NONE,	"EOI for a vector no level pin waits for") \
	X(NO_DEST,		"the destination matches no CPU") \
	X(APIC_HW_OFF,		"APIC globally disabled (IA32_APIC_BASE)") \
	X(APIC_SW_OFF,		"APIC software-disabled (SVR)") \
	X(ILLEGAL_VECTOR,	"vector 0..15 is illegal") \
	X(BAD_MODE,		"reserved or illegal delivery mode") \
	X(INIT_DEASSERT,	"INIT level de-assert is ignored") \
	X(SIPI_IGNORED,		"CPU is not waiting for SIPI") \
	X(LVT_MASKED,		"LVT entry masked") \
	X(BELOW_PPR,		"priority class not above PPR") \
	X(EOI_NONE,		"EOI with nothing in service") \
	X(EOI_SUPPRESSED,	"EOI broadcast suppressed by SVR bit 12") \
	X(EOI_TOLD,		"EOI told to the VMM, whose IOAPIC sent it") \
	X(HANDED_OVER,		"handed to a local APIC that is not ours") \
	X(BAD_ACCESS,		"width or alignment the register does not take") \
	X(NO_REG,		"no such register") \
	X(READ_ONLY,		"register is read-only") \
	X(WRITE_ONLY,		"register is write-only") \
	X(RESERVED_BITS,	"reserved bits set") \
	X(CPU_IF,		"CPU has interrupts disabled (IF=0)") \
	X(CPU_BUSY,		"CPU cannot take it yet: shadow, event or window") \
	X(CPU_NO_SIPI,		"CPU waits for SIPI") \
	X(CPU_SHADOW,		"CPU is right behind STI or MOV SS") \
	X(CPU_EVENT,		"an exception or another event of the CPU goes first") \
	X(CPU_INSN,		"CPU is in the middle of an instruction") \
	X(CPU_DEBUG,		"a debugger holds interrupts back") \
	X(CPU_STOPPED,		"the vCPU's thread is not in KVM_RUN") \
	X(CPU_ASLEEP,		"CPU is halted and was not woken") \
	X(BEHIND,		"another vector of this CPU goes first") \
	X(IN_SERVICE,		"in service: no EOI yet") \
	X(EDGE_TAKEN,		"the edge was taken: the line must fall first") \
	X(IOAPIC_ORPHAN,	"remote IRR set, and no CPU has the vector: no EOI can come") \
	X(AT_REST,		"nothing is pending") \
	X(FAULT,		"a fault on purpose") \
	X(TIMER_OFF,		"timer not armed: count 0 or APIC disabled") \
	X(PIT_GATED,		"PIT channel stopped by its gate") \
	X(PIT_COALESCED,	"PIT tick merged: the last one is not acknowledged") \
	X(FX_OVERFLOW,		"effect list full")

/** enum vqc_why - outcome of a signal, see VQC_WHY_LIST() */
enum vqc_why {
#define VQC_WHY_ENUM(name, words) VQC_WHY_##name,
	VQC_WHY_LIST(VQC_WHY_ENUM)
#undef VQC_WHY_ENUM
	VQC_NR_WHY
};

/**
 * vqc_why_name - the symbol of a reason, as in VQC_WHY_LIST()
 * @why: the reason
 *
 * Context: any. Return: a static string; "?" for a value out of range.
 */
const char *vqc_why_name(enum vqc_why why);

/**
 * vqc_why_words - the reason in words for people
 * @why: the reason
 *
 * Context: any. Return: a static string; "?" for a value out of range.
 */
const char *vqc_why_words(enum vqc_why why);

/**
 * enum vqc_fx_kind - kinds of effects
 * @VQC_FX_OUTPUT: the chip's output may have changed; sample it again
 * @VQC_FX_MSG: send @msg to local APICs; @pin of the IOAPIC or VQC_NO_PIN
 * @VQC_FX_EOI: a level interrupt's EOI of @vector, broadcast to the IOAPICs
 * @VQC_FX_ACKED: @pin's interrupt was ended (PIC EOI, IOAPIC remote IRR
 *	cleared): resample its sources
 * @VQC_FX_TIMER: (re)arm the chip's timer for @deadline_ns, 0 to cancel
 * @VQC_FX_DEFER: serve @pin again after a pause of @deadline_ns nanoseconds
 * @VQC_FX_DEST: what the local APIC answers to has changed
 * @VQC_FX_NOTE: only for the observer: @why happened to @pin or @vector
 */
enum vqc_fx_kind {
	VQC_FX_OUTPUT,
	VQC_FX_MSG,
	VQC_FX_EOI,
	VQC_FX_ACKED,
	VQC_FX_TIMER,
	VQC_FX_DEFER,
	VQC_FX_DEST,
	VQC_FX_NOTE,
};

/**
 * struct vqc_fx_item - one effect
 * @kind: enum vqc_fx_kind
 * @pin: chip-local pin, or VQC_NO_PIN
 * @vector: vector, where one is meant
 * @why: enum vqc_why, for VQC_FX_NOTE
 * @msg: for VQC_FX_MSG
 * @deadline_ns: for VQC_FX_TIMER and VQC_FX_DEFER
 */
struct vqc_fx_item {
	u8 kind;
	u8 pin;
	u8 vector;
	u8 why;
	union {
		struct vqc_msg msg;
		u64 deadline_ns;
	};
};

/*
 * The longest list any one operation makes: an EOI broadcast to an IOAPIC
 * with all pins level, in flight and still asserted (ack, note and message
 * for each pin), and what caused the EOI.
 */
#define VQC_FX_MAX	80u

/**
 * struct vqc_fx - effects of one operation, in order
 * @nr: how many there are
 * @overflow: one did not fit: a bug, tests fail on it
 * @item: the effects
 */
struct vqc_fx {
	unsigned int nr;
	bool overflow;
	struct vqc_fx_item item[VQC_FX_MAX];
};

/**
 * vqc_fx_init - empty a list
 * @fx: the list; its items are left as they are
 *
 * Context: any.
 */
static inline void vqc_fx_init(struct vqc_fx *fx)
{
	fx->nr = 0;
	fx->overflow = false;
}

/*
 * An empty list on the stack.  Kernels that clear all automatic variables
 * would spend more time on its unused tail than on the operation.
 */
#if __has_attribute(__uninitialized__)
#define VQC_FX_UNINITIALIZED	__attribute__((__uninitialized__))
#else
#define VQC_FX_UNINITIALIZED
#endif
#define VQC_DEFINE_FX(name)				\
	struct vqc_fx name VQC_FX_UNINITIALIZED;	\
	vqc_fx_init(&(name))

/**
 * vqc_fx_add - append an empty effect
 * @fx: the list
 * @kind: what it is
 * @pin: chip-local pin, or VQC_NO_PIN
 *
 * Context: any. Return: the item, its other fields zero.
 */
struct vqc_fx_item *vqc_fx_add(struct vqc_fx *fx, enum vqc_fx_kind kind,
			       unsigned int pin);

/**
 * vqc_fx_msg - append VQC_FX_MSG
 * @fx: the list
 * @pin: the IOAPIC's, or VQC_NO_PIN
 * @msg: what to send
 *
 * On a full list the last effect gives way and @fx->overflow is set.
 *
 * Context: any.
 */
void vqc_fx_msg(struct vqc_fx *fx, unsigned int pin, struct vqc_msg msg);

/**
 * vqc_fx_note - append VQC_FX_NOTE
 * @fx: the list
 * @why: what happened
 * @pin: chip-local pin, or VQC_NO_PIN
 * @vector: vector, 0 if none is meant
 *
 * On a full list the last effect gives way and @fx->overflow is set.
 *
 * Context: any.
 */
void vqc_fx_note(struct vqc_fx *fx, enum vqc_why why, unsigned int pin,
		 u8 vector);

/**
 * vqc_fx_timer - append VQC_FX_TIMER
 * @fx: the list
 * @deadline_ns: monotonic time in nanoseconds; 0 to cancel
 *
 * On a full list the last effect gives way and @fx->overflow is set.
 *
 * Context: any.
 */
void vqc_fx_timer(struct vqc_fx *fx, u64 deadline_ns);

#endif /* VQC_MODEL_FX_H */
