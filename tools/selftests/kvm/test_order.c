// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes before what, what is offered, and who may ask.
 */
#include <cpuid.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include "vm.h"

#define MAX_CPUID	256
#define HYPERV_SIGNATURE	0x31237648	/* "Hv#1" */

/* ---- creation ---- */

TEST(irqchip_is_created_once)
{
	struct vm vm = vm_with_irqchip();

	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0), EEXIST);
}

TEST(irqchip_after_a_vcpu_is_refused)
{
	struct vm vm = vm_create();

	vcpu_create(&vm, 0);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0), EINVAL);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0), EINVAL);
}

TEST(pit_needs_an_irqchip)
{
	struct kvm_pit_config config = { };
	struct vm vm = vm_create();

	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_PIT2, &config),
		     kernel_before(6, 12) ?
		     EITHER(ENOENT, 0, "6.1 makes a PIT without a line; later kernels refuse") :
		     ENOENT);
}

TEST(pit_is_created_once)
{
	struct kvm_pit_config config = { };
	struct vm vm = vm_with_pit();

	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_PIT2, &config), EEXIST);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_PIT, 0), EEXIST);
}

TEST(pit_config_is_read_from_user_memory)
{
	struct vm vm = vm_with_irqchip();

	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_PIT2, 8), EFAULT);
}

TEST(vcpu_ids_are_unique_and_bounded)
{
	struct vm vm = vm_with_irqchip();

	vcpu_create(&vm, 3);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_VCPU, 3ul), EEXIST);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_VCPU, 0xfffffffful), EINVAL);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_VCPU, 1ul << 20), EINVAL);
	vcpu_create(&vm, 0);
}

TEST(boot_cpu_id_is_fixed_by_the_first_vcpu)
{
	struct vm vm = vm_with_irqchip();
	int vcpu;

	ASSERT_OK(ioctl(vm.fd, KVM_SET_BOOT_CPU_ID, 1ul));
	vcpu = vcpu_create(&vm, 0);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_SET_BOOT_CPU_ID, 0ul), EBUSY);
	ASSERT_EQ(mp_state_get(vcpu), KVM_MP_STATE_UNINITIALIZED);
	vcpu = vcpu_create(&vm, 1);
	ASSERT_EQ(mp_state_get(vcpu), KVM_MP_STATE_RUNNABLE);
}

/* ---- calls that need what is not there ---- */

static const struct {
	const char *name;
	unsigned long cmd;
	int error;
} calls_without_irqchip[] = {
	{ "KVM_IRQ_LINE", KVM_IRQ_LINE, ENXIO },
	{ "KVM_IRQ_LINE_STATUS", KVM_IRQ_LINE_STATUS, ENXIO },
	{ "KVM_GET_IRQCHIP", KVM_GET_IRQCHIP, ENXIO },
	{ "KVM_SET_IRQCHIP", KVM_SET_IRQCHIP, ENXIO },
	{ "KVM_SIGNAL_MSI", KVM_SIGNAL_MSI, EINVAL },
	{ "KVM_SET_GSI_ROUTING", KVM_SET_GSI_ROUTING, EINVAL },
	{ "KVM_GET_PIT2", KVM_GET_PIT2, ENXIO },
	{ "KVM_SET_PIT2", KVM_SET_PIT2, ENXIO },
	{ "KVM_REINJECT_CONTROL", KVM_REINJECT_CONTROL, ENXIO },
};

TEST(vm_calls_without_irqchip_fail_as_kvms_do)
{
	uint8_t zeroes[1024] = { };
	struct vm vm = vm_create();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls_without_irqchip); i++) {
		test_say("%s", calls_without_irqchip[i].name);
		ASSERT_ERRNO(ioctl(vm.fd, calls_without_irqchip[i].cmd, zeroes),
			     calls_without_irqchip[i].error);
	}
}

