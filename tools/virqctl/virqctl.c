// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl: look at virtual machines whose interrupts go through virqchip, and
 * raise a line of one.
 */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/virqchip.h>

#define VERSION		"0.1.0"
#define DEVICE		"/dev/virqchip"
#define DEBUGFS		"/sys/kernel/debug"
#define FABRICS		DEBUGFS "/virqchip"
#define FLOWS		"/sys/module/virqchip/parameters/flows"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PATH_ROOM	512
#define PULSES_AT_ONCE	0x10000u
#define PROGRESS_S	2

/* Exit statuses */
enum {
	EXIT_OK,
	EXIT_FAILED,
	EXIT_USAGE,
	EXIT_NO_MODULE,
	EXIT_NO_PERMISSION,
	EXIT_NO_VM,
};

static const char usage_text[] =
	"Usage: virqctl COMMAND [ARGUMENT...]\n"
	"\n"
	"Shows the virtual machines whose interrupts go through virqchip, and raises\n"
	"a line of one. To be run as root.\n"
	"\n"
	"Commands:\n"
	"  list                       the VMs, with the number of their CPUs, of the\n"
	"                             times a line rose, and of injected interrupts\n"
	"  pulse VM GSI [--count N]   raise line GSI of VM and lower it again, N times\n"
	"                             (default 1), and say what became of the pulses\n"
	"  trace VM                   the interrupts of VM, one a line, from its line to\n"
	"                             its end, or why it went no further\n"
	"\n"
	"VM is a name as list shows it; for pulse, also the number of a fabric.\n"
	"\n"
	"Options:\n"
	"  --help      print this and exit\n"
	"  --version   print the version and exit\n"
	"\n"
	"Exit status: 0 when all went well; 1 when something failed; 2 for wrong usage;\n"
	"3 when the module is not loaded; 4 without permission; 5 when there is no such\n"
	"VM, or no longer.\n";

static noreturn void no_vm(const char *vm)
{
	errx(EXIT_NO_VM,
	     "there is no VM %s, or no longer (\"virqctl list\" shows them)",
	     vm);
}

static noreturn void no_module(void)
{
	errx(EXIT_NO_MODULE,
	     "there is no " DEVICE ": the module is not loaded (modprobe virqchip)");
}

/* Find out why there is nothing to read in debugfs; @error is an errno. */
static noreturn void no_debugfs(int error)
{
	if (error == EACCES || error == EPERM)
		errx(EXIT_NO_PERMISSION, "only root may read " FABRICS);
	if (access(DEVICE, F_OK))
		no_module();
	if (error == ENOENT)
		errx(EXIT_FAILED, "debugfs is not mounted on " DEBUGFS);
	errx(EXIT_FAILED, FABRICS ": %s", strerror(error));
}

/* ---- list ---- */

struct totals {
	unsigned long long raised;
	unsigned long long injected;
};

static bool read_totals(const char *vm, struct totals *totals)
{
	char path[PATH_ROOM], line[256];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), FABRICS "/%s/counters", vm);
	file = fopen(path, "r");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "total raised=%llu injected=%llu",
			   &totals->raised, &totals->injected) == 2)
			found = true;
	fclose(file);
	return found;
}

static unsigned int count_cpus(const char *vm)
{
	char path[PATH_ROOM];
	unsigned int nr = 0;
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), FABRICS "/%s", vm);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		nr += !strncmp(entry->d_name, "lapic", 5);
	closedir(dir);
	return nr;
}

static int is_vm(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type == DT_DIR;
}

static int list_vms(char **args)
{
	struct dirent **vms;
	struct totals totals;
	int i, nr;

	nr = scandir(FABRICS, &vms, is_vm, versionsort);
	if (nr < 0)
		no_debugfs(errno);

	printf("%-32s %5s %12s %12s\n", "VM", "CPUS", "RAISED", "INJECTED");
	for (i = 0; i < nr; i++) {
		/* One that goes away meanwhile is not to be listed. */
		if (read_totals(vms[i]->d_name, &totals))
			printf("%-32s %5u %12llu %12llu\n", vms[i]->d_name,
			       count_cpus(vms[i]->d_name), totals.raised,
			       totals.injected);
		free(vms[i]);
	}
	free(vms);
	return EXIT_OK;
}

/* ---- pulse ---- */

static unsigned long count_option = 1;

/* A number of at most @max, or the end of the program. */
static unsigned long parse_number(const char *what, const char *text,
				  unsigned long min, unsigned long max)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(text, &end, 0);
	if (!isdigit(*text) || *end || errno || number < min || number > max)
		errx(EXIT_USAGE, "%s is a number from %lu to %lu, not '%s'",
		     what, min, max, text);
	return number;
}

