// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recording fds: what they record, how they are read, how they end.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record.h"

#define NOBODY	65534
#define FLOWS	"/sys/module/virqchip/parameters/flows"

/* ---- the ioctl ---- */

TEST(recording_is_for_the_administrator)
{
	int device = device_open();
	uint32_t id = id_of(fabric_create(0));

	ASSERT_OK(setresuid(NOBODY, NOBODY, NOBODY));
	ASSERT_ERRNO(record_try(device, id, 0), EPERM);
	/* Not to say who is there, either. */
	ASSERT_ERRNO(record_try(device, 0, 0), EPERM);
}

TEST(recording_refuses_what_it_does_not_know)
{
	struct virqchip_record record = { .size = sizeof(record) };
	uint32_t id = id_of(fabric_create(0));
	int device = device_open();

	ASSERT_ERRNO(record_try(device, 0, 0), ENOENT);
	ASSERT_ERRNO(record_try(device, id + 1000, 0), ENOENT);
	ASSERT_ERRNO(record_try(device, id, VIRQCHIP_RECORD_MIN_BUFFER - 1),
		     EINVAL);
	ASSERT_ERRNO(record_try(device, id, VIRQCHIP_RECORD_MAX_BUFFER + 1),
		     EINVAL);
	record.fabric_id = id;
	record.flags = 2;
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_RECORD, &record), EINVAL);
	record.flags = VIRQCHIP_RECORD_BY_NAME;
	strcpy(record.name, "x");
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_RECORD, &record), EINVAL);
	record.flags = 0;
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_RECORD, &record), EINVAL);
	record.size = sizeof(record) - 1;
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_RECORD, &record), EINVAL);
}

TEST(one_recording_of_a_fabric_at_a_time)
{
	int fabric = fabric_create(0), other = fabric_create(0);
	int device = device_open();
	int fd = record_start(fabric, 0);

	ASSERT_ERRNO(record_try(device, id_of(fabric), 0), EBUSY);
	ASSERT_OK(record_try(device, id_of(other), 0));
	close(fd);
	fd = record_start(fabric, 0);
	record_stop(fd);
	ASSERT_OK(record_try(device, id_of(fabric), 0));
}

