// SPDX-License-Identifier: GPL-2.0-only
/* Recordings: what the hooks write down, in which order, and what a reader gets. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/prandom.h>

#include "fake_cpu.h"
#include "recfmt.h"
#include "record.h"
#include "recording.h"

#define BUFFER	0x10000u

struct record_case {
	struct vqc_fabric *f;
	struct fake_cpu *cpu;
	struct vqc_rec *r;
	u64 order;
	u64 buf[VIRQCHIP_REC_MAX_LEN / sizeof(u64)];
};

static int record_init(struct kunit *test)
{
	static const struct vqc_fabric_config config = {
		.name = "kunit-record",
		.lapic_cfg = VQC_LAPIC_CFG_X2APIC | VQC_LAPIC_CFG_TSC_DEADLINE |
			     VQC_LAPIC_CFG_LINT0_EXTINT,
		.ioapic_version = VQC_IOAPIC_VER_EOIR,
	};
	struct record_case *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);

	if (!c)
		return -ENOMEM;
	c->cpu = kunit_kzalloc(test, sizeof(*c->cpu), GFP_KERNEL);
	if (!c->cpu)
		return -ENOMEM;
	c->f = vqc_fabric_create(&config);
	if (IS_ERR(c->f))
		return PTR_ERR(c->f);
	test->priv = c;
	return vqc_fabric_add_cpu(c->f, &c->cpu->cpu, 0, true, &fake_cpu_ops);
}

static void record_exit(struct kunit *test)
{
	struct record_case *c = test->priv;

	if (!c)
		return;
	if (c->r)
		vqc_rec_free(c->r);
	vqc_fabric_quiesce(c->f);
	vqc_fabric_put(c->f);
}

/* ---- reading ---- */

/* What is to be read next, NULL if there is nothing now. */
static const struct virqchip_rec *next_record(struct record_case *c)
{
	unsigned int len;

	mutex_lock(&c->r->lock);
	len = vqc_rec_fetch(c->r);
	memcpy(c->buf, c->r->buf, len);
	c->r->have = 0;
	mutex_unlock(&c->r->lock);
	return len ? (const void *)c->buf : NULL;
}

static void start_recording(struct kunit *test, u32 buffer)
{
	struct record_case *c = test->priv;

	c->r = vqc_rec_start(c->f, buffer);
	if (PTR_ERR_OR_ZERO(c->r) == -EOPNOTSUPP) {
		c->r = NULL;
		kunit_skip(test, "a kernel without CONFIG_RING_BUFFER");
	}
	KUNIT_ASSERT_FALSE(test, IS_ERR(c->r));
}

/* The head of the file, and the reasons. */
static void skip_head(struct kunit *test)
{
	struct record_case *c = test->priv;
	unsigned int i;

	for (i = 0; i <= VQC_NR_WHY; i++)
		KUNIT_ASSERT_NOT_NULL(test, next_record(c));
}

/* Begin, and read all that comes before the first operation. */
static void start(struct kunit *test)
{
	struct record_case *c = test->priv;
	const struct virqchip_rec *rec;

	start_recording(test, BUFFER);
	skip_head(test);
	while ((rec = next_record(c)))
		c->order = rec->order;
}

static const struct virqchip_rec_op *next_op(struct kunit *test)
{
	struct record_case *c = test->priv;
	const struct virqchip_rec *rec;

	do {
		rec = next_record(c);
		KUNIT_ASSERT_NOT_NULL(test, rec);
		KUNIT_EXPECT_EQ(test, rec->order, ++c->order);
	} while (rec->type != VIRQCHIP_REC_OP);
	return (const void *)rec;
}

static void expect_no_op(struct kunit *test)
{
	struct record_case *c = test->priv;
	const struct virqchip_rec *rec;

	while ((rec = next_record(c)))
		KUNIT_EXPECT_NE(test, (int)rec->type, VIRQCHIP_REC_OP);
}

