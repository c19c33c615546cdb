// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the CPU and its local APIC share: CR8, time that passes in the guest, and
 * the registers after INIT and SIPI.
 */
#include "vm.h"

#define VECTOR		0x41
#define OTHER_VECTOR	0x51
#define ROUNDS		20
#define NR_CR8		16u

/* ---- a guest in 64-bit mode, without which there is no CR8 ---- */

#define PML4		0x9000u
#define PDPT		0xa000u
#define PD		0xb000u
#define TABLES		0xc000u	/* one page: the IDT, the GDT and the handlers */
#define GDT		(TABLES + 0x800)
#define HANDLER		(TABLES + 0x900)
#define OTHER_HANDLER	(TABLES + 0x980)

#define PTE_TABLE	0x03ull	/* present, writable */
#define PTE_PAGE	0x83ull	/* the same, a page of 2 MiB */
#define GATE64		0x8e00u
#define CODE64		0x08
#define DATA		0x10
#define GDT_CODE64	0x00af9a000000ffffull
#define GDT_DATA	0x00cf92000000ffffull

#define CR0_PE_PG	0x80000001ull
#define CR4_PAE		0x20ull
#define EFER_LMA_LME	0x500ull

#define PORT_IRQ	0xe0
#define PORT_EOI	0xe1

/*
 * mov (%rsp), %rbx: where it interrupted; mov $VECTOR, %al; out %al, $PORT_IRQ;
 * mov $0x80b, %ecx; xor %eax, %eax; xor %edx, %edx; wrmsr: EOI;
 * out %al, $PORT_EOI; iretq
 */
static const uint8_t handler[] = {
	0x48, 0x8b, 0x1c, 0x24, 0xb0, VECTOR, 0xe6, PORT_IRQ,
	0xb9, 0x0b, 0x08, 0x00, 0x00, 0x31, 0xc0, 0x31, 0xd2, 0x0f, 0x30,
	0xe6, PORT_EOI, 0x48, 0xcf,
};

/*
 * mov $OTHER_VECTOR, %al; out %al, $PORT_IRQ; mov $5, %eax; mov %rax, %cr8;
 * mov $0x83f, %ecx; mov $VECTOR, %eax; xor %edx, %edx; wrmsr: an IPI to itself;
 * out %al, $IDLE; xor %eax, %eax; mov %rax, %cr8; out %al, $IDLE;
 * mov $0x80b, %ecx; wrmsr: EOI; out %al, $PORT_EOI; iretq
 */
static const uint8_t other_handler[] = {
	0xb0, OTHER_VECTOR, 0xe6, PORT_IRQ,
	0xb8, 0x05, 0x00, 0x00, 0x00, 0x44, 0x0f, 0x22, 0xc0,
	0xb9, 0x3f, 0x08, 0x00, 0x00, 0xb8, VECTOR, 0x00, 0x00, 0x00,
	0x31, 0xd2, 0x0f, 0x30, 0xe6, GUEST_PORT_IDLE,
	0x31, 0xc0, 0x44, 0x0f, 0x22, 0xc0, 0xe6, GUEST_PORT_IDLE,
	0xb9, 0x0b, 0x08, 0x00, 0x00, 0x0f, 0x30, 0xe6, PORT_EOI, 0x48, 0xcf,
};

static void put_u64(struct guest *guest, uint32_t at, uint64_t val)
{
	memcpy(guest->mem + at, &val, sizeof(val));
}

static void put_gate(struct guest *guest, uint8_t vector, uint16_t to)
{
	put_u64(guest, TABLES + vector * 16u,
		to | CODE64 << 16 | (uint64_t)GATE64 << 32);
}

static void write_tables(struct guest *guest)
{
	put_u64(guest, PML4, PDPT | PTE_TABLE);
	put_u64(guest, PDPT, PD | PTE_TABLE);
	put_u64(guest, PD, PTE_PAGE);
	put_u64(guest, GDT + CODE64, GDT_CODE64);
	put_u64(guest, GDT + DATA, GDT_DATA);
	put_gate(guest, VECTOR, HANDLER);
	put_gate(guest, OTHER_VECTOR, OTHER_HANDLER);
	memcpy(guest->mem + HANDLER, handler, sizeof(handler));
	memcpy(guest->mem + OTHER_HANDLER, other_handler,
	       sizeof(other_handler));
}

static struct kvm_segment flat_segment(uint16_t selector, uint8_t type)
{
	return (struct kvm_segment){
		.limit = 0xffffffff, .selector = selector, .type = type,
		.present = 1, .s = 1, .g = 1,
		.l = selector == CODE64, .db = selector != CODE64,
	};
}

