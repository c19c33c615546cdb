/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The local APIC, xAPIC and x2APIC (SDM vol. 3, chapter 11).
 *
 * IRR, TMR, the pending events and error bits are changed by atomic bit
 * operations, so another CPU can have an interrupt accepted without a lock.
 * Everything else belongs to the owner, who serialises.
 */
#ifndef VQC_MODEL_LAPIC_H
#define VQC_MODEL_LAPIC_H

#include "dest.h"
#include "fx.h"
#include "msg.h"
#include "reg.h"
#include "types.h"

/* Register offsets, SDM vol. 3, table 11-1; x2APIC MSR = 0x800 + offset / 16 */
#define VQC_LAPIC_ID		0x020
#define VQC_LAPIC_VERSION	0x030
#define VQC_LAPIC_TPR		0x080
#define VQC_LAPIC_APR		0x090
#define VQC_LAPIC_PPR		0x0a0
#define VQC_LAPIC_EOI		0x0b0
#define VQC_LAPIC_RRD		0x0c0
#define VQC_LAPIC_LDR		0x0d0
#define VQC_LAPIC_DFR		0x0e0
#define VQC_LAPIC_SVR		0x0f0
#define VQC_LAPIC_ISR		0x100
#define VQC_LAPIC_TMR		0x180
#define VQC_LAPIC_IRR		0x200
#define VQC_LAPIC_ESR		0x280
#define VQC_LAPIC_LVT_CMCI	0x2f0
#define VQC_LAPIC_ICR		0x300
#define VQC_LAPIC_ICR2		0x310
#define VQC_LAPIC_LVT_TIMER	0x320
#define VQC_LAPIC_LVT_THERMAL	0x330
#define VQC_LAPIC_LVT_PMC	0x340
#define VQC_LAPIC_LVT_LINT0	0x350
#define VQC_LAPIC_LVT_LINT1	0x360
#define VQC_LAPIC_LVT_ERROR	0x370
#define VQC_LAPIC_TMICT		0x380
#define VQC_LAPIC_TMCCT		0x390
#define VQC_LAPIC_TDCR		0x3e0
#define VQC_LAPIC_SELF_IPI	0x3f0
#define VQC_LAPIC_SIZE		0x400	/* of the register page that is used */

#define VQC_X2APIC_MSR_FIRST	0x800
#define VQC_X2APIC_MSR_LAST	0x8ff

#define VQC_SVR_VECTOR		GENMASK(7, 0)
#define VQC_SVR_ENABLE		BIT(8)
#define VQC_SVR_FOCUS_OFF	BIT(9)
#define VQC_SVR_SUPPRESS_EOI	BIT(12)

#define VQC_LVT_VECTOR		GENMASK(7, 0)
#define VQC_LVT_MODE		GENMASK(10, 8)
#define VQC_LVT_SEND_PENDING	BIT(12)
#define VQC_LVT_ACTIVE_LOW	BIT(13)
#define VQC_LVT_REMOTE_IRR	BIT(14)
#define VQC_LVT_LEVEL		BIT(15)
#define VQC_LVT_MASKED		BIT(16)
#define VQC_LVT_TIMER_MODE	GENMASK(18, 17)
#define VQC_TIMER_ONESHOT	0u
#define VQC_TIMER_PERIODIC	1u
#define VQC_TIMER_TSC		2u

#define VQC_ICR_VECTOR		GENMASK_ULL(7, 0)
#define VQC_ICR_MODE		GENMASK_ULL(10, 8)
#define VQC_ICR_LOGICAL		BIT_ULL(11)
#define VQC_ICR_BUSY		BIT_ULL(12)
#define VQC_ICR_ASSERT		BIT_ULL(14)
#define VQC_ICR_LEVEL		BIT_ULL(15)
#define VQC_ICR_SHORTHAND	GENMASK_ULL(19, 18)

/* ESR, SDM vol. 3, 11.5.3 */
#define VQC_ESR_SEND_ILLEGAL	BIT(5)
#define VQC_ESR_RECV_ILLEGAL	BIT(6)
#define VQC_ESR_ILLEGAL_REG	BIT(7)

