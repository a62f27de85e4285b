/* The store that the configuration names, whatever kind it is. */
#ifndef JOBALIKE_STORE_STORAGE_H
#define JOBALIKE_STORE_STORAGE_H

#include <stdbool.h>
#include <uv.h>

#include "server/base/conf.h"
#include "server/store/store.h"

struct memory;
struct redis_tls;

struct storage {
	struct store *store;
	struct redis_tls *tls; /* NULL: nothing is behind TLS */
	struct memory *memory; /* what is behind it; NULL for other kinds */
	char where[512];       /* for people: the path or the addresses */
};

/* What is told to whom. refused: a Redis that was reached cannot be used, and why; at most once. */
struct storage_owner {
	store_notice_fn on_notice;
	void *arg;
	void (*refused)(void *arg, const char *why);
	void *refused_arg;
};

/* False: why is written. Files are read as whoever we are by now. A Redis need not be there yet
 * (store->trouble says so). */
bool storage_open(struct storage *s, uv_loop_t *loop, const struct conf *c,
		  const struct storage_owner *owner, char *why, size_t why_size);
/* After the store has closed; the loop must run once more. */
void storage_free(struct storage *s);

#endif
