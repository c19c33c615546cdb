// SPDX-License-Identifier: GPL-2.0-only
/*
 * States: saved in the middle of everything and loaded elsewhere, and made up
 * by an enemy.
 */
#include <stdlib.h>

#include "lib.h"

#define IF_NOW	(VIRQCHIP_TAKE_IF | VIRQCHIP_TAKE_NONBLOCK)

#define NR_CHIPS	(VIRQCHIP_CHIP_LINES + 1)
#define FLAGS		(VIRQCHIP_FABRIC_PIT | VIRQCHIP_FABRIC_VIRTUAL_WIRE)

/* ---- round trips ---- */

/* Everything at once: taken, pending, held, latched, half programmed. */
static int busy_fabric(void)
{
	int fabric = fabric_create(FLAGS);

	cpu_add(fabric, 0, true);
	lapic_write(fabric, LAPIC_SVR, SVR_ON);
	pic_init(fabric);
	out8(fabric, ELCR1 + 1, 1 << (11 - 8));

	/* The PIC: 5 in service, 3 and 11 behind nothing and behind 5. */
	line_set(fabric, 5, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x25);
	line_set(fabric, 7, 1);
	line_set(fabric, 7, 0);
	/* An initialisation that was left after its second word */
	out8(fabric, PIC2, 0x11);
	out8(fabric, PIC2 + 1, 0x40);

	/* The IOAPIC: a level in service, an edge and a level behind it. */
	rte_write(fabric, 20, RTE_LEVEL | 0x61);
	rte_write(fabric, 21, 0x62);
	rte_write(fabric, 22, RTE_LEVEL | 0x43);
	rte_write(fabric, 23, RTE_LEVEL | RTE_MASKED | 0x44);
	line_set_source(fabric, 20, 1, 9);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x61);
	line_set(fabric, 21, 1);
	line_set(fabric, 22, 1);
	line_set(fabric, 23, 1);
	lapic_write(fabric, LAPIC_TPR, 0x20);
	msi_send(fabric, LAPIC, 4 << 8);
	/* An error that ESR does not show before it is written */
	lapic_write(fabric, LAPIC_ICR, 5);

	/* The PIT: a word read by half, and a latched status */
	out8(fabric, PIT + 3, 0xb0);
	out8(fabric, PIT + 2, 0x34);
	return fabric;
}

/* Load @states into a new fabric, the chips in the order of @order's digits. */
static int load_all(union any_state *states, const char *order)
{
	int fabric = fabric_create(FLAGS);

	cpu_add(fabric, 0, true);
	for (; *order; order++)
		state_set(fabric, *order - '0', &states[*order - '0']);
	return fabric;
}

static void save_all(int fabric, union any_state *states)
{
	uint32_t chip;

	for (chip = 0; chip < NR_CHIPS; chip++)
		state_get(fabric, chip, &states[chip]);
}

/* What happens next; every answer of the fabric goes to @log. */
static unsigned int go_on(int fabric, uint32_t *log)
{
	unsigned int n = 0, i;

	log[n++] = take_now(fabric);
	lapic_write(fabric, LAPIC_ESR, 0);
	log[n++] = lapic_read(fabric, LAPIC_ESR);
	log[n++] = in8(fabric, PIT + 2);
	out8(fabric, PIT + 2, 0x12);
	out8(fabric, PIC2 + 1, 0x02);
	out8(fabric, PIC2 + 1, 0x01);
	out8(fabric, PIC2 + 1, 0);
	line_set(fabric, 11, 1);
	log[n++] = rte_read(fabric, 20);
	line_set_source(fabric, 20, 0, 9);
	for (i = 0; i < 6; i++) {
		lapic_write(fabric, LAPIC_EOI, 0);
		out8(fabric, PIC1, 0x20);
		log[n++] = take_now(fabric);
	}
	line_set(fabric, 22, 0);
	rte_write(fabric, 23, RTE_LEVEL | 0x44);
	for (i = 0; i < 4; i++) {
		lapic_write(fabric, LAPIC_EOI, 0);
		log[n++] = take_now(fabric);
	}
	/* The wire was high and stays so: no edge. */
	log[n++] = line_set(fabric, 21, 1);
	log[n++] = line_set(fabric, 5, 1);
	out8(fabric, PIC1, 0x0b);
	log[n++] = in8(fabric, PIC1);
	log[n++] = in8(fabric, PIC2 + 1);
	return n;
}

