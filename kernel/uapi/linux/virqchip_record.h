/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The format of a recording: what read() of a recording fd returns, and what a
 * file holds that was saved from it.
 */
#ifndef _UAPI_LINUX_VIRQCHIP_RECORD_H
#define _UAPI_LINUX_VIRQCHIP_RECORD_H

#include <linux/types.h>

#include <linux/virqchip.h>

/**
 * DOC: Format of a recording
 *
 * A recording is one struct virqchip_rec_file, then records, each of which
 * begins with a struct virqchip_rec. All numbers are little-endian, all records
 * begin at a multiple of 8 bytes, counted from the start. A reader skips records
 * whose type it does not know, by their length, and bytes at the end of a record
 * that it does not know.
 *
 * Records stand in the order of @order, which counts up by one for each record
 * of the fabric. A gap is filled by a %VIRQCHIP_REC_LOST.
 *
 * Each chip is recorded at its edge: its state when the recording began, and
 * from then on each operation that somebody did to it, with what the operation
 * was given, what it answered, and a digest of the state that it left behind.
 * Who has the chip's model can do the same operations again, and must come to
 * the same answers and digests. The order of the records of one chip is that of
 * the operations. Of two chips it is that in which they were written down, which
 * may differ from the order of the operations where two CPUs did them at once.
 *
 * Operations on a chip that come before its first %VIRQCHIP_REC_STATE, or after
 * a %VIRQCHIP_REC_LOST and before its next one, cannot be done again.
 */

#define VIRQCHIP_REC_MAGIC	"VIRQCHIP"
#define VIRQCHIP_REC_VERSION	1

/* Bytes of a VM's name, with the terminating zero */
#define VIRQCHIP_REC_NAME_LEN	32

/**
 * struct virqchip_rec_file - the start of a recording
 * @magic: %VIRQCHIP_REC_MAGIC, without a terminating zero
 * @version: %VIRQCHIP_REC_VERSION; another one cannot be read
 * @size: bytes of this structure, a multiple of 8; the first record follows
 * @start_ns: monotonic time when it began
 * @start_wall_ns: the same moment, nanoseconds since 1970 (UTC)
 * @fabric_id: number of the fabric
 * @nr_cpus: CPUs that it had when it began
 * @create_flags: set of VIRQCHIP_FABRIC_*
 * @__reserved: 0
 * @name: name of the VM, ended by a zero
 */
struct virqchip_rec_file {
	__u8 magic[8];
	__u32 version;
	__u32 size;
	__aligned_u64 start_ns;
	__aligned_u64 start_wall_ns;
	__u32 fabric_id;
	__u32 nr_cpus;
	__u32 create_flags;
	__u32 __reserved;
	char name[VIRQCHIP_REC_NAME_LEN];
};

/**
 * enum virqchip_rec_type - kinds of records
 * @VIRQCHIP_REC_WHY: struct virqchip_rec_why, the meaning of one number of a
 *	reason; those of all reasons stand before the first other record
 * @VIRQCHIP_REC_LOST: struct virqchip_rec_lost
 * @VIRQCHIP_REC_FLOW: struct virqchip_rec_flow, an interrupt that has ended, or
 *	at the end of the recording one that has not
 * @VIRQCHIP_REC_OP: struct virqchip_rec_op, an operation on a chip
 * @VIRQCHIP_REC_STATE: struct virqchip_rec_state, the state of a chip
 * @VIRQCHIP_REC_LINE: struct virqchip_rec_line, somebody drives a GSI; what the
 *	chips say to it follows
 * @VIRQCHIP_REC_MSI: struct virqchip_rec_msi, a message from outside; what the
 *	local APICs say to it follows
 * @VIRQCHIP_REC_ROUTES: struct virqchip_rec_routes, a part of a routing table
 * @VIRQCHIP_REC_INJECT: struct virqchip_rec_inject, a CPU takes an interrupt
 * @VIRQCHIP_REC_CPU: struct virqchip_rec_cpu, a CPU was added
 */
