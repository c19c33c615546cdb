// SPDX-License-Identifier: GPL-2.0-only
/* Faults on purpose. */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/iopoll.h>

#include "fault.h"
#include "observe_fixture.h"

#define GSI		10
#define VECTOR		0x39
#define RTE_EDGE	VECTOR
#define RTE_LEVEL	(VECTOR | VQC_RTE_LEVEL)
/* Much longer than any fault here takes. */
#define MAX_WAIT_US	5000000

static struct vqc_fault_rule rule_of(enum vqc_fault_kind kind,
				     enum vqc_fault_target target, u32 id)
{
	return (struct vqc_fault_rule){
		.kind = kind, .target = target, .id = id,
		.us = VQC_MIN_FAULT_US, .count = 1,
		.probability = 100, .interval = 1, .times = 1,
	};
}

static void add_rule(struct kunit *test, const struct vqc_fault_rule *rule)
{
	struct observe_case *c = test->priv;

	KUNIT_ASSERT_EQ(test, vqc_fault_add(c->f, rule), 0);
}

static void add(struct kunit *test, enum vqc_fault_kind kind,
		enum vqc_fault_target target, u32 id)
{
	struct vqc_fault_rule rule = rule_of(kind, target, id);

	add_rule(test, &rule);
}

static u64 hits(struct observe_case *c)
{
	struct vqc_fault_rule rules[VQC_MAX_FAULTS];

	return vqc_fault_list(c->f, rules) ? rules[0].hits : 0;
}

static u64 raised(struct observe_case *c, u32 gsi)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(c->f->stats, cpu)->gsi_raised[gsi];
	return sum;
}

static int set_line(struct observe_case *c, u32 gsi, int level)
{
	return vqc_set_irq(c->f, VQC_SOURCE_USER, gsi, level, true);
}

static bool pending(struct observe_case *c, unsigned int cpu)
{
	return test_bit(VECTOR, c->cpu[cpu]->lapic.irr);
}

/* What is late comes from a timer. */
#define expect_soon(test, condition)					\
do {									\
	int soon_;							\
									\
	KUNIT_EXPECT_EQ(test, 0,					\
			read_poll_timeout((int), soon_, soon_, 100,	\
					  MAX_WAIT_US, false,		\
					  condition));			\
} while (0)

/* ---- GSIs ---- */

static void a_dropped_line_reaches_no_chip(struct kunit *test)
{
	struct observe_case *c = test->priv;

	rte_write(c, GSI, RTE_EDGE);
	add(test, VQC_FAULT_DROP, VQC_FAULT_GSI, GSI);
	KUNIT_EXPECT_EQ(test, set_line(c, GSI, 1), -1);
	KUNIT_EXPECT_FALSE(test, vqc_line_level(&c->f->ioapic_line[GSI]));
	KUNIT_EXPECT_FALSE(test, pending(c, 0));
	expect_text(test, show_flows(test),
		    "dropped: a fault on purpose");
	set_line(c, GSI, 0);
	/* Once was asked for. */
	KUNIT_EXPECT_EQ(test, set_line(c, GSI, 1), 1);
	KUNIT_EXPECT_TRUE(test, pending(c, 0));
	KUNIT_EXPECT_EQ(test, hits(c), 1ull);
}

static void other_lines_are_left_alone(struct kunit *test)
{
	struct observe_case *c = test->priv;

	rte_write(c, GSI, RTE_EDGE);
	add(test, VQC_FAULT_DROP, VQC_FAULT_GSI, GSI + 1);
	KUNIT_EXPECT_EQ(test, set_line(c, GSI, 1), 1);
	KUNIT_EXPECT_EQ(test, hits(c), 0ull);
}

