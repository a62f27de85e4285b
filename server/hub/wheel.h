/* When tickets are over. Peers lie in slots of half a minute, so that only those are looked at
 * whose slot has come; who has longer than one round of the wheel is looked at once in a round. */
#ifndef JOBALIKE_HUB_WHEEL_H
#define JOBALIKE_HUB_WHEEL_H

#include "server/hub/peer.h"

#define WHEEL_SLOTS 128
#define WHEEL_MS    30000

struct wheel {
	struct peer *slots[WHEEL_SLOTS];
	int64_t turned; /* the last slot that was looked at, counted on */
};

void wheel_begin(struct wheel *w, int64_t now);
/* By p->expires. */
void wheel_put(struct wheel *w, struct peer *p);
/* Fine for one that is not in it. */
void wheel_take(struct wheel *w, struct peer *p);
/* The next one whose ticket is over, taken out; NULL: none. */
struct peer *wheel_next(struct wheel *w, int64_t now);
/* When to look again. */
int64_t wheel_wake(const struct wheel *w);

#endif
