// SPDX-License-Identifier: GPL-2.0-only
/* The observer: one flow id and one record per interrupt. */
#include <linux/preempt.h>

#include "observe_fixture.h"

static struct vqc_flow last_flow(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow = {};

	KUNIT_EXPECT_TRUE(test, vqc_recorder_last(c->f->observer->recorder,
						  &flow));
	return flow;
}

static void expect_nothing_ended(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	KUNIT_EXPECT_FALSE(test, vqc_recorder_last(c->f->observer->recorder,
						   &flow));
}

/* The stages of @mask, and no others, were passed, one after the other. */
static void expect_stages(struct kunit *test, const struct vqc_flow *flow,
			  unsigned int mask)
{
	u64 last_ns = 1;
	unsigned int i;

	for (i = 0; i < VQC_NR_STAGES; i++) {
		KUNIT_EXPECT_EQ_MSG(test, !!flow->ns[i], !!(mask & BIT(i)),
				    "stage %u", i);
		if (!flow->ns[i])
			continue;
		KUNIT_EXPECT_GE(test, flow->ns[i], last_ns);
		last_ns = flow->ns[i];
	}
}

#define STAGES_PIC	(BIT(VQC_STAGE_START) | BIT(VQC_STAGE_CHIP) | \
			 BIT(VQC_STAGE_CPU) | BIT(VQC_STAGE_END))
#define STAGES_IOAPIC	(STAGES_PIC | BIT(VQC_STAGE_IRR))
#define STAGES_MSG	(STAGES_IOAPIC & ~BIT(VQC_STAGE_CHIP))

static void pic_edge_is_one_flow_from_line_to_eoi(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	pic_start(c, 0x01);
	pulse(c, 10);
	KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	expect_nothing_ended(test);
	outb_at(c, 0xa0, 0x20);
	outb_at(c, 0x20, 0x20);

	flow = last_flow(test);
	KUNIT_EXPECT_NE(test, flow.seq, 0ull);
	KUNIT_EXPECT_EQ(test, flow.gsi, 10u);
	KUNIT_EXPECT_EQ(test, flow.origin, VQC_ORIGIN_LINE);
	KUNIT_EXPECT_EQ(test, flow.source, VQC_SOURCE_USER);
	KUNIT_EXPECT_EQ(test, flow.chip, VQC_CHIP_PIC);
	KUNIT_EXPECT_EQ(test, flow.pin, 10);
	KUNIT_EXPECT_EQ(test, flow.vector, 0x2a);
	KUNIT_EXPECT_EQ(test, flow.word, 0x8000002au);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_EOI);
	expect_stages(test, &flow, STAGES_PIC);
}

static void line_that_falls_before_the_acknowledge_injects_nothing(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	pic_start(c, 0x01);
	outb_at(c, 0x4d1, 0x04);
	vqc_set_irq(c->f, VQC_SOURCE_USER, 10, 1, true);
	observe_falling_gsi = 10;
	KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[0]), 0);
	observe_falling_gsi = 0;

	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.gsi, 10u);
	KUNIT_EXPECT_EQ(test, flow.word, 0u);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_DROPPED);
}

static void nested_pic_interrupts_keep_their_ids(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow inner, outer;

	pic_start(c, 0x01);
	pulse(c, 7);
	vqc_inject_pending(c->cpu[0]);
	pulse(c, 1);
	KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	outb_at(c, 0x20, 0x20);
	inner = last_flow(test);
	outb_at(c, 0x20, 0x20);
	outer = last_flow(test);

	KUNIT_EXPECT_EQ(test, inner.gsi, 1u);
	KUNIT_EXPECT_EQ(test, outer.gsi, 7u);
	KUNIT_EXPECT_NE(test, inner.seq, outer.seq);
	KUNIT_EXPECT_EQ(test, outer.vector, 0x27);
}

static void automatic_eoi_ends_the_flow_at_injection(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	pic_start(c, 0x03);
	pulse(c, 4);
	vqc_inject_pending(c->cpu[0]);

	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.gsi, 4u);
	KUNIT_EXPECT_EQ(test, flow.vector, 0x24);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_EOI);
	expect_stages(test, &flow, STAGES_PIC);
}

