#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run every test of the project and add up the results.
set -eu

cd "$(dirname "$0")/.."

# One line per stage:   NAME | LANE | LIMIT | RESULT | COMMAND
#
# LANE	first: one after the other, before all else
#	host, l1: two queues that run at the same time, each one stage at a time
# LIMIT	seconds after which the stage is killed and counts as failed
# RESULT how the stage's log (build/logs/NAME.log) is counted:
#	tests: by its last line "N passed, N failed, N skipped", or else by its
#	       KTAP result lines, of which the innermost count
#	step:  the stage is one test, which passes with exit status 0
stages()
{
	cat <<-'EOF'
	module        | first | 300  | step  | build_module
	programs      | first | 200  | step  | build_programs
	lab           | l1    | 900  | tests | in_l1 tools/lab/compare.sh
	selftests     | l1    | 600  | tests | in_l1 tools/selftests/run.sh
	selftests-kvm | l1    | 900  | tests | in_l1 tools/selftests/kvm/run.sh
	linux-guest   | l1    | 900  | tests | in_l1 tools/vm/test-linux-guest /dev/virqchip
	unload        | l1    | 600  | tests | in_l1 tools/vm/test-unload
	tools         | l1    | 600  | tests | tools/vm/test-run
	harness       | host  | 600  | tests | make -j2 -C tools/harness O="$build/harness" check
	kunit-um      | host  | 1200 | tests | tools/kunit.sh --arch um
	kunit-x86_64  | host  | 1500 | tests | tools/kunit.sh --arch x86_64
	lint          | host  | 900  | tests | tools/lint.sh
	docs          | host  | 300  | step  | make docs DOCS_BUILD="$build/docs"
	EOF
}

build=$PWD/build/check
logs=build/logs
# shellcheck source=tools/vm/lib.sh
. tools/vm/lib.sh

usage()
{
	cat <<-EOF
	Usage: tools/check.sh [--list] [STAGE...]

	Installs what the tests need, then runs all STAGEs (default: all), two at
	a time. Each writes its log to $logs/STAGE.log. The last line says how
	many tests passed, failed and were skipped.

	Options:
	  --list       print the stages and exit
	  --count LOG  print what LOG counts as (passed, failed, skipped) and exit
	  --help       print this and exit

	Exit status: 0 when no test failed, 1 otherwise, 2 for wrong usage.
	EOF
}

# Succeeds when the module builds for Debian's 6.1 without one warning.
build_module()
{
	local log=$logs/module-build.log status=0

	# Warnings are said only of what is compiled.
	rm -rf "$build/module"
	vm_build_module "$build/module" W=1 >"$log" 2>&1 || status=$?
	cat "$log"
	[ $status = 0 ] || return 1
	# Debian's compiler may be newer than the one its kernel was built with.
	! grep -E 'warning: |WARNING: ' "$log" | grep -v 'the compiler differs'
}

# What the stages in the L1 run there.
build_programs()
{
	make lab && make selftests
}

# in_l1 COMMAND...: where KVM and virqchip are loaded. What it leaves is in a
# directory beside the log.
in_l1()
{
	# shellcheck disable=SC2016,SC2154 # for the shell in the L1; run_stage sets it
	tools/vm/run --kvm --module "$build/module/virqchip.ko" \
		--results "$logs/$stage" -- sh -c 'modprobe virqchip && exec "$@"' sh "$@"
}

