#!/bin/sh
# Each header compiles alone, and twice in a row.   tests/headers.sh COMPILER-AND-FLAGS...
set -u
files=0
wrong=0
mkdir -p build/headers
for header in $(find server protocol clients tests \( -name node_modules -o -name golden \) -prune -o -name "*.h" -print | sort); do
	files=$((files + 1))
	printf '#include "%s"\n#include "%s"\ntypedef int not_empty;\n' "$header" "$header" >build/headers/one.c
	"$@" -Werror -fsyntax-only build/headers/one.c || { echo "$header"; wrong=$((wrong + 1)); }
done
echo "suite=headers files=$files wrong=$wrong"
[ "$wrong" = 0 ] && [ "$files" -gt 0 ]
