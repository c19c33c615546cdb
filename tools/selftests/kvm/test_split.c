// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_CAP_SPLIT_IRQCHIP: the VMM, which is the test, has PIC and IOAPIC.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "vm.h"

#define PIN		10	/* its route is reserved */
#define GSI		40	/* its route is not */
#define VECTOR		0x41
#define OTHER_VECTOR	0x51
#define EXTINT		0x61

#define MSI_LEVEL	0x8000u
#define MSI_DEST_1	0x1000u	/* in the address: APIC ID 1 */

#define LAPIC_LVT0	0x350
#define LVT_MASKED	0x10000u
#define LVT_EXTINT	0x700u
#define SVR_SUPPRESS	0x1000u
#define VERSION_SUPPRESS	0x1000000u

/* The handler: mov, out; mov, xor, xor, wrmsr */
#define AFTER_WRMSR	18
#define STI_BYTES	1

/* ---- a VM with a split irqchip ---- */

static int split_try(const struct vm *vm, uint64_t routes, uint32_t flags)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_SPLIT_IRQCHIP, .flags = flags,
		.args = { routes },
	};

	return ioctl(vm->fd, KVM_ENABLE_CAP, &cap);
}

static struct vm vm_split(void)
{
	struct vm vm = vm_create();

	ASSERT_OK(split_try(&vm, IOAPIC_PINS, 0));
	return vm;
}

static void guest_split(struct guest *guest)
{
	guest_create_in(guest, vm_split());
}

static struct kvm_irq_routing_entry route_level(uint32_t gsi, uint8_t vector)
{
	struct kvm_irq_routing_entry entry = route_msi(gsi, vector);

	entry.u.msi.data |= MSI_LEVEL;
	return entry;
}

static void route_set(const struct guest *guest,
		      struct kvm_irq_routing_entry entry)
{
	routes_set(&guest->vm, &entry, 1);
}

/* One KVM_RUN; returns the reason of its end. */
static unsigned int run_once(const struct guest *guest)
{
	ASSERT_OK(ioctl(guest->vcpu, KVM_RUN, 0));
	return guest->run->exit_reason;
}

/* The guest's handler of @vector goes on to the end of its EOI. */
static void expect_eoi_exit(const struct guest *guest, uint8_t vector)
{
	uint16_t handler;

	ASSERT_EQ(run_once(guest), KVM_EXIT_IOAPIC_EOI);
	ASSERT_EQ(guest->run->eoi.vector, vector);
	/* The instruction is over. */
	memcpy(&handler, guest->mem + vector * 4, sizeof(handler));
	ASSERT_EQ(regs_get(guest->vcpu).rip, handler + AFTER_WRMSR);
}

static int extint_try(const struct guest *guest, uint32_t vector)
{
	struct kvm_interrupt irq = { .irq = vector };

	return ioctl(guest->vcpu, KVM_INTERRUPT, &irq);
}

/* The idle loop, entered behind its STI. */
static void guest_split_no_if(struct guest *guest)
{
	struct kvm_regs regs;

	guest_split(guest);
	regs = regs_get(guest->vcpu);
	regs.rip += STI_BYTES;
	regs.rflags = FLAGS_NO_IF;
	ASSERT_OK(ioctl(guest->vcpu, KVM_SET_REGS, &regs));
}

static void lapic_put(const struct guest *guest, unsigned int reg, uint32_t val)
{
	struct kvm_lapic_state state = lapic_get(guest->vcpu);

	lapic_put_reg(&state, reg, val);
	lapic_set(guest->vcpu, &state);
}

/* ---- the order of things, and what is refused ---- */

TEST(split_is_offered)
{
	struct vm vm = vm_create();

	ASSERT_EQ(ioctl(vm.dev, KVM_CHECK_EXTENSION, KVM_CAP_SPLIT_IRQCHIP), 1);
	ASSERT_EQ(ioctl(vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_SPLIT_IRQCHIP), 1);
}

