// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_CAP_SPLIT_IRQCHIP: the VMM keeps PIC, IOAPIC and PIT, only the local APICs
 * are ours (KVM's API document, 7.5).
 *
 * The IOAPIC's pins are messages to us, most of them by the first GSIs of the
 * routing table, which are reserved for them. The VMM wants to know of their
 * EOIs: KVM_EXIT_IOAPIC_EOI. The PIC has acknowledged its interrupt when the VMM
 * hands over the vector by KVM_INTERRUPT, so one is pending at a time, for the
 * LINT0 of that vCPU.
 */
#include <linux/bitmap.h>
#include <linux/kvm.h>
#include <linux/rcupdate.h>

#include "front.h"
#include "observe.h"
#include "record.h"

#define VQC_CPUID_ECX_X2APIC	BIT(21)

/* ---- the VMM's IOAPIC ---- */

static bool vqc_user_reaches(const struct vqc_cpu *cpu,
			     const struct vqc_dest_map *map,
			     const struct vqc_msg *msg)
{
	DECLARE_BITMAP(cpus, VQC_MAX_CPUS);
	int one = vqc_dest_one(map, msg, VQC_NO_CPU);

	if (one >= 0)
		return one == cpu->index;
	return one == VQC_DEST_MANY &&
	       vqc_dest_set(map, msg, VQC_NO_CPU, cpus) &&
	       test_bit(cpu->index, cpus);
}

/* Is the vector that of a level pin which leads to this CPU, as of now? */
static bool vqc_user_pin_has(struct vqc_cpu *cpu, u8 vector)
{
	const struct vqc_route_table *table;
	struct vqc_fabric *f = cpu->fabric;
	const struct vqc_dest_pub *pub;
	struct vqc_msg msg;
	bool found = false;
	u32 i;

	rcu_read_lock();
	table = rcu_dereference(f->routes);
	pub = rcu_dereference(f->dest);
	for (i = 0; i < table->nr && pub && !found; i++) {
		const struct vqc_route *route = &table->route[i];

		if (route->gsi >= f->config.tell_eoi_gsis)
			break;
		msg = vqc_fabric_msi(f, route->msi_address, route->msi_data);
		found = msg.vector == vector && (msg.flags & VQC_MSG_LEVEL) &&
			vqc_user_reaches(cpu, &pub->map, &msg);
	}
	rcu_read_unlock();
	return found;
}

/*
 * By the routes as they are, as KVM does it, whatever message was in service;
 * and also if it came by a route that has been changed since, or the VMM's pin
 * would wait for its EOI for ever.
 */
static void vqc_user_lapic_eoi(struct vqc_cpu *cpu, u8 vector)
{
	struct vqc_vcpu *v = container_of(cpu, struct vqc_vcpu, cpu);

	if (!test_bit(vector, cpu->tell_eoi) && !vqc_user_pin_has(cpu, vector))
		return;
	vqc_count(cpu->fabric, VQC_WHY_EOI_TOLD);
	vqc_obs_tell_eoi(cpu, vector);
	__set_bit(vector, v->user_eois);
	v->user_eoi = true;
}

const struct vqc_fabric_ops vqc_user_fabric_ops = {
	.lapic_eoi = vqc_user_lapic_eoi,
};

void vqc_user_eoi_exit(struct vqc_vcpu *v)
{
	unsigned long vector = find_first_bit(v->user_eois, VQC_NR_VECTORS);

	__clear_bit(vector, v->user_eois);
	v->user_eoi = !bitmap_empty(v->user_eois, VQC_NR_VECTORS);
	v->run->exit_reason = KVM_EXIT_IOAPIC_EOI;
	v->run->eoi.vector = vector;
}

/*
 * KVM shows the suppression of EOI broadcasts to a guest that has x2APIC, and
 * tells of the EOI all the same; IOAPICs without an EOI register live on that.
 */
void vqc_user_note_cpuid(struct vqc_vcpu *v, u32 ecx)
{
	struct vqc_rec_hold hold;

	if (!v->vm->user_chips)
		return;
	hold = vqc_rec_lapic_hold(&v->cpu);
	if (ecx & VQC_CPUID_ECX_X2APIC)
		v->cpu.lapic.cfg |= VQC_LAPIC_CFG_SUPPRESS_EOI;
	else
		v->cpu.lapic.cfg &= ~VQC_LAPIC_CFG_SUPPRESS_EOI;
	vqc_rec_lapic_loaded(&v->cpu, hold);
}

/* ---- the VMM's PIC ---- */

int vqc_user_extint(struct vqc_vcpu *v, u8 vector)
{
	if (v->cpu.extint)
		return -EEXIST;
	v->cpu.extint = VQC_EXTINT_PENDING | vector;
	vqc_obs_extint(&v->cpu, vector);
	vqc_rec_lapic_extint(&v->cpu, vector);
	return 0;
}

/* Would one more ExtINT find a place, and a LINT0 that lets it through? */
static bool vqc_user_accepts(const struct vqc_vcpu *v)
{
	return !v->cpu.extint && vqc_lapic_takes_extint(&v->cpu.lapic);
}

bool vqc_user_wants_window(const struct vqc_vcpu *v)
{
	return unlikely(v->user_window) && vqc_user_accepts(v);
}

bool vqc_user_window_exit(struct vqc_vcpu *v)
{
	if (!vqc_user_wants_window(v) || !v->window)
		return false;
	v->run->exit_reason = KVM_EXIT_IRQ_WINDOW_OPEN;
	return true;
}

void vqc_user_to_vmm(struct vqc_vcpu *v)
{
	struct kvm_run *run = v->run;

	run->ready_for_interrupt_injection = v->window && vqc_user_accepts(v);
	run->request_interrupt_window = v->user_window;
}
