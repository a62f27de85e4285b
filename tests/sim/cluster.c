/* Instances over one memory store, and what befalls them. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

static void random_bytes(void *arg, void *bytes, size_t n)
{
	unsigned char *out = bytes;

	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)chance(arg);
}

static struct memory_fate fate(void *arg, enum memory_what what, unsigned from, unsigned to)
{
	struct sim *s = arg;
	struct memory_fate f = { .delay_ms = below(&s->rng, 4) };

	(void)from;
	(void)to;
	if (s->heals)
		return f;
	if (percent(&s->rng, s->delay))
		f.delay_ms += below(&s->rng, 400);
	if (what == MEMORY_WORD || what == MEMORY_SIGNAL) {
		f.lost = percent(&s->rng, s->lose);
		f.again = percent(&s->rng, s->repeat);
		f.again_ms = below(&s->rng, 600);
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
	/* Instances do not tell each other yet who is connected: only one by itself knows who is
	 * away. */
	const struct hub_options options = {
		.away_ms = i->sim->n_instances == 1 ? 3000 : 3600000,
		.unload_ms = 1500,
		.rate_percent = 0,
	};

	i->hub = hub_new(&options, i->sim->now);
	i->store = memory_open(i->sim->memory, i->number, on_notice, i);
	hub_use(i->hub, i->store);
}

static void crash(struct instance *i)
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
	s->crashes++;
}

void cluster_begin(struct sim *s)
{
	s->faults = (struct memory_faults){ .arg = s, .fate = fate };
	s->memory = memory_new(NULL, random_bytes, &s->rng);
	memory_set_faults(s->memory, &s->faults);
	memory_time(s->memory, s->now);
	for (unsigned n = 0; n < s->n_instances; n++) {
		s->instances[n] = (struct instance){ .sim = s, .number = n + 1 };
		start(&s->instances[n]);
	}
}

void cluster_end(struct sim *s)
{
	for (unsigned n = 0; n < s->n_instances; n++)
		if (s->instances[n].hub)
			crash(&s->instances[n]);
	memory_free(s->memory);
}

static void befall(struct sim *s, struct instance *i)
{
	if (s->heals || !i->hub)
		return;
	if (below(&s->rng, 100000) < s->crash)
		crash(i);
	else if (below(&s->rng, 100000) < s->freeze)
		memory_freeze(i->store, s->now + below(&s->rng, 3000));
}

/* The log as it grows, reduced once for all. */
static void follow_truth(struct sim *s)
{
	while (s->truth.seq < memory_head(s->memory, SESSION_LOG)) {
		const struct msg *m = memory_body(s->memory, SESSION_LOG, s->truth.seq + 1);
		struct event e;

		if (codec_event(m->text, m->len, &e) != OK) {
			sim_fail(s, "event %llu of the log cannot be read",
				 (unsigned long long)s->truth.seq + 1);
			return;
		}
		state_reduce(&s->truth, &e);
		event_free(&e);
	}
}

void cluster_step(struct sim *s)
{
	memory_time(s->memory, s->now);
	while (memory_step(s->memory))
		s->steps++;
	for (unsigned n = 0; n < s->n_instances; n++) {
		struct instance *i = &s->instances[n];

		befall(s, i);
		if (!i->hub && s->now >= i->up_at)
			start(i);
		if (!i->hub)
			continue;
		if (s->now % 200 < 5)
			store_tick(i->store, s->now);
		hub_turn(i->hub, s->now);
		s->steps++;
	}
	follow_truth(s);
}
