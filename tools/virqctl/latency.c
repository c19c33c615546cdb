// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl latency: how long interrupts took.
 */
#include <err.h>
#include <string.h>

#include <json.h>

#include "histogram.h"
#include "kv.h"

#define BAR_WIDTH	40
#define EIGHTHS		8

struct selection {
	long gsi, vector;
	const char *stage;
	bool json;
};

static bool is_selected(const struct selection *s, const struct histogram *h)
{
	if (s->stage && strcmp(s->stage, h->stage))
		return false;
	if (s->gsi < 0 && s->vector < 0)
		return true;
	return (!strcmp(h->by, "gsi") && (long)h->id == s->gsi) ||
	       (!strcmp(h->by, "vector") && (long)h->id == s->vector);
}

/* JSON has those without interrupts, too. */
static bool is_told(const struct selection *s, const struct histogram *h)
{
	return h->count && is_selected(s, h);
}

static void name_id(char buf[24], const struct histogram *h)
{
	bool vector = !strcmp(h->by, "vector");

	snprintf(buf, 24, vector ? "0x%02jx" : "%ju", h->id);
}

/* The buckets that are in use: *@first to *@last. False if none is. */
static bool used_buckets(const struct histogram *h, unsigned int *first,
			 unsigned int *last)
{
	bool any = false;
	unsigned int i;

	for (i = 0; i < h->nr_buckets; i++) {
		if (!h->bucket[i])
			continue;
		if (!any)
			*first = i;
		*last = i;
		any = true;
	}
	return any;
}

static uint64_t largest_bucket(const struct histogram *h)
{
	uint64_t largest = 0;
	unsigned int i;

	for (i = 0; i < h->nr_buckets; i++)
		if (h->bucket[i] > largest)
			largest = h->bucket[i];
	return largest;
}

/* ---- text ---- */

static void print_bar(uint64_t value, uint64_t largest)
{
	static const char * const parts[EIGHTHS] = {
		"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a",
		"\u2589",
	};
	unsigned int eighths = (double)value / largest * BAR_WIDTH * EIGHTHS;
	unsigned int i;

	/* A bucket with something in it is never without a bar. */
	if (value && !eighths)
		eighths = 1;
	for (i = 0; i < eighths / EIGHTHS; i++)
		fputs(symbol("\u2588", "#"), stdout);
	if (eighths % EIGHTHS)
		fputs(symbol(parts[eighths % EIGHTHS],
			     eighths < EIGHTHS ? "." : ""), stdout);
}

static void print_bucket(const struct histogram *h, unsigned int i)
{
	char from[NS_ROOM], to[NS_ROOM];

	show_ns(from, i ? 1ull << (i - 1) : 0);
	if (i == h->nr_buckets - 1)
		strcpy(to, "...");
	else
		show_ns(to, 1ull << i);
	printf("  %10s - %-10s %10ju  %s", from, to, h->bucket[i],
	       paint(PAINT_GOOD));
	print_bar(h->bucket[i], largest_bucket(h));
	printf("%s\n", paint(PAINT_NONE));
}

static void print_histogram(const struct histogram *h)
{
	char id[24], mean[NS_ROOM], half[NS_ROOM], most[NS_ROOM], max[NS_ROOM];
	unsigned int first = 0, last = 0, i;

	name_id(id, h);
	printf("%s%s %s, %s%s: %ju, mean %s, half within %s, 99 %% within %s, longest %s\n",
	       paint(PAINT_BOLD), strcmp(h->by, "gsi") ? h->by : "GSI", id,
	       h->stage, paint(PAINT_NONE), h->count,
	       show_ns(mean, histogram_mean(h)),
	       show_ns(half, histogram_quantile(h, 0.5)),
	       show_ns(most, histogram_quantile(h, 0.99)),
	       show_ns(max, h->max_ns));
	if (used_buckets(h, &first, &last))
		for (i = first; i <= last; i++)
			print_bucket(h, i);
	putchar('\n');
}

