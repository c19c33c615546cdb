// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl trace -f: interrupts as they end, from the tracepoint virqchip_flow.
 *
 * It is read through an instance of tracefs of its own, so that nobody else's
 * trace is disturbed.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <poll.h>
#include <unistd.h>

#include <tracefs.h>

#include "kv.h"
#include "trace.h"

#define SYSTEM		"virqchip"
#define EVENT		"virqchip_flow"
#define LOOK_MS		100

/**
 * struct follower - what goes on while flows are followed
 * @vm: the VM
 * @filter: which are wanted
 * @whys: what is known of reasons
 * @tep: knows the format of the events
 * @instance: where they come from
 * @text: to print an event into
 */
struct follower {
	const char *vm;
	const struct trace_filter *filter;
	struct whys whys;
	struct tep_handle *tep;
	struct tracefs_instance *instance;
	struct trace_seq text;
};

static uint64_t fabric_number(const char *vm)
{
	char *text = vm_read(vm, "info");
	char *rest = text;
	uint64_t number;
	struct kv kv;

	while (kv_next(&rest, &kv)) {
		if (kv_u64(&kv, "fabric", &number)) {
			free(text);
			return number;
		}
	}
	errx(EXIT_FAILED, "the module is older than this virqctl: it has no number for %s",
	     vm);
}

/* ---- one event ---- */

static uint64_t field(struct tep_event *event, struct tep_record *record,
		      const char *name)
{
	unsigned long long value = 0;

	tep_get_field_val(NULL, event, name, record, &value, 0);
	return value;
}

static void read_flow(struct tep_event *event, struct tep_record *record,
		      struct virqchip_flow *flow)
{
	static const char * const stages[VIRQCHIP_FLOW_STAGES] = {
		"ns_start", "ns_chip", "ns_irr", "ns_cpu", "ns_done",
	};
	static const char * const whys[VIRQCHIP_FLOW_WHYS] = {
		"why0", "why1", "why2",
	};
	unsigned int i;

	*flow = (struct virqchip_flow){
		.seq = field(event, record, "seq"),
		.into = field(event, record, "into"),
		.gsi = field(event, record, "gsi"),
		.apic_id = field(event, record, "apic"),
		.word = field(event, record, "word"),
		.merged = field(event, record, "merged"),
		.origin = field(event, record, "origin"),
		.source = field(event, record, "source"),
		.chip = field(event, record, "chip"),
		.pin = field(event, record, "pin"),
		.vector = field(event, record, "vector"),
		.mode = field(event, record, "mode"),
		.end = field(event, record, "end"),
		.hold = field(event, record, "hold"),
		.nr_whys = field(event, record, "nr_whys"),
		.faults = field(event, record, "faults"),
	};
	for (i = 0; i < VIRQCHIP_FLOW_STAGES; i++)
		flow->ns[i] = field(event, record, stages[i]);
	for (i = 0; i < VIRQCHIP_FLOW_WHYS; i++)
		flow->why[i] = field(event, record, whys[i]);
}

/* What the module says of the reasons that it has counted. */
static void learn_words(struct follower *f, const char *name, char **words)
{
	char *text = vm_try_read(f->vm, "counters");
	char *rest = text;
	struct kv kv;

	while (text && kv_next(&rest, &kv))
		if (kv_is(&kv, "why", name) && kv_get(&kv, "words"))
			*words = copy_text(kv_get(&kv, "words"));
	free(text);
}

/* The event's own text has the name of a reason where the field has a number. */
static void learn_why(struct follower *f, const struct kv *kv, const char *key,
		      unsigned int why)
{
	const char *name = kv_get(kv, key);

	why &= 0xff;
	if (!name || f->whys.name[why])
		return;
	f->whys.name[why] = copy_text(name);
	learn_words(f, name, &f->whys.words[why]);
}

static void learn_whys(struct follower *f, struct tep_record *record,
		       const struct virqchip_flow *flow)
{
	static const char * const keys[] = { "why0", "why1", "why2" };
	unsigned int i;
	struct kv kv;
	char *text;

	trace_seq_reset(&f->text);
	tep_print_event(f->tep, &f->text, record, "%s", TEP_PRINT_INFO);
	trace_seq_terminate(&f->text);
	text = f->text.buffer;
	if (!kv_next(&text, &kv))
		return;
	for (i = 0; i < flow->nr_whys && i < ARRAY_SIZE(keys); i++)
		learn_why(f, &kv, keys[i], flow->why[i]);
	if (flow->hold)
		learn_why(f, &kv, "hold", flow->hold);
}

