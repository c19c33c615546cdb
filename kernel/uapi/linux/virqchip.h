/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctls of /dev/virqchip, other than those it shares with /dev/kvm.
 */
#ifndef _UAPI_LINUX_VIRQCHIP_H
#define _UAPI_LINUX_VIRQCHIP_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: General ioctl format
 *
 * /dev/virqchip is a character device, made with mode 0660 and owner root; a
 * udev rule may give it to a group. It answers the ioctls of /dev/kvm, whose
 * type is 0xAE, and its own, whose type is %VIRQCHIP_TYPE.
 * %VIRQCHIP_FABRIC_CREATE returns a fabric fd: one machine's interrupt
 * hardware, driven by ioctls alone, without KVM. %VIRQCHIP_RECORD returns a
 * recording fd: what happens to one machine's interrupt hardware, to be read.
 *
 * The argument of every ioctl points to a structure that begins with
 *
 * - @size: bytes of the structure as the caller knows it, and
 * - @flags: a set of bits that change what is done, 0 for none.
 *
 * Structures only grow at their end. The kernel takes a longer structure than
 * it knows if all bytes that it does not know are zero, and a shorter one, down
 * to the size of the first version, as if the missing bytes were zero. It writes
 * back no more than @size bytes, and only if it returns 0. A pointer is a
 * 64-bit number, so the same structures serve 32-bit and 64-bit programs.
 *
 * Errors that every ioctl can return:
 *
 * - ENOTTY: this fd does not know the command.
 * - EFAULT: the memory of the structure, or memory it points to, cannot be
 *   read or written. What the ioctl does may have been done.
 * - EINVAL: @size is less than that of the first version; a bit of @flags is
 *   not known; a reserved field is not zero; a field is outside of the range
 *   that its description gives.
 * - E2BIG: @size is larger than the kernel's, and one of the bytes beyond is
 *   not zero; or @size is larger than a page.
 * - ENOMEM: no memory, or the limit of the caller's memory control group.
 *
 * Errors with one meaning in all ioctls that return them:
 *
 * - ENOENT: there is no CPU, or no fabric, with this number or name.
 * - ENODEV: the fabric was built without this chip.
 * - ENXIO: no device answers at this address, or no such register.
 * - EACCES: on hardware, the access raises #GP.
 * - EPERM: the caller may not do this.
 *
 * All ioctls may be called by any number of threads at the same time.
 */

#define VIRQCHIP_TYPE		0xd7

/* Of struct virqchip_get_info */
#define VIRQCHIP_ABI_VERSION	3

/* Bytes of a fabric's name, with the terminating zero */
#define VIRQCHIP_NAME_LEN	32

/* On /dev/virqchip */
enum {
	VIRQCHIP_CMD_GET_INFO = 0x00,
	VIRQCHIP_CMD_FABRIC_CREATE,
	VIRQCHIP_CMD_PULSE,
	VIRQCHIP_CMD_RECORD,
};

/* On a fabric fd */
enum {
	VIRQCHIP_CMD_FABRIC_INFO = 0x40,
	VIRQCHIP_CMD_ADD_CPU,
	VIRQCHIP_CMD_SET_LINE,
	VIRQCHIP_CMD_PULSE_LINE,
	VIRQCHIP_CMD_BUS_READ,
	VIRQCHIP_CMD_BUS_WRITE,
	VIRQCHIP_CMD_MSR_READ,
	VIRQCHIP_CMD_MSR_WRITE,
	VIRQCHIP_CMD_MSI,
	VIRQCHIP_CMD_SET_ROUTES,
	VIRQCHIP_CMD_TAKE,
	VIRQCHIP_CMD_GET_STATE,
	VIRQCHIP_CMD_SET_STATE,
};

/* On a VM fd that KVM_CREATE_VM has returned */
enum {
	VIRQCHIP_CMD_VM_MODE = 0x80,
};

/* On a recording fd */
enum {
	VIRQCHIP_CMD_RECORD_STOP = 0xc0,
};

/* The KVM ioctls of /dev/virqchip can be used */
#define VIRQCHIP_INFO_KVM	0x1U

/**
 * struct virqchip_get_info - ioctl(VIRQCHIP_GET_INFO)
 * @size: sizeof(struct virqchip_get_info)
 * @flags: must be 0
 * @abi_version: out: %VIRQCHIP_ABI_VERSION of the kernel; it grows when ioctls
 *	or flags are added
 * @features: out: set of VIRQCHIP_INFO_*
 * @max_cpus: out: CPUs that a fabric can have
 * @max_apic_ids: out: APIC IDs of CPUs are below this
 * @nr_gsis: out: GSIs are below this
 * @max_routes: out: entries that a routing table can have
 * @nr_sources: out: source ids of a line are below this
 * @nr_pic_pins: out: pins of the 8259 pair
 * @nr_ioapic_pins: out: pins of the IOAPIC
 * @__reserved: must be 0
 *
 * Ask for what the kernel offers. No errors other than the general ones.
 */
