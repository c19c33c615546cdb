/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bus: from a range of addresses to the devices that answer there.
 *
 * One struct vqc_bus is one address space; a machine has one for port I/O and
 * one for memory.  Devices are the kernel's struct kvm_io_device, and keep its
 * contract: 0 for an access that was handled, -EOPNOTSUPP for one that the
 * next device at the same address shall try.
 */
#ifndef VQC_BUS_H
#define VQC_BUS_H

#include <kvm/iodev.h>
#include <linux/mutex.h>
#include <linux/srcu.h>
#include <linux/types.h>

/* Ranges that a bus has at the most. */
#define VQC_BUS_MAX_RANGES	1024u

struct vqc_bus_map;

/**
 * struct vqc_bus - an address space
 * @lock: serialises registration
 * @srcu: protects @map, and the devices in it, while an access uses them
 * @map: what is where; replaced whole, NULL while the bus is empty
 */
struct vqc_bus {
	struct mutex lock;	/* serialises registration */
	struct srcu_struct srcu;
	struct vqc_bus_map __rcu *map;
};

/**
 * vqc_bus_init - set up an empty bus
 * @bus: the bus
 *
 * Context: may sleep.
 * Return: 0; -ENOMEM.
 */
int __must_check vqc_bus_init(struct vqc_bus *bus);

/**
 * vqc_bus_destroy - take a bus apart, with all devices that are still on it
 * @bus: the bus; nobody uses it any longer
 *
 * Context: may sleep; not from within a device's read or write.
 */
void vqc_bus_destroy(struct vqc_bus *bus);

/**
 * vqc_bus_register - let a device answer at a range of addresses
 * @bus: the bus
 * @addr: first address
 * @len: number of addresses, at least 1
 * @dev: the device; it may have several ranges
 *
 * Ranges may overlap: devices are tried in the order of registration.  The bus
 * owns the device from the first success on, and calls its destructor.
 *
 * Context: may sleep; not from within a device's read or write.
 * Return:
 * * 0: accesses that start after this returns find the device
 * * -EINVAL: the range is empty, or runs past the last address
 * * -ENOSPC: the bus has VQC_BUS_MAX_RANGES ranges
 * * -ENOMEM: no memory; the bus is as it was
 */
int __must_check vqc_bus_register(struct vqc_bus *bus, gpa_t addr, u64 len,
				  struct kvm_io_device *dev);

/**
 * vqc_bus_unregister - take a device off the bus, from all its ranges
 * @bus: the bus
 * @dev: the device
 *
 * Waits for the accesses that still use the device, then calls its destructor.
 * It needs no memory and cannot fail.  A device that is not on the bus is left
 * alone.
 *
 * Context: may sleep; not from within a device's read or write.
 */
void vqc_bus_unregister(struct vqc_bus *bus, struct kvm_io_device *dev);

/**
 * vqc_bus_read - read from the device at an address
 * @bus: the bus
 * @vcpu: handed to the device as it is; the bus does not look into it
 * @addr: first address
 * @len: bytes; whatever a guest can try
 * @val: where the device puts @len bytes
 *
 * A device answers only for accesses that lie in one of its ranges as a whole:
 * one that straddles two ranges is not split, and belongs to neither.
 *
 * Context: any that its devices allow, not NMI; takes logarithmic time and no
 * lock.
 * Return: 0; -EOPNOTSUPP: no device handled it.
 */
int vqc_bus_read(struct vqc_bus *bus, struct kvm_vcpu *vcpu, gpa_t addr,
		 int len, void *val);

/**
 * vqc_bus_write - write to the device at an address
 * @bus: the bus
 * @vcpu: as for vqc_bus_read()
 * @addr: first address
 * @len: bytes; whatever a guest can try
 * @val: @len bytes
 *
 * Context: as for vqc_bus_read().
 * Return: 0; -EOPNOTSUPP: no device handled it.
 */
int vqc_bus_write(struct vqc_bus *bus, struct kvm_vcpu *vcpu, gpa_t addr,
		  int len, const void *val);

#endif /* VQC_BUS_H */
