// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules that hold for every ioctl, for each ioctl: one table of ioctls, one
 * of rules.
 */
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib.h"

/* Longer than any structure, shorter than a page */
#define ROOM		1024u
#define PAGE		4096u
#define UNKNOWN_FLAG	0x80000000u
#define CANARY		0xc5

/* A machine that all calls work on. */
struct machine {
	int device;
	int fabric;
	uint32_t fabric_id;
	uint32_t next_apic_id;
	struct virqchip_route route;
	union any_state pic;
};

/**
 * struct call - an ioctl, and how to call it so that it works
 * @name: of the command
 * @cmd: the command
 * @size: bytes of its structure
 * @on_device: it is one of /dev/virqchip, else one of a fabric fd
 * @out: it writes its structure back
 * @reserved: offset of a reserved field, 0 if there is none
 * @fill: makes the structure's fields valid, but for size
 */
struct call {
	const char *name;
	unsigned long cmd;
	uint32_t size;
	bool on_device;
	bool out;
	size_t reserved;
	void (*fill)(struct machine *m, void *arg);
};

static void fill_nothing(struct machine *m, void *arg)
{
}

static void fill_pulse(struct machine *m, void *arg)
{
	struct virqchip_pulse *pulse = arg;

	pulse->fabric_id = m->fabric_id;
	pulse->gsi = 5;
	pulse->count = 1;
}

static void fill_add_cpu(struct machine *m, void *arg)
{
	((struct virqchip_add_cpu *)arg)->apic_id = m->next_apic_id++;
}

static void fill_set_line(struct machine *m, void *arg)
{
	((struct virqchip_set_line *)arg)->gsi = 5;
}

static void fill_pulse_line(struct machine *m, void *arg)
{
	((struct virqchip_pulse_line *)arg)->count = 1;
}

static void fill_bus(struct machine *m, void *arg)
{
	struct virqchip_bus *bus = arg;

	bus->addr = PIC1 + 1;
	bus->len = 1;
}

static void fill_msr(struct machine *m, void *arg)
{
	struct virqchip_msr *msr = arg;

	msr->msr = MSR_APIC_BASE;
	msr->value = LAPIC | 0x900;
}

static void fill_msi(struct machine *m, void *arg)
{
	struct virqchip_msi *msi = arg;

	msi->address = LAPIC;
	msi->data = 0x40;
}

static void fill_set_routes(struct machine *m, void *arg)
{
	struct virqchip_set_routes *set = arg;

	m->route.gsi = 3;
	m->route.kind = VIRQCHIP_ROUTE_IOAPIC;
	m->route.pin = 3;
	set->nr = 1;
	set->entry_size = sizeof(m->route);
	set->entries = (uintptr_t)&m->route;
}

static void fill_take(struct machine *m, void *arg)
{
	((struct virqchip_take *)arg)->flags = VIRQCHIP_TAKE_NONBLOCK;
}

static void fill_state(struct machine *m, void *arg)
{
	struct virqchip_state *state = arg;

	state_get(m->fabric, VIRQCHIP_CHIP_PIC, &m->pic);
	state->chip = VIRQCHIP_CHIP_PIC;
	state->state = (uintptr_t)&m->pic;
}

#define CALL(_name, _struct, _device, _out, _reserved, _fill) {		\
	.name = #_name,							\
	.cmd = VIRQCHIP_##_name,					\
	.size = sizeof(struct virqchip_##_struct),			\
	.on_device = _device,						\
	.out = _out,							\
	.reserved = _reserved,						\
	.fill = fill_##_fill,						\
}

#define RESERVED(_struct)	offsetof(struct virqchip_##_struct, __reserved)

static const struct call calls[] = {
	CALL(GET_INFO, get_info, true, true, RESERVED(get_info), nothing),
	CALL(FABRIC_CREATE, fabric_create, true, false, 0, nothing),
	CALL(PULSE, pulse, true, true, 0, pulse),
	CALL(FABRIC_INFO, fabric_info, false, true, RESERVED(fabric_info),
	     nothing),
	CALL(ADD_CPU, add_cpu, false, true, 0, add_cpu),
	CALL(SET_LINE, set_line, false, true, 0, set_line),
	CALL(PULSE_LINE, pulse_line, false, true, RESERVED(pulse_line),
	     pulse_line),
	CALL(BUS_READ, bus, false, true, RESERVED(bus), bus),
	CALL(BUS_WRITE, bus, false, false, RESERVED(bus), bus),
	CALL(MSR_READ, msr, false, true, 0, msr),
	CALL(MSR_WRITE, msr, false, false, 0, msr),
	CALL(MSI, msi, false, true, 0, msi),
	CALL(SET_ROUTES, set_routes, false, false, 0, set_routes),
	CALL(TAKE, take, false, true, 0, take),
	CALL(GET_STATE, state, false, false, 0, state),
	CALL(SET_STATE, state, false, false, 0, state),
};