#define VQC_APICBASE_BSP	BIT_ULL(8)
#define VQC_APICBASE_EXTD	BIT_ULL(10)
#define VQC_APICBASE_ENABLE	BIT_ULL(11)
#define VQC_APICBASE_DEFAULT	0xfee00000ull

/** enum vqc_lvt - local vector table, in the order of the saved state */
enum vqc_lvt {
	VQC_LVT_IDX_TIMER,
	VQC_LVT_IDX_THERMAL,
	VQC_LVT_IDX_PMC,
	VQC_LVT_IDX_LINT0,
	VQC_LVT_IDX_LINT1,
	VQC_LVT_IDX_ERROR,
	VQC_LVT_IDX_CMCI,
	VQC_NR_LVTS
};

/** enum vqc_lapic_event - bit numbers in vqc_lapic.events */
enum vqc_lapic_event {
	VQC_EV_NMI,
	VQC_EV_SMI,
	VQC_EV_INIT,
	VQC_EV_SIPI,
	VQC_EV_EXTINT,		/* an ExtINT message: acknowledge at the PIC */
};

/* Configuration: what the chip is built with */
#define VQC_LAPIC_CFG_X2APIC		BIT(0)	/* x2APIC mode may be entered */
#define VQC_LAPIC_CFG_TSC_DEADLINE	BIT(1)	/* LVT timer mode 2 exists */
#define VQC_LAPIC_CFG_SUPPRESS_EOI	BIT(2)	/* SVR bit 12 exists */
#define VQC_LAPIC_CFG_CMCI		BIT(3)	/* seventh LVT entry exists */
#define VQC_LAPIC_CFG_BSP		BIT(4)	/* comes out of reset as the BSP */
/*
 * LINT0 comes out of reset and INIT as an unmasked ExtINT, as firmware leaves
 * it on the BSP: a VMM that starts its guest without firmware relies on it.
 */
#define VQC_LAPIC_CFG_LINT0_EXTINT	BIT(5)

/**
 * struct vqc_lapic - the chip
 * @irr: interrupt request register; atomic
 * @isr: in-service register
 * @tmr: trigger mode register, 1 = level; atomic, set before IRR
 * @events: pending NMI, SMI, INIT, SIPI, ExtINT by enum vqc_lapic_event; atomic
 * @errors: error bits since ESR was last written; atomic
 * @base: IA32_APIC_BASE
 * @icr: interrupt command register
 * @tsc_deadline: IA32_TSC_DEADLINE, 0 if not armed
 * @id: APIC ID, 8 bits in xAPIC mode (as number, not shifted), 32 in x2APIC
 * @initial_id: the ID that reset gives, and that x2APIC mode shows
 * @tpr: task priority
 * @ldr: logical destination register
 * @dfr: destination format register
 * @svr: spurious-interrupt vector register
 * @esr: error status register as software reads it
 * @tmict: timer initial count
 * @tdcr: timer divide configuration
 * @lvt: local vector table
 * @cfg: VQC_LAPIC_CFG_*
 * @sipi_vector: start page of the pending SIPI
 * @wait_sipi: the CPU was reset by INIT and waits for a SIPI
 * @lint: levels of the LINT0 and LINT1 inputs, bits 0 and 1
 * @timer_deadline_ns: when it expires next; 0 if no timer runs
 */
struct vqc_lapic {
	unsigned long irr[BITS_TO_LONGS(VQC_NR_VECTORS)];
	unsigned long isr[BITS_TO_LONGS(VQC_NR_VECTORS)];
	unsigned long tmr[BITS_TO_LONGS(VQC_NR_VECTORS)];
	unsigned long events;
	unsigned long errors;
	u64 base;
	u64 icr;
	u64 tsc_deadline;
	u32 id;
	u32 initial_id;
	u32 tpr;
	u32 ldr;
	u32 dfr;
	u32 svr;
	u32 esr;
	u32 tmict;
	u32 tdcr;
	u32 lvt[VQC_NR_LVTS];
	u8 cfg;
	u8 sipi_vector;
	u8 wait_sipi;
	u8 lint;
	u64 timer_deadline_ns;
};

