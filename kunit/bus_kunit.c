// SPDX-License-Identifier: GPL-2.0-only
/* The bus: who answers at an address, and registration against readers. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "bus.h"

#define NR_DEVICES	8

/* Not a vCPU: the bus hands the pointer on and must not look behind it. */
#define COOKIE		((struct kvm_vcpu *)0x5a5a)

struct fake_dev {
	struct kvm_io_device dev;
	struct kunit *test;
	u8 id;
	bool declines;
	unsigned int reads;
	unsigned int writes;
	unsigned int destroyed;
	unsigned int order;
	gpa_t addr;
	int len;
	u64 val;
	struct completion *entered;
	struct completion *leave;
};

struct bus_case {
	struct vqc_bus bus;
	struct fake_dev dev[NR_DEVICES];
	struct completion entered;
	struct completion leave;
};

/* Counts the accesses of all devices, to tell in which order they came. */
static unsigned int access_count;

static struct fake_dev *fake_dev_touch(struct kvm_vcpu *vcpu,
				       struct kvm_io_device *this, gpa_t addr,
				       int len)
{
	struct fake_dev *d = container_of(this, struct fake_dev, dev);

	KUNIT_EXPECT_PTR_EQ(d->test, vcpu, COOKIE);
	d->addr = addr;
	d->len = len;
	d->order = ++access_count;
	return d;
}

static int fake_dev_read(struct kvm_vcpu *vcpu, struct kvm_io_device *this,
			 gpa_t addr, int len, void *val)
{
	struct fake_dev *d = fake_dev_touch(vcpu, this, addr, len);

	d->reads++;
	if (d->entered) {
		complete(d->entered);
		wait_for_completion(d->leave);
		KUNIT_EXPECT_EQ(d->test, READ_ONCE(d->destroyed), 0);
	}
	if (d->declines)
		return -EOPNOTSUPP;
	memset(val, d->id, len);
	return 0;
}

static int fake_dev_write(struct kvm_vcpu *vcpu, struct kvm_io_device *this,
			  gpa_t addr, int len, const void *val)
{
	struct fake_dev *d = fake_dev_touch(vcpu, this, addr, len);

	d->writes++;
	if (d->declines)
		return -EOPNOTSUPP;
	memcpy(&d->val, val, min_t(int, len, sizeof(d->val)));
	return 0;
}

static void fake_dev_destroy(struct kvm_io_device *this)
{
	struct fake_dev *d = container_of(this, struct fake_dev, dev);

	WRITE_ONCE(d->destroyed, d->destroyed + 1);
}

static const struct kvm_io_device_ops fake_dev_ops = {
	.read = fake_dev_read,
	.write = fake_dev_write,
	.destructor = fake_dev_destroy,
};

static const struct kvm_io_device_ops no_ops = {};

static int bus_case_init(struct kunit *test)
{
	struct bus_case *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	unsigned int i;

	if (!c)
		return -ENOMEM;
	for (i = 0; i < NR_DEVICES; i++) {
		c->dev[i].test = test;
		c->dev[i].id = 0x10 + i;
		kvm_iodevice_init(&c->dev[i].dev, &fake_dev_ops);
	}
	access_count = 0;
	test->priv = c;
	return vqc_bus_init(&c->bus);
}

static void bus_case_exit(struct kunit *test)
{
	struct bus_case *c = test->priv;

	if (c)
		vqc_bus_destroy(&c->bus);
}

static int add(struct bus_case *c, unsigned int i, gpa_t addr, u64 len)
{
	return vqc_bus_register(&c->bus, addr, len, &c->dev[i].dev);
}

/* Who answers: the device's id, or 0 for nobody. */
static u8 who(struct bus_case *c, gpa_t addr, int len)
{
	u8 val[16] = {};

	if (vqc_bus_read(&c->bus, COOKIE, addr, len, val))
		return 0;
	return val[0];
}

static void empty_bus_answers_nowhere(struct kunit *test)
{
	struct bus_case *c = test->priv;
	u32 val = 0;

	KUNIT_EXPECT_EQ(test, vqc_bus_read(&c->bus, COOKIE, 0, 4, &val),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, vqc_bus_write(&c->bus, COOKIE, ~0ull, 1, &val),
			-EOPNOTSUPP);
}