struct virqchip_get_info {
	__u32 size;
	__u32 flags;
	__u32 abi_version;
	__u32 features;
	__u32 max_cpus;
	__u32 max_apic_ids;
	__u32 nr_gsis;
	__u32 max_routes;
	__u32 nr_sources;
	__u32 nr_pic_pins;
	__u32 nr_ioapic_pins;
	__u32 __reserved;
};

#define VIRQCHIP_GET_INFO	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_GET_INFO)

/* The IOAPIC is version 0x20 and has an EOI register; else it is version 0x11 */
#define VIRQCHIP_FABRIC_IOAPIC_EOIR	0x1U
/* IOAPIC lines are voltages: a pin's polarity bit says which level asserts */
#define VIRQCHIP_FABRIC_ELECTRICAL	0x2U
/* The PIC forgets an edge whose line falls before the acknowledge, as an 8259A */
#define VIRQCHIP_FABRIC_STRICT_EDGE	0x4U
/* With an 8254 PIT, at ports 0x40 to 0x43 and 0x61, that drives line 0 */
#define VIRQCHIP_FABRIC_PIT		0x8U
/* LINT0 of each CPU comes out of reset as an unmasked ExtINT, as firmware sets it */
#define VIRQCHIP_FABRIC_VIRTUAL_WIRE	0x10U

/**
 * struct virqchip_fabric_create - ioctl(VIRQCHIP_FABRIC_CREATE)
 * @size: sizeof(struct virqchip_fabric_create)
 * @flags: set of VIRQCHIP_FABRIC_*
 * @name: name in debugfs and for %VIRQCHIP_PULSE: letters, digits and any of
 *	"._-", the first one a letter, ended by a zero; empty: the kernel
 *	makes one up
 *
 * Build a fabric with an 8259 pair at ports 0x20, 0x21, 0xa0, 0xa1, 0x4d0 and
 * 0x4d1, an IOAPIC at 0xfec00000, the routes of a PC (GSI 0 to 15 to the pins
 * of the same number of both, 16 to 23 to the IOAPIC), and no CPU. It lives
 * until its last fd is closed, and its memory is charged to the caller.
 *
 * Return: a file descriptor, opened with O_CLOEXEC, or
 *
 * - EINVAL: @name has other characters, or no terminating zero.
 * - EEXIST: a fabric has this name.
 * - EMFILE, ENFILE: too many open files.
 */
struct virqchip_fabric_create {
	__u32 size;
	__u32 flags;
	char name[VIRQCHIP_NAME_LEN];
};

#define VIRQCHIP_FABRIC_CREATE	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_FABRIC_CREATE)

/* The most pulses that one ioctl makes */
#define VIRQCHIP_MAX_PULSES	0x100000U

/* The fabric is named by @name rather than by @fabric_id */
#define VIRQCHIP_PULSE_BY_NAME	0x1U

/**
 * struct virqchip_pulse - ioctl(VIRQCHIP_PULSE)
 * @size: sizeof(struct virqchip_pulse)
 * @flags: 0 or %VIRQCHIP_PULSE_BY_NAME
 * @fabric_id: number of the fabric; must be 0 with %VIRQCHIP_PULSE_BY_NAME
 * @gsi: 0 to nr_gsis - 1 of struct virqchip_get_info
 * @count: how often, 1 to %VIRQCHIP_MAX_PULSES
 * @delivered: out: pulses that a chip or a local APIC took
 * @coalesced: out: pulses that merged with one already pending
 * @ignored: out: pulses that were masked, or that no route leads anywhere
 * @name: name of the fabric, ended by a zero; must be empty without
 *	%VIRQCHIP_PULSE_BY_NAME
 *
 * Raise a line of any running virtual machine, or fabric, and lower it again.
 * The line has a source of its own for this: it stays high while another
 * source asserts it. A signal ends the ioctl early; the three counters then
 * add up to less than @count.
 *
 * Needs CAP_SYS_ADMIN in the initial user namespace.
 *
 * Return: 0, or
 *
 * - EPERM: the caller lacks the capability.
 * - EINVAL: @name has no terminating zero.
 * - ENOENT: there is no such fabric.
 */
struct virqchip_pulse {
	__u32 size;
	__u32 flags;
	__u32 fabric_id;
	__u32 gsi;
	__u32 count;
	__u32 delivered;
	__u32 coalesced;
	__u32 ignored;
	char name[VIRQCHIP_NAME_LEN];
};