static void a_late_line_rises_and_falls_in_order(struct kunit *test)
{
	struct vqc_fault_rule rule = rule_of(VQC_FAULT_DELAY, VQC_FAULT_GSI,
					     GSI);
	struct observe_case *c = test->priv;

	rte_write(c, GSI, RTE_EDGE);
	rule.us = 20000;
	add_rule(test, &rule);
	set_line(c, GSI, 1);
	set_line(c, GSI, 0);
	KUNIT_EXPECT_FALSE(test, pending(c, 0));
	expect_soon(test, pending(c, 0));
	expect_soon(test, !vqc_line_level(&c->f->ioapic_line[GSI]));
	KUNIT_EXPECT_EQ(test, raised(c, GSI), 1ull);
	expect_text(test, show_flows(test),
		    "open: in IRR, late by a fault on purpose");
}

/* What is made is told from what has made it. */
static void a_storm_says_that_it_was_made(struct kunit *test)
{
	struct vqc_fault_rule rule = rule_of(VQC_FAULT_STORM, VQC_FAULT_GSI,
					     GSI);
	struct observe_case *c = test->priv;

	rte_write(c, GSI, RTE_EDGE);
	rule.us = 20000;
	add_rule(test, &rule);
	pulse(c, GSI);
	serve(c->cpu[0]);
	expect_no_text(test, show_flows(test),
		       "fault on purpose");
	expect_soon(test, pending(c, 0));
	serve(c->cpu[0]);
	expect_text(test, show_flows(test),
		    "eoi, made by a fault on purpose");
}

static void a_storm_follows_its_line(struct kunit *test)
{
	struct vqc_fault_rule rule = rule_of(VQC_FAULT_STORM, VQC_FAULT_GSI,
					     GSI);
	struct observe_case *c = test->priv;

	rte_write(c, GSI, RTE_EDGE);
	rule.count = 25;
	add_rule(test, &rule);
	pulse(c, GSI);
	expect_soon(test, raised(c, GSI) == 26);
	KUNIT_EXPECT_FALSE(test, vqc_line_level(&c->f->ioapic_line[GSI]));
}

static void a_pulse_meets_faults_too(struct kunit *test)
{
	struct observe_case *c = test->priv;

	rte_write(c, GSI, RTE_EDGE);
	add(test, VQC_FAULT_DROP, VQC_FAULT_GSI, GSI);
	KUNIT_EXPECT_EQ(test, vqc_pulse_irq(c->f, VQC_SOURCE_PULSE, GSI), -1);
	KUNIT_EXPECT_EQ(test, vqc_pulse_irq(c->f, VQC_SOURCE_PULSE, GSI), 1);
}

/* ---- vectors ---- */

static void a_dropped_message_is_taken_for_delivered(struct kunit *test)
{
	struct observe_case *c = test->priv;

	rte_write(c, GSI, RTE_LEVEL);
	add(test, VQC_FAULT_DROP, VQC_FAULT_VECTOR, VECTOR);
	set_line(c, GSI, 1);
	KUNIT_EXPECT_FALSE(test, pending(c, 0));
	KUNIT_EXPECT_TRUE(test, c->f->ioapic.rte[GSI] & VQC_RTE_REMOTE_IRR);
	expect_text(test, show_flows(test),
		    "dropped: the PIC is not initialised; a fault on purpose");
}

static void a_late_message_comes_to_its_cpu(struct kunit *test)
{
	struct vqc_fault_rule rule = rule_of(VQC_FAULT_DELAY, VQC_FAULT_VECTOR,
					     VECTOR);
	struct observe_case *c = test->priv;

	rule.us = 20000;
	add_rule(test, &rule);
	vqc_send_msi(c->f, MSI_ADDRESS | 1 << 12, VECTOR);
	KUNIT_EXPECT_FALSE(test, pending(c, 1));
	expect_text(test, show_flows(test),
		    "open: on its way: a fault on purpose");
	expect_soon(test, pending(c, 1));
	KUNIT_EXPECT_FALSE(test, pending(c, 0));
	expect_text(test, show_flows(test),
		    "open: in IRR, late by a fault on purpose");
	expect_no_text(test, show_flows(test),
		       "on its way");
}