enum virqchip_rec_type {
	VIRQCHIP_REC_WHY = 1,
	VIRQCHIP_REC_LOST,
	VIRQCHIP_REC_FLOW,
	VIRQCHIP_REC_OP,
	VIRQCHIP_REC_STATE,
	VIRQCHIP_REC_LINE,
	VIRQCHIP_REC_MSI,
	VIRQCHIP_REC_ROUTES,
	VIRQCHIP_REC_INJECT,
	VIRQCHIP_REC_CPU,
};

/* No record is longer than so many bytes */
#define VIRQCHIP_REC_MAX_LEN	2048

/* Of @cpu: the record is not about one CPU */
#define VIRQCHIP_REC_NO_CPU	0xffffU

/**
 * struct virqchip_rec - the start of every record
 * @len: bytes of the record, with this structure; a multiple of 8
 * @type: enum virqchip_rec_type
 * @cpu: index of the CPU that it is about, or %VIRQCHIP_REC_NO_CPU
 * @order: number of the record, from 1 on; 0 for what has no place in the order
 * @ns: monotonic time
 */
struct virqchip_rec {
	__u32 len;
	__u16 type;
	__u16 cpu;
	__aligned_u64 order;
	__aligned_u64 ns;
};

/**
 * struct virqchip_rec_why - a reason
 * @rec: of type %VIRQCHIP_REC_WHY
 * @why: its number in this recording
 * @__reserved: 0
 * @name: its symbol, ended by a zero
 * @words: in words for people, ended by a zero
 */
struct virqchip_rec_why {
	struct virqchip_rec rec;
	__u32 why;
	__u32 __reserved;
	char name[32];
	char words[96];
};

/**
 * struct virqchip_rec_lost - records are missing here
 * @rec: of type %VIRQCHIP_REC_LOST
 * @nr: how many
 */
struct virqchip_rec_lost {
	struct virqchip_rec rec;
	__aligned_u64 nr;
};

/**
 * enum virqchip_flow_stage - where an interrupt passes
 * @VIRQCHIP_FLOW_START: the line rose, the message was made
 * @VIRQCHIP_FLOW_CHIP: a chip saw its pin
 * @VIRQCHIP_FLOW_IRR: a local APIC took the message
 * @VIRQCHIP_FLOW_CPU: it was injected
 * @VIRQCHIP_FLOW_DONE: EOI, or whatever ended it
 * @VIRQCHIP_FLOW_STAGES: how many there are
 */
enum virqchip_flow_stage {
	VIRQCHIP_FLOW_START,
	VIRQCHIP_FLOW_CHIP,
	VIRQCHIP_FLOW_IRR,
	VIRQCHIP_FLOW_CPU,
	VIRQCHIP_FLOW_DONE,
	VIRQCHIP_FLOW_STAGES,
};

/**
 * enum virqchip_flow_origin - what began a flow
 * @VIRQCHIP_ORIGIN_UNKNOWN: nobody looked at that time
 * @VIRQCHIP_ORIGIN_LINE: a line, see @source
 * @VIRQCHIP_ORIGIN_MSI: a message-signalled interrupt
 * @VIRQCHIP_ORIGIN_IPI: a CPU
 * @VIRQCHIP_ORIGIN_TIMER: the timer of the local APIC
 * @VIRQCHIP_ORIGIN_AGAIN: the EOI of a level pin that was still asserted
 * @VIRQCHIP_ORIGIN_VMM: an ExtINT of a PIC that the VMM keeps
 */
enum virqchip_flow_origin {
	VIRQCHIP_ORIGIN_UNKNOWN,
	VIRQCHIP_ORIGIN_LINE,
	VIRQCHIP_ORIGIN_MSI,
	VIRQCHIP_ORIGIN_IPI,
	VIRQCHIP_ORIGIN_TIMER,
	VIRQCHIP_ORIGIN_AGAIN,
	VIRQCHIP_ORIGIN_VMM,
};

/**
 * enum virqchip_flow_end - how a flow ended
 * @VIRQCHIP_END_OPEN: it has not
 * @VIRQCHIP_END_EOI: taken, and ended by the guest
 * @VIRQCHIP_END_DROPPED: it reached no CPU, see @why
 * @VIRQCHIP_END_MERGED: it became one with @into
 * @VIRQCHIP_END_TAKEN: NMI, SMI, INIT, SIPI, ExtINT: no EOI comes
 * @VIRQCHIP_END_SPURIOUS: the PIC had no request left
 * @VIRQCHIP_END_HANDED: a local APIC of KVM's took it
 * @VIRQCHIP_END_EVICTED: too many were open: its end was not seen
 */
