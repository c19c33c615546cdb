// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that do to a VM at once what they should do one after the other.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "vm.h"

#define VECTOR		0x41
#define OTHER_VECTOR	0x51
#define GSI		30
#define PIN		20
#define ROUNDS		400

/**
 * struct arena - what the threads share
 * @guest: the VM
 * @fd: an irqfd's, or being made one
 * @resample: its resample eventfd
 * @stop: threads end
 * @turns: what the writers did
 */
struct arena {
	struct guest guest;
	atomic_int fd;
	int resample;
	atomic_bool stop;
	atomic_uint turns;
};

static void arena_create(struct arena *a)
{
	struct kvm_irq_routing_entry entries[2];

	memset(a, 0, sizeof(*a));
	guest_create(&a->guest);
	entries[0] = route_msi(GSI, VECTOR);
	entries[1] = route_pin(PIN, KVM_IRQCHIP_IOAPIC, PIN);
	routes_set(&a->guest.vm, entries, 2);
	rte_set(&a->guest.vm, PIN, OTHER_VECTOR | RTE_LEVEL);
	a->fd = eventfd_new();
	a->resample = eventfd_new();
}

static pthread_t thread_start(void *(*fn)(void *), struct arena *a)
{
	pthread_t thread;

	ASSERT_EQ(pthread_create(&thread, NULL, fn, a), 0);
	return thread;
}

static void thread_join(struct arena *a, pthread_t thread)
{
	atomic_store(&a->stop, true);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
}

/* The writer has begun, and goes on. */
static void wait_for_turns(struct arena *a, unsigned int nr)
{
	unsigned int seen = atomic_load(&a->turns);

	while (atomic_load(&a->turns) - seen < nr)
		poll(NULL, 0, 1);
}

static void *write_events(void *arg)
{
	uint64_t one = 1, count;
	struct arena *a = arg;

	while (!atomic_load(&a->stop)) {
		if (write(a->fd, &one, sizeof(one)) < 0 && errno == EAGAIN &&
		    read(a->fd, &count, sizeof(count)) < 0)
			continue;
		atomic_fetch_add(&a->turns, 1);
	}
	return NULL;
}

static void *run_guest(void *arg)
{
	struct arena *a = arg;

	while (!atomic_load(&a->stop)) {
		guest_step(&a->guest);
		atomic_fetch_add(&a->turns, 1);
	}
	return NULL;
}

/*
 * KVM waits for a whole SRCU grace period at each step: it takes far longer. And on
 * one CPU threads take turns of milliseconds; so they seem to on the debug kernel.
 */
static unsigned int rounds(unsigned int nr)
{
	return device_is_stock() || get_nprocs() == 1 || kernel_is_slow() ?
		nr / 10 : nr;
}

/* ---- assign and deassign ---- */

TEST(race_of_events_with_assign_and_deassign)
{
	struct arena a;
	pthread_t writer;
	unsigned int i;

	arena_create(&a);
	writer = thread_start(write_events, &a);
	wait_for_turns(&a, 1);
	for (i = 0; i < rounds(ROUNDS); i++) {
		if (i & 1)
			ASSERT_OK(irqfd_assign(&a.guest.vm, a.fd, GSI));
		else
			ASSERT_OK(irqfd_resample(&a.guest.vm, a.fd, PIN,
						 a.resample));
		ASSERT_OK(irqfd_deassign(&a.guest.vm, a.fd, i & 1 ? GSI : PIN));
	}
	thread_join(&a, writer);
}

/* When it has returned, nothing more comes by the irqfd. */
TEST(race_of_events_with_deassign_leaves_no_latecomer)
{
	struct arena a;
	pthread_t writer;
	unsigned int i;

	arena_create(&a);
	writer = thread_start(write_events, &a);
	for (i = 0; i < rounds(ROUNDS / 4); i++) {
		ASSERT_OK(irqfd_assign(&a.guest.vm, a.fd, GSI));
		wait_for_turns(&a, 1);
		ASSERT_OK(irqfd_deassign(&a.guest.vm, a.fd, GSI));
		lapic_drop_pending(a.guest.vcpu);
		wait_for_turns(&a, 2);
		ASSERT(!lapic_pending(a.guest.vcpu, VECTOR));
	}
	thread_join(&a, writer);
}

static void *deassign_any(void *arg)
{
	struct arena *a = arg;
	int fd;

	while (!atomic_load(&a->stop)) {
		fd = atomic_load(&a->fd);
		/* It may be closed, or another one already. */
		irqfd_deassign(&a->guest.vm, fd, PIN);
		atomic_fetch_add(&a->turns, 1);
	}
	return NULL;
}

TEST(race_of_assign_with_close_and_deassign)
{
	pthread_t thread;
	struct arena a;
	unsigned int i;
	int fd;

	arena_create(&a);
	thread = thread_start(deassign_any, &a);
	wait_for_turns(&a, 1);
	for (i = 0; i < rounds(ROUNDS); i++) {
		fd = eventfd_new();
		atomic_store(&a.fd, fd);
		ASSERT_OK(irqfd_resample(&a.guest.vm, fd, PIN, a.resample));
		eventfd_signal(fd);
		ASSERT_OK(close(fd));
	}
	thread_join(&a, thread);
}

