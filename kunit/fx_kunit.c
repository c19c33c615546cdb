// SPDX-License-Identifier: GPL-2.0-only
/* Tests of the effect list and of the names of reasons. */
#include <kunit/test.h>

#include "model/fx.h"

static void every_why_has_a_name_and_words(struct kunit *test)
{
	unsigned int why;

	for (why = 0; why < VQC_NR_WHY; why++) {
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, vqc_why_name(why));
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, vqc_why_words(why));
		KUNIT_EXPECT_GT(test, strlen(vqc_why_name(why)), (size_t)1);
		KUNIT_EXPECT_GT(test, strlen(vqc_why_words(why)), (size_t)4);
	}
}

static void names_and_words_of_whys_differ(struct kunit *test)
{
	unsigned int a, b;

	for (a = 0; a < VQC_NR_WHY; a++)
		for (b = 0; b < a; b++) {
			KUNIT_EXPECT_STRNEQ(test, vqc_why_name(a),
					    vqc_why_name(b));
			KUNIT_EXPECT_STRNEQ(test, vqc_why_words(a),
					    vqc_why_words(b));
		}
}

static void names_belong_to_their_whys(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, vqc_why_name(VQC_WHY_DELIVERED), "DELIVERED");
	KUNIT_EXPECT_STREQ(test, vqc_why_name(VQC_WHY_PIC_MASKED), "PIC_MASKED");
	KUNIT_EXPECT_STREQ(test, vqc_why_words(VQC_WHY_PIC_MASKED),
			   "masked by the PIC's IMR");
	KUNIT_EXPECT_STREQ(test, vqc_why_name(VQC_NR_WHY - 1), "FX_OVERFLOW");
}

static void why_out_of_range_is_a_question_mark(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, vqc_why_name(VQC_NR_WHY), "?");
	KUNIT_EXPECT_STREQ(test, vqc_why_words(VQC_NR_WHY), "?");
	KUNIT_EXPECT_STREQ(test, vqc_why_name((enum vqc_why)-1), "?");
	KUNIT_EXPECT_STREQ(test, vqc_why_words((enum vqc_why)-1), "?");
}

