// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_IRQFD: what it accepts, and what an event does.
 */
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "vm.h"

#define VECTOR		0x41
#define OTHER_VECTOR	0x51
#define GSI		30	/* routed to a message by the tests */
#define PIN		20	/* GSI and pin of the IOAPIC only */
#define PIC_PIN		5
#define PIC_VECTOR	0x25
#define ROUNDS		200

/* ---- what is accepted ---- */

TEST(irqfd_needs_an_irqchip)
{
	struct vm vm = vm_create();
	int fd = eventfd_new();

	ASSERT_ERRNO(irqfd_assign(&vm, fd, GSI), EINVAL);
	ASSERT_ERRNO(irqfd_assign(&vm, -1, GSI), EINVAL);
	ASSERT_ERRNO(irqfd_try(&vm, fd, GSI, 4, 0), EINVAL);
	ASSERT_OK(irqfd_deassign(&vm, fd, GSI));
}

TEST(irqfd_arguments_are_checked)
{
	struct vm vm = vm_with_irqchip();
	int fd = eventfd_new();
	int file = open("/dev/null", O_RDWR);

	ASSERT_OK(file);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_IRQFD, 8), EFAULT);
	ASSERT_ERRNO(irqfd_try(&vm, fd, GSI, 4, 0), EINVAL);
	ASSERT_ERRNO(irqfd_try(&vm, fd, GSI, 0x80000000, 0), EINVAL);
	ASSERT_ERRNO(irqfd_assign(&vm, -1, GSI), EBADF);
	ASSERT_ERRNO(irqfd_assign(&vm, file, GSI), EINVAL);
	ASSERT_ERRNO(irqfd_deassign(&vm, -1, GSI), EBADF);
	ASSERT_ERRNO(irqfd_deassign(&vm, file, GSI), EINVAL);
	ASSERT_ERRNO(irqfd_resample(&vm, fd, GSI, -1), EBADF);
	ASSERT_ERRNO(irqfd_resample(&vm, fd, GSI, file), EINVAL);
	/* What failed has left nothing behind. */
	ASSERT_OK(irqfd_assign(&vm, fd, GSI));
}

TEST(irqfd_gsi_is_bounded)
{
	struct vm vm = vm_with_irqchip();
	int fd = eventfd_new();

	ASSERT_ERRNO(irqfd_assign(&vm, fd, NR_GSIS),
		     EITHER(EINVAL, 0, "it takes any GSI, which never leads anywhere"));
	ASSERT_OK(irqfd_deassign(&vm, fd, NR_GSIS));
	ASSERT_OK(irqfd_assign(&vm, fd, NR_GSIS - 1));
	eventfd_signal(fd);
}

TEST(eventfd_is_one_irqfd_of_a_vm)
{
	struct vm vm = vm_with_irqchip(), other = vm_with_irqchip();
	int fd = eventfd_new(), resample = eventfd_new();

	ASSERT_OK(irqfd_assign(&vm, fd, GSI));
	ASSERT_ERRNO(irqfd_assign(&vm, fd, GSI), EBUSY);
	ASSERT_ERRNO(irqfd_assign(&vm, fd, GSI + 1), EBUSY);
	ASSERT_ERRNO(irqfd_assign(&vm, dup(fd), GSI + 1), EBUSY);
	ASSERT_ERRNO(irqfd_resample(&vm, fd, GSI, resample), EBUSY);
	ASSERT_ERRNO(irqfd_assign(&other, fd, GSI),
		     kernel_before(7, 2) ? 0 :
		     EITHER(0, EBUSY, "7.2 takes an eventfd for one VM only"));
	ASSERT_OK(irqfd_deassign(&vm, fd, GSI));
	ASSERT_OK(irqfd_resample(&vm, fd, GSI, resample));
	ASSERT_ERRNO(irqfd_assign(&vm, fd, GSI), EBUSY);
}

/* ---- plain irqfds ---- */

/* A VM with GSI leading to VECTOR. */
static struct vm vm_with_message(int *vcpu)
{
	struct kvm_irq_routing_entry entry = route_msi(GSI, VECTOR);
	struct vm vm = vm_with_vcpu(vcpu);

	routes_set(&vm, &entry, 1);
	return vm;
}