/* ---- routes ---- */

TEST(race_of_events_with_routes_never_goes_by_an_old_table)
{
	struct kvm_irq_routing_entry entry;
	pthread_t writer;
	struct arena a;
	unsigned int i;

	arena_create(&a);
	ASSERT_OK(irqfd_assign(&a.guest.vm, a.fd, GSI));
	writer = thread_start(write_events, &a);
	for (i = 0; i < rounds(ROUNDS / 4); i++) {
		uint8_t vector = i & 1 ? VECTOR : OTHER_VECTOR;
		uint8_t old = i & 1 ? OTHER_VECTOR : VECTOR;

		entry = route_msi(GSI, vector);
		routes_set(&a.guest.vm, &entry, 1);
		lapic_drop_pending(a.guest.vcpu);
		wait_for_turns(&a, 2);
		ASSERT(!lapic_pending(a.guest.vcpu, old));
		ASSERT(eventually_pending(a.guest.vcpu, vector));
	}
	thread_join(&a, writer);
}

/* ---- a guest that ends its interrupts meanwhile ---- */

TEST(race_of_eois_with_resample_assign_and_deassign)
{
	pthread_t runner, writer;
	struct arena a;
	unsigned int i;
	int other = eventfd_new();

	arena_create(&a);
	ASSERT_OK(irqfd_resample(&a.guest.vm, other, PIN, other));
	eventfd_signal(other);
	runner = thread_start(run_guest, &a);
	writer = thread_start(write_events, &a);
	for (i = 0; i < rounds(ROUNDS / 2); i++) {
		ASSERT_OK(irqfd_resample(&a.guest.vm, a.fd, PIN, a.resample));
		ASSERT_OK(irqfd_deassign(&a.guest.vm, a.fd, PIN));
	}
	thread_join(&a, writer);
	thread_join(&a, runner);
}

TEST(race_of_events_with_the_end_of_the_vm)
{
	pthread_t writer;
	struct arena a;
	unsigned int i;

	for (i = 0; i < rounds(ROUNDS / 20); i++) {
		arena_create(&a);
		ASSERT_OK(irqfd_resample(&a.guest.vm, a.fd, PIN, a.resample));
		writer = thread_start(write_events, &a);
		wait_for_turns(&a, 1);
		ASSERT_OK(close(a.guest.vcpu));
		vm_close(&a.guest.vm);
		wait_for_turns(&a, 2);
		thread_join(&a, writer);
		ASSERT_OK(close(a.fd));
		ASSERT_OK(close(a.resample));
	}
}

/* ---- kicks and other system calls ---- */

#define CALLS		2000
#define LONG_CALL	0x8000

static void *send_nmis(void *arg)
{
	struct kvm_msi msi = { .address_lo = MSI_ADDRESS, .data = MSI_NMI };
	struct arena *a = arg;

	while (!atomic_load(&a->stop)) {
		ioctl(a->guest.vm.fd, KVM_SIGNAL_MSI, &msi);
		atomic_fetch_add(&a->turns, 1);
	}
	return NULL;
}

/* A long call, which anything like a signal would cut short. */
static void expect_whole_call(void)
{
	static uint8_t buffer[LONG_CALL];

	ASSERT_EQ(getrandom(buffer, sizeof(buffer), 0), sizeof(buffer));
}

TEST(race_of_nmis_with_the_end_of_kvm_run_hits_no_other_call)
{
	pthread_t senders[3];
	struct arena a;
	unsigned int i;

	arena_create(&a);
	for (i = 0; i < ARRAY_SIZE(senders); i++)
		senders[i] = thread_start(send_nmis, &a);
	wait_for_turns(&a, 1);
	for (i = 0; i < rounds(CALLS); i++) {
		guest_step(&a.guest);
		expect_whole_call();
	}
	for (i = 0; i < ARRAY_SIZE(senders); i++)
		thread_join(&a, senders[i]);
}

/* ---- descriptors that are closed before they were handed out ---- */

#define FIRST_GUESS	16
#define NR_GUESSES	8

/* Closes what another thread creates, or puts another file there. */
static void *close_guessed(void *arg)
{
	struct arena *a = arg;
	uint64_t seed = 0x16;

	while (!atomic_load(&a->stop)) {
		uint64_t what = random_next(&seed);
		int fd = FIRST_GUESS + what % NR_GUESSES;

		if (what & 0x100)
			close(fd);
		else
			dup2(a->resample, fd);
		atomic_fetch_add(&a->turns, 1);
	}
	return NULL;
}

/* Any of them may fail. */
static void create_all(int dev)
{
	int vm = ioctl(dev, KVM_CREATE_VM, 0);
	int vcpu = -1;

	if (vm >= 0 && !ioctl(vm, KVM_CREATE_IRQCHIP, 0))
		vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	if (vcpu >= 0) {
		ioctl(vcpu, KVM_SET_MP_STATE, &(struct kvm_mp_state){ });
		close(vcpu);
	}
	if (vm >= 0)
		close(vm);
}

