/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fabric: one virtual machine's interrupt hardware, wired together.
 */
#ifndef VQC_FABRIC_H
#define VQC_FABRIC_H

#include <linux/hrtimer.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "bus.h"
#include "model/dest.h"
#include "model/fx.h"
#include "model/ioapic.h"
#include "model/lapic.h"
#include "model/line.h"
#include "model/pic.h"
#include "model/pit.h"
#include "model/route.h"

struct dentry;
struct vqc_cpu;
struct vqc_fabric;
struct vqc_faults;
struct vqc_inject_ops;
struct vqc_rec;

#define VQC_IOAPIC_BASE		0xfec00000ull
#define VQC_IOAPIC_SIZE		0x100ull
#define VQC_PIT_PORT		0x40
#define VQC_SPEAKER_PORT	0x61

/* Source ids of a wire: who asserts it */
#define VQC_SOURCE_USER		0u	/* the VMM, KVM_IRQ_LINE */
#define VQC_SOURCE_IRQFD	1u
#define VQC_SOURCE_PIT		2u
#define VQC_SOURCE_PULSE	3u	/* a person, through virqctl pulse */
#define VQC_SOURCE_RESAMPLE	4u	/* all resample irqfds of a GSI */

/**
 * struct vqc_dest_pub - a published destination map
 * @rcu: frees it when the last reader is gone
 * @map: the map, with its tails behind it
 */
struct vqc_dest_pub {
	struct rcu_head rcu;
	struct vqc_dest_map map;
};

/** enum vqc_chip - which chip is meant, in counters and tracepoints */
enum vqc_chip {
	VQC_CHIP_PIC,
	VQC_CHIP_IOAPIC,
	VQC_CHIP_LAPIC,
	VQC_CHIP_PIT,
	VQC_NR_CHIPS
};

#define VQC_NR_STAT_GSIS	64u

/**
 * struct vqc_stats - counters, one set per physical CPU
 * @why: outcome of every signal, by enum vqc_why
 * @gsi_raised: rising edges of a GSI below VQC_NR_STAT_GSIS
 * @gsi_delivered: of these, accepted by a chip or a local APIC
 * @vector_injected: injections by vector
 * @vector_handed: messages by vector that local APICs took which are not ours
 * @kicks: CPUs that were kicked
 * @windows: interrupt windows requested
 */
struct vqc_stats {
	u64 why[VQC_NR_WHY];
	u64 gsi_raised[VQC_NR_STAT_GSIS];
	u64 gsi_delivered[VQC_NR_STAT_GSIS];
	u64 vector_injected[VQC_NR_VECTORS];
	u64 vector_handed[VQC_NR_VECTORS];
	u64 kicks;
	u64 windows;
};

/* A vector may be any, 0 included. */
#define VQC_EXTINT_PENDING	BIT(8)

/**
 * struct vqc_cpu - a CPU as the fabric sees it: its local APIC and the way in
 * @fabric: where it belongs
 * @index: dense index
 * @ops: injection back end
 * @lapic: the local APIC
 * @lock: protects what of @lapic the timer callback shares with the owner: the
 *	LVT, the timer and the mode; the owner (whoever runs the CPU, one at a
 *	time) uses the rest without it. A leaf.
 * @rec_lock: makes an operation on @lapic and its record one step, while somebody
 *	records; a leaf, taken inside @lock
 * @timer: the LAPIC timer
 * @tsc_khz: guest TSC frequency, 0 if unknown
 * @lapic_dev: the register page, seen by this CPU only: an access to it never
 *	reaches the bus (SDM vol. 3, 11.4.1)
 * @held: enum vqc_why: for what the CPU did not take what is pending, since it
 *	last took something
 * @cause: @held, told apart further by the back end if it can
 * @held_since: jiffies when @held was noted
 * @isr_since: jiffies when each vector was last put in service
 * @nr_injected: interrupts that it took; the owner's alone, as the next two
 * @nr_waits: times it could not take what was pending
 * @nr_eois: EOIs of its local APIC that ended something
 * @extint: VQC_EXTINT_PENDING and a vector: the ExtINT of a PIC that is not
 *	ours, acknowledged there already; the owner's alone
 * @tell_eoi: vectors whose last message was a VQC_MSG_TELL_EOI; set before IRR,
 *	as TMR is; atomic
 * @irr_seq: flow id of the interrupt pending at each vector, 0 if unknown
 * @isr_seq: flow id of the interrupt in service at each vector
 * @pic_seq: flow id of the interrupt last fetched from the PIC
 */