TEST(each_event_is_an_interrupt)
{
	struct vm vm;
	int vcpu, fd = eventfd_new();
	unsigned int i;

	vm = vm_with_message(&vcpu);
	ASSERT_OK(irqfd_assign(&vm, fd, GSI));
	for (i = 0; i < ROUNDS; i++) {
		ASSERT(!lapic_pending(vcpu, VECTOR));
		eventfd_signal(fd);
		ASSERT(eventually_pending(vcpu, VECTOR));
		/* The event was taken: nobody else gets it. */
		ASSERT_EQ(eventfd_take(fd), 0);
		lapic_drop_pending(vcpu);
	}
}

TEST(event_pulses_an_edge_pin_of_the_ioapic)
{
	struct vm vm;
	int vcpu, fd = eventfd_new();
	unsigned int i;

	vm = vm_with_vcpu(&vcpu);
	rte_set(&vm, PIN, VECTOR);
	ASSERT_OK(irqfd_assign(&vm, fd, PIN));
	for (i = 0; i < ROUNDS; i++) {
		eventfd_signal(fd);
		ASSERT(eventually_pending(vcpu, VECTOR));
		lapic_drop_pending(vcpu);
	}
}

/* ICW1 to ICW4 have been written, with the bases of a PC. */
static void pic_init(const struct vm *vm, uint8_t elcr)
{
	struct kvm_irqchip state;
	unsigned int n;

	for (n = 0; n < 2; n++) {
		state = chip_get(vm, n);
		state.chip.pic.irq_base = 0x20 + n * 8;
		state.chip.pic.init_state = 0;
		state.chip.pic.init4 = 1;
		state.chip.pic.elcr = n ? 0 : elcr;
		chip_set(vm, &state);
	}
}

TEST(event_pulses_an_edge_pin_of_the_pic)
{
	int fd = eventfd_new();
	struct guest guest;
	unsigned int i;

	guest_create(&guest);
	pic_init(&guest.vm, 0);
	ASSERT_OK(irqfd_assign(&guest.vm, fd, PIC_PIN));
	for (i = 0; i < ROUNDS; i++) {
		eventfd_signal(fd);
		ASSERT_EQ(guest_wait_irq(&guest), PIC_VECTOR);
		ASSERT_EQ(guest_step(&guest), GUEST_EOI);
		ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	}
}

TEST(event_wakes_a_guest)
{
	struct kvm_irq_routing_entry entry = route_msi(GSI, VECTOR);
	int fd = eventfd_new();
	struct guest guest;
	unsigned int i;

	guest_create(&guest);
	routes_set(&guest.vm, &entry, 1);
	ASSERT_OK(irqfd_assign(&guest.vm, fd, GSI));
	for (i = 0; i < ROUNDS; i++) {
		eventfd_signal(fd);
		ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
		ASSERT_EQ(guest_step(&guest), GUEST_EOI);
		ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	}
}

TEST(event_before_the_assignment_is_delivered)
{
	struct vm vm;
	int vcpu, fd = eventfd_new();

	vm = vm_with_message(&vcpu);
	eventfd_signal(fd);
	ASSERT(!lapic_pending(vcpu, VECTOR));
	ASSERT_OK(irqfd_assign(&vm, fd, GSI));
	ASSERT(eventually_pending(vcpu, VECTOR));
}

TEST(deassigned_eventfd_is_the_owners_again)
{
	struct vm vm;
	int vcpu, fd = eventfd_new();

	vm = vm_with_message(&vcpu);
	ASSERT_OK(irqfd_assign(&vm, fd, GSI));
	/* Another GSI, another eventfd: neither is this irqfd. */
	ASSERT_OK(irqfd_deassign(&vm, fd, GSI + 1));
	ASSERT_OK(irqfd_deassign(&vm, eventfd_new(), GSI));
	eventfd_signal(fd);
	ASSERT(eventually_pending(vcpu, VECTOR));

	ASSERT_OK(irqfd_deassign(&vm, fd, GSI));
	ASSERT_OK(irqfd_deassign(&vm, fd, GSI));
	lapic_drop_pending(vcpu);
	eventfd_signal(fd);
	ASSERT(!lapic_pending(vcpu, VECTOR));
	ASSERT_EQ(eventfd_take(fd), 1);
}

TEST(event_of_an_unrouted_gsi_is_taken_and_ignored)
{
	struct vm vm;
	int vcpu, fd = eventfd_new();

	vm = vm_with_message(&vcpu);
	ASSERT_OK(irqfd_assign(&vm, fd, GSI + 1));
	eventfd_signal(fd);
	ASSERT_EQ(eventfd_take(fd), 0);
	ASSERT(!lapic_pending(vcpu, VECTOR));
}

