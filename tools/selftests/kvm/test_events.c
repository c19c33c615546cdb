// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands beside interrupts: NMI, SMI, SMM with INIT latched in it,
 * exceptions of a halted vCPU, a debugger, and registers in kvm_run.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "vm.h"

#define VECTOR		0x41
#define DB_VECTOR	1
#define PIN		20	/* of the IOAPIC only */

#define SMM_SLOT	0x10001u	/* in the address space of SMM */
#define SMBASE		0x30000u
#define SMM_ENTRY	0x8000u	/* behind SMBASE */
#define SMM_BYTES	0x10000u
#define RESET_PAGE	0xfffff000u
#define RESET_IP	0xfff0u
#define RESET_CS	0xf000

static struct kvm_vcpu_events events_get(const struct guest *guest)
{
	struct kvm_vcpu_events events;

	memset(&events, 0xaa, sizeof(events));
	ASSERT_OK(ioctl(guest->vcpu, KVM_GET_VCPU_EVENTS, &events));
	return events;
}

static int events_set(const struct guest *guest, struct kvm_vcpu_events *events)
{
	return ioctl(guest->vcpu, KVM_SET_VCPU_EVENTS, events);
}

static uint16_t guest_cs(const struct guest *guest)
{
	struct kvm_sregs sregs;

	ASSERT_OK(ioctl(guest->vcpu, KVM_GET_SREGS, &sregs));
	return sregs.cs.selector;
}

/* ---- memory for SMM and for the reset vector ---- */

/* out %al, $IDLE; out %al, $IDLE; rsm */
static const uint8_t smm_code[] = {
	0xe6, GUEST_PORT_IDLE, 0xe6, GUEST_PORT_IDLE, 0x0f, 0xaa,
};

/* idle: out %al, $IDLE; jmp idle */
static const uint8_t reset_code[] = { 0xe6, GUEST_PORT_IDLE, 0xeb, 0xfc };

static void add_memory(const struct guest *guest, uint32_t slot, uint64_t gpa,
		       size_t bytes, uint32_t at, const uint8_t *code, size_t n)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot, .guest_phys_addr = gpa, .memory_size = bytes,
	};
	uint8_t *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT(mem != MAP_FAILED);
	memcpy(mem + at, code, n);
	region.userspace_addr = (unsigned long)mem;
	ASSERT_OK(ioctl(guest->vm.fd, KVM_SET_USER_MEMORY_REGION, &region));
}

static void guest_create_with_smm(struct guest *guest)
{
	guest_create(guest);
	add_memory(guest, SMM_SLOT, SMBASE, SMM_BYTES, SMM_ENTRY, smm_code,
		   sizeof(smm_code));
	add_memory(guest, 2, RESET_PAGE, 0x1000, RESET_IP & 0xfff, reset_code,
		   sizeof(reset_code));
	/* Interrupts are enabled from here on. */
	ASSERT_EQ(guest_step(guest), GUEST_IDLE);
}

static bool guest_in_smm(const struct guest *guest)
{
	return guest->run->flags & KVM_RUN_X86_SMM;
}

static void guest_enter_smm(struct guest *guest)
{
	guest_create_with_smm(guest);
	ASSERT_OK(ioctl(guest->vcpu, KVM_SMI, 0));
	ASSERT_EQ(guest_step(guest), GUEST_IDLE);
	ASSERT(guest_in_smm(guest));
}

/* ---- INIT in SMM ---- */

TEST(init_in_smm_is_latched_until_rsm)
{
	struct kvm_vcpu_events events;
	struct guest guest;

	guest_enter_smm(&guest);
	message_send(&guest, MSI_INIT);
	ASSERT_EQ(mp_state_get(guest.vcpu), KVM_MP_STATE_RUNNABLE);
	events = events_get(&guest);
	ASSERT_EQ(events.smi.smm, 1);
	ASSERT_EQ(events.smi.latched_init, 1);
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	ASSERT(guest_in_smm(&guest));
	ASSERT(guest_cs(&guest) != RESET_CS);

	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	ASSERT(!guest_in_smm(&guest));
	ASSERT_EQ(guest_cs(&guest), RESET_CS);
	ASSERT_EQ(events_get(&guest).smi.latched_init, 0);
}

