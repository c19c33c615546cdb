#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Print how much of each model the suites have run.
# Usage: coverage.sh BUILD_DIR SOURCE...

set -eu
[ $# -ge 2 ] || { echo "usage: coverage.sh BUILD_DIR SOURCE..." >&2; exit 2; }
build=$1
shift

printf '%-24s %16s %16s\n' "model" "lines" "branches taken"
for source in "$@"; do
	# Only the source itself counts, not what it includes.
	gcov-12 -b -n -o "$build/kernel/model" "$source" 2>/dev/null |
	awk -v source="$source" '
		/^File / { ours = index($0, source) > 0 }
		ours && /^Lines executed/ { lines = $0 }
		ours && /^Taken at least once/ { taken = $0 }
		function nice(text) {
			if (text == "")
				return "-"
			sub(/^[^:]*:/, "", text)
			return text
		}
		END {
			name = source
			sub(/.*\//, "", name)
			printf "%-24s %16s %16s\n", name, nice(lines), nice(taken)
		}'
done
