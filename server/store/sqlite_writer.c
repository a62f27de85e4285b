#include "server/store/sqlite_writer.h"

#include <string.h>

#include "server/base/crash.h"
#include "server/base/log.h"

/* Pages of the write-ahead log (4 KiB): copied into the file when there is nothing else to do, and
 * at last when it gets large, because reading becomes slower with it. */
#define WAL_IDLE_PAGES 1000
#define WAL_MOST_PAGES 8000

static int note_pages(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct writer *w = arg;

	(void)db;
	(void)name;
	w->wal_pages = pages;
	return SQLITE_OK;
}

/* --- one transaction --- */

static int run_job(struct writer *w, struct job *j)
{
	switch (j->kind) {
	case JOB_ERASE:
		return writer_erase(w, j);
	case JOB_DROP:
		return writer_drop(w, j);
	default:
		return writer_append(w, j);
	}
}

static int run_jobs(struct writer *w, struct job *first, const struct job *end)
{
	int rc = SQLITE_OK;

	for (struct job *j = first; j != end && rc == SQLITE_OK; j = j->next)
		rc = run_job(w, j);
	return rc;
}

/* Logged once, where it begins, and once where it ends. */
static void note_failure(struct writer *w, int rc)
{
	if (rc != SQLITE_OK && !w->failing)
		log_error("store.write_failed", "code=%d why=%s", sqlite3_extended_errcode(w->db),
			  sqlite3_errmsg(w->db));
	else if (rc == SQLITE_OK && w->failing)
		log_info("store.writes_again", "code=%d", rc);
	w->failing = rc != SQLITE_OK;
}

/* A commit that failed on its way to the disk may be found there after a crash. */
static enum err outcome(int rc, bool committing)
{
	int kind = rc & 0xff;

	if (committing && kind != SQLITE_FULL && kind != SQLITE_BUSY)
		return ERR_UNKNOWN;
	return sqlite_err(rc);
}

static void answer_all(struct job *first, const struct job *end, enum err err)
{
	for (struct job *j = first; j != end; j = j->next) {
		job_drop_records(j);
		j->err = err;
		strcpy(j->its_epoch, j->epoch); /* one that was being made is not there */
	}
}

/* first ... before end in one transaction, all answered. False: not tried to the end, because
 * something is damaged; nothing is answered and each job should be tried by itself. */
static bool transact(struct writer *w, struct job *first, const struct job *end)
{
	bool committing = false;
	int rc = sqlite_exec(w->db, "BEGIN IMMEDIATE");

	crash_at("sqlite.begun");
	if (rc == SQLITE_OK)
		rc = run_jobs(w, first, end);
	if (rc == SQLITE_OK)
		rc = history_renew(w->history, w->db, w->note_ms);
	if (rc == SQLITE_OK) {
		committing = true;
		crash_at("sqlite.committing");
		rc = sqlite_exec(w->db, "COMMIT");
		crash_at("sqlite.committed");
	}
	note_failure(w, rc);
	if (rc == SQLITE_OK) {
		history_renewed(w->history);
		return true;
	}
	if (!sqlite3_get_autocommit(w->db))
		sqlite_exec(w->db, "ROLLBACK");
	writer_forget(w);
	if (!committing && sqlite_err(rc) == ERR_DAMAGED && first->next != end)
		return false;
	answer_all(first, end, outcome(rc, committing));
	return true;
}

/* --- batches --- */

static void one_by_one(struct writer *w, struct job *first, const struct job *end)
{
	for (struct job *j = first; j != end; j = j->next) {
		job_drop_records(j);
		j->err = OK;
		transact(w, j, j->next);
	}
}

