// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fabric fd: a fabric by ioctls, without KVM.
 *
 * Whatever a machine does to its interrupt hardware, user space does here: it
 * drives lines, does the accesses of CPUs, and takes their interrupts. The
 * ioctls only check and translate; the fabric does the work.
 */
#include <linux/anon_inodes.h>
#include <linux/atomic.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "chardev.h"
#include "chardev_fabric.h"
#include "record.h"
#include "snapshot.h"

#define VQC_MSR_APIC_BASE	0x1bu
/* The widest IA32_APIC_BASE there is; a fabric fd has no CPUID to say less. */
#define VQC_FD_PHYS_BITS	52u
#define VQC_PIO_SIZE		0x10000ull
#define VQC_BUS_MAX_LEN		8u

/* ---- lines ---- */

int vqc_pulse_line(struct vqc_fabric *f, struct vqc_pulses *pulses)
{
	u32 i;
	int status;

	if (pulses->gsi >= VQC_NR_GSIS || !pulses->count ||
	    pulses->count > VIRQCHIP_MAX_PULSES)
		return -EINVAL;

	for (i = 0; i < pulses->count && !signal_pending(current); i++) {
		status = vqc_pulse_irq(f, VQC_SOURCE_PULSE, pulses->gsi);
		if (status > 0)
			pulses->delivered++;
		else if (!status)
			pulses->coalesced++;
		else
			pulses->ignored++;
		cond_resched();
	}
	return 0;
}

static long vqc_fd_pulse_line(void *ctx, void *arg)
{
	struct virqchip_pulse_line *pulse = arg;
	struct vqc_pulses pulses = {
		.gsi = pulse->gsi,
		.count = pulse->count,
	};
	struct vqc_fd *fd = ctx;
	int ret = vqc_pulse_line(fd->fabric, &pulses);

	pulse->delivered = pulses.delivered;
	pulse->coalesced = pulses.coalesced;
	pulse->ignored = pulses.ignored;
	return ret;
}

static long vqc_fd_set_line(void *ctx, void *arg)
{
	struct virqchip_set_line *line = arg;
	struct vqc_fd *fd = ctx;

	if (line->gsi >= VQC_NR_GSIS || line->level > 1 ||
	    line->source >= VQC_NR_SOURCES)
		return -EINVAL;
	if (line->source != VQC_SOURCE_USER &&
	    line->source <= VIRQCHIP_SOURCE_KERNEL_LAST)
		return -EINVAL;
	line->status = vqc_set_irq(fd->fabric, line->source, line->gsi,
				   line->level, true);
	return 0;
}

static long vqc_fd_msi(void *ctx, void *arg)
{
	struct virqchip_msi *msi = arg;
	struct vqc_fd *fd = ctx;

	msi->status = vqc_send_msi(fd->fabric, msi->address, msi->data);
	return msi->status == -EINVAL ? -EINVAL : 0;
}

/* ---- accesses of a CPU ---- */

static bool vqc_fd_bus_valid(const struct virqchip_bus *bus)
{
	u64 last = bus->addr + bus->len - 1;

	if (!bus->len || bus->len > VQC_BUS_MAX_LEN || last < bus->addr)
		return false;
	if (bus->space == VIRQCHIP_SPACE_PIO)
		return last < VQC_PIO_SIZE;
	return bus->space == VIRQCHIP_SPACE_MMIO;
}

static int vqc_fd_bus_access(struct vqc_cpu *cpu, struct virqchip_bus *bus,
			     bool write)
{
	if (bus->space == VIRQCHIP_SPACE_MMIO)
		return write ? vqc_cpu_mmio_write(cpu, bus->addr, bus->len,
						  bus->data) :
			       vqc_cpu_mmio_read(cpu, bus->addr, bus->len,
						 bus->data);
	return write ? vqc_bus_write(&cpu->fabric->pio, vqc_cpu_cookie(cpu),
				     bus->addr, bus->len, bus->data) :
		       vqc_bus_read(&cpu->fabric->pio, vqc_cpu_cookie(cpu),
				    bus->addr, bus->len, bus->data);
}

