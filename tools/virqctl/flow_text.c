// SPDX-License-Identifier: GPL-2.0-only
/*
 * A flow in words: the same as the module's own.
 */
#include <string.h>

#include "trace.h"

#define NONE	0xffffffffu
#define NO_PIN	0xff

const char *why_words(const struct whys *whys, unsigned int why)
{
	why &= 0xff;
	if (whys->words[why])
		return whys->words[why];
	return whys->name[why] ? whys->name[why] : "an unknown reason";
}

uint64_t flow_begin_ns(const struct virqchip_flow *flow)
{
	unsigned int i;

	for (i = 0; i < VIRQCHIP_FLOW_STAGES; i++)
		if (flow->ns[i])
			return flow->ns[i];
	return 0;
}

bool flow_waited(const struct virqchip_flow *flow)
{
	return flow->hold && (flow->end == VIRQCHIP_END_EOI ||
			      flow->end == VIRQCHIP_END_TAKEN);
}

static const char *name_of(const char * const *names, unsigned int nr,
			   unsigned int which)
{
	return which < nr && names[which] ? names[which] : "?";
}

const char *flow_chip_name(const struct virqchip_flow *flow)
{
	static const char * const names[] = {
		[VIRQCHIP_FLOW_PIC]	= "pic",
		[VIRQCHIP_FLOW_IOAPIC]	= "ioapic",
		[VIRQCHIP_FLOW_LAPIC]	= "lapic",
		[VIRQCHIP_FLOW_PIT]	= "pit",
		[VIRQCHIP_FLOW_NO_CHIP]	= "-",
	};

	return name_of(names, ARRAY_SIZE(names), flow->chip);
}

const char *flow_from(const struct virqchip_flow *flow)
{
	static const char * const origins[] = {
		[VIRQCHIP_ORIGIN_UNKNOWN]	= "-",
		[VIRQCHIP_ORIGIN_LINE]		= "line",
		[VIRQCHIP_ORIGIN_MSI]		= "msi",
		[VIRQCHIP_ORIGIN_IPI]		= "ipi",
		[VIRQCHIP_ORIGIN_TIMER]		= "timer",
		[VIRQCHIP_ORIGIN_AGAIN]		= "again",
		[VIRQCHIP_ORIGIN_VMM]		= "vmm",
	};
	static const char * const sources[] = {
		"user", "irqfd", "pit", "pulse", "irqfd",
	};

	if (flow->origin == VIRQCHIP_ORIGIN_LINE)
		return name_of(sources, ARRAY_SIZE(sources), flow->source);
	return name_of(origins, ARRAY_SIZE(origins), flow->origin);
}

const char *flow_mode_name(const struct virqchip_flow *flow)
{
	static const char * const names[] = {
		"fixed", "lowest priority", "SMI", "reserved mode", "NMI",
		"INIT", "SIPI", "ExtINT",
	};

	return names[flow->mode & 7];
}

/* ---- the end ---- */

static void print_whys(FILE *out, const struct virqchip_flow *flow,
		       const struct whys *whys, const char *before)
{
	unsigned int i;

	for (i = 0; i < flow->nr_whys && i < VIRQCHIP_FLOW_WHYS; i++)
		fprintf(out, "%s%s", i ? "; " : before,
			why_words(whys, flow->why[i]));
}

static bool last_why_is(const struct virqchip_flow *flow,
			const struct whys *whys, const char *name)
{
	unsigned int nr = flow->nr_whys;
	const char *last;

	if (!nr || nr > VIRQCHIP_FLOW_WHYS)
		return false;
	last = whys->name[flow->why[nr - 1]];
	return last && !strcmp(last, name);
}

/* Where a flow that has not ended stands. */
static void print_open(FILE *out, const struct virqchip_flow *flow,
		       const struct whys *whys)
{
	bool accepted = flow->ns[VIRQCHIP_FLOW_IRR];

	if (flow->ns[VIRQCHIP_FLOW_CPU]) {
		fputs("in service, no EOI yet", out);
	} else if (last_why_is(flow, whys, "HANDED_OVER")) {
		fprintf(out, "%s, no EOI yet",
			why_words(whys, flow->why[flow->nr_whys - 1]));
	} else {
		fputs(accepted ? "in IRR" : "on its way", out);
		if (flow->hold)
			fprintf(out, ": %s", why_words(whys, flow->hold));
		else if (!accepted)
			print_whys(out, flow, whys, ": ");
	}
}

static void print_eoi(FILE *out, const struct virqchip_flow *flow,
		      const struct whys *whys)
{
	fputs("eoi", out);
	if (flow->hold)
		fprintf(out, ", waited: %s", why_words(whys, flow->hold));
	if (last_why_is(flow, whys, "EOI_TOLD"))
		fputs(", told to the VMM", out);
}

static void print_faults(FILE *out, const struct virqchip_flow *flow)
{
	if (flow->faults & VIRQCHIP_FAULT_LATE)
		fputs(", late by a fault on purpose", out);
	if (flow->faults & VIRQCHIP_FAULT_MADE)
		fputs(", made by a fault on purpose", out);
}

