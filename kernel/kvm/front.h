/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The KVM front: KVM's ioctls on /dev/virqchip, stacked on the real /dev/kvm.
 *
 * The only part of the module that knows KVM. A VM or vCPU of a VMM that asked
 * for an in-kernel irqchip is a file of ours that wraps KVM's; whatever is not
 * about interrupts passes through to it.
 */
#ifndef VQC_KVM_FRONT_H
#define VQC_KVM_FRONT_H

#include <linux/fs.h>
#include <linux/kvm.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/rcuwait.h>
#include <linux/signal_types.h>

#include "../fabric.h"
#include "../inject.h"

struct kvm_run;

/* ---- user memory that real ioctls read from and write to ---- */

#define VQC_SCRATCH_PAGES	8u
#define VQC_SCRATCH_SIZE	(VQC_SCRATCH_PAGES * PAGE_SIZE)

/**
 * struct vqc_scratch - pages of the module, mapped into the VMM
 * @file: what is mapped; its release frees the pages
 * @size: bytes, whole pages
 * @kernel: our view
 * @user: the VMM's view
 *
 * The real KVM copies arguments from and to user memory. The VMM can write to
 * these pages too: what comes back through them is as trusted as the VMM.
 */
struct vqc_scratch {
	struct file *file;
	size_t size;
	void *kernel;
	unsigned long user;
};

/**
 * vqc_scratch_map - allocate and map scratch pages into the current process
 * @s: filled in
 * @size: bytes, whole pages
 *
 * Context: may sleep. Return: 0; -ENOMEM or the errno of the mapping.
 */
int vqc_scratch_map(struct vqc_scratch *s, size_t size);

/**
 * vqc_scratch_enable_cap - KVM_ENABLE_CAP of the real VM
 * @s: pages that are mapped, in use by nobody else
 * @real: KVM's VM
 * @cap: KVM_CAP_*
 * @arg: its first argument; the others are 0
 *
 * Context: may sleep; in the VMM's address space. Return: as KVM's.
 */
int vqc_scratch_enable_cap(const struct vqc_scratch *s, struct file *real,
			   u32 cap, u64 arg);

/**
 * vqc_scratch_unmap - undo vqc_scratch_map()
 * @s: may be zeroed
 * @mm: the address space it was mapped into; nothing is unmapped if the
 *	current process has another one, or none any longer
 *
 * Context: may sleep.
 */
void vqc_scratch_unmap(struct vqc_scratch *s, const struct mm_struct *mm);

/* ---- VM ---- */

struct vqc_msr_filter;
struct vqc_split;

/**
 * struct vqc_irqfds - the irqfds of a VM
 * @lock: protects both lists
 * @items: all of them
 * @resamplers: GSIs that have resample irqfds; read under RCU
 */
struct vqc_irqfds {
	struct mutex lock;	/* both lists */
	struct list_head items;
	struct list_head resamplers;
};

/**
 * struct vqc_vm - a VM fd of ours
 * @ref: held by the VM fd and each vCPU
 * @real: KVM's VM
 * @mm: the address space that created it; only compared
 * @lock: protects creation of irqchip, PIT and vCPUs, and the MSR settings
 * @fabric: the irqchip; NULL until it was asked for, then for good
 * @split_wanted: KVM is to keep the local APICs when an irqchip is asked for
 * @split: it does; NULL in full mode; set before @fabric
 * @kvm_alone: in split mode the VMM has asked for local APICs alone: no
 *	controller of ours is left, all is KVM's
 * @user_chips: PIC, IOAPIC and PIT are the VMM's (KVM_CAP_SPLIT_IRQCHIP), only
 *	the local APICs are ours; set before @fabric
 * @scratch: for VM ioctls, under @lock
 * @nr_vcpus: vCPUs created, of any kind
 * @bsp_id: vCPU id of the boot processor
 * @x2_id: KVM_GET/SET_LAPIC show 32-bit IDs in x2APIC mode
 * @no_broadcast_x2: 0xff addresses one CPU in x2APIC mode, not all
 * @tsc_deadline: the guest's TSC-deadline writes are trapped
 * @user_msr_mask: KVM_CAP_X86_USER_SPACE_MSR as the VMM set it
 * @filter: KVM_X86_SET_MSR_FILTER as the VMM set it, NULL if it did not
 * @vcpus: all vCPUs, kept until the VM goes
 * @irqfds: until the VM fd is closed
 */
struct vqc_vm {
	struct kref ref;
	struct file *real;
	struct mm_struct *mm;
	struct mutex lock;	/* creation, and MSR settings */
	struct vqc_fabric *fabric;
	bool split_wanted;
	struct vqc_split *split;
	bool kvm_alone;
	bool user_chips;
	struct vqc_scratch scratch;
	unsigned int nr_vcpus;
	u32 bsp_id;
	bool x2_id;
	bool no_broadcast_x2;
	bool tsc_deadline;
	u64 user_msr_mask;
	struct vqc_msr_filter *filter;
	struct list_head vcpus;
	struct vqc_irqfds irqfds;
};

