// SPDX-License-Identifier: GPL-2.0-only
/* A fabric whose CPUs take what they are given. */
#include <linux/err.h>

#include "observe_fixture.h"

enum vqc_why observe_ready_answer;
enum vqc_why observe_busy_cause;
struct vqc_cpu_look observe_look;
unsigned int observe_kicks;
u32 observe_falling_gsi;

static enum vqc_why fake_ready(struct vqc_cpu *cpu)
{
	if (observe_falling_gsi)
		vqc_set_irq(cpu->fabric, VQC_SOURCE_USER, observe_falling_gsi, 0, true);
	return observe_ready_answer;
}

static int fake_inject(struct vqc_cpu *cpu, u32 intr_info)
{
	return 0;
}

static int fake_nmi(struct vqc_cpu *cpu)
{
	return 0;
}

static void fake_window(struct vqc_cpu *cpu)
{
}

static void fake_kick(struct vqc_cpu *cpu)
{
	observe_kicks++;
	vqc_obs_kick(cpu);
}

static enum vqc_why fake_busy_cause(struct vqc_cpu *cpu)
{
	return observe_busy_cause;
}

static void fake_look(const struct vqc_cpu *cpu, struct vqc_cpu_look *look)
{
	*look = observe_look;
}

static const struct vqc_inject_ops fake_ops = {
	.ready = fake_ready,
	.inject_irq = fake_inject,
	.inject_nmi = fake_nmi,
	.request_window = fake_window,
	.kick = fake_kick,
	.busy_cause = fake_busy_cause,
	.look = fake_look,
};

static int observe_add_cpu(struct kunit *test, unsigned int i)
{
	struct observe_case *c = test->priv;
	int ret;

	c->cpu[i] = kunit_kzalloc(test, sizeof(*c->cpu[i]), GFP_KERNEL);
	if (!c->cpu[i])
		return -ENOMEM;
	ret = vqc_fabric_add_cpu(c->f, c->cpu[i], i, i == 0, &fake_ops);
	if (!ret)
		lapic_start(c->cpu[i]);
	return ret;
}

int observe_init(struct kunit *test)
{
	static const struct vqc_fabric_config config = {
		.name = "kunit-observe",
		.lapic_cfg = VQC_LAPIC_CFG_LINT0_EXTINT,
		.ioapic_version = VQC_IOAPIC_VER_82093AA,
	};
	struct observe_case *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	unsigned int i;
	int ret;

	if (!c)
		return -ENOMEM;
	observe_ready_answer = VQC_WHY_DELIVERED;
	observe_busy_cause = VQC_WHY_CPU_BUSY;
	observe_look = (struct vqc_cpu_look){
		.place = VQC_CPU_IN_GUEST,
		.if_flag = true,
		.since = jiffies,
	};
	c->flows_before = vqc_flows_on();
	ret = vqc_flows_switch(true);
	if (ret == -EOPNOTSUPP)
		kunit_skip(test, "a kernel without CONFIG_RING_BUFFER");
	if (ret)
		return ret;
	c->f = vqc_fabric_create(&config);
	if (IS_ERR(c->f))
		return PTR_ERR(c->f);
	test->priv = c;
	for (i = 0; i < NR_CPUS_HERE && !ret; i++)
		ret = observe_add_cpu(test, i);
	return ret;
}

void observe_exit(struct kunit *test)
{
	struct observe_case *c = test->priv;

	if (!c)
		return;
	vqc_fabric_quiesce(c->f);
	vqc_fabric_put(c->f);
	vqc_flows_switch(c->flows_before);
}
