// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC as its CPU sees it: register page and MSRs.
 *
 * An access to the page never leaves the CPU (SDM vol. 3, 11.4.1), so the
 * device is not on the bus: it stands before it, at the CPU's own APIC base.
 * Registers are written by aligned 32-bit accesses only (11.4.1); reads may be
 * narrower as long as they stay inside the register's four bytes.
 */
#include "fabric.h"
#include "inject.h"
#include "observe.h"
#include "record.h"

#define VQC_LAPIC_PAGE		0x1000ull
#define VQC_LAPIC_REG_ALIGN	0xfu

static void vqc_dev_lapic_note(struct vqc_cpu *cpu, enum vqc_why why)
{
	if (likely(why == VQC_WHY_DELIVERED))
		return;
	vqc_count(cpu->fabric, why);
	vqc_obs_note(cpu->fabric, VQC_CHIP_LAPIC, VQC_NO_PIN, 0, why);
}

/*
 * An EOI ends what is in service, which is the owner's alone; but the remote
 * IRR of a level-triggered LINT0 is shared with who drives that input.
 */
static int vqc_dev_lapic_end(struct vqc_cpu *cpu, struct vqc_fx *fx)
{
	unsigned long flags;
	int vector;

	if (likely(!(cpu->lapic.lvt[VQC_LVT_IDX_LINT0] & VQC_LVT_LEVEL)))
		return vqc_rec_lapic_eoi(cpu, fx);

	raw_spin_lock_irqsave(&cpu->lock, flags);
	vector = vqc_rec_lapic_eoi(cpu, fx);
	raw_spin_unlock_irqrestore(&cpu->lock, flags);
	return vector;
}

/* The commonest access by far: mostly no lock, never a clock. */
static void vqc_dev_lapic_eoi(struct vqc_cpu *cpu)
{
	const struct vqc_fabric_ops *ops = cpu->fabric->config.ops;
	int vector;
	VQC_DEFINE_FX(fx);

	vector = vqc_dev_lapic_end(cpu, &fx);
	if (vector >= 0) {
		cpu->nr_eois++;
		if (ops && ops->lapic_eoi)
			ops->lapic_eoi(cpu, vector);
		vqc_obs_eoi(cpu->fabric, cpu, VQC_CHIP_LAPIC, VQC_NO_PIN,
			    vector);
		vqc_pit_eoi(cpu->fabric, vector);
		vqc_edge_eoi(cpu->fabric, vector);
	}
	if (fx.nr)
		vqc_drain_lapic(cpu, &fx);
}

static enum vqc_why vqc_dev_lapic_store(struct vqc_cpu *cpu,
					unsigned int offset, u32 data)
{
	struct vqc_clock clock;
	unsigned long flags;
	enum vqc_why why;
	VQC_DEFINE_FX(fx);

	if (vqc_lapic_needs_clock(offset))
		vqc_cpu_clock(cpu, &clock);
	raw_spin_lock_irqsave(&cpu->lock, flags);
	why = vqc_rec_lapic_write(cpu, offset, data, &clock, &fx);
	raw_spin_unlock_irqrestore(&cpu->lock, flags);
	vqc_drain_lapic(cpu, &fx);
	return why;
}

static int vqc_dev_lapic_write(struct kvm_vcpu *vcpu, struct kvm_io_device *dev,
			       gpa_t addr, int len, const void *val)
{
	struct vqc_cpu *cpu = container_of(dev, struct vqc_cpu, lapic_dev);
	unsigned int offset = addr & (VQC_LAPIC_PAGE - 1);
	u32 data;

	if (len != sizeof(data) || (offset & VQC_LAPIC_REG_ALIGN)) {
		vqc_dev_lapic_note(cpu, VQC_WHY_BAD_ACCESS);
		return 0;
	}

	memcpy(&data, val, sizeof(data));
	vqc_obs_access(cpu->fabric, cpu, VQC_CHIP_LAPIC, offset, len, true,
		       data);
	if (offset == VQC_LAPIC_EOI)
		vqc_dev_lapic_eoi(cpu);
	else
		vqc_dev_lapic_note(cpu, vqc_dev_lapic_store(cpu, offset, data));
	return 0;
}

static enum vqc_why vqc_dev_lapic_load(struct vqc_cpu *cpu,
				       unsigned int offset, u32 *data)
{
	struct vqc_clock clock;
	unsigned long flags;
	enum vqc_why why;
	VQC_DEFINE_FX(fx);

	if (vqc_lapic_needs_clock(offset))
		vqc_cpu_clock(cpu, &clock);
	raw_spin_lock_irqsave(&cpu->lock, flags);
	why = vqc_rec_lapic_read(cpu, offset, data, &clock, &fx);
	raw_spin_unlock_irqrestore(&cpu->lock, flags);
	vqc_drain_lapic(cpu, &fx);
	return why;
}

