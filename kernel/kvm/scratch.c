// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of the module, mapped into the VMM, for the arguments of real ioctls.
 *
 * The mapping holds a file of its own, so that a mapping which the VMM keeps
 * cannot keep a VM alive.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

#include "front.h"

static int vqc_scratch_mmap(struct file *file, struct vm_area_struct *vma)
{
	return remap_vmalloc_range(vma, file->private_data, vma->vm_pgoff);
}

static int vqc_scratch_release(struct inode *inode, struct file *file)
{
	vfree(file->private_data);
	return 0;
}

static const struct file_operations vqc_scratch_fops = {
	.owner = THIS_MODULE,
	.mmap = vqc_scratch_mmap,
	.release = vqc_scratch_release,
};

int vqc_scratch_map(struct vqc_scratch *s, size_t size)
{
	void *pages = vmalloc_user(size);
	struct file *file;
	unsigned long user;

	if (!pages)
		return -ENOMEM;
	file = anon_inode_getfile("virqchip-scratch", &vqc_scratch_fops, pages,
				  O_RDWR);
	if (IS_ERR(file)) {
		vfree(pages);
		return PTR_ERR(file);
	}
	user = vm_mmap(file, 0, size, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	if (IS_ERR_VALUE(user)) {
		fput(file);
		return user;
	}

	s->file = file;
	s->size = size;
	s->kernel = pages;
	s->user = user;
	return 0;
}

int vqc_scratch_enable_cap(const struct vqc_scratch *s, struct file *real,
			   u32 cap, u64 arg)
{
	struct kvm_enable_cap *enable = s->kernel;

	memset(enable, 0, sizeof(*enable));
	enable->cap = cap;
	enable->args[0] = arg;
	return vqc_real_ioctl(real, KVM_ENABLE_CAP, s->user);
}

/* The VMM may have put something of its own there. */
static bool vqc_scratch_is_mapped(const struct vqc_scratch *s,
				  struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	bool mapped;

	mmap_read_lock(mm);
	vma = find_vma(mm, s->user);
	mapped = vma && vma->vm_start == s->user && vma->vm_file == s->file;
	mmap_read_unlock(mm);
	return mapped;
}

void vqc_scratch_unmap(struct vqc_scratch *s, const struct mm_struct *mm)
{
	if (!s->file)
		return;
	if (current->mm && current->mm == mm &&
	    vqc_scratch_is_mapped(s, current->mm))
		vm_munmap(s->user, s->size);
	fput(s->file);
	s->file = NULL;
}