TEST(vcpu_without_irqchip_is_kvms_own)
{
	struct kvm_interrupt irq = { .irq = 0x30 };
	struct kvm_lapic_state lapic = { };
	struct vm vm = vm_create();
	int vcpu = vcpu_create(&vm, 0);

	ASSERT_ERRNO(ioctl(vcpu, KVM_GET_LAPIC, &lapic), EINVAL);
	ASSERT_ERRNO(ioctl(vcpu, KVM_SET_LAPIC, &lapic), EINVAL);
	ASSERT_OK(ioctl(vcpu, KVM_INTERRUPT, &irq));
}

TEST(pit_calls_need_a_pit)
{
	struct kvm_reinject_control control = { .pit_reinject = 1 };
	struct kvm_pit_state2 state = { };
	struct vm vm = vm_with_irqchip();

	ASSERT_ERRNO(ioctl(vm.fd, KVM_GET_PIT2, &state), ENXIO);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_SET_PIT2, &state), ENXIO);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_REINJECT_CONTROL, &control), ENXIO);
}

TEST(reinjection_is_switched_off_and_on)
{
	struct kvm_reinject_control control = { };
	struct vm vm = vm_with_pit();

	ASSERT_OK(ioctl(vm.fd, KVM_REINJECT_CONTROL, &control));
	control.pit_reinject = 1;
	ASSERT_OK(ioctl(vm.fd, KVM_REINJECT_CONTROL, &control));
	ASSERT_ERRNO(ioctl(vm.fd, KVM_REINJECT_CONTROL, 8), EFAULT);
}

TEST(interrupt_by_vector_is_refused_with_an_irqchip)
{
	struct kvm_interrupt irq = { .irq = 0x30 };
	struct vm vm;
	int vcpu;

	vm = vm_with_vcpu(&vcpu);
	ASSERT_ERRNO(ioctl(vcpu, KVM_INTERRUPT, &irq), ENXIO);
	irq.irq = 256;
	ASSERT_ERRNO(ioctl(vcpu, KVM_INTERRUPT, &irq), EINVAL);
	vm_close(&vm);
}

/* ---- MP state ---- */

TEST(mp_state_starts_as_the_hardware_does)
{
	struct vm vm = vm_with_irqchip();

	ASSERT_EQ(mp_state_get(vcpu_create(&vm, 0)), KVM_MP_STATE_RUNNABLE);
	ASSERT_EQ(mp_state_get(vcpu_create(&vm, 1)),
		  KVM_MP_STATE_UNINITIALIZED);
}

TEST(mp_state_is_kept)
{
	static const uint32_t states[] = {
		KVM_MP_STATE_RUNNABLE, KVM_MP_STATE_UNINITIALIZED,
		KVM_MP_STATE_INIT_RECEIVED, KVM_MP_STATE_HALTED,
		KVM_MP_STATE_RUNNABLE,
	};
	unsigned int i;
	struct vm vm;
	int vcpu;

	vm = vm_with_vcpu(&vcpu);
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		ASSERT_OK(mp_state_set(vcpu, states[i]));
		ASSERT_EQ(mp_state_get(vcpu), states[i]);
	}
	ASSERT_ERRNO(mp_state_set(vcpu, KVM_MP_STATE_STOPPED), EINVAL);
	ASSERT_ERRNO(mp_state_set(vcpu, 1000), EINVAL);
	ASSERT_EQ(mp_state_get(vcpu), KVM_MP_STATE_RUNNABLE);
	vm_close(&vm);
}

TEST(sipi_received_means_that_the_cpu_starts)
{
	struct vm vm = vm_with_irqchip();
	int vcpu;

	vcpu_create(&vm, 0);
	vcpu = vcpu_create(&vm, 1);
	ASSERT_OK(mp_state_set(vcpu, KVM_MP_STATE_SIPI_RECEIVED));
	ASSERT_EQ(mp_state_get(vcpu), KVM_MP_STATE_RUNNABLE);
}

/* ---- what is offered ---- */

