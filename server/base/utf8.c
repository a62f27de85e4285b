#include "server/base/utf8.h"

#include <assert.h>
#include <string.h>
#include <utf8proc.h>

#include "server/base/mem.h"

/* Most of what is written is ASCII, or the beginning of it is. */
static size_t ascii_run(const char *s, size_t len)
{
	size_t n = 0;
	uint64_t eight;

	for (; len - n >= sizeof(eight); n += sizeof(eight)) {
		memcpy(&eight, s + n, sizeof(eight));
		if (eight & UINT64_C(0x8080808080808080))
			break;
	}
	while (n < len && (unsigned char)s[n] < 0x80)
		n++;
	return n;
}

bool utf8_valid(const char *s, size_t len)
{
	const char *end = s + len;

	while ((s += ascii_run(s, (size_t)(end - s))) < end) {
		utf8proc_int32_t code;
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s, end - s, &code);

		if (n < 0)
			return false;
		s += n;
	}
	return true;
}

uint32_t utf8_next(const char **s)
{
	utf8proc_int32_t code;
	utf8proc_ssize_t n;

	if ((unsigned char)**s < 0x80)
		return **s ? (uint32_t) * (*s)++ : 0;
	n = utf8proc_iterate((const utf8proc_uint8_t *)*s, -1, &code);
	assert(n > 0);
	*s += n;
	return (uint32_t)code;
}

/* Walks over at most n graphemes; how many there were goes to *seen. Returns where it stopped. */
static const char *walk(const char *s, size_t n, size_t *seen)
{
	utf8proc_int32_t state = 0, before = 0;
	const char *next = s;

	*seen = 0;
	for (utf8proc_int32_t code; (code = (utf8proc_int32_t)utf8_next(&next)) != 0; s = next) {
		bool breaks = !before || utf8proc_grapheme_break_stateful(before, code, &state);

		if (breaks && *seen == n)
			return s;
		*seen += breaks;
		before = code;
	}
	return s;
}

size_t utf8_graphemes(const char *s)
{
	size_t n;

	walk(s, SIZE_MAX, &n);
	return n;
}

size_t utf8_cut(const char *s, size_t n)
{
	size_t seen;

	return (size_t)(walk(s, n, &seen) - s);
}

static char *map(const char *s, utf8proc_option_t options)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s, 0, &out,
					  options | UTF8PROC_NULLTERM | UTF8PROC_STABLE);

	if (n == UTF8PROC_ERROR_NOMEM)
		x_end(X_MEMORY);
	assert(n >= 0); /* it was valid */
	(void)n;
	return (char *)out;
}

char *utf8_nfc(const char *s)
{
	return map(s, UTF8PROC_COMPOSE);
}

char *utf8_fold(const char *s)
{
	return map(s, UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
}