static int vqc_dev_lapic_read(struct kvm_vcpu *vcpu, struct kvm_io_device *dev,
			      gpa_t addr, int len, void *val)
{
	struct vqc_cpu *cpu = container_of(dev, struct vqc_cpu, lapic_dev);
	unsigned int offset = addr & (VQC_LAPIC_PAGE - 1);
	unsigned int byte = offset & VQC_LAPIC_REG_ALIGN;
	u32 data = 0;

	offset -= byte;
	if (byte + len > sizeof(data)) {
		memset(val, 0, len);
		vqc_dev_lapic_note(cpu, VQC_WHY_BAD_ACCESS);
		return 0;
	}

	/* Owner's data: no lock. */
	if (offset == VQC_LAPIC_TPR)
		data = vqc_rec_lapic_tpr(cpu);
	else
		vqc_dev_lapic_note(cpu,
				   vqc_dev_lapic_load(cpu, offset, &data));
	memcpy(val, (u8 *)&data + byte, len);
	vqc_obs_access(cpu->fabric, cpu, VQC_CHIP_LAPIC, offset, len, false,
		       data);
	return 0;
}

static const struct kvm_io_device_ops vqc_dev_lapic_ops = {
	.read = vqc_dev_lapic_read,
	.write = vqc_dev_lapic_write,
};

void vqc_dev_lapic_init(struct vqc_cpu *cpu)
{
	kvm_iodevice_init(&cpu->lapic_dev, &vqc_dev_lapic_ops);
}

/* ---- the way of a CPU's access: own page first, then the bus ---- */

static bool vqc_cpu_owns(const struct vqc_cpu *cpu, u64 gpa)
{
	return ((gpa ^ cpu->lapic.base) & ~(VQC_LAPIC_PAGE - 1)) == 0 &&
	       vqc_lapic_mode(&cpu->lapic) == VQC_APIC_XAPIC;
}

int vqc_cpu_mmio_read(struct vqc_cpu *cpu, u64 gpa, int len, void *val)
{
	struct kvm_vcpu *cookie = vqc_cpu_cookie(cpu);

	if (vqc_cpu_owns(cpu, gpa))
		return vqc_dev_lapic_read(cookie, &cpu->lapic_dev, gpa, len,
					  val);
	return vqc_bus_read(&cpu->fabric->mmio, cookie, gpa, len, val);
}

int vqc_cpu_mmio_write(struct vqc_cpu *cpu, u64 gpa, int len, const void *val)
{
	struct kvm_vcpu *cookie = vqc_cpu_cookie(cpu);

	if (vqc_cpu_owns(cpu, gpa))
		return vqc_dev_lapic_write(cookie, &cpu->lapic_dev, gpa, len,
					   val);
	return vqc_bus_write(&cpu->fabric->mmio, cookie, gpa, len, val);
}

/* ---- x2APIC ---- */

static unsigned int vqc_msr_offset(u32 msr)
{
	return (msr - VQC_X2APIC_MSR_FIRST) << 4;
}

int vqc_cpu_msr_read(struct vqc_cpu *cpu, u32 msr, u64 *val)
{
	struct vqc_clock clock;
	unsigned long flags;
	enum vqc_why why;

	if (vqc_lapic_needs_clock(vqc_msr_offset(msr)))
		vqc_cpu_clock(cpu, &clock);
	raw_spin_lock_irqsave(&cpu->lock, flags);
	why = vqc_rec_lapic_msr_read(cpu, msr, val, &clock);
	raw_spin_unlock_irqrestore(&cpu->lock, flags);
	vqc_dev_lapic_note(cpu, why);
	if (why != VQC_WHY_DELIVERED)
		return -EINVAL;
	vqc_obs_access(cpu->fabric, cpu, VQC_CHIP_LAPIC, msr, 8, false, *val);
	return 0;
}

int vqc_cpu_msr_write(struct vqc_cpu *cpu, u32 msr, u64 val)
{
	unsigned int offset = vqc_msr_offset(msr);
	struct vqc_clock clock;
	unsigned long flags;
	enum vqc_why why;
	VQC_DEFINE_FX(fx);

	vqc_obs_access(cpu->fabric, cpu, VQC_CHIP_LAPIC, msr, 8, true, val);
	if (offset == VQC_LAPIC_EOI && !val &&
	    vqc_lapic_mode(&cpu->lapic) == VQC_APIC_X2APIC) {
		vqc_dev_lapic_eoi(cpu);
		return 0;
	}

	if (vqc_lapic_needs_clock(offset))
		vqc_cpu_clock(cpu, &clock);
	raw_spin_lock_irqsave(&cpu->lock, flags);
	why = vqc_rec_lapic_msr_write(cpu, msr, val, &clock, &fx);
	raw_spin_unlock_irqrestore(&cpu->lock, flags);
	vqc_drain_lapic(cpu, &fx);
	vqc_dev_lapic_note(cpu, why);
	return why == VQC_WHY_DELIVERED ? 0 : -EINVAL;
}