static long vqc_fd_bus(struct vqc_fd *fd, struct virqchip_bus *bus, bool write)
{
	struct vqc_cpu *cpu;
	int ret;

	if (!vqc_fd_bus_valid(bus))
		return -EINVAL;
	cpu = vqc_fd_cpu_own(fd, bus->cpu);
	if (IS_ERR(cpu))
		return PTR_ERR(cpu);
	ret = vqc_fd_bus_access(cpu, bus, write);
	vqc_fd_cpu_disown(cpu);
	return ret == -EOPNOTSUPP ? -ENXIO : ret;
}

static long vqc_fd_bus_read(void *ctx, void *arg)
{
	struct virqchip_bus *bus = arg;

	memset(bus->data, 0, sizeof(bus->data));
	return vqc_fd_bus(ctx, bus, false);
}

static long vqc_fd_bus_write(void *ctx, void *arg)
{
	return vqc_fd_bus(ctx, arg, true);
}

static int vqc_fd_set_apic_base(struct vqc_cpu *cpu, u64 base)
{
	unsigned long flags;
	int ret;
	VQC_DEFINE_FX(fx);

	raw_spin_lock_irqsave(&cpu->lock, flags);
	ret = vqc_rec_lapic_set_base(cpu, base, VQC_FD_PHYS_BITS, false, &fx);
	raw_spin_unlock_irqrestore(&cpu->lock, flags);
	vqc_drain_lapic(cpu, &fx);
	return ret;
}

static int vqc_fd_msr_access(struct vqc_cpu *cpu, struct virqchip_msr *msr,
			     bool write)
{
	if (msr->msr != VQC_MSR_APIC_BASE)
		return write ? vqc_cpu_msr_write(cpu, msr->msr, msr->value) :
			       vqc_cpu_msr_read(cpu, msr->msr, &msr->value);
	if (write)
		return vqc_fd_set_apic_base(cpu, msr->value);
	msr->value = cpu->lapic.base;
	return 0;
}

static long vqc_fd_msr(struct vqc_fd *fd, struct virqchip_msr *msr, bool write)
{
	struct vqc_cpu *cpu;
	int ret;

	if (msr->msr != VQC_MSR_APIC_BASE &&
	    (msr->msr < VQC_X2APIC_MSR_FIRST || msr->msr > VQC_X2APIC_MSR_LAST))
		return -ENXIO;
	cpu = vqc_fd_cpu_own(fd, msr->cpu);
	if (IS_ERR(cpu))
		return PTR_ERR(cpu);
	ret = vqc_fd_msr_access(cpu, msr, write);
	vqc_fd_cpu_disown(cpu);
	/* The fabric's word for #GP */
	return ret == -EINVAL ? -EACCES : ret;
}

static long vqc_fd_msr_read(void *ctx, void *arg)
{
	return vqc_fd_msr(ctx, arg, false);
}

static long vqc_fd_msr_write(void *ctx, void *arg)
{
	return vqc_fd_msr(ctx, arg, true);
}

/* ---- routes ---- */

/* What does not fit struct vqc_route, or means nothing for the kind. */
static bool vqc_fd_route_valid(const struct virqchip_route *route)
{
	if (route->kind == VIRQCHIP_ROUTE_MSI)
		return !route->pin;
	return route->kind < VIRQCHIP_ROUTE_MSI && route->pin <= U8_MAX &&
	       !route->msi_data && !route->msi_address;
}

static const u8 vqc_fd_route_kinds[] = {
	[VIRQCHIP_ROUTE_PIC] = VQC_ROUTE_PIC,
	[VIRQCHIP_ROUTE_IOAPIC] = VQC_ROUTE_IOAPIC,
	[VIRQCHIP_ROUTE_MSI] = VQC_ROUTE_MSI,
};

static int vqc_fd_route_fetch(const struct virqchip_route __user *from,
			      struct vqc_route *to)
{
	struct virqchip_route route;

	if (copy_from_user(&route, from, sizeof(route)))
		return -EFAULT;
	if (!vqc_fd_route_valid(&route))
		return -EINVAL;
	to->gsi = route.gsi;
	to->kind = vqc_fd_route_kinds[route.kind];
	to->pin = route.pin;
	to->msi_address = route.msi_address;
	to->msi_data = route.msi_data;
	return 0;
}

