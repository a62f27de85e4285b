/* Addresses of Redis servers as they stand in store.url:
 *
 *	redis://[HOST[:PORT]][/DB][#NAME]      no host: the sentinels know where it is
 *	rediss://                              the same over TLS
 *	redis+unix:///PATH[?db=DB][#NAME]
 *
 * NAME stays when a server moves; without one the address is its name. */
#ifndef JOBALIKE_BASE_CONF_REDIS_H
#define JOBALIKE_BASE_CONF_REDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REDIS_PORT 6379

/* Texts are never NULL; host or path, or neither, is "". */
struct conf_redis {
	char *host;
	uint16_t port;
	char *path;
	unsigned db;
	bool tls;
	char *name;
};

struct conf_redis_list {
	struct conf_redis *items;
	size_t n;
};

/* Does the store's address begin as one of Redis? */
bool conf_is_redis(const char *url);
/* What is wrong with the addresses, spaces between them; NULL: nothing, and *list has them, to be
 * freed by conf_redis_free whatever is returned. */
const char *conf_redis_read(struct conf_redis_list *list, const char *urls);
void conf_redis_free(struct conf_redis_list *list);
/* NULL, or what is wrong with the host:port of a sentinel. */
const char *conf_wrong_sentinel(const char *value);

#endif
