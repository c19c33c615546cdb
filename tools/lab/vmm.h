/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lab's VMM: what its files share.
 *
 * vmm.c     options, the order of a run
 * vm.c      the VM: device, memory, irqchip, vCPU, routes; wrappers of ioctls
 * run.c     KVM_RUN and its exits
 * calls.c   the lab port: what a guest may ask
 * worker.c  the answering device and its thread
 * queue.c   the device with a queue and its thread
 * recorder.c  the recording of the VM and its thread (--record)
 * second.c  the second vCPU and its thread
 * look.c    looking at a guest in trouble
 * floor.c   a userspace irqchip, as cheap as can be (--irqchip off)
 * report.c  verdicts, KTAP and JSON, the watchdog
 *
 * Threads: the vCPU's (main), the worker, the watchdog, with --record the
 * recorder, and where the guest asked for them those of the queue and of the second
 * vCPU. struct report and struct worker have their own locks; what the floor shares
 * between threads says so; all else belongs to the vCPU's thread.
 */
#ifndef VMM_H
#define VMM_H

#include <linux/kvm.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdnoreturn.h>
#include <sys/types.h>

#include "lab.h"

#define VMM_MAX_CHECKS		512
#define VMM_MAX_SENTENCE	160
#define VMM_MAX_BENCH		256

/* Exit statuses; documented in --help. */
enum vmm_exit {
	VMM_EXIT_PASS = 0,
	VMM_EXIT_FAIL = 1,
	VMM_EXIT_USAGE = 2,
	VMM_EXIT_SETUP = 3,
	VMM_EXIT_GUEST = 4,
};

/**
 * struct options - the command line
 * @at_end: shell command to run while the VM still exists, or NULL
 * @device: path of the device that speaks KVM's ABI
 * @guest_dir: where NAME.bin lies
 * @guest: the guest's name
 * @look: shell command to run when the guest trouble is in it
 * @record: file to record the VM into, or NULL
 * @trouble: which: enum lab_trouble
 * @rounds: rounds of the async and bench guests, 1 or more
 * @timeout_s: seconds without a sign of life before the watchdog ends the run
 * @irqchip: ask the VM for an irqchip
 * @cpus: 1, or 2: the guest may start a second vCPU
 * @x2apic: the guest is to switch to x2APIC mode
 * @verbose: show each lab call and a summary of exits
 * @json: one JSON object in place of KTAP
 */
struct options {
	const char *at_end;
	const char *device;
	const char *guest_dir;
	const char *guest;
	const char *look;
	const char *record;
	int trouble;
	unsigned long rounds;
	unsigned int timeout_s;
	unsigned int cpus;
	bool irqchip;
	bool x2apic;
	bool verbose;
	bool json;
};

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_SKIP,
};

struct check {
	char sentence[VMM_MAX_SENTENCE];
	char reason[VMM_MAX_SENTENCE];
	enum verdict verdict;
	u64 got;
	u64 want;
};

struct bench_row {
	char name[VMM_MAX_SENTENCE];
	u64 ticks;
	u64 loops;
};

/**
 * struct report - what the guest said
 * @lock: protects all members
 * @opts: how to print
 * @checks: the verdicts, in order
 * @nr_checks: how many
 * @nr_failed: of these failed
 * @nr_skipped: of these skipped
 * @planned: how many the guest announced, or -1
 * @ended: the guest gave its summary
 * @end_checks: verdicts in the guest's summary
 * @end_failed: failures in the guest's summary
 * @bench: figures of a bench guest
 * @nr_bench: how many
 * @signs: counts signs of life for the watchdog
 */
struct report {
	pthread_mutex_t lock;
	const struct options *opts;
	struct check checks[VMM_MAX_CHECKS];
	unsigned int nr_checks;
	unsigned int nr_failed;
	unsigned int nr_skipped;
	int planned;
	bool ended;
	u64 end_checks;
	u64 end_failed;
	struct bench_row bench[VMM_MAX_BENCH];
	unsigned int nr_bench;
	u64 signs;
};

/**
 * struct floor - the userspace irqchip of --irqchip off, of one vCPU
 * @apic: the LAPIC page's registers, as written
 * @vector: the one vector waiting, or 0; any thread
 * @lock: protects @halted
 * @wake: there is a vector for a vCPU that has halted
 * @halted: the vCPU's thread waits for @wake
 */
struct floor {
	u32 apic[1024];
	u32 vector;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool halted;
};

struct vm;

/**
 * struct worker - the answering device
 * @lock: protects all members, but @acked
 * @wake: a request was made, or the worker is to end
 * @done: a request was answered
 * @thread: the worker
 * @vm: whose lines it drives
 * @vcpu_tid: kernel id of the vCPU's thread
 * @request: the doorbell's value
 * @toggle_gsi: line of a toggle request
 * @toggles: raise-and-lower pairs still to do
 * @pending: @request waits
 * @stop: end the thread
 * @answered: requests answered
 * @asleep: of these with the vCPU's thread seen asleep
 * @acked: writes of LAB_DEV_ACK; the vCPU's thread only
 * @status: what the last answer's ioctl returned
 */
