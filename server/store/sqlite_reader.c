#include "server/store/sqlite_reader.h"

#include <string.h>

#include "server/base/log.h"
#include "server/store/sqlite_file.h"

#define ROLLBACKS 3

static enum err answer(struct reader *r, struct job *j)
{
	struct log_row log;
	uint64_t to = j->kind == JOB_READ ? j->to : UINT64_MAX;
	enum err err = rows_log(&r->rows, j->log, &log, j->why);

	strcpy(j->its_epoch, log.epoch);
	j->head = log.head;
	if (err == OK && (log.id == 0 || (j->kind == JOB_READ && row_is_dropped(&log))))
		return ERR_NOT_FOUND;
	if (err == OK)
		err = rows_slice(&r->rows, &log, j->first, to, j, j->why);
	return err;
}

static void run(struct reader *r, struct job *j)
{
	/* One transaction: the log's row and its records are of the same moment. */
	int rc = sqlite_exec(r->db, "BEGIN");

	j->err = rc == SQLITE_OK ? answer(r, j) : sqlite_err(rc);
	/* Without memory it may be refused; left open, it keeps erased texts in the log. */
	for (int i = 0; i < ROLLBACKS && !sqlite3_get_autocommit(r->db); i++)
		sqlite_exec(r->db, "ROLLBACK");
	if (j->err == ERR_DAMAGED)
		log_error("store.damaged", "log=%s why=%s", j->log, j->why);
	else if (j->err == ERR_UNAVAILABLE)
		log_error("store.unreadable", "log=%s why=%s", j->log, sqlite3_errmsg(r->db));
}

static void reader_main(void *arg)
{
	struct reader *r = arg;
	struct job_list jobs;
	bool stop = false;

	job_list_init(&jobs);
	while (!stop) {
		struct job *j = job_list_take(&jobs);
		if (!j) {
			job_queue_take(&r->in, &jobs, true);
			continue;
		}
		stop = j->kind == JOB_STOP;
		if (!stop)
			run(r, j);
		else {
			rows_fini(&r->rows);
			sqlite3_close(r->db);
		}
		job_queue_add(r->out, j);
	}
}

int reader_start(struct reader *r, sqlite3 *db, struct job_queue *out)
{
	int rc = rows_init(&r->rows, db);

	r->db = db;
	r->out = out;
	if (rc != SQLITE_OK) {
		rows_fini(&r->rows);
		return rc;
	}
	job_queue_init(&r->in, NULL);
	if (uv_thread_create(&r->thread, reader_main, r) == 0)
		return SQLITE_OK;
	rows_fini(&r->rows);
	job_queue_fini(&r->in);
	return SQLITE_ERROR;
}

void reader_join(struct reader *r)
{
	uv_thread_join(&r->thread);
	job_queue_fini(&r->in);
}