struct vqc_cpu {
	struct vqc_fabric *fabric;
	unsigned int index;
	const struct vqc_inject_ops *ops;
	struct vqc_lapic lapic;
	raw_spinlock_t lock;
	raw_spinlock_t rec_lock;
	struct hrtimer timer;
	u32 tsc_khz;
	struct kvm_io_device lapic_dev;
	u8 held;
	u8 cause;
	u16 extint;
	unsigned long held_since;
	u64 nr_injected;
	u64 nr_waits;
	u64 nr_eois;
	unsigned long isr_since[VQC_NR_VECTORS];
	unsigned long tell_eoi[BITS_TO_LONGS(VQC_NR_VECTORS)];
	u64 irr_seq[VQC_NR_VECTORS];
	u64 isr_seq[VQC_NR_VECTORS];
	u64 pic_seq;
};

/**
 * struct vqc_fabric_ops - what a fabric asks of whoever drives it
 * @pin_acked: @chip's @pin was ended; called from any context, no lock held;
 *	may be NULL
 * @lapic_eoi: @cpu's local APIC has ended @vector, whose flow is still open;
 *	called by the owner, no lock held; may be NULL
 * @send: bring a message to local APICs that are not ours; called from any
 *	context, under RCU, no lock held; only for @config.chips_only. Returns
 *	DELIVERED: it will be sent, and vqc_msg_handed() then be told; COALESCED:
 *	an equal one is on its way; NO_DEST: there is no room for it now
 */
struct vqc_fabric_ops {
	void (*pin_acked)(struct vqc_fabric *fabric, enum vqc_chip chip,
			  unsigned int pin);
	void (*lapic_eoi)(struct vqc_cpu *cpu, u8 vector);
	enum vqc_why (*send)(struct vqc_fabric *fabric,
			     const struct vqc_msg *msg, unsigned int pin,
			     u64 seq);
};

/**
 * struct vqc_pic_dev - one of the PIC's port ranges on the bus
 * @dev: the device
 * @fabric: whose
 * @range: which: master, slave, ELCR
 */
struct vqc_pic_dev {
	struct kvm_io_device dev;
	struct vqc_fabric *fabric;
	unsigned int range;
};

#define VQC_FABRIC_NAME_LEN	32

/**
 * struct vqc_fabric_config - how to build a fabric
 * @name: of its debugfs directory
 * @ops: may be NULL
 * @owner: for @ops
 * @lapic_cfg: VQC_LAPIC_CFG_* of every CPU
 * @ioapic_version: VQC_IOAPIC_VER_*
 * @electrical: IOAPIC lines are voltages, see struct vqc_ioapic
 * @strict_edge: see struct vqc_pic
 * @lapics_only: PIC, IOAPIC and PIT are somebody else's: nobody can reach ours,
 *	no GSI leads there, and no CPU fetches a vector from it
 * @tell_eoi_gsis: the routes of GSIs below that are the pins of that IOAPIC:
 *	their level messages are VQC_MSG_TELL_EOI
 * @chips_only: the local APICs are somebody else's: messages go there by
 *	@ops->send, and the PIC's INTR straight to each CPU, whose own local APIC
 *	says whether it gets through
 * @msi_starts_cpus: an MSI can be a start-up IPI. The encoding is reserved there
 *	(SDM vol. 3, 11.11.2), but KVM takes it
 */
struct vqc_fabric_config {
	char name[VQC_FABRIC_NAME_LEN];
	const struct vqc_fabric_ops *ops;
	void *owner;
	u8 lapic_cfg;
	u8 ioapic_version;
	bool electrical;
	bool strict_edge;
	bool lapics_only;
	u32 tell_eoi_gsis;
	bool chips_only;
	bool msi_starts_cpus;
};

