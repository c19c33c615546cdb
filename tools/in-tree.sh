#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Put the module, its header and its tests into a Linux source tree.
set -eu

usage()
{
	cat <<-EOF
	Usage: tools/in-tree.sh LINUX_DIR

	Puts virqchip into the Linux source tree LINUX_DIR:

	  drivers/virt/virqchip/          sources, Kconfig, Makefile, .kunitconfig
	  drivers/virt/virqchip/tests/    the KUnit suites
	  include/uapi/linux/virqchip.h   the header for programs
	  include/uapi/linux/virqchip_record.h   the format of recordings
	  drivers/virt/Kconfig, Makefile  one line each

	Run it again to bring the tree up to date; what has not changed is not
	touched. Afterwards the suites run there as for any subsystem:

	  ./tools/testing/kunit/kunit.py run --kunitconfig=drivers/virt/virqchip

	Exit status: 0 when done, 1 when it cannot be, 2 for wrong usage.
	EOF
}

fail()
{
	echo "in-tree.sh: $*" >&2
	exit 1
}

# Copy file $1 to $2 unless they are the same already.
put_file()
{
	cmp -s "$1" "$2" || install -D -m 644 "$1" "$2"
}

# Make directory $2 hold the sources of $1, and no others.
put_sources()
{
	local from=$1 to=$2 file

	mkdir -p "$to"
	while read -r file; do
		[ -e "$from/$file" ] || rm -f "${to:?}/$file"
	done < <(cd "$to" && find . -name '*.[ch]')
	while read -r file; do
		put_file "$from/$file" "$to/$file"
	done < <(cd "$from" && find . -name '*.[ch]' -not -name '*.mod.c' -not -path './uapi/*')
}

# Put line $2 into file $1: before line $3 where it says so, else at the end.
put_line()
{
	local file=$1 line=$2 before=${3:-}

	! grep -qxF "$line" "$file" || return 0
	if [ -n "$before" ]; then
		# The last one closes the menu.
		awk -v line="$line" -v before="$before" '
			{ text[NR] = $0; if ($0 == before) last = NR }
			END {
				for (i = 1; i <= NR; i++) {
					if (i == last)
						print line "\n"
					print text[i]
				}
			}' "$file" >"$file.new"
		mv "$file.new" "$file"
	else
		echo "$line" >>"$file"
	fi
	grep -qxF "$line" "$file" || fail "$file has no line '$before'"
}

case ${1:-} in
--help|-h)	usage; exit 0 ;;
esac
[ $# = 1 ] || { usage >&2; exit 2; }
case $1 in
-*)	echo "in-tree.sh: unknown option $1 (try --help)" >&2; exit 2 ;;
esac

linux=$1
here=$(cd "$(dirname "$0")/.." && pwd)
[ -d "$linux" ] || fail "there is no directory $linux"
if [ ! -f "$linux/drivers/virt/Kconfig" ] || [ ! -f "$linux/include/linux/kernel.h" ]; then
	fail "$linux is no Linux source tree (it has no drivers/virt/Kconfig)"
fi
[ -w "$linux/drivers/virt" ] || fail "$linux cannot be written to"

home=$linux/drivers/virt/virqchip
put_sources "$here/kernel" "$home/kernel"
put_sources "$here/kunit" "$home/tests"
put_file "$here/Kbuild" "$home/Makefile"
put_file "$here/Kconfig" "$home/Kconfig"
put_file "$here/.kunitconfig" "$home/.kunitconfig"
for header in virqchip.h virqchip_record.h; do
	put_file "$here/kernel/uapi/linux/$header" "$linux/include/uapi/linux/$header"
done
put_line "$linux/drivers/virt/Kconfig" 'source "drivers/virt/virqchip/Kconfig"' endif
# shellcheck disable=SC2016 # the variable is make's
put_line "$linux/drivers/virt/Makefile" 'obj-$(CONFIG_VIRQCHIP)		+= virqchip/'
