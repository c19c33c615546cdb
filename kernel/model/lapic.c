// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC: acceptance, priorities, acknowledge, EOI, local sources,
 * errors and modes (SDM vol. 3, chapter 11).
 *
 * The architectural registers are the only state: no highest vector, no count
 * of vectors in service and no priority is kept beside them, so nothing can
 * disagree with them after a state load.  The registers as software sees them
 * are in lapic_regs.c, the timer in lapic_timer.c.
 *
 * It does not send: an IPI is an effect, which its caller resolves and hands to
 * vqc_lapic_accept() of each destination.
 */
#include <linux/kernel.h>

#include "lapic_priv.h"

#define VQC_VECTOR_WORDS	BITS_TO_LONGS(VQC_NR_VECTORS)
#define VQC_PRIO_CLASS		0xf0u

static int vqc_lapic_highest(const unsigned long *bits)
{
	unsigned int i = VQC_VECTOR_WORDS;

	while (i--) {
		unsigned long word = READ_ONCE(bits[i]);

		if (word)
			return i * BITS_PER_LONG + __fls(word);
	}
	return -1;
}

int vqc_lapic_highest_irr(const struct vqc_lapic *l)
{
	return vqc_lapic_highest(l->irr);
}

int vqc_lapic_highest_isr(const struct vqc_lapic *l)
{
	return vqc_lapic_highest(l->isr);
}

/* A vector enters IRR (SDM vol. 3, 11.8.4). */
static enum vqc_why vqc_lapic_post(struct vqc_lapic *l, u8 vector, bool level)
{
	/*
	 * The owner reads TMR at EOI, which may follow at once: it must be
	 * right before IRR shows the vector.  Most vectors never change their
	 * trigger mode, so look before a locked operation.
	 */
	if (test_bit(vector, l->tmr) != level) {
		if (level)
			set_bit(vector, l->tmr);
		else
			clear_bit(vector, l->tmr);
	}
	return test_and_set_bit(vector, l->irr) ? VQC_WHY_COALESCED :
						  VQC_WHY_DELIVERED;
}

enum vqc_why vqc_lapic_error(struct vqc_lapic *l, u32 error)
{
	u32 lvt = READ_ONCE(l->lvt[VQC_LVT_IDX_ERROR]);
	u8 vector = FIELD_GET(VQC_LVT_VECTOR, lvt);

	if (test_and_set_bit(__ffs(error), &l->errors))
		return VQC_WHY_NO_CHANGE;
	if (lvt & VQC_LVT_MASKED)
		return VQC_WHY_LVT_MASKED;
	if (vector >= VQC_FIRST_VECTOR)
		return vqc_lapic_post(l, vector, false);
	/*
	 * An error interrupt with an illegal vector is one more error, but one
	 * that raises nothing: it would never end.
	 */
	set_bit(__ffs(VQC_ESR_RECV_ILLEGAL), &l->errors);
	return VQC_WHY_ILLEGAL_VECTOR;
}

static enum vqc_why vqc_lapic_accept_vector(struct vqc_lapic *l, u8 vector,
					    bool level)
{
	if (!(READ_ONCE(l->svr) & VQC_SVR_ENABLE))
		return VQC_WHY_APIC_SW_OFF;
	if (vector < VQC_FIRST_VECTOR) {
		vqc_lapic_error(l, VQC_ESR_RECV_ILLEGAL);
		return VQC_WHY_ILLEGAL_VECTOR;
	}
	return vqc_lapic_post(l, vector, level);
}

static enum vqc_why vqc_lapic_event(struct vqc_lapic *l,
				    enum vqc_lapic_event event)
{
	return test_and_set_bit(event, &l->events) ? VQC_WHY_COALESCED :
						     VQC_WHY_DELIVERED;
}

static enum vqc_why vqc_lapic_accept_init(struct vqc_lapic *l, u8 flags)
{
	/* SDM vol. 3, 11.4.7.4: the de-assert does nothing to the CPU. */
	if ((flags & VQC_MSG_LEVEL) && !(flags & VQC_MSG_ASSERT))
		return VQC_WHY_INIT_DEASSERT;
	clear_bit(VQC_EV_SIPI, &l->events);
	return vqc_lapic_event(l, VQC_EV_INIT);
}

