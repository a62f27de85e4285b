/* What leaves the house as a record: who reads what of it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocol/codec.h"
#include "server/core/export.h"
#include "server/core/markdown.h"
#include "tests/unit/unit.h"

#define OLGA 2
#define ANA  3
#define BEN  4
#define HR   5
#define FIN  6
#define T(n) (1795305600000 + (n)*1000)

/* The next event, its fields as JSON without the braces. */
static void happen(struct state *s, uint64_t by, const char *name, const char *fields)
{
	struct event e;
	struct text t = { 0 };

	text_printf(&t, "{\"event\":\"%s\",\"seq\":%" PRIu64 ",\"at\":%" PRId64, name, s->seq + 1,
		    T((int64_t)s->seq));
	if (by)
		text_printf(&t,
			    ",\"by\":%" PRIu64 ",\"name\":\"N%" PRIu64
			    "\",\"school\":\"School %" PRIu64 "\"",
			    by, by, by);
	text_printf(&t, "%s%s}", *fields ? "," : "", fields);
	assert_int_equal(codec_event(t.s, t.len, &e), OK);
	state_reduce(s, &e);
	event_free(&e);
	text_free(&t);
}

static void join(struct state *s, const char *sub, const char *area, const char *role)
{
	char fields[200];

	snprintf(fields, sizeof(fields),
		 "\"sub\":\"%s\",\"job\":\"Director\",\"area\":\"%s\",\"language\":\"en\","
		 "\"role\":\"%s\"",
		 sub, area, role);
	happen(s, s->seq + 1, "people.joined", fields);
}

static void say(struct state *s, uint64_t by, uint64_t room, const char *text)
{
	char fields[300];

	snprintf(fields, sizeof(fields), "\"room\":%llu,\"text\":\"%s\"", (unsigned long long)room,
		 text);
	happen(s, by, "chat.said", fields);
}

/* Events 1 to 6: a session, an organizer, two attendees, two rooms; then everybody is sent (7). */
static struct state open_session(void)
{
	struct state s = { 0 };

	happen(&s, 0, "session.opened",
	       "\"session\":\"demo\",\"title\":\"Job-alike *hour*\",\"hashtag\":\"jobalike\","
	       "\"format\":\"combined\",\"languages\":[\"en\",\"zh\"],\"areas\":[{\"key\":\"hr\","
	       "\"en\":\"Human "
	       "Resources\",\"zh\":\"人力资源\"},{\"key\":\"fin\",\"en\":\"Finance\"}],"
	       "\"start\":1795305600000,\"end\":1795309200000,\"open\":true,\"rooms_by\":"
	       "\"staff\"");
	join(&s, "olga", "hr", "organizer");
	join(&s, "ana", "hr", "attendee");
	join(&s, "ben", "fin", "attendee");
	happen(&s, OLGA, "rooms.opened", "\"title\":\"Human Resources\",\"area\":\"hr\"");
	happen(&s, OLGA, "rooms.opened", "\"title\":\"Finance\",\"area\":\"fin\"");
	happen(&s, OLGA, "rooms.sent", "");
	return s;
}

static json_t *exported(const struct state *s, uint64_t who)
{
	struct text t = { 0 };
	json_error_t error;
	json_t *json;

	export_json(s, state_person(s, who), &t);
	json = json_loadb(t.s, t.len, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		fail_msg("%s in %s", error.text, t.s);
	text_free(&t);
	return json;
}

static json_t *room_of(const json_t *json, uint64_t id)
{
	json_t *rooms = json_object_get(json, "rooms"), *room;
	size_t i;

	json_array_foreach (rooms, i, room)
		if ((uint64_t)json_integer_value(json_object_get(room, "id")) == id)
			return room;
	return NULL;
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *s = text; (s = strstr(s, what)); s += strlen(what))
		n++;
	return n;
}

static size_t markdown_holds(const struct state *s, uint64_t who, const char *what)
{
	struct text t = { 0 };
	size_t n;

	export_markdown(s, state_person(s, who), &t);
	n = count(t.s, what);
	text_free(&t);
	return n;
}

static void an_open_session_gives_the_rooms_one_reads(void **arg)
{
	struct state s = open_session();
	json_t *ana;

	(void)arg;
	say(&s, OLGA, ROOM_CHANNEL, "between us");
	say(&s, ANA, HR, "in hr");
	say(&s, BEN, FIN, "in finance");
	ana = exported(&s, ANA);
	assert_non_null(room_of(ana, HR));
	assert_null(room_of(ana, FIN));
	assert_null(room_of(ana, ROOM_CHANNEL));
	assert_null(room_of(ana, ROOM_PLENARY));
	json_decref(ana);
	assert_int_equal(markdown_holds(&s, ANA, "in hr"), 1);
	assert_int_equal(markdown_holds(&s, ANA, "in finance"), 0);
	assert_int_equal(markdown_holds(&s, ANA, "between us"), 0);
	assert_int_equal(markdown_holds(&s, OLGA, "between us"), 1);
	assert_int_equal(markdown_holds(&s, OLGA, "in finance"), 0); /* she does not watch it */
	state_free(&s);
}

