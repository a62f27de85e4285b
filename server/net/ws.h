/* The door to libwebsockets: what the rest of net/ asks of a socket, and the life of the library.
 */
#ifndef JOBALIKE_NET_WS_H
#define JOBALIKE_NET_WS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "server/net/address.h"

struct lws;
struct net;
struct ws;

/* NULL: it cannot be, and the log says why. */
struct ws *ws_new(struct net *net, uv_loop_t *loop);
/* Closes every connection, in this turn of the loop and later ones. Not from inside a callback of
 * the library. */
void ws_close(struct ws *w);
/* After the loop has ended. NULL is fine. */
void ws_free(struct ws *w);

/* Looks at its times again: what is set from outside of its callbacks the library would heed only
 * when something else comes to pass. */
void ws_wake(struct ws *w);

/* A connection that was accepted is theirs from now on; released by address_release in the end,
 * also when nothing came of it. */
void ws_adopt(struct ws *w, int fd, struct address *from, bool is_admin);

/* --- one connection -----------------------------------------------------------------------------
 */

enum ws_written { WS_WHOLE, WS_PARTLY, WS_FAILED };

/* Where what is written goes to the socket as it is. */
struct ws_pipe {
	int fd;          /* -1: there is TLS in between */
	uint64_t shorts; /* sending_shorts() when the library was last seen to hold nothing back */
};

struct ws_pipe ws_pipe(struct lws *wsi);
/* Whole frames, as they are, to plain where there is one; after WS_PARTLY the library keeps the
 * rest, and nothing more may be written before it says that it can. */
enum ws_written ws_write(struct lws *wsi, struct ws_pipe *plain, const void *bytes, size_t n);
void ws_ask_writable(struct lws *wsi);
/* Is anything read from it? Not to be changed while something is. */
void ws_hear(struct lws *wsi, bool hears);
/* The network of whoever is at the other end, for the log. */
const char *ws_from(struct lws *wsi, char out[ADDRESS_SHOWN]);
/* How many bytes were read from its socket; over TLS as they came. Compare with an earlier one. */
uint64_t ws_taken(struct lws *wsi);
/* Ends it soon, and not from inside this call. */
void ws_kill(struct lws *wsi);

#endif
