// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts as KTAP lines while they come, or one JSON object at the end; and
 * the watchdog, which ends a run that gives no sign of life.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vmm.h"

/* For the vCPU's thread to say where the guest is. */
#define WATCHDOG_GRACE_S	5

/**
 * die() - end the program: the lab could not be set up
 * @fmt: printf format of the reason
 */
void die(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("vmm: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	_exit(VMM_EXIT_SETUP);
}

/**
 * report_init() - start with no verdicts
 * @report: filled in
 * @opts: how to print
 */
void report_init(struct report *report, const struct options *opts)
{
	memset(report, 0, sizeof(*report));
	pthread_mutex_init(&report->lock, NULL);
	report->opts = opts;
	report->planned = -1;
	if (!opts->json)
		printf("KTAP version 1\n# %s on %s%s%s\n", opts->guest,
		       opts->device, opts->x2apic ? ", x2APIC" : "",
		       opts->irqchip ? "" : ", no irqchip");
	fflush(stdout);
}

/**
 * report_plan() - the guest said how many verdicts will follow
 * @report: the report
 * @planned: how many
 */
void report_plan(struct report *report, u64 planned)
{
	pthread_mutex_lock(&report->lock);
	report->planned = planned;
	report->signs++;
	if (!report->opts->json)
		printf("1..%llu\n", (unsigned long long)planned);
	fflush(stdout);
	pthread_mutex_unlock(&report->lock);
}

static struct check *report_next(struct report *report, const char *sentence)
{
	struct check *check = &report->checks[report->nr_checks];

	if (report->nr_checks == VMM_MAX_CHECKS)
		die("the guest gives more than %d verdicts", VMM_MAX_CHECKS);
	report->nr_checks++;
	report->signs++;
	snprintf(check->sentence, sizeof(check->sentence), "%s", sentence);
	return check;
}

/**
 * report_check() - one verdict
 * @report: the report
 * @sentence: what is checked
 * @got: value seen
 * @want: value expected; equal values pass
 */
void report_check(struct report *report, const char *sentence, u64 got, u64 want)
{
	struct check *check;

	pthread_mutex_lock(&report->lock);
	check = report_next(report, sentence);
	check->got = got;
	check->want = want;
	check->verdict = got == want ? VERDICT_PASS : VERDICT_FAIL;
	report->nr_failed += got != want;
	if (!report->opts->json && got != want)
		printf("# got %#llx, expected %#llx\n", (unsigned long long)got,
		       (unsigned long long)want);
	if (!report->opts->json)
		printf("%sok %u %s\n", got == want ? "" : "not ",
		       report->nr_checks, sentence);
	fflush(stdout);
	pthread_mutex_unlock(&report->lock);
}

/**
 * report_skip() - a verdict that cannot be had here
 * @report: the report
 * @sentence: what would be checked
 * @why: why not
 */
void report_skip(struct report *report, const char *sentence, const char *why)
{
	struct check *check;

	pthread_mutex_lock(&report->lock);
	check = report_next(report, sentence);
	check->verdict = VERDICT_SKIP;
	snprintf(check->reason, sizeof(check->reason), "%s", why);
	report->nr_skipped++;
	if (!report->opts->json)
		printf("ok %u %s # SKIP %s\n", report->nr_checks, sentence, why);
	fflush(stdout);
	pthread_mutex_unlock(&report->lock);
}

/**
 * report_note() - a line for people
 * @report: the report
 * @text: without a newline
 */
void report_note(struct report *report, const char *text)
{
	pthread_mutex_lock(&report->lock);
	report->signs++;
	fprintf(report->opts->json ? stderr : stdout, "# %s\n", text);
	fflush(stdout);
	pthread_mutex_unlock(&report->lock);
}

/**
 * report_alive() - a sign of life that is no verdict
 * @report: the report
 */
void report_alive(struct report *report)
{
	pthread_mutex_lock(&report->lock);
	report->signs++;
	pthread_mutex_unlock(&report->lock);
}

/**
 * report_end() - the guest's summary
 * @report: the report
 * @checks: verdicts the guest believes it gave
 * @failed: of these failed
 */
void report_end(struct report *report, u64 checks, u64 failed)
{
	pthread_mutex_lock(&report->lock);
	report->ended = true;
	report->end_checks = checks;
	report->end_failed = failed;
	pthread_mutex_unlock(&report->lock);
}

/**
 * report_bench() - one figure of a bench guest
 * @report: the report
 * @name: the row
 * @ticks: TSC ticks of all loops
 * @loops: how many
 */
void report_bench(struct report *report, const char *name, u64 ticks, u64 loops)
{
	struct bench_row *row;

	pthread_mutex_lock(&report->lock);
	if (report->nr_bench == VMM_MAX_BENCH)
		die("the guest gives more than %d figures", VMM_MAX_BENCH);
	row = &report->bench[report->nr_bench++];
	snprintf(row->name, sizeof(row->name), "%s", name);
	row->ticks = ticks;
	row->loops = loops;
	report->signs++;
	if (!report->opts->json)
		printf("# bench\t%s\t%llu\t%llu\n", name,
		       (unsigned long long)ticks, (unsigned long long)loops);
	fflush(stdout);
	pthread_mutex_unlock(&report->lock);
}

static void json_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		if ((unsigned char)*text >= ' ')
			putchar(*text);
	}
	putchar('"');
}

