// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: how many finished flows are kept, and which.
 */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "debugfs.h"
#include "observer.h"

#define VQC_COMMAND_LEN	32u

static const char * const vqc_ring_modes[] = { "stop", "overwrite" };

static int vqc_ring_show(struct seq_file *m, void *unused)
{
	struct vqc_ring_state state;

	vqc_observer_get_ring(m->private, &state);
	seq_printf(m, "size=%u mode=%s kept=%lu lost=%lu refused=%lu\n",
		   state.config.nr_flows,
		   vqc_ring_modes[state.config.overwrite], state.kept,
		   state.lost, state.refused);
	return 0;
}

static int vqc_ring_open(struct inode *inode, struct file *file)
{
	return single_open(file, vqc_ring_show, inode->i_private);
}

static int vqc_ring_clear_all(struct vqc_fabric *f)
{
	/* Pairs with vqc_observer_record(). */
	struct vqc_recorder *r = smp_load_acquire(&f->observer->recorder);

	if (r)
		vqc_recorder_clear(r);
	return 0;
}

/* "clear", "mode=stop", "mode=overwrite" or "size=N" */
static int vqc_ring_command(struct vqc_fabric *f, const char *command)
{
	struct vqc_ring_state state;
	int mode, ret = 0;
	size_t len;

	if (!strcmp(command, "clear"))
		return vqc_ring_clear_all(f);
	vqc_observer_get_ring(f, &state);
	len = str_has_prefix(command, "mode=");
	if (len) {
		mode = match_string(vqc_ring_modes, ARRAY_SIZE(vqc_ring_modes),
				    command + len);
		if (mode < 0)
			return mode;
		state.config.overwrite = mode;
	} else {
		len = str_has_prefix(command, "size=");
		ret = len ? kstrtouint(command + len, 0, &state.config.nr_flows) :
			    -EINVAL;
	}
	return ret ? ret : vqc_observer_set_ring(f, &state.config);
}

static ssize_t vqc_ring_write(struct file *file, const char __user *buf,
			      size_t len, loff_t *ppos)
{
	struct seq_file *m = file->private_data;
	char command[VQC_COMMAND_LEN];
	int ret;

	ret = vqc_debugfs_line(command, sizeof(command), buf, len);
	if (!ret)
		ret = vqc_ring_command(m->private, strim(command));
	return ret ? ret : len;
}

const struct file_operations vqc_ring_fops = {
	.owner = THIS_MODULE,
	.open = vqc_ring_open,
	.read = seq_read,
	.write = vqc_ring_write,
	.llseek = seq_lseek,
	.release = single_release,
};
