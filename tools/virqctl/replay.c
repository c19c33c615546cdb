// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl replay: do again what a recording says, by the module's own models.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"
#include "virqctl.h"

/**
 * struct options - of the command line
 * @step: print records
 * @state: print states
 * @from: print from this one on
 * @until: the last one
 */
struct options {
	bool step;
	bool state;
	uint64_t from;
	uint64_t until;
};

/**
 * struct counts - what a replay has done
 * @ops: operations, by enum virqchip_chip
 * @injections: of CPUs
 * @states: states at the end
 * @undone: records that could not be done, for want of a state
 * @lost: records that are missing
 */
struct counts {
	unsigned long long ops[VIRQCHIP_CHIP_PIT + 1];
	unsigned long long injections;
	unsigned long long states;
	unsigned long long undone;
	unsigned long long lost;
};

/* ---- one recording ---- */

static unsigned int chip_of(const struct virqchip_rec *rec)
{
	if (rec->type == VIRQCHIP_REC_STATE)
		return ((const struct virqchip_rec_state *)rec)->chip;
	return ((const struct virqchip_rec_op *)rec)->chip;
}

static void count_step(struct counts *counts, const struct virqchip_rec *rec,
		       const struct step *step)
{
	switch (rec->type) {
	case VIRQCHIP_REC_OP:
		if (step->done)
			counts->ops[chip_of(rec)]++;
		else
			counts->undone++;
		break;
	case VIRQCHIP_REC_INJECT:
		if (step->done)
			counts->injections++;
		else
			counts->undone++;
		break;
	case VIRQCHIP_REC_STATE:
		counts->states +=
			((const struct virqchip_rec_state *)rec)->cause ==
			VIRQCHIP_STATE_END;
		break;
	case VIRQCHIP_REC_LOST:
		counts->lost += ((const struct virqchip_rec_lost *)rec)->nr;
		break;
	}
}

static void print_record(FILE *to, const struct tape *r,
			 const struct virqchip_rec *rec)
{
	text_place(to, r, rec);
	text_record(to, r, rec);
	fputc('\n', to);
}

static void print_state(const char *when, const struct virqchip_rec *rec,
			const void *state, size_t bytes)
{
	if (!bytes)
		return;
	printf("  %s:\n", when);
	text_state(stdout, chip_of(rec), state);
}

/* What was recorded, what the model says, and where it stood. */
static void print_wrong(const struct tape *r,
			const struct virqchip_rec *rec, const struct step *step,
			const struct machine *m)
{
	const struct virqchip_rec_op *op = (const void *)rec;
	uint64_t state[STATE_ROOM / sizeof(uint64_t)];

	printf("first divergence: %s\n", step->wrong);
	print_record(stdout, r, rec);
	if (rec->type == VIRQCHIP_REC_OP) {
		printf("  recorded:");
		text_answer(stdout, r, op);
		printf(" (%u effects, digest %08x)\n  model:   ", op->effects,
		       op->digest);
		text_answer(stdout, r, &step->op);
		printf(" (%u effects, digest %08x)\n", step->op.effects,
		       step->op.digest);
	}
	if (rec->type == VIRQCHIP_REC_STATE)
		print_state("recorded",	rec,
			    (const struct virqchip_rec_state *)rec + 1, 1);
	if (rec->type == VIRQCHIP_REC_STATE || rec->type == VIRQCHIP_REC_OP)
		print_state("model, afterwards", rec, state,
			    machine_state(m, rec, state));
}

static bool replay_record(const struct tape *r, struct machine *m,
			  const struct virqchip_rec *rec,
			  const struct options *o, struct counts *counts)
{
	uint64_t before[STATE_ROOM / sizeof(uint64_t)];
	uint64_t after[STATE_ROOM / sizeof(uint64_t)];
	bool print = o->step && rec->order >= o->from;
	size_t bytes = 0;
	struct step step;

	if (print)
		print_record(stdout, r, rec);
	if (o->state)
		bytes = machine_state(m, rec, before);
	step = machine_step(m, rec);
	count_step(counts, rec, &step);
	if (step.wrong) {
		if (bytes)
			print_state("model, before", rec, before, bytes);
		print_wrong(r, rec, &step, m);
		return false;
	}
	if (print && o->state) {
		print_state("before", rec, before, bytes);
		print_state("after", rec, after, machine_state(m, rec, after));
	}
	return true;
}

static void print_summary(const struct tape *r, const struct counts *c)
{
	uint64_t last_ns = r->nr ? r->rec[r->nr - 1]->ns : r->head->start_ns;

	printf("%s: VM %s, %.3f s: ", r->name, r->head->name,
	       (double)(int64_t)(last_ns - r->head->start_ns) / 1e9);
	printf("replayed %llu operations of the PIC, %llu of the IOAPIC, ",
	       c->ops[VIRQCHIP_CHIP_PIC], c->ops[VIRQCHIP_CHIP_IOAPIC]);
	printf("%llu of the PIT, %llu of local APICs, %llu injections; ",
	       c->ops[VIRQCHIP_CHIP_PIT], c->ops[VIRQCHIP_CHIP_LAPIC],
	       c->injections);
	printf("compared %llu states at the end\n", c->states);
	if (c->lost)
		printf("%s: %llu records were lost\n", r->name, c->lost);
	if (c->undone)
		printf("%s: %llu records could not be replayed: their state is not known\n",
		       r->name, c->undone);
}

