/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What --help prints.
 */
#ifndef VIRQCTL_HELP_H
#define VIRQCTL_HELP_H

/* Before and behind the list of commands */
extern const char help_begin[];
extern const char help_end[];

extern const char help_latency[];
extern const char help_list[];
extern const char help_fault[];
extern const char help_pulse[];
extern const char help_record[];
extern const char help_replay[];
extern const char help_state[];
extern const char help_timeline[];
extern const char help_top[];
extern const char help_trace[];
extern const char help_why[];

#endif /* VIRQCTL_HELP_H */
