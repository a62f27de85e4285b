/* Runs seeds, shared among as many processes as there are cores: `sim` those of a CI run, `SEEDS=n
 * sim` the first n, `SEED=n sim` one, `LONG=1 sim` many. A failing seed is printed and the run ends
 * with status 1; it goes to seeds.txt, which is run first, for ever. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/base/log.h"
#include "server/base/plant.h"
#include "tests/sim/sim.h"

#define WORKERS_MAX 64

/* Slow builds (sanitizers, coverage) take fewer. */
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
#define SEEDS_CI 10000
#else
#define SEEDS_CI 200
#endif
#define SEEDS_LONG 1000000

#ifdef PLANTS
int planted;
#endif

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
	s->drain = draw(s, 40);
	s->restart = draw(s, 60);
	s->lose_at_most = draw(s, 12);
}

static void planned(void *arg, enum err err)
{
	if (err && err != ERR_CONFLICT && err != ERR_UNAVAILABLE && err != ERR_UNKNOWN)
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

/* TRACE=1 with SEED=n: each history of the log, and what each screen was shown. */
static void trace(const struct sim *s)
{
	for (size_t k = 0; k < s->n_histories; k++) {
		const struct history *h = &s->histories[k];

		printf("history %s\n", h->epoch);
		for (size_t i = k ? h->kept : 0; i < h->n; i++)
			printf("log %s\n", h->bodies[i]->text);
	}
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
	s->now = 1000000; /* so that no clock is before 0 */
	s->hash_every = seed % WHOLE_SEEDS ? 8 : 1;
	s->last_restart = s->now + FAULTS_MS - 6000;
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
}

/* --- many ---------------------------------------------------------------------------------------
 */

static uint64_t number_in(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 10) : otherwise;
}

struct totals {
	struct counts counts;
	uint64_t seeds, failed;
};

/* What the processes share. */
struct board {
	struct totals totals[WORKERS_MAX];
	int failed;
};

static void one(struct totals *t, uint64_t seed)
{
	static struct sim s;
	uint64_t *sum = (uint64_t *)&t->counts;
	const uint64_t *more = (const uint64_t *)&s.counts;

	run(&s, seed);
	t->seeds++;
	for (size_t i = 0; i < sizeof(t->counts) / sizeof(uint64_t); i++)
		sum[i] += more[i];
	if (!s.failure[0])
		return;
	t->failed++;
	printf("SEED=%" PRIu64 " at %" PRId64 " ms, seq %" PRIu64 ": %s\n", seed, s.now, s.reached,
	       s.failure);
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

static void work(struct board *board, unsigned worker, unsigned n_workers, uint64_t n)
{
	struct totals *t = &board->totals[worker];

	if (worker == 0)
		kept(t);
	for (uint64_t seed = number_in("FROM", 1) + worker;
	     seed <= n && !board->failed && !t->failed; seed += n_workers)
		one(t, seed);
	if (t->failed)
		board->failed = 1;
}

/* Each process of its own; one that ends otherwise than it should has failed. */
static void share_out(struct board *board, unsigned n_workers, uint64_t n)
{
	int status;

	for (unsigned worker = 0; worker < n_workers; worker++) {
		fflush(stdout);
		if (fork() != 0)
			continue;
		work(board, worker, n_workers, n);
		fflush(stdout);
		_exit(0);
	}
	while (wait(&status) > 0) {
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			continue;
		printf("a process of the simulation ended with status %d\n", status);
		board->totals[0].failed++;
		board->failed = 1;
	}
}

static void report(const struct board *board, unsigned n_workers)
{
	struct totals t = { 0 };
	uint64_t *sum = (uint64_t *)&t;

	for (unsigned worker = 0; worker < n_workers; worker++) {
		const uint64_t *more = (const uint64_t *)&board->totals[worker];

		for (size_t i = 0; i < sizeof(t) / sizeof(uint64_t); i++)
			sum[i] += more[i];
	}
	const struct counts *c = &t.counts;
	printf("suite=sim seeds=%" PRIu64 " steps=%" PRIu64 " acked=%" PRIu64 " refused=%" PRIu64
	       " crashes=%" PRIu64 " drains=%" PRIu64 " restarts=%" PRIu64 " lost=%" PRIu64
	       " restored=%" PRIu64 " offered_again=%" PRIu64 " cuts=%" PRIu64 " views=%" PRIu64
	       " events=%" PRIu64 " states_compared=%" PRIu64 " divergence=%" PRIu64
	       " failed=%" PRIu64 "\n",
	       t.seeds, c->steps, c->acked, c->refused, c->crashes, c->drains, c->restarts, c->lost,
	       c->restored, c->offered_again, c->cuts, c->views, c->events, c->compared,
	       c->diverged, t.failed);
}

int main(void)
{
	uint64_t only = number_in("SEED", 0);
	uint64_t n = number_in("SEEDS", number_in("LONG", 0) ? SEEDS_LONG : SEEDS_CI);
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n_workers = cores < 1 ? 1 : cores > WORKERS_MAX ? WORKERS_MAX : (unsigned)cores;
	struct board *board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (board == MAP_FAILED)
		return 2;
#ifdef PLANTS
	planted = (int)number_in("PLANT", 0);
#endif
	setvbuf(stdout, NULL, _IOLBF, 0);
	log_level(LEVEL_NONE);
	json_object_seed(1);
	if (only)
		one(&board->totals[0], only);
	else
		share_out(board, n_workers, n);
	report(board, n_workers);
	for (unsigned worker = 0; worker < n_workers; worker++)
		board->failed |= board->totals[worker].failed != 0;
	return board->failed;
}
