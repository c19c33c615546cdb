// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why nothing comes: from a local APIC's IRR into the CPU. See why.h.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/math64.h>

#include "inject.h"
#include "why.h"

/* ---- the local APIC ---- */

static const char * const vqc_lvt_names[VQC_NR_LVTS] = {
	[VQC_LVT_IDX_TIMER]	= "LVT_TIMER",
	[VQC_LVT_IDX_THERMAL]	= "LVT_THERMAL",
	[VQC_LVT_IDX_PMC]	= "LVT_PMC",
	[VQC_LVT_IDX_LINT0]	= "LVT_LINT0",
	[VQC_LVT_IDX_LINT1]	= "LVT_LINT1",
	[VQC_LVT_IDX_ERROR]	= "LVT_ERROR",
	[VQC_LVT_IDX_CMCI]	= "LVT_CMCI",
};

/* A disabled local APIC presents nothing (SDM vol. 3, 11.4.3, 11.4.7.2). */
static bool vqc_chain_enabled(struct vqc_chain *chain,
			      const struct vqc_cpu *cpu)
{
	const struct vqc_lapic *l = &cpu->lapic;
	struct vqc_link *link;

	if (vqc_lapic_mode(l) == VQC_APIC_OFF) {
		link = vqc_chain_add(chain, VQC_STEP_APIC, VQC_WHY_APIC_HW_OFF,
				     "CPU %u has its local APIC disabled globally",
				     cpu->index);
		vqc_link_reg(link, "IA32_APIC_BASE=0x%llx", READ_ONCE(l->base));
		return false;
	}
	if (!vqc_lapic_enabled(l)) {
		/* As INIT leaves it (SDM vol. 3, 11.4.7.3): there is no software. */
		if (READ_ONCE(l->wait_sipi))
			link = vqc_chain_add(chain, VQC_STEP_APIC,
					     VQC_WHY_CPU_NO_SIPI,
					     "CPU %u waits to be started by SIPI, its local APIC disabled",
					     cpu->index);
		else
			link = vqc_chain_add(chain, VQC_STEP_APIC,
					     VQC_WHY_APIC_SW_OFF,
					     "CPU %u has its local APIC disabled by software",
					     cpu->index);
		vqc_link_reg(link, "SVR=0x%08x", READ_ONCE(l->svr));
		return false;
	}
	return true;
}

/* PPR is what is higher: the class of TPR, or that of ISR (SDM 11.8.3.1). */
static void vqc_chain_below_ppr(struct vqc_chain *chain,
				const struct vqc_cpu *cpu, u8 vector)
{
	const struct vqc_lapic *l = &cpu->lapic;
	unsigned int tpr = READ_ONCE(l->tpr) & 0xff, ppr = vqc_lapic_ppr(l);
	int isr = vqc_lapic_highest_isr(l);
	char since[VQC_SINCE_LEN];
	struct vqc_link *link;

	if (isr >= 0 && isr >> 4 >= tpr >> 4)
		link = vqc_chain_add(chain, VQC_STEP_APIC, VQC_WHY_BELOW_PPR,
				     "vector 0x%02x waits in IRR of CPU %u behind vector 0x%02x, in service for %s s: no EOI yet",
				     vector, cpu->index, isr,
				     vqc_since(READ_ONCE(cpu->isr_since[isr]),
					       since));
	else if (tpr < 0xf0)
		link = vqc_chain_add(chain, VQC_STEP_APIC, VQC_WHY_BELOW_PPR,
				     "vector 0x%02x waits in IRR of CPU %u: the guest's TPR lets only vectors from 0x%02x on through",
				     vector, cpu->index, (tpr | 0xf) + 1);
	else
		link = vqc_chain_add(chain, VQC_STEP_APIC, VQC_WHY_BELOW_PPR,
				     "vector 0x%02x waits in IRR of CPU %u: the guest's TPR lets no vector through",
				     vector, cpu->index);
	vqc_link_reg(link, "PPR=0x%02x TPR=0x%02x ISR=0x%02x", ppr, tpr,
		     isr < 0 ? 0 : isr);
}

