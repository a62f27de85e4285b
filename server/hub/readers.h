/* Readers: whoever asked for a session's state, until it is there to be read. Together they make so
 * much of it in a turn of the loop and no more; the others wait for the next. */
#ifndef JOBALIKE_HUB_READERS_H
#define JOBALIKE_HUB_READERS_H

#include <stddef.h>
#include <stdint.h>

struct live;
struct reader;

/* Of the hub. Zeroed is valid. */
struct readers {
	struct reader *lost; /* who asked for a session that is not there */
	size_t bytes;        /* made by readers in this turn */
};

/* A new turn. Whoever asked for a session that is not there is told so. */
void readers_turn(struct readers *all);
/* Answers those of this session, if it can be read, or they have waited for long enough. */
void readers_answer(struct live *l);
/* Nothing more comes from the store: answers them all. */
void readers_end(struct live *l);
/* When readers_answer is to be called at the latest; 0: never. */
int64_t readers_wake(const struct live *l);
/* They are told nothing. */
void readers_free(struct reader **list);

#endif
