// SPDX-License-Identifier: GPL-2.0-only
/*
 * Snapshots: the one place where states are copied between the chips and the
 * structures of the UAPI.
 *
 * Field by field, never by memcpy of a whole structure: the two may differ in
 * layout, hold padding, or grow apart. What comes from outside goes through the
 * model's set_state, which makes it valid before anything looks at it; only
 * fields that the UAPI declares reserved are judged here.
 *
 * The structures for KVM's ioctls are converted in kvm/state.c, to and from the
 * models' own, by the first half of this file.
 */
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include <linux/virqchip.h>

#include "fabric.h"
#include "record.h"
#include "snapshot.h"

/* ---- the chips, as their models see them ---- */

void vqc_snapshot_get_pic(struct vqc_fabric *f, struct vqc_pic *pic)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&f->pic_lock, flags);
	*pic = f->pic;
	raw_spin_unlock_irqrestore(&f->pic_lock, flags);
}

void vqc_snapshot_set_pic(struct vqc_fabric *f, const struct vqc_pic *pic)
{
	struct vqc_pic state = *pic;
	unsigned long flags;
	VQC_DEFINE_FX(fx);

	raw_spin_lock_irqsave(&f->pic_lock, flags);
	state.strict_edge = f->pic.strict_edge;
	vqc_pic_set_state(&f->pic, &state, &fx);
	vqc_rec_loaded(f, VIRQCHIP_CHIP_PIC);
	vqc_pic_op_end(f, flags, &fx);
}

void vqc_snapshot_set_8259(struct vqc_fabric *f, bool slave,
			   const struct vqc_8259 *chip)
{
	struct vqc_pic pair;
	unsigned long flags;
	VQC_DEFINE_FX(fx);

	raw_spin_lock_irqsave(&f->pic_lock, flags);
	pair = f->pic;
	pair.chip[slave] = *chip;
	vqc_pic_set_state(&f->pic, &pair, &fx);
	vqc_rec_loaded(f, VIRQCHIP_CHIP_PIC);
	vqc_pic_op_end(f, flags, &fx);
}

void vqc_snapshot_get_ioapic(struct vqc_fabric *f, struct vqc_ioapic *io)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&f->ioapic_lock, flags);
	*io = f->ioapic;
	raw_spin_unlock_irqrestore(&f->ioapic_lock, flags);
}

void vqc_snapshot_set_ioapic(struct vqc_fabric *f, const struct vqc_ioapic *io)
{
	unsigned long flags;
	VQC_DEFINE_FX(fx);

	raw_spin_lock_irqsave(&f->ioapic_lock, flags);
	vqc_ioapic_set_state(&f->ioapic, io, &fx);
	vqc_rec_loaded(f, VIRQCHIP_CHIP_IOAPIC);
	raw_spin_unlock_irqrestore(&f->ioapic_lock, flags);
	vqc_drain_ioapic(f, &fx);
}

void vqc_snapshot_get_pit(struct vqc_fabric *f, struct vqc_pit *pit)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&f->pit_lock, flags);
	*pit = f->pit;
	raw_spin_unlock_irqrestore(&f->pit_lock, flags);
}

static void vqc_load_pit_state(struct vqc_fabric *f, const struct vqc_pit *pit,
			       u64 owed, bool unacked)
{
	unsigned long flags;
	VQC_DEFINE_FX(fx);

	raw_spin_lock_irqsave(&f->pit_lock, flags);
	vqc_pit_set_state(&f->pit, pit, ktime_get_ns(), &fx);
	vqc_rec_loaded(f, VIRQCHIP_CHIP_PIT);
	f->pit_owed = owed;
	f->pit_unacked = unacked;
	raw_spin_unlock_irqrestore(&f->pit_lock, flags);
	vqc_pit_rearm(f);
}

void vqc_snapshot_set_pit(struct vqc_fabric *f, const struct vqc_pit *pit)
{
	vqc_load_pit_state(f, pit, 0, false);
}

