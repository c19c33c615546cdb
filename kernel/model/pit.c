// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Intel 8254 programmable interval timer and port 0x61.
 *
 * Section names are those of the 8254 datasheet (Intel order 231164), and so
 * are CR, the count register that software loads, CE, the counting element,
 * and OL, the latch that is read.
 *
 * Nothing ticks: a channel keeps when its CE was loaded and with what (the
 * run), and the count, the output and the edges follow from that and the time.
 * Whatever ends a run first counts its edges, so that none is lost or told
 * twice.
 *
 * The clock that moves CR to CE is taken to come together with the write or
 * the trigger, less than a microsecond early.
 *
 * A run that came with a snapshot may have begun before this machine did, at a
 * negative time: times are told apart by the sign of their difference.
 */
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/nospec.h>

#include "pit.h"

/* The control word ("Control Word Format"). */
#define VQC_PIT_CW_CHANNEL	GENMASK(7, 6)
#define VQC_PIT_CW_ACCESS	GENMASK(5, 4)
#define VQC_PIT_CW_MODE		GENMASK(3, 1)
#define VQC_PIT_CW_BCD		BIT(0)
#define VQC_PIT_CW_PROGRAMMED	GENMASK(5, 0)
/* SC = 3 is the read-back command ("Read-Back Command"). */
#define VQC_PIT_READ_BACK	3u
#define VQC_PIT_RB_NO_COUNT	BIT(5)
#define VQC_PIT_RB_NO_STATUS	BIT(4)
#define VQC_PIT_RB_CHANNEL(n)	BIT((n) + 1)
/* The status byte ("Status Byte"). */
#define VQC_PIT_STATUS_OUT	BIT(7)
#define VQC_PIT_STATUS_NULL	BIT(6)

/* Channel 1 divides by this in a PC; its output is the refresh toggle. */
#define VQC_PIT_REFRESH_CLOCKS	18u

/* The smallest whole number of clocks not below VQC_PIT_MIN_PERIOD_NS. */
#define VQC_PIT_MIN_PERIOD_CLOCKS \
	((u32)((VQC_PIT_MIN_PERIOD_NS * VQC_PIT_HZ + VQC_NSEC_PER_SEC - 1) / \
	       VQC_NSEC_PER_SEC))

/* Whole clocks in a time; cannot overflow. */
static u64 vqc_pit_ns_to_clocks(u64 ns)
{
	u32 rest_ns;
	u64 sec = div_u64_rem(ns, VQC_NSEC_PER_SEC, &rest_ns);

	return sec * VQC_PIT_HZ +
	       div_u64((u64)rest_ns * VQC_PIT_HZ, VQC_NSEC_PER_SEC);
}

static bool vqc_pit_is_before(u64 a_ns, u64 b_ns)
{
	return (s64)(a_ns - b_ns) < 0;
}

/* @from plus the time until that many clocks are whole, in 1..S64_MAX. */
static u64 vqc_pit_after_clocks(u64 from, u64 clocks)
{
	u32 rest;
	u64 sec = div_u64_rem(clocks, VQC_PIT_HZ, &rest);
	u64 ns = div_u64(rest * VQC_NSEC_PER_SEC + VQC_PIT_HZ - 1, VQC_PIT_HZ);

	/* Clocks of a time below 2^63 ns and a period: cannot overflow. */
	ns += sec * VQC_NSEC_PER_SEC;
	if (ns > S64_MAX - from)
		return S64_MAX;
	return vqc_pit_is_before(0, from + ns) ? from + ns : 1;
}

static u64 vqc_pit_later(u64 a_ns, u64 b_ns)
{
	return vqc_pit_is_before(a_ns, b_ns) ? b_ns : a_ns;
}

static u64 vqc_pit_earlier(u64 a_ns, u64 b_ns)
{
	return vqc_pit_is_before(a_ns, b_ns) ? a_ns : b_ns;
}

/* What each mode does with its gate ("Gate Pin Operations Summary"). */
static bool vqc_pit_is_periodic(const struct vqc_pit_channel *ch)
{
	return ch->mode == 2 || ch->mode == 3;
}

