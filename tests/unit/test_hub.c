/* The hub with one instance: who comes in, what they are sent, what their commands come to. */
#include <inttypes.h>
#include <string.h>

#include "tests/unit/hub_bench.h"

/* --- coming in ----------------------------------------------------------------------------------
 */

static void hello_brings_a_view_then_a_digest(void **state)
{
	struct bench b;
	struct screen ana;
	json_t *view;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	assert_true(json_object_get(json_array_get(ana.got, 0), "view"));
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(ana.got, 1), "signal")), "digest");
	view = screen_last(&ana, "view", NULL);
	assert_int_equal(number_of(view, "seq"), 2);
	assert_int_equal(number_of(view, "you"), 2);
	assert_string_equal(json_string_value(json_object_get(view, "epoch")),
			    memory_epoch(b.memory, HUB_LOG));
	screen_go(&ana);
	bench_end(&b);
}

static void one_person_on_two_devices_has_one_seat(void **state)
{
	struct bench b;
	struct screen one, two;

	(void)state;
	bench_begin(&b);
	screen_hello(&one, &b, "Ana", ROLE_ATTENDEE); /* in the same moment */
	screen_hello(&two, &b, "Ana", ROLE_ATTENDEE);
	bench_pass(&b, 300);
	assert_int_equal(bench_head(&b), 2);
	assert_int_equal(screen_count(&one, "view", NULL), 1);
	assert_int_equal(screen_count(&two, "view", NULL), 1);
	assert_int_equal(hub_figures(b.hub).people, 1);
	screen_say(&one, 7, "Hello");
	bench_pass(&b, 50);
	assert_int_equal(screen_count(&one, "event", "chat.said"), 1);
	assert_int_equal(screen_count(&two, "event", "chat.said"), 1);
	screen_go(&one);
	screen_go(&two);
	bench_end(&b);
}

static void the_ninth_device_is_sent_away(void **state)
{
	struct bench b;
	struct screen s[LIMIT_PEOPLE_DEVICES + 1];

	(void)state;
	bench_begin(&b);
	for (size_t i = 0; i < LIMIT_PEOPLE_DEVICES; i++)
		screen_come(&s[i], &b, "Ana", ROLE_ATTENDEE);
	screen_hello(&s[LIMIT_PEOPLE_DEVICES], &b, "Ana", ROLE_ATTENDEE);
	assert_int_equal(s[LIMIT_PEOPLE_DEVICES].bye, BYE_TOO_MANY);
	assert_int_equal(s[LIMIT_PEOPLE_DEVICES].retry_ms, -1);
	for (size_t i = 0; i <= LIMIT_PEOPLE_DEVICES; i++)
		screen_go(&s[i]);
	bench_end(&b);
}

static void a_session_that_was_never_opened_lets_nobody_in(void **state)
{
	const struct guest g = { .session = "y",
				 .sub = "Ana",
				 .name = "Ana",
				 .school = "S",
				 .language = LANGUAGE_EN,
				 .role = ROLE_ATTENDEE,
				 .expires = INT64_MAX };
	struct bench b;
	struct screen ana;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_go(&ana);
	ana = (struct screen){ .bench = &b, .got = json_array(), .peer = { .ops = ana.peer.ops } };
	hub_hello(b.hub, &ana.peer, &g, &(struct hello){ .ticket = "t" });
	bench_pass(&b, 50);
	assert_int_equal(screen_count(&ana, "error", "not_found"), 1);
	assert_int_equal(ana.bye, BYE_GONE);
	assert_int_equal(memory_head(b.memory, "s-y"), 0);
	screen_go(&ana);
	bench_end(&b);
}

static void who_was_removed_does_not_come_back(void **state)
{
	struct bench b;
	struct screen mo, ana, again;

	(void)state;
	bench_begin(&b);
	screen_come(&mo, &b, "Mo", ROLE_MODERATOR);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_ask(&mo, "{\"command\":\"people.remove\",\"n\":1,\"who\":3,\"reason\":\"other\"}");
	screen_say(&ana, 2, "One more word");
	bench_pass(&b, 100);
	assert_int_equal(ana.bye, BYE_REMOVED);
	assert_int_equal(ana.retry_ms, -1);
	assert_int_equal(screen_count(&mo, "event", "chat.said"), 0);
	screen_hello(&again, &b, "Ana", ROLE_ATTENDEE);
	bench_pass(&b, 100);
	assert_int_equal(again.bye, BYE_REMOVED);
	assert_int_equal(screen_count(&again, "view", NULL), 0);
	screen_go(&mo);
	screen_go(&ana);
	screen_go(&again);
	bench_end(&b);
}

