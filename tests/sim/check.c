/* Everything that was shown and acknowledged, against the log, reduced once more from its first
 * event. What a screen may have been sent is asked of core (view_sees); who was sent it was decided
 * by the hub's crowds and replays, which do not ask core: two ways to the same answer. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "tests/sim/sim.h"

/* A run of what one person was shown of one history, and where the check stands with it. Whoever is
 * sent away by an instance that knows of another history, and comes to one that does not yet, goes
 * to and fro. */
struct screen {
	const struct human *human;
	unsigned history;
	size_t next, end; /* of shown */
	uint64_t lacks;   /* the event that was not shown, or changed the sight: a view is due */
	bool needs_view;  /* no event may come before it */
	bool begun;
};

struct screens {
	struct screen *list;
	size_t n;
};

static const struct shown *next_of(const struct human *h, const struct screen *c)
{
	return c->next < c->end ? &h->shown[c->next] : NULL;
}

static void part(struct screens *screens, const struct human *h)
{
	for (size_t i = 0; i < h->n_shown; i++) {
		struct screen *last = screens->n ? &screens->list[screens->n - 1] : NULL;

		if (last && last->human == h && last->history == h->shown[i].history) {
			last->end = i + 1;
			continue;
		}
		screens->list = x_grow(screens->list, screens->n, sizeof(*screens->list));
		screens->list[screens->n++] = (struct screen){
			.human = h, .history = h->shown[i].history, .next = i, .end = i + 1
		};
	}
}

