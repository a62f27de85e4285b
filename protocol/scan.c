#include "protocol/scan.h"

#include <stdbool.h>
#include <string.h>

/* What an escape is worth in bytes of UTF-8, at most: \\uXXXX and the like. */
#define ESCAPED_BYTES 3

/* Moves *at from a quote to the one that ends the string, or to the end of the text. */
static bool string_is_modest(const char *text, size_t len, size_t *at)
{
	size_t bytes = 0, i = *at + 1;

	for (; i < len && text[i] != '"'; i++, bytes++) {
		if (text[i] != '\\')
			continue;
		i++; /* whatever comes after it */
		if (i < len && text[i] == 'u') {
			i += 4;
			bytes += ESCAPED_BYTES - 1;
		}
	}
	*at = i;
	return bytes <= LIMIT_STRING_BYTES;
}

static bool is_minus_zero(const char *text, size_t len, size_t at)
{
	return at + 1 < len && text[at] == '-' && text[at + 1] == '0' &&
	       (at + 2 == len || !strchr("0123456789.eE", text[at + 2]) || !text[at + 2]);
}

enum err scan_json(const char *text, size_t len)
{
	/* Of each object or list that is open: its keys, and the commas in it. */
	unsigned keys[LIMIT_DEPTH + 1] = { 0 }, commas[LIMIT_DEPTH + 1] = { 0 };
	size_t depth = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '"') {
			if (!string_is_modest(text, len, &i))
				return ERR_TOO_LARGE;
		} else if (c == '{' || c == '[') {
			if (depth == LIMIT_DEPTH)
				return ERR_BAD_REQUEST;
			depth++;
			keys[depth] = commas[depth] = 0;
		} else if (c == '}' || c == ']') {
			depth -= depth > 0;
		} else if ((c == ':' && ++keys[depth] > LIMIT_KEYS) ||
			   (c == ',' && ++commas[depth] >= LIMIT_ITEMS) ||
			   is_minus_zero(text, len, i)) {
			return ERR_BAD_REQUEST;
		}
	}
	return OK;
}
