// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMs on the device under test, and a tiny guest.
 */
#include <cpuid.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "vm.h"

/* How long something that is to happen may take on an emulated machine. */
#define PATIENCE_MS	20000
#define MISC_MAJOR	10
#define KVM_MINOR	232
#define PARAMETERS	"/sys/module/" MODULE "/parameters/"
#define DEBUGFS	"/sys/kernel/debug/" MODULE

const char *device_path = "/dev/virqchip";

bool device_is_stock(void)
{
	struct stat st;

	ASSERT_OK(stat(device_path, &st));
	return st.st_rdev == makedev(MISC_MAJOR, KVM_MINOR);
}

bool lapic_is_stock(void)
{
	char mode[16] = "";
	FILE *file;

	if (device_is_stock())
		return true;
	file = fopen(PARAMETERS "mode", "r");
	ASSERT(file);
	ASSERT(fgets(mode, sizeof(mode), file));
	fclose(file);
	return !strcmp(mode, "split\n");
}

bool cpu_is_intels(void)
{
	unsigned int eax, ebx, ecx, edx;

	ASSERT(__get_cpuid(0, &eax, &ebx, &ecx, &edx));
	return ebx == signature_INTEL_ebx;
}

bool kernel_before(unsigned int major, unsigned int minor)
{
	struct utsname name;
	unsigned long x, y;
	char *end;

	ASSERT_OK(uname(&name));
	x = strtoul(name.release, &end, 10);
	ASSERT_EQ(*end, '.');
	y = strtoul(end + 1, NULL, 10);
	return x < major || (x == major && y < minor);
}

/* ---- VMs ---- */

struct vm vm_create_on(const char *path)
{
	struct vm vm;

	vm.dev = open(path, O_RDWR | O_CLOEXEC);
	if (vm.dev < 0)
		test_fail(__FILE__, __LINE__, "%s: %s", path, strerror(errno));
	vm.fd = ioctl(vm.dev, KVM_CREATE_VM, 0);
	ASSERT_OK(vm.fd);
	ASSERT_OK(ioctl(vm.fd, KVM_SET_TSS_ADDR, 0xfffbd000ul));
	return vm;
}

struct vm vm_create(void)
{
	return vm_create_on(device_path);
}

struct vm vm_with_irqchip(void)
{
	struct vm vm = vm_create();

	ASSERT_OK(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0));
	return vm;
}

struct vm vm_with_pit(void)
{
	struct kvm_pit_config config = { .flags = KVM_PIT_SPEAKER_DUMMY };
	struct vm vm = vm_with_irqchip();

	ASSERT_OK(ioctl(vm.fd, KVM_CREATE_PIT2, &config));
	return vm;
}

void vm_close(struct vm *vm)
{
	ASSERT_OK(close(vm->fd));
	ASSERT_OK(close(vm->dev));
}

int vcpu_create(const struct vm *vm, unsigned long id)
{
	int fd = ioctl(vm->fd, KVM_CREATE_VCPU, id);

	ASSERT_OK(fd);
	return fd;
}

struct vm vm_with_vcpu(int *vcpu)
{
	struct vm vm = vm_with_irqchip();

	*vcpu = vcpu_create(&vm, 0);
	lapic_enable(*vcpu);
	return vm;
}

/* ---- lines, routes, messages ---- */

int line_set(const struct vm *vm, uint32_t gsi, uint32_t level)
{
	struct kvm_irq_level line = { .irq = gsi, .level = level };

	ASSERT_OK(ioctl(vm->fd, KVM_IRQ_LINE_STATUS, &line));
	return line.status;
}

struct kvm_irq_routing_entry route_pin(uint32_t gsi, uint32_t chip,
				       uint32_t pin)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi, .type = KVM_IRQ_ROUTING_IRQCHIP,
		.u.irqchip = { .irqchip = chip, .pin = pin },
	};
}

struct kvm_irq_routing_entry route_msi(uint32_t gsi, uint8_t vector)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi, .type = KVM_IRQ_ROUTING_MSI,
		.u.msi = { .address_lo = MSI_ADDRESS, .data = vector },
	};
}

int routes_try_set(const struct vm *vm,
		   const struct kvm_irq_routing_entry *entries, uint32_t nr)
{
	size_t bytes = nr * sizeof(*entries);
	struct kvm_irq_routing *table;
	int ret, saved;

	table = calloc(1, sizeof(*table) + bytes);
	ASSERT(table);
	table->nr = nr;
	if (nr)
		memcpy(table->entries, entries, bytes);
	ret = ioctl(vm->fd, KVM_SET_GSI_ROUTING, table);
	saved = errno;
	free(table);
	errno = saved;
	return ret;
}

