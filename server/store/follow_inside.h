/* The inside of following, for its own files: follow.c delivers, follow_lost.c finds out what a log
 * that has become another one lacks, and offers it. */
#ifndef JOBALIKE_STORE_FOLLOW_INSIDE_H
#define JOBALIKE_STORE_FOLLOW_INSIDE_H

#include "server/base/hash.h"
#include "server/store/follow.h"

struct follower {
	char log[STORE_LOG_MAX + 1];
	char epoch[STORE_EPOCH_MAX + 1]; /* "" until known */
	uint64_t last;                   /* delivered up to here */
	uint64_t heard;                  /* the highest position we have word of */
	uint64_t believed;               /* that, when the fetch was asked for */
	uint64_t ticket;                 /* of the fetch or offer under way; 0: none */
	uint64_t from;                   /* what was fetched begins here */
	bool live;                       /* STORE_LIVE was told */
	bool again;                      /* the last fetch failed; the next tick asks again */
	bool missed;                     /* word came that may be newer than the fetch under way */
	bool differs;                    /* another history: what of ours does it lack? */
	struct held held;
	size_t offered, restored; /* records: in the last offer; taken back in all */
	bool telling;             /* a notice of ours is being told: do not free */
	bool stopped;             /* no notice may be told any more */
	int64_t asked;            /* when the fetch was asked for */
	int64_t looked;           /* when we last delivered, or compared heads */
	UT_hash_handle hh;
};

struct follower *follow_find(const struct followers *fs, const char *log);
/* Asks for what comes next; of another history, for what may be compared. */
void follow_fetch(struct followers *fs, struct follower *f);
/* There is word of another epoch, new or late: the log itself says. */
void follow_look_again(struct followers *fs, struct follower *f);
/* The last notice of a log. */
void follow_end(struct followers *fs, struct follower *f, enum store_news news, const char *epoch,
		const char *why);
/* Does this chain agree with what we hold? */
bool follow_is_ours(const struct follower *f, uint64_t seq, const struct hash *chain);

/* The page is of another history than what was delivered. */
void follow_differ(struct followers *fs, struct follower *f, const struct follow_page *page);
/* The page begins where what we hold does. */
void follow_compare(struct followers *fs, struct follower *f, const struct follow_page *page);

#endif
