// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a timeline needs of a recording: its interrupts, and what reasons mean.
 */
#include <stdlib.h>

#include "recording.h"
#include "tape.h"

static void add_why(struct recording *recording,
		    const struct virqchip_rec_why *record)
{
	uint32_t why = record->why;

	/* A flow has a byte for it: others cannot occur. */
	if (why >= ARRAY_SIZE(recording->whys.name))
		return;
	free(recording->whys.name[why]);
	free(recording->whys.words[why]);
	recording->whys.name[why] = copy_text(record->name);
	recording->whys.words[why] = copy_text(record->words);
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

static void add_flow(struct recording *recording,
		     const struct virqchip_flow *flow)
{
	recording->flow = grow_array(recording->flow, recording->nr,
				     &recording->room, sizeof(*flow));
	recording->flow[recording->nr++] = *flow;
	note_times(recording, flow);
}

static void add_record(struct recording *recording,
		       const struct virqchip_rec *rec)
{
	if (rec->ns > recording->last_ns)
		recording->last_ns = rec->ns;
	switch (rec->type) {
	case VIRQCHIP_REC_WHY:
		add_why(recording, (const void *)rec);
		break;
	case VIRQCHIP_REC_LOST:
		recording->lost += ((const struct virqchip_rec_lost *)rec)->nr;
		break;
	case VIRQCHIP_REC_FLOW:
		add_flow(recording,
			 &((const struct virqchip_rec_flow *)rec)->flow);
		break;
	}
}

void recording_read(struct recording *recording, const char *path)
{
	struct tape tape;
	size_t i;

	tape_load(&tape, path);
	*recording = (struct recording){
		.file = *tape.head,
		.first_ns = tape.head->start_ns,
		.last_ns = tape.head->start_ns,
	};
	for (i = 0; i < tape.nr; i++)
		add_record(recording, tape.rec[i]);
	tape_free(&tape);
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