TEST(event_follows_the_routes_of_the_moment)
{
	struct kvm_irq_routing_entry entry;
	struct vm vm;
	int vcpu, fd = eventfd_new();
	unsigned int i;

	vm = vm_with_message(&vcpu);
	ASSERT_OK(irqfd_assign(&vm, fd, GSI));
	for (i = 0; i < ROUNDS; i++) {
		uint8_t vector = i & 1 ? VECTOR : OTHER_VECTOR;
		uint8_t old = i & 1 ? OTHER_VECTOR : VECTOR;

		entry = route_msi(GSI, vector);
		routes_set(&vm, &entry, 1);
		eventfd_signal(fd);
		ASSERT(eventually_pending(vcpu, vector));
		ASSERT(!lapic_pending(vcpu, old));
		lapic_drop_pending(vcpu);
	}
	/* No route at all, and a smaller table than the GSI. */
	routes_set(&vm, NULL, 0);
	eventfd_signal(fd);
	ASSERT(!lapic_pending(vcpu, VECTOR));
	ASSERT(!lapic_pending(vcpu, OTHER_VECTOR));
}

TEST(closed_eventfd_is_no_irqfd_any_more)
{
	struct vm vm;
	int vcpu, fd;
	unsigned int i;

	vm = vm_with_message(&vcpu);
	for (i = 0; i < ROUNDS; i++) {
		fd = eventfd_new();
		ASSERT_OK(irqfd_assign(&vm, fd, GSI));
		eventfd_signal(fd);
		ASSERT(eventually_pending(vcpu, VECTOR));
		lapic_drop_pending(vcpu);
		ASSERT_OK(close(fd));
	}
}

TEST(irqfds_end_with_the_vm_fd)
{
	struct vm vm;
	int vcpu, fd = eventfd_new();

	vm = vm_with_message(&vcpu);
	ASSERT_OK(irqfd_assign(&vm, fd, GSI));
	vm_close(&vm);
	/* The vCPU keeps the VM, but the eventfd does not lead there now. */
	eventfd_signal(fd);
	ASSERT_EQ(eventfd_take(fd), 1);
	ASSERT(!lapic_pending(vcpu, VECTOR));
}

/* ---- resample irqfds ---- */

/* A guest with a level pin, open, and a resample irqfd on it. */
static void guest_with_resampler(struct guest *guest, int fd, int resample)
{
	guest_create(guest);
	rte_set(&guest->vm, PIN, VECTOR | RTE_LEVEL);
	ASSERT_OK(irqfd_resample(&guest->vm, fd, PIN, resample));
}

/* An interrupt begins and ends, and no other follows it. */
static void expect_one_irq(struct guest *guest, uint8_t vector)
{
	ASSERT_EQ(guest_wait_irq(guest), vector);
	ASSERT_EQ(guest_step(guest), GUEST_EOI);
	ASSERT_EQ(guest_next(guest), GUEST_IDLE);
}

TEST(resample_holds_the_line_until_the_eoi)
{
	int fd = eventfd_new(), resample = eventfd_new();
	struct guest guest;
	unsigned int i;

	guest_with_resampler(&guest, fd, resample);
	for (i = 0; i < ROUNDS; i++) {
		eventfd_signal(fd);
		ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
		ASSERT(ioapic_irr(&guest.vm, PIN));
		ASSERT_EQ(eventfd_take(resample), 0);
		ASSERT_EQ(guest_step(&guest), GUEST_EOI);
		ASSERT_EQ(eventfd_wait(resample), 1);
		ASSERT(!ioapic_irr(&guest.vm, PIN));
		/* Once only: the line went before the pin was served again. */
		ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
		ASSERT_EQ(eventfd_take(resample), 0);
	}
}

TEST(resample_works_on_an_edge_pin)
{
	int fd = eventfd_new(), resample = eventfd_new();
	struct guest guest;
	unsigned int i;

	guest_with_resampler(&guest, fd, resample);
	rte_set(&guest.vm, PIN, VECTOR);
	for (i = 0; i < ROUNDS; i++) {
		eventfd_signal(fd);
		ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
		ASSERT_EQ(eventfd_take(resample), 0);
		ASSERT_EQ(guest_step(&guest), GUEST_EOI);
		/* Released, too: the next signal is an edge again. */
		ASSERT_EQ(eventfd_wait(resample), 1);
		ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	}
}

