#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run every test of the project and add up the results.
set -eu

cd "$(dirname "$0")/.."

# One line per stage:   NAME | SET | LANE | LIMIT | RESULT | COMMAND
#
# SET	check: always; all: only with --all, or when named
# LANE	first: one after the other, before all else
#	host, l1: two queues that run at the same time, each one stage at a time
# LIMIT	seconds after which the stage is killed and counts as failed
# RESULT how the stage's log (build/logs/NAME.log) is counted:
#	tests: by its last line "N passed, N failed, N skipped", or else by its
#	       KTAP result lines, of which the innermost count
#	step:  the stage is one test, which passes with exit status 0
#	A stage that ends with status 77 cannot be run here, and counts as skipped.
stages()
{
	cat <<-'EOF'
	module           | check | first | 300  | step  | build_module 6.1
	programs         | check | first | 200  | step  | build_programs
	lab              | check | l1    | 900  | tests | in_l1 6.1 tools/lab/compare.sh
	selftests        | check | l1    | 600  | tests | in_l1 6.1 tools/selftests/run.sh
	split            | check | l1    | 900  | tests | in_l1 6.1 tools/vm/test-suites --split
	selftests-kvm    | check | l1    | 900  | tests | in_l1 6.1 tools/selftests/kvm/run.sh
	kvm-own          | check | l1    | 600  | tests | kvm_own
	kvm-own-long     | all   | l1    | 1200 | tests | kvm_own --long
	kvm-own-split    | all   | l1    | 600  | tests | kvm_own --split
	linux-guest      | check | l1    | 900  | tests | l1_options='--smp 1' in_l1 6.1 tools/vm/test-linux-guest /dev/virqchip
	guests           | all   | l1    | 900  | tests | guests short 900
	guests-boards    | all   | l1    | 3600 | tests | guests boards 3600
	guests-chips     | all   | l1    | 3600 | tests | guests chips 3600
	guests-events    | all   | l1    | 5400 | tests | guests events 5400
	guests-long      | all   | l1    | 3600 | tests | guests long 3600
	guests-6.12      | all   | l1    | 900  | tests | guests short 900 6.12
	guests-7.2       | all   | l1    | 900  | tests | guests short 900 7.2
	intel-linux      | all   | l1    | 3600 | tests | intel_linux
	linux-split      | all   | l1    | 900  | tests | l1_options='--smp 1' in_l1 6.1 tools/vm/test-linux-guest --split /dev/virqchip
	split-async      | all   | l1    | 900  | tests | in_l1 6.1 sh -c 'echo split >/sys/module/virqchip/parameters/mode && exec tools/lab/compare.sh --device-only /dev/virqchip --stock-lapic async async.x2apic'
	split-6.12       | all   | l1    | 900  | tests | in_l1 6.12 tools/vm/test-suites --split
	split-7.2        | all   | l1    | 900  | tests | in_l1 7.2 tools/vm/test-suites --split
	intel-split      | all   | l1    | 900  | tests | in_l1 intel tools/vm/test-suites --split
	trouble          | check | l1    | 600  | tests | in_l1 6.1 tools/lab/trouble.sh
	record           | all   | l1    | 900  | tests | in_l1 6.1 tools/vm/test-record
	unload           | check | l1    | 900  | tests | l1_options='--smp 1' in_l1 6.1 tools/vm/test-unload
	l1-6.12          | check | l1    | 900  | tests | in_l1 6.12 tools/vm/test-suites
	l1-7.2           | all   | l1    | 900  | tests | in_l1 7.2 tools/vm/test-suites
	lab-6.12         | all   | l1    | 900  | tests | in_l1 6.12 tools/lab/compare.sh --device-only /dev/virqchip
	lab-7.2          | all   | l1    | 900  | tests | in_l1 7.2 tools/lab/compare.sh --device-only /dev/virqchip
	linux-guest-6.12 | all   | l1    | 900  | tests | l1_options='--smp 1' in_l1 6.12 tools/vm/test-linux-guest /dev/virqchip
	linux-guest-7.2  | all   | l1    | 900  | tests | l1_options='--smp 1' in_l1 7.2 tools/vm/test-linux-guest /dev/virqchip
	unload-6.12      | all   | l1    | 900  | tests | l1_options='--smp 1' in_l1 6.12 tools/vm/test-unload
	unload-7.2       | all   | l1    | 900  | tests | l1_options='--smp 1' in_l1 7.2 tools/vm/test-unload
	module-debug     | all   | l1    | 3600 | step  | build_module debug
	debug            | all   | l1    | 3600 | tests | l1_time=3500 in_l1 debug tools/vm/test-debug suites
	debug-split      | all   | l1    | 3600 | tests | l1_time=3500 in_l1 debug tools/vm/test-debug split
	debug-guests     | all   | l1    | 3600 | tests | l1_time=3500 in_l1 debug tools/vm/test-debug guests
	debug-unload     | all   | l1    | 3600 | tests | l1_time=3500 in_l1 debug tools/vm/test-debug unload
	debug-faults     | all   | l1    | 3600 | tests | l1_time=3500 l1_options=--allow-warn in_l1 debug tools/vm/test-debug faults
	module-6.12      | check | host  | 900  | step  | build_module 6.12
	module-7.2       | all   | host  | 1200 | step  | build_module 7.2
	harness          | check | host  | 600  | tests | make -j2 -C tools/harness O="$build/harness" check
	kunit-um         | check | host  | 1200 | tests | tools/kunit.sh --arch um
	kunit-x86_64     | check | host  | 1500 | tests | tools/kunit.sh --arch x86_64
	lint             | check | host  | 900  | tests | tools/lint.sh
	intel            | check | host  | 900  | tests | in_l1 intel tools/vm/test-suites --intel
	virqctl          | check | host  | 300  | tests | make -C tools/virqctl check
	timeline         | all   | host  | 900  | tests | tools/deps.sh browser && make -C tools/virqctl check-timeline
	replay           | check | host  | 600  | tests | O="$build/virqctl" tools/virqctl/test-replay
	docs             | check | host  | 300  | step  | make docs DOCS_BUILD="$build/docs"
	tools            | check | host  | 600  | tests | tools/vm/test-run
	kunit-um-6.12    | all   | host  | 1800 | tests | need_kernel 6.12 && tools/kunit.sh --arch um --kernel 6.12
	kunit-um-7.2     | all   | host  | 1800 | tests | need_kernel 7.2 && tools/kunit.sh --arch um --kernel 7.2
	EOF
}

