/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Userspace stand-in for the part of KUnit that the suites use.  It offers
 * what the oldest kernel supported offers, so a suite that compiles here
 * compiles there.
 */
#ifndef SHIM_KUNIT_TEST_H
#define SHIM_KUNIT_TEST_H

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>

#define KUNIT_PARAM_DESC_SIZE		128
#define KUNIT_STATUS_COMMENT_SIZE	256

enum kunit_status {
	KUNIT_SUCCESS,
	KUNIT_FAILURE,
	KUNIT_SKIPPED,
};

/**
 * struct kunit - a case while it runs
 * @priv: for the suite's own use
 * @name: of the case
 * @param_value: the parameter, for a case that takes one
 * @param_index: its number
 * @status: failed, skipped or neither
 * @status_comment: why it was skipped
 * @allocs: memory to free at the end
 */
struct kunit {
	void *priv;
	const char *name;
	const void *param_value;
	int param_index;
	enum kunit_status status;
	char status_comment[KUNIT_STATUS_COMMENT_SIZE];
	struct shim_alloc *allocs;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(const void *prev, char *desc);
};

struct kunit_suite {
	const char name[256];
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
	enum kunit_status status;
	char status_comment[KUNIT_STATUS_COMMENT_SIZE];
};

#define KUNIT_CASE(case_name)	{ .run_case = case_name, .name = #case_name }
#define KUNIT_CASE_PARAM(case_name, gen_params) \
	{ .run_case = case_name, .name = #case_name, .generate_params = gen_params }

#define KUNIT_ARRAY_PARAM(name, array, get_desc)			\
static const void *name##_gen_params(const void *prev, char *desc)	\
{									\
	typeof(&(array)[0]) next = prev ? prev : NULL;			\
	void (*describe)(typeof(next), char *) = get_desc;		\
									\
	next = next ? next + 1 : (array);				\
	if (next == (array) + ARRAY_SIZE(array))			\
		return NULL;						\
	if (describe)							\
		describe(next, desc);					\
	return next;							\
}

void shim_kunit_register(struct kunit_suite **suites, size_t nr);

#define __kunit_test_suites(list, hook, ...)				\
static struct kunit_suite *list[] = { __VA_ARGS__ };			\
static void __attribute__((constructor)) hook(void)			\
{									\
	shim_kunit_register(list, ARRAY_SIZE(list));			\
}									\
_Static_assert(1, "")
#define kunit_test_suites(...) \
	__kunit_test_suites(__UNIQUE_ID(suites_), __UNIQUE_ID(suites_hook_), __VA_ARGS__)
#define kunit_test_suite(suite)	kunit_test_suites(&suite)

/* Memory that lives as long as the case. */
void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp);
void kunit_kfree(struct kunit *test, const void *ptr);

#define kunit_kmalloc(test, size, gfp)	kunit_kmalloc_array(test, 1, size, gfp)
#define kunit_kzalloc(test, size, gfp) \
	kunit_kmalloc_array(test, 1, size, (gfp) | __GFP_ZERO)
#define kunit_kcalloc(test, n, size, gfp) \
	kunit_kmalloc_array(test, n, size, (gfp) | __GFP_ZERO)

/* Lines for people, as KTAP comments. */
void shim_kunit_log(const char *fmt, ...) __printf(1, 2);

