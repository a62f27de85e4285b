/* Events: what is written is what was read, and logs of other versions stay readable. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/codec.h"
#include "tests/unit/sample.h"

#define SAID "\"event\":\"chat.said\",\"seq\":43,\"at\":1795305600000"
#define JOINED                                                                                     \
	"\"event\":\"people.joined\",\"seq\":17,\"at\":9,\"by\":17,\"name\":\"Mei Chen\","         \
	"\"school\":\"ISB\""

/* clang-format off */
static const struct written {
	const char *text, *again; /* NULL: the same */
} written[] = {
	{ "{" SAID ",\"by\":17,\"name\":\"Mei Chen\",\"school\":\"ISB\",\"n\":81,\"room\":1,\"text\":\"Hello\"}", NULL },
	{ "{" SAID ",\"by\":17,\"room\":1,\"text\":\"a\\\"\\\\\\n\\t\\u2028b\",\"reply\":9,\"quote\":\"q\"}", NULL },
	{ "{" SAID ",\"room\":0,\"text\":\"x\"}", NULL },
	{ "{\"text\":\"x\",\"room\":0," SAID "}", "{" SAID ",\"room\":0,\"text\":\"x\"}" },
	/* 0 is absent */
	{ "{" SAID ",\"by\":0,\"n\":0,\"room\":0,\"text\":\"x\",\"reply\":0}", "{" SAID ",\"room\":0,\"text\":\"x\"}" },
	/* a newer version wrote more */
	{ "{" SAID ",\"room\":0,\"text\":\"x\",\"mood\":\"glad\",\"marks\":[[[1.5]]]}", "{" SAID ",\"room\":0,\"text\":\"x\"}" },
	/* erased: the same event without its texts */
	{ "{" SAID ",\"by\":17,\"room\":4}", NULL },
	{ "{\"event\":\"people.joined\",\"seq\":17,\"at\":9,\"by\":17,\"language\":\"zh\",\"role\":\"attendee\"}", NULL },
	{ "{\"event\":\"rooms.opened\",\"seq\":4,\"at\":9,\"area\":\"hr\",\"capacity\":10}", NULL },
	/* what would be refused from outside, but stands in an old log */
	{ "{" SAID ",\"room\":0,\"text\":\"\"}", NULL },
	{ "{" SAID ",\"room\":0,\"text\":\" \\u0007 \"}", NULL },
	{ "{\"event\":\"rooms.opened\",\"seq\":4,\"at\":9,\"title\":\"  B\\nx \",\"area\":\"not a word\",\"capacity\":100000}", NULL },
	{ "{\"event\":\"rooms.sent\",\"seq\":4,\"at\":9}", NULL },
	{ "{\"event\":\"notices.announced\",\"seq\":4,\"at\":9,\"rooms\":[1,4],\"text\":\"x\",\"zh\":\"y\"}", NULL },
	{ "{\"event\":\"notices.announced\",\"seq\":4,\"at\":9,\"rooms\":[],\"text\":\"x\"}",
	  "{\"event\":\"notices.announced\",\"seq\":4,\"at\":9,\"text\":\"x\"}" },
	{ "{\"event\":\"chat.reacted\",\"seq\":4,\"at\":0,\"room\":1,\"line\":3,\"kind\":\"same\",\"on\":false}", NULL },
};

