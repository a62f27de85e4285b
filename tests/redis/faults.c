/* The server goes, comes back, forgets scripts, does not answer, is damaged. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/redis/redis.h"

#define WRITERS 6

static size_t kills_wanted(void)
{
	return getenv("LONG") ? 60 : 4;
}

static void a_flushed_script_is_sent_again(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 150);
	assert_string_equal(redis_server_say(SERVER(s->bench), "SCRIPT", "FLUSH", NULL), "OK");
	append_many(s, "a", epoch, 151, 300);
	assert_int_equal(read_log(s, "a", 1, UINT64_MAX)->n_records, 300);
}

/* Two instances write into the same logs while the server is killed and started again. */
static void killed_under_load_it_keeps_what_it_acknowledged(void **state)
{
	struct bench *b = *state;
	struct writer writers[WRITERS];
	struct pulse pulse;
	char name[8], log[8];
	size_t lost = 0, doubled = 0;

	pulse_start(&pulse, b);
	for (size_t i = 0; i < WRITERS; i++) {
		snprintf(name, sizeof(name), "w%zu", i);
		snprintf(log, sizeof(log), "log%zu", i % 3);
		writer_start(&writers[i], b, bench_seat(b, i % 2)->store, name, log);
	}
	for (size_t i = 0; i < kills_wanted(); i++) {
		run_for(b, 100 + 37 * (i % 5));
		restart(b);
		n_kills++;
		run_for(b, 2500);
	}
	for (size_t i = 0; i < WRITERS; i++)
		writer_stop(&writers[i]);
	pulse_stop(&pulse);
	for (size_t i = 0; i < WRITERS; i++) {
		writer_check(&writers[i], SEAT(3), &lost, &doubled);
		assert_true(writers[i].epochs >= 1);
		assert_true(writers[i].slowest_ms < 4000);
	}
	n_lost += lost;
	n_doubled += doubled;
	assert_int_equal(lost, 0);
	assert_int_equal(doubled, 0);
}

/* Connections are cut, again and again: what was sent is unknown, and asked for again. */
static void cut_connections_lose_and_double_nothing(void **state)
{
	struct bench *b = *state;
	struct writer one, two;
	struct pulse pulse;

	pulse_start(&pulse, b);
	seat_follow(SEAT(2), "a", 0);
	writer_start(&one, b, SEAT(0)->store, "one", "a");
	writer_start(&two, b, SEAT(1)->store, "two", "a");
	for (int i = 0; i < 12; i++) {
		run_for(b, 90);
		redis_server_say(SERVER(b), "CLIENT", "KILL", "TYPE", i % 2 ? "normal" : "pubsub",
				 NULL);
		if (i == 5)
			redis_server_say(SERVER(b), "SCRIPT", "FLUSH", NULL);
	}
	run_for(b, 300);
	writers_end(&one, &two, SEAT(3));
	assert_true(one.epochs + two.epochs == 0);
	/* And whoever follows hears it all, although the last words may have been lost. */
	bench_until_told(SEAT(2), one.head > two.head ? one.head + 1 : two.head + 1);
	for (size_t i = 0, seq = 0; i < SEAT(2)->n_told; i++)
		if (SEAT(2)->told[i].news == STORE_EVENT)
			assert_int_equal(SEAT(2)->told[i].seq, ++seq);
	pulse_stop(&pulse);
}

static void ask_one(struct seat *s, const char *epoch, uint64_t seq, const char *text,
		    struct reply *r)
{
	ask_append(s, "a", epoch, seq, 1, &text, r);
}

/* A server that is there and does not answer: sent is unknown, and it may still happen. */
static void what_a_frozen_server_was_told_is_unknown(void **state)
{
	struct seat *s = SEAT(0);
	struct bench *b = s->bench;
	char epoch[STORE_EPOCH_MAX + 1];
	struct reply sent, later;
	uint64_t start;

	append_many(s, "a", epoch, 1, 2);
	kill(SERVER(b)->pid, SIGSTOP);
	start = uv_hrtime() / 1000000;
	seat_follow(s, "a", 2); /* so that the chain is not asked for first */
	ask_one(s, epoch, 3, "a 3", &sent);
	run_for(b, 400);
	bench_until(b, &sent.came);
	ask_one(s, epoch, 3, "a 3", &later);
	bench_until(b, &later.came);
	assert_true(uv_hrtime() / 1000000 - start < 6000);
	kill(SERVER(b)->pid, SIGCONT);
	assert_true(sent.err == ERR_UNKNOWN || sent.err == ERR_UNAVAILABLE);
	assert_int_equal(later.err, ERR_UNAVAILABLE);
	run_for(b, 1200);
	ask_one(s, epoch, 3, "a 3", &later);
	bench_until(b, &later.came);
	assert_true(later.err == OK || later.err == ERR_CONFLICT);
	assert_int_equal(read_log(s, "a", 1, 9)->n_records, 3);
	reply_free(&later);
}

