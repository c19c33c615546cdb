/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests share: VMs on the device under test, and a tiny guest.
 */
#ifndef SELFTESTS_KVM_VM_H
#define SELFTESTS_KVM_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include <linux/kvm.h>

#include "harness.h"

#define STOCK_DEVICE	"/dev/kvm"
#define MODULE		"virqchip"

#define NR_GSIS		4096u
#define PIC_PINS	16u
#define IOAPIC_PINS	24u

#define RTE_REMOTE_IRR	0x4000ull
#define RTE_LEVEL	0x8000ull
#define RTE_MASKED	0x10000ull

#define LAPIC_ID	0x20
#define LAPIC_VERSION	0x30
#define LAPIC_TPR	0x80
#define LAPIC_SVR	0xf0
#define LAPIC_ISR	0x100
#define LAPIC_TMR	0x180
#define LAPIC_IRR	0x200
#define LAPIC_LVT_TIMER	0x320
#define LAPIC_TMICT	0x380
#define LAPIC_TMCCT	0x390
#define SVR_ON		0x1ff

#define MSI_ADDRESS	0xfee00000u	/* to APIC ID 0, physical */
#define MSI_NMI		0x400u
#define MSI_INIT	0x500u
#define MSI_SIPI	0x600u	/* | its page */

#define NMI_VECTOR	2
#define FLAGS_NO_IF	0x2
#define FLAGS_IF	0x202

extern const char *device_path;

/* Is KVM itself under test? */
bool device_is_stock(void);

/* Are the local APICs KVM's: on KVM itself, and in split mode? */
bool lapic_is_stock(void);

/* Whether the running kernel is older than Linux MAJOR.MINOR, as its KVM is. */
bool kernel_before(unsigned int major, unsigned int minor);

/* Does it look for mistakes, which takes ten times as long? */
bool kernel_is_slow(void);

/* Else it is taken for AMD's. */
bool cpu_is_intels(void);

/* What is expected here, where KVM itself differs for a reason. */
#define EITHER_IF(is_stock, ours, stock, why)				\
	((is_stock) ?							\
	 (test_say("%s:%d: KVM differs: %s", __FILE__, __LINE__, why),	\
	  (stock)) : (ours))

#define EITHER(ours, stock, why)					\
	EITHER_IF(device_is_stock(), ours, stock, why)

/* The same, where the local APIC's KVM differs. */
#define EITHER_LAPIC(ours, stock, why)					\
	EITHER_IF(lapic_is_stock(), ours, stock, why)

/* ---- VMs; all these end the test if they fail ---- */

struct vm {
	int dev;
	int fd;
};

struct vm vm_create_on(const char *path);
struct vm vm_create(void);
struct vm vm_with_irqchip(void);
struct vm vm_with_pit(void);
void vm_close(struct vm *vm);
int vcpu_create(const struct vm *vm, unsigned long id);

/* All that the device supports. */
void vcpu_set_cpuid(const struct vm *vm, int vcpu);

/* An irqchip and vCPU 0, with its local APIC enabled. */
struct vm vm_with_vcpu(int *vcpu);

/* ---- lines, routes, messages ---- */

/* KVM_IRQ_LINE_STATUS; returns the status. */
int line_set(const struct vm *vm, uint32_t gsi, uint32_t level);

struct kvm_irq_routing_entry route_pin(uint32_t gsi, uint32_t chip,
				       uint32_t pin);
struct kvm_irq_routing_entry route_msi(uint32_t gsi, uint8_t vector);

/* Returns 0, or -1 and errno. */
int routes_try_set(const struct vm *vm,
		   const struct kvm_irq_routing_entry *entries, uint32_t nr);
void routes_set(const struct vm *vm,
		const struct kvm_irq_routing_entry *entries, uint32_t nr);

/* ---- state ---- */

struct kvm_irqchip chip_get(const struct vm *vm, uint32_t chip);
void chip_set(const struct vm *vm, const struct kvm_irqchip *state);
void rte_set(const struct vm *vm, unsigned int pin, uint64_t rte);