TEST(race_of_creation_with_closing_of_guessed_descriptors)
{
	struct arena a = { .fd = -1 };
	unsigned int i;
	pthread_t closer;
	int dev;

	a.resample = eventfd_new();
	dev = open(device_path, O_RDWR);
	ASSERT_OK(dev);
	/* What is created gets the numbers from here on. */
	for (i = dev + 1; i < FIRST_GUESS; i++)
		ASSERT_EQ(dup2(a.resample, i), (int)i);
	closer = thread_start(close_guessed, &a);
	wait_for_turns(&a, 1);
	for (i = 0; i < rounds(ROUNDS); i++)
		create_all(dev);
	thread_join(&a, closer);
	for (i = FIRST_GUESS; i < FIRST_GUESS + NR_GUESSES; i++)
		close(i);
	close(dev);
	if (!device_is_stock())
		ASSERT_EQ(module_users(), 0);
}

/* ---- CPUs that come, and change their modes ---- */

#define NEW_CPUS	48
#define APICBASE_OFF	0xfee00000ull
#define APICBASE_XAPIC	(APICBASE_OFF | 0x800)
#define APICBASE_X2APIC	(APICBASE_OFF | 0xc00)

/* To each CPU there may be, and to all. */
static void *send_everywhere(void *arg)
{
	struct arena *a = arg;
	struct kvm_msi msi = { .data = VECTOR };
	unsigned int id = 0;

	while (!atomic_load(&a->stop)) {
		msi.address_lo = MSI_ADDRESS | (id & 0xff) << 12;
		ioctl(a->guest.vm.fd, KVM_SIGNAL_MSI, &msi);
		id = id == NEW_CPUS ? 0xff : (id + 1) & 0xff;
		atomic_fetch_add(&a->turns, 1);
	}
	return NULL;
}

static void expect_unicast(const struct vm *vm, const int *vcpus,
			   unsigned int to)
{
	struct kvm_msi msi = {
		.address_lo = MSI_ADDRESS | to << 12, .data = OTHER_VECTOR,
	};
	unsigned int i;

	ASSERT_EQ(ioctl(vm->fd, KVM_SIGNAL_MSI, &msi), 1);
	for (i = 1; i <= NEW_CPUS; i++)
		ASSERT_EQ(lapic_pending(vcpus[i], OTHER_VECTOR), i == to);
	lapic_drop_pending(vcpus[to]);
}

TEST(race_of_messages_with_cpus_that_come)
{
	int vcpus[NEW_CPUS + 1];
	struct arena a;
	pthread_t sender;
	unsigned int i;

	arena_create(&a);
	sender = thread_start(send_everywhere, &a);
	for (i = 1; i <= NEW_CPUS; i++) {
		wait_for_turns(&a, 1);
		vcpus[i] = vcpu_create(&a.guest.vm, i);
		lapic_enable(vcpus[i]);
	}
	thread_join(&a, sender);
	for (i = 1; i <= NEW_CPUS; i++)
		expect_unicast(&a.guest.vm, vcpus, i);
}

/* Whose ID belongs to whom is found out anew each time. */
static void *load_lapics(void *arg)
{
	struct arena *a = arg;
	struct kvm_lapic_state state = lapic_get(a->guest.vcpu);

	while (!atomic_load(&a->stop)) {
		ioctl(a->guest.vcpu, KVM_SET_LAPIC, &state);
		atomic_fetch_add(&a->turns, 1);
	}
	return NULL;
}

static void base_set(int vcpu, uint64_t base)
{
	struct kvm_sregs sregs;

	ASSERT_OK(ioctl(vcpu, KVM_GET_SREGS, &sregs));
	sregs.apic_base = base;
	ASSERT_OK(ioctl(vcpu, KVM_SET_SREGS, &sregs));
}

TEST(race_of_loaded_lapics_with_modes_of_the_highest_id)
{
	pthread_t loader, sender;
	struct arena a;
	unsigned int i;
	int highest;

	arena_create(&a);
	highest = vcpu_create(&a.guest.vm, 0x3ff);
	vcpu_set_cpuid(&a.guest.vm, highest);
	loader = thread_start(load_lapics, &a);
	sender = thread_start(send_everywhere, &a);
	for (i = 0; i < rounds(ROUNDS); i++) {
		base_set(highest, APICBASE_X2APIC);
		lapic_enable(highest);
		base_set(highest, APICBASE_OFF);
		base_set(highest, APICBASE_XAPIC);
	}
	atomic_store(&a.stop, true);
	thread_join(&a, sender);
	thread_join(&a, loader);
	lapic_drop_pending(a.guest.vcpu);
	message_send(&a.guest, OTHER_VECTOR);
	ASSERT(lapic_pending(a.guest.vcpu, OTHER_VECTOR));
}
