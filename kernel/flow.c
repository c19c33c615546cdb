// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flow recorder, see flow.h.
 *
 * The events run in hard interrupt context: memory is bounded and allocated
 * beforehand, and a bucket's lock is held for a few stores. It is a leaf, and
 * only CPUs that handle the same interrupts meet in it.
 */
#include <linux/bitmap.h>
#include <linux/cache.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "flow.h"
#include "flow_ring.h"

/* A CPU has so many rows of the table to itself, and a table has so many at least. */
#define VQC_CPU_BUCKETS	4u
#define VQC_MIN_BUCKETS	64u
#define VQC_BUCKET_SIZE	8u

/**
 * struct vqc_bucket - a row of the table of flows under way
 * @lock: protects it
 * @used: the places of @flow that hold one
 * @flow: the places
 */
struct vqc_bucket {
	raw_spinlock_t lock;
	unsigned long used;
	struct vqc_flow flow[VQC_BUCKET_SIZE];
} ____cacheline_aligned_in_smp;

/**
 * struct vqc_recorder - the flows of one fabric
 * @ring: finished flows that nobody has read, per CPU
 * @ended: told of each flow that has ended; may be NULL
 * @owner: for @ended
 * @lock: protects what follows, up to @lost
 * @past: finished flows, oldest at @head
 * @nr_flows: size of @past
 * @overwrite: the newest are kept; else the oldest
 * @nr_past: how many there are
 * @head: index of the oldest
 * @lost: how many were overwritten in @ring before they were read
 * @nr_buckets: a power of two
 * @bucket: flows under way, by flow id
 */
struct vqc_recorder {
	struct trace_buffer *ring;
	void (*ended)(void *owner, const struct vqc_flow *flow);
	void *owner;
	struct mutex lock;	/* the reading side */
	struct vqc_flow *past;
	unsigned int nr_flows;
	bool overwrite;
	unsigned int nr_past;
	unsigned int head;
	unsigned long lost;
	unsigned int nr_buckets;
	struct vqc_bucket bucket[];
};

/* ---- finished flows ---- */

/* The CPU whose oldest unread flow ended first, or -1. */
static int vqc_ring_first(struct vqc_recorder *r)
{
	u64 first_ns = U64_MAX;
	int cpu, first = -1;

	for_each_possible_cpu(cpu) {
		const struct vqc_flow *flow = vqc_ring_peek(r->ring, cpu);

		if (flow && flow->ns[VQC_STAGE_END] < first_ns) {
			first_ns = flow->ns[VQC_STAGE_END];
			first = cpu;
		}
	}
	return first;
}

static void vqc_past_add(struct vqc_recorder *r, const struct vqc_flow *flow)
{
	r->past[(r->head + r->nr_past) % r->nr_flows] = *flow;
	if (r->nr_past < r->nr_flows)
		r->nr_past++;
	else
		r->head = (r->head + 1) % r->nr_flows;
}

/* Merge the rings into the past; bounded, for others go on writing. */
static void vqc_recorder_collect(struct vqc_recorder *r)
{
	unsigned int n = r->nr_flows * num_possible_cpus();
	struct vqc_flow flow;
	int cpu;

	lockdep_assert_held(&r->lock);
	while (n-- && (cpu = vqc_ring_first(r)) >= 0) {
		/* What is not to be overwritten stays where it is. */
		if (!r->overwrite && r->nr_past == r->nr_flows)
			break;
		if (vqc_ring_take(r->ring, cpu, &flow, &r->lost))
			vqc_past_add(r, &flow);
		cond_resched();
	}
}

