/* The dialects of peers that can be put beside us, each as cheap to the generator as our own. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/load/peers.h"

size_t peer_line(const struct client *c, uint64_t n, const char *head, const char *tail,
		 size_t around, char text[TEXT_MAX])
{
	size_t want = (size_t)c->run->load->body, ends = strlen(tail);
	int len = snprintf(text, TEXT_MAX, "%s#%019" PRIu64 " ", head, n);
	size_t at = (size_t)len;

	while (at + ends + around < want && at + ends + 1 < TEXT_MAX)
		text[at++] = '.';
	memcpy(text + at, tail, ends + 1);
	return at + ends;
}

void peer_came(struct client *c, const char *text, size_t n, size_t frame_bytes)
{
	const char *at = memchr(text, '#', n < 64 ? n : 64);

	if (at)
		line_came(c, strtoull(at + 1, NULL, 10), 0, frame_bytes);
}

int peer_room(const struct client *c)
{
	return c->room < 0 ? c->run->load->rooms : c->room;
}

/* --- a WebSocket for each room, /room/K: what one says, all hear (ws, nchan) --------------------
 */

static void begin_ws(struct client *c)
{
	char path[64];

	snprintf(path, sizeof(path), "/room/%d", peer_room(c));
	ws_upgrade(c, path, NULL);
}

static void say_ws(struct client *c, uint64_t n)
{
	char text[TEXT_MAX];

	ws_send(c, text, peer_line(c, n, "", "", 4, text));
}

static size_t read_ws(struct client *c, unsigned char *bytes, size_t n)
{
	return ws_read(c, bytes, n, client_ready, peer_came);
}

const struct dialect dialect_ws = {
	.name = "ws", .begin = begin_ws, .read = read_ws, .say = say_ws
};

/* --- socket.io 4 (engine.io 4) over its WebSocket ------------------------------------------------
 */

static void begin_socketio(struct client *c)
{
	ws_upgrade(c, "/socket.io/?EIO=4&transport=websocket", NULL);
}

static void say_socketio(struct client *c, uint64_t n)
{
	char text[TEXT_MAX];

	ws_send(c, text, peer_line(c, n, "42[\"line\",\"", "\"]", 4, text));
}

static void on_socketio(struct client *c, const char *text, size_t n, size_t frame_bytes)
{
	char join[64];
	int len = snprintf(join, sizeof(join), "42[\"join\",%d]", peer_room(c));

	if (n > 0 && text[0] == '0')
		ws_send(c, "40", 2);
	else if (n == 1 && text[0] == '2')
		ws_send(c, "3", 1);
	else if (n >= 2 && memcmp(text, "40", 2) == 0)
		ws_send(c, join, (size_t)len);
	else if (n > 10 && memcmp(text, "42[\"joined\"", 11) == 0)
		client_ready(c);
	else
		peer_came(c, text, n, frame_bytes);
}

static size_t read_socketio(struct client *c, unsigned char *bytes, size_t n)
{
	return ws_read(c, bytes, n, NULL, on_socketio);
}

const struct dialect dialect_socketio = {
	.name = "socketio", .begin = begin_socketio, .read = read_socketio, .say = say_socketio
};

/* --- NATS' text protocol -------------------------------------------------------------------------
 */

static void begin_nats(struct client *c)
{
	char text[128];
	int n = snprintf(text, sizeof(text),
			 "CONNECT {\"verbose\":false}\r\nSUB room.%d 1\r\nPING\r\n", peer_room(c));

	client_send(c, text, (size_t)n);
}

static void say_nats(struct client *c, uint64_t n)
{
	char line[TEXT_MAX], text[TEXT_MAX + 64];
	size_t len = peer_line(c, n, "", "", sizeof("MSG room.0 1 366\r\n\r\n") - 1, line);
	int all = snprintf(text, sizeof(text), "PUB room.%d %zu\r\n%s\r\n", c->room, len, line);

	client_send(c, text, (size_t)all);
}

/* INFO, PONG, PING, MSG subject sid size and its payload. */
static size_t read_nats(struct client *c, unsigned char *bytes, size_t n)
{
	size_t at = 0;

	for (unsigned char *end; (end = memmem(bytes + at, n - at, "\r\n", 2));) {
		size_t head = (size_t)(end - bytes) + 2 - at, size = 0;

		if (memcmp(bytes + at, "MSG ", 4) == 0) {
			const unsigned char *space = memrchr(bytes + at, ' ', head);

			size = strtoul((const char *)space + 1, NULL, 10) + 2;
			if (n - at < head + size)
				break;
			peer_came(c, (const char *)bytes + at + head, size, head + size);
		} else if (memcmp(bytes + at, "PONG", 4) == 0) {
			client_ready(c);
		} else if (memcmp(bytes + at, "PING", 4) == 0) {
			client_send(c, "PONG\r\n", 6);
		} else if (memcmp(bytes + at, "INFO", 4) != 0) {
			run_fault(c->run, "nats", bytes + at, head);
		}
		at += head + size;
	}
	return at;
}

const struct dialect dialect_nats = {
	.name = "nats", .begin = begin_nats, .read = read_nats, .say = say_nats
};
