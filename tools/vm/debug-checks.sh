# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Inside the L1: what the debug kernel (debug-kernel.sh) has found. To be sourced.

debug_kmemleak=/sys/kernel/debug/kmemleak

# Succeeds when this kernel looks for leaks.
debug_has_kmemleak()
{
	[ -f "$debug_kmemleak" ]
}

# Print the memory that nothing points to any more; fails if there is some. What is
# younger than 5 s is not reported, nor is what has changed since the scan before.
debug_no_leaks()
{
	echo scan >"$debug_kmemleak" && sleep 6 && echo scan >"$debug_kmemleak" ||
		return
	cat "$debug_kmemleak"
	! grep -q . "$debug_kmemleak"
}

# Whatever the kernel has lost until now is not ours.
debug_forget_leaks()
{
	debug_no_leaks || true
	echo clear >"$debug_kmemleak"
}

# Print the reports in the kernel's log; fails if there are some. That an allocation
# failed, with the way to it, is none.
debug_no_reports()
{
	! dmesg | grep -E 'WARNING:|BUG:|Oops|UBSAN:|general protection|ODEBUG:|corruption|INFO: task .* blocked|rcu: INFO: .* stall'
}

# Fails, and says it, when one of those who look has given up. That kmemleak could
# not note which part of an object to scan is none: it scans all of it.
debug_still_looks()
{
	local status=0

	if ! grep -qE '^ *debug_locks: *1$' /proc/lockdep_stats; then
		echo "lockdep is off"
		status=1
	fi
	! dmesg | grep -E 'kmemleak: .*(disabled|empty)|ODEBUG disabled' || status=1
	return $status
}
