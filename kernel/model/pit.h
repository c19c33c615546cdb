/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Intel 8254 programmable interval timer and port 0x61, as in a PC:
 * channel 0 drives line 0, channel 1 once refreshed memory, channel 2 is gated
 * by port 0x61 and drives the speaker.
 */
#ifndef VQC_MODEL_PIT_H
#define VQC_MODEL_PIT_H

#include "fx.h"
#include "types.h"

#define VQC_PIT_HZ		1193182u
#define VQC_NR_PIT_CHANNELS	3u
/* ports 0x40..0x43 */
#define VQC_PIT_PORT_CTRL	3u
/* The channel whose gate port 0x61 drives; the gates of the others are high. */
#define VQC_PIT_SPEAKER_CHANNEL	2u

/* What a count of 0 stands for (8254, "Programming the 8254"). */
#define VQC_PIT_MAX_COUNT	0x10000u
#define VQC_PIT_MAX_BCD_COUNT	10000u

/* Shortest time between two interrupts of a periodic mode. */
#define VQC_PIT_MIN_PERIOD_NS	100000ull

/* Port 0x61 */
#define VQC_PIT_SPEAKER_GATE	BIT(0)
#define VQC_PIT_SPEAKER_DATA	BIT(1)
#define VQC_PIT_SPEAKER_REFRESH	BIT(4)
#define VQC_PIT_SPEAKER_OUT	BIT(5)

/** enum vqc_pit_access - read/write mode of the control word, bits 5:4 */
enum vqc_pit_access {
	VQC_PIT_LATCH	= 0,
	VQC_PIT_LSB	= 1,
	VQC_PIT_MSB	= 2,
	VQC_PIT_WORD	= 3,
};

/**
 * struct vqc_pit_channel - one counter
 * @count: the count register (CR): what software loaded, in clocks (also in
 *	BCD mode): 1..0x10000, 0 if none was loaded since the control word
 * @start_ns: when @run was loaded into the counting element (CE); wraps: in a
 *	state from elsewhere it may lie before this machine's time 0
 * @mode: 0..5
 * @bcd: 1: counts in BCD
 * @access: enum vqc_pit_access, LSB..WORD
 * @gate: level of the gate input
 * @read_msb: the next byte read is the high one (WORD access)
 * @write_msb: the next byte written is the high one (WORD access)
 * @write_latch: low byte written first (WORD access)
 * @count_latched: number of latched count bytes still to be read, 0..2
 * @count_latch: the latched count
 * @status_latched: a status byte is latched
 * @status_latch: that byte
 * @armed: the CE counts
 * @ticks: rising edges of the run that were already reported or are in @owed
 * @control: bits 5:0 of the control word as written, for the status byte
 * @null_count: @count was not yet moved to the CE; while @armed in modes 2 and
 *	3 it will be at @switch_ns
 * @held: what the CE holds while it does not count
 * @run: the count the CE was loaded with, 1..0x10000; valid if @armed
 * @skip: clocks of the period that the run left out: the high half, when a
 *	new count of mode 3 begins with the low one
 * @stop_ns: when the gate went low, or @start_ns if it was low then; valid
 *	if @armed and the gate is low
 * @switch_ns: see @null_count
 * @owed: rising edges that were not yet reported; only channel 0's ever are
 */
struct vqc_pit_channel {
	u32 count;
	u64 start_ns;
	u8 mode;
	u8 bcd;
	u8 access;
	u8 gate;
	u8 read_msb;
	u8 write_msb;
	u8 write_latch;
	u8 count_latched;
	u16 count_latch;
	u8 status_latched;
	u8 status_latch;
	u8 armed;
	u64 ticks;
	u8 control;
	u8 null_count;
	u16 held;
	u32 run;
	u32 skip;
	u64 stop_ns;
	u64 switch_ns;
	u64 owed;
};

/**
 * struct vqc_pit - the timer
 * @ch: the channels
 * @speaker: bits 1:0 of port 0x61: speaker data, gate 2
 * @irq_disabled: channel 0 makes no interrupts (HPET legacy mode); change it
 *	with vqc_pit_set_irq_disabled()
 */
struct vqc_pit {
	struct vqc_pit_channel ch[VQC_NR_PIT_CHANNELS];
	u8 speaker;
	u8 irq_disabled;
};

/**
 * vqc_pit_reset - power-on state
 * @pit: the timer
 *
 * The 8254's modes and counts are undefined at power-on; here no channel
 * counts before it is programmed, the outputs are high and gate 2 is low.
 *
 * Context: any; caller serialises.
 */
void vqc_pit_reset(struct vqc_pit *pit);

