/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The format of a recording: what read() of a recording fd returns, and what a
 * file holds that was saved from it.
 */
#ifndef _UAPI_LINUX_VIRQCHIP_RECORD_H
#define _UAPI_LINUX_VIRQCHIP_RECORD_H

#include <linux/types.h>

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
 */
enum virqchip_rec_type {
	VIRQCHIP_REC_WHY = 1,
	VIRQCHIP_REC_LOST,
	VIRQCHIP_REC_FLOW,
};

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
 * @__reserved: 0
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
	__u8 __reserved;
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

#endif /* _UAPI_LINUX_VIRQCHIP_RECORD_H */
