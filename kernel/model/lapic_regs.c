// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC's registers as software sees them: the register page of xAPIC
 * mode (SDM vol. 3, table 11-1), the MSRs of x2APIC mode (table 11-6), and the
 * page as saved and loaded.
 *
 * One table serves all of them. The index of a register is its offset in the
 * page divided by 16, which is also its MSR number less 0x800. What one view
 * lacks has no flag for it; the dispatchers know the rules of each view, so the
 * functions in the table get a value with nothing but writable bits set.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>

#include "lapic_priv.h"

#define VQC_LAPIC_INDEX(offset)	((offset) >> 4)
#define VQC_LAPIC_STRIDE	16u
#define VQC_LAPIC_PAGE_WORD(offset) ((offset) / sizeof(u32))

/* Version register, SDM vol. 3, 11.4.8 */
#define VQC_VERSION_INTEGRATED	0x14u
#define VQC_VERSION_MAX_LVT	GENMASK(23, 16)
#define VQC_VERSION_SUPPRESS	BIT(24)

/* An error that the owner's own access causes: the observer learns the rest. */
static void vqc_lapic_own_error(struct vqc_lapic *l, u32 error,
				struct vqc_fx *fx)
{
	enum vqc_why why = vqc_lapic_error(l, error);

	if (why != VQC_WHY_NO_CHANGE)
		vqc_fx_note(fx, why, VQC_NO_PIN,
			    FIELD_GET(VQC_LVT_VECTOR, l->lvt[VQC_LVT_IDX_ERROR]));
}

/* Why an IPI cannot be sent (SDM vol. 3, 11.5.3 and 11.6.1), or DELIVERED. */
static enum vqc_why vqc_lapic_ipi_check(const struct vqc_msg *msg)
{
	switch (msg->mode) {
	case VQC_DM_FIXED:
	case VQC_DM_LOWEST:
		return msg->vector < VQC_FIRST_VECTOR ? VQC_WHY_ILLEGAL_VECTOR :
							VQC_WHY_DELIVERED;
	case VQC_DM_RESERVED:
	case VQC_DM_EXTINT:
		return VQC_WHY_BAD_MODE;
	case VQC_DM_INIT:
		if ((msg->flags & VQC_MSG_LEVEL) && !(msg->flags & VQC_MSG_ASSERT))
			return VQC_WHY_INIT_DEASSERT;
		return VQC_WHY_DELIVERED;
	default:
		return VQC_WHY_DELIVERED;
	}
}

static void vqc_lapic_send(struct vqc_lapic *l, struct vqc_msg msg,
			   struct vqc_fx *fx)
{
	enum vqc_why why = vqc_lapic_ipi_check(&msg);

	if (why == VQC_WHY_DELIVERED) {
		vqc_fx_msg(fx, VQC_NO_PIN, msg);
		return;
	}
	if (why == VQC_WHY_ILLEGAL_VECTOR) {
		vqc_lapic_own_error(l, VQC_ESR_SEND_ILLEGAL, fx);
		/* A self-IPI is received as well (SDM vol. 3, 11.5.3). */
		if (msg.shorthand == VQC_SH_SELF && vqc_lapic_enabled(l))
			vqc_lapic_own_error(l, VQC_ESR_RECV_ILLEGAL, fx);
	}
	vqc_fx_note(fx, why, VQC_NO_PIN, msg.vector);
}

static u32 vqc_lapic_bits(const unsigned long *bits, unsigned int n)
{
	unsigned int at = n * 32;

	return READ_ONCE(bits[BIT_WORD(at)]) >> (at % BITS_PER_LONG);
}

/* Registers that are a field: how to read them, how to write them. */
#define VQC_LAPIC_READ(name, expr)					\
static u32 vqc_lapic_read_##name(const void *chip, unsigned int n,	\
				 const struct vqc_clock *clock)		\
{									\
	const struct vqc_lapic *l = chip;				\
									\
	return expr;							\
}

#define VQC_LAPIC_WRITE_LVT(name, idx)					\
static enum vqc_why vqc_lapic_write_##name(void *chip, unsigned int n,	\
					   u32 val,			\
					   const struct vqc_clock *clock, \
					   struct vqc_fx *fx)		\
{									\
	return vqc_lapic_write_lvt(chip, idx, val, clock, fx);		\
}

