/* What the four files of link.h share; nobody else includes it. link_loop.c runs the loop, link.c
 * has WebSockets, link_http.c requests, link_lines.c lines of a file. */
#ifndef JOBALIKE_CLI_LINK_INSIDE_H
#define JOBALIKE_CLI_LINK_INSIDE_H

#include <libwebsockets.h>

#include "clients/cli/link.h"

#define LINK_MESSAGE_MAX (64u << 20) /* bytes down: the view of a large session */
#define LINK_READ_SIZE   4096

struct net {
	struct lws_context *lws;
	struct lws_vhost *vhost;
	lws_sorted_usec_list_t wake;
	struct timers timers;
	bool insecure, stop;
	bool ending; /* nobody is called any more */
	size_t n_links;
};

/* What the library calls, each for one kind of connection. */
int link_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);
int link_http_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		    size_t len);
int link_lines_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		     size_t len);

/* A timer of theirs that never fired: frees what it belongs to, if it is of that kind. */
bool link_forget(struct timer *timer);
bool link_http_forget(struct timer *timer);

/* Keeps the first reason in why; text may be NULL. */
void link_note(char *why, size_t size, const char *text, size_t len);
/* method NULL: a WebSocket. kind: the name of one in link_loop.c. NULL: it failed at once. */
struct lws *link_dial(struct net *net, const struct place *where, const char *method,
		      const char *path, const char *kind, void *user);

#endif
