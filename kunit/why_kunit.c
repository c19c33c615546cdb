// SPDX-License-Identifier: GPL-2.0-only
/* Why nothing comes: one case for each cause. */
#include <linux/err.h>
#include <linux/jiffies.h>

#include "observe_fixture.h"
#include "why.h"

#define GSI		10
#define VECTOR		0x39
#define RTE_EDGE	VECTOR
#define RTE_LEVEL	(VECTOR | VQC_RTE_LEVEL)
#define LVT_EXTINT	(VQC_DM_EXTINT << 8)

/* ---- questions ---- */

static struct vqc_answer *ask(struct kunit *test)
{
	struct vqc_answer *answer = kunit_kzalloc(test, sizeof(*answer),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, answer);
	return answer;
}

/* All links before the one that holds let it through, and none follows it. */
static void check_chain(struct kunit *test, const struct vqc_chain *chain)
{
	unsigned int i;

	KUNIT_ASSERT_GT(test, chain->nr, 0u);
	KUNIT_ASSERT_LE(test, chain->nr, VQC_CHAIN_LINKS);
	KUNIT_EXPECT_LT(test, chain->held, (int)chain->nr);
	for (i = 0; i < chain->nr; i++) {
		const struct vqc_link *link = &chain->link[i];

		if (chain->held < 0 || i < chain->held)
			KUNIT_EXPECT_EQ(test, link->why, VQC_WHY_DELIVERED);
		if (i == chain->held)
			KUNIT_EXPECT_NE(test, link->why, VQC_WHY_DELIVERED);
		/* What was cut off is not said to be cut off. */
		KUNIT_EXPECT_LT(test, strlen(link->text),
				sizeof(link->text) - 1);
		KUNIT_EXPECT_LT(test, strlen(link->reg), sizeof(link->reg) - 1);
		KUNIT_EXPECT_NULL(test, strchr(link->text, '"'));
	}
}

static void expect_answer(struct kunit *test, const struct vqc_answer *answer,
			  enum vqc_why why, const char *text, const char *reg)
{
	const struct vqc_chain *best = &answer->chain[answer->best];
	const struct vqc_link *link;
	unsigned int i;

	for (i = 0; i < answer->nr; i++)
		check_chain(test, &answer->chain[i]);
	link = &best->link[best->held < 0 ? best->nr - 1 : best->held];
	KUNIT_EXPECT_STREQ(test, vqc_why_name(vqc_why_verdict(best)),
			   vqc_why_name(why));
	expect_text(test, link->text, text);
	expect_text(test, link->reg, reg);
}

/* @text and @reg are parts of what the deciding link says. */
static void expect_gsi(struct kunit *test, u32 gsi, enum vqc_why why,
		       const char *text, const char *reg)
{
	struct observe_case *c = test->priv;
	struct vqc_answer *answer = ask(test);

	vqc_why_gsi(c->f, gsi, answer);
	expect_answer(test, answer, why, text, reg);
}

static void expect_vector(struct kunit *test, unsigned int cpu, u8 vector,
			  enum vqc_why why, const char *text, const char *reg)
{
	struct observe_case *c = test->priv;
	struct vqc_answer *answer = ask(test);

	KUNIT_ASSERT_EQ(test, vqc_why_vector(c->f, cpu, vector, answer), 0);
	expect_answer(test, answer, why, text, reg);
}

static void set_line(struct observe_case *c, u32 gsi, int level)
{
	vqc_set_irq(c->f, VQC_SOURCE_USER, gsi, level, true);
}

static u64 rte_to(unsigned int apic_id, u64 rte)
{
	return rte | FIELD_PREP(VQC_RTE_DEST, (u64)apic_id);
}

static void send_vector(struct observe_case *c, u8 vector)
{
	vqc_send_msi(c->f, MSI_ADDRESS, vector);
}

/* ---- line and route ---- */