static void access_reaches_the_device_unchanged(struct kunit *test)
{
	struct bus_case *c = test->priv;
	u32 val = 0x12345678;

	KUNIT_ASSERT_EQ(test, add(c, 0, 0xfec00000, 0x100), 0);
	KUNIT_EXPECT_EQ(test, vqc_bus_write(&c->bus, COOKIE, 0xfec00010, 4,
					    &val), 0);
	KUNIT_EXPECT_EQ(test, c->dev[0].addr, 0xfec00010);
	KUNIT_EXPECT_EQ(test, c->dev[0].len, 4);
	KUNIT_EXPECT_EQ(test, c->dev[0].val, 0x12345678);
	KUNIT_EXPECT_EQ(test, vqc_bus_read(&c->bus, COOKIE, 0xfec000fc, 4,
					   &val), 0);
	KUNIT_EXPECT_EQ(test, val, 0x10101010);
}

static void only_addresses_of_the_range_answer(struct kunit *test)
{
	struct bus_case *c = test->priv;

	KUNIT_ASSERT_EQ(test, add(c, 0, 0x20, 2), 0);
	KUNIT_ASSERT_EQ(test, add(c, 1, 0xa0, 2), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x1f, 1), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x20, 1), 0x10);
	KUNIT_EXPECT_EQ(test, who(c, 0x21, 1), 0x10);
	KUNIT_EXPECT_EQ(test, who(c, 0x22, 1), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0xa1, 1), 0x11);
	KUNIT_EXPECT_EQ(test, who(c, 0xa2, 1), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x1000000a0ull, 1), 0);
}

static void access_that_straddles_ranges_belongs_to_nobody(struct kunit *test)
{
	struct bus_case *c = test->priv;

	KUNIT_ASSERT_EQ(test, add(c, 0, 0x20, 2), 0);
	KUNIT_ASSERT_EQ(test, add(c, 1, 0x22, 2), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x20, 2), 0x10);
	KUNIT_EXPECT_EQ(test, who(c, 0x21, 2), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x20, 4), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x1f, 2), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x23, 2), 0);
	KUNIT_EXPECT_EQ(test, c->dev[1].reads, 0);
}

static void wide_range_answers_where_a_narrow_one_is_straddled(struct kunit *test)
{
	struct bus_case *c = test->priv;

	KUNIT_ASSERT_EQ(test, add(c, 0, 0x21, 1), 0);
	KUNIT_ASSERT_EQ(test, add(c, 1, 0x20, 8), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x21, 1), 0x10);
	KUNIT_EXPECT_EQ(test, who(c, 0x21, 2), 0x11);
	KUNIT_EXPECT_EQ(test, who(c, 0x20, 8), 0x11);
}

static void access_of_no_length_or_that_wraps_is_refused(struct kunit *test)
{
	struct bus_case *c = test->priv;

	KUNIT_ASSERT_EQ(test, add(c, 0, 0, 0x100), 0);
	KUNIT_ASSERT_EQ(test, add(c, 1, ~0ull - 0xff, 0x100), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x10, 0), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x10, -4), 0);
	KUNIT_EXPECT_EQ(test, who(c, ~0ull, 1), 0x11);
	KUNIT_EXPECT_EQ(test, who(c, ~0ull, 2), 0);
	KUNIT_EXPECT_EQ(test, who(c, ~0ull - 3, 4), 0x11);
	KUNIT_EXPECT_EQ(test, who(c, 0, 1), 0x10);
}

static void device_that_declines_passes_to_the_next(struct kunit *test)
{
	struct bus_case *c = test->priv;
	u8 val = 0x77;

	KUNIT_ASSERT_EQ(test, add(c, 0, 0x20, 2), 0);
	KUNIT_ASSERT_EQ(test, add(c, 1, 0x20, 2), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x20, 1), 0x10);
	c->dev[0].declines = true;
	KUNIT_EXPECT_EQ(test, who(c, 0x20, 1), 0x11);
	KUNIT_EXPECT_EQ(test, vqc_bus_write(&c->bus, COOKIE, 0x21, 1, &val), 0);
	KUNIT_EXPECT_EQ(test, c->dev[1].val, 0x77);
	c->dev[1].declines = true;
	KUNIT_EXPECT_EQ(test, who(c, 0x20, 1), 0);
	KUNIT_EXPECT_EQ(test, vqc_bus_write(&c->bus, COOKIE, 0x21, 1, &val),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, c->dev[0].reads, 3);
	KUNIT_EXPECT_EQ(test, c->dev[0].writes, 2);
}

