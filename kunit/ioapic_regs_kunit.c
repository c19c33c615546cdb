// SPDX-License-Identifier: GPL-2.0-only
/* The IOAPIC's registers: RTE fields, modes, throttle, the memory window. */
#include "ioapic_case.h"

/* ---- trigger mode, delivery modes, polarity ---- */

static void level_to_edge_clears_remote_irr_and_tells(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	in_service(test, 9, 0x70);
	put_low(c, 9, EDGE | MASKED | 0x70);
	KUNIT_EXPECT_FALSE(test, remote_irr(c, 9));
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_ACKED), 1);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].vector, 0x70);
	put_low(c, 9, LEVEL | 0x70);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_ACKED), 0);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
}

static void level_to_edge_drops_a_message_nobody_took(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 9, LEVEL | 0x70);
	drive(c, 9, true);
	vqc_ioapic_sent(&c->io, 9, VQC_WHY_NO_DEST);
	put_low(c, 9, EDGE | 0x70);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
	KUNIT_EXPECT_FALSE(test, deliv_status(c, 9));
}

static void edge_to_level_looks_at_the_line(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 9, EDGE | 0x70);
	drive(c, 9, true);
	vqc_ioapic_sent(&c->io, 9, VQC_WHY_NO_DEST);
	put_low(c, 9, LEVEL | 0x71);
	KUNIT_ASSERT_EQ(test, count(c, VQC_FX_MSG), 1);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].msg.vector, 0x71);
	KUNIT_EXPECT_EQ(test, c->io.pending, 0);
}

struct mode_case {
	const char *desc;
	u8 mode;
	bool level;
	enum vqc_why why;
	bool remote_irr;
};

static const struct mode_case mode_cases[] = {
	{ "fixed edge",   VQC_DM_FIXED,    false, VQC_WHY_DELIVERED, false },
	{ "fixed level",  VQC_DM_FIXED,    true,  VQC_WHY_DELIVERED, true },
	{ "lowest edge",  VQC_DM_LOWEST,   false, VQC_WHY_DELIVERED, false },
	{ "lowest level", VQC_DM_LOWEST,   true,  VQC_WHY_DELIVERED, true },
	{ "SMI edge",     VQC_DM_SMI,      false, VQC_WHY_DELIVERED, false },
	{ "SMI level",    VQC_DM_SMI,      true,  VQC_WHY_DELIVERED, false },
	{ "mode 3 edge",  VQC_DM_RESERVED, false, VQC_WHY_IOAPIC_MODE, false },
	{ "mode 3 level", VQC_DM_RESERVED, true,  VQC_WHY_IOAPIC_MODE, false },
	{ "NMI edge",     VQC_DM_NMI,      false, VQC_WHY_DELIVERED, false },
	{ "NMI level",    VQC_DM_NMI,      true,  VQC_WHY_DELIVERED, false },
	{ "INIT edge",    VQC_DM_INIT,     false, VQC_WHY_DELIVERED, false },
	{ "INIT level",   VQC_DM_INIT,     true,  VQC_WHY_DELIVERED, false },
	{ "mode 6 edge",  VQC_DM_SIPI,     false, VQC_WHY_IOAPIC_MODE, false },
	{ "mode 6 level", VQC_DM_SIPI,     true,  VQC_WHY_IOAPIC_MODE, false },
	{ "ExtINT edge",  VQC_DM_EXTINT,   false, VQC_WHY_DELIVERED, false },
	{ "ExtINT level", VQC_DM_EXTINT,   true,  VQC_WHY_DELIVERED, false },
};

