// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: the file "why" of a fabric.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib.h"

#define GSI	10
#define VECTOR	0x39

/* Open the file of @fabric; ends the test if there is none. */
static int why_open(int fabric)
{
	struct virqchip_fabric_info info = { .size = sizeof(info) };
	char path[128];
	int fd;

	ASSERT_OK(ioctl(fabric, VIRQCHIP_FABRIC_INFO, &info));
	snprintf(path, sizeof(path), "/sys/kernel/debug/virqchip/%s/why",
		 info.name);
	if (access("/sys/kernel/debug/virqchip", F_OK))
		test_skip("debugfs is not mounted");
	fd = open(path, O_RDWR | O_CLOEXEC);
	ASSERT_OK(fd);
	return fd;
}

static const char *why_read(int fd)
{
	static char text[8192];
	size_t len = 0;
	ssize_t some;

	ASSERT_OK(lseek(fd, 0, SEEK_SET));
	while ((some = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += some;
	ASSERT_OK(some);
	text[len] = '\0';
	return text;
}

static const char *why_ask(int fd, const char *question)
{
	ASSERT_EQ(write(fd, question, strlen(question)), strlen(question));
	return why_read(fd);
}

static void expect_part(const char *text, const char *part)
{
	if (!strstr(text, part))
		test_fail(__FILE__, __LINE__, "no '%s' in:\n%s", part, text);
}

TEST(why_lists_only_what_is_not_at_rest)
{
	int fabric = fabric_with_cpu(0), why = why_open(fabric);
	const char *text;

	ASSERT(!*why_read(why));
	rte_write(fabric, GSI, VECTOR | RTE_LEVEL);
	line_set(fabric, GSI, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | VECTOR);
	text = why_read(why);
	expect_part(text, "gsi=10 step=pin ok=0 why=IOAPIC_REMOTE_IRR text=\"remote IRR of ");
	expect_part(text, "cpu=0 vector=0x39 step=cpu ok=0 why=IN_SERVICE text=\"CPU 0 ");
	ASSERT(!strstr(text, "gsi=11"));
}

TEST(why_answers_a_question_for_a_gsi)
{
	int fabric = fabric_with_cpu(0), why = why_open(fabric);
	const char *text;

	rte_write(fabric, GSI, VECTOR | RTE_LEVEL | RTE_MASKED);
	rte_write(fabric, 4, VECTOR);
	line_set(fabric, GSI, 1);
	text = why_ask(why, "gsi 10\n");
	expect_part(text, "gsi=10 branch=0 step=line ok=1 why=DELIVERED text=\"asserted by ");
	expect_part(text, "gsi=10 branch=1 step=pin ok=0 why=IOAPIC_HELD text=\"pin 10 ");
	expect_part(text, "reg=\"RTE[10]=0x");
	expect_part(text, "\ngsi=10 branch=1 why=IOAPIC_HELD verdict=\"pin 10 of the IOAPIC: ");
	expect_part(why_ask(why, "gsi 4"), "why=LINE_LOW verdict=\"not asserted\"\n");
}

TEST(why_answers_a_question_for_a_vector)
{
	int fabric = fabric_with_cpu(0), why = why_open(fabric);

	lapic_write(fabric, LAPIC_TPR, 0x50);
	msi_send(fabric, LAPIC, VECTOR);
	expect_part(why_ask(why, "cpu 0 vector 0x39"),
		    "cpu=0 vector=0x39 branch=0 why=BELOW_PPR verdict=\"");
	expect_part(why_ask(why, "cpu 0 vector 58"),
		    "cpu=0 vector=0x3a branch=0 why=AT_REST verdict=\"");
}

TEST(why_refuses_what_is_no_question)
{
	static const char * const bad[] = {
		"", "gsi", "gsi x", "gsi 4096", "gsi 4294967296", "gsi 1 2",
		"cpu 0", "cpu 0 vector", "cpu 0 vector 256", "cpu 0 vector -1",
		"cpu 0 vector 1 x", "vector 1",
		"gsi                                                              1",
		NULL
	};
	int fabric = fabric_with_cpu(0), why = why_open(fabric);
	unsigned int i;

	/* Nothing was asked yet, and nothing was by these. */
	for (i = 0; bad[i]; i++)
		ASSERT_ERRNO(write(why, bad[i], strlen(bad[i]) + !*bad[i]),
			     EINVAL);
	ASSERT_ERRNO(write(why, "cpu 1 vector 1", 14), ENOENT);
	ASSERT(!*why_read(why));
}
