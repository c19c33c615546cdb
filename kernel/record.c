// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings: memory, order, beginning and end.
 *
 * Records wait for their reader in a ring per CPU of the host; each has a number
 * of one counter per recording, by which the reader merges the rings. Number and
 * record are one step with interrupts off, so once a grace period of RCU has
 * passed a number that is not in a ring will not come: its record was lost.
 *
 * What was recorded can only be done again from a known state. So a recording
 * begins with the state of each chip, taken under the lock under which the
 * chip's operations are recorded. An operation that saw the key off is not
 * recorded, and must be over by then:
 *
 * - PIC, IOAPIC and PIT look at the key with the chip's lock held: who takes the
 *   lock after the key was switched finds it on.
 * - A local APIC is operated without a lock by its owner and by senders. Neither
 *   sleeps between the look at the key and the end of the operation, so a grace
 *   period of RCU tasks waits for those that are tasks, preempted or not, and
 *   one of RCU for interrupts.
 *
 * The end needs no such care: what is not recorded then comes after it.
 */
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/ring_buffer.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "flow.h"
#include "observer.h"
#include "recfmt.h"
#include "record.h"
#include "recording.h"

DEFINE_STATIC_KEY_FALSE(vqc_record_key);

/* ---- the rings ---- */

#if IS_ENABLED(CONFIG_RING_BUFFER)

static int vqc_rec_ring_create(struct vqc_rec *r, u32 bytes)
{
	/* What is there stays: it leads to what can be replayed. */
	r->ring = ring_buffer_alloc(bytes, 0);
	return r->ring ? 0 : -ENOMEM;
}

static void vqc_rec_ring_destroy(struct vqc_rec *r)
{
	ring_buffer_free(r->ring);
}

static bool vqc_rec_ring_add(struct vqc_rec *r, struct virqchip_rec *rec)
{
	return !ring_buffer_write(r->ring, rec->len, rec);
}

static const struct virqchip_rec *vqc_rec_ring_peek(struct vqc_rec *r, int cpu)
{
	struct ring_buffer_event *event = ring_buffer_peek(r->ring, cpu, NULL,
							   NULL);

	return event ? ring_buffer_event_data(event) : NULL;
}

static unsigned int vqc_rec_ring_take(struct vqc_rec *r, int cpu)
{
	struct ring_buffer_event *event = ring_buffer_consume(r->ring, cpu,
							      NULL, NULL);
	const struct virqchip_rec *rec;

	if (!event)
		return 0;
	/* The page is the reader's until the next record is taken. */
	rec = ring_buffer_event_data(event);
	memcpy(r->buf, rec, rec->len);
	return rec->len;
}

static bool vqc_rec_ring_empty(struct vqc_rec *r)
{
	return ring_buffer_empty(r->ring);
}

#else

static int vqc_rec_ring_create(struct vqc_rec *r, u32 bytes)
{
	return -EOPNOTSUPP;
}

static void vqc_rec_ring_destroy(struct vqc_rec *r)
{
}

static bool vqc_rec_ring_add(struct vqc_rec *r, struct virqchip_rec *rec)
{
	return false;
}

static const struct virqchip_rec *vqc_rec_ring_peek(struct vqc_rec *r, int cpu)
{
	return NULL;
}

static unsigned int vqc_rec_ring_take(struct vqc_rec *r, int cpu)
{
	return 0;
}

static bool vqc_rec_ring_empty(struct vqc_rec *r)
{
	return true;
}

#endif

/* ---- writing ---- */

void vqc_rec_put(struct vqc_fabric *f, struct virqchip_rec *rec)
{
	unsigned long flags;
	struct vqc_rec *r;

	/* A number and its record are one step for the reader. */
	local_irq_save(flags);
	rcu_read_lock();
	r = rcu_dereference(f->recording);
	if (r && READ_ONCE(r->live)) {
		if (!rec->ns)
			rec->ns = ktime_get_ns();
		rec->order = atomic64_inc_return(&r->order);
		if (!vqc_rec_ring_add(r, rec))
			atomic64_inc(&r->lost);
		if (wq_has_sleeper(&r->readers))
			irq_work_queue(&r->wake);
	}
	rcu_read_unlock();
	local_irq_restore(flags);
}

