/* Every message of the protocol, made from its table: at its least, at its most, and each field of
 * it missing, of each wrong type, and beyond its limits. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/codec.h"
#include "server/base/mem.h"
#include "tests/unit/sample.h"

/* A kind of message: how one is made around its fields. */
struct subject {
	const char *key, *name;
	const struct shape *shape;
	bool has_n, outside;
};

static size_t cases;

static json_t *message(const struct subject *s, enum sample how)
{
	json_t *json = sample_fields(s->shape, how);

	if (strcmp(s->key, "hello") == 0)
		json_object_set_new(json, "hello", json_integer(PROTOCOL_VERSION));
	else
		json_object_set_new(json, s->key, json_string(s->name));
	if (s->has_n)
		json_object_set_new(json, "n", json_integer(81));
	return json;
}

/* Reads json (and takes it) the way such a message comes. */
static enum err read_message(const struct subject *s, json_t *json, struct blame *blame)
{
	enum err err;

	cases++;
	if (s->outside) {
		char *text = json_dumps(json, JSON_COMPACT);
		struct upward u;

		json_decref(json);
		err = codec_read(text, strlen(text), &u, blame);
		free(text);
		upward_free(&u);
	} else {
		struct command c;

		err = codec_command(json, &c, blame);
		if (!err)
			command_free(&c);
	}
	return err;
}

/* json is taken. */
static void expect(const struct subject *s, json_t *json, enum err err, const char *field)
{
	char *text = json_dumps(json, JSON_COMPACT);
	struct blame blame;
	enum err got = read_message(s, json, &blame);

	if (got != err || strcmp(blame.field, field) != 0)
		fail_msg("%s: %s %s instead of %s %s", text, err_names[got], blame.field,
			 err_names[err], field);
	free(text);
}

/* The message at its least, with one field set to this value (taken). */
static json_t *with(const struct subject *s, const char *field, json_t *value)
{
	json_t *json = message(s, SAMPLE_LEAST);

	json_object_set_new(json, field, value);
	return json;
}

static void expect_wrong_types(const struct subject *s, const struct field *f)
{
	static const char *const values[] = { "null",   "true",      "1",   "1.0",
					      "1e2",    "\"?!\"",    "{}",  "[]",
					      "[null]", "{\"x\":1}", "-1.5" };
	bool words = f->kind == FIELD_TEXT || f->kind == FIELD_LINE || f->kind == FIELD_NAME;
	bool whole = f->kind == FIELD_ID || f->kind == FIELD_TIME || f->kind == FIELD_INT;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		json_t *value = json_loads(values[i], JSON_DECODE_ANY, NULL);

		if ((json_is_string(value) && words) || (json_is_integer(value) && whole) ||
		    (json_is_boolean(value) && f->kind == FIELD_BOOL) ||
		    (json_is_array(value) && f->kind == FIELD_LIST && json_array_size(value) == 0))
			json_decref(value);
		else
			expect(s, with(s, f->name, value), ERR_BAD_REQUEST, f->name);
	}
}

static void expect_bounds(const struct subject *s, const struct field *f)
{
	json_int_t min = f->kind == FIELD_INT ? f->min : 0;
	json_int_t max = f->kind == FIELD_INT    ? f->max
			 : f->kind == FIELD_TIME ? 253402300799999
						 : 9007199254740991;

	expect(s, with(s, f->name, json_integer(min)), OK, "");
	expect(s, with(s, f->name, json_integer(max)), OK, "");
	expect(s, with(s, f->name, json_integer(min - 1)), ERR_BAD_REQUEST, f->name);
	expect(s, with(s, f->name, json_integer(max + 1)), ERR_BAD_REQUEST, f->name);
	expect(s, with(s, f->name, json_integer(INT64_MIN)), ERR_BAD_REQUEST, f->name);
	expect(s, with(s, f->name, json_integer(INT64_MAX)), ERR_BAD_REQUEST, f->name);
}

/* An e with so many marks on it, more bytes than max graphemes may take, if there are enough. */
static json_t *heavy(size_t bytes)
{
	char *s = x_malloc(bytes + 3);
	json_t *out;

	memcpy(s, "q", 2);
	for (size_t i = 1; i < bytes; i += 2)
		memcpy(s + i, "\xCC\x80", 3);
	out = json_string(s);
	free(s);
	return out;
}

