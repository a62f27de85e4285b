/* The promises of store.h about what is erased, and what is dropped. */
#include "tests/store/contract.h"

#include <string.h>

#include "tests/lib/seat.h"

#define SEAT(i) bench_seat(*state, i)

/* --- 5: chains and stubs --- */

static void p5_erase_leaves_the_stub(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 9);
	assert_int_equal(erase(s, "a", 4, "stub")->err, OK);
	struct reply *r = read_log(s, "a", 3, 5);
	assert_int_equal(r->err, OK);
	strcpy(epoch, r->epoch);
	assert_string_equal(r->records[0].text, "a 3");
	assert_string_equal(r->records[1].text, "stub");
	assert_string_equal(r->records[2].text, "a 5");
	append_many(s, "a", epoch, 10, 12); /* the chain goes on */
	seat_close(s);
	s = SEAT(0);
	r = read_log(s, "a", 1, 20);
	assert_int_equal(r->n_records, 12);
	assert_string_equal(r->records[3].text, "stub");
}

static void p5_erase_may_be_asked_twice(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 3);
	assert_int_equal(erase(s, "a", 3, "one")->err, OK);
	assert_int_equal(erase(s, "a", 3, "a much longer stub than before")->err, OK);
	struct reply *r = read_log(s, "a", 1, 3);
	assert_int_equal(r->err, OK);
	assert_string_equal(r->records[2].text, "a much longer stub than before");
	strcpy(epoch, r->epoch);
	append_many(s, "a", epoch, 4, 4);
	assert_int_equal(read_log(s, "a", 1, 4)->err, OK);
}

/* It is another history for whoever has read the one before: everybody's, not only the eraser's. */
static void p5_whoever_follows_is_told_of_an_erasure(void **state)
{
	struct bench *b = *state;
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1], next[STORE_EPOCH_MAX + 1];
	size_t n = b->kind->n_seats;

	append_many(s, "a", epoch, 1, 9);
	for (size_t i = 0; i < n; i++) {
		seat_follow(SEAT(i), "a", 0);
		bench_until_told(SEAT(i), 10);
		forget(SEAT(i));
	}
	assert_int_equal(erase(s, "a", 4, "stub")->err, OK);
	strcpy(next, read_log(s, "a", 1, 1)->epoch);
	assert_string_not_equal(next, epoch);
	for (size_t i = 0; i < n; i++) {
		bench_until_news(SEAT(i), "a", STORE_RESET);
		assert_string_equal(SEAT(i)->told[0].epoch, next);
		forget(SEAT(i));
		seat_follow(SEAT(i), "a", 0);
		bench_until_told(SEAT(i), 10);
		assert_string_equal(SEAT(i)->told[3].text, "stub");
		assert_int_equal(SEAT(i)->told[9].news, STORE_LIVE);
	}
	struct reply *r = append(s, "a", epoch, 10, 1, "a 10");
	assert_int_equal(r->err, ERR_CONFLICT);
	assert_string_equal(r->epoch, next);
	assert_int_equal(r->n_records, 0);
	append_many(s, "a", next, 10, 10);
	bench_until_told(SEAT(n - 1), 11);
	assert_int_equal(count_news(SEAT(n - 1), "a", STORE_RESET), 0); /* once is enough */
}

static void p5_erase_what_is_not_there(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 3);
	assert_int_equal(erase(s, "a", 4, "x")->err, ERR_NOT_FOUND);
	assert_int_equal(erase(s, "a", 0, "x")->err, ERR_NOT_FOUND);
	assert_int_equal(erase(s, "b", 1, "x")->err, ERR_NOT_FOUND);
	assert_int_equal(read_log(s, "a", 1, 9)->n_records, 3);
}

/* --- 7: what was dropped --- */

static void expect_gone(struct seat *s, const char *log, const char *epoch, uint64_t next)
{
	struct reply *r = read_log(s, log, 1, UINT64_MAX);

	assert_int_equal(r->err, ERR_NOT_FOUND);
	assert_int_equal(r->n_records, 0);
	assert_int_equal(append(s, log, epoch, next, 1, "x")->err, ERR_NOT_FOUND);
	assert_int_equal(append(s, log, "", 1, 1, "x")->err, ERR_NOT_FOUND);
	assert_int_equal(append(s, log, STORE_DROPPED_EPOCH, 1, 1, "x")->err, ERR_NOT_FOUND);
	assert_int_equal(erase(s, log, 1, "x")->err, ERR_NOT_FOUND);
	forget(s);
	seat_follow(s, log, 0);
	bench_until_told(s, 1);
	assert_int_equal(s->told[0].news, STORE_DROPPED);
}

