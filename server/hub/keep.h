/* How long sessions are kept: those that ended long enough ago are dropped, a few at a time. Every
 * instance looks; two that drop the same session do no harm. */
#ifndef JOBALIKE_HUB_KEEP_H
#define JOBALIKE_HUB_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#define KEEP_AT_ONCE  10      /* sessions looked at in a round */
#define KEEP_ROUND_MS 60000   /* from one round to the next */
#define KEEP_LIST_MS  3600000 /* from the end of the list to its beginning */

struct hub;

/* Zeroed is valid. */
struct keep {
	int64_t at; /* of the next round */
	int64_t turned_at;
	int64_t asked_at; /* when the session being looked at was: it is judged by that time */
	unsigned n;       /* looked at in this one */
	char session[33]; /* the last that was looked at and stays, or the one being looked at */
	char before[33];  /* and the one that stayed before it */
	bool busy;
};

/* Looks at the next session, if it is time. Returns when to call at the latest again; 0: never, or
 * something else will call. */
int64_t keep_turn(struct hub *h, struct keep *k, int64_t now);

#endif
