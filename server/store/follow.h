/* The followed logs of one store, shared by all kinds of store: turns word of new records, which
 * may be late, lost, repeated or out of order, into promise 2 of store.h. Word of a position
 * already delivered is dropped, the next one is delivered, a gap is filled by reading, and the head
 * of a quiet log is compared every FOLLOW_QUIET_MS, because word of the last record may be lost
 * without a trace.
 *
 * Lost tails. A store that can lose what it acknowledged has `restore` and hands in chains. When
 * the log comes back shorter, under another epoch, or with another chain at a position that we
 * hold, it is compared with the last records we delivered. If it is the beginning of them, the rest
 * is offered at the same positions, byte for byte; else what it has not is lost, and the server's
 * log says how much. Either way the log is told as STORE_RESET then. So that nothing is held back
 * that the hub knows, such a store hands in its own appended records, too, and those that came with
 * a conflict, and takes word of another epoch from any answer to follow_head.
 *
 * The store hands in what it hears and what it read; notices go out through store->on_notice, so
 * hand in only from outside of the hub's calls (promise 3). Notices may follow, unfollow and close.
 * fetch, ask_head and restore are called from anywhere and must not hand in at once. */
#ifndef JOBALIKE_STORE_FOLLOW_H
#define JOBALIKE_STORE_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "server/store/held.h"
#include "server/store/store.h"

#define FOLLOW_QUIET_MS 2000 /* a log that is quiet this long has its head compared */
#define FOLLOW_FETCH_MS 5000 /* a fetch unanswered this long is asked again */

struct follower;

/* Records that a log has lost, from somebody who holds them. Borrowed for the call. Taken, all or
 * none, if the log's epoch is this one, its head is first - 1 and the chain there is `before`;
 * epoch "" and first 1: if there is no such log. */
struct follow_offer {
	const char *epoch;
	uint64_t first;
	const struct hash *before;
	const struct held_record *records;
	size_t n;
};

struct followers {
	struct store *store;
	/* Asks for the records from `from` on; answer by follow_fetched with the same ticket. */
	void (*fetch)(struct store *s, const char *log, uint64_t ticket, uint64_t from);
	/* Asks for the head; answer by follow_head. NULL where word cannot be lost. */
	void (*ask_head)(struct store *s, const char *log);
	/* Offers lost records; answer by follow_restored with the same ticket. NULL where what was
	 * acknowledged cannot be lost: then no chains are needed, and nothing is held. */
	void (*restore)(struct store *s, const char *log, uint64_t ticket,
			const struct follow_offer *offer);
	struct follower *all; /* by name, in order of following */
	uint64_t tickets;     /* given out */
	int64_t now;          /* of the last tick */
};

/* What a fetch brought: the records from `from` on, a whole slice of them unless the log ends. */
struct follow_page {
	enum err err; /* OK, ERR_NOT_FOUND (no such log), ERR_UNAVAILABLE, ERR_DAMAGED */
	const char *epoch;
	uint64_t head;
	const struct store_record *records;
	size_t n_records;
	const struct hash *before; /* the chain at from - 1; NULL: no chains, or beyond the head */
	const struct hash *chains; /* at each record; NULL: no chains. Of erased ones as kept */
	const char *why;           /* of ERR_DAMAGED; records before the damage may come with it */
};

void follow_start(struct followers *fs, const char *log, uint64_t after);
void follow_stop(struct followers *fs, const char *log);
void follow_stop_all(struct followers *fs);
bool follow_is(const struct followers *fs, const char *log);

/* chain: at this record, at the head; NULL where there are none, or it is not known. */
void follow_heard(struct followers *fs, const char *log, const char *epoch,
		  const struct store_record *record, const struct hash *chain);
void follow_signal(struct followers *fs, const char *log, struct msg *m);
void follow_head(struct followers *fs, const char *log, const char *epoch, uint64_t head,
		 const struct hash *chain);
void follow_fetched(struct followers *fs, const char *log, uint64_t ticket,
		    const struct follow_page *page);
/* OK: taken. ERR_CONFLICT: somebody wrote there, or it is another log. ERR_UNAVAILABLE and
 * ERR_UNKNOWN: offered again, if the log still lacks them. */
void follow_restored(struct followers *fs, const char *log, uint64_t ticket, enum err err);
/* The body at seq was erased, and the epoch is this one now: the text is not held any more, nor
 * ever restored, and the log is told as another one. */
void follow_erased(struct followers *fs, const char *log, const char *epoch, uint64_t seq,
		   struct msg *stub);
/* The log was dropped, somebody says: it shall say so itself. */
void follow_dropped(struct followers *fs, const char *log);
/* The chain at this position; NULL where it is not held. Good until the next call. */
const struct hash *follow_chain(const struct followers *fs, const char *log, uint64_t seq);
/* Records from seq to the last delivered, of this epoch; NULL where they are not held. Good until
 * the next call. */
const struct held_record *follow_since(const struct followers *fs, const char *log,
				       const char *epoch, uint64_t seq, size_t *n);
/* The connection is another one, and the store may be: every head is compared at the next tick. */
void follow_doubt(struct followers *fs);
void follow_tick(struct followers *fs, int64_t now);

#endif
