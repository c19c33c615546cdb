// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults on purpose, see fault.h.
 *
 * What is late waits in a table of fixed size, and one timer per fabric lets it
 * go. Where the table is full the fault does not happen: nothing is lost that no
 * rule drops. What a source does to a line whose last change is late is late,
 * too, so that a line never falls before it rose. Half of the table is for falls:
 * each that is late has its rise there, so they find room.
 */
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "fault.h"
#include "inject.h"
#include "observe.h"

DEFINE_STATIC_KEY_FALSE(vqc_fault_key);

#define VQC_MAX_LATE		64u
#define VQC_MAX_LATE_RISES	(VQC_MAX_LATE / 2)

/**
 * struct vqc_late - something that is still to come
 * @due_ns: when, monotonic time
 * @gap_ns: and again after so long, @repeat times
 * @repeat: how often it comes again
 * @gsi: for a line; VQC_NO_LATE_GSI for a message
 * @source_id: for a line: who drives it
 * @level: for a line: to what; a storm raises and lowers it
 * @cpu: for a message: dense index of the CPU
 * @firing: it is being let go at this moment
 * @msg: for a message
 * @seq: its flow, if the message is late; 0 if nobody looked, or of a storm
 */
struct vqc_late {
	u64 due_ns;
	u64 gap_ns;
	u32 repeat;
	u32 gsi;
	u16 source_id;
	u8 level;
	bool firing;
	u16 cpu;
	struct vqc_msg msg;
	u64 seq;
};

#define VQC_NO_LATE_GSI	U32_MAX

/**
 * struct vqc_faults - the faults of a fabric
 * @f: the fabric
 * @lock: protects all that follows; a leaf
 * @rule: the rules, @nr_rules of them; added and removed under @f->cfg too
 * @nr_rules: how many
 * @late: what is to come, @nr_late of them, in no order
 * @nr_late: how many
 * @flushing: vqc_late_flush() lets them go, and the timer does not
 * @timer: for the one that is due first
 */
struct vqc_faults {
	struct vqc_fabric *f;
	raw_spinlock_t lock;
	struct vqc_fault_rule rule[VQC_MAX_FAULTS];
	unsigned int nr_rules;
	struct vqc_late late[VQC_MAX_LATE];
	unsigned int nr_late;
	bool flushing;
	struct hrtimer timer;
};

static struct vqc_faults *vqc_faults_of(struct vqc_fabric *f)
{
	/* Pairs with vqc_faults_get(). */
	return smp_load_acquire(&f->faults);
}

/* ---- what is late ---- */

static void vqc_late_rearm(struct vqc_faults *faults)
{
	u64 first_ns = U64_MAX;
	unsigned int i;

	lockdep_assert_held(&faults->lock);
	for (i = 0; i < faults->nr_late; i++)
		if (!faults->late[i].firing)
			first_ns = min(first_ns, faults->late[i].due_ns);
	if (first_ns != U64_MAX && !faults->flushing)
		hrtimer_start(&faults->timer, ns_to_ktime(first_ns),
			      HRTIMER_MODE_ABS_HARD);
}

/* Return: false if there is no room; falls have more of it. */
static bool vqc_late_add(struct vqc_faults *faults, const struct vqc_late *late)
{
	bool fall = late->gsi != VQC_NO_LATE_GSI && !late->level;

	lockdep_assert_held(&faults->lock);
	if (faults->nr_late >= (fall ? VQC_MAX_LATE : VQC_MAX_LATE_RISES))
		return false;
	faults->late[faults->nr_late++] = *late;
	vqc_late_rearm(faults);
	return true;
}

/*
 * What was due first begins to be let go; until it is, it keeps its place. Of
 * two at the same time the one that was added first. Only one at a time is.
 */
static struct vqc_late *vqc_late_begin(struct vqc_faults *faults, u64 now_ns)
{
	struct vqc_late *first = NULL;
	unsigned int i;

	lockdep_assert_held(&faults->lock);
	for (i = 0; i < faults->nr_late; i++)
		if (!first || faults->late[i].due_ns < first->due_ns)
			first = &faults->late[i];
	if (!first || first->due_ns > now_ns)
		return NULL;
	first->firing = true;
	return first;
}

