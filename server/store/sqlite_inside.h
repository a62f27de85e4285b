/* Inside of the store in SQLite, for the two files of it that the loop's thread runs: sqlite.c asks
 * sqlite_writer.c and sqlite_reader.c, each a thread with a connection of its own; sqlite_answer.c
 * tells what became of it. They hand each other what is in sqlite_job.h. */
#ifndef JOBALIKE_STORE_SQLITE_INSIDE_H
#define JOBALIKE_STORE_SQLITE_INSIDE_H

#include "server/store/follow.h"
#include "server/store/sqlite.h"
#include "server/store/sqlite_file.h"
#include "server/store/sqlite_reader.h"
#include "server/store/sqlite_writer.h"

/* A log that was found damaged when it was read: nothing is appended to it any more. */
struct damaged_log {
	char name[STORE_LOG_MAX + 1];
	UT_hash_handle hh;
};

struct sqlite {
	struct store store; /* first: it is a store */
	struct sqlite_file file;
	struct writer writer;
	struct reader reader;
	struct job_queue results;
	struct job_list untold; /* results, as far as they were not told yet */
	uv_async_t wake;
	struct followers followers;
	struct damaged_log *damaged;
	bool closing;
	store_closed_fn closed;
	void *closed_arg;
};

/* Results have come. */
void sqlite_on_wake(uv_async_t *wake);
/* Nothing is appended to it any more. */
bool sqlite_is_damaged(const struct sqlite *s, const char *name);
/* No thread is left: the end of the store. */
void sqlite_free_now(uv_handle_t *wake);

#endif
