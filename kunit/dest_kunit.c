// SPDX-License-Identifier: GPL-2.0-only
/* Destinations: the definition by hand, and the map against the definition. */
#include <kunit/test.h>

#include <linux/bitmap.h>

#include "model/dest.h"

#define FLAT		0xffffffffu
#define CLUSTER		0x0fffffffu
#define LOGICAL		VQC_MSG_LOGICAL
#define X2		VQC_MSG_X2DEST
#define MAX_ID		0x3ffu

/**
 * struct dest_fixture - CPUs and their map
 * @cpu: the CPUs
 * @nr: how many
 * @map: built from them
 * @map_bytes: its size
 * @set: an answer
 * @seed: of the random populations
 */
struct dest_fixture {
	struct vqc_dest_cpu cpu[VQC_MAX_CPUS];
	u32 nr;
	struct vqc_dest_map *map;
	size_t map_bytes;
	unsigned long set[BITS_TO_LONGS(VQC_MAX_CPUS)];
	u64 seed;
};

static struct dest_fixture *df(struct kunit *test)
{
	return test->priv;
}

static int dest_init(struct kunit *test)
{
	struct dest_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	test->priv = f;
	return 0;
}

static void add_xapic(struct kunit *test, u32 apic_id, u8 logical_id, u32 dfr)
{
	struct dest_fixture *f = df(test);

	f->cpu[f->nr++] = (struct vqc_dest_cpu){
		.apic_id = apic_id & 0xff,
		.x2_id = apic_id,
		.ldr = (u32)logical_id << 24,
		.dfr = dfr,
		.mode = VQC_APIC_XAPIC,
	};
}

static void add_x2apic(struct kunit *test, u32 apic_id)
{
	struct dest_fixture *f = df(test);

	f->cpu[f->nr++] = (struct vqc_dest_cpu){
		.apic_id = apic_id,
		.x2_id = apic_id,
		.ldr = vqc_dest_x2_ldr(apic_id),
		.dfr = FLAT,
		.mode = VQC_APIC_X2APIC,
	};
}

static void build_for(struct kunit *test, u32 max_id, bool broadcast_x2)
{
	struct dest_fixture *f = df(test);

	/* Exactly as much as was promised to do, and nothing zeroed. */
	f->map_bytes = vqc_dest_map_bytes(f->nr, max_id);
	f->map = kunit_kmalloc(test, f->map_bytes, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->map);
	memset(f->map, 0xa5, f->map_bytes);
	vqc_dest_map_build(f->map, f->cpu, f->nr, max_id, broadcast_x2);
}

static void build(struct kunit *test)
{
	build_for(test, MAX_ID, false);
}

static int one(struct kunit *test, u32 dest, u8 flags)
{
	const struct vqc_msg msg = { .dest = dest, .flags = flags };

	return vqc_dest_one(df(test)->map, &msg, VQC_NO_CPU);
}

static unsigned int set(struct kunit *test, u32 dest, u8 flags)
{
	const struct vqc_msg msg = { .dest = dest, .flags = flags };

	return vqc_dest_set(df(test)->map, &msg, VQC_NO_CPU, df(test)->set);
}

static unsigned int shorthand(struct kunit *test, u8 kind, unsigned int src)
{
	const struct vqc_msg msg = { .dest = 0x77, .shorthand = kind };

	return vqc_dest_set(df(test)->map, &msg, src, df(test)->set);
}

/* The definition */

struct match_case {
	const char *desc;
	struct vqc_dest_cpu cpu;
	u32 dest;
	u8 flags;
	bool broadcast_x2;
	bool match;
};

#define XAPIC(id, ldr, dfr)	{ id, ldr, dfr, 0, VQC_APIC_XAPIC }
#define XAPIC_BIG(id, x2_id)	{ id, 0, FLAT, x2_id, VQC_APIC_XAPIC }
#define X2APIC(id, ldr)		{ id, ldr, FLAT, 0, VQC_APIC_X2APIC }
#define OFF(id)			{ id, 0, FLAT, 0, VQC_APIC_OFF }