/* ---- the 8259 pair ---- */

static void vqc_save_8259(const struct vqc_8259 *from,
			  struct virqchip_8259_state *to)
{
	to->irr = from->irr;
	to->imr = from->imr;
	to->isr = from->isr;
	to->irq_base = from->irq_base;
	to->elcr = from->elcr;
	to->lowest = from->lowest;
	to->icw1 = from->icw1;
	to->icw3 = from->icw3;
	to->icw4 = from->icw4;
	to->step = from->step;
	to->read_isr = from->read_isr;
	to->poll = from->poll;
	to->smm = from->smm;
	to->rotate_aeoi = from->rotate_aeoi;
	to->lines = from->lines;
}

static void vqc_load_8259(const struct virqchip_8259_state *from,
			  struct vqc_8259 *to)
{
	to->irr = from->irr;
	to->imr = from->imr;
	to->isr = from->isr;
	to->irq_base = from->irq_base;
	to->elcr = from->elcr;
	to->lowest = from->lowest;
	to->icw1 = from->icw1;
	to->icw3 = from->icw3;
	to->icw4 = from->icw4;
	to->step = from->step;
	to->read_isr = from->read_isr;
	to->poll = from->poll;
	to->smm = from->smm;
	to->rotate_aeoi = from->rotate_aeoi;
	to->lines = from->lines;
}

static int vqc_save_pic(struct vqc_fabric *f, struct vqc_cpu *cpu, void *state)
{
	struct virqchip_pic_state *to = state;
	struct vqc_pic pic;
	unsigned int n;

	vqc_snapshot_get_pic(f, &pic);
	for (n = 0; n < ARRAY_SIZE(to->chip); n++)
		vqc_save_8259(&pic.chip[n], &to->chip[n]);
	return 0;
}

static int vqc_load_pic(struct vqc_fabric *f, struct vqc_cpu *cpu,
			const void *state)
{
	const struct virqchip_pic_state *from = state;
	struct vqc_pic pic = {};
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(from->chip); n++) {
		if (from->chip[n].__reserved)
			return -EINVAL;
		vqc_load_8259(&from->chip[n], &pic.chip[n]);
	}
	vqc_snapshot_set_pic(f, &pic);
	return 0;
}

/* ---- the IOAPIC ---- */

static int vqc_save_ioapic(struct vqc_fabric *f, struct vqc_cpu *cpu,
			   void *state)
{
	struct virqchip_ioapic_state *to = state;
	struct vqc_ioapic io;
	unsigned int pin;

	vqc_snapshot_get_ioapic(f, &io);
	to->id = io.id;
	to->regsel = io.regsel;
	to->version = io.version;
	to->lines = io.lines;
	to->pending = io.pending;
	to->deferred = io.deferred;
	to->rewritten = io.rewritten;
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		to->rte[pin] = io.rte[pin];
		to->inflight[pin] = io.inflight[pin];
		to->storm[pin] = io.storm[pin];
	}
	return 0;
}

static int vqc_load_ioapic(struct vqc_fabric *f, struct vqc_cpu *cpu,
			   const void *state)
{
	const struct virqchip_ioapic_state *from = state;
	struct vqc_ioapic io = {};
	unsigned int pin;

	if (memchr_inv(from->__reserved, 0, sizeof(from->__reserved)) ||
	    from->version != f->config.ioapic_version)
		return -EINVAL;

	io.id = from->id;
	io.regsel = from->regsel;
	io.lines = from->lines;
	io.pending = from->pending;
	io.deferred = from->deferred;
	io.rewritten = from->rewritten;
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		io.rte[pin] = from->rte[pin];
		io.inflight[pin] = from->inflight[pin];
		io.storm[pin] = from->storm[pin];
	}
	vqc_snapshot_set_ioapic(f, &io);
	return 0;
}

/* ---- local APICs ---- */