void routes_set(const struct vm *vm,
		const struct kvm_irq_routing_entry *entries, uint32_t nr)
{
	ASSERT_OK(routes_try_set(vm, entries, nr));
}

/* ---- state ---- */

struct kvm_irqchip chip_get(const struct vm *vm, uint32_t chip)
{
	struct kvm_irqchip state = { .chip_id = chip };

	ASSERT_OK(ioctl(vm->fd, KVM_GET_IRQCHIP, &state));
	return state;
}

void chip_set(const struct vm *vm, const struct kvm_irqchip *state)
{
	ASSERT_OK(ioctl(vm->fd, KVM_SET_IRQCHIP, state));
}

void rte_set(const struct vm *vm, unsigned int pin, uint64_t rte)
{
	struct kvm_irqchip state = chip_get(vm, KVM_IRQCHIP_IOAPIC);

	state.chip.ioapic.redirtbl[pin].bits = rte;
	chip_set(vm, &state);
}

bool ioapic_irr(const struct vm *vm, unsigned int pin)
{
	struct kvm_irqchip state = chip_get(vm, KVM_IRQCHIP_IOAPIC);

	return state.chip.ioapic.irr >> pin & 1;
}

int mp_state_set(int vcpu, uint32_t mp_state)
{
	struct kvm_mp_state state = { .mp_state = mp_state };

	return ioctl(vcpu, KVM_SET_MP_STATE, &state);
}

uint32_t mp_state_get(int vcpu)
{
	struct kvm_mp_state state = { .mp_state = ~0u };

	ASSERT_OK(ioctl(vcpu, KVM_GET_MP_STATE, &state));
	return state.mp_state;
}

struct kvm_regs regs_get(int vcpu)
{
	struct kvm_regs regs;

	ASSERT_OK(ioctl(vcpu, KVM_GET_REGS, &regs));
	return regs;
}

void flags_set(int vcpu, uint64_t flags)
{
	struct kvm_regs regs = regs_get(vcpu);

	regs.rflags = flags;
	ASSERT_OK(ioctl(vcpu, KVM_SET_REGS, &regs));
}

struct kvm_lapic_state lapic_get(int vcpu)
{
	struct kvm_lapic_state state;

	ASSERT_OK(ioctl(vcpu, KVM_GET_LAPIC, &state));
	return state;
}

void lapic_set(int vcpu, const struct kvm_lapic_state *state)
{
	ASSERT_OK(ioctl(vcpu, KVM_SET_LAPIC, state));
}

uint32_t lapic_reg(const struct kvm_lapic_state *state, unsigned int reg)
{
	uint32_t val;

	memcpy(&val, state->regs + reg, sizeof(val));
	return val;
}

void lapic_put_reg(struct kvm_lapic_state *state, unsigned int reg,
		   uint32_t val)
{
	memcpy(state->regs + reg, &val, sizeof(val));
}

void lapic_enable(int vcpu)
{
	struct kvm_lapic_state state = lapic_get(vcpu);

	lapic_put_reg(&state, LAPIC_SVR, SVR_ON);
	lapic_set(vcpu, &state);
}

bool lapic_pending(int vcpu, uint8_t vector)
{
	struct kvm_lapic_state state = lapic_get(vcpu);
	unsigned int reg = LAPIC_IRR + vector / 32 * 16;

	return lapic_reg(&state, reg) >> vector % 32 & 1;
}

void lapic_drop_pending(int vcpu)
{
	struct kvm_lapic_state state = lapic_get(vcpu);
	unsigned int i;

	for (i = 0; i < 8; i++)
		lapic_put_reg(&state, LAPIC_IRR + i * 16, 0);
	lapic_set(vcpu, &state);
}

bool eventually_pending(int vcpu, uint8_t vector)
{
	int ms;

	for (ms = 0; ms < PATIENCE_MS && !lapic_pending(vcpu, vector); ms++) {
		if (!lapic_is_stock())
			return false;
		poll(NULL, 0, 1);
	}
	return ms < PATIENCE_MS;
}

/* ---- irqfds ---- */

int eventfd_new(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	ASSERT_OK(fd);
	return fd;
}

void eventfd_signal(int fd)
{
	uint64_t one = 1;

	ASSERT_EQ(write(fd, &one, sizeof(one)), sizeof(one));
}

uint64_t eventfd_take(int fd)
{
	uint64_t count;

	if (read(fd, &count, sizeof(count)) == sizeof(count))
		return count;
	ASSERT_EQ(errno, EAGAIN);
	return 0;
}

uint64_t eventfd_wait(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	if (poll(&poller, 1, PATIENCE_MS) != 1)
		test_fail(__FILE__, __LINE__, "the eventfd was not signalled");
	return eventfd_take(fd);
}

