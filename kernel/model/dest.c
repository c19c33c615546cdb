// SPDX-License-Identifier: GPL-2.0-only
/*
 * Destinations: who a message is for (SDM vol. 3, 11.6.2 and 11.12.10).
 *
 * vqc_dest_match() is the definition: one message, one local APIC.  The map
 * is that definition turned round, from a destination to a CPU; where turning
 * round would not be exact (two CPUs with one ID, CPUs in different logical
 * modes) it says so, and each CPU is asked.
 *
 * Building the map and publishing it to its lockless readers is the caller's;
 * choosing one CPU out of a set by priority is the caller's too.
 */
#include <linux/bitmap.h>
#include <linux/limits.h>
#include <linux/nospec.h>

#include "dest.h"

#define VQC_DFR_MODEL		GENMASK(31, 28)
#define VQC_DFR_MODEL_FLAT	0xfu
#define VQC_DFR_MODEL_CLUSTER	0x0u

/* Logical x2APIC ID: SDM vol. 3, 11.12.10.2 */
#define VQC_X2_LDR_CLUSTER	GENMASK(31, 16)
#define VQC_X2_LDR_MEMBERS	GENMASK(15, 0)

/* xAPIC logical ID in cluster mode: SDM vol. 3, 11.6.2.2 */
#define VQC_XLDR_ID(ldr)	((ldr) >> 24)
#define VQC_XLDR_CLUSTER(id)	(((id) >> 4) & 0xfu)
#define VQC_XLDR_MEMBERS(id)	((id) & 0xfu)

#define VQC_PHYS_MAX		0xffu

/* The destination as 32 bits; those above 7 do not exist without X2DEST. */
static u32 vqc_dest_id(const struct vqc_msg *msg)
{
	return msg->flags & VQC_MSG_X2DEST ? msg->dest : msg->dest & 0xff;
}

static bool vqc_dest_may_broadcast(const struct vqc_msg *msg)
{
	return vqc_dest_id(msg) == (msg->flags & VQC_MSG_X2DEST ?
				    VQC_DEST_X2_BROADCAST : VQC_DEST_BROADCAST);
}

static bool vqc_dest_is_broadcast(const struct vqc_dest_cpu *cpu,
				  const struct vqc_msg *msg, bool broadcast_x2)
{
	if (!vqc_dest_may_broadcast(msg))
		return false;
	return (msg->flags & VQC_MSG_X2DEST) || broadcast_x2 ||
	       cpu->mode == VQC_APIC_XAPIC;
}

static bool vqc_dest_match_phys(const struct vqc_dest_cpu *cpu, u32 dest)
{
	if (cpu->mode == VQC_APIC_XAPIC && dest > VQC_PHYS_MAX)
		return dest == cpu->x2_id;
	return dest == cpu->apic_id;
}

static bool vqc_dest_match_xlogical(const struct vqc_dest_cpu *cpu, u32 dest)
{
	u32 id = VQC_XLDR_ID(cpu->ldr);

	if (dest > VQC_PHYS_MAX)
		return false;
	switch (FIELD_GET(VQC_DFR_MODEL, cpu->dfr)) {
	case VQC_DFR_MODEL_FLAT:
		return id & dest;
	case VQC_DFR_MODEL_CLUSTER:
		return VQC_XLDR_CLUSTER(id) == VQC_XLDR_CLUSTER(dest) &&
		       (VQC_XLDR_MEMBERS(id) & VQC_XLDR_MEMBERS(dest));
	default:
		return false;
	}
}

static bool vqc_dest_match_x2logical(const struct vqc_dest_cpu *cpu, u32 dest)
{
	return !((cpu->ldr ^ dest) & VQC_X2_LDR_CLUSTER) &&
	       (cpu->ldr & dest & VQC_X2_LDR_MEMBERS);
}

bool vqc_dest_match(const struct vqc_dest_cpu *cpu, const struct vqc_msg *msg,
		    bool broadcast_x2)
{
	u32 dest = vqc_dest_id(msg);

	if (cpu->mode == VQC_APIC_OFF)
		return false;
	if (vqc_dest_is_broadcast(cpu, msg, broadcast_x2))
		return true;
	if (!(msg->flags & VQC_MSG_LOGICAL))
		return vqc_dest_match_phys(cpu, dest);
	if (cpu->mode == VQC_APIC_X2APIC)
		return vqc_dest_match_x2logical(cpu, dest);
	return vqc_dest_match_xlogical(cpu, dest);
}