/* The chip's state now is that of the operation. */
static void expect_digest(struct kunit *test, const struct virqchip_rec_op *op,
			  const struct vqc_fx *fx)
{
	struct record_case *c = test->priv;
	const void *models[] = {
		[VIRQCHIP_CHIP_PIC] = &c->f->pic,
		[VIRQCHIP_CHIP_IOAPIC] = &c->f->ioapic,
		[VIRQCHIP_CHIP_PIT] = &c->f->pit,
		[VIRQCHIP_CHIP_LAPIC] = &c->cpu->cpu.lapic,
	};
	union vqc_rec_chip state;

	vqc_rec_save(op->chip, models[op->chip], &state);
	KUNIT_EXPECT_EQ_MSG(test, op->digest,
			    vqc_rec_digest(op->chip, &state, fx, 0),
			    "operation %u", op->op);
}

/* ---- each operation ---- */

/**
 * struct wanted - what an operation's record has to say
 * @op: enum virqchip_rec_op_code
 * @addr: as there
 * @arg: as there
 * @result: as there
 * @why: as there
 */
struct wanted {
	u8 op;
	u32 addr;
	u64 arg;
	u64 result;
	u8 why;
};

static void expect_op(struct kunit *test, const struct wanted *w,
		      const struct vqc_fx *fx)
{
	const struct virqchip_rec_op *op = next_op(test);
	unsigned int chip = w->op < VIRQCHIP_OP_IOAPIC_LINE ? VIRQCHIP_CHIP_PIC :
			    w->op < VIRQCHIP_OP_PIT_READ ? VIRQCHIP_CHIP_IOAPIC :
			    w->op < VIRQCHIP_OP_LAPIC_ACCEPT ? VIRQCHIP_CHIP_PIT :
							       VIRQCHIP_CHIP_LAPIC;

	KUNIT_EXPECT_EQ(test, (unsigned int)op->op, (unsigned int)w->op);
	KUNIT_EXPECT_EQ(test, (unsigned int)op->chip, chip);
	KUNIT_EXPECT_EQ(test, (unsigned int)op->rec.cpu,
			chip == VIRQCHIP_CHIP_LAPIC ? 0 : VIRQCHIP_REC_NO_CPU);
	KUNIT_EXPECT_EQ_MSG(test, op->addr, w->addr, "operation %u", w->op);
	KUNIT_EXPECT_EQ_MSG(test, op->arg, w->arg, "operation %u", w->op);
	KUNIT_EXPECT_EQ_MSG(test, op->result, w->result, "operation %u", w->op);
	KUNIT_EXPECT_EQ_MSG(test, op->why, w->why, "operation %u", w->op);
	KUNIT_EXPECT_EQ(test, (unsigned int)op->effects, fx ? fx->nr : 0);
	expect_digest(test, op, fx);
}

#define EXPECT_OP(test, fx, ...)				\
	expect_op(test, &(struct wanted){ __VA_ARGS__ }, fx)

static void operations_of_the_pic(struct kunit *test)
{
	static const u8 init[] = { 0x11, 0x20, 0x04, 0x01, 0x00 };
	struct record_case *c = test->priv;
	unsigned int i, pin;
	VQC_DEFINE_FX(fx);

	start(test);
	for (i = 0; i < ARRAY_SIZE(init); i++) {
		vqc_fx_init(&fx);
		vqc_rec_pic_write(c->f, !!i, init[i], &fx);
		EXPECT_OP(test, &fx, VIRQCHIP_OP_PIC_WRITE, !!i, init[i]);
	}
	vqc_fx_init(&fx);
	vqc_rec_pic_set_line(c->f, 3, true, &fx);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_PIC_LINE, 3, 1);
	vqc_fx_init(&fx);
	KUNIT_EXPECT_EQ(test, vqc_rec_pic_read(c->f, 0, &fx), 0x08);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_PIC_READ, 0, 0, 0x08);
	vqc_fx_init(&fx);
	KUNIT_EXPECT_EQ(test, vqc_rec_pic_ack(c->f, false, &pin, &fx), 0x23);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_PIC_ACK, 0, 0, 0x323);
	vqc_fx_init(&fx);
	vqc_rec_pic_set_line(c->f, 1, true, &fx);
	next_op(test);
	vqc_fx_init(&fx);
	KUNIT_EXPECT_EQ(test, vqc_rec_pic_ack(c->f, true, &pin, &fx), 0x27);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_PIC_ACK, 0, 1, 0xff27);
	expect_no_op(test);
}

