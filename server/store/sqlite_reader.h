/* The thread that loads: a slice for each job, in the order of asking. Owns the reading connection.
 */
#ifndef JOBALIKE_STORE_SQLITE_READER_H
#define JOBALIKE_STORE_SQLITE_READER_H

#include "server/store/sqlite_rows.h"

struct reader {
	uv_thread_t thread;
	sqlite3 *db;
	struct rows rows;
	struct job_queue in; /* READ, FETCH, STOP */
	struct job_queue *out;
};

/* Takes the connection over; ends after a JOB_STOP, which it hands back last. */
int reader_start(struct reader *r, sqlite3 *db, struct job_queue *out);
/* After its JOB_STOP has come. */
void reader_join(struct reader *r);

#endif