TEST(init_that_was_latched_is_saved_and_loaded)
{
	struct kvm_vcpu_events events;
	struct guest guest;

	guest_enter_smm(&guest);
	events = events_get(&guest);
	ASSERT_EQ(events.smi.latched_init, 0);
	events.smi.latched_init = 1;
	ASSERT_OK(events_set(&guest, &events));
	ASSERT_EQ(events_get(&guest).smi.latched_init, 1);
	/* A state without one takes it away. */
	events.smi.latched_init = 0;
	ASSERT_OK(events_set(&guest, &events));
	ASSERT_EQ(events_get(&guest).smi.latched_init, 0);
	events.smi.latched_init = 1;
	ASSERT_OK(events_set(&guest, &events));

	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	ASSERT(guest_in_smm(&guest));
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	ASSERT_EQ(guest_cs(&guest), RESET_CS);
}

TEST(smm_excludes_waiting_for_sipi)
{
	struct kvm_vcpu_events events;
	struct guest guest;

	if (lapic_is_stock() && !kernel_before(7, 2))
		test_skip("later kernels hold any MP state together with SMM");
	guest_enter_smm(&guest);
	ASSERT_ERRNO(mp_state_set(guest.vcpu, KVM_MP_STATE_INIT_RECEIVED), EINVAL);
	ASSERT_ERRNO(mp_state_set(guest.vcpu, KVM_MP_STATE_SIPI_RECEIVED), EINVAL);
	events = events_get(&guest);
	events.smi.smm = 0;
	ASSERT_OK(events_set(&guest, &events));
	ASSERT_OK(mp_state_set(guest.vcpu, KVM_MP_STATE_INIT_RECEIVED));
	events.smi.smm = 1;
	ASSERT_ERRNO(events_set(&guest, &events), EINVAL);
}

/* ---- events that were loaded or accepted ---- */

static void guest_halt(struct guest *guest)
{
	flags_set(guest->vcpu, FLAGS_NO_IF);
	ASSERT_OK(mp_state_set(guest->vcpu, KVM_MP_STATE_HALTED));
}

TEST(loaded_nmi_ends_a_halt)
{
	struct kvm_vcpu_events events;
	struct guest guest;

	guest_create(&guest);
	guest_halt(&guest);
	events = events_get(&guest);
	events.nmi.pending = 1;
	events.flags = KVM_VCPUEVENT_VALID_NMI_PENDING;
	ASSERT_OK(events_set(&guest, &events));
	ASSERT_EQ(guest_step(&guest), GUEST_IRQ | NMI_VECTOR);
	ASSERT_EQ(mp_state_get(guest.vcpu), KVM_MP_STATE_RUNNABLE);
}

TEST(loaded_smi_ends_a_halt)
{
	struct kvm_vcpu_events events;
	struct guest guest;

	guest_create_with_smm(&guest);
	guest_run_nothing(&guest);
	guest_halt(&guest);
	events = events_get(&guest);
	events.smi.pending = 1;
	events.flags = KVM_VCPUEVENT_VALID_SMM;
	ASSERT_OK(events_set(&guest, &events));
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	ASSERT(guest_in_smm(&guest));
}

TEST(nmi_of_the_local_apic_is_saved)
{
	struct guest guest;

	guest_create(&guest);
	message_send(&guest, MSI_NMI);
	ASSERT_EQ(events_get(&guest).nmi.pending, 1);
	ASSERT_EQ(guest_step(&guest), GUEST_IRQ | NMI_VECTOR);
}

/* push $0x102; popf: TF without IF; hlt; hlt */
static const uint8_t steps_hlt[] = { 0x68, 0x02, 0x01, 0x9d, 0xf4, 0xf4 };

TEST(single_step_ends_a_halt)
{
	struct guest guest;

	guest_create(&guest);
	guest_load(&guest, steps_hlt, sizeof(steps_hlt));
	ASSERT_EQ(guest_step(&guest), GUEST_IRQ | DB_VECTOR);
}

/* ---- a debugger ---- */

static void guest_debug(const struct guest *guest, uint32_t control)
{
	struct kvm_guest_debug debug = { .control = control };

	ASSERT_OK(ioctl(guest->vcpu, KVM_SET_GUEST_DEBUG, &debug));
}

