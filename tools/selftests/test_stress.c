// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many CPUs, and many threads at once.
 */
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "lib.h"

#define MAX_CPUS		1024
#define IF_NOW		(VIRQCHIP_TAKE_IF | VIRQCHIP_TAKE_NONBLOCK)

TEST(a_fabric_has_1024_cpus_and_no_more)
{
	struct virqchip_add_cpu add = {
		.size = sizeof(add),
		.apic_id = MAX_CPUS,
	};
	struct virqchip_take got;
	int fabric = fabric_with_cpu(0);
	uint32_t cpu;

	for (cpu = 1; cpu < MAX_CPUS; cpu++)
		ASSERT_EQ(cpu_add(fabric, cpu, false), cpu);
	ASSERT_ERRNO(ioctl(fabric, VIRQCHIP_ADD_CPU, &add), ENOSPC);

	/* Start-up IPI to all others: each has it, the sender has not. */
	lapic_write(fabric, LAPIC_ICR, 0xc4600 | 0x12);
	for (cpu = 1; cpu < MAX_CPUS; cpu++) {
		got = take(fabric, cpu, IF_NOW);
		ASSERT_EQ(got.source, VIRQCHIP_TAKE_SIPI);
		ASSERT_EQ(got.intr_info, 0x12);
	}
	ASSERT_EQ(take(fabric, 0, IF_NOW).source, VIRQCHIP_TAKE_NONE);

	/* By its ID to the last one alone, in x2APIC mode */
	for (cpu = 0; cpu < MAX_CPUS; cpu += MAX_CPUS - 1) {
		ASSERT_OK(msr_try_write(fabric, cpu, MSR_APIC_BASE,
					LAPIC | 0x800 | (cpu ? 0 : 0x100) |
					APIC_BASE_EXTD));
		ASSERT_OK(msr_try_write(fabric, cpu, MSR_X2APIC + 0x0f,
					SVR_ON));
	}
	ASSERT_OK(msr_try_write(fabric, 0, MSR_X2APIC + 0x30,
				(MAX_CPUS - 1ull) << 32 | 0x4077));
	ASSERT_EQ(take(fabric, MAX_CPUS - 1, IF_NOW).intr_info,
		  INTR_VALID | 0x77);
	for (cpu = 0; cpu < MAX_CPUS - 1; cpu++)
		ASSERT_EQ(take(fabric, cpu, IF_NOW).source, VIRQCHIP_TAKE_NONE);
}

/* ---- threads ---- */

#define ROUNDS		3000
#define SLOW_ROUNDS	300

struct race {
	int fabric;
	int device;
	uint32_t fabric_id;
	uint32_t taken;
};

static void *race_lines(void *arg)
{
	struct race *r = arg;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		line_set(r->fabric, 5 + i % 17, i & 1);
		line_set_source(r->fabric, 20, i & 1, 9);
	}
	return NULL;
}

static void *race_takes(void *arg)
{
	struct race *r = arg;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		if (take(r->fabric, i & 1, IF_NOW).intr_info)
			__atomic_add_fetch(&r->taken, 1, __ATOMIC_RELAXED);
		mmio_write(r->fabric, i & 1, LAPIC + LAPIC_EOI, 0);
		pic_eoi_both(r->fabric);
	}
	return NULL;
}

static void *race_routes(void *arg)
{
	struct virqchip_route routes[17] = {};
	struct race *r = arg;
	unsigned int i, n;

	for (i = 0; i < SLOW_ROUNDS; i++) {
		for (n = 0; n < 17; n++) {
			routes[n].gsi = 5 + n;
			routes[n].kind = i & 1 ? VIRQCHIP_ROUTE_MSI :
						 VIRQCHIP_ROUTE_IOAPIC;
			routes[n].pin = i & 1 ? 0 : 23 - n;
			routes[n].msi_address = i & 1 ? LAPIC | 1 << 12 : 0;
			routes[n].msi_data = i & 1 ? 0x90 + n : 0;
		}
		ASSERT_OK(routes_try_set(r->fabric, routes, 17));
	}
	return NULL;
}

static void *race_states(void *arg)
{
	static __thread union any_state state;
	struct race *r = arg;
	unsigned int i;

	for (i = 0; i < SLOW_ROUNDS; i++) {
		state_get(r->fabric, i % 5, &state);
		state_set(r->fabric, i % 5, &state);
	}
	return NULL;
}

static void *race_cpus(void *arg)
{
	struct race *r = arg;
	uint32_t id;

	for (id = 2; id < 40; id++)
		cpu_add(r->fabric, id, false);
	return NULL;
}

/* The shortest periods, stopped and switched while they run out. */
static void *race_timers(void *arg)
{
	static const uint32_t modes[] = { 0x20000, 0, 0x40000, 0x60000, 0x30000 };
	struct race *r = arg;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		mmio_write(r->fabric, 0, LAPIC + LAPIC_TDCR, i & 1 ? 0xb : 0x0);
		mmio_write(r->fabric, 0, LAPIC + LAPIC_LVT_TIMER,
			   modes[i % ARRAY_SIZE(modes)] | 0x31);
		mmio_write(r->fabric, 0, LAPIC + LAPIC_TMICT, i % 3);
		mmio_read(r->fabric, 0, LAPIC + LAPIC_TMCCT);
	}
	mmio_write(r->fabric, 0, LAPIC + LAPIC_TMICT, 0);
	return NULL;
}