int irqfd_try(const struct vm *vm, int fd, uint32_t gsi, uint32_t flags,
	      int resamplefd)
{
	struct kvm_irqfd args = {
		.fd = fd, .gsi = gsi, .flags = flags, .resamplefd = resamplefd,
	};

	return ioctl(vm->fd, KVM_IRQFD, &args);
}

int irqfd_assign(const struct vm *vm, int fd, uint32_t gsi)
{
	return irqfd_try(vm, fd, gsi, 0, 0);
}

int irqfd_resample(const struct vm *vm, int fd, uint32_t gsi, int resamplefd)
{
	return irqfd_try(vm, fd, gsi, KVM_IRQFD_FLAG_RESAMPLE, resamplefd);
}

int irqfd_deassign(const struct vm *vm, int fd, uint32_t gsi)
{
	return irqfd_try(vm, fd, gsi, KVM_IRQFD_FLAG_DEASSIGN, 0);
}

/* ---- the guest ---- */

#define GUEST_MEM	0x10000u
#define GUEST_HANDLERS	0x2000u
#define GUEST_STACK	0x8000u
#define HANDLER_BYTES	32u

#define PORT_IRQ	0xe0
#define PORT_EOI	0xe1
#define PORT_IDLE	GUEST_PORT_IDLE

#define MAX_CPUID	256
#define IDLE_ROUNDS	4

#define APIC_BASE_EXTD	0x400ull

/* sti; idle: out %al, $PORT_IDLE; jmp idle */
static const uint8_t guest_main[] = {
	0xfb, 0xe6, PORT_IDLE, 0xeb, 0xfc,
};

/* mov $vector, %al; out %al, $PORT_IRQ */
static const uint8_t handler_begin[] = { 0xb0, 0, 0xe6, PORT_IRQ };

/* mov $0x80b, %ecx; xor %eax, %eax; xor %edx, %edx; wrmsr: an x2APIC EOI */
static const uint8_t handler_lapic_eoi[] = {
	0x66, 0xb9, 0x0b, 0x08, 0x00, 0x00, 0x66, 0x31, 0xc0,
	0x66, 0x31, 0xd2, 0x0f, 0x30,
};

/* mov $0x20, %al; out %al, $0xa0; out %al, $0x20: EOI to both 8259s */
static const uint8_t handler_pic_eoi[] = {
	0xb0, 0x20, 0xe6, 0xa0, 0xe6, 0x20,
};

/* out %al, $PORT_EOI; iret */
static const uint8_t handler_end[] = { 0xe6, PORT_EOI, 0xcf };

static void guest_write_handler(struct guest *guest, unsigned int vector)
{
	uint16_t addr = GUEST_HANDLERS + vector * HANDLER_BYTES;
	uint8_t *to = guest->mem + addr;
	uint16_t entry[2] = { addr, 0 };

	memcpy(guest->mem + vector * sizeof(entry), entry, sizeof(entry));
	memcpy(to, handler_begin, sizeof(handler_begin));
	to[1] = vector;
	to += sizeof(handler_begin);
	if (vector / PIC_PINS == 2) {
		memcpy(to, handler_pic_eoi, sizeof(handler_pic_eoi));
		to += sizeof(handler_pic_eoi);
	} else {
		memcpy(to, handler_lapic_eoi, sizeof(handler_lapic_eoi));
		to += sizeof(handler_lapic_eoi);
	}
	memcpy(to, handler_end, sizeof(handler_end));
}

static void guest_add_memory(struct guest *guest)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = GUEST_MEM,
	};
	unsigned int vector;

	guest->mem = mmap(NULL, GUEST_MEM, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT(guest->mem != MAP_FAILED);
	region.userspace_addr = (unsigned long)guest->mem;
	ASSERT_OK(ioctl(guest->vm.fd, KVM_SET_USER_MEMORY_REGION, &region));
	memcpy(guest->mem + GUEST_CODE, guest_main, sizeof(guest_main));
	for (vector = 0; vector < 256; vector++)
		guest_write_handler(guest, vector);
}

void vcpu_set_cpuid(const struct vm *vm, int vcpu)
{
	struct kvm_cpuid2 *cpuid;

	cpuid = calloc(1, sizeof(*cpuid) + MAX_CPUID * sizeof(cpuid->entries[0]));
	ASSERT(cpuid);
	cpuid->nent = MAX_CPUID;
	ASSERT_OK(ioctl(vm->dev, KVM_GET_SUPPORTED_CPUID, cpuid));
	ASSERT_OK(ioctl(vcpu, KVM_SET_CPUID2, cpuid));
	free(cpuid);
}

