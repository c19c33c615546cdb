// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor: the least a userspace irqchip could possibly do. It keeps no
 * priorities, no masks and no state worth the name: a register write ends in a
 * store, a self-IPI or a line pulse leaves one vector to inject. What a real
 * userspace irqchip does comes on top of what this costs.
 */
#include <sys/ioctl.h>

#include "vmm.h"

#define FLOOR_APIC_BASE		0xfee00000UL
#define FLOOR_APIC_ICR		0x300
#define FLOOR_ICR_SELF		0x40000
#define FLOOR_PIC_VECTOR	0x20

/**
 * floor_write() - a guest wrote a LAPIC register
 * @floor: the userspace irqchip
 * @address: guest-physical
 * @value: 32 bits
 */
void floor_write(struct floor *floor, u64 address, u32 value)
{
	u32 offset = (address - FLOOR_APIC_BASE) & 0xfff;

	floor->apic[offset / 4] = value;
	if (offset == FLOOR_APIC_ICR && (value & FLOOR_ICR_SELF))
		floor->vector = value & 0xff;
}

/**
 * floor_read() - a guest reads a LAPIC register
 * @floor: the userspace irqchip
 * @address: guest-physical
 *
 * Return: what was last written there.
 */
u32 floor_read(const struct floor *floor, u64 address)
{
	return floor->apic[((address - FLOOR_APIC_BASE) & 0xfff) / 4];
}

/**
 * floor_pulse() - a line rose and fell
 * @floor: the userspace irqchip
 * @gsi: the line; its vector is that of a PIC with base 0x20
 */
void floor_pulse(struct floor *floor, u32 gsi)
{
	floor->vector = FLOOR_PIC_VECTOR + gsi;
}

/**
 * floor_inject() - before KVM_RUN: inject what waits, or ask for a window
 * @vm: the VM
 */
void floor_inject(struct vm *vm)
{
	struct kvm_interrupt irq = { .irq = vm->floor.vector };

	if (!vm->floor.vector)
		return;
	if (!vm->run->ready_for_interrupt_injection || !vm->run->if_flag) {
		vm->run->request_interrupt_window = 1;
		return;
	}
	vm->run->request_interrupt_window = 0;
	if (!ioctl(vm->vcpu_fd, KVM_INTERRUPT, &irq))
		vm->floor.vector = 0;
}
