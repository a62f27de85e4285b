/* SQLite's file is brought back from a copy, or taken elsewhere: what it holds is another history.
 * Closed and opened again it is the same one. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/store/sqlite.h"
#include "tests/lib/seat.h"
#include "tests/store/contract.h"
#include "tests/store/sqlite_file.h"

#define SEAT(i) bench_seat(*state, i)

struct epochs {
	char a[STORE_EPOCH_MAX + 1], b[STORE_EPOCH_MAX + 1];
};

static void told_nothing(void *arg, const struct store_notice *n)
{
	(void)arg;
	(void)n;
}

/* Notes which history it holds with each transaction that comes a millisecond after another. */
static struct seat *open_noting(struct bench *b)
{
	static const struct sqlite_options often = { .note_ms = 1 };
	struct seat *s = &b->seats[0];
	char why[256] = "";

	*s = (struct seat){ .bench = b };
	assert_int_equal(sqlite_open(&b->loop, file_path(b, ""), &often, told_nothing, NULL,
				     &s->store, why, sizeof(why)),
			 OK);
	return s;
}

/* Opens it, reads all, and closes it. */
static struct epochs epochs_now(void **state, uint64_t n_a)
{
	struct seat *s = SEAT(0);
	struct epochs e;
	struct reply *r = read_log(s, "a", 1, 100);

	assert_int_equal(r->err, OK);
	assert_int_equal(r->n_records, n_a);
	strcpy(e.a, r->epoch);
	r = read_log(s, "b", 1, 100);
	assert_int_equal(r->n_records, 30);
	strcpy(e.b, r->epoch);
	seat_close(s);
	return e;
}

static void expect_anew(const struct epochs *before, const struct epochs *now)
{
	assert_string_not_equal(before->a, now->a);
	assert_string_not_equal(before->b, now->b);
	assert_string_not_equal(now->a, now->b);
}

/* Two more records, with a note in between, so that a copy of before is an old one. */
static void go_on(void **state, const char *epoch)
{
	struct seat *s = open_noting(*state);

	for (uint64_t seq = 41; seq <= 44; seq++) {
		assert_int_equal(append(s, "a", epoch, seq, 1, "more")->err, OK);
		usleep(2000);
	}
	seat_close(s);
}

static void the_same_file_is_the_same_history(void **state)
{
	struct epochs before, now;

	file_two_logs(state);
	before = epochs_now(state, 40);
	go_on(state, before.a);
	now = epochs_now(state, 44);
	assert_string_equal(before.a, now.a);
	assert_string_equal(before.b, now.b);
}

static void a_copy_put_over_it_is_another(void **state)
{
	struct epochs before, now, again;
	size_t len;
	char *copy;

	file_two_logs(state);
	before = epochs_now(state, 40);
	copy = file_read(file_path(*state, ""), &len);
	go_on(state, before.a);
	file_write(file_path(*state, ""), copy, len); /* the inode stays */
	free(copy);
	now = epochs_now(state, 40);
	expect_anew(&before, &now);
	again = epochs_now(state, 40);
	assert_string_equal(now.a, again.a);
	assert_string_equal(now.b, again.b);
}

static void a_copy_of_a_file_in_use_is_another(void **state)
{
	struct epochs before, now;
	char sql[256], saved[160];
	struct seat *s;
	size_t len;
	char *copy;

	file_two_logs(state);
	before = epochs_now(state, 40);
	snprintf(saved, sizeof(saved), "%s", file_path(*state, ".saved"));
	snprintf(sql, sizeof(sql), "VACUUM INTO '%s'", saved);
	s = open_noting(*state);
	file_edit(*state, sql);
	for (uint64_t seq = 41; seq <= 44; seq++) {
		usleep(2000);
		assert_int_equal(append(s, "a", before.a, seq, 1, "more")->err, OK);
	}
	seat_close(s);
	copy = file_read(saved, &len);
	file_write(file_path(*state, ""), copy, len);
	free(copy);
	now = epochs_now(state, 40);
	expect_anew(&before, &now);
}

static void a_file_put_in_its_place_is_another(void **state)
{
	struct epochs before, now;
	char aside[160];
	size_t len;
	char *copy;

	file_two_logs(state);
	before = epochs_now(state, 40);
	copy = file_read(file_path(*state, ""), &len);
	snprintf(aside, sizeof(aside), "%s", file_path(*state, ".aside"));
	file_write(aside, copy, len);
	free(copy);
	assert_int_equal(rename(aside, file_path(*state, "")), 0);
	now = epochs_now(state, 40);
	expect_anew(&before, &now);
}

static void a_file_without_its_note_is_another(void **state)
{
	struct epochs before, now;

	file_two_logs(state);
	before = epochs_now(state, 40);
	assert_int_equal(unlink(file_path(*state, ".lock")), 0);
	now = epochs_now(state, 40);
	expect_anew(&before, &now);
}

/* What was dropped stays so, what is damaged is found so, and others are not kept from going on. */
static void what_is_no_sound_log_stays_as_it_is(void **state)
{
	struct epochs before;
	struct reply *r;
	struct seat *s;

	file_two_logs(state);
	before = epochs_now(state, 40);
	s = SEAT(0);
	assert_int_equal(append(s, "c", "", 1, 1, "c 1")->err, OK);
	assert_int_equal(drop(s, "c")->err, OK);
	seat_close(s);
	file_edit(*state, "UPDATE logs SET head = 35 WHERE name = 'a'");
	assert_int_equal(unlink(file_path(*state, ".lock")), 0);
	s = SEAT(0);
	assert_int_equal(read_log(s, "a", 1, 100)->err, ERR_DAMAGED);
	assert_int_equal(read_log(s, "c", 1, 100)->err, ERR_NOT_FOUND);
	assert_int_equal(append(s, "c", "", 1, 1, "again")->err, ERR_NOT_FOUND);
	r = read_log(s, "b", 1, 100);
	assert_int_equal(r->n_records, 30);
	assert_string_not_equal(r->epoch, before.b);
}

const struct contract_case history_cases[] = {
	CASE(the_same_file_is_the_same_history),  CASE(a_copy_put_over_it_is_another),
	CASE(a_copy_of_a_file_in_use_is_another), CASE(a_file_put_in_its_place_is_another),
	CASE(a_file_without_its_note_is_another), CASE(what_is_no_sound_log_stays_as_it_is),
};
const size_t n_history_cases = sizeof(history_cases) / sizeof(history_cases[0]);