static bool vqc_pit_is_triggered(const struct vqc_pit_channel *ch)
{
	return ch->mode == 1 || ch->mode == 5;
}

static bool vqc_pit_is_stopped(const struct vqc_pit_channel *ch)
{
	return !ch->gate && !vqc_pit_is_triggered(ch);
}

static u32 vqc_pit_modulus(const struct vqc_pit_channel *ch)
{
	return ch->bcd ? VQC_PIT_MAX_BCD_COUNT : VQC_PIT_MAX_COUNT;
}

/* Clocks of a cycle; a count of 1 is illegal in modes 2 and 3. */
static u32 vqc_pit_period(const struct vqc_pit_channel *ch)
{
	return max(ch->run, 2u);
}

/* "Mode 3": an odd count is high for one clock longer than it is low. */
static u32 vqc_pit_high_clocks(u32 period)
{
	return (period + 1) / 2;
}

/* Clocks from the beginning of the run's first period. */
static u64 vqc_pit_position(const struct vqc_pit_channel *ch, u64 now_ns)
{
	if (vqc_pit_is_stopped(ch))
		now_ns = vqc_pit_earlier(now_ns, ch->stop_ns);
	if (vqc_pit_is_before(now_ns, ch->start_ns))
		return ch->skip;
	return vqc_pit_ns_to_clocks(now_ns - ch->start_ns) + ch->skip;
}

static u64 vqc_pit_position_in_period(const struct vqc_pit_channel *ch,
				      u64 now_ns)
{
	u32 rest;

	div_u64_rem(vqc_pit_position(ch, now_ns), vqc_pit_period(ch), &rest);
	return rest;
}

/* The position at which a mode that does not repeat raises its output. */
static u32 vqc_pit_one_shot_edge(const struct vqc_pit_channel *ch)
{
	/* Modes 4 and 5 raise it again after a strobe of one clock. */
	return ch->mode >= 4 ? ch->run + 1 : ch->run;
}

static u32 vqc_pit_edge_period(const struct vqc_pit_channel *ch)
{
	return max(vqc_pit_period(ch), VQC_PIT_MIN_PERIOD_CLOCKS);
}

/* Rising edges of the run until @now_ns. */
static u64 vqc_pit_edges(const struct vqc_pit_channel *ch, u64 now_ns)
{
	u64 position;

	if (!ch->armed)
		return 0;
	position = vqc_pit_position(ch, now_ns);
	if (vqc_pit_is_periodic(ch))
		return div_u64(position, vqc_pit_edge_period(ch));
	return position >= vqc_pit_one_shot_edge(ch);
}

/* Move the unreported edges of the run out of it; it is about to end. */
static void vqc_pit_fold_edges(struct vqc_pit_channel *ch, u64 now_ns)
{
	u64 edges = vqc_pit_edges(ch, now_ns);

	if (edges <= ch->ticks)
		return;
	ch->owed = min_t(u64, ch->owed + edges - ch->ticks, U32_MAX);
	ch->ticks = edges;
}

/* CR goes to CE and a new run begins. */
static void vqc_pit_load(struct vqc_pit_channel *ch, u64 now_ns, u32 skip)
{
	vqc_pit_fold_edges(ch, now_ns);
	ch->run = ch->count;
	ch->skip = skip;
	ch->start_ns = now_ns;
	ch->stop_ns = now_ns;
	ch->ticks = 0;
	ch->null_count = 0;
	ch->armed = 1;
}

/* Does a new count wait for the end of the (half-)cycle? */
static bool vqc_pit_is_switching(const struct vqc_pit_channel *ch)
{
	return ch->armed && ch->null_count && vqc_pit_is_periodic(ch);
}

/* Let the new count in if its time has come by @now_ns. */
static void vqc_pit_catch_up(struct vqc_pit_channel *ch, u64 now_ns)
{
	u32 skip = 0;

	if (!vqc_pit_is_switching(ch) || vqc_pit_is_stopped(ch) ||
	    vqc_pit_is_before(now_ns, ch->switch_ns))
		return;
	if (ch->mode == 3 && vqc_pit_position_in_period(ch, ch->switch_ns))
		skip = vqc_pit_high_clocks(max(ch->count, 2u));
	vqc_pit_load(ch, ch->switch_ns, skip);
}

