// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM's state structures to ours and back, field by field.
 *
 * A state from KVM itself loads here and the reverse. Nothing in one is
 * trusted: the models make it valid.
 */
#include <linux/kvm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "../snapshot.h"
#include "front.h"
#include "record.h"

/* ---- the 8259 pair ---- */

static void vqc_kvm_from_8259(struct kvm_pic_state *s, const struct vqc_8259 *c,
			      bool slave)
{
	memset(s, 0, sizeof(*s));
	s->last_irr = c->lines;
	s->irr = c->irr;
	s->imr = c->imr;
	s->isr = c->isr;
	s->priority_add = (c->lowest + 1) & 7;
	s->irq_base = c->irq_base;
	s->read_reg_select = c->read_isr;
	s->poll = c->poll;
	s->special_mask = c->smm;
	/* A chip that was never initialised takes no ICW2 yet either. */
	s->init_state = c->step == VQC_PIC_UNINIT ? VQC_PIC_READY : c->step;
	s->auto_eoi = !!(c->icw4 & VQC_PIC_ICW4_AEOI);
	s->rotate_on_auto_eoi = c->rotate_aeoi;
	s->special_fully_nested_mode = !!(c->icw4 & VQC_PIC_ICW4_SFNM);
	s->init4 = !!(c->icw1 & VQC_PIC_ICW1_IC4);
	s->elcr = c->elcr;
	s->elcr_mask = slave ? VQC_PIC_ELCR_MASK_SLAVE :
			       VQC_PIC_ELCR_MASK_MASTER;
}

static void vqc_kvm_to_8259(struct vqc_8259 *c, const struct kvm_pic_state *s)
{
	memset(c, 0, sizeof(*c));
	c->lines = s->last_irr;
	c->irr = s->irr;
	c->imr = s->imr;
	c->isr = s->isr;
	c->lowest = (s->priority_add + 7) & 7;
	c->irq_base = s->irq_base;
	c->read_isr = !!s->read_reg_select;
	c->poll = !!s->poll;
	c->smm = !!s->special_mask;
	c->step = s->init_state;
	c->icw1 = s->init4 ? VQC_PIC_ICW1_IC4 : 0;
	c->icw4 = (s->auto_eoi ? VQC_PIC_ICW4_AEOI : 0) |
		  (s->special_fully_nested_mode ? VQC_PIC_ICW4_SFNM : 0);
	c->rotate_aeoi = !!s->rotate_on_auto_eoi;
	c->elcr = s->elcr;
}

/* ---- the IOAPIC ---- */

/* Pins that want an interrupt: level lines that are high, edges not yet sent. */
static u32 vqc_ioapic_irr(const struct vqc_ioapic *io)
{
	u32 irr = io->pending;
	unsigned int pin;

	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++)
		if (io->rte[pin] & VQC_RTE_LEVEL)
			irr |= io->lines & BIT(pin);
	return irr;
}

static void vqc_kvm_from_ioapic(struct kvm_ioapic_state *s,
				const struct vqc_ioapic *io)
{
	unsigned int pin;

	memset(s, 0, sizeof(*s));
	s->base_address = VQC_IOAPIC_BASE;
	s->ioregsel = io->regsel;
	s->id = io->id;
	s->irr = vqc_ioapic_irr(io);
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++)
		s->redirtbl[pin].bits = io->rte[pin];
}

static void vqc_kvm_to_ioapic(struct vqc_ioapic *io,
			      const struct kvm_ioapic_state *s)
{
	unsigned int pin;

	memset(io, 0, sizeof(*io));
	io->regsel = s->ioregsel;
	io->id = s->id;
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++) {
		io->rte[pin] = s->redirtbl[pin].bits;
		io->inflight[pin] = FIELD_GET(VQC_RTE_VECTOR, io->rte[pin]);
		if (!(s->irr & BIT(pin)))
			continue;
		if (io->rte[pin] & VQC_RTE_LEVEL)
			io->lines |= BIT(pin);
		else
			io->pending |= BIT(pin);
	}
}

