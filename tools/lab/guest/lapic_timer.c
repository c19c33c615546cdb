// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC's timer and its error status register.
 *
 * Sources: Intel SDM vol. 3, "APIC Timer", "TSC-Deadline Mode", "Error Handling".
 * No check depends on how fast the machine is: what has to happen is waited for
 * with a generous limit, and rates are compared with bounds that the guest took
 * before and after each reading.
 */
#include "lapic.h"

#define LVT_ONE_SHOT		0x00000
#define LVT_DEADLINE		0x40000
#define VECTOR_TIMER		0x71
#define VECTOR_ERROR		0x72
#define TDCR_DIVIDE_1		0x0b

#define ESR_SEND_ILLEGAL	0x20
#define ESR_RECEIVE_ILLEGAL	0x40
#define ESR_REGISTER		0x80

#define CPUID1_ECX_DEADLINE	BIT(24)

#define WAIT_NS			5000000000ULL
#define QUIET_NS		20000000ULL
#define SPAN_NS			1000000ULL
#define TICKS_1MS		1000000
#define TICKS_FOREVER		0xffffffff
#define TSC_FAR			BIT_ULL(44)

static void timer_fresh(u32 lvt)
{
	apic_fresh();
	apic_write(APIC_TDCR, TDCR_DIVIDE_1);
	apic_write(APIC_LVT_TIMER, lvt);
}

static void eoi_hook(u8 vector)
{
	(void)vector;
	apic_eoi();
}

static bool timer_runs_out(void)
{
	u64 end = time_ns() + WAIT_NS;

	while (apic_read(APIC_TMCCT))
		if (time_ns() > end)
			return false;
	return true;
}

static void test_one_shot(void)
{
	timer_fresh(LVT_ONE_SHOT | VECTOR_TIMER);
	check_eq(apic_read(APIC_TMCCT), 0, "one-shot: the current count rests at 0");
	apic_write(APIC_TMICT, TICKS_FOREVER);
	check_eq(apic_read(APIC_TMICT), TICKS_FOREVER, "one-shot: the initial count reads back");
	check(apic_read(APIC_TMCCT) < TICKS_FOREVER, "one-shot: the current count falls");
	apic_write(APIC_TMICT, 0);
	check_eq(apic_read(APIC_TMCCT), 0, "one-shot: an initial count of 0 stops the timer");
	apic_write(APIC_TMICT, TICKS_1MS);
	check(irq_wait(VECTOR_TIMER, 1, WAIT_NS), "one-shot: the interrupt comes");
	check_eq(apic_read(APIC_TMCCT), 0, "one-shot: the current count stays at 0");
	check_eq(apic_read(APIC_TMICT), TICKS_1MS, "one-shot: the initial count stays");
	apic_eoi();
	check(!irq_wait(VECTOR_TIMER, 1, QUIET_NS), "one-shot: it comes once");
}

static void test_masked(void)
{
	timer_fresh(APIC_LVT_MASKED | LVT_ONE_SHOT | VECTOR_TIMER);
	apic_write(APIC_TMICT, TICKS_1MS);
	check(timer_runs_out(), "masked: the timer counts to 0");
	check_int(irq_take(), IRQ_NONE, "masked: no interrupt comes");
	check(!apic_bit(APIC_IRR, VECTOR_TIMER), "masked: nothing waits in IRR");
	apic_write(APIC_LVT_TIMER, LVT_ONE_SHOT | VECTOR_TIMER);
	check_int(irq_take(), IRQ_NONE, "masked: unmasking afterwards does not fire");
}

static void test_periodic(void)
{
	timer_fresh(APIC_LVT_PERIODIC | VECTOR_TIMER);
	irq_hook = eoi_hook;
	apic_write(APIC_TMICT, TICKS_1MS);
	check(irq_wait(VECTOR_TIMER, 5, WAIT_NS), "periodic: the interrupt comes again and again");
	check(apic_read(APIC_TMCCT) <= TICKS_1MS,
	      "periodic: the current count stays below the initial count");
	apic_write(APIC_TMICT, 0);
	irq_window();
	check(!irq_wait(VECTOR_TIMER, 1, QUIET_NS), "periodic: an initial count of 0 stops it");
	apic_write(APIC_LVT_TIMER, LVT_ONE_SHOT | VECTOR_TIMER);
	apic_write(APIC_TMICT, TICKS_FOREVER);
	apic_write(APIC_LVT_TIMER, APIC_LVT_PERIODIC | VECTOR_TIMER);
	check(apic_read(APIC_TMCCT) > 0, "a change from one-shot to periodic keeps the count");
	apic_write(APIC_LVT_TIMER, LVT_ONE_SHOT | VECTOR_TIMER);
	check(apic_read(APIC_TMCCT) > 0, "a change from periodic to one-shot keeps the count");
}

