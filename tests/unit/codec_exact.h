/* Reading what comes up as the socket brings it: with nothing behind its end. */
#ifndef JOBALIKE_TESTS_CODEC_EXACT_H
#define JOBALIKE_TESTS_CODEC_EXACT_H

#include <stdlib.h>
#include <string.h>

#include "protocol/codec.h"
#include "server/base/mem.h"

/* Reads from memory that ends where the text ends, so that a byte too far is found out. */
static inline enum err codec_read_exact(const char *text, size_t len, struct upward *out,
					struct blame *blame)
{
	char *copy = x_malloc(len);
	enum err err;

	memcpy(copy, text, len);
	err = codec_read(copy, len, out, blame);
	free(copy);
	return err;
}

static inline enum err codec_read_text(const char *text, struct upward *out, struct blame *blame)
{
	return codec_read_exact(text, strlen(text), out, blame);
}

#endif
