// SPDX-License-Identifier: GPL-2.0-only
/* The whole path: from a line, or a message, to the word a CPU is given. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "fabric.h"
#include "fake_cpu.h"
#include "inject.h"

#define NR_FAKES	2
#define MSI_ADDRESS	0xfee00000ull
#define LVT0_EXTINT	FIELD_PREP(VQC_LVT_MODE, VQC_DM_EXTINT)
#define LVT0_NMI	FIELD_PREP(VQC_LVT_MODE, VQC_DM_NMI)

struct fabric_case {
	struct vqc_fabric *f;
	struct fake_cpu *fake[NR_FAKES];
};

/* ---- what the guest does ---- */

static void outb_at(struct fabric_case *c, unsigned int port, u8 val)
{
	vqc_bus_write(&c->f->pio, NULL, port, 1, &val);
}

static u8 inb_at(struct fabric_case *c, unsigned int port)
{
	u8 val = 0;

	vqc_bus_read(&c->f->pio, NULL, port, 1, &val);
	return val;
}

static void pic_start(struct fabric_case *c, u8 master, u8 slave)
{
	outb_at(c, 0x20, 0x11);
	outb_at(c, 0x21, master);
	outb_at(c, 0x21, 0x04);
	outb_at(c, 0x21, 0x01);
	outb_at(c, 0xa0, 0x11);
	outb_at(c, 0xa1, slave);
	outb_at(c, 0xa1, 0x02);
	outb_at(c, 0xa1, 0x01);
	outb_at(c, 0x21, 0x00);
	outb_at(c, 0xa1, 0x00);
}

static void pic_eoi(struct fabric_case *c)
{
	outb_at(c, 0xa0, 0x20);
	outb_at(c, 0x20, 0x20);
}

static void lapic_write(struct fake_cpu *fake, unsigned int offset, u32 val)
{
	vqc_cpu_mmio_write(&fake->cpu, VQC_APICBASE_DEFAULT + offset,
			   sizeof(val), &val);
}

static u32 lapic_read(struct fake_cpu *fake, unsigned int offset)
{
	u32 val = 0;

	vqc_cpu_mmio_read(&fake->cpu, VQC_APICBASE_DEFAULT + offset,
			  sizeof(val), &val);
	return val;
}

static void lapic_start(struct fake_cpu *fake)
{
	lapic_write(fake, VQC_LAPIC_SVR, VQC_SVR_ENABLE | 0xff);
}

static void ioapic_write(struct fabric_case *c, unsigned int reg, u32 val)
{
	struct vqc_cpu *cpu = &c->fake[0]->cpu;

	vqc_cpu_mmio_write(cpu, VQC_IOAPIC_BASE, sizeof(reg), &reg);
	vqc_cpu_mmio_write(cpu, VQC_IOAPIC_BASE + VQC_IOAPIC_WINDOW,
			   sizeof(val), &val);
}

static u32 ioapic_read(struct fabric_case *c, unsigned int reg)
{
	struct vqc_cpu *cpu = &c->fake[0]->cpu;
	u32 val = 0;

	vqc_cpu_mmio_write(cpu, VQC_IOAPIC_BASE, sizeof(reg), &reg);
	vqc_cpu_mmio_read(cpu, VQC_IOAPIC_BASE + VQC_IOAPIC_WINDOW,
			  sizeof(val), &val);
	return val;
}

static void rte_write(struct fabric_case *c, unsigned int pin, u64 rte)
{
	ioapic_write(c, VQC_IOAPIC_REG_RTE0 + 2 * pin + 1, rte >> 32);
	ioapic_write(c, VQC_IOAPIC_REG_RTE0 + 2 * pin, rte);
}

static int line(struct fabric_case *c, u32 gsi, int level)
{
	return vqc_set_irq(c->f, VQC_SOURCE_USER, gsi, level, true);
}

static int pulse(struct fabric_case *c, u32 gsi)
{
	return vqc_pulse_irq(c->f, VQC_SOURCE_USER, gsi);
}

static u64 counted(struct fabric_case *c, enum vqc_why why)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(c->f->stats, cpu)->why[why];
	return sum;
}

/* ---- the PIC ---- */

