/* The promises of store.h, held against every kind of store. The name of a test begins with the
 * promise it is about. */
#include "tests/store/contract.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/seat.h"

#define SEAT(i) bench_seat(*state, i)

/* --- 1: exact positions, all or none, under that epoch --- */

static void p1_a_new_log_gets_an_epoch(void **state)
{
	struct seat *s = SEAT(0);
	char first[STORE_EPOCH_MAX + 1];
	struct reply *r = append(s, "a", "", 1, 2, "a 1", "a 2");

	assert_int_equal(r->err, OK);
	assert_true(r->epoch[0] != '\0');
	strcpy(first, r->epoch);
	r = append(s, "b", "", 1, 1, "b 1");
	assert_int_equal(r->err, OK);
	assert_string_not_equal(r->epoch, first);
}

static void p1_positions_are_taken_as_asked(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 250);
	struct reply *r = read_log(s, "a", 1, UINT64_MAX);
	assert_int_equal(r->err, OK);
	assert_int_equal(r->n_records, 250);
	for (size_t i = 0; i < 250; i++)
		assert_int_equal(r->records[i].seq, i + 1);
	r = read_log(s, "a", 10, 12);
	assert_int_equal(r->n_records, 3);
	assert_string_equal(r->records[0].text, "a 10");
	assert_string_equal(r->records[2].text, "a 12");
}

static void p1_a_taken_position_conflicts_and_brings_what_lacks(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 5);
	struct reply *r = append(s, "a", epoch, 4, 2, "x", "y");
	assert_int_equal(r->err, ERR_CONFLICT);
	assert_string_equal(r->epoch, epoch);
	assert_int_equal(r->n_records, 2);
	assert_int_equal(r->records[0].seq, 4);
	assert_string_equal(r->records[1].text, "a 5");
	assert_int_equal(read_log(s, "a", 1, 9)->n_records, 5); /* none of the batch */
}

static void p1_a_batch_that_overlaps_the_head_is_refused_whole(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 5);
	struct reply *r = append(s, "a", epoch, 5, 3, "x", "y", "z");
	assert_int_equal(r->err, ERR_CONFLICT);
	assert_int_equal(r->n_records, 1);
	assert_int_equal(read_log(s, "a", 1, 9)->n_records, 5);
}

static void p1_beyond_the_head_conflicts_with_nothing(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 5);
	struct reply *r = append(s, "a", epoch, 7, 1, "x");
	assert_int_equal(r->err, ERR_CONFLICT);
	assert_int_equal(r->n_records, 0);
	assert_int_equal(read_log(s, "a", 1, 9)->n_records, 5);
}

static void p1_another_epoch_conflicts_and_is_told(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 5);
	struct reply *r = append(s, "a", "other", 6, 1, "x");
	assert_int_equal(r->err, ERR_CONFLICT);
	assert_string_equal(r->epoch, epoch);
	assert_int_equal(r->n_records, 0);
	r = append(s, "a", "other", 3, 1, "x"); /* a taken position makes no difference */
	assert_int_equal(r->err, ERR_CONFLICT);
	assert_int_equal(r->n_records, 0);
}

static void p1_an_epoch_for_no_log_conflicts(void **state)
{
	struct seat *s = SEAT(0);
	struct reply *r = append(s, "a", "other", 1, 1, "x");

	assert_int_equal(r->err, ERR_CONFLICT);
	assert_string_equal(r->epoch, "");
	assert_int_equal(read_log(s, "a", 1, 9)->err, ERR_NOT_FOUND);
}

static void p1_who_makes_a_log_second_gets_the_first_ones(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 2);
	struct reply *r = append(s, "a", "", 1, 1, "mine");
	assert_int_equal(r->err, ERR_CONFLICT);
	assert_string_equal(r->epoch, epoch);
	assert_int_equal(r->n_records, 2);
	assert_string_equal(r->records[0].text, "a 1");
}

