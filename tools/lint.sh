#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every check of the sources that needs no run of them.
set -eu

usage()
{
	cat <<-EOF
	Usage: tools/lint.sh [CHECK...]

	Runs all CHECKs of the sources (default: all), says in KTAP which hold and,
	for those that do not, what is wrong. The last line counts them.

	Checks:
	  checkpatch   scripts/checkpatch.pl --strict of Linux: nothing to say
	  build        the module compiles with W=1 without one warning
	  sparse       sparse has nothing to say (C=2, __CHECK_ENDIAN__)
	  kerneldoc    scripts/kernel-doc has nothing to say
	  documented   each function of kernel/ that crosses a file has kernel-doc
	  layers       tools/check-layers.sh
	  functions    no function is longer than $max_function lines
	  files        no .c file is longer than $max_file lines
	  silent       nothing in kernel/ writes to the kernel's log
	  bugs         the tests that Documentation/bugs.rst names exist
	  spdx         each file names its licence in its first two lines
	  shell        each shell script parses, and shellcheck has nothing to say
	  python       each Python script parses
	  spelling     codespell has nothing to say

	Exit status: 0 when all hold, 1 otherwise, 2 for wrong usage.
	EOF
}

max_function=60
max_file=800
all='checkpatch build sparse kerneldoc documented layers functions files silent bugs spdx shell python spelling'

# What checkpatch says and we do not follow:  PATH (a regular expression) ; TYPE ; why
# A line that nothing needs any more is an error, too.
waivers()
{
	cat <<-'EOF'
	kernel/compat.h ; LINUX_VERSION_CODE ; the one file that is there to ask for it
	kernel/compat.h ; CONSTANT_COMPARISON ; takes LINUX_VERSION_CODE for a constant on the left
	kernel/chardev.h ; MACRO_ARG_REUSE ; an argument is a constant or the name of a type
	kernel/model/fx.h ; COMPLEX_MACRO ; a list for X-macros
	kernel/model/fx.h ; MACRO_ARG_REUSE ; a list for X-macros, and names pasted from one
	kernel/model/fx.c ; BRACKET_SPACE ; takes a designated initializer for an index
	kernel/recfmt.c ; MACRO_ARG_REUSE ; copies field by field, and its arguments are pointers
	kernel/trace.h ; PARENTHESIS_ALIGNMENT ; TRACE_EVENT() is laid out as in the kernel's own
	kernel/trace.h ; TRAILING_SEMICOLON ; what TRACE_DEFINE_ENUM() wants of a list
	tools/harness/shim/.* ; COMPLEX_MACRO ; declares functions for each type, or names an attribute
	tools/harness/shim/.* ; CAMELCASE ; the C language has _Static_assert
	tools/harness/shim/.* ; EXPORT_SYMBOL ; defines it
	tools/harness/shim/.* ; MACRO_ARG_PRECEDENCE ; an argument is a type, a member or an operator
	tools/harness/shim/.* ; MACRO_ARG_REUSE ; the kernel's macros evaluate that one twice, too
	tools/harness/shim/.* ; MEMORY_BARRIER ; defines it
	tools/harness/shim/.* ; MINMAX ; defines it
	tools/harness/shim/.* ; FUNCTION_ARGUMENTS ; takes the attribute of a definition for an argument
	tools/harness/shim/.* ; LIKELY_MISUSE ; sees IS_ERR_OR_NULL() of the kernel, not this one
	tools/harness/shim/.* ; NEW_TYPEDEFS ; the kernel's own types
	tools/harness/shim/.* ; PREFER_DEFINED_ATTRIBUTE_MACRO ; defines it
	tools/harness/shim/.* ; UNSPECIFIED_INT ; does not know __int128
	tools/harness/shim/.* ; SPACING ; takes the operator of a macro for a binary one
	tools/virqctl/(re.*|tape)\.c ; CAMELCASE ; zlib's names, and _Noreturn of the C language
	tools/selftests/harness.h ; MACRO_ARG_REUSE ; pastes a name, or is a number
	tools/selftests/harness.h ; PREFER_DEFINED_ATTRIBUTE_MACRO ; defines it
	tools/virqctl/timeline_html.c ; CAMELCASE ; names of zlib
	tools/virqctl/timeline_html.c ; MACRO_ARG_REUSE ; the index that the value is made with
	tools/virqctl/virqctl.h ; MACRO_ARG_REUSE ; is a number
	tools/virqctl/virqctl.h ; PREFER_DEFINED_ATTRIBUTE_MACRO ; defines it
	EOF
}