build=$PWD/build/check
logs=build/logs
# shellcheck source=tools/vm/lib.sh
. tools/vm/lib.sh

usage()
{
	cat <<-EOF
	Usage: tools/check.sh [--all] [--list] [STAGE...]

	Installs what the tests need, then runs the STAGEs (default: those that
	--list marks "check"), two at a time. Each writes its log to
	$logs/STAGE.log. The last line says how many tests passed, failed
	and were skipped.

	Options:
	  --all        run the stages marked "all" too, which take long
	  --list       print the stages and exit
	  --count LOG  print what LOG counts as (passed, failed, skipped) and exit
	  --help       print this and exit

	Exit status: 0 when no test failed, 1 otherwise, 2 for wrong usage.
	EOF
}

# Make sure that kernel $1 is there. Returns 77 when there is none to be had:
# Debian's sid goes on to the next one.
need_kernel()
{
	! vm_kernel_gone "$1" || return 77
	vm_get_kernel "$1"
}

# The module for kernel $1 is in this directory.
module_dir()
{
	[ "$1" = 6.1 ] && echo "$build/module" || echo "$build/module-$1"
}

# Succeeds when the module builds for Debian's kernel $1 without one warning.
build_module()
{
	local log=$logs/module-$1-build.log status=0

	need_kernel "$1" || return
	# Warnings are said only of what is compiled.
	# shellcheck disable=SC2016 # for the inner shell
	flock "$logs/module-$1.lock" \
		bash -c 'rm -rf "$2" && vm_build_module_for "$@" W=1' \
		bash "$1" "$(module_dir "$1")" >"$log" 2>&1 || status=$?
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

# in_l1 KERNEL COMMAND...: where KVM and virqchip are loaded; KERNEL "intel" is 6.1
# with kvm-intel. What it leaves is in a directory beside the log, and so is the
# module: the stage that builds it anew may run at the same time. $l1_time is the L1's
# time limit, and $l1_options are more of tools/vm/run: --allow-warn where its kernel
# may warn, --smp 1 where the emulation with several CPUs does not hold.
# ${l1_files[@]} are those of an Intel one.
in_l1()
{
	local kernel=$1 machine=(--kvm) options
	shift

	[ "$kernel" != intel ] || {
		kernel=6.1 machine=(--intel --file tools "${l1_files[@]}")
	}
	read -ra options <<<"${l1_options:-}"
	need_kernel "$kernel" || return
	# shellcheck disable=SC2154 # run_stage sets it
	mkdir -p "$logs/$stage"
	# shellcheck disable=SC2016 # for the inner shell
	flock "$logs/module-$kernel.lock" \
		bash -c 'vm_build_module_for "$1" "$2" W=1 && cp "$2/virqchip.ko" "$3"' \
		bash "$kernel" "$(module_dir "$kernel")" "$logs/$stage" \
		>"$logs/$stage/module.log" 2>&1 || { cat "$logs/$stage/module.log"; return 1; }
	# shellcheck disable=SC2016 # for the shell in the L1
	tools/vm/run --kernel "$kernel" "${machine[@]}" --module "$logs/$stage/virqchip.ko" \
		--timeout "${l1_time:-900}" "${options[@]}" --results "$logs/$stage" -- \
		sh -c 'modprobe virqchip && exec "$@"' sh "$@"
}

# guests SET LIMIT [KERNEL]: the Linux guests of one set, in an L1 with that KERNEL
# (default 6.1). They end by themselves, and say why, before the stage's limit does it.
guests()
{
	local number

	for number in 6.1 6.12; do
		need_kernel "$number" && tools/vm/agent-initramfs "$number" || return
	done
	l1_time=$2 l1_options='--smp 1' in_l1 "${3:-6.1}" tools/vm/test-guests --set "$1" --time $(($2 - 120)) \
		--newer-qemu "$(tools/vm/get-qemu)"
}

# Linux in QEMU on kvm-intel: its L1 has no more than is packed for it. What the
# guests counted is compared here, where there is a Python.
intel_linux()
{
	local guest file name nr=0 firmware=/usr/share/qemu

	mapfile -t guest < <(tools/vm/guest-initramfs)
	for file in "${guest[@]}" /usr/bin/qemu-system-x86_64 /usr/share/seabios \
		$firmware/{kvmvapic,pvh,linuxboot_dma}.bin; do
		l1_files+=(--file "$file")
	done
	l1_files+=(--env "GUEST_KERNEL=${guest[0]}" --env "GUEST_INITRAMFS=${guest[1]}")
	l1_time=3400 in_l1 intel tools/vm/test-linux-guest --intel /dev/virqchip || return
	for name in x2apic smp; do
		nr=$((nr + 1))
		tools/vm/interrupts "$logs/$stage/$name" || printf 'not '
		echo "ok $nr - ${name}_counts_what_virqchip_injected"
	done
}

# KVM's own selftests on both devices; the programs are built once.
kvm_own()
{
	local programs

	programs=$(tools/kvm-selftests.sh) && in_l1 6.1 tools/vm/test-kvm-selftests "$@" "$programs"
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
	if [ $status = 77 ]; then
		counts='0 0 1' status=0
	elif [ "$kind" = step ]; then
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
	while IFS='|' read -r name _ stage_lane limit kind command; do
		[ "$stage_lane" = "$lane" ] || continue
		run_stage "$name" "$limit" "$kind" "$command"
	done <"$logs/stages"
}

# Print the stages without the blanks around the bars: those of "$@", or else
# those of set check, and with $all the others too.
chosen_stages()
{
	stages | sed 's/[[:blank:]]*|[[:blank:]]*/|/g' |
		awk -F '|' -v names=" $* " -v all="$all" '
			names != "  " { if (index(names, " " $1 " ")) print; next }
			$2 == "check" || all == "true"'
}

all=false
names=()
if [ "${1:-}" = --count ] && [ $# = 2 ]; then
	count_results "$2"
	exit
fi
for arg in "$@"; do
	case $arg in
	--help|-h)	usage; exit 0 ;;
	--list)		stages; exit 0 ;;
	--all)		all=true; continue ;;
	-*)		echo "check.sh: unknown option $arg (try --help)" >&2; exit 2 ;;
	esac
	chosen_stages "$arg" | grep -q . ||
		{ echo "check.sh: no stage $arg (try --list)" >&2; exit 2; }
	names+=("$arg")