TEST(recording_by_name_and_closed_on_exec)
{
	struct virqchip_record record = {
		.size = sizeof(record),
		.flags = VIRQCHIP_RECORD_BY_NAME,
		.name = "recorded",
	};
	int fd;

	ASSERT_OK(fabric_try_create(0, "recorded"));
	fd = ioctl(device_open(), VIRQCHIP_RECORD, &record);
	ASSERT_OK(fd);
	ASSERT(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

TEST(module_in_use_by_a_recording_stays)
{
	int fabric = fabric_create(0);
	int fd = record_start(fabric, 0);

	close(fabric);
	ASSERT_ERRNO(syscall(SYS_delete_module, MODULE, O_NONBLOCK),
		     EWOULDBLOCK);
	ASSERT_OK(close(fd));
}

/* ---- what is recorded ---- */

TEST(recording_begins_with_reasons_and_states)
{
	int fabric = fabric_with_cpu(VIRQCHIP_FABRIC_PIT);
	const struct virqchip_rec_file *head;
	const struct virqchip_rec *rec;
	uint64_t order = 0;
	int fd;

	cpu_add(fabric, 1, false);
	fd = record_start(fabric, 0);
	read_on(fd);
	head = (const void *)data;
	ASSERT_EQ(head->fabric_id, id_of(fabric));
	ASSERT_EQ(head->nr_cpus, 2);
	ASSERT_EQ(head->create_flags, VIRQCHIP_FABRIC_PIT);
	ASSERT_EQ(first_record()->type, VIRQCHIP_REC_WHY);
	ASSERT(count_type(VIRQCHIP_REC_WHY) > 40);
	ASSERT_EQ(count_states(VIRQCHIP_STATE_BEGIN), 5);
	ASSERT_EQ(count_type(VIRQCHIP_REC_ROUTES), 1);
	ASSERT_EQ(count_type(VIRQCHIP_REC_OP), 0);
	for (rec = first_record(); rec; rec = next_record(rec))
		if (rec->type != VIRQCHIP_REC_WHY)
			ASSERT_EQ(rec->order, ++order);
}

TEST(an_interrupt_is_recorded_from_its_line_to_its_eoi)
{
	const struct virqchip_rec_inject *inject = NULL;
	const struct virqchip_rec *rec;
	int fabric = fabric_with_cpu(0);
	struct virqchip_rec_op op;
	int fd;

	rte_write(fabric, 20, 0x41);
	fd = record_start(fabric, 0);
	line_set(fabric, 20, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x41);
	lapic_write(fabric, LAPIC_EOI, 0);
	record_stop(fd);
	read_on(fd);

	ASSERT_EQ(count_type(VIRQCHIP_REC_LINE), 1);
	op = only_op(VIRQCHIP_OP_IOAPIC_LINE);
	ASSERT_EQ(op.chip, VIRQCHIP_CHIP_IOAPIC);
	ASSERT_EQ(op.addr, 20);
	ASSERT_EQ(op.arg, 1);
	ASSERT_EQ(op.effects, 1);
	op = only_op(VIRQCHIP_OP_LAPIC_ACCEPT);
	ASSERT_EQ(op.rec.cpu, 0);
	ASSERT_EQ(op.arg & 0xffff, 0x41);
	ASSERT_EQ(only_op(VIRQCHIP_OP_LAPIC_ACK).result, 0x41);
	ASSERT_EQ(only_op(VIRQCHIP_OP_LAPIC_EOI).result, 0x41);
	for (rec = first_record(); rec; rec = next_record(rec))
		if (rec->type == VIRQCHIP_REC_INJECT)
			inject = (const void *)rec;
	ASSERT(inject);
	ASSERT_EQ(inject->word, INTR_VALID | 0x41);
	ASSERT_EQ(inject->chip, VIRQCHIP_CHIP_LAPIC);
	expect_replay();
}

TEST(another_fabric_is_not_recorded)
{
	int fabric = fabric_with_cpu(0), other = fabric_with_cpu(0);
	int fd = record_start(fabric, 0);

	line_set(other, 20, 1);
	out8(other, PIC1, 0x11);
	lapic_write(other, LAPIC_EOI, 0);
	record_stop(fd);
	read_on(fd);
	ASSERT_EQ(count_type(VIRQCHIP_REC_LINE), 0);
	ASSERT_EQ(count_type(VIRQCHIP_REC_OP), 0);
}

/* Each chip, each way in that a fabric fd has. */
static void do_all(int fabric)
{
	static const struct virqchip_route routes[] = {
		{ .gsi = 3, .kind = VIRQCHIP_ROUTE_PIC, .pin = 3 },
		{ .gsi = 0, .kind = VIRQCHIP_ROUTE_IOAPIC, .pin = 2 },
	};
	union any_state state;
	uint64_t value;
	uint32_t cpu;

	pic_init(fabric);
	line_set(fabric, 3, 1);
	take_now(fabric);
	in8(fabric, PIC1);
	pic_eoi_both(fabric);
	rte_write(fabric, 20, RTE_LEVEL | 0x51);
	line_set(fabric, 20, 1);
	take_now(fabric);
	line_set(fabric, 20, 0);
	lapic_write(fabric, LAPIC_EOI, 0);
	rte_read(fabric, 20);
	msi_send(fabric, 0xfee00000, 0x61);
	take_now(fabric);
	lapic_write(fabric, LAPIC_TPR, 0x20);
	lapic_read(fabric, LAPIC_TPR);
	lapic_write(fabric, LAPIC_EOI, 0);
	lapic_write(fabric, LAPIC_LVT_TIMER, 0x71);
	lapic_write(fabric, LAPIC_TDCR, 0xb);
	lapic_write(fabric, LAPIC_TMICT, 1000);
	take(fabric, 0, VIRQCHIP_TAKE_IF);
	lapic_read(fabric, LAPIC_TMCCT);
	out8(fabric, PIT + 3, 0x34);
	out8(fabric, PIT, 0x00);
	out8(fabric, PIT, 0x10);
	in8(fabric, PIT);
	out8(fabric, 0x61, 1);
	in8(fabric, 0x61);
	ASSERT_OK(routes_try_set(fabric, routes, ARRAY_SIZE(routes)));
	cpu = cpu_add(fabric, 5, false);
	lapic_write(fabric, LAPIC_ICR, 0xc4500);
	take(fabric, cpu, VIRQCHIP_TAKE_NONBLOCK);
	lapic_write(fabric, LAPIC_ICR, 0xc4612);
	take(fabric, cpu, VIRQCHIP_TAKE_NONBLOCK);
	ASSERT_OK(msr_try_write(fabric, cpu, MSR_APIC_BASE,
				LAPIC | 0x800 | APIC_BASE_EXTD));
	ASSERT_OK(msr_try_write(fabric, cpu, MSR_X2APIC + 0x0f, SVR_ON));
	ASSERT_OK(msr_try_read(fabric, cpu, MSR_X2APIC + 0x0f, &value));
	state_get(fabric, VIRQCHIP_CHIP_PIC, &state);
	state_set(fabric, VIRQCHIP_CHIP_PIC, &state);
	state_get(fabric, VIRQCHIP_CHIP_IOAPIC, &state);
	state_set(fabric, VIRQCHIP_CHIP_IOAPIC, &state);
	state_get(fabric, VIRQCHIP_CHIP_PIT, &state);
	state_set(fabric, VIRQCHIP_CHIP_PIT, &state);
	state_get(fabric, VIRQCHIP_CHIP_LAPIC, &state);
	state_set(fabric, VIRQCHIP_CHIP_LAPIC, &state);
}

TEST(each_way_into_a_chip_can_be_replayed)
{
	int fabric = fabric_with_cpu(VIRQCHIP_FABRIC_PIT |
				     VIRQCHIP_FABRIC_VIRTUAL_WIRE);
	int fd = record_start(fabric, 0);

	do_all(fabric);
	record_stop(fd);
	read_on(fd);
	ASSERT_EQ(count_states(VIRQCHIP_STATE_LOADED), 5);
	ASSERT_EQ(count_states(VIRQCHIP_STATE_END), 5);
	ASSERT_EQ(count_type(VIRQCHIP_REC_CPU), 1);
	ASSERT_EQ(count_type(VIRQCHIP_REC_ROUTES), 2);
	ASSERT_EQ(count_type(VIRQCHIP_REC_MSI), 1);
	expect_replay();
}

/* Edges that the PIC forgets, a line and a message that are late, a storm. */
static void do_faults(int fabric)
{
	int fault = debugfs_open(fabric, "fault");

	pic_init(fabric);
	debugfs_write(fault, "spurious times=2");
	line_set(fabric, 3, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x27);
	line_set(fabric, 12, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x2f);
	pic_eoi_both(fabric);
	debugfs_write(fault, "delay gsi=4 us=1000");
	ASSERT_EQ(line_set(fabric, 4, 1), 1);
	line_set(fabric, 4, 0);
	ASSERT_EQ(take(fabric, 0, VIRQCHIP_TAKE_IF).intr_info,
		  INTR_VALID | 0x24);
	pic_eoi_both(fabric);
	debugfs_write(fault, "delay vector=0x61 us=1000");
	debugfs_write(fault, "storm vector=0x61 us=1000 count=1");
	msi_send(fabric, 0xfee00000, 0x61);
	ASSERT_EQ(take(fabric, 0, VIRQCHIP_TAKE_IF).intr_info,
		  INTR_VALID | 0x61);
	lapic_write(fabric, LAPIC_EOI, 0);
	debugfs_write(fault, "drop gsi=5");
	ASSERT_EQ(line_set(fabric, 5, 1), -1);
	debugfs_write(fault, "clear");
}

TEST(faults_on_purpose_can_be_replayed)
{
	int fabric = fabric_with_cpu(VIRQCHIP_FABRIC_VIRTUAL_WIRE);
	int fd = record_start(fabric, 0);

	do_faults(fabric);
	record_stop(fd);
	read_on(fd);
	ASSERT_EQ(count_type(VIRQCHIP_REC_INJECT), 4);
	expect_replay();
}

/* One bit of one operation, as a model that errs would have it. */
TEST(a_changed_recording_does_not_replay)
{
	static const unsigned int ops[] = {
		VIRQCHIP_OP_PIC_WRITE, VIRQCHIP_OP_IOAPIC_WRITE,
		VIRQCHIP_OP_LAPIC_ACCEPT, VIRQCHIP_OP_PIT_WRITE,
	};
	int fabric = fabric_with_cpu(VIRQCHIP_FABRIC_PIT);
	int fd = record_start(fabric, 0);
	struct virqchip_rec_op *op;
	struct virqchip_rec *rec;
	unsigned int i;

	do_all(fabric);
	record_stop(fd);
	read_on(fd);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		for (rec = (void *)first_record(); rec;
		     rec = (void *)next_record(rec)) {
			op = (void *)rec;
			if (rec->type == VIRQCHIP_REC_OP && op->op == ops[i])
				break;
		}
		ASSERT(rec);
		op->arg ^= 0x10;
		ASSERT_EQ(replay_status(), 1);
		op->arg ^= 0x10;
		op->digest ^= 0x10;
		ASSERT_EQ(replay_status(), 1);
		op->digest ^= 0x10;
	}
	expect_replay();
}

/* ---- reading ---- */

TEST(read_gives_whole_records_that_have_room)
{
	int fabric = fabric_with_cpu(0);
	int fd = record_start(fabric, 0);
	uint8_t buf[VIRQCHIP_REC_MAX_LEN];
	ssize_t len;

	ASSERT_ERRNO(read(fd, buf, 8), EINVAL);
	while ((len = read(fd, buf, sizeof(buf))) > 0) {
		data = realloc(data, data_len + len);
		ASSERT(data);
		memcpy(data + data_len, buf, len);
		data_len += len;
	}
	ASSERT_EQ(errno, EAGAIN);
	ASSERT_EQ(count_states(VIRQCHIP_STATE_BEGIN), 4);
}

static bool is_readable(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	return poll(&pollfd, 1, 0) == 1 && (pollfd.revents & POLLIN);
}

TEST(poll_tells_whether_there_are_records)
{
	int fabric = fabric_with_cpu(0);
	int fd = record_start(fabric, 0);

	ASSERT(is_readable(fd));
	read_on(fd);
	ASSERT(!is_readable(fd));
	ASSERT_ERRNO(read(fd, data, 4096), EAGAIN);
	line_set(fabric, 3, 1);
	ASSERT(is_readable(fd));
	read_on(fd);
	ASSERT(!is_readable(fd));
	record_stop(fd);
	ASSERT(is_readable(fd));
	read_on(fd);
	/* The end is something to be read, too. */
	ASSERT(is_readable(fd));
	ASSERT_EQ(read(fd, data, 4096), 0);
}

static void *read_blocking(void *arg)
{
	int fd = *(int *)arg;
	static uint8_t buf[65536];

	return (void *)(intptr_t)read(fd, buf, sizeof(buf));
}

TEST(read_waits_for_records)
{
	int fabric = fabric_with_cpu(0);
	int fd = record_start(fabric, 0);
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	pthread_t thread;
	void *len;

	read_on(fd);
	ASSERT_OK(fcntl(fd, F_SETFL, 0));
	ASSERT_EQ(pthread_create(&thread, NULL, read_blocking, &fd), 0);
	line_set(fabric, 3, 1);
	pthread_join(thread, &len);
	ASSERT((intptr_t)len > 0);
	/* Likewise for the end. */
	ASSERT_OK(fcntl(fd, F_SETFL, O_NONBLOCK));
	read_on(fd);
	record_stop(fd);
	ASSERT_EQ(poll(&pollfd, 1, -1), 1);
}

/* ---- the end ---- */

TEST(stop_ends_with_all_states_and_can_be_repeated)
{
	int fabric = fabric_with_cpu(0);
	int fd = record_start(fabric, 0);
	struct virqchip_record_stop stop, again;

	line_set(fabric, 3, 1);
	stop = record_stop(fd);
	line_set(fabric, 3, 0);
	again = record_stop(fd);
	ASSERT_EQ(stop.lost, 0);
	ASSERT_EQ(stop.records, again.records);
	read_on(fd);
	ASSERT_EQ(count_states(VIRQCHIP_STATE_END), 4);
	ASSERT_EQ(count_type(VIRQCHIP_REC_LINE), 1);
	ASSERT_EQ(read(fd, data, 4096), 0);
}

TEST(recording_outlives_its_fabric)
{
	int fabric = fabric_with_cpu(0);
	int fd = record_start(fabric, 0);

	line_set(fabric, 3, 1);
	close(fabric);
	read_on(fd);
	ASSERT_EQ(read(fd, data + data_len, 4096), 0);
	ASSERT_EQ(count_states(VIRQCHIP_STATE_END), 4);
	expect_replay();
}

TEST(lost_records_are_counted_and_states_follow)
{
	int fabric = fabric_with_cpu(0);
	int fd = record_start(fabric, VIRQCHIP_RECORD_MIN_BUFFER);
	struct virqchip_record_stop stop;
	const struct virqchip_rec *rec;
	unsigned long long lost = 0;
	unsigned int i, round;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < 2000; i++)
			line_set(fabric, 20, i & 1);
		read_on(fd);
	}
	line_set(fabric, 3, 1);
	stop = record_stop(fd);
	read_on(fd);
	for (rec = first_record(); rec; rec = next_record(rec))
		if (rec->type == VIRQCHIP_REC_LOST)
			lost += ((const struct virqchip_rec_lost *)rec)->nr;
	ASSERT(stop.lost > 1000);
	ASSERT_EQ(lost, stop.lost);
	ASSERT(count_states(VIRQCHIP_STATE_BEGIN) > 4);
	ASSERT_EQ(count_states(VIRQCHIP_STATE_END), 4);
	expect_replay();
}