VQC_LAPIC_READ(id, vqc_lapic_mode(l) == VQC_APIC_X2APIC ? l->id : l->id << 24)
VQC_LAPIC_READ(tpr, l->tpr)
VQC_LAPIC_READ(apr, vqc_lapic_apr(l))
VQC_LAPIC_READ(ppr, vqc_lapic_ppr(l))
VQC_LAPIC_READ(ldr, l->ldr)
VQC_LAPIC_READ(dfr, l->dfr)
VQC_LAPIC_READ(svr, l->svr)
VQC_LAPIC_READ(isr, vqc_lapic_bits(l->isr, n))
VQC_LAPIC_READ(tmr, vqc_lapic_bits(l->tmr, n))
VQC_LAPIC_READ(irr, vqc_lapic_bits(l->irr, n))
VQC_LAPIC_READ(esr, l->esr)
VQC_LAPIC_READ(icr, l->icr)
VQC_LAPIC_READ(icr2, l->icr >> 32)
VQC_LAPIC_READ(lvt_cmci, l->lvt[VQC_LVT_IDX_CMCI])
VQC_LAPIC_READ(lvt_timer, l->lvt[VQC_LVT_IDX_TIMER])
VQC_LAPIC_READ(lvt_thermal, l->lvt[VQC_LVT_IDX_THERMAL])
VQC_LAPIC_READ(lvt_pmc, l->lvt[VQC_LVT_IDX_PMC])
VQC_LAPIC_READ(lvt_lint0, l->lvt[VQC_LVT_IDX_LINT0])
VQC_LAPIC_READ(lvt_lint1, l->lvt[VQC_LVT_IDX_LINT1])
VQC_LAPIC_READ(lvt_error, l->lvt[VQC_LVT_IDX_ERROR])
VQC_LAPIC_READ(tmict, l->tmict)
VQC_LAPIC_READ(tmcct, vqc_lapic_timer_seen(l, clock))
VQC_LAPIC_READ(tdcr, l->tdcr)

/* Remote reads came with the APIC bus and went with it (SDM table 11-1). */
static u32 vqc_lapic_read_rrd(const void *chip, unsigned int n,
			      const struct vqc_clock *clock)
{
	return 0;
}

static u32 vqc_lapic_read_version(const void *chip, unsigned int n,
				  const struct vqc_clock *clock)
{
	const struct vqc_lapic *l = chip;
	u32 max_lvt = vqc_lvt_has(l, VQC_LVT_IDX_CMCI) ? VQC_LVT_IDX_CMCI :
							 VQC_LVT_IDX_ERROR;

	return VQC_VERSION_INTEGRATED | FIELD_PREP(VQC_VERSION_MAX_LVT, max_lvt) |
	       (l->cfg & VQC_LAPIC_CFG_SUPPRESS_EOI ? VQC_VERSION_SUPPRESS : 0);
}

static enum vqc_why vqc_lapic_write_id(void *chip, unsigned int n, u32 val,
				       const struct vqc_clock *clock,
				       struct vqc_fx *fx)
{
	struct vqc_lapic *l = chip;

	l->id = val >> 24;
	vqc_fx_add(fx, VQC_FX_DEST, VQC_NO_PIN);
	return VQC_WHY_DELIVERED;
}

static enum vqc_why vqc_lapic_write_tpr(void *chip, unsigned int n, u32 val,
					const struct vqc_clock *clock,
					struct vqc_fx *fx)
{
	vqc_lapic_set_tpr(chip, val);
	return VQC_WHY_DELIVERED;
}

static enum vqc_why vqc_lapic_write_eoi(void *chip, unsigned int n, u32 val,
					const struct vqc_clock *clock,
					struct vqc_fx *fx)
{
	vqc_lapic_eoi(chip, fx);
	return VQC_WHY_DELIVERED;
}

static enum vqc_why vqc_lapic_write_ldr(void *chip, unsigned int n, u32 val,
					const struct vqc_clock *clock,
					struct vqc_fx *fx)
{
	struct vqc_lapic *l = chip;

	l->ldr = val;
	vqc_fx_add(fx, VQC_FX_DEST, VQC_NO_PIN);
	return VQC_WHY_DELIVERED;
}

static enum vqc_why vqc_lapic_write_dfr(void *chip, unsigned int n, u32 val,
					const struct vqc_clock *clock,
					struct vqc_fx *fx)
{
	struct vqc_lapic *l = chip;

	l->dfr = val | VQC_DFR_ONES;
	vqc_fx_add(fx, VQC_FX_DEST, VQC_NO_PIN);
	return VQC_WHY_DELIVERED;
}

