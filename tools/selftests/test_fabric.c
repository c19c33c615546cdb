// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of a fabric fd, one by one: what their fields may be, and errors.
 */
#include <stdlib.h>

#include "lib.h"

#define IF_NOW	(VIRQCHIP_TAKE_IF | VIRQCHIP_TAKE_NONBLOCK)

/* ---- CPUs ---- */

TEST(cpus_are_numbered_in_order_and_have_their_apic_ids)
{
	int fabric = fabric_create(0);

	ASSERT_EQ(cpu_add(fabric, 5, true), 0);
	ASSERT_EQ(cpu_add(fabric, 0, false), 1);
	ASSERT_EQ(cpu_add(fabric, 77, false), 2);
	ASSERT_EQ(mmio_read(fabric, 0, LAPIC + 0x20), 5u << 24);
	ASSERT_EQ(mmio_read(fabric, 1, LAPIC + 0x20), 0);
	ASSERT_EQ(mmio_read(fabric, 2, LAPIC + 0x20), 77u << 24);
}

TEST(add_cpu_refuses_an_apic_id_that_is_taken_or_out_of_range)
{
	int fabric = fabric_create(0);
	struct virqchip_add_cpu add = { .size = sizeof(add), .apic_id = 9 };

	ASSERT_OK(ioctl(fabric, VIRQCHIP_ADD_CPU, &add));
	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_ADD_CPU, &add), EEXIST);
	add.apic_id = 4096;
	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_ADD_CPU, &add), EINVAL);
	add.apic_id = 0xffffffff;
	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_ADD_CPU, &add), EINVAL);
	add.apic_id = 4095;
	ASSERT_OK(ioctl(fabric, VIRQCHIP_ADD_CPU, &add));
	ASSERT_EQ(add.cpu, 1);
}

/* Every ioctl that names a CPU, for a CPU that is not there. */
static void expect_no_cpu(int fabric, uint32_t cpu)
{
	struct virqchip_bus bus = {
		.cpu = cpu,
		.addr = PIC1,
		.len = 1,
	};
	struct virqchip_take take = {
		.size = sizeof(take),
		.flags = IF_NOW,
		.cpu = cpu,
	};
	union any_state state = { .size = sizeof(state.lapic) };
	uint64_t value;

	ASSERT_ERRNO(bus_try(fabric, VIRQCHIP_BUS_READ, &bus), ENOENT);
	ASSERT_ERRNO(bus_try(fabric, VIRQCHIP_BUS_WRITE, &bus), ENOENT);
	bus.space = VIRQCHIP_SPACE_MMIO;
	bus.addr = LAPIC;
	ASSERT_ERRNO(bus_try(fabric, VIRQCHIP_BUS_READ, &bus), ENOENT);
	ASSERT_ERRNO(msr_try_read(fabric, cpu, MSR_APIC_BASE, &value), ENOENT);
	ASSERT_ERRNO(msr_try_write(fabric, cpu, MSR_APIC_BASE, 0), ENOENT);
	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_TAKE, &take), ENOENT);
	ASSERT_ERRNO(state_try(fabric, VIRQCHIP_GET_STATE, VIRQCHIP_CHIP_LAPIC,
			       cpu, &state), ENOENT);
	ASSERT_ERRNO(state_try(fabric, VIRQCHIP_SET_STATE, VIRQCHIP_CHIP_LAPIC,
			       cpu, &state), ENOENT);
}

TEST(a_cpu_that_is_not_there_is_not_found)
{
	int fabric = fabric_create(0);

	expect_no_cpu(fabric, 0);
	cpu_add(fabric, 3, true);
	expect_no_cpu(fabric, 1);
	expect_no_cpu(fabric, 3);
	expect_no_cpu(fabric, 1023);
	expect_no_cpu(fabric, 1024);
	expect_no_cpu(fabric, 0xffffffff);
}

/* ---- lines ---- */

