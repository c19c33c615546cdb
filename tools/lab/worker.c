// SPDX-License-Identifier: GPL-2.0-only
/*
 * The answering device. The vCPU's thread takes a request from the doorbell;
 * the worker's thread raises the interrupt. When it does so relative to the
 * guest is the request's choice, so both sides of the race between "interrupt"
 * and "guest goes to sleep" are reached on purpose and not by luck.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm.h"

/* Looks at the vCPU's thread before an answer is given to a waking guest. */
#define WORKER_MAX_LOOKS	2000

#define WORKER_MSI_ADDRESS	0xfee00000UL
#define WORKER_PIC_VECTOR	0x20

static bool worker_vcpu_sleeps(const struct worker *worker)
{
	char path[64], line[256];
	const char *state;
	FILE *file;
	bool sleeps = false;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat",
		 worker->vcpu_tid);
	file = fopen(path, "r");
	if (!file)
		die("cannot read %s: %s", path, strerror(errno));
	if (fgets(line, sizeof(line), file)) {
		state = strrchr(line, ')');
		sleeps = state && state[1] == ' ' && state[2] == 'S';
	}
	fclose(file);
	return sleeps;
}

static bool worker_await_sleep(const struct worker *worker)
{
	unsigned int looks;

	for (looks = 0; looks < WORKER_MAX_LOOKS; looks++)
		if (worker_vcpu_sleeps(worker))
			return true;
	return false;
}

static int worker_raise(struct vm *vm, u32 request)
{
	u32 gsi = request & 0xff;
	int ret = 1;

	if (!vm->opts->irqchip)
		floor_raise(vm, WORKER_PIC_VECTOR + gsi);
	else if (gsi == LAB_DEV_MSI)
		ret = vm_signal_msi(vm, WORKER_MSI_ADDRESS, request >> 24);
	else
		ret = vm_line(vm, gsi, 1);
	if (ret < 0)
		die("the worker cannot raise GSI %u: %s", gsi, strerror(-ret));
	return ret;
}

static void worker_answer(struct worker *worker, u32 request)
{
	u32 when = (request >> 8) & 0xff;
	bool asleep = false;
	int status;

	if (when == LAB_DEV_WHEN_ASLEEP)
		asleep = worker_await_sleep(worker);
	status = worker_raise(worker->vm, request);
	if (when == LAB_DEV_WHEN_PULSE && worker->vm->opts->irqchip)
		vm_line(worker->vm, request & 0xff, 0);
	pthread_mutex_lock(&worker->lock);
	worker->status = status;
	worker->answered++;
	worker->asleep += asleep;
	pthread_cond_broadcast(&worker->done);
	pthread_mutex_unlock(&worker->lock);
}

static void worker_run_toggles(struct worker *worker, u32 gsi, u32 times)
{
	while (times--) {
		vm_line(worker->vm, gsi, 1);
		vm_line(worker->vm, gsi, 0);
	}
	pthread_mutex_lock(&worker->lock);
	worker->answered++;
	pthread_mutex_unlock(&worker->lock);
}

/**
 * worker_go_first() - the calling thread answers as soon as it is asked
 * @vm: the VM
 *
 * For the bench, on one CPU: every round goes the same way. Without the right to it
 * the figures spread.
 */
void worker_go_first(const struct vm *vm)
{
	struct sched_param param = { .sched_priority = 1 };

	if (!strcmp(vm->opts->guest, "bench"))
		pthread_setschedparam(pthread_self(), SCHED_FIFO, &param);
}

static void *worker_main(void *arg)
{
	struct worker *worker = arg;
	u32 request, toggles, gsi;

	worker_go_first(worker->vm);
	for (;;) {
		pthread_mutex_lock(&worker->lock);
		while (!worker->pending && !worker->toggles && !worker->stop)
			pthread_cond_wait(&worker->wake, &worker->lock);
		if (worker->stop)
			break;
		request = worker->request;
		toggles = worker->toggles;
		gsi = worker->toggle_gsi;
		worker->toggles = 0;
		if (!toggles)
			worker->pending = false;
		pthread_mutex_unlock(&worker->lock);
		if (toggles)
			worker_run_toggles(worker, gsi, toggles);
		else
			worker_answer(worker, request);
	}
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}