static enum vqc_why vqc_lapic_write_svr(void *chip, unsigned int n, u32 val,
					const struct vqc_clock *clock,
					struct vqc_fx *fx)
{
	struct vqc_lapic *l = chip;
	u32 changed = l->svr ^ val;

	WRITE_ONCE(l->svr, val);
	if (!(changed & VQC_SVR_ENABLE))
		return VQC_WHY_DELIVERED;
	/* SDM vol. 3, 11.4.7.2: the masks stay when it is enabled again. */
	if (!(val & VQC_SVR_ENABLE))
		vqc_lapic_mask_lvts(l);
	vqc_fx_add(fx, VQC_FX_DEST, VQC_NO_PIN);
	return VQC_WHY_DELIVERED;
}

/* SDM vol. 3, 11.5.3: a write shows the errors since the last one. */
static enum vqc_why vqc_lapic_write_esr(void *chip, unsigned int n, u32 val,
					const struct vqc_clock *clock,
					struct vqc_fx *fx)
{
	struct vqc_lapic *l = chip;

	l->esr = xchg(&l->errors, 0);
	return VQC_WHY_DELIVERED;
}

static enum vqc_why vqc_lapic_write_icr(void *chip, unsigned int n, u32 val,
					const struct vqc_clock *clock,
					struct vqc_fx *fx)
{
	struct vqc_lapic *l = chip;
	bool x2apic = vqc_lapic_mode(l) == VQC_APIC_X2APIC;

	l->icr = (l->icr & ~VQC_ICR_LOW) | val;
	vqc_lapic_send(l, vqc_msg_from_icr(l->icr, x2apic), fx);
	return VQC_WHY_DELIVERED;
}

static enum vqc_why vqc_lapic_write_icr2(void *chip, unsigned int n, u32 val,
					 const struct vqc_clock *clock,
					 struct vqc_fx *fx)
{
	struct vqc_lapic *l = chip;

	l->icr = (l->icr & VQC_ICR_LOW) | (u64)val << 32;
	return VQC_WHY_DELIVERED;
}

/* SDM vol. 3, 11.12.11: ICR is not involved. */
static enum vqc_why vqc_lapic_write_self_ipi(void *chip, unsigned int n,
					     u32 val,
					     const struct vqc_clock *clock,
					     struct vqc_fx *fx)
{
	struct vqc_lapic *l = chip;

	vqc_lapic_send(l, (struct vqc_msg){
		.dest = l->id,
		.vector = val,
		.mode = VQC_DM_FIXED,
		.flags = VQC_MSG_ASSERT | VQC_MSG_X2DEST,
		.shorthand = VQC_SH_SELF,
	}, fx);
	return VQC_WHY_DELIVERED;
}

/* LINT0 is level-triggered and high: a write may let it through. */
static void vqc_lapic_write_lint0(struct vqc_lapic *l, u32 val)
{
	u32 *lvt = &l->lvt[VQC_LVT_IDX_LINT0];
	u32 keep = *lvt & VQC_LVT_REMOTE_IRR;

	/* No EOI will come for a vector that the entry no longer has. */
	if (!vqc_lvt_is_level(VQC_LVT_IDX_LINT0, val) ||
	    ((*lvt ^ val) & VQC_LVT_VECTOR))
		keep = 0;
	*lvt = val | keep;
	vqc_lapic_service_lint0(l);
}

static enum vqc_why vqc_lapic_write_lvt(struct vqc_lapic *l, enum vqc_lvt idx,
					u32 val, const struct vqc_clock *clock,
					struct vqc_fx *fx)
{
	if (!(l->svr & VQC_SVR_ENABLE))
		val |= VQC_LVT_MASKED;
	if (idx == VQC_LVT_IDX_TIMER)
		vqc_lapic_timer_set_lvt(l, val, clock, fx);
	else if (idx == VQC_LVT_IDX_LINT0)
		vqc_lapic_write_lint0(l, val);
	else
		WRITE_ONCE(l->lvt[idx], val);
	return VQC_WHY_DELIVERED;
}

VQC_LAPIC_WRITE_LVT(lvt_cmci, VQC_LVT_IDX_CMCI)
VQC_LAPIC_WRITE_LVT(lvt_timer, VQC_LVT_IDX_TIMER)
VQC_LAPIC_WRITE_LVT(lvt_thermal, VQC_LVT_IDX_THERMAL)
VQC_LAPIC_WRITE_LVT(lvt_pmc, VQC_LVT_IDX_PMC)
VQC_LAPIC_WRITE_LVT(lvt_lint0, VQC_LVT_IDX_LINT0)
VQC_LAPIC_WRITE_LVT(lvt_lint1, VQC_LVT_IDX_LINT1)
VQC_LAPIC_WRITE_LVT(lvt_error, VQC_LVT_IDX_ERROR)

