/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: one for each arrow of an interrupt's way.
 *
 * Each stores numbers only and decodes them when it is printed, so that a
 * trace can be recorded on one machine and read on another. seq is the flow
 * id, the same from the line to the EOI, and 0 if nobody looked when the
 * interrupt began; apic is -1 where no CPU is meant; pin 255 and gsi -1 say
 * that there is none.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM virqchip

#if !defined(VQC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VQC_TRACE_H

#include <linux/tracepoint.h>

#include "fabric.h"
#include "flow.h"
#include "observe.h"

#ifndef VQC_TRACE_ONCE
#define VQC_TRACE_ONCE

/**
 * vqc_trace_reg - someone looks at a tracepoint: switch the hooks on
 *
 * Context: may sleep. Return: 0.
 */
int vqc_trace_reg(void);

/**
 * vqc_trace_unreg - undo vqc_trace_reg()
 *
 * The hooks stay on as long as somebody else looks.
 *
 * Context: may sleep.
 */
void vqc_trace_unreg(void);

/**
 * vqc_trace_apic - how a trace names a CPU
 * @cpu: the CPU, which cannot go meanwhile; may be NULL
 *
 * Context: any.
 * Return: its APIC ID as it is now; U32_MAX for NULL.
 */
static inline u32 vqc_trace_apic(const struct vqc_cpu *cpu)
{
	return cpu ? READ_ONCE(cpu->lapic.id) : U32_MAX;
}
#endif

/* The names go to user space, the values with them. */
#define VQC_TRACE_WHY_ENUM(name, words) TRACE_DEFINE_ENUM(VQC_WHY_##name);
VQC_WHY_LIST(VQC_TRACE_WHY_ENUM)
TRACE_DEFINE_ENUM(VQC_NR_WHY);
TRACE_DEFINE_ENUM(VQC_CHIP_PIC);
TRACE_DEFINE_ENUM(VQC_CHIP_IOAPIC);
TRACE_DEFINE_ENUM(VQC_CHIP_LAPIC);
TRACE_DEFINE_ENUM(VQC_CHIP_PIT);
TRACE_DEFINE_ENUM(VQC_DM_FIXED);
TRACE_DEFINE_ENUM(VQC_DM_LOWEST);
TRACE_DEFINE_ENUM(VQC_DM_SMI);
TRACE_DEFINE_ENUM(VQC_DM_RESERVED);
TRACE_DEFINE_ENUM(VQC_DM_NMI);
TRACE_DEFINE_ENUM(VQC_DM_INIT);
TRACE_DEFINE_ENUM(VQC_DM_SIPI);
TRACE_DEFINE_ENUM(VQC_DM_EXTINT);
TRACE_DEFINE_ENUM(VQC_NR_CHIPS);
TRACE_DEFINE_ENUM(VQC_ORIGIN_UNKNOWN);
TRACE_DEFINE_ENUM(VQC_ORIGIN_LINE);
TRACE_DEFINE_ENUM(VQC_ORIGIN_MSI);
TRACE_DEFINE_ENUM(VQC_ORIGIN_IPI);
TRACE_DEFINE_ENUM(VQC_ORIGIN_TIMER);
TRACE_DEFINE_ENUM(VQC_ORIGIN_AGAIN);
TRACE_DEFINE_ENUM(VQC_ORIGIN_VMM);
TRACE_DEFINE_ENUM(VQC_END_OPEN);
TRACE_DEFINE_ENUM(VQC_END_EOI);
TRACE_DEFINE_ENUM(VQC_END_DROPPED);
TRACE_DEFINE_ENUM(VQC_END_MERGED);
TRACE_DEFINE_ENUM(VQC_END_TAKEN);
TRACE_DEFINE_ENUM(VQC_END_SPURIOUS);
TRACE_DEFINE_ENUM(VQC_END_HANDED);
TRACE_DEFINE_ENUM(VQC_END_EVICTED);
TRACE_DEFINE_ENUM(VQC_SH_NONE);
TRACE_DEFINE_ENUM(VQC_SH_SELF);
TRACE_DEFINE_ENUM(VQC_SH_ALL);
TRACE_DEFINE_ENUM(VQC_SH_OTHERS);