static void machine_make(struct machine *m)
{
	struct virqchip_fabric_info info = { .size = sizeof(info) };

	memset(m, 0, sizeof(*m));
	m->device = device_open();
	m->fabric = fabric_with_cpu(0);
	m->next_apic_id = 1;
	ASSERT_OK(ioctl(m->fabric, VIRQCHIP_FABRIC_INFO, &info));
	m->fabric_id = info.fabric_id;
}

/* Memory of two pages, followed by one that cannot be accessed. */
static uint8_t *memory(void)
{
	uint8_t *mem = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT(mem != MAP_FAILED);
	ASSERT_OK(mprotect(mem + 2 * PAGE, PAGE, PROT_NONE));
	return mem;
}

static void *filled(struct machine *m, const struct call *call, uint8_t *mem,
		    uint32_t size)
{
	memset(mem, 0, call->size);
	call->fill(m, mem);
	*(uint32_t *)mem = size;
	return mem;
}

static long do_call(const struct machine *m, const struct call *call, void *arg)
{
	return ioctl(call->on_device ? m->device : m->fabric, call->cmd, arg);
}

/* ---- the rules ---- */

static void works(const void *arg)
{
	const struct call *call = arg;
	uint8_t *mem = memory();
	struct machine m;

	machine_make(&m);
	memset(mem, CANARY, 2 * PAGE);
	ASSERT_OK(do_call(&m, call, filled(&m, call, mem, call->size)));
	ASSERT_EQ(*(uint32_t *)mem, call->size);
	ASSERT_EQ(mem[call->size], CANARY);
	/* Needs no byte behind the structure. */
	mem += 2 * PAGE - call->size;
	ASSERT_OK(do_call(&m, call, filled(&m, call, mem, call->size)));
}

static void longer_with_zeroes_works(const void *arg)
{
	const struct call *call = arg;
	uint8_t *mem = memory();
	struct machine m;
	uint32_t i;

	machine_make(&m);
	ASSERT_OK(do_call(&m, call, filled(&m, call, mem, ROOM)));
	ASSERT_EQ(*(uint32_t *)mem, ROOM);
	for (i = call->size; i < ROOM; i++)
		ASSERT_EQ(mem[i], 0);
	ASSERT_OK(do_call(&m, call, filled(&m, call, mem, PAGE)));
}

static void longer_with_a_set_bit_is_refused(const void *arg)
{
	const struct call *call = arg;
	uint8_t *mem = memory();
	struct machine m;

	machine_make(&m);
	mem[ROOM - 1] = 1;
	ASSERT_ERRNO(do_call(&m, call, filled(&m, call, mem, ROOM)), E2BIG);
	mem[ROOM - 1] = 0;
	mem[call->size] = 1;
	ASSERT_ERRNO(do_call(&m, call, filled(&m, call, mem, ROOM)), E2BIG);
}

static void longer_than_a_page_is_refused(const void *arg)
{
	const struct call *call = arg;
	uint8_t *mem = memory();
	struct machine m;

	machine_make(&m);
	ASSERT_ERRNO(do_call(&m, call, filled(&m, call, mem, PAGE + 1)), E2BIG);
	ASSERT_ERRNO(do_call(&m, call, filled(&m, call, mem, 0xffffffff)),
		     E2BIG);
}

static void shorter_is_refused(const void *arg)
{
	const struct call *call = arg;
	uint8_t *mem = memory();
	struct machine m;
	uint32_t size;

	machine_make(&m);
	for (size = 0; size < call->size; size++)
		ASSERT_ERRNO(do_call(&m, call, filled(&m, call, mem, size)),
			     EINVAL);
}

static void unknown_flag_is_refused(const void *arg)
{
	const struct call *call = arg;
	uint8_t *mem = memory();
	struct machine m;

	machine_make(&m);
	filled(&m, call, mem, call->size);
	((uint32_t *)mem)[1] |= UNKNOWN_FLAG;
	ASSERT_ERRNO(do_call(&m, call, mem), EINVAL);
}

static void reserved_field_must_be_zero(const void *arg)
{
	const struct call *call = arg;
	uint8_t *mem = memory();
	struct machine m;

	machine_make(&m);
	filled(&m, call, mem, call->size);
	*(uint32_t *)(mem + call->reserved) = 1u << 31;
	ASSERT_ERRNO(do_call(&m, call, mem), EINVAL);
}

