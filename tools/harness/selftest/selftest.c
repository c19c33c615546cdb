// SPDX-License-Identifier: GPL-2.0-only
/*
 * The harness on trial: the stand-in headers against naive loops, and cases
 * that must fail, skip or end the program (run.sh asks for them one by one).
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/prandom.h>

#define NBITS	200u
#define ROUNDS	2000

static void fill(struct rnd_state *rnd, unsigned long *map)
{
	unsigned int density = prandom_u32_state(rnd) % 64;

	bitmap_zero(map, NBITS);
	for (unsigned int i = 0; i < NBITS; i++)
		__assign_bit(i, map, prandom_u32_state(rnd) % 64 < density);
	/* Bits past the end must not matter. */
	map[BIT_WORD(NBITS)] |= ~(BIT_MASK(NBITS) - 1);
}

static unsigned int naive_next(const unsigned long *map, unsigned int from, bool value)
{
	unsigned int i;

	for (i = from; i < NBITS; i++)
		if (((map[i / 64] >> (i % 64)) & 1) == value)
			break;
	return min(i, NBITS);
}

static void searches_agree_with_a_loop(struct kunit *test)
{
	DECLARE_BITMAP(a, NBITS);
	DECLARE_BITMAP(b, NBITS);
	DECLARE_BITMAP(both, NBITS);
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 1);
	for (int round = 0; round < ROUNDS; round++) {
		unsigned int from = prandom_u32_state(&rnd) % NBITS;
		unsigned int last = NBITS, i;

		fill(&rnd, a);
		fill(&rnd, b);
		bitmap_and(both, a, b, NBITS);
		KUNIT_ASSERT_EQ(test, find_next_bit(a, NBITS, from), naive_next(a, from, true));
		KUNIT_ASSERT_EQ(test, find_first_bit(a, NBITS), naive_next(a, 0, true));
		KUNIT_ASSERT_EQ(test, find_next_zero_bit(a, NBITS, from),
				naive_next(a, from, false));
		KUNIT_ASSERT_EQ(test, find_next_and_bit(a, b, NBITS, from),
				naive_next(both, from, true));
		for (i = 0; i < NBITS; i++)
			if (test_bit(i, a))
				last = i;
		KUNIT_ASSERT_EQ(test, find_last_bit(a, NBITS), last);
	}
}

static void sets_agree_with_a_loop(struct kunit *test)
{
	DECLARE_BITMAP(a, NBITS);
	DECLARE_BITMAP(b, NBITS);
	DECLARE_BITMAP(out, NBITS);
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 2);
	for (int round = 0; round < ROUNDS; round++) {
		bool equal = true, subset = true, meet = false;
		unsigned int weight = 0, i;

		fill(&rnd, a);
		fill(&rnd, b);
		bitmap_andnot(out, a, b, NBITS);
		for (i = 0; i < NBITS; i++) {
			bool in_a = test_bit(i, a), in_b = test_bit(i, b);

			weight += in_a;
			equal &= in_a == in_b;
			subset &= !in_a || in_b;
			meet |= in_a && in_b;
			KUNIT_ASSERT_EQ(test, test_bit(i, out), in_a && !in_b);
		}
		KUNIT_ASSERT_EQ(test, bitmap_weight(a, NBITS), weight);
		KUNIT_ASSERT_EQ(test, bitmap_empty(a, NBITS), weight == 0);
		KUNIT_ASSERT_EQ(test, bitmap_full(a, NBITS), weight == NBITS);
		KUNIT_ASSERT_EQ(test, bitmap_equal(a, b, NBITS), equal);
		KUNIT_ASSERT_EQ(test, bitmap_subset(a, b, NBITS), subset);
		KUNIT_ASSERT_EQ(test, bitmap_intersects(a, b, NBITS), meet);
	}
}

static void iteration_visits_each_set_bit_once(struct kunit *test)
{
	DECLARE_BITMAP(map, NBITS);
	DECLARE_BITMAP(seen, NBITS);
	struct rnd_state rnd;
	unsigned int bit;

	prandom_seed_state(&rnd, 3);
	for (int round = 0; round < ROUNDS; round++) {
		fill(&rnd, map);
		bitmap_zero(seen, NBITS);
		for_each_set_bit(bit, map, NBITS)
			KUNIT_ASSERT_FALSE(test, test_and_set_bit(bit, seen));
		KUNIT_ASSERT_TRUE(test, bitmap_equal(map, seen, NBITS));
	}
}

