#!/bin/bash
# Runs fuzz targets for T seconds each, two at a time, from the kept corpus; what they find on their way
# stays below build/fuzz/found and is where the next run goes on. Ends in one line with the counts.
#   T=30 tests/fuzz.sh TARGET...
# A crash leaves its input in build/fuzz/crash: it becomes a test, then it is mended. libFuzzer's time-out
# reads the clock of the day, which steps where a machine is paused: an input said to hang is asked once
# more alone; one that answers then is a stall, counted, and the target starts again.
set -u
cd "$(dirname "$0")/.." || exit 1
seconds=${T:-${LONG:+3600}}
export seconds=${seconds:-30} build=${BUILD:-build}
export crash=$build/fuzz/crash log=$build/fuzz/log
rm -rf "$log"
mkdir -p "$crash" "$log"
touch "$log/begun"
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
export UBSAN_OPTIONS=print_stacktrace=1

# shellcheck disable=SC2317 # called by xargs
run_target() {
	local name=$1 kept=tests/fuzz/corpus/$1 found=$build/fuzz/found/$1
	mkdir -p "$found"
	if [ -f "tests/fuzz/$name.mjs" ]; then
		SECONDS_TO_RUN=$seconds node "tests/fuzz/$name.mjs" >"$log/$name" 2>&1
	else
		"$build/fuzz/fuzz-$name" -max_total_time="$seconds" -timeout=10 -max_len=8192 \
			-rss_limit_mb=2048 -print_final_stats=1 -verbosity=1 \
			-artifact_prefix="$crash/$name-" "$found" "$kept" >"$log/$name" 2>&1
	fi
}
# shellcheck disable=SC2317
only_stalled() {
	local input
	input=$(find "$crash" -name "$1-timeout-*" -newer "$log/begun" | head -n 1)
	[ -n "$input" ] && timeout 10 "$build/fuzz/fuzz-$1" "$input" >>"$log/$1" 2>&1 && mv "$input" "$log"
}
# shellcheck disable=SC2317
one() {
	local status stalls=0
	while run_target "$1"; status=$?; [ $status = 70 ] && [ $stalls -lt 2 ] && only_stalled "$1"; do
		stalls=$((stalls + 1))
		mv "$log/$1" "$log/$1.stall$stalls"
	done
	echo "$status" >"$log/$1.status"
}
export -f run_target only_stalled one
printf '%s\n' "$@" | xargs -P 2 -I NAME bash -c 'one NAME'

targets=0 runs=0 crashes=0 stalls=$(find "$log" -name '*.stall?' | wc -l)
for name in "$@"; do
	targets=$((targets + 1))
	n=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log/$name")
	cov=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log/$name" | tail -n 1)
	runs=$((runs + ${n:-0}))
	echo "fuzz target=$name runs=${n:-0} edges=${cov:--}"
	if [ "$(cat "$log/$name.status")" != 0 ] || [ "${n:-0}" = 0 ]; then
		crashes=$((crashes + 1))
		tail -n 60 "$log/$name"
		echo "FAILED $name"
	fi
done
echo "suite=fuzz targets=$targets seconds=$seconds runs=$runs crashes=$crashes stalls=$stalls failed=$crashes"
[ $crashes = 0 ]