#define VIRQCHIP_PULSE		_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_PULSE)

/* The fabric is named by @name rather than by @fabric_id */
#define VIRQCHIP_RECORD_BY_NAME	0x1U

/* Bytes of a recording's buffer for each CPU of the host */
#define VIRQCHIP_RECORD_MIN_BUFFER	0x4000U
#define VIRQCHIP_RECORD_MAX_BUFFER	0x4000000U

/**
 * struct virqchip_record - ioctl(VIRQCHIP_RECORD)
 * @size: sizeof(struct virqchip_record)
 * @flags: 0 or %VIRQCHIP_RECORD_BY_NAME
 * @fabric_id: number of the fabric; must be 0 with %VIRQCHIP_RECORD_BY_NAME
 * @buffer: bytes of memory for each CPU of the host, %VIRQCHIP_RECORD_MIN_BUFFER
 *	to %VIRQCHIP_RECORD_MAX_BUFFER; 0: 1 MiB
 * @name: name of the fabric, ended by a zero; must be empty without
 *	%VIRQCHIP_RECORD_BY_NAME
 *
 * Record all that happens to the chips of a running virtual machine, or fabric,
 * from now on. The format is in the header linux/virqchip_record.h.
 *
 * read() of the descriptor gives whole records, waits if there are none (unless
 * O_NONBLOCK is set), and fails with EINVAL if there is no room for the next
 * one; room for %VIRQCHIP_REC_MAX_LEN bytes is always enough. poll() tells when
 * there are some. Records that find no room because nobody reads are lost; the
 * reader is told how many, and the chips' states follow anew.
 *
 * The recording ends by %VIRQCHIP_RECORD_STOP, or with the fabric, with the
 * states of all chips; read() returns 0 after the last record. Closing the
 * descriptor ends it, too. The virtual machine waits for nothing.
 *
 * Needs CAP_SYS_ADMIN in the initial user namespace. May take some seconds:
 * until each CPU of the host has seen that it records.
 *
 * Return: a file descriptor, opened with O_CLOEXEC, or
 *
 * - EPERM: the caller lacks the capability.
 * - EINVAL: @name has no terminating zero.
 * - ENOENT: there is no such fabric.
 * - EBUSY: it is being recorded.
 * - EOPNOTSUPP: the kernel was built without ring buffers.
 * - EMFILE, ENFILE: too many open files.
 */
struct virqchip_record {
	__u32 size;
	__u32 flags;
	__u32 fabric_id;
	__u32 buffer;
	char name[VIRQCHIP_NAME_LEN];
};

#define VIRQCHIP_RECORD		_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_RECORD)

/**
 * struct virqchip_record_stop - ioctl(VIRQCHIP_RECORD_STOP)
 * @size: sizeof(struct virqchip_record_stop)
 * @flags: must be 0
 * @records: out: how many records there were, with those that were lost
 * @lost: out: how many of them were lost
 *
 * End a recording. A second time it only tells the numbers again. No errors
 * other than the general ones.
 */
struct virqchip_record_stop {
	__u32 size;
	__u32 flags;
	__aligned_u64 records;
	__aligned_u64 lost;
};

#define VIRQCHIP_RECORD_STOP	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_RECORD_STOP)

/**
 * enum virqchip_mode - which of a VM's interrupt controllers are virqchip's
 * @VIRQCHIP_MODE_FULL: all of them
 * @VIRQCHIP_MODE_SPLIT: PIC, IOAPIC and PIT; KVM keeps the local APICs
 */
enum virqchip_mode {
	VIRQCHIP_MODE_FULL,
	VIRQCHIP_MODE_SPLIT,
};

/**
 * struct virqchip_vm_mode - ioctl(VIRQCHIP_VM_MODE)
 * @size: sizeof(struct virqchip_vm_mode)
 * @flags: must be 0
 * @mode: enum virqchip_mode
 * @__reserved: must be 0
 *
 * Choose the mode of one VM, before it has an irqchip or a vCPU; until then it
 * is that of the module's parameter "mode" at the time the VM was made. What
 * KVM_CHECK_EXTENSION and KVM_GET_SUPPORTED_CPUID say on the device follows
 * the parameter, on the VM the mode.
 *
 * Return: 0, or
 *
 * - EIO: the VM belongs to another process.
 * - EBUSY: the VM has an irqchip or a vCPU.
 */
struct virqchip_vm_mode {
	__u32 size;
	__u32 flags;
	__u32 mode;
	__u32 __reserved;
};

#define VIRQCHIP_VM_MODE	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_VM_MODE)