static void a_line_that_is_low_is_said_to_be(struct kunit *test)
{
	struct observe_case *c = test->priv;

	rte_write(c, GSI, RTE_EDGE);
	expect_gsi(test, GSI, VQC_WHY_LINE_LOW, "not asserted", "sources=0x0");
}

static void a_gsi_without_route_is_said_to_be(struct kunit *test)
{
	expect_gsi(test, 100, VQC_WHY_NOT_ROUTED, "no entry for GSI 100", "");
	expect_gsi(test, U32_MAX, VQC_WHY_NOT_ROUTED, "no entry", "");
}

static void an_edge_that_was_taken_needs_a_fall(struct kunit *test)
{
	struct observe_case *c = test->priv;

	rte_write(c, GSI, RTE_EDGE);
	set_line(c, GSI, 1);
	serve(c->cpu[0]);
	expect_gsi(test, GSI, VQC_WHY_EDGE_TAKEN, "has to fall", "RTE[10]=0x");
}

static void the_source_of_a_line_is_named(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_answer *answer = ask(test);

	rte_write(c, GSI, RTE_LEVEL);
	vqc_set_irq(c->f, VQC_SOURCE_IRQFD, GSI, 1, true);
	vqc_set_irq(c->f, VQC_SOURCE_PULSE, GSI, 1, true);
	vqc_why_gsi(c->f, GSI, answer);
	expect_text(test, answer->chain[0].link[0].text,
		    "asserted by an irqfd and others");
	expect_text(test, answer->chain[0].link[0].reg, "sources=0xa");
}

/* ---- the PIC ---- */

static void a_masked_pin_of_the_pic_names_the_mask(struct kunit *test)
{
	struct observe_case *c = test->priv;

	pic_start(c, 1);
	outb_at(c, 0x21, 0x20);
	set_line(c, 5, 1);
	expect_gsi(test, 5, VQC_WHY_PIC_MASKED, "IR5 of the PIC's master is masked",
		   "master.IMR=0x20");
}

static void a_masked_cascade_holds_the_slave(struct kunit *test)
{
	struct observe_case *c = test->priv;

	pic_start(c, 1);
	outb_at(c, 0x21, 0x04);
	set_line(c, GSI, 1);
	expect_gsi(test, GSI, VQC_WHY_PIC_MASKED,
		   "IR2 of the PIC's master, where the slave comes in, is masked",
		   "master.IMR=0x04");
}

static void a_pic_that_serves_another_names_it(struct kunit *test)
{
	struct observe_case *c = test->priv;

	pic_start(c, 1);
	set_line(c, 3, 1);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	set_line(c, 5, 1);
	expect_gsi(test, 5, VQC_WHY_PIC_IN_SERVICE,
		   "IR3 of the PIC's master is in service", "master.ISR=0x08");
	/* The slave's too are behind the master's IR1. */
	outb_at(c, 0x20, 0x63);
	set_line(c, 1, 1);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	set_line(c, GSI, 1);
	expect_gsi(test, GSI, VQC_WHY_PIC_IN_SERVICE,
		   "IR1 of the PIC's master is in service", "master.ISR=0x02");
}

static void a_slave_that_serves_another_names_it(struct kunit *test)
{
	struct observe_case *c = test->priv;

	pic_start(c, 1);
	set_line(c, 9, 1);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	set_line(c, GSI, 1);
	expect_gsi(test, GSI, VQC_WHY_PIC_IN_SERVICE,
		   "IR1 of the PIC's slave is in service", "slave.ISR=0x02");
	set_line(c, 4, 1);
	expect_gsi(test, 4, VQC_WHY_PIC_IN_SERVICE,
		   "IR2 of the PIC's master is in service for 0.", "");
}

static void a_pic_that_was_not_initialised_says_so(struct kunit *test)
{
	struct observe_case *c = test->priv;

	set_line(c, 5, 1);
	expect_gsi(test, 5, VQC_WHY_PIC_INIT, "master is not initialised",
		   "master.ICW1=0x00");
}