/* --- coming back --------------------------------------------------------------------------------
 */

static void a_short_gap_is_replayed(void **state)
{
	struct bench b;
	struct screen ana, ben, again;
	uint64_t after;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_come(&ben, &b, "Ben", ROLE_ATTENDEE);
	after = bench_head(&b);
	screen_go(&ana);
	screen_say(&ben, 1, "First");
	screen_say(&ben, 2, "Second");
	bench_pass(&b, 100);
	screen_resume(&again, &b, "Ana", memory_epoch(b.memory, HUB_LOG), after, NULL, 0);
	bench_pass(&b, 300);
	assert_int_equal(screen_count(&again, "view", NULL), 0);
	assert_int_equal(screen_count(&again, "event", "chat.said"), 2);
	assert_int_equal(number_of(json_array_get(again.got, 0), "seq"), after + 1);
	assert_true(screen_count(&again, "signal", "digest") > 0);
	screen_go(&again);
	screen_go(&ben);
	bench_end(&b);
}

static void on_append(void *arg, const struct store_answer *answer)
{
	(void)arg;
	assert_int_equal(answer->err, OK);
}

/* Lines of the facilitator channel, more than are kept for those who come back. */
static void others_are_busy(struct bench *b)
{
	for (int batch = 0; batch < 5; batch++) {
		struct msg *m[250];
		uint64_t head = bench_head(b);

		for (size_t i = 0; i < 250; i++)
			m[i] = msg_format("{\"event\":\"chat.said\",\"seq\":%zu,\"at\":%" PRId64
					  ",\"by\":3,\"room\":0,\"text\":\"x\"}",
					  (size_t)head + 1 + i, b->now);
		store_append(b->store, HUB_LOG, memory_epoch(b->memory, HUB_LOG), head + 1, m, 250,
			     on_append, NULL);
		bench_pass(b, 50);
		assert_int_equal(bench_head(b), head + 250);
		for (size_t i = 0; i < 250; i++)
			msg_unref(&m[i]);
	}
}

/* Whoever was told all that was for them, and knows the last of it, missed nothing of what others
 * did before they left; not the second time either. */
static void what_was_not_for_one_is_no_gap(void **state)
{
	struct bench b;
	struct screen ana, mo;
	uint64_t after;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_come(&mo, &b, "Mo", ROLE_MODERATOR);
	after = number_of(screen_last(&ana, "view", NULL), "seq");
	for (uint64_t times = 1; times <= 2; times++) {
		others_are_busy(&b);
		screen_go(&ana);
		screen_say(&mo, times, "Come back");
		bench_pass(&b, 100);
		screen_resume(&ana, &b, "Ana", memory_epoch(b.memory, HUB_LOG), after, NULL, 0);
		bench_pass(&b, 300);
		assert_int_equal(screen_count(&ana, "view", NULL), 0);
		assert_int_equal(screen_count(&ana, "event", NULL), 1);
		after = number_of(screen_last(&ana, "event", "chat.said"), "seq");
		assert_int_equal(after, bench_head(&b));
	}
	others_are_busy(&b); /* and of whom this is not known are sent a view */
	screen_go(&ana);
	screen_resume(&ana, &b, "Ana", memory_epoch(b.memory, HUB_LOG), after - 1, NULL, 0);
	bench_pass(&b, 300);
	assert_int_equal(screen_count(&ana, "view", NULL), 1);
	screen_go(&ana);
	screen_go(&mo);
	bench_end(&b);
}

