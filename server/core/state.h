/* The state of one session: everything that follows from its log, and nothing else.
 *
 * It changes by reduce() only. The same events give the same state, byte for byte, on every
 * instance: no clock, no chance, no order of a hash table is ever in it. What an event creates is
 * called by the event's seq, so every list below is in order of id and found by bisection. State
 * owns all texts it points to; state_free frees the whole. Zeroed is valid: an empty log. */
#ifndef JOBALIKE_CORE_STATE_H
#define JOBALIKE_CORE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/gen/protocol.h"
#include "server/base/hash.h"
#include "server/base/text.h"
#include "server/core/taken.h"

#define ROOM_CHANNEL 0 /* the facilitator channel */
#define ROOM_PLENARY 1

struct mute {
	int64_t until; /* 0: never muted, or lifted */
	uint64_t by;
	enum reason reason;
	char *note;
};

struct move {
	int64_t at; /* 0: never moved by somebody else */
	uint64_t by, from;
	char *reason;
};

struct person {
	uint64_t id;
	char *sub; /* of the ticket; never leaves the server */
	char *name, *school, *job, *area;
	char *folded; /* name, school and job as rosters are searched */
	enum language language;
	enum role role;
	int64_t issued;  /* when their newest ticket was given; older ones are no good */
	int64_t left;    /* when they left; 0: never did */
	bool seated;     /* belongs to the session now; false: left or removed */
	bool removed;    /* for good */
	uint64_t room;   /* where they sit, or sat when they left */
	size_t place;    /* in room.here, while seated */
	uint64_t back;   /* where they sat before; 0: nowhere (nobody sits in the channel) */
	uint64_t hand;   /* seq the hand was raised with; 0: down */
	uint64_t called; /* seq they were called on with, until they say something; 0 */
	uint64_t
		sight_seq; /* seq of the last event that changed what they see besides the events */
	struct mute mute;
	struct move moved;
	uint64_t watches[LIMIT_WATCHED]; /* rooms staff read from outside, in order of id */
	size_t n_watches;
	UT_hash_handle hh; /* in state.by_sub */
};

struct room {
	uint64_t id;
	char *title, *area; /* area NULL: for no area */
	unsigned capacity;  /* 0: no limit */
	bool locked, closed;
	struct person **here; /* people who sit here, in no order that means anything */
	size_t seated;        /* how many */
	size_t n_watched;     /* by how many, whether or not they sit in the session */
	uint64_t *lines;      /* ids of the lines said here, in order */
	size_t n_lines;
};

struct reacted {
	enum reaction kind;
	uint64_t by;
};

struct line {
	uint64_t id, by, room, topic, reply;
	int64_t at, edited; /* edited 0: never */
	char *text;         /* NULL: taken back */
	char *quote;
	struct reacted *reactions; /* in the order they were given */
	size_t n_reactions;
};

struct topic {
	uint64_t id;
	char *title, *prompt, *owner;
	int minutes; /* as planned */
	enum topic_state state;
	int64_t started, ends; /* 0: not yet */
};

struct notice {
	uint64_t id, by;
	int64_t at;
	uint64_t *rooms; /* none: to all */
	size_t n_rooms;
	char *text, *zh;
};

struct session {
	char *id, *title, *hashtag;
	enum format format;
	enum phase phase;
	bool speaks[LANGUAGE_COUNT];
	struct area *areas;
	size_t n_areas;
	int64_t start, end, closed_at;
	bool open;
	enum rooms_by rooms_by;
};

struct people {
	struct person **list; /* by id; a person's address never changes */
	size_t n;
	size_t seated; /* how many */
	struct person *by_sub;
};

struct rooms {
	struct room **list;
	size_t n;
	bool sent;            /* late arrivals go to the room of their area */
	int64_t recall_until; /* 0: no recall runs */
	uint64_t recall_by;
};

struct agenda {
	struct topic **list; /* in the order of the agenda, the only list here that is not by id */
	size_t n;
	uint64_t active; /* 0: none */
};

struct chat {
	struct line **list;
	size_t n;
};

struct notices {
	struct notice **list;
	size_t n;
};

struct state {
	uint64_t seq; /* of the last event; 0: the log is empty */
	int64_t at;   /* its time */
	struct session session;
	struct people people;
	struct rooms rooms;
	struct agenda agenda;
	struct chat chat;
	struct notices notices;
	struct takens taken;

	/* Whose sight the last event changed, each once: who is due a view, and who was removed and
	 * is due none any more. Cleared by the next reduce. */
	uint64_t *turned;
	size_t n_turned;
};

/* The areas that hold something, in the order of the view. Each has the three functions of
 * server/core/areas.h. */
#define STATE_AREAS(X) X(people) X(session) X(rooms) X(agenda) X(chat) X(notices)

void state_free(struct state *s);

/* One event further. Total: an event that makes no sense changes nothing but seq, at and taken. */
void state_reduce(struct state *s, const struct event *e);

/* NULL when there is none. */
struct person *state_person(const struct state *s, uint64_t id);
struct person *state_person_by_sub(const struct state *s, const char *sub);
struct room *state_room(const struct state *s, uint64_t id);
struct line *state_line(const struct state *s, uint64_t id);
struct topic *state_topic(const struct state *s, uint64_t id);
/* The seq of the event that command n of this person became; 0: not (yet). */
uint64_t state_taken(const struct state *s, uint64_t by, uint64_t n);

/* Did this person come with a newer ticket than one that was given then? (core/people.c) */
bool people_ticket_is_old(const struct person *p, int64_t issued);

static inline bool role_is_staff(enum role r)
{
	return r == ROLE_ORGANIZER || r == ROLE_FACILITATOR || r == ROLE_MODERATOR;
}

/* For reducers: this event changed what this person sees besides the events. */
void state_turn(struct state *s, struct person *p, uint64_t seq);
void state_turn_staff(struct state *s, uint64_t seq);
/* For reducers: sit somebody down in a room that is there, wherever they were, keeping counts and
 * the way back; turns them. A way of coming that is told afterwards (moved) is forgotten. */
void state_seat(struct state *s, struct person *p, uint64_t room, uint64_t seq);
/* For reducers: where somebody who is away will sit, if they return. */
void state_remember(struct person *p, uint64_t room);
/* For reducers: they belong to the session no longer. Seat and hand are free, and
 * the room is remembered. */
void state_unseat(struct state *s, struct person *p);

/* What is to happen by itself: the earliest time, and the command the server then asks (a JSON
 * object as static text, without n). Returns 0 when nothing is due. */
int64_t state_due(const struct state *s, const char **command);

/* Everything, private things too, as JSON in one fixed order: what tests compare and hash. */
void state_write(const struct state *s, struct text *out);

#endif