static int replay_one(const char *name, const struct options *o)
{
	struct counts counts = {};
	struct tape r;
	struct machine *m;
	bool right = true;
	size_t i;

	tape_load(&r, name);
	m = machine_create(&r);
	for (i = 0; i < r.nr && right; i++) {
		if (r.rec[i]->order > o->until)
			break;
		/* What has no number stands before all and is no step. */
		if (r.rec[i]->order)
			right = replay_record(&r, m, r.rec[i], o, &counts);
	}
	print_summary(&r, &counts);
	if (right)
		printf("%s: no divergence\n", name);
	machine_free(m);
	tape_free(&r);
	return right ? EXIT_OK : EXIT_FAILED;
}

/* ---- two recordings ---- */

static bool same_chip(const struct virqchip_rec *a, const struct virqchip_rec *b)
{
	return a->cpu == b->cpu && chip_of(a) == chip_of(b);
}

static const struct virqchip_rec *next_of_chip(const struct tape *r,
					       size_t *at,
					       const struct virqchip_rec *like)
{
	while (*at < r->nr) {
		const struct virqchip_rec *rec = r->rec[(*at)++];

		if (rec->type == VIRQCHIP_REC_OP && same_chip(rec, like))
			return rec;
	}
	return NULL;
}

/* Operations that read the time, and so say something else each time. */
static bool reads_time(const struct virqchip_rec_op *op)
{
	switch (op->op) {
	case VIRQCHIP_OP_PIT_READ:
	case VIRQCHIP_OP_PIT_SPEAKER_READ:
	case VIRQCHIP_OP_PIT_EXPIRE:
	case VIRQCHIP_OP_LAPIC_TSC_DEADLINE:
		return true;
	case VIRQCHIP_OP_LAPIC_READ:
		return op->addr == 0x390;
	case VIRQCHIP_OP_LAPIC_MSR_READ:
		return op->addr == 0x839;
	default:
		return false;
	}
}

static bool same_op(const struct tape *r1, const struct virqchip_rec_op *a,
		    const struct tape *r2, const struct virqchip_rec_op *b)
{
	if (a->op != b->op || a->addr != b->addr)
		return false;
	if (reads_time(a))
		return true;
	if (a->op == VIRQCHIP_OP_IOAPIC_SENT ?
	    strcmp(text_why(r1, a->arg), text_why(r2, b->arg)) :
	    a->arg != b->arg)
		return false;
	return a->result == b->result &&
	       !strcmp(text_why(r1, a->why), text_why(r2, b->why));
}

/**
 * struct chip_pair - a chip in both recordings
 * @like: its first operation
 * @at: how far each recording was compared
 */
struct chip_pair {
	const struct virqchip_rec *like;
	size_t at[2];
};

/* Compare the operations of a chip. Returns where they differ, in @r1. */
static size_t compare_chip(const struct tape *r1,
			   const struct tape *r2, struct chip_pair *chip)
{
	const struct virqchip_rec *a, *b;

	do {
		a = next_of_chip(r1, &chip->at[0], chip->like);
		b = next_of_chip(r2, &chip->at[1], chip->like);
		if (!a || !b)
			return SIZE_MAX;
	} while (same_op(r1, (const void *)a, r2, (const void *)b));
	return --chip->at[0];
}

static bool first_of_chip(const struct tape *r, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (r->rec[i]->type == VIRQCHIP_REC_OP &&
		    same_chip(r->rec[i], r->rec[at]))
			return false;
	return true;
}

static int compare_two(const char *name1, const char *name2)
{
	size_t i, where, first = SIZE_MAX, other = 0;
	struct tape r1, r2;

	tape_load(&r1, name1);
	tape_load(&r2, name2);
	/* An operation behind the first difference cannot be an earlier one. */
	for (i = 0; i < r1.nr && i < first; i++) {
		struct chip_pair chip = { .like = r1.rec[i] };

		if (r1.rec[i]->type != VIRQCHIP_REC_OP ||
		    !first_of_chip(&r1, i))
			continue;
		where = compare_chip(&r1, &r2, &chip);
		if (where < first) {
			first = where;
			other = chip.at[1] - 1;
		}
	}
	if (first == SIZE_MAX) {
		printf("no divergence, as far as both recordings go\n");
	} else {
		printf("first divergence:\n%s:\n", name1);
		print_record(stdout, &r1, r1.rec[first]);
		printf("%s:\n", name2);
		print_record(stdout, &r2, r2.rec[other]);
	}
	tape_free(&r1);
	tape_free(&r2);
	return first == SIZE_MAX ? EXIT_OK : EXIT_FAILED;
}

/* ---- the command ---- */

int cmd_replay(int argc, char **argv)
{
	static const struct option options[] = {
		{ "step", no_argument, NULL, 's' },
		{ "state", no_argument, NULL, 'S' },
		{ "from", required_argument, NULL, 'F' },
		{ "until", required_argument, NULL, 'u' },
		{ }
	};
	struct options o = { .until = UINT64_MAX };
	char **files;
	int c;

	while ((c = next_option(argc, argv, options)) != -1) {
		switch (c) {
		case 's':
			o.step = true;
			break;
		case 'S':
			o.step = true;
			o.state = true;
			break;
		case 'F':
			o.from = parse_number("--from", optarg, 0, UINT64_MAX);
			break;
		default:
			o.until = parse_number("--until", optarg, 0,
					       UINT64_MAX);
			break;
		}
	}
	files = take_arguments(argc, argv, 1, 2);
	if (files[1])
		return compare_two(files[0], files[1]);
	return replay_one(files[0], &o);
}