/**
 * struct vqc_fabric - one VM's interrupt hardware
 *
 * See the locking document at the top of fabric.c.
 *
 * @ref: who holds it
 * @config: how it was built
 * @id: number in traces
 * @cfg: create, destroy, routes, CPUs, snapshots
 * @routes: the routing table; RCU, replaced whole under @cfg
 * @dest: the destination map; RCU, replaced whole under @dest_lock
 * @dest_lock: serialises rebuilding @dest; a mutex, taken by CPU owners
 * @cpu: CPUs by dense index; an entry is set once and lives as long as the
 *	fabric
 * @nr_cpus: number of CPUs; release-published after the entry
 * @pic_lock: protects @pic; a leaf
 * @pic: the 8259 pair
 * @pic_line: its wires
 * @pic_intr: level of its INTR output; written under @pic_lock
 * @pic_seq: flow ids of its pins
 * @pic_moved: jiffies when each of its wires last changed
 * @pic_acked: jiffies when each of its pins was last acknowledged
 * @pic_dev: command/data ports of master, slave, and the ELCRs
 * @ioapic_lock: protects @ioapic; a leaf
 * @ioapic: the IOAPIC
 * @ioapic_line: its wires
 * @ioapic_seq: flow ids of its pins
 * @ioapic_moved: jiffies when each of its wires last changed
 * @ioapic_sent: jiffies when a message of each of its pins was last taken
 * @ioapic_dev: its register window
 * @ioapic_timer: ends an EOI storm pause
 * @pit_lock: protects @pit and what follows; a leaf
 * @pit: the 8254
 * @has_pit: it was asked for
 * @pit_reinject: ticks the guest missed are made up
 * @pit_owed: ticks to be made up
 * @pit_unacked: the last tick was not acknowledged yet
 * @edge_acks: whoever drives it wants to hear of the end of edges, too
 * @pit_timer: channel 0
 * @pit_dev: ports 0x40..0x43, and 0x61
 * @next_lowest: where the last lowest-priority arbitration ended
 * @x2apic_format: MSIs carry 32-bit destinations
 * @ext_dest_id: MSIs carry 15-bit destinations
 * @broadcast_x2: see struct vqc_dest_map
 * @pio: port I/O bus
 * @mmio: memory bus
 * @stats: counters
 * @faults: of fault.c; NULL until there was a rule; release-published, stays
 * @observer: of observe.c
 * @recording: of record.c; RCU, replaced under @cfg; NULL if nobody records
 * @never_record: it goes out of use; under @cfg
 * @debugfs: its directory
 * @list: in the list of all fabrics
 */
struct vqc_fabric {
	struct kref ref;
	struct vqc_fabric_config config;
	u32 id;
	struct mutex cfg;	/* creation, CPUs, routes, snapshots */
	struct vqc_route_table __rcu *routes;
	struct vqc_dest_pub __rcu *dest;
	struct mutex dest_lock;	/* rebuilding @dest */
	struct vqc_cpu *cpu[VQC_MAX_CPUS];
	unsigned int nr_cpus;

	raw_spinlock_t pic_lock;
	struct vqc_pic pic;
	struct vqc_line pic_line[VQC_NR_PIC_PINS];
	bool pic_intr;
	u64 pic_seq[VQC_NR_PIC_PINS];
	unsigned long pic_moved[VQC_NR_PIC_PINS];
	unsigned long pic_acked[VQC_NR_PIC_PINS];
	struct vqc_pic_dev pic_dev[3];

	raw_spinlock_t ioapic_lock;
	struct vqc_ioapic ioapic;
	struct vqc_line ioapic_line[VQC_NR_IOAPIC_PINS];
	u64 ioapic_seq[VQC_NR_IOAPIC_PINS];
	unsigned long ioapic_moved[VQC_NR_IOAPIC_PINS];
	unsigned long ioapic_sent[VQC_NR_IOAPIC_PINS];
	struct kvm_io_device ioapic_dev;
	struct hrtimer ioapic_timer;

	raw_spinlock_t pit_lock;
	struct vqc_pit pit;
	bool has_pit;
	bool pit_reinject;
	bool pit_unacked;
	bool edge_acks;
	u64 pit_owed;
	struct hrtimer pit_timer;
	struct kvm_io_device pit_dev[2];

	unsigned int next_lowest;
	bool x2apic_format;
	bool ext_dest_id;
	bool broadcast_x2;

	struct vqc_bus pio;
	struct vqc_bus mmio;

	struct vqc_stats __percpu *stats;
	struct vqc_faults *faults;
	struct vqc_observer *observer;
	struct vqc_rec __rcu *recording;
	bool never_record;
	struct dentry *debugfs;
	struct list_head list;
};

/**
 * vqc_fabric_create - build a fabric with PIC and IOAPIC, no CPU, default routes
 * @config: how
 *
 * Context: may sleep. Return: the fabric with one reference, or ERR_PTR(-ENOMEM).
 */
