/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The routing table: GSI to chip pins, or to a message.  A table is built
 * whole, validated, and never changed afterwards.
 */
#ifndef VQC_MODEL_ROUTE_H
#define VQC_MODEL_ROUTE_H

#include "types.h"

#define VQC_NR_GSIS		4096u
#define VQC_MAX_ROUTES		4096u
/* PIC master, PIC slave, IOAPIC: a GSI reaches each chip once at the most. */
#define VQC_ROUTES_PER_GSI	3u

/** enum vqc_route_kind - what a GSI leads to */
enum vqc_route_kind {
	VQC_ROUTE_PIC,		/* pin 0..15 of the pair */
	VQC_ROUTE_IOAPIC,	/* pin 0..23 */
	VQC_ROUTE_MSI,
	VQC_NR_ROUTE_KINDS
};

/**
 * struct vqc_route - one entry
 * @gsi: 0..VQC_NR_GSIS - 1
 * @kind: enum vqc_route_kind
 * @pin: pin of the chip
 * @msi_data: for VQC_ROUTE_MSI
 * @msi_address: for VQC_ROUTE_MSI
 */
struct vqc_route {
	u32 gsi;
	u8 kind;
	u8 pin;
	u32 msi_data;
	u64 msi_address;
};

/**
 * struct vqc_route_table - immutable table
 * @nr: number of entries
 * @nr_gsis: GSIs 0..@nr_gsis - 1 have a place in @first
 * @route: entries in ascending order of GSI (in the tail)
 * @first: index into @route of a GSI's first entry; @first[gsi + 1] ends it
 *	(@nr_gsis + 1 of them, in the tail)
 */
struct vqc_route_table {
	u32 nr;
	u32 nr_gsis;
	struct vqc_route *route;
	u16 *first;
};

/**
 * vqc_route_check - may these entries become a table
 * @entries: the entries in any order
 * @nr: 0..VQC_MAX_ROUTES
 *
 * Context: any; takes linear time in @nr plus the GSIs.
 * Return: 0; -EINVAL: too many entries, GSI or pin out of range, unknown kind,
 * an MSI that is not its GSI's only entry, or a GSI that reaches the same half
 * of the PIC pair or the IOAPIC twice.
 */
int vqc_route_check(const struct vqc_route *entries, u32 nr);

/**
 * vqc_route_table_bytes - memory that a table with its tails needs
 * @entries: the entries
 * @nr: how many
 *
 * Context: any.
 * Return: bytes.
 */
size_t vqc_route_table_bytes(const struct vqc_route *entries, u32 nr);

/**
 * vqc_route_table_build - fill a table
 * @table: vqc_route_table_bytes() of memory; set up whole here
 * @entries: entries that vqc_route_check() accepted
 * @nr: how many
 *
 * Context: any.
 */
void vqc_route_table_build(struct vqc_route_table *table,
			   const struct vqc_route *entries, u32 nr);

/**
 * vqc_route_lookup - the entries of a GSI
 * @table: the table
 * @gsi: any number
 * @nr: where to put the number of entries, 0..VQC_ROUTES_PER_GSI
 *
 * Context: any; constant time.
 * Return: the first entry, NULL if there is none.
 */
const struct vqc_route *vqc_route_lookup(const struct vqc_route_table *table,
					 u32 gsi, unsigned int *nr);

/**
 * vqc_route_default - the wiring of a PC: GSI 0..15 to PIC and IOAPIC pins of
 * the same number, 16..23 to the IOAPIC
 * @entries: room for VQC_NR_PIC_PINS + VQC_NR_IOAPIC_PINS entries
 *
 * Context: any.
 * Return: number of entries written.
 */
u32 vqc_route_default(struct vqc_route *entries);

#endif /* VQC_MODEL_ROUTE_H */
