// SPDX-License-Identifier: GPL-2.0-only
/*
 * The IOAPIC on the memory bus.
 *
 * The 82093AA knows aligned 32-bit accesses only (3.1). Narrower and wider
 * reads give the register's low bytes and zeroes. The index register is 8 bits
 * and takes the low byte of any write; a narrower write to another register
 * would leave half a value behind, and is ignored.
 */
#include "fabric.h"
#include "observe.h"
#include "record.h"

#define VQC_IOAPIC_ALIGN	0xf

static int vqc_dev_ioapic_read(struct kvm_vcpu *vcpu,
			       struct kvm_io_device *dev, gpa_t addr, int len,
			       void *val)
{
	struct vqc_fabric *f = container_of(dev, struct vqc_fabric, ioapic_dev);
	unsigned int offset = addr - VQC_IOAPIC_BASE;
	unsigned long flags;
	u32 data;
	VQC_DEFINE_FX(fx);

	memset(val, 0, len);
	if (offset & VQC_IOAPIC_ALIGN) {
		vqc_count(f, VQC_WHY_BAD_ACCESS);
		vqc_obs_note(f, VQC_CHIP_IOAPIC, VQC_NO_PIN, 0,
			     VQC_WHY_BAD_ACCESS);
		return 0;
	}

	raw_spin_lock_irqsave(&f->ioapic_lock, flags);
	data = vqc_rec_ioapic_read(f, offset, &fx);
	raw_spin_unlock_irqrestore(&f->ioapic_lock, flags);

	memcpy(val, &data, min_t(size_t, len, sizeof(data)));
	vqc_obs_access(f, vqc_cookie_cpu(vcpu), VQC_CHIP_IOAPIC, addr, len,
		       false, data);
	vqc_drain_ioapic(f, &fx);
	return 0;
}

static int vqc_dev_ioapic_write(struct kvm_vcpu *vcpu,
				struct kvm_io_device *dev, gpa_t addr, int len,
				const void *val)
{
	struct vqc_fabric *f = container_of(dev, struct vqc_fabric, ioapic_dev);
	unsigned int offset = addr - VQC_IOAPIC_BASE;
	unsigned long flags;
	u32 data = 0;
	VQC_DEFINE_FX(fx);

	memcpy(&data, val, min_t(size_t, len, sizeof(data)));
	vqc_obs_access(f, vqc_cookie_cpu(vcpu), VQC_CHIP_IOAPIC, addr, len,
		       true, data);
	if ((offset & VQC_IOAPIC_ALIGN) ||
	    (len < sizeof(data) && offset != VQC_IOAPIC_REGSEL)) {
		vqc_count(f, VQC_WHY_BAD_ACCESS);
		vqc_obs_note(f, VQC_CHIP_IOAPIC, VQC_NO_PIN, 0,
			     VQC_WHY_BAD_ACCESS);
		return 0;
	}

	raw_spin_lock_irqsave(&f->ioapic_lock, flags);
	vqc_rec_ioapic_write(f, offset, data, &fx);
	raw_spin_unlock_irqrestore(&f->ioapic_lock, flags);
	vqc_drain_ioapic(f, &fx);
	return 0;
}

static const struct kvm_io_device_ops vqc_dev_ioapic_ops = {
	.read = vqc_dev_ioapic_read,
	.write = vqc_dev_ioapic_write,
};

int vqc_dev_ioapic_register(struct vqc_fabric *f)
{
	kvm_iodevice_init(&f->ioapic_dev, &vqc_dev_ioapic_ops);
	return vqc_bus_register(&f->mmio, VQC_IOAPIC_BASE, VQC_IOAPIC_SIZE,
				&f->ioapic_dev);
}