static void pic_level_withdrawn_before_ack_is_dropped(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	pic_start(c, 0x01);
	outb_at(c, 0x4d1, BIT(2));
	/* The IOAPIC ignores it at once, the PIC has it until it falls. */
	vqc_set_irq(c->f, VQC_SOURCE_USER, 10, 1, true);
	expect_nothing_ended(test);
	vqc_set_irq(c->f, VQC_SOURCE_USER, 10, 0, true);

	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.gsi, 10u);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_DROPPED);
	KUNIT_EXPECT_EQ(test, flow.why[flow.nr_whys - 1], VQC_WHY_LINE_LOW);
}

static void pic_level_still_high_after_eoi_begins_again(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow first, again;

	pic_start(c, 0x01);
	outb_at(c, 0x4d0, BIT(5));
	vqc_set_irq(c->f, VQC_SOURCE_USER, 5, 1, true);
	vqc_inject_pending(c->cpu[0]);
	outb_at(c, 0x20, 0x20);
	first = last_flow(test);
	KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	vqc_set_irq(c->f, VQC_SOURCE_USER, 5, 0, true);
	outb_at(c, 0x20, 0x20);
	again = last_flow(test);

	KUNIT_EXPECT_EQ(test, first.origin, VQC_ORIGIN_LINE);
	KUNIT_EXPECT_EQ(test, again.origin, VQC_ORIGIN_AGAIN);
	KUNIT_EXPECT_EQ(test, again.pin, 5);
	KUNIT_EXPECT_EQ(test, again.end, VQC_END_EOI);
	expect_stages(test, &again, STAGES_PIC);
	/* The line is low: no third one waits. */
	KUNIT_EXPECT_EQ(test, c->f->pic_seq[5], 0ull);
}

static void request_dropped_by_icw1_ends_its_flow(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	pic_start(c, 0x01);
	pulse(c, 5);
	expect_nothing_ended(test);
	outb_at(c, 0x20, 0x11);

	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.gsi, 5u);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_DROPPED);
	KUNIT_EXPECT_EQ(test, flow.why[flow.nr_whys - 1], VQC_WHY_PIC_INIT);
}

static void spurious_pic_interrupt_says_so(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	pic_start(c, 0x01);
	/* An ExtINT message asks for a vector that the PIC does not have. */
	vqc_send_msi(c->f, MSI_ADDRESS, VQC_DM_EXTINT << 8);
	vqc_inject_pending(c->cpu[0]);

	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.vector, 0x27);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_SPURIOUS);
	KUNIT_EXPECT_EQ(test, flow.why[0], VQC_WHY_PIC_SPURIOUS);
}

static void ioapic_edge_is_one_flow_from_line_to_eoi(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	rte_write(c, 10, 0x31);
	pulse(c, 10);
	KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	expect_nothing_ended(test);
	lapic_eoi(c->cpu[0]);

	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.gsi, 10u);
	KUNIT_EXPECT_EQ(test, flow.chip, VQC_CHIP_IOAPIC);
	KUNIT_EXPECT_EQ(test, flow.pin, 10);
	KUNIT_EXPECT_EQ(test, flow.vector, 0x31);
	KUNIT_EXPECT_EQ(test, flow.apic_id, 0u);
	KUNIT_EXPECT_EQ(test, flow.word, 0x80000031u);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_EOI);
	expect_stages(test, &flow, STAGES_IOAPIC);
}

static void second_edge_is_merged_into_the_first(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow first, second;

	rte_write(c, 16, 0x31);
	pulse(c, 16);
	expect_nothing_ended(test);
	pulse(c, 16);
	second = last_flow(test);
	serve(c->cpu[0]);
	first = last_flow(test);

	KUNIT_EXPECT_EQ(test, second.end, VQC_END_MERGED);
	KUNIT_EXPECT_EQ(test, second.into, first.seq);
	KUNIT_EXPECT_EQ(test, first.end, VQC_END_EOI);
	KUNIT_EXPECT_EQ(test, first.merged, 1u);
	/* Nothing of it is left for a third one to meet. */
	KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[0]), 0);
}

static void edge_in_service_starts_a_flow_of_its_own(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow first, second;

	rte_write(c, 16, 0x31);
	pulse(c, 16);
	vqc_inject_pending(c->cpu[0]);
	pulse(c, 16);
	lapic_eoi(c->cpu[0]);
	first = last_flow(test);
	serve(c->cpu[0]);
	second = last_flow(test);

	KUNIT_EXPECT_NE(test, first.seq, second.seq);
	KUNIT_EXPECT_EQ(test, first.merged, 0u);
	KUNIT_EXPECT_EQ(test, second.end, VQC_END_EOI);
	KUNIT_EXPECT_LT(test, second.ns[VQC_STAGE_START],
			first.ns[VQC_STAGE_END] + 1);
}

