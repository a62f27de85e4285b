/* One person's connection to one session that outlives its sockets, as the web client's does.
 *
 * What is asked is kept until it is confirmed and, after a lost connection or an `unknown`, asked
 * again with the same n, which the server does only once. A reconnect says how far this client got
 * and receives what it missed, or a view. Waits are jittered. talk, watch, ask and crowd stand on
 * it. Nothing calls back from inside session_open, session_ask or session_query. */
#ifndef JOBALIKE_CLI_SESSION_H
#define JOBALIKE_CLI_SESSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "clients/cli/link.h"
#include "clients/cli/place.h"

enum session_end {
	SESSION_UNREACHED, /* nobody there for longer than the patience */
	SESSION_REFUSED,   /* the server does not want this ticket (any more) */
};

struct session;

/* Frames are borrowed for the call. Any of the ops may be NULL. The session may be closed in each.
 */
struct session_ops {
	void (*frame)(void *arg, const char *text, size_t len); /* each one, before the rest */
	void (*view)(void *arg, const json_t *frame);
	void (*event)(void *arg,
		      const json_t *frame); /* each seq once, but for what a view resets */
	void (*signal)(void *arg, const json_t *frame);
	/* Command n is in the log as seq. frame: its event, or the answer that says so. Told before
	 * the event itself. */
	void (*taken)(void *arg, uint64_t n, uint64_t seq, const json_t *frame);
	void (*answer)(void *arg, uint64_t n, const json_t *answer);
	void (*refused)(void *arg, uint64_t n, const json_t *error); /* for good */
	void (*live)(void *arg);                                     /* everything missed is here */
	void (*lost)(void *arg, const char *why, int64_t wait_ms);
	void (*over)(void *arg, enum session_end end, const char *why); /* it will not come back */
	/* The order of what arrived is wrong: a seq that was received before, or a lower one. */
	void (*disorder)(void *arg, uint64_t seq, uint64_t after);
};

struct session_options {
	const char *ticket;
	int64_t patience_ms;  /* at first; 0: one attempt */
	int64_t endurance_ms; /* later, once it was live */
	const struct session_ops *ops;
	void *arg;
};

struct session *session_open(struct net *net, const struct place *where,
			     const struct session_options *options);
/* Says goodbye, forgets what was not confirmed. NULL is fine. */
void session_close(struct session *s);
/* Cuts the socket without a goodbye; the session comes back by itself. */
void session_cut(struct session *s);

/* Asks a command or a query: an object without n, whose reference is taken over. Returns the n that
 * it is known by. It is sent when the session is live, commands in the order they were asked. */
uint64_t session_ask(struct session *s, json_t *message);

/* What was asked and not confirmed, refused or answered. */
size_t session_open_questions(const struct session *s);
bool session_is_live(const struct session *s);
uint64_t session_seq(const struct session *s); /* last seq received */
uint64_t session_you(const struct session *s); /* 0 before the first view */
/* The server's time. */
int64_t session_time(const struct session *s);

#endif
