#!/bin/sh
# npm ci in a folder, unless what is installed there came from this very lock: npm ci deletes
# node_modules first, and a second start must not need the network.   npm-ci.sh FOLDER
set -eu
cd "$1"
sum=$(sha256sum <package-lock.json)
stamp=node_modules/.lock
if [ "$(cat $stamp 2>/dev/null)" != "$sum" ]; then
	echo "  npm   $1"
	npm ci --no-audit --no-fund --loglevel=error
	mkdir -p node_modules
fi
echo "$sum" >$stamp
