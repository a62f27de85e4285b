/* The hub with one instance: who comes in, what they are sent, what their commands come to. */
#include "tests/unit/hub_bench.h"

/* --- coming in -----------------------------------------------------------------------------------
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

/* --- commands ------------------------------------------------------------------------------------
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
	assert_int_equal(hub_rest_ms(b.hub), 24 / 4); /* 12 lines gather for 24 ms */
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

/* --- slow readers --------------------------------------------------------------------------------
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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(hello_brings_a_view_then_a_digest),
	cmocka_unit_test(one_person_on_two_devices_has_one_seat),
	cmocka_unit_test(the_ninth_device_is_sent_away),
	cmocka_unit_test(a_session_that_was_never_opened_lets_nobody_in),
	cmocka_unit_test(who_was_removed_does_not_come_back),
	cmocka_unit_test(a_repetition_is_answered_with_its_seq),
	cmocka_unit_test(who_asks_too_often_is_told_when_to_ask_again),
	cmocka_unit_test(who_says_much_is_heard_now_and_then),
	cmocka_unit_test(what_is_no_message_is_answered),
	cmocka_unit_test(typing_is_told_to_the_room_but_to_oneself),
	cmocka_unit_test(a_slow_reader_gets_a_view_when_it_can_write_again),
	cmocka_unit_test(a_digest_that_was_not_taken_comes_later),
};

const struct unit_group hub_group = UNIT_GROUP("hub", tests);
