// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts and INIT that come while an instruction is not over: the VMM or
 * the irqchip serves an access of it.
 */
#include <unistd.h>

#include "vm.h"

#define VECTOR		0x41
#define DB_VECTOR	1
#define PIN		20	/* of the IOAPIC only */
#define ROUNDS		20
#define PATIENCE	64	/* steps in which an interrupt must be seen */

#define MMIO		0x20fffu	/* the last byte of a page; no memory */

/* ---- single steps ---- */

/*
 * sti; pushf; pop %ax; or $0x100, %ax; push %ax; popf: RFLAGS.TF is set;
 * idle: out %al, $IDLE; jmp idle
 */
static const uint8_t stepping_out[] = {
	0xfb, 0x9c, 0x58, 0x0d, 0x00, 0x01, 0x50, 0x9d,
	0xe6, GUEST_PORT_IDLE, 0xeb, 0xfc,
};

/* The same with idle: in $IDLE, %al; jmp idle */
static const uint8_t stepping_in[] = {
	0xfb, 0x9c, 0x58, 0x0d, 0x00, 0x01, 0x50, 0x9d,
	0xe4, GUEST_PORT_IDLE, 0xeb, 0xfc,
};

/*
 * again: sti; mov $0x83f, %ecx; mov $VECTOR, %eax; xor %edx, %edx;
 * push $0x302; popf: sets TF; wrmsr: an IPI to itself; push $0x202; popf;
 * out %al, $IDLE; jmp again
 */
static const uint8_t stepping_self_ipi[] = {
	0xfb, 0x66, 0xb9, 0x3f, 0x08, 0x00, 0x00,
	0x66, 0xb8, VECTOR, 0x00, 0x00, 0x00, 0x66, 0x31, 0xd2,
	0x68, 0x02, 0x03, 0x9d, 0x0f, 0x30, 0x68, 0x02, 0x02, 0x9d,
	0xe6, GUEST_PORT_IDLE, 0xeb, 0xe2,
};

static void expect_vector_soon(struct guest *guest)
{
	unsigned int i;

	for (i = 0; i < PATIENCE; i++)
		if (guest_step(guest) == (GUEST_IRQ | VECTOR))
			return;
	test_fail(__FILE__, __LINE__, "the interrupt was lost");
}

static void expect_single_step(struct guest *guest)
{
	unsigned int i;

	for (i = 0; i < PATIENCE; i++)
		if (guest_step(guest) == (GUEST_IRQ | DB_VECTOR))
			return;
	test_fail(__FILE__, __LINE__, "the guest does not step");
}

static void expect_lines_survive(const uint8_t *code, size_t bytes)
{
	struct guest guest;
	unsigned int i;

	guest_create(&guest);
	rte_set(&guest.vm, PIN, VECTOR);
	guest_load(&guest, code, bytes);
	for (i = 0; i < ROUNDS; i++) {
		expect_single_step(&guest);
		while (guest_step(&guest) != GUEST_IDLE)
			;
		ASSERT_EQ(line_set(&guest.vm, PIN, 1), 1);
		line_set(&guest.vm, PIN, 0);
		expect_vector_soon(&guest);
	}
}

TEST(interrupt_amid_an_output_survives_its_single_step)
{
	expect_lines_survive(stepping_out, sizeof(stepping_out));
}

TEST(interrupt_amid_an_input_survives_its_single_step)
{
	expect_lines_survive(stepping_in, sizeof(stepping_in));
}

TEST(interrupt_by_an_msr_survives_its_single_step)
{
	struct guest guest;
	unsigned int i;

	guest_create(&guest);
	guest_load(&guest, stepping_self_ipi, sizeof(stepping_self_ipi));
	for (i = 0; i < ROUNDS; i++) {
		expect_single_step(&guest);
		expect_vector_soon(&guest);
	}
}

static void guest_debug(const struct guest *guest, uint32_t control)
{
	struct kvm_guest_debug debug = { .control = control };

	ASSERT_OK(ioctl(guest->vcpu, KVM_SET_GUEST_DEBUG, &debug));
}

