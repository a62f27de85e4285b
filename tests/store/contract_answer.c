/* The promises of store.h about answers: when they come, and that what they said is kept. */
#include "tests/store/contract.h"

#include <stdio.h>

#include "tests/lib/seat.h"

#define SEAT(i) bench_seat(*state, i)

/* --- 3: nothing calls back from inside a call (asserted by the seats in every test) --- */

static void p3_every_call_returns_first(void **state)
{
	struct seat *s = SEAT(0);
	const char *text = "x";
	struct reply made, taken, read, gone, erased, dropped;
	unsigned before = s->bench->n_callbacks;

	ask_append(s, "a", "", 1, 1, &text, &made);
	ask_append(s, "a", "nonsense", 1, 1, &text, &taken);
	ask_read(s, "a", 1, 1, &read);
	ask_read(s, "none", 1, 1, &gone);
	ask_erase(s, "none", 1, "", &erased);
	ask_drop(s, "b", &dropped);
	seat_follow(s, "a", 0);
	seat_follow(s, "none", 0);
	seat_signal(s, "a", "x");
	assert_int_equal(s->bench->n_callbacks, before);
	bench_until(s->bench, &made.came);
	bench_until(s->bench, &taken.came);
	bench_until(s->bench, &read.came);
	bench_until(s->bench, &gone.came);
	bench_until(s->bench, &erased.came);
	bench_until(s->bench, &dropped.came);
	assert_int_equal(gone.err, ERR_NOT_FOUND);
	assert_int_equal(erased.err, ERR_NOT_FOUND);
	reply_free(&read);
	reply_free(&taken);
}

static void append_in_done(void *arg, const struct store_answer *a)
{
	struct reply *next = arg;
	const char *text = "a 2";

	assert_int_equal(next->seat->bench->in_call, 0);
	ask_append(next->seat, "a", a->epoch, 2, 1, &text, next);
	assert_false(next->came);
}

static void p3_asking_from_inside_of_an_answer(void **state)
{
	struct seat *s = SEAT(0);
	struct reply next = { .seat = s };
	struct msg *body = msg_new("a 1", 3);

	store_append(s->store, "a", "", 1, &body, 1, append_in_done, &next);
	msg_unref(&body);
	bench_until(s->bench, &next.came);
	assert_int_equal(next.err, OK);
}

/* --- 4: what was answered OK is kept --- */

static void p4_another_handle_finds_everything(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 1234);
	append_many(s, "b", epoch, 1, 7);
	seat_close(s);
	s = SEAT(0);
	struct reply *r = read_log(s, "b", 1, 100);
	assert_int_equal(r->n_records, 7);
	assert_string_equal(r->epoch, epoch);
	seat_follow(s, "a", 0);
	bench_until_told(s, 1235);
	expect_events(s, "a", 0, 1234);
	append_many(s, "b", epoch, 8, 9);
}

static void p4_close_finishes_what_was_asked(void **state)
{
	struct seat *s = SEAT(0);
	const char *text = "late";
	struct reply replies[50];
	char name[16];

	for (size_t i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "log%zu", i);
		ask_append(s, name, "", 1, 1, &text, &replies[i]);
	}
	seat_close(s);
	for (size_t i = 0; i < 50; i++) {
		assert_true(replies[i].came);
		assert_int_equal(replies[i].err, OK);
	}
	for (size_t i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "log%zu", i);
		assert_int_equal(read_log(SEAT(0), name, 1, 1)->n_records, 1);
	}
}

static void p4_close_ends_the_notices(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 3000);
	seat_follow(s, "a", 0);
	bench_until_told(s, 1);
	seat_close(s); /* the seat fails a test that is told something after */
	assert_int_equal(read_log(SEAT(0), "a", 1, 9)->n_records, 9);
}

const struct contract_case contract_answer_cases[] = {
	CASE(p3_every_call_returns_first),        CASE(p3_asking_from_inside_of_an_answer),
	CASE(p4_another_handle_finds_everything), CASE(p4_close_finishes_what_was_asked),
	CASE(p4_close_ends_the_notices),
};
const size_t n_contract_answer_cases =
	sizeof(contract_answer_cases) / sizeof(contract_answer_cases[0]);
