// SPDX-License-Identifier: GPL-2.0-only
/* The registers of the local APIC's oracle, see oracle_lapic.h. */
#include "oracle_lapic_priv.h"

static u32 logical_word(const struct oracle_lapic *o)
{
	if (!o->x2)
		return (u32)o->logical_id << 24;
	return o->id / 16 * 0x10000 + (1u << o->id % 16);
}

static u32 lvt_word(const struct oracle_lapic *o, enum vqc_lvt idx)
{
	const struct oracle_lapic_lvt *e = &o->lvt[idx];

	return e->vector + e->mode * 0x100u + e->low * 0x2000u +
	       e->in_flight * 0x4000u + e->level * 0x8000u +
	       e->masked * 0x10000u + e->timer * 0x20000u;
}

static u32 vector_word(const bool *set, unsigned int offset)
{
	unsigned int i, first = offset / 16 * 32;
	u32 word = 0;

	for (i = 0; i < 32; i++)
		if (set[first + i])
			word |= 1u << i;
	return word;
}

static u32 apr(const struct oracle_lapic *o)
{
	int want = oracle_lapic_class_of(oracle_lapic_top(o->requested));
	int serving = oracle_lapic_class_of(oracle_lapic_top(o->serving));
	int task = o->tpr / 16;

	if (task >= want && task > serving)
		return o->tpr;
	if (task > want && task > serving)
		return task * 16;
	return (want > serving ? want : serving) * 16;
}

/* The LVT entry at @offset, or -1. */
static int lvt_at(const struct oracle_lapic *o, unsigned int offset)
{
	if (offset >= 0x320 && offset <= 0x370 && offset % 16 == 0)
		return VQC_LVT_IDX_TIMER + (offset - 0x320) / 16;
	if (offset == 0x2f0 && (o->cfg & VQC_LAPIC_CFG_CMCI))
		return VQC_LVT_IDX_CMCI;
	return -1;
}

/* Registers that both views have and that are read alike. */
static bool read_common(const struct oracle_lapic *o, unsigned int offset,
			u64 *val)
{
	if (lvt_at(o, offset) >= 0)
		*val = lvt_word(o, lvt_at(o, offset));
	else if (offset >= 0x100 && offset < 0x180)
		*val = vector_word(o->serving, offset - 0x100);
	else if (offset >= 0x180 && offset < 0x200)
		*val = vector_word(o->by_level, offset - 0x180);
	else if (offset >= 0x200 && offset < 0x280)
		*val = vector_word(o->requested, offset - 0x200);
	else if (offset == 0x030)
		*val = 0x14 + (o->cfg & VQC_LAPIC_CFG_CMCI ? 0x60000 : 0x50000) +
		       (o->cfg & VQC_LAPIC_CFG_SUPPRESS_EOI ? 0x1000000 : 0);
	else if (offset == 0x080)
		*val = o->tpr;
	else if (offset == 0x0a0)
		*val = oracle_lapic_ppr(o);
	else if (offset == 0x0d0)
		*val = logical_word(o);
	else if (offset == 0x0f0)
		*val = o->spurious + o->sw_on * 0x100 + o->focus * 0x200 +
		       o->no_broadcast * 0x1000;
	else if (offset == 0x280)
		*val = o->esr;
	else if (offset == 0x380)
		*val = o->initial;
	else if (offset == 0x390)
		*val = oracle_lapic_ticks_left(o);
	else if (offset == 0x3e0)
		*val = o->divide_code;
	else
		return false;
	return true;
}

u32 oracle_lapic_word(const struct oracle_lapic *o, unsigned int offset)
{
	u64 val = apr(o);

	if (offset != 0x090)
		read_common(o, offset, &val);
	return val;
}

enum vqc_why oracle_lapic_read(struct oracle_lapic *o, unsigned int offset,
			       u32 *val)
{
	u64 wide = 0;

	begin(o);
	*val = 0;
	if (!o->hw_on)
		return VQC_WHY_APIC_HW_OFF;
	if (o->x2)
		return VQC_WHY_NO_REG;
	if (offset % 16)
		return VQC_WHY_BAD_ACCESS;
	if (offset == 0x0b0)
		return VQC_WHY_WRITE_ONLY;
	if (offset == 0x020) {
		wide = (u64)o->id << 24;
	} else if (offset == 0x090) {
		wide = apr(o);
	} else if (offset == 0x0e0) {
		wide = o->dfr_model * 0x10000000ull + 0xfffffff;
	} else if (offset == 0x300) {
		wide = o->icr_low;
	} else if (offset == 0x310) {
		wide = o->icr_high;
	} else if (offset != 0x0c0 && !read_common(o, offset, &wide)) {
		oracle_lapic_fail_noted(o, ERR_REG);
		return VQC_WHY_NO_REG;
	}
	*val = wide;
	return VQC_WHY_DELIVERED;
}

enum vqc_why oracle_lapic_rdmsr(struct oracle_lapic *o, u32 msr, u64 *val)
{
	unsigned int offset = (msr & 0xff) * 16;