/* It stays the flow of its line, and of its CPU. */
static void a_late_message_of_a_line_is_one_flow(struct kunit *test)
{
	struct vqc_fault_rule rule = rule_of(VQC_FAULT_DELAY, VQC_FAULT_VECTOR,
					     VECTOR);
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	rte_write(c, GSI, RTE_EDGE);
	add_rule(test, &rule);
	set_line(c, GSI, 1);
	expect_soon(test, pending(c, 0));
	serve(c->cpu[0]);
	KUNIT_ASSERT_TRUE(test, vqc_recorder_last(c->f->observer->recorder,
						  &flow));
	KUNIT_EXPECT_EQ(test, (int)flow.end, VQC_END_EOI);
	KUNIT_EXPECT_EQ(test, (int)flow.origin, VQC_ORIGIN_LINE);
	KUNIT_EXPECT_EQ(test, flow.gsi, (u32)GSI);
	KUNIT_EXPECT_EQ(test, (unsigned int)flow.faults,
			(unsigned int)VQC_FLOW_LATE);
	KUNIT_EXPECT_EQ(test, (int)flow.hold, VQC_WHY_DELIVERED);
	expect_no_text(test, show_flows(test), "open: ");
}

/* Of a message to all CPUs one is late, and the other is not. */
static void a_late_message_to_one_cpu_of_two(struct kunit *test)
{
	const u64 everyone = MSI_ADDRESS | 0xff << 12;
	struct vqc_fault_rule rule = rule_of(VQC_FAULT_DELAY, VQC_FAULT_VECTOR,
					     VECTOR);
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	rule.us = 20000;
	add_rule(test, &rule);
	vqc_send_msi(c->f, everyone, VECTOR);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[1]), 1);
	lapic_eoi(c->cpu[1]);
	KUNIT_ASSERT_TRUE(test, vqc_recorder_last(c->f->observer->recorder,
						  &flow));
	KUNIT_EXPECT_EQ(test, (unsigned int)flow.cpu, 1u);
	KUNIT_EXPECT_EQ(test, (unsigned int)flow.faults, 0u);
	KUNIT_EXPECT_EQ(test, (int)flow.hold, VQC_WHY_DELIVERED);
	expect_soon(test, pending(c, 0));
	serve(c->cpu[0]);
	KUNIT_ASSERT_TRUE(test, vqc_recorder_last(c->f->observer->recorder,
						  &flow));
	KUNIT_EXPECT_EQ(test, (unsigned int)flow.cpu, 0u);
	KUNIT_EXPECT_EQ(test, (int)flow.origin, VQC_ORIGIN_MSI);
	KUNIT_EXPECT_EQ(test, (unsigned int)flow.faults,
			(unsigned int)VQC_FLOW_LATE);
}

static void a_storm_of_messages_comes_again(struct kunit *test)
{
	struct vqc_fault_rule rule = rule_of(VQC_FAULT_STORM, VQC_FAULT_VECTOR,
					     VECTOR);
	struct observe_case *c = test->priv;

	/* More than one that comes before the first is taken is not seen. */
	rule.us = 20000;
	rule.count = 100;
	add_rule(test, &rule);
	vqc_send_msi(c->f, MSI_ADDRESS, VECTOR);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	expect_soon(test, pending(c, 0));
	expect_text(test, show_flows(test),
		    "open: in IRR, made by a fault on purpose");
}

/* ---- the PIC, and CPUs ---- */

static u64 injected(struct observe_case *c, u8 vector)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(c->f->stats, cpu)->vector_injected[vector];
	return sum;
}

