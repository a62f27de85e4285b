/* The whole server at the other end of a socket: what a stranger writes, from the first byte on.
 * The first byte of the input says how far they came:
 *
 * w      a good handshake was done; the rest is what follows it, frames and bytes
 * h, H   a good hello was said too, as an organizer or as an attendee; every line of the rest is
 *        sent as a message, so that the way from a frame to the log is walked
 * p      a request with the installation key: the first line is its path, the rest its body
 * d, D   the socket is small and nothing is read from it until all was written, in pieces that end
 *        with PAUSE; after D a good hello was said before
 * others the input is what they write: a request, a handshake, whatever
 *
 * Afterwards somebody else is answered as ever. */
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tests/lib/inside.h"

#define LIVES 1000 /* inputs until all of it ends in order and starts anew */
#define TURNS 40
#define ROOM  4096 /* bytes, in the socket of who does not read */
#define PAUSE 0xfe

static unsigned used;

static void messages(int fd, struct bytes in)
{
	char *line;

	for (int i = 0; i < 64 && (line = take_line(&in)); i++) {
		inside_message(fd, line);
		free(line);
	}
}

static void request(int fd, struct bytes in)
{
	char *path = take_line(&in), head[1200];

	snprintf(head, sizeof(head),
		 "POST %.500s HTTP/1.1\r\nHost: x\r\nX-Jobalike: 1\r\nContent-Type: "
		 "application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %zu\r\n\r\n",
		 path ? path : "", inside_key(), in.left);
	inside_say(fd, head);
	inside_tell(fd, in.at, in.left);
	free(path);
}

static void unread(int fd, struct bytes in)
{
	while (in.left) {
		const char *end = memchr(in.at, PAUSE, in.left);
		size_t n = end ? (size_t)(end - in.at) : in.left;

		if (n && write(fd, in.at, n) < 0)
			return; /* it takes nothing more, or they closed it */
		in.at += n + (end != NULL);
		in.left -= n + (end != NULL);
		for (int i = 0; i < 4; i++)
			inside_turn();
	}
}

static void is_well(void)
{
	int fd = inside_dial(0);
	bool well = false;

	inside_say(fd, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	for (int i = 0; i < TURNS && !well; i++) {
		inside_turn();
		well = inside_hear(fd, "\"alive\":true");
	}
	close(fd);
	inside_turn();
	must(well);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { (const char *)data, size };
	unsigned how = take_byte(&in);
	int fd;

	if (!used++)
		inside_start();
	inside_pass(1000);
	fd = inside_dial(how == 'd' || how == 'D' ? ROOM : 0);
	if (how == 'w' || how == 'h' || how == 'H' || how == 'D')
		inside_handshake(fd);
	if (how == 'h' || how == 'H') {
		inside_hello(fd, how == 'h' ? ROLE_ORGANIZER : ROLE_ATTENDEE,
			     how == 'h' ? "organizer" : "attendee");
		messages(fd, in);
	} else if (how == 'd') {
		unread(fd, in);
	} else if (how == 'D') {
		inside_hello(fd, ROLE_ATTENDEE, "attendee");
		unread(fd, in);
	} else if (how == 'w') {
		inside_tell(fd, in.at, in.left);
	} else if (how == 'p') {
		request(fd, in);
	} else {
		inside_tell(fd, data, size);
	}
	for (int i = 0; i < TURNS; i++) {
		inside_turn();
		inside_hear(fd, NULL);
	}
	close(fd);
	for (int i = 0; i < 4; i++)
		inside_turn();
	if (used % 16 == 0)
		is_well();
	if (used > LIVES) {
		inside_stop();
		used = 0;
	}
	return 0;
}