static void operations_of_the_ioapic(struct kunit *test)
{
	struct record_case *c = test->priv;
	VQC_DEFINE_FX(fx);

	start(test);
	vqc_rec_ioapic_write(c->f, VQC_IOAPIC_REGSEL, 0x10 + 2 * 20, &fx);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_IOAPIC_WRITE, VQC_IOAPIC_REGSEL, 0x38);
	vqc_rec_ioapic_write(c->f, VQC_IOAPIC_WINDOW, 0x8041, &fx);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_IOAPIC_WRITE, VQC_IOAPIC_WINDOW,
		  0x8041);
	KUNIT_EXPECT_EQ(test, vqc_rec_ioapic_read(c->f, VQC_IOAPIC_WINDOW, &fx),
			0x8041u);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_IOAPIC_READ, VQC_IOAPIC_WINDOW, 0,
		  0x8041);
	vqc_rec_ioapic_set_line(c->f, 20, true, &fx);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_IOAPIC_LINE, 20, 1);
	vqc_rec_ioapic_sent(c->f, 20, VQC_WHY_NO_DEST);
	EXPECT_OP(test, NULL, VIRQCHIP_OP_IOAPIC_SENT, 20, VQC_WHY_NO_DEST);
	vqc_fx_init(&fx);
	vqc_rec_ioapic_retry(c->f, BIT(20), &fx);
	KUNIT_EXPECT_EQ(test, fx.nr, 1u);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_IOAPIC_RETRY, 0, BIT(20));
	vqc_rec_ioapic_sent(c->f, 20, VQC_WHY_DELIVERED);
	EXPECT_OP(test, NULL, VIRQCHIP_OP_IOAPIC_SENT, 20, VQC_WHY_DELIVERED);
	vqc_fx_init(&fx);
	vqc_rec_ioapic_eoi(c->f, 0x41, &fx);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_IOAPIC_EOI, 0, 0x41);
	expect_no_op(test);
}

static void operations_of_the_pit(struct kunit *test)
{
	static const u8 bytes[][2] = { { 3, 0x34 }, { 0, 0x00 }, { 0, 0x10 } };
	struct record_case *c = test->priv;
	const u64 now_ns = 1000000;
	unsigned int i;
	VQC_DEFINE_FX(fx);

	start(test);
	for (i = 0; i < ARRAY_SIZE(bytes); i++) {
		vqc_fx_init(&fx);
		vqc_rec_pit_write(c->f, bytes[i][0], bytes[i][1], now_ns, &fx);
		EXPECT_OP(test, &fx, VIRQCHIP_OP_PIT_WRITE, bytes[i][0],
			  bytes[i][1]);
	}
	KUNIT_EXPECT_EQ(test, vqc_rec_pit_read(c->f, 0, now_ns), 0x00);
	EXPECT_OP(test, NULL, VIRQCHIP_OP_PIT_READ, 0, 0, 0x00);
	vqc_rec_pit_speaker_write(c->f, 3, now_ns);
	EXPECT_OP(test, NULL, VIRQCHIP_OP_PIT_SPEAKER_WRITE, 0, 3);
	i = vqc_rec_pit_speaker_read(c->f, now_ns);
	EXPECT_OP(test, NULL, VIRQCHIP_OP_PIT_SPEAKER_READ, 0, 0, i);
	vqc_fx_init(&fx);
	KUNIT_EXPECT_EQ(test, vqc_rec_pit_expire(c->f, now_ns + 10000000, &fx),
			2ull);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_PIT_EXPIRE, 0, 0, 2);
	expect_no_op(test);
}