/**
 * struct virqchip_fabric_info - ioctl(VIRQCHIP_FABRIC_INFO)
 * @size: sizeof(struct virqchip_fabric_info)
 * @flags: must be 0
 * @fabric_id: out: its number in tracepoints and for %VIRQCHIP_PULSE
 * @nr_cpus: out: number of CPUs
 * @create_flags: out: set of VIRQCHIP_FABRIC_* it was built with
 * @__reserved: must be 0
 * @name: out: its name
 *
 * Ask which fabric this fd is. No errors other than the general ones.
 */
struct virqchip_fabric_info {
	__u32 size;
	__u32 flags;
	__u32 fabric_id;
	__u32 nr_cpus;
	__u32 create_flags;
	__u32 __reserved;
	char name[VIRQCHIP_NAME_LEN];
};

#define VIRQCHIP_FABRIC_INFO	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_FABRIC_INFO)

/* The CPU comes out of reset running, as the bootstrap processor */
#define VIRQCHIP_CPU_BSP	0x1U

/**
 * struct virqchip_add_cpu - ioctl(VIRQCHIP_ADD_CPU)
 * @size: sizeof(struct virqchip_add_cpu)
 * @flags: 0 or %VIRQCHIP_CPU_BSP; a CPU without it waits for a start-up IPI
 * @apic_id: its APIC ID, 0 to max_apic_ids - 1 of struct virqchip_get_info
 * @cpu: out: its index, by which other ioctls name it: 0 for the first one,
 *	then counting up
 *
 * Add a CPU, that is, a local APIC after power-up. It cannot be removed.
 *
 * Return: 0, or
 *
 * - EEXIST: a CPU has this APIC ID.
 * - ENOSPC: the fabric has max_cpus CPUs.
 */
struct virqchip_add_cpu {
	__u32 size;
	__u32 flags;
	__u32 apic_id;
	__u32 cpu;
};

#define VIRQCHIP_ADD_CPU	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_ADD_CPU)

/* Source ids from 1 to this one belong to the kernel */
#define VIRQCHIP_SOURCE_KERNEL_LAST	3

/**
 * struct virqchip_set_line - ioctl(VIRQCHIP_SET_LINE)
 * @size: sizeof(struct virqchip_set_line)
 * @flags: must be 0
 * @gsi: 0 to nr_gsis - 1 of struct virqchip_get_info
 * @level: 1 asserts the line, 0 releases it
 * @source: who does: 0, or %VIRQCHIP_SOURCE_KERNEL_LAST + 1 to nr_sources - 1
 *	of struct virqchip_get_info; the line is high while any source asserts it
 * @status: out: -1: ignored, as it is masked or has no route; 0: merged with
 *	an interrupt that is pending already, or no change; more: delivered to so
 *	many chips and CPUs
 *
 * Drive a line. No errors other than the general ones.
 */
struct virqchip_set_line {
	__u32 size;
	__u32 flags;
	__u32 gsi;
	__u32 level;
	__u32 source;
	__s32 status;
};

#define VIRQCHIP_SET_LINE	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_SET_LINE)

/**
 * struct virqchip_pulse_line - ioctl(VIRQCHIP_PULSE_LINE)
 * @size: sizeof(struct virqchip_pulse_line)
 * @flags: must be 0
 * @gsi: 0 to nr_gsis - 1 of struct virqchip_get_info
 * @count: how often, 1 to %VIRQCHIP_MAX_PULSES
 * @delivered: out: as in struct virqchip_pulse
 * @coalesced: out: as in struct virqchip_pulse
 * @ignored: out: as in struct virqchip_pulse
 * @__reserved: must be 0
 *
 * As ioctl(VIRQCHIP_PULSE) for this fabric, without its need for a capability.
 * No errors other than the general ones.
 */
struct virqchip_pulse_line {
	__u32 size;
	__u32 flags;
	__u32 gsi;
	__u32 count;
	__u32 delivered;
	__u32 coalesced;
	__u32 ignored;
	__u32 __reserved;
};

#define VIRQCHIP_PULSE_LINE	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_PULSE_LINE)

/**
 * enum virqchip_space - address spaces of a CPU
 * @VIRQCHIP_SPACE_PIO: ports; addresses 0 to 0xffff
 * @VIRQCHIP_SPACE_MMIO: memory
 */
enum virqchip_space {
	VIRQCHIP_SPACE_PIO,
	VIRQCHIP_SPACE_MMIO,
};

/**
 * struct virqchip_bus - ioctl(VIRQCHIP_BUS_READ), ioctl(VIRQCHIP_BUS_WRITE)
 * @size: sizeof(struct virqchip_bus)
 * @flags: must be 0
 * @space: enum virqchip_space
 * @cpu: index of the CPU that does the access; it sees its own local APIC
 * @addr: address of the first byte; @addr + @len may not wrap around
 * @len: 1 to 8 bytes
 * @__reserved: must be 0
 * @data: in: bytes to be written; out: bytes that were read, then zeroes
 *
 * Access a register of a chip as a CPU does.
 *
 * Return: 0, or
 *
 * - ENOENT: there is no such CPU.
 * - ENXIO: no device is at this address.
 */