/**
 * worker_start() - start the answering device
 * @vm: the VM; the caller is the vCPU's thread
 */
void worker_start(struct vm *vm)
{
	struct worker *worker = &vm->worker;

	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->wake, NULL);
	pthread_cond_init(&worker->done, NULL);
	worker->vm = vm;
	worker->vcpu_tid = syscall(SYS_gettid);
	if (pthread_create(&worker->thread, NULL, worker_main, worker))
		die("cannot start the worker's thread");
}

/**
 * worker_stop() - end the answering device
 * @vm: the VM
 */
void worker_stop(struct vm *vm)
{
	struct worker *worker = &vm->worker;

	pthread_mutex_lock(&worker->lock);
	worker->stop = true;
	pthread_cond_broadcast(&worker->wake);
	pthread_mutex_unlock(&worker->lock);
	pthread_join(worker->thread, NULL);
}

/**
 * worker_toggle() - raise and lower a line beside the running guest
 * @worker: the answering device
 * @gsi: the line
 * @times: how often, 1 or more; LAB_DEV_ANSWERED grows by 1 at the end
 */
void worker_toggle(struct worker *worker, u32 gsi, u32 times)
{
	pthread_mutex_lock(&worker->lock);
	worker->toggle_gsi = gsi;
	worker->toggles = times;
	pthread_cond_broadcast(&worker->wake);
	pthread_mutex_unlock(&worker->lock);
}

static void worker_doorbell(struct worker *worker, u32 value)
{
	u32 goal;

	report_alive(worker->vm->report);
	pthread_mutex_lock(&worker->lock);
	goal = worker->answered + 1;
	worker->request = value;
	worker->pending = true;
	pthread_mutex_unlock(&worker->lock);
	pthread_cond_signal(&worker->wake);
	if (((value >> 8) & 0xff) != LAB_DEV_WHEN_FIRST)
		return;
	pthread_mutex_lock(&worker->lock);
	while (worker->answered != goal)
		pthread_cond_wait(&worker->done, &worker->lock);
	pthread_mutex_unlock(&worker->lock);
}

/**
 * worker_write() - the guest wrote a register of the answering device
 * @worker: the answering device
 * @address: guest-physical
 * @value: 32 bits
 */
void worker_write(struct worker *worker, u64 address, u32 value)
{
	u32 gsi = worker->request & 0xff;

	if (address == LAB_DEV_DOORBELL)
		worker_doorbell(worker, value);
	if (address == LAB_DEV_REQUEST)
		queue_answer(&worker->vm->queue);
	if (address != LAB_DEV_ACK)
		return;
	worker->acked++;
	if (gsi != LAB_DEV_MSI)
		vm_line(worker->vm, gsi, 0);
}

/**
 * worker_read() - the guest reads a register of the answering device
 * @worker: the answering device
 * @address: guest-physical
 *
 * Return: the register, or all ones where there is none.
 */
u32 worker_read(struct worker *worker, u64 address)
{
	u32 value = 0xffffffff;

	pthread_mutex_lock(&worker->lock);
	if (address == LAB_DEV_ANSWERED)
		value = worker->answered;
	else if (address == LAB_DEV_ASLEEP)
		value = worker->asleep;
	pthread_mutex_unlock(&worker->lock);
	return value;
}

/**
 * worker_describe() - what the answering device is at, in words
 * @worker: the answering device
 * @text: filled in
 * @bytes: room in @text
 */
void worker_describe(struct worker *worker, char *text, size_t bytes)
{
	pthread_mutex_lock(&worker->lock);
	snprintf(text, bytes,
		 "worker: %u answered, %u acknowledged, last request %#x%s, last status %d",
		 worker->answered, worker->acked, worker->request,
		 worker->pending ? " (not yet taken up)" : "", worker->status);
	pthread_mutex_unlock(&worker->lock);
}
