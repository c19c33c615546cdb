// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lab port: a guest's requests, one short function each, found by a table.
 * A request the VM cannot carry out gives the guest the negative errno.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "vmm.h"

struct lab_handler {
	const char *name;
	int (*handle)(struct vm *vm, struct lab_call *call);
	bool quiet;
};

/**
 * lab_now_ns() - the time of the lab
 *
 * Return: CLOCK_MONOTONIC in ns.
 */
u64 lab_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static const char *lab_text(struct vm *vm, u64 address)
{
	const char *text = vm_guest_ptr(vm, address, VMM_MAX_SENTENCE);

	if (!memchr(text, '\0', VMM_MAX_SENTENCE))
		die("the guest gave a text without an end");
	return text;
}

static int lab_plan(struct vm *vm, struct lab_call *call)
{
	report_plan(vm->report, call->arg[0]);
	return 0;
}

static int lab_check(struct vm *vm, struct lab_call *call)
{
	report_check(vm->report, lab_text(vm, call->arg[0]), call->arg[1],
		     call->arg[2]);
	return 0;
}

static int lab_skip(struct vm *vm, struct lab_call *call)
{
	report_skip(vm->report, lab_text(vm, call->arg[0]),
		    lab_text(vm, call->arg[1]));
	return 0;
}

static int lab_print(struct vm *vm, struct lab_call *call)
{
	char text[VMM_MAX_SENTENCE + 32];

	snprintf(text, sizeof(text), "%s%llu", lab_text(vm, call->arg[0]),
		 (unsigned long long)call->arg[1]);
	report_note(vm->report, text);
	return 0;
}

static int lab_end(struct vm *vm, struct lab_call *call)
{
	report_end(vm->report, call->arg[0], call->arg[1]);
	return 0;
}

static int lab_line(struct vm *vm, struct lab_call *call)
{
	return vm_line(vm, call->arg[0], call->arg[1]);
}

static int lab_pulse(struct vm *vm, struct lab_call *call)
{
	int ret = vm_line(vm, call->arg[0], 1);

	vm_line(vm, call->arg[0], 0);
	return ret;
}

static int lab_msi(struct vm *vm, struct lab_call *call)
{
	return vm_signal_msi(vm, call->arg[0], call->arg[1]);
}

static int lab_route(struct vm *vm, struct lab_call *call)
{
	return vm_route(vm, call->arg[0], call->arg[1], call->arg[2], false);
}

static int lab_unroute(struct vm *vm, struct lab_call *call)
{
	return vm_route(vm, call->arg[0], 0, 0, true);
}

static int lab_time(struct vm *vm, struct lab_call *call)
{
	(void)vm;
	call->arg[0] = lab_now_ns();
	return 0;
}

static int lab_option(struct vm *vm, struct lab_call *call)
{
	const u64 values[] = {
		[LAB_OPTION_ROUNDS] = vm->opts->rounds,
		[LAB_OPTION_X2APIC] = vm->opts->x2apic,
		[LAB_OPTION_IRQCHIP] = vm->opts->irqchip,
		[LAB_OPTION_CPUS] = vm->opts->cpus,
		[LAB_OPTION_TROUBLE] = vm->opts->trouble,
	};

	if (call->arg[0] >= ARRAY_SIZE(values))
		return -EINVAL;
	call->arg[0] = values[call->arg[0]];
	return 0;
}

static int lab_lapic(struct vm *vm, struct lab_call *call)
{
	struct kvm_lapic_state state;
	u32 value;

	if (call->arg[0] > sizeof(state.regs) - sizeof(value))
		return -EINVAL;
	if (ioctl(vm->vcpu_fd, KVM_GET_LAPIC, &state) < 0)
		return -errno;
	memcpy(&value, state.regs + call->arg[0], sizeof(value));
	call->arg[0] = value;
	return 0;
}

static int lab_irqchip(struct vm *vm, struct lab_call *call)
{
	struct kvm_irqchip chip = { .chip_id = call->arg[0] };

	if (ioctl(vm->vm_fd, KVM_GET_IRQCHIP, &chip) < 0)
		return -errno;
	memcpy(vm_guest_ptr(vm, call->arg[1], sizeof(chip)), &chip, sizeof(chip));
	return 0;
}

