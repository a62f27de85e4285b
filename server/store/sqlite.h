/* The store in one SQLite file: one process, any number of logs.
 *
 * Two threads serve it, so that the loop never waits for a disk: a writer, which owns the only
 * connection that writes and makes everything that was asked while its last commit ran into one
 * transaction, and a reader for loading. Both hand their results back to the loop's thread.
 *
 * Beside the file lie its -wal and -shm while it is open, and .lock, which keeps others out and
 * notes which history the file holds: one that was brought back from a copy has new epochs. Copy a
 * closed file, or use `sqlite3 FILE ".backup COPY"`. */
#ifndef JOBALIKE_STORE_SQLITE_H
#define JOBALIKE_STORE_SQLITE_H

#include <stdbool.h>
#include <uv.h>

#include "server/store/store.h"

struct sqlite_options {
	bool sync_normal; /* faster; OK survives kill -9, but the last ones not a power loss */
	const char *vfs;  /* NULL: the system's files; for tests that cut the power */
	unsigned note_ms; /* how often the history is noted, in tests; 0: HISTORY_RENEW_MS */
};

/* Makes the file if it is not there; its directory must be. Takes as long as the disk does, before
 * anybody is served. Not OK: `why` says in one or two sentences what is wrong and what to do;
 * ERR_CONFLICT is in use, ERR_DAMAGED is damaged, foreign or newer, ERR_UNAVAILABLE the rest. */
enum err sqlite_open(uv_loop_t *loop, const char *path, const struct sqlite_options *options,
		     store_notice_fn on_notice, void *arg, struct store **out, char *why,
		     size_t why_size);

#endif
