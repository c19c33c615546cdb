// SPDX-License-Identifier: GPL-2.0-only
/*
 * VIRQCHIP_VM_MODE, and what differs where KVM keeps the local APICs. What does
 * not differ is in the other tests, which run in either mode.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include <linux/virqchip.h>

#include "vm.h"

#define PIN		10
#define OTHER_PIN	11
#define GSI		40
#define VECTOR		0x41
#define OTHER_VECTOR	0x51
#define ROUNDS		50
#define FREE_MEM	0x9000u

static int mode_try(const struct vm *vm, uint32_t mode)
{
	struct virqchip_vm_mode args = { .size = sizeof(args), .mode = mode };

	return ioctl(vm->fd, VIRQCHIP_VM_MODE, &args);
}

/* A VM whose local APICs are KVM's, whatever the module's parameter says. */
static struct vm vm_in_split_mode(void)
{
	struct vm vm;

	if (device_is_stock())
		test_skip("KVM has no modes");
	vm = vm_create();
	ASSERT_OK(mode_try(&vm, VIRQCHIP_MODE_SPLIT));
	return vm;
}

static void guest_in_split_mode(struct guest *guest)
{
	struct vm vm = vm_in_split_mode();

	ASSERT_OK(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0));
	guest_create_in(guest, vm);
}

/* An interrupt begins and ends, and the guest is idle then. */
static void expect_one(struct guest *guest, uint8_t vector)
{
	ASSERT_EQ(guest_wait_irq(guest), vector);
	ASSERT_EQ(guest_step(guest), GUEST_EOI);
	ASSERT_EQ(guest_next(guest), GUEST_IDLE);
}

/* ---- the ioctl ---- */

TEST(mode_arguments_are_checked)
{
	struct virqchip_vm_mode args = { .size = sizeof(args) };
	struct vm vm = vm_create();

	if (device_is_stock()) {
		ASSERT_ERRNO(ioctl(vm.fd, VIRQCHIP_VM_MODE, &args), ENOTTY);
		return;
	}
	ASSERT_ERRNO(mode_try(&vm, VIRQCHIP_MODE_SPLIT + 1), EINVAL);
	args.__reserved = 1;
	ASSERT_ERRNO(ioctl(vm.fd, VIRQCHIP_VM_MODE, &args), EINVAL);
	args.__reserved = 0;
	args.flags = 1;
	ASSERT_ERRNO(ioctl(vm.fd, VIRQCHIP_VM_MODE, &args), EINVAL);
	args.flags = 0;
	args.size = 8;
	ASSERT_ERRNO(ioctl(vm.fd, VIRQCHIP_VM_MODE, &args), EINVAL);
	ASSERT_ERRNO(ioctl(vm.fd, VIRQCHIP_VM_MODE, NULL), EFAULT);
}

TEST(mode_is_chosen_before_an_irqchip_or_a_vcpu)
{
	struct vm vm = vm_in_split_mode();

	ASSERT_OK(mode_try(&vm, VIRQCHIP_MODE_FULL));
	ASSERT_OK(mode_try(&vm, VIRQCHIP_MODE_SPLIT));
	ASSERT_OK(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0));
	ASSERT_ERRNO(mode_try(&vm, VIRQCHIP_MODE_FULL), EBUSY);
	vm_close(&vm);
	vm = vm_create();
	vcpu_create(&vm, 0);
	ASSERT_ERRNO(mode_try(&vm, VIRQCHIP_MODE_SPLIT), EBUSY);
}

/* What KVM can do only with local APICs of its own. */
static const int caps_of_lapics[] = {
	KVM_CAP_NESTED_STATE, KVM_CAP_TSC_DEADLINE_TIMER, KVM_CAP_ASYNC_PF_INT,
	KVM_CAP_VAPIC, KVM_CAP_X2APIC_API, KVM_CAP_HYPERV_SEND_IPI,
};

