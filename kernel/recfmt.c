// SPDX-License-Identifier: GPL-2.0-only
/*
 * The states of the chips in a recording, and their digest.
 *
 * A field has the same name in the model and in the recording, so one list of
 * them copies in either direction. Fields of both that are missing in the list
 * would be lost: the model's check functions and the replay of recordings find
 * that.
 */
#include <linux/build_bug.h>
#include <linux/kernel.h>

#include "recfmt.h"

#define VQC_COPY_8259(to, from)				\
do {							\
	(to)->irr = (from)->irr;			\
	(to)->imr = (from)->imr;			\
	(to)->isr = (from)->isr;			\
	(to)->irq_base = (from)->irq_base;		\
	(to)->elcr = (from)->elcr;			\
	(to)->lowest = (from)->lowest;			\
	(to)->icw1 = (from)->icw1;			\
	(to)->icw3 = (from)->icw3;			\
	(to)->icw4 = (from)->icw4;			\
	(to)->step = (from)->step;			\
	(to)->read_isr = (from)->read_isr;		\
	(to)->poll = (from)->poll;			\
	(to)->smm = (from)->smm;			\
	(to)->rotate_aeoi = (from)->rotate_aeoi;	\
	(to)->lines = (from)->lines;			\
} while (0)

#define VQC_COPY_PIC(to, from)				\
do {							\
	VQC_COPY_8259(&(to)->chip[0], &(from)->chip[0]);	\
	VQC_COPY_8259(&(to)->chip[1], &(from)->chip[1]);	\
	(to)->strict_edge = (from)->strict_edge;	\
} while (0)

#define VQC_COPY_IOAPIC(to, from)			\
do {							\
	memcpy((to)->rte, (from)->rte, sizeof((to)->rte));	\
	memcpy((to)->inflight, (from)->inflight,	\
	       sizeof((to)->inflight));			\
	memcpy((to)->storm, (from)->storm, sizeof((to)->storm));	\
	(to)->lines = (from)->lines;			\
	(to)->pending = (from)->pending;		\
	(to)->deferred = (from)->deferred;		\
	(to)->rewritten = (from)->rewritten;		\
	(to)->id = (from)->id;				\
	(to)->regsel = (from)->regsel;			\
	(to)->version = (from)->version;		\
	(to)->electrical = (from)->electrical;		\
} while (0)

#define VQC_COPY_CHANNEL(to, from)			\
do {							\
	(to)->start_ns = (from)->start_ns;		\
	(to)->stop_ns = (from)->stop_ns;		\
	(to)->switch_ns = (from)->switch_ns;		\
	(to)->ticks = (from)->ticks;			\
	(to)->owed = (from)->owed;			\
	(to)->count = (from)->count;			\
	(to)->run = (from)->run;			\
	(to)->skip = (from)->skip;			\
	(to)->count_latch = (from)->count_latch;	\
	(to)->held = (from)->held;			\
	(to)->control = (from)->control;		\
	(to)->mode = (from)->mode;			\
	(to)->bcd = (from)->bcd;			\
	(to)->access = (from)->access;			\
	(to)->gate = (from)->gate;			\
	(to)->read_msb = (from)->read_msb;		\
	(to)->write_msb = (from)->write_msb;		\
	(to)->write_latch = (from)->write_latch;	\
	(to)->count_latched = (from)->count_latched;	\
	(to)->status_latched = (from)->status_latched;	\
	(to)->status_latch = (from)->status_latch;	\
	(to)->armed = (from)->armed;			\
	(to)->null_count = (from)->null_count;		\
} while (0)

