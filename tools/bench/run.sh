#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What single operations cost a guest, in instructions of the machine below.
set -euo pipefail

bench=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$bench/../.." && pwd)
# shellcheck source=tools/vm/lib.sh
. "$top/tools/vm/lib.sh"

usage()
{
	cat <<-USAGE
	Usage: tools/bench/run.sh [OPTION...]

	Boots the L1 with instructions counted (one CPU, 1 ns of its time is one
	instruction) and runs the lab's guest "bench": on /dev/kvm with KVM's own
	irqchip, on /dev/virqchip in its two modes, and on /dev/kvm without an irqchip,
	the VMM answering as cheaply as it can. That last column is the floor of any
	userspace irqchip. Then it runs a guest with the same rows in QEMU: on the same
	three, and on /dev/kvm with QEMU's own irqchip. Boots the L1 again with two
	CPUs, for IPIs; QEMU's own irqchip has no figures of these.

	Prints instructions per operation, as the guest sees them: the median of the
	repeats, and how many times /dev/kvm's it is. A table is of the lab's VMM; one
	has the same with flows recorded, and what they cost; one is of QEMU; the last
	is what it costs to deliver an interrupt in a fabric of one CPU, and of more.

	Options:
	  --module FILE.ko  the module to measure (default: built in build/bench for
	                    the kernel of the L1)
	  --no-module       leave /dev/virqchip out
	  --against FILE.ko measure this build of the module too, with flows off, and
	                    print what each row costs more or less than with it
	  --loops N         operations per figure (default 1000; of IPIs a tenth)
	  --rst             print a reStructuredText table
	  --results DIR     keep the figures in DIR; with --print, read them there
	  --print           do not run anything, print the figures in DIR again
	  --help            print this

	Exit status: 0 if /dev/virqchip's figure is below the floor in every row that
	has one, but for "exit to the VMM", and in QEMU, in both modes, below that of
	QEMU's own irqchip in every row that has one; flows cost at most 15 % in each
	row whose interrupts reach the guest; and the cost does not grow with the number
	of CPUs. 1 if not, or if a figure is missing; 2 for wrong usage.
	USAGE
}

module='' against='' loops=1000 format=plain results='' print_only=false
with_module=true

bad_usage()
{
	echo "run.sh: $* (try --help)" >&2
	exit 2
}

while [ $# -gt 0 ]; do
	case $1 in
	--module|--against|--loops|--results)
		[ $# -ge 2 ] || bad_usage "$1 needs an argument" ;;
	esac
	case $1 in
	--module)	module=$2; shift ;;
	--against)	against=$2; shift ;;
	--no-module)	with_module=false ;;
	--loops)	loops=$2; shift ;;
	--results)	results=$2; shift ;;
	--rst)		format=rst ;;
	--print)	print_only=true ;;
	--help|-h)	usage; exit 0 ;;
	*)		bad_usage "unknown option $1" ;;
	esac
	shift
done

if $print_only; then
	[ -n "$results" ] || bad_usage "--print needs --results"
elif [ -z "$results" ]; then
	results=$(mktemp -d)
	trap 'rm -rf "$results"' EXIT
fi

build_module()
{
	local log=$results/build.log

	module=$top/build/bench/virqchip.ko
	vm_build_module "$top/build/bench" >"$log" 2>&1 ||
		{ cat "$log" >&2; echo "run.sh: the module does not build" >&2; exit 1; }
}

lab_columns=(stock floor virqchip flows split before)
qemu_columns=(qemu-stock qemu-off qemu-virqchip qemu-split)

# The columns that are measured; with "ipi" those of IPIs.
columns()
{
	echo stock floor qemu-stock
	[ -n "${1:-}" ] || echo qemu-off
	! $with_module || echo virqchip flows split qemu-virqchip qemu-split
	[ -z "$against" ] || echo before
}

# Succeeds when all columns of IPIs are in $results.
has_columns_of_ipis()
{
	local column

	for column in $(columns ipi); do
		[ -s "$results/$column.ipi" ] || return 1
	done
}

# Two CPUs that count instructions in turn sometimes stop for good, and the L1's
# clock with them: QEMU then comes back from each PAUSE to no instruction at all. The
# more of them the likelier, so there are fewer. What was measured until then is good.
run_ipis()
{
	local tries

	for tries in {1..6}; do
		"$top/tools/vm/run" --icount --smp 2 --timeout 300 --kvm "$@" \
			--results "$results" --env "BENCH_MODULE=$with_module" \
			--env "BENCH_AGAINST=$against" \
			-- "$bench/in-l1.sh" $((loops / 10 + 1)) ipi >&2 || true
		! has_columns_of_ipis || return 0
		echo "run.sh: the L1 with two CPUs has not come to its end, try $tries" >&2
	done
	return 1
}