static const struct match_case match_cases[] = {
	{ "physical", XAPIC(3, 0, FLAT), 3, 0, false, true },
	{ "physical, another", XAPIC(3, 0, FLAT), 4, 0, false, false },
	{ "physical, 8 bits count", XAPIC(3, 0, FLAT), 0x103, 0, false, true },
	{ "physical, LDR does not count", XAPIC(3, 0x04000000, FLAT), 4, 0, false, false },
	{ "physical broadcast", XAPIC(3, 0, FLAT), 0xff, 0, false, true },
	{ "flat, its bit", XAPIC(3, 0x04000000, FLAT), 0x04, LOGICAL, false, true },
	{ "flat, among others", XAPIC(3, 0x04000000, FLAT), 0x0f, LOGICAL, false, true },
	{ "flat, other bits", XAPIC(3, 0x04000000, FLAT), 0x0b, LOGICAL, false, false },
	{ "flat, none", XAPIC(3, 0x04000000, FLAT), 0, LOGICAL, false, false },
	{ "flat, several own bits", XAPIC(3, 0x05000000, FLAT), 0x01, LOGICAL, false, true },
	{ "flat, no own bit", XAPIC(3, 0, FLAT), 0x7f, LOGICAL, false, false },
	{ "flat broadcast without own bit", XAPIC(3, 0, FLAT), 0xff, LOGICAL, false, true },
	{ "cluster, its bit", XAPIC(3, 0x12000000, CLUSTER), 0x12, LOGICAL, false, true },
	{ "cluster, among others", XAPIC(3, 0x12000000, CLUSTER), 0x13, LOGICAL, false,
	  true },
	{ "cluster, another cluster", XAPIC(3, 0x12000000, CLUSTER), 0x22, LOGICAL, false,
	  false },
	{ "cluster, other bits", XAPIC(3, 0x12000000, CLUSTER), 0x1d, LOGICAL, false,
	  false },
	{ "cluster 15", XAPIC(3, 0xf1000000, CLUSTER), 0xf1, LOGICAL, false, true },
	{ "cluster broadcast", XAPIC(3, 0x12000000, CLUSTER), 0xff, LOGICAL, false, true },
	{ "reserved DFR", XAPIC(3, 0x12000000, 0x7fffffff), 0x12, LOGICAL, false, false },
	{ "reserved DFR, broadcast", XAPIC(3, 0, 0x7fffffff), 0xff, LOGICAL, false, true },
	{ "x2APIC physical", X2APIC(0x123, 0x120008), 0x123, X2, false, true },
	{ "x2APIC physical, low byte", X2APIC(0x123, 0x120008), 0x23, X2, false, false },
	{ "x2APIC physical, 8-bit message", X2APIC(0x23, 0x20008), 0x23, 0, false, true },
	{ "x2APIC broadcast", X2APIC(5, 0x20), 0xffffffff, X2, false, true },
	{ "x2APIC logical broadcast", X2APIC(5, 0x20), 0xffffffff, X2 | LOGICAL, false,
	  true },
	{ "x2APIC, 0xff is no broadcast", X2APIC(5, 0x20), 0xff, 0, false, false },
	{ "x2APIC, 0xff by quirk", X2APIC(5, 0x20), 0xff, 0, true, true },
	{ "x2APIC, 32-bit 0xff, quirk or not", X2APIC(5, 0x20), 0xff, X2, true, false },
	{ "x2APIC with ID 0xff", X2APIC(0xff, 0xf8000), 0xff, 0, false, true },
	{ "x2APIC logical", X2APIC(0x123, 0x120008), 0x120008, X2 | LOGICAL, false, true },
	{ "x2APIC logical, among others", X2APIC(0x123, 0x120008), 0x12ffff,
	  X2 | LOGICAL, false, true },
	{ "x2APIC logical, another cluster", X2APIC(0x123, 0x120008), 0x130008,
	  X2 | LOGICAL, false, false },
	{ "x2APIC logical, other bits", X2APIC(0x123, 0x120008), 0x12fff7,
	  X2 | LOGICAL, false, false },
	{ "x2APIC logical, cluster out of range", X2APIC(0, 1), 0xffff0001,
	  X2 | LOGICAL, false, false },
	{ "x2APIC logical, 8-bit message", X2APIC(5, 0x20), 0x20, LOGICAL, false, true },
	{ "x2APIC logical, 8-bit 0xff", X2APIC(5, 0x20), 0xff, LOGICAL, false, true },
	{ "x2APIC logical, 8-bit 0xff, high member", X2APIC(9, 0x200), 0xff, LOGICAL,
	  false, false },
	{ "xAPIC by 32 bits", XAPIC(3, 0, FLAT), 3, X2, false, true },
	{ "xAPIC by 32 bits, 0xff", XAPIC(3, 0, FLAT), 0xff, X2, false, false },
	{ "xAPIC by 32 bits, all", XAPIC(3, 0, FLAT), 0xffffffff, X2, false, true },
	{ "xAPIC by 32 bits, low byte", XAPIC(3, 0, FLAT), 0x103, X2, false, false },
	{ "xAPIC logical by 32 bits", XAPIC(3, 0x04000000, FLAT), 4, X2 | LOGICAL, false,
	  true },
	{ "xAPIC logical by high bits", XAPIC(3, 0x04000000, FLAT), 0x10004,
	  X2 | LOGICAL, false, false },
	{ "large ID in xAPIC mode", XAPIC_BIG(0x23, 0x123), 0x123, X2, false, true },
	{ "large ID in xAPIC mode, low byte", XAPIC_BIG(0x23, 0x123), 0x23, X2, false,
	  true },
	{ "large ID in xAPIC mode, another", XAPIC_BIG(0x23, 0x123), 0x223, X2, false,
	  false },
	{ "off, physical", OFF(3), 3, 0, false, false },
	{ "off, broadcast", OFF(3), 0xff, 0, true, false },
	{ "off, x2APIC broadcast", OFF(3), 0xffffffff, X2, true, false },
};

