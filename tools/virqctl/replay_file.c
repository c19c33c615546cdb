// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings as files: nothing of them is trusted.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "replay.h"
#include "virqctl.h"

#define CHUNK		0x100000u
/* More than any memory for it. */
#define MAX_SIZE	0x100000000ull

static void read_all(struct tape *r, struct gzFile_s *file)
{
	size_t room = 0;
	int len, error;

	do {
		if (r->size + CHUNK > room) {
			room = room ? 2 * room : 4 * CHUNK;
			r->data = realloc(r->data, room);
			if (!r->data)
				out_of_memory();
		}
		len = gzread(file, r->data + r->size, CHUNK);
		if (len < 0)
			errx(EXIT_FAILED, "%s: %s", r->name,
			     gzerror(file, &error));
		r->size += len;
		if (r->size > MAX_SIZE)
			errx(EXIT_FAILED, "%s: too long", r->name);
	} while (len);
	/* What was cut off inside of the compressed data. */
	if (gzclose_r(file) == Z_BUF_ERROR)
		errx(EXIT_FAILED, "%s: the compressed file was cut off",
		     r->name);
}

static void check_head(struct tape *r)
{
	const struct virqchip_rec_file *head = (const void *)r->data;

	if (r->size < sizeof(*head) ||
	    memcmp(head->magic, VIRQCHIP_REC_MAGIC, sizeof(head->magic)))
		errx(EXIT_FAILED, "%s: this is no recording", r->name);
	if (head->version != VIRQCHIP_REC_VERSION)
		errx(EXIT_FAILED,
		     "%s: version %u of the format; this virqctl knows version %u",
		     r->name, head->version, VIRQCHIP_REC_VERSION);
	if (head->size < sizeof(*head) || head->size % 8 ||
	    head->size > r->size || head->name[sizeof(head->name) - 1])
		errx(EXIT_FAILED, "%s: the start of the recording is damaged",
		     r->name);
	r->head = head;
}

/* The structure of each type, without what follows it. */
static size_t least_len(unsigned int type)
{
	static const size_t least[] = {
		[VIRQCHIP_REC_WHY] = sizeof(struct virqchip_rec_why),
		[VIRQCHIP_REC_LOST] = sizeof(struct virqchip_rec_lost),
		[VIRQCHIP_REC_FLOW] = sizeof(struct virqchip_rec_flow),
		[VIRQCHIP_REC_OP] = sizeof(struct virqchip_rec_op),
		[VIRQCHIP_REC_STATE] = sizeof(struct virqchip_rec_state),
		[VIRQCHIP_REC_LINE] = sizeof(struct virqchip_rec_line),
		[VIRQCHIP_REC_MSI] = sizeof(struct virqchip_rec_msi),
		[VIRQCHIP_REC_ROUTES] = sizeof(struct virqchip_rec_routes),
		[VIRQCHIP_REC_INJECT] = sizeof(struct virqchip_rec_inject),
		[VIRQCHIP_REC_CPU] = sizeof(struct virqchip_rec_cpu),
	};

	if (type < ARRAY_SIZE(least) && least[type])
		return least[type];
	return sizeof(struct virqchip_rec);
}

static size_t state_bytes(unsigned int chip)
{
	static const size_t bytes[] = {
		[VIRQCHIP_CHIP_PIC] = sizeof(struct virqchip_rec_pic),
		[VIRQCHIP_CHIP_IOAPIC] = sizeof(struct virqchip_rec_ioapic),
		[VIRQCHIP_CHIP_LAPIC] = sizeof(struct virqchip_rec_lapic),
		[VIRQCHIP_CHIP_PIT] = sizeof(struct virqchip_rec_pit),
	};

	return chip < ARRAY_SIZE(bytes) ? bytes[chip] : 0;
}

/* Is what follows the structure as long as the structure says? */
static bool has_tail(const struct virqchip_rec *rec)
{
	const struct virqchip_rec_routes *routes = (const void *)rec;
	const struct virqchip_rec_state *state = (const void *)rec;
	const struct virqchip_rec_why *why = (const void *)rec;

	switch (rec->type) {
	case VIRQCHIP_REC_WHY:
		return !why->name[sizeof(why->name) - 1] &&
		       !why->words[sizeof(why->words) - 1];
	case VIRQCHIP_REC_STATE:
		return state->bytes && state->bytes == state_bytes(state->chip) &&
		       rec->len - sizeof(*state) >= state->bytes;
	case VIRQCHIP_REC_ROUTES:
		return routes->nr <= (rec->len - sizeof(*routes)) /
				     sizeof(routes->route[0]);
	default:
		return true;
	}
}

static const struct virqchip_rec *record_at(const struct tape *r,
					    size_t at)
{
	const struct virqchip_rec *rec = (const void *)(r->data + at);
	size_t left = r->size - at;

	if (left < sizeof(*rec) || (rec->len > left && !(rec->len % 8)))
		errx(EXIT_FAILED,
		     "%s: cut off inside of a record, at byte %zu, after %zu whole records",
		     r->name, at, r->nr);
	if (rec->len < least_len(rec->type) || rec->len % 8 || !has_tail(rec))
		errx(EXIT_FAILED, "%s: the record at byte %zu is damaged",
		     r->name, at);
	return rec;
}

static void find_records(struct tape *r)
{
	size_t at = r->head->size, room = 0;

	while (at < r->size) {
		if (r->nr == room) {
			room = room ? 2 * room : 1024;
			r->rec = realloc(r->rec, room * sizeof(*r->rec));
			if (!r->rec)
				out_of_memory();
		}
		r->rec[r->nr] = record_at(r, at);
		at += r->rec[r->nr++]->len;
	}
}

void tape_load(struct tape *r, const char *name)
{
	struct gzFile_s *file = gzopen(name, "rb");

	memset(r, 0, sizeof(*r));
	r->name = name;
	if (!file)
		errx(EXIT_FAILED, "%s: %s", name,
		     errno ? strerror(errno) : "out of memory");
	read_all(r, file);
	check_head(r);
	find_records(r);
}

void tape_free(struct tape *r)
{
	free(r->rec);
	free(r->data);
}
