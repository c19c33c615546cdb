// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fabric fd as the tests use it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib.h"

int device_open(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", DEVICE,
			  strerror(errno));
	return fd;
}

int debugfs_open(int fabric, const char *name)
{
	struct virqchip_fabric_info info = { .size = sizeof(info) };
	char path[128];
	int fd;

	ASSERT_OK(ioctl(fabric, VIRQCHIP_FABRIC_INFO, &info));
	if (access("/sys/kernel/debug/virqchip", F_OK))
		test_skip("debugfs is not mounted");
	snprintf(path, sizeof(path), "/sys/kernel/debug/virqchip/%s/%s",
		 info.name, name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ASSERT_OK(fd);
	return fd;
}

const char *debugfs_read(int fd)
{
	static char text[16384];
	size_t len = 0;
	ssize_t some;

	ASSERT_OK(lseek(fd, 0, SEEK_SET));
	while ((some = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += some;
	ASSERT_OK(some);
	text[len] = '\0';
	return text;
}

void debugfs_write(int fd, const char *text)
{
	ASSERT_EQ(write(fd, text, strlen(text)), strlen(text));
}

void text_expect(const char *text, const char *part)
{
	if (!strstr(text, part))
		test_fail(__FILE__, __LINE__, "no '%s' in:\n%s", part, text);
}

int fabric_try_create(uint32_t flags, const char *name)
{
	struct virqchip_fabric_create create = {
		.size = sizeof(create),
		.flags = flags,
	};
	int device = device_open();
	int fd, error;

	memcpy(create.name, name, strnlen(name, sizeof(create.name)));
	fd = ioctl(device, VIRQCHIP_FABRIC_CREATE, &create);
	error = errno;
	close(device);
	errno = error;
	return fd;
}

int fabric_create(uint32_t flags)
{
	int fd = fabric_try_create(flags, "");

	ASSERT_OK(fd);
	return fd;
}

int fabric_with_cpu(uint32_t flags)
{
	int fabric = fabric_create(flags);

	ASSERT_EQ(cpu_add(fabric, 0, true), 0);
	lapic_write(fabric, LAPIC_SVR, SVR_ON);
	return fabric;
}

uint32_t cpu_add(int fabric, uint32_t apic_id, bool bsp)
{
	struct virqchip_add_cpu add = {
		.size = sizeof(add),
		.flags = bsp ? VIRQCHIP_CPU_BSP : 0,
		.apic_id = apic_id,
	};

	ASSERT_OK(ioctl(fabric, VIRQCHIP_ADD_CPU, &add));
	return add.cpu;
}

int line_set_source(int fabric, uint32_t gsi, uint32_t level, uint32_t source)
{
	struct virqchip_set_line line = {
		.size = sizeof(line),
		.gsi = gsi,
		.level = level,
		.source = source,
		.status = 0x5a5a,
	};

	ASSERT_OK(ioctl(fabric, VIRQCHIP_SET_LINE, &line));
	return line.status;
}

int line_set(int fabric, uint32_t gsi, uint32_t level)
{
	return line_set_source(fabric, gsi, level, 0);
}

int bus_try(int fabric, unsigned long cmd, struct virqchip_bus *bus)
{
	bus->size = sizeof(*bus);
	return ioctl(fabric, cmd, bus);
}

int msr_try_read(int fabric, uint32_t cpu, uint32_t msr, uint64_t *value)
{
	struct virqchip_msr arg = {
		.size = sizeof(arg),
		.cpu = cpu,
		.msr = msr,
	};
	int ret = ioctl(fabric, VIRQCHIP_MSR_READ, &arg);

	*value = arg.value;
	return ret;
}

int msr_try_write(int fabric, uint32_t cpu, uint32_t msr, uint64_t value)
{
	struct virqchip_msr arg = {
		.size = sizeof(arg),
		.cpu = cpu,
		.msr = msr,
		.value = value,
	};

	return ioctl(fabric, VIRQCHIP_MSR_WRITE, &arg);
}

int routes_try_set(int fabric, const struct virqchip_route *routes,
		   uint32_t nr)
{
	struct virqchip_set_routes set = {
		.size = sizeof(set),
		.nr = nr,
		.entry_size = sizeof(*routes),
		.entries = (uintptr_t)routes,
	};

	return ioctl(fabric, VIRQCHIP_SET_ROUTES, &set);
}

int state_try(int fabric, unsigned long cmd, uint32_t chip, uint32_t cpu,
	      void *state)
{
	struct virqchip_state arg = {
		.size = sizeof(arg),
		.chip = chip,
		.cpu = cpu,
		.state = (uintptr_t)state,
	};

	return ioctl(fabric, cmd, &arg);
}

int msi_send(int fabric, uint64_t address, uint32_t data)
{
	struct virqchip_msi msi = {
		.size = sizeof(msi),
		.address = address,
		.data = data,
		.status = 0x5a5a,
	};

	ASSERT_OK(ioctl(fabric, VIRQCHIP_MSI, &msi));
	return msi.status;
}

struct virqchip_take take(int fabric, uint32_t cpu, uint32_t flags)
{
	struct virqchip_take arg = {
		.size = sizeof(arg),
		.flags = flags,
		.cpu = cpu,
		.source = 0x5a5a,
		.intr_info = 0x5a5a,
		.hold = 0x5a5a,
	};

	ASSERT_OK(ioctl(fabric, VIRQCHIP_TAKE, &arg));
	return arg;
}

uint32_t take_now(int fabric)
{
	return take(fabric, 0, VIRQCHIP_TAKE_IF |
			       VIRQCHIP_TAKE_NONBLOCK).intr_info;
}

uint32_t take_hold(int fabric)
{
	struct virqchip_take arg = take(fabric, 0, VIRQCHIP_TAKE_IF |
						   VIRQCHIP_TAKE_NONBLOCK);

	ASSERT_EQ(arg.source, VIRQCHIP_TAKE_NONE);
	ASSERT_EQ(arg.intr_info, 0);
	return arg.hold;
}

static void bus_access(int fabric, unsigned long cmd, uint32_t space,
		       uint32_t cpu, uint64_t addr, void *data, uint32_t len)
{
	struct virqchip_bus bus = {
		.space = space,
		.cpu = cpu,
		.addr = addr,
		.len = len,
	};

	memcpy(bus.data, data, len);
	ASSERT_OK(bus_try(fabric, cmd, &bus));
	memcpy(data, bus.data, len);
}

void out8(int fabric, uint16_t port, uint8_t val)
{
	bus_access(fabric, VIRQCHIP_BUS_WRITE, VIRQCHIP_SPACE_PIO, 0, port,
		   &val, sizeof(val));
}

uint8_t in8(int fabric, uint16_t port)
{
	uint8_t val = 0;

	bus_access(fabric, VIRQCHIP_BUS_READ, VIRQCHIP_SPACE_PIO, 0, port,
		   &val, sizeof(val));
	return val;
}

void mmio_write(int fabric, uint32_t cpu, uint64_t addr, uint32_t val)
{
	bus_access(fabric, VIRQCHIP_BUS_WRITE, VIRQCHIP_SPACE_MMIO, cpu, addr,
		   &val, sizeof(val));
}

uint32_t mmio_read(int fabric, uint32_t cpu, uint64_t addr)
{
	uint32_t val = 0;

	bus_access(fabric, VIRQCHIP_BUS_READ, VIRQCHIP_SPACE_MMIO, cpu, addr,
		   &val, sizeof(val));
	return val;
}

void lapic_write(int fabric, uint32_t reg, uint32_t val)
{
	mmio_write(fabric, 0, LAPIC + reg, val);
}

uint32_t lapic_read(int fabric, uint32_t reg)
{
	return mmio_read(fabric, 0, LAPIC + reg);
}

static void ioapic_write(int fabric, uint32_t index, uint32_t val)
{
	mmio_write(fabric, 0, IOAPIC, index);
	mmio_write(fabric, 0, IOAPIC + 0x10, val);
}

static uint32_t ioapic_read(int fabric, uint32_t index)
{
	mmio_write(fabric, 0, IOAPIC, index);
	return mmio_read(fabric, 0, IOAPIC + 0x10);
}

void rte_write(int fabric, unsigned int pin, uint64_t rte)
{
	ioapic_write(fabric, 0x10 + 2 * pin, RTE_MASKED);
	ioapic_write(fabric, 0x11 + 2 * pin, rte >> 32);
	ioapic_write(fabric, 0x10 + 2 * pin, rte);
}

uint64_t rte_read(int fabric, unsigned int pin)
{
	return ioapic_read(fabric, 0x10 + 2 * pin) |
	       (uint64_t)ioapic_read(fabric, 0x11 + 2 * pin) << 32;
}

void pic_init(int fabric)
{
	out8(fabric, PIC1, 0x11);
	out8(fabric, PIC1 + 1, 0x20);
	out8(fabric, PIC1 + 1, 0x04);
	out8(fabric, PIC1 + 1, 0x01);
	out8(fabric, PIC2, 0x11);
	out8(fabric, PIC2 + 1, 0x28);
	out8(fabric, PIC2 + 1, 0x02);
	out8(fabric, PIC2 + 1, 0x01);
	out8(fabric, PIC1 + 1, 0);
	out8(fabric, PIC2 + 1, 0);
}

void pic_eoi_both(int fabric)
{
	out8(fabric, PIC2, 0x20);
	out8(fabric, PIC1, 0x20);
}

uint32_t state_size(uint32_t chip)
{
	static const uint32_t sizes[] = {
		[VIRQCHIP_CHIP_PIC] = sizeof(struct virqchip_pic_state),
		[VIRQCHIP_CHIP_IOAPIC] = sizeof(struct virqchip_ioapic_state),
		[VIRQCHIP_CHIP_LAPIC] = sizeof(struct virqchip_lapic_state),
		[VIRQCHIP_CHIP_PIT] = sizeof(struct virqchip_pit_state),
		[VIRQCHIP_CHIP_LINES] = sizeof(struct virqchip_lines_state),
	};

	return sizes[chip];
}

void state_get(int fabric, uint32_t chip, union any_state *state)
{
	memset(state, 0xaa, sizeof(*state));
	state->size = state_size(chip);
	state->flags = 0;
	ASSERT_OK(state_try(fabric, VIRQCHIP_GET_STATE, chip, 0, state));
	ASSERT_EQ(state->size, state_size(chip));
}

void state_set(int fabric, uint32_t chip, union any_state *state)
{
	ASSERT_OK(state_try(fabric, VIRQCHIP_SET_STATE, chip, 0, state));
}

/* splitmix64 */
uint64_t random_next(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}