static struct vqc_fx *new_list(struct kunit *test)
{
	struct vqc_fx *fx = kunit_kzalloc(test, sizeof(*fx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, fx);
	memset(fx, 0xff, sizeof(*fx));
	vqc_fx_init(fx);
	return fx;
}

static void init_makes_an_empty_list(struct kunit *test)
{
	struct vqc_fx *fx = new_list(test);

	KUNIT_EXPECT_EQ(test, fx->nr, 0u);
	KUNIT_EXPECT_FALSE(test, fx->overflow);
}

static void add_appends_in_order_with_other_fields_zero(struct kunit *test)
{
	struct vqc_fx *fx = new_list(test);
	struct vqc_fx_item *first = vqc_fx_add(fx, VQC_FX_OUTPUT, VQC_NO_PIN);
	struct vqc_fx_item *second = vqc_fx_add(fx, VQC_FX_ACKED, 11);

	KUNIT_EXPECT_EQ(test, fx->nr, 2u);
	KUNIT_EXPECT_PTR_EQ(test, first, &fx->item[0]);
	KUNIT_EXPECT_PTR_EQ(test, second, &fx->item[1]);
	KUNIT_EXPECT_EQ(test, first->kind, (u8)VQC_FX_OUTPUT);
	KUNIT_EXPECT_EQ(test, first->pin, (u8)VQC_NO_PIN);
	KUNIT_EXPECT_EQ(test, second->kind, (u8)VQC_FX_ACKED);
	KUNIT_EXPECT_EQ(test, second->pin, (u8)11);
	KUNIT_EXPECT_EQ(test, second->vector, (u8)0);
	KUNIT_EXPECT_EQ(test, second->why, (u8)0);
	KUNIT_EXPECT_EQ(test, second->deadline_ns, 0ull);
}

static void msg_carries_the_message_and_its_vector(struct kunit *test)
{
	struct vqc_fx *fx = new_list(test);
	struct vqc_msg msg = {
		.dest = 0x12345678, .vector = 0x31, .mode = VQC_DM_LOWEST,
		.flags = VQC_MSG_LOGICAL, .shorthand = VQC_SH_OTHERS,
	};

	vqc_fx_msg(fx, 4, msg);
	KUNIT_EXPECT_EQ(test, fx->item[0].kind, (u8)VQC_FX_MSG);
	KUNIT_EXPECT_EQ(test, fx->item[0].pin, (u8)4);
	KUNIT_EXPECT_EQ(test, fx->item[0].vector, (u8)0x31);
	KUNIT_EXPECT_EQ(test, fx->item[0].msg.dest, 0x12345678u);
	KUNIT_EXPECT_EQ(test, fx->item[0].msg.mode, (u8)VQC_DM_LOWEST);
	KUNIT_EXPECT_EQ(test, fx->item[0].msg.flags, (u8)VQC_MSG_LOGICAL);
	KUNIT_EXPECT_EQ(test, fx->item[0].msg.shorthand, (u8)VQC_SH_OTHERS);
}

static void note_carries_why_pin_and_vector(struct kunit *test)
{
	struct vqc_fx *fx = new_list(test);

	vqc_fx_note(fx, VQC_WHY_PIC_SPURIOUS, 15, 0x2f);
	KUNIT_EXPECT_EQ(test, fx->item[0].kind, (u8)VQC_FX_NOTE);
	KUNIT_EXPECT_EQ(test, fx->item[0].pin, (u8)15);
	KUNIT_EXPECT_EQ(test, fx->item[0].vector, (u8)0x2f);
	KUNIT_EXPECT_EQ(test, fx->item[0].why, (u8)VQC_WHY_PIC_SPURIOUS);
}

static void timer_carries_a_64_bit_deadline(struct kunit *test)
{
	struct vqc_fx *fx = new_list(test);

	vqc_fx_timer(fx, 0x123456789abcdef0ull);
	KUNIT_EXPECT_EQ(test, fx->item[0].kind, (u8)VQC_FX_TIMER);
	KUNIT_EXPECT_EQ(test, fx->item[0].pin, (u8)VQC_NO_PIN);
	KUNIT_EXPECT_EQ(test, fx->item[0].deadline_ns, 0x123456789abcdef0ull);
}

static void full_list_tells_and_stays_in_bounds(struct kunit *test)
{
	struct vqc_fx *fx = new_list(test);
	unsigned int i;

	for (i = 0; i < VQC_FX_MAX; i++)
		vqc_fx_add(fx, VQC_FX_ACKED, i);
	KUNIT_EXPECT_FALSE(test, fx->overflow);
	KUNIT_EXPECT_EQ(test, fx->nr, VQC_FX_MAX);

	for (i = 0; i < 3; i++)
		vqc_fx_add(fx, VQC_FX_OUTPUT, VQC_NO_PIN);
	KUNIT_EXPECT_TRUE(test, fx->overflow);
	KUNIT_EXPECT_EQ(test, fx->nr, VQC_FX_MAX);
	KUNIT_EXPECT_EQ(test, fx->item[VQC_FX_MAX - 2].pin,
			(u8)(VQC_FX_MAX - 2));
	vqc_fx_init(fx);
	KUNIT_EXPECT_FALSE(test, fx->overflow);
}

static struct kunit_case fx_cases[] = {
	KUNIT_CASE(every_why_has_a_name_and_words),
	KUNIT_CASE(names_and_words_of_whys_differ),
	KUNIT_CASE(names_belong_to_their_whys),
	KUNIT_CASE(why_out_of_range_is_a_question_mark),
	KUNIT_CASE(init_makes_an_empty_list),
	KUNIT_CASE(add_appends_in_order_with_other_fields_zero),
	KUNIT_CASE(msg_carries_the_message_and_its_vector),
	KUNIT_CASE(note_carries_why_pin_and_vector),
	KUNIT_CASE(timer_carries_a_64_bit_deadline),
	KUNIT_CASE(full_list_tells_and_stays_in_bounds),
	{}
};

static struct kunit_suite fx_suite = {
	.name = "virqchip_fx",
	.test_cases = fx_cases,
};

kunit_test_suite(fx_suite);