enum virqchip_flow_end {
	VIRQCHIP_END_OPEN,
	VIRQCHIP_END_EOI,
	VIRQCHIP_END_DROPPED,
	VIRQCHIP_END_MERGED,
	VIRQCHIP_END_TAKEN,
	VIRQCHIP_END_SPURIOUS,
	VIRQCHIP_END_HANDED,
	VIRQCHIP_END_EVICTED,
};

/**
 * enum virqchip_flow_chip - the chip that stands for a flow
 * @VIRQCHIP_FLOW_PIC: the 8259 pair
 * @VIRQCHIP_FLOW_IOAPIC: the IOAPIC
 * @VIRQCHIP_FLOW_LAPIC: a local APIC, without a pin
 * @VIRQCHIP_FLOW_PIT: the 8254
 * @VIRQCHIP_FLOW_NO_CHIP: none has seen it yet
 */
enum virqchip_flow_chip {
	VIRQCHIP_FLOW_PIC,
	VIRQCHIP_FLOW_IOAPIC,
	VIRQCHIP_FLOW_LAPIC,
	VIRQCHIP_FLOW_PIT,
	VIRQCHIP_FLOW_NO_CHIP,
};

#define VIRQCHIP_FLOW_WHYS	3

/* A fault on purpose has let its line or message come later */
#define VIRQCHIP_FAULT_LATE	0x1U
/* There was no cause but a fault on purpose */
#define VIRQCHIP_FAULT_MADE	0x2U

/**
 * struct virqchip_flow - one interrupt, from its line to its end
 * @seq: its number; a message to several CPUs makes one flow for each that
 *	takes it, with this number in common
 * @into: number of the flow that it was merged with; 0 if none or unknown
 * @ns: monotonic time at each enum virqchip_flow_stage; 0 if it did not pass
 *	there, or nobody looked
 * @gsi: 0xffffffff if no line began it
 * @apic_id: of the CPU that took it; 0xffffffff if none did
 * @word: VM-entry interruption-information word; 0 if it was not injected
 * @merged: how many flows were merged with it
 * @cpu: index of that CPU, or 0xffff
 * @origin: enum virqchip_flow_origin
 * @source: source id of the line: 0: VMM, 1: irqfd, 2: PIT, 3: virqctl pulse,
 *	4: resample irqfds
 * @chip: enum virqchip_flow_chip
 * @pin: pin of @chip, or 0xff
 * @vector: 0 if not known
 * @mode: delivery mode, as in an RTE (82093AA 3.2.4)
 * @end: enum virqchip_flow_end
 * @branches: routes that may still bring it to a CPU
 * @nr_whys: how many of @why are in use
 * @why: answers of chips that did not let it through, oldest first; numbers as
 *	in struct virqchip_rec_why
 * @hold: why the CPU did not take it at once, a number as in @why; 0 if it did
 * @faults: set of VIRQCHIP_FAULT_*: a fault on purpose is behind it
 */
struct virqchip_flow {
	__aligned_u64 seq;
	__aligned_u64 into;
	__aligned_u64 ns[VIRQCHIP_FLOW_STAGES];
	__u32 gsi;
	__u32 apic_id;
	__u32 word;
	__u32 merged;
	__u16 cpu;
	__u8 origin;
	__u8 source;
	__u8 chip;
	__u8 pin;
	__u8 vector;
	__u8 mode;
	__u8 end;
	__u8 branches;
	__u8 nr_whys;
	__u8 why[VIRQCHIP_FLOW_WHYS];
	__u8 hold;
	__u8 faults;
};

/**
 * struct virqchip_rec_flow - an interrupt
 * @rec: of type %VIRQCHIP_REC_FLOW; @rec.ns is when it ended
 * @flow: the interrupt
 */
struct virqchip_rec_flow {
	struct virqchip_rec rec;
	struct virqchip_flow flow;
};

