#include "clients/cli/timer.h"

#include <stdlib.h>

#include "server/base/mem.h"

static void put(struct timers *t, size_t i, struct timer *timer)
{
	t->heap[i - 1] = timer;
	timer->place = i;
}

static struct timer *at(const struct timers *t, size_t i)
{
	return t->heap[i - 1];
}

static void rise(struct timers *t, struct timer *timer)
{
	size_t i = timer->place;

	for (; i > 1 && at(t, i / 2)->at > timer->at; i /= 2)
		put(t, i, at(t, i / 2));
	put(t, i, timer);
}

static void sink(struct timers *t, struct timer *timer)
{
	size_t i = timer->place, child;

	while ((child = 2 * i) <= t->n) {
		if (child < t->n && at(t, child + 1)->at < at(t, child)->at)
			child++;
		if (at(t, child)->at >= timer->at)
			break;
		put(t, i, at(t, child));
		i = child;
	}
	put(t, i, timer);
}

void timers_clear(struct timers *t, struct timer *timer)
{
	struct timer *last;
	size_t i = timer->place;

	if (!i)
		return;
	timer->place = 0;
	last = at(t, t->n--);
	if (last == timer)
		return;
	put(t, i, last);
	rise(t, last);
	sink(t, last);
}

void timers_set(struct timers *t, struct timer *timer, int64_t when)
{
	timers_clear(t, timer);
	if (!when)
		return;
	timer->at = when;
	t->heap = x_grow(t->heap, t->n, sizeof(struct timer *));
	put(t, ++t->n, timer);
	rise(t, timer);
}

int64_t timers_next(const struct timers *t)
{
	return t->n ? at(t, 1)->at : 0;
}

void timers_run(struct timers *t, int64_t now)
{
	/* What is set anew meanwhile waits for the next turn, so that no timer can hold the loop.
	 */
	for (size_t left = t->n; left && t->n && at(t, 1)->at <= now; left--) {
		struct timer *timer = at(t, 1);

		timers_clear(t, timer);
		timer->fire(timer->arg);
	}
}

void timers_fini(struct timers *t)
{
	free(t->heap);
	*t = (struct timers){ 0 };
}
