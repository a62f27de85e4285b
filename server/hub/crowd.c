/* Who hears what. Peers stand in crowds by what they see, so that an event touches only those who
 * see it: one crowd for each room, one for the facilitator channel (that is: all staff), one for
 * all. */
#include "server/hub/live.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/base/plant.h"

/* --- caches: what all of one sight share --------------------------------------------------------
 */

void cache_clear(struct cache *c)
{
	for (size_t i = 0; i < c->n; i++)
		msg_unref(&c->list[i].m);
	free(c->list);
	*c = (struct cache){ 0 };
}

struct msg *cache_find(const struct cache *c, const struct person *who)
{
	for (size_t i = 0; i < c->n; i++)
		if (view_same_sight(&c->list[i].sight, who))
			return c->list[i].m;
	return NULL;
}

struct msg *cache_add(struct cache *c, const struct person *who, struct msg *m)
{
	c->list = x_grow(c->list, c->n, sizeof(*c->list));
	c->list[c->n++] = (struct shared){ .sight = *who, .m = m };
	return m;
}

/* --- crowds -------------------------------------------------------------------------------------
 */

struct crowd *crowd_of(struct live *l, uint64_t room)
{
	struct crowd *c;

	HASH_FIND(hh, l->crowds, &room, sizeof(room), c);
	return c;
}

static bool stands_in(const struct peer *p, const struct crowd *c)
{
	for (size_t i = 0; i < p->n_seats; i++)
		if (p->seats[i].crowd == c)
			return true;
	return false;
}

/* Once, also for staff who sit in a room that they watch. */
static void stand(struct live *l, struct peer *p, uint64_t room)
{
	struct crowd *c = crowd_of(l, room);

	if (c && stands_in(p, c))
		return;
	if (!c) {
		c = x_calloc(1, sizeof(*c));
		c->room = room;
		HASH_ADD(hh, l->crowds, room, sizeof(c->room), c);
	}
	c->peers = x_grow(c->peers, c->n, sizeof(struct peer *));
	p->seats[p->n_seats].crowd = c;
	p->seats[p->n_seats++].index = c->n;
	c->peers[c->n++] = p;
}

void crowd_enter(struct live *l, struct peer *p, const struct person *who)
{
	stand(l, p, CROWD_ALL);
	stand(l, p, who->room);
	if (!role_is_staff(who->role))
		return;
	stand(l, p, ROOM_CHANNEL);
	for (size_t i = 0; i < who->n_watches; i++)
		stand(l, p, who->watches[i]);
}

static void renumber(struct peer *p, const struct crowd *c, size_t index)
{
	for (size_t i = 0; i < p->n_seats; i++)
		if (p->seats[i].crowd == c)
			p->seats[i].index = index;
}

void crowd_leave(struct peer *p)
{
	while (p->n_seats) {
		struct crowd *c = p->seats[--p->n_seats].crowd;
		size_t index = p->seats[p->n_seats].index;

		c->peers[index] = c->peers[--c->n];
		if (c->peers[index] != p)
			renumber(c->peers[index], c, index);
	}
}

void crowd_free(struct live *l)
{
	struct crowd *c, *next;

	fan_clear(l);
	HASH_ITER (hh, l->crowds, c, next) {
		HASH_DEL(l->crowds, c);
		free(c->run);
		free(c->peers);
		free(c);
	}
	free(l->due);
}

/* --- views --------------------------------------------------------------------------------------
 */

void crowd_due(struct live *l, struct peer *p)
{
	live_stir(l);
	if (p->due_view)
		return;
	p->due_view = true;
	if (p->behind)
		return; /* when it can write again */
	l->due = x_grow(l->due, l->n_due, sizeof(struct peer *));
	l->due[l->n_due++] = p;
}

static struct msg *rest_of_view(struct live *l, const struct person *who)
{
	struct msg *rest = l->views.seq == l->state.seq ? cache_find(&l->views, who) : NULL;
	struct text t = { 0 };

	if (rest)
		return rest;
	if (l->views.seq != l->state.seq)
		cache_clear(&l->views);
	l->views.seq = l->state.seq;
	view_rest(&l->state, who, &t);
	rest = cache_add(&l->views, who, msg_new(t.s, t.len));
	text_free(&t);
	return rest;
}

static struct msg *view_message(struct live *l, const struct peer *p, const struct person *who)
{
	const struct msg *rest = rest_of_view(l, who);
	struct text t = { 0 };

	text_object(&t, NULL);
	text_puts(&t, "\"view\":");
	view_you(&l->state, who, &t);
	text_add(&t, rest->text, rest->len);
	text_id(&t, "seq", l->state.seq);
	text_string(&t, "epoch", l->epoch);
	text_int(&t, "now", hub_now(l->hub));
	text_id(&t, "you", who->id);
	if (p->n_asked) {
		text_array(&t, "taken");
		for (size_t i = 0; i < p->n_asked; i++)
			text_id(&t, NULL, p->asked[i]);
		text_array_end(&t);
	}
	text_object_end(&t);
	struct msg *m = msg_new(t.s, t.len);
	text_free(&t);
	return m;
}

static size_t send_view(struct live *l, struct peer *p)
{
	const struct person *who = state_person(&l->state, p->person);
	struct msg *m = view_message(l, p, who);
	size_t bytes = m->len;

	p->due_view = false;
	p->sent_seq = l->state.seq;
	peer_told(p);
	p->ops->send(p, m, LOAD_VIEW);
	msg_unref(&m);
	msg_unref(&p->digest);
	digest_to(l, p, who);
	hub_counts(l->hub)->views++;
	return bytes;
}

