// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: why nothing comes. Read alone the file lists what is not at rest;
 * after a question was written to it, it answers that.
 */
#include <linux/bitmap.h>
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "debugfs.h"
#include "why.h"

#define VQC_QUESTION_LEN	64u

/** enum vqc_question - what a reader wants to know */
enum vqc_question {
	VQC_ASK_ALL,
	VQC_ASK_GSI,
	VQC_ASK_VECTOR,
};

/**
 * struct vqc_why_file - an open file
 * @f: the fabric
 * @ask: enum vqc_question
 * @gsi: for VQC_ASK_GSI
 * @cpu: for VQC_ASK_VECTOR
 * @vector: for VQC_ASK_VECTOR
 * @answer: memory for the answers
 *
 * The last question counts. Who asks and reads at once gets any of them.
 */
struct vqc_why_file {
	struct vqc_fabric *f;
	enum vqc_question ask;
	u32 gsi;
	u32 cpu;
	u8 vector;
	struct vqc_answer answer;
};

/* ---- answers ---- */

static void vqc_show_subject(struct seq_file *m, const struct vqc_why_file *w,
			     enum vqc_question ask)
{
	if (ask == VQC_ASK_GSI)
		seq_printf(m, "gsi=%u", w->gsi);
	else
		seq_printf(m, "cpu=%u vector=0x%02x", w->cpu, w->vector);
}

static void vqc_show_link(struct seq_file *m, const struct vqc_link *link)
{
	seq_printf(m, " step=%s ok=%u why=%s text=\"%s\"",
		   vqc_why_step_name(link->step),
		   link->why == VQC_WHY_DELIVERED, vqc_why_name(link->why),
		   link->text);
	if (link->reg[0])
		seq_printf(m, " reg=\"%s\"", link->reg);
	seq_putc(m, '\n');
}

/* The link that holds; the last one, if none does. */
static const struct vqc_link *vqc_deciding_link(const struct vqc_chain *chain)
{
	return &chain->link[chain->held < 0 ? chain->nr - 1 : chain->held];
}

static void vqc_show_answer(struct seq_file *m, const struct vqc_why_file *w)
{
	const struct vqc_answer *answer = &w->answer;
	const struct vqc_chain *best = &answer->chain[answer->best];
	unsigned int i, j;

	for (i = 0; i < answer->nr; i++)
		for (j = 0; j < answer->chain[i].nr; j++) {
			vqc_show_subject(m, w, w->ask);
			seq_printf(m, " branch=%u", i);
			vqc_show_link(m, &answer->chain[i].link[j]);
		}
	vqc_show_subject(m, w, w->ask);
	seq_printf(m, " branch=%u why=%s verdict=\"%s\"\n", answer->best,
		   vqc_why_name(vqc_why_verdict(best)),
		   vqc_deciding_link(best)->text);
}

/* ---- the list ---- */

static bool vqc_why_rests(enum vqc_why why)
{
	switch (why) {
	case VQC_WHY_LINE_LOW:
	case VQC_WHY_AT_REST:
	case VQC_WHY_TIMER_OFF:
	case VQC_WHY_PIT_GATED:
	case VQC_WHY_HANDED_OVER:
		return true;
	default:
		return false;
	}
}

static void vqc_list_answer(struct seq_file *m, const struct vqc_why_file *w,
			    enum vqc_question ask)
{
	const struct vqc_chain *best = &w->answer.chain[w->answer.best];

	if (vqc_why_rests(vqc_why_verdict(best)))
		return;
	vqc_show_subject(m, w, ask);
	vqc_show_link(m, vqc_deciding_link(best));
}

/* What is pending or in service at a CPU: its local APIC may be KVM's. */
static void vqc_cpu_vectors(struct vqc_fabric *f, unsigned int index,
			    unsigned long *vectors)
{
	struct vqc_cpu *cpu;

	bitmap_zero(vectors, VQC_NR_VECTORS);
	if (f->config.chips_only)
		return;
	rcu_read_lock();
	cpu = vqc_fabric_cpu(f, index);
	if (cpu)
		bitmap_or(vectors, cpu->lapic.irr, cpu->lapic.isr,
			  VQC_NR_VECTORS);
	rcu_read_unlock();
}