struct virqchip_bus {
	__u32 size;
	__u32 flags;
	__u32 space;
	__u32 cpu;
	__aligned_u64 addr;
	__u32 len;
	__u32 __reserved;
	__u8 data[8];
};

#define VIRQCHIP_BUS_READ	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_BUS_READ)
#define VIRQCHIP_BUS_WRITE	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_BUS_WRITE)

/**
 * struct virqchip_msr - ioctl(VIRQCHIP_MSR_READ), ioctl(VIRQCHIP_MSR_WRITE)
 * @size: sizeof(struct virqchip_msr)
 * @flags: must be 0
 * @cpu: index of the CPU
 * @msr: 0x1b (IA32_APIC_BASE), or 0x800 to 0x8ff (x2APIC registers)
 * @value: in: what to write; out: what was read
 *
 * Do a RDMSR or WRMSR of the local APIC.
 *
 * Return: 0, or
 *
 * - ENOENT: there is no such CPU.
 * - ENXIO: the local APIC has no MSR of this number.
 * - EACCES: on hardware, this access raises #GP.
 */
struct virqchip_msr {
	__u32 size;
	__u32 flags;
	__u32 cpu;
	__u32 msr;
	__aligned_u64 value;
};

#define VIRQCHIP_MSR_READ	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_MSR_READ)
#define VIRQCHIP_MSR_WRITE	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_MSR_WRITE)

/**
 * struct virqchip_msi - ioctl(VIRQCHIP_MSI)
 * @size: sizeof(struct virqchip_msi)
 * @flags: must be 0
 * @address: message address; destination in bits 19:12
 * @data: message data
 * @status: out: as in struct virqchip_set_line
 *
 * Deliver a message-signalled interrupt. No errors other than the general ones.
 */
struct virqchip_msi {
	__u32 size;
	__u32 flags;
	__aligned_u64 address;
	__u32 data;
	__s32 status;
};

#define VIRQCHIP_MSI		_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_MSI)

/**
 * enum virqchip_route_kind - where a route leads
 * @VIRQCHIP_ROUTE_PIC: to a pin of the 8259 pair
 * @VIRQCHIP_ROUTE_IOAPIC: to a pin of the IOAPIC
 * @VIRQCHIP_ROUTE_MSI: to local APICs, by a message
 */
enum virqchip_route_kind {
	VIRQCHIP_ROUTE_PIC,
	VIRQCHIP_ROUTE_IOAPIC,
	VIRQCHIP_ROUTE_MSI,
};

/**
 * struct virqchip_route - one entry of a routing table
 * @gsi: 0 to nr_gsis - 1 of struct virqchip_get_info
 * @kind: enum virqchip_route_kind
 * @pin: 0 to 15 for %VIRQCHIP_ROUTE_PIC, 0 to 23 for %VIRQCHIP_ROUTE_IOAPIC,
 *	0 for %VIRQCHIP_ROUTE_MSI
 * @msi_data: for %VIRQCHIP_ROUTE_MSI, else 0
 * @msi_address: for %VIRQCHIP_ROUTE_MSI, else 0
 */
struct virqchip_route {
	__u32 gsi;
	__u32 kind;
	__u32 pin;
	__u32 msi_data;
	__aligned_u64 msi_address;
};

/**
 * struct virqchip_set_routes - ioctl(VIRQCHIP_SET_ROUTES)
 * @size: sizeof(struct virqchip_set_routes)
 * @flags: must be 0
 * @nr: number of entries, 0 to max_routes of struct virqchip_get_info
 * @entry_size: sizeof(struct virqchip_route)
 * @entries: pointer to @nr entries of struct virqchip_route
 *
 * Replace the routing table. When this returns, no signal goes by the old one.
 * A line that is asserted stays so at its old pin until it is released there:
 * release lines before they are routed elsewhere.
 *
 * Return: 0, or, with the old table in place,
 *
 * - EINVAL: a field of an entry is out of range; a GSI leads to the IOAPIC
 *   twice, or to the same half of the 8259 pair twice, or to a message and to
 *   anything else; @entry_size is another.
 */
struct virqchip_set_routes {
	__u32 size;
	__u32 flags;
	__u32 nr;
	__u32 entry_size;
	__aligned_u64 entries;
};

#define VIRQCHIP_SET_ROUTES	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_SET_ROUTES)

