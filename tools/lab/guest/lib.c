// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guests' library; see lib.h.
 */
#include "lib.h"

#define GUEST_VECTORS		256
#define GUEST_STUB_BYTES	16
#define GUEST_GATE_INTERRUPT	0x8e00
#define VECTOR_NMI		2
#define VECTOR_GP		13
#define VECTOR_FIRST_IRQ	32

struct guest_frame {
	u64 r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax;
	u64 vector, error, rip, cs, rflags, rsp, ss;
};

struct guest_gate {
	u16 offset_low;
	u16 selector;
	u16 flags;
	u16 offset_mid;
	u32 offset_high;
	u32 reserved;
};

struct irq_log irq_log;
void (*irq_hook)(u8 vector);
u32 irq_total[GUEST_VECTORS];
u32 irq_in_shadow;
bool x2apic;

static struct guest_gate idt[GUEST_VECTORS];
static u32 nr_checks, nr_failed;
/* An MSR access that may fault is under way; it faulted. */
static bool gp_expected, gp_seen;

/**
 * lab_plan() - announce how many verdicts will be given
 * @verdicts: checks and skips together
 */
void lab_plan(u32 verdicts)
{
	lab_request(LAB_OP_PLAN, verdicts, 0, 0);
}

/**
 * lab_print() - a line for people
 * @text: words before the number
 * @number: printed in decimal
 */
void lab_print(const char *text, u64 number)
{
	lab_request(LAB_OP_PRINT, (u64)text, number, 0);
}

/**
 * lab_option() - what the VMM was started with
 * @option: enum lab_option
 *
 * Return: its value.
 */
u64 lab_option(u32 option)
{
	lab_request(LAB_OP_OPTION, option, 0, 0);
	return lab_result();
}

/**
 * time_ns() - the VMM's clock
 *
 * Return: CLOCK_MONOTONIC in ns.
 */
u64 time_ns(void)
{
	lab_request(LAB_OP_TIME, 0, 0, 0);
	return lab_result();
}

/**
 * line_set() - set one of the guest's own interrupt lines
 * @gsi: the line
 * @level: 1 asserted, 0 not
 *
 * Return: KVM_IRQ_LINE_STATUS's status, or a negative errno.
 */
int line_set(u32 gsi, u32 level)
{
	return lab_request(LAB_OP_LINE, gsi, level, 0);
}

/**
 * line_pulse() - raise and lower a line
 * @gsi: the line
 *
 * Return: the status of the raise.
 */
int line_pulse(u32 gsi)
{
	return lab_request(LAB_OP_PULSE, gsi, 0, 0);
}

/**
 * check_eq() - one verdict
 * @got: value seen
 * @want: value expected; equal values pass
 * @sentence: what is checked; unique within the guest
 */
void check_eq(u64 got, u64 want, const char *sentence)
{
	nr_checks++;
	nr_failed += got != want;
	lab_request(LAB_OP_CHECK, (u64)sentence, got, want);
}

/**
 * check() - one verdict
 * @ok: whether it passes
 * @sentence: what is checked; unique within the guest
 */
void check(bool ok, const char *sentence)
{
	check_eq(ok, true, sentence);
}

/**
 * check_int() - one verdict on a vector or a status, which may be negative
 * @got: value seen
 * @want: value expected
 * @sentence: what is checked; unique within the guest
 */
void check_int(int got, int want, const char *sentence)
{
	check_eq((u32)got, (u32)want, sentence);
}

/**
 * skip() - a verdict that cannot be had on this machine
 * @sentence: what would be checked
 * @why: why not
 */
void skip(const char *sentence, const char *why)
{
	nr_checks++;
	lab_request(LAB_OP_SKIP, (u64)sentence, (u64)why, 0);
}

/**
 * irq_clear() - forget the interrupts seen
 */
void irq_clear(void)
{
	irq_log.count = 0;
	asm volatile("" : : : "memory");
}

/**
 * irq_window() - let interrupts in for a few instructions
 */
void irq_window(void)
{
	asm volatile("sti; nop; nop; nop; cli" : : : "memory");
}

/**
 * irq_take() - let interrupts in and say which one came
 *
 * Return: its vector, IRQ_NONE or IRQ_MANY.
 */
int irq_take(void)
{
	irq_clear();
	irq_window();
	if (!irq_log.count)
		return IRQ_NONE;
	return irq_log.count == 1 ? irq_log.vector[0] : IRQ_MANY;
}

