// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: what a fabric's chips hold, what passed through them, and how often.
 *
 * Each file copies what it shows under the lock of the chip and formats the
 * copy afterwards. debugfs itself keeps a file's fabric alive while it is read:
 * vqc_debugfs_remove_fabric() waits. A CPU may go earlier, so its file looks it
 * up under RCU each time, see vqc_fabric_remove_cpus().
 */
#include <linux/debugfs.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "debugfs.h"
#include "debugfs_chips.h"
#include "fabric.h"
#include "flow.h"
#include "observer.h"

/* "-" and a fabric's number, should its name be taken */
#define VQC_DEBUGFS_NAME_LEN	(VQC_FABRIC_NAME_LEN + 12)

/**
 * struct vqc_debugfs_cpu - what the file of a CPU stands for
 * @f: the fabric
 * @index: dense index of the CPU
 * @list: in the list of the fabric's observer
 */
struct vqc_debugfs_cpu {
	struct vqc_fabric *f;
	unsigned int index;
	struct list_head list;
};

int vqc_debugfs_line(char *line, size_t room, const char __user *from,
		     size_t len)
{
	if (len >= room)
		return -EINVAL;
	if (copy_from_user(line, from, len))
		return -EFAULT;
	line[len] = '\0';
	return 0;
}

static struct dentry *vqc_debugfs_root;
/* From looking whether a name is taken until it is. */
static DEFINE_MUTEX(vqc_debugfs_names);

/* ---- the fabric ---- */

static int vqc_info_show(struct seq_file *m, void *unused)
{
	const struct vqc_fabric *f = m->private;

	seq_printf(m, "fabric=%u cpus=%u\n", f->id, READ_ONCE(f->nr_cpus));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vqc_info);

/* ---- chips ---- */

static int vqc_pic_show(struct seq_file *m, void *unused)
{
	struct vqc_fabric *f = m->private;
	unsigned long flags;
	struct vqc_pic pic;

	raw_spin_lock_irqsave(&f->pic_lock, flags);
	pic = f->pic;
	raw_spin_unlock_irqrestore(&f->pic_lock, flags);
	vqc_dump_pic(m, &pic);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vqc_pic);

static int vqc_ioapic_show(struct seq_file *m, void *unused)
{
	struct vqc_fabric *f = m->private;
	struct vqc_ioapic io;
	unsigned long flags;

	raw_spin_lock_irqsave(&f->ioapic_lock, flags);
	io = f->ioapic;
	raw_spin_unlock_irqrestore(&f->ioapic_lock, flags);
	vqc_dump_ioapic(m, &io);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vqc_ioapic);

static int vqc_pit_show(struct seq_file *m, void *unused)
{
	struct vqc_fabric *f = m->private;
	bool reinject, unacked;
	unsigned long flags;
	struct vqc_pit pit;
	u64 owed;

	if (!READ_ONCE(f->has_pit)) {
		seq_puts(m, "none\n");
		return 0;
	}
	raw_spin_lock_irqsave(&f->pit_lock, flags);
	pit = f->pit;
	reinject = f->pit_reinject;
	unacked = f->pit_unacked;
	owed = f->pit_owed;
	raw_spin_unlock_irqrestore(&f->pit_lock, flags);

	seq_printf(m, "reinject=%s unacknowledged=%u owed_ticks=%llu\n",
		   reinject ? "yes" : "no", unacked, owed);
	vqc_dump_pit(m, &pit, ktime_get_ns());
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vqc_pit);

/*
 * The owner of the CPU changes parts of the LAPIC without the lock: the copy
 * may show one register older than another, never a register half-written.
 * Only the owner may ask for the TSC, and nothing that is shown needs it.
 */
static bool vqc_copy_lapic(const struct vqc_debugfs_cpu *file,
			   struct vqc_lapic *lapic, struct vqc_clock *clock)
{
	struct vqc_cpu *cpu;
	unsigned long flags;

	rcu_read_lock();
	cpu = vqc_fabric_cpu(file->f, file->index);
	if (cpu) {
		raw_spin_lock_irqsave(&cpu->lock, flags);
		*lapic = cpu->lapic;
		raw_spin_unlock_irqrestore(&cpu->lock, flags);
		*clock = (struct vqc_clock){ .now_ns = ktime_get_ns() };
	}
	rcu_read_unlock();
	return cpu;
}