enum vqc_why vqc_lapic_accept(struct vqc_lapic *l, const struct vqc_msg *msg)
{
	if (!(READ_ONCE(l->base) & VQC_APICBASE_ENABLE))
		return VQC_WHY_APIC_HW_OFF;

	switch (msg->mode) {
	case VQC_DM_FIXED:
	case VQC_DM_LOWEST:
		return vqc_lapic_accept_vector(l, msg->vector,
					       msg->flags & VQC_MSG_LEVEL);
	case VQC_DM_SMI:
		return vqc_lapic_event(l, VQC_EV_SMI);
	case VQC_DM_NMI:
		return vqc_lapic_event(l, VQC_EV_NMI);
	case VQC_DM_INIT:
		return vqc_lapic_accept_init(l, msg->flags);
	case VQC_DM_SIPI:
		/* The atomic operation that follows orders the vector before it. */
		WRITE_ONCE(l->sipi_vector, msg->vector);
		return vqc_lapic_event(l, VQC_EV_SIPI);
	case VQC_DM_EXTINT:
		return vqc_lapic_event(l, VQC_EV_EXTINT);
	default:
		return VQC_WHY_BAD_MODE;
	}
}

u8 vqc_lapic_ppr(const struct vqc_lapic *l)
{
	int isr = vqc_lapic_highest(l->isr);
	u32 isr_class = isr < 0 ? 0 : isr & VQC_PRIO_CLASS;

	return (l->tpr & VQC_PRIO_CLASS) >= isr_class ? l->tpr : isr_class;
}

u8 vqc_lapic_apr(const struct vqc_lapic *l)
{
	int irr = vqc_lapic_highest(l->irr);
	int isr = vqc_lapic_highest(l->isr);
	u32 tpr = READ_ONCE(l->tpr);
	u32 irr_class = irr < 0 ? 0 : irr & VQC_PRIO_CLASS;
	u32 isr_class = isr < 0 ? 0 : isr & VQC_PRIO_CLASS;
	u32 tpr_class = tpr & VQC_PRIO_CLASS;

	if (tpr_class >= irr_class && tpr_class > isr_class)
		return tpr;
	return max3(tpr_class, irr_class, isr_class);
}

int vqc_lapic_next(const struct vqc_lapic *l)
{
	int vector = vqc_lapic_highest(l->irr);

	/* A sender may set IRR just when the APIC is turned off. */
	if (vector < 0 || !(l->base & VQC_APICBASE_ENABLE))
		return -1;
	if ((vector & VQC_PRIO_CLASS) <= (vqc_lapic_ppr(l) & VQC_PRIO_CLASS))
		return -1;
	return vector;
}

u8 vqc_lapic_ack(struct vqc_lapic *l)
{
	int vector = vqc_lapic_next(l);

	/* SDM vol. 3, 11.9: a spurious interrupt does not enter ISR. */
	if (vector < 0)
		return FIELD_GET(VQC_SVR_VECTOR, l->svr);
	clear_bit(vector, l->irr);
	__set_bit(vector, l->isr);
	return vector;
}

int vqc_lapic_eoi(struct vqc_lapic *l, struct vqc_fx *fx)
{
	u32 *lint0 = &l->lvt[VQC_LVT_IDX_LINT0];
	int vector = vqc_lapic_highest(l->isr);

	if (vector < 0) {
		vqc_fx_note(fx, VQC_WHY_EOI_NONE, VQC_NO_PIN, 0);
		return -1;
	}
	__clear_bit(vector, l->isr);
	if (!test_bit(vector, l->tmr))
		return vector;

	if (l->svr & VQC_SVR_SUPPRESS_EOI)
		vqc_fx_note(fx, VQC_WHY_EOI_SUPPRESSED, VQC_NO_PIN, vector);
	else
		vqc_fx_add(fx, VQC_FX_EOI, VQC_NO_PIN)->vector = vector;
	if ((*lint0 & VQC_LVT_REMOTE_IRR) &&
	    FIELD_GET(VQC_LVT_VECTOR, *lint0) == vector) {
		*lint0 &= ~VQC_LVT_REMOTE_IRR;
		vqc_lapic_service_lint0(l);
	}
	return vector;
}