TEST(set_line_with_bad_fields_is_refused)
{
	int fabric = fabric_create(0);
	struct virqchip_set_line line = { .size = sizeof(line) };

	line.gsi = 4096;
	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_SET_LINE, &line), EINVAL);
	line.gsi = 0xffffffff;
	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_SET_LINE, &line), EINVAL);
	line.gsi = 5;
	line.level = 2;
	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_SET_LINE, &line), EINVAL);
	line.level = 0;
	for (line.source = 1; line.source <= VIRQCHIP_SOURCE_KERNEL_LAST;
	     line.source++)
		ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_SET_LINE, &line), EINVAL);
	line.source = sizeof(long) * 8;
	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_SET_LINE, &line), EINVAL);
	line.source = sizeof(long) * 8 - 1;
	ASSERT_OK(ioctl(fabric, VIRQCHIP_SET_LINE, &line));
}

TEST(line_without_a_route_is_ignored)
{
	int fabric = fabric_create(0);

	ASSERT_EQ(line_set(fabric, 24, 1), -1);
	ASSERT_EQ(line_set(fabric, 4095, 1), -1);
}

TEST(line_stays_high_until_its_last_source_lets_go)
{
	int fabric = fabric_with_cpu(0);

	rte_write(fabric, 20, RTE_LEVEL | 0x61);
	ASSERT_EQ(line_set_source(fabric, 20, 1, 0), 1);
	line_set_source(fabric, 20, 1, 9);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x61);
	line_set_source(fabric, 20, 0, 0);
	lapic_write(fabric, LAPIC_EOI, 0);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x61);
	line_set_source(fabric, 20, 0, 9);
	lapic_write(fabric, LAPIC_EOI, 0);
	ASSERT_EQ(take_hold(fabric), VIRQCHIP_HOLD_IDLE);
}

TEST(pulse_line_with_bad_fields_is_refused)
{
	int fabric = fabric_create(0);
	struct virqchip_pulse_line pulse = { .size = sizeof(pulse) };

	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_PULSE_LINE, &pulse), EINVAL);
	pulse.count = VIRQCHIP_MAX_PULSES + 1;
	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_PULSE_LINE, &pulse), EINVAL);
	pulse.count = 1;
	pulse.gsi = 4096;
	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_PULSE_LINE, &pulse), EINVAL);
}

TEST(pulse_line_counts_what_became_of_the_pulses)
{
	int fabric = fabric_with_cpu(0);
	struct virqchip_pulse_line pulse = {
		.size = sizeof(pulse),
		.gsi = 20,
		.count = 3,
	};

	ASSERT_OK(ioctl(fabric, VIRQCHIP_PULSE_LINE, &pulse));
	ASSERT_EQ(pulse.ignored, 3);
	rte_write(fabric, 20, 0x61);
	ASSERT_OK(ioctl(fabric, VIRQCHIP_PULSE_LINE, &pulse));
	ASSERT_EQ(pulse.delivered, 1);
	ASSERT_EQ(pulse.coalesced, 2);
	ASSERT_EQ(pulse.ignored, 0);
}

/* ---- the bus ---- */

TEST(bus_access_with_bad_fields_is_refused)
{
	static const struct virqchip_bus bad[] = {
		{ .space = VIRQCHIP_SPACE_PIO, .addr = PIC1, .len = 0 },
		{ .space = VIRQCHIP_SPACE_PIO, .addr = PIC1, .len = 9 },
		{ .space = VIRQCHIP_SPACE_PIO, .addr = PIC1, .len = ~0u },
		{ .space = VIRQCHIP_SPACE_PIO, .addr = 0x10000, .len = 1 },
		{ .space = VIRQCHIP_SPACE_PIO, .addr = 0xffff, .len = 2 },
		{ .space = VIRQCHIP_SPACE_MMIO, .addr = ~0ull, .len = 2 },
		{ .space = VIRQCHIP_SPACE_MMIO, .addr = ~0ull - 6, .len = 8 },
		{ .space = 2, .addr = PIC1, .len = 1 },
		{ .space = ~0u, .addr = PIC1, .len = 1 },
	};
	int fabric = fabric_with_cpu(0);
	struct virqchip_bus bus;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		bus = bad[i];
		ASSERT_ERRNO(bus_try(fabric, VIRQCHIP_BUS_READ, &bus), EINVAL);
		ASSERT_ERRNO(bus_try(fabric, VIRQCHIP_BUS_WRITE, &bus), EINVAL);
	}
}

