// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line: which device, then the harness's own options.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vm.h"

int harness_main(int argc, char **argv);

static void print_help(void)
{
	printf("Usage: %s [--device PATH] [--list] [PATTERN...]\n"
	       "\n"
	       "Tests KVM's ioctls of an in-kernel irqchip; to be run as root in a machine\n"
	       "with KVM. Runs the tests whose names match a PATTERN of the shell's kind\n"
	       "(default: all), and speaks KTAP. The last line counts the results.\n"
	       "\n"
	       "Options:\n"
	       "  --device PATH  what to test (default /dev/virqchip); on /dev/kvm the tests\n"
	       "                 say where KVM itself behaves differently, and why\n"
	       "  --list         print the names of the tests and exit\n"
	       "  --help         print this and exit\n"
	       "\n"
	       "Exit status: 0 when no test failed, 1 otherwise, 2 for wrong usage.\n",
	       program_invocation_short_name);
}

int main(int argc, char **argv)
{
	int from, to = 1;

	for (from = 1; from < argc; from++) {
		if (!strcmp(argv[from], "--help") || !strcmp(argv[from], "-h")) {
			print_help();
			return 0;
		}
		if (strcmp(argv[from], "--device")) {
			argv[to++] = argv[from];
			continue;
		}
		if (++from == argc) {
			fprintf(stderr, "%s: --device needs a path (try --help)\n",
				program_invocation_short_name);
			return 2;
		}
		device_path = argv[from];
	}
	argv[to] = NULL;
	if (access(device_path, R_OK | W_OK)) {
		fprintf(stderr, "%s: cannot use %s: %s\n",
			program_invocation_short_name, device_path,
			strerror(errno));
		return 2;
	}
	return harness_main(to, argv);
}
