/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flow recorder: one record per interrupt, from its line to its end.
 *
 * A flow that is under way stands in a table of fixed size, found by its id
 * under the lock of one bucket. When it ends it is moved to a ring of the CPU
 * that ended it. Reading collects the rings into a list, which keeps what was
 * read, so that a second reader sees it too.
 *
 * A message to several CPUs makes one record for each that takes it; they have
 * the id in common.
 */
#ifndef VQC_FLOW_H
#define VQC_FLOW_H

#include <linux/cpumask.h>
#include <linux/log2.h>

#include "fabric.h"
#include "observe.h"

#define VQC_NO_GSI	U32_MAX

/** enum vqc_stage - where an interrupt passes; one timestamp each */
enum vqc_stage {
	VQC_STAGE_START,	/* the line rose, the message was made */
	VQC_STAGE_CHIP,		/* a chip saw its pin */
	VQC_STAGE_IRR,		/* a local APIC took the message */
	VQC_STAGE_CPU,		/* injected */
	VQC_STAGE_END,		/* EOI, or whatever ended it */
	VQC_NR_STAGES
};

/** enum vqc_origin - what began a flow */
enum vqc_origin {
	VQC_ORIGIN_UNKNOWN,	/* nobody looked at that time */
	VQC_ORIGIN_LINE,	/* see vqc_flow.source */
	VQC_ORIGIN_MSI,
	VQC_ORIGIN_IPI,
	VQC_ORIGIN_TIMER,	/* of the local APIC */
	VQC_ORIGIN_AGAIN,	/* EOI of a level pin that is still asserted */
	VQC_ORIGIN_VMM,		/* an ExtINT of the VMM's own PIC */
	VQC_NR_ORIGINS
};

/** enum vqc_end - how a flow ended */
enum vqc_end {
	VQC_END_OPEN,		/* it did not yet */
	VQC_END_EOI,
	VQC_END_DROPPED,
	VQC_END_MERGED,
	VQC_END_TAKEN,		/* NMI, SMI, INIT, SIPI, ExtINT: no EOI comes */
	VQC_END_SPURIOUS,	/* no EOI comes either */
	VQC_END_HANDED,		/* its EOI goes to a local APIC that is not ours */
	VQC_END_EVICTED,	/* the table was full: its end was not seen */
};

/* A GSI reaches so many chips, each with an answer of its own. */
#define VQC_FLOW_WHYS	VQC_ROUTES_PER_GSI

/**
 * struct vqc_flow - the record of one interrupt
 * @seq: flow id
 * @into: the flow that it was merged with, 0 if none or unknown
 * @ns: when it passed each stage, monotonic time; 0 if it did not, or unseen
 * @gsi: VQC_NO_GSI if no line began it
 * @apic_id: of the CPU that took it; U32_MAX if none
 * @word: VM-entry interruption-information word, 0 if not injected
 * @merged: how many flows were merged with this one
 * @cpu: dense index of that CPU, or VQC_NO_CPU
 * @origin: enum vqc_origin
 * @source: VQC_SOURCE_*, for VQC_ORIGIN_LINE
 * @chip: enum vqc_chip that stands for the flow; VQC_NR_CHIPS if none did yet
 * @pin: pin of @chip, or VQC_NO_PIN
 * @vector: 0 if not known
 * @mode: enum vqc_delivery
 * @end: enum vqc_end
 * @branches: routes of the GSI that may still bring it to a CPU
 * @nr_whys: how many of @why are in use
 * @why: answers of chips that did not let it through, oldest first
 * @hold: why the CPU did not take it at once; DELIVERED if it did. FAULT: the
 *	message is on its way, and late
 * @faults: set of VQC_FLOW_LATE, VQC_FLOW_MADE
 */
struct vqc_flow {
	u64 seq;
	u64 into;
	u64 ns[VQC_NR_STAGES];
	u32 gsi;
	u32 apic_id;
	u32 word;
	u32 merged;
	u16 cpu;
	u8 origin;
	u8 source;
	u8 chip;
	u8 pin;
	u8 vector;
	u8 mode;
	u8 end;
	u8 branches;
	u8 nr_whys;
	u8 why[VQC_FLOW_WHYS];
	u8 hold;
	u8 faults;
};

/**
 * vqc_flow_step - how far apart the flow ids of one CPU of the host are
 *
 * Short ids, and no memory that two CPUs write: neither the counter of a CPU nor,
 * since this is a power of two, the places where its flows stand.
 *
 * Context: any. Return: a power of two, at least the number of CPUs.
 */
static inline unsigned int vqc_flow_step(void)
{
	return roundup_pow_of_two(nr_cpu_ids);
}

/* So long is a flow's line at most, with the NUL. */
#define VQC_FLOW_LINE	352