/* The channel as it is at @now_ns. */
static struct vqc_pit_channel vqc_pit_at(const struct vqc_pit_channel *ch,
					 u64 now_ns)
{
	struct vqc_pit_channel at = *ch;

	vqc_pit_catch_up(&at, now_ns);
	return at;
}

/*
 * When a new count that is written now takes effect: mode 2 at the end of the
 * cycle, mode 3 at the end of the half-cycle ("Mode 2", "Mode 3").
 */
static u64 vqc_pit_switch_ns(const struct vqc_pit_channel *ch, u64 now_ns)
{
	u32 period = vqc_pit_period(ch);
	u32 high = vqc_pit_high_clocks(period);
	u64 position = vqc_pit_position(ch, now_ns);
	u32 phase = vqc_pit_position_in_period(ch, now_ns);
	u32 end = ch->mode == 3 && phase < high ? high : period;

	return vqc_pit_after_clocks(ch->start_ns,
				    position - phase + end - ch->skip);
}

/* Counts go round in binary or BCD and are read as 16 bits. */
static u16 vqc_pit_encode(const struct vqc_pit_channel *ch, u32 clocks)
{
	u32 n = clocks % VQC_PIT_MAX_BCD_COUNT;

	if (!ch->bcd)
		return clocks;
	return n / 1000 << 12 | n / 100 % 10 << 8 | n / 10 % 10 << 4 | n % 10;
}

/* Digits above 9 are undefined; they count for their value here. */
static u32 vqc_pit_decode(const struct vqc_pit_channel *ch, u16 val)
{
	u32 clocks = val;

	if (ch->bcd)
		clocks = ((val >> 12) * 1000 + (val >> 8 & 0xf) * 100 +
			  (val >> 4 & 0xf) * 10 + (val & 0xf)) %
			 VQC_PIT_MAX_BCD_COUNT;
	return clocks ?: vqc_pit_modulus(ch);
}

/* What the CE holds, as software reads it. */
static u16 vqc_pit_ce(const struct vqc_pit_channel *ch, u64 now_ns)
{
	u32 modulus = vqc_pit_modulus(ch);
	u32 period = vqc_pit_period(ch);
	u32 phase, passed;

	if (!ch->armed)
		return ch->held;

	if (!vqc_pit_is_periodic(ch)) {
		/* Runs on after the terminal count, from the top. */
		div_u64_rem(vqc_pit_position(ch, now_ns), modulus, &passed);
		return vqc_pit_encode(ch, ch->run + modulus - passed);
	}

	phase = vqc_pit_position_in_period(ch, now_ns);
	if (ch->mode == 2)
		return vqc_pit_encode(ch, period - phase);
	/* Mode 3 counts each half down by two, from an even number. */
	if (phase >= vqc_pit_high_clocks(period))
		phase -= vqc_pit_high_clocks(period);
	return vqc_pit_encode(ch, (period & ~1u) - 2 * phase);
}

/* OUT of each mode ("Mode Definitions"). */
static bool vqc_pit_level(const struct vqc_pit_channel *ch, u64 now_ns)
{
	u64 phase;

	/* "OUT will go to the initial state": low in mode 0 alone. */
	if (!ch->armed)
		return ch->mode != 0;
	if (!vqc_pit_is_periodic(ch)) {
		phase = vqc_pit_position(ch, now_ns);
		return ch->mode < 4 ? phase >= ch->run : phase != ch->run;
	}
	/* "If GATE goes low during an output pulse OUT is set high." */
	if (!ch->gate)
		return true;
	phase = vqc_pit_position_in_period(ch, now_ns);
	return ch->mode == 2 ? phase != vqc_pit_period(ch) - 1 :
			       phase < vqc_pit_high_clocks(vqc_pit_period(ch));
}