TEST(resample_on_an_edge_pin_ends_by_its_own_vector)
{
	int fd = eventfd_new(), resample = eventfd_new();
	struct guest guest;

	guest_with_resampler(&guest, fd, resample);
	rte_set(&guest.vm, PIN, VECTOR);
	rte_set(&guest.vm, PIN + 1, OTHER_VECTOR);
	ASSERT_EQ(line_set(&guest.vm, PIN + 1, 1), 1);
	expect_one_irq(&guest, OTHER_VECTOR);
	ASSERT_EQ(eventfd_take(resample), 0);
	eventfd_signal(fd);
	expect_one_irq(&guest, VECTOR);
	ASSERT_EQ(eventfd_wait(resample), 1);
}

TEST(resample_works_through_the_pic)
{
	int fd = eventfd_new(), resample = eventfd_new();
	struct guest guest;
	unsigned int i;

	guest_create(&guest);
	pic_init(&guest.vm, 1 << PIC_PIN);
	ASSERT_OK(irqfd_resample(&guest.vm, fd, PIC_PIN, resample));
	for (i = 0; i < ROUNDS; i++) {
		eventfd_signal(fd);
		expect_one_irq(&guest, PIC_VECTOR);
		ASSERT_EQ(eventfd_wait(resample), 1);
	}
}

TEST(device_that_wants_more_asserts_again)
{
	int fd = eventfd_new(), resample = eventfd_new();
	struct guest guest;
	unsigned int i;

	guest_with_resampler(&guest, fd, resample);
	eventfd_signal(fd);
	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
		ASSERT_EQ(guest_step(&guest), GUEST_EOI);
		eventfd_wait(resample);
		eventfd_signal(fd);
	}
	expect_one_irq(&guest, VECTOR);
}

/*
 * KVM drives chip pins for an eventfd by a work item. One that comes after the EOI
 * of another's asserts the line anew, so wait for it: deassigning does.
 */
static void irqfd_settle(const struct vm *vm, int fd, int resample)
{
	if (!device_is_stock())
		return;
	ASSERT_OK(irqfd_deassign(vm, fd, PIN));
	ASSERT_OK(irqfd_resample(vm, fd, PIN, resample));
}

TEST(resample_irqfds_of_a_gsi_share_the_assertion)
{
	int fd[3], resample[3];
	struct guest guest;
	unsigned int i, n;

	guest_create(&guest);
	rte_set(&guest.vm, PIN, VECTOR | RTE_LEVEL);
	for (n = 0; n < 3; n++) {
		fd[n] = eventfd_new();
		resample[n] = eventfd_new();
		ASSERT_OK(irqfd_resample(&guest.vm, fd[n], PIN, resample[n]));
	}
	for (i = 0; i < ROUNDS; i++) {
		for (n = 0; n <= i % 3; n++)
			eventfd_signal(fd[n]);
		for (n = 0; n <= i % 3; n++)
			irqfd_settle(&guest.vm, fd[n], resample[n]);
		expect_one_irq(&guest, VECTOR);
		for (n = 0; n < 3; n++)
			ASSERT_EQ(eventfd_wait(resample[n]), 1);
	}

	/* The others stay when one goes. */
	eventfd_signal(fd[0]);
	ASSERT_OK(irqfd_deassign(&guest.vm, fd[0], PIN));
	ASSERT(ioapic_irr(&guest.vm, PIN));
	expect_one_irq(&guest, VECTOR);
	ASSERT_EQ(eventfd_wait(resample[2]), 1);
	ASSERT_EQ(eventfd_take(resample[0]), 0);
}

TEST(line_that_another_source_holds_interrupts_again)
{
	int fd = eventfd_new(), resample = eventfd_new();
	struct guest guest;

	guest_with_resampler(&guest, fd, resample);
	line_set(&guest.vm, PIN, 1);
	eventfd_signal(fd);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	eventfd_wait(resample);
	ASSERT(ioapic_irr(&guest.vm, PIN));
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	line_set(&guest.vm, PIN, 0);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
}

