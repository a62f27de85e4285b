#!/bin/bash
# Runs make targets, each as one item that passes or fails, and says so in one line.
#   tests/run.sh TARGET... [-- TARGET...]
# Items run one after another; those behind -- run beside the others once the first one has ended, one
# after another too and with less claim on the processor: to them it does not matter how long it takes.
# Those named in UNDER_ASAN run from a build that watches its memory, by tests/under.sh.
# What an item printed is in build/log/TARGET.log; lines that begin with suite= are collected in
# build/test.log. An item of TIMED that failed runs once more when nothing else does, and that counts; its
# first log stays as build/log/TARGET.first.log. Ends in `again=N` and what ran twice, if any did, and
# `N passed, N failed`; the status is 0 when nothing failed.
set -u
cd "$(dirname "$0")/.." || exit 1

dir=build/log
log=build/test.log
rm -rf "$dir" "$log"
mkdir -p "$dir"
: >"$log"
: >"$dir/status"
# Real servers, browsers and clocks: beside others on two cores a limit may be missed that holds alone.
TIMED=" asan cluster e2e edge kill process redis smoke terminal tls torture web xss "
jobs=$(nproc 2>/dev/null || echo 2)
unset MAKEFLAGS MFLAGS MAKELEVEL MODE

run() {
	local item=$1 start=$EPOCHREALTIME status took said
	local how=(make --no-print-directory -j"$jobs" "$item") lines=1
	[[ " ${UNDER_ASAN-} " == *" $item "* ]] && how=(tests/under.sh asan "$item") lines=2
	timeout -k 10 1500 "${how[@]}" >"$dir/$item.log" 2>&1 </dev/null
	status=$?
	took=$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')
	grep -h '^suite=' "$dir/$item.log" >>"$log"
	echo "$item $status" >>"$dir/status"
	if [ $status = 0 ]; then
		said=$(grep '^suite=' "$dir/$item.log" | tail -n $lines | paste -s -d ' ')
		printf 'ok      %-10s %6s s  %s\n' "$item" "$took" "$said"
	else
		printf 'FAILED  %-10s %6s s  status %d, all of it in %s\n%s\n' "$item" "$took" $status \
			"$dir/$item.log" "$(tail -n 30 "$dir/$item.log" | sed 's/^/    | /')"
	fi
}

front=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	front+=("$1")
	shift
done
shift
run "${front[0]}"
if [ $# -gt 0 ]; then
	(
		renice -n 10 $BASHPID >/dev/null
		for item in "$@"; do run "$item"; done
	) &
fi
for item in "${front[@]:1}"; do run "$item"; done
wait

again=()
mapfile -t failing < <(awk '$2 != 0 { print $1 }' "$dir/status")
for item in "${failing[@]}"; do
	[[ $TIMED == *" $item "* ]] || continue
	again+=("$item")
	mv "$dir/$item.log" "$dir/$item.first.log"
	sed -i "/^$item /d" "$dir/status"
	run "$item"
done
[ ${#again[@]} = 0 ] || echo "again=${#again[@]} ${again[*]}: failed beside others, asked once more alone"

failed=$(grep -c -v ' 0$' "$dir/status")
echo "$(grep -c ' 0$' "$dir/status") passed, $failed failed"
[ "$failed" = 0 ]
