// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocations that fail: each ioctl that allocates is called with its first
 * allocation failing, then with its second, until it has got past all of them. Each
 * call has to succeed or say ENOMEM, and whatever it said, what it was called on
 * has to work afterwards.
 *
 * The kernel lets a thread's N-th allocation fail (CONFIG_FAULT_INJECTION); few
 * kernels can, the debug kernel is one (tools/vm/run --kernel debug).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/virqchip.h>

#include "vm.h"

#define FAIL_NTH	"/proc/self/fail-nth"
#define SLAB_FAULTS	"/sys/kernel/debug/failslab/"
#define PAGE_FAULTS	"/sys/kernel/debug/fail_page_alloc/"

/* More than any ioctl makes: the loop is to end. */
#define MAX_ALLOCATIONS	5000u

#define GSI		40
#define VECTOR		0x41

#define MSI_LOGICAL	0x4u	/* in the address */
#define LAPIC_LDR	0xd0
#define LAPIC_EOI	0xb0
#define LAPIC_PAGE	0xfee00000ull
#define MSR_APICBASE	0x1b
#define MSR_TSC		0x10
#define MSR_SPARE	0xc0000080u	/* IA32_EFER, which a filter may name */

/* What an ioctl is called on, and with. */
struct subject {
	struct vm vm;
	int vcpu;		/* 0 if there is none */
	uint32_t next_id;	/* of vCPUs to be created */
	int made;		/* fd that the call has returned */
	int eventfd, resamplefd;
	int fabric;
	uint32_t count;		/* makes one call differ from the next */
	uint32_t logical;	/* id that was set last */
	struct kvm_lapic_state lapic;
	struct kvm_irqchip chip;
	struct kvm_cpuid2 *cpuid;
	struct virqchip_lapic_state own_lapic;
};

/**
 * struct fault_case - an ioctl
 * @name: of the test
 * @prepare: make what it is called on
 * @call: call it: 0 or more, or -1 and errno
 * @undo: take back a call that was a success; NULL: that needs a new subject
 * @check: does what it was called on work?
 * @finish: the end of the subject
 * @unchanged: after a call that failed: is all as it was before? NULL: there is
 *	nothing that could differ
 */
struct fault_case {
	const char *name;
	void (*prepare)(struct subject *s);
	int (*call)(struct subject *s);
	void (*undo)(struct subject *s);
	void (*check)(struct subject *s);
	void (*finish)(struct subject *s);
	void (*unchanged)(struct subject *s);
};

/* ---- letting allocations fail ---- */

static void knob_write(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", path, strerror(errno));
	ASSERT_EQ(write(fd, value, strlen(value)), strlen(value));
	close(fd);
}

/* All kinds of allocations fail, and silently. Returns the file that says when. */
static int faults_open(void)
{
	int fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		test_skip("this kernel has no " FAIL_NTH);
	ASSERT_OK(fd);
	knob_write(SLAB_FAULTS "ignore-gfp-wait", "N");
	knob_write(SLAB_FAULTS "verbose", "0");
	knob_write(PAGE_FAULTS "ignore-gfp-wait", "N");
	knob_write(PAGE_FAULTS "min-order", "0");
	knob_write(PAGE_FAULTS "verbose", "0");
	return fd;
}

/* Call it with allocation @nth failing. Returns whether it got so far. */
static bool call_failing(int faults, unsigned int nth,
			 const struct fault_case *c, struct subject *s,
			 int *ret, int *error)
{
	char text[16], left[16] = "";
	int len = snprintf(text, sizeof(text), "%u", nth);

	ASSERT_EQ(pwrite(faults, text, len, 0), len);
	*ret = c->call(s);
	*error = errno;
	/* What is left of the count; 0 when the allocation has failed. */
	ASSERT(pread(faults, left, sizeof(left) - 1, 0) > 0);
	ASSERT_EQ(pwrite(faults, "0", 1, 0), 1);
	return !strtoul(left, NULL, 10);
}

