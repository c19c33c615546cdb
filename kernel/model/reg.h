/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Register tables: one row per register or bank, one list for dispatch,
 * tracing, state dumps and tests.
 */
#ifndef VQC_MODEL_REG_H
#define VQC_MODEL_REG_H

#include "fx.h"
#include "types.h"

/* Where a register shows, and how. */
#define VQC_REG_R	BIT(0)	/* readable in the memory or index view */
#define VQC_REG_W	BIT(1)	/* writable in the memory or index view */
#define VQC_REG_RW	(VQC_REG_R | VQC_REG_W)
#define VQC_REG_X2R	BIT(2)	/* readable as an x2APIC MSR */
#define VQC_REG_X2W	BIT(3)	/* writable as an x2APIC MSR */
#define VQC_REG_X2RW	(VQC_REG_X2R | VQC_REG_X2W)
#define VQC_REG_CLOCK	BIT(4)	/* an access needs the time */
#define VQC_REG_STATE	BIT(5)	/* part of the saved state */

/**
 * struct vqc_reg - a register, or a bank of equal ones
 * @name: the field's standard name; banks are numbered by their index
 * @first: index of the first register of the bank
 * @count: number of registers in the bank, at least 1
 * @flags: VQC_REG_*
 * @wmask: bits that a write changes; the others are reserved or read-only
 * @read: value of register @n of the bank; NULL if it cannot be read
 * @write: write register @n of the bank; NULL if it cannot be written
 */
struct vqc_reg {
	const char *name;
	u16 first;
	u16 count;
	u16 flags;
	u32 wmask;
	u32 (*read)(const void *chip, unsigned int n,
		    const struct vqc_clock *clock);
	enum vqc_why (*write)(void *chip, unsigned int n, u32 val,
			      const struct vqc_clock *clock, struct vqc_fx *fx);
};

/**
 * vqc_reg_find - look a register up
 * @table: rows in ascending order of @first, not overlapping
 * @nr: number of rows
 * @index: the index looked for
 *
 * Context: any; takes logarithmic time.
 * Return: the row whose bank holds @index, or NULL.
 */
const struct vqc_reg *vqc_reg_find(const struct vqc_reg *table, unsigned int nr,
				   unsigned int index);

/**
 * vqc_reg_table_check - is a table well-formed
 * @table: the rows
 * @nr: number of rows
 *
 * Context: any.
 * Return: NULL, or what is wrong, in words.
 */
const char *vqc_reg_table_check(const struct vqc_reg *table, unsigned int nr);

#endif /* VQC_MODEL_REG_H */
