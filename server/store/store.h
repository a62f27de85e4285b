/* The store: named logs of records, bytes in and bytes out. It knows nothing of sessions.
 *
 * A log is an ordered, append-only list of records at positions (seq) 1, 2, 3 ... under an epoch,
 * the random name of one unbroken history. What every store promises (tests/store holds each of
 * them to it):
 *
 * 1. append takes exactly those positions, all or none, under that epoch; or answers ERR_CONFLICT
 * with the records the caller lacks; or ERR_UNKNOWN when it cannot tell whether it happened.
 *
 * 2. A followed log delivers every record after `after`, in order, none missing, none twice, one's
 * own included.
 *
 * 3. Nothing calls back from inside a call.
 *
 * 4. What was answered OK survives kill -9 and power loss (unless configured weaker).
 *
 * 5. Records are chained, chain = SHA-256(previous chain || SHA-256(body)), with 32 zero bytes
 * before the first; a broken chain is refused, not served. erase replaces a body by its stub, under
 * a new epoch, so that whoever has read the body reads anew; the chain keeps the old body's hash.
 *
 * 6. The epoch is made anew at creation, restore and erasure. Another epoch is told as STORE_RESET,
 * also when the first to learn of it was an append that came under the old one. Before that, a
 * store that can lose what it acknowledged has given the log back what it lost and this instance
 * still held.
 *
 * 7. drop ends a log for ever, whole or not at all. All that was in it is gone as after erase; what
 * is left is the epoch STORE_DROPPED_EPOCH and no record. Nothing is appended to it again, and
 * nothing is given back that somebody still holds. Whoever follows it is told STORE_DROPPED.
 *
 * An answer and the notices of the same records come in no promised order: the notice of one's own
 * record may come before the OK, the records of a conflict come again as notices.
 *
 * One thread calls and is called. Messages handed in are referenced by the store for as long as it
 * needs them; messages handed out are valid during the call, keep them with msg_ref. */
#ifndef JOBALIKE_STORE_STORE_H
#define JOBALIKE_STORE_STORE_H

#include <stdint.h>

#include "protocol/gen/protocol.h" /* enum err */
#include "server/base/msg.h"

#define STORE_LOG_MAX   64   /* bytes of a log's name, [A-Za-z0-9_-]; with its NUL 65 */
#define STORE_EPOCH_MAX 16   /* bytes of an epoch's name; with its NUL 17 */
#define STORE_SLICE     1000 /* records handed over in one turn of the loop while catching up */

#define STORE_DROPPED_EPOCH "dropped" /* shorter than those that are made */

struct store;

struct store_record {
	uint64_t seq;
	struct msg *body;
};

/* RESET, BROKEN and DROPPED are the last notice of a log: it is unfollowed when they are told. */
enum store_news {
	STORE_EVENT = 1, /* record is the next one of the log */
	STORE_LIVE,      /* all that was there when asked is delivered; epoch "" if nothing was */
	STORE_RESET,     /* another epoch, or a head below `after`: forget all, follow from 0 */
	STORE_BROKEN,    /* the log is damaged after what was delivered */
	STORE_DROPPED,   /* the log has been dropped */
	STORE_SIGNAL,    /* another instance's signal is record.body; seq is 0 */
};

struct store_notice {
	enum store_news news;
	const char *log;
	const char *epoch;
	struct store_record record; /* of STORE_EVENT and STORE_SIGNAL */
	const char *why;            /* of STORE_BROKEN, one sentence */
};

/* How something asked for ended. Epoch is that of the log, "" if there is no such log.
 *
 * append: OK, did happen. ERR_CONFLICT, with the records from first_seq to the head, at most
 * STORE_SLICE of them; with none when the epoch is another one or first_seq is beyond head + 1.
 * ERR_UNKNOWN, may have happened or still happen. ERR_UNAVAILABLE, did not. ERR_DAMAGED.
 * ERR_NOT_FOUND, the log was dropped.
 *
 * read: OK, with at most STORE_SLICE records, fewer than asked for only at the end of the log.
 * ERR_NOT_FOUND, no such log. ERR_DAMAGED. ERR_UNAVAILABLE.
 *
 * erase: OK. ERR_NOT_FOUND. ERR_DAMAGED. ERR_UNKNOWN and ERR_UNAVAILABLE: ask again, twice does no
 * harm.
 *
 * drop: OK, also of a log that is damaged, was dropped before or never was there. ERR_UNKNOWN and
 * ERR_UNAVAILABLE: ask again. */