run_benches()
{
	local module_args=() column

	"$top/tools/deps.sh" build vm >&2
	if $with_module; then
		[ -n "$module" ] || build_module
		[ -f "$module" ] || bad_usage "no $module"
		module_args=(--module "$module")
	fi
	if [ -n "$against" ]; then
		against=$(realpath -e "$against") || bad_usage "no such file"
	fi
	make -s -C "$top/tools/lab" >&2
	make -s -C "$bench" >&2
	rm -f "${lab_columns[@]/#/$results/}" "${qemu_columns[@]/#/$results/}" \
		"$results"/*.ipi "$results/scale"
	"$top/tools/vm/run" --icount --kvm "${module_args[@]}" \
		--results "$results" --env "BENCH_MODULE=$with_module" \
		--env "BENCH_AGAINST=$against" -- "$bench/in-l1.sh" "$loops" >&2
	run_ipis "${module_args[@]}"
	for column in $(columns ipi); do
		[ ! -s "$results/$column.ipi" ] ||
			cat "$results/$column.ipi" >>"$results/$column"
	done
}

# print_table lab|qemu FILE...: print the table of these figures.
print_table()
{
	local table=$1
	shift

	awk -F '\t' -v table="$table" -v format="$format" -v with_module="$with_module" '
	function sort_figures(list, n,    i, j, swap) {
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && list[j - 1] > list[j]; j--) {
				swap = list[j]
				list[j] = list[j - 1]
				list[j - 1] = swap
			}
	}
	function group(number,    text) {
		text = sprintf("%.0f", number)
		while (match(text, /[0-9][0-9][0-9][0-9](,|$)/))
			text = substr(text, 1, RSTART) "," substr(text, RSTART + 1)
		return text
	}
	# Sets median[], and says in greatest and where how far the repeats differ, but
	# for the lowest and the highest: something else may have run meanwhile.
	function set_median(column, row,    n, list, i, middle) {
		n = repeats[column, row]
		for (i = 1; i <= n; i++)
			list[i] = figure[column, row, i] - figure[column, row " (empty)", i]
		sort_figures(list, n)
		middle = list[int((n + 1) / 2)]
		median[column, row] = middle
		if (n > 3 && list[n - 1] - list[2] >= greatest * middle) {
			greatest = (list[n - 1] - list[2]) / middle
			where = row
		}
	}
	# The text of a cell: the figure, and how many times that of the first column.
	function cell(column, row,    text) {
		if (!repeats[column, row])
			return "-"
		set_median(column, row)
		text = group(median[column, row])
		if (column != key[1] && repeats[key[1], row])
			text = text sprintf(" (%.2f)", median[column, row] / median[key[1], row])
		return text
	}
	function rule(n,    i, text) {
		for (i = 0; i <= n; i++)
			text = text (i ? " " : "") substr("=========================================", 1, i ? 22 : 34)
		return text
	}
	function print_row(first, values, n,    i, text) {
		text = sprintf("%-34s", first)
		for (i = 1; i <= n; i++)
			text = text sprintf(format == "rst" ? " %-22s" : " %22s", values[i])
		sub(/ +$/, "", text)
		print text
	}
	function print_rule(n) {
		if (format == "rst")
			print rule(n)
	}
	# A cell with the figure of @shown, and with what @column costs more than @base.
	function more(shown, column, base, row) {
		percent = 100 * (median[column, row] / median[base, row] - 1)
		return sprintf("%s (%+.1f %%)", group(median[shown, row]), percent)
	}
	# A second table: the same with flows, and with another build of the module.
	function print_watched(    n, i, row, values, header) {
		n = 0
		header[++n] = title[2]
		header[++n] = "flows recorded"
		if (("before", order[1]) in repeats)
			header[++n] = "--against"
		print ""
		print_rule(n)
		print_row("Instructions (more)", header, n)
		print_rule(n)
		for (i = 1; i <= rows; i++) {
			row = order[i]
			if (!repeats["virqchip", row] || !repeats["flows", row])
				continue
			set_median("flows", row)
			values[1] = group(median["virqchip", row])
			values[2] = more("flows", "flows", "virqchip", row)
			if (percent > 15 && !(row in never_taken)) {
				printf "flows cost more than 15 %% in: %s\n", row > "/dev/stderr"
				bad = 1
			}
			if (n == 3) {
				set_median("before", row)
				values[3] = more("before", "virqchip", "before", row)
			}
			print_row(row, values, n)
		}
		print_rule(n)
	}
	# Whether @column is below @than, in a row that has both.
	function is_below(column, than, row) {
		return !repeats[than, row] || median[column, row] < median[than, row]
	}
	function complain(text, row) {
		printf "%s: %s\n", text, row > "/dev/stderr"
		bad = 1
	}
	function check_lab(row) {
		if (!repeats["virqchip", row])
			complain("no figure of /dev/virqchip for", row)
		else if (!(row in may_be_above) && !is_below("virqchip", "floor", row))
			complain("/dev/virqchip is not below the floor in", row)
	}
	function check_qemu(row,    i) {
		for (i = 1; i <= columns; i++)
			if (!repeats[key[i], row] && !(key[i] == "qemu-off" && row ~ /^IPI /))
				complain("no figure of " title[i] " in QEMU for", row)
		for (i = 2; i < columns; i++)
			if (!is_below(key[i], "qemu-off", row))
				complain(title[i] " in QEMU is not below its own irqchip in", row)
	}
	BEGIN {
		columns = 4
		# There the least VMM remembers a vector, and makes no system call.
		may_be_above["exit to the VMM, irqfd, EOI"] = 1
		# No guest runs: what is measured is the least that can be recorded.
		never_taken["KVM_IRQ_LINE pulse (two ioctls)"] = 1
		never_taken["irqfd signal (one write)"] = 1
		key[1] = "stock"; title[1] = "/dev/kvm"
		key[2] = "virqchip"; title[2] = "/dev/virqchip"
		key[3] = "split"; title[3] = "/dev/virqchip, split"
		key[4] = "floor"; title[4] = "VMM answers (floor)"
		heading = "Instructions (times /dev/kvm)"
		if (table == "qemu") {
			for (i = 1; i < columns; i++)
				key[i] = "qemu-" key[i]
			key[4] = "qemu-off"; title[4] = "kernel-irqchip=off"
			heading = "In QEMU (times /dev/kvm)"
		}
	}
	$1 == "# bench" && $2 == "clock" {
		ratio = $3 / $4
		if (ratio < 0.999 || ratio > 1.001) {
			printf "one TSC tick is %.4f ns in %s, not 1: were instructions counted?\n", \
				1 / ratio, FILENAME > "/dev/stderr"
			bad = 1
		}
		next
	}
	$1 == "# bench" {
		column = FILENAME
		sub(/.*\//, "", column)
		row = $2
		figure[column, row, ++repeats[column, row]] = $3 / $4
		if (row !~ / \(empty\)$/ && !(row in known)) {
			known[row] = 1
			order[++rows] = row
		}
	}
	END {
		print_rule(columns)
		print_row(heading, title, columns)
		print_rule(columns)
		for (i = 1; i <= rows; i++) {
			for (j = 1; j <= columns; j++)
				values[j] = cell(key[j], order[i])
			print_row(order[i], values, columns)
		}
		print_rule(columns)
		printf "\nThe middle three of the five repeats differ by at most %.1f %% (%s).\n", \
			100 * greatest, where
		if (table == "lab" && with_module == "true")
			print_watched()
		for (i = 1; i <= rows && with_module == "true"; i++) {
			if (table == "lab")
				check_lab(order[i])
			else
				check_qemu(order[i])
		}
		if (!rows) {
			print "no figures" > "/dev/stderr"
			bad = 1
		}
		exit bad
	}' "$@"
}

# Print the table of $results/scale: a fabric with many CPUs is as fast as one with one.
print_scale()
{
	awk -F '\t' -v format="$format" '
	$1 == "# scale" {
		if (!($2 in known)) {
			known[$2] = 1
			order[++rows] = $2
		}
		if (!($3 in seen)) {
			seen[$3] = 1
			number[++columns] = $3
		}
		# The lowest of the repeats: what comes between is not of the operation.
		cost = $4 / $5
		if (!(($2, $3) in least) || cost < least[$2, $3])
			least[$2, $3] = cost
	}
	function rule(    i, text) {
		text = "=================================="
		for (i = 1; i <= columns; i++)
			text = text " =========="
		return text
	}
	END {
		if (!rows) {
			print "no figures of fabrics" > "/dev/stderr"
			exit 1
		}
		print ""
		if (format == "rst")
			print rule()
		printf "%-34s", "Instructions, by number of CPUs"
		for (j = 1; j <= columns; j++)
			printf " %10s", number[j]
		print ""
		if (format == "rst")
			print rule()
		for (i = 1; i <= rows; i++) {
			printf "%-34s", order[i]
			for (j = 1; j <= columns; j++)
				printf " %10.0f", least[order[i], number[j]]
			print ""
			first = least[order[i], number[1]]
			last = least[order[i], number[columns]]
			if (last > first * 1.05) {
				printf "the cost grows with the number of CPUs: %s\n", order[i] > "/dev/stderr"
				bad = 1
			}
		}
		if (format == "rst")
			print rule()
		exit bad
	}' "$results/scale"
}

$print_only || run_benches
# print_table_of TABLE COLUMN...: of those whose figures are there.
print_table_of()
{
	local table=$1 column files=()
	shift

	for column in "$@"; do
		[ ! -f "$results/$column" ] || files+=("$results/$column")
	done
	[ ${#files[@]} -gt 0 ] ||
		{ echo "run.sh: no figures of $table in $results" >&2; return 1; }
	print_table "$table" "${files[@]}"
}

status=0
print_table_of lab "${lab_columns[@]}" || status=1
echo
print_table_of qemu "${qemu_columns[@]}" || status=1
[ ! -f "$results/scale" ] || print_scale || status=1
exit $status
