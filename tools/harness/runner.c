// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the KUnit suites linked into this program and prints KTAP.
 *
 * A sanitizer report or a kernel warning ends the program; what ran until
 * then, and where it ended, is still told, and the exit status says so.
 */
#include <fnmatch.h>
#include <getopt.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

#include <kunit/test.h>

/* Tells of memory that nothing points to any more. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_do_recoverable_leak_check()	0
#endif

#define MAX_SUITES	256

struct shim_alloc {
	struct shim_alloc *next;
	void *ptr;
};

static struct {
	struct kunit_suite *suites[MAX_SUITES];
	size_t nr_suites;
	const char *filter;
	const char *suite_name;
	const char *case_name;
	int indent;
	unsigned int nr_passed;
	unsigned int nr_failed;
	unsigned int nr_skipped;
	jmp_buf abort_to;
} run;

/* Sanitizers end the program by SIGABRT, which tells where it ended. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
	return "abort_on_error=1:detect_stack_use_after_return=1:leak_check_at_exit=0";
}

const char *__ubsan_default_options(void)
{
	return "abort_on_error=1:print_stacktrace=1";
}

void shim_kunit_register(struct kunit_suite **suites, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (run.nr_suites == MAX_SUITES) {
			fprintf(stderr, "harness: more than %d suites\n", MAX_SUITES);
			exit(2);
		}
		run.suites[run.nr_suites++] = suites[i];
	}
}

static void __printf(1, 2) ktap(const char *fmt, ...)
{
	va_list args;

	printf("%*s", run.indent, "");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

/* One KTAP comment for each line of the text. */
static void ktap_comment(const char *fmt, va_list args)
{
	char text[1024], *line, *rest = text;

	vsnprintf(text, sizeof(text), fmt, args);
	while ((line = strsep(&rest, "\n")))
		if (*line)
			ktap("# %s", line);
}

void shim_kunit_log(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ktap_comment(fmt, args);
	va_end(args);
}

void shim_kunit_fail_msg(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ktap_comment(fmt, args);
	va_end(args);
}

void shim_kunit_fail(struct kunit *test, const char *where, const char *fmt, ...)
{
	va_list args;

	test->status = KUNIT_FAILURE;
	shim_kunit_log("%s: %s", test->name, where);
	va_start(args, fmt);
	ktap_comment(fmt, args);
	va_end(args);
}

void shim_kunit_abort(void)
{
	longjmp(run.abort_to, 1);
}

static void print_totals(void)
{
	printf("%u passed, %u failed, %u skipped\n",
	       run.nr_passed, run.nr_failed, run.nr_skipped);
	fflush(stdout);
}

static void end_run(void)
{
	printf("Bail out! died in %s.%s\n", run.suite_name ?: "-",
	       run.case_name ?: "-");
	run.nr_failed++;
	print_totals();
}

void shim_warn(const char *file, int line, const char *what)
{
	fflush(stdout);
	fprintf(stderr, "WARNING at %s:%d: %s\n", file, line, what);
	end_run();
	_exit(3);
}

static void on_signal(int sig)
{
	fflush(stdout);
	fprintf(stderr, "harness: %s\n", strsignal(sig));
	end_run();
	_exit(3);
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, size, fmt, args);
	va_end(args);
	if (len < (int)size)
		return len;
	return size ? size - 1 : 0;
}

void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	struct shim_alloc *alloc = malloc(sizeof(*alloc));
	void *ptr = calloc(n, size);

	if (!alloc || !ptr) {
		free(alloc);
		free(ptr);
		return NULL;
	}
	/* What was not asked to be zero must not happen to be. */
	if (!(gfp & __GFP_ZERO))
		memset(ptr, 0x6b, n * size);
	alloc->ptr = ptr;
	alloc->next = test->allocs;
	test->allocs = alloc;
	return ptr;
}

void kunit_kfree(struct kunit *test, const void *ptr)
{
	struct shim_alloc **link = &test->allocs, *alloc;

	if (!ptr)
		return;
	while ((alloc = *link) && alloc->ptr != ptr)
		link = &alloc->next;
	WARN_ON(!alloc);
	*link = alloc->next;
	free(alloc->ptr);
	free(alloc);
}

/* Runs @fn until it returns or aborts the case. */
static void run_caught(void (*fn)(struct kunit *test), struct kunit *test)
{
	if (!setjmp(run.abort_to))
		fn(test);
}

static void run_init(const struct kunit_suite *suite, struct kunit *test)
{
	int ret;

	if (setjmp(run.abort_to))
		return;
	ret = suite->init(test);
	if (ret) {
		shim_kunit_log("%s: init failed: %d", test->name, ret);
		test->status = KUNIT_FAILURE;
	}
}

static void run_once(const struct kunit_suite *suite,
		     const struct kunit_case *test_case, struct kunit *test)
{
	test->name = test_case->name;
	if (suite->init)
		run_init(suite, test);
	if (test->status == KUNIT_SUCCESS)
		run_caught(test_case->run_case, test);
	if (suite->exit)
		run_caught(suite->exit, test);
	while (test->allocs)
		kunit_kfree(test, test->allocs->ptr);
}

static void print_result(enum kunit_status status, unsigned int nr,
			 const char *name, const char *why)
{
	ktap("%s %u - %s%s%s", status == KUNIT_FAILURE ? "not ok" : "ok", nr, name,
	     status == KUNIT_SKIPPED ? " # SKIP " : "",
	     status == KUNIT_SKIPPED ? why : "");
	fflush(stdout);
}

static void count(enum kunit_status status)
{
	run.nr_passed += status == KUNIT_SUCCESS;
	run.nr_failed += status == KUNIT_FAILURE;
	run.nr_skipped += status == KUNIT_SKIPPED;
}