static void a_pic_that_no_cpu_lets_in_is_gated(struct kunit *test)
{
	struct observe_case *c = test->priv;
	unsigned int i;

	pic_start(c, 1);
	for (i = 0; i < NR_CPUS_HERE; i++)
		lapic_write(c->cpu[i], VQC_LAPIC_LVT_LINT0,
			    VQC_LVT_MASKED | LVT_EXTINT);
	set_line(c, 5, 1);
	expect_gsi(test, 5, VQC_WHY_PIC_GATED, "LINT0 of no CPU lets it in",
		   "LVT_LINT0=0x00010700");
}

static void a_pin_of_the_pic_in_service_waits_for_its_eoi(struct kunit *test)
{
	struct observe_case *c = test->priv;

	pic_start(c, 1);
	pulse(c, GSI);
	set_line(c, GSI, 1);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	set_line(c, GSI, 0);
	expect_gsi(test, GSI, VQC_WHY_IN_SERVICE,
		   "vector 0x2a, and is in service: no EOI yet",
		   "slave.ISR=0x04");
}

static void an_edge_of_the_pic_that_was_taken_needs_a_fall(struct kunit *test)
{
	struct observe_case *c = test->priv;

	pic_start(c, 1);
	set_line(c, 5, 1);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	outb_at(c, 0x20, 0x20);
	expect_gsi(test, 5, VQC_WHY_EDGE_TAKEN, "pin 5 of the PIC is an edge",
		   "master.IRR=0x00");
}

/* ---- the IOAPIC ---- */

static void a_masked_edge_names_the_entry(struct kunit *test)
{
	struct observe_case *c = test->priv;

	rte_write(c, 4, RTE_EDGE);
	rte_write(c, GSI, RTE_EDGE | VQC_RTE_MASKED);
	set_line(c, GSI, 1);
	expect_gsi(test, GSI, VQC_WHY_IOAPIC_MASKED, "RTE masked: edge ignored",
		   "RTE[10]=0x0000000000010039");
}

static void a_masked_level_is_held(struct kunit *test)
{
	struct observe_case *c = test->priv;

	rte_write(c, 4, RTE_EDGE);
	rte_write(c, GSI, RTE_LEVEL | VQC_RTE_MASKED);
	set_line(c, GSI, 1);
	expect_gsi(test, GSI, VQC_WHY_IOAPIC_HELD, "level held", "RTE[10]=0x");
}

static void a_reserved_mode_is_named(struct kunit *test)
{
	struct observe_case *c = test->priv;

	rte_write(c, GSI, RTE_LEVEL | FIELD_PREP(VQC_RTE_MODE, 3ull));
	set_line(c, GSI, 1);
	expect_gsi(test, GSI, VQC_WHY_IOAPIC_MODE, "reserved delivery mode",
		   "RTE[10]=0x");
}

static void remote_irr_names_who_owes_the_eoi(struct kunit *test)
{
	struct observe_case *c = test->priv;

	rte_write(c, GSI, rte_to(1, RTE_LEVEL));
	set_line(c, GSI, 1);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[1]), 1);
	expect_gsi(test, GSI, VQC_WHY_IOAPIC_REMOTE_IRR,
		   "CPU 1 took vector 0x39", "RTE[10]=0x010000000000c039");
	set_line(c, GSI, 0);
	expect_gsi(test, GSI, VQC_WHY_IOAPIC_REMOTE_IRR, "owes the EOI",
		   "RTE[10]=0x");
}

static void remote_irr_without_an_owner_can_not_end(struct kunit *test)
{
	struct observe_case *c = test->priv;
	VQC_DEFINE_FX(fx);

	rte_write(c, GSI, RTE_LEVEL);
	set_line(c, GSI, 1);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	vqc_lapic_init(&c->cpu[0]->lapic, &fx);
	expect_gsi(test, GSI, VQC_WHY_IOAPIC_ORPHAN,
		   "no CPU that it was sent to has vector 0x39", "RTE[10]=0x");
}