static enum vqc_why vqc_lapic_write_tmict(void *chip, unsigned int n, u32 val,
					  const struct vqc_clock *clock,
					  struct vqc_fx *fx)
{
	vqc_lapic_timer_set_count(chip, val, clock, fx);
	return VQC_WHY_DELIVERED;
}

static enum vqc_why vqc_lapic_write_tdcr(void *chip, unsigned int n, u32 val,
					 const struct vqc_clock *clock,
					 struct vqc_fx *fx)
{
	vqc_lapic_timer_set_divide(chip, val, clock, fx);
	return VQC_WHY_DELIVERED;
}

#define VQC_ROW(_offset, _name, _count, _flags, _wmask, _read, _write)	\
	{								\
		.name = _name,						\
		.first = VQC_LAPIC_INDEX(_offset),			\
		.count = _count,					\
		.flags = _flags,					\
		.wmask = _wmask,					\
		.read = _read,						\
		.write = _write,					\
	}
/* Readable in both views, readable and writable in both, write-only in both */
#define VQC_ROW_RO(offset, name, fn, count, flags)			\
	VQC_ROW(offset, name, count, VQC_REG_R | VQC_REG_X2R | (flags),	\
		0, vqc_lapic_read_##fn, NULL)
#define VQC_ROW_RW(offset, name, fn, flags, wmask)			\
	VQC_ROW(offset, name, 1, VQC_REG_RW | VQC_REG_X2RW | (flags),	\
		wmask, vqc_lapic_read_##fn, vqc_lapic_write_##fn)

#define VQC_S	VQC_REG_STATE
#define VQC_C	VQC_REG_CLOCK

static const struct vqc_reg vqc_lapic_regs[] = {
	VQC_ROW(VQC_LAPIC_ID, "ID", 1, VQC_REG_RW | VQC_REG_X2R | VQC_S,
		VQC_XAPIC_HIGH_BYTE, vqc_lapic_read_id, vqc_lapic_write_id),
	VQC_ROW_RO(VQC_LAPIC_VERSION, "VERSION", version, 1, VQC_S),
	VQC_ROW_RW(VQC_LAPIC_TPR, "TPR", tpr, VQC_S, 0xff),
	VQC_ROW(VQC_LAPIC_APR, "APR", 1, VQC_REG_R, 0, vqc_lapic_read_apr, NULL),
	VQC_ROW_RO(VQC_LAPIC_PPR, "PPR", ppr, 1, VQC_S),
	VQC_ROW(VQC_LAPIC_EOI, "EOI", 1, VQC_REG_W | VQC_REG_X2W, 0,
		NULL, vqc_lapic_write_eoi),
	VQC_ROW(VQC_LAPIC_RRD, "RRD", 1, VQC_REG_R, 0, vqc_lapic_read_rrd, NULL),
	VQC_ROW(VQC_LAPIC_LDR, "LDR", 1, VQC_REG_RW | VQC_REG_X2R | VQC_S,
		VQC_XAPIC_HIGH_BYTE, vqc_lapic_read_ldr, vqc_lapic_write_ldr),
	VQC_ROW(VQC_LAPIC_DFR, "DFR", 1, VQC_REG_RW | VQC_S,
		(u32)~VQC_DFR_ONES, vqc_lapic_read_dfr, vqc_lapic_write_dfr),
	VQC_ROW_RW(VQC_LAPIC_SVR, "SVR", svr, VQC_S,
		   VQC_SVR_FIXED | VQC_SVR_SUPPRESS_EOI),
	VQC_ROW_RO(VQC_LAPIC_ISR, "ISR", isr, 8, VQC_S),
	VQC_ROW_RO(VQC_LAPIC_TMR, "TMR", tmr, 8, VQC_S),
	VQC_ROW_RO(VQC_LAPIC_IRR, "IRR", irr, 8, VQC_S),
	VQC_ROW_RW(VQC_LAPIC_ESR, "ESR", esr, VQC_S, 0),
	VQC_ROW_RW(VQC_LAPIC_LVT_CMCI, "LVT_CMCI", lvt_cmci, VQC_S,
		   VQC_LVT_WMASK_MODE),
	VQC_ROW_RW(VQC_LAPIC_ICR, "ICR", icr, VQC_S, VQC_ICR_WMASK),
	VQC_ROW(VQC_LAPIC_ICR2, "ICR2", 1, VQC_REG_RW | VQC_S,
		VQC_XAPIC_HIGH_BYTE, vqc_lapic_read_icr2, vqc_lapic_write_icr2),
	VQC_ROW_RW(VQC_LAPIC_LVT_TIMER, "LVT_TIMER", lvt_timer, VQC_S | VQC_C,
		   VQC_LVT_WMASK_TIMER),
	VQC_ROW_RW(VQC_LAPIC_LVT_THERMAL, "LVT_THERMAL", lvt_thermal, VQC_S,
		   VQC_LVT_WMASK_MODE),
	VQC_ROW_RW(VQC_LAPIC_LVT_PMC, "LVT_PMC", lvt_pmc, VQC_S,
		   VQC_LVT_WMASK_MODE),
	VQC_ROW_RW(VQC_LAPIC_LVT_LINT0, "LVT_LINT0", lvt_lint0, VQC_S,
		   VQC_LVT_WMASK_LINT),
	VQC_ROW_RW(VQC_LAPIC_LVT_LINT1, "LVT_LINT1", lvt_lint1, VQC_S,
		   VQC_LVT_WMASK_LINT),
	VQC_ROW_RW(VQC_LAPIC_LVT_ERROR, "LVT_ERROR", lvt_error, VQC_S,
		   VQC_LVT_WMASK_ERROR),
	VQC_ROW_RW(VQC_LAPIC_TMICT, "TMICT", tmict, VQC_S | VQC_C, ~0u),
	VQC_ROW_RO(VQC_LAPIC_TMCCT, "TMCCT", tmcct, 1, VQC_S | VQC_C),
	VQC_ROW_RW(VQC_LAPIC_TDCR, "TDCR", tdcr, VQC_S | VQC_C, VQC_TDCR_WMASK),
	VQC_ROW(VQC_LAPIC_SELF_IPI, "SELF_IPI", 1, VQC_REG_X2W, 0xff,
		NULL, vqc_lapic_write_self_ipi),
};

const struct vqc_reg *vqc_lapic_reg_table(unsigned int *nr)
{
	*nr = ARRAY_SIZE(vqc_lapic_regs);
	return vqc_lapic_regs;
}

static const struct vqc_reg *vqc_lapic_row(unsigned int offset)
{
	return vqc_reg_find(vqc_lapic_regs, ARRAY_SIZE(vqc_lapic_regs),
			    VQC_LAPIC_INDEX(offset));
}

/* The row of a register that @l has in the view with these flags, or NULL. */
static const struct vqc_reg *vqc_lapic_find(const struct vqc_lapic *l,
					    unsigned int offset, u16 view)
{
	const struct vqc_reg *row = vqc_lapic_row(offset);

	if (!row || !(row->flags & view))
		return NULL;
	if (row->first == VQC_LAPIC_INDEX(VQC_LAPIC_LVT_CMCI) &&
	    !vqc_lvt_has(l, VQC_LVT_IDX_CMCI))
		return NULL;
	return row;
}

/* The writable bits that the configuration of @l leaves. */
static u32 vqc_lapic_wmask(const struct vqc_lapic *l, const struct vqc_reg *row)
{
	if (row->first == VQC_LAPIC_INDEX(VQC_LAPIC_SVR) &&
	    !(l->cfg & VQC_LAPIC_CFG_SUPPRESS_EOI))
		return row->wmask & ~VQC_SVR_SUPPRESS_EOI;
	if (row->first == VQC_LAPIC_INDEX(VQC_LAPIC_LVT_TIMER) &&
	    !(l->cfg & VQC_LAPIC_CFG_TSC_DEADLINE))
		return row->wmask & ~FIELD_PREP(VQC_LVT_TIMER_MODE, VQC_TIMER_TSC);
	return row->wmask;
}

/*
 * Bits that software may write back as it read them, without effect. For ICR
 * the delivery status: reserved in x2APIC mode, but not checked by processors.
 */
static u32 vqc_lapic_status_bits(unsigned int offset)
{
	switch (offset) {
	case VQC_LAPIC_ICR:
		return VQC_ICR_BUSY;
	case VQC_LAPIC_LVT_LINT0:
	case VQC_LAPIC_LVT_LINT1:
		return VQC_LVT_SEND_PENDING | VQC_LVT_REMOTE_IRR;
	case VQC_LAPIC_LVT_CMCI:
	case VQC_LAPIC_LVT_TIMER:
	case VQC_LAPIC_LVT_THERMAL:
	case VQC_LAPIC_LVT_PMC:
	case VQC_LAPIC_LVT_ERROR:
		return VQC_LVT_SEND_PENDING;
	default:
		return 0;
	}
}

bool vqc_lapic_needs_clock(unsigned int offset)
{
	const struct vqc_reg *row = vqc_lapic_row(offset);

	return row && (row->flags & VQC_REG_CLOCK);
}

/* Can the page be accessed there at all. Return: DELIVERED if so. */
static enum vqc_why vqc_lapic_page_check(struct vqc_lapic *l,
					 unsigned int offset)
{
	switch (vqc_lapic_mode(l)) {
	case VQC_APIC_OFF:
		return VQC_WHY_APIC_HW_OFF;
	case VQC_APIC_X2APIC:
		return VQC_WHY_NO_REG;
	default:
		return offset % VQC_LAPIC_STRIDE ? VQC_WHY_BAD_ACCESS :
						   VQC_WHY_DELIVERED;
	}
}

enum vqc_why vqc_lapic_read(struct vqc_lapic *l, unsigned int offset, u32 *val,
			    const struct vqc_clock *clock, struct vqc_fx *fx)
{
	enum vqc_why why = vqc_lapic_page_check(l, offset);
	const struct vqc_reg *row;

	*val = 0;
	if (why != VQC_WHY_DELIVERED)
		return why;
	row = vqc_lapic_find(l, offset, VQC_REG_RW);
	if (!row) {
		vqc_lapic_own_error(l, VQC_ESR_ILLEGAL_REG, fx);
		return VQC_WHY_NO_REG;
	}
	if (!(row->flags & VQC_REG_R))
		return VQC_WHY_WRITE_ONLY;
	*val = row->read(l, VQC_LAPIC_INDEX(offset) - row->first, clock);
	return VQC_WHY_DELIVERED;
}

enum vqc_why vqc_lapic_write(struct vqc_lapic *l, unsigned int offset, u32 val,
			     const struct vqc_clock *clock, struct vqc_fx *fx)
{
	enum vqc_why why = vqc_lapic_page_check(l, offset);
	const struct vqc_reg *row;

	if (why != VQC_WHY_DELIVERED)
		return why;
	row = vqc_lapic_find(l, offset, VQC_REG_RW);
	if (!row) {
		vqc_lapic_own_error(l, VQC_ESR_ILLEGAL_REG, fx);
		return VQC_WHY_NO_REG;
	}
	if (!(row->flags & VQC_REG_W))
		return VQC_WHY_READ_ONLY;
	return row->write(l, VQC_LAPIC_INDEX(offset) - row->first,
			  val & vqc_lapic_wmask(l, row), clock, fx);
}

/* The row behind an MSR, or NULL; *@offset is that of the page. */
static const struct vqc_reg *vqc_lapic_find_msr(const struct vqc_lapic *l,
						u32 msr, unsigned int *offset)
{
	if (vqc_lapic_mode(l) != VQC_APIC_X2APIC || msr < VQC_X2APIC_MSR_FIRST ||
	    msr > VQC_X2APIC_MSR_LAST)
		return NULL;
	*offset = (msr - VQC_X2APIC_MSR_FIRST) * VQC_LAPIC_STRIDE;
	return vqc_lapic_find(l, *offset, VQC_REG_X2RW);
}

enum vqc_why vqc_lapic_msr_read(struct vqc_lapic *l, u32 msr, u64 *val,
				const struct vqc_clock *clock)
{
	const struct vqc_reg *row;
	unsigned int offset;

	*val = 0;
	row = vqc_lapic_find_msr(l, msr, &offset);
	if (!row)
		return VQC_WHY_NO_REG;
	if (!(row->flags & VQC_REG_X2R))
		return VQC_WHY_WRITE_ONLY;
	if (offset == VQC_LAPIC_ICR)
		*val = l->icr;
	else
		*val = row->read(l, VQC_LAPIC_INDEX(offset) - row->first, clock);
	return VQC_WHY_DELIVERED;
}

enum vqc_why vqc_lapic_msr_write(struct vqc_lapic *l, u32 msr, u64 val,
				 const struct vqc_clock *clock,
				 struct vqc_fx *fx)
{
	const struct vqc_reg *row;
	unsigned int offset;
	u64 allowed;
	u32 wmask;

	row = vqc_lapic_find_msr(l, msr, &offset);
	if (!row)
		return VQC_WHY_NO_REG;
	if (!(row->flags & VQC_REG_X2W))
		return VQC_WHY_READ_ONLY;
	wmask = vqc_lapic_wmask(l, row);
	allowed = wmask | vqc_lapic_status_bits(offset);
	if (offset == VQC_LAPIC_ICR)
		allowed |= ~VQC_ICR_LOW;
	if (val & ~allowed)
		return VQC_WHY_RESERVED_BITS;
	if (offset == VQC_LAPIC_ICR)
		l->icr = val & ~VQC_ICR_LOW;
	return row->write(l, VQC_LAPIC_INDEX(offset) - row->first, val & wmask,
			  clock, fx);
}

void vqc_lapic_get_page(const struct vqc_lapic *l, u32 *page, bool x2_id,
			const struct vqc_clock *clock)
{
	u32 timer = l->lvt[VQC_LVT_IDX_TIMER];
	u8 vector = FIELD_GET(VQC_LVT_VECTOR, timer);
	const struct vqc_reg *row;
	unsigned int n;

	memset(page, 0, VQC_LAPIC_SIZE);
	for (row = vqc_lapic_regs;
	     row < vqc_lapic_regs + ARRAY_SIZE(vqc_lapic_regs); row++) {
		if (!(row->flags & VQC_REG_STATE) ||
		    !vqc_lapic_find(l, row->first * VQC_LAPIC_STRIDE, row->flags))
			continue;
		for (n = 0; n < row->count; n++)
			page[VQC_LAPIC_PAGE_WORD((row->first + n) *
						 VQC_LAPIC_STRIDE)] =
				row->read(l, n, clock);
	}
	if (!x2_id)
		page[VQC_LAPIC_PAGE_WORD(VQC_LAPIC_ID)] = l->id << 24;
	/* As if the end of the count had been looked at already. */
	page[VQC_LAPIC_PAGE_WORD(VQC_LAPIC_TMCCT)] =
		vqc_lapic_timer_count(l, clock);
	if (vqc_lapic_timer_due(l, clock) && !(timer & VQC_LVT_MASKED) &&
	    vector >= VQC_FIRST_VECTOR)
		page[VQC_LAPIC_PAGE_WORD(VQC_LAPIC_IRR + vector / 32 * 16)] |=
			BIT(vector % 32);
}

/* Registers that are loaded as they are, less what cannot be written. */
static const struct {
	u16 offset;
	u16 field;
} vqc_lapic_fields[] = {
	{ VQC_LAPIC_TPR, offsetof(struct vqc_lapic, tpr) },
	{ VQC_LAPIC_SVR, offsetof(struct vqc_lapic, svr) },
	{ VQC_LAPIC_LVT_CMCI, offsetof(struct vqc_lapic, lvt[VQC_LVT_IDX_CMCI]) },
	{ VQC_LAPIC_LVT_TIMER, offsetof(struct vqc_lapic, lvt[VQC_LVT_IDX_TIMER]) },
	{ VQC_LAPIC_LVT_THERMAL, offsetof(struct vqc_lapic, lvt[VQC_LVT_IDX_THERMAL]) },
	{ VQC_LAPIC_LVT_PMC, offsetof(struct vqc_lapic, lvt[VQC_LVT_IDX_PMC]) },
	{ VQC_LAPIC_LVT_LINT0, offsetof(struct vqc_lapic, lvt[VQC_LVT_IDX_LINT0]) },
	{ VQC_LAPIC_LVT_LINT1, offsetof(struct vqc_lapic, lvt[VQC_LVT_IDX_LINT1]) },
	{ VQC_LAPIC_LVT_ERROR, offsetof(struct vqc_lapic, lvt[VQC_LVT_IDX_ERROR]) },
	{ VQC_LAPIC_TMICT, offsetof(struct vqc_lapic, tmict) },
	{ VQC_LAPIC_TDCR, offsetof(struct vqc_lapic, tdcr) },
};

static void vqc_lapic_load_fields(struct vqc_lapic *l, const u32 *page)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vqc_lapic_fields); i++) {
		unsigned int offset = vqc_lapic_fields[i].offset;
		u32 *field = (void *)l + vqc_lapic_fields[i].field;
		u32 val = page[VQC_LAPIC_PAGE_WORD(offset)];

		WRITE_ONCE(*field, val & vqc_lapic_wmask(l, vqc_lapic_row(offset)));
	}
}

