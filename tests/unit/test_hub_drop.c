/* A session that an operator dropped is in no log, in no list and on no screen, on any instance. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/hub_bench.h"

static struct {
	enum err err;
	size_t times;
} dropped;

static void on_dropped(void *arg, enum err err, size_t n)
{
	(void)arg;
	(void)n;
	dropped.err = err;
	dropped.times++;
}

static enum err drop(struct bench *b, const char *session)
{
	dropped.times = 0;
	hub_drop(b->hub, session, "test", on_dropped, NULL);
	bench_pass(b, 100);
	assert_int_equal(dropped.times, 1);
	return dropped.err;
}

/* Any text in the log of the list. */
static bool list_has(const struct bench *b, const char *text)
{
	struct msg *body;

	for (uint64_t seq = 1; (body = memory_body(b->memory, DIRECTORY_LOG, seq)); seq++)
		if (strstr(body->text, text))
			return true;
	return false;
}

static bool is_listed(const struct bench *b)
{
	return directory_find(hub_directory(b->hub), HUB_SESSION) != NULL;
}

static void expect_gone(struct bench *b)
{
	struct screen late;
	uint64_t seq;

	assert_string_equal(memory_epoch(b->memory, HUB_LOG), STORE_DROPPED_EPOCH);
	assert_false(is_listed(b));
	assert_false(list_has(b, "A session"));
	assert_int_equal(bench_read(b, &seq), ERR_NOT_FOUND);
	screen_hello(&late, b, "Late", ROLE_ATTENDEE);
	bench_pass(b, 100);
	assert_int_equal(late.bye, BYE_GONE);
	assert_true(late.retry_ms < 0);
	screen_go(&late);
	bench_pass(b, 100);
	assert_int_equal(hub_figures(b->hub).sessions, 0); /* nothing of it is in memory */
}

static void a_session_is_dropped_whole(void **state)
{
	struct bench b;
	struct screen ana;

	(void)state;
	bench_begin(&b);
	screen_come(&ana, &b, "Ana", ROLE_ORGANIZER);
	screen_ask(&ana, "{\"command\":\"session.phase\",\"n\":1,\"phase\":\"welcome\"}");
	screen_say(&ana, 2, "Said");
	bench_pass(&b, 100);
	assert_true(is_listed(&b) && list_has(&b, "A session"));
	assert_int_equal(drop(&b, "nowhere"), ERR_NOT_FOUND);
	screen_say(&ana, 3, "On its way");
	assert_int_equal(drop(&b, HUB_SESSION), OK);
	assert_int_equal(ana.bye, BYE_GONE);
	assert_true(ana.retry_ms < 0);
	screen_go(&ana);
	bench_pass(&b, 100);
	expect_gone(&b);
	assert_int_equal(drop(&b, HUB_SESSION), ERR_NOT_FOUND);
	bench_restart(&b);
	expect_gone(&b);
	bench_end(&b);
}

static void no_other_instance_keeps_it(void **state)
{
	struct bench a, b;
	struct screen ana, ben;

	(void)state;
	bench_begin(&a);
	bench_join(&b, &a);
	screen_come(&ana, &a, "Ana", ROLE_ATTENDEE);
	screen_come(&ben, &b, "Ben", ROLE_ATTENDEE);
	a.word.lost = true; /* then the comparison of heads tells */
	assert_int_equal(drop(&a, HUB_SESSION), OK);
	screen_say(&ben, 7, "After that");
	bench_pass(&a, 3000);
	a.word.lost = false;
	assert_int_equal(ana.bye, BYE_GONE);
	assert_int_equal(ben.bye, BYE_GONE);
	assert_string_equal(screen_error(&ben, 7), "not_found");
	screen_go(&ana);
	screen_go(&ben);
	bench_pass(&a, 3000);
	expect_gone(&a);
	expect_gone(&b);
	bench_part(&b);
	bench_end(&a);
}

/* Two operators, or the clocks of two instances. */
static void two_at_once_are_one(void **state)
{
	struct bench a, b;

	(void)state;
	bench_begin(&a);
	bench_join(&b, &a);
	dropped.times = 0;
	hub_drop(a.hub, HUB_SESSION, "test", on_dropped, NULL);
	hub_drop(b.hub, HUB_SESSION, "test", on_dropped, NULL);
	bench_pass(&a, 3000);
	assert_int_equal(dropped.times, 2);
	assert_int_equal(dropped.err, OK);
	expect_gone(&a);
	expect_gone(&b);
	bench_part(&b);
	bench_end(&a);
}

