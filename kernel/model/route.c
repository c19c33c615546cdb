// SPDX-License-Identifier: GPL-2.0-only
/*
 * The routing table: from a GSI to chip pins, or to a message.
 *
 * A table is checked whole and built whole, then never changed, so that its
 * readers need no lock and nobody meets half of a new wiring.  Nothing here
 * allocates: the caller brings the memory.
 */
#include <linux/nospec.h>

#include "route.h"

/* GSIs that one pass of the check looks at: bounds the stack it takes. */
#define VQC_ROUTE_PASS		512u

/* What a GSI leads to already, a bit per place that takes it only once. */
#define VQC_SEEN_PIC(half)	BIT(half)
#define VQC_SEEN_IOAPIC		BIT(2)
#define VQC_SEEN_MSI		BIT(3)

/* The place an entry leads to, or 0 if there is none. */
static u8 vqc_route_place(const struct vqc_route *entry)
{
	if (entry->gsi >= VQC_NR_GSIS)
		return 0;

	switch (entry->kind) {
	case VQC_ROUTE_PIC:
		if (entry->pin >= VQC_NR_PIC_PINS)
			return 0;
		return VQC_SEEN_PIC(entry->pin / 8);
	case VQC_ROUTE_IOAPIC:
		return entry->pin < VQC_NR_IOAPIC_PINS ? VQC_SEEN_IOAPIC : 0;
	case VQC_ROUTE_MSI:
		return VQC_SEEN_MSI;
	default:
		return 0;
	}
}

/* Check the entries of GSIs @base .. @base + VQC_ROUTE_PASS - 1. */
static bool vqc_route_pass_ok(const struct vqc_route *entries, u32 nr, u32 base)
{
	u8 seen[VQC_ROUTE_PASS] = {};
	u32 i;

	for (i = 0; i < nr; i++) {
		u32 slot = entries[i].gsi - base;
		u8 place = vqc_route_place(&entries[i]);

		if (entries[i].gsi < base || slot >= VQC_ROUTE_PASS)
			continue;
		if ((seen[slot] & place) || (seen[slot] & VQC_SEEN_MSI))
			return false;
		if (place == VQC_SEEN_MSI && seen[slot])
			return false;
		seen[slot] |= place;
	}
	return true;
}

static u32 vqc_route_nr_gsis(const struct vqc_route *entries, u32 nr)
{
	u32 i, nr_gsis = 0;

	for (i = 0; i < nr; i++)
		nr_gsis = max(nr_gsis, entries[i].gsi + 1);
	return nr_gsis;
}

int vqc_route_check(const struct vqc_route *entries, u32 nr)
{
	u32 i, base, nr_gsis;

	if (nr > VQC_MAX_ROUTES)
		return -EINVAL;

	for (i = 0; i < nr; i++)
		if (!vqc_route_place(&entries[i]))
			return -EINVAL;

	nr_gsis = vqc_route_nr_gsis(entries, nr);
	for (base = 0; base < nr_gsis; base += VQC_ROUTE_PASS)
		if (!vqc_route_pass_ok(entries, nr, base))
			return -EINVAL;
	return 0;
}

size_t vqc_route_table_bytes(const struct vqc_route *entries, u32 nr)
{
	u32 nr_gsis = vqc_route_nr_gsis(entries, nr);

	return sizeof(struct vqc_route_table) +
	       (size_t)nr * sizeof(struct vqc_route) +
	       (size_t)(nr_gsis + 1) * sizeof(u16);
}

void vqc_route_table_build(struct vqc_route_table *table,
			   const struct vqc_route *entries, u32 nr)
{
	u32 nr_gsis = vqc_route_nr_gsis(entries, nr);
	u16 *first;
	u32 i;

	table->nr = nr;
	table->nr_gsis = nr_gsis;
	table->route = (struct vqc_route *)(table + 1);
	table->first = (u16 *)(table->route + nr);
	first = table->first;

	/* A counting sort: how many of each, where each begins, then place. */
	memset(first, 0, (nr_gsis + 1) * sizeof(*first));
	for (i = 0; i < nr; i++)
		first[entries[i].gsi + 1]++;
	for (i = 0; i < nr_gsis; i++)
		first[i + 1] += first[i];
	for (i = 0; i < nr; i++)
		table->route[first[entries[i].gsi]++] = entries[i];

	/* Placing moved each GSI's begin to its end: the next one's begin. */
	memmove(first + 1, first, nr_gsis * sizeof(*first));
	first[0] = 0;
}

const struct vqc_route *vqc_route_lookup(const struct vqc_route_table *table,
					 u32 gsi, unsigned int *nr)
{
	*nr = 0;
	if (gsi >= table->nr_gsis)
		return NULL;

	gsi = array_index_nospec(gsi, table->nr_gsis);
	*nr = table->first[gsi + 1] - table->first[gsi];
	return *nr ? &table->route[table->first[gsi]] : NULL;
}

u32 vqc_route_default(struct vqc_route *entries)
{
	u32 gsi, nr = 0;

	for (gsi = 0; gsi < VQC_NR_IOAPIC_PINS; gsi++) {
		if (gsi < VQC_NR_PIC_PINS)
			entries[nr++] = (struct vqc_route){
				.gsi = gsi, .kind = VQC_ROUTE_PIC, .pin = gsi,
			};
		entries[nr++] = (struct vqc_route){
			.gsi = gsi, .kind = VQC_ROUTE_IOAPIC, .pin = gsi,
		};
	}
	return nr;
}