TEST(split_arguments_are_checked)
{
	struct vm vm = vm_create();

	ASSERT_ERRNO(split_try(&vm, IOAPIC_PINS, 1), EINVAL);
	ASSERT_ERRNO(split_try(&vm, NR_GSIS + 1, 0), EINVAL);
	ASSERT_ERRNO(split_try(&vm, ~0ull, 0), EINVAL);
	ASSERT_OK(split_try(&vm, NR_GSIS, 0));
	/* The bound comes before what exists. */
	ASSERT_ERRNO(split_try(&vm, NR_GSIS + 1, 0), EINVAL);
}

TEST(split_is_for_a_vm_without_irqchip_and_vcpus)
{
	struct vm vm = vm_split(), whole = vm_with_irqchip();
	struct vm late = vm_create();

	ASSERT_ERRNO(split_try(&vm, IOAPIC_PINS, 0), EEXIST);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0), EEXIST);
	ASSERT_ERRNO(split_try(&whole, IOAPIC_PINS, 0), EEXIST);
	vcpu_create(&late, 0);
	ASSERT_ERRNO(split_try(&late, IOAPIC_PINS, 0), EEXIST);
}

TEST(split_without_reserved_routes_is_possible)
{
	struct vm vm = vm_create();

	ASSERT_OK(split_try(&vm, 0, 0));
	vcpu_create(&vm, 0);
}

TEST(split_has_no_chips_to_save)
{
	struct kvm_irqchip chip = { };
	struct kvm_pit_state2 pit = { };
	struct vm vm = vm_split();

	for (chip.chip_id = 0; chip.chip_id < 4; chip.chip_id++) {
		ASSERT_ERRNO(ioctl(vm.fd, KVM_GET_IRQCHIP, &chip), ENXIO);
		ASSERT_ERRNO(ioctl(vm.fd, KVM_SET_IRQCHIP, &chip), ENXIO);
	}
	ASSERT_ERRNO(ioctl(vm.fd, KVM_GET_PIT2, &pit), ENXIO);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_SET_PIT2, &pit), ENXIO);
}

TEST(split_has_no_pit)
{
	struct kvm_pit_config config = { };
	struct vm vm = vm_split();

	ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_PIT2, &config),
		     EITHER_LAPIC(ENOENT, kernel_before(6, 12) ? 0 : ENOENT,
				  "6.1 makes a PIT without a line; later kernels refuse"));
}

TEST(split_routes_are_messages)
{
	struct kvm_irq_routing_entry entries[] = {
		route_level(PIN, VECTOR), route_msi(GSI, OTHER_VECTOR),
		route_pin(5, KVM_IRQCHIP_IOAPIC, 5),
	};
	struct vm vm = vm_split();

	ASSERT_OK(routes_try_set(&vm, entries, 2));
	ASSERT_ERRNO(routes_try_set(&vm, entries, 3), EINVAL);
	entries[2] = route_pin(5, KVM_IRQCHIP_PIC_MASTER, 5);
	ASSERT_ERRNO(routes_try_set(&vm, entries, 3), EINVAL);
}

TEST(split_begins_without_routes)
{
	struct vm vm = vm_split();
	uint32_t gsi;

	lapic_enable(vcpu_create(&vm, 0));
	for (gsi = 0; gsi < IOAPIC_PINS; gsi++)
		ASSERT_EQ(line_set(&vm, gsi, 1), -1);
}

TEST(split_refuses_resample_irqfds)
{
	int fd = eventfd_new(), resample = eventfd_new();
	struct vm vm = vm_split();

	ASSERT_ERRNO(irqfd_resample(&vm, fd, PIN, resample), EINVAL);
	ASSERT_ERRNO(irqfd_resample(&vm, -1, PIN, resample), EINVAL);
	ASSERT_OK(irqfd_assign(&vm, fd, PIN));
}

/* ---- messages in ---- */

TEST(split_line_sends_its_message_when_it_rises)
{
	struct guest guest;

	guest_split(&guest);
	route_set(&guest, route_msi(PIN, VECTOR));
	ASSERT_EQ(line_set(&guest.vm, PIN, 0), -1);
	ASSERT_EQ(line_set(&guest.vm, PIN, 1), 1);
	ASSERT_EQ(line_set(&guest.vm, PIN, 1),
		  EITHER_LAPIC(0, 1, "it does not look whether a message merges"));
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
}

