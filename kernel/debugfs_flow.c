// SPDX-License-Identifier: GPL-2.0-only
/*
 * A flow as a line for people.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/time64.h>

#include "flow.h"

static const char * const vqc_chip_names[] = {
	[VQC_CHIP_PIC]		= "pic",
	[VQC_CHIP_IOAPIC]	= "ioapic",
	[VQC_CHIP_LAPIC]	= "lapic",
	[VQC_CHIP_PIT]		= "pit",
	[VQC_NR_CHIPS]		= "-",
};

static const char * const vqc_origin_names[VQC_NR_ORIGINS] = {
	[VQC_ORIGIN_UNKNOWN]	= "-",
	[VQC_ORIGIN_LINE]	= "line",
	[VQC_ORIGIN_MSI]	= "msi",
	[VQC_ORIGIN_IPI]	= "ipi",
	[VQC_ORIGIN_TIMER]	= "timer",
	[VQC_ORIGIN_AGAIN]	= "again",
	[VQC_ORIGIN_VMM]	= "vmm",
};

static const char * const vqc_source_names[] = {
	[VQC_SOURCE_USER]	= "user",
	[VQC_SOURCE_IRQFD]	= "irqfd",
	[VQC_SOURCE_PIT]	= "pit",
	[VQC_SOURCE_PULSE]	= "pulse",
	[VQC_SOURCE_RESAMPLE]	= "irqfd",
};

static const char * const vqc_mode_names[] = {
	[VQC_DM_FIXED]		= "fixed",
	[VQC_DM_LOWEST]		= "lowest priority",
	[VQC_DM_SMI]		= "SMI",
	[VQC_DM_RESERVED]	= "reserved mode",
	[VQC_DM_NMI]		= "NMI",
	[VQC_DM_INIT]		= "INIT",
	[VQC_DM_SIPI]		= "SIPI",
	[VQC_DM_EXTINT]		= "ExtINT",
};

static const char *vqc_flow_from(const struct vqc_flow *flow)
{
	if (flow->origin == VQC_ORIGIN_LINE &&
	    flow->source < ARRAY_SIZE(vqc_source_names))
		return vqc_source_names[flow->source];
	return flow->origin < VQC_NR_ORIGINS ? vqc_origin_names[flow->origin] :
					       "?";
}

static int vqc_put_number(char *buf, size_t size, int width, bool valid,
			  u32 val)
{
	return valid ? scnprintf(buf, size, " %*u", width, val) :
		       scnprintf(buf, size, " %*s", width, "-");
}

/* Right-aligned in @width: "0x" and @digits. */
static int vqc_put_hex(char *buf, size_t size, int width, int digits,
		       bool valid, u32 val)
{
	return valid ? scnprintf(buf, size, " %*s%0*x", width - digits, "0x",
				 digits, val) :
		       scnprintf(buf, size, " %*s", width, "-");
}

/* Microseconds with three decimals. */
static int vqc_put_us(char *buf, size_t size, bool valid, u64 ns)
{
	u32 rest;
	u64 us;

	if (!valid)
		return scnprintf(buf, size, " %11s", "-");
	us = div_u64_rem(ns, 1000, &rest);
	return scnprintf(buf, size, " %7llu.%03u", us, rest);
}

/* Time of each stage since the one before that was seen, and of all. */
static int vqc_put_stages(const struct vqc_flow *flow, char *buf, size_t size)
{
	u64 begin_ns = vqc_flow_begin_ns(flow), last_ns = 0;
	unsigned int i;
	int len = 0;

	for (i = 0; i < VQC_NR_STAGES; i++) {
		u64 ns = flow->ns[i];

		/* A dropped flow passes no EOI; its end shows in the total. */
		if (i == VQC_STAGE_END && flow->end != VQC_END_EOI)
			ns = 0;
		if (i != VQC_STAGE_START)
			len += vqc_put_us(buf + len, size - len, ns && last_ns,
					  ns - last_ns);
		last_ns = ns ? ns : last_ns;
	}
	return len + vqc_put_us(buf + len, size - len,
				flow->ns[VQC_STAGE_END],
				flow->ns[VQC_STAGE_END] - begin_ns);
}

static int vqc_put_whys(const struct vqc_flow *flow, char *buf, size_t size,
			const char *before)
{
	unsigned int i;
	int len = 0;

	for (i = 0; i < flow->nr_whys && i < VQC_FLOW_WHYS; i++)
		len += scnprintf(buf + len, size - len, "%s%s",
				 i ? "; " : before,
				 vqc_why_words(flow->why[i]));
	return len;
}

static bool vqc_flow_handed(const struct vqc_flow *flow)
{
	return flow->nr_whys &&
	       flow->why[flow->nr_whys - 1] == VQC_WHY_HANDED_OVER;
}

