/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The states of the chips in a recording, and their digest.
 *
 * Pure like the models: who records and who replays use the same functions.
 */
#ifndef VQC_RECFMT_H
#define VQC_RECFMT_H

#include <linux/virqchip_record.h>

#include "model/fx.h"
#include "model/ioapic.h"
#include "model/lapic.h"
#include "model/pic.h"
#include "model/pit.h"

/**
 * union vqc_rec_chip - the state of any chip in a recording
 * @pic: VIRQCHIP_CHIP_PIC
 * @ioapic: VIRQCHIP_CHIP_IOAPIC
 * @lapic: VIRQCHIP_CHIP_LAPIC
 * @pit: VIRQCHIP_CHIP_PIT
 */
union vqc_rec_chip {
	struct virqchip_rec_pic pic;
	struct virqchip_rec_ioapic ioapic;
	struct virqchip_rec_lapic lapic;
	struct virqchip_rec_pit pit;
};

/**
 * vqc_rec_state_bytes - how long a chip's state is
 * @chip: VIRQCHIP_CHIP_*, or any number
 *
 * Context: any. Return: bytes, a multiple of 8; 0: such a state is not recorded.
 */
unsigned int vqc_rec_state_bytes(unsigned int chip);

/**
 * vqc_rec_save - write a chip's state out
 * @chip: VIRQCHIP_CHIP_* that vqc_rec_state_bytes() knows
 * @model: its struct vqc_pic, vqc_ioapic, vqc_lapic or vqc_pit
 * @to: overwritten whole, up to vqc_rec_state_bytes()
 *
 * Context: any; caller serialises.
 */
void vqc_rec_save(unsigned int chip, const void *model,
		  union vqc_rec_chip *to);

/**
 * vqc_rec_load - set a chip's state
 * @chip: VIRQCHIP_CHIP_* that vqc_rec_state_bytes() knows
 * @from: as vqc_rec_save() wrote it; nothing of it is checked
 * @model: as for vqc_rec_save(); overwritten whole
 *
 * Context: any; caller serialises.
 */
void vqc_rec_load(unsigned int chip, const union vqc_rec_chip *from,
		  void *model);

/**
 * vqc_rec_digest - digest of a chip's state and of effects
 * @chip: VIRQCHIP_CHIP_* that vqc_rec_state_bytes() knows
 * @state: as vqc_rec_save() wrote it
 * @fx: the effects; may be NULL
 * @first: the first one of them that counts
 *
 * See struct virqchip_rec_op.
 *
 * Context: any. Return: the digest.
 */
u32 vqc_rec_digest(unsigned int chip, const union vqc_rec_chip *state,
		   const struct vqc_fx *fx, unsigned int first);

#endif /* VQC_RECFMT_H */
