// SPDX-License-Identifier: GPL-2.0-only
/* Interrupt messages out of redirection table entries, MSIs and the ICR. */
#include <kunit/test.h>

#include "model/msg.h"

#define ASSERT		VQC_MSG_ASSERT
#define LEVEL		VQC_MSG_LEVEL
#define LOGICAL		VQC_MSG_LOGICAL
#define X2		VQC_MSG_X2DEST

static void expect_msg(struct kunit *test, struct vqc_msg have,
		       const struct vqc_msg *want)
{
	KUNIT_EXPECT_EQ(test, have.dest, want->dest);
	KUNIT_EXPECT_EQ(test, have.vector, want->vector);
	KUNIT_EXPECT_EQ(test, have.mode, want->mode);
	KUNIT_EXPECT_EQ(test, have.flags, want->flags);
	KUNIT_EXPECT_EQ(test, have.shorthand, want->shorthand);
}

struct rte_case {
	const char *desc;
	u64 rte;
	struct vqc_msg msg;
};

static const struct rte_case rte_cases[] = {
	{ "fixed edge physical", 0x0300000000000031ull,
	  { 3, 0x31, VQC_DM_FIXED, ASSERT } },
	{ "fixed level logical", 0xff00000000008840ull,
	  { 0xff, 0x40, VQC_DM_FIXED, ASSERT | LEVEL | LOGICAL } },
	{ "lowest", 0x0f00000000000951ull,
	  { 0x0f, 0x51, VQC_DM_LOWEST, ASSERT | LOGICAL } },
	{ "SMI", 0x0000000000000200ull, { 0, 0, VQC_DM_SMI, ASSERT } },
	{ "reserved 3", 0x0000000000000340ull, { 0, 0x40, VQC_DM_RESERVED, ASSERT } },
	{ "NMI", 0x0100000000000400ull, { 1, 0, VQC_DM_NMI, ASSERT } },
	{ "INIT", 0x0100000000000500ull, { 1, 0, VQC_DM_INIT, ASSERT } },
	{ "INIT by level is asserted", 0x0100000000008500ull,
	  { 1, 0, VQC_DM_INIT, ASSERT | LEVEL } },
	{ "reserved 6 is no SIPI", 0x0100000000000610ull,
	  { 1, 0x10, VQC_DM_RESERVED, ASSERT } },
	{ "ExtINT", 0x0000000000000700ull, { 0, 0, VQC_DM_EXTINT, ASSERT } },
	{ "status, polarity and mask do not matter", 0x2a000000000170a5ull,
	  { 0x2a, 0xa5, VQC_DM_FIXED, ASSERT } },
	{ "reserved bits do not matter", 0x01fffffffffe0031ull,
	  { 1, 0x31, VQC_DM_FIXED, ASSERT } },
};