static void bad_memory_is_a_fault(const void *arg)
{
	const struct call *call = arg;
	uint8_t *mem = memory();
	struct machine m;

	machine_make(&m);
	ASSERT_ERRNO(do_call(&m, call, NULL), EFAULT);
	ASSERT_ERRNO(do_call(&m, call, (void *)~0xfffull), EFAULT);
	/* The size can be read, the last byte cannot. */
	mem += 2 * PAGE - call->size + 1;
	memset(mem, 0, call->size - 1);
	*(uint32_t *)mem = call->size;
	ASSERT_ERRNO(do_call(&m, call, mem), EFAULT);
}

static void memory_for_results_must_be_writable(const void *arg)
{
	const struct call *call = arg;
	uint8_t *mem = memory();
	struct machine m;

	machine_make(&m);
	filled(&m, call, mem, call->size);
	ASSERT_OK(mprotect(mem, 2 * PAGE, PROT_READ));
	ASSERT_ERRNO(do_call(&m, call, mem), EFAULT);
}

static void the_other_fd_does_not_know_it(const void *arg)
{
	struct call call = *(const struct call *)arg;
	uint8_t *mem = memory();
	struct machine m;

	machine_make(&m);
	call.on_device = !call.on_device;
	ASSERT_ERRNO(do_call(&m, &call, filled(&m, &call, mem, call.size)),
		     ENOTTY);
	/* The number alone does not make the command. */
	call.on_device = !call.on_device;
	call.cmd |= _IOC(_IOC_READ, 0, 0, 8);
	ASSERT_ERRNO(do_call(&m, &call, filled(&m, &call, mem, call.size)),
		     ENOTTY);
}

static void rule_add(const struct call *call, const char *rule,
		     void (*fn)(const void *arg))
{
	char *name;

	if (asprintf(&name, "%s_%s", call->name, rule) < 0)
		abort();
	test_add(name, fn, call);
}

#define RULE(call, rule)	rule_add(call, #rule, rule)

__attribute__((constructor)) static void rules_add(void)
{
	const struct call *call;

	for (call = calls; call < calls + ARRAY_SIZE(calls); call++) {
		RULE(call, works);
		RULE(call, longer_with_zeroes_works);
		RULE(call, longer_with_a_set_bit_is_refused);
		RULE(call, longer_than_a_page_is_refused);
		RULE(call, shorter_is_refused);
		RULE(call, unknown_flag_is_refused);
		RULE(call, bad_memory_is_a_fault);
		RULE(call, the_other_fd_does_not_know_it);
		if (call->reserved)
			RULE(call, reserved_field_must_be_zero);
		if (call->out)
			RULE(call, memory_for_results_must_be_writable);
	}
}

/* ---- the same for the structures of states ---- */

static const char *const chip_names[] = {
	[VIRQCHIP_CHIP_PIC] = "pic",
	[VIRQCHIP_CHIP_IOAPIC] = "ioapic",
	[VIRQCHIP_CHIP_LAPIC] = "lapic",
	[VIRQCHIP_CHIP_PIT] = "pit",
	[VIRQCHIP_CHIP_LINES] = "lines",
};

static void state_follows_the_rules_of_sizes(const void *arg)
{
	uint32_t chip = (uintptr_t)arg;
	int fabric = fabric_with_cpu(VIRQCHIP_FABRIC_PIT);
	uint32_t size = state_size(chip);
	union any_state state;
	uint32_t i;

	state_get(fabric, chip, &state);
	ASSERT_EQ(state.flags, 0);
	ASSERT_EQ(state.bytes[size], 0xaa);
	state_set(fabric, chip, &state);

	memset(state.bytes + size, 0, sizeof(state) - size);
	state.size = size + 64;
	state_set(fabric, chip, &state);
	state.bytes[size + 63] = 1;
	ASSERT_ERRNO(state_try(fabric, VIRQCHIP_SET_STATE, chip, 0, &state),
		     E2BIG);
	/* Reading clears what the kernel does not know. */
	state.size = size + 64;
	ASSERT_OK(state_try(fabric, VIRQCHIP_GET_STATE, chip, 0, &state));
	ASSERT_EQ(state.size, size);
	for (i = size; i < size + 64; i++)
		ASSERT_EQ(state.bytes[i], 0);
}

