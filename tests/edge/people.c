/* People who behave, whatever others do: each asks something small now and then, and how long they
 * wait for the answer is told when it is asked for. */
#include "tests/edge/edge.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/edge/dial.h"

#define MOST       1000
#define AN_ADDRESS 20        /* of them come from one address */
#define EACH_NS    550000000 /* one asks so often: the protocol lets them twice a second */
#define WAITS_MAX  100000

struct person {
	int fd;                    /* -1: was sent away */
	int64_t asks_at, asked_at; /* asked_at 0: waits for nothing */
	char rest[DIAL_MAX];       /* the end of what came, which may be half of an answer */
	size_t n_rest;
};

static struct {
	struct person list[MOST];
	size_t n, gone;
	int epoll;
	int64_t waits[WAITS_MAX]; /* since the last mark */
	size_t n_waits;
} people;

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void leave(struct person *p)
{
	close(p->fd);
	p->fd = -1;
	people.gone++;
}

static void say(struct person *p, unsigned opcode, const char *text)
{
	char frame[DIAL_MAX];
	size_t n = dial_frame(frame, opcode, text, strlen(text));

	if (send(p->fd, frame, n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)n)
		leave(p);
}

/* No line is before the first one: the answer is short, and its n is found in it. */
static void ask(struct person *p, int64_t now)
{
	p->asked_at = now;
	say(p, 1, "{\"query\":\"chat.history\",\"n\":424242,\"room\":1,\"before\":1}");
}

static void hear(struct person *p, int64_t now)
{
	static const char ours[] = "\"n\":424242}", ping[] = "\x89\x01?";
	char in[65536];
	ssize_t n;

	memcpy(in, p->rest, p->n_rest);
	n = recv(p->fd, in + p->n_rest, sizeof(in) - p->n_rest, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN))
		leave(p);
	if (n <= 0)
		return;
	n += (ssize_t)p->n_rest;
	p->n_rest = 0;
	if (p->asked_at && memmem(in, (size_t)n, ours, sizeof(ours) - 1)) {
		if (people.n_waits < WAITS_MAX)
			people.waits[people.n_waits++] = now - p->asked_at;
		p->asked_at = 0;
	} else {
		p->n_rest = (size_t)n < sizeof(ours) ? (size_t)n : sizeof(ours);
		memcpy(p->rest, in + (size_t)n - p->n_rest, p->n_rest);
	}
	if (memmem(in, (size_t)n, ping, sizeof(ping) - 1))
		say(p, 10, "?");
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Whoever still waits has waited at least until now. */
static void tell(int64_t now)
{
	size_t n, late;

	for (size_t i = 0; i < people.n; i++)
		if (people.list[i].asked_at && people.n_waits < WAITS_MAX)
			people.waits[people.n_waits++] = now - people.list[i].asked_at;
	n = people.n_waits;
	late = n / 100; /* of them wait longest */
	qsort(people.waits, n, sizeof(people.waits[0]), compare);
	printf("waits=%zu p50_us=%.0f p99_us=%.0f max_us=%.0f gone=%zu\n", n,
	       n ? (double)people.waits[n >> 1] / 1e3 : 0,
	       n ? (double)people.waits[n - 1 - late] / 1e3 : 0,
	       n ? (double)people.waits[n - 1] / 1e3 : 0, people.gone);
	people.n_waits = 0;
}

static int64_t ask_those_due(int64_t now)
{
	int64_t next = now + EACH_NS;

	for (size_t i = 0; i < people.n; i++) {
		struct person *p = &people.list[i];

		if (p->fd < 0)
			continue;
		if (p->asks_at <= now) {
			p->asks_at += EACH_NS;
			if (!p->asked_at)
				ask(p, now);
		}
		next = p->asks_at < next ? p->asks_at : next;
	}
	return next;
}

static void come(uint16_t port, const char *path)
{
	static char tickets[MOST][DIAL_TICKET];
	int64_t begun = now_ns();

	people.n = dial_tickets(path, tickets, MOST);
	people.epoll = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; i < people.n; i++) {
		struct person *p = &people.list[i];
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = p };

		p->fd = dial_socket((unsigned)(1 + i / AN_ADDRESS), 0);
		dial_in(p->fd, port, tickets[i]);
		epoll_ctl(people.epoll, EPOLL_CTL_ADD, p->fd, &e);
		p->asks_at = begun + 1000000000 + (int64_t)(EACH_NS / people.n * i);
	}
}

bool row_people(uint16_t port, const char *tickets)
{
	struct epoll_event events[64];
	struct pollfd told = { .fd = STDIN_FILENO, .events = POLLIN };
	char line[16];

	come(port, tickets);
	printf("ready\n");
	for (;;) {
		int64_t now = now_ns(), wait = ask_those_due(now) - now;
		int n = epoll_wait(people.epoll, events, 64, wait > 1000000 ? 1 : 0);

		now = now_ns();
		for (int i = 0; i < n; i++)
			hear(events[i].data.ptr, now);
		if (poll(&told, 1, 0) <= 0)
			continue;
		if (read(STDIN_FILENO, line, sizeof(line)) <= 0)
			return people.n > 0 && people.gone == 0;
		tell(now);
	}
}
