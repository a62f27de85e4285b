#!/bin/bash
# The arrows of the house run down only:
#   main -> net -> hub -> {core, store/store.h} -> protocol -> base        cli -> protocol -> base
# (the terminal client also takes keys and tickets of net, which need no socket)
# and each library stays in its room. With objects (build/debug/obj) it also looks at what core and
# protocol would call: nothing that tells the time, throws dice, reads, writes or logs.
#   tests/layers.sh [OBJECTS]
# Before it judges, it proves on a tree of bad files that it would see each kind of fault.
set -u
cd "$(dirname "$0")/.." || exit 1
root=$PWD

# room: what its files may include. The first match of a path decides which room a file is in.
rooms='
server/main.c   server/server.h server/shutdown.h server/net/ server/hub/ server/core/ server/store/ protocol/ server/base/
server/shutdown. server/server.h server/shutdown.h server/net/ server/hub/ server/core/ server/store/ protocol/ server/base/
server/server.h server/demo.h server/reload.h server/net/ server/hub/ server/core/ server/store/ protocol/ server/base/
server/reload.  server/reload.h server/net/ server/hub/ server/core/ protocol/ server/base/
server/demo.    server/demo.h server/net/ server/hub/ server/core/ protocol/ server/base/
server/net/     server/net/ server/hub/ server/core/ protocol/ server/base/
server/hub/     server/hub/ server/core/ server/store/store.h protocol/ server/base/
server/core/    server/core/ protocol/ server/base/
server/store/   server/store/ protocol/ server/base/
protocol/       protocol/ server/base/
server/base/    server/base/
clients/cli/sign.   clients/cli/ server/net/base64.h server/net/keys.h server/net/ticket.h protocol/ server/base/
clients/cli/    clients/cli/ protocol/ server/base/
'
# words (as a regular expression): where they may stand.
words='
\<lws_[a-z]              ^(server/net/|clients/cli/link[a-z_]*\.[ch]$)
\<sqlite3_[a-z]          ^server/store/sqlite[a-z_]*\.[ch]$
\<uv_[a-z]               ^server/(main\.c$|(server|shutdown)\.[ch]$|net/|store/)
\<seccomp_[a-z]          ^server/base/confine\.c$
\<redis(Async|Reader|Comm) ^server/store/redis_wire\.[ch]$
'
# What core and protocol may call besides each other and base (but for its log and its configuration).
pure='^(x_[a-z]+|mem(cpy|set|move|cmp|chr)|str(len|cmp|ncmp|chr|rchr|str|spn|cspn|pbrk|casecmp|tol|toll|toul|toull|dup|ndup|nlen)|(__isoc[0-9]+_)?strto[a-z]+|free|malloc|calloc|realloc|v?snprintf|__v?snprintf_chk|__mem[a-z]+_chk|qsort|bsearch|abort|exit|__assert_fail|__stack_chk_fail|__ctype_[a-z_]+|to(lower|upper)|is[a-z]+|json_[a-z_0-9]+|utf8proc_[a-z_0-9]+|text_[a-z_]+|utf8_[a-z_]+|msg_[a-z_]+|map_[a-z_]+|array_[a-z_]+|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|tsan|gcov)_.*)$'

sources() {
	find server protocol clients/cli -name '*.[ch]' 2>/dev/null | sort
}

# Prints a line for each include that points up or sideways.
check_arrows() {
	sources | xargs -r grep -Hn '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' | awk -v rooms="$rooms" '
		BEGIN { n = split(rooms, line, "\n")
			for (i = 1; i <= n; i++) if (line[i] != "") { from[++m] = line[i] } }
		{ split($0, part, ":"); file = part[1]
		  match($0, /"[^"]*"/); to = substr($0, RSTART + 1, RLENGTH - 2)
		  arrows++
		  ok = 0
		  for (i = 1; i <= m && !ok; i++) {
			k = split(from[i], w, " ")
			if (index(file, w[1]) != 1) continue
			for (j = 2; j <= k; j++) if (index(to, w[j]) == 1) ok = 1
			break
		  }
		  if (!ok) print file ":" part[2] ": may not include " to }
		END { print "arrows " arrows + 0 }'
}

