// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VM recorded (--record FILE): a thread writes to the file what the device
 * says of the VM, from before its first instruction until it has ended.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/virqchip.h>
#include <linux/virqchip_record.h>

#include "vmm.h"

/* The slowest machine must lose nothing. */
#define RECORDER_BUFFER		(16 << 20)
#define RECORDER_CHUNK		(256 << 10)

_Static_assert(RECORDER_CHUNK >= VIRQCHIP_REC_MAX_LEN, "room for any record");

static void *recorder_main(void *arg)
{
	static u64 buf[RECORDER_CHUNK / sizeof(u64)];
	struct recorder *recorder = arg;
	ssize_t bytes;

	for (;;) {
		bytes = read(recorder->fd, buf, sizeof(buf));
		if (bytes < 0 && errno == EINTR)
			continue;
		if (bytes < 0)
			die("cannot read the recording: %s", strerror(errno));
		if (!bytes)
			return NULL;
		if (fwrite(buf, 1, bytes, recorder->file) != (size_t)bytes)
			die("cannot write the recording: %s", strerror(errno));
	}
}

/**
 * recorder_start() - begin to record the VM
 * @vm: the VM, whose vCPU has not run yet
 *
 * Ends the program with a message if the device does not record.
 */
void recorder_start(struct vm *vm)
{
	struct virqchip_record record = {
		.size = sizeof(record),
		.flags = VIRQCHIP_RECORD_BY_NAME,
		.buffer = RECORDER_BUFFER,
	};
	struct recorder *recorder = &vm->recorder;

	snprintf(record.name, sizeof(record.name), "vm-%d", getpid());
	recorder->fd = ioctl(vm->dev_fd, VIRQCHIP_RECORD, &record);
	if (recorder->fd < 0)
		die("%s does not record: %s", vm->opts->device,
		    strerror(errno));
	recorder->file = fopen(vm->opts->record, "wbe");
	if (!recorder->file)
		die("cannot write %s: %s", vm->opts->record, strerror(errno));
	if (pthread_create(&recorder->thread, NULL, recorder_main, recorder))
		die("cannot start the recorder's thread");
}

/**
 * recorder_stop() - end the recording
 * @vm: the VM, whose vCPU does not run any more
 *
 * Ends the program with a message if records are missing.
 */
void recorder_stop(struct vm *vm)
{
	struct virqchip_record_stop stop = { .size = sizeof(stop) };
	struct recorder *recorder = &vm->recorder;

	if (ioctl(recorder->fd, VIRQCHIP_RECORD_STOP, &stop))
		die("cannot end the recording: %s", strerror(errno));
	pthread_join(recorder->thread, NULL);
	close(recorder->fd);
	if (fclose(recorder->file))
		die("cannot write %s: %s", vm->opts->record, strerror(errno));
	if (stop.lost)
		die("%llu records were lost", (unsigned long long)stop.lost);
}
