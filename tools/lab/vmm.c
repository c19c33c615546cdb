// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lab's VMM: runs one small guest on any device that speaks KVM's ABI and
 * reports the guest's verdicts. See vmm.h for the map of its files.
 */
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmm.h"

#define VMM_DEFAULT_ROUNDS	10000
#define VMM_DEFAULT_TIMEOUT_S	60

struct guest {
	const char *name;
	const char *what;
};

static const struct guest guests[] = {
	{ "pic", "the 8259 pair: ICWs, OCWs, cascade, edge, level, storm" },
	{ "ioapic", "the I/O APIC: pins, masks, remote IRR, delivery modes" },
	{ "lapic", "the local APIC: IPIs, priorities, timer, errors" },
	{ "pit", "the 8254: counters, latches, port 0x61, line 0" },
	{ "async", "a device that answers from another thread, and HLT" },
	{ "msi", "messages, by KVM_SIGNAL_MSI and by routes" },
	{ "trouble", "interrupts that do not come (--trouble, --look)" },
	{ "bench", "cost of single operations (see tools/bench)" },
};

enum long_option {
	OPTION_AT_END = 256,
	OPTION_CPUS,
	OPTION_DEVICE,
	OPTION_GUEST_DIR,
	OPTION_IRQCHIP,
	OPTION_JSON,
	OPTION_LIST,
	OPTION_LIST_TROUBLES,
	OPTION_LOOK,
	OPTION_RECORD,
	OPTION_ROUNDS,
	OPTION_TIMEOUT,
	OPTION_TROUBLE,
	OPTION_X2APIC,
};

static const struct option long_options[] = {
	{ "at-end", required_argument, NULL, OPTION_AT_END },
	{ "cpus", required_argument, NULL, OPTION_CPUS },
	{ "device", required_argument, NULL, OPTION_DEVICE },
	{ "guest-dir", required_argument, NULL, OPTION_GUEST_DIR },
	{ "help", no_argument, NULL, 'h' },
	{ "irqchip", required_argument, NULL, OPTION_IRQCHIP },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "list", no_argument, NULL, OPTION_LIST },
	{ "list-troubles", no_argument, NULL, OPTION_LIST_TROUBLES },
	{ "look", required_argument, NULL, OPTION_LOOK },
	{ "record", required_argument, NULL, OPTION_RECORD },
	{ "rounds", required_argument, NULL, OPTION_ROUNDS },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ "trouble", required_argument, NULL, OPTION_TROUBLE },
	{ "verbose", no_argument, NULL, 'v' },
	{ "x2apic", no_argument, NULL, OPTION_X2APIC },
	{ }
};

static const char help_text[] =
"Usage: vmm [OPTION]... GUEST\n"
"Run a small guest on a device that speaks KVM's ABI and report its verdicts.\n"
"\n"
"  --device PATH      the device (default /dev/kvm)\n"
"  --irqchip on|off   off: the VM gets no irqchip, the VMM answers as cheaply as\n"
"                     it can (default on; off is for the guest bench only)\n"
"  --cpus 1|2         2: the guest bench measures IPIs between two CPUs, in place of\n"
"                     all else; the guest trouble may use the second (default 1)\n"
"  --x2apic           the guest uses its local APIC in x2APIC mode\n"
"  --rounds N         rounds of the guests async and bench (default 10000)\n"
"  --timeout SECONDS  end the run after so long without a sign of life (60)\n"
"  --record FILE      record the VM's interrupt chips from before its first\n"
"                     instruction until it ends (/dev/virqchip, root only)\n"
"  --at-end COMMAND   when the guest is done and its VM still there, let the\n"
"                     shell run this (to look at the VM from outside)\n"
"  --trouble NAME     which trouble the guest \"trouble\" is in\n"
"  --look COMMAND     let the shell run this when it is, then end the run\n"
"  --guest-dir DIR    where the guests' images are (default: beside vmm)\n"
"  --json             one JSON object in place of KTAP\n"
"  -v, --verbose      show what the guest asks of the VMM, and count exits\n"
"  --list             name the guests\n"
"  --list-troubles    name what --trouble can be\n"
"  -h, --help         this text\n"
"\n"
"Exit status: 0 all checks passed, 1 some failed, 2 wrong usage, 3 the VM could\n"
"not be made, 4 the guest died, hung or gave another number of verdicts than\n"
"it had announced.\n";

static void usage_error(const char *what, const char *value)
{
	fprintf(stderr, "vmm: %s%s%s\nTry 'vmm --help'.\n", what,
		value ? ": " : "", value ? value : "");
	exit(VMM_EXIT_USAGE);
}

static unsigned long parse_number(const char *text, unsigned long max)
{
	unsigned long value;
	char *end;

	value = strtoul(text, &end, 0);
	if (end == text || *end || !value || value > max)
		usage_error("not a number in range", text);
	return value;
}

