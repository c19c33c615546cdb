// SPDX-License-Identifier: GPL-2.0-only
/*
 * States of the chips: what is loaded comes back, and what is hostile does no
 * harm.
 */
#include <stdlib.h>
#include <unistd.h>

#include "vm.h"

#define ROUNDS		200
#define NR_CHIPS	3
#define STATE_BYTES	sizeof(((struct kvm_irqchip *)0)->chip)
#define POISON		0xaa

/* ---- reports ---- */

static void expect_same(const char *what, uint64_t seed, const void *first,
			const void *second, size_t bytes)
{
	const uint8_t *a = first, *b = second;
	size_t i;

	for (i = 0; i < bytes; i++)
		if (a[i] != b[i])
			test_fail(__FILE__, __LINE__,
				  "%s, seed %#llx: byte %#zx is 0x%02x, then 0x%02x",
				  what, (unsigned long long)seed, i, a[i],
				  b[i]);
}

/* ---- PIC and IOAPIC ---- */

/* What KVM_SET_IRQCHIP makes of a state must be a state that it keeps. */
static void expect_chip_settles(const struct vm *vm,
				struct kvm_irqchip *state, uint64_t seed)
{
	static const char * const names[] = { "master", "slave", "IOAPIC" };
	struct kvm_irqchip first, second;

	chip_set(vm, state);
	first = chip_get(vm, state->chip_id);
	chip_set(vm, &first);
	second = chip_get(vm, state->chip_id);
	expect_same(names[state->chip_id], seed, &first.chip, &second.chip,
		    STATE_BYTES);
}

TEST(random_chip_states_settle)
{
	uint64_t seed = 0x5eed, start;
	struct kvm_irqchip state = { };
	struct vm vm;
	unsigned int i;
	int vcpu;

	if (lapic_is_stock())
		test_skip("KVM 6.1 keeps what it is given, without a look at it");
	vm = vm_with_vcpu(&vcpu);
	for (i = 0; i < ROUNDS * NR_CHIPS; i++) {
		start = seed;
		random_fill(&seed, &state.chip, STATE_BYTES);
		state.chip_id = i % NR_CHIPS;
		expect_chip_settles(&vm, &state, start);
	}
	vm_close(&vm);
}

TEST(hostile_ioapic_state_is_made_valid)
{
	struct kvm_irqchip state = { .chip_id = KVM_IRQCHIP_IOAPIC };
	struct kvm_ioapic_state *io = &state.chip.ioapic;
	struct vm vm;
	unsigned int pin;

	if (device_is_stock())
		test_skip("KVM 6.1 keeps what it is given, without a look at it");
	vm = vm_with_irqchip();
	memset(&state.chip, 0xff, STATE_BYTES);
	chip_set(&vm, &state);
	state = chip_get(&vm, KVM_IRQCHIP_IOAPIC);
	ASSERT_EQ(io->base_address, 0xfec00000);
	ASSERT_EQ(io->id, 0xf);
	ASSERT_EQ(io->irr >> IOAPIC_PINS, 0);
	for (pin = 0; pin < IOAPIC_PINS; pin++)
		ASSERT_EQ(io->redirtbl[pin].bits & 0x00fffffffffe0000ull, 0);
}

TEST(hostile_pic_state_is_made_valid)
{
	struct kvm_irqchip state = { };
	unsigned int n;
	struct vm vm;

	if (device_is_stock())
		test_skip("KVM 6.1 keeps what it is given, without a look at it");
	vm = vm_with_irqchip();
	for (n = 0; n < 2; n++) {
		memset(&state.chip, 0xff, STATE_BYTES);
		state.chip_id = n;
		chip_set(&vm, &state);
		state = chip_get(&vm, n);
		ASSERT(state.chip.pic.init_state <= 3);
		ASSERT(state.chip.pic.priority_add <= 7);
		ASSERT_EQ(state.chip.pic.elcr & ~state.chip.pic.elcr_mask, 0);
		ASSERT_EQ(state.chip.pic.elcr_mask, n ? 0xde : 0xf8);
		ASSERT(state.chip.pic.poll <= 1);
	}
	/* It still works. */
	line_set(&vm, 3, 1);
	line_set(&vm, 3, 0);
}

