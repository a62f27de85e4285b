/* Connections from many source addresses, and the loop that reads them. It must cost less than the
 * server: one buffer for all, nothing kept but the begin of a message whose end has not come. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/mem.h"
#include "tests/load/load.h"

#define PER_ADDRESS  5000 /* connections from one address */
#define AT_A_TIME    200  /* that are not ready yet */
#define ARRIVE_NS    (120 * 1000000000LL)
#define BUFFER_BYTES (1 << 20)
#define FIRST_N      1024 /* below are the commands that a dialect prepares with */

static unsigned char buffer[BUFFER_BYTES];

static void name_sessions(struct run *r)
{
	char *rest = NULL;

	r->session_ids = x_calloc((size_t)r->load->rooms + 1, sizeof(*r->session_ids));
	if (!r->load->sessions)
		return;
	for (char *id = strtok_r(r->load->sessions, ",", &rest);
	     id && r->n_sessions <= r->load->rooms; id = strtok_r(NULL, ",", &rest))
		r->session_ids[r->n_sessions++] = id;
}

void run_init(struct run *r, const struct load *l, const struct dialect *d)
{
	int talkers = l->rooms * l->people;

	memset(r, 0, sizeof(*r));
	r->load = l;
	r->dialect = d;
	r->next_n = FIRST_N;
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	r->n_clients = talkers + l->others;
	r->clients = x_calloc((size_t)r->n_clients, sizeof(*r->clients));
	r->room_ids = x_calloc((size_t)l->rooms, sizeof(*r->room_ids));
	name_sessions(r);
	for (int i = 0; i < r->n_clients; i++)
		r->clients[i] = (struct client){
			.run = r, .number = i, .fd = -1, .room = i < talkers ? i / l->people : -1
		};
}

void run_free(struct run *r)
{
	for (int i = 0; i < r->n_clients; i++)
		client_close(&r->clients[i]);
	free(r->clients);
	free(r->room_ids);
	free(r->session_ids);
	close(r->epoll);
}

void run_fault(struct run *r, const char *what, const void *bytes, size_t n)
{
	if (!r->errors++)
		fprintf(stderr, "load: %s: %.*s\n", what, (int)(n < 300 ? n : 300),
			(const char *)bytes);
}

/* --- one connection -------------------------------------------------------------------------- */

bool client_open(struct run *r, struct client *c)
{
	const struct load *l = r->load;
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)l->ports[c->number % l->n_ports]) };
	struct sockaddr_in from = { .sin_family = AF_INET };
	char address[32];
	int one = 1;

	snprintf(address, sizeof(address), "127.0.0.%d", 2 + c->number / PER_ADDRESS);
	inet_pton(AF_INET, address, &from.sin_addr);
	inet_pton(AF_INET, l->host, &to.sin_addr);
	if (!c->asked_ns)
		c->asked_ns = clock_ns();
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* The port is chosen with the peer in mind: without it, each bind walks those in use. */
	setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	if (c->fd < 0 || bind(c->fd, (struct sockaddr *)&from, sizeof(from)) ||
	    connect(c->fd, (struct sockaddr *)&to, sizeof(to))) {
		perror("load: connect");
		return false;
	}
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	epoll_ctl(r->epoll, EPOLL_CTL_ADD, c->fd,
		  &(struct epoll_event){ .events = EPOLLIN, .data.ptr = c });
	if (l->tls)
		tls_open(c);
	else
		r->dialect->begin(c);
	return true;
}

void client_close(struct client *c)
{
	if (c->ssl)
		tls_close(c);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	free(c->rest);
	c->rest = NULL;
	c->n_rest = 0;
}

void client_ready(struct client *c)
{
	if (!c->ready)
		c->run->n_ready++;
	c->ready = true;
}

void client_send(struct client *c, const void *bytes, size_t n)
{
	ssize_t sent = c->ssl ? tls_write(c, bytes, n) : send(c->fd, bytes, n, MSG_NOSIGNAL);

	if (sent != (ssize_t)n)
		run_fault(c->run, "send", strerror(errno), 99);
}

static void keep_rest(struct client *c, const unsigned char *bytes, size_t n)
{
	free(c->rest);
	c->rest = NULL;
	if (n)
		c->rest = memcpy(x_malloc(n), bytes, n);
	c->n_rest = n;
}

