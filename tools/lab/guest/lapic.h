/* SPDX-License-Identifier: GPL-2.0-only */
/* The two halves of the guest "lapic". */
#ifndef LAPIC_H
#define LAPIC_H

#include "lib.h"

#define LAPIC_TIMER_CHECKS		38
#define LAPIC_ERROR_CHECKS		11
#define LAPIC_ERROR_X2APIC_CHECKS	1

void apic_fresh(void);
void test_errors(void);
void test_timer(void);

#endif
