// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl pulse: raise a line of a VM and lower it again.
 */
#include <err.h>
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include <linux/virqchip.h>

#include "virqctl.h"

#define PULSES_AT_ONCE	0x10000u
#define PROGRESS_S	2

static unsigned long max_gsi(int device)
{
	struct virqchip_get_info info = { .size = sizeof(info) };

	if (ioctl(device, VIRQCHIP_GET_INFO, &info))
		errx(EXIT_FAILED, DEVICE ": %s", strerror(errno));
	return info.nr_gsis - 1;
}

static void name_vm(struct virqchip_pulse *pulse, const char *vm)
{
	if (is_number(vm)) {
		pulse->fabric_id = parse_number("the number of a VM", vm, 1,
						UINT32_MAX);
		return;
	}
	if (strlen(vm) >= sizeof(pulse->name))
		no_vm(vm);
	pulse->flags = VIRQCHIP_PULSE_BY_NAME;
	strcpy(pulse->name, vm);
}

static void do_pulse(int device, struct virqchip_pulse *pulse, const char *vm)
{
	if (!ioctl(device, VIRQCHIP_PULSE, pulse))
		return;
	if (errno == ENOENT)
		no_vm(vm);
	if (errno == EPERM)
		errx(EXIT_NO_PERMISSION,
		     "only the administrator (CAP_SYS_ADMIN) may pulse lines");
	errx(EXIT_FAILED, "pulse: %s", strerror(errno));
}

static void show_progress(time_t *last, unsigned long made, unsigned long of)
{
	time_t now = time(NULL);

	if (now - *last < PROGRESS_S)
		return;
	*last = now;
	fprintf(stderr, "virqctl: %lu of %lu pulses\n", made, of);
}

static void pulse_vm(const char *vm, const char *gsi, unsigned long count)
{
	unsigned long made = 0, delivered = 0, coalesced = 0, ignored = 0, some;
	struct virqchip_pulse arg = { .size = sizeof(arg) };
	int device = open_device();
	time_t last = time(NULL);

	name_vm(&arg, vm);
	arg.gsi = parse_number("a GSI", gsi, 0, max_gsi(device));
	while (made < count) {
		some = count - made;
		arg.count = some < PULSES_AT_ONCE ? some : PULSES_AT_ONCE;
		do_pulse(device, &arg, vm);
		delivered += arg.delivered;
		coalesced += arg.coalesced;
		ignored += arg.ignored;
		made = delivered + coalesced + ignored;
		show_progress(&last, made, count);
	}
	printf("%s: GSI %u: %lu %s: %lu delivered, %lu coalesced, %lu ignored\n",
	       vm, arg.gsi, made, made == 1 ? "pulse" : "pulses", delivered,
	       coalesced, ignored);
}

int cmd_pulse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'n' },
		{ }
	};
	unsigned long count = 1;
	char **args;

	while (next_option(argc, argv, options) != -1)
		count = parse_number("--count", optarg, 1, UINT32_MAX);
	args = take_arguments(argc, argv, 2, 2);
	pulse_vm(args[0], args[1], count);
	return EXIT_OK;
}
