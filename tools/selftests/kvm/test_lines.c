// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines, the routing table, and messages.
 */
#include <stdlib.h>

#include "vm.h"

#define VECTOR		0x41
#define PIN		20	/* of the IOAPIC only */

TEST(line_status_tells_what_became_of_an_edge)
{
	struct vm vm;
	int vcpu;

	vm = vm_with_vcpu(&vcpu);
	ASSERT_EQ(line_set(&vm, PIN, 1), -1);	/* masked */
	ASSERT_EQ(line_set(&vm, PIN, 0), 1);
	rte_set(&vm, PIN, VECTOR);
	ASSERT_EQ(line_set(&vm, PIN, 1), 1);
	ASSERT(lapic_pending(vcpu, VECTOR));
	ASSERT_EQ(line_set(&vm, PIN, 0), 1);
	ASSERT_EQ(line_set(&vm, PIN, 1),
		  EITHER_LAPIC(0, 1,
			       "6.1 does not tell a merge in IRR, where its API text wants 0"));
	vm_close(&vm);
}

TEST(line_without_route_is_ignored)
{
	struct vm vm = vm_with_irqchip();

	ASSERT_EQ(line_set(&vm, 100, 1), -1);
	ASSERT_EQ(line_set(&vm, NR_GSIS - 1, 1), -1);
	ASSERT_EQ(line_set(&vm, NR_GSIS, 1), -1);
	ASSERT_EQ(line_set(&vm, 0xffffffff, 1), -1);
}

TEST(line_argument_is_read_from_user_memory)
{
	struct vm vm = vm_with_irqchip();

	ASSERT_ERRNO(ioctl(vm.fd, KVM_IRQ_LINE, 8), EFAULT);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_IRQ_LINE_STATUS, 8), EFAULT);
}

TEST(line_without_status_writes_nothing_back)
{
	struct kvm_irq_level line = { .irq = PIN, .level = 1 };
	struct vm vm = vm_with_irqchip();

	ASSERT_OK(ioctl(vm.fd, KVM_IRQ_LINE, &line));
	ASSERT_EQ(line.irq, PIN);
}

/* ---- routes ---- */

/* After a table was refused the old one is still in force. */
static void expect_refused(const struct vm *vm, int vcpu, const char *what,
			   const struct kvm_irq_routing_entry *entries,
			   uint32_t nr)
{
	if (!routes_try_set(vm, entries, nr))
		test_fail(__FILE__, __LINE__, "accepted: %s", what);
	ASSERT_EQ(errno, EINVAL);
	lapic_drop_pending(vcpu);
	ASSERT_EQ(line_set(vm, 30, 1), 1);
	ASSERT(lapic_pending(vcpu, VECTOR));
}

static const struct {
	const char *what;
	struct kvm_irq_routing_entry entry;
} bad_routes[] = {
	{ "GSI out of range", { .gsi = NR_GSIS, .type = KVM_IRQ_ROUTING_IRQCHIP } },
	{ "unknown type", { .type = 77 } },
	{ "flags", { .type = KVM_IRQ_ROUTING_IRQCHIP, .flags = 1 } },
	{ "flags of a message", { .type = KVM_IRQ_ROUTING_MSI, .flags = 2 } },
	{ "PIC pin 8", { .type = KVM_IRQ_ROUTING_IRQCHIP,
			 .u.irqchip = { KVM_IRQCHIP_PIC_MASTER, 8 } } },
	{ "slave PIC pin 8", { .type = KVM_IRQ_ROUTING_IRQCHIP,
			       .u.irqchip = { KVM_IRQCHIP_PIC_SLAVE, 8 } } },
	{ "IOAPIC pin 24", { .type = KVM_IRQ_ROUTING_IRQCHIP,
			     .u.irqchip = { KVM_IRQCHIP_IOAPIC, 24 } } },
	{ "no such chip", { .type = KVM_IRQ_ROUTING_IRQCHIP,
			    .u.irqchip = { 3, 0 } } },
};