static bool knows_whys(const struct whys *whys,
		       const struct virqchip_flow *flow)
{
	unsigned int i;

	for (i = 0; i < flow->nr_whys && i < VIRQCHIP_FLOW_WHYS; i++)
		if (!whys->name[flow->why[i]])
			return false;
	return !flow->hold || whys->name[flow->hold];
}

static int print_event(struct tep_event *event, struct tep_record *record,
		       int cpu, void *context)
{
	struct follower *f = context;
	struct virqchip_flow flow;
	char line[FLOW_LINE];

	if (strcmp(event->name, EVENT))
		return 0;
	read_flow(event, record, &flow);
	if (!knows_whys(&f->whys, &flow))
		learn_whys(f, record, &flow);
	flow_format(&flow, &f->whys, line);
	if (trace_wants(f->filter, line))
		puts(line);
	return 0;
}

/* ---- the instance ---- */

static noreturn void no_tracing(struct follower *f, const char *what)
{
	int error = errno;

	if (f->instance) {
		tracefs_instance_destroy(f->instance);
		tracefs_instance_free(f->instance);
	}
	if (error == EACCES || error == EPERM)
		errx(EXIT_NO_PERMISSION, "%s: only root may trace (try sudo)",
		     what);
	errx(EXIT_FAILED,
	     "%s: %s (is tracefs mounted? mount -t tracefs none /sys/kernel/tracing)",
	     what, strerror(error));
}

static void begin(struct follower *f)
{
	static const char * const systems[] = { SYSTEM, NULL };
	uint64_t fabric = fabric_number(f->vm);
	char name[32], filter[32];

	f->tep = tracefs_local_events_system(NULL, systems);
	if (!f->tep)
		no_tracing(f, "no events of " SYSTEM);
	snprintf(name, sizeof(name), "virqctl-%d", getpid());
	f->instance = tracefs_instance_create(name);
	if (!f->instance)
		no_tracing(f, name);
	snprintf(filter, sizeof(filter), "fabric==%ju", fabric);
	if (tracefs_instance_file_write(f->instance, "events/" SYSTEM "/" EVENT
					"/filter", filter) < 0 ||
	    tracefs_event_enable(f->instance, SYSTEM, EVENT))
		no_tracing(f, EVENT);
	trace_seq_init(&f->text);
}

static void finish(struct follower *f)
{
	unsigned int i;

	tracefs_event_disable(f->instance, SYSTEM, EVENT);
	tracefs_instance_destroy(f->instance);
	tracefs_instance_free(f->instance);
	tep_free(f->tep);
	trace_seq_destroy(&f->text);
	for (i = 0; i < ARRAY_SIZE(f->whys.name); i++) {
		free(f->whys.name[i]);
		free(f->whys.words[i]);
	}
}

/* A descriptor that can be read once someone wants us to end. */
static int signals_as_file(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fd < 0)
		err(EXIT_FAILED, "signalfd");
	return fd;
}

static bool print_events(struct follower *f)
{
	/* It says with -1, too, that there is nothing yet. */
	tracefs_iterate_raw_events(f->tep, f->instance, NULL, 0, print_event,
				   f);
	return !fflush(stdout);
}

int trace_follow(const char *vm, const struct trace_filter *filter)
{
	struct follower f = { .vm = vm, .filter = filter };
	struct pollfd ended = { .events = POLLIN };
	bool was_recorded = flows_are_recorded();
	bool gone = false, written;

	/* A pipe that is closed must not leave the instance behind. */
	signal(SIGPIPE, SIG_IGN);
	ended.fd = signals_as_file();
	begin(&f);
	if (!was_recorded)
		record_flows(true);
	flow_header(stdout);
	do {
		/* First look whether it is gone: its last events are there. */
		gone = !vm_exists(vm);
		written = print_events(&f);
	} while (written && !gone && !poll(&ended, 1, LOOK_MS));
	if (!was_recorded)
		record_flows(false);
	finish(&f);
	if (gone)
		no_vm(vm);
	return written ? EXIT_OK : EXIT_FAILED;
}
