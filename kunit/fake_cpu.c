// SPDX-License-Identifier: GPL-2.0-only
/* The recorder back end. */
#include "fake_cpu.h"

static struct fake_cpu *to_fake(struct vqc_cpu *cpu)
{
	return container_of(cpu, struct fake_cpu, cpu);
}

static enum vqc_why fake_cpu_ready(struct vqc_cpu *cpu)
{
	return to_fake(cpu)->busy;
}

static int fake_cpu_inject(struct vqc_cpu *cpu, u32 intr_info)
{
	struct fake_cpu *fake = to_fake(cpu);

	fake->word[fake->nr_words++ % FAKE_CPU_WORDS] = intr_info;
	return 0;
}

static int fake_cpu_nmi(struct vqc_cpu *cpu)
{
	to_fake(cpu)->nr_nmis++;
	return 0;
}

static void fake_cpu_window(struct vqc_cpu *cpu)
{
	to_fake(cpu)->nr_windows++;
}

static void fake_cpu_kick(struct vqc_cpu *cpu)
{
	struct fake_cpu *fake = to_fake(cpu);
	struct vqc_fabric *f = cpu->fabric;

	fake->nr_kicks++;
	if (fake->routes)
		fake->routes = rcu_replace_pointer(f->routes, fake->routes,
						   true);
}

const struct vqc_inject_ops fake_cpu_ops = {
	.ready = fake_cpu_ready,
	.inject_irq = fake_cpu_inject,
	.inject_nmi = fake_cpu_nmi,
	.inject_smi = fake_cpu_nmi,
	.request_window = fake_cpu_window,
	.kick = fake_cpu_kick,
};

int fake_cpu_take(struct fake_cpu *fake)
{
	unsigned int before = fake->nr_words;

	vqc_inject_pending(&fake->cpu);
	if (fake->nr_words == before)
		return -1;
	return FIELD_GET(VQC_INTR_VECTOR, fake->word[before % FAKE_CPU_WORDS]);
}
