#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run the lab's guests on two devices and compare their verdicts.
set -euo pipefail

lab=$(cd "$(dirname "$0")" && pwd)

usage()
{
	cat <<-USAGE
	Usage: tools/lab/compare.sh [OPTION...] [GUEST...]

	Runs each GUEST (default: all) on /dev/kvm and on /dev/virqchip and reports
	in KTAP, one result per check. A check passes if /dev/virqchip's verdict is
	"pass", and /dev/kvm's is "pass", or "fail" and listed in
	tools/lab/expected-differences.txt. A listed difference that does not show
	is a failure, too, unless it is marked as a race. GUEST.x2apic is GUEST with its local APIC in x2APIC mode.

	Options:
	  --device-only DEV  run on DEV alone; the list applies if DEV is the stock
	                     device, else every check has to pass
	  --device DEV       the device to be compared (default /dev/virqchip)
	  --stock DEV        the device to compare with (default /dev/kvm)
	  --stock-lapic      the device's local APICs are KVM's (split mode): in the
	                     guests lapic and msi it may differ as the list says
	  --rounds N         rounds of the guest async (default 10000)
	  --keep DIR         leave each run's output in DIR
	  --list             name the guests
	  --help             print this

	Exit status: 0 when no check failed, 1 otherwise, 2 for wrong usage.
	USAGE
}

guests='pic ioapic ioapic.x2apic lapic lapic.x2apic pit msi msi.x2apic async async.x2apic'
device=/dev/virqchip stock=/dev/kvm only='' rounds=10000 keep='' stock_lapic=0
expected=$lab/expected-differences.txt
vmm=$lab/build/vmm

bad_usage()
{
	echo "compare.sh: $* (try --help)" >&2
	exit 2
}

while [ $# -gt 0 ]; do
	case $1 in
	--device-only|--device|--stock|--rounds|--keep)
		[ $# -ge 2 ] || bad_usage "$1 needs an argument" ;;
	esac
	case $1 in
	--device-only)	only=$2; shift ;;
	--device)	device=$2; shift ;;
	--stock)	stock=$2; shift ;;
	--rounds)	rounds=$2; shift ;;
	--stock-lapic)	stock_lapic=1 ;;
	--keep)		keep=$2; shift ;;
	--list)		printf '%s\n' "$guests" | tr ' ' '\n'; exit 0 ;;
	--help|-h)	usage; exit 0 ;;
	-*)		bad_usage "unknown option $1" ;;
	*)		break ;;
	esac
	shift