TEST(interrupt_amid_an_output_survives_the_debuggers_step)
{
	struct guest guest;
	unsigned int i;

	guest_create(&guest);
	rte_set(&guest.vm, PIN, VECTOR);
	for (i = 0; i < ROUNDS; i++) {
		while (guest_step(&guest) != GUEST_IDLE)
			;
		guest_debug(&guest, KVM_GUESTDBG_ENABLE |
				    KVM_GUESTDBG_SINGLESTEP);
		ASSERT_EQ(line_set(&guest.vm, PIN, 1), 1);
		line_set(&guest.vm, PIN, 0);
		ASSERT_OK(ioctl(guest.vcpu, KVM_RUN, 0));
		ASSERT_EQ(guest.run->exit_reason, KVM_EXIT_DEBUG);
		guest_debug(&guest, 0);
		expect_vector_soon(&guest);
	}
}

/* ---- accesses in several parts ---- */

/* mov 0xfff, %ax: two bytes, in two pages; hlt */
static const uint8_t reads_two_pages[] = { 0xa1, 0xff, 0x0f, 0xf4 };

static void expect_read(const struct guest *guest, uint64_t gpa)
{
	ASSERT_OK(ioctl(guest->vcpu, KVM_RUN, 0));
	ASSERT_EQ(guest->run->exit_reason, KVM_EXIT_MMIO);
	ASSERT_EQ(guest->run->mmio.is_write, 0);
	ASSERT_EQ(guest->run->mmio.phys_addr, gpa);
	ASSERT_EQ(guest->run->mmio.len, 1);
}

/* The first part was handed out; the second is still to come. */
static void guest_begin_read(struct guest *guest)
{
	struct kvm_sregs sregs;

	guest_create(guest);
	guest_load(guest, reads_two_pages, sizeof(reads_two_pages));
	ASSERT_OK(ioctl(guest->vcpu, KVM_GET_SREGS, &sregs));
	sregs.ds.base = MMIO & ~0xfffu;
	sregs.ds.selector = sregs.ds.base >> 4;
	ASSERT_OK(ioctl(guest->vcpu, KVM_SET_SREGS, &sregs));
	expect_read(guest, MMIO);
	guest->run->mmio.data[0] = 0x34;
}

static uint64_t guest_rip(const struct guest *guest)
{
	return regs_get(guest->vcpu).rip;
}

TEST(init_waits_for_all_parts_of_an_access)
{
	struct guest guest;

	guest_begin_read(&guest);
	message_send(&guest, MSI_INIT);
	expect_read(&guest, MMIO + 1);
	guest.run->mmio.data[0] = 0x12;
	ASSERT_ERRNO(guest_run_nothing(&guest), EINTR);
	ASSERT_EQ(mp_state_get(guest.vcpu), KVM_MP_STATE_RUNNABLE);
	ASSERT_EQ(guest_rip(&guest), 0xfff0);
	/* Nothing of the instruction is left to be done to the new state. */
	ASSERT_ERRNO(guest_run_nothing(&guest), EINTR);
	ASSERT_EQ(guest_rip(&guest), 0xfff0);
}

TEST(immediate_exit_comes_after_all_parts_of_an_access)
{
	struct guest guest;
	uint64_t rip;

	guest_begin_read(&guest);
	rip = guest_rip(&guest);
	/* A vCPU that will not run has to end its instruction, too. */
	ASSERT_OK(mp_state_set(guest.vcpu, KVM_MP_STATE_HALTED));
	ASSERT_OK(guest_run_nothing(&guest));
	ASSERT_EQ(guest.run->exit_reason, KVM_EXIT_MMIO);
	ASSERT_EQ(guest.run->mmio.phys_addr, MMIO + 1);
	guest.run->mmio.data[0] = 0x12;
	ASSERT_ERRNO(guest_run_nothing(&guest), EINTR);
	ASSERT_EQ(guest_rip(&guest), rip + 3);
	ASSERT_EQ(regs_get(guest.vcpu).rax & 0xffff, 0x1234);
	ASSERT_EQ(mp_state_get(guest.vcpu), KVM_MP_STATE_HALTED);
}
