/* A live session: its state in memory, the people who are connected, and the one append under way.
 * Private to the hub. The file to understand is live.c; jobs.c keeps the commands that wait, news.c
 * hears the store, readers.c answers who asked for the state, turn.c looks at the clock; crowd.c
 * knows who hears what, presence.c who is here, replay.c what a reconnect missed. */
#ifndef JOBALIKE_HUB_LIVE_H
#define JOBALIKE_HUB_LIVE_H

#include "server/core/gate.h"
#include "server/core/view.h"
#include "server/hub/inside.h"
#include "server/hub/limit.h"

#define BATCH_MAX         256   /* events in one append */
#define GATHER_EACH_MS    2     /* from an append of a session to the next, for each of its lines */
#define GATHER_MIN_MS     5     /* at least */
#define GATHER_MAX_MS     40    /* at most */
#define REST_FROM_MS      20    /* whoever gathers so long is not in a hurry to hear ... */
#define REST_OF_GATHERING 4     /* ... what comes within this part of it */
#define QUEUE_MAX         10000 /* commands that wait in one session; more are told unavailable */
#define RING_SIZE         1024  /* recent events kept for reconnects; a power of two */
#define ELSEWHERE_DEAD_MS 12000 /* an instance that says nothing for this long has nobody here */
#define DUE_MS            500   /* what is due and was refused is asked again after this */
#define ANSWER_MS         1900  /* then a command is answered, to be there within two seconds */
#define RETRY_MS          1000  /* until one asks or comes again; many are spread over it */
#define VIEW_BYTES        (1u << 20) /* of views built in one turn of the loop, about 5 ms */
#define CROWD_ALL         UINT64_MAX /* the crowd of everybody */

/* A command on its way. */
struct job {
	struct job *next;
	struct command command;
	uint64_t by;       /* person; 0: the server itself */
	struct peer *peer; /* whom to answer, or who joins; NULL: nobody (any more) */
	int64_t since;
	bool tried;    /* was part of an append: its outcome may be unknown */
	bool answered; /* unknown was told */
	bool due;      /* the command of state_due */
	void (*done)(void *arg, enum err err);
	void *arg;
};

struct jobs {
	struct job *first, **last;
	size_t n;
};

/* An event that a crowd is to be told. */
struct told {
	uint64_t seq;
	struct msg *wire;
};

/* Peers that see the same room, the channel, or everything. */
struct crowd {
	uint64_t room;
	struct peer **peers;
	size_t n;
	struct told *run; /* not told yet, in order */
	size_t n_run, run_bytes;
	int64_t due_at, told_at; /* when it is told, 0: not decided yet; when something was, last */
	size_t waits_with;       /* so many, since it began to wait; 0: it does not */
	unsigned in_vain;        /* waits in a row that gained nothing */
	int64_t hurries_until;   /* it does not wait before */
	struct crowd *next_told;
	UT_hash_handle hh;
};

/* Somebody who is connected, here or elsewhere, or was a moment ago. */
struct present {
	uint64_t person;
	struct peer *peers; /* by next_of_person */
	size_t n_peers;
	size_t n_elsewhere; /* connections to other instances */
	int64_t away_since; /* has no connection at all since; 0: has one */
	struct present *prev_away, *next_away;
	struct limits limits;
	/* The connection that left last had been told all that was for this person up to seen_to,
	 * the last of it at seen_seq, which may be long before when others were busy. */
	uint64_t seen_seq, seen_to;
	UT_hash_handle hh;
};

/* A recent event, as it was sent. */
struct recent {
	struct event event; /* seq 0: empty */
	struct msg *wire;
};

/* Text that all of one sight share, made once. */
struct shared {
	struct person
		sight; /* a copy of one of them; only what view_same_sight compares is valid */
	struct msg *m;
};

struct cache {
	struct shared *list;
	size_t n;
	uint64_t seq; /* made at */
};

struct digests {
	struct cache made;
	struct text counts[2]; /* of those for attendees, and for staff; empty: not made yet */
	bool due;              /* who is where has changed */
	bool said;             /* more was said */
	bool said_to_staff;    /* likewise, for staff only */
	int64_t at;            /* not before */
	int64_t said_at, staff_at;
	uint64_t to; /* the crowd that is sent the last one */
	size_t left; /* of it, still to be sent it */
};

/* Another instance that has people in this session. */
struct remote {
	uint64_t instance;
	uint64_t version; /* of the list we have; 0: none yet */
	uint64_t *ids;    /* one for each connection, in order */
	size_t n;
	int64_t heard_at;
};

