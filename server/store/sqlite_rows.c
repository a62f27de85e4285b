#include "server/store/sqlite_rows.h"

#include <inttypes.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/store/sqlite_file.h"

#define WHY_MAX     sizeof(((struct job *)0)->why)
#define FETCH_BYTES (1u << 20) /* of a page for the loop: a few ms for whoever reduces it */

int rows_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out)
{
	return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
}

int rows_init(struct rows *r, sqlite3 *db)
{
	r->db = db;
	int rc = rows_prepare(
		db, "SELECT id, epoch, head, chain, seal, name FROM logs WHERE name = ?1", &r->log);
	if (rc == SQLITE_OK)
		rc = rows_prepare(db,
				  "SELECT r.seq, r.body, r.chain, s.was, s.stub, s.seal, r.log"
				  " FROM records AS r LEFT JOIN stubs AS s ON s.record = r.id"
				  " WHERE r.log = ?1 AND r.seq BETWEEN ?2 AND ?3 ORDER BY r.seq",
				  &r->slice);
	return rc;
}

void rows_fini(struct rows *r)
{
	sqlite3_finalize(r->log);
	sqlite3_finalize(r->slice);
}

int rows_run(sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);

	sqlite3_reset(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

void rows_bind_hash(sqlite3_stmt *st, int at, const struct hash *h)
{
	sqlite3_bind_blob(st, at, h->bytes, HASH_BYTES, SQLITE_STATIC);
}

static enum err failed(struct rows *r, int rc, char *why)
{
	snprintf(why, WHY_MAX, "SQLite says: %s.", sqlite3_errmsg(r->db));
	return sqlite_err(rc);
}

bool rows_no_memory(const struct rows *r)
{
	return (sqlite3_errcode(r->db) & 0xff) == SQLITE_NOMEM;
}

/* False: the column is no hash. */
static bool column_hash(sqlite3_stmt *st, int column, struct hash *out)
{
	if (sqlite3_column_bytes(st, column) != HASH_BYTES)
		return false;
	memcpy(out->bytes, sqlite3_column_blob(st, column), HASH_BYTES);
	return true;
}

void rows_new_epoch(char epoch[STORE_EPOCH_MAX + 1])
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char chance[10];

	if (RAND_bytes(chance, sizeof(chance)) != 1)
		x_end(X_CHANCE); /* two histories could bear one name */
	for (size_t i = 0; i < sizeof(chance); i++)
		epoch[i] = letters[chance[i] & 31];
	epoch[sizeof(chance)] = '\0';
}

struct hash rows_seal(const char *name, const char *epoch, uint64_t head, const struct hash *chain)
{
	char text[STORE_LOG_MAX + STORE_EPOCH_MAX + 32];
	int len = snprintf(text, sizeof(text), "%s %s %" PRIu64, name, epoch, head);

	return hash_of_two(text, (size_t)len, chain->bytes, HASH_BYTES);
}

static bool log_is_sound(sqlite3_stmt *st, const char *name, struct log_row *out)
{
	const char *epoch = (const char *)sqlite3_column_text(st, 1);
	const char *kept_name = (const char *)sqlite3_column_text(st, 5);
	struct hash kept, seal;

	if (!epoch || strlen(epoch) > STORE_EPOCH_MAX || !kept_name ||
	    strcmp(kept_name, name) != 0 || !column_hash(st, 3, &out->chain) ||
	    !column_hash(st, 4, &kept))
		return false;
	strcpy(out->epoch, epoch);
	out->head = (uint64_t)sqlite3_column_int64(st, 2);
	seal = rows_seal(name, epoch, out->head, &out->chain);
	return hash_equal(&seal, &kept);
}

enum err rows_log(struct rows *r, const char *name, struct log_row *out, char *why)
{
	enum err err = OK;