TEST(debugger_holds_interrupts_back)
{
	struct guest guest;

	guest_create(&guest);
	rte_set(&guest.vm, PIN, VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	guest_debug(&guest, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_BLOCKIRQ);
	ASSERT_EQ(line_set(&guest.vm, PIN, 1), 1);
	ASSERT_EQ(guest_next(&guest), GUEST_IDLE);
	ASSERT(lapic_pending(guest.vcpu, VECTOR));
	/* Without ENABLE it asks for nothing. */
	guest_debug(&guest, KVM_GUESTDBG_BLOCKIRQ);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
}

TEST(exception_of_the_debugger_loses_no_interrupt)
{
	struct guest guest;

	guest_create(&guest);
	rte_set(&guest.vm, PIN, VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	/* Between two instructions: nothing keeps an interrupt from coming. */
	ASSERT_ERRNO(guest_run_nothing(&guest), EINTR);
	ASSERT_EQ(line_set(&guest.vm, PIN, 1), 1);
	guest_debug(&guest, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_INJECT_DB);
	ASSERT_EQ(guest_step(&guest), GUEST_IRQ | DB_VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	guest_debug(&guest, 0);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
}

/* sti; hlt; hlt */
static const uint8_t halts[] = { 0xfb, 0xf4, 0xf4 };

TEST(debugger_steps_over_a_halt)
{
	struct kvm_regs regs;
	struct guest guest;

	guest_create(&guest);
	guest_load(&guest, halts, sizeof(halts));
	regs = regs_get(guest.vcpu);
	guest_debug(&guest, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP);
	do {
		ASSERT_OK(ioctl(guest.vcpu, KVM_RUN, 0));
		ASSERT_EQ(guest.run->exit_reason, KVM_EXIT_DEBUG);
	} while (guest.run->debug.arch.pc < regs.rip + 2);
	ASSERT_EQ(guest.run->debug.arch.pc, regs.rip + 2);
	ASSERT_EQ(guest.run->debug.arch.exception, DB_VECTOR);
	ASSERT_EQ(mp_state_get(guest.vcpu), KVM_MP_STATE_HALTED);
}

/* ---- registers in kvm_run ---- */

TEST(task_priority_in_kvm_run_reaches_the_local_apic)
{
	struct kvm_lapic_state lapic;
	struct guest guest;

	guest_create(&guest);
	guest.run->kvm_valid_regs = KVM_SYNC_X86_SREGS;
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	ASSERT_EQ(guest.run->s.regs.sregs.cr8, 0);
	guest.run->s.regs.sregs.cr8 = 5;
	guest.run->kvm_dirty_regs = KVM_SYNC_X86_SREGS;
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	ASSERT_EQ(guest.run->s.regs.sregs.cr8, 5);
	lapic = lapic_get(guest.vcpu);
	ASSERT_EQ(lapic_reg(&lapic, LAPIC_TPR), 0x50);
	/* cr8 itself is no input where the irqchip is the kernel's. */
	guest.run->cr8 = 7;
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	ASSERT_EQ(guest.run->cr8, 5);
	guest.run->cr8 = 7;
	ASSERT_ERRNO(guest_run_nothing(&guest), EINTR);
	ASSERT_EQ(guest.run->cr8, 5);
}

TEST(nmi_in_kvm_run_ends_a_halt)
{
	struct guest guest;

	guest_create(&guest);
	guest_halt(&guest);
	guest.run->s.regs.events = events_get(&guest);
	guest.run->s.regs.events.nmi.pending = 1;
	guest.run->kvm_dirty_regs = KVM_SYNC_X86_EVENTS;
	ASSERT_EQ(guest_step(&guest), GUEST_IRQ | NMI_VECTOR);
	ASSERT_EQ(guest.run->kvm_dirty_regs, 0);
}

TEST(latched_init_in_kvm_run_is_seen_and_taken)
{
	struct guest guest;

	guest_enter_smm(&guest);
	guest.run->kvm_valid_regs = KVM_SYNC_X86_EVENTS;
	message_send(&guest, MSI_INIT);
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	ASSERT_EQ(guest.run->s.regs.events.smi.latched_init, 1);
	guest.run->s.regs.events.smi.latched_init = 0;
	guest.run->kvm_dirty_regs = KVM_SYNC_X86_EVENTS;
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	ASSERT(!guest_in_smm(&guest));
	ASSERT(guest_cs(&guest) != RESET_CS);
	ASSERT_EQ(guest.run->s.regs.events.smi.latched_init, 0);
}
