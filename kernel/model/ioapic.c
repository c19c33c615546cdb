// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Intel 82093AA I/O APIC, 24 pins ("82093AA I/O Advanced Programmable
 * Interrupt Controller (IOAPIC)", May 1996; sections are cited by number).
 *
 * A pin's redirection table entry (RTE) says how its wire becomes a message.
 * An edge sends one message.  A level sends one, sets remote IRR when a local
 * APIC takes it, and waits for the EOI of its vector; a level that is still
 * there then is sent anew.
 *
 * Messages leave after the chip's lock is dropped, yet a level message must
 * not be made twice meanwhile.  So remote IRR is set as the message is made,
 * and withdrawn by vqc_ioapic_sent() if no local APIC took it.
 *
 * Not here: who matches a destination, acceptance, and the APIC bus with its
 * arbitration; the arbitration ID is only shown.
 */
#include <linux/kernel.h>
#include <linux/nospec.h>

#include "ioapic.h"
#include "msg.h"
#include "reg.h"

#define VQC_IOAPIC_PINS		GENMASK(VQC_NR_IOAPIC_PINS - 1, 0)

/* Identification register, 3.2.1 */
#define VQC_IOAPIC_ID_MASK	GENMASK(27, 24)
/* Version register, 3.2.2 */
#define VQC_IOAPIC_VER_MASK	GENMASK(7, 0)
#define VQC_IOAPIC_VER_MAX_RTE	GENMASK(23, 16)

/* What software may write of an RTE; 3.2.4: bits 12 and 14 are read-only. */
#define VQC_RTE_WRITABLE	(VQC_RTE_VECTOR | VQC_RTE_MODE | \
				 VQC_RTE_LOGICAL | VQC_RTE_ACTIVE_LOW | \
				 VQC_RTE_LEVEL | VQC_RTE_MASKED | VQC_RTE_DEST)
#define VQC_RTE_VALID		(VQC_RTE_WRITABLE | VQC_RTE_DELIV_STATUS | \
				 VQC_RTE_REMOTE_IRR)

/*
 * Delivery modes, 3.2.4: SMI and ExtINT require edge, NMI and INIT are edge
 * even if programmed as level.  None of them is ended by an EOI of a vector,
 * so remote IRR would never be cleared.
 */
#define VQC_MODES_EDGE		(BIT(VQC_DM_SMI) | BIT(VQC_DM_NMI) | \
				 BIT(VQC_DM_INIT) | BIT(VQC_DM_EXTINT))
#define VQC_MODES_RESERVED	(BIT(VQC_DM_RESERVED) | BIT(VQC_DM_SIPI))

static bool vqc_rte_mode_in(u64 rte, u32 modes)
{
	return BIT(FIELD_GET(VQC_RTE_MODE, rte)) & modes;
}

/* Does this entry work by level: with remote IRR, and ended by an EOI? */
static bool vqc_rte_level(u64 rte)
{
	return (rte & VQC_RTE_LEVEL) && !vqc_rte_mode_in(rte, VQC_MODES_EDGE);
}

/* Can a message leave by this entry? */
static bool vqc_rte_open(u64 rte)
{
	return !(rte & VQC_RTE_MASKED) &&
	       !vqc_rte_mode_in(rte, VQC_MODES_RESERVED);
}

/* Does the wire ask for service, seen through the RTE's polarity? */
static bool vqc_ioapic_asserted(const struct vqc_ioapic *io, unsigned int pin)
{
	bool level = io->lines & BIT(pin);

	if (io->electrical && (io->rte[pin] & VQC_RTE_ACTIVE_LOW))
		return !level;
	return level;
}

static bool vqc_ioapic_pin_ok(unsigned int pin)
{
	return pin < VQC_NR_IOAPIC_PINS;
}

/* Why a level pin's interrupt does not leave. */
static enum vqc_why vqc_ioapic_hold_level(const struct vqc_ioapic *io,
					  unsigned int pin)
{
	u64 rte = io->rte[pin];

	if (!vqc_ioapic_asserted(io, pin))
		return VQC_WHY_LINE_LOW;
	if (rte & VQC_RTE_MASKED)
		return VQC_WHY_IOAPIC_HELD;
	if (vqc_rte_mode_in(rte, VQC_MODES_RESERVED))
		return VQC_WHY_IOAPIC_MODE;
	if (rte & VQC_RTE_REMOTE_IRR)
		return VQC_WHY_IOAPIC_REMOTE_IRR;
	if (io->deferred & BIT(pin))
		return VQC_WHY_IOAPIC_STORM;
	if (rte & VQC_RTE_DELIV_STATUS)
		return VQC_WHY_NO_DEST;
	return VQC_WHY_DELIVERED;
}

