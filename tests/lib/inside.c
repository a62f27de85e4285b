#include "tests/lib/inside.h"

#include <errno.h>
#include <netinet/in.h>
#include <openssl/rand.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/hub/live.h"
#include "server/net/inside.h"
#include "server/net/ticket.h"
#include "server/store/memory.h"

static struct {
	uv_loop_t loop;
	struct conf conf;
	struct keys keys;
	struct memory *memory;
	struct store *store;
	struct hub *hub;
	struct net *net;
	bool planned, ended;
	int64_t now;
} the;

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void random_of_memory(void *arg, void *bytes, size_t n)
{
	(void)arg;
	must(RAND_bytes(bytes, (int)n) == 1);
}

void inside_turn(void)
{
	uv_run(&the.loop, UV_RUN_NOWAIT);
	if (!the.ended)
		hub_turn(the.hub, the.now);
	net_flush(the.net);
}

static void on_planned(void *arg, enum err err)
{
	(void)arg;
	the.planned = err == OK;
}

static void plan(void)
{
	json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:[s,s], s:[{s:s,s:s}], s:I, s:I, s:b, s:s}",
			      "command", "session.open", "session", "s", "title", "T", "format",
			      "combined", "languages", "en", "zh", "areas", "key", "hr", "en", "HR",
			      "start", (json_int_t)the.now, "end", (json_int_t)the.now + 3600000,
			      "open", 1, "rooms_by", "attendees");

	hub_plan(the.hub, j, on_planned, NULL);
	for (int i = 0; i < 1000 && !the.planned; i++)
		inside_turn();
	must(the.planned);
}

void inside_start(void)
{
	char name[] = "fuzz", memory[] = "--store.url=memory:", rates[] = "--limits.rate_percent=0",
	     joins[] = "--limits.joins_per_second=100000", admin[] = "--admin.listen=off",
	     port[] = "--listen.port=0", work[] = "--limits.http_percent=100",
	     keys[] = "--keys.tickets=0123456789abcdef0123456789abcdef",
	     install[] = "--keys.installation=fedcba9876543210fedcba9876543210";
	char *args[] = { name, memory, rates, joins, admin, port, work, NULL };
	char *env[] = { NULL };
	struct hub_options options = { .away_ms = 60000, .unload_ms = 300000 };
	struct keys_where where = { .dir = "/nowhere",
				    .tickets = strchr(keys, '=') + 1,
				    .installation = strchr(install, '=') + 1 };
	char why[256];

	signal(SIGPIPE, SIG_IGN);
	log_level(LEVEL_NONE);
	the.now = clock_ms();
	must(uv_loop_init(&the.loop) == 0);
	must(conf_load(&the.conf, 7, args, env, stdout, stderr) < 0);
	must(keys_load(&the.keys, &where, why, sizeof(why)));
	the.hub = hub_new(&options, the.now);
	the.memory = memory_new(&the.loop, random_of_memory, NULL);
	the.store = memory_open(the.memory, 1, hub_notice, the.hub);
	hub_use(the.hub, the.store);
	the.net = net_new(&the.loop, &the.conf, the.hub, &the.keys);
	must(net_bind(the.net, why, sizeof(why)) && net_listen(the.net, why, sizeof(why)));
	the.planned = the.ended = false;
	for (int i = 0; i < 1000 && !hub_ready(the.hub); i++)
		inside_turn();
	plan();
}

static void on_closed(void *arg)
{
	(void)arg;
	the.ended = true;
}

void inside_stop(void)
{
	hub_drain(the.hub, 0);
	for (int i = 0; i < 1000 && !hub_idle(the.hub); i++)
		inside_turn();
	must(hub_idle(the.hub));
	store_close(the.store, on_closed, NULL);
	while (!the.ended)
		uv_run(&the.loop, UV_RUN_ONCE);
	net_close(the.net);
	memory_free(the.memory);
	uv_run(&the.loop, UV_RUN_DEFAULT);
	net_free(the.net);
	hub_free(the.hub);
	keys_fini(&the.keys);
	conf_fini(&the.conf);
	must(uv_loop_close(&the.loop) == 0);
}

/* --- the other end ------------------------------------------------------------------------------
 */

void inside_pass(int64_t ms)
{
	the.now += ms;
}

const char *inside_key(void)
{
	return the.keys.installation;
}

int inside_dial(int room)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	int ends[2];
	struct address *a;

	from.sin_addr.s_addr = htonl(0x7f000001);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
	if (room)
		must(setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)) == 0);
	a = address_take(&the.net->addresses, (struct sockaddr *)&from, the.now);
	must(a);
	ws_adopt(the.net->ws, ends[0], a, false);
	return ends[1];
}

bool inside_hear(int fd, const char *words)
{
	static char said[1 << 16];
	size_t n = 0;
	ssize_t got;
	bool found = false;

	while ((got = read(fd, said + n, sizeof(said) - n)) > 0) {
		n += (size_t)got;
		found = found || (words && memmem(said, n, words, strlen(words)));
		if (n > sizeof(said) / 2)
			n = 0;
	}
	return found;
}

void inside_tell(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && errno != EAGAIN)
			return; /* they closed it */
		if (done > 0) {
			at += done;
			n -= (size_t)done;
		}
		inside_turn();
		inside_hear(fd, NULL);
	}
}

void inside_say(int fd, const char *words)
{
	inside_tell(fd, words, strlen(words));
}

/* Every other one does not look at the sockets. */
static void turns(void)
{
	for (int i = 0; i < 12; i++)
		inside_turn();
}

void inside_handshake(int fd)
{
	inside_say(fd,
		   "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
		   "Sec-WebSocket-Protocol: jobalike.v1\r\n\r\n");
	turns();
}

void inside_message(int fd, const char *text)
{
	size_t n = strlen(text), head = n < 126 ? 2 : 4;
	char *frame;

	if (n > 0xffff)
		return;
	frame = calloc(1, head + 4 + n);
	frame[0] = (char)0x81;
	frame[1] = (char)(0x80 | (n < 126 ? n : 126));
	if (head == 4) {
		frame[2] = (char)(n >> 8);
		frame[3] = (char)n;
	}
	memcpy(frame + head + 4, text, n); /* NOLINT: no string */
	inside_tell(fd, frame, head + 4 + n);
	inside_pass(GATHER_MAX_MS); /* or what is asked next waits for more */
	free(frame);
}

void inside_hello(int fd, enum role role, const char *sub)
{
	struct ticket t = { .kind = TICKET_PERSON,
			    .role = role,
			    .session = "s",
			    .expires = the.now + 3600000,
			    .sub = sub,
			    .name = "Ana",
			    .school = "ISB",
			    .language = LANGUAGE_EN };
	char *ticket = ticket_write(&the.keys, &t), text[2048];

	snprintf(text, sizeof(text), "{\"hello\":1,\"ticket\":\"%s\",\"pending\":[]}", ticket);
	free(ticket);
	inside_message(fd, text);
	turns();
}