static void enter_64bit(const struct guest *guest)
{
	struct kvm_sregs s;

	ASSERT_OK(ioctl(guest->vcpu, KVM_GET_SREGS, &s));
	s.cr0 |= CR0_PE_PG;
	s.cr3 = PML4;
	s.cr4 |= CR4_PAE;
	s.efer |= EFER_LMA_LME;
	s.cs = flat_segment(CODE64, 11);
	s.ds = flat_segment(DATA, 3);
	s.es = s.ds;
	s.fs = s.ds;
	s.gs = s.ds;
	s.ss = s.ds;
	s.gdt = (struct kvm_dtable){ .base = GDT, .limit = 3 * 8 - 1 };
	s.idt = (struct kvm_dtable){ .base = TABLES, .limit = 0x7ff };
	ASSERT_OK(ioctl(guest->vcpu, KVM_SET_SREGS, &s));
}

static void guest_create_64bit(struct guest *guest, const uint8_t *code,
			       size_t bytes)
{
	guest_create(guest);
	write_tables(guest);
	enter_64bit(guest);
	guest_load(guest, code, bytes);
}

static uint32_t guest_tpr(const struct guest *guest)
{
	struct kvm_lapic_state lapic = lapic_get(guest->vcpu);

	return lapic_reg(&lapic, LAPIC_TPR);
}

/* ---- CR8 ---- */

/*
 * xor %edi, %edi; again: mov %rdi, %cr8; mov %cr8, %rbx; mov $0x808, %ecx;
 * rdmsr: TPR; out %al, $IDLE; inc %edi; and $15, %edi; jmp again
 */
static const uint8_t writes_cr8[] = {
	0x31, 0xff, 0x44, 0x0f, 0x22, 0xc7, 0x44, 0x0f, 0x20, 0xc3,
	0xb9, 0x08, 0x08, 0x00, 0x00, 0x0f, 0x32, 0xe6, GUEST_PORT_IDLE,
	0xff, 0xc7, 0x83, 0xe7, 0x0f, 0xeb, 0xe8,
};

/* Upwards and, from 15 to 0, down: only the latter may leave the guest. */
TEST(cr8_and_the_task_priority_are_one)
{
	struct guest guest;
	struct kvm_regs regs;
	unsigned int i, cr8;

	guest_create_64bit(&guest, writes_cr8, sizeof(writes_cr8));
	for (i = 0; i < 2 * NR_CR8; i++) {
		cr8 = i % NR_CR8;
		ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
		regs = regs_get(guest.vcpu);
		ASSERT_EQ(regs.rbx, cr8);
		ASSERT_EQ(regs.rax, cr8 << 4);
		ASSERT_EQ(guest.run->cr8, cr8);
		ASSERT_EQ(guest_tpr(&guest), cr8 << 4);
	}
}

/*
 * mov $0x35, %eax; xor %edx, %edx; mov $0x808, %ecx; wrmsr: TPR;
 * mov %cr8, %rbx; rdmsr; out %al, $IDLE
 */
static const uint8_t writes_tpr[] = {
	0xb8, 0x35, 0x00, 0x00, 0x00, 0x31, 0xd2, 0xb9, 0x08, 0x08, 0x00, 0x00,
	0x0f, 0x30, 0x44, 0x0f, 0x20, 0xc3, 0x0f, 0x32, 0xe6, GUEST_PORT_IDLE,
};

TEST(cr8_shows_the_upper_half_of_the_task_priority)
{
	struct guest guest;
	unsigned int tpr = 0x35;

	if (!cpu_is_intels())
		tpr = EITHER_LAPIC(tpr, 0x30, "on AMD it takes TPR from CR8 at each exit");
	guest_create_64bit(&guest, writes_tpr, sizeof(writes_tpr));
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	ASSERT_EQ(regs_get(guest.vcpu).rbx, 3);
	ASSERT_EQ(regs_get(guest.vcpu).rax, tpr);
	ASSERT_EQ(guest_tpr(&guest), tpr);
}

/*
 * push %rax; pop %rax; mov TABLES, %al: both pages are mapped;
 * again: mov $5, %eax; mov %rax, %cr8; sti; mov $0x83f, %ecx;
 * mov $VECTOR, %eax; xor %edx, %edx; wrmsr: an IPI to itself;
 * out %al, $IDLE; xor %eax, %eax; mov %rax, %cr8;
 * lowered: out %al, $IDLE; jmp again
 */
static const uint8_t holds_by_cr8[] = {
	0x50, 0x58, 0x8a, 0x04, 0x25, 0x00, TABLES >> 8, 0x00, 0x00,
	0xb8, 0x05, 0x00, 0x00, 0x00, 0x44, 0x0f, 0x22, 0xc0, 0xfb,
	0xb9, 0x3f, 0x08, 0x00, 0x00, 0xb8, VECTOR, 0x00, 0x00, 0x00,
	0x31, 0xd2, 0x0f, 0x30, 0xe6, GUEST_PORT_IDLE,
	0x31, 0xc0, 0x44, 0x0f, 0x22, 0xc0,
	0xe6, GUEST_PORT_IDLE, 0xeb, 0xdc,
};

