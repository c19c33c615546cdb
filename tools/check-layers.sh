#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Prove that includes go down only, and that each part knows what it may.
set -eu

usage()
{
	cat <<-EOF
	Usage: tools/check-layers.sh

	Checks the order of the module's parts. Includes go down only:

	  4  main.c
	  3  observe.c flow record trace.h debugfs chardev kvm/  what people and VMMs see
	  2  fabric deliver inject snapshot dev_*      the machine
	     observe.h record.h                        what it tells an observer
	  1  bus recfmt                                addresses; states as they are recorded
	  0  model/                                    the chips; know nothing

	and says, one KTAP line each, whether the rules hold. The last line counts
	them. Exit status: 0 when all hold, 1 otherwise, 2 for wrong usage.
	EOF
}

# What a model may include of the kernel: nothing that locks, allocates,
# prints, traces, or tells the time.
model_may='atomic|bitfield|bitmap|bitops|bits|bug|build_bug|compiler|container_of|errno|kernel|limits|math64|minmax|nospec|stddef|string|types'
# Models that are no chips, and that any chip may know.
common='types|fx|reg|msg|line|dest'

case ${1:-} in
'')		;;
--help|-h)	usage; exit 0 ;;
*)		echo "check-layers.sh: unknown argument $1 (try --help)" >&2; exit 2 ;;
esac

cd "$(dirname "$0")/.."
nr=0 failed=0

# One KTAP line for rule $1; what command $2 prints breaks it.
verdict()
{
	local found line

	nr=$((nr + 1))
	found=$("$2" || true)
	if [ -z "$found" ]; then
		echo "ok $nr - $1"
		return
	fi
	echo "not ok $nr - $1"
	while read -r line; do
		echo "# $line"
	done <<<"$found"
	failed=$((failed + 1))
}

sources()
{
	find "$@" -name '*.[ch]' -not -name '*.mod.c' | LC_ALL=C sort
}

# Rank of a file in the table above.
rank()
{
	case $1 in
	kernel/model/*)				echo 0 ;;
	kernel/bus.[ch]|kernel/recfmt.[ch])	echo 1 ;;
	kernel/observe.h|kernel/record.h)	echo 2 ;;
	kernel/main.c)				echo 4 ;;
	kernel/observe*|kernel/trace.h)	echo 3 ;;
	kernel/flow*.[ch]|kernel/latency.[ch]|kernel/why*.[ch]|kernel/record*)	echo 3 ;;
	kernel/debugfs*|kernel/chardev*)	echo 3 ;;
	kernel/kvm/*)				echo 3 ;;
	kernel/dev_*)				echo 2 ;;
	kernel/fabric*|kernel/deliver*)		echo 2 ;;
	kernel/inject*|kernel/snapshot*)	echo 2 ;;
	kernel/fault.[ch])			echo 2 ;;
	# Below all: what programs see, and what kernels differ in.
	kernel/uapi/*|kernel/compat.h)		echo 0 ;;
	*)					echo none ;;
	esac
}

# "FILE HEADER" for each #include "HEADER" in kernel/, HEADER by its path.
own_includes()
{
	local file header

	sources kernel | while read -r file; do
		sed -n -E 's/^[ \t]*#[ \t]*include[ \t]+"([^"]+)".*/\1/p' "$file" |
		while read -r header; do
			if [ -e "$(dirname "$file")/$header" ]; then
				header=$(dirname "$file")/$header
			else
				header=kernel/$header
			fi
			echo "$file $(realpath -m --relative-to=. "$header")"
		done
	done
}

# What a chip is called: its file's name up to the first underscore.
chip_of()
{
	local name=${1##*/}

	name=${name%.[ch]}
	echo "${name%%_*}"
}

includes=$(own_includes)

unplaced()
{
	sources kernel | while read -r file; do
		[ "$(rank "$file")" != none ] || echo "$file has no place in the order"
	done
}

# Kbuild names the kernel's objects one by one, in the order to be read.
unbuilt()
{
	find kernel kunit -name '*.c' -not -name '*.mod.c' | LC_ALL=C sort |
	while read -r file; do
		grep -qE "[[:space:]]$(basename "$file" .c)\.o\b" Kbuild ||
			echo "$file is not in Kbuild"
	done
}

upward()
{
	while read -r file header; do
		from=$(rank "$file") to=$(rank "$header")
		if [ "$from" = none ] || [ "$to" = none ] || [ "$to" -gt "$from" ]; then
			echo "$file ($from) includes $header ($to)"
		fi
	done <<<"$includes"
}

impure()
{
	sources kernel/model | xargs grep -HnE '^[ \t]*#[ \t]*include[ \t]*<' |
		grep -vE "<linux/($model_may)\.h>"
}

sideways()
{
	while read -r file header; do
		[[ $file == kernel/model/* ]] || continue
		chip=$(chip_of "$file")
		[[ $(chip_of "$header") =~ ^($common|$chip)$ ]] ||
			echo "$file includes $header"
	done <<<"$includes"
}

foreign_chip()
{
	local chip file line name

	for file in kernel/dev_*.c; do
		chip=${file#kernel/dev_}
		chip=${chip%.c}
		grep -noE '\bvqc_(rec_)?(pic|pit|ioapic|lapic)_\w+\(' "$file" |
		grep -vE ":vqc_(rec_)?${chip}_" | sed 's/:vqc_rec_/:vqc_/' |
		while IFS=: read -r line name; do
			# What the fabric offers under a chip's name is no model.
			! grep -qw "${name%(}" kernel/model/*.h ||
				echo "$file:$line: $name)"
		done
	done
}

bus_knows()
{
	sources kernel/bus.[ch] | xargs grep -HnE '\bvqc_(pic|pit|ioapic|lapic|fabric)'
}

kvm_outside()
{
	sources kernel kunit | grep -v '^kernel/kvm/' |
		xargs grep -HnE '#[ \t]*include[ \t]*<(uapi/)?linux/(kvm|kvm_host|kvm_para)\.h>'
}

trace_outside()
{
	sources kernel | grep -vE '^kernel/(observe\.c|trace\.h)$' |
		xargs grep -HnE '#[ \t]*include[ \t]*"([^"]*/)?trace\.h"|\btrace_virqchip_\w+\('
}

version_outside()
{
	sources kernel kunit | grep -v '^kernel/compat.h$' |
		xargs grep -HnE '\b(LINUX_VERSION_CODE|KERNEL_VERSION)\b|linux/version\.h'
}

# The harness has stand-ins for exactly what a model may include.
not_alone()
{
	local header

	for header in kernel/model/*.h; do
		gcc -D_GNU_SOURCE -Itools/harness/shim -std=gnu11 -Wall -Wextra \
			-Wno-unused-parameter -Wno-sign-compare -Werror \
			-fsyntax-only -include "$header" -x c /dev/null 2>&1
	done | grep -E 'error:' | sort -u
}

includes=$(own_includes)

verdict "each file has its place" unplaced
verdict "Kbuild names each source" unbuilt
verdict "includes go down only" upward
verdict "models include only plain kernel headers" impure
verdict "no chip includes another" sideways
verdict "each dev_ file calls its own chip only" foreign_chip
verdict "the bus knows no chip" bus_knows
verdict "only kernel/kvm knows KVM" kvm_outside
verdict "only observe.c knows the tracepoints" trace_outside
verdict "only compat.h asks for the kernel's version" version_outside
verdict "each model header compiles by itself" not_alone

echo "$((nr - failed)) passed, $failed failed, 0 skipped"
[ $failed = 0 ]