static void test_halt(void)
{
	u32 before = irq_total[VECTOR_TIMER];

	timer_fresh(LVT_ONE_SHOT | VECTOR_TIMER);
	apic_write(APIC_TMICT, TICKS_1MS);
	while (irq_total[VECTOR_TIMER] == before)
		irq_halt();
	check_eq(irq_total[VECTOR_TIMER] - before, 1, "the timer wakes a CPU that sleeps in HLT");
	apic_eoi();
}

/*
 * The count that passed, times the divisor, is the time that passed, in ticks of
 * the bus clock: 1 ns on KVM (KVM API, KVM_CAP_X86_APIC_BUS_CYCLES_NS).
 */
static bool divisor_holds(u32 tdcr, u64 divisor)
{
	u64 before_start, after_start, before_read, after_read, passed;

	apic_write(APIC_TMICT, 0);
	apic_write(APIC_TDCR, tdcr);
	before_start = time_ns();
	apic_write(APIC_TMICT, TICKS_FOREVER);
	after_start = time_ns();
	do
		before_read = time_ns();
	while (before_read < after_start + SPAN_NS);
	passed = TICKS_FOREVER - apic_read(APIC_TMCCT);
	after_read = time_ns();
	apic_write(APIC_TMICT, 0);
	return (passed + 1) * divisor >= before_read - after_start &&
	       (passed - 1) * divisor <= after_read - before_start;
}

static void test_divisors(void)
{
	static const struct {
		u32 tdcr;
		u32 divisor;
		const char *sentence;
	} rows[] = {
		{ 0x0b, 1, "divide by 1: the count agrees with the time" },
		{ 0x00, 2, "divide by 2: the count agrees with the time" },
		{ 0x01, 4, "divide by 4: the count agrees with the time" },
		{ 0x02, 8, "divide by 8: the count agrees with the time" },
		{ 0x03, 16, "divide by 16: the count agrees with the time" },
		{ 0x08, 32, "divide by 32: the count agrees with the time" },
		{ 0x09, 64, "divide by 64: the count agrees with the time" },
		{ 0x0a, 128, "divide by 128: the count agrees with the time" },
	};
	u32 i;

	timer_fresh(APIC_LVT_MASKED | LVT_ONE_SHOT | VECTOR_TIMER);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		check(divisor_holds(rows[i].tdcr, rows[i].divisor), rows[i].sentence);
	apic_write(APIC_TDCR, TDCR_DIVIDE_1);
}

static const char * const deadline_sentences[] = {
	"TSC-deadline: a deadline in the past fires at once",
	"TSC-deadline: it is disarmed after it fired",
	"TSC-deadline: it fires once",
	"TSC-deadline: a deadline to come fires",
	"TSC-deadline: not before its time",
	"TSC-deadline: a far deadline reads back",
	"TSC-deadline: writing 0 disarms",
	"TSC-deadline: the initial count is ignored",
	"TSC-deadline: the current count reads 0",
	"TSC-deadline: leaving the mode disarms",
	"TSC-deadline: in another mode a deadline is ignored",
};

static u64 deadline_read(void)
{
	u64 value = 0;

	msr_read(MSR_TSC_DEADLINE, &value);
	return value;
}

static void test_deadline_fires(const char * const *sentence)
{
	u64 deadline;

	timer_fresh(LVT_DEADLINE | VECTOR_TIMER);
	msr_write(MSR_TSC_DEADLINE, tsc_read() - 1000);
	check(irq_wait(VECTOR_TIMER, 1, WAIT_NS), sentence[0]);
	check_eq(deadline_read(), 0, sentence[1]);
	apic_eoi();
	check(!irq_wait(VECTOR_TIMER, 1, QUIET_NS), sentence[2]);
	deadline = tsc_read() + TICKS_1MS;
	msr_write(MSR_TSC_DEADLINE, deadline);
	check(irq_wait(VECTOR_TIMER, 1, WAIT_NS), sentence[3]);
	check(tsc_read() >= deadline, sentence[4]);
	apic_eoi();
}