static void masked_edge_is_dropped_with_its_reason(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	pulse(c, 16);
	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.gsi, 16u);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_DROPPED);
	KUNIT_EXPECT_EQ(test, flow.nr_whys, 1);
	KUNIT_EXPECT_EQ(test, flow.why[0], VQC_WHY_IOAPIC_MASKED);
	expect_stages(test, &flow, BIT(VQC_STAGE_START) | BIT(VQC_STAGE_CHIP) |
		      BIT(VQC_STAGE_END));
}

static void wire_that_does_not_change_begins_no_flow(struct kunit *test)
{
	struct observe_case *c = test->priv;
	u64 seq;

	vqc_set_irq(c->f, VQC_SOURCE_USER, 16, 1, true);
	seq = last_flow(test).seq;
	vqc_set_irq(c->f, VQC_SOURCE_USER, 16, 1, true);
	KUNIT_EXPECT_EQ(test, last_flow(test).seq, seq);
	/* Nor does it stay among the open ones. */
	KUNIT_EXPECT_NULL(test, strstr(show_flows(test),
				       "open: "));
}

/* A level line is asserted again while its interrupt is in service. */
static void chip_that_saw_no_change_is_not_named(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	rte_write(c, 10, 0x31 | VQC_RTE_LEVEL);
	vqc_set_irq(c->f, VQC_SOURCE_USER, 10, 1, true);
	vqc_inject_pending(c->cpu[0]);
	vqc_set_irq(c->f, VQC_SOURCE_USER, 10, 1, true);
	vqc_set_irq(c->f, VQC_SOURCE_USER, 10, 0, true);

	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_DROPPED);
	KUNIT_EXPECT_EQ(test, flow.chip, VQC_CHIP_IOAPIC);
	KUNIT_EXPECT_EQ(test, flow.nr_whys, 2);
	KUNIT_EXPECT_EQ(test, flow.why[0], VQC_WHY_IOAPIC_REMOTE_IRR);
	KUNIT_EXPECT_EQ(test, flow.why[1], VQC_WHY_LINE_LOW);
}

/* The PIC, which masks the line, still has the id of a flow that has ended. */
static void ended_flow_is_not_merged_into_a_new_one(struct kunit *test)
{
	struct observe_case *c = test->priv;
	unsigned int i;

	pic_start(c, 0x01);
	outb_at(c, 0x21, BIT(4));
	rte_write(c, 4, 0x31);
	for (i = 0; i < 3; i++) {
		pulse(c, 4);
		serve(c->cpu[0]);
		KUNIT_EXPECT_EQ(test, last_flow(test).end, VQC_END_EOI);
		KUNIT_EXPECT_EQ(test, last_flow(test).merged, 0u);
	}
}

/* The PIC, asked last, keeps an edge that was merged at the local APIC. */
static void merged_flow_is_not_begun_anew(struct kunit *test)
{
	static const struct vqc_route routes[] = {
		{ .gsi = 10, .kind = VQC_ROUTE_IOAPIC, .pin = 10 },
		{ .gsi = 10, .kind = VQC_ROUTE_PIC, .pin = 10 },
	};
	struct observe_case *c = test->priv;
	const char *text;

	KUNIT_ASSERT_EQ(test, vqc_fabric_set_routes(c->f, routes,
						    ARRAY_SIZE(routes)), 0);
	pic_start(c, 0x01);
	outb_at(c, 0xa1, 0xff);
	rte_write(c, 10, 0x31);
	pulse(c, 10);
	pulse(c, 10);
	text = show_flows(test);
	KUNIT_EXPECT_EQ(test, count_text(text, "  merged into "), 1u);
	KUNIT_EXPECT_EQ(test, count_text(text, "open: "), 1u);
}

/* What the PIC has latched comes after its flow has ended: it is another one. */
static void edge_that_comes_by_both_chips_is_two_flows(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow first, second;

	pic_start(c, 0x01);
	outb_at(c, 0xa1, 0xff);
	rte_write(c, 10, 0x31);
	pulse(c, 10);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	lapic_eoi(c->cpu[0]);
	first = last_flow(test);
	outb_at(c, 0xa1, 0);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	outb_at(c, 0xa0, 0x20);
	second = last_flow(test);

	KUNIT_EXPECT_EQ(test, first.chip, VQC_CHIP_IOAPIC);
	KUNIT_EXPECT_EQ(test, second.chip, VQC_CHIP_PIC);
	KUNIT_EXPECT_EQ(test, second.end, VQC_END_EOI);
	KUNIT_EXPECT_NE(test, first.seq, second.seq);
}