/** enum vqc_run_mode - where a vCPU's thread is, for who kicks it */
enum vqc_run_mode {
	VQC_RUN_OUT,		/* in our loop, or not running: it will look */
	VQC_RUN_IN_KVM,
	VQC_RUN_KICKED,		/* in KVM, but interrupted: INIT, SIPI, NMI or SMI */
	VQC_RUN_ASLEEP,
};

/**
 * struct vqc_vcpu - a vCPU fd of ours
 * @cpu: its place in the fabric; the owner is who holds @mutex
 * @vm: the VM
 * @node: in vqc_vm.vcpus
 * @real: KVM's vCPU
 * @real_ioctl: its ioctl function
 * @run: the page shared by KVM and the VMM; the VMM can write to it at any
 *	time, so each field is read once
 * @pio: KVM's page of port I/O data
 * @pages: these two
 * @mutex: one thread at a time, as KVM's
 * @mode: enum vqc_run_mode
 * @in_run: its thread is in KVM_RUN
 * @since: jiffies when @in_run last changed
 * @task: the thread that runs or last ran it; RCU
 * @wait: where it sleeps when halted
 * @ready: KVM said it can take an interrupt, and nothing was done since
 * @unasked: in split mode: KVM has not been asked for @ready in this KVM_RUN
 * @window: what KVM last said of that, also in the middle of an instruction
 * @user_window: the VMM asked for a window when it called KVM_RUN
 * @user_eoi: EOIs are to be told to the VMM
 * @user_eois: which vectors
 * @unfinished: it is in the middle of an instruction, which KVM will end, or
 *	KVM has registers to load
 * @smm: it is in system management mode
 * @guest_debug: KVM_GUESTDBG_* as the VMM set it, 0 if not enabled
 * @kick_lock: held from the change of @mode to VQC_RUN_KICKED until the thread
 *	has been interrupted
 * @interrupted: such a kick came while it was in KVM the last time
 * @mp_state: KVM_MP_STATE_*
 * @id: vCPU id, the initial APIC ID
 * @maxphyaddr: of the guest's CPUID
 * @signature: CPUID.1:EAX of the guest, what RDX holds after INIT
 * @has_sigmask: KVM_SET_SIGNAL_MASK was called
 * @sigmask: its argument
 * @scratch: for vCPU ioctls, under @mutex
 */
struct vqc_vcpu {
	struct vqc_cpu cpu;
	struct vqc_vm *vm;
	struct list_head node;
	struct file *real;
	long (*real_ioctl)(struct file *file, unsigned int cmd,
			   unsigned long arg);
	struct kvm_run *run;
	u8 *pio;
	struct page *pages[2];
	struct mutex mutex;	/* makes its holder the owner of @cpu */
	int mode;
	bool in_run;
	unsigned long since;
	struct task_struct __rcu *task;
	struct rcuwait wait;
	bool ready;
	bool unasked;
	bool window;
	bool user_window;
	bool user_eoi;
	DECLARE_BITMAP(user_eois, VQC_NR_VECTORS);
	bool unfinished;
	bool smm;
	u32 guest_debug;
	raw_spinlock_t kick_lock;	/* an interruption of KVM under way */
	bool interrupted;
	u32 mp_state;
	u32 id;
	u32 maxphyaddr;
	u32 signature;
	bool has_sigmask;
	sigset_t sigmask;
	struct vqc_scratch scratch;
};

/**
 * vqc_real_ioctl - an ioctl on a file of KVM's
 * @file: /dev/kvm, a VM or a vCPU of the real KVM
 * @cmd: the command
 * @arg: its argument; a pointer is one into user memory
 *
 * Context: may sleep; in a process that may use the VM: its address space is
 * the one that made it.
 * Return: what KVM returns.
 */
static inline long vqc_real_ioctl(struct file *file, unsigned int cmd,
				  unsigned long arg)
{
	return file->f_op->unlocked_ioctl(file, cmd, arg);
}

/**
 * struct vqc_kvm_call - an ioctl that is answered here
 * @cmd: the command
 * @fn: does it; @object is the vm or vcpu; owner context as documented there
 */
struct vqc_kvm_call {
	unsigned int cmd;
	long (*fn)(void *object, unsigned int cmd, unsigned long arg);
};

/* ---- front.c ---- */

/**
 * vqc_kvm_init - set the KVM front up
 *
 * It is no error if there is no KVM yet: the first user finds it.
 *
 * Context: may sleep; at module load.
 * Return: 0; -ENOMEM.
 */
int vqc_kvm_init(void);

/**
 * vqc_kvm_exit - undo vqc_kvm_init()
 *
 * Context: may sleep; no file of ours is open any longer.
 */
