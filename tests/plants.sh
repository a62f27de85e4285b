#!/bin/bash
# Plants each bug of server/base/plant.h into the simulation, one at a time: it must say so within 2,000
# seeds and end with status 1. A simulation that does not find them proves nothing; neither does one that
# crashes.
set -u
cd "$(dirname "$0")/.." || exit 1

mapfile -t names < <(sed -n 's/^\t\(PLANT_[A-Z_]*\)\( = 1\)\{0,1\},.*/\1/p' server/base/plant.h)
binary=build/release/plants/tests/sim
make --no-print-directory -s -j"$(nproc)" MODE=release PLANTS=1 "$binary" >/dev/null || exit 1
found=0
for n in $(seq "${#names[@]}"); do
	name=${names[n - 1]}
	said=$(PLANT=$n SEEDS=2000 "$binary" 2>&1)
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
