// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPUs that are loaded as halted, and calls that may come at odd moments.
 */
#include <glob.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "vm.h"

#define VECTOR		0x41
#define PIN		20	/* of the IOAPIC only */
#define PIC_PIN		1

/* ---- loaded as halted ---- */

/* Never run: all that is known of its flags is what is loaded here. */
static void guest_load_halted(struct guest *guest, uint64_t flags)
{
	guest_create(guest);
	rte_set(&guest->vm, PIN, VECTOR);
	flags_set(guest->vcpu, flags);
	ASSERT_OK(mp_state_set(guest->vcpu, KVM_MP_STATE_HALTED));
}

static void guest_expect_runnable(const struct guest *guest)
{
	ASSERT_EQ(mp_state_get(guest->vcpu), KVM_MP_STATE_RUNNABLE);
}

/* A PIC that was set up to send its lines at @base and after. */
static void pic_set_up(const struct vm *vm, uint8_t base)
{
	struct kvm_irqchip chip = chip_get(vm, KVM_IRQCHIP_PIC_MASTER);

	chip.chip.pic.irq_base = base;
	chip.chip.pic.imr = 0;
	chip.chip.pic.init4 = 1;
	chip_set(vm, &chip);
}

/* Of the PIC KVM does not know, if only the local APICs are its own. */
TEST(loaded_halt_ends_by_the_pics_line_raised_before)
{
	struct guest guest;

	guest_load_halted(&guest, FLAGS_IF);
	pic_set_up(&guest.vm, VECTOR - PIC_PIN);
	line_set(&guest.vm, PIC_PIN, 1);
	ASSERT_EQ(guest_step(&guest), GUEST_IRQ | VECTOR);
	guest_expect_runnable(&guest);
}

TEST(loaded_halt_ends_by_a_line_raised_before)
{
	struct guest guest;

	guest_load_halted(&guest, FLAGS_IF);
	ASSERT_EQ(line_set(&guest.vm, PIN, 1), 1);
	/* Woken for nothing, the guest would say GUEST_IDLE. */
	ASSERT_EQ(guest_step(&guest), GUEST_IRQ | VECTOR);
	guest_expect_runnable(&guest);
}

/**
 * struct waker - a thread that raises a line when the vCPU's thread sleeps
 * @guest: the guest whose line it is
 * @tid: the thread that is in KVM_RUN
 */
struct waker {
	struct guest guest;
	pid_t tid;
};