/* After a call that failed, the same call is a success. */
static void expect_second_try(const struct fault_case *c, struct subject *s,
			      unsigned int nth)
{
	int ret = c->call(s);

	if (ret < 0)
		test_fail(__FILE__, __LINE__,
			  "after allocation %u failed, again: %s", nth,
			  strerror(errno));
}

static void run_case(const void *arg)
{
	const struct fault_case *c = arg;
	unsigned int nth, refused = 0;
	struct subject s = { };
	int faults = faults_open();
	bool failed = true;
	int ret, error;

	c->prepare(&s);
	for (nth = 1; failed; nth++) {
		ASSERT(nth <= MAX_ALLOCATIONS);
		failed = call_failing(faults, nth, c, &s, &ret, &error);
		if (ret < 0) {
			if (!failed || error != ENOMEM)
				test_fail(__FILE__, __LINE__,
					  "allocation %u %s: %s", nth,
					  failed ? "fails" : "is not reached",
					  strerror(error));
			refused++;
			if (c->unchanged)
				c->unchanged(&s);
			expect_second_try(c, &s, nth);
		}
		if (c->undo)
			c->undo(&s);
		c->check(&s);
		if (!c->undo) {
			c->finish(&s);
			memset(&s, 0, sizeof(s));
			c->prepare(&s);
		}
	}
	c->finish(&s);
	test_say("%u allocations, %u of them are needed", nth - 2, refused);
	/* Or the test has shown nothing. */
	ASSERT(refused);
}

/* ---- subjects ---- */

static void have_device(struct subject *s)
{
	s->vm.dev = open(device_path, O_RDWR | O_CLOEXEC);
	ASSERT_OK(s->vm.dev);
}

static void have_vm(struct subject *s)
{
	s->vm = vm_create();
}

static void have_irqchip(struct subject *s)
{
	s->vm = vm_with_irqchip();
}

static void have_vcpu(struct subject *s)
{
	s->vm = vm_with_vcpu(&s->vcpu);
}

static void vm_end(struct subject *s)
{
	if (s->vcpu)
		ASSERT_OK(close(s->vcpu));
	vm_close(&s->vm);
}

/* A message to @address reaches the vCPU. */
static void expect_message_to(struct subject *s, uint32_t address)
{
	struct kvm_msi msi = { .address_lo = address, .data = VECTOR };

	ASSERT_EQ(ioctl(s->vm.fd, KVM_SIGNAL_MSI, &msi), 1);
	ASSERT(lapic_pending(s->vcpu, VECTOR));
	lapic_drop_pending(s->vcpu);
}

static void expect_message(struct subject *s)
{
	expect_message_to(s, MSI_ADDRESS);
}

static void expect_irqchip(struct subject *s)
{
	line_set(&s->vm, 1, 1);
	line_set(&s->vm, 1, 0);
	s->vcpu = vcpu_create(&s->vm, 0);
	lapic_enable(s->vcpu);
	expect_message(s);
}

/* ---- creation ---- */

static int call_create_vm(struct subject *s)
{
	s->made = ioctl(s->vm.dev, KVM_CREATE_VM, 0);
	return s->made;
}

static void close_made(struct subject *s)
{
	ASSERT_OK(close(s->made));
}

static void expect_device(struct subject *s)
{
	ASSERT_EQ(ioctl(s->vm.dev, KVM_GET_API_VERSION, 0), KVM_API_VERSION);
}

static void close_device(struct subject *s)
{
	ASSERT_OK(close(s->vm.dev));
}

static int call_create_irqchip(struct subject *s)
{
	return ioctl(s->vm.fd, KVM_CREATE_IRQCHIP, 0);
}

