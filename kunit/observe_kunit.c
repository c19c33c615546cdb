// SPDX-License-Identifier: GPL-2.0-only
/* The observer: one flow id and one record per interrupt, and their print-out. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/preempt.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "debugfs_chips.h"
#include "fabric.h"
#include "flow.h"
#include "inject.h"
#include "observe.h"
#include "observer.h"

#define MSI_ADDRESS	0xfee00000ull
#define NR_CPUS_HERE	2
#define TEXT_SIZE	(64 * 1024)
#define LINE_SIZE	VQC_FLOW_LINE

struct observe_case {
	struct vqc_fabric *f;
	struct vqc_cpu *cpu[NR_CPUS_HERE];
	bool flows_before;
};

/* ---- a CPU that takes what it is given ---- */

/* What the back end answers; one case runs at a time. */
static enum vqc_why ready_answer;
/* A line that falls while it is asked, 0 for none. */
static u32 falling_gsi;

static enum vqc_why fake_ready(struct vqc_cpu *cpu)
{
	if (falling_gsi)
		vqc_set_irq(cpu->fabric, VQC_SOURCE_USER, falling_gsi, 0, true);
	return ready_answer;
}

static int fake_inject(struct vqc_cpu *cpu, u32 intr_info)
{
	return 0;
}

static int fake_nmi(struct vqc_cpu *cpu)
{
	return 0;
}

static void fake_window(struct vqc_cpu *cpu)
{
}

static void fake_kick(struct vqc_cpu *cpu)
{
	vqc_obs_kick(cpu);
}

static const struct vqc_inject_ops fake_ops = {
	.ready = fake_ready,
	.inject_irq = fake_inject,
	.inject_nmi = fake_nmi,
	.request_window = fake_window,
	.kick = fake_kick,
};

/* ---- what the guest does ---- */

static void outb_at(struct observe_case *c, unsigned int port, u8 val)
{
	vqc_bus_write(&c->f->pio, NULL, port, 1, &val);
}

/* ICW1..ICW4 of both chips: 0x20, 0x28, cascade on 2. */
static void pic_start(struct observe_case *c, u8 icw4)
{
	static const u8 words[][2] = {
		{ 0x20, 0x11 }, { 0x21, 0x20 }, { 0x21, 0x04 },
		{ 0xa0, 0x11 }, { 0xa1, 0x28 }, { 0xa1, 0x02 },
	};
	unsigned int i;

	for (i = 0; i < 3; i++)
		outb_at(c, words[i][0], words[i][1]);
	outb_at(c, 0x21, icw4);
	for (i = 3; i < 6; i++)
		outb_at(c, words[i][0], words[i][1]);
	outb_at(c, 0xa1, icw4);
	outb_at(c, 0x21, 0);
	outb_at(c, 0xa1, 0);
}

static void mmio_write(struct vqc_cpu *cpu, u64 gpa, u32 val)
{
	vqc_cpu_mmio_write(cpu, gpa, sizeof(val), &val);
}

static void lapic_write(struct vqc_cpu *cpu, unsigned int offset, u32 val)
{
	mmio_write(cpu, VQC_APICBASE_DEFAULT + offset, val);
}

static void lapic_start(struct vqc_cpu *cpu)
{
	lapic_write(cpu, VQC_LAPIC_SVR, VQC_SVR_ENABLE | 0xff);
}

static void lapic_eoi(struct vqc_cpu *cpu)
{
	lapic_write(cpu, VQC_LAPIC_EOI, 0);
}

static void rte_write(struct observe_case *c, unsigned int pin, u64 rte)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		mmio_write(c->cpu[0], VQC_IOAPIC_BASE + VQC_IOAPIC_REGSEL,
			   VQC_IOAPIC_REG_RTE0 + 2 * pin + 1 - i);
		mmio_write(c->cpu[0], VQC_IOAPIC_BASE + VQC_IOAPIC_WINDOW,
			   i ? rte : rte >> 32);
	}
}

static void pulse(struct observe_case *c, u32 gsi)
{
	vqc_set_irq(c->f, VQC_SOURCE_USER, gsi, 1, true);
	vqc_set_irq(c->f, VQC_SOURCE_USER, gsi, 0, true);
}

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