static void a_storm_is_named(struct kunit *test)
{
	struct observe_case *c = test->priv;
	unsigned int n;

	rte_write(c, GSI, RTE_LEVEL);
	set_line(c, GSI, 1);
	for (n = 0; n < 20000 && !c->f->ioapic.deferred; n++)
		serve(c->cpu[0]);
	/* The pause is short: the answer is about a copy that stands still. */
	hrtimer_cancel(&c->f->ioapic_timer);
	if (c->f->ioapic.deferred)
		expect_gsi(test, GSI, VQC_WHY_IOAPIC_STORM, "EOI storm",
			   "deferred=0x000400");
	KUNIT_EXPECT_NE(test, c->f->ioapic.deferred, 0u);
}

static void a_destination_that_is_nobody_is_named(struct kunit *test)
{
	struct observe_case *c = test->priv;

	rte_write(c, GSI, rte_to(5, RTE_LEVEL));
	set_line(c, GSI, 1);
	expect_gsi(test, GSI, VQC_WHY_NO_DEST,
		   "no CPU answers to the destination 0x05 (physical)",
		   "dest=0x05");
}

/* ---- messages ---- */

static void a_message_route_is_followed_to_its_cpu(struct kunit *test)
{
	const struct vqc_route route = {
		.gsi = 50, .kind = VQC_ROUTE_MSI, .msi_address = MSI_ADDRESS,
		.msi_data = VECTOR,
	};
	struct observe_case *c = test->priv;

	KUNIT_ASSERT_EQ(test, vqc_fabric_set_routes(c->f, &route, 1), 0);
	expect_gsi(test, 50, VQC_WHY_AT_REST,
		   "vector 0x39 is not pending at CPU 0", "IRR[0x39]=0");
	set_line(c, 50, 1);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	expect_gsi(test, 50, VQC_WHY_IN_SERVICE, "CPU 0 took vector 0x39",
		   "ISR[0x39]=1");
}

/* Logical, to both: the second has it. */
static void a_message_to_several_is_followed_to_who_has_it(struct kunit *test)
{
	const struct vqc_route route = {
		.gsi = 50, .kind = VQC_ROUTE_MSI,
		.msi_address = MSI_ADDRESS | 3 << 12 | 1 << 2,
		.msi_data = VECTOR,
	};
	struct observe_case *c = test->priv;
	unsigned int i;

	for (i = 0; i < NR_CPUS_HERE; i++)
		lapic_write(c->cpu[i], VQC_LAPIC_LDR, 1u << (24 + i));
	KUNIT_ASSERT_EQ(test, vqc_fabric_set_routes(c->f, &route, 1), 0);
	vqc_send_msi(c->f, MSI_ADDRESS | 1 << 12, VECTOR);
	expect_gsi(test, 50, VQC_WHY_CPU_NO_SIPI, "CPU 1 waits", "");
}

static void a_vector_of_another_cpu_owes_nothing(struct kunit *test)
{
	struct observe_case *c = test->priv;
	VQC_DEFINE_FX(fx);

	rte_write(c, GSI, rte_to(1, RTE_LEVEL));
	set_line(c, GSI, 1);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[1]), 1);
	vqc_lapic_init(&c->cpu[1]->lapic, &fx);
	send_vector(c, VECTOR);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	expect_gsi(test, GSI, VQC_WHY_IOAPIC_ORPHAN, "its EOI cannot come",
		   "RTE[10]=0x");
}

static void what_was_not_seen_to_begin_has_no_time(struct kunit *test)
{
	struct observe_case *c = test->priv;

	send_vector(c, VECTOR);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	c->cpu[0]->isr_since[VECTOR] = 0;
	expect_vector(test, 0, VECTOR, VQC_WHY_IN_SERVICE,
		      "took vector 0x39 ? s ago", "");
}

/* ---- the local APIC ---- */

