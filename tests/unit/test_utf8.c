#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/base/utf8.h"

#define E_ACUTE "\xC3\xA9"
#define ACUTE   "\xCC\x81"
#define NI_HAO  "\xE4\xBD\xA0\xE5\xA5\xBD"
#define SMILE   "\xF0\x9F\x98\x80"
#define FAMILY  "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7"
#define FLAG_DE "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA"
#define FLAG_CN "\xF0\x9F\x87\xA8\xF0\x9F\x87\xB3"
#define THUMB   "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD"     /* with a skin tone */
#define HANGUL  "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB" /* han, as three jamo */

/* clang-format off */
static const char *const valid[] = {
	"", "a", "ascii that is longer than eight bytes", E_ACUTE, NI_HAO, SMILE, FAMILY,
	"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80",
	"\xF4\x8F\xBF\xBF", "1234567\xC3\xA9", "12345678\xC3\xA9", "123456789\xC3\xA9.23456789",
};

static const char *const invalid[] = {
	"\x80", "\xBF", "a\x80", "12345678\x80", "\xC0", "\xC0\x80", "\xC0\xAF", "\xC1\xBF", "\xC3", "\xC3(",
	"\xE0\x80\x80", "\xE0\x9F\xBF", "\xE2\x82", "\xE2(\xA1", "\xE2\x82(", "\xED\xA0\x80", "\xED\xBF\xBF",
	"\xED\xA0\xBD\xED\xB8\x80", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98", "\xF0(\x8C\xBC",
	"\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80", "\xFC\x84\x80\x80\x80\x80", "\xFE", "\xFF",
	"\xE4\xBD\xA0\xE4\xBD", "\xE4\xBD\xA0\x80",
};

static const struct {
	const char *text;
	size_t graphemes;
} counted[] = {
	{ "", 0 }, { "a", 1 }, { "hello", 5 }, { "a b", 3 }, { "\n", 1 }, { "\r\n", 1 }, { E_ACUTE, 1 }, { "e" ACUTE, 1 },
	{ "e" ACUTE ACUTE ACUTE "e", 2 }, { ACUTE, 1 }, { NI_HAO, 2 }, { SMILE SMILE, 2 }, { FAMILY, 1 }, { FAMILY FAMILY, 2 },
	{ FLAG_DE, 1 }, { FLAG_DE FLAG_CN, 2 }, { THUMB, 1 }, { THUMB "x" THUMB, 3 }, { HANGUL, 1 },
	{ "\xE0\xA4\xA8\xE0\xA4\xBF", 1 } /* ni, Devanagari */, { "\xE2\x9D\xA4\xEF\xB8\x8F", 1 } /* heart, as a picture */,
	{ "1\xEF\xB8\x8F\xE2\x83\xA3", 1 } /* keycap */, { "\xE0\xB8\x81\xE0\xB8\xB3", 1 } /* kam, Thai */,
};
/* clang-format on */

/* From memory that ends where the text ends. */
static bool is_valid(const char *s, size_t len)
{
	char *copy = x_malloc(len);
	bool ok;

	memcpy(copy, s, len);
	ok = utf8_valid(copy, len);
	free(copy);
	return ok;
}

static void valid_is_told_from_invalid(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++)
		if (!is_valid(valid[i], strlen(valid[i])))
			fail_msg("valid[%zu]", i);
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++)
		if (is_valid(invalid[i], strlen(invalid[i])))
			fail_msg("invalid[%zu]", i);
	assert_true(is_valid("a\0b", 3));
}

static size_t encode(uint32_t c, char *out)
{
	if (c < 0x80)
		return (size_t)(out[0] = (char)c, 1);
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

static void every_code_point_is_read_back(void **state)
{
	(void)state;
	for (uint32_t c = 1; c < 0x110100; c++) {
		char text[5] = { 0 };
		size_t len = encode(c, text);
		bool scalar = c < 0x110000 && (c < 0xD800 || c > 0xDFFF);
		const char *next = text;

		assert_int_equal(utf8_valid(text, len), scalar);
		if (!scalar)
			continue;
		assert_int_equal(utf8_next(&next), c);
		assert_ptr_equal(next, text + len);
		assert_int_equal(utf8_next(&next), 0);
		assert_ptr_equal(next, text + len);
	}
}

static void lengths_are_as_readers_count(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
		if (utf8_graphemes(counted[i].text) != counted[i].graphemes)
			fail_msg("counted[%zu] has %zu", i, utf8_graphemes(counted[i].text));
}

static void cutting_keeps_graphemes_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
		const char *text = counted[i].text;

		for (size_t n = 0; n <= counted[i].graphemes; n++) {
			char *head = x_strndup(text, utf8_cut(text, n));

			assert_int_equal(utf8_graphemes(head), n);
			free(head);
		}
		assert_int_equal(utf8_cut(text, counted[i].graphemes + 5), strlen(text));
	}
	assert_int_equal(utf8_cut("a" FAMILY "b", 2), 1 + strlen(FAMILY));
	assert_int_equal(utf8_cut("e" ACUTE "x", 1), 3);
}

static void expect_same(char *(*map)(const char *), const char *a, const char *b)
{
	char *x = map(a), *y = map(b);

	assert_string_equal(x, y);
	free(x);
	free(y);
}

static void one_form_for_what_looks_the_same(void **state)
{
	char *s = utf8_nfc("e" ACUTE);

	(void)state;
	assert_string_equal(s, E_ACUTE);
	free(s);
	expect_same(utf8_nfc, HANGUL, "\xED\x95\x9C");
	expect_same(utf8_nfc, "\xE2\x84\xAB", "\xC3\x85");               /* Angstrom, A ring */
	expect_same(utf8_nfc, "q\xCC\xA3\xCC\x87", "q\xCC\x87\xCC\xA3"); /* order of marks */
	expect_same(utf8_nfc, "", "");
	s = utf8_nfc("\xEF\xBC\xA1"); /* fullwidth A stays what it is */
	assert_string_equal(s, "\xEF\xBC\xA1");
	free(s);
}

static void folded_words_are_found(void **state)
{
	(void)state;
	expect_same(utf8_fold, "Mei CHEN", "mei chen");
	expect_same(utf8_fold, "STRASSE",
		    "stra\xC3\x9F"
		    "e");
	expect_same(utf8_fold, "\xEF\xBC\xAD\xEF\xBD\x85\xEF\xBD\x89", "mei"); /* fullwidth */
	expect_same(utf8_fold, "JOS\xC3\x89", "jose" ACUTE);
	expect_same(utf8_fold, "\xCE\xA3", "\xCF\x82"); /* sigma, final sigma */
	expect_same(utf8_fold, NI_HAO, NI_HAO);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(valid_is_told_from_invalid),
	cmocka_unit_test(every_code_point_is_read_back),
	cmocka_unit_test(lengths_are_as_readers_count),
	cmocka_unit_test(cutting_keeps_graphemes_whole),
	cmocka_unit_test(one_form_for_what_looks_the_same),
	cmocka_unit_test(folded_words_are_found),
};

const struct unit_group utf8_group = UNIT_GROUP("utf8", tests);
