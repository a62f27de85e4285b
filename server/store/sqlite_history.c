#include "server/store/sqlite_history.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "server/base/log.h"
#include "server/store/sqlite_opening.h"
#include "server/store/sqlite_rows.h"

#define NOBODY   "-" /* stands for a name that no file has */
#define NOTE_MAX 128

/* --- beside the file --- */

static bool identify(struct history *h, const char *path)
{
	struct statx st;

	if (statx(AT_FDCWD, path, 0, STATX_INO | STATX_BTIME, &st) != 0)
		return false;
	h->inode = st.stx_ino;
	h->born_ns = (uint64_t)st.stx_btime.tv_sec * 1000000000 + st.stx_btime.tv_nsec;
	return true;
}

/* Always as long: it is overwritten where it lies, and needs no room on a full disk. */
static bool write_note(const struct history *h, const char *name, const char *next)
{
	char line[NOTE_MAX];
	int len = snprintf(line, sizeof(line), "%-16s %-16s %020" PRIu64 " %020" PRIu64 "\n", name,
			   next, h->inode, h->born_ns);

	return pwrite(h->fd, line, (size_t)len, 0) == len;
}

/* On the disk before the file may have the next one. */
static bool note(const struct history *h, const char *name, const char *next)
{
	return write_note(h, name, next) && fdatasync(h->fd) == 0;
}

static bool is_noted(const struct history *h, const char *name)
{
	char line[NOTE_MAX] = "", one[17] = "", other[17] = "";
	uint64_t inode = 0, born_ns = 0;

	if (pread(h->fd, line, sizeof(line) - 1, 0) < 0 ||
	    sscanf(line, "%16s %16s %" SCNu64 " %" SCNu64, one, other, &inode, &born_ns) != 4)
		return false;
	return inode == h->inode && born_ns == h->born_ns &&
	       (strcmp(name, one) == 0 || strcmp(name, other) == 0);
}

/* --- in the file --- */

static int read_name(sqlite3 *db, char out[STORE_EPOCH_MAX + 1])
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT name FROM history", -1, &st, NULL);

	out[0] = '\0';
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		snprintf(out, STORE_EPOCH_MAX + 1, "%s", (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int write_name(sqlite3 *db, const char *name)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, "UPDATE history SET name = ?1", -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* The log with the next higher id. False: there is none, or *rc says why not. */
static bool next_log(sqlite3_stmt *st, int64_t *id, char name[STORE_LOG_MAX + 1], int *rc)
{
	bool found;

	sqlite3_bind_int64(st, 1, *id);
	*rc = sqlite3_step(st);
	found = *rc == SQLITE_ROW;
	if (found) {
		*id = sqlite3_column_int64(st, 0);
		snprintf(name, STORE_LOG_MAX + 1, "%s", (const char *)sqlite3_column_text(st, 1));
	}
	if (*rc == SQLITE_ROW || *rc == SQLITE_DONE)
		*rc = SQLITE_OK;
	sqlite3_reset(st);
	return found;
}

static int put_epoch(sqlite3_stmt *st, const char *name, const struct log_row *row)
{
	char epoch[STORE_EPOCH_MAX + 1];
	struct hash seal;

	rows_new_epoch(epoch);
	seal = rows_seal(name, epoch, row->head, &row->chain);
	sqlite3_bind_int64(st, 1, row->id);
	sqlite3_bind_text(st, 2, epoch, -1, SQLITE_STATIC);
	rows_bind_hash(st, 3, &seal);
	return rows_run(st);
}

/* What is damaged stays as it is, to be found so; what was dropped is no log any more. */
static int begin_anew(sqlite3 *db, size_t *n)
{
	sqlite3_stmt *each = NULL, *put = NULL;
	char name[STORE_LOG_MAX + 1], why[160];
	struct rows rows = { 0 };
	struct log_row row;
	int64_t id = 0;
	int rc = rows_init(&rows, db);

	if (rc == SQLITE_OK)
		rc = rows_prepare(db, "SELECT id, name FROM logs WHERE id > ?1 ORDER BY id LIMIT 1",
				  &each);
	if (rc == SQLITE_OK)
		rc = rows_prepare(db, "UPDATE logs SET epoch = ?2, seal = ?3 WHERE id = ?1", &put);
	while (rc == SQLITE_OK && next_log(each, &id, name, &rc)) {
		enum err err = rows_log(&rows, name, &row, why);

		if (err == ERR_UNAVAILABLE)
			rc = sqlite3_errcode(db);
		if (err || row_is_dropped(&row))
			continue;
		rc = put_epoch(put, name, &row);
		++*n;
	}
	sqlite3_finalize(each);
	sqlite3_finalize(put);
	rows_fini(&rows);
	return rc;
}

/* --- both --- */

static int enter(sqlite3 *db, const char *name, bool same, size_t *n)
{
	int rc = sqlite_exec(db, "BEGIN IMMEDIATE");

	if (rc == SQLITE_OK && !same)
		rc = begin_anew(db, n);
	if (rc == SQLITE_OK)
		rc = write_name(db, name);
	if (rc == SQLITE_OK)
		rc = sqlite_exec(db, "COMMIT");
	if (rc != SQLITE_OK && !sqlite3_get_autocommit(db))
		sqlite_exec(db, "ROLLBACK");
	return rc;
}

/* What is noted comes first: with either of its two names the file is the one that was left. */
enum err history_open(struct opening *o)
{
	struct history *h = &o->file->history;
	sqlite3 *db = o->file->writer;
	size_t n = 0;
	int rc = read_name(db, h->name);
	bool same;

	if (rc != SQLITE_OK)
		return sqlite_refuse_rc(o, db, rc);
	h->fd = o->file->lock_fd;
	same = identify(h, o->path) && is_noted(h, h->name);
	rows_new_epoch(h->next);
	if (!note(h, same ? h->name : NOBODY, h->next))
		return sqlite_refuse(o, ERR_UNAVAILABLE, "%s.lock cannot be written (%s).", o->path,
				     strerror(errno));
	rc = enter(db, h->next, same, &n);
	if (rc == SQLITE_OK)
		history_renewed(h);
	else if (!same || (rc & 0xff) != SQLITE_FULL) /* a full disk can still be read */
		return sqlite_refuse_rc(o, db, rc);
	if (n)
		log_warn("store.brought_back", "path=%s logs=%zu why=%s", o->path, n,
			 "It is not the file that was left here: what anybody saw is sent anew.");
	return OK;
}

int history_renew(struct history *h, sqlite3 *db, unsigned every_ms)
{
	if (uv_hrtime() - h->renewed_ns < every_ms * (uint64_t)1000000)
		return SQLITE_OK;
	rows_new_epoch(h->next);
	if (!note(h, h->name, h->next)) {
		log_warn("store.not_noted", "why=%s", strerror(errno));
		strcpy(h->next, h->name);
		return SQLITE_OK;
	}
	return write_name(db, h->next);
}

void history_renewed(struct history *h)
{
	if (strcmp(h->name, h->next) == 0)
		return;
	strcpy(h->name, h->next);
	h->renewed_ns = uv_hrtime();
	write_note(h, h->name, h->name); /* if it is lost, what stands there is not wrong */
}
