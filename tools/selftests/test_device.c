// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/virqchip itself: what it tells, building fabrics, pulses, unloading.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib.h"

#define NOBODY	65534

static struct virqchip_fabric_info fabric_info(int fabric)
{
	struct virqchip_fabric_info info = { .size = sizeof(info) };

	ASSERT_OK(ioctl(fabric, VIRQCHIP_FABRIC_INFO, &info));
	return info;
}

TEST(device_is_for_root_alone)
{
	struct stat st;

	ASSERT_OK(stat(DEVICE, &st));
	ASSERT(S_ISCHR(st.st_mode));
	ASSERT_EQ(st.st_mode & 07777, 0660);
	ASSERT_EQ(st.st_uid, 0);
}

TEST(get_info_tells_the_limits)
{
	struct virqchip_get_info info = { .size = sizeof(info) };

	ASSERT_OK(ioctl(device_open(), VIRQCHIP_GET_INFO, &info));
	ASSERT_EQ(info.abi_version, VIRQCHIP_ABI_VERSION);
	ASSERT_EQ(info.features & ~VIRQCHIP_INFO_KVM, 0);
	ASSERT_EQ(info.max_cpus, 1024);
	ASSERT(info.max_apic_ids >= info.max_cpus);
	ASSERT_EQ(info.nr_gsis, 4096);
	ASSERT_EQ(info.max_routes, 4096);
	ASSERT_EQ(info.nr_sources, sizeof(long) * 8);
	ASSERT_EQ(info.nr_pic_pins, 16);
	ASSERT_EQ(info.nr_ioapic_pins, 24);
}

/* ---- building fabrics ---- */

TEST(fabric_has_the_name_and_flags_it_was_given)
{
	int fabric = fabric_try_create(VIRQCHIP_FABRIC_PIT |
				       VIRQCHIP_FABRIC_STRICT_EDGE,
				       "Self.test_1-a");
	struct virqchip_fabric_info info;

	ASSERT_OK(fabric);
	cpu_add(fabric, 7, true);
	info = fabric_info(fabric);
	ASSERT(!strcmp(info.name, "Self.test_1-a"));
	ASSERT_EQ(info.create_flags,
		  VIRQCHIP_FABRIC_PIT | VIRQCHIP_FABRIC_STRICT_EDGE);
	ASSERT_EQ(info.nr_cpus, 1);
	ASSERT(info.fabric_id);
}

TEST(fabrics_without_a_name_get_different_ones)
{
	struct virqchip_fabric_info a = fabric_info(fabric_create(0));
	struct virqchip_fabric_info b = fabric_info(fabric_create(0));

	ASSERT(a.name[0]);
	ASSERT(strcmp(a.name, b.name));
	ASSERT(a.fabric_id != b.fabric_id);
}

TEST(fabric_name_is_taken_until_its_last_fd_is_closed)
{
	int fabric = fabric_try_create(0, "taken");
	int copy;

	ASSERT_OK(fabric);
	ASSERT_ERRNO(fabric_try_create(0, "taken"), EEXIST);
	copy = dup(fabric);
	close(fabric);
	ASSERT_ERRNO(fabric_try_create(0, "taken"), EEXIST);
	close(copy);
	ASSERT_OK(fabric_try_create(0, "taken"));
}

TEST(fabric_names_that_are_no_names_are_refused)
{
	static const char *const bad[] = {
		"a/b", ".", "..", "-x", "1a", "_", "a b", "a\n", "a%d", "\xe9t",
		"a\x7f",
		/* no terminating zero */
		"abcdefghijklmnopqrstuvwxyzabcdef",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ASSERT_ERRNO(fabric_try_create(0, bad[i]), EINVAL);
	ASSERT_OK(fabric_try_create(0, "abcdefghijklmnopqrstuvwxyzabcde"));
}

TEST(each_unknown_create_flag_is_refused)
{
	unsigned int bit;

	for (bit = 5; bit < 32; bit++)
		ASSERT_ERRNO(fabric_try_create(1u << bit, ""), EINVAL);
}

TEST(fabric_fd_is_closed_on_exec)
{
	int flags = fcntl(fabric_create(0), F_GETFD);

	ASSERT_OK(flags);
	ASSERT(flags & FD_CLOEXEC);
}

TEST(fabric_needs_a_free_descriptor)
{
	struct virqchip_fabric_create create = { .size = sizeof(create) };
	int device = device_open();
	struct rlimit limit = {
		.rlim_cur = device + 1,
		.rlim_max = device + 1,
	};

	strcpy(create.name, "unmade");
	ASSERT_OK(setrlimit(RLIMIT_NOFILE, &limit));
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_FABRIC_CREATE, &create), EMFILE);
	/* It left no fabric of that name behind. */
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_FABRIC_CREATE, &create), EMFILE);
}