struct worker {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_cond_t done;
	pthread_t thread;
	struct vm *vm;
	pid_t vcpu_tid;
	u32 request;
	u32 toggle_gsi;
	u32 toggles;
	bool pending;
	bool stop;
	u32 answered;
	u32 asleep;
	u32 acked;
	int status;
};

/**
 * struct queue - the device with a queue
 * @thread: answers what comes by @kick
 * @vm: whose device it is
 * @kick: the ioeventfd's
 * @irq: the irqfd's
 * @vector: what it sends
 */
struct queue {
	pthread_t thread;
	struct vm *vm;
	int kick;
	int irq;
	u8 vector;
};

/**
 * struct recorder - the recording of the VM
 * @thread: writes what it reads
 * @fd: the device's recording
 * @file: where it goes
 */
struct recorder {
	pthread_t thread;
	int fd;
	FILE *file;
};

/**
 * struct vm - one VM, as one of its vCPUs sees it
 * @opts: the command line
 * @report: verdicts
 * @dev_fd: the KVM-like device
 * @vm_fd: the VM
 * @vcpu_fd: the vCPU
 * @run: the vCPU's shared page
 * @run_bytes: its size
 * @mem: guest memory
 * @worker: the answering device
 * @queue: the device with a queue
 * @recorder: its recording, if it is recorded
 * @floor: the userspace irqchip
 * @second: the same VM, as its second vCPU sees it, or NULL
 * @vcpu_thread: the vCPU's thread
 * @hung: set by the watchdog before it interrupts KVM_RUN
 * @there: in guest memory: the guest is in trouble
 * @looked: it was looked at, and the run is over
 * @nr_exits: exits that reached the VMM
 * @nr_stray: accesses to ports and addresses nobody answers
 */
struct vm {
	const struct options *opts;
	struct report *report;
	int dev_fd;
	int vm_fd;
	int vcpu_fd;
	struct kvm_run *run;
	size_t run_bytes;
	u8 *mem;
	struct worker worker;
	struct queue queue;
	struct recorder recorder;
	struct floor floor;
	struct vm *second;
	pthread_t vcpu_thread;
	bool hung;
	u32 *there;
	bool looked;
	u64 nr_exits;
	u64 nr_stray;
};

/* vm.c */
void vm_create(struct vm *vm);
void vm_add_vcpu(struct vm *vm, unsigned long id);
int vm_line(struct vm *vm, u32 gsi, u32 level);
int vm_signal_msi(struct vm *vm, u64 address, u32 data);
int vm_route(struct vm *vm, u32 gsi, u64 address, u32 data, bool remove);
void *vm_guest_ptr(struct vm *vm, u64 address, size_t bytes);

/* run.c */
void run_prepare(struct vm *vm);
void run_kick(struct vm *vm);
enum vmm_exit run_guest(struct vm *vm);

/* calls.c */
int lab_call(struct vm *vm, u32 address);
u64 lab_now_ns(void);

/* recorder.c */
void recorder_start(struct vm *vm);
void recorder_stop(struct vm *vm);

/* worker.c */
void worker_go_first(const struct vm *vm);
void worker_start(struct vm *vm);
void worker_stop(struct vm *vm);
void worker_toggle(struct worker *worker, u32 gsi, u32 times);
void worker_write(struct worker *worker, u64 address, u32 value);
u32 worker_read(struct worker *worker, u64 address);
void worker_describe(struct worker *worker, char *text, size_t bytes);

/* queue.c */
void queue_start(struct vm *vm, u8 vector);
void queue_answer(struct queue *queue);

/* second.c */
void second_start(struct vm *vm, u64 entry, u64 stack);

/* look.c */
int look_trouble(const char *name);
void look_list(void);
void look_start(struct vm *vm, u64 flag);

/* floor.c */
void floor_init(struct vm *vm);
bool floor_exit(struct vm *vm);
void floor_raise(struct vm *vm, u32 vector);
void floor_inject(struct vm *vm);

/* report.c */
void report_init(struct report *report, const struct options *opts);
void report_check(struct report *report, const char *sentence, u64 got, u64 want);
void report_skip(struct report *report, const char *sentence, const char *why);
void report_plan(struct report *report, u64 planned);
void report_note(struct report *report, const char *text);
void report_end(struct report *report, u64 checks, u64 failed);
void report_bench(struct report *report, const char *name, u64 ticks, u64 loops);
void report_alive(struct report *report);
enum vmm_exit report_finish(struct report *report, enum vmm_exit status);
void watchdog_start(struct vm *vm);
noreturn void die(const char *fmt, ...);

#endif
