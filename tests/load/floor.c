/* The floor: one epoll loop that takes eight bytes as a line and sends a frame of the same size as
 * ours to every connection of the room. No rights, no order, no store, no framing: only the
 * kernel's price. Its frames begin with the eight bytes that came, so that the generator finds its
 * line again. A connection says first in which room it is. And the dialect that speaks to it. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/mem.h"
#include "tests/load/load.h"

#define NUMBER     8   /* bytes of a line, and of a room */
#define FRAMES_MAX 512 /* gathered for one room */
#define FRAME_MAX  2048
#define PING       UINT64_MAX /* as a line: whoever gets it sends it back */
#define SECOND     1000000000LL

struct room {
	int *fds;
	size_t n;
	char *frames; /* gathered, and not sent yet */
	size_t n_frames;
	int64_t since; /* of the first of them */
	bool waits;    /* stands in the list */
};

struct caller {
	int fd;
	struct room *room;   /* NULL: not said yet */
	struct caller *next; /* in the wheel */
};

struct floor {
	const struct load *load;
	int epoll, listener;
	struct room *rooms;
	struct room **waiting;
	size_t n_waiting;
	char *welcome, *ping;
	struct caller **wheel; /* of pings: a slot for each second; NULL: none are sent */
	size_t n_callers, at_slot;
	int64_t ping_at;
};

static int listen_anywhere(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) || listen(fd, 4096) ||
	    getsockname(fd, (struct sockaddr *)&at, &len))
		return -1;
	printf("port %d\n", ntohs(at.sin_port));
	fflush(stdout);
	return fd;
}

static void put_on_wheel(struct floor *f, struct caller *c)
{
	struct caller **slot = &f->wheel[f->n_callers++ % (size_t)f->load->ping_s];

	c->next = *slot;
	*slot = c;
}