struct elsewhere {
	struct remote *list;
	size_t n;
	uint64_t version; /* of the list that we tell */
	bool changed, asked, silent;
	int64_t tell_at, beat_at; /* not before */
};

enum live_phase { LIVE_LOADING, LIVE_OPEN, LIVE_BROKEN, LIVE_DROPPED };

struct live {
	struct hub *hub;
	char id[33], log[STORE_LOG_MAX + 1], epoch[STORE_EPOCH_MAX + 1];
	enum live_phase phase;
	struct state state;
	uint64_t bytes; /* of the bodies that made it */

	struct jobs queue;  /* not sent to the store yet */
	struct jobs batch;  /* part of the append under way */
	struct job *untold; /* the first of it who was not told unknown */
	struct msg *bodies[BATCH_MAX];
	size_t n_bodies;       /* not 0: an append is under way, or its outcome is unknown */
	bool asked;            /* the store will tell what became of it */
	bool lost;             /* but it is of no use to us any more */
	uint64_t first_seq;    /* of it */
	int64_t gathers_until; /* what comes before waits for what comes with it */
	uint64_t asked_ns;     /* when, for figures */
	int64_t retry_at;      /* not 0: outcome unknown, ask again then */
	bool unsure;           /* an earlier try may have happened, whatever becomes of this one */
	bool due_asked;        /* the command of state_due is on its way */
	int64_t due_at;        /* not before, as it was refused */

	struct crowd *crowds;
	struct crowd *told; /* those that have a run, by next_told */
	struct present *present;
	struct limits room_lines; /* by the id of the room */
	struct present *away;     /* who went first stands first */
	size_t n_expiring;        /* commands that give up a seat, on their way */
	struct elsewhere elsewhere;
	size_t n_peers;
	struct peer *waiting; /* who are ahead of us, in order */
	uint64_t waited_seq;  /* they are looked at when there is more than this */
	struct peer **due;    /* peers due a view, in order; NULL where one went */
	size_t n_due;
	struct cache views;
	struct digests digests;

	struct recent ring[RING_SIZE];
	struct reader *readers;
	int64_t idle_since;
	bool stirred;
	int64_t wake_at; /* what live_wake said last */
	struct live *next_stirred;
	UT_hash_handle hh;
};

/* live.c */
/* The name of the log that a session is kept in, and whose log a name is. */
void live_name_log(char log[STORE_LOG_MAX + 1], const char *session);
const char *live_of_log(const char *log);
struct live *live_new(struct hub *h, const char *id);
void live_free(struct live *l);
/* Takes the command over. by 0: the server asks. peer or done may be NULL. */
void live_submit(struct live *l, struct command *c, uint64_t by, struct peer *p,
		 void (*done)(void *arg, enum err err), void *arg);
void live_submit_job(struct live *l, const struct job *as); /* takes over what it points to */
/* The next event of the log; one that was applied already changes nothing. */
void live_apply(struct live *l, const char *epoch, const struct store_record *record);
bool live_is_idle(const struct live *l);
/* Puts the session on the hub's list of those to look at this turn. */
void live_stir(struct live *l);

/* batch.c */
/* Decides what waits, as a batch, and appends it, unless an append is under way. */
void live_pump(struct live *l);
/* Is what is in the queue to wait for more? */
bool live_gathers(const struct live *l);
/* The batch, at its position; again while the outcome is unknown. */
void live_append(struct live *l);
/* Nothing that was asked comes to anything: neither what was tried nor what waits. */
void live_give_up(struct live *l, enum err tried, enum err waits);
/* Its events; its commands stay. */
void batch_forget(struct live *l);

/* jobs.c */
void jobs_add(struct jobs *jobs, struct job *j);
struct job *jobs_take(struct jobs *jobs);
/* What was in the batch waits again, in front of what came since. */
void jobs_again(struct live *l);
void job_drop(struct job *j);
/* The end of a command, whatever it is. */
void job_settle(struct live *l, struct job *j, enum err err, int64_t retry_ms);
void job_settle_already(struct live *l, struct job *j, uint64_t seq);
/* Answers those whom the store keeps waiting for too long. */
void jobs_in_time(struct live *l);
/* The queue waits for the store. */
bool jobs_are_held_up(const struct live *l);
/* The peer is gone: jobs do not answer it any more. */
void jobs_forget(struct live *l, struct peer *p);

/* news.c */
void live_notice(struct live *l, const struct store_notice *notice);
void live_broken(struct live *l, const char *why);
void live_dropped(struct live *l);

