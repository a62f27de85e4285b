/* The hub with a store that is late, refuses, cannot tell, brings another history or is damaged. */
#include <string.h>

#include "tests/unit/hub_bench.h"

/* An older copy is brought back while a command of Ana's is on its way to the store and another
 * waits; then somebody else is called what she was called. */
static void another_history_takes_nothing_of_the_one_before(void **state)
{
	struct bench b;
	struct screen ana, cem;
	uint64_t seq;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	b.answer.delay_ms = 500;
	screen_say(&ana, 9, "On its way");
	bench_turn(&b);
	bench_store(&b);
	screen_say(&ana, 10, "Waits");
	bench_turn(&b);
	memory_restore(b.memory, HUB_LOG, 1);
	b.answer.delay_ms = 0;
	hub_notice(b.hub, &(struct store_notice){ .news = STORE_RESET, .log = HUB_LOG });
	assert_int_equal(ana.bye, BYE_UNAVAILABLE);
	assert_true(ana.retry_ms > 0);
	assert_string_equal(screen_error(&ana, 9), "unknown");
	assert_string_equal(screen_error(&ana, 10), "unavailable");
	bench_pass(&b, MEMORY_HOLD_MS);
	screen_hello(&cem, &b, "Cem", ROLE_ATTENDEE);
	bench_pass(&b, 1000);
	assert_int_equal(number_of(screen_last(&cem, "view", NULL), "you"), 2);
	assert_int_equal(bench_head(&b), 2); /* he came, and said nothing of what Ana said */
	assert_int_equal(screen_count(&cem, "event", NULL), 0);
	assert_int_equal(bench_read(&b, &seq), OK);
	assert_int_equal(seq, 2);
	screen_say(&cem, 11, "Mine");
	bench_pass(&b, 100);
	assert_int_equal(number_of(screen_last(&cem, "event", "chat.said"), "seq"), 3);
	screen_go(&ana);
	screen_go(&cem);
	bench_end(&b);
}

static void a_log_that_breaks_ends_what_is_under_way(void **state)
{
	struct bench b;
	struct screen ana;
	size_t appends;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	b.append.delay_ms = 3000; /* the store will not be able to tell */
	screen_say(&ana, 9, "On its way");
	bench_turn(&b);
	appends = b.appends;
	hub_notice(b.hub, &(struct store_notice){
				  .news = STORE_BROKEN, .log = HUB_LOG, .why = "It is torn." });
	assert_int_equal(ana.bye, BYE_UNAVAILABLE);
	assert_int_equal(ana.retry_ms, -1);
	screen_go(&ana);
	bench_pass(&b, 5000);
	assert_int_equal(b.appends, appends); /* nothing more is tried */
	assert_true(hub_idle(b.hub));
	screen_hello(&ana, &b, "Ana", ROLE_ATTENDEE);
	bench_pass(&b, 50);
	assert_int_equal(screen_count(&ana, "error", "damaged"), 1);
	screen_go(&ana);
	bench_end(&b);
}

/* The first to tell of the other history is the answer to an append. */
static void an_answer_under_another_epoch_is_another_history(void **state)
{
	struct bench b;
	struct screen ana;
	size_t appends;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	memory_restore(b.memory, HUB_LOG, 1);
	appends = b.appends;
	screen_say(&ana, 9, "Said too late");
	bench_pass(&b, 30);
	assert_int_equal(b.appends, appends + 2); /* hers, and her lost join is given back */
	assert_int_equal(ana.bye, BYE_UNAVAILABLE);
	assert_string_equal(screen_error(&ana, 9), "unknown");
	screen_go(&ana);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	assert_int_equal(bench_head(&b), 2);
	screen_go(&ana);
	bench_end(&b);
}

static void a_list_of_another_history_is_put_in_peace(void **state)
{
	struct bench b;
	struct screen olga;
	size_t appends;

	(void)state;
	bench_begin(&b);
	screen_come(&olga, &b, "Olga", ROLE_ORGANIZER);
	memory_restore(b.memory, "directory", 0);
	appends = b.appends;
	screen_ask(&olga, "{\"command\":\"session.change\",\"n\":1,\"title\":\"Another\"}");
	bench_pass(&b, 400);
	assert_true(b.appends - appends <= 3);
	bench_pass(&b, 5000);
	assert_string_equal(
		directory_find(hub_directory(b.hub), HUB_SESSION)->event.directory_put.title,
		"Another");
	assert_true(hub_idle(b.hub));
	screen_go(&olga);
	bench_end(&b);
}

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