static void without_a_server_nothing_happens_in_time(void **state)
{
	struct seat *s = SEAT(0);
	struct bench *b = s->bench;
	char epoch[STORE_EPOCH_MAX + 1];
	struct reply r;
	uint64_t start;

	append_many(s, "a", epoch, 1, 2);
	assert_null(s->store->trouble);
	redis_server_end(SERVER(b), SIGTERM);
	run_for(b, 100);
	assert_non_null(s->store->trouble);
	start = uv_hrtime() / 1000000;
	ask_one(s, epoch, 3, "a 3", &r);
	bench_until(b, &r.came);
	assert_int_equal(r.err, ERR_UNAVAILABLE);
	assert_true(uv_hrtime() / 1000000 - start < 2500);
	restart(b);
	start = uv_hrtime() / 1000000;
	while (r.err != OK && r.err != ERR_CONFLICT) {
		ask_one(s, epoch, 3, "a 3", &r);
		bench_until(b, &r.came);
	}
	assert_int_equal(r.err, ERR_CONFLICT); /* the epoch is another one */
	assert_true(uv_hrtime() / 1000000 - start < 2000);
	run_for(b, 1000);
	assert_null(s->store->trouble);
	reply_free(&r);
}

static void too_many_questions_are_refused(void **state)
{
	static struct reply replies[5000];
	struct seat *s = SEAT(0);
	size_t refused = 0;

	redis_server_end(SERVER(s->bench), SIGKILL);
	for (size_t i = 0; i < 5000; i++)
		ask_read(s, "a", 1, 1, &replies[i]);
	bench_turn(s->bench);
	for (size_t i = 0; i < 5000; i++)
		refused += replies[i].came;
	assert_in_range(refused, 904, 1000);
	for (size_t i = 0; i < 5000; i++) {
		bench_until(s->bench, &replies[i].came);
		assert_int_equal(replies[i].err, ERR_UNAVAILABLE);
	}
}

/* --- damage --- */

static void expect_broken(struct bench *b, uint64_t sound)
{
	struct seat *s = bench_seat(b, 1);
	struct pulse pulse;

	pulse_start(&pulse, b);
	assert_int_equal(read_log(s, "a", 1, 20)->err, ERR_DAMAGED);
	seat_follow(s, "a", 0);
	bench_until_news(s, "a", STORE_BROKEN);
	expect_events(s, "a", 0, sound);
	pulse_stop(&pulse);
}

static void a_trimmed_stream_is_refused(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];
	struct pulse pulse;

	append_many(s, "a", epoch, 1, 12);
	append_many(s, "b", epoch, 1, 12);
	seat_follow(s, "a", 0);
	bench_until_told(s, 13);
	redis_server_say(SERVER(s->bench), "XTRIM", "test:log:a", "MAXLEN", "5", NULL);
	assert_int_equal(append(s, "a", epoch, 13, 1, "a 13")->err, ERR_DAMAGED);
	expect_broken(s->bench, 0);
	pulse_start(&pulse, s->bench);
	bench_until_news(s, "a", STORE_BROKEN); /* whoever was live finds it by comparing heads */
	pulse_stop(&pulse);
	append_many(s, "b", epoch, 13, 14);
}

/* Somebody writes record 3 anew, all others as they were. */
static void forge(struct bench *b, const char *body)
{
	redis_server_say(SERVER(b), "EVAL",
			 "local all = redis.call('XRANGE', KEYS[1], '-', '+')\n"
			 "redis.call('DEL', KEYS[1])\n"
			 "for i, e in ipairs(all) do\n"
			 "	if i == 3 then e[2][2] = ARGV[1] end\n"
			 "	redis.call('XADD', KEYS[1], e[1], unpack(e[2]))\n"
			 "end",
			 "1", "test:log:a", body, NULL);
}

static void a_changed_body_is_noticed(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 9);
	forge(s->bench, "a three");
	expect_broken(s->bench, 2);
}

