/* SQLite's file from outside: what tests do to it behind the store's back, and look for in it. */
#ifndef JOBALIKE_TESTS_STORE_SQLITE_FILE_H
#define JOBALIKE_TESTS_STORE_SQLITE_FILE_H

#include "tests/lib/seat.h"

/* Of the file of this bench, or of those beside it: "-wal". Valid until the next call. */
const char *file_path(const struct bench *b, const char *suffix);
/* Changes the closed file behind our back. */
void file_edit(const struct bench *b, const char *sql);

/* All bytes of any file, to be freed; NULL: there is none. */
char *file_read(const char *path, size_t *len);
void file_write(const char *path, const char *bytes, size_t len);

/* Two logs, "a" with 40 records and "b" with 30, in turns; closed. */
void file_two_logs(void **state);
/* Opens the file as it is now: true if all of a and b is there. */
bool file_opens_whole(struct bench *b);

#endif