static void mode_case_desc(const struct mode_case *m, char *desc)
{
	strscpy(desc, m->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(mode, mode_cases, mode_case_desc);

static void delivery_mode(struct kunit *test)
{
	const struct mode_case *m = test->param_value;
	struct ioapic_case *c = test->priv;
	bool sent = m->why == VQC_WHY_DELIVERED;

	put_rte(c, 1, (m->level ? LEVEL : EDGE) | MODE(m->mode) | 0x40);
	KUNIT_EXPECT_EQ(test, drive(c, 1, true), m->why);
	KUNIT_ASSERT_EQ(test, count(c, VQC_FX_MSG), sent);
	KUNIT_EXPECT_EQ(test, remote_irr(c, 1), m->remote_irr);
	if (!sent) {
		KUNIT_EXPECT_EQ(test, vqc_ioapic_hold(&c->io, 1), m->why);
		return;
	}
	KUNIT_EXPECT_EQ(test, c->fx.item[0].msg.mode, m->mode);
	KUNIT_EXPECT_EQ(test, !!(c->fx.item[0].msg.flags & VQC_MSG_LEVEL),
			m->remote_irr);
}

static void held_line_fires_when_the_mode_becomes_valid(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 1, LEVEL | MODE(VQC_DM_RESERVED) | 0x40);
	drive(c, 1, true);
	put_low(c, 1, LEVEL | 0x40);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
}

static void illegal_vector_still_leaves_the_chip(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 1, EDGE | 0x0f);
	KUNIT_EXPECT_EQ(test, drive(c, 1, true), VQC_WHY_DELIVERED);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].msg.vector, 0x0f);
}

struct polarity_case {
	const char *desc;
	bool electrical;
	bool active_low;
	bool wire;
	bool asserted;
};

static const struct polarity_case polarity_cases[] = {
	{ "assertion high, active high", false, false, true, true },
	{ "assertion low, active high", false, false, false, false },
	{ "assertion high, active low", false, true, true, true },
	{ "assertion low, active low", false, true, false, false },
	{ "voltage high, active high", true, false, true, true },
	{ "voltage low, active high", true, false, false, false },
	{ "voltage high, active low", true, true, true, false },
	{ "voltage low, active low", true, true, false, true },
};

static void polarity_case_desc(const struct polarity_case *p, char *desc)
{
	strscpy(desc, p->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(polarity, polarity_cases, polarity_case_desc);

static void polarity_of_level_and_edge(struct kunit *test)
{
	const struct polarity_case *p = test->param_value;
	u64 low = p->active_low ? VQC_RTE_ACTIVE_LOW : 0;
	struct ioapic_case *c = test->priv;
	enum vqc_why want = p->asserted ? VQC_WHY_DELIVERED : VQC_WHY_LINE_LOW;

	c->io.electrical = p->electrical;
	put_rte(c, 3, LEVEL | low | MASKED | 0x40);
	drive(c, 3, !p->wire);
	put_rte(c, 3, LEVEL | low | 0x40);
	if (remote_irr(c, 3)) {
		drive(c, 3, p->wire);
		end(c, 0x40);
	} else {
		KUNIT_EXPECT_EQ(test, drive(c, 3, p->wire), want);
	}
	KUNIT_EXPECT_EQ(test, remote_irr(c, 3), p->asserted);

	put_rte(c, 6, EDGE | low | 0x41);
	drive(c, 6, !p->wire);
	KUNIT_EXPECT_EQ(test, drive(c, 6, p->wire), want);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), p->asserted);
}

/* ---- EOI storm ---- */

/* End pin 9's interrupt @n times with its line held high. */
static void storm(struct ioapic_case *c, unsigned int n)
{
	while (n--) {
		end(c, 0x70);
		vqc_ioapic_sent(&c->io, 9, VQC_WHY_DELIVERED);
	}
}

static void eoi_storm_is_deferred_and_not_lost(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	in_service(test, 9, 0x70);
	storm(c, VQC_IOAPIC_STORM_EOIS - 1);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
	end(c, 0x70);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_ACKED), 1);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 0);
	KUNIT_ASSERT_EQ(test, count(c, VQC_FX_DEFER), 1);
	KUNIT_EXPECT_TRUE(test, noted(c, VQC_WHY_IOAPIC_STORM));
	KUNIT_EXPECT_EQ(test, c->fx.item[2].pin, 9);
	KUNIT_EXPECT_EQ(test, c->fx.item[2].deadline_ns,
			VQC_IOAPIC_STORM_PAUSE_NS);
	KUNIT_EXPECT_EQ(test, drive(c, 9, true), VQC_WHY_IOAPIC_STORM);
	KUNIT_EXPECT_EQ(test, vqc_ioapic_hold(&c->io, 9), VQC_WHY_IOAPIC_STORM);
	put_low(c, 9, LEVEL | 0x70);
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
	retry(c, BIT(9));
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
	storm(c, VQC_IOAPIC_STORM_EOIS - 1);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
}

