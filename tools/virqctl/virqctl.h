/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the commands of virqctl share.
 */
#ifndef VIRQCTL_H
#define VIRQCTL_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdnoreturn.h>
#include <sys/types.h>

#define VERSION		"0.1.0"
#define DEVICE		"/dev/virqchip"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PATH_ROOM	512
/* Argument @n is a format of printf()'s kind, and the next ones are for it. */
#define FORMAT(n)	__attribute__((format(printf, n, (n) + 1)))

/* Exit statuses */
enum {
	EXIT_OK,
	EXIT_FAILED,
	EXIT_USAGE,
	EXIT_NO_MODULE,
	EXIT_NO_PERMISSION,
	EXIT_NO_VM,
};

/**
 * struct command - one command
 * @name: its name
 * @args: what it takes, for people
 * @summary: one line that says what it does
 * @help: its options and examples
 * @run: does it: @argv[0] is the name; returns an exit status
 */
struct command {
	const char *name;
	const char *args;
	const char *summary;
	const char *help;
	int (*run)(int argc, char **argv);
};

int cmd_fault(int argc, char **argv);
int cmd_latency(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_pulse(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_state(int argc, char **argv);
int cmd_timeline(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_why(int argc, char **argv);

/* ---- main.c ---- */

/*
 * As getopt_long(), with @options alone. --help and what is wrong end the
 * program. The next option, or -1 behind the last.
 */
int next_option(int argc, char **argv, const struct option *options);

/* What is left of @argv behind the options: @min to @max arguments, or the end. */
char **take_arguments(int argc, char **argv, int min, int max);

/* ---- util.c ---- */

noreturn void out_of_memory(void);
void *get_memory(size_t size);
char *copy_text(const char *text);

/* An array of *@room elements of @size bytes that has place for one more. */
void *grow_array(void *array, size_t nr, size_t *room, size_t size);

/* A number from @min to @max, or the end of the program. */
unsigned long parse_number(const char *what, const char *text,
			   unsigned long min, unsigned long max);

/* Whether @text is digits alone. */
bool is_number(const char *text);

/* End the program unless all that was printed has been written. */
void flush_output(void);

/* Nanoseconds with a unit that suits them. Returns @buf. */
#define NS_ROOM	16
const char *show_ns(char buf[NS_ROOM], uint64_t ns);

enum paint {
	PAINT_NONE,
	PAINT_BOLD,
	PAINT_DIM,
	PAINT_GOOD,
	PAINT_WAIT,
	PAINT_BAD,
};

/*
 * The escape sequence that begins this colour, PAINT_NONE ends it; empty where
 * the output is no terminal or NO_COLOR is set.
 */
const char *paint(enum paint paint);

/* @unicode where the terminal can show it, else @ascii. */
const char *symbol(const char *unicode, const char *ascii);

/* ---- vm.c ---- */

noreturn void no_vm(const char *vm);
noreturn void no_module(void);

/* The device, or the end of the program. */
int open_device(void);

/* Find out why there is nothing to read in debugfs; @error is an errno. */
noreturn void no_debugfs(int error);

/* End the program unless there is a VM of this name. */
void vm_check(const char *vm);

/* Whether there still is. */
bool vm_exists(const char *vm);

/* Names of all VMs, in order; *@nr says how many. */
char **vm_names(unsigned int *nr);

/* Path of a file of a VM. Returns @path. */
const char *vm_path(char path[PATH_ROOM], const char *vm, const char *file);

/*
 * All text of a file of a VM; to be freed. Ends the program if it cannot be read,
 * but for a file that the VM does not have: then it is NULL.
 */
char *vm_read(const char *vm, const char *file);

/* The same, but NULL and errno where that one ends the program. */
char *vm_try_read(const char *vm, const char *file);

/* As vm_read(), after a line was written to the file. */
char *vm_ask(const char *vm, const char *file, const char *question);

/* Write a line to a file of a VM. Returns 0 or an errno. */
int vm_try_write(const char *vm, const char *file, const char *line);

/* How many CPUs with a local APIC a VM has. */
unsigned int vm_count_cpus(const char *vm);

/* Whether the module records flows now. */
bool flows_are_recorded(void);

/* Say so, and what to do, if it does not. */
void tell_if_not_recorded(void);

/* Make it do so, or not. */
void record_flows(bool on);

/* ---- table.c ---- */

/* Columns as wide as they need to be. */
struct table;

struct table *table_new(void);
void table_free(struct table *table);

/* Begin the next row. The first is the heading. */
void table_row(struct table *table);

/* The next cell of the row; numbers go to the right if @right. */
FORMAT(4)
void table_cell(struct table *table, bool right, enum paint paint,
		const char *format, ...);

/* Print it, each line behind @indent blanks. */
void table_print(FILE *out, const struct table *table, unsigned int indent);

#endif /* VIRQCTL_H */
