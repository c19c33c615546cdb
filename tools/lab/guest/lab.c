// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guests' way to the lab's VMM.
 */
#include "lib.h"

static struct lab_call call;

/**
 * lab_request() - one request to the VMM
 * @op: enum lab_op
 * @a0: first argument
 * @a1: second argument
 * @a2: third argument
 *
 * Return: the request's result, or a negative errno.
 */
int lab_request(u32 op, u64 a0, u64 a1, u64 a2)
{
	call.op = op;
	call.arg[0] = a0;
	call.arg[1] = a1;
	call.arg[2] = a2;
	out32(LAB_PORT, (u32)(unsigned long)&call);
	return call.ret;
}

/**
 * lab_result() - the number the last request gave back
 *
 * Return: its a0.
 */
u64 lab_result(void)
{
	return call.arg[0];
}