/* As many as there must be, but the last one stands elsewhere: whoever reads only from there on
 * gets nothing, and shall not ask for it for ever. */
static void a_record_at_another_place_is_noticed(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 3);
	redis_server_say(
		SERVER(s->bench), "EVAL",
		"local all = redis.call('XRANGE', KEYS[1], '-', '+')\n"
		"redis.call('DEL', KEYS[1])\n"
		"for i, e in ipairs(all) do\n"
		"	redis.call('XADD', KEYS[1], i == 3 and '2-1' or e[1], unpack(e[2]))\n"
		"end",
		"1", "test:log:a", NULL);
	assert_int_equal(read_log(s, "a", 3, 3)->err, ERR_DAMAGED);
	seat_follow(s, "a", 2);
	bench_until_news(s, "a", STORE_BROKEN);
	assert_int_equal(count_news(s, "a", STORE_EVENT), 0);
	expect_broken(s->bench, 2);
}

static void what_is_no_stream_is_refused(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 3);
	redis_server_say(SERVER(s->bench), "SET", "test:log:a", "x", NULL);
	assert_int_equal(read_log(s, "a", 1, 3)->err, ERR_DAMAGED);
	assert_int_equal(append(s, "a", epoch, 4, 1, "a 4")->err, ERR_DAMAGED);
}

/* One log whose key is something else is damaged; those that are asked for in the same breath are
 * compared as ever: here one of them is gone, and another goes on. */
static void harm(struct bench *b, const char *const *words)
{
	struct seat *s = bench_seat(b, 0);
	char epoch[STORE_EPOCH_MAX + 1];
	struct pulse pulse;

	append_many(s, "a", epoch, 1, 3);
	append_many(s, "b", epoch, 1, 3);
	append_many(s, "c", epoch, 1, 3);
	seat_follow(s, "a", 0);
	seat_follow(s, "b", 0);
	seat_follow(s, "c", 0);
	bench_until_told(s, 12);
	redis_server_say(SERVER(b), "DEL", "test:about:b", "test:log:b", NULL);
	redis_server_say(SERVER(b), "DEL", words[1], NULL);
	redis_server_say(SERVER(b), words[0], words[1], words[2], words[3], NULL);
	pulse_start(&pulse, b);
	bench_until_news(s, "a", STORE_BROKEN);
	bench_until_news(s, "b", STORE_RESET);
	pulse_stop(&pulse);
	assert_int_equal(append(s, "c", epoch, 4, 1, "c 4")->err, OK);
	assert_int_equal(count_news(s, "c", STORE_BROKEN) + count_news(s, "c", STORE_RESET), 0);
	assert_int_equal(append(s, "a", epoch, 4, 1, "a 4")->err, ERR_DAMAGED);
	assert_int_equal(erase(s, "a", 3, "stub")->err, ERR_DAMAGED);
	assert_int_equal(drop(s, "a")->err, OK);
	assert_int_equal(read_log(s, "a", 1, 9)->err, ERR_NOT_FOUND);
}

static void a_key_of_another_type_harms_one_log_only(void **state)
{
	harm(*state, (const char *[]){ "SET", "test:log:a", "x", NULL });
}

static void what_is_known_of_a_log_may_be_of_another_type(void **state)
{
	harm(*state, (const char *[]){ "RPUSH", "test:about:a", "x", NULL });
}

static void a_head_that_is_no_number_harms_one_log_only(void **state)
{
	harm(*state, (const char *[]){ "HSET", "test:about:a", "head", "x" });
}

const struct redis_case fault_cases[] = {
	CASE(a_flushed_script_is_sent_again),
	CASE(killed_under_load_it_keeps_what_it_acknowledged),
	CASE(cut_connections_lose_and_double_nothing),
	CASE(what_a_frozen_server_was_told_is_unknown),
	CASE(without_a_server_nothing_happens_in_time),
	CASE(too_many_questions_are_refused),
	CASE(a_trimmed_stream_is_refused),
	CASE(a_changed_body_is_noticed),
	CASE(a_record_at_another_place_is_noticed),
	CASE(what_is_no_stream_is_refused),
	CASE(a_key_of_another_type_harms_one_log_only),
	CASE(what_is_known_of_a_log_may_be_of_another_type),
	CASE(a_head_that_is_no_number_harms_one_log_only),
};
const size_t n_fault_cases = sizeof(fault_cases) / sizeof(fault_cases[0]);
