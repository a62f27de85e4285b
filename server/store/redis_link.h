/* One connection to a Redis, on our loop. It tells when it is connected and when it is lost, and
 * makes no attempt by itself. Whatever the other end says, it is a reply, a message or the end of
 * the connection. */
#ifndef JOBALIKE_STORE_REDIS_LINK_H
#define JOBALIKE_STORE_REDIS_LINK_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define LINK_CONNECT_MS 1000 /* until an attempt is given up (by the owner) */

/* Where a Redis is: a unix socket, or a host and its port. */
struct redis_place {
	char host[256]; /* "" for a unix socket */
	uint16_t port;
	char path[108];
};

/* What came; NULL: the connection is lost. The reply is gone after the call. */
typedef void reply_fn(const redisReply *reply, void *arg);

struct redis_tls;

struct link {
	uv_loop_t *loop;
	const struct redis_tls *tls; /* NULL: in clear; unix sockets always are */
	void *arg;
	void (*on_connected)(struct link *l);
	/* Once for each link_connect, but for link_close; what was asked is answered with NULL
	 * before. why: as given to link_give_up, or what the system says. */
	void (*on_lost)(struct link *l, const char *why);
	/* Said without a question of ours waiting: messages. NULL: then the other end is mad, and
	 * it is lost. */
	void (*on_said)(struct link *l, const redisReply *what);
	struct wire *wire; /* NULL: not connected, and not about to be */
	bool connected;
	uint64_t since; /* when connecting began, by the loop's clock */
	struct link_lookup *lookup;
};

/* True when connected or about to be. */
bool link_is_busy(const struct link *l);
/* Only when not busy, and not from inside of a call of the store. */
void link_connect(struct link *l, const struct redis_place *place);
/* As if the other end had broken it. */
void link_give_up(struct link *l, const char *why);
/* If it is not what its owner waits for after LINK_CONNECT_MS. */
void link_give_up_late(struct link *l, uint64_t now);
/* Without a word. */
void link_close(struct link *l);
/* False: there is no connection. fn may be NULL: its reply comes, and is nobody's. */
bool link_ask(struct link *l, reply_fn *fn, void *arg, int argc, const char **argv,
	      const size_t *lens);
/* A command without a reply of its own: what it brings is said to on_said. */
bool link_tell(struct link *l, int argc, const char **argv, const size_t *lens);

/* By its wire: it may be used. */
void link_is_up(struct link *l);

/* The texts of a reply; "" for what is none. */
const char *reply_text(const redisReply *reply);
bool reply_is_error(const redisReply *reply);

#endif
