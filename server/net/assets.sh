#!/bin/sh
# Makes the table of server/net/assets.h from a manifest, as assembler that takes the files in whole.
#   assets.sh MANIFEST OUT.S OUT.c
# A line of the manifest: <url-path> <mime> <immutable 0|1> <file> <gz-file or -> <br-file or ->
# Files are named from the project root. An empty manifest gives an empty table.
set -eu
manifest=$1 asm=$2 table=$3

fail() {
	echo "assets.sh: $manifest: $*" >&2
	exit 1
}

# One file: its bytes between two labels; leaves its initialiser and length in $ref and $len.
embed() {
	ref=NULL len=0
	[ "$2" = - ] && return
	[ -f "$2" ] || fail "no file $2"
	len=$(wc -c <"$2")
	ref=$1
	printf '\t.global %s\n%s:\n\t.incbin "%s"\n\t.byte 0\n' "$1" "$1" "$2" >>"$asm.new"
	printf 'extern const unsigned char %s[];\n' "$1" >>"$table.new"
}

printf '\t.section .rodata\n' >"$asm.new"
printf '#include "server/net/assets.h"\n\n' >"$table.new"
rows=''
n=0
sorted=$(LC_ALL=C sort "$manifest")
while read -r path mime immutable body gz br more; do
	[ -n "$path" ] || continue
	if [ -z "${br:-}" ] || [ -n "$more" ]; then fail "not six words: $path ..."; fi
	case $path in /*) ;; *) fail "path does not begin with /: $path" ;; esac
	case $immutable in 0) keep=false ;; 1) keep=true ;; *) fail "immutable is 0 or 1: $path" ;; esac
	embed "asset_${n}_body" "$body" && b=$ref bl=$len
	embed "asset_${n}_gz" "$gz" && g=$ref gl=$len
	embed "asset_${n}_br" "$br" && r=$ref rl=$len
	rows="$rows	{ \"$path\", \"$mime\", $keep, $b, $g, $r, $bl, $gl, $rl },
"
	n=$((n + 1))
done <<END
$sorted
END
printf '\t.section .note.GNU-stack,"",%%progbits\n' >>"$asm.new"
{
	printf '\nconst struct asset assets[] = {\n%s' "$rows"
	[ "$n" -gt 0 ] || printf '\t{ 0 }, /* nothing built: the server answers 404 */\n'
	printf '};\nconst size_t n_assets = %d;\n' "$n"
} >>"$table.new"
mv "$asm.new" "$asm"
mv "$table.new" "$table"