/* A seq_file of memory alone. */
static char *show(struct kunit *test, struct vqc_recorder *r)
{
	struct seq_file m = { .size = TEXT_SIZE };

	m.buf = kunit_kzalloc(test, TEXT_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	mutex_init(&m.lock);
	vqc_recorder_show(r, &m);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	return m.buf;
}

/* ---- flows ---- */

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
	falling_gsi = 10;
	KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[0]), 0);
	falling_gsi = 0;

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
	vqc_inject_pending(c->cpu[0]);
	lapic_eoi(c->cpu[0]);
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
	vqc_inject_pending(c->cpu[0]);
	lapic_eoi(c->cpu[0]);
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
	KUNIT_EXPECT_NULL(test, strstr(show(test, c->f->observer->recorder),
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
		vqc_inject_pending(c->cpu[0]);
		lapic_eoi(c->cpu[0]);
		KUNIT_EXPECT_EQ(test, last_flow(test).end, VQC_END_EOI);
		KUNIT_EXPECT_EQ(test, last_flow(test).merged, 0u);
	}
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
	vqc_inject_pending(c->cpu[0]);
	lapic_eoi(c->cpu[0]);
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
	vqc_inject_pending(c->cpu[0]);
	lapic_eoi(c->cpu[0]);

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
	vqc_inject_pending(c->cpu[0]);
	lapic_eoi(c->cpu[0]);

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

static void closed_cpu_is_named_as_what_it_waited_for(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	ready_answer = VQC_WHY_CPU_IF;
	vqc_send_msi(c->f, MSI_ADDRESS, 0x51);
	KUNIT_EXPECT_EQ(test, vqc_inject_pending(c->cpu[0]), 0);
	ready_answer = VQC_WHY_DELIVERED;
	vqc_inject_pending(c->cpu[0]);
	lapic_eoi(c->cpu[0]);

	flow = last_flow(test);
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_EOI);
	KUNIT_EXPECT_EQ(test, flow.hold, VQC_WHY_CPU_IF);
}

static void closed_cpu_is_named_for_the_pic_too(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_flow flow;

	pic_start(c, 0x01);
	ready_answer = VQC_WHY_CPU_BUSY;
	pulse(c, 3);
	vqc_inject_pending(c->cpu[0]);
	ready_answer = VQC_WHY_DELIVERED;
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
	vqc_inject_pending(c->cpu[0]);
	lapic_eoi(c->cpu[0]);

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
	vqc_inject_pending(c->cpu[0]);
	lapic_eoi(c->cpu[0]);
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
		KUNIT_EXPECT_EQ(test, (seq - 1) % nr_cpu_ids,
				(u64)smp_processor_id());
		last = seq;
	}
	migrate_enable();
}

static void expect_text(struct kunit *test, const char *text, const char *part)
{
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, part), "no \"%s\" in:\n%s",
				  part, text);
}

/* ---- the recorder's memory ---- */

static void end_some(struct vqc_recorder *r, u64 first, unsigned int nr)
{
	u64 seq;

	for (seq = first; seq < first + nr; seq++)
		vqc_flow_start(r, seq, VQC_ORIGIN_LINE, 5, VQC_SOURCE_USER, 0);
}

static unsigned int count_lines(const char *text)
{
	unsigned int nr = 0;

	for (; *text; text++)
		nr += *text == '\n';
	return nr;
}

static void reading_keeps_what_was_read(struct kunit *test)
{
	struct vqc_recorder *r = vqc_recorder_create(16);
	char *first, *second;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r);
	end_some(r, 1, 3);
	first = show(test, r);
	second = show(test, r);
	KUNIT_EXPECT_STREQ(test, first, second);
	KUNIT_EXPECT_EQ(test, count_lines(first), 1u + 3u);
	vqc_recorder_destroy(r);
}

static void newest_flows_are_kept_and_stand_last(struct kunit *test)
{
	struct vqc_recorder *r = vqc_recorder_create(16);
	struct vqc_flow flow = {};

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r);
	end_some(r, 1, 10);
	KUNIT_EXPECT_EQ(test, count_lines(show(test, r)), 1u + 10u);
	end_some(r, 11, 10);
	KUNIT_EXPECT_EQ(test, count_lines(show(test, r)), 1u + 16u);
	KUNIT_EXPECT_TRUE(test, vqc_recorder_last(r, &flow));
	KUNIT_EXPECT_EQ(test, flow.seq, 20ull);
	KUNIT_EXPECT_NULL(test, strstr(show(test, r), "\n        4 "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(show(test, r), "\n        5 "));
	vqc_recorder_destroy(r);
}