/* turn.c */
void live_turn(struct live *l);
/* When live_turn is to be called at the latest; 0: never. */
int64_t live_wake(const struct live *l);

/* crowd.c */
void crowd_enter(struct live *l, struct peer *p, const struct person *who);
void crowd_leave(struct peer *p);
void crowd_free(struct live *l);
struct crowd *crowd_of(struct live *l, uint64_t room); /* NULL: nobody ever stood there */
/* Sends an event to those who see it; marks who is due a view. After it was reduced. */
void crowd_tell(struct live *l, const struct event *e, struct msg *wire);
void crowd_signal(struct live *l, uint64_t room, struct msg *m, uint64_t but);
void crowd_due(struct live *l, struct peer *p);
/* Builds views for those due, as many as a turn allows. Returns whether some are left. */
bool crowd_views(struct live *l);
void cache_clear(struct cache *c);
/* NULL when nobody of this sight was served yet. */
struct msg *cache_find(const struct cache *c, const struct person *who);
/* Takes m over and returns it. */
struct msg *cache_add(struct cache *c, const struct person *who, struct msg *m);

/* fan.c */
/* The crowd is to hear this event; NULL: there is nobody. */
void fan_add(struct live *l, struct crowd *c, uint64_t seq, struct msg *wire);
/* Tells the peer what its crowds are still to hear, before it is told anything else. */
void fan_catch_up(struct live *l, struct peer *p);
/* Up to this seq the peer was told all that it is to hear. */
uint64_t fan_seen(const struct live *l, const struct peer *p);
/* An event, to one who has heard all before it; false: the peer is behind, and due a view. */
bool fan_tell(struct live *l, struct peer *p, uint64_t seq, struct msg *wire);
/* Tells the crowds what is due. more: is sent to all in this turn; all there is goes with it. */
void fan_turn(struct live *l, bool more);
/* When fan_turn has something to do; 0: never. */
int64_t fan_wake(const struct live *l);
/* Forgets what was not told. */
void fan_clear(struct live *l);

/* presence.c */
struct present *presence_of(struct live *l, uint64_t person);
void presence_enter(struct live *l, struct peer *p, uint64_t person);
void presence_leave(struct live *l, struct peer *p);
void presence_loaded(
	struct live *l); /* those who sit here without a connection are away since now */
/* Whoever came to a seat by this event is away until they are known to be here. */
void presence_seated(struct live *l, const struct event *e);
void presence_forget(struct live *l); /* those who have no connection */
/* One more, or one less, connection to another instance. */
void presence_elsewhere(struct live *l, uint64_t person, bool came);
/* When somebody is away too long; 0: nobody is away. */
int64_t presence_expires_at(const struct live *l);
void presence_expire(struct live *l);
bool presence_is_here(const struct present *who); /* NULL: no */
void presence_free(struct live *l);

/* digest.c */
void digest_stir(struct live *l); /* who is where has changed */
void digest_said(struct live *l); /* more was said, or less is there to read */
/* Does one for everybody begin now? As it was then, for the turn. */
bool digest_is_due(struct live *l);
void digest_turn(struct live *l, bool is_due);
int64_t digest_wake(const struct live *l);
/* Unless it is what the peer was sent last. */
void digest_to(struct live *l, struct peer *p, const struct person *who);
void digest_clear(struct live *l); /* what is told next is made anew */

/* away.c */
void away_put(struct live *l, struct present *who); /* is away since now */
void away_take(struct live *l, struct present *who);

/* elsewhere.c */
void elsewhere_opened(struct live *l);
void elsewhere_hear(struct live *l, const struct msg *m);
void elsewhere_stir(struct live *l); /* who is here is another list now */
void elsewhere_turn(struct live *l);
int64_t elsewhere_wake(const struct live *l);
void elsewhere_typing(struct live *l, uint64_t room, uint64_t who);
void elsewhere_silence(struct live *l); /* tells that nobody is here, from now on */
void elsewhere_forget(struct live *l);  /* nobody is there any more */
void elsewhere_free(struct live *l);    /* and nobody is told so */

/* replay.c */
void replay_keep(struct live *l, struct event *e, struct msg *wire); /* takes both over */
void replay_clear(struct live *l);
/* The peer leaves: what it was told need not be looked for when it comes back. */
void replay_note(struct live *l, const struct peer *p);
/* Sends what the peer missed, if that can be done. */
bool replay_to(struct live *l, struct peer *p, const struct person *who);

/* An earlier time to wake; 0 is none. */
static inline void sooner(int64_t *wake, int64_t at)
{
	if (at && (*wake == 0 || at < *wake))
		*wake = at;
}

#endif
