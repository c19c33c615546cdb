// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupt messages: what a redirection table entry, an MSI and an interrupt
 * command have in common.
 *
 * The three layouts differ in where the fields lie and in what may be asked
 * for; behind this file only struct vqc_msg exists.  Nothing here decides who
 * gets the message (dest.c) or what a local APIC does with it (lapic.c).
 */
#include "msg.h"

/* 82093AA 3.2.4 */
#define VQC_RTE_FIELD_VECTOR	GENMASK_ULL(7, 0)
#define VQC_RTE_FIELD_MODE	GENMASK_ULL(10, 8)
#define VQC_RTE_FIELD_LOGICAL	BIT_ULL(11)
#define VQC_RTE_FIELD_LEVEL	BIT_ULL(15)
#define VQC_RTE_FIELD_DEST	GENMASK_ULL(63, 56)

/* SDM vol. 3, 11.11.1; bits 63:40 and 11:5 are extensions */
#define VQC_MSI_ADDR_BASE	0xfee00000ull
#define VQC_MSI_ADDR_LOGICAL	BIT_ULL(2)
#define VQC_MSI_ADDR_HINT	BIT_ULL(3)
#define VQC_MSI_ADDR_EXT_DEST	GENMASK_ULL(11, 5)
#define VQC_MSI_ADDR_DEST	GENMASK_ULL(19, 12)
#define VQC_MSI_ADDR_X2_RSVD	GENMASK_ULL(39, 32)
#define VQC_MSI_ADDR_X2_DEST	GENMASK_ULL(63, 40)

/* SDM vol. 3, 11.11.2 */
#define VQC_MSI_DATA_VECTOR	GENMASK(7, 0)
#define VQC_MSI_DATA_MODE	GENMASK(10, 8)
#define VQC_MSI_DATA_ASSERT	BIT(14)
#define VQC_MSI_DATA_LEVEL	BIT(15)

/* SDM vol. 3, 11.6.1 and 11.12.9 */
#define VQC_ICR_FIELD_VECTOR	GENMASK_ULL(7, 0)
#define VQC_ICR_FIELD_MODE	GENMASK_ULL(10, 8)
#define VQC_ICR_FIELD_LOGICAL	BIT_ULL(11)
#define VQC_ICR_FIELD_ASSERT	BIT_ULL(14)
#define VQC_ICR_FIELD_LEVEL	BIT_ULL(15)
#define VQC_ICR_FIELD_SHORTHAND	GENMASK_ULL(19, 18)
#define VQC_ICR_FIELD_DEST	GENMASK_ULL(63, 56)
#define VQC_ICR_FIELD_X2_DEST	GENMASK_ULL(63, 32)

/* By the manuals only an ICR can start CPUs: for devices it is reserved. */
static u8 vqc_msg_device_mode(u8 mode)
{
	return mode == VQC_DM_SIPI ? VQC_DM_RESERVED : mode;
}

struct vqc_msg vqc_msg_from_rte(u64 rte)
{
	return (struct vqc_msg){
		.dest = FIELD_GET(VQC_RTE_FIELD_DEST, rte),
		.vector = FIELD_GET(VQC_RTE_FIELD_VECTOR, rte),
		.mode = vqc_msg_device_mode(FIELD_GET(VQC_RTE_FIELD_MODE, rte)),
		.flags = VQC_MSG_ASSERT |
			 (rte & VQC_RTE_FIELD_LOGICAL ? VQC_MSG_LOGICAL : 0) |
			 (rte & VQC_RTE_FIELD_LEVEL ? VQC_MSG_LEVEL : 0),
	};
}

static u32 vqc_msg_msi_dest(u64 address, bool ext_dest_id)
{
	u32 dest = FIELD_GET(VQC_MSI_ADDR_DEST, address);

	if (ext_dest_id)
		return dest | FIELD_GET(VQC_MSI_ADDR_EXT_DEST, address) << 8;
	return dest | FIELD_GET(VQC_MSI_ADDR_X2_DEST, address) << 8;
}

struct vqc_msg vqc_msg_from_msi(u64 address, u32 data, bool ext_dest_id)
{
	u8 mode = vqc_msg_device_mode(FIELD_GET(VQC_MSI_DATA_MODE, data));
	u32 dest = vqc_msg_msi_dest(address, ext_dest_id);
	bool level = data & VQC_MSI_DATA_LEVEL;
	bool logical = address & VQC_MSI_ADDR_LOGICAL;

	if (logical && (address & VQC_MSI_ADDR_HINT) && mode == VQC_DM_FIXED)
		mode = VQC_DM_LOWEST;
	return (struct vqc_msg){
		.dest = dest,
		.vector = FIELD_GET(VQC_MSI_DATA_VECTOR, data),
		.mode = mode,
		.flags = (logical ? VQC_MSG_LOGICAL : 0) |
			 (level ? VQC_MSG_LEVEL : 0) |
			 (!level || (data & VQC_MSI_DATA_ASSERT) ? VQC_MSG_ASSERT : 0) |
			 (dest > 0xff ? VQC_MSG_X2DEST : 0),
	};
}

void vqc_msg_to_msi(const struct vqc_msg *msg, u64 *address, u32 *data)
{
	*address = VQC_MSI_ADDR_BASE | (u64)(msg->dest & ~0xffu) << 32 |
		   FIELD_PREP(VQC_MSI_ADDR_DEST, msg->dest & 0xff);
	if (msg->flags & VQC_MSG_LOGICAL)
		*address |= VQC_MSI_ADDR_LOGICAL;
	if (msg->mode == VQC_DM_LOWEST)
		*address |= VQC_MSI_ADDR_HINT;
	*data = msg->vector | FIELD_PREP(VQC_MSI_DATA_MODE, msg->mode) |
		VQC_MSI_DATA_ASSERT;
	if (msg->flags & VQC_MSG_LEVEL)
		*data |= VQC_MSI_DATA_LEVEL;
}

bool vqc_msg_msi_is_sipi(u32 data)
{
	return FIELD_GET(VQC_MSI_DATA_MODE, data) == VQC_DM_SIPI;
}

bool vqc_msg_msi_valid(u64 address, bool x2apic_format)
{
	return !x2apic_format || !(address & VQC_MSI_ADDR_X2_RSVD);
}

struct vqc_msg vqc_msg_from_icr(u64 icr, bool x2apic)
{
	u8 mode = FIELD_GET(VQC_ICR_FIELD_MODE, icr);
	/* Trigger mode and level mean something for INIT alone. */
	bool level = mode == VQC_DM_INIT && (icr & VQC_ICR_FIELD_LEVEL);

	return (struct vqc_msg){
		.dest = x2apic ? FIELD_GET(VQC_ICR_FIELD_X2_DEST, icr) :
				 FIELD_GET(VQC_ICR_FIELD_DEST, icr),
		.vector = FIELD_GET(VQC_ICR_FIELD_VECTOR, icr),
		.mode = mode,
		.flags = (icr & VQC_ICR_FIELD_LOGICAL ? VQC_MSG_LOGICAL : 0) |
			 (level ? VQC_MSG_LEVEL : 0) |
			 (!level || (icr & VQC_ICR_FIELD_ASSERT) ? VQC_MSG_ASSERT : 0) |
			 (x2apic ? VQC_MSG_X2DEST : 0),
		.shorthand = FIELD_GET(VQC_ICR_FIELD_SHORTHAND, icr),
	};
}
