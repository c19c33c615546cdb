/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults on purpose: interrupts that are dropped, late, doubled or too many,
 * so that a guest's recovery can be tested.
 *
 * A rule says what happens to a GSI, to a vector, to the PIC or to the kicks of
 * a CPU, and by three attributes how often. These have the names and the meaning
 * that they have in Documentation/fault-injection/ of Linux.
 *
 * Without a rule each hook is a NOP behind one static key.
 */
#ifndef VQC_FAULT_H
#define VQC_FAULT_H

#include <linux/jump_label.h>

#include "fabric.h"

/** enum vqc_fault_kind - what happens */
enum vqc_fault_kind {
	VQC_FAULT_DROP,		/* GSI, vector: it goes nowhere */
	VQC_FAULT_DELAY,	/* GSI, vector: it comes later */
	VQC_FAULT_STORM,	/* GSI, vector: more of it follow */
	VQC_FAULT_SPURIOUS,	/* PIC: its edges are gone when it is acknowledged */
	VQC_FAULT_NO_KICK,	/* CPU: it is not told to look */
	VQC_NR_FAULT_KINDS
};

/** enum vqc_fault_target - to what */
enum vqc_fault_target {
	VQC_FAULT_GSI,
	VQC_FAULT_VECTOR,
	VQC_FAULT_PIC,
	VQC_FAULT_CPU,
	VQC_NR_FAULT_TARGETS
};

#define VQC_MAX_FAULTS		16u
#define VQC_MIN_FAULT_US	10u
#define VQC_MAX_FAULT_US	10000000u
#define VQC_MAX_FAULT_COUNT	1000000u

/**
 * struct vqc_fault_rule - one rule
 * @kind: enum vqc_fault_kind
 * @target: enum vqc_fault_target
 * @id: the GSI, the vector, or the dense index of the CPU
 * @us: DELAY: by how much, STORM: from one to the next; VQC_MIN_FAULT_US to
 *	VQC_MAX_FAULT_US microseconds
 * @count: STORM: how many follow, 1 to VQC_MAX_FAULT_COUNT
 * @probability: in percent, 0 to 100
 * @interval: only each so manieth time, 1 or more
 * @times: at most so often, -1 for no limit
 * @seen: how often it might have happened
 * @hits: how often it did
 */
struct vqc_fault_rule {
	u8 kind;
	u8 target;
	u32 id;
	u32 us;
	u32 count;
	u32 probability;
	u32 interval;
	s32 times;
	u64 seen;
	u64 hits;
};

#if IS_ENABLED(CONFIG_VIRQCHIP_FAULT)

DECLARE_STATIC_KEY_FALSE(vqc_fault_key);

#define vqc_faulty()	static_branch_unlikely(&vqc_fault_key)

/**
 * vqc_fault_add - add a rule
 * @f: the fabric
 * @rule: the rule; @rule->seen and @rule->hits are not looked at
 *
 * Context: may sleep; takes @f->cfg.
 * Return: 0; -EINVAL: a field is out of range, or @kind does not go with
 * @target; -EOPNOTSUPP: a vector, and the local APICs are KVM's; -ENOSPC: there
 * are VQC_MAX_FAULTS rules; -ENOMEM.
 */
int vqc_fault_add(struct vqc_fabric *f, const struct vqc_fault_rule *rule);

/**
 * vqc_fault_clear - remove all rules; what is late comes at once, storms end
 * @f: the fabric
 *
 * Context: may sleep; takes @f->cfg.
 */
void vqc_fault_clear(struct vqc_fabric *f);

/**
 * vqc_fault_list - the rules
 * @f: the fabric
 * @rules: room for VQC_MAX_FAULTS
 *
 * Context: may sleep; takes @f->cfg. Return: how many there are.
 */
unsigned int vqc_fault_list(struct vqc_fabric *f, struct vqc_fault_rule *rules);

/**
 * vqc_fault_quiesce - nothing is late any more, and no rule is left
 * @f: the fabric, which goes out of use
 *
 * Context: may sleep.
 */
void vqc_fault_quiesce(struct vqc_fabric *f);

/**
 * vqc_fault_free - free what vqc_fault_add() has allocated
 * @f: the fabric, after vqc_fault_quiesce()
 *
 * Context: may sleep.
 */
void vqc_fault_free(struct vqc_fabric *f);

/* What the hooks do if there is a rule anywhere; see the inline ones below. */
bool __vqc_fault_line(struct vqc_fabric *f, unsigned int source_id, u32 gsi,
		      int level, int *ret);
bool __vqc_fault_accept(struct vqc_cpu *cpu, const struct vqc_msg *msg,
			u64 seq);
bool __vqc_fault_no_kick(struct vqc_cpu *cpu);
bool __vqc_fault_spurious(struct vqc_fabric *f);

#else

#define vqc_faulty()	false

static inline void vqc_fault_quiesce(struct vqc_fabric *f) { }
static inline void vqc_fault_free(struct vqc_fabric *f) { }
static inline bool __vqc_fault_line(struct vqc_fabric *f,
				    unsigned int source_id, u32 gsi, int level,
				    int *ret)
{
	return false;
}

static inline bool __vqc_fault_accept(struct vqc_cpu *cpu,
				      const struct vqc_msg *msg, u64 seq)
{
	return false;
}

static inline bool __vqc_fault_no_kick(struct vqc_cpu *cpu)
{
	return false;
}

static inline bool __vqc_fault_spurious(struct vqc_fabric *f)
{
	return false;
}

#endif

/**
 * vqc_fault_line - does a fault take a change of a GSI away
 * @f: the fabric
 * @source_id: who drives it
 * @gsi: which
 * @level: to what
 * @ret: filled in with the answer for the source, if so
 *
 * Context: any, under RCU; no lock held. Return: true if it does.
 */
static __always_inline bool vqc_fault_line(struct vqc_fabric *f,
					   unsigned int source_id, u32 gsi,
					   int level, int *ret)
{
	return vqc_faulty() && __vqc_fault_line(f, source_id, gsi, level, ret);
}

/**
 * vqc_fault_accept - does a fault take a message to a CPU away
 * @cpu: the CPU
 * @msg: the message
 * @seq: flow id, 0 if none
 *
 * Who has sent it takes it for delivered.
 *
 * Context: any, under RCU; no lock held. Return: true if it does.
 */
static __always_inline bool vqc_fault_accept(struct vqc_cpu *cpu,
					     const struct vqc_msg *msg, u64 seq)
{
	return vqc_faulty() && __vqc_fault_accept(cpu, msg, seq);
}

/**
 * vqc_fault_no_kick - does a fault withhold a kick
 * @cpu: the CPU
 *
 * Context: any. Return: true if it does.
 */
static __always_inline bool vqc_fault_no_kick(struct vqc_cpu *cpu)
{
	return vqc_faulty() && __vqc_fault_no_kick(cpu);
}

/**
 * vqc_fault_spurious - is the PIC to have no request when it is acknowledged
 * @f: the fabric
 *
 * Context: any; no lock held. Return: true: acknowledge it by
 * vqc_pic_ack_glitch().
 */
static __always_inline bool vqc_fault_spurious(struct vqc_fabric *f)
{
	return vqc_faulty() && __vqc_fault_spurious(f);
}

#endif /* VQC_FAULT_H */