wanted=()
for arg in "$@"; do
	case $arg in
	--help|-h)	usage; exit 0 ;;
	-*)		echo "lint.sh: unknown option $arg (try --help)" >&2; exit 2 ;;
	esac
	[[ " $all " == *" $arg "* ]] ||
		{ echo "lint.sh: no check $arg (try --help)" >&2; exit 2; }
	wanted+=("$arg")
done
[ ${#wanted[@]} -gt 0 ] || read -r -a wanted <<<"$all"

cd "$(dirname "$0")/.."
tools/deps.sh lint
work=$(mktemp -d "${TMPDIR:-/tmp}/virqchip-lint.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Files of ours whose name matches one of the patterns.
files()
{
	local -a match=()

	for pattern in "$@"; do
		match+=(-o -name "$pattern")
	done
	find . -name .git -prune -o -name build -prune -o -type f \
		\( "${match[@]:1}" \) -not -name '*.mod.c' \
		-not -name '.checkpatch-*' -printf '%P\n' | LC_ALL=C sort
}

# Files of ours that begin with a line that matches $1.
scripts()
{
	files '*' | grep -vE '\.(o|ko|cmd|a|d)$' | while read -r file; do
		! head -n 1 "$file" | grep -qaE "$1" || echo "$file"
	done
}

headers_dir()
{
	# shellcheck source=tools/vm/lib.sh
	(. tools/vm/lib.sh && vm_headers_dir)
}

# Each check prints what is wrong, and nothing when nothing is.

check_checkpatch()
{
	local linux said=$work/checkpatch left=$work/left path type why

	linux=$(tools/linux-source.sh)
	# Not from here: it leaves a file behind where there is a .git.
	files '*.[chS]' | sed "s,^,$PWD/," |
		(cd "$work" && xargs "$linux/scripts/checkpatch.pl" --root="$linux" --no-tree \
			--strict --terse --show-types --no-summary -f) 2>&1 |
		sed "s,^$PWD/,," >"$said"
	while IFS=';' read -r path type why; do
		# The fields stand in columns.
		read -r path type <<<"$path $type"
		[ -n "$why" ] || echo "waiver without a reason: $path $type"
		grep -vE "^($path):[0-9]+: [A-Z]+:$type: " "$said" >"$left" || [ $? = 1 ] ||
			{ echo "waiver that grep does not take: $path"; continue; }
		! cmp -s "$said" "$left" || echo "waiver that nothing needs: $path $type"
		mv "$left" "$said"
	done < <(waivers)
	cat "$said"
}

# Build a copy, so that nobody else's build is in the way, once for all checks.
copy_build()
{
	[ ! -e "$work/src" ] || return 0
	mkdir "$work/src"
	{ files '*.[chS]' | grep -E '^(kernel|kunit)/'; echo Kbuild; } |
		cpio -pdm --quiet "$work/src"
	make -C "$(headers_dir)" M="$work/src" -j2 W=1 >"$work/build.log" 2>&1 ||
		echo "the build failed" >>"$work/build.log"
}

check_build()
{
	copy_build
	grep -E 'warning:|error:|WARNING|ERROR|^the build failed' -A 3 "$work/build.log" |
		sed "s,$work/src/,,"
}

check_sparse()
{
	copy_build
	make -C "$(headers_dir)" M="$work/src" -j2 C=2 CF=-D__CHECK_ENDIAN__ \
		>"$work/sparse.log" 2>&1 || echo "the build failed"
	grep -E 'warning:|error:' "$work/sparse.log" | sed "s,$work/src/,,"
	grep -q '^  CHECK ' "$work/sparse.log" || echo "sparse has not run"
}

check_kerneldoc()
{
	files '*.[ch]' | grep -E '^(kernel|kunit)/' |
		xargs "$(tools/linux-source.sh)/scripts/kernel-doc" -none 2>&1 |
		grep -v 'no structured comments found'
}

# Functions that another file can call, and no kernel-doc comment tells of. What
# suites share among them is no interface; a plain comment does.
check_documented()
{
	local -a ours

	mapfile -t ours < <(files '*.[ch]' | grep -E '^kernel/')
	sed -n -E 's/^ \* (struct |enum |union )?(\w+)(\(\))? - .*/\2/p' "${ours[@]}" |
		LC_ALL=C sort -u >"$work/documented"
	# compat.h has the kernel's own; __name is the inner half of name.
	ctags -f - --languages=C --langmap=C:+.h --c-kinds=f --fields=Ff --extras=-F "${ours[@]}" |
		grep -vE '\sfile:|\skernel/compat\.h\s|^__' | cut -f 1,2 | LC_ALL=C sort -u |
		LC_ALL=C join -v 1 - "$work/documented" |
		while read -r name file; do
			echo "$file: $name() crosses files and has no kernel-doc"
		done
}

check_layers()
{
	tools/check-layers.sh >"$work/layers" 2>&1 || cat "$work/layers"
}

check_functions()
{
	files '*.[ch]' | ctags -f - -L - --languages=C --langmap=C:+.h --c-kinds=f --fields=ne |
		awk -F '\t' -v max=$max_function '{
			start = end = 0
			for (i = 4; i <= NF; i++) {
				if ($i ~ /^line:/)
					start = substr($i, 6)
				if ($i ~ /^end:/)
					end = substr($i, 5)
			}
			if (end - start + 1 > max)
				printf "%s:%d: %s() has %d lines\n", $2, start, $1, end - start + 1
		}'
}

check_files()
{
	files '*.c' | xargs wc -l | awk -v max=$max_file \
		'$2 != "total" && $1 > max { print $2 " has " $1 " lines" }'
}

check_spdx()
{
	files '*' | grep -vE '\.(o|ko|cmd|a|d|mod|order|symvers|png|svg|virqrec\.gz)$|^(COPYING|MAINTAINERS)$' |
	while read -r file; do
		head -n 2 "$file" | grep -qaE 'SPDX-License-Identifier: GPL-2\.0-only' ||
			git check-ignore -q "$file" 2>/dev/null ||
			echo "$file does not name its licence"
	done
}

check_shell()
{
	local file

	scripts '^#!.*\b(ba)?sh\b' | while read -r file; do
		if head -n 1 "$file" | grep -q bash; then
			bash -n "$file" 2>&1
		else
			sh -n "$file" 2>&1
		fi
		shellcheck -x "$file" || true
	done
}

check_python()
{
	local file

	{ scripts '^#!.*python'; files '*.py'; } | while read -r file; do
		python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])' "$file" 2>&1
	done
}

