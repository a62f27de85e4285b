/* The followed logs of one store, shared by all kinds of store: turns word of new records, which
 * may be late, lost, repeated or out of order, into promise 2 of store.h. Word of a position
 * already delivered is dropped, the next one is delivered, a gap is filled by reading, and the head
 * of a quiet log is compared every FOLLOW_QUIET_MS, because word of the last record may be lost
 * without a trace.
 *
 * The store hands in what it hears and what it read; notices go out through store->on_notice, so
 * hand in only from outside of the hub's calls (promise 3). Notices may follow, unfollow and close.
 * fetch and ask_head are called from anywhere and must not hand in at once. */
#ifndef JOBALIKE_STORE_FOLLOW_H
#define JOBALIKE_STORE_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "server/store/store.h"

#define FOLLOW_QUIET_MS 2000 /* a log that is quiet this long has its head compared */
#define FOLLOW_FETCH_MS 5000 /* a fetch unanswered this long is asked again */

struct follower;

struct followers {
	struct store *store;
	/* Asks for the records from `from` on; answer by follow_fetched with the same ticket. */
	void (*fetch)(struct store *s, const char *log, uint64_t ticket, uint64_t from);
	/* Asks for the head; answer by follow_head. NULL where word cannot be lost. */
	void (*ask_head)(struct store *s, const char *log);
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
	const char *why; /* of ERR_DAMAGED; records before the damage may come with it */
};

void follow_start(struct followers *fs, const char *log, uint64_t after);
void follow_stop(struct followers *fs, const char *log);
void follow_stop_all(struct followers *fs);
bool follow_is(const struct followers *fs, const char *log);

void follow_heard(struct followers *fs, const char *log, const char *epoch,
		  const struct store_record *record);
void follow_signal(struct followers *fs, const char *log, struct msg *m);
void follow_head(struct followers *fs, const char *log, const char *epoch, uint64_t head);
void follow_fetched(struct followers *fs, const char *log, uint64_t ticket,
		    const struct follow_page *page);
void follow_tick(struct followers *fs, int64_t now);

#endif
