/* What is due to a connection, on its way to the socket: whether it is taken at all, how it waits
 * for the end of the turn, and how it is written. */
#include <string.h>
#include <utlist.h>
#include <uv.h>

#include "server/base/crash.h"
#include "server/net/conn_parts.h"
#include "server/net/ws.h"

#define FLUSH_NS       5000000 /* of writing in one go; the loop comes by twice in a turn */
#define FLUSH_LOOKS    32      /* connections from one look at the clock to the next */
#define ANSWERS_FACTOR 2 /* of the bytes for events: who asks on and does not read is sent away */

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

bool conn_send(struct peer *p, struct msg *m, enum peer_load load)
{
	struct conn *c = (struct conn *)p;
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

/* --- written ------------------------------------------------------------------------------------
 */

/* Asks the clock now and then only. */
static bool has_time(struct conns *all)
{
	struct conn_writing *w = &all->writing;
	uint64_t now;

	if (w->late || w->n++ % FLUSH_LOOKS)
		return !w->late;
	now = uv_hrtime();
	if (!w->until)
		w->until = now + FLUSH_NS;
	w->late = now >= w->until;
	return !w->late;
}

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

static void write_bytes(struct conn *c, const void *bytes, size_t n)
{
	struct conn_figures *f = &c->all->figures;

	crash_at("conn.writing");
	enum ws_written w = ws_write(c->wsi, &c->plain, bytes, n);
	crash_at("conn.written");

	f->writes++;
	f->bytes_out += n;
	tally_add(&f->write_bytes, n);
	if (w == WS_FAILED)
		conn_die(c);
	else if (w == WS_PARTLY)
		wait_for_room(c);
}

static void write_out(struct conn *c)
{
	while (c->queue.n && !c->clogged && !c->dead) {
		struct msg *keep;
		const void *from;
		size_t n = gather(c, &from, &keep);

		write_bytes(c, from, n);
		msg_unref(&keep);
	}
}

/* What was said to them before. The hub hears nothing of it here: it is telling. */
static void write_dirty(struct conns *all)
{
	for (struct conn *c = all->dirty; c && has_time(all); c = c->dirty_next)
		write_out(c);
}

/* Before it comes what waits for the same screen, and who waited for a whole turn already. */
static bool may_write_now(const struct conn *c, const struct run *run)
{
	return !run->more && !c->queue.n && !c->clogged && !c->all->writing.left_some &&
	       has_time(c->all);
}

/* A large room is written to as it is walked, while the processor's cache holds each of it; behind
 * the answers of this turn. */
bool conn_send_run(struct peer *p, const struct run *run)
{
	struct conn *c = (struct conn *)p;

	if (c->closing || c->dead)
		return false;
	if (!keeps_up(c, run->joined)) {
		fall_behind(c);
		return false;
	}
	if (!run->more && !c->all->writing.n)
		write_dirty(c->all);
	if (may_write_now(c, run))
		write_bytes(c, run->joined->frame, run->joined->frame_len);
	else
		conn_push(c, run->joined);
	c->all->figures.deliveries += run->n;
	return true;
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

	count_turn(all);
	all->dirty = NULL;
	while ((c = list) && has_time(all)) {
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
	all->writing = (struct conn_writing){ .left_some = list != NULL };
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
