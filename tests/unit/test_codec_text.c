/* Which characters may stand in a text, a line and a name. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/codec_text.h"
#include "server/base/mem.h"
#include "server/base/utf8.h"

#define T   1u /* may stand in a text */
#define L   2u /* in a line */
#define N   4u /* in a name */
#define ALL (T | L | N)

#define ZWJ        "\xE2\x80\x8D"
#define ZWNJ       "\xE2\x80\x8C"
#define VS16       "\xEF\xB8\x8F"
#define GRAVE      "\xCC\x80"
#define MAN        "\xF0\x9F\x91\xA8"
#define WOMAN      "\xF0\x9F\x91\xA9"
#define HEART      "\xE2\x9D\xA4"
#define TONE       "\xF0\x9F\x8F\xBD"
#define LAPTOP     "\xF0\x9F\x92\xBB"
#define BLACK_FLAG "\xF0\x9F\x8F\xB4"
#define TAG(c)     "\xF3\xA0\x81" c
#define ENGLAND    BLACK_FLAG TAG("\xA7") TAG("\xA2") TAG("\xA5") TAG("\xAE") TAG("\xA7") TAG("\xBF")

/* clang-format off */
static const struct {
	const char *text;
	unsigned where; /* it is taken as it is */
} cases[] = {
	/* names of people */
	{ "Mei Chen", ALL }, { "O'Brien", ALL }, { "Jean-Luc", ALL }, { "D\xC3\xAD" "az", ALL }, { "\xE9\x99\x88\xE7\xBE\x8E", ALL },
	{ "\xEA\xB9\x80\xEB\xAF\xBC\xEC\xA4\x80", ALL }, { "\xD0\x90\xD0\xBD\xD0\xBD\xD0\xB0", ALL }, { "\xD9\x85\xD8\xAD\xD9\x85\xD8\xAF", ALL },
	{ "\xE0\xB8\xAA\xE0\xB8\xA1\xE0\xB8\x8A\xE0\xB8\xB2\xE0\xB8\xA2", ALL }, { "Nguy\xE1\xBB\x85n", ALL },
	{ "\xE0\xBD\xA6\xE0\xBE\x92\xE0\xBE\xB2\xE0\xBD\xBC\xE0\xBD\xA3\xE0\xBC\x8B\xE0\xBD\x98", ALL } /* Dolma: three marks */,
	{ "\xE0\xB4\xB0\xE0\xB4\x9C\xE0\xB4\xA8\xE0\xB5\x8D" ZWJ "\xE0\xB4\xB0", ALL } /* Malayalam with ZWJ inside */,
	{ "\xD9\x85\xDB\x8C" ZWNJ "\xD8\xAE", ALL } /* Persian with ZWNJ inside */,
	{ "\xE0\xA4\xB6\xE0\xA5\x8D" ZWJ "\xE0\xA4\xB0", ALL } /* Devanagari with ZWJ inside */,
	{ "x", ALL }, { "42", ALL }, { "$", ALL }, { "Anna (she/her)", ALL }, { "\xF0\x9F\x98\x80", ALL },
	{ "A\xC2\xA0" "B", ALL } /* space that does not break */, { "\xE6\x96\x87\xEF\xBC\x88\xE7\xBE\x8E\xEF\xBC\x89", ALL },
	/* emoji that are made of several */
	{ MAN ZWJ WOMAN, ALL }, { HEART VS16, ALL }, { MAN TONE ZWJ LAPTOP, ALL }, { WOMAN ZWJ HEART VS16 ZWJ MAN, ALL },
	{ ENGLAND, ALL }, { "1" VS16 "\xE2\x83\xA3", ALL }, { "\xF0\x9F\x87\xA8\xF0\x9F\x87\xB3", ALL },
	/* joiners that join nothing */
	{ "a" ZWJ "b", T }, { "a" ZWNJ "b", T }, { "Anna" ZWJ, T }, { ZWJ "Anna", T }, { MAN ZWJ "x", T }, { "x" ZWJ MAN, T },
	{ MAN ZWNJ MAN, T }, { "\xE4\xBD\xA0" ZWNJ "\xE5\xA5\xBD", T }, { "\xD9\x85" ZWNJ, T }, { "\xD9\x85" ZWNJ "x", T },
	{ "a" TAG("\xA1") "b", T }, { MAN TAG("\xA1"), T },
	/* not seen at all */
	{ "a\xE2\x80\x8B" "b", T } /* zero width space */, { "a\xE2\x81\xA0" "b", T } /* word joiner */, { "a\xEF\xBB\xBF" "b", T },
	{ "a\xC2\xAD" "b", T } /* soft hyphen */, { "a\xE2\x80\x8E" "b", T } /* LRM */, { "a\xE2\x80\x8F" "b", T } /* RLM */,
	{ "a\xD8\x9C" "b", T } /* ALM */, { "a\xE1\xA0\x8E" "b", T }, { "a\xE2\x81\xA3" "b", T }, { "a\xEF\xBF\xB9" "b", T },
	{ "\xE2\x80\x8B", 0 }, { "\xEF\xBB\xBF", 0 }, { ZWJ, 0 }, { VS16, 0 }, { " " ZWNJ " ", 0 }, { "\xE2\x80\x8E\xE2\x80\x8F", 0 },
	/* blank letters: not alone anywhere, not in names */
	{ "\xE3\x85\xA4", 0 }, { "\xEF\xBE\xA0", 0 }, { "\xE1\x85\x9F\xE1\x85\xA0", 0 }, { "\xE2\xA0\x80", 0 },
	{ "a\xE3\x85\xA4" "b", T | L }, { "a\xEF\xBE\xA0" "b", T | L }, { "a\xE2\xA0\x80" "b", T | L }, { "a\xCD\x8F" "b", T | L },
	/* white space */
	{ "", 0 }, { " ", 0 }, { "   ", 0 }, { "\xC2\xA0", 0 }, { "\xE3\x80\x80\xE2\x80\x83", 0 }, { "\n", 0 }, { "\t\n ", 0 },
	{ "\xE2\x80\xA8", 0 },
	/* lines and controls */
	{ "a\nb", T }, { "a\tb", T }, { "a\n", T }, { "a\rb", 0 }, { "a\r\nb", 0 }, { "a\x01" "b", 0 }, { "a\x1B[0m", 0 }, { "a\x7F", 0 },
	{ "a\xC2\x80", 0 }, { "a\xC2\x85" "b", 0 }, { "a\xC2\x9F", 0 }, { "a\x0B" "b", 0 }, { "a\x0C" "b", 0 },
	{ "a\xE2\x80\xA8" "b", T }, { "a\xE2\x80\xA9" "b", T },
	/* nobody's code points */
	{ "a\xEE\x80\x80", 0 }, { "a\xEF\xA3\xBF", 0 }, { "a\xF3\xB0\x80\x80", 0 }, { "a\xF4\x8F\xBF\xBD", 0 }, { "a\xEF\xBF\xBE", 0 },
	{ "a\xEF\xBF\xBF", 0 }, { "a\xEF\xB7\x90", 0 }, { "a\xF0\x9F\xBF\xBE", 0 }, { "a\xF4\x8F\xBF\xBF", 0 },
	{ "a\xCD\xB8", T | L } /* not assigned yet */, { "a\xEF\xBF\xBD", ALL } /* the replacement character is a character */,
	/* marks on one another */
	{ "q" GRAVE, ALL }, { "q" GRAVE GRAVE, ALL }, { "q" GRAVE GRAVE GRAVE, ALL }, { "q" GRAVE GRAVE GRAVE GRAVE, T },
	{ "q" GRAVE GRAVE GRAVE "q" GRAVE GRAVE GRAVE, ALL }, { "q" GRAVE GRAVE VS16 GRAVE GRAVE, T }, { "q" GRAVE GRAVE VS16 GRAVE, ALL },
	{ "q" GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE, T },
	{ "q" GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE GRAVE, 0 },
	{ "q" GRAVE GRAVE ZWJ GRAVE GRAVE, T },
};