static void p1_of_two_at_once_one_wins(void **state)
{
	struct seat *s = SEAT(0);
	const char *x = "x", *y = "y";
	struct reply one, two;
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 1);
	ask_append(s, "a", epoch, 2, 1, &x, &one);
	ask_append(s, "a", epoch, 2, 1, &y, &two);
	bench_until(s->bench, &two.came);
	bench_until(s->bench, &one.came);
	assert_int_equal(one.err, OK);
	assert_int_equal(two.err, ERR_CONFLICT);
	assert_true(one.order < two.order);
	assert_int_equal(two.n_records, 1);
	assert_string_equal(two.records[0].text, "x");
	reply_free(&two);
}

static void p1_a_conflict_brings_a_slice_at_most(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, STORE_SLICE + 300);
	struct reply *r = append(s, "a", epoch, 2, 1, "x");
	assert_int_equal(r->err, ERR_CONFLICT);
	assert_int_equal(r->n_records, STORE_SLICE);
	assert_int_equal(r->records[STORE_SLICE - 1].seq, STORE_SLICE + 1);
}

static void p1_bodies_are_bytes(void **state)
{
	struct seat *s = SEAT(0);
	char large[70000];

	memset(large, 'z', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	append(s, "a", "", 1, 3, "", "\xe4\xb8\xad\xe6\x96\x87 \"'\x01;", large);
	struct reply *r = read_log(s, "a", 1, 3);
	assert_int_equal(r->n_records, 3);
	assert_string_equal(r->records[0].text, "");
	assert_string_equal(r->records[1].text, "\xe4\xb8\xad\xe6\x96\x87 \"'\x01;");
	assert_string_equal(r->records[2].text, large);
}

static void p1_names_are_told_apart(void **state)
{
	struct seat *s = SEAT(0);
	char longest[STORE_LOG_MAX + 1], epoch[STORE_EPOCH_MAX + 1];

	memset(longest, 'n', STORE_LOG_MAX);
	longest[STORE_LOG_MAX] = '\0';
	append_many(s, longest, epoch, 1, 3);
	append_many(s, "n", epoch, 1, 2);
	append_many(s, "N", epoch, 1, 1);
	assert_int_equal(read_log(s, longest, 1, 9)->n_records, 3);
	assert_int_equal(read_log(s, "n", 1, 9)->n_records, 2);
	assert_int_equal(read_log(s, "N", 1, 9)->n_records, 1);
}

static void p1_reads_end_where_they_should(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, STORE_SLICE + 5);
	assert_int_equal(read_log(s, "a", 1, UINT64_MAX)->n_records, STORE_SLICE);
	assert_int_equal(read_log(s, "a", STORE_SLICE + 1, UINT64_MAX)->n_records, 5);
	struct reply *r = read_log(s, "a", STORE_SLICE + 6, UINT64_MAX);
	assert_int_equal(r->err, OK);
	assert_int_equal(r->n_records, 0);
	assert_string_equal(r->epoch, epoch);
	assert_int_equal(read_log(s, "none", 1, 2)->err, ERR_NOT_FOUND);
}

/* --- 2: following --- */

static void p2_follow_from_the_start_then_live(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 2500);
	seat_follow(s, "a", 0);
	bench_until_told(s, 2501);
	assert_int_equal(s->told[2500].news, STORE_LIVE);
	assert_string_equal(s->told[2500].epoch, epoch);
	append_many(s, "a", epoch, 2501, 2600);
	bench_until_told(s, 2601);
	expect_events(s, "a", 0, 2600);
	assert_int_equal(count_news(s, "a", STORE_LIVE), 1);
}

static void p2_follow_from_the_middle(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 30);
	seat_follow(s, "a", 17);
	bench_until_told(s, 14);
	expect_events(s, "a", 17, 30);
	assert_int_equal(s->told[13].news, STORE_LIVE);
}

static void p2_follow_from_the_head(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 30);
	seat_follow(s, "a", 30);
	bench_until_told(s, 1);
	assert_int_equal(s->told[0].news, STORE_LIVE);
	append_many(s, "a", epoch, 31, 33);
	bench_until_told(s, 4);
	expect_events(s, "a", 30, 33);
}

static void p2_follow_what_is_not_there_yet(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	seat_follow(s, "a", 0);
	bench_until_told(s, 1);
	assert_int_equal(s->told[0].news, STORE_LIVE);
	assert_string_equal(s->told[0].epoch, "");
	append_many(s, "a", epoch, 1, 3);
	bench_until_told(s, 4);
	expect_events(s, "a", 0, 3);
	assert_string_equal(s->told[1].epoch, epoch);
}