static void eoi_storm_ends_when_the_line_drops(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	in_service(test, 9, 0x70);
	storm(c, VQC_IOAPIC_STORM_EOIS - 1);
	drive(c, 9, false);
	KUNIT_EXPECT_EQ(test, c->io.storm[9], 0);
	drive(c, 9, true);
	end(c, 0x70);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_DEFER), 0);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_MSG), 1);
}

static void line_dropped_in_the_pause_fires_at_once(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	in_service(test, 9, 0x70);
	storm(c, VQC_IOAPIC_STORM_EOIS);
	drive(c, 9, false);
	KUNIT_EXPECT_EQ(test, drive(c, 9, true), VQC_WHY_DELIVERED);
	retry(c, BIT(9));
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
}

static void masked_eois_are_no_storm(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	in_service(test, 9, 0x70);
	put_low(c, 9, LEVEL | MASKED | 0x70);
	end(c, 0x70);
	KUNIT_EXPECT_EQ(test, c->io.storm[9], 0);
}

/* ---- registers ---- */

static void table_is_well_formed(struct kunit *test)
{
	const struct vqc_reg *table;
	unsigned int nr;

	table = vqc_ioapic_reg_table(&nr);
	KUNIT_EXPECT_EQ(test, nr, 4);
	KUNIT_EXPECT_NULL(test, vqc_reg_table_check(table, nr));
}

static void reset_values(struct kunit *test)
{
	struct ioapic_case *c = test->priv;
	unsigned int pin;

	in_service(test, 9, 0x70);
	put_reg(c, VQC_IOAPIC_REG_ID, ~0u);
	vqc_ioapic_reset(&c->io);
	KUNIT_EXPECT_EQ(test, get(c, VQC_IOAPIC_REGSEL), 0);
	KUNIT_EXPECT_EQ(test, get_reg(c, VQC_IOAPIC_REG_ID), 0);
	KUNIT_EXPECT_EQ(test, get_reg(c, VQC_IOAPIC_REG_VER), 0x00170020);
	KUNIT_EXPECT_EQ(test, get_reg(c, VQC_IOAPIC_REG_ARB), 0);
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		KUNIT_EXPECT_EQ(test, get_reg(c, 0x10 + 2 * pin), 0x00010000);
		KUNIT_EXPECT_EQ(test, get_reg(c, 0x11 + 2 * pin), 0);
	}
	KUNIT_EXPECT_EQ(test, c->io.lines, BIT(9));
	KUNIT_EXPECT_EQ(test, c->io.version, VQC_IOAPIC_VER_EOIR);
}

static void id_is_four_bits_and_arb_follows(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_reg(c, VQC_IOAPIC_REG_ID, ~0u);
	KUNIT_EXPECT_EQ(test, get_reg(c, VQC_IOAPIC_REG_ID), 0x0f000000);
	KUNIT_EXPECT_EQ(test, get_reg(c, VQC_IOAPIC_REG_ARB), 0x0f000000);
	put_reg(c, VQC_IOAPIC_REG_ID, 0x05ffffff);
	KUNIT_EXPECT_EQ(test, get_reg(c, VQC_IOAPIC_REG_ARB), 0x05000000);
}

static void read_only_registers_stay(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_reg(c, VQC_IOAPIC_REG_VER, ~0u);
	KUNIT_EXPECT_TRUE(test, noted(c, VQC_WHY_READ_ONLY));
	KUNIT_EXPECT_EQ(test, get_reg(c, VQC_IOAPIC_REG_VER), 0x00170020);
	put_reg(c, VQC_IOAPIC_REG_ARB, ~0u);
	KUNIT_EXPECT_TRUE(test, noted(c, VQC_WHY_READ_ONLY));
	KUNIT_EXPECT_EQ(test, get_reg(c, VQC_IOAPIC_REG_ARB), 0);
}