static void vqc_list_cpu(struct seq_file *m, struct vqc_why_file *w)
{
	DECLARE_BITMAP(vectors, VQC_NR_VECTORS);
	unsigned int vector;

	vqc_cpu_vectors(w->f, w->cpu, vectors);
	for_each_set_bit(vector, vectors, VQC_NR_VECTORS) {
		w->vector = vector;
		if (!vqc_why_vector(w->f, w->cpu, vector, &w->answer))
			vqc_list_answer(m, w, VQC_ASK_VECTOR);
	}
}

static void vqc_list_all(struct seq_file *m, struct vqc_why_file *w)
{
	for (w->gsi = 0; w->gsi < VQC_NR_GSIS; w->gsi++) {
		if (!vqc_fabric_count_routes(w->f, w->gsi))
			continue;
		vqc_why_gsi(w->f, w->gsi, &w->answer);
		vqc_list_answer(m, w, VQC_ASK_GSI);
	}
	for (w->cpu = 0; w->cpu < vqc_fabric_nr_cpus(w->f); w->cpu++)
		vqc_list_cpu(m, w);
}

/* ---- the file ---- */

static int vqc_why_show(struct seq_file *m, void *unused)
{
	struct vqc_why_file *w = m->private;
	int ret = 0;

	switch (w->ask) {
	case VQC_ASK_GSI:
		vqc_why_gsi(w->f, w->gsi, &w->answer);
		break;
	case VQC_ASK_VECTOR:
		ret = vqc_why_vector(w->f, w->cpu, w->vector, &w->answer);
		break;
	default:
		vqc_list_all(m, w);
		return 0;
	}
	if (!ret)
		vqc_show_answer(m, w);
	return ret;
}

static int vqc_why_open(struct inode *inode, struct file *file)
{
	struct vqc_why_file *w = kzalloc(sizeof(*w), GFP_KERNEL);
	int ret;

	if (!w)
		return -ENOMEM;
	w->f = inode->i_private;
	ret = single_open(file, vqc_why_show, w);
	if (ret)
		kfree(w);
	return ret;
}

static int vqc_why_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kfree(m->private);
	return single_release(inode, file);
}

/* Take the word @name and a number from the front of @rest. */
static int vqc_take_number(char **rest, const char *name, u32 *number)
{
	char *word = strsep(rest, " "), *digits = strsep(rest, " ");

	if (!word || !digits || strcmp(word, name))
		return -EINVAL;
	return kstrtou32(digits, 0, number);
}

static int vqc_ask_gsi(struct vqc_why_file *w, char *question)
{
	u32 gsi;

	if (vqc_take_number(&question, "gsi", &gsi) || question ||
	    gsi >= VQC_NR_GSIS)
		return -EINVAL;
	w->gsi = gsi;
	w->ask = VQC_ASK_GSI;
	return 0;
}

static int vqc_ask_vector(struct vqc_why_file *w, char *question)
{
	u32 cpu, vector;

	if (vqc_take_number(&question, "cpu", &cpu) ||
	    vqc_take_number(&question, "vector", &vector) || question ||
	    vector >= VQC_NR_VECTORS)
		return -EINVAL;
	if (cpu >= vqc_fabric_nr_cpus(w->f))
		return -ENOENT;
	w->cpu = cpu;
	w->vector = vector;
	w->ask = VQC_ASK_VECTOR;
	return 0;
}

static int vqc_why_ask(struct vqc_why_file *w, char *question)
{
	question = strim(question);
	return str_has_prefix(question, "gsi") ? vqc_ask_gsi(w, question) :
						 vqc_ask_vector(w, question);
}

static ssize_t vqc_why_write(struct file *file, const char __user *buf,
			     size_t len, loff_t *ppos)
{
	struct seq_file *m = file->private_data;
	char question[VQC_QUESTION_LEN];
	int ret;

	ret = vqc_debugfs_line(question, sizeof(question), buf, len);
	if (ret)
		return ret;
	/* Nobody reads meanwhile. */
	mutex_lock(&m->lock);
	ret = vqc_why_ask(m->private, question);
	mutex_unlock(&m->lock);
	/* The answer is read from its start, which is where the file stands. */
	return ret ? ret : len;
}

const struct file_operations vqc_why_fops = {
	.owner = THIS_MODULE,
	.open = vqc_why_open,
	.read = seq_read,
	.write = vqc_why_write,
	.llseek = seq_lseek,
	.release = vqc_why_release,
};
