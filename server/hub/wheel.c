#include "server/hub/wheel.h"

#include <utlist.h>

static int64_t slot_of(int64_t at)
{
	return at / WHEEL_MS + 1; /* when it comes, `at` is past */
}

void wheel_begin(struct wheel *w, int64_t now)
{
	*w = (struct wheel){ .turned = now / WHEEL_MS };
}

void wheel_put(struct wheel *w, struct peer *p)
{
	int64_t slot = slot_of(p->expires);

	if (slot <= w->turned)
		slot = w->turned + 1;
	p->slot = (unsigned)(slot % WHEEL_SLOTS) + 1;
	DL_APPEND2(w->slots[p->slot - 1], p, prev_expiring, next_expiring);
}

void wheel_take(struct wheel *w, struct peer *p)
{
	if (p->slot)
		DL_DELETE2(w->slots[p->slot - 1], p, prev_expiring, next_expiring);
	p->slot = 0;
}

static struct peer *over(struct wheel *w, int64_t now)
{
	struct peer *p;

	DL_FOREACH2(w->slots[w->turned % WHEEL_SLOTS], p, next_expiring)
	if (p->expires <= now)
		return p;
	return NULL;
}

struct peer *wheel_next(struct wheel *w, int64_t now)
{
	int64_t until = now / WHEEL_MS;

	if (until - w->turned > WHEEL_SLOTS) /* one round sees them all */
		w->turned = until - WHEEL_SLOTS;
	for (;; w->turned++) {
		struct peer *p = over(w, now);

		if (p) {
			wheel_take(w, p);
			return p;
		}
		if (w->turned >= until)
			return NULL;
	}
}

int64_t wheel_wake(const struct wheel *w)
{
	return (w->turned + 1) * WHEEL_MS;
}
