#!/bin/bash
# Runs suites of a build that watches its own memory, asan or tsan: clients and servers too. Whatever a
# process of them has to report is a failure, also when the process was killed afterwards or nobody asked
# how it ended: reports are files, or words in what the suite prints.
#   tests/under.sh MODE SUITE...
set -u
cd "$(dirname "$0")/.." || exit 1
mode=$1
shift
mkdir -p "${BUILD:-build}/$mode"
reports=$(mktemp -d "$PWD/${BUILD:-build}/$mode/reports.XXXXXX")
export ASAN_OPTIONS="log_path=$reports/report"
export TSAN_OPTIONS="halt_on_error=1:log_path=$reports/report"

failed=0 found=0
for suite in "$@"; do
	make -s --no-print-directory MODE="$mode" "$suite" 2>&1 | tee "$reports/said"
	status=${PIPESTATUS[0]}
	words=$(grep -c -E 'runtime error: |(Address|Leak|Thread|UndefinedBehavior)Sanitizer' "$reports/said")
	files=$(find "$reports" -name 'report.*' | wc -l)
	if [ "$status" != 0 ] || [ "$words" != 0 ] || [ "$files" != 0 ]; then
		failed=$((failed + 1))
		echo "FAILED $suite: status $status, $((words + files)) reports"
		find "$reports" -name 'report.*' -exec cat {} \; -delete
	fi
	found=$((found + words + files))
done
rm -rf "$reports"
echo "suite=$mode suites=$# reports=$found failed=$failed"
[ $failed = 0 ]
