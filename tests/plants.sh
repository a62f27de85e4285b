#!/bin/bash
# Plants each bug of server/base/plant.h into the simulation, one at a time: it must say so and end with
# status 1. A simulation that does not find them proves nothing; neither does one that crashes.
set -u
cd "$(dirname "$0")/.." || exit 1

mapfile -t names < <(sed -n 's/^\t\(PLANT_[A-Z_]*\)\( = 1\)\{0,1\},.*/\1/p' server/base/plant.h)
found=0
for n in $(seq "${#names[@]}"); do
	name=${names[n - 1]}
	binary=build/debug/plant-$n/tests/sim
	make --no-print-directory -s PLANT="$n" "$binary" >/dev/null || exit 1
	said=$("$binary" 2>&1)
	status=$?
	if [ $status = 1 ]; then
		found=$((found + 1))
		echo "found  $name: $(grep -m 1 -i -E 'seed' <<<"$said" || tail -n 1 <<<"$said")"
	else
		echo "MISSED $name: the simulation ended with status $status"
	fi
done
echo "suite=plants planted=${#names[@]} found=$found"
[ "${#names[@]}" -gt 0 ] && [ $found = ${#names[@]} ]
