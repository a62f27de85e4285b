/* A whole cluster in one process, from a seed: several hubs over one memory store, people who talk,
 * cut lines, repeat themselves and are moved about, and a network that loses, delays and repeats.
 * Everything that happens is a function of the seed. What came to each screen is kept, and at the
 * end all of it is held against the log. */
#ifndef JOBALIKE_TESTS_SIM_H
#define JOBALIKE_TESTS_SIM_H

#include "server/core/view.h"
#include "server/hub/hub.h"
#include "server/store/memory.h"
#include "tests/lib/chance.h"

#define INSTANCES_MAX 3
#define PEOPLE_MAX    12
#define HISTORIES_MAX 8
#define SESSION       "sim"
#define SESSION_LOG   "s-sim"
#define FAULTS_MS     15000 /* of trouble, then */
#define HEAL_MS       12000 /* in which everything must come right: 10 s, and 2 s of patience */
#define AWAY_MS       4000
#define SEQ_MAX       100000
/* States are compared at every seq in one seed of so many, which takes twice the time, and in the
 * others at every eighth. */
#define WHOLE_SEEDS 4

/* --- people -------------------------------------------------------------------------------------
 */

/* Something that reached a screen. */
struct shown {
	bool is_view;
	unsigned history;
	uint64_t seq;
	char *text; /* the view's object, or the whole event */
};

/* A command that somebody waits for. */
struct wish {
	uint64_t n;
	char *text;       /* the whole message, sent again as it is */
	uint64_t acked;   /* seq; 0: not yet */
	unsigned history; /* in which it was acknowledged */
	bool is_line;
	unsigned offers;
	bool refused;
	bool unsure; /* the last answer was unknown or unavailable: to be offered again */
	bool adrift; /* a copy went with a connection that ended: it may come to pass after a later
			copy was refused */
};

/* Somebody with one device: what the web client does, in small. */
struct human {
	struct sim *sim;
	unsigned number, who; /* who: the number of the first device of this person */
	char sub[16], name[16];
	enum role role;

	struct peer peer;
	int instance;       /* connected to; -1: not */
	struct peer *alive; /* &peer while connected */
	bool welcome;       /* up to date since hello: the first digest came */
	bool banned;
	int64_t again_at; /* when to connect next */
	int64_t tickets;  /* given to them so far, one after the other: the time of the newest */
	int64_t act_at;
	unsigned slow; /* messages not taken before it can write again; 0: can */
	uint64_t id;   /* person, once a view told it */
	uint64_t room; /* sits in, as last seen */
	char epoch[33];
	unsigned history; /* of that epoch */
	uint64_t seq;     /* of the screen */
	int64_t gone_at;  /* goes then, and does not come back; 0: stays */
	bool gone;
	char *digest; /* the last one */

	struct shown *shown;
	size_t n_shown;
	struct wish *wishes;
	size_t n_wishes;
};

/* --- the cluster --------------------------------------------------------------------------------
 */

struct instance {
	struct sim *sim;
	unsigned number;
	struct hub *hub; /* NULL: down */
	struct store *store;
	int64_t up_at;    /* while down */
	int64_t skew;     /* of its clock */
	unsigned slow_ms; /* it is further away than the others */
	int64_t frozen_until;
	int64_t drained_at; /* it drains, and ends then; 0: it does not */
	uint64_t compared;  /* its state was compared at this seq */
};

/* One unbroken history of the session's log, as it was when it ended, or is. */
struct history {
	char epoch[STORE_EPOCH_MAX + 1];
	struct msg **bodies;
	size_t n;
	size_t kept;              /* of the history before */
	uint64_t hashes[SEQ_MAX]; /* of the state at each seq that is compared */
};

struct counts {
	uint64_t steps, acked, refused, crashes, drains, restarts, lost, restored, offered_again,
		cuts, views, events, compared, diverged;
};

struct sim {
	uint64_t seed, rng;
	int64_t now;
	struct memory *memory;
	struct memory_faults faults;
	struct instance instances[INSTANCES_MAX];
	unsigned n_instances;
	struct human people[PEOPLE_MAX];
	unsigned n_people;

	/* Drawn once for each seed: which faults, and how often in 100. */
	unsigned lose, delay, repeat, lose_append, lose_answer, late_append, refuse, cut, crash,
		freeze, drain, restart, lose_at_most;
	int64_t last_restart; /* none after; what follows one takes a while */
	int64_t calm_until;   /* no faults before */
	size_t must_return;   /* records of the history before that somebody holds */
	unsigned hash_every;  /* states are compared at every so many seqs */
	bool heals;           /* no new faults and no new wishes */

	struct history *histories;
	unsigned n_histories;
	struct state truth; /* the last of them, reduced as it grows: people pick their targets from
			       it */
	uint64_t reached;   /* the end of it */

	struct counts counts;
	char failure[512]; /* "" while all is well; the first thing that was wrong */
};

/* Notes what is wrong, once. */
void sim_fail(struct sim *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* human.c */
void human_begin(struct human *h, struct sim *s, unsigned number);
void human_end(struct human *h);
/* One moment of this person's life: connects, acts, repeats. */
void human_step(struct human *h);
/* The connection is cut: by the network, or because the instance is gone. */
void human_cut(struct human *h);

/* cluster.c */
void cluster_begin(struct sim *s);
void cluster_end(struct sim *s);
void cluster_step(struct sim *s);
/* The instance ends without a word. */
void cluster_crash(struct instance *i);
/* By its epoch. */
unsigned cluster_history(const struct sim *s, const char *epoch);

/* check.c: everything that was shown and acknowledged, against the log. */
void check_all(struct sim *s);

#endif
