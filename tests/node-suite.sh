#!/bin/sh
# A suite of scripts: tests/NAME/run.mjs, which prints its own line, or else all tests/NAME/*.test.mjs
# under node's test runner, counted here. A suite without a single test has failed.
#   tests/node-suite.sh NAME      with JOBALIKE_BIN: the folder of the binaries
set -u
name=$1
if [ -f "tests/$name/run.mjs" ]; then
	exec node "tests/$name/run.mjs"
fi
mkdir -p build/tap
log=build/tap/$(basename "${JOBALIKE_BIN:-build/debug}")-$name.tap
timeout -k 10 600 node --test --test-reporter=tap "tests/$name"/*.test.mjs >"$log" 2>&1
status=$?
count() {
	sed -n "s/^# $1 \([0-9]*\)\$/\1/p" "$log" | tail -n 1
}
tests=$(count tests)
if [ "$status" != 0 ] || [ "${tests:-0}" = 0 ]; then
	cat "$log"
	echo "suite=$name tests=${tests:-0} failed=$(count fail)"
	exit 1
fi
echo "suite=$name tests=$tests skipped=$(count skipped) failed=0"