/**
 * vqc_lapic_reset - power-up state (SDM vol. 3, 11.4.7.1)
 * @l: the chip
 * @apic_id: initial APIC ID
 * @cfg: VQC_LAPIC_CFG_*
 *
 * A CPU without VQC_LAPIC_CFG_BSP waits for SIPI. Context: owner.
 */
void vqc_lapic_reset(struct vqc_lapic *l, u32 apic_id, u8 cfg);

/**
 * vqc_lapic_init - INIT reset (SDM vol. 3, 11.4.7.3): keeps ID and base
 * @l: the chip
 * @fx: TIMER, DEST
 *
 * The pending events stay as they are: a SIPI behind the INIT is still to be
 * taken. A CPU that is not the BSP (IA32_APIC_BASE bit 8) then waits for SIPI.
 *
 * Context: owner.
 */
void vqc_lapic_init(struct vqc_lapic *l, struct vqc_fx *fx);

/**
 * vqc_lapic_mode - IA32_APIC_BASE bits 11:10 (SDM vol. 3, 11.12.1)
 * @l: the chip
 *
 * Context: any.
 * Return: VQC_APIC_OFF, VQC_APIC_XAPIC or VQC_APIC_X2APIC.
 */
static inline enum vqc_apic_mode vqc_lapic_mode(const struct vqc_lapic *l)
{
	u64 base = READ_ONCE(l->base);

	if (!(base & VQC_APICBASE_ENABLE))
		return VQC_APIC_OFF;
	return base & VQC_APICBASE_EXTD ? VQC_APIC_X2APIC : VQC_APIC_XAPIC;
}

/**
 * vqc_lapic_enabled - can the chip accept fixed interrupts now
 * @l: the chip
 *
 * Context: any.
 * Return: true if it is neither globally (SDM vol. 3, 11.4.3) nor
 * software-disabled (11.4.7.2).
 */
static inline bool vqc_lapic_enabled(const struct vqc_lapic *l)
{
	return (READ_ONCE(l->base) & VQC_APICBASE_ENABLE) &&
	       (READ_ONCE(l->svr) & VQC_SVR_ENABLE);
}

/**
 * vqc_lapic_dest - what the chip answers to, for the destination map
 * @l: the chip
 * @dest: filled in
 *
 * Context: owner.
 */
void vqc_lapic_dest(const struct vqc_lapic *l, struct vqc_dest_cpu *dest);

/**
 * vqc_lapic_accept - a message has arrived
 * @l: the chip
 * @msg: the message; the destination has matched already
 *
 * Fixed and lowest priority: TMR is set or cleared, then IRR is set. NMI, SMI,
 * INIT, SIPI, ExtINT become pending events; they are accepted also by a
 * software-disabled APIC (SDM vol. 3, 11.4.7.2). INIT drops a pending SIPI, a
 * SIPI replaces the vector of one still pending.
 *
 * Context: any CPU, lockless.
 * Return: DELIVERED, COALESCED, APIC_HW_OFF, APIC_SW_OFF, ILLEGAL_VECTOR (also
 * recorded for ESR, and the error interrupt raised: the CPU may have to be
 * kicked), BAD_MODE, INIT_DEASSERT.
 */
enum vqc_why vqc_lapic_accept(struct vqc_lapic *l, const struct vqc_msg *msg);

/**
 * vqc_lapic_raise_lvt - a source inside the CPU fires
 * @l: the chip
 * @idx: TIMER, THERMAL, PMC, ERROR or CMCI; for LINT0 and LINT1 see
 *	vqc_lapic_set_lint()
 *
 * By the delivery mode of the LVT entry; PMC is masked by its delivery
 * (SDM vol. 3, 11.5.1). Context: owner.
 * Return: as vqc_lapic_accept(), LVT_MASKED, NO_REG for a CMCI entry that does
 * not exist.
 */
enum vqc_why vqc_lapic_raise_lvt(struct vqc_lapic *l, enum vqc_lvt idx);

/**
 * vqc_lapic_ppr - processor priority (SDM vol. 3, 11.8.3.1)
 * @l: the chip
 *
 * Context: owner.
 * Return: 0..255: TPR, or the class of the highest vector in service if that is
 * above the class of TPR.
 */
