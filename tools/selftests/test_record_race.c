// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings by virqctl, and of fabrics that others work on meanwhile.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record.h"

#define NOBODY	65534

/* ---- virqctl ---- */

static pid_t virqctl_record(const char *vm, const char *output,
			    const char *records)
{
	pid_t pid = fork();

	ASSERT_OK(pid);
	if (!pid) {
		execl(VIRQCTL, "virqctl", "record", "-o", output, "--records",
		      records, vm, NULL);
		_exit(127);
	}
	return pid;
}

static int exit_status(pid_t pid)
{
	int status;

	ASSERT_OK(waitpid(pid, &status, 0));
	ASSERT(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void replay_and_remove(const char *name)
{
	pid_t pid = fork();

	ASSERT_OK(pid);
	if (!pid) {
		execl(VIRQCTL, "virqctl", "replay", name, NULL);
		_exit(127);
	}
	ASSERT_EQ(exit_status(pid), 0);
	unlink(name);
}

/* It is there when virqctl records. */
static void wait_for_file(const char *name, pid_t pid)
{
	while (access(name, F_OK)) {
		ASSERT_EQ(waitpid(pid, NULL, WNOHANG), 0);
		sched_yield();
	}
}

TEST(virqctl_records_until_there_are_enough)
{
	int fabric = fabric_try_create(0, "enough");
	const char *name = "/tmp/enough.virqrec.gz";
	unsigned int i;
	pid_t pid;

	ASSERT_OK(fabric);
	cpu_add(fabric, 0, true);
	pid = virqctl_record("enough", name, "500");
	wait_for_file(name, pid);
	/* A record of the line, and of its chip */
	for (i = 0; i < 300; i++)
		line_set(fabric, 20, i & 1);
	ASSERT_EQ(exit_status(pid), 0);
	replay_and_remove(name);
}

TEST(virqctl_ends_a_recording_by_a_signal_and_with_the_fabric)
{
	const char *name = "/tmp/signal.virqrec";
	int fabric, round;
	pid_t pid;

	for (round = 0; round < 2; round++) {
		fabric = fabric_try_create(0, "signal");
		ASSERT_OK(fabric);
		pid = virqctl_record("signal", name, "1000000");
		wait_for_file(name, pid);
		if (round)
			ASSERT_OK(kill(pid, SIGINT));
		else
			close(fabric);
		ASSERT_EQ(exit_status(pid), 0);
		replay_and_remove(name);
		close(fabric);
	}
}

TEST(virqctl_says_why_it_cannot_record)
{
	ASSERT_EQ(exit_status(virqctl_record("no-such-vm", "/tmp/x", "1")), 5);
	ASSERT_EQ(exit_status(virqctl_record("no-such-vm", "/tmp/x", "0")), 2);
	ASSERT_OK(setresuid(NOBODY, NOBODY, NOBODY));
	ASSERT_EQ(exit_status(virqctl_record("no-such-vm", "/tmp/x", "1")), 4);
}

/* ---- while others work ---- */

#define ROUNDS	1000

/**
 * struct race - threads that work on a fabric
 * @fabric: the fabric
 * @end: they are to end
 * @rounds: what each has done
 * @thread: the threads
 */
struct race {
	int fabric;
	bool end;
	unsigned int rounds[2];
	pthread_t thread[2];
};

static bool race_goes_on(struct race *r, unsigned int thread)
{
	__atomic_add_fetch(&r->rounds[thread], 1, __ATOMIC_RELEASE);
	return !__atomic_load_n(&r->end, __ATOMIC_ACQUIRE);
}

static void *race_lines(void *arg)
{
	struct race *r = arg;
	unsigned int i;

	for (i = 0; race_goes_on(r, 0); i++) {
		line_set(r->fabric, 20, i & 1);
		line_set(r->fabric, 3, i & 1);
		msi_send(r->fabric, 0xfee00000, 0x60 + i % 64);
	}
	return NULL;
}

static void *race_cpu(void *arg)
{
	struct race *r = arg;
	unsigned int i;

	for (i = 0; race_goes_on(r, 1); i++) {
		take_now(r->fabric);
		lapic_write(r->fabric, LAPIC_TPR, i & 0x70);
		lapic_write(r->fabric, LAPIC_EOI, 0);
		pic_eoi_both(r->fabric);
	}
	return NULL;
}

static void race_begin(struct race *r)
{
	memset(r, 0, sizeof(*r));
	r->fabric = fabric_with_cpu(VIRQCHIP_FABRIC_VIRTUAL_WIRE);
	pic_init(r->fabric);
	rte_write(r->fabric, 20, RTE_LEVEL | 0x51);
	ASSERT_EQ(pthread_create(&r->thread[0], NULL, race_lines, r), 0);
	ASSERT_EQ(pthread_create(&r->thread[1], NULL, race_cpu, r), 0);
}

/* Let each thread do so many rounds more; read what is recorded meanwhile. */
static void race_on(struct race *r, unsigned int rounds, int fd)
{
	unsigned int i, until[2];

	for (i = 0; i < 2; i++)
		until[i] = __atomic_load_n(&r->rounds[i], __ATOMIC_ACQUIRE) +
			   rounds;
	for (i = 0; i < 2; i++)
		while (__atomic_load_n(&r->rounds[i], __ATOMIC_ACQUIRE) <
		       until[i])
			/* Others may well write faster. */
			read_some(fd);
}

static void race_end(struct race *r)
{
	__atomic_store_n(&r->end, true, __ATOMIC_RELEASE);
	pthread_join(r->thread[0], NULL);
	pthread_join(r->thread[1], NULL);
}

/* It begins and ends in the midst of it. */
TEST(recording_of_a_race_replays)
{
	struct race r;
	int fd;

	race_begin(&r);
	fd = record_start(r.fabric, 16 * MIB);
	race_on(&r, ROUNDS, fd);
	ASSERT_EQ(record_stop(fd).lost, 0);
	race_end(&r);
	read_on(fd);
	ASSERT(count_type(VIRQCHIP_REC_OP) > ROUNDS);
	expect_replay();
}

/* Whatever is lost, what is left replays. */
TEST(recording_of_a_race_with_little_memory_replays)
{
	struct race r;
	int fd;

	race_begin(&r);
	fd = record_start(r.fabric, VIRQCHIP_RECORD_MIN_BUFFER);
	race_on(&r, ROUNDS, fd);
	record_stop(fd);
	race_end(&r);
	read_on(fd);
	expect_replay();
}

TEST(recordings_come_and_go_in_a_race)
{
	struct race r;
	unsigned int i;
	int fd;

	race_begin(&r);
	for (i = 0; i < 4; i++) {
		fd = record_start(r.fabric, 0);
		race_on(&r, 10, fd);
		close(fd);
		data_len = 0;
	}
	fd = record_start(r.fabric, 0);
	race_on(&r, 100, fd);
	race_end(&r);
	record_stop(fd);
	read_on(fd);
	expect_replay();
}

/* A reader that waits is told of the end when the fabric goes in a race. */
TEST(recording_ends_with_a_fabric_that_goes_in_a_race)
{
	struct race r;
	int fd;

	race_begin(&r);
	fd = record_start(r.fabric, 16 * MIB);
	race_on(&r, 100, fd);
	race_end(&r);
	line_set(r.fabric, 5, 1);
	close(r.fabric);
	read_on(fd);
	ASSERT_EQ(read(fd, data + data_len, 4096), 0);
	ASSERT_EQ(count_states(VIRQCHIP_STATE_END), 4);
	expect_replay();
}
