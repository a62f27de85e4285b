/* Somebody who asks for more than they read, reads a little now and then, and gives signs of life:
 * how long they are borne. */
#include "tests/edge/edge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/edge/dial.h"

#define ROOM    1460 /* bytes that are read at a time, one packet of the internet */
#define STEP_MS 500
#define MOST_S  60
#define PAGES   5 /* of history: less than would be too much */

static void say(int fd, unsigned opcode, const char *text)
{
	char frame[DIAL_MAX];

	send(fd, frame, dial_frame(frame, opcode, text, strlen(text)), MSG_NOSIGNAL);
}

static bool has_ended(int fd)
{
	char in[ROOM];
	ssize_t n = recv(fd, in, sizeof(in), MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN);
}

bool row_trickle(uint16_t port, const char *tickets)
{
	static char ticket[1][DIAL_TICKET];
	int fd = dial_socket(5, 0), small = 4096;
	unsigned steps = 0;

	if (dial_tickets(tickets, ticket, 1) != 1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)) != 0)
		return false;
	dial_in(fd, port, ticket[0]);
	usleep(STEP_MS * 1000); /* until one is let in */
	for (int i = 0; i < PAGES; i++)
		say(fd, 1, "{\"query\":\"chat.history\",\"n\":1,\"room\":1}");
	while (!has_ended(fd) && steps++ < MOST_S * 1000 / STEP_MS) {
		if (steps % 8 == 0)
			say(fd, 10, "?");
		usleep(STEP_MS * 1000);
	}
	printf("borne_ms=%u read=%u\n", steps * STEP_MS, steps * ROOM);
	return steps * STEP_MS < MOST_S * 1000;
}
