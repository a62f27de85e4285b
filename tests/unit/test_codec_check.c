/* Is what comes down as the descriptions say? codec_check is what the other tests ask. */
#include "tests/unit/unit.h"

#include <string.h>

#include "protocol/codec.h"
#include "tests/unit/sample.h"

static const char *why_not(const struct shape *shape, json_t *json, bool *fits)
{
	static char why[300];

	*fits = codec_check(shape, json, why, sizeof(why));
	json_decref(json);
	return why;
}

static void expect_fit(const struct shape *shape, json_t *json)
{
	bool fits;
	const char *why = why_not(shape, json, &fits);

	if (!fits)
		fail_msg("%s: %s", shape->name, why);
	assert_string_equal(why, "");
}

static void expect_why(const struct shape *shape, json_t *json, const char *should)
{
	bool fits;
	const char *why = why_not(shape, json, &fits);

	assert_false(fits);
	assert_string_equal(why, should);
}

/* Optional fields of what is least are absent, so only required ones are 0 there. */
static void samples_of_every_shape_fit(void **state)
{
	(void)state;
	for (enum sample how = SAMPLE_LEAST; how <= SAMPLE_MOST; how++) {
		expect_fit(&view_shape, sample_fields(&view_shape, how));
		for (unsigned i = 1; i < QRY_COUNT; i++)
			expect_fit(shape_of_answer(i), sample_fields(shape_of_answer(i), how));
		for (unsigned i = 1; i < SIG_COUNT; i++)
			expect_fit(shape_of_told(i), sample_fields(shape_of_told(i), how));
		for (unsigned i = 1; i < EVT_COUNT; i++)
			expect_fit(event_specs[i].fields,
				   sample_fields(event_specs[i].fields, how));
	}
}

/* A copy of the whole view with the value at a path of keys replaced, or taken out when NULL. */
static json_t *view_with(const char *area, const char *key, json_t *value)
{
	json_t *view = sample_fields(&view_shape, SAMPLE_MOST);

	if (value)
		json_object_set_new(json_object_get(view, area), key, value);
	else
		json_object_del(json_object_get(view, area), key);
	return view;
}

static json_t *parsed(const char *text)
{
	return json_loads(text, JSON_DECODE_ANY, NULL);
}

static void what_does_not_fit_is_said_with_its_place(void **state)
{
	static const struct {
		const char *area, *key, *value, *why;
	} cases[] = {
		{ "session", "title", NULL, "session.title: is missing" },
		{ "session", "title", "7", "session.title: is not a string" },
		{ "session", "title", "\"\"", "session.title: is empty" },
		{ "session", "format", "\"odd\"", "session.format: odd is not one of its words" },
		{ "session", "format", "1", "session.format: is not a string" },
		{ "session", "session", "\"a b\"", "session.session: is not a word" },
		{ "session", "session", "{}", "session.session: is not a string" },
		{ "session", "start", "-1", "session.start: -1 is out of bounds" },
		{ "session", "start", "1.5", "session.start: is not a whole number" },
		{ "session", "open", "1", "session.open: is not true or false" },
		{ "session", "areas", "{}", "session.areas: is not a list" },
		{ "session", "areas", "[{\"key\":\"hr\"}]", "session.areas[0].en: is missing" },
		{ "session", "areas", "[7]", "session.areas[0]: is not an object" },
		{ "session", "closed_at", "0", "session.closed_at: is 0 and should be left out" },
		{ "session", "more", "0", "session: has a field more that is not described" },
		{ "people", "list", "[]", "people.list: is a list of none and should be left out" },
		{ "people", "you", "[]", "people.you: is not an object" },
		{ "rooms", "recall", "null", "rooms.recall: is not an object" },
		{ "rooms", "list", "[{\"id\":1,\"title\":\"P\",\"locked\":false}]",
		  "rooms.list[0].locked: is false and should be left out" },
		{ "rooms", "list",
		  "[{\"id\":1,\"title\":\"P\"},{\"id\":4,\"title\":\"B\",\"capacity\":1}]",
		  "rooms.list[1].capacity: 1 is out of bounds" },
		{ "chat", "talks",
		  "[{\"room\":1,\"lines\":[{\"id\":9,\"at\":1,\"by\":2,\"name\":\"A\",\"school\":"
		  "\"S\","
		  "\"sub\":\"s\"}]}]",
		  "chat.talks[0].lines[0]: has a field sub that is not described" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_why(&view_shape,
			   view_with(cases[i].area, cases[i].key,
				     cases[i].value ? parsed(cases[i].value) : NULL),
			   cases[i].why);
	expect_why(&view_shape, json_array(), "the whole: is not an object");
	expect_why(&view_shape, json_object(), "people: is missing");
}

static void limits_are_held(void **state)
{
	json_t *languages = json_array();

	(void)state;
	for (int i = 0; i < 3; i++)
		json_array_append_new(languages, json_string("en"));
	expect_why(&view_shape, view_with("session", "languages", languages),
		   "session.languages: has 3 items, not at most 2");
	expect_why(&view_shape, view_with("session", "title", sample_text(121)),
		   "session.title: has 121 graphemes, not at most 120");
}

static void a_short_buffer_is_enough(void **state)
{
	char why[8];

	(void)state;
	json_t *json = json_object();
	assert_false(codec_check(&view_shape, json, why, sizeof(why)));
	assert_string_equal(why, "people:");
	json_decref(json);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(samples_of_every_shape_fit),
	cmocka_unit_test(what_does_not_fit_is_said_with_its_place),
	cmocka_unit_test(limits_are_held),
	cmocka_unit_test(a_short_buffer_is_enough),
};

const struct unit_group codec_check_group = UNIT_GROUP("codec_check", tests);
