/* After an erase or a drop the old text still stands in Redis's append-only file. It is rewritten,
 * once for all erases that came before; who asked is answered when no file holds the text. */
#ifndef JOBALIKE_STORE_REDIS_PURGE_H
#define JOBALIKE_STORE_REDIS_PURGE_H

#include "server/store/redis_ask.h"

struct redis;

#define PURGE_LOOK_MS 50
#define PURGE_MS      60000 /* longer than this is unknown: ask again */

struct purge {
	struct ask_list asks; /* their time runs from sent_at; purging: the rewriting began after */
	bool asking;
	uint64_t look_at;
};

/* The stream holds the stub now, or is gone. */
void purge_add(struct ask *a);
void purge_turn(struct redis *r);
/* UINT64_MAX: not needed. */
uint64_t purge_due(const struct redis *r);

#endif