/* It was let go: it leaves, or comes again. Others were only added meanwhile. */
static void vqc_late_end(struct vqc_faults *faults, struct vqc_late *late,
			 u64 now_ns)
{
	unsigned int i = late - faults->late;

	lockdep_assert_held(&faults->lock);
	if (late->repeat) {
		late->repeat--;
		late->due_ns = now_ns + late->gap_ns;
		late->firing = false;
		return;
	}
	faults->nr_late--;
	memmove(late, late + 1, (faults->nr_late - i) * sizeof(*late));
}

static void vqc_late_fire(struct vqc_fabric *f, const struct vqc_late *late)
{
	/* Of a storm each is a pulse. */
	u8 faults = late->gap_ns ? VQC_FLOW_MADE : VQC_FLOW_LATE;
	struct vqc_cpu *cpu;

	if (late->gsi != VQC_NO_LATE_GSI) {
		vqc_set_irq_now(f, late->source_id, late->gsi, late->level,
				faults);
		if (late->gap_ns)
			vqc_set_irq_now(f, late->source_id, late->gsi, 0,
					faults);
		return;
	}
	rcu_read_lock();
	cpu = vqc_fabric_cpu(f, late->cpu);
	if (cpu)
		vqc_deliver_to(cpu, &late->msg, late->seq, faults);
	rcu_read_unlock();
}

/* Let one go, if one is due. Who calls is alone: the timer, or a flush. */
static bool vqc_late_go(struct vqc_faults *faults, u64 now_ns)
{
	struct vqc_late *late, copy;
	unsigned long flags;

	raw_spin_lock_irqsave(&faults->lock, flags);
	late = vqc_late_begin(faults, now_ns);
	if (late)
		copy = *late;
	raw_spin_unlock_irqrestore(&faults->lock, flags);
	if (!late)
		return false;

	vqc_late_fire(faults->f, &copy);
	raw_spin_lock_irqsave(&faults->lock, flags);
	vqc_late_end(faults, late, now_ns);
	raw_spin_unlock_irqrestore(&faults->lock, flags);
	return true;
}

/* Bounded: a storm that cannot keep up goes on at the next expiry. */
static enum hrtimer_restart vqc_late_timer_fn(struct hrtimer *timer)
{
	struct vqc_faults *faults = container_of(timer, struct vqc_faults,
						 timer);
	u64 now_ns = ktime_get_ns();
	unsigned int n = VQC_MAX_LATE;
	unsigned long flags;

	while (n-- && vqc_late_go(faults, now_ns))
		;
	raw_spin_lock_irqsave(&faults->lock, flags);
	vqc_late_rearm(faults);
	raw_spin_unlock_irqrestore(&faults->lock, flags);
	return HRTIMER_NORESTART;
}

/* All that is late comes now; storms end. */
static void vqc_late_flush(struct vqc_faults *faults)
{
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&faults->lock, flags);
	faults->flushing = true;
	raw_spin_unlock_irqrestore(&faults->lock, flags);
	hrtimer_cancel(&faults->timer);

	raw_spin_lock_irqsave(&faults->lock, flags);
	for (i = 0; i < faults->nr_late; i++)
		faults->late[i].repeat = 0;
	raw_spin_unlock_irqrestore(&faults->lock, flags);
	while (vqc_late_go(faults, U64_MAX))
		;

	raw_spin_lock_irqsave(&faults->lock, flags);
	faults->flushing = false;
	raw_spin_unlock_irqrestore(&faults->lock, flags);
}

/* ---- rules ---- */

/* The attributes in the order in which Linux's should_fail() looks at them. */
static bool vqc_fault_due(struct vqc_fault_rule *rule)
{
	rule->seen++;
	if (rule->seen % rule->interval)
		return false;
	if (rule->probability < 100 &&
	    get_random_u32() % 100 >= rule->probability)
		return false;
	if (rule->times > 0)
		rule->times--;
	rule->hits++;
	return true;
}

static struct vqc_fault_rule *vqc_fault_find(struct vqc_faults *faults,
					     enum vqc_fault_target target,
					     u32 id, enum vqc_fault_kind kind)
{
	unsigned int i;

	lockdep_assert_held(&faults->lock);
	for (i = 0; i < faults->nr_rules; i++) {
		struct vqc_fault_rule *rule = &faults->rule[i];

		/* One that is used up makes room for the next of its kind. */
		if (rule->target == target && rule->id == id &&
		    rule->kind == kind && rule->times)
			return rule;
	}
	return NULL;
}

static bool vqc_fault_hits(struct vqc_faults *faults,
			   enum vqc_fault_target target, u32 id,
			   enum vqc_fault_kind kind,
			   struct vqc_fault_rule *hit)
{
	struct vqc_fault_rule *rule = vqc_fault_find(faults, target, id, kind);