static const struct {
	const char *text, *text_becomes, *line_becomes; /* NULL: refused */
} changed[] = {
	{ "e\xCC\x81", "\xC3\xA9", "\xC3\xA9" },
	{ "\xE2\x84\xAB", "\xC3\x85", "\xC3\x85" },
	{ " x", " x", "x" }, { "x ", "x ", "x" }, { "\xE3\x80\x80x", "\xE3\x80\x80x", "x" }, { "x\xC2\xA0", "x\xC2\xA0", "x" },
	{ "  Mei  Chen ", "  Mei  Chen ", "Mei  Chen" },
	{ "\xC2\xA0\xE3\x80\x80 x \xC2\xA0", "\xC2\xA0\xE3\x80\x80 x \xC2\xA0", "x" },
	{ " e\xCC\x81 ", " \xC3\xA9 ", "\xC3\xA9" },
	{ "a\xE2\x80\xAE" "b", "ab", NULL }, { "a\xE2\x80\xAA" "b\xE2\x80\xAC", "ab", NULL }, { "\xE2\x81\xA6x\xE2\x81\xA9", "x", NULL },
	{ "\xE2\x80\xAE", NULL, NULL }, { " \xE2\x81\xA7 ", NULL, NULL },
	{ "e\xE2\x80\xAE\xCC\x81", "\xC3\xA9", NULL },
};
/* clang-format on */

static const enum field_kind kinds[] = { FIELD_TEXT, FIELD_LINE, FIELD_NAME };
static const char *const kind_names[] = { "text", "line", "name" };