static void the_time_is_the_chips(struct kunit *test)
{
	const struct vqc_clock clock = {
		.now_ns = 4711, .tsc = 815, .tsc_khz = 1000,
	};
	struct record_case *c = test->priv;
	const struct virqchip_rec_op *op;
	VQC_DEFINE_FX(fx);
	u32 val;

	start(test);
	vqc_rec_pit_read(c->f, 0, 4711);
	KUNIT_EXPECT_EQ(test, next_op(test)->rec.ns, 4711ull);
	vqc_rec_lapic_read(&c->cpu->cpu, VQC_LAPIC_TMCCT, &val, &clock, &fx);
	op = next_op(test);
	KUNIT_EXPECT_EQ(test, op->rec.ns, 4711ull);
	KUNIT_EXPECT_EQ(test, op->tsc, 815ull);
	KUNIT_EXPECT_EQ(test, op->tsc_khz, 1000u);
	/* Another register is given no clock, whatever stands there. */
	vqc_rec_lapic_read(&c->cpu->cpu, VQC_LAPIC_SVR, &val, &clock, &fx);
	op = next_op(test);
	KUNIT_EXPECT_NE(test, op->rec.ns, 4711ull);
	KUNIT_EXPECT_EQ(test, op->tsc, 0ull);
}

static void operations_of_a_local_apic(struct kunit *test)
{
	struct record_case *c = test->priv;
	struct vqc_cpu *cpu = &c->cpu->cpu;
	struct vqc_msg msg = { .vector = 0x55, .flags = VQC_MSG_LEVEL };
	u32 val;
	VQC_DEFINE_FX(fx);

	start(test);
	vqc_rec_lapic_write(cpu, VQC_LAPIC_SVR, 0x1ff, NULL, &fx);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_LAPIC_WRITE, VQC_LAPIC_SVR, 0x1ff);
	vqc_fx_init(&fx);
	vqc_rec_lapic_read(cpu, VQC_LAPIC_SVR, &val, NULL, &fx);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_LAPIC_READ, VQC_LAPIC_SVR, 0, 0x1ff);
	vqc_rec_lapic_accept(cpu, &msg);
	EXPECT_OP(test, NULL, VIRQCHIP_OP_LAPIC_ACCEPT, 0, 0x20055);
	vqc_rec_lapic_accept(cpu, &msg);
	EXPECT_OP(test, NULL, VIRQCHIP_OP_LAPIC_ACCEPT, 0, 0x20055, 0,
		  VQC_WHY_COALESCED);
	KUNIT_EXPECT_EQ(test, vqc_rec_lapic_ack(cpu), 0x55);
	EXPECT_OP(test, NULL, VIRQCHIP_OP_LAPIC_ACK, 0, 0, 0x55);
	KUNIT_EXPECT_EQ(test, vqc_rec_lapic_eoi(cpu, &fx), 0x55);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_LAPIC_EOI, 0, 0, 0x55);
	vqc_fx_init(&fx);
	KUNIT_EXPECT_EQ(test, vqc_rec_lapic_eoi(cpu, &fx), -1);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_LAPIC_EOI, 0, 0, U64_MAX);
	vqc_rec_lapic_set_tpr(cpu, 0x40);
	EXPECT_OP(test, NULL, VIRQCHIP_OP_LAPIC_TPR, 0, 0x40);
	KUNIT_EXPECT_EQ(test, vqc_rec_lapic_tpr(cpu), 0x40u);
	EXPECT_OP(test, NULL, VIRQCHIP_OP_LAPIC_READ, VQC_LAPIC_TPR, 0, 0x40);
	vqc_rec_lapic_set_lint(cpu, 1, true);
	EXPECT_OP(test, NULL, VIRQCHIP_OP_LAPIC_LINT, 1, 1, 0,
		  VQC_WHY_LVT_MASKED);
	vqc_rec_lapic_extint(cpu, 0x77);
	EXPECT_OP(test, NULL, VIRQCHIP_OP_LAPIC_EXTINT, 0, 0x77);
	expect_no_op(test);
}

