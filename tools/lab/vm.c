// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VM: made by KVM's documented ioctls on whatever device the user named.
 * A failed step ends the program with the ioctl's name and the errno in words.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm.h"

#define VM_TSS_ADDR		0xfffbd000UL
#define VM_MAX_CPUID		256
#define VM_MAX_ROUTES		64
#define VM_PIC_PINS		16
#define VM_IOAPIC_PINS		24
#define CPUID1_ECX_X2APIC	BIT(21)
#define CPUID1_ECX_TSC_DEADLINE	BIT(24)

#define PTE_PRESENT_RW		0x3UL
#define PTE_LARGE		0x80UL
#define LARGE_PAGE_BYTES	0x200000UL

#define CR0_PE_NE_PG		0x80000021UL
#define CR4_PAE			0x20UL
#define EFER_LME_LMA		0x500UL

static int vm_ioctl(int fd, const char *name, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	if (ret < 0)
		die("%s: %s", name, strerror(errno));
	return ret;
}

#define VM_IOCTL(fd, request, arg) \
	vm_ioctl(fd, #request, request, (void *)(unsigned long)(arg))

static void vm_open(struct vm *vm)
{
	int version;

	vm->dev_fd = open(vm->opts->device, O_RDWR | O_CLOEXEC);
	if (vm->dev_fd < 0)
		die("cannot open %s: %s (is its module loaded, and may you use it?)",
		    vm->opts->device, strerror(errno));
	version = VM_IOCTL(vm->dev_fd, KVM_GET_API_VERSION, 0);
	if (version != KVM_API_VERSION)
		die("%s speaks KVM API version %d, not %d", vm->opts->device,
		    version, KVM_API_VERSION);
	vm->vm_fd = VM_IOCTL(vm->dev_fd, KVM_CREATE_VM, 0);
	VM_IOCTL(vm->vm_fd, KVM_SET_TSS_ADDR, VM_TSS_ADDR);
}

static void vm_add_memory(struct vm *vm)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = LAB_MEM_BYTES,
	};

	vm->mem = mmap(NULL, LAB_MEM_BYTES, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (vm->mem == MAP_FAILED)
		die("no memory for the guest: %s", strerror(errno));
	region.userspace_addr = (unsigned long)vm->mem;
	VM_IOCTL(vm->vm_fd, KVM_SET_USER_MEMORY_REGION, &region);
}

static void vm_add_irqchip(struct vm *vm)
{
	struct kvm_pit_config pit = { .flags = KVM_PIT_SPEAKER_DUMMY };
	/* A tick that the guest missed is gone, as with a real 8254. */
	struct kvm_reinject_control reinject = { .pit_reinject = 0 };

	if (!vm->opts->irqchip)
		return;
	VM_IOCTL(vm->vm_fd, KVM_CREATE_IRQCHIP, 0);
	VM_IOCTL(vm->vm_fd, KVM_CREATE_PIT2, &pit);
	VM_IOCTL(vm->vm_fd, KVM_REINJECT_CONTROL, &reinject);
}

/*
 * KVM does not list TSC-deadline in its supported CPUID before 7.x: a VMM has
 * to ask by the capability (KVM API, KVM_GET_SUPPORTED_CPUID).
 */
static void vm_set_cpuid(struct vm *vm)
{
	struct kvm_cpuid2 *cpuid;
	bool deadline;
	u32 i;

	cpuid = calloc(1, sizeof(*cpuid) + VM_MAX_CPUID * sizeof(cpuid->entries[0]));
	if (!cpuid)
		die("out of memory");
	cpuid->nent = VM_MAX_CPUID;
	VM_IOCTL(vm->dev_fd, KVM_GET_SUPPORTED_CPUID, cpuid);
	deadline = vm->opts->irqchip &&
		   ioctl(vm->vm_fd, KVM_CHECK_EXTENSION,
			 KVM_CAP_TSC_DEADLINE_TIMER) > 0;
	for (i = 0; i < cpuid->nent; i++) {
		if (cpuid->entries[i].function != 1)
			continue;
		cpuid->entries[i].ecx &= ~CPUID1_ECX_TSC_DEADLINE;
		if (deadline)
			cpuid->entries[i].ecx |= CPUID1_ECX_TSC_DEADLINE;
		if (vm->opts->x2apic &&
		    !(cpuid->entries[i].ecx & CPUID1_ECX_X2APIC))
			die("%s offers no x2APIC", vm->opts->device);
	}
	VM_IOCTL(vm->vcpu_fd, KVM_SET_CPUID2, cpuid);
	free(cpuid);
}

