# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Runs suites one after the other and adds up their results. To be sourced.

passed=0 failed=0 skipped=0
suite_log=$(mktemp)
trap 'rm -f "$suite_log"' EXIT

# suite_check STATUS NAME: a check of the script itself.
suite_check()
{
	if [ "$1" = 0 ]; then
		echo "ok - $2"
		passed=$((passed + 1))
	else
		echo "not ok - $2"
		failed=$((failed + 1))
	fi
}

# Print "PASSED FAILED SKIPPED" of the last suite: by its last line, or else by its
# KTAP results.
suite_counts()
{
	local summary='^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$'

	if grep -qE "$summary" "$suite_log"; then
		sed -n -E "s/$summary/\1 \2 \3/p" "$suite_log" | tail -n 1
	else
		awk '/^ok .*# SKIP/ { skip++; next } /^ok / { ok++ } /^not ok / { bad++ }
		     END { if (ok + bad + skip) print ok + 0, bad + 0, skip + 0 }' "$suite_log"
	fi
}

# suite COMMAND...: one failure more if it dies, or says nothing.
suite()
{
	local counts ok bad left start=$SECONDS

	echo "# $*"
	{ "$@" 2>&1 || echo "ended with status $?"; } | tee "$suite_log" |
		grep --line-buffered -v '^[0-9]* passed, ' || true
	counts=$(suite_counts)
	read -r ok bad left <<<"${counts:-0 1 0}"
	if tail -n 1 "$suite_log" | grep -q '^ended with status' && [ "$bad" = 0 ]; then
		echo "not ok - $*"
		bad=1
	fi
	echo "# ... took $((SECONDS - start)) s"
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + left))
}

# Print the sum; succeeds when nothing failed.
suites_end()
{
	echo "$passed passed, $failed failed, $skipped skipped"
	[ $failed = 0 ]
}
