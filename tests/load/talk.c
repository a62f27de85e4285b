/* Lines to rooms: closed, with so many under way at any time, or open, with so many a second, each
 * counted from when it was due whether or not it could be said then. */
#include <inttypes.h>
#include <stdio.h>

#include "tests/load/held.h"
#include "tests/load/load.h"

#define SETTLE_NS 15000000000LL

/* Who says the next line: room after room, in each one person after the other. */
static struct client *next_speaker(const struct run *r)
{
	uint64_t k = r->next_n, rooms = (uint64_t)r->load->rooms,
		 people = (uint64_t)r->load->people;

	return &r->clients[k % rooms * people + k / rooms % people];
}

static void say_one(struct run *r, int64_t due_ns)
{
	struct client *c = next_speaker(r);
	struct line *line = &r->lines[++r->next_n & (LINES_MAX - 1)];

	if (line->n) { /* still under way after so many others */
		r->missing += (uint64_t)(r->load->people - line->seen);
		r->under_way--;
	}
	*line = (struct line){
		.n = r->next_n, .due_ns = due_ns, .room = c->room, .speaker = c->number
	};
	r->under_way++;
	r->dialect->say(c, r->next_n);
}

static void talk_open(struct run *r, double seconds)
{
	int64_t begin = clock_ns(), end = begin + (int64_t)(seconds * 1e9), now;
	double step = 1e9 / r->load->per_second;

	for (uint64_t k = 0; (now = clock_ns()) < end;) {
		int64_t due = begin + (int64_t)((double)k * step);

		if (due <= now) {
			say_one(r, due);
			k++;
			if (k % 64)
				continue;
		}
		run_turn(r, due - now > 1000000 ? 1 : 0);
	}
}

static void talk_closed(struct run *r, double seconds)
{
	int64_t end = clock_ns() + (int64_t)(seconds * 1e9);
	uint64_t last =
		r->load->each && r->measuring ? r->next_n + (uint64_t)r->load->each : UINT64_MAX;

	while (clock_ns() < end && r->next_n < last) {
		while (r->under_way < r->load->in_flight && r->next_n < last)
			say_one(r, clock_ns());
		run_turn(r, 100);
	}
}

static void talk_for(struct run *r, double seconds)
{
	if (r->load->per_second > 0)
		talk_open(r, seconds);
	else
		talk_closed(r, seconds);
}

static void settle(struct run *r)
{
	int64_t until = clock_ns() + SETTLE_NS;

	while (r->under_way > 0 && clock_ns() < until)
		run_turn(r, 50);
	for (int i = 0; i < LINES_MAX; i++)
		if (r->lines[i].n)
			r->missing += (uint64_t)(r->load->people - r->lines[i].seen);
}

/* Rooms in which not everybody heard the same lines in the same order. */
static int rooms_at_odds(const struct run *r)
{
	int odd = 0, people = r->load->people;

	for (int room = 0; room < r->load->rooms; room++) {
		const struct client *first = &r->clients[room * people];
		bool same = true;

		for (int i = 1; i < people; i++)
			same = same && first[i].heard == first->heard;
		odd += !same;
	}
	return odd;
}

static void print(const struct run *r, const struct cpu *cpu, double took)
{
	printf("{\"clients\":%d,\"lines\":%" PRIu64 ",\"deliveries\":%" PRIu64
	       ",\"frame\":%.0f,\"seconds\":%.2f,\"cpu\":%.3f,\"per_cpu_second\":%.0f,"
	       "\"line_us\":%.1f,",
	       r->n_clients, r->lines_done, r->deliveries,
	       r->deliveries ? (double)r->bytes / (double)r->deliveries : 0, took, cpu->all,
	       cpu->all > 0 ? (double)r->deliveries / cpu->all : 0,
	       r->lines_done ? cpu->all * 1e6 / (double)r->lines_done : 0);
	print_cpu(cpu, r->deliveries);
	print_waits("", &r->latency);
	print_waits("ack_", &r->ack);
}

int talk(struct run *r)
{
	const struct load *l = r->load;
	long memory = l->n_pids ? memory_of(l->pids[0]) : 0;
	struct held then, now;
	struct cpu before, cpu;
	int64_t begin;
	double took;

	if (!run_arrive(r))
		return 1;
	memory = l->n_pids ? memory_of(l->pids[0]) - memory : 0;
	if (l->deaf)
		run_deafen(r);
	then = held_now(l); /* to ask in the midst of talk would hold up what is under way */
	talk_for(r, l->warm_up);
	r->measuring = true;
	before = cpu_of(l->pids, l->n_pids);
	begin = clock_ns();
	talk_for(r, l->seconds);
	cpu = cpu_since(before, cpu_of(l->pids, l->n_pids));
	took = (double)(clock_ns() - begin) / 1e9;
	r->measuring = false;
	now = held_now(l);
	settle(r);
	print(r, &cpu, took);
	print_held("", &then, &now);
	return print_end(r, memory, r->n_clients, rooms_at_odds(r));
}
