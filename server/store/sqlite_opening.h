/* While the file is opened, before anybody is served: what sqlite_file.c, which has the file, and
 * sqlite_schema.c, which looks at what lies in it, share. */
#ifndef JOBALIKE_STORE_SQLITE_OPENING_H
#define JOBALIKE_STORE_SQLITE_OPENING_H

#include <sys/types.h>

#include "server/store/sqlite_file.h"

struct opening {
	struct sqlite_file *file;
	const char *path;
	const struct sqlite_options *options;
	off_t size;   /* of the file before it was opened */
	bool has_wal; /* something lies in its write-ahead log */
	char *why;
	size_t why_size;
};

/* Says why in a sentence, or two, and returns err. */
enum err sqlite_refuse(const struct opening *o, enum err err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* What SQLite says. db: NULL, or where it said more. */
enum err sqlite_refuse_rc(const struct opening *o, sqlite3 *db, int rc);

/* Ours, of which version? 0: it is empty. */
enum err schema_know(struct opening *o, int64_t *version);
enum err schema_check_pages(struct opening *o);
enum err schema_check_names(struct opening *o);
/* From this version to the present one; what SQLite says. */
int schema_migrate(sqlite3 *db, int64_t version);

#endif