static long vqc_fd_set_routes(void *ctx, void *arg)
{
	struct virqchip_set_routes *set = arg;
	const struct virqchip_route __user *from =
		u64_to_user_ptr(set->entries);
	struct vqc_fd *fd = ctx;
	struct vqc_route *routes;
	int ret = 0;
	u32 i;

	if (set->nr > VQC_MAX_ROUTES ||
	    set->entry_size != sizeof(struct virqchip_route))
		return -EINVAL;
	/* One more, for an empty table is a table. */
	routes = kvcalloc(set->nr + 1, sizeof(*routes), GFP_KERNEL_ACCOUNT);
	if (!routes)
		return -ENOMEM;
	for (i = 0; i < set->nr && !ret; i++)
		ret = vqc_fd_route_fetch(&from[i], &routes[i]);
	if (!ret)
		ret = vqc_fabric_set_routes(fd->fabric, routes, set->nr);
	kvfree(routes);
	return ret;
}

/* ---- CPUs ---- */

static long vqc_fd_add_cpu(void *ctx, void *arg)
{
	struct virqchip_add_cpu *add = arg;

	return vqc_fd_cpu_add(ctx, add->apic_id, add->flags & VIRQCHIP_CPU_BSP,
			      &add->cpu);
}

static long vqc_fd_take(void *ctx, void *arg)
{
	return vqc_fd_cpu_take(ctx, arg);
}

/* ---- states ---- */

struct vqc_state_head {
	u32 size;
	u32 flags;
};

static int vqc_fd_state_get(struct vqc_fd *fd, u32 chip, struct vqc_cpu *cpu,
			    void *state, void __user *user)
{
	u32 bytes = vqc_snapshot_bytes(chip);
	struct vqc_state_head *head = state;
	struct vqc_state_head known;
	int ret;

	if (copy_from_user(&known, user, sizeof(known)))
		return -EFAULT;
	if (known.size < bytes || known.flags)
		return -EINVAL;
	if (known.size > PAGE_SIZE)
		return -E2BIG;

	ret = vqc_snapshot_save(fd->fabric, chip, cpu, state);
	if (ret)
		return ret;
	head->size = bytes;
	if (copy_to_user(user, state, bytes) ||
	    clear_user(user + bytes, known.size - bytes))
		return -EFAULT;
	return 0;
}

static int vqc_fd_state_set(struct vqc_fd *fd, u32 chip, struct vqc_cpu *cpu,
			    void *state, void __user *user)
{
	u32 bytes = vqc_snapshot_bytes(chip);
	struct vqc_state_head *head = state;
	u32 user_size;
	int ret;

	ret = vqc_ioctl_copy_in(state, user, bytes, bytes, &user_size);
	if (ret)
		return ret;
	if (head->flags)
		return -EINVAL;
	return vqc_snapshot_load(fd->fabric, chip, cpu, state);
}

typedef int vqc_fd_state_fn(struct vqc_fd *fd, u32 chip, struct vqc_cpu *cpu,
			    void *state, void __user *user);

/* A local APIC's state needs its owner; memory of users is touched as such. */
static long vqc_fd_state_lapic(struct vqc_fd *fd, u32 index, void *buf,
			       void __user *user, vqc_fd_state_fn *fn)
{
	struct vqc_cpu *cpu = vqc_fd_cpu_own(fd, index);
	int ret;

	if (IS_ERR(cpu))
		return PTR_ERR(cpu);
	ret = fn(fd, VIRQCHIP_CHIP_LAPIC, cpu, buf, user);
	vqc_fd_cpu_disown(cpu);
	return ret;
}