static void modes_and_resets_of_a_local_apic(struct kunit *test)
{
	struct record_case *c = test->priv;
	struct vqc_cpu *cpu = &c->cpu->cpu;
	u64 base = cpu->lapic.base, val;
	VQC_DEFINE_FX(fx);

	start(test);
	KUNIT_EXPECT_EQ(test, vqc_rec_lapic_set_base(cpu, base | 1, 36, false,
						     &fx), -EINVAL);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_LAPIC_BASE, 36, base | 1,
		  (u64)-EINVAL);
	base |= VQC_APICBASE_EXTD;
	KUNIT_EXPECT_EQ(test, vqc_rec_lapic_set_base(cpu, base, 36, true, &fx),
			0);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_LAPIC_BASE, 0x100 | 36, base);
	vqc_fx_init(&fx);
	vqc_rec_lapic_msr_write(cpu, 0x80f, 0x1ff, NULL, &fx);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_LAPIC_MSR_WRITE, 0x80f, 0x1ff);
	vqc_rec_lapic_msr_read(cpu, 0x80f, &val, NULL);
	EXPECT_OP(test, NULL, VIRQCHIP_OP_LAPIC_MSR_READ, 0x80f, 0, 0x1ff);
	vqc_fx_init(&fx);
	vqc_rec_lapic_init(cpu, &fx);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_LAPIC_INIT);
	set_bit(VQC_EV_NMI, &cpu->lapic.events);
	KUNIT_EXPECT_FALSE(test, vqc_rec_lapic_take(cpu, VQC_EV_SMI));
	KUNIT_EXPECT_TRUE(test, vqc_rec_lapic_take(cpu, VQC_EV_NMI));
	EXPECT_OP(test, NULL, VIRQCHIP_OP_LAPIC_TAKE, VQC_EV_NMI, 0, 1);
	expect_no_op(test);
}

static void timers_of_a_local_apic(struct kunit *test)
{
	struct vqc_clock clock = { .now_ns = 1000, .tsc = 5, .tsc_khz = 1000000 };
	struct record_case *c = test->priv;
	struct vqc_cpu *cpu = &c->cpu->cpu;
	VQC_DEFINE_FX(fx);

	start(test);
	vqc_rec_lapic_write(cpu, VQC_LAPIC_SVR, 0x1ff, NULL, &fx);
	next_op(test);
	vqc_fx_init(&fx);
	vqc_rec_lapic_write(cpu, VQC_LAPIC_LVT_TIMER, 0x40031, &clock, &fx);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_LAPIC_WRITE, VQC_LAPIC_LVT_TIMER,
		  0x40031);
	vqc_fx_init(&fx);
	vqc_rec_lapic_tsc_deadline(cpu, 105, &clock, &fx);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_LAPIC_TSC_DEADLINE, 0, 105);
	clock.now_ns += 100;
	clock.tsc += 100;
	vqc_fx_init(&fx);
	KUNIT_EXPECT_EQ(test, vqc_rec_lapic_timer_expire(cpu, &clock, &fx),
			VQC_WHY_DELIVERED);
	EXPECT_OP(test, &fx, VIRQCHIP_OP_LAPIC_EXPIRE);
	expect_no_op(test);
}

/* ---- beginning, end, and what lies between ---- */

