# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Words for who waits: what a script says, and how far a long command is. Sourced
# by lib.sh, and by what needs no more of it.

vm_name=${0##*/}
# So often is shown how far a command is.
vm_progress_seconds=15

vm_say()
{
	echo "$vm_name: $*" >&2
}

# vm_show_progress LOG SECONDS: what the command that writes LOG does after SECONDS.
# A script may have its own.
vm_show_progress()
{
	vm_say "($2 s) $(tail -n 1 "$1" | cut -c 1-60)"
}

# vm_run_logged LOG COMMAND...: with its output in LOG. Shows how far it is now and
# then, and the end of LOG if it fails.
vm_run_logged()
{
	local log=$1 status=0 start=$SECONDS next=$((SECONDS + vm_progress_seconds)) job
	shift

	"$@" >"$log" 2>&1 </dev/null &
	job=$!
	while kill -0 $job 2>/dev/null; do
		sleep 0.2
		[ $SECONDS -ge $next ] || continue
		next=$((SECONDS + vm_progress_seconds))
		vm_show_progress "$log" $((SECONDS - start))
	done
	wait $job || status=$?
	[ $status = 0 ] || tail -n 20 "$log" >&2
	return $status
}
