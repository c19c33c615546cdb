// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl record: write down what happens to the interrupt hardware of a VM.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <linux/virqchip.h>
#include <linux/virqchip_record.h>

#include "virqctl.h"

#define BUFFER		(256 * 1024)
#define PROGRESS_S	2
/* Records are gathered for so long, that the host has not to wake us for each. */
#define GATHER_NS	20000000

/**
 * struct options - of the command line
 * @vm: name or number
 * @output: file to write
 * @seconds: to record, 0 for no end
 * @records: to record, 0 for no end
 * @kib: of memory for each CPU, 0 for the kernel's own choice
 */
struct options {
	const char *vm;
	char *output;
	unsigned long seconds;
	unsigned long records;
	unsigned long kib;
};

/**
 * struct session - a recording under way
 * @fd: of the kernel; does not block
 * @waiting: signals that are blocked while it waits
 * @file: where it goes
 * @name: of @file
 * @bytes: written so far
 * @stopped: the kernel was told to end it
 * @stop: what the kernel said then
 */
struct session {
	int fd;
	sigset_t waiting;
	struct gzFile_s *file;
	const char *name;
	unsigned long long bytes;
	bool stopped;
	struct virqchip_record_stop stop;
};

/* Changes while signals are let through, and at no other time. */
static sig_atomic_t interrupted;

static void interrupt(int signal)
{
	interrupted = 1;
}

/* They come while it waits for records, and at no other time: *@waiting is for that. */
static void catch_signals(sigset_t *waiting)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGALRM };
	struct sigaction action = { .sa_handler = interrupt };
	unsigned int i;
	sigset_t set;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		sigaction(signals[i], &action, NULL);
		sigaddset(&set, signals[i]);
	}
	sigprocmask(SIG_BLOCK, &set, waiting);
}

static noreturn void no_recording(const char *vm)
{
	switch (errno) {
	case ENOENT:
		no_vm(vm);
	case EPERM:
		errx(EXIT_NO_PERMISSION,
		     "only the administrator (CAP_SYS_ADMIN) may record");
	case EBUSY:
		errx(EXIT_FAILED, "%s is being recorded already", vm);
	case EOPNOTSUPP:
		errx(EXIT_FAILED,
		     "the kernel has no ring buffers (CONFIG_RING_BUFFER)");
	case ENOTTY:
		errx(EXIT_FAILED,
		     "the module is older than this virqctl, and does not record");
	default:
		errx(EXIT_FAILED, "record: %s", strerror(errno));
	}
}

static int open_recording(const struct options *o)
{
	struct virqchip_record record = {
		.size = sizeof(record),
		.buffer = o->kib * 1024,
	};
	int device = open_device(), fd;

	if (is_number(o->vm)) {
		record.fabric_id = parse_number("the number of a VM", o->vm, 1,
						UINT32_MAX);
	} else {
		if (strlen(o->vm) >= sizeof(record.name))
			no_vm(o->vm);
		record.flags = VIRQCHIP_RECORD_BY_NAME;
		strcpy(record.name, o->vm);
	}
	fd = ioctl(device, VIRQCHIP_RECORD, &record);
	if (fd < 0)
		no_recording(o->vm);
	close(device);
	return fd;
}

static bool is_compressed(const char *name)
{
	size_t len = strlen(name);

	return len > 3 && !strcmp(name + len - 3, ".gz");
}

static struct gzFile_s *open_output(const char *name)
{
	/* T: written as it is, without compression. */
	const char *mode = is_compressed(name) ? "wb9" : "wbT";
	struct gzFile_s *file;
	int fd = STDOUT_FILENO;

	if (strcmp(name, "-"))
		fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		err(EXIT_FAILED, "%s", name);
	file = gzdopen(fd, mode);
	if (!file)
		errx(EXIT_FAILED, "out of memory");
	return file;
}

static void stop_recording(struct session *s)
{
	s->stop.size = sizeof(s->stop);
	if (ioctl(s->fd, VIRQCHIP_RECORD_STOP, &s->stop))
		err(EXIT_FAILED, "cannot end the recording");
	s->stopped = true;
}

static void show_progress(const struct session *s, time_t *last)
{
	time_t now = time(NULL);

	if (now - *last < PROGRESS_S)
		return;
	*last = now;
	fprintf(stderr, "virqctl: recording: %llu KiB\n", s->bytes / 1024);
}

