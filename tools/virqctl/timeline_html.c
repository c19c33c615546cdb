// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timeline as a page: the same page each time, with two blocks of data in it.
 *
 * The first is JSON, names and numbers of which there are few. The second has a
 * column for each thing that is known of an interrupt or a span, all bytes of
 * one after all bytes of the one before, compressed and in base64.
 */
#include <err.h>
#include <math.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <json.h>
#include <zlib.h>

#include "timeline.h"

/**
 * struct block - columns of bytes
 * @byte: the bytes
 * @nr: how many
 * @room: for how many there is memory
 * @columns: an array with [name, type, length] of each
 */
struct block {
	unsigned char *byte;
	size_t nr, room;
	struct json_object *columns;
};

/* ---- columns ---- */

/* Begin a column; all begin at a multiple of 8 bytes. */
static void *add_column(struct block *block, const char *name, const char *type,
			size_t size, size_t nr)
{
	struct json_object *column = json_object_new_array();
	size_t start = block->nr;

	json_object_array_add(column, json_object_new_string(name));
	json_object_array_add(column, json_object_new_string(type));
	json_object_array_add(column, json_object_new_uint64(nr));
	json_object_array_add(block->columns, column);
	block->nr += (size * nr + 7) & ~(size_t)7;
	block->byte = realloc(block->byte, block->nr + 1);
	if (!block->byte)
		out_of_memory();
	memset(block->byte + start, 0, block->nr - start);
	return block->byte + start;
}

static double since(const struct timeline *t, uint64_t ns)
{
	return ns ? (double)timeline_since(t, ns) : NAN;
}

#define ADD_COLUMN(block, name, js_type, type, nr, i, value)		\
do {									\
	type *column_ = add_column(block, name, js_type, sizeof(type), nr); \
									\
	for (i = 0; i < (nr); i++)					\
		column_[i] = (value);					\
} while (0)

static void add_times(struct block *block, const struct timeline *t)
{
	static const char * const names[VIRQCHIP_FLOW_STAGES] = {
		"nsStart", "nsChip", "nsIrr", "nsCpu", "nsDone",
	};
	const struct virqchip_flow *flow = t->flow;
	unsigned int stage;
	size_t i;

	for (stage = 0; stage < VIRQCHIP_FLOW_STAGES; stage++)
		ADD_COLUMN(block, names[stage], "f64", double, t->nr_flows, i,
			   since(t, flow[i].ns[stage]));
}

static void add_flows(struct block *block, const struct timeline *t)
{
	const struct virqchip_flow *flow = t->flow;
	size_t nr = t->nr_flows, i;

	ADD_COLUMN(block, "seq", "f64", double, nr, i, flow[i].seq);
	ADD_COLUMN(block, "into", "f64", double, nr, i, flow[i].into);
	add_times(block, t);
	ADD_COLUMN(block, "gsi", "u32", uint32_t, nr, i, flow[i].gsi);
	ADD_COLUMN(block, "apic", "u32", uint32_t, nr, i, flow[i].apic_id);
	ADD_COLUMN(block, "word", "u32", uint32_t, nr, i, flow[i].word);
	ADD_COLUMN(block, "merged", "u32", uint32_t, nr, i, flow[i].merged);
	ADD_COLUMN(block, "cpu", "u16", uint16_t, nr, i, flow[i].cpu);
	ADD_COLUMN(block, "chip", "u8", uint8_t, nr, i, flow[i].chip);
	ADD_COLUMN(block, "pin", "u8", uint8_t, nr, i, flow[i].pin);
	ADD_COLUMN(block, "vector", "u8", uint8_t, nr, i, flow[i].vector);
	ADD_COLUMN(block, "hold", "u8", uint8_t, nr, i, flow[i].hold);
	ADD_COLUMN(block, "outcome", "u8", uint8_t, nr, i,
		   outcome_of(&flow[i]));
}

static void add_spans(struct block *block, const struct timeline *t)
{
	const struct span *span = t->span;
	size_t nr = t->nr_spans, i;

	ADD_COLUMN(block, "spanStart", "f64", double, nr, i,
		   timeline_since(t, span[i].start));
	ADD_COLUMN(block, "spanEnd", "f64", double, nr, i,
		   timeline_since(t, span[i].end));
	ADD_COLUMN(block, "spanSplit", "f64", double, nr, i,
		   timeline_since(t, span[i].split));
	ADD_COLUMN(block, "spanFlow", "u32", uint32_t, nr, i, span[i].flow);
	ADD_COLUMN(block, "spanLane", "u32", uint32_t, nr, i, span[i].lane);
	ADD_COLUMN(block, "spanRow", "u8", uint8_t, nr, i, span[i].row);
}

/* ---- texts, each once ---- */

struct text {
	char *text;
	uint32_t nr;
};

struct texts {
	void *tree;
	struct json_object *array;
};

static int compare_texts(const void *left, const void *right)
{
	const struct text *a = left, *b = right;

	return strcmp(a->text, b->text);
}

static uint32_t text_number(struct texts *texts, const char *text)
{
	struct text key = { .text = (char *)text };
	struct text **found = tfind(&key, &texts->tree, compare_texts);
	struct text *new;

	if (found)
		return (*found)->nr;
	new = get_memory(sizeof(*new));
	new->text = copy_text(text);
	new->nr = json_object_array_length(texts->array);
	json_object_array_add(texts->array, json_object_new_string(text));
	if (!tsearch(new, &texts->tree, compare_texts))
		out_of_memory();
	return new->nr;
}

