#!/bin/sh
# Makes sure that Debian packages are installed. Says and does nothing when they are: no network, no root.
#   need.sh [--node MAJOR] PACKAGE...
# --node: also Node of that version or newer, from wherever; Debian's own is installed only when there
# is none, because its npm and other vendors' nodejs exclude each other.
# Status: 0 all there; 3 something is missing and we may not install it (one line to paste is printed).
set -u

node=
if [ "${1:-}" = --node ]; then
	node=$2
	shift 2
fi

node_major() {
	node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p'
}

missing() {
	command -v dpkg-query >/dev/null || return 0
	dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
		awk -v want="$*" '$2 == "installed" { got[$1] = 1 }
			END { n = split(want, w, " ")
			      for (i = 1; i <= n; i++) if (!(w[i] in got)) printf "%s ", w[i] }'
}

lack=$(missing "$@")
if [ -n "$node" ]; then
	major=$(node_major)
	if [ -z "$major" ]; then
		lack="$lack nodejs npm"
	elif [ "$major" -lt "$node" ]; then
		echo "need.sh: node here is version $major, $node or newer is needed" >&2
		exit 3
	elif ! command -v npm >/dev/null; then
		lack="$lack npm"
	fi
fi
[ -z "${lack# }" ] && exit 0

if ! command -v apt-get >/dev/null; then
	echo "need.sh: not a Debian system; please install what Debian calls: $lack" >&2
	exit 3
fi
apt="apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120"
if [ "$(id -u)" = 0 ]; then
	root=
elif sudo -n true 2>/dev/null; then
	root="sudo -n"
else
	echo "Packages are missing. Please run this, then try again:" >&2
	echo "  sudo $apt $lack" >&2
	exit 3
fi
echo "installing: $lack"
log=$(mktemp)
policy=/usr/sbin/policy-rc.d units=/lib/systemd/system
before=$(ls $units 2>/dev/null)
guard=
trap 'rm -f "$log"; [ -z "$guard" ] || $root rm -f "$policy"' EXIT
trap 'exit 130' INT # EXIT alone does not hear of these
trap 'exit 143' TERM HUP

# Some of what is tested with are services. None of them is started by being installed, nor by the next
# start of the machine.
if [ ! -e "$policy" ]; then
	guard=$policy
	printf '#!/bin/sh\nexit 101\n' | $root tee "$policy" >/dev/null && $root chmod 755 "$policy"
fi
keep_down() {
	command -v systemctl >/dev/null || return 0
	for unit in "$units"/*.service; do
		name=${unit##*/}
		case " $(echo "$before" | tr '\n' ' ') " in
		*" $name "*) ;;
		*) $root systemctl disable "$name" >/dev/null 2>&1 ;;
		esac
	done
	return 0
}
# Lists may be there and fresh; when they are not, the first try fails fast.
# shellcheck disable=SC2086
if ! $root env DEBIAN_FRONTEND=noninteractive $apt $lack >"$log" 2>&1 </dev/null; then
	# shellcheck disable=SC2086
	if ! { $root apt-get update && $root env DEBIAN_FRONTEND=noninteractive $apt $lack; } \
		>"$log" 2>&1 </dev/null; then
		tail -n 20 "$log" >&2
		echo "need.sh: installing failed: $lack" >&2
		exit 1
	fi
fi
keep_down
