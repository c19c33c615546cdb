// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts on their whole way, from a line or a message to what a CPU takes,
 * and back by its end of interrupt.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib.h"

#define NONBLOCK	VIRQCHIP_TAKE_NONBLOCK
#define IF_NOW		(VIRQCHIP_TAKE_IF | VIRQCHIP_TAKE_NONBLOCK)

static int pc_with_pic(uint32_t flags)
{
	int fabric = fabric_create(flags | VIRQCHIP_FABRIC_VIRTUAL_WIRE);

	cpu_add(fabric, 0, true);
	pic_init(fabric);
	return fabric;
}

/* ---- the 8259 pair ---- */

TEST(pic_edge_of_irq_10_is_taken_as_vector_0x2a)
{
	int fabric = pc_with_pic(0);
	struct virqchip_take got;

	ASSERT_EQ(line_set(fabric, 10, 1), 1);
	got = take(fabric, 0, IF_NOW);
	ASSERT_EQ(got.intr_info, INTR_VALID | 0x2a);
	ASSERT_EQ(got.source, VIRQCHIP_TAKE_PIC);
	ASSERT_EQ(got.hold, VIRQCHIP_HOLD_NOT);

	/* Not again without another edge */
	pic_eoi_both(fabric);
	ASSERT_EQ(take_now(fabric), 0);
	line_set(fabric, 10, 0);
	ASSERT_EQ(take_now(fabric), 0);
	ASSERT_EQ(line_set(fabric, 10, 1), 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x2a);
}

TEST(pic_line_becomes_base_plus_pin_for_every_pin)
{
	int fabric = pc_with_pic(0);
	unsigned int gsi;

	for (gsi = 0; gsi < 16; gsi++) {
		if (gsi == 2)
			continue;
		ASSERT_EQ(line_set(fabric, gsi, 1), 1);
		ASSERT_EQ(take_now(fabric), INTR_VALID | (0x20 + gsi));
		pic_eoi_both(fabric);
		line_set(fabric, gsi, 0);
	}
}

TEST(pic_level_line_left_high_fires_again_after_eoi)
{
	int fabric = pc_with_pic(0);
	unsigned int i;

	out8(fabric, ELCR1 + 1, 1 << (10 - 8));
	ASSERT_EQ(line_set(fabric, 10, 1), 1);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(take_now(fabric), INTR_VALID | 0x2a);
		ASSERT_EQ(take_now(fabric), 0);
		pic_eoi_both(fabric);
	}
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x2a);
	line_set(fabric, 10, 0);
	pic_eoi_both(fabric);
	ASSERT_EQ(take_now(fabric), 0);
}

TEST(pic_waits_behind_a_higher_priority_in_service)
{
	int fabric = pc_with_pic(0);

	line_set(fabric, 5, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x25);
	line_set(fabric, 7, 1);
	ASSERT_EQ(take_now(fabric), 0);
	line_set(fabric, 3, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x23);
	out8(fabric, PIC1, 0x20);
	ASSERT_EQ(take_now(fabric), 0);
	out8(fabric, PIC1, 0x20);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x27);
}

TEST(pic_level_that_drops_before_the_acknowledge_is_gone)
{
	int fabric = pc_with_pic(0);

	out8(fabric, ELCR1, 1 << 5);
	line_set(fabric, 5, 1);
	line_set(fabric, 5, 0);
	ASSERT_EQ(take_hold(fabric), VIRQCHIP_HOLD_IDLE);
}

TEST(pic_edge_that_drops_is_kept_unless_strict)
{
	int fabric = pc_with_pic(0);

	line_set(fabric, 5, 1);
	line_set(fabric, 5, 0);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x25);

	fabric = pc_with_pic(VIRQCHIP_FABRIC_STRICT_EDGE);
	line_set(fabric, 5, 1);
	line_set(fabric, 5, 0);
	ASSERT_EQ(take_hold(fabric), VIRQCHIP_HOLD_IDLE);
}

TEST(pic_is_held_by_if_and_by_lint0)
{
	int fabric = pc_with_pic(0);
	struct virqchip_take got;

	line_set(fabric, 5, 1);
	got = take(fabric, 0, NONBLOCK);
	ASSERT_EQ(got.source, VIRQCHIP_TAKE_NONE);
	ASSERT_EQ(got.hold, VIRQCHIP_HOLD_IF);
	lapic_write(fabric, LAPIC_SVR, SVR_ON);
	lapic_write(fabric, LAPIC_LVT_LINT0, LVT_EXTINT | LVT_MASKED);
	ASSERT_EQ(take_hold(fabric), VIRQCHIP_HOLD_LINT0);
	lapic_write(fabric, LAPIC_LVT_LINT0, LVT_EXTINT);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x25);
}

