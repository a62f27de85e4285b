/* What a person at a terminal reads. */
#include <string.h>

#include "clients/cli/scene.h"
#include "protocol/gen/protocol.h"
#include "tests/unit/unit.h"

static json_t *json_of(const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		fail_msg("%s", error.text);
	return json;
}

static struct scene in_hr(struct text *out)
{
	struct scene s = { 0 };
	json_t *view =
		json_of("{\"view\":{\"people\":{\"you\":{\"id\":9,\"name\":\"Ana\",\"school\":"
			"\"ISB\",\"role\":"
			"\"attendee\",\"room\":5}},\"session\":{\"phase\":\"breakout\"},\"rooms\":{"
			"\"list\":["
			"{\"id\":1,\"title\":\"Plenary\"},{\"id\":5,\"title\":\"Human Resources\"},"
			"{\"id\":6,\"title\":\"Hall\"}]},\"agenda\":{\"topics\":[{\"id\":7,"
			"\"title\":\"Who?\"}],"
			"\"active\":7},\"chat\":{\"talks\":[{\"room\":5,\"lines\":[{\"id\":8,"
			"\"at\":0,\"by\":2,"
			"\"name\":\"Ben\",\"school\":\"S\",\"text\":\"earlier\"}]}]}},\"seq\":10,"
			"\"you\":9}");

	scene_view(&s, view, out);
	json_decref(view);
	return s;
}

static void shows(struct scene *s, const char *frame, const char *what)
{
	struct text out = { 0 };
	json_t *json = json_of(frame);

	scene_event(s, json, &out);
	if (!out.s || !strstr(out.s, what))
		fail_msg("\"%s\" is not in: %s", what, out.s);
	json_decref(json);
	text_free(&out);
}

static void a_view_says_where_one_is_and_what_was_said(void **arg)
{
	struct text out = { 0 };
	struct scene s = in_hr(&out);

	(void)arg;
	assert_non_null(strstr(
		out.s, "== Ana (ISB), attendee, in Human Resources -- breakout, topic: Who?\n"));
	assert_non_null(strstr(out.s, "Ben (S): earlier  [8]\n"));
	text_free(&out);
	scene_fini(&s);
}

static void events_are_told_by_names(void **arg)
{
	struct text out = { 0 };
	struct scene s = in_hr(&out);

	(void)arg;
	shows(&s,
	      "{\"event\":\"chat.said\",\"seq\":11,\"at\":0,\"by\":2,\"name\":\"Ben\",\"school\":"
	      "\"S\","
	      "\"room\":5,\"text\":\"hello\"}",
	      "Ben (S): hello  [11]\n");
	shows(&s,
	      "{\"event\":\"agenda.pushed\",\"seq\":12,\"at\":0,\"by\":2,\"name\":\"Ben\","
	      "\"topic\":7}",
	      "-- agenda pushed topic: Who? -- by Ben  [12]");
	shows(&s, "{\"event\":\"rooms.opened\",\"seq\":13,\"at\":0,\"title\":\"Annex\"}",
	      "title: Annex");
	shows(&s, "{\"event\":\"rooms.closed\",\"seq\":14,\"at\":0,\"room\":13}", "room: Annex");
	shows(&s,
	      "{\"event\":\"notices.announced\",\"seq\":15,\"at\":0,\"rooms\":[5,6],\"text\":"
	      "\"Hear\"}",
	      "rooms: Human Resources, Hall, text: Hear");
	text_free(&out);
	scene_fini(&s);
}

/* Every event of the protocol, whatever comes to be there, is told somehow. */
static void every_event_is_told(void **arg)
{
	(void)arg;
	for (int i = 1; i < EVT_COUNT; i++) {
		struct text out = { 0 }, told = { 0 };
		struct scene s = in_hr(&out);
		json_t *frame = json_pack("{s:s, s:i, s:i, s:i, s:s}", "event", event_specs[i].name,
					  "seq", 99, "at", 0, "room", 5, "text", "words");

		scene_event(&s, frame, &told);
		assert_non_null(told.s);
		assert_non_null(strstr(told.s, "[99]\n"));
		json_decref(frame);
		text_free(&out);
		text_free(&told);
		scene_fini(&s);
	}
}

static void words_of_others_cannot_steer_the_terminal(void **arg)
{
	struct text out = { 0 };
	struct scene s = in_hr(&out);
	json_t *frame = json_of(
		"{\"event\":\"chat.said\",\"seq\":11,\"at\":0,\"by\":2,\"name\":"
		"\"B\\u001b[2Jen\",\"school\":\"S\\u009b\",\"room\":5,\"text\":\"a\\u0007\\rb\\nc"
		"\\u007f\\u00e9\"}");

	(void)arg;
	text_clear(&out);
	scene_event(&s, frame, &out);
	assert_non_null(strstr(out.s, "B[2Jen (S): ab\n         cé  [11]\n"));
	json_decref(frame);
	text_free(&out);
	scene_fini(&s);
}

static void rooms_are_found_by_what_people_type(void **arg)
{
	static const struct {
		const char *text;
		uint64_t room; /* 0: none */
	} cases[] = { { "5", 5 },    { "human resources", 5 },
		      { "hu", 5 },   { "h", 0 },
		      { "plen", 1 }, { "x", 0 },
		      { "55", 0 } };
	struct text out = { 0 };
	struct scene s = in_hr(&out);

	(void)arg;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t room = 0;

		assert_int_equal(scene_find_room(&s, cases[i].text, &room), cases[i].room != 0);
		if (cases[i].room)
			assert_int_equal(room, cases[i].room);
	}
	text_free(&out);
	scene_fini(&s);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_view_says_where_one_is_and_what_was_said),
	cmocka_unit_test(events_are_told_by_names),
	cmocka_unit_test(every_event_is_told),
	cmocka_unit_test(words_of_others_cannot_steer_the_terminal),
	cmocka_unit_test(rooms_are_found_by_what_people_type),
};

const struct unit_group scene_group = UNIT_GROUP("scene", tests);
