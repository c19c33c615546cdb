/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between the kernels that the module builds for.
 *
 * The compiler reads this file before each source file (see Kbuild), and no
 * other file asks for the kernel's version.  The sources use the newest
 * kernel's interface; each block below gives it to kernels that lack it, and
 * says from which release on it can be deleted.
 */
#ifndef VQC_COMPAT_H
#define VQC_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "virqchip needs Linux 6.1 or newer"
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(8, 0, 0)
#error "virqchip is not known to work with Linux 8.0 or newer"
#endif

/* hrtimer_setup() takes the callback too; delete when 6.13 is the oldest. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#include <linux/hrtimer.h>

static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock_id, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock_id, mode);
	timer->function = function;
}
#endif

/* class_create() has lost its owner; delete when 6.4 is the oldest. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#include <linux/device/class.h>
#include <linux/export.h>

#undef class_create
#define class_create(name) ({						\
	static struct lock_class_key __key;				\
									\
	__class_create(THIS_MODULE, name, &__key);			\
})
#endif

/* The device of a class's devnode() is const since 6.2; delete when that is the oldest. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define VQC_CONST_DEVICE	struct device
#else
#define VQC_CONST_DEVICE	const struct device
#endif

/* eventfd_signal() has lost its count; delete when 6.8 is the oldest. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#include <linux/eventfd.h>

#define eventfd_signal(ctx)	eventfd_signal(ctx, 1)
#endif

/*
 * Name of kvm_run's immediate_exit inside the kernel; "immediate_exit__unsafe"
 * for good when 6.10 is the oldest.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define immediate_exit__unsafe	immediate_exit
#endif

/* ring_buffer_unlock_commit() has lost the event; delete when 6.3 is the oldest. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define vqc_ring_commit(ring, event)	ring_buffer_unlock_commit(ring, event)
#else
#define vqc_ring_commit(ring, event)	ring_buffer_unlock_commit(ring)
#endif

/* KVM's capabilities of later kernels; delete when 6.12 is the oldest. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define KVM_CAP_VM_TYPES		235
#define KVM_CAP_X86_APIC_BUS_CYCLES_NS	237
#endif

/* A flag of KVM_CAP_X2APIC_API; delete when 7.2 is the oldest. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 2, 0)
#define KVM_X2APIC_ENABLE_SUPPRESS_EOI_BROADCAST	BIT_ULL(2)
#endif

/* KUnit compares memory since 6.2; delete when that is the oldest. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define KUNIT_EXPECT_MEMEQ(test, left, right, size) \
	KUNIT_EXPECT_EQ(test, memcmp(left, right, size), 0)
#define KUNIT_ASSERT_MEMEQ(test, left, right, size) \
	KUNIT_ASSERT_EQ(test, memcmp(left, right, size), 0)
#endif

/*
 * KVM on AMD has a fast path for writes of IA32_TSC_DEADLINE that comes before
 * the MSR filter; without it the write can be trapped.
 */
#define VQC_KVM_AMD_TRAPS_TSC_DEADLINE \
	(LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0))

#endif /* VQC_COMPAT_H */