	begin(o);
	*val = 0;
	if (!o->x2 || msr < 0x800 || msr > 0x8ff)
		return VQC_WHY_NO_REG;
	if (msr == 0x80b || msr == 0x83f)
		return VQC_WHY_WRITE_ONLY;
	if (msr == 0x802)
		*val = o->id;
	else if (msr == 0x830)
		*val = (u64)o->icr_high << 32 | o->icr_low;
	else if (!read_common(o, offset, val))
		return VQC_WHY_NO_REG;
	return VQC_WHY_DELIVERED;
}

static void expect_msg(struct oracle_lapic *o, const struct vqc_msg *msg)
{
	struct oracle_lapic_event *e = expect(o, VQC_FX_MSG);

	e->vector = msg->vector;
	e->msg = *msg;
}

static void refuse_vector(struct oracle_lapic *o, u8 vector, bool to_self)
{
	oracle_lapic_fail_noted(o, ERR_SEND);
	if (to_self && o->sw_on)
		oracle_lapic_fail_noted(o, ERR_RECV);
	expect_note(o, VQC_WHY_ILLEGAL_VECTOR, vector);
}

static void send(struct oracle_lapic *o)
{
	u8 mode = o->icr_low >> 8 & 7, vector = o->icr_low;
	bool level = mode == 5 && (o->icr_low & 0x8000);

	if (mode < 2 && vector < 16)
		refuse_vector(o, vector, (o->icr_low >> 18 & 3) == VQC_SH_SELF);
	else if (mode == 3 || mode == 7)
		expect_note(o, VQC_WHY_BAD_MODE, vector);
	else if (level && !(o->icr_low & 0x4000))
		expect_note(o, VQC_WHY_INIT_DEASSERT, vector);
	else
		expect_msg(o, &(struct vqc_msg){
			.vector = vector,
			.mode = mode,
			.shorthand = o->icr_low >> 18 & 3,
			.dest = o->x2 ? o->icr_high : o->icr_high >> 24,
			.flags = (o->icr_low & 0x800 ? VQC_MSG_LOGICAL : 0) +
				 (level ? VQC_MSG_LEVEL : 0) + VQC_MSG_ASSERT +
				 (o->x2 ? VQC_MSG_X2DEST : 0),
		});
}

static void send_self(struct oracle_lapic *o, u8 vector)
{
	if (vector < 16)
		refuse_vector(o, vector, true);
	else
		expect_msg(o, &(struct vqc_msg){
			.vector = vector,
			.dest = o->id,
			.shorthand = VQC_SH_SELF,
			.flags = VQC_MSG_ASSERT + VQC_MSG_X2DEST,
		});
}

static void write_timer_entry(struct oracle_lapic *o, u32 val)
{
	struct oracle_lapic_lvt *e = &o->lvt[VQC_LVT_IDX_TIMER];
	u8 mode = val >> 17 & 3;

	if (!(o->cfg & VQC_LAPIC_CFG_TSC_DEADLINE))
		mode &= 1;
	if (mode != e->timer) {
		o->timer_said = true;
		if (mode > 1 || e->timer > 1) {
			o->initial = 0;
			o->left_ns = 0;
			o->deadline = 0;
		}
	}
	e->timer = mode;
}

static void write_lvt(struct oracle_lapic *o, enum vqc_lvt idx, u32 val)
{
	struct oracle_lapic_lvt *e = &o->lvt[idx];
	bool has_mode = idx != VQC_LVT_IDX_TIMER && idx != VQC_LVT_IDX_ERROR;
	bool is_lint = idx == VQC_LVT_IDX_LINT0 || idx == VQC_LVT_IDX_LINT1;
	u8 old = e->vector;

	e->vector = val;
	e->masked = !o->sw_on || (val & 0x10000);
	e->mode = has_mode ? val >> 8 & 7 : 0;
	e->low = is_lint && (val & 0x2000);
	e->level = is_lint && (val & 0x8000);
	if (idx == VQC_LVT_IDX_TIMER)
		write_timer_entry(o, val);
	if (idx != VQC_LVT_IDX_LINT0)
		return;
	if (!oracle_lapic_lint0_is_level(o) || e->vector != old)
		e->in_flight = false;
	if (oracle_lapic_lint0_is_level(o) && o->pin[0])
		oracle_lapic_look_at_lint0(o);
}

static void write_svr(struct oracle_lapic *o, u32 val)
{
	bool was = o->sw_on;
	unsigned int i;

	o->spurious = val;
	o->sw_on = val & 0x100;
	o->focus = val & 0x200;
	o->no_broadcast = (val & 0x1000) &&
			  (o->cfg & VQC_LAPIC_CFG_SUPPRESS_EOI);
	if (was != o->sw_on)
		expect(o, VQC_FX_DEST);
	for (i = 0; i < VQC_NR_LVTS; i++)
		if (was && !o->sw_on)
			o->lvt[i].masked = true;
}

static void write_esr(struct oracle_lapic *o)
{
	unsigned int i;

	o->esr = 0;
	for (i = 0; i < 8; i++)
		o->esr += o->error[i] << i;
	memset(o->error, 0, sizeof(o->error));
}