/**
 * enum virqchip_rec_op_code - operations on chips
 * @VIRQCHIP_OP_PIC_LINE: pin @addr is driven to level @arg; answers @why
 * @VIRQCHIP_OP_PIC_ACK: INTA; @result is the vector, bits 15:8 the pin, 0xff if
 *	it was spurious; @arg is 1 if a fault on purpose has made the chip forget
 *	its edges
 * @VIRQCHIP_OP_PIC_READ: of port @addr: 0: 0x20, 1: 0x21, 2: 0xa0, 3: 0xa1,
 *	4: 0x4d0, 5: 0x4d1; @result is the byte
 * @VIRQCHIP_OP_PIC_WRITE: of byte @arg to port @addr
 * @VIRQCHIP_OP_IOAPIC_LINE: as %VIRQCHIP_OP_PIC_LINE
 * @VIRQCHIP_OP_IOAPIC_SENT: the message of pin @addr has met with @arg, a number
 *	as @why; @result is 1 if the chip should be asked again
 * @VIRQCHIP_OP_IOAPIC_RETRY: pins of the mask @arg are looked at again
 * @VIRQCHIP_OP_IOAPIC_EOI: of vector @arg
 * @VIRQCHIP_OP_IOAPIC_READ: of the register at offset @addr; @result is the value
 * @VIRQCHIP_OP_IOAPIC_WRITE: of @arg to the register at offset @addr
 * @VIRQCHIP_OP_PIT_READ: of port 0x40 + @addr; @result is the byte
 * @VIRQCHIP_OP_PIT_WRITE: of byte @arg to port 0x40 + @addr
 * @VIRQCHIP_OP_PIT_SPEAKER_READ: of port 0x61; @result is the byte
 * @VIRQCHIP_OP_PIT_SPEAKER_WRITE: of byte @arg to port 0x61
 * @VIRQCHIP_OP_PIT_EXPIRE: the timer is looked at; @result is the number of
 *	rising edges since the last time
 * @VIRQCHIP_OP_LAPIC_ACCEPT: a message for destination @addr: bits 7:0 of @arg
 *	are the vector, 15:8 the delivery mode, 23:16 flags (1: logical, 2: level,
 *	4: assert, 8: a 32-bit destination, 16: its EOI is told to the VMM), 31:24
 *	the shorthand; answers @why
 * @VIRQCHIP_OP_LAPIC_LINT: input LINT0 or LINT1, by @addr, is driven to level
 *	@arg; answers @why
 * @VIRQCHIP_OP_LAPIC_ACK: the CPU takes the interrupt; @result is the vector
 * @VIRQCHIP_OP_LAPIC_EOI: @result is the vector that was ended, -1 if none was
 *	in service
 * @VIRQCHIP_OP_LAPIC_READ: of the register at offset @addr of the page; @result
 *	is the value; answers @why
 * @VIRQCHIP_OP_LAPIC_WRITE: of @arg to the register at offset @addr; answers @why
 * @VIRQCHIP_OP_LAPIC_MSR_READ: of MSR @addr, 0x800 to 0x8ff; @result is the
 *	value; answers @why
 * @VIRQCHIP_OP_LAPIC_MSR_WRITE: of @arg to MSR @addr; answers @why
 * @VIRQCHIP_OP_LAPIC_TSC_DEADLINE: IA32_TSC_DEADLINE is written with @arg
 * @VIRQCHIP_OP_LAPIC_BASE: IA32_APIC_BASE is written with @arg; bits 7:0 of
 *	@addr are the CPU's physical address bits, bit 8 is set if the VMM writes;
 *	@result is 0, or -EINVAL if it was refused
 * @VIRQCHIP_OP_LAPIC_TPR: TPR is set to @arg, by CR8
 * @VIRQCHIP_OP_LAPIC_EXPIRE: the timer's time has come; answers @why
 * @VIRQCHIP_OP_LAPIC_INIT: the CPU takes an INIT
 * @VIRQCHIP_OP_LAPIC_TAKE: the CPU takes pending event @addr: 0: NMI, 1: SMI,
 *	2: INIT, 3: start-up IPI, 4: ExtINT message
 * @VIRQCHIP_OP_LAPIC_EXTINT: a PIC that is the VMM's hands over vector @arg; the
 *	state does not show it
 */
