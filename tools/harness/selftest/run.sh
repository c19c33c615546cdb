#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Ask the selftest program for each of its cases and judge how it ends.
# Usage: run.sh PROGRAM

set -u
prog=${1:?usage: run.sh PROGRAM}
out=$(mktemp) || exit 2
trap 'rm -f "$out"' EXIT
failed=0

# want STATUS TOTALS FILTER [MUST [MUSTNOT]]: how the run must end, its last
# line, what the output must and must not hold.
want()
{
	status=0
	"$prog" --filter="$3" > "$out" 2>&1 || status=$?
	totals=$(grep -E '^[0-9]+ passed,' "$out" | tail -n 1)
	if [ "$status" -ne "$1" ] || [ "$totals" != "$2" ] ||
	   { [ -n "${4:-}" ] && ! grep -q -- "$4" "$out"; } ||
	   { [ -n "${5:-}" ] && grep -q -- "$5" "$out"; }; then
		echo "harness selftest: $3: status $status (want $1), totals '$totals' (want '$2')" >&2
		cat "$out" >&2
		failed=1
	fi
}

want 0 "12 passed, 0 failed, 0 skipped" "selftest_good" "ok 3 - third"
want 1 "0 passed, 1 failed, 0 skipped" "selftest_bad.bad_expectation" "went on"
want 1 "0 passed, 1 failed, 0 skipped" "selftest_bad.bad_assertion" "message of 42" "went on"
want 1 "0 passed, 1 failed, 0 skipped" "selftest_bad.bad_explicit" "reason 1"
want 1 "2 passed, 1 failed, 0 skipped" "selftest_bad.bad_parameter" "not ok 2 - second"
want 1 "0 passed, 0 failed, 1 skipped" "selftest_bad.bad_skip" "SKIP not here"
want 3 "0 passed, 1 failed, 0 skipped" "selftest_bad.bad_warning" "WARNING at"
want 3 "0 passed, 1 failed, 0 skipped" "selftest_bad.bad_overrun" "heap-buffer-overflow"
want 3 "0 passed, 1 failed, 0 skipped" "selftest_bad.bad_shift" "shift exponent"
want 1 "1 passed, 1 failed, 0 skipped" "selftest_bad.bad_leak" "LeakSanitizer"
want 1 "0 passed, 1 failed, 0 skipped" "selftest_bad_init" "init failed: -12" "went on"
want 1 "0 passed, 0 failed, 0 skipped" "no_such_suite" "no case matches"

if [ "$failed" -ne 0 ]; then
	echo "harness selftest: FAILED" >&2
	exit 1
fi
echo "# harness selftest: ok"