static void gsi_without_route_is_dropped(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	pulse(c, 77);
	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.gsi, 77u);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_DROPPED);
	KUNIT_EXPECT_EQ(test, flow.why[0], VQC_WHY_NOT_ROUTED);
}

static void held_level_waits_until_it_is_unmasked(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	rte_write(c, 16, 0x31 | VQC_RTE_LEVEL | VQC_RTE_MASKED);
	vqc_set_irq(c->f, VQC_SOURCE_USER, 16, 1, true);
	expect_nothing_ended(test);
	rte_write(c, 16, 0x31 | VQC_RTE_LEVEL);
	vqc_inject_pending(c->cpu[0]);
	vqc_set_irq(c->f, VQC_SOURCE_USER, 16, 0, true);
	lapic_eoi(c->cpu[0]);

	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.gsi, 16u);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_EOI);
	expect_stages(test, &flow, STAGES_IOAPIC);
}

static void level_still_high_after_eoi_begins_again(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow first, again;

	rte_write(c, 16, 0x31 | VQC_RTE_LEVEL);
	vqc_set_irq(c->f, VQC_SOURCE_USER, 16, 1, true);
	serve(c->cpu[0]);
	first = last_flow(test);
	KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	vqc_set_irq(c->f, VQC_SOURCE_USER, 16, 0, true);
	lapic_eoi(c->cpu[0]);
	again = last_flow(test);

	KUNIT_EXPECT_EQ(test, first.origin, VQC_ORIGIN_LINE);
	KUNIT_EXPECT_EQ(test, again.origin, VQC_ORIGIN_AGAIN);
	KUNIT_EXPECT_NE(test, first.seq, again.seq);
	KUNIT_EXPECT_EQ(test, again.pin, 16);
	KUNIT_EXPECT_EQ(test, again.end, VQC_END_EOI);
	expect_stages(test, &again, STAGES_IOAPIC);
}

static void msi_is_one_flow(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	vqc_send_msi(c->f, MSI_ADDRESS, 0x51);
	serve(c->cpu[0]);

	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.origin, VQC_ORIGIN_MSI);
	KUNIT_EXPECT_EQ(test, flow.gsi, VQC_NO_GSI);
	KUNIT_EXPECT_EQ(test, flow.vector, 0x51);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_EOI);
	expect_stages(test, &flow, STAGES_MSG);
}

static void msi_to_nobody_is_dropped(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	vqc_send_msi(c->f, MSI_ADDRESS | 0x70000, 0x51);
	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_DROPPED);
	KUNIT_EXPECT_EQ(test, flow.why[0], VQC_WHY_NO_DEST);
}

static void message_that_no_cpu_takes_stays_with_its_pin(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	rte_write(c, 16, 0x31);
	lapic_write(c->cpu[0], VQC_LAPIC_SVR, 0xff);
	pulse(c, 16);
	expect_nothing_ended(test);
	KUNIT_EXPECT_NE(test, c->f->ioapic_seq[16], 0ull);
	lapic_start(c->cpu[0]);
	serve(c->cpu[0]);

	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.gsi, 16u);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_EOI);
}

static void nmi_message_ends_when_it_is_taken(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	vqc_send_msi(c->f, MSI_ADDRESS, VQC_DM_NMI << 8);
	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_TAKEN);
	KUNIT_EXPECT_EQ(test, flow.mode, VQC_DM_NMI);
}

static void broadcast_gives_each_cpu_a_record(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow[NR_CPUS_HERE];
	unsigned int i;

	lapic_write(c->cpu[0], VQC_LAPIC_ICR,
		    0x61 | VQC_ICR_ASSERT | VQC_SH_ALL << 18);
	for (i = 0; i < NR_CPUS_HERE; i++)
		KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[i]), 1);
	for (i = 0; i < NR_CPUS_HERE; i++) {
		lapic_eoi(c->cpu[i]);
		flow[i] = last_flow(test);
		KUNIT_EXPECT_EQ(test, flow[i].origin, VQC_ORIGIN_IPI);
		KUNIT_EXPECT_EQ(test, flow[i].apic_id, i);
		KUNIT_EXPECT_EQ(test, flow[i].end, VQC_END_EOI);
		expect_stages(test, &flow[i], STAGES_MSG);
	}
	KUNIT_EXPECT_EQ(test, flow[0].seq, flow[1].seq);
}

