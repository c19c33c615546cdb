// SPDX-License-Identifier: GPL-2.0-only
/*
 * The second vCPU. It has the first one's tables and starts where the guest says.
 * Its exits are those of the userspace irqchip alone: it asks nothing of the VMM.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>

#include "vmm.h"

static void second_pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* Where there is one CPU alone they share it. */
	pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

static void *second_main(void *arg)
{
	struct vm *vm = arg;

	second_pin(1);
	run_prepare(vm);
	if (run_guest(vm) != VMM_EXIT_PASS)
		die("the second vCPU died");
	return NULL;
}

static void second_set_registers(struct vm *vm, int first_fd, u64 entry, u64 stack)
{
	/* A C function finds a return address on its stack. */
	struct kvm_regs regs = { .rip = entry, .rsp = stack - 8, .rflags = 2 };
	struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct kvm_sregs sregs, own;

	if (ioctl(first_fd, KVM_GET_SREGS, &sregs) < 0 ||
	    ioctl(vm->vcpu_fd, KVM_GET_SREGS, &own) < 0)
		die("KVM_GET_SREGS: %s", strerror(errno));
	sregs.apic_base = own.apic_base;
	memset(sregs.interrupt_bitmap, 0, sizeof(sregs.interrupt_bitmap));
	if (ioctl(vm->vcpu_fd, KVM_SET_SREGS, &sregs) < 0 ||
	    ioctl(vm->vcpu_fd, KVM_SET_REGS, &regs) < 0 ||
	    ioctl(vm->vcpu_fd, KVM_SET_MP_STATE, &state) < 0)
		die("cannot set the second vCPU's state: %s", strerror(errno));
}

/**
 * second_start() - make the second vCPU and let it run until the program ends
 * @vm: the VM, as the first vCPU sees it; the caller is its thread
 * @entry: guest-physical address of its code
 * @stack: where its stack ends
 */
void second_start(struct vm *vm, u64 entry, u64 stack)
{
	static struct vm second;
	pthread_t thread;

	if (vm->second)
		die("the guest starts its second CPU twice");
	second = *vm;
	second.second = NULL;
	vm_add_vcpu(&second, 1);
	second_set_registers(&second, vm->vcpu_fd, entry, stack);
	/* A signal that comes before the thread is ready has a handler. */
	second_pin(0);
	if (pthread_create(&thread, NULL, second_main, &second))
		die("cannot start the second vCPU's thread");
	second.vcpu_thread = thread;
	vm->second = &second;
}