TEST(lint0_is_masked_out_of_reset_without_virtual_wire)
{
	int fabric = fabric_create(0);

	cpu_add(fabric, 0, true);
	pic_init(fabric);
	line_set(fabric, 5, 1);
	ASSERT_EQ(take_hold(fabric), VIRQCHIP_HOLD_LINT0);
}

/* ---- the IOAPIC ---- */

TEST(ioapic_edge_is_delivered_once_per_edge)
{
	int fabric = fabric_with_cpu(0);
	struct virqchip_take got;

	rte_write(fabric, 20, 0x51);
	ASSERT_EQ(line_set(fabric, 20, 1), 1);
	ASSERT_EQ(line_set(fabric, 20, 1), 0);
	got = take(fabric, 0, IF_NOW);
	ASSERT_EQ(got.intr_info, INTR_VALID | 0x51);
	ASSERT_EQ(got.source, VIRQCHIP_TAKE_LAPIC);
	ASSERT_EQ(rte_read(fabric, 20) & RTE_REMOTE_IRR, 0);
	lapic_write(fabric, LAPIC_EOI, 0);
	ASSERT_EQ(take_now(fabric), 0);
	line_set(fabric, 20, 0);
	ASSERT_EQ(line_set(fabric, 20, 1), 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x51);
}

TEST(ioapic_level_sets_remote_irr_until_eoi)
{
	int fabric = fabric_with_cpu(0);

	rte_write(fabric, 20, RTE_LEVEL | 0x51);
	ASSERT_EQ(line_set(fabric, 20, 1), 1);
	ASSERT(rte_read(fabric, 20) & RTE_REMOTE_IRR);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x51);
	/* Still high: served again, and remote IRR stays. */
	lapic_write(fabric, LAPIC_EOI, 0);
	ASSERT(rte_read(fabric, 20) & RTE_REMOTE_IRR);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x51);
	line_set(fabric, 20, 0);
	ASSERT(rte_read(fabric, 20) & RTE_REMOTE_IRR);
	lapic_write(fabric, LAPIC_EOI, 0);
	ASSERT_EQ(rte_read(fabric, 20) & RTE_REMOTE_IRR, 0);
	ASSERT_EQ(take_hold(fabric), VIRQCHIP_HOLD_IDLE);
}

TEST(ioapic_mask_drops_edges_and_holds_levels)
{
	int fabric = fabric_with_cpu(0);

	rte_write(fabric, 20, RTE_MASKED | 0x51);
	rte_write(fabric, 21, RTE_MASKED | RTE_LEVEL | 0x52);
	ASSERT_EQ(line_set(fabric, 20, 1), -1);
	ASSERT_EQ(line_set(fabric, 21, 1), -1);
	rte_write(fabric, 20, 0x51);
	ASSERT_EQ(take_hold(fabric), VIRQCHIP_HOLD_IDLE);
	rte_write(fabric, 21, RTE_LEVEL | 0x52);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x52);
}

TEST(ioapic_polarity_counts_only_where_lines_are_voltages)
{
	uint64_t rte = RTE_LEVEL | RTE_ACTIVE_LOW | 0x51;
	int fabric = fabric_with_cpu(VIRQCHIP_FABRIC_ELECTRICAL);

	rte_write(fabric, 20, rte);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x51);
	line_set(fabric, 20, 1);
	lapic_write(fabric, LAPIC_EOI, 0);
	ASSERT_EQ(take_hold(fabric), VIRQCHIP_HOLD_IDLE);

	fabric = fabric_with_cpu(0);
	rte_write(fabric, 20, rte);
	ASSERT_EQ(take_hold(fabric), VIRQCHIP_HOLD_IDLE);
	line_set(fabric, 20, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x51);
}

TEST(ioapic_eoi_register_ends_a_level_interrupt)
{
	int fabric = fabric_with_cpu(VIRQCHIP_FABRIC_IOAPIC_EOIR);

	rte_write(fabric, 20, RTE_LEVEL | 0x51);
	line_set(fabric, 20, 1);
	line_set(fabric, 20, 0);
	ASSERT(rte_read(fabric, 20) & RTE_REMOTE_IRR);
	mmio_write(fabric, 0, IOAPIC + 0x40, 0x51);
	ASSERT_EQ(rte_read(fabric, 20) & RTE_REMOTE_IRR, 0);
}

