// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver of a virtio disk on the first PCI bus, for one request at a time: a
 * sector is read. The device speaks the legacy protocol of the virtio
 * specification (registers in the first BAR, a ring in three pages) and says by
 * MSI-X that it is done.
 */
#include "qemu.h"

#define PCI_ADDRESS		0xcf8
#define PCI_DATA		0xcfc
#define PCI_SLOTS		32
#define PCI_COMMAND		0x04
#define PCI_COMMAND_ALL		0x7	/* ports, memory, bus master */
#define PCI_BAR(n)		(0x10 + 4 * (n))
#define PCI_CAPABILITIES	0x34
#define PCI_CAP_MSIX		0x11
#define MSIX_ENABLE		BIT(31)	/* in the capability's first word */
#define MSI_TO_CPU_0		0xfee00000
/* Where the device's ports and its table of messages go: nothing else is there. */
#define BAR_PORTS		0xc000
#define BAR_MEMORY		0xd0000000
#define ID_VIRTIO_BLK		0x10011af4

/* Registers, from the BAR on; those of vectors are there while MSI-X is on. */
#define REG_QUEUE_PAGE		8
#define REG_QUEUE_SIZE		12
#define REG_QUEUE_SELECT	14
#define REG_QUEUE_NOTIFY	16
#define REG_STATUS		18
#define REG_QUEUE_VECTOR	22

#define STATUS_DRIVER		0x3	/* seen, and there is a driver */
#define STATUS_DRIVER_OK	0x7

#define DESC_NEXT		1
#define DESC_WRITE		2
#define QUEUE_SIZE		256
#define SECTOR_BYTES		512
#define PAGE_BYTES		4096

struct desc {
	u64 address;
	u32 bytes;
	u16 flags;
	u16 next;
};

/* As the device finds it: three pages, the ring of what is used in the last two. */
struct queue {
	struct desc desc[QUEUE_SIZE];
	struct {
		u16 flags, index;
		u16 ring[QUEUE_SIZE];
		u8 fill[PAGE_BYTES - 4 - 2 * QUEUE_SIZE];
	} avail;
	struct {
		u16 flags, index;
		struct {
			u32 id, bytes;
		} ring[QUEUE_SIZE];
	} used;
};

/* Behind the image, where memory is zero. */
static struct queue * const queue = (struct queue *)0x400000;

static struct {
	u32 type, reserved;
	u64 sector;
} header;

static u8 sector[SECTOR_BYTES];
/* The device writes 0 for a request that was done well. */
static u8 status;

static u32 pci_read(u32 slot, u32 offset)
{
	out32(PCI_ADDRESS, BIT(31) | slot << 11 | offset);
	return in32(PCI_DATA);
}

static void pci_write(u32 slot, u32 offset, u32 value)
{
	out32(PCI_ADDRESS, BIT(31) | slot << 11 | offset);
	out32(PCI_DATA, value);
}

/* The capability's offset, 0 if there is none. */
static u32 find_capability(u32 slot, u8 id)
{
	u32 offset = pci_read(slot, PCI_CAPABILITIES) & 0xfc;

	while (offset && (pci_read(slot, offset) & 0xff) != id)
		offset = pci_read(slot, offset) >> 8 & 0xfc;
	return offset;
}

/* Its first message is @vector to CPU 0, unmasked. */
static bool set_up_msix(u32 slot, u8 vector)
{
	u32 capability = find_capability(slot, PCI_CAP_MSIX), where;
	u64 entry;

	if (!capability)
		return false;
	where = pci_read(slot, capability + 4);
	pci_write(slot, PCI_BAR(where & 7), BAR_MEMORY);
	entry = BAR_MEMORY + (where & ~7u);
	mmio_write(entry, MSI_TO_CPU_0);
	mmio_write(entry + 4, 0);
	mmio_write(entry + 8, vector);
	mmio_write(entry + 12, 0);
	pci_write(slot, capability, pci_read(slot, capability) | MSIX_ENABLE);
	return true;
}

static void set_up_request(void)
{
	queue->desc[0] = (struct desc){ (u64)&header, sizeof(header), DESC_NEXT, 1 };
	queue->desc[1] = (struct desc){ (u64)sector, sizeof(sector),
				       DESC_NEXT | DESC_WRITE, 2 };
	queue->desc[2] = (struct desc){ (u64)&status, sizeof(status), DESC_WRITE, 0 };
}

/**
 * virtio_blk_start() - find the disk and make it ready
 * @vector: what it sends when a request is done
 *
 * Return: whether there is such a disk.
 */
bool virtio_blk_start(u8 vector)
{
	u32 slot = 0;

	while (slot < PCI_SLOTS && pci_read(slot, 0) != ID_VIRTIO_BLK)
		slot++;
	if (slot == PCI_SLOTS)
		return false;
	pci_write(slot, PCI_BAR(0), BAR_PORTS);
	pci_write(slot, PCI_COMMAND, PCI_COMMAND_ALL);
	out8(BAR_PORTS + REG_STATUS, 0);
	out8(BAR_PORTS + REG_STATUS, STATUS_DRIVER);
	if (!set_up_msix(slot, vector))
		return false;
	out16(BAR_PORTS + REG_QUEUE_SELECT, 0);
	if (in16(BAR_PORTS + REG_QUEUE_SIZE) != QUEUE_SIZE)
		return false;
	set_up_request();
	out32(BAR_PORTS + REG_QUEUE_PAGE, (u64)queue / PAGE_BYTES);
	out16(BAR_PORTS + REG_QUEUE_VECTOR, 0);
	out8(BAR_PORTS + REG_STATUS, STATUS_DRIVER_OK);
	return !in16(BAR_PORTS + REG_QUEUE_VECTOR);
}

/**
 * virtio_blk_kick() - have a sector read; the interrupt comes when it is
 *
 * All entries of the ring are the same request.
 */
void virtio_blk_kick(void)
{
	status = 0xff;
	/* The processor keeps the order of its writes. */
	asm volatile("" : : : "memory");
	queue->avail.index++;
	asm volatile("" : : : "memory");
	out16(BAR_PORTS + REG_QUEUE_NOTIFY, 0);
}

/**
 * virtio_blk_is_well() - how it went
 * @requests: how many there were
 *
 * Return: whether the disk did that many, and the last one well.
 */
bool virtio_blk_is_well(u32 requests)
{
	asm volatile("" : : : "memory");
	return queue->used.index == (u16)requests && status == 0;
}