TEST(bad_routes_are_refused_and_change_nothing)
{
	struct kvm_irq_routing_entry entries[3];
	unsigned int i, place;
	struct vm vm;
	int vcpu;

	vm = vm_with_vcpu(&vcpu);
	entries[0] = route_msi(30, VECTOR);
	routes_set(&vm, entries, 1);
	for (i = 0; i < ARRAY_SIZE(bad_routes); i++) {
		for (place = 0; place < 3; place++) {
			entries[0] = route_msi(31, 0x50);
			entries[1] = route_msi(32, 0x51);
			entries[2] = route_msi(33, 0x52);
			entries[place] = bad_routes[i].entry;
			expect_refused(&vm, vcpu, bad_routes[i].what, entries,
				       3);
		}
	}
	vm_close(&vm);
}

TEST(gsi_leads_to_a_message_or_to_each_chip_once)
{
	struct kvm_irq_routing_entry entries[4];
	struct vm vm;
	int vcpu;

	vm = vm_with_vcpu(&vcpu);
	entries[0] = route_msi(30, VECTOR);
	routes_set(&vm, entries, 1);

	entries[0] = route_msi(40, 0x50);
	entries[1] = route_msi(40, 0x51);
	expect_refused(&vm, vcpu, "two messages", entries, 2);
	entries[1] = route_pin(40, KVM_IRQCHIP_IOAPIC, 3);
	expect_refused(&vm, vcpu, "a message, then a pin", entries, 2);
	entries[0] = route_pin(40, KVM_IRQCHIP_PIC_MASTER, 3);
	entries[1] = route_pin(40, KVM_IRQCHIP_PIC_SLAVE, 3);
	entries[2] = route_pin(40, KVM_IRQCHIP_IOAPIC, 3);
	entries[3] = route_msi(40, 0x50);
	expect_refused(&vm, vcpu, "three pins, then a message", entries, 4);
	entries[3] = route_pin(40, KVM_IRQCHIP_IOAPIC, 4);
	expect_refused(&vm, vcpu, "the IOAPIC twice", entries, 4);
	routes_set(&vm, entries, 3);
	vm_close(&vm);
}

TEST(table_size_is_bounded)
{
	struct kvm_irq_routing_entry *entries;
	struct kvm_irq_routing head = { };
	struct vm vm = vm_with_irqchip();
	uint32_t i;

	entries = calloc(NR_GSIS + 1, sizeof(*entries));
	ASSERT(entries);
	for (i = 0; i <= NR_GSIS; i++)
		entries[i] = route_msi(i % NR_GSIS, VECTOR);
	ASSERT_ERRNO(routes_try_set(&vm, entries, NR_GSIS + 1), EINVAL);
	routes_set(&vm, entries, NR_GSIS);
	routes_set(&vm, NULL, 0);
	ASSERT_EQ(line_set(&vm, 4, 1), -1);
	head.flags = 1;
	ASSERT_ERRNO(ioctl(vm.fd, KVM_SET_GSI_ROUTING, &head), EINVAL);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_SET_GSI_ROUTING, 8), EFAULT);
}

TEST(change_of_type_alone_is_a_change)
{
	struct kvm_irq_routing_entry entry = route_msi(30, VECTOR);
	struct vm vm;
	int vcpu;

	vm = vm_with_vcpu(&vcpu);
	routes_set(&vm, &entry, 1);
	ASSERT_EQ(line_set(&vm, 30, 1), 1);
	memset(&entry.u, 0, sizeof(entry.u));
	entry.type = KVM_IRQ_ROUTING_IRQCHIP;
	entry.u.irqchip.irqchip = KVM_IRQCHIP_IOAPIC;
	entry.u.irqchip.pin = PIN;
	routes_set(&vm, &entry, 1);
	rte_set(&vm, PIN, VECTOR + 1);
	lapic_drop_pending(vcpu);
	ASSERT_EQ(line_set(&vm, 30, 1), 1);
	ASSERT(lapic_pending(vcpu, VECTOR + 1));
	ASSERT(!lapic_pending(vcpu, VECTOR));
	vm_close(&vm);
}

/* ---- messages ---- */

