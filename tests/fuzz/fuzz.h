/* What the fuzz targets share: bytes of the input, part by part. Each target is one file with one
 * LLVMFuzzerTestOneInput; whatever it must never do ends in abort(). */
#ifndef JOBALIKE_TESTS_FUZZ_H
#define JOBALIKE_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what was found, and ends. */
static inline void fail(const char *why)
{
	fprintf(stderr, "%s\n", why);
	abort();
}

static inline void must(bool holds)
{
	if (!holds)
		abort();
}

/* What is left of the input. */
struct bytes {
	const char *at;
	size_t left;
};

static inline unsigned take_byte(struct bytes *b)
{
	if (!b->left)
		return 0;
	b->left--;
	return (unsigned char)*b->at++;
}

/* The next line without its end, as a string of its own to free(); NULL when there is none. A NUL
 * within ends it early. */
static inline char *take_line(struct bytes *b)
{
	const char *end;
	size_t n;
	char *line;

	if (!b->left)
		return NULL;
	end = memchr(b->at, '\n', b->left);
	n = end ? (size_t)(end - b->at) : b->left;
	line = strndup(b->at, n);
	b->at += n + (end != NULL);
	b->left -= n + (end != NULL);
	return line;
}

/* All that is left as a string to free(). */
static inline char *take_rest(struct bytes *b)
{
	char *rest = strndup(b->at, b->left);

	b->left = 0;
	return rest;
}

#endif
