// SPDX-License-Identifier: GPL-2.0-only
/*
 * Register tables: look-up by index, and the rules every table keeps.
 *
 * A chip describes each register once, in a const table.  Dispatch, tracing,
 * state dumps and tests walk the same rows, so a register cannot be known to
 * one of them and not to another.
 */
#include "reg.h"

#define VQC_REG_READS	(VQC_REG_R | VQC_REG_X2R)
#define VQC_REG_WRITES	(VQC_REG_W | VQC_REG_X2W)
#define VQC_REG_ALL	(VQC_REG_RW | VQC_REG_X2RW | VQC_REG_CLOCK | \
			 VQC_REG_STATE)

const struct vqc_reg *vqc_reg_find(const struct vqc_reg *table, unsigned int nr,
				   unsigned int index)
{
	unsigned int lo = 0, hi = nr;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;
		const struct vqc_reg *row = &table[mid];

		if (index < row->first)
			hi = mid;
		else if (index - row->first >= row->count)
			lo = mid + 1;
		else
			return row;
	}
	return NULL;
}

/* What is wrong with one row, seen alone. */
static const char *vqc_reg_row_check(const struct vqc_reg *row)
{
	if (!row->name || !row->name[0])
		return "a row has no name";
	if (!row->count)
		return "a bank is empty";
	if (row->first + row->count > 0x10000)
		return "a bank runs past the last index";
	if (row->flags & ~VQC_REG_ALL)
		return "a row has an unknown flag";
	if (!(row->flags & (VQC_REG_READS | VQC_REG_WRITES)))
		return "a register can be neither read nor written";
	if ((row->flags & VQC_REG_READS) && !row->read)
		return "a readable register has no read function";
	if (row->read && !(row->flags & (VQC_REG_READS | VQC_REG_STATE)))
		return "a read function cannot be reached";
	if (!!(row->flags & VQC_REG_WRITES) != !!row->write)
		return "write function and write flags do not agree";
	if (row->wmask && !row->write)
		return "a register that is not written has writable bits";
	return NULL;
}

const char *vqc_reg_table_check(const struct vqc_reg *table, unsigned int nr)
{
	const char *wrong;
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		wrong = vqc_reg_row_check(&table[i]);
		if (wrong)
			return wrong;
		if (i && table[i].first <= table[i - 1].first)
			return "the rows are not in ascending order";
		if (i && table[i].first - table[i - 1].first <
			 table[i - 1].count)
			return "two banks overlap";
		for (j = 0; j < i; j++)
			if (!strcmp(table[i].name, table[j].name))
				return "two rows have the same name";
	}
	return NULL;
}
