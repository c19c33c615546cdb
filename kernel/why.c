// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why nothing comes: from a line through its routes and chips to the CPUs. See
 * why.h.
 */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "why.h"

/* ---- chains ---- */

struct vqc_link *vqc_chain_add(struct vqc_chain *chain, enum vqc_step step,
			       enum vqc_why why, const char *fmt, ...)
{
	struct vqc_link *link;
	va_list args;

	/* The longest way has fewer links; were it not so, the last gives way. */
	if (chain->nr == VQC_CHAIN_LINKS)
		chain->nr--;
	link = &chain->link[chain->nr];
	if (why != VQC_WHY_DELIVERED)
		chain->held = chain->nr;
	chain->nr++;
	link->step = step;
	link->why = why;
	link->reg[0] = '\0';
	va_start(args, fmt);
	vscnprintf(link->text, sizeof(link->text), fmt, args);
	va_end(args);
	return link;
}

void vqc_link_reg(struct vqc_link *link, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(link->reg, sizeof(link->reg), fmt, args);
	va_end(args);
}

const char *vqc_since(unsigned long then, char buf[VQC_SINCE_LEN])
{
	unsigned int ms = jiffies_to_msecs(jiffies - then);

	/* Loaded with a state, not seen to happen. */
	if (!then) {
		strscpy(buf, "?", VQC_SINCE_LEN);
		return buf;
	}
	snprintf(buf, VQC_SINCE_LEN, "%u.%03u", ms / 1000, ms % 1000);
	return buf;
}

enum vqc_why vqc_why_verdict(const struct vqc_chain *chain)
{
	return chain->held < 0 ? VQC_WHY_DELIVERED :
				 chain->link[chain->held].why;
}

const char *vqc_why_step_name(enum vqc_step step)
{
	static const char * const names[VQC_NR_STEPS] = {
		[VQC_STEP_LINE]		= "line",
		[VQC_STEP_ROUTE]	= "route",
		[VQC_STEP_PIN]		= "pin",
		[VQC_STEP_DEST]		= "dest",
		[VQC_STEP_APIC]		= "apic",
		[VQC_STEP_CPU]		= "cpu",
	};

	return names[step];
}

/* ---- the line ---- */

static const char * const vqc_source_words[] = {
	[VQC_SOURCE_USER]	= "the VMM",
	[VQC_SOURCE_IRQFD]	= "an irqfd",
	[VQC_SOURCE_PIT]	= "the PIT",
	[VQC_SOURCE_PULSE]	= "virqctl pulse",
	[VQC_SOURCE_RESAMPLE]	= "a resample irqfd",
};

static const char *vqc_first_source(unsigned long sources)
{
	unsigned int id = __ffs(sources);

	return id < ARRAY_SIZE(vqc_source_words) ? vqc_source_words[id] :
						   "a source of the VMM's";
}

/* Return: true if the wire is asserted. */
static bool vqc_chain_line(struct vqc_chain *chain, const struct vqc_line *line,
			   unsigned long moved)
{
	unsigned long sources = READ_ONCE(line->sources);
	char since[VQC_SINCE_LEN];
	struct vqc_link *link;

	if (sources)
		link = vqc_chain_add(chain, VQC_STEP_LINE, VQC_WHY_DELIVERED,
				     "asserted by %s%s for %s s",
				     vqc_first_source(sources),
				     sources & (sources - 1) ? " and others" : "",
				     vqc_since(moved, since));
	else
		link = vqc_chain_add(chain, VQC_STEP_LINE, VQC_WHY_DELIVERED,
				     "not asserted");
	vqc_link_reg(link, "sources=0x%lx", sources);
	return sources;
}

/* The line that is low is what holds: there is nothing to go on. */
static void vqc_chain_low(struct vqc_chain *chain)
{
	chain->link[0].why = VQC_WHY_LINE_LOW;
	chain->held = 0;
	chain->nr = 1;
}

