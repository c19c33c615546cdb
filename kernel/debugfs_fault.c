// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: faults on purpose.
 */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "debugfs.h"
#include "fault.h"

#define VQC_FAULT_LINE	160u

static const char * const vqc_fault_kinds[VQC_NR_FAULT_KINDS] = {
	[VQC_FAULT_DROP]	= "drop",
	[VQC_FAULT_DELAY]	= "delay",
	[VQC_FAULT_STORM]	= "storm",
	[VQC_FAULT_SPURIOUS]	= "spurious",
	[VQC_FAULT_NO_KICK]	= "no-kick",
};

static const char * const vqc_fault_targets[VQC_NR_FAULT_TARGETS] = {
	[VQC_FAULT_GSI]		= "gsi",
	[VQC_FAULT_VECTOR]	= "vector",
	[VQC_FAULT_PIC]		= "pic",
	[VQC_FAULT_CPU]		= "cpu",
};

static int vqc_fault_show(struct seq_file *m, void *unused)
{
	struct vqc_fault_rule *rules = kcalloc(VQC_MAX_FAULTS, sizeof(*rules),
					       GFP_KERNEL);
	unsigned int i, nr;

	if (!rules)
		return -ENOMEM;
	nr = vqc_fault_list(m->private, rules);
	for (i = 0; i < nr; i++) {
		const struct vqc_fault_rule *r = &rules[i];

		seq_printf(m, "kind=%s %s=%u us=%u count=%u probability=%u interval=%u times=%d seen=%llu hits=%llu\n",
			   vqc_fault_kinds[r->kind],
			   vqc_fault_targets[r->target], r->id, r->us, r->count,
			   r->probability, r->interval, r->times, r->seen,
			   r->hits);
	}
	kfree(rules);
	return 0;
}

static int vqc_fault_open(struct inode *inode, struct file *file)
{
	return single_open(file, vqc_fault_show, inode->i_private);
}

/* A word "name=number"; whose name a target is says what the rule is about. */
static int vqc_fault_parse_word(struct vqc_fault_rule *rule, char *word)
{
	char *name = strsep(&word, "=");
	int target;

	if (!word)
		return -EINVAL;
	if (!strcmp(name, "us"))
		return kstrtou32(word, 0, &rule->us);
	if (!strcmp(name, "count"))
		return kstrtou32(word, 0, &rule->count);
	if (!strcmp(name, "probability"))
		return kstrtou32(word, 0, &rule->probability);
	if (!strcmp(name, "interval"))
		return kstrtou32(word, 0, &rule->interval);
	if (!strcmp(name, "times"))
		return kstrtos32(word, 0, &rule->times);
	target = match_string(vqc_fault_targets, VQC_NR_FAULT_TARGETS, name);
	if (target < 0 || rule->target != VQC_NR_FAULT_TARGETS)
		return -EINVAL;
	rule->target = target;
	return kstrtou32(word, 0, &rule->id);
}

/* "clear", or a kind and its words */
static int vqc_fault_command(struct vqc_fabric *f, char *command)
{
	struct vqc_fault_rule rule = {
		.target = VQC_NR_FAULT_TARGETS,
		.us = 100,
		.count = 1,
		.probability = 100,
		.interval = 1,
		.times = 1,
	};
	char *word = strsep(&command, " ");
	int kind, ret = 0;

	if (!strcmp(word, "clear") && !command) {
		vqc_fault_clear(f);
		return 0;
	}
	kind = match_string(vqc_fault_kinds, VQC_NR_FAULT_KINDS, word);
	if (kind < 0)
		return -EINVAL;
	rule.kind = kind;
	while (!ret && (word = strsep(&command, " ")))
		if (*word)
			ret = vqc_fault_parse_word(&rule, word);
	if (ret)
		return ret;
	if (kind == VQC_FAULT_SPURIOUS && rule.target == VQC_NR_FAULT_TARGETS)
		rule.target = VQC_FAULT_PIC;
	return vqc_fault_add(f, &rule);
}

static ssize_t vqc_fault_write(struct file *file, const char __user *buf,
			       size_t len, loff_t *ppos)
{
	struct seq_file *m = file->private_data;
	char command[VQC_FAULT_LINE];
	int ret;

	ret = vqc_debugfs_line(command, sizeof(command), buf, len);
	if (!ret)
		ret = vqc_fault_command(m->private, strim(command));
	return ret ? ret : len;
}

const struct file_operations vqc_fault_fops = {
	.owner = THIS_MODULE,
	.open = vqc_fault_open,
	.read = seq_read,
	.write = vqc_fault_write,
	.llseek = seq_lseek,
	.release = single_release,
};