# Prints a line for each word that stands in a room where it does not belong. Comments do not count.
check_words() {
	local file word place code
	for file in $(sources); do
		code=$(gcc -fpreprocessed -dD -E -P "$file" 2>/dev/null)
		while read -r word place; do
			[ -n "$word" ] || continue
			[[ $file =~ $place ]] && continue
			grep -q -E "$word" <<<"$code" && echo "$file: a word like $word does not belong here"
		done <<<"$words"
	done
}

# Prints a line for each loop over a hash table in core that does more than free: an order that is not
# in the log must not get into the state.
check_order() {
	grep -n -A1 -E '\<HASH_ITER ?\(' server/core/*.c 2>/dev/null /dev/null |
		awk '/HASH_ITER/ { split($0, at, ":"); getline
			if (!/HASH_DEL/) print at[1] ":" at[2] ": loops over a hash table" }'
}

# Prints a line for each call of core and protocol that is not pure.   check_calls OBJECTS
check_calls() {
	local files defined
	files=$(find "$1/server/core" "$1/protocol" -name '*.o' 2>/dev/null)
	[ -n "$files" ] || return 0
	# shellcheck disable=SC2086 # a list of files without spaces
	defined=$(nm --defined-only $files | awk 'NF == 3 { print $3 }' | sort -u)
	# shellcheck disable=SC2086
	nm -A --undefined-only $files | awk '{ sub(/:.*/, "", $1); print $NF, $1 }' | sort -u |
		while read -r symbol file; do
			[[ $symbol =~ $pure ]] && continue
			grep -q -x -F "$symbol" <<<"$defined" && continue
			echo "${file#"$1"/}: calls $symbol"
		done
}

# Each kind of fault in a tree of its own; exactly these must be found.
self_test() {
	local dir found
	dir=$(mktemp -d)
	mkdir -p "$dir"/server/{base,core,hub,net,store} "$dir"/protocol "$dir"/clients/cli
	cd "$dir" || exit 1
	echo '#include "server/core/state.h"' >server/base/up.c
	echo '#include "server/core/state.h"' >protocol/up.c
	echo '#include "server/store/store.h"' >server/core/side.c
	echo '#include "server/store/sqlite.h"' >server/hub/deep.c
	echo '#  include "server/store/store.h"' >server/net/deep.c
	echo '#include "server/hub/live.h"' >server/store/up.c
	echo '#include "server/hub/live.h"' >clients/cli/server.c
	echo 'void f(void) { lws_write(); }' >server/hub/lws.c
	echo 'void f(void) { sqlite3_open(); }' >server/store/memory.c
	echo 'uv_loop_t *loop;' >server/hub/uv.h
	echo 'void f(void) { redisAsyncFree(); }' >server/store/sqlite.c
	echo 'HASH_ITER (hh, all, a, next)
	use(a);' >server/core/order.c
	printf 'HASH_ITER (hh, all, a, next) {\n\tHASH_DEL(all, a);' >server/core/good.c
	printf '#include "server/store/store.h" /* may */\n/* lws_write is fine here */\n' >server/hub/good.c
	echo '#include <time.h>
long now(void); long now(void) { return time(0); }' >clock.c
	mkdir -p objects/server/core
	gcc -c -o objects/server/core/clock.o clock.c
	found=$( (check_arrows | grep -v '^arrows '; check_words; check_order; check_calls objects) | cut -d: -f1 | sort | tr '\n' ' ')
	cd "$root" || exit 1
	rm -rf "$dir"
	[ "$found" = "clients/cli/server.c protocol/up.c server/base/up.c server/core/clock.o server/core/order.c server/core/side.c server/hub/deep.c server/hub/lws.c server/hub/uv.h server/net/deep.c server/store/memory.c server/store/sqlite.c server/store/up.c " ] &&
		return
	echo "layers.sh does not see what it should; it found: $found"
	exit 1
}

self_test
arrows=$(check_arrows)
faults=$(grep -v '^arrows ' <<<"$arrows"; check_words; check_order; [ $# = 0 ] || check_calls "$1")
faults=$(grep -v '^$' <<<"$faults")
wrong=0
if [ -n "$faults" ]; then
	echo "$faults"
	wrong=$(wc -l <<<"$faults")
fi
echo "suite=layers files=$(sources | wc -l) arrows=$(sed -n 's/^arrows //p' <<<"$arrows") wrong=$wrong"
[ "$wrong" = 0 ]