void vqc_kvm_exit(void);

/**
 * vqc_kvm_release - /dev/virqchip was closed
 * @file: the device
 *
 * Gives up the real /dev/kvm, if it was opened through @file.
 *
 * Context: may sleep.
 */
void vqc_kvm_release(struct file *file);

/**
 * vqc_kvm_dev_ioctl - a KVM ioctl on /dev/virqchip
 * @file: the open device
 * @cmd: the command
 * @arg: its argument
 *
 * Context: may sleep.
 * Return: as KVM's; -ENODEV: there is no KVM; -EACCES: the opener may not use
 * /dev/kvm.
 */
long vqc_kvm_dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

/**
 * vqc_kvm_check_extension - KVM_CHECK_EXTENSION with our irqchip
 * @real: the real /dev/kvm or VM
 * @split: KVM keeps the local APICs
 * @cap: KVM_CAP_*
 *
 * Context: may sleep. Return: as KVM_CHECK_EXTENSION.
 */
long vqc_kvm_check_extension(struct file *real, bool split, unsigned long cap);

/**
 * vqc_kvm_hides_cap - is a capability of KVM's not offered with our irqchip
 * @split: KVM keeps the local APICs
 * @cap: KVM_CAP_*
 *
 * Context: any. Return: true if KVM_CHECK_EXTENSION says 0, whatever KVM says.
 */
bool vqc_kvm_hides_cap(bool split, unsigned long cap);

/**
 * vqc_kvm_split_default - the mode of new VMs
 *
 * Context: any. Return: true: split; false: full.
 */
bool vqc_kvm_split_default(void);

/**
 * vqc_kvm_take_fd - turn an fd that a real ioctl made into its file
 * @fd: the fd, closed here
 * @name: what the file's name begins with
 *
 * Context: may sleep.
 * Return: the file with a reference; ERR_PTR(-EBADF) if another thread put a
 * different file under that number meanwhile.
 */
struct file *vqc_kvm_take_fd(int fd, const char *name);

/**
 * vqc_kvm_find_call - look an ioctl up
 * @calls: the table
 * @nr: its length
 * @cmd: the command
 *
 * Context: any. Return: the row or NULL.
 */
const struct vqc_kvm_call *vqc_kvm_find_call(const struct vqc_kvm_call *calls,
					     unsigned int nr, unsigned int cmd);

/* ---- vm.c ---- */

/**
 * vqc_vm_create - wrap a VM that KVM has just made
 * @real: KVM's VM; the reference is taken over, also on failure
 *
 * Context: may sleep. Return: an fd; -ENOMEM, -EMFILE.
 */
long vqc_vm_create(struct file *real);

/**
 * vqc_vm_put - drop a reference to a VM
 * @vm: the VM
 *
 * The last one takes its fabric out of use and frees it, the vCPUs and the VM.
 *
 * Context: may sleep; @vm->lock is not held.
 */
void vqc_vm_put(struct vqc_vm *vm);

/* ---- irqfd.c ---- */

/**
 * vqc_irqfd_init - make the work queue of all irqfds
 *
 * Context: may sleep; at module load.
 * Return: 0; -ENOMEM.
 */
int vqc_irqfd_init(void);

/**
 * vqc_irqfd_exit - undo vqc_irqfd_init()
 *
 * Context: may sleep; the last irqfd is gone.
 */
void vqc_irqfd_exit(void);

/**
 * vqc_irqfds_init - prepare the irqfds of a VM
 * @irqfds: the VM's, used by nobody yet
 *
 * Context: any.
 */
void vqc_irqfds_init(struct vqc_irqfds *irqfds);

/**
 * vqc_irqfds_release - take all irqfds of a VM down
 * @irqfds: the VM's; nobody adds to them any more
 *
 * When it returns no eventfd leads to the VM.
 * Context: may sleep.
 */
void vqc_irqfds_release(struct vqc_irqfds *irqfds);

/**
 * vqc_vm_irqfd - KVM_IRQFD
 * @object: the VM
 * @cmd: the command
 * @arg: struct kvm_irqfd in user memory
 *
 * Context: may sleep.
 * Return: 0; -EFAULT; -EINVAL: unknown flags, no irqchip, a GSI out of range,
 * or a file that is no eventfd; -EBADF: no file; -EBUSY: the eventfd is an irqfd
 * of this VM already; -ENOMEM.
 */
long vqc_vm_irqfd(void *object, unsigned int cmd, unsigned long arg);

/**
 * vqc_irqfd_pin_acked - a pin was ended: serve its resample irqfds
 * @f: the fabric, whose @config.owner is the struct vqc_vm
 * @chip: whose pin
 * @pin: the pin
 *
 * Context: any; no lock held.
 */
void vqc_irqfd_pin_acked(struct vqc_fabric *f, enum vqc_chip chip,
			 unsigned int pin);

/* ---- vcpu.c, run.c ---- */

