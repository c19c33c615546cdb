// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking at a guest in trouble: a command of the person runs while the guest
 * stands still, and then the run is over.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "vmm.h"

static const char * const look_names[LAB_TROUBLES] = {
	[LAB_TROUBLE_LINE_LOW] = "line-low",
	[LAB_TROUBLE_NO_ROUTE] = "no-route",
	[LAB_TROUBLE_PIC_NOT_SET_UP] = "pic-not-set-up",
	[LAB_TROUBLE_PIC_MASKED] = "pic-masked",
	[LAB_TROUBLE_PIC_BEHIND] = "pic-behind",
	[LAB_TROUBLE_PIC_NO_EOI] = "pic-no-eoi",
	[LAB_TROUBLE_PIC_GATED] = "pic-gated",
	[LAB_TROUBLE_EDGE_TAKEN] = "edge-taken",
	[LAB_TROUBLE_RTE_MASKED] = "rte-masked",
	[LAB_TROUBLE_LEVEL_MASKED] = "level-masked",
	[LAB_TROUBLE_RTE_MODE] = "rte-mode",
	[LAB_TROUBLE_NO_EOI] = "no-eoi",
	[LAB_TROUBLE_ORPHAN] = "orphan",
	[LAB_TROUBLE_STORM] = "storm",
	[LAB_TROUBLE_NO_DEST] = "no-dest",
	[LAB_TROUBLE_APIC_SW_OFF] = "apic-sw-off",
	[LAB_TROUBLE_APIC_HW_OFF] = "apic-hw-off",
	[LAB_TROUBLE_TPR] = "tpr",
	[LAB_TROUBLE_BEHIND_ISR] = "behind-isr",
	[LAB_TROUBLE_VECTOR_NO_EOI] = "vector-no-eoi",
	[LAB_TROUBLE_IF_OFF] = "if-off",
	[LAB_TROUBLE_IF_OFF_HALTED] = "if-off-halted",
	[LAB_TROUBLE_STOPPED] = "stopped",
	[LAB_TROUBLE_LVT_MASKED] = "lvt-masked",
	[LAB_TROUBLE_TIMER_OFF] = "timer-off",
	[LAB_TROUBLE_TIMER_ARMED] = "timer-armed",
	[LAB_TROUBLE_PIT_OFF] = "pit-off",
	[LAB_TROUBLE_NO_SIPI] = "no-sipi",
	[LAB_TROUBLE_NOT_WOKEN] = "not-woken",
};

/**
 * look_trouble() - find a trouble by its name
 * @name: as --list-troubles prints it
 *
 * Return: enum lab_trouble, or -1.
 */
int look_trouble(const char *name)
{
	int i;

	for (i = 0; i < LAB_TROUBLES; i++)
		if (!strcmp(look_names[i], name))
			return i;
	return -1;
}

/**
 * look_list() - print the names of all troubles
 */
void look_list(void)
{
	int i;

	for (i = 0; i < LAB_TROUBLES; i++)
		puts(look_names[i]);
}

/* The command's success is the one verdict of the run. */
static void look_run(struct vm *vm)
{
	int status;

	fflush(stdout);
	status = system(vm->opts->look);
	report_plan(vm->report, 1);
	report_check(vm->report, look_names[vm->opts->trouble], status, 0);
	report_end(vm->report, 1, status != 0);
	__atomic_store_n(&vm->looked, true, __ATOMIC_SEQ_CST);
}

static void *look_main(void *arg)
{
	struct vm *vm = arg;

	while (!__atomic_load_n(vm->there, __ATOMIC_SEQ_CST))
		sched_yield();
	look_run(vm);
	run_kick(vm);
	return NULL;
}

/**
 * look_start() - the guest is about to be in trouble
 * @vm: the VM; the caller is the vCPU's thread
 * @flag: guest-physical address of a word that is set when it is; 0: look now,
 *	with the vCPU out of KVM_RUN
 */
void look_start(struct vm *vm, u64 flag)
{
	pthread_t thread;

	if (!flag) {
		look_run(vm);
		return;
	}
	vm->there = vm_guest_ptr(vm, flag, sizeof(*vm->there));
	if (pthread_create(&thread, NULL, look_main, vm))
		die("cannot start the thread that looks");
	pthread_detach(thread);
}
