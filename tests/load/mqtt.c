/* MQTT 3.1.1, quality of service 0: over TCP, and in a WebSocket. */
#include <stdio.h>
#include <string.h>

#include "tests/load/peers.h"

/* A packet: its first byte, the remaining length in one to four bytes of seven bits, the rest. */
static void send_packet(struct client *c, unsigned char first, const void *rest, size_t n)
{
	unsigned char packet[TEXT_MAX + 8];
	size_t at = 0, left = n;

	packet[at++] = first;
	do {
		packet[at++] = (unsigned char)((left & 127) | (left > 127 ? 128 : 0));
		left >>= 7;
	} while (left);
	memcpy(packet + at, rest, n);
	if (c->upgraded)
		ws_send_binary(c, packet, at + n);
	else
		client_send(c, packet, at + n);
}

static void begin_mqtt(struct client *c)
{
	char rest[64] = { 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0 };
	int n = snprintf(rest + 12, sizeof(rest) - 12, "load-%d", c->number);

	rest[11] = (char)n;
	send_packet(c, 0x10, rest, 12 + (size_t)n);
}

static size_t write_topic(const struct client *c, char *out)
{
	int n = snprintf(out + 2, 32, "room/%d", peer_room(c));

	out[0] = 0;
	out[1] = (char)n;
	return 2 + (size_t)n;
}

static void subscribe_mqtt(struct client *c)
{
	char rest[64] = { 0, 1 };
	size_t n = 2 + write_topic(c, rest + 2);

	rest[n++] = 0; /* quality of service */
	send_packet(c, 0x82, rest, n);
}

static void say_mqtt(struct client *c, uint64_t n)
{
	char line[TEXT_MAX], rest[TEXT_MAX + 64];
	size_t topic = write_topic(c, rest), around = 3 + topic + (c->upgraded ? 4 : 0);
	size_t len = peer_line(c, n, "", "", around, line);

	memcpy(rest + topic, line, len);
	send_packet(c, 0x30, rest, topic + len);
}

/* Where the rest of the packet begins, and its length; 0: it is not whole. */
static size_t mqtt_head(const unsigned char *p, size_t n, size_t *len)
{
	*len = 0;
	for (size_t i = 1; i < n && i < 5; i++) {
		*len |= (size_t)(p[i] & 127) << (7 * (i - 1));
		if (!(p[i] & 128))
			return i + 1;
	}
	return 0;
}

/* around: bytes of a frame that each stands in. */
static size_t read_packets(struct client *c, const unsigned char *bytes, size_t n, size_t around)
{
	size_t at = 0, head, len;

	while ((head = mqtt_head(bytes + at, n - at, &len)) && n - at >= head + len) {
		unsigned kind = bytes[at] >> 4;

		if (kind == 2)
			subscribe_mqtt(c);
		else if (kind == 9)
			client_ready(c);
		else if (kind == 3)
			peer_came(c, (const char *)bytes + at + head, len, around + head + len);
		at += head + len;
	}
	return at;
}

static size_t read_mqtt(struct client *c, unsigned char *bytes, size_t n)
{
	return read_packets(c, bytes, n, 0);
}

const struct dialect dialect_mqtt = {
	.name = "mqtt", .begin = begin_mqtt, .read = read_mqtt, .say = say_mqtt
};

/* --- the same in a WebSocket, as a browser has to (MQTT 3.1.1 section 6) ------------------------
 */

static void begin_mqtt_ws(struct client *c)
{
	ws_upgrade(c, "/mqtt", "mqtt");
}

/* The server sends each packet as a message of its own. */
static void on_packet(struct client *c, const char *bytes, size_t n, size_t frame_bytes)
{
	if (read_packets(c, (const unsigned char *)bytes, n, frame_bytes - n) != n)
		run_fault(c->run, "mqtt, not whole", bytes, n);
}

static size_t read_mqtt_ws(struct client *c, unsigned char *bytes, size_t n)
{
	return ws_read(c, bytes, n, begin_mqtt, on_packet);
}

const struct dialect dialect_mqtt_ws = {
	.name = "mqtt-ws", .begin = begin_mqtt_ws, .read = read_mqtt_ws, .say = say_mqtt
};