static void test_deadline_arming(const char * const *sentence)
{
	u64 deadline = tsc_read() + TSC_FAR;

	timer_fresh(LVT_DEADLINE | VECTOR_TIMER);
	msr_write(MSR_TSC_DEADLINE, deadline);
	check_eq(deadline_read(), deadline, sentence[0]);
	msr_write(MSR_TSC_DEADLINE, 0);
	check_eq(deadline_read(), 0, sentence[1]);
	apic_write(APIC_TMICT, TICKS_1MS);
	check(!irq_wait(VECTOR_TIMER, 1, QUIET_NS), sentence[2]);
	check_eq(apic_read(APIC_TMCCT), 0, sentence[3]);
	msr_write(MSR_TSC_DEADLINE, deadline);
	apic_write(APIC_LVT_TIMER, LVT_ONE_SHOT | VECTOR_TIMER);
	check_eq(deadline_read(), 0, sentence[4]);
	msr_write(MSR_TSC_DEADLINE, tsc_read() + TICKS_1MS);
	check(!irq_wait(VECTOR_TIMER, 1, QUIET_NS), sentence[5]);
}

static void test_deadline(void)
{
	u32 eax, ebx, ecx, edx, i;

	cpuid(1, &eax, &ebx, &ecx, &edx);
	if (ecx & CPUID1_ECX_DEADLINE) {
		test_deadline_fires(deadline_sentences);
		test_deadline_arming(deadline_sentences + 5);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(deadline_sentences); i++)
		skip(deadline_sentences[i], "CPUID does not offer TSC-deadline");
}

static u32 esr_latch(void)
{
	apic_write(APIC_ESR, 0);
	return apic_read(APIC_ESR);
}

/* The count may be read as 0 a moment before the LVT has fired. */
static u32 esr_wait(void)
{
	u64 end = time_ns() + WAIT_NS;
	u32 esr;

	do {
		irq_window();
		esr = esr_latch();
	} while (!esr && time_ns() < end);
	return esr;
}

/* "Error Handling": what sets which bit, and the write that latches. */
static void test_illegal_vectors(void)
{
	apic_fresh();
	check_eq(apic_read(APIC_ESR), 0, "ESR rests at 0");
	apic_self(0x05);
	check_eq(apic_read(APIC_ESR), 0, "ESR shows a new error only after a write");
	check_eq(esr_latch(), ESR_SEND_ILLEGAL | ESR_RECEIVE_ILLEGAL,
		 "a self-IPI with vector 5 is sent and received illegal");
	check(!apic_bit(APIC_IRR, 0x05), "a vector below 16 sets no IRR bit");
	check_eq(esr_latch(), 0, "the next write clears ESR");
	apic_icr(5, 0x4005);
	check_eq(esr_latch(), ESR_SEND_ILLEGAL,
		 "an illegal vector to an absent CPU is only sent illegal");
	apic_write(APIC_LVT_TIMER, 0x0f);
	apic_write(APIC_TDCR, TDCR_DIVIDE_1);
	apic_write(APIC_TMICT, TICKS_1MS);
	check_eq(esr_wait(), ESR_RECEIVE_ILLEGAL,
		 "an LVT with vector 15 that fires is received illegal");
}

static void test_error_interrupt(void)
{
	apic_fresh();
	apic_write(APIC_LVT_ERROR, VECTOR_ERROR);
	apic_self(0x05);
	check_int(irq_take(), VECTOR_ERROR, "an error interrupts through LVT error");
	apic_eoi();
	apic_fresh();
	apic_write(APIC_LVT_ERROR, 0x0f);
	apic_self(0x05);
	check_int(irq_take(), IRQ_NONE, "LVT error with vector 15 does not interrupt, nor loop");
}

static void test_illegal_registers(void)
{
	u64 value;

	apic_fresh();
	if (x2apic) {
		check(!msr_read(0x804, &value), "a reserved register is an error");
		check(!msr_write(0x804, 0), "writing a reserved register is an error");
		msr_write(MSR_X2APIC(APIC_SELF_IPI), 0x05);
		check_eq(esr_latch(), ESR_SEND_ILLEGAL | ESR_RECEIVE_ILLEGAL,
			 "x2APIC: the self-IPI register records illegal vectors");
		return;
	}
	apic_read(0x040);
	check_eq(esr_latch(), ESR_REGISTER, "a reserved register is an error");
	apic_write(0x040, 0);
	check_eq(esr_latch(), ESR_REGISTER, "writing a reserved register is an error");
}

/**
 * test_errors() - the error status register
 */
void test_errors(void)
{
	test_illegal_vectors();
	test_error_interrupt();
	test_illegal_registers();
}

/**
 * test_timer() - the timer
 */
void test_timer(void)
{
	test_one_shot();
	test_masked();
	test_periodic();
	test_halt();
	test_divisors();
	test_deadline();
}