/* The state of a thread as the kernel shows it: 'S' if it sleeps. */
static char thread_state(pid_t tid)
{
	char path[64], state;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	file = fopen(path, "r");
	ASSERT(file);
	ASSERT_EQ(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
	fclose(file);
	return state;
}

static void *raise_when_asleep(void *arg)
{
	struct waker *w = arg;

	while (thread_state(w->tid) != 'S')
		sched_yield();
	line_set(&w->guest.vm, PIN, 1);
	return NULL;
}

TEST(loaded_halt_ends_by_a_line_of_another_thread)
{
	struct waker w = { .tid = syscall(SYS_gettid) };
	pthread_t thread;

	guest_load_halted(&w.guest, FLAGS_IF);
	ASSERT_EQ(pthread_create(&thread, NULL, raise_when_asleep, &w), 0);
	ASSERT_EQ(guest_step(&w.guest), GUEST_IRQ | VECTOR);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	guest_expect_runnable(&w.guest);
}

#define HELD_VECTOR	0x31
#define TPR_HOLDS	0x30

/* The vector that TPR holds back must not make the other one unseen. */
TEST(loaded_halt_ends_by_a_vector_above_one_that_tpr_holds)
{
	struct waker w = { .tid = syscall(SYS_gettid) };
	struct kvm_lapic_state state;
	pthread_t thread;

	guest_load_halted(&w.guest, FLAGS_IF);
	state = lapic_get(w.guest.vcpu);
	lapic_put_reg(&state, LAPIC_TPR, TPR_HOLDS);
	lapic_set(w.guest.vcpu, &state);
	message_send(&w.guest, HELD_VECTOR);
	ASSERT_EQ(pthread_create(&thread, NULL, raise_when_asleep, &w), 0);
	ASSERT_EQ(guest_step(&w.guest), GUEST_IRQ | VECTOR);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
	ASSERT(lapic_pending(w.guest.vcpu, HELD_VECTOR));
}

TEST(loaded_halt_ends_by_an_nmi)
{
	struct guest guest;

	guest_load_halted(&guest, FLAGS_NO_IF);
	ASSERT_OK(ioctl(guest.vcpu, KVM_NMI, 0));
	ASSERT_EQ(guest_step(&guest), GUEST_IRQ | NMI_VECTOR);
	guest_expect_runnable(&guest);
}

/* What debugfs says of the vCPU of this process's VM; needs the module. */
static bool lapic_waits_for_sipi(void)
{
	char pattern[80], text[8192] = "";
	glob_t found;
	FILE *file;

	snprintf(pattern, sizeof(pattern),
		 "/sys/kernel/debug/virqchip/vm-%d*/lapic0", getpid());
	if (glob(pattern, 0, NULL, &found))
		test_skip("debugfs does not show the VM");
	ASSERT_EQ(found.gl_pathc, 1);
	file = fopen(found.gl_pathv[0], "r");
	ASSERT(file);
	ASSERT(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	globfree(&found);
	ASSERT(strstr(text, "wait_sipi="));
	return strstr(text, "wait_sipi=1");
}

TEST(loaded_mp_state_is_what_the_local_apic_shows)
{
	static const struct {
		uint32_t mp_state;
		bool waits;
	} states[] = {
		{ KVM_MP_STATE_INIT_RECEIVED, true },
		{ KVM_MP_STATE_RUNNABLE, false },
		{ KVM_MP_STATE_UNINITIALIZED, true },
		{ KVM_MP_STATE_HALTED, false },
	};
	unsigned int i;
	int vcpu;

	if (lapic_is_stock())
		test_skip("KVM shows no local APIC in debugfs");
	vm_with_vcpu(&vcpu);
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		ASSERT_OK(mp_state_set(vcpu, states[i].mp_state));
		ASSERT_EQ(lapic_waits_for_sipi(), states[i].waits);
	}
}

/* ---- KVM_CAP_X2APIC_API before the irqchip ---- */

static int msi_to(const struct vm *vm, uint8_t apic_id, uint32_t address_hi)
{
	struct kvm_msi msi = {
		.address_lo = MSI_ADDRESS | apic_id << 12,
		.address_hi = address_hi, .data = VECTOR,
	};

	return ioctl(vm->fd, KVM_SIGNAL_MSI, &msi);
}

static void guest_create_with_x2apic_api(struct guest *guest, uint64_t flags)
{
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_X2APIC_API, .args = { flags },
	};
	struct vm vm = vm_create();

	ASSERT_OK(ioctl(vm.fd, KVM_ENABLE_CAP, &cap));
	ASSERT_OK(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0));
	guest_create_in(guest, vm);
}

TEST(x2apic_api_before_the_irqchip_takes_effect)
{
	struct guest guest;

	guest_create_with_x2apic_api(&guest, 0);
	ASSERT_EQ(msi_to(&guest.vm, 0xff, 0), 1);
	lapic_drop_pending(guest.vcpu);
	ASSERT_EQ(msi_to(&guest.vm, 0, 1), 1);

	guest_create_with_x2apic_api(&guest, KVM_X2APIC_API_USE_32BIT_IDS);
	ASSERT_ERRNO(msi_to(&guest.vm, 0, 1), EINVAL);
	ASSERT_EQ(msi_to(&guest.vm, 0xff, 0), 1);

	/* 0xff is one CPU now, and there is no such one. */
	guest_create_with_x2apic_api(&guest,
				     KVM_X2APIC_API_USE_32BIT_IDS |
				     KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK);
	ASSERT_EQ(msi_to(&guest.vm, 0xff, 0), 0);
	ASSERT_EQ(msi_to(&guest.vm, 0, 0), 1);
}

/* ---- one chip of the PIC pair ---- */