#define LOG_MAX	64

TEST(fabric_goes_on_elsewhere_as_it_would_have_here)
{
	static const char *const orders[] = {
		"01234", "43210", "20413", "31042", "42013"
	};
	static union any_state states[NR_CHIPS], again[NR_CHIPS];
	uint32_t want[LOG_MAX], got[LOG_MAX];
	unsigned int i, n, nr;
	uint32_t chip;
	int fabric, copy;

	fabric = busy_fabric();
	save_all(fabric, states);
	nr = go_on(fabric, want);
	/* It did something worth comparing. */
	ASSERT_EQ(want[0], INTR_NMI);
	ASSERT_EQ(want[1], ESR_SEND_ILLEGAL);

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		copy = load_all(states, orders[i]);
		save_all(copy, again);
		for (chip = 0; chip < NR_CHIPS; chip++)
			if (memcmp(&states[chip], &again[chip],
				   state_size(chip)))
				test_fail(__FILE__, __LINE__,
					  "chip %u differs, loaded as %s", chip,
					  orders[i]);
		ASSERT_EQ(go_on(copy, got), nr);
		for (n = 0; n < nr; n++)
			if (got[n] != want[n])
				test_fail(__FILE__, __LINE__,
					  "step %u: 0x%x, not 0x%x, loaded as %s",
					  n, got[n], want[n], orders[i]);
	}
}

TEST(loading_a_state_twice_changes_nothing)
{
	static union any_state states[NR_CHIPS], again[NR_CHIPS];
	int fabric = busy_fabric();
	uint32_t chip;

	save_all(fabric, states);
	for (chip = 0; chip < NR_CHIPS; chip++)
		state_set(fabric, chip, &states[chip]);
	save_all(fabric, again);
	for (chip = 0; chip < NR_CHIPS; chip++)
		ASSERT(!memcmp(&states[chip], &again[chip], state_size(chip)));
}

/* Load @state, and expect to read the same. */
static void expect_kept(int fabric, uint32_t chip, union any_state *state)
{
	union any_state again;
	uint32_t i;

	state_set(fabric, chip, state);
	state_get(fabric, chip, &again);
	for (i = 0; i < state_size(chip); i++)
		if (again.bytes[i] != state->bytes[i])
			test_fail(__FILE__, __LINE__,
				  "byte %u is 0x%x, not 0x%x", i,
				  again.bytes[i], state->bytes[i]);
}

TEST(pic_state_keeps_every_field)
{
	union any_state state = {
		.pic = {
			.size = sizeof(state.pic),
			.chip = {
				{ .irr = 0x45, .imr = 0x12, .isr = 0x08,
				  .irq_base = 0x50, .elcr = 0x40, .lowest = 5,
				  .icw1 = 0x01, .icw3 = 0x04, .icw4 = 0x03,
				  .read_isr = 1, .smm = 1, .lines = 0x45 },
				{ .irr = 0x21, .imr = 0x84, .isr = 0x02,
				  .irq_base = 0xa8, .elcr = 0x02, .lowest = 3,
				  .icw1 = 0x09, .icw3 = 0x02, .icw4 = 0x11,
				  .poll = 1, .rotate_aeoi = 1, .lines = 0x21 },
			},
		},
	};

	/* Bit 2 of the master's irr and lines is what the slave's INT makes it. */
	state.pic.chip[1].elcr = 0;
	state.pic.chip[1].icw1 = 0x01;
	expect_kept(fabric_with_cpu(0), VIRQCHIP_CHIP_PIC, &state);
	state.pic.chip[0].step = 3;
	state.pic.chip[0].icw4 = 0;
	state.pic.chip[0].isr = 0;
	expect_kept(fabric_with_cpu(0), VIRQCHIP_CHIP_PIC, &state);
}