void vqc_lapic_set_tpr(struct vqc_lapic *l, u8 tpr)
{
	WRITE_ONCE(l->tpr, tpr);
}

static enum vqc_why vqc_lapic_accept_lvt(struct vqc_lapic *l, u32 lvt, u8 mode,
					 bool level)
{
	const struct vqc_msg msg = {
		.vector = FIELD_GET(VQC_LVT_VECTOR, lvt),
		.mode = mode,
		.flags = VQC_MSG_ASSERT | (level ? VQC_MSG_LEVEL : 0),
	};

	return vqc_lapic_accept(l, &msg);
}

static bool vqc_lapic_was_accepted(enum vqc_why why)
{
	return why == VQC_WHY_DELIVERED || why == VQC_WHY_COALESCED;
}

enum vqc_why vqc_lapic_raise_lvt(struct vqc_lapic *l, enum vqc_lvt idx)
{
	u32 lvt = l->lvt[idx];
	u8 mode = FIELD_GET(VQC_LVT_MODE, lvt);
	enum vqc_why why;

	if (!vqc_lvt_has(l, idx))
		return VQC_WHY_NO_REG;
	if (lvt & VQC_LVT_MASKED)
		return VQC_WHY_LVT_MASKED;
	/* Neither can come out of an LVT entry (SDM vol. 3, 11.5.1). */
	if (mode == VQC_DM_LOWEST || mode == VQC_DM_SIPI)
		return VQC_WHY_BAD_MODE;
	why = vqc_lapic_accept_lvt(l, lvt, mode, false);
	if (idx == VQC_LVT_IDX_PMC && vqc_lapic_was_accepted(why))
		l->lvt[idx] |= VQC_LVT_MASKED;
	return why;
}

enum vqc_why vqc_lapic_service_lint0(struct vqc_lapic *l)
{
	u32 *lvt = &l->lvt[VQC_LVT_IDX_LINT0];
	enum vqc_why why;

	if (!(l->lint & BIT(0)))
		return VQC_WHY_LINE_LOW;
	if (!vqc_lvt_is_level(VQC_LVT_IDX_LINT0, *lvt))
		return VQC_WHY_NO_CHANGE;
	if (*lvt & VQC_LVT_MASKED)
		return VQC_WHY_LVT_MASKED;
	if (*lvt & VQC_LVT_REMOTE_IRR)
		return VQC_WHY_COALESCED;
	why = vqc_lapic_accept_lvt(l, *lvt, VQC_DM_FIXED, true);
	/* Remote IRR waits for an EOI, which only an accepted vector can get. */
	if (vqc_lapic_was_accepted(why))
		*lvt |= VQC_LVT_REMOTE_IRR;
	return why;
}

/* SDM vol. 3, 11.4.3: the pins are INTR and NMI of a CPU without APIC. */
static enum vqc_why vqc_lapic_lint_hw_off(struct vqc_lapic *l, unsigned int lint)
{
	return lint ? vqc_lapic_event(l, VQC_EV_NMI) : VQC_WHY_DELIVERED;
}

enum vqc_why vqc_lapic_set_lint(struct vqc_lapic *l, unsigned int lint,
				bool level)
{
	enum vqc_lvt idx = lint ? VQC_LVT_IDX_LINT1 : VQC_LVT_IDX_LINT0;
	u8 bit = lint ? BIT(1) : BIT(0);

	if (!!(l->lint & bit) == level)
		return VQC_WHY_NO_CHANGE;
	l->lint ^= bit;
	if (!level)
		return VQC_WHY_LINE_LOW;
	if (!(l->base & VQC_APICBASE_ENABLE))
		return vqc_lapic_lint_hw_off(l, lint);
	if (vqc_lvt_is_level(idx, l->lvt[idx]))
		return vqc_lapic_service_lint0(l);
	/* The PIC holds its wire until the acknowledge: nothing to latch. */
	if (idx == VQC_LVT_IDX_LINT0 && vqc_lvt_is_extint(l->lvt[idx]))
		return VQC_WHY_DELIVERED;
	return vqc_lapic_raise_lvt(l, idx);
}

