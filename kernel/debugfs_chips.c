// SPDX-License-Identifier: GPL-2.0-only
/*
 * The chips' registers, decoded for people.
 */
#include <linux/kernel.h>
#include <linux/seq_file.h>

#include "debugfs_chips.h"

static const char * const vqc_mode_names[] = {
	[VQC_DM_FIXED]		= "fixed",
	[VQC_DM_LOWEST]		= "lowest",
	[VQC_DM_SMI]		= "smi",
	[VQC_DM_RESERVED]	= "reserved",
	[VQC_DM_NMI]		= "nmi",
	[VQC_DM_INIT]		= "init",
	[VQC_DM_SIPI]		= "sipi",
	[VQC_DM_EXTINT]		= "extint",
};

static const char *vqc_yes_no(bool yes)
{
	return yes ? "yes" : "no";
}

/* ---- PIC ---- */

static const char * const vqc_step_names[VQC_NR_PIC_STEPS] = {
	[VQC_PIC_READY]		= "ready",
	[VQC_PIC_WANT_ICW2]	= "want_icw2",
	[VQC_PIC_WANT_ICW3]	= "want_icw3",
	[VQC_PIC_WANT_ICW4]	= "want_icw4",
	[VQC_PIC_UNINIT]	= "uninitialised",
};

static void vqc_dump_8259(struct seq_file *m, const char *name,
			  const struct vqc_8259 *chip)
{
	seq_printf(m, "%s irr=0x%02x imr=0x%02x isr=0x%02x lines=0x%02x\n",
		   name, chip->irr, chip->imr, chip->isr, chip->lines);
	seq_printf(m, "%s irq_base=0x%02x elcr=0x%02x lowest=%u state=%s\n",
		   name, chip->irq_base, chip->elcr, chip->lowest,
		   chip->step < VQC_NR_PIC_STEPS ? vqc_step_names[chip->step] :
						   "?");
	seq_printf(m, "%s icw1=0x%02x ltim=%s sngl=%s icw3=0x%02x\n",
		   name, chip->icw1,
		   vqc_yes_no(chip->icw1 & VQC_PIC_ICW1_LTIM),
		   vqc_yes_no(chip->icw1 & VQC_PIC_ICW1_SNGL), chip->icw3);
	seq_printf(m, "%s icw4=0x%02x aeoi=%s sfnm=%s buf=%s\n",
		   name, chip->icw4,
		   vqc_yes_no(chip->icw4 & VQC_PIC_ICW4_AEOI),
		   vqc_yes_no(chip->icw4 & VQC_PIC_ICW4_SFNM),
		   vqc_yes_no(chip->icw4 & VQC_PIC_ICW4_BUF));
	seq_printf(m, "%s reads=%s poll=%s special_mask=%s rotate_in_aeoi=%s\n",
		   name, chip->read_isr ? "isr" : "irr",
		   vqc_yes_no(chip->poll), vqc_yes_no(chip->smm),
		   vqc_yes_no(chip->rotate_aeoi));
}

void vqc_dump_pic(struct seq_file *m, const struct vqc_pic *pic)
{
	unsigned int pin;

	seq_printf(m, "intr=%u strict_edge=%s\n", vqc_pic_output(pic),
		   vqc_yes_no(pic->strict_edge));
	vqc_dump_8259(m, "master", &pic->chip[0]);
	vqc_dump_8259(m, "slave ", &pic->chip[1]);

	for (pin = 0; pin < VQC_NR_PIC_PINS; pin++) {
		const struct vqc_8259 *chip = &pic->chip[pin / 8];
		unsigned int bit = BIT(pin % 8);

		seq_printf(m, "pin=%-2u vector=0x%02x trigger=%-5s line=%u request=%u masked=%u in_service=%u",
			   pin, chip->irq_base + pin % 8,
			   (chip->elcr & bit) ||
			   (chip->icw1 & VQC_PIC_ICW1_LTIM) ? "level" : "edge",
			   !!(chip->lines & bit), !!(chip->irr & bit),
			   !!(chip->imr & bit), !!(chip->isr & bit));
		if (chip->irr & bit)
			seq_printf(m, " waits=\"%s\"",
				   vqc_why_words(vqc_pic_hold(pic, pin)));
		seq_putc(m, '\n');
	}
}

/* ---- IOAPIC ---- */