static void rooms_that_were_closed_stay_readable(void **arg)
{
	struct state s = open_session();

	(void)arg;
	say(&s, BEN, FIN, "in finance");
	assert_int_equal(markdown_holds(&s, ANA, "in finance"), 0);
	happen(&s, OLGA, "rooms.closed", "\"room\":6");
	assert_int_equal(markdown_holds(&s, ANA, "in finance"), 1);
	assert_int_equal(markdown_holds(&s, BEN, "in finance"), 1); /* who sat there */
	state_free(&s);
}

static void a_closed_one_gives_all_but_the_channel(void **arg)
{
	struct state s = open_session();
	json_t *ben;

	(void)arg;
	say(&s, OLGA, ROOM_CHANNEL, "between us");
	say(&s, ANA, HR, "in hr");
	happen(&s, OLGA, "session.closed", "");
	ben = exported(&s, BEN);
	assert_int_equal(json_array_size(json_object_get(ben, "rooms")), 3);
	assert_null(room_of(ben, ROOM_CHANNEL));
	json_decref(ben);
	assert_int_equal(markdown_holds(&s, BEN, "in hr"), 1);
	assert_int_equal(markdown_holds(&s, BEN, "between us"), 0);
	assert_int_equal(markdown_holds(&s, OLGA, "between us"), 1);
	state_free(&s);
}

static void who_was_removed_reads_nothing(void **arg)
{
	struct state s = open_session();

	(void)arg;
	say(&s, ANA, HR, "in hr");
	happen(&s, OLGA, "people.removed", "\"who\":3,\"reason\":\"other\"");
	happen(&s, OLGA, "session.closed", "");
	assert_int_equal(markdown_holds(&s, ANA, "in hr"), 0);
	assert_int_equal(markdown_holds(&s, BEN, "in hr"), 1);
	state_free(&s);
}

/* Nobody reads along unseen: what is said in an open session is read by those who sit in it. */
static void who_has_left_reads_nothing_until_it_is_closed(void **arg)
{
	struct state s = open_session();

	(void)arg;
	assert_true(export_is_for(&s, state_person(&s, ANA)));
	say(&s, ANA, HR, "before");
	happen(&s, ANA, "people.left", "\"who\":3");
	happen(&s, OLGA, "rooms.moved", "\"who\":4,\"to\":5");
	say(&s, BEN, HR, "after");
	assert_false(export_is_for(&s, state_person(&s, ANA)));
	assert_int_equal(markdown_holds(&s, ANA, "after"), 0);
	assert_int_equal(markdown_holds(&s, ANA, "before"), 0);
	happen(&s, ANA, "people.returned", "");
	assert_true(export_is_for(&s, state_person(&s, ANA)));
	assert_int_equal(markdown_holds(&s, ANA, "after"), 1);
	happen(&s, ANA, "people.left", "\"who\":3");
	happen(&s, OLGA, "session.closed", "");
	assert_true(export_is_for(&s, state_person(&s, ANA)));
	assert_int_equal(markdown_holds(&s, ANA, "after"), 1);
	happen(&s, OLGA, "people.removed", "\"who\":3,\"reason\":\"other\"");
	assert_false(export_is_for(&s, state_person(&s, ANA)));
	state_free(&s);
}

static void each_line_once_by_its_seq_unless_taken_back(void **arg)
{
	struct state s = open_session();
	char anchor[40];
	json_t *json;

	(void)arg;
	for (int i = 0; i < 150; i++) /* more than a window */
		say(&s, i % 2 ? ANA : OLGA, i % 2 ? HR : ROOM_PLENARY, "words");
	happen(&s, ANA, "chat.removed", "\"room\":5,\"line\":9");
	happen(&s, OLGA, "session.closed", "");
	for (unsigned seq = 8; seq < 158; seq++) {
		snprintf(anchor, sizeof(anchor), "id=\"line-%u\"", seq);
		assert_int_equal(markdown_holds(&s, BEN, anchor), seq == 9 ? 0 : 1);
	}
	json = exported(&s, BEN);
	assert_int_equal(
		json_array_size(json_object_get(
			json_array_get(json_object_get(room_of(json, HR), "topics"), 0), "lines")),
		74);
	json_decref(json);
	state_free(&s);
}

