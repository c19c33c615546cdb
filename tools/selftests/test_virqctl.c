// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl, as people use it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib.h"

#define VIRQCTL	"../virqctl/build/virqctl"
#define FABRICS	"/sys/kernel/debug/virqchip"
#define FLOWS	"/sys/module/virqchip/parameters/flows"
#define NOBODY	65534
#define TRACING	"/sys/kernel/tracing"
#define VECTOR	0x39

/* Exit statuses of virqctl */
#define USAGE		2
#define NO_PERMISSION	4
#define NO_VM		5

static char output[16384];

/* Run it; what it says, on both of its outputs, is in @output. */
static int virqctl(const char *args)
{
	char command[256];
	FILE *pipe;
	size_t len;
	int status;

	if (access(VIRQCTL, X_OK))
		test_fail(__FILE__, __LINE__, "no " VIRQCTL);
	snprintf(command, sizeof(command), "LC_ALL=C " VIRQCTL " %s 2>&1",
		 args);
	pipe = popen(command, "r");
	ASSERT(pipe);
	len = fread(output, 1, sizeof(output) - 1, pipe);
	output[len] = 0;
	status = pclose(pipe);
	ASSERT(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void expect(const char *args, int status, const char *text)
{
	int got = virqctl(args);

	if (got != status || !strstr(output, text))
		test_fail(__FILE__, __LINE__,
			  "virqctl %s: status %d, not %d, or no '%s' in: %s",
			  args, got, status, text, output);
}

static void need_debugfs(void)
{
	struct stat st;

	if (stat(FABRICS, &st))
		test_skip("debugfs is not mounted");
}

static int named_fabric(const char *name)
{
	int fabric = fabric_try_create(VIRQCHIP_FABRIC_VIRTUAL_WIRE, name);

	ASSERT_OK(fabric);
	cpu_add(fabric, 0, true);
	cpu_add(fabric, 1, false);
	pic_init(fabric);
	return fabric;
}

static void record_flows(const char *yes_or_no)
{
	int fd = open(FLOWS, O_WRONLY);

	ASSERT_OK(fd);
	ASSERT_EQ(write(fd, yes_or_no, 1), 1);
	close(fd);
}

TEST(virqctl_helps)
{
	expect("--help", 0, "Usage: virqctl");
	expect("--version", 0, "virqctl 0.");
	expect("", USAGE, "--help");
	expect("frobnicate", USAGE, "unknown command 'frobnicate'");
	expect("list all", USAGE, "takes 0 arguments");
	expect("list --count 2", USAGE, "takes no --count");
	expect("pulse vm", USAGE, "takes 2 arguments");
	expect("pulse vm ten", USAGE, "a GSI is a number");
	expect("pulse vm 4096", USAGE, "from 0 to 4095");
	expect("pulse vm 1 --count 0", USAGE, "--count is a number");
	expect("pulse --help", 0, "Examples:");
}

TEST(virqctl_list_shows_the_fabrics)
{
	int fabric;

	need_debugfs();
	fabric = named_fabric("listed");
	line_set(fabric, 10, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x2a);
	expect("list", 0, "\nlisted ");
	expect("list", 0, "    2            1            1\n");
	close(fabric);
	ASSERT_EQ(virqctl("list"), 0);
	ASSERT(!strstr(output, "listed"));
}

TEST(virqctl_pulse_raises_a_line)
{
	int fabric = named_fabric("pulsed");
	struct virqchip_fabric_info info = { .size = sizeof(info) };
	char args[64];

	expect("pulse pulsed 10", 0,
	       "1 pulse: 1 delivered, 0 coalesced, 0 ignored");
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x2a);
	pic_eoi_both(fabric);
	ASSERT_OK(ioctl(fabric, VIRQCHIP_FABRIC_INFO, &info));
	snprintf(args, sizeof(args), "pulse %u 10 --count 100000",
		 info.fabric_id);
	expect(args, 0,
	       "100000 pulses: 1 delivered, 99999 coalesced, 0 ignored");
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x2a);
}