TEST(split_mode_offers_what_kvm_does)
{
	struct vm vm = vm_in_split_mode(), stock = vm_create_on(STOCK_DEVICE);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caps_of_lapics); i++)
		ASSERT_EQ(ioctl(vm.fd, KVM_CHECK_EXTENSION, caps_of_lapics[i]),
			  ioctl(stock.fd, KVM_CHECK_EXTENSION, caps_of_lapics[i]));
	/* Its routes are of a kind of their own. */
	ASSERT_EQ(ioctl(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_HYPERV_SYNIC), 0);
	ASSERT_OK(mode_try(&vm, VIRQCHIP_MODE_FULL));
	ASSERT_EQ(ioctl(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_NESTED_STATE), 0);
}

TEST(split_mode_is_one_irqchip_to_the_vmm)
{
	struct vm vm = vm_in_split_mode();

	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_PIT2, NULL), EFAULT);
	ASSERT_OK(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0));
	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0), EEXIST);
	ASSERT_EQ(chip_get(&vm, KVM_IRQCHIP_IOAPIC).chip.ioapic.base_address,
		  0xfec00000);
}

/* ---- pins ---- */

TEST(split_mode_level_comes_again_until_it_is_released)
{
	struct guest guest;
	unsigned int i;

	guest_in_split_mode(&guest);
	rte_set(&guest.vm, PIN, VECTOR | RTE_LEVEL);
	ASSERT_EQ(line_set(&guest.vm, PIN, 1), 1);
	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
		ASSERT(chip_get(&guest.vm, KVM_IRQCHIP_IOAPIC)
			.chip.ioapic.redirtbl[PIN].bits & RTE_REMOTE_IRR);
		ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	}
	line_set(&guest.vm, PIN, 0);
	/* One was on its way. */
	expect_one(&guest, VECTOR);
	ASSERT(!(chip_get(&guest.vm, KVM_IRQCHIP_IOAPIC)
		  .chip.ioapic.redirtbl[PIN].bits & RTE_REMOTE_IRR));
}

/*
 * The guest writes the low half of a pin's RTE, in the midst of whatever it does:
 * mov dword [0x00], imm32; mov dword [0x10], imm32; out GUEST_PORT_IDLE, al
 */
static void guest_write_rte(struct guest *guest, unsigned int pin, uint32_t low)
{
	uint8_t code[] = {
		0x66, 0xc7, 0x06, 0x00, 0x00, 0x10 + 2 * pin, 0, 0, 0,
		0x66, 0xc7, 0x06, 0x10, 0x00, low, low >> 8, low >> 16, low >> 24,
		0xe6, GUEST_PORT_IDLE,
	};
	struct kvm_regs regs = regs_get(guest->vcpu), there = regs;
	struct kvm_sregs sregs, wide;

	ASSERT_OK(ioctl(guest->vcpu, KVM_GET_SREGS, &sregs));
	wide = sregs;
	wide.ds.base = 0xfec00000;
	ASSERT_OK(ioctl(guest->vcpu, KVM_SET_SREGS, &wide));
	there.rip = FREE_MEM;
	memcpy(guest->mem + FREE_MEM, code, sizeof(code));
	ASSERT_OK(ioctl(guest->vcpu, KVM_SET_REGS, &there));
	ASSERT_EQ(guest_step(guest), GUEST_IDLE);
	/* The OUT is not over yet. */
	guest_run_nothing(guest);
	ASSERT_OK(ioctl(guest->vcpu, KVM_SET_SREGS, &sregs));
	ASSERT_OK(ioctl(guest->vcpu, KVM_SET_REGS, &regs));
}

/* KVM tells of the EOI by the route as it was when the interrupt came. */
TEST(split_mode_hears_the_eoi_of_a_rewritten_rte)
{
	struct guest guest;

	guest_in_split_mode(&guest);
	rte_set(&guest.vm, PIN, VECTOR | RTE_LEVEL);
	line_set(&guest.vm, PIN, 1);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	guest_run_nothing(&guest);
	guest_write_rte(&guest, PIN, OTHER_VECTOR | RTE_LEVEL);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	ASSERT_EQ(guest_next(&guest), GUEST_IRQ | OTHER_VECTOR);
	line_set(&guest.vm, PIN, 0);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
}

