#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Unpack Debian's kernel source, once, and say where it is.
set -eu

usage()
{
	cat <<-EOF
	Usage: tools/linux-source.sh

	Unpacks the kernel source that Debian's package linux-source-6.1 brings
	into $cache, unless that version is there
	already, and prints the directory. Wants 1.4 GB there.

	Exit status: 0 when the source is there, 1 otherwise.
	EOF
}

cache=${XDG_CACHE_HOME:-$HOME/.cache}/virqchip/linux-source
tarball=/usr/src/linux-source-6.1.tar.xz

fail()
{
	echo "linux-source.sh: $*" >&2
	exit 1
}

case ${1:-} in
'')		;;
--help|-h)	usage; exit 0 ;;
*)		echo "linux-source.sh: unknown argument $1 (try --help)" >&2; exit 2 ;;
esac

[ -f $tarball ] || fail "$tarball is missing; tools/deps.sh kunit installs it"
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

# What stands in the cache came from this very tarball, or it is unpacked anew.
stamp=$(stat -c '%s %Y' $tarball)
if [ "$(cat "$cache/stamp" 2>/dev/null)" != "$stamp" ]; then
	echo "# unpacking $tarball (about a minute)" >&2
	rm -rf "$cache/stamp" "$cache/linux" "$cache/new"
	mkdir "$cache/new"
	tar -xJf $tarball -C "$cache/new" --strip-components=1 ||
		fail "cannot unpack $tarball into $cache"
	mv "$cache/new" "$cache/linux"
	echo "$stamp" >"$cache/stamp"
fi
echo "$cache/linux"