bool vqc_pit_out(const struct vqc_pit *pit, unsigned int channel, u64 now_ns)
{
	struct vqc_pit_channel at;

	if (channel >= VQC_NR_PIT_CHANNELS)
		return false;
	channel = array_index_nospec(channel, VQC_NR_PIT_CHANNELS);
	at = vqc_pit_at(&pit->ch[channel], now_ns);
	return vqc_pit_level(&at, now_ns);
}

/* When the next edge after those already reported comes, 0 for never. */
static u64 vqc_pit_next_edge_ns(const struct vqc_pit_channel *ch)
{
	if (ch->owed)
		return vqc_pit_after_clocks(ch->start_ns, 0);
	if (!ch->armed || vqc_pit_is_stopped(ch))
		return 0;
	if (vqc_pit_is_periodic(ch))
		return vqc_pit_after_clocks(ch->start_ns, (ch->ticks + 1) *
					    vqc_pit_edge_period(ch) - ch->skip);
	if (ch->ticks)
		return 0;
	return vqc_pit_after_clocks(ch->start_ns, vqc_pit_one_shot_edge(ch));
}

u64 vqc_pit_next_ns(const struct vqc_pit *pit)
{
	struct vqc_pit_channel ch = pit->ch[0];
	u64 next_ns;

	if (pit->irq_disabled)
		return 0;
	next_ns = vqc_pit_next_edge_ns(&ch);
	if (!vqc_pit_is_switching(&ch) || next_ns <= ch.switch_ns)
		return next_ns;
	/* The run ends before its next edge: ask the one after it. */
	vqc_pit_catch_up(&ch, ch.switch_ns);
	return vqc_pit_next_edge_ns(&ch);
}

u64 vqc_pit_expire(struct vqc_pit *pit, u64 now_ns, struct vqc_fx *fx)
{
	struct vqc_pit_channel *ch = &pit->ch[0];
	u64 edges;

	vqc_pit_catch_up(ch, now_ns);
	vqc_pit_fold_edges(ch, now_ns);
	edges = pit->irq_disabled ? 0 : ch->owed;
	ch->owed = 0;
	vqc_fx_timer(fx, vqc_pit_next_ns(pit));
	return edges;
}

enum vqc_why vqc_pit_hold(const struct vqc_pit *pit, unsigned int channel)
{
	const struct vqc_pit_channel *ch;

	if (channel >= VQC_NR_PIT_CHANNELS)
		return VQC_WHY_TIMER_OFF;
	channel = array_index_nospec(channel, VQC_NR_PIT_CHANNELS);
	ch = &pit->ch[channel];
	if (!ch->count || (channel == 0 && pit->irq_disabled))
		return VQC_WHY_TIMER_OFF;
	if (vqc_pit_is_stopped(ch))
		return VQC_WHY_PIT_GATED;
	if (!ch->armed)
		return vqc_pit_is_triggered(ch) ? VQC_WHY_PIT_GATED :
						  VQC_WHY_TIMER_OFF;
	return VQC_WHY_DELIVERED;
}

void vqc_pit_set_irq_disabled(struct vqc_pit *pit, bool disabled, u64 now_ns,
			      struct vqc_fx *fx)
{
	struct vqc_pit_channel *ch = &pit->ch[0];

	vqc_pit_catch_up(ch, now_ns);
	if (pit->irq_disabled != disabled) {
		vqc_pit_fold_edges(ch, now_ns);
		ch->owed = 0;
	}
	pit->irq_disabled = disabled;
	vqc_fx_timer(fx, vqc_pit_next_ns(pit));
}

/* "Counter Latch Command": a latch that was not read yet stays. */
static void vqc_pit_latch_count(struct vqc_pit_channel *ch, u64 now_ns)
{
	if (ch->count_latched)
		return;
	ch->count_latch = vqc_pit_ce(ch, now_ns);
	ch->count_latched = ch->access == VQC_PIT_WORD ? 2 : 1;
}

static void vqc_pit_latch_status(struct vqc_pit_channel *ch, u64 now_ns)
{
	if (ch->status_latched)
		return;
	ch->status_latched = 1;
	ch->status_latch = ch->control;
	if (vqc_pit_level(ch, now_ns))
		ch->status_latch |= VQC_PIT_STATUS_OUT;
	if (ch->null_count)
		ch->status_latch |= VQC_PIT_STATUS_NULL;
}

