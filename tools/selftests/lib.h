/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests share: a fabric fd, and a machine's ways to use it.
 */
#ifndef SELFTESTS_LIB_H
#define SELFTESTS_LIB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include <linux/virqchip.h>

#include "harness.h"

#define DEVICE		"/dev/virqchip"
#define MODULE		"virqchip"

#define PIC1		0x20
#define PIC2		0xa0
#define ELCR1		0x4d0
#define PIT		0x40

#define IOAPIC		0xfec00000ull
#define RTE_LOGICAL	0x800ull
#define RTE_ACTIVE_LOW	0x2000ull
#define RTE_DELIV_STATUS	0x1000ull
#define RTE_REMOTE_IRR	0x4000ull
#define RTE_LEVEL	0x8000ull
#define RTE_MASKED	0x10000ull

#define LAPIC		0xfee00000ull
#define LAPIC_TPR	0x80
#define LAPIC_EOI	0xb0
#define LAPIC_SVR	0xf0
#define LAPIC_ESR	0x280
#define LAPIC_ICR	0x300
#define LAPIC_LVT_TIMER	0x320
#define LAPIC_LVT_LINT0	0x350
#define LAPIC_TMICT	0x380
#define LAPIC_TMCCT	0x390
#define LAPIC_TDCR	0x3e0
#define SVR_ON		0x1ff
#define ESR_SEND_ILLEGAL	0x20
#define LVT_EXTINT	0x700
#define LVT_MASKED	0x10000

#define MSR_APIC_BASE	0x1b
#define MSR_X2APIC	0x800
#define APIC_BASE_EXTD	0x400ull

#define INTR_VALID	0x80000000u
#define INTR_NMI	(INTR_VALID | 0x202)

/* ---- files ---- */

/* Open a file of @fabric in debugfs; skips the test if there is none. */
int debugfs_open(int fabric, const char *name);
/* What it says now; good until the next call. */
const char *debugfs_read(int fd);
void debugfs_write(int fd, const char *text);
/* Ends the test unless @part is in @text. */
void text_expect(const char *text, const char *part);

/* Open /dev/virqchip; ends the test if that fails. */
int device_open(void);

/* Build a fabric with VIRQCHIP_FABRIC_* @flags and a name made up; ditto. */
int fabric_create(uint32_t flags);

/* A fabric with one CPU, the BSP, with its local APIC enabled. */
int fabric_with_cpu(uint32_t flags);

/* Try to: the fd, or -1 and errno. */
int fabric_try_create(uint32_t flags, const char *name);

/* Add CPU @apic_id; returns its index. */
uint32_t cpu_add(int fabric, uint32_t apic_id, bool bsp);

/* ---- ioctls; those that return int return 0, or -1 and errno ---- */

/* Returns the status. */
int line_set_source(int fabric, uint32_t gsi, uint32_t level, uint32_t source);
int line_set(int fabric, uint32_t gsi, uint32_t level);

int bus_try(int fabric, unsigned long cmd, struct virqchip_bus *bus);
int msr_try_read(int fabric, uint32_t cpu, uint32_t msr, uint64_t *value);
int msr_try_write(int fabric, uint32_t cpu, uint32_t msr, uint64_t value);
int routes_try_set(int fabric, const struct virqchip_route *routes,
		   uint32_t nr);
int state_try(int fabric, unsigned long cmd, uint32_t chip, uint32_t cpu,
	      void *state);

/* Returns the status. */
int msi_send(int fabric, uint64_t address, uint32_t data);

/* VIRQCHIP_TAKE with these flags and CPU. */
struct virqchip_take take(int fabric, uint32_t cpu, uint32_t flags);

/* The interruption-information word, with IF=1; 0 if there is nothing. */
uint32_t take_now(int fabric);

/* Why nothing is taken, with IF=1; ends the test if something is. */
uint32_t take_hold(int fabric);

/* ---- a CPU's accesses ---- */

void out8(int fabric, uint16_t port, uint8_t val);
uint8_t in8(int fabric, uint16_t port);
void mmio_write(int fabric, uint32_t cpu, uint64_t addr, uint32_t val);
uint32_t mmio_read(int fabric, uint32_t cpu, uint64_t addr);
void lapic_write(int fabric, uint32_t reg, uint32_t val);
uint32_t lapic_read(int fabric, uint32_t reg);
void rte_write(int fabric, unsigned int pin, uint64_t rte);
uint64_t rte_read(int fabric, unsigned int pin);

/* ICW1 to ICW4 with the bases of a PC, 0x20 and 0x28; all lines unmasked. */
void pic_init(int fabric);
void pic_eoi_both(int fabric);

/* ---- states ---- */

union any_state {
	struct {
		uint32_t size;
		uint32_t flags;
	};
	struct virqchip_pic_state pic;
	struct virqchip_ioapic_state ioapic;
	struct virqchip_lapic_state lapic;
	struct virqchip_pit_state pit;
	struct virqchip_lines_state lines;
	uint8_t bytes[8192];
};

/* Bytes of a chip's structure. */
uint32_t state_size(uint32_t chip);

/* Of CPU 0 for the local APIC; end the test if they fail. */
void state_get(int fabric, uint32_t chip, union any_state *state);
void state_set(int fabric, uint32_t chip, union any_state *state);

/* ---- randomness, the same on each machine ---- */

uint64_t random_next(uint64_t *seed);

#endif /* SELFTESTS_LIB_H */
