/* What the writer does for one job, inside of the transaction of a batch. */
#include "server/store/sqlite_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/store/sqlite_file.h"

#define MAX_KNOWN  10000 /* logs remembered; beyond, all are forgotten and read again */
#define DROP_SLICE 500   /* records that are blanked in one transaction */

void writer_forget(struct writer *w)
{
	struct log_cache *log, *next;

	HASH_ITER (hh, w->logs, log, next) {
		HASH_DEL(w->logs, log);
		free(log);
	}
}

/* Does the last record bear the chain that is noted with the log? ERR_DAMAGED: it does not. */
static enum err tip_is_sound(struct writer *w, const struct log_row *log)
{
	bool sound = false;
	enum err err;
	int rc;

	if (log->id == 0 || log->head == 0)
		return OK;
	sqlite3_bind_int64(w->tip, 1, log->id);
	sqlite3_bind_int64(w->tip, 2, (int64_t)log->head);
	rc = sqlite3_step(w->tip);
	if (rc == SQLITE_ROW && sqlite3_column_bytes(w->tip, 0) == HASH_BYTES)
		sound = memcmp(sqlite3_column_blob(w->tip, 0), log->chain.bytes, HASH_BYTES) == 0;
	err = rows_no_memory(&w->rows) ? ERR_UNAVAILABLE : sqlite_err(rc);
	sqlite3_reset(w->tip);
	return err == OK && !sound ? ERR_DAMAGED : err;
}

/* NULL: *err says why, and nothing is remembered. */
static struct log_cache *know(struct writer *w, const char *name, enum err *err, char *why)
{
	struct log_cache *log;

	*err = OK;
	HASH_FIND_STR(w->logs, name, log);
	if (log)
		return log;
	log = x_calloc(1, sizeof(*log));
	strcpy(log->name, name);
	*err = rows_log(&w->rows, name, &log->row, why);
	if (*err == OK) {
		snprintf(why, sizeof(((struct job *)0)->why), "The last record is not sound.");
		*err = tip_is_sound(w, &log->row);
	}
	if (*err != OK && *err != ERR_DAMAGED) {
		free(log);
		return NULL;
	}
	log->damaged = *err == ERR_DAMAGED;
	if (log->damaged)
		log_error("store.damaged", "log=%s why=%s", name, why);
	*err = OK;
	HASH_ADD_STR(w->logs, name, log);
	return log;
}

