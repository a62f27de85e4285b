/* How events reach their crowds. An event joins the run of each crowd that hears it, and at the end
 * of the turn the run is put together once and sent to all of them: the more was said in a turn,
 * the fewer writes for each line. A large crowd that hears much waits a little for more, so that
 * its thousand writes carry several lines each; a small or a quiet one never waits, nor one where
 * waiting was in vain, and nobody waits for their own. What a peer hears is in order of seq
 * whatever came when: before it is told anything by itself, it is told what its crowds still have
 * for it. */
#include "server/hub/live.h"

#include <stdlib.h>

#include "server/base/mem.h"
#include "server/base/plant.h"

#define RUN_EVENTS  256   /* that are told at once */
#define RUN_BYTES   65536 /* likewise; what one write takes */
#define WINDOW_FROM 200   /* peers in a crowd that may wait */
#define WINDOW_MIN  25    /* ms that it waits, and one more for so many peers: */
#define WINDOW_EACH 50
#define WINDOW_MAX  45
#define IN_VAIN     3    /* waits in a row after which there was one event to tell, and ... */
#define HURRY_MS    1000 /* ... so long it waits no more */
#define AHEAD       4    /* peers that the processor's cache is asked for before we come to them */

void fan_add(struct live *l, struct crowd *c, uint64_t seq, struct msg *wire)
{
	if (!c || !c->n)
		return;
	if (c->n_run == 0) {
		c->due_at = 0;
		c->waits_with = 0;
		c->next_told = l->told;
		l->told = c;
	}
	c->run = x_grow(c->run, c->n_run, sizeof(*c->run));
	c->run[c->n_run++] = (struct told){ .seq = seq, .wire = msg_ref(wire) };
	c->run_bytes += wire->frame_len;
}

static void forget(struct crowd *c)
{
	while (c->n_run)
		msg_unref(&c->run[--c->n_run].wire);
	c->run_bytes = 0;
}

void fan_clear(struct live *l)
{
	for (struct crowd *c = l->told; c; c = c->next_told)
		forget(c);
	l->told = NULL;
}

/* --- to one ------------------------------------------------------------------------------------
 */

bool fan_tell(struct live *l, struct peer *p, uint64_t seq, struct msg *wire)
{
	if (!p->ops->send(p, wire, LOAD_EVENT)) {
		p->behind = true;
		crowd_due(l, p);
		return false;
	}
	p->sent_seq = seq;
	hub_counts(l->hub)->deliveries++;
	return true;
}

static bool is_deaf(const struct peer *p)
{
	return p->leaving || (p->due_view && !PLANTED(PLANT_VIEW_MIXED_WITH_EVENTS));
}

/* The first of the run after this seq, or NULL. */
static const struct told *first_after(const struct crowd *c, uint64_t seq)
{
	size_t low = 0, high = c->n_run;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (c->run[middle].seq > seq)
			high = middle;
		else
			low = middle + 1;
	}
	return low < c->n_run ? &c->run[low] : NULL;
}

static const struct told *next_for(const struct peer *p)
{
	const struct told *next = NULL;

	for (size_t i = 0; i < p->n_seats; i++) {
		const struct told *t = first_after(p->seats[i].crowd, p->sent_seq);

		if (t && (!next || t->seq < next->seq))
			next = t;
	}
	return next;
}

uint64_t fan_seen(const struct live *l, const struct peer *p)
{
	const struct told *next = l->told ? next_for(p) : NULL;

	return next ? next->seq - 1 : l->state.seq;
}

static void catch_up(struct live *l, struct peer *p)
{
	const struct told *t;

	while (!is_deaf(p) && (t = next_for(p)))
		if (!fan_tell(l, p, t->seq, t->wire))
			return;
}

void fan_catch_up(struct live *l, struct peer *p)
{
	if (l->told)
		catch_up(l, p);
}

/* --- to all ------------------------------------------------------------------------------------
 */

/* Has heard all before, and hears nothing now but this run. */
static bool is_in_step(const struct peer *p, const struct crowd *c, uint64_t first)
{
	if (p->sent_seq >= first)
		return false;
	for (size_t i = 0; i < p->n_seats; i++)
		if (p->seats[i].crowd != c && p->seats[i].crowd->n_run)
			return false;
	return true;
}