static unsigned long cgroup_kernel_bytes(const char *group)
{
	unsigned long bytes = 0;
	char path[128];
	char line[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/memory.stat", group);
	file = fopen(path, "r");
	if (!file)
		test_skip("no %s", path);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "kernel %lu", &bytes) == 1)
			break;
	fclose(file);
	return bytes;
}

/* A memory control group with this process in it; ends the test without. */
static void cgroup_enter(const char *root, const char *group)
{
	char path[128];
	int fd;

	mkdir(root, 0755);
	if (mount("cgroup2", root, "cgroup2", 0, NULL))
		test_skip("no cgroup2: %s", strerror(errno));
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", root);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "+memory", 7) != 7)
		test_skip("no memory controller");
	close(fd);
	ASSERT_OK(mkdir(group, 0755));
	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	fd = open(path, O_WRONLY);
	ASSERT_OK(fd);
	ASSERT_EQ(write(fd, "0", 1), 1);
	close(fd);
}

TEST(fabric_memory_is_charged_to_the_caller)
{
	const char *root = "/dev/shm/selftests-cgroup";
	const char *group = "/dev/shm/selftests-cgroup/selftests";
	unsigned long before;
	unsigned int i;
	int fabric;

	cgroup_enter(root, group);
	before = cgroup_kernel_bytes(group);
	fabric = fabric_create(0);
	for (i = 0; i < 1024; i++)
		cpu_add(fabric, i, false);
	/* The vectors' flow ids alone are more than this for each CPU. */
	ASSERT(cgroup_kernel_bytes(group) - before > 1024 * 4096);
}

/* ---- pulses of any fabric ---- */

static struct virqchip_pulse pulse_of(uint32_t id, uint32_t gsi, uint32_t count)
{
	struct virqchip_pulse pulse = {
		.size = sizeof(pulse),
		.fabric_id = id,
		.gsi = gsi,
		.count = count,
	};

	return pulse;
}

TEST(pulse_reaches_a_fabric_by_number_and_by_name)
{
	int fabric = fabric_try_create(VIRQCHIP_FABRIC_VIRTUAL_WIRE, "pulsed");
	struct virqchip_pulse pulse;
	int device = device_open();

	ASSERT_OK(fabric);
	cpu_add(fabric, 0, true);
	pic_init(fabric);
	pulse = pulse_of(fabric_info(fabric).fabric_id, 10, 1);
	ASSERT_OK(ioctl(device, VIRQCHIP_PULSE, &pulse));
	ASSERT_EQ(pulse.delivered, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x2a);

	pic_eoi_both(fabric);
	pulse = pulse_of(0, 10, 1);
	pulse.flags = VIRQCHIP_PULSE_BY_NAME;
	strcpy(pulse.name, "pulsed");
	ASSERT_OK(ioctl(device, VIRQCHIP_PULSE, &pulse));
	ASSERT_EQ(pulse.delivered, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x2a);
}

TEST(pulses_are_counted_by_what_became_of_them)
{
	int fabric = fabric_with_cpu(VIRQCHIP_FABRIC_VIRTUAL_WIRE);
	struct virqchip_pulse pulse;
	int device = device_open();
	uint32_t id = fabric_info(fabric).fabric_id;

	pic_init(fabric);
	pulse = pulse_of(id, 10, 5);
	ASSERT_OK(ioctl(device, VIRQCHIP_PULSE, &pulse));
	ASSERT_EQ(pulse.delivered, 1);
	ASSERT_EQ(pulse.coalesced, 4);
	ASSERT_EQ(pulse.ignored, 0);

	out8(fabric, PIC1 + 1, 0xff);
	pulse = pulse_of(id, 3, 5);
	ASSERT_OK(ioctl(device, VIRQCHIP_PULSE, &pulse));
	ASSERT_EQ(pulse.delivered + pulse.coalesced, 0);
	ASSERT_EQ(pulse.ignored, 5);

	pulse = pulse_of(id, 4095, VIRQCHIP_MAX_PULSES);
	ASSERT_OK(ioctl(device, VIRQCHIP_PULSE, &pulse));
	ASSERT_EQ(pulse.ignored, VIRQCHIP_MAX_PULSES);
}