static void have_vm_in_split_mode(struct subject *s)
{
	struct virqchip_vm_mode args = {
		.size = sizeof(args), .mode = VIRQCHIP_MODE_SPLIT,
	};

	if (device_is_stock())
		test_skip("KVM has no modes");
	s->vm = vm_create();
	ASSERT_OK(ioctl(s->vm.fd, VIRQCHIP_VM_MODE, &args));
}

static int call_split(struct subject *s)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_SPLIT_IRQCHIP, .args = { IOAPIC_PINS },
	};

	return ioctl(s->vm.fd, KVM_ENABLE_CAP, &cap);
}

static void expect_split(struct subject *s)
{
	s->vcpu = vcpu_create(&s->vm, 0);
	lapic_enable(s->vcpu);
	expect_message(s);
}

static int call_create_pit(struct subject *s)
{
	struct kvm_pit_config config = { .flags = KVM_PIT_SPEAKER_DUMMY };

	return ioctl(s->vm.fd, KVM_CREATE_PIT2, &config);
}

static void expect_pit(struct subject *s)
{
	struct kvm_pit_state2 state;

	ASSERT_OK(ioctl(s->vm.fd, KVM_GET_PIT2, &state));
	expect_irqchip(s);
}

/* An id stays used if what follows KVM's part of it fails. */
static int call_create_vcpu(struct subject *s)
{
	s->vcpu = ioctl(s->vm.fd, KVM_CREATE_VCPU, s->next_id++);
	return s->vcpu;
}

static void expect_vcpu(struct subject *s)
{
	struct kvm_msi msi = {
		.address_lo = MSI_ADDRESS | (s->next_id - 1) << 12,
		.data = VECTOR,
	};

	lapic_enable(s->vcpu);
	ASSERT_EQ(ioctl(s->vm.fd, KVM_SIGNAL_MSI, &msi), 1);
	ASSERT(lapic_pending(s->vcpu, VECTOR));
}

/* ---- routes and irqfds ---- */

/* To another vector each time. */
static int call_routing(struct subject *s)
{
	struct kvm_irq_routing_entry route;

	route = route_msi(GSI, VECTOR + ++s->count % 2);
	return routes_try_set(&s->vm, &route, 1);
}

static void expect_vector(struct subject *s, uint8_t vector)
{
	ASSERT_EQ(line_set(&s->vm, GSI, 1), 1);
	ASSERT(lapic_pending(s->vcpu, vector));
	lapic_drop_pending(s->vcpu);
	line_set(&s->vm, GSI, 0);
	/* KVM's own table, in split mode. */
	ASSERT_OK(irqfd_assign(&s->vm, s->eventfd, GSI));
	eventfd_signal(s->eventfd);
	ASSERT(eventually_pending(s->vcpu, vector));
	lapic_drop_pending(s->vcpu);
	ASSERT_OK(irqfd_deassign(&s->vm, s->eventfd, GSI));
}

static void expect_route(struct subject *s)
{
	expect_vector(s, VECTOR + s->count % 2);
}

static void expect_old_route(struct subject *s)
{
	expect_vector(s, VECTOR + (s->count - 1) % 2);
}

static void undo_nothing(struct subject *s)
{
}

static void have_routed_vcpu(struct subject *s)
{
	have_vcpu(s);
	s->count = 1;
	ASSERT_OK(call_routing(s));
	s->eventfd = eventfd_new();
	s->resamplefd = eventfd_new();
}

static void close_routed_vcpu(struct subject *s)
{
	ASSERT_OK(close(s->eventfd));
	ASSERT_OK(close(s->resamplefd));
	vm_end(s);
}

static int call_irqfd(struct subject *s)
{
	return irqfd_assign(&s->vm, s->eventfd, GSI);
}

static int call_irqfd_resample(struct subject *s)
{
	return irqfd_resample(&s->vm, s->eventfd, GSI, s->resamplefd);
}

/* It works once, and is gone. */
static void undo_irqfd(struct subject *s)
{
	eventfd_signal(s->eventfd);
	ASSERT(eventually_pending(s->vcpu, VECTOR));
	lapic_drop_pending(s->vcpu);
	ASSERT_OK(irqfd_deassign(&s->vm, s->eventfd, GSI));
	eventfd_take(s->eventfd);
}