static void a_spurious_interrupt_is_ir7_of_the_chip(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_fault_rule rule = rule_of(VQC_FAULT_SPURIOUS, VQC_FAULT_PIC,
					     0);

	rule.times = 2;
	pic_start(c, 1);
	add_rule(test, &rule);
	set_line(c, 5, 1);
	KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	KUNIT_EXPECT_EQ(test, injected(c, 0x27), 1ull);
	KUNIT_EXPECT_EQ(test, c->f->pic.chip[0].isr, 0);
	/* Both say so: what was forgotten, and what came in its place. */
	expect_text(test, show_flows(test),
		    "dropped: RTE masked: edge ignored; a fault on purpose");
	expect_text(test, show_flows(test),
		    ", made by a fault on purpose");
	expect_no_text(test, show_flows(test), "open: ");
	set_line(c, 12, 1);
	KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	KUNIT_EXPECT_EQ(test, injected(c, 0x2f), 1ull);
	KUNIT_EXPECT_EQ(test, c->f->pic.chip[1].isr, 0);
	KUNIT_EXPECT_EQ(test, hits(c), 2ull);
}

static void a_withheld_kick_leaves_the_interrupt_pending(struct kunit *test)
{
	struct observe_case *c = test->priv;

	observe_kicks = 0;
	add(test, VQC_FAULT_NO_KICK, VQC_FAULT_CPU, 1);
	vqc_send_msi(c->f, MSI_ADDRESS, VECTOR);
	KUNIT_EXPECT_EQ(test, observe_kicks, 1u);
	vqc_send_msi(c->f, MSI_ADDRESS | 1 << 12, VECTOR);
	KUNIT_EXPECT_EQ(test, observe_kicks, 1u);
	KUNIT_EXPECT_TRUE(test, pending(c, 1));
	vqc_send_msi(c->f, MSI_ADDRESS | 1 << 12, VECTOR + 1);
	KUNIT_EXPECT_EQ(test, observe_kicks, 2u);
}

/* ---- attributes and rules ---- */

static unsigned int dropped_of_ten(struct kunit *test,
				   const struct vqc_fault_rule *rule)
{
	struct observe_case *c = test->priv;
	unsigned int i, nr = 0;

	add_rule(test, rule);
	for (i = 0; i < 10; i++) {
		nr += set_line(c, GSI, 1) < 0;
		set_line(c, GSI, 0);
		serve(c->cpu[0]);
	}
	return nr;
}

static void attributes_say_how_often(struct kunit *test)
{
	struct vqc_fault_rule rule = rule_of(VQC_FAULT_DROP, VQC_FAULT_GSI, GSI);
	struct observe_case *c = test->priv;

	rte_write(c, GSI, RTE_EDGE);
	rule.times = 4;
	KUNIT_EXPECT_EQ(test, dropped_of_ten(test, &rule), 4u);
	vqc_fault_clear(c->f);
	rule.times = -1;
	KUNIT_EXPECT_EQ(test, dropped_of_ten(test, &rule), 10u);
	vqc_fault_clear(c->f);
	rule.interval = 3;
	KUNIT_EXPECT_EQ(test, dropped_of_ten(test, &rule), 3u);
	vqc_fault_clear(c->f);
	rule.interval = 1;
	rule.probability = 0;
	KUNIT_EXPECT_EQ(test, dropped_of_ten(test, &rule), 0u);
	vqc_fault_clear(c->f);
	KUNIT_EXPECT_EQ(test, hits(c), 0ull);
}

