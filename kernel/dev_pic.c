// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 8259 pair on the port bus: bytes to register accesses.
 *
 * The chips are 8 bits wide. A wider access is what the ISA bus makes of it:
 * a byte cycle for each port in turn.
 */
#include "fabric.h"
#include "observe.h"

static const struct vqc_pic_range {
	u16 port;
	u8 first;	/* enum vqc_pic_port of the lower port */
} vqc_pic_ranges[] = {
	{ 0x20, VQC_PIC_PORT_CMD_MASTER },
	{ 0xa0, VQC_PIC_PORT_CMD_SLAVE },
	{ 0x4d0, VQC_PIC_PORT_ELCR_MASTER },
};

#define VQC_PIC_RANGE_PORTS	2

static int vqc_dev_pic_read(struct vqc_fabric *f, unsigned int range,
			    struct kvm_vcpu *vcpu, gpa_t addr, int len,
			    void *val)
{
	const struct vqc_pic_range *r = &vqc_pic_ranges[range];
	u8 *bytes = val;
	unsigned long flags;
	int i;
	VQC_FX(fx);

	memset(bytes, 0xff, len);
	raw_spin_lock_irqsave(&f->pic_lock, flags);
	for (i = 0; i < len && addr + i < r->port + VQC_PIC_RANGE_PORTS; i++)
		bytes[i] = vqc_pic_read(&f->pic,
					r->first + (addr - r->port) + i, &fx);
	vqc_pic_op_end(f, flags, &fx);
	vqc_obs_access(f, vqc_cookie_cpu(vcpu), VQC_CHIP_PIC, addr, len, false,
		       bytes[0]);
	return 0;
}

static int vqc_dev_pic_write(struct vqc_fabric *f, unsigned int range,
			     struct kvm_vcpu *vcpu, gpa_t addr, int len,
			     const void *val)
{
	const struct vqc_pic_range *r = &vqc_pic_ranges[range];
	const u8 *bytes = val;
	unsigned long flags;
	int i;
	VQC_FX(fx);

	vqc_obs_access(f, vqc_cookie_cpu(vcpu), VQC_CHIP_PIC, addr, len, true,
		       bytes[0]);
	raw_spin_lock_irqsave(&f->pic_lock, flags);
	for (i = 0; i < len && addr + i < r->port + VQC_PIC_RANGE_PORTS; i++)
		vqc_pic_write(&f->pic, r->first + (addr - r->port) + i,
			      bytes[i], &fx);
	vqc_pic_op_end(f, flags, &fx);
	return 0;
}

/* One device per range, so that each knows its fabric from where it lies. */
#define VQC_PIC_DEVICE(n)						\
static int vqc_dev_pic_read_##n(struct kvm_vcpu *vcpu,			\
				struct kvm_io_device *dev,		\
				gpa_t addr, int len, void *val)		\
{									\
	return vqc_dev_pic_read(container_of(dev, struct vqc_fabric,	\
					     pic_dev[n]),		\
				n, vcpu, addr, len, val);		\
}									\
									\
static int vqc_dev_pic_write_##n(struct kvm_vcpu *vcpu,			\
				 struct kvm_io_device *dev,		\
				 gpa_t addr, int len, const void *val)	\
{									\
	return vqc_dev_pic_write(container_of(dev, struct vqc_fabric,	\
					      pic_dev[n]),		\
				 n, vcpu, addr, len, val);		\
}

VQC_PIC_DEVICE(0)
VQC_PIC_DEVICE(1)
VQC_PIC_DEVICE(2)

static const struct kvm_io_device_ops vqc_dev_pic_ops[] = {
	{ .read = vqc_dev_pic_read_0, .write = vqc_dev_pic_write_0 },
	{ .read = vqc_dev_pic_read_1, .write = vqc_dev_pic_write_1 },
	{ .read = vqc_dev_pic_read_2, .write = vqc_dev_pic_write_2 },
};

int vqc_dev_pic_register(struct vqc_fabric *f)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(vqc_pic_ranges); i++) {
		kvm_iodevice_init(&f->pic_dev[i], &vqc_dev_pic_ops[i]);
		ret = vqc_bus_register(&f->pio, vqc_pic_ranges[i].port,
				       VQC_PIC_RANGE_PORTS, &f->pic_dev[i]);
		if (ret)
			return ret;
	}
	return 0;
}
