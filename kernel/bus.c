// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bus: from a range of addresses to the devices that answer there.
 *
 * The ranges, which may overlap, cut the address space into segments in each
 * of which the same devices answer.  The segments are sorted, each with its
 * list of ranges in the order of registration, so that an access is one binary
 * search and then as many devices as it needs to find a taker.
 *
 * A registration builds a new map, publishes it, and frees the old one after
 * the readers that may still be in it.  An unregistration only marks the
 * device's ranges dead in the map that is there, which needs no memory; the
 * next registration leaves them out.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "bus.h"

/**
 * struct vqc_bus_range - addresses that a device asked for
 * @addr: the first
 * @last: the last
 * @dev: the device, NULL once it is taken off the bus
 */
struct vqc_bus_range {
	gpa_t addr;
	gpa_t last;
	struct kvm_io_device *dev;
};

/**
 * struct vqc_bus_segment - addresses for which the same ranges count
 * @start: first address; the next segment's @start ends it
 * @first: its first entry in the map's list
 * @nr: number of its entries there
 */
struct vqc_bus_segment {
	gpa_t start;
	u32 first;
	u32 nr;
};

/**
 * struct vqc_bus_map - what is where
 * @nr_ranges: number of ranges, dead ones included
 * @nr_segments: number of segments
 * @hint: the segment found last, for any reader: guests go back to where they
 *	were
 * @segment: in ascending order of address
 * @list: indices into @range, for each segment in the order of registration
 * @range: in the order of registration
 */
struct vqc_bus_map {
	u32 nr_ranges;
	u32 nr_segments;
	u32 hint;
	struct vqc_bus_segment *segment;
	u16 *list;
	struct vqc_bus_range range[];
};

static void vqc_bus_map_free(struct vqc_bus_map *map)
{
	if (!map)
		return;
	kvfree(map->list);
	kvfree(map->segment);
	kvfree(map);
}

static int vqc_bus_segment_cmp(const void *a, const void *b)
{
	const struct vqc_bus_segment *left = a, *right = b;

	if (left->start == right->start)
		return 0;
	return left->start < right->start ? -1 : 1;
}

/*
 * Cut the address space wherever a range begins, and behind where it ends.  Of
 * segments that start at the same address, look-up finds the last.
 */
static void vqc_bus_map_cut(struct vqc_bus_map *map)
{
	struct vqc_bus_segment *seg = map->segment;
	u32 i, nr = 0;

	for (i = 0; i < map->nr_ranges; i++) {
		seg[nr++].start = map->range[i].addr;
		if (map->range[i].last != ~(gpa_t)0)
			seg[nr++].start = map->range[i].last + 1;
	}

	sort(seg, nr, sizeof(*seg), vqc_bus_segment_cmp, NULL);
	map->nr_segments = nr;
}

/*
 * List the ranges that count for each segment: into the map's list if it has
 * one, else only to learn its length.
 */
static u32 vqc_bus_map_list(struct vqc_bus_map *map)
{
	u32 i, s, total = 0;

	for (s = 0; s < map->nr_segments; s++) {
		struct vqc_bus_segment *seg = &map->segment[s];

		seg->first = total;
		for (i = 0; i < map->nr_ranges; i++) {
			if (seg->start < map->range[i].addr ||
			    seg->start > map->range[i].last)
				continue;
			if (map->list)
				map->list[total] = i;
			total++;
		}
		seg->nr = total - seg->first;
	}
	return total;
}

/* Build what look-up needs, from the ranges. Return: 0 or -ENOMEM. */
static int vqc_bus_map_index(struct vqc_bus_map *map)
{
	u32 total;

	map->segment = kvcalloc(2 * map->nr_ranges, sizeof(*map->segment),
				GFP_KERNEL_ACCOUNT);
	if (!map->segment)
		return -ENOMEM;

	vqc_bus_map_cut(map);
	total = vqc_bus_map_list(map);
	map->list = kvmalloc_array(total, sizeof(*map->list),
				   GFP_KERNEL_ACCOUNT);
	if (!map->list)
		return -ENOMEM;

	vqc_bus_map_list(map);
	return 0;
}

static u32 vqc_bus_map_live(const struct vqc_bus_map *map)
{
	u32 i, live = 0;

	for (i = 0; map && i < map->nr_ranges; i++)
		live += !!map->range[i].dev;
	return live;
}

/* A map of @old's live ranges and of @more. Return: NULL if out of memory. */
static struct vqc_bus_map *vqc_bus_map_build(const struct vqc_bus_map *old,
					     const struct vqc_bus_range *more)
{
	struct vqc_bus_map *map;
	u32 i;

	map = kvzalloc(struct_size(map, range, vqc_bus_map_live(old) + 1),
		       GFP_KERNEL_ACCOUNT);
	if (!map)
		return NULL;

	for (i = 0; old && i < old->nr_ranges; i++)
		if (old->range[i].dev)
			map->range[map->nr_ranges++] = old->range[i];
	map->range[map->nr_ranges++] = *more;

	if (vqc_bus_map_index(map)) {
		vqc_bus_map_free(map);
		return NULL;
	}
	return map;
}

/* The map, for those who change it. */
static struct vqc_bus_map *vqc_bus_map_locked(struct vqc_bus *bus)
{
	return rcu_dereference_protected(bus->map,
					 lockdep_is_held(&bus->lock));
}

int vqc_bus_init(struct vqc_bus *bus)
{
	mutex_init(&bus->lock);
	RCU_INIT_POINTER(bus->map, NULL);
	return init_srcu_struct(&bus->srcu);
}

