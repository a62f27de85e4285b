/* Everything that was shown and acknowledged, against the log, reduced once more from its first
 * event. What a screen may have been sent is asked of core (view_sees); who was sent it was decided
 * by the hub's crowds and replays, which do not ask core: two ways to the same answer. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "tests/sim/sim.h"

/* Where the check stands with one person's screen. */
struct screen {
	size_t next;     /* of shown */
	uint64_t lacks;  /* the event that was not shown, or changed the sight: a view is due */
	bool needs_view; /* no event may come before it */
	bool begun;
};

static const struct shown *next_of(const struct human *h, const struct screen *c)
{
	return c->next < h->n_shown ? &h->shown[c->next] : NULL;
}

static bool is_due(const struct state *s, const struct human *h, const struct event *e)
{
	const struct person *p = state_person_by_sub(s, h->sub);

	return p && (e->by == p->id || view_sees(s, p, e));
}

static bool is_turned(const struct state *s, const struct human *h)
{
	const struct person *p = state_person_by_sub(s, h->sub);

	for (size_t i = 0; p && i < s->n_turned; i++)
		if (s->turned[i] == p->id)
			return true;
	return false;
}

/* All views of this person that were made at this seq must be what the state says. */
static void check_views(struct sim *s, const struct state *state, const struct human *h,
			struct screen *c)
{
	const struct person *p = state_person_by_sub(state, h->sub);
	const struct shown *v;
	struct text t = { 0 };

	while ((v = next_of(h, c)) && v->is_view && v->seq == state->seq) {
		if (!t.len && p)
			view_write(state, p, &t);
		if (!p || strcmp(t.s, v->text) != 0)
			sim_fail(s, "%s: the view at %" PRIu64 " is not what the state says",
				 h->name, v->seq);
		c->next++;
		c->begun = true;
		c->needs_view = false;
	}
	text_free(&t);
}

/* Has somebody seen an event past this one, without a view that made up for it? */
static void check_event(struct sim *s, const struct state *state, const struct human *h,
			struct screen *c, const struct event *e, const struct msg *wire)
{
	const struct shown *v = next_of(h, c);
	bool came = v && !v->is_view && v->seq == e->seq;

	if (v && v->seq < e->seq) {
		sim_fail(s, "%s: %" PRIu64 " was shown again, or late, at %" PRIu64, h->name,
			 v->seq, e->seq);
		return;
	}
	if (came) {
		if (!c->begun || c->needs_view)
			sim_fail(s, "%s: event %" PRIu64 " came, and no view since %" PRIu64,
				 h->name, e->seq, c->lacks);
		if (!is_due(state, h, e) || is_turned(state, h))
			sim_fail(s, "%s: event %" PRIu64 " was not for this screen", h->name,
				 e->seq);
		if (strcmp(wire->text, v->text) != 0)
			sim_fail(s, "%s: event %" PRIu64 " has other bytes than the log", h->name,
				 e->seq);
		c->next++;
	} else if (c->begun && !c->needs_view && (is_turned(state, h) || is_due(state, h, e))) {
		c->lacks = e->seq;
		c->needs_view = true; /* only a view makes up for it */
	}
}

static void check_mute(struct sim *s, const struct state *before, const struct event *e)
{
	const struct person *p = state_person(before, e->by);

	if ((e->type == EVT_CHAT_SAID || e->type == EVT_CHAT_EDITED) && p && p->mute.until > e->at)
		sim_fail(s, "%s was muted and wrote at %" PRIu64, p->name, e->seq);
}

static void check_log(struct sim *s, struct state *state, struct screen *screens)
{
	uint64_t head = memory_head(s->memory, SESSION_LOG);

	for (uint64_t seq = 1; seq <= head && !s->failure[0]; seq++) {
		const struct msg *body = memory_body(s->memory, SESSION_LOG, seq);
		struct event e;

		if (codec_event(body->text, body->len, &e) != OK || e.seq != seq) {
			sim_fail(s, "position %" PRIu64 " holds another event", seq);
			return;
		}
		check_mute(s, state, &e);
		if (e.n && state_taken(state, e.by, e.n))
			sim_fail(s, "n=%" PRIu64 " is in the log as %" PRIu64 " and as %" PRIu64,
				 e.n, state_taken(state, e.by, e.n), seq);
		state_reduce(state, &e);
		struct msg *wire = codec_write_event(&e, false);
		for (unsigned i = 0; i < s->n_people; i++) {
			check_event(s, state, &s->people[i], &screens[i], &e, wire);
			check_views(s, state, &s->people[i], &screens[i]);
		}
		msg_unref(&wire);
		event_free(&e);
	}
}

static void check_wishes(struct sim *s, const struct state *state, const struct human *h)
{
	const struct person *p = state_person_by_sub(state, h->sub);

	for (size_t i = 0; i < h->n_wishes; i++) {
		const struct wish *w = &h->wishes[i];
		uint64_t seq = p ? state_taken(state, p->id, w->n) : 0;

		if (w->acked && !seq)
			sim_fail(s,
				 "%s: n=%" PRIu64 " was acknowledged as %" PRIu64
				 " and is not in the log",
				 h->name, w->n, w->acked);
		if (w->refused && !w->adrift && seq)
			sim_fail(s, "%s: n=%" PRIu64 " was refused and is in the log as %" PRIu64,
				 h->name, w->n, seq);
		if (!w->acked && !w->refused && !h->banned)
			sim_fail(s, "%s: was never answered%s: %s", h->name,
				 w->unsure ? ", is unsure" : "", w->text);
	}
}

/* After the trouble everybody is back, and has seen everything. */
static void check_end(struct sim *s, const struct human *h, const struct screen *c)
{
	if (h->banned)
		return;
	if (!h->alive)
		sim_fail(s, "%s did not come back", h->name);
	else if (c->needs_view || c->next != h->n_shown)
		sim_fail(s,
			 "%s misses something: %zu of %zu fit, screen at %" PRIu64
			 ", lacks %" PRIu64,
			 h->name, c->next, h->n_shown, h->seq, c->needs_view ? c->lacks : 0);
}

struct same {
	struct sim *sim;
	struct text truth;
	bool asked;
};

static void compare(void *arg, enum err err, const struct state *state)
{
	struct same *same = arg;
	struct text t = { 0 };

	same->asked = true;
	if (err) {
		sim_fail(same->sim, "an instance cannot read the session: %s", err_names[err]);
		return;
	}
	state_write(state, &t);
	if (strcmp(t.s, same->truth.s) != 0)
		sim_fail(same->sim, "an instance has another state than the log");
	text_free(&t);
}

static void check_instances(struct sim *s, const struct state *state)
{
	struct same same = { .sim = s };

	state_write(state, &same.truth);
	for (unsigned n = 0; n < s->n_instances; n++) {
		struct instance *i = &s->instances[n];

		same.asked = false;
		hub_read(i->hub, SESSION, compare, &same);
		for (int turn = 0; turn < 400 && !same.asked; turn++) {
			s->now += 5;
			cluster_step(s);
		}
		if (!same.asked)
			sim_fail(s, "instance %u did not answer a reader", i->number);
	}
	text_free(&same.truth);
}

void check_all(struct sim *s)
{
	struct state state = { 0 };
	struct screen screens[PEOPLE_MAX] = { 0 };

	check_log(s, &state, screens);
	for (unsigned i = 0; i < s->n_people && !s->failure[0]; i++) {
		check_end(s, &s->people[i], &screens[i]);
		check_wishes(s, &state, &s->people[i]);
	}
	if (!s->failure[0])
		check_instances(s, &state);
	state_free(&state);
}