/* ---- KVM_GET_IRQCHIP, KVM_SET_IRQCHIP ---- */

/* The structures are too large for the stack together with what they become. */
union vqc_chip_state {
	struct vqc_pic pic;
	struct vqc_ioapic ioapic;
};

static int vqc_vm_read_chip(struct vqc_vm *vm, struct kvm_irqchip *chip,
			    union vqc_chip_state *state)
{
	bool slave;

	switch (chip->chip_id) {
	case KVM_IRQCHIP_PIC_MASTER:
	case KVM_IRQCHIP_PIC_SLAVE:
		vqc_snapshot_get_pic(vm->fabric, &state->pic);
		slave = chip->chip_id == KVM_IRQCHIP_PIC_SLAVE;
		vqc_kvm_from_8259(&chip->chip.pic, &state->pic.chip[slave],
				  slave);
		return 0;
	case KVM_IRQCHIP_IOAPIC:
		vqc_snapshot_get_ioapic(vm->fabric, &state->ioapic);
		vqc_kvm_from_ioapic(&chip->chip.ioapic, &state->ioapic);
		return 0;
	default:
		return -EINVAL;
	}
}

static int vqc_vm_write_chip(struct vqc_vm *vm, const struct kvm_irqchip *chip,
			     union vqc_chip_state *state)
{
	switch (chip->chip_id) {
	case KVM_IRQCHIP_PIC_MASTER:
	case KVM_IRQCHIP_PIC_SLAVE:
		vqc_kvm_to_8259(&state->pic.chip[0], &chip->chip.pic);
		vqc_snapshot_set_8259(vm->fabric,
				      chip->chip_id == KVM_IRQCHIP_PIC_SLAVE,
				      &state->pic.chip[0]);
		return 0;
	case KVM_IRQCHIP_IOAPIC:
		vqc_kvm_to_ioapic(&state->ioapic, &chip->chip.ioapic);
		vqc_snapshot_set_ioapic(vm->fabric, &state->ioapic);
		return 0;
	default:
		return -EINVAL;
	}
}

static long vqc_vm_irqchip(struct vqc_vm *vm, unsigned long arg, bool set)
{
	struct vqc_split *section;
	union vqc_chip_state *state;
	struct kvm_irqchip *chip;
	long ret;

	chip = memdup_user((void __user *)arg, sizeof(*chip));
	if (IS_ERR(chip))
		return PTR_ERR(chip);
	state = kzalloc(sizeof(*state), GFP_KERNEL_ACCOUNT);
	if (!state) {
		kfree(chip);
		return -ENOMEM;
	}

	/* A message on its way belongs to no chip: it arrives first. */
	vqc_split_end(vqc_split_begin(vm));
	section = vqc_split_begin(vm);
	mutex_lock(&vm->lock);
	if (!vm->fabric || vm->user_chips)
		ret = -ENXIO;
	else if (set)
		ret = vqc_vm_write_chip(vm, chip, state);
	else
		ret = vqc_vm_read_chip(vm, chip, state);
	mutex_unlock(&vm->lock);
	vqc_split_sync(section);
	vqc_split_end(section);

	if (!ret && !set && copy_to_user((void __user *)arg, chip,
					 sizeof(*chip)))
		ret = -EFAULT;
	kfree(state);
	kfree(chip);
	return ret;
}

long vqc_vm_get_irqchip(void *object, unsigned int cmd, unsigned long arg)
{
	return vqc_vm_irqchip(object, arg, false);
}

long vqc_vm_set_irqchip(void *object, unsigned int cmd, unsigned long arg)
{
	return vqc_vm_irqchip(object, arg, true);
}

/* ---- the 8254 ---- */

/* KVM's mode of a channel that no control word was written for. */
#define VQC_KVM_NO_MODE		0xff
#define VQC_KVM_MAX_MODE	7

