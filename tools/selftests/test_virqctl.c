// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl, as people use it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib.h"

#define VIRQCTL	"../virqctl/build/virqctl"
#define FABRICS	"/sys/kernel/debug/virqchip"
#define FLOWS	"/sys/module/virqchip/parameters/flows"
#define NOBODY	65534

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
	snprintf(command, sizeof(command), VIRQCTL " %s 2>&1", args);
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