static void begins_with_the_state_of_each_chip(struct kunit *test)
{
	static const u8 chips[] = {
		VIRQCHIP_CHIP_PIC, VIRQCHIP_CHIP_IOAPIC, VIRQCHIP_CHIP_PIT,
		VIRQCHIP_CHIP_LAPIC,
	};
	struct record_case *c = test->priv;
	const struct virqchip_rec_state *state;
	const struct virqchip_rec_file *head;
	const struct virqchip_rec_why *why;
	unsigned int i;

	start_recording(test, BUFFER);
	head = (const void *)next_record(c);
	KUNIT_EXPECT_MEMEQ(test, head->magic, VIRQCHIP_REC_MAGIC, 8);
	KUNIT_EXPECT_EQ(test, head->nr_cpus, 1u);
	KUNIT_EXPECT_EQ(test, head->fabric_id, c->f->id);
	KUNIT_EXPECT_STREQ(test, head->name, "kunit-record");
	for (i = 0; i < VQC_NR_WHY; i++) {
		why = (const void *)next_record(c);
		KUNIT_EXPECT_EQ(test, why->why, i);
		KUNIT_EXPECT_STREQ(test, why->name, vqc_why_name(i));
		KUNIT_EXPECT_STREQ(test, why->words, vqc_why_words(i));
	}
	for (i = 0; i < ARRAY_SIZE(chips); i++) {
		state = (const void *)next_record(c);
		KUNIT_EXPECT_EQ(test, (int)state->rec.type, VIRQCHIP_REC_STATE);
		KUNIT_EXPECT_EQ(test, state->rec.order, i + 1ull);
		KUNIT_EXPECT_EQ(test, state->chip, chips[i]);
		KUNIT_EXPECT_EQ(test, (int)state->cause, VIRQCHIP_STATE_BEGIN);
		KUNIT_EXPECT_EQ(test, state->bytes,
				vqc_rec_state_bytes(chips[i]));
	}
	KUNIT_EXPECT_EQ(test, (int)next_record(c)->type, VIRQCHIP_REC_ROUTES);
	KUNIT_EXPECT_NULL(test, next_record(c));
	KUNIT_EXPECT_FALSE(test, vqc_rec_readable(c->r));
}

static void ends_with_the_state_of_each_chip(struct kunit *test)
{
	struct record_case *c = test->priv;
	const struct virqchip_rec *rec;
	unsigned int nr = 0;

	start(test);
	vqc_rec_stop(c->r);
	vqc_set_irq(c->f, VQC_SOURCE_USER, 3, 1, true);
	KUNIT_EXPECT_TRUE(test, vqc_rec_readable(c->r));
	while ((rec = next_record(c))) {
		KUNIT_ASSERT_EQ(test, (int)rec->type, VIRQCHIP_REC_STATE);
		KUNIT_EXPECT_EQ(test, (int)((const struct virqchip_rec_state *)
					    rec)->cause, VIRQCHIP_STATE_END);
		nr++;
	}
	KUNIT_EXPECT_EQ(test, nr, 4u);
	KUNIT_EXPECT_TRUE(test, vqc_rec_readable(c->r));
}

static void what_happens_outside_comes_first(struct kunit *test)
{
	struct record_case *c = test->priv;
	const struct virqchip_rec_line *line;
	const struct virqchip_rec_msi *msi;

	start(test);
	vqc_set_irq(c->f, VQC_SOURCE_IRQFD, 3, 1, true);
	line = (const void *)next_record(c);
	KUNIT_EXPECT_EQ(test, (int)line->rec.type, VIRQCHIP_REC_LINE);
	KUNIT_EXPECT_EQ(test, line->gsi, 3u);
	KUNIT_EXPECT_EQ(test, line->source, VQC_SOURCE_IRQFD);
	KUNIT_EXPECT_EQ(test, line->level, 1);
	KUNIT_EXPECT_EQ(test, (int)next_record(c)->type, VIRQCHIP_REC_OP);
	KUNIT_EXPECT_EQ(test, (int)next_record(c)->type, VIRQCHIP_REC_OP);
	vqc_send_msi(c->f, 0xfee00000, 0x41);
	msi = (const void *)next_record(c);
	KUNIT_EXPECT_EQ(test, (int)msi->rec.type, VIRQCHIP_REC_MSI);
	KUNIT_EXPECT_EQ(test, msi->address, 0xfee00000ull);
	KUNIT_EXPECT_EQ(test, msi->data, 0x41u);
	KUNIT_EXPECT_EQ(test, (int)next_record(c)->type, VIRQCHIP_REC_OP);
	KUNIT_EXPECT_NULL(test, next_record(c));
}

