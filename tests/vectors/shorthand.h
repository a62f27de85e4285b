/* What the files of the shorthand know of each other: row.c knows the events' words, names.c what
 * they stand for, story.c what follows from the rest. */
#ifndef JOBALIKE_TESTS_VECTORS_SHORTHAND_H
#define JOBALIKE_TESTS_VECTORS_SHORTHAND_H

#include "protocol/codec.h"
#include "tests/vectors/story.h"

/* story.c: says why; always false. */
bool story_wrong(char *why, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* row.c: ["event", word, word, {more}] as an object of fields, names as they were; NULL: it is
 * none. */
json_t *row_fields(const json_t *entry, char *why, size_t size);

/* names.c: the string under that key becomes the number it stands for. */
bool put_number(const struct state *s, json_t *fields, const char *key, char *why, size_t size);
/* All, where the description wants numbers. */
bool put_all_numbers(const struct state *s, const struct shape *shape, json_t *fields, char *why,
		     size_t size);

#endif
