/* Runs seeds: `sim` some, `SEED=n sim` one, `LONG=1 sim` many. A failing seed is printed and the
 * run ends with status 1; it goes to seeds.txt, which is run first, for ever. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/log.h"
#include "tests/sim/sim.h"

#define SEEDS_CI   400
#define SEEDS_LONG 10000

void sim_fail(struct sim *s, const char *format, ...)
{
	va_list args;

	if (s->failure[0])
		return;
	va_start(args, format);
	vsnprintf(s->failure, sizeof(s->failure), format, args);
	va_end(args);
}

/* Each seed switches a random half of the faults off and draws its own rates. */
static unsigned draw(struct sim *s, unsigned most)
{
	return percent(&s->rng, 50) ? 0 : 1 + below(&s->rng, most);
}

static void draw_faults(struct sim *s)
{
	s->lose = draw(s, 30);
	s->delay = draw(s, 30);
	s->repeat = draw(s, 20);
	s->lose_append = draw(s, 10);
	s->lose_answer = draw(s, 10);
	s->late_append = draw(s, 5);
	s->refuse = draw(s, 5);
	s->cut = draw(s, 40);
	s->crash = draw(s, 60);
	s->freeze = draw(s, 60);
}

static void planned(void *arg, enum err err)
{
	if (err && err != ERR_CONFLICT && err != ERR_UNAVAILABLE)
		sim_fail(arg, "the session could not be planned: %s", err_names[err]);
}

static void plan(struct sim *s)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:[s], s:[{s:s, s:s}], s:i, s:i, s:b, s:s}",
			      "command", "session.open", "session", SESSION, "title", "Simulated",
			      "format", "combined", "languages", "en", "areas", "key", "hr", "en",
			      "Human Resources", "start", 0, "end", 1, "open", 1, "rooms_by",
			      "attendees");

	hub_plan(s->instances[0].hub, o, planned, s);
}

static void live_through(struct sim *s, int64_t until)
{
	while (s->now < until && !s->failure[0]) {
		s->now += 5;
		if (s->truth.seq == 0 && s->now % 500 == 0 && s->instances[0].hub)
			plan(s);
		cluster_step(s);
		for (unsigned i = 0; i < s->n_people; i++)
			human_step(&s->people[i]);
	}
}

/* TRACE=1 with SEED=n: the log, and what each screen was shown. */
static void trace(const struct sim *s)
{
	for (uint64_t seq = 1; seq <= memory_head(s->memory, SESSION_LOG); seq++)
		printf("log %s\n", memory_body(s->memory, SESSION_LOG, seq)->text);
	for (unsigned i = 0; i < s->n_people; i++) {
		printf("%s (%" PRIu64 "):", s->people[i].name, s->people[i].id);
		for (size_t k = 0; k < s->people[i].n_shown; k++)
			printf(" %s%" PRIu64, s->people[i].shown[k].is_view ? "V" : "",
			       s->people[i].shown[k].seq);
		printf("\n");
	}
}

static void run(struct sim *s, uint64_t seed)
{
	memset(s, 0, sizeof(*s));
	s->seed = s->rng = seed;
	s->now = 1000;
	draw_faults(s);
	s->n_instances = 1 + below(&s->rng, INSTANCES_MAX);
	s->n_people = 5 + below(&s->rng, PEOPLE_MAX - 4);
	cluster_begin(s);
	for (unsigned i = 0; i < s->n_people; i++)
		human_begin(&s->people[i], s, i);
	live_through(s, s->now + FAULTS_MS);
	s->heals = true;
	live_through(s, s->now + HEAL_MS);
	if (!s->failure[0])
		check_all(s);
	if (getenv("TRACE"))
		trace(s);
	for (unsigned i = 0; i < s->n_people; i++)
		human_cut(&s->people[i]);
	cluster_end(s);
	for (unsigned i = 0; i < s->n_people; i++)
		human_end(&s->people[i]);
	state_free(&s->truth);
}

struct totals {
	uint64_t seeds, steps, acked, refused, crashes, cuts, views, events, failed;
};

static void one(struct totals *t, uint64_t seed)
{
	static struct sim s;

	run(&s, seed);
	t->seeds++;
	t->steps += s.steps;
	t->acked += s.acked;
	t->refused += s.refused;
	t->crashes += s.crashes;
	t->cuts += s.cuts;
	t->views += s.views;
	t->events += s.events;
	if (!s.failure[0])
		return;
	t->failed++;
	printf("SEED=%" PRIu64 " at %" PRId64 " ms, seq %" PRIu64 ": %s\n", seed, s.now,
	       s.truth.seq, s.failure);
}

static void kept(struct totals *t)
{
	FILE *f = fopen("tests/sim/seeds.txt", "r");
	uint64_t seed;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%" SCNu64, &seed) == 1)
			one(t, seed);
	if (f)
		fclose(f);
}

int main(void)
{
	const char *only = getenv("SEED"), *is_long = getenv("LONG");
	uint64_t n = is_long && *is_long ? SEEDS_LONG : SEEDS_CI;
	struct totals t = { 0 };

	setvbuf(stdout, NULL, _IOLBF, 0);
	log_level(LEVEL_NONE);
	json_object_seed(1);
	if (only && *only)
		one(&t, strtoull(only, NULL, 10));
	else
		kept(&t);
	for (uint64_t seed = 1; seed <= n && !(only && *only) && !t.failed; seed++)
		one(&t, seed);
	printf("suite=sim seeds=%" PRIu64 " steps=%" PRIu64 " acked=%" PRIu64 " refused=%" PRIu64
	       " crashes=%" PRIu64 " cuts=%" PRIu64 " views=%" PRIu64 " events=%" PRIu64
	       " failed=%" PRIu64 "\n",
	       t.seeds, t.steps, t.acked, t.refused, t.crashes, t.cuts, t.views, t.events,
	       t.failed);
	return t.failed != 0;
}
