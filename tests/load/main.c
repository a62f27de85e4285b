/* load floor [--coalesce] [--body N]
 * load run --port N [--session ID --data DIR] --people N (--in-flight N | --rate N) [--pid N] ...
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "server/base/mem.h"
#include "tests/load/load.h"

static void say_one(struct load_run *r)
{
	struct client *c = &r->clients[r->speaker++ % r->load->people];
	struct line *line = &r->lines[++r->next_n % LINES_MAX];
	char text[4096];
	int len;

	if (line->n) {
		r->missing += (uint64_t)(r->load->people -
					 line->seen); /* still under way after 4,096 others */
		r->under_way--;
	}
	*line = (struct line){ .n = r->next_n, .sent_ns = clock_ns() };
	r->under_way++;
	if (!r->load->session) {
		client_say(c, (const char *)&r->next_n, 8);
		return;
	}
	len = snprintf(text, sizeof(text),
		       "{\"command\":\"chat.say\",\"n\":%" PRIu64 ",\"room\":1,\"text\":\"%0*d\"}",
		       r->next_n, r->load->body, 7);
	if (!client_say(c, text, (size_t)len))
		r->errors++;
}

static void turn(struct load_run *r, int wait_ms)
{
	struct epoll_event events[512];
	int n = epoll_wait(r->epoll, events, 512, wait_ms);

	for (int i = 0; i < n; i++)
		if (!client_read(events[i].data.ptr))
			r->errors++;
}

static bool arrive(struct load_run *r)
{
	int64_t until = clock_ns() + 60000000000LL;

	for (int i = 0; i < r->load->people; i++) {
		if (!client_open(r, &r->clients[i], i)) {
			perror("load: connect");
			return false;
		}
		turn(r, 0);
	}
	while (r->n_ready < r->load->people && clock_ns() < until)
		turn(r, 100);
	if (r->n_ready < r->load->people)
		fprintf(stderr, "load: %d of %d were let in\n", r->n_ready, r->load->people);
	return r->n_ready == r->load->people;
}

static void talk(struct load_run *r, double seconds)
{
	int64_t begin = clock_ns(), end = begin + (int64_t)(seconds * 1e9);
	uint64_t due = 0;

	for (int64_t now; (now = clock_ns()) < end;) {
		if (r->load->per_second > 0) {
			for (; (double)due < (double)(now - begin) / 1e9 * r->load->per_second;
			     due++)
				say_one(r);
			turn(r, 1);
		} else {
			while (r->under_way < r->load->in_flight)
				say_one(r);
			turn(r, 100);
		}
	}
}

static void settle(struct load_run *r)
{
	int64_t until = clock_ns() + 5000000000LL;

	while (r->under_way > 0 && clock_ns() < until)
		turn(r, 50);
	for (int i = 0; i < LINES_MAX; i++)
		if (r->lines[i].n)
			r->missing += (uint64_t)(r->load->people - r->lines[i].seen);
}

static int run(const struct load *l)
{
	static struct load_run r;
	double user[2] = { 0 }, system[2] = { 0 }, took;
	int64_t begin;
	long memory;

	r.load = l;
	r.epoll = epoll_create1(0);
	r.clients = x_calloc((size_t)l->people, sizeof(*r.clients));
	memory = l->pid ? memory_of(l->pid) : 0;
	if (!arrive(&r))
		return 1;
	memory = l->pid ? memory_of(l->pid) - memory : 0;
	talk(&r, l->warm_up);
	r.measuring = true;
	cpu_of(l->pid, &user[0], &system[0]);
	begin = clock_ns();
	talk(&r, l->seconds);
	cpu_of(l->pid, &user[1], &system[1]);
	took = (double)(clock_ns() - begin) / 1e9;
	uint64_t deliveries = r.deliveries;
	double cpu = user[1] - user[0] + system[1] - system[0];
	settle(&r);
	printf("{\"people\":%d,\"lines\":%" PRIu64 ",\"deliveries\":%" PRIu64
	       ",\"seconds\":%.2f,\"cpu\":%.2f,\"user\":%.2f,\"per_cpu_second\":%.0f,\"p50_ms\":%."
	       "2f,\"p99_ms\":%.2f,"
	       "\"kib\":%ld,\"missing\":%" PRIu64 ",\"doubled\":%" PRIu64 ",\"disordered\":%" PRIu64
	       ",\"errors\":%" PRIu64 "}\n",
	       l->people, r.lines_done, deliveries, took, cpu, user[1] - user[0],
	       cpu > 0 ? (double)deliveries / cpu : 0, histogram_ms(r.latency, 0.5),
	       histogram_ms(r.latency, 0.99), memory, r.missing, r.doubled, r.disordered, r.errors);
	return r.missing || r.doubled || r.disordered || r.errors;
}

static void more_files(void)
{
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

/* A table of options: where a value goes, as a number, a time or a text. */
static bool read_option(struct load *l, int which, const char *value)
{
	int *number[] = {
		['p'] = &l->port, ['n'] = &l->people, ['f'] = &l->in_flight,
		['b'] = &l->body, ['i'] = &l->pid,
	};
	double *measure[] = { ['r'] = &l->per_second, ['t'] = &l->seconds, ['w'] = &l->warm_up };

	if (which == 'd')
		l->data = value;
	else if (which == 's')
		l->session = value;
	else if (which == 'c')
		l->coalesce = true;
	else if (which == 'r' || which == 't' || which == 'w')
		*measure[which] = strtod(value, NULL);
	else if (which != '?')
		*number[which] = (int)strtol(value, NULL, 10);
	return which != '?';
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "port", 1, 0, 'p' },   { "data", 1, 0, 'd' },      { "session", 1, 0, 's' },
		{ "people", 1, 0, 'n' }, { "in-flight", 1, 0, 'f' }, { "rate", 1, 0, 'r' },
		{ "body", 1, 0, 'b' },   { "seconds", 1, 0, 't' },   { "warm-up", 1, 0, 'w' },
		{ "pid", 1, 0, 'i' },    { "coalesce", 0, 0, 'c' },  { 0 },
	};
	static struct load l = {
		.host = "127.0.0.1",
		.people = 10,
		.in_flight = 1,
		.body = 200,
		.seconds = 3,
		.warm_up = 1,
	};

	if (argc < 2)
		return 2;
	for (int o; (o = getopt_long(argc - 1, argv + 1, "", options, NULL)) != -1;)
		if (!read_option(&l, o, optarg))
			return 2;
	more_files();
	return strcmp(argv[1], "floor") == 0 ? floor_serve(l.coalesce, l.body) : run(&l);
}
