// SPDX-License-Identifier: GPL-2.0-only
/* The oracle for the 8254, see oracle_pit.h. */
#include <linux/math64.h>

#include "oracle_pit.h"

static int top(const struct oracle_8254 *c)
{
	return c->decimal ? 10000 : 65536;
}

static bool runs(const struct oracle_8254 *c)
{
	return c->counting && (c->gate || c->mode == 1 || c->mode == 5);
}

static void set_out(struct oracle_8254 *c, bool level)
{
	if (level && !c->out)
		c->rises++;
	c->out = level;
}

/* The moment of a clock, counted from the origin. */
static u64 clock_ns(const struct oracle_8254 *c, u64 nr)
{
	return c->origin_ns + div_u64(nr * VQC_NSEC_PER_SEC + VQC_PIT_HZ - 1,
				      VQC_PIT_HZ);
}

static void take_count(struct oracle_8254 *c, u64 now_ns)
{
	c->n = c->cr;
	if ((c->mode == 2 || c->mode == 3) && c->n == 1)
		c->n = 2;
	c->null = false;
	c->origin_ns = now_ns;
	c->clocks = 0;
}

/* CE of mode 3 goes by twos, so it begins with an even number. */
static void reload(struct oracle_8254 *c)
{
	c->ce = c->mode == 3 ? c->n - c->n % 2 : c->n;
}

static void start(struct oracle_8254 *c, u64 now_ns)
{
	take_count(c, now_ns);
	reload(c);
	c->counting = true;
	c->done = false;
	c->stopped_ns = now_ns;
	set_out(c, c->mode != 0 && c->mode != 1);
}

/* One falling clock edge, at @now_ns. */
static void clock(struct oracle_8254 *c, u64 now_ns)
{
	bool odd_high = c->n % 2 && c->out;

	switch (c->mode) {
	case 2:
		if (c->ce == 1) {
			if (c->null)
				take_count(c, now_ns);
			reload(c);
			set_out(c, true);
		} else {
			c->ce--;
			if (c->ce == 1)
				set_out(c, false);
		}
		return;
	case 3:
		if (c->ce == (odd_high ? 0 : 2)) {
			if (c->null)
				take_count(c, now_ns);
			reload(c);
			set_out(c, !c->out);
		} else {
			c->ce -= 2;
		}
		return;
	}

	c->ce--;
	if (c->ce == 0 && !c->done) {
		c->done = true;
		set_out(c, c->mode < 4);
	} else {
		if (c->mode >= 4)
			set_out(c, true);
	}
	if (c->ce < 0)
		c->ce += top(c);
}

static void advance(struct oracle_8254 *c, u64 now_ns)
{
	u64 at;

	while (runs(c)) {
		at = clock_ns(c, c->clocks + 1);
		if (at > now_ns)
			return;
		c->clocks++;
		clock(c, at);
	}
}

void oracle_pit_advance(struct oracle_pit *o, u64 now_ns)
{
	int i;

	for (i = 0; i < 3; i++)
		advance(&o->ch[i], now_ns);
}

void oracle_pit_reset(struct oracle_pit *o)
{
	int i;

	memset(o, 0, sizeof(*o));
	for (i = 0; i < 3; i++) {
		o->ch[i].mode = 3;
		o->ch[i].access = 3;
		o->ch[i].control = 0x36;
		o->ch[i].gate = i != 2;
		o->ch[i].out = true;
		o->ch[i].null = true;
		o->ch[i].low_byte = -1;
		o->ch[i].status = -1;
	}
}

/* What software would read: 16 bits, or four digits. */
static int reads_as(const struct oracle_8254 *c)
{
	int digits = c->ce, val = 0, place;

	if (!c->counting)
		return c->raw;
	if (!c->decimal)
		return c->ce % 65536;
	for (place = 0; place < 16; place += 4) {
		val += (digits % 10) << place;
		digits /= 10;
	}
	return val;
}

static void latch_count(struct oracle_8254 *c)
{
	int val = reads_as(c);

	if (c->nr_latched)
		return;
	if (c->access != 2)
		c->latched[c->nr_latched++] = val % 256;
	if (c->access != 1)
		c->latched[c->nr_latched++] = val / 256;
}