TEST(chip_state_has_no_stale_bytes)
{
	struct kvm_irqchip first, second;
	struct vm vm = vm_with_irqchip();
	unsigned int chip;

	for (chip = 0; chip < NR_CHIPS; chip++) {
		memset(&first, POISON, sizeof(first));
		memset(&second, (uint8_t)~POISON, sizeof(second));
		first.chip_id = chip;
		second.chip_id = chip;
		ASSERT_OK(ioctl(vm.fd, KVM_GET_IRQCHIP, &first));
		ASSERT_OK(ioctl(vm.fd, KVM_GET_IRQCHIP, &second));
		/* KVM writes its chip's structure; the rest is the caller's. */
		expect_same("state", 0, &first.chip, &second.chip,
			    chip == KVM_IRQCHIP_IOAPIC ?
			    sizeof(first.chip.ioapic) :
			    sizeof(first.chip.pic));
	}
}

TEST(unknown_chips_are_refused)
{
	struct kvm_irqchip state = { .chip_id = NR_CHIPS };
	struct vm vm = vm_with_irqchip();

	ASSERT_ERRNO(ioctl(vm.fd, KVM_GET_IRQCHIP, &state), EINVAL);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_SET_IRQCHIP, &state), EINVAL);
	state.chip_id = 0xffffffff;
	ASSERT_ERRNO(ioctl(vm.fd, KVM_GET_IRQCHIP, &state), EINVAL);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_GET_IRQCHIP, 8), EFAULT);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_SET_IRQCHIP, 8), EFAULT);
}

/* ---- local APIC ---- */

/* All but the count that runs and the timer that makes it run. */
static void expect_lapic_settles(int vcpu, const struct kvm_lapic_state *state,
				 uint64_t seed)
{
	struct kvm_lapic_state first, second;

	if (ioctl(vcpu, KVM_SET_LAPIC, state)) {
		ASSERT_EQ(errno, EINVAL);
		return;
	}
	first = lapic_get(vcpu);
	lapic_set(vcpu, &first);
	second = lapic_get(vcpu);
	lapic_put_reg(&first, LAPIC_TMCCT, 0);
	lapic_put_reg(&second, LAPIC_TMCCT, 0);
	expect_same("LAPIC", seed, &first, &second, sizeof(first));
}

TEST(random_lapic_states_settle)
{
	uint64_t seed = 0x1a51c, start;
	struct kvm_lapic_state state;
	struct vm vm;
	unsigned int i;
	int vcpu;

	if (lapic_is_stock())
		test_skip("KVM 6.1 shows the PPR that it was given, not the one that follows");
	vm = vm_with_vcpu(&vcpu);
	for (i = 0; i < ROUNDS; i++) {
		start = seed;
		random_fill(&seed, &state, sizeof(state));
		lapic_put_reg(&state, LAPIC_TMICT, 0);
		expect_lapic_settles(vcpu, &state, start);
	}
	vm_close(&vm);
}

TEST(random_lapic_states_with_a_timer_do_no_harm)
{
	struct kvm_lapic_state state;
	uint64_t seed = 0x71c;
	struct vm vm;
	unsigned int i;
	int vcpu;

	vm = vm_with_vcpu(&vcpu);
	for (i = 0; i < ROUNDS; i++) {
		random_fill(&seed, &state, sizeof(state));
		/* Every mode, and periods down to the shortest. */
		lapic_put_reg(&state, LAPIC_TMICT, random_next(&seed) >>
			      (32 + random_next(&seed) % 31));
		if (ioctl(vcpu, KVM_SET_LAPIC, &state))
			ASSERT_EQ(errno, EINVAL);
		lapic_get(vcpu);
	}
	vm_close(&vm);
}

