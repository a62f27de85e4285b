#include "server/store/sqlite_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/mem.h"

#define APPLICATION_ID  0x4a6f6261 /* "Joba" */
#define QUICK_CHECK_MAX (64 << 20) /* bytes; a larger file is checked as its logs are loaded */
#define BUSY_MS         5000

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
};
#define SCHEMA ((int)(sizeof(migrations) / sizeof(migrations[0])))

struct opening {
	struct sqlite_file *file;
	const char *path;
	const struct sqlite_options *options;
	off_t size;   /* of the file before it was opened */
	bool has_wal; /* something lies in its write-ahead log */
	char *why;
	size_t why_size;
};

static enum err refuse(const struct opening *o, enum err err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static enum err refuse(const struct opening *o, enum err err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(o->why, o->why_size, format, args);
	va_end(args);
	return err;
}

enum err sqlite_err(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return OK;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_CONSTRAINT: /* something lies where nothing should be */
		return ERR_DAMAGED;
	default:
		return ERR_UNAVAILABLE;
	}
}

static enum err refuse_rc(const struct opening *o, sqlite3 *db, int rc)
{
	const char *text = db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);

	if ((rc & 0xff) == SQLITE_NOTADB)
		return refuse(
			o, ERR_DAMAGED,
			"%s is no database of ours, or its beginning is damaged. Name another "
			"file, or bring back a copy of this one.",
			o->path);
	if (sqlite_err(rc) == ERR_DAMAGED)
		return refuse(o, ERR_DAMAGED, "%s is damaged (%s). Bring back a copy of it.",
			      o->path, text);
	if ((rc & 0xff) == SQLITE_FULL)
		return refuse(o, ERR_UNAVAILABLE, "There is no room left for %s. Make some.",
			      o->path);
	return refuse(o, ERR_UNAVAILABLE,
		      "%s cannot be used (%s). Look at the disk and at who may "
		      "write there.",
		      o->path, text);
}

struct hash sqlite_seal(const char *name, const char *epoch, uint64_t head,
			const struct hash *chain)
{
	char text[STORE_LOG_MAX + STORE_EPOCH_MAX + 32];
	int len = snprintf(text, sizeof(text), "%s %s %" PRIu64, name, epoch, head);

	return hash_of_two(text, (size_t)len, chain->bytes, HASH_BYTES);
}

/* --- the files themselves --- */

static void sync_directory(const char *path)
{
	char *copy = x_strdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(copy);
}

static enum err lock(struct opening *o)
{
	char *path = sqlite3_mprintf("%s.lock", o->path);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int failed = errno;

	sqlite3_free(path);
	if (fd < 0)
		return refuse(
			o, ERR_UNAVAILABLE,
			"%s.lock cannot be written (%s). The directory must be there and ours "
			"to write in.",
			o->path, strerror(failed));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return refuse(
			o, ERR_CONFLICT,
			"%s is in use by another process. Stop that one, or name another file.",
			o->path);
	}
	o->file->lock_fd = fd;
	return OK;
}