static void p2_appends_while_catching_up(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 3000);
	seat_follow(s, "a", 0);
	append_many(s, "a", epoch, 3001, 3500);
	bench_until_told(s, 3501);
	expect_events(s, "a", 0, 3500);
	assert_int_equal(count_news(s, "a", STORE_LIVE), 1);
}

static void p2_follow_after_more_than_there_is_resets(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 5);
	seat_follow(s, "a", 6);
	bench_until_told(s, 1);
	assert_int_equal(s->told[0].news, STORE_RESET);
	forget(s);
	seat_follow(s, "a", 0); /* it was unfollowed by the reset */
	bench_until_told(s, 6);
	expect_events(s, "a", 0, 5);
}

static void p2_unfollow_is_silence_at_once(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 1500);
	seat_follow(s, "a", 0);
	bench_until_told(s, 1);
	size_t n = s->n_told;
	seat_unfollow(s, "a");
	append_many(s, "a", epoch, 1501, 1600);
	assert_int_equal(s->n_told, n);
	forget(s);
	seat_follow(s, "a", 1000);
	bench_until_told(s, 601);
	expect_events(s, "a", 1000, 1600);
}

static void stop_at_seven(struct seat *s, const struct store_notice *n)
{
	if (n->record.seq == 7)
		seat_unfollow(s, n->log);
}

static void p2_unfollow_from_inside_of_a_notice(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	s->also = stop_at_seven;
	append_many(s, "a", epoch, 1, 20);
	seat_follow(s, "a", 0);
	bench_until_told(s, 7);
	append_many(s, "a", epoch, 21, 22);
	expect_events(s, "a", 0, 7);
}

static void again_at_seven(struct seat *s, const struct store_notice *n)
{
	if (n->record.seq == 7) {
		seat_unfollow(s, n->log);
		forget(s);
		s->also = NULL;
		seat_follow(s, "a", 5);
	}
}

static void p2_follow_again_from_inside_of_a_notice(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	s->also = again_at_seven;
	append_many(s, "a", epoch, 1, 20);
	seat_follow(s, "a", 0);
	bench_until_news(s, "a", STORE_LIVE);
	expect_events(s, "a", 5, 20);
}

static void p2_many_logs_do_not_mix(void **state)
{
	struct seat *s = SEAT(0);
	char name[16], epoch[STORE_EPOCH_MAX + 1];

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "log%d", i);
		seat_follow(s, name, 0);
	}
	bench_until_told(s, 40);
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "log%d", i);
		append_many(s, name, epoch, 1, (uint64_t)i + 1);
	}
	bench_until_told(s, 40 + 40 * 41 / 2);
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "log%d", i);
		expect_events(s, name, 0, (uint64_t)i + 1);
	}
}

static void p2_all_seats_hear_all(void **state)
{
	struct bench *b = *state;
	char epoch[STORE_EPOCH_MAX + 1];

	for (size_t i = 0; i < b->kind->n_seats; i++)
		seat_follow(bench_seat(b, i), "a", 0);
	append_many(bench_seat(b, 0), "a", epoch, 1, 150);
	append_many(bench_seat(b, b->kind->n_seats - 1), "a", epoch, 151, 300);
	for (size_t i = 0; i < b->kind->n_seats; i++) {
		bench_until_told(bench_seat(b, i), 301);
		expect_events(bench_seat(b, i), "a", 0, 300);
	}
}

static void p2_a_signal_goes_to_the_others(void **state)
{
	struct bench *b = *state;
	size_t n = b->kind->n_seats;
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(SEAT(0), "a", epoch, 1, 1);
	for (size_t i = 0; i < n; i++) {
		seat_follow(bench_seat(b, i), "a", 0);
		bench_until_told(bench_seat(b, i), 2);
	}
	seat_signal(SEAT(0), "a", "typing");
	append_many(SEAT(0), "a", epoch, 2, 2);
	for (size_t i = 0; i < n; i++) {
		bench_until_told(bench_seat(b, i), i == 0 ? 3 : 4);
		assert_int_equal(count_news(bench_seat(b, i), "a", STORE_SIGNAL), i == 0 ? 0 : 1);
	}
}

