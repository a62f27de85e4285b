/* Is this Redis one that keeps what it is told? Asked at each connection, before anything else: who
 * we are, the version, the role, and the settings that decide about what is acknowledged. */
#ifndef JOBALIKE_STORE_REDIS_SETTINGS_H
#define JOBALIKE_STORE_REDIS_SETTINGS_H

#include "server/store/redis_link.h"

struct redis;

/* What the server said; a question is `asked` until all have come. */
struct settings {
	unsigned asked, serial;
	char why[400]; /* the first thing that is wrong; "" */
	bool later;    /* it may be right later: loading, or not the master */
	unsigned version[2];
	bool appends, fsync_always, fsync_everysec, evicts, has_limit, cuts;
};

/* AUTH, if there is a password or a user. False: there is none, nothing was sent. */
bool settings_auth(struct link *l, const char *user, const char *password, reply_fn *fn, void *arg);
/* Asks all; ends in redis_is_ready, redis_is_refused, or the end of the connection. */
void settings_ask(struct redis *r);

#endif