static void index_without_register_reads_all_ones(struct kunit *test)
{
	struct ioapic_case *c = test->priv;
	struct vqc_ioapic before;
	unsigned int index;

	for (index = 0; index < 0x100; index++) {
		if (index < 3 || (index >= 0x10 && index < 0x40))
			continue;
		KUNIT_EXPECT_EQ(test, get_reg(c, index), ~0u);
		KUNIT_EXPECT_TRUE(test, noted(c, VQC_WHY_NO_REG));
		before = c->io;
		put(c, VQC_IOAPIC_WINDOW, 0);
		KUNIT_EXPECT_TRUE(test, noted(c, VQC_WHY_NO_REG));
		KUNIT_EXPECT_MEMEQ(test, &before, &c->io, sizeof(before));
	}
}

static void regsel_takes_its_low_byte(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put(c, VQC_IOAPIC_REGSEL, 0xffffff01);
	KUNIT_EXPECT_EQ(test, get(c, VQC_IOAPIC_REGSEL), 0x01);
	KUNIT_EXPECT_EQ(test, get(c, VQC_IOAPIC_WINDOW), 0x00170020);
}

static void rte_takes_only_writable_bits(struct kunit *test)
{
	struct ioapic_case *c = test->priv;
	unsigned int pin;

	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		put_rte(c, pin, ~0ull);
		KUNIT_EXPECT_EQ(test, get_reg(c, 0x10 + 2 * pin), 0x0001afff);
		KUNIT_EXPECT_EQ(test, get_reg(c, 0x11 + 2 * pin), 0xff000000);
		put_rte(c, pin, 0);
		KUNIT_EXPECT_EQ(test, c->io.rte[pin], 0);
	}
}

static void rte_status_bits_are_read_only(struct kunit *test)
{
	u64 status = VQC_RTE_REMOTE_IRR | VQC_RTE_DELIV_STATUS;
	struct ioapic_case *c = test->priv;

	put_low(c, 9, LEVEL | status | 0x70);
	KUNIT_EXPECT_EQ(test, c->io.rte[9], LEVEL | 0x70);
	drive(c, 9, true);
	KUNIT_EXPECT_EQ(test, get_reg(c, 0x22), LEVEL | status | 0x70);
	put_low(c, 9, LEVEL | 0x70);
	KUNIT_EXPECT_EQ(test, get_reg(c, 0x22), LEVEL | status | 0x70);
}

static void rte_is_stored_before_the_pin_is_looked_at(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	put_rte(c, 9, LEVEL | MASKED | DEST(1) | 0x70);
	drive(c, 9, true);
	put_rte(c, 9, LEVEL | DEST(2) | 0x71);
	KUNIT_ASSERT_EQ(test, count(c, VQC_FX_MSG), 1);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].msg.vector, 0x71);
	KUNIT_EXPECT_EQ(test, c->fx.item[0].msg.dest, 2);
}

static void eoi_register_of_version_20(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	in_service(test, 9, 0x70);
	drive(c, 9, false);
	KUNIT_EXPECT_EQ(test, get(c, VQC_IOAPIC_EOI), 0);
	KUNIT_EXPECT_TRUE(test, noted(c, VQC_WHY_WRITE_ONLY));
	put(c, VQC_IOAPIC_EOI, 0xffffff70);
	KUNIT_EXPECT_EQ(test, count(c, VQC_FX_ACKED), 1);
	KUNIT_EXPECT_FALSE(test, remote_irr(c, 9));
}

static void version_11_has_no_eoi_register(struct kunit *test)
{
	struct ioapic_case *c = test->priv;

	c->io.version = VQC_IOAPIC_VER_82093AA;
	KUNIT_EXPECT_EQ(test, get_reg(c, VQC_IOAPIC_REG_VER), 0x00170011);
	in_service(test, 9, 0x70);
	put(c, VQC_IOAPIC_EOI, 0x70);
	KUNIT_EXPECT_TRUE(test, noted(c, VQC_WHY_NO_REG));
	KUNIT_EXPECT_TRUE(test, remote_irr(c, 9));
	KUNIT_EXPECT_EQ(test, get(c, VQC_IOAPIC_EOI), 0);
	KUNIT_EXPECT_TRUE(test, noted(c, VQC_WHY_NO_REG));
}