TEST(split_irqfd_sends_its_message)
{
	int fd = eventfd_new();
	struct guest guest;

	guest_split(&guest);
	route_set(&guest, route_msi(GSI, VECTOR));
	ASSERT_OK(irqfd_assign(&guest.vm, fd, GSI));
	eventfd_signal(fd);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
}

TEST(split_ignores_extint_messages)
{
	struct guest guest;

	guest_split(&guest);
	route_set(&guest, route_msi(PIN, 0));
	message_send(&guest, OTHER_VECTOR);
	ioctl(guest.vm.fd, KVM_SIGNAL_MSI,
	      &(struct kvm_msi){ .address_lo = MSI_ADDRESS, .data = 0x700 });
	ASSERT_EQ(guest_wait_irq(&guest), OTHER_VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
}

/* ---- EOIs out ---- */

TEST(split_tells_the_eoi_of_a_level_pin)
{
	struct guest guest;
	unsigned int i;

	guest_split(&guest);
	route_set(&guest, route_level(PIN, VECTOR));
	for (i = 0; i < 50; i++) {
		ASSERT_EQ(line_set(&guest.vm, PIN, 1), 1);
		ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
		expect_eoi_exit(&guest, VECTOR);
		ASSERT_EQ(guest_step(&guest), GUEST_EOI);
		ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	}
}

TEST(split_does_not_tell_other_eois)
{
	struct kvm_irq_routing_entry entries[] = {
		route_msi(PIN, VECTOR), route_level(GSI, OTHER_VECTOR),
	};
	struct guest guest;

	guest_split(&guest);
	routes_set(&guest.vm, entries, 2);
	/* An edge, and a level whose route is not reserved. */
	line_set(&guest.vm, PIN, 1);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	line_set(&guest.vm, GSI, 1);
	ASSERT_EQ(guest_wait_irq(&guest), OTHER_VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
}

TEST(split_tells_eois_by_vector_whatever_was_sent)
{
	struct guest guest;

	guest_split(&guest);
	route_set(&guest, route_level(PIN, VECTOR));
	message_send(&guest, VECTOR | MSI_LEVEL);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	expect_eoi_exit(&guest, VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	message_send(&guest, VECTOR);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	expect_eoi_exit(&guest, VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
}

TEST(split_does_not_tell_eois_of_pins_that_lead_elsewhere)
{
	struct kvm_irq_routing_entry entry = route_level(PIN, VECTOR);
	struct guest guest;

	if (lapic_is_stock() && !kernel_before(6, 12))
		test_skip("later kernels tell every EOI of a vector that is in service");
	guest_split(&guest);
	vcpu_create(&guest.vm, 1);
	entry.u.msi.address_lo |= MSI_DEST_1;
	route_set(&guest, entry);
	message_send(&guest, VECTOR | MSI_LEVEL);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
}

TEST(split_tells_the_eoi_though_the_route_has_changed)
{
	struct guest guest;

	if (lapic_is_stock())
		test_skip("6.1 forgets the vectors of routes that have gone");
	guest_split(&guest);
	/* In service when it changes, and still pending when it goes. */
	route_set(&guest, route_level(PIN, VECTOR));
	line_set(&guest.vm, PIN, 1);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	route_set(&guest, route_level(PIN, OTHER_VECTOR));
	line_set(&guest.vm, PIN, 1);
	routes_set(&guest.vm, NULL, 0);
	expect_eoi_exit(&guest, VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	ASSERT_EQ(guest_wait_irq(&guest), OTHER_VECTOR);
	expect_eoi_exit(&guest, OTHER_VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	/* What comes by no pin since then is not told. */
	message_send(&guest, VECTOR | MSI_LEVEL);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
}

TEST(split_tells_the_eoi_though_an_nmi_bore_the_vector)
{
	struct guest guest;

	if (lapic_is_stock())
		test_skip("6.1 forgets the vectors of routes that have gone");
	guest_split_no_if(&guest);
	route_set(&guest, route_level(PIN, VECTOR));
	line_set(&guest.vm, PIN, 1);
	routes_set(&guest.vm, NULL, 0);
	/* An NMI has no use for its vector (SDM vol. 3, 11.11.2). */
	message_send(&guest, VECTOR | MSI_NMI);
	ASSERT_EQ(guest_wait_irq(&guest), NMI_VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	flags_set(guest.vcpu, FLAGS_IF);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	expect_eoi_exit(&guest, VECTOR);
}

TEST(split_shows_eoi_suppression_and_tells_all_the_same)
{
	struct kvm_lapic_state state;
	struct guest guest;

	guest_split(&guest);
	state = lapic_get(guest.vcpu);
	ASSERT(lapic_reg(&state, LAPIC_VERSION) & VERSION_SUPPRESS);
	lapic_put(&guest, LAPIC_SVR, SVR_ON | SVR_SUPPRESS);
	route_set(&guest, route_level(PIN, VECTOR));
	line_set(&guest.vm, PIN, 1);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	expect_eoi_exit(&guest, VECTOR);
}

TEST(immediate_exit_comes_before_the_told_eoi)
{
	struct guest guest;

	guest_split(&guest);
	route_set(&guest, route_level(PIN, VECTOR));
	line_set(&guest.vm, PIN, 1);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	guest.run->immediate_exit = 1;
	ASSERT_ERRNO(ioctl(guest.vcpu, KVM_RUN, 0), EINTR);
	guest.run->immediate_exit = 0;
	expect_eoi_exit(&guest, VECTOR);
}

/* ---- the VMM's PIC ---- */

TEST(split_takes_one_extint_at_a_time)
{
	struct guest guest;

	guest_split(&guest);
	ASSERT_ERRNO(extint_try(&guest, 256), EINVAL);
	ASSERT_OK(extint_try(&guest, EXTINT));
	ASSERT_ERRNO(extint_try(&guest, EXTINT), EEXIST);
	ASSERT_ERRNO(extint_try(&guest, 256), EINVAL);
	ASSERT_EQ(guest_wait_irq(&guest), EXTINT);
	ASSERT_OK(extint_try(&guest, EXTINT));
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	ASSERT_EQ(guest_wait_irq(&guest), EXTINT);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
}

TEST(split_extint_goes_before_the_lapic)
{
	struct guest guest;

	guest_split_no_if(&guest);
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	message_send(&guest, 0xf1);
	ASSERT_OK(extint_try(&guest, EXTINT));
	flags_set(guest.vcpu, FLAGS_IF);
	ASSERT_EQ(guest_wait_irq(&guest), EXTINT);
}

TEST(split_extint_waits_for_lint0)
{
	struct guest guest;

	guest_split(&guest);
	lapic_put(&guest, LAPIC_LVT0, LVT_EXTINT | LVT_MASKED);
	ASSERT_OK(extint_try(&guest, EXTINT));
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	ASSERT(!guest.run->ready_for_interrupt_injection);
	ASSERT_ERRNO(extint_try(&guest, EXTINT), EEXIST);
	lapic_put(&guest, LAPIC_LVT0, LVT_EXTINT);
	ASSERT_EQ(guest_wait_irq(&guest), EXTINT);
}

TEST(split_extint_waits_for_if)
{
	struct guest guest;

	guest_split_no_if(&guest);
	ASSERT_OK(extint_try(&guest, EXTINT));
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	ASSERT_EQ(guest.run->if_flag, 0);
	flags_set(guest.vcpu, FLAGS_IF);
	ASSERT_EQ(guest_wait_irq(&guest), EXTINT);
}

TEST(split_says_when_it_is_ready_for_an_extint)
{
	struct guest guest;

	guest_split(&guest);
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	ASSERT_EQ(guest.run->if_flag, 1);
	ASSERT(guest.run->ready_for_interrupt_injection);
	lapic_put(&guest, LAPIC_LVT0, LVT_MASKED);
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	ASSERT(!guest.run->ready_for_interrupt_injection);
	lapic_put(&guest, LAPIC_LVT0, LVT_EXTINT);
	flags_set(guest.vcpu, FLAGS_NO_IF);
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	ASSERT_EQ(guest.run->if_flag, 0);
	ASSERT(!guest.run->ready_for_interrupt_injection);
}

TEST(split_ends_the_run_when_the_window_opens)
{
	struct guest guest;

	guest_split_no_if(&guest);
	guest.run->request_interrupt_window = 1;
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	ASSERT_EQ(guest.run->request_interrupt_window, 1);
	flags_set(guest.vcpu, FLAGS_IF);
	ASSERT_EQ(run_once(&guest), KVM_EXIT_IRQ_WINDOW_OPEN);
	ASSERT(guest.run->ready_for_interrupt_injection);
	ASSERT_EQ(guest.run->if_flag, 1);
	ASSERT_EQ(guest.run->request_interrupt_window, 1);
	ASSERT_OK(extint_try(&guest, EXTINT));
	guest.run->request_interrupt_window = 0;
	ASSERT_EQ(guest_wait_irq(&guest), EXTINT);
}

TEST(split_has_no_window_for_a_masked_lint0)
{
	struct guest guest;

	guest_split(&guest);
	lapic_put(&guest, LAPIC_LVT0, LVT_EXTINT | LVT_MASKED);
	guest.run->request_interrupt_window = 1;
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	lapic_put(&guest, LAPIC_LVT0, LVT_EXTINT);
	ASSERT_EQ(run_once(&guest), KVM_EXIT_IRQ_WINDOW_OPEN);
}

TEST(split_extint_wakes_a_halted_guest)
{
	struct guest guest;

	guest_split(&guest);
	flags_set(guest.vcpu, FLAGS_IF);
	ASSERT_OK(mp_state_set(guest.vcpu, KVM_MP_STATE_HALTED));
	ASSERT_OK(extint_try(&guest, EXTINT));
	ASSERT_EQ(guest_step(&guest), GUEST_IRQ | EXTINT);
	ASSERT_EQ(mp_state_get(guest.vcpu), KVM_MP_STATE_RUNNABLE);
}

TEST(split_window_opens_at_hlt)
{
	/* sti; hlt; jmp to the hlt */
	static const uint8_t code[] = { 0xfb, 0xf4, 0xeb, 0xfd };
	struct guest guest;

	guest_split(&guest);
	memcpy(guest.mem + regs_get(guest.vcpu).rip, code, sizeof(code));
	guest.run->request_interrupt_window = 1;
	ASSERT_EQ(run_once(&guest), KVM_EXIT_IRQ_WINDOW_OPEN);
	ASSERT(guest.run->ready_for_interrupt_injection);
	guest.run->request_interrupt_window = 0;
	ASSERT_OK(extint_try(&guest, EXTINT));
	ASSERT_EQ(guest_wait_irq(&guest), EXTINT);
}

/* ---- what people see of it ---- */

TEST(split_flows_reach_to_the_told_eoi)
{
	struct guest guest;
	char *text;

	if (lapic_is_stock())
		test_skip("KVM records no flows");
	guest_split(&guest);
	flows_switch("Y");
	route_set(&guest, route_level(PIN, VECTOR));
	line_set(&guest.vm, PIN, 1);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	expect_eoi_exit(&guest, VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	ASSERT_OK(extint_try(&guest, EXTINT));
	ASSERT_EQ(guest_wait_irq(&guest), EXTINT);
	text = debugfs_read("trace");
	flows_switch("N");
	ASSERT(text);
	ASSERT(strstr(text, "told to the VMM"));
	ASSERT(strstr(text, "taken: ExtINT"));
	text = debugfs_read("counters");
	ASSERT(text);
	ASSERT(strstr(text, "why=EOI_TOLD count=1"));
}

TEST(split_shows_only_the_chips_that_are_ours)
{
	struct guest guest;

	if (lapic_is_stock())
		test_skip("KVM shows no chips");
	guest_split(&guest);
	ASSERT(debugfs_read("lapic0"));
	ASSERT(debugfs_read("routes"));
	ASSERT(!debugfs_read("ioapic"));
	ASSERT(!debugfs_read("pic"));
	ASSERT(!debugfs_read("pit"));
	ASSERT(!debugfs_read("lines"));
}