static void match_case_desc(const struct match_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(match, match_cases, match_case_desc);

static void match_by_definition(struct kunit *test)
{
	const struct match_case *c = test->param_value;
	const struct vqc_msg msg = { .dest = c->dest, .flags = c->flags };
	struct dest_fixture *f = df(test);

	KUNIT_EXPECT_EQ(test, vqc_dest_match(&c->cpu, &msg, c->broadcast_x2), c->match);
	f->cpu[0] = c->cpu;
	f->nr = 1;
	build_for(test, MAX_ID, c->broadcast_x2);
	KUNIT_EXPECT_EQ(test, set(test, c->dest, c->flags), (uint)c->match);
}

static void logical_x2apic_id_follows_from_the_id(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vqc_dest_x2_ldr(0), 0x1u);
	KUNIT_EXPECT_EQ(test, vqc_dest_x2_ldr(15), 0x8000u);
	KUNIT_EXPECT_EQ(test, vqc_dest_x2_ldr(16), 0x10001u);
	KUNIT_EXPECT_EQ(test, vqc_dest_x2_ldr(0xfff), 0xff8000u);
}

/* The map: what must not need a walk */

static void physical_unicast_is_looked_up(struct kunit *test)
{
	u32 i;

	for (i = 0; i < 200; i++)
		add_xapic(test, 254 - i, 0, FLAT);
	build(test);
	for (i = 0; i < 200; i++)
		KUNIT_EXPECT_EQ(test, one(test, 254 - i, 0), (int)i);
	KUNIT_EXPECT_EQ(test, one(test, 3, 0), VQC_DEST_NONE);
	KUNIT_EXPECT_EQ(test, one(test, MAX_ID + 1, X2), VQC_DEST_NONE);
}

static void unicast_of_1024_x2apic_cpus_is_looked_up(struct kunit *test)
{
	u32 i;

	for (i = 0; i < VQC_MAX_CPUS; i++)
		add_x2apic(test, 4 * i + 1);
	build_for(test, VQC_MAX_APIC_IDS - 1, false);
	for (i = 0; i < VQC_MAX_CPUS; i++) {
		u32 id = 4 * i + 1;

		KUNIT_EXPECT_EQ(test, one(test, id, X2), (int)i);
		KUNIT_EXPECT_EQ(test, one(test, id + 1, X2), VQC_DEST_NONE);
		KUNIT_EXPECT_EQ(test, one(test, vqc_dest_x2_ldr(id), X2 | LOGICAL), (int)i);
		KUNIT_EXPECT_EQ(test, one(test, vqc_dest_x2_ldr(id + 1), X2 | LOGICAL),
				VQC_DEST_NONE);
	}
}