TEST(bus_access_where_no_device_is_is_not_answered)
{
	static const struct virqchip_bus empty[] = {
		{ .space = VIRQCHIP_SPACE_PIO, .addr = 0, .len = 1 },
		{ .space = VIRQCHIP_SPACE_PIO, .addr = 0xffff, .len = 1 },
		/* There is no PIT in this fabric. */
		{ .space = VIRQCHIP_SPACE_PIO, .addr = PIT, .len = 1 },
		{ .space = VIRQCHIP_SPACE_MMIO, .addr = 0, .len = 8 },
		{ .space = VIRQCHIP_SPACE_MMIO, .addr = ~0ull, .len = 1 },
		{ .space = VIRQCHIP_SPACE_MMIO, .addr = IOAPIC - 4, .len = 4 },
	};
	int fabric = fabric_with_cpu(0);
	struct virqchip_bus bus;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(empty); i++) {
		bus = empty[i];
		ASSERT_ERRNO(bus_try(fabric, VIRQCHIP_BUS_READ, &bus), ENXIO);
		ASSERT_ERRNO(bus_try(fabric, VIRQCHIP_BUS_WRITE, &bus), ENXIO);
	}
}

TEST(bus_access_of_any_width_is_defined)
{
	static const uint64_t addrs[] = {
		PIC1, PIC1 + 1, PIC2, PIC2 + 1, ELCR1, PIT, 0x61,
		IOAPIC, IOAPIC + 0x10, IOAPIC + 0x14, IOAPIC + 0xff,
		LAPIC, LAPIC + 0x20, LAPIC + 0x23, LAPIC + 0xff0, LAPIC + 0xfff,
	};
	int fabric = fabric_with_cpu(VIRQCHIP_FABRIC_PIT);
	struct virqchip_bus bus;
	unsigned int i, len, byte;

	for (i = 0; i < ARRAY_SIZE(addrs); i++) {
		for (len = 1; len <= 8; len++) {
			memset(&bus, 0xa5, sizeof(bus));
			bus = (struct virqchip_bus) {
				.space = addrs[i] >> 16 ? VIRQCHIP_SPACE_MMIO :
							  VIRQCHIP_SPACE_PIO,
				.addr = addrs[i],
				.len = len,
			};
			memset(bus.data, 0xa5, sizeof(bus.data));
			if (bus_try(fabric, VIRQCHIP_BUS_READ, &bus)) {
				ASSERT_EQ(errno, ENXIO);
				continue;
			}
			/* Not what the stack or the caller had there. */
			for (byte = len; byte < 8; byte++)
				ASSERT_EQ(bus.data[byte], 0);
			bus_try(fabric, VIRQCHIP_BUS_WRITE, &bus);
		}
	}
}

TEST(a_cpu_sees_its_own_local_apic_alone)
{
	int fabric = fabric_with_cpu(0);

	cpu_add(fabric, 1, false);
	mmio_write(fabric, 1, LAPIC + LAPIC_TPR, 0x50);
	ASSERT_EQ(mmio_read(fabric, 0, LAPIC + LAPIC_TPR), 0);
	ASSERT_EQ(mmio_read(fabric, 1, LAPIC + LAPIC_TPR), 0x50);
}

TEST(ioapic_version_follows_the_create_flag)
{
	static const struct {
		uint32_t flags;
		uint8_t version;
	} kinds[] = {
		{ 0, 0x11 },
		{ VIRQCHIP_FABRIC_IOAPIC_EOIR, 0x20 },
	};
	unsigned int i;
	int fabric;

	for (i = 0; i < 2; i++) {
		fabric = fabric_with_cpu(kinds[i].flags);
		mmio_write(fabric, 0, IOAPIC, 1);
		ASSERT_EQ(mmio_read(fabric, 0, IOAPIC + 0x10),
			  23 << 16 | kinds[i].version);
	}
}

/* ---- MSRs ---- */