/* Failure outweighs success, success outweighs skipping. */
static enum kunit_status worse(enum kunit_status a, enum kunit_status b)
{
	if (a == KUNIT_FAILURE || b == KUNIT_FAILURE)
		return KUNIT_FAILURE;
	return a == KUNIT_SUCCESS ? a : b;
}

static enum kunit_status run_params(const struct kunit_suite *suite,
				    const struct kunit_case *test_case)
{
	enum kunit_status all = KUNIT_SKIPPED;
	char desc[KUNIT_PARAM_DESC_SIZE] = "";
	const void *param = NULL;
	int nr = 0;

	run.indent += 4;
	ktap("KTAP version 1");
	ktap("# Subtest: %s", test_case->name);
	while ((param = test_case->generate_params(param, desc))) {
		struct kunit test = { .param_value = param, .param_index = nr++ };

		if (!desc[0])
			snprintf(desc, sizeof(desc), "param-%d", nr - 1);
		run_once(suite, test_case, &test);
		print_result(test.status, nr, desc, test.status_comment);
		count(test.status);
		all = worse(all, test.status);
		desc[0] = '\0';
	}
	run.indent -= 4;
	return all;
}

static enum kunit_status run_case(const struct kunit_suite *suite,
				  const struct kunit_case *test_case,
				  unsigned int nr)
{
	struct kunit test = { 0 };

	run.case_name = test_case->name;
	if (test_case->generate_params) {
		test.status = run_params(suite, test_case);
		snprintf(test.status_comment, sizeof(test.status_comment),
			 "no parameter ran");
	} else {
		run_once(suite, test_case, &test);
		count(test.status);
	}
	print_result(test.status, nr, test_case->name, test.status_comment);
	run.case_name = NULL;
	return test.status;
}

static bool wanted(const struct kunit_suite *suite,
		   const struct kunit_case *test_case)
{
	char name[512];

	if (!run.filter)
		return true;
	snprintf(name, sizeof(name), "%s.%s", suite->name, test_case->name);
	return !fnmatch(strchr(run.filter, '.') ? run.filter : "*", name, 0) &&
	       (strchr(run.filter, '.') || !fnmatch(run.filter, suite->name, 0));
}

static unsigned int nr_wanted(const struct kunit_suite *suite)
{
	const struct kunit_case *test_case;
	unsigned int nr = 0;

	for (test_case = suite->test_cases; test_case->run_case; test_case++)
		nr += wanted(suite, test_case);
	return nr;
}

static void run_suite(struct kunit_suite *suite, unsigned int nr)
{
	enum kunit_status all = KUNIT_SKIPPED;
	const struct kunit_case *test_case;
	unsigned int i = 0;
	int ret = 0;

	run.suite_name = suite->name;
	run.indent = 4;
	ktap("KTAP version 1");
	ktap("# Subtest: %s", suite->name);
	ktap("1..%u", nr_wanted(suite));
	if (suite->suite_init)
		ret = suite->suite_init(suite);
	if (ret) {
		shim_kunit_log("suite_init failed: %d", ret);
		count(KUNIT_FAILURE);
		all = KUNIT_FAILURE;
	}
	for (test_case = suite->test_cases; !ret && test_case->run_case; test_case++)
		if (wanted(suite, test_case))
			all = worse(all, run_case(suite, test_case, ++i));
	if (!ret && suite->suite_exit)
		suite->suite_exit(suite);
	if (__lsan_do_recoverable_leak_check()) {
		shim_kunit_log("a case leaks memory");
		count(KUNIT_FAILURE);
		all = KUNIT_FAILURE;
	}
	run.indent = 0;
	print_result(all, nr, suite->name, "no case ran");
	run.suite_name = NULL;
}

static void list_cases(void)
{
	const struct kunit_case *test_case;

	for (size_t i = 0; i < run.nr_suites; i++)
		for (test_case = run.suites[i]->test_cases; test_case->run_case; test_case++)
			printf("%s.%s\n", run.suites[i]->name, test_case->name);
}

static int run_all(void)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < run.nr_suites; i++)
		nr += !!nr_wanted(run.suites[i]);

	printf("KTAP version 1\n1..%u\n", nr);
	nr = 0;
	for (size_t i = 0; i < run.nr_suites; i++)
		if (nr_wanted(run.suites[i]))
			run_suite(run.suites[i], ++nr);

	if (!nr)
		fprintf(stderr, "harness: no case matches%s%s\n",
			run.filter ? " " : "", run.filter ?: "");
	print_totals();
	return nr && !run.nr_failed && run.nr_passed ? 0 : 1;
}

static void usage(FILE *to, const char *self)
{
	fprintf(to,
		"Usage: %s [--list] [--filter=SUITE[.CASE]]\n"
		"Run the KUnit suites of virqchip in userspace and print KTAP.\n"
		"\n"
		"  --filter=GLOB   only suites (or SUITE.CASE) that match, e.g. 'virqchip_pic.ocw2*'\n"
		"  --list          print the names of all cases and run none\n"
		"  --help          this text\n"
		"\n"
		"Exit status: 0 if at least one case passed and none failed, 1 if not,\n"
		"2 for a wrong call, 3 if a case ended the program.\n", self);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "filter", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "list", no_argument, NULL, 'l' },
		{ }
	};
	bool list = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 'f':
			run.filter = optarg;
			break;
		case 'l':
			list = true;
			break;
		case 'h':
			usage(stdout, argv[0]);
			return 0;
		default:
			usage(stderr, argv[0]);
			return 2;
		}
	}
	if (optind != argc) {
		usage(stderr, argv[0]);
		return 2;
	}
	if (list) {
		list_cases();
		return 0;
	}

	signal(SIGABRT, on_signal);
	signal(SIGFPE, on_signal);
	return run_all();
}
