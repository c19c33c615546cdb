// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording fd as the tests use it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record.h"

uint32_t id_of(int fabric)
{
	struct virqchip_fabric_info info = { .size = sizeof(info) };

	ASSERT_OK(ioctl(fabric, VIRQCHIP_FABRIC_INFO, &info));
	return info.fabric_id;
}

int record_try(int device, uint32_t fabric_id, uint32_t buffer)
{
	struct virqchip_record record = {
		.size = sizeof(record),
		.fabric_id = fabric_id,
		.buffer = buffer,
	};

	return ioctl(device, VIRQCHIP_RECORD, &record);
}

int record_start(int fabric, uint32_t buffer)
{
	int device = device_open();
	int fd = record_try(device, id_of(fabric), buffer);

	if (fd < 0 && errno == EOPNOTSUPP)
		test_skip("the kernel has no ring buffers");
	ASSERT_OK(fd);
	ASSERT_OK(fcntl(fd, F_SETFL, O_NONBLOCK));
	close(device);
	return fd;
}

struct virqchip_record_stop record_stop(int fd)
{
	struct virqchip_record_stop stop = { .size = sizeof(stop) };

	ASSERT_OK(ioctl(fd, VIRQCHIP_RECORD_STOP, &stop));
	return stop;
}

uint8_t *data;
size_t data_len;

/* Read some of what is behind what was read before. Returns false at its end. */
bool read_some(int fd)
{
	static size_t room;
	ssize_t len;

	if (data_len + MIB > room) {
		room += 4 * MIB;
		data = realloc(data, room);
		ASSERT(data);
	}
	len = read(fd, data + data_len, MIB);
	ASSERT(len >= 0 || errno == EAGAIN);
	if (len > 0)
		data_len += len;
	return len > 0;
}

/* All of it. */
void read_on(int fd)
{
	while (read_some(fd))
		;
}

const struct virqchip_rec *first_record(void)
{
	const struct virqchip_rec_file *head = (const void *)data;

	ASSERT(data_len >= sizeof(*head));
	ASSERT(!memcmp(head->magic, VIRQCHIP_REC_MAGIC, 8));
	ASSERT_EQ(head->version, VIRQCHIP_REC_VERSION);
	return (const void *)(data + head->size);
}

/* The next one, NULL behind the last. */
const struct virqchip_rec *next_record(const struct virqchip_rec *rec)
{
	const uint8_t *next = (const uint8_t *)rec + rec->len;

	ASSERT(rec->len && rec->len % 8 == 0);
	ASSERT(next <= data + data_len);
	return next == data + data_len ? NULL : (const void *)next;
}

unsigned int count_type(unsigned int type)
{
	const struct virqchip_rec *rec;
	unsigned int nr = 0;

	for (rec = first_record(); rec; rec = next_record(rec))
		nr += rec->type == type;
	return nr;
}

unsigned int count_states(unsigned int cause)
{
	const struct virqchip_rec *rec;
	unsigned int nr = 0;

	for (rec = first_record(); rec; rec = next_record(rec))
		nr += rec->type == VIRQCHIP_REC_STATE &&
		      ((const struct virqchip_rec_state *)rec)->cause == cause;
	return nr;
}

/* The only operation of this kind. */
struct virqchip_rec_op only_op(unsigned int op)
{
	const struct virqchip_rec *rec, *found = NULL;

	for (rec = first_record(); rec; rec = next_record(rec)) {
		if (rec->type != VIRQCHIP_REC_OP ||
		    ((const struct virqchip_rec_op *)rec)->op != op)
			continue;
		if (found)
			test_fail(__FILE__, __LINE__, "two operations %u", op);
		found = rec;
	}
	if (!found)
		test_fail(__FILE__, __LINE__, "no operation %u", op);
	return *(const struct virqchip_rec_op *)found;
}

/* Let virqctl replay what was read. Returns its exit status. */
int replay_status(void)
{
	char name[] = "/tmp/virqchip-record.XXXXXX", command[128];
	int fd = mkstemp(name), status;

	ASSERT_OK(fd);
	ASSERT_EQ(write(fd, data, data_len), data_len);
	close(fd);
	snprintf(command, sizeof(command),
		 VIRQCTL " replay %s 2>&1 | sed 's/^/# /'; exit ${PIPESTATUS[0]}",
		 name);
	fflush(stdout);
	status = fork();
	ASSERT_OK(status);
	if (!status) {
		execlp("bash", "bash", "-c", command, NULL);
		_exit(127);
	}
	ASSERT_OK(wait(&status));
	unlink(name);
	ASSERT(WIFEXITED(status));
	return WEXITSTATUS(status);
}

void expect_replay(void)
{
	if (access(VIRQCTL, X_OK))
		test_fail(__FILE__, __LINE__, "no " VIRQCTL);
	ASSERT_EQ(replay_status(), 0);
}
