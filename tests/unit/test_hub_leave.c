/* Who leaves the hub: by their own will, by time, or because all have to. */
#include "tests/unit/hub_bench.h"

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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(who_is_away_too_long_has_left),
	cmocka_unit_test(who_sits_without_a_connection_when_it_is_loaded_leaves),
	cmocka_unit_test(who_leaves_hears_it_and_is_let_go),
	cmocka_unit_test(a_ticket_that_is_over_ends_the_connection),
	cmocka_unit_test(who_was_sent_away_asks_nothing_more),
	cmocka_unit_test(a_session_nobody_has_open_leaves_memory_and_catches_up),
	cmocka_unit_test(draining_sends_everybody_away_in_turn),
};

const struct unit_group hub_leave_group = UNIT_GROUP("hub_leave", tests);