static void state_of_a_bad_size_or_flag_is_refused(const void *arg)
{
	static const unsigned long cmds[] = {
		VIRQCHIP_GET_STATE, VIRQCHIP_SET_STATE
	};
	uint32_t chip = (uintptr_t)arg;
	int fabric = fabric_with_cpu(VIRQCHIP_FABRIC_PIT);
	uint32_t size = state_size(chip);
	union any_state state;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		state_get(fabric, chip, &state);
		state.size = size - 1;
		ASSERT_ERRNO(state_try(fabric, cmds[i], chip, 0, &state),
			     EINVAL);
		state.size = PAGE + 1;
		ASSERT_ERRNO(state_try(fabric, cmds[i], chip, 0, &state),
			     E2BIG);
		state.size = size;
		state.flags = 1;
		ASSERT_ERRNO(state_try(fabric, cmds[i], chip, 0, &state),
			     EINVAL);
		ASSERT_ERRNO(state_try(fabric, cmds[i], chip, 0, NULL),
			     EFAULT);
	}
}

__attribute__((constructor)) static void state_rules_add(void)
{
	uintptr_t chip;
	char *name;

	for (chip = 0; chip < ARRAY_SIZE(chip_names); chip++) {
		if (asprintf(&name, "%s_state_follows_the_rules_of_sizes",
			     chip_names[chip]) < 0)
			abort();
		test_add(name, state_follows_the_rules_of_sizes, (void *)chip);
		if (asprintf(&name, "%s_state_of_a_bad_size_or_flag_is_refused",
			     chip_names[chip]) < 0)
			abort();
		test_add(name, state_of_a_bad_size_or_flag_is_refused,
			 (void *)chip);
	}
}

/* ---- what is no command ---- */

TEST(unknown_commands_are_not_known)
{
	uint8_t mem[ROOM] = { ROOM & 0xff, ROOM >> 8 };
	int device = device_open();
	int fabric = fabric_create(0);
	unsigned int nr;

	for (nr = 0; nr < 256; nr++) {
		if (nr > VIRQCHIP_CMD_RECORD)
			ASSERT_ERRNO(ioctl(device, _IO(VIRQCHIP_TYPE, nr), mem),
				     ENOTTY);
		if (nr < VIRQCHIP_CMD_FABRIC_INFO ||
		    nr > VIRQCHIP_CMD_SET_STATE)
			ASSERT_ERRNO(ioctl(fabric, _IO(VIRQCHIP_TYPE, nr), mem),
				     ENOTTY);
		/* A fabric fd knows nothing of KVM, or of anyone else. */
		ASSERT_ERRNO(ioctl(fabric, _IO(0xae, nr), mem), ENOTTY);
	}
}

TEST(fds_cannot_be_read_or_written_or_mapped)
{
	int fds[] = { device_open(), fabric_create(0) };
	char byte = 0;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		ASSERT_ERRNO(read(fds[i], &byte, 1), EINVAL);
		ASSERT_ERRNO(write(fds[i], &byte, 1), EINVAL);
		ASSERT(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fds[i], 0) ==
		       MAP_FAILED);
	}
}

#ifdef __x86_64__
/* A kernel without IA32_EMULATION. */
static void no_calls_of_32_bits(int number)
{
	static const char why[] = "# this kernel runs no programs of 32 bits\n";

	if (write(STDOUT_FILENO, why, sizeof(why) - 1) < 0)
		_exit(TEST_FAILED);
	_exit(TEST_SKIPPED);
}

/* Calls the kernel as a 32-bit program does, from a 64-bit one. */
static int ioctl32(int fd, unsigned long cmd, void *arg)
{
	long ret;

	asm volatile("int $0x80"
		     : "=a"(ret)
		     : "a"(54), "b"(fd), "c"(cmd), "d"(arg)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

TEST(programs_of_32_bits_have_the_same_ioctls)
{
	struct virqchip_get_info *info;
	int device = device_open();
	int fabric = fabric_with_cpu(0);
	struct virqchip_bus *bus;

	signal(SIGSEGV, no_calls_of_32_bits);
	info = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	ASSERT(info != MAP_FAILED);
	info->size = sizeof(*info);
	ASSERT_EQ(ioctl32(device, VIRQCHIP_GET_INFO, info), 0);
	ASSERT_EQ(info->max_cpus, 1024);
	signal(SIGSEGV, SIG_DFL);

	bus = (void *)info;
	memset(bus, 0, sizeof(*bus));
	bus->size = sizeof(*bus);
	bus->space = VIRQCHIP_SPACE_MMIO;
	bus->addr = LAPIC + LAPIC_SVR;
	bus->len = 4;
	ASSERT_EQ(ioctl32(fabric, VIRQCHIP_BUS_READ, bus), 0);
	ASSERT_EQ(bus->data[0], SVR_ON & 0xff);
}
#endif
