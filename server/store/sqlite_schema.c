/* What lies in the file: is it ours, whole, and of a version that we know? Then it is brought to
 * the present one. */
#include <inttypes.h>
#include <string.h>

#include "server/store/sqlite_opening.h"

#define APPLICATION_ID  0x4a6f6261 /* "Joba" */
#define QUICK_CHECK_MAX (64 << 20) /* bytes; a larger file is checked as its logs are loaded */

/* Each entry brings the schema from its index to the next version. Only ever add. */
static const char *const migrations[] = {
	/* records grow at their end only, and an erased body is overwritten by zeros where it lies:
	 * so no copy of a text is ever left in the unused part of a page. */
	"CREATE TABLE logs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, epoch TEXT NOT NULL,"
	" head INTEGER NOT NULL, chain BLOB NOT NULL, seal BLOB NOT NULL) STRICT;"
	"CREATE TABLE records (id INTEGER PRIMARY KEY, log INTEGER NOT NULL, seq INTEGER NOT NULL,"
	" body BLOB NOT NULL, chain BLOB NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX records_by_seq ON records (log, seq);"
	"CREATE TABLE stubs (record INTEGER PRIMARY KEY, was BLOB NOT NULL, stub BLOB NOT NULL,"
	" seal BLOB NOT NULL) STRICT;"
	"PRAGMA application_id = 1248813665;",
	"CREATE TABLE history (name TEXT NOT NULL) STRICT; INSERT INTO history VALUES ('');",
};
#define SCHEMA ((int)(sizeof(migrations) / sizeof(migrations[0])))

/* The first column of the first row as a number. */
static int number(sqlite3 *db, const char *sql, int64_t *out)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		*out = sqlite3_column_int64(st, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(st);
	return rc;
}

enum err schema_know(struct opening *o, int64_t *version)
{
	sqlite3 *db = o->file->writer;
	int64_t id = 0, n_things = 0;
	int rc = number(db, "SELECT count(*) FROM sqlite_schema", &n_things);

	if (rc == SQLITE_OK)
		rc = number(db, "PRAGMA application_id", &id);
	if (rc == SQLITE_OK)
		rc = number(db, "PRAGMA user_version", version);
	if (rc != SQLITE_OK)
		return sqlite_refuse_rc(o, db, rc);
	if (id != APPLICATION_ID && (id != 0 || n_things > 0 || *version != 0))
		return sqlite_refuse(o, ERR_DAMAGED,
				     "%s is a database of another program. Name another file.",
				     o->path);
	if (*version > SCHEMA)
		return sqlite_refuse(o, ERR_DAMAGED,
				     "%s was written by a newer version (schema %" PRId64
				     ", known here: %d). Use that version.",
				     o->path, *version, SCHEMA);
	return OK;
}

enum err schema_check_pages(struct opening *o)
{
	sqlite3 *db = o->file->writer;
	sqlite3_stmt *st = NULL;
	int64_t pages = 0, page_size = 0;
	int rc = number(db, "PRAGMA page_count", &pages);
	enum err err = OK;

	if (rc == SQLITE_OK)
		rc = number(db, "PRAGMA page_size", &page_size);
	/* SQLite takes the missing end of the last page for zeros. With something in the
	 * write-ahead log the end may be there, after a crash while it was copied. */
	if (rc == SQLITE_OK && page_size > 0 && o->size % page_size != 0 && !o->has_wal)
		return sqlite_refuse(o, ERR_DAMAGED, "%s is cut off. Bring back a copy of it.",
				     o->path);
	if (rc == SQLITE_OK && pages * page_size > QUICK_CHECK_MAX)
		return OK;
	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (sqlite_err(rc) != OK)
		err = sqlite_refuse_rc(o, db, rc);
	else if (strcmp((const char *)sqlite3_column_text(st, 0), "ok") != 0)
		err = sqlite_refuse(o, ERR_DAMAGED, "%s is damaged (%s). Bring back a copy of it.",
				    o->path, (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return err;
}

/* A log whose name is damaged would not be found, and be made anew: that must not happen. What else
 * may be wrong with a log is its own matter, found when it is loaded. */
enum err schema_check_names(struct opening *o)
{
	int64_t lost = 0;
	int rc = number(o->file->writer,
			"SELECT count(*) FROM logs AS a NOT INDEXED WHERE id IS NOT"
			" (SELECT id FROM logs AS b INDEXED BY sqlite_autoindex_logs_1"
			"  WHERE b.name = a.name)"
			" OR length(name) > 64 OR name GLOB '*[^A-Za-z0-9_-]*'",
			&lost);

	if (rc != SQLITE_OK)
		return sqlite_refuse_rc(o, o->file->writer, rc);
	if (lost > 0)
		return sqlite_refuse(
			o, ERR_DAMAGED,
			"The list of logs in %s is damaged. Bring back a copy of the file.",
			o->path);
	return OK;
}

int schema_migrate(sqlite3 *db, int64_t version)
{
	int rc = SQLITE_OK;

	for (; version < SCHEMA && rc == SQLITE_OK; version++) {
		char *sql = sqlite3_mprintf("BEGIN IMMEDIATE; %s PRAGMA user_version = %d; COMMIT",
					    migrations[version], (int)version + 1);
		rc = sqlite_exec(db, sql);
		sqlite3_free(sql);
	}
	if (rc != SQLITE_OK && !sqlite3_get_autocommit(db))
		sqlite_exec(db, "ROLLBACK");
	return rc;
}
