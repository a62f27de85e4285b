/* WebSocket as a client speaks it (RFC 6455 section 5), as cheaply as can be: every mask is zero.
 */
#include <stdio.h>
#include <string.h>

#include "tests/load/load.h"

void ws_upgrade(struct client *c, const char *path, const char *subprotocol)
{
	const struct load *l = c->run->load;
	char request[1024];
	int n = snprintf(request, sizeof(request),
			 "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\n"
			 "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
			 "Sec-WebSocket-Version: 13\r\n%s%s%s\r\n",
			 path, l->host, l->ports[0], subprotocol ? "Sec-WebSocket-Protocol: " : "",
			 subprotocol ? subprotocol : "", subprotocol ? "\r\n" : "");

	client_send(c, request, (size_t)n);
}

/* The end of the answer to it in the bytes, or 0 if it has not come. */
static size_t read_answer(struct client *c, const unsigned char *bytes, size_t n)
{
	const unsigned char *end = memmem(bytes, n, "\r\n\r\n", 4);

	if (!end)
		return 0;
	if (n < 12 || memcmp(bytes, "HTTP/1.1 101", 12) != 0)
		run_fault(c->run, "no upgrade", bytes, n);
	c->upgraded = true;
	return (size_t)(end - bytes) + 4;
}

static void send_frame(struct client *c, unsigned opcode, const char *payload, size_t n)
{
	unsigned char frame[TEXT_MAX + 8];
	size_t head = n < 126 ? 2 : 4;

	if (n > TEXT_MAX) {
		run_fault(c->run, "too long to be said", "", 0);
		return;
	}
	frame[0] = (unsigned char)(0x80 | opcode);
	frame[1] = (unsigned char)(0x80 | (n < 126 ? n : 126));
	frame[2] = (unsigned char)(n >> 8);
	frame[3] = (unsigned char)n;
	memset(frame + head, 0, 4);
	memcpy(frame + head + 4, payload, n);
	client_send(c, frame, head + 4 + n);
}

void ws_send(struct client *c, const char *text, size_t n)
{
	send_frame(c, 1, text, n);
}

void ws_send_binary(struct client *c, const void *bytes, size_t n)
{
	send_frame(c, 2, bytes, n);
}

/* The header's length, and the payload's; 0 when it is not whole. */
static size_t header(const unsigned char *f, size_t n, size_t *len)
{
	if (n < 2)
		return 0;
	*len = f[1] & 127;
	if (*len < 126)
		return 2;
	if (*len == 126) {
		if (n < 4)
			return 0;
		*len = (size_t)f[2] << 8 | f[3];
		return 4;
	}
	if (n < 10)
		return 0;
	*len = 0;
	for (int i = 2; i < 10; i++)
		*len = *len << 8 | f[i];
	return 10;
}

size_t ws_read(struct client *c, unsigned char *bytes, size_t n, void (*opened)(struct client *c),
	       void (*on_message)(struct client *c, const char *bytes, size_t n,
				  size_t frame_bytes))
{
	size_t at = 0, head, len;

	if (!c->upgraded) {
		at = read_answer(c, bytes, n);
		if (!c->upgraded)
			return 0;
		if (opened)
			opened(c);
	}
	while ((head = header(bytes + at, n - at, &len)) && n - at >= head + len) {
		const char *payload = (const char *)bytes + at + head;
		unsigned opcode = bytes[at] & 15;

		if (opcode == 1 || opcode == 2)
			on_message(c, payload, len, head + len);
		else if (opcode == 9)
			send_frame(c, 10, payload, len);
		else if (opcode == 8 && !c->again_ns)
			run_fault(c->run, "closed", payload + 2, len > 2 ? len - 2 : 0);
		at += head + len;
	}
	return at;
}
