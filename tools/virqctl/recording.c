// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read a recording. Nothing in the file is trusted.
 */
#include <endian.h>
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "recording.h"

/* No record is longer, whatever types will come. */
#define MAX_RECORD	(64u << 20)
#define MAX_FILE_START	4096u

/**
 * struct reader - a file that is read
 * @path: its name
 * @file: the file
 * @at: bytes read so far
 */
struct reader {
	const char *path;
	gzFile file;
	uint64_t at;
};

FORMAT(2)
static noreturn void bad_file(const struct reader *reader,
			      const char *format, ...)
{
	char text[160];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	errx(EXIT_FAILED, "%s: byte %ju: %s", reader->path, reader->at, text);
}

/* Up to @len bytes. Returns how many there were. */
static size_t read_some(struct reader *reader, void *buf, size_t len)
{
	int got = gzread(reader->file, buf, len);
	int error;
	const char *text;

	if (got < 0) {
		text = gzerror(reader->file, &error);
		bad_file(reader, "%s", error == Z_ERRNO ? strerror(errno) : text);
	}
	reader->at += got;
	return got;
}

static void read_exactly(struct reader *reader, void *buf, size_t len,
			 const char *what)
{
	if (read_some(reader, buf, len) != len)
		bad_file(reader, "the file ends in the middle of %s", what);
}

static void skip(struct reader *reader, size_t len, const char *what)
{
	char buf[4096];

	while (len) {
		size_t some = len < sizeof(buf) ? len : sizeof(buf);

		read_exactly(reader, buf, some, what);
		len -= some;
	}
}