#define KERN_ERR			""
#define KERN_WARNING			""
#define KERN_INFO			""
#define KERN_DEBUG			""
#define kunit_log(level, test, fmt, ...) \
	shim_kunit_log(level fmt, ##__VA_ARGS__)
#define kunit_printk(level, test, fmt, ...) \
	shim_kunit_log("%s: " fmt, (test)->name, ##__VA_ARGS__)
#define kunit_info(test, fmt, ...)	kunit_printk(KERN_INFO, test, fmt, ##__VA_ARGS__)
#define kunit_warn(test, fmt, ...)	kunit_printk(KERN_WARNING, test, fmt, ##__VA_ARGS__)
#define kunit_err(test, fmt, ...)	kunit_printk(KERN_ERR, test, fmt, ##__VA_ARGS__)

void shim_kunit_abort(void) __attribute__((noreturn));

#define kunit_mark_skipped(test, fmt, ...) do {				\
	(test)->status = KUNIT_SKIPPED;					\
	scnprintf((test)->status_comment, KUNIT_STATUS_COMMENT_SIZE,	\
		  fmt, ##__VA_ARGS__);					\
} while (0)
#define kunit_skip(test, fmt, ...) do {					\
	kunit_mark_skipped(test, fmt, ##__VA_ARGS__);			\
	shim_kunit_abort();						\
} while (0)

/*
 * Expectations mark the case as failed and go on; assertions (@abort) also
 * end it.  Both sides are evaluated once.
 */
void shim_kunit_fail(struct kunit *test, const char *where, const char *fmt, ...)
	__printf(3, 4);
void shim_kunit_fail_msg(const char *fmt, ...) __printf(1, 2);

#define __shim_where(kind)	kind " FAILED at " __FILE__ ":" __shim_str(__LINE__)
#define __shim_str(x)		__shim_str2(x)
#define __shim_str2(x)		#x

#define __shim_end_expect()	do { } while (0)
#define __shim_end_assert()	shim_kunit_abort()
#define __shim_where_expect	__shim_where("EXPECTATION")
#define __shim_where_assert	__shim_where("ASSERTION")

#define __shim_msg_0(...)	do { } while (0)
#define __shim_msg_1(...)	shim_kunit_fail_msg(__VA_ARGS__)

#define __shim_true(kind, test, cond, want, msg, ...) do {		\
	if (likely((!(cond)) != (want)))					\
		break;							\
	shim_kunit_fail(test, __shim_where_##kind,			\
			"Expected %s to be %s", #cond,			\
			(want) ? "true, but is false" : "false, but is true"); \
	__shim_msg_##msg(__VA_ARGS__);					\
	__shim_end_##kind();						\
} while (0)

#define __shim_int(kind, test, left, op, right, msg, ...) do {		\
	const typeof(left) __left = (left);				\
	const typeof(right) __right = (right);				\
									\
	if (likely(__left op __right))					\
		break;							\
	shim_kunit_fail(test, __shim_where_##kind,			\
			"Expected %s %s %s, but %lld (0x%llx) against %lld (0x%llx)", \
			#left, #op, #right,				\
			(long long)__left, (unsigned long long)__left,	\
			(long long)__right, (unsigned long long)__right); \
	__shim_msg_##msg(__VA_ARGS__);					\
	__shim_end_##kind();						\
} while (0)

#define __shim_ptr(kind, test, left, op, right, msg, ...) do {		\
	const void *__left = (left);					\
	const void *__right = (right);					\
									\
	if (likely(__left op __right))					\
		break;							\
	shim_kunit_fail(test, __shim_where_##kind,			\
			"Expected %s %s %s, but %p against %p",		\
			#left, #op, #right, __left, __right);		\
	__shim_msg_##msg(__VA_ARGS__);					\
	__shim_end_##kind();						\
} while (0)

#define __shim_string(kind, test, left, op, right, msg, ...) do {	\
	const char *__left = (left);					\
	const char *__right = (right);					\
									\
	if (likely(strcmp(__left, __right) op 0))			\
		break;							\
	shim_kunit_fail(test, __shim_where_##kind,			\
			"Expected %s %s %s, but \"%s\" against \"%s\"",	\
			#left, #op, #right, __left, __right);		\
	__shim_msg_##msg(__VA_ARGS__);					\
	__shim_end_##kind();						\
} while (0)

#define __shim_mem(kind, test, left, op, right, size, msg, ...) do {	\
	const void *__left = (left);					\
	const void *__right = (right);					\
	size_t __size = (size);						\
									\
	if (likely(memcmp(__left, __right, __size) op 0))		\
		break;							\
	shim_kunit_fail(test, __shim_where_##kind,			\
			"Expected %s %s %s over %zu bytes",		\
			#left, #op, #right, __size);			\
	__shim_msg_##msg(__VA_ARGS__);					\
	__shim_end_##kind();						\
} while (0)

#define __shim_valid(kind, test, ptr, msg, ...) do {			\
	const void *__ptr = (ptr);					\
									\
	if (likely(!IS_ERR_OR_NULL(__ptr)))				\
		break;							\
	shim_kunit_fail(test, __shim_where_##kind,			\
			"Expected %s to be neither NULL nor an error, but %ld", \
			#ptr, PTR_ERR(__ptr));				\
	__shim_msg_##msg(__VA_ARGS__);					\
	__shim_end_##kind();						\
} while (0)

#define KUNIT_SUCCEED(test) do { } while (0)
#define KUNIT_FAIL(test, ...) do {					\
	shim_kunit_fail(test, __shim_where_expect, "%s", "Reached what must not be reached"); \
	shim_kunit_fail_msg(__VA_ARGS__);				\
} while (0)

#define KUNIT_EXPECT_TRUE(test, cond) \
	__shim_true(expect, test, cond, true, 0)
#define KUNIT_EXPECT_TRUE_MSG(test, cond, ...) \
	__shim_true(expect, test, cond, true, 1, __VA_ARGS__)
#define KUNIT_EXPECT_FALSE(test, cond) \
	__shim_true(expect, test, cond, false, 0)
#define KUNIT_EXPECT_FALSE_MSG(test, cond, ...) \
	__shim_true(expect, test, cond, false, 1, __VA_ARGS__)
