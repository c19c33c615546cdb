/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small test harness: each test is a process of its own, with a time limit,
 * and its result a line of KTAP.
 */
#ifndef SELFTESTS_HARNESS_H
#define SELFTESTS_HARNESS_H

#include <errno.h>
#include <stdarg.h>
#include <stdnoreturn.h>
#include <string.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
/* Argument @n is a format of printf()'s kind, and the next ones are for it. */
#define FORMAT(n)	__attribute__((format(printf, n, (n) + 1)))

/* Exit statuses of a test's process */
#define TEST_PASSED	0
#define TEST_FAILED	1
#define TEST_SKIPPED	4

/**
 * test_add - register a test
 * @name: what it shows, in words joined by underscores
 * @fn: the test
 * @arg: for @fn
 */
void test_add(const char *name, void (*fn)(const void *arg), const void *arg);

/* Define a test. */
#define TEST(name)							\
	static void name(const void *arg);				\
	__attribute__((constructor)) static void name##_add(void)	\
	{								\
		test_add(#name, name, NULL);				\
	}								\
	static void name(const void *arg)

/* Print a line that explains a result. */
FORMAT(1) void test_say(const char *format, ...);

/* End the test as failed, or as skipped, and say why. */
FORMAT(3) noreturn
void test_fail(const char *file, int line, const char *format, ...);
FORMAT(1) noreturn void test_skip(const char *format, ...);

#define ASSERT(condition)						\
do {									\
	if (!(condition))						\
		test_fail(__FILE__, __LINE__, "%s", #condition);	\
} while (0)

#define ASSERT_EQ(got, want)						\
do {									\
	long long test_got = (long long)(got);				\
	long long test_want = (long long)(want);			\
									\
	if (test_got != test_want)					\
		test_fail(__FILE__, __LINE__,				\
			  "%s is %lld (0x%llx), not %lld (0x%llx)",	\
			  #got, test_got, test_got, test_want,		\
			  test_want);					\
} while (0)

/* A call that returns 0 or more, or sets errno. */
#define ASSERT_OK(call)							\
do {									\
	long test_ret = (long)(call);					\
									\
	if (test_ret < 0)						\
		test_fail(__FILE__, __LINE__, "%s: %s", #call,		\
			  strerror(errno));				\
} while (0)

#define ASSERT_ERRNO(call, want)					\
do {									\
	long test_ret = (long)(call);					\
	int test_errno = test_ret < 0 ? errno : 0;			\
	int test_want = (want);						\
									\
	if (test_errno != test_want)					\
		test_fail(__FILE__, __LINE__, "%s: %s, not %s", #call,	\
			  test_errno ? strerror(test_errno) : "success",\
			  strerror(test_want));				\
} while (0)

#endif /* SELFTESTS_HARNESS_H */