struct vqc_fabric *vqc_fabric_create(const struct vqc_fabric_config *config);

/**
 * vqc_fabric_find - look a fabric up by its number
 * @id: vqc_fabric.id
 *
 * Context: may sleep. Return: the fabric with a reference taken, or NULL.
 */
struct vqc_fabric *vqc_fabric_find(u32 id);

/**
 * vqc_fabric_find_name - look a fabric up by its name
 * @name: at most VQC_FABRIC_NAME_LEN - 1 characters
 *
 * Context: may sleep. Return: the fabric with a reference taken, or NULL.
 */
struct vqc_fabric *vqc_fabric_find_name(const char *name);

/**
 * vqc_fabric_get - take a reference
 * @f: the fabric; the caller holds a reference, or the lock of the list that it
 *	was found in
 *
 * vqc_fabric_put() drops it.
 *
 * Context: any.
 */
void vqc_fabric_get(struct vqc_fabric *f);

/**
 * vqc_fabric_put - drop a reference; the last one stops all timers and frees
 * @f: the fabric
 *
 * CPUs must be removed from use by then: nobody may run or kick them.
 * Context: may sleep.
 */
void vqc_fabric_put(struct vqc_fabric *f);

/**
 * vqc_fabric_quiesce - take a fabric out of use
 * @f: the fabric
 *
 * It is found no more, its debugfs files are gone, no timer runs, and no signal
 * reaches a CPU once it returns: the CPUs' memory may go.
 * Context: may sleep.
 */
void vqc_fabric_quiesce(struct vqc_fabric *f);

/**
 * vqc_fabric_add_cpu - plug a CPU in
 * @f: the fabric
 * @cpu: zeroed memory of the caller, which outlives the fabric's use of it
 * @apic_id: its initial APIC ID, 0..VQC_MAX_APIC_IDS - 1
 * @bsp: it comes out of reset running; others wait for SIPI
 * @ops: injection back end
 *
 * Context: may sleep; takes @f->cfg.
 * Return: 0; -EINVAL: @apic_id out of range; -EEXIST: the ID is taken;
 * -ENOSPC: VQC_MAX_CPUS reached; -ENOMEM.
 */
int vqc_fabric_add_cpu(struct vqc_fabric *f, struct vqc_cpu *cpu, u32 apic_id,
		       bool bsp, const struct vqc_inject_ops *ops);

/**
 * vqc_fabric_add_pit - plug the 8254 in
 * @f: the fabric
 * @speaker: answer port 0x61 too
 *
 * Context: may sleep. Return: 0; -EEXIST: there is one; -ENOMEM.
 */
int vqc_fabric_add_pit(struct vqc_fabric *f, bool speaker);

/**
 * vqc_fabric_new_routes - make a routing table
 * @entries: its routes
 * @nr: how many, 0..VQC_MAX_ROUTES
 *
 * Context: may sleep.
 * Return: the table, for vqc_fabric_use_routes() or kvfree(); ERR_PTR(-EINVAL),
 * ERR_PTR(-ENOMEM).
 */
struct vqc_route_table *vqc_fabric_new_routes(const struct vqc_route *entries,
					      u32 nr);

/**
 * vqc_fabric_use_routes - replace the routing table by one that was made
 * @f: the fabric
 * @table: of vqc_fabric_new_routes(); the fabric's from now on
 *
 * When it returns no signal goes by the old table. Context: may sleep.
 */
void vqc_fabric_use_routes(struct vqc_fabric *f, struct vqc_route_table *table);

/**
 * vqc_fabric_set_routes - replace the routing table
 * @f: the fabric
 * @entries: the new routes
 * @nr: how many, 0..VQC_MAX_ROUTES
 *
 * When it returns no signal goes by the old table. Context: may sleep.
 * Return: 0; -EINVAL, -ENOMEM: the old table stays.
 */
int vqc_fabric_set_routes(struct vqc_fabric *f, const struct vqc_route *entries,
			  u32 nr);

/**
 * vqc_fabric_count_routes - how many routes a GSI has
 * @f: the fabric
 * @gsi: any number
 *
 * Context: any. Return: 0..VQC_ROUTES_PER_GSI.
 */
unsigned int vqc_fabric_count_routes(struct vqc_fabric *f, u32 gsi);