/**
 * vqc_vcpu_create - KVM_CREATE_VCPU in a VM with our irqchip
 * @vm: the VM; @vm->fabric is set
 * @id: vCPU id, the initial APIC ID: 0..VQC_MAX_APIC_IDS - 1
 *
 * KVM's vCPU cannot be undone: if what follows it fails, its id stays used.
 *
 * Context: may sleep; @vm->lock is held.
 * Return: an fd; as vqc_fabric_add_cpu(); -EMFILE; -ENFILE; -EBADF as
 * vqc_kvm_take_fd(); what KVM_CREATE_VCPU returns, for an id in use -EEXIST;
 * the errno of mapping KVM's pages or ours.
 */
long vqc_vcpu_create(struct vqc_vm *vm, u32 id);

/**
 * vqc_vcpu_free - free a vCPU, whether it came to be whole or not
 * @v: the vCPU; its fabric does not have it or is quiesced
 *
 * Context: may sleep; nobody runs or kicks it.
 */
void vqc_vcpu_free(struct vqc_vcpu *v);

/**
 * vqc_vcpu_run - KVM_RUN
 * @v: the vCPU; @v->mutex is held
 *
 * Context: may sleep. Return: as KVM_RUN.
 */
long vqc_vcpu_run(struct vqc_vcpu *v);

extern const struct vqc_inject_ops vqc_vcpu_inject_ops;

/**
 * vqc_vcpu_sync_base - follow a change of IA32_APIC_BASE that KVM has accepted
 * @v: the vCPU; its owner calls
 * @base: the new value
 *
 * Context: may sleep.
 */
void vqc_vcpu_sync_base(struct vqc_vcpu *v, u64 base);

/**
 * vqc_to_vcpu - the vCPU of a CPU of the fabric
 * @cpu: the CPU
 *
 * Context: any. Return: the vCPU.
 */
static inline struct vqc_vcpu *vqc_to_vcpu(struct vqc_cpu *cpu)
{
	return container_of(cpu, struct vqc_vcpu, cpu);
}

/**
 * vqc_vcpu_inject_irq - KVM_INTERRUPT
 * @cpu: the vCPU's place in the fabric; its owner calls
 * @intr_info: VM-entry interruption-information word
 *
 * Context: may sleep. Return: 0 or KVM's errno.
 */
int vqc_vcpu_inject_irq(struct vqc_cpu *cpu, u32 intr_info);

/**
 * vqc_vcpu_set_mode - say where the vCPU's thread will be
 * @v: the vCPU; its owner calls
 * @mode: enum vqc_run_mode
 *
 * Whoever kicks it sees that, or the caller sees what it was kicked for.
 *
 * Context: any.
 */
void vqc_vcpu_set_mode(struct vqc_vcpu *v, int mode);

/**
 * vqc_vcpu_set_in_run - say whether the vCPU's thread is in KVM_RUN
 * @v: the vCPU; its owner calls
 * @in_run: it is
 *
 * Context: any.
 */
void vqc_vcpu_set_in_run(struct vqc_vcpu *v, bool in_run);

/**
 * vqc_vcpu_look - struct vqc_inject_ops.look of both modes
 * @cpu: the CPU, of a struct vqc_vcpu
 * @look: filled in
 *
 * Context: any, under RCU.
 */
void vqc_vcpu_look(const struct vqc_cpu *cpu, struct vqc_cpu_look *look);

/**
 * vqc_vcpu_leave_kvm - KVM_RUN has returned
 * @v: the vCPU; its owner calls
 *
 * Context: process.
 */
void vqc_vcpu_leave_kvm(struct vqc_vcpu *v);

/**
 * vqc_vcpu_was_kicked - why has KVM_RUN returned -EINTR
 * @v: the vCPU; its owner calls
 *
 * Context: any.
 * Return: true if it was our own kick, and nothing else.
 */
bool vqc_vcpu_was_kicked(const struct vqc_vcpu *v);

/**
 * vqc_vcpu_kicked_mode - where a vCPU is that something was made pending for
 * @v: the vCPU
 *
 * Unless it will look by itself, the kick that follows is counted and noted.
 *
 * Context: any, also hard interrupts.
 * Return: enum vqc_run_mode; VQC_RUN_OUT: it will look.
 */
int vqc_vcpu_kicked_mode(struct vqc_vcpu *v);

/**
 * vqc_vcpu_interrupt - make a vCPU leave KVM, or look for an interrupt window
 * @v: the vCPU
 *
 * Also if it is halted there. Does nothing if it is not in KVM any more.
 *
 * Context: any, also hard interrupts.
 */
void vqc_vcpu_interrupt(struct vqc_vcpu *v);

/**
 * vqc_vcpu_set_task - note which thread runs a vCPU
 * @v: the vCPU; the current thread is its owner
 *
 * Context: may sleep.
 */
