/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry and interrupt stubs of a guest. The VMM starts it in 64-bit mode with
 * an identity map, flat segments and interrupts off.
 */

	.section .text.entry, "ax"
	.globl	guest_entry
guest_entry:
	lea	guest_stack_top, %rsp
	/* Touch every byte of the stack before the first interrupt needs it. */
	lea	guest_stack, %rdi
	mov	$guest_stack_top, %rcx
	sub	%rdi, %rcx
	xor	%eax, %eax
	cld
	rep stosb
	call	guest_start
guest_stop:
	cli
	hlt
	jmp	guest_stop

	.text
	.globl	irq_halt, irq_halt_hlt
irq_halt:
	sti
irq_halt_hlt:
	hlt
	cli
	ret

/* 256 stubs of 16 bytes: make the frame the same with and without error code. */
	.balign	16
	.globl	guest_stubs
guest_stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	.if	(vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17)
	.else
	push	$0
	.endif
	push	$vector
	jmp	guest_common
	.set	vector, vector + 1
	.endr

	.balign	16
guest_common:
	push	%rax
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	mov	%rsp, %rdi
	cld
	call	guest_interrupt
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rax
	add	$16, %rsp
	iretq

	.bss
	.balign	16
guest_stack:
	.skip	65536
guest_stack_top:

	.section .note.GNU-stack, "", @progbits