#define LOWERED		(GUEST_CODE + 41)

TEST(interrupt_held_by_cr8_arrives_as_soon_as_it_is_lowered)
{
	struct guest guest;
	unsigned int i;

	guest_create_64bit(&guest, holds_by_cr8, sizeof(holds_by_cr8));
	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
		ASSERT(lapic_pending(guest.vcpu, VECTOR));
		ASSERT_EQ(guest_step(&guest), GUEST_IRQ | VECTOR);
		ASSERT_EQ(regs_get(guest.vcpu).rbx, LOWERED);
		ASSERT_EQ(guest_step(&guest), GUEST_EOI);
		ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	}
}

/*
 * push %rax; pop %rax; mov TABLES, %al; again: sti; mov $0x83f, %ecx;
 * mov $OTHER_VECTOR, %eax; xor %edx, %edx; wrmsr: an IPI to itself;
 * out %al, $IDLE; jmp again
 */
static const uint8_t sends_other[] = {
	0x50, 0x58, 0x8a, 0x04, 0x25, 0x00, TABLES >> 8, 0x00, 0x00,
	0xfb, 0xb9, 0x3f, 0x08, 0x00, 0x00, 0xb8, OTHER_VECTOR, 0x00, 0x00, 0x00,
	0x31, 0xd2, 0x0f, 0x30, 0xe6, GUEST_PORT_IDLE, 0xeb, 0xed,
};

TEST(lowering_cr8_in_a_handler_leaves_what_is_in_service_in_force)
{
	static const unsigned int events[] = {
		GUEST_IRQ | OTHER_VECTOR,
		GUEST_IDLE,	/* both hold the lower vector back */
		GUEST_IDLE,	/* CR8 does so no more */
		GUEST_EOI,
		GUEST_IRQ | VECTOR,
		GUEST_EOI,
		GUEST_IDLE,
	};
	struct guest guest;
	unsigned int i;

	if (lapic_is_stock() && cpu_is_intels())
		test_skip("KVM without APICv was seen to loop or shut down");
	guest_create_64bit(&guest, sends_other, sizeof(sends_other));
	for (i = 0; i < ROUNDS * ARRAY_SIZE(events); i++)
		ASSERT_EQ(guest_step(&guest), events[i % ARRAY_SIZE(events)]);
}

/* ---- time ---- */

/*
 * push %ax; pop %ax; mov 0x104, %ax: the pages of stack and vectors are mapped;
 * xor %edx, %edx; mov $0x83e, %ecx; mov $0xb, %eax; wrmsr: divide by 1;
 * mov $0x832, %ecx; mov $VECTOR, %eax; wrmsr: one-shot;
 * mov $0x838, %ecx; mov $0x186a0, %eax; wrmsr: initial count; sti; jmp .
 */
static const uint8_t spins[] = {
	0x50, 0x58, 0xa1, 0x04, 0x01, 0x66, 0x31, 0xd2,
	0x66, 0xb9, 0x3e, 0x08, 0x00, 0x00, 0x66, 0xb8, 0x0b, 0x00, 0x00, 0x00,
	0x0f, 0x30,
	0x66, 0xb9, 0x32, 0x08, 0x00, 0x00, 0x66, 0xb8, VECTOR, 0x00, 0x00, 0x00,
	0x0f, 0x30,
	0x66, 0xb9, 0x38, 0x08, 0x00, 0x00, 0x66, 0xb8, 0xa0, 0x86, 0x01, 0x00,
	0x0f, 0x30, 0xfb, 0xeb, 0xfe,
};

TEST(timer_interrupts_a_guest_that_makes_no_exits)
{
	struct guest guest;
	unsigned int i;

	guest_create(&guest);
	for (i = 0; i < ROUNDS; i++) {
		guest_load(&guest, spins, sizeof(spins));
		ASSERT_EQ(guest_step(&guest), GUEST_IRQ | VECTOR);
		ASSERT_EQ(guest_step(&guest), GUEST_EOI);
		/* The port's instruction ends before the registers are set. */
		ASSERT_ERRNO(guest_run_nothing(&guest), EINTR);
	}
}

/* ---- INIT and SIPI ---- */

#define START_PAGE	0x5
#define GSI		40

/*
 * mov $1, %edx: to CPU 1; mov $0x830, %ecx: ICR; mov $0x4500, %eax; wrmsr: INIT;
 * mov $0x4600 + START_PAGE, %eax; wrmsr: SIPI; out %al, $IDLE
 */
