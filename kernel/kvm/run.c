// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_RUN: a loop around the real one.
 *
 * Each turn hands the vCPU what is pending for it, or asks for an interrupt
 * window, and enters KVM. An exit that is about our chips is handled here and
 * the loop goes on; any other goes to the VMM, with kvm_run showing what it
 * would show for an in-kernel irqchip.
 *
 * A kick must not get lost between the look at what is pending and the entry:
 * the vCPU says IN_KVM first and looks then, and who makes something pending
 * looks at the mode afterwards. A vCPU in KVM is kicked by asking for an
 * interrupt window and by TIF_NOTIFY_RESUME, which lets KVM's own loop go round
 * and see that, and which cannot disturb the thread if it comes too late. Only
 * what does not wait for a window (NMI, SMI, INIT, SIPI) needs the stronger
 * TIF_NOTIFY_SIGNAL, which is set under a lock and only while KVM_RUN is there
 * to be ended by it.
 *
 * kvm_run belongs to the VMM as much as to KVM: each field is read once.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/task_work.h>

#include "front.h"
#include "observe.h"
#include "record.h"

#define VQC_CR8_MASK	0xf
/* Of one instruction; KVM ends a repeated one after 1024 elements. */
#define VQC_MAX_PARTS	4096u

/* ---- the injection back end ---- */

static enum vqc_why vqc_vcpu_ready(struct vqc_cpu *cpu)
{
	struct vqc_vcpu *v = vqc_to_vcpu(cpu);

	if (unlikely(v->guest_debug & KVM_GUESTDBG_BLOCKIRQ))
		return VQC_WHY_CPU_BUSY;
	if (likely(v->ready))
		return VQC_WHY_DELIVERED;
	return READ_ONCE(v->run->if_flag) ? VQC_WHY_CPU_BUSY : VQC_WHY_CPU_IF;
}

int vqc_vcpu_inject_irq(struct vqc_cpu *cpu, u32 intr_info)
{
	struct vqc_vcpu *v = vqc_to_vcpu(cpu);
	struct kvm_interrupt *irq = v->scratch.kernel;

	irq->irq = FIELD_GET(VQC_INTR_VECTOR, intr_info);
	v->ready = false;
	return v->real_ioctl(v->real, KVM_INTERRUPT, v->scratch.user);
}

static int vqc_vcpu_inject_nmi(struct vqc_cpu *cpu)
{
	struct vqc_vcpu *v = vqc_to_vcpu(cpu);

	return v->real_ioctl(v->real, KVM_NMI, 0);
}

/* Without CONFIG_KVM_SMM there is no SMM to enter; the SMI has no effect. */
static int vqc_vcpu_inject_smi(struct vqc_cpu *cpu)
{
	struct vqc_vcpu *v = vqc_to_vcpu(cpu);
	long ret = v->real_ioctl(v->real, KVM_SMI, 0);

	return ret == -ENOTTY || ret == -EINVAL ? 0 : ret;
}

/*
 * KVM has no window though IF is set: an event that it will deliver first, or
 * the shadow of STI or MOV SS, which it tells with the events.
 */
static enum vqc_why vqc_vcpu_busy_cause(struct vqc_cpu *cpu)
{
	struct vqc_vcpu *v = vqc_to_vcpu(cpu);

	if (v->guest_debug & KVM_GUESTDBG_BLOCKIRQ)
		return VQC_WHY_CPU_DEBUG;
	if (v->window)
		return v->unfinished ? VQC_WHY_CPU_INSN : VQC_WHY_CPU_BUSY;
	return vqc_vcpu_no_window_cause(v);
}

void vqc_vcpu_look(const struct vqc_cpu *cpu, struct vqc_cpu_look *look)
{
	static const u8 places[] = {
		[VQC_RUN_OUT] = VQC_CPU_HERE,
		[VQC_RUN_IN_KVM] = VQC_CPU_IN_GUEST,
		[VQC_RUN_KICKED] = VQC_CPU_IN_GUEST,
		[VQC_RUN_ASLEEP] = VQC_CPU_SLEEPS,
	};
	const struct vqc_vcpu *v = container_of(cpu, struct vqc_vcpu, cpu);

	look->place = READ_ONCE(v->in_run) ? places[READ_ONCE(v->mode)] :
					     VQC_CPU_OUTSIDE;
	look->if_flag = READ_ONCE(v->run->if_flag);
	look->window = READ_ONCE(v->run->request_interrupt_window);
	look->since = READ_ONCE(v->since);
}

