// SPDX-License-Identifier: GPL-2.0-only
/* The observer: what the recorder keeps, and how flows and chips are printed. */
#include <linux/err.h>

#include "debugfs_chips.h"
#include "observe_fixture.h"

#define LINE_SIZE	VQC_FLOW_LINE

/* ---- the recorder's memory ---- */

static void end_some(struct vqc_recorder *r, u64 first, unsigned int nr)
{
	u64 seq;

	for (seq = first; seq < first + nr; seq++)
		vqc_flow_start(r, seq, VQC_ORIGIN_LINE, 5, VQC_SOURCE_USER, 0);
}

static void reading_keeps_what_was_read(struct kunit *test)
{
	struct vqc_recorder *r = recorder_of(16);
	char *first, *second;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r);
	end_some(r, 1, 3);
	first = show(test, r);
	second = show(test, r);
	KUNIT_EXPECT_STREQ(test, first, second);
	KUNIT_EXPECT_EQ(test, count_text(first, "\n"), 1u + 3u);
	vqc_recorder_destroy(r);
}

static void newest_flows_are_kept_and_stand_last(struct kunit *test)
{
	struct vqc_recorder *r = recorder_of(16);
	struct vqc_flow flow = {};

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r);
	end_some(r, 1, 10);
	KUNIT_EXPECT_EQ(test, count_text(show(test, r), "\n"), 1u + 10u);
	end_some(r, 11, 10);
	KUNIT_EXPECT_EQ(test, count_text(show(test, r), "\n"), 1u + 16u);
	KUNIT_EXPECT_TRUE(test, vqc_recorder_last(r, &flow));
	KUNIT_EXPECT_EQ(test, flow.seq, 20ull);
	KUNIT_EXPECT_NULL(test, strstr(show(test, r), "\n        4 "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(show(test, r), "\n        5 "));
	vqc_recorder_destroy(r);
}

static struct vqc_ring_state state_of(struct vqc_recorder *r)
{
	struct vqc_ring_state state;

	vqc_recorder_state(r, &state);
	return state;
}

/* A ring holds whole pages, so that more may fit than was asked for. */
static void a_ring_that_stops_keeps_the_oldest(struct kunit *test)
{
	const struct vqc_ring_config config = { 16, false };
	struct vqc_recorder *r = vqc_recorder_create(&config, 1, NULL, NULL);
	struct vqc_ring_state state;
	struct vqc_flow flow = {};

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r);
	end_some(r, 1, 16);
	KUNIT_EXPECT_EQ(test, state_of(r).kept, 16ul);
	end_some(r, 17, 1000);
	state = state_of(r);
	KUNIT_EXPECT_FALSE(test, state.config.overwrite);
	KUNIT_EXPECT_EQ(test, state.lost, 0ul);
	KUNIT_EXPECT_GT(test, state.refused, 0ul);
	KUNIT_EXPECT_EQ(test, state.kept + state.refused, 1016ul);
	KUNIT_EXPECT_TRUE(test, vqc_recorder_last(r, &flow));
	KUNIT_EXPECT_EQ(test, flow.seq, 16ull);
	vqc_recorder_destroy(r);
}

static void a_ring_counts_what_it_overwrites(struct kunit *test)
{
	struct vqc_recorder *r = recorder_of(16);
	struct vqc_ring_state state;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r);
	end_some(r, 1, 1000);
	state = state_of(r);
	KUNIT_EXPECT_TRUE(test, state.config.overwrite);
	KUNIT_EXPECT_GE(test, state.kept, 16ul);
	KUNIT_EXPECT_GT(test, state.lost, 0ul);
	KUNIT_EXPECT_EQ(test, state.kept + state.lost, 1000ul);
	KUNIT_EXPECT_EQ(test, state.refused, 0ul);
	vqc_recorder_destroy(r);
}

static void a_ring_can_grow_and_shrink(struct kunit *test)
{
	const struct vqc_ring_config more = { 64, true }, less = { 20, true };
	struct vqc_recorder *r = recorder_of(16);
	struct vqc_flow flow = {};

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r);
	end_some(r, 1, 16);
	KUNIT_ASSERT_EQ(test, vqc_recorder_configure(r, &more), 0);
	end_some(r, 17, 16);
	KUNIT_EXPECT_EQ(test, count_text(show(test, r), "\n"), 1u + 32u);
	KUNIT_ASSERT_EQ(test, vqc_recorder_configure(r, &less), 0);
	KUNIT_EXPECT_EQ(test, state_of(r).kept, 20ul);
	KUNIT_EXPECT_NOT_NULL(test, strstr(show(test, r), "\n       13 "));
	KUNIT_EXPECT_NULL(test, strstr(show(test, r), "\n       12 "));
	end_some(r, 33, 1);
	KUNIT_EXPECT_TRUE(test, vqc_recorder_last(r, &flow));
	KUNIT_EXPECT_EQ(test, flow.seq, 33ull);
	vqc_recorder_destroy(r);
}

