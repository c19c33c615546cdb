/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Enters a kernel that is not packed. A bzImage whose packed part is this, the
 * kernel's segments behind it, is loaded by every boot loader, and saves the
 * minute that Bochs takes to unpack one.
 *
 * The boot loader comes here in flat 32-bit mode with the boot parameters at
 * %esi, as the Linux boot protocol says. The kernel wants 64-bit mode, the same
 * parameters at %rsi, and its segments at KERNEL.
 */
#define STUB		0x100000	/* where the boot loader puts us */
#define KERNEL		0x1000000	/* where vmlinux is linked to be */

#define CR0_PG		0x80000000
#define CR4_PAE		0x20
#define MSR_EFER	0xc0000080
#define EFER_LME	0x100

#define GDT_CODE64	0x00af9a000000ffff
#define GDT_DATA	0x00cf92000000ffff
#define CODE64		0x10
#define DATA		0x18

#define PTE_TABLE	0x03		/* present, writable */
#define PTE_GIB		0x83		/* the same, a page of 1 GiB */

	.code32
	.globl	_start
_start:
	/* The segments move up and overlap themselves: the end goes first. */
	movl	%esi, %ebx
	movl	$(kernel + BYTES - 4), %esi
	movl	$(KERNEL + BYTES - 4), %edi
	movl	$(BYTES / 4), %ecx
	std
	rep movsl
	cld

	lgdt	gdtr
	movl	%cr4, %eax
	orl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	$pml4, %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_LME, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$CR0_PG, %eax
	movl	%eax, %cr0
	ljmp	$CODE64, $in_64bit

	.code64
in_64bit:
	movl	$DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%ebx, %esi
	movl	$KERNEL, %eax
	jmp	*%rax

	.balign	8
gdt:	.quad	0, 0, GDT_CODE64, GDT_DATA
gdtr:	.word	. - gdt - 1
	.long	gdt

	/* The first 4 GiB, each address to itself. */
	.balign	4096
pml4:	.quad	pdpt + PTE_TABLE
	.fill	511, 8, 0
pdpt:	.quad	0x00000000 + PTE_GIB, 0x40000000 + PTE_GIB
	.quad	0x80000000 + PTE_GIB, 0xc0000000 + PTE_GIB
	.fill	508, 8, 0
kernel:
