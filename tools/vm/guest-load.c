// SPDX-License-Identifier: GPL-2.0-only
/*
 * In a Linux guest: keep its CPUs, timers, disks and network busy, so that
 * interrupts of every kind are on their way, and check that nothing got lost.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BLOCK		4096
#define NAP_NS		1000000
#define MAX_CPUS	64
#define MAX_JOBS	(2 * MAX_CPUS + 16)

static const char usage_text[] =
	"Usage: guest-load run ROUNDS SECONDS [HOST:PORT|DISK...]\n"
	"       guest-load kexec KERNEL INITRAMFS COMMAND-LINE\n"
	"\n"
	"run: at the same time, ROUNDS times each: processes on different CPUs wake\n"
	"each other through pipes; a process on each CPU naps; threads on all CPUs\n"
	"unmap memory that the others use; each DISK is read, a block a round; a\n"
	"block a round goes to HOST:PORT, which has to send it back as it is.\n"
	"What has not come to its end within SECONDS fails, and how far it came and\n"
	"where it waits is printed.\n"
	"kexec: start another kernel.\n"
	"\n"
	"Exit status: 0 when all came back, 1 otherwise, 2 for wrong usage.\n";

static long rounds;
static int nr_cpus;

/* One process of the load, as all of them see it. */
struct job {
	const char *what, *where;
	pid_t pid;
	bool over;
	long round;
};

static struct job *jobs, *job;
static int nr_jobs;

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % nr_cpus, &set);
	/* A CPU that is off now is no failure: the work goes on elsewhere. */
	sched_setaffinity(0, sizeof(set), &set);
}

static void write_all(int fd, const char *data, size_t len)
{
	ssize_t done;

	while (len) {
		done = write(fd, data, len);
		if (done <= 0)
			err(1, "write");
		data += done;
		len -= done;
	}
}

static void read_all(int fd, char *data, size_t len)
{
	ssize_t done;

	while (len) {
		done = read(fd, data, len);
		if (done < 0)
			err(1, "read");
		if (!done)
			errx(1, "read: %zu bytes are missing", len);
		data += done;
		len -= done;
	}
}

/* ---- CPUs wake each other ---- */

static void pong(int in, int out)
{
	long i, got;

	for (i = 0; i < rounds; i++) {
		read_all(in, (char *)&got, sizeof(got));
		write_all(out, (char *)&got, sizeof(got));
	}
}

static void ping(int cpu)
{
	int there[2], back[2];
	long i, got;
	int status;
	pid_t pid;

	if (pipe(there) || pipe(back))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pin(cpu + 1);
		pong(there[0], back[1]);
		exit(0);
	}
	pin(cpu);
	for (i = 0; i < rounds; i++) {
		job->round = i;
		write_all(there[1], (char *)&i, sizeof(i));
		read_all(back[0], (char *)&got, sizeof(got));
		if (got != i)
			errx(1, "sent %ld, got %ld", i, got);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		errx(1, "the other end of the pipe failed");
}

/* ---- timers ---- */

static void nap(int cpu)
{
	struct timespec ts = { .tv_nsec = NAP_NS };
	long i;

	pin(cpu);
	for (i = 0; i < rounds / 4 + 1; i++) {
		job->round = i;
		if (nanosleep(&ts, NULL))
			err(1, "nanosleep");
	}
}

/* ---- CPUs tell each other to forget translations ---- */

static bool unmap_over;

static void *unmap_beside(void *arg)
{
	pin((long)arg);
	while (!__atomic_load_n(&unmap_over, __ATOMIC_RELAXED))
		sched_yield();
	return NULL;
}

static void unmap(void)
{
	pthread_t thread[MAX_CPUS];
	long cpu, i;
	char *page;

	for (cpu = 1; cpu < nr_cpus; cpu++)
		if (pthread_create(&thread[cpu], NULL, unmap_beside, (void *)cpu))
			errx(1, "cannot create a thread");
	pin(0);
	for (i = 0; i < rounds / 4 + 1; i++) {
		job->round = i;
		page = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED)
			err(1, "mmap");
		*page = 1;
		if (munmap(page, BLOCK))
			err(1, "munmap");
	}
	__atomic_store_n(&unmap_over, true, __ATOMIC_RELAXED);
	for (cpu = 1; cpu < nr_cpus; cpu++)
		pthread_join(thread[cpu], NULL);
}

/* ---- devices ---- */

static void disk(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECT);
	off_t end, at = 0;
	char *block;
	long i;

	if (fd < 0)
		err(1, "%s", path);
	end = lseek(fd, 0, SEEK_END);
	block = aligned_alloc(BLOCK, BLOCK);
	if (end < BLOCK || !block)
		errx(1, "%s: nothing to read", path);
	for (i = 0; i < rounds; i++) {
		job->round = i;
		if (pread(fd, block, BLOCK, at) != BLOCK)
			err(1, "%s: read at %lld", path, (long long)at);
		at = at + 2 * BLOCK > end ? 0 : at + BLOCK;
	}
}