static void print_end(FILE *out, const struct virqchip_flow *flow,
		      const struct whys *whys)
{
	switch (flow->end) {
	case VIRQCHIP_END_OPEN:
		fputs("open: ", out);
		print_open(out, flow, whys);
		break;
	case VIRQCHIP_END_EOI:
		print_eoi(out, flow, whys);
		break;
	case VIRQCHIP_END_DROPPED:
		fputs("dropped: ", out);
		print_whys(out, flow, whys, "");
		break;
	case VIRQCHIP_END_MERGED:
		if (flow->into)
			fprintf(out, "merged into %llu", flow->into);
		else
			fputs("merged with one already pending", out);
		break;
	case VIRQCHIP_END_TAKEN:
		fprintf(out, "taken: %s", flow_mode_name(flow));
		break;
	case VIRQCHIP_END_SPURIOUS:
		if (flow->nr_whys)
			print_whys(out, flow, whys, "");
		else
			fputs("spurious", out);
		break;
	case VIRQCHIP_END_HANDED:
		fputs("handed to a local APIC that is not ours", out);
		break;
	case VIRQCHIP_END_EVICTED:
		fputs("not followed to its end, was ", out);
		print_open(out, flow, whys);
		break;
	default:
		fprintf(out, "unknown end %u", flow->end);
	}
	if (flow->merged)
		fprintf(out, ", %u merged into it", flow->merged);
	print_faults(out, flow);
}

const char *flow_end(const struct virqchip_flow *flow, const struct whys *whys,
		     char *buf, size_t size)
{
	FILE *out = fmemopen(buf, size, "w");

	if (!out)
		out_of_memory();
	/* What does not fit is cut off, the zero at the end always fits. */
	setvbuf(out, NULL, _IONBF, 0);
	print_end(out, flow, whys);
	fclose(out);
	buf[size - 1] = 0;
	return buf;
}

/* ---- a line ---- */

static void print_number(FILE *out, int width, bool valid, uint32_t number)
{
	if (valid)
		fprintf(out, " %*u", width, number);
	else
		fprintf(out, " %*s", width, "-");
}

/* "0x" and @digits, to the right. */
static void print_hex(FILE *out, int width, int digits, bool valid,
		      uint32_t number)
{
	if (valid)
		fprintf(out, " %*s%0*x", width - digits, "0x", digits, number);
	else
		fprintf(out, " %*s", width, "-");
}

static void print_us(FILE *out, bool valid, uint64_t ns)
{
	if (valid)
		fprintf(out, " %7ju.%03u", ns / 1000,
			(unsigned int)(ns % 1000));
	else
		fprintf(out, " %11s", "-");
}

/* Time of each stage since the one before that was seen, and of all. */
static void print_stages(FILE *out, const struct virqchip_flow *flow)
{
	uint64_t done = flow->ns[VIRQCHIP_FLOW_DONE], last = 0;
	unsigned int i;

	for (i = 0; i < VIRQCHIP_FLOW_STAGES; i++) {
		uint64_t ns = flow->ns[i];

		/* A dropped flow passes no EOI; its end shows in the total. */
		if (i == VIRQCHIP_FLOW_DONE && flow->end != VIRQCHIP_END_EOI)
			ns = 0;
		if (i != VIRQCHIP_FLOW_START)
			print_us(out, ns && last, ns - last);
		last = ns ? ns : last;
	}
	print_us(out, done, done - flow_begin_ns(flow));
}

const char *flow_format(const struct virqchip_flow *flow,
			const struct whys *whys, char buf[FLOW_LINE])
{
	uint64_t begin = flow_begin_ns(flow);
	FILE *out = fmemopen(buf, FLOW_LINE, "w");

	if (!out)
		out_of_memory();
	setvbuf(out, NULL, _IONBF, 0);
	fprintf(out, "%9llu %7ju.%06u", flow->seq, begin / 1000000000,
		(unsigned int)(begin % 1000000000 / 1000));
	print_number(out, 5, flow->gsi != NONE, flow->gsi);
	fprintf(out, " %-5s %-6s", flow_from(flow), flow_chip_name(flow));
	print_number(out, 3, flow->pin != NO_PIN, flow->pin);
	print_hex(out, 6, 2, flow->vector || flow->word, flow->vector);
	print_number(out, 5, flow->apic_id != NONE, flow->apic_id);
	print_hex(out, 10, 8, flow->word, flow->word);
	print_stages(out, flow);
	fputs("  ", out);
	print_end(out, flow, whys);
	fclose(out);
	buf[FLOW_LINE - 1] = 0;
	return buf;
}

void flow_header(FILE *out)
{
	fprintf(out,
		"#%8s %14s %5s %-5s %-6s %3s %6s %5s %10s %11s %11s %11s %11s %11s  %s\n",
		"seq", "time_s", "gsi", "from", "chip", "pin", "vector",
		"apic", "word", "to_chip_us", "to_irr_us", "to_cpu_us",
		"to_eoi_us", "total_us", "end");
}