static void take_in(struct floor *f)
{
	int one = 1, fd;

	while ((fd = accept4(f->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		struct caller *c = x_calloc(1, sizeof(*c));

		c->fd = fd;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		epoll_ctl(f->epoll, EPOLL_CTL_ADD, fd,
			  &(struct epoll_event){ .events = EPOLLIN, .data.ptr = c });
		if (f->wheel)
			put_on_wheel(f, c);
	}
}

/* A loop that loses bytes would be faster than it is: what does not fit at once is waited for. */
static void send_whole(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return;
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
}

static void flush(const struct floor *f, struct room *r)
{
	for (size_t i = 0; i < r->n; i++)
		send_whole(r->fds[i], r->frames, r->n_frames * (size_t)f->load->body);
	r->n_frames = 0;
	r->waits = false;
}

static void take_line(struct floor *f, struct room *r, const char *line)
{
	memcpy(r->frames + r->n_frames++ * (size_t)f->load->body, line, NUMBER);
	if (!f->load->coalesce || r->n_frames == FRAMES_MAX) {
		flush(f, r);
	} else if (!r->waits) {
		r->waits = true;
		r->since = clock_ns();
		f->waiting[f->n_waiting++] = r;
	}
}

static void enter(struct floor *f, struct caller *c, const char *said)
{
	uint64_t room;

	memcpy(&room, said, NUMBER);
	if (room >= (uint64_t)f->load->rooms)
		exit(2);
	c->room = &f->rooms[room];
	c->room->fds = x_grow(c->room->fds, c->room->n, sizeof(int));
	c->room->fds[c->room->n++] = c->fd;
	send_whole(c->fd, f->welcome, (size_t)f->load->body);
}

/* Eight bytes never come in two pieces on the loopback. */
static void take_bytes(struct floor *f, struct caller *c)
{
	char bytes[NUMBER * FRAMES_MAX];
	ssize_t got = recv(c->fd, bytes, sizeof(bytes), 0);

	if (got == 0)
		exit(0); /* one run, one floor */
	for (ssize_t at = 0; at + NUMBER <= got; at += NUMBER) {
		if (!c->room)
			enter(f, c, bytes + at);
		else if (memcmp(bytes + at, f->ping, NUMBER) != 0)
			take_line(f, c->room, bytes + at);
	}
}

/* Sends what has waited long enough; returns for how many ms epoll may wait. */
static int flush_due(struct floor *f)
{
	int64_t now = clock_ns(), window = f->load->window_ms * 1000000LL;
	size_t kept = 0;
	int wait = -1;

	for (size_t i = 0; i < f->n_waiting; i++) {
		struct room *r = f->waiting[i];
		int64_t left = r->since + window - now;

		if (r->waits && left <= 0) {
			flush(f, r);
		} else if (r->waits) {
			f->waiting[kept++] = r;
			wait = wait < 0 || left < wait * 1000000LL ? (int)(left / 1000000) + 1
								   : wait;
		}
	}
	f->n_waiting = kept;
	return wait;
}

/* Pings the slot whose second it is; returns for how many ms epoll may wait. */
static int ping_due(struct floor *f)
{
	int64_t now = clock_ns();

	if (!f->wheel)
		return -1;
	if (f->ping_at <= now) {
		f->ping_at = now + SECOND;
		f->at_slot = (f->at_slot + 1) % (size_t)f->load->ping_s;
		for (struct caller *c = f->wheel[f->at_slot]; c; c = c->next)
			send_whole(c->fd, f->ping, (size_t)f->load->body);
	}
	return (int)((f->ping_at - now) / 1000000) + 1;
}

static int work_due(struct floor *f)
{
	int flush = flush_due(f), ping = ping_due(f);

	return flush < 0 || (ping >= 0 && ping < flush) ? ping : flush;
}

int floor_serve(const struct load *l)
{
	struct floor f = { .load = l, .listener = listen_anywhere(), .epoll = epoll_create1(0) };
	size_t rooms = (size_t)l->rooms;
	struct epoll_event events[512];

	if (f.listener < 0 || f.epoll < 0 || l->body < NUMBER || l->body > FRAME_MAX)
		return 1;
	f.rooms = x_calloc(rooms, sizeof(*f.rooms));
	f.welcome = x_calloc(1, (size_t)l->body);
	f.ping = x_calloc(1, (size_t)l->body);
	memset(f.ping, 0xff, NUMBER);
	f.wheel = l->ping_s ? x_calloc((size_t)l->ping_s, sizeof(struct caller *)) : NULL;
	f.waiting = x_calloc(2 * rooms, sizeof(struct room *));
	for (size_t i = 0; i < rooms; i++)
		f.rooms[i].frames = x_calloc(FRAMES_MAX, (size_t)l->body);
	epoll_ctl(f.epoll, EPOLL_CTL_ADD, f.listener, &(struct epoll_event){ .events = EPOLLIN });
	for (int wait = work_due(&f);; wait = work_due(&f)) {
		int n = epoll_wait(f.epoll, events, 512, wait);

		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr)
				take_bytes(&f, events[i].data.ptr);
			else
				take_in(&f);
		}
	}
}

/* --- as the generator speaks to it ---------------------------------------------------------------
 */

static void begin(struct client *c)
{
	uint64_t room = (uint64_t)(c->room < 0 ? 0 : c->room);

	client_send(c, &room, NUMBER);
}

static void say(struct client *c, uint64_t n)
{
	client_send(c, &n, NUMBER);
}

static size_t read_frames(struct client *c, unsigned char *bytes, size_t n)
{
	size_t size = (size_t)c->run->load->body, at = 0;

	for (; n - at >= size; at += size) {
		uint64_t line;

		memcpy(&line, bytes + at, NUMBER);
		if (line == PING)
			client_send(c, &line, NUMBER);
		else if (line)
			line_came(c, line, 0, size);
		else
			client_ready(c);
	}
	return at;
}

const struct dialect dialect_floor = {
	.name = "floor", .begin = begin, .read = read_frames, .say = say
};