/* Take a device off all ranges of a map. Return: it had one. */
static bool vqc_bus_map_kill(struct vqc_bus_map *map, struct kvm_io_device *dev)
{
	bool found = false;
	u32 i;

	for (i = 0; map && i < map->nr_ranges; i++) {
		if (map->range[i].dev != dev)
			continue;
		WRITE_ONCE(map->range[i].dev, NULL);
		found = true;
	}
	return found;
}

/* Newer kernels keep their helper for this inside KVM. */
static void vqc_bus_end_device(struct kvm_io_device *dev)
{
	if (dev->ops->destructor)
		dev->ops->destructor(dev);
}

void vqc_bus_destroy(struct vqc_bus *bus)
{
	struct vqc_bus_map *map = rcu_dereference_protected(bus->map, true);
	u32 i;

	RCU_INIT_POINTER(bus->map, NULL);
	for (i = 0; map && i < map->nr_ranges; i++) {
		struct kvm_io_device *dev = map->range[i].dev;

		/* Its other ranges go first: it is destroyed only once. */
		if (dev) {
			vqc_bus_map_kill(map, dev);
			vqc_bus_end_device(dev);
		}
	}

	vqc_bus_map_free(map);
	cleanup_srcu_struct(&bus->srcu);
	mutex_destroy(&bus->lock);
}

int vqc_bus_register(struct vqc_bus *bus, gpa_t addr, u64 len,
		     struct kvm_io_device *dev)
{
	struct vqc_bus_range range = {
		.addr = addr, .last = addr + len - 1, .dev = dev,
	};
	struct vqc_bus_map *old, *map;
	int ret = 0;

	if (!len || range.last < addr)
		return -EINVAL;

	mutex_lock(&bus->lock);
	old = vqc_bus_map_locked(bus);
	if (vqc_bus_map_live(old) >= VQC_BUS_MAX_RANGES) {
		ret = -ENOSPC;
		goto out;
	}
	map = vqc_bus_map_build(old, &range);
	if (!map) {
		ret = -ENOMEM;
		goto out;
	}
	rcu_assign_pointer(bus->map, map);
	synchronize_srcu_expedited(&bus->srcu);
	vqc_bus_map_free(old);
out:
	mutex_unlock(&bus->lock);
	return ret;
}

void vqc_bus_unregister(struct vqc_bus *bus, struct kvm_io_device *dev)
{
	bool found;

	mutex_lock(&bus->lock);
	found = vqc_bus_map_kill(vqc_bus_map_locked(bus), dev);
	mutex_unlock(&bus->lock);
	if (!found)
		return;

	synchronize_srcu_expedited(&bus->srcu);
	vqc_bus_end_device(dev);
}

static bool vqc_bus_segment_holds(const struct vqc_bus_map *map, u32 n,
				  gpa_t addr)
{
	const struct vqc_bus_segment *seg = &map->segment[n];

	return seg->start <= addr &&
	       (n + 1 == map->nr_segments || addr < seg[1].start);
}

/* The segment that holds an address, or NULL if no range begins before it. */
static const struct vqc_bus_segment *
vqc_bus_find(struct vqc_bus_map *map, gpa_t addr)
{
	u32 lo = 0, hi, hint;

	if (!map)
		return NULL;
	hint = READ_ONCE(map->hint);
	if (vqc_bus_segment_holds(map, hint, addr))
		return &map->segment[hint];

	hi = map->nr_segments;
	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (map->segment[mid].start <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return NULL;
	WRITE_ONCE(map->hint, lo - 1);
	return &map->segment[lo - 1];
}

/* The device of a segment's @i-th range, if that holds the access as a whole. */
static struct kvm_io_device *vqc_bus_device(const struct vqc_bus_map *map,
					    const struct vqc_bus_segment *seg,
					    u32 i, gpa_t last)
{
	const struct vqc_bus_range *range = &map->range[map->list[seg->first + i]];

	return last <= range->last ? READ_ONCE(range->dev) : NULL;
}

int vqc_bus_read(struct vqc_bus *bus, struct kvm_vcpu *vcpu, gpa_t addr,
		 int len, void *val)
{
	const struct vqc_bus_segment *seg;
	gpa_t last = addr + len - 1;
	struct kvm_io_device *dev;
	struct vqc_bus_map *map;
	int idx, ret = -EOPNOTSUPP;
	u32 i;

	if (len <= 0 || last < addr)
		return -EOPNOTSUPP;
	idx = srcu_read_lock(&bus->srcu);
	map = srcu_dereference(bus->map, &bus->srcu);
	seg = vqc_bus_find(map, addr);
	for (i = 0; seg && i < seg->nr && ret; i++) {
		dev = vqc_bus_device(map, seg, i, last);
		if (dev)
			ret = kvm_iodevice_read(vcpu, dev, addr, len, val);
	}
	srcu_read_unlock(&bus->srcu, idx);
	return ret ? -EOPNOTSUPP : 0;
}

int vqc_bus_write(struct vqc_bus *bus, struct kvm_vcpu *vcpu, gpa_t addr,
		  int len, const void *val)
{
	const struct vqc_bus_segment *seg;
	gpa_t last = addr + len - 1;
	struct kvm_io_device *dev;
	struct vqc_bus_map *map;
	int idx, ret = -EOPNOTSUPP;
	u32 i;

	if (len <= 0 || last < addr)
		return -EOPNOTSUPP;
	idx = srcu_read_lock(&bus->srcu);
	map = srcu_dereference(bus->map, &bus->srcu);
	seg = vqc_bus_find(map, addr);
	for (i = 0; seg && i < seg->nr && ret; i++) {
		dev = vqc_bus_device(map, seg, i, last);
		if (dev)
			ret = kvm_iodevice_write(vcpu, dev, addr, len, val);
	}
	srcu_read_unlock(&bus->srcu, idx);
	return ret ? -EOPNOTSUPP : 0;
}