/* Between the registers, each of which is the first 4 of 16 bytes. */
TEST(lapic_state_has_no_stale_bytes)
{
	struct kvm_lapic_state state;
	struct vm vm = vm_with_irqchip();
	unsigned int i;
	int vcpu = vcpu_create(&vm, 0);

	memset(&state, POISON, sizeof(state));
	ASSERT_OK(ioctl(vcpu, KVM_GET_LAPIC, &state));
	for (i = 0; i < sizeof(state.regs); i++)
		if (i % 16 >= 4 && state.regs[i])
			test_fail(__FILE__, __LINE__, "byte %x is %x", i,
				  (uint8_t)state.regs[i]);
}

TEST(lapic_reset_state_is_the_manuals)
{
	struct kvm_lapic_state state;
	struct vm vm = vm_with_irqchip();
	unsigned int i;

	state = lapic_get(vcpu_create(&vm, 0));
	/* SDM vol. 3, 11.4.7.1 */
	ASSERT_EQ(lapic_reg(&state, LAPIC_SVR), 0xff);
	ASSERT_EQ(lapic_reg(&state, LAPIC_TPR), 0);
	ASSERT_EQ(lapic_reg(&state, LAPIC_LVT_TIMER), 0x10000);
	ASSERT_EQ(lapic_reg(&state, LAPIC_ID), 0);
	for (i = 0; i < 8; i++) {
		ASSERT_EQ(lapic_reg(&state, LAPIC_IRR + i * 16), 0);
		ASSERT_EQ(lapic_reg(&state, LAPIC_ISR + i * 16), 0);
		ASSERT_EQ(lapic_reg(&state, LAPIC_TMR + i * 16), 0);
	}
}

TEST(lapic_calls_read_and_write_user_memory)
{
	struct vm vm;
	int vcpu;

	vm = vm_with_vcpu(&vcpu);
	ASSERT_ERRNO(ioctl(vcpu, KVM_GET_LAPIC, 8), EFAULT);
	ASSERT_ERRNO(ioctl(vcpu, KVM_SET_LAPIC, 8), EFAULT);
	vm_close(&vm);
}

/* ---- PIT ---- */

static struct kvm_pit_state2 pit_get(const struct vm *vm)
{
	struct kvm_pit_state2 state;

	memset(&state, POISON, sizeof(state));
	ASSERT_OK(ioctl(vm->fd, KVM_GET_PIT2, &state));
	return state;
}

/* Times are of this machine and of now. */
static void pit_forget_times(struct kvm_pit_state2 *state)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		state->channels[i].count_load_time = 0;
}

TEST(random_pit_states_settle)
{
	struct kvm_pit_state2 state, first, second;
	uint64_t seed = 0x8254, start;
	struct vm vm;
	unsigned int i;

	vm = vm_with_pit();
	if (lapic_is_stock())
		test_skip("KVM 6.1 keeps what it is given, without a look at it");
	for (i = 0; i < ROUNDS; i++) {
		start = seed;
		random_fill(&seed, &state, sizeof(state));
		if (ioctl(vm.fd, KVM_SET_PIT2, &state)) {
			ASSERT_EQ(errno, EINVAL);
			continue;
		}
		first = pit_get(&vm);
		ASSERT_OK(ioctl(vm.fd, KVM_SET_PIT2, &first));
		second = pit_get(&vm);
		pit_forget_times(&first);
		pit_forget_times(&second);
		expect_same("PIT", start, &first, &second, sizeof(first));
	}
}

TEST(pit_state_has_no_stale_bytes)
{
	struct kvm_pit_state2 state;
	struct vm vm = vm_with_pit();
	unsigned int i;

	state = pit_get(&vm);
	for (i = 0; i < 9; i++)
		ASSERT_EQ(state.reserved[i], 0);
}

