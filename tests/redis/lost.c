/* What a log lost, whoever held it gives back, at the same positions, byte for byte; or it is
 * another history, and said to be one. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/redis/redis.h"

/* All of the data, aside or back. */
static void copy_data(struct bench *b, bool back)
{
	char command[400];

	snprintf(command, sizeof(command), "cd '%s' && rm -rf %s && cp -a %s %s", SERVER(b)->dir,
		 back ? "appendonlydir" : "../old", back ? "../old" : "appendonlydir",
		 back ? "appendonlydir" : "../old");
	assert_int_equal(system(command), 0);
}

/* Yesterday's data come back. */
static void bring_back_old(struct bench *b)
{
	char dir[sizeof(SERVER(b)->dir)];

	snprintf(dir, sizeof(dir), "%s", SERVER(b)->dir);
	redis_server_end(SERVER(b), SIGKILL);
	copy_data(b, true);
	redis_server_start(SERVER(b), dir, NULL);
}

static void expect_log(struct seat *s, uint64_t head, const char *not_epoch)
{
	char text[24];
	struct reply *r = read_log(s, "a", 1, UINT64_MAX);

	assert_int_equal(r->err, OK);
	assert_string_not_equal(r->epoch, not_epoch);
	assert_int_equal(r->n_records, head);
	for (size_t i = 0; i < head; i++) {
		snprintf(text, sizeof(text), "a %zu", i + 1);
		assert_string_equal(r->records[i].text, text);
	}
}

static void an_older_copy_is_another_history(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1], old[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 5);
	strcpy(old, epoch);
	copy_data(s->bench, false);
	append_many(s, "a", epoch, 6, 9);
	bring_back_old(s->bench);
	run_for(s->bench, 1000);
	expect_log(s, 5, old);
	struct reply *r = append(s, "a", old, 10, 1, "x");
	assert_int_equal(r->err, ERR_CONFLICT);
	assert_string_not_equal(r->epoch, old);
}

static void a_lost_tail_is_given_back(void **state)
{
	struct seat *s = SEAT(0), *t = SEAT(1);
	char epoch[STORE_EPOCH_MAX + 1], old[STORE_EPOCH_MAX + 1];
	struct pulse pulse;

	append_many(s, "a", epoch, 1, 5);
	strcpy(old, epoch);
	seat_follow(s, "a", 0);
	seat_follow(t, "a", 0);
	copy_data(s->bench, false);
	append_many(s, "a", epoch, 6, 9);
	bench_until_told(s, 10);
	bench_until_told(t, 10);
	seat_unfollow(t, "a");
	forget(t);
	seat_follow(t, "a", 9); /* holds nothing, and knows which history it is of */
	bench_until_news(t, "a", STORE_LIVE);
	pulse_start(&pulse, s->bench);
	bring_back_old(s->bench);
	bench_until_news(s, "a", STORE_RESET);
	bench_until_news(t, "a", STORE_RESET);
	pulse_stop(&pulse);
	expect_log(s, 9, old);
	n_restored += 4;
	forget(t);
	seat_follow(t, "a", 0);
	bench_until_news(t, "a", STORE_LIVE);
	expect_events(t, "a", 0, 9);
}

static void new_records_wait_two_seconds(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];
	uint64_t start;
	struct reply *r;

	append_many(s, "a", epoch, 1, 3);
	restart(s->bench);
	while ((r = read_log(s, "a", 1, 9))->err != OK)
		;
	start = uv_hrtime() / 1000000;
	strcpy(epoch, r->epoch);
	r = append(s, "b", "", 1, 1, "b 1"); /* a new log has nothing to wait for */
	assert_int_equal(r->err, OK);
	assert_true(uv_hrtime() / 1000000 - start < 1000);
	do
		r = append(s, "a", epoch, 4, 1, "a 4");
	while (r->err == ERR_UNAVAILABLE);
	assert_int_equal(r->err, OK);
	assert_in_range(uv_hrtime() / 1000000 - start, 1500, 6000);
}

/* All is gone, and one who follows holds all of it. */
static void a_flushed_log_is_given_back(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];
	struct pulse pulse;

	append_many(s, "a", epoch, 1, 300);
	seat_follow(s, "a", 0);
	bench_until_told(s, 301);
	assert_string_equal(redis_server_say(SERVER(s->bench), "FLUSHALL", NULL), "OK");
	pulse_start(&pulse, s->bench);
	bench_until_news(s, "a", STORE_RESET);
	pulse_stop(&pulse);
	expect_log(s, 300, epoch);
	n_restored += 300;
}

