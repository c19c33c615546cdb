// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl why: where an interrupt is held.
 *
 * A line of the module begins with what it is about, a GSI or a vector of a CPU.
 * A question is answered by a line for each step of each route (branch), and a
 * verdict. Without a question there is a line for each that is not at rest.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>

#include "kv.h"
#include "virqctl.h"

/* How many pairs of a line say what it is about. */
static unsigned int count_subject(const struct kv *kv)
{
	return kv->nr && !strcmp(kv->pair[0].key, "cpu") ? 2 : 1;
}

/* "GSI 10" or "CPU 1 vector 0x39". Returns @buf. */
static const char *name_subject(char buf[48], const struct kv *kv)
{
	const char *first = kv->nr ? kv->pair[0].value : NULL;
	const char *vector = kv_get(kv, "vector");

	first = first ? first : "?";
	if (count_subject(kv) == 2)
		snprintf(buf, 48, "CPU %s vector %s", first,
			 vector ? vector : "?");
	else
		snprintf(buf, 48, "GSI %s", first);
	return buf;
}

static bool is_held(const struct kv *kv)
{
	return kv_is(kv, "ok", "0");
}

static const char *text_of(const struct kv *kv, const char *key)
{
	const char *text = kv_get(kv, key);

	return text ? text : "";
}

/* ---- text ---- */

static void add_step(struct table *table, const struct kv *kv)
{
	enum paint colour = is_held(kv) ? PAINT_BAD : PAINT_NONE;

	table_row(table);
	table_cell(table, false, is_held(kv) ? PAINT_BAD : PAINT_GOOD, "%s",
		   is_held(kv) ? symbol("\u2717", "HELD") :
				 symbol("\u2713", "ok"));
	table_cell(table, false, colour, "%s", text_of(kv, "step"));
	table_cell(table, false, colour, "%s", text_of(kv, "text"));
	table_cell(table, false, PAINT_DIM, "%s", text_of(kv, "reg"));
	if (is_held(kv))
		table_cell(table, false, PAINT_WAIT, "%s", text_of(kv, "why"));
}

/* The steps of one route; returns the line behind them. */
static size_t print_route(const struct kv_lines *lines, size_t i)
{
	const char *branch = text_of(&lines->kv[i], "branch");
	struct table *table = table_new();

	for (; i < lines->nr && kv_get(&lines->kv[i], "step") &&
	     !strcmp(text_of(&lines->kv[i], "branch"), branch); i++)
		add_step(table, &lines->kv[i]);
	table_print(stdout, table, 2);
	table_free(table);
	return i;
}

static void print_answer(const struct kv_lines *lines)
{
	char subject[48];
	size_t i = 0;

	printf("%s%s%s\n", paint(PAINT_BOLD),
	       name_subject(subject, &lines->kv[0]), paint(PAINT_NONE));
	while (i < lines->nr) {
		const struct kv *kv = &lines->kv[i];

		if (!kv_get(kv, "verdict")) {
			if (i && kv_get(kv, "step"))
				printf("  or\n");
			i = kv_get(kv, "step") ? print_route(lines, i) : i + 1;
			continue;
		}
		printf("%s %s%s%s (%s)\n", symbol("\u2192", "=>"),
		       paint(PAINT_BOLD), text_of(kv, "verdict"),
		       paint(PAINT_NONE), text_of(kv, "why"));
		i++;
	}
}

static void print_list(const struct kv_lines *lines)
{
	struct table *table = table_new();
	char subject[48];
	size_t i;

	for (i = 0; i < lines->nr; i++) {
		const struct kv *kv = &lines->kv[i];

		table_row(table);
		table_cell(table, false, PAINT_BOLD, "%s",
			   name_subject(subject, kv));
		table_cell(table, false, is_held(kv) ? PAINT_BAD : PAINT_NONE,
			   "%s", text_of(kv, "text"));
		table_cell(table, false, PAINT_DIM, "%s", text_of(kv, "reg"));
		table_cell(table, false, PAINT_WAIT, "%s", text_of(kv, "why"));
	}
	table_print(stdout, table, 0);
	table_free(table);
	if (!lines->nr)
		puts("Everything is at rest.");
}

/* ---- JSON ---- */

/* From pair @from on; ok is true or false. */
static struct json_object *line_json(const struct kv *kv, unsigned int from)
{
	struct json_object *object = json_object_new_object();
	unsigned int i;

	for (i = from; i < kv->nr; i++)
		json_object_object_add(object, kv->pair[i].key,
				       kv_json_value(&kv->pair[i]));
	if (kv_get(kv, "ok"))
		json_object_object_add(object, "ok",
				       json_object_new_boolean(!is_held(kv)));
	return object;
}

static struct json_object *answer_json(const struct kv_lines *lines)
{
	struct json_object *steps = json_object_new_array();
	struct json_object *answer;
	size_t i;

	/* The verdict is the last line, and says what it is about, too. */
	answer = line_json(&lines->kv[lines->nr - 1], 0);
	for (i = 0; i < lines->nr; i++)
		if (kv_get(&lines->kv[i], "step"))
			json_object_array_add(steps,
					      line_json(&lines->kv[i],
							count_subject(&lines->kv[i])));
	json_object_object_add(answer, "steps", steps);
	return answer;
}

static struct json_object *list_json(const struct kv_lines *lines)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < lines->nr; i++)
		json_object_array_add(array, line_json(&lines->kv[i], 0));
	return array;
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

static void print_lines(const struct kv_lines *lines, bool answer, bool json)
{
	if (answer && json)
		json_print(answer_json(lines));
	else if (answer)
		print_answer(lines);
	else if (json)
		json_print(list_json(lines));
	else
		print_list(lines);
}

int cmd_why(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ }
	};
	char question[64] = "", **args;
	struct kv_lines lines;
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
	lines = kv_parse(text);
	if (*question && !lines.nr)
		errx(EXIT_FAILED, "%s has no answer to '%s'", args[0],
		     question);
	print_lines(&lines, *question, json);
	free(lines.kv);
	free(text);
	return EXIT_OK;
}