static void what_cannot_be_replayed_brings_a_view(void **state)
{
	static const struct {
		const char *why, *asks;
		bool other_epoch;
	} cases[] = {
		{ "another history", "{\"command\":\"hands.raise\",\"n\":5}", true },
		{ "an event hides", "{\"command\":\"chat.remove\",\"n\":5,\"line\":4}", false },
		{ "the sight changed", "{\"command\":\"rooms.move\",\"n\":5,\"who\":2,\"to\":5}",
		  false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench b;
		struct screen ana, mo;
		uint64_t after;

		bench_begin(&b);
		screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
		screen_come(&mo, &b, "Mo", ROLE_MODERATOR);
		screen_say(&mo, 1, "A line");
		screen_ask(&mo, "{\"command\":\"rooms.open\",\"n\":2,\"title\":\"Nook\"}");
		bench_pass(&b, 100);
		after = bench_head(&b);
		assert_int_equal(after, 5);
		screen_go(&ana);
		screen_ask(&mo, "%s", cases[i].asks);
		bench_pass(&b, 100);
		assert_int_equal(bench_head(&b), after + 1);
		screen_resume(&ana, &b, "Ana",
			      cases[i].other_epoch ? "another" : memory_epoch(b.memory, HUB_LOG),
			      after, NULL, 0);
		bench_pass(&b, 300);
		if (screen_count(&ana, "view", NULL) != 1)
			fail_msg("%s: no view", cases[i].why);
		assert_int_equal(screen_count(&ana, "event", NULL), 0);
		screen_go(&ana);
		screen_go(&mo);
		bench_end(&b);
	}
}

static void a_view_tells_what_was_taken(void **state)
{
	static const uint64_t pending[] = { 81, 82 };
	struct bench b;
	struct screen ana;
	json_t *taken;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_say(&ana, 81, "Was it heard?");
	bench_turn(&b);
	bench_store(&b);
	screen_go(&ana);
	bench_pass(&b, 100);
	screen_resume(&ana, &b, "Ana", NULL, 0, pending, 2);
	bench_pass(&b, 100);
	taken = json_object_get(screen_last(&ana, "view", NULL), "taken");
	assert_int_equal(json_array_size(taken), 1);
	assert_int_equal(json_integer_value(json_array_get(taken, 0)), 81);
	screen_go(&ana);
	bench_end(&b);
}

/* --- commands -----------------------------------------------------------------------------------
 */

static void a_repetition_is_answered_with_its_seq(void **state)
{
	struct bench b;
	struct screen ana;
	json_t *answer;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_say(&ana, 81, "Once");
	screen_say(&ana, 81, "Once"); /* in the same batch */
	bench_pass(&b, 100);
	screen_say(&ana, 81, "Once"); /* and later */
	bench_pass(&b, 100);
	assert_int_equal(bench_head(&b), 3);
	assert_int_equal(screen_count(&ana, "event", "chat.said"), 1);
	assert_int_equal(screen_count(&ana, "answer", NULL), 2);
	answer = screen_last(&ana, "answer", NULL);
	assert_int_equal(number_of(answer, "n"), 81);
	assert_int_equal(number_of(json_object_get(answer, "answer"), "seq"), 3);
	screen_go(&ana);
	bench_end(&b);
}

static void who_asks_too_often_is_told_when_to_ask_again(void **state)
{
	struct bench b;
	struct screen ana;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	for (unsigned n = 1; n <= 40; n++)
		screen_say(&ana, n, "Again");
	bench_pass(&b, 100);
	assert_int_equal(screen_count(&ana, "event", "chat.said"), 20);
	assert_int_equal(screen_count(&ana, "error", "slow_down"), 20);
	assert_true(number_of(screen_last(&ana, "error", NULL), "retry_ms") > 0);
	screen_go(&ana);
	bench_end(&b);
}

/* One line is in a hurry; a session that says many at once gathers, and need not be heard
 * meanwhile. */
static void who_says_much_is_heard_now_and_then(void **state)
{
	struct bench b;
	struct screen ana;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	bench_pass(&b, 100);
	screen_say(&ana, 1, "Alone");
	bench_turn(&b);
	assert_int_equal(hub_rest_ms(b.hub), 0);
	bench_pass(&b, 100);
	for (unsigned n = 2; n <= 13; n++)
		screen_say(&ana, n, "Much");
	bench_turn(&b);
	assert_in_range(hub_rest_ms(b.hub), 1, 4);
	bench_pass(&b, 100);
	assert_int_equal(hub_rest_ms(b.hub), 0);
	assert_int_equal(screen_count(&ana, "event", "chat.said"), 13);
	screen_go(&ana);
	bench_end(&b);
}

static void what_is_no_message_is_answered(void **state)
{
	struct bench b;
	struct screen ana;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_ask(&ana, "{\"command\":\"rooms.fly\",\"n\":5}");
	assert_int_equal(number_of(screen_last(&ana, "error", "bad_request"), "n"), 5);
	screen_ask(&ana, "{\"hello\":1,\"ticket\":\"t\"}");
	assert_int_equal(screen_count(&ana, "error", "bad_request"), 2);
	screen_ask(&ana, "{\"query\":\"chat.history\",\"n\":6,\"room\":0}");
	assert_int_equal(screen_count(&ana, "error", "not_found"), 1);
	screen_ask(&ana, "{\"query\":\"people.roster\",\"n\":7}");
	assert_int_equal(number_of(screen_last(&ana, "answer", NULL), "n"), 7);
	assert_int_equal(ana.bye, 0);
	screen_go(&ana);
	bench_end(&b);
}

static void typing_is_told_to_the_room_but_to_oneself(void **state)
{
	struct bench b;
	struct screen ana, ben;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_come(&ben, &b, "Ben", ROLE_ATTENDEE);
	screen_ask(&ana, "{\"signal\":\"chat.typing\",\"room\":1}");
	screen_ask(&ana, "{\"signal\":\"chat.typing\",\"room\":0}"); /* not hers */
	bench_pass(&b, 50);
	assert_int_equal(screen_count(&ben, "signal", "chat.typing"), 1);
	assert_int_equal(screen_count(&ana, "signal", "chat.typing"), 0);
	screen_go(&ana);
	screen_go(&ben);
	bench_end(&b);
}

/* --- slow readers -------------------------------------------------------------------------------
 */

static void a_slow_reader_gets_a_view_when_it_can_write_again(void **state)
{
	struct bench b;
	struct screen ana, ben;
	json_t *view;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_come(&ben, &b, "Ben", ROLE_ATTENDEE);
	ana.slow = true;
	screen_clear(&ana);
	screen_say(&ana, 5, "Mine");
	screen_say(&ben, 6, "Not mine");
	bench_pass(&b, 500);
	assert_int_equal(json_array_size(ana.got), 0);
	assert_int_equal(screen_count(&ben, "event", "chat.said"), 2);
	ana.slow = false;
	hub_writable(b.hub, &ana.peer);
	bench_pass(&b, 300);
	view = json_array_get(ana.got, 0);
	assert_int_equal(number_of(view, "seq"), bench_head(&b));
	assert_int_equal(json_array_size(json_object_get(view, "taken")), 1);
	assert_int_equal(screen_count(&ana, "event", NULL), 0);
	screen_say(&ben, 7, "Go on");
	bench_pass(&b, 50);
	assert_int_equal(screen_count(&ana, "event", "chat.said"), 1);
	screen_go(&ana);
	screen_go(&ben);
	bench_end(&b);
}

/* --- leaving ------------------------------------------------------------------------------------
 */

static void who_is_away_too_long_has_left(void **state)
{
	struct bench b;
	struct screen ana;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_go(&ana);
	bench_pass(&b, 59000);
	assert_true(bench_seated(&b, "Ana"));
	bench_pass(&b, 2000);
	assert_false(bench_seated(&b, "Ana"));
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE); /* and comes back as who they were */
	assert_int_equal(number_of(screen_last(&ana, "view", NULL), "you"), 2);
	screen_go(&ana);
	bench_end(&b);
}