enum virqchip_rec_op_code {
	VIRQCHIP_OP_PIC_LINE = 1,
	VIRQCHIP_OP_PIC_ACK,
	VIRQCHIP_OP_PIC_READ,
	VIRQCHIP_OP_PIC_WRITE,
	VIRQCHIP_OP_IOAPIC_LINE = 16,
	VIRQCHIP_OP_IOAPIC_SENT,
	VIRQCHIP_OP_IOAPIC_RETRY,
	VIRQCHIP_OP_IOAPIC_EOI,
	VIRQCHIP_OP_IOAPIC_READ,
	VIRQCHIP_OP_IOAPIC_WRITE,
	VIRQCHIP_OP_PIT_READ = 32,
	VIRQCHIP_OP_PIT_WRITE,
	VIRQCHIP_OP_PIT_SPEAKER_READ,
	VIRQCHIP_OP_PIT_SPEAKER_WRITE,
	VIRQCHIP_OP_PIT_EXPIRE,
	VIRQCHIP_OP_LAPIC_ACCEPT = 48,
	VIRQCHIP_OP_LAPIC_LINT,
	VIRQCHIP_OP_LAPIC_ACK,
	VIRQCHIP_OP_LAPIC_EOI,
	VIRQCHIP_OP_LAPIC_READ,
	VIRQCHIP_OP_LAPIC_WRITE,
	VIRQCHIP_OP_LAPIC_MSR_READ,
	VIRQCHIP_OP_LAPIC_MSR_WRITE,
	VIRQCHIP_OP_LAPIC_TSC_DEADLINE,
	VIRQCHIP_OP_LAPIC_BASE,
	VIRQCHIP_OP_LAPIC_TPR,
	VIRQCHIP_OP_LAPIC_EXPIRE,
	VIRQCHIP_OP_LAPIC_INIT,
	VIRQCHIP_OP_LAPIC_TAKE,
	VIRQCHIP_OP_LAPIC_EXTINT,
};

/**
 * struct virqchip_rec_op - an operation on a chip
 * @rec: of type %VIRQCHIP_REC_OP; @rec.cpu is the CPU of a local APIC; @rec.ns is
 *	the time that the chip was given, for operations that depend on the time
 * @chip: enum virqchip_chip
 * @op: enum virqchip_rec_op_code
 * @why: the answer, for operations that have one
 * @effects: how many things it caused outside of the chip
 * @digest: of the chip's state afterwards, and of these effects
 * @addr: see @op
 * @tsc_khz: frequency of the guest's TSC as the chip was given it
 * @arg: see @op
 * @result: see @op; 0 for those that have none
 * @tsc: the guest's TSC as the chip was given it; 0 if it does not need it
 *
 * The digest is a FNV-1a of 64-bit words, whose halves are then combined by
 * exclusive or: of the words of the chip's structure as in struct
 * virqchip_rec_state, then of two words for each effect: kind, pin, vector and
 * why as the bytes of one, from the lowest on, and the message or the deadline.
 */
struct virqchip_rec_op {
	struct virqchip_rec rec;
	__u8 chip;
	__u8 op;
	__u8 why;
	__u8 effects;
	__u32 digest;
	__u32 addr;
	__u32 tsc_khz;
	__aligned_u64 arg;
	__aligned_u64 result;
	__aligned_u64 tsc;
};

/**
 * enum virqchip_rec_cause - why a state was recorded
 * @VIRQCHIP_STATE_BEGIN: the recording begins with it, or goes on with it after
 *	records were lost
 * @VIRQCHIP_STATE_LOADED: it was loaded from outside
 * @VIRQCHIP_STATE_END: the recording ends: the operations have led to it
 */
enum virqchip_rec_cause {
	VIRQCHIP_STATE_BEGIN,
	VIRQCHIP_STATE_LOADED,
	VIRQCHIP_STATE_END,
};