struct vqc_recorder *
vqc_recorder_create(const struct vqc_ring_config *config, unsigned int step,
		    void (*ended)(void *owner, const struct vqc_flow *flow),
		    void *owner)
{
	unsigned int i, nr = max(VQC_CPU_BUCKETS * step, VQC_MIN_BUCKETS);
	struct vqc_recorder *r = kvzalloc(struct_size(r, bucket, nr),
					  GFP_KERNEL);
	struct trace_buffer *ring;

	if (!r)
		return ERR_PTR(-ENOMEM);

	mutex_init(&r->lock);
	r->nr_buckets = nr;
	for (i = 0; i < nr; i++)
		raw_spin_lock_init(&r->bucket[i].lock);
	r->ended = ended;
	r->owner = owner;
	r->nr_flows = config->nr_flows;
	r->overwrite = config->overwrite;
	r->past = kvcalloc(r->nr_flows, sizeof(*r->past), GFP_KERNEL);
	ring = r->past ? vqc_ring_create(config) : ERR_PTR(-ENOMEM);
	if (IS_ERR(ring)) {
		vqc_recorder_destroy(r);
		return ERR_CAST(ring);
	}
	r->ring = ring;
	return r;
}

/* Move the past into new memory; what does not fit is the oldest. */
static void vqc_past_move(struct vqc_recorder *r, struct vqc_flow *past,
			  unsigned int nr_flows)
{
	unsigned int i, skip = r->nr_past > nr_flows ? r->nr_past - nr_flows : 0;

	for (i = skip; i < r->nr_past; i++)
		past[i - skip] = r->past[(r->head + i) % r->nr_flows];
	kvfree(r->past);
	r->past = past;
	r->nr_past -= skip;
	r->lost += skip;
	r->head = 0;
	r->nr_flows = nr_flows;
}

int vqc_recorder_configure(struct vqc_recorder *r,
			   const struct vqc_ring_config *config)
{
	struct vqc_flow *past = kvcalloc(config->nr_flows, sizeof(*past),
					 GFP_KERNEL);
	int ret;

	if (!past)
		return -ENOMEM;

	mutex_lock(&r->lock);
	/* A ring that shrinks forgets what it has. */
	vqc_recorder_collect(r);
	ret = vqc_ring_configure(r->ring, config);
	if (!ret) {
		vqc_past_move(r, past, config->nr_flows);
		r->overwrite = config->overwrite;
	}
	mutex_unlock(&r->lock);
	if (ret)
		kvfree(past);
	return ret;
}

void vqc_recorder_clear(struct vqc_recorder *r)
{
	mutex_lock(&r->lock);
	vqc_ring_clear(r->ring);
	r->nr_past = 0;
	r->lost = 0;
	mutex_unlock(&r->lock);
}

void vqc_recorder_state(struct vqc_recorder *r, struct vqc_ring_state *state)
{
	mutex_lock(&r->lock);
	vqc_recorder_collect(r);
	*state = (struct vqc_ring_state){
		.config = { r->nr_flows, r->overwrite },
		.kept = r->nr_past,
		.lost = r->lost,
	};
	vqc_ring_count(r->ring, state);
	mutex_unlock(&r->lock);
}

void vqc_recorder_destroy(struct vqc_recorder *r)
{
	if (!r)
		return;
	if (r->ring)
		vqc_ring_destroy(r->ring);
	kvfree(r->past);
	kvfree(r);
}

/* ---- flows under way ---- */

/**
 * struct vqc_grip - a flow held by the lock of its bucket
 * @r: the recorder
 * @bucket: locked
 * @flow: the flow, in @bucket; NULL if it is not there
 * @flags: of the lock
 * @now_ns: the time, 0 until somebody asks, see vqc_grip_now()
 */
struct vqc_grip {
	struct vqc_recorder *r;
	struct vqc_bucket *bucket;
	struct vqc_flow *flow;
	unsigned long flags;
	u64 now_ns;
};

/* All stages of one step have the same time, and a step without one reads none. */
static u64 vqc_grip_now(struct vqc_grip *grip)
{
	if (!grip->now_ns)
		grip->now_ns = ktime_get_ns();
	return grip->now_ns;
}

/* A CPU's own record goes before the one that no CPU has taken yet. */
static struct vqc_flow *vqc_bucket_find(struct vqc_bucket *bucket, u64 seq,
					unsigned int cpu)
{
	struct vqc_flow *found = NULL;
	unsigned int i;

	for_each_set_bit(i, &bucket->used, VQC_BUCKET_SIZE) {
		struct vqc_flow *flow = &bucket->flow[i];

		if (flow->seq != seq)
			continue;
		if (flow->cpu == cpu || cpu == VQC_NO_CPU)
			return flow;
		if (flow->cpu == VQC_NO_CPU)
			found = flow;
	}
	return found;
}

