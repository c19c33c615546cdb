/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why nothing comes: the way from a line to the CPU, link by link, and the
 * first link that holds.
 *
 * What is looked at goes on meanwhile: each link is true when it is looked at,
 * and a chain may show two moments.
 */
#ifndef VQC_WHY_H
#define VQC_WHY_H

#include "fabric.h"

/** enum vqc_step - what a link of the chain is about */
enum vqc_step {
	VQC_STEP_LINE,		/* is the wire asserted */
	VQC_STEP_ROUTE,		/* where does it lead */
	VQC_STEP_PIN,		/* does the chip let it through */
	VQC_STEP_DEST,		/* who is it for */
	VQC_STEP_APIC,		/* does the local APIC present it */
	VQC_STEP_CPU,		/* does the CPU take it */
	VQC_NR_STEPS
};

#define VQC_LINK_TEXT	144
#define VQC_LINK_REG	80
#define VQC_CHAIN_LINKS	10u

/**
 * struct vqc_link - one link
 * @step: enum vqc_step
 * @why: enum vqc_why: DELIVERED if it does not hold
 * @text: the link in words
 * @reg: the register or state that says so; may be empty
 */
struct vqc_link {
	u8 step;
	u8 why;
	char text[VQC_LINK_TEXT];
	char reg[VQC_LINK_REG];
};

/**
 * struct vqc_chain - the way of one interrupt
 * @nr: links in use
 * @held: index of the first link that holds; -1: none does
 * @unused: by all signs the guest does not use the chip it leads through
 * @link: the links, from the line to the CPU; nothing follows the one that holds
 */
struct vqc_chain {
	unsigned int nr;
	int held;
	bool unused;
	struct vqc_link link[VQC_CHAIN_LINKS];
};

/**
 * struct vqc_answer - why a GSI, or a vector of a CPU, does not come
 * @nr: chains in use: one for each route of the GSI
 * @best: the answer: the one that came furthest, through a chip in use
 * @chain: the chains
 */
struct vqc_answer {
	unsigned int nr;
	unsigned int best;
	struct vqc_chain chain[VQC_ROUTES_PER_GSI];
};

/**
 * vqc_why_gsi - follow a GSI
 * @f: the fabric; not only local APICs (@f->config.lapics_only)
 * @gsi: any number
 * @answer: filled in
 *
 * Context: any; takes the locks of the chips, one at a time.
 */
void vqc_why_gsi(struct vqc_fabric *f, u32 gsi, struct vqc_answer *answer);

/**
 * vqc_why_vector - follow a vector of a CPU
 * @f: the fabric
 * @index: dense index of the CPU
 * @vector: the vector
 * @answer: filled in, with one chain
 *
 * Context: any.
 * Return: 0; -ENOENT: there is no such CPU.
 */
int vqc_why_vector(struct vqc_fabric *f, unsigned int index, u8 vector,
		   struct vqc_answer *answer);

/**
 * vqc_why_verdict - the outcome of a chain
 * @chain: the chain, not empty
 *
 * Context: any. Return: the reason; DELIVERED: nothing holds it.
 */
enum vqc_why vqc_why_verdict(const struct vqc_chain *chain);

/**
 * vqc_why_step_name - a step as debugfs names it
 * @step: the step, less than VQC_NR_STEPS
 *
 * Context: any. Return: a static string.
 */
const char *vqc_why_step_name(enum vqc_step step);

/* ---- for why.c and why_cpu.c alone ---- */

/**
 * vqc_chain_add - append a link
 * @chain: the chain; no link of it holds yet
 * @step: what it is about
 * @why: DELIVERED if it does not hold
 * @fmt: its words: a format
 *
 * Context: any. Return: the link, whose @reg is empty.
 */
struct vqc_link *vqc_chain_add(struct vqc_chain *chain, enum vqc_step step,
			       enum vqc_why why, const char *fmt, ...)
	__printf(4, 5);

/**
 * vqc_link_reg - say which register a link was read from
 * @link: the link
 * @fmt: name=value, a format
 *
 * Context: any.
 */
void vqc_link_reg(struct vqc_link *link, const char *fmt, ...) __printf(2, 3);

#define VQC_SINCE_LEN	24

/**
 * vqc_since - for how long something is as it is
 * @then: jiffies
 * @buf: filled in: seconds with three decimals; coarse as jiffies are
 *
 * Context: any. Return: @buf; "?" in it if @then is 0: nobody saw it begin.
 */
const char *vqc_since(unsigned long then, char buf[VQC_SINCE_LEN]);

/**
 * vqc_chain_vector - follow a vector from a local APIC into the CPU
 * @chain: links are appended
 * @cpu: the CPU
 * @vector: the vector
 *
 * Context: any, under RCU.
 */
void vqc_chain_vector(struct vqc_chain *chain, const struct vqc_cpu *cpu,
		      u8 vector);

/**
 * vqc_chain_cpu - follow an interrupt that a CPU is asked to take
 * @chain: links are appended
 * @cpu: the CPU
 *
 * Context: any, under RCU.
 */
void vqc_chain_cpu(struct vqc_chain *chain, const struct vqc_cpu *cpu);

#endif /* VQC_WHY_H */
