// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timeline in the trace-event format of Chrome, which Perfetto reads, too.
 *
 * A group of lanes is a process, a row of a lane a thread: slices of one thread
 * may not overlap.
 */
#include <stdlib.h>

#include <json.h>

#include "timeline.h"

#define THREADS_PER_LANE	MAX_ROWS

static unsigned int process_of(const struct span *span)
{
	return span->group + 1;
}

static unsigned int thread_of(const struct span *span)
{
	return span->lane * THREADS_PER_LANE + span->row + 1;
}

/* As a string of JSON, with its quotes. */
static void put_string(FILE *out, const char *text)
{
	struct json_object *object = json_object_new_string(text);

	fputs(json_object_to_json_string(object), out);
	json_object_put(object);
}

/* Nanoseconds as microseconds, as the format wants them. */
static void put_us(FILE *out, const char *key, int64_t ns)
{
	uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;

	fprintf(out, ",\"%s\":%s%ju.%03u", key, ns < 0 ? "-" : "", size / 1000,
		(unsigned int)(size % 1000));
}

static void put_names(const struct timeline *t, FILE *out)
{
	const struct span *last = NULL;
	unsigned int i;
	size_t j;

	for (i = 0; i < NR_GROUPS; i++)
		fprintf(out,
			"{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%u,\"args\":{\"name\":\"%s\"}},\n"
			"{\"ph\":\"M\",\"name\":\"process_sort_index\",\"pid\":%u,\"args\":{\"sort_index\":%u}},\n",
			i + 1, group_names[i], i + 1, i);
	for (j = 0; j < t->nr_spans; j++) {
		const struct span *span = &t->span[j];
		unsigned int thread = thread_of(span);

		if (last && thread_of(last) == thread)
			continue;
		last = span;
		fprintf(out,
			"{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%u,\"tid\":%u,\"args\":{\"name\":",
			process_of(span), thread);
		put_string(out, t->lane[span->lane].name);
		fprintf(out,
			"}},\n{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":%u,\"tid\":%u,\"args\":{\"sort_index\":%u}},\n",
			process_of(span), thread, thread);
	}
}

static void put_args(const struct timeline *t, const struct virqchip_flow *flow,
		     FILE *out)
{
	char text[FLOW_LINE];

	fprintf(out, ",\"args\":{\"seq\":%llu", flow->seq);
	if (flow->gsi != 0xffffffffu)
		fprintf(out, ",\"gsi\":%u", flow->gsi);
	if (flow->vector)
		fprintf(out, ",\"vector\":\"0x%02x\"", flow->vector);
	if (flow->word)
		fprintf(out, ",\"word\":\"0x%08x\"", flow->word);
	fputs(",\"from\":", out);
	put_string(out, flow_from(flow));
	fputs(",\"end\":", out);
	put_string(out, flow_end(flow, &t->recording->whys, text, sizeof(text)));
	fputc('}', out);
}

static void put_name(const struct timeline *t, const struct virqchip_flow *flow,
		     const char *before, FILE *out)
{
	char name[128];

	if (flow->vector)
		snprintf(name, sizeof(name), "%s0x%02x", before, flow->vector);
	else
		snprintf(name, sizeof(name), "%s%s", before, flow_from(flow));
	put_string(out, name);
}

static void put_slice(const struct timeline *t, const struct span *span,
		      const char *before, uint64_t start, uint64_t end,
		      FILE *out)
{
	const struct virqchip_flow *flow = &t->flow[span->flow];

	fputs("{\"ph\":\"X\",\"name\":", out);
	put_name(t, flow, before, out);
	fprintf(out, ",\"cat\":\"%s\",\"pid\":%u,\"tid\":%u",
		outcome_names[outcome_of(flow)], process_of(span),
		thread_of(span));
	put_us(out, "ts", timeline_since(t, start));
	put_us(out, "dur", end - start);
	put_args(t, flow, out);
	fputs("},\n", out);
}

static void put_arrow(const struct timeline *t, const struct span *span,
		      char phase, size_t id, FILE *out)
{
	fprintf(out,
		"{\"ph\":\"%c\",\"name\":\"flow\",\"cat\":\"flow\",\"id\":%zu,\"pid\":%u,\"tid\":%u",
		phase, id, process_of(span), thread_of(span));
	put_us(out, "ts", timeline_since(t, span->start));
	fputs(phase == 'f' ? ",\"bp\":\"e\"},\n" : "},\n", out);
}

static void put_slices(const struct timeline *t, FILE *out)
{
	size_t i;

	for (i = 0; i < t->nr_spans; i++) {
		const struct span *span = &t->span[i];

		if (span->group != GROUP_CPU) {
			put_slice(t, span, "", span->start, span->end, out);
			continue;
		}
		if (span->split > span->start)
			put_slice(t, span, "pending ", span->start,
				  span->split, out);
		if (span->split < span->end || span->split == span->start)
			put_slice(t, span, "", span->split, span->end, out);
	}
}

/* From each lane of an interrupt to its next. */
static void put_arrows(const struct timeline *t, FILE *out)
{
	const struct span **last = get_memory(t->nr_flows * sizeof(*last));
	size_t i, id = 0;

	/* Spans are ordered by group, and so are the stages. */
	for (i = 0; i < t->nr_spans; i++) {
		const struct span *span = &t->span[i];

		if (last[span->flow]) {
			put_arrow(t, last[span->flow], 's', ++id, out);
			put_arrow(t, span, 'f', id, out);
		}
		last[span->flow] = span;
	}
	free(last);
}

void timeline_json(const struct timeline *timeline, FILE *out)
{
	const struct virqchip_rec_file *file = &timeline->recording->file;

	fputs("{\"displayTimeUnit\":\"ns\",\"otherData\":{\"vm\":", out);
	put_string(out, file->name);
	fprintf(out, ",\"start_wall_ns\":\"%llu\",\"lost\":%ju},\"traceEvents\":[\n",
		file->start_wall_ns, timeline->recording->lost);
	put_names(timeline, out);
	put_slices(timeline, out);
	put_arrows(timeline, out);
	/* A list may not end in a comma. */
	fprintf(out,
		"{\"ph\":\"M\",\"name\":\"process_labels\",\"pid\":%u,\"args\":{\"labels\":",
		GROUP_CPU + 1);
	put_string(out, file->name);
	fputs("}}\n]}\n", out);
}