static enum vqc_why vqc_ioapic_hold_edge(const struct vqc_ioapic *io,
					 unsigned int pin)
{
	u64 rte = io->rte[pin];

	if (io->pending & BIT(pin))
		return VQC_WHY_NO_DEST;
	if (!vqc_ioapic_asserted(io, pin))
		return VQC_WHY_LINE_LOW;
	if (rte & VQC_RTE_MASKED)
		return VQC_WHY_IOAPIC_MASKED;
	if (vqc_rte_mode_in(rte, VQC_MODES_RESERVED))
		return VQC_WHY_IOAPIC_MODE;
	return VQC_WHY_DELIVERED;
}

enum vqc_why vqc_ioapic_hold(const struct vqc_ioapic *io, unsigned int pin)
{
	if (!vqc_ioapic_pin_ok(pin))
		return VQC_WHY_NOT_ROUTED;

	pin = array_index_nospec(pin, VQC_NR_IOAPIC_PINS);
	if (vqc_rte_level(io->rte[pin]))
		return vqc_ioapic_hold_level(io, pin);
	return vqc_ioapic_hold_edge(io, pin);
}

/*
 * Forget what neither the RTE nor the wire justifies any longer: a device that
 * withdraws, and software that masks or changes the trigger mode, end it
 * (3.2.4, interrupt mask: masking before acceptance is as if the device had
 * withdrawn the interrupt).
 */
static void vqc_ioapic_tidy(struct vqc_ioapic *io, unsigned int pin)
{
	u64 *rte = &io->rte[pin];
	bool level = vqc_rte_level(*rte);
	bool wanted = !level || vqc_ioapic_asserted(io, pin);

	if (!level)
		*rte &= ~VQC_RTE_REMOTE_IRR;
	if (!level || !wanted)
		io->storm[pin] = 0;
	if (!level || !wanted || (*rte & VQC_RTE_REMOTE_IRR))
		io->deferred &= ~BIT(pin);
	if (level || !vqc_rte_open(*rte))
		io->pending &= ~BIT(pin);
	if (!(*rte & VQC_RTE_REMOTE_IRR) && (!wanted || !vqc_rte_open(*rte)))
		*rte &= ~VQC_RTE_DELIV_STATUS;
}

/* Make the pin's message; its sender reports by vqc_ioapic_sent(). */
static void vqc_ioapic_make_msg(struct vqc_ioapic *io, unsigned int pin,
				struct vqc_fx *fx)
{
	u64 *rte = &io->rte[pin];
	u64 wire = *rte;

	*rte |= VQC_RTE_DELIV_STATUS;
	if (vqc_rte_level(*rte)) {
		*rte |= VQC_RTE_REMOTE_IRR;
		io->inflight[pin] = FIELD_GET(VQC_RTE_VECTOR, *rte);
	} else {
		wire &= ~VQC_RTE_LEVEL;
	}

	io->pending &= ~BIT(pin);
	io->rewritten &= ~BIT(pin);
	vqc_fx_msg(fx, pin, vqc_msg_from_rte(wire));
}

/*
 * Send what is due on a pin: a level that nothing holds, or an edge that
 * nobody took.  Return: DELIVERED if a message was made, or what holds it.
 */
static enum vqc_why vqc_ioapic_serve(struct vqc_ioapic *io, unsigned int pin,
				     struct vqc_fx *fx)
{
	enum vqc_why why = vqc_ioapic_hold(io, pin);
	bool due = why == VQC_WHY_NO_DEST;

	if (vqc_rte_level(io->rte[pin]) && why == VQC_WHY_DELIVERED)
		due = true;
	if (!due)
		return why;

	vqc_ioapic_make_msg(io, pin, fx);
	return VQC_WHY_DELIVERED;
}

void vqc_ioapic_reset(struct vqc_ioapic *io)
{
	unsigned int pin;

	*io = (struct vqc_ioapic){
		.version = io->version,
		.electrical = io->electrical,
		.lines = io->lines,
	};
	/* 3.2.4: the mask bit is 1 after reset. */
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++)
		io->rte[pin] = VQC_RTE_MASKED;
}