#define SLAVE_GSI	10
#define SLAVE_BIT	(1u << (SLAVE_GSI - 8))
#define FLIPS		20000
#define FLIPS_SLOW	200	/* where threads take turns of milliseconds, too */

/**
 * struct loader - a thread that loads the master again and again
 * @vm: whose
 * @stop: it ends
 * @loads: how often it has loaded
 */
struct loader {
	struct vm vm;
	atomic_bool stop;
	atomic_uint loads;
};

static void *load_master(void *arg)
{
	struct loader *l = arg;
	struct kvm_irqchip master = chip_get(&l->vm, KVM_IRQCHIP_PIC_MASTER);

	while (!atomic_load(&l->stop)) {
		chip_set(&l->vm, &master);
		atomic_fetch_add(&l->loads, 1);
	}
	return NULL;
}

/* The load that is under way ends. */
static void wait_for_load(struct loader *l)
{
	unsigned int seen = atomic_load(&l->loads);

	while (atomic_load(&l->loads) == seen)
		sched_yield();
}

TEST(load_of_the_master_leaves_the_lines_of_the_slave)
{
	unsigned int i, flips = FLIPS;
	struct loader l = { .vm = vm_with_irqchip() };
	struct kvm_irqchip slave;
	pthread_t thread;

	if (get_nprocs() == 1 || kernel_is_slow())
		flips = FLIPS_SLOW;
	/* A level: IRR follows the line. */
	slave = chip_get(&l.vm, KVM_IRQCHIP_PIC_SLAVE);
	slave.chip.pic.elcr = SLAVE_BIT;
	chip_set(&l.vm, &slave);
	ASSERT_EQ(pthread_create(&thread, NULL, load_master, &l), 0);
	wait_for_load(&l);
	for (i = 0; i < flips; i++) {
		line_set(&l.vm, SLAVE_GSI, i & 1);
		wait_for_load(&l);
		slave = chip_get(&l.vm, KVM_IRQCHIP_PIC_SLAVE);
		ASSERT_EQ(slave.chip.pic.irr & SLAVE_BIT,
			  i & 1 ? SLAVE_BIT : 0);
		ASSERT_EQ(slave.chip.pic.elcr, SLAVE_BIT);
	}
	atomic_store(&l.stop, true);
	ASSERT_EQ(pthread_join(thread, NULL), 0);
}

/* ---- an id in use ---- */

#define REFUSALS	1000
#define BATCHES		8
#define FEW_KIB		2048	/* far less than REFUSALS vCPUs */

/* What the kernel's objects take, as far as it cannot reclaim them. */
static long kernel_kib(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[128];
	long kib = -1;

	ASSERT(file);
	while (kib < 0 && fgets(line, sizeof(line), file))
		if (sscanf(line, "SUnreclaim: %ld kB", &kib) != 1)
			kib = -1;
	fclose(file);
	ASSERT(kib >= 0);
	return kib;
}

static long refuse_vcpus(const struct vm *vm)
{
	long before = kernel_kib();
	unsigned int i;

	for (i = 0; i < REFUSALS; i++)
		ASSERT_ERRNO(ioctl(vm->fd, KVM_CREATE_VCPU, 0), EEXIST);
	return kernel_kib() - before;
}

/* What is freed late counts in some batches only; what is lost, in all. */
TEST(vcpu_ids_in_use_are_refused_and_cost_nothing)
{
	struct guest guest;
	unsigned int i;
	long kib;

	guest_create(&guest);
	kib = refuse_vcpus(&guest.vm);
	for (i = 1; i < BATCHES && kib > FEW_KIB; i++)
		kib = refuse_vcpus(&guest.vm);
	if (kib > FEW_KIB)
		test_fail(__FILE__, __LINE__, "%u refusals took %ld KiB",
			  REFUSALS, kib);
	close(vcpu_create(&guest.vm, 1));
	rte_set(&guest.vm, PIN, VECTOR);
	ASSERT_EQ(line_set(&guest.vm, PIN, 1), 1);
	ASSERT_EQ(guest_wait_irq(&guest), VECTOR);
}
