/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One interrupt message on its way to local APICs.  Redirection table
 * entries, MSIs and the ICR all decode to it, so destination matching and
 * acceptance exist once.
 */
#ifndef VQC_MODEL_MSG_H
#define VQC_MODEL_MSG_H

#include "types.h"

/**
 * enum vqc_delivery - delivery mode field of RTE, MSI data, ICR and LVT
 * (SDM vol. 3, 11.5.1, 11.6.1; 82093AA 3.2.4)
 * @VQC_DM_FIXED: the vector, to every CPU of the destination
 * @VQC_DM_LOWEST: the vector, to the one CPU running at the lowest priority
 * @VQC_DM_SMI: system management interrupt
 * @VQC_DM_RESERVED: reserved encoding
 * @VQC_DM_NMI: non-maskable interrupt
 * @VQC_DM_INIT: INIT
 * @VQC_DM_SIPI: start-up IPI; the vector is the start page
 * @VQC_DM_EXTINT: the CPU fetches the vector from the 8259 pair
 */
enum vqc_delivery {
	VQC_DM_FIXED	= 0,
	VQC_DM_LOWEST	= 1,
	VQC_DM_SMI	= 2,
	VQC_DM_RESERVED	= 3,
	VQC_DM_NMI	= 4,
	VQC_DM_INIT	= 5,
	VQC_DM_SIPI	= 6,
	VQC_DM_EXTINT	= 7,
};

/** enum vqc_shorthand - ICR destination shorthand (SDM vol. 3, 11.6.1) */
enum vqc_shorthand {
	VQC_SH_NONE	= 0,
	VQC_SH_SELF	= 1,
	VQC_SH_ALL	= 2,
	VQC_SH_OTHERS	= 3,
};

#define VQC_MSG_LOGICAL		BIT(0)	/* dest is a logical destination */
#define VQC_MSG_LEVEL		BIT(1)	/* trigger mode: level */
#define VQC_MSG_ASSERT		BIT(2)	/* level: assert (ICR, MSI) */
#define VQC_MSG_X2DEST		BIT(3)	/* dest is a 32-bit x2APIC destination */
#define VQC_MSG_TELL_EOI	BIT(4)	/* from an IOAPIC that is not ours */

/**
 * struct vqc_msg - an interrupt message
 * @dest: APIC ID or logical destination; 8 bits unless VQC_MSG_X2DEST
 * @vector: interrupt vector, or start page of a SIPI
 * @mode: enum vqc_delivery
 * @flags: VQC_MSG_*
 * @shorthand: enum vqc_shorthand; other than NONE only for IPIs
 */
struct vqc_msg {
	u32 dest;
	u8 vector;
	u8 mode;
	u8 flags;
	u8 shorthand;
};

/**
 * vqc_msg_from_rte - decode an IOAPIC redirection table entry (82093AA 3.2.4)
 * @rte: the 64-bit entry
 *
 * Context: any. Return: the message; MSG_ASSERT is always set.
 */
struct vqc_msg vqc_msg_from_rte(u64 rte);

/**
 * vqc_msg_from_msi - decode an MSI (SDM vol. 3, 11.11)
 * @address: 64-bit message address; bits 63:40 give destination bits 31:8 if
 *	@ext_dest_id is false and they are not zero (KVM's x2APIC MSI format);
 *	bits 11:5 give destination bits 14:8 if @ext_dest_id is true
 * @data: message data
 * @ext_dest_id: the VM uses the extended destination ID format
 *
 * The redirection hint with logical destination and the lowest priority mode
 * both ask for one CPU out of the destination.
 *
 * Context: any. Return: the message.
 */
struct vqc_msg vqc_msg_from_msi(u64 address, u32 data, bool ext_dest_id);

/**
 * vqc_msg_to_msi - encode a message as an MSI
 * @msg: a message without shorthand
 * @address: filled in; destination bits 31:8 are in bits 63:40
 * @data: filled in; always asserts
 *
 * vqc_msg_from_msi() without @ext_dest_id gives the same message again.
 *
 * Context: any.
 */
void vqc_msg_to_msi(const struct vqc_msg *msg, u64 *address, u32 *data);

/**
 * vqc_msg_msi_valid - may this address be used for an MSI
 * @address: as for vqc_msg_from_msi()
 * @x2apic_format: the VM asked for 32-bit destinations in bits 63:40
 *
 * Context: any. Return: false if bits 39:32 are set while @x2apic_format.
 */
bool vqc_msg_msi_valid(u64 address, bool x2apic_format);

/**
 * vqc_msg_msi_is_sipi - does an MSI have the delivery mode of a start-up IPI
 * @data: message data
 *
 * vqc_msg_from_msi() makes it VQC_DM_RESERVED.
 *
 * Context: any. Return: true if it has.
 */
bool vqc_msg_msi_is_sipi(u32 data);

/**
 * vqc_msg_from_icr - decode an interrupt command (SDM vol. 3, 11.6.1, 11.12.9)
 * @icr: the 64-bit register as software wrote it
 * @x2apic: true: destination in bits 63:32; false: in bits 63:56
 *
 * Context: any. Return: the message.
 */
struct vqc_msg vqc_msg_from_icr(u64 icr, bool x2apic);

#endif /* VQC_MODEL_MSG_H */
