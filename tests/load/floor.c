/* The floor: one epoll loop that takes a byte as a line and sends a frame of the same size as ours
 * to every connection. No rights, no order, no store, no framing: only the kernel's price. Its
 * frames hold the eight bytes that came, so that the generator finds its line again. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/load/load.h"

#define PEERS_MAX  20000
#define FRAMES_MAX 256 /* gathered in one turn */

static int peers[PEERS_MAX], n_peers;

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

static void take_in(int ep, int listener)
{
	int one = 1, fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0 && n_peers < PEERS_MAX) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		epoll_ctl(ep, EPOLL_CTL_ADD, fd,
			  &(struct epoll_event){ .events = EPOLLIN, .data.fd = fd });
		peers[n_peers++] = fd;
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

static void send_all(const char *frames, size_t len)
{
	for (int i = 0; i < n_peers; i++)
		send_whole(peers[i], frames, len);
}

int floor_serve(bool coalesce, int frame_bytes)
{
	static char frames[FRAMES_MAX * 1024];
	struct epoll_event events[512];
	int listener = listen_anywhere(), ep = epoll_create1(0);

	if (listener < 0 || ep < 0 || frame_bytes > 1024)
		return 1;
	epoll_ctl(ep, EPOLL_CTL_ADD, listener,
		  &(struct epoll_event){ .events = EPOLLIN, .data.fd = listener });
	for (;;) {
		int n = epoll_wait(ep, events, 512, -1);
		size_t gathered = 0;

		for (int i = 0; i < n; i++) {
			char line[8 * FRAMES_MAX];
			ssize_t got;

			if (events[i].data.fd == listener) {
				take_in(ep, listener);
				continue;
			}
			got = recv(events[i].data.fd, line, sizeof(line), 0);
			if (got == 0)
				return 0;
			for (ssize_t at = 0; at + 8 <= got && gathered < FRAMES_MAX; at += 8) {
				char *frame = frames + gathered * (size_t)frame_bytes;

				memcpy(frame, line + at, 8);
				if (coalesce)
					gathered++;
				else
					send_all(frame, (size_t)frame_bytes);
			}
		}
		if (gathered)
			send_all(frames, gathered * (size_t)frame_bytes);
	}
}