void vqc_rec_put_op(struct vqc_fabric *f, struct virqchip_rec_op *op,
		    const void *model, const struct vqc_fx *fx,
		    unsigned int before)
{
	union vqc_rec_chip state;

	/* Another fabric may be the one that is recorded. */
	if (!rcu_access_pointer(f->recording))
		return;
	op->rec.type = VIRQCHIP_REC_OP;
	op->rec.len = sizeof(*op);
	if (op->chip != VIRQCHIP_CHIP_LAPIC)
		op->rec.cpu = VIRQCHIP_REC_NO_CPU;
	if (fx)
		op->effects = fx->nr - before;
	vqc_rec_save(op->chip, model, &state);
	op->digest = vqc_rec_digest(op->chip, &state, fx, before);
	vqc_rec_put(f, &op->rec);
}

static const void *vqc_rec_model(struct vqc_fabric *f, unsigned int chip,
				 struct vqc_cpu *cpu)
{
	switch (chip) {
	case VIRQCHIP_CHIP_PIC:
		return &f->pic;
	case VIRQCHIP_CHIP_IOAPIC:
		return &f->ioapic;
	case VIRQCHIP_CHIP_PIT:
		return &f->pit;
	default:
		return &cpu->lapic;
	}
}

void vqc_rec_put_state(struct vqc_fabric *f, unsigned int chip,
		       struct vqc_cpu *cpu, enum virqchip_rec_cause cause)
{
	struct {
		struct virqchip_rec_state head;
		union vqc_rec_chip chip;
	} state = {
		.head.rec.type = VIRQCHIP_REC_STATE,
		.head.rec.cpu = cpu ? cpu->index : VIRQCHIP_REC_NO_CPU,
		.head.chip = chip,
		.head.cause = cause,
		.head.bytes = vqc_rec_state_bytes(chip),
	};

	state.head.rec.len = sizeof(state.head) + state.head.bytes;
	vqc_rec_save(chip, vqc_rec_model(f, chip, cpu), &state.chip);
	vqc_rec_put(f, &state.head.rec);
}

void vqc_rec_put_lapic(struct vqc_cpu *cpu, enum virqchip_rec_cause cause)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&cpu->rec_lock, flags);
	vqc_rec_put_state(cpu->fabric, VIRQCHIP_CHIP_LAPIC, cpu, cause);
	raw_spin_unlock_irqrestore(&cpu->rec_lock, flags);
}

static void vqc_rec_put_locked(struct vqc_fabric *f, unsigned int chip,
			       raw_spinlock_t *lock,
			       enum virqchip_rec_cause cause)
{
	unsigned long flags;

	raw_spin_lock_irqsave(lock, flags);
	vqc_rec_put_state(f, chip, NULL, cause);
	raw_spin_unlock_irqrestore(lock, flags);
}

static void vqc_rec_put_chips(struct vqc_fabric *f,
			      enum virqchip_rec_cause cause)
{
	unsigned int i, nr = vqc_fabric_nr_cpus(f);

	lockdep_assert_held(&f->cfg);
	vqc_rec_put_locked(f, VIRQCHIP_CHIP_PIC, &f->pic_lock, cause);
	vqc_rec_put_locked(f, VIRQCHIP_CHIP_IOAPIC, &f->ioapic_lock, cause);
	vqc_rec_put_locked(f, VIRQCHIP_CHIP_PIT, &f->pit_lock, cause);
	for (i = 0; i < nr; i++)
		vqc_rec_put_lapic(f->cpu[i], cause);
}

/* What a reader who knows nothing has to know. */
static void vqc_rec_put_all(struct vqc_fabric *f)
{
	vqc_rec_put_chips(f, VIRQCHIP_STATE_BEGIN);
	__vqc_rec_routes(f, rcu_dereference_protected(f->routes,
						      lockdep_is_held(&f->cfg)));
}

