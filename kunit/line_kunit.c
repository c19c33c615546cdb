// SPDX-License-Identifier: GPL-2.0-only
/* A wire: the wired-OR of its sources. */
#include <kunit/test.h>

#include "model/line.h"

static void a_source_raises_and_lowers_the_wire(struct kunit *test)
{
	struct vqc_line line = {};
	unsigned int source;

	KUNIT_EXPECT_FALSE(test, vqc_line_level(&line));
	for (source = 0; source < VQC_NR_SOURCES; source++) {
		KUNIT_EXPECT_TRUE(test, vqc_line_set(&line, source, true));
		KUNIT_EXPECT_TRUE(test, vqc_line_level(&line));
		KUNIT_EXPECT_FALSE(test, vqc_line_set(&line, source, false));
		KUNIT_EXPECT_FALSE(test, vqc_line_level(&line));
	}
}

static void shared_wire_stays_high_until_all_release_it(struct kunit *test)
{
	struct vqc_line line = {};

	vqc_line_set(&line, 0, true);
	vqc_line_set(&line, VQC_NR_SOURCES - 1, true);
	KUNIT_EXPECT_TRUE(test, vqc_line_set(&line, 0, false));
	KUNIT_EXPECT_TRUE(test, vqc_line_level(&line));
	KUNIT_EXPECT_FALSE(test, vqc_line_set(&line, VQC_NR_SOURCES - 1, false));
}

static void asserting_twice_is_released_once(struct kunit *test)
{
	struct vqc_line line = {};

	vqc_line_set(&line, 3, true);
	vqc_line_set(&line, 3, true);
	KUNIT_EXPECT_FALSE(test, vqc_line_set(&line, 3, false));
	KUNIT_EXPECT_FALSE(test, vqc_line_set(&line, 3, false));
}

static void source_that_does_not_exist_changes_nothing(struct kunit *test)
{
	static const unsigned int sources[] = { BITS_PER_LONG, 64, 65, ~0u };
	struct vqc_line line = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		KUNIT_EXPECT_FALSE(test, vqc_line_set(&line, sources[i], true));
		KUNIT_EXPECT_EQ(test, line.sources, 0ul);
	}
	vqc_line_set(&line, 1, true);
	for (i = 0; i < ARRAY_SIZE(sources); i++)
		KUNIT_EXPECT_TRUE(test, vqc_line_set(&line, sources[i], false));
}

/*
 * Two sources each assert, release, and then let the chip look at the wire.
 * In whatever order their six steps fall, the chip ends with the truth, which
 * would not be so if each told it the level that it saw at its own change.
 */
static bool interleave(unsigned int order)
{
	struct vqc_line line = {};
	unsigned int step[2] = {}, i;
	bool chip = false;

	for (i = 0; i < 6; i++) {
		unsigned int source = order >> i & 1;

		switch (step[source]++) {
		case 0:
			vqc_line_set(&line, source, true);
			break;
		case 1:
			vqc_line_set(&line, source, false);
			break;
		case 2:
			chip = vqc_line_level(&line);
			break;
		}
	}
	return chip == vqc_line_level(&line) && !line.sources;
}

static void chip_that_looks_ends_with_the_truth(struct kunit *test)
{
	unsigned int order, tried = 0;

	for (order = 0; order < BIT(6); order++) {
		if (hweight32(order) != 3)
			continue;
		KUNIT_EXPECT_TRUE_MSG(test, interleave(order), "order %#x",
				      order);
		tried++;
	}
	KUNIT_EXPECT_EQ(test, tried, 20);
}

static void random_changes_agree_with_a_count(struct kunit *test)
{
	bool source[VQC_NR_SOURCES] = {};
	struct vqc_line line = {};
	unsigned int i, n, asserting;
	u64 rng = 0x9e3779b97f4a7c15ull;

	for (i = 0; i < 20000; i++) {
		rng ^= rng << 13;
		rng ^= rng >> 7;
		rng ^= rng << 17;
		n = (rng >> 8) % VQC_NR_SOURCES;
		source[n] = !((rng >> 20) % 16);
		asserting = 0;
		for (unsigned int s = 0; s < VQC_NR_SOURCES; s++)
			asserting += source[s];
		KUNIT_ASSERT_EQ(test, vqc_line_set(&line, n, source[n]),
				asserting > 0);
	}
}

static struct kunit_case line_cases[] = {
	KUNIT_CASE(a_source_raises_and_lowers_the_wire),
	KUNIT_CASE(shared_wire_stays_high_until_all_release_it),
	KUNIT_CASE(asserting_twice_is_released_once),
	KUNIT_CASE(source_that_does_not_exist_changes_nothing),
	KUNIT_CASE(chip_that_looks_ends_with_the_truth),
	KUNIT_CASE(random_changes_agree_with_a_count),
	{}
};

static struct kunit_suite line_suite = {
	.name = "virqchip_line",
	.test_cases = line_cases,
};

kunit_test_suite(line_suite);