TEST(old_pit_calls_share_the_state)
{
	struct kvm_pit_state state;
	struct kvm_pit_state2 state2;
	struct vm vm = vm_with_pit();

	ASSERT_OK(ioctl(vm.fd, KVM_GET_PIT, &state));
	state.channels[2].mode = 3;
	state.channels[2].rw_mode = 3;
	state.channels[2].count = 1234;
	ASSERT_OK(ioctl(vm.fd, KVM_SET_PIT, &state));
	state2 = pit_get(&vm);
	ASSERT_EQ(state2.channels[2].mode, 3);
	ASSERT_EQ(state2.channels[2].count, 1234);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_GET_PIT, 8), EFAULT);
	ASSERT_ERRNO(ioctl(vm.fd, KVM_SET_PIT2, 8), EFAULT);
}

/* ---- from stock KVM to ours and back ---- */

/* A state that a chip of either kind can be in. */
static void pic_state_make(struct kvm_pic_state *s, uint64_t *seed, bool slave)
{
	memset(s, 0, sizeof(*s));
	s->elcr_mask = slave ? 0xde : 0xf8;
	s->elcr = random_next(seed) & s->elcr_mask;
	s->last_irr = random_next(seed);
	/* A level is its line; the cascade is the slave's output. */
	s->irr = random_next(seed) & ~s->elcr;
	s->irr |= s->last_irr & s->elcr;
	s->isr = random_next(seed);
	if (!slave) {
		s->last_irr &= ~4;
		s->irr &= ~4;
	}
	s->imr = random_next(seed);
	s->priority_add = random_next(seed) & 7;
	s->irq_base = random_next(seed) & 0xf8;
	s->read_reg_select = random_next(seed) & 1;
	s->special_mask = random_next(seed) & 1;
	s->auto_eoi = random_next(seed) & 1;
	s->rotate_on_auto_eoi = random_next(seed) & 1;
	s->special_fully_nested_mode = random_next(seed) & 1;
	s->init4 = 1;
}

static void ioapic_state_make(struct kvm_ioapic_state *s, uint64_t *seed)
{
	unsigned int pin;

	memset(s, 0, sizeof(*s));
	s->base_address = 0xfec00000;
	s->ioregsel = random_next(seed) & 0x3f;
	s->id = random_next(seed) & 0xf;
	/* Masked, so that nothing is sent and what is pending stays. */
	for (pin = 0; pin < IOAPIC_PINS; pin++)
		s->redirtbl[pin].bits = (random_next(seed) &
					 0xff0000000000afffull & ~0x1000ull) |
					RTE_MASKED;
}

/*
 * The master's input 2 is the slave's output. KVM pulses it, where ours is the
 * level that the 8259A's cascade is ("8259A", Cascade Mode): it is derived from
 * the slave, whatever was loaded.
 */
static void forget_cascade(struct kvm_pic_state *s)
{
	s->last_irr &= ~4;
	s->irr &= ~4;
}

/* Load into one, save, load into the other, save: nothing may change. */
static void expect_chip_travels(const struct vm *from, const struct vm *to,
				struct kvm_irqchip *state, uint64_t seed,
				const char *what)
{
	struct kvm_irqchip first, second;

	chip_set(from, state);
	first = chip_get(from, state->chip_id);
	chip_set(to, &first);
	second = chip_get(to, state->chip_id);
	if (state->chip_id == KVM_IRQCHIP_PIC_MASTER) {
		forget_cascade(&first.chip.pic);
		forget_cascade(&second.chip.pic);
	}
	expect_same(what, seed, &first.chip, &second.chip,
		    state->chip_id == KVM_IRQCHIP_IOAPIC ?
		    sizeof(first.chip.ioapic) : sizeof(first.chip.pic));
}

