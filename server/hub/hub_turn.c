/* A turn of the hub: sessions in which something happened are looked at, those whose time has come,
 * and whatever else has its time. Between two turns a session is only marked, so that it is looked
 * at once, however much came to pass in it. */
#include "server/hub/hub_parts.h"

void hub_stir(struct hub *h, struct live *l)
{
	l->next_stirred = h->stirred;
	h->stirred = l;
}

bool hub_is_stirred(const struct hub *h)
{
	return h->stirred != NULL;
}

static void turn_wheel(struct hub *h)
{
	for (struct peer *p; (p = wheel_next(&h->wheel, h->now));)
		peer_bye(p, BYE_EXPIRED, -1);
}

/* Nobody has had it open for a while, or it has been dropped. */
static bool may_go(const struct hub *h, const struct live *l)
{
	return !l->stirred && live_is_idle(l) &&
	       (l->phase == LIVE_DROPPED || h->now - l->idle_since >= h->options.unload_ms);
}

/* Does what is due in one session, or lets it go. */
static void turn(struct hub *h, struct live *l)
{
	live_turn(l);
	if (!live_is_idle(l))
		l->idle_since = h->now;
	if (may_go(h, l)) {
		store_unfollow(h->store, l->log);
		HASH_DEL(h->lives, l);
		live_free(l);
		return;
	}
	l->wake_at = live_wake(l);
	sooner(&h->wake, l->wake_at);
}

static void turn_stirred(struct hub *h)
{
	struct live *list = h->stirred;

	h->stirred = NULL;
	while (list) {
		struct live *l = list;

		list = l->next_stirred;
		l->stirred = false;
		turn(h, l);
	}
}

/* What changes anything in a session stirs it, so when it is due is as it said. */
static void turn_due(struct hub *h)
{
	struct live *l, *next;

	h->wake = 0;
	HASH_ITER (hh, h->lives, l, next) {
		if (l->wake_at && l->wake_at <= h->now)
			turn(h, l);
		else
			sooner(&h->wake, l->wake_at);
	}
}

int64_t hub_turn(struct hub *h, int64_t now)
{
	h->now = now;
	h->view_bytes = 0;
	readers_turn(&h->readers);
	turn_stirred(h);
	if (h->wake && h->wake <= now)
		turn_due(h);
	if (wheel_wake(&h->wheel) <= now)
		turn_wheel(h);
	sooner(&h->wake, directory_turn(h->directory, now));
	sooner(&h->wake, keep_turn(h, &h->keep, now));
	sooner(&h->wake, wheel_wake(&h->wheel));
	return h->stirred ? now : h->wake;
}