#define VQC_TRACE_WHY_SYM(name, words) { VQC_WHY_##name, #name },
#ifdef __CHECKER__
/* sparse gives up on an expansion as long as several lists of names make it. */
#define vqc_trace_why(why)	__print_symbolic(why, { VQC_NR_WHY, "?" })
#else
#define vqc_trace_why(why)						\
	__print_symbolic(why, VQC_WHY_LIST(VQC_TRACE_WHY_SYM)		\
			 { VQC_NR_WHY, "?" })
#endif

#define vqc_trace_chip(chip)						\
	__print_symbolic(chip, { VQC_CHIP_PIC, "pic" },			\
			 { VQC_CHIP_IOAPIC, "ioapic" },			\
			 { VQC_CHIP_LAPIC, "lapic" },			\
			 { VQC_CHIP_PIT, "pit" })

#define vqc_trace_flow_chip(chip)					\
	__print_symbolic(chip, { VQC_CHIP_PIC, "pic" },			\
			 { VQC_CHIP_IOAPIC, "ioapic" },			\
			 { VQC_CHIP_LAPIC, "lapic" },			\
			 { VQC_CHIP_PIT, "pit" },			\
			 { VQC_NR_CHIPS, "none" })

#define vqc_trace_origin(origin)					\
	__print_symbolic(origin, { VQC_ORIGIN_UNKNOWN, "unknown" },	\
			 { VQC_ORIGIN_LINE, "line" },			\
			 { VQC_ORIGIN_MSI, "msi" },			\
			 { VQC_ORIGIN_IPI, "ipi" },			\
			 { VQC_ORIGIN_TIMER, "timer" },			\
			 { VQC_ORIGIN_AGAIN, "again" },			\
			 { VQC_ORIGIN_VMM, "vmm" })

#define vqc_trace_end(end)						\
	__print_symbolic(end, { VQC_END_OPEN, "open" },			\
			 { VQC_END_EOI, "eoi" },			\
			 { VQC_END_DROPPED, "dropped" },		\
			 { VQC_END_MERGED, "merged" },			\
			 { VQC_END_TAKEN, "taken" },			\
			 { VQC_END_SPURIOUS, "spurious" },		\
			 { VQC_END_HANDED, "handed" },			\
			 { VQC_END_EVICTED, "evicted" })

#define vqc_trace_faults(faults)					\
	__print_symbolic(faults, { 0, "none" }, { VQC_FLOW_LATE, "late" },	\
			 { VQC_FLOW_MADE, "made" },			\
			 { VQC_FLOW_LATE | VQC_FLOW_MADE, "late,made" })

#define vqc_trace_source(source)					\
	__print_symbolic(source, { VQC_SOURCE_USER, "user" },		\
			 { VQC_SOURCE_IRQFD, "irqfd" },			\
			 { VQC_SOURCE_PIT, "pit" },			\
			 { VQC_SOURCE_PULSE, "pulse" },			\
			 { VQC_SOURCE_RESAMPLE, "resample" })

#define vqc_trace_mode(mode)						\
	__print_symbolic(mode, { VQC_DM_FIXED, "fixed" },		\
			 { VQC_DM_LOWEST, "lowest" },			\
			 { VQC_DM_SMI, "smi" },				\
			 { VQC_DM_RESERVED, "reserved" },		\
			 { VQC_DM_NMI, "nmi" },				\
			 { VQC_DM_INIT, "init" },			\
			 { VQC_DM_SIPI, "sipi" },			\
			 { VQC_DM_EXTINT, "extint" })

#define vqc_trace_shorthand(shorthand)					\
	__print_symbolic(shorthand, { VQC_SH_NONE, "none" },		\
			 { VQC_SH_SELF, "self" },			\
			 { VQC_SH_ALL, "all" },				\
			 { VQC_SH_OTHERS, "others" })