static void positions_agree_with_a_loop(struct kunit *test)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 4);
	KUNIT_EXPECT_EQ(test, fls(0), 0);
	KUNIT_EXPECT_EQ(test, ffs(0), 0);
	KUNIT_EXPECT_EQ(test, fls64(0), 0);
	for (int round = 0; round < ROUNDS; round++) {
		u64 word = (u64)prandom_u32_state(&rnd) << 32 | prandom_u32_state(&rnd);
		int low = 0, high = 63, weight = 0;

		word >>= prandom_u32_state(&rnd) % 64;
		word |= BIT_ULL(prandom_u32_state(&rnd) % 64);
		while (!(word & BIT_ULL(low)))
			low++;
		while (!(word & BIT_ULL(high)))
			high--;
		for (int i = 0; i < 64; i++)
			weight += !!(word & BIT_ULL(i));
		KUNIT_ASSERT_EQ(test, __ffs(word), low);
		KUNIT_ASSERT_EQ(test, __fls(word), high);
		KUNIT_ASSERT_EQ(test, fls64(word), high + 1);
		KUNIT_ASSERT_EQ(test, hweight64(word), weight);
		KUNIT_ASSERT_EQ(test, rol8(low, 3), (u8)(low << 3 | low >> 5));
		KUNIT_ASSERT_EQ(test, rol32(ror32(word, 7), 7), (u32)word);
	}
}

static void bit_operations_give_the_old_bit(struct kunit *test)
{
	DECLARE_BITMAP(map, NBITS) = { 0 };

	KUNIT_EXPECT_FALSE(test, test_and_set_bit(130, map));
	KUNIT_EXPECT_TRUE(test, test_and_set_bit(130, map));
	KUNIT_EXPECT_TRUE(test, __test_and_clear_bit(130, map));
	KUNIT_EXPECT_FALSE(test, test_and_clear_bit(130, map));
	set_bit(63, map);
	KUNIT_EXPECT_EQ(test, map[0], BIT(63));
	clear_bit(63, map);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(map, NBITS));
}

static void fields_and_masks(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, GENMASK(7, 4), 0xf0);
	KUNIT_EXPECT_EQ(test, GENMASK(63, 0), ~0UL);
	KUNIT_EXPECT_EQ(test, GENMASK_ULL(63, 56), 0xff00000000000000ULL);
	KUNIT_EXPECT_EQ(test, FIELD_GET(GENMASK(10, 8), 0x5678), 6);
	KUNIT_EXPECT_EQ(test, FIELD_PREP(GENMASK_ULL(63, 56), 0xab), 0xab00000000000000ULL);
	KUNIT_EXPECT_EQ(test, u32_replace_bits(0xffffffff, 2, GENMASK(7, 4)), 0xffffff2f);
	KUNIT_EXPECT_EQ(test, sign_extend32(0x80, 7), -128);
}

static void arithmetic(struct kunit *test)
{
	u64 rem;

	KUNIT_EXPECT_EQ(test, mul_u64_u64_div_u64(~0ULL, 1000, 2000), ~0ULL / 2);
	KUNIT_EXPECT_EQ(test, mul_u64_u32_shr(~0ULL, 1u << 31, 32), ~0ULL >> 1);
	KUNIT_EXPECT_EQ(test, mul_u64_u32_div(1000000007ULL, 3, 7), 428571431ULL);
	KUNIT_EXPECT_EQ(test, div64_u64_rem(100, 7, &rem), 14);
	KUNIT_EXPECT_EQ(test, rem, 2);
	KUNIT_EXPECT_EQ(test, clamp(5, 7, 9), 7);
	KUNIT_EXPECT_EQ(test, clamp(8, 7, 9), 8);
	KUNIT_EXPECT_EQ(test, max_t(u8, 0x1ff, 3), 0xff);
	KUNIT_EXPECT_EQ(test, round_up(13, 8), 16);
	KUNIT_EXPECT_EQ(test, array_index_nospec(9, 8), 0);
	KUNIT_EXPECT_EQ(test, array_index_nospec(7, 8), 7);
}

static void atomics(struct kunit *test)
{
	atomic_t v = ATOMIC_INIT(5);
	unsigned long word = 1;

	KUNIT_EXPECT_EQ(test, atomic_inc_return(&v), 6);
	KUNIT_EXPECT_EQ(test, atomic_fetch_or(8, &v), 6);
	KUNIT_EXPECT_EQ(test, atomic_cmpxchg(&v, 14, 3), 14);
	KUNIT_EXPECT_EQ(test, atomic_read(&v), 3);
	KUNIT_EXPECT_EQ(test, cmpxchg(&word, 2UL, 9UL), 1);
	KUNIT_EXPECT_EQ(test, xchg(&word, 7UL), 1);
	KUNIT_EXPECT_EQ(test, word, 7);
}