/* The CPU has interrupts enabled (IF=1, no shadow): it takes an interrupt */
#define VIRQCHIP_TAKE_IF	0x1U
/* Return at once also if there is nothing to take */
#define VIRQCHIP_TAKE_NONBLOCK	0x2U

/**
 * enum virqchip_source - what a CPU takes
 * @VIRQCHIP_TAKE_NONE: nothing; @why says what holds it
 * @VIRQCHIP_TAKE_PIC: an interrupt that the 8259 pair gave the vector of
 * @VIRQCHIP_TAKE_LAPIC: an interrupt of the local APIC
 * @VIRQCHIP_TAKE_NMI: an NMI
 * @VIRQCHIP_TAKE_SMI: an SMI; intr_info is 0
 * @VIRQCHIP_TAKE_INIT: an INIT, which has reset the local APIC; intr_info is 0
 * @VIRQCHIP_TAKE_SIPI: a start-up IPI, which ends the wait for it; intr_info is
 *	the page number to start at
 */
enum virqchip_source {
	VIRQCHIP_TAKE_NONE,
	VIRQCHIP_TAKE_PIC,
	VIRQCHIP_TAKE_LAPIC,
	VIRQCHIP_TAKE_NMI,
	VIRQCHIP_TAKE_SMI,
	VIRQCHIP_TAKE_INIT,
	VIRQCHIP_TAKE_SIPI,
};

/**
 * enum virqchip_hold - why a CPU takes nothing
 * @VIRQCHIP_HOLD_NOT: it has taken something
 * @VIRQCHIP_HOLD_IDLE: nothing is pending
 * @VIRQCHIP_HOLD_IF: an interrupt is pending, %VIRQCHIP_TAKE_IF was not given
 * @VIRQCHIP_HOLD_SIPI: the CPU waits for a start-up IPI
 * @VIRQCHIP_HOLD_PPR: a vector is pending in the local APIC's IRR, and its
 *	priority class is not above the processor priority
 * @VIRQCHIP_HOLD_LINT0: the 8259 pair has an interrupt, and LINT0 of this CPU
 *	is masked, or is not in ExtINT mode
 */
enum virqchip_hold {
	VIRQCHIP_HOLD_NOT,
	VIRQCHIP_HOLD_IDLE,
	VIRQCHIP_HOLD_IF,
	VIRQCHIP_HOLD_SIPI,
	VIRQCHIP_HOLD_PPR,
	VIRQCHIP_HOLD_LINT0,
};

/**
 * struct virqchip_take - ioctl(VIRQCHIP_TAKE)
 * @size: sizeof(struct virqchip_take)
 * @flags: set of %VIRQCHIP_TAKE_IF, %VIRQCHIP_TAKE_NONBLOCK
 * @cpu: index of the CPU
 * @source: out: enum virqchip_source
 * @intr_info: out: VM-entry interruption information (SDM vol. 3, 25.8.3):
 *	bits 7:0 the vector, 10:8 the type (0: external interrupt, 2: NMI), 31
 *	valid; see enum virqchip_source for what is not such an event
 * @hold: out: enum virqchip_hold
 *
 * Take what a CPU would take next, and acknowledge it at its chip: INIT, then a
 * start-up IPI if the CPU waits for one, SMI, NMI, and last an interrupt.
 * Without %VIRQCHIP_TAKE_NONBLOCK, wait until there is something.
 *
 * poll() finds the fabric fd readable while any CPU has something to take with
 * %VIRQCHIP_TAKE_IF.
 *
 * Return: 0, or
 *
 * - ENOENT: there is no such CPU.
 * - EINTR: a signal came while it waited; nothing was taken.
 */
struct virqchip_take {
	__u32 size;
	__u32 flags;
	__u32 cpu;
	__u32 source;
	__u32 intr_info;
	__u32 hold;
};

#define VIRQCHIP_TAKE		_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_TAKE)

/**
 * enum virqchip_chip - parts of a fabric whose state can be had
 * @VIRQCHIP_CHIP_PIC: the 8259 pair: struct virqchip_pic_state
 * @VIRQCHIP_CHIP_IOAPIC: the IOAPIC: struct virqchip_ioapic_state
 * @VIRQCHIP_CHIP_LAPIC: a CPU's local APIC: struct virqchip_lapic_state
 * @VIRQCHIP_CHIP_PIT: the 8254: struct virqchip_pit_state
 * @VIRQCHIP_CHIP_LINES: the wires: struct virqchip_lines_state
 */
enum virqchip_chip {
	VIRQCHIP_CHIP_PIC,
	VIRQCHIP_CHIP_IOAPIC,
	VIRQCHIP_CHIP_LAPIC,
	VIRQCHIP_CHIP_PIT,
	VIRQCHIP_CHIP_LINES,
};