TEST(plain_and_resample_irqfds_share_a_gsi)
{
	int fd = eventfd_new(), plain = eventfd_new();
	int resample = eventfd_new();
	struct guest guest;

	guest_with_resampler(&guest, fd, resample);
	ASSERT_OK(irqfd_assign(&guest.vm, plain, PIN));
	eventfd_signal(fd);
	/* The pulse does not release what the other holds. */
	eventfd_signal(plain);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	ASSERT(ioapic_irr(&guest.vm, PIN));
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	ASSERT_EQ(eventfd_wait(resample), 1);
}

TEST(deassigning_the_last_resample_irqfd_releases_the_line)
{
	int fd = eventfd_new(), resample = eventfd_new();
	struct vm vm;
	int vcpu;

	vm = vm_with_vcpu(&vcpu);
	rte_set(&vm, PIN, VECTOR | RTE_LEVEL | RTE_MASKED);
	ASSERT_OK(irqfd_resample(&vm, fd, PIN, resample));
	eventfd_signal(fd);
	while (!ioapic_irr(&vm, PIN))
		ASSERT(device_is_stock());
	ASSERT_OK(irqfd_deassign(&vm, fd, PIN));
	ASSERT(!ioapic_irr(&vm, PIN));
	vm_close(&vm);
}

TEST(closing_the_last_resample_irqfd_releases_the_line)
{
	int fd = eventfd_new(), resample = eventfd_new();
	struct vm vm;
	int vcpu;

	vm = vm_with_vcpu(&vcpu);
	rte_set(&vm, PIN, VECTOR | RTE_LEVEL | RTE_MASKED);
	ASSERT_OK(irqfd_resample(&vm, fd, PIN, resample));
	eventfd_signal(fd);
	while (!ioapic_irr(&vm, PIN))
		ASSERT(device_is_stock());
	ASSERT_OK(close(fd));
	/* Comes by a work item; the test's time limit bounds the wait. */
	while (ioapic_irr(&vm, PIN))
		poll(NULL, 0, 1);
	vm_close(&vm);
}

TEST(resampling_outlives_the_resample_fd)
{
	int fd = eventfd_new(), resample = eventfd_new();
	struct guest guest;

	guest_with_resampler(&guest, fd, resample);
	ASSERT_OK(close(resample));
	eventfd_signal(fd);
	expect_one_irq(&guest, VECTOR);
	eventfd_signal(fd);
	expect_one_irq(&guest, VECTOR);
}

TEST(eventfd_that_is_its_own_resample_fd_goes_round_by_the_guest)
{
	int fd = eventfd_new();
	struct guest guest;
	unsigned int i;

	guest_with_resampler(&guest, fd, fd);
	eventfd_signal(fd);
	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
		ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	}
	ASSERT_OK(irqfd_deassign(&guest.vm, fd, PIN));
}

TEST(resampler_chain_of_two_gsis_goes_round_by_the_guest)
{
	int fd = eventfd_new(), other = eventfd_new();
	struct guest guest;
	unsigned int i;

	guest_with_resampler(&guest, fd, other);
	rte_set(&guest.vm, PIN + 1, OTHER_VECTOR | RTE_LEVEL);
	ASSERT_OK(irqfd_resample(&guest.vm, other, PIN + 1, fd));
	eventfd_signal(fd);
	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(guest_wait_irq(&guest), i & 1 ? OTHER_VECTOR : VECTOR);
		ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	}
}

TEST(resampled_line_that_fell_while_masked_does_not_fire)
{
	int fd = eventfd_new(), resample = eventfd_new();
	struct guest guest;

	guest_with_resampler(&guest, fd, resample);
	eventfd_signal(fd);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	rte_set(&guest.vm, PIN, VECTOR | RTE_LEVEL | RTE_REMOTE_IRR | RTE_MASKED);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	ASSERT_EQ(eventfd_wait(resample), 1);
	rte_set(&guest.vm, PIN, VECTOR | RTE_LEVEL);
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	ASSERT_EQ(eventfd_take(resample), 0);
}

TEST(change_to_edge_ends_the_interrupt)
{
	int fd = eventfd_new(), resample = eventfd_new();
	struct guest guest;

	if (device_is_stock())
		test_skip("KVM 6.1 tells nobody when the guest clears remote IRR so");
	guest_with_resampler(&guest, fd, resample);
	eventfd_signal(fd);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	/* The state of a chip is no write of a guest: nothing is acked. */
	rte_set(&guest.vm, PIN, VECTOR);
	ASSERT_EQ(eventfd_take(resample), 0);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
}