/* KVM's states of the byte toggles. */
#define VQC_KVM_RW_WORD_LSB	3
#define VQC_KVM_RW_WORD_MSB	4

static u8 vqc_kvm_rw_state(u8 access, u8 msb)
{
	if (access != VQC_PIT_WORD)
		return access;
	return msb ? VQC_KVM_RW_WORD_MSB : VQC_KVM_RW_WORD_LSB;
}

/* KVM notes which byte of a latched count comes next: low, high, or both. */
static u8 vqc_kvm_count_latched(const struct vqc_pit_channel *c)
{
	if (!c->count_latched)
		return 0;
	if (c->access != VQC_PIT_WORD)
		return c->access;
	return c->count_latched == 2 ? VQC_PIT_WORD : VQC_PIT_MSB;
}

static u8 vqc_kvm_latched_bytes(u8 count_latched)
{
	if (!count_latched)
		return 0;
	return count_latched == VQC_PIT_WORD ? 2 : 1;
}

static void vqc_kvm_from_channel(struct kvm_pit_channel_state *s,
				 const struct vqc_pit_channel *c)
{
	memset(s, 0, sizeof(*s));
	s->count = c->count ? c->count : VQC_PIT_MAX_COUNT;
	s->latched_count = c->count_latch;
	s->count_latched = vqc_kvm_count_latched(c);
	s->status_latched = c->status_latched;
	s->status = c->status_latch;
	s->read_state = vqc_kvm_rw_state(c->access, c->read_msb);
	s->write_state = vqc_kvm_rw_state(c->access, c->write_msb);
	s->write_latch = c->write_latch;
	s->rw_mode = c->access;
	s->mode = c->count ? c->mode : VQC_KVM_NO_MODE;
	s->bcd = c->bcd;
	s->gate = c->gate;
	s->count_load_time = c->start_ns;
}

/*
 * A count starts anew when it is loaded, as KVM does it: the time it was loaded
 * at is another machine's.
 */
static void vqc_kvm_to_channel(struct vqc_pit_channel *c,
			       const struct kvm_pit_channel_state *s)
{
	memset(c, 0, sizeof(*c));
	if (s->mode <= VQC_KVM_MAX_MODE) {
		c->count = s->count ? s->count : VQC_PIT_MAX_COUNT;
		c->mode = s->mode;
		c->armed = 1;
	}
	c->count_latch = s->latched_count;
	c->count_latched = vqc_kvm_latched_bytes(s->count_latched);
	c->status_latched = s->status_latched;
	c->status_latch = s->status;
	c->read_msb = s->read_state == VQC_KVM_RW_WORD_MSB;
	c->write_msb = s->write_state == VQC_KVM_RW_WORD_MSB;
	c->write_latch = s->write_latch;
	c->access = s->rw_mode;
	c->bcd = s->bcd;
	c->gate = s->gate;
	c->start_ns = ktime_get_ns();
}

static void vqc_kvm_from_pit(struct kvm_pit_state2 *s,
			     const struct vqc_pit *pit)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < VQC_NR_PIT_CHANNELS; i++)
		vqc_kvm_from_channel(&s->channels[i], &pit->ch[i]);
	if (pit->irq_disabled)
		s->flags |= KVM_PIT_FLAGS_HPET_LEGACY;
	if (pit->speaker & VQC_PIT_SPEAKER_DATA)
		s->flags |= KVM_PIT_FLAGS_SPEAKER_DATA_ON;
}

static void vqc_kvm_to_pit(struct vqc_pit *pit, const struct kvm_pit_state2 *s)
{
	unsigned int i;

	memset(pit, 0, sizeof(*pit));
	for (i = 0; i < VQC_NR_PIT_CHANNELS; i++)
		vqc_kvm_to_channel(&pit->ch[i], &s->channels[i]);
	pit->irq_disabled = !!(s->flags & KVM_PIT_FLAGS_HPET_LEGACY);
	if (s->flags & KVM_PIT_FLAGS_SPEAKER_DATA_ON)
		pit->speaker |= VQC_PIT_SPEAKER_DATA;
	if (pit->ch[VQC_PIT_SPEAKER_CHANNEL].gate)
		pit->speaker |= VQC_PIT_SPEAKER_GATE;
}