static const struct vqc_fault_rule bad_rules[] = {
	{ VQC_FAULT_SPURIOUS, VQC_FAULT_GSI, GSI, 10, 1, 100, 1, 1 },
	{ VQC_FAULT_NO_KICK, VQC_FAULT_VECTOR, VECTOR, 10, 1, 100, 1, 1 },
	{ VQC_FAULT_DROP, VQC_FAULT_CPU, 0, 10, 1, 100, 1, 1 },
	{ VQC_NR_FAULT_KINDS, VQC_FAULT_GSI, GSI, 10, 1, 100, 1, 1 },
	{ VQC_FAULT_DROP, VQC_NR_FAULT_TARGETS, GSI, 10, 1, 100, 1, 1 },
	{ VQC_FAULT_DROP, VQC_FAULT_GSI, VQC_NR_GSIS, 10, 1, 100, 1, 1 },
	{ VQC_FAULT_DROP, VQC_FAULT_VECTOR, VQC_NR_VECTORS, 10, 1, 100, 1, 1 },
	{ VQC_FAULT_SPURIOUS, VQC_FAULT_PIC, 1, 10, 1, 100, 1, 1 },
	{ VQC_FAULT_NO_KICK, VQC_FAULT_CPU, VQC_MAX_CPUS, 10, 1, 100, 1, 1 },
	{ VQC_FAULT_DELAY, VQC_FAULT_GSI, GSI, VQC_MIN_FAULT_US - 1, 1, 100, 1, 1 },
	{ VQC_FAULT_DELAY, VQC_FAULT_GSI, GSI, VQC_MAX_FAULT_US + 1, 1, 100, 1, 1 },
	{ VQC_FAULT_STORM, VQC_FAULT_GSI, GSI, 10, 0, 100, 1, 1 },
	{ VQC_FAULT_STORM, VQC_FAULT_GSI, GSI, 10, VQC_MAX_FAULT_COUNT + 1, 100, 1, 1 },
	{ VQC_FAULT_DROP, VQC_FAULT_GSI, GSI, 10, 1, 101, 1, 1 },
	{ VQC_FAULT_DROP, VQC_FAULT_GSI, GSI, 10, 1, 100, 0, 1 },
	{ VQC_FAULT_DROP, VQC_FAULT_GSI, GSI, 10, 1, 100, 1, -2 },
};

static void rules_out_of_range_are_refused(struct kunit *test)
{
	struct vqc_fault_rule rules[VQC_MAX_FAULTS];
	struct observe_case *c = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_rules); i++)
		KUNIT_EXPECT_EQ_MSG(test, vqc_fault_add(c->f, &bad_rules[i]),
				    -EINVAL, "rule %u", i);
	KUNIT_EXPECT_EQ(test, vqc_fault_list(c->f, rules), 0u);
}

static void there_is_room_for_so_many_rules(struct kunit *test)
{
	struct vqc_fault_rule rule = rule_of(VQC_FAULT_DROP, VQC_FAULT_GSI, GSI);
	struct observe_case *c = test->priv;
	unsigned int i;

	for (i = 0; i < VQC_MAX_FAULTS; i++)
		add_rule(test, &rule);
	KUNIT_EXPECT_EQ(test, vqc_fault_add(c->f, &rule), -ENOSPC);
}

/* More is late than there is room for: what finds none is not late. */
static void what_finds_no_room_is_not_lost(struct kunit *test)
{
	struct vqc_fault_rule rule = rule_of(VQC_FAULT_DELAY, VQC_FAULT_VECTOR,
					     VECTOR);
	struct observe_case *c = test->priv;
	unsigned int i;

	rule.us = VQC_MAX_FAULT_US;
	rule.times = -1;
	add_rule(test, &rule);
	for (i = 0; i < 1000 && !pending(c, 0); i++)
		vqc_send_msi(c->f, MSI_ADDRESS, VECTOR);
	KUNIT_EXPECT_TRUE(test, pending(c, 0));
}

static void clearing_leaves_no_line_high(struct kunit *test)
{
	struct vqc_fault_rule rule = rule_of(VQC_FAULT_DELAY, VQC_FAULT_GSI,
					     GSI);
	struct observe_case *c = test->priv;

	rte_write(c, GSI, RTE_EDGE);
	rule.us = VQC_MAX_FAULT_US;
	add_rule(test, &rule);
	set_line(c, GSI, 1);
	KUNIT_EXPECT_FALSE(test, vqc_line_level(&c->f->ioapic_line[GSI]));
	vqc_fault_clear(c->f);
	KUNIT_EXPECT_TRUE(test, vqc_line_level(&c->f->ioapic_line[GSI]));
	KUNIT_EXPECT_TRUE(test, pending(c, 0));
	set_line(c, GSI, 0);
	KUNIT_EXPECT_FALSE(test, vqc_line_level(&c->f->ioapic_line[GSI]));
}