static int lab_toggle(struct vm *vm, struct lab_call *call)
{
	worker_toggle(&vm->worker, call->arg[0], call->arg[1]);
	return 0;
}

static int lab_bench(struct vm *vm, struct lab_call *call)
{
	report_bench(vm->report, lab_text(vm, call->arg[0]), call->arg[1],
		     call->arg[2]);
	return 0;
}

static int lab_pulses(struct vm *vm, struct lab_call *call)
{
	u64 start = lab_now_ns();
	u64 i;

	for (i = 0; i < call->arg[1]; i++) {
		vm_line(vm, call->arg[0], 1);
		vm_line(vm, call->arg[0], 0);
	}
	call->arg[0] = lab_now_ns() - start;
	return 0;
}

static int lab_queue(struct vm *vm, struct lab_call *call)
{
	queue_start(vm, call->arg[0]);
	return 0;
}

static int lab_signals(struct vm *vm, struct lab_call *call)
{
	u64 start = lab_now_ns();
	u64 i;

	for (i = 0; i < call->arg[0]; i++)
		queue_answer(&vm->queue);
	call->arg[0] = lab_now_ns() - start;
	return 0;
}

static int lab_second(struct vm *vm, struct lab_call *call)
{
	if (vm->opts->cpus < 2)
		return -EINVAL;
	second_start(vm, call->arg[0], call->arg[1]);
	return 0;
}

static int lab_look(struct vm *vm, struct lab_call *call)
{
	look_start(vm, call->arg[0]);
	return 0;
}

static const struct lab_handler lab_handlers[LAB_OP_COUNT] = {
	[LAB_OP_PLAN] = { "plan", lab_plan },
	[LAB_OP_CHECK] = { "check", lab_check, true },
	[LAB_OP_SKIP] = { "skip", lab_skip, true },
	[LAB_OP_PRINT] = { "print", lab_print, true },
	[LAB_OP_END] = { "end", lab_end },
	[LAB_OP_LINE] = { "line", lab_line },
	[LAB_OP_PULSE] = { "pulse", lab_pulse },
	[LAB_OP_MSI] = { "msi", lab_msi },
	[LAB_OP_ROUTE] = { "route", lab_route },
	[LAB_OP_UNROUTE] = { "unroute", lab_unroute },
	[LAB_OP_TIME] = { "time", lab_time, true },
	[LAB_OP_OPTION] = { "option", lab_option },
	[LAB_OP_LAPIC] = { "get lapic", lab_lapic },
	[LAB_OP_IRQCHIP] = { "get irqchip", lab_irqchip },
	[LAB_OP_TOGGLE] = { "toggle", lab_toggle },
	[LAB_OP_BENCH] = { "bench", lab_bench, true },
	[LAB_OP_PULSES] = { "pulses", lab_pulses },
	[LAB_OP_QUEUE] = { "queue", lab_queue },
	[LAB_OP_SIGNALS] = { "signals", lab_signals },
	[LAB_OP_SECOND] = { "second", lab_second },
	[LAB_OP_LOOK] = { "look", lab_look },
};

/**
 * lab_call() - carry out one request of the guest
 * @vm: the VM
 * @address: guest-physical address of its struct lab_call
 *
 * Return: 1 if the guest ended, else 0.
 */
int lab_call(struct vm *vm, u32 address)
{
	struct lab_call *call = vm_guest_ptr(vm, address, sizeof(*call));
	const struct lab_handler *handler;
	u32 op = call->op;

	if (op >= LAB_OP_COUNT)
		die("the guest asked for operation %u, which is none", op);
	handler = &lab_handlers[op];
	if (vm->opts->verbose && !handler->quiet)
		fprintf(stderr, "# guest: %s %#llx %#llx %#llx", handler->name,
			(unsigned long long)call->arg[0],
			(unsigned long long)call->arg[1],
			(unsigned long long)call->arg[2]);
	call->ret = handler->handle(vm, call);
	if (vm->opts->verbose && !handler->quiet)
		fprintf(stderr, " = %d\n", call->ret);
	return op == LAB_OP_END || vm->looked;
}
