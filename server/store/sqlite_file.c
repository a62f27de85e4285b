#include "server/store/sqlite_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/mem.h"
#include "server/store/sqlite_opening.h"

#define BUSY_MS 5000

enum err sqlite_refuse(const struct opening *o, enum err err, const char *format, ...)
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

enum err sqlite_refuse_rc(const struct opening *o, sqlite3 *db, int rc)
{
	const char *text = db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);

	if ((rc & 0xff) == SQLITE_NOTADB)
		return sqlite_refuse(
			o, ERR_DAMAGED,
			"%s is no database of ours, or its beginning is damaged. Name another "
			"file, or bring back a copy of this one.",
			o->path);
	if (sqlite_err(rc) == ERR_DAMAGED)
		return sqlite_refuse(o, ERR_DAMAGED, "%s is damaged (%s). Bring back a copy of it.",
				     o->path, text);
	if ((rc & 0xff) == SQLITE_FULL)
		return sqlite_refuse(o, ERR_UNAVAILABLE, "There is no room left for %s. Make some.",
				     o->path);
	return sqlite_refuse(o, ERR_UNAVAILABLE,
			     "%s cannot be used (%s). Look at the disk and at who may "
			     "write there.",
			     o->path, text);
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
		return sqlite_refuse(
			o, ERR_UNAVAILABLE,
			"%s.lock cannot be written (%s). The directory must be there and ours "
			"to write in.",
			o->path, strerror(failed));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return sqlite_refuse(
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
		return sqlite_refuse(o, ERR_UNAVAILABLE, "%s cannot be opened for writing (%s).",
				     o->path, strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return sqlite_refuse(o, ERR_DAMAGED, "%s is not a file. Name another one.",
				     o->path);
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

int sqlite_exec(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static enum err prepare(struct opening *o, int64_t version)
{
	sqlite3 *db = o->file->writer;
	int rc = sqlite_exec(db, "PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON;"
				 "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON");

	if (rc == SQLITE_OK)
		rc = sqlite_exec(db, o->options->sync_normal ? "PRAGMA synchronous = NORMAL"
							     : "PRAGMA synchronous = FULL");
	if (rc == SQLITE_OK)
		rc = schema_migrate(db, version);
	if (rc == SQLITE_OK)
		rc = connect_to(o, SQLITE_OPEN_READONLY, &o->file->reader);
	return rc == SQLITE_OK ? OK : sqlite_refuse_rc(o, db, rc);
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
		return sqlite_refuse_rc(o, o->file->writer, rc);
	err = schema_know(o, &version);
	if (err == OK && version > 0)
		err = schema_check_pages(o);
	if (err == OK)
		err = prepare(o, version);
	if (err == OK)
		err = schema_check_names(o);
	if (err == OK)
		err = history_open(o);
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
