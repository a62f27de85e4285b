/* What SQLite's file may suffer between two runs, and who may open it. */
#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/mem.h"
#include "server/store/sqlite.h"
#include "tests/lib/seat.h"
#include "tests/store/contract.h"
#include "tests/store/files.h"

size_t n_skipped;
size_t n_flips, n_flips_seen;

#define SEAT(i) bench_seat(*state, i)

static const char *path_of(const struct bench *b, const char *suffix)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/log.db%s", b->dir, suffix);
	return path;
}

/* Changes the closed file behind our back. */
static void edit(const struct bench *b, const char *sql)
{
	sqlite3 *db;
	char *why = NULL;

	assert_int_equal(sqlite3_open(path_of(b, ""), &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	sqlite3_close(db);
}

static enum err try_open(struct bench *b, const char *path, char why[256])
{
	struct store *s = NULL;

	why[0] = '\0';
	enum err err = sqlite_open(&b->loop, path, NULL, NULL, NULL, &s, why, 256);
	if (err != OK)
		assert_null(s);
	else
		fail_msg("%s was opened", path);
	return err;
}

static char *slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *bytes = NULL;

	*len = 0;
	if (!f)
		return NULL;
	fseek(f, 0, SEEK_END);
	*len = (size_t)ftell(f);
	rewind(f);
	bytes = x_malloc(*len);
	assert_int_equal(fread(bytes, 1, *len, f), *len);
	fclose(f);
	return bytes;
}

static void spill(const char *path, const char *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* Two logs, "a" with 40 records and "b" with 30, in turns; closed. */
static void two_logs(void **state)
{
	struct seat *s = SEAT(0);
	char a[STORE_EPOCH_MAX + 1], b[STORE_EPOCH_MAX + 1];

	for (uint64_t i = 1; i <= 30; i += 5) {
		append_many(s, "a", a, i, i + 4);
		append_many(s, "b", b, i, i + 4);
	}
	append_many(s, "a", a, 31, 40);
	seat_close(s);
}

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

#define A "(SELECT id FROM logs WHERE name = 'a')"

static void damage(void **state, const char *sql, uint64_t good)
{
	two_logs(state);
	edit(*state, sql);
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

	two_logs(state);
	edit(*state, "INSERT INTO records (log, seq, body, chain)"
		     " VALUES (" A ", 41, x'00', zeroblob(32))");
	s = SEAT(0);
	struct reply *r = read_log(s, "a", 1, 99);
	assert_int_equal(r->n_records, 40); /* what was noted is served */
	strcpy(epoch, r->epoch);
	assert_int_equal(append(s, "a", epoch, 41, 1, "x")->err, ERR_DAMAGED);
}

static void a_changed_stub_is_noticed(void **state)
{
	two_logs(state);
	assert_int_equal(erase(SEAT(0), "a", 22, "the stub")->err, OK);
	seat_close(SEAT(0));
	edit(*state, "UPDATE stubs SET stub = CAST('the stab' AS BLOB)");
	expect_a_broken(state, 21);
}

static void a_missing_stub_is_noticed(void **state)
{
	two_logs(state);
	assert_int_equal(erase(SEAT(0), "a", 22, "the stub")->err, OK);
	seat_close(SEAT(0));
	edit(*state, "DELETE FROM stubs");
	expect_a_broken(state, 21);
}

static void damage_is_not_hidden_under_a_stub(void **state)
{
	two_logs(state);
	edit(*state, "UPDATE records SET body = x'00' WHERE seq = 17 AND log = " A);
	assert_int_equal(erase(SEAT(0), "a", 17, "stub")->err, ERR_DAMAGED);
}

/* Reads everything. False: refused or broken, which is being noticed. Wrong records fail the test.
 */
static bool reads_all(struct bench *b, const char *log, uint64_t n)
{
	struct reply *r = read_log(&b->seats[0], log, 1, n + 10);
	char text[32];

	if (r->err != OK)
		return false;
	assert_int_equal(r->n_records, n);
	for (uint64_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s %" PRIu64, log, i + 1);
		assert_string_equal(r->records[i].text, text);
	}
	return true;
}

static void told_nothing(void *arg, const struct store_notice *n)
{
	(void)arg;
	(void)n;
}

/* Opens the file as it is now: true if all of a and b is there. */
static bool opens_whole(struct bench *b)
{
	struct seat *s = &b->seats[0];
	char why[256] = "";
	bool whole;

	*s = (struct seat){ .bench = b };
	enum err err = sqlite_open(&b->loop, path_of(b, ""), NULL, told_nothing, NULL, &s->store,
				   why, sizeof(why));
	if (err != OK) {
		assert_true(strstr(why, b->dir) != NULL);
		s->store = NULL;
		return false;
	}
	whole = reads_all(b, "a", 40);
	whole = reads_all(b, "b", 30) && whole;
	seat_close(s);
	return whole;
}

/* 300 flips all over the file, one at a time: never a wrong record. A flip where a body lies is
 * always noticed (others may hit room that is not in use, and harm nothing). */
static void flipped_bits_serve_nothing_wrong(void **state)
{
	struct bench *b = *state;
	size_t len;
	uint64_t seed = 42;

	two_logs(state);
	char *bytes = slurp(path_of(b, ""), &len);
	assert(len > 0);
	for (int i = 0; i < 300; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		size_t at = (size_t)(seed >> 20) % len;
		char *body = i % 3 == 0 ? memmem(bytes + at, len - at, "a 1", 3) : NULL;
		if (body)
			at = (size_t)(body - bytes);
		bytes[at] ^= (char)(1 << (seed >> 60 & 7));
		spill(path_of(b, ""), bytes, len);
		bool whole = opens_whole(b);
		if (body)
			assert_false(whole);
		n_flips++;
		n_flips_seen += !whole;
		bytes[at] ^= (char)(1 << (seed >> 60 & 7));
	}
	spill(path_of(b, ""), bytes, len);
	assert_true(opens_whole(b));
	free(bytes);
}

/* Cut at 40 lengths: always noticed, never a wrong record. */
static void a_truncated_file_is_noticed(void **state)
{
	struct bench *b = *state;
	size_t len;

	two_logs(state);
	char *bytes = slurp(path_of(b, ""), &len);
	for (size_t i = 1; i <= 40; i++) {
		spill(path_of(b, ""), bytes, len * i / 41);
		assert_false(opens_whole(b));
	}
	free(bytes);
}

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
	char *bytes = slurp(path_of(b, ""), &len); /* the test can find what is there */
	assert_non_null(memmem(bytes, len, "SECRET1", 7));
	assert_non_null(memmem(bytes, len, "SECRET2.", 8));
	free(bytes);
	assert_int_equal(erase(s, "a", 2, "{}")->err, OK);
	assert_int_equal(erase(s, "a", 3, "a stub that is longer than some")->err, OK);
	for (size_t i = 0; i < 3; i++) {
		bytes = slurp(path_of(b, suffixes[i]), &len);
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
		char *all = slurp(path_of(b, suffixes[i]), &len), *at = all;

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

static void nobody_waits_until_all_of_it_is_gone(void **state)
{
	struct bench *b = *state;
	struct seat *s = SEAT(0);
	struct reply dropped = { 0 }, said = { 0 };
	static const char *const texts[] = { "Said meanwhile" };
	char epoch[STORE_EPOCH_MAX + 1];

	append_many(s, "a", epoch, 1, 20000);
	ask_drop(s, "a", &dropped);
	usleep(5000); /* it has begun */
	ask_append(s, "b", "", 1, 1, texts, &said);
	bench_until(b, &said.came);
	assert_int_equal(said.err, OK);
	bench_until(b, &dropped.came);
	assert_int_equal(dropped.err, OK);
	assert_true(said.order < dropped.order);
	reply_free(&said);
	reply_free(&dropped);
	assert_int_equal(times_in_files(b, "a 1"), 0);
	/* One that is asked to end first finishes it. */
	append_many(s, "c", epoch, 1, 2000);
	ask_drop(s, "c", &dropped);
	seat_close(s);
	assert_true(dropped.came);
	assert_int_equal(dropped.err, OK);
	reply_free(&dropped);
	assert_int_equal(times_in_files(b, "c 1"), 0);
}

static void what_is_damaged_may_be_dropped(void **state)
{
	struct seat *s;

	two_logs(state);
	edit(*state, "UPDATE records SET body = x'00' WHERE seq = 17 AND log = " A ";"
		     "UPDATE logs SET seal = zeroblob(32) WHERE name = 'b'");
	s = SEAT(0);
	assert_int_equal(read_log(s, "a", 1, 40)->err, ERR_DAMAGED);
	assert_int_equal(read_log(s, "b", 1, 40)->err, ERR_DAMAGED);
	assert_int_equal(drop(s, "a")->err, OK);
	assert_int_equal(drop(s, "b")->err, OK);
	assert_int_equal(read_log(s, "a", 1, 40)->err, ERR_NOT_FOUND);
	assert_int_equal(append(s, "b", "", 1, 1, "x")->err, ERR_NOT_FOUND);
}

static void files_are_ours_alone(void **state)
{
	struct bench *b = *state;
	static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
	char epoch[STORE_EPOCH_MAX + 1];
	struct stat st;

	umask(0);
	append_many(SEAT(0), "a", epoch, 1, 1);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(stat(path_of(b, suffixes[i]), &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	umask(022);
}

static void two_opens_on_one_file(void **state)
{
	struct bench *b = *state;
	char why[256], epoch[STORE_EPOCH_MAX + 1];

	append_many(SEAT(0), "a", epoch, 1, 1);
	assert_int_equal(try_open(b, path_of(b, ""), why), ERR_CONFLICT);
	assert_non_null(strstr(why, "in use by another process"));
	assert_non_null(strstr(why, b->dir));
	append_many(SEAT(0), "a", epoch, 2, 2); /* the first is unharmed */
}

static void a_newer_schema_is_refused(void **state)
{
	char why[256];

	two_logs(state);
	edit(*state, "PRAGMA user_version = 999");
	assert_int_equal(try_open(*state, path_of(*state, ""), why), ERR_DAMAGED);
	assert_non_null(strstr(why, "newer version"));
	edit(*state, "PRAGMA user_version = 1"); /* and was not touched */
	assert_true(opens_whole(*state));
}

static void a_foreign_database_is_refused(void **state)
{
	char why[256];

	edit(*state, "CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')");
	assert_int_equal(try_open(*state, path_of(*state, ""), why), ERR_DAMAGED);
	assert_non_null(strstr(why, "another program"));
	edit(*state, "INSERT INTO recipes VALUES ('bread')");
}

static void what_is_no_database_is_refused(void **state)
{
	char why[256], text[5000];

	memset(text, 'x', sizeof(text));
	spill(path_of(*state, ""), text, sizeof(text));
	assert_int_equal(try_open(*state, path_of(*state, ""), why), ERR_DAMAGED);
	assert_non_null(strstr(why, "no database of ours"));
	assert_int_equal(try_open(*state, "/dev/null", why), ERR_DAMAGED);
}

static void a_directory_that_is_not_there_is_refused(void **state)
{
	char why[256];

	assert_int_equal(try_open(*state, "/nowhere/at/all/log.db", why), ERR_UNAVAILABLE);
	assert_non_null(strstr(why, "/nowhere/at/all"));
	assert_non_null(strstr(why, "directory"));
}

static void a_damaged_list_of_names_is_refused(void **state)
{
	char why[256];
	size_t len;

	two_logs(state);
	edit(*state, "UPDATE logs SET name = 'manuscript' WHERE name = 'a'");
	char *bytes = slurp(path_of(*state, ""), &len), *at = bytes;
	while ((at = memmem(at, len - (size_t)(at - bytes), "manuscript", 10))) {
		*at = 'M'; /* the row; the index keeps the old name, or the other way about */
		break;
	}
	spill(path_of(*state, ""), bytes, len);
	free(bytes);
	assert_int_equal(try_open(*state, path_of(*state, ""), why), ERR_DAMAGED);
	assert_non_null(strstr(why, "damaged"));
}

/* --- room --- */

static void a_full_disk_is_survived(void **state)
{
	struct bench *b = *state;
	char epoch[STORE_EPOCH_MAX + 1], ballast[96], large[20001];
	struct seat *s;
	uint64_t head = 1;
	enum err err = OK;

	if (mount("none", b->dir, "tmpfs", 0, "size=1m") != 0) {
		print_message("no file system may be mounted here\n");
		n_skipped++;
		return;
	}
	memset(large, 'x', 20000);
	large[20000] = '\0';
	s = SEAT(0);
	append_many(s, "a", epoch, 1, 1);
	snprintf(ballast, sizeof(ballast), "%s/ballast", b->dir);
	spill(ballast, large, 20000);
	while (err == OK && head < 200) {
		err = append(s, "a", epoch, head + 1, 1, large)->err;
		head += err == OK;
	}
	assert_int_equal(err, ERR_UNAVAILABLE);
	assert_int_equal(read_log(s, "a", 1, 1)->n_records, 1); /* reading goes on */
	struct reply *r = read_log(s, "a", head, head + 9);
	assert_int_equal(r->err, OK);
	assert_int_equal(r->n_records, 1);
	remove(ballast);
	assert_int_equal(append(s, "a", epoch, head + 1, 1, "small")->err, OK);
	seat_close(s);
	s = SEAT(0);
	r = read_log(s, "a", head + 1, head + 9);
	assert_int_equal(r->n_records, 1);
	assert_string_equal(r->records[0].text, "small");
	seat_close(s);
	assert_int_equal(umount(b->dir), 0);
}

static void many_logs_in_one_commit(void **state)
{
	struct seat *s = SEAT(0);
	struct reply *replies = x_calloc(500, sizeof(*replies));
	const char *text = "first";
	char name[16];

	for (size_t i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "log%zu", i);
		ask_append(s, name, i % 7 == 0 ? "wrong" : "", 1, 1, &text, &replies[i]);
	}
	bench_until(s->bench, &replies[499].came);
	for (size_t i = 0; i < 500; i++) {
		assert_true(replies[i].came);
		assert_int_equal(replies[i].err, i % 7 == 0 ? ERR_CONFLICT : OK);
		if (i > 0)
			assert_true(replies[i].order > replies[i - 1].order);
	}
	free(replies);
}

/* Damage in one log must not refuse the others that are in the same transaction. */
static void a_damaged_log_in_a_batch(void **state)
{
	struct reply replies[20];
	const char *text = "x";
	char name[16];
	struct seat *s;

	two_logs(state);
	edit(*state, "INSERT INTO records (log, seq, body, chain)"
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

const struct contract_case file_cases[] = {
	CASE(a_changed_body_is_noticed),
	CASE(a_changed_chain_is_noticed),
	CASE(a_changed_first_record_is_noticed),
	CASE(swapped_rows_are_noticed),
	CASE(a_missing_row_is_noticed),
	CASE(a_missing_tail_is_noticed),
	CASE(a_head_put_back_is_noticed),
	CASE(another_logs_rows_are_noticed),
	CASE(a_tail_that_is_too_long_is_noticed),
	CASE(a_changed_stub_is_noticed),
	CASE(a_missing_stub_is_noticed),
	CASE(damage_is_not_hidden_under_a_stub),
	CASE(flipped_bits_serve_nothing_wrong),
	CASE(a_truncated_file_is_noticed),
	CASE(erased_text_is_in_no_file),
	CASE(dropped_text_is_in_no_file),
	CASE(nobody_waits_until_all_of_it_is_gone),
	CASE(what_is_damaged_may_be_dropped),
	CASE(files_are_ours_alone),
	CASE(two_opens_on_one_file),
	CASE(a_newer_schema_is_refused),
	CASE(a_foreign_database_is_refused),
	CASE(what_is_no_database_is_refused),
	CASE(a_directory_that_is_not_there_is_refused),
	CASE(a_damaged_list_of_names_is_refused),
	CASE(a_full_disk_is_survived),
	CASE(many_logs_in_one_commit),
	CASE(a_damaged_log_in_a_batch),
};
const size_t n_file_cases = sizeof(file_cases) / sizeof(file_cases[0]);
