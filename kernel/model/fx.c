// SPDX-License-Identifier: GPL-2.0-only
/*
 * The effect list, and the words for each reason a signal does not go through.
 */
#include "fx.h"

static const char * const vqc_why_words_tbl[VQC_NR_WHY] = {
#define VQC_WHY_WORDS(name, words) [VQC_WHY_##name] = words,
	VQC_WHY_LIST(VQC_WHY_WORDS)
#undef VQC_WHY_WORDS
};

static const char * const vqc_why_name_tbl[VQC_NR_WHY] = {
#define VQC_WHY_NAME(name, words) [VQC_WHY_##name] = #name,
	VQC_WHY_LIST(VQC_WHY_NAME)
#undef VQC_WHY_NAME
};

const char *vqc_why_name(enum vqc_why why)
{
	return (unsigned int)why < VQC_NR_WHY ? vqc_why_name_tbl[why] : "?";
}

const char *vqc_why_words(enum vqc_why why)
{
	return (unsigned int)why < VQC_NR_WHY ? vqc_why_words_tbl[why] : "?";
}

struct vqc_fx_item *vqc_fx_add(struct vqc_fx *fx, enum vqc_fx_kind kind,
			       unsigned int pin)
{
	struct vqc_fx_item *item;

	/*
	 * The bound is proven by tests; should it ever be wrong, the last
	 * effect is overwritten and the sticky bit tells.
	 */
	if (fx->nr == VQC_FX_MAX) {
		fx->overflow = true;
		fx->nr--;
	}

	item = &fx->item[fx->nr++];
	*item = (struct vqc_fx_item){ .kind = kind, .pin = pin };
	return item;
}

void vqc_fx_msg(struct vqc_fx *fx, unsigned int pin, struct vqc_msg msg)
{
	struct vqc_fx_item *item = vqc_fx_add(fx, VQC_FX_MSG, pin);

	item->vector = msg.vector;
	item->msg = msg;
}

void vqc_fx_note(struct vqc_fx *fx, enum vqc_why why, unsigned int pin,
		 u8 vector)
{
	struct vqc_fx_item *item = vqc_fx_add(fx, VQC_FX_NOTE, pin);

	item->why = why;
	item->vector = vector;
}

void vqc_fx_timer(struct vqc_fx *fx, u64 deadline_ns)
{
	vqc_fx_add(fx, VQC_FX_TIMER, VQC_NO_PIN)->deadline_ns = deadline_ns;
}
