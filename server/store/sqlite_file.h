/* The file of the SQLite store: opened, locked, checked, brought to the present schema
 * (sqlite_schema.c); and how the errors of SQLite are told in our words. */
#ifndef JOBALIKE_STORE_SQLITE_FILE_H
#define JOBALIKE_STORE_SQLITE_FILE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "server/store/sqlite.h"
#include "server/store/sqlite_history.h"

struct sqlite_file {
	int lock_fd;
	struct history history;
	sqlite3 *writer, *reader; /* each for one thread at a time */
};

/* As sqlite_open. */
enum err sqlite_file_open(struct sqlite_file *f, const char *path,
			  const struct sqlite_options *options, char *why, size_t why_size);
/* Both connections must be closed. Lets others in. */
void sqlite_file_unlock(struct sqlite_file *f);

enum err sqlite_err(int rc);
/* Statements without values or rows; what SQLite says. */
int sqlite_exec(sqlite3 *db, const char *sql);

#endif