/**
 * vqc_fabric_update_dest - rebuild the destination map
 * @f: the fabric
 *
 * After its configuration changed.
 * Context: may sleep. Return: 0; -ENOMEM: the map was left as it was.
 */
int vqc_fabric_update_dest(struct vqc_fabric *f);

/**
 * vqc_fabric_follow_dest - rebuild the destination map, whatever it takes
 * @f: the fabric
 *
 * After a local APIC changed ID, LDR, DFR or mode: nobody could tell the guest
 * that its interrupts go by the old map.
 * Context: may sleep, and waits until there is memory.
 */
void vqc_fabric_follow_dest(struct vqc_fabric *f);

/**
 * vqc_cpu_by_id - find a CPU by its initial APIC ID
 * @f: the fabric
 * @apic_id: the ID
 *
 * Context: any. Return: the CPU, or NULL.
 */
struct vqc_cpu *vqc_cpu_by_id(struct vqc_fabric *f, u32 apic_id);

/* ---- line and route: fabric.c ---- */

/**
 * vqc_set_irq - drive a GSI
 * @f: the fabric
 * @source_id: who does, 0..VQC_NR_SOURCES - 1
 * @gsi: which
 * @level: 0 or not 0
 * @line_status: the caller wants to know whether it was coalesced; of no
 *	effect here, the answer is always true
 *
 * Context: any, also hard interrupts.
 * Return: as KVM_IRQ_LINE_STATUS: -1: ignored (masked, no route); 0: coalesced
 * with one pending; n > 0: delivered to n CPUs or chips.
 */
int vqc_set_irq(struct vqc_fabric *f, unsigned int source_id, u32 gsi,
		int level, bool line_status);

/**
 * vqc_pulse_irq - drive a GSI high and low again
 * @f: the fabric
 * @source_id: who does, 0..VQC_NR_SOURCES - 1
 * @gsi: which
 *
 * Both by one routing table. If another one came between, the pin that rose would
 * stay high, and its next edge would be none.
 *
 * Context: any, also hard interrupts.
 * Return: what vqc_set_irq() says of the rise.
 */
int vqc_pulse_irq(struct vqc_fabric *f, unsigned int source_id, u32 gsi);

/**
 * vqc_set_irq_now - vqc_set_irq() that no fault on purpose meets
 * @f: the fabric
 * @source_id: as there
 * @gsi: as there
 * @level: as there
 * @faults: VQC_FLOW_LATE or VQC_FLOW_MADE, for its flow
 *
 * Context: any, also hard interrupts. Return: as vqc_set_irq().
 */
int vqc_set_irq_now(struct vqc_fabric *f, unsigned int source_id, u32 gsi,
		    int level, u8 faults);

/**
 * vqc_send_msi - deliver a message-signalled interrupt
 * @f: the fabric
 * @address: message address
 * @data: message data
 *
 * Context: any, also hard interrupts.
 * Return: as vqc_set_irq(); -EINVAL for a malformed address.
 */
int vqc_send_msi(struct vqc_fabric *f, u64 address, u32 data);

/**
 * vqc_fabric_msi - what an MSI means here
 * @f: the fabric: its formats of the destination and its configuration decide
 * @address: message address, vqc_msg_msi_valid()
 * @data: message data
 *
 * Context: any. Return: the message.
 */
struct vqc_msg vqc_fabric_msi(const struct vqc_fabric *f, u64 address,
			      u32 data);

/* ---- effects: deliver.c ---- */

/**
 * vqc_deliver_msg - bring a message to its CPUs
 * @f: the fabric
 * @msg: the message
 * @src: dense index of the sending CPU, or VQC_NO_CPU
 * @seq: flow id, 0 if none
 * @why: what became of it: DELIVERED if any CPU took it
 *
 * Context: any, also hard interrupts; no lock held.
 * Return: number of CPUs that newly have it pending.
 */
unsigned int vqc_deliver_msg(struct vqc_fabric *f, const struct vqc_msg *msg,
			     unsigned int src, u64 seq, enum vqc_why *why);

/**
 * vqc_deliver_to - bring a message to one CPU, whatever its destination
 * @cpu: the CPU
 * @msg: the message
 * @seq: flow id, 0 for a new one
 * @faults: VQC_FLOW_LATE or VQC_FLOW_MADE, for its flow
 *
 * No fault on purpose meets it. Context: any, under RCU; no lock held.
 */