static void guest_enter_main(const struct guest *guest)
{
	struct kvm_regs regs = {
		.rip = GUEST_CODE, .rsp = GUEST_STACK, .rflags = FLAGS_NO_IF,
	};

	ASSERT_OK(ioctl(guest->vcpu, KVM_SET_REGS, &regs));
}

static void guest_set_registers(const struct guest *guest)
{
	struct kvm_sregs sregs;

	ASSERT_OK(ioctl(guest->vcpu, KVM_GET_SREGS, &sregs));
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	sregs.apic_base |= APIC_BASE_EXTD;
	ASSERT_OK(ioctl(guest->vcpu, KVM_SET_SREGS, &sregs));
	guest_enter_main(guest);
}

void guest_add_vcpu(struct guest *guest, unsigned long id)
{
	int bytes;

	guest->vcpu = vcpu_create(&guest->vm, id);
	bytes = ioctl(guest->vm.dev, KVM_GET_VCPU_MMAP_SIZE, 0);
	ASSERT_OK(bytes);
	guest->run = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			  guest->vcpu, 0);
	ASSERT(guest->run != MAP_FAILED);
	vcpu_set_cpuid(&guest->vm, guest->vcpu);
}

void guest_create_in(struct guest *guest, struct vm vm)
{
	guest->vm = vm;
	guest_add_memory(guest);
	guest_add_vcpu(guest, 0);
	guest_set_registers(guest);
	lapic_enable(guest->vcpu);
}

void guest_create(struct guest *guest)
{
	guest_create_in(guest, vm_with_irqchip());
}

void guest_load(struct guest *guest, const uint8_t *code, size_t bytes)
{
	ASSERT(bytes <= GUEST_HANDLERS - GUEST_CODE);
	memcpy(guest->mem + GUEST_CODE, code, bytes);
	guest_enter_main(guest);
}

void message_send(const struct guest *guest, uint32_t data)
{
	struct kvm_msi msi = { .address_lo = MSI_ADDRESS, .data = data };

	ASSERT_EQ(ioctl(guest->vm.fd, KVM_SIGNAL_MSI, &msi), 1);
}

int guest_run_nothing(const struct guest *guest)
{
	int ret, saved;

	guest->run->immediate_exit = 1;
	ret = ioctl(guest->vcpu, KVM_RUN, 0);
	saved = errno;
	guest->run->immediate_exit = 0;
	errno = saved;
	return ret;
}

unsigned int guest_step(struct guest *guest)
{
	struct kvm_run *run = guest->run;
	uint8_t *data;

	ASSERT_OK(ioctl(guest->vcpu, KVM_RUN, 0));
	ASSERT_EQ(run->exit_reason, KVM_EXIT_IO);
	data = (uint8_t *)run + run->io.data_offset;
	switch (run->io.port) {
	case PORT_IRQ:
		return GUEST_IRQ | *data;
	case PORT_EOI:
		return GUEST_EOI;
	default:
		ASSERT_EQ(run->io.port, PORT_IDLE);
		return GUEST_IDLE;
	}
}

unsigned int guest_next(struct guest *guest)
{
	unsigned int i, event = GUEST_IDLE;

	for (i = 0; i < IDLE_ROUNDS && event == GUEST_IDLE; i++)
		event = guest_step(guest);
	return event;
}

uint8_t guest_wait_irq(struct guest *guest)
{
	unsigned int event;

	do {
		event = guest_step(guest);
	} while (event == GUEST_IDLE);
	ASSERT(event & GUEST_IRQ);
	return event;
}

/* ---- randomness ---- */

uint64_t random_next(uint64_t *seed)
{
	uint64_t x = *seed += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

void random_fill(uint64_t *seed, void *buf, size_t bytes)
{
	uint8_t *to = buf;

	while (bytes--)
		*to++ = random_next(seed);
}

/* ---- what the module shows ---- */

void flows_switch(const char *to)
{
	int fd = open(PARAMETERS "flows", O_WRONLY);

	ASSERT_OK(fd);
	ASSERT_EQ(write(fd, to, 1), 1);
	close(fd);
}

bool kernel_is_slow(void)
{
	return !access("/sys/kernel/debug/kmemleak", F_OK);
}

int module_users(void)
{
	FILE *file = fopen("/sys/module/" MODULE "/refcnt", "r");
	int users = -1;

	ASSERT(file);
	ASSERT_EQ(fscanf(file, "%d", &users), 1);
	fclose(file);
	return users;
}

char *debugfs_read(const char *file)
{
	static char text[1 << 16];
	char path[128];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), DEBUGFS "/vm-%d/%s", getpid(), file);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return NULL;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	ASSERT_OK(got);
	text[got] = 0;
	return text;
}