static void expect_length(const struct subject *s, const struct field *f)
{
	size_t max = (size_t)f->max;

	expect(s, with(s, f->name, sample_text(max)), OK, "");
	expect(s, with(s, f->name, sample_text(max + 1)), ERR_TOO_LARGE, f->name);
	if (5 * max + 100 <= LIMIT_STRING_BYTES)
		expect(s, with(s, f->name, sample_text(5 * max + 100)), ERR_TOO_LARGE, f->name);
	if (4 * max + 66 <= LIMIT_STRING_BYTES)
		expect(s, with(s, f->name, heavy(4 * max + 66)), ERR_TOO_LARGE, f->name);
	expect(s, with(s, f->name, json_string("")), ERR_BAD_REQUEST, f->name);
	expect(s, with(s, f->name, json_string(" \xE3\x80\x80 ")), ERR_BAD_REQUEST, f->name);
	expect(s, with(s, f->name, json_string("a\x1B[31mb")), ERR_BAD_REQUEST, f->name);
}

static json_t *items(const struct field *f, size_t n)
{
	json_t *list = json_array(), *one = sample_value(f, SAMPLE_LEAST);

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_deep_copy(json_array_get(one, 0)));
	json_decref(one);
	return list;
}

static void expect_items(const struct subject *s, const struct field *f)
{
	size_t max = (size_t)f->max;

	expect(s, with(s, f->name, items(f, 0)), OK, "");
	expect(s, with(s, f->name, items(f, max)), OK, "");
	if (max < LIMIT_ITEMS)
		expect(s, with(s, f->name, items(f, max + 1)), ERR_TOO_LARGE, f->name);
	if (f->of == FIELD_STRUCT) {
		json_t *list = items(f, 1), *more = items(f, 1);

		json_object_clear(json_array_get(list, 0));
		expect(s, with(s, f->name, list), ERR_BAD_REQUEST, f->name);
		json_object_set_new(json_array_get(more, 0), "more", json_true());
		expect(s, with(s, f->name, more), ERR_BAD_REQUEST, f->name);
	}
}

static void expect_field(const struct subject *s, const struct field *f)
{
	json_t *without = message(s, SAMPLE_MOST);

	json_object_del(without, f->name);
	expect(s, without, f->optional ? OK : ERR_BAD_REQUEST, f->optional ? "" : f->name);
	expect_wrong_types(s, f);
	if (f->kind == FIELD_ID || f->kind == FIELD_TIME || f->kind == FIELD_INT)
		expect_bounds(s, f);
	else if (f->kind == FIELD_TEXT || f->kind == FIELD_LINE || f->kind == FIELD_NAME)
		expect_length(s, f);
	else if (f->kind == FIELD_LIST)
		expect_items(s, f);
	else if (f->kind == FIELD_ENUM)
		for (size_t i = 1; i < f->n_words; i++)
			expect(s, with(s, f->name, json_string(f->words[i])), OK, "");
}

static void expect_message(const struct subject *s)
{
	expect(s, message(s, SAMPLE_LEAST), OK, "");
	expect(s, message(s, SAMPLE_MOST), OK, "");
	expect(s, with(s, "more", json_true()), ERR_BAD_REQUEST, "more");
	for (size_t i = 0; i < s->shape->n; i++)
		expect_field(s, &s->shape->fields[i]);
}

static void every_command(void **state)
{
	(void)state;
	for (unsigned i = 1; i < CMD_COUNT; i++) {
		const struct command_spec *spec = &command_specs[i];
		struct subject s = { "command", spec->name, spec->fields, true, spec->roles != 0 };

		expect_message(&s);
		s.outside = false;
		expect_message(&s);
	}
}

static void every_query_signal_and_hello(void **state)
{
	(void)state;
	for (unsigned i = 1; i < QRY_COUNT; i++)
		expect_message(&(struct subject){ "query", query_specs[i].name,
						  query_specs[i].fields, true, true });
	for (unsigned i = 1; i < SIG_COUNT; i++)
		if (signal_specs[i].roles)
			expect_message(&(struct subject){ "signal", signal_specs[i].name,
							  signal_specs[i].fields, false, true });
	expect_message(&(struct subject){ "hello", "", &hello_shape, false, true });
	print_message("codec: cases made from the tables: %zu\n", cases);
	assert_true(cases > 1000);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_command),
	cmocka_unit_test(every_query_signal_and_hello),
};

const struct unit_group codec_tables_group = UNIT_GROUP("codec_tables", tests);