#define VQC_LAPIC_EVENTS \
	(VIRQCHIP_LAPIC_NMI | VIRQCHIP_LAPIC_SMI | VIRQCHIP_LAPIC_INIT | \
	 VIRQCHIP_LAPIC_SIPI | VIRQCHIP_LAPIC_EXTINT)
#define VQC_LAPIC_ERRORS \
	(VQC_ESR_SEND_ILLEGAL | VQC_ESR_RECV_ILLEGAL | VQC_ESR_ILLEGAL_REG)
#define VQC_LAPIC_LINTS		GENMASK(1, 0)
/* The widest IA32_APIC_BASE there is; a fabric has no CPUID to say less. */
#define VQC_SNAPSHOT_PHYS_BITS	52u

static int vqc_save_lapic(struct vqc_fabric *f, struct vqc_cpu *cpu,
			  void *state)
{
	struct virqchip_lapic_state *to = state;
	struct vqc_lapic *l = &cpu->lapic;
	struct vqc_clock clock;
	unsigned long flags;

	vqc_cpu_clock(cpu, &clock);
	raw_spin_lock_irqsave(&cpu->lock, flags);
	to->base = l->base;
	to->events = READ_ONCE(l->events);
	to->errors = READ_ONCE(l->errors);
	to->sipi_vector = l->sipi_vector;
	to->wait_sipi = l->wait_sipi;
	to->lint = l->lint;
	vqc_lapic_get_page(l, to->regs, true, &clock);
	raw_spin_unlock_irqrestore(&cpu->lock, flags);
	return 0;
}

static int vqc_load_lapic_regs(struct vqc_lapic *l,
			       const struct virqchip_lapic_state *from,
			       const struct vqc_clock *clock,
			       struct vqc_fx *fx)
{
	int ret;

	vqc_fx_init(fx);
	ret = vqc_lapic_set_base(l, from->base, VQC_SNAPSHOT_PHYS_BITS, true,
				 fx);
	if (ret)
		return ret;
	return vqc_lapic_set_page(l, from->regs, true, clock, fx);
}

/* What the register page does not show. */
static void vqc_load_lapic_hidden(struct vqc_lapic *l,
				  const struct virqchip_lapic_state *from)
{
	WRITE_ONCE(l->events, from->events & VQC_LAPIC_EVENTS);
	WRITE_ONCE(l->errors, from->errors & VQC_LAPIC_ERRORS);
	l->sipi_vector = from->sipi_vector;
	l->wait_sipi = !!from->wait_sipi;
	l->lint = from->lint & VQC_LAPIC_LINTS;
}

/*
 * The mode comes before the registers, which look different in each, and can be
 * refused after it: a copy is asked first, so that a refusal changes nothing.
 */
static int vqc_load_lapic(struct vqc_fabric *f, struct vqc_cpu *cpu,
			  const void *state)
{
	const struct virqchip_lapic_state *from = state;
	struct vqc_rec_hold hold;
	struct vqc_clock clock;
	struct vqc_lapic copy;
	unsigned long flags;
	int ret;
	VQC_DEFINE_FX(fx);

	if (memchr_inv(from->__reserved, 0, sizeof(from->__reserved)))
		return -EINVAL;

	vqc_cpu_clock(cpu, &clock);
	raw_spin_lock_irqsave(&cpu->lock, flags);
	hold = vqc_rec_lapic_hold(cpu);
	copy = cpu->lapic;
	ret = vqc_load_lapic_regs(&copy, from, &clock, &fx);
	if (!ret) {
		ret = vqc_load_lapic_regs(&cpu->lapic, from, &clock, &fx);
		vqc_load_lapic_hidden(&cpu->lapic, from);
	}
	vqc_rec_lapic_loaded(cpu, hold);
	raw_spin_unlock_irqrestore(&cpu->lock, flags);
	if (!ret)
		vqc_drain_lapic(cpu, &fx);
	return ret;
}