/* The text in a field: ASCII that prints, all else is a question mark. */
static void clean_text(char *text, size_t size)
{
	text[size - 1] = 0;
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

/* ---- the start ---- */

static void read_start(struct reader *reader, struct virqchip_rec_file *start)
{
	size_t got = read_some(reader, start, sizeof(*start));

	if (got < sizeof(start->magic) ||
	    memcmp(start->magic, VIRQCHIP_REC_MAGIC, sizeof(start->magic)))
		errx(EXIT_FAILED,
		     "%s is no recording (virqctl record makes them)",
		     reader->path);
	if (got != sizeof(*start))
		bad_file(reader, "the file ends in the middle of its start");
	start->version = le32toh(start->version);
	start->size = le32toh(start->size);
	start->start_ns = le64toh(start->start_ns);
	start->start_wall_ns = le64toh(start->start_wall_ns);
	start->fabric_id = le32toh(start->fabric_id);
	start->nr_cpus = le32toh(start->nr_cpus);
	start->create_flags = le32toh(start->create_flags);
	clean_text(start->name, sizeof(start->name));
	if (start->version != VIRQCHIP_REC_VERSION)
		errx(EXIT_FAILED,
		     "%s has version %u of the format, this virqctl reads version %u",
		     reader->path, start->version, VIRQCHIP_REC_VERSION);
	if (start->size < sizeof(*start) || start->size > MAX_FILE_START ||
	    start->size % 8)
		bad_file(reader, "its start cannot have %u bytes", start->size);
	skip(reader, start->size - sizeof(*start), "its start");
}

/* ---- records ---- */

/*
 * The part of a record that is known, its start with it. What follows in the
 * file is skipped.
 */
static void read_body(struct reader *reader, const struct virqchip_rec *rec,
		      void *record, size_t size)
{
	if (rec->len < size)
		bad_file(reader, "a record of type %u cannot have %u bytes",
			 rec->type, rec->len);
	memcpy(record, rec, sizeof(*rec));
	read_exactly(reader, (char *)record + sizeof(*rec), size - sizeof(*rec),
		     "a record");
	skip(reader, rec->len - size, "a record");
}

static void read_why(struct reader *reader, const struct virqchip_rec *rec,
		     struct recording *recording)
{
	struct virqchip_rec_why record;
	uint32_t why;

	read_body(reader, rec, &record, sizeof(record));
	why = le32toh(record.why);
	/* A flow has a byte for it: others cannot occur. */
	if (why >= ARRAY_SIZE(recording->whys.name))
		return;
	clean_text(record.name, sizeof(record.name));
	clean_text(record.words, sizeof(record.words));
	free(recording->whys.name[why]);
	free(recording->whys.words[why]);
	recording->whys.name[why] = copy_text(record.name);
	recording->whys.words[why] = copy_text(record.words);
}

static void read_lost(struct reader *reader, const struct virqchip_rec *rec,
		      struct recording *recording)
{
	struct virqchip_rec_lost record;

	read_body(reader, rec, &record, sizeof(record));
	recording->lost += le64toh(record.nr);
}

static void to_this_machine(struct virqchip_flow *flow)
{
	unsigned int i;

	flow->seq = le64toh(flow->seq);
	flow->into = le64toh(flow->into);
	for (i = 0; i < VIRQCHIP_FLOW_STAGES; i++)
		flow->ns[i] = le64toh(flow->ns[i]);
	flow->gsi = le32toh(flow->gsi);
	flow->apic_id = le32toh(flow->apic_id);
	flow->word = le32toh(flow->word);
	flow->merged = le32toh(flow->merged);
	flow->cpu = le16toh(flow->cpu);
}

static void note_times(struct recording *recording,
		       const struct virqchip_flow *flow)
{
	unsigned int i;

	for (i = 0; i < VIRQCHIP_FLOW_STAGES; i++) {
		uint64_t ns = flow->ns[i];

		if (ns && ns < recording->first_ns)
			recording->first_ns = ns;
		if (ns > recording->last_ns)
			recording->last_ns = ns;
	}
}

static void read_flow(struct reader *reader, const struct virqchip_rec *rec,
		      struct recording *recording)
{
	struct virqchip_rec_flow record;

	read_body(reader, rec, &record, sizeof(record));
	to_this_machine(&record.flow);
	if (record.flow.nr_whys > VIRQCHIP_FLOW_WHYS)
		bad_file(reader, "an interrupt cannot have %u reasons",
			 record.flow.nr_whys);
	recording->flow = grow_array(recording->flow, recording->nr,
				     &recording->room, sizeof(record.flow));
	recording->flow[recording->nr++] = record.flow;
	note_times(recording, &record.flow);
}

/* False at the end of the file. */
static bool read_record(struct reader *reader, struct recording *recording)
{
	struct virqchip_rec rec;
	size_t got = read_some(reader, &rec, sizeof(rec));

	if (!got)
		return false;
	if (got != sizeof(rec))
		bad_file(reader, "the file ends in the middle of a record");
	rec.len = le32toh(rec.len);
	rec.type = le16toh(rec.type);
	rec.cpu = le16toh(rec.cpu);
	rec.order = le64toh(rec.order);
	rec.ns = le64toh(rec.ns);
	if (rec.len < sizeof(rec) || rec.len > MAX_RECORD || rec.len % 8)
		bad_file(reader, "a record cannot have %u bytes", rec.len);
	if (rec.ns > recording->last_ns)
		recording->last_ns = rec.ns;

	if (rec.type == VIRQCHIP_REC_WHY)
		read_why(reader, &rec, recording);
	else if (rec.type == VIRQCHIP_REC_LOST)
		read_lost(reader, &rec, recording);
	else if (rec.type == VIRQCHIP_REC_FLOW)
		read_flow(reader, &rec, recording);
	else
		skip(reader, rec.len - sizeof(rec), "a record");
	return true;
}

void recording_read(struct recording *recording, const char *path)
{
	struct reader reader = { .path = path };

	*recording = (struct recording){};
	reader.file = gzopen(path, "rb");
	if (!reader.file)
		errx(errno == EACCES ? EXIT_NO_PERMISSION : EXIT_FAILED,
		     "%s: %s", path, strerror(errno));
	gzbuffer(reader.file, 1 << 17);
	read_start(&reader, &recording->file);
	recording->first_ns = recording->file.start_ns;
	recording->last_ns = recording->file.start_ns;
	while (read_record(&reader, recording))
		;
	/* Only now it says that the compressed data ends too early. */
	if (gzclose_r(reader.file) != Z_OK)
		bad_file(&reader, "the file ends in the middle");
}

void recording_free(struct recording *recording)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(recording->whys.name); i++) {
		free(recording->whys.name[i]);
		free(recording->whys.words[i]);
	}
	free(recording->flow);
}