bool crowd_views(struct live *l)
{
	size_t done = 0, *bytes = hub_view_bytes(l->hub);

	while (done < l->n_due && *bytes < VIEW_BYTES) {
		struct peer *p = l->due[done++];

		if (p && p->due_view && !p->behind && !p->leaving)
			*bytes += send_view(l, p);
	}
	l->n_due -= done;
	if (done && l->n_due)
		memmove(l->due, l->due + done, l->n_due * sizeof(struct peer *));
	return l->n_due > 0;
}

/* --- events -------------------------------------------------------------------------------------
 */

static bool is_sight_kept(const struct peer *p)
{
	return PLANTED(PLANT_OLD_ROOM_AFTER_MOVE) && p->n_seats > 0;
}

/* What these peers see is another thing from now on: they stand elsewhere, and are due a view. */
static void turn(struct live *l, const struct person *who)
{
	struct present *present = presence_of(l, who->id);

	for (struct peer *p = present ? present->peers : NULL, *next; p; p = next) {
		next = p->next_of_person;
		if (p->leaving)
			continue;
		if (!is_sight_kept(p)) {
			fan_catch_up(l, p);
			crowd_leave(p);
			crowd_enter(l, p, who);
		}
		if (who->removed)
			hub_refuse(p, ERR_REMOVED);
		else
			crowd_due(l, p);
	}
}

/* The next view tells that this command was taken, as its event will not come. */
static void tell_later(struct peer *p, const struct event *e)
{
	if (e->n)
		peer_tell_later(p, e->n);
}

/* Whoever did it hears it at once, seen by others or not. */
static void tell_actor(struct live *l, struct peer *p, const struct event *e, struct msg *wire)
{
	if (p->leaving || p->sent_seq >= e->seq)
		return;
	if (!p->due_view || PLANTED(PLANT_VIEW_MIXED_WITH_EVENTS))
		fan_catch_up(l, p);
	if ((p->due_view && !PLANTED(PLANT_VIEW_MIXED_WITH_EVENTS)) ||
	    (p->sent_seq < e->seq && !fan_tell(l, p, e->seq, wire)))
		tell_later(p, e);
}

static void add_to(struct live *l, uint64_t room, const struct event *e, struct msg *wire)
{
	fan_add(l, crowd_of(l, room), e->seq, wire);
}

static void add_to_rooms(struct live *l, const struct event *e, struct msg *wire)
{
	add_to(l, e->notices_announced.n_rooms == 0 ? CROWD_ALL : ROOM_CHANNEL, e, wire);
	for (size_t i = 0; i < e->notices_announced.n_rooms; i++)
		add_to(l, e->notices_announced.rooms[i], e, wire);
}

/* Somebody who left hears it as their own event and is let go; who comes back in the same moment
 * (the server saw them away, and here they are) joins again. */
static void let_go(struct live *l, const struct event *e)
{
	struct present *present = presence_of(l, e->people_left.who);

	for (struct peer *p = present ? present->peers : NULL, *next; p; p = next) {
		next = p->next_of_person;
		peer_bye(p, e->by ? BYE_LEFT : BYE_IDLE, e->by ? -1 : 0);
	}
}

/* Whoever holds an older ticket: it is worth nothing from now on, wherever it is (ASVS 5.0, 7.2.4).
 */
static void let_go_of_old(struct present *present, const struct person *who)
{
	for (struct peer *p = present->peers, *next; p; p = next) {
		next = p->next_of_person;
		if (people_ticket_is_old(who, p->issued))
			hub_refuse(p, ERR_UNAUTHORIZED);
	}
}

void crowd_tell(struct live *l, const struct event *e, struct msg *wire)
{
	struct present *actor = e->by ? presence_of(l, e->by) : NULL;

	for (size_t i = 0; i < l->state.n_turned; i++)
		turn(l, state_person(&l->state, l->state.turned[i]));
	switch (e->type ? event_specs[e->type].audience : AUDIENCE_NONE) {
	case AUDIENCE_ROOM:
		add_to(l, event_room(e), e, wire);
		break;
	case AUDIENCE_ROOMS:
		add_to_rooms(l, e, wire);
		break;
	case AUDIENCE_SESSION:
		add_to(l, CROWD_ALL, e, wire);
		break;
	case AUDIENCE_STAFF:
		add_to(l, ROOM_CHANNEL, e, wire);
		break;
	case AUDIENCE_SELF:
	case AUDIENCE_NONE:
	case AUDIENCE_COUNT:
		break;
	}
	for (struct peer *p = actor ? actor->peers : NULL; p; p = p->next_of_person)
		tell_actor(l, p, e, wire);
	if (e->type == EVT_PEOPLE_LEFT)
		let_go(l, e);
	if (e->type == EVT_PEOPLE_RETURNED && actor)
		let_go_of_old(actor, state_person(&l->state, e->by));
}

void crowd_signal(struct live *l, uint64_t room, struct msg *m, uint64_t but)
{
	struct crowd *c = crowd_of(l, room);

	for (size_t i = 0; c && i < c->n; i++) {
		struct peer *p = c->peers[i];

		if (p->person != but && !p->due_view && !p->behind && !p->leaving)
			p->ops->send(p, m, LOAD_SIGNAL);
	}
}