/* What is left of the connection says no more. */
static void go_away(struct client *c)
{
	client_close(c);
	c->run->n_ready -= c->ready;
	c->ready = c->upgraded = c->moving = false;
}

static void client_read(struct client *c)
{
	size_t n = c->n_rest, used;
	ssize_t got;

	if (c->fd < 0)
		return;
	if (n)
		memcpy(buffer, c->rest, n);
	got = c->ssl ? tls_read(c, buffer + n, sizeof(buffer) - n)
		     : recv(c->fd, buffer + n, sizeof(buffer) - n, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		run_fault(c->run, "a connection ended", "", 0);
		client_close(c);
		return;
	}
	c->run->reads++;
	n += (size_t)got;
	used = c->run->dialect->read(c, buffer, n);
	if (c->again_ns)
		go_away(c);
	else if (used < n || c->n_rest)
		keep_rest(c, buffer + used, n - used);
}

void client_hang_up(struct client *c)
{
	go_away(c);
	c->run->n_away -= c->again_ns != 0;
	c->again_ns = c->asked_ns = 0;
}

void client_leave(struct client *c, uint64_t ms)
{
	if (c->again_ns)
		return;
	c->again_ns = clock_ns() + (int64_t)ms * 1000000;
	c->run->n_away++;
}

static void come_again(struct run *r)
{
	int64_t now = clock_ns();

	for (int i = 0; i < r->n_clients; i++) {
		struct client *c = &r->clients[i];

		if (!c->again_ns || c->again_ns > now)
			continue;
		c->again_ns = 0;
		r->n_away--;
		r->came_again++;
		client_open(r, c);
	}
}

void run_turn(struct run *r, int wait_ms)
{
	struct epoll_event events[512];
	int n = epoll_wait(r->epoll, events, 512, wait_ms);

	for (int i = 0; i < n; i++)
		client_read(events[i].data.ptr);
	if (r->n_away)
		come_again(r);
}

bool run_arrive(struct run *r)
{
	int64_t until = clock_ns() + ARRIVE_NS;

	if (r->dialect->prepare)
		r->dialect->prepare(r);
	for (int i = 0; i < r->n_clients; i++) {
		if (!client_open(r, &r->clients[i]))
			return false;
		do
			run_turn(r, i - r->n_ready < AT_A_TIME ? 0 : 10);
		while (i - r->n_ready > AT_A_TIME && clock_ns() < until);
	}
	while (r->n_ready < r->n_clients && clock_ns() < until)
		run_turn(r, 100);
	if (r->n_ready < r->n_clients)
		fprintf(stderr, "load: %d of %d were let in\n", r->n_ready, r->n_clients);
	return r->n_ready == r->n_clients;
}

/* A small buffer of the kernel is full the sooner. */
void run_deafen(struct run *r)
{
	for (int i = r->n_clients - r->load->others; i < r->n_clients; i++) {
		int bytes = 4096;

		epoll_ctl(r->epoll, EPOLL_CTL_DEL, r->clients[i].fd, NULL);
		setsockopt(r->clients[i].fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	}
}

/* --- lines ----------------------------------------------------------------------------------- */

void line_came(struct client *c, uint64_t n, uint64_t seq, size_t frame_bytes)
{
	struct run *r = c->run;
	struct line *line = &r->lines[n & (LINES_MAX - 1)];
	int64_t took;

	if (seq && seq <= c->last_seq)
		r->disordered++;
	c->last_seq = seq;
	c->heard = (c->heard ^ n) * 0x9E3779B97F4A7C15u;
	if (line->n != n || line->room != c->room) {
		r->doubled++;
		return;
	}
	line->seen++;
	if (r->measuring) {
		took = clock_ns() - line->due_ns;
		r->deliveries++;
		r->bytes += frame_bytes;
		histogram_add(&r->latency, took);
		if (line->speaker == c->number)
			histogram_add(&r->ack, took);
	}
	if (line->seen < r->load->people)
		return;
	line->n = 0;
	r->under_way--;
	r->lines_done += r->measuring;
}

bool begins(const char *text, size_t n, const char *with)
{
	size_t len = strlen(with);

	return n > len && memcmp(text, with, len) == 0;
}

uint64_t number_after(const char *text, size_t n, const char *key)
{
	const char *at = memmem(text, n, key, strlen(key));

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}