static void run_on(unsigned int host_cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(host_cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		test_skip("there is no CPU %u", host_cpu);
}

/* One ring is full, and in the other one there is room: each record of it follows a gap. */
TEST(gaps_that_are_read_together_are_followed_by_states_once)
{
	enum { GAPS = 10 };
	int fabric = fabric_with_cpu(0);
	unsigned int i;
	int fd;

	run_on(0);
	fd = record_start(fabric, VIRQCHIP_RECORD_MIN_BUFFER);
	for (i = 0; i < 2000; i++)
		line_set(fabric, 20, i & 1);
	for (i = 0; i < GAPS; i++) {
		run_on(0);
		line_set(fabric, 20, i & 1);
		run_on(1);
		line_set(fabric, 20, i & 1);
	}
	read_on(fd);
	ASSERT_EQ(count_type(VIRQCHIP_REC_LOST), GAPS);
	ASSERT_EQ(count_states(VIRQCHIP_STATE_BEGIN), 2 * 4);
	line_set(fabric, 20, 1);
	line_set(fabric, 20, 0);
	record_stop(fd);
	read_on(fd);
	expect_replay();
}

/* ---- flows ---- */

static void record_flows(const char *yes_or_no)
{
	int fd = open(FLOWS, O_WRONLY);

	ASSERT_OK(fd);
	ASSERT_EQ(write(fd, yes_or_no, 1), 1);
	close(fd);
}

TEST(flows_are_recorded_as_they_end_and_open_ones_at_the_end)
{
	const struct virqchip_rec_flow *flow[2] = {};
	const struct virqchip_rec *rec;
	int fabric = fabric_with_cpu(0);
	unsigned int nr = 0;
	int fd;

	rte_write(fabric, 20, 0x41);
	rte_write(fabric, 21, 0x51);
	fd = record_start(fabric, 0);
	record_flows("Y");
	line_set(fabric, 20, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x41);
	lapic_write(fabric, LAPIC_EOI, 0);
	line_set(fabric, 21, 1);
	record_stop(fd);
	record_flows("N");
	read_on(fd);
	for (rec = first_record(); rec; rec = next_record(rec)) {
		if (rec->type != VIRQCHIP_REC_FLOW)
			continue;
		ASSERT(nr < 2);
		flow[nr++] = (const void *)rec;
	}
	ASSERT_EQ(nr, 2);
	ASSERT_EQ(flow[0]->flow.end, VIRQCHIP_END_EOI);
	ASSERT_EQ(flow[0]->flow.gsi, 20);
	ASSERT_EQ(flow[0]->flow.vector, 0x41);
	ASSERT_EQ(flow[0]->flow.chip, VIRQCHIP_FLOW_IOAPIC);
	ASSERT_EQ(flow[0]->flow.ns[VIRQCHIP_FLOW_DONE], flow[0]->rec.ns);
	ASSERT_EQ(flow[1]->flow.end, VIRQCHIP_END_OPEN);
	ASSERT_EQ(flow[1]->flow.gsi, 21);
	expect_replay();
}
