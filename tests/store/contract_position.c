/* The promises of store.h about positions and epochs: a record is where it was asked for, or not at
 * all. */
#include "tests/store/contract.h"

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

const struct contract_case contract_position_cases[] = {
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
	CASE(p6_an_epoch_stays),
	CASE(p6_a_hundred_epochs_differ),
};
const size_t n_contract_position_cases =
	sizeof(contract_position_cases) / sizeof(contract_position_cases[0]);