static void every_line_and_base_gives_irq_base_plus_line(struct kunit *test)
{
	struct fabric_case *c = test->priv;
	unsigned int base, gsi;

	for (base = 0; base < 0x100; base += 8) {
		pic_start(c, base, base ^ 0x80);
		for (gsi = 0; gsi < VQC_NR_PIC_PINS; gsi++) {
			if (gsi == VQC_PIC_CASCADE_PIN)
				continue;
			pulse(c, gsi);
			KUNIT_ASSERT_EQ(test, fake_cpu_take(c->fake[0]),
					gsi < 8 ? base + gsi :
						  (base ^ 0x80) + gsi - 8);
			pic_eoi(c);
		}
	}
}

static void the_low_bits_of_the_base_are_ignored(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	pic_start(c, 0x27, 0x2d);
	pulse(c, 3);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x23);
	pic_eoi(c);
	pulse(c, 10);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x2a);
}

static void the_word_is_a_valid_external_interrupt(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	pic_start(c, 0x20, 0x28);
	pulse(c, 10);
	fake_cpu_take(c->fake[0]);
	KUNIT_EXPECT_EQ(test, c->fake[0]->word[0], 0x8000002a);
}

static void pic_edge_held_high_fires_once(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	pic_start(c, 0x20, 0x28);
	line(c, 5, 1);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x25);
	pic_eoi(c);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), -1);
}

static void pic_level_held_high_fires_after_each_eoi(struct kunit *test)
{
	struct fabric_case *c = test->priv;
	unsigned int i;

	pic_start(c, 0x20, 0x28);
	outb_at(c, 0x4d1, BIT(2));
	line(c, 10, 1);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x2a);
		pic_eoi(c);
	}
	line(c, 10, 0);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), -1);
}

static void nothing_is_acknowledged_before_the_cpu_can_take_it(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	pic_start(c, 0x20, 0x28);
	c->fake[0]->busy = VQC_WHY_CPU_IF;
	pulse(c, 1);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), -1);
	KUNIT_EXPECT_EQ(test, c->fake[0]->nr_windows, 1u);
	KUNIT_EXPECT_EQ(test, c->f->pic.chip[0].isr, 0);
	KUNIT_EXPECT_EQ(test, counted(c, VQC_WHY_CPU_IF), 1ull);
	c->fake[0]->busy = VQC_WHY_DELIVERED;
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x21);
}

static void pic_comes_before_the_local_apic(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	pic_start(c, 0x20, 0x28);
	lapic_start(c->fake[0]);
	vqc_send_msi(c->f, MSI_ADDRESS, 0xf0);
	pulse(c, 7);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x27);
	KUNIT_EXPECT_EQ(test, c->fake[0]->nr_windows, 1u);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0xf0);
}

static void a_masked_lint0_keeps_the_pic_out_but_not_the_apic(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	pic_start(c, 0x20, 0x28);
	lapic_start(c->fake[0]);
	lapic_write(c->fake[0], VQC_LAPIC_LVT_LINT0,
		    LVT0_EXTINT | VQC_LVT_MASKED);
	pulse(c, 1);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), -1);
	KUNIT_EXPECT_EQ(test, counted(c, VQC_WHY_PIC_GATED), 1ull);
	vqc_send_msi(c->f, MSI_ADDRESS, 0x40);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x40);
	lapic_write(c->fake[0], VQC_LAPIC_LVT_LINT0, LVT0_EXTINT);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x21);
}

static void lint0_as_nmi_turns_the_pic_into_a_watchdog(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	pic_start(c, 0x20, 0x28);
	lapic_start(c->fake[0]);
	lapic_write(c->fake[0], VQC_LAPIC_LVT_LINT0, LVT0_NMI);
	pulse(c, 0);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), -1);
	KUNIT_EXPECT_EQ(test, c->fake[0]->nr_nmis, 1u);
}

static void a_wide_port_access_is_a_byte_per_port(struct kunit *test)
{
	struct fabric_case *c = test->priv;
	u8 both[2] = { 0x0b, 0xa5 };

	pic_start(c, 0x20, 0x28);
	KUNIT_EXPECT_EQ(test, vqc_bus_write(&c->f->pio, NULL, 0x20, 2, both),
			0);
	KUNIT_EXPECT_EQ(test, inb_at(c, 0x21), 0xa5);
	KUNIT_EXPECT_EQ(test, c->f->pic.chip[0].read_isr, 1);
}