/* ---- states ---- */

static void have_states(struct subject *s)
{
	have_vcpu(s);
	s->chip = chip_get(&s->vm, KVM_IRQCHIP_IOAPIC);
	s->lapic = lapic_get(s->vcpu);
	s->cpuid = calloc(1, sizeof(*s->cpuid) +
			  256 * sizeof(s->cpuid->entries[0]));
	ASSERT(s->cpuid);
	s->cpuid->nent = 256;
	ASSERT_OK(ioctl(s->vm.dev, KVM_GET_SUPPORTED_CPUID, s->cpuid));
}

static int call_get_irqchip(struct subject *s)
{
	return ioctl(s->vm.fd, KVM_GET_IRQCHIP, &s->chip);
}

static int call_set_irqchip(struct subject *s)
{
	return ioctl(s->vm.fd, KVM_SET_IRQCHIP, &s->chip);
}

static int call_get_lapic(struct subject *s)
{
	struct kvm_lapic_state state;

	return ioctl(s->vcpu, KVM_GET_LAPIC, &state);
}

/* Another logical id makes another map of the destinations. */
static int call_set_lapic(struct subject *s)
{
	s->logical = 1u << s->count++ % 8;
	lapic_put_reg(&s->lapic, LAPIC_LDR, s->logical << 24);
	return ioctl(s->vcpu, KVM_SET_LAPIC, &s->lapic);
}

/* It goes by the new map. */
static void expect_logical(struct subject *s)
{
	expect_message_to(s, MSI_ADDRESS | MSI_LOGICAL | s->logical << 12);
}

static int call_set_cpuid(struct subject *s)
{
	return ioctl(s->vcpu, KVM_SET_CPUID2, s->cpuid);
}

struct two_msrs {
	struct kvm_msrs head;
	struct kvm_msr_entry entries[2];
};

static int call_msrs(struct subject *s, unsigned long cmd)
{
	struct two_msrs msrs = {
		.head.nmsrs = 2,
		.entries = {
			{ .index = MSR_TSC },
			{ .index = MSR_APICBASE,
			  .data = LAPIC_PAGE | 0x900 },
		},
	};
	int ret = ioctl(s->vcpu, cmd, &msrs);

	if (ret >= 0)
		ASSERT_EQ(ret, 2);
	return ret;
}

static int call_get_msrs(struct subject *s)
{
	return call_msrs(s, KVM_GET_MSRS);
}

static int call_set_msrs(struct subject *s)
{
	return call_msrs(s, KVM_SET_MSRS);
}

static int call_msr_filter(struct subject *s)
{
	static uint8_t allow[8] = { 0xff };
	struct kvm_msr_filter filter = {
		.ranges[0] = {
			.flags = KVM_MSR_FILTER_READ | KVM_MSR_FILTER_WRITE,
			.base = MSR_SPARE, .nmsrs = 8, .bitmap = allow,
		},
	};

	return ioctl(s->vm.fd, KVM_X86_SET_MSR_FILTER, &filter);
}

static void close_states(struct subject *s)
{
	free(s->cpuid);
	vm_end(s);
}

/* ---- fabrics ---- */

static void have_virqchip(struct subject *s)
{
	if (device_is_stock())
		test_skip("KVM has no fabrics");
	have_device(s);
}

static int call_fabric_create(struct subject *s)
{
	struct virqchip_fabric_create create = {
		.size = sizeof(create), .flags = VIRQCHIP_FABRIC_PIT,
	};

	s->made = ioctl(s->vm.dev, VIRQCHIP_FABRIC_CREATE, &create);
	return s->made;
}