u8 vqc_lapic_ppr(const struct vqc_lapic *l);

/**
 * vqc_lapic_apr - arbitration priority, for lowest priority delivery
 * @l: the chip
 *
 * Context: any; a racing value is good enough. Return: 0..255, lower wins.
 * (SDM vol. 3, 11.6.2.4)
 */
u8 vqc_lapic_apr(const struct vqc_lapic *l);

/**
 * vqc_lapic_next - the vector that can be injected now
 * @l: the chip
 *
 * Context: owner.
 * Return: highest vector of IRR if its class is above PPR's, else -1.
 */
int vqc_lapic_next(const struct vqc_lapic *l);

/**
 * vqc_lapic_highest_irr - highest vector in IRR (SDM vol. 3, 11.8.4)
 * @l: the chip
 *
 * Context: any; others may set bits meanwhile.
 * Return: 0..255; -1 if there is none.
 */
int vqc_lapic_highest_irr(const struct vqc_lapic *l);

/**
 * vqc_lapic_highest_isr - highest vector in service (SDM vol. 3, 11.8.4)
 * @l: the chip
 *
 * Context: owner.
 * Return: 0..255; -1 if there is none.
 */
int vqc_lapic_highest_isr(const struct vqc_lapic *l);

/**
 * vqc_lapic_ack - the CPU takes an interrupt: IRR to ISR
 * @l: the chip
 *
 * Context: owner.
 * Return: the vector; the spurious vector of SVR if vqc_lapic_next() is -1.
 */
u8 vqc_lapic_ack(struct vqc_lapic *l);

/**
 * vqc_lapic_eoi - end of interrupt (SDM vol. 3, 11.8.5)
 * @l: the chip
 * @fx: EOI with the vector if it was a level interrupt and the broadcast is
 *	not suppressed; NOTE EOI_NONE or EOI_SUPPRESSED
 *
 * Context: owner. Return: the vector that was ended, -1 if none was in service.
 */
int vqc_lapic_eoi(struct vqc_lapic *l, struct vqc_fx *fx);

/**
 * vqc_lapic_read - read from the register page (xAPIC)
 * @l: the chip, in xAPIC mode
 * @offset: 0..0xfff, 16-byte aligned
 * @val: the value; 0 for a register that does not exist
 * @clock: the time; may be NULL unless vqc_lapic_needs_clock()
 * @fx: NOTE: what became of the error interrupt, if the access caused one
 *
 * A register that does not exist sets ESR bit 7. Context: owner.
 * Return: DELIVERED, NO_REG (also in x2APIC mode, which has no page),
 * WRITE_ONLY, BAD_ACCESS, APIC_HW_OFF.
 */
enum vqc_why vqc_lapic_read(struct vqc_lapic *l, unsigned int offset, u32 *val,
			    const struct vqc_clock *clock, struct vqc_fx *fx);

/**
 * vqc_lapic_write - write to the register page (xAPIC)
 * @l: the chip, in xAPIC mode
 * @offset: 0..0xfff, 16-byte aligned
 * @val: the value; reserved bits are ignored
 * @clock: the time; may be NULL unless vqc_lapic_needs_clock()
 * @fx: MSG, EOI, TIMER, DEST (also when SVR turns the APIC on or off), NOTE:
 *	an IPI was not sent (ILLEGAL_VECTOR, BAD_MODE, INIT_DEASSERT); what
 *	became of the error interrupt; as vqc_lapic_eoi()
 *
 * A register that does not exist sets ESR bit 7. Context: owner.
 * Return: DELIVERED, NO_REG (also in x2APIC mode, which has no page), READ_ONLY,
 * BAD_ACCESS, APIC_HW_OFF.
 */
enum vqc_why vqc_lapic_write(struct vqc_lapic *l, unsigned int offset, u32 val,
			     const struct vqc_clock *clock, struct vqc_fx *fx);

/**
 * vqc_lapic_needs_clock - does an access to this register need the time
 * @offset: 0..0xfff
 *
 * Context: any. Return: true for the timer's registers.
 */