/**
 * irq_take_all() - let interrupts in; the log says which ones came
 *
 * Return: how many came.
 */
u32 irq_take_all(void)
{
	irq_clear();
	irq_window();
	return irq_log.count;
}

/**
 * irq_log_is() - compare the log
 * @want: the vectors expected, in order
 * @count: how many
 *
 * Return: whether the log holds exactly these.
 */
bool irq_log_is(const u8 *want, u32 count)
{
	u32 i;

	if (irq_log.count != count)
		return false;
	for (i = 0; i < count; i++)
		if (irq_log.vector[i] != want[i])
			return false;
	return true;
}

/**
 * irq_wait() - keep letting interrupts in until a vector came often enough
 * @vector: which
 * @more: how many times more than so far
 * @max_ns: give up after this much of the VMM's time
 *
 * Return: whether it came.
 */
bool irq_wait(u8 vector, u32 more, u64 max_ns)
{
	u32 goal = irq_total[vector] + more;
	u64 end = time_ns() + max_ns;

	do {
		irq_window();
		if ((s32)(irq_total[vector] - goal) >= 0)
			return true;
	} while (time_ns() < end);
	return false;
}

/**
 * msr_write() - WRMSR that survives #GP
 * @msr: its number
 * @value: 64 bits
 *
 * Return: false if it faulted.
 */
bool msr_write(u32 msr, u64 value)
{
	gp_expected = true;
	gp_seen = false;
	asm volatile("wrmsr" : : "c" (msr), "a" ((u32)value),
		     "d" ((u32)(value >> 32)) : "memory");
	gp_expected = false;
	return !gp_seen;
}

/**
 * msr_read() - RDMSR that survives #GP
 * @msr: its number
 * @value: filled in; undefined after a fault
 *
 * Return: false if it faulted.
 */
bool msr_read(u32 msr, u64 *value)
{
	u32 low, high;

	gp_expected = true;
	gp_seen = false;
	asm volatile("rdmsr" : "=a" (low), "=d" (high) : "c" (msr) : "memory");
	gp_expected = false;
	*value = low | (u64)high << 32;
	return !gp_seen;
}

/**
 * apic_read() - read a local APIC register in the current mode
 * @offset: its xAPIC offset
 *
 * Return: the low 32 bits.
 */
u32 apic_read(u32 offset)
{
	u64 value = 0;

	if (!x2apic)
		return mmio_read(APIC_BASE + offset);
	msr_read(MSR_X2APIC(offset), &value);
	return value;
}

/**
 * apic_write() - write a local APIC register in the current mode
 * @offset: its xAPIC offset
 * @value: 32 bits
 */
void apic_write(u32 offset, u32 value)
{
	if (x2apic)
		msr_write(MSR_X2APIC(offset), value);
	else
		mmio_write(APIC_BASE + offset, value);
}

/**
 * apic_bit() - one vector's bit
 * @bank: APIC_IRR, APIC_ISR or APIC_TMR
 * @vector: which
 *
 * Return: the bit.
 */
bool apic_bit(u32 bank, u8 vector)
{
	return apic_read(bank + vector / 32 * 16) >> (vector % 32) & 1;
}

/**
 * apic_eoi() - end the highest interrupt in service
 */
void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

/**
 * apic_icr() - send an IPI
 * @destination: 8-bit APIC ID or logical set
 * @command: low half of the ICR
 */
void apic_icr(u32 destination, u32 command)
{
	if (x2apic) {
		msr_write(MSR_X2APIC(APIC_ICR), (u64)destination << 32 | command);
		return;
	}
	apic_write(APIC_ICR_HIGH, destination << 24);
	apic_write(APIC_ICR, command);
}

/**
 * apic_self() - self-IPI by the shorthand
 * @vector: which
 */
void apic_self(u8 vector)
{
	apic_icr(0, 0x44000 | vector);
}

/**
 * apic_enable() - the state every test starts from
 *
 * Software-enabled, spurious vector 0xff, TPR 0, all LVTs masked, nothing in
 * service.
 */