size_t vqc_dest_map_bytes(u32 nr_cpus, u32 max_id)
{
	return sizeof(struct vqc_dest_map) +
	       nr_cpus * sizeof(struct vqc_dest_cpu) +
	       (max_id + 1) * sizeof(u16);
}

/* Enter @cpu under @id. A second CPU, or no room, makes @phys useless. */
static void vqc_dest_map_add_id(struct vqc_dest_map *map, u32 id, u32 cpu)
{
	if (id > map->max_id || map->phys[id] != VQC_NO_CPU)
		map->aliased = true;
	else
		map->phys[id] = cpu;
}

static void vqc_dest_map_add_phys(struct vqc_dest_map *map, u32 cpu)
{
	const struct vqc_dest_cpu *c = &map->cpu[cpu];

	if (c->mode == VQC_APIC_OFF)
		return;
	vqc_dest_map_add_id(map, c->apic_id, cpu);
	if (c->mode == VQC_APIC_XAPIC && c->x2_id > VQC_PHYS_MAX)
		vqc_dest_map_add_id(map, c->x2_id, cpu);
}

/* The look-up that serves @c; 0 if only a broadcast reaches it; or -1. */
static int vqc_dest_logical_kind(const struct vqc_dest_cpu *c)
{
	u32 id = VQC_XLDR_ID(c->ldr);

	if (c->mode == VQC_APIC_OFF)
		return 0;
	if (c->mode == VQC_APIC_X2APIC)
		return c->ldr == vqc_dest_x2_ldr(c->apic_id) ?
		       VQC_DEST_LOGICAL_X2 : -1;
	switch (FIELD_GET(VQC_DFR_MODEL, c->dfr)) {
	case VQC_DFR_MODEL_FLAT:
		if (hweight8(id) > 1)
			return -1;
		return id ? VQC_DEST_LOGICAL_FLAT : 0;
	case VQC_DFR_MODEL_CLUSTER:
		if (hweight8(VQC_XLDR_MEMBERS(id)) > 1)
			return -1;
		return VQC_XLDR_MEMBERS(id) ? VQC_DEST_LOGICAL_CLUSTER : 0;
	default:
		return 0;
	}
}

/* Where the CPU of an xAPIC logical ID with one member bit is kept. */
static u16 *vqc_dest_map_slot(struct vqc_dest_map *map, int kind, u32 id)
{
	if (kind == VQC_DEST_LOGICAL_FLAT)
		return &map->flat[__ffs(id)];
	return &map->cluster[VQC_XLDR_CLUSTER(id)][__ffs(VQC_XLDR_MEMBERS(id))];
}

/* Enter a CPU by its logical ID. Return: can logical IDs still be looked up. */
static bool vqc_dest_map_add_logical(struct vqc_dest_map *map, u32 cpu)
{
	const struct vqc_dest_cpu *c = &map->cpu[cpu];
	int kind = vqc_dest_logical_kind(c);
	u16 *slot;

	if (!kind)
		return true;
	if (kind < 0 || (map->logical && map->logical != kind))
		return false;
	map->logical = kind;
	if (kind == VQC_DEST_LOGICAL_X2)
		return true;
	slot = vqc_dest_map_slot(map, kind, VQC_XLDR_ID(c->ldr));
	if (*slot != VQC_NO_CPU)
		return false;
	*slot = cpu;
	return true;
}

void vqc_dest_map_build(struct vqc_dest_map *map,
			const struct vqc_dest_cpu *cpus, u32 nr_cpus,
			u32 max_id, bool broadcast_x2)
{
	u32 i;

	memset(map, 0xff, sizeof(*map));
	map->nr_cpus = nr_cpus;
	map->max_id = max_id;
	map->aliased = false;
	map->logical = VQC_DEST_LOGICAL_WALK;
	map->broadcast_x2 = broadcast_x2;
	map->cpu = (struct vqc_dest_cpu *)(map + 1);
	map->phys = (u16 *)(map->cpu + nr_cpus);
	memcpy(map->cpu, cpus, nr_cpus * sizeof(*cpus));
	memset(map->phys, 0xff, (max_id + 1) * sizeof(*map->phys));

	for (i = 0; i < nr_cpus; i++)
		vqc_dest_map_add_phys(map, i);
	for (i = 0; i < nr_cpus; i++) {
		if (!vqc_dest_map_add_logical(map, i)) {
			map->logical = VQC_DEST_LOGICAL_WALK;
			break;
		}
	}
	/* Logical x2APIC IDs are looked up by physical ID. */
	if (map->aliased && map->logical == VQC_DEST_LOGICAL_X2)
		map->logical = VQC_DEST_LOGICAL_WALK;
}