void vqc_vcpu_set_task(struct vqc_vcpu *v);

/**
 * vqc_vcpu_mmio_exit - KVM_EXIT_MMIO
 * @v: the vCPU; its owner calls
 *
 * Context: may sleep. Return: true if a device of ours was accessed.
 */
bool vqc_vcpu_mmio_exit(struct vqc_vcpu *v);

/**
 * vqc_vcpu_pio_exit - KVM_EXIT_IO
 * @v: the vCPU; its owner calls
 *
 * Context: may sleep. Return: true if a device of ours was accessed.
 */
bool vqc_vcpu_pio_exit(struct vqc_vcpu *v);

/* ---- split.c, split_run.c ---- */

/**
 * vqc_split_init - make the work queue of split mode
 *
 * Context: may sleep; at module load. Return: 0; -ENOMEM.
 */
int vqc_split_init(void);

/**
 * vqc_split_exit - undo vqc_split_init()
 *
 * Context: may sleep; no VM is left.
 */
void vqc_split_exit(void);

/**
 * vqc_split_create - what a VM needs for KVM to keep its local APICs
 * @vm: the VM, without an irqchip or vCPUs; @vm->lock is held
 *
 * Context: may sleep.
 * Return: what vqc_vm.split becomes; ERR_PTR(-ENOMEM), or another errno of the
 * mapping of its scratch pages.
 */
struct vqc_split *vqc_split_create(struct vqc_vm *vm);

/**
 * vqc_split_enable - let KVM keep the local APICs
 * @s: the VM's
 *
 * KVM does not let itself be talked out of it again.
 *
 * Context: may sleep. Return: 0, KVM's errno.
 */
int vqc_split_enable(struct vqc_split *s);

/**
 * vqc_split_destroy - undo vqc_split_create(), as far as it is ours
 * @s: the VM's; may be NULL; its fabric is quiesced, or none
 *
 * Context: may sleep.
 */
void vqc_split_destroy(struct vqc_split *s);

/**
 * vqc_split_ops - what the fabric of a VM in split mode calls
 *
 * Context: any. Return: the operations.
 */
const struct vqc_fabric_ops *vqc_split_ops(void);

/**
 * vqc_split_begin - something that may make messages begins
 * @vm: the VM, in whatever mode
 *
 * Context: a process that has the VMM's address space.
 * Return: for vqc_split_end(); NULL in full mode.
 */
struct vqc_split *vqc_split_begin(const struct vqc_vm *vm);

/**
 * vqc_split_end - it has ended: send them
 * @s: what vqc_split_begin() has returned
 *
 * Context: as vqc_split_begin(); may sleep; no lock of the fabric's held.
 */
void vqc_split_end(struct vqc_split *s);

/**
 * vqc_split_sync - the RTEs, or who hears of their EOIs, may have changed
 * @s: the VM's; NULL in full mode
 *
 * Tells KVM. Whoever sends a message looks, too; this is for what sends none.
 *
 * Context: as vqc_split_end().
 */
void vqc_split_sync(struct vqc_split *s);

/**
 * vqc_split_set_routes - vqc_fabric_set_routes(), and KVM's own table
 * @vm: the VM, in split mode
 * @routes: the new routes
 * @nr: how many, 0..VQC_MAX_ROUTES
 *
 * Context: as vqc_split_end().
 * Return: as vqc_fabric_set_routes(); KVM's errno: nothing is replaced then.
 */
int vqc_split_set_routes(struct vqc_vm *vm, const struct vqc_route *routes,
			 u32 nr);

/**
 * vqc_split_signal_msi - KVM_SIGNAL_MSI
 * @vm: the VM, in split mode
 * @msi: the message
 * @arg: the same in user memory
 *
 * Context: as vqc_split_end(). Return: as KVM's.
 */
long vqc_split_signal_msi(struct vqc_vm *vm, const struct kvm_msi *msi,
			  unsigned long arg);

/**
 * vqc_split_irqfd - make KVM deliver an irqfd whenever its GSI is a message
 * @vm: the VM, in split mode
 * @fd: the eventfd
 * @gsi: the VMM's GSI
 * @flags: 0, or KVM_IRQFD_FLAG_DEASSIGN to undo it
 *
 * Context: as vqc_split_end().
 * Return: 0; -ENOSPC: KVM's table has no place for such a GSI; KVM's errno.
 */
long vqc_split_irqfd(struct vqc_vm *vm, int fd, u32 gsi, u32 flags);

/**
 * vqc_split_passes - is KVM about to deliver this signal of an irqfd
 * @vm: the VM, in split mode
 * @gsi: the VMM's GSI, for which vqc_split_irqfd() has succeeded
 *
 * Notes it if it is so.
 *
 * Context: any. Return: true if the GSI is a message now.
 */
bool vqc_split_passes(struct vqc_vm *vm, u32 gsi);

