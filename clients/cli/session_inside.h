/* What the two files of session.h share; nobody else includes it. session.c has the connection,
 * session_frames.c what comes down. */
#ifndef JOBALIKE_CLI_SESSION_INSIDE_H
#define JOBALIKE_CLI_SESSION_INSIDE_H

#include "clients/cli/questions.h"
#include "clients/cli/session.h"

enum stage { IDLE, CONNECTING, GREETING, LIVE };

struct session {
	struct net *net;
	const struct place *where;
	struct session_options options;
	char *ticket;
	struct link *link;
	enum stage stage;
	struct timer timer;
	struct questions questions;

	char *epoch;
	uint64_t seq, you;
	int64_t ahead; /* server's clock less ours */

	bool was_live, pinged, closed;
	unsigned busy; /* calls under way */
	unsigned failures;
	int64_t since; /* of the stage */
	int64_t heard; /* last frame or pong */
	int64_t retry_at, lost_at;
	int64_t bye_ms; /* what a bye said; -1: nothing, -2: do not come back */
	char why[160];
};

#define CALL(s, op, ...)                                                                           \
	do {                                                                                       \
		if ((s)->options.ops->op && !(s)->closed)                                          \
			(s)->options.ops->op((s)->options.arg, __VA_ARGS__);                       \
	} while (0)

/* From 0 to limit, without it. */
uint64_t session_random(uint64_t limit);

/* One frame. A bye, or a hello that was refused, is left in bye_ms. */
void session_take(struct session *s, const json_t *frame);

#endif