static void strings(struct kunit *test)
{
	char buf[4];

	KUNIT_EXPECT_EQ(test, strscpy(buf, "abc", sizeof(buf)), 3);
	KUNIT_EXPECT_EQ(test, strscpy(buf, "abcd", sizeof(buf)), -E2BIG);
	KUNIT_EXPECT_STREQ(test, buf, "abc");
	KUNIT_EXPECT_EQ(test, scnprintf(buf, sizeof(buf), "%d", 12345), 3);
	KUNIT_EXPECT_NULL(test, memchr_inv("aaa", 'a', 3));
	KUNIT_EXPECT_MEMEQ(test, buf, "123", 4);
}

struct selftest_param {
	const char *desc;
	int value;
};

static const struct selftest_param selftest_params[] = {
	{ "first", 10 },
	{ "second", 11 },
	{ "third", 12 },
};

static void selftest_param_desc(const struct selftest_param *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(selftest, selftest_params, selftest_param_desc);

static void each_parameter_runs(struct kunit *test)
{
	const struct selftest_param *param = test->param_value;

	KUNIT_EXPECT_EQ(test, param->value, 10 + test->param_index);
}

static struct kunit_case selftest_good_cases[] = {
	KUNIT_CASE(searches_agree_with_a_loop),
	KUNIT_CASE(sets_agree_with_a_loop),
	KUNIT_CASE(iteration_visits_each_set_bit_once),
	KUNIT_CASE(positions_agree_with_a_loop),
	KUNIT_CASE(bit_operations_give_the_old_bit),
	KUNIT_CASE(fields_and_masks),
	KUNIT_CASE(arithmetic),
	KUNIT_CASE(atomics),
	KUNIT_CASE(strings),
	KUNIT_CASE_PARAM(each_parameter_runs, selftest_gen_params),
	{}
};

static struct kunit_suite selftest_good = {
	.name = "selftest_good",
	.test_cases = selftest_good_cases,
};

/* From here on, cases that must not pass. */
static void bad_expectation(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, 2);
	kunit_info(test, "went on");
}

static void bad_assertion(struct kunit *test)
{
	KUNIT_ASSERT_TRUE_MSG(test, false, "the message of %d", 42);
	kunit_info(test, "went on");
}

static void bad_explicit(struct kunit *test)
{
	KUNIT_FAIL(test, "reason %d", 1);
}

static void bad_parameter(struct kunit *test)
{
	const struct selftest_param *param = test->param_value;

	KUNIT_EXPECT_NE(test, param->value, 11);
}

static void bad_skip(struct kunit *test)
{
	kunit_skip(test, "not here");
}

static void bad_warning(struct kunit *test)
{
	WARN_ON_ONCE(test->param_index == 0);
}

static void bad_overrun(struct kunit *test)
{
	u8 *buf = kunit_kzalloc(test, 8, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_EXPECT_EQ(test, READ_ONCE(buf[8 + test->param_index]), 0);
}

static void bad_shift(struct kunit *test)
{
	unsigned int by = 32 + test->param_index;

	KUNIT_EXPECT_EQ(test, 1u << by, 0);
}

static void bad_leak(struct kunit *test)
{
	char **leak = kzalloc(sizeof(*leak), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, leak);
	*leak = kzalloc(16, GFP_KERNEL);
}

static struct kunit_case selftest_bad_cases[] = {
	KUNIT_CASE(bad_expectation),
	KUNIT_CASE(bad_assertion),
	KUNIT_CASE(bad_explicit),
	KUNIT_CASE_PARAM(bad_parameter, selftest_gen_params),
	KUNIT_CASE(bad_skip),
	KUNIT_CASE(bad_warning),
	KUNIT_CASE(bad_overrun),
	KUNIT_CASE(bad_shift),
	KUNIT_CASE(bad_leak),
	{}
};

static struct kunit_suite selftest_bad = {
	.name = "selftest_bad",
	.test_cases = selftest_bad_cases,
};

/* When init fails, so does the case, and it does not run. */
static int selftest_init(struct kunit *test)
{
	return -ENOMEM;
}

static void bad_init(struct kunit *test)
{
	kunit_info(test, "went on");
}

static struct kunit_case selftest_init_cases[] = {
	KUNIT_CASE(bad_init),
	{}
};

static struct kunit_suite selftest_bad_init = {
	.name = "selftest_bad_init",
	.init = selftest_init,
	.test_cases = selftest_init_cases,
};

kunit_test_suites(&selftest_good, &selftest_bad, &selftest_bad_init);