void vqc_deliver_to(struct vqc_cpu *cpu, const struct vqc_msg *msg, u64 seq,
		    u8 faults);

/**
 * vqc_cpu_kick - tell a CPU that something is pending for it
 * @cpu: the CPU
 *
 * Context: any, also hard interrupts.
 */
void vqc_cpu_kick(struct vqc_cpu *cpu);

/**
 * vqc_hand_over - bring a message to local APICs that are not ours
 * @f: the fabric, with @config.chips_only
 * @msg: the message
 * @pin: the IOAPIC's that it comes from, or VQC_NO_PIN
 * @seq: flow id, 0 if none
 *
 * Context: any, also hard interrupts; no lock held.
 * Return: 1 if it will be sent; 0 if not.
 */
unsigned int vqc_hand_over(struct vqc_fabric *f, const struct vqc_msg *msg,
			   unsigned int pin, u64 seq);

/**
 * vqc_msg_handed - what became of a message that was handed over
 * @f: the fabric
 * @pin: as for vqc_hand_over()
 * @seq: as for vqc_hand_over()
 * @vector: of the message
 * @why: DELIVERED, COALESCED: taken; NO_DEST: nobody took it
 *
 * Context: any; no lock held.
 */
void vqc_msg_handed(struct vqc_fabric *f, unsigned int pin, u64 seq, u8 vector,
		    enum vqc_why why);

/**
 * vqc_ioapic_offer_again - a local APIC can take what it could not before
 * @f: the fabric
 *
 * Messages of the IOAPIC's that nobody took are sent again.
 *
 * Context: any; no lock held.
 */
void vqc_ioapic_offer_again(struct vqc_fabric *f);

/**
 * vqc_drain_pic - carry out the effects of a PIC operation
 * @f: the fabric
 * @fx: the effects
 *
 * Context: any; no lock held.
 */
void vqc_drain_pic(struct vqc_fabric *f, const struct vqc_fx *fx);

/**
 * vqc_drain_ioapic - carry out the effects of an IOAPIC operation
 * @f: the fabric
 * @fx: the effects
 *
 * Context: any; no lock held. Return: CPUs that newly have a message pending.
 */
unsigned int vqc_drain_ioapic(struct vqc_fabric *f, const struct vqc_fx *fx);

/**
 * vqc_drain_lapic - carry out the effects of a LAPIC operation
 * @cpu: whose
 * @fx: the effects
 *
 * Context: the CPU's owner; may sleep (a change of destination rebuilds the
 * map); no lock held.
 */
void vqc_drain_lapic(struct vqc_cpu *cpu, const struct vqc_fx *fx);

/**
 * vqc_pic_op_end - leave a PIC operation: sample INTR, unlock, drain
 * @f: the fabric; @f->pic_lock is held and released
 * @flags: of raw_spin_lock_irqsave()
 * @fx: the effects
 *
 * Context: any.
 */
void vqc_pic_op_end(struct vqc_fabric *f, unsigned long flags,
		    const struct vqc_fx *fx) __releases(&f->pic_lock);

/**
 * vqc_ioapic_broadcast_eoi - tell the IOAPIC of an EOI
 * @f: the fabric
 * @vector: what was ended
 *
 * Context: any; no lock held.
 */
void vqc_ioapic_broadcast_eoi(struct vqc_fabric *f, u8 vector);

/**
 * vqc_cpu_rearm - set a CPU's timer to what its LAPIC says
 * @cpu: the CPU
 *
 * Context: any; takes @cpu->lock.
 */
void vqc_cpu_rearm(struct vqc_cpu *cpu);

/**
 * vqc_cpu_clock - read the time as a CPU's LAPIC needs it
 * @cpu: the CPU; its owner calls
 * @clock: filled in; the TSC only if the LAPIC timer is in TSC-deadline mode
 *
 * Context: may sleep.
 */
void vqc_cpu_clock(struct vqc_cpu *cpu, struct vqc_clock *clock);

/* ---- devices: dev_*.c ---- */

/**
 * vqc_dev_pic_register - put the 8259 pair on the port bus
 * @f: the fabric
 *
 * Ports 0x20 and 0x21 (master), 0xa0 and 0xa1 (slave), 0x4d0 and 0x4d1 (ELCR).
 * What was registered before a failure stays until vqc_bus_destroy().
 *
 * Context: may sleep; once, while @f is built.
 * Return: 0; -ENOSPC: the bus is full; -ENOMEM.
 */
