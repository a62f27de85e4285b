/* Which history the file holds. A log is one unbroken history, and its epoch is its name; a file
 * that was brought back from a copy goes on from there, and is another one for whoever has seen
 * more. So the file has a name in it that changes every few seconds in which something is written,
 * and beside it, in its .lock, stand that, or the last and the next, and which file it was (inode
 * and time of birth). Where they do not agree as it is opened, all logs in it get new epochs. */
#ifndef JOBALIKE_STORE_SQLITE_HISTORY_H
#define JOBALIKE_STORE_SQLITE_HISTORY_H

#include <sqlite3.h>
#include <stdint.h>

#include "server/store/store.h"

#define HISTORY_RENEW_MS 10000

struct history {
	int fd; /* of the .lock, borrowed */
	uint64_t inode, born_ns;
	char name[STORE_EPOCH_MAX + 1]; /* in the file, committed */
	char next[STORE_EPOCH_MAX + 1]; /* to be so */
	uint64_t renewed_ns;            /* by a steady clock */
};

struct opening;

/* The file is sound and of the present schema. Its lock is ours. */
enum err history_open(struct opening *o);
/* In each transaction, at its end: another name, if it is time. every_ms: HISTORY_RENEW_MS, but in
 * tests. What SQLite says. */
int history_renew(struct history *h, sqlite3 *db, unsigned every_ms);
/* That transaction is committed. */
void history_renewed(struct history *h);

#endif