#define KUNIT_EXPECT_EQ(test, left, right) \
	__shim_int(expect, test, left, ==, right, 0)
#define KUNIT_EXPECT_EQ_MSG(test, left, right, ...) \
	__shim_int(expect, test, left, ==, right, 1, __VA_ARGS__)
#define KUNIT_EXPECT_NE(test, left, right) \
	__shim_int(expect, test, left, !=, right, 0)
#define KUNIT_EXPECT_NE_MSG(test, left, right, ...) \
	__shim_int(expect, test, left, !=, right, 1, __VA_ARGS__)
#define KUNIT_EXPECT_LT(test, left, right) \
	__shim_int(expect, test, left, <, right, 0)
#define KUNIT_EXPECT_LT_MSG(test, left, right, ...) \
	__shim_int(expect, test, left, <, right, 1, __VA_ARGS__)
#define KUNIT_EXPECT_LE(test, left, right) \
	__shim_int(expect, test, left, <=, right, 0)
#define KUNIT_EXPECT_LE_MSG(test, left, right, ...) \
	__shim_int(expect, test, left, <=, right, 1, __VA_ARGS__)
#define KUNIT_EXPECT_GT(test, left, right) \
	__shim_int(expect, test, left, >, right, 0)
#define KUNIT_EXPECT_GT_MSG(test, left, right, ...) \
	__shim_int(expect, test, left, >, right, 1, __VA_ARGS__)
#define KUNIT_EXPECT_GE(test, left, right) \
	__shim_int(expect, test, left, >=, right, 0)
#define KUNIT_EXPECT_GE_MSG(test, left, right, ...) \
	__shim_int(expect, test, left, >=, right, 1, __VA_ARGS__)
#define KUNIT_EXPECT_PTR_EQ(test, left, right) \
	__shim_ptr(expect, test, left, ==, right, 0)
#define KUNIT_EXPECT_PTR_EQ_MSG(test, left, right, ...) \
	__shim_ptr(expect, test, left, ==, right, 1, __VA_ARGS__)
#define KUNIT_EXPECT_PTR_NE(test, left, right) \
	__shim_ptr(expect, test, left, !=, right, 0)
#define KUNIT_EXPECT_PTR_NE_MSG(test, left, right, ...) \
	__shim_ptr(expect, test, left, !=, right, 1, __VA_ARGS__)
#define KUNIT_EXPECT_NULL(test, ptr) \
	__shim_ptr(expect, test, ptr, ==, NULL, 0)
#define KUNIT_EXPECT_NULL_MSG(test, ptr, ...) \
	__shim_ptr(expect, test, ptr, ==, NULL, 1, __VA_ARGS__)
#define KUNIT_EXPECT_NOT_NULL(test, ptr) \
	__shim_ptr(expect, test, ptr, !=, NULL, 0)
#define KUNIT_EXPECT_NOT_NULL_MSG(test, ptr, ...) \
	__shim_ptr(expect, test, ptr, !=, NULL, 1, __VA_ARGS__)
#define KUNIT_EXPECT_STREQ(test, left, right) \
	__shim_string(expect, test, left, ==, right, 0)
#define KUNIT_EXPECT_STREQ_MSG(test, left, right, ...) \
	__shim_string(expect, test, left, ==, right, 1, __VA_ARGS__)
#define KUNIT_EXPECT_STRNEQ(test, left, right) \
	__shim_string(expect, test, left, !=, right, 0)
#define KUNIT_EXPECT_STRNEQ_MSG(test, left, right, ...) \
	__shim_string(expect, test, left, !=, right, 1, __VA_ARGS__)
#define KUNIT_EXPECT_MEMEQ(test, left, right, size) \
	__shim_mem(expect, test, left, ==, right, size, 0)
#define KUNIT_EXPECT_MEMEQ_MSG(test, left, right, size, ...) \
	__shim_mem(expect, test, left, ==, right, size, 1, __VA_ARGS__)
#define KUNIT_EXPECT_MEMNEQ(test, left, right, size) \
	__shim_mem(expect, test, left, !=, right, size, 0)
#define KUNIT_EXPECT_MEMNEQ_MSG(test, left, right, size, ...) \
	__shim_mem(expect, test, left, !=, right, size, 1, __VA_ARGS__)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL(test, ptr) \
	__shim_valid(expect, test, ptr, 0)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(test, ptr, ...) \
	__shim_valid(expect, test, ptr, 1, __VA_ARGS__)

#define KUNIT_ASSERT_TRUE(test, cond) \
	__shim_true(assert, test, cond, true, 0)
#define KUNIT_ASSERT_TRUE_MSG(test, cond, ...) \
	__shim_true(assert, test, cond, true, 1, __VA_ARGS__)