/* The wire of an edge pin was driven; @was: it asserted before. */
static enum vqc_why vqc_ioapic_edge(struct vqc_ioapic *io, unsigned int pin,
				    bool was, struct vqc_fx *fx)
{
	if (was == vqc_ioapic_asserted(io, pin))
		return VQC_WHY_NO_CHANGE;
	if (was)
		return VQC_WHY_LINE_LOW;
	/* 3.2.4: an edge on a masked pin is not delivered nor held pending. */
	if (io->rte[pin] & VQC_RTE_MASKED)
		return VQC_WHY_IOAPIC_MASKED;
	if (vqc_rte_mode_in(io->rte[pin], VQC_MODES_RESERVED))
		return VQC_WHY_IOAPIC_MODE;

	vqc_ioapic_make_msg(io, pin, fx);
	return VQC_WHY_DELIVERED;
}

enum vqc_why vqc_ioapic_set_line(struct vqc_ioapic *io, unsigned int pin,
				 bool level, struct vqc_fx *fx)
{
	enum vqc_why why;
	bool was;

	if (!vqc_ioapic_pin_ok(pin))
		return VQC_WHY_NOT_ROUTED;

	pin = array_index_nospec(pin, VQC_NR_IOAPIC_PINS);
	was = vqc_ioapic_asserted(io, pin);
	if (level)
		io->lines |= BIT(pin);
	else
		io->lines &= ~BIT(pin);

	if (!vqc_rte_level(io->rte[pin]))
		return vqc_ioapic_edge(io, pin, was, fx);

	vqc_ioapic_tidy(io, pin);
	why = vqc_ioapic_serve(io, pin, fx);
	return why == VQC_WHY_LINE_LOW && !was ? VQC_WHY_NO_CHANGE : why;
}

bool vqc_ioapic_sent(struct vqc_ioapic *io, unsigned int pin, enum vqc_why why)
{
	u64 *rte;
	bool level;

	if (!vqc_ioapic_pin_ok(pin))
		return false;

	pin = array_index_nospec(pin, VQC_NR_IOAPIC_PINS);
	rte = &io->rte[pin];
	level = vqc_rte_level(*rte);
	if (why == VQC_WHY_DELIVERED || why == VQC_WHY_COALESCED) {
		/*
		 * Without remote IRR this is an earlier message's report, come
		 * after a later message was found to have no taker.
		 */
		if (!level || (*rte & VQC_RTE_REMOTE_IRR))
			*rte &= ~VQC_RTE_DELIV_STATUS;
		io->pending &= ~BIT(pin);
		return false;
	}

	if (!level) {
		*rte |= VQC_RTE_DELIV_STATUS;
		io->pending |= BIT(pin);
	} else if (*rte & VQC_RTE_REMOTE_IRR) {
		*rte &= ~VQC_RTE_REMOTE_IRR;
		*rte |= VQC_RTE_DELIV_STATUS;
	}
	vqc_ioapic_tidy(io, pin);
	return io->rewritten & BIT(pin);
}

void vqc_ioapic_retry(struct vqc_ioapic *io, u32 pins, struct vqc_fx *fx)
{
	unsigned int pin;

	io->deferred &= ~pins;
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++)
		if (pins & BIT(pin))
			vqc_ioapic_serve(io, pin, fx);
}

/* Hold the pin back for a while: its deferral ends by vqc_ioapic_retry(). */
static void vqc_ioapic_defer(struct vqc_ioapic *io, unsigned int pin,
			     struct vqc_fx *fx)
{
	struct vqc_fx_item *item = vqc_fx_add(fx, VQC_FX_DEFER, pin);

	item->deadline_ns = VQC_IOAPIC_STORM_PAUSE_NS;
	io->deferred |= BIT(pin);
}

/*
 * The pin's interrupt was ended: count an EOI that finds the line asserted and
 * open, for which the guest gets the next message at once.  A masked line is
 * not counted, since the next message waits for the guest to unmask it.
 */
static void vqc_ioapic_count_eoi(struct vqc_ioapic *io, unsigned int pin,
				 struct vqc_fx *fx)
{
	if (!vqc_ioapic_asserted(io, pin)) {
		io->storm[pin] = 0;
		return;
	}
	if (!vqc_rte_open(io->rte[pin]))
		return;
	if (++io->storm[pin] < VQC_IOAPIC_STORM_EOIS)
		return;

	io->storm[pin] = 0;
	vqc_fx_note(fx, VQC_WHY_IOAPIC_STORM, pin, io->inflight[pin]);
	vqc_ioapic_defer(io, pin, fx);
}

