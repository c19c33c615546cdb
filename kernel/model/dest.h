/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Destinations: which CPUs a message is for (SDM vol. 3, 11.6.2, 11.12.10).
 *
 * The map is built anew when a local APIC changes what it answers to, and is
 * read without a lock.  Physical and logical unicast resolve in constant time
 * for any number of CPUs; aliased IDs and mixed logical modes fall back to a
 * walk over all CPUs, which is always right.
 */
#ifndef VQC_MODEL_DEST_H
#define VQC_MODEL_DEST_H

#include "msg.h"
#include "types.h"

#define VQC_DEST_BROADCAST	0xffu		/* xAPIC */
#define VQC_DEST_X2_BROADCAST	0xffffffffu	/* x2APIC */

/** enum vqc_apic_mode - IA32_APIC_BASE bits 11 and 10 */
enum vqc_apic_mode {
	VQC_APIC_OFF,
	VQC_APIC_XAPIC,
	VQC_APIC_X2APIC,
};

/**
 * struct vqc_dest_cpu - what one local APIC answers to
 * @apic_id: 8 bits in xAPIC mode, 32 bits in x2APIC mode
 * @ldr: logical destination register: bits 31:24 in xAPIC mode
 * @dfr: destination format register: bits 31:28 are 0xf flat or 0 cluster
 * @x2_id: the ID that the CPU has, or would have, in x2APIC mode. A CPU whose
 *	ID does not fit into 8 bits answers to it in xAPIC mode too, or nobody
 *	could start it
 * @mode: enum vqc_apic_mode
 */
struct vqc_dest_cpu {
	u32 apic_id;
	u32 ldr;
	u32 dfr;
	u32 x2_id;
	u8 mode;
};

/** enum vqc_dest_logical - how a logical destination can be looked up */
enum vqc_dest_logical {
	VQC_DEST_LOGICAL_WALK,		/* modes are mixed: ask each CPU */
	VQC_DEST_LOGICAL_FLAT,
	VQC_DEST_LOGICAL_CLUSTER,
	VQC_DEST_LOGICAL_X2,
};

/**
 * struct vqc_dest_map - all CPUs, indexed for look-up
 * @nr_cpus: number of CPUs
 * @max_id: largest APIC ID in @phys
 * @aliased: two CPUs share an ID, or one has an ID above @max_id: @phys is not
 *	enough
 * @logical: enum vqc_dest_logical; a CPU that no logical destination but a
 *	broadcast reaches counts for no mode
 * @broadcast_x2: 0xff is a broadcast even for x2APIC CPUs (KVM's quirk unless
 *	the VMM disables it)
 * @flat: CPU for each bit of a flat logical destination, or VQC_NO_CPU
 * @cluster: CPU for each cluster and bit of an xAPIC cluster destination
 * @cpu: the CPUs, by dense index (@nr_cpus of them, in the tail)
 * @phys: CPU index by APIC ID (@max_id + 1 of them, in the tail)
 */
struct vqc_dest_map {
	u32 nr_cpus;
	u32 max_id;
	u8 aliased;
	u8 logical;
	u8 broadcast_x2;
	u16 flat[8];
	u16 cluster[16][4];
	struct vqc_dest_cpu *cpu;
	u16 *phys;
};

/**
 * vqc_dest_x2_ldr - the logical ID in x2APIC mode (SDM vol. 3, 11.12.10.2)
 * @apic_id: the x2APIC ID
 *
 * Context: any. Return: cluster in bits 31:16, one member bit in 15:0.
 */
static inline u32 vqc_dest_x2_ldr(u32 apic_id)
{
	return (apic_id >> 4) << 16 | 1u << (apic_id & 0xf);
}

/**
 * vqc_dest_map_bytes - memory that a map with its tails needs
 * @nr_cpus: 0..VQC_MAX_CPUS
 * @max_id: 0..VQC_MAX_APIC_IDS - 1
 *
 * Context: any. Return: bytes.
 */
size_t vqc_dest_map_bytes(u32 nr_cpus, u32 max_id);

/**
 * vqc_dest_map_build - fill a map
 * @map: vqc_dest_map_bytes() of memory; set up whole here
 * @cpus: the CPUs in dense order
 * @nr_cpus: how many
 * @max_id: size of the ID table; larger IDs work, by the slow walk
 * @broadcast_x2: see struct vqc_dest_map
 *
 * Context: any.
 */
void vqc_dest_map_build(struct vqc_dest_map *map,
			const struct vqc_dest_cpu *cpus, u32 nr_cpus,
			u32 max_id, bool broadcast_x2);

/**
 * vqc_dest_match - does a message address this local APIC
 * @cpu: what it answers to
 * @msg: the message; the shorthand is not looked at
 * @broadcast_x2: see struct vqc_dest_map
 *
 * The definition that the map has to agree with (SDM vol. 3, 11.6.2.1,
 * 11.6.2.2, 11.12.10). 0xff without VQC_MSG_X2DEST is a broadcast to all CPUs
 * in xAPIC mode, 0xffffffff with it to all CPUs in either mode. A destination
 * above 0xff reaches no CPU in xAPIC mode, but see struct vqc_dest_cpu.x2_id.
 *
 * Context: any. Return: true if it does.
 */
bool vqc_dest_match(const struct vqc_dest_cpu *cpu, const struct vqc_msg *msg,
		    bool broadcast_x2);

/* Answers of vqc_dest_one() that are not a CPU */
#define VQC_DEST_NONE	(-1)
#define VQC_DEST_MANY	(-2)

/**
 * vqc_dest_one - resolve a message to a single CPU in constant time
 * @map: the map
 * @msg: the message
 * @src: CPU index of the sender, for shorthand SELF; VQC_NO_CPU if none
 *
 * Context: any.
 * Return: dense CPU index; VQC_DEST_NONE if no CPU matches; VQC_DEST_MANY if
 * vqc_dest_set() must be asked, which may still yield one or none.
 */
int vqc_dest_one(const struct vqc_dest_map *map, const struct vqc_msg *msg,
		 unsigned int src);

/**
 * vqc_dest_set - resolve a message to a set of CPUs
 * @map: the map
 * @msg: the message
 * @src: CPU index of the sender; VQC_NO_CPU if none (SELF and OTHERS then
 *	match nobody and everybody)
 * @cpus: bitmap of VQC_MAX_CPUS bits, overwritten
 *
 * Context: any. Return: number of CPUs in the set.
 */
unsigned int vqc_dest_set(const struct vqc_dest_map *map,
			  const struct vqc_msg *msg, unsigned int src,
			  unsigned long *cpus);

#endif /* VQC_MODEL_DEST_H */