TEST(pulse_leaves_a_line_high_that_another_source_holds)
{
	int fabric = fabric_with_cpu(0);
	struct virqchip_pulse pulse;

	line_set(fabric, 20, 1);
	pulse = pulse_of(fabric_info(fabric).fabric_id, 20, 3);
	ASSERT_OK(ioctl(device_open(), VIRQCHIP_PULSE, &pulse));
	rte_write(fabric, 20, RTE_LEVEL | 0x61);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x61);
}

TEST(pulse_needs_a_fabric_that_is_there)
{
	int fabric = fabric_try_create(0, "gone");
	uint32_t id = fabric_info(fabric).fabric_id;
	struct virqchip_pulse pulse;
	int device = device_open();

	close(fabric);
	pulse = pulse_of(id, 5, 1);
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_PULSE, &pulse), ENOENT);
	pulse = pulse_of(0, 5, 1);
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_PULSE, &pulse), ENOENT);
	pulse.flags = VIRQCHIP_PULSE_BY_NAME;
	strcpy(pulse.name, "gone");
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_PULSE, &pulse), ENOENT);
}

TEST(pulse_with_bad_fields_is_refused)
{
	int fabric = fabric_try_create(0, "refuses");
	uint32_t id = fabric_info(fabric).fabric_id;
	struct virqchip_pulse pulse;
	int device = device_open();

	pulse = pulse_of(id, 4096, 1);
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_PULSE, &pulse), EINVAL);
	pulse = pulse_of(id, 5, 0);
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_PULSE, &pulse), EINVAL);
	pulse = pulse_of(id, 5, VIRQCHIP_MAX_PULSES + 1);
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_PULSE, &pulse), EINVAL);
	/* A number and a name: which of them? */
	strcpy(pulse.name, "refuses");
	pulse.count = 1;
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_PULSE, &pulse), EINVAL);
	pulse.flags = VIRQCHIP_PULSE_BY_NAME;
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_PULSE, &pulse), EINVAL);
	pulse.fabric_id = 0;
	ASSERT_OK(ioctl(device, VIRQCHIP_PULSE, &pulse));
	memset(pulse.name, 'a', sizeof(pulse.name));
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_PULSE, &pulse), EINVAL);
}

TEST(pulse_of_any_fabric_is_for_the_administrator)
{
	int fabric = fabric_with_cpu(0);
	struct virqchip_pulse pulse = pulse_of(fabric_info(fabric).fabric_id,
					       5, 1);
	struct virqchip_pulse_line line = {
		.size = sizeof(line),
		.gsi = 5,
		.count = 1,
	};
	int device = device_open();

	ASSERT_OK(setresuid(NOBODY, NOBODY, NOBODY));
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_PULSE, &pulse), EPERM);
	/* Not to say who is there, either. */
	pulse.fabric_id = 0;
	ASSERT_ERRNO(ioctl(device, VIRQCHIP_PULSE, &pulse), EPERM);
	/* One's own may be pulsed by anyone. */
	ASSERT_OK(ioctl(fabric, VIRQCHIP_PULSE_LINE, &line));
}

/* ---- unloading ---- */

/* Without waiting; a success would take the other tests' ground away. */
static int unload(void)
{
	return syscall(SYS_delete_module, MODULE, O_NONBLOCK);
}

TEST(module_in_use_by_an_open_device_stays)
{
	device_open();
	ASSERT_ERRNO(unload(), EWOULDBLOCK);
}

TEST(module_in_use_by_a_fabric_fd_stays)
{
	int fabric = fabric_with_cpu(VIRQCHIP_FABRIC_PIT);

	ASSERT_ERRNO(unload(), EWOULDBLOCK);
	/* It goes on working. */
	rte_write(fabric, 5, 0x41);
	ASSERT_EQ(line_set(fabric, 5, 1), 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x41);
}
