/* A store over several stores: each log lives in one of them, chosen by rendezvous hashing of its
 * name over theirs. So every instance with the same list of names agrees without asking, and where
 * one server more or less is listed only the logs that it gains or had move (nobody moves them: add
 * servers before there is something to lose, or while nothing runs).
 *
 * Notices go from the parts to the hub directly. Trouble is that of the first part that has any;
 * the clock is that of the first part that is well. */
#ifndef JOBALIKE_STORE_SPREAD_H
#define JOBALIKE_STORE_SPREAD_H

#include <stddef.h>

#include "server/store/store.h"

/* Takes over the parts; names are copied. At least one. */
struct store *spread_open(struct store *const *parts, const char *const *names, size_t n);
/* Which of the names a log belongs to. */
size_t spread_place(const char *log, const char *const *names, size_t n);

#endif