/* The second finds the first's vector in IRR, where KVM merges them. */
TEST(split_mode_serves_two_levels_with_one_vector)
{
	struct guest guest;
	unsigned int n;

	guest_in_split_mode(&guest);
	rte_set(&guest.vm, PIN, VECTOR | RTE_LEVEL);
	rte_set(&guest.vm, OTHER_PIN, VECTOR | RTE_LEVEL);
	line_set(&guest.vm, PIN, 1);
	line_set(&guest.vm, OTHER_PIN, 1);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	line_set(&guest.vm, PIN, 0);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	/* The other one is still there. */
	for (n = 0; n < 3; n++) {
		ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
		ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	}
	line_set(&guest.vm, OTHER_PIN, 0);
	expect_one(&guest, VECTOR);
}

/* ---- irqfds ---- */

/*
 * KVM looks at a signal of a GSI that is no message for it by a work item, which
 * may find that it has become one: another vector may come first.
 */
static void expect_vector(struct guest *guest, uint8_t vector)
{
	uint8_t came;

	do {
		came = guest_wait_irq(guest);
		ASSERT_EQ(guest_step(guest), GUEST_EOI);
	} while (came != vector);
}

TEST(split_mode_irqfd_follows_its_gsi_from_pin_to_message)
{
	struct kvm_irq_routing_entry pin, message = route_msi(GSI, OTHER_VECTOR);
	int fd = eventfd_new();
	struct guest guest;
	unsigned int i;

	guest_in_split_mode(&guest);
	rte_set(&guest.vm, PIN, VECTOR);
	pin = route_pin(GSI, KVM_IRQCHIP_IOAPIC, PIN);
	ASSERT_OK(irqfd_assign(&guest.vm, fd, GSI));
	for (i = 0; i < ROUNDS; i++) {
		routes_set(&guest.vm, &pin, 1);
		eventfd_signal(fd);
		expect_vector(&guest, VECTOR);
		routes_set(&guest.vm, &message, 1);
		eventfd_signal(fd);
		expect_vector(&guest, OTHER_VECTOR);
		ASSERT_EQ(eventfd_take(fd), 0);
	}
}

TEST(split_mode_irqfd_of_a_message_ends_with_its_route_and_its_irqfd)
{
	struct kvm_irq_routing_entry message = route_msi(GSI, OTHER_VECTOR);
	int fd = eventfd_new();
	struct guest guest;

	guest_in_split_mode(&guest);
	routes_set(&guest.vm, &message, 1);
	ASSERT_OK(irqfd_assign(&guest.vm, fd, GSI));
	eventfd_signal(fd);
	expect_one(&guest, OTHER_VECTOR);
	routes_set(&guest.vm, NULL, 0);
	eventfd_signal(fd);
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	ASSERT_EQ(eventfd_take(fd), 0);
	ASSERT_OK(irqfd_deassign(&guest.vm, fd, GSI));
	routes_set(&guest.vm, &message, 1);
	eventfd_signal(fd);
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	ASSERT_EQ(eventfd_take(fd), 1);
}

/**
 * struct flipper - a thread that makes a GSI a pin and a message in turn
 * @vm: the VM
 * @flips: how often it has
 * @stop: it ends
 */
struct flipper {
	const struct vm *vm;
	atomic_uint flips;
	atomic_bool stop;
};

static void *flip_route(void *arg)
{
	struct kvm_irq_routing_entry route[] = {
		route_pin(GSI, KVM_IRQCHIP_IOAPIC, PIN),
		route_msi(GSI, OTHER_VECTOR),
	};
	struct flipper *f = arg;
	unsigned int n;

	for (n = 0; !atomic_load(&f->stop); n++) {
		routes_set(f->vm, &route[n % 2], 1);
		atomic_fetch_add(&f->flips, 1);
	}
	return NULL;
}

/* It may come twice; the test's time limit bounds the wait for it. */
TEST(split_mode_loses_no_signal_while_a_route_changes)
{
	struct vm vm = vm_in_split_mode();
	struct flipper f = { .vm = &vm };
	int vcpu, fd = eventfd_new();
	unsigned int i, flips;
	pthread_t thread;

	ASSERT_OK(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0));
	vcpu = vcpu_create(&vm, 0);
	lapic_enable(vcpu);
	rte_set(&vm, PIN, VECTOR);
	ASSERT_OK(irqfd_assign(&vm, fd, GSI));
	ASSERT_EQ(pthread_create(&thread, NULL, flip_route, &f), 0);
	for (i = 0; i < 10 * ROUNDS; i++) {
		flips = atomic_load(&f.flips);
		lapic_drop_pending(vcpu);
		while (atomic_load(&f.flips) == flips)
			sched_yield();
		eventfd_signal(fd);
		while (!lapic_pending(vcpu, VECTOR) &&
		       !lapic_pending(vcpu, OTHER_VECTOR))
			sched_yield();
	}
	atomic_store(&f.stop, true);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
}