/* ---- the PIT ---- */

static u64 vqc_time_since(u64 now_ns, u64 then_ns)
{
	return max_t(s64, now_ns - then_ns, 0);
}

/*
 * Times are kept relative: a snapshot outlives the clock it was taken by, and
 * loaded, they may lie before that clock's zero (see struct vqc_pit_channel).
 * A channel that does not count has none.
 */
static void vqc_save_pit_channel(const struct vqc_pit_channel *from, u64 now_ns,
				 struct virqchip_pit_channel_state *to)
{
	if (from->armed) {
		to->elapsed_ns = vqc_time_since(now_ns, from->start_ns);
		to->stopped_ns = vqc_time_since(now_ns, from->stop_ns);
		to->switch_in_ns = vqc_time_since(from->switch_ns, now_ns);
	}
	to->ticks = from->ticks;
	to->owed = from->owed;
	to->count = from->count;
	to->run = from->run;
	to->skip = from->skip;
	to->count_latch = from->count_latch;
	to->held = from->held;
	to->control = from->control;
	to->mode = from->mode;
	to->bcd = from->bcd;
	to->access = from->access;
	to->gate = from->gate;
	to->read_msb = from->read_msb;
	to->write_msb = from->write_msb;
	to->write_latch = from->write_latch;
	to->count_latched = from->count_latched;
	to->status_latched = from->status_latched;
	to->status_latch = from->status_latch;
	to->armed = from->armed;
	to->null_count = from->null_count;
}

static void vqc_load_pit_channel(const struct virqchip_pit_channel_state *from,
				 u64 now_ns, struct vqc_pit_channel *to)
{
	to->start_ns = now_ns - from->elapsed_ns;
	to->stop_ns = now_ns - from->stopped_ns;
	to->switch_ns = now_ns + from->switch_in_ns;
	to->ticks = from->ticks;
	to->owed = from->owed;
	to->count = from->count;
	to->run = from->run;
	to->skip = from->skip;
	to->count_latch = from->count_latch;
	to->held = from->held;
	to->control = from->control;
	to->mode = from->mode;
	to->bcd = from->bcd;
	to->access = from->access;
	to->gate = from->gate;
	to->read_msb = from->read_msb;
	to->write_msb = from->write_msb;
	to->write_latch = from->write_latch;
	to->count_latched = from->count_latched;
	to->status_latched = from->status_latched;
	to->status_latch = from->status_latch;
	to->armed = from->armed;
	to->null_count = from->null_count;
}

static int vqc_save_pit(struct vqc_fabric *f, struct vqc_cpu *cpu, void *state)
{
	struct virqchip_pit_state *to = state;
	struct vqc_pit pit;
	unsigned long flags;
	unsigned int n;
	u64 now_ns;

	if (!READ_ONCE(f->has_pit))
		return -ENODEV;

	raw_spin_lock_irqsave(&f->pit_lock, flags);
	pit = f->pit;
	to->owed = f->pit_owed;
	to->unacked = f->pit_unacked;
	now_ns = ktime_get_ns();
	raw_spin_unlock_irqrestore(&f->pit_lock, flags);

	for (n = 0; n < VQC_NR_PIT_CHANNELS; n++)
		vqc_save_pit_channel(&pit.ch[n], now_ns, &to->channel[n]);
	to->speaker = pit.speaker;
	to->irq_disabled = pit.irq_disabled;
	return 0;
}

static int vqc_load_pit(struct vqc_fabric *f, struct vqc_cpu *cpu,
			const void *state)
{
	const struct virqchip_pit_state *from = state;
	u64 now_ns = ktime_get_ns();
	struct vqc_pit pit = {};
	unsigned int n;

	if (!READ_ONCE(f->has_pit))
		return -ENODEV;
	if (from->__reserved)
		return -EINVAL;

	for (n = 0; n < VQC_NR_PIT_CHANNELS; n++) {
		const struct virqchip_pit_channel_state *ch = &from->channel[n];

		if (memchr_inv(ch->__reserved, 0, sizeof(ch->__reserved)))
			return -EINVAL;
		vqc_load_pit_channel(ch, now_ns, &pit.ch[n]);
	}
	pit.speaker = from->speaker;
	pit.irq_disabled = from->irq_disabled;
	vqc_load_pit_state(f, &pit, from->owed, from->unacked);
	return 0;
}

