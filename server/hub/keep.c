/* The list says which sessions may be over for long enough, the session's own log whether it is so
 * and nobody sits there. The list is gone through in rounds, from where the last one ended. */
#include "server/hub/keep.h"

#include <string.h>

#include "server/hub/inside.h"

static bool is_past(const struct hub *h, int64_t at, int64_t now)
{
	return at && at + hub_options(h)->keep_ms <= now;
}

/* An entry that says it is closed was put then, or later. */
static bool may_be_over(const struct hub *h, const struct entry *e, int64_t now)
{
	const struct directory_put *put = &e->event.directory_put;

	return is_past(h, put->end, now) ||
	       (put->phase == PHASE_CLOSED && is_past(h, e->event.at, now));
}

/* Where nobody closed it, people may have gone on beyond the end. */
static bool is_over(const struct hub *h, const struct state *s, int64_t now)
{
	const struct session *x = &s->session;
	const struct line *last = s->chat.n ? s->chat.list[s->chat.n - 1] : NULL;

	if (s->people.seated)
		return false;
	if (x->phase == PHASE_CLOSED)
		return is_past(h, x->closed_at, now);
	return is_past(h, x->end, now) && (!last || is_past(h, last->at, now));
}

/* Where a session was dropped, the next one follows the one before it. */
static void look_on(struct keep *k, bool stays)
{
	k->busy = false;
	if (!stays)
		memcpy(k->session, k->before, sizeof(k->session));
}

static void on_dropped(void *arg, enum err err, size_t n)
{
	(void)n;
	look_on(arg, err != OK);
}

static void on_read(void *arg, enum err err, const struct state *s)
{
	struct hub *h = arg;
	struct keep *k = hub_keep(h);

	/* Half of a drop was done before. */
	if (err == ERR_NOT_FOUND || (!err && is_over(h, s, k->asked_at)))
		hub_drop(h, k->session, "age", on_dropped, k);
	else
		look_on(k, true);
}

/* NULL: there is none up to the end of the list. */
static const struct entry *next_one(const struct hub *h, const struct keep *k, int64_t now)
{
	const struct directory *d = hub_directory(h);
	const struct entry *e = directory_next(d, directory_find(d, k->session));

	while (e && !may_be_over(h, e, now))
		e = directory_next(d, e);
	return e;
}

static int64_t next_round(struct keep *k, int64_t at)
{
	k->n = 0;
	return k->at = at;
}

/* Somebody set the machine's clock, or we have just begun: what the store's is beside it may be
 * known only in a moment, and what is dropped by a wrong one is gone. */
static bool has_leapt(struct keep *k, int64_t now)
{
	int64_t since = k->turned_at;

	k->turned_at = now;
	return now - since > KEEP_ROUND_MS;
}

int64_t keep_turn(struct hub *h, struct keep *k, int64_t now)
{
	const struct entry *e;

	if (!hub_options(h)->keep_ms || !hub_ready(h))
		return 0;
	if (has_leapt(k, now))
		next_round(k, now + KEEP_ROUND_MS);
	if (k->busy || hub_is_draining(h) || directory_is_broken(hub_directory(h)))
		return 0;
	if (k->at > now + KEEP_LIST_MS)
		k->at = now; /* the clock was set back */
	if (k->at > now)
		return k->at;
	e = next_one(h, k, now);
	memcpy(k->before, k->session, sizeof(k->before));
	snprintf(k->session, sizeof(k->session), "%s", e ? e->event.directory_put.session : "");
	if (!e)
		return next_round(k, now + KEEP_LIST_MS);
	k->busy = true;
	k->asked_at = now;
	if (++k->n == KEEP_AT_ONCE)
		next_round(k, now + KEEP_ROUND_MS);
	hub_read(h, k->session, on_read, h);
	return 0;
}
