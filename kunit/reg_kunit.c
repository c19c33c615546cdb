// SPDX-License-Identifier: GPL-2.0-only
/* Register tables: look-up, and the check that finds each malformed table. */
#include <kunit/test.h>

#include "model/reg.h"

static u32 reg_read(const void *chip, unsigned int n,
		    const struct vqc_clock *clock)
{
	return n;
}

static enum vqc_why reg_write(void *chip, unsigned int n, u32 val,
			      const struct vqc_clock *clock, struct vqc_fx *fx)
{
	return VQC_WHY_DELIVERED;
}

#define ROW(_name, _first, _count)					\
	{ .name = _name, .first = _first, .count = _count,		\
	  .flags = VQC_REG_RW, .read = reg_read, .write = reg_write }

/* Banks with and without holes between them, and one at the very end. */
static const struct vqc_reg table[] = {
	ROW("A", 0, 1), ROW("B", 1, 4), ROW("C", 7, 1), ROW("D", 8, 8),
	ROW("E", 0x80, 0x20), ROW("F", 0xffff, 1),
};

static void find_agrees_with_a_walk(struct kunit *test)
{
	unsigned int index, i, nr;

	for (nr = 0; nr <= ARRAY_SIZE(table); nr++) {
		for (index = 0; index < 0x10010; index++) {
			const struct vqc_reg *want = NULL;

			for (i = 0; i < nr; i++)
				if (index >= table[i].first &&
				    index < table[i].first + table[i].count)
					want = &table[i];
			KUNIT_ASSERT_PTR_EQ(test, vqc_reg_find(table, nr, index),
					    want);
		}
	}
}

static void find_survives_any_index(struct kunit *test)
{
	unsigned int nr = ARRAY_SIZE(table);

	KUNIT_EXPECT_NULL(test, vqc_reg_find(table, nr, ~0u));
	KUNIT_EXPECT_NULL(test, vqc_reg_find(table, nr, 0x10000));
	KUNIT_EXPECT_NULL(test, vqc_reg_find(table, nr, 0x80000000));
	KUNIT_EXPECT_NULL(test, vqc_reg_find(NULL, 0, 0));
}

static void check_accepts_a_good_table(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, vqc_reg_table_check(table, ARRAY_SIZE(table)));
	KUNIT_EXPECT_NULL(test, vqc_reg_table_check(NULL, 0));
}

struct bad_case {
	const char *desc;
	struct vqc_reg row[2];
};

static const struct bad_case bad_cases[] = {
	{ "no name", { ROW(NULL, 0, 1), ROW("B", 1, 1) } },
	{ "empty name", { ROW("A", 0, 1), ROW("", 1, 1) } },
	{ "same name", { ROW("A", 0, 1), ROW("A", 1, 1) } },
	{ "empty bank", { ROW("A", 0, 0), ROW("B", 1, 1) } },
	{ "past the last index", { ROW("A", 0, 1), ROW("B", 0xfff0, 0x11) } },
	{ "same index", { ROW("A", 4, 1), ROW("B", 4, 1) } },
	{ "descending", { ROW("A", 4, 1), ROW("B", 3, 1) } },
	{ "overlapping", { ROW("A", 4, 3), ROW("B", 6, 1) } },
	{ "unknown flag", { ROW("A", 0, 1),
	  { .name = "B", .first = 1, .count = 1, .flags = VQC_REG_R | BIT(6),
	    .read = reg_read } } },
	{ "no view", { ROW("A", 0, 1),
	  { .name = "B", .first = 1, .count = 1, .flags = VQC_REG_STATE,
	    .read = reg_read } } },
	{ "readable, no function", { ROW("A", 0, 1),
	  { .name = "B", .first = 1, .count = 1, .flags = VQC_REG_X2R } } },
	{ "read function, not readable", { ROW("A", 0, 1),
	  { .name = "B", .first = 1, .count = 1, .flags = VQC_REG_W,
	    .read = reg_read, .write = reg_write } } },
	{ "writable, no function", { ROW("A", 0, 1),
	  { .name = "B", .first = 1, .count = 1, .flags = VQC_REG_X2W } } },
	{ "write function, not writable", { ROW("A", 0, 1),
	  { .name = "B", .first = 1, .count = 1, .flags = VQC_REG_R,
	    .read = reg_read, .write = reg_write } } },
	{ "writable bits, not written", { ROW("A", 0, 1),
	  { .name = "B", .first = 1, .count = 1, .flags = VQC_REG_R,
	    .read = reg_read, .wmask = 1 } } },
};

static void bad_case_desc(const struct bad_case *bad, char *desc)
{
	strscpy(desc, bad->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bad, bad_cases, bad_case_desc);

static void check_finds(struct kunit *test)
{
	const struct bad_case *bad = test->param_value;

	KUNIT_EXPECT_NOT_NULL(test, vqc_reg_table_check(bad->row, 2));
}

static void check_names_each_fault_differently(struct kunit *test)
{
	/* No name and an empty one, the two orders, and the two writes agree. */
	const unsigned int want = ARRAY_SIZE(bad_cases) - 3;
	unsigned int i, j, different = 0;

	for (i = 0; i < ARRAY_SIZE(bad_cases); i++) {
		const char *words = vqc_reg_table_check(bad_cases[i].row, 2);

		for (j = 0; j < i; j++)
			if (!strcmp(words,
				    vqc_reg_table_check(bad_cases[j].row, 2)))
				break;
		different += j == i;
	}
	KUNIT_EXPECT_EQ(test, different, want);
}

static struct kunit_case reg_cases[] = {
	KUNIT_CASE(find_agrees_with_a_walk),
	KUNIT_CASE(find_survives_any_index),
	KUNIT_CASE(check_accepts_a_good_table),
	KUNIT_CASE_PARAM(check_finds, bad_gen_params),
	KUNIT_CASE(check_names_each_fault_differently),
	{}
};

static struct kunit_suite reg_suite = {
	.name = "virqchip_reg",
	.test_cases = reg_cases,
};

kunit_test_suite(reg_suite);