/* How many records are in what was read. */
static unsigned long count_records(const char *buf, size_t len, bool *head)
{
	unsigned long nr = 0;
	size_t at = 0;

	if (!*head && len >= sizeof(struct virqchip_rec_file)) {
		at = ((const struct virqchip_rec_file *)buf)->size;
		*head = true;
	}
	while (at + sizeof(struct virqchip_rec) <= len) {
		const struct virqchip_rec *rec = (const void *)(buf + at);

		nr += rec->order != 0;
		at += rec->len;
	}
	return nr;
}

static void gather(void)
{
	struct timespec pause = { .tv_nsec = GATHER_NS };

	nanosleep(&pause, NULL);
}

/* For a record, the end, or a signal. */
static void wait_for_records(const struct session *s)
{
	struct pollfd pollfd = { .fd = s->fd, .events = POLLIN };

	if (ppoll(&pollfd, 1, NULL, &s->waiting) < 0 && errno != EINTR)
		err(EXIT_FAILED, "cannot wait for records");
}

static void copy_recording(struct session *s, const struct options *o)
{
	static uint64_t buf[BUFFER / sizeof(uint64_t)];
	unsigned long records = 0;
	time_t last = time(NULL);
	bool head = false;
	ssize_t len;

	for (;;) {
		if (!s->stopped &&
		    (interrupted || (o->records && records >= o->records)))
			stop_recording(s);
		wait_for_records(s);
		len = read(s->fd, buf, sizeof(buf));
		if (len < 0 && errno == EAGAIN)
			continue;
		if (len < 0)
			err(EXIT_FAILED, "cannot read the recording");
		if (!len)
			return;
		if (gzwrite(s->file, buf, len) != len)
			errx(EXIT_FAILED, "%s: cannot write: %s", s->name,
			     strerror(errno));
		s->bytes += len;
		records += count_records((const char *)buf, len, &head);
		show_progress(s, &last);
		if (!s->stopped && (size_t)len < sizeof(buf) / 2)
			gather();
	}
}

static int record_vm(const struct options *o)
{
	struct session s = { .name = o->output };

	catch_signals(&s.waiting);
	s.fd = open_recording(o);
	fcntl(s.fd, F_SETFL, O_NONBLOCK);
	s.file = open_output(o->output);
	fprintf(stderr, "virqctl: recording %s into %s%s\n", o->vm, o->output,
		o->seconds ? "" : ", Ctrl-C ends it");
	alarm(o->seconds);
	copy_recording(&s, o);
	/* It ended with the VM, or we have ended it: ask for the numbers. */
	stop_recording(&s);
	if (gzclose(s.file) != Z_OK)
		errx(EXIT_FAILED, "%s: cannot write: %s", o->output,
		     strerror(errno));
	fprintf(stderr, "virqctl: %s: %llu records, %llu KiB\n", o->output,
		(unsigned long long)(s.stop.records - s.stop.lost),
		s.bytes / 1024);
	if (!s.stop.lost)
		return EXIT_OK;
	fprintf(stderr, "virqctl: %llu records were lost (try a larger --size)\n",
		(unsigned long long)s.stop.lost);
	return EXIT_FAILED;
}

static char *default_output(const char *vm)
{
	char *name;

	if (asprintf(&name, "%s.virqrec", vm) < 0)
		errx(EXIT_FAILED, "out of memory");
	return name;
}

int cmd_record(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "seconds", required_argument, NULL, 's' },
		{ "records", required_argument, NULL, 'r' },
		{ "size", required_argument, NULL, 'S' },
		{ }
	};
	struct options o = {};
	int c;

	while ((c = next_option(argc, argv, options)) != -1) {
		switch (c) {
		case 'o':
			o.output = optarg;
			break;
		case 's':
			o.seconds = parse_number("--seconds", optarg, 1,
						 UINT32_MAX);
			break;
		case 'r':
			o.records = parse_number("--records", optarg, 1,
						 UINT32_MAX);
			break;
		default:
			o.kib = parse_number("--size", optarg,
					     VIRQCHIP_RECORD_MIN_BUFFER / 1024,
					     VIRQCHIP_RECORD_MAX_BUFFER / 1024);
			break;
		}
	}
	o.vm = take_arguments(argc, argv, 1, 1)[0];
	if (!o.output)
		o.output = default_output(o.vm);
	return record_vm(&o);
}