static void vqc_flow_ended(struct vqc_recorder *r, struct vqc_flow *flow)
{
	vqc_ring_add(r->ring, flow);
	if (r->ended)
		r->ended(r->owner, flow);
}

/* The bucket is full: the oldest flow has to leave. */
static noinline struct vqc_flow *vqc_bucket_evict(struct vqc_grip *grip)
{
	struct vqc_bucket *bucket = grip->bucket;
	struct vqc_flow *oldest = bucket->flow;
	unsigned int i;

	for (i = 1; i < VQC_BUCKET_SIZE; i++)
		if (vqc_flow_begin_ns(&bucket->flow[i]) <
		    vqc_flow_begin_ns(oldest))
			oldest = &bucket->flow[i];
	oldest->end = VQC_END_EVICTED;
	oldest->ns[VQC_STAGE_END] = vqc_grip_now(grip);
	vqc_flow_ended(grip->r, oldest);
	return oldest;
}

static struct vqc_flow *vqc_bucket_make_room(struct vqc_grip *grip)
{
	struct vqc_bucket *bucket = grip->bucket;
	unsigned int i = find_first_zero_bit(&bucket->used, VQC_BUCKET_SIZE);

	if (unlikely(i == VQC_BUCKET_SIZE))
		return vqc_bucket_evict(grip);
	__set_bit(i, &bucket->used);
	return &bucket->flow[i];
}

/* Another CPU has it: this is the same message's way to one more. */
static void vqc_flow_fork(struct vqc_flow *flow, const struct vqc_flow *sibling)
{
	*flow = *sibling;
	flow->ns[VQC_STAGE_IRR] = 0;
	flow->ns[VQC_STAGE_CPU] = 0;
	flow->ns[VQC_STAGE_END] = 0;
	flow->word = 0;
	flow->merged = 0;
	flow->hold = VQC_WHY_DELIVERED;
}

static void vqc_bucket_add(struct vqc_grip *grip, u64 seq)
{
	struct vqc_flow *flow, *sibling = NULL;

	if (grip->bucket->used)
		sibling = vqc_bucket_find(grip->bucket, seq, VQC_NO_CPU);
	flow = vqc_bucket_make_room(grip);
	if (unlikely(sibling))
		vqc_flow_fork(flow, sibling);
	else
		*flow = (struct vqc_flow){
			.seq = seq,
			.gsi = VQC_NO_GSI,
			.chip = VQC_NR_CHIPS,
			.pin = VQC_NO_PIN,
			.branches = 1,
		};
	flow->cpu = VQC_NO_CPU;
	flow->apic_id = U32_MAX;
	grip->flow = flow;
}

/* The flow leaves the table. */
static void vqc_bucket_remove(struct vqc_grip *grip)
{
	__clear_bit(grip->flow - grip->bucket->flow, &grip->bucket->used);
	grip->flow = NULL;
}

/*
 * Lock a flow's bucket and look for it; @create: put it there if it is not.
 * Inline, as is the release: each interrupt comes by some five times.
 */
static __always_inline void vqc_grip_take(struct vqc_grip *grip,
					  struct vqc_recorder *r, u64 seq,
					  unsigned int cpu, bool create)
	__acquires(&grip->bucket->lock)
{
	grip->r = r;
	grip->now_ns = 0;
	grip->bucket = &r->bucket[seq & (r->nr_buckets - 1)];
	raw_spin_lock_irqsave(&grip->bucket->lock, grip->flags);
	grip->flow = vqc_bucket_find(grip->bucket, seq, cpu);
	if (!grip->flow && create)
		vqc_bucket_add(grip, seq);
}

