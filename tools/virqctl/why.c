// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl why: where an interrupt is held.
 *
 * The module answers with one line for each step, which begins with what it is
 * about, and a last one with the verdict.
 */
#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "kv.h"
#include "virqctl.h"

/* How many pairs of a line say what it is about. */
static unsigned int count_subject(const struct kv *kv)
{
	unsigned int nr = 0;

	while (nr < kv->nr && strcmp(kv->pair[nr].key, "step") &&
	       strcmp(kv->pair[nr].key, "verdict"))
		nr++;
	return nr;
}

/* "GSI 10" or "CPU 1 vector 0x39" */
static void name_subject(const struct kv *kv, char *buf, size_t size)
{
	unsigned int nr = count_subject(kv), i;
	size_t len = 0;

	*buf = 0;
	for (i = 0; i < nr && len < size; i++) {
		const char *key = kv->pair[i].key;

		if (!strcmp(key, "gsi"))
			key = "GSI";
		else if (!strcmp(key, "cpu"))
			key = "CPU";
		len += snprintf(buf + len, size - len, "%s%s %s", i ? " " : "",
				key, kv->pair[i].value ? kv->pair[i].value : "");
	}
}

/* ---- text ---- */

static const char *or_nothing(const char *text)
{
	return text ? text : "";
}

static void add_step(struct table *table, const struct kv *kv)
{
	bool ok = !kv_is(kv, "ok", "0");
	enum paint colour = ok ? PAINT_NONE : PAINT_BAD;

	table_row(table);
	table_cell(table, false, ok ? PAINT_GOOD : PAINT_BAD, "%s",
		   ok ? symbol("\u2713", "ok") : symbol("\u2717", "HELD"));
	table_cell(table, false, colour, "%s", or_nothing(kv_get(kv, "step")));
	table_cell(table, false, colour, "%s", or_nothing(kv_get(kv, "text")));
	table_cell(table, false, PAINT_DIM, "%s",
		   or_nothing(kv_get(kv, "reg")));
	if (kv_get(kv, "why"))
		table_cell(table, false, PAINT_WAIT, "%s",
			   kv_get(kv, "why"));
}

static void print_answer(char *text)
{
	char about[64], last[64] = "";
	struct table *table = table_new();
	struct kv kv;

	while (kv_next(&text, &kv)) {
		name_subject(&kv, about, sizeof(about));
		if (strcmp(about, last)) {
			printf("%s%s%s%s\n", *last ? "\n" : "",
			       paint(PAINT_BOLD), about, paint(PAINT_NONE));
			strcpy(last, about);
		}
		if (!kv_get(&kv, "verdict")) {
			add_step(table, &kv);
			continue;
		}
		table_print(stdout, table, 2);
		table_free(table);
		table = table_new();
		printf("  %s %s%s%s\n", symbol("\u2192", "=>"),
		       paint(PAINT_BOLD), kv_get(&kv, "verdict"),
		       paint(PAINT_NONE));
	}
	table_print(stdout, table, 2);
	table_free(table);
	if (!*last)
		puts("Everything is at rest.");
}

/* ---- JSON ---- */

static struct json_object *step_json(const struct kv *kv)
{
	struct json_object *step = json_object_new_object();
	unsigned int i;

	for (i = count_subject(kv); i < kv->nr; i++)
		json_object_object_add(step, kv->pair[i].key,
				       kv_json_value(&kv->pair[i]));
	json_object_object_add(step, "ok",
			       json_object_new_boolean(!kv_is(kv, "ok", "0")));
	return step;
}

static struct json_object *begin_json(struct json_object *answer,
				      const struct kv *kv,
				      struct json_object **steps)
{
	struct json_object *object = json_object_new_object();
	unsigned int i, nr = count_subject(kv);

	for (i = 0; i < nr; i++)
		json_object_object_add(object, kv->pair[i].key,
				       kv_json_value(&kv->pair[i]));
	*steps = json_object_new_array();
	json_object_object_add(object, "steps", *steps);
	json_object_array_add(answer, object);
	return object;
}

static void print_json(char *text)
{
	struct json_object *answer = json_object_new_array();
	struct json_object *object = NULL, *steps = NULL;
	char about[64], last[64] = "";
	struct kv kv;

	while (kv_next(&text, &kv)) {
		name_subject(&kv, about, sizeof(about));
		if (!object || strcmp(about, last))
			object = begin_json(answer, &kv, &steps);
		strcpy(last, about);
		if (kv_get(&kv, "verdict"))
			json_object_object_add(object, "verdict",
					       json_object_new_string(kv_get(&kv, "verdict")));
		else
			json_object_array_add(steps, step_json(&kv));
	}
	json_print(answer);
}

/* ---- the command ---- */

/* "10" or "1:0x39", as the module wants to be asked. */
static void make_question(char *buf, size_t size, const char *text)
{
	const char *colon = strchr(text, ':');
	char cpu[16];

	if (!colon) {
		snprintf(buf, size, "gsi %lu",
			 parse_number("a GSI", text, 0, 4095));
		return;
	}
	snprintf(cpu, sizeof(cpu), "%.*s", (int)(colon - text), text);
	snprintf(buf, size, "cpu %lu vector 0x%02lx",
		 parse_number("a CPU", cpu, 0, 65535),
		 parse_number("a vector", colon + 1, 0, 255));
}

int cmd_why(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ }
	};
	char question[64] = "", **args;
	bool json = false;
	char *text;

	while (next_option(argc, argv, options) != -1)
		json = true;
	args = take_arguments(argc, argv, 1, 2);
	if (argc - optind == 2)
		make_question(question, sizeof(question), args[1]);
	vm_check(args[0]);
	text = *question ? vm_ask(args[0], "why", question) :
			   vm_read(args[0], "why");
	if (!text)
		errx(EXIT_FAILED,
		     "%s cannot be asked: the module is older than this virqctl",
		     args[0]);
	if (json)
		print_json(text);
	else
		print_answer(text);
	free(text);
	return EXIT_OK;
}