# A guest could fill it.
check_silent()
{
	grep -nE '\<(pr|dev)_(emerg|alert|crit|err|warn|notice|info|debug|cont)[a-z_]*\(|\<(printk|WARN|BUG)[A-Z_a-z]*\(' \
		-r --include='*.[ch]' kernel | grep -v BUILD_BUG_ON || true
}

# Names of tests in literals: cases of KUnit, tests of the ioctls, scripts.
check_bugs()
{
	{
		grep -rhoP 'KUNIT_CASE(_PARAM)?\(\K\w+' kunit
		grep -rhoP '^TEST\(\K\w+' tools/selftests
		grep -hoP '^ktap_test \K\w+' tools/vm/test-*
		printf '%s\n' tools/vm/* "tools/lint.sh bugs" "tools/lint.sh silent" kunit/ tools/selftests/
	} | sort -u >"$work/tests"
	# shellcheck disable=SC2016 # no commands
	grep -o '``[^`]*``' Documentation/bugs.rst | tr -d '`' | sort -u |
		comm -23 - "$work/tests" | sed 's/^/there is no test /'
}

check_spelling()
{
	command -v codespell >/dev/null || { echo skip; return; }
	files '*' | grep -vE '\.(o|ko|cmd|a|d|mod|order|symvers)$|^COPYING$' |
		xargs codespell --ignore-words-list=extint,iff,inflight,nd 2>&1
}

echo "KTAP version 1"
echo "1..${#wanted[@]}"
nr=0 failed=0 skipped=0
for check in "${wanted[@]}"; do
	nr=$((nr + 1))
	found=$("check_$check" || true)
	if [ -z "$found" ]; then
		echo "ok $nr - $check"
	elif [ "$found" = skip ]; then
		echo "ok $nr - $check # SKIP its tool is not installed"
		skipped=$((skipped + 1))
	else
		echo "not ok $nr - $check"
		while IFS= read -r line; do
			echo "# $line"
		done <<<"$found"
		failed=$((failed + 1))
	fi
done
echo "$((nr - failed - skipped)) passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