TEST(chip_states_travel_between_kvm_and_ours)
{
	struct kvm_irqchip state = { };
	uint64_t seed = 0x7a7e, start;
	struct vm ours, stock;
	unsigned int i;

	if (device_is_stock() || access(STOCK_DEVICE, R_OK | W_OK))
		test_skip("it takes both devices");
	ours = vm_with_irqchip();
	stock = vm_create_on(STOCK_DEVICE);
	ASSERT_OK(ioctl(stock.fd, KVM_CREATE_IRQCHIP, 0));
	for (i = 0; i < ROUNDS * NR_CHIPS; i++) {
		start = seed;
		state.chip_id = i % NR_CHIPS;
		if (state.chip_id == KVM_IRQCHIP_IOAPIC)
			ioapic_state_make(&state.chip.ioapic, &seed);
		else
			pic_state_make(&state.chip.pic, &seed, state.chip_id);
		expect_chip_travels(&stock, &ours, &state, start,
				    "from KVM to ours");
		expect_chip_travels(&ours, &stock, &state, start,
				    "from ours to KVM");
	}
}

/* Registers that guests and VMMs see; not the two that depend on the time. */
static const struct {
	const char *name;
	uint16_t reg;
	uint16_t nr;
} lapic_regs[] = {
	{ "ID", 0x20, 1 }, { "TPR", 0x80, 1 }, { "LDR", 0xd0, 1 },
	{ "DFR", 0xe0, 1 }, { "SVR", 0xf0, 1 }, { "ISR", 0x100, 8 },
	{ "TMR", 0x180, 8 }, { "IRR", 0x200, 8 }, { "ICR", 0x310, 1 },
	{ "LVT timer", 0x320, 1 }, { "LVT thermal", 0x330, 1 },
	{ "LVT performance", 0x340, 1 }, { "LINT0", 0x350, 1 },
	{ "LINT1", 0x360, 1 }, { "LVT error", 0x370, 1 },
	{ "TMICT", 0x380, 1 }, { "TDCR", 0x3e0, 1 },
};

/* A page such as a guest leaves it, with everything in use but the timer. */
static void lapic_state_make(struct kvm_lapic_state *s, uint64_t *seed)
{
	unsigned int i;

	lapic_put_reg(s, LAPIC_TPR, random_next(seed) & 0xff);
	lapic_put_reg(s, 0xd0, random_next(seed) & 0xff000000);
	lapic_put_reg(s, 0xe0, random_next(seed) & 1 ? 0xffffffff :
						       0x0fffffff);
	lapic_put_reg(s, LAPIC_SVR, SVR_ON);
	for (i = 0; i < 8; i++) {
		uint32_t legal = i ? 0xffffffff : 0xffff0000;

		lapic_put_reg(s, LAPIC_ISR + i * 16, random_next(seed) & legal);
		lapic_put_reg(s, LAPIC_IRR + i * 16, random_next(seed) & legal);
		lapic_put_reg(s, LAPIC_TMR + i * 16, random_next(seed) & legal);
	}
	for (i = 0x320; i <= 0x370; i += 0x10)
		lapic_put_reg(s, i, 0x10000 | (random_next(seed) & 0xff));
	lapic_put_reg(s, 0x3e0, random_next(seed) & 0xb);
}

static void expect_lapic_travels(int from, int to,
				 const struct kvm_lapic_state *state,
				 uint64_t seed)
{
	struct kvm_lapic_state first, second;
	unsigned int i, n;

	lapic_set(from, state);
	first = lapic_get(from);
	lapic_set(to, &first);
	second = lapic_get(to);
	for (i = 0; i < ARRAY_SIZE(lapic_regs); i++) {
		for (n = 0; n < lapic_regs[i].nr; n++) {
			unsigned int reg = lapic_regs[i].reg + n * 16;

			if (lapic_reg(&first, reg) != lapic_reg(&second, reg))
				test_fail(__FILE__, __LINE__,
					  "seed %#llx: %s (0x%03x) is 0x%08x, then 0x%08x",
					  (unsigned long long)seed,
					  lapic_regs[i].name, reg,
					  lapic_reg(&first, reg),
					  lapic_reg(&second, reg));
		}
	}
}

