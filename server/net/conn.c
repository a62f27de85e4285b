#include "server/net/conn.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "server/base/crash.h"
#include "server/base/mem.h"
#include "server/net/conn_parts.h"
#include "server/net/ws.h"

#define SKIP_FACTOR 4  /* a message so many times too large ends the connection */
#define FRAME_HEAD  64 /* bytes, at most, that a frame and TLS put around its text */

static const unsigned bye_codes[BYE_COUNT] = {
	[BYE_DRAINING] = 1012,      [BYE_SLOW] = 4008, [BYE_IDLE] = 4009,
	[BYE_REMOVED] = 4003,       [BYE_LEFT] = 1000, [BYE_EXPIRED] = 4001,
	[BYE_UNAVAILABLE] = 1013,   [BYE_GONE] = 4010, [BYE_TOO_MANY] = 4029,
	[BYE_FLOOD] = CLOSE_POLICY,
};

/* A frame that holds no text of ours: RFC 6455 section 5.5. */
static struct msg *control_frame(unsigned opcode, const void *payload, size_t len)
{
	struct msg *m = x_malloc(sizeof(*m) + len + 3);

	*m = (struct msg){ .refs = 1, .len = 0, .frame_len = len + 2, .frame = m->space };
	m->space[0] = (char)(0x80 | opcode);
	m->space[1] = (char)len;
	memcpy(m->space + 2, payload, len);
	m->space[len + 2] = '\0';
	m->text = m->space + len + 2;
	return m;
}

/* The end from our side: nothing more is read or taken; what waits is written if it can be. */
void conn_close(struct conn *c, unsigned code)
{
	unsigned char payload[2] = { (unsigned char)(code >> 8), (unsigned char)code };
	struct msg *m;

	if (c->closing || c->dead)
		return;
	m = control_frame(8, payload, sizeof(payload));
	conn_push(c, m);
	msg_unref(&m);
	c->closing = true;
	text_free(&c->in);
	conn_wait(c, WAIT_CLOSE);
}

bool conn_said_close(const struct conn *c)
{
	return c->closing && c->queue.n == 0;
}

void conn_die(struct conn *c)
{
	if (c->dead)
		return;
	c->dead = true;
	c->closing = true;
	queue_free(&c->queue);
	conn_wait(c, WAIT_NOTHING);
	ws_kill(c->wsi);
}

/* --- from the hub -------------------------------------------------------------------------------
 */

void conn_bye(struct peer *p, enum bye why, int64_t retry_ms)
{
	struct conn *c = (struct conn *)p;
	struct msg *m;

	if (c->closing || c->dead)
		return;
	if (why == BYE_SLOW) /* it will not read what waits */
		queue_free(&c->queue);
	m = retry_ms < 0 ? msg_format("{\"bye\":\"%s\"}", bye_names[why])
			 : msg_format("{\"bye\":\"%s\",\"retry_ms\":%" PRId64 "}", bye_names[why],
				      retry_ms);
	conn_push(c, m);
	msg_unref(&m);
	conn_close(c, bye_codes[why]);
}

void conn_too_slow(struct conn *c)
{
	c->all->figures.slow++;
	conn_bye(&c->peer, BYE_SLOW, 0);
}

/* --- reading ------------------------------------------------------------------------------------
 */

static void take_message(struct conn *c, const char *text, size_t len)
{
	c->all->figures.messages_in++;
	crash_at("conn.message");
	if (c->said_hello)
		hub_message(c->all->hub, &c->peer, text, len);
	else
		conn_greet(c, text, len);
}

/* A message that is too large is thrown away as it comes, and answered at its end; one that does
 * not end ends the connection. */
static void skip(struct conn *c, size_t len, bool ends)
{
	c->skipped += len + c->in.len;
	text_free(&c->in);
	if (c->skipped > SKIP_FACTOR * c->all->message_max) {
		conn_close(c, CLOSE_TOO_BIG);
	} else if (ends) {
		c->skipped = 0;
		if (c->said_hello)
			peer_error(&c->peer, ERR_TOO_LARGE, NULL, 0);
		else
			conn_mistake(c, ERR_TOO_LARGE, NULL);
	}
}

void conn_receive(struct conn *c, const char *data, size_t len, bool frame_ends, bool ends)
{
	c->heard_at = c->all->now;
	c->all->figures.bytes_in += len;
	c->explained += len + (frame_ends ? FRAME_HEAD : 0);
	if (c->closing)
		return;
	if (frame_ends && !ends && ++c->n_frames >= CONN_FRAGMENTS) {
		conn_close(c, CLOSE_TOO_BIG);
		return;
	}
	if (ends)
		c->n_frames = 0;
	if (c->skipped || c->in.len + len > c->all->message_max) {
		skip(c, len, ends);
	} else if (!ends) {
		text_add(&c->in, data, len);
	} else if (!c->in.len) {
		take_message(c, data, len);
	} else {
		text_add(&c->in, data, len);
		take_message(c, c->in.s, c->in.len);
		text_free(&c->in);
	}
}

/* --- all of them --------------------------------------------------------------------------------
 */

void conns_init(struct conns *all, struct hub *hub, const struct keys *keys, size_t message_max,
		size_t queue_max)
{
	*all = (struct conns){
		.hub = hub, .keys = keys, .message_max = message_max, .queue_max = queue_max
	};
	all->ping = control_frame(9, "?", 1); /* an empty one's pong is not told by the library */
}

void conns_fini(struct conns *all)
{
	msg_unref(&all->ping);
}

static const struct peer_ops ops = { .send = conn_send,
				     .send_run = conn_send_run,
				     .bye = conn_bye };

struct conn *conn_new(struct conns *all, struct lws *wsi)
{
	struct conn *c = x_calloc(1, sizeof(*c));

	c->peer.ops = &ops;
	c->all = all;
	c->wsi = wsi;
	c->plain = ws_pipe(wsi);
	c->heard_at = all->now;
	c->explained = ws_taken(wsi);
	c->slot = (uint8_t)(all->figures.opened++ % CONN_PING_S);
	DL_APPEND2(all->wheel[c->slot], c, slot_prev, slot_next);
	conn_wait(c, WAIT_HELLO);
	all->figures.connections++;
	return c;
}

void conn_end(struct conn *c)
{
	struct conns *all = c->all;

	crash_at("conn.gone");
	hub_gone(all->hub, &c->peer);
	conn_wait(c, WAIT_NOTHING);
	DL_DELETE2(all->wheel[c->slot], c, slot_prev, slot_next);
	if (c->is_dirty)
		DL_DELETE2(all->dirty, c, dirty_prev, dirty_next);
	queue_free(&c->queue);
	text_free(&c->in);
	all->figures.connections--;
	free(c);
}

void conns_drain(struct conns *all)
{
	for (unsigned slot = 0; slot < CONN_PING_S; slot++)
		for (struct conn *c = all->wheel[slot]; c; c = c->slot_next)
			if (!c->said_hello)
				conn_bye(&c->peer, BYE_DRAINING, 0);
}