/* ---- the IOAPIC ---- */

static void ioapic_edge_arrives_as_its_rte_says(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	lapic_start(c->fake[0]);
	rte_write(c, 4, 0x51);
	KUNIT_EXPECT_EQ(test, pulse(c, 4), 1);
	KUNIT_EXPECT_EQ(test, c->fake[0]->nr_kicks, 1u);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x51);
}

static void ioapic_level_waits_for_the_eoi_and_fires_again(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	lapic_start(c->fake[0]);
	rte_write(c, 20, VQC_RTE_LEVEL | 0x61);
	line(c, 20, 1);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x61);
	KUNIT_EXPECT_EQ(test, line(c, 20, 1), -1);
	KUNIT_EXPECT_TRUE(test, ioapic_read(c, VQC_IOAPIC_REG_RTE0 + 40) &
				VQC_RTE_REMOTE_IRR);
	lapic_write(c->fake[0], VQC_LAPIC_EOI, 0);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x61);
	line(c, 20, 0);
	lapic_write(c->fake[0], VQC_LAPIC_EOI, 0);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), -1);
	KUNIT_EXPECT_FALSE(test, ioapic_read(c, VQC_IOAPIC_REG_RTE0 + 40) &
				 VQC_RTE_REMOTE_IRR);
}

static void a_level_line_nobody_took_goes_out_when_the_apic_is_on(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	rte_write(c, 10, VQC_RTE_LEVEL | 0x61);
	line(c, 10, 1);
	KUNIT_EXPECT_FALSE(test, ioapic_read(c, VQC_IOAPIC_REG_RTE0 + 20) &
				 VQC_RTE_REMOTE_IRR);
	KUNIT_EXPECT_EQ(test, counted(c, VQC_WHY_APIC_SW_OFF), 1ull);
	lapic_start(c->fake[0]);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x61);
}

static void a_message_to_nobody_is_counted(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	KUNIT_EXPECT_EQ(test, vqc_send_msi(c->f, MSI_ADDRESS | 0x42 << 12,
					   0x40), -1);
	KUNIT_EXPECT_EQ(test, counted(c, VQC_WHY_NO_DEST), 1ull);
}

static void a_narrow_write_leaves_the_window_whole(struct kunit *test)
{
	struct fabric_case *c = test->priv;
	struct vqc_cpu *cpu = &c->fake[0]->cpu;
	u16 half = 0xffff;

	rte_write(c, 3, 0x10033);
	KUNIT_EXPECT_EQ(test, ioapic_read(c, VQC_IOAPIC_REG_RTE0 + 6),
			0x10033u);
	vqc_cpu_mmio_write(cpu, VQC_IOAPIC_BASE + VQC_IOAPIC_WINDOW,
			   sizeof(half), &half);
	KUNIT_EXPECT_EQ(test, ioapic_read(c, VQC_IOAPIC_REG_RTE0 + 6),
			0x10033u);
	KUNIT_EXPECT_EQ(test, counted(c, VQC_WHY_BAD_ACCESS), 1ull);
}

/* Returns how often the line was served before the pause came. */
static unsigned int storm(struct fabric_case *c)
{
	unsigned int i, taken = 0;

	lapic_start(c->fake[0]);
	rte_write(c, 10, VQC_RTE_LEVEL | 0x61);
	line(c, 10, 1);
	for (i = 0; i < 2 * VQC_IOAPIC_STORM_EOIS; i++) {
		if (fake_cpu_take(c->fake[0]) < 0)
			break;
		taken++;
		lapic_write(c->fake[0], VQC_LAPIC_EOI, 0);
	}
	return taken;
}

static void a_stuck_line_is_served_in_rounds_with_pauses(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	KUNIT_EXPECT_EQ(test, storm(c), VQC_IOAPIC_STORM_EOIS);
	KUNIT_EXPECT_EQ(test, counted(c, VQC_WHY_IOAPIC_STORM), 1ull);
	hrtimer_cancel(&c->f->ioapic_timer);
}

