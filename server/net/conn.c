#include "server/net/conn.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "server/base/clock.h"
#include "server/base/crash.h"
#include "server/base/log.h"
#include "server/base/mem.h"
#include "server/net/ticket.h"
#include "server/net/ws.h"

#define MISTAKES_MAX   5  /* before hello */
#define ANSWERS_FACTOR 2  /* of the bytes for events: who asks on and does not read is sent away */
#define SKIP_FACTOR    4  /* a message so many times too large ends the connection */
#define FRAME_HEAD     64 /* bytes, at most, that a frame and TLS put around its text */

static const uint64_t wait_ms[WAIT_COUNT] = {
	[WAIT_HELLO] = CONN_HELLO_MS,
	[WAIT_DRAIN] = CONN_BEHIND_MS,
	[WAIT_CLOSE] = CONN_CLOSE_MS,
	[WAIT_GONE] = CONN_GONE_MS,
};

static const unsigned bye_codes[BYE_COUNT] = {
	[BYE_DRAINING] = 1012,    [BYE_SLOW] = 4008,     [BYE_IDLE] = 4009,
	[BYE_REMOVED] = 4003,     [BYE_LEFT] = 1000,     [BYE_EXPIRED] = 4001,
	[BYE_UNAVAILABLE] = 1013, [BYE_TOO_MANY] = 4029, [BYE_FLOOD] = CLOSE_POLICY,
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

static void wait_for(struct conn *c, enum conn_wait what)
{
	struct conns *all = c->all;

	if (c->waits == what)
		return;
	if (c->waits)
		DL_DELETE2(all->waiting[c->waits], c, wait_prev, wait_next);
	c->waits = what;
	c->waits_since = all->now;
	if (what)
		DL_APPEND2(all->waiting[what], c, wait_prev, wait_next);
}

static void mark_dirty(struct conn *c)
{
	if (c->is_dirty)
		return;
	c->is_dirty = true;
	DL_APPEND2(c->all->dirty, c, dirty_prev, dirty_next);
}

static void push(struct conn *c, struct msg *m)
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
	push(c, m);
	msg_unref(&m);
	c->closing = true;
	text_free(&c->in);
	wait_for(c, WAIT_CLOSE);
}

bool conn_said_close(const struct conn *c)
{
	return c->closing && c->queue.n == 0;
}

static void die(struct conn *c)
{
	if (c->dead)
		return;
	c->dead = true;
	c->closing = true;
	queue_free(&c->queue);
	wait_for(c, WAIT_NOTHING);
	ws_kill(c->wsi);
}

/* --- from the hub -------------------------------------------------------------------------------
 */

static void bye(struct peer *p, enum bye why, int64_t retry_ms)
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
	push(c, m);
	msg_unref(&m);
	conn_close(c, bye_codes[why]);
}

static void fall_behind(struct conn *c)
{
	if (!c->refused)
		c->all->figures.behind++;
	c->refused = true;
	if (c->waits == WAIT_NOTHING)
		wait_for(c, WAIT_DRAIN);
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
		c->all->figures.slow++;
		bye(p, BYE_SLOW, 0);
		return false;
	}
	push(c, m);
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
	push(c, run->joined);
	c->all->figures.deliveries += run->n;
	return true;
}

static const struct peer_ops ops = { .send = send_to, .send_run = send_run, .bye = bye };

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

static void write_out(struct conn *c)
{
	struct conn_figures *f = &c->all->figures;

	while (c->queue.n && !c->clogged && !c->dead) {
		struct msg *keep;
		const void *from;
		size_t n = gather(c, &from, &keep);
		crash_at("conn.writing");
		enum ws_written w = ws_write(c->wsi, c->plain_fd, from, n);
		crash_at("conn.written");

		f->writes++;
		f->bytes_out += n;
		tally_add(&f->write_bytes, n);
		msg_unref(&keep);
		if (w == WS_FAILED) {
			die(c);
		} else if (w == WS_PARTLY) {
			f->partial++;
			c->clogged = true;
			ws_ask_writable(c->wsi);
		}
	}
}

