// SPDX-License-Identifier: GPL-2.0-only
/* Histograms of how long interrupts take. */
#include "latency.h"
#include "observe_fixture.h"

#define GSI	10
#define VECTOR	0x39

static struct vqc_flow ended_flow(void)
{
	return (struct vqc_flow){
		.seq = 1,
		.gsi = GSI,
		.vector = VECTOR,
		.end = VQC_END_EOI,
		.ns = { 1000, 1100, 1500, 3000, 10000 },
	};
}

static char *show_latency(struct kunit *test, struct vqc_latency *lat)
{
	struct seq_file m = { .size = TEXT_SIZE };

	m.buf = kunit_kzalloc(test, TEXT_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	mutex_init(&m.lock);
	vqc_latency_show(lat, &m);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	return m.buf;
}

static struct vqc_latency *latency_of(struct kunit *test,
				      const struct vqc_flow *flow)
{
	struct vqc_latency *lat = vqc_latency_create();

	KUNIT_ASSERT_NOT_NULL(test, lat);
	vqc_latency_add(lat, flow);
	return lat;
}

static void each_span_is_counted_by_gsi_and_by_vector(struct kunit *test)
{
	struct vqc_flow flow = ended_flow();
	struct vqc_latency *lat = latency_of(test, &flow);
	char *text = show_latency(test, lat);

	expect_text(test, text, "by=gsi id=10 stage=to_irr count=1 sum_ns=500 max_ns=500 ");
	expect_text(test, text, "by=gsi id=10 stage=to_cpu count=1 sum_ns=1500 max_ns=1500 ");
	expect_text(test, text, "by=gsi id=10 stage=to_eoi count=1 sum_ns=7000 max_ns=7000 ");
	expect_text(test, text, "by=gsi id=10 stage=total count=1 sum_ns=9000 max_ns=9000 ");
	expect_text(test, text, "by=vector id=57 stage=total count=1 sum_ns=9000 ");
	vqc_latency_destroy(lat);
}

static void buckets_are_powers_of_two(struct kunit *test)
{
	static const u64 spans_ns[] = { 0, 1, 2, 3, 4, 1023, 1024, U64_MAX / 2 };
	struct vqc_latency *lat = vqc_latency_create();
	struct vqc_flow flow = ended_flow();
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, lat);
	for (i = 0; i < ARRAY_SIZE(spans_ns); i++) {
		flow.ns[VQC_STAGE_CPU] = 1000;
		flow.ns[VQC_STAGE_END] = 1000 + spans_ns[i];
		vqc_latency_add(lat, &flow);
	}
	/* Below 1, 2, 4, 4, 8, 1024 and 2048 nanoseconds, and all the rest. */
	expect_text(test, show_latency(test, lat),
		    "by=gsi id=10 stage=to_eoi count=8 sum_ns=9223372036854777864 max_ns=9223372036854775807 buckets=1,1,2,1,0,0,0,0,0,0,1,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1\n");
	vqc_latency_destroy(lat);
}

static void a_flow_without_an_apic_waits_for_the_cpu_from_its_line(struct kunit *test)
{
	struct vqc_flow flow = ended_flow();
	struct vqc_latency *lat;
	char *text;

	flow.ns[VQC_STAGE_IRR] = 0;
	lat = latency_of(test, &flow);
	text = show_latency(test, lat);
	expect_text(test, text, "by=gsi id=10 stage=to_cpu count=1 sum_ns=2000 ");
	KUNIT_EXPECT_NULL(test, strstr(text, "to_irr"));
	vqc_latency_destroy(lat);
}

static void what_was_not_seen_is_not_counted(struct kunit *test)
{
	struct vqc_flow flow = ended_flow();
	struct vqc_latency *lat;

	flow.ns[VQC_STAGE_START] = 0;
	flow.ns[VQC_STAGE_CHIP] = 0;
	flow.ns[VQC_STAGE_IRR] = 0;
	flow.ns[VQC_STAGE_CPU] = 0;
	lat = latency_of(test, &flow);
	KUNIT_EXPECT_STREQ(test, show_latency(test, lat), "");
	vqc_latency_destroy(lat);
}

static void only_an_eoi_ends_the_service(struct kunit *test)
{
	struct vqc_flow flow = ended_flow();
	struct vqc_latency *lat;
	char *text;

	flow.end = VQC_END_EVICTED;
	lat = latency_of(test, &flow);
	text = show_latency(test, lat);
	expect_text(test, text, "stage=to_cpu");
	KUNIT_EXPECT_NULL(test, strstr(text, "to_eoi"));
	KUNIT_EXPECT_NULL(test, strstr(text, "total"));
	vqc_latency_destroy(lat);
}

static void a_gsi_beyond_those_told_apart_counts_by_vector(struct kunit *test)
{
	struct vqc_flow flow = ended_flow();
	struct vqc_latency *lat;
	char *text;

	flow.gsi = VQC_LATENCY_GSIS;
	lat = latency_of(test, &flow);
	text = show_latency(test, lat);
	KUNIT_EXPECT_NULL(test, strstr(text, "by=gsi"));
	expect_text(test, text, "by=vector id=57 ");
	vqc_latency_destroy(lat);
}

static void an_interrupt_of_a_fabric_is_counted(struct kunit *test)
{
	struct observe_case *c = test->priv;
	char *text;

	rte_write(c, GSI, VECTOR);
	pulse(c, GSI);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	lapic_eoi(c->cpu[0]);
	text = show_latency(test, c->f->observer->latency);
	expect_text(test, text, "by=gsi id=10 stage=total count=1 ");
	expect_text(test, text, "by=vector id=57 stage=to_eoi count=1 ");
}

static struct kunit_case latency_cases[] = {
	KUNIT_CASE(each_span_is_counted_by_gsi_and_by_vector),
	KUNIT_CASE(buckets_are_powers_of_two),
	KUNIT_CASE(a_flow_without_an_apic_waits_for_the_cpu_from_its_line),
	KUNIT_CASE(what_was_not_seen_is_not_counted),
	KUNIT_CASE(only_an_eoi_ends_the_service),
	KUNIT_CASE(a_gsi_beyond_those_told_apart_counts_by_vector),
	KUNIT_CASE(an_interrupt_of_a_fabric_is_counted),
	{}
};

static struct kunit_suite latency_suite = {
	.name = "virqchip_latency",
	.init = observe_init,
	.exit = observe_exit,
	.test_cases = latency_cases,
};

kunit_test_suite(latency_suite);