static const char *vqc_pit_off_words(bool disabled, enum vqc_why why)
{
	if (disabled)
		return "it is cut off, as by an HPET";
	return why == VQC_WHY_TIMER_OFF ? "it has no count, or has run out" :
					  vqc_why_words(why);
}

/* GSI 0 is the PIT's if there is one: what does it do? */
static void vqc_chain_pit(struct vqc_chain *chain, struct vqc_fabric *f)
{
	u64 next_ns, owed, s, now_ns = ktime_get_ns();
	struct vqc_link *link;
	unsigned long flags;
	u32 mode, count, ns;
	enum vqc_why why;
	bool disabled;

	raw_spin_lock_irqsave(&f->pit_lock, flags);
	disabled = f->pit.irq_disabled;
	next_ns = vqc_pit_next_ns(&f->pit);
	why = vqc_pit_hold(&f->pit, 0);
	mode = f->pit.ch[0].mode;
	count = f->pit.ch[0].count;
	owed = f->pit_owed;
	raw_spin_unlock_irqrestore(&f->pit_lock, flags);

	s = div_u64_rem(next_ns > now_ns ? next_ns - now_ns : 0, NSEC_PER_SEC,
			&ns);
	if (owed)
		link = vqc_chain_add(chain, VQC_STEP_LINE,
				     VQC_WHY_PIT_COALESCED,
				     "the PIT owes %llu ticks: the last one is not acknowledged",
				     owed);
	else if (why == VQC_WHY_DELIVERED && next_ns)
		link = vqc_chain_add(chain, VQC_STEP_LINE, VQC_WHY_AT_REST,
				     "the next edge of the PIT comes in %llu.%06u s",
				     s, ns / 1000);
	else
		link = vqc_chain_add(chain, VQC_STEP_LINE,
				     why == VQC_WHY_DELIVERED ?
				     VQC_WHY_TIMER_OFF : why,
				     "channel 0 of the PIT makes no edge: %s",
				     vqc_pit_off_words(disabled, why));
	vqc_link_reg(link, "mode=%u count=%u", mode, count);
}

/* ---- the PIC ---- */

static const char * const vqc_8259_names[] = { "master", "slave" };

static void vqc_chain_pic_masked(struct vqc_chain *chain,
				 const struct vqc_pic *pic, unsigned int pin)
{
	unsigned int c = pin / 8, ir = pin % 8;
	struct vqc_link *link;

	/* What is not masked itself is masked with its chip. */
	if (!(pic->chip[c].imr & BIT(ir))) {
		c = 0;
		ir = VQC_PIC_CASCADE_PIN;
	}
	link = vqc_chain_add(chain, VQC_STEP_PIN, VQC_WHY_PIC_MASKED,
			     "IR%u of the PIC's %s%s is masked", ir,
			     vqc_8259_names[c],
			     c == 0 && ir == VQC_PIC_CASCADE_PIN ?
			     ", where the slave comes in," : "");
	vqc_link_reg(link, "%s.IMR=0x%02x", vqc_8259_names[c],
		     pic->chip[c].imr);
}

/*
 * The input in service that goes before @ir, or @ir itself: the one behind the
 * lowest is the highest (8259A, "Priority rotation"). Return: -1 if none.
 */
static int vqc_8259_served_first(const struct vqc_8259 *chip, unsigned int ir)
{
	unsigned int i, served;

	for (i = 1; i <= 8; i++) {
		served = (chip->lowest + i) % 8;
		if (chip->isr & BIT(served))
			return served;
		if (served == ir)
			break;
	}
	return -1;
}