/* ---- lines and routes ---- */

static void a_pause_ends_with_the_fabric(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	KUNIT_EXPECT_EQ(test, storm(c), VQC_IOAPIC_STORM_EOIS);
	vqc_fabric_quiesce(c->f);
	KUNIT_EXPECT_FALSE(test, hrtimer_active(&c->f->ioapic_timer));
}

static void a_shared_line_is_high_until_every_source_lets_go(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	lapic_start(c->fake[0]);
	rte_write(c, 10, VQC_RTE_LEVEL | 0x61);
	vqc_set_irq(c->f, VQC_SOURCE_USER, 10, 1, true);
	vqc_set_irq(c->f, VQC_SOURCE_IRQFD, 10, 1, true);
	vqc_set_irq(c->f, VQC_SOURCE_USER, 10, 0, true);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x61);
	lapic_write(c->fake[0], VQC_LAPIC_EOI, 0);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x61);
	vqc_set_irq(c->f, VQC_SOURCE_IRQFD, 10, 0, true);
	lapic_write(c->fake[0], VQC_LAPIC_EOI, 0);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), -1);
}

static void the_answers_are_those_of_kvm_irq_line_status(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	lapic_start(c->fake[0]);
	rte_write(c, 20, VQC_RTE_MASKED | 0x71);
	KUNIT_EXPECT_EQ(test, pulse(c, 20), -1);
	rte_write(c, 20, 0x71);
	KUNIT_EXPECT_EQ(test, pulse(c, 20), 1);
	KUNIT_EXPECT_EQ(test, pulse(c, 20), 0);
	KUNIT_EXPECT_EQ(test, line(c, 100, 1), -1);
	KUNIT_EXPECT_EQ(test, counted(c, VQC_WHY_NOT_ROUTED), 1ull);
}

static const struct vqc_route msi = {
	.gsi = 10, .kind = VQC_ROUTE_MSI, .msi_address = MSI_ADDRESS, .msi_data = 0x45,
};

static void a_new_routing_table_counts_at_once(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	lapic_start(c->fake[0]);
	rte_write(c, 10, 0x61);
	pulse(c, 10);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x61);
	lapic_write(c->fake[0], VQC_LAPIC_EOI, 0);
	KUNIT_ASSERT_EQ(test, vqc_fabric_set_routes(c->f, &msi, 1), 0);
	pulse(c, 10);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x45);
}

static void a_pulse_lowers_what_it_has_raised(struct kunit *test)
{
	struct fabric_case *c = test->priv;
	struct fake_cpu *fake = c->fake[0];

	lapic_start(fake);
	rte_write(c, 10, 0x61);
	fake->routes = vqc_fabric_new_routes(&msi, 1);
	KUNIT_ASSERT_FALSE(test, IS_ERR(fake->routes));
	KUNIT_EXPECT_EQ(test, pulse(c, 10), 1);
	KUNIT_EXPECT_FALSE(test, vqc_line_level(&c->f->ioapic_line[10]));
	kvfree(fake->routes);
}

static void a_bad_routing_table_leaves_the_old_one(struct kunit *test)
{
	static const struct vqc_route bad = {
		.gsi = 10, .kind = VQC_ROUTE_IOAPIC, .pin = VQC_NR_IOAPIC_PINS,
	};
	struct fabric_case *c = test->priv;

	lapic_start(c->fake[0]);
	rte_write(c, 10, 0x61);
	KUNIT_EXPECT_EQ(test, vqc_fabric_set_routes(c->f, &bad, 1), -EINVAL);
	pulse(c, 10);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x61);
}

/* ---- CPUs ---- */

static void lowest_priority_goes_to_the_cpu_with_the_lowest(struct kunit *test)
{
	struct fabric_case *c = test->priv;
	unsigned int i;

	for (i = 0; i < NR_FAKES; i++) {
		lapic_start(c->fake[i]);
		lapic_write(c->fake[i], VQC_LAPIC_LDR, BIT(24 + i));
	}
	lapic_write(c->fake[0], VQC_LAPIC_TPR, 0x80);
	/* Logical destination 3: both; delivery mode: lowest priority. */
	vqc_send_msi(c->f, MSI_ADDRESS | 3 << 12 | BIT(3) | BIT(2), 0x145);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), -1);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[1]), 0x45);
}

