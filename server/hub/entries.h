/* Entries of the list of sessions: what each says of its session, and how it is found by it. */
#ifndef JOBALIKE_HUB_ENTRIES_H
#define JOBALIKE_HUB_ENTRIES_H

#include <stdbool.h>

#include "protocol/codec.h"
#include "server/core/state.h"

/* An entry: the last directory.put of a session. */
struct entry {
	struct event event; /* EVT_DIRECTORY_PUT; owns its texts */
	UT_hash_handle hh;  /* by event.directory_put.session */
};

/* What is to be said of a session in this state. Its texts are borrowed from there, its languages
 * lie where it was told. */
struct directory_put entry_of(const struct state *s, enum language languages[LANGUAGE_COUNT]);
/* Do two of them say the same, whenever and wherever they were put? */
bool entry_is_same(const struct event *a, const struct event *b);

/* NULL: there is none. */
struct entry *entries_find(struct entry *list, const char *session);
/* Takes the texts over. A session that is there already keeps its place. */
void entries_keep(struct entry **list, struct event *event);
/* Keeps them all in the other list, over what that says of the same sessions. */
void entries_move(struct entry **to, struct entry **from);
void entries_drop(struct entry **list, struct entry *e);
void entries_free(struct entry **list);

#endif