bool vqc_lapic_takes_extint(const struct vqc_lapic *l)
{
	return !(l->base & VQC_APICBASE_ENABLE) ||
	       vqc_lvt_is_extint(l->lvt[VQC_LVT_IDX_LINT0]);
}

void vqc_lapic_dest(const struct vqc_lapic *l, struct vqc_dest_cpu *dest)
{
	*dest = (struct vqc_dest_cpu){
		.apic_id = l->id,
		.ldr = l->ldr,
		.dfr = l->dfr,
		.x2_id = l->initial_id,
		.mode = vqc_lapic_mode(l),
	};
}

void vqc_lapic_mask_lvts(struct vqc_lapic *l)
{
	unsigned int i;

	for (i = 0; i < VQC_NR_LVTS; i++)
		WRITE_ONCE(l->lvt[i], l->lvt[i] | VQC_LVT_MASKED);
}

/* What another mode does not keep (SDM vol. 3, 11.12.5.1). */
static void vqc_lapic_enter_mode(struct vqc_lapic *l)
{
	l->icr &= VQC_ICR_LOW;
	l->dfr = ~0u;
	if (vqc_lapic_mode(l) == VQC_APIC_X2APIC) {
		l->id = l->initial_id;
		l->ldr = vqc_dest_x2_ldr(l->id);
	} else {
		l->id = l->initial_id & 0xff;
		l->ldr = 0;
	}
}

/* Registers after power-up, but ID and base (SDM vol. 3, 11.4.7.1). */
static void vqc_lapic_clear(struct vqc_lapic *l)
{
	unsigned int i;

	WRITE_ONCE(l->svr, VQC_SVR_VECTOR);
	for (i = 0; i < VQC_VECTOR_WORDS; i++) {
		WRITE_ONCE(l->irr[i], 0);
		WRITE_ONCE(l->isr[i], 0);
		WRITE_ONCE(l->tmr[i], 0);
	}
	WRITE_ONCE(l->errors, 0);
	WRITE_ONCE(l->tpr, 0);
	l->icr = 0;
	l->tsc_deadline = 0;
	l->timer_deadline_ns = 0;
	l->ldr = vqc_lapic_mode(l) == VQC_APIC_X2APIC ? vqc_dest_x2_ldr(l->id) : 0;
	l->dfr = ~0u;
	l->esr = 0;
	l->tmict = 0;
	l->tdcr = 0;
	for (i = 0; i < VQC_NR_LVTS; i++)
		WRITE_ONCE(l->lvt[i], VQC_LVT_MASKED);
	if (l->cfg & VQC_LAPIC_CFG_LINT0_EXTINT)
		l->lvt[VQC_LVT_IDX_LINT0] = FIELD_PREP(VQC_LVT_MODE, VQC_DM_EXTINT);
}

void vqc_lapic_reset(struct vqc_lapic *l, u32 apic_id, u8 cfg)
{
	memset(l, 0, sizeof(*l));
	l->cfg = cfg;
	l->initial_id = apic_id;
	l->base = VQC_APICBASE_DEFAULT | VQC_APICBASE_ENABLE |
		  (cfg & VQC_LAPIC_CFG_BSP ? VQC_APICBASE_BSP : 0);
	l->wait_sipi = !(cfg & VQC_LAPIC_CFG_BSP);
	vqc_lapic_enter_mode(l);
	vqc_lapic_clear(l);
}