static int connect_to(char *where)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	char *port = strchr(where, ':');
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*port = '\0';
	to.sin_port = htons(atoi(port + 1));
	if (fd < 0 || inet_pton(AF_INET, where, &to.sin_addr) != 1 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "cannot connect to %s", where);
	return fd;
}

static void net(char *where)
{
	char out[BLOCK], in[BLOCK];
	int fd = connect_to(where);
	long i;

	for (i = 0; i < rounds; i++) {
		job->round = i;
		memset(out, i, sizeof(out));
		write_all(fd, out, sizeof(out));
		read_all(fd, in, sizeof(in));
		if (memcmp(in, out, sizeof(in)))
			errx(1, "block %ld came back changed", i);
	}
}

/* ---- all of it ---- */

static void start(void (*work)(int cpu), int cpu, const char *what,
		  const char *where)
{
	pid_t pid;

	if (nr_jobs == MAX_JOBS)
		errx(2, "too many CPUs and devices");
	job = &jobs[nr_jobs++];
	job->what = what;
	job->where = where;
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		work(cpu);
		exit(0);
	}
	/* The child's is the same memory, so this is for the parent to say. */
	job->pid = pid;
}

static char *device;

static void use_device(int cpu)
{
	pin(cpu);
	if (*device == '/')
		disk(device);
	else
		net(device);
}

static void start_unmap(int cpu)
{
	unmap();
}

static void start_all(int nr_devices, char **devices)
{
	static char number[MAX_CPUS][16];
	int i;

	for (i = 0; i < nr_devices; i++) {
		device = devices[i];
		if (*device != '/' && !strchr(device, ':'))
			errx(2, "no disk and no HOST:PORT: %s", device);
		start(use_device, i, "device", device);
	}
	start(start_unmap, 0, "unmap", "");
	for (i = 0; i < nr_cpus; i++) {
		snprintf(number[i], sizeof(number[i]), "CPU %d", i);
		start(ping, i, "ping", number[i]);
		start(nap, i, "nap", number[i]);
	}
}

/* Mark the job that a child did. Return whether it failed. */
static int end_job(pid_t pid, int status)
{
	int i;

	for (i = 0; i < nr_jobs; i++)
		if (jobs[i].pid == pid)
			jobs[i].over = true;
	return status != 0;
}

/* The job waits for what does not come. Say where, and end it. */
static void give_up(const struct job *late)
{
	char path[64], stack[512];
	ssize_t len = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stack", late->pid);
	fd = open(path, O_RDONLY);
	if (fd >= 0) {
		len = read(fd, stack, sizeof(stack));
		close(fd);
	}
	printf("guest-load: %s %s has not ended: round %ld\n%.*s\n", late->what,
	       late->where, late->round, len > 0 ? (int)len : 0, stack);
	kill(late->pid, SIGKILL);
}

static void time_is_up(int signal)
{
}

static int run(unsigned int seconds, int nr_devices, char **devices)
{
	/* No SA_RESTART: it ends the wait. */
	struct sigaction action = { .sa_handler = time_is_up };
	int i, status, failed = 0;
	pid_t pid;

	jobs = mmap(NULL, MAX_JOBS * sizeof(*jobs), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (jobs == MAP_FAILED)
		err(1, "mmap");
	sigaction(SIGALRM, &action, NULL);
	start_all(nr_devices, devices);
	alarm(seconds);
	while ((pid = wait(&status)) > 0 || errno == EINTR) {
		if (pid > 0)
			failed += end_job(pid, status);
		for (i = 0; pid < 0 && i < nr_jobs; i++)
			if (!jobs[i].over)
				give_up(&jobs[i]);
	}
	printf("guest-load: %ld rounds on %d CPUs, %d failed\n", rounds, nr_cpus,
	       failed);
	return failed ? 1 : 0;
}

static int start_kernel(char **args)
{
	int kernel = open(args[0], O_RDONLY);
	int initramfs = open(args[1], O_RDONLY);

	if (kernel < 0 || initramfs < 0)
		err(1, "cannot open %s", kernel < 0 ? args[0] : args[1]);
	if (syscall(SYS_kexec_file_load, kernel, initramfs,
		    strlen(args[2]) + 1, args[2], 0L))
		err(1, "kexec_file_load");
	reboot(RB_KEXEC);
	err(1, "reboot");
}

int main(int argc, char **argv)
{
	nr_cpus = sysconf(_SC_NPROCESSORS_CONF);
	if (nr_cpus > MAX_CPUS)
		nr_cpus = MAX_CPUS;
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(usage_text, stdout);
		return 0;
	}
	if (argc >= 4 && !strcmp(argv[1], "run")) {
		rounds = atol(argv[2]);
		if (rounds > 0 && atoi(argv[3]) > 0)
			return run(atoi(argv[3]), argc - 4, argv + 4);
	}
	if (argc == 5 && !strcmp(argv[1], "kexec"))
		return start_kernel(argv + 2);
	fputs(usage_text, stderr);
	return 2;
}