#define VQC_COPY_LAPIC(to, from)			\
do {							\
	(to)->base = (from)->base;			\
	(to)->icr = (from)->icr;			\
	(to)->tsc_deadline = (from)->tsc_deadline;	\
	(to)->timer_deadline_ns = (from)->timer_deadline_ns;	\
	(to)->events = (from)->events;			\
	(to)->errors = (from)->errors;			\
	(to)->id = (from)->id;				\
	(to)->initial_id = (from)->initial_id;		\
	(to)->tpr = (from)->tpr;			\
	(to)->ldr = (from)->ldr;			\
	(to)->dfr = (from)->dfr;			\
	(to)->svr = (from)->svr;			\
	(to)->esr = (from)->esr;			\
	(to)->tmict = (from)->tmict;			\
	(to)->tdcr = (from)->tdcr;			\
	memcpy((to)->lvt, (from)->lvt, sizeof((to)->lvt));	\
	(to)->cfg = (from)->cfg;			\
	(to)->sipi_vector = (from)->sipi_vector;	\
	(to)->wait_sipi = (from)->wait_sipi;		\
	(to)->lint = (from)->lint;			\
} while (0)

/* A vector's place in a register of 32 bits is the same on every machine. */
static void vqc_save_vectors(const unsigned long *from, u32 *to)
{
	unsigned int n;

	for (n = 0; n < VQC_NR_VECTORS / 32; n++)
		to[n] = from[BIT_WORD(n * 32)] >> (n * 32 % BITS_PER_LONG);
}

static void vqc_load_vectors(const u32 *from, unsigned long *to)
{
	unsigned int n;

	for (n = 0; n < VQC_NR_VECTORS / 32; n++)
		to[BIT_WORD(n * 32)] |=
			(unsigned long)from[n] << (n * 32 % BITS_PER_LONG);
}

static void vqc_rec_save_lapic(const struct vqc_lapic *from,
			       struct virqchip_rec_lapic *to)
{
	BUILD_BUG_ON(sizeof(to->lvt) != sizeof(from->lvt));
	VQC_COPY_LAPIC(to, from);
	vqc_save_vectors(from->irr, to->irr);
	vqc_save_vectors(from->isr, to->isr);
	vqc_save_vectors(from->tmr, to->tmr);
}

static void vqc_rec_load_lapic(const struct virqchip_rec_lapic *from,
			       struct vqc_lapic *to)
{
	memset(to, 0, sizeof(*to));
	VQC_COPY_LAPIC(to, from);
	vqc_load_vectors(from->irr, to->irr);
	vqc_load_vectors(from->isr, to->isr);
	vqc_load_vectors(from->tmr, to->tmr);
}

static void vqc_rec_save_ioapic(const struct vqc_ioapic *from,
				struct virqchip_rec_ioapic *to)
{
	BUILD_BUG_ON(sizeof(to->rte) != sizeof(from->rte));
	BUILD_BUG_ON(sizeof(to->inflight) != sizeof(from->inflight));
	BUILD_BUG_ON(sizeof(to->storm) != sizeof(from->storm));
	VQC_COPY_IOAPIC(to, from);
}

static void vqc_rec_load_ioapic(const struct virqchip_rec_ioapic *from,
				struct vqc_ioapic *to)
{
	memset(to, 0, sizeof(*to));
	VQC_COPY_IOAPIC(to, from);
}

static void vqc_rec_save_pit(const struct vqc_pit *from,
			     struct virqchip_rec_pit *to)
{
	unsigned int n;

	for (n = 0; n < VQC_NR_PIT_CHANNELS; n++)
		VQC_COPY_CHANNEL(&to->channel[n], &from->ch[n]);
	to->speaker = from->speaker;
	to->irq_disabled = from->irq_disabled;
}

static void vqc_rec_load_pit(const struct virqchip_rec_pit *from,
			     struct vqc_pit *to)
{
	unsigned int n;

	memset(to, 0, sizeof(*to));
	for (n = 0; n < VQC_NR_PIT_CHANNELS; n++)
		VQC_COPY_CHANNEL(&to->ch[n], &from->channel[n]);
	to->speaker = from->speaker;
	to->irq_disabled = from->irq_disabled;
}

static void vqc_rec_load_pic(const struct virqchip_rec_pic *from,
			     struct vqc_pic *to)
{
	memset(to, 0, sizeof(*to));
	VQC_COPY_PIC(to, from);
}