/* ---- the local APIC ---- */

TEST(lapic_vectors_are_taken_by_priority_and_nest)
{
	int fabric = fabric_with_cpu(0);

	ASSERT_EQ(msi_send(fabric, LAPIC, 0x41), 1);
	ASSERT_EQ(msi_send(fabric, LAPIC, 0x41), 0);
	msi_send(fabric, LAPIC, 0x61);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x61);
	ASSERT_EQ(take_hold(fabric), VIRQCHIP_HOLD_PPR);
	msi_send(fabric, LAPIC, 0x81);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x81);
	lapic_write(fabric, LAPIC_EOI, 0);
	ASSERT_EQ(take_hold(fabric), VIRQCHIP_HOLD_PPR);
	lapic_write(fabric, LAPIC_EOI, 0);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x41);
}

TEST(lapic_tpr_holds_vectors_of_its_class)
{
	int fabric = fabric_with_cpu(0);

	lapic_write(fabric, LAPIC_TPR, 0x50);
	msi_send(fabric, LAPIC, 0x5f);
	ASSERT_EQ(take_hold(fabric), VIRQCHIP_HOLD_PPR);
	msi_send(fabric, LAPIC, 0x60);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x60);
	lapic_write(fabric, LAPIC_EOI, 0);
	lapic_write(fabric, LAPIC_TPR, 0x40);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x5f);
}

TEST(msi_to_nobody_is_ignored)
{
	int fabric = fabric_with_cpu(0);

	ASSERT_EQ(msi_send(fabric, LAPIC | 9 << 12, 0x41), -1);
	lapic_write(fabric, LAPIC_SVR, 0xff);
	ASSERT_EQ(msi_send(fabric, LAPIC, 0x41), -1);
}

TEST(nmi_and_smi_do_not_wait_for_if)
{
	int fabric = fabric_with_cpu(0);
	struct virqchip_take got;

	msi_send(fabric, LAPIC, 0x41);
	msi_send(fabric, LAPIC, 4 << 8);
	msi_send(fabric, LAPIC, 2 << 8);
	got = take(fabric, 0, NONBLOCK);
	ASSERT_EQ(got.source, VIRQCHIP_TAKE_SMI);
	ASSERT_EQ(got.intr_info, 0);
	got = take(fabric, 0, NONBLOCK);
	ASSERT_EQ(got.source, VIRQCHIP_TAKE_NMI);
	ASSERT_EQ(got.intr_info, INTR_NMI);
	got = take(fabric, 0, NONBLOCK);
	ASSERT_EQ(got.hold, VIRQCHIP_HOLD_IF);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x41);
}

TEST(start_up_ipi_ends_the_wait_for_it)
{
	int fabric = fabric_with_cpu(0);
	struct virqchip_take got;

	cpu_add(fabric, 1, false);
	got = take(fabric, 1, IF_NOW);
	ASSERT_EQ(got.hold, VIRQCHIP_HOLD_SIPI);
	lapic_write(fabric, LAPIC_ICR + 0x10, 1 << 24);
	lapic_write(fabric, LAPIC_ICR, 0x4500);
	got = take(fabric, 1, IF_NOW);
	ASSERT_EQ(got.source, VIRQCHIP_TAKE_INIT);
	lapic_write(fabric, LAPIC_ICR, 0x4600 | 0x9a);
	got = take(fabric, 1, IF_NOW);
	ASSERT_EQ(got.source, VIRQCHIP_TAKE_SIPI);
	ASSERT_EQ(got.intr_info, 0x9a);
	/* The second one is for nobody. */
	lapic_write(fabric, LAPIC_ICR, 0x4600 | 0x9b);
	got = take(fabric, 1, IF_NOW);
	ASSERT_EQ(got.source, VIRQCHIP_TAKE_NONE);
	ASSERT_EQ(got.hold, VIRQCHIP_HOLD_IDLE);
}