TEST(msrs_that_are_not_the_local_apics_are_not_known)
{
	static const uint32_t msrs[] = {
		0, 0x10, 0x1a, 0x1c, 0x6e0, 0x7ff, 0x900, 0xc0000080, ~0u
	};
	int fabric = fabric_with_cpu(0);
	uint64_t value;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(msrs); i++) {
		ASSERT_ERRNO(msr_try_read(fabric, 0, msrs[i], &value), ENXIO);
		ASSERT_ERRNO(msr_try_write(fabric, 0, msrs[i], 0), ENXIO);
	}
}

TEST(apic_base_takes_the_modes_in_their_order)
{
	int fabric = fabric_with_cpu(0);
	uint64_t base;

	ASSERT_OK(msr_try_read(fabric, 0, MSR_APIC_BASE, &base));
	ASSERT_EQ(base, LAPIC | 0x900);
	ASSERT_OK(msr_try_write(fabric, 0, MSR_APIC_BASE,
				base | APIC_BASE_EXTD));
	/* From x2APIC back to xAPIC there is only the way through off. */
	ASSERT_ERRNO(msr_try_write(fabric, 0, MSR_APIC_BASE, base), EACCES);
	ASSERT_OK(msr_try_write(fabric, 0, MSR_APIC_BASE, LAPIC | 0x100));
	ASSERT_OK(msr_try_write(fabric, 0, MSR_APIC_BASE, base));
	ASSERT_ERRNO(msr_try_write(fabric, 0, MSR_APIC_BASE, base | 1), EACCES);
	ASSERT_ERRNO(msr_try_write(fabric, 0, MSR_APIC_BASE, base | 1ull << 52),
		     EACCES);
	ASSERT_OK(msr_try_read(fabric, 0, MSR_APIC_BASE, &base));
	ASSERT_EQ(base, LAPIC | 0x900);
}

TEST(x2apic_msrs_fault_as_the_architecture_says)
{
	int fabric = fabric_with_cpu(0);
	uint64_t value;

	/* Not in xAPIC mode at all */
	ASSERT_ERRNO(msr_try_read(fabric, 0, MSR_X2APIC + 0x02, &value),
		     EACCES);
	ASSERT_OK(msr_try_write(fabric, 0, MSR_APIC_BASE,
				LAPIC | 0x900 | APIC_BASE_EXTD));
	ASSERT_OK(msr_try_read(fabric, 0, MSR_X2APIC + 0x02, &value));
	ASSERT_EQ(value, 0);
	ASSERT_ERRNO(msr_try_write(fabric, 0, MSR_X2APIC + 0x02, 0), EACCES);
	ASSERT_ERRNO(msr_try_read(fabric, 0, MSR_X2APIC + 0x0b, &value),
		     EACCES);
	ASSERT_ERRNO(msr_try_write(fabric, 0, MSR_X2APIC + 0x0b, 1), EACCES);
	ASSERT_OK(msr_try_write(fabric, 0, MSR_X2APIC + 0x0b, 0));
	ASSERT_ERRNO(msr_try_read(fabric, 0, MSR_X2APIC + 0xff, &value),
		     EACCES);
	ASSERT_OK(msr_try_write(fabric, 0, MSR_X2APIC + 0x08, 0x40));
	ASSERT_OK(msr_try_read(fabric, 0, MSR_X2APIC + 0x08, &value));
	ASSERT_EQ(value, 0x40);
}

/* ---- routes ---- */

