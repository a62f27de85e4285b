/* The store in memory, for reading, for tests and for the simulation: `struct memory` holds the
 * logs, and each memory_open gives one instance's handle on them, so that a whole cluster fits into
 * one process. What SQLite and Redis do is meant to be seen here first.
 *
 * Everything between an instance and the logs travels as a parcel: a request, its answer, word of a
 * new record to each follower, a signal. With a loop, parcels are run by it. Without one, the
 * caller runs them one by one with memory_step; nothing else happens by itself. There is no clock:
 * the caller's memory_time says what is due. Same calls, same randomness, same fates: same run. */
#ifndef JOBALIKE_STORE_MEMORY_H
#define JOBALIKE_STORE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "server/store/store.h"

struct memory;

/* Fills bytes with chance, for epochs: RAND_bytes, or a seeded generator in the simulation. */
typedef void (*memory_random_fn)(void *arg, void *bytes, size_t n);

/* loop NULL: by memory_step. The loop must run once more after memory_free. */
struct memory *memory_new(uv_loop_t *loop, memory_random_fn random, void *random_arg);
/* Every handle must be closed or crashed before. */
void memory_free(struct memory *m);

/* One more instance. number names it to the fates, 1 or more. The handle is gone when store_close
 * has called back, or by memory_crash. */
struct store *memory_open(struct memory *m, unsigned number, store_notice_fn on_notice, void *arg);

/* --- by hand --- */

/* Runs one parcel that is due, the earliest first, those of one moment in the order of sending.
 * False: none is due. */
bool memory_step(struct memory *m);
/* The simulated time in ms; never goes back. Starts at 0. */
void memory_time(struct memory *m, int64_t now);
/* When the next parcel is due (perhaps in the past); INT64_MAX: nothing is under way. */
int64_t memory_next(const struct memory *m);

/* --- faults --- */

/* With fates the store also takes its time as Redis does: */
#define MEMORY_LOSER_MS 50   /* who was told conflict goes first for so long; others wait */
#define MEMORY_HOLD_MS  2000 /* after another epoch, lost records are taken and new ones wait */
#define MEMORY_PATIENCE_MS                                                                         \
	2000 /* with fates, what is not answered this long is answered unknown                     \
	      */

/* The kinds of parcel. What an instance may suffer is made of these:
 *	an append that is unknown and did not happen        APPEND lost
 *	an append that is unknown and did happen            ANSWER lost
 *	an append that is unknown and happens later         APPEND delayed beyond MEMORY_PATIENCE_MS
 *	an append that is refused                           APPEND refused
 *	word lost, late, repeated, out of order             WORD lost, delayed, repeated
 *	a partition                                         everything from or to an instance lost
 *	a crash, with the last requests under way or lost   memory_crash, ORPHAN lost
 *	an instance that stands still                       memory_freeze */
enum memory_what {
	MEMORY_APPEND = 1,
	MEMORY_READ,  /* also what a follower reads, and the comparison of heads */
	MEMORY_ERASE, /* also a drop */
	MEMORY_ANSWER,
	MEMORY_WORD,
	MEMORY_SIGNAL,
	MEMORY_ORPHAN, /* a request of an instance that has just crashed; only lost counts */
};

/* Zeroed: arrives at once. */
struct memory_fate {
	bool lost;
	bool refused; /* requests: answered ERR_UNAVAILABLE, did not happen */
	uint32_t delay_ms;
	bool again;        /* words and signals: come a second time */
	uint32_t again_ms; /* so long after being sent */
};

/* Asked once for each parcel when it is sent, in the order of sending. from and to are numbers of
 * instances, 0 is the store; a word goes from the instance that appended. */
struct memory_faults {
	void *arg;
	struct memory_fate (*fate)(void *arg, enum memory_what what, unsigned from, unsigned to);
};

/* NULL: none, from now on; what is under way keeps its fate. */
void memory_set_faults(struct memory *m, const struct memory_faults *faults);

/* kill -9: no callback comes after this call, the handle is gone. Requests that were sent may still
 * happen. Not from inside of a callback of this handle. */
void memory_crash(struct store *s);
/* SIGSTOP: what arrives at this handle before `until` arrives then. */
void memory_freeze(struct store *s, int64_t until);
/* The store's server ends, and is another process after down_ms: what was on its way to it is gone
 * and unknown, until then everything is refused, then each log has a new epoch, and has lost some
 * of its last records, at most so many. New ones wait
 * from when the log is first asked for. */
void memory_restart(struct memory *m, uint64_t lose_at_most, int64_t down_ms);
/* An older copy was brought back: the log ends after `keep` records and has a new epoch. */
void memory_restore(struct memory *m, const char *name, uint64_t keep);
/* Flips one bit of the body at seq. */
void memory_damage(struct memory *m, const char *name, uint64_t seq);

/* --- looking --- */

/* 0: no such log, or empty. */
uint64_t memory_head(const struct memory *m, const char *name);
/* Does this instance hold the record, as one that was delivered to it? */
bool memory_holds(const struct store *s, const char *name, uint64_t seq);
/* "" : no such log. */
const char *memory_epoch(const struct memory *m, const char *name);
/* NULL beyond the head. The memory keeps it. */
struct msg *memory_body(const struct memory *m, const char *name, uint64_t seq);

#endif