TEST(ioapic_state_keeps_every_field)
{
	int fabric = fabric_with_cpu(0);
	union any_state state;
	unsigned int pin;

	state_get(fabric, VIRQCHIP_CHIP_IOAPIC, &state);
	for (pin = 0; pin < 24; pin++) {
		state.ioapic.rte[pin] = (uint64_t)(0xc0 + pin) << 56 |
					RTE_MASKED | (0x30 + pin);
		state.ioapic.inflight[pin] = 0x80 + pin;
	}
	/* A level pin in service, counted on; an edge to a CPU that is not there */
	state.ioapic.rte[7] |= RTE_LEVEL | RTE_REMOTE_IRR;
	state.ioapic.storm[7] = 500;
	state.ioapic.rte[9] ^= RTE_DELIV_STATUS | RTE_MASKED;
	state.ioapic.pending = 1 << 9;
	state.ioapic.lines = 1 << 7 | 1 << 9 | 1 << 20;
	state.ioapic.rewritten = 1 << 7;
	state.ioapic.id = 0xb;
	state.ioapic.regsel = 0x17;
	expect_kept(fabric, VIRQCHIP_CHIP_IOAPIC, &state);
}

TEST(pit_state_keeps_every_field)
{
	int fabric = fabric_with_cpu(FLAGS);
	struct virqchip_pit_channel_state *ch;
	union any_state state;
	unsigned int n;

	state_get(fabric, VIRQCHIP_CHIP_PIT, &state);
	for (n = 0; n < 3; n++) {
		ch = &state.pit.channel[n];
		ch->count = 0x1234 + n;
		ch->count_latch = 0x789a + n;
		ch->held = 0x4321 + n;
		ch->control = 0x36;
		ch->mode = 3;
		ch->access = 3;
		ch->gate = 1;
		ch->read_msb = 1;
		ch->write_msb = 1;
		ch->write_latch = 0x56 + n;
		ch->count_latched = 1;
		ch->status_latched = 1;
		ch->status_latch = 0xb6 + n;
		ch->null_count = 1;
	}
	state.pit.speaker = 3;
	state.pit.irq_disabled = 1;
	state.pit.owed = 7;
	state.pit.unacked = 1;
	expect_kept(fabric, VIRQCHIP_CHIP_PIT, &state);
}

TEST(lines_state_keeps_every_field)
{
	int fabric = fabric_with_cpu(0);
	union any_state state;
	unsigned int pin;

	state_get(fabric, VIRQCHIP_CHIP_LINES, &state);
	for (pin = 0; pin < 16; pin++)
		state.lines.pic[pin] = 1ul << (pin + 4);
	for (pin = 0; pin < 24; pin++)
		state.lines.ioapic[pin] = 3ul << (pin + 6);
	expect_kept(fabric, VIRQCHIP_CHIP_LINES, &state);
}

TEST(lapic_state_keeps_what_its_registers_do_not_show)
{
	int fabric = fabric_with_cpu(0);
	union any_state state;

	state_get(fabric, VIRQCHIP_CHIP_LAPIC, &state);
	state.lapic.events = VIRQCHIP_LAPIC_NMI | VIRQCHIP_LAPIC_SIPI |
			     VIRQCHIP_LAPIC_EXTINT;
	state.lapic.errors = ESR_SEND_ILLEGAL;
	state.lapic.sipi_vector = 0x9a;
	state.lapic.wait_sipi = 1;
	state.lapic.lint = 2;
	expect_kept(fabric, VIRQCHIP_CHIP_LAPIC, &state);
	ASSERT_EQ(take_now(fabric), 0x9a);
	state.lapic.wait_sipi = 0;
	state.lapic.events = VIRQCHIP_LAPIC_SMI | VIRQCHIP_LAPIC_INIT;
	expect_kept(fabric, VIRQCHIP_CHIP_LAPIC, &state);
}