/* Let go of a flow that has ended: it leaves the table. */
static noinline void vqc_grip_finish(struct vqc_grip *grip)
	__releases(&grip->bucket->lock)
{
	struct vqc_flow done = *grip->flow;

	vqc_bucket_remove(grip);
	raw_spin_unlock_irqrestore(&grip->bucket->lock, grip->flags);
	vqc_flow_ended(grip->r, &done);
}

static __always_inline void vqc_grip_release(struct vqc_grip *grip)
	__releases(&grip->bucket->lock)
{
	if (grip->flow && grip->flow->end != VQC_END_OPEN)
		vqc_grip_finish(grip);
	else
		raw_spin_unlock_irqrestore(&grip->bucket->lock, grip->flags);
}

static void vqc_grip_end(struct vqc_grip *grip, enum vqc_end end)
{
	grip->flow->end = end;
	grip->flow->ns[VQC_STAGE_END] = vqc_grip_now(grip);
}

static void vqc_flow_stamp(struct vqc_grip *grip, enum vqc_stage stage)
{
	if (!grip->flow->ns[stage])
		grip->flow->ns[stage] = vqc_grip_now(grip);
}

static void vqc_flow_add_why(struct vqc_flow *flow, enum vqc_why why)
{
	if (flow->nr_whys && flow->why[flow->nr_whys - 1] == why)
		return;
	if (flow->nr_whys == VQC_FLOW_WHYS) {
		memmove(flow->why, flow->why + 1, VQC_FLOW_WHYS - 1);
		flow->nr_whys--;
	}
	flow->why[flow->nr_whys++] = why;
}

static void vqc_flow_set_cpu(struct vqc_flow *flow, const struct vqc_cpu *cpu)
{
	flow->cpu = cpu->index;
	flow->apic_id = READ_ONCE(cpu->lapic.id);
}

/* The answers after which a chip still has the request, and may serve it. */
static bool vqc_why_keeps(enum vqc_why why)
{
	switch (why) {
	case VQC_WHY_DELIVERED:
	case VQC_WHY_PIC_MASKED:
	case VQC_WHY_PIC_IN_SERVICE:
	case VQC_WHY_IOAPIC_HELD:
	case VQC_WHY_IOAPIC_REMOTE_IRR:
	case VQC_WHY_IOAPIC_STORM:
		return true;
	default:
		return false;
	}
}

void vqc_flow_start(struct vqc_recorder *r, u64 seq, enum vqc_origin origin,
		    u32 gsi, unsigned int source, unsigned int branches)
{
	struct vqc_grip grip;

	vqc_grip_take(&grip, r, seq, VQC_NO_CPU, true);
	vqc_flow_stamp(&grip, VQC_STAGE_START);
	grip.flow->origin = origin;
	grip.flow->gsi = gsi;
	grip.flow->source = source;
	grip.flow->branches = branches;
	if (!branches) {
		vqc_flow_add_why(grip.flow, VQC_WHY_NOT_ROUTED);
		vqc_grip_end(&grip, VQC_END_DROPPED);
	}
	vqc_grip_release(&grip);
}

/* One more flow has nothing of its own left, @into carries it. */
static void vqc_flow_count_merged(struct vqc_recorder *r, u64 into)
{
	struct vqc_grip grip;

	vqc_grip_take(&grip, r, into, VQC_NO_CPU, false);
	if (grip.flow)
		grip.flow->merged++;
	vqc_grip_release(&grip);
}

/*
 * The last chip has declined. A source that asserts a wire which is high
 * already began nothing: some monitors do so all the time, and their flows
 * would push the others out.
 */
static void vqc_flow_declined(struct vqc_grip *grip)
{
	struct vqc_flow *flow = grip->flow;

	if (!flow->nr_whys) {
		vqc_bucket_remove(grip);
		return;
	}
	vqc_grip_end(grip, flow->into ? VQC_END_MERGED : VQC_END_DROPPED);
}