static int open_device(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
		no_module();
	if (errno == EACCES || errno == EPERM)
		errx(EXIT_NO_PERMISSION, "you may not open " DEVICE);
	errx(EXIT_FAILED, DEVICE ": %s", strerror(errno));
}

static unsigned long max_gsi(int device)
{
	struct virqchip_get_info info = { .size = sizeof(info) };

	if (ioctl(device, VIRQCHIP_GET_INFO, &info))
		errx(EXIT_FAILED, DEVICE ": %s", strerror(errno));
	return info.nr_gsis - 1;
}

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
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

static void show_progress(time_t *last, unsigned long made)
{
	time_t now = time(NULL);

	if (now - *last < PROGRESS_S)
		return;
	*last = now;
	fprintf(stderr, "virqctl: %lu of %lu pulses\n", made, count_option);
}

static int pulse_vm(char **args)
{
	unsigned long made = 0, delivered = 0, coalesced = 0, ignored = 0, some;
	struct virqchip_pulse arg = { .size = sizeof(arg) };
	int device = open_device();
	time_t last = time(NULL);

	name_vm(&arg, args[0]);
	arg.gsi = parse_number("a GSI", args[1], 0, max_gsi(device));
	while (made < count_option) {
		some = count_option - made;
		arg.count = some < PULSES_AT_ONCE ? some : PULSES_AT_ONCE;
		do_pulse(device, &arg, args[0]);
		delivered += arg.delivered;
		coalesced += arg.coalesced;
		ignored += arg.ignored;
		made = delivered + coalesced + ignored;
		show_progress(&last, made);
	}
	printf("%s: GSI %u: %lu %s: %lu delivered, %lu coalesced, %lu ignored\n",
	       args[0], arg.gsi, made, made == 1 ? "pulse" : "pulses",
	       delivered, coalesced, ignored);
	return EXIT_OK;
}

/* ---- trace ---- */

static bool flows_are_recorded(void)
{
	FILE *file = fopen(FLOWS, "r");
	int c = file ? fgetc(file) : 'Y';

	if (file)
		fclose(file);
	return c == 'Y';
}

static int trace_vm(char **args)
{
	char path[PATH_ROOM], buf[4096];
	ssize_t len;
	int fd;

	if (strchr(args[0], '/') || args[0][0] == '.')
		no_vm(args[0]);
	if (access(FABRICS, R_OK | X_OK))
		no_debugfs(errno);
	snprintf(path, sizeof(path), FABRICS "/%s/trace", args[0]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		no_vm(args[0]);
	if (fd < 0)
		no_debugfs(errno);

	while ((len = read(fd, buf, sizeof(buf))) > 0)
		if (fwrite(buf, 1, len, stdout) != (size_t)len)
			errx(EXIT_FAILED, "cannot write: %s",
			     strerror(errno));
	/* What debugfs says of a file that is being removed */
	if (len < 0 && errno == EIO)
		no_vm(args[0]);
	if (len < 0)
		errx(EXIT_FAILED, "%s: %s", path, strerror(errno));
	close(fd);
	if (!flows_are_recorded())
		fputs("virqctl: nothing is recorded now (echo Y > " FLOWS ")\n",
		      stderr);
	return EXIT_OK;
}

/* ---- main ---- */

static const struct {
	const char *name;
	int nr_args;
	bool takes_count;
	int (*fn)(char **args);
} commands[] = {
	{ "list", 0, false, list_vms },
	{ "pulse", 2, true, pulse_vm },
	{ "trace", 1, false, trace_vm },
};

static int run_command(int argc, char **argv, bool has_count)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[0], commands[i].name))
			continue;
		if (argc - 1 != commands[i].nr_args)
			errx(EXIT_USAGE,
			     "%s takes %d arguments, not %d (try --help)",
			     argv[0], commands[i].nr_args, argc - 1);
		if (has_count && !commands[i].takes_count)
			errx(EXIT_USAGE, "%s takes no --count (try --help)",
			     argv[0]);
		ret = commands[i].fn(argv + 1);
		if (fflush(stdout))
			errx(EXIT_FAILED, "cannot write: %s",
			     strerror(errno));
		return ret;
	}
	errx(EXIT_USAGE, "unknown command '%s' (try --help)", argv[0]);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ }
	};
	bool has_count = false;
	int c;

	while ((c = getopt_long(argc, argv, "n:hV", options, NULL)) != -1) {
		switch (c) {
		case 'n':
			has_count = true;
			count_option = parse_number("--count", optarg, 1,
						    UINT32_MAX);
			break;
		case 'h':
			fputs(usage_text, stdout);
			return EXIT_OK;
		case 'V':
			printf("virqctl %s (ABI %d)\n", VERSION,
			       VIRQCHIP_ABI_VERSION);
			return EXIT_OK;
		default:
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		errx(EXIT_USAGE, "no command (try --help)");
	return run_command(argc - optind, argv + optind, has_count);
}