TEST(x2apic_state_is_loaded_with_its_mode)
{
	int fabric = fabric_create(0);
	union any_state state, again;
	uint64_t value;
	int copy;

	cpu_add(fabric, 300, true);
	ASSERT_OK(msr_try_write(fabric, 0, MSR_APIC_BASE,
				LAPIC | 0x900 | APIC_BASE_EXTD));
	ASSERT_OK(msr_try_write(fabric, 0, MSR_X2APIC + 0x0f, SVR_ON));
	ASSERT_OK(msr_try_write(fabric, 0, MSR_X2APIC + 0x3f, 0x51));
	state_get(fabric, VIRQCHIP_CHIP_LAPIC, &state);
	ASSERT_EQ(state.lapic.regs[0x20 / 4], 300);

	copy = fabric_create(0);
	cpu_add(copy, 300, true);
	state_set(copy, VIRQCHIP_CHIP_LAPIC, &state);
	state_get(copy, VIRQCHIP_CHIP_LAPIC, &again);
	ASSERT(!memcmp(&state.lapic, &again.lapic, sizeof(state.lapic)));
	ASSERT_OK(msr_try_read(copy, 0, MSR_X2APIC + 0x02, &value));
	ASSERT_EQ(value, 300);
	ASSERT_EQ(take_now(copy), INTR_VALID | 0x51);
}

TEST(pit_goes_on_ticking_where_it_is_loaded)
{
	int fabric = fabric_create(FLAGS);
	union any_state state;
	int copy;

	cpu_add(fabric, 0, true);
	out8(fabric, PIT + 3, 0x34);
	out8(fabric, PIT, 0);
	out8(fabric, PIT, 0x10);
	state_get(fabric, VIRQCHIP_CHIP_PIT, &state);
	ASSERT_EQ(state.pit.channel[0].armed, 1);
	ASSERT_EQ(state.pit.channel[0].count, 0x1000);

	copy = fabric_create(FLAGS);
	cpu_add(copy, 0, true);
	pic_init(copy);
	state_set(copy, VIRQCHIP_CHIP_PIT, &state);
	ASSERT_EQ(take(copy, 0, VIRQCHIP_TAKE_IF).intr_info, INTR_VALID | 0x20);
	out8(copy, PIC1, 0x20);
	ASSERT_EQ(take(copy, 0, VIRQCHIP_TAKE_IF).intr_info, INTR_VALID | 0x20);
}

/* Older than any machine that the tests run on */
#define LONG_AGO_NS	(1000 * 86400 * 1000000000ull)

TEST(pit_that_ran_out_long_ago_elsewhere_does_not_again)
{
	int fabric = fabric_create(FLAGS);
	union any_state state;
	int copy;

	/* Mode 0: once, at the terminal count */
	cpu_add(fabric, 0, true);
	pic_init(fabric);
	out8(fabric, PIT + 3, 0x30);
	out8(fabric, PIT, 100);
	out8(fabric, PIT, 0);
	ASSERT_EQ(take(fabric, 0, VIRQCHIP_TAKE_IF).intr_info,
		  INTR_VALID | 0x20);
	state_get(fabric, VIRQCHIP_CHIP_PIT, &state);
	ASSERT_EQ(state.pit.channel[0].ticks, 1);

	copy = fabric_create(FLAGS);
	cpu_add(copy, 0, true);
	pic_init(copy);
	state.pit.channel[0].elapsed_ns = LONG_AGO_NS;
	state_set(copy, VIRQCHIP_CHIP_PIT, &state);
	state_get(copy, VIRQCHIP_CHIP_PIT, &state);
	ASSERT(state.pit.channel[0].elapsed_ns >= LONG_AGO_NS);
	ASSERT_EQ(state.pit.channel[0].ticks, 1);
	ASSERT_EQ(take_hold(copy), VIRQCHIP_HOLD_IDLE);
}