static void cluster_out_of_range_is_nobody(struct kunit *test)
{
	add_x2apic(test, 0);
	add_x2apic(test, 1);
	build(test);
	KUNIT_EXPECT_EQ(test, one(test, 0xffff0001, X2 | LOGICAL), VQC_DEST_NONE);
	KUNIT_EXPECT_EQ(test, set(test, 0xffff0001, X2 | LOGICAL), 0u);
	KUNIT_EXPECT_EQ(test, set(test, 0xffff0003, X2 | LOGICAL), 0u);
	KUNIT_EXPECT_EQ(test, one(test, 0x10000, X2 | LOGICAL), VQC_DEST_NONE);
}

static void flat_unicast_is_looked_up(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 6; i++)
		add_xapic(test, i, 1 << i, FLAT);
	add_xapic(test, 6, 0, CLUSTER);
	build(test);
	for (i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, one(test, 1 << i, LOGICAL), (int)i);
	KUNIT_EXPECT_EQ(test, one(test, 0x80, LOGICAL), VQC_DEST_NONE);
	KUNIT_EXPECT_EQ(test, one(test, 0, LOGICAL), VQC_DEST_NONE);
	KUNIT_EXPECT_EQ(test, one(test, 0x100, X2 | LOGICAL), VQC_DEST_NONE);
	KUNIT_EXPECT_EQ(test, one(test, 0x03, LOGICAL), VQC_DEST_MANY);
	KUNIT_EXPECT_EQ(test, set(test, 0x03, LOGICAL), 2u);
}

static void cluster_unicast_is_looked_up(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 60; i++)
		add_xapic(test, i, (i / 4) << 4 | 1 << i % 4, CLUSTER);
	add_xapic(test, 60, 0xf0, FLAT & ~0xf0000000);
	build(test);
	for (i = 0; i < 60; i++)
		KUNIT_EXPECT_EQ(test, one(test, (i / 4) << 4 | 1 << i % 4, LOGICAL),
				(int)i);
	KUNIT_EXPECT_EQ(test, one(test, 0xf1, LOGICAL), VQC_DEST_NONE);
	KUNIT_EXPECT_EQ(test, one(test, 0x30, LOGICAL), VQC_DEST_NONE);
	KUNIT_EXPECT_EQ(test, set(test, 0x3f, LOGICAL), 4u);
}

/* The map: what needs one */

static void aliased_ids_all_get_the_message(struct kunit *test)
{
	add_xapic(test, 1, 0, FLAT);
	add_xapic(test, 1, 0, FLAT);
	add_xapic(test, 2, 0, FLAT);
	build(test);
	KUNIT_EXPECT_EQ(test, one(test, 1, 0), VQC_DEST_MANY);
	KUNIT_EXPECT_EQ(test, set(test, 1, 0), 2u);
	KUNIT_EXPECT_EQ(test, set(test, 2, 0), 1u);
	KUNIT_EXPECT_EQ(test, set(test, 3, 0), 0u);
}

static void shared_logical_ids_all_get_the_message(struct kunit *test)
{
	add_xapic(test, 1, 0x01, FLAT);
	add_xapic(test, 2, 0x01, FLAT);
	build(test);
	KUNIT_EXPECT_EQ(test, one(test, 0x01, LOGICAL), VQC_DEST_MANY);
	KUNIT_EXPECT_EQ(test, set(test, 0x01, LOGICAL), 2u);
}

static void shared_cluster_members_all_get_the_message(struct kunit *test)
{
	add_xapic(test, 1, 0x21, CLUSTER);
	add_xapic(test, 2, 0x21, CLUSTER);
	build(test);
	KUNIT_EXPECT_EQ(test, set(test, 0x21, LOGICAL), 2u);
}

static void logical_id_of_several_bits_answers_to_each(struct kunit *test)
{
	add_xapic(test, 1, 0x01, FLAT);
	add_xapic(test, 2, 0x06, FLAT);
	build(test);
	KUNIT_EXPECT_EQ(test, set(test, 0x02, LOGICAL), 1u);
	KUNIT_EXPECT_TRUE(test, test_bit(1, df(test)->set));
	KUNIT_EXPECT_EQ(test, set(test, 0x04, LOGICAL), 1u);
	KUNIT_EXPECT_TRUE(test, test_bit(1, df(test)->set));
}