/* Something of the same or a higher priority is in service, in either chip. */
static void vqc_chain_pic_behind(struct vqc_chain *chain,
				 const struct vqc_fabric *f,
				 const struct vqc_pic *pic, unsigned int pin)
{
	unsigned int c = pin / 8;
	int ir = vqc_8259_served_first(&pic->chip[c], pin % 8);
	char since[VQC_SINCE_LEN];
	struct vqc_link *link;

	if (ir < 0) {
		c = 0;
		ir = vqc_8259_served_first(&pic->chip[0], VQC_PIC_CASCADE_PIN);
		ir = max(ir, 0);
	}
	link = vqc_chain_add(chain, VQC_STEP_PIN, VQC_WHY_PIC_IN_SERVICE,
			     "IR%d of the PIC's %s is in service for %s s and goes first: no EOI yet",
			     ir, vqc_8259_names[c],
			     vqc_since(READ_ONCE(f->pic_acked[c * 8 + ir]),
				       since));
	vqc_link_reg(link, "master.ISR=0x%02x slave.ISR=0x%02x",
		     pic->chip[0].isr, pic->chip[1].isr);
}

/* There is no request at the pin: was there one? */
static void vqc_chain_pic_rest(struct vqc_chain *chain,
			       const struct vqc_fabric *f,
			       const struct vqc_pic *pic, unsigned int pin,
			       bool asserted)
{
	const struct vqc_8259 *chip = &pic->chip[pin / 8];
	char since[VQC_SINCE_LEN];
	struct vqc_link *link;

	if (chip->isr & BIT(pin % 8)) {
		link = vqc_chain_add(chain, VQC_STEP_CPU, VQC_WHY_IN_SERVICE,
				     "the PIC's pin %u was acknowledged %s s ago, vector 0x%02x, and is in service: no EOI yet",
				     pin,
				     vqc_since(READ_ONCE(f->pic_acked[pin]),
					       since),
				     chip->irq_base + pin % 8);
		vqc_link_reg(link, "%s.ISR=0x%02x", vqc_8259_names[pin / 8],
			     chip->isr);
		return;
	}
	if (!asserted) {
		vqc_chain_low(chain);
		return;
	}
	link = vqc_chain_add(chain, VQC_STEP_PIN, VQC_WHY_EDGE_TAKEN,
			     "pin %u of the PIC is an edge, and was taken: the line has to fall before it can rise again",
			     pin);
	vqc_link_reg(link, "%s.IRR=0x%02x ELCR=0x%02x",
		     vqc_8259_names[pin / 8], chip->irr, chip->elcr);
}

/* INTR goes to LINT0 of each CPU: who lets it in? */
static void vqc_chain_extint(struct vqc_chain *chain, struct vqc_fabric *f)
{
	unsigned int i, nr = vqc_fabric_nr_cpus(f);
	struct vqc_cpu *cpu;
	struct vqc_link *link;

	for (i = 0; i < nr && !f->config.chips_only; i++) {
		cpu = vqc_fabric_cpu(f, i);
		if (cpu && vqc_lapic_takes_extint(&cpu->lapic)) {
			vqc_chain_add(chain, VQC_STEP_DEST, VQC_WHY_DELIVERED,
				      "LINT0 of CPU %u lets the PIC in", i);
			vqc_chain_cpu(chain, cpu);
			return;
		}
	}
	cpu = vqc_fabric_cpu(f, 0);
	if (f->config.chips_only && cpu) {
		vqc_chain_add(chain, VQC_STEP_DEST, VQC_WHY_DELIVERED,
			      "whether LINT0 lets the PIC in is known to KVM's local APIC");
		vqc_chain_cpu(chain, cpu);
		return;
	}
	link = vqc_chain_add(chain, VQC_STEP_DEST, VQC_WHY_PIC_GATED,
			     "the PIC asks, and LINT0 of no CPU lets it in: masked, or not ExtINT");
	chain->unused = true;
	if (cpu)
		vqc_link_reg(link, "LVT_LINT0=0x%08x",
			     READ_ONCE(cpu->lapic.lvt[VQC_LVT_IDX_LINT0]));
}

static bool vqc_pic_unused(const struct vqc_pic *pic, enum vqc_why why)
{
	return why == VQC_WHY_PIC_INIT ||
	       (pic->chip[0].imr & pic->chip[1].imr) == 0xff;
}