/* Return: false if the flow has gone on by another way: the pin is past. */
static bool vqc_flow_see_pin(struct vqc_grip *grip, enum vqc_chip chip,
			     unsigned int pin, enum vqc_why why, u64 into)
{
	struct vqc_flow *flow = grip->flow;

	if (!flow || (flow->cpu != VQC_NO_CPU && why != VQC_WHY_DELIVERED))
		return false;
	vqc_flow_stamp(grip, VQC_STAGE_CHIP);
	if (why == VQC_WHY_DELIVERED ||
	    (why != VQC_WHY_NO_CHANGE && flow->chip == VQC_NR_CHIPS)) {
		flow->chip = chip;
		flow->pin = pin;
	}
	if (why != VQC_WHY_DELIVERED && why != VQC_WHY_NO_CHANGE)
		vqc_flow_add_why(flow, why);
	if (into)
		flow->into = into;

	if (!vqc_why_keeps(why) && flow->branches && !--flow->branches)
		vqc_flow_declined(grip);
	return true;
}

void vqc_flow_pin(struct vqc_recorder *r, u64 seq, enum vqc_chip chip,
		  unsigned int pin, enum vqc_why why, u64 into)
{
	struct vqc_grip grip;
	bool seen;

	/* By another of its routes it may have ended: it is not begun anew. */
	vqc_grip_take(&grip, r, seq, VQC_NO_CPU, false);
	seen = vqc_flow_see_pin(&grip, chip, pin, why, into);
	vqc_grip_release(&grip);

	if (seen && into)
		vqc_flow_count_merged(r, into);
}

void vqc_flow_msg(struct vqc_recorder *r, u64 seq, const struct vqc_msg *msg,
		  enum vqc_origin origin)
{
	struct vqc_grip grip;

	vqc_grip_take(&grip, r, seq, VQC_NO_CPU, true);
	vqc_flow_stamp(&grip, VQC_STAGE_START);
	if (grip.flow->origin == VQC_ORIGIN_UNKNOWN)
		grip.flow->origin = origin;
	grip.flow->vector = msg->vector;
	grip.flow->mode = msg->mode;
	vqc_grip_release(&grip);
}

static bool vqc_mode_has_vector(unsigned int mode)
{
	return mode == VQC_DM_FIXED || mode == VQC_DM_LOWEST;
}

/* The fault held it back until now, or holds another CPU's back. */
static void vqc_flow_came(struct vqc_flow *flow)
{
	if (flow->hold == VQC_WHY_FAULT)
		flow->hold = VQC_WHY_DELIVERED;
}

static void vqc_flow_taken(struct vqc_grip *grip, const struct vqc_cpu *cpu,
			   const struct vqc_msg *msg)
{
	struct vqc_flow *flow = grip->flow;

	/* Without a message it was the local APIC's own timer. */
	if (!flow->ns[VQC_STAGE_START]) {
		flow->origin = VQC_ORIGIN_TIMER;
		vqc_flow_stamp(grip, VQC_STAGE_START);
	}
	vqc_flow_came(flow);
	vqc_flow_stamp(grip, VQC_STAGE_IRR);
	vqc_flow_set_cpu(flow, cpu);
	flow->vector = msg->vector;
	flow->mode = msg->mode;
	if (flow->chip == VQC_NR_CHIPS)
		flow->chip = VQC_CHIP_LAPIC;
	if (!vqc_mode_has_vector(msg->mode))
		vqc_grip_end(grip, VQC_END_TAKEN);
}

/* Has a CPU taken the message whose record this is? */
static bool vqc_bucket_is_taken(const struct vqc_bucket *bucket, u64 seq)
{
	unsigned int i;

	for_each_set_bit(i, &bucket->used, VQC_BUCKET_SIZE)
		if (bucket->flow[i].seq == seq &&
		    bucket->flow[i].cpu != VQC_NO_CPU)
			return true;
	return false;
}

