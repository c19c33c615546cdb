// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl timeline: a recording as something to look at.
 */
#include <err.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "timeline.h"

/**
 * struct choice - which part of a recording is wanted
 * @from: seconds from its start; NAN: from its begin
 * @to: ditto; NAN: to its end
 * @has_seq: only @seq
 * @seq: number of an interrupt
 * @last: only so many, the last; 0: all
 * @gsi: only this line; -1: all
 */
struct choice {
	double from, to;
	bool has_seq;
	uint64_t seq;
	size_t last;
	long gsi;
};

/**
 * struct writer - a kind of output
 * @ending: of its name
 * @check: ends the program if this cannot be written; may be NULL
 * @write: writes it
 */
static const struct writer {
	const char *ending;
	void (*check)(const struct timeline *timeline);
	void (*write)(const struct timeline *timeline, FILE *out);
} writers[] = {
	{ ".html", NULL, timeline_html },
	{ ".svg", timeline_svg_check, timeline_svg },
	{ ".json", NULL, timeline_json },
};

static const struct writer *writer_for(const char *path)
{
	size_t len = strlen(path), ending_len;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(writers); i++) {
		ending_len = strlen(writers[i].ending);
		if (len > ending_len &&
		    !strcmp(path + len - ending_len, writers[i].ending))
			return &writers[i];
	}
	errx(EXIT_USAGE, "the name of the output ends in .html, .svg or .json, not as in '%s'",
	     path);
}

static double parse_seconds(const char *what, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !isfinite(seconds) || fabs(seconds) > 1e9)
		errx(EXIT_USAGE, "%s is a number of seconds, not '%s'", what,
		     text);
	return seconds;
}

/* ---- the choice ---- */

static uint64_t moment(const struct recording *recording, double seconds)
{
	return recording->file.start_ns + (int64_t)(seconds * 1e9);
}

static bool is_chosen(const struct recording *recording,
		      const struct choice *choice,
		      const struct virqchip_flow *flow)
{
	uint64_t done = flow->ns[VIRQCHIP_FLOW_DONE];

	if (choice->has_seq && flow->seq != choice->seq)
		return false;
	if (choice->gsi >= 0 && flow->gsi != choice->gsi)
		return false;
	if (!isnan(choice->from) && done &&
	    done < moment(recording, choice->from))
		return false;
	return isnan(choice->to) ||
	       flow_begin_ns(flow) <= moment(recording, choice->to);
}

/* Move what is chosen to the front. Returns how many that are. */
static size_t choose(struct recording *recording, const struct choice *choice)
{
	struct virqchip_flow *flow = recording->flow;
	size_t nr = 0, i;

	for (i = 0; i < recording->nr; i++)
		if (is_chosen(recording, choice, &flow[i]))
			flow[nr++] = flow[i];
	if (choice->last && nr > choice->last) {
		memmove(flow, flow + nr - choice->last,
			choice->last * sizeof(*flow));
		nr = choice->last;
	}
	return nr;
}

static bool chooses(const struct choice *choice)
{
	return choice->has_seq || choice->last || choice->gsi >= 0;
}

/* The window fits what is in it, unless it was given. */
static void fit_window(struct timeline *t, const struct choice *choice)
{
	uint64_t first = UINT64_MAX, last = 0;
	size_t i;

	for (i = 0; i < t->nr_spans; i++) {
		if (t->span[i].start < first)
			first = t->span[i].start;
		if (t->span[i].end > last)
			last = t->span[i].end;
	}
	if (chooses(choice) && t->nr_spans) {
		t->from = first;
		t->to = last;
	}
	if (!isnan(choice->from))
		t->from = moment(t->recording, choice->from);
	if (!isnan(choice->to))
		t->to = moment(t->recording, choice->to);
	if (t->to <= t->from)
		t->to = t->from + 1;
}

/* ---- the command ---- */

static void write_timeline(const struct timeline *timeline, const char *path)
{
	const struct writer *writer = writer_for(path);
	FILE *out;

	/* Before there is a file with nothing in it. */
	if (writer->check)
		writer->check(timeline);
	out = fopen(path, "we");
	if (!out)
		err(errno == EACCES ? EXIT_NO_PERMISSION : EXIT_FAILED, "%s",
		    path);
	writer->write(timeline, out);
	if (ferror(out) | fclose(out))
		errx(EXIT_FAILED, "%s: cannot write: %s", path,
		     strerror(errno));
}

static void draw(const char *path, const char *output,
		 const struct choice *choice)
{
	struct recording recording;
	struct timeline timeline;
	size_t nr;

	recording_read(&recording, path);
	nr = choose(&recording, choice);
	if (!nr)
		errx(EXIT_FAILED, "%s has %zu interrupts, and none that was asked for",
		     path, recording.nr);
	timeline_build(&timeline, &recording, recording.flow, nr);
	fit_window(&timeline, choice);
	write_timeline(&timeline, output);
	fprintf(stderr, "virqctl: %s: %zu interrupts", output, nr);
	if (recording.lost)
		fprintf(stderr, ", %ju records were lost", recording.lost);
	fputc('\n', stderr);
	timeline_free(&timeline);
	recording_free(&recording);
}

int cmd_timeline(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "from", required_argument, NULL, 'F' },
		{ "to", required_argument, NULL, 'T' },
		{ "seq", required_argument, NULL, 's' },
		{ "last", required_argument, NULL, 'l' },
		{ "gsi", required_argument, NULL, 'g' },
		{ }
	};
	struct choice choice = { .from = NAN, .to = NAN, .gsi = -1 };
	const char *output = NULL;
	char **args;
	int c;

	while ((c = next_option(argc, argv, options)) != -1) {
		if (c == 'o')
			output = optarg;
		else if (c == 'F')
			choice.from = parse_seconds("--from", optarg);
		else if (c == 'T')
			choice.to = parse_seconds("--to", optarg);
		else if (c == 'l')
			choice.last = parse_number("--last", optarg, 1,
						   UINT32_MAX);
		else if (c == 'g')
			choice.gsi = parse_number("--gsi", optarg, 0, 4095);
		else
			choice.seq = parse_number("--seq", optarg, 1,
						  UINT64_MAX);
		choice.has_seq |= c == 's';
	}
	args = take_arguments(argc, argv, 1, 1);
	if (!output)
		errx(EXIT_USAGE, "timeline wants -o OUT.html, OUT.svg or OUT.json");
	writer_for(output);
	draw(args[0], output, &choice);
	return EXIT_OK;
}
