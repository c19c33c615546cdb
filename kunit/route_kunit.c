// SPDX-License-Identifier: GPL-2.0-only
/* The routing table: what is refused, and what look-up finds. */
#include <kunit/test.h>

#include "model/route.h"

#define PIC(g, p)	{ .gsi = g, .kind = VQC_ROUTE_PIC, .pin = p }
#define IOAPIC(g, p)	{ .gsi = g, .kind = VQC_ROUTE_IOAPIC, .pin = p }
#define MSI(g)		{ .gsi = g, .kind = VQC_ROUTE_MSI,		\
			  .msi_address = 0xfee00000, .msi_data = 0x4041 }

struct check_case {
	const char *desc;
	u32 nr;
	int ret;
	struct vqc_route entry[5];
};

static const struct check_case check_cases[] = {
	{ "empty table", 0, 0, {} },
	{ "one of each", 3, 0, { PIC(5, 5), IOAPIC(6, 6), MSI(7) } },
	{ "both halves and IOAPIC", 3, 0,
	  { PIC(5, 1), IOAPIC(5, 1), PIC(5, 9) } },
	{ "several GSIs to one pin", 3, 0,
	  { IOAPIC(1, 4), IOAPIC(2, 4), IOAPIC(3, 4) } },
	{ "last GSI", 1, 0, { MSI(VQC_NR_GSIS - 1) } },
	{ "last pins", 3, 0, { PIC(0, 7), PIC(0, 15), IOAPIC(0, 23) } },
	{ "not ascending", 3, 0, { MSI(4000), MSI(600), PIC(3, 3) } },
	{ "GSI out of range", 1, -EINVAL, { MSI(VQC_NR_GSIS) } },
	{ "largest GSI", 1, -EINVAL, { MSI(~0u) } },
	{ "PIC pin out of range", 1, -EINVAL, { PIC(0, 16) } },
	{ "IOAPIC pin out of range", 1, -EINVAL, { IOAPIC(0, 24) } },
	{ "largest pin", 1, -EINVAL, { IOAPIC(0, 0xff) } },
	{ "unknown kind", 1, -EINVAL, { { .kind = VQC_NR_ROUTE_KINDS } } },
	{ "IOAPIC twice", 2, -EINVAL, { IOAPIC(5, 1), IOAPIC(5, 2) } },
	{ "master twice", 2, -EINVAL, { PIC(5, 0), PIC(5, 7) } },
	{ "slave twice", 2, -EINVAL, { PIC(5, 8), PIC(5, 15) } },
	{ "same entry twice", 2, -EINVAL, { PIC(5, 5), PIC(5, 5) } },
	{ "MSI twice", 2, -EINVAL, { MSI(5), MSI(5) } },
	{ "MSI after pins", 4, -EINVAL,
	  { PIC(5, 5), PIC(5, 9), IOAPIC(5, 5), MSI(5) } },
	{ "MSI before a pin", 2, -EINVAL, { MSI(5), IOAPIC(5, 5) } },
	{ "bad one in the middle", 3, -EINVAL,
	  { PIC(5, 5), IOAPIC(6, 24), MSI(7) } },
	{ "bad pair of high GSIs", 4, -EINVAL,
	  { MSI(511), MSI(4095), MSI(512), MSI(4095) } },
	{ "too many", VQC_MAX_ROUTES + 1, -EINVAL, {} },
};

static void check_case_desc(const struct check_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(check, check_cases, check_case_desc);

static void check_of(struct kunit *test)
{
	const struct check_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, vqc_route_check(c->entry, c->nr), c->ret);
}

static u32 rnd(u64 *rng)
{
	*rng ^= *rng << 13;
	*rng ^= *rng >> 7;
	*rng ^= *rng << 17;
	return *rng >> 16;
}

static void rnd_entry(u64 *rng, struct vqc_route *entry, u32 gsis)
{
	u32 r = rnd(rng);

	*entry = (struct vqc_route){
		.gsi = r % gsis,
		.kind = (r >> 12) % VQC_NR_ROUTE_KINDS,
		.pin = (r >> 20) % VQC_NR_PIC_PINS,
		.msi_data = r,
		.msi_address = rnd(rng),
	};
}

static bool clash(const struct vqc_route *a, const struct vqc_route *b)
{
	if (a->gsi != b->gsi)
		return false;
	if (a->kind == VQC_ROUTE_MSI || b->kind == VQC_ROUTE_MSI)
		return true;
	if (a->kind != b->kind)
		return false;
	return a->kind == VQC_ROUTE_IOAPIC || a->pin / 8 == b->pin / 8;
}