static void who_sits_without_a_connection_when_it_is_loaded_leaves(void **state)
{
	struct bench b;
	struct screen ana, ben;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_go(&ana);
	bench_restart(&b);
	screen_come(&ben, &b, "Ben", ROLE_ATTENDEE);
	assert_true(bench_seated(&b, "Ana"));
	bench_pass(&b, 61000);
	assert_false(bench_seated(&b, "Ana"));
	assert_true(bench_seated(&b, "Ben"));
	screen_go(&ben);
	bench_end(&b);
}

static void who_leaves_hears_it_and_is_let_go(void **state)
{
	struct bench b;
	struct screen one, two;

	(void)state;
	bench_begin(&b);
	screen_come(&one, &b, "Ana", ROLE_ATTENDEE);
	screen_come(&two, &b, "Ana", ROLE_ATTENDEE);
	screen_ask(&one, "{\"command\":\"people.leave\",\"n\":1}");
	bench_pass(&b, 50);
	assert_int_equal(screen_count(&one, "event", "people.left"), 1);
	assert_int_equal(one.bye, BYE_LEFT);
	assert_int_equal(two.bye, BYE_LEFT);
	assert_int_equal(one.retry_ms, -1);
	screen_go(&one);
	screen_go(&two);
	bench_end(&b);
}