void vqc_lapic_init(struct vqc_lapic *l, struct vqc_fx *fx)
{
	vqc_lapic_clear(l);
	l->wait_sipi = !(l->base & VQC_APICBASE_BSP);
	vqc_fx_timer(fx, 0);
	vqc_fx_add(fx, VQC_FX_DEST, VQC_NO_PIN);
}

static bool vqc_lapic_base_valid(const struct vqc_lapic *l, u64 val,
				 unsigned int maxphyaddr, bool host)
{
	u64 allowed = VQC_APICBASE_BSP | VQC_APICBASE_ENABLE |
		      GENMASK_ULL(clamp(maxphyaddr, 32u, 52u) - 1, 12);
	enum vqc_apic_mode mode = vqc_lapic_mode(l);

	if (l->cfg & VQC_LAPIC_CFG_X2APIC)
		allowed |= VQC_APICBASE_EXTD;
	if (val & ~allowed)
		return false;
	if ((val & VQC_APICBASE_EXTD) && !(val & VQC_APICBASE_ENABLE))
		return false;
	if (host || !(val & VQC_APICBASE_ENABLE))
		return true;
	/* x2APIC mode is entered from xAPIC mode and left by turning off only. */
	if (val & VQC_APICBASE_EXTD)
		return mode != VQC_APIC_OFF;
	return mode != VQC_APIC_X2APIC;
}

int vqc_lapic_set_base(struct vqc_lapic *l, u64 val, unsigned int maxphyaddr,
		       bool host, struct vqc_fx *fx)
{
	enum vqc_apic_mode old = vqc_lapic_mode(l);

	if (!vqc_lapic_base_valid(l, val, maxphyaddr, host))
		return -EINVAL;

	/* Senders look at it without a lock: off first, then forget. */
	WRITE_ONCE(l->base, val);
	if (vqc_lapic_mode(l) == old)
		return 0;
	vqc_lapic_enter_mode(l);
	if (vqc_lapic_mode(l) == VQC_APIC_OFF) {
		vqc_lapic_clear(l);
		vqc_fx_timer(fx, 0);
	}
	vqc_fx_add(fx, VQC_FX_DEST, VQC_NO_PIN);
	return 0;
}

static const char *vqc_lapic_check_vectors(const struct vqc_lapic *l)
{
	const unsigned long low = GENMASK(VQC_FIRST_VECTOR - 1, 0);

	if (READ_ONCE(l->irr[0]) & low)
		return "IRR has a vector below 16";
	if (l->isr[0] & low)
		return "ISR has a vector below 16";
	if (READ_ONCE(l->tmr[0]) & low)
		return "TMR has a vector below 16";
	if (READ_ONCE(l->events) & ~GENMASK(VQC_EV_EXTINT, VQC_EV_NMI))
		return "unknown event pending";
	if ((READ_ONCE(l->errors) | l->esr) & ~(unsigned long)VQC_ESR_BITS)
		return "unknown error recorded";
	return NULL;
}

static const char *vqc_lapic_check_mode(const struct vqc_lapic *l)
{
	enum vqc_apic_mode mode = vqc_lapic_mode(l);

	if ((l->base & VQC_APICBASE_EXTD) && mode != VQC_APIC_X2APIC)
		return "x2APIC mode without the APIC being enabled";
	if (mode == VQC_APIC_X2APIC && !(l->cfg & VQC_LAPIC_CFG_X2APIC))
		return "x2APIC mode on an APIC without it";
	if (mode == VQC_APIC_X2APIC && l->id != l->initial_id)
		return "the x2APIC ID has changed";
	if (mode == VQC_APIC_X2APIC && l->ldr != vqc_dest_x2_ldr(l->id))
		return "the x2APIC LDR does not follow from the ID";
	if (mode != VQC_APIC_X2APIC && l->id > 0xff)
		return "an xAPIC ID of more than 8 bits";
	if (mode != VQC_APIC_X2APIC && (l->ldr & ~VQC_XAPIC_HIGH_BYTE))
		return "reserved bits set in LDR";
	return NULL;
}