static void an_apic_disabled_by_software_is_named(struct kunit *test)
{
	struct observe_case *c = test->priv;

	lapic_write(c->cpu[0], VQC_LAPIC_SVR, 0xff);
	rte_write(c, GSI, RTE_LEVEL);
	set_line(c, GSI, 1);
	expect_gsi(test, GSI, VQC_WHY_APIC_SW_OFF, "disabled by software",
		   "SVR=0x000000ff");
}

static void an_apic_disabled_globally_is_named(struct kunit *test)
{
	struct observe_case *c = test->priv;

	c->cpu[0]->lapic.base &= ~VQC_APICBASE_ENABLE;
	expect_vector(test, 0, VECTOR, VQC_WHY_APIC_HW_OFF, "disabled globally",
		      "IA32_APIC_BASE=0xfee00100");
}

static void tpr_that_holds_a_vector_is_named(struct kunit *test)
{
	struct observe_case *c = test->priv;

	lapic_write(c->cpu[0], VQC_LAPIC_TPR, 0x50);
	send_vector(c, VECTOR);
	expect_vector(test, 0, VECTOR, VQC_WHY_BELOW_PPR,
		      "the guest's TPR lets only vectors from 0x60 on through",
		      "PPR=0x50 TPR=0x50");
	lapic_write(c->cpu[0], VQC_LAPIC_TPR, 0xff);
	expect_vector(test, 0, VECTOR, VQC_WHY_BELOW_PPR,
		      "the guest's TPR lets no vector through", "TPR=0xff");
}

static void isr_that_holds_a_vector_is_named(struct kunit *test)
{
	struct observe_case *c = test->priv;

	send_vector(c, 0x51);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	send_vector(c, VECTOR);
	expect_vector(test, 0, VECTOR, VQC_WHY_BELOW_PPR,
		      "behind vector 0x51, in service", "PPR=0x50 TPR=0x00 ISR=0x51");
}

static void a_line_held_at_the_apic_is_followed_there(struct kunit *test)
{
	struct observe_case *c = test->priv;

	lapic_write(c->cpu[0], VQC_LAPIC_TPR, 0x50);
	rte_write(c, GSI, RTE_LEVEL);
	set_line(c, GSI, 1);
	expect_gsi(test, GSI, VQC_WHY_BELOW_PPR, "the guest's TPR", "PPR=0x50");
}

static void a_vector_behind_another_names_it(struct kunit *test)
{
	struct observe_case *c = test->priv;

	send_vector(c, VECTOR);
	send_vector(c, 0x61);
	expect_vector(test, 0, VECTOR, VQC_WHY_BEHIND,
		      "CPU 0 takes vector 0x61 first", "");
	expect_vector(test, 0, 0x61, VQC_WHY_DELIVERED, "CPU 0 is told", "");
}

static void a_vector_in_service_waits_for_its_eoi(struct kunit *test)
{
	struct observe_case *c = test->priv;

	send_vector(c, VECTOR);
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	expect_vector(test, 0, VECTOR, VQC_WHY_IN_SERVICE,
		      "CPU 0 took vector 0x39", "ISR[0x39]=1");
	lapic_eoi(c->cpu[0]);
	expect_vector(test, 0, VECTOR, VQC_WHY_AT_REST, "is not pending", "");
}

/* ---- timers ---- */

static void a_masked_lvt_entry_is_named(struct kunit *test)
{
	struct observe_case *c = test->priv;

	lapic_write(c->cpu[0], VQC_LAPIC_LVT_TIMER, VQC_LVT_MASKED | 0xec);
	expect_vector(test, 0, 0xec, VQC_WHY_LVT_MASKED,
		      "LVT_TIMER of CPU 0 is masked", "LVT_TIMER=0x000100ec");
}