static void vqc_chain_pic(struct vqc_chain *chain, struct vqc_fabric *f,
			  unsigned int pin)
{
	bool asserted = vqc_chain_line(chain, &f->pic_line[pin],
				       READ_ONCE(f->pic_moved[pin]));
	struct vqc_link *link;
	unsigned long flags;
	struct vqc_pic pic;
	enum vqc_why why;

	raw_spin_lock_irqsave(&f->pic_lock, flags);
	pic = f->pic;
	why = vqc_pic_hold(&pic, pin);
	raw_spin_unlock_irqrestore(&f->pic_lock, flags);
	chain->unused = vqc_pic_unused(&pic, why);

	vqc_chain_add(chain, VQC_STEP_ROUTE, VQC_WHY_DELIVERED,
		      "leads to pin %u of the PIC", pin);
	switch (why) {
	case VQC_WHY_PIC_MASKED:
		vqc_chain_pic_masked(chain, &pic, pin);
		break;
	case VQC_WHY_PIC_IN_SERVICE:
		vqc_chain_pic_behind(chain, f, &pic, pin);
		break;
	case VQC_WHY_PIC_INIT:
		link = vqc_chain_add(chain, VQC_STEP_PIN, why,
				     "the PIC's %s is not initialised (ICW1 to ICW4)",
				     vqc_8259_names[pin / 8]);
		vqc_link_reg(link, "%s.ICW1=0x%02x", vqc_8259_names[pin / 8],
			     pic.chip[pin / 8].icw1);
		break;
	case VQC_WHY_DELIVERED:
		link = vqc_chain_add(chain, VQC_STEP_PIN, why,
				     "pin %u of the PIC asks for the CPU, vector 0x%02x",
				     pin, pic.chip[pin / 8].irq_base + pin % 8);
		vqc_link_reg(link, "%s.IRR=0x%02x", vqc_8259_names[pin / 8],
			     pic.chip[pin / 8].irr);
		vqc_chain_extint(chain, f);
		break;
	default:
		vqc_chain_pic_rest(chain, f, &pic, pin, asserted);
		break;
	}
}

/* ---- messages: the IOAPIC's, and MSIs ---- */

/* The first CPU that has a vector in IRR, or if none has, in ISR. */
static struct vqc_cpu *vqc_find_vector(struct vqc_fabric *f, u8 vector,
				       const unsigned long *among)
{
	unsigned int i, nr = vqc_fabric_nr_cpus(f);
	struct vqc_cpu *cpu, *serves = NULL;

	for (i = 0; i < nr; i++) {
		cpu = vqc_fabric_cpu(f, i);
		if (!cpu || (among && !test_bit(i, among)))
			continue;
		if (test_bit(vector, cpu->lapic.irr))
			return cpu;
		if (!serves && test_bit(vector, cpu->lapic.isr))
			serves = cpu;
	}
	return serves;
}

static void vqc_why_dest(struct vqc_fabric *f, const struct vqc_msg *msg,
			 unsigned long *cpus)
{
	const struct vqc_dest_pub *pub = rcu_dereference(f->dest);

	bitmap_zero(cpus, VQC_MAX_CPUS);
	if (pub)
		vqc_dest_set(&pub->map, msg, VQC_NO_CPU, cpus);
}

/* A message that no local APIC has taken: who should? */
static void vqc_chain_dest(struct vqc_chain *chain, struct vqc_fabric *f,
			   const struct vqc_msg *msg)
{
	DECLARE_BITMAP(cpus, VQC_MAX_CPUS);
	struct vqc_link *link;
	struct vqc_cpu *cpu;
	unsigned int i;

	vqc_why_dest(f, msg, cpus);
	i = find_first_bit(cpus, VQC_MAX_CPUS);
	cpu = i < VQC_MAX_CPUS ? vqc_fabric_cpu(f, i) : NULL;
	if (!cpu) {
		link = vqc_chain_add(chain, VQC_STEP_DEST, VQC_WHY_NO_DEST,
				     "no CPU answers to the destination 0x%02x (%s)",
				     msg->dest,
				     msg->flags & VQC_MSG_LOGICAL ? "logical" :
								    "physical");
		vqc_link_reg(link, "dest=0x%02x", msg->dest);
		return;
	}
	vqc_chain_vector(chain, cpu, msg->vector);
}