static void flush(struct conn *c)
{
	write_out(c);
	if (c->dead || c->clogged || !c->refused)
		return;
	c->refused = false;
	if (c->waits == WAIT_DRAIN)
		wait_for(c, WAIT_NOTHING);
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

void conns_flush(struct conns *all)
{
	struct conn *list = all->dirty, *c;

	if (all->figures.deliveries > all->told)
		tally_add(&all->figures.turn_deliveries, all->figures.deliveries - all->told);
	all->told = all->figures.deliveries;
	all->dirty = NULL; /* what becomes dirty meanwhile is flushed in the next turn */
	while ((c = list)) {
		DL_DELETE2(list, c, dirty_prev, dirty_next);
		fetch(list);
		c->is_dirty = false;
		if (!c->clogged)
			flush(c);
	}
}

void conn_writable(struct conn *c)
{
	if (c->dead)
		return;
	if (!c->clogged) {
		conn_pinged(c);
		return;
	}
	c->clogged = false;
	flush(c);
}

/* --- reading ------------------------------------------------------------------------------------
 */

static void tell_error(struct conn *c, enum err err, const struct blame *blame)
{
	struct text t = { 0 };
	struct msg *m;

	text_object(&t, NULL);
	text_string(&t, "error", err_names[err]);
	if (blame && blame->has_n)
		text_id(&t, "n", blame->n);
	if (blame && blame->field[0])
		text_string(&t, "field", blame->field);
	text_object_end(&t);
	m = msg_new(t.s, t.len);
	text_free(&t);
	send_to(&c->peer, m, LOAD_ANSWER);
	msg_unref(&m);
}

/* Before hello nobody is known, and nobody is given many tries. */
static void mistake(struct conn *c, enum err err, const struct blame *blame)
{
	tell_error(c, err, blame);
	if (++c->n_mistakes >= MISTAKES_MAX)
		conn_close(c, CLOSE_POLICY);
}

static void say_hello(struct conn *c, const struct hello *hello)
{
	struct ticket t;
	enum ticket_fault fault =
		ticket_read(c->all->keys, hello->ticket, strlen(hello->ticket), clock_ms(), &t);

	if (fault == TICKET_BAD || t.kind != TICKET_PERSON) {
		mistake(c, ERR_UNAUTHORIZED, NULL);
	} else if (fault == TICKET_EXPIRED) {
		tell_error(c, ERR_UNAUTHORIZED, NULL);
		bye(&c->peer, BYE_EXPIRED, -1);
	} else {
		struct guest g = {
			.session = t.session,
			.sub = t.sub,
			.name = t.name,
			.school = t.school,
			.job = t.job,
			.area = t.area,
			.language = t.language,
			.role = t.role,
			.expires = t.expires,
		};

		c->said_hello = true;
		wait_for(c, WAIT_NOTHING);
		crash_at("conn.hello");
		hub_hello(c->all->hub, &c->peer, &g, hello);
	}
	ticket_free(&t);
}

static void greet(struct conn *c, const char *text, size_t len)
{
	struct upward up;
	struct blame blame;
	enum err err = codec_read(text, len, &up, &blame);

	if (err) {
		mistake(c, err, &blame);
		return;
	}
	if (up.kind == UP_HELLO)
		say_hello(c, &up.hello);
	else
		mistake(c, ERR_UNAUTHORIZED, &blame);
	upward_free(&up);
}

static void take_message(struct conn *c, const char *text, size_t len)
{
	c->all->figures.messages_in++;
	crash_at("conn.message");
	if (c->said_hello)
		hub_message(c->all->hub, &c->peer, text, len);
	else
		greet(c, text, len);
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
			tell_error(c, ERR_TOO_LARGE, NULL);
		else
			mistake(c, ERR_TOO_LARGE, NULL);
	}
}

/* One more is in a bucket that holds so many ms, of which it takes some. */
static bool overflows(struct conn *c, uint64_t *until, uint64_t takes, uint64_t holds)
{
	uint64_t now = c->all->now;

	*until = (*until > now ? *until : now) + takes;
	return *until > now + holds;
}

