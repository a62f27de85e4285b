/* WS-9: connections that say hello, ask nothing and never read, with as little room as the kernel
 * gives them. When they are told to, they look what became of them. */
#include "tests/edge/edge.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define MOST 1000

static void send_all(int fd, const void *bytes, size_t n)
{
	if (send(fd, bytes, n, MSG_NOSIGNAL) != (ssize_t)n) {
		perror("readers");
		exit(2);
	}
}

static void say_hello(int fd, const char *ticket)
{
	static const char handshake[] =
		"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Protocol: jobalike.v1\r\n\r\n";
	char text[4096], in[4096], head[8] = { (char)0x81, (char)0xFE };
	size_t n_in = 0;
	int n = snprintf(text, sizeof(text), "{\"hello\":1,\"ticket\":\"%s\"}", ticket);

	head[2] = (char)(n >> 8);
	head[3] = (char)n; /* and a mask of zeros */
	send_all(fd, handshake, sizeof(handshake) - 1);
	/* What comes together with the handshake the library may lose. */
	while (!memmem(in, n_in, "\r\n\r\n", 4)) {
		ssize_t more = recv(fd, in + n_in, sizeof(in) - n_in, 0);

		if (more <= 0) {
			fprintf(stderr, "readers: no WebSocket\n");
			exit(2);
		}
		n_in += (size_t)more;
	}
	send_all(fd, head, sizeof(head));
	send_all(fd, text, (size_t)n);
}

static int begin(uint16_t port, const char *ticket)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), small = 4096;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)) != 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		perror("readers");
		exit(2);
	}
	say_hello(fd, ticket);
	return fd;
}

/* Reads all there is. False: nothing more came for so long. */
static bool reads_to_end(int fd, time_t seconds)
{
	struct timeval patience = { .tv_sec = seconds };
	char in[65536];
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	while ((n = recv(fd, in, sizeof(in), 0)) > 0)
		continue;
	return n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

/* A kernel that gives up on somebody who reads nothing (TCP_USER_TIMEOUT) does not say so to them:
 * they hear it when they speak. */
static bool has_ended(int fd)
{
	static const unsigned char ping[] = { 0x89, 0x80, 0, 0, 0, 0 };

	if (reads_to_end(fd, 6))
		return true;
	return send(fd, ping, sizeof(ping), MSG_NOSIGNAL) < 0 || reads_to_end(fd, 2);
}

bool row_readers(uint16_t port, const char *tickets)
{
	static int fds[MOST];
	FILE *f = fopen(tickets, "r");
	char line[3000];
	unsigned n = 0, ended = 0;

	while (f && n < MOST && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		fds[n++] = begin(port, line);
	}
	if (f)
		fclose(f);
	printf("ready\n");
	if (!fgets(line, sizeof(line), stdin)) /* until we are told to look */
		return false;
	for (unsigned i = 0; i < n; i++)
		ended += has_ended(fds[i]);
	printf("conns=%u ended=%u\n", n, ended);
	return n > 0 && ended == n;
}