TEST(bad_routes_are_refused_and_the_old_ones_stay)
{
	static const struct virqchip_route good = {
		.gsi = 7, .kind = VIRQCHIP_ROUTE_IOAPIC, .pin = 7
	};
	static const struct virqchip_route bad[] = {
		{ .gsi = 4096, .kind = VIRQCHIP_ROUTE_IOAPIC, .pin = 1 },
		{ .gsi = ~0u, .kind = VIRQCHIP_ROUTE_IOAPIC, .pin = 1 },
		{ .gsi = 1, .kind = VIRQCHIP_ROUTE_IOAPIC, .pin = 24 },
		{ .gsi = 1, .kind = VIRQCHIP_ROUTE_IOAPIC, .pin = 256 },
		{ .gsi = 1, .kind = VIRQCHIP_ROUTE_PIC, .pin = 16 },
		{ .gsi = 1, .kind = VIRQCHIP_ROUTE_PIC, .pin = 0x10000001 },
		{ .gsi = 1, .kind = VIRQCHIP_ROUTE_MSI, .pin = 1 },
		{ .gsi = 1, .kind = VIRQCHIP_ROUTE_MSI + 1 },
		{ .gsi = 1, .kind = 256 },
		{ .gsi = 1, .kind = VIRQCHIP_ROUTE_PIC, .msi_data = 1 },
		{ .gsi = 1, .kind = VIRQCHIP_ROUTE_IOAPIC, .msi_address = 1 },
		/* The same pin's chip twice, and a message beside a pin */
		{ .gsi = 7, .kind = VIRQCHIP_ROUTE_IOAPIC, .pin = 8 },
		{ .gsi = 7, .kind = VIRQCHIP_ROUTE_MSI, .msi_address = LAPIC },
	};
	int fabric = fabric_with_cpu(0);
	struct virqchip_route routes[3] = { good, good, good };
	unsigned int i;

	rte_write(fabric, 20, 0x61);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		routes[0].gsi = 5;
		routes[1] = bad[i];
		ASSERT_ERRNO(routes_try_set(fabric, routes, 3), EINVAL);
	}
	ASSERT_EQ(line_set(fabric, 20, 1), 1);
}

TEST(routes_with_a_bad_array_are_refused)
{
	int fabric = fabric_create(0);
	struct virqchip_route *routes = calloc(4097, sizeof(*routes));
	struct virqchip_set_routes set = {
		.size = sizeof(set),
		.nr = 1,
		.entry_size = sizeof(*routes),
	};
	unsigned int i;

	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_SET_ROUTES, &set), EFAULT);
	set.entries = ~0xfffull;
	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_SET_ROUTES, &set), EFAULT);
	set.entries = (uintptr_t)routes;
	set.entry_size--;
	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_SET_ROUTES, &set), EINVAL);
	set.entry_size += 2;
	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_SET_ROUTES, &set), EINVAL);

	for (i = 0; i < 4097; i++) {
		routes[i].gsi = i;
		routes[i].kind = VIRQCHIP_ROUTE_MSI;
		routes[i].msi_address = LAPIC;
	}
	ASSERT_OK(routes_try_set(fabric, routes, 4096));
	ASSERT_ERRNO(routes_try_set(fabric, routes, 4097), EINVAL);
	ASSERT_ERRNO(routes_try_set(fabric, routes, ~0u), EINVAL);
}

TEST(an_empty_routing_table_leads_nowhere)
{
	int fabric = fabric_with_cpu(0);

	rte_write(fabric, 20, 0x61);
	ASSERT_OK(routes_try_set(fabric, NULL, 0));
	ASSERT_EQ(line_set(fabric, 20, 1), -1);
}

/* ---- states ---- */

TEST(state_of_an_unknown_chip_is_refused)
{
	int fabric = fabric_with_cpu(0);
	union any_state state = { .size = sizeof(state.pic) };

	ASSERT_ERRNO(state_try(fabric, VIRQCHIP_GET_STATE,
			       VIRQCHIP_CHIP_LINES + 1, 0, &state), EINVAL);
	ASSERT_ERRNO(state_try(fabric, VIRQCHIP_SET_STATE, ~0u, 0, &state),
		     EINVAL);
	/* Only local APICs are of a CPU. */
	ASSERT_ERRNO(state_try(fabric, VIRQCHIP_GET_STATE, VIRQCHIP_CHIP_PIC, 1,
			       &state), EINVAL);
}

TEST(state_of_a_chip_the_fabric_lacks_is_not_there)
{
	int fabric = fabric_with_cpu(0);
	union any_state state = { .size = sizeof(state.pit) };

	ASSERT_ERRNO(state_try(fabric, VIRQCHIP_GET_STATE, VIRQCHIP_CHIP_PIT, 0,
			       &state), ENODEV);
	ASSERT_ERRNO(state_try(fabric, VIRQCHIP_SET_STATE, VIRQCHIP_CHIP_PIT, 0,
			       &state), ENODEV);
}

