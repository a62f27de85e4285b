/* One connection of the generator: upgrades, says hello, counts what comes. It looks for its lines
 * by their n and reads no JSON: it must cost less than the server. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "server/base/mem.h"
#include "server/net/ticket.h"
#include "tests/load/load.h"

static struct keys keys;

static bool load_keys(const struct load *l)
{
	char why[256];

	if (keys.n ||
	    keys_load(&keys,
		      &(struct keys_where){ .dir = l->data, .tickets = "", .installation = "" },
		      why, sizeof(why)))
		return true;
	fprintf(stderr, "load: %s\n", why);
	return false;
}

/* A masked text frame (RFC 6455 section 5.2) with a mask of zeros: the text as it is. */
static bool send_text(struct client *c, const char *text, size_t len)
{
	unsigned char frame[8192];
	size_t head = len < 126 ? 2 : 4;

	if (len > sizeof(frame) - 8)
		return false;
	frame[0] = 0x81;
	frame[1] = (unsigned char)(0x80 | (len < 126 ? len : 126));
	frame[2] = (unsigned char)(len >> 8);
	frame[3] = (unsigned char)len;
	memset(frame + head, 0, 4);
	memcpy(frame + head + 4, text, len);
	return send(c->fd, frame, head + 4 + len, MSG_NOSIGNAL) == (ssize_t)(head + 4 + len);
}

static bool send_hello(struct client *c)
{
	int number = (int)(c - c->run->clients);
	char sub[32], name[32], hello[4600];
	struct ticket t = { .kind = TICKET_PERSON,
			    .role = number == 0 ? ROLE_ORGANIZER : ROLE_ATTENDEE,
			    .session = c->run->load->session,
			    .expires = (time(NULL) + 86400) * 1000LL,
			    .sub = sub,
			    .name = name,
			    .school = "Load School",
			    .language = LANGUAGE_EN };
	char *text;
	int len;

	snprintf(sub, sizeof(sub), "load-%d", number);
	snprintf(name, sizeof(name), "Person %d", number);
	text = ticket_write(&keys, &t);
	len = snprintf(hello, sizeof(hello), "{\"hello\":1,\"ticket\":\"%s\"}", text);
	free(text);
	return send_text(c, hello, (size_t)len);
}

bool client_say(struct client *c, const char *text, size_t len)
{
	if (c->run->load->session)
		return send_text(c, text, len);
	return send(c->fd, text, len, MSG_NOSIGNAL) == (ssize_t)len;
}

bool client_open(struct load_run *r, struct client *c, int number)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)r->load->port) };
	struct sockaddr_in from = { .sin_family = AF_INET };
	char address[32], request[512];
	int one = 1, len;

	*c = (struct client){ .run = r, .fd = socket(AF_INET, SOCK_STREAM, 0) };
	snprintf(address, sizeof(address), "127.0.0.%d", 2 + number / 5000);
	inet_pton(AF_INET, address, &from.sin_addr);
	inet_pton(AF_INET, r->load->host, &to.sin_addr);
	if (c->fd < 0 || bind(c->fd, (struct sockaddr *)&from, sizeof(from)) ||
	    connect(c->fd, (struct sockaddr *)&to, sizeof(to)))
		return false;
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	epoll_ctl(r->epoll, EPOLL_CTL_ADD, c->fd,
		  &(struct epoll_event){ .events = EPOLLIN, .data.ptr = c });
	if (!r->load->session) {
		c->upgraded = c->ready = true;
		r->n_ready++;
		return true;
	}
	if (!load_keys(r->load))
		return false;
	len = snprintf(
		request, sizeof(request),
		"GET /ws HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Protocol: jobalike.v1\r\n\r\n",
		r->load->host, r->load->port);
	return send(c->fd, request, (size_t)len, MSG_NOSIGNAL) == len;
}

/* --- what comes ---------------------------------------------------------------------------------
 */