static const struct {
	const char *name;
	unsigned long cap;
	int ours;
} caps[] = {
	{ "IRQCHIP", KVM_CAP_IRQCHIP, 1 },
	{ "IRQ_INJECT_STATUS", KVM_CAP_IRQ_INJECT_STATUS, 1 },
	{ "IRQ_ROUTING", KVM_CAP_IRQ_ROUTING, NR_GSIS },
	{ "IRQFD", KVM_CAP_IRQFD, 1 },
	{ "IRQFD_RESAMPLE", KVM_CAP_IRQFD_RESAMPLE, 1 },
	{ "SIGNAL_MSI", KVM_CAP_SIGNAL_MSI, 1 },
	{ "PIT", KVM_CAP_PIT, 1 },
	{ "PIT2", KVM_CAP_PIT2, 1 },
	{ "PIT_STATE2", KVM_CAP_PIT_STATE2, 1 },
	{ "REINJECT_CONTROL", KVM_CAP_REINJECT_CONTROL, 1 },
	{ "MP_STATE", KVM_CAP_MP_STATE, 1 },
	{ "SET_BOOT_CPU_ID", KVM_CAP_SET_BOOT_CPU_ID, 1 },
	{ "X2APIC_API", KVM_CAP_X2APIC_API, 3 },
};

static const struct {
	const char *name;
	unsigned long cap;
} caps_not_ours[] = {
	{ "ASYNC_PF", KVM_CAP_ASYNC_PF },
	{ "ASYNC_PF_INT", KVM_CAP_ASYNC_PF_INT },
	{ "HYPERV_SYNIC", KVM_CAP_HYPERV_SYNIC },
	{ "HYPERV_SYNIC2", KVM_CAP_HYPERV_SYNIC2 },
	{ "HYPERV_SEND_IPI", KVM_CAP_HYPERV_SEND_IPI },
	{ "NESTED_STATE", KVM_CAP_NESTED_STATE },
	{ "XEN_HVM", KVM_CAP_XEN_HVM },
	{ "PMU_CAPABILITY", KVM_CAP_PMU_CAPABILITY },
	{ "X86_APIC_BUS_CYCLES_NS", 237 /* not in all headers */ },
	{ "VM_COPY_ENC_CONTEXT_FROM", KVM_CAP_VM_COPY_ENC_CONTEXT_FROM },
	{ "VM_MOVE_ENC_CONTEXT_FROM", KVM_CAP_VM_MOVE_ENC_CONTEXT_FROM },
};

TEST(capabilities_of_an_irqchip_are_answered_as_kvm_does)
{
	struct vm vm = vm_create();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caps); i++) {
		int of_device = caps[i].ours, of_vm = caps[i].ours;

		test_say("KVM_CAP_%s", caps[i].name);
		if (caps[i].cap == KVM_CAP_X2APIC_API && !kernel_before(7, 2)) {
			of_device = EITHER_LAPIC(3, 15, "7.2 has two more flags");
			of_vm = EITHER_LAPIC(3, 11, "one of them is for a split irqchip");
		}
		ASSERT_EQ(ioctl(vm.dev, KVM_CHECK_EXTENSION, caps[i].cap), of_device);
		ASSERT_EQ(ioctl(vm.fd, KVM_CHECK_EXTENSION, caps[i].cap), of_vm);
	}
}

TEST(capabilities_that_need_kvms_own_lapic_are_not_offered)
{
	struct vm vm = vm_create();
	unsigned int i;

	if (lapic_is_stock())
		test_skip("KVM has its own");
	for (i = 0; i < ARRAY_SIZE(caps_not_ours); i++) {
		struct kvm_enable_cap enable = { .cap = caps_not_ours[i].cap };

		test_say("KVM_CAP_%s", caps_not_ours[i].name);
		ASSERT_ERRNO(ioctl(vm.fd, KVM_ENABLE_CAP, &enable), EINVAL);
		ASSERT_EQ(ioctl(vm.dev, KVM_CHECK_EXTENSION,
				caps_not_ours[i].cap), 0);
		ASSERT_EQ(ioctl(vm.fd, KVM_CHECK_EXTENSION,
				caps_not_ours[i].cap), 0);
	}
}

