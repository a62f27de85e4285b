/* Instances over one memory store, and what befalls them. */
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "server/base/plant.h"
#include "tests/sim/sim.h"

static void random_bytes(void *arg, void *bytes, size_t n)
{
	unsigned char *out = bytes;

	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)chance(arg);
}

static unsigned distance(const struct sim *s, unsigned from, unsigned to)
{
	return (from ? s->instances[from - 1].slow_ms : 0) +
	       (to ? s->instances[to - 1].slow_ms : 0);
}

static struct memory_fate fate(void *arg, enum memory_what what, unsigned from, unsigned to)
{
	struct sim *s = arg;
	struct memory_fate f = { .delay_ms = below(&s->rng, 4) + distance(s, from, to) };

	if (s->heals || s->now < s->calm_until)
		return f;
	if (percent(&s->rng, s->delay))
		f.delay_ms += below(&s->rng, 400);
	if (what == MEMORY_WORD || what == MEMORY_SIGNAL) {
		f.lost = percent(&s->rng, s->lose);
		f.again = percent(&s->rng, s->repeat);
		f.again_ms = below(&s->rng, percent(&s->rng, 10) ? 6000 : 600);
	} else if (what == MEMORY_APPEND) {
		f.lost = percent(&s->rng, s->lose_append);
		f.refused = percent(&s->rng, s->refuse);
		if (percent(&s->rng, s->late_append))
			f.delay_ms = MEMORY_PATIENCE_MS + below(&s->rng, 2000);
	} else if (what == MEMORY_ANSWER) {
		f.lost = percent(&s->rng, s->lose_answer);
	} else if (what == MEMORY_ORPHAN) {
		f.lost = percent(&s->rng, 50);
	}
	return f;
}

static void on_notice(void *arg, const struct store_notice *notice)
{
	struct instance *i = arg;

	if (i->hub)
		hub_notice(i->hub, notice);
}

static void start(struct instance *i)
{
	const struct hub_options options = {
		.away_ms = AWAY_MS,
		.unload_ms = 1500,
		.instance = chance(&i->sim->rng),
		.rate_percent = 0,
	};

	i->hub = hub_new(&options, i->sim->now + i->skew);
	i->store = memory_open(i->sim->memory, i->number, on_notice, i);
	hub_use(i->hub, i->store);
	i->drained_at = i->frozen_until = 0;
}

static void stop(struct instance *i)
{
	struct sim *s = i->sim;

	memory_crash(i->store);
	i->store = NULL;
	for (unsigned p = 0; p < s->n_people; p++)
		if (s->people[p].instance == (int)(i - s->instances))
			human_cut(&s->people[p]);
	hub_free(i->hub);
	i->hub = NULL;
	i->up_at = s->now + 200 + below(&s->rng, 2000);
}

void cluster_crash(struct instance *i)
{
	stop(i);
	i->sim->counts.crashes++;
}

/* One of several may be further away, and one's clock may be wrong by minutes. */
static void place(struct sim *s)
{
	unsigned far = below(&s->rng, s->n_instances), wrong = below(&s->rng, s->n_instances);

	if (s->n_instances > 1 && percent(&s->rng, 50))
		s->instances[far].slow_ms = 1 + below(&s->rng, 30);
	if (percent(&s->rng, 30))
		s->instances[wrong].skew = (int64_t)below(&s->rng, 600000) - 300000;
}

void cluster_begin(struct sim *s)
{
	s->faults = (struct memory_faults){ .arg = s, .fate = fate };
	s->memory = memory_new(NULL, random_bytes, &s->rng);
	memory_set_faults(s->memory, &s->faults);
	memory_time(s->memory, s->now);
	s->histories = x_calloc(HISTORIES_MAX, sizeof(*s->histories));
	for (unsigned n = 0; n < s->n_instances; n++)
		s->instances[n] = (struct instance){ .sim = s, .number = n + 1 };
	place(s);
	for (unsigned n = 0; n < s->n_instances; n++)
		start(&s->instances[n]);
}