void vqc_ioapic_eoi(struct vqc_ioapic *io, u8 vector, struct vqc_fx *fx)
{
	u32 match = 0, ended = 0;
	unsigned int pin;

	/*
	 * Two pins may share the vector: a message of one must not be made
	 * while the other still looks in service.
	 */
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		if (!vqc_rte_level(io->rte[pin]) || io->inflight[pin] != vector)
			continue;
		match |= BIT(pin);
		if (!(io->rte[pin] & VQC_RTE_REMOTE_IRR))
			continue;
		ended |= BIT(pin);
		io->rte[pin] &= ~(VQC_RTE_REMOTE_IRR | VQC_RTE_DELIV_STATUS);
		vqc_fx_add(fx, VQC_FX_ACKED, pin)->vector = vector;
	}
	if (!ended)
		vqc_fx_note(fx, VQC_WHY_IOAPIC_EOI_NONE, VQC_NO_PIN, vector);

	/*
	 * A pin of this vector without remote IRR is served, too: a late
	 * report can have withdrawn the remote IRR of a message that was taken.
	 */
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		if (ended & BIT(pin))
			vqc_ioapic_count_eoi(io, pin, fx);
		if (match & BIT(pin))
			vqc_ioapic_serve(io, pin, fx);
	}
}

static u32 vqc_ioapic_read_id(const void *chip, unsigned int n,
			      const struct vqc_clock *clock)
{
	const struct vqc_ioapic *io = chip;

	return FIELD_PREP(VQC_IOAPIC_ID_MASK, io->id);
}

static enum vqc_why vqc_ioapic_write_id(void *chip, unsigned int n, u32 val,
					const struct vqc_clock *clock,
					struct vqc_fx *fx)
{
	struct vqc_ioapic *io = chip;

	io->id = FIELD_GET(VQC_IOAPIC_ID_MASK, val);
	return VQC_WHY_DELIVERED;
}

static u32 vqc_ioapic_read_ver(const void *chip, unsigned int n,
			       const struct vqc_clock *clock)
{
	const struct vqc_ioapic *io = chip;

	return FIELD_PREP(VQC_IOAPIC_VER_MASK, io->version) |
	       FIELD_PREP(VQC_IOAPIC_VER_MAX_RTE, VQC_NR_IOAPIC_PINS - 1);
}

/* Register @n of the RTE bank: low half of pin @n / 2 if even, else its high. */
static u32 vqc_ioapic_read_rte(const void *chip, unsigned int n,
			       const struct vqc_clock *clock)
{
	const struct vqc_ioapic *io = chip;
	unsigned int pin = array_index_nospec(n / 2, VQC_NR_IOAPIC_PINS);

	return n & 1 ? io->rte[pin] >> 32 : io->rte[pin];
}

/*
 * An RTE was replaced by software.  Level to edge clears remote IRR, which
 * guests use as an EOI where there is no EOI register; what waits for an end
 * of the interrupt must hear of it.  The new entry is stored before the pin is
 * looked at, so a message is made by the new entry alone.
 */
static void vqc_ioapic_replace_rte(struct vqc_ioapic *io, unsigned int pin,
				   u64 rte, struct vqc_fx *fx)
{
	u64 old = io->rte[pin];

	io->rte[pin] = rte;
	io->rewritten |= BIT(pin);
	if (vqc_rte_level(old) && !vqc_rte_level(rte)) {
		io->rte[pin] &= ~VQC_RTE_DELIV_STATUS;
		if (old & VQC_RTE_REMOTE_IRR)
			vqc_fx_add(fx, VQC_FX_ACKED, pin)->vector =
				io->inflight[pin];
	}

	vqc_ioapic_tidy(io, pin);
	vqc_ioapic_serve(io, pin, fx);
}

static enum vqc_why vqc_ioapic_write_rte(void *chip, unsigned int n, u32 val,
					 const struct vqc_clock *clock,
					 struct vqc_fx *fx)
{
	struct vqc_ioapic *io = chip;
	unsigned int pin = array_index_nospec(n / 2, VQC_NR_IOAPIC_PINS);
	unsigned int shift = n & 1 ? 32 : 0;
	u64 mask = VQC_RTE_WRITABLE & (GENMASK_ULL(31, 0) << shift);
	u64 rte = io->rte[pin] & ~mask;

	rte |= ((u64)val << shift) & mask;
	vqc_ioapic_replace_rte(io, pin, rte, fx);
	return VQC_WHY_DELIVERED;
}