static void offsets_without_register_do_nothing(struct kunit *test)
{
	struct ioapic_case *c = test->priv;
	struct vqc_ioapic before = c->io;
	unsigned int offset;
	enum vqc_why why;

	for (offset = 1; offset < 0x100; offset++) {
		if (offset == VQC_IOAPIC_WINDOW || offset == VQC_IOAPIC_EOI)
			continue;
		why = offset % 16 ? VQC_WHY_BAD_ACCESS : VQC_WHY_NO_REG;
		KUNIT_EXPECT_EQ(test, get(c, offset), 0);
		KUNIT_EXPECT_TRUE(test, noted(c, why));
		put(c, offset, ~0u);
		KUNIT_EXPECT_TRUE(test, noted(c, why));
	}
	KUNIT_EXPECT_MEMEQ(test, &before, &c->io, sizeof(before));
}

static void pin_that_does_not_exist_is_refused(struct kunit *test)
{
	static const unsigned int pins[] = { 24, 31, 32, 0xff, ~0u };
	struct ioapic_case *c = test->priv;
	struct vqc_ioapic before = c->io;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pins); i++) {
		KUNIT_EXPECT_EQ(test, drive(c, pins[i], true),
				VQC_WHY_NOT_ROUTED);
		KUNIT_EXPECT_EQ(test, vqc_ioapic_hold(&c->io, pins[i]),
				VQC_WHY_NOT_ROUTED);
		KUNIT_EXPECT_FALSE(test, vqc_ioapic_sent(&c->io, pins[i],
							 VQC_WHY_NO_DEST));
	}
	retry(c, GENMASK(31, 24));
	KUNIT_EXPECT_EQ(test, c->fx.nr, 0);
	KUNIT_EXPECT_MEMEQ(test, &before, &c->io, sizeof(before));
}

static struct kunit_case ioapic_regs_cases[] = {
	KUNIT_CASE(level_to_edge_clears_remote_irr_and_tells),
	KUNIT_CASE(level_to_edge_drops_a_message_nobody_took),
	KUNIT_CASE(edge_to_level_looks_at_the_line),
	KUNIT_CASE_PARAM(delivery_mode, mode_gen_params),
	KUNIT_CASE(held_line_fires_when_the_mode_becomes_valid),
	KUNIT_CASE(illegal_vector_still_leaves_the_chip),
	KUNIT_CASE_PARAM(polarity_of_level_and_edge, polarity_gen_params),
	KUNIT_CASE(eoi_storm_is_deferred_and_not_lost),
	KUNIT_CASE(eoi_storm_ends_when_the_line_drops),
	KUNIT_CASE(line_dropped_in_the_pause_fires_at_once),
	KUNIT_CASE(masked_eois_are_no_storm),
	KUNIT_CASE(table_is_well_formed),
	KUNIT_CASE(reset_values),
	KUNIT_CASE(id_is_four_bits_and_arb_follows),
	KUNIT_CASE(read_only_registers_stay),
	KUNIT_CASE(index_without_register_reads_all_ones),
	KUNIT_CASE(regsel_takes_its_low_byte),
	KUNIT_CASE(rte_takes_only_writable_bits),
	KUNIT_CASE(rte_status_bits_are_read_only),
	KUNIT_CASE(rte_is_stored_before_the_pin_is_looked_at),
	KUNIT_CASE(eoi_register_of_version_20),
	KUNIT_CASE(version_11_has_no_eoi_register),
	KUNIT_CASE(offsets_without_register_do_nothing),
	KUNIT_CASE(pin_that_does_not_exist_is_refused),
	{}
};

static struct kunit_suite ioapic_regs_suite = {
	.name = "virqchip_ioapic_regs",
	.init = ioapic_case_init,
	.exit = ioapic_case_exit,
	.test_cases = ioapic_regs_cases,
};

kunit_test_suite(ioapic_regs_suite);