#define KUNIT_ASSERT_FALSE(test, cond) \
	__shim_true(assert, test, cond, false, 0)
#define KUNIT_ASSERT_FALSE_MSG(test, cond, ...) \
	__shim_true(assert, test, cond, false, 1, __VA_ARGS__)
#define KUNIT_ASSERT_EQ(test, left, right) \
	__shim_int(assert, test, left, ==, right, 0)
#define KUNIT_ASSERT_EQ_MSG(test, left, right, ...) \
	__shim_int(assert, test, left, ==, right, 1, __VA_ARGS__)
#define KUNIT_ASSERT_NE(test, left, right) \
	__shim_int(assert, test, left, !=, right, 0)
#define KUNIT_ASSERT_NE_MSG(test, left, right, ...) \
	__shim_int(assert, test, left, !=, right, 1, __VA_ARGS__)
#define KUNIT_ASSERT_LT(test, left, right) \
	__shim_int(assert, test, left, <, right, 0)
#define KUNIT_ASSERT_LT_MSG(test, left, right, ...) \
	__shim_int(assert, test, left, <, right, 1, __VA_ARGS__)
#define KUNIT_ASSERT_LE(test, left, right) \
	__shim_int(assert, test, left, <=, right, 0)
#define KUNIT_ASSERT_LE_MSG(test, left, right, ...) \
	__shim_int(assert, test, left, <=, right, 1, __VA_ARGS__)
#define KUNIT_ASSERT_GT(test, left, right) \
	__shim_int(assert, test, left, >, right, 0)
#define KUNIT_ASSERT_GT_MSG(test, left, right, ...) \
	__shim_int(assert, test, left, >, right, 1, __VA_ARGS__)
#define KUNIT_ASSERT_GE(test, left, right) \
	__shim_int(assert, test, left, >=, right, 0)
#define KUNIT_ASSERT_GE_MSG(test, left, right, ...) \
	__shim_int(assert, test, left, >=, right, 1, __VA_ARGS__)
#define KUNIT_ASSERT_PTR_EQ(test, left, right) \
	__shim_ptr(assert, test, left, ==, right, 0)
#define KUNIT_ASSERT_PTR_EQ_MSG(test, left, right, ...) \
	__shim_ptr(assert, test, left, ==, right, 1, __VA_ARGS__)
#define KUNIT_ASSERT_PTR_NE(test, left, right) \
	__shim_ptr(assert, test, left, !=, right, 0)
#define KUNIT_ASSERT_PTR_NE_MSG(test, left, right, ...) \
	__shim_ptr(assert, test, left, !=, right, 1, __VA_ARGS__)
#define KUNIT_ASSERT_NULL(test, ptr) \
	__shim_ptr(assert, test, ptr, ==, NULL, 0)
#define KUNIT_ASSERT_NULL_MSG(test, ptr, ...) \
	__shim_ptr(assert, test, ptr, ==, NULL, 1, __VA_ARGS__)
#define KUNIT_ASSERT_NOT_NULL(test, ptr) \
	__shim_ptr(assert, test, ptr, !=, NULL, 0)
#define KUNIT_ASSERT_NOT_NULL_MSG(test, ptr, ...) \
	__shim_ptr(assert, test, ptr, !=, NULL, 1, __VA_ARGS__)
#define KUNIT_ASSERT_STREQ(test, left, right) \
	__shim_string(assert, test, left, ==, right, 0)
#define KUNIT_ASSERT_STREQ_MSG(test, left, right, ...) \
	__shim_string(assert, test, left, ==, right, 1, __VA_ARGS__)
#define KUNIT_ASSERT_STRNEQ(test, left, right) \
	__shim_string(assert, test, left, !=, right, 0)
#define KUNIT_ASSERT_STRNEQ_MSG(test, left, right, ...) \
	__shim_string(assert, test, left, !=, right, 1, __VA_ARGS__)
#define KUNIT_ASSERT_MEMEQ(test, left, right, size) \
	__shim_mem(assert, test, left, ==, right, size, 0)
#define KUNIT_ASSERT_MEMEQ_MSG(test, left, right, size, ...) \
	__shim_mem(assert, test, left, ==, right, size, 1, __VA_ARGS__)
#define KUNIT_ASSERT_MEMNEQ(test, left, right, size) \
	__shim_mem(assert, test, left, !=, right, size, 0)
#define KUNIT_ASSERT_MEMNEQ_MSG(test, left, right, size, ...) \
	__shim_mem(assert, test, left, !=, right, size, 1, __VA_ARGS__)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ptr) \
	__shim_valid(assert, test, ptr, 0)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(test, ptr, ...) \
	__shim_valid(assert, test, ptr, 1, __VA_ARGS__)

#endif /* SHIM_KUNIT_TEST_H */