static int msi_send(const struct vm *vm, uint64_t address, uint32_t data,
		    uint32_t flags)
{
	struct kvm_msi msi = {
		.address_lo = address, .address_hi = address >> 32,
		.data = data, .flags = flags,
	};

	return ioctl(vm->fd, KVM_SIGNAL_MSI, &msi);
}

TEST(message_is_delivered_merged_or_refused)
{
	struct vm vm;
	int vcpu;

	vm = vm_with_vcpu(&vcpu);
	ASSERT_EQ(msi_send(&vm, MSI_ADDRESS, VECTOR, 0), 1);
	ASSERT(lapic_pending(vcpu, VECTOR));
	ASSERT_EQ(msi_send(&vm, MSI_ADDRESS, VECTOR, 0),
		  EITHER_LAPIC(0, 1, "6.1 does not tell a merge in IRR"));
	/* APIC ID 9 is nobody. */
	ASSERT_EQ(msi_send(&vm, MSI_ADDRESS | 9 << 12, VECTOR, 0), 0);
	ASSERT_ERRNO(msi_send(&vm, MSI_ADDRESS, VECTOR, 2), EINVAL);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_SIGNAL_MSI, 8), EFAULT);
	vm_close(&vm);
}

/* Whose devices have IDs beside their messages x86 does not ask. */
TEST(message_may_have_the_id_of_its_device)
{
	struct kvm_msi msi = {
		.address_lo = MSI_ADDRESS, .data = VECTOR,
		.flags = KVM_MSI_VALID_DEVID, .devid = 1,
	};
	struct kvm_irq_routing_entry route = route_msi(30, VECTOR);
	int vcpu;
	struct vm vm = vm_with_vcpu(&vcpu);

	ASSERT_EQ(ioctl(vm.fd, KVM_SIGNAL_MSI, &msi), 1);
	ASSERT(lapic_pending(vcpu, VECTOR));
	msi.flags |= KVM_MSI_VALID_DEVID << 1;
	ASSERT_ERRNO(ioctl(vm.fd, KVM_SIGNAL_MSI, &msi), EINVAL);
	route.flags = KVM_MSI_VALID_DEVID;
	routes_set(&vm, &route, 1);
	lapic_drop_pending(vcpu);
	ASSERT_EQ(line_set(&vm, 30, 1), 1);
	ASSERT(lapic_pending(vcpu, VECTOR));
	route = route_pin(30, KVM_IRQCHIP_IOAPIC, 20);
	route.flags = KVM_MSI_VALID_DEVID;
	ASSERT_ERRNO(routes_try_set(&vm, &route, 1), EINVAL);
}

TEST(message_to_a_disabled_lapic_is_no_error)
{
	struct vm vm = vm_with_irqchip();
	int vcpu = vcpu_create(&vm, 0);

	/* SVR is 0xff after reset: disabled by software. */
	ASSERT_EQ(msi_send(&vm, MSI_ADDRESS, VECTOR, 0), 0);
	ASSERT(!lapic_pending(vcpu, VECTOR));
}

TEST(message_in_x2apic_format_must_have_clear_low_bits)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_X2APIC_API,
		.args = { KVM_X2APIC_API_USE_32BIT_IDS },
	};
	struct kvm_irq_routing_entry entry = route_msi(30, VECTOR);
	struct vm vm = vm_with_irqchip();

	ASSERT_OK(ioctl(vm.fd, KVM_ENABLE_CAP, &cap));
	lapic_enable(vcpu_create(&vm, 0));
	ASSERT_ERRNO(msi_send(&vm, MSI_ADDRESS | 1ull << 32, VECTOR, 0),
		     EINVAL);
	ASSERT_EQ(msi_send(&vm, MSI_ADDRESS, VECTOR, 0), 1);
	entry.u.msi.address_hi = 1;
	ASSERT_ERRNO(routes_try_set(&vm, &entry, 1), EINVAL);
	/* Suppressed EOIs, in 7.2, are for split irqchips. */
	ASSERT_EQ(ioctl(vm.fd, KVM_CHECK_EXTENSION, cap.cap) & 4, 0);
	cap.args[0] = 4;
	ASSERT_ERRNO(ioctl(vm.fd, KVM_ENABLE_CAP, &cap), EINVAL);
}