struct store_answer {
	enum err err;
	const char *epoch;
	const struct store_record *records;
	size_t n_records;
};

typedef void (*store_notice_fn)(void *arg, const struct store_notice *notice);
typedef void (*store_done_fn)(void *arg, const struct store_answer *answer);
typedef void (*store_closed_fn)(void *arg);

struct store_ops {
	/* Epoch "" and first_seq 1 make a new log; the answer tells its epoch. If somebody made it
	 * before, the conflict brings its epoch and its records. */
	void (*append)(struct store *s, const char *log, const char *epoch, uint64_t first_seq,
		       struct msg *const *bodies, size_t n, store_done_fn done, void *arg);
	void (*read)(struct store *s, const char *log, uint64_t from, uint64_t to,
		     store_done_fn done, void *arg);
	/* Records after `after`, then STORE_LIVE, then live ones, through on_notice. Following a
	 * log twice is a fault of the caller. */
	void (*follow)(struct store *s, const char *log, uint64_t after);
	/* No notice of this log comes after this call returned. Not following it is fine. */
	void (*unfollow)(struct store *s, const char *log);
	/* Told to every other instance that follows the log, and forgotten. */
	void (*signal)(struct store *s, const char *log, struct msg *m);
	/* Replaces the body at seq by the stub, for ever; the epoch in the answer is the new one.
	 */
	void (*erase)(struct store *s, const char *log, uint64_t seq, struct msg *stub,
		      store_done_fn done, void *arg);
	/* Ends the log, for ever. */
	void (*drop)(struct store *s, const char *log, store_done_fn done, void *arg);
	/* Once a second or oftener, with a clock in ms that never goes back. */
	void (*tick)(struct store *s, int64_t now);
	/* Finishes what was asked, then calls closed and is gone. No notices after this call. */
	void (*close)(struct store *s, store_closed_fn closed, void *arg);
};

struct store {
	const struct store_ops *ops;
	bool alone;          /* no other instance can use it: nobody is there to be told */
	const char *durable; /* one sentence for the start-up line, what OK means here */
	const char *trouble; /* NULL while all is well; else one sentence, what is not ready */
	int64_t clock_ms;    /* to be added to the machine's clock: all instances tell one time */
	store_notice_fn on_notice;
	void *arg;
};

static inline void store_append(struct store *s, const char *log, const char *epoch,
				uint64_t first_seq, struct msg *const *bodies, size_t n,
				store_done_fn done, void *arg)
{
	s->ops->append(s, log, epoch, first_seq, bodies, n, done, arg);
}
static inline void store_read(struct store *s, const char *log, uint64_t from, uint64_t to,
			      store_done_fn done, void *arg)
{
	s->ops->read(s, log, from, to, done, arg);
}
static inline void store_follow(struct store *s, const char *log, uint64_t after)
{
	s->ops->follow(s, log, after);
}
static inline void store_unfollow(struct store *s, const char *log)
{
	s->ops->unfollow(s, log);
}
static inline void store_signal(struct store *s, const char *log, struct msg *m)
{
	s->ops->signal(s, log, m);
}
static inline void store_erase(struct store *s, const char *log, uint64_t seq, struct msg *stub,
			       store_done_fn done, void *arg)
{
	s->ops->erase(s, log, seq, stub, done, arg);
}
static inline void store_drop(struct store *s, const char *log, store_done_fn done, void *arg)
{
	s->ops->drop(s, log, done, arg);
}
static inline void store_tick(struct store *s, int64_t now)
{
	s->ops->tick(s, now);
}
static inline void store_close(struct store *s, store_closed_fn closed, void *arg)
{
	s->ops->close(s, closed, arg);
}

#endif
