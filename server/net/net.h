/* The way in and out: sockets, tickets, web pages, the planning API. Everything runs on the loop of
 * whoever opened it. */
#ifndef JOBALIKE_NET_NET_H
#define JOBALIKE_NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "server/base/conf.h"
#include "server/hub/hub.h"
#include "server/net/keys.h"

struct net;

#define NET_SPARE_FILES 64 /* descriptors that are not connections of people */

/* Does not listen yet. conf, hub and keys are borrowed until net_free; keys may be loaded later. */
struct net *net_new(uv_loop_t *loop, const struct conf *conf, struct hub *hub,
		    const struct keys *keys);
/* Takes the ports. False: why says in a sentence what is wrong. */
bool net_bind(struct net *n, char *why, size_t why_size);
/* Begins to accept; likewise. */
bool net_listen(struct net *n, char *why, size_t why_size);
/* The certificate that a configuration names, for all connections from now on. False: it is of no
 * use, the one from before stays, and why says what is wrong. */
bool net_use_certificate(struct net *n, const struct conf *c, char *why, size_t why_size);
/* The configuration or the keys have changed. */
void net_reload(struct net *n);
/* Where people reach us, without a slash at the end; where we listen, which a proxy in front may
 * make another place; where operators reach us, or "". */
const char *net_url(const struct net *n);
const char *net_local_url(const struct net *n);
const char *net_admin_url(const struct net *n);

/* End of a turn of the loop: writes what is due. True: not all of it, the next turn must come soon.
 */
bool net_flush(struct net *n);
/* The loop may wait next: the turn is counted. ms: nobody has to be heard for so long. */
void net_rest(struct net *n, int ms);

/* Not ready any more: takes no connections, and says bye to those that said no hello. */
void net_drain(struct net *n);
size_t net_connections(const struct net *n);
/* Ends every connection, and everything of ours on the loop. */
void net_close(struct net *n);
/* After the loop has ended. */
void net_free(struct net *n);

#endif