static void expect_virqchip(struct subject *s)
{
	struct virqchip_get_info info = { .size = sizeof(info) };

	ASSERT_OK(ioctl(s->vm.dev, VIRQCHIP_GET_INFO, &info));
	ASSERT_EQ(info.abi_version, VIRQCHIP_ABI_VERSION);
}

static void have_fabric(struct subject *s)
{
	have_virqchip(s);
	s->fabric = call_fabric_create(s);
	ASSERT_OK(s->fabric);
}

static int call_add_cpu(struct subject *s)
{
	struct virqchip_add_cpu add = {
		.size = sizeof(add), .flags = VIRQCHIP_CPU_BSP,
	};
	int ret = ioctl(s->fabric, VIRQCHIP_ADD_CPU, &add);

	if (!ret)
		ASSERT_EQ(add.cpu, 0);
	return ret;
}

static int lapic_write(struct subject *s, uint32_t reg, uint32_t val)
{
	struct virqchip_bus bus = {
		.size = sizeof(bus), .space = VIRQCHIP_SPACE_MMIO,
		.addr = LAPIC_PAGE + reg, .len = sizeof(val),
	};

	memcpy(bus.data, &val, sizeof(val));
	return ioctl(s->fabric, VIRQCHIP_BUS_WRITE, &bus);
}

/* A message by @address is taken. */
static void expect_taken(struct subject *s, uint64_t address)
{
	struct virqchip_msi msi = {
		.size = sizeof(msi), .address = address, .data = VECTOR,
	};
	struct virqchip_take take = {
		.size = sizeof(take),
		.flags = VIRQCHIP_TAKE_IF | VIRQCHIP_TAKE_NONBLOCK,
	};

	ASSERT_OK(ioctl(s->fabric, VIRQCHIP_MSI, &msi));
	ASSERT_EQ(msi.status, 1);
	ASSERT_OK(ioctl(s->fabric, VIRQCHIP_TAKE, &take));
	ASSERT_EQ(take.source, VIRQCHIP_TAKE_LAPIC);
	ASSERT_EQ(take.intr_info & 0xff, VECTOR);
	ASSERT_OK(lapic_write(s, LAPIC_EOI, 0));
}

static void expect_fabric_cpu(struct subject *s)
{
	ASSERT_OK(lapic_write(s, LAPIC_SVR, SVR_ON));
	expect_taken(s, MSI_ADDRESS);
}

static void have_fabric_cpu(struct subject *s)
{
	have_fabric(s);
	ASSERT_OK(call_add_cpu(s));
	ASSERT_OK(lapic_write(s, LAPIC_SVR, SVR_ON));
}

static void close_fabric(struct subject *s)
{
	ASSERT_OK(close(s->fabric));
	close_device(s);
}

static int call_set_routes(struct subject *s)
{
	struct virqchip_route route = {
		.gsi = GSI, .kind = VIRQCHIP_ROUTE_MSI, .msi_data = VECTOR,
		.msi_address = MSI_ADDRESS,
	};
	struct virqchip_set_routes set = {
		.size = sizeof(set), .nr = 1, .entry_size = sizeof(route),
		.entries = (uintptr_t)&route,
	};

	return ioctl(s->fabric, VIRQCHIP_SET_ROUTES, &set);
}

static int call_state(struct subject *s, unsigned long cmd)
{
	struct virqchip_state state = {
		.size = sizeof(state), .chip = VIRQCHIP_CHIP_LAPIC,
		.state = (uintptr_t)&s->own_lapic,
	};

	s->own_lapic.size = sizeof(s->own_lapic);
	return ioctl(s->fabric, cmd, &state);
}

static int call_get_state(struct subject *s)
{
	return call_state(s, VIRQCHIP_GET_STATE);
}

static void have_fabric_state(struct subject *s)
{
	have_fabric_cpu(s);
	ASSERT_OK(call_get_state(s));
}

static int call_set_state(struct subject *s)
{
	s->logical = 1u << s->count++ % 8;
	s->own_lapic.regs[LAPIC_LDR / 4] = s->logical << 24;
	return call_state(s, VIRQCHIP_SET_STATE);
}

