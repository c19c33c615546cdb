// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text in columns.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "virqctl.h"

struct cell {
	char *text;
	bool right;
	enum paint paint;
};

struct row {
	struct cell *cells;
	size_t nr, room;
};

struct table {
	struct row *rows;
	size_t nr, room;
};

struct table *table_new(void)
{
	return get_memory(sizeof(struct table));
}

void table_free(struct table *table)
{
	size_t i, j;

	for (i = 0; i < table->nr; i++) {
		for (j = 0; j < table->rows[i].nr; j++)
			free(table->rows[i].cells[j].text);
		free(table->rows[i].cells);
	}
	free(table->rows);
	free(table);
}

void table_row(struct table *table)
{
	table->rows = grow_array(table->rows, table->nr, &table->room,
				 sizeof(*table->rows));
	table->rows[table->nr++] = (struct row){};
}

void table_cell(struct table *table, bool right, enum paint paint,
		const char *format, ...)
{
	struct row *row = &table->rows[table->nr - 1];
	struct cell cell = { .right = right, .paint = paint };
	va_list args;

	va_start(args, format);
	if (vasprintf(&cell.text, format, args) < 0)
		out_of_memory();
	va_end(args);
	row->cells = grow_array(row->cells, row->nr, &row->room,
				sizeof(*row->cells));
	row->cells[row->nr++] = cell;
}

/* Columns that a text takes on the terminal. */
static int width_of(const char *text)
{
	size_t len = mbstowcs(NULL, text, 0);

	return len == (size_t)-1 ? strlen(text) : len;
}

static int column_width(const struct table *table, size_t column)
{
	int width = 0, this;
	size_t i;

	for (i = 0; i < table->nr; i++) {
		if (column >= table->rows[i].nr)
			continue;
		this = width_of(table->rows[i].cells[column].text);
		width = this > width ? this : width;
	}
	return width;
}

static void print_row(FILE *out, const struct row *row, const int *widths)
{
	size_t nr = row->nr, i;

	/* No blanks at the end of a line */
	while (nr && !*row->cells[nr - 1].text)
		nr--;
	for (i = 0; i < nr; i++) {
		const struct cell *cell = &row->cells[i];
		int pad = widths[i] - width_of(cell->text);
		bool painted = cell->paint != PAINT_NONE;

		if (!cell->right && i == nr - 1)
			pad = 0;
		fprintf(out, "%s%*s%s%s%s%*s", i ? "  " : "", cell->right ? pad : 0,
			"", painted ? paint(cell->paint) : "", cell->text,
			painted ? paint(PAINT_NONE) : "",
			cell->right ? 0 : pad, "");
	}
	fputc('\n', out);
}

void table_print(FILE *out, const struct table *table, unsigned int indent)
{
	size_t columns = 0, i;
	int *widths;

	for (i = 0; i < table->nr; i++)
		if (table->rows[i].nr > columns)
			columns = table->rows[i].nr;
	widths = get_memory(columns * sizeof(*widths));
	for (i = 0; i < columns; i++)
		widths[i] = column_width(table, i);
	for (i = 0; i < table->nr; i++) {
		fprintf(out, "%*s", (int)indent, "");
		print_row(out, &table->rows[i], widths);
	}
	free(widths);
}
