#!/bin/bash
# Several instances over one Redis of their own, side by side, to see that nobody can tell which one they
# are on: make run INSTANCES=3. Ctrl-C ends all of it.
#   several.sh INSTANCES PORT PROGRAMS DIR
# PORT: of the first, the others follow (0: any that are free). PROGRAMS: the folder of the server's
# binary. DIR: keys, Redis' data and the logs; kept, so that the next start goes on with the same sessions.
set -u
n=$1
port=$2
server=$3/jobalike-server
dir=$4
umask 077

say() {
	printf '%s\n' "$*" >&2
}

if ! [[ $n =~ ^[1-9][0-9]?$ ]]; then
	say "INSTANCES is a number from 1 to 99, not $n"
	exit 2
fi
# Where only its tools are installed, the checker under another name is the server.
redis=$(command -v redis-server || command -v redis-check-rdb) || {
	say "There is no Redis: apt-get install redis-tools"
	exit 3
}

mkdir -p "$dir/redis"
tmp=$(mktemp -d)
ln -s "$redis" "$tmp/redis-server"
pids=()

# In reverse order of the beginning, each waited for: Redis is the last.
# shellcheck disable=SC2317 # the trap calls it
end() {
	trap '' INT TERM
	local i
	for ((i = ${#pids[@]} - 1; i >= 1; i--)); do
		kill -TERM "${pids[i]}" 2>/dev/null
	done
	for ((i = ${#pids[@]} - 1; i >= 1; i--)); do
		wait "${pids[i]}" 2>/dev/null
	done
	if [ "${#pids[@]}" -gt 0 ]; then
		kill -TERM "${pids[0]}" 2>/dev/null
		wait "${pids[0]}" 2>/dev/null
	fi
	rm -rf "$tmp"
}
trap end EXIT
trap 'exit 0' INT TERM

# In a session of its own, so that Ctrl-C reaches us alone; and ended with us, whatever becomes of us.
# What its log said the last time is not waited for.
begin() {
	local log=$1
	shift
	: >"$log"
	setpriv --pdeathsig TERM setsid "$@" >"$log" 2>&1 </dev/null &
	pids+=($!)
}

# wait_for FILE PATTERN: until the log says so, or its process has ended.
wait_for() {
	local i
	for ((i = 0; i < 200; i++)); do
		grep -q -E "$2" "$1" && return
		kill -0 "${pids[-1]}" 2>/dev/null || break
		sleep 0.05
	done
	cat "$1" >&2
	exit 1
}

for key in tickets installation; do
	[ -s "$dir/$key.key" ] ||
		head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$dir/$key.key"
done
export JOBALIKE_KEYS_TICKETS_FILE=$dir/tickets.key JOBALIKE_KEYS_INSTALLATION_FILE=$dir/installation.key

begin "$dir/redis.log" "$tmp/redis-server" --port 0 --unixsocket "$tmp/redis.sock" \
	--dir "$dir/redis" --appendonly yes --appendfsync always --save "" --aof-load-truncated no \
	--maxmemory-policy noeviction
wait_for "$dir/redis.log" 'eady to accept connections'

for ((i = 1; i <= n; i++)); do
	log=$dir/instance-$i.log
	begin "$log" "$server" --listen.host=127.0.0.1 --listen.port=$((port ? port + i - 1 : 0)) \
		--data.dir="$dir/instance-$i" --store.url="redis+unix://$tmp/redis.sock" --log.level=warn \
		--demo.session="$([ "$i" = 1 ] && echo yes || echo no)"
	wait_for "$log" '^Data: '
	url[i]=$(sed -n 's/^Jobalike is at //p' "$log")
	echo "Instance $i is at ${url[i]}"
done

# A link for each role, each on another instance.
i=0
echo "Sample session, a link for each role, on one instance after the other:"
sed -n 's/^  \([a-z]*\) *http.*\(\/s\/.*\)$/\1 \2/p' "$dir/instance-1.log" | while read -r who path; do
	printf '  %-12s %s%s\n' "$who" "${url[i % n + 1]}" "$path"
	i=$((i + 1))
done
echo "Keys, data and logs: $dir. Ctrl-C ends all of it."

# One that ends leaves its people to the others.
alive=()
for ((i = 1; i <= n; i++)); do
	alive[pids[i]]=$i
done
while [ "${#alive[@]}" -gt 0 ]; do
	wait -n -p ended "${pids[0]}" "${!alive[@]}" 2>/dev/null
	[ "$ended" = "${pids[0]}" ] && break
	say "Instance ${alive[ended]} has ended, see $dir/instance-${alive[ended]}.log; the others go on."
	unset "alive[ended]"
done
say "Redis, or the last instance, has ended; see the logs in $dir."
exit 1