static void a_ticket_that_is_over_ends_the_connection(void **state)
{
	struct bench b;
	struct screen ana;

	(void)state;
	bench_begin(&b);
	b.expires = b.now + 1000;
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	bench_pass(&b, 32000);
	assert_int_equal(ana.bye, BYE_EXPIRED);
	assert_int_equal(ana.retry_ms, -1);
	screen_go(&ana);
	bench_end(&b);
}

static void a_session_nobody_has_open_leaves_memory_and_catches_up(void **state)
{
	struct bench b;
	struct screen fay;
	uint64_t head;
	json_t *view;

	(void)state;
	bench_begin(&b);
	screen_come(&fay, &b, "Fay", ROLE_FACILITATOR);
	screen_ask(&fay, "{\"command\":\"rooms.recall\",\"n\":1,\"seconds\":600}");
	bench_pass(&b, 50);
	assert_int_equal(hub_figures(b.hub).sessions, 1);
	screen_go(&fay);
	head = bench_head(&b);
	bench_pass(&b, 361000); /* away at 60 s, then five minutes */
	assert_int_equal(hub_figures(b.hub).sessions, 0);
	assert_int_equal(bench_head(&b), head + 1);
	b.now += 600000; /* the recall is over, and nobody saw it */
	bench_turn(&b);
	screen_hello(&fay, &b, "Fay", ROLE_FACILITATOR);
	bench_pass(&b, 300);
	view = json_object_get(screen_last(&fay, "view", NULL), "view");
	assert_non_null(view);
	assert_null(json_object_get(json_object_get(view, "rooms"), "recall"));
	assert_int_equal(bench_head(&b), head + 3); /* she is back, and so is everybody */
	screen_go(&fay);
	bench_end(&b);
}

/* --- draining, plans ----------------------------------------------------------------------------
 */

static void draining_sends_everybody_away_in_turn(void **state)
{
	struct bench b;
	struct screen ana, ben, late;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_come(&ben, &b, "Ben", ROLE_ATTENDEE);
	screen_say(&ana, 1, "On its way");
	bench_turn(&b);
	hub_drain(b.hub, 1000);
	assert_int_equal(ana.bye, BYE_DRAINING);
	assert_int_equal(ben.bye, BYE_DRAINING);
	assert_int_not_equal(ana.retry_ms, ben.retry_ms);
	assert_false(hub_idle(b.hub));
	screen_hello(&late, &b, "Cem", ROLE_ATTENDEE);
	assert_int_equal(late.bye, BYE_DRAINING);
	bench_pass(&b, 100);
	assert_true(hub_idle(b.hub));
	assert_int_equal(bench_head(&b), 4); /* what was on its way has come */
	screen_go(&ana);
	screen_go(&ben);
	screen_go(&late);
	bench_end(&b);
}

static void on_planned(void *arg, enum err err)
{
	*(enum err *)arg = err;
}

static enum err plan(struct bench *b, const char *session, int end)
{
	enum err err = ERR_UNKNOWN;

	hub_plan(b->hub,
		 json_pack("{s:s, s:s, s:s, s:s, s:[s], s:[], s:i, s:i, s:b, s:s}", "command",
			   "session.open", "session", session, "title", "Another", "format", "free",
			   "languages", "en", "areas", "start", 1, "end", end, "open", 1,
			   "rooms_by", "staff"),
		 on_planned, &err);
	bench_pass(b, 100);
	return err;
}

static void on_written(void *arg, const struct store_answer *answer)
{
	*(enum err *)arg = answer->err;
}

/* A newer version may open sessions in another way: to us there is none, and no other one is made
 * in its place. */
static void a_log_that_begins_with_what_is_not_known_opens_no_session(void **state)
{
	struct msg *m = msg_format("{\"event\":\"session.opened2\",\"seq\":1,\"at\":5}");
	enum err err = ERR_UNKNOWN;
	struct bench b;

	(void)state;
	bench_begin(&b);
	store_append(b.store, "s-z", "", 1, &m, 1, on_written, &err);
	bench_pass(&b, 100);
	assert_int_equal(err, OK);
	assert_int_equal(plan(&b, "z", 2), ERR_CONFLICT);
	assert_null(directory_find(hub_directory(b.hub), "z"));
	msg_unref(&m);
	bench_end(&b);
}