static int vqc_lapic_show(struct seq_file *m, void *unused)
{
	struct vqc_clock clock;
	struct vqc_lapic lapic;

	if (vqc_copy_lapic(m->private, &lapic, &clock))
		vqc_dump_lapic(m, &lapic, &clock);
	else
		seq_puts(m, "none\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vqc_lapic);

/* ---- routes and lines ---- */

/* A copy of all entries, so that nothing is printed under RCU. */
static struct vqc_route *vqc_copy_routes(struct vqc_fabric *f, u32 *nr)
{
	struct vqc_route *copy = kvcalloc(VQC_MAX_ROUTES, sizeof(*copy),
					  GFP_KERNEL);
	const struct vqc_route_table *table;

	if (!copy)
		return NULL;
	rcu_read_lock();
	table = rcu_dereference(f->routes);
	*nr = min(table->nr, VQC_MAX_ROUTES);
	memcpy(copy, table->route, *nr * sizeof(*copy));
	rcu_read_unlock();
	return copy;
}

static int vqc_routes_show(struct seq_file *m, void *unused)
{
	struct vqc_route *routes;
	u32 i, nr;

	routes = vqc_copy_routes(m->private, &nr);
	if (!routes)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		vqc_dump_route(m, &routes[i]);
	kvfree(routes);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vqc_routes);

static int vqc_lines_show(struct seq_file *m, void *unused)
{
	struct vqc_fabric *f = m->private;
	enum vqc_why hold[VQC_NR_IOAPIC_PINS];
	unsigned long flags;
	unsigned int pin;

	raw_spin_lock_irqsave(&f->pic_lock, flags);
	for (pin = 0; pin < VQC_NR_PIC_PINS; pin++)
		hold[pin] = vqc_pic_hold(&f->pic, pin);
	raw_spin_unlock_irqrestore(&f->pic_lock, flags);
	for (pin = 0; pin < VQC_NR_PIC_PINS; pin++)
		vqc_dump_line(m, "pic", pin, &f->pic_line[pin], hold[pin]);

	raw_spin_lock_irqsave(&f->ioapic_lock, flags);
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++)
		hold[pin] = vqc_ioapic_hold(&f->ioapic, pin);
	raw_spin_unlock_irqrestore(&f->ioapic_lock, flags);
	for (pin = 0; pin < VQC_NR_IOAPIC_PINS; pin++)
		vqc_dump_line(m, "ioapic", pin, &f->ioapic_line[pin],
			      hold[pin]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vqc_lines);

/* ---- counters and flows ---- */

/* All counters are of one type: the sum goes over them as an array. */
static struct vqc_stats *vqc_sum_stats(struct vqc_fabric *f)
{
	struct vqc_stats *sum = kzalloc(sizeof(*sum), GFP_KERNEL);
	unsigned int i;
	int cpu;

	BUILD_BUG_ON(sizeof(*sum) % sizeof(u64));
	if (!sum)
		return NULL;
	for_each_possible_cpu(cpu) {
		const u64 *from = (const u64 *)per_cpu_ptr(f->stats, cpu);

		for (i = 0; i < sizeof(*sum) / sizeof(u64); i++)
			((u64 *)sum)[i] += READ_ONCE(from[i]);
	}
	return sum;
}

static void vqc_show_stats(struct seq_file *m, const struct vqc_stats *sum)
{
	u64 raised = 0, injected = 0;
	unsigned int i;

	for (i = 0; i < VQC_NR_WHY; i++)
		if (sum->why[i])
			seq_printf(m, "why=%s count=%llu words=\"%s\"\n",
				   vqc_why_name(i), sum->why[i],
				   vqc_why_words(i));
	for (i = 0; i < VQC_NR_STAT_GSIS; i++) {
		raised += sum->gsi_raised[i];
		if (sum->gsi_raised[i] || sum->gsi_delivered[i])
			seq_printf(m, "gsi=%u raised=%llu delivered=%llu\n", i,
				   sum->gsi_raised[i], sum->gsi_delivered[i]);
	}
	for (i = 0; i < VQC_NR_VECTORS; i++)
		if (sum->vector_handed[i])
			seq_printf(m, "vector=0x%02x handed=%llu\n", i,
				   sum->vector_handed[i]);
	for (i = 0; i < VQC_NR_VECTORS; i++) {
		injected += sum->vector_injected[i];
		if (sum->vector_injected[i])
			seq_printf(m, "vector=0x%02x injected=%llu\n", i,
				   sum->vector_injected[i]);
	}
	seq_printf(m, "total raised=%llu injected=%llu kicks=%llu windows=%llu\n",
		   raised, injected, sum->kicks, sum->windows);
}

/* Which of the CPUs took them; a CPU that is going is not waited for. */
static void vqc_show_cpu_stats(struct seq_file *m, struct vqc_fabric *f)
{
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < vqc_fabric_nr_cpus(f); i++) {
		const struct vqc_cpu *cpu = vqc_fabric_cpu(f, i);

		if (cpu)
			seq_printf(m, "cpu=%u injected=%llu waits=%llu eois=%llu\n",
				   i, READ_ONCE(cpu->nr_injected),
				   READ_ONCE(cpu->nr_waits),
				   READ_ONCE(cpu->nr_eois));
	}
	rcu_read_unlock();
}

static int vqc_counters_show(struct seq_file *m, void *unused)
{
	struct vqc_stats *sum = vqc_sum_stats(m->private);

	if (!sum)
		return -ENOMEM;
	vqc_show_cpu_stats(m, m->private);
	vqc_show_stats(m, sum);
	kfree(sum);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vqc_counters);

static int vqc_trace_show(struct seq_file *m, void *unused)
{
	struct vqc_fabric *f = m->private;
	struct vqc_recorder *r;

	/* Pairs with vqc_observer_record(). */
	r = smp_load_acquire(&f->observer->recorder);
	if (r) {
		vqc_recorder_show(r, m);
	} else {
		seq_puts(m, "# nothing was recorded: echo Y > /sys/module/virqchip/parameters/flows\n");
		vqc_flow_header(m);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vqc_trace);

static int vqc_latency_file_show(struct seq_file *m, void *unused)
{
	struct vqc_fabric *f = m->private;

	/* Pairs with vqc_observer_record(): the histograms are there before. */
	if (smp_load_acquire(&f->observer->recorder))
		vqc_latency_show(f->observer->latency, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vqc_latency_file);

/* ---- files ---- */

static const struct {
	const char *name;
	const struct file_operations *fops;
	umode_t mode;
	bool chips;	/* not where the fabric has nothing but local APICs */
} vqc_debugfs_files[] = {
	{ "counters",	&vqc_counters_fops,	0400 },
#if IS_ENABLED(CONFIG_VIRQCHIP_FAULT)
	{ "fault",	&vqc_fault_fops,	0600 },
#endif
	{ "info",	&vqc_info_fops,		0400 },
	{ "ioapic",	&vqc_ioapic_fops,	0400, true },
	{ "latency",	&vqc_latency_file_fops,	0400 },
	{ "lines",	&vqc_lines_fops,	0400, true },
	{ "pic",	&vqc_pic_fops,		0400, true },
	{ "pit",	&vqc_pit_fops,		0400, true },
	{ "ring",	&vqc_ring_fops,		0600 },
	{ "routes",	&vqc_routes_fops,	0400 },
	{ "trace",	&vqc_trace_fops,	0400 },
	{ "why",	&vqc_why_fops,		0600 },
};

/* A slash would make the directory somewhere else. */
static struct dentry *vqc_debugfs_mkdir(struct vqc_fabric *f)
{
	char name[VQC_DEBUGFS_NAME_LEN];
	struct dentry *taken;

	snprintf(name, sizeof(name), "%.*s", VQC_FABRIC_NAME_LEN,
		 f->config.name);
	strreplace(name, '/', '_');
	taken = debugfs_lookup(name, vqc_debugfs_root);
	if (taken || !*name) {
		dput(taken);
		snprintf(name + strlen(name), sizeof(name) - strlen(name),
			 "-%u", f->id);
	}
	return debugfs_create_dir(name, vqc_debugfs_root);
}

void vqc_debugfs_add_fabric(struct vqc_fabric *f)
{
	unsigned int i;

	mutex_lock(&vqc_debugfs_names);
	f->debugfs = vqc_debugfs_mkdir(f);
	mutex_unlock(&vqc_debugfs_names);
	if (IS_ERR(f->debugfs))
		return;
	for (i = 0; i < ARRAY_SIZE(vqc_debugfs_files); i++)
		if (!vqc_debugfs_files[i].chips || !f->config.lapics_only)
			debugfs_create_file(vqc_debugfs_files[i].name,
					    vqc_debugfs_files[i].mode,
					    f->debugfs, f,
					    vqc_debugfs_files[i].fops);
}

void vqc_debugfs_add_cpu(struct vqc_cpu *cpu)
{
	struct vqc_fabric *f = cpu->fabric;
	struct vqc_debugfs_cpu *file;
	char name[16];

	if (IS_ERR_OR_NULL(f->debugfs) || f->config.chips_only)
		return;
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return;

	file->f = f;
	file->index = cpu->index;
	mutex_lock(&f->cfg);
	list_add(&file->list, &f->observer->cpu_files);
	mutex_unlock(&f->cfg);
	snprintf(name, sizeof(name), "lapic%u", cpu->index);
	debugfs_create_file(name, 0400, f->debugfs, file, &vqc_lapic_fops);
}

void vqc_debugfs_remove_fabric(struct vqc_fabric *f)
{
	struct vqc_debugfs_cpu *file, *next;

	debugfs_remove_recursive(f->debugfs);
	f->debugfs = NULL;
	list_for_each_entry_safe(file, next, &f->observer->cpu_files, list)
		kfree(file);
	INIT_LIST_HEAD(&f->observer->cpu_files);
}

void vqc_debugfs_init(void)
{
	vqc_debugfs_root = debugfs_create_dir("virqchip", NULL);
}

void vqc_debugfs_exit(void)
{
	debugfs_remove_recursive(vqc_debugfs_root);
	vqc_debugfs_root = NULL;
}
