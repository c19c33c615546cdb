/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plain types and limits shared by all chip models.
 *
 * The models are pure: no lock, no allocation, no clock of their own, no
 * tracing.  What they need of the outside (the time) is handed in, what they
 * cause outside (a message, an output that changed) is handed back as a list
 * of effects, see fx.h.
 */
#ifndef VQC_MODEL_TYPES_H
#define VQC_MODEL_TYPES_H

#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

#define VQC_NR_PIC_PINS		16u
#define VQC_NR_IOAPIC_PINS	24u
#define VQC_NR_VECTORS		256u
/* Dense CPU indices run from 0 to VQC_MAX_CPUS - 1. */
#define VQC_MAX_CPUS		1024u
/* Largest APIC ID that a CPU of ours can have, plus one. */
#define VQC_MAX_APIC_IDS	4096u
#define VQC_NO_CPU		0xffffu
#define VQC_NO_PIN		0xffu

#define VQC_NSEC_PER_SEC	1000000000ull

/**
 * struct vqc_clock - the time, read once by the caller of a model
 * @now_ns: monotonic time in nanoseconds
 * @tsc: the guest's time stamp counter at the same moment
 * @tsc_khz: frequency of @tsc in kHz; 0 if unknown (no TSC-deadline timer)
 */
struct vqc_clock {
	u64 now_ns;
	u64 tsc;
	u32 tsc_khz;
};

#endif /* VQC_MODEL_TYPES_H */
