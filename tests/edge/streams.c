/* WS-2: after a good handshake come bytes that are wrong somewhere, in pieces cut anywhere. Nothing
 * of it may get in, stay for long after its end, or harm the server. */
#include "tests/edge/edge.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define AT_ONCE    100
#define SOURCES    16 /* addresses of our own: the ports of one would not do */
#define BYTES_MAX  4096
#define PATIENCE_S 6 /* from our end to theirs; theirs takes 3 at most */

static uint64_t chance;

/* splitmix64: the same bytes from the same seed. */
static uint64_t dice(void)
{
	uint64_t z = (chance += 0x9E3779B97F4A7C15u);

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

static size_t below(size_t n)
{
	return (size_t)(dice() % n);
}

struct stream {
	int fd;                      /* -1: free */
	bool opened, ended, strange; /* strange: without a ticket, so that nothing may come of it */
	unsigned char bytes[BYTES_MAX];
	size_t n, sent, n_handshake;
	time_t since;
};

static struct {
	struct sockaddr_in server;
	char hello[64][4096];
	size_t n_hellos;
	int epoll;
	unsigned left, open, started;
	unsigned long conns, opened, hangs, accepts, refused, bytes;
} all;

/* --- what is sent -------------------------------------------------------------------------------
 */

static void add(struct stream *s, const void *bytes, size_t n)
{
	if (n > BYTES_MAX - s->n)
		n = BYTES_MAX - s->n;
	memcpy(s->bytes + s->n, bytes, n);
	s->n += n;
}

static void add_frame(struct stream *s, unsigned first, const char *text, size_t n)
{
	unsigned char head[8] = { (unsigned char)first }, mask[4];
	size_t len = 2;

	head[1] = (unsigned char)(0x80 | (n < 126 ? n : 126));
	if (n >= 126) {
		head[2] = (unsigned char)(n >> 8);
		head[3] = (unsigned char)n;
		len = 4;
	}
	for (size_t i = 0; i < 4; i++)
		mask[i] = (unsigned char)dice();
	add(s, head, len);
	add(s, mask, 4);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i] ^ mask[i & 3];

		add(s, &c, 1);
	}
}

static const char *const texts[] = {
	"{\"hello\":1,\"ticket\":\"a.b.c\",\"epoch\":\"k3f9\",\"after\":7,\"pending\":[1,2]}",
	"{\"command\":\"chat.say\",\"n\":81,\"room\":1,\"text\":\"\xE4\xBD\xA0 \\u00e9\"}",
	"{\"command\":\"rooms.open\",\"n\":82,\"title\":\"Blue\",\"capacity\":12}",
	"{\"query\":\"chat.history\",\"n\":83,\"room\":1,\"before\":900}",
	"{\"signal\":\"chat.typing\",\"room\":1}",
	"{\"command\":\"people.appoint\",\"n\":84,\"who\":2,\"role\":\"moderator\"}",
	"[[[[[[{\"a\":[1,2,3,-0.5e7,true,null]}]]]]]]",
	"",
};

static void add_good(struct stream *s)
{
	static const unsigned firsts[] = { 0x81, 0x81, 0x81, 0x01, 0x80,
					   0x00, 0x82, 0x88, 0x89, 0x8A };
	const char *text = texts[below(sizeof(texts) / sizeof(texts[0]))];
	unsigned first = firsts[below(sizeof(firsts) / sizeof(firsts[0]))];
	size_t n = strlen(text);

	if (first >= 0x88 && n > 125)
		n = 125;
	add_frame(s, first, text, n);
}

static void spoil(struct stream *s, size_t from)
{
	size_t n = s->n - from, at = from + below(n), run = 1 + below(8);

	switch (below(5)) {
	case 0:
		s->bytes[at] = (unsigned char)(s->bytes[at] ^ (1u << below(8)));
		break;
	case 1:
		s->bytes[at] = (unsigned char)dice();
		break;
	case 2: /* some are missing */
		run = run < s->n - at ? run : s->n - at;
		memmove(s->bytes + at, s->bytes + at + run, s->n - at - run);
		s->n -= run;
		break;
	case 3: /* some come twice */
		run = run < s->n - at ? run : s->n - at;
		run = run < BYTES_MAX - s->n ? run : BYTES_MAX - s->n;
		memmove(s->bytes + at + run, s->bytes + at, s->n - at);
		s->n += run;
		break;
	default: /* the length, or where it should be */
		s->bytes[from + 1] = (unsigned char)(0x7D + below(0x83));
	}
}