/* The log is dropped and the list could not be told: asking again finishes it. */
static void half_of_a_drop_is_finished_by_the_next(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b);
	b.read.refused = true;
	assert_int_equal(drop(&b, HUB_SESSION), ERR_UNAVAILABLE);
	b.read.refused = false;
	assert_string_equal(memory_epoch(b.memory, HUB_LOG), STORE_DROPPED_EPOCH);
	assert_true(is_listed(&b));
	assert_int_equal(drop(&b, HUB_SESSION), OK);
	bench_pass(&b, 3000);
	expect_gone(&b);
	bench_end(&b);
}

/* The list says several things of it, and some are still to be erased: asking again finds it. */
static void what_is_left_in_the_list_is_found_again(void **state)
{
	struct bench b;
	struct screen ana;

	(void)state;
	for (size_t done = 1; done < 4; done++) {
		bench_begin(&b);
		screen_come(&ana, &b, "Ana", ROLE_ORGANIZER);
		screen_ask(&ana, "{\"command\":\"session.phase\",\"n\":1,\"phase\":\"welcome\"}");
		bench_pass(&b, 100);
		screen_ask(&ana, "{\"command\":\"session.phase\",\"n\":2,\"phase\":\"brief\"}");
		bench_pass(&b, 100);
		screen_go(&ana);
		assert_int_equal(memory_head(b.memory, DIRECTORY_LOG), 3);
		b.erases = done; /* of the log, and of those */
		b.erase.refused = true;
		assert_int_equal(drop(&b, HUB_SESSION), ERR_UNAVAILABLE);
		b.erase.refused = false;
		bench_restart(&b);
		assert_true(list_has(&b, "A session"));
		assert_int_equal(drop(&b, HUB_SESSION), OK);
		bench_pass(&b, 3000);
		expect_gone(&b);
		bench_end(&b);
	}
}

static void on_planned(void *arg, enum err err)
{
	*(enum err *)arg = err;
}

static void plan_another(struct bench *of, struct bench *b)
{
	enum err err = ERR_UNKNOWN;

	hub_plan(b->hub,
		 json_pack("{s:s, s:s, s:s, s:s, s:[s], s:[], s:i, s:i, s:b, s:s}", "command",
			   "session.open", "session", "y", "title", "Another", "format", "free",
			   "languages", "en", "areas", "start", 1, "end", 2, "open", 1, "rooms_by",
			   "staff"),
		 on_planned, &err);
	bench_pass(of, 2000);
	assert_int_equal(err, OK);
}

/* What was to be put of it when it was dropped elsewhere, and may not have been, is not put again.
 */
static void nothing_is_put_of_it_afterwards(void **state)
{
	struct bench a, b;
	struct screen ben;

	(void)state;
	bench_begin(&a);
	bench_join(&b, &a);
	screen_come(&ben, &b, "Ben", ROLE_ORGANIZER);
	screen_ask(&ben, "{\"command\":\"session.phase\",\"n\":1,\"phase\":\"welcome\"}");
	bench_turn(&b);
	a.append.lost = true; /* for both */
	bench_store(&b);
	a.append.lost = false;
	assert_int_equal(drop(&a, HUB_SESSION), OK);
	bench_pass(&a, MEMORY_PATIENCE_MS);
	plan_another(&a, &b);
	screen_go(&ben);
	bench_pass(&a, 3000);
	assert_false(is_listed(&a) || is_listed(&b));
	assert_false(list_has(&a, "A session"));
	assert_true(list_has(&a, "Another"));
	bench_part(&b);
	bench_end(&a);
}

/* It is read anew for what was erased in it, and balancers ask meanwhile. */
static void the_list_is_there_all_the_time(void **state)
{
	struct bench b;

	(void)state;
	bench_begin(&b);
	plan_another(&b, &b);
	b.read.delay_ms = 30;
	dropped.times = 0;
	hub_drop(b.hub, HUB_SESSION, "test", on_dropped, NULL);
	for (int i = 0; i < 100; i++) {
		bench_pass(&b, 10);
		assert_true(hub_ready(b.hub) && directory_find(hub_directory(b.hub), "y"));
		assert_true(!dropped.times || !is_listed(&b));
	}
	assert_int_equal(dropped.times, 1);
	bench_end(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_session_is_dropped_whole),
	cmocka_unit_test(no_other_instance_keeps_it),
	cmocka_unit_test(two_at_once_are_one),
	cmocka_unit_test(half_of_a_drop_is_finished_by_the_next),
	cmocka_unit_test(what_is_left_in_the_list_is_found_again),
	cmocka_unit_test(nothing_is_put_of_it_afterwards),
	cmocka_unit_test(the_list_is_there_all_the_time),
};

const struct unit_group hub_drop_group = UNIT_GROUP("hub_drop", tests);