static void lines_stand_under_their_topic_in_order_of_time(void **arg)
{
	static const int topics[] = { 0, 8, 9, 8 };
	struct state s = open_session();
	json_t *json, *list;

	(void)arg;
	happen(&s, OLGA, "agenda.added", "\"title\":\"First\",\"minutes\":5"); /* 8 */
	happen(&s, OLGA, "agenda.added", "\"title\":\"Second\",\"minutes\":5");
	say(&s, ANA, HR, "before");
	happen(&s, OLGA, "agenda.pushed", "\"topic\":8");
	say(&s, ANA, HR, "one");
	happen(&s, OLGA, "agenda.pushed", "\"topic\":9");
	say(&s, ANA, HR, "two");
	happen(&s, OLGA, "agenda.pushed", "\"topic\":8");
	say(&s, ANA, HR, "again");
	json = exported(&s, ANA);
	list = json_object_get(room_of(json, HR), "topics");
	assert_int_equal(json_array_size(list), 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
			json_integer_value(json_object_get(json_array_get(list, i), "topic")),
			topics[i]);
	json_decref(json);
	assert_int_equal(markdown_holds(&s, ANA, "\n### First\n"), 2);
	state_free(&s);
}

static void who_named_no_school_has_none_in_the_text(void **arg)
{
	struct state s = open_session();

	(void)arg;
	strcpy(state_person(&s, ANA)->school, "-");
	say(&s, ANA, HR, "one");
	assert_int_equal(markdown_holds(&s, ANA, "**N3**, 0"), 1); /* and the time */
	assert_int_equal(markdown_holds(&s, ANA, "- **N3**, Director"), 1);
	assert_int_equal(markdown_holds(&s, ANA, "- **N4**, School 4, Director"), 1);
	state_free(&s);
}

static void names_of_both_languages_and_no_secrets(void **arg)
{
	struct state s = open_session();
	json_t *json, *person;

	(void)arg;
	happen(&s, OLGA, "people.muted",
	       "\"who\":4,\"minutes\":5,\"reason\":\"other\",\"note\":\"a marker\"");
	happen(&s, OLGA, "session.closed", "");
	assert_int_equal(markdown_holds(&s, ANA, "## Human Resources / 人力资源\n"), 1);
	assert_int_equal(markdown_holds(&s, ANA, "# Job-alike \\*hour\\*\n"), 1);
	assert_int_equal(markdown_holds(&s, OLGA, "olga"), 0);
	assert_int_equal(markdown_holds(&s, OLGA, "a marker"), 0);
	json = exported(&s, ANA);
	person = json_array_get(json_object_get(json, "people"), 2);
	assert_string_equal(json_string_value(json_object_get(person, "name")), "N4");
	assert_null(json_object_get(person, "sub"));
	assert_null(json_object_get(person, "mute"));
	json_decref(json);
	state_free(&s);
}

static void words_of_a_line_taken_back_are_not_quoted(void **arg)
{
	struct state s = open_session();

	(void)arg;
	say(&s, ANA, HR, "regretted");
	happen(&s, ANA, "chat.said",
	       "\"room\":5,\"text\":\"yes\",\"reply\":8,\"quote\":\"regretted\"");
	assert_int_equal(markdown_holds(&s, ANA, "regretted"), 2);
	happen(&s, ANA, "chat.removed", "\"room\":5,\"line\":8");
	assert_int_equal(markdown_holds(&s, ANA, "regretted"), 0);
	assert_int_equal(markdown_holds(&s, ANA, "(taken back)"), 1);
	state_free(&s);
}

static void notices_reach_those_of_their_rooms(void **arg)
{
	struct state s = open_session();

	(void)arg;
	happen(&s, OLGA, "notices.announced", "\"rooms\":[6],\"text\":\"money talk\"");
	happen(&s, OLGA, "notices.announced", "\"text\":\"for all\",\"zh\":\"全体\"");
	assert_int_equal(markdown_holds(&s, ANA, "money talk"), 0);
	assert_int_equal(markdown_holds(&s, BEN, "money talk"), 1);
	assert_int_equal(markdown_holds(&s, ANA, "全体"), 1);
	assert_int_equal(markdown_holds(&s, OLGA, "money talk"), 1); /* sits in the plenary */
	assert_int_equal(markdown_holds(&s, OLGA, " to Finance\n"), 1);
	state_free(&s);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_open_session_gives_the_rooms_one_reads),
	cmocka_unit_test(rooms_that_were_closed_stay_readable),
	cmocka_unit_test(a_closed_one_gives_all_but_the_channel),
	cmocka_unit_test(who_was_removed_reads_nothing),
	cmocka_unit_test(who_has_left_reads_nothing_until_it_is_closed),
	cmocka_unit_test(each_line_once_by_its_seq_unless_taken_back),
	cmocka_unit_test(lines_stand_under_their_topic_in_order_of_time),
	cmocka_unit_test(who_named_no_school_has_none_in_the_text),
	cmocka_unit_test(names_of_both_languages_and_no_secrets),
	cmocka_unit_test(words_of_a_line_taken_back_are_not_quoted),
	cmocka_unit_test(notices_reach_those_of_their_rooms),
};

const struct unit_group export_group = UNIT_GROUP("export", tests);