bool vqc_lapic_needs_clock(unsigned int offset);

/**
 * vqc_lapic_msr_read - RDMSR of 0x800..0x8ff
 * @l: the chip
 * @msr: MSR number
 * @val: the value
 * @clock: the time; may be NULL unless vqc_lapic_needs_clock()
 *
 * Context: owner.
 * Return: DELIVERED; anything else raises #GP: NO_REG (also outside of x2APIC
 * mode), WRITE_ONLY. (SDM vol. 3, 11.12.1.2, 11.12.1.3)
 */
enum vqc_why vqc_lapic_msr_read(struct vqc_lapic *l, u32 msr, u64 *val,
				const struct vqc_clock *clock);

/**
 * vqc_lapic_msr_write - WRMSR of 0x800..0x8ff
 * @l: the chip
 * @msr: MSR number
 * @val: the value
 * @clock: the time; may be NULL unless vqc_lapic_needs_clock()
 * @fx: as vqc_lapic_write()
 *
 * Context: owner.
 * Return: DELIVERED; anything else raises #GP: NO_REG, READ_ONLY,
 * RESERVED_BITS.
 */
enum vqc_why vqc_lapic_msr_write(struct vqc_lapic *l, u32 msr, u64 val,
				 const struct vqc_clock *clock,
				 struct vqc_fx *fx);

/**
 * vqc_lapic_set_base - WRMSR of IA32_APIC_BASE (SDM vol. 3, 11.4.4, 11.12.5)
 * @l: the chip
 * @val: the value
 * @maxphyaddr: physical address bits of the CPU, 32..52
 * @host: true: from the VMM, any valid mode may follow any other
 * @fx: DEST, TIMER
 *
 * Turning the APIC off resets its registers and drops what is pending in IRR
 * (SDM vol. 3, 11.4.3). Entering x2APIC mode gives the initial ID and the LDR
 * that follows from it; DFR and ICR bits 63:32 are not kept.
 *
 * Context: owner. Return: 0; -EINVAL: reserved bits or an illegal transition
 * (#GP), nothing has changed.
 */
int vqc_lapic_set_base(struct vqc_lapic *l, u64 val, unsigned int maxphyaddr,
		       bool host, struct vqc_fx *fx);

/**
 * vqc_lapic_set_tpr - set the task priority (SDM vol. 3, 11.8.3.1)
 * @l: the chip
 * @tpr: 0..255; CR8 is its bits 7:4 (11.8.6)
 *
 * Context: owner.
 */
void vqc_lapic_set_tpr(struct vqc_lapic *l, u8 tpr);

/**
 * vqc_lapic_takes_extint - is the PIC's INTR let through
 * @l: the chip
 *
 * Context: owner.
 * Return: true if LINT0 is an unmasked ExtINT, or the APIC is globally
 * disabled, which makes LINT0 the INTR pin (SDM vol. 3, 11.4.3).
 */
bool vqc_lapic_takes_extint(const struct vqc_lapic *l);

/**
 * vqc_lapic_set_lint - drive LINT0 or LINT1
 * @l: the chip
 * @lint: 0 or 1
 * @level: the input's level
 *
 * Fixed (edge; level with remote IRR on LINT0), NMI, SMI and INIT by the LVT
 * entry. ExtINT on LINT0 is a wire, not an event: sample it by
 * vqc_lapic_takes_extint(). With the APIC globally disabled LINT0 is INTR and
 * LINT1 is NMI.
 *
 * Context: owner. Return: as vqc_lapic_accept(); LVT_MASKED; LINE_LOW; NO_CHANGE;
 * COALESCED also while remote IRR is set.
 */
enum vqc_why vqc_lapic_set_lint(struct vqc_lapic *l, unsigned int lint,
				bool level);

/**
 * vqc_lapic_timer_expire - the LAPIC timer's deadline may have come
 * @l: the chip
 * @clock: the time
 * @fx: TIMER for the next deadline (always: 0 if none, unchanged if early)
 *
 * A periodic timer that is late by several periods gives one interrupt and
 * goes on in phase. Context: owner.
 * Return: as vqc_lapic_accept(); LVT_MASKED; NO_CHANGE if it was too early;
 * TIMER_OFF if it was not armed.
 */