	if (!rule || !vqc_fault_due(rule))
		return false;
	*hit = *rule;
	return true;
}

/* For a question without anything to do under the lock. */
static bool vqc_fault_happens(struct vqc_fabric *f,
			      enum vqc_fault_target target, u32 id,
			      enum vqc_fault_kind kind)
{
	struct vqc_faults *faults = vqc_faults_of(f);
	struct vqc_fault_rule rule;
	unsigned long flags;
	bool hits;

	if (!faults)
		return false;
	raw_spin_lock_irqsave(&faults->lock, flags);
	hits = vqc_fault_hits(faults, target, id, kind, &rule);
	raw_spin_unlock_irqrestore(&faults->lock, flags);
	if (hits)
		vqc_count(f, VQC_WHY_FAULT);
	return hits;
}

/* ---- GSIs ---- */

/* The last change that a source has made of a line, if it is late. */
static struct vqc_late *vqc_late_of_line(struct vqc_faults *faults, u32 gsi,
					 unsigned int source_id)
{
	unsigned int i = faults->nr_late;

	while (i--) {
		struct vqc_late *late = &faults->late[i];

		if (late->gsi == gsi && late->source_id == source_id &&
		    !late->gap_ns)
			return late;
	}
	return NULL;
}

static bool vqc_fault_delay_line(struct vqc_faults *faults,
				 unsigned int source_id, u32 gsi, int level)
{
	struct vqc_late *last = vqc_late_of_line(faults, gsi, source_id);
	struct vqc_late late = {
		.gsi = gsi, .source_id = source_id, .level = !!level,
		.due_ns = last ? last->due_ns : 0,
	};
	struct vqc_fault_rule rule;

	if (level && vqc_fault_hits(faults, VQC_FAULT_GSI, gsi, VQC_FAULT_DELAY,
				    &rule))
		late.due_ns = max(late.due_ns, ktime_get_ns() +
					       rule.us * (u64)NSEC_PER_USEC);
	if (!late.due_ns)
		return false;
	/* It does once more what it did last. */
	if (last && last->level == late.level)
		return true;
	if (vqc_late_add(faults, &late))
		return true;
	/* A rise without room, behind a fall: the line stays high instead. */
	if (last && !last->firing)
		last->level = late.level;
	return last && !last->firing;
}

static bool vqc_late_has_storm(const struct vqc_faults *faults, u32 gsi,
			       u8 vector)
{
	unsigned int i;

	for (i = 0; i < faults->nr_late; i++) {
		const struct vqc_late *late = &faults->late[i];

		if (late->gap_ns && late->gsi == gsi &&
		    (gsi != VQC_NO_LATE_GSI || late->msg.vector == vector))
			return true;
	}
	return false;
}

/* One storm of a kind at a time. */
static void vqc_fault_storm(struct vqc_faults *faults, struct vqc_late *late,
			    enum vqc_fault_target target, u32 id)
{
	struct vqc_fault_rule rule;

	if (vqc_late_has_storm(faults, late->gsi, late->msg.vector) ||
	    !vqc_fault_hits(faults, target, id, VQC_FAULT_STORM, &rule))
		return;
	late->gap_ns = rule.us * (u64)NSEC_PER_USEC;
	late->due_ns = ktime_get_ns() + late->gap_ns;
	late->repeat = rule.count - 1;
	vqc_late_add(faults, late);
}

static void vqc_fault_storm_line(struct vqc_faults *faults, u32 gsi)
{
	struct vqc_late late = { .gsi = gsi, .source_id = VQC_SOURCE_PULSE,
				 .level = 1 };

	vqc_fault_storm(faults, &late, VQC_FAULT_GSI, gsi);
}

/* A line that rises and goes nowhere: its flow says for what reason. */
static void vqc_fault_drop_line(struct vqc_fabric *f, unsigned int source_id,
				u32 gsi)
{
	u64 seq = vqc_obs_line(f, gsi, source_id, true);

	vqc_count(f, VQC_WHY_FAULT);
	vqc_obs_sent(f, seq, VQC_NO_PIN, VQC_WHY_FAULT);
}