static void vqc_flow_declined_by(struct vqc_grip *grip,
				 const struct vqc_cpu *cpu,
				 const struct vqc_msg *msg, enum vqc_why why,
				 u64 into)
{
	struct vqc_flow *flow = grip->flow;

	vqc_flow_add_why(flow, why);
	flow->vector = msg->vector;
	flow->into = into;
	/* The timer's message has no vqc_flow_sent() behind it. */
	if (!flow->ns[VQC_STAGE_START]) {
		vqc_flow_taken(grip, cpu, msg);
		vqc_grip_end(grip, into ? VQC_END_MERGED : VQC_END_DROPPED);
	} else if (vqc_bucket_is_taken(grip->bucket, flow->seq)) {
		/* As a whole it is delivered: no vqc_flow_sent() ends this part. */
		if (why == VQC_WHY_COALESCED)
			vqc_grip_end(grip, VQC_END_MERGED);
		else
			vqc_bucket_remove(grip);
	}
}

void vqc_flow_accept(struct vqc_recorder *r, u64 seq, const struct vqc_cpu *cpu,
		     const struct vqc_msg *msg, enum vqc_why why, u64 into,
		     bool past)
{
	struct vqc_grip grip;

	vqc_grip_take(&grip, r, seq, cpu->index, !past);
	if (grip.flow && why == VQC_WHY_DELIVERED)
		vqc_flow_taken(&grip, cpu, msg);
	else if (grip.flow && grip.flow->cpu == VQC_NO_CPU)
		vqc_flow_declined_by(&grip, cpu, msg, why, into);
	vqc_grip_release(&grip);

	if (into)
		vqc_flow_count_merged(r, into);
}

/* A fault on purpose took it, and who sent it was told that it was delivered. */
static bool vqc_flow_failed(const struct vqc_flow *flow)
{
	return flow->cpu == VQC_NO_CPU && flow->nr_whys &&
	       flow->why[flow->nr_whys - 1] == VQC_WHY_FAULT;
}

void vqc_flow_sent(struct vqc_recorder *r, u64 seq, enum vqc_why why,
		   bool open)
{
	struct vqc_grip grip;

	vqc_grip_take(&grip, r, seq, VQC_NO_CPU, false);
	if (grip.flow && vqc_flow_failed(grip.flow)) {
		vqc_grip_end(&grip, VQC_END_DROPPED);
	} else if (grip.flow && grip.flow->cpu == VQC_NO_CPU &&
		   why != VQC_WHY_DELIVERED) {
		vqc_flow_add_why(grip.flow, why);
		if (why == VQC_WHY_COALESCED)
			vqc_grip_end(&grip, VQC_END_MERGED);
		else if (why == VQC_WHY_HANDED_OVER && !open)
			vqc_grip_end(&grip, VQC_END_HANDED);
		else if (!open)
			vqc_grip_end(&grip, VQC_END_DROPPED);
	}
	vqc_grip_release(&grip);
}

void vqc_flow_hold(struct vqc_recorder *r, u64 seq, const struct vqc_cpu *cpu,
		   enum vqc_why why)
{
	struct vqc_grip grip;

	vqc_grip_take(&grip, r, seq, cpu->index, false);
	if (grip.flow)
		grip.flow->hold = why;
	vqc_grip_release(&grip);
}

bool vqc_flow_is_open(struct vqc_recorder *r, u64 seq)
{
	struct vqc_grip grip;
	bool open;

	vqc_grip_take(&grip, r, seq, VQC_NO_CPU, false);
	open = grip.flow;
	vqc_grip_release(&grip);
	return open;
}

void vqc_flow_fault(struct vqc_recorder *r, u64 seq, unsigned int cpu,
		    u8 faults)
{
	struct vqc_grip grip;

	vqc_grip_take(&grip, r, seq, cpu, cpu != VQC_NO_CPU);
	if (grip.flow)
		grip.flow->faults |= faults;
	vqc_grip_release(&grip);
}

void vqc_flow_inject(struct vqc_recorder *r, u64 seq, const struct vqc_cpu *cpu,
		     enum vqc_chip chip, unsigned int pin, u32 word)
{
	struct vqc_flow *flow;
	struct vqc_grip grip;