TRACE_EVENT_FN(virqchip_line,
	TP_PROTO(const struct vqc_fabric *f, u64 seq, u32 gsi,
		 unsigned int source, bool level),
	TP_ARGS(f, seq, gsi, source, level),
	TP_STRUCT__entry(__field(u64, seq)
			 __field(u32, fabric)
			 __field(u32, gsi)
			 __field(u32, source)
			 __field(u8, level)),
	TP_fast_assign(__entry->seq = seq;
		       __entry->fabric = f->id;
		       __entry->gsi = gsi;
		       __entry->source = source;
		       __entry->level = level;),
	TP_printk("fabric=%u seq=%llu gsi=%d source=%s level=%u",
		  __entry->fabric, __entry->seq, __entry->gsi,
		  vqc_trace_source(__entry->source), __entry->level),
	vqc_trace_reg, vqc_trace_unreg);

TRACE_EVENT_FN(virqchip_pin,
	TP_PROTO(const struct vqc_fabric *f, u64 seq, u32 gsi,
		 enum vqc_chip chip, unsigned int pin, bool level,
		 enum vqc_why why, u64 into),
	TP_ARGS(f, seq, gsi, chip, pin, level, why, into),
	TP_STRUCT__entry(__field(u64, seq)
			 __field(u64, into)
			 __field(u32, fabric)
			 __field(u32, gsi)
			 __field(u8, chip)
			 __field(u8, pin)
			 __field(u8, level)
			 __field(u8, why)),
	TP_fast_assign(__entry->seq = seq;
		       __entry->into = into;
		       __entry->fabric = f->id;
		       __entry->gsi = gsi;
		       __entry->chip = chip;
		       __entry->pin = pin;
		       __entry->level = level;
		       __entry->why = why;),
	TP_printk("fabric=%u seq=%llu gsi=%d chip=%s pin=%u level=%u why=%s into=%llu",
		  __entry->fabric, __entry->seq, __entry->gsi,
		  vqc_trace_chip(__entry->chip), __entry->pin, __entry->level,
		  vqc_trace_why(__entry->why), __entry->into),
	vqc_trace_reg, vqc_trace_unreg);

TRACE_EVENT_FN(virqchip_msg,
	TP_PROTO(const struct vqc_fabric *f, u64 seq, unsigned int pin,
		 const struct vqc_msg *msg, u32 src_apic),
	TP_ARGS(f, seq, pin, msg, src_apic),
	TP_STRUCT__entry(__field(u64, seq)
			 __field(u32, fabric)
			 __field(u32, dest)
			 __field(u32, src_apic)
			 __field(u8, pin)
			 __field(u8, vector)
			 __field(u8, mode)
			 __field(u8, flags)
			 __field(u8, shorthand)),
	TP_fast_assign(__entry->seq = seq;
		       __entry->fabric = f->id;
		       __entry->dest = msg->dest;
		       __entry->src_apic = src_apic;
		       __entry->pin = pin;
		       __entry->vector = msg->vector;
		       __entry->mode = msg->mode;
		       __entry->flags = msg->flags;
		       __entry->shorthand = msg->shorthand;),
	TP_printk("fabric=%u seq=%llu pin=%u vector=0x%02x mode=%s dest=0x%x shorthand=%s flags=%s src_apic=%d",
		  __entry->fabric, __entry->seq, __entry->pin, __entry->vector,
		  vqc_trace_mode(__entry->mode), __entry->dest,
		  vqc_trace_shorthand(__entry->shorthand),
		  __print_flags(__entry->flags, "|",
				{ VQC_MSG_LOGICAL, "logical" },
				{ VQC_MSG_LEVEL, "level" },
				{ VQC_MSG_ASSERT, "assert" },
				{ VQC_MSG_X2DEST, "x2dest" },
				{ VQC_MSG_TELL_EOI, "tell-eoi" }),
		  __entry->src_apic),
	vqc_trace_reg, vqc_trace_unreg);

