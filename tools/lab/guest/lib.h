/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guests' library: ports, MSRs, the interrupt log, the chips' registers,
 * and the requests to the VMM.
 *
 * Interrupts are off except inside irq_take() and friends, which open a window
 * of a few instructions. By default a handler only writes its vector to a log:
 * the EOI is the test's own next step, so nesting reads from top to bottom.
 */
#ifndef LIB_H
#define LIB_H

#include <stdbool.h>
#include <stddef.h>

#include "../lab.h"

/* What irq_take() returns when not exactly one interrupt came. */
#define IRQ_NONE		(-1)
#define IRQ_MANY		(-2)
#define IRQ_LOG_SIZE		64

/**
 * struct irq_log - the interrupts of one window
 * @count: how many came
 * @vector: the first IRQ_LOG_SIZE of them, in order
 */
struct irq_log {
	u32 count;
	u8 vector[IRQ_LOG_SIZE];
};

extern struct irq_log irq_log;
/* Called in each handler after the log entry; NULL for none. */
extern void (*irq_hook)(u8 vector);
/* Interrupts per vector since the start of the guest. */
extern u32 irq_total[256];
/* Interrupts that came between the STI and the HLT of irq_halt(). */
extern u32 irq_in_shadow;

static inline void out8(u16 port, u8 value)
{
	asm volatile("outb %0, %1" : : "a" (value), "Nd" (port) : "memory");
}

static inline u8 in8(u16 port)
{
	u8 value;

	asm volatile("inb %1, %0" : "=a" (value) : "Nd" (port) : "memory");
	return value;
}

static inline void out16(u16 port, u16 value)
{
	asm volatile("outw %0, %1" : : "a" (value), "Nd" (port) : "memory");
}

static inline u16 in16(u16 port)
{
	u16 value;

	asm volatile("inw %1, %0" : "=a" (value) : "Nd" (port) : "memory");
	return value;
}

static inline void out32(u16 port, u32 value)
{
	asm volatile("outl %0, %1" : : "a" (value), "Nd" (port) : "memory");
}

static inline u32 in32(u16 port)
{
	u32 value;

	asm volatile("inl %1, %0" : "=a" (value) : "Nd" (port) : "memory");
	return value;
}

static inline void mmio_write(u64 address, u32 value)
{
	asm volatile("movl %0, (%1)" : : "r" (value), "r" (address) : "memory");
}

static inline u32 mmio_read(u64 address)
{
	u32 value;

	asm volatile("movl (%1), %0" : "=r" (value) : "r" (address) : "memory");
	return value;
}

static inline u64 tsc_read(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high) : : "memory");
	return low | (u64)high << 32;
}

static inline u64 read_cr8(void)
{
	u64 value;

	asm volatile("mov %%cr8, %0" : "=r" (value) : : "memory");
	return value;
}

static inline void write_cr8(u64 value)
{
	asm volatile("mov %0, %%cr8" : : "r" (value) : "memory");
}

static inline void cpuid(u32 leaf, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx)
{
	asm volatile("cpuid" : "=a" (*eax), "=b" (*ebx), "=c" (*ecx), "=d" (*edx)
		     : "a" (leaf), "c" (0));
}

bool msr_write(u32 msr, u64 value);
bool msr_read(u32 msr, u64 *value);

/* Requests to the VMM: lab.h says what each does. In QEMU qemu.c answers them. */
int lab_request(u32 op, u64 a0, u64 a1, u64 a2);
u64 lab_result(void);
void lab_plan(u32 verdicts);
void lab_print(const char *text, u64 number);
int line_set(u32 gsi, u32 level);
int line_pulse(u32 gsi);
u64 time_ns(void);
u64 lab_option(u32 option);

void check_eq(u64 got, u64 want, const char *sentence);
void check(bool ok, const char *sentence);
void check_int(int got, int want, const char *sentence);
void skip(const char *sentence, const char *why);

/* Interrupts. */
void irq_clear(void);
void irq_window(void);
int irq_take(void);
u32 irq_take_all(void);
bool irq_log_is(const u8 *want, u32 count);
bool irq_wait(u8 vector, u32 more, u64 max_ns);
/* Sleep until an interrupt; none is lost between its STI and its HLT. */
void irq_halt(void);

/* Local APIC: registers by their xAPIC offset in either mode. */
#define APIC_BASE		0xfee00000UL
#define APIC_ID			0x020
#define APIC_VERSION		0x030
#define APIC_TPR		0x080
#define APIC_PPR		0x0a0
#define APIC_EOI		0x0b0
#define APIC_LDR		0x0d0
#define APIC_DFR		0x0e0
#define APIC_SVR		0x0f0
#define APIC_ISR		0x100
#define APIC_TMR		0x180
#define APIC_IRR		0x200
#define APIC_ESR		0x280
#define APIC_ICR		0x300
#define APIC_ICR_HIGH		0x310
#define APIC_LVT_TIMER		0x320
#define APIC_LVT_PERF		0x340
#define APIC_LVT_LINT0		0x350
#define APIC_LVT_LINT1		0x360
#define APIC_LVT_ERROR		0x370
#define APIC_TMICT		0x380
#define APIC_TMCCT		0x390
#define APIC_TDCR		0x3e0
#define APIC_SELF_IPI		0x3f0

#define APIC_SVR_ENABLE		0x100
#define APIC_LVT_MASKED		0x10000
#define APIC_LVT_PERIODIC	0x20000
#define APIC_LVT_EXTINT		0x700
#define APIC_LVT_NMI		0x400

#define MSR_APIC_BASE		0x1b
#define MSR_TSC_DEADLINE	0x6e0
#define MSR_X2APIC(offset)	(0x800 + (offset) / 16)

extern bool x2apic;

u32 apic_read(u32 offset);
void apic_write(u32 offset, u32 value);
bool apic_bit(u32 bank, u8 vector);
void apic_eoi(void);
void apic_icr(u32 destination, u32 command);
void apic_self(u8 vector);
void apic_enable(void);

/* The 8259 pair. */
#define PIC_MASTER		0x20
#define PIC_SLAVE		0xa0
#define PIC_ELCR_LOW		0x4d0
#define PIC_ELCR_HIGH		0x4d1
#define PIC_EOI			0x20
#define PIC_READ_IRR		0x0a
#define PIC_READ_ISR		0x0b

void pic_mask_all(void);

/* The I/O APIC. */
#define IOAPIC_BASE		0xfec00000UL

u32 ioapic_read(u32 index);
void ioapic_write(u32 index, u32 value);
void ioapic_mask_all(void);

/* Each guest has one; it ends by returning. */
void guest_main(void);

/* Between start.S and lib.c. */
struct guest_frame;
extern char guest_stubs[];
extern char irq_halt_hlt[];
void guest_start(void);
void guest_interrupt(struct guest_frame *frame);

#endif
