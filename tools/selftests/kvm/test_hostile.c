// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMMs and guests that do what no good one does. Most of this has crashed or
 * fooled a hypervisor once: Documentation/bugs.rst has which.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "vm.h"

#define VECTOR		0x41
#define OTHER_VECTOR	0x51
#define DEST(id)	((uint64_t)(id) << 56)
#define IOAPIC_WINDOW	0xfec00000u

/* The vCPU's LAPIC takes an interrupt, and this one reaches it. */
static void expect_message_works(const struct vm *vm, int vcpu)
{
	struct kvm_msi msi = { .address_lo = MSI_ADDRESS, .data = VECTOR };

	ASSERT_EQ(ioctl(vm->fd, KVM_SIGNAL_MSI, &msi), 1);
	ASSERT(lapic_pending(vcpu, VECTOR));
}

/* ---- creation that fails half way ---- */

#define MAX_FDS		64
#define NEW_ID		5

/* From here on the highest is the only one that a close() would give back. */
static void descriptors_use_up(void)
{
	struct rlimit limit = { .rlim_cur = MAX_FDS, .rlim_max = MAX_FDS };

	ASSERT_OK(setrlimit(RLIMIT_NOFILE, &limit));
	while (dup(STDOUT_FILENO) >= 0)
		;
	ASSERT_EQ(errno, EMFILE);
}

/* KVM takes one, and we one more. */
TEST(vcpu_that_finds_no_descriptor_leaves_nothing_behind)
{
	unsigned int i, needs = EITHER(2, 1, "the vCPU's own descriptor alone");
	struct vm vm = vm_with_irqchip();
	int vcpu;

	descriptors_use_up();
	for (i = 0; i < needs; i++) {
		ASSERT_ERRNO(ioctl(vm.fd, KVM_CREATE_VCPU, NEW_ID), EMFILE);
		ASSERT_OK(close(MAX_FDS - 1 - i));
	}
	/* Its id is free, its APIC id has no ghost. */
	vcpu = vcpu_create(&vm, NEW_ID);
	lapic_enable(vcpu);
	ASSERT_OK(ioctl(vcpu, KVM_GET_MP_STATE, &(struct kvm_mp_state){ }));
}

TEST(vm_that_finds_no_descriptor_is_refused)
{
	struct vm vm = vm_create();

	descriptors_use_up();
	ASSERT_ERRNO(ioctl(vm.dev, KVM_CREATE_VM, 0), EMFILE);
	ASSERT_OK(close(MAX_FDS - 1));
	ASSERT_EQ(ioctl(vm.dev, KVM_CREATE_VM, 0), MAX_FDS - 1);
	ASSERT_OK(ioctl(MAX_FDS - 1, KVM_CREATE_IRQCHIP, 0));
}

/* ---- large ids ---- */

TEST(message_reaches_the_highest_vcpu_id)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_X2APIC_API,
		.args = { KVM_X2APIC_API_USE_32BIT_IDS },
	};
	struct vm vm = vm_create();
	struct kvm_sregs sregs;
	uint32_t id;
	int vcpu;

	id = ioctl(vm.dev, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPU_ID) - 1;
	ASSERT_OK(ioctl(vm.fd, KVM_ENABLE_CAP, &cap));
	ASSERT_OK(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0));
	vcpu = vcpu_create(&vm, id);
	vcpu_set_cpuid(&vm, vcpu);
	ASSERT_OK(ioctl(vcpu, KVM_GET_SREGS, &sregs));
	sregs.apic_base |= 0xc00;
	ASSERT_OK(ioctl(vcpu, KVM_SET_SREGS, &sregs));
	lapic_enable(vcpu);
	ASSERT_EQ(ioctl(vm.fd, KVM_SIGNAL_MSI, (&(struct kvm_msi){
		.address_lo = MSI_ADDRESS | (id & 0xff) << 12,
		.address_hi = id & ~0xffu, .data = VECTOR })), 1);
	ASSERT(lapic_pending(vcpu, VECTOR));
	/* One more is nobody, not a neighbour in memory. */
	ASSERT_EQ(ioctl(vm.fd, KVM_SIGNAL_MSI, (&(struct kvm_msi){
		.address_lo = MSI_ADDRESS | ((id + 1) & 0xff) << 12,
		.address_hi = (id + 1) & ~0xffu, .data = VECTOR })), 0);
}

