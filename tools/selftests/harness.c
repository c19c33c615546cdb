// SPDX-License-Identifier: GPL-2.0-only
/*
 * The harness: runs the tests, each in a child, and prints KTAP.
 */
#include <fnmatch.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

/*
 * A test that hangs is to end some time. Emulated machines are slow, and their
 * clocks can be fast: one that misjudges its TSC was seen to run at 29 times
 * the speed.
 */
#define TEST_SECONDS	1800

struct test {
	const char *name;
	void (*fn)(const void *arg);
	const void *arg;
};

static struct test *tests;
static unsigned int nr_tests;

void test_add(const char *name, void (*fn)(const void *arg), const void *arg)
{
	tests = realloc(tests, (nr_tests + 1) * sizeof(*tests));
	if (!tests)
		abort();
	tests[nr_tests].name = name;
	tests[nr_tests].fn = fn;
	tests[nr_tests].arg = arg;
	nr_tests++;
}

static void test_vsay(const char *format, va_list args)
{
	char line[512];

	vsnprintf(line, sizeof(line), format, args);
	printf("# %s\n", line);
	fflush(stdout);
}

void test_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	test_vsay(format, args);
	va_end(args);
}

void test_fail(const char *file, int line, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	test_say("%s:%d: %s", file, line, text);
	_exit(TEST_FAILED);
}

void test_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	test_vsay(format, args);
	va_end(args);
	_exit(TEST_SKIPPED);
}

static int test_run(const struct test *test)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(TEST_SECONDS);
		test->fn(test->arg);
		_exit(TEST_PASSED);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		test_say("cannot run a process: %s", strerror(errno));
		return TEST_FAILED;
	}
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (WTERMSIG(status) == SIGALRM)
		test_say("it did not end within %d s", TEST_SECONDS);
	else
		test_say("killed by signal %d", WTERMSIG(status));
	return TEST_FAILED;
}

static void print_help(void)
{
	printf("Usage: selftests [--list] [PATTERN...]\n"
	       "\n"
	       "Tests the ioctls of /dev/virqchip; to be run as root where the module is\n"
	       "loaded. Runs the tests whose names match a PATTERN of the shell's kind\n"
	       "(default: all), and speaks KTAP. The last line counts the results.\n"
	       "\n"
	       "Options:\n"
	       "  --list   print the names of the tests and exit\n"
	       "  --help   print this and exit\n"
	       "\n"
	       "Exit status: 0 when no test failed, 1 otherwise, 2 for wrong usage.\n");
}

static int is_wanted(const struct test *test, char **patterns)
{
	if (!*patterns)
		return 1;
	for (; *patterns; patterns++)
		if (!fnmatch(*patterns, test->name, 0))
			return 1;
	return 0;
}

/* Keep the wanted tests; returns how many there are. */
static unsigned int choose(char **patterns)
{
	unsigned int i, nr = 0;

	for (i = 0; i < nr_tests; i++)
		if (is_wanted(&tests[i], patterns))
			tests[nr++] = tests[i];
	return nr;
}

static int run_all(void)
{
	unsigned int i, passed = 0, failed = 0, skipped = 0;
	int status;

	printf("KTAP version 1\n1..%u\n", nr_tests);
	for (i = 0; i < nr_tests; i++) {
		status = test_run(&tests[i]);
		if (status == TEST_PASSED) {
			passed++;
			printf("ok %u %s\n", i + 1, tests[i].name);
		} else if (status == TEST_SKIPPED) {
			skipped++;
			printf("ok %u %s # SKIP\n", i + 1, tests[i].name);
		} else {
			failed++;
			printf("not ok %u %s\n", i + 1, tests[i].name);
		}
	}
	printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "list", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	unsigned int i;
	int list = 0;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'l':
			list = 1;
			break;
		case 'h':
			print_help();
			return 0;
		default:
			return 2;
		}
	}

	nr_tests = choose(argv + optind);
	if (!nr_tests) {
		fprintf(stderr, "selftests: no such test (try --list)\n");
		return 2;
	}
	if (!list)
		return run_all();
	for (i = 0; i < nr_tests; i++)
		puts(tests[i].name);
	return 0;
}
