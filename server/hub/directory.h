/* The list of sessions, reduced from the log `directory`. */
#ifndef JOBALIKE_HUB_DIRECTORY_H
#define JOBALIKE_HUB_DIRECTORY_H

#include "server/hub/entries.h"
#include "server/store/store.h"

#define DIRECTORY_LOG "directory"

struct directory;

struct directory *directory_new(struct store *store);
void directory_free(struct directory *d);
/* Nothing is asked of the store any more. */
void directory_end(struct directory *d);
void directory_notice(struct directory *d, const struct store_notice *notice, int64_t now);
/* Puts what the state says of its session, if the entry says otherwise. */
void directory_put(struct directory *d, const struct state *s, int64_t now);
/* The session was dropped: nothing is put of it any more. */
void directory_forget(struct directory *d, const char *session);
/* What the log says of it was erased: that is read, but later. */
void directory_leave_out(struct directory *d, const char *session);
const struct entry *directory_find(const struct directory *d, const char *session);
/* All entries, in the order in which they were first put; next: NULL begins, NULL returned ends. An
 * entry stays where it is, and its session is the same, until the list begins anew. */
const struct entry *directory_next(const struct directory *d, const struct entry *e);
/* How often it has begun anew. */
unsigned directory_begun(const struct directory *d);
/* Tries again what the store could not take. Returns when to call at the latest again; 0: never. */
int64_t directory_turn(struct directory *d, int64_t now);
/* The whole list was read, or what of it could be; while it is read anew it is as it was. */
bool directory_was_read(const struct directory *d);
/* Likewise, and it is not being read anew: what is not in it is not there. */
bool directory_is_live(const struct directory *d);
/* Its log is damaged: sessions behind the damage are not in it. */
bool directory_is_broken(const struct directory *d);
/* Nothing of ours is under way in the store. */
bool directory_is_idle(const struct directory *d);

#endif
