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

/* Bytes that may stand in a JSON string as they are; the rest is escaped one by one. */
static size_t plain_run(const unsigned char *s)
{
	size_t n = 0;

	while (s[n] >= 0x20 && s[n] != '"' && s[n] != '\\' && s[n] != 0xE2)
		n++;
	return n;
}

static const unsigned char *escape(struct text *t, const unsigned char *s)
{
	static const char letters[] = "\b\f\n\r\t\"\\", names[] = "bfnrt\"\\";
	const char *known = strchr(letters, *s);

	if (s[0] == 0xE2) {
		bool separator = s[1] == 0x80 && (s[2] == 0xA8 || s[2] == 0xA9);

		if (!separator) {
			put(t, (char)*s);
			return s + 1;
		}
		text_puts(t, s[2] == 0xA8 ? "\\u2028" : "\\u2029");
		return s + 3;
	}
	if (known)
		text_add(t, (const char[]){ '\\', names[known - letters] }, 2);
	else
		text_printf(t, "\\u%04x", *s);
	return s + 1;
}

static void quoted(struct text *t, const char *value)
{
	const unsigned char *s = (const unsigned char *)value;

	put(t, '"');
	while (*s) {
		size_t run = plain_run(s);

		text_add(t, (const char *)s, run);
		s += run;
		if (*s)
			s = escape(t, s);
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
	memcpy(at + 1, key, len);
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