struct seq_file;
struct vqc_recorder;

/**
 * vqc_flow_begin_ns - when a flow began, as far as it was seen
 * @flow: the flow, a copy or held by its bucket's lock
 *
 * Context: any.
 * Return: monotonic time of the first stage seen, in nanoseconds; 0 if none
 * was.
 */
static inline u64 vqc_flow_begin_ns(const struct vqc_flow *flow)
{
	unsigned int i;

	for (i = 0; i < VQC_NR_STAGES; i++)
		if (flow->ns[i])
			return flow->ns[i];
	return 0;
}

/**
 * struct vqc_ring_config - how finished flows are kept
 * @nr_flows: how many, on each CPU and when read
 * @overwrite: new ones take the place of the oldest; else they are not kept
 *	once it is full
 */
struct vqc_ring_config {
	unsigned int nr_flows;
	bool overwrite;
};

/**
 * struct vqc_ring_state - what became of finished flows
 * @config: how they are kept
 * @kept: how many are there
 * @lost: how many were overwritten before they were read
 * @refused: how many found no room
 */
struct vqc_ring_state {
	struct vqc_ring_config config;
	unsigned long kept;
	unsigned long lost;
	unsigned long refused;
};

/**
 * vqc_recorder_create - memory for the flows of one fabric
 * @config: how finished flows are kept
 * @step: how far apart the flow ids of one CPU of the host are, a power of two
 * @ended: called for each flow that has ended, with @owner, from any context,
 *	sometimes under the lock of a bucket; may be NULL
 * @owner: for @ended
 *
 * Context: may sleep.
 * Return: the recorder; ERR_PTR(-ENOMEM); ERR_PTR(-EOPNOTSUPP): the kernel
 * was built without ring buffers.
 */
struct vqc_recorder *
vqc_recorder_create(const struct vqc_ring_config *config, unsigned int step,
		    void (*ended)(void *owner, const struct vqc_flow *flow),
		    void *owner);

/**
 * vqc_recorder_destroy - undo vqc_recorder_create()
 * @r: the recorder; no event or reader comes any more; may be NULL
 *
 * Context: may sleep.
 */
void vqc_recorder_destroy(struct vqc_recorder *r);

/**
 * vqc_recorder_configure - change how finished flows are kept
 * @r: the recorder
 * @config: how; of the flows there are the newest stay, as far as they fit
 *
 * Context: may sleep. Return: 0; -ENOMEM: nothing has changed.
 */
int vqc_recorder_configure(struct vqc_recorder *r,
			   const struct vqc_ring_config *config);

/**
 * vqc_recorder_clear - forget the finished flows, and how many were lost
 * @r: the recorder
 *
 * Context: may sleep.
 */
void vqc_recorder_clear(struct vqc_recorder *r);

/**
 * vqc_recorder_state - how many flows are kept
 * @r: the recorder
 * @state: filled in
 *
 * Context: may sleep.
 */
void vqc_recorder_state(struct vqc_recorder *r, struct vqc_ring_state *state);

/*
 * The events of a flow. Each may be called from any context up to hard
 * interrupts; @seq is not 0. An event of a flow that is not in the table puts
 * it there, if it cannot have ended: then nobody looked at what came before.
 */

/**
 * vqc_flow_start - a line rises, or a level pin is served again
 * @r: the recorder
 * @seq: flow id
 * @origin: VQC_ORIGIN_LINE or VQC_ORIGIN_AGAIN
 * @gsi: which, or VQC_NO_GSI
 * @source: who, VQC_SOURCE_*
 * @branches: number of routes; 0 ends the flow as not routed
 *
 * Context: any.
 */
void vqc_flow_start(struct vqc_recorder *r, u64 seq, enum vqc_origin origin,
		    u32 gsi, unsigned int source, unsigned int branches);

/**
 * vqc_flow_pin - a chip saw its pin
 * @r: the recorder
 * @seq: flow id
 * @chip: which
 * @pin: which
 * @why: its answer; the flow ends when no route is left that may deliver it,
 *	without a record if all that was answered is NO_CHANGE
 * @into: COALESCED: the flow that was pending at the pin, or 0
 *
 * Context: any.
 */
void vqc_flow_pin(struct vqc_recorder *r, u64 seq, enum vqc_chip chip,
		  unsigned int pin, enum vqc_why why, u64 into);

/**
 * vqc_flow_msg - a message was made
 * @r: the recorder
 * @seq: flow id
 * @msg: the message
 * @origin: what made it, if no line did
 *
 * Context: any.
 */
void vqc_flow_msg(struct vqc_recorder *r, u64 seq, const struct vqc_msg *msg,
		  enum vqc_origin origin);

