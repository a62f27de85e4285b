/* SQLite's file is changed between two runs: it is noticed, and nothing wrong is served. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/seat.h"
#include "tests/store/contract.h"
#include "tests/store/files.h"
#include "tests/store/sqlite_file.h"

size_t n_flips, n_flips_seen;

#define SEAT(i) bench_seat(*state, i)
#define A       "(SELECT id FROM logs WHERE name = 'a')"

/* Log a is damaged after `good` records, and says so; b is served whole. */
static void expect_a_broken(void **state, uint64_t good)
{
	struct seat *s = SEAT(0);

	seat_follow(s, "a", 0);
	seat_follow(s, "b", 0);
	bench_until_news(s, "a", STORE_BROKEN);
	bench_until_news(s, "b", STORE_LIVE);
	expect_events(s, "a", 0, good);
	assert_int_equal(count_news(s, "a", STORE_LIVE), 0);
	expect_events(s, "b", 0, 30);
	for (size_t i = 0; i < s->n_told; i++) {
		if (s->told[i].news == STORE_BROKEN)
			assert_true(strlen(s->told[i].text) > 10);
	}
	assert_int_equal(append(s, "a", "any", 41, 1, "x")->err, ERR_DAMAGED);
	assert_int_equal(read_log(s, "a", 1, 40)->err, ERR_DAMAGED);
	assert_int_equal(erase(s, "a", 1, "x")->err, ERR_DAMAGED);
	assert_int_equal(read_log(s, "b", 1, 40)->n_records, 30);
}

static void damage(void **state, const char *sql, uint64_t good)
{
	file_two_logs(state);
	file_edit(*state, sql);
	expect_a_broken(state, good);
}

static void a_changed_body_is_noticed(void **state)
{
	damage(state, "UPDATE records SET body = CAST('a 18' AS BLOB) WHERE seq = 17 AND log = " A,
	       16);
}

static void a_changed_chain_is_noticed(void **state)
{
	damage(state, "UPDATE records SET chain = zeroblob(32) WHERE seq = 17 AND log = " A, 16);
}

static void a_changed_first_record_is_noticed(void **state)
{
	damage(state, "UPDATE records SET body = x'00' WHERE seq = 1 AND log = " A, 0);
}

static void swapped_rows_are_noticed(void **state)
{
	damage(state,
	       "UPDATE records SET seq = 1000 WHERE seq = 12 AND log = " A ";"
	       "UPDATE records SET seq = 12 WHERE seq = 13 AND log = " A ";"
	       "UPDATE records SET seq = 13 WHERE seq = 1000 AND log = " A,
	       11);
}

static void a_missing_row_is_noticed(void **state)
{
	damage(state, "DELETE FROM records WHERE seq = 20 AND log = " A, 19);
}

static void a_missing_tail_is_noticed(void **state)
{
	damage(state, "DELETE FROM records WHERE seq > 35 AND log = " A, 35);
}

static void a_head_put_back_is_noticed(void **state)
{
	damage(state, "UPDATE logs SET head = 35 WHERE name = 'a'", 0);
}

static void another_logs_rows_are_noticed(void **state)
{
	damage(state,
	       "UPDATE records SET body = (SELECT body FROM records AS r WHERE r.seq = records.seq"
	       " AND r.log <> records.log), chain = (SELECT chain FROM records AS r WHERE r.seq ="
	       " records.seq AND r.log <> records.log) WHERE seq BETWEEN 10 AND 12 AND log = " A,
	       9);
}

static void a_tail_that_is_too_long_is_noticed(void **state)
{
	struct seat *s;
	char epoch[STORE_EPOCH_MAX + 1];

	file_two_logs(state);
	file_edit(*state, "INSERT INTO records (log, seq, body, chain)"
			  " VALUES (" A ", 41, x'00', zeroblob(32))");
	s = SEAT(0);
	struct reply *r = read_log(s, "a", 1, 99);
	assert_int_equal(r->n_records, 40); /* what was noted is served */
	strcpy(epoch, r->epoch);
	assert_int_equal(append(s, "a", epoch, 41, 1, "x")->err, ERR_DAMAGED);
}

static void a_changed_stub_is_noticed(void **state)
{
	file_two_logs(state);
	assert_int_equal(erase(SEAT(0), "a", 22, "the stub")->err, OK);
	seat_close(SEAT(0));
	file_edit(*state, "UPDATE stubs SET stub = CAST('the stab' AS BLOB)");
	expect_a_broken(state, 21);
}

static void a_missing_stub_is_noticed(void **state)
{
	file_two_logs(state);
	assert_int_equal(erase(SEAT(0), "a", 22, "the stub")->err, OK);
	seat_close(SEAT(0));
	file_edit(*state, "DELETE FROM stubs");
	expect_a_broken(state, 21);
}