/* Look up each GSI in @table, and compare with a walk over the entries. */
static void expect_lookup(struct kunit *test, const struct vqc_route *entries,
			  u32 nr, const struct vqc_route_table *table)
{
	unsigned int found, n, i, gsi;

	for (gsi = 0; gsi < table->nr_gsis + 3; gsi++) {
		const struct vqc_route *r = vqc_route_lookup(table, gsi, &found);

		for (i = 0, n = 0; i < nr; i++) {
			if (entries[i].gsi != gsi)
				continue;
			KUNIT_ASSERT_LT(test, n, found);
			KUNIT_EXPECT_MEMEQ(test, &r[n], &entries[i],
					   sizeof(*r));
			n++;
		}
		KUNIT_ASSERT_EQ(test, n, found);
		KUNIT_ASSERT_EQ(test, !r, !n);
		KUNIT_ASSERT_LE(test, n, VQC_ROUTES_PER_GSI);
	}
}

static void build(struct kunit *test, const struct vqc_route *entries, u32 nr)
{
	size_t bytes = vqc_route_table_bytes(entries, nr);
	struct vqc_route_table *table = kunit_kmalloc(test, bytes, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, table);
	memset(table, 0xa5, bytes);
	vqc_route_table_build(table, entries, nr);
	KUNIT_EXPECT_EQ(test, table->nr, nr);
	expect_lookup(test, entries, nr, table);
	kunit_kfree(test, table);
}

static void random_tables_agree_with_brute_force(struct kunit *test)
{
	static const u32 gsis[] = { 4, 40, 700, VQC_NR_GSIS };
	struct vqc_route e[24];
	unsigned int round, i, j, good = 0;
	u64 rng = 0xfeedface;

	for (round = 0; round < 2000; round++) {
		u32 nr = rnd(&rng) % ARRAY_SIZE(e);
		bool bad = false;

		for (i = 0; i < nr; i++) {
			rnd_entry(&rng, &e[i], gsis[round % ARRAY_SIZE(gsis)]);
			for (j = 0; j < i; j++)
				bad |= clash(&e[i], &e[j]);
		}
		KUNIT_ASSERT_EQ_MSG(test, vqc_route_check(e, nr),
				    bad ? -EINVAL : 0, "round %u", round);
		if (!bad && good++ < 200)
			build(test, e, nr);
	}
	KUNIT_EXPECT_GT(test, good, 200);
}

static void empty_table_leads_nowhere(struct kunit *test)
{
	build(test, NULL, 0);
}

static void full_table_is_looked_up(struct kunit *test)
{
	struct vqc_route *e;
	unsigned int i;

	e = kunit_kcalloc(test, VQC_MAX_ROUTES, sizeof(*e), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, e);
	for (i = 0; i < VQC_MAX_ROUTES; i++)
		e[i] = (struct vqc_route)MSI((i * 1021) % VQC_NR_GSIS);
	KUNIT_ASSERT_EQ(test, vqc_route_check(e, VQC_MAX_ROUTES), 0);
	build(test, e, VQC_MAX_ROUTES);
}

static void lookup_of_any_number_is_safe(struct kunit *test)
{
	static const struct vqc_route e[] = { PIC(3, 3), IOAPIC(3, 3) };
	struct vqc_route_table *table;
	unsigned int nr = 7;

	table = kunit_kzalloc(test, vqc_route_table_bytes(e, 2), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, table);
	vqc_route_table_build(table, e, 2);
	KUNIT_EXPECT_NULL(test, vqc_route_lookup(table, 4, &nr));
	KUNIT_EXPECT_EQ(test, nr, 0);
	KUNIT_EXPECT_NULL(test, vqc_route_lookup(table, ~0u, &nr));
	KUNIT_EXPECT_NULL(test, vqc_route_lookup(table, 0x80000003, &nr));
	KUNIT_EXPECT_NOT_NULL(test, vqc_route_lookup(table, 3, &nr));
	KUNIT_EXPECT_EQ(test, nr, 2);
}

static void default_wiring_is_a_pc(struct kunit *test)
{
	struct vqc_route e[VQC_NR_PIC_PINS + VQC_NR_IOAPIC_PINS];
	unsigned int i, pic = 0, ioapic = 0;
	u32 nr = vqc_route_default(e);

	KUNIT_EXPECT_EQ(test, nr, ARRAY_SIZE(e));
	KUNIT_EXPECT_EQ(test, vqc_route_check(e, nr), 0);
	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_EQ(test, e[i].gsi, e[i].pin);
		pic |= e[i].kind == VQC_ROUTE_PIC ? BIT(e[i].pin) : 0;
		ioapic |= e[i].kind == VQC_ROUTE_IOAPIC ? BIT(e[i].pin) : 0;
	}
	KUNIT_EXPECT_EQ(test, pic, 0xffff);
	KUNIT_EXPECT_EQ(test, ioapic, 0xffffff);
	build(test, e, nr);
}

static struct kunit_case route_cases[] = {
	KUNIT_CASE_PARAM(check_of, check_gen_params),
	KUNIT_CASE(random_tables_agree_with_brute_force),
	KUNIT_CASE(empty_table_leads_nowhere),
	KUNIT_CASE(full_table_is_looked_up),
	KUNIT_CASE(lookup_of_any_number_is_safe),
	KUNIT_CASE(default_wiring_is_a_pc),
	{}
};

static struct kunit_suite route_suite = {
	.name = "virqchip_route",
	.test_cases = route_cases,
};

kunit_test_suite(route_suite);