/* Bits that must be clear, by leaf and register (0 to 3: eax to edx). */
static const struct {
	uint32_t function;
	unsigned int reg;
	uint32_t bits;
	const char *name;
} hidden_cpuid[] = {
	{ 0x1, 2, 1u << 5, "VMX" },
	{ 0x80000001, 2, 1u << 2, "SVM" },
	{ 0x80000001, 2, 1u << 23, "AMD PerfCtrExtCore" },
	{ 0xa, 0, 0xff, "PMU version" },
	{ 0x80000022, 0, 1, "AMD PerfMonV2" },
	{ 0x40000001, 0, 1u << 4, "ASYNC_PF" },
	{ 0x40000001, 0, 1u << 6, "PV_EOI" },
	{ 0x40000001, 0, 1u << 7, "PV_UNHALT" },
	{ 0x40000001, 0, 1u << 10, "ASYNC_PF_VMEXIT" },
	{ 0x40000001, 0, 1u << 11, "PV_SEND_IPI" },
	{ 0x40000001, 0, 1u << 13, "PV_SCHED_YIELD" },
	{ 0x40000001, 0, 1u << 14, "ASYNC_PF_INT" },
	{ 0x40000003, 0, 1u << 2, "Hyper-V's SynIC" },
	{ 0x40000003, 0, 1u << 3, "Hyper-V's timers" },
	{ 0x40000003, 0, 1u << 4, "Hyper-V's MSRs of the APIC" },
	{ 0x40000003, 3, 1u << 19, "Hyper-V's direct timers" },
	{ 0x40000004, 0, 1u << 3, "the advice to use Hyper-V's MSRs of the APIC" },
	{ 0x40000004, 0, 1u << 10, "the advice to use Hyper-V's IPIs" },
};

static void check_hidden(const struct kvm_cpuid2 *cpuid)
{
	unsigned int i, n;

	for (i = 0; i < cpuid->nent; i++) {
		const struct kvm_cpuid_entry2 *e = &cpuid->entries[i];
		const uint32_t regs[] = { e->eax, e->ebx, e->ecx, e->edx };

		for (n = 0; n < ARRAY_SIZE(hidden_cpuid); n++)
			if (e->function == hidden_cpuid[n].function &&
			    regs[hidden_cpuid[n].reg] & hidden_cpuid[n].bits)
				test_fail(__FILE__, __LINE__, "CPUID shows %s",
					  hidden_cpuid[n].name);
	}
}

static struct kvm_cpuid2 *cpuid_new(void)
{
	struct kvm_cpuid2 *cpuid;

	cpuid = calloc(1, sizeof(*cpuid) + MAX_CPUID * sizeof(cpuid->entries[0]));
	ASSERT(cpuid);
	cpuid->nent = MAX_CPUID;
	return cpuid;
}

TEST(supported_cpuid_hides_what_needs_kvms_own_lapic)
{
	struct kvm_cpuid2 *cpuid = cpuid_new();
	struct vm vm = vm_create();

	if (lapic_is_stock())
		test_skip("KVM has its own");
	ASSERT_OK(ioctl(vm.dev, KVM_GET_SUPPORTED_CPUID, cpuid));
	ASSERT(cpuid->nent > 10);
	check_hidden(cpuid);
}

TEST(set_cpuid_hides_what_needs_kvms_own_lapic)
{
	struct kvm_cpuid2 *cpuid = cpuid_new();
	struct vm stock = vm_create_on(STOCK_DEVICE);
	struct vm vm;
	int vcpu;

	if (lapic_is_stock())
		test_skip("KVM has its own");
	ASSERT_OK(ioctl(stock.dev, KVM_GET_SUPPORTED_CPUID, cpuid));
	vm = vm_with_vcpu(&vcpu);
	ASSERT_OK(ioctl(vcpu, KVM_SET_CPUID2, cpuid));
	cpuid->nent = MAX_CPUID;
	ASSERT_OK(ioctl(vcpu, KVM_GET_CPUID2, cpuid));
	ASSERT(cpuid->nent > 10);
	check_hidden(cpuid);
	cpuid->nent = MAX_CPUID + 1;
	ASSERT_ERRNO(ioctl(vcpu, KVM_SET_CPUID2, cpuid), E2BIG);
	vm_close(&vm);
}