static void *race_pulses(void *arg)
{
	struct virqchip_pulse pulse = { .size = sizeof(pulse) };
	struct race *r = arg;
	unsigned int i;

	pulse.fabric_id = r->fabric_id;
	pulse.gsi = 20;
	pulse.count = 10;
	for (i = 0; i < SLOW_ROUNDS; i++)
		ASSERT_OK(ioctl(r->device, VIRQCHIP_PULSE, &pulse));
	return NULL;
}

/* Until the fabric is gone, which its fd does not keep it from. */
static void *pulse_until_gone(void *arg)
{
	struct virqchip_pulse pulse = { .size = sizeof(pulse) };
	struct race *r = arg;

	pulse.fabric_id = r->fabric_id;
	pulse.gsi = 20;
	pulse.count = 50;
	while (!ioctl(r->device, VIRQCHIP_PULSE, &pulse))
		__atomic_add_fetch(&r->taken, 1, __ATOMIC_RELEASE);
	ASSERT_EQ(errno, ENOENT);
	return NULL;
}

static void race_start(struct race *r)
{
	struct virqchip_fabric_info info = { .size = sizeof(info) };
	unsigned int pin;

	memset(r, 0, sizeof(*r));
	r->device = device_open();
	r->fabric = fabric_with_cpu(VIRQCHIP_FABRIC_PIT |
				    VIRQCHIP_FABRIC_VIRTUAL_WIRE);
	cpu_add(r->fabric, 1, true);
	mmio_write(r->fabric, 1, LAPIC + LAPIC_SVR, SVR_ON);
	pic_init(r->fabric);
	for (pin = 3; pin < 24; pin++)
		rte_write(r->fabric, pin, (pin & 1 ? RTE_LEVEL : 0) |
			  (pin & 2 ? 1ull << 56 : 0) | (0x40 + 8 * pin));
	ASSERT_OK(ioctl(r->fabric, VIRQCHIP_FABRIC_INFO, &info));
	r->fabric_id = info.fabric_id;
}

TEST(threads_may_do_everything_at_once)
{
	static void *(*const runs[])(void *) = {
		race_lines, race_takes, race_takes, race_routes, race_states,
		race_cpus, race_pulses, race_timers,
	};
	enum { NR_RUNS = ARRAY_SIZE(runs) };
	pthread_t threads[NR_RUNS];
	struct race r;
	unsigned int i;

	race_start(&r);
	for (i = 0; i < NR_RUNS; i++)
		ASSERT_EQ(pthread_create(&threads[i], NULL, runs[i], &r), 0);
	for (i = 0; i < NR_RUNS; i++)
		ASSERT_EQ(pthread_join(threads[i], NULL), 0);
	ASSERT(r.taken);

	/* It is in order afterwards. */
	rte_write(r.fabric, 5, 0xe1);
	ASSERT_OK(routes_try_set(r.fabric, &(struct virqchip_route) {
		.gsi = 1000, .kind = VIRQCHIP_ROUTE_IOAPIC, .pin = 5
	}, 1));
	line_set(r.fabric, 1000, 0);
	for (i = 0; i < 300; i++) {
		take_now(r.fabric);
		mmio_write(r.fabric, 0, LAPIC + LAPIC_EOI, 0);
		pic_eoi_both(r.fabric);
	}
	mmio_write(r.fabric, 0, LAPIC + LAPIC_TPR, 0xd0);
	ASSERT_EQ(line_set(r.fabric, 1000, 1), 1);
}

TEST(closing_a_fabric_under_pulses_leaves_nothing)
{
	pthread_t threads[2];
	struct race r;
	unsigned int i, n;

	for (n = 0; n < 20; n++) {
		race_start(&r);
		for (i = 0; i < 2; i++)
			ASSERT_EQ(pthread_create(&threads[i], NULL,
						 pulse_until_gone, &r), 0);
		while (!__atomic_load_n(&r.taken, __ATOMIC_ACQUIRE))
			sched_yield();
		close(r.fabric);
		for (i = 0; i < 2; i++)
			ASSERT_EQ(pthread_join(threads[i], NULL), 0);
		close(r.device);
	}
}

/* Each level is taken and ended, or is still there: nothing is lost. */
static void *answer_levels(void *arg)
{
	struct race *r = arg;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(take(r->fabric, 0, VIRQCHIP_TAKE_IF).intr_info,
			  INTR_VALID | 0x61);
		line_set(r->fabric, 20, 0);
		lapic_write(r->fabric, LAPIC_EOI, 0);
		__atomic_store_n(&r->taken, i + 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

TEST(no_level_interrupt_is_lost_between_two_threads)
{
	struct race r = { };
	pthread_t thread;
	unsigned int i;

	r.fabric = fabric_with_cpu(0);
	rte_write(r.fabric, 20, RTE_LEVEL | 0x61);
	ASSERT_EQ(pthread_create(&thread, NULL, answer_levels, &r), 0);
	for (i = 0; i < ROUNDS; i++) {
		line_set(r.fabric, 20, 1);
		while (__atomic_load_n(&r.taken, __ATOMIC_ACQUIRE) == i)
			sched_yield();
	}
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	ASSERT_EQ(take_hold(r.fabric), VIRQCHIP_HOLD_IDLE);
}