done
[ $# = 0 ] || guests=$*
[ -x "$vmm" ] || bad_usage "no $vmm: run make -C tools/lab"

work=$keep
if [ -z "$keep" ]; then
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work"

# run GUEST DEVICE OUTPUT: one run; its exit status becomes the last line.
run()
{
	local name=${1%.x2apic} status=0 mode=()

	[ "$name" = "$1" ] || mode=(--x2apic)
	echo "compare.sh: $1 on $2 ($SECONDS s)" >&2
	"$vmm" --device "$2" --rounds "$rounds" "${mode[@]}" "$name" \
		>"$3" 2>&1 </dev/null || status=$?
	echo "exit $status" >>"$3"
}

# Judge GUEST by two outputs of the VMM, either of which may be absent:
# judge GUEST STOCK_OUTPUT OUR_OUTPUT
judge()
{
	awk -v guest="$1" -v stock_out="$2" -v our_out="$3" \
		-v stock="$stock" -v ours="${only:-$device}" -v expected="$expected" \
		-v stock_lapic="$stock_lapic" '
	function trim(text) {
		gsub(/^[ \t]+|[ \t]+$/, "", text)
		return text
	}
	function read_expected(    line, field, names, i, race) {
		while ((getline line < expected) > 0) {
			if (line ~ /^#/ || split(line, field, " [|] ") != 4)
				continue
			race = sub(/^[?] */, "", field[1])
			split(trim(field[1]), names, ",")
			for (i in names)
				if (names[i] == guest) {
					listed[trim(field[2])] = trim(field[3]) ": " trim(field[4])
					if (race)
						races[trim(field[2])] = 1
				}
		}
	}
	# Fills verdict[which, check], order[] and ended[which].
	function read_output(file, which,    line, check) {
		if (file == "")
			return
		while ((getline line < file) > 0) {
			if (line ~ /^exit /)
				ended[which] = line
			if (line ~ /^# got /)
				seen = substr(line, 3)
			if (line !~ /^(not )?ok [0-9]+ /)
				continue
			check = line
			sub(/^(not )?ok [0-9]+ /, "", check)
			word = line ~ /^not/ ? "fail" : "pass"
			if (match(check, / # SKIP /)) {
				reason[which, substr(check, 1, RSTART - 1)] = substr(check, RSTART + 8)
				check = substr(check, 1, RSTART - 1)
				word = "skip"
			}
			if (!(check in known)) {
				known[check] = 1
				order[++checks] = check
			} else if ((which, check) in verdict)
				word = "twice"
			verdict[which, check] = word
			value[which, check] = word == "fail" ? seen : word
		}
		close(file)
	}
	function complain(text) {
		if (why != "")
			why = why "; "
		why = why text
	}
	function judge_stock(check,    word) {
		word = verdict["stock", check]
		if (word == "pass" && check in listed && !(check in races))
			complain("the difference listed does not show on " stock)
		else if (word == "fail" && !(check in listed))
			complain(stock ": " value["stock", check] ", not listed as a difference")
		else if (word != "pass" && word != "fail" && word != "skip")
			complain(stock ": " (word == "" ? "no verdict" : word))
	}
	function judge_ours(check,    word) {
		word = verdict["ours", check]
		if (word == "fail" && stock_lapic && guest ~ /^(lapic|msi)/ && check in listed)
			return
		if (word != "pass" && word != "skip")
			complain(ours ": " (word == "" ? "no verdict" : value["ours", check]))
	}
	function result(ok, text, skip) {
		print (ok ? "ok " : "not ok ") "%N% " guest ": " text \
			(skip == "" ? "" : " # SKIP " skip)
	}
	function judge_end(which, name) {
		# 0: all passed; 1: some did not, which was judged check by check.
		if (ended[which] == "exit 0" || ended[which] == "exit 1")
			result(1, "the guest runs to its end on " name)
		else {
			print "# " ended[which]
			result(0, "the guest runs to its end on " name)
		}
	}
	BEGIN {
		read_expected()
		read_output(our_out, "ours")
		read_output(stock_out, "stock")
		if (our_out != "")
			judge_end("ours", ours)
		if (stock_out != "")
			judge_end("stock", stock)
		for (i = 1; i <= checks; i++) {
			check = order[i]
			why = ""
			if (our_out != "")
				judge_ours(check)
			if (stock_out != "")
				judge_stock(check)
			if (why != "")
				print "# " why
			else if (verdict["stock", check] == "fail")
				print "# as expected not on " stock ": " listed[check]
			last = our_out != "" ? "ours" : "stock"
			result(why == "", check, why == "" ? reason[last, check] : "")
		}
		for (check in listed)
			if (stock_out != "" && !(check in known)) {
				print "# listed as a difference, but no such check was run"
				result(0, check)
			}
	}'
}

# Number the results of all guests and add them up; last line: the sum.
finish()
{
	awk '
	/%N%/ {
		sub(/%N%/, ++number)
		if (/^not/)
			failed++
		else if (/ # SKIP /)
			skipped++
		else
			passed++
	}
	{ print; fflush() }
	END {
		print "1.." number + 0
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0 || number == 0
	}'
}

compare_all()
{
	local guest stock_out our_out

	echo "KTAP version 1"
	for guest in $guests; do
		stock_out='' our_out=''
		if [ "$only" != "$stock" ]; then
			our_out=$work/$guest.device
			run "$guest" "${only:-$device}" "$our_out"
		fi
		if [ -z "$only" ] || [ "$only" = "$stock" ]; then
			stock_out=$work/$guest.stock
			run "$guest" "$stock" "$stock_out"
		fi
		judge "$guest" "$stock_out" "$our_out"
	done
}

compare_all | finish