TEST(ipi_reaches_another_cpu_in_x2apic_mode)
{
	int fabric = fabric_with_cpu(0);
	struct virqchip_take got;
	uint32_t cpu;

	/* An APIC ID that xAPIC destinations cannot name */
	cpu = cpu_add(fabric, 1000, true);
	for (cpu = 0; cpu < 2; cpu++) {
		ASSERT_OK(msr_try_write(fabric, cpu, MSR_APIC_BASE,
					LAPIC | 0x900 | APIC_BASE_EXTD));
		ASSERT_OK(msr_try_write(fabric, cpu, MSR_X2APIC + 0x0f,
					SVR_ON));
	}
	ASSERT_OK(msr_try_write(fabric, 0, MSR_X2APIC + 0x30,
				1000ull << 32 | 0x4044));
	ASSERT_EQ(take_now(fabric), 0);
	got = take(fabric, 1, IF_NOW);
	ASSERT_EQ(got.intr_info, INTR_VALID | 0x44);
	ASSERT_EQ(got.source, VIRQCHIP_TAKE_LAPIC);
}

TEST(pic_vector_equal_to_one_in_service_is_still_the_pics)
{
	int fabric = fabric_with_cpu(VIRQCHIP_FABRIC_VIRTUAL_WIRE);
	struct virqchip_take got;

	pic_init(fabric);
	msi_send(fabric, LAPIC, 0x25);
	got = take(fabric, 0, IF_NOW);
	ASSERT_EQ(got.source, VIRQCHIP_TAKE_LAPIC);
	line_set(fabric, 5, 1);
	got = take(fabric, 0, IF_NOW);
	ASSERT_EQ(got.intr_info, INTR_VALID | 0x25);
	ASSERT_EQ(got.source, VIRQCHIP_TAKE_PIC);
}

/* ---- routes ---- */

TEST(replaced_routes_lead_lines_elsewhere)
{
	static const struct virqchip_route routes[] = {
		{ .gsi = 3, .kind = VIRQCHIP_ROUTE_IOAPIC, .pin = 17 },
		{ .gsi = 300, .kind = VIRQCHIP_ROUTE_MSI,
		  .msi_address = LAPIC, .msi_data = 0x71 },
		{ .gsi = 4, .kind = VIRQCHIP_ROUTE_PIC, .pin = 12 },
	};
	int fabric = fabric_with_cpu(VIRQCHIP_FABRIC_VIRTUAL_WIRE);

	pic_init(fabric);
	rte_write(fabric, 3, 0x33);
	rte_write(fabric, 17, 0x81);
	ASSERT_OK(routes_try_set(fabric, routes, 3));
	ASSERT_EQ(line_set(fabric, 3, 1), 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x81);
	lapic_write(fabric, LAPIC_EOI, 0);
	ASSERT_EQ(line_set(fabric, 300, 1), 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x71);
	lapic_write(fabric, LAPIC_EOI, 0);
	ASSERT_EQ(line_set(fabric, 4, 1), 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x2c);
	ASSERT_EQ(line_set(fabric, 5, 1), -1);
}

/* ---- waiting ---- */

static short polled(int fabric, int timeout_ms)
{
	struct pollfd pfd = { .fd = fabric, .events = POLLIN };

	ASSERT_OK(poll(&pfd, 1, timeout_ms));
	return pfd.revents;
}

TEST(poll_tells_when_there_is_something_to_take)
{
	int fabric = fabric_with_cpu(0);
	uint32_t cpu = cpu_add(fabric, 1, true);

	ASSERT_EQ(polled(fabric, 0), 0);
	mmio_write(fabric, cpu, LAPIC + LAPIC_SVR, SVR_ON);
	msi_send(fabric, LAPIC | 1 << 12, 0x41);
	ASSERT_EQ(polled(fabric, 0), POLLIN);
	/* As long as it is there */
	ASSERT_EQ(polled(fabric, 0), POLLIN);
	ASSERT_EQ(take(fabric, cpu, IF_NOW).intr_info, INTR_VALID | 0x41);
	ASSERT_EQ(polled(fabric, 0), 0);

	/* Held by the one in service; its EOI brings it forward. */
	msi_send(fabric, LAPIC | 1 << 12, 0x42);
	ASSERT_EQ(polled(fabric, 0), 0);
	mmio_write(fabric, cpu, LAPIC + LAPIC_EOI, 0);
	ASSERT_EQ(polled(fabric, 0), POLLIN);
}

struct waiter {
	pthread_t thread;
	int fabric;
	int tid;
	bool by_poll;
	long ret;
	int error;
	struct virqchip_take got;
};

