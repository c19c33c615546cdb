// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the frequency of this machine's time stamp counter in kHz.
 *
 * QEMU's emulation hands the counter to its guest as it is. A guest that
 * measures it against emulated timers on a busy host can be wrong by a factor
 * of many; here both clocks are read at the same moment, however long the
 * process is kept waiting in between.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define SPAN_NS	200000000ull

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* The pair with the shortest distance of several: no interruption inside it. */
static void sample(uint64_t *ns, uint64_t *tsc)
{
	uint64_t best = UINT64_MAX;
	int i;

	for (i = 0; i < 16; i++) {
		uint64_t before = __rdtsc();
		uint64_t t = now_ns();
		uint64_t after = __rdtsc();

		if (after - before >= best)
			continue;
		best = after - before;
		*ns = t;
		*tsc = before + best / 2;
	}
}

int main(void)
{
	uint64_t ns0 = 0, tsc0 = 0, ns1 = 0, tsc1 = 0;

	sample(&ns0, &tsc0);
	while (now_ns() - ns0 < SPAN_NS)
		;
	sample(&ns1, &tsc1);
	printf("%llu\n", (unsigned long long)((tsc1 - tsc0) * 1000000 /
					      (ns1 - ns0)));
	return 0;
}
