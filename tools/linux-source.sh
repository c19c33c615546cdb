#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Unpack Debian's kernel source, once, and say where it is.
set -eu

# shellcheck source=tools/vm/lib.sh
. "$(dirname "$0")/vm/lib.sh"

usage()
{
	cat <<-EOF
	Usage: tools/linux-source.sh [--kernel NUMBER]

	Unpacks Debian's source of a kernel into $vm_cache,
	unless that version is there already, and prints the directory. Wants 1.4
	to 2 GB there.

	Options:
	  --kernel NUMBER  ${vm_kernels// /, } (default 6.1). The package of 6.1 is to
	                   be installed (tools/deps.sh kunit), others are downloaded.
	  --help           print this and exit

	Exit status: 0 when the source is there, 1 otherwise, 2 for wrong usage.
	EOF
}

fail()
{
	echo "linux-source.sh: $*" >&2
	exit 1
}

bad_usage()
{
	echo "linux-source.sh: $* (try --help)" >&2
	exit 2
}

number=6.1
case ${1:-} in
'')		;;
--kernel)	number=${2:-}; shift $(($# > 1 ? 2 : 1)) ;;
--help|-h)	usage; exit 0 ;;
*)		bad_usage "unknown argument $1" ;;
esac
[ $# = 0 ] || bad_usage "unknown argument $1"
suite=$(vm_kernel_suite "$number") || bad_usage "no Linux '$number'; there are $vm_kernels"

cache=$vm_cache/linux-source
[ "$number" = 6.1 ] || cache=$cache-$number
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

if [ -n "$suite" ]; then
	if [ ! -f "$cache/stamp" ]; then
		rm -rf "$cache/package" "$cache/linux" "$cache/new"
		if ! vm_apt_update "$suite" ||
		   ! vm_fetch_packages "$suite" "$cache/package" "linux-source-$number"; then
			fail "cannot get linux-source-$number of Debian's $suite"
		fi
	fi
	tarball=$cache/package/usr/src/linux-source-$number.tar.xz
	stamp=$number
else
	tarball=/usr/src/linux-source-$number.tar.xz
	[ -f "$tarball" ] || fail "$tarball is missing; tools/deps.sh kunit installs it"
	# What stands in the cache came from this very tarball, or it is unpacked anew.
	stamp=$(stat -c '%s %Y' "$tarball")
fi
if [ "$(cat "$cache/stamp" 2>/dev/null)" != "$stamp" ]; then
	echo "# unpacking $tarball (about a minute)" >&2
	rm -rf "$cache/stamp" "$cache/linux" "$cache/new"
	mkdir "$cache/new"
	tar -xJf "$tarball" -C "$cache/new" --strip-components=1 ||
		fail "cannot unpack $tarball into $cache"
	mv "$cache/new" "$cache/linux"
	rm -rf "$cache/package"
	echo "$stamp" >"$cache/stamp"
fi
echo "$cache/linux"