static void full_table_gives_up_its_oldest_flow(struct kunit *test)
{
	struct vqc_recorder *r = vqc_recorder_create(64);
	struct vqc_flow flow = {};
	u64 seq = 0;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r);
	while (seq < 100000 && !vqc_recorder_last(r, &flow)) {
		seq++;
		vqc_flow_start(r, seq, VQC_ORIGIN_LINE, 5, VQC_SOURCE_USER, 1);
	}
	KUNIT_EXPECT_EQ(test, flow.end, VQC_END_EVICTED);
	KUNIT_EXPECT_EQ(test, flow.seq, 1ull);
	vqc_recorder_destroy(r);
}

static void open_flows_are_shown_after_the_ended_ones(struct kunit *test)
{
	struct vqc_recorder *r = vqc_recorder_create(16);
	char *text;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r);
	vqc_flow_start(r, 1, VQC_ORIGIN_LINE, 5, VQC_SOURCE_USER, 1);
	vqc_flow_pin(r, 1, VQC_CHIP_PIC, 5, VQC_WHY_PIC_MASKED, 0);
	end_some(r, 2, 1);
	text = show(test, r);
	expect_text(test, text, "open: on its way: masked by the PIC's IMR\n");
	KUNIT_EXPECT_TRUE(test, strstr(text, "open: ") >
				strstr(text, "dropped: "));
	vqc_recorder_destroy(r);
}

/* ---- the line for people ---- */

struct format_case {
	const char *desc;
	struct vqc_flow flow;
	const char *what;
	const char *times;
	const char *end;
};

#define BLANK	.gsi = VQC_NO_GSI, .apic_id = U32_MAX, .pin = VQC_NO_PIN, \
		.chip = VQC_NR_CHIPS, .cpu = VQC_NO_CPU

static const struct format_case format_cases[] = {
	{
		.desc = "pic_to_eoi",
		.flow = {
			.seq = 17, .gsi = 10, .origin = VQC_ORIGIN_LINE,
			.source = VQC_SOURCE_PULSE, .chip = VQC_CHIP_PIC,
			.pin = 10, .vector = 0x2a, .apic_id = 0,
			.word = 0x8000002a, .end = VQC_END_EOI,
			.ns = {
				[VQC_STAGE_START] = 12345678901ull,
				[VQC_STAGE_CHIP] = 12345679401ull,
				[VQC_STAGE_CPU] = 12345689401ull,
				[VQC_STAGE_END] = 12346689401ull,
			},
		},
		.what = "       17      12.345678    10 pulse pic     10   0x2a     0 0x8000002a",
		.times = "       0.500           -      10.000    1000.000    1010.500",
		.end = "eoi",
	},
	{
		.desc = "dropped",
		.flow = {
			.seq = 18, .gsi = 4, .origin = VQC_ORIGIN_LINE,
			.chip = VQC_CHIP_PIC, .pin = 4, .apic_id = U32_MAX,
			.end = VQC_END_DROPPED, .nr_whys = 2,
			.why = { VQC_WHY_PIC_INIT, VQC_WHY_IOAPIC_MASKED },
			.ns = {
				[VQC_STAGE_START] = 1000,
				[VQC_STAGE_CHIP] = 2000,
				[VQC_STAGE_END] = 3001,
			},
		},
		.what = "       18       0.000001     4 user  pic      4      -     -          -",
		.times = "       1.000           -           -           -       2.001",
		.end = "dropped: the PIC is not initialised; RTE masked: edge ignored",
	},
	{
		.desc = "merged",
		.flow = {
			BLANK, .seq = 19, .origin = VQC_ORIGIN_MSI,
			.vector = 0x51, .end = VQC_END_MERGED, .into = 7,
			.ns = {
				[VQC_STAGE_START] = 1000,
				[VQC_STAGE_END] = 1000,
			},
		},
		.what = "       19       0.000001     - msi   -        -   0x51     -          -",
		.times = "           -           -           -           -       0.000",
		.end = "merged into 7",
	},
	{
		.desc = "waited_and_merged_others",
		.flow = {
			BLANK, .seq = 20, .origin = VQC_ORIGIN_TIMER,
			.chip = VQC_CHIP_LAPIC, .apic_id = 3, .vector = 0xec,
			.word = 0x800000ec, .end = VQC_END_EOI, .merged = 2,
			.hold = VQC_WHY_CPU_IF,
			.ns = {
				[VQC_STAGE_START] = 1000,
				[VQC_STAGE_IRR] = 1000,
				[VQC_STAGE_CPU] = 1500,
				[VQC_STAGE_END] = 1750,
			},
		},
		.what = "       20       0.000001     - timer lapic    -   0xec     3 0x800000ec",
		.times = "           -       0.000       0.500       0.250       0.750",
		.end = "eoi, waited: CPU has interrupts disabled (IF=0), 2 merged into it",
	},
	{
		.desc = "in_service",
		.flow = {
			BLANK, .seq = 21, .vector = 0x31, .word = 0x80000031,
			.apic_id = 1, .chip = VQC_CHIP_LAPIC,
			.ns = { [VQC_STAGE_CPU] = 5000 },
		},
		.what = "       21       0.000005     - -     lapic    -   0x31     1 0x80000031",
		.times = "           -           -           -           -           -",
		.end = "open: in service, no EOI yet",
	},
};

