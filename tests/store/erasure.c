/* What was erased or dropped stands in none of SQLite's files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/seat.h"
#include "tests/store/contract.h"
#include "tests/store/sqlite_file.h"

#define SEAT(i) bench_seat(*state, i)

static void erased_text_is_in_no_file(void **state)
{
	struct bench *b = *state;
	struct seat *s = SEAT(0);
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char large[20001], epoch[STORE_EPOCH_MAX + 1];
	size_t len;

	/* Many logs that grow in turns, so that rows lie as they lie in a house that is lived in.
	 */
	for (uint64_t i = 1; i <= 200; i++) {
		append_many(s, "x", epoch, i, i);
		if (i != 100)
			continue;
		for (size_t at = 0; at < 20000; at += 8)
			memcpy(large + at, "SECRET2.", 8);
		large[20000] = '\0';
		append(s, "a", "", 1, 3, "before", "SECRET1 between two", large);
	}
	seat_close(s);
	s = SEAT(0);
	char *bytes = file_read(file_path(b, ""), &len); /* the test can find what is there */
	assert_non_null(memmem(bytes, len, "SECRET1", 7));
	assert_non_null(memmem(bytes, len, "SECRET2.", 8));
	free(bytes);
	assert_int_equal(erase(s, "a", 2, "{}")->err, OK);
	assert_int_equal(erase(s, "a", 3, "a stub that is longer than some")->err, OK);
	for (size_t i = 0; i < 3; i++) {
		bytes = file_read(file_path(b, suffixes[i]), &len);
		if (bytes) {
			assert_null(memmem(bytes, len, "SECRET1", 7));
			assert_null(memmem(bytes, len, "SECRET2", 7));
			assert_null(memmem(bytes, len, "ECRET", 5));
		}
		free(bytes);
	}
	struct reply *r = read_log(s, "a", 1, 3);
	assert_int_equal(r->n_records, 3);
	assert_string_equal(r->records[1].text, "{}");
	assert_string_equal(r->records[2].text, "a stub that is longer than some");
}

/* How often any of these bytes stand in any of the files. */
static size_t times_in_files(const struct bench *b, const char *bytes)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	size_t times = 0, n = strlen(bytes);

	for (size_t i = 0; i < 3; i++) {
		size_t len;
		char *all = file_read(file_path(b, suffixes[i]), &len), *at = all;

		for (; all && (at = memmem(at, len - (size_t)(at - all), bytes, n)); at++)
			times++;
		free(all);
	}
	return times;
}

/* Sessions that grew in turns, with lines of all sizes and erasures among them; some are dropped,
 * and what is erased later in others must not have been copied anywhere meanwhile. */
static void dropped_text_is_in_no_file(void **state)
{
	struct bench *b = *state;
	struct seat *s = SEAT(0);
	char names[6][2], epochs[6][STORE_EPOCH_MAX + 1] = { "" };

	for (uint64_t i = 0; i < 900; i++) {
		char text[4000], *at = text;
		size_t log = i * 7 % 6, size = i % 50 == 0 ? 3900 : i * 131 % 700 + 30;

		snprintf(names[log], 2, "%c", (int)('a' + log));
		for (; at < text + size; at += 9)
			snprintf(at, 10, "SECRET-%c.", (int)('A' + log));
		assert_int_equal(append(s, names[log], epochs[log], i / 6 + 1, 1, text)->err, OK);
		strcpy(epochs[log], read_log(s, names[log], 1, 1)->epoch);
	}
	for (uint64_t seq = 150; seq > 0; seq -= 3) { /* so that stubs are put between stubs */
		assert_int_equal(erase(s, "b", seq, "STUB-B. by somebody")->err, OK);
		assert_int_equal(erase(s, "c", seq, "STUB-C. by somebody")->err, OK);
	}
	assert_true(times_in_files(b, "SECRET-B.") > 0 && times_in_files(b, "STUB-B.") > 0);
	assert_int_equal(drop(s, "b")->err, OK);
	assert_int_equal(drop(s, "e")->err, OK);
	assert_int_equal(times_in_files(b, "SECRET-B."), 0);
	assert_int_equal(times_in_files(b, "STUB-B."), 0);
	assert_int_equal(times_in_files(b, "SECRET-E."), 0);
	for (uint64_t seq = 1; seq <= 150; seq++)
		assert_int_equal(erase(s, "a", seq, "{}")->err, OK);
	assert_int_equal(times_in_files(b, "SECRET-A."), 0);
	assert_true(times_in_files(b, "SECRET-D.") > 0);
	assert_int_equal(read_log(s, "c", 1, 999)->n_records, 150); /* its stubs are as they were */
	seat_close(s);
	s = SEAT(0);
	assert_int_equal(read_log(s, "c", 1, 999)->n_records, 150);
	assert_int_equal(read_log(s, "b", 1, 999)->err, ERR_NOT_FOUND);
}

/* Whether a line was stored between the beginning and the end of dropping a log of n records. */
static bool stored_meanwhile(struct bench *b, const char *log, const char *other, uint64_t n)
{
	struct seat *s = bench_seat(b, 0);
	struct reply dropped = { 0 }, said = { 0 };
	static const char *const texts[] = { "Said meanwhile" };
	char epoch[STORE_EPOCH_MAX + 1];
	bool meanwhile;

	append_many(s, log, epoch, 1, n);
	assert_true(times_in_files(b, "12345") > 0);
	ask_drop(s, log, &dropped);
	usleep(5000); /* it has begun */
	ask_append(s, other, "", 1, 1, texts, &said);
	bench_until(b, &said.came);
	assert_int_equal(said.err, OK);
	bench_until(b, &dropped.came);
	assert_int_equal(dropped.err, OK);
	meanwhile = said.order < dropped.order;
	reply_free(&said);
	reply_free(&dropped);
	return meanwhile;
}

static void nobody_waits_until_all_of_it_is_gone(void **state)
{
	struct bench *b = *state;
	struct seat *s = SEAT(0);
	struct reply dropped = { 0 };
	char epoch[STORE_EPOCH_MAX + 1];

	/* Where a sleep of 5 ms takes 10, the first one may be over before it is asked. */
	assert_true(stored_meanwhile(b, "a", "aa", 20000) || stored_meanwhile(b, "b", "bb", 80000));
	assert_int_equal(times_in_files(b, "a 12345"), 0);
	/* One that is asked to end first finishes it. */
	append_many(s, "c", epoch, 1, 2000);
	ask_drop(s, "c", &dropped);
	seat_close(s);
	assert_true(dropped.came);
	assert_int_equal(dropped.err, OK);
	reply_free(&dropped);
	assert_int_equal(times_in_files(b, "c 1234"), 0);
}

const struct contract_case erasure_cases[] = {
	CASE(erased_text_is_in_no_file),
	CASE(dropped_text_is_in_no_file),
	CASE(nobody_waits_until_all_of_it_is_gone),
};
const size_t n_erasure_cases = sizeof(erasure_cases) / sizeof(erasure_cases[0]);