/* Follow a vector to whichever CPU of the destination has it. */
static bool vqc_chain_sent(struct vqc_chain *chain, struct vqc_fabric *f,
			   const struct vqc_msg *msg)
{
	DECLARE_BITMAP(cpus, VQC_MAX_CPUS);
	struct vqc_cpu *cpu;

	vqc_why_dest(f, msg, cpus);
	cpu = vqc_find_vector(f, msg->vector, cpus);
	if (!cpu)
		return false;
	vqc_chain_vector(chain, cpu, msg->vector);
	return true;
}

static void vqc_chain_msi(struct vqc_chain *chain, struct vqc_fabric *f,
			  const struct vqc_route *route)
{
	struct vqc_link *link;
	struct vqc_msg msg;

	link = vqc_chain_add(chain, VQC_STEP_ROUTE, VQC_WHY_DELIVERED,
			     "leads to a message");
	vqc_link_reg(link, "address=0x%llx data=0x%08x", route->msi_address,
		     route->msi_data);
	if (!vqc_msg_msi_valid(route->msi_address, f->x2apic_format)) {
		vqc_chain_add(chain, VQC_STEP_DEST, VQC_WHY_NO_DEST,
			      "its address is not one of the local APICs'");
		return;
	}
	if (f->config.chips_only) {
		vqc_chain_add(chain, VQC_STEP_DEST, VQC_WHY_HANDED_OVER,
			      "KVM's local APICs take it, and are not seen");
		return;
	}
	msg = vqc_fabric_msi(f, route->msi_address, route->msi_data);
	if (!vqc_chain_sent(chain, f, &msg))
		vqc_chain_dest(chain, f, &msg);
}

/* ---- the IOAPIC ---- */

/*
 * Of the same vector of other CPUs nothing is owed here, unless the entry named
 * another destination when its message was sent.
 */
static struct vqc_cpu *vqc_find_inflight(struct vqc_fabric *f,
					 const struct vqc_ioapic *io,
					 unsigned int pin)
{
	struct vqc_msg msg = vqc_msg_from_rte(io->rte[pin]);
	DECLARE_BITMAP(cpus, VQC_MAX_CPUS);

	vqc_why_dest(f, &msg, cpus);
	return vqc_find_vector(f, io->inflight[pin],
			       io->rewritten & BIT(pin) ? NULL : cpus);
}

