/* Digests: who and how many are where, told and forgotten. When somebody came, went or moved all
 * are told, at most once in a while that grows with their number. When only more was said, staff
 * hear of it as often, and all others seldom: it is a number on a card. */
#include "server/hub/live.h"

#include <string.h>

#define PAUSE_MS    250 /* at least, or one ms for each receiver if that is longer */
#define SAID_PAUSES 8
#define SLICE       250 /* sent at once; the loop comes by here twice in a turn */

void digest_stir(struct live *l)
{
	live_stir(l);
	l->digests.due = true;
}

void digest_said(struct live *l)
{
	live_stir(l);
	l->digests.said = l->digests.said_to_staff = true;
}

static bool has_no_connection(void *arg, uint64_t id)
{
	return !presence_is_here(presence_of(arg, id));
}

void digest_clear(struct live *l)
{
	cache_clear(&l->digests.made);
	for (int to_staff = 0; to_staff < 2; to_staff++)
		text_free(&l->digests.counts[to_staff]);
}

static struct msg *digest_for(struct live *l, const struct person *who)
{
	struct msg *m = cache_find(&l->digests.made, who);
	bool to_staff = role_is_staff(who->role);
	struct text *counts = &l->digests.counts[to_staff], t = { 0 };

	if (m)
		return m;
	if (!counts->len)
		view_counts(&l->state, to_staff, counts);
	text_add(&t, counts->s, counts->len);
	view_near(&l->state, who, has_no_connection, l, &t);
	m = cache_add(&l->digests.made, who, msg_new(t.s, t.len));
	text_free(&t);
	return m;
}

void digest_to(struct live *l, struct peer *p, const struct person *who)
{
	struct msg *m = digest_for(l, who);

	fan_catch_up(l, p);
	if (p->digest && p->digest->len == m->len && memcmp(p->digest->text, m->text, m->len) == 0)
		return;
	if (!p->ops->send(p, m, LOAD_SIGNAL))
		return;
	msg_unref(&p->digest);
	p->digest = msg_ref(m);
}

/* Whoever leaves a crowd is replaced by the last one: from the end to the begin nobody is passed
 * over. */
static void send_some(struct live *l)
{
	const struct crowd *to = crowd_of(l, l->digests.to);
	size_t n = to ? to->n : 0, slice = SLICE;

	if (l->digests.left > n)
		l->digests.left = n;
	for (; l->digests.left && slice; slice--) {
		struct peer *p = to->peers[--l->digests.left];

		if (!p->due_view && !p->behind && !p->leaving)
			digest_to(l, p, state_person(&l->state, p->person));
	}
	if (l->digests.left)
		live_stir(l); /* the others in the next turn */
}

static void begin(struct live *l, uint64_t to)
{
	l->digests.to = to;
	l->digests.left = SIZE_MAX;
	l->digests.said_to_staff = false;
	digest_clear(l);
}

static int64_t pause_of(const struct live *l)
{
	return l->n_peers > PAUSE_MS ? (int64_t)l->n_peers : PAUSE_MS;
}

/* The clock may be set back: nothing waits for longer than it was to. */
static bool is_time(int64_t *at, int64_t now, int64_t pause)
{
	if (*at > now + pause)
		*at = now;
	return now >= *at;
}

bool digest_is_due(struct live *l)
{
	struct digests *d = &l->digests;
	int64_t now = hub_now(l->hub), pause = pause_of(l);
	bool may = is_time(&d->at, now, pause);
	bool said_may = is_time(&d->said_at, now, SAID_PAUSES * pause);

	return !d->left && may && (d->due || (d->said && said_may));
}

void digest_turn(struct live *l, bool is_due)
{
	struct digests *d = &l->digests;
	int64_t now = hub_now(l->hub), pause = pause_of(l);

	if (is_due) {
		d->due = d->said = false;
		d->at = now + pause;
		d->said_at = now + SAID_PAUSES * pause;
		d->staff_at = d->at;
		begin(l, CROWD_ALL);
	} else if (!d->left && d->said_to_staff && is_time(&d->staff_at, now, pause)) {
		d->staff_at = now + pause;
		begin(l, ROOM_CHANNEL);
	}
	send_some(l);
}

int64_t digest_wake(const struct live *l)
{
	const struct digests *d = &l->digests;
	int64_t wake = 0;

	if (d->due)
		sooner(&wake, d->at);
	if (d->said)
		sooner(&wake, d->said_at > d->at ? d->said_at : d->at);
	if (d->said_to_staff)
		sooner(&wake, d->staff_at);
	return wake;
}