/* Where a flow that has not ended stands. */
static int vqc_put_open(const struct vqc_flow *flow, char *buf, size_t size)
{
	int len;

	if (flow->ns[VQC_STAGE_CPU])
		return scnprintf(buf, size, "in service, no EOI yet");
	if (vqc_flow_handed(flow))
		return scnprintf(buf, size, "%s, no EOI yet",
				 vqc_why_words(VQC_WHY_HANDED_OVER));
	if (flow->ns[VQC_STAGE_IRR])
		len = scnprintf(buf, size, "in IRR");
	else
		len = scnprintf(buf, size, "on its way");
	if (flow->hold != VQC_WHY_DELIVERED)
		return len + scnprintf(buf + len, size - len, ": %s",
				       vqc_why_words(flow->hold));
	if (flow->ns[VQC_STAGE_IRR])
		return len;
	return len + vqc_put_whys(flow, buf + len, size - len, ": ");
}

static int vqc_put_merged(const struct vqc_flow *flow, char *buf, size_t size)
{
	int len = 0;

	if (flow->merged)
		len = scnprintf(buf, size, ", %u merged into it", flow->merged);
	return len;
}

static int vqc_put_faults(const struct vqc_flow *flow, char *buf, size_t size)
{
	int len = 0;

	if (flow->faults & VQC_FLOW_LATE)
		len += scnprintf(buf, size, ", late by %s",
				 vqc_why_words(VQC_WHY_FAULT));
	if (flow->faults & VQC_FLOW_MADE)
		len += scnprintf(buf + len, size - len, ", made by %s",
				 vqc_why_words(VQC_WHY_FAULT));
	return len;
}

static int vqc_put_end(const struct vqc_flow *flow, char *buf, size_t size)
{
	int len;

	switch (flow->end) {
	case VQC_END_EOI:
		len = scnprintf(buf, size, "eoi");
		if (flow->hold != VQC_WHY_DELIVERED)
			len += scnprintf(buf + len, size - len, ", waited: %s",
					 vqc_why_words(flow->hold));
		if (flow->nr_whys &&
		    flow->why[flow->nr_whys - 1] == VQC_WHY_EOI_TOLD)
			len += scnprintf(buf + len, size - len,
					 ", told to the VMM");
		return len;
	case VQC_END_DROPPED:
		return vqc_put_whys(flow, buf, size, "dropped: ");
	case VQC_END_MERGED:
		if (flow->into)
			return scnprintf(buf, size, "merged into %llu",
					 flow->into);
		return scnprintf(buf, size, "merged with one already pending");
	case VQC_END_TAKEN:
		return scnprintf(buf, size, "taken: %s",
				 vqc_mode_names[flow->mode & 7]);
	case VQC_END_HANDED:
		return scnprintf(buf, size, "%s",
				 vqc_why_words(VQC_WHY_HANDED_OVER));
	case VQC_END_SPURIOUS:
		return vqc_put_whys(flow, buf, size, "");
	case VQC_END_EVICTED:
		len = scnprintf(buf, size, "not followed to its end, was ");
		return len + vqc_put_open(flow, buf + len, size - len);
	default:
		len = scnprintf(buf, size, "open: ");
		return len + vqc_put_open(flow, buf + len, size - len);
	}
}

int vqc_flow_format(const struct vqc_flow *flow, char *buf, size_t size)
{
	u64 begin_ns = vqc_flow_begin_ns(flow);
	bool vector = flow->vector || flow->word;
	u32 rest_ns;
	u64 begin_s = div_u64_rem(begin_ns, NSEC_PER_SEC, &rest_ns);
	int len;

	len = scnprintf(buf, size, "%9llu %7llu.%06u", flow->seq, begin_s,
			rest_ns / 1000);
	len += vqc_put_number(buf + len, size - len, 5,
			      flow->gsi != VQC_NO_GSI, flow->gsi);
	len += scnprintf(buf + len, size - len, " %-5s %-6s",
			 vqc_flow_from(flow),
			 vqc_chip_names[min_t(u8, flow->chip, VQC_NR_CHIPS)]);
	len += vqc_put_number(buf + len, size - len, 3,
			      flow->pin != VQC_NO_PIN, flow->pin);
	len += vqc_put_hex(buf + len, size - len, 6, 2, vector,
			   flow->vector);
	len += vqc_put_number(buf + len, size - len, 5,
			      flow->apic_id != U32_MAX, flow->apic_id);
	len += vqc_put_hex(buf + len, size - len, 10, 8, flow->word,
			   flow->word);
	len += vqc_put_stages(flow, buf + len, size - len);
	len += scnprintf(buf + len, size - len, "  ");
	len += vqc_put_end(flow, buf + len, size - len);
	len += vqc_put_merged(flow, buf + len, size - len);
	return len + vqc_put_faults(flow, buf + len, size - len);
}

void vqc_flow_header(struct seq_file *m)
{
	seq_printf(m, "#%8s %14s %5s %-5s %-6s %3s %6s %5s %10s %11s %11s %11s %11s %11s  %s\n",
		   "seq", "time_s", "gsi", "from", "chip", "pin", "vector",
		   "apic", "word", "to_chip_us", "to_irr_us", "to_cpu_us",
		   "to_eoi_us", "total_us", "end");
}
