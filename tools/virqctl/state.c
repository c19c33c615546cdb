// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl state: what the chips hold.
 *
 * Lines that begin with the number of a pin, a channel or the like become rows
 * of a table; of all others the first key stands apart. Nothing here knows a
 * chip: a register that the module adds is shown.
 */
#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "kv.h"
#include "virqctl.h"

#define MAX_COLUMNS	KV_PAIRS

/* Keys that begin a row of a table */
static const char * const row_keys[] = { "pin", "channel", "gsi", "chip" };

/* Keys that are set when something is going on there */
static const char * const active_keys[] = {
	"line", "level", "request", "in_service", "remote_irr", "send_pending",
};

static const char * const file_order[] = {
	"pic", "ioapic", "lapic", "pit", "lines", "routes",
};

static bool is_one_of(const char *key, const char * const *keys,
		      unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (!strcmp(key, keys[i]))
			return true;
	return false;
}

static bool is_row(const struct kv *kv)
{
	return kv->nr > 1 && kv->pair[0].value &&
	       is_one_of(kv->pair[0].key, row_keys, ARRAY_SIZE(row_keys));
}

/* ---- rows ---- */

/* How many lines from @first on are rows of one table. */
static size_t count_rows(const struct kv_lines *lines, size_t first)
{
	size_t nr = 0;

	while (first + nr < lines->nr && is_row(&lines->kv[first + nr]) &&
	       !strcmp(lines->kv[first].pair[0].key,
		       lines->kv[first + nr].pair[0].key))
		nr++;
	return nr;
}

/* ---- text ---- */

static unsigned int collect_columns(const struct kv *rows, size_t nr,
				    const char *columns[MAX_COLUMNS])
{
	unsigned int nr_columns = 0, j;
	size_t i;

	for (i = 0; i < nr; i++)
		for (j = 0; j < rows[i].nr; j++)
			if (nr_columns < MAX_COLUMNS &&
			    !is_one_of(rows[i].pair[j].key, columns,
				       nr_columns))
				columns[nr_columns++] = rows[i].pair[j].key;
	return nr_columns;
}

static void add_heading(struct table *table, const char *key)
{
	char text[32];
	unsigned int i;

	snprintf(text, sizeof(text), "%s", key);
	for (i = 0; text[i]; i++)
		text[i] = text[i] == '_' ? ' ' : toupper(text[i]);
	table_cell(table, false, PAINT_BOLD, "%s", text);
}

static enum paint paint_for(const struct kv *row, const char *key,
			    const char *value)
{
	if (!strcmp(key, "waits"))
		return PAINT_WAIT;
	if (!strcmp(value, "1") &&
	    is_one_of(key, active_keys, ARRAY_SIZE(active_keys)))
		return PAINT_GOOD;
	return kv_is(row, "masked", "1") ? PAINT_DIM : PAINT_NONE;
}

static void print_table(const struct kv *rows, size_t nr)
{
	const char *columns[MAX_COLUMNS];
	unsigned int nr_columns = collect_columns(rows, nr, columns), j;
	struct table *table = table_new();
	size_t i;

	table_row(table);
	for (j = 0; j < nr_columns; j++)
		add_heading(table, columns[j]);
	for (i = 0; i < nr; i++) {
		table_row(table);
		for (j = 0; j < nr_columns; j++) {
			const char *value = kv_get(&rows[i], columns[j]);

			/* What is missing at the end is no column's. */
			if (!value && !strcmp(columns[j], "waits"))
				continue;
			value = value ? value : "-";
			table_cell(table, isdigit((unsigned char)*value),
				   paint_for(&rows[i], columns[j], value),
				   "%s", value);
		}
	}
	table_print(stdout, table, 2);
	table_free(table);
}

/* "key value" for each, but the first key has a column of its own. */
static void add_line(struct table *table, const struct kv *kv)
{
	char text[1024] = "";
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < kv->nr && len < sizeof(text); i++) {
		const struct kv_pair *pair = &kv->pair[i];
		const char *value = pair->value ? pair->value : "";

		if (!i)
			len += snprintf(text, sizeof(text), "%s", value);
		else
			len += snprintf(text + len, sizeof(text) - len,
					"%s%s%s%s", len ? "  " : "", pair->key,
					*value ? " " : "", value);
	}
	table_row(table);
	table_cell(table, false, PAINT_BOLD, "%s", kv->pair[0].key);
	table_cell(table, false, PAINT_NONE, "%s", text);
}

static void print_lines(const char *title, const struct kv_lines *lines)
{
	struct table *table = table_new();
	size_t i, nr;

	printf("%s%s%s\n", paint(PAINT_BOLD), title, paint(PAINT_NONE));
	for (i = 0; i < lines->nr; i++)
		if (!is_row(&lines->kv[i]))
			add_line(table, &lines->kv[i]);
	table_print(stdout, table, 2);
	table_free(table);
	for (i = 0; i < lines->nr; i += nr) {
		nr = count_rows(lines, i);
		if (nr)
			print_table(&lines->kv[i], nr);
		else
			nr = 1;
	}
	putchar('\n');
}

/* ---- JSON ---- */

/* Lists of vectors are arrays, also those of one and of none. */
static struct json_object *vectors_json(const char *value)
{
	struct json_object *array = json_object_new_array();
	char *copy = copy_text(value), *rest = copy, *vector;

