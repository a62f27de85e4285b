/* Who may open SQLite's file, what is refused, and how much fits into it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "server/base/mem.h"
#include "server/store/sqlite.h"
#include "tests/lib/seat.h"
#include "tests/store/contract.h"
#include "tests/store/files.h"
#include "tests/store/sqlite_file.h"

size_t n_skipped;

#define SEAT(i) bench_seat(*state, i)

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

static void files_are_ours_alone(void **state)
{
	struct bench *b = *state;
	static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
	char epoch[STORE_EPOCH_MAX + 1];
	struct stat st;

	umask(0);
	append_many(SEAT(0), "a", epoch, 1, 1);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(stat(file_path(b, suffixes[i]), &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	umask(022);
}

static void two_opens_on_one_file(void **state)
{
	struct bench *b = *state;
	char why[256], epoch[STORE_EPOCH_MAX + 1];

	append_many(SEAT(0), "a", epoch, 1, 1);
	assert_int_equal(try_open(b, file_path(b, ""), why), ERR_CONFLICT);
	assert_non_null(strstr(why, "in use by another process"));
	assert_non_null(strstr(why, b->dir));
	append_many(SEAT(0), "a", epoch, 2, 2); /* the first is unharmed */
}

static void a_newer_schema_is_refused(void **state)
{
	char why[256];

	file_two_logs(state);
	file_edit(*state, "PRAGMA user_version = 999");
	assert_int_equal(try_open(*state, file_path(*state, ""), why), ERR_DAMAGED);
	assert_non_null(strstr(why, "newer version"));
	file_edit(*state, "PRAGMA user_version = 2"); /* and was not touched */
	assert_true(file_opens_whole(*state));
}

static void a_foreign_database_is_refused(void **state)
{
	char why[256];

	file_edit(*state, "CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')");
	assert_int_equal(try_open(*state, file_path(*state, ""), why), ERR_DAMAGED);
	assert_non_null(strstr(why, "another program"));
	file_edit(*state, "INSERT INTO recipes VALUES ('bread')");
}

static void what_is_no_database_is_refused(void **state)
{
	char why[256], text[5000];

	memset(text, 'x', sizeof(text));
	file_write(file_path(*state, ""), text, sizeof(text));
	assert_int_equal(try_open(*state, file_path(*state, ""), why), ERR_DAMAGED);
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

	file_two_logs(state);
	file_edit(*state, "UPDATE logs SET name = 'manuscript' WHERE name = 'a'");
	char *bytes = file_read(file_path(*state, ""), &len), *at = bytes;
	while ((at = memmem(at, len - (size_t)(at - bytes), "manuscript", 10))) {
		*at = 'M'; /* the row; the index keeps the old name, or the other way about */
		break;
	}
	file_write(file_path(*state, ""), bytes, len);
	free(bytes);
	assert_int_equal(try_open(*state, file_path(*state, ""), why), ERR_DAMAGED);
	assert_non_null(strstr(why, "damaged"));
}

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
	file_write(ballast, large, 20000);
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

const struct contract_case file_cases[] = {
	CASE(files_are_ours_alone),
	CASE(two_opens_on_one_file),
	CASE(a_newer_schema_is_refused),
	CASE(a_foreign_database_is_refused),
	CASE(what_is_no_database_is_refused),
	CASE(a_directory_that_is_not_there_is_refused),
	CASE(a_damaged_list_of_names_is_refused),
	CASE(a_full_disk_is_survived),
	CASE(many_logs_in_one_commit),
};
const size_t n_file_cases = sizeof(file_cases) / sizeof(file_cases[0]);