static void a_long_routing_table_comes_in_parts(struct kunit *test)
{
	struct record_case *c = test->priv;
	const struct virqchip_rec_routes *routes;
	struct vqc_route *entries;
	unsigned int i, nr = VIRQCHIP_REC_ROUTES_MAX + 1;

	entries = kunit_kzalloc(test, nr * sizeof(*entries), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, entries);
	for (i = 0; i < nr; i++) {
		entries[i].gsi = i;
		entries[i].kind = VQC_ROUTE_MSI;
		entries[i].msi_data = i;
	}
	start(test);
	KUNIT_ASSERT_EQ(test, vqc_fabric_set_routes(c->f, entries, nr), 0);
	routes = (const void *)next_record(c);
	KUNIT_EXPECT_EQ(test, routes->first, 0u);
	KUNIT_EXPECT_EQ(test, routes->nr, nr - 1);
	KUNIT_EXPECT_EQ(test, routes->total, nr);
	routes = (const void *)next_record(c);
	KUNIT_EXPECT_EQ(test, routes->first, nr - 1);
	KUNIT_EXPECT_EQ(test, routes->nr, 1u);
	KUNIT_EXPECT_EQ(test, routes->route[0].gsi, nr - 1);
	KUNIT_EXPECT_EQ(test, routes->route[0].kind,
			(u32)VIRQCHIP_ROUTE_MSI);
	KUNIT_EXPECT_NULL(test, next_record(c));
	KUNIT_ASSERT_EQ(test, vqc_fabric_set_routes(c->f, NULL, 0), 0);
	routes = (const void *)next_record(c);
	KUNIT_EXPECT_EQ(test, routes->total, 0u);
}

/* All that there is to read. Return: how many records it says were lost. */
static u64 read_gaps(struct kunit *test, unsigned int *states)
{
	struct record_case *c = test->priv;
	const struct virqchip_rec *rec;
	u64 nr, lost = 0;

	while ((rec = next_record(c))) {
		KUNIT_EXPECT_EQ(test, rec->order, ++c->order);
		if (rec->type == VIRQCHIP_REC_STATE)
			++*states;
		if (rec->type != VIRQCHIP_REC_LOST)
			continue;
		nr = ((const struct virqchip_rec_lost *)rec)->nr;
		c->order += nr - 1;
		lost += nr;
		*states = 0;
	}
	return lost;
}

static void lost_records_leave_a_gap_and_new_states(struct kunit *test)
{
	struct record_case *c = test->priv;
	unsigned int i, states = 0;
	u64 lost;

	start_recording(test, VIRQCHIP_RECORD_MIN_BUFFER);
	skip_head(test);
	for (i = 0; i < 1000; i++)
		vqc_set_irq(c->f, VQC_SOURCE_USER, 20, i & 1, true);
	/* That the last ones are missing is seen at the next that is not. */
	lost = read_gaps(test, &states);
	vqc_set_irq(c->f, VQC_SOURCE_USER, 20, 1, true);
	lost += read_gaps(test, &states);
	KUNIT_EXPECT_GT(test, lost, 1000ull);
	KUNIT_EXPECT_EQ(test, lost, (u64)atomic64_read(&c->r->lost));
	KUNIT_EXPECT_EQ(test, states, 4u);
}

static void one_recording_and_none_of_a_dead_fabric(struct kunit *test)
{
	struct record_case *c = test->priv;

	start(test);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(vqc_rec_start(c->f, BUFFER)),
			-EBUSY);
	vqc_record_forbid(c->f);
	KUNIT_EXPECT_TRUE(test, c->r->stopped);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(vqc_rec_start(c->f, BUFFER)),
			-ENOENT);
}

/* ---- states ---- */