done

mkdir -p "$logs"
rm -f "$logs"/*.result
export -f build_module build_programs guests in_l1 intel_linux kvm_own module_dir need_kernel
# shellcheck disable=SC2046 # as many words as functions
export -f $(compgen -A function vm_)
# shellcheck disable=SC2154 # lib.sh sets them
export vm_name vm_progress_seconds vm_tools vm_cache vm_kernels vm_keyring logs build

tools/deps.sh all
chosen_stages "${names[@]}" >"$logs/stages"
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
printf '%-18s %8s %8s %8s %8s\n' stage passed failed skipped seconds
total_passed=0 total_failed=0 total_skipped=0
while IFS='|' read -r name _; do
	passed=0 failed=1 skipped=0 seconds='-'
	[ ! -s "$logs/$name.result" ] ||
		read -r passed failed skipped seconds <"$logs/$name.result"
	printf '%-18s %8s %8s %8s %8s\n' "$name" "$passed" "$failed" "$skipped" "$seconds"
	total_passed=$((total_passed + passed))
	total_failed=$((total_failed + failed))
	total_skipped=$((total_skipped + skipped))
done <"$logs/stages"
echo "All took $SECONDS s; the logs are in $logs/."
echo "$total_passed passed, $total_failed failed, $total_skipped skipped"
[ $total_failed = 0 ]
