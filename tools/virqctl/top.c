// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl top: rates and latencies, live.
 *
 * Two looks at counters and histograms make a page of text, which goes to the
 * terminal or, in a batch, to the output.
 */
#include <ctype.h>
#include <curses.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "histogram.h"
#include "kv.h"

/* Numbers of GSIs, vectors or CPUs that are shown */
#define MAX_IDS	4096

enum kind { KIND_GSI, KIND_VECTOR, KIND_CPU, NR_KINDS };

/* Counters that are shown besides the one that a kind is ordered by */
#define MORE	2

/**
 * struct look - what a VM had counted at one time
 * @when: which time, seconds of the monotonic clock
 * @count: per kind and number: how often it rose, or was injected
 * @more: per kind and number: its other counters
 * @kicks: kicks
 * @windows: interrupt windows
 * @latencies: histograms
 */
struct look {
	double when;
	uint64_t count[NR_KINDS][MAX_IDS];
	uint64_t more[NR_KINDS][MAX_IDS][MORE];
	uint64_t kicks;
	uint64_t windows;
	struct histograms latencies;
};

/* Keys in counters, and whether latencies are known */
static const struct {
	const char *key;
	const char *title;
	const char *count;
	const char *more[MORE];
	bool timed;
} kinds[NR_KINDS] = {
	[KIND_GSI]	= { "gsi", "GSI", "raised", { "delivered" }, true },
	[KIND_VECTOR]	= { "vector", "VECTOR", "injected", {}, true },
	[KIND_CPU]	= { "cpu", "CPU", "injected", { "waits", "eois" } },
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void read_counter(struct look *look, const struct kv *kv)
{
	uint64_t id, count;
	unsigned int i, j;

	for (i = 0; i < NR_KINDS; i++) {
		if (!kv_u64(kv, kinds[i].key, &id) || id >= MAX_IDS ||
		    !kv_u64(kv, kinds[i].count, &count))
			continue;
		look->count[i][id] = count;
		for (j = 0; j < MORE && kinds[i].more[j]; j++)
			kv_u64(kv, kinds[i].more[j], &look->more[i][id][j]);
	}
	kv_u64(kv, "kicks", &look->kicks);
	kv_u64(kv, "windows", &look->windows);
}

/* False if the VM is gone. */
static bool take_look(struct look *look, const char *vm)
{
	char *text = vm_try_read(vm, "counters");
	char *rest = text;
	struct kv kv;

	histograms_free(&look->latencies);
	memset(look, 0, sizeof(*look));
	look->when = now();
	if (!text)
		return false;
	while (kv_next(&rest, &kv))
		read_counter(look, &kv);
	free(text);
	histograms_read(&look->latencies, vm);
	return true;
}

/* ---- the page ---- */

/* Of these the latencies are shown. */
static const char * const stages[] = { "to_cpu", "to_eoi", "total" };

struct entry {
	unsigned int id;
	uint64_t count;		/* since the last look */
	uint64_t total;
};

static int busiest_first(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	if (a->total != b->total)
		return a->total < b->total ? 1 : -1;
	return a->id < b->id ? -1 : 1;
}

static size_t collect(const struct look *before, const struct look *after,
		      enum kind kind, struct entry *entries)
{
	size_t nr = 0;
	unsigned int id;

	for (id = 0; id < MAX_IDS; id++) {
		uint64_t total = after->count[kind][id];

		if (total)
			entries[nr++] = (struct entry){
				.id = id,
				.count = total - before->count[kind][id],
				.total = total,
			};
	}
	qsort(entries, nr, sizeof(*entries), busiest_first);
	return nr;
}

/* Mean and 99th percentile of one stage since the last look. */
static void add_latency(struct table *table, const struct look *before,
			const struct look *after, enum kind kind,
			unsigned int id, const char *stage)
{
	struct histogram like = { .id = id };
	const struct histogram *found;
	char buf[NS_ROOM];

	strcpy(like.by, kinds[kind].key);
	strcpy(like.stage, stage);
	found = histogram_find(&after->latencies, &like);
	if (found) {
		like = *found;
		found = histogram_find(&before->latencies, &like);
		if (found)
			histogram_subtract(&like, found);
	}
	if (!like.count) {
		table_cell(table, true, PAINT_NONE, "-");
		table_cell(table, true, PAINT_NONE, "-");
		return;
	}
	table_cell(table, true, PAINT_NONE, "%s",
		   show_ns(buf, histogram_mean(&like)));
	table_cell(table, true, PAINT_NONE, "%s",
		   show_ns(buf, histogram_quantile(&like, 0.99)));
}

static void add_heading(struct table *table, const char *name,
			const char *behind)
{
	char text[32];
	unsigned int i;

	snprintf(text, sizeof(text), "%s%s", name, behind);
	for (i = 0; text[i]; i++)
		text[i] = toupper(text[i]);
	table_cell(table, true, PAINT_NONE, "%s", text);
}

static void add_headings(struct table *table, enum kind kind)
{
	unsigned int i;

	table_row(table);
	add_heading(table, kinds[kind].title, "");
	add_heading(table, kinds[kind].count, "/s");
	add_heading(table, kinds[kind].count, "");
	for (i = 0; i < MORE && kinds[kind].more[i]; i++)
		add_heading(table, kinds[kind].more[i], "/s");
	for (i = 0; i < ARRAY_SIZE(stages) && kinds[kind].timed; i++) {
		add_heading(table, stages[i], "");
		add_heading(table, "99%", "");
	}
}

static void add_entry(struct table *table, const struct look *before,
		      const struct look *after, enum kind kind,
		      const struct entry *entry)
{
	double seconds = after->when - before->when;
	unsigned int id = entry->id, i;

	if (seconds <= 0)
		seconds = 1;
	table_row(table);
	table_cell(table, true, PAINT_NONE,
		   kind == KIND_VECTOR ? "0x%02x" : "%u", id);
	table_cell(table, true, PAINT_NONE, "%.1f", entry->count / seconds);
	table_cell(table, true, PAINT_NONE, "%ju", entry->total);
	for (i = 0; i < MORE && kinds[kind].more[i]; i++)
		table_cell(table, true, PAINT_NONE, "%.1f",
			   (after->more[kind][id][i] -
			    before->more[kind][id][i]) / seconds);
	for (i = 0; i < ARRAY_SIZE(stages) && kinds[kind].timed; i++)
		add_latency(table, before, after, kind, id, stages[i]);
}

static void print_kind(FILE *out, const struct look *before,
		       const struct look *after, enum kind kind)
{
	struct entry *entries = get_memory(MAX_IDS * sizeof(*entries));
	size_t nr = collect(before, after, kind, entries), i;
	struct table *table = table_new();

	add_headings(table, kind);
	for (i = 0; i < nr; i++)
		add_entry(table, before, after, kind, &entries[i]);
	if (nr) {
		table_print(out, table, 0);
		fputc('\n', out);
	}
	table_free(table);
	free(entries);
}

static void print_page(FILE *out, const char *vm, const struct look *before,
		       const struct look *after)
{
	double seconds = after->when - before->when;
	unsigned int kind;

	if (seconds <= 0)
		seconds = 1;
	fprintf(out, "%s: %.0f kicks/s, %.0f windows/s%s\n\n", vm,
		(after->kicks - before->kicks) / seconds,
		(after->windows - before->windows) / seconds,
		flows_are_recorded() ? "" : "; no latencies: flows are not recorded");
	for (kind = 0; kind < NR_KINDS; kind++)
		print_kind(out, before, after, kind);
}

/* ---- batch and terminal ---- */

struct options {
	bool batch;
	unsigned int interval_s;
	unsigned long count;
};

static noreturn void run_batch(const char *vm, const struct options *options,
			       struct look *before, struct look *after)
{
	unsigned long done = 0;

	while (!options->count || done++ < options->count) {
		struct look *last = after;

		sleep(options->interval_s);
		if (!take_look(after, vm))
			no_vm(vm);
		print_page(stdout, vm, before, after);
		flush_output();
		after = before;
		before = last;
	}
	exit(EXIT_OK);
}

/* Rates are in headings alone. */
static void show_page(const char *text)
{
	int y = 0;

	erase();
	while (*text && y < LINES) {
		size_t len = strcspn(text, "\n");
		bool heading = memmem(text, len, "/S ", 3);

		if (heading && len)
			attron(A_REVERSE);
		mvaddnstr(y++, 0, text, len < (size_t)COLS ? (int)len : COLS);
		attroff(A_REVERSE);
		text += len + (text[len] == '\n');
	}
	refresh();
}

static noreturn void run_terminal(const char *vm,
				  const struct options *options,
				  struct look *before, struct look *after)
{
	unsigned long done = 0;
	bool gone = false;
	char *text;
	size_t len;
	FILE *out;
	int key = 0;

	initscr();
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, true);
	timeout(options->interval_s * 1000);
	/* The first rates are of half a second. */
	napms(500);
	while (key != 'q' && (!options->count || done++ < options->count)) {
		struct look *last = after;

		gone = !take_look(after, vm);
		if (gone)
			break;
		out = open_memstream(&text, &len);
		if (!out)
			break;
		print_page(out, vm, before, after);
		fclose(out);
		show_page(text);
		free(text);
		after = before;
		before = last;
		key = getch();
	}
	endwin();
	if (gone)
		no_vm(vm);
	exit(EXIT_OK);
}

int cmd_top(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "batch", no_argument, NULL, 'b' },
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'n' },
		{ }
	};
	struct options options = { .interval_s = 2 };
	struct look *before = get_memory(sizeof(*before));
	struct look *after = get_memory(sizeof(*after));
	char **args;
	int c;

	while ((c = next_option(argc, argv, long_options)) != -1) {
		if (c == 'b')
			options.batch = true;
		else if (c == 'i')
			options.interval_s = parse_number("--interval", optarg,
							  1, 3600);
		else
			options.count = parse_number("--count", optarg, 1,
						     UINT32_MAX);
	}
	args = take_arguments(argc, argv, 1, 1);
	vm_check(args[0]);
	if (!take_look(before, args[0]))
		no_vm(args[0]);
	if (options.batch)
		run_batch(args[0], &options, before, after);
	if (!isatty(STDOUT_FILENO) || !getenv("TERM"))
		errx(EXIT_USAGE, "the output is no terminal (try --batch)");
	run_terminal(args[0], &options, before, after);
}
