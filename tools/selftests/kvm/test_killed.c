// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMMs that are killed at any moment of their life, and what is left of them.
 *
 * A VMM gives a sign of life after each step of its making and at each interrupt
 * that its guest takes. It is killed after so many of them, not after a time: it
 * has always got that far, on a slow machine too, and no moment is waited for.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vm.h"

#define KILLS		100
#define MOST_SIGNS	32

#define EVENT_GSI	30
#define EVENT_VECTOR	0x41
#define PIN		20
#define PIN_VECTOR	0x51
#define PIT_GSI		0
#define PIT_PIN		2
#define PIT_VECTOR	0x61
#define TIMER_VECTOR	0x71

#define LVT_PERIODIC	0x20000u
#define TIMER_COUNT	1000000u	/* 2 ms */
#define PIT_COUNT	2400u		/* 2 ms */
#define PIT_RATE	2		/* its mode */

/**
 * struct vmm - what the threads of a VMM share
 * @guest: the VM, and its vCPU that runs
 * @asleep: its vCPU that waits to be started
 * @fd: an irqfd's
 * @signs: takes the signs of life
 */
struct vmm {
	struct guest guest;
	struct guest asleep;
	int fd;
	int signs;
};

/* ---- the VMM ---- */

static void give_sign(const struct vmm *v)
{
	ASSERT_EQ(write(v->signs, "", 1), 1);
}

static void set_routes(const struct vmm *v, uint8_t vector)
{
	const struct kvm_irq_routing_entry entries[] = {
		route_msi(EVENT_GSI, vector),
		route_pin(PIN, KVM_IRQCHIP_IOAPIC, PIN),
		route_pin(PIT_GSI, KVM_IRQCHIP_IOAPIC, PIT_PIN),
	};

	routes_set(&v->guest.vm, entries, ARRAY_SIZE(entries));
}

static void *write_events(void *arg)
{
	struct vmm *v = arg;
	uint64_t one = 1;

	/* KVM's work items come later: the count may grow to its end. */
	while (write(v->fd, &one, sizeof(one)) > 0 || errno == EAGAIN)
		;
	return NULL;
}

static noreturn void *change_routes(void *arg)
{
	struct vmm *v = arg;
	unsigned int i;

	for (i = 0;; i++)
		set_routes(v, EVENT_VECTOR + i % 2);
}

static noreturn void *drive_lines(void *arg)
{
	struct vmm *v = arg;
	unsigned int i;

	for (i = 0;; i++)
		line_set(&v->guest.vm, i % IOAPIC_PINS, i & 1);
}

static noreturn void *change_irqfds(void *arg)
{
	int fd, resample = eventfd_new();
	struct vmm *v = arg;

	for (;;) {
		fd = eventfd_new();
		ASSERT_OK(irqfd_resample(&v->guest.vm, fd, PIN, resample));
		eventfd_signal(fd);
		close(fd);
	}
}

static void *run_asleep(void *arg)
{
	struct vmm *v = arg;

	ioctl(v->asleep.vcpu, KVM_RUN, 0);
	return NULL;
}

static void start_thread(struct vmm *v, void *(*fn)(void *))
{
	pthread_t thread;

	ASSERT_EQ(pthread_create(&thread, NULL, fn, v), 0);
	give_sign(v);
}

static void make_vm(struct vmm *v)
{
	struct vm vm = vm_create();

	give_sign(v);
	ASSERT_OK(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0));
	give_sign(v);
	guest_create_in(&v->guest, vm);
	give_sign(v);
	v->asleep = v->guest;
	guest_add_vcpu(&v->asleep, 1);
	give_sign(v);
}

static void make_events(struct vmm *v)
{
	set_routes(v, EVENT_VECTOR);
	rte_set(&v->guest.vm, PIN, PIN_VECTOR | RTE_LEVEL);
	rte_set(&v->guest.vm, PIT_PIN, PIT_VECTOR);
	v->fd = eventfd_new();
	ASSERT_OK(irqfd_assign(&v->guest.vm, v->fd, EVENT_GSI));
	give_sign(v);
}

static void make_timers(struct vmm *v)
{
	struct kvm_pit_config config = { .flags = KVM_PIT_SPEAKER_DUMMY };
	struct kvm_lapic_state lapic = lapic_get(v->guest.vcpu);
	struct kvm_pit_state2 pit;

	ASSERT_OK(ioctl(v->guest.vm.fd, KVM_CREATE_PIT2, &config));
	give_sign(v);
	ASSERT_OK(ioctl(v->guest.vm.fd, KVM_GET_PIT2, &pit));
	pit.channels[0].mode = PIT_RATE;
	pit.channels[0].count = PIT_COUNT;
	pit.channels[0].gate = 1;
	ASSERT_OK(ioctl(v->guest.vm.fd, KVM_SET_PIT2, &pit));
	lapic_put_reg(&lapic, LAPIC_LVT_TIMER, LVT_PERIODIC | TIMER_VECTOR);
	lapic_put_reg(&lapic, LAPIC_TMICT, TIMER_COUNT);
	lapic_set(v->guest.vcpu, &lapic);
	give_sign(v);
}

/* In full use, until it is killed. */
static noreturn void run_vmm(int signs)
{
	static struct vmm v;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	v.signs = signs;
	make_vm(&v);
	make_events(&v);
	make_timers(&v);
	start_thread(&v, write_events);
	start_thread(&v, change_routes);
	start_thread(&v, drive_lines);
	start_thread(&v, change_irqfds);
	start_thread(&v, run_asleep);
	for (;;)
		if (guest_step(&v.guest) & GUEST_IRQ)
			give_sign(&v);
}

/* ---- who kills it ---- */

/* After the fork, and that many signs of life. */
static void kill_after(unsigned int signs)
{
	int pipes[2], status;
	unsigned int i;
	char byte;
	pid_t pid;

	ASSERT_OK(pipe(pipes));
	pid = fork();
	if (!pid)
		run_vmm(pipes[1]);
	ASSERT_OK(pid);
	ASSERT_OK(close(pipes[1]));
	for (i = 0; i < signs; i++)
		ASSERT_EQ(read(pipes[0], &byte, 1), 1);
	ASSERT_OK(kill(pid, SIGKILL));
	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ASSERT_OK(close(pipes[0]));
}

TEST(killed_vmms_leave_nothing_behind)
{
	/* KVM waits for SRCU grace periods at each step: it takes far longer. */
	unsigned int i, kills = device_is_stock() ? KILLS / 10 : KILLS;
	uint64_t seed = 0xdead;

	for (i = 0; i < kills; i++)
		kill_after(random_next(&seed) % MOST_SIGNS);
	if (!device_is_stock())
		ASSERT_EQ(module_users(), 0);
}