void vqc_vcpu_set_in_run(struct vqc_vcpu *v, bool in_run)
{
	WRITE_ONCE(v->since, jiffies);
	WRITE_ONCE(v->in_run, in_run);
}

/* A window through which nothing may go would open again and again. */
static void vqc_vcpu_request_window(struct vqc_cpu *cpu)
{
	struct vqc_vcpu *v = vqc_to_vcpu(cpu);

	if (!(v->guest_debug & KVM_GUESTDBG_BLOCKIRQ))
		WRITE_ONCE(v->run->request_interrupt_window, 1);
}

#define VQC_RESET_EVENTS	(BIT(VQC_EV_INIT) | BIT(VQC_EV_SIPI))
#define VQC_URGENT_EVENTS	(BIT(VQC_EV_NMI) | BIT(VQC_EV_SMI) | \
				 VQC_RESET_EVENTS)

/* The flag is set only as long as it is KVM_RUN that it will end. */
static void vqc_vcpu_interrupt_kvm(struct vqc_vcpu *v, struct task_struct *task)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&v->kick_lock, flags);
	if (cmpxchg(&v->mode, VQC_RUN_IN_KVM, VQC_RUN_KICKED) == VQC_RUN_IN_KVM)
		set_tsk_thread_flag(task, TIF_NOTIFY_SIGNAL);
	raw_spin_unlock_irqrestore(&v->kick_lock, flags);
}

/* It may sleep there: KVM looks at the flag whenever it wakes up. */
static void vqc_vcpu_wake_in_kvm(struct vqc_vcpu *v, struct task_struct *task)
{
	vqc_vcpu_interrupt_kvm(v, task);
	if (!wake_up_process(task))
		kick_process(task);
}

static void vqc_vcpu_look_again(struct vqc_vcpu *v, struct task_struct *task)
{
	if (READ_ONCE(v->cpu.lapic.events) & VQC_URGENT_EVENTS)
		vqc_vcpu_interrupt_kvm(v, task);
	else
		set_tsk_thread_flag(task, TIF_NOTIFY_RESUME);
	/* Also for current: a hard interrupt may be in its guest. */
	kick_process(task);
}

/* @how: by which of the two above its thread is told */
static void vqc_vcpu_kick_kvm(struct vqc_vcpu *v,
			      void (*how)(struct vqc_vcpu *v,
					  struct task_struct *task))
{
	struct task_struct *task;

	rcu_read_lock();
	task = rcu_dereference(v->task);
	if (task) {
		WRITE_ONCE(v->run->request_interrupt_window, 1);
		how(v, task);
	}
	rcu_read_unlock();
}

void vqc_vcpu_interrupt(struct vqc_vcpu *v)
{
	vqc_vcpu_kick_kvm(v, vqc_vcpu_wake_in_kvm);
}

int vqc_vcpu_kicked_mode(struct vqc_vcpu *v)
{
	int mode;

	/* Pairs with the one in vqc_vcpu_set_mode(). */
	smp_mb();
	mode = READ_ONCE(v->mode);
	if (mode != VQC_RUN_OUT) {
		this_cpu_inc(v->cpu.fabric->stats->kicks);
		vqc_obs_kick(&v->cpu);
	}
	return mode;
}

static void vqc_vcpu_kick(struct vqc_cpu *cpu)
{
	struct vqc_vcpu *v = vqc_to_vcpu(cpu);

	switch (vqc_vcpu_kicked_mode(v)) {
	case VQC_RUN_IN_KVM:
	case VQC_RUN_KICKED:
		vqc_vcpu_kick_kvm(v, vqc_vcpu_look_again);
		break;
	case VQC_RUN_ASLEEP:
		rcuwait_wake_up(&v->wait);
		break;
	}
}

const struct vqc_inject_ops vqc_vcpu_inject_ops = {
	.ready = vqc_vcpu_ready,
	.inject_irq = vqc_vcpu_inject_irq,
	.inject_nmi = vqc_vcpu_inject_nmi,
	.inject_smi = vqc_vcpu_inject_smi,
	.request_window = vqc_vcpu_request_window,
	.read_tsc = vqc_vcpu_read_tsc,
	.kick = vqc_vcpu_kick,
	.busy_cause = vqc_vcpu_busy_cause,
	.look = vqc_vcpu_look,
};