/* The text is gone from the database, but not yet from the write-ahead log. */
static enum err clear_wal(struct writer *w)
{
	int rc = sqlite3_wal_checkpoint_v2(w->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

	if (rc == SQLITE_OK) {
		w->wal_pages = 0;
		return OK;
	}
	log_warn("store.erase_pending", "code=%d why=%s", rc, sqlite3_errmsg(w->db));
	return ERR_UNAVAILABLE;
}

static void finish_erased(struct writer *w, struct job_list *erased)
{
	if (!erased->first)
		return;
	enum err err = clear_wal(w);
	for (struct job *j = erased->first; j; j = j->next) {
		if (j->err == OK)
			j->err = err;
	}
	job_queue_put(w->out, erased);
}

/* Some of it is committed, and more is to be done. */
static bool goes_on(struct job *j)
{
	if (j->kind != JOB_DROP || j->err || !j->goes_on)
		return false;
	j->first = j->to;
	return true;
}

/* Hands back what is committed; erasures only when the text is in no file any more. */
static void hand_back(struct writer *w, struct job_list *jobs)
{
	struct job_list done, erased;
	struct job *j;

	job_list_init(&done);
	job_list_init(&erased);
	while ((j = job_list_take(jobs)))
		job_list_put(goes_on(j)              ? &w->dropping
			     : j->kind == JOB_APPEND ? &done
						     : &erased,
			     j);
	job_queue_put(w->out, &done);
	finish_erased(w, &erased);
}

static void checkpoint(struct writer *w, bool idle)
{
	if (w->wal_pages < (idle ? WAL_IDLE_PAGES : WAL_MOST_PAGES))
		return;
	sqlite3_wal_checkpoint_v2(w->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	w->wal_pages = 0;
}

static void end(struct writer *w)
{
	sqlite3_stmt *all[] = { w->make, w->move,       w->add,  w->at,    w->blank,     w->stub,
				w->tip,  w->blank_some, w->some, w->stubs, w->keep_stubs };

	writer_forget(w);
	rows_fini(&w->rows);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		sqlite3_finalize(all[i]);
}

/* Takes a JOB_STOP out of the list; it is the last one asked. */
static struct job *take_stop(struct job_list *jobs)
{
	struct job_list others;
	struct job *j, *stop = NULL;

	job_list_init(&others);
	while ((j = job_list_take(jobs))) {
		if (j->kind == JOB_STOP)
			stop = j;
		else
			job_list_put(&others, j);
	}
	job_list_move(jobs, &others);
	return stop;
}

static void writer_main(void *arg)
{
	struct writer *w = arg;
	struct job_list jobs;
	struct job *stop = NULL;

	job_list_init(&jobs);
	while (!stop || w->dropping.first) {
		job_list_move(&jobs, &w->dropping);
		job_queue_take(&w->in, &jobs, false);
		if (!jobs.first) {
			checkpoint(w, true);
			job_queue_take(&w->in, &jobs, true);
		}
		if (!stop)
			stop = take_stop(&jobs);
		if (jobs.first && !transact(w, jobs.first, NULL))
			one_by_one(w, jobs.first, NULL);
		hand_back(w, &jobs);
		crash_at("sqlite.handed_back");
		checkpoint(w, false);
	}
	end(w);
	sqlite3_close(w->db);
	job_list_put(&jobs, stop);
	job_queue_put(w->out, &jobs);
}

static int prepare(struct writer *w)
{
	const struct {
		sqlite3_stmt **st;
		const char *sql;
	} all[] = {
		{ &w->make, "INSERT INTO logs (name, epoch, head, chain, seal)"
			    " VALUES (?1, ?2, 0, ?3, ?4)" },
		{ &w->move, "UPDATE logs SET head = ?2, chain = ?3, seal = ?4, epoch = ?5"
			    " WHERE id = ?1" },
		{ &w->add, "INSERT INTO records (log, seq, body, chain) VALUES (?1, ?2, ?3, ?4)" },
		{ &w->at, "SELECT r.id, r.body, s.was FROM records AS r LEFT JOIN stubs AS s"
			  " ON s.record = r.id WHERE r.log = ?1 AND r.seq = ?2" },
		{ &w->blank, "UPDATE records SET body = zeroblob(length(body)) WHERE id = ?1" },
		{ &w->stub, "INSERT INTO stubs (record, was, stub, seal) VALUES (?1, ?2, ?3, ?4)"
			    " ON CONFLICT (record) DO UPDATE SET stub = ?3, seal = ?4" },
		{ &w->tip, "SELECT chain FROM records WHERE log = ?1 AND seq = ?2" },
		{ &w->some, "SELECT max(seq), count(*) FROM (SELECT seq FROM records"
			    " WHERE log = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3)" },
		{ &w->blank_some, "UPDATE records SET body = zeroblob(length(body))"
				  " WHERE log = ?1 AND seq BETWEEN ?2 AND ?3" },
		{ &w->stubs, "SELECT count(*) FROM records AS r JOIN stubs AS s ON s.record = r.id"
			     " WHERE r.log = ?1" },
		{ &w->keep_stubs, "INSERT INTO kept SELECT s.* FROM stubs AS s JOIN records AS r"
				  " ON r.id = s.record WHERE r.log <> ?1" },
	};
	int rc = rows_init(&w->rows, w->db);

	if (rc == SQLITE_OK) /* in memory, and empty but while a log is dropped */
		rc = sqlite_exec(w->db, "CREATE TEMP TABLE kept AS SELECT * FROM stubs WHERE 0");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && rc == SQLITE_OK; i++)
		rc = rows_prepare(w->db, all[i].sql, all[i].st);
	return rc;
}

int writer_start(struct writer *w, struct sqlite_file *f, unsigned note_ms, struct job_queue *out)
{
	w->db = f->writer;
	w->history = &f->history;
	w->note_ms = note_ms ? note_ms : HISTORY_RENEW_MS;
	w->out = out;
	sqlite3_wal_hook(w->db, note_pages, w); /* takes the place of the automatic checkpoint */
	int rc = prepare(w);
	if (rc == SQLITE_OK) {
		job_queue_init(&w->in, NULL);
		job_list_init(&w->dropping);
		if (uv_thread_create(&w->thread, writer_main, w) == 0)
			return SQLITE_OK;
		job_queue_fini(&w->in);
		rc = SQLITE_ERROR;
	}
	end(w);
	return rc;
}

void writer_join(struct writer *w)
{
	uv_thread_join(&w->thread);
	job_queue_fini(&w->in);
}