/**
 * vm_add_vcpu() - give the VM a vCPU
 * @vm: the VM, as the new vCPU sees it
 * @id: of the vCPU
 *
 * Ends the program with a message if a step fails.
 */
void vm_add_vcpu(struct vm *vm, unsigned long id)
{
	int bytes;

	vm->vcpu_fd = VM_IOCTL(vm->vm_fd, KVM_CREATE_VCPU, id);
	bytes = VM_IOCTL(vm->dev_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	vm->run_bytes = bytes;
	vm->run = mmap(NULL, vm->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		       vm->vcpu_fd, 0);
	if (vm->run == MAP_FAILED)
		die("cannot map the vCPU's page: %s", strerror(errno));
	vm_set_cpuid(vm);
	floor_init(vm);
}

static void vm_write_tables(struct vm *vm)
{
	u64 *gdt = (u64 *)(vm->mem + LAB_GDT_ADDR);
	u64 *pml4 = (u64 *)(vm->mem + LAB_PML4_ADDR);
	u64 *pdpt = (u64 *)(vm->mem + LAB_PDPT_ADDR);
	u64 *pd = (u64 *)(vm->mem + LAB_PD_ADDR);
	unsigned int i;

	gdt[LAB_SEL_CODE / 8] = 0x00af9b000000ffffULL;
	gdt[LAB_SEL_DATA / 8] = 0x00cf93000000ffffULL;
	gdt[LAB_SEL_TSS / 8] = 0x00008b0000000067ULL;

	pml4[0] = LAB_PDPT_ADDR | PTE_PRESENT_RW;
	for (i = 0; i < 4; i++)
		pdpt[i] = (LAB_PD_ADDR + i * 4096) | PTE_PRESENT_RW;
	for (i = 0; i < 4 * 512; i++)
		pd[i] = i * LARGE_PAGE_BYTES | PTE_PRESENT_RW | PTE_LARGE;
}

static void vm_set_registers(struct vm *vm)
{
	struct kvm_segment data = {
		.limit = 0xffffffff, .selector = LAB_SEL_DATA, .type = 3,
		.present = 1, .db = 1, .s = 1, .g = 1,
	};
	struct kvm_segment code = {
		.limit = 0xffffffff, .selector = LAB_SEL_CODE, .type = 11,
		.present = 1, .l = 1, .s = 1, .g = 1,
	};
	struct kvm_regs regs = { .rip = LAB_IMAGE_ADDR, .rflags = 2 };
	struct kvm_sregs sregs;

	VM_IOCTL(vm->vcpu_fd, KVM_GET_SREGS, &sregs);
	sregs.cs = code;
	sregs.ds = data;
	sregs.es = data;
	sregs.fs = data;
	sregs.gs = data;
	sregs.ss = data;
	sregs.tr = (struct kvm_segment){
		.limit = 0x67, .selector = LAB_SEL_TSS, .type = 11, .present = 1,
	};
	sregs.gdt.base = LAB_GDT_ADDR;
	sregs.gdt.limit = 8 * 5 - 1;
	sregs.cr0 = CR0_PE_NE_PG;
	sregs.cr3 = LAB_PML4_ADDR;
	sregs.cr4 = CR4_PAE;
	sregs.efer = EFER_LME_LMA;
	VM_IOCTL(vm->vcpu_fd, KVM_SET_SREGS, &sregs);
	VM_IOCTL(vm->vcpu_fd, KVM_SET_REGS, &regs);
}

static void vm_load_image(struct vm *vm)
{
	const size_t room = LAB_MEM_BYTES - LAB_IMAGE_ADDR;
	char path[4096];
	size_t bytes;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.bin", vm->opts->guest_dir,
		 vm->opts->guest);
	file = fopen(path, "rb");
	if (!file)
		die("cannot open the guest %s: %s", path, strerror(errno));
	bytes = fread(vm->mem + LAB_IMAGE_ADDR, 1, room, file);
	if (!bytes || bytes == room || ferror(file))
		die("%s is empty, too large or unreadable", path);
	fclose(file);
}

