#!/bin/sh
# npm ci in a folder, unless what is installed there came from this very lock: npm ci deletes
# node_modules first, and a second start must not need the network.
#   npm-ci.sh FOLDER       what the project needs to be built
#   npm-ci.sh FOLDER dev   and the tools to check it
set -eu
cd "$1"
exec 9<package-lock.json
flock 9
sum=$(sha256sum <package-lock.json)
stamp=node_modules/.lock
have=$(cat $stamp 2>/dev/null || true)
kind=run
# Tools that are there stay: somebody works with them.
case "${2:-} $have" in dev* | *dev) kind=dev ;; esac
[ ! -d node_modules ] || [ -n "$have" ] || kind=dev
if [ "$have" != "$sum $kind" ]; then
	echo "  npm   $1"
	omit=--omit=dev
	[ $kind = run ] || omit=--include=dev
	npm ci $omit --no-audit --no-fund --loglevel=error </dev/null
	mkdir -p node_modules
fi
# Its time says what is to be built anew: it stays while nothing was installed.
if [ "$have" != "$sum $kind" ] || [ -z "$(find $stamp -newer package-lock.json)" ]; then
	echo "$sum $kind" >$stamp
fi