/* 3.2: the registers behind the index; the RTE bank alternates low and high. */
static const struct vqc_reg vqc_ioapic_regs[] = {
	{
		.name = "IOAPICID", .first = VQC_IOAPIC_REG_ID, .count = 1,
		.flags = VQC_REG_RW | VQC_REG_STATE,
		.wmask = VQC_IOAPIC_ID_MASK,
		.read = vqc_ioapic_read_id, .write = vqc_ioapic_write_id,
	},
	{
		.name = "IOAPICVER", .first = VQC_IOAPIC_REG_VER, .count = 1,
		.flags = VQC_REG_R,
		.read = vqc_ioapic_read_ver,
	},
	{
		/* 3.2.3: loaded whenever the identification is written. */
		.name = "IOAPICARB", .first = VQC_IOAPIC_REG_ARB, .count = 1,
		.flags = VQC_REG_R,
		.read = vqc_ioapic_read_id,
	},
	{
		.name = "IOREDTBL", .first = VQC_IOAPIC_REG_RTE0,
		.count = 2 * VQC_NR_IOAPIC_PINS,
		.flags = VQC_REG_RW | VQC_REG_STATE,
		.wmask = lower_32_bits(VQC_RTE_WRITABLE) |
			 upper_32_bits(VQC_RTE_WRITABLE),
		.read = vqc_ioapic_read_rte, .write = vqc_ioapic_write_rte,
	},
};

const struct vqc_reg *vqc_ioapic_reg_table(unsigned int *nr)
{
	*nr = ARRAY_SIZE(vqc_ioapic_regs);
	return vqc_ioapic_regs;
}

static const struct vqc_reg *vqc_ioapic_reg_find(const struct vqc_ioapic *io)
{
	return vqc_reg_find(vqc_ioapic_regs, ARRAY_SIZE(vqc_ioapic_regs),
			    io->regsel);
}

static u32 vqc_ioapic_read_window(const struct vqc_ioapic *io,
				  struct vqc_fx *fx)
{
	const struct vqc_reg *reg = vqc_ioapic_reg_find(io);

	if (!reg) {
		vqc_fx_note(fx, VQC_WHY_NO_REG, VQC_NO_PIN, 0);
		return GENMASK(31, 0);
	}
	return reg->read(io, io->regsel - reg->first, NULL);
}

static void vqc_ioapic_write_window(struct vqc_ioapic *io, u32 val,
				    struct vqc_fx *fx)
{
	const struct vqc_reg *reg = vqc_ioapic_reg_find(io);

	if (!reg)
		vqc_fx_note(fx, VQC_WHY_NO_REG, VQC_NO_PIN, 0);
	else if (!reg->write)
		vqc_fx_note(fx, VQC_WHY_READ_ONLY, VQC_NO_PIN, 0);
	else
		reg->write(io, io->regsel - reg->first, val, NULL, fx);
}

static bool vqc_ioapic_has_eoi_reg(const struct vqc_ioapic *io)
{
	return io->version >= VQC_IOAPIC_VER_EOIR;
}

/* What is at an offset that holds no register one can access so. */
static void vqc_ioapic_note_access(struct vqc_fx *fx, unsigned int offset)
{
	vqc_fx_note(fx, offset % 16 ? VQC_WHY_BAD_ACCESS : VQC_WHY_NO_REG,
		    VQC_NO_PIN, 0);
}

u32 vqc_ioapic_read(struct vqc_ioapic *io, unsigned int offset,
		    struct vqc_fx *fx)
{
	switch (offset) {
	case VQC_IOAPIC_REGSEL:
		return io->regsel;
	case VQC_IOAPIC_WINDOW:
		return vqc_ioapic_read_window(io, fx);
	case VQC_IOAPIC_EOI:
		if (!vqc_ioapic_has_eoi_reg(io))
			break;
		vqc_fx_note(fx, VQC_WHY_WRITE_ONLY, VQC_NO_PIN, 0);
		return 0;
	}
	vqc_ioapic_note_access(fx, offset);
	return 0;
}

void vqc_ioapic_write(struct vqc_ioapic *io, unsigned int offset, u32 val,
		      struct vqc_fx *fx)
{
	switch (offset) {
	case VQC_IOAPIC_REGSEL:
		io->regsel = val;
		return;
	case VQC_IOAPIC_WINDOW:
		vqc_ioapic_write_window(io, val, fx);
		return;
	case VQC_IOAPIC_EOI:
		if (!vqc_ioapic_has_eoi_reg(io))
			break;
		vqc_ioapic_eoi(io, val, fx);
		return;
	}
	vqc_ioapic_note_access(fx, offset);
}

