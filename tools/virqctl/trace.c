// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl trace: interrupts, one a line.
 */
#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"

/* Columns of a line of debugfs' "trace", from 0 on */
enum {
	COLUMN_GSI = 2,
	COLUMN_VECTOR = 6,
	COLUMN_APIC = 7,
	COLUMN_TOTAL = 13,
	COLUMN_END = 14,
};

static const char *column(const char *line, unsigned int nr)
{
	line += strspn(line, " ");
	while (nr--) {
		line += strcspn(line, " ");
		line += strspn(line, " ");
	}
	return line;
}

static bool is_column(const char *line, unsigned int nr, long wanted)
{
	const char *text = column(line, nr);
	char *end;
	long has = strtol(text, &end, 0);

	return wanted < 0 || (end != text && has == wanted);
}

bool trace_wants(const struct trace_filter *filter, const char *line)
{
	const char *end = column(line, COLUMN_END);
	const char *total = column(line, COLUMN_TOTAL);

	if (*line == '#')
		return true;
	if (!is_column(line, COLUMN_GSI, filter->gsi) ||
	    !is_column(line, COLUMN_VECTOR, filter->vector) ||
	    !is_column(line, COLUMN_APIC, filter->cpu))
		return false;
	if (filter->end && strncmp(end, filter->end, strlen(filter->end)))
		return false;
	if (filter->dropped && strncmp(end, "dropped", strlen("dropped")))
		return false;
	return !filter->slow_us || strtod(total, NULL) >= filter->slow_us;
}

static void print_recorded(const char *vm, const struct trace_filter *filter)
{
	char *text = vm_read(vm, "trace");
	char *line = text;

	while (line && *line) {
		size_t len = strcspn(line, "\n");
		bool more = line[len];

		line[len] = 0;
		if (trace_wants(filter, line))
			puts(line);
		line += len + more;
	}
	free(text);
	tell_if_not_recorded();
}

static double parse_us(const char *text)
{
	char *end;
	double us = strtod(text, &end);

	if (end == text || *end || !isfinite(us) || us < 0)
		errx(EXIT_USAGE, "--slow is a number of microseconds, not '%s'",
		     text);
	return us;
}

int cmd_trace(int argc, char **argv)
{
	static const struct option options[] = {
		{ "follow", no_argument, NULL, 'f' },
		{ "gsi", required_argument, NULL, 'g' },
		{ "vector", required_argument, NULL, 'v' },
		{ "cpu", required_argument, NULL, 'c' },
		{ "end", required_argument, NULL, 'e' },
		{ "dropped", no_argument, NULL, 'd' },
		{ "slow", required_argument, NULL, 's' },
		{ }
	};
	struct trace_filter filter = { .gsi = -1, .vector = -1, .cpu = -1 };
	bool follow = false;
	char **args;
	int c;

	while ((c = next_option(argc, argv, options)) != -1) {
		if (c == 'f')
			follow = true;
		else if (c == 'g')
			filter.gsi = parse_number("--gsi", optarg, 0, 4095);
		else if (c == 'v')
			filter.vector = parse_number("--vector", optarg, 0,
						     255);
		else if (c == 'c')
			filter.cpu = parse_number("--cpu", optarg, 0,
						  UINT32_MAX);
		else if (c == 'e')
			filter.end = optarg;
		else if (c == 's')
			filter.slow_us = parse_us(optarg);
		else
			filter.dropped = true;
	}
	args = take_arguments(argc, argv, 1, 1);
	vm_check(args[0]);
	if (follow)
		return trace_follow(args[0], &filter);
	print_recorded(args[0], &filter);
	return EXIT_OK;
}
