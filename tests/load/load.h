/* The load test: a generator of many connections in one process, and a bare server beside it that
 * does nothing but send(), as the floor of what the kernel charges. Both are told the same: so many
 * rooms of so many people, so many lines in flight. What is printed is one JSON line of figures
 * each; run.mjs makes ratios of them. */
#ifndef JOBALIKE_TESTS_LOAD_H
#define JOBALIKE_TESTS_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct load {
	const char *host;
	int port;
	const char *data;    /* folder of the server's keys */
	const char *session; /* an id; NULL: the bare server, which knows no sessions */
	int people;
	int in_flight;     /* lines under way at any time */
	double per_second; /* instead: so many lines a second, whatever is under way; 0: in_flight
			    */
	int body;          /* bytes of a line's text */
	double seconds, warm_up;
	int pid;       /* of the server, whose CPU is counted; 0: none */
	bool coalesce; /* the bare server gathers what one turn of its loop brings */
};

struct client {
	int fd;
	bool ready;    /* upgraded, welcomed */
	bool upgraded; /* the HTTP answer was read */
	unsigned char *in;
	size_t n_in, room_in;
	uint64_t last_seq;
	struct load_run *run;
};

struct line {
	uint64_t n; /* 0: none in this slot */
	int64_t sent_ns;
	int seen; /* screens that have it */
};

#define LINES_MAX 4096
#define BUCKETS   64 /* of latency, each half as wide again as the one before, from 10 us */

struct load_run {
	const struct load *load;
	struct client *clients;
	int epoll, n_ready;
	struct line lines[LINES_MAX];
	uint64_t next_n;
	int under_way, speaker;
	bool measuring;
	uint64_t lines_done, deliveries, missing, doubled, disordered, errors;
	uint64_t latency[BUCKETS];
};

int64_t clock_ns(void);
/* User and system time of all threads of a process, in seconds. */
void cpu_of(int pid, double *user, double *system);
/* KiB in memory. */
long memory_of(int pid);
void histogram_add(uint64_t *buckets, int64_t ns);
double histogram_ms(const uint64_t *buckets, double share);

/* floor.c: serves until killed. coalesce: one send for each connection and turn. */
int floor_serve(bool coalesce, int frame_bytes);
/* client.c */
bool client_open(struct load_run *r, struct client *c, int number);
bool client_read(struct client *c);
bool client_say(struct client *c, const char *text, size_t len);

#endif
