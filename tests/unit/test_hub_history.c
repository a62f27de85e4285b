/* The hub with a store that brings another history, or a damaged one. */
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
	cmocka_unit_test(a_list_found_damaged_by_an_append_is_put_to_no_more),
	cmocka_unit_test(an_event_that_is_not_known_takes_its_place),
	cmocka_unit_test(a_log_found_damaged_by_an_append_is_not_served),
};

const struct unit_group hub_history_group = UNIT_GROUP("hub_history", tests);
