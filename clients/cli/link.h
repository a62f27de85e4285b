/* The loop, and the ways over the network that it carries: WebSockets, HTTP requests, and lines
 * from a terminal or a pipe. One thread. The link*.c are the only files here that know
 * libwebsockets. Nothing calls back from inside a call. Times are milliseconds of a clock that
 * never goes back. */
#ifndef JOBALIKE_CLI_LINK_H
#define JOBALIKE_CLI_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clients/cli/place.h"
#include "clients/cli/timer.h"

struct net;
struct link;

/* insecure: believe any certificate. NULL when the library cannot be started. */
struct net *net_new(bool tls, bool insecure);
void net_free(struct net *net);
/* Runs until net_stop, which SIGINT and SIGTERM ask too. Returns the signal, or 0. */
int net_run(struct net *net);
void net_stop(struct net *net);
int64_t net_now(const struct net *net);
void net_at(struct net *net, struct timer *timer, int64_t at);
void net_clear(struct net *net, struct timer *timer);

/* Calls with each line of the file, without its end; NULL at its end. */
void net_lines(struct net *net, int fd, void (*line)(void *arg, char *line), void *arg);

/* A WebSocket to /ws. */
struct link_ops {
	void (*opened)(void *arg);
	void (*text)(void *arg, const char *text, size_t len);
	void (*alive)(void *arg); /* the far end answered a ping */
	/* The last call, with why in a few words; the link is gone. refused: a server was there and
	 * did not want a WebSocket. */
	void (*closed)(void *arg, const char *why, bool refused);
};

struct link *link_open(struct net *net, const struct place *where, const struct link_ops *ops,
		       void *arg);
/* Copies the text and sends it when it can. Lost when the link closes before. */
void link_send(struct link *l, const char *text, size_t len);
void link_ping(struct link *l);
/* Both end it without a further call: after what was sent and a goodbye, or at once without one. */
void link_close(struct link *l);
void link_cut(struct link *l);

/* An HTTP request with JSON. */
struct request {
	const char *method, *path;
	const char *bearer; /* NULL: none */
	const char *body;   /* NULL: none */
};

/* status 0: no answer, and the body says why. The body ends in a NUL that len does not count. */
typedef void (*net_answer_fn)(void *arg, unsigned status, const char *body, size_t len);
void net_ask(struct net *net, const struct place *where, const struct request *request,
	     net_answer_fn done, void *arg);

#endif