TRACE_EVENT_FN(virqchip_accept,
	TP_PROTO(const struct vqc_cpu *cpu, u64 seq, const struct vqc_msg *msg,
		 enum vqc_why why, u64 into),
	TP_ARGS(cpu, seq, msg, why, into),
	TP_STRUCT__entry(__field(u64, seq)
			 __field(u64, into)
			 __field(u32, fabric)
			 __field(u32, apic)
			 __field(u8, vector)
			 __field(u8, mode)
			 __field(u8, why)),
	TP_fast_assign(__entry->seq = seq;
		       __entry->into = into;
		       __entry->fabric = cpu->fabric->id;
		       __entry->apic = vqc_trace_apic(cpu);
		       __entry->vector = msg->vector;
		       __entry->mode = msg->mode;
		       __entry->why = why;),
	TP_printk("fabric=%u seq=%llu apic=%d vector=0x%02x mode=%s why=%s into=%llu",
		  __entry->fabric, __entry->seq, __entry->apic,
		  __entry->vector, vqc_trace_mode(__entry->mode),
		  vqc_trace_why(__entry->why), __entry->into),
	vqc_trace_reg, vqc_trace_unreg);

TRACE_EVENT_FN(virqchip_kick,
	TP_PROTO(const struct vqc_cpu *cpu),
	TP_ARGS(cpu),
	TP_STRUCT__entry(__field(u32, fabric)
			 __field(u32, apic)),
	TP_fast_assign(__entry->fabric = cpu->fabric->id;
		       __entry->apic = vqc_trace_apic(cpu);),
	TP_printk("fabric=%u apic=%d", __entry->fabric, __entry->apic),
	vqc_trace_reg, vqc_trace_unreg);

TRACE_EVENT_FN(virqchip_inject,
	TP_PROTO(const struct vqc_cpu *cpu, u64 seq, enum vqc_chip chip,
		 unsigned int pin, u32 info),
	TP_ARGS(cpu, seq, chip, pin, info),
	TP_STRUCT__entry(__field(u64, seq)
			 __field(u32, fabric)
			 __field(u32, apic)
			 __field(u32, info)
			 __field(u8, chip)
			 __field(u8, pin)
			 __field(u8, vector)),
	TP_fast_assign(__entry->seq = seq;
		       __entry->fabric = cpu->fabric->id;
		       __entry->apic = vqc_trace_apic(cpu);
		       __entry->info = info;
		       __entry->chip = chip;
		       __entry->pin = pin;
		       __entry->vector = info & 0xff;),
	TP_printk("fabric=%u seq=%llu apic=%d chip=%s pin=%u vector=0x%02x info=0x%08x",
		  __entry->fabric, __entry->seq, __entry->apic,
		  vqc_trace_chip(__entry->chip), __entry->pin,
		  __entry->vector, __entry->info),
	vqc_trace_reg, vqc_trace_unreg);

TRACE_EVENT_FN(virqchip_hold,
	TP_PROTO(const struct vqc_cpu *cpu, u64 seq, enum vqc_why why),
	TP_ARGS(cpu, seq, why),
	TP_STRUCT__entry(__field(u64, seq)
			 __field(u32, fabric)
			 __field(u32, apic)
			 __field(u8, why)),
	TP_fast_assign(__entry->seq = seq;
		       __entry->fabric = cpu->fabric->id;
		       __entry->apic = vqc_trace_apic(cpu);
		       __entry->why = why;),
	TP_printk("fabric=%u seq=%llu apic=%d why=%s",
		  __entry->fabric, __entry->seq, __entry->apic,
		  vqc_trace_why(__entry->why)),
	vqc_trace_reg, vqc_trace_unreg);

