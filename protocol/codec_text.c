#include "protocol/codec_text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "server/base/mem.h"
#include "server/base/utf8.h"

#define MARKS_IN_TEXT 16
#define MARKS_IN_LINE 3

#define ZWNJ 0x200C
#define ZWJ  0x200D

bool codec_word(const char *s)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t len = strspn(s, allowed);

	return len >= 1 && len <= 32 && s[len] == '\0';
}

static bool between(uint32_t c, uint32_t first, uint32_t last)
{
	return first <= c && c <= last;
}

/* Embeddings, overrides and isolates: they act on what stands after them. */
static bool turns(uint32_t c)
{
	return between(c, 0x202A, 0x202E) || between(c, 0x2066, 0x2069);
}

static bool is_noncharacter(uint32_t c)
{
	return (c & 0xFFFE) == 0xFFFE || between(c, 0xFDD0, 0xFDEF);
}

/* Letters that are blank, and marks that show nothing by themselves. */
static bool is_filler(uint32_t c)
{
	return c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0 || c == 0x2800 ||
	       c == 0x034F || between(c, 0x17B4, 0x17B5);
}

static bool is_selector(uint32_t c)
{
	return between(c, 0xFE00, 0xFE0F) || between(c, 0xE0100, 0xE01EF) ||
	       between(c, 0x180B, 0x180F);
}

static bool is_tag(uint32_t c)
{
	return between(c, 0xE0020, 0xE007F);
}

static utf8proc_category_t category(uint32_t c)
{
	return utf8proc_category((utf8proc_int32_t)c);
}

static bool is_space(uint32_t c)
{
	utf8proc_category_t cat = category(c);

	return cat == UTF8PROC_CATEGORY_ZS || cat == UTF8PROC_CATEGORY_ZL ||
	       cat == UTF8PROC_CATEGORY_ZP || cat == UTF8PROC_CATEGORY_CC;
}

static bool is_seen(uint32_t c)
{
	return !is_space(c) && category(c) != UTF8PROC_CATEGORY_CF && !is_filler(c) &&
	       !is_selector(c);
}

static bool is_mark(uint32_t c)
{
	utf8proc_category_t cat = category(c);

	return (cat == UTF8PROC_CATEGORY_MN || cat == UTF8PROC_CATEGORY_ME) && !is_selector(c);
}

static bool is_pictograph(uint32_t c)
{
	return utf8proc_get_property((utf8proc_int32_t)c)->boundclass ==
	       UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

/* A letter or mark of the scripts whose spelling needs ZWJ or ZWNJ: Arabic, those of India and
 * South-East Asia, Mongolian. */
static bool is_joining_script(uint32_t c)
{
	utf8proc_category_t cat = category(c);
	bool letter = cat >= UTF8PROC_CATEGORY_LU && cat <= UTF8PROC_CATEGORY_ME;

	return letter && (between(c, 0x0600, 0x109F) || between(c, 0x1780, 0x18AF));
}

/* May this invisible character stand here? Only where it does what it is made for. */
static bool joins(uint32_t before, uint32_t c, uint32_t after)
{
	bool picture =
		is_pictograph(before) || before == 0xFE0F || between(before, 0x1F3FB, 0x1F3FF);

	if (is_tag(c))
		return before == 0x1F3F4 ||
		       is_tag(before); /* the black flag: England, Scotland, Wales */
	if (c == ZWJ && picture && is_pictograph(after))
		return true;
	return (c == ZWJ || c == ZWNJ) && is_joining_script(before) && is_joining_script(after);
}

/* May c stand in a field of this kind, between these two? */
static bool allowed(enum field_kind kind, uint32_t before, uint32_t c, uint32_t after)
{
	utf8proc_category_t cat = category(c);

	if (is_noncharacter(c) || cat == UTF8PROC_CATEGORY_CO || cat == UTF8PROC_CATEGORY_CS)
		return false;
	if (kind == FIELD_TEXT)
		return cat != UTF8PROC_CATEGORY_CC || c == '\n' || c == '\t';
	if (cat == UTF8PROC_CATEGORY_CC || cat == UTF8PROC_CATEGORY_ZL ||
	    cat == UTF8PROC_CATEGORY_ZP)
		return false;
	if (cat == UTF8PROC_CATEGORY_CF)
		return joins(before, c, after);
	return kind == FIELD_LINE || (cat != UTF8PROC_CATEGORY_CN && !is_filler(c));
}

static enum err check(enum field_kind kind, const char *s)
{
	unsigned limit = kind == FIELD_TEXT ? MARKS_IN_TEXT : MARKS_IN_LINE, marks = 0;
	const char *next = s;
	bool seen = false;

	for (uint32_t before = 0, c = utf8_next(&next); c;) {
		uint32_t after = utf8_next(&next);

		if (is_mark(c))
			marks++;
		else if (!is_selector(c) && category(c) != UTF8PROC_CATEGORY_CF)
			marks = 0;
		seen = seen || is_seen(c);
		if (marks > limit || !allowed(kind, before, c, after))
			return ERR_BAD_REQUEST;
		before = c;
		c = after;
	}
	return seen ? OK : ERR_BAD_REQUEST;
}

static void take_out_turns(char *s)
{
	char *to = s;

	for (const char *from = s, *next = s; *from; from = next) {
		if (turns(utf8_next(&next)))
			continue;
		memmove(to, from, (size_t)(next - from));
		to += next - from;
	}
	*to = '\0';
}

static bool is_blank(uint32_t c)
{
	return category(c) == UTF8PROC_CATEGORY_ZS;
}

static void take_off_space(char *s)
{
	const char *first = s, *next = s, *end;

	for (uint32_t c; (c = utf8_next(&next)) != 0 && is_blank(c);)
		first = next;
	end = next = first;
	for (uint32_t c; (c = utf8_next(&next)) != 0;)
		if (!is_blank(c))
			end = next;
	memmove(s, first, (size_t)(end - first));
	s[end - first] = '\0';
}

/* The form it is taken in, were every character allowed. What is taken out goes first: it may stand
 * between two that compose. */
static char *in_one_form(enum field_kind kind, const char *s)
{
	char *copy = x_strdup(s), *form;

	if (kind == FIELD_TEXT)
		take_out_turns(copy);
	else
		take_off_space(copy);
	form = utf8_nfc(copy);
	free(copy);
	return form;
}

/* Plain ASCII that needs nothing done: nearly everything that is written in English. */
static bool is_plain(enum field_kind kind, const char *s)
{
	size_t len = 0, seen = 0;

	for (; s[len] >= ' ' && s[len] < 0x7F; len++)
		seen += s[len] != ' ';
	if (s[len] || !seen)
		return false;
	return kind == FIELD_TEXT || (s[0] != ' ' && s[len - 1] != ' ');
}

enum err codec_text(enum field_kind kind, size_t max, const char *s, char **out)
{
	enum err err;
	char *clean;

	*out = NULL;
	if (strlen(s) > codec_text_bytes(max))
		return ERR_TOO_LARGE;
	if (is_plain(kind, s))
		return strlen(s) <= max ? OK : ERR_TOO_LARGE;
	clean = in_one_form(kind, s);
	err = check(kind, clean);
	if (!err && (utf8_graphemes(clean) > max || strlen(clean) > codec_text_bytes(max)))
		err = ERR_TOO_LARGE;
	if (err || strcmp(clean, s) == 0)
		free(clean);
	else
		*out = clean;
	return err;
}