# Print "PASSED FAILED SKIPPED" of log $1, or nothing when it has no results.
count_results()
{
	awk '
	match($0, /[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/) {
		split(substr($0, RSTART), word, " ")
		summary = word[1] " " word[3] " " word[5]
	}
	match($0, /^ *(not )?ok [0-9]+/) {
		line = $0
		sub(/^ */, "", line)
		indent = length($0) - length(line)
		what = line ~ /# SKIP/ ? "skipped" : line ~ /^not/ ? "failed" : "passed"
		# Deeper results since the last one of this indent make this
		# one a sum of theirs.
		if (deeper[indent])
			deeper[indent] = 0
		else {
			count[what]++
			ktap = 1
		}
		for (i = 0; i < indent; i++)
			deeper[i] = 1
	}
	# A test that gives up is a failed one, whatever was planned after it.
	/^ *Bail out!/ { count["failed"]++; ktap = 1 }
	END {
		if (summary != "")
			print summary
		else if (ktap)
			print count["passed"] + 0, count["failed"] + 0, count["skipped"] + 0
	}' "$1"
}

# The last line of log $1 that says something, cut to fit.
last_words()
{
	grep -v '^[[:blank:]]*$' "$1" | tail -n 1 | sed "s,$PWD/,,g" | tr -d '\r' |
		cut -c 1-56
}

# Run stage $1 and leave "PASSED FAILED SKIPPED SECONDS" in $logs/$1.result.
run_stage()
{
	local name=$1 limit=$2 kind=$3 command=$4
	local log=$logs/$name.log status=0 counts passed failed skipped start next

	start=$SECONDS
	echo "[$(printf '%4d' $SECONDS) s] $name: started"
	echo "# $command" >"$log"
	stage=$name timeout -k 10 "$limit" bash -c "$command" >>"$log" 2>&1 </dev/null &
	job=$!
	next=$((SECONDS + 60))
	while kill -0 $job 2>/dev/null; do
		sleep 0.5
		[ $SECONDS -ge $next ] || continue
		next=$((SECONDS + 60))
		printf '[%4d s] %s: ... %s\n' $SECONDS "$name" "$(last_words "$log")"
	done
	wait $job || status=$?
	if [ "$kind" = step ]; then
		counts='1 0 0'
		[ $status = 0 ] || counts='0 1 0'
	else
		counts=$(count_results "$log")
	fi
	read -r passed failed skipped <<<"${counts:-0 0 0}"
	# A stage that dies, or that says nothing, must not pass for a good one.
	if [ -z "$counts" ] || { [ $status != 0 ] && [ "$failed" = 0 ]; }; then
		failed=$((failed + 1))
	fi
	echo "$passed $failed $skipped $((SECONDS - start))" >"$logs/$name.result"
	{
		printf '[%4d s] %s: %s passed, %s failed, %s skipped (%s s)' $SECONDS \
			"$name" "$passed" "$failed" "$skipped" $((SECONDS - start))
		[ $status != 124 ] && [ $status != 137 ] || printf ', killed after %s s' "$limit"
		[ "$failed" = 0 ] || printf ', see %s' "$log"
		echo
		if [ "$failed" != 0 ]; then
			grep -E '^ *not ok ' "$log" | head -n 20 || true
			tail -n 15 "$log" | sed 's/^/    | /'
		fi
	} >"$log.tail"
	cat "$log.tail"
	rm -f "$log.tail"
}

# Run the chosen stages of lane $1, one after the other.
run_lane()
{
	local lane=$1 name stage_lane limit kind command

	# timeout passes the signal on to all that the stage started.
	trap 'kill $job 2>/dev/null; exit 130' TERM
	while IFS='|' read -r name stage_lane limit kind command; do
		[ "$stage_lane" = "$lane" ] || continue
		run_stage "$name" "$limit" "$kind" "$command"
	done <"$logs/stages"
}

# Print the stages without the blanks around the bars, those of "$@" only.
chosen_stages()
{
	stages | sed 's/[[:blank:]]*|[[:blank:]]*/|/g' |
		awk -F '|' -v names=" $* " \
			'names == "  " || index(names, " " $1 " ")'
}

if [ "${1:-}" = --count ] && [ $# = 2 ]; then
	count_results "$2"
	exit
fi
for arg in "$@"; do
	case $arg in
	--help|-h)	usage; exit 0 ;;
	--list)		stages; exit 0 ;;
	-*)		echo "check.sh: unknown option $arg (try --help)" >&2; exit 2 ;;
	esac
	chosen_stages "$arg" | grep -q . ||
		{ echo "check.sh: no stage $arg (try --list)" >&2; exit 2; }
done

mkdir -p "$logs"
rm -f "$logs"/*.result
export -f build_module build_programs in_l1
export -f vm_build_module vm_module_sources vm_headers_dir vm_say vm_die
export vm_name vm_tools logs build

tools/deps.sh all
chosen_stages "$@" >"$logs/stages"
vm_get_kernel

running=()
# shellcheck disable=SC2317 # called by the trap
stop()
{
	for pid in "${running[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
	exit 130
}
trap stop INT TERM

for lanes in first 'l1 host'; do
	for lane in $lanes; do
		run_lane "$lane" &
		running+=($!)
	done
	wait
done

echo
printf '%-16s %8s %8s %8s %8s\n' stage passed failed skipped seconds
total_passed=0 total_failed=0 total_skipped=0
while IFS='|' read -r name _; do
	passed=0 failed=1 skipped=0 seconds='-'
	[ ! -s "$logs/$name.result" ] ||
		read -r passed failed skipped seconds <"$logs/$name.result"
	printf '%-16s %8s %8s %8s %8s\n' "$name" "$passed" "$failed" "$skipped" "$seconds"
	total_passed=$((total_passed + passed))
	total_failed=$((total_failed + failed))
	total_skipped=$((total_skipped + skipped))
done <"$logs/stages"
echo "All took $SECONDS s; the logs are in $logs/."
echo "$total_passed passed, $total_failed failed, $total_skipped skipped"
[ $total_failed = 0 ]
