/* The first look at JSON from strangers: each limit at its edge, one below and one above. */
#include "tests/unit/unit.h"

#include <string.h>

#include "protocol/gen/protocol.h"
#include "protocol/scan.h"
#include "server/base/text.h"

static bool modest(const char *text)
{
	return scan_json(text, strlen(text)) == OK;
}

/* before, n times one with between in the middle, after. */
static bool row_is_modest(const char *before, const char *one, const char *between, size_t n,
			  const char *after)
{
	struct text t = { 0 };
	bool is;

	text_puts(&t, before);
	for (size_t i = 0; i < n; i++)
		text_printf(&t, "%s%s", i ? between : "", one);
	text_puts(&t, after);
	is = scan_json(t.s, t.len) == OK;
	text_free(&t);
	return is;
}

static void limits_are_exact(void **state)
{
	(void)state;
	assert_true(row_is_modest("", "[", "", LIMIT_DEPTH, "]"));
	assert_false(row_is_modest("", "[", "", LIMIT_DEPTH + 1, "]"));
	assert_true(row_is_modest("{\"a\":", "{\"a\":", "", LIMIT_DEPTH - 1, "1"));
	assert_false(row_is_modest("{\"a\":", "{\"a\":", "", LIMIT_DEPTH, "1"));
	assert_true(row_is_modest("{", "\"a\":1", ",", LIMIT_KEYS, "}"));
	assert_false(row_is_modest("{", "\"a\":1", ",", LIMIT_KEYS + 1, "}"));
	assert_true(row_is_modest("{\"a\":[", "1", ",", LIMIT_ITEMS, "]}"));
	assert_false(row_is_modest("{\"a\":[", "1", ",", LIMIT_ITEMS + 1, "]}"));
	assert_true(row_is_modest("[\"", "x", "", LIMIT_STRING_BYTES, "\"]"));
	assert_false(row_is_modest("[\"", "x", "", LIMIT_STRING_BYTES + 1, "\"]"));
	assert_true(row_is_modest("[\"", "\\n", "", LIMIT_STRING_BYTES, "\"]"));
	assert_true(row_is_modest("[\"", "\\u6f22", "", LIMIT_STRING_BYTES / 3, "\"]"));
	assert_false(row_is_modest("[\"", "\\u6f22", "", LIMIT_STRING_BYTES / 3 + 1, "\"]"));
}

static void each_list_counts_for_itself(void **state)
{
	(void)state;
	assert_true(row_is_modest("[", "[1,1,1]", ",", LIMIT_ITEMS, "]"));
	assert_true(row_is_modest("{\"a\":[", "{\"b\":1}", ",", LIMIT_ITEMS, "],\"c\":2}"));
	assert_true(row_is_modest("[\"", ",:[{", "", 500, "\"]"));
	assert_true(row_is_modest("[\"", "\\\"", "", 500, "\"]"));
	assert_true(modest("[1],2,]:"));
}

static void minus_zero_is_none(void **state)
{
	static const char *const bad[] = { "{\"n\":-0}", "[-0]", "[-0,1]", "[1,-0 ]", "-0" };
	static const char *const good[] = { "[-0.5]", "[-0e1]", "[-1]", "[\"-0\"]", "[-05]", "-" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(modest(bad[i]));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(modest(good[i]));
}

/* From memory that ends where the text ends, so that a byte too far is found out. */
static void texts_may_be_cut_anywhere(void **state)
{
	static const char text[] = "{\"a\":[\"\\u0041\\\\\\\"\",-0.5],\"b\":{}}";

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		char *copy = test_malloc(n ? n : 1);

		memcpy(copy, text, n);
		(void)scan_json(copy, n);
		test_free(copy);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(limits_are_exact),
	cmocka_unit_test(each_list_counts_for_itself),
	cmocka_unit_test(minus_zero_is_none),
	cmocka_unit_test(texts_may_be_cut_anywhere),
};

const struct unit_group scan_group = UNIT_GROUP("scan", tests);