/* ---- pins that lead to nobody, or elsewhere ---- */

#define RTC_PIN		8
#define TIMER_PIN	0	/* as KVM wires it */

TEST(rtc_line_to_nobody_does_no_harm)
{
	struct vm vm;
	int i, vcpu;

	vm = vm_with_vcpu(&vcpu);
	for (i = 0; i < 2; i++) {
		rte_set(&vm, RTC_PIN, VECTOR | DEST(0x55) | (i ? RTE_LEVEL : 0));
		line_set(&vm, RTC_PIN, 1);
		line_set(&vm, RTC_PIN, 0);
		line_set(&vm, RTC_PIN, 1);
		line_set(&vm, RTC_PIN, 0);
	}
	ASSERT(!lapic_pending(vcpu, VECTOR));
	rte_set(&vm, RTC_PIN, OTHER_VECTOR);
	line_set(&vm, RTC_PIN, 1);
	ASSERT(lapic_pending(vcpu, OTHER_VECTOR));
	ASSERT(!lapic_pending(vcpu, VECTOR));
}

TEST(timer_line_goes_to_the_cpu_that_its_rte_names)
{
	struct vm vm;
	int boot, other;

	vm = vm_with_vcpu(&boot);
	other = vcpu_create(&vm, 1);
	lapic_enable(other);
	rte_set(&vm, TIMER_PIN, VECTOR | DEST(1));
	line_set(&vm, 0, 1);
	ASSERT(lapic_pending(other, VECTOR));
	ASSERT(!lapic_pending(boot, VECTOR));
}

/* ---- MSRs ---- */

#define X2APIC_FIRST	0x800u
#define X2APIC_LAST	0xbffu
#define HV_SINT0	0x40000090u
#define HV_STIMER0	0x400000b0u

static bool x2apic_is_readable(uint32_t msr)
{
	uint32_t reg = msr - X2APIC_FIRST;

	switch (reg) {
	case 0x02: case 0x03: case 0x08: case 0x0a: case 0x0d: case 0x0f:
	case 0x10 ... 0x28:	/* ISR, TMR, IRR, ESR */
	case 0x30:
	case 0x32 ... 0x39:
	case 0x3e:
		return true;
	default:
		return false;
	}
}

/* Returns how many were taken: 0 or 1. */
static int msr_call(int vcpu, unsigned long call, uint32_t index, uint64_t data)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msr = {
		.head.nmsrs = 1,
		.entry = { .index = index, .data = data },
	};

	return ioctl(vcpu, call, &msr);
}

/* The range is larger than what there is, and than the register page. */
TEST(x2apic_msrs_end_where_the_registers_end)
{
	struct guest guest;
	uint32_t msr;

	guest_create(&guest);
	for (msr = X2APIC_FIRST; msr <= X2APIC_LAST; msr++)
		if (msr_call(guest.vcpu, KVM_GET_MSRS, msr, 0) !=
		    x2apic_is_readable(msr))
			test_fail(__FILE__, __LINE__, "MSR %x", msr);
}

/* Hyper-V's timers and SynIC send interrupts of their own. */
TEST(hyperv_msrs_that_would_interrupt_are_refused)
{
	struct vm bare = vm_create();
	struct guest guest;
	int vcpu = vcpu_create(&bare, 0);

	guest_create(&guest);
	ASSERT_EQ(msr_call(vcpu, KVM_SET_MSRS, HV_SINT0, 0x10000 | VECTOR), 0);
	ASSERT_EQ(msr_call(vcpu, KVM_SET_MSRS, HV_STIMER0, 0x1001 | VECTOR << 4), 0);
	ASSERT_EQ(msr_call(guest.vcpu, KVM_SET_MSRS, HV_SINT0, 0x10000 | VECTOR), 0);
	ASSERT_EQ(msr_call(guest.vcpu, KVM_SET_MSRS, HV_STIMER0,
			   0x1001 | VECTOR << 4), 0);
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
}

/* ---- hypercalls ---- */

