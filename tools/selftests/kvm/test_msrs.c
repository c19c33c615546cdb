// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MSRs of the local APIC as the VMM reads and writes them.
 */
#include "vm.h"

#define VECTOR		0x41
#define TPR		0x50

#define MSR_TSC		0x10
#define MSR_APICBASE	0x1b
#define MSR_VMX_FIRST	0x480
#define MSR_VMX_LAST	0x491
#define MSR_X2(reg)	(0x800 + (reg) / 0x10)
#define APICBASE_EXTD	0x400ull
#define LAPIC_DFR	0xe0	/* not there in x2APIC mode */
#define LAPIC_SELF_IPI	0x3f0
#define LAST_X2_MSR	0x8ff

#define MSR_ASYNC_PF_INT	0x4b564d06

#define MAX_MSRS	255

struct msrs {
	struct kvm_msrs head;
	struct kvm_msr_entry entries[MAX_MSRS + 1];
};

static void msr_add(struct msrs *msrs, uint32_t index, uint64_t data)
{
	struct kvm_msr_entry *entry = &msrs->entries[msrs->head.nmsrs++];

	entry->index = index;
	entry->data = data;
}

static int msrs_get(int vcpu, struct msrs *msrs)
{
	return ioctl(vcpu, KVM_GET_MSRS, msrs);
}

static int msrs_set(int vcpu, struct msrs *msrs)
{
	return ioctl(vcpu, KVM_SET_MSRS, msrs);
}

static uint64_t apicbase(int vcpu)
{
	struct msrs msrs = {};

	msr_add(&msrs, MSR_APICBASE, 0);
	ASSERT_EQ(msrs_get(vcpu, &msrs), 1);
	return msrs.entries[0].data;
}

TEST(x2apic_registers_follow_the_mode_that_is_set_before_them)
{
	struct msrs msrs = {}, now = {};
	struct guest guest;

	guest_create(&guest);
	msr_add(&msrs, MSR_APICBASE, apicbase(guest.vcpu) | APICBASE_EXTD);
	msr_add(&msrs, MSR_X2(LAPIC_TPR), TPR);
	msr_add(&msrs, MSR_X2(LAPIC_SELF_IPI), VECTOR);
	msr_add(&msrs, MSR_TSC, 0);
	ASSERT_EQ(msrs_set(guest.vcpu, &msrs), 4);
	ASSERT(lapic_pending(guest.vcpu, VECTOR));

	msr_add(&now, MSR_X2(LAPIC_ID), ~0ull);
	msr_add(&now, MSR_APICBASE, ~0ull);
	msr_add(&now, MSR_X2(LAPIC_TPR), ~0ull);
	msr_add(&now, MSR_X2(LAPIC_IRR) + VECTOR / 32, ~0ull);
	ASSERT_EQ(msrs_get(guest.vcpu, &now), 4);
	ASSERT_EQ(now.entries[0].data, 0);
	ASSERT_EQ(now.entries[1].data, msrs.entries[0].data);
	ASSERT_EQ(now.entries[2].data, TPR);
	ASSERT_EQ(now.entries[3].data, 1ull << VECTOR % 32);
}

TEST(x2apic_registers_are_refused_in_xapic_mode)
{
	struct msrs msrs = {};
	int vcpu;

	vm_with_vcpu(&vcpu);
	msr_add(&msrs, MSR_APICBASE, apicbase(vcpu));
	msr_add(&msrs, MSR_X2(LAPIC_TPR), TPR);
	msr_add(&msrs, MSR_APICBASE, apicbase(vcpu));
	ASSERT_EQ(msrs_set(vcpu, &msrs), 1);
	ASSERT_EQ(msrs_get(vcpu, &msrs), 1);
}

TEST(msrs_end_at_the_first_that_is_refused)
{
	struct msrs msrs = {};
	struct guest guest;

	guest_create(&guest);
	msr_add(&msrs, MSR_APICBASE, apicbase(guest.vcpu) | APICBASE_EXTD);
	msr_add(&msrs, MSR_X2(LAPIC_TPR), TPR);
	msr_add(&msrs, MSR_X2(LAPIC_DFR), ~0u);
	msr_add(&msrs, MSR_X2(LAPIC_TPR), 0);
	ASSERT_EQ(msrs_set(guest.vcpu, &msrs), 2);
	ASSERT_EQ(msrs_get(guest.vcpu, &msrs), 2);
	ASSERT_EQ(msrs.entries[1].data, TPR);
	msrs.entries[1].index = LAST_X2_MSR;
	ASSERT_EQ(msrs_get(guest.vcpu, &msrs), 1);
}

TEST(too_many_msrs_are_refused)
{
	static struct msrs msrs;
	unsigned int i;
	int vcpu;

	vm_with_vcpu(&vcpu);
	for (i = 0; i < MAX_MSRS; i++)
		msr_add(&msrs, MSR_TSC, 0);
	ASSERT_EQ(msrs_get(vcpu, &msrs), MAX_MSRS);
	msr_add(&msrs, MSR_TSC, 0);
	ASSERT_ERRNO(msrs_get(vcpu, &msrs), E2BIG);
	ASSERT_ERRNO(msrs_set(vcpu, &msrs), E2BIG);
	ASSERT_ERRNO(ioctl(vcpu, KVM_GET_MSRS, NULL), EFAULT);
	ASSERT_ERRNO(ioctl(vcpu, KVM_SET_MSRS, NULL), EFAULT);
}

/* KVM's list has them on Intel, and refuses them without VMX in CPUID. */
static bool msr_is_of_vmx(uint32_t index)
{
	return index >= MSR_VMX_FIRST && index <= MSR_VMX_LAST;
}

/* A VMM saves and loads all that KVM_GET_MSR_INDEX_LIST names. */
TEST(every_msr_of_kvms_list_can_be_saved_and_loaded)
{
	struct {
		struct kvm_msr_list head;
		uint32_t indices[MAX_MSRS];
	} list = { .head.nmsrs = MAX_MSRS };
	struct msrs msrs = {};
	unsigned int i;
	int vcpu, nr;
	struct vm vm;

	vm = vm_with_vcpu(&vcpu);
	ASSERT_OK(ioctl(vm.dev, KVM_GET_MSR_INDEX_LIST, &list));
	ASSERT(list.head.nmsrs > 20);
	for (i = 0; i < list.head.nmsrs; i++)
		if (!msr_is_of_vmx(list.indices[i]))
			msr_add(&msrs, list.indices[i], ~0ull);
	ASSERT_EQ(msrs_get(vcpu, &msrs), msrs.head.nmsrs);
	vm_close(&vm);

	vm_with_vcpu(&vcpu);
	nr = msrs_set(vcpu, &msrs);
	if (nr >= 0 && nr < (int)msrs.head.nmsrs)
		test_fail(__FILE__, __LINE__, "MSR %x was refused",
			  msrs.entries[nr].index);
	ASSERT_EQ(nr, msrs.head.nmsrs);
}

TEST(vector_of_async_page_faults_stays_zero)
{
	struct msrs msrs = {};
	int vcpu;

	if (lapic_is_stock())
		test_skip("KVM has them");
	vm_with_vcpu(&vcpu);
	msr_add(&msrs, MSR_ASYNC_PF_INT, 0);
	ASSERT_EQ(msrs_set(vcpu, &msrs), 1);
	msrs.entries[0].data = VECTOR;
	ASSERT_EQ(msrs_set(vcpu, &msrs), 0);
	ASSERT_EQ(msrs_get(vcpu, &msrs), 1);
	ASSERT_EQ(msrs.entries[0].data, 0);
}