static void check_hyperv_hidden(struct kvm_cpuid2 *cpuid)
{
	ASSERT(cpuid->nent > 4);
	ASSERT_EQ(cpuid->entries[1].eax, HYPERV_SIGNATURE);
	/* At this leaf KVM's features would be. */
	cpuid->entries[1].eax = 0;
	check_hidden(cpuid);
}

TEST(supported_hyperv_cpuid_hides_what_needs_kvms_own_lapic)
{
	struct kvm_cpuid2 *cpuid = cpuid_new();
	struct vm vm;
	int vcpu;

	if (lapic_is_stock())
		test_skip("KVM has its own");
	vm = vm_with_vcpu(&vcpu);
	ASSERT_OK(ioctl(vm.dev, KVM_GET_SUPPORTED_HV_CPUID, cpuid));
	check_hyperv_hidden(cpuid);
	cpuid->nent = MAX_CPUID;
	memset(cpuid->entries, 0, MAX_CPUID * sizeof(cpuid->entries[0]));
	ASSERT_OK(ioctl(vcpu, KVM_GET_SUPPORTED_HV_CPUID, cpuid));
	check_hyperv_hidden(cpuid);
	ASSERT_ERRNO(ioctl(vcpu, KVM_GET_SUPPORTED_HV_CPUID, NULL), EFAULT);
}

/* What a VMM may set, and what of it the guest must see; KVM: all. */
static const struct {
	struct kvm_cpuid_entry2 set;
	uint32_t hidden;	/* of eax */
} two_hypervisors[] = {
	{ .set = { .function = 0x40000000, .eax = 0x40000005,
		   .ebx = 0x7263694d } },
	{ .set = { .function = 0x40000001, .eax = HYPERV_SIGNATURE } },
	{ .set = { .function = 0x40000003, .eax = ~0u }, .hidden = 0x1c },
	{ .set = { .function = 0x40000100, .eax = 0x40000101,
		   .ebx = 0x4b4d564b, .ecx = 0x564b4d56, .edx = 0x4d } },
	{ .set = { .function = 0x40000101, .eax = ~0u }, .hidden = 0x6cd0 },
	/* Not KVM's: no base has its name. */
	{ .set = { .function = 0x40000201, .eax = ~0u } },
};

TEST(cpuid_of_another_hypervisor_is_left_alone)
{
	uint32_t all = EITHER_LAPIC(~0u, 0, "it hides nothing");
	struct kvm_cpuid2 *cpuid = cpuid_new();
	int i, vcpu, nr = ARRAY_SIZE(two_hypervisors);

	vm_with_vcpu(&vcpu);
	/* The last first: a leaf may come before the one that says whose it is. */
	for (i = 0; i < nr; i++)
		cpuid->entries[nr - 1 - i] = two_hypervisors[i].set;
	cpuid->nent = nr;
	ASSERT_OK(ioctl(vcpu, KVM_SET_CPUID2, cpuid));
	memset(cpuid->entries, 0, MAX_CPUID * sizeof(cpuid->entries[0]));
	cpuid->nent = MAX_CPUID;
	ASSERT_OK(ioctl(vcpu, KVM_GET_CPUID2, cpuid));
	for (i = 0; i < nr; i++) {
		const struct kvm_cpuid_entry2 *set = &two_hypervisors[i].set;
		const struct kvm_cpuid_entry2 *got = &cpuid->entries[nr - 1 - i];

		test_say("leaf %x", set->function);
		ASSERT_EQ(got->function, set->function);
		ASSERT_EQ(got->eax, set->eax & ~(two_hypervisors[i].hidden & all));
	}
}