static const char *vqc_lapic_check_regs(const struct vqc_lapic *l)
{
	if (l->tpr > 0xff)
		return "reserved bits set in TPR";
	if (~l->dfr & VQC_DFR_ONES)
		return "reserved bits clear in DFR";
	if (l->svr & ~(VQC_SVR_FIXED | VQC_SVR_SUPPRESS_EOI))
		return "reserved bits set in SVR";
	if ((l->svr & VQC_SVR_SUPPRESS_EOI) &&
	    !(l->cfg & VQC_LAPIC_CFG_SUPPRESS_EOI))
		return "EOI broadcast suppression on an APIC without it";
	if ((l->icr & VQC_ICR_LOW) & ~(u64)VQC_ICR_WMASK)
		return "reserved bits set in ICR";
	if (l->tdcr & ~VQC_TDCR_WMASK)
		return "reserved bits set in TDCR";
	if (l->lint & ~(BIT(0) | BIT(1)))
		return "a LINT input that does not exist";
	return NULL;
}

static const char *vqc_lapic_check_lvts(const struct vqc_lapic *l)
{
	static const u32 allowed[VQC_NR_LVTS] = {
		[VQC_LVT_IDX_TIMER] = VQC_LVT_WMASK_TIMER,
		[VQC_LVT_IDX_THERMAL] = VQC_LVT_WMASK_MODE,
		[VQC_LVT_IDX_PMC] = VQC_LVT_WMASK_MODE,
		[VQC_LVT_IDX_LINT0] = VQC_LVT_WMASK_LINT | VQC_LVT_REMOTE_IRR,
		[VQC_LVT_IDX_LINT1] = VQC_LVT_WMASK_LINT,
		[VQC_LVT_IDX_ERROR] = VQC_LVT_WMASK_ERROR,
		[VQC_LVT_IDX_CMCI] = VQC_LVT_WMASK_MODE,
	};
	unsigned int i;

	for (i = 0; i < VQC_NR_LVTS; i++) {
		if (l->lvt[i] & ~allowed[i])
			return "reserved bits set in an LVT entry";
		if ((l->lvt[i] & VQC_LVT_REMOTE_IRR) &&
		    !vqc_lvt_is_level(i, l->lvt[i]))
			return "remote IRR without level trigger";
		if (!(l->svr & VQC_SVR_ENABLE) &&
		    !(l->lvt[i] & VQC_LVT_MASKED) &&
		    !(i == VQC_LVT_IDX_LINT0 && vqc_lvt_is_extint(l->lvt[i])))
			return "an LVT entry is unmasked under software disable";
	}
	return NULL;
}

static const char *vqc_lapic_check_timer(const struct vqc_lapic *l)
{
	bool tsc = vqc_lapic_timer_mode(l) == VQC_TIMER_TSC;

	if (!(l->cfg & VQC_LAPIC_CFG_TSC_DEADLINE) && !vqc_lapic_timer_counts(l))
		return "TSC-deadline mode on an APIC without it";
	if (!vqc_lapic_timer_counts(l) && l->tmict)
		return "an initial count in a mode that has none";
	if (!tsc && l->tsc_deadline)
		return "a TSC deadline outside of TSC-deadline mode";
	if (tsc && !l->tsc_deadline != !l->timer_deadline_ns)
		return "TSC deadline and timer do not agree";
	if (!tsc && l->timer_deadline_ns && !l->tmict)
		return "a timer runs without an initial count";
	if (l->timer_deadline_ns && !(l->base & VQC_APICBASE_ENABLE))
		return "a timer runs on a disabled APIC";
	return NULL;
}

const char *vqc_lapic_check(const struct vqc_lapic *l)
{
	static const char *(*const check[])(const struct vqc_lapic *l) = {
		vqc_lapic_check_vectors,
		vqc_lapic_check_mode,
		vqc_lapic_check_regs,
		vqc_lapic_check_lvts,
		vqc_lapic_check_timer,
	};
	const char *wrong = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(check) && !wrong; i++)
		wrong = check[i](l);
	return wrong;
}
