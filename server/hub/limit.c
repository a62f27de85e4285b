#include "server/hub/limit.h"

#include <stdlib.h>

#include "server/base/mem.h"

void limits_fini(struct limits *l)
{
	free(l->list);
	*l = (struct limits){ 0 };
}

static struct limit *find(struct limits *l, const void *what)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->list[i].what == what)
			return &l->list[i];
	l->list = x_grow(l->list, l->n, sizeof(*l->list));
	l->list[l->n] = (struct limit){ .what = what };
	return &l->list[l->n++];
}

int64_t limits_take(struct limits *l, const void *what, int64_t step_ms, int64_t burst, int64_t now)
{
	struct limit *limit = find(l, what);
	int64_t empty_at = limit->empty_at > now ? limit->empty_at : now;
	int64_t wait = empty_at + step_ms - (now + burst * step_ms);

	if (wait > 0)
		return wait;
	limit->empty_at = empty_at + step_ms;
	return 0;
}

int64_t limits_ask(struct limits *l, const void *what, unsigned per_minute, int64_t now)
{
	int64_t step, burst;

	if (per_minute == 0)
		return 0;
	step = 60000 / per_minute > 0 ? 60000 / per_minute : 1;
	burst = per_minute / 3 > 5 ? per_minute / 3 : 5;
	return limits_take(l, what, step, burst, now);
}