static void lowest_priority_to_nobody_is_counted(struct kunit *test)
{
	const u64 address = MSI_ADDRESS | 3 << 12 | BIT(3) | BIT(2);
	struct fabric_case *c = test->priv;
	unsigned int i;

	/* Addressed, and none is enabled. */
	for (i = 0; i < NR_FAKES; i++)
		lapic_write(c->fake[i], VQC_LAPIC_LDR, BIT(24 + i));
	KUNIT_EXPECT_EQ(test, vqc_send_msi(c->f, address, 0x145), -1);
	KUNIT_EXPECT_EQ(test, counted(c, VQC_WHY_APIC_SW_OFF), 1ull);
	lapic_start(c->fake[1]);
	lapic_write(c->fake[1], VQC_LAPIC_TPR, 0x30);
	KUNIT_EXPECT_EQ(test, vqc_send_msi(c->f, address, 0x145), 1);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), -1);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[1]), 0x45);
}

static void an_ipi_to_all_others_reaches_them_and_not_the_sender(struct kunit *test)
{
	struct fabric_case *c = test->priv;
	unsigned int i;

	for (i = 0; i < NR_FAKES; i++)
		lapic_start(c->fake[i]);
	lapic_write(c->fake[0], VQC_LAPIC_ICR,
		    VQC_SH_OTHERS << 18 | VQC_ICR_ASSERT | 0x77);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), -1);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[1]), 0x77);
}

static void a_changed_id_is_answered_to_at_once(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	lapic_start(c->fake[1]);
	lapic_write(c->fake[1], VQC_LAPIC_ID, 9u << 24);
	vqc_send_msi(c->f, MSI_ADDRESS | 9 << 12, 0x45);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[1]), 0x45);
	KUNIT_EXPECT_EQ(test, vqc_send_msi(c->f, MSI_ADDRESS | 1 << 12, 0x45),
			-1);
}

static void x2apic_self_ipi_comes_by_the_msr(struct kunit *test)
{
	struct fabric_case *c = test->priv;
	struct vqc_cpu *cpu = &c->fake[0]->cpu;
	VQC_DEFINE_FX(fx);

	KUNIT_EXPECT_EQ(test, vqc_cpu_msr_write(cpu, 0x83f, 0x45), -EINVAL);
	vqc_lapic_set_base(&cpu->lapic, cpu->lapic.base | VQC_APICBASE_EXTD,
			   36, false, &fx);
	vqc_drain_lapic(cpu, &fx);
	KUNIT_EXPECT_EQ(test, vqc_cpu_msr_write(cpu, 0x80f, 0x1ff), 0);
	KUNIT_EXPECT_EQ(test, vqc_cpu_msr_write(cpu, 0x83f, 0x45), 0);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x45);
	KUNIT_EXPECT_EQ(test, vqc_cpu_msr_write(cpu, 0x80b, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, vqc_cpu_msr_write(cpu, 0x80b, 0), 0);
}

static void the_register_page_takes_aligned_words_only(struct kunit *test)
{
	struct fabric_case *c = test->priv;
	struct vqc_cpu *cpu = &c->fake[0]->cpu;
	u64 tpr = VQC_APICBASE_DEFAULT + VQC_LAPIC_TPR;
	u32 val = 0x55;
	u64 wide = ~0ull;

	vqc_cpu_mmio_write(cpu, tpr, 1, &val);
	vqc_cpu_mmio_write(cpu, tpr + 4, 4, &val);
	vqc_cpu_mmio_write(cpu, tpr, 8, &wide);
	KUNIT_EXPECT_EQ(test, lapic_read(c->fake[0], VQC_LAPIC_TPR), 0u);
	KUNIT_EXPECT_EQ(test, vqc_cpu_mmio_read(cpu, tpr, 8, &wide), 0);
	KUNIT_EXPECT_EQ(test, wide, 0ull);
	lapic_write(c->fake[0], VQC_LAPIC_TPR, val);
	KUNIT_EXPECT_EQ(test, lapic_read(c->fake[0], VQC_LAPIC_TPR), val);
}

