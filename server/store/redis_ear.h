/* The connection that hears: subscriptions to the channels of followed logs, and to one of our own,
 * on which we hear ourselves twice a second, or the connection is dead. Records are read from a log
 * only when its channel is subscribed to, so that none falls between. */
#ifndef JOBALIKE_STORE_REDIS_EAR_H
#define JOBALIKE_STORE_REDIS_EAR_H

#include "server/base/hash.h"
#include "server/store/redis_record.h"

struct redis;

#define EAR_BEAT_MS 500
#define EAR_DEAF_MS 2500 /* without a beat */

struct channel {
	char log[STORE_LOG_MAX + 1];
	bool wanted;         /* else: until Redis says that it is gone */
	unsigned unanswered; /* subscriptions */
	uint64_t ticket;     /* of the fetch that waits for it; 0: none */
	uint64_t from;
	UT_hash_handle hh;
};

struct ear {
	struct link link;
	struct channel *channels;
	bool up; /* it hears */
	uint64_t heard_at;
	char *own; /* the channel of our own */
};

void ear_init(struct redis *r);
void ear_free(struct redis *r);
void ear_want(struct redis *r, const char *log);
void ear_forget(struct redis *r, const char *log);
void ear_forget_all(struct redis *r);
/* Now, or as soon as its channel is heard. */
void ear_fetch(struct redis *r, const char *log, uint64_t ticket, uint64_t from);
/* Speaks to itself, if there is somebody to ask. */
void ear_beat(struct redis *r);

#endif
