// SPDX-License-Identifier: GPL-2.0-only
/*
 * What --help prints.
 */
#include "help.h"

const char help_begin[] =
	"Usage: virqctl COMMAND [ARGUMENT...]\n"
	"\n"
	"Shows the virtual machines whose interrupts go through virqchip, and raises\n"
	"a line of one. To be run as root, but for timeline.\n"
	"\n"
	"Commands:\n";

const char help_end[] =
	"\n"
	"VM is a name as list shows it; for pulse, also the number of a fabric.\n"
	"virqctl COMMAND --help says more of a command, with examples.\n"
	"\n"
	"Options:\n"
	"  --help      print this and exit\n"
	"  --version   print the version and exit\n"
	"\n"
	"Colours are used on a terminal, unless NO_COLOR is set.\n"
	"\n"
	"Exit status: 0 when all went well; 1 when something failed; 2 for wrong usage;\n"
	"3 when the module is not loaded; 4 without permission; 5 when there is no such\n"
	"VM, or no longer.\n";

const char help_list[] =
	"Lists the VMs: the number of their CPUs, how often a line rose, and how many\n"
	"interrupts were injected.\n"
	"\n"
	"Options:\n"
	"  --json   print JSON\n"
	"\n"
	"Examples:\n"
	"  virqctl list\n"
	"  virqctl list --json | jq -r '.[].vm'\n";

const char help_state[] =
	"Shows what the chips of VM hold now. CHIP is pic, ioapic, pit, lapic N (the\n"
	"local APIC of CPU N), lapic (those of all CPUs), lines or routes; without one\n"
	"all of them are shown.\n"
	"\n"
	"Options:\n"
	"  --json   print JSON; hexadecimal numbers are strings in it\n"
	"\n"
	"Examples:\n"
	"  virqctl state vm-179 ioapic\n"
	"  virqctl state vm-179 lapic 0\n"
	"  virqctl state vm-179 ioapic --json | jq '.ioapic.pin[] | select(.line == 1)'\n";

const char help_why[] =
	"Follows a line from its sources to the EOI, and says at which step it is held,\n"
	"why, and which register says so. Without GSI or CPU:VECTOR, it tells of all\n"
	"that is not at rest.\n"
	"\n"
	"Options:\n"
	"  --json   print JSON\n"
	"\n"
	"Examples:\n"
	"  virqctl why vm-179\n"
	"  virqctl why vm-179 10        why does GSI 10 not come?\n"
	"  virqctl why vm-179 1:0x39    why does CPU 1 not take vector 0x39?\n";

const char help_trace[] =
	"Prints the interrupts of VM that were recorded, one a line: those that have\n"
	"ended, in the order of their ends, then those that have not. The columns are\n"
	"explained in virqctl(1). Recording is switched on by\n"
	"  echo Y > /sys/module/virqchip/parameters/flows\n"
	"\n"
	"Options:\n"
	"  -f, --follow    print them as they end, until ^C or the VM is gone; recording\n"
	"                  is switched on meanwhile\n"
	"  --gsi N         of this line alone\n"
	"  --vector V      of this vector alone\n"
	"  --cpu ID        of the CPU with this APIC ID alone\n"
	"  --end TEXT      of those alone whose end begins so: eoi, merged, open, ...\n"
	"  --dropped       of those alone that reached no CPU\n"
	"  --slow US       of those alone that took so many microseconds or more\n"
	"\n"
	"Examples:\n"
	"  virqctl trace vm-179 --gsi 10 --slow 1000\n"
	"  virqctl trace vm-179 --dropped\n"
	"  virqctl trace vm-179 -f --vector 0x28\n";

const char help_top[] =
	"Shows, live, how many interrupts per second each GSI, vector and CPU has, and\n"
	"how long they took. Latencies are there when flows are recorded:\n"
	"  echo Y > /sys/module/virqchip/parameters/flows\n"
	"Keys: q ends it; blank looks again at once.\n"
	"\n"
	"Options:\n"
	"  --batch         print to the output, for pipes\n"
	"  --interval S    seconds from look to look (1 to 3600, default 2)\n"
	"  --count N       end after N looks\n"
	"\n"
	"Examples:\n"
	"  virqctl top vm-179\n"
	"  virqctl top vm-179 --batch --count 1 --interval 10\n";

const char help_latency[] =
	"Shows how long interrupts took: a line for each GSI and vector and each stage,\n"
	"to_irr (until the local APIC had it), to_cpu (until it was injected), to_eoi\n"
	"(until the guest ended it) and total. With --gsi or --vector, histograms. Only\n"
	"what happened while flows were recorded is counted:\n"
	"  echo Y > /sys/module/virqchip/parameters/flows\n"
	"\n"
	"Options:\n"
	"  --gsi N         of this line alone, with histograms\n"
	"  --vector V      of this vector alone, with histograms\n"
	"  --stage STAGE   this stage alone\n"
	"  --json          print JSON\n"
	"\n"
	"Examples:\n"
	"  virqctl latency vm-179\n"
	"  virqctl latency vm-179 --gsi 10 --stage to_cpu\n";