enum vqc_why vqc_lapic_timer_expire(struct vqc_lapic *l,
				    const struct vqc_clock *clock,
				    struct vqc_fx *fx);

/* The APIC bus clock, before the divider: 1 GHz, as KVM has it. */
#define VQC_LAPIC_TICK_NS	1ull
/* Shortest period of the periodic timer; shorter ones are stretched. */
#define VQC_LAPIC_MIN_PERIOD_NS	50000ull

/**
 * vqc_lapic_tsc_deadline_write - WRMSR of IA32_TSC_DEADLINE
 * @l: the chip
 * @val: TSC value, 0 disarms
 * @clock: the time
 * @fx: TIMER; NOTE TIMER_OFF if the write was ignored
 *
 * Context: owner. Ignored unless the LVT timer is in TSC-deadline mode
 * (SDM vol. 3, 11.5.4.1) and the frequency of the TSC is known.
 */
void vqc_lapic_tsc_deadline_write(struct vqc_lapic *l, u64 val,
				  const struct vqc_clock *clock,
				  struct vqc_fx *fx);

/**
 * vqc_lapic_tsc_deadline_read - RDMSR of IA32_TSC_DEADLINE
 * @l: the chip
 *
 * Context: owner.
 * Return: the TSC value it is armed for; 0 if it is not (SDM vol. 3, 11.5.4.1).
 */
u64 vqc_lapic_tsc_deadline_read(const struct vqc_lapic *l);

/**
 * vqc_lapic_get_page - write the register page out
 * @l: the chip
 * @page: VQC_LAPIC_SIZE / 4 words, overwritten whole; unused words 0
 * @x2_id: in x2APIC mode put the whole 32-bit ID at 0x20, rather than its low
 *	8 bits into bits 31:24
 * @clock: the time, for TMCCT
 *
 * Consumes nothing. A periodic or one-shot timer that has run out already, but
 * that vqc_lapic_timer_expire() has not been called for, shows in IRR, so its
 * interrupt is not lost. Not on the page, to be saved beside it: @base, @events,
 * @sipi_vector, @wait_sipi, @tsc_deadline. Errors that ESR has not latched yet
 * are not saved. Context: owner.
 */
void vqc_lapic_get_page(const struct vqc_lapic *l, u32 *page, bool x2_id,
			const struct vqc_clock *clock);

/**
 * vqc_lapic_set_page - load the registers from a page, then settle
 * @l: the chip; its base (mode) is kept and decides how the page is read; so
 *	are @events, @wait_sipi, @lint and, in TSC-deadline mode, @tsc_deadline
 * @page: VQC_LAPIC_SIZE / 4 words from anywhere, trusted in nothing
 * @x2_id: as for vqc_lapic_get_page()
 * @clock: the time; a timer that runs goes on from TMCCT
 * @fx: TIMER, DEST
 *
 * What can never be is dropped: vectors below 16, reserved bits, an unmasked LVT
 * entry under a software-disabled APIC (but LINT0 as ExtINT, which resets leave
 * so). A count above its initial value is cut to it.
 *
 * Context: owner. Return: 0; -EINVAL: in x2APIC mode with @x2_id the ID is not
 * that of the chip; nothing has changed then.
 */
int vqc_lapic_set_page(struct vqc_lapic *l, const u32 *page, bool x2_id,
		       const struct vqc_clock *clock, struct vqc_fx *fx);

/**
 * vqc_lapic_reg_table - the register table, for dumps and tests
 * @nr: filled in: number of rows
 *
 * Context: any.
 * Return: the rows, which never change (SDM vol. 3, table 11-1).
 */
const struct vqc_reg *vqc_lapic_reg_table(unsigned int *nr);

/**
 * vqc_lapic_check - the invariants
 * @l: the chip
 *
 * Context: owner. Return: NULL, or what is wrong, in words.
 */
const char *vqc_lapic_check(const struct vqc_lapic *l);

#endif /* VQC_MODEL_LAPIC_H */
