/* A peer: one connection of one person, as the hub sees it. net embeds it in its connection and
 * supplies the way down; the hub never knows what carries it. The hub's fields are the hub's alone.
 */
#ifndef JOBALIKE_HUB_PEER_H
#define JOBALIKE_HUB_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/codec.h"
#include "protocol/gen/protocol.h"
#include "server/base/msg.h"

struct peer;
struct live;
struct crowd;

/* What becomes of a message when the peer cannot keep up: events and signals may be dropped (a view
 * makes up for them), answers and errors are kept, a view is the making up. */
enum peer_load { LOAD_EVENT = 1, LOAD_SIGNAL, LOAD_ANSWER, LOAD_VIEW };

/* Events that are told together. */
struct run {
	struct msg *const *msgs;
	size_t n;
	struct msg *joined; /* all their frames as one message */
	bool more;          /* will be sent in this turn, to many of them */
};

struct peer_ops {
	/* Queues m (taking its own reference) to be written at the end of this turn of the loop.
	 * False: not taken, the peer is behind; hub_writable is called once it can write again.
	 * Answers and views are refused only when the peer is being closed. */
	bool (*send)(struct peer *p, struct msg *m, enum peer_load load);
	/* The same for a run of one or more events, all of them or none, which may be written at
	 * once. NULL: each is sent by itself. */
	bool (*send_run)(struct peer *p, const struct run *run);
	/* Says bye with the reason (retry_ms < 0: do not come back), flushes, closes. The
	 * connection still ends with hub_gone, in a later turn. */
	void (*bye)(struct peer *p, enum bye why, int64_t retry_ms);
};

#define PEER_CROWDS (LIMIT_WATCHED + 3) /* everybody, own room, channel, watched rooms */

struct peer {
	const struct peer_ops *ops;

	/* The hub's from here on; zeroed by net at first. What each event looks at comes first. */
	struct live *live; /* NULL before hello */
	uint64_t person;   /* 0 while joining */
	uint64_t sent_seq; /* state the screen shows: seq of the last event or view sent */
	bool due_view;     /* gets a view next, and no event before */
	bool behind;       /* could not keep up; wait for hub_writable */
	bool leaving;      /* bye was said */
	bool resumes;      /* hello named an epoch and a seq: replay if it can be done */
	size_t n_seats;
	struct {
		struct crowd *crowd;
		size_t index;
	} seats[PEER_CROWDS]; /* crowds the peer stands in */
	char *sub;            /* of the ticket, while joining */
	int64_t expires;      /* when the ticket is over */
	int64_t issued;       /* when it was given */
	bool waits; /* has seen more than this instance yet: let in when it has caught up */
	int64_t waits_since; /* 0: never did */
	struct peer *prev_waiting, *next_waiting;
	unsigned slot; /* of the wheel, from 1; 0: in none */
	struct peer *prev_expiring, *next_expiring;
	unsigned n_jobs;  /* that answer to it */
	unsigned n_early; /* messages refused before it was let in */
	uint64_t after;   /* the seq hello named */
	char epoch[33];   /* the epoch hello named */
	uint64_t *asked;  /* n of accepted commands the next view tells as taken; mostly none */
	size_t n_asked;   /* LIMIT_PENDING at most */
	struct present *present;     /* the person; NULL while joining */
	struct peer *next_of_person; /* other connections of the same person */
	struct msg *digest;          /* the last one sent */
};

/* What became of something they said; blame: NULL, or what was wrong with it. retry_ms: 0: it is
 * not to be said again. */
void peer_error(struct peer *p, enum err err, const struct blame *blame, int64_t retry_ms);

#endif