static int make_log(struct writer *w, struct log_cache *log)
{
	struct hash seal;

	rows_new_epoch(log->row.epoch);
	seal = rows_seal(log->name, log->row.epoch, 0, &log->row.chain);
	sqlite3_bind_text(w->make, 1, log->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(w->make, 2, log->row.epoch, -1, SQLITE_STATIC);
	rows_bind_hash(w->make, 3, &log->row.chain);
	rows_bind_hash(w->make, 4, &seal);
	int rc = rows_run(w->make);
	log->row.id = sqlite3_last_insert_rowid(w->db);
	return rc;
}

static int add_record(struct writer *w, struct log_cache *log, const struct msg *body)
{
	struct hash hash = hash_of(body->text, body->len);

	log->row.chain = chain_next(&log->row.chain, &hash);
	log->row.head++;
	sqlite3_bind_int64(w->add, 1, log->row.id);
	sqlite3_bind_int64(w->add, 2, (int64_t)log->row.head);
	sqlite3_bind_blob64(w->add, 3, body->text, body->len, SQLITE_STATIC);
	rows_bind_hash(w->add, 4, &log->row.chain);
	crash_at("sqlite.adding");
	return rows_run(w->add);
}

/* Where the log ends, and what it is called. */
static int note_log(struct writer *w, const struct log_cache *log)
{
	struct hash seal = rows_seal(log->name, log->row.epoch, log->row.head, &log->row.chain);

	sqlite3_bind_int64(w->move, 1, log->row.id);
	sqlite3_bind_int64(w->move, 2, (int64_t)log->row.head);
	rows_bind_hash(w->move, 3, &log->row.chain);
	rows_bind_hash(w->move, 4, &seal);
	sqlite3_bind_text(w->move, 5, log->row.epoch, -1, SQLITE_STATIC);
	return rows_run(w->move);
}

static int put_records(struct writer *w, struct log_cache *log, const struct job *j)
{
	int rc = log->row.id == 0 ? make_log(w, log) : SQLITE_OK;

	for (size_t i = 0; i < j->n_bodies && rc == SQLITE_OK; i++)
		rc = add_record(w, log, j->bodies[i]);
	return rc == SQLITE_OK ? note_log(w, log) : rc;
}

int writer_append(struct writer *w, struct job *j)
{
	struct log_cache *log = know(w, j->log, &j->err, j->why);
	const struct log_row *row;
	bool makes = j->epoch[0] == '\0' && j->first == 1, same;
	int rc = SQLITE_OK;

	if (!log)
		return SQLITE_OK;
	row = &log->row;
	same = row->id != 0 && (strcmp(j->epoch, row->epoch) == 0 || (makes && row->head > 0));
	if (log->damaged) {
		j->err = ERR_DAMAGED;
	} else if (row_is_dropped(row)) {
		j->err = ERR_NOT_FOUND;
	} else if (same && j->first <= row->head) {
		j->err = rows_slice(&w->rows, row, j->first, UINT64_MAX, j, j->why);
		if (j->err == OK)
			j->err = ERR_CONFLICT;
	} else if ((makes && row->head == 0) || (same && j->first == row->head + 1)) {
		rc = put_records(w, log, j);
	} else {
		j->err = ERR_CONFLICT;
	}
	strcpy(j->its_epoch, row->epoch);
	j->head = row->head;
	if (HASH_COUNT(w->logs) > MAX_KNOWN)
		writer_forget(w);
	return rc;
}

/* The body is overwritten where it lies, by as many zeros; an old stub keeps the first body's hash.
 */
static int put_stub(struct writer *w, int64_t record, const struct hash *was,
		    const struct msg *stub)
{
	struct hash seal = hash_of_two(was->bytes, HASH_BYTES, stub->text, stub->len);

	sqlite3_bind_int64(w->blank, 1, record);
	int rc = rows_run(w->blank);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(w->stub, 1, record);
	rows_bind_hash(w->stub, 2, was);
	sqlite3_bind_blob64(w->stub, 3, stub->text, stub->len, SQLITE_STATIC);
	rows_bind_hash(w->stub, 4, &seal);
	return rows_run(w->stub);
}

int writer_erase(struct writer *w, struct job *j)
{
	struct log_cache *log = know(w, j->log, &j->err, j->why);
	struct hash was;

	if (!log)
		return SQLITE_OK;
	strcpy(j->its_epoch, log->row.epoch);
	if (log->damaged || j->first == 0 || j->first > log->row.head) {
		j->err = log->damaged ? ERR_DAMAGED : ERR_NOT_FOUND;
		return SQLITE_OK;
	}
	/* Damage must not be hidden under a stub. */
	j->err = rows_slice(&w->rows, &log->row, j->first, j->first, j, j->why);
	job_drop_records(j);
	if (j->err != OK)
		return SQLITE_OK;

	sqlite3_bind_int64(w->at, 1, log->row.id);
	sqlite3_bind_int64(w->at, 2, (int64_t)j->first);
	int rc = sqlite3_step(w->at);
	int64_t record = sqlite3_column_int64(w->at, 0);
	if (rc == SQLITE_ROW && sqlite3_column_bytes(w->at, 2) == HASH_BYTES)
		memcpy(was.bytes, sqlite3_column_blob(w->at, 2), HASH_BYTES);
	else if (rc == SQLITE_ROW)
		was = hash_of(sqlite3_column_blob(w->at, 1),
			      (size_t)sqlite3_column_bytes(w->at, 1));
	if (rows_no_memory(&w->rows))
		rc = SQLITE_NOMEM; /* what was read may be another body's hash */
	sqlite3_reset(w->at);
	if (rc != SQLITE_ROW)
		return rc;
	rows_new_epoch(log->row.epoch);
	strcpy(j->its_epoch, log->row.epoch);
	rc = put_stub(w, record, &was, j->bodies[0]);
	return rc == SQLITE_OK ? note_log(w, log) : rc;
}

/* Stubs name people, and where one is put between others SQLite may leave copies of its neighbours
 * in the unused part of a page: all are written anew, in order, on pages that were cleared. */
static int drop_stubs(struct writer *w, int64_t log)
{
	sqlite3_bind_int64(w->stubs, 1, log);
	int rc = sqlite3_step(w->stubs);
	bool none = rc == SQLITE_ROW && sqlite3_column_int64(w->stubs, 0) == 0;

	sqlite3_reset(w->stubs);
	if (rc != SQLITE_ROW || none)
		return none ? SQLITE_OK : rc;
	sqlite3_bind_int64(w->keep_stubs, 1, log);
	rc = rows_run(w->keep_stubs);
	if (rc != SQLITE_OK)
		return rc;
	return sqlite_exec(w->db,
			   "DELETE FROM stubs; INSERT INTO stubs SELECT * FROM kept ORDER BY "
			   "record; DELETE FROM kept");
}

/* Rows stay, full of zeros: where one is taken out SQLite moves others together, and leaves copies
 * of their texts behind that nobody could erase any more. */
static int blank_some(struct writer *w, int64_t log, struct job *j)
{
	int64_t last, n;
	int rc;

	sqlite3_bind_int64(w->some, 1, log);
	sqlite3_bind_int64(w->some, 2, (int64_t)j->first);
	sqlite3_bind_int64(w->some, 3, DROP_SLICE);
	rc = sqlite3_step(w->some);
	last = sqlite3_column_int64(w->some, 0);
	n = sqlite3_column_int64(w->some, 1);
	sqlite3_reset(w->some);
	if (rc != SQLITE_ROW)
		return rc;
	j->goes_on = n == DROP_SLICE && last < INT64_MAX;
	j->to = (uint64_t)last + 1;
	if (!n)
		return SQLITE_OK;
	sqlite3_bind_int64(w->blank_some, 1, log);
	sqlite3_bind_int64(w->blank_some, 2, (int64_t)j->first);
	sqlite3_bind_int64(w->blank_some, 3, last);
	return rows_run(w->blank_some);
}

/* The mark comes first, then some of the text with each transaction, so that others who write wait
 * for no more than that. What is damaged may be dropped, too. */
int writer_drop(struct writer *w, struct job *j)
{
	struct log_cache *log = know(w, j->log, &j->err, j->why);
	int rc = SQLITE_OK;

	if (!log)
		return SQLITE_OK;
	log->row.head = 0;
	log->row.chain = (struct hash){ { 0 } };
	log->damaged = false;
	if (log->row.id == 0)
		rc = make_log(w, log);
	strcpy(log->row.epoch, STORE_DROPPED_EPOCH);
	strcpy(j->its_epoch, log->row.epoch);
	if (rc == SQLITE_OK)
		rc = blank_some(w, log->row.id, j);
	if (rc == SQLITE_OK && !j->goes_on)
		rc = drop_stubs(w, log->row.id);
	return rc == SQLITE_OK ? note_log(w, log) : rc;
}