/* Whatever finds no room, the line ends as its source has left it. */
static void a_full_table_leaves_no_line_high(struct kunit *test)
{
	struct vqc_fault_rule rule = rule_of(VQC_FAULT_DELAY, VQC_FAULT_GSI,
					     GSI);
	struct observe_case *c = test->priv;
	unsigned int i;

	rte_write(c, GSI, RTE_EDGE);
	rule.us = VQC_MAX_FAULT_US;
	rule.times = -1;
	add_rule(test, &rule);
	for (i = 0; i < 200; i++) {
		set_line(c, GSI, 1);
		set_line(c, GSI, 0);
	}
	vqc_fault_clear(c->f);
	KUNIT_EXPECT_FALSE(test, vqc_line_level(&c->f->ioapic_line[GSI]));
	KUNIT_EXPECT_TRUE(test, pending(c, 0));
}

static void a_rule_that_is_used_up_hides_no_other(struct kunit *test)
{
	struct observe_case *c = test->priv;
	unsigned int i;

	rte_write(c, GSI, RTE_EDGE);
	for (i = 0; i < 2; i++) {
		add(test, VQC_FAULT_DROP, VQC_FAULT_GSI, GSI);
		KUNIT_EXPECT_EQ(test, set_line(c, GSI, 1), -1);
		set_line(c, GSI, 0);
	}
}

/* A masked request of the second chip is none of its business. */
static void a_spurious_interrupt_leaves_masked_edges_alone(struct kunit *test)
{
	struct observe_case *c = test->priv;

	pic_start(c, 1);
	outb_at(c, 0xa1, 0x10);
	set_line(c, 12, 1);
	add(test, VQC_FAULT_SPURIOUS, VQC_FAULT_PIC, 0);
	set_line(c, 5, 1);
	KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	KUNIT_EXPECT_EQ(test, injected(c, 0x27), 1ull);
	KUNIT_EXPECT_EQ(test, c->f->pic.chip[1].irr, 0x10);
}

static struct kunit_case fault_cases[] = {
	KUNIT_CASE(a_dropped_line_reaches_no_chip),
	KUNIT_CASE(other_lines_are_left_alone),
	KUNIT_CASE(a_late_line_rises_and_falls_in_order),
	KUNIT_CASE(a_storm_says_that_it_was_made),
	KUNIT_CASE(a_storm_follows_its_line),
	KUNIT_CASE(a_pulse_meets_faults_too),
	KUNIT_CASE(a_dropped_message_is_taken_for_delivered),
	KUNIT_CASE(a_late_message_comes_to_its_cpu),
	KUNIT_CASE(a_late_message_of_a_line_is_one_flow),
	KUNIT_CASE(a_late_message_to_one_cpu_of_two),
	KUNIT_CASE(a_storm_of_messages_comes_again),
	KUNIT_CASE(a_spurious_interrupt_is_ir7_of_the_chip),
	KUNIT_CASE(a_withheld_kick_leaves_the_interrupt_pending),
	KUNIT_CASE(attributes_say_how_often),
	KUNIT_CASE(rules_out_of_range_are_refused),
	KUNIT_CASE(there_is_room_for_so_many_rules),
	KUNIT_CASE(what_finds_no_room_is_not_lost),
	KUNIT_CASE(clearing_leaves_no_line_high),
	KUNIT_CASE(a_full_table_leaves_no_line_high),
	KUNIT_CASE(a_rule_that_is_used_up_hides_no_other),
	KUNIT_CASE(a_spurious_interrupt_leaves_masked_edges_alone),
	{}
};

static struct kunit_suite fault_suite = {
	.name = "virqchip_fault",
	.init = observe_init,
	.exit = observe_exit,
	.test_cases = fault_cases,
};

kunit_test_suite(fault_suite);