static void rte_case_desc(const struct rte_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(rte, rte_cases, rte_case_desc);

static void rte_decodes(struct kunit *test)
{
	const struct rte_case *c = test->param_value;

	expect_msg(test, vqc_msg_from_rte(c->rte), &c->msg);
}

struct msi_case {
	const char *desc;
	u64 address;
	u32 data;
	bool ext;
	struct vqc_msg msg;
};

static const struct msi_case msi_cases[] = {
	{ "fixed edge", 0xfee05000, 0x0031, false,
	  { 5, 0x31, VQC_DM_FIXED, ASSERT } },
	{ "assert bit of an edge does not matter", 0xfee05000, 0x4031, false,
	  { 5, 0x31, VQC_DM_FIXED, ASSERT } },
	{ "level assert", 0xfee05000, 0xc031, false,
	  { 5, 0x31, VQC_DM_FIXED, ASSERT | LEVEL } },
	{ "level de-assert", 0xfee05000, 0x8031, false,
	  { 5, 0x31, VQC_DM_FIXED, LEVEL } },
	{ "logical", 0xfee0f004, 0x0041, false,
	  { 0x0f, 0x41, VQC_DM_FIXED, ASSERT | LOGICAL } },
	{ "hint with logical asks for one", 0xfee0f00c, 0x0041, false,
	  { 0x0f, 0x41, VQC_DM_LOWEST, ASSERT | LOGICAL } },
	{ "hint with physical asks for nothing", 0xfee0f008, 0x0041, false,
	  { 0x0f, 0x41, VQC_DM_FIXED, ASSERT } },
	{ "hint leaves NMI", 0xfee0f00c, 0x0400, false,
	  { 0x0f, 0, VQC_DM_NMI, ASSERT | LOGICAL } },
	{ "lowest", 0xfee0f004, 0x0141, false,
	  { 0x0f, 0x41, VQC_DM_LOWEST, ASSERT | LOGICAL } },
	{ "SMI", 0xfee00000, 0x0200, false, { 0, 0, VQC_DM_SMI, ASSERT } },
	{ "reserved 3", 0xfee00000, 0x0300, false, { 0, 0, VQC_DM_RESERVED, ASSERT } },
	{ "INIT", 0xfee00000, 0x0500, false, { 0, 0, VQC_DM_INIT, ASSERT } },
	{ "INIT level de-assert", 0xfee00000, 0x8500, false,
	  { 0, 0, VQC_DM_INIT, LEVEL } },
	{ "reserved 6 is no SIPI", 0xfee00000, 0x0610, false,
	  { 0, 0x10, VQC_DM_RESERVED, ASSERT } },
	{ "ExtINT", 0xfee00000, 0x0700, false, { 0, 0, VQC_DM_EXTINT, ASSERT } },
	{ "broadcast", 0xfeeff000, 0x0031, false,
	  { 0xff, 0x31, VQC_DM_FIXED, ASSERT } },
	{ "high destination bits", 0x00012300fee45000ull, 0x0031, false,
	  { 0x12345, 0x31, VQC_DM_FIXED, ASSERT | X2 } },
	{ "x2APIC broadcast", 0xffffff00feeff000ull, 0x0031, false,
	  { 0xffffffff, 0x31, VQC_DM_FIXED, ASSERT | X2 } },
	{ "extended destination", 0xfee45fe0, 0x0031, true,
	  { 0x7f45, 0x31, VQC_DM_FIXED, ASSERT | X2 } },
	{ "extended destination, lowest bit", 0xfee00020, 0x0031, true,
	  { 0x100, 0x31, VQC_DM_FIXED, ASSERT | X2 } },
	{ "extended format with 8 bits", 0xfee45000, 0x0031, true,
	  { 0x45, 0x31, VQC_DM_FIXED, ASSERT } },
	{ "bits 11:5 without the format", 0xfee45fe0, 0x0031, false,
	  { 0x45, 0x31, VQC_DM_FIXED, ASSERT } },
	{ "bits 63:40 with the format", 0xffffff00fee45000ull, 0x0031, true,
	  { 0x45, 0x31, VQC_DM_FIXED, ASSERT } },
};

static void msi_case_desc(const struct msi_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(msi, msi_cases, msi_case_desc);

static void msi_decodes(struct kunit *test)
{
	const struct msi_case *c = test->param_value;

	expect_msg(test, vqc_msg_from_msi(c->address, c->data, c->ext), &c->msg);
}

static void msi_address_with_bits_39_to_32_is_refused_in_x2apic_format(struct kunit *test)
{
	unsigned int bit;

	for (bit = 0; bit < 64; bit++) {
		KUNIT_EXPECT_TRUE(test, vqc_msg_msi_valid(BIT_ULL(bit), false));
		KUNIT_EXPECT_EQ(test, vqc_msg_msi_valid(BIT_ULL(bit), true),
				bit < 32 || bit > 39);
	}
}

struct icr_case {
	const char *desc;
	u64 icr;
	struct vqc_msg msg;
	struct vqc_msg x2;
};

static const struct icr_case icr_cases[] = {
	{ "fixed", 0x0700000000004041ull,
	  { 7, 0x41, VQC_DM_FIXED, ASSERT },
	  { 0x07000000, 0x41, VQC_DM_FIXED, ASSERT | X2 } },
	{ "32-bit destination", 0x1234567800004841ull,
	  { 0x12, 0x41, VQC_DM_FIXED, ASSERT | LOGICAL },
	  { 0x12345678, 0x41, VQC_DM_FIXED, ASSERT | LOGICAL | X2 } },
	{ "self", 0x0000000000044041ull,
	  { 0, 0x41, VQC_DM_FIXED, ASSERT, VQC_SH_SELF },
	  { 0, 0x41, VQC_DM_FIXED, ASSERT | X2, VQC_SH_SELF } },
	{ "all", 0x0000000000084041ull,
	  { 0, 0x41, VQC_DM_FIXED, ASSERT, VQC_SH_ALL },
	  { 0, 0x41, VQC_DM_FIXED, ASSERT | X2, VQC_SH_ALL } },
	{ "INIT to others", 0x00000000000c4500ull,
	  { 0, 0, VQC_DM_INIT, ASSERT, VQC_SH_OTHERS },
	  { 0, 0, VQC_DM_INIT, ASSERT | X2, VQC_SH_OTHERS } },
	{ "INIT level assert", 0x000000000000c500ull,
	  { 0, 0, VQC_DM_INIT, ASSERT | LEVEL },
	  { 0, 0, VQC_DM_INIT, ASSERT | LEVEL | X2 } },
	{ "INIT level de-assert", 0x0000000000008500ull,
	  { 0, 0, VQC_DM_INIT, LEVEL },
	  { 0, 0, VQC_DM_INIT, LEVEL | X2 } },
	{ "INIT edge", 0x0000000000000500ull,
	  { 0, 0, VQC_DM_INIT, ASSERT },
	  { 0, 0, VQC_DM_INIT, ASSERT | X2 } },
	{ "SIPI", 0x0000000000004698ull,
	  { 0, 0x98, VQC_DM_SIPI, ASSERT },
	  { 0, 0x98, VQC_DM_SIPI, ASSERT | X2 } },
	{ "trigger mode means nothing but for INIT", 0x0000000000008041ull,
	  { 0, 0x41, VQC_DM_FIXED, ASSERT },
	  { 0, 0x41, VQC_DM_FIXED, ASSERT | X2 } },
	{ "SMI", 0x0000000000004200ull,
	  { 0, 0, VQC_DM_SMI, ASSERT }, { 0, 0, VQC_DM_SMI, ASSERT | X2 } },
	{ "reserved", 0x0000000000004300ull,
	  { 0, 0, VQC_DM_RESERVED, ASSERT }, { 0, 0, VQC_DM_RESERVED, ASSERT | X2 } },
	{ "NMI", 0x0000000000004400ull,
	  { 0, 0, VQC_DM_NMI, ASSERT }, { 0, 0, VQC_DM_NMI, ASSERT | X2 } },
	{ "lowest", 0x0000000000004941ull,
	  { 0, 0x41, VQC_DM_LOWEST, ASSERT | LOGICAL },
	  { 0, 0x41, VQC_DM_LOWEST, ASSERT | LOGICAL | X2 } },
};

static void icr_case_desc(const struct icr_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(icr, icr_cases, icr_case_desc);

static void icr_decodes_in_both_modes(struct kunit *test)
{
	const struct icr_case *c = test->param_value;

	expect_msg(test, vqc_msg_from_icr(c->icr, false), &c->msg);
	expect_msg(test, vqc_msg_from_icr(c->icr, true), &c->x2);
}

/* Physical and logical, 8 and 32 bits, edge and level, each mode of a device. */
static void what_is_encoded_as_an_msi_decodes_again(struct kunit *test)
{
	static const u32 dests[] = { 0, 3, 0xff, 0x100, 0x12345678, 0xffffffff };
	static const u8 modes[] = {
		VQC_DM_FIXED, VQC_DM_LOWEST, VQC_DM_SMI, VQC_DM_NMI,
		VQC_DM_INIT, VQC_DM_EXTINT,
	};
	unsigned int d, m, flags;
	u64 address;
	u32 data;

	for (d = 0; d < ARRAY_SIZE(dests); d++)
		for (m = 0; m < ARRAY_SIZE(modes); m++)
			for (flags = 0; flags < 4; flags++) {
				const struct vqc_msg msg = {
					.dest = dests[d],
					.vector = 0x51 + d,
					.mode = modes[m],
					.flags = ASSERT | (flags & 1 ? LEVEL : 0) |
						 (flags & 2 ? LOGICAL : 0) |
						 (dests[d] > 0xff ? X2 : 0),
				};

				vqc_msg_to_msi(&msg, &address, &data);
				KUNIT_EXPECT_TRUE(test,
						  vqc_msg_msi_valid(address, true));
				KUNIT_EXPECT_EQ(test, address & 0xfff00000ull,
						0xfee00000ull);
				expect_msg(test,
					   vqc_msg_from_msi(address, data, false),
					   &msg);
			}
}

static struct kunit_case msg_cases[] = {
	KUNIT_CASE_PARAM(rte_decodes, rte_gen_params),
	KUNIT_CASE_PARAM(msi_decodes, msi_gen_params),
	KUNIT_CASE(msi_address_with_bits_39_to_32_is_refused_in_x2apic_format),
	KUNIT_CASE(what_is_encoded_as_an_msi_decodes_again),
	KUNIT_CASE_PARAM(icr_decodes_in_both_modes, icr_gen_params),
	{}
};

static struct kunit_suite msg_suite = {
	.name = "virqchip_msg",
	.test_cases = msg_cases,
};

kunit_test_suite(msg_suite);