void vqc_vcpu_set_mode(struct vqc_vcpu *v, int mode)
{
	/* The mode first, then the look at what is pending. */
	smp_store_mb(v->mode, mode);
}

/*
 * Out of KVM: from here on nobody sets TIF_NOTIFY_SIGNAL, and a flag that a kick
 * has set is taken back, lest it end another system call of this thread. A task
 * work may share it: that is done when KVM is entered again, or on the way out.
 */
void vqc_vcpu_leave_kvm(struct vqc_vcpu *v)
{
	v->interrupted = xchg(&v->mode, VQC_RUN_OUT) == VQC_RUN_KICKED;
	if (likely(!v->interrupted))
		return;
	/* Who kicked may not have set the flag yet. */
	raw_spin_lock_irq(&v->kick_lock);
	clear_thread_flag(TIF_NOTIFY_SIGNAL);
	/* The flag goes before the look at what else asked for it. */
	smp_mb__after_atomic();
	raw_spin_unlock_irq(&v->kick_lock);
	if (task_work_pending(current))
		set_thread_flag(TIF_NOTIFY_RESUME);
}

/* ---- exits ---- */

bool vqc_vcpu_mmio_exit(struct vqc_vcpu *v)
{
	struct kvm_run *run = v->run;
	u64 gpa = READ_ONCE(run->mmio.phys_addr);
	u32 len = READ_ONCE(run->mmio.len);
	u64 data;

	if (len - 1 >= sizeof(data))
		return false;
	if (READ_ONCE(run->mmio.is_write)) {
		memcpy(&data, run->mmio.data, sizeof(data));
		return !vqc_cpu_mmio_write(&v->cpu, gpa, len, &data);
	}
	if (vqc_cpu_mmio_read(&v->cpu, gpa, len, &data))
		return false;
	memcpy(run->mmio.data, &data, len);
	return true;
}

/*
 * The data is in KVM's own page; run->io.data_offset is the VMM's to scribble.
 * It can scribble on the data too, of which devices take each byte once.
 */
bool vqc_vcpu_pio_exit(struct vqc_vcpu *v)
{
	struct kvm_vcpu *cookie = vqc_cpu_cookie(&v->cpu);
	struct vqc_bus *bus = &v->cpu.fabric->pio;
	struct kvm_run *run = v->run;
	bool out = READ_ONCE(run->io.direction) == KVM_EXIT_IO_OUT;
	u16 port = READ_ONCE(run->io.port);
	u8 size = READ_ONCE(run->io.size);
	u32 i, count = READ_ONCE(run->io.count);
	u8 *data = v->pio;
	int ret = 0;

	if ((size != 1 && size != 2 && size != 4) || count > PAGE_SIZE / 4)
		return false;
	for (i = 0; i < count && !ret; i++, data += size)
		ret = out ? vqc_bus_write(bus, cookie, port, size, data) :
			    vqc_bus_read(bus, cookie, port, size, data);
	/* All elements of a string go to one port: all are ours, or none. */
	return !ret;
}

static void vqc_vcpu_sync_tpr(struct vqc_vcpu *v)
{
	u8 cr8 = READ_ONCE(v->run->cr8) & VQC_CR8_MASK;

	/* The low nibble of TPR is not in CR8, and stays. */
	if (unlikely(cr8 != v->cpu.lapic.tpr >> 4))
		vqc_rec_lapic_set_tpr(&v->cpu, cr8 << 4);
}

void vqc_vcpu_sync_base(struct vqc_vcpu *v, u64 base)
{
	unsigned long flags;
	VQC_DEFINE_FX(fx);

	raw_spin_lock_irqsave(&v->cpu.lock, flags);
	vqc_rec_lapic_set_base(&v->cpu, base, v->maxphyaddr, true, &fx);
	raw_spin_unlock_irqrestore(&v->cpu.lock, flags);
	vqc_drain_lapic(&v->cpu, &fx);
}

/* Exits in the middle of an instruction: KVM ends it when it is entered again. */
static bool vqc_exit_is_inside_insn(u32 exit_reason)
{
	switch (exit_reason) {
	case KVM_EXIT_MMIO:
	case KVM_EXIT_IO:
	case KVM_EXIT_X86_RDMSR:
	case KVM_EXIT_X86_WRMSR:
	case KVM_EXIT_HYPERCALL:
	case KVM_EXIT_HYPERV:
	case KVM_EXIT_XEN:
		return true;
	default:
		return false;
	}
}