static void vqc_dump_rte(struct seq_file *m, const struct vqc_ioapic *io,
			 unsigned int pin)
{
	u64 rte = io->rte[pin];
	enum vqc_why why = vqc_ioapic_hold(io, pin);

	seq_printf(m, "pin=%-2u rte=0x%016llx vector=0x%02llx mode=%s dest=0x%02llx destmode=%s trigger=%s polarity=%s",
		   pin, rte, FIELD_GET(VQC_RTE_VECTOR, rte),
		   vqc_mode_names[FIELD_GET(VQC_RTE_MODE, rte)],
		   FIELD_GET(VQC_RTE_DEST, rte),
		   rte & VQC_RTE_LOGICAL ? "logical" : "physical",
		   rte & VQC_RTE_LEVEL ? "level" : "edge",
		   rte & VQC_RTE_ACTIVE_LOW ? "low" : "high");
	seq_printf(m, " masked=%u line=%u remote_irr=%u send_pending=%u",
		   !!(rte & VQC_RTE_MASKED), !!(io->lines & BIT(pin)),
		   !!(rte & VQC_RTE_REMOTE_IRR),
		   !!(rte & VQC_RTE_DELIV_STATUS));
	if (rte & VQC_RTE_REMOTE_IRR)
		seq_printf(m, " inflight=0x%02x", io->inflight[pin]);
	if (why != VQC_WHY_LINE_LOW && why != VQC_WHY_DELIVERED)
		seq_printf(m, " waits=\"%s\"", vqc_why_words(why));
	seq_putc(m, '\n');
}

void vqc_dump_ioapic(struct seq_file *m, const struct vqc_ioapic *io)
{
	unsigned int pin;

	seq_printf(m, "id=%u version=0x%02x pins=%u regsel=0x%02x\n",
		   io->id, io->version, VQC_NR_IOAPIC_PINS, io->regsel);
	seq_printf(m, "lines=0x%06x pending=0x%06x deferred=0x%06x electrical=%s\n",
		   io->lines, io->pending, io->deferred,
		   vqc_yes_no(io->electrical));
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++)
		vqc_dump_rte(m, io, pin);
}

/* ---- LAPIC ---- */

static const char * const vqc_apic_mode_names[] = {
	[VQC_APIC_OFF]		= "disabled",
	[VQC_APIC_XAPIC]	= "xapic",
	[VQC_APIC_X2APIC]	= "x2apic",
};

static const char * const vqc_timer_mode_names[] = {
	[VQC_TIMER_ONESHOT]	= "oneshot",
	[VQC_TIMER_PERIODIC]	= "periodic",
	[VQC_TIMER_TSC]		= "tsc_deadline",
	[3]			= "reserved",
};

static void vqc_dump_vectors(struct seq_file *m, const char *name,
			     const unsigned long *bits)
{
	const char *before = "";
	unsigned int vector;

	seq_printf(m, "%s=", name);
	for_each_set_bit(vector, bits, VQC_NR_VECTORS) {
		seq_printf(m, "%s0x%02x", before, vector);
		before = ",";
	}
	seq_puts(m, *before ? "\n" : "none\n");
}

static void vqc_dump_lvt(struct seq_file *m, unsigned int offset, u32 lvt)
{
	seq_printf(m, " vector=0x%02lx masked=%u pending=%u",
		   FIELD_GET(VQC_LVT_VECTOR, lvt), !!(lvt & VQC_LVT_MASKED),
		   !!(lvt & VQC_LVT_SEND_PENDING));
	if (offset == VQC_LAPIC_LVT_TIMER)
		seq_printf(m, " timer=%s",
			   vqc_timer_mode_names[FIELD_GET(VQC_LVT_TIMER_MODE,
							  lvt)]);
	else if (offset != VQC_LAPIC_LVT_ERROR)
		seq_printf(m, " mode=%s",
			   vqc_mode_names[FIELD_GET(VQC_LVT_MODE, lvt)]);
	if (offset == VQC_LAPIC_LVT_LINT0 || offset == VQC_LAPIC_LVT_LINT1)
		seq_printf(m, " trigger=%s polarity=%s remote_irr=%u",
			   lvt & VQC_LVT_LEVEL ? "level" : "edge",
			   lvt & VQC_LVT_ACTIVE_LOW ? "low" : "high",
			   !!(lvt & VQC_LVT_REMOTE_IRR));
}

static bool vqc_is_lvt(unsigned int offset)
{
	return offset == VQC_LAPIC_LVT_CMCI ||
	       (offset >= VQC_LAPIC_LVT_TIMER && offset <= VQC_LAPIC_LVT_ERROR);
}

/* Banks are printed as lists of vectors instead. */
static void vqc_dump_lapic_regs(struct seq_file *m, const struct vqc_lapic *l,
				const struct vqc_clock *clock)
{
	unsigned int i, nr;
	const struct vqc_reg *reg = vqc_lapic_reg_table(&nr);

	for (i = 0; i < nr; i++, reg++) {
		unsigned int offset = reg->first * 16;
		u32 val;

		if (!reg->read || reg->count > 1)
			continue;
		if (offset == VQC_LAPIC_LVT_CMCI &&
		    !(l->cfg & VQC_LAPIC_CFG_CMCI))
			continue;
		val = reg->read(l, 0, clock);
		seq_printf(m, "%s=0x%08x", reg->name, val);
		if (vqc_is_lvt(offset))
			vqc_dump_lvt(m, offset, val);
		seq_putc(m, '\n');
	}
}