static const struct refused {
	const char *text;
	enum err err;
} refused[] = {
	{ "", ERR_BAD_REQUEST },
	{ "[]", ERR_BAD_REQUEST },
	{ "{}", ERR_BAD_REQUEST },
	{ "{" SAID ",\"room\":0,\"text\":\"x\"", ERR_BAD_REQUEST },
	{ "{" SAID ",\"room\":0,\"room\":0,\"text\":\"x\"}", ERR_BAD_REQUEST },
	{ "{\"event\":7,\"seq\":1,\"at\":1}", ERR_BAD_REQUEST },
	{ "{\"event\":\"chat.said\",\"at\":1,\"room\":0,\"text\":\"x\"}", ERR_BAD_REQUEST },
	{ "{\"event\":\"chat.said\",\"seq\":0,\"at\":1,\"room\":0,\"text\":\"x\"}", ERR_BAD_REQUEST },
	{ "{\"event\":\"chat.said\",\"seq\":1,\"room\":0,\"text\":\"x\"}", ERR_BAD_REQUEST },
	{ "{\"event\":\"chat.said\",\"seq\":1.0,\"at\":1,\"room\":0,\"text\":\"x\"}", ERR_BAD_REQUEST },
	{ "{\"event\":\"chat.said\",\"seq\":1,\"at\":-1,\"room\":0,\"text\":\"x\"}", ERR_BAD_REQUEST },
	{ "{" SAID ",\"by\":-1,\"room\":0,\"text\":\"x\"}", ERR_BAD_REQUEST },
	{ "{" SAID ",\"by\":\"17\",\"room\":0,\"text\":\"x\"}", ERR_BAD_REQUEST },
	{ "{" SAID ",\"n\":1.5,\"room\":0,\"text\":\"x\"}", ERR_BAD_REQUEST },
	{ "{" SAID ",\"name\":7,\"room\":0,\"text\":\"x\"}", ERR_BAD_REQUEST },
	{ "{" SAID ",\"school\":null,\"room\":0,\"text\":\"x\"}", ERR_BAD_REQUEST },
	{ "{" SAID ",\"text\":\"x\"}", ERR_BAD_REQUEST },
	{ "{" SAID ",\"room\":9007199254740992,\"text\":\"x\"}", ERR_BAD_REQUEST },
	{ "{" SAID ",\"room\":1,\"text\":7}", ERR_BAD_REQUEST },
	{ "{" SAID ",\"room\":1,\"text\":null}", ERR_BAD_REQUEST },
	{ "{\"event\":\"rooms.opened\",\"seq\":4,\"at\":9,\"title\":\"B\",\"capacity\":2147483648}", ERR_BAD_REQUEST },
	{ "{\"event\":\"polls.opened\",\"seq\":4,\"at\":9,\"question\":\"?\"}", ERR_NOT_FOUND },
	{ "{\"event\":\"\",\"seq\":4,\"at\":9}", ERR_NOT_FOUND },
	{ "{\"event\":\"session.phased\",\"seq\":4,\"at\":9,\"phase\":\"after_party\"}", ERR_NOT_FOUND },
	{ "{\"event\":\"session.phased\",\"seq\":4,\"at\":9,\"phase\":3}", ERR_BAD_REQUEST },
	{ "{\"event\":\"session.phased\",\"seq\":4,\"at\":9}", ERR_BAD_REQUEST },
};
/* clang-format on */

static void expect_written(const char *text, const char *again)
{
	struct event e;
	enum err err = codec_event(text, strlen(text), &e);

	if (err)
		fail_msg("%s: %s", text, err_names[err]);
	struct msg *m = codec_write_event(&e, true);

	assert_string_equal(m->text, again);
	assert_int_equal(m->len, strlen(again));
	msg_unref(&m);
	event_free(&e);
}

static void what_is_read_is_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++)
		expect_written(written[i].text,
			       written[i].again ? written[i].again : written[i].text);
}

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct event e;
		enum err err = codec_event(refused[i].text, strlen(refused[i].text), &e);

		if (err != refused[i].err)
			fail_msg("%s: %s", refused[i].text, err_names[err]);
	}
}

static json_t *sample_event(unsigned type, enum sample how)
{
	json_t *json =
		json_pack("{s:s, s:i, s:i}", "event", event_specs[type].name, "seq", 7, "at", 9);
	json_t *fields = sample_fields(event_specs[type].fields, how);

	if (how == SAMPLE_MOST) {
		json_object_set_new(json, "by", json_integer(4));
		json_object_set_new(json, "name", json_string("Ana"));
		json_object_set_new(json, "school", json_string("ISB"));
		json_object_set_new(json, "n", json_integer(81));
	}
	json_object_update(json, fields);
	json_decref(fields);
	return json;
}