/*
 * Make a pin that came from outside valid.  Delivery status means that nobody
 * is known to have taken the message: it is sent again, which repeats an
 * interrupt at the worst, where to believe in a taker could lose it.
 */
static void vqc_ioapic_load_pin(struct vqc_ioapic *io, unsigned int pin)
{
	u64 *rte = &io->rte[pin];

	*rte &= VQC_RTE_VALID;
	if (*rte & VQC_RTE_DELIV_STATUS) {
		*rte &= ~VQC_RTE_REMOTE_IRR;
		io->pending |= BIT(pin);
	}
	if (io->pending & BIT(pin))
		*rte |= VQC_RTE_DELIV_STATUS;
	io->storm[pin] = min_t(u16, io->storm[pin], VQC_IOAPIC_STORM_EOIS - 1);
	vqc_ioapic_tidy(io, pin);
}

void vqc_ioapic_set_state(struct vqc_ioapic *io, const struct vqc_ioapic *state,
			  struct vqc_fx *fx)
{
	u8 version = io->version, electrical = io->electrical;
	unsigned int pin;

	*io = *state;
	io->version = version;
	io->electrical = electrical;
	io->id &= FIELD_MAX(VQC_IOAPIC_ID_MASK);
	io->lines &= VQC_IOAPIC_PINS;
	io->pending &= VQC_IOAPIC_PINS;
	io->deferred &= VQC_IOAPIC_PINS;
	io->rewritten &= VQC_IOAPIC_PINS;

	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++)
		vqc_ioapic_load_pin(io, pin);

	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		if (io->deferred & BIT(pin))
			vqc_ioapic_defer(io, pin, fx);
		vqc_ioapic_serve(io, pin, fx);
	}
}

/* What is wrong with a level pin. */
static const char *vqc_ioapic_check_level(const struct vqc_ioapic *io,
					  unsigned int pin)
{
	bool asserted = vqc_ioapic_asserted(io, pin);
	u64 rte = io->rte[pin];

	if (io->pending & BIT(pin))
		return "an edge is pending on a level pin";
	if ((io->deferred & BIT(pin)) && (rte & VQC_RTE_REMOTE_IRR))
		return "a pin in service is deferred";
	if (!asserted && (io->storm[pin] || (io->deferred & BIT(pin))))
		return "an EOI storm is counted on a line that is low";
	if ((rte & VQC_RTE_DELIV_STATUS) && !(rte & VQC_RTE_REMOTE_IRR) &&
	    !(asserted && vqc_rte_open(rte)))
		return "a message waits that nobody asks for";
	if (vqc_ioapic_hold_level(io, pin) == VQC_WHY_DELIVERED)
		return "a level that nothing holds was not sent";
	return NULL;
}

static const char *vqc_ioapic_check_edge(const struct vqc_ioapic *io,
					 unsigned int pin)
{
	u64 rte = io->rte[pin];

	if (rte & VQC_RTE_REMOTE_IRR)
		return "remote IRR is set on an edge pin";
	if ((io->deferred & BIT(pin)) || io->storm[pin])
		return "an EOI storm is counted on an edge pin";
	if ((io->pending & BIT(pin)) && !(rte & VQC_RTE_DELIV_STATUS))
		return "a pending edge shows no delivery status";
	if ((rte & VQC_RTE_DELIV_STATUS) && !vqc_rte_open(rte))
		return "a message waits on a pin that lets none out";
	return NULL;
}

const char *vqc_ioapic_check(const struct vqc_ioapic *io)
{
	const char *wrong;
	unsigned int pin;

	if (io->id > FIELD_MAX(VQC_IOAPIC_ID_MASK))
		return "the ID is wider than 4 bits";
	if ((io->lines | io->pending | io->deferred | io->rewritten) &
	    ~VQC_IOAPIC_PINS)
		return "a pin that does not exist is marked";

	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		if (io->rte[pin] & ~VQC_RTE_VALID)
			return "a reserved RTE bit is set";
		if (io->storm[pin] >= VQC_IOAPIC_STORM_EOIS)
			return "an EOI storm was not throttled";
		wrong = vqc_rte_level(io->rte[pin]) ?
			vqc_ioapic_check_level(io, pin) :
			vqc_ioapic_check_edge(io, pin);
		if (wrong)
			return wrong;
	}
	return NULL;
}
