/* What the tests of SQLite's file count beside their cases. */
#ifndef JOBALIKE_TESTS_STORE_FILES_H
#define JOBALIKE_TESTS_STORE_FILES_H

#include <stddef.h>

extern size_t n_skipped;             /* cases that this machine does not allow */
extern size_t n_flips, n_flips_seen; /* bits flipped; flips that were noticed */

#endif