static void expect_logical_taken(struct subject *s)
{
	expect_taken(s, MSI_ADDRESS | MSI_LOGICAL | s->logical << 12);
}

/* ---- the table ---- */

static const struct fault_case cases[] = {
	{ "failing_allocations_of_create_vm",
	  have_device, call_create_vm, close_made, expect_device, close_device,
	  NULL },
	{ "failing_allocations_of_create_irqchip",
	  have_vm, call_create_irqchip, NULL, expect_irqchip, vm_end, NULL },
	{ "failing_allocations_of_create_irqchip_in_split_mode",
	  have_vm_in_split_mode, call_create_irqchip, NULL, expect_irqchip,
	  vm_end, NULL },
	{ "failing_allocations_of_split_irqchip",
	  have_vm, call_split, NULL, expect_split, vm_end, NULL },
	{ "failing_allocations_of_create_pit",
	  have_irqchip, call_create_pit, NULL, expect_pit, vm_end, NULL },
	{ "failing_allocations_of_create_vcpu",
	  have_irqchip, call_create_vcpu, NULL, expect_vcpu, vm_end, NULL },
	{ "failing_allocations_of_gsi_routing",
	  have_routed_vcpu, call_routing, undo_nothing, expect_route,
	  close_routed_vcpu, expect_old_route },
	{ "failing_allocations_of_irqfd",
	  have_routed_vcpu, call_irqfd, undo_irqfd, expect_route,
	  close_routed_vcpu, NULL },
	{ "failing_allocations_of_resample_irqfd",
	  have_routed_vcpu, call_irqfd_resample, undo_irqfd, expect_route,
	  close_routed_vcpu, NULL },
	{ "failing_allocations_of_get_irqchip",
	  have_states, call_get_irqchip, undo_nothing, expect_message,
	  close_states, NULL },
	{ "failing_allocations_of_set_irqchip",
	  have_states, call_set_irqchip, undo_nothing, expect_message,
	  close_states, NULL },
	{ "failing_allocations_of_get_lapic",
	  have_states, call_get_lapic, undo_nothing, expect_message,
	  close_states, NULL },
	{ "failing_allocations_of_set_lapic",
	  have_states, call_set_lapic, undo_nothing, expect_logical,
	  close_states, NULL },
	{ "failing_allocations_of_set_cpuid",
	  have_states, call_set_cpuid, undo_nothing, expect_message,
	  close_states, NULL },
	{ "failing_allocations_of_get_msrs",
	  have_states, call_get_msrs, undo_nothing, expect_message,
	  close_states, NULL },
	{ "failing_allocations_of_set_msrs",
	  have_states, call_set_msrs, undo_nothing, expect_message,
	  close_states, NULL },
	{ "failing_allocations_of_msr_filter",
	  have_vcpu, call_msr_filter, undo_nothing, expect_message, vm_end,
	  NULL },
	{ "failing_allocations_of_fabric_create",
	  have_virqchip, call_fabric_create, close_made, expect_virqchip,
	  close_device, NULL },
	{ "failing_allocations_of_add_cpu",
	  have_fabric, call_add_cpu, NULL, expect_fabric_cpu, close_fabric,
	  NULL },
	{ "failing_allocations_of_set_routes",
	  have_fabric_cpu, call_set_routes, undo_nothing, expect_fabric_cpu,
	  close_fabric, NULL },
	{ "failing_allocations_of_get_state",
	  have_fabric_cpu, call_get_state, undo_nothing, expect_fabric_cpu,
	  close_fabric, NULL },
	{ "failing_allocations_of_set_state",
	  have_fabric_state, call_set_state, undo_nothing,
	  expect_logical_taken, close_fabric, NULL },
};

__attribute__((constructor)) static void cases_add(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		test_add(cases[i].name, run_case, &cases[i]);
}
