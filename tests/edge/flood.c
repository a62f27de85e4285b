/* Those who do not behave: connections from one address that do one thing without end, and come
 * back as soon as they were sent away. */
#include "tests/edge/edge.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/edge/dial.h"

#define MOST      128
#define SOURCE    2303 /* 127.0.9.0: an address of their own */
#define STEP_MS   10
#define PAYLOADS  4
#define BURST_MAX 65536

static const struct kind {
	const char *name;
	unsigned conns, per_second;     /* each of them */
	unsigned opcode;                /* 0: not frames but requests, on a plain connection */
	bool leaves;                    /* as soon as it was let in */
	const char *payloads[PAYLOADS]; /* in turn; %s: the session */
} kinds[] = {
	{ "line",
	  1,
	  1000,
	  1,
	  false,
	  { "{\"command\":\"chat.say\",\"n\":7,\"room\":1,\"text\":\"x\"}" } },
	{ "lines",
	  100,
	  1000,
	  1,
	  false,
	  { "{\"command\":\"chat.say\",\"n\":7,\"room\":1,\"text\":\"x\"}" } },
	{ "pings", 10, 20000, 9, false, { "?" } },
	{ "typing", 10, 1000, 1, false, { "{\"signal\":\"chat.typing\",\"room\":1}" } },
	{ "hellos", 10, 1000, 1, false, { "{\"hello\":1,\"ticket\":\"x\"}" } },
	{ "acts",
	  10,
	  1000,
	  1,
	  false,
	  { "{\"command\":\"hands.raise\",\"n\":8}",
	    "{\"command\":\"chat.react\",\"n\":9,\"line\":5,\"kind\":\"same\",\"on\":true}",
	    "{\"command\":\"rooms.open\",\"n\":10,\"title\":\"R\"}",
	    "{\"command\":\"chat.edit\",\"n\":11,\"line\":5,\"text\":\"y\"}" } },
	{ "visits", 20, 0, 1, true, { "" } },
	{ "tickets",
	  20,
	  100,
	  0,
	  false,
	  { "POST /api/sessions/%s/tickets HTTP/1.1\r\nHost: x\r\nX-Jobalike: 1\r\nContent-Type: "
	    "application/json\r\nContent-Length: 43\r\n\r\n"
	    "{\"name\":\"Flood\",\"school\":\"X\",\"language\":\"en\"}" } },
	{ "pages",
	  20,
	  1000,
	  0,
	  false,
	  { "GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n" } },
	{ "sessions",
	  20,
	  1000,
	  0,
	  false,
	  { "GET /api/sessions/%s HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n",
	    "GET /api/sessions HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n" } },
	{ "exports",
	  20,
	  10,
	  0,
	  false,
	  { "GET /api/sessions/%s/export.json HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
	    "Connection: keep-alive\r\n\r\n" } },
};

struct flooder {
	int fd;
	bool greeted, upgraded;
	unsigned turn;
};

static struct {
	const struct kind *kind;
	uint16_t port;
	const char *session;
	char tickets[MOST][DIAL_TICKET];
	struct flooder list[MOST];
	size_t n_tickets;
	int epoll;
	unsigned long sent, conns, opened, ended;
} all;

static void begin(struct flooder *f)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = f };

	f->fd = dial_socket(SOURCE, SOCK_NONBLOCK);
	f->greeted = f->upgraded = false;
	if (dial_connect(f->fd, all.port) != 0 && errno != EINPROGRESS) {
		perror("edge: connect");
		exit(2);
	}
	epoll_ctl(all.epoll, EPOLL_CTL_ADD, f->fd, &e);
	all.conns++;
}

/* As soon as the connection stands. */
static void greet(struct flooder *f)
{
	f->greeted = send(f->fd, dial_handshake, strlen(dial_handshake), MSG_NOSIGNAL) > 0;
}

static void end(struct flooder *f)
{
	close(f->fd);
	f->fd = -1;
	all.ended++;
}

static const char *ticket_of(const struct flooder *f)
{
	return all.tickets[(size_t)(f - all.list) % all.n_tickets];
}

static void hear(struct flooder *f)
{
	char in[65536], hello[DIAL_MAX];
	ssize_t n = recv(f->fd, in, sizeof(in), 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		end(f);
		return;
	}
	if (all.kind->opcode && !f->upgraded && memmem(in, (size_t)n, "HTTP/1.1 101", 12)) {
		f->upgraded = true;
		all.opened++;
		send(f->fd, hello, dial_hello(hello, ticket_of(f)), MSG_NOSIGNAL);
	}
	if (all.kind->leaves && memmem(in, (size_t)n, "{\"view\"", 7))
		end(f);
}

static size_t payload(struct flooder *f, char *out)
{
	char text[DIAL_MAX];
	const char *const *list = all.kind->payloads;
	size_t n = 0;

	while (n < PAYLOADS && list[n])
		n++;
	/* NOLINTNEXTLINE: one of ours */
	n = (size_t)snprintf(text, sizeof(text) - 8, list[f->turn++ % n], all.session,
			     ticket_of(f));
	if (all.kind->opcode)
		return dial_frame(out, all.kind->opcode, text, n);
	memcpy(out, text, n);
	return n;
}

/* What is due in one step, in one packet; what the socket does not take is not said. */
static void speak(struct flooder *f)
{
	static char burst[BURST_MAX];
	unsigned due = all.kind->per_second * STEP_MS / 1000;
	size_t n = 0;
	unsigned i;

	if (all.kind->opcode && !f->upgraded)
		return;
	for (i = 0; i < (due ? due : 1) && n < sizeof(burst) - DIAL_MAX; i++)
		n += payload(f, burst + n);
	if (send(f->fd, burst, n, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
		all.sent += i;
	else if (errno != EAGAIN && errno != ENOTCONN)
		end(f);
}

static void step(unsigned long steps)
{
	for (unsigned i = 0; i < all.kind->conns; i++) {
		struct flooder *f = &all.list[i];

		if (f->fd < 0)
			begin(f);
		if (all.kind->opcode && !f->greeted)
			greet(f);
		else if (all.kind->per_second * STEP_MS >= 1000 || steps % 10 == 0)
			if (!all.kind->leaves)
				speak(f);
	}
}

bool row_flood(const char *name, uint16_t port, const char *tickets, const char *session)
{
	struct epoll_event events[MOST];
	struct pollfd told = { .fd = STDIN_FILENO, .events = POLLIN };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			all.kind = &kinds[i];
	if (!all.kind)
		return false;
	all.port = port;
	all.session = session;
	all.n_tickets = dial_tickets(tickets, all.tickets, MOST);
	all.epoll = epoll_create1(EPOLL_CLOEXEC);
	for (unsigned i = 0; i < all.kind->conns; i++)
		all.list[i].fd = -1;
	for (unsigned long steps = 0; poll(&told, 1, 0) <= 0; steps++) {
		int n;

		step(steps);
		while ((n = epoll_wait(all.epoll, events, MOST, 0)) > 0)
			for (int i = 0; i < n; i++)
				hear(events[i].data.ptr);
		usleep(STEP_MS * 1000);
	}
	printf("kind=%s sent=%lu conns=%lu opened=%lu ended=%lu\n", name, all.sent, all.conns,
	       all.opened, all.ended);
	return true;
}