/**
 * struct virqchip_rec_state - the state of a chip
 * @rec: of type %VIRQCHIP_REC_STATE; @rec.cpu is the CPU of a local APIC
 * @chip: enum virqchip_chip
 * @cause: enum virqchip_rec_cause
 * @__reserved: 0
 * @bytes: of the structure of the chip that follows: struct virqchip_rec_pic,
 *	struct virqchip_rec_ioapic, struct virqchip_rec_lapic, or struct
 *	virqchip_rec_pit
 */
struct virqchip_rec_state {
	struct virqchip_rec rec;
	__u8 chip;
	__u8 cause;
	__u16 __reserved;
	__u32 bytes;
};

/**
 * struct virqchip_rec_pic - the 8259 pair
 * @chip: master, slave
 * @strict_edge: an edge is forgotten when its line falls
 * @__reserved: 0
 */
struct virqchip_rec_pic {
	struct virqchip_8259_state chip[2];
	__u8 strict_edge;
	__u8 __reserved[7];
};

/**
 * struct virqchip_rec_ioapic - the IOAPIC; see struct virqchip_ioapic_state
 * @rte: redirection table
 * @lines: level of each pin
 * @pending: edges that no local APIC has taken yet
 * @deferred: pins that wait for the end of a pause
 * @rewritten: pins whose entry was written since their last message
 * @id: APIC ID
 * @regsel: index register
 * @version: 0x11 or 0x20
 * @electrical: lines are voltages
 * @inflight: vector of the last level message of each pin
 * @storm: EOIs in a row that found the line still asserted
 * @__reserved: 0
 */
struct virqchip_rec_ioapic {
	__aligned_u64 rte[24];
	__u32 lines;
	__u32 pending;
	__u32 deferred;
	__u32 rewritten;
	__u8 id;
	__u8 regsel;
	__u8 version;
	__u8 electrical;
	__u8 inflight[24];
	__u16 storm[24];
	__u8 __reserved[4];
};

/**
 * struct virqchip_rec_pit_channel - a counter of the 8254
 * @start_ns: when the counting element was loaded
 * @stop_ns: when the gate went low
 * @switch_ns: when a new count begins to count
 * @ticks: rising edges that are done with
 * @owed: rising edges that are still to be reported
 * @count: as in struct virqchip_pit_channel_state
 * @run: as there
 * @skip: as there
 * @count_latch: as there
 * @held: as there
 * @control: as there
 * @mode: as there
 * @bcd: as there
 * @access: as there
 * @gate: as there
 * @read_msb: as there
 * @write_msb: as there
 * @write_latch: as there
 * @count_latched: as there
 * @status_latched: as there
 * @status_latch: as there
 * @armed: as there
 * @null_count: as there
 * @__reserved: 0
 */
struct virqchip_rec_pit_channel {
	__aligned_u64 start_ns;
	__aligned_u64 stop_ns;
	__aligned_u64 switch_ns;
	__aligned_u64 ticks;
	__aligned_u64 owed;
	__u32 count;
	__u32 run;
	__u32 skip;
	__u16 count_latch;
	__u16 held;
	__u8 control;
	__u8 mode;
	__u8 bcd;
	__u8 access;
	__u8 gate;
	__u8 read_msb;
	__u8 write_msb;
	__u8 write_latch;
	__u8 count_latched;
	__u8 status_latched;
	__u8 status_latch;
	__u8 armed;
	__u8 null_count;
	__u8 __reserved[3];
};

/**
 * struct virqchip_rec_pit - the 8254
 * @channel: the counters
 * @speaker: bits 1:0 of port 0x61
 * @irq_disabled: channel 0 makes no interrupts
 * @__reserved: 0
 */
struct virqchip_rec_pit {
	struct virqchip_rec_pit_channel channel[3];
	__u8 speaker;
	__u8 irq_disabled;
	__u8 __reserved[6];
};