static u8 vqc_rec_route_kind(u8 kind)
{
	static const u8 kinds[] = {
		[VQC_ROUTE_PIC] = VIRQCHIP_ROUTE_PIC,
		[VQC_ROUTE_IOAPIC] = VIRQCHIP_ROUTE_IOAPIC,
		[VQC_ROUTE_MSI] = VIRQCHIP_ROUTE_MSI,
	};

	return kinds[kind];
}

/* Some routes of a table, from number @first on. Return: how many. */
static unsigned int vqc_rec_put_routes(struct vqc_fabric *f,
				       struct virqchip_rec_routes *to,
				       const struct vqc_route_table *table,
				       unsigned int first)
{
	unsigned int i, nr = min(table->nr - first,
				 (u32)VIRQCHIP_REC_ROUTES_MAX);

	memset(to, 0, struct_size(to, route, nr));
	to->rec.type = VIRQCHIP_REC_ROUTES;
	to->rec.cpu = VIRQCHIP_REC_NO_CPU;
	to->rec.len = struct_size(to, route, nr);
	to->first = first;
	to->nr = nr;
	to->total = table->nr;
	for (i = 0; i < nr; i++) {
		const struct vqc_route *from = &table->route[first + i];

		to->route[i].gsi = from->gsi;
		to->route[i].kind = vqc_rec_route_kind(from->kind);
		to->route[i].pin = from->pin;
		to->route[i].msi_data = from->msi_data;
		to->route[i].msi_address = from->msi_address;
	}
	vqc_rec_put(f, &to->rec);
	return nr;
}

void __vqc_rec_routes(struct vqc_fabric *f,
		      const struct vqc_route_table *table)
{
	struct virqchip_rec_routes *to;
	unsigned int first = 0;

	lockdep_assert_held(&f->cfg);
	if (!rcu_access_pointer(f->recording))
		return;
	to = kmalloc(struct_size(to, route, VIRQCHIP_REC_ROUTES_MAX),
		     GFP_KERNEL | __GFP_NOFAIL);
	/* An empty table is told of, too. */
	do {
		first += vqc_rec_put_routes(f, to, table, first);
	} while (first < table->nr);
	kfree(to);
}

/* ---- beginning and end ---- */

static void vqc_rec_wake(struct irq_work *work)
{
	struct vqc_rec *r = container_of(work, struct vqc_rec, wake);

	wake_up_interruptible_poll(&r->readers, EPOLLIN | EPOLLRDNORM);
}

static struct vqc_rec *vqc_rec_alloc(struct vqc_fabric *f, u32 buffer)
{
	struct vqc_rec *r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!r)
		return ERR_PTR(-ENOMEM);
	mutex_init(&r->lock);
	init_waitqueue_head(&r->readers);
	init_irq_work(&r->wake, vqc_rec_wake);
	r->next = 1;
	ret = vqc_rec_ring_create(r, buffer);
	if (ret) {
		kfree(r);
		return ERR_PTR(ret);
	}
	vqc_fabric_get(f);
	r->fabric = f;
	return r;
}

static u32 vqc_rec_create_flags(const struct vqc_fabric *f)
{
	const struct vqc_fabric_config *config = &f->config;

	return (config->ioapic_version == VQC_IOAPIC_VER_EOIR ?
			VIRQCHIP_FABRIC_IOAPIC_EOIR : 0) |
	       (config->electrical ? VIRQCHIP_FABRIC_ELECTRICAL : 0) |
	       (config->strict_edge ? VIRQCHIP_FABRIC_STRICT_EDGE : 0) |
	       (READ_ONCE(f->has_pit) ? VIRQCHIP_FABRIC_PIT : 0) |
	       (config->lapic_cfg & VQC_LAPIC_CFG_LINT0_EXTINT ?
			VIRQCHIP_FABRIC_VIRTUAL_WIRE : 0);
}