/* One takes it, for the other it is merged, or refused. */
static void part_of_a_broadcast_that_is_not_taken_ends(struct kunit *test)
{
	struct observe_case *c = test->priv;
	const char *text;

	vqc_send_msi(c->f, MSI_ADDRESS | 1 << 12, 0x61);
	lapic_write(c->cpu[0], VQC_LAPIC_ICR,
		    0x61 | VQC_ICR_ASSERT | VQC_SH_ALL << 18);
	lapic_write(c->cpu[1], VQC_LAPIC_SVR, 0xff);
	lapic_write(c->cpu[0], VQC_LAPIC_ICR,
		    0x62 | VQC_ICR_ASSERT | VQC_SH_ALL << 18);
	text = show_flows(test);
	KUNIT_EXPECT_EQ(test, count_text(text, "  merged into "), 1u);
	/* What CPU 1 has merged it with, and what CPU 0 has. */
	KUNIT_EXPECT_EQ(test, count_text(text, "open: "), 3u);
	KUNIT_EXPECT_EQ(test, count_text(text, "open: in IRR"), 3u);
}

static void target_that_is_faster_than_the_sender_ends_the_flow(struct kunit *test)
{
	const struct vqc_msg msg = { .vector = 0x61, .mode = VQC_DM_FIXED };
	struct observe_case *c = test->priv;
	u64 seq = vqc_obs_start(c->f);
	const char *text;

	vqc_obs_msg(c->f, seq, VQC_NO_PIN, &msg, 1);
	vqc_obs_offer(c->cpu[0], seq, &msg);
	vqc_lapic_accept(&c->cpu[0]->lapic, &msg);
	KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	lapic_eoi(c->cpu[0]);
	vqc_obs_accept(c->cpu[0], seq, &msg, VQC_WHY_DELIVERED);
	KUNIT_EXPECT_EQ(test, last_flow(test).end, VQC_END_EOI);
	text = show_flows(test);
	KUNIT_EXPECT_EQ(test, count_text(text, "open: "), 0u);
}

static void late_message_that_is_taken_at_once_is_held_no_more(struct kunit *test)
{
	const struct vqc_msg msg = { .vector = 0x61, .mode = VQC_DM_FIXED };
	struct observe_case *c = test->priv;
	u64 seq = vqc_obs_start(c->f);

	vqc_obs_msg(c->f, seq, VQC_NO_PIN, &msg, 1);
	vqc_obs_late(c->cpu[0], seq, &msg);
	expect_text(test, show_flows(test), "on its way: a fault on purpose");
	vqc_obs_offer(c->cpu[0], seq, &msg);
	vqc_lapic_accept(&c->cpu[0]->lapic, &msg);
	serve(c->cpu[0]);
	vqc_obs_accept(c->cpu[0], seq, &msg, VQC_WHY_DELIVERED);
	KUNIT_EXPECT_EQ(test, last_flow(test).end, VQC_END_EOI);
	KUNIT_EXPECT_EQ(test, last_flow(test).hold, VQC_WHY_DELIVERED);
}

static void closed_cpu_is_named_as_what_it_waited_for(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	observe_ready_answer = VQC_WHY_CPU_IF;
	vqc_send_msi(c->f, MSI_ADDRESS, 0x51);
	KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[0]), 0);
	observe_ready_answer = VQC_WHY_DELIVERED;
	serve(c->cpu[0]);

	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_EOI);
	KUNIT_EXPECT_EQ(test, flow.hold, VQC_WHY_CPU_IF);
}

static void closed_cpu_is_named_for_the_pic_too(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	pic_start(c, 0x01);
	observe_ready_answer = VQC_WHY_CPU_BUSY;
	pulse(c, 3);
	vqc_inject_pending(c->cpu[0]);
	observe_ready_answer = VQC_WHY_DELIVERED;
	vqc_inject_pending(c->cpu[0]);
	outb_at(c, 0x20, 0x20);

	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.gsi, 3u);
	KUNIT_EXPECT_EQ(test, flow.hold, VQC_WHY_CPU_BUSY);
}

