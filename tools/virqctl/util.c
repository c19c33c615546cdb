// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers, memory and colours.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "virqctl.h"

noreturn void out_of_memory(void)
{
	errx(EXIT_FAILED, "out of memory");
}

void *get_memory(size_t size)
{
	void *memory = calloc(1, size ? size : 1);

	if (!memory)
		out_of_memory();
	return memory;
}

char *copy_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		out_of_memory();
	return copy;
}

void *grow_array(void *array, size_t nr, size_t *room, size_t size)
{
	if (nr < *room)
		return array;
	*room = *room ? *room * 2 : 64;
	array = reallocarray(array, *room, size);
	if (!array)
		out_of_memory();
	return array;
}

unsigned long parse_number(const char *what, const char *text,
			   unsigned long min, unsigned long max)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(text, &end, 0);
	if (!isdigit((unsigned char)*text) || *end || errno || number < min ||
	    number > max)
		errx(EXIT_USAGE, "%s is a number from %lu to %lu, not '%s'",
		     what, min, max, text);
	return number;
}

bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

void flush_output(void)
{
	if (fflush(stdout) || ferror(stdout))
		errx(EXIT_FAILED, "cannot write: %s", strerror(errno));
}

const char *show_ns(char buf[NS_ROOM], uint64_t ns)
{
	static const struct {
		uint64_t ns;
		const char *unit;
	} units[] = {
		{ 1000000000, "s" }, { 1000000, "ms" }, { 1000, "us" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		double value = (double)ns / units[i].ns;

		if (ns < units[i].ns)
			continue;
		snprintf(buf, NS_ROOM, "%.*f %s",
			 value < 10 ? 2 : value < 100 ? 1 : 0, value,
			 units[i].unit);
		return buf;
	}
	snprintf(buf, NS_ROOM, "%u ns", (unsigned int)ns);
	return buf;
}

static bool use_colour(void)
{
	static int use = -1;
	const char *no = getenv("NO_COLOR");

	if (use < 0)
		use = isatty(STDOUT_FILENO) && (!no || !*no);
	return use;
}

const char *paint(enum paint paint)
{
	static const char * const sequences[] = {
		[PAINT_NONE]	= "\033[0m",
		[PAINT_BOLD]	= "\033[1m",
		[PAINT_DIM]	= "\033[2m",
		[PAINT_GOOD]	= "\033[32m",
		[PAINT_WAIT]	= "\033[33m",
		[PAINT_BAD]	= "\033[1;31m",
	};

	return use_colour() ? sequences[paint] : "";
}

const char *symbol(const char *unicode, const char *ascii)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") ? ascii : unicode;
}