static void expect(enum field_kind kind, const char *s, const char *should)
{
	char *out;
	enum err err = codec_text(kind, 100, s, &out);
	const char *got = err ? NULL : out ? out : s;

	if (!got != !should || (got && strcmp(got, should) != 0))
		fail_msg("\"%s\" as %s: \"%s\" instead of \"%s\"", s, kind_names[kind - FIELD_TEXT],
			 got ? got : "(refused)", should ? should : "(refused)");
	if (err)
		assert_null(out);
	free(out);
}

static void characters_stand_where_they_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t kind = 0; kind < 3; kind++)
			expect(kinds[kind], cases[i].text,
			       cases[i].where & 1u << kind ? cases[i].text : NULL);
}

static void texts_are_put_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++) {
		expect(FIELD_TEXT, changed[i].text, changed[i].text_becomes);
		expect(FIELD_LINE, changed[i].text, changed[i].line_becomes);
		expect(FIELD_NAME, changed[i].text, changed[i].line_becomes);
	}
}

static const char *repeated(const char *s, size_t times)
{
	static char out[4096];
	size_t len = strlen(s);

	for (size_t i = 0; i < times; i++)
		memcpy(out + i * len, s, len + 1);
	return out;
}

static enum err length_of(size_t max, const char *s)
{
	char *out;
	enum err err = codec_text(FIELD_TEXT, max, s, &out);

	free(out);
	return err;
}

static void length_is_graphemes_and_bytes(void **state)
{
	static const char family[] = MAN ZWJ WOMAN ZWJ MAN; /* 18 bytes, one grapheme */

	(void)state;
	assert_int_equal(OK, length_of(10, repeated("x", 10)));
	assert_int_equal(ERR_TOO_LARGE, length_of(10, repeated("x", 11)));
	assert_int_equal(OK, length_of(10, repeated("\xE4\xBD\xA0", 10)));
	assert_int_equal(ERR_TOO_LARGE, length_of(10, repeated("\xE4\xBD\xA0", 11)));
	assert_int_equal(OK, length_of(10, repeated("\xF0\x9F\x98\x80", 10)));
	assert_int_equal(OK, length_of(10, repeated("e\xCC\x81", 10)));
	assert_int_equal(ERR_TOO_LARGE, length_of(10, repeated("e\xCC\x81", 11)));
	assert_int_equal(OK, length_of(10, repeated(family, 5)));            /* 90 of 104 bytes */
	assert_int_equal(ERR_TOO_LARGE, length_of(10, repeated(family, 6))); /* 108 bytes */
	/* Composed it would be short enough, but not as it comes. */
	assert_int_equal(ERR_TOO_LARGE, length_of(1, repeated("\xE1\x84\x92\xE1\x85\xA1", 12)));
	/* As it comes it is short enough, but not in NFC: U+1D15E is twice as long there. */
	assert_int_equal(OK, length_of(2, repeated("\xF0\x9D\x85\x9E", 2)));
	assert_int_equal(OK, length_of(16, repeated("\xF0\x9D\x85\x9E", 16)));
	assert_int_equal(ERR_TOO_LARGE, length_of(17, repeated("\xF0\x9D\x85\x9E", 17)));
}

/* What was taken is taken again, as it is: what stands in a log is what was checked. */
static void what_is_right_stays_right(void **state)
{
	(void)state;
	for (uint32_t c = 1; c < 0x30000; c++) {
		char s[8] = "a";
		char *once = NULL, *twice = NULL;

		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		for (size_t i = n - 1; i > 0; i--)
			s[1 + i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 63));
		s[1] = (char)(n == 1 ? c : (0xF00u >> n & 0xF0) | c >> 6 * (n - 1));
		assert_true(utf8_valid(s, strlen(s)));
		for (size_t kind = 0; kind < 3; kind++) {
			if (codec_text(kinds[kind], 9, s, &once) == OK && once) {
				assert_int_equal(OK, codec_text(kinds[kind], 9, once, &twice));
				assert_null(twice);
			}
			free(once);
			once = NULL;
		}
	}
}

static void words_are_words(void **state)
{
	static const char *const good[] = {
		"a", "Z", "0", "_", "-", "hr", "asia-hr_2026", "aA0_-678901234567890123456789012"
	};
	static const char *const bad[] = { "",
					   " ",
					   "a b",
					   "a.b",
					   "a/b",
					   "\xC3\xA9",
					   "a\n",
					   "a\"",
					   "a,b",
					   "#a",
					   "aA0_-6789012345678901234567890123" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(codec_word(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(codec_word(bad[i]));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(characters_stand_where_they_may),
	cmocka_unit_test(texts_are_put_right),
	cmocka_unit_test(length_is_graphemes_and_bytes),
	cmocka_unit_test(what_is_right_stays_right),
	cmocka_unit_test(words_are_words),
};

const struct unit_group codec_text_group = UNIT_GROUP("codec_text", tests);