/* The same entries for the older call, which knows no index. */
static struct kvm_cpuid *cpuid_without_index(const struct kvm_cpuid2 *from)
{
	struct kvm_cpuid *cpuid;
	unsigned int i;

	cpuid = calloc(1, sizeof(*cpuid) + MAX_CPUID * sizeof(cpuid->entries[0]));
	ASSERT(cpuid);
	for (i = 0; i < from->nent; i++) {
		const struct kvm_cpuid_entry2 *e = &from->entries[i];

		if (!e->index)
			cpuid->entries[cpuid->nent++] = (struct kvm_cpuid_entry){
				.function = e->function, .eax = e->eax,
				.ebx = e->ebx, .ecx = e->ecx, .edx = e->edx,
			};
	}
	return cpuid;
}

TEST(older_set_cpuid_hides_the_same)
{
	struct kvm_cpuid2 *cpuid = cpuid_new();
	struct vm stock = vm_create_on(STOCK_DEVICE);
	struct kvm_cpuid *older;
	struct vm vm;
	int vcpu;

	ASSERT_OK(ioctl(stock.dev, KVM_GET_SUPPORTED_CPUID, cpuid));
	older = cpuid_without_index(cpuid);
	vm = vm_with_vcpu(&vcpu);
	ASSERT_OK(ioctl(vcpu, KVM_SET_CPUID, older));
	/* What is there must be what KVM gave. */
	memset(cpuid->entries, 0, MAX_CPUID * sizeof(cpuid->entries[0]));
	cpuid->nent = MAX_CPUID;
	ASSERT_OK(ioctl(vcpu, KVM_GET_CPUID2, cpuid));
	ASSERT_EQ(cpuid->entries[older->nent - 1].function,
		  older->entries[older->nent - 1].function);
	if (!lapic_is_stock())
		check_hidden(cpuid);
	older->nent = MAX_CPUID + 1;
	ASSERT_ERRNO(ioctl(vcpu, KVM_SET_CPUID, older), E2BIG);
	ASSERT_ERRNO(ioctl(vcpu, KVM_SET_CPUID, NULL), EFAULT);
	vm_close(&vm);
}

#define CPUID_1_ECX_TSC_DEADLINE	0x01000000u

/* CPUID.1:ECX of @vcpu after it was given what @cpuid says, and the deadline. */
static uint32_t ecx_of_a_guest_with_deadline(int vcpu, struct kvm_cpuid2 *cpuid)
{
	unsigned int i;

	for (i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function == 1)
			cpuid->entries[i].ecx |= CPUID_1_ECX_TSC_DEADLINE;
	ASSERT_OK(ioctl(vcpu, KVM_SET_CPUID2, cpuid));
	cpuid->nent = MAX_CPUID;
	ASSERT_OK(ioctl(vcpu, KVM_GET_CPUID2, cpuid));
	for (i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function == 1)
			return cpuid->entries[i].ecx;
	test_fail(__FILE__, __LINE__, "there is no leaf 1");
	return 0;
}

/*
 * KVM without a LAPIC of its own loses writes of IA32_TSC_DEADLINE that its
 * fast path takes: on Intel, and from 6.13 on with AMD too.
 */
TEST(tsc_deadline_is_offered_only_where_its_writes_can_be_trapped)
{
	struct kvm_cpuid2 *cpuid = cpuid_new();
	unsigned int eax, ebx, ecx, edx;
	struct vm vm;
	bool traps;
	int vcpu;

	if (lapic_is_stock())
		test_skip("KVM has its own");
	vm = vm_with_vcpu(&vcpu);
	ASSERT(__get_cpuid(0, &eax, &ebx, &ecx, &edx));
	traps = ebx == signature_AMD_ebx && kernel_before(6, 13);
	ASSERT_EQ(ioctl(vm.dev, KVM_CHECK_EXTENSION, KVM_CAP_TSC_DEADLINE_TIMER),
		  traps);
	ASSERT_EQ(ioctl(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_TSC_DEADLINE_TIMER),
		  traps);
	ASSERT_OK(ioctl(vm.dev, KVM_GET_SUPPORTED_CPUID, cpuid));
	ecx = ecx_of_a_guest_with_deadline(vcpu, cpuid);
	ASSERT_EQ(!!(ecx & CPUID_1_ECX_TSC_DEADLINE), traps);
}

