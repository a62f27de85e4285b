#include "server/net/conn.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include <uv.h>

#include "server/base/crash.h"
#include "server/base/mem.h"
#include "server/net/conn_parts.h"
#include "server/net/ws.h"

#define FLUSH_NS       5000000 /* of writing in one go; the loop comes by twice in a turn */
#define FLUSH_LOOKS    32      /* connections from one look at the clock to the next */
#define ANSWERS_FACTOR 2  /* of the bytes for events: who asks on and does not read is sent away */
#define SKIP_FACTOR    4  /* a message so many times too large ends the connection */
#define FRAME_HEAD     64 /* bytes, at most, that a frame and TLS put around its text */

static const unsigned bye_codes[BYE_COUNT] = {
	[BYE_DRAINING] = 1012,      [BYE_SLOW] = 4008, [BYE_IDLE] = 4009,
	[BYE_REMOVED] = 4003,       [BYE_LEFT] = 1000, [BYE_EXPIRED] = 4001,
	[BYE_UNAVAILABLE] = 1013,   [BYE_GONE] = 4010, [BYE_TOO_MANY] = 4029,
	[BYE_FLOOD] = CLOSE_POLICY,
};

static struct conn *conn_of(struct peer *p)
{
	return (struct conn *)p;
}

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

static void mark_dirty(struct conn *c)
{
	if (c->is_dirty)
		return;
	c->is_dirty = true;
	DL_APPEND2(c->all->dirty, c, dirty_prev, dirty_next);
}

void conn_push(struct conn *c, struct msg *m)
{
	queue_push(&c->queue, m);
	if (c->queue.bytes > c->all->figures.queue_high)
		c->all->figures.queue_high = c->queue.bytes;
	if (!c->clogged)
		mark_dirty(c);
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
	struct conn *c = conn_of(p);
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

static void fall_behind(struct conn *c)
{
	if (!c->refused)
		c->all->figures.behind++;
	c->refused = true;
	if (c->waits == WAIT_NOTHING)
		conn_wait(c, WAIT_DRAIN);
	mark_dirty(c);
}

static bool keeps_up(const struct conn *c, const struct msg *m)
{
	return !c->refused && c->queue.n < CONN_EVENTS &&
	       c->queue.bytes + m->frame_len <= c->all->queue_max;
}

static bool send_to(struct peer *p, struct msg *m, enum peer_load load)
{
	struct conn *c = conn_of(p);
	bool may_drop = load == LOAD_EVENT || load == LOAD_SIGNAL;

	if (c->closing || c->dead)
		return false;
	if (may_drop && !keeps_up(c, m)) {
		fall_behind(c);
		return false;
	}
	if (load == LOAD_ANSWER && (c->queue.n >= CONN_EVENTS + LIMIT_PENDING ||
				    c->queue.bytes > ANSWERS_FACTOR * c->all->queue_max)) {
		conn_too_slow(c);
		return false;
	}
	conn_push(c, m);
	c->all->figures.deliveries++;
	return true;
}

static bool send_run(struct peer *p, const struct run *run)
{
	struct conn *c = conn_of(p);

	if (c->closing || c->dead)
		return false;
	if (!keeps_up(c, run->joined)) {
		fall_behind(c);
		return false;
	}
	conn_push(c, run->joined);
	c->all->figures.deliveries += run->n;
	return true;
}

static const struct peer_ops ops = { .send = send_to, .send_run = send_run, .bye = conn_bye };

/* --- writing ------------------------------------------------------------------------------------
 */

/* Takes as many messages as fit into the scratch; a single one is not copied. */
static size_t gather(struct conn *c, const void **from, struct msg **keep)
{
	struct conns *all = c->all;
	struct msg *m = queue_first(&c->queue);
	size_t n = 0;

	*keep = NULL;
	if (c->queue.n == 1 || m->frame_len > sizeof(all->scratch)) {
		*keep = msg_ref(m);
		*from = m->frame;
		queue_shift(&c->queue);
		return (*keep)->frame_len;
	}
	while (c->queue.n && n + (m = queue_first(&c->queue))->frame_len <= sizeof(all->scratch)) {
		memcpy(all->scratch + n, m->frame, m->frame_len);
		n += m->frame_len;
		queue_shift(&c->queue);
	}
	*from = all->scratch;
	return n;
}

/* Nothing is read from who does not read: with bytes of ours in its hands the library does not end
 * a connection on whose frames it stumbles, and over TLS goes round for ever with what comes next.
 */
static void wait_for_room(struct conn *c)
{
	c->all->figures.partial++;
	c->clogged = true;
	ws_hear(c->wsi, false);
	ws_ask_writable(c->wsi);
}

static void write_out(struct conn *c)
{
	struct conn_figures *f = &c->all->figures;

	while (c->queue.n && !c->clogged && !c->dead) {
		struct msg *keep;
		const void *from;
		size_t n = gather(c, &from, &keep);
		crash_at("conn.writing");
		enum ws_written w = ws_write(c->wsi, &c->plain, from, n);
		crash_at("conn.written");

		f->writes++;
		f->bytes_out += n;
		tally_add(&f->write_bytes, n);
		msg_unref(&keep);
		if (w == WS_FAILED)
			conn_die(c);
		else if (w == WS_PARTLY)
			wait_for_room(c);
	}
}

static void flush(struct conn *c)
{
	write_out(c);
	if (c->dead || c->clogged || !c->refused)
		return;
	c->refused = false;
	if (c->waits == WAIT_DRAIN)
		conn_wait(c, WAIT_NOTHING);
	if (!c->closing)
		hub_writable(c->all->hub, &c->peer);
}

/* A write drives from the processor's cache what the next one looks at: it is asked for while this
 * one is under way. */
static void fetch(const struct conn *next)
{
	if (!next)
		return;
	__builtin_prefetch(&next->all);
	__builtin_prefetch(&next->queue.first);
	__builtin_prefetch(&next->dirty_next);
}

static void count_turn(struct conns *all)
{
	if (all->figures.deliveries > all->told)
		tally_add(&all->figures.turn_deliveries, all->figures.deliveries - all->told);
	all->told = all->figures.deliveries;
}

/* What becomes dirty meanwhile is flushed in the next turn, as is what there is no time for. */
bool conns_flush(struct conns *all)
{
	struct conn *list = all->dirty, *c;
	uint64_t until = uv_hrtime() + FLUSH_NS;
	unsigned n = 0;

	count_turn(all);
	all->dirty = NULL;
	while ((c = list) && (++n % FLUSH_LOOKS || uv_hrtime() < until)) {
		DL_DELETE2(list, c, dirty_prev, dirty_next);
		fetch(list);
		c->is_dirty = false;
		if (!c->clogged)
			flush(c);
	}
	if (list) {
		DL_CONCAT2(list, all->dirty, dirty_prev, dirty_next);
		all->dirty = list;
	}
	return list != NULL;
}

void conn_writable(struct conn *c)
{
	if (c->dead) {
		ws_hear(c->wsi, true); /* by reading, the library learns of the kill */
		return;
	}
	if (!c->clogged) {
		conn_pinged(c);
		return;
	}
	c->heard_at = c->all->now; /* the peer takes what we say */
	c->clogged = false;
	ws_hear(c->wsi, true);
	flush(c);
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
