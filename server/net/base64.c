#include "server/net/base64.h"

#include <stdint.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* One more than the value of a letter; 0: it is none. Looked up, so that it takes as long whichever
 * letter it is. */
static const unsigned char values[256] = {
	['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,
	['H'] = 8,  ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14,
	['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21,
	['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28,
	['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35,
	['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49,
	['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
	['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['-'] = 63,
	['_'] = 64,
};

void base64_write(const void *bytes, size_t n, char *out)
{
	const unsigned char *b = bytes;
	uint32_t bits = 0;
	unsigned n_bits = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | b[i];
		for (n_bits += 8; n_bits >= 6; n_bits -= 6)
			*out++ = letters[bits >> (n_bits - 6) & 63];
	}
	if (n_bits)
		*out++ = letters[bits << (6 - n_bits) & 63];
	*out = '\0';
}

bool base64_read(const char *text, size_t len, unsigned char *out, size_t max, size_t *n)
{
	uint32_t bits = 0;
	unsigned n_bits = 0;

	*n = 0;
	for (size_t i = 0; i < len; i++) {
		unsigned char value = values[(unsigned char)text[i]];

		if (!value)
			return false;
		bits = bits << 6 | (value - 1u);
		n_bits += 6;
		if (n_bits < 8)
			continue;
		if (*n == max)
			return false;
		n_bits -= 8;
		out[(*n)++] = (unsigned char)(bits >> n_bits);
	}
	/* A whole letter too many, or bits that no byte needs: another text for the same bytes. */
	return n_bits < 6 && (bits & ((1u << n_bits) - 1)) == 0;
}