/* Which CPU owes the EOI, and how far has it come? */
static void vqc_chain_remote_irr(struct vqc_chain *chain, struct vqc_fabric *f,
				 const struct vqc_ioapic *io, unsigned int pin)
{
	u8 vector = io->inflight[pin];
	struct vqc_cpu *cpu = vqc_find_inflight(f, io, pin);
	char since[VQC_SINCE_LEN], taken[VQC_SINCE_LEN];
	struct vqc_link *link;

	vqc_since(READ_ONCE(f->ioapic_sent[pin]), since);
	if (cpu && test_bit(vector, cpu->lapic.irr)) {
		link = vqc_chain_add(chain, VQC_STEP_PIN, VQC_WHY_DELIVERED,
				     "pin %u of the IOAPIC sent vector 0x%02x %s s ago and waits for its EOI",
				     pin, vector, since);
		vqc_link_reg(link, "RTE[%u]=0x%016llx", pin, io->rte[pin]);
		vqc_chain_vector(chain, cpu, vector);
		return;
	}
	if (cpu)
		link = vqc_chain_add(chain, VQC_STEP_PIN,
				     VQC_WHY_IOAPIC_REMOTE_IRR,
				     "remote IRR of pin %u set for %s s: CPU %u took vector 0x%02x %s s ago and owes the EOI",
				     pin, since, cpu->index, vector,
				     vqc_since(READ_ONCE(cpu->isr_since[vector]),
					       taken));
	else if (f->config.chips_only)
		link = vqc_chain_add(chain, VQC_STEP_PIN,
				     VQC_WHY_IOAPIC_REMOTE_IRR,
				     "remote IRR of pin %u set for %s s: KVM's local APICs have vector 0x%02x, no EOI yet",
				     pin, since, vector);
	else
		link = vqc_chain_add(chain, VQC_STEP_PIN, VQC_WHY_IOAPIC_ORPHAN,
				     "remote IRR of pin %u set for %s s, and no CPU that it was sent to has vector 0x%02x: its EOI cannot come",
				     pin, since, vector);
	vqc_link_reg(link, "RTE[%u]=0x%016llx", pin, io->rte[pin]);
}

/* The chip holds nothing back: the message was sent, or there is none. */
static void vqc_chain_ioapic_rest(struct vqc_chain *chain, struct vqc_fabric *f,
				  const struct vqc_ioapic *io, unsigned int pin,
				  bool asserted)
{
	struct vqc_msg msg = vqc_msg_from_rte(io->rte[pin]);
	struct vqc_link *link;

	if (!f->config.chips_only && vqc_chain_sent(chain, f, &msg))
		return;
	if (!asserted) {
		vqc_chain_low(chain);
		return;
	}
	link = vqc_chain_add(chain, VQC_STEP_PIN, VQC_WHY_EDGE_TAKEN,
			     "pin %u of the IOAPIC is an edge, and was sent: the line has to fall before it can rise again",
			     pin);
	vqc_link_reg(link, "RTE[%u]=0x%016llx", pin, io->rte[pin]);
}

static void vqc_chain_ioapic_held(struct vqc_chain *chain,
				  const struct vqc_ioapic *io, unsigned int pin,
				  enum vqc_why why)
{
	struct vqc_link *link;

	link = vqc_chain_add(chain, VQC_STEP_PIN, why, "pin %u of the IOAPIC: %s",
			     pin, vqc_why_words(why));
	if (why == VQC_WHY_IOAPIC_STORM)
		vqc_link_reg(link, "deferred=0x%06x", io->deferred);
	else
		vqc_link_reg(link, "RTE[%u]=0x%016llx", pin, io->rte[pin]);
}

static bool vqc_ioapic_unused(const struct vqc_ioapic *io)
{
	unsigned int pin;

	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++)
		if (!(io->rte[pin] & VQC_RTE_MASKED))
			return false;
	return true;
}

static void vqc_chain_ioapic(struct vqc_chain *chain, struct vqc_fabric *f,
			     unsigned int pin)
{
	bool asserted = vqc_chain_line(chain, &f->ioapic_line[pin],
				       READ_ONCE(f->ioapic_moved[pin]));
	struct vqc_ioapic io;
	unsigned long flags;
	struct vqc_msg msg;
	enum vqc_why why;

	raw_spin_lock_irqsave(&f->ioapic_lock, flags);
	io = f->ioapic;
	raw_spin_unlock_irqrestore(&f->ioapic_lock, flags);
	chain->unused = vqc_ioapic_unused(&io);
	why = vqc_ioapic_hold(&io, pin);
	/* The line may be low again and the interrupt under way. */
	if (io.rte[pin] & VQC_RTE_REMOTE_IRR)
		why = VQC_WHY_IOAPIC_REMOTE_IRR;

	vqc_chain_add(chain, VQC_STEP_ROUTE, VQC_WHY_DELIVERED,
		      "leads to pin %u of the IOAPIC", pin);
	switch (why) {
	case VQC_WHY_IOAPIC_REMOTE_IRR:
		vqc_chain_remote_irr(chain, f, &io, pin);
		break;
	case VQC_WHY_NO_DEST:
		msg = vqc_msg_from_rte(io.rte[pin]);
		vqc_chain_dest(chain, f, &msg);
		break;
	case VQC_WHY_DELIVERED:
	case VQC_WHY_LINE_LOW:
		vqc_chain_ioapic_rest(chain, f, &io, pin, asserted);
		break;
	default:
		vqc_chain_ioapic_held(chain, &io, pin, why);
		break;
	}
}