/* Is the instruction over but for what KVM does without looking at it again? */
static bool vqc_vcpu_wrote_mmio(const struct kvm_run *run)
{
	return READ_ONCE(run->exit_reason) == KVM_EXIT_MMIO &&
	       READ_ONCE(run->mmio.is_write);
}

/*
 * What KVM tells at every exit. IA32_APIC_BASE has no exit of its own: a guest
 * that writes it is followed at the next.
 *
 * The end of an instruction can raise an exception: what it read from a device
 * may go to a page that is not there, a refused MSR is #GP, and after each
 * comes #DB if the guest or its debugger steps (RFLAGS.TF). KVM loses an
 * interrupt that was queued before that. Only a write to memory ends silently.
 */
static void vqc_vcpu_after_kvm(struct vqc_vcpu *v, long ret)
{
	struct kvm_run *run = v->run;
	u64 base = READ_ONCE(run->apic_base);

	if (!ret)
		v->unfinished = vqc_exit_is_inside_insn(READ_ONCE(run->exit_reason));
	else if (ret == -EINTR)
		v->unfinished = false;
	v->smm = READ_ONCE(run->flags) & KVM_RUN_X86_SMM;
	v->window = READ_ONCE(run->ready_for_interrupt_injection);
	v->ready = v->window && (!v->unfinished || vqc_vcpu_wrote_mmio(run));
	vqc_vcpu_sync_tpr(v);
	if (unlikely(base != v->cpu.lapic.base))
		vqc_vcpu_sync_base(v, base);
}

/*
 * Enter KVM without running the guest: it does what it does before that and
 * tells what it tells after it. The VMM may be setting the same flag at this
 * moment and must find its own value.
 * Return: as KVM_RUN; -EINTR: there is nothing left to do but to run the guest.
 */
static long vqc_vcpu_learn(struct vqc_vcpu *v)
{
	u8 ours = 2;
	long ret;

	if (cmpxchg(&v->run->immediate_exit__unsafe, 0, ours))
		ours = 0;
	v->run->cr8 = v->cpu.lapic.tpr >> 4;
	ret = v->real_ioctl(v->real, KVM_RUN, 0);
	if (ours)
		cmpxchg(&v->run->immediate_exit__unsafe, ours, 0);
	vqc_vcpu_after_kvm(v, ret);
	return ret;
}

/* ---- sleeping ---- */

static bool vqc_vcpu_runnable(const struct vqc_vcpu *v)
{
	return v->mp_state == KVM_MP_STATE_RUNNABLE;
}

static bool vqc_vcpu_wakes(struct vqc_vcpu *v)
{
	unsigned long events = READ_ONCE(v->cpu.lapic.events);

	if (v->smm)
		events &= ~VQC_RESET_EVENTS;
	if (v->mp_state != KVM_MP_STATE_HALTED)
		return events & VQC_RESET_EVENTS;
	if (events & VQC_URGENT_EVENTS)
		return true;
	return READ_ONCE(v->run->if_flag) && vqc_cpu_has_interrupt(&v->cpu);
}

/* The VMM's signal mask applies here as it does inside KVM's own sleep. */
static int vqc_vcpu_sleep(struct vqc_vcpu *v)
{
	sigset_t old;
	int ret;

	/* A work whose flag our kick shared may be meant to end a sleep. */
	if (v->interrupted && task_work_pending(current))
		set_thread_flag(TIF_NOTIFY_SIGNAL);
	if (v->has_sigmask)
		sigprocmask(SIG_SETMASK, &v->sigmask, &old);
	vqc_vcpu_set_mode(v, VQC_RUN_ASLEEP);
	ret = rcuwait_wait_event(&v->wait, vqc_vcpu_wakes(v),
				 TASK_INTERRUPTIBLE);
	WRITE_ONCE(v->mode, VQC_RUN_OUT);
	if (v->has_sigmask)
		sigprocmask(SIG_SETMASK, &old, NULL);
	return ret ? -EINTR : 0;
}

/*
 * What KVM last told may be older than the state: one was loaded. It may also
 * hold an event that ends the halt, such as #DB behind a HLT that was stepped;
 * were it ready for an interrupt, it would hold none.
 * Return: 1 if the halt ends, 0 if not, or KVM_RUN's errno.
 */