static void mixed_logical_modes_are_each_asked(struct kunit *test)
{
	add_xapic(test, 0, 0x01, FLAT);
	add_xapic(test, 1, 0x01, CLUSTER);
	add_x2apic(test, 16);
	add_x2apic(test, 2);
	build(test);
	KUNIT_EXPECT_EQ(test, set(test, 0x01, LOGICAL), 2u);
	KUNIT_EXPECT_EQ(test, set(test, 0x04, LOGICAL), 1u);
	KUNIT_EXPECT_TRUE(test, test_bit(3, df(test)->set));
	KUNIT_EXPECT_EQ(test, set(test, 0x10001, X2 | LOGICAL), 1u);
	KUNIT_EXPECT_TRUE(test, test_bit(2, df(test)->set));
}

static void id_above_the_table_is_still_found(struct kunit *test)
{
	add_x2apic(test, 5);
	add_x2apic(test, 0xf00);
	build_for(test, 0xff, false);
	KUNIT_EXPECT_EQ(test, set(test, 0xf00, X2), 1u);
	KUNIT_EXPECT_TRUE(test, test_bit(1, df(test)->set));
	KUNIT_EXPECT_EQ(test, set(test, vqc_dest_x2_ldr(0xf00), X2 | LOGICAL), 1u);
	KUNIT_EXPECT_EQ(test, set(test, 0xf01, X2), 0u);
}

static void large_id_can_be_started_in_xapic_mode(struct kunit *test)
{
	add_x2apic(test, 0);
	add_xapic(test, 0x123, 0, FLAT);
	build(test);
	KUNIT_EXPECT_EQ(test, one(test, 0x123, X2), 1);
	KUNIT_EXPECT_EQ(test, one(test, 0x23, X2), 1);
}

static void odd_x2apic_ldr_is_not_looked_up(struct kunit *test)
{
	add_x2apic(test, 5);
	df(test)->cpu[0].ldr = 0x70001;
	build(test);
	KUNIT_EXPECT_EQ(test, set(test, 0x70001, X2 | LOGICAL), 1u);
	KUNIT_EXPECT_EQ(test, set(test, vqc_dest_x2_ldr(5), X2 | LOGICAL), 0u);
}

static void xapic_cpu_has_no_x2apic_logical_id(struct kunit *test)
{
	add_xapic(test, 5, 0, FLAT);
	add_x2apic(test, 6);
	build(test);
	KUNIT_EXPECT_EQ(test, one(test, vqc_dest_x2_ldr(6), X2 | LOGICAL), 1);
	KUNIT_EXPECT_EQ(test, one(test, vqc_dest_x2_ldr(5), X2 | LOGICAL), VQC_DEST_NONE);
}

static void map_of_no_cpus_finds_nobody(struct kunit *test)
{
	build_for(test, 0, true);
	KUNIT_EXPECT_EQ(test, one(test, 0, 0), VQC_DEST_NONE);
	KUNIT_EXPECT_EQ(test, set(test, 0xff, 0), 0u);
	KUNIT_EXPECT_EQ(test, shorthand(test, VQC_SH_ALL, VQC_NO_CPU), 0u);
	KUNIT_EXPECT_EQ(test, shorthand(test, VQC_SH_SELF, 0), 0u);
}

/* Shorthands */

static void shorthands_reach_all_that_are_on(struct kunit *test)
{
	unsigned long *cpus = df(test)->set;

	add_xapic(test, 0, 0, FLAT);
	add_x2apic(test, 1);
	add_xapic(test, 2, 0, FLAT);
	add_xapic(test, 3, 0, FLAT);
	df(test)->cpu[2].mode = VQC_APIC_OFF;
	build(test);
	KUNIT_EXPECT_EQ(test, shorthand(test, VQC_SH_ALL, 1), 3u);
	KUNIT_EXPECT_EQ(test, cpus[0], 0xbul);
	KUNIT_EXPECT_EQ(test, shorthand(test, VQC_SH_OTHERS, 1), 2u);
	KUNIT_EXPECT_EQ(test, cpus[0], 0x9ul);
	KUNIT_EXPECT_EQ(test, shorthand(test, VQC_SH_SELF, 1), 1u);
	KUNIT_EXPECT_EQ(test, cpus[0], 0x2ul);
	KUNIT_EXPECT_EQ(test, shorthand(test, VQC_SH_SELF, 2), 0u);
}