static void a_timer_says_whether_it_is_armed(struct kunit *test)
{
	struct observe_case *c = test->priv;

	lapic_write(c->cpu[0], VQC_LAPIC_LVT_TIMER, 0xec);
	expect_vector(test, 0, 0xec, VQC_WHY_TIMER_OFF, "is not armed",
		      "TMICT=0x00000000");
	lapic_write(c->cpu[0], VQC_LAPIC_TMICT, 0xffffffff);
	expect_vector(test, 0, 0xec, VQC_WHY_AT_REST,
		      "is armed and expires in", "deadline_ns=");
	lapic_write(c->cpu[0], VQC_LAPIC_TMICT, 0);
}

static void the_pit_says_what_it_does(struct kunit *test)
{
	struct observe_case *c = test->priv;

	KUNIT_ASSERT_EQ(test, vqc_fabric_add_pit(c->f, true), 0);
	expect_gsi(test, 0, VQC_WHY_TIMER_OFF,
		   "makes no edge: it has no count, or has run out", "count=0");
	outb_at(c, 0x43, 0x34);
	outb_at(c, 0x40, 0xff);
	outb_at(c, 0x40, 0xff);
	expect_gsi(test, 0, VQC_WHY_AT_REST, "the next edge of the PIT comes in",
		   "mode=2 count=65535");
}

static void a_pit_that_is_cut_off_says_so(struct kunit *test)
{
	struct observe_case *c = test->priv;

	KUNIT_ASSERT_EQ(test, vqc_fabric_add_pit(c->f, true), 0);
	c->f->pit.irq_disabled = true;
	expect_gsi(test, 0, VQC_WHY_TIMER_OFF, "cut off, as by an HPET", "");
}

static void the_pit_says_what_it_owes(struct kunit *test)
{
	struct observe_case *c = test->priv;

	KUNIT_ASSERT_EQ(test, vqc_fabric_add_pit(c->f, true), 0);
	c->f->pit_owed = 3;
	expect_gsi(test, 0, VQC_WHY_PIT_COALESCED, "the PIT owes 3 ticks", "");
}

/* ---- the CPU ---- */

static void hold(struct observe_case *c, enum vqc_why ready, enum vqc_why cause)
{
	observe_ready_answer = ready;
	observe_busy_cause = cause;
	send_vector(c, VECTOR);
	vqc_inject_pending(c->cpu[0]);
}

static void interrupts_off_are_named_with_the_window(struct kunit *test)
{
	struct observe_case *c = test->priv;

	observe_look.if_flag = false;
	observe_look.window = true;
	hold(c, VQC_WHY_CPU_IF, VQC_WHY_CPU_BUSY);
	expect_vector(test, 0, VECTOR, VQC_WHY_CPU_IF,
		      "an interrupt window was asked for and has not opened",
		      "IF=0 request_interrupt_window=1");
}

static const enum vqc_why busy_causes[] = {
	VQC_WHY_CPU_BUSY, VQC_WHY_CPU_SHADOW, VQC_WHY_CPU_EVENT,
	VQC_WHY_CPU_INSN, VQC_WHY_CPU_DEBUG,
};

