// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pages by which the module hands KVM the arguments of its ioctls. They are
 * mapped into the VMM, which can write to them, or put others in their place.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>

#include "vm.h"

#define VECTOR		0x41
#define MAX_MAPPINGS	16
#define ROUNDS		3000
#define ROUTES		64
#define PAGE		4096
#define MSR_TSC		0x10
#define MSRS		255
/* More entries than any table has, and far beyond the pages. */
#define FAR		0x10000

static unsigned int find_scratch(uint32_t **at)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long begin;
	unsigned int nr = 0;
	char line[512];

	ASSERT(maps);
	while (fgets(line, sizeof(line), maps) && nr < MAX_MAPPINGS) {
		if (strstr(line, "virqchip-scratch") &&
		    sscanf(line, "%lx-", &begin) == 1)
			at[nr++] = (uint32_t *)begin;
	}
	fclose(maps);
	if (!nr)
		test_skip("no such pages: this is KVM itself");
	return nr;
}

/**
 * struct scribbler - a thread that writes to all of these pages
 * @at: where they begin
 * @nr: how many there are
 * @stop: it ends
 */
struct scribbler {
	uint32_t *at[MAX_MAPPINGS];
	unsigned int nr;
	atomic_bool stop;
};

/* Most arguments begin with their number. */
static void *scribble(void *arg)
{
	struct scribbler *s = arg;
	unsigned int i;

	while (!atomic_load(&s->stop))
		for (i = 0; i < s->nr; i++)
			__atomic_store_n(s->at[i], FAR, __ATOMIC_RELAXED);
	return NULL;
}

static void expect_interrupts(void)
{
	struct guest guest;

	guest_create(&guest);
	message_send(&guest, VECTOR);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
}

/* A number that is read back from there would be an index beyond all bounds. */
TEST(scribbled_routes_harm_nobody)
{
	struct kvm_irq_routing_entry routes[ROUTES];
	struct scribbler s = { };
	unsigned int i, well = 0;
	struct guest guest;
	pthread_t thread;

	guest_create(&guest);
	s.nr = find_scratch(s.at);
	for (i = 0; i < ROUTES; i++)
		routes[i] = route_msi(i, VECTOR);
	ASSERT_EQ(pthread_create(&thread, NULL, scribble, &s), 0);
	for (i = 0; i < ROUNDS; i++)
		well += !routes_try_set(&guest.vm, routes, i % ROUTES + 1);
	atomic_store(&s.stop, true);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	test_say("%u of %u tables were taken", well, ROUNDS);
	routes_set(&guest.vm, routes, ROUTES);
	expect_interrupts();
}

/* KVM is asked for one MSR, and reads that it is to be many. */
TEST(more_msrs_than_were_asked_for_are_none)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} one = { .head.nmsrs = 1, .entry.index = MSR_TSC };
	uint32_t *at[MAX_MAPPINGS];
	struct kvm_msrs *many;
	unsigned int nr, i, j;
	struct guest guest;

	guest_create(&guest);
	nr = find_scratch(at);
	for (i = 0; i < nr; i++) {
		many = mmap(at[i], PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		ASSERT(many != MAP_FAILED);
		many->nmsrs = MSRS;
		for (j = 0; j < MSRS; j++)
			many->entries[j].index = MSR_TSC;
	}
	ASSERT_EQ(ioctl(guest.vcpu, KVM_GET_MSRS, &one), 1);
	ASSERT_EQ(one.head.nmsrs, 1);
	expect_interrupts();
}
