#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build KVM's own selftests from Debian's kernel source, once, and say where.
set -eu

tools=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/vm/lib.sh
. "$tools/vm/lib.sh"

usage()
{
	cat <<-EOF2
	Usage: tools/kvm-selftests.sh

	Builds tools/testing/selftests/kvm of Debian's Linux 6.1 source in
	$vm_cache/kvm-selftests, unless that is done
	already, and prints the directory of the programs. Takes about a minute; the
	source stays as it is. tools/vm/test-kvm-selftests runs them.

	Options:
	  --help  print this and exit

	Exit status: 0 when they are there, 1 otherwise, 2 for wrong usage.
	EOF2
}

case ${1:-} in
'')		;;
--help|-h)	usage; exit 0 ;;
*)		echo "kvm-selftests.sh: unknown argument $1 (try --help)" >&2; exit 2 ;;
esac

fail()
{
	echo "kvm-selftests.sh: $*" >&2
	exit 1
}

linux=$("$tools/linux-source.sh")
cache=$vm_cache/kvm-selftests
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

# Built anew for another source, and after a change of this script.
stamp=$(cat "$(dirname "$linux")/stamp" "$0" | sha256sum)
if [ "$(cat "$cache/stamp" 2>/dev/null)" != "$stamp" ]; then
	rm -rf "$cache/stamp" "$cache/headers" "$cache/programs"
	log=$cache/build.log
	echo "# building KVM's selftests (about a minute)" >&2
	vm_run_logged "$log" make -C "$linux" O="$cache/headers" headers >&2 ||
		fail "cannot make the kernel's headers, see $log"
	# Two tests of 6.1 miss something: one the new name of a macro, the other
	# a header that comes before it by luck.
	vm_run_logged "$log" make -j2 -C "$linux/tools/testing/selftests/kvm" \
		OUTPUT="$cache/programs" \
		KHDR_INCLUDES="-isystem $cache/headers/usr/include" \
		EXTRA_CFLAGS="-DTEST_ASSERT_EQ=ASSERT_EQ -include $cache/headers/usr/include/linux/stddef.h" >&2 ||
		fail "cannot build the selftests, see $log"
	echo "$stamp" >"$cache/stamp"
fi
echo "$cache/programs"