void cluster_end(struct sim *s)
{
	for (unsigned n = 0; n < s->n_instances; n++)
		if (s->instances[n].hub)
			stop(&s->instances[n]);
	memory_free(s->memory);
	for (unsigned k = 0; k < s->n_histories; k++) {
		while (s->histories[k].n)
			msg_unref(&s->histories[k].bodies[--s->histories[k].n]);
		free(s->histories[k].bodies);
	}
	free(s->histories);
	state_free(&s->truth);
}

/* --- the log, as it grows -----------------------------------------------------------------------
 */

unsigned cluster_history(const struct sim *s, const char *epoch)
{
	for (unsigned k = 0; k < s->n_histories; k++)
		if (strcmp(s->histories[k].epoch, epoch) == 0)
			return k;
	return HISTORIES_MAX;
}

static uint64_t hash_of_state(const struct state *state)
{
	uint64_t hash = 14695981039346656037u;
	struct text t = { 0 };

	state_write(state, &t);
	for (size_t i = 0; i < t.len; i++)
		hash = (hash ^ (unsigned char)t.s[i]) * 1099511628211u;
	text_free(&t);
	return hash;
}

static void add(struct sim *s, struct history *h, struct msg *body)
{
	struct event e;

	h->bodies = x_grow(h->bodies, h->n, sizeof(struct msg *));
	h->bodies[h->n++] = msg_ref(body);
	if (codec_event(body->text, body->len, &e) != OK || e.seq != h->n) {
		sim_fail(s, "position %zu holds another event: %s", h->n, body->text);
		return;
	}
	state_reduce(&s->truth, &e);
	event_free(&e);
	assert(h->n < SEQ_MAX);
	if (h->n % s->hash_every == 0)
		h->hashes[h->n] = hash_of_state(&s->truth);
}

static void follow_truth(struct sim *s)
{
	struct history *h = s->n_histories ? &s->histories[s->n_histories - 1] : NULL;
	const char *epoch = memory_epoch(s->memory, SESSION_LOG);

	if (epoch[0] && (!h || strcmp(h->epoch, epoch) != 0)) {
		assert(s->histories && s->n_histories < HISTORIES_MAX);
		h = &s->histories[s->n_histories++];
		strcpy(h->epoch, epoch);
		h->kept = memory_head(s->memory, SESSION_LOG);
		state_free(&s->truth);
	}
	while (h && h->n < memory_head(s->memory, SESSION_LOG) && !s->failure[0])
		add(s, h, memory_body(s->memory, SESSION_LOG, h->n + 1));
	s->reached = h ? h->n : 0;
}

/* Wherever an instance stands, its state is that of the log there. */
static void compare(struct sim *s, struct instance *i)
{
	const char *epoch;
	const struct state *state = hub_peek(i->hub, SESSION, &epoch);
	unsigned k = state ? cluster_history(s, epoch) : HISTORIES_MAX;

	if (k == HISTORIES_MAX || !state->seq || state->seq % s->hash_every ||
	    state->seq == i->compared)
		return;
	if (state->seq > s->histories[k].n && PLANTED(PLANT_ACK_BEFORE_DURABLE))
		return; /* is found by what people saw */
	i->compared = state->seq;
	s->counts.compared++;
	if (state->seq <= s->histories[k].n &&
	    hash_of_state(state) == s->histories[k].hashes[state->seq])
		return;
	s->counts.diverged++;
	sim_fail(s, "instance %u has another state than the log at %llu", i->number,
		 (unsigned long long)state->seq);
}

/* --- what befalls them --------------------------------------------------------------------------
 */

/* How far the instances that are well hold the log. */
static size_t held(const struct sim *s, size_t head)
{
	for (size_t seq = head; seq > 0; seq--)
		for (unsigned n = 0; n < s->n_instances; n++) {
			const struct instance *i = &s->instances[n];

			if (i->hub && !i->drained_at && i->frozen_until <= s->now &&
			    memory_holds(i->store, SESSION_LOG, seq))
				return seq;
		}
	return 0;
}

