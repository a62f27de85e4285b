#include "server/store/redis_link.h"

#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "server/base/mem.h"
#include "server/store/redis_wire.h"

#define USER_TIMEOUT_MS 3000 /* what was sent and not received for so long breaks a connection */

/* --- connecting --- */

static void on_connect(uv_connect_t *request, int status)
{
	struct wire *w = request->data;
	struct link *l = w->link;

	if (!l)
		return;
	if (status < 0) {
		link_give_up(l, uv_strerror(status));
		return;
	}
	wire_begin(w);
}

void link_is_up(struct link *l)
{
	l->connected = true;
	l->on_connected(l);
}

static struct wire *begin(struct link *l)
{
	struct wire *w = wire_new(l);

	w->connecting.data = w;
	l->wire = w;
	return w;
}

static void connect_unix(struct link *l, const char *path)
{
	struct wire *w = begin(l);

	uv_pipe_init(l->loop, &w->socket.pipe, 0);
	w->socket.handle.data = w;
	uv_pipe_connect(&w->connecting, &w->socket.pipe, path, on_connect);
}

/* host: who is asked for, whatever its address. */
static void connect_tcp(struct link *l, const struct sockaddr *address, const char *host)
{
	struct wire *w = begin(l);
	int timeout = USER_TIMEOUT_MS, rc;
	uv_os_fd_t fd;

	if (l->tls)
		w->talk = talk_new(l->tls, host);
	uv_tcp_init(l->loop, &w->socket.tcp);
	w->socket.handle.data = w;
	rc = uv_tcp_connect(&w->connecting, &w->socket.tcp, address, on_connect);
	if (rc < 0) {
		link_give_up(l, uv_strerror(rc));
		return;
	}
	uv_tcp_nodelay(&w->socket.tcp, 1);
	if (uv_fileno(&w->socket.handle, &fd) == 0)
		setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof(timeout));
}

struct link_lookup {
	uv_getaddrinfo_t request;
	struct link *link; /* NULL: nobody waits any more */
	struct redis_place place;
};

static void set_port(struct sockaddr *a, uint16_t port)
{
	if (a->sa_family == AF_INET6)
		((struct sockaddr_in6 *)a)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)a)->sin_port = htons(port);
}

static void on_looked_up(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
	struct link_lookup *lookup = request->data;
	struct link *l = lookup->link;

	if (l) {
		l->lookup = NULL;
		if (status == 0) {
			set_port(found->ai_addr, lookup->place.port);
			connect_tcp(l, found->ai_addr, lookup->place.host);
		} else {
			l->on_lost(l, "its name is not known");
		}
	}
	uv_freeaddrinfo(found);
	free(lookup);
}

/* Not on the loop's time. */
static void look_up(struct link *l, const struct redis_place *place)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct link_lookup *lookup = x_calloc(1, sizeof(*lookup));

	lookup->request.data = lookup;
	lookup->link = l;
	lookup->place = *place;
	if (uv_getaddrinfo(l->loop, &lookup->request, on_looked_up, place->host, NULL, &hints) ==
	    0) {
		l->lookup = lookup;
		return;
	}
	free(lookup);
	l->on_lost(l, "its name cannot be looked up");
}

/* A numeric address. */
static bool read_address(const struct redis_place *place, struct sockaddr_storage *out)
{
	return uv_ip4_addr(place->host, place->port, (struct sockaddr_in *)out) == 0 ||
	       uv_ip6_addr(place->host, place->port, (struct sockaddr_in6 *)out) == 0;
}

bool link_is_busy(const struct link *l)
{
	return l->wire || l->lookup;
}

void link_connect(struct link *l, const struct redis_place *place)
{
	struct sockaddr_storage address;

	assert(!link_is_busy(l));
	l->since = uv_now(l->loop);
	if (place->path[0])
		connect_unix(l, place->path);
	else if (read_address(place, &address))
		connect_tcp(l, (struct sockaddr *)&address, place->host);
	else
		look_up(l, place);
}

void link_close(struct link *l)
{
	struct wire *w = l->wire;

	if (l->lookup) {
		l->lookup->link = NULL;
		uv_cancel((uv_req_t *)&l->lookup->request);
		l->lookup = NULL;
	}
	l->wire = NULL;
	l->connected = false;
	if (w)
		wire_end(w);
}

void link_give_up(struct link *l, const char *why)
{
	if (!link_is_busy(l))
		return;
	link_close(l);
	l->on_lost(l, why);
}

void link_give_up_late(struct link *l, uint64_t now)
{
	if (!link_is_busy(l) || l->since + LINK_CONNECT_MS > now)
		return;
	if (l->wire && l->wire->talk && talk_is_opening(l->wire->talk))
		link_give_up(l, "no answer to TLS: is this its tls-port?");
	else
		link_give_up(l, "no answer");
}

bool link_ask(struct link *l, reply_fn *fn, void *arg, int argc, const char **argv,
	      const size_t *lens)
{
	if (!l->connected)
		return false;
	wire_expect(l->wire, fn, arg);
	wire_write(l->wire, argc, argv, lens);
	return true;
}

bool link_tell(struct link *l, int argc, const char **argv, const size_t *lens)
{
	if (l->connected)
		wire_write(l->wire, argc, argv, lens);
	return l->connected;
}

const char *reply_text(const redisReply *reply)
{
	return reply && reply->str ? reply->str : "";
}

bool reply_is_error(const redisReply *reply)
{
	return reply && reply->type == REDIS_REPLY_ERROR;
}