/* The CPU entered in @phys under a guest's @id, if it answers to @msg. */
static int vqc_dest_by_id(const struct vqc_dest_map *map,
			  const struct vqc_msg *msg, u32 id)
{
	unsigned int cpu;

	if (id > map->max_id)
		return VQC_DEST_NONE;
	id = array_index_nospec(id, map->max_id + 1);
	cpu = map->phys[id];
	if (cpu == VQC_NO_CPU ||
	    !vqc_dest_match(&map->cpu[cpu], msg, map->broadcast_x2))
		return VQC_DEST_NONE;
	return cpu;
}

static int vqc_dest_in_slot(u16 cpu)
{
	return cpu == VQC_NO_CPU ? VQC_DEST_NONE : cpu;
}

static int vqc_dest_one_xlogical(const struct vqc_dest_map *map, u32 dest)
{
	u32 members;

	if (dest > VQC_PHYS_MAX)
		return VQC_DEST_NONE;
	members = map->logical == VQC_DEST_LOGICAL_FLAT ?
		  dest : VQC_XLDR_MEMBERS(dest);
	if (!members)
		return VQC_DEST_NONE;
	if (members & (members - 1))
		return VQC_DEST_MANY;
	members = __ffs(members);
	if (map->logical == VQC_DEST_LOGICAL_FLAT)
		return vqc_dest_in_slot(map->flat[members]);
	return vqc_dest_in_slot(map->cluster[VQC_XLDR_CLUSTER(dest)][members]);
}

static int vqc_dest_one_x2logical(const struct vqc_dest_map *map,
				  const struct vqc_msg *msg, u32 dest)
{
	u32 members = dest & VQC_X2_LDR_MEMBERS;

	if (!members)
		return VQC_DEST_NONE;
	if (members & (members - 1))
		return VQC_DEST_MANY;
	return vqc_dest_by_id(map, msg,
			      FIELD_GET(VQC_X2_LDR_CLUSTER, dest) << 4 |
			      __ffs(members));
}

int vqc_dest_one(const struct vqc_dest_map *map, const struct vqc_msg *msg,
		 unsigned int src)
{
	u32 dest = vqc_dest_id(msg);

	if (msg->shorthand == VQC_SH_SELF) {
		if (src >= map->nr_cpus || map->cpu[src].mode == VQC_APIC_OFF)
			return VQC_DEST_NONE;
		return src;
	}
	if (msg->shorthand != VQC_SH_NONE || vqc_dest_may_broadcast(msg))
		return VQC_DEST_MANY;
	if (!(msg->flags & VQC_MSG_LOGICAL))
		return map->aliased ? VQC_DEST_MANY :
		       vqc_dest_by_id(map, msg, dest);
	switch (map->logical) {
	case VQC_DEST_LOGICAL_FLAT:
	case VQC_DEST_LOGICAL_CLUSTER:
		return vqc_dest_one_xlogical(map, dest);
	case VQC_DEST_LOGICAL_X2:
		return vqc_dest_one_x2logical(map, msg, dest);
	default:
		return VQC_DEST_MANY;
	}
}

/* Does @msg, sent by @src, go to CPU index @cpu. */
static bool vqc_dest_wants(const struct vqc_dest_map *map,
			   const struct vqc_msg *msg, unsigned int src,
			   unsigned int cpu)
{
	switch (msg->shorthand) {
	case VQC_SH_NONE:
		return vqc_dest_match(&map->cpu[cpu], msg, map->broadcast_x2);
	case VQC_SH_OTHERS:
		if (cpu == src)
			return false;
		fallthrough;
	default:
		return map->cpu[cpu].mode != VQC_APIC_OFF;
	}
}

unsigned int vqc_dest_set(const struct vqc_dest_map *map,
			  const struct vqc_msg *msg, unsigned int src,
			  unsigned long *cpus)
{
	unsigned int cpu, nr = 0;
	int one = vqc_dest_one(map, msg, src);

	bitmap_zero(cpus, VQC_MAX_CPUS);
	if (one == VQC_DEST_NONE)
		return 0;
	if (one >= 0) {
		__set_bit(one, cpus);
		return 1;
	}
	for (cpu = 0; cpu < map->nr_cpus; cpu++) {
		if (!vqc_dest_wants(map, msg, src, cpu))
			continue;
		__set_bit(cpu, cpus);
		nr++;
	}
	return nr;
}