/* The IOAPIC's pin is asserted, or an edge of it waits. */
bool ioapic_irr(const struct vm *vm, unsigned int pin);

/* Returns 0, or -1 and errno. */
int mp_state_set(int vcpu, uint32_t mp_state);
uint32_t mp_state_get(int vcpu);

struct kvm_regs regs_get(int vcpu);

/* RFLAGS; the other registers stay. */
void flags_set(int vcpu, uint64_t flags);

struct kvm_lapic_state lapic_get(int vcpu);
void lapic_set(int vcpu, const struct kvm_lapic_state *state);
uint32_t lapic_reg(const struct kvm_lapic_state *state, unsigned int reg);
void lapic_put_reg(struct kvm_lapic_state *state, unsigned int reg,
		   uint32_t val);
void lapic_enable(int vcpu);

/* The vector is in IRR. */
bool lapic_pending(int vcpu, uint8_t vector);

/* Take all vectors out of IRR. */
void lapic_drop_pending(int vcpu);

/* KVM drives chip pins for an eventfd by a work item; ours does it at once. */
bool eventually_pending(int vcpu, uint8_t vector);

/* ---- irqfds ---- */

int eventfd_new(void);
void eventfd_signal(int fd);

/* The count, which becomes 0. */
uint64_t eventfd_take(int fd);

/* Wait for a count and take it; ends the test if none comes. */
uint64_t eventfd_wait(int fd);

/* These return 0, or -1 and errno. */
int irqfd_try(const struct vm *vm, int fd, uint32_t gsi, uint32_t flags,
	      int resamplefd);
int irqfd_assign(const struct vm *vm, int fd, uint32_t gsi);
int irqfd_resample(const struct vm *vm, int fd, uint32_t gsi, int resamplefd);
int irqfd_deassign(const struct vm *vm, int fd, uint32_t gsi);

/* ---- a guest: idles, and tells of each interrupt and of its end ---- */

struct guest {
	struct vm vm;
	int vcpu;
	struct kvm_run *run;
	uint8_t *mem;
};

#define GUEST_IRQ	0x100	/* | vector: it has begun */
#define GUEST_EOI	0x200	/* its EOI was written */
#define GUEST_IDLE	0x400

/* Vectors 0x20 to 0x2f are the PIC's, for the EOI; others the local APIC's. */
void guest_create(struct guest *guest);

/* The same in a VM that has an irqchip, and no vCPU yet. */
void guest_create_in(struct guest *guest, struct vm vm);

/* Give it another vCPU; a copy of it keeps the one that it has. */
void guest_add_vcpu(struct guest *guest, unsigned long id);

#define GUEST_PORT_IDLE	0xe2	/* a write is GUEST_IDLE */

#define GUEST_CODE	0x1000u	/* where guest_load() puts it */

/* Let it run other code, in real mode with interrupts disabled. */
void guest_load(struct guest *guest, const uint8_t *code, size_t bytes);

/* KVM_SIGNAL_MSI to MSI_ADDRESS; ends the test unless it is delivered. */
void message_send(const struct guest *guest, uint32_t data);

/* KVM_RUN with immediate_exit, as before the state is saved. */
int guest_run_nothing(const struct guest *guest);

/* Run to the next of the events above. */
unsigned int guest_step(struct guest *guest);

/* The same, but GUEST_IDLE only if nothing else comes for several rounds. */
unsigned int guest_next(struct guest *guest);

/* Run until an interrupt begins: its vector. */
uint8_t guest_wait_irq(struct guest *guest);

/* ---- what the module shows ---- */

/* Record flows: "Y" or "N". */
void flows_switch(const char *to);

/* Who uses the module, as the kernel counts. */
int module_users(void);

/* A file of this process's VM in debugfs; NULL if there is none. */
char *debugfs_read(const char *file);

/* ---- randomness, the same on each machine ---- */

uint64_t random_next(uint64_t *seed);
void random_fill(uint64_t *seed, void *buf, size_t bytes);

#endif /* SELFTESTS_KVM_VM_H */
