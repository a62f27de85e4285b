#include "server/net/base64.h"

#include <stdint.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

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
		const char *at = text[i] ? strchr(letters, text[i]) : NULL;

		if (!at)
			return false;
		bits = bits << 6 | (uint32_t)(at - letters);
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
