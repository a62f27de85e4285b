#!/bin/bash
# clang-tidy over our C, two files at a time. What was clean is not looked at again: a file is known by
# the hash of what the compiler would see of it (headers and comments included), of .clang-tidy and of
# the flags.   tests/lint.sh FLAGS... -- FILES...
set -u
flags=()
while [ "$1" != -- ]; do
	flags+=("$1")
	shift
done
shift
stamps=build/lint
mkdir -p $stamps

# Each finding and its line (the whole way there: clang-tidy --quiet FILE). The analyzer takes the
# unlinking inside uthash's macros for a use after free, or of NULL; asan knows better.
findings() {
	awk '/(error|warning): / { head = $0; next }
		head != "" && !(head ~ /unix.Malloc|core.NullDereference/ && /HASH_(DEL|DELETE|ADD|ITER)/) { print head; print }
		{ head = "" }'
}

if [ "${LINT_ONE:-}" ]; then
	file=$1
	sum=$({ cat .clang-tidy; echo "${flags[*]}"; cat "$file"; clang "${flags[@]}" -E -C "$file"; } |
		sha256sum | cut -c1-40)
	[ -e "$stamps/$sum" ] && exit 0
	if ! said=$(clang-tidy --quiet "$file" -- "${flags[@]}" 2>&1); then
		faults=$(grep -A 1 -E '(error|warning): ' <<<"$said" | findings)
		grep -q ' error: ' <<<"$said" || faults=$said # it did not come to look
		if [ "$faults" ]; then
			echo "$faults"
			exit 1
		fi
	fi
	touch "$stamps/$sum"
	exit 0
fi

export LINT_ONE=yes
printf '%s\0' "$@" | xargs -0 -P2 -n1 "$0" "${flags[@]}" --
status=$?
find $stamps -type f -mtime +14 -delete
echo "suite=lint files=$# $([ $status = 0 ] && echo clean || echo 'not clean')"
exit $status