static void free_text(void *text)
{
	free(((struct text *)text)->text);
	free(text);
}

/* Numbers of other interrupts are columns of their own: without them. */
static uint32_t end_number(struct texts *texts, const struct timeline *t,
			   const struct virqchip_flow *flow)
{
	struct virqchip_flow plain = *flow;
	char text[FLOW_LINE];

	plain.into = 0;
	plain.merged = 0;
	return text_number(texts, flow_end(&plain, &t->recording->whys, text,
					   sizeof(text)));
}

static struct json_object *add_texts(struct block *block,
				     const struct timeline *t)
{
	struct texts texts = { .array = json_object_new_array() };
	size_t i;

	ADD_COLUMN(block, "from", "u32", uint32_t, t->nr_flows, i,
		   text_number(&texts, flow_from(&t->flow[i])));
	ADD_COLUMN(block, "end", "u32", uint32_t, t->nr_flows, i,
		   end_number(&texts, t, &t->flow[i]));
	tdestroy(texts.tree, free_text);
	return texts.array;
}

/* ---- JSON ---- */

static struct json_object *names_json(const char * const *names, size_t nr)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < nr; i++)
		json_object_array_add(array, json_object_new_string(names[i]));
	return array;
}

static struct json_object *lanes_json(const struct timeline *t)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < t->nr_lanes; i++) {
		struct json_object *lane = json_object_new_object();

		json_object_object_add(lane, "group",
				       json_object_new_int(t->lane[i].group));
		json_object_object_add(lane, "rows",
				       json_object_new_int(t->lane[i].nr_rows));
		json_object_object_add(lane, "name",
				       json_object_new_string(t->lane[i].name));
		json_object_array_add(array, lane);
	}
	return array;
}

static struct json_object *whys_json(const struct whys *whys)
{
	struct json_object *array = json_object_new_array();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(whys->name); i++)
		json_object_array_add(array,
				      json_object_new_string(why_words(whys, i)));
	return array;
}

static struct json_object *meta_json(const struct timeline *t)
{
	const struct virqchip_rec_file *file = &t->recording->file;
	struct json_object *meta = json_object_new_object();

	json_object_object_add(meta, "vm", json_object_new_string(file->name));
	json_object_object_add(meta, "wallMs",
			       json_object_new_double(file->start_wall_ns / 1e6));
	json_object_object_add(meta, "lost",
			       json_object_new_uint64(t->recording->lost));
	json_object_object_add(meta, "from",
			       json_object_new_int64(timeline_since(t, t->from)));
	json_object_object_add(meta, "to",
			       json_object_new_int64(timeline_since(t, t->to)));
	json_object_object_add(meta, "lanes", lanes_json(t));
	json_object_object_add(meta, "groups",
			       names_json(group_names, NR_GROUPS));
	json_object_object_add(meta, "outcomes",
			       names_json(outcome_names, NR_OUTCOMES));
	json_object_object_add(meta, "whys", whys_json(&t->recording->whys));
	return meta;
}

/* A text of the file must not end the element that it is in. */
static void put_json(FILE *out, struct json_object *object)
{
	const char *text =
		json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);

	for (; *text; text++) {
		if (*text == '<')
			fputs("\\u003c", out);
		else
			fputc(*text, out);
	}
}

/* ---- bytes ---- */

static void put_base64(FILE *out, const unsigned char *byte, size_t nr)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;

	for (i = 0; i < nr; i += 3) {
		uint32_t bits = byte[i] << 16;

		if (i + 1 < nr)
			bits |= byte[i + 1] << 8;
		if (i + 2 < nr)
			bits |= byte[i + 2];
		fputc(digits[bits >> 18], out);
		fputc(digits[bits >> 12 & 63], out);
		fputc(i + 1 < nr ? digits[bits >> 6 & 63] : '=', out);
		fputc(i + 2 < nr ? digits[bits & 63] : '=', out);
	}
}

static void put_compressed(FILE *out, const struct block *block)
{
	unsigned long len = compressBound(block->nr);
	unsigned char *packed = get_memory(len);

	if (compress2(packed, &len, block->byte, block->nr,
		      Z_DEFAULT_COMPRESSION) != Z_OK)
		out_of_memory();
	put_base64(out, packed, len);
	free(packed);
}

/* ---- the page ---- */

static void put_data(FILE *out, const struct timeline *timeline)
{
	struct block block = { .columns = json_object_new_array() };
	struct json_object *meta = meta_json(timeline);

	add_flows(&block, timeline);
	add_spans(&block, timeline);
	json_object_object_add(meta, "texts", add_texts(&block, timeline));
	json_object_object_add(meta, "columns", block.columns);
	fputs("<script type=\"application/json\" id=\"meta\">", out);
	put_json(out, meta);
	fputs("</script>\n<script type=\"text/plain\" id=\"columns\">", out);
	put_compressed(out, &block);
	fputs("</script>", out);
	json_object_put(meta);
	free(block.byte);
}

/* The page, with something else in the place of each word in at signs. */
void timeline_html(const struct timeline *timeline, FILE *out)
{
	const char *text = page_html;
	const char *at;

	while ((at = strchr(text, '@'))) {
		fwrite(text, 1, at - text, out);
		if (!strncmp(at, "@STYLE@", 7))
			fputs(page_css, out);
		else if (!strncmp(at, "@PROGRAM@", 9))
			fputs(page_js, out);
		else
			put_data(out, timeline);
		text = strchr(at + 1, '@') + 1;
	}
	fputs(text, out);
}