static void vqc_chain_pending(struct vqc_chain *chain,
			      const struct vqc_cpu *cpu, u8 vector)
{
	int next = vqc_lapic_next(&cpu->lapic);

	if (vector >> 4 <= vqc_lapic_ppr(&cpu->lapic) >> 4) {
		vqc_chain_below_ppr(chain, cpu, vector);
		return;
	}
	vqc_chain_add(chain, VQC_STEP_APIC, VQC_WHY_DELIVERED,
		      "vector 0x%02x is in IRR of CPU %u", vector, cpu->index);
	if (next > vector)
		vqc_chain_add(chain, VQC_STEP_APIC, VQC_WHY_DELIVERED,
			      "vector 0x%02x of CPU %u goes first", next,
			      cpu->index);
	vqc_chain_cpu(chain, cpu);
	/* The CPU takes the other one: this waits for nothing else. */
	if (next > vector && chain->held < 0)
		vqc_chain_add(chain, VQC_STEP_APIC, VQC_WHY_BEHIND,
			      "CPU %u takes vector 0x%02x first", cpu->index,
			      next);
}

/* ---- what has not come to IRR yet: the local APIC's own sources ---- */

static void vqc_chain_timer(struct vqc_chain *chain, const struct vqc_cpu *cpu)
{
	u64 deadline_ns = READ_ONCE(cpu->lapic.timer_deadline_ns);
	u64 now_ns = ktime_get_ns();
	bool late = deadline_ns && deadline_ns <= now_ns;
	struct vqc_link *link;
	u32 ns;
	u64 s;

	if (!deadline_ns) {
		link = vqc_chain_add(chain, VQC_STEP_LINE, VQC_WHY_TIMER_OFF,
				     "the timer of CPU %u is not armed",
				     cpu->index);
		vqc_link_reg(link, "TMICT=0x%08x IA32_TSC_DEADLINE=0x%llx",
			     READ_ONCE(cpu->lapic.tmict),
			     READ_ONCE(cpu->lapic.tsc_deadline));
		return;
	}
	s = div_u64_rem(late ? now_ns - deadline_ns : deadline_ns - now_ns,
			NSEC_PER_SEC, &ns);
	link = vqc_chain_add(chain, VQC_STEP_LINE, VQC_WHY_AT_REST,
			     late ?
			     "the timer of CPU %u was due %llu.%06u s ago and is about to expire" :
			     "the timer of CPU %u is armed and expires in %llu.%06u s",
			     cpu->index, s, ns / 1000);
	vqc_link_reg(link, "deadline_ns=%llu", deadline_ns);
}

/* Return: false if no entry of the local vector table has this vector. */
static bool vqc_chain_lvt(struct vqc_chain *chain, const struct vqc_cpu *cpu,
			  u8 vector)
{
	struct vqc_link *link;
	unsigned int i;

	for (i = 0; i < VQC_NR_LVTS; i++) {
		u32 lvt = READ_ONCE(cpu->lapic.lvt[i]);

		if (FIELD_GET(VQC_LVT_VECTOR, lvt) != vector || vector < 16)
			continue;
		if (lvt & VQC_LVT_MASKED) {
			link = vqc_chain_add(chain, VQC_STEP_APIC,
					     VQC_WHY_LVT_MASKED,
					     "%s of CPU %u is masked",
					     vqc_lvt_names[i], cpu->index);
			vqc_link_reg(link, "%s=0x%08x", vqc_lvt_names[i], lvt);
			return true;
		}
		if (i == VQC_LVT_IDX_TIMER) {
			vqc_chain_timer(chain, cpu);
			return true;
		}
	}
	return false;
}

static void vqc_chain_not_pending(struct vqc_chain *chain,
				  const struct vqc_cpu *cpu, u8 vector)
{
	char since[VQC_SINCE_LEN];
	struct vqc_link *link;

	if (test_bit(vector, cpu->lapic.isr)) {
		link = vqc_chain_add(chain, VQC_STEP_CPU, VQC_WHY_IN_SERVICE,
				     "CPU %u took vector 0x%02x %s s ago and has not written its EOI",
				     cpu->index, vector,
				     vqc_since(READ_ONCE(cpu->isr_since[vector]),
					       since));
		vqc_link_reg(link, "ISR[0x%02x]=1", vector);
		return;
	}
	if (vqc_chain_lvt(chain, cpu, vector))
		return;
	link = vqc_chain_add(chain, VQC_STEP_APIC, VQC_WHY_AT_REST,
			     "vector 0x%02x is not pending at CPU %u", vector,
			     cpu->index);
	vqc_link_reg(link, "IRR[0x%02x]=0 ISR[0x%02x]=0", vector, vector);
}

