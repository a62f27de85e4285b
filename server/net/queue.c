#include "server/net/queue.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"

#define RING_KEPT 64 /* an empty queue keeps a ring of this size and gives back a larger one */

static struct msg **slots(const struct queue *q)
{
	return q->ring ? q->ring : (struct msg **)q->few;
}

static unsigned room(const struct queue *q)
{
	return q->ring ? q->room : QUEUE_FEW;
}

static void grow(struct queue *q)
{
	unsigned old = room(q);
	struct msg **ring = x_malloc(2 * old * sizeof(struct msg *));

	for (unsigned i = 0; i < q->n; i++)
		ring[i] = slots(q)[(q->first + i) & (old - 1)];
	free(q->ring);
	q->ring = ring;
	q->room = 2 * old;
	q->first = 0;
}

void queue_push(struct queue *q, struct msg *m)
{
	if (q->n == room(q))
		grow(q);
	slots(q)[(q->first + q->n++) & (room(q) - 1)] = msg_ref(m);
	q->bytes += m->frame_len;
}

struct msg *queue_first(const struct queue *q)
{
	return slots(q)[q->first];
}

void queue_shift(struct queue *q)
{
	struct msg **m = &slots(q)[q->first];

	q->bytes -= (*m)->frame_len;
	msg_unref(m);
	q->first = (q->first + 1) & (room(q) - 1);
	if (--q->n == 0 && q->room > RING_KEPT)
		queue_free(q);
}

void queue_free(struct queue *q)
{
	while (q->n) {
		msg_unref(&slots(q)[q->first]);
		q->first = (q->first + 1) & (room(q) - 1);
		q->n--;
	}
	free(q->ring);
	*q = (struct queue){ 0 };
}
