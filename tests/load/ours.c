/* Our own dialect: hello with a ticket, a view, and lines found by their n without reading JSON.
 * Several rooms in one session are opened by an organizer who leaves when they stand. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/net/ticket.h"
#include "tests/load/load.h"

#define OPENER 9999999 /* number of the organizer; of nobody else */
#define ENTER  1       /* n of the command; those of lines begin higher */

static struct keys keys;

static bool opens_rooms(const struct run *r)
{
	return r->n_sessions == 1 && r->load->rooms > 1;
}

static const char *session_of(const struct client *c)
{
	return c->run->session_ids[c->room > 0 ? c->room % c->run->n_sessions : 0];
}

void ours_hello(struct client *c, const char *epoch, uint64_t after)
{
	char sub[32], name[32], hello[LIMIT_TICKET_BYTES + 128], *text;
	bool leads = c->number == OPENER || (!opens_rooms(c->run) && c->number == 0);
	struct ticket t = { .kind = TICKET_PERSON,
			    .role = leads ? ROLE_ORGANIZER : ROLE_ATTENDEE,
			    .session = session_of(c),
			    .expires = (time(NULL) + 86400) * 1000LL,
			    .sub = sub,
			    .name = name,
			    .school = "Load School",
			    .language = LANGUAGE_EN };
	int n;

	snprintf(sub, sizeof(sub), "load-%d", c->number);
	snprintf(name, sizeof(name), "Person %d", c->number);
	text = ticket_write(&keys, &t);
	n = snprintf(hello, sizeof(hello), "{\"hello\":1,\"ticket\":\"%s\"", text);
	if (after)
		n += snprintf(hello + n, sizeof(hello) - (size_t)n,
			      ",\"epoch\":\"%s\",\"after\":%" PRIu64, epoch, after);
	hello[n++] = '}';
	free(text);
	ws_send(c, hello, (size_t)n);
}

static void begin(struct client *c)
{
	ws_upgrade(c, "/ws", PROTOCOL_SUBPROTOCOL);
}

static void say(struct client *c, uint64_t n)
{
	char text[TEXT_MAX];
	uint64_t room = c->run->room_ids[c->room];
	int len = snprintf(text, sizeof(text),
			   "{\"command\":\"chat.say\",\"n\":%" PRIu64 ",\"room\":%" PRIu64
			   ",\"text\":\"%0*d\"}",
			   n, room ? room : 1, c->run->load->body, 7);

	ws_send(c, text, (size_t)len);
}

/* The first view is of the plenary; whoever sits elsewhere goes there, and is sent another one. */
static void on_view(struct client *c)
{
	uint64_t room = c->room >= 0 ? c->run->room_ids[c->room] : 0;
	char text[128];
	int n;

	if (!room || c->moving) {
		client_ready(c);
		return;
	}
	c->moving = true;
	n = snprintf(text, sizeof(text),
		     "{\"command\":\"rooms.enter\",\"n\":%d,\"room\":%" PRIu64 "}", ENTER, room);
	ws_send(c, text, (size_t)n);
}

static void on_text(struct client *c, const char *text, size_t n, size_t frame_bytes)
{
	if (begins(text, n, "{\"event\":\"chat.said\""))
		line_came(c, number_after(text, n, "\"n\":"),
			  number_after(text, n < 64 ? n : 64, "\"seq\":"), frame_bytes);
	else if (begins(text, n, "{\"view\":"))
		on_view(c);
	else if (begins(text, n, "{\"event\":\"rooms.opened\"") && c->number == OPENER)
		c->last_seq = number_after(text, n, "\"seq\":");
	else if (begins(text, n, "{\"error\":") || begins(text, n, "{\"bye\":"))
		run_fault(c->run, "told", text, n);
}

static void say_hello(struct client *c)
{
	ours_hello(c, NULL, 0);
}

static size_t read_ours(struct client *c, unsigned char *bytes, size_t n)
{
	return ws_read(c, bytes, n, say_hello, on_text);
}

/* A room's id is the seq it was opened with. */
static bool open_room(struct run *r, struct client *opener, int room)
{
	int64_t until = clock_ns() + 5000000000LL;
	char text[128];
	int n = snprintf(text, sizeof(text),
			 "{\"command\":\"rooms.open\",\"n\":%d,\"title\":\"Room %d\"}", 1 + room,
			 room);

	opener->last_seq = 0;
	ws_send(opener, text, (size_t)n);
	while (!opener->last_seq && clock_ns() < until)
		run_turn(r, 100);
	r->room_ids[room] = opener->last_seq;
	return opener->last_seq != 0;
}

static void open_rooms(struct run *r)
{
	struct client opener = { .run = r, .number = OPENER, .fd = -1, .room = -1 };

	if (client_open(r, &opener)) {
		for (int64_t until = clock_ns() + 5000000000LL;
		     !opener.ready && clock_ns() < until;)
			run_turn(r, 100);
		for (int i = 0; i < r->load->rooms && open_room(r, &opener, i); i++)
			continue;
	}
	r->n_ready -= opener.ready;
	client_close(&opener);
}

static void prepare(struct run *r)
{
	struct keys_where where = { .dir = r->load->data, .tickets = "", .installation = "" };
	char why[256];

	if (!keys.n && !keys_load(&keys, &where, why, sizeof(why))) {
		fprintf(stderr, "load: %s\n", why);
		exit(2);
	}
	if (opens_rooms(r))
		open_rooms(r);
}

const struct dialect dialect_ours = {
	.name = "ours", .begin = begin, .read = read_ours, .say = say, .prepare = prepare
};
