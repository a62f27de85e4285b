/* The thread that writes: everything that was asked while its last commit ran goes into one
 * transaction, over all logs. Owns the writing connection, and the batch it was handed. */
#ifndef JOBALIKE_STORE_SQLITE_WRITER_H
#define JOBALIKE_STORE_SQLITE_WRITER_H

#include "server/base/hash.h"
#include "server/store/sqlite_file.h"
#include "server/store/sqlite_rows.h"

/* What the writer knows of a log: true as soon as the transaction that it is in is committed. */
struct log_cache {
	char name[STORE_LOG_MAX + 1];
	struct log_row row;
	bool damaged;
	UT_hash_handle hh;
};

struct writer {
	uv_thread_t thread;
	sqlite3 *db;
	struct rows rows;
	sqlite3_stmt *make, *move, *add, *at, *blank, *stub, *tip, *blank_some, *some, *stubs,
		*keep_stubs;
	struct log_cache *logs;
	int wal_pages;
	struct history *history;
	unsigned note_ms;
	bool failing;        /* told once, and once when it is over */
	struct job_queue in; /* APPEND, ERASE, DROP, STOP */
	struct job_list dropping;
	struct job_queue *out;
};

/* Takes the connection of the file over, and its history; ends after a JOB_STOP, which it hands
 * back last. */
int writer_start(struct writer *w, struct sqlite_file *f, unsigned note_ms, struct job_queue *out);
/* After its JOB_STOP has come. */
void writer_join(struct writer *w);

/* One job inside of the transaction: fills in its answer, or returns what SQLite says. */
int writer_append(struct writer *w, struct job *j);
int writer_erase(struct writer *w, struct job *j);
int writer_drop(struct writer *w, struct job *j);
/* Forgets what it knows: after a rollback it may be wrong. */
void writer_forget(struct writer *w);

#endif
