/* SPDX-License-Identifier: GPL-2.0-only */
/* What the suites of the observer share: a fabric, its CPUs, what they do. */
#ifndef VQC_OBSERVE_FIXTURE_H
#define VQC_OBSERVE_FIXTURE_H

#include <kunit/test.h>
#include <linux/seq_file.h>

#include "fabric.h"
#include "flow.h"
#include "inject.h"
#include "observe.h"
#include "observer.h"

#define MSI_ADDRESS	0xfee00000ull
#define NR_CPUS_HERE	2
#define TEXT_SIZE	(64 * 1024)

/**
 * struct observe_case - what a case works on
 * @f: a fabric
 * @cpu: its CPUs
 * @flows_before: whether flows were recorded before the case
 */
struct observe_case {
	struct vqc_fabric *f;
	struct vqc_cpu *cpu[NR_CPUS_HERE];
	bool flows_before;
};

/* What the CPUs answer when asked whether they are ready; one case runs at a time. */
extern enum vqc_why observe_ready_answer;
/* What makes them busy, if they answer CPU_BUSY. */
extern enum vqc_why observe_busy_cause;
/* What they are seen to do. */
extern struct vqc_cpu_look observe_look;
/* How often they were kicked. */
extern unsigned int observe_kicks;
/* A line that falls while they are asked, 0 for none. */
extern u32 observe_falling_gsi;

/**
 * observe_init - give a case a fabric with CPUs, and record flows
 * @test: the case, which is skipped where nothing can be recorded
 *
 * Context: process.
 * Return: 0; -ENOMEM; what vqc_fabric_create() and vqc_flows_switch() return.
 */
int observe_init(struct kunit *test);

/**
 * observe_exit - take down what observe_init() set up
 * @test: the case
 *
 * Context: process.
 */
void observe_exit(struct kunit *test);

/* What the guest does. */

/**
 * outb_at - write a byte to a port
 * @c: what the case works on
 * @port: its number
 * @val: the byte
 *
 * Context: any.
 */
static inline void outb_at(struct observe_case *c, unsigned int port, u8 val)
{
	vqc_bus_write(&c->f->pio, NULL, port, 1, &val);
}

/**
 * pic_start - give ICW1..ICW4 to both chips: 0x20, 0x28, cascade on 2
 * @c: what the case works on
 * @icw4: ICW4 of both
 *
 * Context: any.
 */
static inline void pic_start(struct observe_case *c, u8 icw4)
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

/**
 * mmio_write - write a word to memory
 * @cpu: the CPU
 * @gpa: its address
 * @val: the word
 *
 * Context: any.
 */
static inline void mmio_write(struct vqc_cpu *cpu, u64 gpa, u32 val)
{
	vqc_cpu_mmio_write(cpu, gpa, sizeof(val), &val);
}

/**
 * lapic_write - write a register of the local APIC
 * @cpu: the CPU
 * @offset: its offset in the page
 * @val: the value
 *
 * Context: any.
 */
static inline void lapic_write(struct vqc_cpu *cpu, unsigned int offset,
			       u32 val)
{
	mmio_write(cpu, VQC_APICBASE_DEFAULT + offset, val);
}

/**
 * lapic_start - enable the local APIC by SVR
 * @cpu: the CPU
 *
 * Context: any.
 */
static inline void lapic_start(struct vqc_cpu *cpu)
{
	lapic_write(cpu, VQC_LAPIC_SVR, VQC_SVR_ENABLE | 0xff);
}

/**
 * lapic_eoi - write EOI
 * @cpu: the CPU
 *
 * Context: any.
 */
static inline void lapic_eoi(struct vqc_cpu *cpu)
{
	lapic_write(cpu, VQC_LAPIC_EOI, 0);
}

/**
 * serve - the CPU takes what comes next, and ends it
 * @cpu: the CPU
 *
 * Context: its owner.
 */
static inline void serve(struct vqc_cpu *cpu)
{
	vqc_inject_pending(cpu);
	lapic_eoi(cpu);
}

/**
 * rte_write - write an RTE, its upper half first
 * @c: what the case works on
 * @pin: pin of the IOAPIC
 * @rte: the entry
 *
 * Context: any.
 */
static inline void rte_write(struct observe_case *c, unsigned int pin, u64 rte)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		mmio_write(c->cpu[0], VQC_IOAPIC_BASE + VQC_IOAPIC_REGSEL,
			   VQC_IOAPIC_REG_RTE0 + 2 * pin + 1 - i);
		mmio_write(c->cpu[0], VQC_IOAPIC_BASE + VQC_IOAPIC_WINDOW,
			   i ? rte : rte >> 32);
	}
}

/**
 * pulse - raise and lower a line
 * @c: what the case works on
 * @gsi: its number
 *
 * Context: any.
 */
static inline void pulse(struct observe_case *c, u32 gsi)
{
	vqc_set_irq(c->f, VQC_SOURCE_USER, gsi, 1, true);
	vqc_set_irq(c->f, VQC_SOURCE_USER, gsi, 0, true);
}

/* What the recorder says. */

/**
 * recorder_of - a recorder that keeps the newest flows and tells nobody
 * @nr_flows: how many
 *
 * Context: process.
 * Return: as vqc_recorder_create().
 */
static inline struct vqc_recorder *recorder_of(unsigned int nr_flows)
{
	const struct vqc_ring_config config = { nr_flows, true };

	return vqc_recorder_create(&config, 1, NULL, NULL);
}

/**
 * show - print a recorder into a seq_file of memory alone
 * @test: the case
 * @r: the recorder
 *
 * Context: process.
 * Return: the text, which lives as long as the case.
 */
static inline char *show(struct kunit *test, struct vqc_recorder *r)
{
	struct seq_file m = { .size = TEXT_SIZE };

	m.buf = kunit_kzalloc(test, TEXT_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m.buf);
	mutex_init(&m.lock);
	vqc_recorder_show(r, &m);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	return m.buf;
}

/**
 * expect_text - expect a text to have a part
 * @test: the case
 * @text: the text
 * @part: the part
 *
 * Context: any.
 */
static inline void expect_text(struct kunit *test, const char *text,
			       const char *part)
{
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, part), "no \"%s\" in:\n%s",
				  part, text);
}

/**
 * show_flows - what debugfs shows of the flows of a case's fabric
 * @test: the case
 *
 * Context: process. Return: as show().
 */
static inline char *show_flows(struct kunit *test)
{
	struct observe_case *c = test->priv;

	return show(test, c->f->observer->recorder);
}

/**
 * count_text - how often a text has a part
 * @text: the text
 * @part: the part
 *
 * Context: any. Return: how often.
 */
static inline unsigned int count_text(const char *text, const char *part)
{
	unsigned int nr = 0;

	for (; (text = strstr(text, part)); text++)
		nr++;
	return nr;
}

/**
 * expect_no_text - expect a text not to have a part
 * @test: the case
 * @text: the text
 * @part: the part
 *
 * Context: any.
 */
static inline void expect_no_text(struct kunit *test, const char *text,
				  const char *part)
{
	KUNIT_EXPECT_NULL_MSG(test, strstr(text, part), "\"%s\" in:\n%s", part,
			      text);
}

#endif /* VQC_OBSERVE_FIXTURE_H */