TEST(virqctl_says_that_a_vm_is_gone)
{
	close(named_fabric("gone"));
	expect("pulse gone 10", NO_VM, "there is no VM gone");
	expect("pulse 4000000000 10", NO_VM, "there is no VM 4000000000");
	expect("pulse a-name-that-is-much-too-long-for-a-fabric 10", NO_VM,
	       "there is no VM");
	need_debugfs();
	expect("trace gone", NO_VM, "there is no VM gone");
	expect("trace ../virqchip", NO_VM, "there is no VM");
}

TEST(virqctl_trace_shows_an_interrupt)
{
	int fabric;

	need_debugfs();
	record_flows("Y");
	fabric = named_fabric("traced");
	line_set(fabric, 10, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | 0x2a);
	pic_eoi_both(fabric);
	/* Its interruption-information word, and that it came to an end */
	expect("trace traced", 0, "0x8000002a");
	ASSERT(strstr(output, "eoi\n"));
	record_flows("N");
	expect("trace traced", 0, "nothing is recorded now");
}

/* Line 10 leads to CPU 0, in level mode; the PIC is masked. */
static int fabric_with_level_line(const char *name)
{
	int fabric = named_fabric(name);

	out8(fabric, PIC1 + 1, 0xff);
	out8(fabric, PIC2 + 1, 0xff);
	lapic_write(fabric, LAPIC_SVR, SVR_ON);
	rte_write(fabric, 10, VECTOR | RTE_LEVEL);
	return fabric;
}

/* Its interrupt was taken, and not ended. */
static int fabric_without_eoi(const char *name)
{
	int fabric = fabric_with_level_line(name);

	line_set(fabric, 10, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | VECTOR);
	return fabric;
}

TEST(virqctl_state_shows_the_chips)
{
	need_debugfs();
	fabric_without_eoi("stated");
	expect("state stated", 0, "REMOTE IRR");
	ASSERT(strstr(output, "\nioapic\n") && strstr(output, "\nlapic1\n") &&
	       strstr(output, "\nlines\n") && strstr(output, "\nroutes\n"));
	expect("state stated ioapic", 0, "remote IRR set: no EOI yet\n");
	expect("state stated lapic 0 --json", 0, "\"isr\": [\n      \"0x39\"");
	expect("state stated lapic 2", 1, "stated has no lapic2");
}

TEST(virqctl_why_names_what_holds_a_line)
{
	need_debugfs();
	fabric_without_eoi("held");
	expect("why held", 0, "GSI 10 ");
	ASSERT(strstr(output, "CPU 0 vector 0x39") &&
	       strstr(output, "IOAPIC_REMOTE_IRR"));
	expect("why held 10", 0, "=> remote IRR of pin 10");
	ASSERT(strstr(output, "\n  HELD  pin "));
	expect("why held 0:0x39 --json", 0, "\"why\": \"IN_SERVICE\"");
	expect("why held 11", 0, "(LINE_LOW)");
	expect("why held 7:0x39", 1, "held has no such CPU");
}

TEST(virqctl_top_counts)
{
	int fabric;

	need_debugfs();
	fabric = fabric_without_eoi("topped");
	expect("top topped --batch --count 1 --interval 1", 0, "topped: ");
	ASSERT(strstr(output, "\n 10       0.0       1 "));
	ASSERT(strstr(output, "\n  0x39         0.0         1 "));
	ASSERT(strstr(output, "\n  0         0.0         1 "));
	close(fabric);
	expect("top topped --batch", NO_VM, "there is no VM topped");
}

TEST(virqctl_trace_takes_filters)
{
	int fabric;

	need_debugfs();
	record_flows("Y");
	fabric = fabric_without_eoi("filtered");
	line_set(fabric, 10, 0);
	lapic_write(fabric, LAPIC_EOI, 0);
	line_set(fabric, 12, 1);
	record_flows("N");
	expect("trace filtered --gsi 10", 0, "   10 user  ioapic  10   0x39 ");
	ASSERT(!strstr(output, "   12 user "));
	expect("trace filtered --vector 0x38", 0, "#");
	ASSERT(!strstr(output, "0x39"));
	expect("trace filtered --end open", 0, "   12 user ");
	ASSERT(!strstr(output, "0x39"));
}