static void format_case_desc(const struct format_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(format, format_cases, format_case_desc);

static const char *whole_line(struct kunit *test, const struct format_case *c)
{
	char *line = kunit_kzalloc(test, LINE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, line);
	snprintf(line, LINE_SIZE, "%s%s  %s", c->what, c->times, c->end);
	return line;
}

static void flow_is_printed_as_a_line(struct kunit *test)
{
	const struct format_case *c = test->param_value;
	char line[LINE_SIZE];
	int len = vqc_flow_format(&c->flow, line, sizeof(line));

	KUNIT_EXPECT_STREQ(test, line, whole_line(test, c));
	KUNIT_EXPECT_EQ(test, len, (int)strlen(line));
}

static void line_is_cut_at_the_end_of_its_buffer(struct kunit *test)
{
	const struct format_case *c = &format_cases[1];
	const char *whole = whole_line(test, c);
	char line[64];
	unsigned int size;

	for (size = 1; size <= sizeof(line); size++) {
		memset(line, 'x', sizeof(line));
		vqc_flow_format(&c->flow, line, size);
		KUNIT_EXPECT_EQ(test, strlen(line), (size_t)size - 1);
		KUNIT_EXPECT_EQ(test, strncmp(line, whole, size - 1), 0);
	}
}

static void columns_stand_under_their_names(struct kunit *test)
{
	struct seq_file m = { .size = TEXT_SIZE };
	const char *line = whole_line(test, &format_cases[0]);

	m.buf = kunit_kzalloc(test, TEXT_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	vqc_flow_header(&m);
	KUNIT_EXPECT_EQ(test, m.buf[0], '#');
	KUNIT_EXPECT_EQ(test, strstr(m.buf, "end") - m.buf,
			strstr(line, "eoi") - line);
	KUNIT_EXPECT_EQ(test, strstr(m.buf, "gsi") - m.buf + 3,
			strstr(line, " pulse") - line);
	KUNIT_EXPECT_EQ(test, strstr(m.buf, "word") - m.buf + 4,
			strstr(line, "2a       0.500") - line + 2);
}

/* ---- registers ---- */

static void registers_are_decoded(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_clock clock = {};
	struct seq_file m = { .size = TEXT_SIZE };

	m.buf = kunit_kzalloc(test, TEXT_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	pic_start(c, 0x01);
	outb_at(c, 0x21, 0x10);
	pulse(c, 4);
	rte_write(c, 16, 0x31 | VQC_RTE_LEVEL);
	vqc_send_msi(c->f, MSI_ADDRESS, 0x51);
	vqc_send_msi(c->f, MSI_ADDRESS, 0x52);

	vqc_dump_pic(&m, &c->f->pic);
	expect_text(test, m.buf, "pin=4  vector=0x24 trigger=edge ");
	expect_text(test, m.buf, "request=1 masked=1 in_service=0 waits=\"masked by ");
	vqc_dump_ioapic(&m, &c->f->ioapic);
	expect_text(test, m.buf, "pin=16 rte=0x0000000000008031 vector=0x31 mode=fixed ");
	expect_text(test, m.buf, "trigger=level polarity=high masked=0 line=0 ");
	vqc_dump_lapic(&m, &c->cpu[0]->lapic, &clock);
	expect_text(test, m.buf, "\nirr=0x51,0x52\nisr=none\n");
	expect_text(test, m.buf, "\nSVR=0x000001ff\n");
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
}

/* ---- the suite ---- */

static int observe_add_cpu(struct kunit *test, unsigned int i)
{
	struct observe_case *c = test->priv;
	int ret;

	c->cpu[i] = kunit_kzalloc(test, sizeof(*c->cpu[i]), GFP_KERNEL);
	if (!c->cpu[i])
		return -ENOMEM;
	ret = vqc_fabric_add_cpu(c->f, c->cpu[i], i, i == 0, &fake_ops);
	if (!ret)
		lapic_start(c->cpu[i]);
	return ret;
}

static int observe_init(struct kunit *test)
{
	static const struct vqc_fabric_config config = {
		.name = "kunit-observe",
		.lapic_cfg = VQC_LAPIC_CFG_LINT0_EXTINT,
		.ioapic_version = VQC_IOAPIC_VER_82093AA,
	};
	struct observe_case *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	unsigned int i;
	int ret;

	if (!c)
		return -ENOMEM;
	ready_answer = VQC_WHY_DELIVERED;
	c->flows_before = vqc_flows_on();
	ret = vqc_flows_switch(true);
	if (ret == -EOPNOTSUPP)
		kunit_skip(test, "a kernel without CONFIG_RING_BUFFER");
	if (ret)
		return ret;
	c->f = vqc_fabric_create(&config);
	if (IS_ERR(c->f))
		return PTR_ERR(c->f);
	test->priv = c;
	for (i = 0; i < NR_CPUS_HERE && !ret; i++)
		ret = observe_add_cpu(test, i);
	return ret;
}

static void observe_exit(struct kunit *test)
{
	struct observe_case *c = test->priv;

	if (!c)
		return;
	vqc_fabric_quiesce(c->f);
	vqc_fabric_put(c->f);
	vqc_flows_switch(c->flows_before);
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
	KUNIT_CASE(gsi_without_route_is_dropped),
	KUNIT_CASE(held_level_waits_until_it_is_unmasked),
	KUNIT_CASE(level_still_high_after_eoi_begins_again),
	KUNIT_CASE(msi_is_one_flow),
	KUNIT_CASE(msi_to_nobody_is_dropped),
	KUNIT_CASE(message_that_no_cpu_takes_stays_with_its_pin),
	KUNIT_CASE(nmi_message_ends_when_it_is_taken),
	KUNIT_CASE(broadcast_gives_each_cpu_a_record),
	KUNIT_CASE(closed_cpu_is_named_as_what_it_waited_for),
	KUNIT_CASE(closed_cpu_is_named_for_the_pic_too),
	KUNIT_CASE(flow_whose_beginning_nobody_saw_gets_an_id),
	KUNIT_CASE(nothing_is_recorded_when_it_is_off),
	KUNIT_CASE(ids_are_unique_and_never_zero),
	KUNIT_CASE(reading_keeps_what_was_read),
	KUNIT_CASE(newest_flows_are_kept_and_stand_last),
	KUNIT_CASE(full_table_gives_up_its_oldest_flow),
	KUNIT_CASE(open_flows_are_shown_after_the_ended_ones),
	KUNIT_CASE_PARAM(flow_is_printed_as_a_line, format_gen_params),
	KUNIT_CASE(line_is_cut_at_the_end_of_its_buffer),
	KUNIT_CASE(columns_stand_under_their_names),
	KUNIT_CASE(registers_are_decoded),
	{}
};

static struct kunit_suite observe_suite = {
	.name = "virqchip_observe",
	.init = observe_init,
	.exit = observe_exit,
	.test_cases = observe_cases,
};

kunit_test_suite(observe_suite);
