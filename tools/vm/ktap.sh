# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Shell tests that speak KTAP. To be sourced.

ktap_number=0
ktap_failed=0

ktap_plan()
{
	echo "KTAP version 1"
	echo "1..$1"
}

# ktap_result STATUS NAME: one test is done.
ktap_result()
{
	local word=ok

	ktap_number=$((ktap_number + 1))
	if [ "$1" != 0 ]; then
		word='not ok'
		ktap_failed=$((ktap_failed + 1))
	fi
	echo "$word $ktap_number $2"
}

# ktap_test NAME COMMAND...: passes when COMMAND succeeds; shows what it said.
ktap_test()
{
	local name=$1 status=0
	shift

	"$@" > >(sed 's/^/# /') 2>&1 || status=$?
	wait $! 2>/dev/null || true
	ktap_result $status "$name"
}

# ktap_skip NAME WHY
ktap_skip()
{
	ktap_number=$((ktap_number + 1))
	echo "ok $ktap_number $1 # SKIP $2"
}

ktap_end()
{
	[ $ktap_failed = 0 ] || exit 1
	exit 0
}

# wait_for SECONDS COMMAND...: try until COMMAND succeeds or the time is up.
wait_for()
{
	local end=$((SECONDS + $1))
	shift

	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}
