/* The inside of one connection to a Redis: commands go out, replies come in, in the same order.
 * Of hiredis there is the reader of replies and nothing else: its own way of asking ends the
 * process when a server says what it was not asked, and its own adapter to libuv never reports a
 * refused connection. */
#ifndef JOBALIKE_STORE_REDIS_WIRE_H
#define JOBALIKE_STORE_REDIS_WIRE_H

#include "server/base/text.h"
#include "server/store/redis_link.h"
#include "server/store/redis_tls.h"

#define WIRE_ELEMENTS_MAX 4096                /* of one array: a page has 1000, all heads 600 */
#define WIRE_REPLY_MAX    (128 * 1024 * 1024) /* bytes that are no reply yet */

struct wire {
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} socket;
	uv_connect_t connecting;
	struct link *link; /* NULL: nobody listens any more */
	struct talk *talk; /* NULL: in clear */
	redisReader *reader;
	struct question *first, **last; /* not answered yet; last: NULL while there are none */
	struct text out, going;         /* to be written; being written */
	uv_write_t write;
	bool writing;
	char in[16384];
};

/* Its socket is the caller's to make and to connect: until then it is none, and free() is the end.
 */
struct wire *wire_new(struct link *l);
/* It is connected. Ends in link_is_up: at once, or when TLS is spoken, if there is a talk. */
void wire_begin(struct wire *w);
/* Who asked is answered with NULL; nothing is told to the link after this. */
void wire_end(struct wire *w);
/* The next reply that nobody waits for is for this one. fn may be NULL. */
void wire_expect(struct wire *w, reply_fn *fn, void *arg);
void wire_write(struct wire *w, int argc, const char **argv, const size_t *lens);

#endif