TEST(lapic_timer_goes_on_where_it_is_loaded)
{
	int fabric = fabric_with_cpu(0);
	union any_state state;
	int copy;

	lapic_write(fabric, LAPIC_LVT_TIMER, 0x91);
	lapic_write(fabric, LAPIC_TMICT, 0x7fffffff);
	state_get(fabric, VIRQCHIP_CHIP_LAPIC, &state);
	ASSERT(state.lapic.regs[0x390 / 4]);
	/* Not to wait for all of it */
	state.lapic.regs[0x390 / 4] = 1000;
	copy = fabric_with_cpu(0);
	state_set(copy, VIRQCHIP_CHIP_LAPIC, &state);
	ASSERT_EQ(take(copy, 0, VIRQCHIP_TAKE_IF).intr_info, INTR_VALID | 0x91);
}

TEST(loaded_wires_count_when_a_line_is_next_driven)
{
	int fabric = fabric_with_cpu(0);
	union any_state state;

	rte_write(fabric, 20, RTE_LEVEL | 0x61);
	state_get(fabric, VIRQCHIP_CHIP_LINES, &state);
	state.lines.ioapic[20] = 1ull << 9;
	state_set(fabric, VIRQCHIP_CHIP_LINES, &state);
	ASSERT_EQ(take_now(fabric), 0);
	line_set_source(fabric, 20, 0, 0);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x61);
}

/* ---- hostile states ---- */

#define HOSTILE_ROUNDS	400

static void fill_random(uint64_t *seed, void *to, uint32_t size)
{
	uint8_t *bytes = to;
	uint32_t i;

	for (i = 0; i < size; i++)
		bytes[i] = random_next(seed);
}

/* Random, but for what would be refused at once. */
static void hostile_state(uint64_t *seed, uint32_t chip, union any_state *state)
{
	unsigned int i;

	fill_random(seed, state, state_size(chip));
	state->size = state_size(chip);
	state->flags = 0;
	switch (chip) {
	case VIRQCHIP_CHIP_PIC:
		state->pic.chip[0].__reserved = 0;
		state->pic.chip[1].__reserved = 0;
		break;
	case VIRQCHIP_CHIP_IOAPIC:
		memset(state->ioapic.__reserved, 0, 5);
		state->ioapic.version = 0x11;
		break;
	case VIRQCHIP_CHIP_LAPIC:
		memset(state->lapic.__reserved, 0, 5);
		state->lapic.base &= 0x900;
		state->lapic.base |= LAPIC;
		break;
	case VIRQCHIP_CHIP_PIT:
		state->pit.__reserved = 0;
		for (i = 0; i < 3; i++)
			memset(state->pit.channel[i].__reserved, 0, 3);
		break;
	}
}

/* One thing that a guest or its machine could do; errors are fine. */
static void random_operation(uint64_t *seed, int fabric)
{
	static const uint16_t ports[] = {
		PIC1, PIC1 + 1, PIC2, PIC2 + 1, ELCR1, ELCR1 + 1,
		PIT, PIT + 1, PIT + 2, PIT + 3, 0x61
	};
	uint64_t dice = random_next(seed);
	struct virqchip_bus bus = {
		.len = 1 + (dice >> 8) % 8,
		.space = dice >> 16 & 1,
	};
	struct virqchip_set_line line = {
		.size = sizeof(line),
		.gsi = (dice >> 8) % 26,
		.level = dice >> 16 & 1,
	};

	switch (dice % 4) {
	case 0:
		bus.addr = ports[(dice >> 24) % 11];
		if (bus.space == VIRQCHIP_SPACE_MMIO)
			bus.addr = (dice >> 20 & 1 ? LAPIC : IOAPIC) +
				   (dice >> 24) % 0x400;
		fill_random(seed, bus.data, sizeof(bus.data));
		bus_try(fabric, dice >> 17 & 1 ? VIRQCHIP_BUS_READ :
						 VIRQCHIP_BUS_WRITE, &bus);
		break;
	case 1:
		ASSERT_OK(ioctl(fabric, VIRQCHIP_SET_LINE, &line));
		break;
	case 2:
		/* Not there in x2APIC mode, or with the APIC off */
		bus = (struct virqchip_bus) {
			.space = VIRQCHIP_SPACE_MMIO,
			.addr = LAPIC + LAPIC_EOI,
			.len = 4,
		};
		bus_try(fabric, VIRQCHIP_BUS_WRITE, &bus);
		break;
	default:
		take_now(fabric);
	}
}