/**
 * struct virqchip_state - ioctl(VIRQCHIP_GET_STATE), ioctl(VIRQCHIP_SET_STATE)
 * @size: sizeof(struct virqchip_state)
 * @flags: must be 0
 * @chip: enum virqchip_chip
 * @cpu: index of the CPU for %VIRQCHIP_CHIP_LAPIC, else 0
 * @state: pointer to the chip's structure. It begins with a @size and @flags of
 *	its own, for which the rules of ioctl arguments hold; %VIRQCHIP_GET_STATE
 *	writes it whole, with zeroes behind what the kernel knows.
 *
 * Read or load the state of a chip. No field has an effect by itself; what
 * follows from the state as a whole follows once it is loaded: an output rises,
 * a message is sent, a timer runs. A saved state of all chips, loaded in any
 * order into a new fabric with the same flags and CPUs, goes on where the first
 * one stopped. To save a whole fabric in one moment, leave it alone meanwhile.
 *
 * Return: 0, or
 *
 * - EINVAL: a reserved field of the state is not zero, or one of its fields
 *   cannot have this value. Nothing has changed. Bits that a chip does not
 *   have are not errors, they are cleared.
 * - ENOENT: there is no such CPU.
 * - ENODEV: the fabric has no such chip.
 */
struct virqchip_state {
	__u32 size;
	__u32 flags;
	__u32 chip;
	__u32 cpu;
	__aligned_u64 state;
};

#define VIRQCHIP_GET_STATE	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_GET_STATE)
#define VIRQCHIP_SET_STATE	_IO(VIRQCHIP_TYPE, VIRQCHIP_CMD_SET_STATE)

/**
 * struct virqchip_8259_state - one 8259A
 * @irr: requests: latched edges, and level inputs that are high
 * @imr: interrupt mask register
 * @isr: in-service register
 * @irq_base: vector of IR0; bits 2:0 are 0
 * @elcr: edge/level control, a 1 is level
 * @lowest: the input with the lowest priority, 0 to 7
 * @icw1: ICW1 as written
 * @icw3: ICW3 as written
 * @icw4: ICW4 as written, 0 if there was none
 * @step: the word that port A0=1 takes next: 0: OCW1; 1: ICW2; 2: ICW3; 3: ICW4;
 *	4: OCW1, for the chip was never initialised
 * @read_isr: 1: the command port reads ISR; 0: IRR
 * @poll: 1: the next read is a poll
 * @smm: 1: special mask mode
 * @rotate_aeoi: 1: rotate in automatic EOI mode
 * @lines: level of each input as last seen
 * @__reserved: must be 0
 */
struct virqchip_8259_state {
	__u8 irr;
	__u8 imr;
	__u8 isr;
	__u8 irq_base;
	__u8 elcr;
	__u8 lowest;
	__u8 icw1;
	__u8 icw3;
	__u8 icw4;
	__u8 step;
	__u8 read_isr;
	__u8 poll;
	__u8 smm;
	__u8 rotate_aeoi;
	__u8 lines;
	__u8 __reserved;
};

/**
 * struct virqchip_pic_state - the 8259 pair
 * @size: sizeof(struct virqchip_pic_state)
 * @flags: must be 0
 * @chip: master, slave
 */
struct virqchip_pic_state {
	__u32 size;
	__u32 flags;
	struct virqchip_8259_state chip[2];
};

/**
 * struct virqchip_ioapic_state - the IOAPIC
 * @size: sizeof(struct virqchip_ioapic_state)
 * @flags: must be 0
 * @rte: redirection table entries, with their delivery status and remote IRR
 * @lines: level of each pin as last seen
 * @pending: edge pins whose message no local APIC has taken yet
 * @deferred: pins that wait for the end of a pause after too many EOIs
 * @rewritten: pins whose redirection entry was written while in service
 * @id: APIC ID, 4 bits
 * @regsel: index register
 * @version: out: 0x11 or 0x20; must be the fabric's when loaded
 * @__reserved: must be 0
 * @inflight: vector of the level message that set remote IRR, per pin
 * @storm: EOIs in a row that found the line still asserted, per pin
 */
struct virqchip_ioapic_state {
	__u32 size;
	__u32 flags;
	__aligned_u64 rte[24];
	__u32 lines;
	__u32 pending;
	__u32 deferred;
	__u32 rewritten;
	__u8 id;
	__u8 regsel;
	__u8 version;
	__u8 __reserved[5];
	__u8 inflight[24];
	__u16 storm[24];
};

/* Bits of @events of struct virqchip_lapic_state */
#define VIRQCHIP_LAPIC_NMI	0x1U
#define VIRQCHIP_LAPIC_SMI	0x2U
#define VIRQCHIP_LAPIC_INIT	0x4U
#define VIRQCHIP_LAPIC_SIPI	0x8U
#define VIRQCHIP_LAPIC_EXTINT	0x10U