const char help_fault[] =
	"Lets interrupts of VM fail on purpose, by rules. Without one, lists them, with\n"
	"how often each might have happened and did; \"clear\" removes all. Kinds:\n"
	"  drop gsi=N|vector=N     it goes nowhere\n"
	"  delay gsi=N|vector=N    it comes us=N microseconds late (default 100)\n"
	"  storm gsi=N|vector=N    count=N more follow (default 1), us=N apart\n"
	"  spurious                the PIC has no request left at the acknowledge\n"
	"  no-kick cpu=N           the CPU is not told that something is pending\n"
	"How often:\n"
	"  times=N         at most so often, -1 for no limit (default 1)\n"
	"  interval=N      only each Nth time\n"
	"  probability=N   in percent\n"
	"\n"
	"Examples:\n"
	"  virqctl fault vm-179 drop gsi=10 times=3\n"
	"  virqctl fault vm-179 delay vector=0x51 us=5000 times=-1 probability=10\n"
	"  virqctl fault vm-179\n"
	"  virqctl fault vm-179 clear\n";

const char help_pulse[] =
	"Raises line GSI of VM and lowers it again. Only the administrator may.\n"
	"\n"
	"Options:\n"
	"  --count N   so often (default 1)\n"
	"\n"
	"Examples:\n"
	"  virqctl pulse vm-179 10\n"
	"  virqctl pulse 3 10 --count 100   the fabric with number 3\n";

const char help_record[] =
	"Records all that happens to the interrupt hardware of VM, until a signal\n"
	"(Ctrl-C) or the end of VM, into a file that \"virqctl replay\" reads.\n"
	"\n"
	"Options:\n"
	"  -o, --output FILE  where to (default VM.virqrec; a name that ends in .gz is\n"
	"                     compressed; - is the standard output)\n"
	"  --seconds N        end after so many seconds\n"
	"  --records N        end when there are so many records\n"
	"  --size KIB         KiB of memory for each CPU of the host, in which records\n"
	"                     wait for this program (default 1024)\n"
	"\n"
	"Records that find no room are lost, and their number is told at the end: then\n"
	"take a larger --size.\n"
	"\n"
	"Examples:\n"
	"  virqctl record vm-179 -o boot.virqrec.gz\n"
	"  virqctl record vm-179 --seconds 10\n"
	"\n"
	"Exit status: 0 when all was recorded; 1 when records were lost, or something\n"
	"failed; 2 for wrong usage; 3 when the module is not loaded; 4 without\n"
	"permission; 5 when there is no such VM.\n";

const char help_replay[] =
	"Does what a recording of \"virqctl record\" says once more, by the module's own\n"
	"models of the chips, and compares each answer, each state and each injected\n"
	"vector with what was recorded. Stops at the first that differs, and shows it.\n"
	"FILE may be compressed by gzip. No module and no VM is needed.\n"
	"\n"
	"With FILE2, compares the operations of two recordings chip by chip instead,\n"
	"without their times, and shows the first that differs.\n"
	"\n"
	"Options:\n"
	"  --step       print each record, one a line: number, seconds since the\n"
	"               beginning, chip, what was done and what was answered\n"
	"  --state      print the state of the chip before and after, too\n"
	"  --from N     begin to print at record N\n"
	"  --until N    end the replay behind record N\n"
	"\n"
	"Examples:\n"
	"  virqctl replay boot.virqrec.gz\n"
	"  virqctl replay boot.virqrec.gz --state --from 1204 --until 1210\n"
	"\n"
	"Exit status: 0 when nothing differs; 1 when something does, or the file is no\n"
	"whole recording; 2 for wrong usage.\n";

const char help_timeline[] =
	"Turns the recording FILE (of virqctl record, may be compressed by gzip) into\n"
	"  OUT.html   a page to zoom and search, in one file that needs no network\n"
	"  OUT.svg    a picture of a part, for papers\n"
	"  OUT.json   trace events for ui.perfetto.dev and chrome://tracing\n"
	"\n"
	"Options:\n"
	"  -o, --output OUT   where to; its ending says what\n"
	"  --from S, --to S   only what was under way between these seconds, counted\n"
	"                     from the start of the recording\n"
	"  --seq N            only the interrupt with this number\n"
	"  --last N           only the last N\n"
	"  --gsi N            only those of this line\n"
	"\n"
	"Examples:\n"
	"  virqctl timeline boot.rec.gz -o boot.html\n"
	"  virqctl timeline boot.rec.gz -o lost.svg --from 1.204 --to 1.206\n"
	"  virqctl timeline boot.rec.gz -o last.svg --last 20\n";
