#include "server/net/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/log.h"
#include "server/base/mem.h"

#define BACKLOG         4096
#define ACCEPTS_A_TURN  1024   /* taken from the kernel's queue, which turns away when it is full */
#define SERVED_KEPT     1024   /* places of the line that are kept before all move up */
#define SEND_BYTES      262144 /* in the kernel for one connection, its own books included */
#define UNANSWERED_MS   20000  /* until a peer that acknowledges nothing is given up */
#define FREE_PORT_ABOVE 20     /* how far a free port is looked for, to offer it */

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t make_address(const char *host, uint16_t port, union socket_address *out)
{
	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, host, &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons(port);
		return sizeof(out->v4);
	}
	if (inet_pton(AF_INET6, host, &out->v6.sin6_addr) != 1)
		return 0;
	out->v6.sin6_family = AF_INET6;
	out->v6.sin6_port = htons(port);
	return sizeof(out->v6);
}

/* A socket that is bound, or -1 and errno. shared: others may bind the same port in the same way.
 */
static int bind_to(const char *host, uint16_t port, bool shared)
{
	union socket_address at;
	socklen_t len = make_address(host, port, &at);
	int on = 1, fd, error;

	if (!len) {
		errno = EINVAL;
		return -1;
	}
	fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    (!shared || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == 0) &&
	    bind(fd, &at.any, len) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static void say_taken(const char *host, uint16_t port, char *why, size_t why_size)
{
	for (unsigned p = port + 1u; p <= (unsigned)port + FREE_PORT_ABOVE && p <= UINT16_MAX;
	     p++) {
		int fd = bind_to(host, (uint16_t)p, false);

		if (fd < 0)
			continue;
		close(fd);
		snprintf(why, why_size,
			 "Port %u on %s is taken by another program. Port %u is free: "
			 "PORT=%u with make, or --listen.port=%u.",
			 port, host, p, p, p);
		return;
	}
	snprintf(why, why_size,
		 "Port %u on %s is taken by another program. Choose another one: --listen.port=0 "
		 "takes any that is free.",
		 port, host);
}

/* For the connections that will be accepted: they inherit it. What a reader leaves in the kernel is
 * bounded, so that whoever reads nothing costs a few hundred KB and is known to be slow soon; the
 * kernel doubles what it is told. */
static void tune(int fd)
{
	int on = 1, send_bytes = SEND_BYTES / 2;
	unsigned patience = UNANSWERED_MS;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof(send_bytes));
}

/* One more than we can serve. It is told so if it can hear it at once. */
static void turn_away(struct listener *l, int fd, const char *why)
{
	if (l->sorry && send(fd, l->sorry, strlen(l->sorry), MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
		shutdown(fd, SHUT_WR);
	close(fd);
	l->n_refused++;
	log_warn("accept.full", "connections=%zu why=%s", *l->n_connections, why);
}

/* No descriptor is left: by the spare one somebody is turned away, so that the queue of the kernel
 * does not keep us busy. */
static void make_do(struct listener *l)
{
	int fd;

	if (l->spare_fd >= 0)
		close(l->spare_fd);
	fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0)
		turn_away(l, fd, strerror(EMFILE));
	l->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* False: nobody else is waiting. */
static bool accept_one(struct listener *l)
{
	union socket_address from;
	socklen_t len = sizeof(from);
	int fd = accept4(l->fd, &from.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct address *a;

	if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
		make_do(l);
		return false;
	}
	if (fd < 0)
		return errno == EINTR || errno == ECONNABORTED;
	if (*l->n_connections + l->n_line - l->served >= l->max_connections) {
		turn_away(l, fd, "limits.connections");
		return true;
	}
	a = address_take(l->addresses, &from.any, (int64_t)uv_now(l->poll.loop));
	if (!a) {
		l->n_refused++;
		close(fd);
		return true;
	}
	l->n_accepted++;
	l->line = x_grow(l->line, l->n_line, sizeof(*l->line));
	l->line[l->n_line++] = (struct newcomer){ .fd = fd, .from = a };
	return true;
}

static void forget_line(struct listener *l)
{
	free(l->line);
	l->line = NULL;
	l->n_line = l->served = 0;
	uv_idle_stop(&l->next);
}

/* The line need not end for those who were served to leave it. */
static void move_up(struct listener *l)
{
	size_t n = l->n_line - l->served;
	struct newcomer *rest = NULL;

	for (size_t i = 0; i < n; i++) {
		rest = x_grow(rest, i, sizeof(*rest));
		rest[i] = l->line[l->served + i];
	}
	free(l->line);
	l->line = rest;
	l->n_line = n;
	l->served = 0;
}

/* Some of those who stand in line, in their order. */
static void on_next(uv_idle_t *next)
{
	struct listener *l = next->data;

	for (int i = 0; i < l->greets && l->served < l->n_line; i++) {
		struct newcomer n = l->line[l->served++];

		l->accepted(l->arg, n.fd, n.from);
	}
	if (l->served == l->n_line)
		forget_line(l);
	else if (l->served >= SERVED_KEPT)
		move_up(l);
}

static void on_accept(uv_poll_t *poll, int status, int events)
{
	struct listener *l = poll->data;
	bool waiting = l->n_line > 0;

	(void)events;
	for (int i = 0; status == 0 && i < ACCEPTS_A_TURN && l->fd >= 0 && accept_one(l); i++)
		continue;
	if (waiting || !l->n_line)
		return;
	uv_idle_start(&l->next, on_next);
	on_next(&l->next);
}

static uint16_t port_of(int fd)
{
	union socket_address at = { 0 };
	socklen_t len = sizeof(at);

	if (getsockname(fd, &at.any, &len) != 0)
		return 0;
	return ntohs(at.any.sa_family == AF_INET ? at.v4.sin_port : at.v6.sin6_port);
}

bool listener_bind(struct listener *l, const char *host, uint16_t port, char *why, size_t why_size)
{
	l->fd = bind_to(host, port, l->shares);
	if (l->fd >= 0) {
		tune(l->fd);
		l->port = port_of(l->fd);
		return true;
	}
	if (errno == EADDRINUSE && port)
		say_taken(host, port, why, why_size);
	else
		snprintf(why, why_size, "Cannot listen on %s, port %u: %s.", host, port,
			 strerror(errno));
	return false;
}

bool listener_open(struct listener *l, uv_loop_t *loop, char *why, size_t why_size)
{
	if (listen(l->fd, BACKLOG) != 0) {
		snprintf(why, why_size, "Cannot listen on port %u: %s.", l->port, strerror(errno));
		close(l->fd);
		l->fd = -1;
		return false;
	}
	l->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	l->poll.data = l;
	l->next.data = l;
	uv_idle_init(loop, &l->next);
	uv_poll_init(loop, &l->poll, l->fd);
	uv_poll_start(&l->poll, UV_READABLE, on_accept);
	return true;
}

void listener_close(struct listener *l)
{
	if (l->fd < 0)
		return;
	while (l->served < l->n_line) {
		struct newcomer n = l->line[l->served++];

		close(n.fd);
		address_release(n.from);
	}
	forget_line(l);
	uv_close((uv_handle_t *)&l->next, NULL);
	uv_poll_stop(&l->poll);
	uv_close((uv_handle_t *)&l->poll, NULL);
	close(l->fd);
	close(l->spare_fd);
	l->fd = l->spare_fd = -1;
}