/*
 * mov $10, %eax: IPIs to a bitmap of APIC IDs; mov $-1, %ebx; mov $-1, %ecx;
 * mov $-1, %edx: of the last IDs there could be; mov $VECTOR, %esi; vmmcall;
 * idle: out %al, $IDLE; jmp idle
 */
static const uint8_t pv_ipi[] = {
	0x66, 0xb8, 10, 0, 0, 0,
	0x66, 0xbb, 0xff, 0xff, 0xff, 0xff, 0x66, 0xb9, 0xff, 0xff, 0xff, 0xff,
	0x66, 0xba, 0xff, 0xff, 0xff, 0xff, 0x66, 0xbe, VECTOR, 0, 0, 0,
	0x0f, 0x01, 0xd9, 0xe6, GUEST_PORT_IDLE, 0xeb, 0xfc,
};

/* In real mode KVM takes the instruction of the CPU's own maker only. */
#define VMMCALL_LAST	(sizeof(pv_ipi) - 5)
#define VMCALL_LAST	0xc1

TEST(ipi_hypercall_reaches_nobody)
{
	uint8_t code[sizeof(pv_ipi)];
	struct guest guest;
	int32_t result;

	guest_create(&guest);
	memcpy(code, pv_ipi, sizeof(code));
	if (cpu_is_intels())
		code[VMMCALL_LAST] = VMCALL_LAST;
	guest_load(&guest, code, sizeof(code));
	ASSERT_EQ(guest_step(&guest), GUEST_IDLE);
	result = regs_get(guest.vcpu).rax;
	test_say("the guest is told %d", result);
	ASSERT(result < EITHER_LAPIC(0, 1, "it knows the call, and sends to 0 CPUs"));
	ASSERT(!lapic_pending(guest.vcpu, VECTOR));
	expect_message_works(&guest.vm, guest.vcpu);
}

/* ---- guest memory that nobody may write ---- */

TEST(vapic_page_is_never_written)
{
	struct kvm_vapic_addr addr = { .vapic_addr = 0x9ffd };
	struct guest guest;
	unsigned int i;

	if (lapic_is_stock())
		test_skip("KVM has such a page");
	guest_create(&guest);
	memset(guest.mem + 0x9000, 0xa5, 0x2000);
	ASSERT_OK(ioctl(guest.vcpu, KVM_SET_VAPIC_ADDR, &addr));
	message_send(&guest, VECTOR);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
	ASSERT_EQ(guest_step(&guest), GUEST_EOI);
	for (i = 0; i < 0x2000; i++)
		ASSERT_EQ(guest.mem[0x9000 + i], 0xa5);
}

/* ---- kvm_run that another thread scribbles on ---- */

#define SCRIBBLED_RUNS	4000
#define RUN_PAGE	4096
#define TICK_US		2000

/* What all the accesses of a guest to our chips are: */
static const uint8_t all_accesses[] = {
	0xb0, 0x20,				/* mov $0x20, %al */
	0xe6, 0x20, 0xe4, 0x21,			/* out %al, $0x20; in $0x21, %al */
	0x66, 0xa1, 0x10, 0x00,			/* mov 0x10, %eax: IOWIN */
	0x66, 0xa3, 0x00, 0x00,			/* mov %eax, 0x0: IOREGSEL */
	0x66, 0xb9, 0x0b, 0x08, 0x00, 0x00,	/* mov $0x80b, %ecx */
	0x66, 0x31, 0xc0, 0x66, 0x31, 0xd2,	/* xor %eax, %eax; %edx, %edx */
	0x0f, 0x30,				/* wrmsr: EOI */
	0x66, 0xb9, 0x0a, 0x08, 0x00, 0x00,	/* mov $0x80a, %ecx */
	0x0f, 0x32,				/* rdmsr: PPR */
	0xe6, GUEST_PORT_IDLE, 0xeb, 0xd4,	/* out; from the start */
};

/**
 * struct scribbler - a thread that writes to what the kernel shares with it
 * @run: kvm_run and the page of port data behind it
 * @stop: it ends
 */
struct scribbler {
	struct kvm_run *run;
	atomic_bool stop;
};