/* ---- questions ---- */

static void vqc_chain_init(struct vqc_chain *chain)
{
	chain->nr = 0;
	chain->held = -1;
	chain->unused = false;
}

static void vqc_chain_route(struct vqc_chain *chain, struct vqc_fabric *f,
			    const struct vqc_route *route)
{
	vqc_chain_init(chain);
	if (route->kind == VQC_ROUTE_PIC)
		vqc_chain_pic(chain, f, route->pin);
	else if (route->kind == VQC_ROUTE_IOAPIC)
		vqc_chain_ioapic(chain, f, route->pin);
	else
		vqc_chain_msi(chain, f, route);

	if (route->gsi == 0 && READ_ONCE(f->has_pit) &&
	    vqc_why_verdict(chain) == VQC_WHY_LINE_LOW) {
		vqc_chain_init(chain);
		vqc_chain_pit(chain, f);
	}
}

static unsigned int vqc_chain_reach(const struct vqc_chain *chain)
{
	return chain->held < 0 ? VQC_NR_STEPS : chain->link[chain->held].step;
}

/*
 * A guest uses one of PIC and IOAPIC, and has the other masked, or not set up:
 * that it does not come through there is no answer.
 */
static bool vqc_chain_better(const struct vqc_chain *a,
			     const struct vqc_chain *b)
{
	if (a->unused != b->unused)
		return b->unused;
	return vqc_chain_reach(a) > vqc_chain_reach(b);
}

static void vqc_why_unrouted(struct vqc_answer *answer, u32 gsi)
{
	vqc_chain_init(&answer->chain[0]);
	vqc_chain_add(&answer->chain[0], VQC_STEP_ROUTE, VQC_WHY_NOT_ROUTED,
		      "the routing table has no entry for GSI %u", gsi);
	answer->nr = 1;
}

void vqc_why_gsi(struct vqc_fabric *f, u32 gsi, struct vqc_answer *answer)
{
	const struct vqc_route *route;
	unsigned int i;

	answer->best = 0;
	rcu_read_lock();
	route = vqc_route_lookup(rcu_dereference(f->routes), gsi, &answer->nr);
	for (i = 0; i < answer->nr; i++) {
		vqc_chain_route(&answer->chain[i], f, &route[i]);
		if (vqc_chain_better(&answer->chain[i],
				     &answer->chain[answer->best]))
			answer->best = i;
	}
	rcu_read_unlock();
	if (!answer->nr)
		vqc_why_unrouted(answer, gsi);
}

int vqc_why_vector(struct vqc_fabric *f, unsigned int index, u8 vector,
		   struct vqc_answer *answer)
{
	struct vqc_cpu *cpu;

	answer->nr = 1;
	answer->best = 0;
	vqc_chain_init(&answer->chain[0]);
	rcu_read_lock();
	cpu = vqc_fabric_cpu(f, index);
	if (cpu && !f->config.chips_only)
		vqc_chain_vector(&answer->chain[0], cpu, vector);
	else if (cpu)
		vqc_chain_add(&answer->chain[0], VQC_STEP_APIC,
			      VQC_WHY_HANDED_OVER,
			      "the local APIC of CPU %u is KVM's, and is not seen",
			      index);
	rcu_read_unlock();
	return cpu ? 0 : -ENOENT;
}