TEST(lapic_states_travel_between_kvm_and_ours)
{
	struct kvm_lapic_state state;
	uint64_t seed = 0x2a7e, start;
	struct vm ours, stock;
	int vcpu, other;
	unsigned int i;

	if (lapic_is_stock() || access(STOCK_DEVICE, R_OK | W_OK))
		test_skip("it takes both devices");
	ours = vm_with_vcpu(&vcpu);
	stock = vm_create_on(STOCK_DEVICE);
	ASSERT_OK(ioctl(stock.fd, KVM_CREATE_IRQCHIP, 0));
	other = vcpu_create(&stock, 0);
	for (i = 0; i < ROUNDS; i++) {
		start = seed;
		state = lapic_get(other);
		lapic_state_make(&state, &seed);
		expect_lapic_travels(other, vcpu, &state, start);
		state = lapic_get(vcpu);
		lapic_state_make(&state, &seed);
		expect_lapic_travels(vcpu, other, &state, start);
	}
	vm_close(&ours);
}

/*
 * Amid everything: which byte of a count is read and written next, and what is
 * left of a latched one. KVM has 3 for "both bytes" and for "the low one of
 * both", 4 for "the high one of both".
 */
static const struct {
	uint8_t mode, rw_mode, read_state, write_state, count_latched;
} pit_states[] = {
	{ 0, 1, 1, 1, 0 }, { 0, 1, 1, 1, 1 }, { 2, 2, 2, 2, 0 },
	{ 2, 2, 2, 2, 2 }, { 2, 3, 3, 3, 0 }, { 2, 3, 4, 3, 2 },
	{ 3, 3, 3, 4, 3 }, { 4, 3, 4, 4, 3 }, { 0, 3, 3, 4, 2 },
};

static void pit_channel_make(struct kvm_pit_channel_state *s, unsigned int i)
{
	s->mode = pit_states[i].mode;
	s->count = 0x1234;
	s->rw_mode = pit_states[i].rw_mode;
	s->read_state = pit_states[i].read_state;
	s->write_state = pit_states[i].write_state;
	s->write_latch = s->write_state == 4 ? 0x34 : 0;
	s->count_latched = pit_states[i].count_latched;
	s->latched_count = s->count_latched ? 0x1200 : 0;
}

TEST(pit_states_travel_between_kvm_and_ours)
{
	struct kvm_pit_config config = { };
	struct kvm_pit_state2 first, second;
	struct vm ours, stock;
	unsigned int i, n;

	if (device_is_stock() || access(STOCK_DEVICE, R_OK | W_OK))
		test_skip("it takes both devices");
	ours = vm_with_pit();
	stock = vm_create_on(STOCK_DEVICE);
	ASSERT_OK(ioctl(stock.fd, KVM_CREATE_IRQCHIP, 0));
	ASSERT_OK(ioctl(stock.fd, KVM_CREATE_PIT2, &config));
	for (i = 0; i < ARRAY_SIZE(pit_states); i++) {
		test_say("state %u", i);
		ASSERT_OK(ioctl(stock.fd, KVM_GET_PIT2, &first));
		for (n = 0; n < 3; n++)
			pit_channel_make(&first.channels[n], i);
		ASSERT_OK(ioctl(stock.fd, KVM_SET_PIT2, &first));
		first = pit_get(&stock);
		ASSERT_OK(ioctl(ours.fd, KVM_SET_PIT2, &first));
		second = pit_get(&ours);
		pit_forget_times(&first);
		pit_forget_times(&second);
		expect_same("from KVM to ours", 0, &first, &second,
			    sizeof(first));
		ASSERT_OK(ioctl(stock.fd, KVM_SET_PIT2, &second));
		first = pit_get(&stock);
		pit_forget_times(&first);
		expect_same("from ours to KVM", 0, &second, &first,
			    sizeof(first));
	}
}