/**
 * struct virqchip_rec_lapic - a local APIC
 * @irr: interrupt request register
 * @isr: in-service register
 * @tmr: trigger mode register
 * @base: IA32_APIC_BASE
 * @icr: interrupt command register
 * @tsc_deadline: IA32_TSC_DEADLINE
 * @timer_deadline_ns: when the timer expires; 0 if none runs
 * @events: set of VIRQCHIP_LAPIC_* that are pending
 * @errors: error bits gathered since ESR was last written
 * @id: APIC ID
 * @initial_id: ID after reset
 * @tpr: task priority register
 * @ldr: logical destination register
 * @dfr: destination format register
 * @svr: spurious-interrupt vector register
 * @esr: error status register
 * @tmict: initial count
 * @tdcr: divide configuration
 * @lvt: timer, thermal, performance counters, LINT0, LINT1, error, CMCI
 * @cfg: how the chip was built: 1: x2APIC, 2: TSC deadline, 4: EOI broadcasts can
 *	be suppressed, 8: CMCI, 16: bootstrap processor, 32: LINT0 comes out of
 *	reset as ExtINT
 * @sipi_vector: start page of the pending start-up IPI
 * @wait_sipi: the CPU waits for a start-up IPI
 * @lint: levels of LINT0 and LINT1
 * @__reserved: 0
 */
struct virqchip_rec_lapic {
	__u32 irr[8];
	__u32 isr[8];
	__u32 tmr[8];
	__aligned_u64 base;
	__aligned_u64 icr;
	__aligned_u64 tsc_deadline;
	__aligned_u64 timer_deadline_ns;
	__u32 events;
	__u32 errors;
	__u32 id;
	__u32 initial_id;
	__u32 tpr;
	__u32 ldr;
	__u32 dfr;
	__u32 svr;
	__u32 esr;
	__u32 tmict;
	__u32 tdcr;
	__u32 lvt[7];
	__u8 cfg;
	__u8 sipi_vector;
	__u8 wait_sipi;
	__u8 lint;
	__u8 __reserved[4];
};

/**
 * struct virqchip_rec_line - somebody drives a GSI
 * @rec: of type %VIRQCHIP_REC_LINE
 * @gsi: which
 * @source: as in struct virqchip_flow
 * @level: 1: asserts it; 0: releases it
 * @__reserved: 0
 */
struct virqchip_rec_line {
	struct virqchip_rec rec;
	__u32 gsi;
	__u8 source;
	__u8 level;
	__u16 __reserved;
};

/**
 * struct virqchip_rec_msi - a message-signalled interrupt from outside
 * @rec: of type %VIRQCHIP_REC_MSI
 * @address: message address
 * @data: message data
 * @__reserved: 0
 */
struct virqchip_rec_msi {
	struct virqchip_rec rec;
	__aligned_u64 address;
	__u32 data;
	__u32 __reserved;
};

/* So many routes are in one record at the most */
#define VIRQCHIP_REC_ROUTES_MAX	64

/**
 * struct virqchip_rec_routes - a part of a routing table
 * @rec: of type %VIRQCHIP_REC_ROUTES
 * @first: number of the first route in this record
 * @nr: how many are in this record
 * @total: how many the table has; its parts follow each other
 * @__reserved: 0
 * @route: the routes
 */
struct virqchip_rec_routes {
	struct virqchip_rec rec;
	__u32 first;
	__u32 nr;
	__u32 total;
	__u32 __reserved;
	struct virqchip_route route[];
};

/**
 * struct virqchip_rec_inject - a CPU takes an interrupt
 * @rec: of type %VIRQCHIP_REC_INJECT
 * @word: VM-entry interruption-information word
 * @chip: who gave the vector: %VIRQCHIP_CHIP_PIC or %VIRQCHIP_CHIP_LAPIC
 * @pin: of the PIC, or 0xff
 * @__reserved: 0
 */
struct virqchip_rec_inject {
	struct virqchip_rec rec;
	__u32 word;
	__u8 chip;
	__u8 pin;
	__u16 __reserved;
};

/**
 * struct virqchip_rec_cpu - a CPU was added
 * @rec: of type %VIRQCHIP_REC_CPU; the state of its local APIC follows
 * @apic_id: its initial APIC ID
 * @__reserved: 0
 */
struct virqchip_rec_cpu {
	struct virqchip_rec rec;
	__u32 apic_id;
	__u32 __reserved;
};

#endif /* _UAPI_LINUX_VIRQCHIP_RECORD_H */