	vqc_grip_take(&grip, r, seq, cpu->index, true);
	flow = grip.flow;
	/* The owner may be faster than who sends it late. */
	vqc_flow_came(flow);
	vqc_flow_stamp(&grip, VQC_STAGE_CPU);
	vqc_flow_set_cpu(flow, cpu);
	flow->word = word;
	flow->vector = word & 0xff;
	if (chip == VQC_CHIP_PIC) {
		flow->chip = chip;
		flow->pin = pin;
	} else if (flow->chip == VQC_NR_CHIPS) {
		flow->chip = chip;
	}

	if (chip == VQC_CHIP_PIC && cpu->fabric->config.lapics_only) {
		/* Its EOI goes to a PIC that is not ours. */
		flow->mode = VQC_DM_EXTINT;
		vqc_grip_end(&grip, VQC_END_TAKEN);
	} else if (chip == VQC_CHIP_PIC && pin == VQC_NO_PIN) {
		vqc_flow_add_why(flow, VQC_WHY_PIC_SPURIOUS);
		vqc_grip_end(&grip, VQC_END_SPURIOUS);
	}
	vqc_grip_release(&grip);
}

void vqc_flow_tell_eoi(struct vqc_recorder *r, u64 seq,
		       const struct vqc_cpu *cpu)
{
	struct vqc_grip grip;

	vqc_grip_take(&grip, r, seq, cpu->index, false);
	if (grip.flow)
		vqc_flow_add_why(grip.flow, VQC_WHY_EOI_TOLD);
	vqc_grip_release(&grip);
}

void vqc_flow_eoi(struct vqc_recorder *r, u64 seq, const struct vqc_cpu *cpu)
{
	unsigned int index = cpu ? cpu->index : VQC_NO_CPU;
	struct vqc_grip grip;

	vqc_grip_take(&grip, r, seq, index, false);
	if (grip.flow)
		vqc_grip_end(&grip, VQC_END_EOI);
	vqc_grip_release(&grip);
}

static void vqc_bucket_each(struct vqc_bucket *bucket,
			    void (*fn)(void *owner,
				       const struct vqc_flow *flow),
			    void *owner)
{
	struct vqc_flow flow;
	unsigned long flags;
	unsigned int i;
	bool used;

	for (i = 0; i < VQC_BUCKET_SIZE; i++) {
		raw_spin_lock_irqsave(&bucket->lock, flags);
		used = test_bit(i, &bucket->used);
		flow = bucket->flow[i];
		raw_spin_unlock_irqrestore(&bucket->lock, flags);
		if (used)
			fn(owner, &flow);
	}
}

void vqc_recorder_each_open(struct vqc_recorder *r,
			    void (*fn)(void *owner,
				       const struct vqc_flow *flow),
			    void *owner)
{
	unsigned int i;

	for (i = 0; i < r->nr_buckets; i++)
		vqc_bucket_each(&r->bucket[i], fn, owner);
}

/* ---- for people ---- */

static void vqc_flow_show(void *owner, const struct vqc_flow *flow)
{
	struct seq_file *m = owner;
	char line[VQC_FLOW_LINE];

	vqc_flow_format(flow, line, sizeof(line));
	seq_puts(m, line);
	seq_putc(m, '\n');
}

void vqc_recorder_show(struct vqc_recorder *r, struct seq_file *m)
{
	unsigned int i;

	mutex_lock(&r->lock);
	vqc_recorder_collect(r);
	if (r->lost)
		seq_printf(m, "# %lu older flows were overwritten before they were read\n",
			   r->lost);
	vqc_flow_header(m);
	for (i = 0; i < r->nr_past; i++)
		vqc_flow_show(m, &r->past[(r->head + i) % r->nr_flows]);
	mutex_unlock(&r->lock);

	vqc_recorder_each_open(r, vqc_flow_show, m);
}

bool vqc_recorder_last(struct vqc_recorder *r, struct vqc_flow *flow)
{
	unsigned int last;
	bool any;

	mutex_lock(&r->lock);
	vqc_recorder_collect(r);
	any = r->nr_past;
	last = (r->head + r->nr_past - 1) % r->nr_flows;
	if (any)
		*flow = r->past[last];
	mutex_unlock(&r->lock);
	return any;
}