static long vqc_fd_state(struct vqc_fd *fd, const struct virqchip_state *state,
			 vqc_fd_state_fn *fn)
{
	void __user *user = u64_to_user_ptr(state->state);
	void *buf;
	long ret;

	if (!vqc_snapshot_bytes(state->chip))
		return -EINVAL;
	if (state->chip != VIRQCHIP_CHIP_LAPIC && state->cpu)
		return -EINVAL;

	buf = kzalloc(VQC_SNAPSHOT_MAX, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	if (state->chip == VIRQCHIP_CHIP_LAPIC)
		ret = vqc_fd_state_lapic(fd, state->cpu, buf, user, fn);
	else
		ret = fn(fd, state->chip, NULL, buf, user);
	kfree(buf);
	return ret;
}

static long vqc_fd_get_state(void *ctx, void *arg)
{
	return vqc_fd_state(ctx, arg, vqc_fd_state_get);
}

static long vqc_fd_set_state(void *ctx, void *arg)
{
	return vqc_fd_state(ctx, arg, vqc_fd_state_set);
}

/* ---- the file ---- */

static long vqc_fd_info(void *ctx, void *arg)
{
	struct virqchip_fabric_info *info = arg;
	struct vqc_fd *fd = ctx;

	info->fabric_id = fd->fabric->id;
	info->nr_cpus = READ_ONCE(fd->fabric->nr_cpus);
	info->create_flags = fd->create_flags;
	memcpy(info->name, fd->fabric->config.name, sizeof(info->name));
	return 0;
}

#define VQC_RESERVED(_struct)						\
	.reserved = offsetof(struct _struct, __reserved)

static const struct vqc_ioctl vqc_fd_ioctls[] = {
	VQC_IOCTL(VIRQCHIP_FABRIC_INFO, virqchip_fabric_info, name, vqc_fd_info,
		  .out = true, VQC_RESERVED(virqchip_fabric_info)),
	VQC_IOCTL(VIRQCHIP_ADD_CPU, virqchip_add_cpu, cpu, vqc_fd_add_cpu,
		  .out = true, .flags = VIRQCHIP_CPU_BSP),
	VQC_IOCTL(VIRQCHIP_SET_LINE, virqchip_set_line, status,
		  vqc_fd_set_line, .out = true),
	VQC_IOCTL(VIRQCHIP_PULSE_LINE, virqchip_pulse_line, __reserved,
		  vqc_fd_pulse_line, .out = true,
		  VQC_RESERVED(virqchip_pulse_line)),
	VQC_IOCTL(VIRQCHIP_BUS_READ, virqchip_bus, data, vqc_fd_bus_read,
		  .out = true, VQC_RESERVED(virqchip_bus)),
	VQC_IOCTL(VIRQCHIP_BUS_WRITE, virqchip_bus, data, vqc_fd_bus_write,
		  VQC_RESERVED(virqchip_bus)),
	VQC_IOCTL(VIRQCHIP_MSR_READ, virqchip_msr, value, vqc_fd_msr_read,
		  .out = true),
	VQC_IOCTL(VIRQCHIP_MSR_WRITE, virqchip_msr, value, vqc_fd_msr_write),
	VQC_IOCTL(VIRQCHIP_MSI, virqchip_msi, status, vqc_fd_msi, .out = true),
	VQC_IOCTL(VIRQCHIP_SET_ROUTES, virqchip_set_routes, entries,
		  vqc_fd_set_routes),
	VQC_IOCTL(VIRQCHIP_TAKE, virqchip_take, hold, vqc_fd_take, .out = true,
		  .flags = VIRQCHIP_TAKE_IF | VIRQCHIP_TAKE_NONBLOCK),
	VQC_IOCTL(VIRQCHIP_GET_STATE, virqchip_state, state, vqc_fd_get_state),
	VQC_IOCTL(VIRQCHIP_SET_STATE, virqchip_state, state, vqc_fd_set_state),
};

static long vqc_fd_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return vqc_ioctl_dispatch(vqc_fd_ioctls, ARRAY_SIZE(vqc_fd_ioctls),
				  file->private_data, cmd, arg);
}

static __poll_t vqc_fd_poll(struct file *file, poll_table *wait)
{
	struct vqc_fd *fd = file->private_data;

	poll_wait(file, &fd->waiters, wait);
	return vqc_fd_can_take(fd) ? EPOLLIN | EPOLLRDNORM : 0;
}

/* A pulse may still hold the fabric, but nobody kicks a CPU any longer. */
static void vqc_fd_free(struct vqc_fd *fd)
{
	vqc_fabric_quiesce(fd->fabric);
	irq_work_sync(&fd->wake);
	vqc_fd_cpus_free(fd);
	vqc_fabric_put(fd->fabric);
	kvfree(fd);
}

static int vqc_fd_release(struct inode *inode, struct file *file)
{
	vqc_fd_free(file->private_data);
	return 0;
}

static const struct file_operations vqc_fd_fops = {
	.owner = THIS_MODULE,
	.release = vqc_fd_release,
	.unlocked_ioctl = vqc_fd_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.poll = vqc_fd_poll,
	.llseek = noop_llseek,
};

