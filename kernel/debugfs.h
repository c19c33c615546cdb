/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debugfs: virqchip/<fabric>/, for root's eyes only.
 *
 * Failing to create a file is not an error: the fabric works without.
 */
#ifndef VQC_DEBUGFS_H
#define VQC_DEBUGFS_H

#include <linux/fs.h>

struct vqc_cpu;
struct vqc_fabric;

/* Files whose data is the fabric; for debugfs.c */
extern const struct file_operations vqc_fault_fops;
extern const struct file_operations vqc_ring_fops;
extern const struct file_operations vqc_why_fops;

/**
 * vqc_debugfs_line - take the line that was written to a file
 * @line: filled in, with a NUL behind it
 * @room: bytes there
 * @from: what was written
 * @len: bytes of it
 *
 * Context: may sleep. Return: 0; -EINVAL: it is too long; -EFAULT.
 */
int vqc_debugfs_line(char *line, size_t room, const char __user *from,
		     size_t len);

/**
 * vqc_debugfs_init - make the directory virqchip
 *
 * Context: may sleep; at module load, before the first fabric.
 */
void vqc_debugfs_init(void);

/**
 * vqc_debugfs_exit - remove the directory virqchip, with what is left in it
 *
 * Waits for whoever reads a file. A second call does nothing.
 *
 * Context: may sleep.
 */
void vqc_debugfs_exit(void);

/**
 * vqc_debugfs_add_fabric - make a fabric's directory and files
 * @f: the fabric; @f->observer is set
 *
 * Context: may sleep.
 */
void vqc_debugfs_add_fabric(struct vqc_fabric *f);

/**
 * vqc_debugfs_add_cpu - make a CPU's file
 * @cpu: the CPU, one of its fabric's
 *
 * Context: may sleep.
 */
void vqc_debugfs_add_cpu(struct vqc_cpu *cpu);

/**
 * vqc_debugfs_remove_fabric - undo vqc_debugfs_add_fabric()
 * @f: the fabric
 *
 * Waits for whoever reads a file. Context: may sleep.
 */
void vqc_debugfs_remove_fabric(struct vqc_fabric *f);

#endif /* VQC_DEBUGFS_H */