static void vqc_lapic_load_bits(unsigned long *bits, const u32 *page,
				unsigned int offset)
{
	unsigned int vector;

	for (vector = VQC_FIRST_VECTOR; vector < VQC_NR_VECTORS; vector++) {
		unsigned int at = offset + vector / 32 * VQC_LAPIC_STRIDE;
		bool set = page[VQC_LAPIC_PAGE_WORD(at)] & BIT(vector % 32);

		if (set)
			set_bit(vector, bits);
		else
			clear_bit(vector, bits);
	}
}

static void vqc_lapic_load_ids(struct vqc_lapic *l, const u32 *page)
{
	u64 icr2 = page[VQC_LAPIC_PAGE_WORD(VQC_LAPIC_ICR2)];
	u32 icr = page[VQC_LAPIC_PAGE_WORD(VQC_LAPIC_ICR)] & VQC_ICR_WMASK;

	/* In x2APIC mode ID and LDR are fixed and there is no DFR. */
	if (vqc_lapic_mode(l) != VQC_APIC_X2APIC) {
		icr2 &= VQC_XAPIC_HIGH_BYTE;
		l->id = page[VQC_LAPIC_PAGE_WORD(VQC_LAPIC_ID)] >> 24;
		l->ldr = page[VQC_LAPIC_PAGE_WORD(VQC_LAPIC_LDR)] &
			 VQC_XAPIC_HIGH_BYTE;
		l->dfr = page[VQC_LAPIC_PAGE_WORD(VQC_LAPIC_DFR)] | VQC_DFR_ONES;
	}
	l->icr = icr2 << 32 | icr;
}

