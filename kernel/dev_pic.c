// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 8259 pair on the port bus: bytes to register accesses.
 *
 * The chips are 8 bits wide. A wider access is what the ISA bus makes of it:
 * a byte cycle for each port in turn.
 */
#include "fabric.h"
#include "observe.h"
#include "record.h"

static const struct vqc_pic_range {
	u16 port;
	u8 first;	/* enum vqc_pic_port of the lower port */
} vqc_pic_ranges[] = {
	{ 0x20, VQC_PIC_PORT_CMD_MASTER },
	{ 0xa0, VQC_PIC_PORT_CMD_SLAVE },
	{ 0x4d0, VQC_PIC_PORT_ELCR_MASTER },
};

#define VQC_PIC_RANGE_PORTS	2

static int vqc_dev_pic_read(struct kvm_vcpu *vcpu, struct kvm_io_device *dev,
			    gpa_t addr, int len, void *val)
{
	struct vqc_pic_dev *pd = container_of(dev, struct vqc_pic_dev, dev);
	const struct vqc_pic_range *r = &vqc_pic_ranges[pd->range];
	struct vqc_fabric *f = pd->fabric;
	u8 *bytes = val;
	unsigned long flags;
	int i;
	VQC_DEFINE_FX(fx);

	memset(bytes, 0xff, len);
	raw_spin_lock_irqsave(&f->pic_lock, flags);
	for (i = 0; i < len && addr + i < r->port + VQC_PIC_RANGE_PORTS; i++)
		bytes[i] = vqc_rec_pic_read(f, r->first + (addr - r->port) + i,
					    &fx);
	vqc_pic_op_end(f, flags, &fx);
	vqc_obs_access(f, vqc_cookie_cpu(vcpu), VQC_CHIP_PIC, addr, len, false,
		       bytes[0]);
	return 0;
}

static int vqc_dev_pic_write(struct kvm_vcpu *vcpu, struct kvm_io_device *dev,
			     gpa_t addr, int len, const void *val)
{
	struct vqc_pic_dev *pd = container_of(dev, struct vqc_pic_dev, dev);
	const struct vqc_pic_range *r = &vqc_pic_ranges[pd->range];
	struct vqc_fabric *f = pd->fabric;
	const u8 *bytes = val;
	unsigned long flags;
	int i;
	VQC_DEFINE_FX(fx);

	vqc_obs_access(f, vqc_cookie_cpu(vcpu), VQC_CHIP_PIC, addr, len, true,
		       bytes[0]);
	raw_spin_lock_irqsave(&f->pic_lock, flags);
	for (i = 0; i < len && addr + i < r->port + VQC_PIC_RANGE_PORTS; i++)
		vqc_rec_pic_write(f, r->first + (addr - r->port) + i, bytes[i],
				  &fx);
	vqc_pic_op_end(f, flags, &fx);
	return 0;
}

static const struct kvm_io_device_ops vqc_dev_pic_ops = {
	.read = vqc_dev_pic_read,
	.write = vqc_dev_pic_write,
};

int vqc_dev_pic_register(struct vqc_fabric *f)
{
	unsigned int i;
	int ret;

	BUILD_BUG_ON(ARRAY_SIZE(vqc_pic_ranges) != ARRAY_SIZE(f->pic_dev));
	for (i = 0; i < ARRAY_SIZE(vqc_pic_ranges); i++) {
		struct vqc_pic_dev *pd = &f->pic_dev[i];

		pd->fabric = f;
		pd->range = i;
		kvm_iodevice_init(&pd->dev, &vqc_dev_pic_ops);
		ret = vqc_bus_register(&f->pio, vqc_pic_ranges[i].port,
				       VQC_PIC_RANGE_PORTS, &pd->dev);
		if (ret)
			return ret;
	}
	return 0;
}