static void vqc_pit_read_back(struct vqc_pit *pit, u8 val, u64 now_ns)
{
	struct vqc_pit_channel *ch;
	unsigned int i;

	for (i = 0; i < VQC_NR_PIT_CHANNELS; i++) {
		if (!(val & VQC_PIT_RB_CHANNEL(i)))
			continue;
		ch = &pit->ch[i];
		vqc_pit_catch_up(ch, now_ns);
		if (!(val & VQC_PIT_RB_NO_COUNT))
			vqc_pit_latch_count(ch, now_ns);
		if (!(val & VQC_PIT_RB_NO_STATUS))
			vqc_pit_latch_status(ch, now_ns);
	}
}

/* The CE stops where it is, until a count is written. */
static void vqc_pit_halt(struct vqc_pit_channel *ch, u64 now_ns)
{
	vqc_pit_fold_edges(ch, now_ns);
	ch->held = vqc_pit_ce(ch, now_ns);
	ch->armed = 0;
	ch->run = 0;
	ch->skip = 0;
	ch->ticks = 0;
}

/*
 * "When a Control Word is written to a Counter, all Control Logic is
 * immediately reset and OUT goes to a known initial state"; latches are held
 * "until the Counter is reprogrammed".
 */
static void vqc_pit_program(struct vqc_pit_channel *ch, u8 val, u64 now_ns)
{
	u8 mode = FIELD_GET(VQC_PIT_CW_MODE, val);

	vqc_pit_halt(ch, now_ns);
	ch->control = val & VQC_PIT_CW_PROGRAMMED;
	ch->access = FIELD_GET(VQC_PIT_CW_ACCESS, val);
	/* Bit 2 of the mode is "don't care" for modes 2 and 3. */
	ch->mode = mode > 5 ? mode - 4 : mode;
	ch->bcd = FIELD_GET(VQC_PIT_CW_BCD, val);
	ch->count = 0;
	ch->null_count = 1;
	ch->read_msb = 0;
	ch->write_msb = 0;
	ch->count_latched = 0;
	ch->status_latched = 0;
}

static void vqc_pit_write_control(struct vqc_pit *pit, u8 val, u64 now_ns)
{
	unsigned int i = FIELD_GET(VQC_PIT_CW_CHANNEL, val);

	if (i == VQC_PIT_READ_BACK) {
		vqc_pit_read_back(pit, val, now_ns);
		return;
	}
	i = array_index_nospec(i, VQC_NR_PIT_CHANNELS);
	vqc_pit_catch_up(&pit->ch[i], now_ns);
	if (FIELD_GET(VQC_PIT_CW_ACCESS, val) == VQC_PIT_LATCH)
		vqc_pit_latch_count(&pit->ch[i], now_ns);
	else
		vqc_pit_program(&pit->ch[i], val, now_ns);
}

/* A whole count was written to CR ("Mode Definitions", on new counts). */
static void vqc_pit_write_count(struct vqc_pit_channel *ch, u16 val, u64 now_ns)
{
	ch->count = vqc_pit_decode(ch, val);
	if (vqc_pit_is_triggered(ch)) {
		ch->null_count = 1;
		return;
	}
	if (!vqc_pit_is_periodic(ch) || !ch->armed) {
		vqc_pit_load(ch, now_ns, 0);
		return;
	}
	if (!vqc_pit_is_switching(ch))
		ch->switch_ns = vqc_pit_switch_ns(ch, now_ns);
	ch->null_count = 1;
}

static void vqc_pit_write_counter(struct vqc_pit_channel *ch, u8 val,
				  u64 now_ns)
{
	vqc_pit_catch_up(ch, now_ns);
	switch (ch->access) {
	case VQC_PIT_LSB:
		vqc_pit_write_count(ch, val, now_ns);
		return;
	case VQC_PIT_MSB:
		vqc_pit_write_count(ch, val << 8, now_ns);
		return;
	}
	if (ch->write_msb) {
		ch->write_msb = 0;
		vqc_pit_write_count(ch, val << 8 | ch->write_latch, now_ns);
		return;
	}
	ch->write_msb = 1;
	ch->write_latch = val;
	/* "Writing the first byte disables counting. OUT is set low." */
	if (ch->mode == 0 && ch->armed)
		vqc_pit_halt(ch, now_ns);
}

