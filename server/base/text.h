/* A growing text, and JSON written straight into it.
 * Zeroed is valid and empty. The writer puts commas itself: a comma is due unless the text ends in
 * an opening bracket, a colon or a comma, or is empty. */
#ifndef JOBALIKE_BASE_TEXT_H
#define JOBALIKE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *s; /* NUL-terminated once something was written; NULL before */
	size_t len;
	size_t room;
};

void text_free(struct text *t);
/* Empty again, memory kept. */
void text_clear(struct text *t);
void text_add(struct text *t, const char *s, size_t len);
void text_puts(struct text *t, const char *s);
void text_printf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* JSON. key is NULL inside arrays and at the top, and is written as it is. Strings are UTF-8 and
 * are escaped (RFC 8259 section 7), with U+2028 and U+2029 too, so that the bytes are safe inside
 * JavaScript. */
void text_object(struct text *t, const char *key);
void text_object_end(struct text *t);
void text_array(struct text *t, const char *key);
void text_array_end(struct text *t);
void text_string(struct text *t, const char *key, const char *value); /* NULL: writes nothing */
void text_id(struct text *t, const char *key, uint64_t value);
void text_int(struct text *t, const char *key, int64_t value);
void text_bool(struct text *t, const char *key, bool value);

/* The same, but an absent value (0, false) is left out. */
void text_opt_id(struct text *t, const char *key, uint64_t value);
void text_opt_int(struct text *t, const char *key, int64_t value);
void text_opt_bool(struct text *t, const char *key, bool value);

/* How many of the first bytes stand in a JSON string as they are: no control characters, no quote,
 * no backslash. */
size_t text_plain_run(const char *s, size_t len);

#endif