/*
 * Any byte, but which registers are to be synced. KVM would load them, and the
 * emulated CPU below does not survive all that a guest's CPU could be made to be.
 */
static void scribble_byte(uint8_t *page, uint64_t what)
{
	size_t at = what % (2 * RUN_PAGE);

	if (at >= offsetof(struct kvm_run, exit_reason) &&
	    (at < offsetof(struct kvm_run, kvm_valid_regs) ||
	     at >= offsetof(struct kvm_run, s)))
		page[at] = what >> 16;
}

static void *scribble(void *arg)
{
	struct scribbler *s = arg;
	struct kvm_run *run = s->run;
	uint64_t seed = 0xbad;

	while (!atomic_load(&s->stop)) {
		uint64_t what = random_next(&seed) >> 3;

		switch (what % 61) {
		case 0:
			run->kvm_valid_regs = what >> 8 & KVM_SYNC_X86_VALID_FIELDS;
			break;
		case 1 ... 9:
			run->exit_reason = what >> 8 & 0x3f;
			break;
		/* Of a length that a window of ours has, and longer ones. */
		case 10 ... 19:
			run->mmio.len = what >> 8 & 0xff;
			break;
		case 20 ... 24:
			run->io.count = what >> 8 & 0xfff;
			break;
		case 25 ... 29:
			run->mmio.len = what >> 8;
			run->io.count = what >> 8;
			break;
		case 30 ... 39:
			run->io.data_offset = what;
			break;
		default:
			scribble_byte((uint8_t *)run, what >> 8);
		}
	}
	return NULL;
}

static void do_nothing(int signal)
{
}

/* The vCPU may be told that it halted: nothing waits for ever. */
static void tick_start(void)
{
	struct itimerval tick = {
		.it_interval.tv_usec = TICK_US, .it_value.tv_usec = TICK_US,
	};

	struct sigaction action = { .sa_handler = do_nothing };

	ASSERT_OK(sigaction(SIGALRM, &action, NULL));
	ASSERT_OK(setitimer(ITIMER_REAL, &tick, NULL));
}

/* To the begin of its code, unless it is beyond that. */
static void guest_begin_again(const struct guest *guest,
			      const struct kvm_sregs *sregs)
{
	struct kvm_mp_state running = { };

	/* Registers that are refused once would be so each time. */
	guest->run->kvm_valid_regs = 0;
	guest->run->kvm_dirty_regs = 0;
	ioctl(guest->vcpu, KVM_SET_MP_STATE, &running);
	ioctl(guest->vcpu, KVM_SET_SREGS, sregs);
	ioctl(guest->vcpu, KVM_SET_REGS, &(struct kvm_regs){
		.rip = GUEST_CODE, .rflags = FLAGS_NO_IF });
}

static unsigned int run_scribbled(struct guest *guest)
{
	struct kvm_sregs sregs;
	unsigned int i, exits = 0;

	guest_load(guest, all_accesses, sizeof(all_accesses));
	ASSERT_OK(ioctl(guest->vcpu, KVM_GET_SREGS, &sregs));
	sregs.ds.base = IOAPIC_WINDOW;
	for (i = 0; i < SCRIBBLED_RUNS; i++) {
		if (i % 4 == 0)
			guest_begin_again(guest, &sregs);
		if (!ioctl(guest->vcpu, KVM_RUN, 0))
			exits++;
	}
	return exits;
}

/* Its own guest may fail in any way; no other, and the kernel not at all. */
TEST(scribbled_kvm_run_harms_nobody_else)
{
	struct guest guest, other;
	struct scribbler s = { };
	unsigned int exits;
	pthread_t thread;

	guest_create(&guest);
	s.run = guest.run;
	ASSERT_EQ(pthread_create(&thread, NULL, scribble, &s), 0);
	tick_start();
	exits = run_scribbled(&guest);
	ASSERT_OK(setitimer(ITIMER_REAL, &(struct itimerval){ }, NULL));
	atomic_store(&s.stop, true);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	test_say("%u of %u runs ended well", exits, SCRIBBLED_RUNS);
	ASSERT(exits);

	guest_create(&other);
	message_send(&other, VECTOR);
	ASSERT_EQ(guest_wait_irq(&other), VECTOR);
}
