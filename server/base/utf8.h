/* Unicode, as far as a house of talk needs it: UTF-8 that is valid, one form for what looks the
 * same, and lengths as a reader counts them. Strings given to all but utf8_valid are valid UTF-8
 * and end with NUL; strings given back are the caller's, to free(). */
#ifndef JOBALIKE_BASE_UTF8_H
#define JOBALIKE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629). A NUL byte is valid. */
bool utf8_valid(const char *s, size_t len);

/* The code point at *s, which is moved past it; 0 at the end. */
uint32_t utf8_next(const char **s);

/* What a reader calls characters (UAX 29): an emoji family or a letter with its marks is one. */
size_t utf8_graphemes(const char *s);

/* How many bytes the first n graphemes take; all of them when there are fewer. */
size_t utf8_cut(const char *s, size_t n);

/* Normalization form C (UAX 15). */
char *utf8_nfc(const char *s);

/* For finding: the same for words that differ in case, width or form only. Not for showing. */
char *utf8_fold(const char *s);

#endif
