/* A reconnect costs what was missed: the gap is replayed where that gives the same screen as a
 * view. */
#include "server/hub/live.h"

#include <string.h>

#include "server/base/plant.h"

void replay_keep(struct live *l, struct event *e, struct msg *wire)
{
	struct recent *slot = &l->ring[e->seq % RING_SIZE];

	event_free(&slot->event);
	msg_unref(&slot->wire);
	slot->event = *e;
	slot->wire = wire;
}

void replay_clear(struct live *l)
{
	for (size_t i = 0; i < RING_SIZE; i++) {
		event_free(&l->ring[i].event);
		msg_unref(&l->ring[i].wire);
		l->ring[i] = (struct recent){ 0 };
	}
}

static const struct recent *kept(const struct live *l, uint64_t seq)
{
	const struct recent *slot = &l->ring[seq % RING_SIZE];

	return slot->event.seq == seq ? slot : NULL;
}

static bool is_sent(const struct live *l, const struct person *who, const struct event *e)
{
	return e->type && view_sees(&l->state, who, e);
}

void replay_note(struct live *l, const struct peer *p)
{
	struct present *who = p->present;

	if (!who || p->due_view || p->behind || p->leaving)
		return;
	who->seen_seq = p->sent_seq;
	who->seen_to = fan_seen(l, p);
}

/* Before the gap: nothing up to here was for them that they have not seen. In a large session most
 * of what happens is for others, and a screen only knows the last that was for it. */
static uint64_t seen(const struct peer *p)
{
	const struct present *who = p->present;
	bool had_all = who && p->after >= who->seen_seq;

	return had_all && who->seen_to > p->after ? who->seen_to : p->after;
}

/* The gap can be replayed if it lies in the ring, hides nothing, and is small. */
static bool can_replay(const struct live *l, const struct peer *p, const struct person *who,
		       uint64_t first)
{
	size_t n = 0, bytes = 0;

	if (strcmp(p->epoch, l->epoch) != 0 || p->after > l->state.seq || who->sight_seq > p->after)
		return false;
	for (uint64_t seq = first; seq <= l->state.seq; seq++) {
		const struct recent *r = kept(l, seq);

		if (!r || (r->event.type && event_specs[r->event.type].hides))
			return false;
		if (!is_sent(l, who, &r->event))
			continue;
		bytes += r->wire->len;
		if (++n > LIMIT_REPLAY_EVENTS || bytes > LIMIT_REPLAY_BYTES)
			return false;
	}
	return true;
}

bool replay_to(struct live *l, struct peer *p, const struct person *who)
{
	uint64_t first = p->resumes ? seen(p) + 1 : 0, last = p->after;

	if (!p->resumes || !can_replay(l, p, who, first))
		return false;
	if (PLANTED(PLANT_RESUME_OFF_BY_ONE))
		first++;
	for (uint64_t seq = first; seq <= l->state.seq; seq++) {
		const struct recent *r = kept(l, seq);

		if (!is_sent(l, who, &r->event))
			continue;
		if (!p->ops->send(p, r->wire, LOAD_EVENT))
			return false; /* too slow for its gap: a view then */
		last = seq;
	}
	p->sent_seq = last; /* what the screen knows */
	hub_counts(l->hub)->replays++;
	return true;
}