static void vqc_rec_fill_head(struct vqc_rec *r)
{
	struct virqchip_rec_file *head = &r->head;
	struct vqc_fabric *f = r->fabric;

	BUILD_BUG_ON(VIRQCHIP_REC_NAME_LEN != VQC_FABRIC_NAME_LEN);
	memcpy(head->magic, VIRQCHIP_REC_MAGIC, sizeof(head->magic));
	head->version = VIRQCHIP_REC_VERSION;
	head->size = sizeof(*head);
	head->start_ns = ktime_get_ns();
	head->start_wall_ns = ktime_get_real_ns();
	head->fabric_id = f->id;
	head->nr_cpus = vqc_fabric_nr_cpus(f);
	head->create_flags = vqc_rec_create_flags(f);
	strscpy(head->name, f->config.name, sizeof(head->name));
}

static int vqc_rec_publish(struct vqc_rec *r)
{
	struct vqc_fabric *f = r->fabric;
	int ret = 0;

	mutex_lock(&f->cfg);
	if (f->never_record) {
		ret = -ENOENT;
	} else if (rcu_access_pointer(f->recording)) {
		ret = -EBUSY;
	} else {
		rcu_assign_pointer(f->recording, r);
		static_branch_inc(&vqc_record_key);
	}
	mutex_unlock(&f->cfg);
	return ret;
}

static void vqc_rec_begin(struct vqc_rec *r)
{
	mutex_lock(&r->fabric->cfg);
	vqc_rec_fill_head(r);
	if (!r->stopped) {
		WRITE_ONCE(r->live, true);
		vqc_rec_put_all(r->fabric);
	}
	mutex_unlock(&r->fabric->cfg);
}

struct vqc_rec *vqc_rec_start(struct vqc_fabric *f, u32 buffer)
{
	struct vqc_rec *r;
	int ret;

	/* The words of the format are this machine's. */
	if (IS_ENABLED(CONFIG_CPU_BIG_ENDIAN))
		return ERR_PTR(-EOPNOTSUPP);
	r = vqc_rec_alloc(f, buffer);
	if (IS_ERR(r))
		return r;
	ret = vqc_rec_publish(r);
	if (ret) {
		r->stopped = true;
		vqc_rec_free(r);
		return ERR_PTR(ret);
	}
	/* See the top of this file. */
	synchronize_rcu_tasks();
	synchronize_rcu();
	vqc_rec_begin(r);
	return r;
}

static void vqc_rec_stop_locked(struct vqc_rec *r)
{
	struct vqc_fabric *f = r->fabric;
	struct vqc_recorder *flows;

	lockdep_assert_held(&f->cfg);
	if (r->stopped)
		return;
	vqc_rec_put_chips(f, VIRQCHIP_STATE_END);
	/* Pairs with vqc_observer_record(). */
	flows = f->observer ? smp_load_acquire(&f->observer->recorder) : NULL;
	if (flows)
		vqc_recorder_each_open(flows, vqc_rec_flow, f);
	rcu_assign_pointer(f->recording, NULL);
	static_branch_dec(&vqc_record_key);
	/* Nobody writes any longer; then the reader may be told of the end. */
	synchronize_rcu();
	/* Who sees it sees all records: pairs with vqc_rec_ended(). */
	smp_store_release(&r->stopped, true);
	wake_up_interruptible_poll(&r->readers, EPOLLIN | EPOLLRDNORM);
}

void vqc_rec_stop(struct vqc_rec *r)
{
	mutex_lock(&r->fabric->cfg);
	vqc_rec_stop_locked(r);
	mutex_unlock(&r->fabric->cfg);
}

void vqc_record_forbid(struct vqc_fabric *f)
{
	struct vqc_rec *r;

	mutex_lock(&f->cfg);
	f->never_record = true;
	r = rcu_dereference_protected(f->recording, lockdep_is_held(&f->cfg));
	if (r)
		vqc_rec_stop_locked(r);
	mutex_unlock(&f->cfg);
}

void vqc_rec_free(struct vqc_rec *r)
{
	vqc_rec_stop(r);
	irq_work_sync(&r->wake);
	vqc_rec_ring_destroy(r);
	vqc_fabric_put(r->fabric);
	kfree(r);
}

/* ---- reading ---- */