TRACE_EVENT_FN(virqchip_eoi,
	TP_PROTO(const struct vqc_fabric *f, const struct vqc_cpu *cpu, u64 seq,
		 enum vqc_chip chip, unsigned int pin, u8 vector),
	TP_ARGS(f, cpu, seq, chip, pin, vector),
	TP_STRUCT__entry(__field(u64, seq)
			 __field(u32, fabric)
			 __field(u32, apic)
			 __field(u8, chip)
			 __field(u8, pin)
			 __field(u8, vector)),
	TP_fast_assign(__entry->seq = seq;
		       __entry->fabric = f->id;
		       __entry->apic = vqc_trace_apic(cpu);
		       __entry->chip = chip;
		       __entry->pin = pin;
		       __entry->vector = vector;),
	TP_printk("fabric=%u seq=%llu apic=%d chip=%s pin=%u vector=0x%02x",
		  __entry->fabric, __entry->seq, __entry->apic,
		  vqc_trace_chip(__entry->chip), __entry->pin,
		  __entry->vector),
	vqc_trace_reg, vqc_trace_unreg);

TRACE_EVENT_FN(virqchip_note,
	TP_PROTO(const struct vqc_fabric *f, u64 seq, enum vqc_chip chip,
		 unsigned int pin, u8 vector, enum vqc_why why),
	TP_ARGS(f, seq, chip, pin, vector, why),
	TP_STRUCT__entry(__field(u64, seq)
			 __field(u32, fabric)
			 __field(u8, chip)
			 __field(u8, pin)
			 __field(u8, vector)
			 __field(u8, why)),
	TP_fast_assign(__entry->seq = seq;
		       __entry->fabric = f->id;
		       __entry->chip = chip;
		       __entry->pin = pin;
		       __entry->vector = vector;
		       __entry->why = why;),
	TP_printk("fabric=%u seq=%llu chip=%s pin=%u vector=0x%02x why=%s",
		  __entry->fabric, __entry->seq, vqc_trace_chip(__entry->chip),
		  __entry->pin, __entry->vector, vqc_trace_why(__entry->why)),
	vqc_trace_reg, vqc_trace_unreg);

TRACE_EVENT_FN(virqchip_timer,
	TP_PROTO(const struct vqc_fabric *f, const struct vqc_cpu *cpu,
		 bool expired, u64 deadline_ns, enum vqc_why why),
	TP_ARGS(f, cpu, expired, deadline_ns, why),
	TP_STRUCT__entry(__field(u64, deadline_ns)
			 __field(u32, fabric)
			 __field(u32, apic)
			 __field(u8, chip)
			 __field(u8, expired)
			 __field(u8, why)),
	TP_fast_assign(__entry->deadline_ns = deadline_ns;
		       __entry->fabric = f->id;
		       __entry->apic = vqc_trace_apic(cpu);
		       __entry->chip = cpu ? VQC_CHIP_LAPIC : VQC_CHIP_PIT;
		       __entry->expired = expired;
		       __entry->why = why;),
	TP_printk("fabric=%u apic=%d chip=%s %s deadline_ns=%llu why=%s",
		  __entry->fabric, __entry->apic,
		  vqc_trace_chip(__entry->chip),
		  __entry->expired ? "expired" : "armed",
		  __entry->deadline_ns, vqc_trace_why(__entry->why)),
	vqc_trace_reg, vqc_trace_unreg);

TRACE_EVENT_FN(virqchip_access,
	TP_PROTO(const struct vqc_fabric *f, const struct vqc_cpu *cpu,
		 enum vqc_chip chip, u64 addr, unsigned int len, bool write,
		 u64 val),
	TP_ARGS(f, cpu, chip, addr, len, write, val),
	TP_STRUCT__entry(__field(u64, addr)
			 __field(u64, val)
			 __field(u32, fabric)
			 __field(u32, apic)
			 __field(u8, chip)
			 __field(u8, len)
			 __field(u8, write)),
	TP_fast_assign(__entry->addr = addr;
		       __entry->val = val;
		       __entry->fabric = f->id;
		       __entry->apic = vqc_trace_apic(cpu);
		       __entry->chip = chip;
		       __entry->len = len;
		       __entry->write = write;),
	TP_printk("fabric=%u apic=%d chip=%s %s addr=0x%llx len=%u val=0x%llx",
		  __entry->fabric, __entry->apic,
		  vqc_trace_chip(__entry->chip),
		  __entry->write ? "write" : "read", __entry->addr,
		  __entry->len, __entry->val),
	vqc_trace_reg, vqc_trace_unreg);