void vqc_pit_write(struct vqc_pit *pit, unsigned int port, u8 val, u64 now_ns,
		   struct vqc_fx *fx)
{
	bool was_high = vqc_pit_out(pit, 0, now_ns);
	u64 next_ns = vqc_pit_next_ns(pit);

	if (port == VQC_PIT_PORT_CTRL) {
		vqc_pit_write_control(pit, val, now_ns);
	} else if (port < VQC_NR_PIT_CHANNELS) {
		port = array_index_nospec(port, VQC_NR_PIT_CHANNELS);
		vqc_pit_write_counter(&pit->ch[port], val, now_ns);
	} else {
		return;
	}

	/* A write that itself raises the output makes an edge like any other. */
	if (!pit->irq_disabled && !was_high && vqc_pit_out(pit, 0, now_ns))
		pit->ch[0].owed = min_t(u64, pit->ch[0].owed + 1, U32_MAX);
	if (vqc_pit_next_ns(pit) != next_ns)
		vqc_fx_timer(fx, vqc_pit_next_ns(pit));
}

static u8 vqc_pit_read_latched(struct vqc_pit_channel *ch)
{
	bool msb = ch->access == VQC_PIT_MSB ||
		   (ch->access == VQC_PIT_WORD && ch->count_latched == 1);

	ch->count_latched--;
	return msb ? ch->count_latch >> 8 : ch->count_latch;
}

u8 vqc_pit_read(struct vqc_pit *pit, unsigned int port, u64 now_ns)
{
	struct vqc_pit_channel *ch;
	bool msb;
	u16 ce;

	if (port >= VQC_NR_PIT_CHANNELS)
		return 0xff;
	port = array_index_nospec(port, VQC_NR_PIT_CHANNELS);
	ch = &pit->ch[port];
	vqc_pit_catch_up(ch, now_ns);
	if (ch->status_latched) {
		ch->status_latched = 0;
		return ch->status_latch;
	}
	if (ch->count_latched)
		return vqc_pit_read_latched(ch);

	ce = vqc_pit_ce(ch, now_ns);
	msb = ch->access == VQC_PIT_MSB || ch->read_msb;
	if (ch->access == VQC_PIT_WORD)
		ch->read_msb = !ch->read_msb;
	return msb ? ce >> 8 : ce;
}

u8 vqc_pit_speaker_read(const struct vqc_pit *pit, u64 now_ns)
{
	u64 refresh = div_u64(vqc_pit_ns_to_clocks(now_ns),
			      VQC_PIT_REFRESH_CLOCKS);
	u8 val = pit->speaker;

	if (refresh & 1)
		val |= VQC_PIT_SPEAKER_REFRESH;
	if (vqc_pit_out(pit, VQC_PIT_SPEAKER_CHANNEL, now_ns))
		val |= VQC_PIT_SPEAKER_OUT;
	return val;
}

/* A rising edge of a gate ("Gate Pin Operations Summary"). */
static void vqc_pit_trigger(struct vqc_pit_channel *ch, u64 now_ns)
{
	if (vqc_pit_is_triggered(ch)) {
		if (ch->count)
			vqc_pit_load(ch, now_ns, 0);
		return;
	}
	if (!ch->armed)
		return;
	if (vqc_pit_is_periodic(ch))
		vqc_pit_load(ch, now_ns, 0);
	else if (vqc_pit_is_before(ch->stop_ns, now_ns))
		ch->start_ns += now_ns - ch->stop_ns;
}

