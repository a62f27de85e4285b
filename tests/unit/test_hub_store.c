/* The hub with a store that is late, refuses or cannot tell. */
#include <string.h>

#include "tests/unit/hub_bench.h"

/* A full disk answers at once. */
static void what_is_due_is_not_asked_of_a_store_that_refuses_without_end(void **state)
{
	struct bench b;
	struct screen fay;
	size_t appends;

	(void)state;
	bench_begin(&b);
	screen_come(&fay, &b, "Fay", ROLE_FACILITATOR);
	screen_ask(&fay, "{\"command\":\"rooms.recall\",\"n\":1,\"seconds\":1}");
	bench_pass(&b, 500);
	b.append.refused = true;
	appends = b.appends;
	bench_pass(&b, 3000);
	assert_true(b.appends - appends >= 2);
	assert_true(b.appends - appends <= 6);
	assert_true(b.wake > b.now);
	b.append.refused = false;
	bench_pass(&b, 1000);
	assert_int_equal(bench_head(&b), 4);
	screen_go(&fay);
	bench_end(&b);
}

static void who_says_hello_while_the_store_cannot_tell_is_told_in_time(void **state)
{
	struct bench b;
	struct screen ana, ben;

	(void)state;
	bench_begin(&b);
	b.append.lost = true;
	screen_hello(&ana, &b, "Ana", ROLE_ATTENDEE);
	bench_pass(&b, 100);
	screen_hello(&ben, &b, "Ben", ROLE_ATTENDEE);
	bench_pass(&b, 2200);
	assert_int_equal(ana.bye, BYE_UNAVAILABLE);
	assert_int_equal(ben.bye, BYE_UNAVAILABLE);
	assert_true(ana.retry_ms > 0 && ben.retry_ms > 0);
	b.append.lost = false;
	bench_pass(&b, 3000);
	screen_go(&ana);
	screen_go(&ben);
	bench_end(&b);
}

static void commands_are_answered_in_time_whatever_the_store_does(void **state)
{
	struct bench b;
	struct screen ana;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	b.append.lost = true;
	screen_say(&ana, 1, "Sent");
	bench_turn(&b);
	screen_say(&ana, 2, "Waits");
	bench_pass(&b, 1800);
	assert_string_equal(screen_error(&ana, 1), "");
	bench_pass(&b, 150);
	assert_string_equal(screen_error(&ana, 1), "unknown");
	assert_string_equal(screen_error(&ana, 2), "unavailable");
	b.append.lost = false;
	screen_say(&ana, 1, "Sent");
	bench_pass(&b, 2500);
	assert_int_equal(screen_count(&ana, "event", "chat.said"), 1);
	assert_int_equal(bench_head(&b), 3);
	screen_go(&ana);
	bench_end(&b);
}

/* The seat of somebody whose connection went before they had it. */
static void a_seat_nobody_came_for_is_free_again(void **state)
{
	struct bench b;
	struct screen ana;

	(void)state;
	bench_begin(&b);
	screen_hello(&ana, &b, "Ana", ROLE_ATTENDEE);
	bench_turn(&b);
	screen_go(&ana);
	bench_pass(&b, 1000);
	assert_true(bench_seated(&b, "Ana"));
	bench_pass(&b, 61000);
	assert_false(bench_seated(&b, "Ana"));
	bench_end(&b);
}

/* Somebody who has seen more than this instance yet. */
static void who_is_ahead_waits_but_not_for_ever(void **state)
{
	struct bench b;
	struct screen ana;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_go(&ana);
	screen_resume(&ana, &b, "Ana", memory_epoch(b.memory, HUB_LOG), 99, NULL, 0);
	bench_pass(&b, 1000);
	assert_int_equal(json_array_size(ana.got), 0);
	assert_int_equal(ana.bye, 0);
	bench_pass(&b, 1500);
	assert_int_equal(ana.bye, BYE_UNAVAILABLE);
	screen_go(&ana);
	screen_resume(&ana, &b, "Ana", memory_epoch(b.memory, HUB_LOG), 99, NULL, 0);
	hub_notice(b.hub, &(struct store_notice){
				  .news = STORE_BROKEN, .log = HUB_LOG, .why = "It is torn." });
	assert_int_equal(ana.bye, BYE_UNAVAILABLE);
	assert_int_equal(screen_count(&ana, "error", "damaged"), 1);
	screen_go(&ana);
	bench_end(&b);
}

static void nobody_comes_in_who_waited_when_draining_began(void **state)
{
	struct bench b;
	struct screen ana, ben;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_go(&ana);
	b.append.delay_ms = 500;
	screen_hello(&ben, &b, "Ben", ROLE_ATTENDEE);
	bench_turn(&b);
	screen_resume(&ana, &b, "Ana", memory_epoch(b.memory, HUB_LOG), 99, NULL, 0);
	hub_drain(b.hub, 1000);
	bench_pass(&b, 1000);
	assert_int_equal(ana.bye, BYE_DRAINING);
	assert_int_equal(ben.bye, BYE_DRAINING);
	screen_go(&ana);
	screen_go(&ben);
	bench_end(&b);
}

static void readers_do_not_wait_for_a_store_that_does_not_answer(void **state)
{
	struct bench b;
	uint64_t seq;

	(void)state;
	bench_begin(&b);
	b.read.lost = true;
	bench_restart(&b);
	assert_int_equal(bench_read(&b, &seq), ERR_UNAVAILABLE); /* there is not even the list */
	b.read.lost = false;
	bench_pass(&b, 5000);
	assert_int_equal(bench_read(&b, &seq), OK);
	bench_restart(&b);
	b.read.lost = true;
	assert_int_equal(bench_read(&b, &seq), ERR_UNAVAILABLE);
	b.read.lost = false;
	bench_end(&b);
}

