/* People who come: all at once, back after a while, and many who only sit there. What is counted is
 * how long each waited, what they were sent, and what the server spent on it. All visitors are in
 * one session; number 0 is the organizer, who stays. Whoever is told to come again later does so,
 * and has waited since they came first. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/load/held.h"

#define SECOND_NS  1000000000LL
#define PATIENCE   (60 * SECOND_NS)
#define DIGEST_NS  1000000LL       /* for each: after so long all have been told who came */
#define SETTLE     (SECOND_NS / 2) /* what comes behind the view belongs to it */
#define SLICE_NS   (SECOND_NS / 20)
#define MISSED     100 /* lines, while they were away */
#define EPOCH_ROOM 40
#define SPREAD     16

/* There is one run in a process. */
static struct visit {
	char epoch[EPOCH_ROOM];
	uint64_t wanted; /* whoever has an event of this seq has arrived; 0: whoever has a view */
	struct histogram waits;
	double took;    /* until all who came at once had arrived, in seconds */
	long memory;    /* KiB, for all who sit there */
	double join_us; /* of CPU for each of them */
	struct {
		double cpu, seconds;
	} still; /* while nothing came to anybody */
	uint64_t views, events, signals, bytes, event_bytes;
} visit;

static void arrived(struct client *c)
{
	if (!c->ready)
		histogram_add(&visit.waits, clock_ns() - c->asked_ns);
	c->asked_ns = 0;
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

/* As clients do: a little later than they are told, and not all in the same moment. */
static void on_bye(struct client *c, const char *text, size_t n)
{
	uint64_t ms = number_after(text, n, "\"retry_ms\":");

	if (memmem(text, n, "\"retry_ms\":", 11))
		client_leave(c, ms + ms * (uint64_t)(c->number % SPREAD) / (4 * SPREAD));
	else
		run_fault(c->run, "told", text, n);
}

static void on_text(struct client *c, const char *text, size_t n, size_t frame_bytes)
{
	visit.bytes += frame_bytes;
	if (begins(text, n, "{\"view\":"))
		on_view(c, text, n);
	else if (begins(text, n, "{\"event\":"))
		on_event(c, text, n);
	else if (begins(text, n, "{\"signal\":"))
		visit.signals++;
	else if (begins(text, n, "{\"bye\":"))
		on_bye(c, text, n);
	else if (!begins(text, n, "{\"error\":\"unavailable\"")) /* a bye stands behind it */
		run_fault(c->run, "told", text, n);
}

static void begin(struct client *c)
{
	dialect_ours.begin(c);
}

static void prepare(struct run *r)
{
	dialect_ours.prepare(r);
}

static void say_hello(struct client *c)
{
	ours_hello(c, visit.epoch, c->last_seq);
}

static size_t read_visitor(struct client *c, unsigned char *bytes, size_t n)
{
	return ws_read(c, bytes, n, say_hello, on_text);
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
	int64_t began = clock_ns(), until = began + PATIENCE;

	for (int i = first; i < r->n_clients; i++) {
		if (!client_open(r, &r->clients[i]))
			return false;
		run_turn(r, 0);
	}
	while (r->n_ready < r->n_clients && clock_ns() < until)
		run_turn(r, 100);
	visit.took = (double)(clock_ns() - began) / 1e9;
	r->missing += (uint64_t)(r->n_clients - r->n_ready);
	return r->n_ready == r->n_clients;
}

/* What the server did from one moment to the other. */
struct part {
	struct cpu cpu;
	struct held then, now;
};

static struct part part_begin(const struct run *r)
{
	const struct load *l = r->load;
	struct part p = { .then = held_now(l) };

	p.cpu = cpu_of(l->pids, l->n_pids);
	return p;
}

static void part_end(const struct run *r, struct part *p)
{
	const struct load *l = r->load;

	p->cpu = cpu_since(p->cpu, cpu_of(l->pids, l->n_pids));
	p->now = held_now(l);
}

/* All from number first on go in the same moment. */
static struct part leave_at_once(struct run *r, int first)
{
	struct part p = part_begin(r);

	for (int i = first; i < r->n_clients; i++)
		client_hang_up(&r->clients[i]);
	read_for(r, SETTLE);
	part_end(r, &p);
	return p;
}

/* What n people cost in a part, and in the one in which they left. */
static int print(const struct run *r, int n, const struct part *p, const struct part *left)
{
	printf("{\"people\":%d,\"seconds\":%.3f,", n, visit.took);
	print_cpu(&p->cpu, (uint64_t)n);
	print_waits("wait_", &visit.waits);
	printf("\"views\":%" PRIu64 ",\"events\":%" PRIu64 ",\"signals\":%" PRIu64
	       ",\"came_again\":%" PRIu64 ",\"bytes_each\":%.0f,\"join_us\":%.1f,\"leave_us\":%.1f,"
	       "\"still_seconds\":%.3f,\"still_cpu_ms\":%.4f,",
	       visit.views, visit.events, visit.signals, r->came_again, (double)visit.bytes / n,
	       visit.join_us, left->cpu.all * 1e6 / n, visit.still.seconds, visit.still.cpu * 1e3);
	print_held("", &p->then, &p->now);
	print_held("leave_", &left->then, &left->now);
	return print_end(r, visit.memory, n, 0);
}

int storm(struct run *r)
{
	struct part came, left;

	r->dialect->prepare(r);
	came = part_begin(r);
	come_at_once(r, 0);
	read_for(r, SETTLE);
	part_end(r, &came);
	left = leave_at_once(r, 0);
	return print(r, r->n_clients, &came, &left);
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
	int n = r->n_clients - 1;
	struct part back, left;
	uint64_t missed;

	if (!run_arrive(r))
		return 1;
	read_for(r, 2 * SETTLE);
	left = leave_at_once(r, 1);
	missed = say_missed(r);
	visit.wanted = r->clients[0].last_seq;
	count_anew();
	back = part_begin(r);
	come_at_once(r, 1);
	read_for(r, SETTLE);
	part_end(r, &back);
	if (visit.views || visit.event_bytes != missed * (uint64_t)n)
		run_fault(r, "something else than what was missed", "", 0);
	return print(r, n, &back, &left);
}

/* Notes what the server spends while nothing comes to anybody, nor did just before: between pings.
 */
static void sit(struct run *r, int64_t ns)
{
	uint64_t reads = r->reads;
	bool was_still = false;

	for (int64_t until = clock_ns() + ns, from; (from = clock_ns()) < until;) {
		struct cpu cpu = cpu_of(r->load->pids, r->load->n_pids);
		bool is_still;

		read_for(r, SLICE_NS);
		is_still = r->reads == reads;
		if (is_still && was_still) {
			visit.still.cpu +=
				cpu_since(cpu, cpu_of(r->load->pids, r->load->n_pids)).all;
			visit.still.seconds += (double)(clock_ns() - from) / 1e9;
		}
		reads = r->reads;
		was_still = is_still;
	}
}

int idle(struct run *r)
{
	const struct load *l = r->load;
	long before = l->n_pids ? memory_of(l->pids[0]) : 0;
	struct part came = part_begin(r), sat, left;

	if (!run_arrive(r))
		return 1;
	read_for(r, 4 * SETTLE + r->n_clients * DIGEST_NS);
	part_end(r, &came);
	visit.memory = l->n_pids ? memory_of(l->pids[0]) - before : 0;
	visit.join_us = came.cpu.all * 1e6 / r->n_clients;
	count_anew();
	sat = part_begin(r);
	sit(r, (int64_t)(l->seconds * 1e9));
	part_end(r, &sat);
	left = leave_at_once(r, 0);
	return print(r, r->n_clients, &sat, &left);
}