void vqc_pit_speaker_write(struct vqc_pit *pit, u8 val, u64 now_ns)
{
	struct vqc_pit_channel *ch = &pit->ch[VQC_PIT_SPEAKER_CHANNEL];
	u8 gate = val & VQC_PIT_SPEAKER_GATE;

	pit->speaker = val & (VQC_PIT_SPEAKER_GATE | VQC_PIT_SPEAKER_DATA);
	if (gate == ch->gate)
		return;
	vqc_pit_catch_up(ch, now_ns);
	if (gate)
		vqc_pit_trigger(ch, now_ns);
	else
		ch->stop_ns = vqc_pit_later(now_ns, ch->start_ns);
	ch->gate = gate;
}

void vqc_pit_reset(struct vqc_pit *pit)
{
	unsigned int i;

	memset(pit, 0, sizeof(*pit));
	for (i = 0; i < VQC_NR_PIT_CHANNELS; i++) {
		pit->ch[i].mode = 3;
		pit->ch[i].access = VQC_PIT_WORD;
		pit->ch[i].control = FIELD_PREP(VQC_PIT_CW_ACCESS, VQC_PIT_WORD) |
				     FIELD_PREP(VQC_PIT_CW_MODE, 3);
		pit->ch[i].null_count = 1;
		pit->ch[i].gate = i != VQC_PIT_SPEAKER_CHANNEL;
	}
}

static u8 vqc_pit_control(const struct vqc_pit_channel *ch)
{
	return FIELD_PREP(VQC_PIT_CW_ACCESS, ch->access) |
	       FIELD_PREP(VQC_PIT_CW_MODE, ch->mode) | ch->bcd;
}

/* Could @control have programmed the mode, BCD and access that are in force? */
static bool vqc_pit_control_fits(const struct vqc_pit_channel *ch)
{
	u8 alias = FIELD_PREP(VQC_PIT_CW_MODE, 4);

	return ch->control == vqc_pit_control(ch) ||
	       (vqc_pit_is_periodic(ch) &&
		ch->control == (vqc_pit_control(ch) | alias));
}

/* What software sees of a channel. */
static void vqc_pit_sanitise_regs(struct vqc_pit_channel *ch)
{
	bool word;

	ch->mode &= 7;
	if (ch->mode > 5)
		ch->mode -= 4;
	ch->bcd = !!ch->bcd;
	ch->gate = !!ch->gate;
	if (ch->access < VQC_PIT_LSB || ch->access > VQC_PIT_WORD)
		ch->access = VQC_PIT_WORD;
	if (!vqc_pit_control_fits(ch))
		ch->control = vqc_pit_control(ch);

	word = ch->access == VQC_PIT_WORD;
	ch->read_msb = word && ch->read_msb;
	ch->write_msb = word && ch->write_msb;
	ch->count_latched = min_t(u8, ch->count_latched, word ? 2 : 1);
	ch->status_latched = !!ch->status_latched;
	ch->armed = !!ch->armed;
	ch->null_count = !!ch->null_count;
	ch->count = min(ch->count, vqc_pit_modulus(ch));
	if (ch->armed && !ch->count)
		ch->count = vqc_pit_modulus(ch);
	if (!ch->count)
		ch->null_count = 1;
}

/* What the chip knows of its run. */
static void vqc_pit_sanitise_run(struct vqc_pit_channel *ch, u64 now_ns)
{
	u64 end_ns;

	if (!ch->armed) {
		ch->run = 0;
		ch->skip = 0;
		ch->ticks = 0;
		return;
	}
	if (!ch->run)
		ch->run = ch->count;
	ch->run = min(ch->run, vqc_pit_modulus(ch));
	ch->skip = ch->mode == 3 ? min(ch->skip, ch->run) : 0;
	if (!vqc_pit_is_triggered(ch) && !vqc_pit_is_periodic(ch))
		ch->null_count = 0;

	ch->start_ns = vqc_pit_earlier(ch->start_ns, now_ns);
	ch->stop_ns = vqc_pit_later(ch->start_ns,
				    vqc_pit_earlier(ch->stop_ns, now_ns));
	end_ns = vqc_pit_after_clocks(now_ns, vqc_pit_period(ch));
	ch->switch_ns = vqc_pit_later(ch->start_ns,
				      vqc_pit_earlier(ch->switch_ns, end_ns));
}

