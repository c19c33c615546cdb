// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl: look at virtual machines whose interrupts go through virqchip.
 */
#include <err.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <linux/virqchip.h>

#include "help.h"
#include "virqctl.h"

static const struct command commands[] = {
	{ "list", "[--json]",
	  "the VMs, with the number of their CPUs, of the times a line rose, and of injected interrupts",
	  help_list, cmd_list },
	{ "state", "VM [CHIP...] [--json]",
	  "the registers of its chips now, decoded",
	  help_state, cmd_state },
	{ "why", "VM [GSI|CPU:VECTOR] [--json]",
	  "where an interrupt is held, and why",
	  help_why, cmd_why },
	{ "trace", "VM [-f] [FILTER...]",
	  "its interrupts, one a line, from its line to its end, or why it went no further",
	  help_trace, cmd_trace },
	{ "top", "VM [--batch] [--interval S] [--count N]",
	  "rates and latencies per GSI, vector and CPU, live",
	  help_top, cmd_top },
	{ "latency", "VM [FILTER...] [--json]",
	  "histograms of how long its interrupts took",
	  help_latency, cmd_latency },
	{ "pulse", "VM GSI [--count N]",
	  "raise a line of VM and lower it again, and say what became of the pulses",
	  help_pulse, cmd_pulse },
	{ "fault", "VM [clear|KIND WHAT=N [NAME=N...]]",
	  "let chosen interrupts of VM fail, to see whether its guest gets over it",
	  help_fault, cmd_fault },
	{ "record", "VM [-o FILE] [--seconds N] [--records N] [--size KIB]",
	  "write down all that happens to its interrupt controllers",
	  help_record, cmd_record },
	{ "replay", "FILE [FILE2] [--step] [--state] [--from N] [--until N]",
	  "do once more what was recorded, and find where something differs",
	  help_replay, cmd_replay },
	{ "timeline", "FILE -o OUT.html|OUT.svg|OUT.json",
	  "a recording as a page to browse, a picture, or a file for Perfetto",
	  help_timeline, cmd_timeline },
};

/* The one that runs */
static const struct command *command;

/* Words of @text, in lines that begin behind @indent blanks. */
static void print_folded(const char *text, int indent)
{
	unsigned int column = indent;

	printf("%*s", indent, "");
	while (*text) {
		size_t len = strcspn(text, " ");

		if (column + 1 + len > 80) {
			printf("\n%*s", indent, "");
			column = indent;
		}
		printf("%s%.*s", column > (unsigned int)indent ? " " : "",
		       (int)len, text);
		column += 1 + len;
		text += len + strspn(text + len, " ");
	}
	putchar('\n');
}

static void print_usage(void)
{
	unsigned int i;

	fputs(help_begin, stdout);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		printf("  %s %s\n", commands[i].name, commands[i].args);
		print_folded(commands[i].summary, 8);
	}
	fputs(help_end, stdout);
}

static noreturn void print_command_help(void)
{
	printf("Usage: virqctl %s %s\n\n%s", command->name, command->args,
	       command->help);
	flush_output();
	exit(EXIT_OK);
}

int next_option(int argc, char **argv, const struct option *options)
{
	static const struct option help[] = {
		{ "help", no_argument, NULL, 'h' },
	};
	struct option all[24];
	unsigned int nr = 0;
	int c;

	while (options[nr].name && nr < ARRAY_SIZE(all) - 2) {
		all[nr] = options[nr];
		nr++;
	}
	all[nr++] = help[0];
	all[nr] = (struct option){};

	opterr = 0;
	c = getopt_long(argc, argv, ":fhn:o:", all, NULL);
	if (c == 'h')
		print_command_help();
	if (c == ':')
		errx(EXIT_USAGE, "%s wants an argument (try virqctl %s --help)",
		     argv[optind - 1], argv[0]);
	/* A short option that another command has */
	for (nr = 0; c != -1 && c != '?' && options[nr].name; nr++)
		if (options[nr].val == c)
			return c;
	if (c == -1)
		return c;
	errx(EXIT_USAGE, "%s takes no %s (try virqctl %s --help)", argv[0],
	     argv[optind - 1], argv[0]);
}

char **take_arguments(int argc, char **argv, int min, int max)
{
	int nr = argc - optind;

	if (nr >= min && nr <= max)
		return argv + optind;
	if (min == max)
		errx(EXIT_USAGE,
		     "%s takes %d arguments, not %d (try virqctl %s --help)",
		     argv[0], min, nr, argv[0]);
	errx(EXIT_USAGE,
	     "%s takes %d to %d arguments, not %d (try virqctl %s --help)",
	     argv[0], min, max, nr, argv[0]);
}

static int run_command(int argc, char **argv)
{
	unsigned int i;
	int status;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[0], commands[i].name))
			command = &commands[i];
	if (!command)
		errx(EXIT_USAGE, "unknown command '%s' (try --help)", argv[0]);
	optind = 0;
	status = command->run(argc, argv);
	flush_output();
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ }
	};
	int c;

	setlocale(LC_CTYPE, "");
	/* Options behind the command are the command's. */
	while ((c = getopt_long(argc, argv, "+hV", options, NULL)) != -1) {
		switch (c) {
		case 'h':
			print_usage();
			flush_output();
			return EXIT_OK;
		case 'V':
			printf("virqctl %s (ABI %d)\n", VERSION,
			       VIRQCHIP_ABI_VERSION);
			return EXIT_OK;
		default:
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		errx(EXIT_USAGE, "no command (try --help)");
	return run_command(argc - optind, argv + optind);
}
