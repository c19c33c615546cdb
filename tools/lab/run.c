// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_RUN and its exits. Ports and addresses that nobody answers read as all
 * ones, as on a PC, and are counted: an irqchip that leaves a register of its
 * own to the VMM shows in that count.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "vmm.h"

/* The vCPU of this thread, for the handler of the signal. */
static __thread struct kvm_run *kicked_run;

static void run_kicked(int number)
{
	(void)number;
	kicked_run->immediate_exit = 1;
}

/**
 * run_prepare() - make the vCPU's thread ready for run_kick()
 * @vm: the VM; the caller is the vCPU's thread
 */
void run_prepare(struct vm *vm)
{
	struct sigaction action = { .sa_handler = run_kicked };

	kicked_run = vm->run;
	vm->vcpu_thread = pthread_self();
	sigaction(SIGUSR1, &action, NULL);
}

/**
 * run_kick() - get the vCPU's thread out of KVM_RUN, or keep it from entering
 * @vm: the VM
 *
 * Context: any thread.
 */
void run_kick(struct vm *vm)
{
	pthread_kill(vm->vcpu_thread, SIGUSR1);
}

static void run_stray(struct vm *vm, const char *what, u64 address)
{
	if (!vm->nr_stray++ || vm->opts->verbose)
		fprintf(stderr, "# nobody answers %s %#llx\n", what,
			(unsigned long long)address);
}

/* Return: 1 when the guest ended, 0 to go on. */
static int run_port(struct vm *vm)
{
	struct kvm_run *run = vm->run;
	u8 *data = (u8 *)run + run->io.data_offset;
	u32 value = 0;

	if (run->io.direction == KVM_EXIT_IO_IN) {
		memset(data, 0xff, (size_t)run->io.size * run->io.count);
		run_stray(vm, "a read of port", run->io.port);
		return 0;
	}
	memcpy(&value, data, run->io.size > 4 ? 4 : run->io.size);
	if (run->io.port == LAB_PORT)
		return lab_call(vm, value);
	run_stray(vm, "a write to port", run->io.port);
	return 0;
}

static void run_mmio(struct vm *vm)
{
	struct kvm_run *run = vm->run;
	u64 address = run->mmio.phys_addr;
	bool device = address >= LAB_DEV_BASE &&
		      address < LAB_DEV_BASE + LAB_DEV_BYTES;
	u32 value = 0xffffffff;

	if (run->mmio.is_write)
		memcpy(&value, run->mmio.data, 4);
	if (device && run->mmio.is_write)
		worker_write(&vm->worker, address, value);
	else if (device)
		value = worker_read(&vm->worker, address);
	else
		run_stray(vm, "a register at", address);
	if (!run->mmio.is_write) {
		memset(run->mmio.data, 0xff, sizeof(run->mmio.data));
		memcpy(run->mmio.data, &value, 4);
	}
}

static void run_note_vectors(struct vm *vm, const struct kvm_lapic_state *lapic,
			     unsigned int offset, const char *what)
{
	char text[VMM_MAX_SENTENCE];
	unsigned int vector;
	u32 bits;

	for (vector = 0; vector < 256; vector++) {
		memcpy(&bits, lapic->regs + offset + vector / 32 * 16, sizeof(bits));
		if (!(bits >> (vector % 32) & 1))
			continue;
		snprintf(text, sizeof(text), "vector %#x is %s", vector, what);
		report_note(vm->report, text);
	}
}

static void run_note_chips(struct vm *vm)
{
	struct kvm_irqchip pic = { .chip_id = KVM_IRQCHIP_PIC_MASTER };
	struct kvm_irqchip ioapic = { .chip_id = KVM_IRQCHIP_IOAPIC };
	char text[VMM_MAX_SENTENCE];

	if (ioctl(vm->vm_fd, KVM_GET_IRQCHIP, &pic) < 0 ||
	    ioctl(vm->vm_fd, KVM_GET_IRQCHIP, &ioapic) < 0)
		return;
	snprintf(text, sizeof(text),
		 "master 8259: IRR %#x, IMR %#x, ISR %#x; I/O APIC: requests %#x",
		 pic.chip.pic.irr, pic.chip.pic.imr, pic.chip.pic.isr,
		 ioapic.chip.ioapic.irr);
	report_note(vm->report, text);
	worker_describe(&vm->worker, text, sizeof(text));
	report_note(vm->report, text);
}

static enum vmm_exit run_died(struct vm *vm, const char *why)
{
	struct kvm_lapic_state lapic;
	struct kvm_regs regs = { 0 };
	char text[VMM_MAX_SENTENCE];

	ioctl(vm->vcpu_fd, KVM_GET_REGS, &regs);
	snprintf(text, sizeof(text), "the guest died: %s, rip %#llx, rflags %#llx",
		 why, (unsigned long long)regs.rip,
		 (unsigned long long)regs.rflags);
	report_note(vm->report, text);
	if (!ioctl(vm->vcpu_fd, KVM_GET_LAPIC, &lapic)) {
		run_note_vectors(vm, &lapic, 0x100, "in service");
		run_note_vectors(vm, &lapic, 0x200, "requested");
	}
	run_note_chips(vm);
	return VMM_EXIT_GUEST;
}

static enum vmm_exit run_unexpected(struct vm *vm)
{
	char text[80];

	switch (vm->run->exit_reason) {
	case KVM_EXIT_SHUTDOWN:
		return run_died(vm, "triple fault");
	case KVM_EXIT_HLT:
		return run_died(vm, "HLT came out to the VMM");
	case KVM_EXIT_FAIL_ENTRY:
		return run_died(vm, "KVM_EXIT_FAIL_ENTRY");
	case KVM_EXIT_INTERNAL_ERROR:
		return run_died(vm, "KVM_EXIT_INTERNAL_ERROR");
	default:
		snprintf(text, sizeof(text), "exit reason %u",
			 vm->run->exit_reason);
		return run_died(vm, text);
	}
}

/**
 * run_guest() - run the vCPU until its guest ends or dies
 * @vm: the VM
 *
 * Return: VMM_EXIT_PASS if the guest gave its summary, VMM_EXIT_GUEST if it
 * died; the verdicts themselves are the report's affair.
 */
enum vmm_exit run_guest(struct vm *vm)
{
	struct kvm_run *run = vm->run;

	for (;;) {
		if (!vm->opts->irqchip)
			floor_inject(vm);
		if (ioctl(vm->vcpu_fd, KVM_RUN, 0) < 0) {
			run->immediate_exit = 0;
			if (__atomic_load_n(&vm->hung, __ATOMIC_SEQ_CST))
				return run_died(vm, "no sign of life");
			if (__atomic_load_n(&vm->looked, __ATOMIC_SEQ_CST))
				return VMM_EXIT_PASS;
			if (errno == EINTR || errno == EAGAIN)
				continue;
			return run_died(vm, strerror(errno));
		}
		vm->nr_exits++;
		if (!vm->opts->irqchip && floor_exit(vm))
			continue;
		switch (run->exit_reason) {
		case KVM_EXIT_IO:
			if (run_port(vm))
				return VMM_EXIT_PASS;
			break;
		case KVM_EXIT_MMIO:
			run_mmio(vm);
			break;
		case KVM_EXIT_IRQ_WINDOW_OPEN:
		case KVM_EXIT_SET_TPR:
			break;
		default:
			return run_unexpected(vm);
		}
	}
}