static void plans_are_listed_and_made_once(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b);
	assert_int_equal(plan(&b, HUB_SESSION, 2), ERR_CONFLICT);
	assert_int_equal(plan(&b, "z", 1), ERR_BAD_REQUEST);
	assert_int_equal(plan(&b, "z", 2), OK);
	assert_non_null(directory_find(hub_directory(b.hub), "z"));
	assert_non_null(directory_find(hub_directory(b.hub), HUB_SESSION));
	assert_null(directory_find(hub_directory(b.hub), "w"));
	bench_restart(&b);
	assert_true(hub_ready(b.hub));
	assert_non_null(directory_find(hub_directory(b.hub), "z"));
	bench_end(&b);
}

static void on_read(void *arg, enum err err, const struct state *s)
{
	assert_int_equal(err == OK, s != NULL);
	*(enum err *)arg = err;
}

static void readers_are_told_the_state_or_what_is_wrong(void **state)
{
	enum err err = ERR_UNKNOWN;
	struct bench b;
	uint64_t seq;

	(void)state;
	bench_begin(&b);
	bench_restart(&b);
	assert_int_equal(bench_read(&b, &seq), OK);
	assert_int_equal(seq, 1);
	hub_read(b.hub, "nowhere", on_read, &err);
	bench_turn(&b);
	assert_int_equal(err, ERR_NOT_FOUND);
	bench_restart(&b);
	memory_damage(b.memory, HUB_LOG, 1);
	assert_int_equal(bench_read(&b, &seq), ERR_DAMAGED);
	bench_end(&b);
}

static void who_was_sent_away_asks_nothing_more(void **state)
{
	struct bench b;
	struct screen s[LIMIT_PEOPLE_DEVICES + 1];

	(void)state;
	bench_begin(&b);
	b.expires = b.now + 1000;
	screen_come(&s[0], &b, "Ana", ROLE_ATTENDEE);
	b.expires = b.now + 2 * WHEEL_SLOTS * WHEEL_MS; /* in the same slot, another round */
	for (size_t i = 1; i < LIMIT_PEOPLE_DEVICES; i++)
		screen_come(&s[i], &b, "Ana", ROLE_ATTENDEE);
	bench_pass(&b, 31000);
	assert_int_equal(s[0].bye, BYE_EXPIRED);
	assert_int_equal(s[1].bye, 0);
	screen_say(&s[0], 9, "One more word");
	bench_pass(&b, 50);
	assert_int_equal(bench_head(&b), 2);
	screen_come(&s[LIMIT_PEOPLE_DEVICES], &b, "Ana", ROLE_ATTENDEE); /* its place is free */
	for (size_t i = 0; i <= LIMIT_PEOPLE_DEVICES; i++)
		screen_go(&s[i]);
	bench_end(&b);
}

/* The view is always taken, however large; the digest after it is what says: up to date. */
static void a_digest_that_was_not_taken_comes_later(void **state)
{
	struct bench b;
	struct screen ana, ben;

	(void)state;
	bench_begin(&b);
	screen_come(&ben, &b, "Ben", ROLE_ATTENDEE);
	screen_hello(&ana, &b, "Ana", ROLE_ATTENDEE);
	ana.slow = true;
	bench_pass(&b, 1000);
	assert_int_equal(screen_count(&ana, "view", NULL), 1);
	assert_int_equal(screen_count(&ana, "signal", NULL), 0);
	ana.slow = false;
	hub_writable(b.hub, &ana.peer);
	bench_pass(&b, 1000);
	assert_int_equal(screen_count(&ana, "view", NULL), 1);
	assert_int_equal(screen_count(&ana, "signal", "digest"), 1);
	screen_go(&ana);
	screen_go(&ben);
	bench_end(&b);
}

static const char *const both[] = { HUB_SESSION, "z" };
#define DEVICES 6

static void come_to(struct bench *b, struct screen *s, const char *session, size_t number)
{
	char sub[16];
	const struct guest g = { .session = session,
				 .sub = sub,
				 .name = sub,
				 .school = "S",
				 .language = LANGUAGE_EN,
				 .role = ROLE_ATTENDEE,
				 .expires = INT64_MAX };
	const struct peer_ops *same = s->peer.ops;

	snprintf(sub, sizeof(sub), "%zu", number);
	*s = (struct screen){ .bench = b, .got = json_array(), .peer = { .ops = same } };
	hub_hello(b->hub, &s->peer, &g, &(struct hello){ .ticket = "t" });
}