/**
 * vqc_split_run - KVM_RUN
 * @object: the vCPU
 * @cmd: the command
 * @arg: must be 0
 *
 * Context: the owner of the vCPU (its mutex is held); may sleep.
 * Return: as KVM_RUN.
 */
long vqc_split_run(void *object, unsigned int cmd, unsigned long arg);

extern const struct vqc_inject_ops vqc_split_inject_ops;

/* ---- userchips.c ---- */

/* The fabric's @config.owner is the struct vqc_vm. */
extern const struct vqc_fabric_ops vqc_user_fabric_ops;

/**
 * vqc_user_extint - KVM_INTERRUPT: an ExtINT of the VMM's PIC
 * @v: the vCPU; its owner calls
 * @vector: what the PIC said at its acknowledge
 *
 * Context: may sleep. Return: 0; -EEXIST: one is pending already.
 */
int vqc_user_extint(struct vqc_vcpu *v, u8 vector);

/**
 * vqc_user_note_cpuid - the VMM has set CPUID.1
 * @v: the vCPU; its owner calls
 * @ecx: of CPUID.1
 *
 * Context: any.
 */
void vqc_user_note_cpuid(struct vqc_vcpu *v, u32 ecx);

/**
 * vqc_user_wants_window - is KVM to tell when an interrupt can be taken
 * @v: the vCPU; its owner calls
 *
 * Context: any.
 * Return: true if the VMM asked for that and an ExtINT would be accepted.
 */
bool vqc_user_wants_window(const struct vqc_vcpu *v);

/**
 * vqc_user_window_exit - an exit of KVM's was handled: is the window open
 * @v: the vCPU; its owner calls
 *
 * Context: any.
 * Return: true if KVM_RUN has to end for it; the reason is in kvm_run then.
 */
bool vqc_user_window_exit(struct vqc_vcpu *v);

/**
 * vqc_user_eoi_exit - the instruction that wrote an EOI is over
 * @v: the vCPU, with @user_eoi set; its owner calls
 *
 * Fills kvm_run in.
 *
 * Context: any.
 */
void vqc_user_eoi_exit(struct vqc_vcpu *v);

/**
 * vqc_user_to_vmm - show in kvm_run what KVM does beside its own local APIC
 * @v: the vCPU, at the end of KVM_RUN; its owner calls
 *
 * Context: any.
 */
void vqc_user_to_vmm(struct vqc_vcpu *v);

/* ---- events.c ---- */

/**
 * vqc_vcpu_event_pending - does KVM hold something that ends a halt
 * @v: the vCPU; its owner calls
 *
 * Context: may sleep.
 * Return: true if an exception, an NMI that is not masked or an SMI outside of
 * SMM is pending.
 */
bool vqc_vcpu_event_pending(struct vqc_vcpu *v);

/**
 * vqc_vcpu_no_window_cause - why has KVM no window, though IF is set
 * @v: the vCPU; its owner calls
 *
 * Context: may sleep.
 * Return: CPU_SHADOW, CPU_EVENT, or CPU_BUSY if it cannot be told.
 */
enum vqc_why vqc_vcpu_no_window_cause(struct vqc_vcpu *v);

/**
 * vqc_vcpu_init_blocked - would INIT be latched now (SDM vol. 3, 32.3.1)
 * @v: the vCPU; its owner calls
 *
 * Context: may sleep.
 * Return: true if it is in SMM, or an SMI comes first.
 */
bool vqc_vcpu_init_blocked(struct vqc_vcpu *v);

/**
 * vqc_vcpu_get_events - KVM_GET_VCPU_EVENTS
 * @object: the vCPU
 * @cmd: the command
 * @arg: struct kvm_vcpu_events in user memory
 *
 * Context: the owner of the vCPU (its mutex is held); may sleep.
 * Return: 0; -EFAULT; KVM's errno.
 */
long vqc_vcpu_get_events(void *object, unsigned int cmd, unsigned long arg);

/**
 * vqc_vcpu_set_events - KVM_SET_VCPU_EVENTS
 * @object: the vCPU
 * @cmd: the command
 * @arg: struct kvm_vcpu_events in user memory
 *
 * Context: the owner of the vCPU (its mutex is held); may sleep.
 * Return: 0; -EFAULT; -EINVAL: SMM and waiting for SIPI exclude each other;
 * KVM's errno.
 */
long vqc_vcpu_set_events(void *object, unsigned int cmd, unsigned long arg);

/**
 * vqc_vcpu_set_guest_debug - KVM_SET_GUEST_DEBUG
 * @object: the vCPU
 * @cmd: the command
 * @arg: struct kvm_guest_debug in user memory
 *
 * Context: the owner of the vCPU (its mutex is held); may sleep.
 * Return: 0; -EFAULT; KVM's errno.
 */
long vqc_vcpu_set_guest_debug(void *object, unsigned int cmd,
			      unsigned long arg);