/* ---- who may ask ---- */

/* Each returns 0 if the call failed with EIO. */
static int expect_eio(const char *name, int ret)
{
	if (ret < 0 && errno == EIO)
		return 0;
	test_say("%s: %s", name, ret < 0 ? strerror(errno) : "success");
	return 1;
}

static int child_tries(const struct vm *vm, int vcpu)
{
	static uint8_t zeroes[4096];
	int fd = eventfd_new();

	return expect_eio("KVM_IRQ_LINE",
			  ioctl(vm->fd, KVM_IRQ_LINE, zeroes)) |
	       expect_eio("KVM_IRQFD", irqfd_assign(vm, fd, 5)) |
	       expect_eio("KVM_CREATE_VCPU",
			  ioctl(vm->fd, KVM_CREATE_VCPU, 1ul)) |
	       expect_eio("KVM_SET_GSI_ROUTING",
			  routes_try_set(vm, NULL, 0)) |
	       expect_eio("KVM_GET_LAPIC", ioctl(vcpu, KVM_GET_LAPIC, zeroes)) |
	       expect_eio("KVM_GET_REGS", ioctl(vcpu, KVM_GET_REGS, zeroes)) |
	       expect_eio("KVM_RUN", ioctl(vcpu, KVM_RUN, 0));
}

TEST(forked_child_cannot_use_the_vm)
{
	struct vm vm;
	int vcpu, status;
	pid_t pid;

	vm = vm_with_vcpu(&vcpu);
	pid = fork();
	if (!pid)
		_exit(child_tries(&vm, vcpu));
	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	ASSERT_EQ(status, 0);
	/* The child's copies of the fds have taken nothing along. */
	lapic_get(vcpu);
	ASSERT_OK(ioctl(vm.fd, KVM_CREATE_VCPU, 1ul));
}

/* ---- life ---- */

static void expect_in_use(void)
{
	ASSERT_ERRNO(syscall(SYS_delete_module, MODULE, O_NONBLOCK), EAGAIN);
}

TEST(module_stays_while_a_vm_or_vcpu_is_open)
{
	struct vm vm;
	int vcpu;

	if (device_is_stock())
		test_skip("it is another module");
	vm = vm_with_vcpu(&vcpu);
	expect_in_use();
	ASSERT_OK(close(vm.dev));
	expect_in_use();
	ASSERT_OK(close(vm.fd));
	expect_in_use();
	lapic_get(vcpu);
}

TEST(module_stays_while_only_the_run_page_is_mapped)
{
	struct vm vm;
	void *page;
	int vcpu;

	vm = vm_with_vcpu(&vcpu);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	ASSERT(page != MAP_FAILED);
	ASSERT_OK(close(vcpu));
	vm_close(&vm);
	/* KVM's own page: it outlives our files. */
	memset(page, 1, 4096);
	ASSERT_EQ(((uint8_t *)page)[4095], 1);
}

TEST(files_may_be_closed_in_any_order)
{
	unsigned int round;

	for (round = 0; round < 24; round++) {
		struct vm vm;
		int fd[4];
		unsigned int left = 4, pick, order = round;

		vm = vm_with_vcpu(&fd[0]);
		fd[1] = vcpu_create(&vm, 1);
		fd[2] = vm.fd;
		fd[3] = vm.dev;
		while (left) {
			pick = order % left;
			order /= left;
			ASSERT_OK(close(fd[pick]));
			fd[pick] = fd[--left];
		}
	}
}
