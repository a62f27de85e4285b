#!/bin/bash
# Runs make targets one after another, each as one item that passes or fails, and says so in one line.
#   tests/run.sh TARGET...
# What an item printed is in build/log/TARGET.log; lines that begin with suite= are collected in
# build/test.log. Ends in `N passed, N failed`; the status is 0 when nothing failed.
set -u
cd "$(dirname "$0")/.." || exit 1

dir=build/log
log=build/test.log
rm -rf "$dir" "$log"
mkdir -p "$dir"
: >"$log"
passed=0
failed=0
jobs=$(nproc 2>/dev/null || echo 2)
unset MAKEFLAGS MFLAGS MAKELEVEL MODE

for item in "$@"; do
	start=$EPOCHREALTIME
	timeout -k 10 1500 make --no-print-directory -j"$jobs" "$item" >"$dir/$item.log" 2>&1 </dev/null
	status=$?
	took=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
	grep -h '^suite=' "$dir/$item.log" >>"$log"
	if [ $status = 0 ]; then
		passed=$((passed + 1))
		said=$(grep '^suite=' "$dir/$item.log" | tail -n 1)
		printf 'ok      %-10s %6s s  %s\n' "$item" "$took" "$said"
	else
		failed=$((failed + 1))
		printf 'FAILED  %-10s %6s s  status %d, all of it in %s\n' "$item" "$took" $status \
			"$dir/$item.log"
		tail -n 30 "$dir/$item.log" | sed 's/^/    | /'
	fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