static void flow_whose_beginning_nobody_saw_gets_an_id(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	KUNIT_ASSERT_EQ(test, vqc_flows_switch(false), 0);
	vqc_send_msi(c->f, MSI_ADDRESS, 0x51);
	KUNIT_ASSERT_EQ(test, vqc_flows_switch(true), 0);
	serve(c->cpu[0]);

	flow = last_flow(test);
	KUNIT_EXPECT_NE(test, flow.seq, 0ull);
	KUNIT_EXPECT_EQ(test, flow.origin, VQC_ORIGIN_UNKNOWN);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_EOI);
	expect_stages(test, &flow, BIT(VQC_STAGE_CPU) | BIT(VQC_STAGE_END));
}

static void nothing_is_recorded_when_it_is_off(struct kunit *test)
{
	struct observe_case *c = test->priv;

	KUNIT_ASSERT_EQ(test, vqc_flows_switch(false), 0);
	vqc_send_msi(c->f, MSI_ADDRESS, 0x51);
	serve(c->cpu[0]);
	expect_nothing_ended(test);
	KUNIT_EXPECT_EQ(test, c->cpu[0]->isr_seq[0x51], 0ull);
}

static void ids_are_unique_and_never_zero(struct kunit *test)
{
	struct observe_case *c = test->priv;
	u64 seq, last = 0;
	unsigned int i;

	/* On one CPU they rise; those of another have another remainder. */
	migrate_disable();
	for (i = 0; i < 1000; i++) {
		seq = vqc_obs_start(c->f);
		KUNIT_EXPECT_GT(test, seq, last);
		KUNIT_EXPECT_EQ(test, (seq - 1) % vqc_flow_step(),
				(u64)smp_processor_id());
		last = seq;
	}
	migrate_enable();
}

static struct kunit_case observe_cases[] = {
	KUNIT_CASE(pic_edge_is_one_flow_from_line_to_eoi),
	KUNIT_CASE(line_that_falls_before_the_acknowledge_injects_nothing),
	KUNIT_CASE(nested_pic_interrupts_keep_their_ids),
	KUNIT_CASE(automatic_eoi_ends_the_flow_at_injection),
	KUNIT_CASE(pic_level_withdrawn_before_ack_is_dropped),
	KUNIT_CASE(pic_level_still_high_after_eoi_begins_again),
	KUNIT_CASE(request_dropped_by_icw1_ends_its_flow),
	KUNIT_CASE(spurious_pic_interrupt_says_so),
	KUNIT_CASE(ioapic_edge_is_one_flow_from_line_to_eoi),
	KUNIT_CASE(second_edge_is_merged_into_the_first),
	KUNIT_CASE(edge_in_service_starts_a_flow_of_its_own),
	KUNIT_CASE(masked_edge_is_dropped_with_its_reason),
	KUNIT_CASE(wire_that_does_not_change_begins_no_flow),
	KUNIT_CASE(chip_that_saw_no_change_is_not_named),
	KUNIT_CASE(ended_flow_is_not_merged_into_a_new_one),
	KUNIT_CASE(merged_flow_is_not_begun_anew),
	KUNIT_CASE(edge_that_comes_by_both_chips_is_two_flows),
	KUNIT_CASE(gsi_without_route_is_dropped),
	KUNIT_CASE(held_level_waits_until_it_is_unmasked),
	KUNIT_CASE(level_still_high_after_eoi_begins_again),
	KUNIT_CASE(msi_is_one_flow),
	KUNIT_CASE(msi_to_nobody_is_dropped),
	KUNIT_CASE(message_that_no_cpu_takes_stays_with_its_pin),
	KUNIT_CASE(nmi_message_ends_when_it_is_taken),
	KUNIT_CASE(broadcast_gives_each_cpu_a_record),
	KUNIT_CASE(part_of_a_broadcast_that_is_not_taken_ends),
	KUNIT_CASE(target_that_is_faster_than_the_sender_ends_the_flow),
	KUNIT_CASE(late_message_that_is_taken_at_once_is_held_no_more),
	KUNIT_CASE(closed_cpu_is_named_as_what_it_waited_for),
	KUNIT_CASE(closed_cpu_is_named_for_the_pic_too),
	KUNIT_CASE(flow_whose_beginning_nobody_saw_gets_an_id),
	KUNIT_CASE(nothing_is_recorded_when_it_is_off),
	KUNIT_CASE(ids_are_unique_and_never_zero),
	{}
};

static struct kunit_suite observe_suite = {
	.name = "virqchip_observe",
	.init = observe_init,
	.exit = observe_exit,
	.test_cases = observe_cases,
};

kunit_test_suite(observe_suite);