static void device_without_functions_declines(struct kunit *test)
{
	struct bus_case *c = test->priv;
	u8 val = 0;

	kvm_iodevice_init(&c->dev[0].dev, &no_ops);
	KUNIT_ASSERT_EQ(test, add(c, 0, 0x20, 2), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x20, 1), 0);
	KUNIT_EXPECT_EQ(test, vqc_bus_write(&c->bus, COOKIE, 0x20, 1, &val),
			-EOPNOTSUPP);
	vqc_bus_unregister(&c->bus, &c->dev[0].dev);
}

static void overlapping_devices_are_tried_as_registered(struct kunit *test)
{
	static const gpa_t addr[] = { 0x40, 0x00, 0x44, 0x20, 0x46 };
	static const u64 len[] = { 0x10, 0x100, 0x04, 0x40, 0x01 };
	struct bus_case *c = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(addr); i++) {
		KUNIT_ASSERT_EQ(test, add(c, i, addr[i], len[i]), 0);
		c->dev[i].declines = true;
	}
	KUNIT_EXPECT_EQ(test, who(c, 0x46, 1), 0);
	for (i = 0; i < ARRAY_SIZE(addr); i++)
		KUNIT_EXPECT_EQ(test, c->dev[i].order, i + 1);
}

static void device_with_several_ranges_is_one_device(struct kunit *test)
{
	struct bus_case *c = test->priv;

	KUNIT_ASSERT_EQ(test, add(c, 0, 0x20, 2), 0);
	KUNIT_ASSERT_EQ(test, add(c, 1, 0x60, 1), 0);
	KUNIT_ASSERT_EQ(test, add(c, 0, 0xa0, 2), 0);
	KUNIT_ASSERT_EQ(test, add(c, 0, 0x4d0, 2), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x4d1, 1), 0x10);
	vqc_bus_unregister(&c->bus, &c->dev[0].dev);
	KUNIT_EXPECT_EQ(test, c->dev[0].destroyed, 1);
	KUNIT_EXPECT_EQ(test, who(c, 0x20, 1), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0xa0, 1), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x4d0, 1), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x60, 1), 0x11);
}

static void unregistered_device_can_come_back(struct kunit *test)
{
	struct bus_case *c = test->priv;

	KUNIT_ASSERT_EQ(test, add(c, 0, 0x20, 2), 0);
	KUNIT_ASSERT_EQ(test, add(c, 1, 0x20, 2), 0);
	vqc_bus_unregister(&c->bus, &c->dev[0].dev);
	KUNIT_EXPECT_EQ(test, who(c, 0x20, 1), 0x11);
	KUNIT_ASSERT_EQ(test, add(c, 0, 0x20, 2), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x20, 1), 0x11);
	c->dev[1].declines = true;
	KUNIT_EXPECT_EQ(test, who(c, 0x20, 1), 0x10);
}

static void unregistering_a_stranger_does_nothing(struct kunit *test)
{
	struct bus_case *c = test->priv;

	vqc_bus_unregister(&c->bus, &c->dev[0].dev);
	KUNIT_ASSERT_EQ(test, add(c, 1, 0x20, 2), 0);
	vqc_bus_unregister(&c->bus, &c->dev[0].dev);
	KUNIT_EXPECT_EQ(test, c->dev[0].destroyed, 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x20, 1), 0x11);
}

static void destroying_the_bus_destroys_each_device_once(struct kunit *test)
{
	struct bus_case *c = test->priv;

	KUNIT_ASSERT_EQ(test, add(c, 0, 0x20, 2), 0);
	KUNIT_ASSERT_EQ(test, add(c, 1, 0x40, 4), 0);
	KUNIT_ASSERT_EQ(test, add(c, 0, 0xa0, 2), 0);
	KUNIT_ASSERT_EQ(test, add(c, 2, 0xb0, 2), 0);
	vqc_bus_unregister(&c->bus, &c->dev[2].dev);
	vqc_bus_destroy(&c->bus);
	KUNIT_EXPECT_EQ(test, c->dev[0].destroyed, 1);
	KUNIT_EXPECT_EQ(test, c->dev[1].destroyed, 1);
	KUNIT_EXPECT_EQ(test, c->dev[2].destroyed, 1);
	KUNIT_ASSERT_EQ(test, vqc_bus_init(&c->bus), 0);
}