bool __vqc_fault_line(struct vqc_fabric *f, unsigned int source_id, u32 gsi,
		      int level, int *ret)
{
	struct vqc_faults *faults = vqc_faults_of(f);
	struct vqc_fault_rule rule;
	bool drop, late = false;
	unsigned long flags;

	if (!faults)
		return false;
	raw_spin_lock_irqsave(&faults->lock, flags);
	drop = level && vqc_fault_hits(faults, VQC_FAULT_GSI, gsi,
				       VQC_FAULT_DROP, &rule);
	if (!drop) {
		late = vqc_fault_delay_line(faults, source_id, gsi, level);
		if (level)
			vqc_fault_storm_line(faults, gsi);
	}
	raw_spin_unlock_irqrestore(&faults->lock, flags);

	if (drop)
		vqc_fault_drop_line(f, source_id, gsi);
	else if (late)
		vqc_count(f, VQC_WHY_FAULT);
	*ret = drop ? -1 : 1;
	return drop || late;
}

/* ---- vectors ---- */

static bool vqc_fault_delay_msg(struct vqc_faults *faults,
				const struct vqc_cpu *cpu,
				const struct vqc_msg *msg, u64 seq)
{
	struct vqc_late late = { .gsi = VQC_NO_LATE_GSI, .cpu = cpu->index,
				 .msg = *msg, .seq = seq };
	struct vqc_fault_rule rule;

	if (!vqc_fault_hits(faults, VQC_FAULT_VECTOR, msg->vector,
			    VQC_FAULT_DELAY, &rule))
		return false;
	late.due_ns = ktime_get_ns() + rule.us * (u64)NSEC_PER_USEC;
	return vqc_late_add(faults, &late);
}

static void vqc_fault_storm_msg(struct vqc_faults *faults,
				const struct vqc_cpu *cpu,
				const struct vqc_msg *msg)
{
	struct vqc_late late = { .gsi = VQC_NO_LATE_GSI, .cpu = cpu->index,
				 .msg = *msg };

	vqc_fault_storm(faults, &late, VQC_FAULT_VECTOR, msg->vector);
}

bool __vqc_fault_accept(struct vqc_cpu *cpu, const struct vqc_msg *msg, u64 seq)
{
	struct vqc_faults *faults = vqc_faults_of(cpu->fabric);
	struct vqc_fault_rule rule;
	bool drop, late = false;
	unsigned long flags;

	if (!faults || (msg->mode != VQC_DM_FIXED && msg->mode != VQC_DM_LOWEST))
		return false;
	raw_spin_lock_irqsave(&faults->lock, flags);
	drop = vqc_fault_hits(faults, VQC_FAULT_VECTOR, msg->vector,
			      VQC_FAULT_DROP, &rule);
	if (!drop) {
		late = vqc_fault_delay_msg(faults, cpu, msg, seq);
		/* The timer, that needs the lock, brings it after this is told. */
		if (late)
			vqc_obs_late(cpu, seq, msg);
		vqc_fault_storm_msg(faults, cpu, msg);
	}
	raw_spin_unlock_irqrestore(&faults->lock, flags);

	if (!drop && !late)
		return false;
	vqc_count(cpu->fabric, VQC_WHY_FAULT);
	if (drop)
		vqc_obs_accept(cpu, seq, msg, VQC_WHY_FAULT);
	return true;
}

/* ---- PIC and CPUs ---- */

bool __vqc_fault_spurious(struct vqc_fabric *f)
{
	return vqc_fault_happens(f, VQC_FAULT_PIC, 0, VQC_FAULT_SPURIOUS);
}

bool __vqc_fault_no_kick(struct vqc_cpu *cpu)
{
	return vqc_fault_happens(cpu->fabric, VQC_FAULT_CPU, cpu->index,
				 VQC_FAULT_NO_KICK);
}

/* ---- adding and removing ---- */

/* Which kinds go with which targets */
static const u8 vqc_fault_goes_with[VQC_NR_FAULT_TARGETS] = {
	[VQC_FAULT_GSI]		= BIT(VQC_FAULT_DROP) | BIT(VQC_FAULT_DELAY) |
				  BIT(VQC_FAULT_STORM),
	[VQC_FAULT_VECTOR]	= BIT(VQC_FAULT_DROP) | BIT(VQC_FAULT_DELAY) |
				  BIT(VQC_FAULT_STORM),
	[VQC_FAULT_PIC]		= BIT(VQC_FAULT_SPURIOUS),
	[VQC_FAULT_CPU]		= BIT(VQC_FAULT_NO_KICK),
};

