// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings as files. Nothing in them is trusted: whoever uses the records of a
 * tape finds each as long as its type needs, and texts that can be printed.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "replay.h"
#include "tape.h"
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

/* A text in a field: ASCII that prints, all else is a question mark. */
static void clean_text(char *text, size_t size)
{
	text[size - 1] = 0;
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static void check_head(struct tape *r)
{
	struct virqchip_rec_file *head = (void *)r->data;

	if (r->size < sizeof(head->magic) ||
	    memcmp(head->magic, VIRQCHIP_REC_MAGIC, sizeof(head->magic)))
		errx(EXIT_FAILED,
		     "%s: this is no recording (virqctl record makes them)",
		     r->name);
	if (r->size < sizeof(*head))
		errx(EXIT_FAILED, "%s: cut off inside of its start, at byte %zu",
		     r->name, r->size);
	if (head->version != VIRQCHIP_REC_VERSION)
		errx(EXIT_FAILED,
		     "%s: version %u of the format; this virqctl knows version %u",
		     r->name, head->version, VIRQCHIP_REC_VERSION);
	if (head->size < sizeof(*head) || head->size % 8 ||
	    head->size > r->size)
		errx(EXIT_FAILED, "%s: the start of the recording is damaged",
		     r->name);
	clean_text(head->name, sizeof(head->name));
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

/* Is all there that the structure says is, in it and behind it? */
static bool is_whole(const struct virqchip_rec *rec)
{
	const struct virqchip_rec_routes *routes = (const void *)rec;
	const struct virqchip_rec_state *state = (const void *)rec;
	const struct virqchip_rec_flow *flow = (const void *)rec;

	switch (rec->type) {
	case VIRQCHIP_REC_FLOW:
		return flow->flow.nr_whys <= VIRQCHIP_FLOW_WHYS;
	case VIRQCHIP_REC_STATE:
		return state->bytes &&
		       state->bytes == machine_state_bytes(state->chip) &&
		       rec->len - sizeof(*state) >= state->bytes;
	case VIRQCHIP_REC_ROUTES:
		return routes->nr <= (rec->len - sizeof(*routes)) /
				     sizeof(routes->route[0]);
	default:
		return true;
	}
}

static void clean_why(struct virqchip_rec_why *why)
{
	clean_text(why->name, sizeof(why->name));
	clean_text(why->words, sizeof(why->words));
}

static const struct virqchip_rec *record_at(const struct tape *r, size_t at)
{
	struct virqchip_rec *rec = (void *)(r->data + at);
	size_t left = r->size - at;

	if (left < sizeof(*rec) || (rec->len > left && !(rec->len % 8)))
		errx(EXIT_FAILED,
		     "%s: cut off inside of a record, at byte %zu, after %zu whole records",
		     r->name, at, r->nr);
	if (rec->len < least_len(rec->type) || rec->len % 8 || !is_whole(rec))
		errx(EXIT_FAILED, "%s: the record at byte %zu is damaged",
		     r->name, at);
	if (rec->type == VIRQCHIP_REC_WHY)
		clean_why((void *)rec);
	return rec;
}

static void find_records(struct tape *r)
{
	size_t at = r->head->size, room = 0;

	while (at < r->size) {
		r->rec = grow_array(r->rec, r->nr, &room, sizeof(*r->rec));
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
		errx(errno == EACCES ? EXIT_NO_PERMISSION : EXIT_FAILED,
		     "%s: %s", name, errno ? strerror(errno) : "out of memory");
	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		errx(EXIT_FAILED, "%s: recordings have another byte order than this machine",
		     name);
	read_all(r, file);
	check_head(r);
	find_records(r);
}

void tape_free(struct tape *r)
{
	free(r->rec);
	free(r->data);
}