static void arrived(struct client *c, uint64_t n)
{
	struct load_run *r = c->run;
	struct line *line = &r->lines[n % LINES_MAX];
	int64_t took;

	if (line->n != n) {
		r->doubled += r->measuring;
		return;
	}
	line->seen++;
	r->deliveries += r->measuring;
	took = clock_ns() - line->sent_ns;
	if (r->measuring)
		histogram_add(r->latency, took);
	if (line->seen < r->load->people)
		return;
	line->n = 0;
	r->under_way--;
	r->lines_done += r->measuring;
}

static uint64_t number_after(const unsigned char *text, size_t len, const char *key)
{
	const unsigned char *at = memmem(text, len, key, strlen(key));

	return at ? strtoull((const char *)at + strlen(key), NULL, 10) : 0;
}

static void on_message(struct client *c, const unsigned char *text, size_t len)
{
	uint64_t seq;

	if (len > 21 && memcmp(text, "{\"event\":\"chat.said\"", 20) == 0) {
		seq = number_after(text, len < 64 ? len : 64, "\"seq\":");
		if (seq <= c->last_seq)
			c->run->disordered++;
		c->last_seq = seq;
		arrived(c, number_after(text, len, "\"n\":"));
	} else if (len > 8 && memcmp(text, "{\"view\":", 8) == 0) {
		if (!c->ready)
			c->run->n_ready++;
		c->ready = true;
	} else if (len > 9 && memcmp(text, "{\"error\":", 9) == 0) {
		if (!c->run->errors++)
			fprintf(stderr, "load: %.*s\n", (int)len, (const char *)text);
	}
}

/* Whole frames at the beginning of the buffer; returns how many bytes they are. */
static size_t frames(struct client *c)
{
	size_t at = 0;

	while (c->n_in - at >= 2) {
		const unsigned char *f = c->in + at;
		size_t head = 2, len = f[1] & 127;

		if (len == 126) {
			head = 4;
			len = c->n_in - at >= 4 ? (size_t)f[2] << 8 | f[3] : SIZE_MAX / 2;
		} else if (len == 127) {
			head = 10;
			len = 0;
			for (int i = 2; i < 10 && c->n_in - at >= 10; i++)
				len = len << 8 | f[i];
			if (c->n_in - at < 10)
				len = SIZE_MAX / 2;
		}
		if (c->n_in - at < head + len)
			break;
		if ((f[0] & 15) == 1)
			on_message(c, f + head, len);
		at += head + len;
	}
	return at;
}

static size_t bare_frames(struct client *c)
{
	size_t size = (size_t)c->run->load->body, at = 0;

	for (; c->n_in - at >= size; at += size) {
		uint64_t n;

		memcpy(&n, c->in + at, sizeof(n));
		arrived(c, n);
	}
	return at;
}

static size_t answer(struct client *c)
{
	const unsigned char *end = memmem(c->in, c->n_in, "\r\n\r\n", 4);

	if (!end)
		return 0;
	if (c->n_in < 12 || memcmp(c->in, "HTTP/1.1 101", 12) != 0)
		c->run->errors++;
	c->upgraded = true;
	send_hello(c);
	return (size_t)(end - c->in) + 4;
}

bool client_read(struct client *c)
{
	ssize_t got;
	size_t used;

	if (c->room_in - c->n_in < 16384) {
		c->room_in = c->room_in * 2 + 32768;
		c->in = x_realloc(c->in, c->room_in);
	}
	got = recv(c->fd, c->in + c->n_in, c->room_in - c->n_in, MSG_DONTWAIT);
	if (got <= 0)
		return got < 0 && (errno == EAGAIN || errno == EINTR);
	c->n_in += (size_t)got;
	used = !c->upgraded ? answer(c) : c->run->load->session ? frames(c) : bare_frames(c);
	c->n_in -= used;
	memmove(c->in, c->in + used, c->n_in);
	return true;
}