/* KVM's own table has no place for the last ones behind the IOAPIC's pins. */
TEST(split_mode_last_gsi_is_as_good_as_any)
{
	struct kvm_irq_routing_entry message = route_msi(NR_GSIS - 1, VECTOR);
	int fd = eventfd_new();
	struct guest guest;

	guest_in_split_mode(&guest);
	routes_set(&guest.vm, &message, 1);
	ASSERT_EQ(line_set(&guest.vm, NR_GSIS - 1, 1), 1);
	expect_one(&guest, VECTOR);
	ASSERT_OK(irqfd_assign(&guest.vm, fd, NR_GSIS - 1));
	eventfd_signal(fd);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	ASSERT_OK(irqfd_deassign(&guest.vm, fd, NR_GSIS - 1));
}

TEST(split_mode_takes_as_many_routes)
{
	struct kvm_irq_routing_entry *routes = calloc(NR_GSIS, sizeof(*routes));
	struct guest guest;
	unsigned int i;

	ASSERT(routes);
	guest_in_split_mode(&guest);
	for (i = 0; i < NR_GSIS; i++)
		routes[i] = route_msi(i, 0x30 + i % 0x80);
	routes_set(&guest.vm, routes, NR_GSIS);
	line_set(&guest.vm, NR_GSIS / 2, 1);
	expect_one(&guest, routes[NR_GSIS / 2].u.msi.data);
	free(routes);
}

/* ---- the VMM's own split irqchip ---- */

TEST(split_mode_leaves_a_split_irqchip_to_kvm)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_SPLIT_IRQCHIP, .args = { IOAPIC_PINS },
	};
	struct kvm_irq_routing_entry message = route_msi(PIN, VECTOR);
	struct vm vm = vm_in_split_mode();
	int fd = eventfd_new();
	struct guest guest;

	message.u.msi.data |= RTE_LEVEL;
	ASSERT_OK(ioctl(vm.fd, KVM_ENABLE_CAP, &cap));
	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0), EEXIST);
	guest_create_in(&guest, vm);
	routes_set(&guest.vm, &message, 1);
	line_set(&guest.vm, PIN, 1);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	ASSERT_OK(ioctl(guest.vcpu, KVM_RUN, 0));
	ASSERT_EQ(guest.run->exit_reason, KVM_EXIT_IOAPIC_EOI);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	ASSERT_OK(irqfd_assign(&guest.vm, fd, PIN));
	ASSERT(!debugfs_read("routes"));
}

/* ---- what people see of it ---- */

TEST(split_mode_flows_end_where_they_are_handed_over)
{
	struct guest guest;
	char *text;

	guest_in_split_mode(&guest);
	flows_switch("Y");
	rte_set(&guest.vm, PIN, VECTOR);
	rte_set(&guest.vm, OTHER_PIN, OTHER_VECTOR | RTE_LEVEL);
	line_set(&guest.vm, PIN, 1);
	line_set(&guest.vm, OTHER_PIN, 1);
	text = debugfs_read("trace");
	ASSERT(strstr(text, "  handed to a local APIC that is not ours"));
	ASSERT(strstr(text, "open: handed to a local APIC that is not ours, no EOI yet"));
	line_set(&guest.vm, OTHER_PIN, 0);
	ASSERT_EQ(guest_wait_irq(&guest), OTHER_VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	expect_one(&guest, VECTOR);
	text = debugfs_read("trace");
	flows_switch("N");
	ASSERT(!strstr(text, "open: "));
	ASSERT(strstr(text, "  eoi\n"));
	text = debugfs_read("counters");
	ASSERT(strstr(text, "vector=0x41 handed=1"));
	ASSERT(strstr(text, "why=HANDED_OVER count=2"));
	ASSERT(!debugfs_read("lapic0"));
}