static void tell_run(struct live *l, struct peer *p, const struct run *run, uint64_t last)
{
	if (!p->ops->send_run) {
		catch_up(l, p);
	} else if (p->ops->send_run(p, run)) {
		p->sent_seq = last;
		hub_counts(l->hub)->deliveries += run->n;
	} else {
		p->behind = true;
		crowd_due(l, p);
	}
}

static void fetch(const struct peer *p)
{
	__builtin_prefetch(p);
	__builtin_prefetch(&p->seats[1]);
}

/* As many from here on as one write takes, to everybody. Returns how many. */
static size_t tell_some(struct live *l, const struct crowd *c, const struct told *from, size_t left,
			bool more)
{
	struct msg *parts[RUN_EVENTS];
	size_t n = 0, bytes = 0;

	do
		parts[n] = from[n].wire;
	while ((bytes += parts[n++]->frame_len) < RUN_BYTES && n < left && n < RUN_EVENTS);
	struct run run = { .msgs = parts, .n = n, .more = more };
	run.joined = n == 1 ? msg_ref(parts[0]) : msg_join(parts, n);
	for (size_t i = 0; i < c->n; i++) {
		struct peer *p = c->peers[i];

		if (i + AHEAD < c->n)
			fetch(c->peers[i + AHEAD]);
		if (is_deaf(p))
			continue;
		if (is_in_step(p, c, from[0].seq))
			tell_run(l, p, &run, from[n - 1].seq);
		else
			catch_up(l, p);
	}
	msg_unref(&run.joined);
	return n;
}

static void tell_all(struct live *l, struct crowd *c, bool more)
{
	for (size_t done = 0; done < c->n_run;)
		done += tell_some(l, c, c->run + done, c->n_run - done, more);
	forget(c);
	c->told_at = hub_now(l->hub);
}

/* Did it gain anything to wait? Where each line answers the one before, there is never a second one
 * to wait for. After a while it is tried again, or once two come together. */
static void learn(struct crowd *c, int64_t now)
{
	size_t first = c->waits_with ? c->waits_with : 1;

	if (c->n_run > first) {
		c->in_vain = 0;
		c->hurries_until = 0;
	} else if (c->waits_with && ++c->in_vain >= IN_VAIN) {
		c->hurries_until = now + HURRY_MS;
	}
}

static int64_t window_of(const struct crowd *c)
{
	int64_t window = WINDOW_MIN + (int64_t)c->n / WINDOW_EACH;

	if (c->n < WINDOW_FROM)
		return 0;
	return window < WINDOW_MAX ? window : WINDOW_MAX;
}

/* The clock may be set back. */
static bool hurries(const struct crowd *c, int64_t now)
{
	return now < c->hurries_until && now >= c->hurries_until - HURRY_MS;
}

/* Whoever was told something a moment ago waits, from the first event on. */
static bool waits(struct crowd *c, int64_t now)
{
	int64_t window = hurries(c, now) ? 0 : window_of(c);

	if (!c->due_at)
		c->due_at = now - c->told_at < window ? now + window : now;
	return c->due_at > now && c->due_at <= now + window && c->n_run < RUN_EVENTS &&
	       c->run_bytes < RUN_BYTES;
}

void fan_turn(struct live *l, bool more)
{
	struct crowd *list = l->told, *c;
	int64_t now = hub_now(l->hub);

	l->told = NULL;
	while ((c = list)) {
		list = c->next_told;
		if (!more && waits(c, now)) {
			if (!c->waits_with)
				c->waits_with = c->n_run;
			c->next_told = l->told;
			l->told = c;
			continue;
		}
		if (!more)
			learn(c, now);
		tell_all(l, c, more);
	}
}

int64_t fan_wake(const struct live *l)
{
	int64_t wake = 0;

	for (const struct crowd *c = l->told; c; c = c->next_told)
		if (wake == 0 || c->due_at < wake)
			wake = c->due_at;
	return wake;
}
