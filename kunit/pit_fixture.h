/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the suites of the 8254 and port 0x61 share.  Each operation of a case goes
 * through a helper that checks the model's invariants after it.  The time is an
 * input: no case waits for anything.
 */
#ifndef VQC_PIT_FIXTURE_H
#define VQC_PIT_FIXTURE_H

#include <kunit/test.h>
#include <linux/math64.h>

#include "model/pit.h"
#include "oracle_pit.h"

#define CTRL		VQC_PIT_PORT_CTRL
/* Control words */
#define CW(ch, access, mode)	((ch) << 6 | (access) << 4 | (mode) << 1)
#define LATCH_COUNT(ch)		((ch) << 6)
#define READ_BACK		0xc0
#define RB_COUNT_ONLY		0x10
#define RB_STATUS_ONLY		0x20
#define RB_CH(ch)		(2 << (ch))
/* The status byte */
#define ST_OUT			0x80
#define ST_NULL			0x40

#define LSB	VQC_PIT_LSB
#define MSB	VQC_PIT_MSB
#define WORD	VQC_PIT_WORD

/* A guest does not start at 0. */
#define EPOCH_NS		(1000 * VQC_NSEC_PER_SEC)

/**
 * struct pit_bench - what a case works on
 * @test: the case
 * @pit: the timer under test
 * @other: room for a second timer
 * @fx: what the last operation caused
 * @other_fx: what that of @other caused
 * @oracle: what @pit is compared with
 * @now_ns: the time
 */
struct pit_bench {
	struct kunit *test;
	struct vqc_pit pit;
	struct vqc_pit other;
	struct vqc_fx fx;
	struct vqc_fx other_fx;
	struct oracle_pit oracle;
	u64 now_ns;
};

/**
 * clocks_ns - the time that a number of clocks takes
 * @clocks: the number
 *
 * Context: any.
 * Return: the first nanosecond at which they have passed.
 */
static inline u64 clocks_ns(u64 clocks)
{
	u32 rest;
	u64 sec = div_u64_rem(clocks, VQC_PIT_HZ, &rest);

	return sec * VQC_NSEC_PER_SEC +
	       div_u64(rest * VQC_NSEC_PER_SEC + VQC_PIT_HZ - 1, VQC_PIT_HZ);
}

/**
 * after_op - the invariants hold, and no effect was lost
 * @b: the bench
 *
 * Context: any.
 */
static inline void after_op(struct pit_bench *b)
{
	const char *wrong = vqc_pit_check(&b->pit);

	KUNIT_ASSERT_STREQ(b->test, wrong ?: "", "");
	KUNIT_ASSERT_FALSE(b->test, b->fx.overflow);
}

/* Each operation below happens at the time of the bench and is checked. */

/**
 * out - write to a port
 * @b: the bench
 * @port: 0..3
 * @val: the value
 *
 * Context: any.
 */
static inline void out(struct pit_bench *b, unsigned int port, u8 val)
{
	vqc_fx_init(&b->fx);
	vqc_pit_write(&b->pit, port, val, b->now_ns, &b->fx);
	after_op(b);
}

/**
 * in - read from a port
 * @b: the bench
 * @port: 0..3
 *
 * Context: any.
 * Return: the value.
 */
static inline u8 in(struct pit_bench *b, unsigned int port)
{
	u8 val = vqc_pit_read(&b->pit, port, b->now_ns);

	after_op(b);
	return val;
}

/**
 * speaker - write to port 0x61
 * @b: the bench
 * @val: the value
 *
 * Context: any.
 */
static inline void speaker(struct pit_bench *b, u8 val)
{
	vqc_pit_speaker_write(&b->pit, val, b->now_ns);
	after_op(b);
}

/**
 * level - the output of a channel
 * @b: the bench
 * @ch: channel 0..2
 *
 * Context: any.
 * Return: its level.
 */
static inline bool level(struct pit_bench *b, unsigned int ch)
{
	return vqc_pit_out(&b->pit, ch, b->now_ns);
}

/**
 * expire - let the timer tell its edges
 * @b: the bench
 *
 * Context: any.
 * Return: how many channel 0 made.
 */
static inline u64 expire(struct pit_bench *b)
{
	u64 edges;

	vqc_fx_init(&b->fx);
	edges = vqc_pit_expire(&b->pit, b->now_ns, &b->fx);
	after_op(b);
	return edges;
}

/**
 * program - program a channel with word access and load it
 * @b: the bench
 * @ch: channel 0..2
 * @mode: 0..5
 * @count: 0 for the largest
 *
 * Context: any.
 */
static inline void program(struct pit_bench *b, unsigned int ch, u8 mode,
			   u16 count)
{
	out(b, CTRL, CW(ch, WORD, mode));
	out(b, ch, count);
	out(b, ch, count >> 8);
}

/**
 * load - load a count by word access
 * @b: the bench
 * @ch: channel 0..2
 * @count: 0 for the largest
 *
 * Context: any.
 */
static inline void load(struct pit_bench *b, unsigned int ch, u16 count)
{
	out(b, ch, count);
	out(b, ch, count >> 8);
}

/**
 * read_count - latch and read a count by word access
 * @b: the bench
 * @ch: channel 0..2
 *
 * Context: any.
 * Return: the count.
 */
static inline u16 read_count(struct pit_bench *b, unsigned int ch)
{
	u8 low;

	out(b, CTRL, LATCH_COUNT(ch));
	low = in(b, ch);
	return in(b, ch) << 8 | low;
}

/**
 * read_status - latch and read the status byte
 * @b: the bench
 * @ch: channel 0..2
 *
 * Context: any.
 * Return: the byte.
 */
static inline u8 read_status(struct pit_bench *b, unsigned int ch)
{
	out(b, CTRL, READ_BACK | RB_STATUS_ONLY | RB_CH(ch));
	return in(b, ch);
}

/**
 * pit_bench_init - give a case a bench with a timer at power-on
 * @test: the case
 *
 * Context: process.
 * Return: 0; -ENOMEM.
 */
static inline int pit_bench_init(struct kunit *test)
{
	struct pit_bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	if (!b)
		return -ENOMEM;
	b->test = test;
	b->now_ns = EPOCH_NS;
	vqc_pit_reset(&b->pit);
	test->priv = b;
	return 0;
}

#endif /* VQC_PIT_FIXTURE_H */