static void p7_a_dropped_log_is_gone_and_the_others_stay(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1], others[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, STORE_SLICE + 200);
	append_many(s, "b", others, 1, 300);
	assert_int_equal(drop(s, "a")->err, OK);
	expect_gone(s, "a", epoch, STORE_SLICE + 201);
	struct reply *r = read_log(s, "b", 1, 999);
	assert_int_equal(r->n_records, 300);
	assert_string_equal(r->epoch, others);
	seat_close(s);
	s = SEAT(0);
	expect_gone(s, "a", epoch, STORE_SLICE + 201);
	append_many(s, "b", others, 301, 302);
	forget(s);
	seat_follow(s, "b", 0);
	bench_until_told(s, 303);
	expect_events(s, "b", 0, 302);
}

static void p7_whoever_follows_is_told_of_a_drop(void **state)
{
	struct bench *b = *state;
	char epoch[STORE_EPOCH_MAX + 1];
	size_t n = b->kind->n_seats;

	append_many(SEAT(0), "a", epoch, 1, 9);
	for (size_t i = 0; i < n; i++) {
		seat_follow(SEAT(i), "a", i); /* from the start, or holding less */
		bench_until_told(SEAT(i), 10 - i);
	}
	assert_int_equal(drop(SEAT(n - 1), "a")->err, OK);
	for (size_t i = 0; i < n; i++) {
		bench_until_news(SEAT(i), "a", STORE_DROPPED);
		assert_int_equal(SEAT(i)->n_told, 11 - i); /* that is the last one */
		assert_int_equal(append(SEAT(i), "a", epoch, 10, 1, "x")->err, ERR_NOT_FOUND);
	}
}

static void p7_an_empty_log_that_is_followed_is_dropped_too(void **state)
{
	struct seat *s = SEAT(0);

	seat_follow(s, "a", 0);
	bench_until_news(s, "a", STORE_LIVE);
	assert_int_equal(drop(s, "a")->err, OK);
	bench_until_news(s, "a", STORE_DROPPED);
	expect_gone(s, "a", "other", 1);
}

static void p7_drop_may_be_asked_twice(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];
	struct reply one, two;

	append_many(s, "a", epoch, 1, 3);
	ask_drop(s, "a", &one);
	ask_drop(s, "a", &two);
	bench_until(s->bench, &one.came);
	bench_until(s->bench, &two.came);
	assert_int_equal(one.err, OK);
	assert_int_equal(two.err, OK);
	assert_int_equal(drop(s, "a")->err, OK);
	expect_gone(s, "a", epoch, 4);
}

static void p7_what_is_asked_behind_a_drop_is_refused(void **state)
{
	struct seat *s = SEAT(0);
	const char *text = "a 4";
	char epoch[STORE_EPOCH_MAX + 1];
	struct reply before, dropped, after;

	append_many(s, "a", epoch, 1, 3);
	ask_append(s, "a", epoch, 4, 1, &text, &before);
	ask_drop(s, "a", &dropped);
	ask_append(s, "a", epoch, 5, 1, &text, &after);
	bench_until(s->bench, &before.came);
	bench_until(s->bench, &dropped.came);
	bench_until(s->bench, &after.came);
	assert_true(before.err == OK || before.err == ERR_NOT_FOUND);
	assert_int_equal(dropped.err, OK);
	assert_int_equal(after.err, ERR_NOT_FOUND);
	expect_gone(s, "a", epoch, 5);
}

const struct contract_case contract_erase_cases[] = {
	CASE(p5_erase_leaves_the_stub),
	CASE(p5_whoever_follows_is_told_of_an_erasure),
	CASE(p5_erase_may_be_asked_twice),
	CASE(p5_erase_what_is_not_there),
	CASE(p7_a_dropped_log_is_gone_and_the_others_stay),
	CASE(p7_whoever_follows_is_told_of_a_drop),
	CASE(p7_an_empty_log_that_is_followed_is_dropped_too),
	CASE(p7_drop_may_be_asked_twice),
	CASE(p7_what_is_asked_behind_a_drop_is_refused),
};
const size_t n_contract_erase_cases =
	sizeof(contract_erase_cases) / sizeof(contract_erase_cases[0]);