/**
 * vqc_vcpu_load_sync_regs - load what the VMM has put into kvm_run's registers
 * @v: the vCPU, at the begin of KVM_RUN; its owner calls
 *
 * KVM loads them all when it is entered next; our LAPIC takes its part here.
 *
 * Context: may sleep. Return: 0; -EINVAL as vqc_vcpu_set_events().
 */
int vqc_vcpu_load_sync_regs(struct vqc_vcpu *v);

/**
 * vqc_vcpu_store_sync_regs - put our part into the registers that KVM stored
 * @v: the vCPU, at the end of KVM_RUN; its owner calls
 *
 * Context: may sleep.
 */
void vqc_vcpu_store_sync_regs(struct vqc_vcpu *v);

/* ---- init.c ---- */

/**
 * vqc_vcpu_set_state - set KVM_MP_STATE_*, and what our LAPIC shows of it
 * @v: the vCPU; its owner calls
 * @mp_state: the state, a valid one
 *
 * Context: any.
 */
void vqc_vcpu_set_state(struct vqc_vcpu *v, u32 mp_state);

/**
 * vqc_vcpu_take_events - act on pending INIT and SIPI
 * @v: the vCPU, not in the middle of an instruction; its owner calls
 *
 * Context: may sleep. Return: 0 or the errno of a real ioctl.
 */
int vqc_vcpu_take_events(struct vqc_vcpu *v);

/* ---- msr.c ---- */

/**
 * vqc_vm_apply_msr_settings - tell KVM which MSR accesses exit
 * @vm: the VM; @vm->lock is held, @vm->fabric set
 *
 * The VMM's own wishes stay in force beside ours.
 * Context: may sleep. Return: 0 or KVM's errno.
 */
int vqc_vm_apply_msr_settings(struct vqc_vm *vm);

/**
 * vqc_vm_switch_pmu_off - KVM is to have no virtual PMU in this VM
 * @vm: the VM, without vCPUs
 *
 * KVM drops the interrupts of its virtual PMU without a local APIC of its own, and
 * on AMD CPUID alone does not hide it. KVM_CAP_PMU_CAPABILITY of KVM's API.
 *
 * Context: holds vm->lock; may sleep.
 * Return: 0, also if the host has none; or KVM's errno.
 */
int vqc_vm_switch_pmu_off(struct vqc_vm *vm);

/**
 * vqc_vm_set_msr_filter - KVM_X86_SET_MSR_FILTER of the VMM
 * @vm: the VM
 * @arg: struct kvm_msr_filter in user memory
 *
 * Context: may sleep. Return: as KVM's; -ENOSPC: all ranges are in use and
 * none is left for IA32_TSC_DEADLINE.
 */
long vqc_vm_set_msr_filter(struct vqc_vm *vm, unsigned long arg);

/**
 * vqc_vcpu_msr_exit - handle KVM_EXIT_X86_RDMSR and _WRMSR
 * @v: the vCPU
 * @write: which of them
 *
 * Context: owner; may sleep. Return: true if it was handled here.
 */
bool vqc_vcpu_msr_exit(struct vqc_vcpu *v, bool write);

/**
 * vqc_vcpu_msrs - KVM_GET_MSRS and KVM_SET_MSRS
 * @object: the vCPU
 * @cmd: which of them
 * @arg: struct kvm_msrs in user memory
 *
 * KVM answers, but for the x2APIC registers; IA32_TSC_DEADLINE is filled in from
 * our LAPIC, and what KVM has accepted of it and of IA32_APIC_BASE is done to
 * our LAPIC, too.
 *
 * Context: the owner of the vCPU (its mutex is held); may sleep.
 * Return: how many MSRs were read or written: fewer than asked for if one was
 * refused; -EFAULT; -E2BIG: 256 or more; -ENOMEM; KVM's errno.
 */
long vqc_vcpu_msrs(void *object, unsigned int cmd, unsigned long arg);

/**
 * vqc_vcpu_read_tsc - the guest's time stamp counter
 * @cpu: the vCPU's place in the fabric; its owner calls
 *
 * Context: may sleep. Return: the TSC, 0 if KVM does not tell.
 */
u64 vqc_vcpu_read_tsc(struct vqc_cpu *cpu);

/* ---- cpuid.c ---- */

/**
 * vqc_kvm_get_supported_cpuid - what KVM supports, without what is hidden
 * @real: the real /dev/kvm, or KVM's vCPU for KVM_GET_SUPPORTED_HV_CPUID
 * @cmd: KVM_GET_SUPPORTED_CPUID or KVM_GET_SUPPORTED_HV_CPUID
 * @arg: struct kvm_cpuid2 in user memory
 *
 * Context: may sleep.
 * Return: 0; -EFAULT; KVM's errno.
 */
long vqc_kvm_get_supported_cpuid(struct file *real, unsigned int cmd,
				 unsigned long arg);

