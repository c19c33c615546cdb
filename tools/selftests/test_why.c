// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: the file "why" of a fabric.
 */
#include <unistd.h>

#include "lib.h"

#define GSI	10
#define VECTOR	0x39

static const char *why_ask(int fd, const char *question)
{
	debugfs_write(fd, question);
	return debugfs_read(fd);
}

TEST(why_lists_only_what_is_not_at_rest)
{
	int fabric = fabric_with_cpu(0), why = debugfs_open(fabric, "why");
	const char *text;

	ASSERT(!*debugfs_read(why));
	rte_write(fabric, GSI, VECTOR | RTE_LEVEL);
	line_set(fabric, GSI, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | VECTOR);
	text = debugfs_read(why);
	text_expect(text, "gsi=10 step=pin ok=0 why=IOAPIC_REMOTE_IRR text=\"remote IRR of ");
	text_expect(text, "cpu=0 vector=0x39 step=cpu ok=0 why=IN_SERVICE text=\"CPU 0 ");
	ASSERT(!strstr(text, "gsi=11"));
}

TEST(why_answers_a_question_for_a_gsi)
{
	int fabric = fabric_with_cpu(0), why = debugfs_open(fabric, "why");
	const char *text;

	rte_write(fabric, GSI, VECTOR | RTE_LEVEL | RTE_MASKED);
	rte_write(fabric, 4, VECTOR);
	line_set(fabric, GSI, 1);
	text = why_ask(why, "gsi 10\n");
	text_expect(text, "gsi=10 branch=0 step=line ok=1 why=DELIVERED text=\"asserted by ");
	text_expect(text, "gsi=10 branch=1 step=pin ok=0 why=IOAPIC_HELD text=\"pin 10 ");
	text_expect(text, "reg=\"RTE[10]=0x");
	text_expect(text, "\ngsi=10 branch=1 why=IOAPIC_HELD verdict=\"pin 10 of the IOAPIC: ");
	text_expect(why_ask(why, "gsi 4"), "why=LINE_LOW verdict=\"not asserted\"\n");
}

TEST(why_answers_a_question_for_a_vector)
{
	int fabric = fabric_with_cpu(0), why = debugfs_open(fabric, "why");

	lapic_write(fabric, LAPIC_TPR, 0x50);
	msi_send(fabric, LAPIC, VECTOR);
	text_expect(why_ask(why, "cpu 0 vector 0x39"),
		    "cpu=0 vector=0x39 branch=0 why=BELOW_PPR verdict=\"");
	text_expect(why_ask(why, "cpu 0 vector 58"),
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
	int fabric = fabric_with_cpu(0), why = debugfs_open(fabric, "why");
	unsigned int i;

	/* Nothing was asked yet, and nothing was by these. */
	for (i = 0; bad[i]; i++)
		ASSERT_ERRNO(write(why, bad[i], strlen(bad[i]) + !*bad[i]),
			     EINVAL);
	ASSERT_ERRNO(write(why, "cpu 1 vector 1", 14), ENOENT);
	ASSERT(!*debugfs_read(why));
}