static void latch_status(struct oracle_8254 *c)
{
	if (c->status < 0)
		c->status = (c->out ? 128 : 0) + (c->null ? 64 : 0) + c->control;
}

int oracle_pit_read(struct oracle_pit *o, unsigned int port, u64 now_ns)
{
	struct oracle_8254 *c;
	int val;

	if (port > 2)
		return 255;
	c = &o->ch[port];
	advance(c, now_ns);
	if (c->status >= 0) {
		val = c->status;
		c->status = -1;
		return val;
	}
	if (c->nr_latched) {
		val = c->latched[0];
		c->latched[0] = c->latched[1];
		c->nr_latched--;
		return val;
	}
	val = reads_as(c);
	if (c->access == 3)
		c->high_byte_next = !c->high_byte_next;
	if (c->access == 1 || (c->access == 3 && c->high_byte_next))
		return val % 256;
	return val / 256;
}

static void stop(struct oracle_8254 *c)
{
	c->raw = reads_as(c);
	c->counting = false;
}

static void program(struct oracle_8254 *c, int val)
{
	static const int modes[] = { 0, 1, 2, 3, 4, 5, 2, 3 };

	stop(c);
	c->control = val % 64;
	c->access = val / 16 % 4;
	c->mode = modes[val / 2 % 8];
	c->decimal = val % 2;
	c->cr = 0;
	c->null = true;
	c->low_byte = -1;
	c->high_byte_next = false;
	c->nr_latched = 0;
	c->status = -1;
	set_out(c, c->mode != 0);
}

static int from_digits(int val)
{
	return (val / 4096 * 1000 + val / 256 % 16 * 100 + val / 16 % 16 * 10 +
		val % 16) % 10000;
}

static void write_count(struct oracle_8254 *c, int val, u64 now_ns)
{
	if (c->decimal)
		val = from_digits(val);
	c->cr = val ? val : top(c);
	if (c->mode == 1 || c->mode == 5)
		c->null = true;
	else if ((c->mode == 2 || c->mode == 3) && c->counting)
		c->null = true;
	else
		start(c, now_ns);
}

static void write_byte(struct oracle_8254 *c, int val, u64 now_ns)
{
	if (c->access == 1) {
		write_count(c, val, now_ns);
	} else if (c->access == 2) {
		write_count(c, val * 256, now_ns);
	} else if (c->low_byte >= 0) {
		val = val * 256 + c->low_byte;
		c->low_byte = -1;
		write_count(c, val, now_ns);
	} else {
		c->low_byte = val;
		if (c->mode == 0) {
			stop(c);
			set_out(c, false);
		}
	}
}

static void write_control(struct oracle_pit *o, int val, u64 now_ns)
{
	int i;

	if (val / 64 < 3) {
		if (val / 16 % 4)
			program(&o->ch[val / 64], val);
		else
			latch_count(&o->ch[val / 64]);
		return;
	}
	for (i = 0; i < 3; i++) {
		if (!(val >> (i + 1) & 1))
			continue;
		if (!(val & 32))
			latch_count(&o->ch[i]);
		if (!(val & 16))
			latch_status(&o->ch[i]);
	}
}

void oracle_pit_write(struct oracle_pit *o, unsigned int port, int val,
		      u64 now_ns)
{
	oracle_pit_advance(o, now_ns);
	if (port == 3)
		write_control(o, val, now_ns);
	else if (port < 3)
		write_byte(&o->ch[port], val, now_ns);
}

void oracle_pit_speaker_write(struct oracle_pit *o, int val, u64 now_ns)
{
	struct oracle_8254 *c = &o->ch[2];
	bool gate = val & 1;

	oracle_pit_advance(o, now_ns);
	o->speaker = val & 3;
	if (gate == c->gate)
		return;
	c->gate = gate;
	if (!gate) {
		c->stopped_ns = now_ns;
		if (c->mode == 2 || c->mode == 3)
			set_out(c, true);
	} else if (c->mode == 0 || c->mode == 4) {
		c->origin_ns += now_ns - c->stopped_ns;
	} else if (c->mode == 1 || c->mode == 5) {
		if (c->cr)
			start(c, now_ns);
	} else if (c->counting) {
		start(c, now_ns);
	}
}
