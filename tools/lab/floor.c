// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor: the least a userspace irqchip could possibly do. It keeps no
 * priorities, no masks and no state worth the name: a register write ends in a
 * store, an IPI or a line pulse leaves one vector to inject. What a real userspace
 * irqchip does comes on top of what this costs.
 *
 * The vector is the one thing that other threads set and the vCPU's thread takes.
 * A guest that may be running has to be brought out of KVM_RUN by a signal for
 * that: there is no other way for a userspace irqchip. One that has halted has left
 * KVM_RUN, and its thread sleeps here.
 */
#include <sys/ioctl.h>

#include "vmm.h"

#define FLOOR_APIC_BASE		0xfee00000UL
#define FLOOR_APIC_BYTES	0x1000UL
#define FLOOR_APIC_ICR		0x300
#define FLOOR_ICR_SELF		0x40000

/**
 * floor_init() - the irqchip of a vCPU is new
 * @vm: the VM, as the vCPU sees it
 */
void floor_init(struct vm *vm)
{
	pthread_mutex_init(&vm->floor.lock, NULL);
	pthread_cond_init(&vm->floor.wake, NULL);
}

static void floor_access(struct vm *vm, u32 offset)
{
	u32 *data = (u32 *)vm->run->mmio.data;
	struct floor *floor = &vm->floor;

	if (!vm->run->mmio.is_write) {
		*data = floor->apic[offset / 4];
		return;
	}
	floor->apic[offset / 4] = *data;
	if (offset != FLOOR_APIC_ICR)
		return;
	/* There are but two: an IPI that is not to itself is to the other one. */
	if (*data & FLOOR_ICR_SELF)
		__atomic_store_n(&floor->vector, *data & 0xff, __ATOMIC_RELEASE);
	else if (vm->second)
		floor_raise(vm->second, *data & 0xff);
}

static void floor_halt(struct floor *floor)
{
	pthread_mutex_lock(&floor->lock);
	floor->halted = true;
	while (!__atomic_load_n(&floor->vector, __ATOMIC_ACQUIRE))
		pthread_cond_wait(&floor->wake, &floor->lock);
	floor->halted = false;
	pthread_mutex_unlock(&floor->lock);
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
		floor_access(vm, offset);
		return true;
	case KVM_EXIT_HLT:
		floor_halt(&vm->floor);
		return true;
	default:
		return false;
	}
}

/**
 * floor_raise() - an interrupt comes from outside of the vCPU
 * @vm: the VM, as the vCPU sees it
 * @vector: its vector
 *
 * Context: any thread. The vCPU's own is not in KVM_RUN, and needs no signal.
 */
void floor_raise(struct vm *vm, u32 vector)
{
	struct floor *floor = &vm->floor;
	bool halted;

	__atomic_store_n(&floor->vector, vector, __ATOMIC_RELEASE);
	if (pthread_equal(pthread_self(), vm->vcpu_thread))
		return;
	pthread_mutex_lock(&floor->lock);
	halted = floor->halted;
	if (halted)
		pthread_cond_signal(&floor->wake);
	pthread_mutex_unlock(&floor->lock);
	if (!halted)
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