static int vqc_vcpu_look_before_sleep(struct vqc_vcpu *v)
{
	int ret;

	if (v->mp_state == KVM_MP_STATE_HALTED && !v->ready) {
		ret = vqc_vcpu_learn(v);
		if (ret && ret != -EINTR)
			return ret;
		if (!v->ready && vqc_vcpu_event_pending(v))
			return 1;
	}
	return vqc_vcpu_wakes(v);
}

/* Not runnable: halted, or waiting for INIT and SIPI. */
static int vqc_vcpu_block(struct vqc_vcpu *v)
{
	int ret;

	ret = vqc_vcpu_look_before_sleep(v);
	if (ret < 0)
		return ret;
	if (READ_ONCE(v->run->immediate_exit__unsafe)) {
		v->run->exit_reason = KVM_EXIT_INTR;
		return -EINTR;
	}
	ret = ret ? 0 : vqc_vcpu_sleep(v);
	if (ret) {
		/* Registers that the VMM wants to see: INIT may have come since. */
		if (unlikely(READ_ONCE(v->run->kvm_valid_regs)))
			vqc_vcpu_learn(v);
		v->run->exit_reason = KVM_EXIT_INTR;
		return ret;
	}
	if (v->mp_state == KVM_MP_STATE_HALTED)
		v->mp_state = KVM_MP_STATE_RUNNABLE;
	return 0;
}

/* ---- the loop ---- */

/* The exit is not ours: show the VMM what it would see of KVM's irqchip. */
static long vqc_vcpu_to_vmm(struct vqc_vcpu *v, long ret)
{
	struct kvm_run *run = v->run;

	run->cr8 = v->cpu.lapic.tpr >> 4;
	if (v->vm->user_chips) {
		vqc_user_to_vmm(v);
	} else {
		run->ready_for_interrupt_injection = 1;
		run->request_interrupt_window = 0;
	}
	if (unlikely(READ_ONCE(run->kvm_valid_regs)))
		vqc_vcpu_store_sync_regs(v);
	return ret;
}

/* Was it our own kick, and nothing else, that ended KVM_RUN with -EINTR? */
bool vqc_vcpu_was_kicked(const struct vqc_vcpu *v)
{
	return v->interrupted && !signal_pending(current) &&
	       !READ_ONCE(v->run->immediate_exit__unsafe);
}

/* Return: true if the exit was handled and the loop goes on. */
static bool vqc_vcpu_handle_exit(struct vqc_vcpu *v)
{
	switch (READ_ONCE(v->run->exit_reason)) {
	case KVM_EXIT_MMIO:
		return vqc_vcpu_mmio_exit(v);
	case KVM_EXIT_IO:
		return vqc_vcpu_pio_exit(v);
	case KVM_EXIT_IRQ_WINDOW_OPEN:
		return !vqc_user_window_exit(v);
	case KVM_EXIT_SET_TPR:
		return true;
	case KVM_EXIT_HLT:
		v->mp_state = KVM_MP_STATE_HALTED;
		if (likely(!(v->guest_debug & KVM_GUESTDBG_SINGLESTEP)))
			return !vqc_user_window_exit(v);
		/* The step's exit, filled in, was overwritten by that of HLT. */
		v->run->exit_reason = KVM_EXIT_DEBUG;
		return false;
	case KVM_EXIT_X86_RDMSR:
		return vqc_vcpu_msr_exit(v, false);
	case KVM_EXIT_X86_WRMSR:
		return vqc_vcpu_msr_exit(v, true);
	default:
		return false;
	}
}

/*
 * Let KVM end the instruction that it has begun. It may hand out more accesses
 * on the way: parts of one that crosses a page, elements of a string. Those
 * are bounded by KVM, which takes a long string in pieces, and here.
 * Return: 1: it is over; else what KVM_RUN returns: 0: the next part of it is
 * the VMM's.
 */
static long vqc_vcpu_finish(struct vqc_vcpu *v)
{
	unsigned int parts;
	long ret;

	for (parts = 0; v->unfinished && parts < VQC_MAX_PARTS; parts++) {
		ret = vqc_vcpu_learn(v);
		if (ret == -EINTR)
			break;
		if (ret || !vqc_vcpu_handle_exit(v))
			return ret;
	}
	return 1;
}

/*
 * Does it matter that an instruction is not over? INIT would cut it in two, and
 * a vCPU that does not run would keep it so for ever; an interrupt has to wait
 * for its end, which is cheaper to reach so than by a window.
 */