static bool vqc_rec_ended(const struct vqc_rec *r)
{
	/* Pairs with vqc_rec_stop_locked(). */
	return smp_load_acquire(&r->stopped);
}

/* The CPU whose oldest unread record is the first of all, or -1. */
static int vqc_rec_first(struct vqc_rec *r, u64 *order)
{
	const struct virqchip_rec *rec;
	int cpu, first = -1;

	*order = U64_MAX;
	for_each_possible_cpu(cpu) {
		rec = vqc_rec_ring_peek(r, cpu);
		if (rec && rec->order < *order) {
			*order = rec->order;
			first = cpu;
		}
	}
	return first;
}

/* Records up to @end are missing. What comes can only be read from new states. */
static unsigned int vqc_rec_fetch_lost(struct vqc_rec *r, u64 end)
{
	struct virqchip_rec_lost lost = {
		.rec.type = VIRQCHIP_REC_LOST,
		.rec.len = sizeof(lost),
		.rec.cpu = VIRQCHIP_REC_NO_CPU,
		.rec.order = r->next,
		.rec.ns = ktime_get_ns(),
		.nr = end - r->next,
	};

	r->next = end;
	memcpy(r->buf, &lost, sizeof(lost));
	mutex_lock(&r->fabric->cfg);
	/* States that were written behind what is missing are on their way. */
	if (!r->stopped && end > r->restated) {
		r->restated = atomic64_read(&r->order) + 1;
		vqc_rec_put_all(r->fabric);
	}
	mutex_unlock(&r->fabric->cfg);
	return sizeof(lost);
}

static unsigned int vqc_rec_fetch_record(struct vqc_rec *r)
{
	/* Before the look into the rings: nothing is added after the end. */
	bool ended = vqc_rec_ended(r);
	u64 order, end = atomic64_read(&r->order) + 1;
	int cpu = vqc_rec_first(r, &order);

	if (cpu < 0)
		return ended && r->next < end ? vqc_rec_fetch_lost(r, end) : 0;
	if (order > r->next && order > r->settled) {
		/* Whoever has got a number by now has used it then. */
		r->settled = atomic64_read(&r->order) + 1;
		synchronize_rcu();
		cpu = vqc_rec_first(r, &order);
	}
	if (order > r->next)
		return vqc_rec_fetch_lost(r, order);
	r->next = order + 1;
	return vqc_rec_ring_take(r, cpu);
}

static unsigned int vqc_rec_fetch_why(struct vqc_rec *r, enum vqc_why why)
{
	struct virqchip_rec_why record = {
		.rec.type = VIRQCHIP_REC_WHY,
		.rec.len = sizeof(record),
		.rec.cpu = VIRQCHIP_REC_NO_CPU,
		.rec.ns = r->head.start_ns,
		.why = why,
	};

	strscpy(record.name, vqc_why_name(why), sizeof(record.name));
	strscpy(record.words, vqc_why_words(why), sizeof(record.words));
	memcpy(r->buf, &record, sizeof(record));
	return sizeof(record);
}

unsigned int vqc_rec_fetch(struct vqc_rec *r)
{
	lockdep_assert_held(&r->lock);
	BUILD_BUG_ON(struct_size_t(struct virqchip_rec_routes, route,
				   VIRQCHIP_REC_ROUTES_MAX) > sizeof(r->buf));
	if (r->have)
		return r->have;

	if (!r->nr_told) {
		memcpy(r->buf, &r->head, sizeof(r->head));
		r->have = sizeof(r->head);
		r->nr_told++;
	} else if (r->nr_told <= VQC_NR_WHY) {
		r->have = vqc_rec_fetch_why(r, r->nr_told - 1);
		r->nr_told++;
	} else {
		r->have = vqc_rec_fetch_record(r);
	}
	return r->have;
}

bool vqc_rec_readable(struct vqc_rec *r)
{
	return READ_ONCE(r->have) || READ_ONCE(r->nr_told) <= VQC_NR_WHY ||
	       vqc_rec_ended(r) || !vqc_rec_ring_empty(r);
}
