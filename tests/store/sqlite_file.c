#include "tests/store/sqlite_file.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/store/sqlite.h"

#define SEAT(i) bench_seat(*state, i)

const char *file_path(const struct bench *b, const char *suffix)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/log.db%s", b->dir, suffix);
	return path;
}

void file_edit(const struct bench *b, const char *sql)
{
	sqlite3 *db;
	char *why = NULL;

	assert_int_equal(sqlite3_open(file_path(b, ""), &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	sqlite3_close(db);
}

char *file_read(const char *path, size_t *len)
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

void file_write(const char *path, const char *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

void file_two_logs(void **state)
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

bool file_opens_whole(struct bench *b)
{
	struct seat *s = &b->seats[0];
	char why[256] = "";
	bool whole;

	*s = (struct seat){ .bench = b };
	enum err err = sqlite_open(&b->loop, file_path(b, ""), NULL, told_nothing, NULL, &s->store,
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