static void damage_is_not_hidden_under_a_stub(void **state)
{
	file_two_logs(state);
	file_edit(*state, "UPDATE records SET body = x'00' WHERE seq = 17 AND log = " A);
	assert_int_equal(erase(SEAT(0), "a", 17, "stub")->err, ERR_DAMAGED);
}

/* 300 flips all over the file, one at a time: never a wrong record. A flip where a body lies is
 * always noticed (others may hit room that is not in use, and harm nothing). */
static void flipped_bits_serve_nothing_wrong(void **state)
{
	struct bench *b = *state;
	size_t len;
	uint64_t seed = 42;

	file_two_logs(state);
	char *bytes = file_read(file_path(b, ""), &len);
	assert(len > 0);
	for (int i = 0; i < 300; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		size_t at = (size_t)(seed >> 20) % len;
		char *body = i % 3 == 0 ? memmem(bytes + at, len - at, "a 1", 3) : NULL;
		if (body)
			at = (size_t)(body - bytes);
		bytes[at] ^= (char)(1 << (seed >> 60 & 7));
		file_write(file_path(b, ""), bytes, len);
		bool whole = file_opens_whole(b);
		if (body)
			assert_false(whole);
		n_flips++;
		n_flips_seen += !whole;
		bytes[at] ^= (char)(1 << (seed >> 60 & 7));
	}
	file_write(file_path(b, ""), bytes, len);
	assert_true(file_opens_whole(b));
	free(bytes);
}

/* Cut at 40 lengths: always noticed, never a wrong record. */
static void a_truncated_file_is_noticed(void **state)
{
	struct bench *b = *state;
	size_t len;

	file_two_logs(state);
	char *bytes = file_read(file_path(b, ""), &len);
	for (size_t i = 1; i <= 40; i++) {
		file_write(file_path(b, ""), bytes, len * i / 41);
		assert_false(file_opens_whole(b));
	}
	free(bytes);
}

static void what_is_damaged_may_be_dropped(void **state)
{
	struct seat *s;

	file_two_logs(state);
	file_edit(*state, "UPDATE records SET body = x'00' WHERE seq = 17 AND log = " A ";"
			  "UPDATE logs SET seal = zeroblob(32) WHERE name = 'b'");
	s = SEAT(0);
	assert_int_equal(read_log(s, "a", 1, 40)->err, ERR_DAMAGED);
	assert_int_equal(read_log(s, "b", 1, 40)->err, ERR_DAMAGED);
	assert_int_equal(drop(s, "a")->err, OK);
	assert_int_equal(drop(s, "b")->err, OK);
	assert_int_equal(read_log(s, "a", 1, 40)->err, ERR_NOT_FOUND);
	assert_int_equal(append(s, "b", "", 1, 1, "x")->err, ERR_NOT_FOUND);
}

/* Damage in one log must not refuse the others that are in the same transaction. */
static void a_damaged_log_in_a_batch(void **state)
{
	struct reply replies[20];
	const char *text = "x";
	char name[16];
	struct seat *s;

	file_two_logs(state);
	file_edit(*state, "INSERT INTO records (log, seq, body, chain)"
			  " VALUES (" A ", 41, x'00', zeroblob(32))");
	s = SEAT(0);
	struct reply *r = read_log(s, "a", 1, 1);
	char epoch[STORE_EPOCH_MAX + 1];
	strcpy(epoch, r->epoch);
	for (size_t i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "new%zu", i);
		ask_append(s, i == 10 ? "a" : name, i == 10 ? epoch : "", i == 10 ? 41 : 1, 1,
			   &text, &replies[i]);
	}
	for (size_t i = 0; i < 20; i++) {
		bench_until(s->bench, &replies[i].came);
		assert_int_equal(replies[i].err, i == 10 ? ERR_DAMAGED : OK);
	}
}

const struct contract_case damage_cases[] = {
	CASE(a_changed_body_is_noticed),          CASE(a_changed_chain_is_noticed),
	CASE(a_changed_first_record_is_noticed),  CASE(swapped_rows_are_noticed),
	CASE(a_missing_row_is_noticed),           CASE(a_missing_tail_is_noticed),
	CASE(a_head_put_back_is_noticed),         CASE(another_logs_rows_are_noticed),
	CASE(a_tail_that_is_too_long_is_noticed), CASE(a_changed_stub_is_noticed),
	CASE(a_missing_stub_is_noticed),          CASE(damage_is_not_hidden_under_a_stub),
	CASE(flipped_bits_serve_nothing_wrong),   CASE(a_truncated_file_is_noticed),
	CASE(what_is_damaged_may_be_dropped),     CASE(a_damaged_log_in_a_batch),
};
const size_t n_damage_cases = sizeof(damage_cases) / sizeof(damage_cases[0]);