static void busy_cause_name(const enum vqc_why *cause, char *desc)
{
	strscpy(desc, vqc_why_name(*cause), KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(busy_cause, busy_causes, busy_cause_name);

static void what_keeps_the_cpu_busy_is_named(struct kunit *test)
{
	const enum vqc_why *cause = test->param_value;
	struct observe_case *c = test->priv;

	hold(c, VQC_WHY_CPU_BUSY, *cause);
	expect_vector(test, 0, VECTOR, *cause, vqc_why_words(*cause), "IF=1");
}

static void a_hold_that_is_over_is_not_told(struct kunit *test)
{
	struct observe_case *c = test->priv;

	hold(c, VQC_WHY_CPU_IF, VQC_WHY_CPU_BUSY);
	observe_ready_answer = VQC_WHY_DELIVERED;
	KUNIT_ASSERT_EQ(test, vqc_inject_pending(c->cpu[0]), 1);
	lapic_eoi(c->cpu[0]);
	send_vector(c, VECTOR);
	expect_vector(test, 0, VECTOR, VQC_WHY_DELIVERED, "CPU 0 is told", "");
}

static void a_cpu_that_was_not_started_is_named(struct kunit *test)
{
	struct observe_case *c = test->priv;

	vqc_send_msi(c->f, MSI_ADDRESS | 1 << 12, VECTOR);
	expect_vector(test, 1, VECTOR, VQC_WHY_CPU_NO_SIPI,
		      "CPU 1 waits to be started by SIPI", "");
}

static void a_line_to_a_cpu_that_was_not_started_names_it(struct kunit *test)
{
	struct observe_case *c = test->priv;

	lapic_write(c->cpu[1], VQC_LAPIC_SVR, 0xff);
	vqc_send_msi(c->f, MSI_ADDRESS | 1 << 12, VECTOR);
	expect_vector(test, 1, VECTOR, VQC_WHY_CPU_NO_SIPI,
		      "CPU 1 waits to be started by SIPI, its local APIC disabled",
		      "SVR=0x000000ff");
	WRITE_ONCE(c->cpu[1]->lapic.wait_sipi, false);
	expect_vector(test, 1, VECTOR, VQC_WHY_APIC_SW_OFF, "by software",
		      "SVR=0x000000ff");
}

static void a_thread_that_is_not_in_kvm_run_is_named(struct kunit *test)
{
	struct observe_case *c = test->priv;

	observe_look.place = VQC_CPU_OUTSIDE;
	observe_look.since = jiffies - msecs_to_jiffies(5000);
	send_vector(c, VECTOR);
	expect_vector(test, 0, VECTOR, VQC_WHY_CPU_STOPPED,
		      "has been out of KVM_RUN for 5.", "");
}

static void a_halted_cpu_says_whether_it_can_wake(struct kunit *test)
{
	struct observe_case *c = test->priv;

	observe_look.place = VQC_CPU_SLEEPS;
	send_vector(c, VECTOR);
	expect_vector(test, 0, VECTOR, VQC_WHY_CPU_ASLEEP, "was not woken",
		      "IF=1");
	observe_look.if_flag = false;
	expect_vector(test, 0, VECTOR, VQC_WHY_CPU_IF, "no interrupt wakes it",
		      "IF=0");
}

static void a_line_is_followed_into_the_cpu(struct kunit *test)
{
	struct observe_case *c = test->priv;

	observe_look.place = VQC_CPU_OUTSIDE;
	pic_start(c, 1);
	set_line(c, 5, 1);
	expect_gsi(test, 5, VQC_WHY_CPU_STOPPED, "out of KVM_RUN", "");
	rte_write(c, GSI, RTE_LEVEL);
	set_line(c, GSI, 1);
	expect_gsi(test, GSI, VQC_WHY_CPU_STOPPED, "out of KVM_RUN", "");
}

/* ---- which of two answers ---- */

static void the_chip_that_the_guest_uses_answers(struct kunit *test)
{
	struct observe_case *c = test->priv;

	/* PIC in use, IOAPIC not. */
	pic_start(c, 1);
	outb_at(c, 0xa1, 0x04);
	set_line(c, GSI, 1);
	expect_gsi(test, GSI, VQC_WHY_PIC_MASKED, "IR2 of the PIC's slave",
		   "slave.IMR=0x04");
	/* The other way round. */
	outb_at(c, 0x21, 0xff);
	outb_at(c, 0xa1, 0xff);
	rte_write(c, 4, RTE_EDGE);
	expect_gsi(test, GSI, VQC_WHY_IOAPIC_MASKED, "pin 10 of the IOAPIC",
		   "RTE[10]=");
}

static void a_cpu_that_is_not_there_is_an_error(struct kunit *test)
{
	struct observe_case *c = test->priv;
	struct vqc_answer *answer = ask(test);

	KUNIT_EXPECT_EQ(test, vqc_why_vector(c->f, NR_CPUS_HERE, 0, answer),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, vqc_why_vector(c->f, UINT_MAX, 0, answer),
			-ENOENT);
}

static struct kunit_case why_cases[] = {
	KUNIT_CASE(a_line_that_is_low_is_said_to_be),
	KUNIT_CASE(a_gsi_without_route_is_said_to_be),
	KUNIT_CASE(an_edge_that_was_taken_needs_a_fall),
	KUNIT_CASE(the_source_of_a_line_is_named),
	KUNIT_CASE(a_masked_pin_of_the_pic_names_the_mask),
	KUNIT_CASE(a_masked_cascade_holds_the_slave),
	KUNIT_CASE(a_pic_that_serves_another_names_it),
	KUNIT_CASE(a_slave_that_serves_another_names_it),
	KUNIT_CASE(a_pic_that_was_not_initialised_says_so),
	KUNIT_CASE(a_pic_that_no_cpu_lets_in_is_gated),
	KUNIT_CASE(a_pin_of_the_pic_in_service_waits_for_its_eoi),
	KUNIT_CASE(an_edge_of_the_pic_that_was_taken_needs_a_fall),
	KUNIT_CASE(a_masked_edge_names_the_entry),
	KUNIT_CASE(a_masked_level_is_held),
	KUNIT_CASE(a_reserved_mode_is_named),
	KUNIT_CASE(remote_irr_names_who_owes_the_eoi),
	KUNIT_CASE(remote_irr_without_an_owner_can_not_end),
	KUNIT_CASE(a_storm_is_named),
	KUNIT_CASE(a_destination_that_is_nobody_is_named),
	KUNIT_CASE(a_message_route_is_followed_to_its_cpu),
	KUNIT_CASE(a_message_to_several_is_followed_to_who_has_it),
	KUNIT_CASE(a_vector_of_another_cpu_owes_nothing),
	KUNIT_CASE(what_was_not_seen_to_begin_has_no_time),
	KUNIT_CASE(an_apic_disabled_by_software_is_named),
	KUNIT_CASE(an_apic_disabled_globally_is_named),
	KUNIT_CASE(tpr_that_holds_a_vector_is_named),
	KUNIT_CASE(isr_that_holds_a_vector_is_named),
	KUNIT_CASE(a_line_held_at_the_apic_is_followed_there),
	KUNIT_CASE(a_vector_behind_another_names_it),
	KUNIT_CASE(a_vector_in_service_waits_for_its_eoi),
	KUNIT_CASE(a_masked_lvt_entry_is_named),
	KUNIT_CASE(a_timer_says_whether_it_is_armed),
	KUNIT_CASE(the_pit_says_what_it_does),
	KUNIT_CASE(a_pit_that_is_cut_off_says_so),
	KUNIT_CASE(the_pit_says_what_it_owes),
	KUNIT_CASE(interrupts_off_are_named_with_the_window),
	KUNIT_CASE_PARAM(what_keeps_the_cpu_busy_is_named,
			 busy_cause_gen_params),
	KUNIT_CASE(a_hold_that_is_over_is_not_told),
	KUNIT_CASE(a_cpu_that_was_not_started_is_named),
	KUNIT_CASE(a_line_to_a_cpu_that_was_not_started_names_it),
	KUNIT_CASE(a_thread_that_is_not_in_kvm_run_is_named),
	KUNIT_CASE(a_halted_cpu_says_whether_it_can_wake),
	KUNIT_CASE(a_line_is_followed_into_the_cpu),
	KUNIT_CASE(the_chip_that_the_guest_uses_answers),
	KUNIT_CASE(a_cpu_that_is_not_there_is_an_error),
	{}
};

static struct kunit_suite why_suite = {
	.name = "virqchip_why",
	.init = observe_init,
	.exit = observe_exit,
	.test_cases = why_cases,
};

kunit_test_suite(why_suite);