static void need_flow_event(void)
{
	need_debugfs();
	mount("tracefs", TRACING, "tracefs", 0, NULL);
	if (access(TRACING "/events/virqchip/virqchip_flow", F_OK))
		test_skip("there is no tracepoint for flows");
}

/* Start it; returns what it prints, once it looks. */
static FILE *follow(const char *vm, pid_t *pid)
{
	int fds[2];
	FILE *lines;

	ASSERT_OK(pipe(fds));
	*pid = fork();
	ASSERT_OK(*pid);
	if (!*pid) {
		dup2(fds[1], STDOUT_FILENO);
		/* What it says when the VM is gone is no line of KTAP. */
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		close(fds[0]);
		close(fds[1]);
		execl(VIRQCTL, "virqctl", "trace", "-f", "--vector", "0x39", vm,
		      NULL);
		_exit(127);
	}
	close(fds[1]);
	lines = fdopen(fds[0], "r");
	ASSERT(lines);
	/* The heading comes when the event is on. */
	ASSERT(fgets(output, sizeof(output), lines));
	ASSERT_EQ(*output, '#');
	return lines;
}

static int status_of(pid_t pid)
{
	int status;

	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	ASSERT(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool flows_are_recorded(void)
{
	int fd = open(FLOWS, O_RDONLY);
	char c = 0;

	ASSERT_OK(fd);
	ASSERT_EQ(read(fd, &c, 1), 1);
	close(fd);
	return c == 'Y';
}

TEST(virqctl_follows_a_vm_to_its_end)
{
	char line[512];
	FILE *lines;
	int fabric;
	pid_t pid;

	need_flow_event();
	record_flows("N");
	fabric = fabric_with_level_line("followed");
	lines = follow("followed", &pid);
	ASSERT(flows_are_recorded());
	line_set(fabric, 10, 1);
	ASSERT_EQ(take_now(fabric), INTR_VALID | VECTOR);
	line_set(fabric, 10, 0);
	lapic_write(fabric, LAPIC_EOI, 0);
	ASSERT(fgets(line, sizeof(line), lines));
	ASSERT(strstr(line, "   10 user  ioapic  10   0x39     0 0x80000039"));
	ASSERT(strstr(line, "  eoi\n"));
	/* It is the line that the module has for it. */
	expect("trace followed", 0, line);
	close(fabric);
	ASSERT(!fgets(output, sizeof(output), lines));
	ASSERT_EQ(status_of(pid), NO_VM);
	ASSERT(!flows_are_recorded());
}

TEST(virqctl_follows_until_it_is_told_to_end)
{
	char instance[64];
	pid_t pid;

	need_flow_event();
	record_flows("Y");
	named_fabric("interrupted");
	follow("interrupted", &pid);
	snprintf(instance, sizeof(instance), TRACING "/instances/virqctl-%d",
		 pid);
	ASSERT(!access(instance, F_OK));
	ASSERT_OK(kill(pid, SIGINT));
	ASSERT_EQ(status_of(pid), 0);
	ASSERT(access(instance, F_OK));
	ASSERT(flows_are_recorded());
	record_flows("N");
}

TEST(virqctl_shows_latencies)
{
	int fabric;

	need_debugfs();
	record_flows("Y");
	fabric = fabric_without_eoi("timed");
	lapic_write(fabric, LAPIC_EOI, 0);
	record_flows("N");
	if (access(FABRICS "/timed/latency", F_OK))
		test_skip("there are no latencies");
	expect("latency timed", 0, "  total ");
	expect("latency timed --gsi 10", 0, "GSI 10, total: 1, mean ");
	expect("latency timed --vector 0x39 --json", 0, "\"id\": 57");
}

TEST(virqctl_says_what_permission_it_lacks)
{
	need_debugfs();
	named_fabric("private");
	ASSERT_OK(setresgid(NOBODY, NOBODY, NOBODY));
	ASSERT_OK(setresuid(NOBODY, NOBODY, NOBODY));
	expect("pulse private 10", NO_PERMISSION, "may not open");
	expect("list", NO_PERMISSION, "only root");
	expect("trace private", NO_PERMISSION, "only root");
}