static void fill(struct screen *s)
{
	char words[2001];

	memset(words, 'w', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	for (unsigned n = 1; n <= LIMIT_WINDOW; n++)
		screen_say(s, n, words);
}

/* What a turn may spend on views is shared by all sessions. */
static void views_of_all_sessions_share_one_turn(void **state)
{
	struct bench b;
	struct screen s[2][DEVICES], first;
	size_t views = 0;

	(void)state;
	bench_begin(&b);
	b.options.rate_percent = 0;
	bench_restart(&b);
	assert_int_equal(plan(&b, "z", 2), OK);
	screen_come(&first, &b, "first", ROLE_ATTENDEE);
	for (size_t i = 0; i < 2 * DEVICES; i++) {
		s[i / DEVICES][i % DEVICES].peer.ops = first.peer.ops;
		come_to(&b, &s[i / DEVICES][i % DEVICES], both[i / DEVICES], i);
	}
	bench_pass(&b, 300);
	fill(&s[0][0]);
	fill(&s[1][0]);
	bench_pass(&b, 500);
	for (size_t i = 0; i < 2 * DEVICES; i++) {
		screen_go(&s[i / DEVICES][i % DEVICES]);
		come_to(&b, &s[i / DEVICES][i % DEVICES], both[i / DEVICES], i);
	}
	bench_turn(&b);
	for (size_t i = 0; i < 2 * DEVICES; i++)
		views += screen_count(&s[i / DEVICES][i % DEVICES], "view", NULL);
	assert_true(views > 0 && views <= DEVICES);
	assert_int_equal(b.wake, b.now);
	bench_pass(&b, 100);
	for (size_t i = 0; i < 2 * DEVICES; i++) {
		assert_int_equal(screen_count(&s[i / DEVICES][i % DEVICES], "view", NULL), 1);
		screen_go(&s[i / DEVICES][i % DEVICES]);
	}
	screen_go(&first);
	bench_end(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(hello_brings_a_view_then_a_digest),
	cmocka_unit_test(one_person_on_two_devices_has_one_seat),
	cmocka_unit_test(the_ninth_device_is_sent_away),
	cmocka_unit_test(a_session_that_was_never_opened_lets_nobody_in),
	cmocka_unit_test(who_was_removed_does_not_come_back),
	cmocka_unit_test(a_short_gap_is_replayed),
	cmocka_unit_test(what_was_not_for_one_is_no_gap),
	cmocka_unit_test(what_cannot_be_replayed_brings_a_view),
	cmocka_unit_test(a_view_tells_what_was_taken),
	cmocka_unit_test(a_repetition_is_answered_with_its_seq),
	cmocka_unit_test(who_asks_too_often_is_told_when_to_ask_again),
	cmocka_unit_test(who_says_much_is_heard_now_and_then),
	cmocka_unit_test(what_is_no_message_is_answered),
	cmocka_unit_test(typing_is_told_to_the_room_but_to_oneself),
	cmocka_unit_test(a_slow_reader_gets_a_view_when_it_can_write_again),
	cmocka_unit_test(who_is_away_too_long_has_left),
	cmocka_unit_test(who_sits_without_a_connection_when_it_is_loaded_leaves),
	cmocka_unit_test(who_leaves_hears_it_and_is_let_go),
	cmocka_unit_test(a_ticket_that_is_over_ends_the_connection),
	cmocka_unit_test(a_session_nobody_has_open_leaves_memory_and_catches_up),
	cmocka_unit_test(draining_sends_everybody_away_in_turn),
	cmocka_unit_test(plans_are_listed_and_made_once),
	cmocka_unit_test(a_log_that_begins_with_what_is_not_known_opens_no_session),
	cmocka_unit_test(readers_are_told_the_state_or_what_is_wrong),
	cmocka_unit_test(who_was_sent_away_asks_nothing_more),
	cmocka_unit_test(a_digest_that_was_not_taken_comes_later),
	cmocka_unit_test(views_of_all_sessions_share_one_turn),
};

const struct unit_group hub_group = UNIT_GROUP("hub", tests);
