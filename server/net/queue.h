/* Messages that wait to be written to one connection, in order. Zeroed is empty and valid. */
#ifndef JOBALIKE_NET_QUEUE_H
#define JOBALIKE_NET_QUEUE_H

#include <stddef.h>

#include "server/base/msg.h"

#define QUEUE_FEW 4 /* as many need no memory of their own */

struct queue {
	struct msg **ring; /* NULL: few */
	struct msg *few[QUEUE_FEW];
	unsigned first, n, room; /* room: of ring, a power of two */
	size_t bytes;            /* of all frames */
};

/* Takes its own reference. */
void queue_push(struct queue *q, struct msg *m);
/* The oldest; there is one. */
struct msg *queue_first(const struct queue *q);
/* Forgets the oldest. */
void queue_shift(struct queue *q);
/* Forgets all, and the memory. */
void queue_free(struct queue *q);

#endif