static void a_ring_that_was_cleared_is_empty(struct kunit *test)
{
	struct vqc_recorder *r = recorder_of(16);
	struct vqc_ring_state state;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r);
	end_some(r, 1, 1000);
	vqc_recorder_clear(r);
	state = state_of(r);
	KUNIT_EXPECT_EQ(test, state.kept, 0ul);
	KUNIT_EXPECT_EQ(test, state.lost, 0ul);
	end_some(r, 1001, 2);
	KUNIT_EXPECT_EQ(test, state_of(r).kept, 2ul);
	vqc_recorder_destroy(r);
}

static void count_end(void *owner, const struct vqc_flow *flow)
{
	u64 *sum = owner;

	*sum += flow->seq;
}

static void who_wants_to_know_is_told_of_each_end(struct kunit *test)
{
	const struct vqc_ring_config config = { 16, false };
	u64 sum = 0;
	struct vqc_recorder *r = vqc_recorder_create(&config, 1, count_end,
						     &sum);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r);
	end_some(r, 1, 1000);
	KUNIT_EXPECT_EQ(test, sum, 500500ull);
	vqc_recorder_destroy(r);
}

static void full_table_gives_up_its_oldest_flow(struct kunit *test)
{
	struct vqc_recorder *r = recorder_of(64);
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

/* On a host with 64 CPUs, one of which raises all lines of a machine. */
static void a_cpu_has_room_for_the_lines_of_a_machine(struct kunit *test)
{
	const struct vqc_ring_config config = { 64, true };
	struct vqc_recorder *r = vqc_recorder_create(&config, 64, NULL, NULL);
	struct vqc_flow flow = {};
	unsigned int i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, r);
	for (i = 0; i < VQC_NR_IOAPIC_PINS; i++)
		vqc_flow_start(r, 1 + 64 * i, VQC_ORIGIN_LINE, i,
			       VQC_SOURCE_USER, 1);
	KUNIT_EXPECT_FALSE(test, vqc_recorder_last(r, &flow));
	vqc_recorder_destroy(r);
}

static void open_flows_are_shown_after_the_ended_ones(struct kunit *test)
{
	struct vqc_recorder *r = recorder_of(16);
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
	{
		.desc = "late_and_made",
		.flow = {
			BLANK, .seq = 22, .vector = 0x31,
			.faults = VQC_FLOW_LATE | VQC_FLOW_MADE,
			.ns = { [VQC_STAGE_START] = 5000 },
		},
		.what = "       22       0.000005     - -     -        -   0x31     -          -",
		.times = "           -           -           -           -           -",
		.end = "open: on its way, late by a fault on purpose, made by a fault on purpose",
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

static struct kunit_case observe_show_cases[] = {
	KUNIT_CASE(reading_keeps_what_was_read),
	KUNIT_CASE(newest_flows_are_kept_and_stand_last),
	KUNIT_CASE(a_ring_that_stops_keeps_the_oldest),
	KUNIT_CASE(a_ring_counts_what_it_overwrites),
	KUNIT_CASE(a_ring_can_grow_and_shrink),
	KUNIT_CASE(a_ring_that_was_cleared_is_empty),
	KUNIT_CASE(who_wants_to_know_is_told_of_each_end),
	KUNIT_CASE(full_table_gives_up_its_oldest_flow),
	KUNIT_CASE(a_cpu_has_room_for_the_lines_of_a_machine),
	KUNIT_CASE(open_flows_are_shown_after_the_ended_ones),
	KUNIT_CASE_PARAM(flow_is_printed_as_a_line, format_gen_params),
	KUNIT_CASE(line_is_cut_at_the_end_of_its_buffer),
	KUNIT_CASE(columns_stand_under_their_names),
	KUNIT_CASE(registers_are_decoded),
	{}
};

static struct kunit_suite observe_show_suite = {
	.name = "virqchip_observe_show",
	.init = observe_init,
	.exit = observe_exit,
	.test_cases = observe_show_cases,
};

kunit_test_suite(observe_show_suite);