static void json_check(const struct check *check, bool last)
{
	static const char * const names[] = { "pass", "fail", "skip" };

	printf("    {\"check\": ");
	json_string(check->sentence);
	printf(", \"verdict\": \"%s\"", names[check->verdict]);
	if (check->verdict == VERDICT_FAIL)
		printf(", \"got\": %llu, \"expected\": %llu",
		       (unsigned long long)check->got,
		       (unsigned long long)check->want);
	if (check->verdict == VERDICT_SKIP) {
		printf(", \"reason\": ");
		json_string(check->reason);
	}
	printf("}%s\n", last ? "" : ",");
}

static void json_report(const struct report *report, enum vmm_exit status)
{
	unsigned int i;

	printf("{\n  \"guest\": ");
	json_string(report->opts->guest);
	printf(",\n  \"device\": ");
	json_string(report->opts->device);
	printf(",\n  \"x2apic\": %s,\n  \"irqchip\": %s,\n  \"checks\": [\n",
	       report->opts->x2apic ? "true" : "false",
	       report->opts->irqchip ? "true" : "false");
	for (i = 0; i < report->nr_checks; i++)
		json_check(&report->checks[i], i + 1 == report->nr_checks);
	printf("  ],\n  \"bench\": [\n");
	for (i = 0; i < report->nr_bench; i++) {
		printf("    {\"row\": ");
		json_string(report->bench[i].name);
		printf(", \"ticks\": %llu, \"loops\": %llu}%s\n",
		       (unsigned long long)report->bench[i].ticks,
		       (unsigned long long)report->bench[i].loops,
		       i + 1 == report->nr_bench ? "" : ",");
	}
	printf("  ],\n  \"planned\": %d,\n  \"exit\": %d\n}\n", report->planned,
	       status);
}

/* The guest's own count, the plan and what arrived here have to agree. */
static enum vmm_exit report_judge(const struct report *report)
{
	if (!report->ended || report->planned != (int)report->nr_checks)
		return VMM_EXIT_GUEST;
	if (report->end_checks != report->nr_checks ||
	    report->end_failed != report->nr_failed)
		return VMM_EXIT_GUEST;
	return report->nr_failed ? VMM_EXIT_FAIL : VMM_EXIT_PASS;
}

/**
 * report_finish() - judge the run and print the summary
 * @report: the report
 * @status: how the run ended
 *
 * Return: the program's exit status.
 */
enum vmm_exit report_finish(struct report *report, enum vmm_exit status)
{
	if (status == VMM_EXIT_PASS)
		status = report_judge(report);
	if (report->opts->json) {
		json_report(report, status);
		return status;
	}
	if (status == VMM_EXIT_GUEST && report->planned != (int)report->nr_checks)
		printf("# the guest gave %u verdicts, announced were %d\n",
		       report->nr_checks, report->planned);
	else if (status == VMM_EXIT_GUEST)
		printf("# the guest's summary is another: %llu given, %llu failed\n",
		       (unsigned long long)report->end_checks,
		       (unsigned long long)report->end_failed);
	printf("# %s: %u passed, %u failed, %u skipped\n", report->opts->guest,
	       report->nr_checks - report->nr_failed - report->nr_skipped,
	       report->nr_failed, report->nr_skipped);
	fflush(stdout);
	return status;
}

static void watchdog_bite(struct vm *vm)
{
	struct report *report = vm->report;
	struct timespec grace = { .tv_sec = WATCHDOG_GRACE_S };
	const char *last = "none";
	char text[VMM_MAX_SENTENCE + 80];

	if (report->nr_checks)
		last = report->checks[report->nr_checks - 1].sentence;
	snprintf(text, sizeof(text),
		 "hang: no sign of life for %u s; the last verdict was: %s",
		 report->opts->timeout_s, last);
	report_note(report, text);
	__atomic_store_n(&vm->hung, true, __ATOMIC_SEQ_CST);
	run_kick(vm);
	nanosleep(&grace, NULL);
	report_note(report, "KVM_RUN did not return when a signal came");
	report_finish(report, VMM_EXIT_GUEST);
	_exit(VMM_EXIT_GUEST);
}

static void *watchdog_main(void *arg)
{
	struct vm *vm = arg;
	struct report *report = vm->report;
	u64 seen = 0, signs = 0;
	bool ended = false;

	while (!ended) {
		struct timespec rest = { .tv_sec = report->opts->timeout_s };

		while (nanosleep(&rest, &rest))
			;
		pthread_mutex_lock(&report->lock);
		signs = report->signs;
		ended = report->ended;
		pthread_mutex_unlock(&report->lock);
		if (signs == seen && !ended)
			watchdog_bite(vm);
		seen = signs;
	}
	return NULL;
}

/**
 * watchdog_start() - watch over the run
 * @vm: the VM, with run_prepare() done
 *
 * A run without a verdict, a note or a doorbell for --timeout seconds (at most
 * twice that) ends with VMM_EXIT_GUEST, also when KVM_RUN never returns.
 */
void watchdog_start(struct vm *vm)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, watchdog_main, vm))
		die("cannot start the watchdog");
	pthread_detach(thread);
}