static bool is_due(const struct state *s, const struct human *h, const struct event *e)
{
	const struct person *p = state_person_by_sub(s, h->sub);

	if (p && e->type == EVT_PEOPLE_LEFT && e->people_left.who == p->id)
		return role_is_staff(p->role) || e->by == p->id; /* the last they hear */
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

/* Who says something in a room sits there at that moment, or it is the channel. */
static void check_place(struct sim *s, const struct state *before, const struct event *e)
{
	const struct person *p = state_person(before, e->by);

	if (e->type == EVT_CHAT_SAID && p && e->chat_said.room != ROOM_CHANNEL &&
	    p->room != e->chat_said.room)
		sim_fail(s, "%s said %" PRIu64 " in a room they do not sit in", p->name, e->seq);
}

static void check_record(struct sim *s, struct state *state, struct screens *screens,
			 unsigned history, const struct event *e)
{
	check_mute(s, state, e);
	check_place(s, state, e);
	if (e->n && state_taken(state, e->by, e->n))
		sim_fail(s, "n=%" PRIu64 " is in the log as %" PRIu64 " and as %" PRIu64, e->n,
			 state_taken(state, e->by, e->n), e->seq);
	state_reduce(state, e);
	struct msg *wire = codec_write_event(e, false);
	for (size_t i = 0; i < screens->n; i++) {
		struct screen *c = &screens->list[i];

		if (c->history != history || c->next == c->end)
			continue;
		check_event(s, state, c->human, c, e, wire);
		check_views(s, state, c->human, c);
	}
	msg_unref(&wire);
}

static void check_wish(struct sim *s, const struct state *state, const struct human *h,
		       const struct wish *w, bool is_last)
{
	const struct person *p = state_person_by_sub(state, h->sub);
	uint64_t seq = p ? state_taken(state, p->id, w->n) : 0;

	if (w->acked && !seq)
		sim_fail(s,
			 "%s: n=%" PRIu64 " was acknowledged as %" PRIu64 " and is not in the log",
			 h->name, w->n, w->acked);
	if (is_last && w->refused && !w->adrift && seq)
		sim_fail(s, "%s: n=%" PRIu64 " was refused and is in the log as %" PRIu64, h->name,
			 w->n, seq);
	if (is_last && !w->acked && !w->refused && !h->banned && !h->gone)
		sim_fail(s, "%s: was never answered%s: %s", h->name, w->unsure ? ", is unsure" : "",
			 w->text);
}

/* What was acknowledged in this history is in it. */
static void check_wishes(struct sim *s, const struct state *state, unsigned history)
{
	bool is_last = history + 1 == s->n_histories;

	for (unsigned i = 0; i < s->n_people && !s->failure[0]; i++)
		for (size_t k = 0; k < s->people[i].n_wishes; k++) {
			const struct wish *w = &s->people[i].wishes[k];

			if (w->acked ? w->history == history : is_last)
				check_wish(s, state, &s->people[i], w, is_last);
		}
}

static void check_log(struct sim *s, struct state *state, struct screens *screens, unsigned history)
{
	const struct history *h = &s->histories[history];

	for (size_t i = 0; i < h->n && !s->failure[0]; i++) {
		struct event e;

		if (codec_event(h->bodies[i]->text, h->bodies[i]->len, &e) != OK)
			return;
		check_record(s, state, screens, history, &e);
		event_free(&e);
	}
	check_wishes(s, state, history);
}

/* After the trouble everybody is back, and has seen everything. */
static void check_end(struct sim *s, const struct human *h, const struct screens *screens)
{
	const struct screen *c = NULL;

	if (h->banned || h->gone)
		return;
	for (size_t i = 0; i < screens->n; i++)
		if (screens->list[i].human == h)
			c = &screens->list[i];
	if (!h->alive || !c)
		sim_fail(s, "%s did not come back", h->name);
	else if (c->history + 1 != s->n_histories)
		sim_fail(s, "%s is in history %u of %u", h->name, c->history + 1, s->n_histories);
	else if (c->needs_view || c->next != c->end)
		sim_fail(s,
			 "%s misses something: %zu of %zu fit, screen at %" PRIu64
			 ", lacks %" PRIu64,
			 h->name, c->next, c->end, h->seq, c->needs_view ? c->lacks : 0);
}

static bool is_connected(const struct sim *s, const char *sub)
{
	for (unsigned i = 0; i < s->n_people; i++)
		if (s->people[i].alive && strcmp(s->people[i].sub, sub) == 0)
			return true;
	return false;
}

/* Whatever instance somebody is on, their digest says of everybody whether they are here. */
static void check_digest(struct sim *s, const struct human *h)
{
	json_t *digest = json_loads(h->digest ? h->digest : "{}", 0, NULL), *who;
	size_t i;

	json_array_foreach (json_object_get(digest, "here"), i, who) {
		uint64_t id = (uint64_t)json_integer_value(json_object_get(who, "id"));
		const struct person *p = state_person(&s->truth, id);
		bool away = json_is_true(json_object_get(who, "away"));

		if (p && away == is_connected(s, p->sub))
			sim_fail(s, "%s sees %s as %s", h->name, p->name, away ? "away" : "here");
	}
	json_decref(digest);
}

/* Whoever went for good has lost the seat, also when the instance went with them. */
static void check_presence(struct sim *s, const struct human *h)
{
	const struct person *p = state_person_by_sub(&s->truth, h->sub);

	if (h->alive)
		check_digest(s, h);
	if (h->gone && p && p->seated && !is_connected(s, h->sub))
		sim_fail(s, "%s went, and still has a seat", h->name);
}

static void note(void *arg, enum err err, const struct state *state)
{
	(void)state;
	if (err)
		sim_fail(arg, "an instance cannot read the session: %s", err_names[err]);
}

static bool agrees(const struct sim *s, const struct instance *i)
{
	struct text ours = { 0 }, truth = { 0 };
	const char *epoch;
	const struct state *state = hub_peek(i->hub, SESSION, &epoch);
	bool same;

	if (!state || state->seq != s->truth.seq || cluster_history(s, epoch) + 1 != s->n_histories)
		return false;
	state_write(state, &ours);
	state_write(&s->truth, &truth);
	same = strcmp(ours.s, truth.s) == 0;
	text_free(&ours);
	text_free(&truth);
	return same;
}

/* Each instance, also one that nobody is on, comes to the state of the log. */
static void check_instances(struct sim *s)
{
	for (unsigned n = 0; n < s->n_instances; n++) {
		struct instance *i = &s->instances[n];

		for (int turn = 0; turn < 800 && !agrees(s, i); turn++) {
			if (turn % 100 == 0) /* who has nobody lets it go soon */
				hub_read(i->hub, SESSION, note, s);
			s->now += 5;
			cluster_step(s);
		}
		if (!agrees(s, i))
			sim_fail(s, "instance %u has another state than the log", i->number);
	}
}

void check_all(struct sim *s)
{
	struct screens screens = { 0 };

	for (unsigned i = 0; i < s->n_people; i++)
		part(&screens, &s->people[i]);
	for (unsigned k = 0; k < s->n_histories && !s->failure[0]; k++) {
		struct state state = { 0 };

		check_log(s, &state, &screens, k);
		state_free(&state);
	}
	for (unsigned i = 0; i < s->n_people && !s->failure[0]; i++) {
		check_end(s, &s->people[i], &screens);
		check_presence(s, &s->people[i]);
	}
	if (!s->failure[0])
		check_instances(s);
	free(screens.list);
}
