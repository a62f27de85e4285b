/* Reading the rows of a log, checked against its chain. For either connection. */
#ifndef JOBALIKE_STORE_SQLITE_ROWS_H
#define JOBALIKE_STORE_SQLITE_ROWS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <string.h>

#include "server/store/chain.h"
#include "server/store/sqlite_job.h"

struct log_row {
	int64_t id; /* 0: no such log */
	char epoch[STORE_EPOCH_MAX + 1];
	uint64_t head;
	struct hash chain; /* at the head */
};

static inline bool row_is_dropped(const struct log_row *row)
{
	return strcmp(row->epoch, STORE_DROPPED_EPOCH) == 0;
}

struct rows {
	sqlite3 *db;
	sqlite3_stmt *log, *slice;
};

/* What SQLite says, or SQLITE_OK. */
int rows_init(struct rows *r, sqlite3 *db);
void rows_fini(struct rows *r);
/* Did the last column come back empty for lack of memory? What looks damaged then is not. */
bool rows_no_memory(const struct rows *r);

/* By chance: two histories never bear one name. */
void rows_new_epoch(char epoch[STORE_EPOCH_MAX + 1]);
/* Ties a row of `logs` together, so that a flipped bit in it is seen. */
struct hash rows_seal(const char *name, const char *epoch, uint64_t head, const struct hash *chain);

/* Both answer OK, ERR_DAMAGED or ERR_UNAVAILABLE, the latter two with a sentence in why (160
 * bytes). Call them inside of one transaction. */
enum err rows_log(struct rows *r, const char *name, struct log_row *out, char *why);
/* Adds the records from ... to, at most a slice, to the job; with ERR_DAMAGED those before. */
enum err rows_slice(struct rows *r, const struct log_row *log, uint64_t from, uint64_t to,
		    struct job *j, char *why);
/* Prepares text for the connection's life. */
int rows_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out);
/* Steps a statement that changes something, whose values are bound. */
int rows_run(sqlite3_stmt *st);
/* Borrows the hash until the statement was stepped. */
void rows_bind_hash(sqlite3_stmt *st, int at, const struct hash *h);

#endif