static void expect_refused(int fabric, uint32_t chip, union any_state *state)
{
	union any_state before, after;

	state_get(fabric, chip, &before);
	ASSERT_ERRNO(state_try(fabric, VIRQCHIP_SET_STATE, chip, 0, state),
		     EINVAL);
	state_get(fabric, chip, &after);
	ASSERT(!memcmp(&before, &after, state_size(chip)));
}

TEST(state_with_a_reserved_field_set_is_refused)
{
	int fabric = fabric_with_cpu(VIRQCHIP_FABRIC_PIT);
	union any_state state;

	state_get(fabric, VIRQCHIP_CHIP_PIC, &state);
	state.pic.chip[1].__reserved = 1;
	expect_refused(fabric, VIRQCHIP_CHIP_PIC, &state);
	state_get(fabric, VIRQCHIP_CHIP_IOAPIC, &state);
	state.ioapic.__reserved[4] = 1;
	expect_refused(fabric, VIRQCHIP_CHIP_IOAPIC, &state);
	state_get(fabric, VIRQCHIP_CHIP_LAPIC, &state);
	state.lapic.__reserved[0] = 1;
	expect_refused(fabric, VIRQCHIP_CHIP_LAPIC, &state);
	state_get(fabric, VIRQCHIP_CHIP_PIT, &state);
	state.pit.__reserved = 1;
	expect_refused(fabric, VIRQCHIP_CHIP_PIT, &state);
	state.pit.__reserved = 0;
	state.pit.channel[2].__reserved[2] = 1;
	expect_refused(fabric, VIRQCHIP_CHIP_PIT, &state);
}

TEST(state_that_cannot_be_is_refused)
{
	int fabric = fabric_with_cpu(0);
	union any_state state;

	state_get(fabric, VIRQCHIP_CHIP_IOAPIC, &state);
	state.ioapic.version = 0x20;
	expect_refused(fabric, VIRQCHIP_CHIP_IOAPIC, &state);
	state_get(fabric, VIRQCHIP_CHIP_LAPIC, &state);
	state.lapic.base |= 1;
	expect_refused(fabric, VIRQCHIP_CHIP_LAPIC, &state);
	/* A mode that goes, with an ID that does not go with it */
	state.lapic.base = LAPIC | 0x900 | APIC_BASE_EXTD;
	state.lapic.regs[0x20 / 4] = 5;
	expect_refused(fabric, VIRQCHIP_CHIP_LAPIC, &state);
}

/* Intel 8259A: ICW2 gives bits 7:3; the ELCRs have fixed bits. */
TEST(bits_a_chip_does_not_have_are_cleared)
{
	int fabric = fabric_with_cpu(0);
	union any_state state;

	state_get(fabric, VIRQCHIP_CHIP_PIC, &state);
	memset(state.pic.chip, 0xff, sizeof(state.pic.chip));
	state.pic.chip[0].__reserved = 0;
	state.pic.chip[1].__reserved = 0;
	state_set(fabric, VIRQCHIP_CHIP_PIC, &state);
	state_get(fabric, VIRQCHIP_CHIP_PIC, &state);
	ASSERT_EQ(state.pic.chip[0].irq_base & 7, 0);
	ASSERT_EQ(state.pic.chip[0].elcr, 0xf8);
	ASSERT_EQ(state.pic.chip[1].elcr, 0xde);
	ASSERT(state.pic.chip[0].lowest <= 7);
	ASSERT(state.pic.chip[0].step <= 4);

	state_get(fabric, VIRQCHIP_CHIP_IOAPIC, &state);
	memset(state.ioapic.rte, 0xff, sizeof(state.ioapic.rte));
	state.ioapic.lines = ~0u;
	state_set(fabric, VIRQCHIP_CHIP_IOAPIC, &state);
	state_get(fabric, VIRQCHIP_CHIP_IOAPIC, &state);
	ASSERT_EQ(state.ioapic.rte[3] & ~0xff0000000001ffffull, 0);
	ASSERT_EQ(state.ioapic.lines, 0xffffff);
}
