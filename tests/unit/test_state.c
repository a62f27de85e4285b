/* What is asked by its id is found, however ids lie, and nothing else; the largest session fits
 * into its description. */
#include "tests/unit/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocol/codec.h"
#include "protocol/gen/dispatch.h"
#include "server/base/mem.h"
#include "server/core/view.h"

#define PEOPLE 500

static void fill(struct state *s, uint64_t (*id_of)(uint64_t i))
{
	s->people.list = x_calloc(PEOPLE, sizeof(struct person *));
	for (s->people.n = 0; s->people.n < PEOPLE; s->people.n++) {
		struct person *p = x_calloc(1, sizeof(*p));

		p->id = id_of(s->people.n);
		s->people.list[s->people.n] = p;
	}
}

static void empty(struct state *s)
{
	while (s->people.n)
		free(s->people.list[--s->people.n]);
	free(s->people.list);
}

static uint64_t one_after_the_other(uint64_t i)
{
	return 3 + i;
}

static uint64_t further_and_further(uint64_t i)
{
	return (i + 1) * (i + 1) * (i + 1);
}

/* As many at the begin, one far away: a straight line between the ends leads astray. */
static uint64_t with_one_far_away(uint64_t i)
{
	return i + 1 < PEOPLE ? 2 * i + 2 : UINT64_C(1) << 53;
}

static void people_are_found_by_id(void **state)
{
	uint64_t (*const ways[])(uint64_t) = { one_after_the_other, further_and_further,
					       with_one_far_away };

	(void)state;
	for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
		struct state s = { 0 };
		uint64_t before = 0;

		fill(&s, ways[way]);
		for (size_t i = 0; i < PEOPLE; i++) {
			uint64_t id = ways[way](i);

			assert_ptr_equal(state_person(&s, id), s.people.list[i]);
			if (id - 1 != before)
				assert_null(state_person(&s, id - 1));
			before = id;
		}
		assert_null(state_person(&s, 0));
		assert_null(state_person(&s, before + 1));
		empty(&s);
		s.people.n = 0;
		assert_null(state_person(&s, 1));
	}
}

static void happen(struct state *s, uint64_t by, const char *name, const char *fields)
{
	char text[8192];
	struct event e;
	int len = snprintf(text, sizeof(text),
			   "{\"event\":\"%s\",\"seq\":%" PRIu64
			   ",\"at\":1795305600000,\"by\":%" PRIu64
			   ",\"name\":\"Olga\",\"school\":\"ISB\",%s}",
			   name, s->seq + 1, by, fields);

	assert_int_equal(codec_event(text, (size_t)len, &e), OK);
	state_reduce(s, &e);
	event_free(&e);
}

/* With an organizer, 2. */
static void open_session(struct state *s, const char *rooms_by)
{
	char fields[300];

	snprintf(fields, sizeof(fields),
		 "\"session\":\"demo\",\"title\":\"Many\",\"format\":\"free\",\"languages\":["
		 "\"en\"],"
		 "\"areas\":[],\"start\":1795305600000,\"end\":1795309200000,\"open\":true,\"rooms_"
		 "by\":\"%s\"",
		 rooms_by);
	happen(s, 0, "session.opened", fields);
	happen(s, 2, "people.joined",
	       "\"sub\":\"olga\",\"language\":\"en\",\"role\":\"organizer\"");
}

static void expect_described(const struct shape *shape, const char *text, const char *but)
{
	json_t *json = json_loads(text, 0, NULL);
	char why[300] = "";

	json_object_del(json, but);
	if (!codec_check(shape, json, why, sizeof(why)))
		fail_msg("%s: %s", shape->name, why);
	json_decref(json);
}

/* Screens, terminals and other people's clients read what PROTOCOL.md says of lengths. */
static void as_many_rooms_as_may_be_are_as_described(void **state)
{
	struct state s = { 0 };
	struct text t = { 0 }, notice = { 0 };

	(void)state;
	open_session(&s, "staff");
	text_printf(&notice, "\"text\":\"to each\",\"rooms\":[");
	for (int i = 0; i < LIMIT_ROOMS; i++) {
		happen(&s, 2, "rooms.opened", "\"title\":\"One of them\"");
		text_printf(&notice, "%s%" PRIu64, i ? "," : "", s.seq);
	}
	text_printf(&notice, "]");
	happen(&s, 2, "notices.announced", notice.s);
	text_printf(&t, "{%s}", notice.s);
	expect_described(command_specs[CMD_NOTICES_ANNOUNCE].fields, t.s, "");
	text_free(&t);
	view_write(&s, state_person(&s, 2), &t);
	expect_described(&view_shape, t.s, "");
	text_free(&t);
	view_digest(&s, state_person(&s, 2), NULL, NULL, &t);
	expect_described(shape_of_told(SIG_DIGEST), t.s, "signal");
	text_free(&t);
	text_free(&notice);
	state_free(&s);
}

static enum err may_open(const struct state *s, uint64_t who)
{
	struct command c = { .type = CMD_ROOMS_OPEN, .rooms_open = { .title = "One more" } };
	struct event e = { 0 };

	return decide_rooms_open(s, state_person(s, who), &c, &e);
}

/* Where attendees may open rooms, one of them alone could take all that there may be. */
static void attendees_leave_rooms_to_staff(void **state)
{
	struct state s = { 0 };

	(void)state;
	open_session(&s, "attendees");
	happen(&s, 3, "people.joined", "\"sub\":\"ana\",\"language\":\"en\",\"role\":\"attendee\"");
	for (int i = 0; i < LIMIT_ATTENDEE_ROOMS; i++) {
		assert_int_equal(may_open(&s, 3), OK);
		happen(&s, 3, "rooms.opened", "\"title\":\"One of them\"");
	}
	assert_int_equal(may_open(&s, 3), ERR_FULL);
	for (int i = LIMIT_ATTENDEE_ROOMS; i < LIMIT_ROOMS; i++) {
		assert_int_equal(may_open(&s, 2), OK);
		happen(&s, 2, "rooms.opened", "\"title\":\"One of them\"");
	}
	assert_int_equal(may_open(&s, 2), ERR_FULL);
	state_free(&s);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(people_are_found_by_id),
	cmocka_unit_test(as_many_rooms_as_may_be_are_as_described),
	cmocka_unit_test(attendees_leave_rooms_to_staff),
};

const struct unit_group state_group = UNIT_GROUP("state", tests);
