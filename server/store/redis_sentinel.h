/* Where the master is, when its address is not given but those of sentinels that watch it: they are
 * asked one after another, before each connection and every few seconds. */
#ifndef JOBALIKE_STORE_REDIS_SENTINEL_H
#define JOBALIKE_STORE_REDIS_SENTINEL_H

#include "server/store/redis_link.h"

#define SENTINEL_MS 2000 /* between questions while all is well */

struct redis;
struct redis_options;

struct sentinels {
	struct redis_place *places;
	size_t n, next; /* next: who is asked next */
	char *master;
	struct link link;
	uint64_t asked_at;
};

void sentinels_init(struct redis *r, const struct redis_options *options);
void sentinels_free(struct redis *r);
/* [host, port]; false: nil, for a master that this sentinel does not know, or nonsense. */
bool place_read(const redisReply *reply, struct redis_place *place);
/* Ends in redis_found, or redis_not_found. Only when its link is not busy. */
void sentinels_ask(struct redis *r);

#endif