static void vqc_dump_events(struct seq_file *m, const struct vqc_lapic *l)
{
	seq_printf(m, "nmi=%u smi=%u init=%u sipi=%u extint=%u wait_sipi=%u",
		   test_bit(VQC_EV_NMI, &l->events),
		   test_bit(VQC_EV_SMI, &l->events),
		   test_bit(VQC_EV_INIT, &l->events),
		   test_bit(VQC_EV_SIPI, &l->events),
		   test_bit(VQC_EV_EXTINT, &l->events), l->wait_sipi);
	seq_printf(m, " lint0=%u lint1=%u errors=0x%02lx\n",
		   !!(l->lint & BIT(0)), !!(l->lint & BIT(1)), l->errors);
}

static void vqc_dump_lapic_timer(struct seq_file *m, const struct vqc_lapic *l,
				 const struct vqc_clock *clock)
{
	seq_printf(m, "timer=%s",
		   vqc_timer_mode_names[FIELD_GET(VQC_LVT_TIMER_MODE,
						  l->lvt[VQC_LVT_IDX_TIMER])]);
	if (l->tsc_deadline)
		seq_printf(m, " tsc_deadline=0x%llx", l->tsc_deadline);
	if (l->timer_deadline_ns > clock->now_ns)
		seq_printf(m, " expires_in_ns=%llu\n",
			   l->timer_deadline_ns - clock->now_ns);
	else
		seq_puts(m, l->timer_deadline_ns ? " due\n" : " stopped\n");
}

void vqc_dump_lapic(struct seq_file *m, const struct vqc_lapic *l,
		    const struct vqc_clock *clock)
{
	seq_printf(m, "apic_id=%u mode=%s base=0x%llx bsp=%s software_enabled=%s takes_extint=%s\n",
		   l->id, vqc_apic_mode_names[vqc_lapic_mode(l)], l->base,
		   vqc_yes_no(l->base & VQC_APICBASE_BSP),
		   vqc_yes_no(l->svr & VQC_SVR_ENABLE),
		   vqc_yes_no(vqc_lapic_takes_extint(l)));
	vqc_dump_vectors(m, "irr", l->irr);
	vqc_dump_vectors(m, "isr", l->isr);
	vqc_dump_vectors(m, "tmr", l->tmr);
	vqc_dump_events(m, l);
	vqc_dump_lapic_timer(m, l, clock);
	vqc_dump_lapic_regs(m, l, clock);
}

/* ---- PIT ---- */

static const char * const vqc_access_names[] = {
	[VQC_PIT_LATCH]	= "latch",
	[VQC_PIT_LSB]	= "lsb",
	[VQC_PIT_MSB]	= "msb",
	[VQC_PIT_WORD]	= "word",
};

void vqc_dump_pit(struct seq_file *m, const struct vqc_pit *pit, u64 now_ns)
{
	unsigned int i;

	seq_printf(m, "speaker=0x%02x irq_disabled=%s\n", pit->speaker,
		   vqc_yes_no(pit->irq_disabled));
	for (i = 0; i < VQC_NR_PIT_CHANNELS; i++) {
		const struct vqc_pit_channel *ch = &pit->ch[i];

		seq_printf(m, "channel=%u mode=%u bcd=%u access=%s count=%u gate=%u out=%u counting=%u status_latched=%u count_latched=%u",
			   i, ch->mode, ch->bcd, vqc_access_names[ch->access & 3],
			   ch->count, ch->gate, vqc_pit_out(pit, i, now_ns),
			   ch->armed, ch->status_latched, ch->count_latched);
		if (ch->count)
			seq_printf(m, " hz=%u", VQC_PIT_HZ / ch->count);
		seq_putc(m, '\n');
	}
}

/* ---- routes and lines ---- */

void vqc_dump_route(struct seq_file *m, const struct vqc_route *route)
{
	if (route->kind == VQC_ROUTE_MSI)
		seq_printf(m, "gsi=%u to=msi address=0x%llx data=0x%08x\n",
			   route->gsi, route->msi_address, route->msi_data);
	else
		seq_printf(m, "gsi=%u to=%s pin=%u\n", route->gsi,
			   route->kind == VQC_ROUTE_PIC ? "pic" : "ioapic",
			   route->pin);
}

void vqc_dump_line(struct seq_file *m, const char *chip, unsigned int pin,
		   const struct vqc_line *line, enum vqc_why hold)
{
	unsigned long sources = READ_ONCE(line->sources);

	seq_printf(m, "chip=%-6s pin=%-2u level=%u sources=0x%lx", chip, pin,
		   !!sources, sources);
	if (hold != VQC_WHY_DELIVERED && hold != VQC_WHY_LINE_LOW)
		seq_printf(m, " waits=\"%s\"", vqc_why_words(hold));
	seq_putc(m, '\n');
}