static void vqc_fd_wake(struct irq_work *work)
{
	struct vqc_fd *fd = container_of(work, struct vqc_fd, wake);

	wake_up_interruptible_poll(&fd->waiters, EPOLLIN | EPOLLRDNORM);
}

/* ---- creation ---- */

/* Makes looking a name up and taking it one step. */
static DEFINE_MUTEX(vqc_fd_names);
static u32 vqc_fd_next_name;

static bool vqc_fd_name_taken(const char *name)
{
	struct vqc_fabric *f = vqc_fabric_find_name(name);

	if (f)
		vqc_fabric_put(f);
	return f;
}

/* It names a directory, and is an argument on command lines. */
static bool vqc_fd_name_valid(const char *name)
{
	size_t i, len = strnlen(name, VIRQCHIP_NAME_LEN);

	if (len == VIRQCHIP_NAME_LEN)
		return false;
	for (i = 0; i < len; i++) {
		if (!isascii(name[i]))
			return false;
		if (isalpha(name[i]))
			continue;
		if (!i || !(isdigit(name[i]) || strchr("._-", name[i])))
			return false;
	}
	return true;
}

static int vqc_fd_name(char *to, const char *from)
{
	lockdep_assert_held(&vqc_fd_names);
	if (*from) {
		strscpy(to, from, VQC_FABRIC_NAME_LEN);
		return vqc_fd_name_taken(to) ? -EEXIST : 0;
	}
	do {
		snprintf(to, VQC_FABRIC_NAME_LEN, "fabric-%u",
			 ++vqc_fd_next_name);
	} while (vqc_fd_name_taken(to));
	return 0;
}

static struct vqc_fabric *
vqc_fd_build(const struct virqchip_fabric_create *create)
{
	struct vqc_fabric_config config = {
		.lapic_cfg = VQC_LAPIC_CFG_X2APIC | VQC_LAPIC_CFG_SUPPRESS_EOI,
		.ioapic_version = VQC_IOAPIC_VER_82093AA,
		.electrical = create->flags & VIRQCHIP_FABRIC_ELECTRICAL,
		.strict_edge = create->flags & VIRQCHIP_FABRIC_STRICT_EDGE,
	};
	struct vqc_fabric *f;
	int ret;

	if (create->flags & VIRQCHIP_FABRIC_IOAPIC_EOIR)
		config.ioapic_version = VQC_IOAPIC_VER_EOIR;
	if (create->flags & VIRQCHIP_FABRIC_VIRTUAL_WIRE)
		config.lapic_cfg |= VQC_LAPIC_CFG_LINT0_EXTINT;

	mutex_lock(&vqc_fd_names);
	ret = vqc_fd_name(config.name, create->name);
	f = ret ? ERR_PTR(ret) : vqc_fabric_create(&config);
	mutex_unlock(&vqc_fd_names);
	if (IS_ERR(f) || !(create->flags & VIRQCHIP_FABRIC_PIT))
		return f;

	ret = vqc_fabric_add_pit(f, true);
	if (ret) {
		vqc_fabric_quiesce(f);
		vqc_fabric_put(f);
		return ERR_PTR(ret);
	}
	return f;
}

int vqc_fabric_fd_create(const struct virqchip_fabric_create *create)
{
	struct vqc_fd *fd;
	int ret;

	BUILD_BUG_ON(VIRQCHIP_NAME_LEN != VQC_FABRIC_NAME_LEN);
	if (!vqc_fd_name_valid(create->name))
		return -EINVAL;
	fd = kvzalloc(sizeof(*fd), GFP_KERNEL_ACCOUNT);
	if (!fd)
		return -ENOMEM;
	fd->create_flags = create->flags;
	init_waitqueue_head(&fd->waiters);
	init_irq_work(&fd->wake, vqc_fd_wake);
	fd->fabric = vqc_fd_build(create);
	if (IS_ERR(fd->fabric)) {
		ret = PTR_ERR(fd->fabric);
		kvfree(fd);
		return ret;
	}

	ret = anon_inode_getfd("[virqchip-fabric]", &vqc_fd_fops, fd,
			       O_RDWR | O_CLOEXEC);
	if (ret < 0)
		vqc_fd_free(fd);
	return ret;
}