static void impossible_ranges_are_refused(struct kunit *test)
{
	struct bus_case *c = test->priv;

	KUNIT_EXPECT_EQ(test, add(c, 0, 0x20, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, add(c, 0, ~0ull, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, add(c, 0, 2, ~0ull), -EINVAL);
	KUNIT_EXPECT_EQ(test, add(c, 0, ~0ull - 1, ~0ull), -EINVAL);
	KUNIT_EXPECT_EQ(test, c->dev[0].destroyed, 0);
	KUNIT_EXPECT_EQ(test, add(c, 0, ~0ull, 1), 0);
	KUNIT_EXPECT_EQ(test, add(c, 1, 0, ~0ull), 0);
	KUNIT_EXPECT_EQ(test, who(c, ~0ull, 1), 0x10);
	KUNIT_EXPECT_EQ(test, who(c, ~0ull - 1, 1), 0x11);
}

static void full_bus_refuses_and_has_room_again(struct kunit *test)
{
	struct bus_case *c = test->priv;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, add(c, 1, 0x100000, 1), 0);
	for (i = 1; i < VQC_BUS_MAX_RANGES; i++)
		KUNIT_ASSERT_EQ(test, add(c, 0, (i * 379) % 1024 * 4, 4), 0);
	KUNIT_EXPECT_EQ(test, add(c, 2, 0x200000, 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, who(c, 0x200000, 1), 0);
	KUNIT_EXPECT_EQ(test, who(c, 1023 * 4 + 3, 1), 0x10);
	KUNIT_EXPECT_EQ(test, who(c, 0, 1), 0);
	vqc_bus_unregister(&c->bus, &c->dev[1].dev);
	KUNIT_EXPECT_EQ(test, add(c, 2, 0x200000, 1), 0);
	KUNIT_EXPECT_EQ(test, who(c, 0x200000, 1), 0x12);
	KUNIT_EXPECT_EQ(test, who(c, 0x100000, 1), 0);
}

/* Where each device is, and when it came: a list to compare the bus with. */
struct place {
	gpa_t addr;
	u64 len;
	unsigned int since;
};

static u8 brute_force(const struct place *place, gpa_t addr, unsigned int len)
{
	unsigned int best = NR_DEVICES, i;

	for (i = 0; i < NR_DEVICES; i++) {
		if (!place[i].since || addr < place[i].addr ||
		    addr + len > place[i].addr + place[i].len)
			continue;
		if (best == NR_DEVICES || place[i].since < place[best].since)
			best = i;
	}
	return best == NR_DEVICES ? 0 : 0x10 + best;
}

static u32 rnd(u64 *rng)
{
	*rng ^= *rng << 13;
	*rng ^= *rng >> 7;
	*rng ^= *rng << 17;
	return *rng >> 16;
}

static void random_buses_agree_with_brute_force(struct kunit *test)
{
	struct place place[NR_DEVICES] = {};
	struct bus_case *c = test->priv;
	unsigned int round, i, addr;
	u64 rng = 0xb0b5eed;

	for (round = 1; round < 200; round++) {
		i = rnd(&rng) % NR_DEVICES;
		if (place[i].since) {
			vqc_bus_unregister(&c->bus, &c->dev[i].dev);
			place[i].since = 0;
		} else {
			place[i].addr = rnd(&rng) % 60;
			place[i].len = 1 + rnd(&rng) % 24;
			place[i].since = round;
			KUNIT_ASSERT_EQ(test, add(c, i, place[i].addr,
						  place[i].len), 0);
		}
		for (addr = 0; addr < 96; addr++)
			KUNIT_ASSERT_EQ(test, who(c, addr, 1 + addr % 8),
					brute_force(place, addr, 1 + addr % 8));
	}
}

/* ---- against live readers ---- */

struct actor {
	struct bus_case *c;
	struct completion done;
	int ret;
};

static int reader_thread(void *data)
{
	struct actor *a = data;
	u8 val = 0;

	a->ret = vqc_bus_read(&a->c->bus, COOKIE, 0x20, 1, &val);
	kthread_complete_and_exit(&a->done, 0);
}

static int unregister_thread(void *data)
{
	struct actor *a = data;

	vqc_bus_unregister(&a->c->bus, &a->c->dev[0].dev);
	kthread_complete_and_exit(&a->done, 0);
}

static void start(struct kunit *test, int (*fn)(void *), struct actor *a)
{
	struct task_struct *task;

	init_completion(&a->done);
	task = kthread_run(fn, a, "vqc_bus_kunit");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
}

static void device_is_destroyed_after_its_last_reader(struct kunit *test)
{
	struct bus_case *c = test->priv;
	struct actor *reader, *remover;
	u8 val = 0;

	init_completion(&c->entered);
	init_completion(&c->leave);
	reader = kunit_kzalloc(test, sizeof(*reader), GFP_KERNEL);
	remover = kunit_kzalloc(test, sizeof(*remover), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, reader);
	KUNIT_ASSERT_NOT_NULL(test, remover);
	reader->c = c;
	remover->c = c;
	c->dev[0].entered = &c->entered;
	c->dev[0].leave = &c->leave;
	KUNIT_ASSERT_EQ(test, add(c, 0, 0x20, 2), 0);

	start(test, reader_thread, reader);
	wait_for_completion(&c->entered);
	start(test, unregister_thread, remover);
	/* New accesses miss the device while the old one is still in it. */
	while (!vqc_bus_write(&c->bus, COOKIE, 0x20, 1, &val))
		cond_resched();
	KUNIT_EXPECT_FALSE(test, completion_done(&remover->done));
	KUNIT_EXPECT_EQ(test, READ_ONCE(c->dev[0].destroyed), 0);
	complete(&c->leave);
	wait_for_completion(&reader->done);
	wait_for_completion(&remover->done);
	KUNIT_EXPECT_EQ(test, reader->ret, 0);
	KUNIT_EXPECT_EQ(test, c->dev[0].destroyed, 1);
}

static int churn_thread(void *data)
{
	struct actor *a = data;
	unsigned int i;

	for (i = 0; i < 200 && !a->ret; i++) {
		a->ret = add(a->c, 1, 0x10 + i % 32, 0x20);
		vqc_bus_unregister(&a->c->bus, &a->c->dev[1].dev);
	}
	kthread_complete_and_exit(&a->done, 0);
}

static void readers_never_miss_a_device_that_stays(struct kunit *test)
{
	struct bus_case *c = test->priv;
	unsigned int missed = 0;
	struct actor *churn;

	churn = kunit_kzalloc(test, sizeof(*churn), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, churn);
	churn->c = c;
	KUNIT_ASSERT_EQ(test, add(c, 0, 0x20, 2), 0);
	start(test, churn_thread, churn);
	while (!completion_done(&churn->done)) {
		missed += who(c, 0x20, 1) != 0x10;
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, missed, 0);
	KUNIT_EXPECT_EQ(test, churn->ret, 0);
	KUNIT_EXPECT_EQ(test, c->dev[1].destroyed, 200);
}

static struct kunit_case bus_cases[] = {
	KUNIT_CASE(empty_bus_answers_nowhere),
	KUNIT_CASE(access_reaches_the_device_unchanged),
	KUNIT_CASE(only_addresses_of_the_range_answer),
	KUNIT_CASE(access_that_straddles_ranges_belongs_to_nobody),
	KUNIT_CASE(wide_range_answers_where_a_narrow_one_is_straddled),
	KUNIT_CASE(access_of_no_length_or_that_wraps_is_refused),
	KUNIT_CASE(device_that_declines_passes_to_the_next),
	KUNIT_CASE(device_without_functions_declines),
	KUNIT_CASE(overlapping_devices_are_tried_as_registered),
	KUNIT_CASE(device_with_several_ranges_is_one_device),
	KUNIT_CASE(unregistered_device_can_come_back),
	KUNIT_CASE(unregistering_a_stranger_does_nothing),
	KUNIT_CASE(destroying_the_bus_destroys_each_device_once),
	KUNIT_CASE(impossible_ranges_are_refused),
	KUNIT_CASE(full_bus_refuses_and_has_room_again),
	KUNIT_CASE(random_buses_agree_with_brute_force),
	KUNIT_CASE(device_is_destroyed_after_its_last_reader),
	KUNIT_CASE(readers_never_miss_a_device_that_stays),
	{}
};

static struct kunit_suite bus_suite = {
	.name = "virqchip_bus",
	.init = bus_case_init,
	.exit = bus_case_exit,
	.test_cases = bus_cases,
};

kunit_test_suite(bus_suite);
