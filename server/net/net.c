#include "server/net/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/net/helping.h"
#include "server/net/http.h"
#include "server/net/inside.h"
#include "server/net/lag.h"

#define SWEEP_TICKS   60
#define CODES_A_TICK  500 /* computed beside, so that who types one does not wait for all */
#define FOR_OPERATORS 16  /* connections, when people have taken all of theirs */

static void on_tick(uv_timer_t *timer)
{
	struct net *n = timer->data;

	n->conns.now = uv_now(n->loop);
	conns_tick(&n->conns);
	if (n->n_sockets)
		ws_wake(n->ws);
	if (hub_ready(n->hub))
		codes_read(&n->codes, n->keys, hub_directory(n->hub), CODES_A_TICK);
	if (++n->n_ticks % SWEEP_TICKS == 0)
		addresses_sweep(&n->addresses, (int64_t)n->conns.now);
}

static void on_people(void *arg, int fd, struct address *from)
{
	struct net *n = arg;

	ws_adopt(n->ws, fd, from, false);
}

static void on_admin(void *arg, int fd, struct address *from)
{
	struct net *n = arg;

	ws_adopt(n->ws, fd, from, true);
}

static struct listener listener_of(struct net *n, accepted_fn accepted)
{
	return (struct listener){ .fd = -1,
				  .spare_fd = -1,
				  .greets = HELPING_PLAIN / HELPING_EACH,
				  .addresses = &n->addresses,
				  .n_connections = &n->n_sockets,
				  .accepted = accepted,
				  .arg = n };
}

/* As many as are wanted, but the store and a new certificate need descriptors too. */
static size_t most_connections(int64_t wanted)
{
	int64_t files = sysconf(_SC_OPEN_MAX) - NET_SPARE_FILES;

	files = files > 1 ? files : 1;
	return (size_t)(wanted < files ? wanted : files);
}

static void take_limits(struct net *n)
{
	const struct conf *c = n->conf;

	n->addresses.max = c->limits.connections_per_address;
	n->addresses.max_silent = c->limits.half_open_per_address;
	n->addresses.tickets = c->limits.joins_per_second;
	n->addresses.arrivals = c->limits.connects_per_second;
	n->addresses.work = c->limits.http_percent * 10000;
	n->people.max_connections = most_connections(c->limits.connections);
	n->admin.max_connections = n->people.max_connections + FOR_OPERATORS;
}

struct net *net_new(uv_loop_t *loop, const struct conf *conf, struct hub *hub,
		    const struct keys *keys)
{
	struct net *n = x_calloc(1, sizeof(*n));

	n->conf = conf;
	n->hub = hub;
	n->keys = keys;
	n->loop = loop;
	n->addresses.proxies = &conf->http.trusted_proxies;
	conns_init(&n->conns, hub, keys, (size_t)conf->limits.message_bytes,
		   (size_t)conf->limits.queue_bytes);
	n->people = listener_of(n, on_people);
	n->people.shares = conf->listen.shared;
	n->admin = listener_of(n, on_admin);
	take_limits(n);
	uv_timer_init(loop, &n->tick);
	n->tick.data = n;
	uv_timer_start(&n->tick, on_tick, 1000, 1000);
	uv_timer_init(loop, &n->looks);
	n->looks.data = n;
	return n;
}

static void name_us(char *out, size_t size, bool tls, const char *host, uint16_t port)
{
	/* Every address is no address to go to. */
	if (strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0)
		host = "127.0.0.1";
	snprintf(out, size, strchr(host, ':') ? "%s://[%s]:%u" : "%s://%s:%u",
		 tls ? "https" : "http", host, port);
}

bool net_bind(struct net *n, char *why, size_t why_size)
{
	const struct conf *c = n->conf;

	if (!listener_bind(&n->people, c->listen.host, (uint16_t)c->listen.port, why, why_size))
		return false;
	name_us(n->local_url, sizeof(n->local_url), c->tls.on, c->listen.host, n->people.port);
	snprintf(n->url, sizeof(n->url), "%s",
		 c->http.public_url[0] ? c->http.public_url : n->local_url);
	if (!c->admin.on)
		return true;
	if (!listener_bind(&n->admin, c->admin.host, c->admin.port, why, why_size))
		return false;
	name_us(n->admin_url, sizeof(n->admin_url), false, c->admin.host, n->admin.port);
	return true;
}

bool net_use_certificate(struct net *n, const struct conf *c, char *why, size_t why_size)
{
	return !n->tls || tls_load(n->tls, c->tls.certificate, c->tls.key, why, why_size);
}

void net_reload(struct net *n)
{
	take_limits(n);
	codes_fini(&n->codes);
	if (n->tls)
		tls_rekey(n->tls);
}

/* Nobody is greeted who cannot be heard soon: who is silent for too long is closed. */
static void serve_in_helpings(struct net *n)
{
	int sockets = n->tls ? HELPING_TLS : HELPING_PLAIN;

	helping_set(sockets);
	n->people.greets = sockets / HELPING_EACH;
}

bool net_listen(struct net *n, char *why, size_t why_size)
{
	const struct conf *c = n->conf;

	if (c->tls.on)
		n->tls = tls_new(n->keys);
	if (!net_use_certificate(n, c, why, why_size))
		return false;
	serve_in_helpings(n);
	n->people.sorry = n->tls ? NULL : http_sorry(n);
	n->ws = ws_new(n, n->loop);
	if (!n->ws) {
		snprintf(why, why_size, "The network library does not start; the log says more.");
		return false;
	}
	return listener_open(&n->people, n->loop, why, why_size) &&
	       (!c->admin.on || listener_open(&n->admin, n->loop, why, why_size));
}

const char *net_url(const struct net *n)
{
	return n->url;
}

const char *net_local_url(const struct net *n)
{
	return n->local_url;
}

const char *net_admin_url(const struct net *n)
{
	return n->admin_url;
}

bool net_flush(struct net *n)
{
	n->conns.now = uv_now(n->loop);
	return conns_flush(&n->conns);
}

void net_rest(struct net *n, int ms)
{
	struct lag h = lag_end();

	if (h.ns) {
		tally_add(&n->figures.held_us, h.ns / 1000);
		tally_add(&n->figures.own_us, h.own / 1000);
	}
	helping_pause(ms);
}

void net_drain(struct net *n)
{
	n->draining = true;
	listener_close(&n->people);
	conns_drain(&n->conns);
}

size_t net_connections(const struct net *n)
{
	return n->conns.figures.connections;
}

void net_close(struct net *n)
{
	listener_close(&n->people);
	listener_close(&n->admin);
	uv_timer_stop(&n->tick);
	uv_close((uv_handle_t *)&n->tick, NULL);
	uv_close((uv_handle_t *)&n->looks, NULL);
	ws_close(n->ws);
}

void net_free(struct net *n)
{
	struct request *r;

	if (!n)
		return;
	ws_free(n->ws);
	while ((r = n->requests)) /* those that nobody answers any more */
		request_free(r);
	codes_fini(&n->codes);
	addresses_fini(&n->addresses);
	conns_fini(&n->conns);
	tls_free(n->tls);
	free(n);
}