static void *waiter_run(void *arg)
{
	struct waiter *w = arg;

	w->got = (struct virqchip_take) {
		.size = sizeof(w->got),
		.flags = VIRQCHIP_TAKE_IF,
	};
	__atomic_store_n(&w->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
	if (w->by_poll)
		ASSERT_EQ(polled(w->fabric, -1), POLLIN);
	w->ret = ioctl(w->fabric, VIRQCHIP_TAKE, &w->got);
	w->error = errno;
	return NULL;
}

/* Is it asleep in the kernel? */
static bool waiter_sleeps(struct waiter *w)
{
	char path[64], state = 0;
	int tid = __atomic_load_n(&w->tid, __ATOMIC_ACQUIRE);
	FILE *file;

	if (!tid)
		return false;
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	file = fopen(path, "r");
	ASSERT(file);
	ASSERT_EQ(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
	fclose(file);
	return state == 'S';
}

static void waiter_start(struct waiter *w, int fabric, bool by_poll)
{
	memset(w, 0, sizeof(*w));
	w->fabric = fabric;
	w->by_poll = by_poll;
	ASSERT_EQ(pthread_create(&w->thread, NULL, waiter_run, w), 0);
	while (!waiter_sleeps(w))
		sched_yield();
}

TEST(take_waits_until_there_is_something)
{
	int fabric = fabric_with_cpu(0);
	struct waiter w;

	waiter_start(&w, fabric, false);
	msi_send(fabric, LAPIC, 0x41);
	pthread_join(w.thread, NULL);
	ASSERT_EQ(w.ret, 0);
	ASSERT_EQ(w.got.intr_info, INTR_VALID | 0x41);
}

TEST(take_wakes_when_another_thread_lowers_the_priority)
{
	int fabric = fabric_with_cpu(0);
	struct waiter w;

	lapic_write(fabric, LAPIC_TPR, 0xf0);
	msi_send(fabric, LAPIC, 0x41);
	waiter_start(&w, fabric, false);
	lapic_write(fabric, LAPIC_TPR, 0);
	pthread_join(w.thread, NULL);
	ASSERT_EQ(w.got.intr_info, INTR_VALID | 0x41);
}

TEST(poll_waits_until_there_is_something)
{
	int fabric = fabric_with_cpu(0);
	struct waiter w;

	rte_write(fabric, 20, 0x51);
	waiter_start(&w, fabric, true);
	line_set(fabric, 20, 1);
	pthread_join(w.thread, NULL);
	ASSERT_EQ(w.got.intr_info, INTR_VALID | 0x51);
}

static void ignore_signal(int signal)
{
}

TEST(take_that_waits_is_ended_by_a_signal)
{
	struct sigaction action = { .sa_handler = ignore_signal };
	int fabric = fabric_with_cpu(0);
	struct waiter w;

	ASSERT_OK(sigaction(SIGUSR1, &action, NULL));
	waiter_start(&w, fabric, false);
	pthread_kill(w.thread, SIGUSR1);
	pthread_join(w.thread, NULL);
	ASSERT_EQ(w.ret, -1);
	ASSERT_EQ(w.error, EINTR);
}

/* ---- timers ---- */

TEST(lapic_timer_fires_once_or_for_ever)
{
	int fabric = fabric_with_cpu(0);
	unsigned int i;

	lapic_write(fabric, LAPIC_TDCR, 0xb);
	lapic_write(fabric, LAPIC_LVT_TIMER, 0x91);
	lapic_write(fabric, LAPIC_TMICT, 1000);
	ASSERT_EQ(take(fabric, 0, VIRQCHIP_TAKE_IF).intr_info,
		  INTR_VALID | 0x91);
	lapic_write(fabric, LAPIC_EOI, 0);
	ASSERT_EQ(lapic_read(fabric, 0x390), 0);

	lapic_write(fabric, LAPIC_LVT_TIMER, 0x20000 | 0x92);
	lapic_write(fabric, LAPIC_TMICT, 100000);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(take(fabric, 0, VIRQCHIP_TAKE_IF).intr_info,
			  INTR_VALID | 0x92);
		lapic_write(fabric, LAPIC_EOI, 0);
	}
}

TEST(pit_ticks_on_line_0)
{
	int fabric = pc_with_pic(VIRQCHIP_FABRIC_PIT);
	unsigned int i;

	out8(fabric, PIT + 3, 0x34);
	out8(fabric, PIT, 0xe8);
	out8(fabric, PIT, 0x03);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(take(fabric, 0, VIRQCHIP_TAKE_IF).intr_info,
			  INTR_VALID | 0x20);
		out8(fabric, PIC1, 0x20);
	}
}
