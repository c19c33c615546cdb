// SPDX-License-Identifier: GPL-2.0-only
/*
 * virqctl list: the VMs.
 */
#include <stdlib.h>

#include <json.h>

#include "kv.h"
#include "virqctl.h"

struct totals {
	uint64_t raised;
	uint64_t injected;
};

static bool read_totals(const char *vm, struct totals *totals)
{
	char *text, *rest;
	bool found = false;
	struct kv kv;

	text = vm_try_read(vm, "counters");
	rest = text;
	while (kv_next(&rest, &kv))
		if (!kv.pair[0].value &&
		    kv_u64(&kv, "raised", &totals->raised) &&
		    kv_u64(&kv, "injected", &totals->injected))
			found = true;
	free(text);
	return found;
}

static void add_json(struct json_object *list, const char *vm,
		     const struct totals *totals)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "vm", json_object_new_string(vm));
	json_object_object_add(object, "cpus",
			       json_object_new_uint64(vm_count_cpus(vm)));
	json_object_object_add(object, "raised",
			       json_object_new_uint64(totals->raised));
	json_object_object_add(object, "injected",
			       json_object_new_uint64(totals->injected));
	json_object_array_add(list, object);
}

int cmd_list(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ }
	};
	struct json_object *list = NULL;
	struct totals totals;
	unsigned int i, nr;
	char **vms;

	while (next_option(argc, argv, options) != -1)
		list = json_object_new_array();
	take_arguments(argc, argv, 0, 0);

	vms = vm_names(&nr);
	if (!list)
		printf("%-32s %5s %12s %12s\n", "VM", "CPUS", "RAISED",
		       "INJECTED");
	for (i = 0; i < nr; i++) {
		/* One that goes away meanwhile is not to be listed. */
		if (!read_totals(vms[i], &totals))
			continue;
		if (list)
			add_json(list, vms[i], &totals);
		else
			printf("%-32s %5u %12ju %12ju\n", vms[i],
			       vm_count_cpus(vms[i]), totals.raised,
			       totals.injected);
		free(vms[i]);
	}
	free(vms);
	if (list)
		json_print(list);
	return EXIT_OK;
}
