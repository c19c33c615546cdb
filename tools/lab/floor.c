// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor: the least a userspace irqchip could possibly do. It keeps no
 * priorities, no masks and no state worth the name: a register write ends in a
 * store, a self-IPI or a line pulse leaves one vector to inject. What a real
 * userspace irqchip does comes on top of what this costs.
 *
 * The vector is the one thing that the worker's thread sets and the vCPU's
 * thread takes. A guest that may be running has to be brought out of KVM_RUN by
 * a signal for that: there is no other way for a userspace irqchip.
 */
#include <sys/ioctl.h>

#include "vmm.h"

#define FLOOR_APIC_BASE		0xfee00000UL
#define FLOOR_APIC_BYTES	0x1000UL
#define FLOOR_APIC_ICR		0x300
#define FLOOR_ICR_SELF		0x40000
#define FLOOR_PIC_VECTOR	0x20

static void floor_access(struct floor *floor, struct kvm_run *run, u32 offset)
{
	u32 *data = (u32 *)run->mmio.data;

	if (!run->mmio.is_write) {
		*data = floor->apic[offset / 4];
		return;
	}
	floor->apic[offset / 4] = *data;
	if (offset == FLOOR_APIC_ICR && (*data & FLOOR_ICR_SELF))
		__atomic_store_n(&floor->vector, *data & 0xff, __ATOMIC_RELEASE);
}

/**
 * floor_exit() - an exit of KVM_RUN, if it concerns the interrupt hardware
 * @vm: the VM
 *
 * Any port but the lab's is taken for the 8259's.
 *
 * Return: whether it did, and was dealt with.
 */
bool floor_exit(struct vm *vm)
{
	struct kvm_run *run = vm->run;
	u64 offset;

	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		return run->io.port != LAB_PORT &&
		       run->io.direction == KVM_EXIT_IO_OUT;
	case KVM_EXIT_MMIO:
		offset = run->mmio.phys_addr - FLOOR_APIC_BASE;
		if (offset >= FLOOR_APIC_BYTES)
			return false;
		floor_access(&vm->floor, run, offset);
		return true;
	default:
		return false;
	}
}

/**
 * floor_pulse() - a line rose and fell
 * @vm: the VM
 * @gsi: the line; its vector is that of a PIC with base 0x20
 *
 * Context: any thread.
 */
void floor_pulse(struct vm *vm, u32 gsi)
{
	__atomic_store_n(&vm->floor.vector, FLOOR_PIC_VECTOR + gsi, __ATOMIC_RELEASE);
	run_kick(vm);
}

/**
 * floor_inject() - before KVM_RUN: inject what waits, or ask for a window
 * @vm: the VM
 */
void floor_inject(struct vm *vm)
{
	struct kvm_interrupt irq = {
		.irq = __atomic_load_n(&vm->floor.vector, __ATOMIC_ACQUIRE),
	};

	if (!irq.irq)
		return;
	if (!vm->run->ready_for_interrupt_injection || !vm->run->if_flag) {
		vm->run->request_interrupt_window = 1;
		return;
	}
	vm->run->request_interrupt_window = 0;
	if (!ioctl(vm->vcpu_fd, KVM_INTERRUPT, &irq))
		__atomic_store_n(&vm->floor.vector, 0, __ATOMIC_RELEASE);
}