/* All at once is what the next moment does not need. */
static void another_history_brings_people_back_one_after_the_other(void **state)
{
	struct bench b;
	struct screen ana, ben;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	screen_come(&ben, &b, "Ben", ROLE_ATTENDEE);
	memory_restore(b.memory, HUB_LOG, 1);
	hub_notice(b.hub, &(struct store_notice){ .news = STORE_RESET, .log = HUB_LOG });
	assert_int_equal(ana.bye, BYE_UNAVAILABLE);
	assert_int_equal(ben.bye, BYE_UNAVAILABLE);
	assert_true(ana.retry_ms > 0 && ben.retry_ms > 0 && ana.retry_ms != ben.retry_ms);
	bench_pass(&b, MEMORY_HOLD_MS);
	screen_go(&ana);
	screen_go(&ben);
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

static void on_appended(void *arg, const struct store_answer *answer)
{
	(void)arg;
	assert_int_equal(answer->err, OK);
}

static void on_time(void *arg, enum err err, const struct state *s)
{
	assert_int_equal(err, OK);
	*(int64_t *)arg = s->at;
}

/* Written by a newer version: it takes its place and nothing else, and time does not go back. */
static void an_event_that_is_not_known_takes_its_place(void **state)
{
	struct msg *m = msg_format("{\"event\":\"polls.opened\",\"seq\":3,\"at\":5}");
	int64_t before = 0, after = 0;
	struct screen ana;
	struct bench b;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	hub_read(b.hub, HUB_SESSION, on_time, &before);
	bench_turn(&b);
	store_append(b.store, HUB_LOG, memory_epoch(b.memory, HUB_LOG), 3, &m, 1, on_appended,
		     NULL);
	bench_pass(&b, 100);
	hub_read(b.hub, HUB_SESSION, on_time, &after);
	bench_turn(&b);
	assert_int_equal(after, before);
	screen_say(&ana, 1, "After it");
	bench_pass(&b, 50);
	assert_int_equal(number_of(screen_last(&ana, "event", "chat.said"), "seq"), 4);
	msg_unref(&m);
	screen_go(&ana);
	bench_end(&b);
}

static void a_log_found_damaged_by_an_append_is_not_served(void **state)
{
	struct msg *m = msg_format("{\"event\":\"polls.opened\",\"seq\":3,\"at\":5}");
	struct screen ana;
	struct store *other;
	struct bench b;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ATTENDEE);
	b.word.lost = true; /* somebody was first, and then it broke */
	other = memory_open(b.memory, 2, hub_notice, b.hub);
	store_append(other, HUB_LOG, memory_epoch(b.memory, HUB_LOG), 3, &m, 1, on_appended, NULL);
	bench_store(&b);
	memory_crash(other);
	memory_damage(b.memory, HUB_LOG, 3);
	screen_say(&ana, 9, "After it");
	bench_pass(&b, 50);
	assert_string_equal(screen_error(&ana, 9), "damaged");
	assert_int_equal(ana.bye, BYE_UNAVAILABLE);
	assert_int_equal(ana.retry_ms, -1);
	msg_unref(&m);
	screen_go(&ana);
	bench_end(&b);
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

/* Somebody was first to put something, word of it was lost, and then it broke. */
static void a_list_found_damaged_by_an_append_is_put_to_no_more(void **state)
{
	struct msg *m = msg_format("{\"event\":\"polls.opened\",\"seq\":2,\"at\":5}");
	struct screen olga;
	struct store *other;
	struct bench b;
	size_t appends;

	(void)state;
	bench_begin(&b);
	screen_come(&olga, &b, "Olga", ROLE_ORGANIZER);
	b.word.lost = true;
	other = memory_open(b.memory, 2, hub_notice, b.hub);
	store_append(other, DIRECTORY_LOG, memory_epoch(b.memory, DIRECTORY_LOG), 2, &m, 1,
		     on_appended, NULL);
	bench_store(&b);
	memory_crash(other);
	memory_damage(b.memory, DIRECTORY_LOG, 2);
	screen_ask(&olga, "{\"command\":\"session.change\",\"n\":1,\"title\":\"Another\"}");
	bench_pass(&b, 300);
	assert_int_equal(screen_count(&olga, "event", "session.changed"), 1);
	assert_non_null(strstr(hub_trouble(b.hub), "list of sessions"));
	appends = b.appends;
	bench_pass(&b, 3000);
	assert_int_equal(b.appends, appends);
	assert_true(hub_idle(b.hub));
	msg_unref(&m);
	screen_go(&olga);
	bench_end(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(another_history_takes_nothing_of_the_one_before),
	cmocka_unit_test(another_history_brings_people_back_one_after_the_other),
	cmocka_unit_test(a_log_that_breaks_ends_what_is_under_way),
	cmocka_unit_test(an_answer_under_another_epoch_is_another_history),
	cmocka_unit_test(a_list_of_another_history_is_put_in_peace),
	cmocka_unit_test(what_is_due_is_not_asked_of_a_store_that_refuses_without_end),
	cmocka_unit_test(who_says_hello_while_the_store_cannot_tell_is_told_in_time),
	cmocka_unit_test(commands_are_answered_in_time_whatever_the_store_does),
	cmocka_unit_test(a_seat_nobody_came_for_is_free_again),
	cmocka_unit_test(who_is_ahead_waits_but_not_for_ever),
	cmocka_unit_test(nobody_comes_in_who_waited_when_draining_began),
	cmocka_unit_test(readers_do_not_wait_for_a_store_that_does_not_answer),
	cmocka_unit_test(sessions_go_on_without_their_list),
	cmocka_unit_test(a_list_found_damaged_by_an_append_is_put_to_no_more),
	cmocka_unit_test(readers_are_told_that_the_store_closes),
	cmocka_unit_test(an_event_that_is_not_known_takes_its_place),
	cmocka_unit_test(a_log_found_damaged_by_an_append_is_not_served),
	cmocka_unit_test(a_plan_is_answered_in_time),
};

const struct unit_group hub_store_group = UNIT_GROUP("hub_store", tests);
