/* server/base/text.h and msg.h: bytes that are written once. */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/msg.h"
#include "server/base/text.h"

static void expect_text(struct text *t, const char *should)
{
	assert_string_equal(t->s, should);
	assert_int_equal(t->len, strlen(should));
	text_free(t);
}

static void commas_are_put_where_they_are_due(void **state)
{
	struct text t = { 0 };

	(void)state;
	text_object(&t, NULL);
	text_string(&t, "a", "x");
	text_string(&t, "nothing", NULL);
	text_array(&t, "list");
	text_id(&t, NULL, 1);
	text_int(&t, NULL, -2);
	text_object(&t, NULL);
	text_object_end(&t);
	text_array(&t, NULL);
	text_array_end(&t);
	text_array_end(&t);
	text_bool(&t, "b", false);
	text_object(&t, "o");
	text_bool(&t, "c", true);
	text_object_end(&t);
	text_object_end(&t);
	expect_text(&t, "{\"a\":\"x\",\"list\":[1,-2,{},[]],\"b\":false,\"o\":{\"c\":true}}");
}

static void a_string_that_ends_in_a_bracket_is_no_bracket(void **state)
{
	static const char *const ends[] = { "{", "[", ":", "," };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct text t = { 0 };
		json_t *json;

		text_object(&t, NULL);
		text_string(&t, ends[i], ends[i]);
		text_string(&t, "next", ends[i]);
		text_object_end(&t);
		json = json_loadb(t.s, t.len, JSON_REJECT_DUPLICATES, NULL);
		assert_int_equal(json_object_size(json), 2);
		json_decref(json);
		text_free(&t);
	}
}

static void what_is_absent_is_left_out(void **state)
{
	struct text t = { 0 };

	(void)state;
	text_object(&t, NULL);
	text_opt_id(&t, "a", 0);
	text_opt_int(&t, "b", 0);
	text_opt_bool(&t, "c", false);
	text_opt_id(&t, "d", UINT64_C(9007199254740991));
	text_opt_int(&t, "e", INT64_MIN);
	text_opt_bool(&t, "f", true);
	text_object_end(&t);
	expect_text(&t, "{\"d\":9007199254740991,\"e\":-9223372036854775808,\"f\":true}");
}

/* Wherever the byte stands, and however long the text is. */
static void a_run_ends_at_what_is_escaped(void **state)
{
	(void)state;
	for (unsigned byte = 1; byte < 256; byte++) {
		bool stops = byte < 0x20 || byte == '"' || byte == '\\';

		for (size_t len = 1; len <= 20; len++) {
			for (size_t at = 0; at < len; at++) {
				char s[20];

				memset(s, '!', len);
				s[at] = (char)byte;
				assert_int_equal(text_plain_run(s, len), stops ? at : len);
			}
		}
	}
	assert_int_equal(text_plain_run("", 0), 0);
}

static void strings_are_escaped(void **state)
{
	static const struct {
		const char *value, *text;
	} cases[] = {
		{ "", "\"\"" },
		{ "plain", "\"plain\"" },
		{ "\"", "\"\\\"\"" },
		{ "\\", "\"\\\\\"" },
		{ "/", "\"/\"" },
		{ "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
		{ "\x01\x1f", "\"\\u0001\\u001f\"" },
		{ "\x7f", "\"\x7f\"" },
		{ "\xE2\x80\xA8", "\"\\u2028\"" },
		{ "a\xE2\x80\xA9"
		  "b",
		  "\"a\\u2029b\"" },
		{ "\xE2\x80\xA7", "\"\xE2\x80\xA7\"" },
		{ "\xE2\x82\xAC", "\"\xE2\x82\xAC\"" },
		{ "\xF0\x9F\x98\x80", "\"\xF0\x9F\x98\x80\"" },
		{ "</script>", "\"</script>\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text t = { 0 };

		text_string(&t, NULL, cases[i].value);
		expect_text(&t, cases[i].text);
	}
}

/* What every character becomes is read by another as that character. */
static void every_byte_is_read_back(void **state)
{
	char value[0x80];
	struct text t = { 0 };
	json_t *json;

	(void)state;
	for (int c = 1; c < 0x80; c++)
		value[c - 1] = (char)c;
	value[0x7F] = '\0';
	text_string(&t, NULL, value);
	json = json_loadb(t.s, t.len, JSON_DECODE_ANY, NULL);
	assert_string_equal(json_string_value(json), value);
	json_decref(json);
	text_free(&t);
}

static void texts_grow(void **state)
{
	struct text t = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		text_printf(&t, "%d,", i % 10);
	assert_int_equal(t.len, 2000);
	assert_memory_equal(t.s + 1990, "5,6,7,8,9,", 11);
	text_clear(&t);
	assert_int_equal(t.len, 0);
	assert_string_equal(t.s, "");
	text_puts(&t, "again");
	text_add(&t, "", 0);
	expect_text(&t, "again");
	text_free(&t);
}

/* The header of RFC 6455 for each of its three lengths. */
static void messages_are_frames(void **state)
{
	static const size_t lengths[] = { 0, 1, 125, 126, 127, 65535, 65536, 70000 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t len = lengths[i], header = len < 126 ? 2 : len < 65536 ? 4 : 10, told = 0;
		char *text = malloc(len + 1);
		struct msg *m, *other;

		memset(text, 'x', len);
		m = msg_new(text, len);
		other = msg_ref(m);
		free(text);
		assert_int_equal(m->frame_len, len + header);
		assert_ptr_equal(m->frame + header, m->text);
		assert_int_equal((unsigned char)m->frame[0], 0x81);
		for (size_t at = header == 2 ? 1 : 2; at < header; at++)
			told = told << 8 | (unsigned char)m->frame[at];
		assert_int_equal(told, len);
		assert_int_equal(m->text[len], '\0');
		msg_unref(&m);
		assert_null(m);
		assert_int_equal(other->len, len);
		msg_unref(&other);
		msg_unref(&other);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(commas_are_put_where_they_are_due),
	cmocka_unit_test(a_string_that_ends_in_a_bracket_is_no_bracket),
	cmocka_unit_test(what_is_absent_is_left_out),
	cmocka_unit_test(a_run_ends_at_what_is_escaped),
	cmocka_unit_test(strings_are_escaped),
	cmocka_unit_test(every_byte_is_read_back),
	cmocka_unit_test(texts_grow),
	cmocka_unit_test(messages_are_frames),
};

const struct unit_group text_group = UNIT_GROUP("text", tests);
