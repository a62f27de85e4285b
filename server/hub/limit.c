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

int64_t limits_ask(struct limits *l, const void *what, unsigned per_minute, int64_t now)
{
	if (per_minute == 0)
		return 0;
	struct limit *limit = find(l, what);
	int64_t step = 60000 / per_minute > 0 ? 60000 / per_minute : 1;
	int64_t burst = per_minute / 3 > 5 ? per_minute / 3 : 5;
	int64_t empty_at = limit->empty_at > now ? limit->empty_at : now;
	int64_t wait = empty_at + step - (now + burst * step);

	if (wait > 0)
		return wait;
	limit->empty_at = empty_at + step;
	return 0;
}