void vqc_pit_set_state(struct vqc_pit *pit, const struct vqc_pit *state,
		       u64 now_ns, struct vqc_fx *fx)
{
	struct vqc_pit_channel *ch;
	unsigned int i;

	*pit = *state;
	for (i = 0; i < VQC_NR_PIT_CHANNELS; i++) {
		ch = &pit->ch[i];
		if (i != VQC_PIT_SPEAKER_CHANNEL)
			ch->gate = 1;
		vqc_pit_sanitise_regs(ch);
		vqc_pit_sanitise_run(ch, now_ns);
		ch->ticks = min(ch->ticks, vqc_pit_edges(ch, now_ns));
		ch->owed = min_t(u64, ch->owed, U32_MAX);
	}
	pit->speaker &= VQC_PIT_SPEAKER_DATA;
	if (pit->ch[VQC_PIT_SPEAKER_CHANNEL].gate)
		pit->speaker |= VQC_PIT_SPEAKER_GATE;
	pit->irq_disabled = !!pit->irq_disabled;
	vqc_fx_timer(fx, vqc_pit_next_ns(pit));
}

static const char *vqc_pit_check_regs(const struct vqc_pit_channel *ch)
{
	bool word = ch->access == VQC_PIT_WORD;

	if (ch->mode > 5)
		return "no such mode";
	if (ch->access < VQC_PIT_LSB || ch->access > VQC_PIT_WORD)
		return "no such access";
	if (ch->count > vqc_pit_modulus(ch))
		return "count above the modulus";
	if (!ch->count && !ch->null_count)
		return "no count, and yet it was loaded";
	if (!vqc_pit_control_fits(ch))
		return "the control word is not the one in force";
	if ((ch->read_msb || ch->write_msb) && !word)
		return "a byte toggle outside of word access";
	if (ch->count_latched > (word ? 2 : 1))
		return "more latched bytes than the access has";
	if ((ch->bcd | ch->gate | ch->read_msb | ch->write_msb |
	     ch->status_latched | ch->armed | ch->null_count) > 1)
		return "a flag is neither 0 nor 1";
	return NULL;
}

static const char *vqc_pit_check_run(const struct vqc_pit_channel *ch)
{
	if (ch->owed > U32_MAX)
		return "too many edges owed";
	if (!ch->armed)
		return ch->ticks || ch->skip ? "edges without a run" : NULL;
	if (!ch->count || !ch->run || ch->run > vqc_pit_modulus(ch))
		return "a run without a valid count";
	if (ch->skip > (ch->mode == 3 ? ch->run : 0))
		return "skips more than its period";
	if (!ch->gate && vqc_pit_is_before(ch->stop_ns, ch->start_ns))
		return "stopped before it started";
	if (vqc_pit_is_switching(ch) &&
	    vqc_pit_is_before(ch->switch_ns, ch->start_ns))
		return "a new count takes effect before the run began";
	if (ch->null_count && !vqc_pit_is_periodic(ch) &&
	    !vqc_pit_is_triggered(ch))
		return "a count that is loaded at once is pending";
	return NULL;
}

const char *vqc_pit_check(const struct vqc_pit *pit)
{
	const char *wrong = NULL;
	unsigned int i;

	for (i = 0; i < VQC_NR_PIT_CHANNELS && !wrong; i++) {
		wrong = vqc_pit_check_regs(&pit->ch[i]);
		if (!wrong)
			wrong = vqc_pit_check_run(&pit->ch[i]);
	}
	if (wrong)
		return wrong;
	if (!pit->ch[0].gate || !pit->ch[1].gate)
		return "a gate that is tied high is low";
	if (pit->speaker & ~(VQC_PIT_SPEAKER_GATE | VQC_PIT_SPEAKER_DATA) ||
	    pit->irq_disabled > 1)
		return "a flag is neither 0 nor 1";
	if ((pit->speaker & VQC_PIT_SPEAKER_GATE) !=
	    pit->ch[VQC_PIT_SPEAKER_CHANNEL].gate)
		return "gate 2 is not what port 0x61 drives";
	return NULL;
}
