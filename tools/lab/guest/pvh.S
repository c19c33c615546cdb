/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where QEMU's -kernel enters a guest, and where its second CPU begins.
 *
 * QEMU finds the entry by a note, as of Xen's PVH guests: 32-bit mode, flat, no
 * paging, interrupts off, in EBX the address of what the loader says. All of it
 * lies below 4 GiB, which is mapped to itself.
 */
#define NOTE_PHYS32_ENTRY	18
#define MSR_EFER		0xc0000080
#define EFER_LME		0x100
#define CR0_PE			0x1
#define CR0_PG			0x80000000
#define CR4_PAE			0x20
/* Of the table below; the first two are LAB_SEL_CODE and LAB_SEL_DATA. */
#define SEL_CODE		0x08
#define SEL_DATA		0x10
#define SEL_CODE_32		0x18
/* Present and writable; and a page of 2 MiB. */
#define TABLE			0x3
#define PAGE_2M			0x83

	.section .note.pvh, "a", @note
	.balign	4
	.long	4
	.long	8
	.long	NOTE_PHYS32_ENTRY
	.asciz	"Xen"
	.quad	pvh_entry

	.text
	.code32
	.globl	pvh_entry
pvh_entry:
	mov	%ebx, pvh_start_info
	mov	$guest_entry, %esi
	lgdt	gdt_pointer

/* Go on at ESI, in 64-bit mode. */
enter_long_mode:
	mov	$CR4_PAE, %eax
	mov	%eax, %cr4
	mov	$pml4, %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$EFER_LME, %eax
	wrmsr
	mov	%cr0, %eax
	or	$CR0_PG, %eax
	mov	%eax, %cr0
	ljmp	$SEL_CODE, $in_long_mode

	.code64
in_long_mode:
	mov	$SEL_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	%esi, %esi
	jmp	*%rsi

/* The second CPU, in a copy of this at the start of a segment below 1 MiB. */
	.code16
	.globl	second_trampoline, second_trampoline_end
second_trampoline:
	cli
	mov	%cs, %ax
	mov	%ax, %ds
	lgdtl	second_gdt_pointer - second_trampoline
	mov	%cr0, %eax
	or	$CR0_PE, %eax
	mov	%eax, %cr0
	ljmpl	$SEL_CODE_32, $second_in_protected_mode
second_gdt_pointer:
	.word	gdt_end - gdt - 1
	.long	gdt
second_trampoline_end:

	.code32
second_in_protected_mode:
	mov	$SEL_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %ss
	mov	$second_in_long_mode, %esi
	jmp	enter_long_mode

	.code64
second_in_long_mode:
	mov	second_stack_end, %rsp
	lidt	second_idtr
	call	*second_entry

	.data
	.balign	8
gdt:
	.quad	0
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
	.quad	0x00cf9b000000ffff
gdt_end:
gdt_pointer:
	.word	gdt_end - gdt - 1
	.long	gdt

	.balign	8
	.globl	second_entry, second_stack_end, second_idtr, pvh_start_info
second_entry:
	.quad	0
second_stack_end:
	.quad	0
second_idtr:
	.skip	10
	.balign	4
pvh_start_info:
	.long	0

	.balign	4096
pml4:
	.quad	pdpt + TABLE
	.skip	4096 - 8
pdpt:
	.set	directory, 0
	.rept	4
	.quad	page_directories + 4096 * directory + TABLE
	.set	directory, directory + 1
	.endr
	.skip	4096 - 4 * 8
page_directories:
	.set	page, 0
	.rept	2048
	.quad	page << 21 | PAGE_2M
	.set	page, page + 1
	.endr

	.section .note.GNU-stack, "", @progbits