static void p2_ticks_repeat_nothing(void **state)
{
	struct bench *b = *state;
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 3);
	seat_follow(s, "a", 0);
	for (int i = 0; i < 20; i++) {
		bench_tick(b, 1000);
		bench_turn(b);
	}
	bench_until_told(s, 4);
	append_many(s, "a", epoch, 4, 4);
	for (int i = 0; i < 20; i++) {
		bench_tick(b, 1000);
		bench_turn(b);
	}
	bench_until_told(s, 5);
	expect_events(s, "a", 0, 4);
	assert_int_equal(s->n_told, 5);
}

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

/* --- 6: epochs --- */

static void p6_an_epoch_stays(void **state)
{
	struct seat *s = SEAT(0);
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 3);
	seat_close(s);
	s = SEAT(0);
	assert_string_equal(read_log(s, "a", 1, 9)->epoch, epoch);
	seat_follow(s, "a", 3);
	bench_until_told(s, 1);
	assert_string_equal(s->told[0].epoch, epoch);
}

static void p6_a_hundred_epochs_differ(void **state)
{
	struct seat *s = SEAT(0);
	char name[16], epochs[100][STORE_EPOCH_MAX + 1];

	for (size_t i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "log%zu", i);
		append_many(s, name, epochs[i], 1, 1);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(epochs[i], epochs[j]);
	}
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

const struct contract_case contract_cases[] = {
	CASE(p1_a_new_log_gets_an_epoch),
	CASE(p1_positions_are_taken_as_asked),
	CASE(p1_a_taken_position_conflicts_and_brings_what_lacks),
	CASE(p1_a_batch_that_overlaps_the_head_is_refused_whole),
	CASE(p1_beyond_the_head_conflicts_with_nothing),
	CASE(p1_another_epoch_conflicts_and_is_told),
	CASE(p1_an_epoch_for_no_log_conflicts),
	CASE(p1_who_makes_a_log_second_gets_the_first_ones),
	CASE(p1_of_two_at_once_one_wins),
	CASE(p1_a_conflict_brings_a_slice_at_most),
	CASE(p1_bodies_are_bytes),
	CASE(p1_names_are_told_apart),
	CASE(p1_reads_end_where_they_should),
	CASE(p2_follow_from_the_start_then_live),
	CASE(p2_follow_from_the_middle),
	CASE(p2_follow_from_the_head),
	CASE(p2_follow_what_is_not_there_yet),
	CASE(p2_appends_while_catching_up),
	CASE(p2_follow_after_more_than_there_is_resets),
	CASE(p2_unfollow_is_silence_at_once),
	CASE(p2_unfollow_from_inside_of_a_notice),
	CASE(p2_follow_again_from_inside_of_a_notice),
	CASE(p2_many_logs_do_not_mix),
	CASE(p2_all_seats_hear_all),
	CASE(p2_a_signal_goes_to_the_others),
	CASE(p2_ticks_repeat_nothing),
	CASE(p3_every_call_returns_first),
	CASE(p3_asking_from_inside_of_an_answer),
	CASE(p4_another_handle_finds_everything),
	CASE(p4_close_finishes_what_was_asked),
	CASE(p4_close_ends_the_notices),
	CASE(p5_erase_leaves_the_stub),
	CASE(p5_whoever_follows_is_told_of_an_erasure),
	CASE(p5_erase_may_be_asked_twice),
	CASE(p5_erase_what_is_not_there),
	CASE(p6_an_epoch_stays),
	CASE(p6_a_hundred_epochs_differ),
	CASE(p7_a_dropped_log_is_gone_and_the_others_stay),
	CASE(p7_whoever_follows_is_told_of_a_drop),
	CASE(p7_an_empty_log_that_is_followed_is_dropped_too),
	CASE(p7_drop_may_be_asked_twice),
	CASE(p7_what_is_asked_behind_a_drop_is_refused),
};
const size_t n_contract_cases = sizeof(contract_cases) / sizeof(contract_cases[0]);
