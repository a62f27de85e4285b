#include "server/store/redis_link.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/base/mem.h"

#define USER_TIMEOUT_MS 3000 /* what was sent and not received for so long breaks a connection */

/* --- hiredis on libuv ---------------------------------------------------------------------------
 * The adapter that comes with hiredis 0.14 never reports a refused or reset connection, and asks
 * the kernel anew for every command. */

struct socket_watch {
	uv_poll_t poll;
	redisAsyncContext *ac; /* NULL: hiredis has let go */
	int wanted, armed;
};

static void on_poll(uv_poll_t *poll, int status, int events);

static void arm(struct socket_watch *w)
{
	if (w->wanted == w->armed)
		return;
	w->armed = w->wanted;
	if (w->wanted)
		uv_poll_start(&w->poll, w->wanted, on_poll);
	else
		uv_poll_stop(&w->poll);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct socket_watch *w = poll->data;

	if (status < 0) {
		w->armed = 0; /* libuv has stopped watching; reading tells hiredis what is wrong */
		redisAsyncHandleRead(w->ac);
		if (w->ac)
			arm(w);
		return;
	}
	if (w->ac && (events & UV_READABLE))
		redisAsyncHandleRead(w->ac);
	if (w->ac && (events & UV_WRITABLE))
		redisAsyncHandleWrite(w->ac);
}

static void want(void *watch, int events, bool on)
{
	struct socket_watch *w = watch;

	w->wanted = on ? w->wanted | events : w->wanted & ~events;
	arm(w);
}

static void add_read(void *watch)
{
	want(watch, UV_READABLE, true);
}

static void del_read(void *watch)
{
	want(watch, UV_READABLE, false);
}

static void add_write(void *watch)
{
	want(watch, UV_WRITABLE, true);
}

static void del_write(void *watch)
{
	want(watch, UV_WRITABLE, false);
}

static void free_watch(uv_handle_t *poll)
{
	free(poll->data);
}

static void let_go(void *watch)
{
	struct socket_watch *w = watch;

	w->ac = NULL;
	uv_close((uv_handle_t *)&w->poll, free_watch);
}

static void attach(redisAsyncContext *ac, uv_loop_t *loop)
{
	struct socket_watch *w = x_calloc(1, sizeof(*w));
	int rc = uv_poll_init(loop, &w->poll, ac->c.fd);

	assert(rc == 0);
	(void)rc;
	w->poll.data = w;
	w->ac = ac;
	ac->ev.data = w;
	ac->ev.addRead = add_read;
	ac->ev.delRead = del_read;
	ac->ev.addWrite = add_write;
	ac->ev.delWrite = del_write;
	ac->ev.cleanup = let_go;
}

/* --- connecting ---------------------------------------------------------------------------------
 */

static void lose(struct link *l, const char *why)
{
	l->ac = NULL;
	l->connected = false;
	l->on_lost(l, why);
}

static void on_connect(const redisAsyncContext *ac, int status)
{
	struct link *l = ac->data;

	if (!l)
		return;
	if (status != REDIS_OK) {
		lose(l, ac->errstr ? ac->errstr : "no connection");
		return;
	}
	l->connected = true;
	l->on_connected(l);
}

static void on_disconnect(const redisAsyncContext *ac, int status)
{
	struct link *l = ac->data;

	if (l)
		lose(l, status != REDIS_OK && ac->errstr[0] ? ac->errstr : "connection closed");
}

static void begin(struct link *l, redisAsyncContext *ac)
{
	int timeout = USER_TIMEOUT_MS;

	if (!ac || ac->err) {
		char why[160];

		snprintf(why, sizeof(why), "%s", ac && ac->errstr ? ac->errstr : "out of memory");
		if (ac)
			redisAsyncFree(ac);
		lose(l, why);
		return;
	}
	l->ac = ac;
	ac->data = l;
	setsockopt(ac->c.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof(timeout));
	attach(ac, l->loop);
	redisAsyncSetConnectCallback(ac, on_connect);
	redisAsyncSetDisconnectCallback(ac, on_disconnect);
}

struct link_lookup {
	uv_getaddrinfo_t request;
	struct link *link; /* NULL: nobody waits any more */
	uint16_t port;
};

static void on_looked_up(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
	struct link_lookup *lookup = request->data;
	struct link *l = lookup->link;
	char text[INET6_ADDRSTRLEN] = "";

	if (l) {
		l->lookup = NULL;
		if (status == 0)
			getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof(text), NULL, 0,
				    NI_NUMERICHOST);
		if (text[0])
			begin(l, redisAsyncConnect(text, lookup->port));
		else
			lose(l, "its name is not known");
	}
	uv_freeaddrinfo(found);
	free(lookup);
}

/* hiredis would look a name up on the loop's time. */
static void look_up(struct link *l, const struct redis_place *place)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct link_lookup *lookup = x_calloc(1, sizeof(*lookup));

	lookup->request.data = lookup;
	lookup->link = l;
	lookup->port = place->port;
	if (uv_getaddrinfo(l->loop, &lookup->request, on_looked_up, place->host, NULL, &hints) ==
	    0) {
		l->lookup = lookup;
		return;
	}
	free(lookup);
	lose(l, "its name cannot be looked up");
}

static bool is_numeric(const char *host)
{
	struct in6_addr any;

	return inet_pton(AF_INET, host, &any) == 1 || inet_pton(AF_INET6, host, &any) == 1;
}

bool link_is_busy(const struct link *l)
{
	return l->ac || l->lookup;
}

void link_connect(struct link *l, const struct redis_place *place)
{
	assert(!link_is_busy(l));
	l->since = uv_now(l->loop);
	if (place->path[0])
		begin(l, redisAsyncConnectUnix(place->path));
	else if (is_numeric(place->host))
		begin(l, redisAsyncConnect(place->host, place->port));
	else
		look_up(l, place);
}

void link_close(struct link *l)
{
	redisAsyncContext *ac = l->ac;

	if (l->lookup) {
		l->lookup->link = NULL;
		uv_cancel((uv_req_t *)&l->lookup->request);
		l->lookup = NULL;
	}
	l->ac = NULL;
	l->connected = false;
	if (ac) {
		ac->data = NULL;
		redisAsyncFree(ac);
	}
}

void link_give_up(struct link *l, const char *why)
{
	if (!link_is_busy(l))
		return;
	link_close(l);
	lose(l, why);
}

bool link_ask(struct link *l, redisCallbackFn *fn, void *arg, int argc, const char **argv,
	      const size_t *lens)
{
	return l->ac && redisAsyncCommandArgv(l->ac, fn, arg, argc, argv, lens) == REDIS_OK;
}

const char *reply_text(const redisReply *reply)
{
	return reply && reply->str ? reply->str : "";
}

bool reply_is_error(const redisReply *reply)
{
	return reply && reply->type == REDIS_REPLY_ERROR;
}