/**
 * vqc_pit_read - read a byte from port 0x40 + @port
 * @pit: the timer
 * @port: 0..3; 3 cannot be read and gives 0xff, as any other does
 * @now_ns: the time
 *
 * A latched status comes first, then a latched count, low byte first, then the
 * count as it is (8254, "Read Operations").
 *
 * Context: any; caller serialises. Return: the byte.
 */
u8 vqc_pit_read(struct vqc_pit *pit, unsigned int port, u64 now_ns);

/**
 * vqc_pit_write - write a byte to port 0x40 + @port
 * @pit: the timer
 * @port: 0..3; others are ignored
 * @val: the byte
 * @now_ns: the time
 * @fx: TIMER when channel 0's next output edge changed
 *
 * Context: any; caller serialises.
 */
void vqc_pit_write(struct vqc_pit *pit, unsigned int port, u8 val, u64 now_ns,
		   struct vqc_fx *fx);

/**
 * vqc_pit_speaker_read - read port 0x61
 * @pit: the timer
 * @now_ns: the time
 *
 * Context: any; caller serialises. Return: bits 1:0 as written, 4 the refresh
 * toggle, 5 the output of channel 2.
 */
u8 vqc_pit_speaker_read(const struct vqc_pit *pit, u64 now_ns);

/**
 * vqc_pit_speaker_write - write port 0x61
 * @pit: the timer
 * @val: bit 0 is the gate of channel 2, bit 1 the speaker
 * @now_ns: the time
 *
 * Context: any; caller serialises.
 */
void vqc_pit_speaker_write(struct vqc_pit *pit, u8 val, u64 now_ns);

/**
 * vqc_pit_out - output level of a channel
 * @pit: the timer
 * @channel: 0..2; others are low
 * @now_ns: the time
 *
 * Context: any; caller serialises. Return: the level.
 */
bool vqc_pit_out(const struct vqc_pit *pit, unsigned int channel, u64 now_ns);

/**
 * vqc_pit_next_ns - when channel 0 next raises line 0
 * @pit: the timer
 *
 * Periodic modes shorter than VQC_PIT_MIN_PERIOD_NS are stretched to it, so
 * that a guest cannot hold the host; the output as the guest reads it is not.
 *
 * Context: any; caller serialises. Return: monotonic ns, 0 for never; may lie
 * in the past, when vqc_pit_expire() has edges to report already.
 */
u64 vqc_pit_next_ns(const struct vqc_pit *pit);

/**
 * vqc_pit_expire - account for the rising edges of channel 0 up to now
 * @pit: the timer
 * @now_ns: the time
 * @fx: TIMER for the next one
 *
 * Context: any; caller serialises.
 * Return: how many edges there were since the last call (0: called early; more
 * than 1: the caller came late and decides whether to make them up).
 */
u64 vqc_pit_expire(struct vqc_pit *pit, u64 now_ns, struct vqc_fx *fx);

/**
 * vqc_pit_hold - why a channel makes no edges
 * @pit: the timer
 * @channel: 0..2
 *
 * Context: any; caller serialises.
 * Return: DELIVERED if nothing holds it; PIT_GATED if its gate is low, or was
 * not seen to rise in a mode that it triggers; TIMER_OFF if no count was
 * loaded, or channel 0's interrupts are disabled, or there is no such channel.
 */
enum vqc_why vqc_pit_hold(const struct vqc_pit *pit, unsigned int channel);

/**
 * vqc_pit_set_irq_disabled - take line 0 away from channel 0, or give it back
 * @pit: the timer
 * @disabled: another timer drives the line (HPET legacy mode)
 * @now_ns: the time
 * @fx: TIMER
 *
 * The channel counts on as programmed; edges in between are not made up.
 *
 * Context: any; caller serialises.
 */
void vqc_pit_set_irq_disabled(struct vqc_pit *pit, bool disabled, u64 now_ns,
			      struct vqc_fx *fx);

/**
 * vqc_pit_set_state - load a state, then settle
 * @pit: the timer
 * @state: from anywhere, trusted in nothing: made valid before use; may be
 *	@pit itself.  An armed channel with @count 0 counts from the maximum.
 *	The gate of channel 2 wins over @speaker, @mode, @bcd and @access win
 *	over @control.  A format that knows only one count leaves @run 0, and
 *	@null_count 0.
 * @now_ns: the time; no start lies after it
 * @fx: TIMER
 *
 * Context: any; caller serialises.
 */
void vqc_pit_set_state(struct vqc_pit *pit, const struct vqc_pit *state,
		       u64 now_ns, struct vqc_fx *fx);

/**
 * vqc_pit_check - the invariants
 * @pit: the timer
 *
 * Context: any. Return: NULL, or what is wrong, in words.
 */
const char *vqc_pit_check(const struct vqc_pit *pit);

#endif /* VQC_MODEL_PIT_H */