/* Jansson keeps the order of insertion, which is the tables': the bytes are to be the same. */
static void every_event_comes_back(void **state)
{
	(void)state;
	for (unsigned type = 1; type < EVT_COUNT; type++) {
		for (enum sample how = SAMPLE_LEAST; how <= SAMPLE_MOST; how++) {
			json_t *json = sample_event(type, how);
			char *text = json_dumps(json, JSON_COMPACT);

			expect_written(text, text);
			free(text);
			json_decref(json);
		}
	}
}

static void every_field_of_every_event_is_needed_unless_it_may_be_absent(void **state)
{
	(void)state;
	for (unsigned type = 1; type < EVT_COUNT; type++) {
		const struct shape *shape = event_specs[type].fields;

		for (size_t i = 0; i < shape->n; i++) {
			const struct field *f = &shape->fields[i];
			bool words = f->kind >= FIELD_TEXT && f->kind <= FIELD_NAME;
			json_t *json = sample_event(type, SAMPLE_MOST);
			struct event e;
			char *text;

			json_object_del(json, f->name);
			text = json_dumps(json, 0);
			assert_int_equal(codec_event(text, strlen(text), &e),
					 f->optional || words ? OK : ERR_BAD_REQUEST);
			event_free(&e);
			free(text);
			json_decref(json);
		}
	}
}

static void private_fields_are_stored_and_not_sent(void **state)
{
	static const char text[] = "{" JOINED ",\"sub\":\"s-1\",\"job\":\"HR\",\"language\":\"en\","
				   "\"role\":\"attendee\"}";
	struct event e;
	struct msg *m;

	(void)state;
	assert_true(event_specs[EVT_PEOPLE_JOINED].has_private);
	assert_int_equal(OK, codec_event(text, sizeof(text) - 1, &e));
	assert_string_equal(e.people_joined.sub, "s-1");
	m = codec_write_event(&e, true);
	assert_string_equal(m->text, text);
	msg_unref(&m);
	m = codec_write_event(&e, false);
	assert_string_equal(m->text, "{" JOINED ",\"job\":\"HR\",\"language\":\"en\","
				     "\"role\":\"attendee\"}");
	msg_unref(&m);
	event_free(&e);
}

static void the_tables_know_who_is_to_hear(void **state)
{
	static const uint64_t rooms[] = { 4, 5 };
	struct event said = { .type = EVT_CHAT_SAID, .chat_said = { .room = 6 } };
	struct event announced = { .type = EVT_NOTICES_ANNOUNCED,
				   .notices_announced = { .rooms = rooms, .n_rooms = 2 } };
	size_t n;

	(void)state;
	assert_int_equal(event_specs[EVT_CHAT_SAID].audience, AUDIENCE_ROOM);
	assert_int_equal(event_room(&said), 6);
	assert_null(event_rooms(&said, &n));
	assert_int_equal(n, 0);
	assert_ptr_equal(event_rooms(&announced, &n), rooms);
	assert_int_equal(n, 2);
	assert_true(event_specs[EVT_CHAT_REMOVED].hides);
	assert_false(event_specs[EVT_CHAT_SAID].hides);
	assert_null(event_specs[EVT_CHAT_SAID].log);
	assert_string_equal(event_specs[EVT_DIRECTORY_PUT].log, "directory");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_is_read_is_written),
	cmocka_unit_test(what_makes_no_sense_is_refused),
	cmocka_unit_test(every_event_comes_back),
	cmocka_unit_test(every_field_of_every_event_is_needed_unless_it_may_be_absent),
	cmocka_unit_test(private_fields_are_stored_and_not_sent),
	cmocka_unit_test(the_tables_know_who_is_to_hear),
};

const struct unit_group codec_event_group = UNIT_GROUP("codec_event", tests);