	while (strcmp(value, "none") && (vector = strsep(&rest, ",")))
		json_object_array_add(array, json_object_new_string(vector));
	free(copy);
	return array;
}

static bool is_vector_list(const struct kv *kv)
{
	static const char * const keys[] = { "irr", "isr", "tmr" };

	return kv->nr == 1 && kv->pair[0].value &&
	       is_one_of(kv->pair[0].key, keys, ARRAY_SIZE(keys));
}

/* The object @key of @parent, which is made if it is not there. */
static struct json_object *child(struct json_object *parent, const char *key)
{
	struct json_object *object;

	if (!json_object_object_get_ex(parent, key, &object)) {
		object = json_object_new_object();
		json_object_object_add(parent, key, object);
	}
	return object;
}

static void add_pairs(struct json_object *object, const struct kv *kv,
		      unsigned int from)
{
	unsigned int i;

	for (i = from; i < kv->nr; i++)
		json_object_object_add(object, kv->pair[i].key,
				       kv_json_value(&kv->pair[i]));
}

/* Registers have names in capitals, and what they mean behind. */
static void add_register(struct json_object *parent, const struct kv *kv)
{
	struct json_object *object = child(child(parent, "registers"),
					   kv->pair[0].key);

	json_object_object_add(object, "value", kv_json_value(&kv->pair[0]));
	add_pairs(object, kv, 1);
}

static void add_line_json(struct json_object *parent, const struct kv *kv)
{
	const struct kv_pair *first = &kv->pair[0];

	if (is_vector_list(kv))
		json_object_object_add(parent, first->key,
				       vectors_json(first->value));
	else if (!first->value && kv->nr > 1)
		add_pairs(child(parent, first->key), kv, 1);
	else if (isupper((unsigned char)*first->key))
		add_register(parent, kv);
	else
		add_pairs(parent, kv, 0);
}

static struct json_object *rows_json(const struct kv *rows, size_t nr)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < nr; i++)
		json_object_array_add(array, kv_json(&rows[i]));
	return array;
}

static struct json_object *lines_json(const struct kv_lines *lines)
{
	struct json_object *object;
	size_t i, nr;

	if (lines->nr && count_rows(lines, 0) == lines->nr)
		return rows_json(lines->kv, lines->nr);
	object = json_object_new_object();
	for (i = 0; i < lines->nr; i += nr) {
		const struct kv *kv = &lines->kv[i];

		nr = count_rows(lines, i);
		if (nr)
			json_object_object_add(object, kv->pair[0].key,
					       rows_json(kv, nr));
		else
			add_line_json(object, kv);
		nr = nr ? nr : 1;
	}
	return object;
}

/* ---- the command ---- */

/* What a VM does not have is left out, unless it was asked for. */
static void show_file(const char *vm, const char *name,
		      struct json_object *json, bool asked)
{
	char *text = vm_read(vm, name);
	struct kv_lines lines;

	if (!text && asked)
		errx(EXIT_FAILED, "%s has no %s", vm, name);
	if (!text)
		return;
	lines = kv_parse(text);
	if (json)
		json_object_object_add(json, name, lines_json(&lines));
	else
		print_lines(name, &lines);
	free(lines.kv);
	free(text);
}

static void show_chip(const char *vm, const char *chip,
		      struct json_object *json, bool asked)
{
	unsigned int i, nr;
	char name[32];

	if (strcmp(chip, "lapic")) {
		show_file(vm, chip, json, asked);
		return;
	}
	nr = vm_count_cpus(vm);
	if (!nr && asked)
		errx(EXIT_FAILED, "%s has no local APICs", vm);
	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "lapic%u", i);
		show_file(vm, name, json, asked);
	}
}

/* "lapic N", "lapicN" or a chip. Returns how many words it was. */
static int show_asked(const char *vm, char **words, int nr,
		      struct json_object *json)
{
	char name[32];

	if (nr > 1 && !strcmp(words[0], "lapic") && is_number(words[1])) {
		snprintf(name, sizeof(name), "lapic%lu",
			 parse_number("a CPU", words[1], 0, 65535));
		show_file(vm, name, json, true);
		return 2;
	}
	if (!is_one_of(words[0], file_order, ARRAY_SIZE(file_order)) &&
	    (strncmp(words[0], "lapic", 5) || !is_number(words[0] + 5)))
		errx(EXIT_USAGE,
		     "a chip is pic, ioapic, pit, lapic [N], lines or routes, not '%s'",
		     words[0]);
	show_chip(vm, words[0], json, true);
	return 1;
}

int cmd_state(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ }
	};
	struct json_object *json = NULL;
	unsigned int i;
	char **args;
	int nr;

	while (next_option(argc, argv, options) != -1)
		if (!json)
			json = json_object_new_object();
	args = take_arguments(argc, argv, 1, 64);
	nr = argc - optind - 1;
	vm_check(args[0]);
	for (i = 0; !nr && i < ARRAY_SIZE(file_order); i++)
		show_chip(args[0], file_order[i], json, false);
	for (args++; nr > 0;) {
		int words = show_asked(argv[optind], args, nr, json);

		args += words;
		nr -= words;
	}
	if (json)
		json_print(json);
	return EXIT_OK;
}