/* What no state may be, whatever was loaded and done. */
static void expect_sane(int fabric)
{
	union any_state state;
	unsigned int i;

	state_get(fabric, VIRQCHIP_CHIP_PIC, &state);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(state.pic.chip[i].irq_base & 7, 0);
		ASSERT(state.pic.chip[i].lowest <= 7);
		ASSERT(state.pic.chip[i].step <= 4);
		ASSERT_EQ(state.pic.chip[i].elcr & ~(i ? 0xde : 0xf8), 0);
	}
	state_get(fabric, VIRQCHIP_CHIP_IOAPIC, &state);
	for (i = 0; i < 24; i++) {
		ASSERT_EQ(state.ioapic.rte[i] & ~0xff0000000001ffffull, 0);
		if (state.ioapic.rte[i] & RTE_REMOTE_IRR)
			ASSERT(state.ioapic.rte[i] & RTE_LEVEL);
	}
	state_get(fabric, VIRQCHIP_CHIP_LAPIC, &state);
	/* Vectors 0 to 15 are in no register. */
	for (i = 0x100; i < 0x280; i += 0x80)
		ASSERT_EQ(state.lapic.regs[i / 4] & 0xffff, 0);
	state_get(fabric, VIRQCHIP_CHIP_PIT, &state);
	for (i = 0; i < 3; i++) {
		ASSERT(state.pit.channel[i].mode <= 5);
		ASSERT(state.pit.channel[i].count <= 0x10000);
		ASSERT(state.pit.channel[i].count_latched <= 2);
	}
}

TEST(hostile_states_are_made_harmless)
{
	int fabric = fabric_with_cpu(FLAGS);
	static union any_state state;
	uint64_t seed = 0x8259;
	unsigned int round, i;
	uint32_t chip;

	test_say("seed 0x%llx", (unsigned long long)seed);
	for (round = 0; round < HOSTILE_ROUNDS; round++) {
		chip = random_next(&seed) % NR_CHIPS;
		hostile_state(&seed, chip, &state);
		ASSERT_OK(state_try(fabric, VIRQCHIP_SET_STATE, chip, 0,
				    &state));
		expect_sane(fabric);
		for (i = 0; i < 30; i++)
			random_operation(&seed, fabric);
		expect_sane(fabric);
	}
}

TEST(states_of_random_bytes_are_refused_or_made_harmless)
{
	int fabric = fabric_with_cpu(FLAGS);
	static union any_state state;
	uint64_t seed = 0x82093;
	unsigned int round;
	uint32_t chip;

	test_say("seed 0x%llx", (unsigned long long)seed);
	for (round = 0; round < HOSTILE_ROUNDS; round++) {
		chip = random_next(&seed) % NR_CHIPS;
		fill_random(&seed, &state, state_size(chip));
		state.size = state_size(chip);
		if (random_next(&seed) & 3)
			state.flags = 0;
		if (state_try(fabric, VIRQCHIP_SET_STATE, chip, 0, &state))
			ASSERT_EQ(errno, EINVAL);
	}
	expect_sane(fabric);
}
