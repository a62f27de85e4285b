/* The store on Redis: a stream for each log, one script that appends, publish and subscribe for
 * word of it. Any number of instances share it. In Redis, each name below the prefix:
 *
 * log:NAME, a stream: record N has the id N-0 and the fields body, chain (hex) and, where it was
 * erased, hash, the old body's. XRANGE log:NAME 7 7 shows record 7.
 *
 * about:NAME, a hash: epoch, head, chain (of the head), run (the run_id of the Redis that the epoch
 * was made under), changed (when that made it anew, ms). Of a log that was dropped only the epoch,
 * and there is no stream.
 *
 * next:NAME, for 50 ms or more: who lost a race for the next position and goes first now.
 *
 * DB:log:NAME, a channel: batches of records as they are appended, erasures, drops, signals.
 *
 * Two connections: one for commands, one that hears. Both are made anew when they break, with
 * growing pauses; what was asked meanwhile waits for REDIS_PATIENCE_MS and did not happen then.
 * What was sent and not answered is unknown. The store is there at once, Redis perhaps later:
 * `trouble` says what is missing. */
#ifndef JOBALIKE_STORE_REDIS_H
#define JOBALIKE_STORE_REDIS_H

#include <stdbool.h>
#include <uv.h>

#include "server/store/store.h"

#define REDIS_PATIENCE_MS 1800 /* what is not sent by then did not happen */
#define REDIS_REPLY_MS    2000 /* a reply that takes longer ends the connection */
#define REDIS_HOLD_MS     2000 /* after a change of epoch only what was lost is appended */
#define REDIS_FIRST_MS    50   /* whoever lost a race goes first for so long */

struct redis_tls; /* redis_tls.h */

/* Texts are copied; NULL is empty. tls is borrowed until the store has closed. */
struct redis_options {
	const char *host; /* a name or a numeric address; NULL: see path and sentinels */
	uint16_t port;
	const char *path;            /* a unix socket, instead of host and port */
	const struct redis_tls *tls; /* how host and sentinels are talked to; NULL: in clear */
	unsigned db;
	const char *user, *password;
	const char *prefix;           /* of every key and channel */
	bool everysec;                /* appendfsync may be everysec: the last second may be lost */
	const char *const *sentinels; /* host:port each, instead of an address */
	size_t n_sentinels;
	const char *master; /* what the sentinels call it */
	/* Called once, when the first server that was reached cannot be used: what to change. */
	void (*refused)(void *arg, const char *why);
	void *refused_arg;
};

/* Connects when it is first asked for something. */
struct store *redis_open(uv_loop_t *loop, const struct redis_options *options,
			 store_notice_fn on_notice, void *arg);

#endif
