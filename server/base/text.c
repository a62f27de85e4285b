#include "server/base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

void text_free(struct text *t)
{
	free(t->s);
	*t = (struct text){ 0 };
}

void text_clear(struct text *t)
{
	t->len = 0;
	if (t->s)
		t->s[0] = '\0';
}

static void need(struct text *t, size_t more)
{
	size_t room = t->room ? t->room : 256;

	if (t->len + more + 1 <= t->room)
		return;
	while (room < t->len + more + 1)
		room *= 2;
	t->s = x_realloc(t->s, room);
	t->room = room;
}

void text_add(struct text *t, const char *s, size_t len)
{
	need(t, len);
	if (len)
		memcpy(t->s + t->len, s, len);
	t->len += len;
	t->s[t->len] = '\0';
}

void text_puts(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void text_printf(struct text *t, const char *format, ...)
{
	va_list args, again;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(len >= 0);
	need(t, (size_t)len);
	vsnprintf(t->s + t->len, (size_t)len + 1, format, again);
	va_end(again);
	t->len += (size_t)len;
}

static void put(struct text *t, char c)
{
	need(t, 1);
	t->s[t->len++] = c;
	t->s[t->len] = '\0';
}

/* Bytes of the word that are `what` have their highest bit set, and perhaps some behind the first
 * one that is (Mycroft's test for a zero byte). */
static uint64_t bytes_that_are(uint64_t word, unsigned char what)
{
	uint64_t ones = UINT64_C(0x0101010101010101), zero = word ^ (ones * what);

	return (zero - ones) & ~zero & (ones << 7);
}

static uint64_t bytes_below_space(uint64_t word)
{
	return (word - UINT64_C(0x2020202020202020)) & ~word & UINT64_C(0x8080808080808080);
}

size_t text_plain_run(const char *s, size_t len)
{
	size_t n = 0;
	uint64_t eight;

	for (; len - n >= sizeof(eight); n += sizeof(eight)) {
		memcpy(&eight, s + n, sizeof(eight));
		if (bytes_below_space(eight) | bytes_that_are(eight, '"') |
		    bytes_that_are(eight, '\\'))
			break;
	}
	while (n < len && (unsigned char)s[n] >= 0x20 && s[n] != '"' && s[n] != '\\')
		n++;
	return n;
}

/* What is written as it is; the rest is escaped one by one. */
static size_t written_run(const char *s, size_t len)
{
	size_t n = text_plain_run(s, len);
	const char *stop = memchr(s, 0xE2, n);

	return stop ? (size_t)(stop - s) : n;
}

static const char *escape(struct text *t, const char *s)
{
	static const char letters[] = "\b\f\n\r\t\"\\", names[] = "bfnrt\"\\";
	const char *known = strchr(letters, *s);

	if (*s == '\xE2') {
		bool separator = s[1] == '\x80' && (s[2] == '\xA8' || s[2] == '\xA9');

		if (!separator) {
			put(t, *s);
			return s + 1;
		}
		text_puts(t, s[2] == '\xA8' ? "\\u2028" : "\\u2029");
		return s + 3;
	}
	if (known)
		text_add(t, (const char[]){ '\\', names[known - letters] }, 2);
	else
		text_printf(t, "\\u%04x", (unsigned char)*s);
	return s + 1;
}

static void quoted(struct text *t, const char *value)
{
	const char *end = value + strlen(value);

	put(t, '"');
	while (value < end) {
		size_t run = written_run(value, (size_t)(end - value));

		text_add(t, value, run);
		value += run;
		if (value < end)
			value = escape(t, value);
	}
	put(t, '"');
}

/* Keys are names of ours: nothing in them is to be escaped. */
static void begin(struct text *t, const char *key)
{
	size_t len = key ? strlen(key) : 0;
	char *at;

	if (t->len && !strchr("{[:,", t->s[t->len - 1]))
		put(t, ',');
	if (!key)
		return;
	need(t, len + 3);
	at = t->s + t->len;
	at[0] = '"';
	memcpy(at + 1, key, len + 1);
	memcpy(at + 1 + len, "\":", 3);
	t->len += len + 3;
}

void text_object(struct text *t, const char *key)
{
	begin(t, key);
	put(t, '{');
}

void text_object_end(struct text *t)
{
	put(t, '}');
}

void text_array(struct text *t, const char *key)
{
	begin(t, key);
	put(t, '[');
}

void text_array_end(struct text *t)
{
	put(t, ']');
}

void text_string(struct text *t, const char *key, const char *value)
{
	if (!value)
		return;
	begin(t, key);
	quoted(t, value);
}

/* Views are made of numbers as much as of words, and printf is slow. */
static void digits(struct text *t, uint64_t value)
{
	char s[20], *at = s + sizeof(s);

	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	text_add(t, at, (size_t)(s + sizeof(s) - at));
}

void text_id(struct text *t, const char *key, uint64_t value)
{
	begin(t, key);
	digits(t, value);
}

void text_int(struct text *t, const char *key, int64_t value)
{
	begin(t, key);
	if (value < 0)
		put(t, '-');
	digits(t, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void text_bool(struct text *t, const char *key, bool value)
{
	begin(t, key);
	text_puts(t, value ? "true" : "false");
}

void text_opt_id(struct text *t, const char *key, uint64_t value)
{
	if (value)
		text_id(t, key, value);
}

void text_opt_int(struct text *t, const char *key, int64_t value)
{
	if (value)
		text_int(t, key, value);
}

void text_opt_bool(struct text *t, const char *key, bool value)
{
	if (value)
		text_bool(t, key, true);
}