static void write_initial(struct oracle_lapic *o, u32 val)
{
	if (o->lvt[VQC_LVT_IDX_TIMER].timer > 1)
		return;
	o->initial = val;
	o->left_ns = val ? oracle_lapic_full_count_ns(o) : 0;
	o->timer_said = true;
}

static void write_divide(struct oracle_lapic *o, u32 val)
{
	u64 old = oracle_lapic_divisor(o);

	o->divide_code = val & 0xb;
	if (!o->left_ns)
		return;
	o->left_ns = o->left_ns * oracle_lapic_divisor(o) / old;
	if (!o->left_ns)
		o->left_ns = 1;
	if (o->left_ns > oracle_lapic_full_count_ns(o))
		o->left_ns = oracle_lapic_full_count_ns(o);
	o->timer_said = true;
}

/* Registers that both views have and that are written alike. */
static bool write_common(struct oracle_lapic *o, unsigned int offset, u32 val)
{
	if (lvt_at(o, offset) >= 0)
		write_lvt(o, lvt_at(o, offset), val);
	else if (offset == 0x080)
		o->tpr = val;
	else if (offset == 0x0b0)
		oracle_lapic_end(o);
	else if (offset == 0x0f0)
		write_svr(o, val);
	else if (offset == 0x280)
		write_esr(o);
	else if (offset == 0x380)
		write_initial(o, val);
	else if (offset == 0x3e0)
		write_divide(o, val);
	else
		return false;
	return true;
}

static bool read_only(unsigned int offset)
{
	return offset == 0x030 || offset == 0x0a0 || offset == 0x390 ||
	       (offset >= 0x100 && offset < 0x280);
}

/* What only the page has, or has in another form. */
static bool write_page_only(struct oracle_lapic *o, unsigned int offset, u32 val)
{
	switch (offset) {
	case 0x020:
		o->id = val >> 24;
		expect(o, VQC_FX_DEST);
		return true;
	case 0x0d0:
		o->logical_id = val >> 24;
		expect(o, VQC_FX_DEST);
		return true;
	case 0x0e0:
		o->dfr_model = val >> 28;
		expect(o, VQC_FX_DEST);
		return true;
	case 0x300:
		o->icr_low = val & 0x000ccfff;
		send(o);
		return true;
	case 0x310:
		o->icr_high = val & 0xff000000;
		return true;
	default:
		return false;
	}
}

enum vqc_why oracle_lapic_write(struct oracle_lapic *o, unsigned int offset,
				u32 val)
{
	begin(o);
	if (!o->hw_on)
		return VQC_WHY_APIC_HW_OFF;
	if (o->x2)
		return VQC_WHY_NO_REG;
	if (offset % 16)
		return VQC_WHY_BAD_ACCESS;
	if (read_only(offset) || offset == 0x090 || offset == 0x0c0)
		return VQC_WHY_READ_ONLY;
	if (write_page_only(o, offset, val) || write_common(o, offset, val))
		return VQC_WHY_DELIVERED;
	oracle_lapic_fail_noted(o, ERR_REG);
	return VQC_WHY_NO_REG;
}

u64 oracle_lapic_msr_bits(const struct oracle_lapic *o, unsigned int offset)
{
	bool suppress = o->cfg & VQC_LAPIC_CFG_SUPPRESS_EOI;
	bool tsc = o->cfg & VQC_LAPIC_CFG_TSC_DEADLINE;

	switch (offset) {
	case 0x080:
	case 0x3f0:
		return 0xff;
	case 0x0f0:
		return suppress ? 0x13ff : 0x3ff;
	case 0x300:
		return 0xffffffff000cdfffull;
	case 0x320:
		return tsc ? 0x710ff : 0x310ff;
	case 0x2f0:
	case 0x330:
	case 0x340:
		return 0x117ff;
	case 0x350:
	case 0x360:
		return 0x1f7ff;
	case 0x370:
		return 0x110ff;
	case 0x380:
		return 0xffffffff;
	case 0x3e0:
		return 0xb;
	default:
		return 0;
	}
}

enum vqc_why oracle_lapic_wrmsr(struct oracle_lapic *o, u32 msr, u64 val)
{
	unsigned int offset = (msr & 0xff) * 16;

	begin(o);
	if (!o->x2 || msr < 0x800 || msr > 0x8ff)
		return VQC_WHY_NO_REG;
	if (read_only(offset) || offset == 0x020 || offset == 0x0d0)
		return VQC_WHY_READ_ONLY;
	if (offset != 0x080 && offset != 0x0b0 && offset != 0x0f0 &&
	    offset != 0x280 && offset != 0x300 && offset != 0x380 &&
	    offset != 0x3e0 && offset != 0x3f0 && lvt_at(o, offset) < 0)
		return VQC_WHY_NO_REG;
	if (val & ~oracle_lapic_msr_bits(o, offset))
		return VQC_WHY_RESERVED_BITS;
	if (offset == 0x300) {
		o->icr_low = val & 0xccfff;
		o->icr_high = val >> 32;
		send(o);
	} else if (offset == 0x3f0) {
		send_self(o, val);
	} else {
		write_common(o, offset, val);
	}
	return VQC_WHY_DELIVERED;
}