static void states_survive_the_format(struct kunit *test)
{
	static const u8 chips[] = {
		VIRQCHIP_CHIP_PIC, VIRQCHIP_CHIP_IOAPIC, VIRQCHIP_CHIP_PIT,
		VIRQCHIP_CHIP_LAPIC,
	};
	union vqc_rec_chip *from, *to;
	struct rnd_state rnd;
	unsigned int i, n;
	void *model;

	from = kunit_kzalloc(test, sizeof(*from), GFP_KERNEL);
	to = kunit_kzalloc(test, sizeof(*to), GFP_KERNEL);
	model = kunit_kzalloc(test, sizeof(struct vqc_lapic) +
			      sizeof(struct vqc_ioapic) +
			      sizeof(struct vqc_pit), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, from && to && model);
	prandom_seed_state(&rnd, 0x5eed);
	for (i = 0; i < ARRAY_SIZE(chips); i++) {
		prandom_bytes_state(&rnd, from, sizeof(*from));
		/* What is reserved is 0 in both. */
		switch (chips[i]) {
		case VIRQCHIP_CHIP_PIC:
			for (n = 0; n < 2; n++)
				from->pic.chip[n].__reserved = 0;
			memset(from->pic.__reserved, 0,
			       sizeof(from->pic.__reserved));
			break;
		case VIRQCHIP_CHIP_IOAPIC:
			memset(from->ioapic.__reserved, 0,
			       sizeof(from->ioapic.__reserved));
			break;
		case VIRQCHIP_CHIP_PIT:
			for (n = 0; n < VQC_NR_PIT_CHANNELS; n++)
				memset(from->pit.channel[n].__reserved, 0, 3);
			memset(from->pit.__reserved, 0,
			       sizeof(from->pit.__reserved));
			break;
		default:
			memset(from->lapic.__reserved, 0,
			       sizeof(from->lapic.__reserved));
		}
		vqc_rec_load(chips[i], from, model);
		vqc_rec_save(chips[i], model, to);
		KUNIT_EXPECT_MEMEQ(test, from, to,
				   vqc_rec_state_bytes(chips[i]));
		KUNIT_EXPECT_EQ(test, vqc_rec_digest(chips[i], from, NULL, 0),
				vqc_rec_digest(chips[i], to, NULL, 0));
	}
}

static void digest_sees_each_word_and_effect(struct kunit *test)
{
	union vqc_rec_chip state = {};
	u32 was = vqc_rec_digest(VIRQCHIP_CHIP_LAPIC, &state, NULL, 0);
	u64 *words = (u64 *)&state;
	unsigned int i;
	VQC_DEFINE_FX(fx);

	for (i = 0; i < sizeof(state.lapic) / sizeof(u64); i++) {
		words[i] ^= 1ull << i;
		KUNIT_EXPECT_NE(test, was, vqc_rec_digest(VIRQCHIP_CHIP_LAPIC,
							  &state, NULL, 0));
		words[i] ^= 1ull << i;
	}
	KUNIT_EXPECT_EQ(test, was, vqc_rec_digest(VIRQCHIP_CHIP_LAPIC, &state,
						  &fx, 0));
	vqc_fx_timer(&fx, 1);
	KUNIT_EXPECT_NE(test, was, vqc_rec_digest(VIRQCHIP_CHIP_LAPIC, &state,
						  &fx, 0));
	/* Effects of an operation before do not count. */
	KUNIT_EXPECT_EQ(test, was, vqc_rec_digest(VIRQCHIP_CHIP_LAPIC, &state,
						  &fx, 1));
}

static struct kunit_case record_cases[] = {
	KUNIT_CASE(operations_of_the_pic),
	KUNIT_CASE(operations_of_the_ioapic),
	KUNIT_CASE(operations_of_the_pit),
	KUNIT_CASE(the_time_is_the_chips),
	KUNIT_CASE(operations_of_a_local_apic),
	KUNIT_CASE(modes_and_resets_of_a_local_apic),
	KUNIT_CASE(timers_of_a_local_apic),
	KUNIT_CASE(begins_with_the_state_of_each_chip),
	KUNIT_CASE(ends_with_the_state_of_each_chip),
	KUNIT_CASE(what_happens_outside_comes_first),
	KUNIT_CASE(a_long_routing_table_comes_in_parts),
	KUNIT_CASE(lost_records_leave_a_gap_and_new_states),
	KUNIT_CASE(one_recording_and_none_of_a_dead_fabric),
	KUNIT_CASE(states_survive_the_format),
	KUNIT_CASE(digest_sees_each_word_and_effect),
	{}
};

static struct kunit_suite record_suite = {
	.name = "virqchip_record",
	.init = record_init,
	.exit = record_exit,
	.test_cases = record_cases,
};

kunit_test_suite(record_suite);