/**
 * vqc_flow_accept - a local APIC answered
 * @r: the recorder
 * @seq: flow id
 * @cpu: the CPU
 * @msg: the message
 * @why: the answer
 * @into: COALESCED: the flow that was pending at the vector, or 0
 * @past: DELIVERED, and the CPU has taken it and ended it before it is told here
 *
 * Context: any.
 */
void vqc_flow_accept(struct vqc_recorder *r, u64 seq, const struct vqc_cpu *cpu,
		     const struct vqc_msg *msg, enum vqc_why why, u64 into,
		     bool past);

/**
 * vqc_flow_sent - all local APICs have answered
 * @r: the recorder
 * @seq: flow id
 * @why: the sum of the answers; unless one took it, the flow ends
 * @open: not so: the chip will send again, or hear of the EOI
 *
 * Context: any.
 */
void vqc_flow_sent(struct vqc_recorder *r, u64 seq, enum vqc_why why,
		   bool open);

/**
 * vqc_flow_hold - the CPU cannot take it yet
 * @r: the recorder
 * @seq: flow id
 * @cpu: the CPU
 * @why: the reason
 *
 * Context: any.
 */
void vqc_flow_hold(struct vqc_recorder *r, u64 seq, const struct vqc_cpu *cpu,
		   enum vqc_why why);

/**
 * vqc_flow_is_open - has a flow not ended yet
 * @r: the recorder
 * @seq: flow id
 *
 * Context: any. Return: true if it is in the table.
 */
bool vqc_flow_is_open(struct vqc_recorder *r, u64 seq);

/**
 * vqc_flow_fault - a fault on purpose is behind a flow
 * @r: the recorder
 * @seq: flow id
 * @cpu: the CPU whose record it is; it is made if there is none. VQC_NO_CPU:
 *	any, if there is one
 * @faults: set of VQC_FLOW_LATE, VQC_FLOW_MADE
 *
 * Context: any.
 */
void vqc_flow_fault(struct vqc_recorder *r, u64 seq, unsigned int cpu,
		    u8 faults);

/**
 * vqc_flow_inject - the CPU takes it
 * @r: the recorder
 * @seq: flow id
 * @cpu: the CPU
 * @chip: where the vector came from
 * @pin: the PIC's pin, or VQC_NO_PIN
 * @word: VM-entry interruption-information word
 *
 * Context: any.
 */
void vqc_flow_inject(struct vqc_recorder *r, u64 seq, const struct vqc_cpu *cpu,
		     enum vqc_chip chip, unsigned int pin, u32 word);

/**
 * vqc_flow_tell_eoi - its end will be told to an IOAPIC that is not ours
 * @r: the recorder
 * @seq: flow id
 * @cpu: the CPU
 *
 * Before vqc_flow_eoi().
 *
 * Context: any.
 */
void vqc_flow_tell_eoi(struct vqc_recorder *r, u64 seq,
		       const struct vqc_cpu *cpu);

/**
 * vqc_flow_eoi - it was ended
 * @r: the recorder
 * @seq: flow id
 * @cpu: the CPU, or NULL if the chip does not know
 *
 * Context: any.
 */
void vqc_flow_eoi(struct vqc_recorder *r, u64 seq, const struct vqc_cpu *cpu);

/**
 * vqc_flow_header - print the names of the columns
 * @m: where to
 *
 * They stand over those of vqc_flow_format().
 *
 * Context: any.
 */
void vqc_flow_header(struct seq_file *m);

/**
 * vqc_flow_format - one flow as one line
 * @flow: the flow
 * @buf: where to; the line ends without a newline and always with a NUL
 * @size: bytes there
 *
 * Context: any. Return: length of the line; less than @size.
 */
int vqc_flow_format(const struct vqc_flow *flow, char *buf, size_t size);

/**
 * vqc_recorder_show - print all flows: the finished ones, then the open ones
 * @r: the recorder
 * @m: where to
 *
 * Context: may sleep.
 */
void vqc_recorder_show(struct vqc_recorder *r, struct seq_file *m);

/**
 * vqc_recorder_each_open - look at each open flow
 * @r: the recorder
 * @fn: is given @owner and a copy of the flow
 * @owner: for @fn
 *
 * Context: any.
 */
void vqc_recorder_each_open(struct vqc_recorder *r,
			    void (*fn)(void *owner,
				       const struct vqc_flow *flow),
			    void *owner);

/**
 * vqc_recorder_last - the flow that ended last
 * @r: the recorder
 * @flow: filled in
 *
 * Context: may sleep. Return: false if none has ended.
 */
bool vqc_recorder_last(struct vqc_recorder *r, struct vqc_flow *flow);

#endif /* VQC_FLOW_H */