static void flood(struct conn *c)
{
	if (c->closing)
		return;
	c->all->figures.floods++;
	log_debug("conn.flood", "heard=%" PRIu64, c->explained);
	conn_close(c, CLOSE_POLICY);
}

/* Of pings that follow each other closely the library answers one now and then, and tells nothing.
 * What came in and was no message gives them away. */
static void weigh_rest(struct conn *c)
{
	uint64_t taken = ws_taken(c->wsi);
	uint64_t rest = taken > c->explained ? taken - c->explained : 0;

	c->explained = taken;
	if (overflows(c, &c->rest_until, rest * 1000 / CONN_REST_S, CONN_REST * 1000 / CONN_REST_S))
		flood(c);
}

void conn_pinged(struct conn *c)
{
	c->heard_at = c->all->now;
	if (overflows(c, &c->pings_until, CONN_PING_MS, CONN_PINGS * CONN_PING_MS))
		flood(c);
	weigh_rest(c);
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
	c->plain_fd = ws_plain_fd(wsi);
	c->heard_at = all->now;
	c->explained = ws_taken(wsi);
	c->slot = (uint8_t)(all->figures.opened++ % CONN_PING_S);
	DL_APPEND2(all->wheel[c->slot], c, slot_prev, slot_next);
	wait_for(c, WAIT_HELLO);
	all->figures.connections++;
	return c;
}

void conn_end(struct conn *c)
{
	struct conns *all = c->all;

	crash_at("conn.gone");
	hub_gone(all->hub, &c->peer);
	wait_for(c, WAIT_NOTHING);
	DL_DELETE2(all->wheel[c->slot], c, slot_prev, slot_next);
	if (c->is_dirty)
		DL_DELETE2(all->dirty, c, dirty_prev, dirty_next);
	queue_free(&c->queue);
	text_free(&c->in);
	all->figures.connections--;
	free(c);
}

static void ping_slot(struct conns *all, unsigned slot)
{
	for (struct conn *c = all->wheel[slot]; c; c = c->slot_next) {
		if (c->closing)
			continue;
		c->pinged_at = all->now;
		tally_add(&all->figures.queue_bytes, c->queue.bytes);
		push(c, all->ping);
		weigh_rest(c);
	}
}

static void judge_slot(struct conns *all, unsigned slot)
{
	for (struct conn *c = all->wheel[slot]; c; c = c->slot_next) {
		if (c->closing || !c->pinged_at || c->heard_at >= c->pinged_at)
			continue;
		all->figures.idle++;
		log_debug("conn.idle", "silent_ms=%" PRIu64, all->now - c->heard_at);
		bye(&c->peer, BYE_IDLE, 0);
		if (c->waits == WAIT_CLOSE)
			wait_for(c, WAIT_GONE);
	}
}

static void on_waited(struct conn *c)
{
	enum conn_wait what = c->waits;

	if (what == WAIT_HELLO) {
		tell_error(c, ERR_UNAUTHORIZED, NULL);
		bye(&c->peer, BYE_IDLE, 0);
	} else if (what == WAIT_DRAIN) {
		c->all->figures.slow++;
		log_info("conn.slow", "queued=%u bytes=%zu", c->queue.n, c->queue.bytes);
		bye(&c->peer, BYE_SLOW, 0);
	} else {
		die(c);
	}
}

void conns_drain(struct conns *all)
{
	for (unsigned slot = 0; slot < CONN_PING_S; slot++)
		for (struct conn *c = all->wheel[slot]; c; c = c->slot_next)
			if (!c->said_hello)
				bye(&c->peer, BYE_DRAINING, 0);
}

void conns_tick(struct conns *all)
{
	all->tick++;
	for (int what = WAIT_HELLO; what < WAIT_COUNT; what++) {
		struct conn *c;

		while ((c = all->waiting[what]) && all->now - c->waits_since >= wait_ms[what])
			on_waited(c);
	}
	ping_slot(all, all->tick % CONN_PING_S);
	judge_slot(all, (all->tick + CONN_PING_S - CONN_PONG_S) % CONN_PING_S);
}
