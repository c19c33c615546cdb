#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Inside the L1: load the module, run the ioctl tests, unload it.
set -eu

cd "$(dirname "$0")"

case ${1:-} in
--help|-h)
	cat <<-EOF2
	Usage: tools/selftests/run.sh [PATTERN...]

	To be run by tools/vm/run --module virqchip.ko, after "make selftests".
	Loads the module, tests the ioctls of /dev/virqchip (see
	tools/selftests/build/selftests --help), and unloads it. The last line
	counts the results.
	EOF2
	exit 0 ;;
esac

[ -x build/selftests ] ||
	{ echo "run.sh: there is no build/selftests: make selftests" >&2; exit 2; }
modprobe virqchip
[ -c /dev/virqchip ] ||
	{ echo "run.sh: there is no /dev/virqchip" >&2; exit 1; }

# The tests of virqctl want it; what they cover is skipped without.
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug || true

status=0
build/selftests "$@" || status=$?
if ! modprobe -r virqchip; then
	echo "run.sh: the module did not unload after the tests" >&2
	exit 1
fi
exit $status