/* The older structure is the start of the newer one, without the flags. */
static size_t vqc_pit_state_bytes(unsigned int cmd)
{
	return cmd == KVM_GET_PIT || cmd == KVM_SET_PIT ?
		sizeof(struct kvm_pit_state) : sizeof(struct kvm_pit_state2);
}

long vqc_vm_get_pit(void *object, unsigned int cmd, unsigned long arg)
{
	struct vqc_vm *vm = object;
	struct kvm_pit_state2 state;
	struct vqc_pit pit;

	if (!vm->fabric || !vm->fabric->has_pit)
		return -ENXIO;
	vqc_snapshot_get_pit(vm->fabric, &pit);
	vqc_kvm_from_pit(&state, &pit);
	if (copy_to_user((void __user *)arg, &state, vqc_pit_state_bytes(cmd)))
		return -EFAULT;
	return 0;
}

long vqc_vm_set_pit(void *object, unsigned int cmd, unsigned long arg)
{
	struct kvm_pit_state2 state = {};
	struct vqc_vm *vm = object;
	struct vqc_pit pit;

	if (copy_from_user(&state, (void __user *)arg,
			   vqc_pit_state_bytes(cmd)))
		return -EFAULT;
	if (!vm->fabric || !vm->fabric->has_pit)
		return -ENXIO;
	vqc_kvm_to_pit(&pit, &state);
	vqc_snapshot_set_pit(vm->fabric, &pit);
	return 0;
}

/* ---- the local APIC ---- */

long vqc_vcpu_get_lapic(void *object, unsigned int cmd, unsigned long arg)
{
	struct vqc_vcpu *v = object;
	struct vqc_clock clock;
	unsigned long flags;
	u32 *page;
	long ret = 0;

	BUILD_BUG_ON(sizeof(struct kvm_lapic_state) != VQC_LAPIC_SIZE);
	page = kzalloc(VQC_LAPIC_SIZE, GFP_KERNEL_ACCOUNT);
	if (!page)
		return -ENOMEM;
	vqc_cpu_clock(&v->cpu, &clock);
	raw_spin_lock_irqsave(&v->cpu.lock, flags);
	vqc_lapic_get_page(&v->cpu.lapic, page, v->vm->x2_id, &clock);
	raw_spin_unlock_irqrestore(&v->cpu.lock, flags);
	if (copy_to_user((void __user *)arg, page, VQC_LAPIC_SIZE))
		ret = -EFAULT;
	kfree(page);
	return ret;
}

long vqc_vcpu_set_lapic(void *object, unsigned int cmd, unsigned long arg)
{
	struct vqc_vcpu *v = object;
	struct vqc_rec_hold hold;
	struct vqc_clock clock;
	unsigned long flags;
	u32 *page;
	long ret;
	VQC_DEFINE_FX(fx);

	page = memdup_user((void __user *)arg, VQC_LAPIC_SIZE);
	if (IS_ERR(page))
		return PTR_ERR(page);
	vqc_cpu_clock(&v->cpu, &clock);
	raw_spin_lock_irqsave(&v->cpu.lock, flags);
	hold = vqc_rec_lapic_hold(&v->cpu);
	ret = vqc_lapic_set_page(&v->cpu.lapic, page, v->vm->x2_id, &clock,
				 &fx);
	vqc_rec_lapic_loaded(&v->cpu, hold);
	raw_spin_unlock_irqrestore(&v->cpu.lock, flags);
	vqc_drain_lapic(&v->cpu, &fx);
	kfree(page);
	return ret;
}