static bool vqc_vcpu_must_finish(struct vqc_vcpu *v)
{
	if (!vqc_vcpu_runnable(v) || v->user_eoi ||
	    READ_ONCE(v->cpu.lapic.events) & VQC_RESET_EVENTS)
		return true;
	return !v->ready && READ_ONCE(v->run->if_flag) &&
	       !vqc_cpu_quiet(&v->cpu) && vqc_cpu_has_interrupt(&v->cpu);
}

/*
 * RSM makes no exit. The window that opens with the IF of the code that it
 * returns to is the first chance to take a latched INIT; an open one tells
 * nothing.
 */
static void vqc_vcpu_watch_for_rsm(struct vqc_vcpu *v)
{
	if (unlikely(v->smm) && !v->ready &&
	    READ_ONCE(v->cpu.lapic.events) & VQC_RESET_EVENTS)
		WRITE_ONCE(v->run->request_interrupt_window, 1);
}

/* Hand over what is pending and enter KVM once. */
static long vqc_vcpu_enter(struct vqc_vcpu *v)
{
	struct kvm_run *run = v->run;
	long ret = 0;

	WRITE_ONCE(run->request_interrupt_window, vqc_user_wants_window(v));
	vqc_vcpu_set_mode(v, VQC_RUN_IN_KVM);
	if (!vqc_cpu_quiet(&v->cpu))
		ret = vqc_inject_pending(&v->cpu);
	if (unlikely(ret < 0)) {
		vqc_vcpu_leave_kvm(v);
		return ret;
	}
	vqc_vcpu_watch_for_rsm(v);
	run->cr8 = v->cpu.lapic.tpr >> 4;
	ret = v->real_ioctl(v->real, KVM_RUN, 0);
	vqc_vcpu_leave_kvm(v);
	vqc_vcpu_after_kvm(v, ret);
	return ret;
}

/* Between two instructions, as KVM does it. Return: as KVM_RUN. */
static long vqc_vcpu_tell_eoi(struct vqc_vcpu *v)
{
	/* The VMM's own wish to come back is met first. */
	if (READ_ONCE(v->run->immediate_exit__unsafe)) {
		v->run->exit_reason = KVM_EXIT_INTR;
		return -EINTR;
	}
	vqc_user_eoi_exit(v);
	return 0;
}

static long vqc_vcpu_loop(struct vqc_vcpu *v)
{
	long ret;

	for (;;) {
		if (v->unfinished && unlikely(vqc_vcpu_must_finish(v))) {
			ret = vqc_vcpu_finish(v);
			if (ret <= 0)
				return ret;
		}
		if (unlikely(v->user_eoi) && !v->unfinished)
			return vqc_vcpu_tell_eoi(v);
		if (unlikely(READ_ONCE(v->cpu.lapic.events) & VQC_RESET_EVENTS)) {
			ret = vqc_vcpu_take_events(v);
			if (ret)
				return ret;
		}
		if (unlikely(!vqc_vcpu_runnable(v))) {
			ret = vqc_vcpu_block(v);
			if (ret)
				return ret;
			continue;
		}

		ret = vqc_vcpu_enter(v);
		if (unlikely(ret)) {
			if (ret == -EINTR && vqc_vcpu_was_kicked(v))
				continue;
			return ret;
		}
		if (!vqc_vcpu_handle_exit(v))
			return 0;
	}
}

/* Who kicks may still look at the old thread for a moment. */
void vqc_vcpu_set_task(struct vqc_vcpu *v)
{
	struct task_struct *old = rcu_dereference_protected(v->task, true);

	if (likely(old == current))
		return;
	get_task_struct(current);
	rcu_assign_pointer(v->task, current);
	if (old) {
		synchronize_rcu();
		put_task_struct(old);
	}
}

long vqc_vcpu_run(struct vqc_vcpu *v)
{
	long ret;

	vqc_vcpu_set_task(v);
	if (unlikely(READ_ONCE(v->run->kvm_dirty_regs))) {
		ret = vqc_vcpu_load_sync_regs(v);
		if (ret)
			return ret;
	}
	v->user_window = v->vm->user_chips &&
			 READ_ONCE(v->run->request_interrupt_window);
	vqc_vcpu_set_in_run(v, true);
	ret = vqc_vcpu_loop(v);
	vqc_vcpu_set_in_run(v, false);
	return vqc_vcpu_to_vmm(v, ret);
}