static const uint8_t sends_init_sipi[] = {
	0x66, 0xba, 0x01, 0x00, 0x00, 0x00, 0x66, 0xb9, 0x30, 0x08, 0x00, 0x00,
	0x66, 0xb8, 0x00, 0x45, 0x00, 0x00, 0x0f, 0x30,
	0x66, 0xb8, START_PAGE, 0x46, 0x00, 0x00, 0x0f, 0x30,
	0xe6, GUEST_PORT_IDLE,
};

/* mov %cs, %ax; mov %ax, %ds; mov 0, %bx: its own first bytes; out %al, $IDLE */
static const uint8_t starts[] = {
	0x8c, 0xc8, 0x8e, 0xd8, 0x8b, 0x1e, 0x00, 0x00, 0xe6, GUEST_PORT_IDLE,
};

static void expect_real_segment(const struct kvm_segment *seg, uint16_t selector)
{
	ASSERT_EQ(seg->selector, selector);
	ASSERT_EQ(seg->base, selector << 4);
	ASSERT_EQ(seg->limit, 0xffff);
	ASSERT_EQ(seg->present, 1);
	ASSERT_EQ(seg->unusable, 0);
}

static void expect_real_mode(const struct guest *guest, uint16_t cs)
{
	struct kvm_sregs s;

	ASSERT_OK(ioctl(guest->vcpu, KVM_GET_SREGS, &s));
	ASSERT_EQ(s.cr0 & CR0_PE_PG, 0);
	ASSERT_EQ(s.cr3, 0);
	ASSERT_EQ(s.cr4, 0);
	ASSERT_EQ(s.efer, 0);
	ASSERT_EQ(s.idt.base, 0);
	expect_real_segment(&s.cs, cs);
	expect_real_segment(&s.ds, 0);
	expect_real_segment(&s.es, 0);
	expect_real_segment(&s.fs, 0);
	expect_real_segment(&s.gs, 0);
	expect_real_segment(&s.ss, 0);
}

/* Two vCPUs, of which the second is amid a program in 64-bit mode. */
static void create_two(struct guest *boot, struct guest *second)
{
	guest_create(boot);
	write_tables(boot);
	memcpy(boot->mem + START_PAGE * 0x1000, starts, sizeof(starts));
	*second = *boot;
	guest_add_vcpu(second, 1);
	/* KVM finds a new vCPU when its local APIC was loaded. */
	lapic_enable(second->vcpu);
	enter_64bit(second);
}

static void expect_start(struct guest *second)
{
	/* What was sent takes effect; nothing of it has run. */
	ASSERT_EQ(mp_state_get(second->vcpu), KVM_MP_STATE_RUNNABLE);
	expect_real_mode(second, START_PAGE << 8);
	ASSERT_EQ(regs_get(second->vcpu).rip, 0);
	ASSERT_EQ(regs_get(second->vcpu).rflags, FLAGS_NO_IF);
	ASSERT_EQ(guest_step(second), GUEST_IDLE);
	ASSERT_EQ(regs_get(second->vcpu).rbx, 0xc88c);
}

/* Whatever it did before. Intel's CPUs enter no guest whose bases are others. */
TEST(sipi_starts_a_cpu_of_any_mode_in_real_mode)
{
	struct guest boot, second;

	create_two(&boot, &second);
	guest_load(&boot, sends_init_sipi, sizeof(sends_init_sipi));
	ASSERT_EQ(guest_step(&boot), GUEST_IDLE);
	expect_start(&second);
}

static int message_to_second(const struct guest *guest, uint32_t data)
{
	struct kvm_msi msi = {
		.address_lo = MSI_ADDRESS | 1 << 12, .data = data,
	};

	return ioctl(guest->vm.fd, KVM_SIGNAL_MSI, &msi);
}

TEST(sipi_may_be_a_message)
{
	struct guest boot, second;

	create_two(&boot, &second);
	ASSERT_EQ(message_to_second(&boot, MSI_INIT), 1);
	ASSERT_EQ(message_to_second(&boot, MSI_SIPI | START_PAGE), 1);
	expect_start(&second);
}

TEST(sipi_may_be_an_event)
{
	struct kvm_irq_routing_entry entry = route_msi(GSI, START_PAGE);
	struct guest boot, second;
	int fd = eventfd_new();

	create_two(&boot, &second);
	entry.u.msi.address_lo |= 1 << 12;
	entry.u.msi.data |= MSI_SIPI;
	routes_set(&boot.vm, &entry, 1);
	ASSERT_OK(irqfd_assign(&boot.vm, fd, GSI));
	ASSERT_EQ(message_to_second(&boot, MSI_INIT), 1);
	eventfd_signal(fd);
	expect_start(&second);
}