static void add_row(struct table *table, const struct histogram *h)
{
	char buf[NS_ROOM], id[24];

	name_id(id, h);
	table_row(table);
	table_cell(table, false, PAINT_NONE, "%s", h->by);
	table_cell(table, true, PAINT_NONE, "%s", id);
	table_cell(table, false, PAINT_NONE, "%s", h->stage);
	table_cell(table, true, PAINT_NONE, "%ju", h->count);
	table_cell(table, true, PAINT_NONE, "%s",
		   show_ns(buf, histogram_mean(h)));
	table_cell(table, true, PAINT_NONE, "%s",
		   show_ns(buf, histogram_quantile(h, 0.5)));
	table_cell(table, true, PAINT_NONE, "%s",
		   show_ns(buf, histogram_quantile(h, 0.99)));
	table_cell(table, true, PAINT_NONE, "%s", show_ns(buf, h->max_ns));
}

static void print_summary(const struct histograms *all,
			  const struct selection *selection)
{
	static const char * const headings[] = {
		"BY", "ID", "STAGE", "COUNT", "MEAN", "50%", "99%", "LONGEST",
	};
	struct table *table = table_new();
	size_t i;

	table_row(table);
	for (i = 0; i < ARRAY_SIZE(headings); i++)
		table_cell(table, i != 0 && i != 2, PAINT_BOLD, "%s",
			   headings[i]);
	for (i = 0; i < all->nr; i++)
		if (is_told(selection, &all->all[i]))
			add_row(table, &all->all[i]);
	table_print(stdout, table, 0);
	table_free(table);
}

/* ---- JSON ---- */

static struct json_object *histogram_json(const struct histogram *h)
{
	struct json_object *object = json_object_new_object();
	struct json_object *buckets = json_object_new_array();
	unsigned int i;

	json_object_object_add(object, "by", json_object_new_string(h->by));
	json_object_object_add(object, "id", json_object_new_uint64(h->id));
	json_object_object_add(object, "stage",
			       json_object_new_string(h->stage));
	json_object_object_add(object, "count",
			       json_object_new_uint64(h->count));
	json_object_object_add(object, "sum_ns",
			       json_object_new_uint64(h->sum_ns));
	json_object_object_add(object, "max_ns",
			       json_object_new_uint64(h->max_ns));
	for (i = 0; i < h->nr_buckets; i++)
		json_object_array_add(buckets,
				      json_object_new_uint64(h->bucket[i]));
	json_object_object_add(object, "buckets", buckets);
	return object;
}

static void print_json(const struct histograms *all,
		       const struct selection *selection)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < all->nr; i++)
		if (is_selected(selection, &all->all[i]))
			json_object_array_add(array,
					      histogram_json(&all->all[i]));
	json_print(array);
}

/* ---- the command ---- */

static void print_selected(const struct histograms *all,
			   const struct selection *selection)
{
	bool any = false;
	size_t i;

	if (selection->json) {
		print_json(all, selection);
		return;
	}
	for (i = 0; i < all->nr; i++)
		any |= is_told(selection, &all->all[i]);
	if (!any) {
		tell_if_not_recorded();
		puts("No interrupt was measured.");
	}
	if (any && selection->gsi < 0 && selection->vector < 0)
		print_summary(all, selection);
	else
		for (i = 0; i < all->nr; i++)
			if (is_told(selection, &all->all[i]))
				print_histogram(&all->all[i]);
}

int cmd_latency(int argc, char **argv)
{
	static const struct option options[] = {
		{ "gsi", required_argument, NULL, 'g' },
		{ "vector", required_argument, NULL, 'v' },
		{ "stage", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ }
	};
	struct selection selection = { .gsi = -1, .vector = -1 };
	struct histograms all;
	char **args;
	int c;

	while ((c = next_option(argc, argv, options)) != -1) {
		if (c == 'g')
			selection.gsi = parse_number("--gsi", optarg, 0, 4095);
		else if (c == 'v')
			selection.vector = parse_number("--vector", optarg, 0,
							255);
		else if (c == 's')
			selection.stage = optarg;
		else
			selection.json = true;
	}
	args = take_arguments(argc, argv, 1, 1);
	vm_check(args[0]);
	if (!histograms_read(&all, args[0])) {
		if (!vm_exists(args[0]))
			no_vm(args[0]);
		errx(EXIT_FAILED,
		     "%s has no latencies: the module is older than this virqctl",
		     args[0]);
	}
	print_selected(&all, &selection);
	histograms_free(&all);
	return EXIT_OK;
}