static void what_nobody_holds_is_gone_and_said(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1], old[STORE_EPOCH_MAX + 1];
	struct pulse pulse;

	append_many(s, "a", epoch, 1, STORE_SLICE + 200);
	strcpy(old, epoch);
	seat_follow(s, "a", 0);
	bench_until_told(s, STORE_SLICE + 201);
	redis_server_say(SERVER(s->bench), "FLUSHALL", NULL);
	pulse_start(&pulse, s->bench);
	bench_until_news(s, "a", STORE_RESET);
	pulse_stop(&pulse);
	assert_int_equal(read_log(s, "a", 1, 9)->err, ERR_NOT_FOUND);
	append_many(s, "a", epoch, 1, 3);
	assert_string_not_equal(epoch, old);
}

/* Who wrote first stands; the lost ones are not put anywhere else. */
static void never_two_histories(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1], other[STORE_EPOCH_MAX + 1];
	struct pulse pulse;

	append_many(s, "a", epoch, 1, 4);
	seat_follow(s, "a", 0);
	bench_until_told(s, 5);
	redis_server_say(SERVER(s->bench), "FLUSHALL", NULL);
	assert_int_equal(append(SEAT(1), "a", "", 1, 1, "mine")->err, OK);
	pulse_start(&pulse, s->bench);
	bench_until_news(s, "a", STORE_RESET);
	pulse_stop(&pulse);
	struct reply *r = read_log(s, "a", 1, 9);
	assert_int_equal(r->n_records, 1);
	assert_string_equal(r->records[0].text, "mine");
	strcpy(other, r->epoch);
	assert_string_not_equal(other, epoch);
	assert_int_equal(append(s, "a", epoch, 5, 1, "a 5")->err, ERR_CONFLICT);
}

/* All is gone, one who follows holds all of it, and an operator wants it to stay away. */
static void a_dropped_log_is_not_given_back(void **state)
{
	struct seat *s = SEAT(0), *t = SEAT(1);
	char epoch[STORE_EPOCH_MAX + 1];
	struct pulse pulse;

	append_many(s, "a", epoch, 1, 300);
	seat_follow(t, "a", 0);
	bench_until_told(t, 301);
	redis_server_say(SERVER(s->bench), "FLUSHALL", NULL);
	assert_int_equal(drop(s, "a")->err, OK);
	pulse_start(&pulse, s->bench);
	bench_until_news(t, "a", STORE_DROPPED);
	run_for(s->bench, 3000);
	pulse_stop(&pulse);
	assert_int_equal(t->n_told, 302);
	assert_int_equal(read_log(s, "a", 1, 9)->err, ERR_NOT_FOUND);
	assert_int_equal(append(t, "a", epoch, 301, 1, "x")->err, ERR_NOT_FOUND);
	assert_string_equal(redis_server_say(SERVER(s->bench), "EXISTS", "test:log:a", NULL), "0");
}

/* The text of a drop that Redis has forgotten is still held by whoever is just about to offer it.
 */
static void what_is_offered_to_a_dropped_log_is_refused(void **state)
{
	struct seat *s = SEAT(0), *t = SEAT(1);
	char epoch[STORE_EPOCH_MAX + 1];
	struct pulse pulse;

	append_many(s, "a", epoch, 1, 5);
	seat_follow(t, "a", 0);
	bench_until_told(t, 6);
	copy_data(s->bench, false);
	append_many(s, "a", epoch, 6, 9);
	bench_until_told(t, 10);
	bring_back_old(s->bench);
	while (drop(s, "a")->err != OK)
		run_for(s->bench, 50);
	pulse_start(&pulse, s->bench);
	run_for(s->bench, 4000);
	pulse_stop(&pulse);
	if (count_news(t, "a", STORE_RESET)) { /* it was given back before */
		forget(t);
		seat_follow(t, "a", 0);
	}
	bench_until_news(t, "a", STORE_DROPPED);
	assert_int_equal(read_log(s, "a", 1, 9)->err, ERR_NOT_FOUND);
}

const struct redis_case lost_cases[] = {
	CASE(an_older_copy_is_another_history),   CASE(a_lost_tail_is_given_back),
	CASE(new_records_wait_two_seconds),       CASE(a_flushed_log_is_given_back),
	CASE(what_nobody_holds_is_gone_and_said), CASE(never_two_histories),
	CASE(a_dropped_log_is_not_given_back),    CASE(what_is_offered_to_a_dropped_log_is_refused),
};
const size_t n_lost_cases = sizeof(lost_cases) / sizeof(lost_cases[0]);