int vqc_dev_pic_register(struct vqc_fabric *f);

/**
 * vqc_dev_ioapic_register - put the IOAPIC on the memory bus
 * @f: the fabric
 *
 * VQC_IOAPIC_SIZE bytes from VQC_IOAPIC_BASE on (82093AA 3.1).
 *
 * Context: may sleep; once, while @f is built.
 * Return: 0; -ENOSPC: the bus is full; -ENOMEM.
 */
int vqc_dev_ioapic_register(struct vqc_fabric *f);

/**
 * vqc_dev_pit_register - put the 8254 on the port bus
 * @f: the fabric
 * @speaker: answer port 0x61 too
 *
 * Ports 0x40 to 0x43.
 *
 * Context: may sleep; @f->cfg is held.
 * Return: 0; -ENOSPC: the bus is full; -ENOMEM; after a failure neither range
 * is registered.
 */
int vqc_dev_pit_register(struct vqc_fabric *f, bool speaker);

/**
 * vqc_dev_lapic_init - make a CPU's register page ready
 * @cpu: the CPU, not in use yet
 *
 * The page is on no bus: it stands before it, for this CPU alone (SDM vol. 3,
 * 11.4.1).
 *
 * Context: any.
 */
void vqc_dev_lapic_init(struct vqc_cpu *cpu);

/**
 * vqc_pit_timer_fn - channel 0 of the 8254 has come to an edge, perhaps
 * @timer: @pit_timer of the fabric
 *
 * Drives GSI 0 if a tick is due, and arms the timer for the next edge itself.
 *
 * Context: hard interrupt; takes @pit_lock, holds no lock while the line is
 * driven.
 * Return: HRTIMER_NORESTART, always.
 */
enum hrtimer_restart vqc_pit_timer_fn(struct hrtimer *timer);

/**
 * vqc_pit_acked - the guest has ended the last tick
 * @f: the fabric
 *
 * The next tick that is owed to it follows at once. The timer sends it, because
 * an EOI may not recurse into a new interrupt.
 *
 * Context: any, also hard interrupts; takes @f->pit_lock.
 */
void vqc_pit_acked(struct vqc_fabric *f);

/**
 * vqc_pit_rearm - set the timer to the next edge of channel 0
 * @f: the fabric
 *
 * Cancels it if there is no next edge, or if channel 0 is cut off from its line
 * (HPET legacy mode).
 *
 * Context: any, also hard interrupts; takes @f->pit_lock.
 */
void vqc_pit_rearm(struct vqc_fabric *f);

/**
 * vqc_pit_set_reinject - choose whether missed ticks are made up
 * @f: the fabric
 * @reinject: true: they are, at the EOI of the last one
 *
 * What was owed until now is forgotten.
 *
 * Context: any; takes @f->pit_lock.
 */
void vqc_pit_set_reinject(struct vqc_fabric *f, bool reinject);

/**
 * __vqc_pit_eoi - vqc_pit_eoi(), when a tick waits for its EOI
 * @f: the fabric
 * @vector: what was ended, 0..255
 *
 * Looks whether @vector is that of a pin of the IOAPIC which the PIT's GSI
 * leads to.
 *
 * Context: any; no lock held: reads the routes under RCU, then takes
 * @f->pit_lock.
 */
void __vqc_pit_eoi(struct vqc_fabric *f, u8 vector);

/**
 * vqc_pit_eoi - a local APIC has ended an interrupt
 * @f: the fabric
 * @vector: what was ended, 0..255
 *
 * An edge interrupt has no EOI broadcast (SDM vol. 3, 11.8.5): the PIT has to
 * look for its own.
 *
 * Context: any; no lock held.
 */
static inline void vqc_pit_eoi(struct vqc_fabric *f, u8 vector)
{
	if (unlikely(READ_ONCE(f->pit_unacked)))
		__vqc_pit_eoi(f, vector);
}

/**
 * __vqc_edge_eoi - vqc_edge_eoi(), when somebody wants to hear of it
 * @f: the fabric, with ops
 * @vector: what was ended, 0..255
 *
 * Context: any; no lock held; calls pin_acked().
 */
void __vqc_edge_eoi(struct vqc_fabric *f, u8 vector);