/**
 * struct virqchip_lapic_state - a local APIC
 * @size: sizeof(struct virqchip_lapic_state)
 * @flags: must be 0
 * @base: IA32_APIC_BASE
 * @events: set of VIRQCHIP_LAPIC_* that are pending
 * @errors: error bits gathered since ESR was last written
 * @sipi_vector: start page of the pending SIPI
 * @wait_sipi: 1: the CPU waits for a start-up IPI
 * @lint: levels of the inputs LINT0 and LINT1, bits 0 and 1
 * @__reserved: must be 0
 * @regs: the register page, at offset 16 * n a word in @regs[4 * n]; in x2APIC
 *	mode the whole APIC ID is at offset 0x20. A timer goes on from the current
 *	count, at offset 0x390.
 */
struct virqchip_lapic_state {
	__u32 size;
	__u32 flags;
	__aligned_u64 base;
	__u32 events;
	__u32 errors;
	__u8 sipi_vector;
	__u8 wait_sipi;
	__u8 lint;
	__u8 __reserved[5];
	__u32 regs[256];
};

/**
 * struct virqchip_pit_channel_state - one counter of the 8254
 * @elapsed_ns: nanoseconds since the counting element was loaded, below 2^63;
 *	this and the next two are 0 unless @armed
 * @stopped_ns: nanoseconds since the gate went low, if it is low
 * @switch_in_ns: nanoseconds until a new count begins to count; see @null_count
 * @ticks: channel 0: rising edges of the output, since the counting element was
 *	loaded, that are done with
 * @owed: channel 0: rising edges from before that are still to be served
 * @count: count register, in clocks: 1 to 0x10000, 0 if nothing was loaded yet
 * @run: count that the counting element was loaded with
 * @skip: clocks that were left out of its first period
 * @count_latch: the latched count
 * @held: what the counting element holds while it does not count
 * @control: bits 5:0 of the control word
 * @mode: 0 to 5
 * @bcd: 1: counts in BCD
 * @access: 1: low byte; 2: high byte; 3: low byte, then high byte
 * @gate: level of the gate input
 * @read_msb: 1: the next byte read is the high one
 * @write_msb: 1: the next byte written is the high one
 * @write_latch: low byte that waits for the high one
 * @count_latched: bytes of @count_latch still to be read, 0 to 2
 * @status_latched: 1: @status_latch is to be read first
 * @status_latch: the latched status
 * @armed: 1: the channel counts
 * @null_count: 1: @count has not reached the counting element
 * @__reserved: must be 0
 */
struct virqchip_pit_channel_state {
	__aligned_u64 elapsed_ns;
	__aligned_u64 stopped_ns;
	__aligned_u64 switch_in_ns;
	__aligned_u64 ticks;
	__aligned_u64 owed;
	__u32 count;
	__u32 run;
	__u32 skip;
	__u16 count_latch;
	__u16 held;
	__u8 control;
	__u8 mode;
	__u8 bcd;
	__u8 access;
	__u8 gate;
	__u8 read_msb;
	__u8 write_msb;
	__u8 write_latch;
	__u8 count_latched;
	__u8 status_latched;
	__u8 status_latch;
	__u8 armed;
	__u8 null_count;
	__u8 __reserved[3];
};

/**
 * struct virqchip_pit_state - the 8254 and port 0x61
 * @size: sizeof(struct virqchip_pit_state)
 * @flags: must be 0
 * @channel: the counters
 * @owed: ticks that wait for the acknowledge of the one before
 * @speaker: bits 1:0 of port 0x61
 * @irq_disabled: 1: channel 0 makes no interrupts
 * @unacked: 1: the last tick was not acknowledged yet
 * @__reserved: must be 0
 */
struct virqchip_pit_state {
	__u32 size;
	__u32 flags;
	struct virqchip_pit_channel_state channel[3];
	__u32 owed;
	__u8 speaker;
	__u8 irq_disabled;
	__u8 unacked;
	__u8 __reserved;
};

/**
 * struct virqchip_lines_state - the wires
 * @size: sizeof(struct virqchip_lines_state)
 * @flags: must be 0
 * @pic: for each pin of the 8259 pair, a bit per source that asserts it
 * @ioapic: for each pin of the IOAPIC, a bit per source that asserts it
 *
 * Loading it changes who holds the wires. What a chip has seen of them is part
 * of the chip's own state; it looks again when a line is next driven.
 */
struct virqchip_lines_state {
	__u32 size;
	__u32 flags;
	__aligned_u64 pic[16];
	__aligned_u64 ioapic[24];
};

#endif /* _UAPI_LINUX_VIRQCHIP_H */
