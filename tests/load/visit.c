/* People who come: all at once, back after a while, and many who only sit there. What is counted is
 * how long each waited, what they were sent, and what the server spent on it. All visitors are in
 * one session; number 0 is the organizer, who stays. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/mem.h"
#include "tests/load/load.h"

#define SECOND_NS  1000000000LL
#define PATIENCE   (60 * SECOND_NS)
#define SETTLE     (SECOND_NS / 2) /* what comes behind the view belongs to it */
#define MISSED     100             /* lines, while they were away */
#define EPOCH_ROOM 40

/* There is one run in a process. */
static struct visit {
	char epoch[EPOCH_ROOM];
	uint64_t wanted; /* whoever has an event of this seq has arrived; 0: whoever has a view */
	int64_t *since;  /* by number: when the connection was asked for */
	struct histogram waits;
	uint64_t views, events, signals, bytes, event_bytes;
} visit;

static void arrived(struct client *c)
{
	if (!c->ready)
		histogram_add(&visit.waits, clock_ns() - visit.since[c->number]);
	client_ready(c);
}

static void on_view(struct client *c, const char *text, size_t n)
{
	const char *epoch = memmem(text, n, "\"epoch\":\"", 9);

	visit.views++;
	c->last_seq = number_after(text, n, "\"seq\":");
	if (epoch)
		snprintf(visit.epoch, sizeof(visit.epoch), "%.*s", (int)strcspn(epoch + 9, "\""),
			 epoch + 9);
	if (!visit.wanted)
		arrived(c);
}

static void on_event(struct client *c, const char *text, size_t n)
{
	uint64_t seq = number_after(text, n, "\"seq\":");

	visit.events++;
	visit.event_bytes += n;
	c->run->disordered += seq <= c->last_seq;
	c->last_seq = seq;
	if (visit.wanted && seq >= visit.wanted)
		arrived(c);
}

static void on_text(struct client *c, const char *text, size_t n, size_t frame_bytes)
{
	visit.bytes += frame_bytes;
	if (n > 8 && memcmp(text, "{\"view\":", 8) == 0)
		on_view(c, text, n);
	else if (n > 9 && memcmp(text, "{\"event\":", 9) == 0)
		on_event(c, text, n);
	else if (n > 10 && memcmp(text, "{\"signal\":", 10) == 0)
		visit.signals++;
	else
		run_fault(c->run, "told", text, n);
}

static void begin(struct client *c)
{
	visit.since[c->number] = clock_ns();
	dialect_ours.begin(c);
}

static size_t read_visitor(struct client *c, unsigned char *bytes, size_t n)
{
	size_t used = 0;

	if (!c->upgraded) {
		used = ws_answer(c, bytes, n);
		if (used)
			ours_hello(c, visit.epoch, c->last_seq);
	}
	return c->upgraded ? used + ws_read(c, bytes + used, n - used, on_text) : used;
}

static void prepare(struct run *r)
{
	visit.since = x_calloc((size_t)r->n_clients, sizeof(*visit.since));
	dialect_ours.prepare(r);
}

const struct dialect dialect_visitor = {
	.name = "visitor", .begin = begin, .read = read_visitor, .prepare = prepare
};

/* --- kinds ----------------------------------------------------------------------------------- */

static void read_for(struct run *r, int64_t ns)
{
	for (int64_t until = clock_ns() + ns; clock_ns() < until;)
		run_turn(r, 20);
}

static void count_anew(void)
{
	visit.waits = (struct histogram){ .n = 0 };
	visit.views = visit.events = visit.signals = visit.bytes = visit.event_bytes = 0;
}

/* As fast as connections can be made, all from number first on; false: not all were let in. */
static bool come_at_once(struct run *r, int first)
{
	int64_t until = clock_ns() + PATIENCE;

	for (int i = first; i < r->n_clients; i++) {
		if (!client_open(r, &r->clients[i]))
			return false;
		run_turn(r, 0);
	}
	while (r->n_ready < r->n_clients && clock_ns() < until)
		run_turn(r, 100);
	r->missing += (uint64_t)(r->n_clients - r->n_ready);
	return r->n_ready == r->n_clients;
}

/* Of n people who came at once, in so many seconds. */
static int print(const struct run *r, int n, double took, struct cpu cpu, long memory)
{
	printf("{\"people\":%d,\"seconds\":%.3f,", n, took);
	print_cpu(&cpu, (uint64_t)n);
	print_waits("wait_", &visit.waits);
	printf("\"views\":%" PRIu64 ",\"events\":%" PRIu64 ",\"signals\":%" PRIu64
	       ",\"bytes_each\":%.0f,",
	       visit.views, visit.events, visit.signals, (double)visit.bytes / n);
	return print_end(r, memory, n, 0);
}

int storm(struct run *r)
{
	const struct load *l = r->load;
	long memory = l->n_pids ? memory_of(l->pids[0]) : 0;
	struct cpu before, cpu;
	int64_t began;
	double took;

	r->dialect->prepare(r);
	before = cpu_of(l->pids, l->n_pids);
	began = clock_ns();
	come_at_once(r, 0);
	took = (double)(clock_ns() - began) / 1e9;
	read_for(r, SETTLE);
	cpu = cpu_since(before, cpu_of(l->pids, l->n_pids));
	memory = l->n_pids ? memory_of(l->pids[0]) - memory : 0;
	return print(r, r->n_clients, took, cpu, memory);
}

/* The organizer says them, in even steps. Returns how many bytes they are. */
static uint64_t say_missed(struct run *r)
{
	struct client *speaker = &r->clients[0];
	uint64_t before = visit.event_bytes;
	int64_t step = (int64_t)(r->load->seconds * 1e9 / MISSED);

	for (int i = 0; i < MISSED; i++) {
		dialect_ours.say(speaker, ++r->next_n);
		read_for(r, step);
	}
	read_for(r, SETTLE);
	return visit.event_bytes - before;
}

int resume(struct run *r)
{
	const struct load *l = r->load;
	int n = r->n_clients - 1;
	struct cpu before, cpu;
	uint64_t missed;
	int64_t began;
	double took;

	if (!run_arrive(r))
		return 1;
	read_for(r, 2 * SETTLE);
	for (int i = 1; i <= n; i++) {
		client_close(&r->clients[i]);
		r->clients[i].ready = r->clients[i].upgraded = false;
		r->n_ready--;
	}
	missed = say_missed(r);
	visit.wanted = r->clients[0].last_seq;
	count_anew();
	before = cpu_of(l->pids, l->n_pids);
	began = clock_ns();
	come_at_once(r, 1);
	took = (double)(clock_ns() - began) / 1e9;
	read_for(r, SETTLE);
	cpu = cpu_since(before, cpu_of(l->pids, l->n_pids));
	if (visit.views || visit.event_bytes != missed * (uint64_t)n)
		run_fault(r, "something else than what was missed", "", 0);
	return print(r, n, took, cpu, 0);
}

int idle(struct run *r)
{
	const struct load *l = r->load;
	long memory = l->n_pids ? memory_of(l->pids[0]) : 0;
	struct cpu before, cpu;

	if (!run_arrive(r))
		return 1;
	read_for(r, 4 * SETTLE);
	memory = l->n_pids ? memory_of(l->pids[0]) - memory : 0;
	count_anew();
	before = cpu_of(l->pids, l->n_pids);
	read_for(r, (int64_t)(l->seconds * 1e9));
	cpu = cpu_since(before, cpu_of(l->pids, l->n_pids));
	return print(r, r->n_clients, l->seconds, cpu, memory);
}