static void vqc_rec_save_pic(const struct vqc_pic *from,
			     struct virqchip_rec_pic *to)
{
	VQC_COPY_PIC(to, from);
}

unsigned int vqc_rec_state_bytes(unsigned int chip)
{
	switch (chip) {
	case VIRQCHIP_CHIP_PIC:
		return sizeof(struct virqchip_rec_pic);
	case VIRQCHIP_CHIP_IOAPIC:
		return sizeof(struct virqchip_rec_ioapic);
	case VIRQCHIP_CHIP_LAPIC:
		return sizeof(struct virqchip_rec_lapic);
	case VIRQCHIP_CHIP_PIT:
		return sizeof(struct virqchip_rec_pit);
	default:
		return 0;
	}
}

void vqc_rec_save(unsigned int chip, const void *model,
		  union vqc_rec_chip *to)
{
	memset(to, 0, vqc_rec_state_bytes(chip));
	switch (chip) {
	case VIRQCHIP_CHIP_PIC:
		vqc_rec_save_pic(model, &to->pic);
		break;
	case VIRQCHIP_CHIP_IOAPIC:
		vqc_rec_save_ioapic(model, &to->ioapic);
		break;
	case VIRQCHIP_CHIP_LAPIC:
		vqc_rec_save_lapic(model, &to->lapic);
		break;
	case VIRQCHIP_CHIP_PIT:
		vqc_rec_save_pit(model, &to->pit);
		break;
	}
}

void vqc_rec_load(unsigned int chip, const union vqc_rec_chip *from,
		  void *model)
{
	switch (chip) {
	case VIRQCHIP_CHIP_PIC:
		vqc_rec_load_pic(&from->pic, model);
		break;
	case VIRQCHIP_CHIP_IOAPIC:
		vqc_rec_load_ioapic(&from->ioapic, model);
		break;
	case VIRQCHIP_CHIP_LAPIC:
		vqc_rec_load_lapic(&from->lapic, model);
		break;
	case VIRQCHIP_CHIP_PIT:
		vqc_rec_load_pit(&from->pit, model);
		break;
	}
}

/* ---- the digest ---- */

#define VQC_FNV_BASIS	0xcbf29ce484222325ull
#define VQC_FNV_PRIME	0x100000001b3ull

static u64 vqc_fnv(u64 hash, u64 word)
{
	return (hash ^ word) * VQC_FNV_PRIME;
}

static u64 vqc_fnv_effect(u64 hash, const struct vqc_fx_item *item)
{
	u64 word = item->deadline_ns;

	/* Its bytes stand as they do in a message's structure. */
	BUILD_BUG_ON(sizeof(item->msg) != sizeof(word));
	hash = vqc_fnv(hash, item->kind | (u64)item->pin << 8 |
		       (u64)item->vector << 16 | (u64)item->why << 24);
	return vqc_fnv(hash, word);
}

u32 vqc_rec_digest(unsigned int chip, const union vqc_rec_chip *state,
		   const struct vqc_fx *fx, unsigned int first)
{
	unsigned int n, words = vqc_rec_state_bytes(chip) / sizeof(u64);
	const u64 *word = (const u64 *)state;
	u64 hash = VQC_FNV_BASIS;

	BUILD_BUG_ON(sizeof(struct virqchip_rec_pic) % sizeof(u64));
	BUILD_BUG_ON(sizeof(struct virqchip_rec_ioapic) % sizeof(u64));
	BUILD_BUG_ON(sizeof(struct virqchip_rec_lapic) % sizeof(u64));
	BUILD_BUG_ON(sizeof(struct virqchip_rec_pit) % sizeof(u64));
	for (n = 0; n < words; n++)
		hash = vqc_fnv(hash, word[n]);
	for (n = first; fx && n < fx->nr; n++)
		hash = vqc_fnv_effect(hash, &fx->item[n]);
	return hash ^ hash >> 32;
}