static void a_second_cpu_with_the_same_id_is_refused(struct kunit *test)
{
	struct fabric_case *c = test->priv;
	struct fake_cpu *fake = kunit_kzalloc(test, sizeof(*fake), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fake);
	KUNIT_EXPECT_EQ(test, vqc_fabric_add_cpu(c->f, &fake->cpu, 0, false,
						 &fake_cpu_ops), -EEXIST);
	KUNIT_EXPECT_EQ(test, vqc_fabric_add_cpu(c->f, &fake->cpu,
						 VQC_MAX_APIC_IDS, false,
						 &fake_cpu_ops), -EINVAL);
	KUNIT_EXPECT_EQ(test, vqc_fabric_nr_cpus(c->f), NR_FAKES + 0u);
}

/* ---- local APICs that are not ours ---- */

static enum vqc_why foreign_answer;
static struct vqc_msg foreign_msg;
static unsigned int foreign_nr;

static enum vqc_why foreign_send(struct vqc_fabric *f,
				 const struct vqc_msg *msg, unsigned int pin,
				 u64 seq)
{
	foreign_msg = *msg;
	foreign_nr++;
	return foreign_answer;
}

static const struct vqc_fabric_ops foreign_ops = { .send = foreign_send };

/* In place of the case's fabric one whose local APICs are somebody else's. */
static void foreign_lapics(struct kunit *test)
{
	const struct vqc_fabric_config config = {
		.name = "kunit-chips-only",
		.ops = &foreign_ops,
		.chips_only = true,
		.ioapic_version = VQC_IOAPIC_VER_82093AA,
	};
	struct fabric_case *c = test->priv;

	vqc_fabric_quiesce(c->f);
	vqc_fabric_put(c->f);
	c->f = vqc_fabric_create(&config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(c->f));
	memset(c->fake[0], 0, sizeof(*c->fake[0]));
	KUNIT_ASSERT_EQ(test, vqc_fabric_add_cpu(c->f, &c->fake[0]->cpu, 0,
						 true, &fake_cpu_ops), 0);
	foreign_answer = VQC_WHY_DELIVERED;
	foreign_nr = 0;
}

static void a_message_is_handed_to_local_apics_that_are_not_ours(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	foreign_lapics(test);
	rte_write(c, 10, 0x5a | VQC_RTE_LOGICAL | 3ull << 56);
	KUNIT_EXPECT_EQ(test, pulse(c, 10), 1);
	KUNIT_ASSERT_EQ(test, foreign_nr, 1u);
	KUNIT_EXPECT_EQ(test, foreign_msg.vector, 0x5a);
	KUNIT_EXPECT_EQ(test, foreign_msg.dest, 3u);
	KUNIT_EXPECT_TRUE(test, foreign_msg.flags & VQC_MSG_LOGICAL);
	KUNIT_EXPECT_EQ(test, vqc_send_msi(c->f, MSI_ADDRESS, 0x61), 1);
	KUNIT_EXPECT_EQ(test, foreign_msg.vector, 0x61);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), -1);
}

static void a_level_waits_for_the_report_and_for_the_eoi(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	foreign_lapics(test);
	rte_write(c, 10, 0x5a | VQC_RTE_LEVEL);
	line(c, 10, 1);
	KUNIT_EXPECT_TRUE(test, ioapic_read(c, 0x10 + 20) & VQC_RTE_DELIV_STATUS);
	vqc_msg_handed(c->f, 10, 0, 0x5a, VQC_WHY_DELIVERED);
	KUNIT_EXPECT_EQ(test, ioapic_read(c, 0x10 + 20) &
			(VQC_RTE_DELIV_STATUS | VQC_RTE_REMOTE_IRR),
			VQC_RTE_REMOTE_IRR);
	line(c, 10, 1);
	KUNIT_EXPECT_EQ(test, foreign_nr, 1u);
	vqc_ioapic_broadcast_eoi(c->f, 0x5a);
	KUNIT_EXPECT_EQ(test, foreign_nr, 2u);
}