static void write_stream(struct stream *s)
{
	static const char handshake[] =
		"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Protocol: jobalike.v1\r\n\r\n";
	size_t from;

	add(s, handshake, sizeof(handshake) - 1);
	s->n_handshake = s->n;
	s->strange = !all.n_hellos || below(4) != 0;
	if (!s->strange) {
		const char *hello = all.hello[below(all.n_hellos)];

		add_frame(s, 0x81, hello, strlen(hello));
	}
	from = s->n;
	if (below(5) == 0) {
		for (size_t i = 1 + below(300); i; i--)
			s->bytes[s->n++] = (unsigned char)dice();
		return;
	}
	for (size_t i = 1 + below(6); i; i--)
		add_good(s);
	for (size_t i = 1 + below(4); i && s->n > from + 2; i--)
		spoil(s, from);
}

/* --- one connection -----------------------------------------------------------------------------
 */

static void watch(struct stream *s, uint32_t events, int how)
{
	struct epoll_event e = { .events = events, .data.ptr = s };

	epoll_ctl(all.epoll, how, s->fd, &e);
}

static void begin(struct stream *s)
{
	struct sockaddr_in from = { .sin_family = AF_INET };

	*s = (struct stream){ .since = time(NULL) };
	write_stream(s);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + all.started++ % SOURCES);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&from, sizeof(from)) != 0 ||
	    (connect(s->fd, (struct sockaddr *)&all.server, sizeof(all.server)) != 0 &&
	     errno != EINPROGRESS)) {
		perror("streams");
		exit(2);
	}
	watch(s, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
	all.conns++;
	all.open++;
	all.left--;
}

static void finish(struct stream *s)
{
	all.opened += s->opened;
	all.bytes += s->sent;
	close(s->fd);
	s->fd = -1;
	all.open--;
	if (all.left)
		begin(s);
}

static void read_some(struct stream *s)
{
	char in[4096];
	ssize_t n = recv(s->fd, in, sizeof(in) - 1, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		finish(s);
		return;
	}
	in[n] = '\0';
	for (ssize_t i = 0; i < n; i++)
		in[i] = in[i] ? in[i] : ' '; /* a head may hold it */
	if (!s->opened && strstr(in, "HTTP/1.1 101")) {
		s->opened = true;
		watch(s, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
	}
	if (s->strange &&
	    (strstr(in, "{\"view\"") || strstr(in, "{\"event\"") || strstr(in, "{\"answer\"")))
		all.accepts++;
	all.refused += strstr(in, "{\"error\"") != NULL;
}

/* The handshake, and when it was answered pieces of any length; at the end of all ours, no more. */
static void write_some(struct stream *s)
{
	size_t n = (s->opened ? s->n : s->n_handshake) - s->sent,
	       piece = below(3) ? n : 1 + below(n ? n : 1);
	ssize_t done = n ? send(s->fd, s->bytes + s->sent, piece, MSG_NOSIGNAL) : 0;

	if (done < 0 && errno != EAGAIN) {
		finish(s);
		return;
	}
	s->sent += done > 0 ? (size_t)done : 0;
	if (!s->opened && s->sent == s->n_handshake)
		watch(s, EPOLLIN, EPOLL_CTL_MOD);
	if (s->sent < s->n)
		return;
	shutdown(s->fd, SHUT_WR);
	s->ended = true;
	s->since = time(NULL);
	watch(s, EPOLLIN, EPOLL_CTL_MOD);
}

static void look_for_hangs(struct stream *streams)
{
	time_t now = time(NULL);

	for (size_t i = 0; i < AT_ONCE; i++)
		if (streams[i].fd >= 0 && now - streams[i].since > PATIENCE_S) {
			all.hangs++;
			finish(&streams[i]);
		}
}

static void read_tickets(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[3000];

	while (f && all.n_hellos < 64 && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(all.hello[all.n_hellos++], sizeof(all.hello[0]),
			 "{\"hello\":1,\"ticket\":\"%s\"}", line);
	}
	if (f)
		fclose(f);
}

bool row_streams(uint16_t port, unsigned n, uint64_t seed, const char *tickets)
{
	static struct stream streams[AT_ONCE];
	struct epoll_event events[AT_ONCE];

	chance = seed;
	read_tickets(tickets);
	all.server = (struct sockaddr_in){ .sin_family = AF_INET,
					   .sin_port = htons(port),
					   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	all.epoll = epoll_create1(EPOLL_CLOEXEC);
	all.left = n;
	for (size_t i = 0; i < AT_ONCE; i++) {
		streams[i].fd = -1;
		if (all.left)
			begin(&streams[i]);
	}
	while (all.open) {
		int found = epoll_wait(all.epoll, events, AT_ONCE, 1000);

		for (int i = 0; i < found; i++) {
			struct stream *s = events[i].data.ptr;

			if (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP))
				read_some(s);
			else if (!s->ended)
				write_some(s);
		}
		look_for_hangs(streams);
	}
	close(all.epoll);
	printf("seed=%llu conns=%lu opened=%lu bytes=%lu refused=%lu hangs=%lu accepts=%lu\n",
	       (unsigned long long)seed, all.conns, all.opened, all.bytes, all.refused, all.hangs,
	       all.accepts);
	return all.conns == n && all.opened == n && !all.hangs && !all.accepts;
}