/* SQLite gives -wal and -shm the mode of the file, so it is enough to make that one ours alone. */
static enum err make_private(struct opening *o)
{
	int fd = open(o->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct stat st;

	if (fd < 0)
		return refuse(o, ERR_UNAVAILABLE, "%s cannot be opened for writing (%s).", o->path,
			      strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return refuse(o, ERR_DAMAGED, "%s is not a file. Name another one.", o->path);
	}
	fchmod(fd, 0600);
	close(fd);
	o->size = st.st_size;
	if (o->size == 0)
		sync_directory(o->path);
	char *wal = sqlite3_mprintf("%s-wal", o->path);
	o->has_wal = stat(wal, &st) == 0 && st.st_size > 0;
	sqlite3_free(wal);
	return OK;
}

/* --- connections --- */

static int deny_reaching_out(void *arg, int action, const char *one, const char *two,
			     const char *three, const char *four)
{
	(void)arg;
	(void)one;
	(void)three;
	(void)four;
	if (action == SQLITE_ATTACH || action == SQLITE_DETACH)
		return SQLITE_DENY;
	if (action == SQLITE_FUNCTION && two && strcmp(two, "load_extension") == 0)
		return SQLITE_DENY;
	return SQLITE_OK;
}

static int connect_to(struct opening *o, int flags, sqlite3 **db)
{
	int rc = sqlite3_open_v2(o->path, db, flags | SQLITE_OPEN_NOMUTEX, o->options->vfs);

	if (rc != SQLITE_OK)
		return rc;
	sqlite3_extended_result_codes(*db, 1);
	sqlite3_busy_timeout(*db, BUSY_MS);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(*db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	return sqlite3_set_authorizer(*db, deny_reaching_out, NULL);
}

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

static int exec(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

/* --- what is in the file --- */

static enum err know_it(struct opening *o, int64_t *version)
{
	sqlite3 *db = o->file->writer;
	int64_t id = 0, n_things = 0;
	int rc = number(db, "SELECT count(*) FROM sqlite_schema", &n_things);

	if (rc == SQLITE_OK)
		rc = number(db, "PRAGMA application_id", &id);
	if (rc == SQLITE_OK)
		rc = number(db, "PRAGMA user_version", version);
	if (rc != SQLITE_OK)
		return refuse_rc(o, db, rc);
	if (id != APPLICATION_ID && (id != 0 || n_things > 0 || *version != 0))
		return refuse(o, ERR_DAMAGED,
			      "%s is a database of another program. Name another file.", o->path);
	if (*version > SCHEMA)
		return refuse(o, ERR_DAMAGED,
			      "%s was written by a newer version (schema %" PRId64
			      ", known here: %d). Use that version.",
			      o->path, *version, SCHEMA);
	return OK;
}

static enum err check_pages(struct opening *o)
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
		return refuse(o, ERR_DAMAGED, "%s is cut off. Bring back a copy of it.", o->path);
	if (rc == SQLITE_OK && pages * page_size > QUICK_CHECK_MAX)
		return OK;
	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (sqlite_err(rc) != OK)
		err = refuse_rc(o, db, rc);
	else if (strcmp((const char *)sqlite3_column_text(st, 0), "ok") != 0)
		err = refuse(o, ERR_DAMAGED, "%s is damaged (%s). Bring back a copy of it.",
			     o->path, (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return err;
}

/* A log whose name is damaged would not be found, and be made anew: that must not happen. What else
 * may be wrong with a log is its own matter, found when it is loaded. */
static enum err check_names(struct opening *o)
{
	int64_t lost = 0;
	int rc = number(o->file->writer,
			"SELECT count(*) FROM logs AS a NOT INDEXED WHERE id IS NOT"
			" (SELECT id FROM logs AS b INDEXED BY sqlite_autoindex_logs_1"
			"  WHERE b.name = a.name)"
			" OR length(name) > 64 OR name GLOB '*[^A-Za-z0-9_-]*'",
			&lost);

	if (rc != SQLITE_OK)
		return refuse_rc(o, o->file->writer, rc);
	if (lost > 0)
		return refuse(o, ERR_DAMAGED,
			      "The list of logs in %s is damaged. Bring back a copy of the file.",
			      o->path);
	return OK;
}

static int migrate(sqlite3 *db, int64_t version)
{
	int rc = SQLITE_OK;

	for (; version < SCHEMA && rc == SQLITE_OK; version++) {
		char *sql = sqlite3_mprintf("BEGIN IMMEDIATE; %s PRAGMA user_version = %d; COMMIT",
					    migrations[version], (int)version + 1);
		rc = exec(db, sql);
		sqlite3_free(sql);
	}
	if (rc != SQLITE_OK && !sqlite3_get_autocommit(db))
		exec(db, "ROLLBACK");
	return rc;
}

static enum err prepare(struct opening *o, int64_t version)
{
	sqlite3 *db = o->file->writer;
	int rc = exec(db, "PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON;"
			  "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON");

	if (rc == SQLITE_OK)
		rc = exec(db, o->options->sync_normal ? "PRAGMA synchronous = NORMAL"
						      : "PRAGMA synchronous = FULL");
	if (rc == SQLITE_OK)
		rc = migrate(db, version);
	if (rc == SQLITE_OK)
		rc = connect_to(o, SQLITE_OPEN_READONLY, &o->file->reader);
	return rc == SQLITE_OK ? OK : refuse_rc(o, db, rc);
}

static enum err open_all(struct opening *o)
{
	int64_t version = 0;
	enum err err = lock(o);

	if (err == OK)
		err = make_private(o);
	if (err != OK)
		return err;
	int rc = connect_to(o, SQLITE_OPEN_READWRITE, &o->file->writer);
	if (rc != SQLITE_OK)
		return refuse_rc(o, o->file->writer, rc);
	err = know_it(o, &version);
	if (err == OK && version > 0)
		err = check_pages(o);
	if (err == OK)
		err = prepare(o, version);
	if (err == OK)
		err = check_names(o);
	return err;
}

enum err sqlite_file_open(struct sqlite_file *f, const char *path,
			  const struct sqlite_options *options, char *why, size_t why_size)
{
	struct opening o = {
		.file = f, .path = path, .options = options, .why = why, .why_size = why_size
	};

	*f = (struct sqlite_file){ .lock_fd = -1 };
	enum err err = open_all(&o);
	if (err != OK) {
		sqlite3_close(f->reader);
		sqlite3_close(f->writer);
		sqlite_file_unlock(f);
	}
	return err;
}

void sqlite_file_unlock(struct sqlite_file *f)
{
	if (f->lock_fd >= 0)
		close(f->lock_fd);
	f->lock_fd = -1;
}
