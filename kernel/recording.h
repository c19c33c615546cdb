/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording: what record.h's hooks write, and what a recording fd reads.
 */
#ifndef VQC_RECORDING_H
#define VQC_RECORDING_H

#include <linux/atomic.h>
#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/wait.h>

#include <linux/virqchip_record.h>

#include "fabric.h"

struct trace_buffer;
struct vqc_flow;

/**
 * struct vqc_rec - the recording of one fabric
 * @fabric: the fabric; a reference is held
 * @ring: records that nobody has read, per CPU of the host
 * @order: number of the last record
 * @lost: records that found no room
 * @live: the first states are taken, records are kept
 * @stopped: nothing more will come
 * @readers: who waits for records
 * @wake: wakes @readers: records are written in hard interrupts, too
 * @lock: protects what follows, the reader's side
 * @next: number of the record to be read next
 * @settled: records below are in @ring by now, or were lost
 * @restated: number of the first record of the last states of all chips that
 *	followed a loss
 * @nr_told: how many of what stands before the first record were read
 * @have: bytes of @buf that wait to be read
 * @head: the start of the recording
 * @buf: a record on its way to the reader
 */
struct vqc_rec {
	struct vqc_fabric *fabric;
	struct trace_buffer *ring;
	atomic64_t order;
	atomic64_t lost;
	bool live;
	bool stopped;
	wait_queue_head_t readers;
	struct irq_work wake;
	struct mutex lock;	/* the reading side */
	u64 next;
	u64 settled;
	u64 restated;
	unsigned int nr_told;
	unsigned int have;
	struct virqchip_rec_file head;
	u64 buf[VIRQCHIP_REC_MAX_LEN / sizeof(u64)];
};

/* ---- what hooks write ---- */

/**
 * vqc_rec_put - write a record, if the fabric is recorded
 * @f: the fabric
 * @rec: the record; its number is filled in, and the time unless it has one
 *
 * Context: any.
 */
void vqc_rec_put(struct vqc_fabric *f, struct virqchip_rec *rec);

/**
 * vqc_rec_put_op - write an operation, if the fabric is recorded
 * @f: the fabric
 * @op: the operation; what is the same in all of them is filled in
 * @model: the chip, in its state after the operation
 * @fx: effects of the operation, NULL if it cannot have any
 * @before: how many of @fx were there before
 *
 * Context: any; the chip's lock is held.
 */
void vqc_rec_put_op(struct vqc_fabric *f, struct virqchip_rec_op *op,
		    const void *model, const struct vqc_fx *fx,
		    unsigned int before);

/**
 * vqc_rec_put_state - write the state of a chip, if the fabric is recorded
 * @f: the fabric
 * @chip: VIRQCHIP_CHIP_PIC, IOAPIC, LAPIC or PIT
 * @cpu: whose local APIC, else NULL
 * @cause: enum virqchip_rec_cause
 *
 * Context: any; the chip's lock is held, that of a local APIC is its rec_lock.
 */
void vqc_rec_put_state(struct vqc_fabric *f, unsigned int chip,
		       struct vqc_cpu *cpu, enum virqchip_rec_cause cause);

/**
 * vqc_rec_put_lapic - write the state of a local APIC
 * @cpu: whose
 * @cause: enum virqchip_rec_cause
 *
 * Context: any; takes @cpu->rec_lock.
 */
void vqc_rec_put_lapic(struct vqc_cpu *cpu, enum virqchip_rec_cause cause);

/**
 * vqc_rec_flow - write a flow that has ended, or has not, if the fabric is recorded
 * @owner: the fabric
 * @flow: the flow
 *
 * Context: any.
 */
void vqc_rec_flow(void *owner, const struct vqc_flow *flow);

/* ---- what a reader does ---- */

/**
 * vqc_rec_start - begin to record a fabric
 * @f: the fabric; the caller holds a reference
 * @buffer: bytes for each CPU of the host
 *
 * Context: may sleep, for seconds; takes @f->cfg.
 * Return: the recording, for vqc_rec_free(); ERR_PTR(-EBUSY): there is one;
 * ERR_PTR(-ENOENT): the fabric is out of use; ERR_PTR(-ENOMEM);
 * ERR_PTR(-EOPNOTSUPP): the kernel has no ring buffers.
 */
struct vqc_rec *vqc_rec_start(struct vqc_fabric *f, u32 buffer);

/**
 * vqc_rec_stop - end a recording, whose records can still be read
 * @r: the recording
 *
 * Context: may sleep; takes @cfg of the fabric. A second call does nothing.
 */
void vqc_rec_stop(struct vqc_rec *r);

/**
 * vqc_rec_free - end a recording, and forget what nobody has read
 * @r: the recording; nobody reads or waits any longer
 *
 * Context: may sleep.
 */
void vqc_rec_free(struct vqc_rec *r);

/**
 * vqc_rec_fetch - fetch what is to be read next into @r->buf
 * @r: the recording
 *
 * It stays there until the reader sets @r->have to 0.
 *
 * Context: may sleep; @r->lock is held.
 * Return: bytes of it; 0: there is nothing now.
 */
unsigned int vqc_rec_fetch(struct vqc_rec *r);

/**
 * vqc_rec_readable - need a reader not wait
 * @r: the recording
 *
 * Context: may sleep.
 * Return: true if there is something to read, or nothing more will come.
 */
bool vqc_rec_readable(struct vqc_rec *r);

#endif /* VQC_RECORDING_H */