static void a_message_without_room_is_offered_again(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	foreign_lapics(test);
	foreign_answer = VQC_WHY_NO_DEST;
	rte_write(c, 3, 0x33);
	rte_write(c, 10, 0x5a | VQC_RTE_LEVEL);
	KUNIT_EXPECT_EQ(test, pulse(c, 3), 0);
	KUNIT_EXPECT_EQ(test, line(c, 10, 1), 0);
	KUNIT_EXPECT_EQ(test, foreign_nr, 2u);
	foreign_answer = VQC_WHY_DELIVERED;
	vqc_ioapic_offer_again(c->f);
	KUNIT_EXPECT_EQ(test, foreign_nr, 4u);
	KUNIT_EXPECT_EQ(test, counted(c, VQC_WHY_NO_DEST), 2u);
}

static void intr_goes_straight_to_a_cpu_without_a_local_apic(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	foreign_lapics(test);
	pic_start(c, 0x20, 0x28);
	pulse(c, 10);
	KUNIT_EXPECT_EQ(test, c->fake[0]->nr_kicks, 1u);
	KUNIT_EXPECT_EQ(test, fake_cpu_take(c->fake[0]), 0x2a);
}

static void nothing_is_handed_over_by_a_fabric_out_of_use(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	foreign_lapics(test);
	rte_write(c, 3, 0x33);
	vqc_fabric_get(c->f);
	vqc_fabric_quiesce(c->f);
	pulse(c, 3);
	KUNIT_EXPECT_EQ(test, foreign_nr, 0u);
	vqc_fabric_put(c->f);
}

static void an_msi_starts_a_cpu_only_where_it_may(struct kunit *test)
{
	struct fabric_case *c = test->priv;
	struct vqc_lapic *l = &c->fake[0]->cpu.lapic;

	KUNIT_EXPECT_EQ(test, vqc_send_msi(c->f, MSI_ADDRESS, 0x69a), -1);
	KUNIT_EXPECT_EQ(test, l->events, 0ul);
	c->f->config.msi_starts_cpus = true;
	KUNIT_EXPECT_EQ(test, vqc_send_msi(c->f, MSI_ADDRESS, 0x69a), 1);
	KUNIT_EXPECT_EQ(test, l->events, BIT(VQC_EV_SIPI));
	KUNIT_EXPECT_EQ(test, l->sipi_vector, 0x9a);
	KUNIT_EXPECT_EQ(test, vqc_send_msi(c->f, MSI_ADDRESS, 0x300), -1);
}

static void a_quiet_fabric_reaches_nobody(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	lapic_start(c->fake[0]);
	rte_write(c, 4, 0x51);
	vqc_fabric_quiesce(c->f);
	KUNIT_EXPECT_EQ(test, pulse(c, 4), 0);
	KUNIT_EXPECT_EQ(test, c->fake[0]->nr_kicks, 0u);
	KUNIT_EXPECT_NULL(test, vqc_fabric_find(c->f->id));
}

static void a_pit_is_plugged_in_once_and_answers(struct kunit *test)
{
	struct fabric_case *c = test->priv;
	u8 val;

	KUNIT_EXPECT_EQ(test, vqc_bus_read(&c->f->pio, NULL, 0x40, 1, &val),
			-EOPNOTSUPP);
	KUNIT_ASSERT_EQ(test, vqc_fabric_add_pit(c->f, true), 0);
	KUNIT_EXPECT_EQ(test, vqc_fabric_add_pit(c->f, true), -EEXIST);
	KUNIT_EXPECT_EQ(test, vqc_bus_read(&c->f->pio, NULL, 0x40, 1, &val), 0);
	outb_at(c, 0x61, VQC_PIT_SPEAKER_GATE);
	KUNIT_EXPECT_EQ(test, inb_at(c, 0x61) & 3, VQC_PIT_SPEAKER_GATE + 0);
}

/* ---- fixture ---- */