/**
 * vqc_edge_eoi - a local APIC has ended an interrupt: tell of the edge pins
 * @f: the fabric
 * @vector: what was ended, 0..255
 *
 * An edge has no EOI broadcast (SDM vol. 3, 11.8.5). Which pin a vector came
 * from is not known by then: each edge pin that has it was ended.
 *
 * Context: any; no lock held.
 */
static inline void vqc_edge_eoi(struct vqc_fabric *f, u8 vector)
{
	if (unlikely(READ_ONCE(f->edge_acks)))
		__vqc_edge_eoi(f, vector);
}

/**
 * vqc_cpu_cookie - what stands for a CPU on a bus
 * @cpu: the CPU; may be NULL
 *
 * The bus hands a vCPU through to its devices: ours are struct vqc_cpu.
 *
 * Context: any.
 * Return: a pointer for vqc_cookie_cpu(), not to be followed.
 */
static inline struct kvm_vcpu *vqc_cpu_cookie(struct vqc_cpu *cpu)
{
	return (struct kvm_vcpu *)cpu;
}

/**
 * vqc_cookie_cpu - undo vqc_cpu_cookie()
 * @cookie: what the bus has handed through
 *
 * Context: any.
 * Return: the CPU; NULL if no CPU makes the access.
 */
static inline struct vqc_cpu *vqc_cookie_cpu(struct kvm_vcpu *cookie)
{
	return (struct vqc_cpu *)cookie;
}

/**
 * vqc_cpu_mmio_read - a CPU reads memory
 * @cpu: the CPU; the caller is its owner
 * @gpa: guest physical address
 * @len: 1..8 bytes
 * @val: where the bytes go; always written whole if handled
 *
 * Context: may sleep. Return: 0; -EOPNOTSUPP: no device of ours is there.
 */
int vqc_cpu_mmio_read(struct vqc_cpu *cpu, u64 gpa, int len, void *val);

/**
 * vqc_cpu_mmio_write - a CPU writes memory
 * @cpu: the CPU; the caller is its owner
 * @gpa: guest physical address
 * @len: 1..8 bytes
 * @val: the bytes
 *
 * Context: may sleep. Return: 0; -EOPNOTSUPP: no device of ours is there.
 */
int vqc_cpu_mmio_write(struct vqc_cpu *cpu, u64 gpa, int len, const void *val);

/**
 * vqc_cpu_msr_read - RDMSR of a local APIC register in x2APIC mode
 * @cpu: the CPU; the caller is its owner
 * @msr: 0x800..0x8ff
 * @val: the value
 *
 * Context: may sleep. Return: 0; -EINVAL: #GP.
 */
int vqc_cpu_msr_read(struct vqc_cpu *cpu, u32 msr, u64 *val);

/**
 * vqc_cpu_msr_write - WRMSR of a local APIC register in x2APIC mode
 * @cpu: the CPU; the caller is its owner
 * @msr: 0x800..0x8ff
 * @val: the value
 *
 * Context: may sleep. Return: 0; -EINVAL: #GP.
 */
int vqc_cpu_msr_write(struct vqc_cpu *cpu, u32 msr, u64 val);

/**
 * vqc_fabric_nr_cpus - how many CPUs a fabric has
 * @f: the fabric
 *
 * Context: any.
 * Return: 0..VQC_MAX_CPUS; the CPUs that it counts are set up.
 */
static inline unsigned int vqc_fabric_nr_cpus(const struct vqc_fabric *f)
{
	/* Pairs with the release in vqc_fabric_add_cpu(). */
	return smp_load_acquire(&f->nr_cpus);
}

/**
 * vqc_fabric_cpu - the CPU of an index
 * @f: the fabric
 * @index: any number
 *
 * Context: any, under RCU: the CPU stays until its section ends.
 * Return: the CPU, set up; NULL if there is none, or none any more.
 */
static inline struct vqc_cpu *vqc_fabric_cpu(const struct vqc_fabric *f,
					     unsigned int index)
{
	return index < vqc_fabric_nr_cpus(f) ? READ_ONCE(f->cpu[index]) : NULL;
}

/**
 * vqc_count - count an outcome
 * @f: the fabric
 * @why: the outcome, less than VQC_NR_WHY
 *
 * Context: any, also hard interrupts; takes no lock.
 */
static inline void vqc_count(struct vqc_fabric *f, enum vqc_why why)
{
	this_cpu_inc(f->stats->why[why]);
}

#endif /* VQC_FABRIC_H */