/* The one step that makes loaded registers agree with each other. */
static void vqc_lapic_settle(struct vqc_lapic *l, const u32 *page,
			     const struct vqc_clock *clock, struct vqc_fx *fx)
{
	u32 lint0 = l->lvt[VQC_LVT_IDX_LINT0];

	if (vqc_lvt_is_level(VQC_LVT_IDX_LINT0, lint0))
		lint0 |= page[VQC_LAPIC_PAGE_WORD(VQC_LAPIC_LVT_LINT0)] &
			 VQC_LVT_REMOTE_IRR;
	if (!(l->svr & VQC_SVR_ENABLE)) {
		vqc_lapic_mask_lvts(l);
		if (!vqc_lvt_is_extint(lint0))
			lint0 |= VQC_LVT_MASKED;
	}
	l->lvt[VQC_LVT_IDX_LINT0] = lint0;
	if (!vqc_lvt_has(l, VQC_LVT_IDX_CMCI))
		l->lvt[VQC_LVT_IDX_CMCI] = VQC_LVT_MASKED;

	if (!vqc_lapic_timer_counts(l))
		l->tmict = 0;
	if (vqc_lapic_timer_mode(l) != VQC_TIMER_TSC)
		l->tsc_deadline = 0;
	vqc_lapic_timer_settle(l, page[VQC_LAPIC_PAGE_WORD(VQC_LAPIC_TMCCT)],
			       clock, fx);
	vqc_lapic_service_lint0(l);
	vqc_fx_add(fx, VQC_FX_DEST, VQC_NO_PIN);
}

int vqc_lapic_set_page(struct vqc_lapic *l, const u32 *page, bool x2_id,
		       const struct vqc_clock *clock, struct vqc_fx *fx)
{
	if (x2_id && vqc_lapic_mode(l) == VQC_APIC_X2APIC &&
	    page[VQC_LAPIC_PAGE_WORD(VQC_LAPIC_ID)] != l->id)
		return -EINVAL;

	vqc_lapic_load_fields(l, page);
	vqc_lapic_load_ids(l, page);
	/* TMR before IRR, as on acceptance. */
	vqc_lapic_load_bits(l->tmr, page, VQC_LAPIC_TMR);
	vqc_lapic_load_bits(l->isr, page, VQC_LAPIC_ISR);
	vqc_lapic_load_bits(l->irr, page, VQC_LAPIC_IRR);
	l->esr = page[VQC_LAPIC_PAGE_WORD(VQC_LAPIC_ESR)] & VQC_ESR_BITS;
	WRITE_ONCE(l->errors, 0);
	vqc_lapic_settle(l, page, clock, fx);
	return 0;
}
