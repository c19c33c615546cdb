// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl fault: interrupts of a VM that fail on purpose.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kv.h"
#include "virqctl.h"

#define RULE_ROOM	160

/* The keys of a rule that have a column of their own; what it is about has one. */
static const char * const columns[] = {
	"us", "count", "probability", "interval", "times", "seen", "hits",
};

/* A rule begins with its kind and what it is about: "kind=drop gsi=10". */
static void add_rule(struct table *table, const struct kv *kv)
{
	const char *value;
	unsigned int i;

	if (kv->nr < 2 || !kv->pair[0].value || !kv->pair[1].value)
		return;
	table_row(table);
	table_cell(table, false, PAINT_BOLD, "%s", kv->pair[0].value);
	table_cell(table, false, PAINT_NONE, "%s %s", kv->pair[1].key,
		   kv->pair[1].value);
	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		value = kv_get(kv, columns[i]);
		table_cell(table, true, PAINT_NONE, "%s", value ? value : "-");
	}
}

static void no_faults(const char *vm)
{
	errx(EXIT_FAILED,
	     "%s has no file fault: the module was built without CONFIG_VIRQCHIP_FAULT",
	     vm);
}

static void list_rules(const char *vm)
{
	char *text = vm_read(vm, "fault"), *rest = text;
	struct table *table;
	unsigned int i;
	struct kv kv;

	if (!text)
		no_faults(vm);
	table = table_new();
	table_row(table);
	table_cell(table, false, PAINT_NONE, "KIND");
	table_cell(table, false, PAINT_NONE, "WHAT");
	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		char name[16];
		unsigned int c;

		for (c = 0; columns[i][c]; c++)
			name[c] = columns[i][c] & ~0x20;
		name[c] = 0;
		table_cell(table, true, PAINT_NONE, "%s", name);
	}
	while (kv_next(&rest, &kv))
		add_rule(table, &kv);
	table_print(stdout, table, 0);
	table_free(table);
	free(text);
}

static void write_rule(const char *vm, char **words, int nr)
{
	char rule[RULE_ROOM] = "";
	int error, i;

	for (i = 0; i < nr; i++) {
		if (strlen(rule) + strlen(words[i]) + 2 > sizeof(rule))
			errx(EXIT_USAGE, "the rule is too long");
		if (i)
			strcat(rule, " ");
		strcat(rule, words[i]);
	}
	error = vm_try_write(vm, "fault", rule);
	if (!error)
		return;
	if (error == ENOENT && vm_exists(vm))
		no_faults(vm);
	if (error == ENOENT || error == EIO)
		no_vm(vm);
	if (error == EINVAL)
		errx(EXIT_FAILED, "'%s' is no rule (try virqctl fault --help)",
		     rule);
	if (error == ENOSPC)
		errx(EXIT_FAILED, "%s has no room for more rules (virqctl fault %s clear)",
		     vm, vm);
	if (error == EOPNOTSUPP)
		errx(EXIT_FAILED, "the local APICs of %s are KVM's: only its lines can fail",
		     vm);
	no_debugfs(error);
}

int cmd_fault(int argc, char **argv)
{
	static const struct option options[] = { { } };
	char **args;

	while (next_option(argc, argv, options) != -1)
		;
	args = take_arguments(argc, argv, 1, 10);
	vm_check(args[0]);
	if (args[1])
		write_rule(args[0], args + 1, argc - optind - 1);
	else
		list_rules(args[0]);
	return EXIT_OK;
}