static void shorthands_without_a_sender(struct kunit *test)
{
	add_xapic(test, 0, 0, FLAT);
	add_xapic(test, 1, 0, FLAT);
	build(test);
	KUNIT_EXPECT_EQ(test, shorthand(test, VQC_SH_SELF, VQC_NO_CPU), 0u);
	KUNIT_EXPECT_EQ(test, shorthand(test, VQC_SH_OTHERS, VQC_NO_CPU), 2u);
	KUNIT_EXPECT_EQ(test, shorthand(test, VQC_SH_ALL, VQC_NO_CPU), 2u);
}

/* The map against the definition */

static u32 draw(struct dest_fixture *f, u32 nr)
{
	f->seed ^= f->seed << 13;
	f->seed ^= f->seed >> 7;
	f->seed ^= f->seed << 17;
	return (f->seed >> 20) % nr;
}

/*
 * A population: @style decides how regular it is, from one CPU per ID in one
 * mode to anything at all.
 */
static void populate(struct kunit *test, unsigned int style)
{
	struct dest_fixture *f = df(test);
	u32 nr = draw(f, 4) ? 1 + draw(f, 40) : 1 + draw(f, VQC_MAX_CPUS);
	u32 i;

	for (f->nr = 0; f->nr < nr;) {
		struct vqc_dest_cpu *c = &f->cpu[f->nr];

		i = f->nr;
		if (style == 0)
			add_x2apic(test, i * 2);
		else if (style == 1)
			add_xapic(test, i, i < 8 ? 1 << i : 0, FLAT);
		else if (style == 2)
			add_xapic(test, i, i < 60 ? (i / 4) << 4 | 1 << i % 4 : 0, CLUSTER);
		else if (draw(f, 2))
			add_x2apic(test, draw(f, 600));
		else
			add_xapic(test, draw(f, 600), draw(f, 256),
				  draw(f, 3) ? FLAT : draw(f, 2) ? CLUSTER : 0x50000000);
		if (style < 4)
			continue;
		if (!draw(f, 8))
			c->mode = VQC_APIC_OFF;
		if (!draw(f, 20))
			c->ldr = draw(f, 1 << 24) << 8;
		if (!draw(f, 20) && c->mode == VQC_APIC_X2APIC)
			c->apic_id = draw(f, VQC_MAX_APIC_IDS);
	}
}

static struct vqc_msg random_msg(struct dest_fixture *f)
{
	struct vqc_msg msg = { .flags = draw(f, 16) };

	switch (draw(f, 6)) {
	case 0:
		msg.dest = draw(f, 2) ? 0xff : 0xffffffff;
		break;
	case 1:
		msg.dest = f->cpu[draw(f, f->nr)].apic_id;
		break;
	case 2:
		msg.dest = f->cpu[draw(f, f->nr)].ldr;
		break;
	case 3:
		msg.dest = f->cpu[draw(f, f->nr)].ldr >> 24;
		break;
	case 4:
		msg.dest = draw(f, 64) << 16 | 1 << draw(f, 16) | 1 << draw(f, 16);
		break;
	default:
		msg.dest = draw(f, 0x480);
		break;
	}
	if (!draw(f, 10))
		msg.shorthand = draw(f, 4);
	return msg;
}

static bool naive_wants(struct dest_fixture *f, const struct vqc_msg *msg,
			u32 src, u32 cpu)
{
	if (msg->shorthand == VQC_SH_NONE)
		return vqc_dest_match(&f->cpu[cpu], msg, f->map->broadcast_x2);
	if (f->cpu[cpu].mode == VQC_APIC_OFF)
		return false;
	if (msg->shorthand == VQC_SH_SELF)
		return cpu == src;
	return msg->shorthand == VQC_SH_ALL || cpu != src;
}