void vqc_chain_vector(struct vqc_chain *chain, const struct vqc_cpu *cpu,
		      u8 vector)
{
	if (!vqc_chain_enabled(chain, cpu))
		return;
	if (test_bit(vector, cpu->lapic.irr))
		vqc_chain_pending(chain, cpu, vector);
	else
		vqc_chain_not_pending(chain, cpu, vector);
}

/* ---- the CPU ---- */

static void vqc_chain_place(struct vqc_chain *chain, const struct vqc_cpu *cpu,
			    const struct vqc_cpu_look *look)
{
	char since[VQC_SINCE_LEN];
	struct vqc_link *link;

	vqc_since(look->since, since);
	switch (look->place) {
	case VQC_CPU_OUTSIDE:
		vqc_chain_add(chain, VQC_STEP_CPU, VQC_WHY_CPU_STOPPED,
			      "the thread of CPU %u has been out of KVM_RUN for %s s: the VMM does not run it",
			      cpu->index, since);
		return;
	case VQC_CPU_SLEEPS:
		link = vqc_chain_add(chain, VQC_STEP_CPU,
				     look->if_flag ? VQC_WHY_CPU_ASLEEP :
						     VQC_WHY_CPU_IF,
				     look->if_flag ?
				     "CPU %u is halted with IF=1 and was not woken" :
				     "CPU %u is halted with IF=0: no interrupt wakes it",
				     cpu->index);
		vqc_link_reg(link, "IF=%u", look->if_flag);
		return;
	default:
		vqc_chain_add(chain, VQC_STEP_CPU, VQC_WHY_DELIVERED,
			      "CPU %u is %s, in KVM_RUN for %s s", cpu->index,
			      look->place == VQC_CPU_HERE ? "outside of the guest" :
							    "in the guest",
			      since);
	}
}

static const char vqc_window_words[] =
	"; an interrupt window was asked for and has not opened";

/* What the CPU was told the last time it was asked, and since when. */
static void vqc_chain_held(struct vqc_chain *chain, const struct vqc_cpu *cpu,
			   const struct vqc_cpu_look *look)
{
	enum vqc_why why = READ_ONCE(cpu->cause);
	char since[VQC_SINCE_LEN];
	struct vqc_link *link;

	vqc_since(READ_ONCE(cpu->held_since), since);
	if (why == VQC_WHY_CPU_IF)
		link = vqc_chain_add(chain, VQC_STEP_CPU, why,
				     "CPU %u has had interrupts disabled (IF=0) for %s s%s",
				     cpu->index, since,
				     look->window ? vqc_window_words : "");
	else
		link = vqc_chain_add(chain, VQC_STEP_CPU, why,
				     "CPU %u cannot take it, for %s s: %s%s",
				     cpu->index, since, vqc_why_words(why),
				     look->window ? vqc_window_words : "");
	vqc_link_reg(link, "IF=%u request_interrupt_window=%u", look->if_flag,
		     look->window);
}

void vqc_chain_cpu(struct vqc_chain *chain, const struct vqc_cpu *cpu)
{
	struct vqc_cpu_look look = { .place = VQC_CPU_HERE };

	if (READ_ONCE(cpu->lapic.wait_sipi)) {
		vqc_chain_add(chain, VQC_STEP_CPU, VQC_WHY_CPU_NO_SIPI,
			      "CPU %u waits to be started by SIPI", cpu->index);
		return;
	}
	if (cpu->ops->look) {
		cpu->ops->look(cpu, &look);
		vqc_chain_place(chain, cpu, &look);
		if (chain->held >= 0)
			return;
	}
	if (READ_ONCE(cpu->held) != VQC_WHY_DELIVERED)
		vqc_chain_held(chain, cpu, &look);
	else
		vqc_chain_add(chain, VQC_STEP_CPU, VQC_WHY_DELIVERED,
			      "CPU %u is told, and takes it when it looks next",
			      cpu->index);
}
