/* WebSockets by hand, with masks of zeros: for rows that need more of them than a script can make.
 */
#include "tests/edge/dial.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const char dial_handshake[] =
	"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
	"Sec-WebSocket-Protocol: jobalike.v1\r\n\r\n";

size_t dial_frame(char *out, unsigned opcode, const char *payload, size_t n)
{
	size_t head = n < 126 ? 2 : 4;

	out[0] = (char)(0x80 | opcode);
	out[1] = (char)(0x80 | (n < 126 ? n : 126));
	if (head == 4) {
		out[2] = (char)(n >> 8);
		out[3] = (char)n;
	}
	memset(out + head, 0, 4);
	memcpy(out + head + 4, payload, n);
	return head + 4 + n;
}

size_t dial_hello(char *out, const char *ticket)
{
	char text[DIAL_MAX - 8];
	int n = snprintf(text, sizeof(text), "{\"hello\":1,\"ticket\":\"%s\"}", ticket);

	return dial_frame(out, 1, text, (size_t)n);
}

int dial_socket(unsigned source, int more)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK + source) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | more, 0), on = 1;

	/* The port is chosen with the peer in mind: without it, each bind walks those in use. */
	if (fd >= 0)
		setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	if (fd >= 0 && bind(fd, (struct sockaddr *)&from, sizeof(from)) == 0)
		return fd;
	perror("edge: socket");
	exit(2);
}

int dial_connect(int fd, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return connect(fd, (struct sockaddr *)&to, sizeof(to));
}

static void send_all(int fd, const void *bytes, size_t n)
{
	if (send(fd, bytes, n, MSG_NOSIGNAL) == (ssize_t)n)
		return;
	perror("edge: send");
	exit(2);
}

void dial_in(int fd, uint16_t port, const char *ticket)
{
	char in[DIAL_MAX], hello[DIAL_MAX];
	size_t n = 0;

	if (dial_connect(fd, port) != 0) {
		perror("edge: connect");
		exit(2);
	}
	send_all(fd, dial_handshake, strlen(dial_handshake));
	/* What comes together with the handshake the library may lose. */
	while (!memmem(in, n, "\r\n\r\n", 4)) {
		ssize_t more = recv(fd, in + n, sizeof(in) - n, 0);

		if (more <= 0) {
			fprintf(stderr, "edge: no WebSocket\n");
			exit(2);
		}
		n += (size_t)more;
	}
	send_all(fd, hello, dial_hello(hello, ticket));
}

size_t dial_tickets(const char *path, char tickets[][DIAL_TICKET], size_t most)
{
	FILE *f = fopen(path, "r");
	size_t n = 0;

	while (f && n < most && fgets(tickets[n], DIAL_TICKET, f)) {
		tickets[n][strcspn(tickets[n], "\n")] = '\0';
		n++;
	}
	if (f)
		fclose(f);
	return n;
}