/* Return: NULL, or what of the map's answers is wrong. */
static const char *check_answers(struct dest_fixture *f, const struct vqc_msg *msg,
				 u32 src)
{
	int single = vqc_dest_one(f->map, msg, src);
	u32 nr = 0, cpu, last = 0;

	memset(f->set, 0xff, sizeof(f->set));
	if (vqc_dest_set(f->map, msg, src, f->set) !=
	    bitmap_weight(f->set, VQC_MAX_CPUS))
		return "count";
	for (cpu = 0; cpu < f->nr; cpu++) {
		bool want = naive_wants(f, msg, src, cpu);

		if (test_bit(cpu, f->set) != want)
			return "set";
		nr += want;
		if (want)
			last = cpu;
	}
	if (bitmap_weight(f->set, VQC_MAX_CPUS) != nr)
		return "a CPU that does not exist";
	if (single == VQC_DEST_NONE && nr)
		return "none, but there is one";
	if (single >= 0 && (nr != 1 || last != single))
		return "one, but another or more";
	return NULL;
}

static const unsigned int styles[] = { 0, 1, 2, 3, 4 };

static void style_desc(const unsigned int *style, char *desc)
{
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "population %u", *style);
}

KUNIT_ARRAY_PARAM(style, styles, style_desc);

static void map_agrees_with_the_definition(struct kunit *test)
{
	const unsigned int style = *(const unsigned int *)test->param_value;
	struct dest_fixture *f = df(test);
	unsigned int round, i;

	for (round = 0; round < 60; round++) {
		u64 seed = 0x9e3779b97f4a7c15ull * (style * 1000 + round + 1);

		f->seed = seed;
		populate(test, style);
		build_for(test, draw(f, 3) ? VQC_MAX_APIC_IDS - 1 : draw(f, 700),
			  draw(f, 2));
		for (i = 0; i < 200; i++) {
			struct vqc_msg msg = random_msg(f);
			const char *wrong = check_answers(f, &msg, draw(f, f->nr + 1));

			if (wrong)
				KUNIT_FAIL(test, "seed %#llx, message %u to %#x: %s",
					   seed, i, msg.dest, wrong);
		}
		kunit_kfree(test, f->map);
	}
}

static void regular_populations_need_no_walk(struct kunit *test)
{
	const unsigned int style = *(const unsigned int *)test->param_value;
	struct dest_fixture *f = df(test);

	if (style > 2)
		return;
	f->seed = 1;
	populate(test, style);
	while (f->nr < 20)
		populate(test, style);
	f->nr = 20;
	build_for(test, VQC_MAX_APIC_IDS - 1, false);
	KUNIT_EXPECT_FALSE(test, f->map->aliased);
	KUNIT_EXPECT_EQ(test, f->map->logical,
			style == 0 ? VQC_DEST_LOGICAL_X2 :
			style == 1 ? VQC_DEST_LOGICAL_FLAT : VQC_DEST_LOGICAL_CLUSTER);
}

static struct kunit_case dest_cases[] = {
	KUNIT_CASE_PARAM(match_by_definition, match_gen_params),
	KUNIT_CASE(logical_x2apic_id_follows_from_the_id),
	KUNIT_CASE(physical_unicast_is_looked_up),
	KUNIT_CASE(unicast_of_1024_x2apic_cpus_is_looked_up),
	KUNIT_CASE(cluster_out_of_range_is_nobody),
	KUNIT_CASE(flat_unicast_is_looked_up),
	KUNIT_CASE(cluster_unicast_is_looked_up),
	KUNIT_CASE(aliased_ids_all_get_the_message),
	KUNIT_CASE(shared_logical_ids_all_get_the_message),
	KUNIT_CASE(shared_cluster_members_all_get_the_message),
	KUNIT_CASE(logical_id_of_several_bits_answers_to_each),
	KUNIT_CASE(mixed_logical_modes_are_each_asked),
	KUNIT_CASE(id_above_the_table_is_still_found),
	KUNIT_CASE(large_id_can_be_started_in_xapic_mode),
	KUNIT_CASE(odd_x2apic_ldr_is_not_looked_up),
	KUNIT_CASE(xapic_cpu_has_no_x2apic_logical_id),
	KUNIT_CASE(map_of_no_cpus_finds_nobody),
	KUNIT_CASE(shorthands_reach_all_that_are_on),
	KUNIT_CASE(shorthands_without_a_sender),
	KUNIT_CASE_PARAM(map_agrees_with_the_definition, style_gen_params),
	KUNIT_CASE_PARAM(regular_populations_need_no_walk, style_gen_params),
	{}
};

static struct kunit_suite dest_suite = {
	.name = "virqchip_dest",
	.init = dest_init,
	.test_cases = dest_cases,
};

kunit_test_suite(dest_suite);
