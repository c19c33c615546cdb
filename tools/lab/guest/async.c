// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that answers later: the guest rings a doorbell, sleeps, and is woken
 * by the interrupt that the VMM's worker thread raises. Every doorbell has to
 * give exactly one interrupt, whether it comes before the guest sleeps, beside
 * it, or while it sleeps. An interrupt lost leaves the guest asleep, which the
 * VMM's watchdog reports.
 */
#include "lib.h"

#define PIC_GSI			5
#define EDGE_GSI		20
#define LEVEL_GSI		21

#define VECTOR_PIC		0x25
#define VECTOR_EDGE		0x51
#define VECTOR_LEVEL		0x52
#define VECTOR_MSI		0x53

/**
 * struct path - one way for the interrupt to come
 * @doorbell: low byte and vector of the doorbell's value
 * @vector: where it arrives
 * @count: verdict on the number of interrupts
 * @answers: verdict on the number of answers
 */
struct path {
	u32 doorbell;
	u8 vector;
	const char *count;
	const char *answers;
};

static const struct path paths[] = {
	{ PIC_GSI, VECTOR_PIC,
	  "8259, edge: as many interrupts as doorbells",
	  "8259, edge: as many answers as doorbells" },
	{ EDGE_GSI, VECTOR_EDGE,
	  "I/O APIC, edge: as many interrupts as doorbells",
	  "I/O APIC, edge: as many answers as doorbells" },
	{ LEVEL_GSI, VECTOR_LEVEL,
	  "I/O APIC, level: as many interrupts as doorbells",
	  "I/O APIC, level: as many answers as doorbells" },
	{ LAB_DEV_MSI | (u32)VECTOR_MSI << 24, VECTOR_MSI,
	  "MSI: as many interrupts as doorbells",
	  "MSI: as many answers as doorbells" },
};

static const u32 whens[] = {
	LAB_DEV_WHEN_FREE, LAB_DEV_WHEN_FIRST, LAB_DEV_WHEN_ASLEEP,
};

/* The device is quieted before the EOI, as a driver does. */
static void answer_hook(u8 vector)
{
	mmio_write(LAB_DEV_ACK, 0);
	if (vector == VECTOR_PIC)
		out8(PIC_MASTER, PIC_EOI);
	else
		apic_eoi();
}

static void run_path(const struct path *path, u32 rounds)
{
	u32 irqs = irq_total[path->vector];
	u32 answers = mmio_read(LAB_DEV_ANSWERED);
	u32 round, goal;

	for (round = 0; round < rounds; round++) {
		goal = irq_total[path->vector] + 1;
		mmio_write(LAB_DEV_DOORBELL, path->doorbell |
			   whens[round % ARRAY_SIZE(whens)] << 8);
		while ((s32)(irq_total[path->vector] - goal) < 0)
			irq_halt();
		/* An answer is counted only after the line was raised. */
		while (mmio_read(LAB_DEV_ANSWERED) - answers != round + 1)
			irq_window();
	}
	irq_window();
	check_eq(irq_total[path->vector] - irqs, rounds, path->count);
	check_eq(mmio_read(LAB_DEV_ANSWERED) - answers, rounds, path->answers);
}

static void set_up(void)
{
	pic_mask_all();
	out8(0x43, 0x30);
	apic_enable();
	ioapic_mask_all();
	out8(PIC_MASTER, 0x11);
	out8(PIC_MASTER + 1, 0x20);
	out8(PIC_MASTER + 1, 0x04);
	out8(PIC_MASTER + 1, 0x01);
	out8(PIC_MASTER + 1, 0xff & ~(1 << PIC_GSI));
	apic_write(APIC_LVT_LINT0, APIC_LVT_EXTINT);
	ioapic_write(0x10 + 2 * EDGE_GSI, VECTOR_EDGE);
	ioapic_write(0x10 + 2 * LEVEL_GSI, 0x8000 | VECTOR_LEVEL);
	irq_hook = answer_hook;
}

/**
 * guest_main() - ring the doorbell, sleep, count
 */
void guest_main(void)
{
	u32 rounds = lab_option(LAB_OPTION_ROUNDS);
	u32 i;

	lab_plan(2 * ARRAY_SIZE(paths) + 1);
	set_up();
	for (i = 0; i < ARRAY_SIZE(paths); i++)
		run_path(&paths[i], rounds / ARRAY_SIZE(paths) + 1);
	lab_print("answered with the guest asleep: ", mmio_read(LAB_DEV_ASLEEP));
	if (irq_in_shadow)
		lab_print("between STI and HLT, a fault of the processor: ", irq_in_shadow);
	check(mmio_read(LAB_DEV_ASLEEP) > 0, "some answers woke a guest that was asleep");
}