/* Its second entry is; the first is sound. */
static void sessions_go_on_without_their_list(void **state)
{
	struct screen olga, zoe;
	struct bench b;
	size_t appends;
	uint64_t seq;

	(void)state;
	bench_begin(&b);
	screen_come(&olga, &b, "Olga", ROLE_ORGANIZER);
	screen_ask(&olga, "{\"command\":\"session.change\",\"n\":1,\"title\":\"Another\"}");
	bench_pass(&b, 300);
	assert_int_equal(memory_head(b.memory, DIRECTORY_LOG), 2);
	assert_null(hub_trouble(b.hub));
	screen_go(&olga);
	memory_damage(b.memory, DIRECTORY_LOG, 2);
	bench_restart(&b);
	assert_true(hub_ready(b.hub));
	assert_non_null(strstr(hub_trouble(b.hub), "list of sessions"));
	assert_int_equal(bench_read(&b, &seq), OK);
	/* Loading it has put right what is known here, and nothing is tried without end. */
	assert_string_equal(
		directory_find(hub_directory(b.hub), HUB_SESSION)->event.directory_put.title,
		"Another");
	screen_come(&zoe, &b, "Zoe", ROLE_ORGANIZER);
	screen_ask(&zoe, "{\"command\":\"session.change\",\"n\":2,\"title\":\"Third\"}");
	bench_pass(&b, 100);
	appends = b.appends;
	bench_pass(&b, 3000);
	assert_int_equal(b.appends, appends);
	assert_true(hub_idle(b.hub));
	assert_string_equal(
		directory_find(hub_directory(b.hub), HUB_SESSION)->event.directory_put.title,
		"Third");
	screen_go(&zoe);
	bench_end(&b);
}

struct told_reader {
	int times;
	enum err err;
};

static void on_told(void *arg, enum err err, const struct state *s)
{
	struct told_reader *told = arg;

	assert_null(s);
	told->times++;
	told->err = err;
}

static void on_closed(void *arg)
{
	*(bool *)arg = true;
}

/* Some wait for a session that is being read, one comes when the store is asked nothing more. */
static void readers_are_told_that_the_store_closes(void **state)
{
	struct told_reader loading = { 0 }, strange = { 0 }, late = { 0 };
	bool closed = false;
	struct bench b;

	(void)state;
	bench_begin(&b);
	bench_restart(&b);
	b.read.lost = true;
	hub_read(b.hub, HUB_SESSION, on_told, &loading);
	hub_read(b.hub, "strange", on_told, &strange);
	hub_end(b.hub);
	store_close(b.store, on_closed, &closed);
	hub_read(b.hub, HUB_SESSION, on_told, &late);
	while (!closed) {
		b.now += 10;
		bench_store(&b);
	}
	assert_int_equal(loading.times, 1);
	assert_int_equal(loading.err, ERR_UNAVAILABLE);
	assert_int_equal(strange.times, 1);
	assert_int_equal(late.times, 1);
	assert_int_equal(late.err, ERR_UNAVAILABLE);
	hub_free(b.hub);
	memory_free(b.memory);
}

struct outcome {
	unsigned times;
	enum err err;
};

static void on_planned(void *arg, enum err err)
{
	struct outcome *t = arg;

	t->times++;
	t->err = err;
}

/* Whoever plans is no peer, and waits as they do. */
static void a_plan_is_answered_in_time(void **state)
{
	struct outcome told = { 0 };
	struct bench b;

	(void)state;
	bench_begin(&b);
	b.append.delay_ms = 60000;
	hub_plan(b.hub,
		 json_pack("{s:s, s:s, s:s, s:s, s:[s], s:[], s:i, s:i, s:b, s:s}", "command",
			   "session.open", "session", "late", "title", "Late", "format", "free",
			   "languages", "en", "areas", "start", 1, "end", 2, "open", 1, "rooms_by",
			   "staff"),
		 on_planned, &told);
	bench_pass(&b, 1800);
	assert_int_equal(told.times, 0);
	bench_pass(&b, 200);
	assert_int_equal(told.times, 1);
	assert_int_equal(told.err, ERR_UNKNOWN);
	b.append.delay_ms = 0;
	bench_pass(&b, 70000);
	assert_int_equal(told.times, 1); /* what became of it is in the list */
	assert_non_null(directory_find(hub_directory(b.hub), "late"));
	bench_end(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_is_due_is_not_asked_of_a_store_that_refuses_without_end),
	cmocka_unit_test(who_says_hello_while_the_store_cannot_tell_is_told_in_time),
	cmocka_unit_test(commands_are_answered_in_time_whatever_the_store_does),
	cmocka_unit_test(a_seat_nobody_came_for_is_free_again),
	cmocka_unit_test(who_is_ahead_waits_but_not_for_ever),
	cmocka_unit_test(nobody_comes_in_who_waited_when_draining_began),
	cmocka_unit_test(readers_do_not_wait_for_a_store_that_does_not_answer),
	cmocka_unit_test(sessions_go_on_without_their_list),
	cmocka_unit_test(readers_are_told_that_the_store_closes),
	cmocka_unit_test(a_plan_is_answered_in_time),
};

const struct unit_group hub_store_group = UNIT_GROUP("hub_store", tests);