/**
 * vm_create() - open the device and make a VM ready to run its guest
 * @vm: with @opts and @report set
 *
 * Ends the program with a message if a step fails.
 */
void vm_create(struct vm *vm)
{
	vm_open(vm);
	vm_add_memory(vm);
	vm_add_irqchip(vm);
	vm_add_vcpu(vm, 0);
	vm_write_tables(vm);
	vm_load_image(vm);
	vm_set_registers(vm);
}

/**
 * vm_line() - set the level of an interrupt line
 * @vm: the VM
 * @gsi: the line
 * @level: 1 asserted, 0 not
 *
 * Context: any thread.
 * Return: KVM_IRQ_LINE_STATUS's status, or a negative errno.
 */
int vm_line(struct vm *vm, u32 gsi, u32 level)
{
	struct kvm_irq_level line = { .irq = gsi, .level = level };

	if (ioctl(vm->vm_fd, KVM_IRQ_LINE_STATUS, &line) < 0)
		return -errno;
	return line.status;
}

/**
 * vm_signal_msi() - send one message
 * @vm: the VM
 * @address: MSI address
 * @data: MSI data
 *
 * Context: any thread.
 * Return: KVM_SIGNAL_MSI's result, or a negative errno.
 */
int vm_signal_msi(struct vm *vm, u64 address, u32 data)
{
	struct kvm_msi msi = {
		.address_lo = address,
		.address_hi = address >> 32,
		.data = data,
	};
	int ret = ioctl(vm->vm_fd, KVM_SIGNAL_MSI, &msi);

	return ret < 0 ? -errno : ret;
}

static void vm_route_pin(struct kvm_irq_routing *table, u32 gsi, u32 chip, u32 pin)
{
	struct kvm_irq_routing_entry *entry = &table->entries[table->nr++];

	entry->gsi = gsi;
	entry->type = KVM_IRQ_ROUTING_IRQCHIP;
	entry->u.irqchip.irqchip = chip;
	entry->u.irqchip.pin = pin;
}

static void vm_route_defaults(struct kvm_irq_routing *table, u32 gsi, bool remove)
{
	u32 i;

	for (i = 0; i < VM_IOAPIC_PINS; i++) {
		if (remove && i == gsi)
			continue;
		vm_route_pin(table, i, KVM_IRQCHIP_IOAPIC, i);
		if (i < VM_PIC_PINS)
			vm_route_pin(table, i, i < 8 ? KVM_IRQCHIP_PIC_MASTER :
				     KVM_IRQCHIP_PIC_SLAVE, i & 7);
	}
}

/**
 * vm_route() - replace the routing table
 * @vm: the VM
 * @gsi: the line concerned
 * @address: MSI address
 * @data: MSI data
 * @remove: leave @gsi without a route; else it becomes an MSI
 *
 * Return: 0 or a negative errno of KVM_SET_GSI_ROUTING.
 */
int vm_route(struct vm *vm, u32 gsi, u64 address, u32 data, bool remove)
{
	struct kvm_irq_routing_entry *entry;
	struct kvm_irq_routing *table;
	int ret;

	table = calloc(1, sizeof(*table) + VM_MAX_ROUTES * sizeof(*entry));
	if (!table)
		die("out of memory");
	vm_route_defaults(table, gsi, remove);
	if (!remove) {
		entry = &table->entries[table->nr++];
		entry->gsi = gsi;
		entry->type = KVM_IRQ_ROUTING_MSI;
		entry->u.msi.address_lo = address;
		entry->u.msi.address_hi = address >> 32;
		entry->u.msi.data = data;
	}
	ret = ioctl(vm->vm_fd, KVM_SET_GSI_ROUTING, table) < 0 ? -errno : 0;
	free(table);
	return ret;
}

/**
 * vm_guest_ptr() - the VMM's view of guest memory
 * @vm: the VM
 * @address: guest-physical
 * @bytes: how much will be touched
 *
 * Return: the pointer; ends the program if the range is not in the memory.
 */
void *vm_guest_ptr(struct vm *vm, u64 address, size_t bytes)
{
	if (address > LAB_MEM_BYTES || bytes > LAB_MEM_BYTES - address)
		die("the guest named memory it does not have: %#llx",
		    (unsigned long long)address);
	return vm->mem + address;
}