static bool parse_switch(const char *text)
{
	if (!strcmp(text, "on"))
		return true;
	if (strcmp(text, "off"))
		usage_error("neither on nor off", text);
	return false;
}

static void list_guests(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(guests); i++)
		printf("%-8s %s\n", guests[i].name, guests[i].what);
	exit(VMM_EXIT_PASS);
}

static const char *default_guest_dir(void)
{
	static char dir[PATH_MAX + sizeof("/guests")];
	char self[PATH_MAX];
	ssize_t bytes;

	bytes = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (bytes < 0)
		usage_error("cannot find my own path, use --guest-dir", NULL);
	self[bytes] = '\0';
	snprintf(dir, sizeof(dir), "%s/guests", dirname(self));
	return dir;
}

static void parse_option(struct options *opts, int option)
{
	switch (option) {
	case OPTION_AT_END:
		opts->at_end = optarg;
		break;
	case OPTION_CPUS:
		opts->cpus = parse_number(optarg, 2);
		break;
	case OPTION_DEVICE:
		opts->device = optarg;
		break;
	case OPTION_GUEST_DIR:
		opts->guest_dir = optarg;
		break;
	case OPTION_IRQCHIP:
		opts->irqchip = parse_switch(optarg);
		break;
	case OPTION_JSON:
		opts->json = true;
		break;
	case OPTION_LIST:
		list_guests();
		break;
	case OPTION_LIST_TROUBLES:
		look_list();
		exit(VMM_EXIT_PASS);
	case OPTION_LOOK:
		opts->look = optarg;
		break;
	case OPTION_RECORD:
		opts->record = optarg;
		break;
	case OPTION_ROUNDS:
		opts->rounds = parse_number(optarg, 100000000);
		break;
	case OPTION_TIMEOUT:
		opts->timeout_s = parse_number(optarg, 86400);
		break;
	case OPTION_TROUBLE:
		opts->trouble = look_trouble(optarg);
		if (opts->trouble < 0)
			usage_error("no such trouble (--list-troubles names them)",
				    optarg);
		break;
	case OPTION_X2APIC:
		opts->x2apic = true;
		break;
	case 'v':
		opts->verbose = true;
		break;
	case 'h':
		fputs(help_text, stdout);
		exit(VMM_EXIT_PASS);
	default:
		usage_error("unknown option, or its value is missing", NULL);
	}
}

static void parse_command_line(struct options *opts, int argc, char **argv)
{
	size_t i;
	int option;

	while ((option = getopt_long(argc, argv, "hv", long_options, NULL)) != -1)
		parse_option(opts, option);
	if (optind + 1 != argc)
		usage_error("name one guest", NULL);
	opts->guest = argv[optind];
	for (i = 0; i < ARRAY_SIZE(guests); i++)
		if (!strcmp(guests[i].name, opts->guest))
			break;
	if (i == ARRAY_SIZE(guests))
		usage_error("no such guest (--list names them)", opts->guest);
	if (!opts->irqchip && strcmp(opts->guest, "bench"))
		usage_error("without irqchip only the guest bench can run", NULL);
	if (opts->record && !opts->irqchip)
		usage_error("--record goes with an irqchip", NULL);
	if (opts->cpus > 1 && strcmp(opts->guest, "bench") &&
	    strcmp(opts->guest, "trouble"))
		usage_error("only the guests bench and trouble have two CPUs", NULL);
	if (!strcmp(opts->guest, "trouble") != (opts->trouble >= 0 && opts->look))
		usage_error("--trouble and --look go with the guest trouble", NULL);
	if (!opts->guest_dir)
		opts->guest_dir = default_guest_dir();
}

/* Whoever wants to look at the VM wants to know that it could not. */
static void run_at_end(const char *command)
{
	int status;

	fflush(stdout);
	status = system(command);
	if (status)
		die("the command of --at-end failed (status %#x): %s", status,
		    command);
}

int main(int argc, char **argv)
{
	static struct report report;
	static struct vm vm;
	struct options opts = {
		.device = "/dev/kvm",
		.rounds = VMM_DEFAULT_ROUNDS,
		.timeout_s = VMM_DEFAULT_TIMEOUT_S,
		.cpus = 1,
		.trouble = -1,
		.irqchip = true,
	};
	enum vmm_exit status;

	parse_command_line(&opts, argc, argv);
	report_init(&report, &opts);
	vm.opts = &opts;
	vm.report = &report;
	vm_create(&vm);
	run_prepare(&vm);
	if (opts.record)
		recorder_start(&vm);
	worker_start(&vm);
	watchdog_start(&vm);
	status = run_guest(&vm);
	worker_stop(&vm);
	if (opts.record)
		recorder_stop(&vm);
	if (opts.at_end)
		run_at_end(opts.at_end);
	if (opts.verbose)
		fprintf(stderr, "# %llu exits to the VMM, %llu of them to nobody\n",
			(unsigned long long)vm.nr_exits,
			(unsigned long long)vm.nr_stray);
	return report_finish(&report, status);
}