/* ---- the wires ---- */

static int vqc_save_lines(struct vqc_fabric *f, struct vqc_cpu *cpu,
			  void *state)
{
	struct virqchip_lines_state *to = state;
	unsigned int pin;

	for (pin = 0; pin < VQC_NR_PIC_PINS; pin++)
		to->pic[pin] = READ_ONCE(f->pic_line[pin].sources);
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++)
		to->ioapic[pin] = READ_ONCE(f->ioapic_line[pin].sources);
	return 0;
}

/* Does not fit where a word has fewer bits than the UAPI's. */
static bool vqc_sources_valid(const __u64 *sources, unsigned int nr)
{
	unsigned int pin;

	for (pin = 0; pin < nr; pin++)
		if (sources[pin] & ~(u64)ULONG_MAX)
			return false;
	return true;
}

static int vqc_load_lines(struct vqc_fabric *f, struct vqc_cpu *cpu,
			  const void *state)
{
	const struct virqchip_lines_state *from = state;
	unsigned int pin;

	if (!vqc_sources_valid(from->pic, VQC_NR_PIC_PINS) ||
	    !vqc_sources_valid(from->ioapic, VQC_NR_IOAPIC_PINS))
		return -EINVAL;

	for (pin = 0; pin < VQC_NR_PIC_PINS; pin++)
		WRITE_ONCE(f->pic_line[pin].sources, from->pic[pin]);
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++)
		WRITE_ONCE(f->ioapic_line[pin].sources, from->ioapic[pin]);
	return 0;
}

/* ---- all of them ---- */

static const struct vqc_snapshot_kind {
	size_t bytes;
	int (*save)(struct vqc_fabric *f, struct vqc_cpu *cpu, void *state);
	int (*load)(struct vqc_fabric *f, struct vqc_cpu *cpu,
		    const void *state);
} vqc_snapshot_kinds[] = {
#define VQC_SNAPSHOT_KIND(NAME, name)					\
	[VIRQCHIP_CHIP_##NAME] = {					\
		.bytes = sizeof(struct virqchip_##name##_state) +	\
			 BUILD_BUG_ON_ZERO(				\
			 sizeof(struct virqchip_##name##_state) >	\
			 VQC_SNAPSHOT_MAX),				\
		.save = vqc_save_##name,				\
		.load = vqc_load_##name,				\
	}
	VQC_SNAPSHOT_KIND(PIC, pic),
	VQC_SNAPSHOT_KIND(IOAPIC, ioapic),
	VQC_SNAPSHOT_KIND(LAPIC, lapic),
	VQC_SNAPSHOT_KIND(PIT, pit),
	VQC_SNAPSHOT_KIND(LINES, lines),
};

size_t vqc_snapshot_bytes(u32 chip)
{
	if (chip >= ARRAY_SIZE(vqc_snapshot_kinds))
		return 0;
	chip = array_index_nospec(chip, ARRAY_SIZE(vqc_snapshot_kinds));
	return vqc_snapshot_kinds[chip].bytes;
}

int vqc_snapshot_save(struct vqc_fabric *f, u32 chip, struct vqc_cpu *cpu,
		      void *state)
{
	return vqc_snapshot_kinds[chip].save(f, cpu, state);
}

int vqc_snapshot_load(struct vqc_fabric *f, u32 chip, struct vqc_cpu *cpu,
		      const void *state)
{
	return vqc_snapshot_kinds[chip].load(f, cpu, state);
}