static int fabric_test_init(struct kunit *test)
{
	static const struct vqc_fabric_config config = {
		.name = "kunit",
		.lapic_cfg = VQC_LAPIC_CFG_X2APIC | VQC_LAPIC_CFG_LINT0_EXTINT,
		.ioapic_version = VQC_IOAPIC_VER_82093AA,
	};
	struct fabric_case *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	unsigned int i;

	if (!c)
		return -ENOMEM;
	test->priv = c;
	c->f = vqc_fabric_create(&config);
	if (IS_ERR(c->f)) {
		int ret = PTR_ERR(c->f);

		c->f = NULL;
		return ret;
	}
	for (i = 0; i < NR_FAKES; i++) {
		c->fake[i] = kunit_kzalloc(test, sizeof(**c->fake), GFP_KERNEL);
		if (!c->fake[i] ||
		    vqc_fabric_add_cpu(c->f, &c->fake[i]->cpu, i, !i,
				       &fake_cpu_ops))
			return -ENOMEM;
	}
	return 0;
}

static void fabric_test_exit(struct kunit *test)
{
	struct fabric_case *c = test->priv;

	if (!c || !c->f)
		return;
	vqc_fabric_quiesce(c->f);
	vqc_fabric_put(c->f);
}

static struct kunit_case fabric_cases[] = {
	KUNIT_CASE(every_line_and_base_gives_irq_base_plus_line),
	KUNIT_CASE(the_low_bits_of_the_base_are_ignored),
	KUNIT_CASE(the_word_is_a_valid_external_interrupt),
	KUNIT_CASE(pic_edge_held_high_fires_once),
	KUNIT_CASE(pic_level_held_high_fires_after_each_eoi),
	KUNIT_CASE(nothing_is_acknowledged_before_the_cpu_can_take_it),
	KUNIT_CASE(pic_comes_before_the_local_apic),
	KUNIT_CASE(a_masked_lint0_keeps_the_pic_out_but_not_the_apic),
	KUNIT_CASE(lint0_as_nmi_turns_the_pic_into_a_watchdog),
	KUNIT_CASE(a_wide_port_access_is_a_byte_per_port),
	KUNIT_CASE(ioapic_edge_arrives_as_its_rte_says),
	KUNIT_CASE(ioapic_level_waits_for_the_eoi_and_fires_again),
	KUNIT_CASE(a_level_line_nobody_took_goes_out_when_the_apic_is_on),
	KUNIT_CASE(a_message_to_nobody_is_counted),
	KUNIT_CASE(a_narrow_write_leaves_the_window_whole),
	KUNIT_CASE(a_stuck_line_is_served_in_rounds_with_pauses),
	KUNIT_CASE(a_pause_ends_with_the_fabric),
	KUNIT_CASE(a_shared_line_is_high_until_every_source_lets_go),
	KUNIT_CASE(the_answers_are_those_of_kvm_irq_line_status),
	KUNIT_CASE(a_new_routing_table_counts_at_once),
	KUNIT_CASE(a_pulse_lowers_what_it_has_raised),
	KUNIT_CASE(a_bad_routing_table_leaves_the_old_one),
	KUNIT_CASE(lowest_priority_goes_to_the_cpu_with_the_lowest),
	KUNIT_CASE(lowest_priority_to_nobody_is_counted),
	KUNIT_CASE(an_ipi_to_all_others_reaches_them_and_not_the_sender),
	KUNIT_CASE(a_changed_id_is_answered_to_at_once),
	KUNIT_CASE(x2apic_self_ipi_comes_by_the_msr),
	KUNIT_CASE(the_register_page_takes_aligned_words_only),
	KUNIT_CASE(a_second_cpu_with_the_same_id_is_refused),
	KUNIT_CASE(a_message_is_handed_to_local_apics_that_are_not_ours),
	KUNIT_CASE(a_level_waits_for_the_report_and_for_the_eoi),
	KUNIT_CASE(a_message_without_room_is_offered_again),
	KUNIT_CASE(intr_goes_straight_to_a_cpu_without_a_local_apic),
	KUNIT_CASE(nothing_is_handed_over_by_a_fabric_out_of_use),
	KUNIT_CASE(an_msi_starts_a_cpu_only_where_it_may),
	KUNIT_CASE(a_quiet_fabric_reaches_nobody),
	KUNIT_CASE(a_pit_is_plugged_in_once_and_answers),
	{}
};

static struct kunit_suite fabric_suite = {
	.name = "virqchip_fabric",
	.init = fabric_test_init,
	.exit = fabric_test_exit,
	.test_cases = fabric_cases,
};

kunit_test_suite(fabric_suite);
