/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Get and set the state of a fabric's chips.
 */
#ifndef VQC_SNAPSHOT_H
#define VQC_SNAPSHOT_H

#include <linux/types.h>

struct vqc_8259;
struct vqc_cpu;
struct vqc_fabric;
struct vqc_ioapic;
struct vqc_pic;
struct vqc_pit;

/**
 * vqc_snapshot_get_pic - copy the state of the 8259 pair
 * @f: the fabric
 * @pic: where to, overwritten whole
 *
 * Context: any; takes @f->pic_lock.
 */
void vqc_snapshot_get_pic(struct vqc_fabric *f, struct vqc_pic *pic);

/**
 * vqc_snapshot_set_pic - load a state into the 8259 pair
 * @f: the fabric
 * @pic: from anywhere, trusted in nothing; strict_edge is not looked at, for
 *	it is how the fabric was built
 *
 * What follows from the new state, a new level of INTR, happens before the
 * return. The wires are left alone: the chip's input levels are part of its
 * own state, and the next change of a wire samples it.
 *
 * Context: any; takes @f->pic_lock.
 */
void vqc_snapshot_set_pic(struct vqc_fabric *f, const struct vqc_pic *pic);

/**
 * vqc_snapshot_set_8259 - load a state into one chip of the pair
 * @f: the fabric
 * @slave: which
 * @chip: as for vqc_snapshot_set_pic(); the other chip stays as it is
 *
 * Context: any; takes @f->pic_lock.
 */
void vqc_snapshot_set_8259(struct vqc_fabric *f, bool slave,
			   const struct vqc_8259 *chip);

/**
 * vqc_snapshot_get_ioapic - copy the state of the IOAPIC
 * @f: the fabric
 * @io: where to, overwritten whole
 *
 * Context: any; takes @f->ioapic_lock.
 */
void vqc_snapshot_get_ioapic(struct vqc_fabric *f, struct vqc_ioapic *io);

/**
 * vqc_snapshot_set_ioapic - load a state into the IOAPIC
 * @f: the fabric
 * @io: from anywhere, trusted in nothing; version and electrical are not
 *	looked at, for they are how the fabric was built
 *
 * Messages of pins that are due are delivered before the return; otherwise as
 * vqc_snapshot_set_pic().
 *
 * Context: any; takes @f->ioapic_lock.
 */
void vqc_snapshot_set_ioapic(struct vqc_fabric *f, const struct vqc_ioapic *io);

/**
 * vqc_snapshot_get_pit - copy the state of the 8254
 * @f: the fabric; it has a PIT
 * @pit: where to, overwritten whole; times are those of ktime_get_ns()
 *
 * Context: any; takes @f->pit_lock.
 */
void vqc_snapshot_get_pit(struct vqc_fabric *f, struct vqc_pit *pit);

/**
 * vqc_snapshot_set_pit - load a state into the 8254
 * @f: the fabric; it has a PIT
 * @pit: from anywhere, trusted in nothing; times are those of ktime_get_ns()
 *
 * The timer is armed for the new state. Ticks owed from the time before are
 * forgotten.
 *
 * Context: task; takes @f->pit_lock.
 */
void vqc_snapshot_set_pit(struct vqc_fabric *f, const struct vqc_pit *pit);

/**
 * vqc_snapshot_bytes - how long a state is in the UAPI
 * @chip: VIRQCHIP_CHIP_*
 *
 * Context: any. Return: bytes of its struct virqchip_*_state; 0: no such chip.
 */
size_t vqc_snapshot_bytes(u32 chip);

/* No state of a chip is longer than this many bytes. */
#define VQC_SNAPSHOT_MAX	2048u

/**
 * vqc_snapshot_save - write a chip's state out in the form of the UAPI
 * @f: the fabric
 * @chip: VIRQCHIP_CHIP_* that vqc_snapshot_bytes() knows
 * @cpu: whose local APIC for VIRQCHIP_CHIP_LAPIC; the caller is its owner
 * @state: vqc_snapshot_bytes() of zeroed memory
 *
 * Context: may sleep. Return: 0; -ENODEV: the fabric has no such chip.
 */
int vqc_snapshot_save(struct vqc_fabric *f, u32 chip, struct vqc_cpu *cpu,
		      void *state);

/**
 * vqc_snapshot_load - load a chip's state from the form of the UAPI
 * @f: the fabric
 * @chip: VIRQCHIP_CHIP_* that vqc_snapshot_bytes() knows
 * @cpu: whose local APIC for VIRQCHIP_CHIP_LAPIC; the caller is its owner
 * @state: vqc_snapshot_bytes() of memory, trusted in nothing
 *
 * Context: may sleep.
 * Return: 0; -EINVAL: a reserved field is set or a field cannot have the value;
 * -ENODEV: the fabric has no such chip. Nothing has changed after an error.
 */
int vqc_snapshot_load(struct vqc_fabric *f, u32 chip, struct vqc_cpu *cpu,
		      const void *state);

#endif /* VQC_SNAPSHOT_H */