TRACE_EVENT_FN(virqchip_flow,
	TP_PROTO(const struct vqc_fabric *f, const struct vqc_flow *flow),
	TP_ARGS(f, flow),
	TP_STRUCT__entry(__field(u64, seq)
			 __field(u64, into)
			 __field(u64, ns_start)
			 __field(u64, ns_chip)
			 __field(u64, ns_irr)
			 __field(u64, ns_cpu)
			 __field(u64, ns_done)
			 __field(u32, fabric)
			 __field(u32, gsi)
			 __field(u32, apic)
			 __field(u32, word)
			 __field(u32, merged)
			 __field(u16, cpu_index)
			 __field(u8, origin)
			 __field(u8, source)
			 __field(u8, chip)
			 __field(u8, pin)
			 __field(u8, vector)
			 __field(u8, mode)
			 __field(u8, end)
			 __field(u8, hold)
			 __field(u8, nr_whys)
			 __field(u8, why0)
			 __field(u8, why1)
			 __field(u8, why2)
			 __field(u8, faults)),
	TP_fast_assign(__entry->seq = flow->seq;
		       __entry->into = flow->into;
		       __entry->ns_start = flow->ns[VQC_STAGE_START];
		       __entry->ns_chip = flow->ns[VQC_STAGE_CHIP];
		       __entry->ns_irr = flow->ns[VQC_STAGE_IRR];
		       __entry->ns_cpu = flow->ns[VQC_STAGE_CPU];
		       __entry->ns_done = flow->ns[VQC_STAGE_END];
		       __entry->fabric = f->id;
		       __entry->gsi = flow->gsi;
		       __entry->apic = flow->apic_id;
		       __entry->word = flow->word;
		       __entry->merged = flow->merged;
		       __entry->cpu_index = flow->cpu;
		       __entry->origin = flow->origin;
		       __entry->source = flow->source;
		       __entry->chip = flow->chip;
		       __entry->pin = flow->pin;
		       __entry->vector = flow->vector;
		       __entry->mode = flow->mode;
		       __entry->end = flow->end;
		       __entry->hold = flow->hold;
		       __entry->nr_whys = flow->nr_whys;
		       __entry->why0 = flow->why[0];
		       __entry->why1 = flow->why[1];
		       __entry->why2 = flow->why[2];
		       __entry->faults = flow->faults;),
	TP_printk("fabric=%u seq=%llu gsi=%d origin=%s source=%s chip=%s pin=%u vector=0x%02x mode=%s apic=%d word=0x%08x end=%s hold=%s nr_whys=%u why0=%s why1=%s why2=%s into=%llu merged=%u faults=%s ns=%llu,%llu,%llu,%llu,%llu",
		  __entry->fabric, __entry->seq, __entry->gsi,
		  vqc_trace_origin(__entry->origin),
		  vqc_trace_source(__entry->source),
		  vqc_trace_flow_chip(__entry->chip), __entry->pin,
		  __entry->vector, vqc_trace_mode(__entry->mode),
		  __entry->apic, __entry->word, vqc_trace_end(__entry->end),
		  vqc_trace_why(__entry->hold), __entry->nr_whys,
		  vqc_trace_why(__entry->why0),
		  vqc_trace_why(__entry->why1),
		  vqc_trace_why(__entry->why2), __entry->into,
		  __entry->merged, vqc_trace_faults(__entry->faults),
		  __entry->ns_start, __entry->ns_chip,
		  __entry->ns_irr, __entry->ns_cpu, __entry->ns_done),
	vqc_trace_reg, vqc_trace_unreg);

#endif /* VQC_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace

/* This part must be outside of the guard. */
#include <trace/define_trace.h>