/**
 * vqc_vcpu_get_supported_hv_cpuid - KVM_GET_SUPPORTED_HV_CPUID of a vCPU
 * @object: the vCPU
 * @cmd: the command
 * @arg: struct kvm_cpuid2 in user memory
 *
 * Context: the owner of the vCPU (its mutex is held); may sleep.
 * Return: 0; -EFAULT; KVM's errno.
 */
long vqc_vcpu_get_supported_hv_cpuid(void *object, unsigned int cmd,
				     unsigned long arg);

/**
 * vqc_vcpu_set_cpuid2 - KVM_SET_CPUID2 without what is hidden
 * @object: the vCPU
 * @cmd: the command
 * @arg: struct kvm_cpuid2 in user memory
 *
 * Context: the owner of the vCPU (its mutex is held); may sleep.
 * Return: 0; -EFAULT; -E2BIG: more than 256 entries; KVM's errno.
 */
long vqc_vcpu_set_cpuid2(void *object, unsigned int cmd, unsigned long arg);

/**
 * vqc_vcpu_set_cpuid - KVM_SET_CPUID without what is hidden
 * @object: the vCPU
 * @cmd: the command
 * @arg: struct kvm_cpuid in user memory
 *
 * Context: the owner of the vCPU (its mutex is held); may sleep.
 * Return: as vqc_vcpu_set_cpuid2().
 */
long vqc_vcpu_set_cpuid(void *object, unsigned int cmd, unsigned long arg);

/**
 * vqc_kvm_tsc_deadline_traps - can writes of IA32_TSC_DEADLINE be trapped
 *
 * Where they cannot be they are lost, so the guest is shown no TSC-deadline
 * timer.
 *
 * Context: any.
 * Return: true on AMD and Hygon before Linux 6.13, else false.
 */
bool vqc_kvm_tsc_deadline_traps(void);

/* ---- state.c ---- */

/**
 * vqc_vm_get_irqchip - KVM_GET_IRQCHIP
 * @object: the VM
 * @cmd: the command
 * @arg: struct kvm_irqchip in user memory: @chip_id in, the state out
 *
 * Context: may sleep; takes vqc_vm.lock.
 * Return: 0; -EFAULT; -ENOMEM; -ENXIO: no irqchip; -EINVAL: no such chip.
 */
long vqc_vm_get_irqchip(void *object, unsigned int cmd, unsigned long arg);

/**
 * vqc_vm_set_irqchip - KVM_SET_IRQCHIP
 * @object: the VM
 * @cmd: the command
 * @arg: struct kvm_irqchip in user memory; whatever its state, it is made valid
 *
 * Context: may sleep; takes vqc_vm.lock.
 * Return: 0; -EFAULT; -ENOMEM; -ENXIO: no irqchip; -EINVAL: no such chip.
 */
long vqc_vm_set_irqchip(void *object, unsigned int cmd, unsigned long arg);

/**
 * vqc_vm_get_pit - KVM_GET_PIT and KVM_GET_PIT2
 * @object: the VM
 * @cmd: which of them
 * @arg: struct kvm_pit_state or struct kvm_pit_state2 in user memory
 *
 * Context: may sleep.
 * Return: 0; -EFAULT; -ENXIO: no PIT.
 */
long vqc_vm_get_pit(void *object, unsigned int cmd, unsigned long arg);

/**
 * vqc_vm_set_pit - KVM_SET_PIT and KVM_SET_PIT2
 * @object: the VM
 * @cmd: which of them
 * @arg: struct kvm_pit_state or struct kvm_pit_state2 in user memory; whatever
 *	it says, it is made valid
 *
 * The counts start anew.
 *
 * Context: may sleep.
 * Return: 0; -EFAULT; -ENXIO: no PIT.
 */
long vqc_vm_set_pit(void *object, unsigned int cmd, unsigned long arg);

/**
 * vqc_vcpu_get_lapic - KVM_GET_LAPIC
 * @object: the vCPU
 * @cmd: the command
 * @arg: struct kvm_lapic_state in user memory
 *
 * Context: the owner of the vCPU (its mutex is held); may sleep.
 * Return: 0; -EFAULT; -ENOMEM.
 */
long vqc_vcpu_get_lapic(void *object, unsigned int cmd, unsigned long arg);

/**
 * vqc_vcpu_set_lapic - KVM_SET_LAPIC
 * @object: the vCPU
 * @cmd: the command
 * @arg: struct kvm_lapic_state in user memory; whatever it says, it is made
 *	valid
 *
 * Context: the owner of the vCPU (its mutex is held); may sleep.
 * Return: 0; -EFAULT; -ENOMEM; -EINVAL as vqc_lapic_set_page(), nothing has
 * changed then.
 */
long vqc_vcpu_set_lapic(void *object, unsigned int cmd, unsigned long arg);

#endif /* VQC_KVM_FRONT_H */