/* The only one who holds what was lost stands still until others have written there. */
static void come_too_late(struct sim *s, int64_t down)
{
	struct instance *late = &s->instances[below(&s->rng, s->n_instances)];

	for (unsigned n = 0; n < s->n_instances; n++)
		if (s->instances[n].hub && &s->instances[n] != late)
			cluster_crash(&s->instances[n]);
	if (!late->hub)
		return;
	late->frozen_until = s->now + down + MEMORY_HOLD_MS + 2500;
	memory_freeze(late->store, late->frozen_until);
}

/* The store's server ends. If it is calm afterwards, what somebody held must come back. */
static void restart(struct sim *s)
{
	size_t head = memory_head(s->memory, SESSION_LOG), holds = held(s, head);
	int64_t down = 20 + below(&s->rng, 1500);

	if (s->n_histories == 0 || s->n_histories > 2 || s->now < s->calm_until ||
	    s->now > s->last_restart)
		return;
	memory_restart(s->memory, s->lose_at_most, down);
	s->counts.restarts++;
	s->counts.lost += head - memory_head(s->memory, SESSION_LOG);
	s->must_return = 0;
	if (percent(&s->rng, 70)) {
		s->calm_until = s->now + down + MEMORY_HOLD_MS + 1500;
		s->must_return = holds;
	} else if (percent(&s->rng, 60)) {
		come_too_late(s, down);
	}
}

static void check_returned(struct sim *s)
{
	const struct history *was, *is;

	if (!s->must_return || s->now < s->calm_until || s->n_histories < 2)
		return;
	was = &s->histories[s->n_histories - 2];
	is = &s->histories[s->n_histories - 1];
	for (size_t i = 0; i < s->must_return && !s->failure[0]; i++)
		if (i >= is->n || strcmp(is->bodies[i]->text, was->bodies[i]->text) != 0)
			sim_fail(s, "record %zu was held and is lost", i + 1);
	if (s->must_return > is->kept)
		s->counts.restored += s->must_return - is->kept;
	s->must_return = 0;
}

static void befall(struct sim *s, struct instance *i)
{
	if (s->heals || !i->hub || s->now < s->calm_until)
		return;
	if (below(&s->rng, 100000) < s->crash) {
		cluster_crash(i);
	} else if (below(&s->rng, 100000) < s->freeze) {
		i->frozen_until = s->now + below(&s->rng, 3000);
		memory_freeze(i->store, i->frozen_until);
	} else if (below(&s->rng, 100000) < s->drain && !i->drained_at) {
		i->drained_at = s->now + 2000;
		hub_drain(i->hub, 500);
		s->counts.drains++;
	}
}

static void turn(struct sim *s, struct instance *i)
{
	befall(s, i);
	if (i->hub && i->drained_at && i->drained_at <= s->now && s->now >= s->calm_until)
		stop(i);
	if (!i->hub && s->now >= i->up_at)
		start(i);
	if (!i->hub)
		return;
	if (s->now % 200 < 5)
		store_tick(i->store, s->now + i->skew);
	hub_turn(i->hub, s->now + i->skew);
	s->counts.steps++;
}

void cluster_step(struct sim *s)
{
	memory_time(s->memory, s->now);
	while (memory_step(s->memory))
		s->counts.steps++;
	for (unsigned n = 0; n < s->n_instances; n++)
		turn(s, &s->instances[n]);
	follow_truth(s);
	for (unsigned n = 0; n < s->n_instances; n++)
		if (s->instances[n].hub)
			compare(s, &s->instances[n]);
	check_returned(s);
	if (!s->heals && s->counts.restarts < 2 && below(&s->rng, 100000) < s->restart)
		restart(s);
}