	*out = (struct log_row){ 0 };
	sqlite3_bind_text(r->log, 1, name, -1, SQLITE_STATIC);
	int rc = sqlite3_step(r->log);
	if (rc == SQLITE_ROW) {
		out->id = sqlite3_column_int64(r->log, 0);
		if (!log_is_sound(r->log, name, out)) {
			err = rows_no_memory(r) ? ERR_UNAVAILABLE : ERR_DAMAGED;
			snprintf(why, WHY_MAX, "What is noted about the log is damaged.");
		}
	} else if (rc != SQLITE_DONE) {
		err = failed(r, rc, why);
	}
	sqlite3_reset(r->log);
	return err;
}

/* The hash of what was appended; *body is what is to be served. False: it is damaged. */
static bool row_is_sound(sqlite3_stmt *st, struct hash *appended, int *body)
{
	struct hash seal, kept;

	*body = 1;
	if (sqlite3_column_type(st, 3) == SQLITE_NULL) {
		*appended =
			hash_of(sqlite3_column_blob(st, 1), (size_t)sqlite3_column_bytes(st, 1));
		return true;
	}
	*body = 4;
	if (!column_hash(st, 3, appended) || !column_hash(st, 5, &kept))
		return false;
	seal = hash_of_two(appended->bytes, HASH_BYTES, sqlite3_column_blob(st, 4),
			   (size_t)sqlite3_column_bytes(st, 4));
	return hash_equal(&seal, &kept);
}

/* The row at `seq`, behind a record with the chain *chain, which moves on. */
static bool take_row(sqlite3_stmt *st, uint64_t seq, struct hash *chain, struct job *j)
{
	struct hash appended, kept;
	int body;

	if ((uint64_t)sqlite3_column_int64(st, 0) != seq || !row_is_sound(st, &appended, &body) ||
	    !column_hash(st, 2, &kept))
		return false;
	*chain = chain_next(chain, &appended);
	if (!hash_equal(chain, &kept))
		return false;
	job_add_record(j, seq, sqlite3_column_blob(st, body),
		       (size_t)sqlite3_column_bytes(st, body));
	return true;
}

static enum err damaged_at(struct rows *r, uint64_t seq, char *why)
{
	if (rows_no_memory(r))
		return failed(r, SQLITE_NOMEM, why);
	snprintf(why, WHY_MAX, "Record %" PRIu64 " is missing or is not what was appended.", seq);
	return ERR_DAMAGED;
}

/* The statement is bound to the row before `from`, if any, and all up to `last`. */
static enum err take_rows(struct rows *r, const struct log_row *log, uint64_t from, uint64_t last,
			  struct job *j, char *why)
{
	struct hash chain = { { 0 } };
	size_t bytes = 0;

	for (uint64_t seq = from > 1 ? from - 1 : from; seq <= last; seq++) {
		int rc = sqlite3_step(r->slice);
		if (rc == SQLITE_DONE)
			return damaged_at(r, seq, why);
		if (rc != SQLITE_ROW)
			return failed(r, rc, why);
		if (seq < from) {
			if ((uint64_t)sqlite3_column_int64(r->slice, 0) != seq ||
			    !column_hash(r->slice, 2, &chain))
				return damaged_at(r, seq, why);
		} else if (!take_row(r->slice, seq, &chain, j)) {
			return damaged_at(r, seq, why);
		} else if (j->kind == JOB_FETCH) {
			bytes += j->records[j->n_records - 1].body->len;
			if (bytes >= FETCH_BYTES && seq < last)
				return OK; /* the next page has the rest */
		}
	}
	if (last == log->head && !hash_equal(&chain, &log->chain))
		return damaged_at(r, last, why);
	return OK;
}

enum err rows_slice(struct rows *r, const struct log_row *log, uint64_t from, uint64_t to,
		    struct job *j, char *why)
{
	uint64_t last = to < log->head ? to : log->head;

	if (from > last)
		return OK;
	if (last - from >= STORE_SLICE)
		last = from + STORE_SLICE - 1;
	sqlite3_bind_int64(r->slice, 1, log->id);
	sqlite3_bind_int64(r->slice, 2, (int64_t)(from > 1 ? from - 1 : from));
	sqlite3_bind_int64(r->slice, 3, (int64_t)last);
	enum err err = take_rows(r, log, from, last, j, why);
	sqlite3_reset(r->slice);
	return err;
}