void apic_enable(void)
{
	static const u16 lvts[] = {
		APIC_LVT_TIMER, APIC_LVT_PERF, APIC_LVT_LINT0, APIC_LVT_LINT1,
		APIC_LVT_ERROR,
	};
	u32 i;

	apic_write(APIC_SVR, APIC_SVR_ENABLE | 0xff);
	apic_write(APIC_TPR, 0);
	for (i = 0; i < ARRAY_SIZE(lvts); i++)
		apic_write(lvts[i], APIC_LVT_MASKED);
	apic_write(APIC_TMICT, 0);
	for (i = 0; i < 16; i++) {
		irq_window();
		apic_eoi();
	}
}

/**
 * pic_mask_all() - close both 8259s
 */
void pic_mask_all(void)
{
	out8(PIC_MASTER + 1, 0xff);
	out8(PIC_SLAVE + 1, 0xff);
}

/**
 * ioapic_read() - read an I/O APIC register
 * @index: its index
 *
 * Return: 32 bits.
 */
u32 ioapic_read(u32 index)
{
	mmio_write(IOAPIC_BASE, index);
	return mmio_read(IOAPIC_BASE + 0x10);
}

/**
 * ioapic_write() - write an I/O APIC register
 * @index: its index
 * @value: 32 bits
 */
void ioapic_write(u32 index, u32 value)
{
	mmio_write(IOAPIC_BASE, index);
	mmio_write(IOAPIC_BASE + 0x10, value);
}

/**
 * ioapic_mask_all() - close all pins: edge, masked, vector 0, CPU 0
 */
void ioapic_mask_all(void)
{
	u32 pin;

	for (pin = 0; pin < 24; pin++) {
		ioapic_write(0x10 + 2 * pin, APIC_LVT_MASKED);
		ioapic_write(0x11 + 2 * pin, 0);
	}
}

static void guest_fault(const struct guest_frame *frame)
{
	lab_print("exception ", frame->vector);
	lab_print("at ", frame->rip);
	lab_request(LAB_OP_END, nr_checks, nr_failed, 0);
}

/**
 * guest_interrupt() - every interrupt and exception arrives here
 * @frame: what the stub pushed
 *
 * No interrupt comes between STI and the instruction that follows (SDM vol. 2,
 * STI). Emulated processors have been seen to forget that when an exit to the
 * hypervisor falls between the two, and the guest would then sleep with its
 * interrupt already taken: its HLT is skipped, and counted.
 *
 * RDMSR and WRMSR are two bytes long: that much is skipped when one faults.
 */
void guest_interrupt(struct guest_frame *frame)
{
	u8 vector = frame->vector;

	if (vector == VECTOR_GP && gp_expected) {
		gp_seen = true;
		frame->rip += 2;
		return;
	}
	if (vector < VECTOR_FIRST_IRQ && vector != VECTOR_NMI)
		guest_fault(frame);
	if (frame->rip == (u64)irq_halt_hlt) {
		irq_in_shadow++;
		frame->rip++;
	}
	if (irq_log.count < IRQ_LOG_SIZE)
		irq_log.vector[irq_log.count] = vector;
	irq_log.count++;
	irq_total[vector]++;
	if (irq_hook)
		irq_hook(vector);
}

static void guest_load_idt(void)
{
	u64 stub = (u64)guest_stubs;
	u64 base = (u64)idt;
	u16 idtr[5];
	u32 i;

	for (i = 0; i < GUEST_VECTORS; i++, stub += GUEST_STUB_BYTES) {
		idt[i].offset_low = stub;
		idt[i].selector = LAB_SEL_CODE;
		idt[i].flags = GUEST_GATE_INTERRUPT;
		idt[i].offset_mid = stub >> 16;
		idt[i].offset_high = stub >> 32;
	}
	/* What LIDT reads: a 16-bit limit, then the address, lowest part first. */
	idtr[0] = sizeof(idt) - 1;
	idtr[1] = base;
	idtr[2] = base >> 16;
	idtr[3] = base >> 32;
	idtr[4] = base >> 48;
	asm volatile("lidt %0" : : "m" (idtr) : "memory");
}

static void guest_enter_x2apic(void)
{
	u64 base = 0;

	x2apic = msr_read(MSR_APIC_BASE, &base) &&
		 msr_write(MSR_APIC_BASE, base | 0xc00);
}

/**
 * guest_start() - called by the entry code
 */
void guest_start(void)
{
	guest_load_idt();
	if (lab_option(LAB_OPTION_X2APIC))
		guest_enter_x2apic();
	guest_main();
	lab_request(LAB_OP_END, nr_checks, nr_failed, 0);
}