/* The ids of each target are below that. */
static const u32 vqc_fault_ids[VQC_NR_FAULT_TARGETS] = {
	[VQC_FAULT_GSI]		= VQC_NR_GSIS,
	[VQC_FAULT_VECTOR]	= VQC_NR_VECTORS,
	[VQC_FAULT_PIC]		= 1,
	[VQC_FAULT_CPU]		= VQC_MAX_CPUS,
};

static bool vqc_fault_rule_ok(const struct vqc_fault_rule *rule)
{
	return rule->target < VQC_NR_FAULT_TARGETS &&
	       rule->kind < VQC_NR_FAULT_KINDS &&
	       (vqc_fault_goes_with[rule->target] & BIT(rule->kind)) &&
	       rule->id < vqc_fault_ids[rule->target] &&
	       rule->us >= VQC_MIN_FAULT_US && rule->us <= VQC_MAX_FAULT_US &&
	       rule->count && rule->count <= VQC_MAX_FAULT_COUNT &&
	       rule->probability <= 100 && rule->interval && rule->times >= -1;
}

static struct vqc_faults *vqc_faults_get(struct vqc_fabric *f)
{
	struct vqc_faults *faults = f->faults;

	lockdep_assert_held(&f->cfg);
	if (faults)
		return faults;
	faults = kvzalloc(sizeof(*faults), GFP_KERNEL);
	if (!faults)
		return NULL;
	faults->f = f;
	raw_spin_lock_init(&faults->lock);
	hrtimer_setup(&faults->timer, vqc_late_timer_fn, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_HARD);
	/* Set up whole before a hook sees it. */
	smp_store_release(&f->faults, faults);
	return faults;
}

int vqc_fault_add(struct vqc_fabric *f, const struct vqc_fault_rule *rule)
{
	struct vqc_faults *faults;
	unsigned long flags;
	int ret = -ENOMEM;
	bool first = false;

	if (!vqc_fault_rule_ok(rule))
		return -EINVAL;
	/* Nothing of ours stands between a message and KVM's local APICs. */
	if (f->config.chips_only && rule->target == VQC_FAULT_VECTOR)
		return -EOPNOTSUPP;
	mutex_lock(&f->cfg);
	faults = vqc_faults_get(f);
	if (faults) {
		raw_spin_lock_irqsave(&faults->lock, flags);
		ret = -ENOSPC;
		if (faults->nr_rules < VQC_MAX_FAULTS) {
			first = !faults->nr_rules;
			faults->rule[faults->nr_rules] = *rule;
			faults->rule[faults->nr_rules].seen = 0;
			faults->rule[faults->nr_rules].hits = 0;
			faults->nr_rules++;
			ret = 0;
		}
		raw_spin_unlock_irqrestore(&faults->lock, flags);
	}
	if (first)
		static_branch_inc(&vqc_fault_key);
	mutex_unlock(&f->cfg);
	return ret;
}

static unsigned int vqc_fault_remove_rules(struct vqc_faults *faults)
{
	unsigned long flags;
	unsigned int had;

	raw_spin_lock_irqsave(&faults->lock, flags);
	had = faults->nr_rules;
	faults->nr_rules = 0;
	raw_spin_unlock_irqrestore(&faults->lock, flags);
	return had;
}

/* The hooks stay on until nothing is late: a line would fall before it rose. */
void vqc_fault_clear(struct vqc_fabric *f)
{
	unsigned int had = 0;

	mutex_lock(&f->cfg);
	if (f->faults) {
		had = vqc_fault_remove_rules(f->faults);
		vqc_late_flush(f->faults);
	}
	if (had)
		static_branch_dec(&vqc_fault_key);
	mutex_unlock(&f->cfg);
}

unsigned int vqc_fault_list(struct vqc_fabric *f, struct vqc_fault_rule *rules)
{
	struct vqc_faults *faults;
	unsigned int nr = 0;
	unsigned long flags;

	mutex_lock(&f->cfg);
	faults = f->faults;
	if (faults) {
		raw_spin_lock_irqsave(&faults->lock, flags);
		nr = faults->nr_rules;
		memcpy(rules, faults->rule, nr * sizeof(*rules));
		raw_spin_unlock_irqrestore(&faults->lock, flags);
	}
	mutex_unlock(&f->cfg);
	return nr;
}

void vqc_fault_quiesce(struct vqc_fabric *f)
{
	if (f->faults)
		vqc_fault_clear(f);
}

void vqc_fault_free(struct vqc_fabric *f)
{
	kvfree(f->faults);
	f->faults = NULL;
}
